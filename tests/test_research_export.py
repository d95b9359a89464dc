"""A release is exported as state sequences with all that is needed to read them; what is read back is what GraphQL tells."""

import gc
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from exported_research import EVA, SCOPE, exported, exporting_house, readings, table
from frictionless import Package, system
from research_house import CONTACTS, House, consent, seeker

from domain.store.accesses import viewed_by
from domain.store.checks import Unusable
from projections.export.research import package
from projections.export.research.columns import RELATIONSHIPS
from projections.export.research.csv_files import CsvFiles, safe
from projections.views import released
from projections.views.released import Told


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with exporting_house(tmp_path_factory.mktemp("house")) as house:
        house.organisation.log.sign()
        with viewed_by(EVA):
            house.organisation.releasing.release(SCOPE)
        yield house


@pytest.fixture(scope="module")
def folder(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(house, tmp_path_factory.mktemp("out") / "first")


@pytest.fixture(scope="module")
def told(house: House) -> dict[str, dict[str, Any]]:
    return readings(house)


def by_id(folder: Path, name: str) -> dict[str, list[dict[str, str]]]:
    found = defaultdict(list)
    for row in table(folder, name):
        found[row["id"]].append(row)
    return found


def number(text: str) -> float | None:
    return float(text) if text else None


# What is read back is what is told


def test_states_and_strengths_read_back_are_those_that_graphql_tells(folder: Path, told: dict[str, Any]) -> None:
    found = by_id(folder, "trajectories")
    assert found.keys() == told.keys()
    for id, rows in found.items():
        assert [int(row["week"]) for row in rows] == told[id]["week"]
        assert [row["state"] for row in rows] == told[id]["phase"]
        for name in ("help", "friendship", "ambiguity", "confidence"):
            assert [number(row[name]) for row in rows] == told[id][name]


def test_spells_are_the_states_without_a_break_and_say_why_there_are_no_more(folder: Path, told: dict[str, Any]) -> None:
    found = by_id(folder, "spell")
    assert found.keys() == told.keys()
    for id, rows in found.items():
        states = [row["state"] for row in rows for _ in range(int(row["begin"]), int(row["end"]) + 1)]
        assert states == told[id]["phase"]
        assert all(one["state"] != other["state"] for one, other in pairwise(rows))
        assert [row["censoring"] for row in rows] == [""] * (len(rows) - 1) + [told[id]["censoring"]]


def test_sts_sps_and_tse_say_the_same(folder: Path, told: dict[str, Any]) -> None:
    longest = max(len(one["week"]) for one in told.values())
    for row in table(folder, "sts"):
        states = told[row.pop("id")]["phase"]
        assert list(row) == [f"w{week}" for week in range(longest)]
        assert list(row.values()) == states + [""] * (longest - len(states))
    for row in table(folder, "sps"):
        spelt = [part.strip("()").split(",") for part in row["sps"].split(")-(")]
        assert [state for state, lasted in spelt for _ in range(int(lasted))] == told[row["id"]]["phase"]
    for id, rows in by_id(folder, "tse").items():
        entered = [(week, state) for week, state in enumerate(told[id]["phase"]) if week == 0 or told[id]["phase"][week - 1] != state]
        assert [(int(row["time"]), row["event"]) for row in rows] == entered


def test_moves_read_back_are_those_that_graphql_tells(folder: Path, told: dict[str, Any]) -> None:
    found = by_id(folder, "moves")
    for id, one in told.items():
        rows = [{key: row[key] or None for key in ("was", "was_kind", "now", "now_kind", "cause")} for row in found.get(id, [])]
        assert rows == [
            {"was": move["was"], "was_kind": move["wasKind"], "now": move["now"], "now_kind": move["kind"], "cause": move["cause"]}
            for move in one["moves"]
        ]
        assert [int(row["week"]) for row in found.get(id, [])] == [move["week"] for move in one["moves"]]


def test_lengths_ends_and_gaps_are_told_apart(folder: Path, house: House) -> None:
    by_name = {row["relationship"]: row for row in table(folder, "relationships")}
    assert by_name[house.called("contact-1")]["censoring"] == "ENDED"
    assert by_name[house.called("contact-0")]["censoring"] == "RUNNING"
    sequences, states = table(folder, "sequences"), {row["id"]: row for row in table(folder, "sts")}
    assert len({row["points"] for row in sequences}) > 1, "lengths differ"
    ended = states[f"{house.called('contact-1')}/evidence@1/pooled"]
    shown = [state for name, state in ended.items() if name != "id" and state]
    assert (shown[-1], "ENDED" in shown[:-1]) == ("ENDED", False)
    quiet = {state for name, state in states[f"{house.called('quiet')}/accounts@1/pooled"].items() if name != "id"}
    assert quiet - {""} == {"UNOBSERVED"}, "never observed"


def test_with_longer_steps_a_spell_goes_up_to_the_last_reading(house: House, tmp_path: Path) -> None:
    folder = exported(house, tmp_path / "steps", step=4, lenses=["evidence"])
    weeks = {int(row["week"]) for row in table(folder, "trajectories")}
    assert {week % 4 for week in weeks} == {0}
    assert {(int(row["begin"]) % 4, int(row["end"]) % 4) for row in table(folder, "spell")} == {(0, 0)}
    assert list(table(folder, "sts")[0])[:3] == ["id", "w0", "w4"]


# The same each time


def files(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_the_same_release_gives_the_same_bytes_in_every_file(folder: Path, house: House, tmp_path: Path) -> None:
    assert files(exported(house, tmp_path / "again", 1)) == files(folder)
    assert (
        hashlib.sha256(files(folder)["release.jsonl"]).hexdigest()
        == json.loads(files(folder)["datapackage.json"])["tussenruimte"]["sha256"]
    )


def test_one_relationship_is_held_at_a_time_however_many_there_are(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(released, "PAGE", 2)
    monkeypatch.setattr(released.Here, "at_once", 2)
    held = []

    def count(*_: object) -> None:
        found = gc.get_objects()
        held.append((sum(isinstance(one, Told) for one in found), sum(isinstance(one, released._Known) for one in found)))

    gc.collect()
    with viewed_by(EVA):
        package.write(house.organisation.releasing, house.organisation.log, SCOPE, 1, tmp_path / "counted", "folder", count)
    assert len(held) == CONTACTS + 2
    assert max(told for told, _ in held) <= 2, "that which is written, and the one before"
    assert max(known for _, known in held) <= 2 * 2 + 1, "two pages"


# What goes along


def test_the_data_package_holds_by_its_schemas(folder: Path) -> None:
    with system.use_context(trusted=True):
        found = Package(str(folder / "datapackage.json")).validate()
    assert found.valid, found.flatten(["name", "rowNumber", "fieldName", "type", "message"])
    assert {task.name for task in found.tasks} == {
        "relationships", "members", "sequences", "spell", "sts", "sps", "tse", "trajectories", "moves",
    }  # fmt: skip


def test_a_package_that_was_changed_no_longer_holds(folder: Path, tmp_path: Path) -> None:
    for name, content in files(folder).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content.replace(b",HELP,", b",Helped,") if name == "spell.csv" else content)
    with system.use_context(trusted=True):
        assert not Package(str(tmp_path / "datapackage.json")).validate().valid


def test_the_package_says_of_what_it_is_and_what_may_be_done_with_it(folder: Path, house: House) -> None:
    about = json.loads((folder / "datapackage.json").read_text())["tussenruimte"]
    assert (about["project"], about["release"], about["revision"], about["lenses"]) == ("study", 1, 1, ["evidence@1", "accounts@1"])
    assert about["checkpoint"].split("\n")[:2] == ["tussenruimte/buurtmaat", about["position"]]
    terms = (folder / about["termsOfUse"]).read_text()
    assert "delete what you hold" in terms
    assert "verwijder wat je ervan hebt" in terms
    codebook = (folder / "codebook.md").read_text()
    for row in ("| `censoring` | string | Why", "| `censoring` | string | Waarom", "# Codebook: study, release 1.1", "# Codeboek: study"):
        assert row in codebook


def test_a_text_that_a_spreadsheet_would_take_for_a_formula_stands_behind_an_apostrophe(tmp_path: Path) -> None:
    for text in ('=HYPERLINK("http://elsewhere")', "+1", "-1", "@sum", "\tx"):
        assert safe(text) == f"'{text}"
    assert safe("(HELP,3)") == "(HELP,3)"
    with CsvFiles(tmp_path, [RELATIONSHIPS]) as sheet:
        sheet.add("relationships", ("r", "i", "=1+1", "light", "fixed", "MATCHED", 3, "RUNNING"))
    assert table(tmp_path, "relationships")[0]["kind"] == "'=1+1"


def test_nobody_s_name_id_or_day_is_in_any_file(folder: Path, house: House) -> None:
    for name, content in files(folder).items():
        for word in (b"contact-0", b"volunteer-", b"seeker-", b"lonely", b"home-one", b"2021-", b"Rain", b"Name of"):
            assert word not in content, name
    # The control: the day on which it was made is there.
    assert b"2026-01-31" in files(folder)["datapackage.json"]


# Where something goes wrong


def test_an_export_writes_over_nothing(folder: Path, house: House) -> None:
    with pytest.raises(Unusable, match="there already"):
        exported(house, folder, 1)


def test_what_broke_off_leaves_nothing_and_was_given_to_nobody(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(house.organisation.releasing.register.handed("study"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(package, "datapackage", full)
    with pytest.raises(OSError, match="space"):
        exported(house, tmp_path / "broken", 1)
    assert list(tmp_path.iterdir()) == []
    assert len(house.organisation.releasing.register.handed("study")) == before


def test_a_withdrawal_takes_a_relationship_out_of_every_file(tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    with exporting_house(tmp_path / "house") as house:
        gone = house.called("contact-3").encode()
        before = files(exported(house, tmp_path / "before"))
        assert [name for name, content in before.items() if gone in content], "the control"
        house.record(consent(seeker(3), way="withdrawn", occurred="2022-01-01"))
        after = files(exported(house, tmp_path / "after", 1))
        assert not [name for name, content in after.items() if gone in content]
        assert json.loads(after["datapackage.json"])["version"] == "1.2"
