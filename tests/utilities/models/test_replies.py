import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.utilities.models.harness import RAW_USAGE, delta, read
from utilities.model_utils import Reply, Usage
from utilities.models.replies import END


def whole(message: object, finish_reason: str | None = "stop", **more: object) -> Reply:
    return read({"choices": [{"index": 0, "message": message, "finish_reason": finish_reason}], **more}, END)


# --- answers ---------------------------------------------------------------------------------------------------------


def test_a_whole_body_becomes_a_reply():
    reply = whole({"role": "assistant", "content": "an answer"}, id="gen-1", model="m", usage=RAW_USAGE)
    assert reply.text == "an answer"
    assert reply.finish_reason == "stop"
    assert reply.usage == Usage(100, 50, 20, 30, 0.25)
    assert reply.provider == {"id": "gen-1", "model": "m", "usage": RAW_USAGE}


def test_a_stream_becomes_the_same_reply():
    reply = read(
        delta({"role": "assistant", "content": ""}, id="gen-1", model="m"),
        delta({"content": "an "}, id="gen-1", model="m"),
        delta({"content": "answer"}, id="gen-1", model="m"),
        delta({}, "stop", id="gen-1", model="m"),
        {"id": "gen-1", "model": "m", "choices": [], "usage": RAW_USAGE},
        END,
    )
    assert reply == whole({"content": "an answer"}, id="gen-1", model="m", usage=RAW_USAGE)


texts = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=30)


@given(
    content=texts,
    reasoning=texts,
    finish=st.sampled_from(["stop", "length", "content_filter"]),
    details=st.lists(texts, max_size=3),
    data=st.data(),
)
def test_streamed_or_not_the_reply_is_the_same(content, reasoning, finish, details, data):
    def pieces(text: str) -> list[str]:
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
        return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]

    items = [{"type": "reasoning.text", "index": index, "text": text} for index, text in enumerate(details)]
    message = {"role": "assistant", "content": content, "reasoning": reasoning}
    chunks = [delta({"role": "assistant", "reasoning": piece}, id="g") for piece in pieces(reasoning)]
    if items:
        message["reasoning_details"] = items
        chunks += [
            delta({"reasoning_details": [{**item, "text": piece}]}, id="g")
            for item in items
            for piece in pieces(item["text"])
        ]
    chunks += [delta({"content": piece}, id="g") for piece in pieces(content)]
    streamed = read(*chunks, delta({}, finish, id="g"), {"id": "g", "choices": [], "usage": RAW_USAGE}, END)
    assert streamed == whole(message, finish, id="g", usage=RAW_USAGE)


def test_an_empty_answer_was_paid_for_and_is_kept():
    assert whole({"content": ""}).text == ""
    assert whole({"content": None}).text == ""


def test_a_truncated_answer_is_a_normal_reply():
    assert whole({"content": "an ans"}, "length").finish_reason == "length"


def test_a_whole_body_needs_no_finish_reason():
    assert whole({"content": "an answer"}, None).finish_reason is None


def test_a_stream_is_whole_with_either_its_finish_reason_or_its_done():
    assert read(delta({"content": "x"}), delta({}, "stop")).text == "x"
    assert read(delta({"content": "x"}), END).text == "x"


def test_a_whole_message_after_its_deltas_adds_only_what_they_did_not_bring():
    message = {"role": "assistant", "content": "an answer", "refusal": "no"}
    last = {"choices": [{"index": 0, "delta": {}, "message": message, "finish_reason": "stop"}]}
    reply = read(delta({"content": "an "}), delta({"content": "answer"}), last, END)
    assert (reply.text, reply.provider["refusal"]) == ("an answer", "no")
    assert read(delta({"role": "assistant", "content": ""}), last, END).text == "an answer"


def test_an_index_may_come_as_text():
    assert read({"choices": [{"index": "0", "delta": {"content": "x"}}]}, END).text == "x"


def test_what_a_provider_calls_as_the_client_calls_its_own_is_not_taken_for_it():
    reply = whole({"content": "x", "failed_tries": [5]}, failed_tries=5, usage=RAW_USAGE)
    assert reply.cost == 0.25


def test_other_choices_do_not_mix_with_the_first():
    other = {"choices": [{"index": 1, "delta": {"content": "other"}, "finish_reason": "stop"}]}
    assert read(delta({"content": "x"}), other, END).text == "x"


