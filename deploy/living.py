"""Tells a demo three contacts that move while somebody watches: an event every few seconds, with days between them, up to today.

It records as any program does, over GraphQL with a token: `python deploy/living.py ADDRESS TOKEN [SECONDS]`.
"""

import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from heapq import merge
from itertools import chain, cycle
from typing import Any
from urllib.error import URLError

RECORD = "mutation($events: [JSON!]!) { recordEvents(events: $events) { position } }"
HOME = "initiative/around-the-corner"
WEEKS = 60
START_TRIES = 120
PEOPLE = {"noor": "Noor", "bep": "Bep", "youssef": "Youssef", "ans": "Ans", "ilse": "Ilse", "karel": "Karel"}
Told = tuple[int, str, str, dict[str, Any]]
"""After how many days something happened, in which stream, what kind of event, and its data."""


def met(place: str = "home:b", **data: Any) -> tuple[str, dict[str, Any]]:
    return "meeting_held", {"present": ["a", "b"], "place": place, **data}


def helped(giver: str, receiver: str, kind: str) -> dict[str, Any]:
    return {"help": [{"giver": giver, "receiver": receiver, "kind": kind}]}


def voiced(holder: str, event: str, /, **data: Any) -> tuple[str, dict[str, Any]]:
    return event, {"perspective": holder, **data}


HELP_BECOMES_COMPANY = [
    met(**helped("a", "b", "practical")), met(mood="light", **helped("a", "b", "practical")), met(activity="coffee", mood="mixed"),
    ("moment_noted", {"between": ["a", "b"], "what": "laughter"}), met("outdoors", activity="walking", mood="light", shared=[{"by": "a"}]),
    met(**helped("b", "a", "emotional"), mood="serious"), voiced("b", "account_given", named="both", help=0.4, friendship=0.5),
    met("home:a", activity="soup", **helped("b", "a", "practical")),
    ("term_ended", {"continuation": "left_open"}), met("outdoors", activity="walking", mood="light"),
    voiced("a", "left_open", opening="what-now", about="nature", by=["a", "b"]), met(mood="light", shared=[{"by": "a"}, {"by": "b"}]),
]  # fmt: skip
ROLES_TURN_ROUND = [
    met("public", activity="market", **helped("a", "b", "transport")), met(**helped("a", "b", "transport")),
    voiced("a", "account_given", named="help", direction=[["a", "b"]]),
    ("roles_reversed", {"reversal": "ill", "between": ["a", "b"], "expected": "temporary"}),
    met("phone", mood="serious", **helped("b", "a", "company")), met("home:a", **helped("b", "a", "practical")),
    voiced("b", "surprise_noticed", about="self", meaning_for="self"), met("home:a", mood="light", **helped("b", "a", "company")),
    ("roles_restored", {"reversal": "ill"}), met("public", activity="market", mood="light"),
    voiced("a", "account_given", named="alternating"),
]  # fmt: skip
A_TABLE_FOR_TWO = [
    met("centre", activity="coffee", mood="light"), ("moment_noted", {"between": ["a", "b"], "what": "confidence"}),
    met("centre", activity="coffee", shared=[{"by": "b"}]), voiced("b", "tension_felt", tension="crowded", kind="unclear_expectations"),
    ("boundary_agreed", {"agreement": "mondays", "kind": "frequency_agreed", "parties": ["a", "b"], "prompted_by": "situation"}),
    ("tension_eased", {"tension": "crowded", "how": "agreement"}), met("centre", activity="cards", mood="light"),
    met("home:a", activity="cards", mood="light", **helped("a", "b", "emotional")), voiced("a", "account_given", named="friendship"),
    met("home:b", activity="cards", mood="light"), voiced("b", "account_given", named="neither"),
]  # fmt: skip


def begun() -> list[Told]:
    """The initiative, and who takes part in it."""
    found: list[Told] = [
        (0, HOME, "initiative_registered", {"name": "Around the Corner", "kind": "residents", "guidance": "light", "contact": "fixed"})
    ]
    for id, name in PEOPLE.items():
        found.append((0, f"participant/{id}", "participant_registered", {"name": name}))
        found += [(0, f"participant/{id}", "consent_given", {"scope": scope}) for scope in ("record", "research")]
    return found


