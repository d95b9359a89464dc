"""The envelope: what each attribute may hold, which are the platform's own, and how an event's dates are taken."""

from typing import Any

import pytest
from given import BY, NOW, START, TODAY, TOMORROW, Given, Scene, account, amended, event, initiative, joined, left, meeting, of, pair

from domain.model.time import instant

NEEDED = ("specversion", "id", "source", "type", "subject", "occurred", "data")
KIB_128 = 128 * 1024


def at(moment: str) -> int:
    return instant(moment)[0]


@pytest.mark.parametrize("attribute", NEEDED)
def test_an_attribute_that_is_needed_cannot_be_left_out(attribute: str, given: Given) -> None:
    sent = meeting("a", "b")
    del sent[attribute]
    given(pair()).when(sent).then_refused("missing_field", attribute, "BAD_INPUT")


@pytest.mark.parametrize("attribute", [*NEEDED, "time", "method", "perspective", "toldby", "recordedby", "dataschema", "datacontenttype"])
@pytest.mark.parametrize("value", [5, True, ["x"], {"x": 1}], ids=str)
def test_an_attribute_of_another_type_is_refused(attribute: str, value: Any, given: Given) -> None:
    refusal = given(pair()).when({**meeting("a", "b"), attribute: value}).then_some_refusal()
    assert refusal.code == "BAD_INPUT"


@pytest.mark.parametrize("value", ["1.1", "0.3", "1", ""])
def test_the_specversion_is_1_0(value: str, given: Given) -> None:
    given(pair()).when({**meeting("a", "b"), "specversion": value}).then_refused("specversion", "specversion", "BAD_INPUT")


@pytest.mark.parametrize("id", ["a", "0", "A-Z.a_z:0~9", "x" * 128])
def test_an_id_is_1_to_128_of_its_characters(id: str, given: Given) -> None:
    given(pair()).when({**meeting("a", "b"), "id": id}).then_taken()


@pytest.mark.parametrize("id", ["", "x" * 129, "a b", "a/b", "é", "a\n", "a+b", "a@b", "١"])
def test_another_id_is_refused(id: str, given: Given) -> None:
    given(pair()).when({**meeting("a", "b"), "id": id}).then_refused("wrong_id", "id", "BAD_INPUT")


@pytest.mark.parametrize("source", ["urn:example:study", "https://example.org/a?b=c#d", "/diary", "diary", "../x"])
def test_a_source_is_a_uri_reference(source: str, given: Given) -> None:
    assert given(pair()).when({**meeting("a", "b"), "source": source}).then_taken().events()[-1].source == source


@pytest.mark.parametrize("source", ["", "a b", "<x>", "é", "a\nb", "x|y"])
def test_a_source_that_is_no_uri_reference_is_refused(source: str, given: Given) -> None:
    given(pair()).when({**meeting("a", "b"), "source": source}).then_refused("source", "source", "BAD_INPUT")


@pytest.mark.parametrize(
    "name",
    [
        "meeting_held",
        "tussenruimte.meeting_held",
        "tussenruimte.meeting_held.v2",
        "tussenruimte.MeetingHeld.v1",
        "tussenruimte.feast.v1",
        "",
    ],
)
def test_a_type_of_no_event_is_refused(name: str, given: Given) -> None:
    given(pair()).when({**meeting("a", "b"), "type": name}).then_refused("unknown_type", "type", "BAD_INPUT")


@pytest.mark.parametrize(
    "subject", ["", "r", "relationship", "relationship/", "relationship/a b", "table/r", "/r", "relationship/r/s", "Relationship/r"]
)
def test_a_subject_that_names_no_stream_is_refused(subject: str, given: Given) -> None:
    given(pair()).when({**meeting("a", "b"), "subject": subject}).then_refused("subject", "subject", "BAD_INPUT")


@pytest.mark.parametrize("subject", ["participant/person-a", "initiative/home", "lens/own"])
def test_an_event_of_a_relationship_belongs_in_no_other_stream(subject: str, given: Given) -> None:
    given(pair()).when({**meeting("a", "b"), "subject": subject}).then_refused("wrong_stream", "subject", "BAD_INPUT")


@pytest.mark.parametrize(("attribute", "value"), [("recorded", "2024-01-01T00:00:00Z"), ("organisation", "default"), ("position", 99)])
def test_what_the_platform_sets_itself_is_refused(attribute: str, value: Any, given: Given) -> None:
    given(pair()).when({**meeting("a", "b"), attribute: value}).then_refused("set_by_platform", attribute, "BAD_INPUT")


