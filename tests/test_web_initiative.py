"""A coordinator looks at an initiative: where its contacts stand, how they stood over time and what moved, each a way to the contact."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Download, Locator, Page, expect
from sent_lines import account, ended, initiative, line, match, meeting, person
from web_house import SEEN, SIZES, WebHouse

from domain.model.roles import Reach, Role

NOWHERE = "This page is not there, or not for you to see."
EACH = """query Each($id: ID!, $lens: String) {
  relationships(first: 500, filter: {initiative: $id}) { nodes {
    reading(at: "2025-06-01", lens: $lens) { phase } moves(lens: $lens) { was now at }
  } }
}"""


def city(home: str, count: int) -> list[bytes]:
    """Contacts of an initiative, of two people each: every third says that it is a friendship, every fourth met and ended. Of one
    more nothing is known, and of another no more than was said long ago."""
    lines = [initiative(home)]
    for number in range(count):
        id = f"{home}-{number}"
        lines += [*person(f"{id}-a"), *person(f"{id}-b"), match(id, f"{id}-a", f"{id}-b", home)]
        if number % 3 == 0:
            lines.append(account(f"{id}-said", id, occurred=f"2024-{number % 12 + 1:02}-01", named="friendship", friendship=1))
        if number % 4 == 0:
            lines += [meeting(f"{id}-met", id, "2022-05-01"), ended(id, "2025-03-01")]
    for name, day in (("faded", "2021-01-01"), ("unknown", "2024-02")):
        alone = {"initiative": home, "members": [{"handle": "a", "participant": f"{home}-0-a", "roles": []}]}
        lines.append(line(f"{home}-{name}", "contact_emerged", f"relationship/{home}-{name}", alone, day))
    return [*lines, account(f"{home}-long-ago", f"{home}-faded", named="friendship")]


@pytest.fixture(scope="module", autouse=True)
def homes(web: WebHouse) -> None:
    web.record(city("many", 12))
    web.record(city("few", 3))
    setting = {"by": "coordinator", "instrument": "setting", "way": "left_open"}
    guided = {"by": "coordinator", "instrument": "guidance", "way": "alternative_offered"}
    agreed = {"agreement": "g", "kind": "tasks_limited", "parties": ["all"], "prompted_by": "request"}
    web.record(
        [
            line("many-table", "room_made", "initiative/many", setting, "2024-04-01"),
            line("many-asked", "room_made", "relationship/many-1", guided, "2025-05-31"),
            line("many-agreed", "boundary_agreed", "relationship/many-2", agreed, "2025-06-01"),
        ]
    )


def picture(page: Page, title: str) -> Locator:
    return page.get_by_role("figure", name=title)


def rows(page: Page, title: str) -> list[list[str]]:
    """The picture as a table."""
    told = picture(page, title)
    told.get_by_text("As a table").click()
    expect(told.locator("tbody tr").first).to_be_attached()
    return [row.locator("th, td").all_inner_texts() for row in told.locator("tbody tr").all()]


def said(phase: str) -> str:
    return phase.lower().replace("unobserved", "not observed")


def on(page: Page, day: str) -> None:
    page.get_by_label("On which day").fill(day)
    page.get_by_label("On which day").press("Enter")


def asked(page: Page, lens: str = "evidence") -> list[dict[str, Any]]:
    told = page.evaluate(
        """async ([query, variables]) => (await fetch("/graphql", {
          method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({query, variables}),
        })).json()""",
        [EACH, {"id": "many", "lens": lens}],
    )
    nodes: list[dict[str, Any]] = told["data"]["relationships"]["nodes"]
    return nodes


def test_an_initiative_is_found_and_its_contacts_are_a_step_away(web: WebHouse) -> None:
    page = web.visitor().open("initiatives")
    page.get_by_role("link", name="Walking Buddies").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Walking Buddies")
    expect(page.get_by_text("buddy project · intensive guidance · contacts for a fixed time")).to_be_visible()
    mark = picture(page, "Where contacts stand").locator(".marks a")
    expect(mark).to_have_attribute("aria-label", re.compile("^Doris and Marrit: ambiguity"))
    mark.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Doris and Marrit")


def test_every_contact_is_in_the_triangle_or_told_beside_it(web: WebHouse) -> None:
    page = web.visitor().open("initiative/many")
    on(page, "2025-06-01")
    expect(page.get_by_text("on 1 June 2025").first).to_be_visible()
    phases = Counter(one["reading"]["phase"] for one in asked(page))
    between = phases["HELP"] + phases["FRIENDSHIP"] + phases["AMBIGUITY"]
    told = f"{between} stand in the picture; outside it: {phases['UNOBSERVED']} not observed, {phases['ENDED']} ended."
    expect(page.get_by_text(told)).to_be_visible()
    expect(picture(page, "Where contacts stand").locator(".marks a")).to_have_count(between)
    assert Counter(row[1].upper() for row in rows(page, "Where contacts stand")) == Counter(
        {phase: phases[phase] for phase in ("HELP", "FRIENDSHIP", "AMBIGUITY") if phases[phase]}
    )


def test_what_had_not_begun_on_a_day_is_told_as_that(web: WebHouse) -> None:
    page = web.visitor().open("initiative/many")
    on(page, "2023-01-01")
    expect(page.get_by_text("12 stand in the picture; outside it: 1 not observed, 1 not begun yet.")).to_be_visible()


@pytest.mark.parametrize("lens", ["evidence", "accounts"])
def test_the_columns_of_time_count_what_the_readings_say(web: WebHouse, lens: str) -> None:
    page = web.visitor().open("initiative/many")
    page.get_by_label("How it is read").select_option(lens)
    phases = Counter(one["reading"]["phase"] for one in asked(page, lens))
    expected = [str(phases[phase]) for phase in ("HELP", "AMBIGUITY", "FRIENDSHIP", "UNOBSERVED", "ENDED")]
    told = picture(page, "How contacts stood over time")
    told.get_by_text("As a table").click()
    row = told.locator("tbody tr").filter(has=page.get_by_role("rowheader", name="1 June 2025", exact=True))
    expect(row.locator("td")).to_have_text(expected)


def test_streams_count_the_moves_of_a_period_and_no_direction_looks_better(web: WebHouse) -> None:
    page = web.visitor().open("initiative/many")
    page.get_by_label("From", exact=True).fill("2021-01-01")
    page.get_by_label("Up to and including").fill("2025-06-01")
    moves = [move for one in asked(page) for move in one["moves"] if move["at"] < "2025-06-02" and move["was"] != move["now"]]
    expected = Counter((said(move["was"]), said(move["now"])) for move in moves)
    found = {(was, now): int(times) for was, now, times in rows(page, "What moved")}
    assert found == expected
    fills = picture(page, "What moved").locator("svg > path").evaluate_all("paths => paths.map((path) => path.getAttribute('fill'))")
    assert len(fills) == len(expected)
    assert set(fills) == {"var(--soft)"}
    page.get_by_label("From", exact=True).fill("2021-01-02")
    page.get_by_label("Up to and including").fill("2021-01-03")
    expect(page.get_by_text("From 2 January 2021 up to and including 3 January 2021 nothing moved.")).to_be_visible()


def test_rows_are_in_the_order_of_beginning_and_say_what_they_went_through(web: WebHouse) -> None:
    page = web.visitor().open("initiative/many")
    begun = [row[1] for row in rows(page, "Each contact over time")]
    assert begun == ["1 January 2021"] * 13 + ["February 2024"]
    row = picture(page, "Each contact over time").get_by_role("link", name="Somebody and Somebody").first
    row.hover()
    expect(page.locator(".named").last).to_contain_text("Somebody and Somebody: help from 1 January 2021")


def test_room_is_told_by_instrument_and_by_kind_of_agreement(web: WebHouse) -> None:
    page = web.visitor().open("initiative/many")
    on(page, "2025-06-01")
    expect(page.get_by_text("In all contacts together, on 1 June 2025.")).to_be_visible()
    told = dict(rows(page, "Room that was made and limited"))
    assert told["Room made, by what: guidance"] == "1"
    assert told["Room made, by what: the setting"] == "0"
    assert told["Agreed, on what: tasks limited"] == "1"
    expect(page.get_by_text("room was made once in the setting of the initiative itself, up to 1 June 2025")).to_be_visible()


def test_what_people_say_has_no_place_in_the_triangle_and_the_page_says_so(web: WebHouse) -> None:
    page = web.visitor().open("initiative/many")
    page.get_by_label("How it is read").select_option("accounts")
    expect(page.get_by_text("Read like this a contact has no shares")).to_be_visible()
    expect(page.locator(".ternary")).to_have_count(0)


def test_marks_are_one_stop_of_the_tab_key_and_arrows_go_from_one_to_the_next(web: WebHouse) -> None:
    page = web.visitor().open("initiative/many")
    page.wait_for_selector(".ternary .marks a")
    page.get_by_label("Through time").focus()
    marks = page.locator(".ternary .marks a")
    named = page.locator(".named").first
    page.keyboard.press("Tab")
    expect(marks.first).to_be_focused()
    expect(named).to_have_text(marks.first.get_attribute("aria-label") or "")
    page.keyboard.press("End")
    expect(marks.last).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(marks.nth(-2)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("summary").first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/app/contact/*")


def test_pictures_of_few_people_stay_on_the_page_which_says_why(web: WebHouse) -> None:
    page = web.visitor().open("initiative/few")
    expect(page.get_by_text("This is of fewer than 10 people. So the pictures stay here, and are not saved or printed")).to_be_visible()
    expect(page.locator(".ternary .marks a").first).to_be_visible()
    assert page.get_by_role("button", name="Save as").count() == 0
    page.emulate_media(media="print")
    assert not any(drawn.is_visible() for drawn in page.locator(".drawn").all())


def test_a_picture_that_is_saved_names_nobody_and_leads_nowhere(web: WebHouse) -> None:
    page = web.visitor().open("initiative/many")
    page.wait_for_selector(".ternary .marks a")
    for title, file in (("Where contacts stand", "many-where"), ("Each contact over time", "many-each")):
        with page.expect_download() as saving:
            picture(page, title).get_by_role("button", name="Save as SVG").click()
        assert saving.value.suggested_filename == f"{file}.svg"
        svg = text_of(saving.value)
        assert svg.count('<g transform="translate(') >= 11
        assert not re.search(r"<a\b|href|Somebody|many-\d|data-mark|var\(", svg)
    with page.expect_download() as saving:
        picture(page, "How contacts stood over time").get_by_role("button", name="Save as PNG").click()
    assert Path(saving.value.path()).read_bytes().startswith(b"\x89PNG")


def text_of(download: Download) -> str:
    return Path(download.path()).read_text()


def test_an_initiative_of_another_coordinator_is_not_there(web: WebHouse) -> None:
    visitor = web.visitor(reach=Reach(initiatives=("few",)))
    page = visitor.open("initiatives")
    expect(page.get_by_role("main").get_by_role("link")).to_have_count(1)
    expect(visitor.open("initiative/many").get_by_role("heading", level=1)).to_have_text(NOWHERE)


@pytest.mark.parametrize(("role", "told"), [("auditor", NOWHERE), ("administrator", NOWHERE), ("dashboard", "You are signed in")])
def test_whoever_may_not_open_readings_has_no_page_of_an_initiative(web: WebHouse, role: Role, told: str) -> None:
    visitor = web.visitor(role)
    for path in ("initiatives", "initiative/many"):
        expect(visitor.open(path).get_by_role("heading", level=1)).to_have_text(told)


def test_what_is_recorded_meanwhile_stands_there_at_once(web: WebHouse) -> None:
    web.record([initiative("young"), *person("young-a"), *person("young-b")])
    page = web.visitor().open("initiative/young")
    expect(page.get_by_text("There is no contact in this initiative yet.")).to_be_visible()
    expect(page.get_by_role("status")).to_have_count(0)
    web.record([match("young-1", "young-a", "young-b", "young")])
    expect(page.get_by_text("1 contact", exact=True)).to_be_visible(timeout=2_000)
    expect(page.locator(".ternary .marks a")).to_have_count(1)


@pytest.mark.parametrize(("size", "theme"), SEEN)
@pytest.mark.parametrize("path", ["initiatives", "initiative/many", "initiative/few"])
def test_nothing_on_the_pages_keeps_anybody_from_using_them(web: WebHouse, path: str, theme: str, size: str) -> None:
    visitor = web.visitor(color_scheme=theme, viewport=SIZES[size])
    page = visitor.open(path)
    for table in page.locator("summary").all():
        table.click()
    assert visitor.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
