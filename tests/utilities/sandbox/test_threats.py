"""Each threat of the design is tried on every tier that this machine offers; afterwards the pool must answer correctly,
and no process, file or descriptor may be left.

Run as root, the whole file is run once more as an unprivileged user, by `test_unprivileged.py`.
"""

import os
import platform
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.utilities.sandbox import attacks, misbehaviour
from tests.utilities.sandbox.watching import TURN, Watch, assert_still_right
from utilities.code_execution import Limits, Outcome, Pool
from utilities.sandbox import canary, tiers

SECRET = "sk-or-v1-0123456789abcdef"
HIDDEN = ["7391", "4682", "5170"]
ROOT = Path(__file__).resolve().parents[3]
BRIEF = Limits(seconds=0.2)
AMPLE = Limits(seconds=10.0, memory_mb=200)


@pytest.fixture(
    scope="module", params=[tier for tier in tiers.TIERS if tier.name != tiers.UNSAFE], ids=lambda t: t.name
)
def pool(request: pytest.FixtureRequest) -> Iterator[Pool]:
    fault = canary.probe(request.param)
    if fault is not None and os.environ.get("CI") != "true":
        pytest.skip(f"{request.param.name} cannot be had here: {fault}")
    assert fault is None
    os.environ["OPENROUTER_API_KEY"] = SECRET
    with Pool(1, request.param.name) as pool:
        for flavour in ("", "import numpy as np\n", "import scipy.ndimage\n"):
            pool.run(flavour + "# EARLIER-PROGRAM\n" + TURN, [[[1]]])
        yield pool
    del os.environ["OPENROUTER_API_KEY"]


@pytest.fixture(scope="module")
def bait() -> Iterator[dict[str, object]]:
    folder = Path(tempfile.mkdtemp(prefix="bait-"))
    folder.chmod(0o777)
    file = folder / ".env"
    file.write_text(f"OPENROUTER_API_KEY={SECRET}\n")
    file.chmod(0o666)
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        unix.bind(str(folder / "socket"))
        unix.listen()
        (folder / "socket").chmod(0o777)
        abstract.bind("\0" + str(folder / "socket"))
        abstract.listen()
        yield {
            "secret": SECRET[::-1],
            "file": str(file),
            "parent": os.getpid(),
            "port": tcp.getsockname()[1],
            "socket": str(folder / "socket"),
            "root": str(ROOT),
            "hidden": HIDDEN,
        }
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def nothing_left(pool: Pool, bait: dict[str, object]) -> Iterator[None]:
    watch = Watch(Path(str(bait["file"])).parent, Path.cwd())
    yield
    assert_still_right(pool)
    watch.assert_nothing_left()
    assert Path(str(bait["file"])).read_text() == f"OPENROUTER_API_KEY={SECRET}\n"


def one(pool: Pool, program: str, limits: Limits = AMPLE) -> Outcome:
    (outcome,) = pool.run(program, [[[1, 2], [3, 4]]], limits).outcomes
    return outcome


@pytest.mark.parametrize("name", attacks.BLOCKED)
def test_an_attack_does_not_get_through(pool: Pool, bait: dict[str, object], name: str) -> None:
    hidden = [[int(cell) for cell in row] for row in HIDDEN]
    outcome = one(pool, attacks.blocked_program(attacks.BLOCKED[name], **bait))
    assert outcome.output == [[0]] or outcome.error_type == "killed", outcome
    assert not outcome.stdout.startswith(attacks.MISTAKES), outcome
    assert hidden == [[7, 3, 9, 1], [4, 6, 8, 2], [5, 1, 7, 0]]


def test_the_attacks_can_be_told_apart_from_failures(bait: dict[str, object]) -> None:
    """On the unsafe tier the basic ones do get through, so a block elsewhere means something."""
    with Pool(1, "unsafe") as unsafe:
        for name in (
            "reading: a file with a secret",
            "network: TCP",
            "writing: a memory file",
            "limits: priority",
        ):
            program = attacks.blocked_program(attacks.BLOCKED[name], **bait)
            expected = [[0]] if name == "limits: priority" else [[9]]
            assert one(unsafe, program).output == expected, name


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are those of x86_64")
def test_no_forbidden_system_call_gets_through(pool: Pool) -> None:
    outcome = one(pool, attacks.raw_program())
    assert outcome.output == [[0]], outcome


