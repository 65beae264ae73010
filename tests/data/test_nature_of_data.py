"""The page on data formats shows what the code reads."""

import json
import re
from pathlib import Path
from typing import Any

from utilities.config import ROOT
from utilities.data_loader import read_tasks

PAGE = (ROOT / "data" / "nature_of_data.md").read_text(encoding="utf-8")
EXAMPLES: list[Any] = [
    json.loads(text) for text in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
]


def example(entry_type: str) -> dict[str, Any]:
    (found,) = (x for x in EXAMPLES if isinstance(x, dict) and x.get("entry_type") == entry_type)
    return found


def test_all_shapes_of_tasks_are_the_same_real_task(tmp_path: Path) -> None:
    listed, single, challenges, solutions = EXAMPLES[:4]
    contents = {
        "dataset.json": listed,
        "6150a2bd.json": single,
        "k_challenges.json": challenges,
        "k_solutions.json": solutions,
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(json.dumps(content))
    (tmp_path / "tasks.jsonl").write_text("\n".join(map(json.dumps, listed)))
    (real,) = (task for task in read_tasks("arc1-training") if task.task_id == "6150a2bd")
    for name in ("dataset.json", "tasks.jsonl", "6150a2bd.json", "k_challenges.json"):
        assert next(read_tasks(tmp_path / name)) == real
    assert [task.version for task in read_tasks(tmp_path / "dataset.json")] == [0, 1]


def test_per_attempt_lists_have_one_element_per_attempt() -> None:
    result = example("result")
    fields = list(result)
    lists = fields[fields.index("prompt_messages") :]
    assert {"reasoning", "response", "thinking", "usage", "error", "python_code"} < set(lists)
    verdicts = next(x for x in EXAMPLES if "verification_success" in x)
    for value in [result[name] for name in lists] + list(verdicts.values()):
        assert len(value) == result["best_of"]


def test_the_lines_of_a_run_share_its_id() -> None:
    assert example("run")["run_id"] == example("result")["run_id"] == example("metadata")["run_id"]
