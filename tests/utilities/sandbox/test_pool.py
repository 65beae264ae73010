"""The pool survives what happens to it: losses, crowds, cancellations, and the end of its own process."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.utilities.sandbox.watching import TURN, Watch, assert_still_right, descendants, soon
from utilities.code_execution import Limits, Pool, PoolClosed
from utilities.sandbox import canary, tiers
from utilities.sandbox.canary import choose
from utilities.sandbox.pool import flavour_of
from utilities.sandbox.protocol import Ready

ROOT = Path(__file__).resolve().parents[3]
LOOP = "def solve_task(grid):\n    while True: pass"
ECHO = "def solve_task(grid):\n    return grid"


@pytest.fixture
def pool() -> Iterator[Pool]:
    watch = Watch()
    with Pool(2) as pool:
        yield pool
        assert_still_right(pool)
    watch.assert_nothing_left()


def zygotes() -> list[int]:
    """The zygotes below this process: what bubblewrap started last, or the interpreters themselves."""
    return [pid for pid, name in descendants(os.getpid()).items() if name.startswith("python")]


def kill(pid: int) -> None:
    """SIGKILL; the child of a job that is just over may be gone already."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def test_a_late_timeout_keeps_the_grids_before_it(pool: Pool) -> None:
    program = "def solve_task(grid):\n    while grid[0][0] == 3: pass\n    return grid"
    outcomes = pool.run(program, [[[1]], [[2]], [[3]], [[4]]], Limits(seconds=0.3)).outcomes
    assert [outcome.output for outcome in outcomes] == [[[1]], [[2]], None, None]
    assert [outcome.error_type for outcome in outcomes] == [None, None, "timeout", "timeout"]


def test_a_crash_keeps_the_grids_before_it(pool: Pool) -> None:
    program = "import os\ndef solve_task(grid):\n    if grid[0][0] == 2: os._exit(3)\n    return grid"
    outcomes = pool.run(program, [[[1]], [[2]], [[3]]]).outcomes
    assert [outcome.error_type for outcome in outcomes] == [None, "killed", "killed"]
    assert "exit code 3" in str(outcomes[1].error)


def test_an_error_names_the_line_in_the_program(pool: Pool) -> None:
    program = "def solve_task(grid):\n    return helper(grid)\n\ndef helper(grid):\n    return grid[7]\n"
    (outcome,) = pool.run(program, [[[1]]]).outcomes
    assert (outcome.error_type, outcome.error) == (
        "exception",
        "IndexError: list index out of range (line 5)",
    )


def test_printed_text_and_time_are_kept_per_grid(pool: Pool) -> None:
    program = "print('loading')\ndef solve_task(grid):\n    print('grid', grid[0][0])\n    return grid"
    first, second = pool.run(program, [[[1]], [[2]]]).outcomes
    assert (first.stdout, second.stdout) == ("loading\ngrid 1\n", "grid 2\n")
    assert 0 < first.duration_ms < 10_000


def test_no_grids_make_no_outcomes(pool: Pool) -> None:
    assert pool.run(ECHO, []).outcomes == []


def test_many_grids_with_much_text_all_come_back(pool: Pool) -> None:
    grids = [[[n % 10] * 30] * 30 for n in range(500)]
    outcomes = pool.run("def solve_task(grid):\n    print('x' * 100)\n    return grid", grids).outcomes
    assert [outcome.output for outcome in outcomes] == grids


def test_a_zygote_killed_while_idle_is_replaced(pool: Pool) -> None:
    for _ in range(4):
        assert_still_right(pool)
    for pid in zygotes():
        kill(pid)
    for _ in range(4):
        assert_still_right(pool)


def test_a_zygote_killed_under_a_job_costs_nobody_a_result(pool: Pool) -> None:
    program = "import time\ndef solve_task(grid):\n    time.sleep(2)\n    return grid"
    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(pool.run, program, [[[n]]]) for n in range(2)]
        assert soon(lambda: len(zygotes()) >= 4)  # two zygotes and two children
        for pid in zygotes():
            kill(pid)
        assert [run.result().outcomes[0].output for run in runs] == [[[0]], [[1]]]


def test_a_sandbox_lost_twice_is_ours_and_not_the_program_s(pool: Pool) -> None:
    program = "import time\ndef solve_task(grid):\n    time.sleep(60)\n    return grid"
    with ThreadPoolExecutor(1) as threads:
        run = threads.submit(pool.run, program, [[[1]]], Limits(seconds=60))
        while not run.done():
            for pid in zygotes():
                kill(pid)
            time.sleep(0.05)
        assert run.result().outcomes[0].error_type == "sandbox_error"


