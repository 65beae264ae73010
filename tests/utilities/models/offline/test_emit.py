import builtins
import subprocess
import sys

import numpy as np
import pytest

from utilities.models.offline.catalogue import operations
from utilities.models.offline.declare import Facts, Operation
from utilities.models.offline.dsl import (
    colours,
    geometry,
    measures,
    objects,
    pieces,
    tables,
    tilings,
    types,
    views,
)
from utilities.models.offline.emit import write_code
from utilities.models.offline.explain import describe
from utilities.models.offline.program import INPUT, Step, run_program

LARGEST = Step(
    pieces.extreme,
    (
        Step(
            objects.cut_out,
            (
                Step(
                    objects.find_objects,
                    (INPUT,),
                    (("diagonal", True), ("by_colour", True), ("background", 0)),
                ),
            ),
        ),
    ),
    (("by", measures.count_cells), ("largest", True)),
)
PROGRAM = Step(
    tables.decide_cells,
    (
        Step(tilings.mosaic, (LARGEST,), (("layout", [[geometry.same, tilings.blank]]),)),
        (Step(tilings.mosaic, (LARGEST,), (("layout", [[geometry.same, tilings.blank]]),)),),
    ),
    (("table", {(3,): 4}),),
)
GRID = [[0, 0, 1], [3, 0, 0], [3, 0, 2], [3, 0, 2]]


def test_a_written_program_runs_alone_in_a_bare_interpreter() -> None:
    code = write_code(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"{code}\nprint(solve_task({GRID!r}))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[[4, 0], [4, 0], [4, 0]]"
    assert run_program(PROGRAM, np.array(GRID)).tolist() == [[4, 0], [4, 0], [4, 0]]


def test_a_written_program_holds_only_the_functions_that_it_uses_and_no_annotations() -> None:
    code = write_code(PROGRAM)
    assert "def boxes(labels):" in code
    assert "rotate" not in code
    assert "Array" not in code
    assert "->" not in code


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.function.__name__)
def test_every_operation_can_be_written_out_with_all_that_it_needs(operation: Operation) -> None:
    grids = tuple(np.array(rows) for rows in ([[1, 2], [3, 0]], [[2, 1], [0, 3]]))
    for constants in ([*operation.choices(Facts(grids, grids))] if operation.infer is None else [])[-3:]:
        code = write_code(Step(operation.function, (INPUT,), tuple(constants.items())))
        namespace: dict[str, object] = {}
        exec(code, namespace)
        for function in [value for value in namespace.values() if hasattr(value, "__code__")]:
            missing = {
                name
                for name in function.__code__.co_names  # type: ignore[attr-defined]
                if name in {"Counter", "np", *vars(types)}
                and name not in namespace
                and not hasattr(builtins, name)
            }
            assert not missing


def test_the_identity_is_a_program_too() -> None:
    namespace: dict[str, object] = {}
    exec(write_code(INPUT), namespace)
    assert namespace["solve_task"]([[1, 2]]) == [[1, 2]]  # type: ignore[operator]


PAIR_ON_GREY = [(np.array([[5, 0], [5, 5]]), np.array([[0]]))]


def test_the_reasoning_tells_sizes_colours_steps_rules_and_the_check_in_the_tasks_terms() -> None:
    pair = (np.array(GRID), run_program(PROGRAM, np.array(GRID)))
    words = describe(PROGRAM, [pair, pair])
    assert "Every output is 3 x 2. " in words
    wider = (np.pad(GRID, ((0, 0), (0, 1))), pair[1])
    assert "Every output is 3 x 2, whatever the size of its input." in describe(PROGRAM, [pair, wider])
    assert "New in every output: yellow." in words
    assert "In every input and in no output: blue, red, green." in words
    assert (
        "1. Find the objects: connected areas of one colour other than black, joined over corners too. "
        "(In train pair 1: 3 objects.)" in words
    )
    assert (
        "Take the piece with the largest value of the number of coloured cells. (In train pair 1: 3 x 1.)"
        in words
    )
    assert "row 1: as it is, left black" in words
    assert "shows green: yellow" in words
    assert "2 of 2 train pairs" in words


def test_a_view_tells_of_the_input_only_where_it_looks_at_it() -> None:
    exchanged = Step(views.exchange_black, (INPUT,), (("colour", 3),))
    program = Step(views.exchange_black, (Step(geometry.rotate_half_turn, (exchanged,)),), (("colour", 3),))
    pair = (np.array(GRID), run_program(program, np.array(GRID)))
    words = describe(program, [pair, pair])
    assert "3. Exchange black and green, the background of all inputs." in words
    assert "this works on" not in words


def test_the_background_of_objects_is_named_and_functions_are_written_only_where_they_are_called() -> None:
    scene = Step(
        objects.find_objects, (INPUT,), (("diagonal", True), ("by_colour", False), ("background", 5))
    )
    words = describe(Step(pieces.nth, (Step(objects.cut_out, (scene,)),), (("number", 0),)), PAIR_ON_GREY)
    assert "connected areas of any colours other than grey, joined over corners too." in words
    code = write_code(Step(tilings.scale_up, (INPUT,), (("down", 2), ("across", 2))))
    assert "def scale_up(" in code and "def repeat(" not in code


def test_one_object_is_told_of_in_the_singular() -> None:
    scene = Step(objects.find_objects, (INPUT,), (("diagonal", True), ("by_colour", True), ("background", 0)))
    program = Step(pieces.nth, (Step(objects.cut_out, (scene,)),), (("number", 0),))
    pair = (np.array([[0, 5], [0, 0]]), np.array([[5]]))
    words = describe(program, [pair, pair])
    assert "1 object.)" in words and "1 piece, the first 1 x 1.)" in words


def test_a_written_program_tells_its_steps_in_comments() -> None:
    assert "    # Take the piece with the largest value of the number of coloured cells.\n" in write_code(
        PROGRAM
    )


def test_no_operation_has_a_name_that_the_written_function_uses_for_its_values() -> None:
    names = {operation.function.__name__ for operation in operations()}
    assert not names & {"grid", "objects", "pieces", "layer", "picture", "answer", "np", "solve_task"}
    assert colours.main.__name__ not in {"grid", "answer"}
