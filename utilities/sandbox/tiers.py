"""The isolation tiers, strongest first, and how a machine's own is found: by attacking it.

| tier | what stands between a program and the machine |
|---|---|
| `ns+landlock+seccomp` | bubblewrap: own file system view, processes, network, users; Landlock; seccomp; limits |
| `landlock+seccomp`    | no bubblewrap (containers, hosted CI): files exist by name but cannot be opened |
| `seccomp-only`        | no Landlock either: no file can be opened at all, so only preloaded modules can be imported |
| `UNSAFE-rlimits`      | limits on time and memory, nothing else: for a machine you would give to the program |

No version is looked at. A tier is offered when a zygote starts on it and the canary attacks fail from inside.
"""

import importlib.util
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOBODY = 65534
UNSAFE = "UNSAFE-rlimits"

ENVIRONMENT = {
    "LC_CTYPE": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",  # a second thread cannot be made behind seccomp: the first matmul would hang
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",  # children share the zygote's seed; a fixed one makes reruns equal
    "LD_BIND_NOW": "1",  # or every child looks up the same C functions anew
    "MALLOC_TOP_PAD_": str(8 << 20),  # one contiguous heap, which huge pages can take
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""All that a zygote gets to see: an allowlist, nothing of the parent's own."""


@dataclass(frozen=True)
class Tier:
    """One way to lock a zygote in."""

    name: str
    namespaces: bool
    landlock: bool
    seccomp: bool


TIERS = (
    Tier("ns+landlock+seccomp", True, True, True),
    Tier("landlock+seccomp", False, True, True),
    Tier("seccomp-only", False, False, True),
    Tier(UNSAFE, False, False, False),
)


def packages(names: Iterable[str]) -> list[str]:
    """The folders the named packages are installed in, each once; missing packages add none."""
    specs = (importlib.util.find_spec(name) for name in names)
    return sorted({str(Path(spec.origin).resolve().parents[1]) for spec in specs if spec and spec.origin})


def interpreter() -> str:
    """The interpreter itself, behind all links of a virtual environment."""
    return os.path.realpath(sys.executable)


def readable(package_folders: list[str]) -> list[str]:
    """What a zygote may read: the interpreter, its library, the packages, the shared libraries, and our own few files.

    Not the repository, which may hold a `.env`; and for the same reason not all of /usr, where images keep programs.
    """
    wanted = [
        interpreter(),
        f"{sys.base_prefix}/lib",
        f"{sys.base_exec_prefix}/lib",
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("platstdlib"),
        *package_folders,
        *("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64"),
        "/etc/ld.so.cache",
        "/sys/kernel/mm/transparent_hugepage",
        str(HERE),
        str(HERE.parent / "__init__.py"),
    ]
    existing = sorted({os.path.realpath(path) for path in wanted if Path(path).exists()})
    return [path for path in existing if not any(_inside(path, other) for other in existing)]


def _inside(path: str, other: str) -> bool:
    return path != other and Path(path).is_relative_to(other)


def bubblewrap(paths: list[str]) -> list[str]:
    """The command that starts what follows it in its own namespaces, seeing `paths` read-only and little else.

    Started as root there is no user namespace: uid 65534 in one would still be the real root, whom RLIMIT_NPROC does
    not bind. The zygote then becomes nobody by itself, for which it keeps two capabilities until it has.
    """
    command = [shutil.which("bwrap") or "bwrap", "--die-with-parent", "--clearenv", "--cap-drop", "ALL"]
    command += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() == 0:
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
    for folder in _parents(paths):
        command += ["--perms", "0755", "--dir", folder]
    for path in paths:
        command += ["--ro-bind", path, path]
    for link in ("/lib", "/lib64"):
        if Path(link).is_symlink():  # as it is where /usr holds everything
            command += ["--symlink", str(Path(link).readlink()), link]
    command += ["--proc", "/proc", "--chdir", "/", "--remount-ro", "/"]
    for name, value in ENVIRONMENT.items():
        command += ["--setenv", name, value]
    return [*command, "--"]


def _parents(paths: list[str]) -> list[str]:
    """Every folder above a path, outermost first: bubblewrap would make them readable for root only."""
    folders = {str(parent) for path in paths for parent in Path(path).parents}
    return sorted(folders - {"/"}, key=lambda folder: folder.count("/"))


def account(paths: list[str], tier: Tier) -> int | None:
    """The user that a zygote started as root becomes: nobody, or None, which is root without capabilities, where nobody
    could not read the interpreter, as under a home of mode 0700 (bubblewrap makes such homes passable)."""
    wanted = [Path(path) for path in paths]
    if not tier.namespaces:
        wanted += [parent for path in wanted for parent in path.parents]
    modes = [path.stat().st_mode for path in wanted]
    return NOBODY if all(mode & 0o004 for mode in modes) else None
