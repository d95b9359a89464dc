"""A calendar holds what is of a day in what its member looks after, and names nobody; its address gives entry to it and to nothing else."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import vobject
from icalendar import Calendar
from sent_lines import NOON, Clock, line, match, meeting, person, record
from served import Served, served_at
from store_places import Files, Place
from test_reminders import named
from test_scopes import appointed

from domain.model.roles import Reach
from domain.model.time import DAY
from domain.store.accesses import Viewer, entries

WHO = Viewer("member/ada", "administrator")
RENEW = "mutation { renewCalendar { path } }"
WHOM = ("petra-maaike", "petra", "maaike", "Somebody", "secret", "bert-carla", "coffee")


def of_pair(id: str, kind: str, occurred: str, data: dict[str, Any], **more: str) -> bytes:
    return line(id, kind, "relationship/petra-maaike", data, occurred, **more)


class House:
    """Anna looks after `buddies`, where one contact has something of each kind; Bert looks after `coffee`."""

    def __init__(self, served: Served, clock: Clock) -> None:
        self.served, self.organisation, self.clock = served, served.organisation, clock
        agreed = {"agreement": "g", "kind": "tasks_limited", "parties": ["a", "b"], "prompted_by": "request", "review_on": "2026-02-20"}
        lines = [
            named("buddies", "Next Door"), named("coffee", "Coffee Hour"),
            appointed("anna", "buddies"), appointed("bert", "coffee"),
            *(one for id in ("petra", "maaike", "bert", "carla") for one in person(id)),
            match("petra-maaike", "petra", "maaike", "buddies", term={"kind": "fixed", "until": "2026-06-01"}, rhythm_days=14),
            match("bert-carla", "bert", "carla", "coffee", term={"kind": "fixed", "until": "2026-05-01"}),
            meeting("met", "petra-maaike", "2026-01-30"),
            of_pair("talked", "check_in_held", "2026-01-10", {"with": ["a"], "asked_about": "status", "next_on": "2026-03-01"}),
            of_pair("agreed", "boundary_agreed", "2026-01-10", agreed),
        ]  # fmt: skip
        outcome = record(self.organisation.store, lines)
        assert not outcome.refused, outcome.refused
        for member in ("anna", "bert"):
            self.organisation.roster.invite(member, "coordinator", WHO)

    def member(self, id: str) -> dict[str, str]:
        token = self.organisation.tokens.made_for("coordinator", 60, "program", member=id)
        return {"Authorization": f"Bearer {token}"}

    def renewed(self, id: str = "anna") -> str:
        """The path of a member's calendar."""
        path: str = self.served.answer(RENEW, self.member(id))["data"]["renewCalendar"]["path"]
        return path

    def get(self, path: str, **headers: str) -> Any:
        """As a calendar asks, which shows nothing but the address."""
        return self.served.client.get(path, headers={"Authorization": "", **headers})

    def read(self, path: str) -> list[tuple[str, str]]:
        """The days and what they are of."""
        answer = self.get(path)
        assert answer.status_code == 200
        return [(str(one["dtstart"].dt), str(one["summary"])) for one in Calendar.from_ical(answer.content).walk("VEVENT")]


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    clock = Clock()
    with served_at(place.open(b"r" * 32, "buurtmaat", clock)) as served:
        yield House(served, clock)


ALL = [
    ("2026-02-13", "Next Door: a pair would meet by its rhythm"),
    ("2026-02-20", "Next Door: look at an agreement again"),
    ("2026-03-01", "Next Door: a check-in is due"),
    ("2026-06-01", "Next Door: a term ends"),
]


# What stands in it


def test_it_holds_what_is_of_a_day_and_names_nobody(house: House) -> None:
    path = house.renewed()
    assert house.read(path) == ALL
    text = house.get(path).text
    assert not [word for word in WHOM if word in text]


def test_it_is_a_calendar_to_others_who_read_calendars(house: House) -> None:
    answer = house.get(house.renewed(), **{"Accept-Language": "nl"})
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    made = vobject.readOne(answer.text)
    assert made.validate(raiseException=True)
    first = made.vevent_list[0]
    assert (first.summary.value, first.transp.value) == ("Next Door: een paar zou elkaar zien, naar hun ritme", "TRANSPARENT")
    assert (first.dtend.value - first.dtstart.value).days == 1
    assert first.url.value.endswith("/app/today")
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in answer.text
    assert all(len(row.encode()) <= 75 for row in answer.text.split("\r\n"))
    assert "gesprek" in house.get(f"{house.renewed()}?language=nl", **{"Accept-Language": "en"}).text


def test_an_event_is_called_the_same_as_long_as_what_it_rests_on_stands(house: House) -> None:
    def uids(path: str) -> dict[str, str]:
        return {str(one["summary"]): str(one["uid"]) for one in Calendar.from_ical(house.get(path).content).walk("VEVENT")}

    first = uids(house.renewed())
    house.clock.now = NOON + DAY
    house.organisation.settings.choose_preset("long_silence", True, 3, WHO)
    assert uids(house.renewed()) == first
    assert len(set(first.values())) == len(ALL)
    assert not record(house.organisation.store, [meeting("again", "petra-maaike", "2026-02-01")]).refused
    house.organisation.runner.catch_up()
    now = uids(house.renewed())
    assert {name for name in now if now[name] != first[name]} == {"Next Door: a pair would meet by its rhythm"}


