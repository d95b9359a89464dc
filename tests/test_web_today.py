"""Today asks for a look where something was agreed or is long silent, and a meeting as agreed is recorded with one tap."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import web_house
from playwright.sync_api import Browser, Locator, Page, expect
from sent_lines import initiative, line, match, meeting, person
from web_house import SEEN_IN, SIZES, WebHouse
from web_recorded import chip, history, send

TODAY = date.today()


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def check_in(of: str) -> bytes:
    return line(f"c-{of}", "check_in_held", f"relationship/{of}", {"with": ["a"], "asked_about": "experience"}, ago(3))


def agreement(id: str, kind: str, days: int) -> bytes:
    """One that was made so many days ago, and was to be looked at again yesterday."""
    data = {"agreement": id, "kind": kind, "parties": ["a", "coordinator"], "prompted_by": "request", "review_on": ago(1)}
    return line(f"agreed-{id}", "boundary_agreed", "relationship/going", data, ago(days))


@pytest.fixture
def own(tmp_path: Path, chromium: Browser) -> Iterator[WebHouse]:
    """Two contacts: the term of the one has lapsed, the other was talked about lately."""
    with web_house.web_house(tmp_path, chromium, filled=False) as house:
        term = {"term": {"kind": "fixed", "until": ago(20)}}
        house.record(
            [
                initiative(), *(one for id in ("anna", "bram", "carla", "dirk") for one in person(id)),
                match("lapsed", "anna", "bram", **term), match("going", "carla", "dirk"),
                meeting("m1", "going", ago(9), place="home:b"),
                *(check_in(id) for id in ("lapsed", "going")),
            ]
        )  # fmt: skip
        yield house


def card(page: Page, heading: str, of: str) -> Locator:
    return page.get_by_role("region", name=heading).get_by_role("article").filter(has=page.locator(f"a[href='/app/contact/{of}']"))


def test_what_asks_for_a_look_is_left_open_and_asks_no_more(own: WebHouse) -> None:
    page = own.visitor().open("")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    task = card(page, "Asks for a look", "lapsed")
    expect(task).to_contain_text("The term lapsed on")
    expect(card(page, "Asks for a look", "going")).to_have_count(0)
    task.get_by_role("button", name="Leave open").click()
    expect(page.get_by_text("Nothing asks for a look today.")).to_be_visible()
    page.goto(f"{own.own}/app/contact/lapsed")
    expect(page.get_by_text("left open for the coordinator: continuation")).to_be_visible()


def test_a_term_that_was_left_open_by_mistake_asks_again(own: WebHouse) -> None:
    visitor = own.visitor()
    page = visitor.open("today")
    task = card(page, "Asks for a look", "lapsed")
    task.get_by_role("button", name="Leave open").click()
    expect(task.get_by_role("status")).to_contain_text("Left open. That is enough.")
    expect(page.get_by_text("Nothing asks for a look today.")).to_be_visible()
    task.get_by_role("button", name="Undo").click()
    expect(task.get_by_role("button", name="Leave open")).to_be_visible()
    assert [event["type"] for event in history(visitor, "lapsed")][-2:] == ["left_open", "event_retracted"]


def test_what_is_put_aside_is_for_all_and_taken_back_and_records_nothing(own: WebHouse) -> None:
    own.record([agreement("often", "frequency_agreed", 40), agreement("tasks", "tasks_limited", 30)])
    one, other = own.visitor(name="anna"), own.visitor(name="bert")
    page = one.open("today")
    before = history(one, "going")
    task = card(page, "Asks for a look", "going").filter(has_text="tasks")
    expect(task.get_by_role("button", name="Leave open")).to_have_count(0)
    task.get_by_role("button", name="Not now").click()
    expect(task.get_by_role("status")).to_contain_text("Put aside, for everybody here. Nothing was recorded.")
    assert one.violations() == []
    theirs = card(other.open("today"), "Asks for a look", "going")
    expect(theirs).to_have_count(1)
    expect(theirs).not_to_contain_text("tasks")
    task.get_by_role("button", name="Undo").click()
    expect(task.get_by_role("button", name="Not now")).to_be_visible()
    expect(card(other.open("today"), "Asks for a look", "going")).to_have_count(2)
    assert history(one, "going") == before


def test_the_answer_to_what_asks_is_one_tap_away(own: WebHouse) -> None:
    page = own.visitor().open("today")
    card(page, "Asks for a look", "lapsed").get_by_role("link", name="How does it go on?").click()
    page.wait_for_url(f"{own.own}/app/record/lapsed/term")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_an_agreement_that_is_renewed_takes_the_place_of_the_old_one(own: WebHouse) -> None:
    own.record([agreement("often", "frequency_agreed", 40), agreement("tasks", "tasks_limited", 30)])
    visitor = own.visitor()
    page = visitor.open("today")
    task = card(page, "Asks for a look", "going").filter(has_text="tasks")
    task.get_by_role("link", name="Renew the agreement").click()
    chip(page, "something happened")
    send(page)
    expect(page.get_by_role("heading", name="The story")).to_be_visible()
    renewed = history(visitor, "going")[-1]["data"]
    assert (renewed["kind"], renewed["parties"], renewed["replaces"]) == ("tasks_limited", ["a", "coordinator"], "tasks")
    visitor.open("today")
    expect(page.get_by_role("link", name="Renew the agreement")).to_have_count(1)


def test_a_meeting_as_agreed_is_one_tap_and_can_be_taken_back(own: WebHouse) -> None:
    page = own.visitor().open("today")
    contact = card(page, "Record quickly", "going")
    contact.get_by_role("button").click()
    expect(contact.get_by_role("status")).to_be_visible()
    page.goto(f"{own.own}/app/contact/going")
    said = page.get_by_text("met: Somebody and Somebody · at the home of Somebody")
    expect(said).to_have_count(2)


def test_two_who_work_side_by_side_see_what_the_other_records_within_a_second(own: WebHouse) -> None:
    one, other = own.visitor(name="anna"), own.visitor(name="bert")
    watching = other.open("contact/going")
    expect(watching.get_by_role("status").filter(has_text="by itself")).to_have_count(0)
    expect(watching.get_by_text("met: Somebody and Somebody")).to_have_count(1)
    card(one.open("today"), "Record quickly", "going").get_by_role("button").click()
    expect(watching.get_by_text("met: Somebody and Somebody")).to_have_count(2)


@pytest.mark.parametrize(("size", "theme", "locale"), SEEN_IN)
def test_nothing_on_today_keeps_anybody_from_using_it(web: WebHouse, theme: str, size: str, locale: str) -> None:
    visitor = web.visitor(color_scheme=theme, viewport=SIZES[size], locale=locale)
    page = visitor.open("today")
    assert page.get_by_role("article").count() > 5
    assert visitor.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]


def test_an_administrator_says_what_asks_and_where_days_begin(own: WebHouse) -> None:
    visitor = own.visitor("administrator", "ada")
    page = visitor.open("")
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    assert visitor.violations() == []
    form = page.get_by_role("main").locator("form").filter(has=page.get_by_label("A term that has lapsed"))
    form.get_by_role("checkbox").uncheck()
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_have_text("Saved.")
    zone = page.get_by_role("main").locator("form").first
    zone.get_by_role("combobox").fill("Mars/Olympus")
    zone.get_by_role("button").click()
    expect(zone.get_by_role("status")).not_to_have_text("Saved.")
    expect(zone.get_by_role("status")).to_contain_text("Mars/Olympus")
    expect(own.visitor().open("today").get_by_text("Nothing asks for a look today.")).to_be_visible()


def test_whoever_may_not_record_has_no_today(web: WebHouse) -> None:
    page = web.visitor("auditor", "ada").open("today")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is not there, or not for you to see.")