@pytest.mark.parametrize("name", misbehaviour.ENDLESS)
def test_what_never_ends_is_a_timeout(pool: Pool, name: str) -> None:
    outcome = one(pool, misbehaviour.ENDLESS[name], BRIEF)
    assert outcome.error_type == "timeout", outcome


@pytest.mark.parametrize("name", misbehaviour.GREEDY)
def test_what_wants_too_much_memory_is_stopped(pool: Pool, name: str) -> None:
    outcome = one(pool, misbehaviour.GREEDY[name])
    assert outcome.error_type == "memory", outcome


def test_endless_recursion_is_the_program_s_own_failure(pool: Pool) -> None:
    outcome = one(pool, misbehaviour.RECURSION, Limits(memory_mb=50))
    assert outcome.error_type in ("memory", "exception", "killed"), outcome


@pytest.mark.parametrize("name", misbehaviour.CRASHES)
def test_what_crashes_is_killed_and_told_apart(pool: Pool, name: str) -> None:
    if name in misbehaviour.X86_ONLY and platform.machine() != "x86_64":
        pytest.skip("a call of x86_64")
    outcome = one(pool, misbehaviour.CRASHES[name], Limits(seconds=3.0))
    assert outcome.error_type == "killed", outcome


@pytest.mark.parametrize("name", misbehaviour.FORGERIES)
def test_a_forged_result_ends_the_conversation(pool: Pool, name: str) -> None:
    outcome = one(pool, misbehaviour.FORGERIES[name], BRIEF)
    assert outcome.error_type in ("bad_output", "output_too_large"), outcome


@pytest.mark.parametrize("name", misbehaviour.OUTPUTS)
def test_what_is_no_grid_is_a_bad_output_with_its_reason(pool: Pool, name: str) -> None:
    expression, reason = misbehaviour.OUTPUTS[name]
    outcome = one(pool, f"def solve_task(grid):\n    return {expression}")
    assert outcome.error_type == "bad_output"
    assert reason in str(outcome.error), outcome


@pytest.mark.parametrize(
    "expression", ["[[0] * 10**4] * 10**5", "[[0] * 10**6]", "np.zeros((2000, 2000), dtype='i1')"]
)
def test_what_is_far_beyond_a_grid_is_too_large(pool: Pool, expression: str) -> None:
    outcome = one(pool, f"import numpy as np\ndef solve_task(grid):\n    return {expression}")
    assert outcome.error_type == "output_too_large", outcome


@pytest.mark.parametrize(
    "flood",
    [
        "for _ in range(10 ** 5): print('x' * 100)",
        "import sys; [sys.stderr.write('x' * 1000) for _ in range(10 ** 4)]",
        "import os; [os.write(1, b'x' * 1000) for _ in range(10 ** 4)]",
        "import os; [os.write(2, b'x' * 1000) for _ in range(10 ** 4)]",
        "print('\\ud800 \\x00 \\u202e')",
    ],
)
def test_a_flood_of_text_is_capped_and_costs_nothing_else(pool: Pool, flood: str) -> None:
    outcome = one(
        pool, f"def solve_task(grid):\n    {flood}\n    return grid", Limits(stdout_characters=5000)
    )
    assert outcome.output == [[1, 2], [3, 4]]
    assert len(outcome.stdout) <= 5000


LIES = {
    "a list that lies about its length": "class L(list):\n    def __len__(self): return 10**9\nv = L([[1]])",
    "a list that never ends": "class L(list):\n    def __iter__(self):\n        while True: yield [1]\nv = L([[1]])",
    "a list equal to all": "class L(list):\n    def __eq__(self, other): return True\n    __hash__ = None\nv = L([[1]])",
    "a cell equal to all": "class C(int):\n    def __eq__(self, other): return True\n    __hash__ = None\nv = [[C(1)]]",
    "a reducer": "class L(list):\n    def __reduce__(self): return (exit, ())\nv = L([[1]])",
    "a tuple that lies": "class T(tuple):\n    def __iter__(self): return iter([[9, 9]])\nv = T([[1]])",
}


