"""Members are reminded by mail if they ask for it: once a day or a week, in the morning, of what they look after and of nothing else."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from mail_server import SENDER, URL, Post, mail_server
from sent_lines import ROOT, Clock, line, match, opened, person, record
from store_places import Files, Place
from test_scopes import appointed
from turned_stores import SPANS

from domain.model.errors import Refused
from domain.model.reminders import DAILY, Digest, check_address, due_days, is_morning
from domain.model.time import DAY, HOUR, MINUTE, SECOND, instant
from domain.store import backup
from domain.store.accesses import Viewer, entries
from domain.store.database import REMINDERS, Update
from projections.telemetry.metrics import MAILS
from tussenruimte import Organisation
from workers.loops import Remind

WHO = Viewer("member/anna", "coordinator")
EIGHT = instant("2026-02-02T07:00:00Z")[0]
"""At eight in the morning of a Monday, in Amsterdam."""
FOREIGN = ("coffee", "Coffee", "carla", "dirk", "Somebody", "ours", "theirs", "alice")
"""What no mail to Anna holds: whom and what she does not look after, and whoever she does."""
ANNA = Digest("anna@example.org", DAILY, "en")


def named(home: str, name: str) -> bytes:
    data = {"name": name, "kind": "buddy", "guidance": "light", "contact": "fixed"}
    return line(f"{home}-registered", "initiative_registered", f"initiative/{home}", data)


class Reminded:
    """An organisation in which Anna and Bert each look after an initiative with a contact of which a check-in is due; and a worker."""

    def __init__(self, place: Place, post: Post, organisation: str = "buurtmaat") -> None:
        self.clock, self.post = Clock(), post
        self.clock.now = EIGHT - DAY
        store = place.open(ROOT, organisation, self.clock)
        self.organisation = Organisation(store, mail=post.mail())
        lines = [
            named("buddies", "Next Door"), named("coffee", "Coffee Hour"),
            *(appointed(*pair) for pair in (("anna", "buddies"), ("bert", "coffee"))),
            *(one for id in ("alice", "bram", "carla", "dirk") for one in person(id)),
            match("ours", "alice", "bram", "buddies"), match("theirs", "carla", "dirk", "coffee"),
        ]  # fmt: skip
        outcome = record(store, lines)
        assert not outcome.refused, outcome.refused
        for member in ("anna", "bert"):
            self.organisation.roster.invite(member, "coordinator", WHO)
        self.worker = Remind(self.organisation, None)

    def choose(self, digest: Digest = ANNA, member: str = "anna") -> None:
        self.organisation.reminders.choose(member, digest, WHO)

    def at(self, now: int | str) -> Sequence[str]:
        """What goes out at an instant: the addresses."""
        self.clock.now = instant(now)[0] if isinstance(now, str) else now
        before = len(self.post.came)
        while self.worker.step():
            pass
        return [one["To"] for one in self.post.came[before:]]


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as found:
        yield found


@pytest.fixture
def reminded(place: Place, post: Post) -> Iterator[Reminded]:
    found = Reminded(place, post)
    with closing(found.organisation):
        yield found


# When


@pytest.mark.parametrize(
    ("now", "morning", "day", "monday"),
    [
        ("2026-02-02T05:59:59Z", False, "2026-02-01", "2026-01-26"),
        ("2026-02-02T06:00:00Z", True, "2026-02-02", "2026-02-02"),
        ("2026-02-02T22:59:59Z", True, "2026-02-02", "2026-02-02"),
        ("2026-02-02T23:00:00Z", False, "2026-02-02", "2026-02-02"),
        ("2026-02-05T12:00:00Z", True, "2026-02-05", "2026-02-02"),
        ("2026-07-06T05:00:00Z", True, "2026-07-06", "2026-07-06"),
    ],
)
def test_a_mail_is_of_the_latest_day_whose_morning_has_come(now: str, morning: bool, day: str, monday: str) -> None:
    zone, at = "Europe/Amsterdam", instant(now)[0]
    assert is_morning(zone, at) is morning
    days = due_days(zone, at)
    assert (days[DAILY], days[1]) == (instant(f"{day}T00:00:00Z")[0] // DAY, instant(f"{monday}T00:00:00Z")[0] // DAY)


def test_nobody_gets_a_mail_who_did_not_ask_for_one(reminded: Reminded) -> None:
    assert reminded.at(EIGHT) == []


def test_a_mail_goes_out_once_a_day_in_the_morning_of_the_organisation(reminded: Reminded) -> None:
    reminded.choose()
    assert reminded.at("2026-02-02T05:59:59Z") == []
    assert reminded.at("2026-02-02T06:00:00Z") == ["anna@example.org"]
    assert reminded.at("2026-02-02T20:00:00Z") == []
    reminded.organisation.settings.choose_time_zone("America/Curacao", WHO)
    assert reminded.at("2026-02-03T10:59:00Z") == []
    assert reminded.at("2026-02-03T11:00:00Z") == ["anna@example.org"]


def test_who_asks_after_the_morning_is_reminded_from_the_next_on(reminded: Reminded) -> None:
    reminded.clock.now = EIGHT + HOUR
    reminded.choose()
    assert reminded.at(EIGHT + 2 * HOUR) == []
    assert reminded.at(EIGHT + DAY) == ["anna@example.org"]


def test_a_mail_of_a_week_comes_on_its_day_and_is_caught_up_with_where_no_worker_ran(reminded: Reminded) -> None:
    reminded.choose(Digest("anna@example.org", 3, "nl"))
    assert reminded.at(EIGHT) == []
    assert reminded.at(EIGHT + 2 * DAY) == ["anna@example.org"]
    assert reminded.at(EIGHT + 3 * DAY) == []
    assert reminded.at(EIGHT + 10 * DAY) == ["anna@example.org"]


def test_where_nothing_asks_for_a_look_nothing_is_sent(reminded: Reminded) -> None:
    reminded.choose()
    reminded.organisation.settings.choose_preset("check_in_due", False, None, WHO)
    assert reminded.at(EIGHT) == []
    reminded.organisation.settings.choose_preset("check_in_due", True, None, WHO)
    assert reminded.at(EIGHT + HOUR) == []
    assert reminded.at(EIGHT + DAY) == ["anna@example.org"]


# What stands in it


def test_a_mail_says_how_many_contacts_ask_and_why_and_names_nobody(reminded: Reminded) -> None:
    reminded.choose()
    reminded.at(EIGHT)
    (message,) = reminded.post.came
    text = message.get_content()
    assert "Next Door\n- 1 contact: a check-in is due\n" in text
    assert f"{URL}/app/today" in text
    whole = message.as_string()
    assert not [word for word in FOREIGN if word in whole]
    assert (message["From"].addresses[0].addr_spec, message.get_content_type()) == (SENDER, "text/plain")
    assert message["Date"].datetime.timestamp() == EIGHT // SECOND


def test_in_dutch_it_is_dutch(reminded: Reminded) -> None:
    reminded.choose(Digest("anna@example.org", DAILY, "nl"))
    reminded.at(EIGHT)
    (text,) = reminded.post.texts
    assert "- 1 contact: een gesprek is aan de beurt\n" in text
    assert reminded.post.came[0]["Subject"] == "Tussenruimte: wat om een blik vraagt"


def test_a_name_of_an_initiative_stays_on_its_line_and_several_contacts_are_counted(reminded: Reminded) -> None:
    lines = [
        named("more", "A\nBcc: x@example.org"),
        appointed("anna", "more"),
        *person("eva"),
        *person("finn"),
        *person("gijs"),
        *person("han"),
    ]
    lines += [match("one", "eva", "finn", "more"), match("other", "gijs", "han", "more")]
    assert not record(reminded.organisation.store, lines).refused
    reminded.choose()
    reminded.at(EIGHT)
    (message,) = reminded.post.came
    assert "A Bcc: x@example.org\n- 2 contacts: a check-in is due\n" in message.get_content()
    assert message["Bcc"] is None


# To whom


def test_each_is_told_of_their_own_and_a_released_one_of_nothing(reminded: Reminded) -> None:
    reminded.choose()
    reminded.choose(Digest("bert@example.org", DAILY, "en"), "bert")
    assert reminded.at(EIGHT) == ["anna@example.org", "bert@example.org"]
    anna, bert = reminded.post.texts
    assert ("Next Door" in anna, "Coffee Hour" in anna) == (True, False)
    assert ("Next Door" in bert, "Coffee Hour" in bert) == (False, True)
    reminded.organisation.membership.release("anna", ["buddies"], WHO, "system/test")
    assert reminded.at(EIGHT + DAY) == ["bert@example.org"]


def test_who_left_gets_no_mail_and_their_address_is_gone(reminded: Reminded) -> None:
    reminded.choose()
    reminded.organisation.membership.leaves("anna", WHO, "system/test")
    assert reminded.at(EIGHT) == []
    with reminded.organisation.store.reading() as connection:
        assert connection.execute(f"SELECT * FROM {connection.table(REMINDERS)} r").fetchall() == []
    with pytest.raises(Refused):
        reminded.choose()


def test_another_organisation_on_the_same_platform_sends_nothing_of_it(place: Place, post: Post, reminded: Reminded) -> None:
    reminded.choose()
    elsewhere = Reminded(place.beside("elders") if isinstance(place, Files) else place, post, "elders")
    with closing(elsewhere.organisation):
        assert elsewhere.at(EIGHT) == []
        assert elsewhere.organisation.reminders.of("anna") is None
    assert reminded.at(EIGHT) == ["anna@example.org"]


def test_an_address_stands_nowhere_in_the_clear(reminded: Reminded, caplog: pytest.LogCaptureFixture) -> None:
    reminded.choose()
    reminded.post.refuse = "550 no such user anna@example.org"
    reminded.at(EIGHT)
    with reminded.organisation.store.reading() as connection:
        rows = connection.execute(f"SELECT * FROM {connection.table(REMINDERS)} r").fetchall()
        told = list(entries(connection, None, ["member/anna"]))
    assert "example.org" not in repr(rows) + repr(told) + caplog.text + repr(reminded.organisation.reminders.of("anna"))
    assert reminded.organisation.reminders.of("anna") == ANNA
    assert [one.kinds for one in told] == [("reminded",), ("invited",)]


# Once, whatever happens


def outcomes() -> dict[str, float]:
    return {outcome: MAILS.labels(outcome)._value.get() for outcome in ("sent", "deferred", "refused")}


def test_a_server_that_takes_none_is_tried_again_the_same_day(reminded: Reminded, caplog: pytest.LogCaptureFixture) -> None:
    reminded.choose()
    before = outcomes()
    reminded.post.refuse = "451 try again later"
    assert reminded.at(EIGHT) == []
    assert reminded.at(EIGHT + MINUTE) == []
    assert [one.message for one in caplog.records] == ["mails do not go out, and are tried again: the server refuses the address (451)"]
    reminded.post.refuse = None
    assert reminded.at(EIGHT + 5 * MINUTE) == ["anna@example.org"]
    assert {name: value - before[name] for name, value in outcomes().items()} == {"sent": 1, "deferred": 1, "refused": 0}
    assert caplog.records[-1].message == "remind goes again"


def test_where_nobody_listens_the_worker_goes_on(place: Place) -> None:
    with mail_server() as gone:
        pass
    found = Reminded(place, gone)
    with closing(found.organisation):
        found.choose()
        assert found.at(EIGHT) == []
        with mail_server(gone.port, post=gone):
            assert found.at(EIGHT + 10 * MINUTE) == ["anna@example.org"]


def test_an_address_that_is_refused_for_good_is_left_until_the_next_day(reminded: Reminded) -> None:
    reminded.choose()
    before = outcomes()["refused"]
    reminded.post.refuse = "550 no such user"
    assert reminded.at(EIGHT) == []
    reminded.post.refuse = None
    assert reminded.at(EIGHT + HOUR) == []
    assert outcomes()["refused"] == before + 1
    assert reminded.at(EIGHT + DAY) == ["anna@example.org"]


def test_a_mail_that_is_rejected_for_good_is_sent_no_second_time_that_day(reminded: Reminded) -> None:
    reminded.choose()
    reminded.post.reject = "554 not here"
    assert reminded.at(EIGHT) == []
    reminded.post.reject = None
    assert reminded.at(EIGHT + HOUR) == []
    assert reminded.at(EIGHT + DAY) == ["anna@example.org"]


@pytest.mark.parametrize("goodbye", ["250 OK", "421 later"])
def test_a_mail_that_was_taken_is_taken_however_the_server_says_goodbye(reminded: Reminded, goodbye: str) -> None:
    reminded.choose()
    reminded.post.goodbye = goodbye
    assert reminded.at(EIGHT) == ["anna@example.org"]
    assert reminded.at(EIGHT + HOUR) == []


@pytest.mark.parametrize("change", ["stops", "chooses another address", "leaves"])
def test_a_mail_that_is_no_longer_wanted_does_not_go_though_it_was_taken_up(
    reminded: Reminded, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reminded.choose()
    counts = reminded.organisation.reminding.counts

    def meanwhile(member: str) -> Any:
        found = counts(member)
        if change == "stops":
            reminded.organisation.reminders.stop("anna", WHO)
        elif change == "leaves":
            reminded.organisation.membership.leaves("anna", WHO, "system/test")
        else:
            reminded.choose(Digest("other@example.org", DAILY, "en"))
        return found

    monkeypatch.setattr(reminded.worker, "_counts", meanwhile)
    assert reminded.at(EIGHT) == []


def test_who_comes_in_as_somebody_else_takes_over_no_address(reminded: Reminded) -> None:
    roster = reminded.organisation.roster
    roster.joins("anna", ("https://id.example.org", "one"))
    reminded.choose()
    roster.joins("anna", ("https://id.example.org", "two"))
    assert reminded.organisation.reminders.of("anna") is None


def test_what_one_worker_is_sending_no_other_takes_up_and_what_it_left_is_sent_by_another(reminded: Reminded) -> None:
    reminded.choose()
    reminded.clock.now = EIGHT
    taken = reminded.organisation.reminders.take()
    assert taken is not None
    assert reminded.organisation.reminders.take() is None
    # It died then: whether before the mail went out or after it, nobody knows.
    assert reminded.at(EIGHT + 9 * MINUTE) == []
    assert reminded.at(EIGHT + 10 * MINUTE) == ["anna@example.org"]
    reminded.organisation.reminders.done(taken)
    assert reminded.at(EIGHT + HOUR) == []


def test_a_mail_that_is_sent_twice_is_known_to_be_the_same(reminded: Reminded) -> None:
    reminded.choose()
    reminded.at(EIGHT)
    with reminded.organisation.store.database.writing("tokens") as connection:
        connection.write([Update(REMINDERS, ("done", "again"), ("member",), [(0, 0, "anna")])])
    reminded.at(EIGHT + HOUR)
    reminded.at(EIGHT + DAY)
    first, again, next_day = (one["Message-ID"] for one in reminded.post.came)
    assert first == again != next_day


def test_what_somebody_chose_while_a_mail_was_sent_holds(reminded: Reminded) -> None:
    reminded.choose()
    reminded.clock.now = EIGHT
    taken = reminded.organisation.reminders.take()
    assert taken is not None
    reminded.choose(Digest("anna@example.org", 2, "en"))
    reminded.organisation.reminders.done(taken)
    assert reminded.at(EIGHT + DAY) == ["anna@example.org"]
    reminded.organisation.reminders.stop("anna", WHO)
    reminded.organisation.reminders.done(taken)
    assert reminded.organisation.reminders.of("anna") is None


def test_an_address_that_was_damaged_is_told_of_and_keeps_nobody_else_waiting(reminded: Reminded, caplog: pytest.LogCaptureFixture) -> None:
    reminded.choose()
    reminded.choose(Digest("bert@example.org", DAILY, "en"), "bert")
    with reminded.organisation.store.database.writing("tokens") as connection:
        connection.write([Update(REMINDERS, ("sealed",), ("member",), [("damaged", "anna")])])
    assert reminded.at(EIGHT) == ["bert@example.org"]
    assert "cannot be opened" in caplog.text
    reminded.choose()
    assert reminded.at(EIGHT + DAY) == ["anna@example.org", "bert@example.org"]


# What may be an address


@pytest.mark.parametrize("text", ["anna@example.org", " anna+tr@sub.example.co ", "o'neill@xn--bcher-kva.example"])
def test_addresses_as_servers_take_them_are_taken(text: str) -> None:
    assert check_address(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "", "anna", "anna@localhost", "anna@example.org\nBcc: x@example.org", "a@b.org,c@d.org", "<a@b.org>", "å@b.org", "a@-b.org",
        "a" * 65 + "@b.org", "a@" + "b" * 250 + ".org", "a b@c.org", "a@b..org",
        "=?utf-8?q?a=0D?=@x.org", "a=b@x.org", ".a@x.org", "a.@x.org",
        "a..b@x.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Refused) as told:
        check_address(text)
    assert told.value.refusal.rule == "mail_address"


# Backups


def test_a_backup_brings_back_who_asked_and_nothing_in_the_clear(place: Place, post: Post, reminded: Reminded, tmp_path: Path) -> None:
    reminded.choose()
    backup.save(reminded.organisation.store, tmp_path / "copy", lambda step, count: None)
    assert not [file for file in (tmp_path / "copy").rglob("*") if file.is_file() and b"anna@example.org" in file.read_bytes()]
    with closing(opened(tmp_path / "other.db", clock=reminded.clock)) as store:
        backup.load(store, tmp_path / "copy", lambda step, count: None, SPANS)
        assert Organisation(store).reminders.of("anna") == ANNA
