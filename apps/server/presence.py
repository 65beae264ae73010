"""Who is on which task: whoever has a stream open for it, on this process of the server."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock


class Presence:
    """Counts open streams by task and user."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """`changed` is called after somebody came or went."""
        self._changed = changed
        self._lock = Lock()
        self._tasks: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def users(self, task_id: str) -> list[str]:
        """Who is on the task, sorted."""
        with self._lock:
            return sorted(self._tasks[task_id]) if task_id in self._tasks else []

    @contextmanager
    def on(self, task_id: str, username: str | None) -> Iterator[None]:
        """The user is on the task while the context lasts; visitors without a name are not counted."""
        if username is None or not task_id:
            yield
            return
        self._add(task_id, username, 1)
        try:
            yield
        finally:
            self._add(task_id, username, -1)

    def _add(self, task_id: str, username: str, number: int) -> None:
        with self._lock:
            users = self._tasks[task_id]
            users[username] += number
            self._tasks[task_id] = +users  # drops users at zero
            if not self._tasks[task_id]:
                del self._tasks[task_id]
        self._changed()
