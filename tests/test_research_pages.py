"""A release over HTTP is the folder that the command line writes, as a zip; who does no research, or not in that project, gets none."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from exported_research import exported, exporting_house
from research_house import House, consent, seeker


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with exporting_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="module")
def folder(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(house, tmp_path_factory.mktemp("out") / "study-release-1")


def test_it_is_what_the_command_line_writes_and_the_same_each_time(house: House, folder: Path) -> None:
    got = [house.served.client.get("/research.zip?release=1", headers=house.researcher()) for _ in range(2)]
    assert (got[0].status_code, got[0].headers["content-type"], got[0].headers["cache-control"]) == (200, "application/zip", "no-store")
    assert 'filename="study-release-1.1.zip"' in got[0].headers["content-disposition"]
    assert got[0].content == got[1].content
    with zipfile.ZipFile(io.BytesIO(got[0].content)) as made:
        found = {name: made.read(name) for name in made.namelist()}
    assert found == {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_that_it_was_taken_is_written_down(house: House, folder: Path) -> None:
    before = len(house.organisation.releasing.register.handed("study"))
    house.served.client.get("/research.zip?release=1", headers=house.researcher())
    *_, last = house.organisation.releasing.register.handed("study")
    assert (len(house.organisation.releasing.register.handed("study")), last.recipient, last.format) == (
        before + 1, "token/researcher", "zip",
    )  # fmt: skip
    assert house.ask("{ research { releases { given } } }")["releases"][0]["given"] == 1


def test_nothing_of_it_stays_on_the_server(house: House, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert house.served.client.get("/research.zip?release=1", headers=house.researcher()).status_code == 200
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("asked", ["", "?release=one", "?release=1&release=2", "?release=1&project=other", "?release=-1", "?release=1e1"])
def test_what_names_no_release_is_refused_in_words(house: House, asked: str) -> None:
    found = house.served.client.get(f"/research.zip{asked}", headers=house.researcher())
    assert (found.status_code, found.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_INPUT")


def test_a_release_that_there_is_not_is_not_found(house: House) -> None:
    assert house.served.client.get("/research.zip?release=999", headers=house.researcher()).status_code == 422


@pytest.mark.parametrize("role", ["coordinator", "auditor", "dashboard", "administrator"])
def test_nobody_but_a_researcher_is_given_it(house: House, folder: Path, role: str) -> None:
    assert house.served.client.get("/research.zip?release=1", headers=house.who(role)).status_code == 403  # type: ignore[arg-type]


def test_nobody_of_another_project_is_given_it(house: House, folder: Path) -> None:
    house.project("other")
    assert house.served.client.get("/research.zip?release=1", headers=house.researcher("other")).status_code == 422


def test_who_withdrew_is_in_none_from_then_on(tmp_path: Path) -> None:
    with exporting_house(tmp_path) as house:
        exported(house, tmp_path / "out")
        gone, who = house.called("contact-2").encode(), house.researcher()

        def taken() -> bytes:
            with zipfile.ZipFile(io.BytesIO(house.served.client.get("/research.zip?release=1", headers=who).content)) as made:
                return b"".join(made.read(name) for name in made.namelist())

        assert gone in taken(), "the control"
        house.record(consent(seeker(2), way="withdrawn", occurred="2022-01-01"))
        assert gone not in taken()
