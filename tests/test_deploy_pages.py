"""The pages for operators: what they point to is there, and what they name exists."""

import re

import pytest
import yaml
from deploy_tools import DEPLOY

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
