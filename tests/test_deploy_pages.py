"""The pages for operators: what they point to is there, and what they name exists."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from deploy_tools import DEPLOY

from projections.export.placement import placement
from tussenruimte import cli

PAGES = {name: (DEPLOY / name).read_text() for name in ("README.md", "operating.md")}


@pytest.mark.parametrize("name", PAGES)
def test_every_file_they_point_to_is_there(name: str) -> None:
    pointed = [path for path in re.findall(r"\]\(([^)#]+)\)", PAGES[name]) if "://" not in path]
    assert pointed
    assert [path for path in pointed if not (DEPLOY / path).exists()] == []


def test_every_heading_they_point_to_is_there() -> None:
    headings = {re.sub(r"[^a-z -]", "", found.lower()).replace(" ", "-") for found in re.findall(r"^## (.+)$", PAGES["README.md"], re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGES["README.md"])) <= headings


def test_every_unit_they_name_is_there() -> None:
    named = set(re.findall(r"\b(tussenruimte-[a-z]+@?)", "\n".join(re.findall(r"systemctl [^`]*", "\n".join(PAGES.values())))))
    assert named == {"tussenruimte-api@", "tussenruimte-worker", "tussenruimte-migrate"}
    assert {f"{name}.service" for name in named} <= {path.name for path in (DEPLOY / "systemd").iterdir()}


def test_every_service_of_compose_they_name_is_there() -> None:
    services = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())["services"]
    lines = re.findall(r"docker compose (?:stop|exec|up|run) ([^`|<&]*)", "\n".join(PAGES.values()))
    words = {word for line in lines for word in line.split(" sh")[0].split() if re.fullmatch("[a-z]+", word)}
    assert len(lines) > 8
    assert words - {"doctor", "token", "create"} == services.keys() - {"redis"}


def test_every_verb_they_tell_to_run_exists() -> None:
    text = "\n".join(PAGES.values())
    verbs = set(re.findall(r"(?:--rm migrate|-- tussenruimte|tussenruimte\.db) ([a-z]+)", text))
    assert verbs == {"token", "doctor"} <= set(cli.commands)


def test_the_placement_that_is_shown_is_read_with_its_replica(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```toml\n(.*?)^```$", PAGES["operating.md"], re.M | re.S)
    (tmp_path / "placement.toml").write_text(shown)
    found = placement(tmp_path / "placement.toml")
    assert found.of("buurtmaat") == "two"
    assert found.clusters[found.default].read is not None


def test_the_commands_for_several_organisations_are_of_the_command_line() -> None:
    section = PAGES["operating.md"].partition("## Several organisations\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^tussenruimte ([^&\n]+)", section, re.M)
    assert len(lines) > 5
    for line in lines:
        cli.make_context("tussenruimte", shlex.split(line))
