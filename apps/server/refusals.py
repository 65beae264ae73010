"""Why a request is not done. Without Flask, so that the store can say it too."""

from typing import Any


class ApiError(Exception):
    """A request that cannot be answered as asked: `status` and one plain sentence."""

    def __init__(
        self, status: int, sentence: str, retry_after: int | None = None, more: dict[str, Any] | None = None
    ) -> None:
        """`retry_after`: seconds to wait if busy. `more`: what else the reply's body holds."""
        super().__init__(sentence)
        self.status, self.sentence, self.retry_after, self.more = status, sentence, retry_after, more or {}
