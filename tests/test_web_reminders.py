"""A coordinator says in the settings how they are reminded, by mail and in a calendar; nothing is on that they did not ask for."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
import web_house
from mail_server import Post
from playwright.sync_api import Browser, Page, expect
from sent_lines import match, meeting, person
from test_reminders import named
from test_scopes import appointed
from web_house import SEEN, SIZES, WebHouse

from domain.model.reminders import DAILY, Digest
from domain.store.accesses import Viewer

WHO = Viewer("command-line/jansen", "operator")
TODAY = date.today().isoformat()


@pytest.fixture
def house(tmp_path: Path, chromium: Browser) -> Iterator[WebHouse]:
    with web_house.web_house(tmp_path, chromium, filled=False) as found:
        found.organisation.mail = Post().mail()
        found.organisation.roster.invite("anna", "coordinator", WHO)
        people = (one for id in ("alice", "bram") for one in person(id))
        contact = match("ours", "alice", "bram", "buddies", rhythm_days=7)
        found.record([named("buddies", "Next Door"), appointed("anna", "buddies"), *people, contact, meeting("met", "ours", TODAY)])
        yield found


def asked(house: WebHouse) -> Digest | None:
    return house.organisation.reminders.of("anna")


def test_mail_is_asked_for_changed_and_stopped_by_keyboard_alone(house: WebHouse) -> None:
    page = house.visitor(member="anna").open("settings")
    expect(page.get_by_text("You get no mail.")).to_be_visible()
    page.get_by_label("Your mail address").focus()
    page.keyboard.type("anna@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("on W")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Mail me")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You get mail in the morning")).to_be_visible()
    assert asked(house) == Digest("anna@example.org", 3, "en")
    page.get_by_label("When").select_option("every day")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert asked(house) == Digest("anna@example.org", DAILY, "en")
    page.reload()
    expect(page.get_by_label("Your mail address")).to_have_value("anna@example.org")
    expect(page.get_by_label("When")).to_have_value("")
    page.get_by_role("button", name="No more mail").click()
    expect(page.get_by_text("You get no mail.")).to_be_visible()
    expect(page.get_by_label("Your mail address")).to_have_value("")
    assert asked(house) is None


def test_in_dutch_a_mail_is_asked_for_in_dutch(house: WebHouse) -> None:
    page = house.visitor(member="anna", locale="nl-NL").open("settings")
    page.get_by_label("Je e-mailadres").fill("anna@example.org")
    page.get_by_role("button", name="Mail mij").click()
    expect(page.get_by_text("Je krijgt ’s ochtends mail")).to_be_visible()
    assert asked(house) == Digest("anna@example.org", DAILY, "nl")


def shown(page: Page) -> str:
    """The address of a calendar, as the page shows it this once."""
    return page.get_by_role("group", name="the address of your calendar").inner_text()


def test_a_calendar_is_subscribed_to_renewed_and_taken_away(house: WebHouse) -> None:
    visitor = house.visitor(member="anna")
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.open("settings")
    expect(page.get_by_text("Your calendar knows of nothing.")).to_be_visible()
    page.get_by_role("button", name="Make an address").click()
    expect(page.get_by_text("This address is shown now and never again.")).to_be_visible()
    address = shown(page)
    page.get_by_role("button", name="Copy the address of your calendar").click()
    expect(page.get_by_text("Copied", exact=False).last).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
    assert "SUMMARY:Next Door: a pair would meet by its rhythm" in httpx.get(address).text
    page.get_by_role("button", name="New address").click()
    expect(page.get_by_role("group", name="the address of your calendar")).not_to_have_text(address)
    assert httpx.get(address).status_code == 404
    address = shown(page)
    page.reload()
    expect(page.get_by_text("Your calendar has an address, since")).to_be_visible()
    expect(page.get_by_role("group", name="the address of your calendar")).to_have_count(0)
    assert httpx.get(address).status_code == 200
    page.get_by_role("button", name="Take the address away").click()
    expect(page.get_by_text("Your calendar knows of nothing.")).to_be_visible()
    assert httpx.get(address).status_code == 404


def test_who_is_nobody_in_particular_is_told_so_and_an_administrator_sets_what_is_theirs(house: WebHouse) -> None:
    page = house.visitor().open("settings")
    expect(page.get_by_text("You are not signed in as one here.")).to_be_visible()
    expect(page.get_by_label("The organisation's time zone")).to_have_count(0)
    page = house.visitor("administrator").open("settings")
    expect(page.get_by_label("The organisation's time zone")).to_be_visible()
    expect(page.get_by_role("heading", name="Reminders")).to_have_count(0)


def test_where_no_mail_is_sent_the_page_says_so(house: WebHouse) -> None:
    house.organisation.mail = None
    page = house.visitor(member="anna").open("settings")
    expect(page.get_by_text("This platform sends no mail.")).to_be_visible()
    expect(page.get_by_label("Your mail address")).to_have_count(0)


@pytest.mark.parametrize(("size", "theme"), SEEN)
def test_nothing_on_the_page_keeps_anybody_from_using_it(house: WebHouse, theme: str, size: str) -> None:
    house.organisation.reminders.choose("anna", Digest("anna@example.org", 5, "en"), WHO)
    visitor = house.visitor(member="anna", color_scheme=theme, viewport=SIZES[size])
    page = visitor.open("settings")
    page.get_by_role("button", name="Make an address").click()
    expect(page.get_by_text("This address is shown now and never again.")).to_be_visible()
    assert visitor.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
