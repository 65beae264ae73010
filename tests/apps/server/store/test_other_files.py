"""dataset.json, solutions.jsonl and backups."""

import json
import sqlite3
from contextlib import closing

import pytest
from msgspec.structs import replace

from apps.server.store import backups, submissions, variations
from apps.server.store.backups import Backups
from apps.server.store.bodies import MOST_VERSIONS, Submission
from tests.apps.server.store.conftest import TASK, Shop
from tests.conftest import make_task
from utilities.config import RunFailed
from utilities.data_loader import Task, read_tasks
from utilities.dataset_builder import build_dataset
from utilities.transforms import parse_transform, transform_task

ORIGINAL = make_task(TASK, 1)


def varied(name: str) -> Task:
    steps = [{"name": name}]
    return replace(transform_task(ORIGINAL, parse_transform(steps)), transform=steps)


def sign(shop: Shop, name: str, username: str = "ada") -> int:
    return variations.sign(shop.database, ORIGINAL, varied(name), username)[0].version


def submit(shop: Shop, colour: int = 1) -> None:
    submission = Submission(
        version=0, test_index=0, grid=[[colour]], actions=["x"], seconds=1.5, correct=False, distance=1
    )
    submissions.store(shop.database, TASK, "ada", submission)


def numbers(shop: Shop) -> dict[int, list[str]]:
    return {task["version"]: task["signed_by"] for task in shop.tasks() if task["task_id"] == TASK}


def test_variations_are_published_after_their_original(shop: Shop) -> None:
    sign(shop, "rotate_90")
    sign(shop, "rotate_90", "bob")
    shop.publish()
    assert [(task["task_id"], task["version"]) for task in shop.tasks()] == [
        (TASK, 0),
        (TASK, 1),
        ("task0002", 0),
    ]
    assert numbers(shop) == {0: [], 1: ["ada", "bob"]}
    assert shop.tasks()[1]["transform"] == [{"name": "rotate_90"}]
    assert [task.key for task in read_tasks(shop.dataset)] == [(TASK, 0), (TASK, 1), ("task0002", 0)]
    variations.take_signature_off(shop.database, ORIGINAL, 1, "ada")
    variations.take_signature_off(shop.database, ORIGINAL, 1, "bob")
    shop.publish()
    assert numbers(shop) == {0: []}


def test_variations_of_an_older_dataset_are_taken_in(shop: Shop) -> None:
    entries = shop.tasks()
    old = [json.loads(replace(varied(name), version=n, signed_by=names).line) for name, n, names in
           (("rotate_90", 2, ("cleo", "dan")), ("transpose", 5, ()))]  # fmt: skip
    shop.dataset.write_text(json.dumps([*entries, *old], indent=1))
    shop.publish()
    assert numbers(shop) == {0: [], 2: ["cleo", "dan"], 5: []}
    assert sign(shop, "rotate_180") == 6
    assert sign(shop, "rotate_90") == 2
    shop.publish()
    assert numbers(shop) == {0: [], 2: ["cleo", "dan", "ada"], 5: [], 6: ["ada"]}


def test_new_versions_have_numbers_that_requests_may_name_whatever_a_file_brought(shop: Shop) -> None:
    entries = shop.tasks()
    high = [json.loads(replace(varied(name), version=n, signed_by=("cleo",)).line) for name, n in
            (("rotate_90", MOST_VERSIONS - 1), ("transpose", MOST_VERSIONS + 5))]  # fmt: skip
    shop.dataset.write_text(json.dumps([*entries, *high]))
    shop.publish()
    assert numbers(shop) == {0: [], MOST_VERSIONS - 1: ["cleo"], MOST_VERSIONS: ["cleo"]}
    assert [sign(shop, name) for name in ("rotate_180", "rotate_270")] == [1, 2]
    variations.take_signature_off(shop.database, ORIGINAL, 1, "ada")
    assert sign(shop, "flip_horizontal") == 3


def test_one_number_for_two_contents_keeps_both(shop: Shop) -> None:
    sign(shop, "rotate_90")
    entries = shop.tasks()
    other = json.loads(replace(varied("transpose"), version=1, signed_by=("cleo",)).line)
    shop.dataset.write_text(json.dumps([*entries, other]))
    shop.publish()
    assert numbers(shop) == {0: [], 1: ["ada"], 2: ["cleo"]}
    shop.publish()
    assert numbers(shop) == {0: [], 1: ["ada"], 2: ["cleo"]}


