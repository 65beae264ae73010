import logging
import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.model_utils import BadReplyError, ModelError, RefusedError, RetryableError, RunStoppingError
from utilities.models.failures import (
    TYPES,
    Said,
    failure,
    failure_inside,
    quote,
    read_error,
    read_error_body,
    reads,
    retry_after,
    unreadable,
)


def failed(
    status: int, said: object = None, headers: dict[str, str] | None = None, answered: bool = True
) -> ModelError:
    return failure(status, read_error(said), headers or {}, answered=answered)


@pytest.mark.parametrize("status", [408, 409, 425, 429, *range(500, 512), *range(520, 531), 599])
def test_these_statuses_are_retried_wherever_they_come(status):
    assert type(failed(status)) is RetryableError
    assert type(failure_inside({"code": status}, answered=True)) is RetryableError
    assert type(failure_inside({"code": str(status)}, answered=True)) is RetryableError


@pytest.mark.parametrize(
    ("status", "type_"), [(400, "bad_request"), (413, "too_large"), (422, "bad_request"), (404, "not_found")]
)
def test_these_statuses_refuse_the_one_request(status, type_):
    error = failed(status)
    assert type(error) is RefusedError
    assert error.type == type_


def test_401_stops_the_run():
    assert (type(failed(401)), failed(401).type) == (RunStoppingError, "key_refused")


def test_402_is_retried_when_it_says_when_and_stops_the_run_otherwise():
    waiting = failed(402, headers={"Retry-After": "3"})
    assert isinstance(waiting, RetryableError)
    assert waiting.retry_after == 3
    assert (type(failed(402)), failed(402).type) == (RunStoppingError, "no_credit")


def test_a_429_because_the_quota_is_used_up_is_a_402():
    error = failed(
        429,
        {"message": "You exceeded your quota", "type": "insufficient_quota", "code": "insufficient_quota"},
    )
    assert (type(error), error.type) == (RunStoppingError, "no_credit")


def test_a_404_stops_the_run_only_before_anything_was_answered():
    assert failed(404, answered=False).type == "no_such_model"
    assert type(failed(404, answered=False)) is RunStoppingError
    assert type(failed(404, answered=True)) is RefusedError


def test_a_redirect_says_where_it_points():
    error = failed(308, headers={"Location": "https://elsewhere.example/v1"}, answered=False)
    assert (type(error), error.type) == (RunStoppingError, "wrong_endpoint")
    assert "https://elsewhere.example/v1" in error.message


def test_a_location_of_any_bytes_is_told_in_printable_characters():
    message = failed(302, headers={"Location": "http://x/\udcff\udcfe"}, answered=False).message
    assert "http://x/" in message
    assert message.isprintable()


@pytest.mark.parametrize(
    "said",
    [
        {"message": "Input flagged", "metadata": {"reasons": ["violence"], "flagged_input": "..."}},
        {"message": "Request blocked: prompt injection patterns detected"},
        {"message": "Your prompt violates the content policy"},
        {"message": "Your prompt was flagged by moderation; contact support about your account"},
        {"message": "Content policy: this request was refused. Manage your API key at https://x/keys"},
    ],
)
@pytest.mark.parametrize("answered", [True, False])
def test_a_403_about_the_prompt_refuses_only_this_one(said, answered):
    error = failed(403, said, answered=answered)
    assert (type(error), error.type) == (RefusedError, "moderation")


@pytest.mark.parametrize(
    "said",
    [
        {"message": "Key limit exceeded (total limit). Manage it at https://openrouter.ai/settings/keys"},
        {"message": "Rejected", "metadata": {"limit_source": "openrouter_guardrail_budget"}},
        {"message": "You do not have permission to use this model"},
        {"message": "Your account has been flagged"},
    ],
)
@pytest.mark.parametrize("answered", [True, False])
def test_a_403_about_the_key_stops_the_run(said, answered):
    error = failed(403, said, answered=answered)
    assert (type(error), error.type) == (RunStoppingError, "key_refused")


def test_a_403_that_does_not_say_is_about_the_key_unless_the_key_has_worked():
    assert type(failed(403, "Forbidden", answered=False)) is RunStoppingError
    assert (type(failed(403, "Forbidden")), failed(403, "Forbidden").type) == (RefusedError, "forbidden")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"message": "x", "code": "rate_limit_exceeded"}, "rate_limited"),
        ({"message": "x", "type": "overloaded_error"}, "overloaded"),
        ({"message": "x", "type": "BadRequestError", "code": None}, "bad_request"),
        ({"message": "x", "code": "invalid_api_key"}, "key_refused"),
        ({"message": "x", "code": 200}, "server_error"),
        ({"message": "x", "code": "9" * 5000}, "server_error"),
        ({"message": "x", "code": None}, "server_error"),
        ("model runner has stopped", "server_error"),
        ({}, "server_error"),
        ([1], "server_error"),
    ],
)
def test_an_error_inside_a_reply_is_read_in_every_form(error, expected):
    assert failure_inside(error, answered=True).type == expected


