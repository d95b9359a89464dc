"""The streams of participants, initiatives and lenses."""

from typing import Any

import pytest
from catalogue_as_written import KNOWN_SIDES, LENS
from given import Given, Scene, amended, consent, event, initiative, meeting, member, note, pair, registered, retracted, table, withdrawn

HOME = "initiative/home"
SCOPES = ("record", "research", "share")


def closed(on: str = "2022-01-01") -> dict[str, Any]:
    return event("initiative_closed", HOME, {}, on)


def reopened(on: str = "2022-06-01") -> dict[str, Any]:
    return event("initiative_reopened", HOME, {}, on)


def roles(*given: tuple[str, str], on: str = "2021-01-01") -> dict[str, Any]:
    return event("roles_registered", HOME, {"roles": [{"role": role, "side": side} for role, side in given]}, on)


def test_a_participant_is_registered_once(given: Given) -> None:
    given().when(registered("a", "2022-01-01")).then_refused("begun_already", "type", "RULE_BROKEN")


def test_nothing_is_recorded_about_a_participant_before_they_are_registered(bare: Scene) -> None:
    bare.when(consent("z")).then_refused("not_begun", "occurred", "RULE_BROKEN")
    bare.given(registered("z", "2021-05-01"))
    bare.when(consent("z", "2021-04-30")).then_refused("not_begun", "occurred", "RULE_BROKEN")
    bare.when(consent("z", "2021-05-01")).then_taken()


@pytest.mark.parametrize("scope", SCOPES)
def test_consent_may_be_given_again(scope: str, given: Given) -> None:
    scene = given(consent("a", "2021-02-01", scope=scope))
    scene.when(consent("a", "2021-03-01", scope=scope)).then_taken()


@pytest.mark.parametrize("scope", SCOPES)
def test_consent_that_is_withdrawn_was_given(scope: str, given: Given) -> None:
    scene = given(registered("z"))
    out = consent("z", "2021-05-01", "consent_withdrawn", scope)
    scene.when(out).then_refused("consent_not_given", "data.scope", "RULE_BROKEN")
    scene.given(*[consent("z", "2021-04-01", scope=other) for other in SCOPES if other != scope])
    scene.when(out).then_refused("consent_not_given", "data.scope")
    scene.given(consent("z", "2021-04-01", scope=scope))
    scene.when({**out, "id": "early", "occurred": "2021-03-01"}).then_refused("consent_not_given", "data.scope")
    scene.when(out).then_taken()


def test_consent_may_be_given_after_it_was_withdrawn(given: Given) -> None:
    scene = given(withdrawn("a", "2022-01-01"))
    scene.when(pair()).then_refused("no_consent", code="NO_CONSENT")
    scene.given(consent("a", "2022-02-01"))
    scene.when(pair()).then_taken()


def test_only_the_platform_records_an_erasure(given: Given) -> None:
    scene = given()
    for data in ({"requested_on": "2024-01-01"}, {"requested_on": "2024-01-01", "certificate": {"events": 3}}):
        scene.when(event("participant_erased", "participant/person-a", data)).then_refused("platform_only", "type", "RULE_BROKEN")


def test_a_misspelt_name_is_mended_by_an_amendment(given: Given) -> None:
    scene = given()
    first = {"id": scene.events("participant/person-a")[0].id, "subject": "participant/person-a"}
    scene.when(amended(first, {"name": "Anna"})).then_taken()
    home = {"id": scene.events(HOME)[0].id, "subject": HOME}
    scene.when(amended(home, {"name": "Huis", "kind": "buddy", "guidance": "light", "contact": "indefinite"})).then_taken()


def test_no_members_can_be_named_outside_a_relationship(given: Given) -> None:
    scene = given()
    scene.when(event("initiative_closed", HOME, {"notes": [note("x", "a")]})).then_refused("no_handles_here", "data.notes[0].about")
    sent = event("consent_given", "participant/person-a", {"scope": "share", "notes": [note("x", "b")]})
    scene.when(sent).then_refused("no_handles_here", "data.notes[0].about", "RULE_BROKEN")


@pytest.mark.parametrize("on", ["2019-12-31", "2020-06-01"])
def test_an_initiative_is_registered_once(on: str, given: Given) -> None:
    assert given().when(initiative(on=on)).then_some_refusal().code == "RULE_BROKEN"


@pytest.mark.parametrize("name", ["initiative_closed", "initiative_reopened"])
def test_nothing_is_recorded_of_an_initiative_before_it_is_registered(name: str, given: Given) -> None:
    scene = given()
    scene.when(event(name, "initiative/elsewhere")).then_refused("not_begun", "occurred", "RULE_BROKEN")
    scene.when(event(name, HOME, {}, "2019-12-31")).then_refused("not_begun", "occurred", "RULE_BROKEN")


