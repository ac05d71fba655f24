"""A submission is never lost, never sent twice, and never called sent when it was not."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from podium.errors import StoreError
from podium.kaggle.client import Client, KaggleError
from podium.kaggle.ledger import open_ledger
from support.kaggle_case import CSV, FILES, QUOTA
from support.kaggle_stub import zipped

NESTED = {"error": {"code": 400, "message": QUOTA}}
FLAT = {"code": 400, "message": QUOTA}


def test_an_upload_waits_for_its_score(case):
    case.stub.after = 3
    sent = case.upload()
    assert (sent.state, sent.ref, sent.facts["public"], sent.facts["rank"]) == ("sent", 1000, 0.9, 3)
    assert "private" not in sent.facts
    assert case.stub.blobs.popitem()[1] == CSV.encode()
    assert sent.tag in case.stub.subs[0]["description"]
    assert "ridge: accuracy 0.91000 ± 0.01000" in case.stub.subs[0]["description"]
    assert any("waiting for the score" in line for line in case.said)
    with open_ledger(case.folder) as ledger:
        assert ledger.records() == [sent]


@pytest.mark.parametrize(
    ("method", "fault", "said"),
    [
        ("GetCompetition", (401, {"code": 401, "message": "Unauthenticated"}), "new token"),
        ("GetCompetition", (404, {"error": {"code": 404, "message": "Not found"}}), "look at the slug"),
        ("GetCompetition", (403, b""), "accept the rules"),
        ("ListSubmissions", (200, "<html>log in</html>"), "proxy or a login page"),
        ("ListSubmissions", (200, b"{oops"), "proxy or a login page"),
        ("ListSubmissions", (200, {"submissions": [{"ref": 1, "status": "WEIRD"}]}), "WEIRD"),
        ("ListSubmissions", (200, {"submissions": None}), "own format"),
        ("StartSubmissionUpload", (401, b""), "new token"),
        ("StartSubmissionUpload", (403, {"code": 403, "message": "Accept the rules"}), "(Accept the rules)"),
        ("StartSubmissionUpload", (404, b""), "look at the slug"),
        ("StartSubmissionUpload", (429, b""), "wait a minute"),
        ("StartSubmissionUpload", (500, "<html>oops</html>"), "500"),
        ("StartSubmissionUpload", (200, "<html>oops</html>"), "not JSON"),
        ("StartSubmissionUpload", "reset", "cut off"),
        ("PUT", (403, b""), "did not arrive"),
        ("PUT", (503, b""), "did not arrive"),
        ("CreateSubmission", (400, NESTED), "tomorrow UTC (3.5 hours from now)"),
        ("CreateSubmission", (400, FLAT), "tomorrow UTC (3.5 hours from now)"),
        ("CreateSubmission", (200, FLAT), "tomorrow UTC (3.5 hours from now)"),
        ("CreateSubmission", (400, {"errorDescription": "Competition is closed"}), "closed"),
        ("CreateSubmission", (403, "<html>no</html>"), "accept the rules"),
        ("CreateSubmission", (429, b""), "wait a minute"),
    ],
)
def test_what_kaggle_refuses_is_told_and_nothing_counts_as_sent(case, monkeypatch, method, fault, said):
    case.stub.faults[method] = [fault]
    assert said in case.fail()
    assert case.stub.subs == []
    assert set(case.states()) <= {"refused"}
    assert case.upload().state == "sent"  # at once, as nothing is in doubt
    case.agree(monkeypatch)


@pytest.mark.parametrize(
    "fault",
    [
        "lost",
        ("done", 500, "<html>oops</html>"),
        ("done", 200, "<html>oops</html>"),
        ("done", 200, b"{oops"),
        ("done", 200, {}),
        ("done", 200, {"message": "Could not submit to competition"}),
        ("done", 400, FLAT),
        ("done", 429, b""),
    ],
)
def test_a_submission_that_arrived_is_found_whatever_was_answered(case, monkeypatch, fault):
    case.stub.faults["CreateSubmission"] = [fault]
    assert case.upload().facts["public"] == 0.9
    assert case.stub.count("CreateSubmission") == 1
    case.agree(monkeypatch)


@pytest.mark.parametrize(
    "fault", ["reset", (500, b""), (200, "<html>oops</html>"), (200, {}), (200, {"message": "ok", "ref": 77})]
)
def test_a_submission_in_doubt_is_not_called_sent_and_not_sent_again_soon(case, monkeypatch, fault):
    case.stub.faults["CreateSubmission"] = [fault]
    line = case.fail()
    assert "no proof" in line
    assert "podium scores" in line
    assert ("number 77" in line) == ("77" in str(fault))
    assert case.states() == ["open"]
    assert "may still arrive" in case.fail()
    assert case.stub.count("CreateSubmission") == 1
    monkeypatch.setenv("PODIUM_KAGGLE_DOUBT", "0")
    assert case.upload().state == "sent"
    assert case.states() == ["refused", "sent"]
    case.agree(monkeypatch)


@pytest.mark.parametrize("method", ["GetCompetition", "StartSubmissionUpload", "CreateSubmission"])
def test_a_server_that_never_answers_ends_in_our_time_out(case, monkeypatch, method):
    monkeypatch.setenv("PODIUM_KAGGLE_TIMEOUT", "1.5")
    case.shared = None
    case.stub.faults[method] = ["hang"]
    started = time.monotonic()
    line = case.fail()
    assert time.monotonic() - started < 12
    assert ("timeout" if method == "CreateSubmission" else "got nothing") in line
    assert case.stub.subs == []
    monkeypatch.setenv("PODIUM_KAGGLE_TIMEOUT", "20")
    case.agree(monkeypatch)


def test_an_answer_that_never_comes_though_it_arrived(case, monkeypatch):
    monkeypatch.setenv("PODIUM_KAGGLE_TIMEOUT", "1.5")
    case.shared = None
    case.stub.faults["CreateSubmission"] = ["late"]
    assert case.upload().state == "sent"
    monkeypatch.setenv("PODIUM_KAGGLE_TIMEOUT", "20")
    case.agree(monkeypatch)


def test_a_storage_that_never_answers(case, monkeypatch):
    monkeypatch.setenv("PODIUM_KAGGLE_TIMEOUT", "0.8")
    case.shared = None
    case.stub.faults["PUT"] = ["hang"]
    # The time is short for a client that must start first; it is asked again then.
    for _ in range(5):
        line = case.fail()
        if case.stub.count("PUT"):
            break
    assert "got nothing" in line
    assert set(case.states()) == {"refused"}
    monkeypatch.setenv("PODIUM_KAGGLE_TIMEOUT", "20")
    case.agree(monkeypatch)


def test_a_list_that_lags_behind_is_looked_at_again(case, monkeypatch):
    case.upload(case.write_csv(CSV.replace("1,dog", "1,cat"), "submission-a-1.csv"))
    case.stub.hidden = 3
    # the first list, before anything is sent, lags as well
    assert case.upload(case.write_csv()).state == "sent"
    case.agree(monkeypatch)


def test_a_stumble_before_anything_is_sent_is_passed_over(case):
    for method in ("GetCompetition", "GetSubmissionLimits", "ListSubmissions"):
        case.stub.faults[method] = ["reset", (503, b"")]
    assert case.upload().facts["public"] == 0.9


def test_faults_while_waiting_do_not_undo_what_is_sent(case, monkeypatch):
    monkeypatch.setenv("PODIUM_KAGGLE_WAIT", "0.05")
    case.stub.after = 99
    case.stub.faults["ListSubmissions"] = [None, None, *[(500, b"")] * 9]
    assert case.upload().state == "sent"
    assert "no score yet" in case.said[-1]


def test_a_list_that_cannot_be_had_leaves_the_doubt(case, monkeypatch):
    case.stub.faults["ListSubmissions"] = [None, *[(500, b"")] * 15]
    line = case.fail()
    assert "no proof" in line
    assert "number 1000" in line
    assert case.states() == ["open"]
    assert "as submission 1000" in case.fail()
    case.agree(monkeypatch)


def test_a_submission_that_kaggle_cannot_score(case):
    said = "Submission must have 418 rows"
    case.stub.outcome = lambda sub: {"status": "ERROR", "errorDescription": said}
    assert said in case.fail()
    (sent,) = case.sent()
    assert (sent.state, sent.facts["status"]) == ("sent", "error")
    assert "--force" in case.fail()
    assert case.stub.count("CreateSubmission") == 1


# ---- what is not sent at all


def refused_here(case, path=None, **options):
    line = case.fail(path, **options)
    assert case.stub.count("StartSubmissionUpload") == 0
    return line


def test_toy_files_are_refused(case):
    assert "toy file" in refused_here(case, case.write_csv(toy=True))
    assert "toy file" in refused_here(case, case.write_csv(name="toy-submission-ridge-1.csv"))


def test_a_copy_of_a_toy_file_is_refused(case, tmp_path):
    (case.folder / "toy").mkdir()
    for path in (case.folder / "toy" / "toy-submission-ridge-1.csv", tmp_path / "mine.csv"):
        path.write_text(CSV)
    assert "a copy of toy-submission-ridge-1.csv" in refused_here(case, path)


def test_a_quota_that_is_not_told_does_not_stop_it(case):
    case.stub.faults["GetSubmissionLimits"] = [(403, b"")]
    assert case.upload().state == "sent"
    assert any("the quota" in line for line in case.said)


def test_a_changed_file_is_refused(case):
    path = case.write_csv()
    path.write_text(CSV.replace("dog", "cat"))
    assert "other bytes" in refused_here(case, path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "header and rows"),
        ("Id,Label\n", "header and rows"),
        ("Id,Kind\n1,a\n2,a\n3,a\n", "columns ['Id', 'Label'], got ['Id', 'Kind']"),
        ("Id,Label\n1,a\n2,a\n", "1 missing: ['3']"),
        ("Id,Label\n1,a\n2,a\n2,a\n", "each once"),
        ("Id,Label\n1,a\n2,a\n4,a\n", "1 unknown: ['4']"),
        ("Id,Label\n1,a\n2,\n3,a\n", "1 rows without: [2]"),
        ("Id,Label\n1,a\n2,a,b\n3,a\n", "1 rows without: [2]"),
    ],
)
def test_a_file_that_does_not_fit_the_sample_is_refused(case, tmp_path, text, said):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    assert said in refused_here(case, path)


def test_a_file_of_other_data_needs_force(case):
    case.data.joinpath(".pets-2026.json").write_text('{"files": {"train.csv": "kaggle\'s", "test.csv": "b"}}')
    assert "got other files: ['test.csv', 'train.csv']" in refused_here(case)
    assert case.upload(force=True).state == "sent"
    assert any("forced: made from other data" in line for line in case.said)


def test_what_kaggle_has_is_not_sent_again(case, tmp_path):
    case.upload()
    assert "submission 1000" in case.fail()
    assert "submission 1000" in case.fail(force=True)
    again = tmp_path / "again.csv"
    again.write_text('"Id","Label"\r\n3,dog\r\n2,cat\r\n1.0,dog\r\n'.replace("1.0", "1"))
    assert "public score 0.9" in case.fail(again)
    case.folder.joinpath("ledger.jsonl").unlink()
    assert "submission 1000" in case.fail(again)
    assert case.stub.count("CreateSubmission") == 1


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"numToday": 5, "numTotal": 9, "numAllowedNow": 0}, "after 00:00 UTC, in "),
        ({"numToday": 1, "numTotal": 9, "numAllowedNow": 0, "limitedByTotal": True}, "9 made and no more"),
    ],
)
def test_an_exhausted_quota_is_told(case, limits, said):
    case.stub.limits = limits
    assert said in refused_here(case)
    assert case.states() == []


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"userHasEntered": False}, "pets-2026/rules"),
        ({"userHasEntered": True, "submissionsDisabled": True}, "closed"),
        ({"userHasEntered": True, "isKernelsSubmissionsOnly": True}, "notebooks"),
    ],
)
def test_a_competition_that_takes_nothing_is_told(case, about, said):
    case.stub.about, case.stub.limits = about, {}
    assert said in refused_here(case)


def test_a_dry_run_sends_nothing(case):
    assert case.upload(dry_run=True) is None
    assert case.stub.count("StartSubmissionUpload") == 0
    assert case.states() == []
    assert any("4 submissions left today" in line for line in case.said)


def test_without_a_run_there_is_nothing_to_send(case):
    for path in case.folder.glob("submission-*"):
        path.unlink()
    assert "podium submit pets" in refused_here(case)


def test_without_credentials_it_says_where_they_go(case, monkeypatch):
    monkeypatch.delenv("KAGGLE_KEY")
    case.shared = None
    assert "~/.kaggle/access_token" in refused_here(case)


def test_a_token_in_the_environment_is_enough_and_never_shown(case, monkeypatch):
    monkeypatch.delenv("KAGGLE_KEY")
    case.shared = None
    monkeypatch.setenv("KAGGLE_API_TOKEN", "SECRET-TOKEN")
    case.stub.faults["GetCompetition"] = [(400, {"code": 400, "message": "bad token SECRET-TOKEN"})]
    assert "bad token ***" in case.fail()
    assert case.upload().state == "sent"


@pytest.mark.parametrize("fault", [(401, b""), (500, b""), "reset"])
def test_a_token_that_is_not_accepted(case, monkeypatch, fault):
    monkeypatch.delenv("KAGGLE_KEY")
    case.shared = None
    monkeypatch.setenv("KAGGLE_API_TOKEN", "SECRET-TOKEN")
    case.stub.faults["IntrospectToken"] = [fault] * 20
    assert "Kaggle must" in refused_here(case)


def test_a_client_that_dies_is_started_anew(case):
    case.shared = None
    with Client() as client:
        case.shared = client
        assert client.limits("pets-2026")["allowed"] == 4
        client._worker.kill()
        with pytest.raises(KaggleError, match="its client ended"):
            client.limits("pets-2026")
        assert case.upload().state == "sent"


def test_stopped_by_hand_it_says_what_is_not_known(case, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Client, "submit", stop)
        assert "it was stopped; run podium scores" in case.fail()
    assert case.states() == ["open"]
    case.agree(monkeypatch)


def test_stopped_while_it_waits_for_the_score_it_is_sent(case, monkeypatch):
    case.stub.after = 99

    def stop(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", stop)
    assert case.upload().state == "sent"
    assert "stopped waiting" in case.said[-1]


def test_two_uploads_at_once_are_one_too_many(case):
    with open_ledger(case.folder), pytest.raises(StoreError, match="one command at a time"):
        case.upload()


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from support.kaggle_case import Case
case = Case.__new__(Case)
case.root, case.said, case.shared = Path({root!r}), [], None
from support.makers import make_competition
case.pets = make_competition()
case.upload()
"""


