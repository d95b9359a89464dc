"""A participant who opened their link sees in their browser what is kept of them, and leaves in two clicks."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, get_args

import pytest
from served import NOW, served_at
from store_places import Place
from test_own import CANARIES, THEIRS, House

from api.own_pages import LOOKS
from api.own_words import DID, SEEN
from domain.model.time import SECOND
from domain.store.accesses import ALL_KINDS, CALENDAR, Access, Action, Viewer
from projections.views.accesses import KIND

DUTCH = {"Accept-Language": "nl"}


class Browser:
    """As a browser follows links and sends forms, with the session it has."""

    def __init__(self, house: House, session: str | None) -> None:
        self._client = house.served.client
        self._cookies = {} if session is None else {"Cookie": f"__Host-tr_session={session}"}

    def open(self, path: str, headers: dict[str, str] | None = None, chosen: str | None = None) -> Any:
        """With the language that was chosen, if any."""
        cookies = "; ".join([*self._cookies.values(), *([] if chosen is None else [f"tr_language={chosen}"])])
        sent = {"Sec-Fetch-Site": "same-origin", **({"Cookie": cookies} if cookies else {}), **(headers or {})}
        return self._client.get(path, headers=sent)

    def choose(self, language: str, back: str, headers: dict[str, str] | None = None) -> Any:
        sent = {"Sec-Fetch-Site": "same-origin", **(headers or {})}
        return self._client.post("/sign-in/language", data={"language": language, "back": back}, headers=sent, follow_redirects=False)

    def send(self, page: str, headers: dict[str, str] | None = None) -> Any:
        """Press the one button of a page."""
        (form,) = re.findall(r'<form method="post".*?</form>', page.partition("<main")[2], re.S)
        (action,) = re.findall(r'action="([^"]+)"', form)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
        return self._client.post(action, data=fields, headers={**self._cookies, "Sec-Fetch-Site": "same-origin", **(headers or {})})


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    with served_at(place.open(b"r" * 32, "buurtmaat", lambda: NOW)) as served:
        found = House(served)
        del served.client.headers["Authorization"]
        yield found


@pytest.fixture
def alice(house: House) -> Browser:
    member = next(one for one in house.organisation.roster.all() if one.reach.participant == "alice")
    return Browser(house, house.organisation.tokens.made_for("participant", 60, "session", member=member.id))


def sentences(page: str) -> list[str]:
    return [unescape(told) for told in re.findall(r'<p class="told">(.*?)</p>', page)]


def links(page: str) -> list[str]:
    return [unescape(address) for address in re.findall(r'<a (?:class="[^"]+" )?href="([^"]+)">', page)]


def test_the_page_shows_what_is_theirs_and_nothing_else(alice: Browser) -> None:
    for headers in (None, DUTCH):
        page = alice.open("/own", headers).text
        assert {canary for canary in {*CANARIES.values(), "canary-others"} if canary in page} == THEIRS
        assert "carla" not in page
        assert "token/" not in page
    assert "Wat er van u bewaard wordt" in page


def test_what_happened_is_told_by_their_own_name_on_days_as_people_say_them_and_as_it_holds_now(house: House, alice: Browser) -> None:
    page = alice.open("/own").text
    assert re.search(r"<time>4 November 2021</time>|<time>1 February 2021</time>", page)
    assert "account of Somebody: friendship" in page
    assert "met: Somebody (amended)<" in page
    assert "sealed" not in page
    assert "was amended" not in page
    assert not re.search(r"\d{4}-\d\d-\d\d[^T]", page)
    assert "1 februari 2021" in alice.open("/own", DUTCH).text


def test_who_looked_stands_there_in_words(house: House, alice: Browser) -> None:
    house.organisation.store.accesses.write(
        Viewer("member/anna", "coordinator", "coordinator/k"),
        [Access("relationship/ours", ("members", "notes")), Access("participant/alice", ("names",), "export")],
    )
    page, dutch = unescape(alice.open("/own").text), unescape(alice.open("/own", DUTCH).text)
    (one,) = [line for line in sentences(page) if "anna" in line]
    assert one.startswith("anna (coordinator), for k ")
    assert "looked at your contact through Next Door: who is in it, what was written" in one
    (one,) = [line for line in sentences(dutch) if "anna" in line]
    assert one.startswith("anna (coördinator), namens k ")
    assert "haalde wat er van u bewaard wordt uit het platform: namen" in one
    assert "31 januari 2026 om 13:00" in dutch


def test_one_self_is_told_as_that_and_others_in_a_contact_as_nobody_in_particular(house: House, alice: Browser) -> None:
    looks = [Access("participant/alice", ("names",)), Access("participant/alice", ("contact",)), Access("relationship/ours", ("members",))]
    for _ in range(2):
        house.organisation.store.accesses.write(Viewer("participant", "participant"), looks)
    page, dutch = sentences(alice.open("/own").text), sentences(alice.open("/own", DUTCH).text)
    (own,) = [line for line in page if line.startswith("you looked")]
    assert own.startswith("you looked at what is kept of you: ")
    assert {"names", "contact data"} <= set(own.partition(": ")[2].split(", "))
    others = [line for line in page if line.startswith("you, or somebody with whom you are in contact looked at your contact")]
    assert len(others) == 3, "these two and whoever opens the page, who may be three"
    assert any(line.startswith("u bekeek wat er van u bewaard wordt: ") for line in dutch)


def test_what_was_looked_at_a_minute_apart_is_told_apart(house: House, alice: Browser) -> None:
    log = house.organisation.store.accesses
    for second in (0, 59, 60):
        log._clock = lambda second=second: NOW + second * SECOND
        log.write(Viewer("member/anna", "coordinator"), [Access("participant/alice", ("names",))])
    assert len([line for line in sentences(alice.open("/own").text) if line.startswith("anna")]) == 2


@pytest.mark.parametrize("page", ["/own", "/own/leave?what=record", "/sign-in"])
def test_the_other_language_can_be_chosen_and_leads_back(house: House, alice: Browser, page: str) -> None:
    text = alice.open(page).text
    head = text.partition("<main")[0]
    assert f'name="back" value="{page}"' in head
    assert 'lang="nl">Nederlands</button>' in head
    chosen = alice.choose("nl", page)
    assert (chosen.status_code, chosen.headers["location"]) == (303, page)
    assert '<html lang="nl">' in alice.open(page, {"Accept-Language": "en"}, chosen="nl").text
    assert '<html lang="en">' in alice.open(page, DUTCH, chosen="en").text


@pytest.mark.parametrize("back", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "/own//x", "/app/", ""])
def test_who_chooses_a_language_is_led_to_no_other_site(alice: Browser, back: str) -> None:
    assert alice.choose("nl", back).headers["location"] == "/sign-in"


def test_no_other_site_chooses_the_language(alice: Browser) -> None:
    assert alice.choose("nl", "/own", {"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_who_looked_earlier_is_a_page_further(house: House, alice: Browser) -> None:
    looks = [(Viewer(f"member/anna-{number}", "coordinator"), Access("participant/alice", ("names",))) for number in range(LOOKS + 1)]
    house.organisation.store.accesses.write_all(looks)
    first = alice.open("/own").text
    (earlier,) = [link for link in links(first) if link.startswith("/own/looked")]
    second = alice.open(earlier).text
    counts = [len(re.findall(r"anna-\d+ \(coordinator\)", text)) for text in (first, second)]
    assert sum(counts) == len(looks)
    assert counts[1] > 0


def test_whatever_can_be_written_of_a_look_has_words() -> None:
    assert set(DID) == set(get_args(Action))
    assert set(SEEN) >= {*ALL_KINDS, CALENDAR, KIND}


@pytest.mark.parametrize("before", ["", "x", "-1", "1" * 30])
def test_a_page_of_nowhere_is_refused_in_words(alice: Browser, before: str) -> None:
    answer = alice.open(f"/own/looked?before={before}")
    assert (answer.status_code, "This cannot be done" in answer.text) == (400, True)


def test_all_of_it_is_taken_along_in_a_file(alice: Browser) -> None:
    answer = alice.open("/own/everything.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="everything.json"'
    assert {canary for canary in CANARIES.values() if canary in answer.text} == THEIRS


def test_a_consent_is_withdrawn_in_two_clicks(house: House, alice: Browser) -> None:
    page = alice.open("/own").text
    (first,) = [link for link in links(page) if link == "/own/leave?what=record"]
    asked = alice.open(first).text
    assert "need not say why" in asked
    assert alice.send(asked).status_code == 200
    assert "withdrawn on 31 January 2026" in alice.open("/own").text


def test_all_of_it_is_destroyed_in_two_clicks_and_the_session_with_it(house: House, alice: Browser) -> None:
    asked = alice.open(next(link for link in links(alice.open("/own").text) if link.endswith("=everything"))).text
    assert "cannot be undone" in asked
    done = alice.send(asked)
    assert (done.status_code, "is destroyed" in done.text) == (200, True)
    led = alice.open("/own", {"Accept": "text/html"})
    assert led.url.path == "/sign-in"
    assert alice.open("/own").status_code == 401


def test_to_open_an_address_destroys_nothing(alice: Browser) -> None:
    for _ in range(2):
        assert alice.open("/own/leave?what=everything").status_code == 200
    assert alice.open("/own").status_code == 200


def test_a_page_of_another_site_leaves_for_nobody(alice: Browser) -> None:
    asked = alice.open("/own/leave?what=everything").text
    for site in ({"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "same-site"}):
        assert alice.send(asked, site).status_code == 403
    assert alice.open("/own").status_code == 200


@pytest.mark.parametrize("path", ["/own", "/own/looked?before=9", "/own/everything.json", "/own/leave?what=everything"])
def test_nobody_else_is_shown_anything(house: House, path: str) -> None:
    assert Browser(house, None).open(path).status_code == 401
    session = house.organisation.tokens.made_for("coordinator", 60, "session", "owner")
    assert Browser(house, session).open(path).status_code == 403


@pytest.mark.parametrize("what", ["", "?what=", "?what=other", "?what=%00", "?what=RECORD"])
def test_what_is_not_known_is_refused(alice: Browser, what: str) -> None:
    assert alice.open(f"/own/leave{what}").status_code == 400
