"""An organisation begins: an initiative is recorded on a page, a coordinator is invited to it, and records its first contact."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import web_house
from playwright.sync_api import Browser, Page, Route, expect
from sent_lines import initiative
from web_house import SEEN_IN, SIZES, WebHouse
from web_recorded import asked, chip, fill_people, send

from domain.model.roles import Reach
from domain.store.accesses import Viewer

BOUND = Reach(initiatives=())
HERE = "{ initiatives { nodes { id name kind guidance contact } } }"


@pytest.fixture
def empty(tmp_path: Path, chromium: Browser) -> Iterator[WebHouse]:
    with web_house.web_house(tmp_path, chromium, filled=False) as house:
        yield house


def filled(page: Page, name: str = "Fietsmaatjes Één") -> None:
    page.get_by_label("Name", exact=True).fill(name)
    for chosen in ("buddy project", "light guidance", "contacts for a fixed time"):
        chip(page, chosen)


def begun(page: Page) -> str:
    """The id of the initiative, as the command has it that the page shows."""
    command = page.get_by_role("group", name="the command that invites").inner_text()
    found = re.fullmatch(r"tussenruimte member invite karin --role coordinator --initiative ([a-z0-9-]+)", command)
    assert found, command
    return found[1]


def test_an_administrator_begins_an_initiative_and_its_coordinator_records_the_first_contact(empty: WebHouse) -> None:
    page = empty.visitor("administrator", "jo").open("settings")
    page.get_by_role("link", name="New initiative").click()
    filled(page)
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Add a role").click()
    page.get_by_label("Role", exact=True).fill("maatje")
    page.get_by_role("combobox", name="Who").select_option(label="gives and receives help")
    send(page)
    expect(page.locator(":focus")).to_have_text("Fietsmaatjes Één is recorded. Now somebody has to look after it.")
    id = begun(page)
    assert id.startswith("fietsmaatjes-een-")
    # Nothing that was recorded is shown to an administrator.
    expect(page.get_by_role("link", name="To the initiative")).to_have_count(0)
    empty.organisation.membership.invite("karin", "coordinator", Viewer("member/jo", "administrator"), "system/jo", [id])
    visitor = empty.visitor(name="karin", member="karin", reach=Reach(coordinator="karin"))
    page = visitor.open("today")
    page.get_by_role("link", name="New contact").click()
    fill_people(page, {"Yara": "maatje", "Wim": "help seeker"})
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Yara and Wim")
    assert asked(visitor, HERE)["initiatives"]["nodes"] == [
        {"id": id, "name": "Fietsmaatjes Één", "kind": "buddy", "guidance": "light", "contact": "fixed"}
    ]


@pytest.mark.parametrize("path", ["record/new", "bring", "initiatives"])
def test_where_there_is_no_initiative_a_page_says_so_and_leads_whoever_may_to_begin_one(empty: WebHouse, path: str) -> None:
    page = empty.visitor().open(path)
    expect(page.get_by_text("A contact is part of an initiative, and there is none yet.")).to_be_visible()
    expect(page.locator("form, input")).to_have_count(0)
    page.get_by_role("link", name="New initiative").click()
    filled(page)
    send(page)
    expect(page.get_by_role("link", name="To the initiative")).to_be_visible()
    id = begun(page)
    page.get_by_role("link", name="New contact").click()
    expect(page.get_by_role("group", name="Person 1")).to_be_visible()
    page = empty.visitor(name="bo", reach=BOUND).open(path)
    expect(page.get_by_text("Ask an administrator to begin one, or to appoint you to one.")).to_be_visible()
    expect(page.get_by_role("link", name="New initiative")).to_have_count(0)
    expect(page.get_by_text(id)).to_have_count(0)


@pytest.mark.parametrize(("role", "reach"), [("coordinator", BOUND), ("auditor", web_house.WHOLE)])
def test_whoever_may_not_begin_an_initiative_finds_no_form(empty: WebHouse, role: Any, reach: Reach) -> None:
    page = empty.visitor(role, "bo", reach).open("begin")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is not there, or not for you to see.")


def test_nothing_that_was_typed_is_lost_where_no_answer_comes_and_again_is_not_twice(empty: WebHouse) -> None:
    visitor = empty.visitor()
    page = visitor.open("begin")
    filled(page)

    def answer_is_lost(route: Route) -> None:
        route.fetch()
        route.abort("internetdisconnected")

    page.route("**/graphql", answer_is_lost, times=1)
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("what you filled in still stands here")
    assert len(asked(visitor, HERE)["initiatives"]["nodes"]) == 1
    send(page)
    expect(page.get_by_role("status").filter(has_text="is recorded")).to_be_visible()
    assert [one["id"] for one in asked(visitor, HERE)["initiatives"]["nodes"]] == [begun(page)]


def test_a_refusal_stands_beside_what_it_is_about(empty: WebHouse) -> None:
    page = empty.visitor().open("begin")
    filled(page)
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Add a role").click()
    page.get_by_label("Role", exact=True).fill("volunteer")
    page.get_by_role("combobox", name="Who").select_option(label="receives help")
    send(page)
    expect(page.get_by_role("group", name="Words of its own").locator(".wrong")).to_contain_text("volunteer")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Fietsmaatjes Één")


def test_a_spreadsheet_that_names_an_initiative_that_is_not_there_is_told_what_to_do(empty: WebHouse) -> None:
    empty.record([initiative()])
    page = empty.visitor().open("bring")
    rows = "Volunteer,Help seeker,Since,Initiative\nAnna,Bo,2021-03-01,Nowhere\n"
    page.locator("input[type=file]").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    expect(page.get_by_role("alert")).to_contain_text("‘Nowhere’ is not known here; Next Door is.")
    expect(page.get_by_role("alert")).to_contain_text("begin it first as a new initiative")


@pytest.mark.parametrize(("size", "theme", "locale"), SEEN_IN)
def test_nothing_on_the_pages_keeps_anybody_from_using_them(empty: WebHouse, size: str, theme: str, locale: str) -> None:
    visitor = empty.visitor(color_scheme=theme, viewport=SIZES[size], locale=locale)
    wide = "document.documentElement.scrollWidth"
    for path in ("begin", "record/new", "bring", "initiatives"):
        page = visitor.open(path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        if path == "begin":
            page.locator("details button").click()
        assert visitor.violations() == [], path
        assert page.evaluate(wide) <= SIZES[size]["width"], path
    page = visitor.open("begin")
    page.locator("input[type=text]").first.fill("Een initiatief met een heel lange naam " * 3)
    for group in page.locator("fieldset:has(input[required])").all():
        group.locator(".chip").first.click()
    page.locator("form button:not([type=button])").click()
    expect(page.locator("pre")).to_have_count(2)
    assert visitor.violations() == []
    assert page.evaluate(wide) <= SIZES[size]["width"]
