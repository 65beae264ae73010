"""The server that annotators share: how long a write takes, with few and with many traces stored and streams open.

    python tests/bench/bench_server.py [--annotators 64] [--seconds 20] [--stored 100 100000] [--streams 200]

Annotators add, edit, vote, sign and remove over real connections from this process, each with its own session. `paced` is
one write a second each, beside it requests that store nothing at
the same pace, which tells what of it is the machine's; `flat out` is the next write as soon as the last was answered, so there the number of annotators
over the rate is what a write takes. At the end every acknowledged change is looked for in the database and in the
published files. CPU is that of the server's process alone.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import aiohttp

from apps.server.store.check import faults
from apps.server.store.database import NAME, Database
from apps.server.store.intake import take_in_traces
from tests.apps.server.live import LiveServer
from utilities.data_loader import Task, read_tasks
from utilities.files import json_list, write_atomically
from utilities.traces import Trace

BARS = "Bars: 95th percentile of a write at most 50 ms with 64 annotators, at 100 and at 100,000 traces; 200 streams open."
TRANSFORMS = ("rotate_90", "rotate_180", "rotate_270", "transpose", "flip_horizontal", "flip_vertical")
PUBLISHED_WITHIN = 30.0


@dataclass
class Ledger:
    """What the server acknowledged."""

    seconds: list[float] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    """Trace id to its last acknowledged text."""
    removed: set[str] = field(default_factory=set)
    versions: dict[tuple[str, int], str] = field(default_factory=dict)
    votes: dict[tuple[str, str], int] = field(default_factory=dict)
    refused: int = 0


class Annotator:
    """One user who writes at random."""

    def __init__(self, base: str, name: str, tasks: list[str], ledger: Ledger, seed: int) -> None:
        self.base, self.name, self.tasks, self.ledger = base, name, tasks, ledger
        self.random = random.Random(seed)
        self.own: list[tuple[str, int]] = []
        self.session = aiohttp.ClientSession(
            headers={"Origin": base.removesuffix("/arc2/api/")}, cookie_jar=aiohttp.CookieJar(unsafe=True)
        )

    async def send(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """(status, body); timed."""
        begin = time.perf_counter()
        async with self.session.request(method, self.base + path, json=body) as reply:
            content = await reply.json()
        self.ledger.seconds.append(time.perf_counter() - begin)
        return reply.status, content

    async def write(self) -> None:
        """One change."""
        actions = [self.add, self.add, self.vote, self.vote, self.sign]
        if self.own:
            actions += [self.edit, self.edit, self.remove]
        await self.random.choice(actions)()

    async def add(self) -> None:
        """Add a trace."""
        key = f"{self.name} {secrets.token_hex(8)}"
        path = f"tasks/{self.random.choice(self.tasks)}/traces"
        status, reply = await self.send("POST", path, {"text": f"Trace of {key}", "client_id": key})
        assert status == 201, reply
        self.own.append((reply["trace"]["trace_id"], 1))
        self.ledger.texts[reply["trace"]["trace_id"]] = reply["trace"]["text"]

    async def edit(self) -> None:
        """Edit an own trace."""
        index = self.random.randrange(len(self.own))
        trace_id, revision = self.own[index]
        text = f"Edited {revision} {secrets.token_hex(8)}"
        status, reply = await self.send("PATCH", f"traces/{trace_id}", {"text": text, "revision": revision})
        assert status == 200, reply
        self.own[index] = (trace_id, revision + 1)
        self.ledger.texts[trace_id] = text

    async def remove(self) -> None:
        """Remove an own trace."""
        trace_id, _ = self.own.pop(self.random.randrange(len(self.own)))
        status, reply = await self.send("DELETE", f"traces/{trace_id}", {})
        assert status == 200, reply
        self.ledger.removed.add(trace_id)

    async def vote(self) -> None:
        """Vote on anybody's trace."""
        if not self.ledger.texts:
            return
        trace_id = self.random.choice(list(self.ledger.texts))
        vote = self.random.choice((1, 0, -1))
        status, _ = await self.send("PUT", f"traces/{trace_id}/vote", {"vote": vote})
        assert status in (200, 404)
        if status == 200:
            self.ledger.votes[trace_id, self.name] = vote

    async def sign(self) -> None:
        """Sign a variation."""
        task_id = self.random.choice(self.tasks)
        colours = self.random.sample(range(10), 10)
        steps = [
            {"name": self.random.choice(TRANSFORMS)},
            {"name": "permute_colours", "permutation": colours},
        ]
        body = {"base_version": 0, "transform": steps}
        status, reply = await self.send("POST", f"tasks/{task_id}/variations", body)
        assert status in (200, 201), reply
        there = self.ledger.versions.setdefault((task_id, reply["version"]), json.dumps(steps))
        assert status == 200 or there == json.dumps(steps), "a version number was used twice"


