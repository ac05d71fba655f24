"""The Python API: every name is there, and none costs an import before it is used."""

import subprocess
import sys

import pytest

import podium

HEAVY = {"numpy", "pandas", "sklearn", "tensorflow"}


def test_importing_podium_imports_no_heavy_library():
    code = f"import sys, podium; print(*(set(sys.modules) & {HEAVY}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


@pytest.mark.parametrize("name", podium.__all__)
def test_each_name_of_the_api_is_there(name):
    assert getattr(podium, name).__name__ == name


def test_the_api_lists_its_names():
    assert set(podium.__all__) < set(dir(podium))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'podium' has no attribute 'Competitions'"):
        _ = podium.Competitions
