"""A coordinator records on a phone whatever they hear: a form for each, notes in boxes, corrections, and new contacts."""

import pytest
from playwright.sync_api import expect
from sent_lines import initiative, line
from web_house import Visitor, WebHouse
from web_recorded import chip, fill_people, history, pair, send, types

HOSTILE = "<script>document.title = 'owned'</script> \N{RIGHT-TO-LEFT OVERRIDE}{a} ${x} \\ \N{GRINNING FACE}"
LIMIT = 10_000
PHONE = {"width": 320, "height": 640}


@pytest.fixture
def coordinator(web: WebHouse) -> Visitor:
    return web.visitor(viewport=PHONE)


def test_a_meeting_as_agreed_is_one_tap_and_can_be_undone(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "agreed")
    web.record(
        [
            line(
                "last",
                "meeting_held",
                f"relationship/{contact}",
                {"present": ["a", "b"], "place": "outdoors", "activity": "tea"},
                "2024-06-01",
            )
        ]
    )
    page = coordinator.open(f"contact/{contact}")
    page.get_by_role("button", name="Met as agreed").click()
    expect(page.get_by_text("Recorded: Meeting")).to_be_visible()
    meeting = history(coordinator, contact)[-1]
    assert meeting["data"] == {"present": ["a", "b"], "place": "outdoors", "activity": "tea"}
    assert meeting["recordedBy"] == "system/anna"
    expect(page.get_by_role("button", name="Met as agreed")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("li.retracted")).to_have_count(1)
    assert types(coordinator, contact) == ["event_retracted", "meeting_held", "meeting_held"]


FORMS = {
    "meeting_held": ["light"],
    "meeting_missed": ["at the last moment"],
    "check_in_held": [],
    "account_given": ["Noor", "both"],
    "moment_noted": ["laughter"],
    "roles_reversed": [],
    "term": ["left open"],
    "boundary_agreed": ["how often", "somebody asked for it"],
    "left_open": ["what the contact is", "Sam"],
    "tension_felt": ["Noor", "irritation"],
    "introduction_held": [],
}


def test_what_a_coordinator_hears_is_recorded_by_a_form_of_its_own(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "heard", term={"kind": "indefinite"})
    for form, chosen in FORMS.items():
        page = coordinator.open(f"record/{contact}/{form}")
        for text in chosen:
            chip(page, text)
        send(page)
        expect(page.get_by_role("heading", name="The story")).to_be_visible()
    for form in ("roles_restored", "boundary_lifted", "settled", "tension_eased"):
        page = coordinator.open(f"record/{contact}/{form}")
        chip(page, "since")
        send(page)
        expect(page.get_by_role("heading", name="The story")).to_be_visible()
    both = {"roles_restored", "boundary_lifted", "settled", "tension_eased", "term_ended", *FORMS} - {"term"}
    assert set(types(coordinator, contact)) == both
    ended = next(event for event in history(coordinator, contact) if event["type"] == "term_ended")
    assert ended["data"] == {"continuation": "left_open"}


def test_of_what_did_not_go_ahead_nobody_is_asked_why(web: WebHouse, coordinator: Visitor) -> None:
    page = coordinator.open("record/petra-maaike/meeting_missed")
    expect(page.locator("textarea")).to_have_count(0)
    expect(page.locator("input[type=text]")).to_have_count(0)


def test_left_open_stands_beside_the_other_answers_at_the_end_of_a_term_and_nothing_is_chosen(web: WebHouse, coordinator: Visitor) -> None:
    page = coordinator.open("record/petra-maaike/term")
    answers = page.get_by_role("group", name="How it goes on").locator(".chip")
    assert answers.all_inner_texts().index("left open") == 1
    expect(answers.locator("input:checked")).to_have_count(0)


def test_a_meeting_by_the_form_begins_with_where_and_how_they_met_last(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "again")
    told = {"present": ["a", "b"], "place": "outdoors", "activity": "tea"}
    web.record([line("again-last", "meeting_held", f"relationship/{contact}", told, "2024-06-01")])
    page = coordinator.open(f"record/{contact}/meeting_held")
    send(page)
    expect(page.get_by_role("heading", name="The story")).to_be_visible()
    assert history(coordinator, contact)[-1]["data"] == told


