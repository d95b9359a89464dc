"""How a relationship begins, who is in it, and which roles its members have."""

from typing import Any

import pytest
from catalogue_as_written import KNOWN_SIDES, NO_HANDLES
from given import (
    START,
    Given,
    about,
    ended,
    event,
    initiative,
    joined,
    left,
    meeting,
    member,
    of,
    pair,
    people,
    person,
    resumed,
    reversal,
    table,
)


def contact(*members: dict[str, Any], on: str = START, **data: Any) -> dict[str, Any]:
    """A contact that is not open to all."""
    return event("contact_emerged", "relationship/r", {"initiative": "home", "members": list(members), **data}, on)


@pytest.mark.parametrize("count", [0, 1])
def test_a_match_has_two_or_more_members(count: int, given: Given) -> None:
    members = [member("a", "volunteer"), member("b", "help_seeker")]
    given().when(pair(members=members[:count])).then_refused("two_members", "data.members", "RULE_BROKEN")


def test_a_match_may_have_three_members(given: Given) -> None:
    given().when(pair(members=[member("a"), member("b"), member("c")])).then_taken()


def test_an_open_table_may_start_without_members(given: Given) -> None:
    given().when(table("")).then_taken()


@pytest.mark.parametrize("data", [{}, {"open_to_all": False}])
def test_another_contact_may_not_start_without_members(data: dict[str, Any], given: Given) -> None:
    given().when(contact(**data)).then_refused("some_member", "data.members", "RULE_BROKEN")


def test_a_contact_that_is_not_open_starts_with_its_members(given: Given) -> None:
    given().when(contact(member("a"), member("b"))).then_taken()


@pytest.mark.parametrize("begin", [pair, contact], ids=["match", "contact"])
def test_handles_are_unique(begin: Any, given: Given) -> None:
    twice = [member("a"), {**member("b"), "handle": "a"}]
    sent = pair(members=twice) if begin is pair else contact(*twice)
    given().when(sent).then_refused("handle_twice", "data.members[1].handle", "RULE_BROKEN")


def test_one_participant_has_one_handle(given: Given) -> None:
    given().when(pair(members=[member("a"), {**member("a"), "handle": "b"}])).then_refused(
        "participant_twice", "data.members[1].participant"
    )


@pytest.mark.parametrize("word", NO_HANDLES)
def test_a_word_of_the_catalogue_is_no_handle(word: str, given: Given) -> None:
    odd = {**member("c"), "handle": word}
    scene = given()
    scene.when(pair(members=[member("a"), odd])).then_refused("reserved_handle", "data.members[1].handle", "RULE_BROKEN")
    scene.when(table(members=[odd])).then_refused("reserved_handle", "data.members[0].handle")
    scene.given(pair()).when(of("member_joined", odd)).then_refused("reserved_handle", "data.handle")


def test_a_relationship_has_at_most_200_members(given: Given) -> None:
    handles = [f"m{number}" for number in range(201)]
    scene = given([told for handle in handles for told in people([handle])])  # type: ignore[arg-type]
    scene.when(table(members=[member(handle) for handle in handles])).then_refused("wrong_size", "data.members", "BAD_INPUT")
    scene.when(table(members=[member(handle) for handle in handles[:200]])).then_taken()
    scene.when(joined(handles[200])).then_refused("too_many_members", "data.handle", "RULE_BROKEN")
    scene.given(of("member_left", {"handle": "m0"}, "2021-02-01"))
    scene.when(joined(handles[200], on="2021-02-02")).then_taken()


def test_a_relationship_opens_once(given: Given) -> None:
    scene = given(pair())
    scene.when(pair(on="2021-05-01")).then_refused("begun_already", "type", "RULE_BROKEN")
    scene.when(table(on="2021-05-01")).then_refused("begun_already", "type")
    scene.when(pair(on="2020-05-01")).then_some_refusal()


def test_nothing_occurs_before_the_opening(given: Given) -> None:
    given(pair(on="2021-01-10")).when(meeting("a", on="2021-01-09")).then_refused("not_begun", "occurred", "RULE_BROKEN")


@pytest.mark.parametrize("until", ["2021-01-01", "2020-12-31"])
def test_a_fixed_term_ends_after_its_start(until: str, given: Given) -> None:
    given().when(pair(term={"kind": "fixed", "until": until})).then_refused("fixed_until", "data.term.until", "RULE_BROKEN")


