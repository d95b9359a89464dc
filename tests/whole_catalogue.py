"""A history with at least one event of every kind of the catalogue, and something sealed wherever something can be.

What is sealed is made by the caller, place by place, so that a test can look for it afterwards. Notes are about one, about two
and about nobody; voiced events are of members and of others; there are corrections of each sort of stream.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

Say = Callable[[str], str]
"""What is said at a place (`meeting_held.notes.0`): a text of the caller's."""

PEOPLE = ("anna", "bram", "cees", "dirk")
TOLD = "1898-07-19"
SCORE = 73.62517
DEGREE = 0.31415926
FIXED = {"kind": "fixed", "until": "2021-03-01"}
MEMBERS = [{"handle": "a", "participant": "anna", "roles": ["volunteer"]}, {"handle": "b", "participant": "bram", "roles": ["help_seeker"]}]
TABLE = [{"handle": "a", "participant": "anna", "roles": ["participant"]}, {"handle": "b", "participant": "dirk", "roles": ["participant"]}]
AGREED = {"kind": "condition_set", "parties": ["a", "coordinator"], "prompted_by": "request"}
MET = {
    **{
        "present": ["a", "b"],
        "others": 2,
        "place": "home:b",
        "activity": "thee & taart",
        "mood": "mixed",
        "initiated_by": "a",
        "minutes": 62.5,
    },
    **{"help": [{"giver": "a", "receiver": "b", "kind": "practical"}], "shared": [{"by": "b", "to": "a"}]},
}


