"""What goes along with an export for other tools: Parquet, RO-Crate, and scripts that load it, each opened by a tool of its own."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet
import pytest
from exported_research import exported, exporting_house, table
from research_house import House
from rocrate.rocrate import ROCrate

from projections.export.research import package

TABLES = ("relationships", "members", "sequences", "spell", "sts", "sps", "tse", "trajectories", "moves")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with exporting_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="module")
def folder(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(house, tmp_path_factory.mktemp("out") / "first")


def text(value: object) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize("name", TABLES)
def test_parquet_holds_what_the_csv_holds(folder: Path, name: str) -> None:
    found = pyarrow.parquet.read_table(folder / "parquet" / f"{name}.parquet")
    rows = [{key: text(value) for key, value in row.items()} for row in found.to_pylist()]
    assert rows == table(folder, name)
    assert rows


def test_parquet_says_of_what_it_is_and_what_its_columns_mean(folder: Path) -> None:
    schema = pyarrow.parquet.read_schema(folder / "parquet" / "spell.parquet")
    assert json.loads(schema.metadata[b"tussenruimte"])["project"] == "study"
    assert schema.field("begin").metadata[b"beschrijving"] == b"De eerste week ervan."
    assert str(schema.field("begin").type) == "int64"


def test_without_pyarrow_everything_else_is_exported(house: House, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "can_write", lambda: False)
    plain = exported(house, tmp_path / "plain", 1)
    assert not (plain / "parquet").exists()
    assert (plain / "spell.csv").read_bytes() == (folder / "spell.csv").read_bytes()
    assert "parquet" not in (plain / "ro-crate-metadata.json").read_text()


def test_the_crate_names_every_file_with_what_it_hashes_to(folder: Path) -> None:
    crate = ROCrate(folder)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    named = {entity.id: entity for entity in crate.data_entities}
    assert named.keys() == there - {"ro-crate-metadata.json"}
    for name, entity in named.items():
        content = (folder / name).read_bytes()
        assert (entity["sha256"], entity["contentSize"]) == (hashlib.sha256(content).hexdigest(), str(len(content)))
    assert crate.root_dataset["license"].id == "#terms"
    assert crate.get("#sha256")["value"] == hashlib.sha256((folder / "release.jsonl").read_bytes()).hexdigest()


@pytest.mark.parametrize("tool", ["polars", "pandas"])
def test_the_python_script_loads_every_table(folder: Path, tool: str) -> None:
    program = "import runpy, sys, json; sys.path += {path!r}; made = runpy.run_path({script!r}); tables = made['in_{tool}']()\n"
    program += "print(json.dumps({name: [len(frame), list(frame.columns)] for name, frame in tables.items()}))"
    filled = program.replace("{path!r}", repr(sys.path)).replace("{script!r}", repr(str(folder / "load.py"))).replace("{tool}", tool)
    done = subprocess.run([sys.executable, "-c", filled], capture_output=True, text=True, check=True)
    for name, (height, columns) in json.loads(done.stdout).items():
        rows = table(folder, name)
        assert (height, columns) == (len(rows), list(rows[0]))


R = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed (Debian: r-base-core)")
HELD = """
for (name in names(tables)) for (field in names(tables[[name]])) {
  one <- tables[[name]][[field]]
  kind <- if (is.factor(one)) paste(c("factor", levels(one)), collapse = " ") else class(one)
  cat("held", name, nrow(tables[[name]]), field, kind, sum(is.na(one)), paste(as.character(one), collapse = "|"), "\n", sep = "\t")
}
"""


def in_r(folder: Path, more: str = "", locale: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
    """The script of a package as R runs it, and something after it."""
    with tempfile.NamedTemporaryFile("w", suffix=".R", encoding="utf-8") as program:
        program.write((folder / "load.R").read_text() + more)
        program.flush()
        environment = {**os.environ, "LC_ALL": locale}
        return subprocess.run(["Rscript", program.name], cwd=folder, capture_output=True, text=True, env=environment)


@R
def test_plain_r_loads_every_table_as_it_stands_with_the_types_and_words_of_its_schema(folder: Path) -> None:
    done = in_r(folder, HELD)
    assert done.returncode == 0, done.stderr
    found = [line.split("\t")[1:-1] for line in done.stdout.splitlines() if line.startswith("held\t")]
    told = {(name, field): (int(rows), kind, int(missing), values.split("|")) for name, rows, field, kind, missing, values in found}
    types = {"string": "character", "integer": "integer", "number": "numeric"}
    for resource in json.loads((folder / "datapackage.json").read_text())["resources"]:
        name, rows = resource["name"], table(folder, resource["name"])
        for field in resource["schema"]["fields"]:
            height, kind, missing, values = told.pop((name, field["name"]))
            words = field.get("constraints", {}).get("enum")
            assert kind == (" ".join(["factor", *words]) if words else types[field["type"]])
            column = [row[field["name"]] for row in rows]
            assert (height, missing) == (len(rows), column.count(""))
            for value, expected in zip(values, column, strict=True):
                if field["type"] == "number" and expected:
                    assert float(value) == float(expected)
                else:
                    assert value == (expected or "NA")
    assert told == {}


@R
@pytest.mark.parametrize(
    ("name", "was", "now", "told"),
    [
        ("moves", ",EVENTS\n", ",WISHES\n", "cause has 'WISHES'"),
        ("members", "relationship,member", "relationship,name", "the columns are others"),
        ("sequences", ",evidence@1,", ",,", "lens is empty somewhere"),
        ("relationships", "\nr-", "\nq-", "it tells of what is not in relationships"),
        ("tse", ",0,HELP\n", ",x,HELP\n", "x"),
        ("trajectories", ",0.", ",7.", "trajectories.csv: it is not as it was exported"),
    ],
)
def test_plain_r_says_what_is_not_as_it_was_exported(folder: Path, tmp_path: Path, name: str, was: str, now: str, told: str) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    text = (copy / f"{name}.csv").read_text()
    assert was in text
    (copy / f"{name}.csv").write_text(text.replace(was, now, 1))
    done = in_r(copy)
    assert done.returncode != 0
    assert told in done.stderr


@R
def test_plain_r_misses_rows_and_files_that_are_gone(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    rows = (copy / "moves.csv").read_bytes().splitlines(keepends=True)
    (copy / "moves.csv").write_bytes(b"".join(rows[:-1]))
    assert "moves.csv: it is not as it was exported" in in_r(copy).stderr
    (copy / "moves.csv").unlink()
    assert "moves.csv: it is not there" in in_r(copy).stderr


@R
def test_what_traminer_makes_of_it_is_made_where_that_is_installed_and_else_it_is_said_what_to_install(folder: Path) -> None:
    program = """
    if (requireNamespace("TraMineR", quietly = TRUE)) {
      stopifnot(nrow(states) == nrow(chosen), all(seqlength(states) == chosen$points))
      stopifnot(identical(unname(as.matrix(from_spells)[1, 1]), as.character(sts[1, 2])))
      cat("made\n")
    }"""
    for locale in ("C.UTF-8", "C"):
        done = in_r(folder, program, locale)
        assert done.returncode == 0, done.stderr
        assert "made" in done.stdout or 'install.packages("TraMineR")' in done.stderr


def test_the_r_script_keeps_a_table_of_one_week_a_table_and_says_where_there_is_none(folder: Path) -> None:
    script = (folder / "load.R").read_text()
    assert "sts[, -1, drop = FALSE]" in script
    assert "Geen reeks van" in script
