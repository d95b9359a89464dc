"""A researcher looks at their project: how its contacts stood week by week, under pseudonyms, in groups of enough people, to take along."""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect
from sent_lines import line
from web_house import SEEN, SIZES, WebHouse
from web_keys import LOCALES, Keys
from web_research import ALL, ASKS, EACH, HOMES, TOGETHER, WHO, asked, everything, fill, picture, researcher, table, titles

from domain.model.roles import Role

PHASES = ("HELP", "AMBIGUITY", "FRIENDSHIP", "UNOBSERVED", "ENDED")
WEEKS = """query Weeks($lens: String) { research { relationships(first: 100) { nodes {
  pseudonym initiative { kind } weeks trajectory(lens: $lens) { week phase }
} } } }"""


@pytest.fixture(scope="module", autouse=True)
def projects(web: WebHouse) -> None:
    fill(web)


def rows(page: Page, kind: str, group: str = "all together") -> list[list[str]]:
    return table(picture(page, kind, group))


def phases(page: Page, lens: str = "evidence", kind: str | None = None) -> list[list[str]]:
    nodes = asked(page, WEEKS, lens=lens)["relationships"]["nodes"]
    return [one["trajectory"]["phase"] for one in nodes if kind in (None, one["initiative"]["kind"])]


def columns(found: list[list[str]]) -> list[list[str]]:
    """How many stood where in each week, where at least five contacts (of two people each) were followed."""
    told = []
    for week in range(max(map(len, found))):
        seen = Counter(one[week] for one in found if week < len(one))
        if seen.total() >= 5:
            told.append([str(week), *(str(seen[phase]) for phase in PHASES), str(seen.total())])
    return told


def come_to(page: Page, expected: list[list[str]]) -> None:
    """The table of all together, which is open, shows this once what it is made of was asked for."""
    assert expected
    expect(picture(page, TOGETHER).locator("tbody").locator("th, td")).to_have_text([cell for row in expected for cell in row])


def axis(page: Page, kind: str, group: str) -> list[str]:
    """Where the marks of the axis of a picture stand."""
    lines = picture(page, kind, group).locator("svg g[fill='var(--soft)'] line")
    found: list[str] = lines.evaluate_all("all => all.map((one) => one.getAttribute('x1'))")
    return found


def saved(download: Download) -> str:
    return Path(download.path()).read_text()


def test_a_researcher_begins_with_their_project_and_what_it_holds(web: WebHouse) -> None:
    page = researcher(web).open("")
    expect(page.get_by_role("heading", level=1)).to_have_text("Research")
    expect(page.get_by_text("To learn how contacts begin.")).to_be_visible()
    expect(page.get_by_text("Contacts that began up to and including 31 December 2021, followed up to then.")).to_be_visible()
    expect(page.get_by_text(f"In this project are {ALL} contacts, of {2 * ALL} people.")).to_be_visible()
    expect(page.get_by_text("A picture is always of at least 10 people")).to_be_visible()


@pytest.mark.parametrize("lens", ["evidence", "accounts"])
def test_columns_count_what_the_readings_of_a_week_say_as_long_as_they_are_of_enough_people(web: WebHouse, lens: str) -> None:
    page = researcher(web).open("research")
    picture(page, TOGETHER).get_by_text("As a table").click()
    for chosen in ("accounts", lens):
        page.get_by_label("How it is read").select_option(chosen)
        found = phases(page, chosen)
        come_to(page, columns(found))
    assert len(columns(found)) < max(map(len, found)), "the last weeks are of too few"


def test_rows_are_by_how_long_they_were_followed_and_name_nobody(web: WebHouse) -> None:
    page = researcher(web).open("research")
    found = rows(page, EACH)
    nodes = asked(page, WEEKS)["relationships"]["nodes"]
    assert [row[0] for row in found] == [
        one["pseudonym"] for one in sorted(nodes, key=lambda one: (-len(one["trajectory"]["phase"]), one["pseudonym"]))
    ]
    assert [row[2] for row in found].count("ended") == 1
    assert all(re.fullmatch(r"r-[a-z2-7]{16}", row[0]) for row in found)
    assert not re.search(r"walks|giver|receiver|Name of", page.inner_text("main"))


def test_groups_of_enough_people_stand_under_one_another_on_the_same_scales(web: WebHouse) -> None:
    page = researcher(web).open("research")
    page.get_by_label("Compare").select_option("kind")
    for kind in (TOGETHER, EACH):
        assert titles(page, kind) == ["buddy project", "phone circle"]
    expect(page.get_by_text("Not drawn: chore service, residents.")).to_be_visible()
    assert rows(page, TOGETHER, "buddy project") == columns(phases(page, kind="buddy"))
    assert len(rows(page, EACH, "phone circle")) == 6
    for kind in (TOGETHER, EACH):
        one, other = (axis(page, kind, group) for group in ("buddy project", "phone circle"))
        assert one == other != []
    page.get_by_label("Compare").select_option("contact")
    assert titles(page, TOGETHER) == ["contacts for a fixed time", "contacts for an indefinite time", "one-off contacts"]
    page.get_by_label("Compare").select_option("origin")
    assert titles(page, TOGETHER) == ["matched"]


