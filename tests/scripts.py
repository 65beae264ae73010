"""Running the real scripts as processes, from a folder that is not the repository."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GENERATE_CODE = "synthetic_data_generators/generate_code_data.py"
GENERATE_REASONING = "synthetic_data_generators/generate_reasoning_data.py"
CODE_BENCHMARK = "benchmark/run_code_benchmark.py"
DIRECT_BENCHMARK = "benchmark/run_direct_benchmark.py"
PER_ATTEMPT = (
    "prompt_messages",
    "reasoning",
    "response",
    "thinking",
    "finish_reason",
    "usage",
    "generation_time_seconds",
    "provider",
    "error",
)
"""The fields of a result that every script has, with one element per attempt."""
VERIFY = "synthetic_data_generators/verify_generated_code.py"


def environment(**changes: str) -> dict[str, str]:
    """This process's environment without keys (blank, so that a .env does not fill them in), and `changes`."""
    names = (
        "OPENROUTER_API_KEY",
        "LOCAL_API_KEY",
        "SERVER_SECRET_KEY",
        "SERVER_ACCESS_PASSWORD",
        "SERVER_PUBLIC_ORIGIN",
    )
    blank = dict.fromkeys(names, "")
    return {**os.environ, **blank, "NO_PROXY": "127.0.0.1", **changes}


def start(script: str, *flags: str, cwd: Path, **changes: str) -> subprocess.Popen[str]:
    """Start a script with captured output."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / script), *flags],
        cwd=cwd,
        env=environment(**changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def run(script: str, *flags: str, cwd: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a script to its end."""
    process = start(script, *flags, cwd=cwd, **changes)
    stdout, stderr = process.communicate(timeout=240)
    return subprocess.CompletedProcess(script, process.returncode, stdout, stderr)


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until `condition` holds; fails when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def run_on_small_disk(disk: Path, size: str, commands: str) -> subprocess.CompletedProcess[str]:
    """Run shell commands while a file system of `size` is mounted on `disk`; skips the test where that cannot be."""
    done = subprocess.run(
        [
            *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c"),
            f"mount -t tmpfs -o size={size} tmpfs {disk} || exit 99\n{commands}",
        ],
        env=environment(),
        capture_output=True,
        text=True,
    )
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("this machine does not let a test mount a small file system")
    return done