class Reader(Annotator):
    """One user who only asks how the server is: the time of a request that stores nothing."""

    async def write(self) -> None:
        """Change nothing."""
        await self.send("GET", "health", None)


async def annotate(
    server: LiveServer,
    count: int,
    seconds: float,
    pause: float,
    tasks: list[str],
    kind: type[Annotator] = Annotator,
) -> Ledger:
    """`count` annotators write for so long, each waiting `pause` on average between two writes."""
    base, ledger = f"http://127.0.0.1:{server.port}/arc2/api/", Ledger()
    people = [kind(base, f"user{number}", tasks, ledger, number) for number in range(count)]
    for person in people:
        await person.send("POST", "session", {"username": person.name})
    ledger.seconds.clear()
    end = time.monotonic() + seconds

    async def work(person: Annotator) -> None:
        await asyncio.sleep(person.random.uniform(0, pause))
        while time.monotonic() < end:
            begin = time.monotonic()
            await person.write()
            if pause:
                await asyncio.sleep(
                    max(0.0, pause * person.random.uniform(0.5, 1.5) - (time.monotonic() - begin))
                )

    await asyncio.gather(*map(work, people))
    for person in people:
        await person.session.close()
    return ledger


async def hold_streams(
    server: LiveServer, count: int, work: Callable[[], Awaitable[Ledger]]
) -> tuple[Ledger, int, int]:
    """Do `work` beside open streams; returns its ledger, and the fewest and the most events that a stream got."""
    address = f"http://127.0.0.1:{server.port}/arc2/api/events"
    got = [0] * count
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        connector=connector, timeout=aiohttp.ClientTimeout(total=None)
    ) as session:

        async def listen(index: int) -> None:
            async with session.get(address) as reply:
                ids: list[bytes] = []
                async for line in reply.content:
                    if line.startswith(b"id: "):
                        ids.append(line)
                    elif line.startswith(b"event: "):
                        got[index] += 1
                        assert ids[-1] not in ids[-200:-1], "an event came twice"

        listeners = [asyncio.create_task(listen(index)) for index in range(count)]
        await asyncio.sleep(2)
        ledger = await work()
        await asyncio.sleep(2)
        for listener in listeners:
            listener.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
    return ledger, min(got, default=0), max(got, default=0)


def prepare(folder: Path, stored: int, tasks: list[Task]) -> None:
    """A dataset, and a store with so many traces."""
    write_atomically(folder / "dataset.json", json_list(task.line for task in tasks))
    database = Database(folder / "data" / NAME)
    traces = (
        Trace(
            trace_id=f"stored{number}",
            task_id=tasks[number % len(tasks)].task_id,
            username=f"user{number % 1000}",
            text=f"Stored trace {number}: " + "the shape is turned and its colours are swapped. " * 8,
            timestamp="2026-01-01T00:00:00+00:00",
        )
        for number in range(stored)
    )
    take_in_traces(database, traces)
    database.close()


