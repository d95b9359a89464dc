"""A participant registered twice is joined into one, and taken apart again."""

from typing import Any

from given import TODAY, Given, amended, consent, event, note, person, registered, retracted, withdrawn


def joined(own: str, other: str, on: str = "2022-01-01", **data: Any) -> dict[str, Any]:
    return event("participants_joined", f"participant/{person(own)}", {"participant": person(other), **data}, on)


def parted(own: str, other: str, on: str = "2022-06-01") -> dict[str, Any]:
    return event("participants_parted", f"participant/{person(own)}", {"participant": person(other)}, on)


def test_two_registrations_are_joined_parted_and_joined_again(given: Given) -> None:
    scene = given(joined("a", "b"), parted("a", "b"), joined("a", "b", "2023-01-01"))
    assert [found.kind.name for found in scene.events("participant/person-a")][2:] == [
        "participants_joined",
        "participants_parted",
        "participants_joined",
    ]


def test_a_registration_is_not_joined_with_itself(given: Given) -> None:
    given().when(joined("a", "a")).then_refused("joined_itself", "data.participant", "RULE_BROKEN")


def test_who_is_joined_is_registered_now_or_in_the_same_batch_wherever_it_stands_there(given: Given) -> None:
    scene = given()
    scene.when(joined("a", "z")).then_refused("participant_unknown", "data.participant", "NOT_FOUND")
    scene.when(joined("a", "z"), registered("z"), consent("z")).then_taken()
    scene.when(registered("Y"), joined("Y", "x"), registered("x")).then_taken()


def test_who_is_joined_need_not_consent(given: Given) -> None:
    given(withdrawn("b")).when(joined("a", "b")).then_taken()


def test_who_was_erased_is_joined_with_nobody(given: Given) -> None:
    scene = given()
    scene.store.keys.erase("participant/person-b")
    scene.when(joined("a", "b")).then_refused("joined_erased", "data.participant", "RULE_BROKEN")
    scene.when(joined("b", "a")).then_refused("after_erasure", "subject", "RULE_BROKEN")
    scene.store.keys.freeze("participant/person-c")
    scene.when(joined("a", "c")).then_refused("joined_erased")


def test_no_correction_joins_somebody_with_who_was_erased(given: Given) -> None:
    first, apart, second = joined("a", "b"), parted("a", "b"), joined("a", "c", "2022-07-01")
    scene = given(first, apart, second)
    scene.store.keys.erase("participant/person-b")
    scene.when(retracted(apart)).then_refused("joined_erased", "data.event", "RULE_BROKEN")
    scene.when(amended(second, {"participant": person("b")})).then_refused("joined_erased", "data.data.participant")
    scene.given(retracted(second))


def test_who_was_joined_before_the_other_was_erased_can_still_be_corrected(given: Given) -> None:
    scene = given(joined("a", "b"))
    opening = {"id": scene.events("participant/person-a")[0].id, "subject": "participant/person-a"}
    scene.store.keys.erase("participant/person-b")
    scene.when(amended(opening, {"name": "Anna"})).then_taken()


def test_nobody_is_joined_twice_in_one_stream_whatever_the_order_of_telling(given: Given) -> None:
    scene = given(joined("a", "b"))
    scene.when(joined("a", "b", "2023-01-01")).then_refused("joined_already", "data.participant", "RULE_BROKEN")
    scene.when(joined("a", "b", "2021-06-01")).then_some_refusal()
    scene.when(joined("a", "c"), joined("b", "a")).then_taken()


def test_only_who_is_joined_is_parted_and_where_it_was_told(given: Given) -> None:
    scene = given()
    scene.when(parted("a", "b")).then_refused("not_joined", "data.participant", "RULE_BROKEN")
    scene.given(joined("a", "b"))
    scene.when(parted("a", "c")).then_refused("not_joined")
    scene.when(parted("b", "a")).then_refused("not_joined")
    scene.when(parted("a", "b", "2021-12-31")).then_refused("not_joined")
    scene.given(parted("a", "b"))
    scene.when(parted("a", "b", "2022-07-01")).then_refused("not_joined")


def test_a_joining_that_was_a_mistake_is_retracted_or_amended(given: Given) -> None:
    first = joined("a", "b")
    scene = given(first, amended(first, {"participant": person("c")}))
    scene.when(parted("a", "b")).then_refused("not_joined")
    scene.given(parted("a", "c"))
    assert scene.when(retracted(first)).then_some_refusal().code == "RULE_BROKEN"
    other = joined("d", "e")
    scene.given(other, retracted(other), joined("d", "e"))


def test_a_registration_that_another_is_joined_with_is_not_retracted(given: Given) -> None:
    new, gave, first = registered("z"), consent("z"), joined("a", "z")
    scene = given(new, gave, first)
    refusal = scene.when(retracted(gave), retracted(new)).then_refused("would_fall")
    assert first["id"] in refusal.text()
    scene.given(retracted(first))
    scene.when(retracted(gave), retracted(new)).then_taken()


def test_an_amendment_can_tell_who_was_meant_and_that_one_stays_registered(given: Given) -> None:
    new, gave, first = registered("z"), consent("z"), joined("a", "b")
    scene = given(new, gave, first)
    scene.when(amended(first, {"participant": "nobody"})).then_refused("participant_unknown", "data.data.participant", "NOT_FOUND")
    mended = amended(first, {"participant": person("z")})
    scene.given(mended)
    scene.when(retracted(gave), retracted(new)).then_refused("would_fall")
    scene.when(retracted(gave), retracted(new), retracted(mended)).then_taken()


def test_what_no_longer_joins_somebody_does_not_come_back_when_they_are_not_registered_any_more(given: Given) -> None:
    new, first = registered("z"), joined("a", "z")
    mended = amended(first, {"participant": person("b")})
    scene = given(new, first, mended, retracted(new))
    assert first["id"] in scene.when(retracted(mended)).then_refused("would_fall").text()


def test_a_joining_lies_no_more_than_a_day_ahead_and_not_before_the_registration(given: Given) -> None:
    scene = given()
    scene.when(joined("a", "b", TODAY)).then_taken()
    scene.when(joined("a", "c", "2025-01-01")).then_refused("ahead", "occurred")
    scene.when(joined("b", "c", "2020-01-01")).then_refused("not_begun", "occurred")


def test_a_text_on_a_joining_is_about_the_one_whose_stream_it_stands_in(given: Given) -> None:
    scene = given()
    scene.when(joined("a", "b", notes=[note("same date of birth", person("a"))])).then_taken()
    scene.when(joined("a", "c", notes=[note("same voice", person("c"))])).then_refused("no_handles_here", "data.notes[0].about")


def test_what_was_joined_and_erased_comes_back_from_an_export(bare: Any) -> None:
    lines = [registered("a"), registered("b"), joined("a", "b")]
    gone = event("participant_erased", "participant/person-b", {"requested_on": "2023-01-01"}, "2023-01-02")
    told = [{**sent, "position": n, "recorded": "2023-02-01T00:00:00Z"} for n, sent in enumerate([*lines, gone], 1)]
    bare.when(*told, restore=True).then_taken()