def test_the_upstream_reason_is_told():
    metadata = {"provider_name": "DeepInfra", "raw": "CUDA out of memory"}
    assert (
        "(DeepInfra: CUDA out of memory)"
        in failed(502, {"message": "Provider returned error", "metadata": metadata}).message
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"error": {"message": "too long"}}', "too long"),
        (b'{"error": "too long"}', "too long"),
        (b'{"object": "error", "message": "too long", "code": 400}', "too long"),
        (b'{"detail": "Not Found"}', "Not Found"),
        (b"<html><style>x{}</style><h1>502 Bad\nGateway</h1></html>", "502 Bad Gateway"),
        (b"upstream connect error", "upstream connect error"),
        (b"[" * 100_000, "[[["),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"<script " * 8192, "<script"),
        (b"<" * 65536, "<<<"),
    ],
)
def test_an_error_body_of_any_kind_gives_its_reason(body, reason):
    assert read_error_body(body).message.startswith(reason)


@given(st.binary(max_size=300))
def test_no_error_body_is_too_strange(body):
    said = read_error_body(body)
    assert isinstance(failure(500, said, {}, answered=True), RetryableError)
    assert len(said.message) <= 300


@given(st.text(max_size=2000))
def test_a_quote_is_one_short_printable_line(text):
    assert len(quote(text)) <= 300
    assert quote(text).isprintable()


@given(st.integers(300, 599), st.booleans(), st.text(max_size=20))
def test_every_type_is_in_the_list(status, answered, text):
    assert failed(status, {"message": text}, answered=answered).type in TYPES


def test_what_reading_trips_over_fails_the_one_try_and_is_logged_without_its_words(caplog):
    words = "a secret"

    @reads
    def trip() -> None:
        raise TypeError(words)

    toolkit = logging.getLogger("utilities")
    toolkit.addHandler(caplog.handler)
    try:
        with pytest.raises(BadReplyError, match="cannot be read"):
            trip()
    finally:
        toolkit.removeHandler(caplog.handler)
    assert "TypeError" in caplog.text
    assert "trip" in caplog.text
    assert words not in caplog.text


def test_a_web_page_is_told_from_broken_json():
    assert unreadable(b"\n<!DOCTYPE html><title>Sorry</title>").type == "html"
    assert unreadable(b'{"choices": [').type == "bad_json"
    assert unreadable(b"").type == "bad_json"
    assert isinstance(unreadable(b""), BadReplyError)


# --- how long to wait ------------------------------------------------------------------------------------------------

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": formatdate(NOW + 90, usegmt=True)}, 90),
        ({"Retry-After": formatdate(NOW - 90, usegmt=True)}, 0),
        ({"Retry-After": formatdate(NOW + 90, usegmt=True), "Date": formatdate(NOW + 60, usegmt=True)}, 30),
        ({"Retry-After-Ms": "250", "Retry-After": "1"}, 0.25),
        ({"X-RateLimit-Reset": str(int((NOW + 5) * 1000)), "X-RateLimit-Remaining": "0"}, 5),
        ({"X-RateLimit-Reset": str(int((NOW + 5) * 1000)), "X-RateLimit-Remaining": "9"}, None),
        ({"X-RateLimit-Reset": "12"}, None),
    ],
)
def test_the_wait_is_read_in_every_form(headers, seconds):
    assert retry_after(headers, {}, NOW) == seconds
    assert retry_after({}, {"headers": headers}, NOW) == seconds


@given(st.text(max_size=30))
def test_no_retry_after_is_too_strange(text):
    seconds = retry_after({"Retry-After": text}, {}, NOW)
    assert seconds is None or seconds >= 0


def test_a_reset_time_inside_an_error_is_honoured():
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int((time.time() + 30) * 1000))}
    error = failure_inside({"code": 429, "message": "x", "metadata": {"headers": headers}}, answered=True)
    assert isinstance(error, RetryableError)
    assert 25 < (error.retry_after or 0) <= 30


def test_a_failure_keeps_what_was_said():
    assert failure(500, Said("boom"), {}, answered=True).message == "the endpoint answered 500: boom"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Your API key has been blocked", "key_refused"),
        ("Sorry, you have been blocked", "key_refused"),
        ("Key limit exceeded", "key_refused"),
        ("Prompt contains a forbidden token", "moderation"),
        ("The request was blocked by a safety guardrail: inappropriate content", "moderation"),
    ],
)
def test_a_403_is_read_for_what_it_is_about(message, expected):
    assert failed(403, message).type == expected


def test_an_error_body_of_any_bytes_is_read():
    said = read_error_body(b'{"error": {"message": "caf\xe9"}}')
    assert "caf" in said.message


def test_retry_after_in_the_headers_counts_for_an_error_inside_a_reply():
    error = failure_inside({"code": 429, "message": "x"}, {"Retry-After": "4"}, answered=True)
    assert error.retry_after == 4
    assert type(failure_inside({"code": 402}, {"Retry-After": "3"}, answered=True)) is RetryableError
