"""The one loop of the model-driven scripts: tasks -> work -> save -> report.

A script describes itself as a `Job`; `run_job` reads its command line and `Run` drives it. The run owns concurrency, the
journal of responses, signals, progress, the cost cap and the metadata. Not here: what must be clear before the first
request (run_setup.py), how a model is asked (models/), how lines reach the disk (results.py).
"""

import asyncio
import errno
import gc
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from utilities.attempts import TaskModel
from utilities.config import SAVE_INTERVAL, RunFailed
from utilities.cost_cap import CostCap, CostReached
from utilities.data_loader import Task
from utilities.dry_run import print_dry_run
from utilities.earlier_replies import EarlierReplies
from utilities.interrupts import Interrupts, StandingLoop
from utilities.log import log_to_file, logger
from utilities.model_utils import ModelError, Reply, Request, RunStopped, RunStoppingError
from utilities.progress import Progress, Totals, summary
from utilities.record_reader import reported_cost
from utilities.records import JournalLine, MetadataLine, Record, ResultLine, now
from utilities.results import ResultsFile
from utilities.run_setup import Job, Setup, prepare
from utilities.scoreboard import Scoreboard, scorable_names, score_table
from utilities.terminal import note, show

GRACE_SECONDS = 2.0
"""How long responses under way may still arrive after the first Ctrl-C."""
SYNC_SECONDS = 0.5
"""How often what was written is fsynced."""


def run_job(job: Job, argv: Sequence[str] | None = None) -> int:
    """Run a script from its command line; returns the exit code.

    Raises UsageError, RunFailed and OSError, which `command_line.run_main` turns into a sentence.
    """
    return run_prepared(prepare(job, argv))


def run_prepared(setup: Setup) -> int:
    """The same from what `prepare` made."""
    if setup.config.dry_run:
        print_dry_run(setup)
        return 0
    _calm_the_collector()
    loop = asyncio.Runner(loop_factory=StandingLoop)
    with _opened_results(setup) as results, log_to_file(setup.log), loop:
        return loop.run(Run(setup, results).run())


def _opened_results(setup: Setup) -> ResultsFile:
    """Raises RunFailed when the folder cannot be written or another run is writing there."""
    try:
        return ResultsFile(setup.results, setup.run.run_id)
    except OSError as error:
        raise RunFailed(
            f"cannot write results to {setup.results.parent} ({error.strerror}): "
            "choose another folder with --output_directory"
        ) from None


