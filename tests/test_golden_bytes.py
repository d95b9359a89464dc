"""What was stored once is read for ever: a committed store of version 1 still opens, and its leaves still hold.

The bytes of new events are as then. Since what is hashed cannot change, the canonical form is compared with literals, and with the
library that does RFC 8785 and nothing else.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from golden.make_v1 import ORGANISATION, held
from hypothesis import example, given
from hypothesis import strategies as st
from sent_lines import initiative, line, meeting, note, opened, pair, record, rules

from domain.model.catalogue import BY_TYPE, CATALOGUE
from domain.model.envelope import Written
from domain.store.keys import load_root
from domain.store.ledger import canonical, encode, leaf
from domain.store.store import EventStore

LATER = ("participants_joined", "participants_parted", "account_coded")
"""The kinds that came into the catalogue when the store had been made; their bytes stand among the literals, but for what is sealed."""
GOLDEN = Path(__file__).parent / "golden"
EXPECTED: list[dict[str, Any]] = [json.loads(told) for told in (GOLDEN / "v1.jsonl").read_text().splitlines()]

LENS = {
    "description": "één 🍵\u0001",
    "half_life_days": 90.0,
    "look_days": 0.5,
    "weights": {"surprise": [1e-6, 1, 10.0], "shared": [-0.0, 1e-7, 2.5]},
}
MET = {"others": 0, "present": ["a", "b"], "activity": '"thee" & 🍵\t'}
ENVELOPES = [
    (
        initiative("other"),
        '{"data":{"contact":"fixed","guidance":"light","kind":"buddy","name":"Next Door"},"id":"other-registered",'
        '"occurred":"2021-01-01","organisation":"buurtmaat","position":7,"recorded":"2026-01-31T12:00:00.000001Z",'
        '"recordedby":"system/test","source":"urn:test","specversion":"1.0","subject":"initiative/other",'
        '"type":"tussenruimte.initiative_registered.v1"}',
        "25bfde4073659467c6237d73d73b3bb509bbb8972a24630bea0aa78b883fedca",
    ),
    (
        line("m1", "meeting_held", "relationship/r", {**MET, "minutes": 90.0}, "2021-02~", method="interview"),
        '{"data":{"activity":"\\"thee\\" & 🍵\\t","minutes":90,"others":0,"present":["a","b"]},"id":"m1","method":"interview",'
        '"occurred":"2021-02~","organisation":"buurtmaat","position":8,"recorded":"2026-01-31T12:00:00.000001Z",'
        '"recordedby":"system/test","source":"urn:test","specversion":"1.0","subject":"relationship/r",'
        '"type":"tussenruimte.meeting_held.v1"}',
        "fbf99a572c306fa8d6cd480d3ca09e928f8db424dd7023bb358647b8fc71cf57",
    ),
    (
        line("m2", "meeting_held", "relationship/r", {**MET, "minutes": 1e-7}, time="2021-01-01T14:30:00+01:00", recordedby="member/a"),
        '{"data":{"activity":"\\"thee\\" & 🍵\\t","minutes":1e-7,"others":0,"present":["a","b"]},"id":"m2","occurred":"2021-01-01",'
        '"organisation":"buurtmaat",'
        '"position":9,"recorded":"2026-01-31T12:00:00.000001Z","recordedby":"member/a","source":"urn:test","specversion":"1.0",'
        '"subject":"relationship/r","time":"2021-01-01T14:30:00+01:00","type":"tussenruimte.meeting_held.v1"}',
        "e9ec2a24d19be134a648053042de4255740fb1b201274ac6339f060ce6b9f15e",
    ),
    (
        line("l", "lens_published", "lens/own", {"version": "1", "definition": LENS}),
        '{"data":{"definition":{"description":"één 🍵\\u0001","half_life_days":90,"look_days":0.5,"weights":{"shared":[0,1e-7,'
        '2.5],"surprise":[0.000001,1,10]}},"version":"1"},"id":"l","occurred":"2021-01-01","organisation":"buurtmaat",'
        '"position":10,"recorded":"2026-01-31T12:00:00.000001Z","recordedby":"system/test","source":"urn:test",'
        '"specversion":"1.0","subject":"lens/own","type":"tussenruimte.lens_published.v1"}',
        "2298d4d9482bd6e4b5ca1cc518de73ec2f14058ab33426c641243f42e1ebc6d4",
    ),
    *(
        (
            line(way, f"participants_{way}", "participant/r-anna", {"participant": "r-bram"}),
            f'{{"data":{{"participant":"r-bram"}},"id":"{way}","occurred":"2021-01-01","organisation":"buurtmaat","position":{position},'
            '"recorded":"2026-01-31T12:00:00.000001Z","recordedby":"system/test","source":"urn:test","specversion":"1.0",'
            f'"subject":"participant/r-anna","type":"tussenruimte.participants_{way}.v1"}}',
            leaf_of,
        )
        for way, position, leaf_of in [
            ("joined", 11, "7e773f1bae3d37d069c344f461af8c18c2e3f6a3ec27264d80d702365cd55a06"),
            ("parted", 12, "7e8e39cd33a6058c0d4dc3f67122c8ba54178d7eecadbe2ba40b91b54b228947"),
        ]
    ),
]
"""A line, its envelope as it is stored, and its leaf."""
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20
)


@pytest.fixture
def golden(tmp_path: Path) -> Iterator[EventStore]:
    """The committed store, opened from a copy."""
    for name in ("v1.sqlite", "v1.sqlite.keys"):
        shutil.copy(GOLDEN / name, tmp_path / name)
    store = opened(tmp_path / "v1.sqlite", ORGANISATION, load_root(GOLDEN / "v1.root"))
    yield store
    store.close()


def test_the_golden_store_holds_an_event_of_every_kind_there_was() -> None:
    assert {BY_TYPE[event["type"]].name for event in EXPECTED} == set(CATALOGUE) - set(LATER)


def test_a_store_of_version_1_still_opens_to_what_was_told(golden: EventStore) -> None:
    assert held(golden) == EXPECTED


def test_every_leaf_of_version_1_still_is_the_hash_of_its_envelope(golden: EventStore) -> None:
    with golden.reading() as connection:
        rows = connection.execute("SELECT position, state, leaf FROM events ORDER BY position").fetchall()
    assert [position for position, _, _ in rows] == list(range(1, len(EXPECTED) + 1))
    for (_, state, kept), told in zip(rows, EXPECTED, strict=True):
        assert hashlib.sha256(b"\0" + state).digest() == leaf(state) == kept == bytes.fromhex(told["leaf"])
        assert rfc8785.dumps(json.loads(state)) == state


def test_what_was_told_before_is_known_when_it_is_sent_again(golden: EventStore) -> None:
    platform = {"leaf", "organisation", "position", "recorded"}
    again = [{name: value for name, value in told.items() if name not in platform} for told in EXPECTED]
    sendable = [told for told in again if '"erased"' not in json.dumps(told) and "participant_erased" not in told["type"]]
    assert len(sendable) > 50
    outcome = record(golden, [json.dumps(told).encode() for told in sendable])
    assert (outcome.recorded, outcome.already, outcome.refused) == (0, len(sendable), [])


def test_a_store_of_version_1_goes_on_being_recorded_in(golden: EventStore) -> None:
    new = meeting("new", "pair", "2021-12-01", notes=[{"about": ["a", "b"], "text": "Sneeuw."}])
    assert record(golden, [new]).position == len(EXPECTED) + 1
    assert held(golden)[-1]["data"]["notes"][0]["text"] == "Sneeuw."


def test_the_bytes_of_an_envelope_are_these_for_ever(tmp_path: Path) -> None:
    store = opened(tmp_path / "events.sqlite")
    record(store, pair())
    assert not rules(record(store, [sent for sent, _, _ in ENVELOPES]))
    with store.reading() as connection:
        rows = connection.execute("SELECT state, leaf FROM events WHERE position > 6 ORDER BY position").fetchall()
    store.close()
    assert [(state.decode(), kept.hex()) for state, kept in rows] == [(state, kept) for _, state, kept in ENVELOPES]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [True, None, "x"]}, b'{"a":[true,null,"x"],"b":1}'),
        ([0.0, -0.0, 1.0, 90.0, 62.5, 0.1], b"[0,0,1,90,62.5,0.1]"),
        ([1e21, 1e20, 1e-6, 1e-7, 123456789012345680.0], b"[1e+21,100000000000000000000,0.000001,1e-7,123456789012345680]"),
        ([5e-324, 1.7976931348623157e308, 2**53 - 1], b"[5e-324,1.7976931348623157e+308,9007199254740991]"),
        ('\b\t\n\f\r"\\/\u0000\u001f\u007f\u2028é', b'"\\b\\t\\n\\f\\r\\"\\\\/\\u0000\\u001f\x7f\xe2\x80\xa8\xc3\xa9"'),
        ({"\U0001f375": 1, "\ufb33": 2, "é": 3, "z": 4}, '{"z":4,"é":3,"\U0001f375":1,"\ufb33":2}'.encode()),
    ],
)
def test_the_canonical_form_is_that_of_rfc_8785(value: Any, written: bytes) -> None:
    assert canonical(value) == written == rfc8785.dumps(value)


@given(VALUES)
@example({"1.0,": "1e5,", "-0}": [1.5, {"\ue000": 0, "\U00010000": 1}]})
@example([1e16, 1e15, 12345678901234567.0, 1e-5, -1e-5, 1e22, -1.0])
@example({"\U00010000": {"\uffff": {"\U0010ffff": 0}}})
def test_canonical_bytes_are_those_of_the_library(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.integers(2**53) | st.integers(max_value=-(2**53)))
@example(2**53)
@example(-(2**53))
def test_a_number_that_json_does_not_hold_exactly_has_no_canonical_form(number: int) -> None:
    with pytest.raises(ValueError, match=str(abs(number))[:10]):
        canonical({"number": number})


def test_an_envelope_is_written_in_its_canonical_order() -> None:
    assert list(Written.__struct_fields__) == sorted(Written.__struct_fields__)


@pytest.mark.parametrize("minutes", [1e-7, 1e-6, 0.5])
def test_a_number_beside_a_seal_is_canonical(tmp_path: Path, minutes: float) -> None:
    """Whatever the random signs of the seals: in every sixth of them stands what a very small number could hold."""
    store = opened(tmp_path / "events.sqlite")
    sent = [meeting(f"m{number}", "r", minutes=minutes, **note("Thee.", "a")) for number in range(20)]
    assert record(store, [*pair("r"), *sent]).refused == []
    with store.reading() as connection:
        states = [state for _, _, (state, _, _) in store.since(connection, 0, 100)]
    store.close()
    assert [rfc8785.dumps(json.loads(state)) for state in states] == states
    assert sum(b"minutes" in state for state in states) == len(sent)


def test_a_number_that_is_not_written_as_the_rfc_asks_would_be_seen() -> None:
    assert encode({"minutes": 1e-6}) != canonical({"minutes": 1e-6}) == rfc8785.dumps({"minutes": 1e-6})