def test_a_fixed_term_has_its_last_day(given: Given) -> None:
    scene = given()
    scene.when(pair(term={"kind": "fixed"})).then_refused("fixed_until", "data.term.until", "RULE_BROKEN")
    scene.when(pair(term={"kind": "fixed", "until": "2021-01-02"})).then_taken()


@pytest.mark.parametrize("kind", ["one_off", "indefinite"])
def test_only_a_fixed_term_has_a_last_day(kind: str, given: Given) -> None:
    given().when(pair(term={"kind": kind, "until": "2022-01-01"})).then_refused("until_fixed_only", "data.term.until", "RULE_BROKEN")


def test_a_fixed_term_ends_after_a_start_at_a_known_time(given: Given) -> None:
    late: dict[str, Any] = {"term": {"kind": "fixed", "until": "2021-01-01"}}
    given().when({**pair(**late), "time": "2021-01-01T10:00:00Z"}).then_refused("fixed_until", "data.term.until")


@pytest.mark.parametrize("begin", [pair, table], ids=["match", "contact"])
def test_the_initiative_exists(begin: Any, given: Given) -> None:
    given().when(begin(initiative="elsewhere")).then_refused("initiative_unknown", "data.initiative", "NOT_FOUND")


@pytest.mark.parametrize("begin", [pair, table], ids=["match", "contact"])
def test_the_relationship_it_grew_from_exists(begin: Any, given: Given) -> None:
    scene = given(table("ab", relationship="before"))
    scene.when(begin(grew_from="elsewhere")).then_refused("relationship_unknown", "data.grew_from", "NOT_FOUND")
    scene.when(begin(grew_from="r")).then_refused("grew_from_itself", "data.grew_from", "RULE_BROKEN")
    scene.when(begin(grew_from="before")).then_taken()


def test_the_relationship_it_grew_from_may_come_in_the_same_batch_in_any_order(given: Given) -> None:
    given().when(pair(relationship="a", grew_from="z"), table("ab", relationship="z")).then_taken()


@pytest.mark.parametrize("role", KNOWN_SIDES)
def test_a_role_known_from_the_start_may_stand_in_any_initiative(role: str, given: Given) -> None:
    given().when(pair(members=[member("a", role), member("b")])).then_taken()


def test_an_unknown_role_is_refused_until_it_is_registered(given: Given) -> None:
    cook = [member("a", "cook"), member("b")]
    scene = given()
    scene.when(pair(members=cook)).then_refused("role_unknown", "data.members[0].roles[0]", "RULE_BROKEN")
    scene.given(event("roles_registered", "initiative/home", {"roles": [{"role": "cook", "side": "gives"}]}))
    scene.when(pair(members=cook)).then_taken()


def test_a_role_of_another_initiative_is_unknown_here(given: Given) -> None:
    scene = given(initiative("other", roles=[{"role": "cook", "side": "gives"}]))
    scene.when(pair(members=[member("a", "cook"), member("b")])).then_refused("role_unknown")
    scene.when(pair(initiative="other", members=[member("a", "cook"), member("b")])).then_taken()


def test_a_role_is_given_once(given: Given) -> None:
    scene = given()
    scene.when(pair(members=[member("a", "host", "host"), member("b")])).then_refused("role_twice", "data.members[0].roles[1]")
    scene.given(pair()).when(joined("c", "host", "driver", "host")).then_refused("role_twice", "data.roles[2]", "RULE_BROKEN")


def test_a_new_members_roles_are_known(given: Given) -> None:
    given(pair()).when(joined("c", "cook")).then_refused("role_unknown", "data.roles[0]", "RULE_BROKEN")


def test_a_pair_may_become_a_group_and_members_may_fall_below_two(given: Given) -> None:
    scene = given(pair())
    scene.when(joined("c", "participant"), joined("d", on="2021-02-02")).then_taken()
    scene.when(left("a"), left("b"), left("c")).then_taken()
    scene.when(meeting("d", on="2021-05-01")).then_taken()
    scene.when(left("d", on="2021-05-02")).then_taken()


def test_who_joins_is_not_a_member_then(given: Given) -> None:
    given(pair()).when(joined("a", "volunteer")).then_refused("member_already", "data.handle", "RULE_BROKEN")


