"""Records on their way into a report: programs without a verdict are run in the sandbox first."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path

from utilities.records import Record
from utilities.terminal import note
from utilities.verification import verified, worked_through
from utilities.verifiers import PER_PLACE, Verifier

_FILE = "file of this record"
"""Where a record keeps its file on the way through the sandbox."""


def judged_records(
    records: Iterable[tuple[Path, Record]], start_verifier: Callable[[], Verifier]
) -> Iterator[tuple[Path, Record]]:
    """(file, record) of each, in order, with verdicts; the verifier is started when a record first needs it.

    Raises RunFailed at a record that holds neither answers nor programs, or no task.
    """
    judge = _Judge(start_verifier)
    on_their_way = (record | {_FILE: path} for path, record in records)
    with asyncio.Runner() as runner:
        judged = worked_through(on_their_way, judge.judged, PER_PLACE * 2)
        while (record := runner.run(_next(judged))) is not None:
            path = record.pop(_FILE)
            yield path, record


class _Judge:
    def __init__(self, start_verifier: Callable[[], Verifier]) -> None:
        self._start_verifier = start_verifier
        self._verifier: Verifier | None = None

    async def judged(self, record: Record) -> Record:
        """`record` as it is when it is judged already."""
        if "answers" in record or "test_outputs" in record:
            return record
        if self._verifier is None:
            note("programs without a verdict are run in the sandbox")
            self._verifier = self._start_verifier()
        return await verified(record, self._verifier)


async def _next(records: AsyncIterator[Record]) -> Record | None:
    return await anext(records, None)
