"""Clients take turns, whatever number of requests they wait with."""

import threading
import time

import pytest

from apps.server.turns import ClientLeft, Turns


def wait_in(turns: Turns, client: str, order: list[str], ready: threading.Event) -> threading.Thread:
    def take() -> None:
        with turns.turn(client, lambda: False):
            ready.wait(10)
            order.append(client)

    thread = threading.Thread(target=take)
    thread.start()
    time.sleep(0.02)  # so that they wait in this order
    return thread


def test_one_request_of_another_client_comes_next() -> None:
    turns, order, ready = Turns(1), list[str](), threading.Event()
    threads = [wait_in(turns, client, order, ready) for client in ("a", "a", "a", "a", "b", "c")]
    ready.set()
    for thread in threads:
        thread.join(10)
    assert order == ["a", "a", "b", "c", "a", "a"]


def test_a_client_that_left_waits_no_longer_and_leaves_nothing() -> None:
    turns, order, ready = Turns(1), list[str](), threading.Event()
    holder = wait_in(turns, "a", order, ready)
    with pytest.raises(ClientLeft), turns.turn("b", lambda: True):
        raise AssertionError("nobody may come in")
    ready.set()
    holder.join(10)
    with turns.turn("b", lambda: False):
        order.append("b")
    assert order == ["a", "b"]


def test_as_many_at_once_as_there_are_places() -> None:
    turns, inside, most = Turns(3), [0], [0]
    lock = threading.Lock()

    def take() -> None:
        with turns.turn("a", lambda: False):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.02)
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=take) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == [3]
