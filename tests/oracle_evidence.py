"""The lens `evidence`, read plainly: at every question each event's weight is looked up and aged again, and every look is taken again.

Nothing here is quick. It exists to be checked by eye against the table of weights.
"""

from typing import Any

from oracle_history import DAY, Event, History

HALF_LIFE = 180 * DAY
SILENCE = 30 * DAY
NONE = 1e-9  # differences below this count as none
Weight = tuple[float, float, float]
NOTHING: Weight = (0.0, 0.0, 0.0)

MOOD = {"light": 0.04, "mixed": 0.06, "serious": 0.08}
FOLLOWED: dict[str, Weight] = {
    "left_open": (0, 0, 0.80),
    "as_volunteering": (0.80, 0, 0),
    "as_private_contact": (0, 0.80, 0),
    "winding_down": (0, 0, 0.40),
    "not_asked": (0, 0, 0.40),
}
AGREED: dict[str, Weight] = {
    "role_formalised": (0.50, 0, 0),
    "condition_set": (0.25, 0, 0),
    "expectation_agreed": (0.25, 0, 0),
    "frequency_agreed": (0.25, 0, 0),
    "tasks_limited": (0.25, 0, 0),
    "setting_agreed": (0.25, 0, 0),
}
OPEN = {"nature": 0.80, "continuation": 0.80, "roles": 0.60, "joining_in": 0.60, "needs": 0.15, "background": 0.15}
TENSE: dict[str, Weight] = {"unclear_expectations": (0, 0, 0.30), "overasked": (0.30, 0, 0)}
BASIS = {
    "match_made": "formal",
    "term_extended": "formal",
    "term_ended": "formal",
    "boundary_agreed": "formal",
    "account_given": "voiced",
    "surprise_noticed": "voiced",
    "tension_felt": "voiced",
    "left_open": "voiced",
}


def aged(event: Event, at: int) -> float:
    """What is left of one unit at an instant: a half after each half-life."""
    return float(2.0 ** (-(at - event.at) / HALF_LIFE))


