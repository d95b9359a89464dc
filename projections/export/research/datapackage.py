"""The description of the tables for programs: a Frictionless data package, with a schema for each file."""

from collections.abc import Sequence
from typing import Any

from projections.export.research.about import TERMS, TERMS_TITLE, About
from projections.export.research.columns import Column, Sheet


def datapackage(about: About, sheets: Sequence[Sheet]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package", "name": about.name.lower(), "title": f"{about.release.project}: release {about.version}",
        "description": about.purpose, "version": about.version, "created": about.made,
        "licenses": [{"name": "terms-of-use", "path": TERMS, "title": TERMS_TITLE}],
        "tussenruimte": dict(about.told), "resources": [_resource(sheet) for sheet in sheets],
    }  # fmt: skip


def _resource(sheet: Sheet) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in sheet.columns], "primaryKey": list(sheet.key), "missingValues": [""]}
    if sheet.of is not None:
        here, table, there = sheet.of
        schema["foreignKeys"] = [{"fields": [here], "reference": {"resource": table, "fields": [there]}}]
    return {
        "profile": "tabular-data-resource", "name": sheet.name, "path": f"{sheet.name}.csv", "format": "csv", "mediatype": "text/csv",
        "encoding": "utf-8", "dialect": {"lineTerminator": "\n"}, "title": sheet.english, "description": sheet.dutch, "schema": schema,
    }  # fmt: skip


def _field(column: Column) -> dict[str, Any]:
    bounds: dict[str, Any] = {"required": True} if not column.missing else {}
    if column.words:
        bounds["enum"] = list(column.words)
    named = {"name": column.name, "type": column.kind, "description": column.english, "descriptionNl": column.dutch}
    return {**named, "constraints": bounds} if bounds else named
