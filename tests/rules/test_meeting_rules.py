"""Meetings, help, moments and reversals: who can be named in them, and how."""

import pytest
from given import Given, ended, event, joined, meeting, member, of, pair, reversal, table

HELP = {"giver": "a", "receiver": "b", "kind": "company"}


def test_each_is_present_once(given: Given) -> None:
    given(pair()).when(meeting("a", "b", "a")).then_refused("present_twice", "data.present[2]", "RULE_BROKEN")


def test_a_meeting_may_be_empty_at_an_open_table_alone(given: Given) -> None:
    scene = given(pair(), table(relationship="open"))
    scene.when(meeting()).then_refused("nobody_present", "data.present", "RULE_BROKEN")
    scene.when(event("meeting_held", "relationship/open", {"present": [], "others": 5})).then_taken()


def test_a_contact_that_is_not_open_has_no_empty_meeting(given: Given) -> None:
    given(table(open_to_all=False)).when(meeting()).then_refused("nobody_present")


@pytest.mark.parametrize("place", ["home:a", "home:b", "public", "centre", "outdoors", "phone", "online", "message", "other"])
def test_every_place_is_taken(place: str, given: Given) -> None:
    assert given(pair()).when(meeting("a", "b", place=place)).then_taken().events()[-1].data.place == place


@pytest.mark.parametrize("place", ["Public", "home", "home:", "cafe", "public ", "homes:a", ""])
def test_another_place_is_refused_and_the_refusal_tells_the_places(place: str, given: Given) -> None:
    refusal = given(pair()).when(meeting("a", "b", place=place)).then_refused("wrong_place", "data.place", "BAD_INPUT")
    assert "outdoors" in refusal.text()


def test_a_meeting_may_be_at_the_home_of_a_member_who_was_not_there(given: Given) -> None:
    given(pair()).when(meeting("a", place="home:b")).then_taken()


@pytest.mark.parametrize("others", [0, 1, 40])
def test_others_are_a_number_of_people_not_named(others: int, given: Given) -> None:
    given(pair()).when(meeting("a", others=others)).then_taken()


@pytest.mark.parametrize("minutes", [0, 1, 37.5, 1_440])
def test_minutes_are_a_number(minutes: float, given: Given) -> None:
    given(pair()).when(meeting("a", minutes=minutes)).then_taken()


@pytest.mark.parametrize("who", ["a", "b", "coordinator", "group", "family"])
def test_who_began_called_off_asked_or_offered_is_a_member_the_coordinator_the_group_or_family(who: str, given: Given) -> None:
    scene = given(pair())
    scene.when(meeting("a", "b", initiated_by=who)).then_taken()
    scene.when(of("meeting_missed", {"notice": "early", "cancelled_by": who})).then_taken()
    for name in ("help_asked", "help_offered"):
        scene.when(of(name, {"by": who, "to": who, "kind": "company"})).then_taken()


@pytest.mark.parametrize("who", ["observer", "all", "nobody", "c"])
def test_nobody_else_began_called_off_asked_or_offered(who: str, given: Given) -> None:
    scene = given(pair())
    scene.when(meeting("a", "b", initiated_by=who)).then_refused("who", "data.initiated_by", "RULE_BROKEN")
    scene.when(of("meeting_missed", {"notice": "early", "cancelled_by": who})).then_refused("who", "data.cancelled_by")
    for name in ("help_asked", "help_offered"):
        scene.when(of(name, {"by": who, "kind": "company"})).then_refused("who", "data.by")
        scene.when(of(name, {"by": "a", "to": who, "kind": "company"})).then_refused("who", "data.to")


@pytest.mark.parametrize("way", [("a", "b"), ("b", "a"), ("a", "group"), ("group", "b")])
def test_help_goes_between_members_or_the_group(way: tuple[str, str], given: Given) -> None:
    help = {"giver": way[0], "receiver": way[1], "kind": "practical"}
    scene = given(pair())
    scene.when(meeting("a", "b", help=[help])).then_taken()
    scene.when(of("help_given", help)).then_taken()


@pytest.mark.parametrize("both", ["a", "group"])
def test_giver_and_receiver_differ(both: str, given: Given) -> None:
    help = {"giver": both, "receiver": both, "kind": "practical"}
    scene = given(pair())
    scene.when(meeting("a", "b", help=[help])).then_refused("giver_is_receiver", "data.help[0].receiver", "RULE_BROKEN")
    scene.when(of("help_given", help)).then_refused("giver_is_receiver", "data.receiver", "RULE_BROKEN")


@pytest.mark.parametrize("who", ["coordinator", "family", "nobody", "all", "observer"])
def test_help_goes_to_and_from_nobody_else(who: str, given: Given) -> None:
    scene = given(pair())
    for help, name in (({**HELP, "giver": who}, "giver"), ({**HELP, "receiver": who}, "receiver")):
        scene.when(meeting("a", "b", help=[help])).then_refused("not_present", f"data.help[0].{name}")
        scene.when(of("help_given", help)).then_refused("who", f"data.{name}")


def test_who_helps_or_shares_at_a_meeting_is_present(given: Given) -> None:
    scene = given(pair(), joined("c"))
    scene.when(meeting("a", "c", help=[HELP])).then_refused("not_present", "data.help[0].receiver", "RULE_BROKEN")
    scene.when(meeting("b", "c", help=[HELP])).then_refused("not_present", "data.help[0].giver", "RULE_BROKEN")
    scene.when(meeting("a", "c", shared=[{"by": "a"}, {"by": "b"}])).then_refused("not_present", "data.shared[1].by", "RULE_BROKEN")
    scene.when(meeting("a", "b", help=[HELP, HELP], shared=[{"by": "a"}, {"by": "b", "to": "c"}])).then_taken()


