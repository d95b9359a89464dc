"""How a contact went, on its page: pointed at by keys, explained by events that lead to the story, and shown as it was known earlier."""

import re
import time
from collections.abc import Iterator

import pytest
import web_house
from playwright.sync_api import Browser, Locator, Page, expect
from sent_lines import account, initiative, line, match, meeting, person
from web_house import Visitor, WebHouse, settled

from domain.model.time import iso_day

DAY = 86_400_000_000
OPENING = {"opening": "o", "about": "roles", "by": ["a"]}
PHONE = {"width": 320, "height": 640}


class Days:
    """A clock that runs so many days behind."""

    behind = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000 - self.behind * DAY


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[WebHouse]:
    """A contact of which the term ran out, and an account and what was left open were heard of forty days after what else there is."""
    clock = Days()
    clock.behind = 40
    with web_house.web_house(tmp_path_factory.mktemp("late"), chromium, filled=False, clock=clock) as house:
        house.record(
            [
                initiative("home"),
                *person("ada"),
                *person("bo"),
                match("late", "ada", "bo", "home", term={"kind": "fixed", "until": iso_day(clock() + 20 * DAY)}),
                meeting("m1", "late"),
            ]
        )
        clock.behind = 0
        house.record(
            [
                account("said", "late", named="friendship"),
                line("open", "left_open", "relationship/late", OPENING, "2021-04-01", perspective="b"),
            ]
        )
        yield house


def picture(page: Page, title: str) -> Locator:
    return page.get_by_role("figure", name=title)


def table_of(found: Locator) -> list[list[str]]:
    """What a picture says in its table."""
    found.get_by_text("As a table").click()
    expect(found.get_by_role("table")).to_be_visible()
    return [row.locator("th, td").all_inner_texts() for row in found.locator("tbody tr").all()]


def stream(page: Page) -> Locator:
    return picture(page, "The lens evidence, all taken together")


def why(page: Page, lens: str = "evidence") -> Locator:
    return page.get_by_role("region", name=f"Then, and why: {lens}")


def test_a_change_that_is_pointed_at_says_how_it_stood_and_which_events_made_it_so(web: WebHouse) -> None:
    page = web.visitor().open("contact/doris-marrit")
    change = stream(page).get_by_role("button", name="6 November 2020: from help to ambiguity")
    settled(page)
    change.hover()
    expect(why(page).get_by_text("At the end of that day: ambiguity")).to_be_visible()
    expect(why(page).get_by_text("So much is known: 76%.")).to_be_visible()
    expect(why(page).get_by_role("list").last.get_by_role("listitem").first).to_contain_text("matched: Doris (help seeker)")


def test_what_made_a_change_leads_to_where_it_stands_in_the_story(web: WebHouse) -> None:
    page = web.visitor().open("contact/doris-marrit")
    stream(page).get_by_role("button", name="6 November 2020").click()
    told = why(page).get_by_role("link", name="Doris was surprised, about self").first
    told.click()
    anchor = str(told.get_attribute("href"))
    assert page.url.endswith(f"contact/doris-marrit{anchor}")
    expect(page.locator(f"[id='{anchor[1:]}']")).to_be_in_viewport()


def test_any_day_is_reached_with_the_arrow_keys_and_the_changes_are_one_stop_of_the_tab_key(web: WebHouse) -> None:
    page = web.visitor().open("contact/doris-marrit")
    days = page.get_by_role("slider", name="Day in the course: evidence")
    days.focus()
    page.keyboard.press("Home")
    page.keyboard.press("PageDown")
    expect(days).to_have_attribute("aria-valuetext", "1 May 2020: help")
    page.keyboard.press("ArrowRight")
    expect(days).to_have_attribute("aria-valuetext", "2 May 2020: help")
    expect(why(page).get_by_role("heading")).to_have_text("2 May 2020")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("aria-label", "1 May 2020: from not observed to help")
    page.keyboard.press("ArrowRight")
    expect(page.locator(":focus")).to_have_attribute("aria-label", "6 November 2020: from help to ambiguity")
    expect(days).to_have_attribute("aria-valuetext", "6 November 2020: ambiguity")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("As a table")


