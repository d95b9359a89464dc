"""A large page and a long series over GraphQL, sixteen clients at once, beside PostgreSQL alone and beside other servers.

Our server reads the views of real events, under a token and within an organisation; the others have the same rows ready in plain tables.
PostgreSQL alone is psycopg in this process, which has the rows written by `json_agg` and fetches the text: no HTTP, no GraphQL, no token.
"""

import itertools
import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any

from servers import new_database
from store_places import Databases

from bench import peers
from bench.load import Ask, over_http, over_sql, rate
from bench.measures import Row, in_turns, row, skipped
from bench.neighbourhood import FROM, LONG, MEMBERS, POINTS, RELATIONSHIPS, lines, make_plain
from bench.stores import Place, imported, postgresql

PAGE = """query($from: Date) { relationships(first: 1000, filter: {startedFrom: $from}) {
  nodes { id origin startedOn endedOn members { handle roles side joined left } } pageInfo { hasNextPage endCursor }
} }"""
SERIES = """query($from: DateTime, $to: DateTime) { relationship(id: "r0") {
  trajectory(from: $from, to: $to, stepDays: 1) { at help friendship ambiguity }
} }"""
PAGE_SQL = """
SELECT json_agg(one)::text::bytea FROM (
  SELECT id, origin, started_on "startedOn", ended_on "endedOn", (
    SELECT json_agg(m) FROM (
      SELECT handle, roles, side, joined, left_on "left" FROM members WHERE relationship = r.id ORDER BY place
    ) m
  ) members FROM relationships r ORDER BY latest DESC, id DESC LIMIT 1000
) one"""
SERIES_SQL = """
SELECT json_build_object('at', json_agg(at), 'help', json_agg(help), 'friendship', json_agg(friendship), 'ambiguity', json_agg(ambiguity)
)::text::bytea FROM (SELECT * FROM readings WHERE relationship = %s ORDER BY at) p"""
STRAWBERRY_PAGE = "{ relationships(first: 1000) { id origin startedOn endedOn members { handle roles side joined left } } }"
STRAWBERRY_SERIES = '{ points(relationship: "r0") { at help friendship ambiguity } }'
POSTGRAPHILE_PAGE = """{ allRelationships(first: 1000, orderBy: LATEST_DESC) {
  nodes { rowId origin startedOn endedOn membersByRelationship(orderBy: PLACE_ASC) { nodes { handle roles side joined leftOn } } }
  pageInfo { hasNextPage endCursor }
} }"""
POSTGRAPHILE_SERIES = '{ allReadings(condition: { relationship: "r0" }, orderBy: AT_ASC) { nodes { at help friendship ambiguity } } }'
UNTIL = FROM + timedelta(days=POINTS - 1)
PAGE_ROW = f"GraphQL page of {RELATIONSHIPS:,} relationships with {RELATIONSHIPS * MEMBERS:,} members, 16 clients"
SERIES_ROW = f"GraphQL series of {POINTS:,} × 4, 16 clients"
KEPT_PAGE = "kept in memory while nothing is recorded, which is looked at each time"
KEPT = "its columns kept in memory since they were first asked for; whether something was recorded is looked at each time"


