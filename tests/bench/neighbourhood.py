"""A thousand relationships of five members, and one that is met in for years: as events for the platform, and as ready rows in plain
tables for those it is laid beside.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg

RELATIONSHIPS = 1_000
MEMBERS = 5
PEOPLE = 500
POINTS = 5_000
LONG = "r0"
BEGIN = date(2012, 1, 1)
FROM = date(2012, 6, 1)

PLAIN = """
CREATE TABLE relationships (id text PRIMARY KEY, origin text NOT NULL, started_on text NOT NULL, ended_on text, latest bigint NOT NULL);
CREATE INDEX ON relationships (latest, id);
CREATE TABLE members (
  relationship text NOT NULL REFERENCES relationships, place integer NOT NULL, handle text NOT NULL, roles json NOT NULL,
  side text NOT NULL, joined text NOT NULL, left_on text, PRIMARY KEY (relationship, place)
);
CREATE TABLE readings (
  relationship text NOT NULL REFERENCES relationships, at text NOT NULL, help float8, friendship float8, ambiguity float8,
  PRIMARY KEY (relationship, at)
);
"""


def lines() -> Iterator[bytes]:
    home = {"name": "Next Door", "kind": "group", "guidance": "light", "contact": "indefinite"}
    yield _line("home", "initiative_registered", "initiative/home", BEGIN, home)
    for person in range(PEOPLE):
        yield _line(f"p{person}", "participant_registered", f"participant/p{person}", BEGIN, {"name": f"Person {person}"})
        yield _line(f"p{person}-c", "consent_given", f"participant/p{person}", BEGIN, {"scope": "record"})
    for number in range(RELATIONSHIPS):
        roles = ["volunteer", *["help_seeker"] * (MEMBERS - 1)]
        members = [
            {"handle": "abcde"[place], "participant": f"p{(number * MEMBERS + place) % PEOPLE}", "roles": [role]}
            for place, role in enumerate(roles)
        ]
        began = BEGIN + timedelta(days=number % 300)
        yield _line(f"r{number}", "match_made", f"relationship/r{number}", began, {"initiative": "home", "members": members})
    for number in range(120):
        met = {"present": ["a", "b"], "mood": "light", "shared": [{"by": "a"}] if number % 3 == 0 else []}
        yield _line(f"m{number}", "meeting_held", f"relationship/{LONG}", BEGIN + timedelta(days=30 * number), met)


def _line(id: str, kind: str, subject: str, on: date, data: dict[str, Any]) -> bytes:
    envelope = {"specversion": "1.0", "id": id, "source": "urn:bench", "type": f"tussenruimte.{kind}.v1", "subject": subject}
    return json.dumps({**envelope, "occurred": on.isoformat(), "data": data}).encode()


def make_plain(url: str, page: list[dict[str, Any]], series: dict[str, list[Any]]) -> None:
    """The same rows that the platform answered with, in plain tables."""
    with psycopg.connect(url) as connection:
        connection.execute(PLAIN)
        cursor = connection.cursor()
        cursor.executemany(
            "INSERT INTO relationships VALUES (%s, %s, %s, %s, %s)",
            [(one["id"], one["origin"], one["startedOn"], one["endedOn"], -place) for place, one in enumerate(page)],
        )
        cursor.executemany(
            "INSERT INTO members VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                (one["id"], place, m["handle"], json.dumps(m["roles"]), m["side"], m["joined"], m["left"])
                for one in page
                for place, m in enumerate(one["members"])
            ],
        )
        columns = zip(series["at"], series["help"], series["friendship"], series["ambiguity"], strict=True)
        cursor.executemany("INSERT INTO readings VALUES (%s, %s, %s, %s, %s)", [(LONG, *point) for point in columns])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
