"""Small histories for the tests of readings: a line says what happened and when, and a list of lines becomes an oracle.

A line is (type, day, data) or (type, day, holder, data); the ids are e1, e2, … in the order of recording.
"""

from typing import Any

from oracle import Oracle

SIDES = {
    "volunteer": "gives",
    "host": "gives",
    "driver": "gives",
    "coach": "gives",
    "help_seeker": "receives",
    "participant": "none",
    "member": "none",
    "bonus_grandparent": "both",
    "bonus_family": "both",
}
Line = tuple[Any, ...]
START = "2021-01-01"


def history(*lines: Line, known_at: str | None = None) -> Oracle:
    records = []
    for i, (kind, occurred, *holder, data) in enumerate(lines, 1):
        record = {"id": f"e{i}", "type": f"tussenruimte.{kind}.v1", "occurred": occurred, "data": data, "position": i}
        records.append({**record, "perspective": holder[0] if holder else None, "recorded": f"2022-01-01T00:00:{i:02}Z"})
    return Oracle(records, SIDES, known_at)


def match(*roles: str, term: dict[str, Any] | None = None) -> Line:
    members = [{"handle": handle, "participant": handle, "roles": [role]} for handle, role in zip("abc", roles, strict=False)]
    return ("match_made", START, {"initiative": "i", "members": members, **({"term": term} if term else {})})


def contact(*roles: str) -> Line:
    return ("contact_emerged", START, match(*roles)[2])


PAIR = match("volunteer", "help_seeker")
FIXED = match("volunteer", "help_seeker", term={"kind": "fixed", "until": "2021-02-01"})
TABLE = contact("participant", "participant")
MET = {"present": ["a", "b"]}
AGREED = {"agreement": "g", "parties": ["a", "b"], "prompted_by": "situation"}


def meeting(**data: Any) -> Line:
    return ("meeting_held", "2021-03-01", {**MET, **data})


def help_given(giver: str, receiver: str) -> Line:
    return ("help_given", "2021-03-01", {"giver": giver, "receiver": receiver, "kind": "practical"})


def ended(continuation: str) -> Line:
    return ("term_ended", "2021-02-01", {"continuation": continuation})


def agreed(kind: str, **data: Any) -> Line:
    return ("boundary_agreed", "2021-03-01", {**AGREED, "kind": kind, **data})


def left_open(about: str, holder: str = "a") -> Line:
    return ("left_open", "2021-03-01", holder, {"opening": f"o-{about}", "about": about})


def account(named: str | None = None, holder: str = "a", day: str = "2021-03-01", **data: Any) -> Line:
    return ("account_given", day, holder, {**({"named": named} if named else {}), **data})


def tension(kind: str) -> Line:
    return ("tension_felt", "2021-03-01", "a", {"tension": "t", "kind": kind})


REVERSED: Line = ("roles_reversed", "2021-02-15", {"reversal": "r", "between": ["a", "b"]})
RESTORED: Line = ("roles_restored", "2021-03-01", {"reversal": "r"})
END: Line = ("relationship_ended", "2021-03-01", {"ended_by": ["a"], "mode": "mutual"})
RESUMED: Line = ("relationship_resumed", "2021-04-01", {})
STOOD_OPEN = left_open("nature")
