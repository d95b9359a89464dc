"""Hostile requests between organisations that share one database, and within one between initiatives: whatever somebody asks with an id of
somewhere else, nothing of elsewhere is in the answer, and the answer is the one that an id of nowhere gets.

`python tests/hostile_requests.py --organisations 100 --requests 100000 --seed 1` is the long form. Every id, name and text of an
organisation carries its mark, and that of one of its two halves, so that a row that should not be there is known by sight.
"""

import argparse
import json
import platform
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple

from live import EVENTS, MOVES, PROTOCOL
from sent_lines import account, line, match, meeting, note
from served import NOW, Served, served_at
from servers import Postgres
from store_places import Databases, Place

from domain.model.roles import Reach
from domain.store.accesses import Viewer
from domain.store.staging import Line
from projections.export.bounds import Bounds
from tussenruimte import Organisation

WHO = Viewer("command-line/tester", "operator")
MARK = re.compile(r"zq\d{3}[ab]")
HALVES = ("a", "b")
ROLES = ("whole", "half", "auditor", "opener", "researcher", "dashboard", "administrator", "participant")
OF_KINDS = {
    "relationship": "pair", "participant": "ann", "initiative": "home", "event": "met", "member": "cor", "project": "study",
}  # fmt: skip
"""How ids begin, by what they are of."""


def mark_of(number: int, half: str) -> str:
    return f"zq{number:03}{half}"


def lines_of(mark: str) -> list[bytes]:
    """A half of an organisation: an initiative, two people, and what is between them."""
    people = [
        one
        for name in ("ann", "bob")
        for one in (
            line(f"{name}-registered-{mark}", "participant_registered", f"participant/{name}-{mark}", {"name": f"Name {mark}"}),
            line(f"{name}-consent-{mark}", "consent_given", f"participant/{name}-{mark}", {"scope": "record"}),
            line(f"{name}-research-{mark}", "consent_given", f"participant/{name}-{mark}", {"scope": "research"}),
        )
    ]
    home = {"name": f"Home {mark}", "kind": "buddy", "guidance": "light", "contact": "fixed"}
    return [
        line(f"home-registered-{mark}", "initiative_registered", f"initiative/home-{mark}", home),
        line(f"appointed-{mark}", "coordinator_appointed", f"initiative/home-{mark}", {"coordinator": f"cor-{mark}"}),
        *people,
        match(f"pair-{mark}", f"ann-{mark}", f"bob-{mark}", f"home-{mark}"),
        meeting(f"met-{mark}", f"pair-{mark}", **note(f"Secret {mark}.", "a")),
        account(f"said-{mark}", f"pair-{mark}", named="friendship", **note(f"Said {mark}.", "a")),
        line(
            f"open-{mark}",
            "left_open",
            f"relationship/pair-{mark}",
            {"about": "nature", "opening": f"o-{mark}"},
            "2021-04-01",
            perspective="a",
        ),
    ]


class Tenant(NamedTuple):
    """An organisation: its number, a token for each role, and the ids that the platform made. `head`: the position of its last event."""

    number: int
    tokens: Mapping[str, str]
    head: int
    ids: Mapping[str, str]

    @property
    def name(self) -> str:
        return f"zq{self.number:03}"


def settled(place: Place, number: int) -> Tenant:
    """An organisation with everything in it."""
    with closing(Organisation(place.open(b"r" * 32, f"zq{number:03}", lambda: NOW))) as found:
        sent = [one for half in HALVES for one in lines_of(mark_of(number, half))]
        outcome = found.store.recording.record([(Line("sent", n), one) for n, one in enumerate(sent, 1)], recorded_by="system/tester")
        assert not outcome.refused, outcome.refused
        found.runner.catch_up()
        first = mark_of(number, "a")
        found.roster.invite(f"cor-{first}", "coordinator", WHO)
        mine = found.roster.invite_participant(f"ann-{first}", WHO)
        found.roster.invite("aud", "auditor", WHO)
        grant = found.grants.ask("aud", Reach(relationships=(f"pair-{first}",)), f"Why {first}.", 8, WHO)
        found.projects.create(f"study-{first}", f"Purpose {first}.", WHO)
        found.tokens.create("auditor", name=f"named-{first}")
        tokens = {
            "whole": found.tokens.create("coordinator"),
            "half": found.tokens.made_for("coordinator", 600, "program", member=f"cor-{first}"),
            "auditor": found.tokens.create("auditor"),
            "opener": found.tokens.made_for("auditor", 600, "grant", grant.id, grant.reach, "aud"),
            "researcher": found.tokens.create("researcher", reach=Reach(project=f"study-{first}")),
            "dashboard": found.tokens.create("dashboard"),
            "administrator": found.tokens.create("administrator"),
            "participant": found.tokens.made_for("participant", 600, "program", None, Reach(participant=f"ann-{first}"), mine.id),
        }
        found.log.sign()
        (named,) = [one for one in found.tokens.list() if one.name == f"named-{first}"]
        ids = {"grant": grant.id, "token": named.id}
        return Tenant(number, tokens, outcome.position, ids)


