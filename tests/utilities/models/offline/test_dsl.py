import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utilities.models.offline.budget import Budget
from utilities.models.offline.catalogue import operations
from utilities.models.offline.declare import Facts, Operation
from utilities.models.offline.dsl import (
    colours,
    fills,
    geometry,
    lines,
    measures,
    object_layers,
    objects,
    patterns,
    pieces,
    repair,
    tables,
    tilings,
)
from utilities.models.offline.dsl.types import Array
from utilities.models.offline.program import INPUT, Step
from utilities.models.offline.states import LAYERS, Pool
from utilities.models.offline.words import sentence


def grid(*rows: str) -> Array:
    return np.array([[int(cell) for cell in row] for row in rows])


FACTS = Facts((grid("12", "30"), grid("21", "03")), (grid("12"), grid("21")))


def text(array: Array) -> list[str]:
    return ["".join(map(str, row)) for row in array.tolist()]


@st.composite
def small_grids(draw: st.DrawFn) -> Array:
    height, width = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    palette = draw(st.lists(st.integers(0, 9), min_size=1, max_size=3))
    cells = draw(st.lists(st.sampled_from(palette), min_size=height * width, max_size=height * width))
    return np.array(cells).reshape(height, width)


@settings(max_examples=30, deadline=None)
@given(one=small_grids(), two=small_grids())
def test_every_operation_on_any_grid_either_works_or_says_that_it_does_not_apply(
    one: Array, two: Array
) -> None:
    pool = Pool(INPUT, Facts((one, two), (two, one)), (one, two), Budget(1e9, 1 << 30, 60.0))
    before = one.copy(), two.copy()
    pool.grow([one for one in operations() if one.gives not in LAYERS and not one.learned], 0.95)
    pool.put([one for one in operations() if one.learned], list(pool.states["grid"]))
    layers = [one for one in operations() if one.gives in LAYERS]
    pool.put(layers, [*pool.shaped("grid")[:3], *pool.shaped("scene")[:3]])
    assert (one == before[0]).all() and (two == before[1]).all(), "an operation changed its argument"
    for state in [*pool.states["layer"], *pool.states["tint"]]:
        assert all(value.dtype.kind == "i" for value in state.values)


def by_name(operation: Operation) -> str:
    return f"{operation.family}-{operation.function.__name__}"


@pytest.mark.parametrize("operation", operations(), ids=by_name)
def test_every_operation_has_a_docstring_and_takes_the_constants_that_are_tried(operation: Operation) -> None:
    assert (operation.function.__doc__ or "").split("\n")[0].endswith(".")
    taken = list(inspect.signature(operation.function).parameters)[1 + operation.with_input :]
    for constants in operation.choices(FACTS) if operation.infer is None else ():
        assert set(constants) == set(taken)


@pytest.mark.parametrize("operation", operations(), ids=by_name)
def test_the_words_of_every_operation_take_up_its_constants(operation: Operation) -> None:
    for constants in [*operation.choices(FACTS)][-3:] if operation.infer is None else ():
        told = sentence(Step(operation.function, (INPUT,), tuple(constants.items())))
        assert told[0].isupper() and "{" not in told and "<" not in told and "(0, " not in told


def test_constants_are_worked_out_from_the_outputs() -> None:
    facts = Facts((grid("12"), grid("30")), (grid("1122", "1122", "1122"), grid("3300", "3300", "3300")))
    learned = {
        (operation.function.__name__, str(constants))
        for operation in operations()
        if operation.infer is not None
        for constants, _ in operation.infer(facts.inputs, facts)
    }
    assert ("scale_up", "{'down': 3, 'across': 2}") in learned


def test_enclosed_finds_the_black_cells_that_a_ring_shuts_in() -> None:
    ring = grid("0300", "3030", "0300")
    assert text(fills.enclosed(ring, diagonal=False)) == ["0000", "0100", "0000"]
    assert text(fills.enclosed(ring, diagonal=True)) == ["0000", "0000", "0000"]
    assert text(fills.fill_enclosed(ring)) == ["0300", "3330", "0300"]


