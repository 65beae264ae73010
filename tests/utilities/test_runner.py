"""The run loop with a scripted model: what is asked, saved, counted, resumed and stopped."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.conftest import TasksFile
from tests.scripted_model import ScriptedModel, same_code
from tests.utilities.running import Runner, failing, job
from utilities.config import RunFailed, UsageError
from utilities.model_utils import RefusedError, Reply, Request, RetryableError, RunStoppingError
from utilities.record_reader import current_results
from utilities.results import journal_path
from utilities.run_setup import prepare
from utilities.runner import run_job


def test_a_run_writes_one_result_per_task_and_metadata_last(runner: Runner) -> None:
    model = ScriptedModel()
    assert runner(model, "--best_of", "3") == 0
    results = runner.lines("result")
    assert sorted(record["task_id"] for record in results) == [f"task{number:04d}" for number in range(7)]
    per_attempt = ("prompt_messages", "reasoning", "response", "thinking", "finish_reason", "usage")
    for record in results:
        for name in (*per_attempt, "generation_time_seconds", "provider", "error", "python_code"):
            assert len(record[name]) == 3, name
    entries = [json.loads(line)["entry_type"] for line in runner.results.read_text().splitlines()]
    assert entries == ["run", *["result"] * 7, "metadata"]
    assert model.closed
    assert journal_path(runner.results).stat().st_size == 0


def test_metadata_and_snapshot_tell_what_happened(runner: Runner) -> None:
    runner(ScriptedModel(failing(2, error=lambda: RefusedError("moderation", "403: flagged"))))
    (metadata,) = runner.lines("metadata")
    assert metadata["status"] == "completed"
    assert (metadata["tasks_finished"], metadata["attempts"], metadata["attempts_answered"]) == (7, 7, 6)
    assert metadata["failures"] == {"api_error": 1}
    assert metadata["cost"] == pytest.approx(0.006)
    assert metadata["usage"]["prompt_tokens"] == 60
    (snapshot,) = runner.folder.glob("code_data_results_*.json")
    content = json.loads(snapshot.read_text())
    assert content["metadata"] == metadata
    assert content["results"] == runner.lines("result")


def test_requests_in_flight_never_exceed_the_limit(runner: Runner) -> None:
    model = ScriptedModel(delay=0.01)
    runner(model, "--best_of", "4", "--max_concurrent_tasks", "3")
    assert model.most_in_flight == 3
    assert len(model.requests) == 28


def test_each_attempt_has_its_own_seed(runner: Runner) -> None:
    model = ScriptedModel()
    runner(model, "--best_of", "3", "--seed", "10", "--max_tasks", "1", "--temperature", "0.5")
    assert sorted((request.attempt, request.sampling.seed) for request in model.requests) == [
        (0, 10),
        (1, 11),
        (2, 12),
    ]
    assert {request.sampling.temperature for request in model.requests} == {0.5}


def test_runs_follow_each_other_in_one_file(runner: Runner) -> None:
    runner(ScriptedModel())
    runner(ScriptedModel(), "--max_tasks", "2")
    assert len(runner.lines("run")) == len(runner.lines("metadata")) == 2
    assert len({line["run_id"] for line in runner.lines("run")}) == 2
    assert len(list(current_results(runner.results))) == 9


def test_a_resume_asks_only_for_what_has_no_response(runner: Runner) -> None:
    runner(ScriptedModel(failing(3, 6, error=lambda: RetryableError("timeout", "silent"))), "--best_of", "2")
    model = ScriptedModel()
    assert runner(model, "--resume", "last") == 0
    assert len(model.requests) == 2
    records = list(current_results(runner.results))
    assert sorted(record["task_id"] for record in records) == [f"task{number:04d}" for number in range(7)]
    assert all(error is None for record in records for error in record["error"])
    assert [line["status"] for line in runner.lines("metadata")] == ["completed", "completed"]
    last = runner.lines("metadata")[-1]
    assert (last["attempts"], last["attempts_answered"], last["failures"]) == (14, 14, {})
    assert last["cost"] == pytest.approx(0.014)


def test_an_answer_without_code_is_an_answer(runner: Runner) -> None:
    runner(ScriptedModel(lambda _: Reply("I do not know.", finish_reason="length")))
    assert runner.lines("metadata")[0]["failures"] == {"truncated": 7}
    model = ScriptedModel()
    runner(model, "--resume", "last")
    assert model.requests == []


def test_a_resume_uses_journalled_responses_of_unfinished_tasks(runner: Runner) -> None:
    class Killed(BaseException):
        """Stands for a crash between a response and its task's result."""

    calls = iter(range(100))

    def crash(request: Request) -> Reply:
        if next(calls) == 5:
            raise Killed
        return same_code(request)

    with pytest.raises(Killed):
        runner(ScriptedModel(crash), "--best_of", "4", "--max_concurrent_tasks", "1")
    assert runner.lines("metadata")[-1]["status"] == "failed"
    assert len(journal_path(runner.results).read_text().splitlines()) == 3
    model = ScriptedModel()
    runner(model, "--resume", "last")
    assert len(model.requests) == 28 - 7
    assert len(list(current_results(runner.results))) == 7


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--temperature", "0.7"], "--temperature was not given and is now 0.7"),
        (["--best_of", "2"], "--best_of was 1 and is now 2"),
        (["--max_tasks", "3"], "--max_tasks was not given and is now 3"),
    ],
)
def test_a_resume_with_other_settings_is_refused(runner: Runner, flags: list[str], sentence: str) -> None:
    runner(ScriptedModel())
    with pytest.raises(UsageError, match=sentence):
        runner(ScriptedModel(), "--resume", "last", *flags)


