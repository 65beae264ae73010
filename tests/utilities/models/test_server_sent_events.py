import json

from hypothesis import given
from hypothesis import strategies as st

from utilities.models.server_sent_events import EventParser


def parsed(*chunks: bytes) -> list[bytes]:
    parser = EventParser()
    return [data for chunk in chunks for data in parser.feed(chunk)] + parser.finish()


def test_each_blank_line_ends_an_event():
    assert parsed(b"data: one\n\ndata: two\n\n") == [b"one", b"two"]


def test_an_event_comes_out_as_soon_as_its_blank_line_is_there():
    parser = EventParser()
    assert parser.feed(b"data: one\n") == []
    assert parser.feed(b"\n") == [b"one"]


def test_comments_leading_blank_lines_and_other_fields_are_skipped():
    stream = b"\n\n: OPENROUTER PROCESSING\n\n: again\n\nevent: message\nid: 7\nretry: 10\ndata: one\n\n"
    assert parsed(stream) == [b"one"]


def test_several_data_lines_are_one_event():
    assert parsed(b"data: one\ndata:two\ndata\ndata: \n\n") == [b"one\ntwo\n\n"]


def test_only_one_space_after_the_colon_is_left_out():
    assert parsed(b"data:  two spaces\n\ndata:none\n\n") == [b" two spaces", b"none"]


def test_a_byte_order_mark_may_come_first_even_cut_in_two():
    assert parsed(b"\xef\xbb\xbfdata: one\n\n") == [b"one"]
    assert parsed(b"\xef", b"\xbb\xbfda", b"ta: one\n\n") == [b"one"]


def test_the_three_line_ends_are_the_same():
    for end in (b"\n", b"\r\n", b"\r"):
        assert parsed(b"data: one" + end + end + b"data: two" + end + end) == [b"one", b"two"]


def test_a_line_end_cut_between_its_carriage_return_and_its_line_feed_is_one():
    assert parsed(b"data: one\r", b"\ndata: two\r", b"\n\r", b"\n") == [b"one\ntwo"]


def test_a_line_feed_at_the_start_of_a_chunk_is_a_line_of_its_own_elsewhere():
    assert parsed(b"data: one\n", b"\ndata: two\r\n\r\n") == [b"one", b"two"]


def test_an_empty_chunk_changes_nothing():
    assert parsed(b"data: one\r", b"", b"\n\r\n") == [b"one"]


def test_an_event_without_its_blank_line_comes_out_at_the_end():
    assert parsed(b"data: one\n\ndata: [DONE]") == [b"one", b"[DONE]"]


def test_an_empty_stream_has_no_events():
    assert parsed() == []
    assert parsed(b"\r\n") == []


def test_a_line_of_ten_megabytes_in_small_chunks_is_one_event():
    line = b"x" * 10_000_000
    chunks = [line[at : at + 1500] for at in range(0, len(line), 1500)]
    assert parsed(b"data: ", *chunks, b"\n\n") == [line]


events = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3), max_size=5)
line_ends = st.sampled_from(["\n", "\r\n", "\r"])
noise = st.sampled_from(["", ": OPENROUTER PROCESSING{end}{end}", "{end}", "event: x{end}"])


@given(events, line_ends, noise, st.data())
def test_where_the_bytes_are_cut_makes_no_difference(bodies, end, skipped, data):
    stream = "".join(
        skipped.format(end=end) + f"data: {json.dumps(body, ensure_ascii=False)}{end}{end}" for body in bodies
    ).encode()
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=20).map(sorted))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert [json.loads(found) for found in parsed(*chunks)] == bodies
    assert parsed(*chunks) == parsed(stream)


@given(st.binary(max_size=200), st.data())
def test_any_bytes_cut_anywhere_give_the_same_events(stream, data):
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=20).map(sorted))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert parsed(*chunks) == parsed(stream)