def test_find_objects_joins_over_corners_and_colours_only_when_asked() -> None:
    picture = grid("100", "020", "002")
    counts = {
        (diagonal, by_colour): int(objects.find_objects(picture, diagonal, by_colour, 0)[1].max())
        for diagonal in (False, True)
        for by_colour in (False, True)
    }
    assert counts == {(False, False): 3, (False, True): 3, (True, False): 1, (True, True): 2}


def test_objects_are_measured_and_kept_by_what_was_measured() -> None:
    scene = objects.find_objects(grid("1100", "1000", "0020"), False, True, 0)
    assert objects.measure_objects(scene, measures.count_cells) == {1: 3, 2: 1}
    assert text(objects.keep_objects(scene, measures.count_cells, largest=True)) == ["1100", "1000", "0000"]
    assert text(object_layers.rank_layer_of(scene, measures.count_cells)) == ["1100", "1000", "0020"]
    assert objects.touches_border(scene) == {1: 1, 2: 1}


def test_pieces_are_cut_at_lines_and_chosen() -> None:
    cut = pieces.cut_at_lines(grid("10501", "00500", "55555", "11510", "11501"))
    assert [text(piece) for piece in cut] == [["10", "00"], ["01", "00"], ["11", "11"], ["10", "01"]]
    assert text(pieces.extreme(cut, measures.count_cells, largest=True)) == ["11", "11"]
    assert text(pieces.overlay(cut[:2], order=[0, 1])) == ["11", "00"]
    with pytest.raises(ValueError, match="stands out"):
        pieces.extreme(cut[:2], measures.count_cells, largest=True)


def test_shapes_change_as_the_names_say() -> None:
    corner = grid("12", "00")
    assert text(geometry.rotate_clockwise(corner)) == ["01", "02"]
    assert text(tilings.scale_up(corner, 1, 2)) == ["1122", "0000"]
    assert text(tilings.scale_down(tilings.scale_up(corner, 2, 2))) == ["12", "00"]
    assert text(geometry.shift(corner, (1, 0))) == ["00", "12"]
    assert text(tilings.kronecker(grid("10"), colours.coloured, geometry.same)) == ["1000"]
    assert text(tilings.mosaic(corner, [[geometry.same, geometry.flip_left_right]])) == ["1221", "0000"]


def test_lines_stop_where_they_should() -> None:
    assert text(lines.shoot(grid("10020"), 1, [(0, 1)], over=False)) == ["11120"]
    assert text(lines.shoot(grid("10020"), 1, [(0, 1)], over=True)) == ["11111"]
    assert text(lines.connect(grid("10010200"), [(0, 1)], over=False)) == ["11110200"]
    assert text(lines.drop_cells(grid("12", "00", "30"), down=True)) == ["00", "10", "32"]
    assert text(lines.move_towards(grid("10020"), 1, 2)) == ["00120"]


def test_hidden_parts_of_regular_pictures_are_restored() -> None:
    tiling = grid("1212", "3434", "1212", "3434")
    spoilt = tiling.copy()
    spoilt[1:3, 1:3] = 0
    assert (repair.complete_tiling(spoilt, 0) == tiling).all()
    mirror = grid("1221", "3443", "3443", "1221")
    spoilt = mirror.copy()
    spoilt[0, 2:] = 9
    assert (repair.complete_symmetry(spoilt, 9) == mirror).all()
    assert text(repair.reveal(spoilt, repair.complete_symmetry, 9)) == ["21"]


def test_patterns_are_continued_listed_and_framed() -> None:
    assert text(patterns.continue_down(grid("10", "01", "10"), 200, up=False)) == [
        "10",
        "01",
        "10",
        "01",
        "10",
        "01",
    ]
    assert text(patterns.histogram(grid("112", "102"), ascending=False)) == ["12", "12", "10"]
    assert text(patterns.list_cells(grid("102", "030"))) == ["123"]
    framed = grid("00000", "08880", "08180", "08880", "00000")
    assert text(patterns.inside_frame(framed, 1)) == ["1"]


def test_a_choice_takes_nothing_from_beyond_the_edge() -> None:
    picture = grid("70", "00")
    beside = fills.neighbour(picture, (0, -1))
    assert tables.choose_cells(picture, beside, [picture], {(0,), (7,)}).tolist() == [[7, 7], [0, 0]]
