"""The lines of a results file, held to golden files: other people's notebooks read them.

When a format is changed on purpose: python tests/utilities/test_record_formats.py writes the golden files anew.
"""

import asyncio
import dataclasses
import importlib.util
import json
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import make_task
from tests.scripted_model import CODE_REPLY, ScriptedModel
from tests.scripts import CODE_BENCHMARK, DIRECT_BENCHMARK, GENERATE_CODE, ROOT
from utilities.model_utils import Message, RefusedError, Reply, Request, Usage
from utilities.records import Attempt, ErrorInfo, JournalLine, attempt_fields, read_replies
from utilities.results import ResultsFile, journal_path
from utilities.run_setup import prepare
from utilities.runner import Run

GOLDEN = ROOT / "tests" / "golden"
SCRIPTS = {GENERATE_CODE: (), CODE_BENCHMARK: ("--refine", "1"), DIRECT_BENCHMARK: ()}
CHANGING = {
    "run_id": "RUN",
    "timestamp": "TIME",
    "total_runtime_seconds": 0.0,
    "dataset": "DATASET",
    "tasks": "DATASET",
    "code_version": "VERSION",
    "python": "VERSION",
    "numpy": "VERSION",
    "scipy": "VERSION",
    "verification_time_seconds": "SECONDS",
    "sandbox": "TIER",
}


def script(path: str) -> ModuleType:
    """A script as a module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answer(request: Request) -> Reply:
    """One of each: a program, a reply that was cut off, a refusal."""
    if request.attempt == 2:
        raise RefusedError("moderation", "403: the prompt was flagged")
    text, finish = (CODE_REPLY, "stop") if request.attempt == 0 else ("The rule keeps", "length")
    usage = Usage(412, 58, 20, 0, 0.00031)
    return Reply(text, "Let me see.", finish, usage, 2.4, {"id": "gen-1"})


def written(path: str, folder: Path) -> list[dict[str, Any]]:
    """What a script writes for one task, with what changes from run to run replaced."""
    tasks = folder / "tasks.jsonl"
    tasks.write_bytes(make_task().line + b"\n")
    flags = [
        "--dataset",
        str(tasks),
        "--output_directory",
        str(folder),
        "--best_of",
        "3",
        "--temperature",
        "0.7",
        *SCRIPTS[path],
    ]
    setup = dataclasses.replace(prepare(script(path).JOB, flags), model=ScriptedModel(answer))
    setup.run.manifest["model_id"] = "scripted"
    with ResultsFile(setup.results, setup.run.run_id) as results:
        asyncio.run(Run(setup, results).run())
    return [steady(json.loads(line)) for line in setup.results.read_text().splitlines()]


def steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: CHANGING.get(name, steady(inner)) for name, inner in value.items()}
    return [steady(inner) for inner in value] if isinstance(value, list) else value


def golden(path: str) -> Path:
    """The golden file of a script, called like its results file."""
    return GOLDEN / script(path).JOB.results.name


@pytest.mark.parametrize("path", SCRIPTS)
def test_records_are_those_of_the_golden_file(path: str, tmp_path: Path) -> None:
    assert written(path, tmp_path) == [json.loads(line) for line in golden(path).read_text().splitlines()]


texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.none() | st.integers(0, 10**9)
usages = st.builds(Usage, numbers, numbers, numbers, numbers, st.none() | st.floats(0, 1e6))
replies = st.builds(
    Reply,
    texts,
    texts,
    st.none() | texts,
    usages,
    st.floats(0, 1e6).map(lambda seconds: round(seconds, 3)),
    st.dictionaries(texts, texts, max_size=2),
)
prompts = st.tuples(st.builds(Message, st.sampled_from(["system", "user"]), texts))


@given(st.lists(st.builds(Attempt, prompts, replies), min_size=1, max_size=3))
def test_replies_survive_the_way_through_a_record(attempts: list[Attempt]) -> None:
    record = json.loads(msgspec.json.encode(attempt_fields(attempts)))
    back = [Attempt(request.messages, reply) for request, reply in read_replies(record)]
    assert back == attempts


@given(prompts)
def test_an_attempt_with_an_error_has_no_reply(prompt: tuple[Message, ...]) -> None:
    fields = attempt_fields([Attempt(prompt, error=ErrorInfo("timeout", "silent"))])
    assert list(read_replies(json.loads(msgspec.json.encode(fields)))) == []


@given(replies)
def test_a_response_survives_the_way_through_the_journal(reply: Reply) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "results.jsonl"
        line = JournalLine(run_id="run1", task_id="a", version=0, key="k", reply=reply)
        with ResultsFile(path, "run1") as results:
            results.save_response(line)
            assert list(results.load_journal()) == [line]
        assert len(journal_path(path).read_bytes().splitlines()) == 1


if __name__ == "__main__":
    for path in SCRIPTS:
        with tempfile.TemporaryDirectory() as name:
            lines = [json.dumps(line) + "\n" for line in written(path, Path(name))]
        golden(path).write_text("".join(lines))
