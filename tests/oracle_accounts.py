"""The lens `accounts`, read plainly: only what people said or left open, and for the coordinator the term of the match.

At one instant the accounts count last, so this lens reads the same events in an order of its own.
"""

from typing import Any

from oracle_history import Event, History, ends

ABOUT_THE_CONTACT = ("nature", "roles", "continuation", "joining_in")
Reading = tuple[str, str | None, str | None, list[Event]]  # phase, kind, basis, the events that hold


class Accounts:
    """What each holder calls the contact, over one history."""

    def __init__(self, history: History) -> None:
        accounts_last = sorted(history.events, key=lambda e: (e.at, e.kind == "account_given", e.order))
        self.history = History(accounts_last, history.sides)

    def named(self, holder: str, order: int) -> list[Event]:
        """The holder's accounts that hold: the last, with those it was given beside; the end closes what was said before."""
        holding: list[Event] = []
        for event in self.history.events[: order + 1]:
            if ends(event):
                holding = []
            elif self._names(event, holder):
                holding = [*holding, event] if event.data.get("beside") else [event]
        return holding

    @staticmethod
    def _names(event: Event, holder: str) -> bool:
        return event.kind == "account_given" and event.perspective == holder and bool(event.data.get("named"))

    def open(self, holder: str, order: int) -> list[Event]:
        """The holder's openings about the contact that stand: neither settled nor closed by an account."""
        standing = []
        for opening in (span.opened for span in self.history.openings() if span.holds(order)):
            since = self.history.events[opening.order : order + 1]
            closed = any(self._names(event, holder) and not event.data.get("beside") for event in since)
            if opening.perspective == holder and opening.data["about"] in ABOUT_THE_CONTACT and not closed:
                standing.append(opening)
        return standing

    def of_holder(self, holder: str, order: int, at: int) -> Reading:
        if openings := self.open(holder, order):
            return "ambiguity", "left_open", "voiced", openings
        if accounts := self.named(holder, order):
            words = {event.data["named"] for event in accounts}
            word = words.pop() if len(words) == 1 else "both"
            return (word, None, "voiced", accounts) if word in ("help", "friendship") else ("ambiguity", word, "voiced", accounts)
        if self.history.ended(order):
            return "ended", None, None, []
        if holder == "coordinator":
            return self.of_the_role(order, at)
        return "unobserved", None, None, []

    def of_the_role(self, order: int, at: int) -> Reading:
        """What the coordinator's role says where the coordinator says nothing."""
        if any(term.unequal and term.holds(order) and not term.lapsed(order, at) for term in self.history.terms()):
            return "help", None, "formal", self.history.of("match_made")
        left_open = [s.opened for s in self.history.followed() if s.opened.data["continuation"] == "left_open" and s.holds(order)]
        return ("ambiguity", "left_open", "formal", left_open) if left_open else ("unobserved", None, None, [])

    def pooled(self, order: int, at: int) -> Reading:
        if self.history.ended(order):
            return "ended", None, None, []
        readings = [self.of_holder(handle, order, at) for handle in self.history.present(order)]
        observed = [reading for reading in readings if reading[0] != "unobserved"]
        if not observed:
            return "unobserved", None, None, []
        phases, kinds = {reading[0] for reading in observed}, {reading[1] for reading in observed}
        holding = sorted((event for reading in observed for event in reading[3]), key=lambda event: event.order)
        if len(phases) > 1:
            return "ambiguity", "differing", "voiced", holding
        return phases.pop(), kinds.pop() if len(kinds) == 1 else "both", "voiced", holding

    def read(self, holder: str | None, order: int, at: int) -> Reading:
        return self.pooled(order, at) if holder is None else self.of_holder(holder, order, at)

    def direction(self, holder: str | None, order: int) -> list[list[str]] | None:
        """Who helps whom: as the holder's last account says, exchanged by a reversal since; else by the sides."""
        accounts = self.named(holder, order) if holder is not None else []
        if not accounts or not accounts[-1].data.get("direction"):
            return self.history.direction(order)
        since = [s.opened for s in self.history.reversals() if s.holds(order) and s.opened.order > accounts[-1].order]
        exchanged = [set(reversal.data["between"]) for reversal in since]
        return [[to, by] if {by, to} in exchanged else [by, to] for by, to in accounts[-1].data["direction"]]

    def account(self, at: int, holder: str | None) -> dict[str, Any]:
        order = self.history.order_at(at)
        phase, kind, basis, holding = self.read(holder, order, at)
        return {
            "phase": phase,
            "kind": kind,
            "direction": self.direction(holder, order) if phase == "help" else None,
            "basis": basis,
            "contributions": [event.id for event in holding],
        }

    def moves(self, holder: str | None, to: int) -> list[dict[str, Any]]:
        """Where phase or kind differ from one instant to the next, with the events at which they turned, taken one by one."""
        events = self.history.events
        lapses = {term.lapse for term in self.history.terms() if term.lapse is not None}
        was: tuple[str, str | None] = ("unobserved", None)
        found = []
        for at in sorted(at for at in lapses | {event.at for event in events} if at <= to):
            now = self.read(holder, sum(event.at < at for event in events) - 1, at)[:2]
            turned = []
            for event in (event for event in events if event.at == at):
                before, now = now, self.read(holder, event.order, at)[:2]
                if now != before:
                    turned.append(event)
            if now != was:
                triggers = [event.id for event in sorted(turned, key=lambda event: event.position)]
                cause = "EVENTS" if triggers else "LAPSE"
                found.append(
                    {"was": was[0], "was_kind": was[1], "now": now[0], "kind": now[1], "at": at, "triggers": triggers, "cause": cause}
                )
            was = now
        return found
