import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.utilities.models.harness import RAW_USAGE, delta, read
from utilities.model_utils import BadReplyError, ModelError, RefusedError, RetryableError, Usage
from utilities.models.replies import END, ReplyBuilder, total_usage, usage_from


def failure_of(*chunks: object) -> ModelError:
    with pytest.raises(ModelError) as caught:
        read(*chunks)
    return caught.value


# --- failures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"choices": []},
        {"choices": None},
        {},
        {"choices": [{}]},
        {"choices": [{"message": None}]},
        {"choices": "x"},
    ],
)
def test_a_reply_without_an_answer_is_a_bad_one(body):
    error = failure_of(body, END)
    assert (type(error), error.type) == (BadReplyError, "empty_choices")


def test_a_stream_that_ends_without_saying_so_is_a_bad_reply():
    error = failure_of(delta({"content": "half an"}))
    assert (type(error), error.type) == (BadReplyError, "incomplete_stream")


@pytest.mark.parametrize(
    "body", [b'{"choices": [{"mess', b"garbage", b"", b"null", b"[1]", b"\x80\x81", b"[" * 100_000]
)
def test_what_is_no_json_object_is_a_bad_reply(body):
    error = failure_of(body)
    assert (type(error), error.type) == (BadReplyError, "bad_json")


def test_a_web_page_is_a_bad_reply():
    assert failure_of(b"<html><body>Sign in</body></html>").type == "html"


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": 429, "message": "slow down"}},
        {
            "choices": [
                {
                    "error": {"code": 429, "message": "slow down"},
                    "message": {"content": "x"},
                    "finish_reason": "error",
                }
            ]
        },
        {"object": "error", "code": 429, "message": "slow down", "type": "RateLimitError"},
        delta({"content": ""}, "error", error={"code": 429, "message": "slow down"}),
    ],
)
def test_an_error_inside_a_reply_counts_like_a_status(body):
    error = failure_of(body)
    assert (type(error), error.type) == (RetryableError, "rate_limited")
    assert "slow down" in error.message


def test_a_refusal_inside_a_reply_is_one():
    assert isinstance(failure_of({"error": {"code": 400, "message": "too long"}}), RefusedError)


@pytest.mark.parametrize(
    "choice",
    [
        {"message": {"content": "half"}, "finish_reason": "error"},
        {"message": {"content": ""}, "finish_reason": "stop", "native_finish_reason": "network_error"},
    ],
)
def test_an_answer_the_provider_broke_off_is_retried(choice):
    assert type(failure_of({"choices": [choice]}, END)) is RetryableError


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
shapes = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "index": json_values,
                    "message": st.fixed_dictionaries(
                        {},
                        optional={
                            "content": json_values,
                            "reasoning": json_values,
                            "reasoning_details": json_values,
                            "tool_calls": st.lists(json_values, max_size=2),
                        },
                    )
                    | json_values,
                    "delta": json_values,
                    "finish_reason": json_values,
                    "error": json_values,
                },
            )
            | json_values,
            max_size=2,
        )
        | json_values,
        "usage": json_values,
        "error": json_values,
    },
)


@given(st.lists(shapes | json_values, max_size=3))
def test_whatever_comes_is_a_reply_that_can_be_saved_or_a_model_error(bodies):
    try:
        reply = read(*bodies, END)
    except ModelError:
        return
    assert msgspec.json.encode(reply)


# --- usage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "usage"),
    [
        ({}, Usage()),
        ({"prompt_tokens": 3.0, "cost": "0.5"}, Usage(prompt_tokens=3, cost=0.5)),
        ({"prompt_tokens": None, "completion_tokens": "many", "cost": -1}, Usage()),
        ({"completion_tokens_details": None, "prompt_tokens_details": 7}, Usage()),
    ],
)
def test_usage_is_what_the_provider_says_and_nothing_else(raw, usage):
    assert usage_from(raw) == usage


def test_the_usage_of_a_failed_answer_is_known():
    builder = ReplyBuilder()
    with pytest.raises(RetryableError):
        builder.add(json.dumps({"error": {"code": 502}, "usage": RAW_USAGE}).encode())
    assert builder.usage.cost == 0.25


def test_usages_add_up_and_what_nobody_reports_stays_unknown():
    total = total_usage(
        [Usage(prompt_tokens=1, cost=0.5), Usage(prompt_tokens=2, completion_tokens=3), Usage()]
    )
    assert total == Usage(prompt_tokens=3, completion_tokens=3, cost=0.5)


def test_an_error_after_the_finish_reason_does_not_take_the_answer_back():
    reply = read(delta({"content": "whole"}), delta({}, "stop", usage=RAW_USAGE), {"error": {"code": 502}})
    assert (reply.text, reply.finish_reason) == ("whole", "stop")


def test_broken_utf8_and_half_surrogates_are_read_and_can_be_saved():
    broken = b'{"choices": [{"delta": {"content": "caf\xe9"}, "finish_reason": "\\ud800x"}]}'
    reply = read(broken)
    assert reply.text.startswith("caf")
    msgspec.json.encode(reply)