@pytest.mark.parametrize("attribute", ["colour", "Id", "toldBy", "data_base64", "traceparent", ""])
def test_another_attribute_is_refused(attribute: str, given: Given) -> None:
    given(pair()).when({**meeting("a", "b"), attribute: "x"}).then_refused("unknown_field", code="BAD_INPUT")


def test_the_content_type_and_schema_of_cloud_events_are_accepted_and_not_kept(given: Given) -> None:
    scene = given(pair())
    sent = meeting("a", "b")
    scene.when({**sent, "datacontenttype": "application/json", "dataschema": "https://example.org/schema"}).then_taken()
    with scene.store.reading() as connection:
        assert b"dataschema" not in connection.execute("SELECT state FROM events ORDER BY position DESC LIMIT 1").fetchone()[0]
    scene.when(sent).then_already()


def test_another_content_type_is_refused(given: Given) -> None:
    given(pair()).when({**meeting("a", "b"), "datacontenttype": "text/xml"}).then_refused("content_type", "datacontenttype", "BAD_INPUT")


def test_the_platform_gives_positions_without_gaps_from_1(bare: Scene) -> None:
    kept = [initiative(f"i{number}") for number in range(3)]
    bare.given(kept[0])
    bare.when(kept[1], meeting("a")).then_refused("not_begun")
    bare.when(kept[0]).then_already()
    bare.given(kept[1], kept[2])
    assert [bare.events(f"initiative/i{number}")[0].position for number in range(3)] == [1, 2, 3]


def test_a_batch_is_recorded_at_one_instant_and_the_next_at_a_later_one(given: Given) -> None:
    scene = given(pair())
    scene.given(meeting("a"), meeting("b"))
    scene.given(meeting("a", "b"))
    opened, first, second, third = [told.recorded for told in scene.events()]
    assert NOW <= opened < first == second < third


@pytest.mark.parametrize("by", ["coordinator/k", "researcher/r-1", "system/diary", "member/a"])
def test_who_recorded_is_kept_as_the_sender_says(by: str, given: Given) -> None:
    assert given(pair()).when({**meeting("a", "b"), "recordedby": by}).then_taken().events()[-1].recordedby == by


def test_who_recorded_is_who_signed_in_where_the_sender_says_nothing(given: Given) -> None:
    assert given(pair()).when(meeting("a", "b")).then_taken().events()[-1].recordedby == BY


@pytest.mark.parametrize("by", ["coordinator", "coordinator/", "admin/x", "k", "", "participant/person-a", "member/a b", "observer/x"])
def test_another_form_of_who_recorded_is_refused(by: str, given: Given) -> None:
    given(pair()).when({**meeting("a", "b"), "recordedby": by}).then_refused("recorded_by", "recordedby", "BAD_INPUT")


@pytest.mark.parametrize("handle", ["c", "coordinator"])
def test_who_records_as_a_member_is_or_was_one(handle: str, given: Given) -> None:
    given(pair()).when({**meeting("a", "b"), "recordedby": f"member/{handle}"}).then_refused("never_member", "recordedby")


def test_a_member_may_record_the_relationships_own_opening(given: Given) -> None:
    scene = given()
    scene.when({**pair(), "recordedby": "member/c"}).then_refused("never_member", "recordedby")
    scene.when({**pair(), "recordedby": "member/a"}).then_taken()


def test_a_participant_records_under_the_own_id_in_the_own_stream_alone(given: Given) -> None:
    sent = event("consent_given", "participant/person-a", {"scope": "share"})
    scene = given()
    scene.when({**sent, "recordedby": "participant/person-b"}).then_refused("recorded_by", "recordedby")
    scene.when({**sent, "recordedby": "member/a"}).then_refused("recorded_by", "recordedby")
    scene.when({**sent, "recordedby": "participant/person-a"}).then_taken()


@pytest.mark.parametrize("holder", ["a", "group", "coordinator", "observer"])
def test_a_view_is_a_members_the_groups_the_coordinators_or_an_observers(holder: str, given: Given) -> None:
    assert given(pair()).when(account(holder)).then_taken().events()[-1].perspective == holder


@pytest.mark.parametrize("holder", ["c", "family", "all", "nobody"])
def test_nobody_else_has_a_view(holder: str, given: Given) -> None:
    given(pair()).when(account(holder)).then_refused("never_member", "perspective", "RULE_BROKEN")


def test_a_view_is_held_by_who_is_or_was_a_member_by_then(given: Given) -> None:
    scene = given(pair(), joined("c", "participant", on="2021-03-01"), left("c", on="2021-04-01"))
    scene.when(account("c", on="2021-02-01")).then_refused("never_member", "perspective")
    scene.when(account("c", on="2021-03-15")).then_taken()
    scene.when(account("c", on="2021-05-01")).then_taken()