def test_many_threads_get_their_own_answers(pool: Pool) -> None:
    def job(number: int) -> bool:
        grid = [[number % 10, number // 10 % 10]]
        return pool.run(ECHO, [grid]).outcomes[0].output == grid

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(job, range(200)))


def test_loops_do_not_starve_the_others(pool: Pool) -> None:
    """32 loops and 32 honest programs, all at once: every honest one is right, every loop is a timeout."""
    limits = Limits(seconds=0.2)

    async def crowd() -> list[str | None]:
        jobs = [pool.run_async(LOOP if n % 2 else ECHO, [[[n % 10]]], limits) for n in range(64)]
        return [execution.outcomes[0].error_type for execution in await asyncio.gather(*jobs)]

    assert asyncio.run(crowd()) == [None, "timeout"] * 32


def test_cancelling_a_task_kills_its_program(pool: Pool) -> None:
    async def cancel() -> float:
        task = asyncio.create_task(pool.run_async(LOOP, [[[1]]], Limits(seconds=30)))
        await asyncio.sleep(0.3)
        begin = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return begin

    begin = asyncio.run(cancel())
    (outcome,) = pool.run(ECHO, [[[1]]]).outcomes
    assert outcome.output == [[1]]
    assert time.monotonic() - begin < 20  # far below the limit of 30 s
    assert soon(lambda: len(zygotes()) <= 2)


def test_a_cancelled_job_that_still_waits_never_runs(pool: Pool) -> None:
    async def cancel() -> None:
        running = [asyncio.create_task(pool.run_async(LOOP, [[[1]]], Limits(seconds=0.5))) for _ in range(2)]
        waiting = asyncio.create_task(pool.run_async(ECHO, [[[1]]]))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert [run.outcomes[0].error_type for run in await asyncio.gather(*running)] == ["timeout"] * 2

    asyncio.run(cancel())


def test_closing_ends_running_jobs_and_refuses_new_ones() -> None:
    watch = Watch()
    pool = Pool(1)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            pool.run(LOOP, [[[1]]], Limits(seconds=60))
        except PoolClosed as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert soon(lambda: len(zygotes()) >= 2)
    pool.close()
    for thread in threads:
        thread.join(30)
    assert len(errors) == 3
    with pytest.raises(PoolClosed):
        pool.run(ECHO, [[[1]]])
    pool.close()
    watch.assert_nothing_left()


def test_a_pool_is_not_used_across_a_fork(pool: Pool) -> None:
    """As a child of fork sees it: under another process id."""
    pool._pid += 1
    with pytest.raises(RuntimeError, match="forked"):
        pool.run(ECHO, [[[1]]])
    pool._pid -= 1


def test_a_forked_process_leaves_the_zygotes_alone_when_it_ends() -> None:
    how = """
    echo = "def solve_task(grid): return grid"
    pool = Pool(1)
    zygote = [pool.run(echo, [[[7]]]), run(echo, [[[7]]])] and pool._workers[0].zygotes["bare"]
    if not os.fork():
        pool.close()
        sys.exit()
    os.wait()
    again = pool.run(echo, [[[7]]])
    print(again.outcomes[0].output, pool._workers[0].zygotes["bare"] is zygote)
    pool.close()
    """
    with started(how) as process:
        output, errors = process.communicate(timeout=60)
    assert output == "[[7]] True\nready\n", errors


def test_no_temporary_directory_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent")
    canary.probe.cache_clear()
    assert choose("auto").name != tiers.UNSAFE


CHILD = """
import os, sys, threading, time
sys.path.insert(0, {root!r})
from utilities.code_execution import Limits, Pool, run
LOOP = {loop!r}
{how}
print("ready", flush=True)
{wait}
"""
BUSY = """
pool = Pool(2)
for _ in range(2):
    threading.Thread(target=pool.run, args=(LOOP, [[[1]]], Limits(seconds=100)), daemon=True).start()
time.sleep(0.6)
"""


@contextmanager
def started(how: str, wait: str = "") -> Iterator[subprocess.Popen[str]]:
    """A Python process of its own session that runs CHILD; killed at the end if it has not ended."""
    text = CHILD.format(root=str(ROOT), loop=LOOP, how=textwrap.dedent(how), wait=wait)
    command = [sys.executable, "-c", text]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("sandbox", ["auto", "landlock+seccomp", "unsafe"])
def test_a_parent_killed_outright_leaves_nothing(sandbox: str) -> None:
    watch = Watch()
    with started(BUSY.replace("Pool(2)", f"Pool(2, {sandbox!r})"), "time.sleep(100)") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert soon(lambda: len(descendants(process.pid)) >= 4)
        below = set(descendants(process.pid))
        process.kill()
    assert soon(lambda: not [pid for pid in below if Path(f"/proc/{pid}").exists() and not is_zombie(pid)])
    watch.assert_nothing_left()


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize("group", [False, True], ids=["to the process", "to its group, as a terminal does"])
def test_an_interrupt_ends_the_run_and_leaves_nothing(group: bool) -> None:
    with started("", "run(LOOP, [[[1]]], Limits(seconds=100))") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert soon(
            lambda: len([n for n in descendants(process.pid).values() if n.startswith("python")]) >= 2
        )
        below = set(descendants(process.pid))
        (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in errors
    assert soon(lambda: all(is_zombie(pid) for pid in below))


def test_an_interrupted_run_leaves_the_pool_usable() -> None:
    how = """
    import signal
    pool = Pool(1)
    threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        pool.run(LOOP, [[[1]]], Limits(seconds=100))
    except KeyboardInterrupt:
        print(pool.run("def solve_task(grid): return grid", [[[7]]]).outcomes[0].output)
    pool.close()
    """
    with started(how) as process:
        output, errors = process.communicate(timeout=60)
    assert output == "[[7]]\nready\n", errors


def test_the_shared_pool_closes_itself_at_exit_without_a_warning() -> None:
    with started("run('def solve_task(grid): return grid', [[[1]]])") as process:
        output, errors = process.communicate(timeout=60)
    assert (output, errors, process.returncode) == ("ready\n", "", 0)


@pytest.mark.parametrize(
    ("program", "flavour"),
    [
        ("def solve_task(grid): return grid", "bare"),
        ("import numpy as np", "numpy"),
        ("import os, numpy", "numpy"),
        ("from numpy import array", "numpy"),
        ("# numpy would be nice", "bare"),
        ("from scipy import ndimage", "scipy"),
        ("import numpy as np\nfrom scipy.ndimage import label", "scipy"),
        ("def solve_task(grid):\n    import scipy.ndimage", "scipy"),
    ],
)
def test_the_flavour_follows_the_imports(program: str, flavour: str) -> None:
    assert flavour_of(program) == flavour


def test_every_flavour_computes(pool: Pool) -> None:
    programs = {
        "bare": TURN,
        "numpy": "import numpy as np\ndef solve_task(grid):\n    return np.rot90(np.array(grid), -1)",
        "matmul": "import numpy as np\ndef solve_task(grid):\n    a = np.ones((300, 300)) @ np.ones((300, 300))\n"
        "    return np.rot90(grid, -1) + 0 * int(a[0, 0])",
        "scipy": "from scipy.ndimage import rotate\ndef solve_task(grid):\n    return rotate(grid, -90, order=0)",
    }
    for name, program in programs.items():
        (outcome,) = pool.run(program, [[[1, 2], [3, 4]]]).outcomes
        assert outcome.output == [[3, 1], [4, 2]], (name, outcome)


def test_a_missing_package_is_an_ordinary_import_error(pool: Pool) -> None:
    (outcome,) = pool.run("import pandas_of_nowhere\ndef solve_task(grid): return grid", [[[1]]]).outcomes
    assert outcome.error_type == "exception"
    assert "ModuleNotFoundError" in str(outcome.error)


def test_an_unknown_sandbox_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match="choose auto, unsafe or one of"):
        choose("docker")


def test_a_pool_without_workers_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one worker"):
        Pool(0)


@pytest.mark.parametrize(
    "limits", [{"seconds": 0}, {"seconds": -1}, {"seconds": float("nan")}, {"memory_mb": 0}]
)
def test_impossible_limits_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="above 0 seconds"):
        Limits(**limits)  # type: ignore[arg-type]


