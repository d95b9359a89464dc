"""What is refused is told with a stable code, the field, and the rule in the language of who asks; what broke is told by a number."""

import logging
from typing import Any

import pytest
from scraped import out_of_reach
from served import Served, opened, served
from starlette.testclient import TestClient

from api import health_pages
from api.app import make_app
from api.errors import language_of
from projections.views.filters import cursor
from projections.views.histories import INITIATIVES

READING = """query($id: ID!, $at: DateTime!, $lens: String, $holder: String, $known: DateTime) {
    relationship(id: $id) { reading(at: $at, lens: $lens, holder: $holder, knownAt: $known) { phase } }
}"""
LARS = {"id": "lars", "at": "2022-01-01"}


@pytest.mark.parametrize(
    ("query", "variables", "code", "field", "english", "dutch"),
    [
        (READING, {**LARS, "at": "2099-01-01"}, "BAD_INPUT", "at", "ahead of now", "in de toekomst"),
        (READING, {**LARS, "known": "2099-01-01T00:00:00Z"}, "BAD_INPUT", "knownAt", "ahead of now", "in de toekomst"),
        (READING, {**LARS, "lens": "pink"}, "NOT_FOUND", "lens", "no lens 'pink'", "geen lens 'pink'"),
        (READING, {**LARS, "holder": "nobody"}, "BAD_INPUT", "holder", "is no holder here", "is hier geen houder"),
        ("{ relationships(first: 0) { nodes { id } } }", {}, "BAD_INPUT", "first", "1 to 1000", "1 tot 1000"),
        ("{ events(first: 1001) { nodes { id } } }", {}, "BAD_INPUT", "first", "1 to 1000", "1 tot 1000"),
        ('{ relationships(after: "?") { nodes { id } } }', {}, "BAD_INPUT", "after", "not given out", "niet door dit platform"),
        ('{ events(after: "-1") { nodes { id } } }', {}, "BAD_INPUT", "after", "whole number", "geheel getal"),
        ('{ moves(filter: {from: "2099-01-01"}) { nodes { at } } }', {}, "BAD_INPUT", "filter.from", "ahead of now", "in de toekomst"),
        ('{ relationships(filter: {startedFrom: "2021"}) { nodes { id } } }', {}, "BAD_INPUT", "filter.startedFrom", "", ""),
        ('{ events(atLeast: "450") { nodes { id } } }', {}, "BAD_INPUT", "atLeast", "last position is 449", "laatste positie is 449"),
        ("{ relationships { nodes { colour } } }", {}, "BAD_INPUT", None, "Cannot query field 'colour'", "kan zo niet"),
        ("{ relationships {", {}, "BAD_INPUT", None, "Syntax Error", "kan zo niet"),
        ("{ relationship(id: 1.5) { id } }", {}, "BAD_INPUT", None, "ID cannot represent", "kan zo niet"),
        (READING, {"id": "lars"}, "BAD_INPUT", None, "$at", "kan zo niet"),
        (READING, {**LARS, "at": 2022}, "BAD_INPUT", None, "in quotes", "kan zo niet"),
        (
            'mutation { eraseParticipant(participant: "a") { state } }',
            {},
            "NOT_FOUND",
            "participant",
            "is not registered",
            "is niet aangemeld",
        ),
    ],
)
def test_a_refusal_says_which_rule_in_two_languages(
    house: Served, query: str, variables: dict[str, Any], code: str, field: str | None, english: str, dutch: str
) -> None:
    for language, words in (("en", english), ("nl", dutch)):
        refusal = house.refusal(query, language, **variables)
        assert (refusal["code"], refusal["field"]) == (code, field)
        assert words in refusal["rule"]
    assert house.refusal(query, "nl", **variables)["rule"] != house.refusal(query, "en", **variables)["rule"]


