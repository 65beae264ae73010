"""The results file: whole lines, torn tails, the lock, the journal, the snapshot."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import make_task
from utilities.config import RunFailed, UsageError
from utilities.model_utils import Reply
from utilities.record_reader import current_results, find_run, iterate_lines, read_run
from utilities.records import (
    Attempt,
    CodeResultLine,
    ErrorInfo,
    JournalLine,
    MetadataLine,
    RunLine,
    attempt_fields,
    read_replies,
    task_of_record,
)
from utilities.results import AppendFile, ResultsFile, journal_path

RUN = RunLine(
    run_id="run1", script="generate_code_data", timestamp="2026-01-01T00:00:00+00:00", config={}, manifest={}
)


def result_line(
    task_id: str = "aaaaaaaa", run_id: str = "run1", reply: Reply | None = None
) -> CodeResultLine:
    task = make_task(task_id)
    attempt = Attempt((), reply) if reply else Attempt((), error=ErrorInfo("timeout", "silent for 300 s"))
    return CodeResultLine(
        run_id=run_id,
        task_id=task_id,
        version=0,
        timestamp="2026-01-01T00:00:01+00:00",
        task_data=task.pairs,
        best_of=1,
        reasoning=["because"],
        python_code=["def solve_task(g):\n    return g\n"],
        **attempt_fields([attempt]),
    )


def metadata_line(status: str = "completed") -> MetadataLine:
    return MetadataLine(
        run_id="run1",
        status=status,
        model_identifier="SCRIPTED",
        model_username="SCRIPTED",
        timestamp="2026-01-01T00:00:02+00:00",
        total_runtime_seconds=1.5,
        tasks_total=1,
        tasks_finished=1,
        attempts=1,
        attempts_answered=1,
        requests=1,
        failures={},
        solved_task_ids=None,
        unsolved_task_ids=None,
        usage={"prompt_tokens": 10},
        cost=0.001,
    )


def finish(results: ResultsFile, status: str = "completed") -> Path:
    """Write snapshot and metadata; returns the snapshot's path."""
    snapshot = results.write_snapshot(metadata_line(status))
    results.end(metadata_line(status))
    return snapshot


def journal_line(task_id: str = "aaaaaaaa", run_id: str = "run1", key: str = "k") -> JournalLine:
    return JournalLine(run_id=run_id, task_id=task_id, version=0, key=key, reply=Reply("text"))


