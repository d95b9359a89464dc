"""What the bench records: the contacts of pupils in a real high school where that data set lies beside the project, else made-up ones."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
HIGH_SCHOOL = ROOT.parent / "shared" / "data" / "highschool-2013" / "to_events.py"


@cache
def contacts() -> tuple[str, list[bytes]]:
    """What they are called, and the lines."""
    if HIGH_SCHOOL.exists():
        told = subprocess.run([sys.executable, str(HIGH_SCHOOL)], capture_output=True, check=True)
        return "high-school contacts", told.stdout.splitlines()
    return "made-up contacts", list(made_up(75_000))


def made_up(events: int) -> Iterator[bytes]:
    """Contacts of the shape of the pupils': many pairs with a dozen meetings, some of whom say what it is."""
    pairs = max(events // 13, 1)
    people = max(pairs // 18, 2)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    number = 0

    def line(kind: str, subject: str, occurred: str, data: dict[str, object], **more: str) -> bytes:
        nonlocal number
        number += 1
        envelope = {"specversion": "1.0", "id": f"b-{number:08d}", "source": "urn:tussenruimte:bench", "type": f"tussenruimte.{kind}.v1"}
        return json.dumps(
            {**envelope, "subject": subject, "occurred": occurred, "recordedby": "system/bench", **more, "data": data}
        ).encode()

    yield line(
        "initiative_registered",
        "initiative/bench",
        "2024-01-01",
        {"name": "Bench", "kind": "group", "guidance": "none", "contact": "one_off"},
    )
    for person in range(people):
        yield line("participant_registered", f"participant/p{person}", "2024-01-01", {"name": f"Person {person}"})
        yield line("consent_given", f"participant/p{person}", "2024-01-01", {"scope": "record"})
    for pair in range(pairs):
        a, b = pair % people, (pair * 7 + pair // people + 1) % people
        b = b if a != b else (b + 1) % people
        members = [{"handle": h, "participant": f"p{p}", "roles": ["participant"]} for h, p in (("a", a), ("b", b))]
        yield line(
            "contact_emerged", f"relationship/r{pair}", "2024-01-01", {"initiative": "bench", "members": members, "setting": "school"}
        )
    place = 0
    while number < events:
        pair = (place * 7919) % pairs
        when = (start + timedelta(minutes=7 * (place // pairs) * 24 + place % 1000)).strftime("%Y-%m-%dT%H:%M:%SZ")
        # One in a hundred says what it is; who does is strewn about, so that a page holds as much at every size.
        if (place * 2_654_435_761 >> 16) % 100 == 0:
            yield line("account_given", f"relationship/r{pair}", when, {"named": "friendship"}, perspective="a")
        else:
            yield line(
                "meeting_held", f"relationship/r{pair}", when, {"present": ["a", "b"], "place": "centre", "minutes": place % 40 + 0.33}
            )
        place += 1


def consenting(events: int) -> Iterator[bytes]:
    """Made-up contacts of people who consent to research too."""
    for line in made_up(events):
        yield line
        if (event := json.loads(line))["type"] == "tussenruimte.consent_given.v1":
            yield json.dumps({**event, "id": f"{event['id']}-research", "data": {"scope": "research"}}).encode()


def with_texts(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The same events, each with one sealed text."""
    for raw in lines:
        value = json.loads(raw)
        data = value["data"]
        about = data.get("present", [])[:1] or [m["handle"] for m in data.get("members", [])][:1]
        data["notes"] = [{"about": about, "text": "They sat by the window again and talked about the garden for a good while."}]
        yield json.dumps(value).encode()