def rows(rounds: int) -> list[Row]:
    with postgresql() as place, ExitStack() as running:
        assert isinstance(place.found, Databases)
        store = place.store()
        imported(store, lines())
        store.close()
        served = running.enter_context(peers.tussenruimte(place.found))
        bearer = {"Authorization": f"Bearer {served.token}"}

        def ours(body: Callable[[], dict[str, Any]]) -> Callable[[], Ask]:
            return over_http(served.port, "/graphql", bearer, body)

        starts = itertools.count()
        kept = {"from": FROM.isoformat(), "to": UNTIL.isoformat()}
        page, series = ours(lambda: {"query": PAGE}), ours(lambda: {"query": SERIES, "variables": kept})
        page_anew = ours(lambda: {"query": PAGE, "variables": {"from": str(date.min + timedelta(days=next(starts) % 600_000))}})
        anew = ours(lambda: {"query": SERIES, "variables": _moved(next(starts))})
        plain = _plain(place, json.loads(page()()), json.loads(series()()))
        of_page = {"PostgreSQL alone": over_sql(plain, PAGE_SQL), "ours": page, "ours, written anew": page_anew}
        of_series = {"PostgreSQL alone": over_sql(plain, SERIES_SQL, LONG), "ours": series, "ours, worked out anew": anew}
        strawberry = running.enter_context(peers.strawberry(plain)).port
        of_page["Strawberry as shipped"] = over_http(strawberry, "/graphql", {}, lambda: {"query": STRAWBERRY_PAGE})
        of_series["Strawberry as shipped"] = over_http(strawberry, "/graphql", {}, lambda: {"query": STRAWBERRY_SERIES})
        why = ""
        try:
            graphile = running.enter_context(peers.postgraphile(plain)).port
            of_page["PostGraphile"] = over_http(graphile, "/graphql", {}, lambda: {"query": POSTGRAPHILE_PAGE})
            of_series["PostGraphile"] = over_http(graphile, "/graphql", {}, lambda: {"query": POSTGRAPHILE_SERIES})
        except peers.NotInstalled as error:
            why = str(error)
        pages, points = _measured(rounds, PAGE_ROW, of_page), _measured(rounds, SERIES_ROW, of_series)
    alone, anew = pages["PostgreSQL alone"], pages["ours, written anew"]
    found = [
        row(f"{PAGE_ROW}, {KEPT_PAGE}: of PostgreSQL alone", pages["ours"] / alone, "≥ 0.70"),
        row(f"{PAGE_ROW}, written anew: of PostgreSQL alone", anew / alone, "≥ 0.70"),
    ]
    if "PostGraphile" in pages:
        found.append(row(f"{PAGE_ROW}, written anew: times PostGraphile", anew / pages["PostGraphile"]))
    goals = {"PostGraphile": "≥ 8.00", "Strawberry as shipped": "–"}
    found += [_beside(f"{PAGE_ROW}, {KEPT_PAGE}", pages, peer, goal, why) for peer, goal in goals.items()]
    found.append(row(f"{SERIES_ROW}, {KEPT}: of PostgreSQL alone with ready rows", points["ours"] / points["PostgreSQL alone"], "≥ 0.75"))
    found.append(
        row(
            f"{SERIES_ROW}, every column worked out anew: of PostgreSQL alone with ready rows",
            points["ours, worked out anew"] / points["PostgreSQL alone"],
        )
    )
    found += [_beside(SERIES_ROW, points, peer, "–", why) for peer in ("PostGraphile", "Strawberry as shipped")]
    return found


def _moved(number: int) -> dict[str, str]:
    """Other instants each time, as many as ever."""
    seconds = f"T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    return {"from": FROM.isoformat() + seconds, "to": UNTIL.isoformat() + seconds}


def _plain(place: Place, page: Any, series: Any) -> str:
    """A database with the same rows in plain tables; that they are all there is looked at first."""
    nodes, columns = page["data"]["relationships"]["nodes"], series["data"]["relationship"]["trajectory"]
    assert len(nodes) == RELATIONSHIPS, len(nodes)
    assert sum(len(one["members"]) for one in nodes) == RELATIONSHIPS * MEMBERS
    assert {len(column) for column in columns.values()} == {POINTS}
    assert isinstance(place.found, Databases)
    url = new_database(place.found.all, "plain")
    make_plain(url, nodes, columns)
    return url


def _measured(rounds: int, what: str, clients: dict[str, Callable[[], Ask]]) -> dict[str, float]:
    found = in_turns(rounds, {name: lambda client=client: rate(client) for name, client in clients.items()})  # type: ignore[misc]
    print(f"  {what}: " + ", ".join(f"{name} {value:,.1f}/s" for name, value in found.items()), flush=True)
    return found


def _beside(what: str, rates: dict[str, float], peer: str, goal: str, why: str) -> Row:
    named = f"{what}: times {peer}"
    return row(named, rates["ours"] / rates[peer], goal) if peer in rates else skipped(named, why)
