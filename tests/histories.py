"""Random histories over the whole catalogue, walked along a small model of what may happen next, so that nearly all are valid.

The model is a third telling of the catalogue's rules, kept apart from the platform's own and from the oracle's. What it gets wrong
is seen at once: a walk that the platform refuses fails the tests.
"""

from collections.abc import Callable, Sequence
from copy import copy, deepcopy
from typing import Any, TypeVar

from history_words import (
    ABOUT,
    AFTER_THE_END,
    AGREEMENTS,
    ALWAYS,
    ANSWERABLE,
    CONTINUATIONS,
    DAY,
    HANDLES,
    HOME,
    HOUR,
    KINDS_OF_HELP,
    MEANING,
    MOODS,
    NAMED,
    NO_MEMBERS,
    OTHERS,
    PAIRS,
    PLACES,
    ROLES,
    SIDES,
    TENSIONS,
    day,
    moment,
    next_month,
)
from hypothesis import strategies as st

Line = dict[str, Any]
Data = dict[str, Any]
Choice = TypeVar("Choice")


class Walk:
    """One relationship on its way: what stands in it now, and the lines told so far. Each step draws what happens next."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], relationship: str) -> None:
        self.draw = draw
        self.relationship = relationship
        self.lines: list[Line] = []
        self.at = self.start = 0
        self.date: Data = {}
        self.roles: dict[str, list[str]] = {}
        self.present: list[str] = []
        self.ended = self.open_to_all = self.matched = False
        self.term: list[Any] | None = None  # kind, the instant at which it lapses, what followed
        self.reversals: dict[str, list[str]] = {}
        self.standing: dict[str, list[str]] = {"agreement": [], "opening": [], "tension": []}
        self.used = 0

    def copy(self) -> "Walk":
        """The walk as it stands, to go back to where its next steps turn out not to hold."""
        kept = copy(self)
        vars(kept).update({name: deepcopy(value) for name, value in vars(self).items() if name != "draw"})
        return kept

    # Drawing.

    def one(self, *options: Choice) -> Choice:
        place: int = self.draw(st.integers(0, len(options) - 1))
        return options[place]

    def of(self, options: Sequence[Choice]) -> Choice:
        return self.one(*options)

    def maybe(self, times_in_four: int = 2) -> bool:
        return bool(self.draw(st.integers(0, 3)) >= 4 - times_in_four)

    def some(self, options: Sequence[str], least: int = 0) -> list[str]:
        mask = self.draw(st.integers(0, 2 ** len(options) - 1))
        chosen = [option for place, option in enumerate(options) if mask >> place & 1]
        return chosen if len(chosen) >= least else list(options[:least])

    def new_id(self, kind: str) -> str:
        self.used += 1
        return f"{kind}{self.used}"

    # When.

    def begin(self) -> None:
        self.start = self.at = (18_600 + self.one(0, 14, 45, 58, 300)) * DAY + self.one(0, 0, 9 * HOUR)
        self.date = {"occurred": day(self.at)} if self.at % DAY == 0 else {"occurred": moment(self.at)}

    def go_on(self) -> None:
        """To the next instant, which may be the same one; told as a day, a month, a period, or to the second."""
        if self.at == self.start and self.maybe(1):
            year, month = day(self.at)[:4], day(self.at)[:7]
            self.date = {"occurred": self.one(year, month, f"{month}~", f"2020-11/{day(self.at + 40 * DAY)}")}
            return
        how = self.one("same", "day", "day", "day", "hour", "lapse", "month", "long")
        lapse = self.term[1] if self.term is not None and self.term[2] is None else None
        if how == "same":
            return
        if how == "lapse" and lapse is not None and lapse >= self.at:
            self.at = lapse
            self.date = {"occurred": day(lapse)}
        elif how == "month":
            self.at = next_month(self.at)
            self.date = {"occurred": day(self.at)[:7] + self.one("", "~", "?", f"/{day(self.at + 70 * DAY)}")}
        elif how == "hour":
            self.at += self.one(1, 7, 30) * HOUR
            self.date = self.one({"occurred": moment(self.at)}, {"occurred": day(self.at), "time": moment(self.at)})
        else:
            days = self.one(60, 150, 200, 400) if how == "long" else self.one(1, 2, 7, 20, 30, 31)
            self.at = (self.at // DAY + days) * DAY
            self.date = {"occurred": day(self.at)}

    # Telling.

    def tell(self, kind: str, data: Data, holder: str | None = None) -> None:
        line = {
            "specversion": "1.0",
            "id": f"{self.relationship}.e{len(self.lines) + 1}",
            "source": "urn:random",
            "type": f"tussenruimte.{kind}.v1",
            "subject": f"relationship/{self.relationship}",
            **self.date,
            "data": data,
        }
        if self.draw(st.integers(0, 15)) == 15:
            data["notes"] = [{"about": self.present[:1], "text": "a word"}]
        if holder is not None:
            line["perspective"] = holder
            if self.draw(st.integers(0, 7)) == 7:
                line["toldby"] = "coordinator" if holder != "coordinator" else "observer"
        self.lines.append(line)

    def newcomer(self, handle: str, *favoured: str) -> Data:
        roles = [role for role in dict.fromkeys([*favoured] if self.maybe(3) else self.some(ROLES[self.one(0, 4, 8) :][:4])) if role]
        self.roles[handle] = list(roles)
        return {"handle": handle, "participant": f"{self.relationship}-{handle}", "roles": roles}

    def open(self) -> None:
        self.begin()
        self.matched = self.maybe(3)
        favoured = self.of(PAIRS)
        self.open_to_all = not self.matched and self.maybe()
        least = 2 if self.matched else 0 if self.open_to_all else 1
        count = max(least, self.one(2, 2, 2, 3, 0, 1))
        members = [self.newcomer(handle, favoured[place % 2]) for place, handle in enumerate(HANDLES[:count])]
        self.present = HANDLES[:count]
        data: Data = {"initiative": HOME, "members": members}
        if not self.matched:
            data |= {"open_to_all": True} if self.open_to_all else {}
            return self.tell("contact_emerged", data)
        kind = self.one("fixed", "fixed", "one_off", "indefinite", None)
        lapse = (self.start // DAY + self.one(1, 10, 60, 180)) * DAY if kind == "fixed" else None
        self.term = [kind, lapse, None]
        if kind is not None:
            data["term"] = {"kind": kind, **({"until": day(lapse)} if lapse is not None else {})}
        return self.tell("match_made", data)

    # What may happen next.

    def possible(self) -> list[str]:
        if self.ended:
            return AFTER_THE_END
        told = list(ALWAYS)
        if self.present or self.open_to_all:
            told += ["meeting_held"] * 5
        if self.present:
            told += ["introduction_held", "moment_noted", "help_asked", "help_offered", "check_in_held", "help_given", "help_given"]
            told += ["role_taken", "role_taken", "member_left"]
        if any(self.roles[handle] for handle in self.present):
            told.append("role_laid_down")
        if len(self.present) < len(HANDLES):
            told.append("member_joined")
        if self.unequal_pairs():
            told += ["roles_reversed"] * 2
        if self.reversals:
            told += ["roles_restored"] * 2
        if self.term is not None:
            told += ["term_extended", "term_extended"] + (["term_ended"] * 3 if self.term[2] in ANSWERABLE else [])
        closes = {"agreement": "boundary_lifted", "opening": "settled", "tension": "tension_eased"}
        return told + [closing for kind, closing in closes.items() if self.standing[kind] for _ in range(2)]

    def side(self, handle: str) -> str:
        found = {SIDES[role] for role in self.roles[handle]} - {"none"}
        return "both" if len(found) > 1 else next(iter(found), "none")

    def unequal_pairs(self) -> list[list[str]]:
        free = [handle for handle in self.present if not any(handle in pair for pair in self.reversals.values())]
        return [[one, other] for one in free for other in free if self.side(one) != self.side(other)]

    def step(self) -> None:
        self.go_on()
        kind = self.of(self.possible())
        getattr(self, f"_{kind}")()

    def holder(self) -> str:
        return self.of([*self.roles, *self.roles, *NO_MEMBERS])

    def anyone(self) -> str:
        return self.of([*self.present, *OTHERS])

    def two(self, of: Sequence[str]) -> tuple[str, str]:
        giver = self.of(of)
        return giver, self.of([other for other in of if other != giver])

    def help(self, among: Sequence[str]) -> Data:
        giver, receiver = self.two([*among, "group"])
        return {"giver": giver, "receiver": receiver, "kind": self.of(KINDS_OF_HELP)}

    # Each event, and what stands after it.

    def _introduction_held(self) -> None:
        self.tell("introduction_held", {"with": self.some(self.present, 1)})

    def _moment_noted(self) -> None:
        self.tell("moment_noted", {"between": self.some(self.present, 1), "what": self.one("laughter", "confidence", "silence")})

    def _check_in_held(self) -> None:
        self.tell("check_in_held", {"with": self.some(self.present, 1), "asked_about": self.one("experience", "status")})

    def _member_joined(self) -> None:
        handle = self.of([handle for handle in HANDLES if handle not in self.present])
        newcomer = self.newcomer(handle, self.of(ROLES))
        self.present = [*self.present, handle]
        self.tell("member_joined", newcomer)

    def _member_left(self) -> None:
        handle = self.of(self.present)
        self.present = [other for other in self.present if other != handle]
        self.reversals = {id: pair for id, pair in self.reversals.items() if handle not in pair}
        self.tell("member_left", {"handle": handle})

    def _meeting_held(self) -> None:
        present = self.some(self.present, 0 if self.open_to_all else 1)
        data: Data = {"present": present}
        if self.maybe(3):
            data["mood"] = self.of(MOODS)
        if self.maybe():
            data["place"] = f"home:{self.of(self.present)}" if self.present and self.maybe() else self.of(PLACES)
        if self.maybe(1):
            data |= {"activity": self.one("cycling", "coffee"), "minutes": self.one(30, 7.5), "others": 2, "initiated_by": self.anyone()}
        if present and self.maybe():
            data["help"] = [self.help(present) for _ in range(self.one(1, 2))]
        if self.maybe():
            data["shared"] = [{"by": self.of([*present, "group"])}, {"by": self.of([*present, "group"]), "to": "group"}][: self.one(1, 2)]
        if self.term is not None and self.term[0] == "one_off" and self.term[1] is None and self.term[2] is None:
            self.term[1] = (self.at // DAY + 1) * DAY
        self.tell("meeting_held", data)

    def _meeting_missed(self) -> None:
        by = {"cancelled_by": self.anyone()} if self.maybe() else {}
        self.tell("meeting_missed", {"notice": self.one("early", "late", "none"), **by})

    def _help_asked(self) -> None:
        self.tell("help_asked", {"by": self.anyone(), "kind": self.of(KINDS_OF_HELP)})

    def _help_offered(self) -> None:
        self.tell("help_offered", {"by": self.anyone(), "to": self.anyone(), "kind": self.of(KINDS_OF_HELP)})

    def _help_given(self) -> None:
        self.tell("help_given", {**self.help(self.present), **({"asked": True} if self.maybe() else {})})

    def _roles_reversed(self) -> None:
        id, pair = self.new_id("reversal"), self.of(self.unequal_pairs())
        self.reversals[id] = pair
        self.tell("roles_reversed", {"reversal": id, "between": pair, **({"expected": "temporary"} if self.maybe() else {})})

    def _roles_restored(self) -> None:
        id = self.of(list(self.reversals))
        del self.reversals[id]
        self.tell("roles_restored", {"reversal": id})

    def _role_taken(self) -> None:
        handle = self.of(self.present)
        role = self.of([role for role in ROLES if role not in self.roles[handle]])
        self.roles[handle].append(role)
        self.tell("role_taken", {"handle": handle, "role": role, "formal": self.maybe(3)})

    def _role_laid_down(self) -> None:
        handle = self.of([handle for handle in self.present if self.roles[handle]])
        role = self.of(self.roles[handle])
        self.roles[handle].remove(role)
        self.tell("role_laid_down", {"handle": handle, "role": role})

    def _rhythm_changed(self) -> None:
        self.tell("rhythm_changed", {"rhythm_days": self.one(7, 3.5), "agreed_by": self.some(self.present)})

    def _term_ended(self) -> None:
        assert self.term is not None
        continuation = self.of(CONTINUATIONS)
        self.term[2] = continuation
        if continuation == "stopped":
            self.close()
        self.tell("term_ended", {"continuation": continuation})

    def _term_extended(self) -> None:
        assert self.term is not None
        kind, lapse, _ = self.term
        if self.maybe(1):
            self.term = ["indefinite", None, None]
            return self.tell("term_extended", {})
        until = (max(self.at, lapse if kind == "fixed" else self.at) // DAY + self.one(1, 20, 90)) * DAY
        self.term = ["fixed", until, None]
        return self.tell("term_extended", {"until": day(until)})

    def _boundary_agreed(self) -> None:
        id, in_force = self.new_id("agreement"), self.standing["agreement"]
        parties = self.one(["all"], [*self.present, "coordinator", "role/volunteer"], ["coordinator", "role/help_seeker"])
        data: Data = {"agreement": id, "kind": self.of(AGREEMENTS), "parties": parties, "prompted_by": self.one("situation", "request")}
        if self.maybe(1):
            data["tacit"] = self.maybe(3)
        if in_force and self.maybe():
            data["replaces"] = self.of(in_force)
            in_force.remove(data["replaces"])
        in_force.append(id)
        self.tell("boundary_agreed", data)

    def stood(self, kind: str) -> str:
        id = self.of(self.standing[kind])
        self.standing[kind].remove(id)
        return id

    def _boundary_lifted(self) -> None:
        self.tell("boundary_lifted", {"agreement": self.stood("agreement")})

    def _left_open(self) -> None:
        id = self.new_id("opening")
        self.standing["opening"].append(id)
        by = {"by": [self.of([*self.present, "coordinator", "group", "nobody"])]} if self.maybe() else {}
        self.tell("left_open", {"opening": id, "about": self.of(ABOUT), **by}, self.holder())

    def _settled(self) -> None:
        self.tell("settled", {"opening": self.stood("opening")})

    def _account_given(self) -> None:
        data: Data = {"named": self.of(NAMED)} if self.maybe(3) else {}
        for word in ("help", "friendship"):
            if self.maybe(1):
                data[word] = self.one(0, 0.3, 0.8, 1)
        if self.maybe():
            data["beside"] = self.maybe(3)
        if self.present and self.maybe(1):
            giver, receiver = self.two([*self.present, "group"])
            data["direction"] = [[giver, receiver], [receiver, giver]][: self.one(1, 2)]
        if self.maybe(1):
            data |= {"told": "2024-06", "meaning_for": self.of(MEANING)}
        self.tell("account_given", data, self.holder())

    def _measure_taken(self) -> None:
        answers = {"instrument": "scale", "mode": "phone", "answers": {"1": 3, "2": 2.5}}
        self.tell("measure_taken", answers, self.holder() if self.maybe() else None)

    def _surprise_noticed(self) -> None:
        self.tell("surprise_noticed", {"about": self.one("self", "contact"), "meaning_for": self.of(MEANING)}, self.holder())

    def _tension_felt(self) -> None:
        id = self.new_id("tension")
        self.standing["tension"].append(id)
        self.tell("tension_felt", {"tension": id, "kind": self.of(TENSIONS)}, self.holder())

    def _tension_eased(self) -> None:
        self.tell("tension_eased", {"tension": self.stood("tension"), **({"how": "talk"} if self.maybe() else {})})

    def _room_made(self) -> None:
        by, instrument = self.of([*self.present, "coordinator"]), self.one("setting", "guidance", "response")
        self.tell("room_made", {"by": by, "instrument": instrument, "way": self.one("left_open", "alternative_offered")})

    def close(self) -> None:
        self.ended, self.term, self.reversals = True, None, {}
        self.standing = {kind: [] for kind in self.standing}

    def _relationship_ended(self) -> None:
        self.close()
        self.tell("relationship_ended", {"ended_by": self.some([*self.present, "coordinator"]), "mode": self.one("mutual", "drifted")})

    def _relationship_resumed(self) -> None:
        self.ended = False
        self.tell("relationship_resumed", {})


@st.composite
def walks(draw: Callable[[st.SearchStrategy[Any]], Any], relationship: str = "r", most: int = 14) -> list[Line]:
    """The lines of one relationship in the order of occurring, corrections aside."""
    walk = Walk(draw, relationship)
    walk.open()
    for _ in range(draw(st.integers(1, most))):
        walk.step()
    return walk.lines
