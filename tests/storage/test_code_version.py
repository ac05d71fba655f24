import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import podium
from podium.storage.code_version import code_id, library_versions

PACKAGE = Path(podium.__file__).parent


@pytest.fixture
def copied(tmp_path):
    """A copy of the package to edit, and its code ids as they are after the edits so far."""
    shutil.copytree(PACKAGE, tmp_path / "podium", ignore=shutil.ignore_patterns("__pycache__"))

    def ids(module):
        spec = importlib.util.spec_from_file_location("copied_code", tmp_path / "podium" / "code.py")
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
        return loaded.code_id(module)

    return tmp_path / "podium", ids


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_modules_with_other_code_have_other_ids():
    modules = [
        "podium.models.image.digit_cnns",
        "podium.models.image.linear",
        "podium.models.image.trees",
        "podium.pipeline.blend",
    ]
    assert len({code_id(module) for module in modules}) == len(modules)


def test_where_the_package_lies_does_not_count(copied):
    _, ids = copied
    assert ids("podium.metrics.metrics") == code_id("podium.metrics.metrics")


def test_comments_docstrings_and_layout_do_not_count(copied):
    package, ids = copied
    edit(package / "metrics.py", '"""Each metric', '"""Every single metric')
    edit(package / "metrics.py", '"""How much better', '"""By how much better')
    edit(
        package / "metrics.py",
        "    greater_is_better: bool\n",
        "\n    greater_is_better: bool  # or less\n\n",
    )
    assert ids("podium.metrics.metrics") == code_id("podium.metrics.metrics")


def test_a_changed_number_counts(copied):
    package, ids = copied
    edit(package / "metrics.py", "1e-15", "1e-14")
    assert ids("podium.metrics.metrics") != code_id("podium.metrics.metrics")


def test_what_a_module_imports_counts_and_what_it_does_not_import_does_not(copied):
    package, ids = copied
    edit(package / "metrics.py", "1e-15", "1e-14")
    assert ids("podium.pipeline.blend") != code_id("podium.pipeline.blend")
    assert ids("podium.models.image.linear") == code_id("podium.models.image.linear")


def test_a_new_model_leaves_the_ids_of_the_others(copied):
    package, ids = copied
    edit(package / "models" / "__init__.py", "MODELS = {", 'MODELS = {"new": "podium.models.new:new",')
    assert ids("podium.models.image.digit_cnns") == code_id("podium.models.image.digit_cnns")


def test_versions_are_those_of_the_libraries_that_a_module_reaches():
    deep, linear = (
        library_versions("podium.models.image.digit_cnns"),
        library_versions("podium.models.image.linear"),
    )
    assert {"keras", "numpy", "tensorflow"} <= set(deep)
    assert {"numpy", "scikit-learn"} <= set(linear)
    assert not {"keras", "tensorflow", "podium", "pathlib"} & set(linear)
    assert deep["numpy"] == linear["numpy"] == importlib.metadata.version("numpy")
    assert linear["scikit-learn"] == importlib.metadata.version("scikit-learn")


def test_reading_ids_and_versions_imports_no_library_of_the_model():
    code = "import sys; from podium.code import code_id, library_versions\n"
    code += "code_id('podium.models.image.digit_cnns'), library_versions('podium.models.image.digit_cnns')\n"
    code += "print(*{name.partition('.')[0] for name in sys.modules})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "podium" in loaded
    assert not {"tensorflow", "keras", "sklearn"} & loaded
