"""The history under the oracle: which events count, in which order, and what stood open when.

A place in the history is an `order`, the index of the last event that counts; -1 is before everything. Whatever stands for a while (a term,
a reversal, an opening) is a span from the event that opened it to the first that closed it, looked up afresh at every question.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

DAY = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
VOICED = {"account_given", "measure_taken", "surprise_noticed", "tension_felt", "left_open"}


def instant(text: str) -> int:
    """The earliest instant of a year, month, day or date-time (the start of an interval), in microseconds since 1970."""
    start = text.split("/")[0].rstrip("?~%")
    whole = start + "-01-01"[len(start) - 4 :] if len(start) < 10 else start
    moment = datetime.fromisoformat(whole)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True)
class Event:
    """An event as it counts: at its instant, with the content that holds. An erased one has the kind "erased" and so weighs nothing."""

    id: str
    kind: str
    at: int
    occurred: str
    perspective: str | None
    data: dict[str, Any]
    position: int
    order: int = -1


@dataclass(frozen=True)
class Span:
    """Something that stands from the event that opened it until the one that closed it."""

    opened: Event
    closed: Event | None

    def holds(self, order: int) -> bool:
        return self.opened.order <= order and (self.closed is None or self.closed.order > order)


@dataclass(frozen=True)
class Term(Span):
    """A term in one piece: an extension begins another. It stops running at `stops` by itself; `lapse` is the same instant, or None
    where it was ended or extended by then."""

    kind: str | None
    until: str | None
    stops: int | None
    lapse: int | None
    unequal: bool  # one member stood on `gives` and another on `receives` when it began or was extended

    def runs(self, order: int, at: int) -> bool:
        """Extended by the instant at which it would lapse, it runs on at that instant, whatever came first."""
        extended = self.closed is not None and self.closed.kind == "term_extended" and self.closed.at == at == self.stops
        return self.holds(order) and (self.stops is None or at < self.stops or extended)

    def lapsed(self, order: int, at: int) -> bool:
        return self.holds(order) and self.lapse is not None and at >= self.lapse


def ends(event: Event) -> bool:
    return event.kind == "relationship_ended" or (event.kind == "term_ended" and event.data["continuation"] == "stopped")


def corrected(records: list[dict[str, Any]], known_at: str | None) -> list[Event]:
    """What counts of what was known: retracted events left out, amended ones as amended, corrections themselves gone; in order."""
    known = [r for r in records if known_at is None or instant(r["recorded"]) <= instant(known_at)]
    retracted = {r["data"]["event"] for r in known if r["type"] == "tussenruimte.event_retracted.v1"}
    amendments: dict[str, dict[str, Any]] = {}
    for record in sorted(known, key=lambda r: r["position"]):
        if record["type"] == "tussenruimte.event_amended.v1" and record["id"] not in retracted:
            amendments[record["data"]["event"]] = record["data"]
    found = []
    for record in known:
        kind = record["type"].split(".")[1]
        if kind in ("event_retracted", "event_amended") or record["id"] in retracted:
            continue
        amendment = amendments.get(record["id"], {})
        data = amendment.get("data", record["data"])
        occurred = amendment.get("occurred", record["occurred"])
        exact = None if "occurred" in amendment else record.get("time")
        erased = "erased" in data or any(isinstance(value, dict) and "erased" in value for value in data.values())
        kind = "erased" if kind in VOICED and erased else kind
        found.append(Event(record["id"], kind, instant(exact or occurred), occurred, record.get("perspective"), data, record["position"]))
    opening = [e for e in found if e.kind in ("match_made", "contact_emerged")]
    found = [replace(e, at=max(e.at, opening[0].at)) for e in found] if opening else found
    return sorted(found, key=lambda e: (e.at, e.kind not in ("match_made", "contact_emerged"), e.position))


class History:
    """The events of one relationship in an order, and what stands at a place in it."""

    def __init__(self, events: Iterable[Event], sides: dict[str, str]) -> None:
        self.events = [replace(event, order=order) for order, event in enumerate(events)]
        self.sides = sides

    def order_at(self, at: int) -> int:
        return sum(event.at <= at for event in self.events) - 1

    def of(self, *kinds: str) -> list[Event]:
        return [event for event in self.events if event.kind in kinds]

    def ended(self, order: int) -> bool:
        turns = [event for event in self.events[: order + 1] if ends(event) or event.kind == "relationship_resumed"]
        return bool(turns) and ends(turns[-1])

    def closing(self, opened: Event, closes: Callable[[Event], bool]) -> Event | None:
        """The first event after this one that closes it; the end closes everything."""
        return next((event for event in self.events[opened.order + 1 :] if closes(event) or ends(event)), None)

    def people(self, order: int) -> dict[str, dict[str, Any]]:
        """Everyone who is or was a member, by handle, with the roles of the last time they were."""
        people: dict[str, dict[str, Any]] = {}
        for event in self.events[: order + 1]:
            data = event.data
            if event.kind in ("match_made", "contact_emerged", "member_joined"):
                for new in [data] if event.kind == "member_joined" else data["members"]:
                    people[new["handle"]] = {
                        "handle": new["handle"],
                        "participant": new["participant"],
                        "joined": event.occurred,
                        "left": None,
                        "roles": list(new["roles"]),
                    }
            elif event.kind == "member_left":
                people[data["handle"]]["left"] = event.occurred
            elif event.kind == "role_taken":
                people[data["handle"]]["roles"].append(data["role"])
            elif event.kind == "role_laid_down":
                people[data["handle"]]["roles"].remove(data["role"])
        return people

    def present(self, order: int) -> list[str]:
        return [handle for handle, person in self.people(order).items() if person["left"] is None]

    def side(self, handle: str, order: int) -> str:
        """The side somebody stands on: that of the own roles, or in an open reversal that of the other; `group` on none."""
        for reversal in self.reversals():
            if reversal.holds(order) and handle in reversal.opened.data["between"]:
                handle = next(other for other in reversal.opened.data["between"] if other != handle)
                break
        roles = self.people(order).get(handle, {"roles": []})["roles"]
        found = {self.sides.get(role, "none") for role in roles} - {"none"}
        return "both" if len(found) > 1 else next(iter(found), "none")

    def unequal(self, order: int) -> bool:
        return {"gives", "receives"} <= {self.side(handle, order) for handle in self.present(order)}

    def direction(self, order: int) -> list[list[str]] | None:
        """From the one present member who gives to the one who receives, where there is exactly one of each."""
        standing = {side: [h for h in self.present(order) if self.side(h, order) == side] for side in ("gives", "receives")}
        one_each = all(len(handles) == 1 for handles in standing.values())
        return [[standing["gives"][0], standing["receives"][0]]] if one_each else None

    def reversals(self) -> list[Span]:
        def shut(opened: Event) -> Callable[[Event], bool]:
            return lambda e: (
                (e.kind == "roles_restored" and e.data["reversal"] == opened.data["reversal"])
                or (e.kind == "member_left" and e.data["handle"] in opened.data["between"])
            )

        return [Span(opened, self.closing(opened, shut(opened))) for opened in self.of("roles_reversed")]

    def openings(self) -> list[Span]:
        return self._named("left_open", "settled", "opening")

    def tensions(self) -> list[Span]:
        return self._named("tension_felt", "tension_eased", "tension")

    def _named(self, opens: str, closes: str, key: str) -> list[Span]:
        def shut(opened: Event) -> Callable[[Event], bool]:
            return lambda e: e.kind == closes and e.data[key] == opened.data[key]

        return [Span(opened, self.closing(opened, shut(opened))) for opened in self.of(opens)]

    def agreements(self) -> list[Span]:
        def shut(opened: Event) -> Callable[[Event], bool]:
            name = opened.data["agreement"]
            return lambda e: (e.kind == "boundary_lifted" and e.data["agreement"] == name) or e.data.get("replaces") == name

        return [Span(opened, self.closing(opened, shut(opened))) for opened in self.of("boundary_agreed")]

    def terms(self) -> list[Term]:
        """A match and each extension begin a term; it stands, running or lapsed, until the next end or extension."""
        found = []
        for opened in self.of("match_made", "term_extended"):
            closed = self.closing(opened, lambda e: e.kind in ("term_ended", "term_extended"))
            if opened.kind == "match_made":
                stated = opened.data.get("term", {})
                kind, until = stated.get("kind"), stated.get("until")
            else:
                until = opened.data.get("until")
                kind = "fixed" if until else "indefinite"
            stops = None
            meetings = self.of("meeting_held")
            if kind == "fixed":
                stops = instant(until)
            elif kind == "one_off" and meetings:
                stops = (meetings[0].at // DAY + 1) * DAY
            lapse = None if stops is None or (closed is not None and closed.at <= stops) else stops
            found.append(Term(opened, closed, kind, until, stops, lapse, self.unequal(opened.order)))
        return found

    def followed(self) -> list[Span]:
        """What followed the end of a term, until another end, an extension or the end of the relationship."""
        ended = [event for event in self.of("term_ended") if not ends(event)]
        return [Span(opened, self.closing(opened, lambda e: e.kind in ("term_ended", "term_extended"))) for opened in ended]