@pytest.mark.parametrize("side", ["gives", "receives", "both", "none"])
def test_a_role_stands_on_its_side_for_ever(side: str, given: Given) -> None:
    scene = given(roles(("cook", side)))
    scene.when(roles(("cook", side), on="2021-02-01")).then_taken()
    for other in {"gives", "receives", "both", "none"} - {side}:
        scene.when(roles(("cook", other), on="2022-01-01")).then_refused("side_fixed", "data.roles", "RULE_BROKEN")
        scene.when(roles(("cook", other), on="2020-06-01")).then_refused("side_fixed")


@pytest.mark.parametrize(("role", "side"), KNOWN_SIDES.items())
def test_a_role_known_from_the_start_keeps_its_side(role: str, side: str, given: Given) -> None:
    scene = given(roles((role, side)))
    other = "none" if side != "none" else "gives"
    scene.when(roles((role, other))).then_refused("side_fixed", "data.roles", "RULE_BROKEN")
    scene.when(initiative("new", roles=[{"role": role, "side": other}])).then_refused("side_fixed", "data.roles")


def test_a_role_has_one_side_within_one_event(given: Given) -> None:
    given().when(roles(("cook", "gives"), ("cook", "receives"))).then_refused("side_fixed")


def test_a_role_of_the_registration_keeps_its_side_too(given: Given) -> None:
    scene = given(initiative("new", roles=[{"role": "cook", "side": "both"}]))
    sent = {**roles(("cook", "gives")), "subject": "initiative/new"}
    scene.when(sent).then_refused("side_fixed", "data.roles")


def test_another_initiative_may_give_a_role_another_side(given: Given) -> None:
    given(roles(("cook", "gives"))).when(initiative("new", roles=[{"role": "cook", "side": "receives"}])).then_taken()


def test_a_coordinator_who_is_released_was_appointed(given: Given) -> None:
    released = event("coordinator_released", HOME, {"coordinator": "k"}, "2022-01-01")
    scene = given()
    scene.when(released).then_refused("not_appointed", "data.coordinator", "RULE_BROKEN")
    scene.given(event("coordinator_appointed", HOME, {"coordinator": "other"}))
    scene.when(released).then_refused("not_appointed", "data.coordinator")
    scene.given(event("coordinator_appointed", HOME, {"coordinator": "k"}, "2021-01-01"))
    scene.given(released)
    scene.when({**released, "id": "again", "occurred": "2022-02-01"}).then_refused("not_appointed")


def test_a_closed_initiative_takes_no_new_relationships_and_its_own_go_on(given: Given) -> None:
    scene = given(pair(relationship="old"), closed())
    for sent in (pair(on="2022-02-01"), table(on="2022-02-01")):
        scene.when(sent).then_refused("initiative_closed", "data.initiative", "RULE_BROKEN")
    scene.when({**meeting("a", on="2022-02-01"), "subject": "relationship/old"}).then_taken()
    scene.when(pair(on="2021-12-31")).then_taken()


def test_a_reopened_initiative_takes_new_relationships(given: Given) -> None:
    scene = given(closed(), reopened())
    scene.when(pair(on="2022-02-01")).then_refused("initiative_closed")
    scene.when(pair(on="2022-07-01")).then_taken()


def test_an_initiative_closes_and_reopens_by_turns(given: Given) -> None:
    scene = given()
    scene.when(reopened()).then_refused("not_closed", "type", "RULE_BROKEN")
    scene.given(closed())
    scene.when(closed("2022-02-01")).then_refused("closed_already", "type", "RULE_BROKEN")
    scene.given(reopened())
    scene.when(reopened("2022-07-01")).then_refused("not_closed", "type", "RULE_BROKEN")
    scene.when(closed("2022-08-01")).then_taken()


def test_an_initiative_is_not_closed_before_a_relationship_that_began_in_it(given: Given) -> None:
    began = pair(on="2022-02-01")
    scene = given(began)
    assert began["id"] in scene.when(closed("2022-01-01")).then_some_refusal().text()
    scene.when(closed("2022-03-01")).then_taken()


def test_an_initiative_is_not_closed_before_a_relationship_of_the_same_batch(given: Given) -> None:
    given().when(pair(on="2022-02-01"), closed("2022-01-01")).then_refused("initiative_closed")


def test_a_reopening_on_which_a_relationship_rests_is_not_retracted(given: Given) -> None:
    opens, began = reopened(), pair(on="2022-07-01")
    scene = given(closed(), opens, began)
    assert began["id"] in scene.when(retracted(opens)).then_some_refusal().text()
    assert began["id"] in scene.when(amended(opens, {}, "2022-08-01")).then_some_refusal().text()
    scene.when(amended(opens, {}, "2022-06-15")).then_taken()


def test_a_registration_on_which_a_relationship_rests_is_not_retracted(given: Given) -> None:
    new, began = initiative("new"), pair(initiative="new")
    scene = given(new, began)
    assert began["id"] in scene.when(retracted(new)).then_some_refusal().text()
    scene.given(retracted(began))
    scene.when(retracted(new)).then_taken()


