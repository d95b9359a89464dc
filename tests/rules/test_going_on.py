"""Judging what comes after all else without the rest: it says what judging the whole says, and is asked only where it can tell."""

from collections.abc import Callable
from typing import Any

from corrected_histories import Line, OpenWorld, events_of, histories
from given import Given, ended, event, joined, left, meeting, of, pair, withdrawn
from hypothesis import Phase, find, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.model.initiative import Initiative
from domain.model.judged import Judged, go_on
from domain.model.judgement import judge
from domain.model.world import Refusals


class OneWorld(OpenWorld):
    """An open world that stays the same while a history grows in it; `silent` have given no consent."""

    def __init__(self, silent: frozenset[str]) -> None:
        self.head = 0
        self.home = super().initiative("home")
        self.silent = silent
        self.trusting = False

    def initiative(self, id: str) -> Initiative:
        return self.home

    def participant(self, id: str) -> Any:
        return "without_consent" if id in self.silent else "consenting"


Told = tuple[list[Line], frozenset[str]]


@st.composite
def any_order(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Told:
    """A history with some lines left out, moved or told twice, so that much of it is refused, and people without consent."""
    lines = draw(histories("r"))
    places = draw(st.lists(st.integers(1, max(1, len(lines) - 1)), max_size=6))
    told = [lines[0]]
    for number, line in enumerate(lines[1:], 1):
        told += [{**line, "id": f"{line['id']}-{copy}"} for copy in range(places.count(number))] if number % 2 else []
        told += [] if number in places and not number % 2 else [line]
    return told, frozenset(draw(st.sets(st.sampled_from(["r-a", "r-b", "r-c", "p1", "p2"]), max_size=1)))


def gone_on(told: Told) -> list[tuple[tuple[Judged, Refusals], tuple[Judged, Refusals]]]:
    """What going on said of each line in turn, where it said something, beside what the whole says."""
    lines, silent = told
    world = OneWorld(silent)
    recorded: list[Any] = []
    judged: Judged | None = None
    found = []
    for line in events_of(lines):
        world.head = len(recorded)
        new = replace(line, position=world.head + 1)
        whole = judge(new.stream, [*recorded, new], world)
        if judged is not None and (said := go_on(judged, [new], world)) is not None:
            found.append((said, whole))
        if not whole[1]:
            recorded.append(new)
            judged = whole[0]
    return found


@drawn(any_order())
def test_what_goes_on_is_judged_as_the_whole_is(told: Told) -> None:
    for (after, refused), (whole, refused_whole) in gone_on(told):
        assert refused == refused_whole
        assert refused or after == whole


def test_the_histories_go_on_both_ways() -> None:
    there_is(lambda told: any(not said[1] for said, _ in gone_on(told)))
    there_is(lambda told: any(said[1] for said, _ in gone_on(told)))
    there_is(lambda told: len(gone_on(told)) < len(told[0]) - 2)


def there_is(wanted: Callable[[Told], bool]) -> None:
    """One of the histories is like this; the shortest is not looked for."""
    find(any_order(), wanted, settings=settings(phases=[Phase.generate]))


def test_a_role_that_the_initiative_learned_meanwhile_can_be_taken(given: Given) -> None:
    scene = given(pair()).when(meeting("a", "b")).then_taken()
    taken = of("role_taken", {"handle": "a", "role": "gardener", "formal": False}, "2021-05-01")
    scene.when(taken).then_refused("role_unknown")
    scene.given(event("roles_registered", "initiative/home", {"roles": [{"role": "gardener", "side": "gives"}]}))
    scene.when(taken).then_taken()


def test_who_withdrew_meanwhile_is_not_recorded_about(given: Given) -> None:
    scene = given(pair()).when(meeting("a", "b")).then_taken()
    scene.given(withdrawn("b"))
    scene.when(meeting("a", "b", on="2023-05-01")).then_refused("no_consent")


def test_what_was_refused_is_not_gone_on_from(given: Given) -> None:
    scene = given(pair()).when(meeting("a", "b")).then_taken()
    scene.when(ended(), meeting("a", "b", on="2019-01-01")).then_refused("not_begun")
    scene.when(meeting("a", "b", on="2021-07-01")).then_taken()


def test_what_is_heard_of_later_is_judged_in_its_place(given: Given) -> None:
    scene = given(pair()).when(joined("c", "volunteer", on="2021-05-01")).then_taken()
    scene.when(meeting("a", "c", on="2021-04-01")).then_refused("not_member")
    scene.when(meeting("a", "c", on="2021-06-01")).then_taken()
    scene.when(left("c", on="2021-05-15")).then_refused("would_fall")