def test_what_each_said_stands_by_itself_and_who_said_nothing_is_not_observed(web: WebHouse) -> None:
    page = web.visitor().open("contact/petra-maaike")
    rows = table_of(picture(page, "What people themselves said it was"))
    assert [(who, stood) for who, stood, _, _ in rows] == [
        ("Petra", "help"), ("Petra", "ambiguity: both"), ("Maaike", "not observed"),
        ("the coordinator", "help"), ("the coordinator", "ambiguity: left open"),
        ("the members together", "help"), ("the members together", "ambiguity: both"),
    ]  # fmt: skip


def test_at_an_open_table_nobody_is_paired_and_what_the_observer_leaves_open_is_shown_as_theirs(web: WebHouse) -> None:
    page = web.visitor().open("contact/monday-table")
    rows = table_of(picture(page, "What people themselves said it was"))
    assert ["the observer", "ambiguity: left open", "7 September 2020", "still stands"] in rows
    assert ["guest 2", "not observed", "", ""] in rows


def test_what_lasted_is_told_with_when_a_term_ran_out(web: WebHouse) -> None:
    page = web.visitor().open("contact/doris-marrit")
    lasting = picture(page, "What lasted for a time")
    term = lasting.get_by_role("button", name="Terms: fixed term, lapsed, from 1 May 2020, still stands, lapsed on 1 May 2021")
    term.focus()
    expect(lasting.get_by_role("link", name="matched: Doris")).to_be_visible()
    assert ["Terms", "fixed term, lapsed", "1 May 2020", "still stands"] in table_of(lasting)


def test_a_second_lens_stands_on_the_same_days_with_its_own_reasons(web: WebHouse) -> None:
    page = web.visitor().open("contact/petra-maaike")
    page.get_by_label("A second lens beside it").select_option(label="accounts: what people said or left open")
    expect(picture(page, "The lens accounts, all taken together")).to_be_visible()
    page.get_by_role("slider", name="Day in the course: evidence").press("End")
    expect(why(page).get_by_text("So much is known")).to_be_visible()
    expect(why(page, "accounts").get_by_text("At the end of that day: ambiguity: both")).to_be_visible()
    expect(why(page, "accounts").get_by_role("link")).to_have_count(1)


def test_of_a_lens_of_its_own_it_is_said_by_what_it_goes(web: WebHouse) -> None:
    for version, days in (("1", 20), ("2", 700)):
        definition = {"description": f"Forgets in {days} days.", "half_life_days": days}
        web.record([line(f"hasty-{version}", "lens_published", "lens/hasty", {"version": version, "definition": definition})])
    page = web.visitor().open("contact/petra-maaike")
    second = page.get_by_label("A second lens beside it")
    second.select_option("hasty")
    expect(page.get_by_text("hasty: Forgets in 700 days.")).to_be_visible()
    second.select_option("accounts")
    expect(page.get_by_text("Forgets in")).to_have_count(0)


def test_one_holders_view_is_shown_by_itself(web: WebHouse) -> None:
    page = web.visitor().open("contact/petra-maaike")
    page.get_by_label("Whose view").select_option(label="Maaike")
    expect(picture(page, "The lens evidence, as seen by Maaike")).to_be_visible()
    page.get_by_role("slider", name="Day in the course: evidence").press("End")
    expect(why(page).get_by_role("link").first).to_be_visible()
    expect(why(page).get_by_text("account of")).to_have_count(0)


