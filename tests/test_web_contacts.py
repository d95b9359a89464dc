"""A coordinator finds a contact and reads its story, in either language, in light and dark."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sent_lines import initiative, line, match, meeting, note, person
from web_house import SEEN, SIZES, WebHouse

from domain.model.roles import Reach

HOSTILE = "<script>document.title = 'owned'</script> \N{RIGHT-TO-LEFT OVERRIDE}<img src=x onerror=alert(1)> " + "x" * 9_000


def test_whoever_signs_in_comes_to_today_and_finds_a_contact_by_name(web: WebHouse) -> None:
    page = web.visitor().open("")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    page.get_by_role("link", name="Contacts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")
    page.get_by_role("searchbox").fill("maaike")
    cards = page.get_by_role("listitem").get_by_role("link")
    expect(cards).to_have_count(1)
    cards.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Petra and Maaike")
    expect(page.get_by_text("met: Petra and Maaike · outdoors · cycling · light").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")


def test_the_pages_speak_the_language_of_the_browser_until_another_is_chosen(web: WebHouse) -> None:
    page = web.visitor(locale="nl-NL").open("contact/petra-maaike")
    expect(page.get_by_text("ontmoeting: Petra en Maaike · buiten · cycling · licht").first).to_be_visible()
    assert page.get_attribute("html", "lang") == "nl"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text("met: Petra and Maaike · outdoors · cycling · light").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("The story")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), SEEN)
@pytest.mark.parametrize("path", ["contacts", "contact/petra-maaike", "nowhere"])
def test_nothing_on_a_page_keeps_anybody_from_using_it(web: WebHouse, path: str, theme: str, size: str) -> None:
    visitor = web.visitor(color_scheme=theme, viewport=SIZES[size])
    page = visitor.open(path)
    assert visitor.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]


RECORDED = """async () => {
    const query = 'query { relationship(id: "lars") { history { recorded } } }';
    const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ query }) };
    const { data } = await (await fetch("/graphql", asked)).json();
    return data.relationship.history.at(-1).recorded;
}"""


@pytest.mark.parametrize(("locale", "at"), [("nl-NL", " om "), ("en-GB", " at ")])
def test_a_time_is_that_of_the_organisation_wherever_somebody_looks_from(web: WebHouse, locale: str, at: str) -> None:
    page = web.visitor(locale=locale, timezone_id="Pacific/Kiritimati").open("contact/lars")
    there = datetime.fromisoformat(page.evaluate(RECORDED)).astimezone(ZoneInfo("Europe/Amsterdam"))
    expect(page.locator("ol.story .from").first).to_contain_text(f"{there.day} ")
    expect(page.locator("ol.story .from").first).to_contain_text(f"{at}{there:%H:%M}")
    expect(page.locator("ol.story .from").first).not_to_contain_text(f"{there.astimezone(ZoneInfo('Pacific/Kiritimati')):%H:%M}")
    today = web.visitor(locale=locale, timezone_id="Pacific/Kiritimati").open("today")
    expect(today.get_by_role("main").locator(".under").first).to_have_text(re.compile(f"^{datetime.now(there.tzinfo).day} "))


def test_on_paper_it_is_light_also_for_whoever_has_it_dark(web: WebHouse) -> None:
    inks = "['--ink', '--paper', '--help'].map((name) => getComputedStyle(document.documentElement).getPropertyValue(name))"
    light = web.visitor(color_scheme="light").open("contact/lars").evaluate(inks)
    page = web.visitor(color_scheme="dark").open("contact/lars")
    assert page.evaluate(inks) != light
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(inks) == light
    expect(page.get_by_role("figure").first.locator("svg").first).to_be_visible()
    expect(page.get_by_role("button", name="Save as SVG").first).to_be_hidden()


def test_a_page_of_nothing_and_a_contact_that_is_not_there_say_so(web: WebHouse) -> None:
    visitor = web.visitor()
    for path in ("nowhere", "contact/nobody", "contact", "initiative", "initiative/nobody", "record/nobody", "record/nobody/correct/x"):
        expect(visitor.open(path).get_by_role("heading", level=1)).to_have_text("This page is not there, or not for you to see.")


def test_what_is_recorded_while_somebody_looks_is_shown_to_them(web: WebHouse) -> None:
    page = web.visitor().open("contact/petra-maaike")
    expect(page.get_by_role("status")).to_have_count(0)
    web.record([line("tea", "moment_noted", "relationship/petra-maaike", {"between": ["a", "b"], "what": "laughter"}, "2026-01-05")])
    expect(page.get_by_text("a moment between Petra and Maaike: laughter")).to_be_visible()


def test_a_hostile_note_is_shown_as_the_text_that_it_is(web: WebHouse) -> None:
    web.record(
        [
            initiative("hostile-home"), *person("mallory"), *person("victim"), match("hostile", "mallory", "victim", "hostile-home"),
            meeting("said", "hostile", **note(HOSTILE, "a")),
        ]
    )  # fmt: skip
    visitor = web.visitor(viewport=SIZES["phone"])
    page = visitor.open("contact/hostile")
    expect(page.get_by_text(HOSTILE[:60])).to_be_visible()
    assert "owned" not in page.title()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"]["width"]


def test_somebody_who_is_not_signed_in_comes_to_where_one_signs_in(web: WebHouse) -> None:
    visitor = web.visitor()
    visitor.context.clear_cookies()
    visitor.page.goto(f"{web.own}/app/contacts")
    visitor.page.wait_for_url(f"{web.own}/sign-in")
    visitor.wrong.clear()  # Chromium tells of the 401 that led there.


def test_a_participant_comes_to_the_page_of_what_is_their_own(web: WebHouse) -> None:
    visitor = web.visitor("participant", "p", Reach(participant="petra-maaike-a"))
    visitor.page.goto(f"{web.own}/app/")
    visitor.page.wait_for_url(f"{web.own}/own")
