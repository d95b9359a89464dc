"""Days and instants as people read them, in both languages."""

import pytest

from projections.export.days import day_said, instant_said

DAYS = {
    "2021-11-04": ("4 November 2021", "4 november 2021"),
    "2021-11-04T10:30:00+01:00": ("4 November 2021", "4 november 2021"),
    "2021-03": ("March 2021", "maart 2021"),
    "2021": ("2021", "2021"),
    "2021-22": ("summer 2021", "zomer 2021"),
    "2021~": ("about 2021", "rond 2021"),
    "2021-03?": ("perhaps March 2021", "misschien maart 2021"),
    "201X": ("some time around 2010", "ergens rond 2010"),
    "2021-03/2021-05": ("March 2021 to May 2021", "maart 2021 tot mei 2021"),
    "2021-03-01/..": ("from 1 March 2021", "vanaf 1 maart 2021"),
}


@pytest.mark.parametrize("edtf", DAYS)
def test_a_day_is_said_as_vague_as_it_is_known(edtf: str) -> None:
    assert (day_said(edtf, "en"), day_said(edtf, "nl")) == DAYS[edtf]


def test_an_instant_is_said_in_the_time_zone_of_the_organisation() -> None:
    assert instant_said("2026-01-31T23:30:00Z", "Europe/Amsterdam", "nl") == "1 februari 2026 om 00:30"
    assert instant_said("2026-01-31T23:30:00Z", "America/Paramaribo", "en") == "31 January 2026 at 20:30"
