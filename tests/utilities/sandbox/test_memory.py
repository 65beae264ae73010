"""What a zygote does to its own memory changes nothing but page faults; each time in an interpreter of its own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SETTING = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import numpy as np, math, re, json
from utilities.sandbox import memory

def code_files():
    lines = [line.split(maxsplit=5) for line in open("/proc/self/maps")]
    return {{line[5].strip() for line in lines if line[1] == "r-xp" and len(line) > 5 and line[5][0] == "/"}}

def work():
    a = np.arange(900).reshape(30, 30) % 7
    return (np.linalg.matrix_rank(a), np.rot90(a).sum(), np.fft.fft(a[0]).real.round(6).tolist(), math.gamma(4.5),
            re.sub(r"(a+)b", r"\\1", "aab"), json.dumps([1.5, None]), sorted("zygote"))

before, files = work(), code_files()
"""


def told(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SETTING + program], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def test_code_runs_from_copies_as_it_did_from_its_files() -> None:
    said = told("""
memory.own_code()
memory.collapse()
moved = files - code_files()
print(work() == before, any("libc" in file for file in moved), any("_multiarray_umath" in file for file in moved))
try:
    raise ValueError("unwinding goes through it too")
except ValueError as error:
    print(error)
""")
    assert said == "True True True\nunwinding goes through it too\n"


def test_what_the_kernel_refuses_stays_as_it_is() -> None:
    said = told("""
memory.libc.mprotect = lambda *_: -1
memory.own_code()
print(work() == before, code_files() == files)
memory._lines = lambda path: []
memory.own_code()
memory.collapse()
print(work() == before)
""")
    assert said == "True True\nTrue\n"


def test_a_file_that_a_kernel_lacks_has_no_lines() -> None:
    assert told("print(memory._lines('/proc/self/no such file'))") == "[]\n"


def test_what_is_allocated_after_the_holes_are_filled_lies_together() -> None:
    said = told("""
held = memory.fill_holes()
for size in (40, 200, 450):
    fresh = [bytes(size) for _ in range(8)]
    places = sorted(map(id, fresh))
    print(places[-1] - places[0] < 8 * 1024)
""")
    assert said == "True\n" * 3