def test_a_group_that_the_others_would_tell_of_is_not_drawn_either(web: WebHouse) -> None:
    page = researcher(web, "three").open("research")
    page.get_by_label("Compare").select_option("kind")
    assert titles(page, TOGETHER) == ["buddy project"]
    expect(page.get_by_text("Not drawn: chore service, phone circle.")).to_be_visible()


def test_the_weeks_of_each_pseudonym_are_taken_along_as_they_were_answered(web: WebHouse) -> None:
    page = researcher(web).open("research")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download weeks and pseudonyms (CSV)").click()
    assert saving.value.suggested_filename == "study-evidence.csv"
    found = list(csv.DictReader(io.StringIO(saved(saving.value))))
    nodes = asked(page, WEEKS)["relationships"]["nodes"]
    assert {(row["relationship"], int(row["week"]), row["phase"]) for row in found} == {
        (one["pseudonym"], week, phase)
        for one in nodes
        for week, phase in zip(one["trajectory"]["week"], one["trajectory"]["phase"], strict=True)
    }
    assert len(found) == sum(len(one["trajectory"]["week"]) for one in nodes)
    assert {row["lens"] for row in found} == {"evidence"}


def test_a_picture_that_is_saved_has_no_pseudonyms(web: WebHouse) -> None:
    page = researcher(web).open("research")
    with page.expect_download() as saving:
        picture(page, EACH).get_by_role("button", name="Save as SVG").click()
    assert saving.value.suggested_filename == "study-evidence-each.svg"
    svg = saved(saving.value)
    assert svg.count('<g transform="translate(0,') == ALL
    assert not re.search(r"r-[a-z2-7]{16}|data-mark|var\(", svg)
    with page.expect_download() as saving:
        picture(page, TOGETHER).get_by_role("button", name="Save as PNG").click()
    assert Path(saving.value.path()).read_bytes().startswith(b"\x89PNG")


def test_the_question_behind_a_picture_is_copied_and_gives_the_same_answer(web: WebHouse) -> None:
    page = researcher(web, permissions=["clipboard-read", "clipboard-write"]).open("research")
    copied = []
    region = page.get_by_role("region", name=ASKS[TOGETHER])
    region.get_by_text("The question behind this, in GraphQL").click()
    for name in ("Copy the question", "Copy the variables"):
        region.get_by_role("button", name=name).click()
        expect(region.get_by_text("Copied.")).to_have_count(len(copied) + 1)
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    answer = asked(page, copied[0], **json.loads(copied[1]))
    assert [one["trajectory"]["phase"] for one in answer["list"]["nodes"]] == phases(page)


def test_of_too_few_people_nothing_is_told_and_the_page_says_so(web: WebHouse) -> None:
    page = researcher(web, "few").open("research")
    expect(page.get_by_text("Nothing is told of this project now: fewer than 10 people are in it.")).to_be_visible()
    expect(page.get_by_role("figure")).to_have_count(0)
    expect(page.get_by_role("button", name="Download")).to_have_count(0)


@pytest.mark.parametrize("language", LOCALES)
def test_groups_rows_and_what_is_taken_along_are_reached_by_keyboard_alone(web: WebHouse, language: str) -> None:
    visitor = researcher(web, locale=LOCALES[language])
    page, by = visitor.open("research"), Keys(visitor, language)
    by.pick(page.get_by_label(by.say("research.compare")), by.say("research.by_kind"))
    with page.expect_download():
        by.push("button", "research.csv")
    summary = page.locator(".question summary", has_text=by.say("research.each_asks"))
    by.to(summary)
    page.keyboard.press("Enter")
    groups = page.locator(".sequences")
    expect(groups).not_to_have_count(1)
    marks = groups.first.locator("[data-mark]")
    by.to(marks.first)
    named = page.locator(".named").first
    expect(named).to_have_text(marks.first.get_attribute("aria-label") or "")
    page.keyboard.press("End")
    expect(marks.last).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(marks.nth(-2)).to_be_focused()
    page.keyboard.press("Tab")
    assert not marks.first.evaluate("(one) => one.closest('svg').contains(document.activeElement)")


@pytest.mark.parametrize("role", ["coordinator", "auditor", "administrator"])
def test_whoever_does_no_research_has_no_such_page(web: WebHouse, role: Role) -> None:
    page = web.visitor(role).open("research")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is not there, or not for you to see.")