def test_who_leaves_is_a_member_then(given: Given) -> None:
    scene = given(pair())
    scene.when(left("c")).then_refused("not_member", "data.handle", "RULE_BROKEN")
    scene.given(left("a"))
    scene.when(left("a", on="2021-05-01")).then_refused("not_member", "data.handle")


def test_who_comes_back_keeps_the_handle(given: Given) -> None:
    scene = given(pair(), left("a"))
    scene.when(of("member_joined", {**member("a"), "handle": "c"}, "2021-05-01")).then_refused("handle_kept", "data.handle", "RULE_BROKEN")
    scene.when(joined("a", "volunteer", on="2021-05-01")).then_taken()


def test_a_handle_is_never_used_for_someone_else(given: Given) -> None:
    scene = given(pair(), left("a"))
    other = {**member("c"), "handle": "a"}
    scene.when(of("member_joined", other, "2021-05-01")).then_refused("handle_taken", code="RULE_BROKEN")
    scene.when(of("member_joined", {**member("c"), "handle": "b"}, "2021-05-01")).then_some_refusal()


def test_a_handle_stands_for_nobody_else_after_its_event_was_retracted(given: Given) -> None:
    first = joined("c")
    scene = given(pair(), first, event("event_retracted", "relationship/r", {"event": first["id"]}))
    scene.when(of("member_joined", {**member("d"), "handle": "c"})).then_refused("handle_taken")
    scene.when(joined("c")).then_taken()


def test_who_comes_back_has_the_roles_of_the_new_joining(given: Given) -> None:
    scene = given(pair(), left("a"), joined("a", "driver", on="2021-05-01"))
    scene.when(of("role_laid_down", {"handle": "a", "role": "volunteer"}, "2021-06-01")).then_refused("role_not_held")
    scene.when(of("role_laid_down", {"handle": "a", "role": "driver"}, "2021-06-01")).then_taken()


def test_leaving_closes_the_reversals_one_is_in(given: Given) -> None:
    scene = given(pair(), reversal("v1"), left("a"))
    scene.when(of("roles_restored", {"reversal": "v1"}, "2021-05-01")).then_refused("reversal_not_open", "data.reversal")
    scene.given(joined("c", "volunteer", on="2021-05-01"))
    scene.when(reversal("v2", "c", "b", on="2021-05-02")).then_taken()


def test_leaving_leaves_the_reversals_of_others_open(given: Given) -> None:
    scene = given(pair(), joined("c"), reversal("v1"), left("c"))
    scene.when(of("roles_restored", {"reversal": "v1"}, "2021-05-01")).then_taken()


def test_a_role_that_is_taken_is_not_among_the_own(given: Given) -> None:
    scene = given(pair())
    taken = {"handle": "a", "role": "host", "formal": True}
    scene.when(of("role_taken", {**taken, "role": "volunteer"})).then_refused("role_held", "data.role", "RULE_BROKEN")
    scene.when(of("role_taken", {**taken, "role": "cook"})).then_refused("role_unknown", "data.role")
    scene.when(of("role_taken", {**taken, "handle": "c"})).then_refused("not_member", "data.handle")
    scene.when(of("role_taken", taken)).then_taken()
    scene.when(of("role_taken", taken, "2021-04-01")).then_refused("role_held")


def test_a_role_that_is_laid_down_is_among_the_own(given: Given) -> None:
    scene = given(pair())
    laid = {"handle": "a", "role": "volunteer"}
    scene.when(of("role_laid_down", {**laid, "role": "host"})).then_refused("role_not_held", "data.role", "RULE_BROKEN")
    scene.when(of("role_laid_down", {**laid, "handle": "c"})).then_refused("not_member", "data.handle")
    scene.when(of("role_laid_down", {**laid, "formal": True})).then_refused("unknown_field")
    scene.given(of("role_laid_down", laid))
    scene.when(of("role_laid_down", laid, "2021-04-01")).then_refused("role_not_held")
    scene.when(of("role_taken", {**laid, "formal": False}, "2021-04-02")).then_taken()


