"""Spans cut out of rows say of each what a loop over the spans would."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heatledger.cuts import Cuts

numbers = st.lists(st.one_of(st.just(np.nan), st.floats(-1e3, 1e3)), min_size=1, max_size=40)


@given(numbers, st.lists(st.integers(0, 40), max_size=12))
def test_sums_means_and_counts_are_those_of_each_span_alone(values, edges):
    rows = np.array(values)
    at = np.minimum(sorted(edges)[: len(edges) // 2 * 2], len(rows)).astype(np.int64).reshape(-1, 2)
    cuts = Cuts(at[:, 0], at[:, 1])
    parts = [rows[low:high] for low, high in at]
    total, count = cuts.known(rows)
    np.testing.assert_allclose(total, [np.nansum(part) for part in parts], atol=1e-9)
    assert count.tolist() == [np.isfinite(part).sum() for part in parts]
    means = [np.nanmean(part) if np.isfinite(part).any() else np.nan for part in parts]
    np.testing.assert_allclose(cuts.mean(rows), means, atol=1e-9)
    positive = np.abs(np.nan_to_num(rows))
    assert cuts.most(positive).tolist() == [positive[low:high].max(initial=0.0) for low, high in at]
    assert cuts.rows().tolist() == [row for low, high in at for row in range(low, high)]
    assert cuts.sizes.tolist() == [len(part) for part in parts]


@given(numbers)
def test_an_unknown_row_leaves_the_sums_of_other_spans_alone(values):
    rows = np.concatenate(([np.nan], np.nan_to_num(values)))
    cuts = Cuts(np.array([0, 1]), np.array([1, len(rows)]))
    first, rest = cuts.sum(rows).tolist()
    assert np.isnan(first)
    assert rest == np.float64(np.add.reduce(rows[1:])) or abs(rest - rows[1:].sum()) < 1e-9


def test_the_days_before_may_overlap():
    cuts = Cuts(np.array([0, 1]), np.array([3, 4]))
    assert cuts.sum(np.array([1.0, 2.0, 4.0, 8.0])).tolist() == [7.0, 14.0]
