"""From a verb of the command line to the fit of a model it is a short way, for whoever looks for a fault."""

from pathlib import Path

import podium as package
from support.command_line import podium
from support.tiny import make_root

MOST_FRAMES = 5
PACKAGE = Path(package.__file__).parent
NETWORKS = """
import traceback
from pathlib import Path

from sklearn.naive_bayes import GaussianNB


class Recorder(GaussianNB):
    def fit(self, X, y):
        frames = [f"{frame.filename}:{frame.name}" for frame in traceback.extract_stack()]
        Path(__file__).with_name("frames.txt").write_text("\\n".join(frames))
        return super().fit(X.reshape(len(X), -1), y)

    def predict_proba(self, X):
        return super().predict_proba(X.reshape(len(X), -1))


def recorder(task):
    return Recorder()
"""


def test_few_frames_lie_between_the_verb_and_the_fit(tmp_path):
    root = make_root(tmp_path, roster={"constant": {}, "own": {"factory": "networks:recorder"}}, folds=2)
    place = root / "competitions" / "tiny"
    (place / "networks.py").write_text(NETWORKS)
    ran = podium(root, "train", "tiny")
    assert ran.returncode == 0, ran.stderr
    frames = [line.rpartition(":") for line in (place / "frames.txt").read_text().splitlines()]
    own = [(Path(file), name) for file, _, name in frames if Path(file).is_relative_to(PACKAGE)]
    verb = next(i for i, (file, name) in enumerate(own) if file.parent.name == "cli" and name == "train")
    way = [f"{file.relative_to(PACKAGE)}: {name}" for file, name in own[verb:]]
    assert len(way) <= MOST_FRAMES, way
    assert way[-1] == "pipeline/fit.py: fit_fold"