def lost(folder: Path, ledger: Ledger) -> list[str]:
    """Acknowledged changes that are not in the published files once these are in step, or not in the database."""
    deadline = time.monotonic() + PUBLISHED_WITHIN
    while (missing := _missing(folder, ledger)) and time.monotonic() < deadline:
        time.sleep(0.5)
    database = Database(folder / "data" / NAME)
    missing += faults(database)
    database.close()
    return missing


def _missing(folder: Path, ledger: Ledger) -> list[str]:
    path = folder / "data" / "traces_store.json"
    published = {
        entry["trace_id"]: entry
        for entries in (json.loads(path.read_bytes()) if path.exists() else {}).values()
        for entry in entries
    }
    versions = {(task.task_id, task.version) for task in read_tasks(folder / "dataset.json")}
    live = ledger.texts.keys() - ledger.removed
    return [
        *(f"trace {one}" for one in live if published.get(one, {}).get("text") != ledger.texts[one]),
        *(f"removed trace {one} is still there" for one in ledger.removed & published.keys()),
        *(f"version {key}" for key in ledger.versions if key not in versions),
        *(
            f"vote {trace_id} {name}"
            for (trace_id, name), vote in ledger.votes.items()
            if trace_id in live and published.get(trace_id, {}).get("voters", {}).get(name, 0) != vote
        ),
    ]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def cpu_seconds(process: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report(name: str, seconds: float, ledger: Ledger, cpu: float) -> None:
    """One line; `cpu`: seconds that the server's process used."""
    times = [1000 * value for value in ledger.seconds]
    print(
        f"{name:<44} {len(times) / seconds:7.0f}/s   median {statistics.median(times):6.1f} ms   "
        f"p95 {percentile(times, 0.95):6.1f} ms   p99 {percentile(times, 0.99):6.1f} ms   max {max(times):7.1f} ms   "
        f"CPU {1000 * cpu / len(times):.1f} ms a write",
        flush=True,
    )


def run(folder: Path, stored: int, options: argparse.Namespace, tasks: list[Task]) -> list[str]:
    """All measurements at one size; returns what was lost."""
    prepare(folder, stored, tasks)
    ids, missing = [task.task_id for task in tasks], []
    for pause, name, kind in (
        (1.0, "paced, nothing stored", Reader),
        (1.0, "paced", Annotator),
        (0.0, "flat out", Annotator),
    ):
        with LiveServer(folder) as server:
            time.sleep(3 + stored / 20_000)  # the first publication of everything
            before = cpu_seconds(server.process.pid)
            ledger = asyncio.run(annotate(server, options.annotators, options.seconds, pause, ids, kind))
            cpu = cpu_seconds(server.process.pid) - before
            report(f"{stored} traces, {name}", options.seconds, ledger, cpu)
            missing += lost(folder, ledger)
    with LiveServer(folder) as server:
        time.sleep(3 + stored / 20_000)

        def paced() -> Awaitable[Ledger]:
            return annotate(server, options.annotators, options.seconds, 1.0, ids)

        before = cpu_seconds(server.process.pid)
        ledger, fewest, most = asyncio.run(hold_streams(server, options.streams, paced))
        cpu = cpu_seconds(server.process.pid) - before
        report(f"{stored} traces, paced, {options.streams} streams open", options.seconds, ledger, cpu)
        print(f"    each stream got {fewest} to {most} events")
        missing += lost(folder, ledger)
    return missing


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--annotators", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--stored", type=int, nargs="+", default=[100, 100_000])
    parser.add_argument("--streams", type=int, default=200)
    options = parser.parse_args()
    tasks, missing = list(read_tasks("arc1-training")), []
    for stored in options.stored:
        with tempfile.TemporaryDirectory() as folder:
            missing += run(Path(folder), stored, options, tasks)
    print(BARS)
    print(f"acknowledged changes lost: {len(missing)}", *missing[:5], sep="\n  ")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