def test_a_role_that_somebody_has_is_not_retracted(given: Given) -> None:
    cook, began = roles(("cook", "gives")), pair(members=[member("a", "cook"), member("b")])
    scene = given(cook, began)
    assert began["id"] in scene.when(retracted(cook)).then_some_refusal().text()
    assert began["id"] in scene.when(amended(cook, {"roles": [{"role": "baker", "side": "gives"}]})).then_some_refusal().text()
    more = [{"role": "baker", "side": "gives"}, {"role": "cook", "side": "gives"}]
    scene.when(amended(cook, {"roles": more})).then_taken()


def test_a_participant_whom_a_relationship_names_stays_registered(given: Given) -> None:
    new, gave = registered("z"), consent("z")
    scene = given(new, gave, pair(members=[member("a"), member("z")]))
    scene.given(retracted(gave))
    scene.when(retracted(new)).then_some_refusal()


def test_an_amendment_can_move_a_relationship_to_an_initiative_that_then_stays(given: Given) -> None:
    began, new = pair(), initiative("new")
    scene = given(began, new)
    scene.when(amended(began, {**began["data"], "initiative": "elsewhere"})).then_refused("initiative_unknown", code="NOT_FOUND")
    scene.given(amended(began, {**began["data"], "initiative": "new"}))
    scene.when(retracted(new)).then_some_refusal()


def test_an_amendment_can_tell_what_a_relationship_grew_from_and_that_then_stays(given: Given) -> None:
    began, before = pair(), table(relationship="before")
    scene = given(began, before)
    scene.when(amended(began, {**began["data"], "grew_from": "elsewhere"})).then_refused("relationship_unknown", code="NOT_FOUND")
    scene.given(amended(began, {**began["data"], "grew_from": "before"}))
    scene.when(retracted(before)).then_some_refusal()


def test_what_a_relationship_grew_from_is_not_retracted(given: Given) -> None:
    before = table(relationship="before")
    scene = given(before, pair(grew_from="before"))
    scene.when(retracted(before)).then_some_refusal()


def test_what_nothing_rests_on_any_more_may_be_retracted(given: Given) -> None:
    before, grew = table(relationship="before"), pair(grew_from="before", initiative="new", members=[member("a"), member("z")])
    new, here, gave = initiative("new"), registered("z"), consent("z")
    scene = given(before, new, here, gave, grew, retracted(grew))
    scene.when(retracted(before)).then_taken()
    scene.when(retracted(new)).then_taken()
    scene.when(retracted(gave), retracted(here)).then_taken()


def test_what_a_batch_retracts_as_a_whole_is_judged_as_a_whole(given: Given) -> None:
    before, new, grew = table(relationship="before"), initiative("new"), pair(grew_from="before", initiative="new")
    given(before, new, grew).when(retracted(new), retracted(before), retracted(grew)).then_taken()


def test_a_relationship_moved_by_the_batch_that_closes_its_initiative_is_judged_as_moved(given: Given) -> None:
    began = pair(on="2022-02-01")
    given(began).when(closed("2022-01-01"), amended(began, began["data"], "2021-12-01")).then_taken()


def test_a_relationship_does_not_grow_from_one_that_the_batch_retracts(given: Given) -> None:
    before = table(relationship="before")
    given(before).when(retracted(before), pair(grew_from="before")).then_some_refusal()


def test_a_version_of_a_lens_is_never_changed(given: Given) -> None:
    first = event("lens_published", "lens/own", {"version": "1", "definition": LENS})
    second = {"version": "2", "definition": {**LENS, "version": "2"}}
    scene = given(first)
    scene.when(event("lens_published", "lens/own", {"version": "1", "definition": {**LENS, "look_days": 7}})).then_refused(
        "lens_version", "data.version", "RULE_BROKEN"
    )
    scene.when(amended(first, {"version": "1", "definition": {**LENS, "look_days": 7}})).then_refused("lens_fixed", "data.event")
    scene.when(event("lens_published", "lens/own", second)).then_taken()
    scene.when(event("lens_published", "lens/other", {"version": "1", "definition": {**LENS, "name": "other"}})).then_taken()


@pytest.mark.parametrize(
    ("name", "data", "rule", "field"),
    [
        ("Own", {}, "lens_name", "subject"),
        ("evidence", {}, "lens_builtin", "subject"),
        ("own", {"version": "one two"}, "lens_version_form", "data.version"),
        ("own", {"definition": {"half_life_days": -1}}, "lens_bad", "data.definition.half_life_days"),
        ("own", {"definition": {"weights": {"smiles": [1, 0, 0]}}}, "lens_bad", "data.definition.weights"),
        ("own", {"definition": {"colour": "red"}}, "lens_bad", "data.definition"),
    ],
)
def test_what_is_wrong_with_a_lens_is_told_with_its_place(name: str, data: dict[str, Any], rule: str, field: str, given: Given) -> None:
    told = event("lens_published", f"lens/{name}", {"version": "1", "definition": {}, **data})
    given().when(told).then_refused(rule, field, "BAD_INPUT")
