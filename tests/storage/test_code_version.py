"""Ids of code: what a fit depends on counts, and nothing else does."""

import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import podium
from podium.storage.code_version import code_id, fit_code_id, library_versions

PACKAGE = Path(podium.__file__).parent
CNN = "podium.models.image.digit_cnns"
PIXELS = "podium.models.image.pixels"
TFIDF = "podium.models.text.tfidf"


@pytest.fixture
def copied(tmp_path):
    """A copy of the package to edit, and its code ids as they are after the edits so far."""
    shutil.copytree(PACKAGE, tmp_path / "podium", ignore=shutil.ignore_patterns("__pycache__"))

    def ids(module, function="fit_code_id"):
        path = tmp_path / "podium" / "storage" / "code_version.py"
        spec = importlib.util.spec_from_file_location("copied_code", path)
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
        return getattr(loaded, function)(module)

    return tmp_path / "podium", ids


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_modules_with_other_code_have_other_ids():
    modules = [CNN, PIXELS, TFIDF, "podium.models.baseline"]
    assert len({fit_code_id(module) for module in modules}) == len(modules)
    assert len({code_id(module) for module in modules}) == len(modules)


def test_where_the_package_lies_does_not_count(copied):
    _, ids = copied
    assert ids(CNN) == fit_code_id(CNN)
    assert ids("podium.metrics.metric", "code_id") == code_id("podium.metrics.metric")


def test_comments_docstrings_and_layout_do_not_count(copied):
    package, ids = copied
    path = package / "metrics" / "metric.py"
    edit(path, '"""What a metric is', '"""What each metric is')
    edit(path, '"""Return how much better', '"""Return by how much better')
    edit(path, "    greater_is_better: bool\n", "\n    greater_is_better: bool  # or less\n\n")
    assert ids("podium.metrics.metric", "code_id") == code_id("podium.metrics.metric")


def test_a_changed_number_counts(copied):
    package, ids = copied
    edit(package / "metrics" / "probabilities.py", "1e-15", "1e-14")
    assert ids("podium.pipeline.blend", "code_id") != code_id("podium.pipeline.blend")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (
            "errors.py",
            "class DataError(PodiumError):\n    pass",
            "class DataError(PodiumError):\n    code = 2",
        ),
        ("formatting.py", "most: int = 5", "most: int = 6"),
        ("data/images.py", "_BLOCK = 512", "_BLOCK = 513"),
        ("data/tables.py", "SHOWN_COLUMNS = 6", "SHOWN_COLUMNS = 7"),
        ("models/keras/estimator.py", "no optimizer", "there is no optimizer"),
        ("models/registry.py", "MODELS = {", 'MODELS = {"new": ModelRow("podium.models.new:new", BOTH),'),
        ("models/image/photo_cnns.py", '"epochs": 20', '"epochs": 21'),
        ("models/image/digit_cnns.py", "from __future__", "# a comment\nfrom __future__"),
        ("models/keras/training.py", "The parts of a training loop", "Parts of training loops"),
    ],
)
def test_the_id_of_a_fit_stays_when_messages_or_other_code_change(copied, file, old, new):
    package, ids = copied
    edit(package / file, old, new)
    assert ids(CNN) == fit_code_id(CNN)


@pytest.mark.parametrize(
    ("module", "file", "old", "new"),
    [
        (CNN, "models/image/digit_cnns.py", "Dropout(0.25)", "Dropout(0.26)"),
        (CNN, "models/image/augment.py", "ops.cos(angle)", "ops.sin(angle)"),
        (CNN, "models/keras/training.py", "warmup: float = 0.1", "warmup: float = 0.2"),
        ("podium.models.image.photo_cnns", "data/image_spec.py", "BILINEAR", "BICUBIC"),
        ("podium.models.text.kernel", "data/text_cleaning.py", '"@user"', '"@someone"'),
    ],
)
def test_the_id_of_a_fit_changes_with_what_it_uses(copied, module, file, old, new):
    package, ids = copied
    edit(package / file, old, new)
    assert ids(module) != fit_code_id(module)


