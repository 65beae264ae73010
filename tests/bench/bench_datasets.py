"""How fast datasets of any size are read, and in how much memory, beside ijson (yajl2_c) on the same file.

    python tests/bench/bench_datasets.py [--megabytes 1000]

Tasks are those of ARC-AGI-1 in other colours. Each reading is a process of its own. `items`: one task after the other,
undecoded; `read_tasks`: every grid checked; `check`: what a run does before it starts (TaskSelection: check and hash);
`again`: its second reading; `one id`: both passes for one --task_ids at the end of the file.
"""

import argparse
import itertools
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec

from utilities.data_loader import TaskSelection, load_tasks_from_dataset, read_tasks
from utilities.task_sources import read_entries

Reading = Callable[[Path], Iterable[object]]


def lines(size: int) -> Iterator[bytes]:
    """Different tasks, `size` bytes in all."""
    pairs = [bytes(task.pairs)[1:-1] for _, task in load_tasks_from_dataset("arc1-training")]
    colours = itertools.permutations(b"0123456789")
    numbers = itertools.count()
    while size > 0:
        table = bytes.maketrans(b"0123456789", bytes(next(colours)))
        for body, number in zip(pairs, numbers, strict=False):
            line = b'{"task_id":"%08x","version":0,%b,"signed_by":[]}' % (number, body.translate(table))
            yield line
            size -= len(line)


def write(path: Path, size: int, indent: int | None) -> None:
    """A .jsonl, or (`indent` 0: on one line, 2: indented) a list."""
    is_list = indent is not None
    separator, last = (b", ", b"]\n") if is_list else (b"\n", b"\n")
    written = 0
    with path.open("wb") as file:
        for number, line in enumerate(lines(size)):
            text = line if indent is None else msgspec.json.format(line, indent=indent)
            written += file.write(separator if number else b"[" * is_list)
            written += file.write(text)
            if written >= size:
                break
        file.write(last)


def selection(path: Path) -> Iterable[object]:
    """The check alone."""
    return range(len(TaskSelection(path)))


def one_id(path: Path) -> Iterable[object]:
    """The last task, by its id."""
    with path.open("rb") as file:
        file.seek(-200_000, os.SEEK_END)
        (*_, last) = re.findall(rb'"task_id": ?"(\w+)"', file.read())
    return TaskSelection(path, task_ids=[last.decode()])


def peer(path: Path) -> Iterable[object]:
    """ijson with its fastest back end."""
    import ijson

    with path.open("rb") as file:
        yield from ijson.get_backend("yajl2_c").items(file, "item")


READINGS: dict[str, Reading] = {
    "items": read_entries,
    "read_tasks": read_tasks,
    "check": selection,
    "check, again": TaskSelection,
    "one id": one_id,
    "ijson.items": peer,
}


def measure(reading: Reading, path: Path) -> tuple[float, float, int]:
    """(seconds, of them CPU, peak MB) of one reading in a child of this process."""
    child = os.fork()
    if not child:
        for _ in reading(path):
            pass
        os._exit(0)
    began = time.perf_counter()
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"reading {path} failed")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10


def main() -> None:
    """Print one line per reading."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--folder", help="where the files are written (default: a temporary folder)")
    options = parser.parse_args()
    print("datasets: file | reading | MB/s | MB/s of CPU | peak MB | against ijson")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        for file, indent in (("tasks.jsonl", None), ("one_line.json", 0), ("indented.json", 2)):
            path = Path(name) / file
            write(path, options.megabytes * 1_000_000, indent)
            report(
                path, {name: one for name, one in READINGS.items() if one is not peer or indent is not None}
            )
            path.unlink()


def report(path: Path, readings: dict[str, Reading]) -> None:
    """Measure them all; the ratio is one of CPU seconds, which others on the machine disturb less."""
    size = path.stat().st_size / 1e6
    rows = {name: measure(reading, path) for name, reading in readings.items()}
    base = rows["ijson.items"][1] if "ijson.items" in rows else None
    for name, (seconds, cpu, peak) in rows.items():
        ratio = f"{base / cpu:.1f}" if base else "-"
        print(
            f"{path.name:>13} | {name:<13} | {size / seconds:.0f} | {size / cpu:.0f} | {peak} | {ratio}",
            flush=True,
        )


if __name__ == "__main__":
    main()
