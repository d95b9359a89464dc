"""The files of the web app: sent as they stand, small enough for a phone, under a policy that lets nothing from elsewhere run."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from served import served
from starlette.testclient import TestClient

from api.web_pages import HERE, files_kept

FIRST_PAGE = 150_000
"""Bytes of all that the first page loads, compressed."""
FILES_OF_FIRST_PAGE = 80
ELSEWHERE = re.compile(r"""(?:https?:)?//(?!www\.w3\.org)[a-z]""")
FILES = sorted(file for file in HERE.rglob("*") if file.is_file())
OWN = [file for file in FILES if "vendor" not in file.parts and file.suffix in (".js", ".css", ".html", ".webmanifest")]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    with served(tmp_path_factory.mktemp("web")) as house:
        return TestClient(house.client.app, raise_server_exceptions=False)


def test_the_bare_address_leads_to_the_app(browser: TestClient) -> None:
    found = browser.get("/")
    assert (found.url.path, found.status_code) == ("/app/", 200)
    assert '<div id="app">' in found.text


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(HERE)))
def test_every_file_is_sent_compressed_and_under_a_policy_that_lets_nothing_else_run(browser: TestClient, file: Path) -> None:
    found = browser.get(f"/app/{file.relative_to(HERE)}", headers={"Accept-Encoding": "gzip"})
    assert found.status_code == 200
    assert found.content == file.read_bytes()
    policy = dict(part.strip().split(" ", 1) for part in found.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert found.headers["x-content-type-options"] == "nosniff"
    if len(file.read_bytes()) > 1_000:
        assert found.headers["content-encoding"] == "gzip"


def test_an_address_of_the_app_is_a_page_also_where_an_id_has_a_dot(browser: TestClient) -> None:
    for path in ("/app/contact/a.b", "/app/contacts", "/app/contact/x~y:z"):
        assert '<div id="app">' in browser.get(path).text
    for path in ("/app/nothing.js", "/app/vendor/nothing.js", "/app/pages/nothing"):
        assert browser.get(path).status_code == 404


def test_nothing_is_fetched_from_elsewhere_and_nothing_is_written_into_a_page_as_html() -> None:
    for file in OWN:
        text = file.read_text()
        assert not ELSEWHERE.search(text), file
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text), file


def exports(file: Path) -> set[str]:
    text = file.read_text()
    if "vendor" in file.parts:
        return set(re.findall(r"\bas (\w+)", text))
    return set(re.findall(r"^export (?:async )?(?:function|const|class) (\w+)", text, re.MULTILINE))


def test_whatever_a_module_takes_from_another_is_there() -> None:
    taken = [
        (file, name.strip().partition(" as ")[0], (file.parent / path).resolve())
        for file in OWN
        for names, path in re.findall(r'^import \{([^}]*)\} from "(\.[^"]+)"', file.read_text(), re.MULTILINE)
        for name in names.split(",")
    ]
    assert len(taken) > 300
    assert [(file.name, name, of.name) for file, name, of in taken if name not in exports(of)] == []


def loaded(file: Path, seen: set[Path]) -> set[Path]:
    """A module and all that it cannot begin without."""
    if file not in seen:
        seen.add(file)
        for path in re.findall(r'^(?:import|export)\b[^;]*?from "(\.[^"]+)"', file.read_text(), re.MULTILINE):
            loaded((file.parent / path).resolve(), seen)
    return seen


@pytest.mark.parametrize("page", sorted(file.name for file in (HERE / "pages").iterdir()))
def test_all_that_a_first_page_loads_is_small_and_little(page: str) -> None:
    files = loaded(HERE / "pages" / page, loaded(HERE / "app.js", {HERE / "index.html", HERE / "style.css", HERE / "icon.svg"}))
    assert HERE / "vendor" / "preact.js" in files
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < FIRST_PAGE
    assert len(files) < FILES_OF_FIRST_PAGE


def test_the_programs_of_others_are_those_that_were_looked_at_and_have_their_licences() -> None:
    sums = dict(line.split()[::-1] for line in (HERE / "vendor" / "SHA256SUMS").read_text().splitlines())
    programs = {file.name for file in (HERE / "vendor").glob("*.js")}
    assert set(sums) == programs
    for name, known in sums.items():
        assert hashlib.sha256((HERE / "vendor" / name).read_bytes()).hexdigest() == known
    told = (HERE / "vendor" / "LICENSES.md").read_text()
    made = (HERE.parent.parent / "deploy" / "vendor.sh").read_text()
    named = set(re.findall(r"^## (\S+) (\S+) \((\S+)\)$", told, re.MULTILINE))
    assert {file for _, _, file in named} == programs
    assert {(package, version) for package, version, _ in named} == set(re.findall(r"([@a-z0-9/-]+)@([0-9.]+)", made)) - {
        ("esbuild", "0.28.2")
    }


def test_the_list_of_the_files_says_what_each_hashes_to_as_it_is_sent(browser: TestClient) -> None:
    told = browser.get("/app/files.js")
    assert told.headers["content-type"].startswith("text/javascript")
    assert told.headers["content-security-policy"] == browser.get("/app/sw.js").headers["content-security-policy"]
    listed = json.loads(told.text.removeprefix("self.FILES = ").rstrip(";\n"))
    needed = {f"/app/{file.relative_to(HERE)}" for file in FILES if file.suffix in (".js", ".css", ".svg", ".webmanifest")}
    assert set(listed["hashes"]) == {"/app/", *needed} - {"/app/sw.js"}
    for path, known in listed["hashes"].items():
        assert known == "sha256-" + base64.b64encode(hashlib.sha256(browser.get(path).content).digest()).decode()


def test_another_file_is_another_version(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("one")
    one = files_kept(tmp_path)
    assert files_kept(tmp_path) == one
    (tmp_path / "index.html").write_text("two")
    assert files_kept(tmp_path) != one


def test_no_words_stand_twice_and_each_stands_in_both_languages() -> None:
    found = [key for file in sorted((HERE / "words").iterdir()) for key in re.findall(r'^  "([\w.]+)": \[', file.read_text(), re.MULTILINE)]
    assert len(found) > 300
    assert sorted({key for key in found if found.count(key) > 1}) == []


@pytest.mark.parametrize("path", ["x" * 300, "x" * 300 + "/y", "contact/%E0", "contact/" + "x" * 300])
def test_an_address_that_is_no_file_of_any_is_a_page_that_says_so(browser: TestClient, path: str) -> None:
    assert browser.get(f"/app/{path}").status_code == 200
