"""Coded texts go to programs for qualitative analysis and come back, each coding once, and nothing that is no such project is taken."""

import io
import textwrap
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from command_line import Run, answer, refused, run_within
from pyrefiqda import RefiProject
from pyrefiqda.models import Project
from sent_lines import account, note, pair
from test_coding import coded, given
from xsdata.exceptions import ParserError
from xsdata_pydantic.bindings import XmlParser

from domain.model.codebook import codebook_from_yaml
from domain.model.errors import Refused
from projections.export.refi_qda import packed

NS = "{urn:QDA-XML:project:1.0}"
TEXT = "Zij is 🍵 altijd\r\nzo aardig & lief."
ALLOWED = {
    "Project": (["Users", "CodeBook", "Sources"], ["name"]),
    "Users": (["User"], []),
    "User": ([], ["guid"]),
    "CodeBook": (["Codes"], []),
    "Codes": (["Code"], []),
    "Code": (["Description", "Code"], ["guid", "name", "isCodable"]),
    "Description": ([], []),
    "Sources": (["TextSource"], []),
    "TextSource": (["PlainTextSelection", "Coding"], ["guid", "plainTextPath"]),
    "PlainTextSelection": (["Coding"], ["guid", "startPosition", "endPosition"]),
    "Coding": (["CodeRef"], ["guid"]),
    "CodeRef": ([], ["targetGUID"]),
}
"""Of what Project.xsd 1.0 has, the part that is written: the elements in each, in this order, and the attributes it needs."""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = run_within(tmp_path)
    said = account("said", "r", named="help", **note(TEXT, "a"))
    part = {"note": 0, "start": 7, "end": 8}
    codes = coded("one", "said", "tea", segment=part), coded("two", "said", "warmth", "lou")
    assert given(run, *pair(), said, *codes).code == 0
    return run


def project(file: Path) -> ElementTree.Element:
    with zipfile.ZipFile(file) as archive:
        return ElementTree.fromstring(archive.read("project.qde"))


def written(file: Path, xml: str) -> str:
    """A project as another program would write it."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("project.qde", xml)
    return str(file)


def elsewhere(file: Path, source: str, selection: str = 'startPosition="0" endPosition="3"', code: str = "c", more: str = "") -> str:
    coding = f'<Coding guid="11111111-2222-3333-4444-555555555555" creatingUser="u"{more}><CodeRef targetGUID="{code}"/></Coding>'
    return written(
        file,
        f'<Project xmlns="urn:QDA-XML:project:1.0" name="p"><Users><User guid="u" name="Kim de Wit"/></Users><CodeBook><Codes>'
        f'<Code guid="g" name="group" isCodable="false"><Code guid="c" name="Close by" isCodable="true"/></Code></Codes></CodeBook>'
        f'<Sources><TextSource guid="{source}"><PlainTextSelection guid="s" {selection}>{coding}</PlainTextSelection></TextSource>'
        "</Sources></Project>",
    )


def source_of(run: Run, folder: Path) -> str:
    assert run("coding", "export", str(folder / "own.qdpx")).code == 0
    return str(project(folder / "own.qdpx").find(f".//{NS}TextSource").get("guid"))  # type: ignore[union-attr]


def test_a_project_holds_texts_codes_and_coders_as_the_schema_has_them(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "out.qdpx"
    told = answer(run("coding", "export", str(file), "--json"))
    assert (told["sources"], told["codings"]) == (1, 2)
    root = project(file)
    for element in root.iter():
        inside, needed = ALLOWED[element.tag.removeprefix(NS)]
        children = [inside.index(child.tag.removeprefix(NS)) for child in element]
        assert children == sorted(children)
        assert set(needed) <= set(element.keys())
    (selection,) = root.iter(f"{NS}PlainTextSelection")
    (source,) = root.iter(f"{NS}TextSource")
    path = source.get("plainTextPath", "").replace("internal://", "Sources/")
    with zipfile.ZipFile(file) as archive:
        text = archive.read(path).decode()
    assert text == TEXT
    assert text[int(selection.get("startPosition", "")) : int(selection.get("endPosition", ""))] == "🍵"
    assert {one.get("name") for one in root.iter(f"{NS}Code")} == {"tea", "warmth"}
    assert {one.get("name") for one in root.iter(f"{NS}User")} == {"kim", "lou"}
    again = tmp_path / "again.qdpx"
    assert run("coding", "export", str(again)).code == 0
    assert again.read_bytes() == file.read_bytes()


BOOK = """codes:
  warmth: {description: "Whatever tells of being fond & close."}
  tea: {description: Drinking something together., under: warmth}
  unused: {}
