"""Through a Ray cluster of two nodes: the same results as here, also when a process or a node is lost on the way."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.conftest import make_task
from tests.scripts import GENERATE_CODE, ROOT, VERIFY, environment, run, start
from tests.synthetic_data_generators.test_verify import RIGHT, result, write
from utilities import ray_verifier
from utilities.code_execution import Limits

BENCHMARK = "benchmark/run_code_benchmark.py"
SLOW = "import time\ndef solve_task(grid):\n    time.sleep(0.02)\n    return grid\n"
WRONG = "def solve_task(grid):\n    return [[0]]\n"
NUMPY = "import numpy as np\ndef solve_task(grid):\n    return np.array(grid)\n"
ENDLESS = "def solve_task(grid):\n    while True: pass\n"
needs_ray = pytest.mark.skipif(
    subprocess.run([sys.executable, "-c", "import ray"], capture_output=True).returncode != 0,
    reason="Ray is not installed",
)


class Nodes:
    """A cluster of two nodes in another process (ray_nodes.py)."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "ray_nodes.py")],
            env=environment(RAY_ADDRESS=""),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.address = self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    @property
    def flags(self) -> tuple[str, ...]:
        return "--executor", "ray", "--ray_address", self.address

    def kill_node(self) -> None:
        """End the second node as a power cut would."""
        assert self._process.stdin is not None
        self._process.stdin.write("kill\n")
        self._process.stdin.flush()
        assert self._line() == "killed"

    def busy_workers(self) -> list[int]:
        """Ids of the Ray workers of these nodes that are at a batch of programs."""
        commands, parents = {}, {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                commands[int(folder.name)] = (folder / "cmdline").read_text()
            except OSError:  # it has ended
                continue

        def is_ours(process: int) -> bool:
            while process not in (0, 1, self._process.pid):
                process = parents.get(process, 0)
            return process == self._process.pid

        return [one for one, command in commands.items() if "ray::verify_batch" in command and is_ours(one)]

    def close(self) -> None:
        """End it all."""
        self._process.communicate(timeout=60)


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    cluster = Nodes()
    yield cluster
    cluster.close()


def verify(folder: Path, *flags: str, meanwhile: Callable[[Path], None] = lambda output: None) -> list[Any]:
    """The verified records of a results file in `folder`, without how long each took."""
    output = folder / "results.verified.jsonl"
    output.unlink(missing_ok=True)
    process = start(VERIFY, str(folder / "results.jsonl"), "--exec_timeout", "3", *flags, cwd=folder)
    try:
        meanwhile(output)
        _, stderr = process.communicate(timeout=240)
    finally:
        process.kill()
    assert process.returncode == 0, stderr
    records = [json.loads(line) for line in output.read_text().splitlines()]
    for record in records:
        del record["verification_time_seconds"]
    return records


def until(happens: Callable[[], Any]) -> None:
    patience = time.monotonic() + 120
    while not happens():
        assert time.monotonic() < patience
        time.sleep(0.01)


@needs_ray
def test_verdicts_are_those_of_this_machine_in_the_same_order(nodes: Nodes, tmp_path: Path) -> None:
    programs = [RIGHT, WRONG, NUMPY, None, "error", "not python"]
    records = [result(number, [programs[number % 6], RIGHT]) for number in range(150)]
    write(tmp_path / "results.jsonl", *records, result(150, [ENDLESS]))
    assert verify(tmp_path, *nodes.flags) == verify(tmp_path)


@needs_ray
def test_a_killed_worker_changes_nothing_in_the_results(nodes: Nodes, tmp_path: Path) -> None:
    write(tmp_path / "results.jsonl", *(result(number, [SLOW, WRONG]) for number in range(300)))
    killed: list[int] = []

    def kill(output: Path) -> None:
        until(lambda: output.exists() and output.stat().st_size)
        until(lambda: killed.extend(nodes.busy_workers()) or killed)
        os.kill(killed[0], signal.SIGKILL)

    assert verify(tmp_path, *nodes.flags, meanwhile=kill) == verify(tmp_path)
    assert killed


@needs_ray
def test_the_code_benchmark_searches_and_verifies_there(nodes: Nodes, tmp_path: Path) -> None:
    def scored(folder: Path, *flags: str) -> dict[str, Any]:
        folder.mkdir()
        options = ("--dataset", "arc1-training", "--max_tasks", "3")
        done = run(BENCHMARK, *options, "--output_directory", str(folder), *flags, cwd=folder)
        assert done.returncode == 0, done.stderr
        names = ("verification_reason", "test_outputs", "submission", "task_score")
        return _results(folder / "code_benchmark_results.jsonl", names)

    assert scored(tmp_path / "ray", *nodes.flags) == scored(tmp_path / "here")


@needs_ray
def test_a_lost_node_changes_nothing_in_what_is_generated_and_verified(tmp_path: Path) -> None:
    nodes = Nodes()

    def kill(output: Path) -> None:
        until(lambda: output.exists() and output.stat().st_size)
        nodes.kill_node()

    try:
        generated = _generated(tmp_path / "ray", *nodes.flags)
        results = tmp_path / "ray" / "code_data_results.jsonl"
        more = "".join(json.dumps(result(number, [SLOW, WRONG])) + "\n" for number in range(300))
        (tmp_path / "results.jsonl").write_text(results.read_text() + more)
        verified = verify(tmp_path, *nodes.flags, meanwhile=kill)
    finally:
        nodes.close()
    assert generated == _generated(tmp_path / "here")
    assert verified == verify(tmp_path)


def _generated(folder: Path, *flags: str) -> dict[str, Any]:
    """What was generated for each task."""
    folder.mkdir()
    options = ("--dataset", "arc1-training", "--max_tasks", "5", "--output_directory", str(folder))
    done = run(GENERATE_CODE, *options, *flags, cwd=folder)
    assert done.returncode == 0, done.stderr
    return _results(folder / "code_data_results.jsonl", ("response", "python_code", "error"))


def _results(path: Path, names: tuple[str, ...]) -> dict[str, Any]:
    records = [json.loads(line) for line in path.read_text().splitlines()]
    return {
        record["task_id"]: [record[name] for name in names]
        for record in records
        if record["entry_type"] == "result"
    }


# --- batches ---------------------------------------------------------------------------------------------------------


class Recording:
    """Stands for the cluster, so that it can be seen what is sent there; the batches are run here, by Ray's side of it."""

    cpus, failure = 1, OSError

    def __init__(self, address: str | None) -> None:
        self.sizes: list[int] = []

    def remote(self, function: Callable[..., bytes]) -> "Recording":
        self._function = function
        self.remote = self._call  # type: ignore[method-assign]
        return self

    async def _call(self, programs: bytes, settings: bytes) -> bytes:
        self.sizes.append(len(msgspec.msgpack.decode(programs)))
        return await asyncio.to_thread(self._function, programs, settings)

    def close(self) -> None: ...


@pytest.mark.parametrize("count", [1, 49, 50, 120, 275])
def test_programs_travel_in_full_batches_and_the_last_ones_are_not_kept_waiting(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(ray_verifier, "RayCluster", Recording)
    verifier = ray_verifier.RayVerifier(Limits(), None, "auto", None)
    task = make_task()

    async def ask() -> list[bool | None]:
        programs = [(RIGHT, WRONG)[number % 2] for number in range(count)]
        verdicts = await asyncio.gather(*(verifier.verify(program, task) for program in programs))
        return [verdict.verification_success for verdict in verdicts]

    assert asyncio.run(ask()) == [number % 2 == 0 for number in range(count)]
    full, rest = divmod(count, ray_verifier.BATCH)
    assert verifier._cluster.sizes == [ray_verifier.BATCH] * full + [rest] * bool(rest)  # type: ignore[attr-defined]


def test_what_a_batch_has_no_time_for_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_verifier, "RayCluster", Recording)
    monkeypatch.setattr(ray_verifier, "SLICE_SECONDS", 1.5)
    verifier = ray_verifier.RayVerifier(Limits(seconds=1), None, "auto", None)
    task = make_task()

    async def ask() -> list[bool | None]:
        programs = [(RIGHT, ENDLESS)[number % 2] for number in range(10)]
        verdicts = await asyncio.gather(*(verifier.verify(program, task) for program in programs))
        return [verdict.verification_success for verdict in verdicts]

    assert asyncio.run(ask()) == [number % 2 == 0 for number in range(10)]
    sizes = verifier._cluster.sizes  # type: ignore[attr-defined]
    assert len(sizes) > 1 and sizes == sorted(sizes, reverse=True)


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [VERIFY, GENERATE_CODE])
def test_without_ray_it_says_what_to_install(tmp_path: Path, script: str) -> None:
    (tmp_path / "ray.py").write_text("raise ImportError('as if it were not installed')\n")
    path = write(tmp_path / "results.jsonl", result(1, [RIGHT]))
    flags = [str(path)] if script == VERIFY else []
    done = run(script, *flags, "--executor", "ray", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert "pip install -r requirements-ray.txt" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@needs_ray
@pytest.mark.parametrize(
    ("flags", "code", "sentence"),
    [
        (("--executor", "ray", "--ray_address", "127.0.0.1:1"), 1, "there is no Ray cluster at 127.0.0.1:1"),
        (("--executor", "ray", "--ray_address", "nonsense"), 2, "nonsense is no address of a Ray cluster"),
        (("--ray_address", "auto"), 2, "--ray_address auto needs --executor ray"),
    ],
)
def test_a_cluster_that_is_not_there_is_one_sentence(
    tmp_path: Path, flags: tuple[str, ...], code: int, sentence: str
) -> None:
    path = write(tmp_path / "results.jsonl", result(1, [RIGHT]))
    done = run(VERIFY, str(path), *flags, cwd=tmp_path)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (code, 1)
    assert sentence in done.stderr
    assert not (tmp_path / "results.verified.jsonl").exists()
