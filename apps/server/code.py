"""`POST /arc2/execute_code`: run a program in the sandbox on one grid or on several."""

from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from apps.server.errors import ApiError
from apps.server.lanes import Lanes, TooBusy
from utilities.code_execution import Execution, Outcome
from utilities.grid import Grid, grid_fault

MOST_GRIDS = 100

blueprint = Blueprint("code", __name__)


@blueprint.post("/execute_code")
def execute_code() -> ResponseReturnValue:
    """Bad code is a success of this endpoint: 200, with `success: false` and the reason in the body."""
    body = _json_object()
    code, several = _code(body), "input_grids" in body
    execution = _run(code, _grids(body))
    if any(outcome.error_type == "sandbox_error" for outcome in execution.outcomes):
        raise ApiError(503, "The sandbox failed, not the program; send it again.", retry_after=1)
    results = [_result(outcome, execution.sandbox) for outcome in execution.outcomes]
    if not several:
        return jsonify(results[0])
    return jsonify(
        success=all(result["success"] for result in results), results=results, sandbox=execution.sandbox
    )


def _run(code: str, grids: list[Grid]) -> Execution:
    lanes: Lanes = current_app.extensions["lanes"]
    try:
        return lanes.run(request.remote_addr or "", code, grids)
    except TooBusy as busy:
        raise ApiError(429, f"Too many programs are waiting; {busy}.", retry_after=busy.retry_after) from None


def _json_object() -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise ApiError(400, "Send JSON, with Content-Type: application/json.")
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, 'The body is not a JSON object such as {"code": "...", "input_grid": [[0]]}.')
    return body


def _code(body: dict[str, Any]) -> str:
    code = body.get("code")
    if not isinstance(code, str):
        raise ApiError(400, "'code' must be the text of a Python program that defines solve_task.")
    return code


def _grids(body: dict[str, Any]) -> list[Grid]:
    if ("input_grid" in body) == ("input_grids" in body):
        raise ApiError(400, "Give either 'input_grid', one grid, or 'input_grids', a list of grids.")
    grids = body["input_grids"] if "input_grids" in body else [body["input_grid"]]
    if not isinstance(grids, list) or not 1 <= len(grids) <= MOST_GRIDS:
        raise ApiError(400, f"'input_grids' must be a list of 1 to {MOST_GRIDS} grids.")
    for number, grid in enumerate(grids, start=1):
        if fault := grid_fault(grid):
            name = "'input_grid'" if "input_grid" in body else f"Grid {number} of 'input_grids'"
            raise ApiError(400, f"{name} is not a grid: it {fault}.".replace("it row", "row"))
    return grids


def _result(outcome: Outcome, sandbox: str) -> dict[str, Any]:
    return {
        "success": outcome.error_type is None,
        "output_grid": outcome.output,
        "error": outcome.error,
        "error_type": outcome.error_type,
        "stdout": outcome.stdout,
        "duration_ms": round(outcome.duration_ms, 3),
        "sandbox": sandbox,
    }