def test_a_factory_of_a_competition_counts_with_its_own_folder(copied, tmp_path, monkeypatch):
    _, ids = copied
    folder = tmp_path / "competitions" / "pets"
    folder.mkdir(parents=True)
    (folder / "networks.py").write_text("from .layers import WIDTH\nfrom podium.models.image import pixels\n")
    (folder / "layers.py").write_text("WIDTH = 1\n")
    (folder / "competition.py").write_text("TITLE = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    name = "competitions.pets.networks"
    before = ids(name)
    (folder / "competition.py").write_text("TITLE = 2\n")
    assert ids(name) == before
    (folder / "layers.py").write_text("WIDTH = 2\n")
    assert ids(name) != before


def write(folder, **modules):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)


def test_the_whole_folder_of_a_competition_counts_as_far_as_it_is_imported(copied, tmp_path, monkeypatch):
    _, ids = copied
    folder = tmp_path / "competitions" / "birds"
    write(folder, networks="from competitions.birds.blocks.deep import WIDTH\n")
    write(folder / "blocks", deep="WIDTH = 1\n", unused="WIDTH = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = ids("competitions.birds.networks")
    write(folder / "blocks", unused="WIDTH = 2\n")
    assert ids("competitions.birds.networks") == before
    write(folder / "blocks", deep="WIDTH = 2\n")
    assert ids("competitions.birds.networks") != before


def test_the_registry_that_another_package_imports_does_not_count(copied, tmp_path, monkeypatch):
    package, ids = copied
    write(tmp_path / "site", other_trees="from podium.models.registry import ModelRow\nDEPTH = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    before = ids("other_trees")
    edit(package / "models" / "registry.py", "MODELS = {", 'MODELS = {"new": ModelRow("new:new", BOTH),')
    assert ids("other_trees") == before
    write(tmp_path / "site", other_trees="from podium.models.registry import ModelRow\nDEPTH = 2\n")
    assert ids("other_trees") != before


@pytest.mark.parametrize("path", ["edited.py", "edited/__init__.py"])
def test_a_package_of_an_editable_install_counts_though_its_folder_is_not_on_the_path(
    copied, tmp_path, monkeypatch, path
):
    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            return importlib.util.spec_from_file_location(name, file) if name == "edited" else None

    _, ids = copied
    file = tmp_path / "elsewhere" / path
    file.parent.mkdir(parents=True)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])
    file.write_text("DEPTH = 1\n")
    before = ids("edited")
    file.write_text("DEPTH = 2\n")
    assert ids("edited") != before


def test_versions_are_those_of_the_libraries_that_a_module_reaches():
    deep = library_versions(CNN)
    flat = library_versions(PIXELS)
    assert {"keras", "numpy", "tensorflow"} <= set(deep)
    assert {"numpy", "scikit-learn"} <= set(flat)
    assert not {"keras", "tensorflow", "podium", "pathlib"} & set(flat)
    assert deep["numpy"] == flat["numpy"] == importlib.metadata.version("numpy")
    assert flat["scikit-learn"] == importlib.metadata.version("scikit-learn")


def test_reading_ids_and_versions_imports_no_library_of_the_model():
    code = "import sys; from podium.storage.code_version import fit_code_id, library_versions\n"
    code += f"fit_code_id({CNN!r}), library_versions({CNN!r})\n"
    code += "print(*{name.partition('.')[0] for name in sys.modules})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "podium" in loaded
    assert not {"tensorflow", "keras", "sklearn"} & loaded


def test_a_search_space_does_not_count(copied):
    package, ids = copied
    edit(package / "models" / "text" / "tfidf.py", '"ridge": {"alpha": (0.05,', '"ridge": {"alpha": (0.07,')
    assert ids(TFIDF) == fit_code_id(TFIDF)
