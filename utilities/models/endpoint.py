"""One object per endpoint: who may send now, and what its answers teach about that.

It owns the shared cool-down (Retry-After), the adaptive concurrency, the budgets of requests and tokens, and the
circuit breaker. Waiting here is outside every timeout. All times are in seconds of the running loop's clock.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from utilities.model_utils import ModelError, RetryableError, RunStopped, RunStoppingError
from utilities.models.limits import Backoff, Pacer, Slots

_log = logging.getLogger(__name__)
Sleep = Callable[[float], Awaitable[None]]
_OVERLOAD = {"rate_limited", "overloaded", "timeout"}


def _now() -> float:
    return asyncio.get_running_loop().time()


class Breaker:
    """Opens when the endpoint cannot be connected to: then one request at a time tries, and the others wait for it.

    After `Backoff.first_connections` such tries to an endpoint that was never reached, or `tries` to one that was,
    every request is told that the endpoint is down, until one may try again after `Backoff.cap`.
    """

    def __init__(self, backoff: Backoff, tries: int, settle: float, sleep: Sleep) -> None:
        self._sleep = sleep
        self._backoff = backoff
        self._tries = tries
        self._settle = settle
        """A try to connect that has not failed after this long has connected, even if no answer is there yet."""
        self._reached = False
        self._failures = 0
        self._failed_at = float("-inf")
        self._probe_at = 0.0
        self._reason = ""
        self._probe: asyncio.Event | None = None

    async def wait(self) -> asyncio.Event | None:
        """Return when the caller may connect; with an event when it is the one that tries for all.

        Raises RunStoppingError when the endpoint is down.
        """
        while self._failures:
            if self._probe:
                await self._outcome(self._probe)
            elif self._probe_at > _now():
                self._raise_if_down()
                await self._sleep(self._probe_at - _now())
            else:
                self._probe = asyncio.Event()
                return self._probe
        return None

    async def _outcome(self, probe: asyncio.Event) -> None:
        try:
            await asyncio.wait_for(probe.wait(), self._settle)
        except TimeoutError:
            if self._probe is probe:
                self.connected()

    def _raise_if_down(self) -> None:
        if self._is_down():
            raise RunStoppingError("endpoint_down", f"{self._reason} (tried {self._failures} times)")

    def _is_down(self) -> bool:
        return self._failures >= (
            self._tries if self._reached else min(self._tries, self._backoff.first_connections)
        )

    def connected(self) -> None:
        """The endpoint was reached, by whatever answer."""
        self._reached = True
        self._failures = 0
        if self._probe:
            self.leave(self._probe)

    def failed(self, started: float, reason: str) -> None:
        """A try that began at `started` could not connect. Tries that began together count once.

        Raises RunStoppingError when that was the last one allowed.
        """
        if started < self._failed_at:
            return
        self._failures += 1
        self._failed_at = _now()
        self._reason = reason
        pause = self._backoff.cap if self._is_down() else self._backoff.delay(self._failures)
        self._probe_at = self._failed_at + pause
        if self._probe:
            self.leave(self._probe)
        self._raise_if_down()

    def leave(self, probe: asyncio.Event) -> None:
        """The try for all is over, however it ended; another may follow."""
        probe.set()
        if self._probe is probe:
            self._probe = None


class Endpoint:
    """Admits tries to one endpoint and learns from how they end."""

    def __init__(
        self,
        most: int,
        tries: int,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        backoff: Backoff | None = None,
        settle: float = 15.0,
    ) -> None:
        self.answered = False
        """Whether any request was ever answered."""
        self.slots = Slots(most)
        self._backoff = backoff or Backoff()
        self._stopped = asyncio.Event()
        self._breaker = Breaker(self._backoff, tries, settle, self._sleep)
        self._requests = Pacer(requests_per_minute)
        self._tokens = Pacer(tokens_per_minute)
        self._cool_until = 0.0
        self._shrunk_at = float("-inf")

    @asynccontextmanager
    async def turn(self, tokens: float) -> AsyncIterator[None]:
        """Around one try of about `tokens` tokens: waits until it may start, and learns from the ModelError it raises.

        Raises RunStoppingError when the endpoint is down or asks to wait for too long, RunStopped after `stop`.
        """
        await self.slots.acquire()
        probe = None
        try:
            await self._paced(tokens)
            probe = await self._breaker.wait()
            await self._cooled_down()
            if self._stopped.is_set():
                raise RunStopped
            started = _now()
            try:
                yield
            except ModelError as error:
                self._learn(error, started)
                raise
            self.answered = True
            self._breaker.connected()
            self.slots.grow()
        finally:
            if probe:
                self._breaker.leave(probe)
            self.slots.release()

    async def _paced(self, tokens: float) -> None:
        """Wait for the cool-down and then for the budgets; after a cool-down that began meanwhile, again for both."""
        while True:
            await self._cooled_down()
            start = max(self._requests.reserve(1, _now()), self._tokens.reserve(tokens, _now()))
            if start > _now():
                await self._sleep(start - _now())
            if self._cool_until <= _now():
                return

    async def _cooled_down(self) -> None:
        while self._cool_until > _now():
            await self._sleep(self._cool_until - _now())

    def stop(self) -> None:
        """Let nothing more in: whoever waits gets RunStopped now, tries under way go on."""
        self._stopped.set()

    async def _sleep(self, seconds: float) -> None:
        """Raises RunStopped when `stop` is called meanwhile."""
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except TimeoutError:
            return
        raise RunStopped

    def connected(self) -> None:
        """The endpoint began to answer a try."""
        self._breaker.connected()

    def spent(self, reserved: float, tokens: float) -> None:
        """A try that was let in for `reserved` tokens took `tokens`."""
        self._tokens.correct(tokens - reserved)

    def _learn(self, error: ModelError, started: float) -> None:
        if error.type == "cannot_connect":
            self._breaker.failed(started, error.message)
        else:
            self._breaker.connected()
        if error.type in _OVERLOAD and started > self._shrunk_at:
            self.slots.shrink()
            self._shrunk_at = _now()
            _log.info("%s: down to %d requests in flight", error.message, self.slots.limit)
        if isinstance(error, RetryableError) and error.retry_after is not None:
            self._cool_down(error.retry_after, error.message)

    def _cool_down(self, seconds: float, reason: str) -> None:
        """Nobody sends before `seconds` from now."""
        if seconds > self._backoff.longest_wait:
            hours = f"{seconds / 3600:.1f} hours"
            raise RunStoppingError(
                "wait_too_long", f"{reason} (it asks to wait {hours}: resume the run then)"
            )
        self._cool_until = max(self._cool_until, _now() + seconds)

    async def pause(self, error: RetryableError, failures: int) -> None:
        """Wait before the next try of a request that failed `failures` times, outside its slot.

        The cool-down goes on meanwhile, and after a failure to connect the breaker decides about the wait.
        """
        if error.type != "cannot_connect":
            await self._sleep(self._backoff.delay(failures))
