"""A snapshot of any size is read one result at a time."""

import json
import tracemalloc
from pathlib import Path

import pytest

from utilities.config import RunFailed
from utilities.record_reader import current_results, run_models
from utilities.snapshots import snapshot_metadata, snapshot_results

RESULTS = [{"task_id": "a", "n": 1}, {"task_id": "b", "n": [{"results": []}]}]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("metadata_first", [True, False])
def test_results_and_metadata_in_any_order(tmp_path: Path, indent: int | None, metadata_first: bool) -> None:
    path = tmp_path / "snapshot.json"
    parts = [("metadata", {"run_id": "r", "model_identifier": "GPT"}), ("other", 1), ("results", RESULTS)]
    path.write_text(json.dumps(dict(parts if metadata_first else parts[::-1]), indent=indent))
    assert [json.loads(body) for body in snapshot_results(path)] == RESULTS
    assert run_models(path) == {"r": "GPT"}


@pytest.mark.parametrize(("content", "count"), [(RESULTS, 2), (RESULTS[0], 1), ([], 0), ({"results": []}, 0)])
def test_older_layouts(tmp_path: Path, content: object, count: int) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(content))
    assert len(list(current_results(path))) == count
    assert snapshot_metadata(path) == b"{}"


@pytest.mark.parametrize("content", ["", "7", '{"results": 7}', '{"results": [{}', '{"results": []} 1', '"x'])
def test_what_is_no_snapshot_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content)
    with pytest.raises(
        RunFailed, match=r"broken\.json is neither a results file nor a snapshot \(it is not JSON"
    ):
        list(snapshot_results(path))


def test_memory_does_not_grow_with_the_number_of_results(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        path = tmp_path / f"{count}.json"
        path.write_text(
            json.dumps(
                {"metadata": {}, "results": [{"task_id": f"{n}", "x": "y" * 10_000} for n in range(count)]}
            )
        )
        tracemalloc.start()
        assert sum(1 for _ in snapshot_results(path)) == count
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    assert peak(600) < peak(200) + 100_000