def test_an_old_copy_of_the_dataset_brings_no_removed_version_back(shop: Shop) -> None:
    sign(shop, "rotate_90")
    shop.publish()
    old = shop.dataset.read_bytes()
    variations.take_signature_off(shop.database, ORIGINAL, 1, "ada")
    shop.publish()
    shop.dataset.write_bytes(old)
    shop.publish()
    assert numbers(shop) == {0: []}
    assert sign(shop, "rotate_90") == 2


def test_what_other_tools_wrote_into_the_dataset_stays(shop: Shop) -> None:
    entries = shop.tasks()
    entries[0] |= {"difficulty": "easy", "signed_by": ["cleo"]}
    shop.dataset.write_text(json.dumps(entries, indent=2))
    sign(shop, "rotate_90")
    shop.publish()
    first = shop.tasks()[0]
    assert (first["difficulty"], first["signed_by"]) == ("easy", ["cleo"])


def test_rebuilding_the_dataset_keeps_the_variations(shop: Shop) -> None:
    sign(shop, "rotate_90")
    shop.publish()
    build_dataset(["arc1-training"], shop.dataset)
    sign(shop, "transpose")
    shop.publish()
    assert len([task for task in shop.tasks() if task["version"] == 0]) == 400
    assert {task["version"] for task in shop.tasks() if task["task_id"] == TASK} == {1, 2}


def test_a_broken_dataset_is_never_overwritten(shop: Shop) -> None:
    sign(shop, "rotate_90")
    shop.dataset.write_text("[{")
    with pytest.raises(RunFailed):
        shop.publish()
    assert shop.dataset.read_text() == "[{"


def lines(shop: Shop) -> list[dict[str, object]]:
    return [json.loads(line) for line in shop.solutions_file.read_text().splitlines()]


def test_each_submission_is_one_line_with_its_actions(shop: Shop) -> None:
    submit(shop)
    shop.publish()
    submit(shop, 2)
    shop.publish()
    shop.publish()
    first, second = lines(shop)
    assert first.pop("submission_id") and first.pop("timestamp")
    assert first == {
        "task_id": TASK,
        "username": "ada",
        "version": 0,
        "test_index": 0,
        "grid": [[1]],
        "actions": ["x"],
        "seconds": 1.5,
        "correct": False,
        "distance": 1,
    }
    assert second["grid"] == [[2]]


def test_a_torn_or_removed_file_is_made_whole(shop: Shop) -> None:
    for colour in (1, 2, 3):
        submit(shop, colour)
    shop.publish()
    whole = shop.solutions_file.read_bytes()
    shop.solutions_file.write_bytes(whole[:-20])
    shop.publish()
    assert shop.solutions_file.read_bytes() == whole
    shop.solutions_file.unlink()
    submit(shop, 4)
    shop.publish()
    assert shop.solutions_file.read_bytes().startswith(whole) and len(lines(shop)) == 4


def test_lines_of_others_stay_and_submissions_of_elsewhere_are_taken_in(shop: Shop) -> None:
    submit(shop)
    shop.publish()
    known = lines(shop)[0]
    own = '{"mine": true}\nno json\n' + json.dumps({**known, "submission_id": "elsewhere", "username": "bob"})
    with shop.solutions_file.open("a") as file:
        file.write(own)
    submit(shop, 2)
    shop.publish()
    assert own in shop.solutions_file.read_text()
    with shop.database.reading() as connection:
        rows = connection.execute("SELECT username FROM submissions ORDER BY username").fetchall()
    assert [row["username"] for row in rows] == ["ada", "ada", "bob"]
    assert len(shop.solutions_file.read_text().splitlines()) == 5


def test_a_backup_for_each_hour_of_use_and_the_oldest_go(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shop.folder / "backups"
    folder.mkdir()
    for hour in range(60):
        (folder / f"annotations_20200101_{hour:02d}.sqlite").touch()
    copies = Backups(shop.database, folder)
    assert not copies.step()
    shop.add("x")
    assert copies.step() and not copies.step()
    kept = sorted(folder.glob("*.sqlite"))
    assert len(kept) == backups.KEPT
    assert kept[-1].stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(kept[-1])) as copy:
        assert copy.execute("SELECT text FROM traces").fetchone() == ("x",)
