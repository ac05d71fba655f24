"""300 uploads through the real client, in this process, with faults and deaths where the dice say so."""

import os
import random
import time

import pytest

from podium.errors import PodiumError
from podium.kaggle.preflight import predictions_id
from support.kaggle_case import InProcess, Killed

UPLOADS = 300
FAULTS = {
    "GetCompetition": ["reset", (500, b""), (401, b""), (403, b""), (200, "<html>")],
    "GetSubmissionLimits": ["reset", (429, b""), (200, b"{oops")],
    "ListSubmissions": ["reset", (500, b""), (429, b""), (200, "<html>"), (200, b"{oops")],
    "StartSubmissionUpload": ["reset", "lost", (400, b"closed"), (403, b""), (500, b""), (200, "<html>")],
    "PUT": ["reset", "lost", (403, b""), (503, b""), ("done", 503, b"")],
    "CreateSubmission": [
        *["reset", "lost", (400, {"code": 400, "message": "quota"}), (500, b""), (200, {}), (200, "<html>")],
        *[("done", 500, b""), ("done", 200, {}), ("done", 200, "<html>"), ("done", 400, b"closed")],
    ],
}


@pytest.mark.slow
def test_after_many_uploads_with_faults_both_lists_agree(case, monkeypatch):
    dice = random.Random(0)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    case.shared = InProcess(dice)
    case.stub.after = 0
    paths = []
    ends = dict.fromkeys(("sent", "refused", "killed"), 0)
    for number in range(UPLOADS):
        for method, faults in FAULTS.items():
            often = dice.choice([1, 1, 3, 11])  # more often than a question is repeated
            case.stub.faults[method] = [dice.choice(faults)] * often if dice.random() < 0.12 else []
        case.stub.hidden = dice.choice([0, 0, 0, 1, 2, 9])
        if not paths or dice.random() < 0.85:
            text = f"Id,Label\n1,{number}\n2,cat\n3,dog\n"
            paths.append(case.write_csv(text, f"submission-{number}.csv"))
        path = dice.choice(paths[-5:])
        before = listed(case, path)
        try:
            case.upload(path)
            ends["sent"] += 1
            assert (before, listed(case, path)) == (0, 1)
        except PodiumError:
            ends["refused"] += 1
        except Killed:
            ends["killed"] += 1
            if dice.random() < 0.5:
                with open(case.folder / "ledger.jsonl", "a") as file:
                    file.write('{"event": "kaggle", "tag": "pod')
        assert listed(case, path) <= 1
    assert min(ends.values()) > 10, ends
    case.shared.dice = None
    case.stub.faults.clear()
    case.stub.hidden = 0
    case.agree(monkeypatch)
    case.folder.joinpath("ledger.jsonl").unlink()
    case.agree(monkeypatch)
    assert all(s.facts["score"] == 0.91 for s in case.sent())


def listed(case, path):
    """How often Kaggle has these predictions."""
    return sum(f"podium-{predictions_id(path.read_bytes())}-" in s["description"] for s in case.stub.subs)


@pytest.mark.parametrize("cut", range(0, 400, 37))
def test_a_ledger_cut_anywhere_is_mended(case, monkeypatch, cut):
    case.upload()
    path = case.folder / "ledger.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[: min(cut, len(whole) - 1)])
    case.agree(monkeypatch)
    assert all(line.startswith("{") and line.endswith("}") for line in path.read_text().splitlines())
    assert "submission 1000" in case.fail()
    assert case.stub.count("CreateSubmission") == 1
