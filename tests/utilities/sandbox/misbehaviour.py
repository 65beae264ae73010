"""What broken programs do, and the error classes these may come to. `None` among them: a plain result is right too."""

HEAD = "import os, sys\n"
SOLVE = "def solve_task(grid):\n    "

ENDLESS = {
    "a loop": SOLVE + "while True: pass",
    "a loop at import": "while True: pass",
    "a huge power": SOLVE + "return [[7 ** 10 ** 9 % 10]]",
    "a regular expression": "import re\n" + SOLVE + "return [[len(re.findall('(a+)+$', 'a' * 60 + 'b'))]]",
    "a sum in C": SOLVE + "return [[sum(range(10 ** 15)) % 10]]",
    "a sort key": SOLVE + "return [sorted([1, 2], key=lambda cell: sum(range(10 ** 15)))]",
    "sleep": "import time\n" + SOLVE + "time.sleep(1000)",
    "every signal ignored": """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
""",
    "every error caught": """
while True:
    try:
        while True:
            pass
    except BaseException:
        continue
""",
    "an endless row": SOLVE
    + "class Row(list):\n        def __iter__(self):\n            while True: yield 0\n    list(Row())",
    "the end of an object": SOLVE
    + "class Last:\n        def __del__(self):\n            while True: pass\n    Last()",
    "waiting for input": "import ctypes\n" + SOLVE + "ctypes.CDLL(None).poll(None, 0, -1)",
    "a matrix": "import numpy as np\n" + SOLVE + "a = np.ones((900, 900))\n    while True: a = a @ a * 1e-9",
}
GREEDY = {
    "a list": SOLVE + "rows = []\n    while True: rows.append([0] * 1000)",
    "bytes": SOLVE + "return [[len(bytearray(1 << 34)) % 10]]",
    "a text": SOLVE + "return [[len('a' * (1 << 33)) % 10]]",
    "numpy": "import numpy as np\n" + SOLVE + "return np.ones((1 << 17, 1 << 13))",
    "numpy, in steps": "import numpy as np\n"
    + SOLVE
    + "rows = []\n    while True: rows.append(np.ones(1 << 20))",
    "a dictionary": SOLVE + "cells = {}\n    while True: cells[len(cells)] = [0] * 100",
    "a caught memory error": SOLVE
    + """rows = []
    while True:
        try: rows.append(bytearray(1 << 26))
        except MemoryError: raise""",
}

RECURSION = HEAD + "sys.setrecursionlimit(10 ** 9)\ndef solve_task(grid): return solve_task(grid)"
"""Runs into the memory limit in a place where CPython reports a SystemError as often as a MemoryError."""

CRASHES = {
    "abort": HEAD + "os.abort()",
    "exit at import": HEAD + "os._exit(0)",
    "exit with a code": HEAD + SOLVE + "os._exit(7)",
    "exit in __eq__": HEAD
    + SOLVE
    + """class Cell(int):
        def __eq__(self, other): os._exit(0)
        __hash__ = None
    return [[Cell(1)]] if Cell(1) == 1 else [[0]]""",
    "exit in __del__": HEAD + SOLVE + "class Last:\n        def __del__(self): os._exit(0)\n    Last()",
    "exit in __len__": HEAD
    + SOLVE
    + "class Row(list):\n        def __len__(self): os._exit(0)\n    len(Row())",
    "reading address 0": "import ctypes\n" + SOLVE + "ctypes.string_at(0)",
    "writing address 1": "import ctypes\n" + SOLVE + "ctypes.memset(1, 0, 8)",
    "recursion in C": SOLVE
    + "cells = iter([1])\n    for _ in range(10 ** 6): cells = map(int, cells)\n    next(cells)",
    "an alarm": "import signal\n"
    + SOLVE
    + "signal.setitimer(signal.ITIMER_REAL, 0.01)\n    while True: pass",
    "a closed channel": HEAD + SOLVE + "os.close(3)\n    while True: pass",
    "a foreign system call": "import ctypes\n" + SOLVE + "ctypes.CDLL(None).syscall(0x40000000 | 39)",
    "an i386 system call": """
import ctypes
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
page = libc.mmap(None, 4096, 7, 0x22, -1, 0)
code = bytes.fromhex("b814000000cd80c3")  # mov eax, 20 (getpid); int 0x80; ret
ctypes.memmove(page, code, len(code))
ctypes.CFUNCTYPE(ctypes.c_int)(page)()
def solve_task(grid):
    return [[0]]
""",
}
X86_ONLY = {"a foreign system call", "an i386 system call"}