@pytest.mark.parametrize("method", ["StartSubmissionUpload", "PUT", "CreateSubmission"])
def test_killed_at_any_step_it_is_not_sent_twice(case, monkeypatch, method):
    """The child ends with its parent: what was killed before the last step never sends it."""
    case.stub.faults[method] = ["late"]
    code = KILLED.format(tests=os.path.dirname(os.path.dirname(__file__)), root=str(case.root))
    with subprocess.Popen([sys.executable, "-c", code]) as ran:
        deadline = time.monotonic() + 20
        while not case.stub.count(method) and time.monotonic() < deadline:
            time.sleep(0.02)
        ran.send_signal(signal.SIGKILL)
    assert case.states() == ["open"]
    with open(case.folder / "ledger.jsonl", "ab") as file:
        file.write(b'{"event": "kaggle", "tag": "podium-')
    if method == "CreateSubmission":
        assert "submission 1000" in case.fail()
    else:
        assert "may still arrive" in case.fail()
    monkeypatch.setenv("PODIUM_KAGGLE_DOUBT", "0")
    if method != "CreateSubmission":
        assert case.upload().state == "sent"
    assert len(case.stub.subs) == 1
    case.agree(monkeypatch)


def test_a_sample_may_lie_in_a_folder_of_the_user(case, tmp_path):
    case.data.joinpath("pets-2026.zip").unlink()
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "pets-2026.zip").write_bytes(zipped({"sample_submission.csv": "Id,Label\n9,a\n"}))
    assert "sample's 1 ids" in refused_here(case, data=tmp_path / "own")


def test_the_sample_is_the_file_that_the_competition_names(case):
    case.place_data({("gender_" + n if "submission" in n else n): text for n, text in FILES.items()})
    assert "must hold sample_submission.csv" in case.fail(case.write_csv())
    case.pets = replace(case.pets, sample="gender_sample_submission.csv")
    assert "1 unknown: ['4']" in case.fail(case.write_csv(CSV.replace("3,", "4,")))
    assert case.upload(case.write_csv()).state == "sent"
