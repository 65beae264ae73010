"""Reading the stored replies of a result record anew, with the agents as they are now; no model is asked."""

from typing import Any

from agents.direct_answer_generator import DirectAnswerGenerator
from agents.reasoning_code_generator import ReasoningCodeGenerator
from utilities.records import Record

_CODE, _DIRECT = ReasoningCodeGenerator(), DirectAnswerGenerator()
_VERDICTS = ("test_outputs", "train_success", "train_accuracy", "verification_reason", "verification_success")


def reread(record: Record) -> Record:
    """`record` with answers, or programs without verdicts, taken from its replies; one without replies as it is."""
    replies = record.get("response")
    if not isinstance(replies, list):
        return record
    if any(isinstance(reply, list) for reply in replies) or "answers" in record:
        return record | {"answers": [_answers(reply) for reply in replies]}
    unjudged = {name: value for name, value in record.items() if name not in _VERDICTS}
    refined = record.get("refinements") or [None] * len(replies)
    last = [_last(reply, follow_ups or ()) for reply, follow_ups in zip(replies, refined, strict=False)]
    return unjudged | {
        "python_code": [None if reply is None else _CODE.parse(reply).python_code for reply in last]
    }


def _answers(replies: Any) -> Any:
    """A grid, or None, per test input of an attempt."""
    if not isinstance(replies, list):
        return replies
    return [None if reply is None else _DIRECT.parse(reply).grid for reply in replies]


def _last(reply: str | None, follow_ups: Any) -> str | None:
    """The last reply of an attempt that was answered, which is the one that it is judged by."""
    answered = [follow_up["response"] for follow_up in follow_ups if follow_up.get("response") is not None]
    return answered[-1] if answered else reply
