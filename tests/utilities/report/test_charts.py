"""Charts: which there are, that they are sound SVG, and that names in them are text."""

from typing import Any
from xml.etree import ElementTree

import pytest

from tests.results_files import code_results, direct_results
from utilities.records import Record
from utilities.report.charts import make_charts
from utilities.report.drawing import SERIES
from utilities.report.figures import RunCount, RunFigures
from utilities.report.sources import RunInfo
from utilities.scoring import judge

HOSTILE = [
    "<script>alert(1)</script>",
    '$\\frac{1}{0}$ & "quotes" --> ]]>',
    "模型 \u202e\x07 \x1b[31m",
    "x" * 500,
]


def figures(records: list[Record], name: str = "M") -> RunFigures:
    count = RunCount(RunInfo(run_id="r", file="f", name=name))
    for record in records:
        count.add(judge(record))
    return count.figures()


def drawn(*runs: RunFigures) -> dict[str, ElementTree.Element]:
    return {chart.title: ElementTree.fromstring(chart.svg) for chart in make_charts(runs)}


def texts(svg: ElementTree.Element) -> set[str]:
    return {element.text or "" for element in svg.iter("text")}


def test_there_is_a_chart_for_each_thing_there_is_to_show() -> None:
    assert list(drawn(figures(code_results()))) == ["Score", "pass@k", "Failures", "Tokens", "Time"]
    two = figures(code_results(), "A"), figures(direct_results(), "B")
    assert list(drawn(*two)) == ["Score", "pass@k", "Failures", "Score and cost", "Tokens", "Time"]


def test_there_is_none_for_what_there_is_not() -> None:
    bare: dict[str, Any] = {"usage": None, "generation_time_seconds": None}
    record = direct_results()[0] | bare
    assert list(drawn(figures([record]))) == ["Score", "pass@k"]


def test_the_score_is_in_its_chart() -> None:
    assert {"33.3 %", "M"} <= texts(drawn(figures(code_results()))["Score"])


def test_failure_classes_are_in_their_chart() -> None:
    assert {"api error", "no answer", "wrong cells"} <= texts(drawn(figures(code_results()))["Failures"])


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_whatever_they_hold(name: str) -> None:
    for svg in drawn(figures(code_results(), name), figures(direct_results(), "B")).values():
        assert {element.tag for element in svg.iter()} <= {
            "svg",
            "g",
            "path",
            "defs",
            "use",
            "text",
            "clipPath",
            "rect",
        }


def test_charts_take_their_colours_from_the_page_and_share_no_ids() -> None:
    charts = make_charts([figures(code_results())] * 2)
    whole = "".join(chart.svg for chart in charts)
    assert "var(--series-1)" in whole and "var(--ink)" in whole
    assert "#0a0a" not in whole and "#010101" not in whole
    ids = [
        element.get("id")
        for chart in charts
        for element in ElementTree.fromstring(chart.svg).iter()
        if element.get("id")
    ]
    assert len(ids) == len(set(ids))


def test_nothing_is_drawn_from_elsewhere() -> None:
    assert not any("http" in chart.svg for chart in make_charts([figures(code_results())]))


def test_more_runs_than_colours_are_drawn() -> None:
    assert "Score" in drawn(*[figures(code_results(), f"M{number}") for number in range(SERIES + 3)])
