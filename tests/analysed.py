"""The analyses of a research project, all that can be asked of them, and a house in which there is something to find."""

from collections.abc import Iterator
from contextlib import contextmanager

from research_house import House, began, contact, over, research_house, seeker, somebody, volunteer
from sent_lines import line
from store_places import Place

from domain.model.time import DAY, day, iso_day

ABOUT = "lens lensVersion holder stepWeeks phases relationships persons points withheld"
ANALYSED = f"""query($weeks: Int = 20, $groups: Int = 2, $holder: String) {{ research {{ analyses {{
    states(holder: $holder) {{ {ABOUT} rows {{ week of counts entropy }} times {{ phase weeks }} }}
    transitions(holder: $holder) {{ {ABOUT} rows {{ was of counts rates withheld }} }}
    indicators(holder: $holder) {{ {ABOUT} means {{ weeks transitions entropy turbulence complexity }}
        each {{ relationship weeks censoring transitions entropy turbulence complexity }} }}
    typical(groups: $groups, weeks: $weeks, holder: $holder) {{ {ABOUT} weeks measure substitution indel leftOut silhouette
        groups {{ relationships share silhouette medoid course each withheld }} }}
    timeTo(phase: FRIENDSHIP, holder: $holder) {{ {ABOUT} phase rows {{ week atRisk came censored waiting error }} median }}
    around(event: ROLES_REVERSED, reach: 4, holder: $holder) {{ {ABOUT} event rows {{ week of counts withheld }} }}
    compare(otherLens: "accounts", holder: $holder) {{ {ABOUT} otherLens otherLensVersion otherHolder weeks share kappa
        rows {{ phase of counts withheld }} each {{ relationship weeks share differSince }} }}
}} }} }}"""
MORE = 4
"""Contacts, beside those of every house of research."""


@contextmanager
def analysed_house(place: Place) -> Iterator[House]:
    """Eleven contacts of two people each; in six of them roles were reversed, in two who helps was left open, one ended."""
    with research_house(place) as house:
        for number in range(7, 7 + MORE):
            house.record(*somebody(volunteer(number), "research"), *somebody(seeker(number), "research"))
            house.record(*contact(f"contact-{number}", volunteer(number), seeker(number), began(number)))
        for number in range(6):
            handles = [f"{volunteer(number)}-here", f"{seeker(number)}-here"]
            on = iso_day(day(began(number)) + (60 + number) * DAY)
            house.record(
                line(f"reversed-{number}", "roles_reversed", f"relationship/contact-{number}", {"reversal": "x", "between": handles}, on)
            )
        for number in range(2):
            ended = iso_day(day(began(number)) + 90 * DAY)
            house.record(line(f"open-{number}", "term_ended", f"relationship/contact-{number}", {"continuation": "left_open"}, ended))
        house.record(over("contact-10", iso_day(day(began(10)) + 100 * DAY)))
        yield house