FORGERIES = {
    "noise": HEAD + SOLVE + "os.write(3, b'noise' * 10)\n    return [[1]]",
    "a huge length": HEAD + SOLVE + "os.write(3, b'\\xff\\xff\\xff\\xff')\n    return [[1]]",
    "the wrong grid's result": HEAD
    + SOLVE
    + """body = b'{"index":7,"output":[[1]],"error_type":null,"error":null,"stdout":"","duration_ms":1}'
    os.write(3, len(body).to_bytes(4, 'little') + body)
    return [[1]]""",
    "a ragged result": HEAD
    + SOLVE
    + """body = b'{"index":0,"output":[[1],[1,2]],"error_type":null,"error":null,"stdout":"","duration_ms":1}'
    os.write(3, len(body).to_bytes(4, 'little') + body)
    return [[1]]""",
    "colours beyond 9": HEAD
    + SOLVE
    + """body = b'{"index":0,"output":[[10]],"error_type":null,"error":null,"stdout":"","duration_ms":1}'
    os.write(3, len(body).to_bytes(4, 'little') + body)
    return [[1]]""",
    "an unknown error": HEAD
    + SOLVE
    + """body = b'{"index":0,"output":null,"error_type":"passed","error":null,"stdout":"","duration_ms":1}'
    os.write(3, len(body).to_bytes(4, 'little') + body)
    return [[1]]""",
    "broken text": HEAD
    + SOLVE
    + """body = b'{"index":0,"output":[[1]],"error_type":null,"error":null,"stdout":"\\xff\\xfe","duration_ms":1}'
    os.write(3, len(body).to_bytes(4, 'little') + body)
    return [[1]]""",
    "deep JSON": HEAD
    + SOLVE
    + "os.write(3, (100000).to_bytes(4, 'little') + b'[' * 100000)\n    return [[1]]",
    "a flood": HEAD + SOLVE + "while True: os.write(3, b'\\xff' * 65536)",
}

OUTPUTS = {
    "None": ("None", "None"),
    "NaN": ("[[float('nan')]]", "nan"),
    "infinity": ("[[float('inf')]]", "inf"),
    "1.5": ("[[1.5]]", "1.5"),
    "a huge number": ("[[10 ** 6000]]", "12 digits"),
    "a text": ("'123'", "text"),
    "a text cell": ("[['1']]", "text"),
    "text rows": ("['12', '34']", "text"),
    "a number": ("7", "int"),
    "a dictionary": ("{0: [1]}", "dict"),
    "a set of rows": ("{(1, 2)}", "set"),
    "a generator": ("([1] for _ in range(2))", "generator"),
    "rows from map": ("[map(int, '12')]", "map"),
    "ragged rows": ("[[1, 2], [3]]", "row 2 has 1"),
    "no rows": ("[]", "no rows"),
    "empty rows": ("[[], []]", "no cells"),
    "31 rows": ("[[0]] * 31", "31 rows"),
    "31 columns": ("[[0] * 31]", "31 cells"),
    "colour 10": ("[[10]]", "10"),
    "colour -1": ("[[-1]]", "-1"),
    "complex": ("[[1j]]", "complex"),
    "three dimensions": ("[[[1]]]", "list"),
    "a bare object": ("object()", "object"),
    "bytes": ("b'abc'", "bytes"),
    "a class": ("dict", "type"),
}
"""Return expression -> a word that the reason must contain; all are `bad_output`."""
