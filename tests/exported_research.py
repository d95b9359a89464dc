"""A research project with contacts that end, run on and were never observed, and what of it is exported."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from research_house import CONTACTS, House, contact, over, research_house, seeker, somebody, volunteer
from sent_lines import line
from store_places import Files

from domain.model.roles import Reach
from domain.store.accesses import Viewer, viewed_by
from projections.export.research import package
from projections.views.scope import Scope

SCOPE = Scope("buurtmaat", "researcher", Reach(project="study"))
EVA = Viewer("member/eva", "researcher")


@contextmanager
def exporting_house(folder: Path) -> Iterator[House]:
    """With a contact that ended, a volunteer in two contacts, and a kind of contact of which nothing is known."""
    with research_house(Files(folder / "house.db")) as house:
        house.record(over("contact-1", "2021-08-01"))
        house.record(*somebody("lonely", "research"), *contact("second", volunteer(0), "lonely", "2021-04-12", "home-two"))
        members = [{"handle": who, "participant": who, "roles": []} for who in (volunteer(3), seeker(4))]
        house.record(
            line("quiet-emerged", "contact_emerged", "relationship/quiet", {"initiative": "home-one", "members": members}, "2021-05-01")
        )
        yield house


def exported(house: House, folder: Path, number: int | None = None, **asked: Any) -> Path:
    """A release, newly made unless one is named, in a new folder."""
    with viewed_by(EVA):
        if number is None:
            number = house.organisation.releasing.release(SCOPE, **asked).release.number
        package.write(house.organisation.releasing, house.organisation.log, SCOPE, number, folder, "folder", lambda *_: None)
    return folder


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def readings(house: House, step: int = 1) -> dict[str, dict[str, Any]]:
    """What GraphQL tells, by the id that a sequence has in files."""
    parts, changes = "week phase help friendship ambiguity confidence", "week was wasKind now kind cause"
    query = f"""query($lens: String, $step: Int) {{ research {{ relationships(first: 100) {{ nodes {{
        pseudonym censoring
        pooled: trajectory(lens: $lens, stepWeeks: $step) {{ {parts} }} pooledMoves: moves(lens: $lens) {{ {changes} }}
        coordinator: trajectory(lens: $lens, stepWeeks: $step, holder: "coordinator") {{ {parts} }}
        coordinatorMoves: moves(lens: $lens, holder: "coordinator") {{ {changes} }}
        members {{ pseudonym trajectory(lens: $lens, stepWeeks: $step) {{ {parts} }} moves(lens: $lens) {{ {changes} }} }}
    }} }} }} }}"""
    found = {}
    for lens in ("evidence", "accounts"):
        for node in house.ask(query, lens=lens, step=step)["relationships"]["nodes"]:
            told = [("pooled", node["pooled"], node["pooledMoves"]), ("coordinator", node["coordinator"], node["coordinatorMoves"])]
            told += [(member["pseudonym"], member["trajectory"], member["moves"]) for member in node["members"]]
            for holder, trajectory, moves in told:
                found[f"{node['pseudonym']}/{lens}@1/{holder}"] = {**trajectory, "moves": moves, "censoring": node["censoring"]}
    assert len(found) == 2 * 4 * (CONTACTS + 2)
    return found
