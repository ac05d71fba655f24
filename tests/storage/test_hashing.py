import hashlib
import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from podium.storage.hashing import LENGTH, content_id, file_sum
from support.makers import quick


def test_an_id_is_sixteen_hexadecimal_digits():
    assert len(content_id("anything")) == LENGTH == 16
    assert int(content_id("anything"), 16) > 0


@quick
@given(npst.arrays(np.int16, npst.array_shapes(max_dims=3)), st.data())
def test_one_changed_cell_changes_the_id(array, data):
    changed = array.copy()
    changed.flat[data.draw(st.integers(0, array.size - 1))] ^= 1
    assert content_id(array) == content_id(array.copy())
    assert content_id(array) != content_id(changed)


def test_the_layout_in_memory_does_not_count():
    array = np.arange(12).reshape(3, 4)
    assert (
        content_id(array) == content_id(np.asfortranarray(array)) == content_id(np.repeat(array, 2, 0)[::2])
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.arange(4), np.arange(4).reshape(2, 2)),
        (np.arange(4), np.arange(4.0)),
        (np.arange(4), np.arange(4)[::-1]),
        (np.array(["a", "b"]), np.array([["a", "b"]])),
        (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"b": [1, 2]})),
        (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [2, 1]})),
        (pd.DataFrame({"a": []}), pd.DataFrame({"b": []})),
        (pd.DataFrame({"a": ["x", "y"]}), pd.DataFrame({"a": ["x", "z"]})),
        (pd.Series([1, 2], name="a"), pd.Series([1, 2], name="b")),
        ({"a": 1}, {"a": 2}),
        ([1, 2], [2, 1]),
        (1, "1"),
        (None, "null"),
    ],
)
def test_different_things_have_different_ids(one, other):
    assert content_id(one) != content_id(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (np.array(["a", "b"]), np.array(["a", "b"], dtype=object)),
        (pd.DataFrame({"a": [1, 2]}, index=[5, 6]), pd.DataFrame({"a": [1, 2]})),
    ],
)
def test_equal_content_has_equal_ids(one, other):
    assert content_id(one) == content_id(other)


def test_what_was_written_as_json_and_read_again_keeps_its_id():
    params = {"classes": {0: {409: "analog clock", 1000: "bolete"}}, "size": (2, 3)}
    assert content_id(json.loads(json.dumps(params))) == content_id(params)


def test_the_borders_between_parts_count():
    assert (
        len({content_id("ab", "c"), content_id("a", "bc"), content_id("abc"), content_id(["ab", "c"])}) == 4
    )


def test_a_thing_with_an_id_of_its_own_goes_by_it():
    named = [SimpleNamespace(content_id=name) for name in ("one", "one", "other")]
    assert content_id(named[0]) == content_id(named[1]) != content_id(named[2])


def test_another_process_gives_the_same_id():
    code = "import pandas as pd; from podium.storage.hashing import content_id\n"
    code += "print(content_id(pd.DataFrame({'a': ['x', 'y']}), {'seed': 1}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == content_id(pd.DataFrame({"a": ["x", "y"]}), {"seed": 1})


def test_the_sum_of_a_file_is_that_of_its_bytes(tmp_path):
    (tmp_path / "file").write_bytes(b"some bytes")
    assert file_sum(tmp_path / "file") == hashlib.sha256(b"some bytes").hexdigest()
