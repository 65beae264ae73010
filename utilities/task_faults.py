"""What keeps a JSON value from being an ARC task, in words. Only asked once the typed decoder has said no."""

from typing import Any

from utilities.grid import grid_fault


def task_fault(value: Any) -> str | None:
    """What keeps `value` (plain JSON) from being a task, as a clause such as `train pair 2 has no output`.

    None when nothing does. A missing task_id is no fault here: some sources give it outside the object.
    """
    if not isinstance(value, dict):
        return "it is not a JSON object"
    return (
        _field_fault(value)
        or _pairs_fault(value, "train", output_needed=True)
        or _pairs_fault(value, "test", output_needed=False)
    )


def _field_fault(task: dict[str, Any]) -> str | None:
    task_id, version = task.get("task_id"), task.get("version", 0)
    if task_id is not None and (not isinstance(task_id, str) or not task_id):
        return f"task_id is {_short(task_id)}, not a text"
    if type(version) is not int or version < 0:
        return f"version is {_short(version)}, not a whole number of 0 or more"
    if not _is_list_of(task.get("signed_by", []), str):
        return f"signed_by is {_short(task['signed_by'])}, not a list of names"
    if task.get("transform") is not None and not _is_list_of(task["transform"], dict):
        return f"transform is {_short(task['transform'])}, not a list of steps"
    return None


def _pairs_fault(task: dict[str, Any], kind: str, output_needed: bool) -> str | None:
    if kind not in task:
        return f"it has no {kind!r}"
    pairs = task[kind]
    if not isinstance(pairs, list) or not pairs:
        return f"{kind} has no pairs" if pairs == [] else f"{kind} is not a list of pairs"
    faults = (_pair_fault(pair, f"{kind} pair {n}", output_needed) for n, pair in enumerate(pairs, start=1))
    return next((fault for fault in faults if fault), None)


def _pair_fault(pair: Any, name: str, output_needed: bool) -> str | None:
    if not isinstance(pair, dict):
        return f"{name} is not an object with input and output"
    for side, needed in (("input", True), ("output", output_needed)):
        grid = pair.get(side)
        if grid is None and needed:
            return f"{name} has no {side}"
        fault = grid_fault(grid) if grid is not None else None
        if fault:
            return (
                f"in the {side} of {name}, {fault}"
                if fault.startswith("row")
                else f"the {side} of {name} {fault}"
            )
    return None


def _is_list_of(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _short(value: Any) -> str:
    return repr(value)[:40]