def opened(relationship: str, kind: str, roles: tuple[str, str], **data: Any) -> Told:
    members = [
        {"handle": handle, "participant": participant, "roles": [role]}
        for handle, participant, role in zip("ab", relationship.split("-"), roles, strict=True)
    ]
    return 7, f"relationship/{relationship}", kind, {"initiative": HOME.partition("/")[2], "members": members, **data}


def story(relationship: str, happened: list[tuple[str, dict[str, Any]]], every: int) -> Iterator[Told]:
    for number, (kind, data) in enumerate(happened, 1):
        yield 7 + number * every, f"relationship/{relationship}", kind, dict(data)


def told(today: date) -> tuple[list[dict[str, Any]], Iterator[dict[str, Any]]]:
    """How it began, in one batch; and what happens then, in the order of days."""
    first = today - timedelta(weeks=WEEKS)
    ends = (first + timedelta(days=7 + 9 * 32)).isoformat()
    begin = [
        *begun(),
        opened("noor-bep", "match_made", ("volunteer", "help_seeker"), term={"kind": "fixed", "until": ends}, rhythm_days=14),
        opened("youssef-ans", "match_made", ("driver", "help_seeker"), rhythm_days=14),
        opened("ilse-karel", "contact_emerged", ("participant", "participant"), setting="coffee morning"),
    ]
    stories = (
        story("noor-bep", HELP_BECOMES_COMPANY, 32), story("youssef-ans", ROLES_TURN_ROUND, 35), story("ilse-karel", A_TABLE_FOR_TWO, 36),
    )  # fmt: skip
    happening = merge(*stories, key=lambda one: one[0])
    return [event(0, one, first) for one in begin], (event(number, one, first) for number, one in enumerate(happening, 1))


def going_on(today: date) -> Iterator[dict[str, Any]]:
    """What goes on happening when their stories are told: they meet, for as long as somebody watches."""
    meetings = cycle([met(mood="light"), met("outdoors", activity="walking"), met("public", activity="coffee", mood="mixed")])
    pairs = cycle(["noor-bep", "youssef-ans", "ilse-karel", "noor-bep"])
    for number, (pair, (kind, data)) in enumerate(zip(pairs, meetings, strict=False), 1_000):
        yield event(number, (0, f"relationship/{pair}", kind, dict(data)), today)


def event(number: int, happened: Told, first: date) -> dict[str, Any]:
    after, subject, kind, data = happened
    perspective = {"perspective": data.pop("perspective")} if "perspective" in data else {}
    id = f"living-{number}" if number else f"living-{subject}-{kind}-{data.get('scope', '')}".replace("/", "-")
    return {
        "specversion": "1.0", "id": id, "source": "urn:tussenruimte:demo", "type": f"tussenruimte.{kind}.v1", "subject": subject,
        "occurred": (first + timedelta(days=after)).isoformat(), **perspective, "data": data,
    }  # fmt: skip


def record(address: str, token: str, events: list[dict[str, Any]]) -> None:
    body = json.dumps({"query": RECORD, "variables": {"events": events}}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    with urllib.request.urlopen(urllib.request.Request(address, body, headers)) as answer:
        said = json.load(answer)
    if "errors" in said:
        raise SystemExit(said["errors"][0]["message"])


def main(address: str, token: str, seconds: str = "4") -> None:
    begin, happening = told(date.today())
    wait_for(address)
    record(address, token, begin)
    for one in chain(happening, going_on(date.today())):
        time.sleep(float(seconds))
        record(address, token, [one])


def wait_for(address: str) -> None:
    """Until the server answers that begins beside this."""
    for _ in range(START_TRIES):
        try:
            urllib.request.urlopen(address.replace("/graphql", "/readyz"))
        except OSError:
            time.sleep(0.5)
        else:
            return


if __name__ == "__main__":
    # The demo was ended, and with it whom to tell.
    with suppress(URLError, KeyboardInterrupt):
        main(*sys.argv[1:])