@pytest.mark.parametrize(
    ("locale", "said", "all"),
    [
        ("nl-NL", "Dit is van dit contact nu niet vast te leggen.", "Alles wat je kunt vastleggen"),
        ("en-GB", "This cannot be recorded of this contact now.", "All that can be recorded"),
    ],
)
def test_a_form_that_a_contact_cannot_have_now_says_so_and_leads_to_those_that_it_can(
    web: WebHouse, locale: str, said: str, all: str
) -> None:
    contact = pair(web, f"not-now-{locale}")
    visitor = web.visitor(locale=locale, viewport=PHONE)
    for form in ("tension_eased", "boundary_lifted", "settled", "roles_restored"):
        page = visitor.open(f"record/{contact}/{form}")
        expect(page.get_by_text(said)).to_be_visible()
        expect(page.locator("form")).to_have_count(0)
    page.get_by_role("link", name=all).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Noor")


@pytest.mark.parametrize("form", ["term_ended", "rhythm_changed", "toString", "nothing"])
def test_an_address_of_no_form_is_a_page_that_is_not_there(coordinator: Visitor, form: str) -> None:
    page = coordinator.open(f"record/petra-maaike/{form}")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is not there, or not for you to see.")


def test_a_one_off_becomes_regular_in_one_step(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "once", term={"kind": "one_off"})
    page = coordinator.open(f"record/{contact}/regular")
    page.get_by_label("Every how many days").fill("14")
    send(page)
    expect(page.get_by_role("heading", name="The story")).to_be_visible()
    assert types(coordinator, contact) == ["rhythm_changed", "term_extended"]


def test_a_refusal_stands_beside_what_it_is_about_and_nothing_that_was_typed_is_lost(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "refused")
    page = coordinator.open(f"record/{contact}/meeting_held")
    chip(page, "another day")
    page.get_by_label("another day").last.fill("2001-01-01")
    page.get_by_text("About Noor", exact=True).click()
    page.get_by_label("About Noor", exact=True).fill("It stays.")
    send(page)
    said = page.get_by_role("group", name="When").get_by_text("had not begun then")
    expect(said).to_have_text("The relationship had not begun then. Record its opening event first, or mend the date.")
    expect(page.get_by_role("link", name="1 refused")).to_be_visible()
    page = coordinator.open(f"record/{contact}")
    expect(page.locator(".waiting").get_by_text("had not begun then")).to_be_visible()
    page.get_by_role("link", name="Mend").click()
    expect(page.get_by_label("About Noor", exact=True)).to_have_value("It stays.")
    chip(page, "yesterday")
    send(page)
    expect(page.get_by_role("heading", name="The story")).to_be_visible()
    (meeting,) = history(coordinator, contact)
    assert meeting["data"]["notes"] == [{"about": ["a"], "text": "It stays."}]
    expect(page.locator(".count")).to_have_count(0)


def test_what_was_refused_can_be_thrown_away(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "thrown")
    page = coordinator.open(f"record/{contact}/moment_noted")
    chip(page, "another day")
    page.get_by_label("another day").last.fill("2001-01-01")
    chip(page, "silent together")
    send(page)
    expect(page.get_by_role("link", name="1 refused")).to_be_visible()
    page = coordinator.open(f"record/{contact}")
    page.get_by_role("button", name="Throw away").click()
    page.get_by_role("button", name="Throw away").click()
    expect(page.locator(".count")).to_have_count(0)
    assert history(coordinator, contact) == []


