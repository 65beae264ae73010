"""`POST /arc2/execute_code`: run a program in the sandbox on one grid or on several."""

import msgspec
from flask import Blueprint, request

from apps.server.access import username_or_none
from apps.server.api import Reply, operation
from apps.server.context import lanes
from apps.server.fields import GridJson, GridsJson
from apps.server.lanes import TooBusy
from apps.server.refusals import ApiError
from apps.server.streams import client_left
from apps.server.turns import ClientLeft
from utilities.code_execution import Execution, Outcome, PoolClosed
from utilities.grid import Grid, grid_fault

MOST_GRIDS = 100

blueprint = Blueprint("code", __name__)


class Program(msgspec.Struct):
    """A program that defines solve_task, and one grid or a list of grids (H x W ints 0-9) to run it on."""

    code: str
    input_grid: GridJson = msgspec.UNSET
    input_grids: GridsJson = msgspec.UNSET


class GridResult(Reply, kw_only=True):
    """What the program made of one grid."""

    output_grid: Grid | None
    error: str | None
    error_type: str | None
    stdout: str
    duration_ms: float
    sandbox: str


class GridResults(Reply, kw_only=True):
    """What the program made of several grids."""

    results: list[GridResult]
    sandbox: str


@operation(blueprint, "POST", "/execute_code", body=Program, reply=(GridResult, GridResults))
def execute_code(body: Program) -> GridResult | GridResults:
    """Run a program. Bad code is a success of this endpoint: 200, with `success: false` and the reason in the body."""
    execution = run_program(body.code, _grids(body))
    results = [_result(outcome, execution.sandbox) for outcome in execution.outcomes]
    if body.input_grids is msgspec.UNSET:
        return results[0]
    success = all(result.success for result in results)
    return GridResults(success=success, results=results, sandbox=execution.sandbox)


def run_program(code: str, grids: list[Grid]) -> Execution:
    """Run `code` for the client of this request. Raises ApiError: 429 when too many wait, 503 when the sandbox failed or is being closed."""
    try:
        client = username_or_none() or request.remote_addr or ""
        execution = lanes().run(client, code, grids, client_left())
    except ClientLeft:
        raise ApiError(503, "The client has left.") from None
    except TooBusy as busy:
        raise ApiError(429, f"Too many programs are waiting; {busy}.", retry_after=busy.retry_after) from None
    except PoolClosed:
        raise ApiError(503, "The server is stopping; send it again later.", retry_after=5) from None
    if any(outcome.error_type == "sandbox_error" for outcome in execution.outcomes):
        raise ApiError(503, "The sandbox failed, not the program; send it again.", retry_after=1)
    return execution


def _grids(body: Program) -> list[Grid]:
    several = body.input_grids is not msgspec.UNSET
    if several == (body.input_grid is not msgspec.UNSET):
        raise ApiError(400, "Give either 'input_grid', one grid, or 'input_grids', a list of grids.")
    grids = body.input_grids if several else [body.input_grid]
    if not isinstance(grids, list) or not 1 <= len(grids) <= MOST_GRIDS:
        raise ApiError(400, f"'input_grids' must be a list of 1 to {MOST_GRIDS} grids.")
    for number, grid in enumerate(grids, start=1):
        if fault := grid_fault(grid):
            name = f"Grid {number} of 'input_grids'" if several else "'input_grid'"
            raise ApiError(400, f"{name} is not a grid: it {fault}.".replace("it row", "row"))
    return grids


def _result(outcome: Outcome, sandbox: str) -> GridResult:
    return GridResult(
        success=outcome.error_type is None,
        output_grid=outcome.output,
        error=outcome.error,
        error_type=outcome.error_type,
        stdout=outcome.stdout,
        duration_ms=round(outcome.duration_ms, 3),
        sandbox=sandbox,
    )