# --- thinking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        {"content": "x", "reasoning": "hm"},
        {"content": "x", "reasoning_content": "hm"},
        {"content": "x", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        {"content": "x", "reasoning_details": [{"type": "reasoning.summary", "summary": "hm"}]},
        {"content": "<think>hm</think>x"},
        {"content": "hm</think>x"},
        {"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "x"}]},
        {"content": "x", "reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        {"content": "<think>hm</think>x", "reasoning": "hm"},
    ],
)
def test_every_form_of_reasoning_becomes_thinking_once(message):
    reply = whole(message)
    assert (reply.text, reply.thinking) == ("x", "hm")


def test_think_tags_cut_in_two_by_the_stream_are_found():
    assert (
        read(
            delta({"content": "<thi"}), delta({"content": "nk>hm</th"}), delta({"content": "ink>x"}), END
        ).thinking
        == "hm"
    )


def test_details_are_kept_and_put_together_by_index_and_type():
    first = {"type": "reasoning.text", "index": 0, "format": "f", "text": "h"}
    reply = read(
        delta({"reasoning_details": [first]}),
        delta({"reasoning_details": [{"index": 0, "text": "m", "signature": "s"}]}),
        delta({"reasoning_details": [{"type": "reasoning.encrypted", "index": 0, "data": "ab"}]}),
        delta({"reasoning_details": [{"type": "reasoning.encrypted", "index": 0, "data": "cd"}]}),
        END,
    )
    assert reply.provider["reasoning_details"] == [
        {"type": "reasoning.text", "index": 0, "format": "f", "text": "hm", "signature": "s"},
        {"type": "reasoning.encrypted", "index": 0, "data": "abcd"},
    ]
    assert reply.thinking == "hm"


# --- what else a provider sends --------------------------------------------------------------------------------------


def test_nothing_a_provider_sent_is_dropped():
    reply = read(
        {
            "id": "gen-1",
            "provider": "DeepInfra",
            "system_fingerprint": "fp",
            "timings": {"predicted_ms": 3.5},
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "native_finish_reason": "STOP",
                    "logprobs": None,
                    "message": {
                        "content": "x",
                        "refusal": "no",
                        "annotations": [{"type": "url"}],
                        "new_field": 3,
                    },
                }
            ],
        },
        END,
    )
    assert reply.provider == {
        "id": "gen-1",
        "provider": "DeepInfra",
        "system_fingerprint": "fp",
        "timings": {"predicted_ms": 3.5},
        "native_finish_reason": "STOP",
        "refusal": "no",
        "annotations": [{"type": "url"}],
        "new_field": 3,
    }


def test_tool_calls_are_put_together():
    start = {"index": 0, "id": "call-1", "type": "function", "function": {"name": "f", "arguments": ""}}
    reply = read(
        delta({"tool_calls": [start]}),
        delta({"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]}),
        delta({"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]}),
        END,
    )
    call = {**start, "function": {"name": "f", "arguments": '{"a": 1}'}}
    assert reply.provider["tool_calls"] == [call]


def test_what_python_can_read_is_read():
    body = (
        b'\xef\xbb\xbf{"choices": [{"message": {"content": "x\xff"}, "finish_reason": "stop"}], "score": NaN}'
    )
    assert read(body).text == "x\ufffd"


def test_half_characters_are_joined_and_lone_halves_replaced():
    head, tail = (
        b'{"choices": [{"delta": {"content": "\\ud83d"}}]}',
        b'{"choices": [{"delta": {"content": "\\ude00"}}]}',
    )
    assert read(head, tail, END).text == "\N{GRINNING FACE}"
    detail = b'{"choices": [{"delta": {"reasoning_details": [{"text": "\\ud83d"}]}}], "note": "\\ud83d"}'
    reply = read(head, detail, END)
    assert reply.text == "\ufffd"
    assert msgspec.json.decode(msgspec.json.encode(reply), type=Reply) == reply


# --- streams of other makes ------------------------------------------------------------------------------------------


def test_a_null_in_a_later_chunk_takes_nothing_back():
    """OpenRouter's order: the finish reason in one chunk, usage and nulls in the next."""
    reply = read(
        delta({"content": "hello"}, id="gen-1", system_fingerprint="fp"),
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "native_finish_reason": "end_turn"}]},
        {
            "choices": [
                {
                    "index": 0,
                    "delta": {},
                    "finish_reason": None,
                    "native_finish_reason": None,
                    "logprobs": None,
                }
            ],
            "system_fingerprint": None,
            "usage": RAW_USAGE,
        },
        END,
    )
    assert reply.finish_reason == "stop"
    assert (
        reply.provider["native_finish_reason"] == "end_turn" and reply.provider["system_fingerprint"] == "fp"
    )


def test_log_probabilities_that_come_token_by_token_are_put_together():
    tokens = [{"token": token, "logprob": -1} for token in "abb"]
    chunks = [delta({"content": one["token"]}) for one in tokens]
    for chunk, one in zip(chunks, tokens, strict=True):
        chunk["choices"][0]["logprobs"] = {"content": [one]}
    reply = read(*chunks, delta({}, "stop"), END)
    assert reply.text == "abb" and reply.provider["logprobs"] == {"content": tokens}


def test_unnumbered_reasoning_that_comes_piece_by_piece_is_one_text():
    pieces = [[{"type": "reasoning.text", "text": text}] for text in ("The ", "ru", "le.")]
    reply = read(
        *[delta({"reasoning_details": piece}) for piece in pieces], delta({"content": "x"}, "stop"), END
    )
    assert reply.thinking == "The rule."
    assert reply.provider["reasoning_details"] == [{"type": "reasoning.text", "text": "The rule."}]


@pytest.mark.parametrize("own", [{"id": "a"}, {"data": "QUJD"}, {"id": "a", "data": "QUJD"}], ids=str)
def test_unnumbered_reasoning_that_is_whole_stays_apart(own):
    items = [
        {"type": "reasoning.encrypted", **own},
        {"type": "reasoning.encrypted", **dict.fromkeys(own, "other")},
    ]
    reply = read(
        *[delta({"reasoning_details": [item]}) for item in items], delta({"content": "x"}, "stop"), END
    )
    assert reply.provider["reasoning_details"] == items


def test_the_first_choice_is_read_wherever_it_stands():
    other = {"index": 1, "delta": {"content": "B"}, "finish_reason": None}
    first = delta({"content": "A"})
    first["choices"].insert(0, other)
    assert read(first, delta({"content": "C"}, "stop"), END).text == "AC"
