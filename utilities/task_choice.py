"""The filters that choose among the tasks of a dataset.

They narrow in this order: `versions` ("0": originals only, "all": signed variations too); then `tasks`, an index range
over what the first one left, in the order of the source; then `task_ids`, which takes every version left of an id; then
`max_tasks`.
"""

from collections.abc import Collection

from utilities.config import UsageError


class TaskChoice:
    """The filters at work: asked about every task in turn, it says which are chosen and in the end what was wrong."""

    def __init__(
        self,
        versions: str = "0",
        task_ids: Collection[str] | None = None,
        tasks: tuple[int, int] | None = None,
        max_tasks: int | None = None,
    ) -> None:
        self.versions, self.tasks, self.max_tasks = versions, tasks, max_tasks
        self.task_ids = None if task_ids is None else frozenset(task_ids)
        self.missing = set(task_ids or ())
        self.variations = 0  # passed over because of `versions`
        self.index = 0  # of the latest task that `versions` left, from 1
        self.chosen = 0

    def takes(self, task_id: str, version: int) -> bool:
        """Is this task chosen? To be asked once per task, in the order of the source."""
        if version and self.versions != "all":
            self.variations += 1
            return False
        self.index += 1
        self.missing.discard(task_id)
        chosen = self._in_range() and (self.task_ids is None or task_id in self.task_ids) and not self._full()
        self.chosen += chosen
        return chosen

    def is_over(self) -> bool:
        """True when no later task can be chosen and none has still to be found."""
        past_range = self.tasks is not None and self.index >= self.tasks[1]
        all_found = bool(self.task_ids) and self.versions != "all"
        return not self.missing and (past_range or all_found or self._full())

    def check(self, name: str) -> None:
        """Raises UsageError when ids were not found in the dataset `name`, or nothing was chosen."""
        hint = "; its signed variations need --versions all" if self.variations else ""
        if self.missing:
            raise UsageError(f"{name} has no task {', '.join(sorted(self.missing))}{hint}")
        if self.chosen:
            return
        if not self.index:
            raise UsageError(f"{name} holds no tasks{hint}")
        wanted = "-".join(map(str, self.tasks or ()))
        if self.tasks and self.task_ids:
            raise UsageError(f"none of the --task_ids is among --tasks {wanted} of {name}{hint}")
        if self.tasks:
            raise UsageError(f"--tasks {wanted} selects nothing, as {name} has {self.index} tasks{hint}")
        raise UsageError(f"nothing of {name} is selected{hint}")

    def _in_range(self) -> bool:
        return self.tasks is None or self.tasks[0] <= self.index <= self.tasks[1]

    def _full(self) -> bool:
        return self.max_tasks is not None and self.chosen >= self.max_tasks
