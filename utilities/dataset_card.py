"""The dataset card (README.md) that lies beside exported training data, and tells `datasets` how to load it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

_BEGINNING = """---
pretty_name: Verified ARC programs
"""
_HEAD = (
    _BEGINNING
    + """\
language:
- en
task_categories:
- text-generation
tags:
- arc-agi
- program-synthesis
configs:
- config_name: default
  data_files:
  - split: train
    path: {file_name}
dataset_info:
  features:
  - name: messages
    list:
    - name: role
      dtype: string
    - name: content
      dtype: string
{features}
---
"""
)

_COLUMNS = {
    "messages": ("", "the prompt, and the reply: reasoning, then the program in a fenced code block"),
    "task_id": ("string", "the task"),
    "version": ("int64", "0: the original task; above: a signed variation of it"),
    "python_code": ("string", "the program, as it was verified"),
    "reasoning": ("string", "what the model wrote before it; may be empty"),
    "model": ("string", "the model that wrote it"),
    "run_id": ("string", "the run it comes from; empty in older results"),
    "attempt": ("int64", "which attempt of that run, from 0"),
    "timestamp": ("string", "when the result was written, ISO 8601; empty where it is not known"),
    "hard_coded": ("bool", "the program carries a train output literally (a mark, not a verdict)"),
    "source_file": ("string", "the results file it was exported from"),
    "program_sha256": ("string", "of the normalised syntax tree: equal programs have equal ones"),
    "task_sha256": ("string", "of the task's pairs in any order"),
}
"""Name of a column -> its type (of messages: above) and what it holds."""

_BODY = """
# Verified ARC programs

{count} Python programs for {tasks} tasks of the Abstraction and Reasoning Corpus (ARC-AGI), with the reasoning of the models
that wrote them, as chat messages for fine-tuning. Every program ran in a sandbox and was right on all train and all test
pairs of its task. {distinct}

{excluded}

Programs and reasoning are the work of language models; their providers' terms may say what they can be used for. The prompts
hold the train pairs of the tasks, never a test pair.

| model | programs |
| --- | --- |
{models}

| column | what it holds |
| --- | --- |
{columns}

Made by `export_training_data.py` from {sources}. Load it with:

```python
from datasets import load_dataset

rows = load_dataset("path/to/this/folder", split="train")
```
"""


def is_card(path: Path) -> bool:
    """Whether a file is a card of ours, which a later export may replace. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(_BEGINNING)) == _BEGINNING.encode()


def dataset_card(
    file_name: str,
    *,
    tasks: int,
    models: Mapping[str, int],
    sources: Sequence[str],
    excluded: Sequence[str],
    per_task: bool,
) -> str:
    """The card of the rows in `file_name`; `models` with their numbers of rows, the names of what was read and left out."""
    kinds = [(name, kind) for name, (kind, _) in _COLUMNS.items() if kind]
    distinct = "Of programs for one task" if per_task else "Of all programs"
    return _HEAD.format(
        file_name=file_name,
        features="\n".join(f"  - name: {name}\n    dtype: {kind}" for name, kind in kinds),
    ) + _BODY.format(
        count=sum(models.values()),
        tasks=tasks,
        distinct=f"{distinct} that differ only in comments, layout and names of their own, one is kept.",
        excluded=_exclusion(excluded),
        models="\n".join(f"| {_cell(name)} | {models[name]} |" for name in sorted(models)),
        columns="\n".join(f"| `{name}` | {meaning} |" for name, (_, meaning) in _COLUMNS.items()),
        sources=", ".join(f"`{name}`" for name in sources),
    )


def _exclusion(excluded: Sequence[str]) -> str:
    if not excluded:
        return "No tasks were excluded: some may be those that you evaluate on."
    names = ", ".join(f"`{name}`" for name in excluded)
    return (
        f"Left out were the tasks of {names}, recognised by their pairs however these are turned, mirrored, recoloured or "
        "ordered."
    )


def _cell(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text).replace("|", "\\|")
