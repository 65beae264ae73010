"""What a script is told to write must not destroy what it reads, nor what it writes elsewhere."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from utilities.config import UsageError


def check_outputs(outputs: Mapping[str, str | Path | None], kept: Iterable[str | Path]) -> None:
    """Raises UsageError when an output is one of the files to be kept, or another output; links are what they lead to.

    `outputs`: by the flag that names it, None where it is not wanted.
    """
    taken = {Path(name).resolve() for name in kept}
    for what, name in outputs.items():
        if name is None:
            continue
        path = Path(name).resolve()
        if path in taken:
            raise UsageError(
                f"{what} {name} would overwrite a file that is read or written here as well: choose another one"
            )
        taken.add(path)
