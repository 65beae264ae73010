"""What a run may leave behind: processes, descriptors, files. And the program that shows that a pool still works."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from utilities.code_execution import Pool

TURN = "def solve_task(grid):\n    return [list(row) for row in zip(*grid[::-1])]"


def descendants(root: int) -> dict[int, str]:
    """Every process below `root`: its id and name."""
    children: dict[int, list[tuple[int, str]]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
            except OSError:
                continue
            if rest.split()[0] != "Z":
                children.setdefault(int(rest.split()[1]), []).append((int(folder.name), name))
    found: dict[int, str] = {}
    queue = [root]
    while queue:
        for pid, name in children.get(queue.pop(), []):
            found[pid] = name
            queue.append(pid)
    return found


def descriptors() -> int:
    """How many descriptors this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def soon(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether the condition comes true within the time: what dies needs a moment."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def assert_still_right(pool: Pool) -> None:
    """The pool answers correctly."""
    (outcome,) = pool.run(TURN, [[[1, 2], [3, 4]]]).outcomes
    assert outcome.output == [[3, 1], [4, 2]], outcome


class Watch:
    """Notes what is there when it is made; `assert_nothing_left` compares."""

    def __init__(self, *folders: Path) -> None:
        self._folders = [Path("/tmp"), Path("/dev/shm"), *folders]
        self._files = self._look()
        self._processes = set(descendants(os.getpid()))
        self._descriptors = descriptors()

    def _look(self) -> set[Path]:
        return {path for folder in self._folders for path in folder.glob("*arc-*")}

    def assert_nothing_left(self) -> None:
        """No process, descriptor or file more than at the start; zygotes that came later count as left behind."""
        assert soon(lambda: set(descendants(os.getpid())) <= self._processes), descendants(os.getpid())
        assert descriptors() <= self._descriptors
        assert self._look() == self._files