class _Told:
    """The history as it grows: an event a day, each with its notes."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.events: list[dict[str, Any]] = []
        self._seen: dict[str, int] = {}

    def happened(self, kind: str, stream: str, data: dict[str, Any] | None = None, **more: Any) -> str:
        self._seen[kind] = self._seen.get(kind, 0) + 1
        name = kind if self._seen[kind] == 1 else f"{kind}.{self._seen[kind]}"
        number = len(self.events) + 1
        envelope = {
            "specversion": "1.0",
            "id": f"e{number:02}",
            "source": "urn:example:source?q=1",
            "type": f"tussenruimte.{kind}.v1",
            "subject": stream,
            "occurred": (date(2021, 1, 1) + timedelta(number)).isoformat(),
            "recordedby": "researcher/r1",
            "data": {**(data or {}), "notes": self.notes(name, stream)},
        }
        self.events.append({**envelope, **more})
        return f"e{number:02}"

    def notes(self, name: str, stream: str) -> list[dict[str, Any]]:
        kind, _, id = stream.partition("/")
        about: list[list[str]] = {"relationship": [["a"], ["b", "a"], []], "participant": [[id], []]}.get(kind, [[]])
        return [{"about": who, "text": self.say(f"{name}.notes.{number}")} for number, who in enumerate(about)]


def whole_catalogue(say: Say) -> list[dict[str, Any]]:
    """The envelopes as they are sent, in an order in which they can be recorded. All but `participant_erased`."""
    told = _Told(say)
    _people_and_home(told)
    _match(told)
    _voices(told)
    _changes(told)
    _ends(told)
    return told.events


def _people_and_home(told: _Told) -> None:
    home, say = "initiative/home", told.say
    first = {"name": "Een huis vol", "kind": "buddy", "guidance": "light", "contact": "fixed", "place": "buurthuis"}
    told.happened("initiative_registered", home, {**first, "roles": [{"role": "maatje", "side": "both"}]})
    for name in PEOPLE:
        data = {"name": say(f"{name}.name"), "contact": say(f"{name}.contact")}
        registered = told.happened("participant_registered", f"participant/{name}", data)
        told.happened("consent_given", f"participant/{name}", {"scope": "record", "given": "oral", "by": "self"})
    told.happened("consent_given", "participant/dirk", {"scope": "share"})
    told.happened("consent_withdrawn", "participant/dirk", {"scope": "share"})
    told.happened("participants_joined", "participant/dirk", {"participant": "cees"})
    told.happened("participants_parted", "participant/dirk", {"participant": "cees"})
    amended = {
        "name": say("dirk.amended.name"),
        "contact": say("dirk.amended.contact"),
        "notes": told.notes("dirk.amended", "participant/dirk"),
    }
    told.happened("event_amended", "participant/dirk", {"event": registered, "data": amended})
    told.happened("roles_registered", home, {"roles": [{"role": "buurvrouw", "side": "gives"}]})
    told.happened("coordinator_appointed", home, {"coordinator": "k1"})
    told.happened("coordinator_released", home, {"coordinator": "k1"})
    told.happened("room_made", home, {"by": "coordinator", "instrument": "setting", "way": "left_open"})
    told.happened("initiative_closed", home)
    told.happened("initiative_reopened", home)
    told.happened(
        "lens_published", "lens/eigen", {"version": "2.0", "definition": {"half_life_days": 90.0, "weights": {"shared": [0, 1e-7, 2.5]}}}
    )


def _match(told: _Told) -> None:
    pair = "relationship/pair"
    told.happened(
        "match_made",
        pair,
        {"initiative": "home", "members": MEMBERS, "term": FIXED, "asked_by": "self", "rhythm_days": 7, "contract_signed": True},
    )
    told.happened("introduction_held", pair, {"with": ["a", "b"]})
    met = told.happened("meeting_held", pair, MET, method="interview")
    missed = told.happened("meeting_missed", pair, {"cancelled_by": "family", "notice": "late"})
    told.happened("help_asked", pair, {"by": "b", "to": "a", "kind": "transport"})
    told.happened("help_offered", pair, {"by": "a", "kind": "company"})
    told.happened("moment_noted", pair, {"between": ["a", "b"], "what": "laughter"})
    told.happened("help_given", pair, {"giver": "b", "receiver": "a", "kind": "guidance", "asked": False})
    told.happened("check_in_held", pair, {"with": ["a"], "asked_about": "experience", "next_on": "2021-09-01"})
    told.happened("room_made", pair, {"by": "a", "instrument": "response", "way": "alternative_offered"})
    told.happened(
        "event_amended", pair, {"event": met, "data": {**MET, "notes": told.notes("meeting_amended", pair)}, "occurred": "2021-01-30"}
    )
    told.happened("event_retracted", pair, {"event": missed})


def _voices(told: _Told) -> None:
    pair, say = "relationship/pair", told.say
    for holder in ("a", "coordinator"):
        told.happened("left_open", pair, {"opening": f"open-{holder}", "about": "nature", "by": ["a", "b"]}, perspective=holder)
        said = {
            "named": "alternating",
            "help": DEGREE,
            "friendship": 0.5,
            "direction": [["a", "b"]],
            "beside": True,
            "meaning_for": "other",
            "told": TOLD,
        }
        account = told.happened("account_given", pair, said, perspective=holder, toldby="b")
        part = {"note": 0, "start": 1, "end": 3}
        coded = {"account": account, "code": "company", "coder": "kim", "segment": part}
        told.happened("account_coded", pair, coded, perspective=holder)
        answers = {say(f"{holder}.answers"): SCORE}
        measure = {"instrument": say(f"{holder}.instrument"), "version": say(f"{holder}.version"), "mode": "phone", "answers": answers}
        told.happened("measure_taken", pair, measure, perspective=holder)
        told.happened("surprise_noticed", pair, {"about": "need", "meaning_for": "self"}, perspective=holder)
        told.happened("tension_felt", pair, {"tension": f"tension-{holder}", "kind": "unreliable"}, perspective=holder)
        amended = {"named": "unsure", "help": DEGREE, "told": TOLD, "notes": told.notes(f"{holder}.account_amended", pair)}
        told.happened("event_amended", pair, {"event": account, "data": amended})
    told.happened("settled", pair, {"opening": "open-a"})
    told.happened("tension_eased", pair, {"tension": "tension-a", "how": "talk"})


def _changes(told: _Told) -> None:
    pair = "relationship/pair"
    told.happened("roles_reversed", pair, {"reversal": "rev", "between": ["a", "b"], "expected": "temporary"})
    told.happened("roles_restored", pair, {"reversal": "rev"})
    told.happened("role_taken", pair, {"handle": "a", "role": "driver", "formal": False})
    told.happened("role_laid_down", pair, {"handle": "a", "role": "driver"})
    told.happened("rhythm_changed", pair, {"rhythm_days": 10.5, "agreed_by": ["a", "b"]})
    told.happened("boundary_agreed", pair, {"agreement": "one", **AGREED})
    told.happened("boundary_agreed", pair, {"agreement": "two", "replaces": "one", "tacit": True, "review_on": "2021-08-01", **AGREED})
    told.happened("boundary_lifted", pair, {"agreement": "two"})
    told.happened("member_joined", pair, {"handle": "c", "participant": "cees", "roles": ["maatje"]})
    told.happened("member_left", pair, {"handle": "c"})


def _ends(told: _Told) -> None:
    pair, table = "relationship/pair", "relationship/table"
    emerged = {
        "initiative": "home",
        "members": TABLE,
        "open_to_all": True,
        "known_before": False,
        "setting": "koffieochtend",
        "grew_from": "pair",
    }
    begun = told.happened("contact_emerged", table, emerged)
    told.happened("event_amended", table, {"event": begun, "data": {**emerged, "notes": told.notes("contact_amended", table)}})
    told.happened("term_extended", pair, {"until": "2021-12-31"})
    told.happened("term_ended", pair, {"continuation": "not_asked"})
    told.happened("relationship_ended", pair, {"ended_by": ["a", "family"], "mode": "drifted", "farewell": False})
    told.happened("relationship_resumed", pair)
