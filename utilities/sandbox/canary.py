"""Which tier this machine offers, found by attacking each one from inside, strongest first.

A tier passes when its zygote starts, when the zygote itself finds its walls standing (another file system and network
under namespaces, no way to /proc under Landlock), and when a program that tries the basic attacks gets nowhere.
The whole list of threats is in tests/utilities/sandbox; this is the part worth 0.1 s at every start.
"""

import functools
import sys

from utilities.sandbox import tiers
from utilities.sandbox.protocol import Ready, encode_job
from utilities.sandbox.worker import SandboxUnavailable, Zygote, ZygoteLost

MOST_OF_OURS = 20
CANARY = str(tiers.HERE.parent / "code_execution.py")
"""A file that is always there, readable for everybody, and not among what a zygote may read."""
ATTACKS = """
import _socket, _thread, ctypes, os

libc = ctypes.CDLL(None, use_errno=True)

def fork():
    if os.fork() == 0:
        os._exit(0)

def raw(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")

def execute():
    try:
        os.execv("/nonexistent", ["nonexistent"])
    except FileNotFoundError:
        return

def ptrace():
    if libc.ptrace(0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")

attacks = {
    "reading a file outside": lambda: os.open(CANARY, os.O_RDONLY),
    "reading its own environment": lambda: os.open("/proc/self/environ", os.O_RDONLY),
    "writing to /tmp": lambda: os.open("/tmp/arc-canary", os.O_WRONLY | os.O_CREAT),
    "writing to /dev/shm": lambda: os.open("/dev/shm/arc-canary", os.O_WRONLY | os.O_CREAT),
    "making a memory file": lambda: os.memfd_create("canary"),
    "a network socket": lambda: _socket.socket(_socket.AF_INET),
    "a Unix socket": lambda: _socket.socket(_socket.AF_UNIX),
    "fork": fork,
    "a thread": lambda: _thread.start_new_thread(int, ()),
    "exec": execute,
    "a signal to the zygote": lambda: os.kill(os.getppid(), 0),
    "ptrace": ptrace,
}

def solve_task(grid):
    through = 0
    for name, attack in attacks.items():
        try:
            attack()
        except (OSError, RuntimeError):
            continue
        print(name)
        through += 1
    return [[min(through, 9)]]
"""


def ours() -> list[str]:
    """Some files beside our code, `.env` first: a repository that lies inside an interpreter's library would show them."""
    files = [path for path in sorted(tiers.HERE.parents[1].iterdir()) if path.is_file()]
    names = [str(path) for path in files if str(path).isprintable()]
    return sorted(names, key=lambda name: not name.endswith("/.env"))[:MOST_OF_OURS]


def choose(sandbox: str) -> tiers.Tier:
    """The tier for `auto` (the strongest that holds; never the unsafe one), a tier's name, or `unsafe`.

    Raises ValueError for an unknown name and SandboxUnavailable where the tier cannot be had.
    """
    names = [tier.name for tier in tiers.TIERS]
    if sandbox not in ("auto", "unsafe", *names):
        raise ValueError(
            f"There is no sandbox called {sandbox!r}; choose auto, unsafe or one of {', '.join(names)}."
        )
    if sys.platform != "linux":
        raise SandboxUnavailable(
            "The sandbox needs Linux: run the toolkit in a container or a virtual machine."
        )
    if sandbox in ("unsafe", tiers.UNSAFE):
        return tiers.TIERS[-1]
    candidates = [tier for tier in tiers.TIERS[:-1] if sandbox in ("auto", tier.name)]
    faults = []
    for tier in candidates:
        fault = probe(tier)
        if fault is None:
            return tier
        faults.append(f"{tier.name}: {fault}")
    raise SandboxUnavailable(
        f"No safe sandbox works here ({'; '.join(faults)}). Install bubblewrap or allow it user namespaces, or choose"
        " the sandbox 'unsafe' if programs may do to this machine whatever they like."
    )


@functools.cache
def probe(tier: tiers.Tier) -> str | None:
    """What is wrong with a tier on this machine; None when it holds."""
    try:
        zygote = Zygote(tier, "bare", None, [CANARY, *ours()])
    except (SandboxUnavailable, OSError) as error:
        return str(error)
    try:
        return _wall_fault(tier, zygote.ready) or _attack(zygote)
    except (ZygoteLost, OSError) as error:
        return f"the zygote was lost under attack ({error})"
    finally:
        zygote.close()


def _wall_fault(tier: tiers.Tier, ready: Ready) -> str | None:
    if tier.namespaces and ready.interfaces:
        return f"the network interface {ready.interfaces[0]} is in sight"
    if tier.landlock and ready.canaries_visible:
        return f"{ready.canaries_visible[0]} can be read from inside"
    if tier.landlock and ready.environment_readable:
        return "/proc can be read from inside"
    return None


def _attack(zygote: Zygote) -> str | None:
    program = f"CANARY = {CANARY!r}\n{ATTACKS}"
    job = encode_job(program, [[[0]]], 1000)
    report = zygote.run(
        job,
        1,
        seconds=10.0,
        memory=1 << 30,
        result_limit=1 << 16,
        most_printed=1000,
        cancelled=lambda: False,
    )
    result = report.results[0] if report.results else None
    if result is None or result.error is not None:
        return f"the attacks could not be tried ({report.error if result is None else result.error})"
    if result.output != [[0]]:
        return f"it does not stop {', '.join(result.stdout.split(chr(10))).rstrip(', ')}"
    return None
