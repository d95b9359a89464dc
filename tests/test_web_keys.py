"""Every job is done in both languages by keyboard alone: each kind of entry, what asks for a look, and the pages that are read."""

import re

import pytest
from playwright.sync_api import expect
from web_house import WebHouse, settled
from web_keys import LOCALES, Keys
from web_recorded import history, pair, types

from api.own_words import TEXTS as OWN
from api.sign_in.pages import TEXTS as SIGN_IN
from domain.model.roles import Reach

LANGUAGES = pytest.mark.parametrize("language", LOCALES)


def keys(web: WebHouse, language: str, path: str, *who: object) -> Keys:
    visitor = web.visitor(*who, locale=LOCALES[language])  # type: ignore[arg-type]
    visitor.open(path)
    return Keys(visitor, language)


@LANGUAGES
def test_each_kind_of_entry_is_recorded_by_keyboard_alone(web: WebHouse, language: str) -> None:
    contact = pair(web, f"keys-{language}", term={"kind": "one_off"})
    visitor = web.visitor(locale=LOCALES[language])
    page = visitor.open(f"contact/{contact}")
    by = Keys(visitor, language)

    def form(name: str) -> None:
        """From the page of the contact, where somebody comes after each entry."""
        by.push("link", "record.all")
        card = page.get_by_role("main").locator(f"a[href='/app/record/{contact}/{name}']")
        by.to(card)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(by.say(f"record.form.{name}"))

    def send(way: str = "enter") -> None:
        """Enter, where somebody is; or at the button below."""
        if way == "button":
            by.to(by.named("button", "record.save"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=by.say("contact.story"), exact=True)).to_be_visible()
        expect(page.get_by_role("main")).to_be_focused()

    # A meeting as agreed, and back.
    by.to(page.get_by_role("button", name=by.say("record.as_agreed")))
    page.keyboard.press("Enter")
    undo = by.named("button", "record.undo")
    expect(undo).to_be_visible()
    by.is_somewhere()
    by.to(undo)
    page.keyboard.press("Enter")
    expect(page.locator("li.retracted")).to_have_count(1)
    by.is_somewhere()

    form("meeting_held")
    by.choose("record.when", by.say("record.when.yesterday"))
    by.pick(page.get_by_label(by.say("record.field.place"), exact=True), by.say("record.place.home", who="Noor"))
    by.write(by.named("textbox", "record.field.activity"), "tea")
    by.choose("record.field.mood", by.say("record.mood.light"))
    by.to(page.locator("summary").first)
    page.keyboard.press("Enter")
    by.push("button", "record.add_help")
    by.pick(page.get_by_label(by.say("record.help_kind")), by.say("record.help.company"))
    by.tick("record.field.shared", "Noor")
    send("button")

    form("meeting_missed")
    by.choose("record.field.notice", by.say("record.notice.early"))
    send()

    form("check_in_held")
    by.choose("record.field.asked_about", by.say("record.asked.status"))
    send()

    form("account_given")
    by.choose("record.field.holder", "Noor")
    by.choose("record.field.named", by.say("record.named.both"))
    by.to(page.get_by_label(by.say("record.field.friendship")))
    page.keyboard.press("ArrowRight")
    send()

    form("moment_noted")
    by.choose("record.field.what", by.say("record.moment.laughter"))
    send()

    form("roles_reversed")
    by.choose("record.field.expected", by.say("record.expected.open"))
    send()

    form("roles_restored")
    by.into(page.get_by_role("group", name=by.say("record.field.reversal")))
    page.keyboard.press("Space")
    send()

    form("regular")
    by.write(page.get_by_label(by.say("record.field.rhythm_days")), "14")
    send()

    form("boundary_agreed")
    by.choose("record.field.agreement_kind", by.say("record.agreement.frequency_agreed"))
    by.choose("record.field.prompted_by", by.say("record.prompted.request"))
    send()

    form("tension_felt")
    by.choose("record.field.felt_by", "Sam")
    by.choose("record.field.tension_kind", by.say("record.tension.irritation"))
    send()

    form("term")
    by.choose("record.field.continuation", by.say("record.continuation.left_open"))
    send()

    # Corrected, and withdrawn.
    by.to(page.get_by_role("link", name=by.say("record.correct"), exact=False).last)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(by.say("record.form.correct"))
    by.choose("record.when", by.say("record.when.yesterday"))
    send()
    by.to(page.get_by_role("link", name=by.say("record.correct"), exact=False).last)
    page.keyboard.press("Enter")
    by.push("button", "record.withdraw")
    expect(page.locator("li.retracted")).to_have_count(2)

    meeting = next(event["data"] for event in history(visitor, contact) if event["data"].get("mood"))
    assert meeting["present"] == ["a", "b"]
    assert (meeting["place"], meeting["activity"], meeting["mood"]) == ("home:a", "tea", "light")
    assert [help["kind"] for help in meeting["help"]] == ["company"]
    assert [told["by"] for told in meeting["shared"]] == ["a"]
    assert types(visitor, contact) == sorted(
        [
            "meeting_held", "event_retracted", "meeting_held", "meeting_missed", "check_in_held", "account_given", "moment_noted",
            "roles_reversed", "roles_restored", "rhythm_changed", "term_extended", "boundary_agreed", "tension_felt",
            "check_in_held", "term_ended", "event_amended", "event_retracted",
        ]
    )  # fmt: skip