ASKED = {
    "relationship": [
        '{ relationship(id: "%s") { id members { handle participant { id name } } history { id data } initiative { name } } }',
        '{ relationship(id: "%s") { reading(at: "2022-01-01") { phase because { event { id } } } trajectory { phase } } }',
        '{ relationship(id: "%s") { room(at: "2022-01-01") { breadth } moves { at } } }',
        '{ events(filter: {relationship: "%s"}) { nodes { id subject data } } }',
        '{ moves(filter: {relationship: "%s"}) { nodes { at relationship { id } } } }',
        '{ attention(relationship: "%s") { nodes { since relationship { id } event { id } } } }',
        '{ audit { accessLog(relationship: "%s") { nodes { by place } } } }',
        'mutation { recordMeetingHeld(input: {id: "m", relationship: "%s", occurred: "2021-05-01", data: {present: ["a"]}}) { ids } }',
        'mutation { askToOpen(input: {relationships: ["%s"], why: "x"}) { id } }',
    ],
    "participant": [
        '{ participant(id: "%s") { id name joinedWith consents { scope } relationships { nodes { id } } } }',
        '{ relationships(filter: {participant: "%s"}) { nodes { id } } }',
        '{ events(filter: {participant: "%s"}) { nodes { id subject } } }',
        '{ audit { accessLog(participant: "%s") { nodes { by place } } } }',
        'mutation { withdrawConsent(participant: "%s", scope: RECORD) { position } }',
        'mutation { eraseParticipant(participant: "%s") { state } }',
        'mutation { inviteParticipant(participant: "%s") { member { id } } }',
    ],
    "initiative": [
        '{ initiative(id: "%s") { id name relationships { nodes { id members { participant { name } } } } } }',
        '{ relationships(filter: {initiative: "%s"}) { nodes { id } } }',
        '{ events(filter: {initiative: "%s"}) { nodes { id data } } }',
        '{ moves(filter: {initiative: "%s"}) { nodes { at } } }',
        '{ attention(initiative: "%s") { nodes { since relationship { id } event { id } } } }',
        'mutation { appointCoordinator(id: "cor-OWN", initiatives: ["%s"]) { id } }',
        'mutation { askToOpen(input: {initiatives: ["%s"], why: "x"}) { id } }',
    ],
    "event": [
        '{ audit { inclusionProof(event: "%s") { envelope } } }',
        'mutation { recordEventRetracted(input: {id: "m", relationship: "pair-OWN", occurred: "2021", data: {event: "%s"}}) { ids } }',
    ],
    "member": [
        'mutation { renewLink(id: "%s") { path } }',
        'mutation { memberLeaves(id: "%s") }',
        'mutation { releaseCoordinator(id: "%s", initiatives: []) { id } }',
    ],
    "grant": [
        'mutation { openGranted(id: "%s") { token } }',
        'mutation { endOpening(id: "%s") { id } }',
        'mutation { allowOpening(id: "%s") { id } }',
    ],
    "token": ['mutation { revokeToken(id: "%s") }'],
    "project": ['mutation { closeProject(id: "%s") }', '{ research { relationship(pseudonym: "%s") { pseudonym } } }'],
}
"""What is asked with an id, by what it is of."""
PAGES = {kind: f"/events?{kind}=%s" for kind in ("relationship", "participant", "initiative")}


class Found(NamedTuple):
    """What became of so many requests: `foreign`: answers in which something of elsewhere was, `told_apart`: pairs of which the answers
    were not the same; each with what was asked."""

    requests: int = 0
    foreign: tuple[str, ...] = ()
    told_apart: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    def and_then(self, other: "Found") -> "Found":
        return Found(*(mine + more for mine, more in zip(self, other, strict=True)))  # type: ignore[operator]