def _calm_the_collector() -> None:
    """Grids are many small lists without cycles: collecting them at Python's own pace costs a third of a run's CPU."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


# --- the loop --------------------------------------------------------------------------------------------------------


class Run:
    """One stretch of a run: until it is complete, interrupted, out of budget or failed."""

    def __init__(self, setup: Setup, results: ResultsFile) -> None:
        self.model = setup.model
        self._setup, self._results = setup, results
        self._job, self._config = setup.job, setup.config
        self._totals = Totals(setup.selection.count, Scoreboard() if setup.job.is_scored else None)
        self._earlier = EarlierReplies()
        self._slots = asyncio.Semaphore(self._config.max_concurrent_tasks)
        self._cap = CostCap(self._config.max_cost)
        self._progress = Progress(self._totals.tasks, lambda: self._totals.described(self._job.answer_noun))
        self._workers: list[asyncio.Task[None]] = []
        self._status = "completed"
        self._message: str | None = None
        self._exit_code = 0
        self._asked = self._refused = 0
        """Requests of this stretch, and those without a response."""
        self._finishing = self._is_unwritable = False
        self._started = time.monotonic()

    async def run(self) -> int:
        """Drive the run to its end; returns the exit code. Raises RunFailed when it failed."""
        with Interrupts(first=self._interrupt, last=self._progress.close):
            await self._begin()
            try:
                await self._work_through()
            except BaseException as error:
                self._stop("failed", f"{type(error).__name__}: {error}")
                raise
            finally:
                self._progress.close()
                self._finishing = True
                # In a thread, so that a second Ctrl-C still ends it at once.
                await asyncio.to_thread(self._finish)
        if self._status == "failed":
            raise RunFailed(self._message or "the run failed")
        return self._exit_code

    async def _begin(self) -> None:
        for path, size in self._results.repaired.items():
            logger.warning("%s ended in a torn line of %d bytes (a crash); it was cut off", path, size)
            note(f"{path} ended in a torn line of {size} bytes (a crash); it was cut off")
        if self._setup.is_new:
            self._results.start(self._setup.run)
        else:
            await asyncio.to_thread(self._take_in_earlier_stretches)
        logger.info("run %s starts: %s", self._results.run_id, self._setup.run.manifest)
        self._progress.start(self._totals.finished)

    def _take_in_earlier_stretches(self) -> None:
        self._earlier.take_in(
            self._results, self._totals, self._job.answer_field, self._config, self.model.username
        )
        cost = self._totals.cost or 0.0
        # Failed tries of requests that were interrupted are in no record.
        told = reported_cost(self._results.path, self._results.run_id) or 0.0
        if told > cost:
            self._totals.add_cost(told - cost)
        self._cap.take_in(max(cost, told), cost, self._totals.priced)

    async def _work_through(self) -> None:
        tasks = iter(self._setup.selection)
        count = min(self._config.max_concurrent_tasks, self._setup.selection.count)
        self._workers = [asyncio.create_task(self._worker(tasks)) for _ in range(count)]
        syncing = asyncio.create_task(self._keep_synced())
        try:
            await asyncio.gather(*self._workers)
        except asyncio.CancelledError:
            if self._status == "completed":
                raise
        finally:
            syncing.cancel()
            self._cancel_workers()
            await asyncio.gather(syncing, *self._workers, return_exceptions=True)
            await self.model.close()

    async def _worker(self, tasks: Iterator[Task]) -> None:
        for task in tasks:
            if self._status != "completed":
                return
            if not self._results.is_finished(task.key):
                await self._finish_task(task)

    async def _finish_task(self, task: Task) -> None:
        try:
            model = TaskModel(self.model, task, self.ask, self._earlier)
            fields = await self._job.work(model, task, self._config)
            line = self._result_line(task, fields)
            self._save(self._results.save_result, line)
        except RunStopped:
            return
        self._totals.add_result(fields, fields[self._job.answer_field])
        self._totals.add_score(line)
        self._progress.update(self._totals.finished)
        if self._totals.finished % SAVE_INTERVAL == 0:
            logger.info(self._progress.line())

    def _result_line(self, task: Task, fields: Record) -> ResultLine:
        return self._job.line(
            run_id=self._results.run_id,
            task_id=task.task_id,
            version=task.version,
            timestamp=now(),
            task_data=task.pairs,
            best_of=self._config.best_of,
            **fields,
        )

    async def ask(self, task: Task, key: str, request: Request) -> Reply:
        """Answer one request of `task` under the run's limits; the response is saved before anybody sees it."""
        earlier = self._earlier.pop(task.key, key)
        if earlier is not None:
            return earlier.reply
        async with self._slots:
            await self._admit()
            charged: list[float] = []
            asked = msgspec.structs.replace(request, before_retry=partial(self._before_retry, charged))
            cost, answered = None, False
            self._asked += 1
            try:
                reply = await self._ask_model(task, asked)
                # Nothing may be awaited before this: an interrupt there would lose a paid response.
                self._keep(task, key, request, reply)
                cost, answered = reply.cost, True
            except ModelError as error:
                cost = error.usage.cost
                self._totals.add_cost(cost)
                self._refused += 1
                raise
            except (RunStopped, asyncio.CancelledError):
                self._totals.add_cost(sum(charged) or None)
                raise
            finally:
                self._release(cost, answered, sum(charged))
        return reply

    def _before_retry(self, charged: list[float], cost: float | None) -> None:
        """Count in `charged` what a failed try cost. Raises RunStopped when --max_cost leaves no room for another."""
        if cost is not None:
            charged.append(cost)
            self._cap.charge(cost)
        if not self._cap.allows_another_try():
            self._stop_at_cost()
            raise RunStopped

    def _release(self, cost: float | None, answered: bool, charged: float) -> None:
        known = self._cap.unpriced
        self._cap.release(cost, answered=answered, charged=charged)
        if self._cap.unpriced and not known and self._config.max_cost is not None:
            note("the endpoint does not say what its answers cost, so --max_cost cannot stop this run")

    def _keep(self, task: Task, key: str, request: Request, reply: Reply) -> None:
        entry = JournalLine(
            run_id=self._results.run_id, task_id=task.task_id, version=task.version, key=key, reply=reply
        )
        if request.is_follow_up:
            entry.prompt_messages = request.messages
        self._save(self._results.save_response, entry)
        self._totals.add_reply(reply)

    async def _admit(self) -> None:
        if self._status == "completed":
            try:
                await self._cap.admit()
            except CostReached:
                self._stop_at_cost()
            else:
                if self._status == "completed":
                    return
                self._cap.release(None, answered=False)
        raise RunStopped

    async def _ask_model(self, task: Task, request: Request) -> Reply:
        what = f"task {task.task_id} version {task.version} attempt {request.attempt}"
        try:
            reply = await self.model.ask(request)
        except ModelError as error:
            logger.warning("no response: %s: %s: %s", what, error.type, error.message)
            if isinstance(error, RunStoppingError):
                self._stop_asking(error)
            raise
        logger.debug("response after %.3f s: %s", reply.generation_time_seconds, what)
        return reply

    # --- saving ------------------------------------------------------------------------------------------------------

    def _save(self, save: Callable[[Any], None], line: Any) -> None:
        try:
            save(line)
        except OSError as error:
            self._stop_unwritable(error)
            raise RunStopped from error

    def _stop_unwritable(self, error: OSError) -> None:
        """Nothing that arrives can be kept any more, so nothing is waited for either."""
        path, go_on = error.filename or self._results.path, f"continue with --resume {self._results.run_id}"
        if error.errno == errno.ESTALE:
            told = f"{path} was {error.strerror}, so nothing more was asked: {go_on}"
        else:
            told = f"cannot write {path} ({error.strerror}): what was saved before is intact; make room and {go_on}"
        if self._status in ("completed", "stopped_at_cost"):
            self._stop("failed", told, overruling=self._status)
        elif not self._is_unwritable:  # it stopped for another reason, which stands
            self._message = f"{self._message}; {told}"
            note(told)
        self._is_unwritable = True
        self._cancel_workers()

    async def _keep_synced(self) -> None:
        while True:
            await asyncio.sleep(SYNC_SECONDS)
            try:
                await asyncio.to_thread(self._results.sync)
            except OSError as error:
                self._stop_unwritable(error)
                return

    # --- ending ------------------------------------------------------------------------------------------------------

    def _stop(self, status: str, message: str, *, overruling: str = "completed") -> None:
        """Take no new requests; the first reason counts, unless it is `overruling` another."""
        if self._status == overruling:
            self._status, self._message = status, message
            self.model.stop()
            logger.info("run %s stops: %s", self._results.run_id, message)

    def _stop_asking(self, error: RunStoppingError) -> None:
        """What the endpoint has accepted before is paid for, and waited for."""
        if self._status == "completed" and self._cap.in_flight > 1:
            note(
                f"waiting for {self._cap.in_flight - 1} requests under way, after which the run stops; Ctrl-C ends it now"
            )
        self._stop("failed", error.message)

    def _stop_at_cost(self) -> None:
        self._stop("stopped_at_cost", f"--max_cost leaves no room: ${self._cap.spent:.4f} spent")

    def _interrupt(self, number: int) -> None:
        """End the run in order: nothing new is asked, what is under way gets a little time."""
        if not self._finishing:
            self._exit_code = 128 + number
            self._stop("interrupted", f"interrupted by {signal.Signals(number).name}")
            asyncio.get_running_loop().call_later(GRACE_SECONDS, self._cancel_workers)
        print("\nstopping: saving what has arrived (once more to exit at once)", file=sys.stderr, flush=True)

    def _cancel_workers(self) -> None:
        for worker in self._workers:
            worker.cancel()

    def _finish(self) -> None:
        try:
            for path in self._results.put_back():
                note(f"{path} was gone: it was written there again")
        except OSError as error:
            self._stop_unwritable(error)
        for record in self._results.incomplete_results():
            self._totals.add_score(record)
        if self._status == "completed" and self._asked == self._refused > 0:
            self._stop("failed", f"every request failed; the last one said: {self._totals.last_error}")
        metadata = self._metadata()
        snapshot = self._write_snapshot(metadata)
        if snapshot is None:
            metadata = self._metadata()  # which now says why
        try:
            self._results.end(metadata)
        except OSError as error:
            self._stop_unwritable(error)
            return
        logger.info("run %s ends: %s", self._results.run_id, self._status)
        if snapshot is not None:
            show(self._summary(metadata, snapshot))

    def _write_snapshot(self, metadata: MetadataLine) -> Path | None:
        try:
            return self._results.write_snapshot(metadata)
        except OSError as error:
            self._stop_unwritable(error)
            return None

    def _summary(self, metadata: MetadataLine, snapshot: Path) -> str:
        folder, results = self._config.output_directory, self._setup.results
        incomplete = self._totals.incomplete > 0
        text = summary(metadata, self._job.answer_noun, results, snapshot, folder, incomplete=incomplete)
        return f"{score_table(metadata.scores)}\n{text}" if metadata.scores else text

    def _metadata(self) -> MetadataLine:
        totals = self._totals
        return MetadataLine(
            run_id=self._results.run_id,
            status=self._status,
            model_identifier=self.model.identifier,
            model_username=self.model.username,
            timestamp=now(),
            total_runtime_seconds=round(time.monotonic() - self._started, 3),
            tasks_total=totals.tasks,
            tasks_finished=totals.finished,
            attempts=totals.attempts,
            attempts_answered=totals.answered,
            requests=totals.requests,
            usage=dict(totals.usage),
            cost=totals.cost,
            message=self._message,
            **self._judged(),
        )

    def _judged(self) -> Record:
        """What a metadata line says about answers."""
        board = self._totals.scoreboard
        if board is None:
            return {
                "failures": dict(self._totals.failures),
                "solved_task_ids": None,
                "unsolved_task_ids": None,
            }
        return board.metadata(self._totals.tasks, scorable_names(self._setup.selection))