class Evidence:
    """The continuous strengths of one history, and what is read from them."""

    def __init__(self, history: History) -> None:
        self.history = history

    def taken(self, holder: str | None) -> list[Event]:
        return [e for e in self.history.events if holder is None or e.perspective in (None, holder)]

    # The table of weights: what each event adds at its instant, and what stands.

    def deposit(self, event: Event) -> Weight:
        data = event.data
        if event.kind == "meeting_held":
            return self._meeting(event)
        if event.kind == "help_given":
            return self._help(data["giver"], data["receiver"], event.order)
        if event.kind == "role_taken":
            weighs = data["formal"] and self.history.sides.get(data["role"]) in ("gives", "receives")
            return (0.20, 0, 0) if weighs else NOTHING
        if event.kind == "account_given":
            return self._account(data)
        if event.kind == "surprise_noticed":
            return (0, 0.30, 0)
        if event.kind == "room_made" and data["way"] == "left_open":
            return (0, 0, 0.20)
        return NOTHING

    def _meeting(self, event: Event) -> Weight:
        data, h, f = event.data, 0.0, 0.0
        matched = self.history.events[0].kind == "match_made"
        running = any(term.runs(event.order, event.at) for term in self.history.terms())
        if matched and not running and data.get("mood") != "strained":
            f += 0.10
        f += MOOD.get(data.get("mood", ""), 0.0)
        for shared in data.get("shared", []):
            f += 0.25 if self.history.side(shared["by"], event.order) == "gives" else 0.10
        for given in data.get("help", []):
            helped = self._help(given["giver"], given["receiver"], event.order)
            h, f = h + helped[0], f + helped[1]
        return (h, f, 0)

    def _help(self, giver: str, receiver: str, order: int) -> Weight:
        gives, gets = self.history.side(giver, order), self.history.side(receiver, order)
        if gives == gets or "both" in (gives, gets):
            return (0.20, 0.10, 0)
        if gives == "gives" or gets == "receives":
            return (0.10, 0, 0)
        return (0, 0.30, 0)

    @staticmethod
    def _account(data: dict[str, Any]) -> Weight:
        named = data.get("named")
        rated = []
        for word in ("help", "friendship"):
            unrated = 0.80 if named == word else 0.40 if named in ("both", "alternating") else 0.0
            rated.append(data[word] if data.get(word) is not None else unrated)
        return (rated[0], rated[1], 0.80 if named in ("both", "neither", "alternating", "unsure") else 0.0)

    def standing(self, event: Event, order: int, at: int) -> Weight:
        """What the event adds while what it began is in force; nothing before, after, or where it began nothing."""
        history, data = self.history, event.data
        if event.kind in ("match_made", "term_extended"):
            term = next(term for term in history.terms() if term.opened == event)
            if term.runs(order, at):
                return (1, 0, 0) if term.unequal else (0.5, 0.5, 0)
            return (0, 0, 0.40) if term.lapsed(order, at) and term.kind != "one_off" else NOTHING
        spans = {
            "roles_reversed": history.reversals,
            "term_ended": history.followed,
            "boundary_agreed": history.agreements,
            "left_open": history.openings,
            "tension_felt": history.tensions,
        }
        if event.kind not in spans or not any(span.opened == event and span.holds(order) for span in spans[event.kind]()):
            return NOTHING
        if event.kind == "roles_reversed":
            return (0, 0.60, 0)
        if event.kind == "term_ended":
            return FOLLOWED[data["continuation"]]
        if event.kind == "boundary_agreed":
            return NOTHING if data.get("tacit") else AGREED.get(data["kind"], NOTHING)
        if event.kind == "left_open":
            return (0, 0, OPEN[data["about"]])
        return TENSE.get(data["kind"], NOTHING)

    def contributions(self, at: int, holder: str | None) -> list[tuple[Event, Weight]]:
        """Every event that weighs at an instant: its deposit as aged by then, or what stands; openness before the halving."""
        order, found = self.history.order_at(at), []
        for event in self.taken(holder):
            if event.order <= order:
                deposit, standing = self.deposit(event), self.standing(event, order, at)
                h, f, o = (d * aged(event, at) + s for d, s in zip(deposit, standing, strict=True))
                if h or f or o:
                    found.append((event, (h, f, o)))
        return found

    # What is read from it at one instant.

    def strengths(self, at: int, holder: str | None) -> Weight:
        found = self.contributions(at, holder)
        h, f, o = (sum((weight[axis] for _, weight in found), 0.0) for axis in range(3))
        return (h, f, o * 0.5 if any(event.kind == "boundary_agreed" for event, _ in found) else o)

    def shares(self, at: int, holder: str | None) -> dict[str, float] | None:
        """The three shares, which add up to 1; None where there is nothing."""
        help_, friendship, openness = (1 - 2.0**-strength for strength in self.strengths(at, holder))
        both = max(0.0, (help_ + friendship) / 2 - abs(help_ - friendship))
        ambiguity = 1 - (1 - both) * (1 - openness)
        parts = {"help": help_ * (1 - ambiguity), "friendship": friendship * (1 - ambiguity), "ambiguity": ambiguity}
        whole = sum(parts.values())
        return {word: part / whole for word, part in parts.items()} if whole else None

    def confidence(self, at: int, holder: str | None) -> float:
        return float(1 - 2.0 ** -sum(self.strengths(at, holder)))

    def basis(self, at: int, holder: str | None) -> dict[str, float]:
        sums: dict[str, float] = {}
        for event, weight in self.contributions(at, holder):
            basis = BASIS.get(event.kind, "conduct")
            sums[basis] = sums.get(basis, 0.0) + sum(weight)
        return {basis: part / sum(sums.values()) for basis, part in sums.items()}

    # Looks, phases and moves.

    def looks(self, holder: str | None, to: int) -> dict[int, str]:
        """The instants at which a look is taken, each with its cause."""
        instants = sorted({event.at for event in self.taken(holder)})
        looks: dict[int, str] = {}
        for at, following in zip(instants, [*instants, to + 1][1:], strict=True):
            looks.update(dict.fromkeys(range(at + SILENCE, following, SILENCE), "SILENCE"))
        looks.update({term.lapse: "LAPSE" for term in self.history.terms() if term.lapse is not None})
        looks.update(dict.fromkeys(instants, "EVENTS"))
        return {at: looks[at] for at in sorted(looks) if at <= to}

    def look(self, was: str, at: int, holder: str | None) -> str:
        """The phase after a look, given the one before it."""
        if self.history.ended(self.history.order_at(at)):
            return "ended"
        shares = self.shares(at, holder)
        if shares is None or self.confidence(at, holder) < 0.25 - NONE:
            return "unobserved"
        most = max(shares.values())
        largest = next(word for word in ("ambiguity", "friendship", "help") if shares[word] > most - NONE)
        if was in ("unobserved", "ended") or most - shares[was] > 0.10 - NONE:
            return largest
        return was

    def moves(self, holder: str | None, to: int) -> list[dict[str, Any]]:
        phase, found = "unobserved", []
        for at, cause in self.looks(holder, to).items():
            was, phase = phase, self.look(phase, at, holder)
            if phase != was:
                triggers = [event.id for event in self.taken(holder) if event.at == at]
                found.append({"was": was, "now": phase, "at": at, "triggers": triggers, "cause": cause})
        return found

    def phase(self, at: int, holder: str | None) -> str:
        moves = self.moves(holder, at)
        return str(moves[-1]["now"]) if moves else "unobserved"

    def reading(self, at: int, holder: str | None) -> dict[str, Any]:
        shares = self.shares(at, holder) or dict.fromkeys(("help", "friendship", "ambiguity"))
        phase = self.phase(at, holder)
        order = self.history.order_at(at)
        weighed = sorted(self.contributions(at, holder), key=lambda found: -sum(found[1]))
        return {
            "phase": phase,
            **shares,
            "confidence": self.confidence(at, holder),
            "direction": self.history.direction(order) if phase == "help" else None,
            "basis": self.basis(at, holder),
            "contributions": [(event.id, BASIS.get(event.kind, "conduct"), *weight) for event, weight in weighed],
        }
