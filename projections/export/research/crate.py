"""RO-Crate metadata (1.1): of which files a package is, and of what it is, for archives and for machines that find data.

Each file is named with its size and what it hashes to, so that whoever has a package can tell whether it is whole.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from projections.export.research.about import TERMS, TERMS_TITLE, About

METADATA = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
FORMATS = {
    ".csv": "text/csv", ".json": "application/json", ".jsonl": "application/jsonl", ".md": "text/markdown", ".py": "text/x-python",
    ".R": "text/x-r", ".parquet": "application/vnd.apache.parquet", ".xes": "application/xml", ".graphml": "application/xml",
}  # fmt: skip


def crate(about: About, folder: Path) -> dict[str, Any]:
    """The metadata of the files that are in a folder."""
    files = [_file(folder, path) for path in sorted(folder.rglob("*")) if path.is_file()]
    return {"@context": f"{SPECIFICATION}/context", "@graph": [*_about(about, [file["@id"] for file in files]), *files]}


def _about(about: About, names: list[str]) -> Iterator[dict[str, Any]]:
    yield {"@id": METADATA, "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": {"@id": SPECIFICATION}}
    yield {
        "@id": "./", "@type": "Dataset", "name": f"{about.release.project}: release {about.version}", "description": about.purpose,
        "datePublished": about.made, "version": about.version, "license": {"@id": "#terms"}, "hasPart": [{"@id": name} for name in names],
        "identifier": about.name, "variableMeasured": [{"@id": f"#{name}"} for name in _properties(about)],
    }  # fmt: skip
    terms = {"@id": "#terms", "@type": "CreativeWork", "name": TERMS_TITLE, "description": f"Not open data: see {TERMS}."}
    yield {**terms, "subjectOf": {"@id": TERMS}}
    for name, value in _properties(about).items():
        yield {"@id": f"#{name}", "@type": "PropertyValue", "name": name, "value": value}


def _properties(about: About) -> dict[str, Any]:
    return {name: ", ".join(value) if isinstance(value, list) else value for name, value in about.told.items() if value is not None}


def _file(folder: Path, path: Path) -> dict[str, Any]:
    with path.open("rb") as content:
        hashed = hashlib.file_digest(content, "sha256").hexdigest()
    name = path.relative_to(folder).as_posix()
    found = {"@id": name, "@type": "File", "name": name, "contentSize": str(path.stat().st_size), "sha256": hashed}
    return {**found, "encodingFormat": FORMATS[path.suffix]}
