"""The one thread of a pool that starts zygotes: bubblewrap dies with the thread that started it, so this one stays."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

from utilities.sandbox.worker import Zygote


class Starter:
    """Starts zygotes one after the other.

    Not a ThreadPoolExecutor: an interrupt while that starts its thread leaves a thread which nobody tells to end, and
    the interpreter then waits for it for ever. This one is a daemon.
    """

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[tuple[Future[Zygote], Callable[[], Zygote]] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._work, name="sandbox-starter", daemon=True)
        self._thread.start()

    def submit(self, start: Callable[[], Zygote]) -> "Future[Zygote]":
        """Have `start` called in the thread; its result or error comes with the future."""
        future: Future[Zygote] = Future()
        self._calls.put((future, start))
        return future

    def close(self) -> None:
        """End the thread once all calls are done."""
        self._calls.put(None)
        self._thread.join()

    def _work(self) -> None:
        while call := self._calls.get():
            future, start = call
            try:
                future.set_result(start())
            except BaseException as error:  # it is the caller's, who waits for it
                future.set_exception(error)
