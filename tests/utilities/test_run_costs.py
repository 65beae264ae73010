"""What a run costs: --max_cost, and what failed and interrupted requests were charged."""

import pytest

from tests.scripted_model import ScriptedModel, same_code
from tests.utilities.running import Runner, failing
from utilities.config import RunFailed
from utilities.model_utils import RefusedError, Reply, Request, RetryableError, RunStoppingError, Usage


@pytest.mark.parametrize("at_once", ["1", "3", "5", "7"])
def test_a_stop_under_a_cost_cap_ends_the_run(runner: Runner, at_once: str) -> None:
    refused = failing(*range(1, 99), error=lambda: RunStoppingError("key_refused", "the key is refused"))
    with pytest.raises(RunFailed, match="the key is refused"):
        runner(ScriptedModel(refused, delay=0.01), "--max_cost", "5", "--max_concurrent_tasks", at_once)


def test_what_errors_were_charged_survives_every_resume(runner: Runner) -> None:
    def charged() -> Exception:
        error = RefusedError("bad_request", "400 in the middle")
        error.usage = Usage(cost=0.5)
        return error

    runner(ScriptedModel(failing(*range(1, 6), error=charged)))
    runner(ScriptedModel(failing(1, error=charged)), "--resume", "last")
    runner(ScriptedModel(), "--resume", "last")
    assert runner.lines("metadata")[-1]["cost"] == pytest.approx(6 * 0.5 + 7 * 0.001)


def test_the_cost_cap_is_never_passed(runner: Runner) -> None:
    model = ScriptedModel(delay=0.001)
    assert runner(model, "--max_cost", "0.0045") == 0
    (metadata,) = runner.lines("metadata")
    assert (metadata["status"], metadata["cost"]) == ("stopped_at_cost", pytest.approx(0.004))
    more = ScriptedModel()
    runner(more, "--resume", "last", "--max_cost", "1")
    assert len(more.requests) == 3


def test_what_failed_tries_were_charged_counts(runner: Runner) -> None:
    def answer(request: Request) -> Reply:
        if "0 0\n0 3" in request.messages[1].content:
            error = RetryableError("server_error", "524 in the middle of the stream")
            error.usage = Usage(cost=0.01)
            raise error
        reply = same_code(request)
        reply.provider = {
            "failed_tries": [{"type": "server_error", "message": "502", "usage": {"cost": 0.1}}]
        }
        return reply

    runner(ScriptedModel(answer))
    assert runner.lines("metadata")[-1]["cost"] == pytest.approx(6 * 0.101 + 0.01)
    runner(ScriptedModel(), "--resume", "last")
    assert runner.lines("metadata")[-1]["cost"] == pytest.approx(6 * 0.101 + 0.01 + 0.001)


def test_a_cap_counts_failed_tries_before_the_next(runner: Runner) -> None:
    class Failing(ScriptedModel):
        async def ask(self, request: Request) -> Reply:
            assert request.before_retry is not None
            for _ in range(9):
                self.requests.append(request)
                request.before_retry(0.01)
            raise AssertionError("the cap was to end this")

    model = Failing()
    assert runner(model, "--max_cost", "0.025", "--max_concurrent_tasks", "1") == 0
    (metadata,) = runner.lines("metadata")
    assert (metadata["status"], metadata["cost"]) == ("stopped_at_cost", pytest.approx(0.03))
    assert len(model.requests) == 3
    more = ScriptedModel()
    runner(more, "--resume", "last", "--max_cost", "0.0345")
    assert len(more.requests) == 4  # as $0.03 are spent, though no record says so
    assert runner.lines("metadata")[-1]["cost"] == pytest.approx(0.034)


def test_a_cap_without_prices_says_so_and_goes_on_side_by_side(
    runner: Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ScriptedModel(lambda request: Reply("x", usage=Usage(1, 1)), delay=0.02)
    runner(model, "--max_cost", "0.001")
    assert len(model.requests) == 7
    assert model.most_in_flight > 1
    assert capsys.readouterr().err.count("does not say what its answers cost") == 1