def test_notes_are_kept_as_they_were_typed_each_about_those_it_is_about(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "noted")
    page = coordinator.open(f"record/{contact}/meeting_held")
    texts = {
        "About Noor": HOSTILE,
        "About Sam": "x" * (LIMIT + 1),
        "About Noor and Sam together": "both",
        "About nobody in particular": "none",
    }
    for box, text in texts.items():
        page.get_by_text(box, exact=True).click()
        page.get_by_label(box, exact=True).fill(text)
    send(page)
    expect(page.get_by_text("This text is 1 character too long")).to_be_visible()
    page.get_by_label("About Sam", exact=True).fill("é" * LIMIT)
    send(page)
    expect(page.get_by_role("heading", name="The story")).to_be_visible()
    notes = {tuple(note["about"]): note["text"] for note in history(coordinator, contact)[0]["data"]["notes"]}
    assert notes == {("a",): HOSTILE, ("b",): "é" * LIMIT, ("a", "b"): "both", (): "none"}
    assert page.title().endswith(" · Tussenruimte")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize(
    ("locale", "whose", "words"),
    [
        ("en-GB", "First choose above whose words they are", "What {} said of it"),
        ("nl-NL", "Kies eerst hierboven wiens woorden het zijn", "Wat {} erover zei"),
    ],
)
def test_what_somebody_says_has_a_place_of_its_own_under_the_key_of_whoever_speaks(
    web: WebHouse, locale: str, whose: str, words: str
) -> None:
    contact = pair(web, f"spoken-{locale}")
    visitor = web.visitor(viewport=PHONE, locale=locale)
    page = visitor.open(f"record/{contact}/account_given")
    expect(page.get_by_text(whose)).to_be_visible()
    chip(page, "Noor")
    expect(page.locator("details[open] textarea")).to_have_count(1)
    page.get_by_label(words.format("Noor"), exact=True).fill("She is my neighbour.")
    expect(page.get_by_text(whose)).to_have_count(0)
    chip(page, "Sam")
    expect(page.get_by_label(words.format("Sam"), exact=True)).to_have_value("She is my neighbour.")
    assert visitor.violations() == []
    page.locator("main form.sheet button").last.click()
    expect(page).to_have_url(f"{web.own}/app/contact/{contact}")
    (account,) = history(visitor, contact)
    assert (account["perspective"], account["data"]["notes"]) == ("b", [{"about": ["b"], "text": "She is my neighbour."}])


def test_an_entry_of_ones_own_is_corrected_and_withdrawn_from_the_story(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "mistaken")
    page = coordinator.open(f"contact/{contact}")
    expect(page.get_by_role("link", name="Correct")).to_have_count(0)
    page.get_by_role("button", name="Met as agreed").click()
    page.get_by_role("link", name="Correct").click()
    chip(page, "strained")
    chip(page, "yesterday")
    send(page)
    expect(page.get_by_text("strained (amended)")).to_be_visible()
    page.get_by_role("link", name="Correct").click()
    expect(page.get_by_role("radio", name="yesterday")).to_be_checked()
    expect(page.get_by_role("radio", name="strained")).to_be_checked()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator("li.retracted")).to_have_count(1)
    expect(page.get_by_role("link", name="Correct")).to_have_count(0)


def test_a_new_contact_comes_with_its_people_and_what_they_consent_to(web: WebHouse, coordinator: Visitor) -> None:
    web.record([initiative("fresh-home")])
    page = coordinator.open("record/new")
    page.get_by_label("Initiative").select_option(index=1)
    fill_people(page, {"Yara": "volunteer", "Wim": "help seeker"})
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Yara and Wim")
    page.get_by_role("button", name="Met as agreed").click()
    expect(page.get_by_text("Recorded: Meeting")).to_be_visible()


def test_without_consent_nobody_is_registered(web: WebHouse, coordinator: Visitor) -> None:
    page = coordinator.open("record/new")
    page.get_by_label("Initiative").select_option(index=1)
    for number in (1, 2):
        page.get_by_role("group", name=f"Person {number}").get_by_label("Name").fill("Nobody yet")
    send(page)
    assert page.evaluate("document.querySelector('form').checkValidity()") is False
    expect(page.get_by_role("heading", level=1)).to_have_text("New contact")


OFFERED = "[...document.querySelectorAll('main a.card')].map((one) => one.getAttribute('href').slice('/app/'.length))"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_form_keeps_anybody_from_using_it(web: WebHouse, theme: str) -> None:
    contact = pair(web, f"all-{theme}", term={"kind": "one_off"})
    for form, chosen in {"roles_reversed": [], "boundary_agreed": FORMS["boundary_agreed"], "left_open": FORMS["left_open"]}.items():
        page = web.visitor(viewport=PHONE).open(f"record/{contact}/{form}")
        for text in chosen:
            chip(page, text)
        send(page)
        expect(page.get_by_role("heading", name="The story")).to_be_visible()
    visitor = web.visitor(color_scheme=theme, viewport=PHONE, locale="nl-NL")
    correct = visitor.open(f"contact/{contact}").get_by_role("link", name="Verbeteren").first.get_attribute("href")
    paths = visitor.open(f"record/{contact}").evaluate(OFFERED)
    assert len(paths) == 17
    found = {}
    for path in ("record", f"record/{contact}", "record/new", str(correct).removeprefix("/app/"), *paths):
        page = visitor.open(path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        wide = page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]
        if wrong := visitor.violations() + ["wider than a phone"] * wide:
            found[path] = wrong
    assert found == {}