class Attack:
    """One organisation's holders of tokens, who ask for what is not theirs."""

    def __init__(self, served: Served, own: Tenant, others: list[Tenant], draw: Random) -> None:
        self._client = served.client
        self._client.headers.pop("Authorization", None)
        self._own = own
        self._others = others
        self._draw = draw
        self.asked: Counter[str] = Counter()

    def go_on(self, requests: int) -> Found:
        """Ask so often."""
        found = Found()
        while found.requests < requests:
            found = found.and_then(self._pair())
        return found

    def _pair(self) -> Found:
        """Ask with an id of elsewhere, and with one of nowhere."""
        role = self._draw.choice(ROLES)
        within = role in ("half", "opener", "participant") and self._draw.random() < 0.3
        victim = self._own if within else self._draw.choice(self._others)
        mark = mark_of(victim.number, "b" if within else self._draw.choice(HALVES))
        kind, ask = self._draw.choice(self._ways(role, victim))
        self.asked[kind] += 1
        id = victim.ids.get(kind, f"{OF_KINDS.get(kind, 'x')}-{mark}")
        nowhere = f"{OF_KINDS.get(kind, 'x')}-{self._draw.getrandbits(24):06x}"
        answers = [ask(one) for one in (id, nowhere)]
        texts = [text.replace(sent, "…") for text, sent in zip(answers, (id, nowhere), strict=True)]
        what = f"{role} of {self._own.name} on {id}: {answers[0][:300]} | {answers[1][:300]}"
        mine = {mark_of(self._own.number, half) for half in (HALVES if role not in ("half", "opener", "participant") else "a")}
        foreign = any(seen not in mine for text in texts for seen in MARK.findall(text))
        return Found(
            2,
            (what,) if foreign else (),
            (what,) if texts[0] != texts[1] else (),
            (what,) if any(text.startswith("5") for text in answers) else (),
        )

    def _ways(self, role: str, victim: Tenant) -> list[tuple[str, Callable[[str], str]]]:
        token = self._own.tokens[role]
        ways: list[tuple[str, Callable[[str], str]]] = []
        for kind, queries in ASKED.items():
            ways += [
                (kind, lambda id, query=query: self._query(token, query.replace("OWN", mark_of(self._own.number, "a")) % id))
                for query in queries
            ]  # type: ignore[misc]
        for kind, path in PAGES.items():
            ways.append((kind, lambda id, path=path: self._get(token, path % id)))  # type: ignore[misc]
            ways.append((kind, lambda id, kind=kind: self._follow(token, EVENTS, {kind: id})))  # type: ignore[misc]
        # The ids that the platform makes are no secret within an organisation.
        ways = [(kind, ask) for kind, ask in ways if kind not in victim.ids or victim is not self._own]
        ways.append(("relationship", lambda id: self._follow(token, MOVES, {"relationship": id})))
        ways.append(("relationship", lambda id: self._post(token, meeting("met-new", id, "2021-06-01"))))
        ways.append(
            ("participant", lambda id: self._post(token, match("pair-new", id, f"bob-{mark_of(self._own.number, 'a')}", self._home)))
        )
        if victim is not self._own:
            ways += [("other", lambda id: self._other_token(victim, id))] * 3
        return ways

    @property
    def _home(self) -> str:
        return f"home-{mark_of(self._own.number, 'a')}"

    def _query(self, token: str, query: str) -> str:
        answer = self._client.post("/graphql", json={"query": query}, headers={"Authorization": f"Bearer {token}"})
        return f"{answer.status_code} {answer.text}"

    def _get(self, token: str, path: str) -> str:
        answer = self._client.get(path, headers={"Authorization": f"Bearer {token}"})
        return f"{answer.status_code} {answer.text}"

    def _post(self, token: str, event: bytes) -> str:
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/cloudevents+json"}
        answer = self._client.post("/events", content=event, headers=sent)
        return f"{answer.status_code} {answer.text}"

    def _other_token(self, victim: Tenant, id: str) -> str:
        """A token that holds elsewhere, or the same with its checksum spoilt."""
        token = victim.tokens["whole"]
        if not MARK.search(id):
            token = token[:-1] + ("0" if token[-1] != "0" else "1")
        return self._query(token, "{ relationships { nodes { id } } }")

    def _follow(self, token: str, query: str, narrowed: dict[str, str]) -> str:
        """What a subscription tells up to now."""
        told: list[Any] = []
        with self._client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
            socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
            socket.receive_json()
            payload = {"query": query, "variables": {"filter": narrowed}}
            socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
            while not told or (told[-1]["type"] == "next" and "CaughtUp" not in json.dumps(told[-1])):
                told.append(socket.receive_json())
        return json.dumps(told)


def attacked(place: Place, tenants: list[Tenant], requests: int, seed: int) -> Iterator[tuple[Found, Counter[str]]]:
    """What each organisation's attack came to, one after the other."""
    draw = Random(seed)
    for own in tenants:
        with served_at(place.open(b"r" * 32, own.name, lambda: NOW), bounds=Bounds(requests=0, cost=0, guesses=0)) as served:
            attack = Attack(served, own, [one for one in tenants if one is not own], draw)
            yield attack.go_on(requests // len(tenants)), attack.asked


def recorded(place: Place, tenants: list[Tenant]) -> list[str]:
    """Where something was recorded since."""
    found = []
    for one in tenants:
        with closing(place.open(b"r" * 32, one.name, lambda: NOW)) as store, store.reading() as connection:
            if store.head(connection) != one.head:
                found.append(one.name)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organisations", type=int, default=100)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began, found, ways = time.monotonic(), Found(), Counter[str]()
    with Postgres() as server:
        place = Databases(server)
        tenants = [settled(place, number) for number in range(asked.organisations)]
        for number, (one, kinds) in enumerate(attacked(place, tenants, asked.requests, asked.seed), 1):
            found, ways = found.and_then(one), ways + kinds
            print(f"\r{number} of {asked.organisations} organisations, {found.requests} requests", end="", flush=True)
        changed = recorded(place, tenants)
    minutes = (time.monotonic() - began) / 60
    print(f"\n{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {minutes:.0f} minutes; by what was asked with: {dict(ways)}")
    for name in ("foreign", "told_apart", "broken"):
        print(f"{name.replace('_', ' ')}: {len(getattr(found, name))}", *getattr(found, name)[:5], sep="\n  ")
    print(f"organisations in which something was recorded: {len(changed)}")
    raise SystemExit(bool(changed or found.foreign or found.told_apart or found.broken))


if __name__ == "__main__":
    main()
