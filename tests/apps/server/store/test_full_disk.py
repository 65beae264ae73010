"""A disk that refuses: those whose change is not on it are told, and it goes on once there is room."""

import sqlite3
import threading

import pytest

from apps.server.store.database import append
from tests.apps.server.store.conftest import TASK, Shop


def test_a_full_disk_acknowledges_nothing_and_holds_up_nobody(shop: Shop) -> None:
    shop.add("before")
    with shop.database.writing() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    outcomes: dict[str, bool] = {}

    def write(number: int) -> None:
        text = f"{number} " + "x" * 20_000
        try:
            shop.add(text)
            outcomes[text] = True
        except sqlite3.OperationalError:
            outcomes[text] = False

    threads = [threading.Thread(target=write, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert set(outcomes.values()) == {True, False}
    assert {trace.text for trace in shop.listed()} == {
        "before",
        *(text for text, done in outcomes.items() if done),
    }
    with shop.database.writing() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    shop.add("after")
    assert "after" in {trace.text for trace in shop.listed()}


def test_one_change_that_fails_takes_no_other_with_it(shop: Shop) -> None:
    start = threading.Barrier(16)

    def write(number: int) -> None:
        start.wait()
        if number % 2:
            shop.add(f"good {number}")
            return
        with pytest.raises(sqlite3.IntegrityError), shop.database.writing() as connection:
            append(connection, "trace", TASK, "ada", {"trace_id": f"bad {number}", "text": "x"})
            append(connection, "trace", TASK, "ada", {"trace_id": f"bad {number}", "text": "x"})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {trace.text for trace in shop.listed()} == {f"good {number}" for number in range(1, 16, 2)}
