"""Everything that can be done with an answer, by mouse."""

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, Site
from tests.browser.tasks import BLUE_DIAGONAL, LARGE, SECRET, TWO_TESTS

BLANK = [[0, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_a_new_user_solves_a_task_and_it_is_still_solved_after_a_reload(
    site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(site, task_id)
    ada.is_called(f"ada {task_id}")
    ada.solve()
    expect(ada["submit-result"]).to_contain_text("Correct")
    ada.reload()
    ada.sees(BLUE_DIAGONAL)
    expect(ada["submit-result"]).to_have_attribute("data-correct", "true")
    ada.click("gallery")
    ada["gallery-search"].fill(task_id)
    expect(ada["gallery-item"].locator(".solved")).to_be_visible()


def test_drag_painting_leaves_no_cell_out_and_undo_takes_the_stroke_back(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada.click("color-4")
    ada.drag((0, 0), (0, 2), (2, 2))
    ada.sees([[4, 4, 4], [0, 0, 4], [0, 0, 4]])
    ada.click("undo")
    ada.sees(BLANK)
    ada.click("redo")
    ada.sees([[4, 4, 4], [0, 0, 4], [0, 0, 4]])


def test_fill_line_rectangles_and_eyedropper(static_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(static_site, task_id)
    ada.click("tool-line", "color-2")
    ada.drag((0, 0), (2, 2))
    ada.sees([[2, 0, 0], [0, 2, 0], [0, 0, 2]])
    ada.click("tool-fill", "color-3")
    ada.paint((0, 2))
    ada.sees([[2, 3, 3], [0, 2, 3], [0, 0, 2]])
    ada.click("tool-rect", "color-5")
    ada.drag((0, 0), (2, 2))
    ada.sees([[5, 5, 5], [5, 2, 5], [5, 5, 5]])
    ada.click("tool-rect", "color-6")
    ada.drag((0, 0), (1, 1))
    ada.sees([[6, 6, 5], [6, 6, 5], [5, 5, 5]])
    ada.click("tool-eyedropper")
    ada.paint((2, 2))
    expect(ada["color-5"]).to_have_attribute("aria-checked", "true")


def test_colours_are_taken_from_train_pairs_and_with_the_right_button(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada.click("tool-eyedropper")
    ada.drag_on("[data-grid-name=train-0-input]", (2, 3), (0, 2), (0, 2))
    expect(ada["color-3"]).to_have_attribute("aria-checked", "true")
    ada.page.mouse.click(*ada.point((0, 0)), button="right")
    expect(ada["color-0"]).to_have_attribute("aria-checked", "true")


def test_a_piece_is_cut_pasted_dragged_turned_recoloured_and_laid_down(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada.click("color-7")
    ada.paint((0, 0))
    ada.click("color-8")
    ada.paint((0, 1))
    ada.select((0, 0), (0, 1))
    ada.click("piece-cut")
    ada.sees(BLANK)
    ada.click("piece-paste")
    ada.sees([[7, 8, 0], [0, 0, 0], [0, 0, 0]])
    ada.drag((0, 0), (1, 1))
    ada.sees([[0, 0, 0], [0, 7, 8], [0, 0, 0]])
    ada.click("piece-rotate_90")
    ada.sees([[0, 0, 0], [0, 7, 0], [0, 8, 0]])
    ada.click("piece-flip_vertical")
    ada.sees([[0, 0, 0], [0, 8, 0], [0, 7, 0]])
    ada.click("color-3", "piece-recolour")
    ada.sees([[0, 0, 0], [0, 3, 0], [0, 3, 0]])
    ada.click("tool-edit", "color-1")
    ada.paint((0, 0))
    ada.sees([[1, 0, 0], [0, 3, 0], [0, 3, 0]])
    for _ in range(20):
        if ada["undo"].is_enabled():
            ada.click("undo")
    ada.sees(BLANK)


def test_a_selection_is_copied_from_a_train_pair_and_pasted_with_keys(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada.drag_on("[data-grid-name=train-0-input]", (2, 3), (0, 1), (1, 2))
    ada.press("Control+c")
    ada["output-grid"].focus()
    ada.press("Control+v", "ArrowRight", "Escape")
    ada.sees([[0, 0, 3], [0, 2, 0], [0, 0, 0]])


def test_delete_makes_background_and_crop_cuts_to_the_selection(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada.resize("2x3")
    ada.click("tool-fill", "color-9")
    ada.paint((0, 0))
    ada.select((0, 0), (0, 1))
    ada.press("Delete")
    ada.sees([[0, 0, 9], [9, 9, 9]])
    ada.select((1, 2), (0, 1))
    ada.click("piece-crop")
    ada.sees([[0, 9], [9, 9]])


def test_sizes_are_typed_in_any_spelling_and_wrong_ones_are_refused(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    for text, rows, columns in (("2x4", 2, 4), ("3X5", 3, 5), ("4×1", 4, 1), ("6", 6, 6)):
        ada.resize(text)
        expect(ada["output-grid"]).to_have_attribute("data-height", str(rows))
        expect(ada["output-grid"]).to_have_attribute("data-width", str(columns))
    ada.resize("31x2")
    assert "1 to 30" in ada["grid-size"].evaluate("field => field.validationMessage")
    expect(ada["output-grid"]).to_have_attribute("data-height", "6")


def test_the_edge_is_dragged_to_another_size(static_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(static_site, task_id)
    box = ada.page.locator(".handle-corner").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    ada.page.mouse.move(x, y)
    ada.page.mouse.down()
    ada.page.mouse.move(x + 115, y + 60, steps=4)
    ada.page.mouse.up()
    expect(ada["output-grid"]).to_have_attribute("data-width", "5")
    expect(ada["output-grid"]).to_have_attribute("data-height", "4")
    ada.click("undo")
    expect(ada["output-grid"]).to_have_attribute("data-width", "3")


def test_copy_input_and_reset_can_be_undone(static_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(static_site, task_id)
    ada.click("copy-input")
    ada.sees([[7, 8], [0, 7]])
    ada.click("reset")
    ada.sees([[0, 0], [0, 0]])
    ada.click("undo")
    ada.sees([[7, 8], [0, 7]])


def test_the_timeline_survives_a_reload_and_is_kept_per_test_input(
    static_site: Site, new_person: NewPerson
) -> None:
    ada = new_person(static_site, TWO_TESTS)
    ada.paint((0, 0), (1, 1))
    ada.click("next-test")
    ada.sees(BLANK)
    ada.paint((2, 2))
    ada.reload()
    ada.sees([[0, 0, 0], [0, 0, 0], [0, 0, 1]])
    ada.click("next-test")
    ada.sees([[1, 0, 0], [0, 1, 0], [0, 0, 0]])
    ada.click("undo")
    ada.sees([[1, 0, 0], [0, 0, 0], [0, 0, 0]])
    ada.reload()
    ada.click("redo")
    ada.sees([[1, 0, 0], [0, 1, 0], [0, 0, 0]])


def test_a_wrong_answer_shows_which_cells_are_wrong(site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(site, task_id)
    ada.is_called(f"ada {task_id}")
    ada.paint((0, 0), (1, 2))
    ada.click("submit")
    expect(ada["submit-result"]).to_have_attribute("data-correct", "false")
    expect(ada["submit-result"]).to_contain_text("3 of 9 cells differ")
    ada["submit-result"].locator("summary").click()
    expect(ada["submit-result"].locator("figure")).to_have_count(2)
    ada.resize("2x2")
    ada.click("submit")
    expect(ada["submit-result"]).to_contain_text("yours is 2 × 2, the answer is 3 × 3")


def test_an_answer_that_nobody_knows_is_taken_without_a_verdict(
    static_site: Site, new_person: NewPerson
) -> None:
    ada = new_person(static_site, SECRET)
    ada.click("submit")
    expect(ada["submit-result"]).to_have_attribute("data-correct", "null")
    expect(ada["distance"]).to_have_text("")


def test_the_distance_follows_the_drawing_and_can_be_hidden(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    expect(ada["distance"]).to_have_text("3 cells off")
    ada.paint((0, 0))
    expect(ada["distance"]).to_have_text("2 cells off")
    ada.resize("4x4")
    expect(ada["distance"]).to_have_text("size differs")
    ada["show-distance"].uncheck()
    expect(ada["distance"]).to_have_text("")
    ada.reload()
    expect(ada["show-distance"]).not_to_be_checked()


def test_a_solution_is_replayed_and_the_answer_is_as_before(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada.paint((0, 0), (1, 1), (2, 2))
    ada.click("undo", "replay")
    expect(ada["replay-step"]).to_contain_text("4 / 4 undo")
    ada["player"].locator("input[type=range]").fill("3")
    ada.sees(BLUE_DIAGONAL)
    ada.click("replay-close")
    ada.sees([[1, 0, 0], [0, 1, 0], [0, 0, 0]])
    ada.click("redo")
    ada.sees(BLUE_DIAGONAL)


def test_numbers_palettes_and_zoom_change_the_picture_and_nothing_else(
    static_site: Site, new_person: NewPerson
) -> None:
    ada = new_person(static_site, LARGE)
    ada.click("copy-input")

    def picture() -> str:
        ada.page.evaluate("new Promise(requestAnimationFrame)")
        return str(ada["output-grid"].locator("canvas.cells").evaluate("canvas => canvas.toDataURL()"))

    pictures = [picture()]
    for palette in ("okabe_ito", "tol_muted"):
        ada["palette"].select_option(palette)
        pictures.append(picture())
    ada["show-numbers"].check()
    pictures.append(picture())
    ada.click("zoom-in")
    pictures.append(picture())
    assert len(set(pictures)) == len(pictures)
    assert ada.grid[2][3] == 6
    ada.reload()
    expect(ada["palette"]).to_have_value("tol_muted")
    expect(ada["show-numbers"]).to_be_checked()


def test_a_browser_that_keeps_nothing_says_so_and_works(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada.page.add_init_script(
        "for (const name of ['localStorage', 'indexedDB'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('forbidden', 'SecurityError'); } });"
    )
    ada.reload()
    expect(ada["notice"]).to_contain_text("keeps nothing")
    ada.is_called("ada")
    ada.solve()
    ada.click("undo")
    ada.sees([[1, 0, 0], [0, 1, 0], [0, 0, 0]])
    ada["trace-text"].fill("for now")
    ada.click("trace-add")
    expect(ada["trace-item"]).to_contain_text("for now")


def test_correct_is_said_only_while_it_is_true(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    result = ada["submit-result"]
    ada.solve()
    for change in ("undo", "reset", "transform-swap_train_test"):
        ada.click(change)
        expect(result).to_be_empty()
        ada.click("undo" if change != "undo" else "redo", "submit")
        expect(result).to_have_attribute("data-correct", "true")
    ada.click("replay")
    ada.click("replay")
    expect(result).to_have_attribute("data-correct", "true")
    ada.paint((0, 0), (0, 1))
    expect(result).to_be_empty()
    ada.click("submit")
    expect(result).to_contain_text("cell")
    ada.paint((1, 0))
    expect(result).to_have_attribute("data-correct", "false")
