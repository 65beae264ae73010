import asyncio
import gc
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.utilities.models.offline.prompts import prompt_for
from utilities.config import ROOT, RunConfig, UsageError
from utilities.model_utils import (
    Message,
    RefusedError,
    Reply,
    Request,
    RetryableError,
    Sampling,
    get_model,
)
from utilities.models.offline import OfflineModel
from utilities.models.offline.crew import TRIES

CODE = "Write a Python function solve_task(input_grid)."


def request(text: str, attempt: int = 0, seed: int | None = None, effort: str | None = None) -> Request:
    return Request((Message("user", text),), Sampling(seed=seed, reasoning_effort=effort), attempt)


def answered(*requests: Request, workers: int = 1) -> list[Reply]:
    async def ask_all() -> list[Reply]:
        model = OfflineModel(workers)
        try:
            return await asyncio.gather(*(model.ask(one) for one in requests))
        finally:
            await model.close()

    return asyncio.run(ask_all())


def slow_task(seed: int = 0) -> dict[str, Any]:
    """Noise: a search that uses up its budget."""
    source = random.Random(seed)
    grids = [[[source.randrange(10) for _ in range(20)] for _ in range(20)] for _ in range(6)]
    return {"train": [{"input": grids[k], "output": grids[k + 3]} for k in range(3)]}


def runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


async def started_workers(model: OfflineModel) -> list[int]:
    while not model._crew.process_ids:  # noqa: ASYNC110 - the model has no event for this, nor should it
        await asyncio.sleep(0.01)
    return model._crew.process_ids