@LANGUAGES
def test_today_a_contact_an_initiative_and_a_meeting_of_many_are_reached_by_keyboard_alone(web: WebHouse, language: str) -> None:
    by = keys(web, language, "today")
    page = by.page
    leave = page.get_by_role("button", name=by.say("today.leave_of", what=""))
    before = leave.count()
    by.to(leave.first)
    page.keyboard.press("Enter")
    expect(leave).to_have_count(before - 1)
    by.is_somewhere()
    aside = page.get_by_role("button", name=by.say("today.aside_of", what=""))
    before = aside.count()
    by.to(aside.first)
    page.keyboard.press("Enter")
    expect(aside).to_have_count(before - 1)
    by.is_somewhere()
    undo = page.get_by_role("button", name=by.say("today.undo_of", what=""))
    expect(undo).to_have_count(2)
    for left in (1, 0):
        by.to(undo.first)
        page.keyboard.press("Enter")
        expect(undo).to_have_count(left)
        by.is_somewhere()
    expect(aside).to_have_count(before)

    # A contact is found by name, and read: a day, a change, and why.
    page.goto(f"{web.own}/app/contacts")
    settled(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=by.say("shell.skip"))).to_be_focused()
    page.keyboard.press("Enter")
    by.write(page.get_by_role("searchbox"), "doris")
    by.to(page.get_by_role("main").locator("a.card"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    days = page.get_by_role("slider", name=by.say("course.days", lens="evidence"))
    by.to(days)
    page.keyboard.press("Home")
    page.keyboard.press("PageDown")
    expect(page.get_by_role("region", name=by.say("course.why_title")).locator(".because li").first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(days).to_have_attribute("aria-valuetext", {"nl": "6 november 2020: ambiguïteit", "en": "6 November 2020: ambiguity"}[language])

    # An initiative: a day, and from a mark to the contact that it stands for.
    page.goto(f"{web.own}/app/initiatives")
    settled(page)
    by.to(page.get_by_role("main").get_by_role("link").first)
    page.keyboard.press("Enter")
    by.to(page.get_by_label(by.say("initiative.slide")))
    for _ in range(5):
        page.keyboard.press("PageDown")
    marks = page.locator(".ternary .marks [data-mark]")
    expect(marks.first).to_be_visible()
    by.into(page.locator(".ternary .marks"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=by.say("contact.story"), exact=True)).to_be_visible()

    # At an open table there are many.
    page.goto(f"{web.own}/app/record/monday-table/meeting_held")
    settled(page)
    by.to(page.locator("summary").first)
    page.keyboard.press("Enter")
    by.write(page.get_by_label(by.say("record.field.others")), "7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=by.say("contact.story"), exact=True)).to_be_visible()
    expect(page.get_by_text(by.say("record.recorded", what=by.say("record.form.meeting_held")))).to_be_visible()


@LANGUAGES
def test_a_spreadsheet_is_brought_in_by_keyboard_alone(web: WebHouse, language: str) -> None:
    by = keys(web, language, "bring")
    page = by.page
    rows = f"Vrijwilliger;Hulpvrager;Gekoppeld sinds\r\nIna {language};Jo {language};2021-03-01"
    file = page.get_by_label(by.say("bring.file"))
    by.to(file)
    file.set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    place = page.get_by_label(by.say("bring.initiative"))
    expect(place).to_be_visible()
    by.pick(place, "Cycling Buddies")
    by.choose("bring.given", by.say("record.new.oral"))
    by.to(page.get_by_label(by.say("bring.consents")))
    page.keyboard.press("Space")
    by.push("button", "bring.try")
    record = by.named("button", "record.save")
    expect(record).to_be_visible()
    by.is_somewhere()
    by.to(record)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has=page.get_by_role("link", name=by.say("contact.list")))).to_be_focused()


@LANGUAGES
def test_an_initiative_is_begun_by_keyboard_alone(web: WebHouse, language: str) -> None:
    by = keys(web, language, "initiatives")
    page = by.page
    by.push("link", "begin.title")
    expect(page.get_by_role("heading", level=1)).to_have_text(by.say("begin.title"))
    by.write(page.get_by_label(by.say("begin.name"), exact=True), f"By keys {language}")
    by.choose("begin.kind", by.say("initiative_kind.phone_circle"))
    by.choose("begin.guidance", by.say("guidance.none"))
    by.choose("begin.contact", by.say("meant.indefinite"))
    by.to(page.locator("summary"))
    page.keyboard.press("Enter")
    by.push("button", "begin.add_role")
    by.is_somewhere()
    by.push("button", "record.leave_out")
    by.is_somewhere()
    by.push("button", "begin.add_role")
    by.write(page.get_by_label(by.say("begin.role"), exact=True), "beller")
    by.pick(page.get_by_role("combobox", name=by.say("begin.side")), by.say("begin.side.both"))
    by.push("button", "record.save")
    expect(page.get_by_text(by.say("begin.done", name=f"By keys {language}"))).to_be_focused()
    by.into(page.get_by_role("group", name=by.say("begin.invite_command"), exact=True))
    by.push("link", "begin.to")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"By keys {language}")


@LANGUAGES
def test_an_auditor_an_administrator_and_a_participant_do_their_jobs_by_keyboard_alone(web: WebHouse, language: str) -> None:
    web.organisation.log.sign()
    who = {"nl": "petra-maaike", "en": "astrid-janet"}[language]
    # So that somebody has looked.
    expect(keys(web, language, "audit/lars", "auditor", "ada").page.locator("tbody tr").first).to_be_visible()
    by = keys(web, language, "audit", "auditor", "ada")
    by.to(by.page.locator("a[href='/app/audit/lars']"))
    by.page.keyboard.press("Enter")
    row = by.page.locator("tbody tr").first
    by.to(row.get_by_role("button"))
    by.page.keyboard.press("Enter")
    proven = row.get_by_role("status")
    expect(proven).to_contain_text(by.say("audit.proven", size="").strip())
    by.is_somewhere()
    by.to(by.page.locator("tbody tr").nth(1).get_by_role("button"))
    by.to(by.page.get_by_role("group", name=by.say("audit.looked")))

    by = keys(web, language, "settings", "administrator", "ada")
    form = by.page.locator("form").filter(has=by.page.get_by_label(by.say("settings.term_lapsed"), exact=True))
    by.to(form.get_by_role("checkbox"))
    by.page.keyboard.press("Space")
    by.page.keyboard.press("Enter")
    expect(form.get_by_role("status")).to_have_text(by.say("settings.saved"))

    # Whoever has a link opens it, signs in, and withdraws.
    link = web.organisation.tokens.made_for("participant", 15, "link", "petra", Reach(participant=f"{who}-a"))
    by.page.goto("about:blank")
    by.page.goto(f"{web.own}/sign-in#{link}")
    by.to(by.page.locator("main button:visible"))
    by.page.keyboard.press("Enter")
    dutch = language == "nl"
    expect(by.page.get_by_role("heading", level=1)).to_have_text(SIGN_IN["in"][dutch])
    for step in (SIGN_IN["own"], OWN["withdraw"], OWN["yes_consent"]):
        said = re.sub(r" <.*", "", step[dutch])
        by.to(by.page.locator("a, button").filter(has_text=re.compile(f"^{said}")).first)
        by.page.keyboard.press("Enter")
    expect(by.page.get_by_role("heading", level=1)).to_have_text(OWN["done"][dutch])
