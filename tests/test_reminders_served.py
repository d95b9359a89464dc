"""Each member says over GraphQL how they are reminded, for themselves alone; a link in each mail stops it without signing in."""

from collections.abc import Iterator
from typing import Any

import pytest
from everything import REMINDED
from mail_server import URL, Post, mail_server
from sent_lines import Clock
from served import NOW, served_at
from store_places import Place
from test_scopes import WHO, House

from domain.model.reminders import DAILY, Digest
from domain.model.roles import Reach, Role
from domain.model.time import DAY
from domain.store.accesses import entries
from projections.export.letter import STOP
from workers.loops import Remind

CHOOSE = """mutation($address: String!, $weekday: Weekday, $language: Language!) {
  remindByMail(address: $address, weekday: $weekday, language: $language) { mail digest { address weekday language } } }"""
ANNA: dict[str, Any] = {"address": "anna@example.org", "weekday": None, "language": "NL"}
ALL = (
    (REMINDED, {}), (CHOOSE, ANNA), ("mutation { stopMail { mail } }", {}), ("mutation { renewCalendar { path } }", {}),
    ("mutation { endCalendar }", {}),
)  # fmt: skip


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    found = Clock()
    found.now = NOW
    return found


@pytest.fixture
def house(place: Place, post: Post, clock: Clock) -> Iterator[House]:
    with served_at(place.open(b"r" * 32, "buurtmaat", clock)) as served:
        served.organisation.mail = post.mail()
        yield House(served)


def mine(house: House, id: str = "anna") -> Any:
    return house.ask(house.member(id), REMINDED)["data"]["reminders"]


def test_nobody_is_reminded_before_they_ask_and_each_asks_for_themselves(house: House) -> None:
    nothing = {"mail": True, "digest": None, "calendar": None}
    assert mine(house) == nothing
    told = house.ask(house.member("anna"), CHOOSE, **ANNA)["data"]["remindByMail"]
    assert told["digest"] == mine(house)["digest"] == ANNA
    assert mine(house, "bert") == nothing
    weekly = house.ask(house.member("anna"), CHOOSE, **{**ANNA, "weekday": "FRIDAY", "language": "EN"})["data"]["remindByMail"]
    assert weekly["digest"] == {"address": "anna@example.org", "weekday": "FRIDAY", "language": "EN"}
    assert house.ask(house.member("anna"), "mutation { stopMail { digest { address } } }")["data"] == {"stopMail": {"digest": None}}
    assert mine(house) == nothing


def test_every_change_stands_in_the_log_of_who_looked_without_the_address(house: House) -> None:
    for query, variables in ALL[1:]:
        house.ask(house.member("anna"), query, **variables)
    with house.organisation.store.reading() as connection:
        told = [(one.by, one.kinds[0]) for one in entries(connection, None, ["member/anna"]) if one.kinds[0] != "invited"]
    kinds = ["reminded", "reminded_no_more", "calendar_made", "calendar_ended"]
    assert sorted(told) == sorted(("member/anna", kind) for kind in kinds)


@pytest.mark.parametrize("role", ["auditor", "researcher", "dashboard", "administrator", "participant"])
def test_who_looks_after_no_contacts_is_not_reminded_of_them(house: House, role: Role) -> None:
    reach = {"researcher": Reach(project="p"), "participant": Reach(participant="alice")}.get(role, Reach())
    token = house.organisation.tokens.made_for(role, 60, "program", "somebody", reach)
    for query, variables in ALL:
        assert house.code({"Authorization": f"Bearer {token}"}, query, **variables) == "FORBIDDEN"


def test_a_program_is_nobody_to_be_reminded(house: House) -> None:
    for query, variables in ALL:
        (error,) = house.ask(house.program("coordinator"), query, **variables)["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert "Only a member who looks after contacts" in error["message"]


def test_what_is_no_address_is_refused_by_its_name_and_nothing_is_kept(house: House) -> None:
    (error,) = house.ask(house.member("anna"), CHOOSE, **{**ANNA, "address": "anna@example.org\r\nBcc: x@example.org"})["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", "address")
    assert mine(house)["digest"] is None


def test_where_no_mail_is_sent_nobody_asks_for_it_in_vain(house: House) -> None:
    house.organisation.mail = None
    assert mine(house)["mail"] is False
    (error,) = house.ask(house.member("anna"), CHOOSE, **ANNA)["errors"]
    assert "This platform sends no mail" in error["message"]


# The link in a mail


@pytest.fixture
def link(house: House, post: Post, clock: Clock) -> str:
    """The path in a mail that Anna got."""
    house.organisation.reminders.choose("anna", Digest("anna@example.org", DAILY, "en"), WHO)
    clock.now += DAY
    assert Remind(house.organisation, None).step()
    (message,) = post.came
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message["List-Unsubscribe"].strip("<>")
    assert address in message.get_content()
    assert f"\r\nList-Unsubscribe: <{address}>\r\n" in post.sent[0]
    assert max(len(row) for row in post.sent[0].partition("\r\n\r\n")[2].split("\r\n")) <= 76
    assert address.startswith(f"{URL}{STOP}")
    return str(address.removeprefix(URL))


def nobody(house: House, method: str, path: str, **more: Any) -> Any:
    return house.served.client.request(method, path, headers={"Authorization": ""}, **more)


def test_one_click_stops_the_mails_of_a_member_and_destroys_their_address(house: House, link: str) -> None:
    house.organisation.reminders.choose("bert", Digest("bert@example.org", DAILY, "en"), WHO)
    answer = nobody(house, "POST", link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert mine(house) == {"mail": True, "digest": None, "calendar": None}
    assert mine(house, "bert")["digest"]["address"] == "bert@example.org"
    assert nobody(house, "POST", link).status_code == 200


def test_a_program_that_opens_the_link_stops_nothing_and_a_person_is_asked(house: House, link: str) -> None:
    for method in ("GET", "HEAD"):
        answer = nobody(house, method, link)
        assert answer.status_code == 200
        assert mine(house)["digest"] is not None
    page = house.served.client.get(link, headers={"Authorization": "", "Accept-Language": "nl"}).text
    assert f'<form method="post" action="{link}">' in page
    assert "Stop deze mails" in page
    assert "anna" not in page


def test_the_link_does_nothing_else_and_nothing_else_does_what_it_does(house: House, link: str) -> None:
    secret = link.removeprefix(STOP)
    assert house.served.client.get("/graphql?query={viewer{role}}", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert nobody(house, "GET", f"/calendar/{secret}.ics").status_code == 404
    calendar = house.organisation.tokens.renew_calendar("coordinator", Reach(coordinator="anna"), "anna")
    for other in (calendar, house.served.token, secret[:-1] + ("x" if secret[-1] != "x" else "y"), "anna", "%00"):
        # Whether there was anything to stop is told to nobody.
        assert nobody(house, "POST", f"{STOP}{other}").status_code == 200
        assert mine(house)["digest"] is not None
    nobody(house, "POST", link)
    assert house.organisation.tokens.calendar(calendar) is not None


def test_a_link_goes_on_to_hold_when_something_else_is_chosen(house: House, link: str) -> None:
    house.organisation.reminders.choose("anna", Digest("other@example.org", 3, "nl"), WHO)
    nobody(house, "POST", link)
    assert mine(house)["digest"] is None