def test_the_group_may_share_and_be_told(given: Given) -> None:
    given(table()).when(meeting("a", shared=[{"by": "group"}, {"by": "a", "to": "group"}])).then_taken()


def test_help_outside_a_meeting_needs_no_meeting(given: Given) -> None:
    given(pair()).when(of("help_given", {**HELP, "asked": False})).then_taken()


@pytest.mark.parametrize("between", [["group", "a"], ["coordinator", "a"], ["a", "nobody"]])
def test_a_moment_is_between_members(between: list[str], given: Given) -> None:
    given(pair()).when(of("moment_noted", {"between": between, "what": "silence"})).then_refused("not_member", code="RULE_BROKEN")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_roles_reverse_between_two(count: int, given: Given) -> None:
    scene = given(pair(), joined("c", "participant"))
    sent = of("roles_reversed", {"reversal": "v1", "between": ["a", "b", "c"][:count]})
    scene.when(sent).then_refused("wrong_size", "data.between", "BAD_INPUT")


SAME = [("volunteer", "driver"), ("help_seeker", "help_seeker"), ("participant", "member"), ("bonus_grandparent", "bonus_family")]
DIFFERENT = [
    ("volunteer", "help_seeker"),
    ("volunteer", "participant"),
    ("bonus_family", "help_seeker"),
    ("member", "bonus_family"),
    ("coach", "bonus_family"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_roles_do_not_reverse_between_two_on_one_side(first: str, second: str, given: Given) -> None:
    scene = given(pair(members=[member("a", first), member("b", second)]))
    scene.when(reversal()).then_refused("same_side", "data.between", "RULE_BROKEN")


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_roles_reverse_between_two_on_differing_sides(first: str, second: str, given: Given) -> None:
    given(pair(members=[member("a", first), member("b", second)])).when(reversal()).then_taken()


def test_roles_do_not_reverse_with_oneself(given: Given) -> None:
    given(pair()).when(reversal("v1", "a", "a")).then_refused("same_side")


def test_the_sides_are_those_of_the_own_roles_as_they_are_then(given: Given) -> None:
    scene = given(pair(members=[member("a", "volunteer"), member("b", "host")]))
    scene.when(reversal(on="2021-02-01")).then_refused("same_side")
    scene.given(
        of("role_laid_down", {"handle": "b", "role": "host"}, "2021-03-01"),
        of("role_taken", {"handle": "b", "role": "help_seeker", "formal": False}, "2021-03-01"),
    )
    scene.when(reversal(on="2021-02-01")).then_refused("same_side")
    scene.when(reversal(on="2021-04-01")).then_taken()


def test_neither_is_in_an_open_reversal(given: Given) -> None:
    scene = given(pair(), joined("c", "help_seeker"), joined("d", "volunteer"), reversal("v1", "a", "b"))
    scene.when(reversal("v2", "a", "c", on="2021-04-01")).then_refused("reversed_already", "data.between[0]", "RULE_BROKEN")
    scene.when(reversal("v2", "b", "d", on="2021-04-01")).then_refused("reversed_already", "data.between[0]")
    scene.when(reversal("v2", "c", "d", on="2021-04-01")).then_taken()


def test_roles_may_reverse_again_once_restored(given: Given) -> None:
    scene = given(pair(), reversal("v1"), of("roles_restored", {"reversal": "v1"}, "2021-04-01"))
    scene.when(reversal("v2", on="2021-05-01")).then_taken()


def test_the_reversal_that_is_restored_is_open(given: Given) -> None:
    restored = of("roles_restored", {"reversal": "v1"}, "2021-04-01")
    scene = given(pair())
    scene.when(restored).then_refused("reversal_not_open", "data.reversal", "RULE_BROKEN")
    scene.given(reversal("v1"), restored)
    scene.when(of("roles_restored", {"reversal": "v1"}, "2021-05-01")).then_refused("reversal_not_open")
    scene.given(reversal("v2", on="2021-05-02"), ended())
    scene.when(of("roles_restored", {"reversal": "v2"}, "2021-07-01")).then_refused("ended")


@pytest.mark.parametrize("days", [0.5, 1, 7, 30.5, 365])
def test_a_rhythm_is_a_number_of_days(days: float, given: Given) -> None:
    given(pair(rhythm_days=days)).when(of("rhythm_changed", {"rhythm_days": days, "agreed_by": ["a"]})).then_taken()


@pytest.mark.parametrize("days", [0, -7])
def test_a_rhythm_of_no_days_is_refused(days: int, given: Given) -> None:
    scene = given(pair())
    scene.when(of("rhythm_changed", {"rhythm_days": days, "agreed_by": ["a"]})).then_refused("wrong_size", "data.rhythm_days", "BAD_INPUT")


@pytest.mark.parametrize("who", ["group", "coordinator", "all"])
def test_a_rhythm_is_agreed_by_members(who: str, given: Given) -> None:
    given(pair()).when(of("rhythm_changed", {"rhythm_days": 7, "agreed_by": [who]})).then_refused("not_member", "data.agreed_by[0]")