def until(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_a_code_prompt_gets_words_and_one_block_of_code(tasks: dict[str, Any]) -> None:
    (reply,) = answered(request(prompt_for(tasks["3c9b0459"], asks=CODE)))
    words, code, rest = reply.text.split("```")
    assert "Rotate by 180 degrees" in words
    assert "4 of 4 train pairs" in words
    assert code.startswith("python\n")
    assert "def solve_task(input_grid):" in code
    assert rest.strip() == ""
    assert reply.finish_reason == "stop"
    assert reply.usage.cost == 0.0
    assert reply.usage.prompt_tokens is None and reply.usage.completion_tokens is None


def test_a_direct_prompt_gets_the_grid_and_a_reasoning_prompt_only_words(tasks: dict[str, Any]) -> None:
    task = tasks["3c9b0459"]
    direct = request(prompt_for(task, test=task["test"][0]["input"]))
    trace = request(prompt_for(task, asks="Explain the rule."))
    grid, words = answered(direct, trace)
    assert json.loads(grid.text.split("```json")[1].split("```")[0]) == task["test"][0]["output"]
    assert "Rotate by 180 degrees" in words.text
    assert "```" not in words.text


def test_without_train_pairs_the_reply_says_so() -> None:
    (reply,) = answered(request("Hello!"))
    assert "cannot see any train pairs" in reply.text
    assert reply.finish_reason == "stop"


def test_effort_bounds_the_search_and_other_words_for_it_are_refused_with_what_to_do(
    tasks: dict[str, Any],
) -> None:
    noise = prompt_for(slow_task(), asks=CODE)
    low, medium = answered(request(noise, effort="low"), request(noise, effort="medium"))
    assert low.generation_time_seconds < medium.generation_time_seconds
    assert low.text == medium.text
    (high,) = answered(request(prompt_for(tasks["3c9b0459"], asks=CODE), effort="high"))
    assert "def solve_task" in high.text
    with pytest.raises(RefusedError, match="give low, medium, high"):
        answered(request(noise, effort="extreme"))
    with pytest.raises(UsageError, match="--reasoning_effort extreme: OFFLINE knows no such"):
        get_model("OFFLINE", RunConfig(reasoning_effort="extreme"))


def test_an_unsolvable_task_gets_no_answer() -> None:
    (reply,) = answered(request(prompt_for(slow_task(), asks=CODE), effort="low"))
    assert "found no program" in reply.text
    assert "```" not in reply.text


def test_attempts_and_seeds_get_different_programs_where_there_are_several(tasks: dict[str, Any]) -> None:
    prompt = prompt_for(tasks["0520fde7"], asks=CODE)
    by_attempt = answered(*(request(prompt, attempt=k) for k in range(3)), workers=2)
    by_seed = answered(request(prompt, seed=5), request(prompt, seed=6), request(prompt, seed=5))
    assert len({reply.text for reply in by_attempt}) == 3
    assert by_seed[0].text == by_seed[2].text != by_seed[1].text


def test_a_follow_up_gets_another_program(tasks: dict[str, Any]) -> None:
    first = Message("user", prompt_for(tasks["0520fde7"], asks=CODE))

    async def converse() -> tuple[Reply, Reply]:
        model = OfflineModel()
        try:
            reply = await model.ask(Request((first,)))
            follow_up = (
                first,
                Message("assistant", reply.text),
                Message("user", "It failed on train pair 2."),
            )
            return reply, await model.ask(Request(follow_up))
        finally:
            await model.close()

    one, two = asyncio.run(converse())
    assert "def solve_task" in two.text
    assert one.text != two.text


def test_two_workers_serve_many_requests_and_the_event_loop_stays_free(tasks: dict[str, Any]) -> None:
    async def ask_all() -> tuple[list[Reply], int, int]:
        model = OfflineModel(workers=2)
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticking = asyncio.create_task(tick())
        ids = ["007bbfb7", "3c9b0459", "be94b721", "c59eb873"] * 3
        try:
            replies = await asyncio.gather(
                *(model.ask(request(prompt_for(tasks[i], asks=CODE))) for i in ids)
            )
            return replies, ticks, len(model._crew.process_ids)
        finally:
            ticking.cancel()
            await model.close()

    replies, ticks, processes = asyncio.run(ask_all())
    assert all("def solve_task" in reply.text for reply in replies)
    assert len({reply.text for reply in replies}) == 4
    assert ticks > 5
    assert 1 <= processes <= min(2, os.cpu_count() or 1)


def test_further_attempts_do_not_search_again(tasks: dict[str, Any]) -> None:
    async def ask_twice() -> str:
        model = OfflineModel()
        try:
            await model.ask(request(prompt_for(tasks["3c9b0459"], asks=CODE)))
            await model.close()
            reply = await model.ask(request(prompt_for(tasks["3c9b0459"], asks=CODE), attempt=1))
            assert model._crew.process_ids == []
            return reply.text
        finally:
            await model.close()

    assert "def solve_task" in asyncio.run(ask_twice())


def test_cancelling_ask_ends_its_search_and_the_model_goes_on(tasks: dict[str, Any]) -> None:
    async def cancel_one() -> tuple[list[int], Reply]:
        model = OfflineModel()
        try:
            asking = asyncio.create_task(model.ask(request(prompt_for(slow_task(), asks=CODE))))
            killed = await started_workers(model)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            return killed, await model.ask(request(prompt_for(tasks["3c9b0459"], asks=CODE)))
        finally:
            await model.close()
            await model.close()

    killed, reply = asyncio.run(cancel_one())
    assert not any(map(runs, killed))
    assert "def solve_task" in reply.text


def test_close_leaves_no_process_in_the_middle_of_a_search_either() -> None:
    async def close_early() -> list[int]:
        model = OfflineModel()
        asking = asyncio.create_task(model.ask(request(prompt_for(slow_task(), asks=CODE))))
        started = await started_workers(model)
        await model.close()
        with pytest.raises(RetryableError):
            await asking
        return started

    started = asyncio.run(close_early())
    assert started
    assert not any(map(runs, started))


@pytest.mark.parametrize("kills", [1, TRIES])
def test_a_worker_that_is_killed_from_outside_is_replaced_but_not_for_ever(
    tasks: dict[str, Any], kills: int
) -> None:
    async def kill_workers() -> Reply:
        model = OfflineModel()
        try:
            asking = asyncio.create_task(model.ask(request(prompt_for(tasks["3c9b0459"], asks=CODE))))
            for _ in range(kills):
                [worker] = await started_workers(model)
                os.kill(worker, signal.SIGKILL)
                while worker in model._crew.process_ids:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            return await asking
        finally:
            await model.close()

    if kills < TRIES:
        assert "def solve_task" in asyncio.run(kill_workers()).text
    else:
        with pytest.raises(RetryableError, match="killed"):
            asyncio.run(kill_workers())


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_model_used_under_another_event_loop_starts_new_workers(tasks: dict[str, Any]) -> None:
    """asyncio warns of the first loop's connection, which nobody closed, when it is collected."""
    model = OfflineModel()

    async def ask(task_id: str, close: bool) -> tuple[str, list[int]]:
        reply = await model.ask(request(prompt_for(tasks[task_id], asks=CODE)))
        workers = model._crew.process_ids
        if close:
            await model.close()
        return reply.text, workers

    first, old = asyncio.run(ask("3c9b0459", close=False))
    second, new = asyncio.run(ask("007bbfb7", close=True))
    gc.collect()
    assert "def solve_task" in first and "def solve_task" in second
    assert old != new
    assert until(lambda: not any(map(runs, old + new)))


SCRIPT = """
import asyncio, sys
from utilities.model_utils import Message, Request
from utilities.models.offline import OfflineModel

async def main():
    model = OfflineModel()
    asking = asyncio.create_task(model.ask(Request((Message("user", sys.argv[1]),))))
    while not model._crew.process_ids:
        await asyncio.sleep(0.01)
    print(model._crew.process_ids[0], flush=True)
    await asking
    await asyncio.sleep(60)

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize(("number", "said"), [(signal.SIGKILL, ""), (signal.SIGINT, "interrupted\n")])
def test_workers_end_with_their_parent_and_print_nothing(number: signal.Signals, said: str) -> None:
    """The signal goes to the whole process group, as Ctrl-C in a terminal does."""
    parent = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, prompt_for(slow_task(), asks=CODE)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    time.sleep(0.3)
    os.killpg(parent.pid, number)
    out, err = parent.communicate(timeout=30)
    assert out == said
    assert err == ""
    assert until(lambda: not runs(worker))
