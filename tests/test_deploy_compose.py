"""Compose: what the schema of the compose specification says of it, what every container may do, and where the passwords are.

The scripts and configurations beside it are run for real: the one that prepares, and Redis as it is set up.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from deploy_tools import DEPLOY, passed, program, run

from domain.store.keys import load_root
from tussenruimte import GRACE_SECONDS

FOLDER = DEPLOY / "compose"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("api", "worker", "migrate")
SCHEMA = ("--builtin-schema", "vendor.compose-spec")


def test_the_schema_of_the_specification_takes_it() -> None:
    passed("check-jsonschema", *SCHEMA, FOLDER / "compose.yaml")


@pytest.mark.parametrize("harm", [("read_only:", "readonly:"), ("service_healthy", "healthy"), ("[ALL]", "ALL")])
def test_the_schema_would_find_what_is_wrong(harm: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text((FOLDER / "compose.yaml").read_text().replace(*harm))
    assert run("check-jsonschema", *SCHEMA, tmp_path / "compose.yaml").returncode == 1


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_has_a_privilege_a_root_that_can_be_written_or_no_end(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
    assert name in OURS or re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert re.fullmatch(r"[\w./-]+:\d[\w.-]+", service["image"]), "a tag that says which version"


def test_only_the_proxy_can_be_reached_or_reach_out() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert [name for name, service in SERVICES.items() if service["networks"] != ["inside"]] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_no_password_stands_in_an_environment() -> None:
    texts = [f"{name}={value}" for service in SERVICES.values() for name, value in service.get("environment", {}).items()]
    assert len(texts) > 10
    assert [text for text in texts if re.search(r"://[^/@]*:[^/@]*@", text) or re.search(r"(PASSWORD|SECRET|TOKEN|KEY)=", text)] == []


def test_the_tables_are_made_first_and_two_of_each_run() -> None:
    assert [SERVICES[name]["deploy"]["replicas"] for name in ("api", "worker")] == [2, 2]
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("api", "worker"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    for name in ("events", "keys"):
        assert SERVICES["migrate"]["depends_on"][name] == {"condition": "service_healthy"}
        assert "healthcheck" in SERVICES[name]


def test_every_container_of_ours_has_the_time_that_the_server_gives_its_requests() -> None:
    assert [name for name in ("api", "worker") if int(SERVICES[name]["stop_grace_period"].removesuffix("s")) <= GRACE_SECONDS] == []


def test_every_file_it_names_is_there_or_is_made_by_the_preparation(prepared: Path) -> None:
    volumes = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])]
    files = [path for path in volumes if path.startswith("./")] + [secret["file"] for secret in COMPOSE["secrets"].values()]
    assert len(files) > 10
    assert [path for path in files if not (prepared / path).exists()] == []
    assert {path for path in volumes if not path.startswith("./")} == set(COMPOSE["volumes"])


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """The folder after the preparation, whose files belong to whoever runs this rather than to the users of containers."""
    folder = tmp_path / "compose"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("secrets", "certificates", "backup"))
    script = folder / "prepare.sh"
    own, users = f"application={os.getuid()} postgres={os.getuid()}", "application=65532 postgres=999"
    assert users in script.read_text()
    script.write_text(script.read_text().replace(users, own))
    subprocess.run([script], check=True)
    return folder


def test_secrets_are_made_for_their_owner_alone_and_fit_each_other(prepared: Path) -> None:
    secrets = {path.name: path for path in (prepared / "secrets").iterdir()}
    assert {path.stat().st_mode & 0o777 for path in secrets.values()} == {0o600}
    assert {path.name for path in secrets.values()} == {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}
    text = {name: path.read_text().strip() for name, path in secrets.items()}
    assert len(set(text.values())) == len(text)
    assert text["pgpass"].splitlines() == [
        f"{host}:5432:tussenruimte:tussenruimte:{text[f'{host}_password']}" for host in ("events", "keys")
    ]
    owner = [f"{host}:5432:tussenruimte:tussenruimte_owner:{text[f'{host}_owner_password']}" for host in ("events", "keys")]
    assert text["pgpass_owner"].splitlines() == [*text["pgpass"].splitlines(), *owner]
    for host, setting in (("events", "TUSSENRUIMTE_DATABASE_URL"), ("keys", "TUSSENRUIMTE_KEYS_URL")):
        assert SERVICES["api"]["environment"][setting] == f"postgresql://tussenruimte@{host}/tussenruimte"


def test_no_container_but_the_one_that_makes_the_tables_can_be_their_owner() -> None:
    migrate = SERVICES["migrate"]
    assert migrate["environment"]["TUSSENRUIMTE_OWNER"] == "tussenruimte_owner"
    assert migrate["environment"]["PGPASSFILE"] == "/run/secrets/pgpass_owner"
    assert migrate["secrets"] == ["root_key", "pgpass_owner"]
    for name in ("api", "worker"):
        assert "TUSSENRUIMTE_OWNER" not in SERVICES[name]["environment"]
        assert SERVICES[name]["secrets"] == ["root_key", "pgpass"]


def test_the_root_key_that_is_made_is_one(prepared: Path) -> None:
    assert len(load_root(prepared / "secrets" / "root.key")) == 32


def test_secrets_that_are_there_are_never_made_anew(prepared: Path) -> None:
    before = {path.name: path.read_text() for path in (prepared / "secrets").iterdir()}
    again = subprocess.run([prepared / "prepare.sh"], capture_output=True, text=True)
    assert (again.returncode, again.stderr) == (1, "There are secrets already. Nothing was made.\n")
    assert {path.name: path.read_text() for path in (prepared / "secrets").iterdir()} == before


def test_the_proxy_is_the_version_that_the_tests_run() -> None:
    found = re.match(r"v(\d+\.\d+)", subprocess.run([program("caddy"), "version"], capture_output=True, text=True, check=True).stdout)
    assert found
    assert SERVICES["proxy"]["image"] == f"caddy:{found[1]}-alpine"
