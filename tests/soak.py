"""Runs killed with SIGKILL at random moments and resumed until complete: nothing may be missing, repeated or broken.

    python tests/soak.py [--runs 100] [--tasks 300] [--best_of 2] [--in_flight 8] [--seed 1] [--faults none]

One run is one results file: start, kill, resume, kill, ..., until it completes. The test suite runs a short form.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.fault_server import FaultServer, serving
from tests.faults import MIXES
from tests.scripts import GENERATE_CODE, start
from utilities.data_loader import load_tasks_from_dataset
from utilities.record_reader import current_results
from utilities.results import journal_path


@dataclass(frozen=True)
class Soak:
    """One run's settings."""

    tasks: Path
    count: int
    best_of: int
    in_flight: int
    longest: float
    """A stretch is killed after at most this many seconds."""


@dataclass
class Verdict:
    """What a killed and resumed run came to."""

    kills: int = 0
    missing: int = 0
    duplicated: int = 0
    invalid: int = 0
    paid_again: int = 0
    paid_again_allowed: int = 0

    @property
    def good(self) -> bool:
        """Nothing missing, duplicated or invalid, and no more paid again than was in flight at the kills."""
        return (
            not (self.missing or self.duplicated or self.invalid)
            and self.paid_again <= self.paid_again_allowed
        )


def write_real_tasks(path: Path, count: int) -> Path:
    """`count` different tasks of ARC-AGI-1 and ARC-AGI-2 in a .jsonl."""
    lines = [task.line for _, task in load_tasks_from_dataset("arc2-training", max_tasks=count)]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def soak_once(soak: Soak, server: FaultServer, folder: Path, rng: random.Random) -> Verdict:
    """Start a run in `folder`, kill and resume it until it completes, and look at what it left."""
    verdict = Verdict()
    flags = ["--dataset", str(soak.tasks), "--best_of", str(soak.best_of), "--seed", "1"]
    flags += ["--model_identifier", "local:any", "--base_url", server.base_url]
    flags += ["--max_concurrent_tasks", str(soak.in_flight), "--max_retries", "50"]
    results = folder / "code_data_results.jsonl"
    while True:
        process = start(GENERATE_CODE, *flags, "--output_directory", str(folder), cwd=folder.parent)
        try:
            process.communicate(timeout=rng.uniform(0.1, soak.longest))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            verdict.kills += 1
            if results.exists() and b'"entry_type":"run"' in results.read_bytes()[:4096]:
                flags = ["--resume", "last"]
            continue
        if process.returncode:
            raise SystemExit(
                f"a stretch ended with exit code {process.returncode}; its files are in {folder}"
            )
        break
    _look(soak, server, results, verdict)
    return verdict


def _look(soak: Soak, server: FaultServer, results: Path, verdict: Verdict) -> None:
    entries = [_entry(line) for line in results.read_bytes().splitlines()]
    verdict.invalid = entries.count(None) + (entries[-1] or {}).get("status", "").count("failed")
    records = list(current_results(results))
    ids = [record["task_id"] for record in records]
    verdict.duplicated = len(ids) - len(set(ids))
    whole = {
        record["task_id"]
        for record in records
        if len(record["response"]) == soak.best_of and all(record["response"])
    }
    verdict.missing = soak.count - len(whole) + journal_path(results).stat().st_size
    verdict.paid_again = len(server.asked_again_after_an_answer())
    verdict.paid_again_allowed = verdict.kills * soak.in_flight


def _entry(line: bytes) -> dict[str, str] | None:
    try:
        entry: dict[str, str] = json.loads(line)
    except ValueError:
        return None
    return entry


def main(argv: Sequence[str] | None = None) -> int:
    """Soak; returns 1 when a run was not good."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--tasks", type=int, default=300)
    parser.add_argument("--best_of", type=int, default=2)
    parser.add_argument("--in_flight", type=int, default=8)
    parser.add_argument(
        "--longest", type=float, default=1.5, help="seconds after which a stretch is killed at the latest"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", choices=sorted(MIXES), default="none")
    options = parser.parse_args(argv)
    rng, bad, began = random.Random(options.seed), 0, time.monotonic()
    kills = again = 0
    with tempfile.TemporaryDirectory() as name:
        tasks = write_real_tasks(Path(name) / "tasks.jsonl", options.tasks)
        soak = Soak(tasks, options.tasks, options.best_of, options.in_flight, options.longest)
        for number in range(options.runs):
            with serving(latency=0.02, faults=MIXES[options.faults], rate=0.2, seed=number) as server:
                verdict = soak_once(soak, server, Path(name) / f"run{number}", rng)
            bad, kills, again = bad + (not verdict.good), kills + verdict.kills, again + verdict.paid_again
            print(f"run {number + 1} of {options.runs}: {verdict}", flush=True)
    print(
        f"{options.runs - bad} of {options.runs} runs good, {kills} kills, {again} requests paid again, "
        f"{time.monotonic() - began:.0f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
