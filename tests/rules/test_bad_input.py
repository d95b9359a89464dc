"""Bad input of any kind is refused in words, never met with another error, and leaves nothing behind."""

import json
from typing import Any

import pytest
from given import Given, account, amended, event, meeting, note, of, pair, table

SENT = meeting("a", "b", notes=[note("words", "a")])
LINE = json.dumps(SENT).encode()
MEASURE = {"instrument": "scale", "mode": "self", "answers": {"q": 1}}

NO_EVENT = {
    "nothing": b"",
    "a blank": b" ",
    "no json": b"meeting held",
    "half an object": LINE[:-1],
    "two objects": LINE + LINE,
    "an object and more": LINE + b" x",
    "an array": b"[" + LINE + b"]",
    "a text": b'"meeting"',
    "a number": b"5",
    "null": b"null",
    "true": b"true",
    "an empty object": b"{}",
    "a byte order mark": b"\xef\xbb\xbf" + LINE,
    "UTF-16": json.dumps(SENT).encode("utf-16"),
    "single quotes": LINE.replace(b'"', b"'"),
    "a comment": b"// note\n" + LINE,
    "a trailing comma": LINE[:-1] + b",}",
    "a NUL byte": LINE + b"\0",
    "only NUL bytes": b"\0" * 100,
    "a NUL byte in a text": LINE.replace(b"words", b"wo\0rds"),
    "an escaped NUL in a text": LINE.replace(b"words", rb"wo\u0000rds"),
    "an escaped NUL after a backslash": LINE.replace(b"words", rb"wo\\\u0000rds"),
    "an escaped NUL in a name": LINE.replace(b'"notes"', rb'"no\u0000tes"'),
    "a control character in a text": LINE.replace(b"words", b"wo\x01rds"),
    "Latin-1": LINE.replace(b"words", b"caf\xe9"),
    "Latin-1 in the id": LINE.replace(b'"specversion"', b'"id": "caf\xe9", "specversion"'),
    "an overlong character": LINE.replace(b"words", b"\xc0\xaf"),
    "a surrogate in UTF-8": LINE.replace(b"words", b"\xed\xa0\x80"),
    "a lone surrogate": LINE.replace(b"words", rb"\ud800"),
    "a lone low surrogate": LINE.replace(b"words", rb"\udc00 x"),
    "NaN": json.dumps(of("measure_taken", MEASURE)).encode().replace(b'"q": 1', b'"q": NaN'),
    "infinity": json.dumps(of("measure_taken", MEASURE)).encode().replace(b'"q": 1', b'"q": -Infinity'),
    "a number too large for a float": json.dumps(of("measure_taken", MEASURE)).encode().replace(b'"q": 1', b'"q": 1e999'),
    "a whole number too large to be exact": json.dumps(of("measure_taken", MEASURE)).encode().replace(b'"q": 1', b'"q": 9007199254740993'),
    "a number of 5,000 digits": json.dumps(of("measure_taken", MEASURE)).encode().replace(b'"q": 1', b'"q": ' + b"9" * 5_000),
    "a number that begins with 0": json.dumps(of("measure_taken", MEASURE)).encode().replace(b'"q": 1', b'"q": 01'),
    "minutes without end": json.dumps(meeting("a", minutes=77)).encode().replace(b"77", b"9" * 400),
    "minutes beyond all bounds": json.dumps(meeting("a", minutes=77)).encode().replace(b"77", b"1e308"),
    "lists in lists": LINE.replace(b'"words"', b"[" * 50_000 + b"]" * 50_000),
    "objects in objects": LINE.replace(b'"words"', b'{"a":' * 20_000 + b"1" + b"}" * 20_000),
    "an attribute of lists in lists": LINE.replace(b'"specversion"', b'"x":' + b"[" * 50_000 + b"]" * 50_000 + b',"specversion"'),
    "brackets without end": b"[" * 100_000,
    "a line of 200 kB": b'{"id":"' + b"x" * 200_000 + b'"}',
    "data that is text": LINE.replace(json.dumps(SENT["data"]).encode(), b'"{}"'),
    "data that is null": LINE.replace(json.dumps(SENT["data"]).encode(), b"null"),
    "data that is a list": LINE.replace(json.dumps(SENT["data"]).encode(), b"[]"),
}