"""


def test_the_codebook_goes_along_with_what_codes_mean_and_under_which_they_stand(run: Run, tmp_path: Path) -> None:
    (tmp_path / "book.yaml").write_text(BOOK)
    assert run("coding", "codebook", str(tmp_path / "book.yaml")).code == 0
    assert "Drinking something together." in run("coding", "codebook").out
    assert answer(run("coding", "codebook", "--json"))["codes"]["tea"]["under"] == "warmth"
    assert run("coding", "export", str(tmp_path / "out.qdpx")).code == 0
    for element in project(tmp_path / "out.qdpx").iter():
        inside, _ = ALLOWED[element.tag.removeprefix(NS)]
        children = [inside.index(child.tag.removeprefix(NS)) for child in element]
        assert children == sorted(children)
    codes = {code.name: code for code in RefiProject.load(tmp_path / "out.qdpx", str(tmp_path / "read")).code_book.codes.code}
    assert set(codes) == {"warmth", "unused"}
    assert codes["warmth"].description == "Whatever tells of being fond & close."
    assert [(code.name, code.description) for code in codes["warmth"].code] == [("tea", "Drinking something together.")]
    assert answer(run("coding", "import", str(tmp_path / "out.qdpx"), "--json"))["recorded"] == 0
    assert "codebook_changed" in run("audit", "access", "--json").out


def test_help_shows_a_codebook_as_it_is_written(run: Run) -> None:
    shown = run("coding", "codebook", "--help").out
    text = textwrap.dedent("  codes:" + shown.partition("  codes:")[2].partition("\n\n")[0])
    assert codebook_from_yaml(text.encode()).codes["treat"].under == "warmth"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("codes: {tea: {under: coffee}}", "'coffee', under which it stands, is no code here"),
        ("codes: {tea: {under: cup}, cup: {under: tea}}", "it stands under itself"),
        ("codes: {tea: {meaning: x}}", "meaning"),
        ("codes: {tea: x}", "codes"),
        ("codes: {" + "x" * 41 + ": {}}", "codes"),
        ("codes: &a {}", "anchors"),
        ('codes: {"a\\u0001b": {}}', "character"),
        ('codes: {tea: {description: "a\\uFFFFb"}}', "character"),
        ('codes: {tea: {description: "a\\uD800b"}}', "character"),
        ("codes: {" + ", ".join(f"c{n}: {{under: c{n + 1}}}" for n in range(20)) + ", c20: {}}", "it stands under more than 19 others"),
        ("codes: {tea: {}, cup: {}, tea: {under: cup}}", "'tea' is written twice"),
        ("codes: {tea: {description: a, description: b}}", "'description' is written twice"),
        ("codes: {<<: {tea: {}}, tea: {}}", "merges"),
        ("codes: " + "[" * 9_000, "it is nested more than 20 deep"),
    ],
)
def test_what_is_no_codebook_is_refused_in_words_and_the_old_one_stands(run: Run, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "book.yaml").write_text(BOOK)
    assert run("coding", "codebook", str(tmp_path / "book.yaml")).code == 0
    (tmp_path / "book.yaml").write_text(text)
    assert told in refused(run("coding", "codebook", str(tmp_path / "book.yaml")))
    assert set(answer(run("coding", "codebook", "--json"))["codes"]) == {"warmth", "tea", "unused"}


def test_codes_may_stand_under_nineteen_others_and_mean_something_in_several_lines() -> None:
    chain = ", ".join(f"c{n}: {{under: c{n + 1}}}" for n in range(19))
    book = codebook_from_yaml(f'codes: {{{chain}, c19: {{description: "one\\ntwo\\tthree é 😀"}}}}'.encode())
    with zipfile.ZipFile(io.BytesIO(packed([], "deep", book))) as archive:
        root = ElementTree.fromstring(archive.read("project.qde"))
    assert len(list(root.iter(f"{NS}Code"))) == 20
    assert root.findtext(f".//{NS}Description") == "one\ntwo\tthree é 😀"


def test_where_a_code_does_not_fit_is_told_without_the_words_of_a_program() -> None:
    with pytest.raises(Refused) as refusal:
        codebook_from_yaml(b"codes: {" + b"x" * 41 + b": {}}")
    assert refusal.value.refusal.field == "codes"
    assert refusal.value.refusal.text() == "This is no codebook: codes: a name in it: Expected `str` of length <= 40."


def test_a_reader_that_was_made_from_the_schema_finds_what_was_written(run: Run, tmp_path: Path) -> None:
    """pyrefiqda is generated from Project.xsd, and refuses elements and attributes that are not in it."""
    assert run("coding", "export", str(tmp_path / "out.qdpx")).code == 0
    read = RefiProject.load(tmp_path / "out.qdpx", str(tmp_path / "read"))
    assert {code.name for code in read.code_book.codes.code} == {"tea", "warmth"}
    assert {user.name for user in read.users.user} == {"kim", "lou"}
    (source,) = read.sources.text_source
    (selection,) = source.plain_text_selection
    assert (selection.start_position, selection.end_position) == (7, 8)
    assert len(selection.coding) + len(source.coding) == 2
    with pytest.raises(ParserError, match="Strange"):
        XmlParser().from_string('<Project xmlns="urn:QDA-XML:project:1.0" name="p"><Strange/></Project>', Project)


def test_words_are_written_for_their_owner_alone_and_over_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "out.qdpx"
    assert run("coding", "export", str(file)).code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    assert "is there already" in refused(run("coding", "export", str(file)))
    assert file.read_bytes() == before


def test_what_comes_back_as_it_went_is_recorded_no_second_time(run: Run, tmp_path: Path) -> None:
    before = answer(run("codes", "r", "--json"))
    assert run("coding", "export", str(tmp_path / "out.qdpx")).code == 0
    assert answer(run("coding", "import", str(tmp_path / "out.qdpx"), "--json"))["recorded"] == 0
    assert answer(run("codes", "r", "--json")) == before


def test_what_was_coded_elsewhere_is_recorded_once(run: Run, tmp_path: Path) -> None:
    file = elsewhere(tmp_path / "in.qdpx", "{" + source_of(run, tmp_path).upper() + "}", more=' creationDateTime="2022-05-04T10:00:00Z"')
    for recorded in (1, 0):
        assert answer(run("coding", "import", file, "--json"))["recorded"] == recorded
    found = answer(run("codes", "r", "--json"))[-1]
    assert found == {
        "account": "said", "code": "Close by", "coder": "Kim-de-Wit", "holder": "a", "occurred": "2022-05-04",
        "segment": {"note": 0, "start": 0, "end": 3},
    }  # fmt: skip
    assert run("coding", "export", str(tmp_path / "out.qdpx")).code == 0
    assert answer(run("coding", "import", str(tmp_path / "out.qdpx"), "--json"))["recorded"] == 0


def test_codings_of_texts_that_are_not_here_are_left_out_and_told(run: Run, tmp_path: Path) -> None:
    done = run("coding", "import", elsewhere(tmp_path / "in.qdpx", "99999999-2222-3333-4444-555555555555"))
    assert (done.code, done.out) == (0, "recorded 0, already there 0, refused 0\n")
    assert "1 codings are of texts that are not here" in done.err


def test_what_is_no_project_or_does_not_fit_the_text_is_refused_and_nothing_kept(run: Run, tmp_path: Path) -> None:
    source, file = source_of(run, tmp_path), tmp_path / "in.qdpx"
    for make, told in [
        (lambda: written(file, "<Project/>"), "This is no REFI-QDA project"),
        (lambda: written(file, '<!DOCTYPE p [<!ENTITY a "b">]><Project xmlns="urn:QDA-XML:project:1.0">&a;</Project>'), "DOCTYPE"),
        (lambda: written(file, "<Project"), "This is no REFI-QDA project"),
        (lambda: elsewhere(file, source, code="x"), "CodeRef"),
        (lambda: elsewhere(file, source, 'startPosition="0"'), "endPosition"),
        (lambda: elsewhere(file, source, 'startPosition="-1" endPosition="2"'), "startPosition"),
        (lambda: elsewhere(file, source, f'startPosition="0" endPosition="{len(TEXT) + 1}"'), "beyond its text"),
    ]:
        assert told in refused(run("coding", "import", make()))
    (tmp_path / "plain.qdpx").write_bytes(b"no zip")
    assert "geen REFI-QDA-project" in refused(run("--language", "nl", "coding", "import", str(tmp_path / "plain.qdpx")))
    assert len(answer(run("codes", "r", "--json"))) == 2
