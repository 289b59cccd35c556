"""Response times are kept in buckets that are exact enough for a median."""

from __future__ import annotations

import math
import statistics

from hypothesis import given
from hypothesis import strategies as st

from chimein.insights.metrics import bucket_middle, bucket_of, median_seconds


@given(st.integers(0, 400_000_000))
def test_a_bucket_is_within_one_percent_of_what_it_holds(seconds: int) -> None:
    middle = bucket_middle(bucket_of(seconds))
    assert math.isclose(middle, seconds, rel_tol=0.0101)


@given(st.integers(0, 10_000_000), st.integers(0, 10_000_000))
def test_buckets_keep_the_order(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert bucket_of(low) <= bucket_of(high)


@given(st.lists(st.integers(0, 1_000_000), min_size=1, max_size=60))
def test_the_median_is_close_to_the_real_one(values: list[int]) -> None:
    found = median_seconds((bucket_of(value), 1) for value in values)
    assert found is not None
    assert math.isclose(found, statistics.median_low(values), rel_tol=0.0101)


def test_nothing_has_no_median() -> None:
    assert median_seconds([]) is None
    assert median_seconds([(5, 0)]) is None
