"""The statistics of scores: pass@k, bootstrap intervals, McNemar's test. Pure; numpy and scipy are loaded when used."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

RESAMPLES = 10_000
SEED = 20190611
"""Intervals of the same scores are the same in every report."""


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


def exact_pass_at_k(attempts: int, right: int, k: int) -> Fraction:
    """`pass_at_k` before it is rounded."""
    if not (0 <= right <= attempts and 1 <= k <= attempts):
        raise ValueError(f"pass@{k} of {right} right among {attempts} attempts does not exist")
    return 1 - Fraction(math.comb(attempts - right, k), math.comb(attempts, k))


def pass_at_k(attempts: int, right: int, k: int) -> float:
    """The chance that one of k attempts, drawn from those made, is right: 1 - C(n - c, k) / C(n, k).

    The unbiased estimator of Chen et al. 2021, "Evaluating Large Language Models Trained on Code", section 2.1.
    Raises ValueError unless 0 <= right <= attempts and 1 <= k <= attempts.
    """
    return float(exact_pass_at_k(attempts, right, k))


def score_interval(counts: Mapping[float, int]) -> Interval:
    """95 % bootstrap interval (percentiles, resampled over tasks) of a mean of scores from 0 to 1.

    `counts`: how many tasks have each score; resampling tasks is drawing these counts from a multinomial distribution,
    so memory and time do not grow with the number of tasks. One imagined task that scores 0 and one that scores 1 are
    drawn from too: without them 0 solved of 10 would have the interval 0 to 0, and intervals near 0 and 1 would cover
    far less than 95 % (tests/utilities/scoring/test_statistics.py has the coverage).
    """
    return _percentiles(counts, imagined=(0.0, 1.0))


def difference_interval(counts: Mapping[float, int]) -> Interval:
    """The same of a mean of paired differences from -1 to 1, with one imagined task won and one lost.

    Adding one to each is what Bonett and Price 2012, "Adjusted Wald confidence interval for a difference of binomial
    proportions based on paired data", found to cover for few tasks too.
    """
    return _percentiles(counts, imagined=(-1.0, 1.0))


def _percentiles(counts: Mapping[float, int], imagined: tuple[float, float]) -> Interval:
    import numpy as np

    drawn = sum(counts.values())
    weights = {**counts, **{value: counts.get(value, 0) + 1 for value in imagined}}
    if not drawn:
        return Interval(math.nan, math.nan)
    values = np.array(sorted(weights))
    chances = np.array([weights[value] for value in sorted(weights)], float)
    draws = np.random.default_rng(SEED).multinomial(drawn, chances / chances.sum(), RESAMPLES)
    low, high = np.quantile(draws @ values / drawn, (0.025, 0.975))
    return Interval(float(low), float(high))


def mcnemar(won: int, lost: int) -> float:
    """The exact two-sided p-value of McNemar's test: won and lost are the tasks on which two runs disagree."""
    from scipy.stats import binomtest  # type: ignore[import-untyped]

    return float(binomtest(won, won + lost, 0.5).pvalue) if won + lost else 1.0
