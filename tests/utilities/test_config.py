"""Settings: model names, the types of flags, and defaults."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.config import (
    MODELS,
    ROOT,
    RunConfig,
    UsageError,
    at_least_one,
    find_model,
    index_range,
    not_negative,
    positive,
    task_id_list,
    zero_or_more,
)


@pytest.mark.parametrize("name", MODELS)
def test_every_named_model_is_found(name: str) -> None:
    assert find_model(name) is MODELS[name]


def test_only_offline_has_no_endpoint_and_only_remote_models_need_a_key() -> None:
    assert [name for name, row in MODELS.items() if row.base_url is None] == ["OFFLINE"]
    for name, row in MODELS.items():
        assert row.key_required == (name != "OFFLINE" and not name.startswith("LOCAL_"))
        assert not row.key_required or row.key_variable


def test_any_model_of_openrouter_or_of_a_local_server_can_be_named() -> None:
    remote, local = find_model("openrouter:some/model:free"), find_model("local:my model")
    assert (remote.id, remote.base_url, remote.key_required) == (
        "some/model:free",
        MODELS["GPT"].base_url,
        True,
    )
    assert (local.id, local.key_required) == ("my model", False)


@pytest.mark.parametrize("name", ["", "offline", "GTP", "openrouter:", "local:", "remote:x", ":x"])
def test_an_unknown_model_is_named_with_what_to_use(name: str) -> None:
    with pytest.raises(UsageError) as error:
        find_model(name)
    assert repr(name) in str(error.value)
    assert all(known in str(error.value) for known in (*MODELS, "openrouter:", "local:"))


@pytest.mark.parametrize(
    ("variable", "name"),
    [("LOCAL_0_BASE_URL", "LOCAL_0"), ("LOCAL_2_BASE_URL", "LOCAL_2"), ("LOCAL_BASE_URL", "local:any")],
)
def test_the_environment_moves_a_local_endpoint(variable: str, name: str) -> None:
    code = f"from utilities.config import find_model; print(find_model({name!r}).base_url)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, variable: "http://elsewhere:1/v1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "http://elsewhere:1/v1"


def test_local_models_by_id_share_the_endpoint_of_local_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCAL_BASE_URL", raising=False)
    assert find_model("local:any").base_url == MODELS["LOCAL_1"].base_url


@pytest.mark.parametrize(
    ("convert", "good", "bad"),
    [
        (at_least_one, {"1": 1, " 7 ": 7}, ["0", "-1", "1.5", "", "x", "nan", "1e3"]),
        (zero_or_more, {"0": 0, "12": 12}, ["-1", "0.0", "none"]),
        (not_negative, {"0": 0.0, "0.7": 0.7, "1e3": 1000.0}, ["-0.1", "nan", "inf", "", "five"]),
        (positive, {"0.5": 0.5, "1800": 1800.0}, ["0", "-3", "inf", "NaN", "soon"]),
    ],
)
def test_numbers_are_bounded(convert: Callable[[str], float], good: dict[str, float], bad: list[str]) -> None:
    assert {text: convert(text) for text in good} == good
    for text in bad:
        with pytest.raises(UsageError, match=r"is not a (whole )?number"):
            convert(text)


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_range_holds_both_ends(first: int, more: int) -> None:
    assert index_range(f"{first}-{first + more}") == (first, first + more)
    assert index_range(f" {first} - {first + more} ") == (first, first + more)


@pytest.mark.parametrize("text", ["", "5", "0-3", "3-2", "-3", "1-", "1-2-3", "a-b", "1:3", "1.0-2"])
def test_what_is_no_range_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="1-30"):
        index_range(text)


def test_task_ids_are_a_json_list() -> None:
    assert task_id_list('["007bbfb7", "00d62c1b"]') == ("007bbfb7", "00d62c1b")


@pytest.mark.parametrize(
    "text", ["", "007bbfb7", "[]", "[7]", '"007bbfb7"', '{"a": 1}', "['a']", '["a", null]']
)
def test_what_is_no_list_of_task_ids_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="JSON list of task ids such as"):
        task_id_list(text)


def test_a_run_of_nothing_but_defaults_needs_no_key_and_no_network() -> None:
    config = RunConfig()
    assert find_model(config.model_identifier).base_url is None
    assert (config.best_of, config.max_concurrent_tasks, config.versions) == (1, 5, "0")


@pytest.mark.parametrize("field", dataclasses.fields(RunConfig), ids=lambda field: field.name)
def test_every_setting_has_a_default_and_a_help_text(field: "dataclasses.Field[object]") -> None:
    assert field.default is not dataclasses.MISSING
    assert field.metadata["help"].strip()
