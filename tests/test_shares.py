"""Shares and confidence keep their digits when all that was known has all but faded."""

import pytest

from projections.lenses.evidence import confidence, shares


@pytest.mark.parametrize("years", [1, 10, 20, 25, 30, 60])
def test_the_shares_of_what_fades_stay_as_exact_as_its_strengths(years: int) -> None:
    """Strengths of 2 to 1 tend to 4/7, 2/7 and 1/7: for small x, 1 − 2^−x is x·ln 2 and both at once half the sum less the difference."""
    faded = 2.0 ** (-years * 365.25 / 180)
    found = shares(0.20 * faded, 0.10 * faded, 0.0)
    assert found == pytest.approx((4 / 7, 2 / 7, 1 / 7), abs=0.2 * faded + 1e-12)
    assert sum(found) == pytest.approx(1, abs=1e-15)
    assert confidence(0.20 * faded, 0.10 * faded, 0.0) == pytest.approx(0.30 * faded * 0.6931471805599453, rel=0.3 * faded + 1e-12)