@pytest.mark.parametrize(("size", "theme"), SEEN)
def test_nothing_on_the_page_keeps_anybody_from_using_it(web: WebHouse, theme: str, size: str) -> None:
    visitor = researcher(web, color_scheme=theme, viewport=SIZES[size])
    page = visitor.open("research")
    page.get_by_label("Compare").select_option("kind")
    everything(page)
    assert visitor.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]


def test_a_researcher_freezes_what_is_known_and_takes_it_along(web: WebHouse) -> None:
    page = researcher(web, "three").open("research")
    releases = page.get_by_role("region", name="Releases")
    releases.get_by_label("Weeks between two readings").fill("4")
    releases.get_by_role("button", name="Freeze what is known now").click()
    expect(releases.get_by_role("heading", name="Release 1")).to_be_visible()
    expect(releases.get_by_text("16 contacts, read with evidence@1, accounts@1, every 4 weeks.")).to_be_visible()
    with page.expect_download() as took:
        releases.get_by_role("button", name="Download release 1 (zip)").click()
    expect(releases.get_by_text("Taken.")).to_be_visible()
    assert took.value.suggested_filename == "three-release-1.1.zip"
    with zipfile.ZipFile(took.value.path()) as made:
        whole = made.read("three-release-1/release.jsonl")
    expect(releases.get_by_text(hashlib.sha256(whole).hexdigest())).to_be_visible()
    (given,) = web.organisation.releasing.register.handed("three")
    assert (given.release, given.revision, given.format) == (1, 1, "zip")


def test_a_release_is_read_through_the_lenses_that_were_chosen_for_it(web: WebHouse) -> None:
    page = researcher(web).open("research")
    releases = page.get_by_role("region", name="Releases")
    through = releases.get_by_role("group", name="Read through").get_by_role("checkbox")
    assert [box.is_checked() for box in through.all()] == [True, True], "those that are shipped, unless somebody says otherwise"
    for box in through.all():
        box.uncheck()
    releases.get_by_role("button", name="Freeze what is known now").click()
    expect(releases.get_by_role("status").first).to_have_text("A release is read through at least one lens.")
    expect(releases.get_by_role("heading", level=3)).to_have_count(0)
    releases.get_by_role("checkbox", name="accounts").check()
    releases.get_by_role("button", name="Freeze what is known now").click()
    expect(releases.get_by_text("19 contacts, read with accounts@1, every week.")).to_be_visible()


def test_who_took_what_was_withdrawn_since_is_told_so(web: WebHouse) -> None:
    page = researcher(web, "three").open("research")
    releases = page.get_by_role("region", name="Releases")
    releases.get_by_label("Weeks between two readings").fill("8")
    releases.get_by_role("button", name="Freeze what is known now").click()
    expect(releases.get_by_text("every 8 weeks")).to_be_visible()
    with page.expect_download():
        releases.get_by_role("button", name=re.compile("Download release")).last.click()
    expect(releases.get_by_text("Taken.").last).to_be_visible()
    assert not page.get_by_text("one or more contacts were withdrawn").count(), "the control"
    web.record([line("gone", "consent_withdrawn", "participant/calls-giver-0", {"scope": "research"}, "2022-01-01")])
    page.reload()
    expect(page.get_by_text("Since you took this release, one or more contacts were withdrawn.").last).to_be_visible()
    assert not re.search(r"calls|giver", page.inner_text("main"))


def test_a_project_with_lenses_of_its_own_is_read_through_them_alone(web: WebHouse) -> None:
    web.organisation.projects.create("said", "To learn.", WHO, initiatives=list(HOMES), lenses=["accounts@1"])
    page = researcher(web, "said").open("research")
    assert page.get_by_label("How it is read").locator("option").all_inner_texts() == ["accounts: what people said or left open"]


def test_lenses_of_the_organisation_can_be_chosen_in_each_version_with_what_they_go_by(web: WebHouse) -> None:
    for version, days in (("1", 20), ("2", 700)):
        definition = {"description": f"Forgets in {days} days.", "half_life_days": days}
        data = {"version": version, "definition": definition}
        web.record([line(f"hasty-{version}", "lens_published", "lens/hasty", data)])
    page = researcher(web).open("research")
    choice = page.get_by_label("How it is read")
    expect(choice.locator("option")).to_have_text([re.compile("^evidence:"), re.compile("^accounts:"), "hasty@1", "hasty@2"])
    choice.select_option("hasty@1")
    expect(page.get_by_text("hasty@1: Forgets in 20 days.")).to_be_visible()
    picture(page, TOGETHER).get_by_text("As a table").click()
    come_to(page, columns(phases(page, "hasty@1")))
    assert columns(phases(page, "hasty@1")) != columns(phases(page, "hasty"))
    page.get_by_text("Where do two lenses differ?").click()
    page.get_by_label("Beside which lens").select_option("hasty@2")
    expect(page.get_by_text("hasty@2: Forgets in 700 days.")).to_be_visible()
