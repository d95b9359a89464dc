"""Attacks the tables of the census of random organisations, thousands of them, with a linear programme over all tables of each.

python tests/census_soak.py --tables 10000 --seed 1
"""

import argparse
import sys

from census.attacker import attack, published
from census.worlds import world

FAMILIES = 11
"""Tables of one organisation: states and moves by four dimensions, moves by quarter and by month, and the curves."""

LARGE = 25
"""Of so many organisations one is as large as real ones, and of it numbers are told as they are of real ones."""


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tables", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    tables = told = hidden = recovered = 0
    seed = options.seed
    while tables < options.tables:
        one = world(seed) if seed % LARGE else world(seed, months=8, initiatives=20, k=10)
        known = published(one.tables())
        found = attack(known, one.rule.width)
        for key, where in found.items():
            print(f"seed {seed}: {' '.join(key)} is from {where.least:g} to {where.most:g}")
        tables += FAMILIES
        hidden += sum(count is None for count in known.told.values())
        told += sum(count is not None for count in known.told.values())
        recovered += len(found)
        seed += 1
    print(f"{tables:,} tables of {seed - options.seed:,} organisations: {told:,} numbers told, {hidden:,} hidden, {recovered:,} recovered")
    return 1 if recovered else 0


if __name__ == "__main__":
    sys.exit(main())
