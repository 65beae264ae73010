"""Chunks that are not decoded give the reply that they would give decoded, and most are not decoded."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.utilities.models.harness import delta
from utilities.model_utils import ModelError, Reply
from utilities.models import replies
from utilities.models.chunk_pattern import ChunkPattern, pattern_of
from utilities.models.replies import ReplyBuilder

TEXTS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(['"content":"x"', '\\"', "<think>", "</think>", "\ud83d", "é\U0001f600", ""]),
)
DELTAS = st.one_of(
    st.builds(lambda text: {"content": text}, TEXTS),
    st.builds(lambda text: {"role": "assistant", "content": text, "refusal": None}, TEXTS),
    st.builds(lambda text: {"content": None, "reasoning": text}, TEXTS),
    st.builds(lambda text: {"reasoning_content": text, "content": ""}, TEXTS),
    st.builds(lambda text: {"content": text, "reasoning": text}, TEXTS),
    st.builds(lambda text: {"content": text, "annotations": [text]}, TEXTS),
    st.just({"content": ["parts"], "x": {"content": "no text of a delta"}}),
)
CHUNKS = st.builds(
    lambda piece, reason, index, more: {
        **more,
        "choices": [{"index": index, "delta": piece, "finish_reason": reason}],
    },
    DELTAS,
    st.sampled_from([None, None, None, "stop"]),
    st.sampled_from([0, 0, 0, 1]),
    st.sampled_from(
        [{}, {}, {"id": "a"}, {"id": "b", "usage": {"cost": 1}}, {"x": {"content": "y"}}, {"error": None}]
    ),
)
SPELLINGS = st.sampled_from([{"separators": (",", ":")}, {}, {"ensure_ascii": False}, {"indent": 1}])


def told(chunks: list[bytes]) -> tuple[Reply | str, list[tuple[str, str]]]:
    """The reply or the error's type, and what a listener hears."""
    heard: list[tuple[str, str]] = []
    builder = ReplyBuilder(listener=lambda kind, text: heard.append((kind, text)))
    try:
        for chunk in chunks:
            builder.add(chunk)
        return builder.reply(), heard
    except ModelError as error:
        return f"{error.type}: {error}", heard


def encoded(chunk: Any, spelling: dict[str, Any]) -> bytes:
    return json.dumps(chunk, **spelling).encode("utf-8", "surrogatepass")


@given(st.lists(st.tuples(CHUNKS, st.integers(1, 4)), max_size=8), SPELLINGS)
def test_a_stream_gives_the_same_reply_with_and_without_patterns(
    stream: list[tuple[dict[str, Any], int]], spelling: dict[str, Any]
) -> None:
    chunks = [encoded(chunk, spelling) for chunk, times in stream for _ in range(times)]
    with_patterns = told(chunks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replies, "pattern_of", lambda chunk, body: None)
        assert told(chunks) == with_patterns


def test_only_the_first_of_chunks_that_are_alike_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[bytes] = []
    monkeypatch.setattr(replies, "_decode", lambda data: decoded.append(data) or msgspec.json.decode(data))
    words = ["The ", 'rule "repeats"', " \\ and", "\n", "é ends."]
    chunks = [encoded(delta({"role": "assistant", "content": word}, id="gen-1"), {}) for word in words]
    reply, heard = told([*chunks, encoded(delta({}, "stop"), {})])
    assert isinstance(reply, Reply) and reply.text == "".join(words) and reply.provider["id"] == "gen-1"
    assert heard == [("text", word) for word in words]
    assert len(decoded) == 2


def test_a_stream_whose_chunks_are_never_alike_is_soon_decoded_plainly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[ChunkPattern | None] = []
    monkeypatch.setattr(
        replies, "pattern_of", lambda chunk, body: made.append(pattern_of(chunk, body)) or made[-1]
    )
    told([encoded(delta({"content": "x"}, id=str(number)), {}) for number in range(500)])
    assert len(made) < 50


@pytest.mark.parametrize(
    "chunk",
    [
        b'{"choices":[{"delta":{"content":"a","content":"b"},"finish_reason":null}]}',
        b'{"content":"x","choices":[{"delta":{"content":"a"},"finish_reason":null}]}',
        b'{"choices":[{"delta":{"content" :"a"},"finish_reason":null}]}',
        b'{"choices":[{"delta":{"content":"a"},"finish_reason":null},{"index":1,"delta":{"content":"b"}}]}',
    ],
    ids=["twice", "elsewhere first", "spelled otherwise", "two choices"],
)
def test_a_text_that_cannot_be_told_apart_makes_no_pattern(chunk: bytes) -> None:
    assert pattern_of(chunk, msgspec.json.decode(chunk)) is None
