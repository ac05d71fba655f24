"""A competition with a submission to send, and a stub that plays Kaggle for the real client."""

import hashlib
import json
import os
from contextlib import contextmanager

import pytest

from podium.errors import PodiumError
from podium.kaggle import worker as child
from podium.kaggle.client import Client
from podium.kaggle.ledger import open_ledger
from podium.kaggle.preflight import UploadOptions
from podium.kaggle.public_leaderboard import refresh
from podium.kaggle.upload import upload
from support.kaggle_stub import Stub, board_zip, zipped
from support.makers import make_competition

FILES = {
    "sample_submission.csv": "Id,Label\n1,cat\n2,cat\n3,cat\n",
    "train.csv": "Id,Label,x\n8,dog,1\n9,cat,2\n",
    "test.csv": "Id,x\n1,1\n2,2\n3,3\n",
}
CSV = "Id,Label\n1,dog\n2,cat\n3,dog\n"
QUOTA = (
    "Submission not allowed: Your team has used its daily Submission allowance (5) today, "
    "please try again tomorrow UTC (3.5 hours from now)"
)


class Killed(BaseException):
    """The end of the process, as an upload would see it."""


class InProcess(Client):
    """The real client without the child; with dice it may die before or after any of its steps."""

    def __init__(self, dice=None):
        super().__init__()
        self.dice = dice

    def _exchange(self, request):
        heard = []
        self._perhaps_die()
        value = child.answer(request["call"], request["arguments"], heard.append)
        self._perhaps_die()
        yield from [*heard, value]

    def _perhaps_die(self):
        if self.dice and self.dice.random() < 0.01:
            raise Killed


class Case:
    def __init__(self, folder, stub, shared):
        self.root, self.stub, self.shared = folder, stub, shared
        self.pets = make_competition()
        self.folder = folder / "submissions" / "pets"
        self.folder.mkdir(parents=True)
        self.data = folder / "competitions" / "pets" / "data"
        self.said = []

    def write_csv(self, text=CSV, name="submission-ridge-1.csv", **manifest):
        """A submission as podium writes it, manifest and all."""
        path = self.folder / name
        path.write_text(text)
        facts = {
            "slug": "pets-2026",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "toy": False,
            "entry": "ridge",
            "metric": "accuracy",
            "score": 0.91,
            "standard_error": 0.01,
            "models": [{"name": "ridge"}],
            "data": {n: hashlib.sha256(t.encode()).hexdigest() for n, t in FILES.items()},
        }
        path.with_suffix(".json").write_text(json.dumps(facts | manifest))
        return path

    def place_data(self, files=FILES):
        self.data.mkdir(parents=True, exist_ok=True)
        (self.data / "pets-2026.zip").write_bytes(zipped(files))

    @contextmanager
    def client(self):
        """The one of all tests, as it takes its time to start; a new one where a test has changed the
        environment and so has set `shared` to None."""
        if self.shared:
            yield self.shared
        else:
            with Client() as client:
                yield client

    def upload(self, path=None, **options):
        with self.client() as client:
            return upload(self.pets, self.root, client, self.said.append, UploadOptions(path, **options))

    def fail(self, path=None, **options):
        """The one line of an upload that must fail, which holds no secret."""
        with pytest.raises(PodiumError) as caught:
            self.upload(path, **options)
        line = str(caught.value)
        assert "\n" not in line
        assert not any("SECRET" in text for text in [line, *self.said])
        return line

    def sent(self):
        with open_ledger(self.folder) as ledger:
            return ledger.records()

    def states(self):
        return [s.state for s in self.sent()]

    def agree(self, monkeypatch):
        """Once all doubt is over, ledger and Kaggle's list agree one to one, and nothing is in the
        list twice."""
        monkeypatch.setenv("PODIUM_KAGGLE_DOUBT", "0")
        with self.client() as client:
            sent = refresh(self.pets, self.root, client)
        refs = [s.ref for s in sent if s.state == "sent"]
        assert sorted(refs) == sorted(s["ref"] for s in self.stub.subs)
        assert "open" not in [s.state for s in sent]
        predictions = [s.predictions for s in sent if s.state == "sent"]
        assert len(set(predictions)) == len(predictions)


@pytest.fixture(scope="session")
def kaggle_server():
    stub = Stub()
    yield stub
    stub.close()


@pytest.fixture(scope="session")
def shared_client():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PODIUM_KAGGLE_PAUSE", "0.01")
        patch.setenv("PODIUM_KAGGLE_TIMEOUT", "20")
        with Client() as client:
            yield client


@pytest.fixture
def stub(kaggle_server, tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    kaggle_server.reset(zipped(FILES), board_zip([0.95, 0.93, 0.9, 0.89, 0.5], "pets-2026"))
    (tmp_path / "home").mkdir()
    for name, value in kaggle_server.env(tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    yield kaggle_server
    kaggle_server.closing.set()


@pytest.fixture
def case(tmp_path, stub, shared_client):
    case = Case(tmp_path / "checkout", stub, shared_client)
    case.place_data()
    case.write_csv()
    return case