def test_a_file_cut_at_every_byte_of_its_last_line_recovers(tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    file = AppendFile(path)
    file.append({"first": 1})
    whole = file.append({"second": "grün"})
    file.close()
    content = path.read_bytes()
    for size in range(whole, len(content) - 1):
        path.write_bytes(content[:size])
        again = AppendFile(path)
        assert (again.size, again.torn_bytes) == (whole, size - whole)
        again.append({"third": 3})
        again.close()
        assert [json.loads(line) for line in path.read_text().splitlines()] == [{"first": 1}, {"third": 3}]


def test_a_whole_record_without_its_line_end_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile(path, "run1") as results:
        results.save_result(result_line(reply=Reply("text")))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert len(list(current_results(path))) == 1
    with ResultsFile(path, "run1") as results:
        assert results.repaired == {}
        results.save_result(result_line("bbbbbbbb", reply=Reply("text")))
    assert len(list(current_results(path))) == 2


def test_a_broken_journal_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    journal_path(path).write_text("garbage\n")
    with pytest.raises(RunFailed, match=r"line 1 of .*attempts\.jsonl is broken"):
        ResultsFile(path, "run1")


def test_what_a_killed_snapshot_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / ".results_20260101_000000.json.0a1b2c3d.tmp"
    left.write_text("half a snapshot")
    ResultsFile(tmp_path / "results.jsonl", "run1").close()
    assert not left.exists()


def test_a_torn_tail_longer_than_a_block_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    path.write_bytes(b'{"first":1}\n' + b"x" * 200_000)
    AppendFile(path).close()
    assert path.read_bytes() == b'{"first":1}\n'


def test_a_full_disk_leaves_no_partial_line(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path; from utilities.results import AppendFile\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "file = AppendFile(Path(sys.argv[1])); file.append({'first': 1})\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "try: file.append({'second': 'x' * 9000})\n"
        "except OSError as error: print(error.filename)\n"
        "file.append({'third': 3}); file.close()\n"
    )
    path = tmp_path / "file.jsonl"
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", script, path, root], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(path)
    assert path.read_bytes() == b'{"first":1}\n{"third":3}\n'


def test_lines_of_any_length_are_read_back(tmp_path: Path) -> None:
    with ResultsFile(tmp_path / "results.jsonl", "run1") as results:
        results.start(RUN)
        results.save_result(result_line(reply=Reply("x" * 300_000)))
        snapshot = finish(results)
    assert len(json.loads(snapshot.read_text())["results"][0]["response"][0]) == 300_000


def test_a_second_run_is_refused_with_the_process_id(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with (
        ResultsFile(path, "run1"),
        pytest.raises(RunFailed, match=rf"process {os.getpid()}.*--output_directory"),
    ):
        ResultsFile(path, "run2")
    ResultsFile(path, "run3").close()


def test_the_journal_is_empty_once_all_results_are_written(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile(path, "run1") as results:
        results.start(RUN)
        results.save_response(journal_line())
        assert journal_path(path).stat().st_size > 0
        results.save_result(result_line(reply=Reply("text")))
        finish(results)
    assert journal_path(path).stat().st_size == 0


def test_the_journal_keeps_what_has_no_result_yet_and_what_other_runs_need(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile(path, "run1") as results:
        for line in (journal_line("aaaaaaaa"), journal_line("bbbbbbbb"), journal_line("cccccccc", "run0")):
            results.save_response(line)
        results.save_result(result_line("aaaaaaaa", reply=Reply("text")))
        finish(results, "interrupted")
    with ResultsFile(path, "run1") as results:
        assert [line.task_id for line in results.load_journal()] == ["bbbbbbbb"]
    with ResultsFile(path, "run0") as results:
        assert [line.task_id for line in results.load_journal()] == ["cccccccc"]


def test_snapshots_never_overwrite_each_other(tmp_path: Path) -> None:
    with ResultsFile(tmp_path / "results.jsonl", "run1") as results:
        results.start(RUN)
        snapshots = {finish(results) for _ in range(3)}
        interrupted = finish(results, "interrupted")
    assert len(snapshots) == 3
    assert interrupted.name.endswith("_interrupted.json")


def test_readers_take_the_last_result_of_a_task(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile(path, "run1") as results:
        results.start(RUN)
        results.save_result(result_line("aaaaaaaa"))
        results.save_result(result_line("bbbbbbbb", reply=Reply("b")))
        results.save_result(result_line("aaaaaaaa", reply=Reply("second")))
        results.save_result(result_line("aaaaaaaa", "run2", reply=Reply("of another run")))
    responses = [
        (record["run_id"], record["task_id"], record["response"]) for record in current_results(path)
    ]
    assert responses == [
        ("run1", "bbbbbbbb", ["b"]),
        ("run1", "aaaaaaaa", ["second"]),
        ("run2", "aaaaaaaa", ["of another run"]),
    ]


def test_a_broken_line_in_the_middle_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile(path, "run1") as results:
        results.start(RUN)
    path.write_bytes(path.read_bytes() + b"\n{broken\n" + b'{"entry_type":"result","run_id":"run1"}\n')
    with pytest.raises(RunFailed, match=r"line 3 of .*results\.jsonl is broken"):
        list(read_run(path, "run1"))


def test_a_torn_last_line_is_left_out_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile(path, "run1") as results:
        results.save_result(result_line(reply=Reply("text")))
    path.write_bytes(path.read_bytes() + b'{"entry_type":"res')
    assert len(list(current_results(path))) == 1
    assert "is torn" in capsys.readouterr().err


def test_snapshots_and_older_files_are_read_too(tmp_path: Path) -> None:
    with ResultsFile(tmp_path / "results.jsonl", "run1") as results:
        results.start(RUN)
        results.save_result(result_line(reply=Reply("text")))
        snapshot = finish(results)
    assert [record["response"] for record in current_results(snapshot)] == [["text"]]
    older = tmp_path / "older.json"
    older.write_text('{"task_id": "aaaaaaaa", "reasoning": "one string", "python_code": "pass"}')
    assert [record["reasoning"] for record in current_results(older)] == ["one string"]
    older.write_text('[{"task_id": "aaaaaaaa"}, {"task_id": "bbbbbbbb"}]')
    assert [record["task_id"] for record in current_results(older)] == ["aaaaaaaa", "bbbbbbbb"]


def test_the_last_run_and_a_run_by_id_are_found(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    for run_id in ("run1", "run2"):
        with ResultsFile(path, run_id) as results:
            results.start(RunLine(run_id=run_id, script="s", timestamp="t", config={}, manifest={}))
    assert find_run(path, "last").run_id == "run2"
    assert find_run(path, "run1").run_id == "run1"
    with pytest.raises(UsageError, match="no run run3 to resume"):
        find_run(path, "run3")


def test_a_record_gives_back_its_task_and_its_replies(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile(path, "run1") as results:
        results.save_result(result_line(reply=Reply("text", thinking="hm", provider={"id": "gen-1"})))
    record = next(iter(current_results(path)))
    assert task_of_record(record).content_hash == make_task().content_hash
    assert record["provider"] == [{"id": "gen-1"}]
    assert list(read_replies(record)) == []  # no prompt, no key to find it by
    record["prompt_messages"] = [[{"role": "user", "content": "?"}]]
    ((request, reply),) = read_replies(record)
    assert (request.attempt, request.part, request.messages[0].content) == (0, 0, "?")
    assert (reply.text, reply.thinking) == ("text", "hm")


@pytest.mark.parametrize("end", [b"", b"\n", b'\n{"task_id": "b"}\n'])
def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "results.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"task_id": "a"}' + end)
    assert next(current_results(path)) == {"task_id": "a"}
    (_, offset, line), *_ = iterate_lines(path)
    assert path.read_bytes()[offset:].startswith(line)


def test_what_only_the_journal_still_holds_is_not_tidied_away(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with ResultsFile(path, "run1") as results:
        results.save_response(journal_line())
        results.save_result(result_line())
        results.sync()
        path.unlink()
        path.touch()  # somebody else's
        for _ in range(2):
            with pytest.raises(OSError, match="moved, removed or cut"):
                results.put_back()
            with pytest.raises(OSError, match="moved, removed or cut"):
                results.write_snapshot(metadata_line())
        assert b'"text"' in journal_path(path).read_bytes()
        path.unlink()
        journal_path(path).unlink()
        assert results.put_back() == [journal_path(path), path]
        assert b'"text"' in journal_path(path).read_bytes()
    assert [record["task_id"] for record in current_results(path)] == [result_line().task_id]