MADE_UP = [(10**30, "lars", 5), (-(10**30), "lars", 5), (5, "a\0", 5), (5, "", 5), (int("9" * 4_000), "lars", 5)]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        *[(name, place) for name in ("relationships", "initiatives") for place in (*MADE_UP, (5, "lars", -1), (5, "lars", 10**30))],
        *[("moves", place[:2]) for place in MADE_UP],
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(house: Served, name: str, place: tuple[Any, ...]) -> None:
    refusal = house.refusal(f"query($after: String) {{ {name}(after: $after) {{ pageInfo {{ endCursor }} }} }}", after=cursor(*place))
    assert (refusal["code"], refusal["field"]) == ("BAD_INPUT", "after")
    assert "not given out" in refusal["rule"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("*", "en"),
        ("de", "en"),
        ("nl", "nl"),
        ("nl-BE, en;q=0.8", "nl"),
        ("en-GB,en;q=0.9,nl;q=0.3", "en"),
        ("en;q=0.2, nl;q=0.4", "nl"),
        ("nl;q=no", "en"),
        ("nl;q=0", "en"),
    ],
)
def test_the_language_is_the_one_preferred(accepted: str | None, language: str) -> None:
    assert language_of(accepted) == language


def test_an_error_stands_where_it_arose_and_the_rest_is_answered(house: Served) -> None:
    answer = house.answer('{ lenses { name } relationship(id: "lars") { reading(at: "2099-01-01") { phase } } }')
    assert answer["data"]["lenses"]
    assert answer["data"]["relationship"] is None
    assert answer["errors"][0]["path"] == ["relationship", "reading"]


def test_what_broke_is_told_by_a_number_that_stands_in_the_log(house: Served, caplog: pytest.LogCaptureFixture) -> None:
    """The read models are gone from under the question: nobody foresaw that."""
    with out_of_reach(house, INITIATIVES, 1), caplog.at_level(logging.ERROR):
        answer = house.answer("{ relationships { nodes { initiative { name } } } }")
    assert len(answer["errors"]) == 1
    told = answer["errors"][0]["extensions"]
    assert told["code"] == "UNAVAILABLE"
    assert "initiatives" not in str(answer)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.getMessage().removeprefix("internal error ") in told["rule"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer tr_short"},
        {"Authorization": "Bearer tr_" + "A" * 49},
        {"Authorization": "Basic dGVzdGVyOnNlY3JldA=="},
    ],
)
def test_nothing_but_health_is_had_without_a_token(house: Served, headers: dict[str, str]) -> None:
    stranger = TestClient(house.client.app)
    for path in ("/graphql", "/nowhere", "/graphql/elsewhere"):
        response = stranger.get(path, headers={**headers, "Accept-Language": "nl"})
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        assert "geldig token" in error["message"]
    assert stranger.get("/healthz", headers=headers).json() == {"status": "ok"}
    assert stranger.get("/readyz", headers=headers).status_code == 200


def test_a_token_that_was_revoked_opens_nothing(empty: Served) -> None:
    assert empty.client.get("/graphql?query={lenses{name}}").status_code == 200
    assert empty.organisation.tokens.revoke(empty.organisation.tokens.list()[0].id)
    assert empty.client.get("/graphql?query={lenses{name}}").status_code == 401


def test_it_is_not_ready_while_the_views_are_far_behind(empty: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_pages, "READY_LAG", 500)
    initiative = {"name": "Home", "kind": "buddy", "guidance": "light", "contact": "indefinite"}
    event = {"specversion": "1.0", "source": "urn:test", "type": "tussenruimte.initiative_registered.v1", "occurred": "2021-01-01"}
    empty.record({**event, "id": f"i{n}", "subject": f"initiative/i{n}", "data": initiative} for n in range(501))
    waiting = empty.client.get("/readyz")
    assert (waiting.status_code, waiting.json()) == (503, {"status": "catching up", "lag": {"views": 501}})
    assert len(empty.ask("{ initiatives(first: 1000) { nodes { id } } }")["initiatives"]["nodes"]) == 501
    ready = empty.client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "lag": {"views": 0}})


def test_it_is_not_ready_while_the_store_cannot_be_asked(empty: Served) -> None:
    with out_of_reach(empty):
        lost = empty.client.get("/readyz")
        assert (lost.status_code, lost.json()) == (503, {"status": "store unreachable"})
        assert empty.client.get("/healthz").status_code == 200
    assert empty.client.get("/readyz").status_code == 200


def test_the_organisation_is_closed_with_the_application(tmp_path: Any) -> None:
    organisation = opened(tmp_path / "events.db")
    with TestClient(make_app(organisation)):
        assert not organisation.store.database.pool.closed
    assert organisation.store.database.pool.closed
    with served(tmp_path) as again:
        assert again.ask("{ relationships { nodes { id } } }")["relationships"]["nodes"] == []
