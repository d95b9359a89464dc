"""An organisation with people who consent to research, in relationships of which everything is written so that it is found again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sent_lines import Clock, initiative, line, note, record
from served import Served, served_at
from store_places import Place

from domain.model.roles import Reach, Role
from domain.model.time import DAY, day, iso_day
from domain.store.accesses import Viewer
from domain.store.projects import open_project, pseudonyms_of

WHO = Viewer("command-line/jansen", "operator")
CONTACTS = 7
ROOT = b"r" * 32
START = day("2021-03-01")
FIELDS = """pseudonym origin weeks censoring initiative { pseudonym kind guidance contact }
    members { pseudonym person side joined left }
    trajectory { lens lensVersion holder week phase help friendship ambiguity confidence }
    moves { lens lensVersion holder week was wasKind now kind cause }
    said: trajectory(lens: "accounts", stepWeeks: 4) { week phase } told: moves(lens: "accounts", holder: "coordinator") { week now }"""
WHOLE = f"""query($first: Int, $after: String) {{ research {{ project {{ id purpose since until relationships persons withheld }}
    relationships(first: $first, after: $after) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"""
"""All that can be asked of a project."""


def began(number: int) -> str:
    return iso_day(START + number * 11 * DAY)


def volunteer(number: int) -> str:
    return f"volunteer-{number}"


def seeker(number: int) -> str:
    return f"seeker-{number}"


def consent(id: str, scope: str = "research", way: str = "given", occurred: str = "2021-01-02", event: str | None = None) -> bytes:
    return line(event or f"{id}-{scope}-{way}", f"consent_{way}", f"participant/{id}", {"scope": scope}, occurred)


def somebody(id: str, *scopes: str) -> list[bytes]:
    registered = line(f"{id}-registered", "participant_registered", f"participant/{id}", {"name": f"Name of {id}"})
    return [registered, *(consent(id, scope) for scope in ("record", *scopes))]


def contact(id: str, giver: str, receiver: str, on: str, home: str = "home-one") -> list[bytes]:
    """A match, a meeting, and what one of the two said of it."""
    members = [
        {"handle": f"{who}-here", "participant": who, "roles": [role]} for who, role in ((giver, "volunteer"), (receiver, "help_seeker"))
    ]
    met, said = (iso_day(day(on) + days * DAY) for days in (10, 45))
    stream, handles = f"relationship/{id}", [f"{giver}-here", f"{receiver}-here"]
    return [
        line(f"{id}-match", "match_made", stream, {"initiative": home, "members": members, "term": {"kind": "indefinite"}}, on),
        line(f"{id}-met", "meeting_held", stream, {"present": handles, "mood": "light", **note("The rain was secret.", handles[0])}, met),
        line(f"{id}-said", "account_given", stream, {"named": "friendship", "friendship": 0.9}, said, perspective=handles[1]),
    ]  # fmt: skip


def over(id: str, on: str) -> bytes:
    return line(f"{id}-over", "relationship_ended", f"relationship/{id}", {"ended_by": ["coordinator"], "mode": "mutual"}, on)


class House:
    """The organisation, served. Its clock stands until a test sets it."""

    def __init__(self, served: Served, clock: Clock) -> None:
        self.served, self.clock = served, clock
        self.organisation = served.organisation
        self.record(initiative("home-one"), initiative("home-two"))
        for number in range(CONTACTS):
            self.record(*somebody(volunteer(number), "research"), *somebody(seeker(number), "research"))
            self.record(*contact(f"contact-{number}", volunteer(number), seeker(number), began(number)))
        self.project("study")

    def record(self, *lines: bytes) -> None:
        outcome = record(self.organisation.store, lines, "coordinator/recorder-jansen")
        assert not outcome.refused, outcome.refused

    def project(self, id: str, **more: Any) -> None:
        self.organisation.projects.create(id, "To learn how contacts begin.", WHO, **more)

    def who(self, role: Role, reach: Reach | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.organisation.tokens.create(role, reach=reach or Reach(), name=role)}"}

    def researcher(self, project: str = "study") -> dict[str, str]:
        return self.who("researcher", Reach(project=project))

    def answer(self, query: str, project: str = "study", **variables: Any) -> Any:
        return self.served.answer(query, self.researcher(project), **variables)

    def ask(self, query: str, project: str = "study", **variables: Any) -> Any:
        answer = self.answer(query, project, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]["research"]

    def refusal(self, query: str, project: str = "study", **variables: Any) -> str:
        (code,) = {error["extensions"]["code"] for error in self.answer(query, project, **variables)["errors"]}
        return str(code)

    def nodes(self, project: str = "study") -> list[Any]:
        found = self.ask(WHOLE, project, first=100)["relationships"]["nodes"]
        assert isinstance(found, list)
        return found

    def names(self, project: str = "study") -> set[str]:
        return {node["pseudonym"] for node in self.nodes(project)}

    def called(self, id: str, project: str = "study") -> str:
        """What a relationship is called in a project: known to nobody but who has the secret."""
        store = self.organisation.store
        with store.reading() as connection:
            return pseudonyms_of(open_project(connection, project), store.keys.ring()).relationship(id)


LENSES = """{ research { lenses { name version description } sensitivity(draws: 3) {
    lens lensVersion spread draws seed relationships among otherwise otherwiseMost moves { base least most }
    phases { phase relationships { base least most } weeks { base least most } } weights { weight otherwise moves } }
    tryLens(definition: "{name: tried, version: '1'}") {
        lens beside relationships among same phases { phase relationships } } } }"""
MEASURES = """{ research { relationships(first: 100) { nodes { pseudonym members { pseudonym side }
    measures { week holder scale mode scores { name value } } codes { week holder code } } }
    agreement { code units coders alpha } scales { name } codebook { code description under } } }"""
BY_NAME = """query($name: ID!) { research { relationship(pseudonym: $name) { pseudonym weeks trajectory { week phase
    spells { phase begin end points } } moves { week } } } }"""


@contextmanager
def research_house(place: Place, organisation: str = "buurtmaat") -> Iterator[House]:
    clock = Clock()
    with served_at(place.open(ROOT, organisation, clock)) as served:
        yield House(served, clock)


def texts(answer: Any) -> set[str]:
    """All texts in an answer."""
    if isinstance(answer, dict):
        return {text for value in answer.values() for text in texts(value)}
    if isinstance(answer, list):
        return {text for value in answer for text in texts(value)}
    return {answer} if isinstance(answer, str) else set()


def recorded(house: House) -> set[str]:
    """Every text in everything that is recorded, opened, and every part of it that names something."""
    served = house.served
    lines = served.client.get("/events").text.splitlines()
    whole = texts([json.loads(one) for one in lines])
    return whole | {text.partition("/")[2] for text in whole if "/" in text} | {text[:10] for text in whole if text[:2] == "20"}