def test_roles_stay_when_a_relationship_ends_and_is_resumed(given: Given) -> None:
    scene = given(pair(), of("role_taken", {"handle": "a", "role": "host", "formal": False}), ended(), resumed())
    scene.when(of("role_taken", {"handle": "a", "role": "host", "formal": False}, "2021-10-01")).then_refused("role_held")
    scene.when(of("role_laid_down", {"handle": "a", "role": "host"}, "2021-10-01")).then_taken()


NAMING: dict[str, tuple[str, dict[str, Any]]] = {
    "introduction.with": ("introduction_held", {"with": ["a", "X"]}),
    "meeting.present": ("meeting_held", {"present": ["a", "X"]}),
    "meeting.place": ("meeting_held", {"present": ["a"], "place": "home:X"}),
    "meeting.initiated_by": ("meeting_held", {"present": ["a"], "initiated_by": "X"}),
    "meeting.help.giver": ("meeting_held", {"present": ["a"], "help": [{"giver": "X", "receiver": "a", "kind": "company"}]}),
    "meeting.help.receiver": ("meeting_held", {"present": ["a"], "help": [{"giver": "a", "receiver": "X", "kind": "company"}]}),
    "meeting.shared.by": ("meeting_held", {"present": ["a"], "shared": [{"by": "X"}]}),
    "meeting.shared.to": ("meeting_held", {"present": ["a"], "shared": [{"by": "a", "to": "X"}]}),
    "missed.cancelled_by": ("meeting_missed", {"notice": "none", "cancelled_by": "X"}),
    "asked.by": ("help_asked", {"by": "X", "kind": "company"}),
    "asked.to": ("help_asked", {"by": "a", "to": "X", "kind": "company"}),
    "offered.by": ("help_offered", {"by": "X", "kind": "company"}),
    "offered.to": ("help_offered", {"by": "a", "to": "X", "kind": "company"}),
    "moment.between": ("moment_noted", {"between": ["a", "X"], "what": "talk"}),
    "given.giver": ("help_given", {"giver": "X", "receiver": "a", "kind": "company"}),
    "given.receiver": ("help_given", {"giver": "a", "receiver": "X", "kind": "company"}),
    "reversed.between": ("roles_reversed", {"reversal": "v1", "between": ["a", "X"]}),
    "rhythm.agreed_by": ("rhythm_changed", {"rhythm_days": 7, "agreed_by": ["a", "X"]}),
    "agreed.parties": ("boundary_agreed", {"agreement": "g", "kind": "tasks_limited", "parties": ["a", "X"], "prompted_by": "request"}),
    "left_open.by": ("left_open", {"opening": "o1", "about": "roles", "by": ["X"]}),
    "account.direction": ("account_given", {"direction": [["a", "X"]]}),
    "check_in.with": ("check_in_held", {"with": ["X"], "asked_about": "status"}),
    "room.by": ("room_made", {"by": "X", "instrument": "setting", "way": "left_open"}),
    "ended.ended_by": ("relationship_ended", {"ended_by": ["X"], "mode": "mutual"}),
    "notes.about": ("meeting_missed", {"notice": "none", **about("a", "X")}),
}


def named(data: Any, handle: str) -> Any:
    """The data with a handle in the place of X."""
    if isinstance(data, dict):
        return {name: named(value, handle) for name, value in data.items()}
    if isinstance(data, list):
        return [named(value, handle) for value in data]
    return {"X": handle, "home:X": f"home:{handle}"}.get(data, data) if isinstance(data, str) else data


@pytest.mark.parametrize(("name", "data"), NAMING.values(), ids=list(NAMING))
def test_every_handle_an_event_names_is_a_member_then(name: str, data: dict[str, Any], given: Given) -> None:
    view = {"perspective": "coordinator"} if name in ("left_open", "account_given") else {}
    scene = given(pair(), joined("c", on="2021-02-01"), left("c", on="2021-05-01"))
    for handle, day in (("nn", "2021-03-01"), ("c", "2021-01-15"), ("c", "2021-06-01"), ("observer", "2021-03-01")):
        refusal = scene.when(of(name, named(data, handle), day, **view)).then_some_refusal()
        assert refusal.code == "RULE_BROKEN"
        assert handle in refusal.text()


def test_a_handle_stands_for_a_participant(given: Given) -> None:
    scene = given()
    stored = scene.given(pair()).events()[0]
    assert [held.participant for held in stored.data.members] == [person("a"), person("b")]
