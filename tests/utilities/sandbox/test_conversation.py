"""The parent's end of a job's socket, against children made of plain sockets."""

import socket
import time
from collections.abc import Iterator

import pytest

from utilities.sandbox.conversation import Conversation, death
from utilities.sandbox.protocol import encode_job
from utilities.sandbox.wire import LENGTH, LOCKED, NO_MEMORY, NO_MEMORY_STATUS

RESULT = b'{"index":%d,"output":[[%d]],"error_type":null,"error":null,"stdout":"","duration_ms":1}'


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def framed(body: bytes) -> bytes:
    return LENGTH.pack(len(body)) + body


def test_results_arrive_in_order_and_the_job_arrives_whole(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    conversation = Conversation(ours, job := encode_job("pass", [[[1]]], 10), 2, 1000, 10)
    conversation.send()
    assert theirs.recv(10_000) == job
    theirs.send(LOCKED + framed(RESULT % (0, 5)) + framed(RESULT % (1, 6)))
    assert conversation.hold(time.monotonic() + 5, lambda: False) is None
    assert [result.output for result in conversation.results] == [[[5]], [[6]]]
    assert conversation.locked


def test_a_child_that_never_locked_itself_in_is_known(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    conversation = Conversation(ours, b"", 1, 1000, 10)
    theirs.close()
    assert conversation.hold(time.monotonic() + 5, lambda: False) is None
    assert not conversation.locked
    assert conversation.results == []


def test_silence_is_a_timeout_and_keeps_what_came(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    conversation = Conversation(ours, b"", 2, 1000, 10)
    theirs.send(LOCKED + framed(RESULT % (0, 5)) + framed(RESULT % (1, 6))[:-1])
    failure = conversation.hold(time.monotonic() + 0.05, lambda: False)
    assert failure is not None
    assert failure[0] == "timeout"
    assert len(conversation.results) == 1


def test_a_cancelled_job_is_broken_off(ends: tuple[socket.socket, socket.socket]) -> None:
    conversation = Conversation(ends[0], b"", 1, 1000, 10)
    assert conversation.hold(time.monotonic() + 60, lambda: True) == ("killed", "the run was cancelled")


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (framed(RESULT % (1, 5)), "bad_output"),
        (framed(b"{}"), "bad_output"),
        (framed(b"\xff"), "bad_output"),
        (framed(b'{"index":0,"output":[[1],[]],"error_type":null,"error":null,"stdout":"","duration_ms":1}'), "bad_output"),
        (framed(b'{"index":0,"output":null,"error_type":null,"error":null,"stdout":"","duration_ms":1}'), "bad_output"),
        (framed(b'{"index":0,"output":[[true]],"error_type":null,"error":null,"stdout":"","duration_ms":1}'), "bad_output"),
        (framed(b'{"index":0,"output":[[1.0]],"error_type":null,"error":null,"stdout":"","duration_ms":1}'), "bad_output"),
        (LENGTH.pack(1001), "output_too_large"),
    ],
)  # fmt: skip
def test_what_is_no_result_ends_it(
    ends: tuple[socket.socket, socket.socket], message: bytes, kind: str
) -> None:
    ours, theirs = ends
    conversation = Conversation(ours, b"", 1, 1000, 10)
    theirs.send(LOCKED + message)
    failure = conversation.hold(time.monotonic() + 5, lambda: False)
    assert failure is not None
    assert failure[0] == kind


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "exit code 0"),
        (7 << 8, "exit code 7"),
        (11, "SIGSEGV"),
        (31, "forbidden system call"),
        (60, "signal 60"),
    ],
)
def test_a_death_is_described(status: int, words: str) -> None:
    kind, why = death(status)
    assert kind == "killed"
    assert words in why


def test_a_child_without_the_memory_to_say_so_is_understood() -> None:
    assert death(NO_MEMORY_STATUS << 8) == ("memory", NO_MEMORY)


def test_no_more_printed_text_is_held_than_is_kept(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    conversation = Conversation(ours, b"", 3, 1000, 10)
    chatty = RESULT.replace(b'"stdout":""', b'"stdout":"%s"')
    theirs.send(LOCKED + b"".join(framed(chatty % (index, 5, b"x" * 7)) for index in range(3)))
    assert conversation.hold(time.monotonic() + 5, lambda: False) is None
    assert [len(result.stdout) for result in conversation.results] == [7, 3, 0]