@pytest.mark.parametrize("line", NO_EVENT.values(), ids=list(NO_EVENT))
def test_a_line_that_is_no_event_is_refused_with_its_whole_batch(line: bytes, given: Given) -> None:
    scene = given(pair())
    refusal = scene.when_sent(json.dumps(meeting("a")).encode(), line).then_some_refusal()
    assert refusal.code == "BAD_INPUT"
    assert scene.when_sent(line).then_some_refusal() == refusal


TEXTS = [
    r"a \u0000 b",
    "\\",
    "\u2028",
    "\u202e",
    "\ufeff",
    "\uffff",
    "{}",
    "{0}",
    "%s",
    "'; DROP TABLE events; --",
    "</script>",
    "x" * 9_999,
]


@pytest.mark.parametrize("text", TEXTS)
def test_any_other_text_is_kept_as_it_is(text: str, given: Given) -> None:
    stored = given(pair()).when(meeting("a", notes=[note(text, "a")])).then_taken().events()[-1]
    assert stored.data.notes[0].text == text


@pytest.mark.parametrize("word", ["{", "{0}", "{x.y}", "%(a)s", "`", "'", "$.a[0]", "é\n", "x" * 5_000, "\u202e"])
def test_a_refusal_can_be_told_whatever_was_sent(word: str, given: Given) -> None:
    scene = given(pair())
    scene.when({**meeting("a"), word: 1}).then_refused("unknown_field")
    scene.when(of("meeting_held", {"present": ["a"], word: 1})).then_refused("unknown_field")
    scene.when(meeting("a", mood=word)).then_refused("wrong_word")
    scene.when(meeting(word)).then_some_refusal()
    scene.when({**meeting("a"), "type": word}).then_refused("unknown_type")
    scene.when({**meeting("a"), "occurred": word}).then_some_refusal()
    scene.when(of("measure_taken", {**MEASURE, "answers": {word: "x"}})).then_some_refusal()


ODD: list[Any] = [None, 5, "x", True, [], [5], ["x"], {}, {"x": 1}, [{}], [[]], {"a": {"b": []}}]
FIELDS = ["members", "participant", "handle", "roles", "notes", "term", "initiative", "present", "voice", "seal", "event", "data", "holder"]


@pytest.mark.parametrize("value", ODD, ids=str)
@pytest.mark.parametrize("target", ["match", "meeting", "account", "joining"])
def test_an_amendment_with_odd_data_is_refused(target: str, value: Any, given: Given) -> None:
    scene = given(pair(), meeting("a"), account("a"))
    member = of("member_joined", {"handle": "c", "participant": "person-c", "roles": []}, "2021-02-01")
    scene.given(member)
    events = {told.kind.name: told.id for told in scene.events()}
    id = events[{"match": "match_made", "meeting": "meeting_held", "account": "account_given", "joining": "member_joined"}[target]]
    sent = {"id": id, "subject": "relationship/r"}
    if not (target == "account" and value == {}):
        scene.when(amended(sent, value)).then_some_refusal()
    for field in FIELDS:
        data = {"initiative": "home", "members": [], field: value}
        assert scene.when(amended(sent, data)).then_some_refusal().code in ("BAD_INPUT", "RULE_BROKEN", "NOT_FOUND")


@pytest.mark.parametrize("value", ODD, ids=str)
def test_an_amendment_of_an_initiative_or_a_person_with_odd_data_is_refused(value: Any, given: Given) -> None:
    scene = given()
    registered = {"name": "x", "kind": "buddy", "guidance": "none", "contact": "fixed"}
    home = scene.events("initiative/home")[0]
    person = scene.events("participant/person-a")[0]
    for target in (home, person):
        scene.when(amended({"id": target.id, "subject": target.stream}, value)).then_some_refusal()
    if value not in ([], None):
        scene.when(amended({"id": home.id, "subject": home.stream}, {**registered, "roles": value})).then_some_refusal()
    scene.when(amended({"id": person.id, "subject": person.stream}, {"name": value if value != "x" else 5})).then_some_refusal()
    if value not in (None, "x"):
        scene.when(amended({"id": person.id, "subject": person.stream}, {"name": "n", "contact": value})).then_some_refusal()


@pytest.mark.parametrize("value", ODD, ids=str)
def test_an_amendment_sent_again_with_odd_data_is_refused(value: Any, given: Given) -> None:
    said, met = account("a", named="help"), meeting("a")
    scene = given(pair(), said, met)
    for target, data in ((said, {"named": "both"}), (met, {"present": ["b"]})):
        right = amended(target, data)
        scene.given(right)
        for wrong in (value, {**data, "notes": value}, {"members": value}, {"voice": value}, {"participant": value, "handle": value}):
            if wrong != {**data, "notes": []}:
                scene.when({**right, "data": {"event": target["id"], "data": wrong}}).then_some_refusal()


