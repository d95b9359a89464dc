"""Whatever is asked by the schema, or sent to the pages beside it, is answered or refused, and never breaks anything: the short form."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Running, running
from schema_soak import ask_pages, ask_schema, prepare

from api import recording
from projections.export.bounds import Bounds
from projections.views.questions import Questions

REQUESTS = 400


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, bounds=Bounds(requests=0, cost=0)) as found:
        prepare(found)
        yield found


def test_whatever_the_schema_lets_ask_is_answered_or_refused(house: Running) -> None:
    answers, wrong = ask_schema(house, REQUESTS, 1)
    assert wrong == []
    assert answers.total() >= REQUESTS
    assert {"OK", "BAD_INPUT", "NOT_FOUND"} <= {code for _, _, code in answers}


def test_whatever_is_sent_to_the_pages_is_answered_or_refused(house: Running) -> None:
    answers, wrong = ask_pages(house, REQUESTS // 2, 1)
    assert wrong == []
    assert answers.total() >= REQUESTS // 2
    assert {"OK", "BAD_INPUT"} <= {code for _, _, code in answers}


def test_what_breaks_is_found(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Questions, "lenses", broken)
    monkeypatch.setattr(recording, "take", broken)
    _, wrong = ask_schema(house, 100, 1)
    assert wrong