def test_too_little_memory_to_start_with_is_the_program_s_limit(pool: Pool) -> None:
    (outcome,) = pool.run(
        "def solve_task(grid):\n    return grid\n" + "#" * 4_000_000, [[[1]]], Limits(memory_mb=1)
    ).outcomes
    assert outcome.error_type in ("memory", "killed")


def test_the_repository_is_not_among_what_may_be_read() -> None:
    allowed = tiers.readable(tiers.packages(["numpy", "scipy"]))
    assert not [path for path in allowed if ROOT.is_relative_to(path)]
    assert str(ROOT / "pyproject.toml") in canary.ours()


def test_a_repository_that_shows_through_spoils_the_tier() -> None:
    ready = Ready(canaries_visible=["/usr/lib/ours/.env"], environment_readable=False, interfaces=[])
    assert canary._wall_fault(tiers.TIERS[0], ready) == "/usr/lib/ours/.env can be read from inside"


def test_the_unsafe_tier_says_so_and_keeps_its_limits() -> None:
    with Pool(1, "unsafe") as pool:
        assert pool.tier == tiers.UNSAFE
        assert pool.run(LOOP, [[[1]]], Limits(seconds=0.2)).outcomes[0].error_type == "timeout"
        greedy = "def solve_task(grid):\n    return [[len(bytearray(1 << 34)) % 10]]"
        assert pool.run(greedy, [[[1]]]).outcomes[0].error_type == "memory"
        assert pool.run(ECHO, [[[1]]]).sandbox == tiers.UNSAFE


def test_auto_never_falls_back_to_the_unsafe_tier() -> None:
    assert choose("auto").name != tiers.UNSAFE