VIEWS: list[tuple[str, dict[str, Any]]] = [
    ("account_given", {}),
    ("surprise_noticed", {"about": "self", "meaning_for": "self"}),
    ("tension_felt", {"tension": "t1", "kind": "strain"}),
    ("left_open", {"opening": "o1", "about": "nature"}),
]


@pytest.mark.parametrize(("name", "data"), VIEWS)
def test_a_view_needs_its_holder(name: str, data: dict[str, Any], given: Given) -> None:
    given(pair()).when(of(name, data)).then_refused("perspective_needed", "perspective", "RULE_BROKEN")


def test_a_measure_may_do_without_a_holder(given: Given) -> None:
    measure = {"instrument": "scale", "mode": "self", "answers": {}}
    scene = given(pair())
    scene.when(of("measure_taken", measure)).then_taken()
    scene.when(of("measure_taken", measure, perspective="b")).then_taken()


@pytest.mark.parametrize("teller", ["b", "coordinator", "observer"])
def test_a_view_may_be_told_by_another(teller: str, given: Given) -> None:
    sent = {**account("a"), "toldby": teller}
    assert given(pair()).when(sent).then_taken().events()[-1].toldby == teller


@pytest.mark.parametrize(
    ("teller", "rule"),
    [
        ("a", "told_by_holder"),
        ("group", "told_by"),
        ("family", "told_by"),
        ("nobody", "told_by"),
        ("all", "told_by"),
        ("c", "never_member"),
    ],
)
def test_a_view_is_told_by_nobody_else(teller: str, rule: str, given: Given) -> None:
    given(pair()).when({**account("a"), "toldby": teller}).then_refused(rule, "toldby", "RULE_BROKEN")


TAKEN = [
    ("2021-11-04", "2021-11-04"),
    ("2021-11", "2021-11-01"),
    ("2021", "2021-01-01"),
    ("2021-11~", "2021-11-01"),
    ("2021-11-04?", "2021-11-04"),
    ("2021%", "2021-01-01"),
    ("2021-03/2021-05", "2021-03-01"),
    ("2021-03-05/2021-05-01", "2021-03-05"),
    ("2021-03/..", "2021-03-01"),
    ("2021-03/", "2021-03-01"),
    ("2021-03~/2021-05?", "2021-03-01"),
    ("2021-21", "2021-03-01"),
    ("2021-22", "2021-06-01"),
    ("2021-23", "2021-09-01"),
    ("2021-24", "2021-12-01"),
    ("201X", "2010-01-01"),
    ("20XX", "2000-01-01"),
    ("2004-XX", "2004-01-01"),
    ("2004-06-XX", "2004-06-01"),
    ("2004-06-XX~", "2004-06-01"),
    ("2021-11-04T14:30:00Z", "2021-11-04T14:30:00Z"),
    ("2021-11-04T14:30:00+01:00", "2021-11-04T13:30:00Z"),
    ("2021-11-04T00:30:00+01:00", "2021-11-03T23:30:00Z"),
]


@pytest.mark.parametrize(("occurred", "counts_from"), TAKEN)
def test_an_event_counts_from_the_earliest_instant_of_its_date(occurred: str, counts_from: str, given: Given) -> None:
    stored = given(pair(on="1990")).when(meeting("a", on=occurred)).then_taken().events()[-1]
    assert stored.at == at(counts_from if "T" in counts_from else f"{counts_from}T00:00:00Z")
    assert stored.occurred == occurred


REFUSED = """
yesterday|2021-13|2021-02-30|2021-11-04T14:30|2021-11-04T14:30:00|../2021|/2021|Y12021|12021|-0001|0000|2021-11-|21-11-04|
2021-20|2021-25|2021-21-01|2021-X1|X021|2021-11-X4|~2021|2021~-11|[2021,2022]|{2021,2022}|2021-05/2021-03|2021/2022/2023|../..|
2021-11-04T24:00:00Z|2021-11-04T14:60:00Z|2021-11-04T14:30:00+25:00|2021-11-04 14:30:00Z|٢٠٢١|2021-11-04\t|P1Y|2021W05|2021-309|04-11-2021
"""


@pytest.mark.parametrize("occurred", ["", " ", *REFUSED.replace("\n", "").split("|")])
def test_a_date_of_another_form_is_refused(occurred: str, given: Given) -> None:
    held = meeting("a", on="2000")
    scene = given(pair(on="1990"), held)
    refusal = scene.when(meeting("a", on=occurred)).then_some_refusal()
    assert (refusal.code, refusal.field) == ("BAD_INPUT", "occurred")
    refusal = scene.when(amended(held, {"present": ["a"]}, occurred)).then_some_refusal()
    assert (refusal.code, refusal.field) == ("BAD_INPUT", "data.occurred")


