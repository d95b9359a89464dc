"""A token is had by whoever was given it, for as long as it holds, and by nobody who reads the file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.model.errors import Refused
from domain.model.time import DAY
from domain.store.sqlite import SQLiteDatabase
from domain.store.tokens import Tokens, well_formed

NOON = 1_769_860_800_000_000  # 2026-01-31T12:00:00Z


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SQLiteDatabase]:
    store = SQLiteDatabase(tmp_path / "events.db")
    yield store
    store.close()


@pytest.fixture
def tokens(database: SQLiteDatabase) -> Tokens:
    return Tokens(database, lambda: NOON)


def test_a_token_is_recognised_by_its_form(tokens: Tokens) -> None:
    text = tokens.create()
    assert text.startswith("tr_")
    assert len(text) == 3 + 43 + 6
    assert well_formed(text)


def test_two_tokens_are_never_the_same(tokens: Tokens) -> None:
    made = {tokens.create() for _ in range(100)}
    assert len(made) == 100
    assert len({token.id for token in tokens.list()}) == 100


def test_a_letter_mistyped_anywhere_is_seen_without_the_store(tokens: Tokens) -> None:
    text = tokens.create()
    for place, letter in enumerate(text):
        other = "x" if letter != "x" else "y"
        assert not well_formed(text[:place] + other + text[place + 1 :])
    for near in ("", text[:-1], text + "a", text.upper(), f" {text}", f"{text}\n"):
        assert not well_formed(near)


def test_the_bearer_is_known_by_name(tokens: Tokens) -> None:
    token = tokens.check(tokens.create(days=7, name="import-2026"), NOON)
    assert token is not None
    assert (token.role, token.name, token.recorded_by) == ("coordinator", "import-2026", "system/import-2026")
    assert (token.created, token.expires, token.revoked) == (NOON, NOON + 7 * DAY, None)


def test_without_a_name_a_token_is_called_by_its_id(tokens: Tokens) -> None:
    token = tokens.check(tokens.create(), NOON)
    assert token is not None
    assert token.name == token.id


def test_a_token_of_elsewhere_opens_nothing(tokens: Tokens, tmp_path: Path) -> None:
    elsewhere = SQLiteDatabase(tmp_path / "elsewhere.db")
    assert tokens.check(Tokens(elsewhere, lambda: NOON).create(), NOON) is None
    elsewhere.close()


def test_a_token_holds_until_the_instant_it_expires(tokens: Tokens) -> None:
    text = tokens.create(days=1)
    assert tokens.check(text, NOON + DAY - 1) is not None
    assert tokens.check(text, NOON + DAY) is None


def test_a_revoked_token_opens_nothing_and_stays_in_the_list(tokens: Tokens) -> None:
    text, other = tokens.create(name="one"), tokens.create(name="two")
    token = tokens.check(text, NOON)
    assert token is not None
    assert tokens.revoke(token.id)
    assert tokens.check(text, NOON) is None
    assert tokens.check(other, NOON) is not None
    assert {held.name: held.revoked for held in tokens.list()} == {"one": NOON, "two": None}


def test_a_token_is_revoked_once(tokens: Tokens) -> None:
    tokens.create()
    (token,) = tokens.list()
    assert tokens.revoke(token.id)
    assert not tokens.revoke(token.id)
    assert not tokens.revoke("nobody")


def test_tokens_outlive_the_process(tokens: Tokens, tmp_path: Path) -> None:
    text = tokens.create(name="kept")
    again = SQLiteDatabase(tmp_path / "events.db")
    token = Tokens(again, lambda: NOON).check(text, NOON)
    again.close()
    assert token is not None
    assert token.name == "kept"


def test_the_file_does_not_give_a_token_away(tokens: Tokens, database: SQLiteDatabase, tmp_path: Path) -> None:
    text = tokens.create(name="quiet")
    database.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"quiet" in kept
    assert text.encode() not in kept
    assert text[3:-6].encode() not in kept


@pytest.mark.parametrize("name", ["", "two words", "a/b", "é", "x" * 129, "line\n"])
def test_a_name_is_a_word_that_can_stand_in_recordedby(tokens: Tokens, name: str) -> None:
    with pytest.raises(Refused) as refused:
        tokens.create(name=name)
    assert refused.value.refusal.rule == "wrong_id"


@pytest.mark.parametrize("days", [0, -1, 3_651])
def test_a_token_expires(tokens: Tokens, days: int) -> None:
    with pytest.raises(Refused) as refused:
        tokens.create(days=days)
    assert (refused.value.refusal.code, refused.value.refusal.field) == ("BAD_INPUT", "days")


def test_only_roles_that_exist_are_given(tokens: Tokens) -> None:
    with pytest.raises(Refused) as refused:
        tokens.create(role="king")  # type: ignore[arg-type]
    assert "administrator" in refused.value.refusal.text()
    assert tokens.list() == []
