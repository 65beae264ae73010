"""The OFFLINE model: reads the prompt, searches for a program in a worker process, answers in words and code.

It never guesses: when the search finds nothing, the reply says so and holds neither code nor grid.
"""

import asyncio
import os
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from utilities.model_utils import RefusedError, Reply, Request, RetryableError, RunStopped, Usage
from utilities.models.offline.crew import Crew, WorkerEnded
from utilities.models.offline.prompt import Question, read_question
from utilities.models.offline.protocol import (
    EFFORT_NAMES,
    EffortName,
    Job,
    Solution,
    decode_solutions,
    encode_line,
)
from utilities.models.offline.replies import NO_PAIRS, write_reply

if TYPE_CHECKING:
    from utilities.models.offline.ray_crew import RayCrew

UNKNOWN_EFFORT = f"OFFLINE knows no such --reasoning_effort: leave it out, or give {', '.join(EFFORT_NAMES)}"

CACHED_JOBS = 64
"""How many tasks' programs are remembered, so that further attempts do not search again."""


class OfflineModel:
    """A search over a grid language behind the Model protocol; costs nothing and needs no network."""

    identifier = "OFFLINE"
    username = "OFFLINE"

    def __init__(self, workers: int = 1, crew: "Crew | RayCrew | None" = None) -> None:
        """`workers`: searches at the same time, at most one per processor; processes start when first needed.

        `crew`: somebody else who searches.
        """
        self._crew = crew or Crew(max(1, min(workers, os.cpu_count() or 1)))
        self._stopped = False
        self._cache: OrderedDict[bytes, list[Solution]] = OrderedDict()
        self._locks: dict[bytes, asyncio.Lock] = {}

    async def ask(self, request: Request) -> Reply:
        """Answer one request.

        Raises RetryableError when one worker process after the other was killed from outside, RefusedError for a reasoning effort that
        it does not know, RunStopped after `stop`.
        """
        if self._stopped:
            raise RunStopped
        started = time.monotonic()
        effort = effort_of(request.sampling.reasoning_effort)
        if effort is None:
            raise RefusedError("unknown_effort", UNKNOWN_EFFORT)
        question = read_question(request.messages)
        text = await self._text(question, request, effort) if question.pairs else NO_PAIRS
        return Reply(
            text,
            finish_reason="stop",
            usage=Usage(cost=0.0),
            generation_time_seconds=time.monotonic() - started,
        )

    def stop(self) -> None:
        """Answer no further request; searches under way go on."""
        self._stopped = True

    async def close(self) -> None:
        """End the worker processes; may be called twice."""
        await self._crew.close()

    async def _text(self, question: Question, request: Request, effort: EffortName) -> str:
        solutions = await self._solutions(encode_line(Job(question.pairs, question.tests, effort)))
        return write_reply(question, solutions, request.attempt, request.sampling.seed)

    async def _solutions(self, job: bytes) -> list[Solution]:
        """The programs for a job; attempts that ask for the same job at the same time share one search."""
        lock = self._locks.setdefault(job, asyncio.Lock())
        try:
            async with lock:
                if job not in self._cache:
                    self._cache[job] = await self._search(job)
                    if len(self._cache) > CACHED_JOBS:
                        self._cache.popitem(last=False)
                self._cache.move_to_end(job)
                return self._cache[job]
        finally:
            if not lock.locked():
                self._locks.pop(job, None)

    async def _search(self, job: bytes) -> list[Solution]:
        try:
            return decode_solutions(await self._crew.run(job))
        except WorkerEnded:
            raise RetryableError(
                "worker_ended",
                "the OFFLINE model's worker process was killed, and those that took its place: if memory is short, "
                "lower --max_concurrent_tasks",
            ) from None


def effort_of(named: str | None) -> EffortName | None:
    """The effort of that name, `medium` when none is named; None for an unknown one."""
    return "medium" if named is None else next((one for one in EFFORT_NAMES if one == named), None)
