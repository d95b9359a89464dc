"""A coordinator brings in a spreadsheet: what it means is proposed, what it becomes is shown and tried, and then it is recorded, once."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import web_house
from playwright.sync_api import Browser, Page, expect
from sent_lines import initiative, match, person
from web_house import SEEN_IN, SIZES, Visitor, WebHouse
from web_recorded import asked, chip, named

HEADINGS = "Vrijwilliger;Hulpvrager;Gekoppeld sinds;Afgesproken tot;Ritme;Datum bezoek;Plaats;Activiteit;Duur (minuten);Opmerkingen"
GIVERS = ["José", "Anna", "Bram", "Carla", "Dirk", "Els", "Fatma", "Gijs", "Hans", "Ineke"]
RECEIVERS = ["Jan", "Karel", "Lies", "Mo", "Nel", "Otto", "Petra", "Quirine", "Rik", "Saskia"]
SCRIPT = "<script>document.title = 'owned'</script>"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
GIGABYTE = 1_024


@pytest.fixture
def own(tmp_path: Path, chromium: Browser) -> Iterator[WebHouse]:
    """One initiative in which nothing happened yet."""
    with web_house.web_house(tmp_path, chromium, filled=False) as house:
        house.record([initiative()])
        yield house


def messy() -> str:
    """Ten matches and thirty meetings, as somebody kept them over the years: 80 events, with the 20 registrations and consents."""
    rows = [HEADINGS]
    for number, (giver, receiver) in enumerate(zip(GIVERS, RECEIVERS, strict=True), 1):
        rows.append(f"{giver} ;  {receiver};{number}-3-2021;31-12-2031;wekelijks;;;;;{SCRIPT}")
        rows.append(f'{giver};{receiver};;;;2021-04-{number:02};thuis bij {receiver};"thee; en\nkoek";60;')
        rows.append(";;;;;;;;;")
        rows.append(f"{receiver.upper()};{giver};;;;{number} mei 2021;Buiten;wandelen;1:30;")
        rows.append(f"{giver};{receiver};;;;15/0{number % 9 + 1}/2022 10:00;de moestuin;;;")
    return "\r\n".join(rows)


def workbook(*rows: list[str], sheet: bytes | None = None) -> bytes:
    """A workbook by hand: shared, inline and formatted texts, a formula, and days by style. `sheet`: in place of what the rows make."""
    cells = "".join(f"<row r='{number}'>{''.join(row)}</row>" for number, row in enumerate(rows, 1))
    parts = {
        "xl/workbook.xml": f"<workbook xmlns='{MAIN}' xmlns:r='{LINKS}'>"
        "<sheets><sheet name='One' sheetId='1' r:id='r1'/><sheet name='Two' sheetId='2' r:id='r2'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": "<Relationships><Relationship Id='r1' Target='worksheets/sheet1.xml'/>"
        "<Relationship Id='r2' Target='/xl/worksheets/sheet2.xml'/></Relationships>",
        "xl/worksheets/sheet2.xml": f"<worksheet xmlns='{MAIN}'><row>{inline('A1', 'another list')}</row></worksheet>",
        "xl/sharedStrings.xml": f"<sst xmlns='{MAIN}'><si><t>Volunteer</t></si><si><r><t>Help </t></r><r><t>seeker</t></r></si></sst>",
        "xl/styles.xml": f"<styleSheet xmlns='{MAIN}'><numFmts><numFmt numFmtId='170' formatCode='d\\-mmm\\-yyyy'/></numFmts>"
        "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='170'/></cellXfs></styleSheet>",
    }  # fmt: skip
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:
        for name, text in parts.items():
            zipped.writestr(name, text)
        zipped.writestr("xl/worksheets/sheet1.xml", sheet or f"<worksheet xmlns='{MAIN}'><sheetData>{cells}</sheetData></worksheet>")
    return made.getvalue()


def inline(place: str, text: str) -> str:
    return f"<c r='{place}' t='inlineStr'><is><t>{escape(text)}</t></is></c>"


def bomb() -> bytes:
    """A workbook whose sheet is a gigabyte of zeros."""
    made = io.BytesIO(workbook(sheet=b"<"))
    packed = io.BytesIO()
    with zipfile.ZipFile(made) as small, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as large:
        for name in small.namelist():
            with large.open(name, "w") as part:
                if "sheet1" not in name:
                    part.write(small.read(name))
                    continue
                for _ in range(GIGABYTE):
                    part.write(bytes(2**20))
    return packed.getvalue()


def bring(page: Page, content: str | bytes, name: str = "list.csv") -> None:
    buffer = content.encode() if isinstance(content, str) else content
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": buffer})


def attempt(page: Page, research: bool = False) -> None:
    chip(page, "given by word of mouth")
    page.get_by_role("checkbox", name="Everybody who is new here consented to this").check()
    if research:
        page.get_by_role("checkbox", name="for research too, under a pseudonym").check()
    page.get_by_role("button", name="Try, without recording").click()


def record(page: Page) -> None:
    page.get_by_role("main").get_by_role("button", name="Record", exact=True).click()


def recorded(visitor: Visitor) -> int:
    """How many events there are."""
    return int(asked(visitor, "{ events(first: 1) { nodes { position } } }")["events"]["nodes"][0]["position"])


def consented(visitor: Visitor) -> list[str]:
    """What consents there are to, each with how it was given, one for each person."""
    found = asked(visitor, '{ events(filter: {types: ["consent_given"]}, first: 100) { nodes { data } } }')["events"]["nodes"]
    return sorted(f"{data['scope']}, {data['given']}" for data in (event["data"] for event in found))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "windows-1252"])
def test_a_messy_list_is_shown_as_sentences_tried_without_a_trace_and_recorded_once(own: WebHouse, encoding: str) -> None:
    visitor = own.visitor()
    page = visitor.open("today")
    page.get_by_role("link", name="Bring in a spreadsheet").click()
    bring(page, messy().encode(encoding))
    expect(page.get_by_text("10 matches, 30 meetings and 20 people in those matches")).to_be_visible()
    expect(
        page.get_by_text(
            "José (volunteer) and Jan (help seeker), matched on 1 March 2021 · Next Door · until 31 December 2031 · every 7 days"
        )
    ).to_be_visible()
    expect(page.get_by_text("José and Jan met on 1 April 2021 · at Jan’s home · thee; en koek · 60 minutes")).to_be_visible()
    expect(page.get_by_text("Recorded as ‘elsewhere’: ‘de moestuin’.")).to_be_visible()
    assert page.locator("#becomes ~ ol li").count() == 10
    expect(page.get_by_role("button", name="Try, without recording")).to_be_disabled()
    attempt(page)
    expect(page.get_by_text("This can be recorded. New: 80. Recorded before: 0.")).to_be_visible()
    assert recorded(visitor) == 1
    record(page)
    expect(page.get_by_text("Recorded: 80. Was there already: 0.")).to_be_visible()
    assert recorded(visitor) == 81
    visitor.open("bring")
    bring(page, messy().encode(encoding) + b"\r\nAnna;Karel;;;;2022-12-01;phone;;;")
    attempt(page)
    expect(page.get_by_text("This can be recorded. New: 1. Recorded before: 40.")).to_be_visible()
    record(page)
    expect(page.get_by_text("Recorded: 1. Was there already: 40.")).to_be_visible()
    assert recorded(visitor) == 82
    assert "owned" not in page.title()


@pytest.mark.parametrize(("locale", "more"), [("nl-NL", "Meer tonen: nog 30"), ("en-GB", "Show more: 30 left")])
def test_all_that_a_list_becomes_is_shown_to_whoever_wants_to_see_it(own: WebHouse, locale: str, more: str) -> None:
    page = own.visitor(locale=locale).open("bring")
    bring(page, messy())
    sentences = page.locator("#becomes ~ ol li")
    expect(sentences).to_have_count(10)
    page.get_by_role("button", name=more).press("Enter")
    expect(sentences).to_have_count(40)
    expect(page.locator("#app :focus")).to_have_count(1)


def test_a_workbook_is_read_with_its_days_its_shared_texts_and_what_its_formulas_came_to(own: WebHouse) -> None:
    visitor = own.visitor()
    page = visitor.open("bring")
    heading = [
        "<c r='A1' t='s'><v>0</v></c>",
        "<c r='B1' t='s'><v>1</v></c>",
        inline("C1", "Since"),
        inline("E1", "Minutes"),
        inline("F1", "Met"),
    ]
    row = [
        inline("A2", SCRIPT), "<c r='B2' t='str'><f>CONCAT(\"B\",\"o\")</f><v>Bo</v></c>", "<c r='C2' s='1'><v>44504</v></c>",
        "<c r='E2'><f>30*2</f><v>60</v></c>", "<c r='F2' s='2'><v>44511.5</v></c>",
    ]  # fmt: skip
    bring(page, workbook(heading, row), "list.xlsx")
    expect(page.get_by_text(f"{SCRIPT} (volunteer) and Bo (help seeker), matched on 4 November 2021")).to_be_visible()
    expect(page.get_by_text(f"{SCRIPT} and Bo met on 11 November 2021 · 60 minutes")).to_be_visible()
    chip(page, "Two")
    expect(page.get_by_label("another list")).to_be_visible()
    expect(page.get_by_text("matched on")).to_have_count(0)
    chip(page, "One")
    attempt(page)
    record(page)
    expect(page.get_by_text("Recorded: 6.")).to_be_visible()
    visitor.open("contacts")
    expect(page.get_by_text(f"{SCRIPT} and Bo")).to_be_visible()
    assert "owned" not in page.title()


@pytest.mark.parametrize("research", [False, True])
def test_whoever_is_new_consents_to_research_where_that_is_said_of_the_file_and_not_else(own: WebHouse, research: bool) -> None:
    visitor = own.visitor()
    page = visitor.open("bring")
    bring(page, "Volunteer,Help seeker,Since\nAnna,Bo,2021-03-01\n")
    tick = page.get_by_role("checkbox", name="for research too, under a pseudonym")
    tick.check()
    # It was said of those who stood there.
    page.get_by_label("Help seeker", exact=True).select_option(label="do not bring in")
    page.get_by_label("Help seeker", exact=True).select_option(label="second person, name")
    expect(tick).not_to_be_checked()
    attempt(page, research)
    record(page)
    expect(page.get_by_text(f"Recorded: {7 if research else 5}.")).to_be_visible()
    assert consented(visitor) == ["record, oral"] * 2 + ["research, oral"] * 2 * research


def test_it_is_asked_which_is_the_month_where_no_day_shows_it(own: WebHouse) -> None:
    page = own.visitor().open("bring")
    bring(page, "Volunteer,Help seeker,Since\nAnna,Bo,4/5/2021\n")
    expect(page.get_by_text("No day shows which is the day")).to_be_visible()
    expect(page.get_by_role("heading", name="What this becomes")).to_have_count(0)
    chip(page, "day first")
    expect(page.get_by_text("matched on 4 May 2021")).to_be_visible()
    chip(page, "month first")
    expect(page.get_by_text("matched on 5 April 2021")).to_be_visible()


def test_a_wrong_row_is_told_by_its_number_and_nothing_is_recorded(own: WebHouse) -> None:
    visitor = own.visitor()
    page = visitor.open("bring")
    good = "Volunteer,Help seeker,Since,Visit\nAnna,Bo,2021-03-01,\n"
    bring(page, good + "Anna,Bo,,2021-04-01\nAnna,Bo,,31-02-2021\n")
    expect(page.get_by_role("alert")).to_contain_text("Row 4: ‘31-02-2021’ is no day.")
    expect(page.get_by_role("button", name="Try, without recording")).to_have_count(0)
    bring(page, good + "Anna,Bo,,2021-04-01\nAnna,Bo,,2020-04-01\n")
    attempt(page)
    expect(page.get_by_role("alert")).to_contain_text("Row 4:")
    expect(page.get_by_role("main").get_by_role("button", name="Record", exact=True)).to_have_count(0)
    assert recorded(visitor) == 1


def test_what_a_column_means_can_be_changed(own: WebHouse) -> None:
    page = own.visitor().open("bring")
    bring(page, "A,B,C\nAnna,Bo,2021-03-01\n")
    expect(page.get_by_text("Point out the names of both people")).to_be_visible()
    for label, meaning in (("A", "first person, name"), ("B", "second person, name"), ("C", "matched since")):
        page.get_by_label(label, exact=True).select_option(label=meaning)
    expect(page.get_by_text("Anna and Bo, matched on 1 March 2021 · Next Door")).to_be_visible()


def test_the_same_name_is_one_person_unless_it_is_said_that_they_are_others(own: WebHouse) -> None:
    page = own.visitor().open("bring")
    bring(page, "Volunteer,Help seeker,Since\nAnna,Bo,2021-03-01\nAnna,Cas,2021-03-01\n")
    attempt(page)
    expect(page.get_by_text("New: 8.")).to_be_visible()
    page.get_by_label("Anna", exact=True).select_option("apart")
    expect(page.get_by_text("New: 8.")).to_have_count(0)
    page.get_by_role("button", name="Try, without recording").click()
    expect(page.get_by_text("New: 10.")).to_be_visible()


def test_meetings_alone_are_of_the_contact_that_is_here_and_what_seems_here_already_is_told(own: WebHouse) -> None:
    people = [named(raw, one.title()) for one in ("anna", "bo") for raw in person(one)]
    own.record([*people, match("known", "anna", "bo")])
    visitor = own.visitor()
    page = visitor.open("bring")
    bring(page, "Volunteer,Help seeker,Visit\nAnna,Bo,2021-03-01\n")
    page.get_by_role("button", name="Try, without recording").click()
    record(page)
    expect(page.get_by_text("Recorded: 1.")).to_be_visible()
    bring(page, "Volunteer,Help seeker,Since\nAnna,Bo,2021-01-01\n")
    attempt(page)
    expect(page.get_by_text("This seems to be here already")).to_be_visible()
    button = page.get_by_role("main").get_by_role("button", name="Record", exact=True)
    expect(button).to_be_disabled()
    page.get_by_role("checkbox", name="They are others").check()
    expect(button).to_be_enabled()


def test_without_a_network_nothing_is_lost_and_again_is_not_twice(own: WebHouse) -> None:
    visitor = own.visitor()
    page = visitor.open("bring")
    bring(page, "Volunteer,Help seeker,Since\nAnna,Bo,2021-03-01\n")
    attempt(page)
    expect(page.get_by_text("New: 5.")).to_be_visible()
    visitor.context.set_offline(True)
    record(page)
    expect(page.get_by_role("alert")).to_contain_text("nothing will be recorded twice")
    visitor.context.set_offline(False)
    record(page)
    expect(page.get_by_text("Recorded: 5.")).to_be_visible()


@pytest.mark.parametrize("case", ["bomb", "entities", "torn", "wide", "binary", "old", "quote", "empty"])
def test_a_hostile_file_is_told_of_and_leaves_the_page_as_it_was(own: WebHouse, case: str) -> None:
    page = own.visitor().open("bring")
    entities = f"<!DOCTYPE x [<!ENTITY a 'x'>]><worksheet xmlns='{MAIN}'/>".encode()
    content, told = {
        "bomb": (bomb, "too large"),
        "entities": (lambda: workbook(sheet=entities), "damaged"),
        "torn": (lambda: workbook([inline("A1", "x")])[:-40], "damaged"),
        "wide": (lambda: workbook([inline("XFD1", "x")]), "more than 100 columns"),
        "binary": (lambda: b"\x7fELF\0\0", "neither CSV nor XLSX"),
        "old": (lambda: b"\xd0\xcf\x11\xe0", "old form of Excel"),
        "quote": (lambda: b'a,"b\nc', "closed nowhere"),
        "empty": (lambda: b"\xef\xbb\xbf\r\n;;\r\n", "Nothing stands in it"),
    }[case]
    bring(page, content())
    expect(page.get_by_role("alert")).to_contain_text(told)
    bring(page, "Volunteer,Help seeker,Since\nAnna,Bo,2021-03-01\n")
    expect(page.get_by_text("matched on 1 March 2021")).to_be_visible()


@pytest.mark.parametrize(("size", "theme", "locale"), SEEN_IN)
def test_nothing_on_the_page_keeps_anybody_from_using_it(web: WebHouse, theme: str, size: str, locale: str) -> None:
    visitor = web.visitor(color_scheme=theme, viewport=SIZES[size], locale=locale)
    page = visitor.open("bring")
    tomorrow = (date.today() + timedelta(days=1)).isoformat()
    bring(page, f"{HEADINGS.replace('Opmerkingen', 'Initiatief')}\nAnna;Bo;4-5-2021;;;;;;;Nowhere\nAnna;Cas;;;;{tomorrow};;;;{'x' * 400}\n")
    chip(page, "4 november" if locale == "nl-NL" else "4 November")
    expect(page.get_by_role("alert")).to_contain_text("Nowhere")
    assert visitor.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]


def test_whoever_may_not_record_brings_in_nothing(web: WebHouse) -> None:
    page = web.visitor("auditor", "ada").open("bring")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is not there, or not for you to see.")
