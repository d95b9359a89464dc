"""What tests of what asks for a look are written in: the lines of one relationship, and an organisation that is asked on any day."""

from datetime import date, timedelta
from typing import Any

from sent_lines import NOON, Clock, line, match, meeting, pair, record

from domain.model.attention import AttentionKind
from domain.model.time import day, instant
from domain.store.accesses import Viewer
from projections.views.attention_pages import AttentionFilter, aside_until
from tussenruimte import Organisation

START = "2021-01-01"
WHO = Viewer("command-line/jansen", "operator")
Asked = list[tuple[str, str | None]]


def days_after(start: str, days: int) -> str:
    return (date.fromisoformat(start) + timedelta(days)).isoformat()


def event(id: str, kind: str, occurred: str, data: dict[str, Any], **more: str) -> bytes:
    return line(id, kind, "relationship/r", data, occurred, **more)


def check_in(id: str, occurred: str, **data: Any) -> bytes:
    return event(id, "check_in_held", occurred, {"with": ["a"], "asked_about": "status", **data})


def tension(id: str, occurred: str, holder: str = "a") -> bytes:
    return event(id, "tension_felt", occurred, {"tension": f"t-{id}", "kind": "strain"}, perspective=holder)


def agreed(id: str, occurred: str, **data: Any) -> bytes:
    told = {"agreement": f"g-{id}", "kind": "tasks_limited", "parties": ["a", "b"], "prompted_by": "request"}
    return event(id, "boundary_agreed", occurred, {**told, **data})


def left_open(id: str, occurred: str, holder: str = "coordinator", **data: Any) -> bytes:
    return event(id, "left_open", occurred, {"opening": f"o-{id}", "about": "continuation", **data}, perspective=holder)


def term_ended(continuation: str, occurred: str) -> bytes:
    return event("term-ended", "term_ended", occurred, {"continuation": continuation})


def fixed(until: str) -> dict[str, Any]:
    return {"term": {"kind": "fixed", "until": until}}


class Book:
    """An organisation in which things are recorded, and asked of on any day."""

    def __init__(self, organisation: Organisation, clock: Clock) -> None:
        self.organisation = organisation
        self.clock = clock

    def begin(self, *lines: bytes, **data: Any) -> None:
        """A match of Anna and Bram, and what happened."""
        self.record(*pair()[:-1], match("r", "r-anna", "r-bram", **data), *lines)

    def record(self, *lines: bytes) -> None:
        self.clock.now = NOON
        outcome = record(self.organisation.store, lines)
        assert not outcome.refused, outcome.refused

    def all(self, at: str, **asked: Any) -> list[Any]:
        self.clock.now = instant(at)[0] if "T" in at else day(at) + 43_200_000_000
        page = self.organisation.questions.attention_page(1_000, None, AttentionFilter(**asked))
        return page.nodes

    def asks(self, kind: str, at: str) -> Asked:
        """Since when it asks on a day, and on what that rests."""
        return [(one.since, one.event) for one in self.all(at, kinds=[kind])]

    def aside(self, kind: AttentionKind, at: str, event: str = "") -> str:
        """The day until which something is put aside on a day."""
        self.clock.now = day(at) + 43_200_000_000
        with self.organisation.questions.newest() as snapshot:
            until = aside_until(snapshot, "r", kind, event)
        self.organisation.settings.put_aside("r", kind, event, until, WHO)
        return until

    def begins(self, kind: str, since: str, event: str | None) -> bool:
        """Whether it asks from a day on, and not on the day before it."""
        return (self.asks(kind, days_after(since, -1)), self.asks(kind, since)) == ([], [(since, event)])


def busy() -> list[bytes]:
    """Enough for everything to ask."""
    return [
        check_in("c", "2021-02-01", next_on="2021-03-01"), meeting("m", "r", "2021-02-01"), tension("x", "2021-02-01"),
        agreed("g", "2021-02-01", review_on="2021-03-01"),
    ]  # fmt: skip


ALL = ["AGREEMENT_REVIEW", "CHECK_IN_DUE", "LONG_SILENCE", "TENSION_STANDS", "TERM_LAPSED"]