def test_the_whole_page_is_shown_as_it_was_known_and_says_so_until_one_goes_back_to_now(late: WebHouse) -> None:
    visitor = late.visitor()
    page = visitor.open("contact/late")
    told = page.get_by_role("listitem").filter(has_text="account of Somebody: friendship").filter(has_text="recorded on")
    heard = picture(page, "What people themselves said it was").get_by_role("button", name="Somebody: friendship")
    opened = page.get_by_role("button", name="Left open: the roles")
    page.get_by_role("slider", name="Day in the course: evidence").press("End")
    weighed = why(page).get_by_role("link", name="account of Somebody: friendship")
    moved = stream(page).get_by_role("button", name="1 April 2021: from help to ambiguity")
    ran_out = page.get_by_role("button", name="Terms: fixed term, lapsed")
    late_ones = (told, heard, opened, weighed, moved, ran_out)
    for one in late_ones:
        expect(one).to_have_count(1)
    known = page.get_by_label("As we knew it on")
    expect(known).to_have_attribute("aria-valuetext", "now")
    known.press("ArrowLeft")
    expect(page.get_by_text("You see this whole page as we knew it at the end of")).to_be_visible()
    for one in late_ones:
        expect(one).to_have_count(0)
    expect(why(page).get_by_text("At the end of that day: help")).to_be_visible()
    assert visitor.violations() == []
    page.get_by_role("button", name="Back to now").click()
    for one in late_ones:
        expect(one).to_have_count(1)
    expect(page.get_by_text("You see this whole page as we knew it")).to_have_count(0)
    late.leave()


@pytest.mark.parametrize("ahead", [0, 1])
def test_a_contact_that_is_new_today_or_begins_tomorrow_is_shown_and_its_initiative_too(web: WebHouse, ahead: int) -> None:
    id = f"new-{ahead}"
    started = iso_day(time.time_ns() // 1_000 + ahead * DAY)
    lines = [initiative(f"{id}-home"), *person(f"{id}-ada"), *person(f"{id}-bo"), match(id, f"{id}-ada", f"{id}-bo", f"{id}-home")]
    web.record([each.replace(b'"2021-01-01"', f'"{started}"'.encode()) if b"match_made" in each else each for each in lines])
    visitor = web.visitor()
    for path in (f"contact/{id}", f"initiative/{id}-home"):
        page = visitor.open(path)
        expect(page.get_by_role("figure").first).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
        for drawn in page.locator("figure svg").all():
            days = [text for text in drawn.locator("text").all_text_contents() if re.match(r"\d+ [A-Z]", text)]
            assert len(days) == len(set(days)), days
    page = visitor.open(f"contact/{id}")
    page.get_by_role("slider", name="Day in the course: evidence").press("End")
    expect(why(page).get_by_text("At the end of that day")).to_be_visible()
    assert visitor.violations() == []


def test_while_something_is_recorded_the_picture_stays_and_is_drawn_on(web: WebHouse) -> None:
    page = web.visitor().open("contact/astrid-janet")
    drawn = stream(page).locator("svg")
    drawn.evaluate("svg => (svg.dataset.same = 'yes')")
    web.record([account("astrid-late", "astrid-janet", occurred="2022-06-01", named="unsure")])
    expect(page.get_by_text("account of Astrid: unsure").first).to_be_visible()
    expect(drawn).to_have_attribute("data-same", "yes")


@pytest.mark.parametrize(("theme", "locale"), [("light", "nl-NL"), ("dark", "en-GB")])
def test_nothing_keeps_anybody_from_using_the_pictures_with_a_day_looked_at(web: WebHouse, locale: str, theme: str) -> None:
    visitor = web.visitor(locale=locale, color_scheme=theme, viewport=PHONE)
    page = visitor.open("contact/petra-maaike")
    page.locator("select").nth(1).select_option("accounts")
    page.get_by_role("slider").first.press("End")
    expect(page.locator(".because").first).to_be_visible()
    settled(page)
    assert visitor.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_picture_is_kept_with_its_patterns_and_without_names_of_colours(web: WebHouse) -> None:
    visitor: Visitor = web.visitor()
    page = visitor.open("contact/petra-maaike")
    with page.expect_download() as kept:
        stream(page).get_by_role("button", name="Save as SVG").click()
    text = kept.value.path().read_text()
    assert "<pattern" in text
    assert "var(" not in text
