"""`podium audit`: what is printed, remembered and refused."""

import io
import json

import pytest
from rich.console import Console

from podium.audit import Finding
from podium.cli.terminal import print_findings
from support.command_line import podium
from support.tiny import make_data, make_root


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_root(tmp_path_factory.mktemp("checkout"), {"constant": {}})


def test_without_an_alarm_the_command_is_content_and_remembers(root):
    ran = podium(root, "audit", "tiny", "--strict")
    assert ran.returncode == 0, ran.stderr
    first, *_, last = ran.stdout.splitlines()
    assert "toy data" in first
    assert last == "alarms: 0, notes: 2"
    (kept,) = (root / "submissions" / "tiny" / "toy" / "audits").glob("*.json")
    assert [f["kind"] for f in json.loads(kept.read_text())] == ["shift", "balance"]
    kept.write_text('[{"kind": "leak", "is_alarm": true, "summary": "[kept]", "examples": ["e"]}]')
    trained = podium(root, "train", "tiny")
    assert trained.returncode == 0, trained.stderr
    assert "audit: alarms: 1 (leak), notes: 0; podium audit tiny tells more" in trained.stdout


def test_with_an_alarm_a_strict_command_fails(root, tmp_path):
    data = make_data(root, tmp_path)
    path = data / "tiny-slug" / "train.csv"
    header, first, *rest = path.read_text().splitlines()
    other = first.replace("even", "odd") if "even" in first else "even" + first[first.index(",") :]
    path.write_text("\n".join([header, first, *rest, other]) + "\n")
    ran = podium(root, "audit", "tiny", "--data", data, "--json", "--strict")
    assert ran.returncode == 1
    told = json.loads(ran.stdout)
    assert (told["competition"], told["toy"]) == ("tiny", False)
    assert [f["kind"] for f in told["findings"] if f["is_alarm"]] == ["conflicts", "duplicates"]


def test_findings_are_printed_one_a_line_whatever_they_hold():
    console = Console(file=io.StringIO(), width=60)
    leak = Finding("leak", True, "[bold]" + "far too long for one line " * 3, 0.9, 0.1, ("[e.g.]",))
    print_findings(console, [leak, Finding("balance", False, "even")])
    assert console.file.getvalue().splitlines() == [
        "alarm  leak        [bold]" + "far too long for one line " * 3,
        " " * 19 + "[e.g.]",
        "note   balance     even",
        "alarms: 1, notes: 1",
    ]