def test_what_the_organisation_does_not_ask_about_and_what_was_left_open_is_of_no_day(house: House) -> None:
    path = house.renewed()
    house.organisation.settings.choose_preset("long_silence", False, None, WHO)
    house.organisation.settings.choose_preset("term_lapsed", False, None, WHO)
    assert house.read(path) == ALL[1:]
    house.organisation.settings.choose_preset("term_ends_soon", False, None, WHO)
    assert house.read(path) == ALL[1:3]
    opened = {"opening": "o", "about": "needs"}
    house.clock.now = NOON + 28 * DAY
    assert not record(house.organisation.store, [of_pair("left", "left_open", "2026-02-25", opened, perspective="coordinator")]).refused
    house.organisation.runner.catch_up()
    assert house.read(path) == ALL[2:3]


# Who reads it


def test_each_reads_of_their_own_from_the_moment_of_an_appointment_to_that_of_a_release(house: House) -> None:
    path, other = house.renewed(), house.renewed("bert")
    assert house.read(other) == [("2026-05-01", "Coffee Hour: a term ends")]
    membership = house.organisation.membership
    membership.appoint("bert", ["buddies"], WHO, "system/test")
    assert len(house.read(other)) == 5
    membership.release("bert", ["coffee"], WHO, "system/test")
    assert house.read(other) == ALL
    membership.release("bert", ["buddies"], WHO, "system/test")
    assert house.get(other).status_code == 404
    assert house.read(path) == ALL


def test_who_left_reads_nothing_any_more(house: House) -> None:
    path = house.renewed()
    house.organisation.membership.leaves("anna", WHO, "system/test")
    assert house.get(path).status_code == 404


def test_a_new_address_ends_the_one_before_and_one_that_was_taken_away_is_gone(house: House) -> None:
    first = house.renewed()
    second = house.renewed()
    assert house.get(first).status_code == 404
    assert house.read(second) == ALL
    anna = house.member("anna")
    assert house.served.answer("{ reminders { calendar } }", anna)["data"]["reminders"]["calendar"] == "2026-01-31T12:00:00Z"
    assert house.served.answer("mutation { endCalendar }", anna)["data"] == {"endCalendar": True}
    assert house.get(second).status_code == 404
    assert house.served.answer("mutation { endCalendar }", anna)["data"] == {"endCalendar": False}
    assert house.served.answer("{ reminders { calendar } }", anna)["data"]["reminders"]["calendar"] is None


def test_its_secret_gives_entry_to_nothing_else_and_nothing_else_to_it(house: House) -> None:
    secret = house.renewed().removeprefix("/calendar/").removesuffix(".ics")
    for path in ("/graphql?query={viewer{role}}", "/events", "/own", "/schemas/schema.graphql"):
        assert house.served.client.get(path, headers={"Authorization": f"Bearer {secret}"}).status_code == 401
        assert house.served.client.get(path, headers={"Authorization": "", "Cookie": f"tr_session={secret}"}).status_code == 401
    assert house.organisation.tokens.redeem(secret) is None
    tokens = house.organisation.tokens
    others = [tokens.create(), *(tokens.made_for("coordinator", 60, use, member="anna") for use in ("program", "session", "link"))]  # type: ignore[arg-type]
    for other in (*others, secret[:-1] + ("y" if secret.endswith("x") else "x"), "tr_", "x"):
        assert house.get(f"/calendar/{other}.ics").status_code == 404
        assert house.served.client.get(f"/calendar/{other}.ics").status_code == 404


def test_the_address_of_another_organisation_is_none_here(place: Place, house: House) -> None:
    path, clock = house.renewed(), Clock()
    beside = place.beside("elders") if isinstance(place, Files) else place
    with served_at(beside.open(b"r" * 32, "elders", clock)) as served:
        elsewhere = House(served, clock)
        assert elsewhere.get(path).status_code == 404
        assert elsewhere.read(elsewhere.renewed()) == ALL


def test_who_guesses_at_addresses_is_slowed(house: House) -> None:
    path = house.renewed()
    assert house.read(path) == ALL
    answers = [house.get(f"/calendar/guess-{number}.ics").status_code for number in range(70)]
    assert (answers[0], answers[-1]) == (404, 429)
    assert house.read(path) == ALL


def test_who_guesses_at_what_stops_mails_is_slowed(house: House) -> None:
    answers = [
        house.served.client.post(f"/reminders/stop/guess-{number}", headers={"Authorization": ""}).status_code for number in range(70)
    ]
    assert (answers[0], answers[-1]) == (200, 429)


def test_however_often_it_is_renewed_at_once_one_address_holds(house: House) -> None:
    tokens = house.organisation.tokens
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: tokens.renew_calendar("coordinator", Reach(coordinator="anna"), "anna"), range(8)))
    assert len([one for one in made if tokens.calendar(one) is not None]) == 1


# What is kept of a look


def test_a_look_stands_in_the_log_and_one_that_shows_nothing_new_does_not(house: House) -> None:
    path = house.renewed()
    answer = house.get(path)

    def looks() -> list[tuple[str, tuple[str, ...]]]:
        with house.organisation.store.reading() as connection:
            return [(one.by, one.kinds) for one in entries(connection, None, ["initiative/buddies"])]

    assert looks() == [("member/anna", ("calendar",))]
    again = house.get(path, **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    assert len(looks()) == 1
    house.organisation.settings.choose_preset("check_in_due", False, None, WHO)
    assert house.get(path, **{"If-None-Match": answer.headers["etag"]}).status_code == 200
    assert len(looks()) == 2


def test_what_is_stored_of_an_address_is_not_the_address(house: House) -> None:
    secret = house.renewed().removeprefix("/calendar/").removesuffix(".ics")
    shown = [one for one in house.organisation.tokens.shown() if one.use == "calendar"]
    assert [one.member for one in shown] == ["anna"]
    with house.organisation.store.reading() as connection:
        told = json.dumps([one.kinds for one in entries(connection, None, ["member/anna"])])
    assert secret not in repr(shown) + told
    assert "calendar_made" in told
