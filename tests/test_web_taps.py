"""What is recorded most is a matter of seconds: it is counted how often somebody taps, or presses a key, until it is recorded."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import web_house
from playwright.sync_api import Browser, Locator, Page, expect
from sent_lines import initiative, line, match, person
from web_house import SIZES, WebHouse
from web_keys import LOCALES, Keys
from web_recorded import history, named

CONTACT = "seldom"
OTHERS = 6
"""So many other contacts ask for a look too."""
COUNT = """() => {
  window.taps = 0;
  window.pressed = 0;
  addEventListener("pointerdown", (event) => (window.taps += event.isTrusted), true);
  addEventListener("keydown", (event) => (window.pressed += event.isTrusted), true);
}"""
JOBS: dict[str, tuple[int, list[str]]] = {
    "meeting_missed": (4, ["record.all", "record.form.meeting_missed", "record.notice.early", "record.save"]),
    "moment_noted": (4, ["record.all", "record.form.moment_noted", "record.moment.laughter", "record.save"]),
    "account_given": (5, ["record.all", "record.form.account_given", "Sam", "record.named.both", "record.save"]),
    "check_in_held": (2, ["today.do.check_in_due", "record.save"]),
    "left_open": (1, ["today.leave"]),
    "nothing": (1, ["today.aside"]),
    "term_ended": (3, ["today.do.term_lapsed", "record.continuation.left_open", "record.save"]),
}
"""What comes of it: how many taps at most, and on what."""
SAID = {"left_open": "today.left", "nothing": "today.put_aside"}


def ago(days: int) -> str:
    return (date.today() - timedelta(days=days)).isoformat()


@pytest.fixture
def own(tmp_path: Path, chromium: Browser) -> Iterator[WebHouse]:
    """The term of a contact has lapsed, and nobody has talked with those in it; so it is with others, of whom more asks for a look."""
    with web_house.web_house(tmp_path, chromium, filled=False) as house:
        house.record([initiative()])
        for id in (CONTACT, *(f"other-{number}" for number in range(OTHERS))):
            people = [named(raw, name) for name in ("Noor", "Sam") for raw in person(f"{id}-{name}")]
            term = {"term": {"kind": "fixed", "until": ago(20)}}
            house.record([*people, match(id, f"{id}-Noor", f"{id}-Sam", **term)])
        met = {"present": ["a", "b"], "place": "outdoors"}
        house.record([line("met", "meeting_held", f"relationship/{CONTACT}", met, ago(9))])
        yield house


def cards(page: Page, section: str) -> Locator:
    return page.locator(f"section[aria-labelledby={section}] article").filter(has=page.locator(f"a[href='/app/contact/{CONTACT}']"))


def tap(within: Locator, text: str, what: str = "button, a.button, a.card, .chip") -> None:
    """The first that is called so."""
    within.locator(what).filter(has_text=text).first.tap()


@pytest.mark.parametrize("language", LOCALES)
def test_a_meeting_as_agreed_is_two_taps_from_today_however_much_asks_for_a_look(own: WebHouse, language: str) -> None:
    visitor = own.visitor(locale=LOCALES[language], viewport=SIZES["phone"], has_touch=True)
    page, by = visitor.open("today"), Keys(visitor, language)
    page.evaluate(COUNT)
    tap(page.get_by_role("main"), by.say("today.record"), "a")
    expect(page.get_by_role("heading", name=by.say("today.record"))).to_be_in_viewport()
    tap(cards(page, "quickly"), by.say("record.as_agreed"))
    expect(cards(page, "quickly").get_by_role("status")).to_be_visible()
    assert page.evaluate("taps") == 2
    assert history(visitor, CONTACT)[-1]["data"] == {"present": ["a", "b"], "place": "outdoors"}


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("job", JOBS)
def test_what_is_recorded_most_is_a_few_taps_from_today(own: WebHouse, job: str, language: str) -> None:
    visitor = own.visitor(locale=LOCALES[language], viewport=SIZES["phone"], has_touch=True)
    page, by = visitor.open("today"), Keys(visitor, language)
    most, (first, *rest) = JOBS[job]
    before = len(history(visitor, CONTACT))
    page.evaluate(COUNT)
    tap(cards(page, "quickly" if first == "record.all" else "looks"), by.say(first), "a, button")
    for text in rest:
        tap(page.get_by_role("main"), by.say(text) if "." in text else text)
    # Up to the day that stands in it.
    said = by.say("record.recorded", what="") if rest else by.say(SAID[job], day="…").partition("…")[0]
    expect(page.get_by_text(said).first).to_be_visible()
    expect(page.locator(".count")).to_have_count(0)
    assert page.evaluate("taps") <= most
    assert job in ({event["type"] for event in history(visitor, CONTACT)[before:]} or {"nothing"})


@pytest.mark.parametrize("language", LOCALES)
def test_a_meeting_as_agreed_is_four_keystrokes_from_the_name_of_a_contact(own: WebHouse, language: str) -> None:
    visitor = own.visitor(locale=LOCALES[language])
    page, by = visitor.open(f"contact/{CONTACT}"), Keys(visitor, language)
    expect(page.get_by_role("button", name=by.say("record.as_agreed"))).to_be_visible()
    page.evaluate(COUNT)
    for key in ("Tab", "Enter", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text(by.say("record.recorded", what=""))).to_be_visible()
    assert page.evaluate("pressed") == 4
    assert [event["type"] for event in history(visitor, CONTACT)] == ["meeting_held", "meeting_held"]