@pytest.mark.parametrize(
    "sign", [{"erased": "2024-01-01"}, {"damaged": True}, {"sealed": True}, {"sealed": True, "damaged": True}, {"seal": "AQ"}]
)
def test_the_sign_of_a_seal_is_no_content(sign: dict[str, Any], given: Given) -> None:
    scene, met, person = given(pair()), meeting("a"), event("participant_registered", "participant/new", {"name": "N"})
    scene.given(met, person)
    scene.when(meeting("a", notes=[{"about": ["a"], "text": sign}])).then_some_refusal()
    scene.when(amended(met, {"present": ["a"], "notes": [{"about": ["a"], "text": sign}]})).then_some_refusal()
    scene.when(event("participant_registered", "participant/other", {"name": sign})).then_some_refusal()
    scene.when(event("participant_registered", "participant/other", {"name": "N", "contact": sign})).then_some_refusal()
    scene.when(amended(person, {"name": sign})).then_some_refusal()
    scene.when(of("member_joined", {"handle": "c", "participant": sign, "roles": []})).then_some_refusal()
    scene.when(table(relationship="s", members=[{"handle": "a", "participant": sign, "roles": []}])).then_some_refusal()
    scene.when(of("account_given", sign, perspective="a")).then_some_refusal()


def test_a_measure_too_large_for_its_seal_is_refused(given: Given) -> None:
    answers = {f"item {number}": number for number in range(5_000)}
    scene = given(pair())
    scene.when(of("measure_taken", {**MEASURE, "answers": answers})).then_refused("voice_too_large", code="BAD_INPUT")
    scene.when(of("measure_taken", {**MEASURE, "answers": answers}, perspective="a")).then_refused("voice_too_large")
    held = of("measure_taken", MEASURE, perspective="a")
    scene.given(held)
    scene.when(amended(held, {**MEASURE, "answers": answers})).then_refused("voice_too_large")


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"9007199254740993", b"1" * 30, b"1" * 5_000])
def test_a_number_that_json_cannot_hold_exactly_is_refused_anywhere(number: bytes, given: Given) -> None:
    scene = given(pair())
    said = of("measure_taken", MEASURE, perspective="a")
    scene.given(said)
    for sent in (
        event("lens_published", "lens/own", {"version": "1", "definition": {"look_days": 77}}),
        amended(said, {**MEASURE, "answers": {"q": 77}}),
        of("measure_taken", {**MEASURE, "answers": {"q": 77}}),
        of("rhythm_changed", {"rhythm_days": 77, "agreed_by": []}),
        meeting("a", others=77),
    ):
        assert scene.when_sent(json.dumps(sent).encode().replace(b"77", number)).then_some_refusal().code == "BAD_INPUT"


def test_blanks_around_a_line_do_not_matter(given: Given) -> None:
    scene = given(pair())
    scene.when_sent(b"  " + LINE + b" \r\n").then_taken()
    scene.when_sent(LINE).then_already()


RULE_OF = {
    "not_json": ["nothing", "half an object", "two objects", "a byte order mark", "a trailing comma", "NaN", "a number that begins with 0"],
    "not_utf8": ["Latin-1", "Latin-1 in the id", "an overlong character", "a surrogate in UTF-8"],
    "nul": ["an escaped NUL in a text", "an escaped NUL after a backslash"],
    "too_deep": ["lists in lists", "objects in objects"],
    "too_large": ["a line of 200 kB"],
    "wrong_type": ["an array", "null", "data that is text", "data that is null", "data that is a list"],
    "missing_field": ["an empty object"],
}


@pytest.mark.parametrize(("rule", "name"), [(rule, name) for rule, names in RULE_OF.items() for name in names])
def test_a_line_that_is_no_event_is_told_what_is_wrong_with_it(rule: str, name: str, given: Given) -> None:
    given(pair()).when_sent(NO_EVENT[name]).then_refused(rule, code="BAD_INPUT")


@pytest.mark.parametrize("sign", [{"erased": "2024-01-01"}, {"damaged": True}, {"sealed": True}])
def test_the_sign_of_a_seal_is_refused_by_name(sign: dict[str, Any], given: Given) -> None:
    given(pair()).when(meeting("a", notes=[{"about": ["a"], "text": sign}])).then_refused("sealed_input", "data.notes[0].text", "BAD_INPUT")
