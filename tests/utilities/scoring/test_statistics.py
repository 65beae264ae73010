"""pass@k against its formula and a simulation; intervals by their coverage; McNemar by counting."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from utilities.scoring import difference_interval, mcnemar, pass_at_k, score_interval


@pytest.mark.parametrize("attempts", range(1, 8))
def test_pass_at_k_is_the_share_of_draws_with_a_right_attempt(attempts: int) -> None:
    for right, k in itertools.product(range(attempts + 1), range(1, attempts + 1)):
        draws = list(itertools.combinations([True] * right + [False] * (attempts - right), k))
        assert pass_at_k(attempts, right, k) == sum(map(any, draws)) / len(draws)


@pytest.mark.parametrize(
    ("attempts", "right", "k"), [(10, 3, 1), (100, 7, 10), (200, 1, 100), (1000, 2, 999)]
)
def test_pass_at_k_is_the_product_form_of_chen_et_al(attempts: int, right: int, k: int) -> None:
    product = 1.0 - np.prod(1.0 - k / np.arange(attempts - right + 1, attempts + 1))
    assert math.isclose(pass_at_k(attempts, right, k), product, rel_tol=1e-12)


def test_pass_at_k_is_unbiased() -> None:
    """Mean over simulated runs of a model whose attempts are right by chance is the chance that one of k is."""
    random, chance, attempts = np.random.default_rng(1), 0.3, 10
    rights = random.binomial(attempts, chance, size=40_000)
    for k in (1, 2, 5, 10):
        mean = np.mean([pass_at_k(attempts, int(right), k) for right in rights])
        assert abs(mean - (1 - (1 - chance) ** k)) < 0.005


@pytest.mark.parametrize(("attempts", "right", "k"), [(3, 4, 1), (3, -1, 1), (3, 1, 4), (3, 1, 0)])
def test_pass_at_k_of_nonsense_is_refused(attempts: int, right: int, k: int) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        pass_at_k(attempts, right, k)


@pytest.mark.parametrize("tasks", [10, 40, 400])
@pytest.mark.parametrize("chance", [0.02, 0.1, 0.5, 0.95])
def test_score_intervals_cover(tasks: int, chance: float) -> None:
    random = np.random.default_rng(2)
    solved = Counter(random.binomial(tasks, chance, size=2_000).tolist())
    covered = sum(runs * _covers(number, tasks, chance) for number, runs in solved.items())
    assert covered / 2_000 >= 0.935


def _covers(solved: int, tasks: int, chance: float) -> bool:
    low, high = score_interval({1.0: solved, 0.0: tasks - solved})
    return low <= chance <= high


def test_intervals_of_partial_scores_cover() -> None:
    random, scores, chances = np.random.default_rng(3), [0.0, 1 / 3, 0.5, 1.0], [0.5, 0.1, 0.1, 0.3]
    truth = float(np.dot(scores, chances))
    runs = random.multinomial(60, chances, size=500)
    intervals = [score_interval(dict(zip(scores, map(int, run), strict=True))) for run in runs]
    assert np.mean([low <= truth <= high for low, high in intervals]) >= 0.935


@pytest.mark.parametrize(
    ("tasks", "won", "lost"),
    [(10, 0.1, 0.0), (40, 0.03, 0.0), (40, 0.05, 0.02), (120, 0.02, 0.01), (100, 0.2, 0.1)],
)
def test_intervals_of_differences_cover(tasks: int, won: float, lost: float) -> None:
    random, differences = np.random.default_rng(4), [-1.0, 0.0, 1.0]
    runs = Counter(map(tuple, random.multinomial(tasks, [lost, 1 - won - lost, won], size=500).tolist()))
    covered = 0
    for run, times in runs.items():
        low, high = difference_interval(dict(zip(differences, run, strict=True)))
        covered += times * (low <= won - lost <= high)
    assert covered / 500 >= 0.935


def test_an_interval_is_that_of_resampling_task_by_task() -> None:
    random, solved, tasks = np.random.default_rng(5), 30, 100
    scores = np.array([1.0] * (solved + 1) + [0.0] * (tasks - solved + 1))
    means = random.choice(scores, size=(20_000, tasks)).mean(axis=1)
    ours = score_interval({1.0: solved, 0.0: tasks - solved})
    assert ours == pytest.approx(np.quantile(means, (0.025, 0.975)), abs=0.011)


def test_intervals_are_the_same_every_time() -> None:
    assert score_interval({0.0: 7, 1.0: 5}) == score_interval({1.0: 5, 0.0: 7})


def test_nothing_solved_is_not_certainty() -> None:
    low, high = score_interval({0.0: 10})
    assert low == 0.0
    assert high > 0.1


def test_runs_that_never_disagree_are_not_certainly_equal() -> None:
    low, high = difference_interval({0.0: 40})
    assert -0.1 < low < 0 < high < 0.1


def test_a_run_that_wins_everything_is_not_certain_to() -> None:
    low, high = difference_interval({1.0: 7})
    assert 0 < low < 0.9
    assert high == 1.0


@pytest.mark.parametrize(("won", "lost"), [(0, 0), (5, 0), (3, 9), (7, 7)])
def test_mcnemar_is_the_chance_of_a_split_as_uneven(won: int, lost: int) -> None:
    disagreements = won + lost
    sides = [math.comb(disagreements, number) for number in range(disagreements + 1)]
    as_uneven = sum(
        ways for number, ways in enumerate(sides) if abs(2 * number - disagreements) >= abs(won - lost)
    )
    assert mcnemar(won, lost) == pytest.approx(as_uneven / 2**disagreements)