@pytest.mark.parametrize(
    ("occurred", "time"),
    [
        ("2021-11-04", "2021-11-04T00:00:00Z"),
        ("2021-11-04", "2021-11-04T23:59:59.999999Z"),
        ("2021-11-04", "2021-11-04T00:30:00+01:00"),
        ("2021-11-04", "2021-11-04T23:30:00-05:00"),
        ("2021-11", "2021-11-30T23:30:00-01:00"),
        ("2021-03/2021-05", "2021-04-01T12:00:00Z"),
        ("2021-03/..", "2024-01-01T12:00:00Z"),
        ("2021-11-04T14:30:00Z", "2021-11-04T15:30:00+01:00"),
    ],
)
def test_the_time_inside_the_date_is_the_instant_from_which_it_counts(occurred: str, time: str, given: Given) -> None:
    stored = given(pair()).when(meeting("a", on=occurred) | {"time": time}).then_taken().events()[-1]
    assert (stored.at, stored.time) == (at(time), time)


@pytest.mark.parametrize(
    ("occurred", "time"),
    [
        ("2021-11-04", "2021-11-05T00:00:00Z"),
        ("2021-11-04", "2021-11-03T23:59:59Z"),
        ("2021-11-04", "2021-11-03T23:30:00-01:00"),
        ("2021-11-04", "2021-11-05T00:30:00+01:00"),
        ("2021-11", "2021-12-01T00:30:00+01:00"),
        ("2021-11-04T14:30:00Z", "2021-11-04T14:30:00+01:00"),
    ],
)
def test_a_time_outside_the_date_in_its_own_offset_is_refused(occurred: str, time: str, given: Given) -> None:
    given(pair()).when(meeting("a", on=occurred) | {"time": time}).then_refused("time_outside", "time", "RULE_BROKEN")


@pytest.mark.parametrize("time", ["", "2021-11-04", "14:30", "2021-11-04T14:30:00", "2021-11-04T14:30Z", "2021-11-31T14:30:00Z", "noon"])
def test_a_time_that_is_no_instant_is_refused(time: str, given: Given) -> None:
    refusal = given(pair()).when(meeting("a", on="2021-11-04") | {"time": time}).then_some_refusal()
    assert (refusal.code, refusal.field) == ("BAD_INPUT", "time")


def test_nothing_occurred_more_than_a_day_ahead(given: Given) -> None:
    scene = given(pair())
    scene.when(meeting("a", on=TODAY)).then_taken()
    scene.when(meeting("a", on=TOMORROW)).then_taken()
    scene.when(meeting("a", on="2024-06-16T12:00:00Z")).then_taken()
    scene.when(meeting("a", on="2024-06-16T12:00:01Z")).then_refused("ahead", "occurred", "RULE_BROKEN")
    scene.when(meeting("a", on="2024-07/2024-08")).then_refused("ahead", "occurred")
    scene.when(meeting("a", on="2024-06/2025")).then_taken()


def test_nothing_in_another_stream_lies_ahead_either(given: Given) -> None:
    scene = given()
    scene.when(event("consent_given", "participant/person-a", {"scope": "share"}, "2024-07")).then_refused("ahead", "occurred")
    scene.when(event("initiative_closed", "initiative/home", {}, "2024-07")).then_refused("ahead", "occurred")


def test_an_event_is_at_most_128_kib(given: Given) -> None:
    scene = given(pair())
    sent = {**meeting("a"), "dataschema": ""}
    room = KIB_128 - len(str(sent).replace("'", '"').encode())
    scene.when({**sent, "dataschema": "x" * (room + 1)}).then_refused("too_large", code="BAD_INPUT")
    scene.when({**sent, "dataschema": "x" * room}).then_taken()


@pytest.mark.parametrize("letter", ["x", "é", "语", "😀", "\n"])
def test_a_text_has_at_most_10000_characters(letter: str, given: Given) -> None:
    scene = given(pair())
    long = {"about": ["a", "b"], "text": letter * 10_000}
    scene.when(meeting("a", notes=[{**long, "text": letter * 10_001}])).then_refused("wrong_size", "data.notes[0].text", "BAD_INPUT")
    assert scene.when(meeting("a", notes=[long])).then_taken().events()[-1].data.notes[0].text == letter * 10_000


def test_an_opening_event_needs_no_earlier_one_and_another_event_does(given: Given) -> None:
    given().when(meeting("a", on=START)).then_refused("not_begun", "occurred", "RULE_BROKEN")
