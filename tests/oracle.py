"""The oracle: a second, independent reading of the documents, plain and slow, that the real projections are compared with.

It takes the events of one relationship as import envelopes, keeps nothing between questions and computes each quantity by its definition.
"""

from math import exp, log
from typing import Any

from oracle_accounts import Accounts
from oracle_evidence import Evidence, Weight, aged
from oracle_history import Event, History, corrected

CHANGES = ("roles_reversed", "roles_restored", "role_taken", "role_laid_down", "rhythm_changed")


class Oracle:
    """Readings of one relationship, as known at `known_at` (now, where none is given)."""

    def __init__(self, events: list[dict[str, Any]], sides: dict[str, str], known_at: str | None = None) -> None:
        self.history = History(corrected(events, known_at), sides)
        self.lens_evidence = Evidence(self.history)
        self.lens_accounts = Accounts(self.history)

    def strengths(self, at: int, holder: str | None) -> Weight:
        return self.lens_evidence.strengths(at, holder)

    def reading(self, at: int, holder: str | None) -> dict[str, Any]:
        return self.lens_evidence.reading(at, holder)

    def evidence_moves(self, holder: str | None, to: int) -> list[dict[str, Any]]:
        return self.lens_evidence.moves(holder, to)

    def account(self, at: int, holder: str | None) -> dict[str, Any]:
        return self.lens_accounts.account(at, holder)

    def account_moves(self, holder: str | None, to: int) -> list[dict[str, Any]]:
        return self.lens_accounts.moves(holder, to)

    # Room.

    def mode(self, meeting: Event) -> tuple[Any, ...]:
        place = meeting.data.get("place")
        sides = sorted(self.history.side(handle, meeting.order) for handle in meeting.data["present"])
        return (tuple(sides), place and place.split(":")[0], meeting.data.get("activity"), meeting.data.get("mood"))

    def room(self, at: int) -> dict[str, Any]:
        past = self.history.events[: self.history.order_at(at) + 1]
        meetings = [event for event in past if event.kind == "meeting_held"]
        modes = [self.mode(meeting) for meeting in meetings]

        def weigh(events: list[Event]) -> float:
            return sum((aged(event, at) for event in events), 0.0)

        def tally(kind: str, key: str) -> dict[str, float]:
            alike = [event for event in past if event.kind == kind]
            return {word: weigh([e for e in alike if e.data[key] == word]) for word in dict.fromkeys(e.data[key] for e in alike)}

        by_mode = [weigh([m for m, its in zip(meetings, modes, strict=True) if its == mode]) for mode in dict.fromkeys(modes)]
        portions = [weight / sum(by_mode) for weight in by_mode]
        new = [meeting for i, meeting in enumerate(meetings) if i and modes[i] not in modes[:i]]
        differing = [meeting for i, meeting in enumerate(meetings) if i and modes[i] != modes[i - 1]]
        noticed = tally("surprise_noticed", "meaning_for")
        shares = self.lens_evidence.shares(at, None)
        return {
            "breadth": exp(-sum(portion * log(portion) for portion in portions)) if portions else 0.0,
            "surprise": {"self": noticed.get("self", 0.0), "other": noticed.get("other", 0.0), "unsaid": weigh(new)},
            "movement": weigh(differing) + weigh([event for event in past if event.kind in CHANGES]),
            "ambivalence": shares and shares["ambiguity"],
            "made": tally("room_made", "instrument"),
            "limited": tally("boundary_agreed", "kind"),
        }

    # The spans, in the order of occurring; without an instant, over all that is known.

    def _order(self, at: int | None) -> int:
        return len(self.history.events) - 1 if at is None else self.history.order_at(at)

    @staticmethod
    def _on(event: Event | None, order: int) -> str | None:
        return event.occurred if event is not None and event.order <= order else None

    def members(self, at: int | None = None) -> list[dict[str, Any]]:
        order = self._order(at)
        return [{**person, "side": self.history.side(handle, order)} for handle, person in self.history.people(order).items()]

    def terms(self, at: int | None = None) -> list[dict[str, Any]]:
        order, found = self._order(at), []
        for term in self.history.terms():
            if term.opened.order > order:
                continue
            later = [e for e in self.history.events[term.opened.order + 1 : order + 1] if e.kind in ("term_ended", "term_extended")]
            extended = next((i for i, event in enumerate(later) if event.kind == "term_extended"), len(later))
            ended = later[:extended]
            found.append(
                {
                    "from": term.opened.occurred,
                    "until": term.until,
                    "kind": term.kind,
                    "endedOn": self._on(term.closed, order),
                    "lapsed": term.lapse is not None and (at is None or term.lapse <= at),
                    "continuation": ended[-1].data["continuation"] if ended else None,
                }
            )
        return found

    def agreements(self, at: int | None = None) -> list[dict[str, Any]]:
        order, found = self._order(at), []
        for span in self.history.agreements():
            if span.opened.order <= order:
                data, closed = span.opened.data, span.closed
                replaced = closed is not None and closed.order <= order and closed.kind == "boundary_agreed"
                found.append(
                    {
                        "id": data["agreement"],
                        "kind": data["kind"],
                        "parties": data["parties"],
                        "tacit": bool(data.get("tacit")),
                        "promptedBy": data["prompted_by"],
                        "from": span.opened.occurred,
                        "reviewOn": data.get("review_on"),
                        "liftedOn": self._on(closed, order),
                        "replacedBy": closed.data["agreement"] if closed is not None and replaced else None,
                    }
                )
        return found

    def reversals(self, at: int | None = None) -> list[dict[str, Any]]:
        order = self._order(at)
        return [
            {
                "id": span.opened.data["reversal"],
                "between": span.opened.data["between"],
                "from": span.opened.occurred,
                "restoredOn": self._on(span.closed, order),
            }
            for span in self.history.reversals()
            if span.opened.order <= order
        ]

    def openings(self, at: int | None = None) -> list[dict[str, Any]]:
        order = self._order(at)
        return [
            {
                "id": span.opened.data["opening"],
                "about": span.opened.data["about"],
                "holder": span.opened.perspective,
                "by": span.opened.data.get("by", []),
                "from": span.opened.occurred,
                "settledOn": self._on(span.closed, order),
            }
            for span in self.history.openings()
            if span.opened.order <= order
        ]

    def tensions(self, at: int | None = None) -> list[dict[str, Any]]:
        order = self._order(at)
        return [
            {
                "id": span.opened.data["tension"],
                "kind": span.opened.data["kind"],
                "holder": span.opened.perspective,
                "from": span.opened.occurred,
                "easedOn": self._on(span.closed, order),
            }
            for span in self.history.tensions()
            if span.opened.order <= order
        ]