def test_a_resume_of_changed_tasks_is_refused(runner: Runner) -> None:
    runner(ScriptedModel())
    runner.dataset.write_text(runner.dataset.read_text().replace("[[5]]", "[[6]]"))
    with pytest.raises(UsageError, match="content or the order of its tasks"):
        runner(ScriptedModel(), "--resume", "last")


def test_a_resume_without_a_run_is_refused(runner: Runner) -> None:
    with pytest.raises(RunFailed, match="there is no run to resume"):
        runner(ScriptedModel(), "--resume", "last")


def test_a_refused_key_stops_the_run(runner: Runner) -> None:
    model = ScriptedModel(failing(3, error=lambda: RunStoppingError("key_refused", "the key is refused")))
    with pytest.raises(RunFailed, match="the key is refused"):
        runner(model, "--max_concurrent_tasks", "1")
    assert len(model.requests) == 3
    (metadata,) = runner.lines("metadata")
    assert (metadata["status"], metadata["message"]) == ("failed", "the key is refused")
    assert len(runner.lines("result")) == 3
    again = ScriptedModel()
    runner(again, "--resume", "last")
    assert len(again.requests) == 5


def test_a_refused_key_costs_no_answer_that_is_under_way(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Slow(ScriptedModel):
        async def ask(self, request: Request) -> Reply:
            is_refused = "0 1" in request.messages[1].content
            await asyncio.sleep(0.05 if is_refused else 0.2)
            if is_refused:
                raise RunStoppingError("key_refused", "the key has reached its limit")
            return same_code(request)

    monkeypatch.setattr("utilities.runner.GRACE_SECONDS", 0.01)
    with pytest.raises(RunFailed, match="the key has reached its limit"):
        runner(Slow(), "--max_concurrent_tasks", "7")
    assert sum(any(record["response"]) for record in runner.lines("result")) == 6
    assert "waiting for 6 requests under way" in capsys.readouterr().err


def test_credentials_in_the_address_are_not_saved(tmp_path: Path, tasks_file: TasksFile) -> None:
    for address in ("http://user:pa@ss@host/v1", "http://host/v1?api-key=SECRET"):
        flags = ["--model_identifier", "local:x", "--base_url", address, "--dataset", str(tasks_file(1))]
        assert prepare(job(tmp_path / "out"), flags).run.config["base_url"] == "http://host/v1"


def test_a_run_in_which_every_request_failed_fails(runner: Runner) -> None:
    with pytest.raises(RunFailed, match=r"every request failed.*500: broken"):
        runner(
            ScriptedModel(failing(*range(1, 8), error=lambda: RetryableError("server_error", "500: broken")))
        )
    assert runner.lines("metadata")[0]["status"] == "failed"


def test_a_resume_in_which_every_request_failed_fails(runner: Runner) -> None:
    broken = failing(*range(1, 8), error=lambda: RetryableError("server_error", "500: broken"))
    runner(ScriptedModel(failing(2, 3, error=lambda: RetryableError("server_error", "500: broken"))))
    with pytest.raises(RunFailed, match=r"every request failed.*500: broken"):
        runner(ScriptedModel(broken), "--resume", "last")
    assert [line["status"] for line in runner.lines("metadata")] == ["completed", "failed"]


def test_a_bug_ends_the_run_loudly_with_everything_before_it_on_disk(runner: Runner) -> None:
    with pytest.raises(ZeroDivisionError):
        runner(ScriptedModel(failing(4, error=ZeroDivisionError)), "--max_concurrent_tasks", "1")
    assert len(runner.lines("result")) == 3
    assert runner.lines("metadata")[0]["status"] == "failed"


def test_a_dry_resume_counts_only_what_is_missing(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    runner(
        ScriptedModel(failing(1, 2, 3, error=lambda: RetryableError("timeout", "silent"))), "--best_of", "2"
    )
    runner(ScriptedModel(failing(1, error=lambda: RetryableError("timeout", "silent"))), "--resume", "last")
    capsys.readouterr()
    assert run_job(job(runner.folder), ["--resume", "last", "--dry_run"]) == 0
    shown = capsys.readouterr().out
    assert "1 requests" in shown
    assert "as 13 earlier responses of this model cost $0.0130" in shown
    again = ["--dataset", str(runner.dataset), "--dry_run", "--max_tokens", "3"]
    assert run_job(job(runner.folder), again) == 0
    assert "about 21 completion tokens" in capsys.readouterr().out


BROKEN = {
    "no error": lambda record: record.pop("error"),
    "no prompt": lambda record: record.pop("prompt_messages"),
    "a number for an id": lambda record: record.update(task_id=5),
    "fewer answers": lambda record: record.update(python_code=[]),
    "no answers": lambda record: record.update(python_code=None),
    "fewer responses": lambda record: record.update(response=[]),
    "no task": lambda record: record.update(task_data=5),
    "a task that is none": lambda record: record["task_data"]["train"][0].update(input=[[1], [2, 3]]),
    "a message that is none": lambda record: record.update(prompt_messages=[[5]]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_record_changed_by_hand_is_refused_in_one_sentence(runner: Runner, name: str) -> None:
    runner(ScriptedModel())
    lines = [json.loads(line) for line in runner.results.read_text().splitlines()]
    BROKEN[name](lines[2])
    runner.results.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    with pytest.raises(RunFailed, match="is broken"):
        runner(ScriptedModel(), "--resume", "last")


def test_a_dry_run_asks_nothing_and_writes_nothing(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ScriptedModel()
    monkeypatch.setattr("utilities.run_setup.get_model", lambda *_: model)
    assert run_job(job(runner.folder), ["--dataset", str(runner.dataset), "--dry_run", "--best_of", "2"]) == 0
    shown = capsys.readouterr().out
    assert "Train pair 1" in shown
    assert "7 tasks" in shown and "14 requests" in shown
    assert "prompt tokens" in shown
    assert model.requests == []
    assert not runner.folder.exists()


def test_everything_is_logged_to_a_file(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("utilities.run_setup.get_model", lambda *_: ScriptedModel())
    run_job(job(runner.folder), ["--dataset", str(runner.dataset)])
    log = (runner.folder / "code_data_generation.log").read_text()
    assert log.count("DEBUG response after") == 7
    assert "INFO run" in log and "completed" in log


def test_responses_with_equal_content_in_two_tasks_are_kept_apart(runner: Runner) -> None:
    task = json.loads(runner.dataset.read_text().splitlines()[0])
    copies = [json.dumps(task | {"task_id": name}) for name in ("one", "two")]
    runner.dataset.write_text("\n".join(copies) + "\n")
    runner(
        ScriptedModel(failing(1, 2, 3, error=lambda: RetryableError("timeout", "silent"))), "--best_of", "2"
    )
    model = ScriptedModel()
    runner(model, "--resume", "last")
    assert len(model.requests) == 3
