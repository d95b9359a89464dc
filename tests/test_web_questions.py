"""What is worked out of all contacts of a project together stands on its researchers' page under the question that it answers, as the
server tells it."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from research_house import began
from sent_lines import account, line
from web_house import SEEN_IN, SIZES, WebHouse
from web_keys import LOCALES, Keys
from web_research import EACH, WHO, asked, everything, fill, opened, picture, researcher, table

from domain.model.time import DAY, day, iso_day

FOLLOWS, UNTIL, AROUND = "What follows on what?", "How long until a phase?", "What goes before an event, and what follows on it?"
ALIKE, HOW_MUCH = "Which contacts went alike?", "How much happens in contacts?"
LENSES, HOLDERS = "Where do two lenses differ?", "Where do two who look differ?"
SPELLS = "{ research { relationships(first: 100) { nodes { pseudonym trajectory { spells { phase begin end } } } } } }"
QUESTIONS = (FOLLOWS, UNTIL, AROUND, ALIKE, HOW_MUCH, LENSES, HOLDERS)


@pytest.fixture(scope="module", autouse=True)
def projects(web: WebHouse) -> None:
    """In seven contacts roles are reversed; of two others somebody says later on that they are help."""
    fill(web)
    for number in range(7):
        handles = [f"walks-{who}-{number}-here" for who in ("giver", "receiver")]
        on = iso_day(day(began(number)) + (70 + number) * DAY)
        data = {"reversal": "x", "between": handles}
        web.record([line(f"reversed-{number}", "roles_reversed", f"relationship/walks-{number}", data, on)])
    for number in range(2):
        said = account(f"help-{number}", f"calls-{number}", f"calls-receiver-{number}-here", "2021-09-01", named="help", help=0.9)
        web.record([said, account(f"again-{number}", f"calls-{number}", f"calls-receiver-{number}-here", "2021-10-01", named="friendship")])


def analysed(page: Page, field: str, fields: str) -> Any:
    return asked(page, f"{{ research {{ analyses {{ found: {field} {{ {fields} }} }} }} }}")["analyses"]["found"]


def chosen(region: Locator, label: str, option: str) -> None:
    with region.page.expect_response("**/graphql"):
        region.get_by_label(label).select_option(option)


def kept(figure: Locator, name: str) -> Path:
    with figure.page.expect_download() as saving:
        figure.get_by_role("button", name=name).click()
    return Path(saving.value.path())


def numbers(figure: Locator) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(kept(figure, "Save as CSV").read_text())))


def as_texts(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]


def test_a_question_is_asked_once_somebody_opens_it(web: WebHouse) -> None:
    visitor = researcher(web)
    asking: list[str] = []
    visitor.page.on("request", lambda request: asking.append(request.post_data or ""))
    page = visitor.open("research")
    expect(page.get_by_role("figure")).to_have_count(1)
    assert not [one for one in asking if "analyses" in one]
    opened(page, HOW_MUCH)
    assert len([one for one in asking if "analyses" in one]) == 1


def test_how_each_contact_went_is_kept_as_the_spells_that_the_server_tells(web: WebHouse) -> None:
    page = researcher(web).open("research")
    found = {tuple(row.values()) for row in numbers(picture(page, EACH))}
    nodes = asked(page, SPELLS)["relationships"]["nodes"]
    assert found == {
        (node["pseudonym"], phase.lower(), str(begin), str(end))
        for node in nodes
        for phase, begin, end in zip(*(node["trajectory"]["spells"][column] for column in ("phase", "begin", "end")), strict=True)
    }


def test_what_follows_on_what_is_as_the_analysis_tells_it_with_what_that_holds_back(web: WebHouse) -> None:
    page = researcher(web).open("research")
    region = opened(page, FOLLOWS)
    # What is held back tells which of the two is shown.
    for lens in ("accounts", "evidence"):
        page.get_by_label("How it is read").select_option(lens)
        expected = analysed(page, f'transitions(lens: "{lens}")', "phases rows { was of counts withheld }")
        told = [row for row in expected["rows"] if not row["withheld"]]
        assert bool(expected["rows"][len(told) :]) == (lens == "accounts"), "only there something is held back"
        figure = region.get_by_role("figure", name="What follows on what")
        held = figure.get_by_text("Phases in which weeks of too few people stood are not told")
        expect(held).to_have_count(int(lens == "accounts"))
        expect(figure.locator("svg > g[font-size] > rect")).to_have_count(5 * len(told))
        assert numbers(figure) == as_texts(
            [
                {"was": row["was"].lower(), "of": row["of"]}
                | {phase.lower(): row["counts"][place] for place, phase in enumerate(expected["phases"])}
                for row in told
            ]
        )
        times = [cell for row in table(figure) for cell in row[1:-1]]
        assert {cell.partition("(")[2] for cell in times} == {
            f"{count:,} {'time' if count == 1 else 'times'})" for row in told for count in row["counts"]
        }
        figure.get_by_text("As a table").click()
    squares = region.locator("svg > g[font-size] > rect")
    assert set(squares.evaluate_all("all => all.map((one) => one.getAttribute('fill'))")) == {"var(--soft)"}, "none looks better"


@pytest.mark.parametrize(
    ("phase", "until"),
    [("friendship", "friendship"), ("ambiguity", "ambiguity"), ("unobserved", "nothing is observed"), ("ended", "the end")],
)
def test_how_long_it_takes_is_told_of_the_phase_that_was_chosen(web: WebHouse, phase: str, until: str) -> None:
    page = researcher(web).open("research")
    region = opened(page, UNTIL)
    if phase != "friendship":
        chosen(region, "Until which phase", phase)
    figure = region.get_by_role("figure", name=f"How long it takes until {until}")
    expect(figure).to_be_visible()
    expected = analysed(page, f"timeTo(phase: {phase.upper()})", "relationships median rows { week atRisk came censored waiting error }")
    assert [row[:4] for row in table(figure)] == [
        [str(row[name]) for name in ("week", "atRisk", "came", "censored")] for row in expected["rows"]
    ]
    half = "not seen" if expected["median"] is None else f"week {expected['median']}"
    told = figure.get_by_text(f"Of the contacts that did not begin so ({expected['relationships']})")
    expect(told).to_contain_text(f"Half had in: {half}.")
    assert numbers(figure) == as_texts(expected["rows"]), "as the server gave them"


def test_what_stands_around_an_event_is_told_of_the_one_that_was_chosen_and_not_of_too_few(web: WebHouse) -> None:
    page = researcher(web).open("research")
    region = opened(page, AROUND)
    figure = region.get_by_role("figure", name="Around the first reversal of roles")
    expected = analysed(page, "around(event: ROLES_REVERSED)", "relationships phases rows { week of counts }")
    told = [row for row in expected["rows"] if row["counts"]]
    assert [[row[0], row[-1]] for row in table(figure)] == [[str(row["week"]), str(row["of"])] for row in told]
    assert [[row[phase.lower()] for phase in expected["phases"]] for row in numbers(figure)] == [
        [str(count) for count in row["counts"]] for row in told
    ]
    chosen(region, "Around which event", "BOUNDARY_AGREED")
    expect(region.get_by_text("Nothing is told of this: it is of fewer than 10 people.")).to_be_visible()
    expect(region.get_by_role("figure")).to_have_count(0)


@pytest.mark.parametrize("groups", [2, 3])
def test_contacts_that_went_alike_are_in_as_many_groups_as_were_chosen(web: WebHouse, groups: int) -> None:
    page = researcher(web).open("research")
    region = opened(page, ALIKE)
    if groups != 3:
        chosen(region, "How many groups", str(groups))
    expected = analysed(page, f"typical(groups: {groups}, weeks: 26)", "silhouette groups { relationships medoid withheld }")["groups"]
    told = [one for one in expected if not one["withheld"]]
    figure = region.get_by_role("figure", name="Typical trajectories")
    expect(figure.locator("svg g[transform] > text[y='14']")).to_have_text([str(one["relationships"]) for one in told])
    assert [row[:2] for row in table(figure)] == [[one["medoid"], str(one["relationships"])] for one in told]
    held = figure.get_by_text("Groups of too few people are not told")
    assert held.count() == (len(told) < len(expected))


def test_fewer_contacts_than_groups_are_told_as_that(web: WebHouse) -> None:
    web.organisation.projects.create("calls", "To learn how contacts begin.", WHO, initiatives=["calls"], until="2021-12-31")
    page = researcher(web, "calls").open("research")
    region = opened(page, ALIKE)
    chosen(region, "How many groups", "8")
    expect(
        region.get_by_text("fewer contacts were followed for long enough than there would be groups. Choose fewer groups.")
    ).to_be_visible()


def test_a_researcher_without_a_network_is_promised_nothing_of_what_they_record(web: WebHouse) -> None:
    visitor = researcher(web)
    page = visitor.open("research")
    visitor.context.set_offline(True)
    page.get_by_text(HOW_MUCH).click()
    region = page.get_by_role("region", name=HOW_MUCH)
    expect(region.get_by_role("alert").locator("p")).to_have_text(["The server cannot be reached."])
    visitor.context.set_offline(False)


def test_how_much_happens_is_told_of_each_and_of_all(web: WebHouse) -> None:
    page = researcher(web).open("research")
    figure = opened(page, HOW_MUCH).get_by_role("figure", name="Five numbers of each contact")
    means, own = "transitions entropy turbulence complexity weeks", "relationship weeks censoring transitions entropy turbulence complexity"
    expected = analysed(page, "indicators", f"means {{ {means} }} each {{ {own} }}")
    *each, mean = table(figure)
    assert [row[0] for row in each] == [one["relationship"] for one in expected["each"]]
    for row, one in zip([*each, mean], [*expected["each"], expected["means"]], strict=True):
        assert [float(cell) for cell in row[1:-1]] == pytest.approx([one[name] for name in means.split()], abs=0.0051)
    assert numbers(figure) == as_texts(expected["each"])
    fills = figure.locator("svg path").evaluate_all("all => [...new Set(all.map((one) => one.getAttribute('fill')))]")
    assert fills == ["var(--soft)", None], "none looks better"


def test_two_lenses_stand_beside_each_other_and_so_do_two_who_look(web: WebHouse) -> None:
    page = researcher(web).open("research")
    fields = "weeks share rows { phase of counts } each { relationship weeks share differSince }"
    for question, label, option, argued, title in (
        (LENSES, "Beside which lens", "accounts", 'compare(otherLens: "accounts")', "evidence@1 (together) beside accounts@1 (together)"),
        (
            HOLDERS, "Who looks", "pooled", 'compare(otherHolder: "receives")',
            "evidence@1 (together) beside evidence@1 (who receives)",
        ),
    ):  # fmt: skip
        region = opened(page, question)
        region.get_by_label(label).select_option(option)
        expected = analysed(page, argued, fields)
        figure = region.get_by_role("figure", name=title, exact=True)
        expect(figure).to_be_visible()
        told = [row for row in expected["rows"] if row["counts"]]
        assert [row[-1] for row in table(figure)] == [str(row["of"]) for row in told]
        expect(figure.locator("figcaption")).to_contain_text(f"in {expected['share']:.1%}".replace(".0%", "%"))
        each = region.get_by_role("figure", name=f"How often they say the same of each contact: {title}")
        assert numbers(each) == as_texts(expected["each"])


def test_a_view_is_not_laid_beside_itself(web: WebHouse) -> None:
    page = researcher(web).open("research")
    region = opened(page, HOLDERS)
    one, other = (region.get_by_label(label) for label in ("Who looks", "Beside whom"))
    one.select_option("receives")
    expect(other).to_have_value("gives")
    assert "receives" not in other.locator("option").evaluate_all("all => all.map((one) => one.value)")
    page.get_by_label("How it is read").select_option("accounts")
    lenses = opened(page, LENSES).get_by_label("Beside which lens").locator("option")
    expect(lenses).to_have_count(1)
    expect(lenses).to_have_attribute("value", "evidence")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_picture_that_is_saved_names_no_pseudonym(web: WebHouse, question: str) -> None:
    page = researcher(web).open("research")
    figures = opened(page, question).get_by_role("figure")
    expect(figures.first).to_be_visible()
    for figure in figures.all():
        svg = kept(figure, "Save as SVG").read_text()
        assert not re.search(r"r-[a-z2-7]{16}|var\(", svg)
        assert kept(figure, "Save as PNG").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("language", LOCALES)
def test_questions_are_opened_and_chosen_in_by_keyboard_alone(web: WebHouse, language: str) -> None:
    visitor = researcher(web, locale=LOCALES[language])
    page, by = visitor.open("research"), Keys(visitor, language)
    for question, label, option in (
        ("waits", "research.phase", by.say("phase.ended")),
        ("around", "research.event", by.say("around.term_left_open")),
        ("typical", "research.groups", "4"),
        ("holders", "research.holder", by.say("holder.coordinator")),
    ):
        by.to(page.locator(".question summary", has_text=by.say(f"research.{question}_asks")))
        page.keyboard.press("Enter")
        by.pick(page.get_by_label(by.say(label)), option)
        by.is_somewhere()


@pytest.mark.parametrize(("size", "theme", "locale"), SEEN_IN)
def test_no_question_keeps_anybody_from_using_the_page(web: WebHouse, size: str, theme: str, locale: str) -> None:
    visitor = researcher(web, color_scheme=theme, viewport=SIZES[size], locale=locale)
    page = visitor.open("research")
    everything(page)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert page.get_by_role("figure").count() >= 9
    assert visitor.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
