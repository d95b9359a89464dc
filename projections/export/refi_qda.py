"""Coded texts as a REFI-QDA project (.qdpx), which programs for qualitative analysis read and write: QDA-XML, Project.xsd 1.0 (2019).

A source is one text of an account, a user a coder, a code a code. GUIDs are made from ids, so that what comes back is known again.
Positions count the characters of a text from 0, the end exclusive; texts lie beside the XML, whose readers would change the ends of lines.
"""

import io
import re
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from msgspec import Struct

from domain.model.codebook import Codebook
from domain.model.errors import bad

NAMESPACE = "urn:QDA-XML:project:1.0"
PROJECT = "project.qde"
LARGEST = 64 * 2**20
"""Bytes of XML that are read."""
_OWN = uuid.UUID("6f1d1e0c-6d0b-5a0e-9a55-7a7a3f3f0b64")


class Coding(Struct, frozen=True):
    """A code that was given to a text, or to a part of it. `made` is a day, where that is known."""

    guid: str
    code: str
    coder: str
    start: int | None = None
    end: int | None = None
    made: str | None = None


class Source(Struct, frozen=True):
    """One text of an account: `note` says which."""

    relationship: str
    account: str
    note: int
    text: str
    codings: tuple[Coding, ...] = ()

    @property
    def guid(self) -> str:
        return guid("source", self.relationship, self.account, str(self.note))


def guid(*parts: str) -> str:
    return str(uuid.uuid5(_OWN, "\n".join(parts)))


def packed(sources: Iterable[Source], name: str, book: Codebook) -> bytes:
    """A project of these sources, and of all codes of the codebook. The same ones give the same bytes."""
    found = list(sources)
    codings = [coding for source in found for coding in source.codings]
    root = ElementTree.Element("Project", {"xmlns": NAMESPACE, "name": name, "origin": "Tussenruimte"})
    coders, strange = sorted({one.coder for one in codings}), sorted({one.code for one in codings} - book.codes.keys())
    if codings:
        users = ElementTree.SubElement(root, "Users")
        for coder in coders:
            ElementTree.SubElement(users, "User", {"guid": guid("coder", coder), "name": coder})
    if book.codes or strange:
        _codes(ElementTree.SubElement(ElementTree.SubElement(root, "CodeBook"), "Codes"), [*book.below(None), *strange], book)
    if found:
        held = ElementTree.SubElement(root, "Sources")
        for source in found:
            _write(held, source)
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo(PROJECT), ElementTree.tostring(root, "utf-8", xml_declaration=True))
            for source in found:
                archive.writestr(zipfile.ZipInfo(f"Sources/{source.guid}.txt"), source.text.encode())
        return out.getvalue()


def _codes(within: ElementTree.Element, codes: Iterable[str], book: Codebook) -> None:
    """Codes with what they mean, and those under them."""
    for code in codes:
        element = ElementTree.SubElement(within, "Code", {"guid": guid("code", code), "name": code, "isCodable": "true"})
        if code in book.codes:
            if description := book.codes[code].description:
                ElementTree.SubElement(element, "Description").text = description
            _codes(element, book.below(code), book)


def _write(held: ElementTree.Element, source: Source) -> None:
    name, path = f"{source.relationship} {source.account} {source.note}", f"internal://{source.guid}.txt"
    element = ElementTree.SubElement(held, "TextSource", {"guid": source.guid, "name": name, "plainTextPath": path})
    for one in (one for one in source.codings if one.start is not None):
        by = {"creatingUser": guid("coder", one.coder)}
        place = {"startPosition": str(one.start), "endPosition": str(one.end)}
        _coding(ElementTree.SubElement(element, "PlainTextSelection", {"guid": guid("selection", one.guid), **place, **by}), one)
    for one in (one for one in source.codings if one.start is None):
        _coding(element, one)


def _coding(within: ElementTree.Element, one: Coding) -> None:
    made = {"creationDateTime": f"{one.made}T00:00:00Z"} if one.made is not None else {}
    element = ElementTree.SubElement(within, "Coding", {"guid": one.guid, "creatingUser": guid("coder", one.coder), **made})
    ElementTree.SubElement(element, "CodeRef", {"targetGUID": guid("code", one.code)})


def unpacked(content: bytes) -> Iterator[tuple[str, Coding]]:
    """Every coding of a project with the GUID of its source. Raises `Refused` for what is no such project."""
    root = _parsed(content)
    users = {one.get("guid"): one.get("name") or one.get("id") or "" for one in root.iter(_tag("User"))}
    codes = {one.get("guid"): one.get("name") or "" for one in root.iter(_tag("Code"))}
    for source in root.iter(_tag("TextSource")):
        own = source.get("guid", "").strip("{}").lower()
        for element in source:
            start, end = None, None
            if element.tag == _tag("PlainTextSelection"):
                start, end = _number(element, "startPosition"), _number(element, "endPosition")
            elif element.tag != _tag("Coding"):
                continue
            for coding in element.iter(_tag("Coding")):
                ref = coding.find(_tag("CodeRef"))
                code = codes.get(ref.get("targetGUID")) if ref is not None else None
                if code is None:
                    raise bad("qda_form", None, detail=f"Coding {coding.get('guid')}: CodeRef")
                coder = _id(users.get(coding.get("creatingUser") or element.get("creatingUser"), ""))
                made = coding.get("creationDateTime")
                yield own, Coding(_guid(coding), code, coder, start, end, made[:10] if made else None)


def _parsed(content: bytes) -> ElementTree.Element:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(PROJECT) as file:
            xml = file.read(LARGEST + 1)
    # What zipfile says of a file without that part, with one that is enciphered, packed in another way, or cut off.
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError) as error:
        raise bad("qda_form", None, detail=str(error).strip("'\"")) from None
    if len(xml) > LARGEST:
        raise bad("qda_form", None, detail=f"{PROJECT} > {LARGEST} bytes")
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise bad("qda_form", None, detail="DOCTYPE")
    try:
        root = ElementTree.fromstring(xml)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise bad("qda_form", None, detail=str(error)) from None
    if root.tag != _tag("Project"):
        raise bad("qda_form", None, detail=root.tag)
    return root


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _number(element: ElementTree.Element, name: str) -> int:
    text = element.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise bad("qda_form", None, detail=f"PlainTextSelection {element.get('guid')}: {name}")
    return int(text)


def _guid(element: ElementTree.Element) -> str:
    try:
        return str(uuid.UUID(element.get("guid", "")))
    except ValueError:
        raise bad("qda_form", None, detail=f"Coding: guid {element.get('guid')!r}") from None


def _id(name: str) -> str:
    """A name as an id: what an id cannot hold becomes a dash."""
    return re.sub(r"[^A-Za-z0-9._:~-]+", "-", name).strip("-")[:128] or "unknown"
