"""Who is one person: somebody who was registered twice or more often, and joined. Of one person are all registrations that are connected,
whichever way round and through however many others they were joined.

That is worked out when it is asked, from the pairs that each participant's stream tells of: so it is right whatever was recorded late,
corrected or parted, without one stream's rows hanging on what another's says.
"""

from collections.abc import Callable, Sequence

from domain.store.database import ReadConnection, Table
from projections.views.histories import JOINS, PARTICIPANTS

Named = Callable[[Table], str]
"""How a question names the table of a view."""


def person(named: Named) -> str:
    """SQL for the ids of the person whose id, one of them, is its one value; nothing where nobody is registered by that id."""
    return (
        f"(WITH RECURSIVE person(id) AS (SELECT id FROM {named(PARTICIPANTS)} b WHERE id = ?"
        f" UNION SELECT j.other FROM person p JOIN {named(JOINS)} j ON j.id = p.id) SELECT id FROM person)"
    )


def pairs(named: Named, begin: str = "true") -> str:
    """SQL to go behind `WITH RECURSIVE`: `pairs` holds, for who was joined, `id` with each `other` of the person, itself among them.
    `begin` narrows whose they are."""
    return (
        f"pairs(id, other) AS (SELECT id, other FROM {named(JOINS)} b WHERE {begin}"
        f" UNION SELECT pairs.id, j.other FROM pairs JOIN {named(JOINS)} j ON j.id = pairs.other)"
    )


def joined_with(connection: ReadConnection, named: Named, ids: Sequence[str]) -> dict[str, list[str]]:
    """The other ids of each participant's person, in order."""
    found: dict[str, list[str]] = {id: [] for id in ids}
    these, value = connection.among("id", ids)
    query = f"WITH RECURSIVE {pairs(named, these)} SELECT id, other FROM pairs WHERE id <> other ORDER BY id, other"
    for id, other in connection.execute(query, (value,)):
        found[id].append(other)
    return found


def main_ids(connection: ReadConnection, named: Named) -> dict[str, str]:
    """Of everybody who is registered more than once, by each of their ids the one that stands for all."""
    query = f"WITH RECURSIVE {pairs(named)} SELECT id, min(other) FROM pairs GROUP BY id"
    return dict(connection.execute(query).fetchall())