@pytest.mark.parametrize("name", LIES)
def test_an_object_that_lies_is_judged_by_what_it_holds(pool: Pool, name: str) -> None:
    outcome = one(pool, f"{LIES[name]}\ndef solve_task(grid):\n    return v", Limits(seconds=3))
    assert outcome.output == [[1]] or outcome.error_type == "bad_output", outcome


def test_a_list_nested_a_million_deep_is_a_bad_output(pool: Pool) -> None:
    program = "def solve_task(grid):\n    v = []\n    for _ in range(10**6): v = [v]\n    return v"
    assert one(pool, program).error_type == "bad_output"


def test_a_program_cannot_poison_its_next_grid(pool: Pool) -> None:
    program = "def solve_task(grid):\n    for row in grid: row.clear()\n    grid.clear()\n    return [[5]]"
    spoiler = program + "\n"
    reader = "first = []\ndef solve_task(grid):\n    first or first.append(grid)\n    first[0][0][0] = 9\n    return grid"
    assert [o.output for o in pool.run(spoiler, [[[1]], [[2]]]).outcomes] == [[[5]], [[5]]]
    shared = [[1]]
    assert [o.output for o in pool.run(reader, [shared, shared]).outcomes] == [[[9]], [[1]]]
    assert shared == [[1]]


@pytest.mark.parametrize(
    "poison",
    [
        "import builtins; builtins.len = lambda value: 7; builtins.list = None",
        "import sys; sys.modules.clear()",
        "import sys; sys.stdout = None; sys.setrecursionlimit(60)",
        "import os; os.write = os.read = os._exit = None",
        "import gc; [value.clear() for value in gc.get_objects() if type(value) is dict and 'to_grid' in value]",
        "import numpy as np; np.array = np.zeros = None",
        "import random; random.seed = None",
    ],
)
def test_a_program_cannot_poison_the_next_program(pool: Pool, poison: str) -> None:
    one(pool, f"{poison}\ndef solve_task(grid):\n    return grid", BRIEF)
    numpy = "import numpy as np\ndef solve_task(grid):\n    return np.array(grid) + len([0])"
    assert one(pool, numpy).output == [[2, 3], [4, 5]]


@pytest.mark.parametrize(
    ("program", "error_type"),
    [
        ("def solve_task(grid):\n    return grid\n" + "# " + "x" * (1 << 20), None),
        ("v = [" + "0," * (1 << 18) + "]\ndef solve_task(grid):\n    return grid", None),
        ("\ufeffdef solve_task(grid):\n    return grid", None),
        ("def solve_task(grid):\n\treturn grid", None),
        ("def solve_task(grid):\r\n    return grid\r\n", None),
        ("# -*- coding: latin-1 -*-\ndef solve_task(grid):\n    return grid", None),
        ("def solve_task(grid):\n    return grid\x00", "syntax_error"),
        ("def solve_task(grid):\n    return '\ud800'", "syntax_error"),
        ("def solve_task(grid):\n        return grid\n\treturn grid", "syntax_error"),
        ("def solve_task(grid)", "syntax_error"),
        ("(" * 500 + ")" * 500, "syntax_error"),
        ("", "no_solve_task"),
        ("solve_task = 7", "no_solve_task"),
        ("import sys; sys.exit(0)", "exception"),
        ("def solve_task(): pass", "exception"),
        ("raise KeyboardInterrupt", "exception"),
        ("import a_package_that_is_not_there", "exception"),
    ],
)
def test_odd_programs_come_to_their_class(pool: Pool, program: str, error_type: str | None) -> None:
    outcome = one(pool, program, Limits())
    assert outcome.error_type == error_type, outcome


def test_answers_do_not_depend_on_chance_or_on_the_worker(pool: Pool) -> None:
    program = """
import random
import numpy as np
def solve_task(grid):
    words = [hash(word) % 10 for word in ("red", "blue", "green")]
    return [words, [random.randrange(10) for _ in range(3)], list(np.random.randint(0, 10, 3))]
"""
    first, second = one(pool, program), one(pool, program)
    assert first.output is not None, first
    assert first.output == second.output
