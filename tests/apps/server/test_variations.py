"""Signed variations: the server makes the grids, the same pairs are one version, numbers are never used again."""

import pytest

from tests.apps.server.conftest import TASK, User

PATH = f"tasks/{TASK}/variations"


def body(*names: str, base: int = 0) -> dict[str, object]:
    return {"base_version": base, "transform": [{"name": name} for name in names]}


def test_a_new_variation_is_a_201_and_the_same_one_a_200(ada: User, bob: User) -> None:
    reply = ada.send("POST", PATH, body("rotate_90"))
    assert (reply.status_code, reply.json) == (201, {"success": True, "version": 1, "signed_by": ["ada"]})
    reply = bob.send("POST", PATH, body("rotate_90"))
    assert (reply.status_code, reply.json) == (
        200,
        {"success": True, "version": 1, "signed_by": ["ada", "bob"]},
    )
    assert bob.send("POST", PATH, body("rotate_90")).json == reply.json


def test_every_spelling_of_a_transform_is_one_version(ada: User, bob: User) -> None:
    ada.done("POST", PATH, body("rotate_180"))
    spellings = [("rotate_90", "rotate_90"), ("flip_vertical", "flip_horizontal"), ("rotate_270",) * 2]
    for names in spellings:
        assert bob.done("POST", PATH, body(*names))["version"] == 1
    ada.done("POST", PATH, body("rotate_90"))
    assert bob.done("POST", PATH, body("rotate_90", base=2))["version"] == 1
    assert ada.done("GET", f"tasks/{TASK}")["versions"][2]["transform"] == [{"name": "rotate_90"}]


def test_no_steps_sign_the_base_version(ada: User, bob: User) -> None:
    ada.done("POST", PATH, body("rotate_90"))
    assert bob.done("POST", PATH, body(base=1)) == {
        "success": True,
        "version": 1,
        "signed_by": ["ada", "bob"],
    }
    assert bob.send("POST", PATH, body()).status_code == 200
    assert bob.done("GET", f"tasks/{TASK}")["versions"][0]["signed_by"] == ["bob"]


def test_colours_and_swaps(ada: User) -> None:
    steps = [
        {"name": "permute_colours", "permutation": [1, 0, 2, 3, 4, 5, 6, 7, 8, 9]},
        {"name": "swap_train_test", "k": 1},
    ]
    ada.done("POST", PATH, {"base_version": 0, "transform": steps})
    version = ada.done("GET", f"tasks/{TASK}")["versions"][1]
    assert version["train"][1] == {"input": [[5]], "output": [[5]]}
    assert version["test"][0]["input"] == [[1, 1, 1, 0]]
    assert version["transform"] == steps


def test_signatures_are_taken_off_and_the_last_one_takes_the_version(ada: User, bob: User) -> None:
    ada.done("POST", PATH, body("rotate_90"))
    bob.done("POST", PATH, body("rotate_90"))
    ada.done("DELETE", f"{PATH}/1")
    assert bob.done("GET", f"tasks/{TASK}")["versions"][1]["signed_by"] == ["bob"]
    ada.refused(403, "DELETE", f"{PATH}/1")
    bob.done("DELETE", f"{PATH}/1")
    assert len(bob.done("GET", f"tasks/{TASK}")["versions"]) == 1
    bob.refused(404, "DELETE", f"{PATH}/1")


def test_a_number_is_never_used_again(ada: User) -> None:
    for names in (("rotate_90",), ("rotate_180",)):
        ada.done("POST", PATH, body(*names))
    ada.done("DELETE", f"{PATH}/2")
    assert ada.done("POST", PATH, body("rotate_180"))["version"] == 3
    assert ada.done("POST", PATH, body("transpose"))["version"] == 4
    ada.refused(404, "POST", PATH, body("transpose", base=2))


def test_the_original_never_goes(ada: User) -> None:
    ada.done("POST", PATH, body())
    ada.done("DELETE", f"{PATH}/0")
    (original,) = ada.done("GET", f"tasks/{TASK}")["versions"]
    assert (original["version"], original["signed_by"]) == (0, [])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (body("spin"), "rotate_90"),
        ({"base_version": 0}, "'transform'"),
        ({"base_version": 0, "transform": [1]}, "'transform"),
        ({"base_version": 0, "transform": [{"name": "swap_train_test", "k": 9}]}, "k is 9"),
        (
            {"base_version": 0, "transform": [{"name": "permute_colours", "permutation": [0] * 10}]},
            "permutation",
        ),
        ({"base_version": 0, "transform": [{"name": "rotate_90"}] * 101}, "100"),
        ({"base_version": "0", "transform": []}, "'base_version'"),
    ],
)
def test_what_cannot_be_done_is_refused(ada: User, wrong: object, words: str) -> None:
    assert words in ada.refused(400, "POST", PATH, wrong)
    assert len(ada.done("GET", f"tasks/{TASK}")["versions"]) == 1


def test_unknown_base_versions_are_404(ada: User) -> None:
    ada.refused(404, "POST", PATH, body("rotate_90", base=5))
    ada.refused(404, "DELETE", f"{PATH}/99999999999999999999")
