"""Random organisations for the census: small ones and uneven ones mostly, with volunteers who are in many relationships and in many places.

What is in a world is known here exactly, so that an attacker's guesses can be checked.
"""

import random
from collections.abc import Mapping
from typing import NamedTuple

from projections.census.cells import Rule
from projections.census.contributions import PHASES, Contribution, Turn, contribution, first_of
from projections.census.edition import Edition, edition
from projections.census.parts import Place
from projections.census.tables import Tables
from projections.census.units import WEEK, People, Unit, unit

NOW = 2021 * 12 + 6
KINDS = ("both", "neither", "alternating", "unsure", "left_open", "differing")


class World(NamedTuple):
    rule: Rule
    places: dict[str, Place]
    told: dict[str, dict[str, Contribution]]
    persons: dict[str, list[str]]

    def units(self) -> dict[str, Unit]:
        homes: dict[str, set[str]] = {}
        for initiative, told in self.told.items():
            for id in told:
                for person in self.persons[id]:
                    homes.setdefault(person, set()).add(initiative)
        elsewhere = frozenset(person for person, where in homes.items() if len(where) > 1)
        people = People(self.persons, elsewhere)
        return {id: unit(self.places[id], NOW, told, people, self.rule) for id, told in self.told.items()}

    def edition(self, units: Mapping[str, Unit]) -> Edition:
        return edition(self.rule, units, random.Random(0))

    def tables(self) -> Tables:
        units = self.units()
        return Tables(self.rule, self.edition(units), units)


def world(seed: int, months: int = 4, initiatives: int = 7, k: int | None = None) -> World:
    """As seldom as it is in small numbers is everything told; so `k` is mostly below what is served."""
    rng = random.Random(seed)
    rule = Rule(k if k is not None else rng.choice((3, 4, 4, 5, 6, 10)))
    kinds, guidance = ["buddy", "chores", "group"][: rng.randint(1, 3)], ["none", "light", "intensive"][: rng.randint(1, 3)]
    ids = [f"i{number}" for number in range(rng.randint(1, initiatives))]
    places = {id: Place(rng.choice(kinds), rng.choice(guidance)) for id in ids}
    by_kind = rng.random() < 0.3
    likely = [rng.random() ** 2 + 0.02 for _ in PHASES]
    told: dict[str, dict[str, Contribution]] = {}
    persons: dict[str, list[str]] = {}
    for id in ids:
        volunteers = [f"{id}-v{n}" for n in range(rng.randint(1, 12))] + [f"v{n}" for n in range(rng.choice((0, 0, 3)))]
        told[id] = {}
        for number in range(rng.choice((1, 2, 5, 10, 20, 40))):
            relationship = f"{id}-{number}"
            persons[relationship] = [
                rng.choice(volunteers),
                f"{relationship}-p",
                *(f"{relationship}-q{n}" for n in range(rng.choice((0, 0, 0, 4)))),
            ]
            told[id][relationship] = _contribution(rng, likely, months, by_kind)
    return World(rule, places, told, persons)


def _contribution(rng: random.Random, likely: list[float], months: int, by_kind: bool) -> Contribution:
    span = first_of(NOW) - first_of(NOW - months)
    began = first_of(NOW - months) + (rng.randrange(span) if rng.random() < 0.4 else -rng.randrange(30 * WEEK))
    turns = []
    at, was = began, "unobserved"
    while was != "ended" and rng.random() < 0.8:
        at += rng.randrange(1, span // 2)
        now = rng.choices(PHASES, likely)[0]
        if now != was:
            turns.append(Turn(at, was, now, rng.choice(KINDS) if by_kind and now == "ambiguity" else None))
            was = now
    ended = at if was == "ended" else None
    return contribution(began, rng.random() < 0.7, ended, turns, NOW)
