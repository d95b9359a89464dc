"""What loads a package into the tools of the field: plain R, TraMineR in R, polars and pandas in Python. They stand in it as files."""

from collections.abc import Iterable, Mapping, Sequence

from projections.export.research.about import About
from projections.export.research.columns import Column, Sheet
from projections.research.sequences import ALPHABET

TYPES = {"string": "character", "integer": "integer", "number": "numeric"}


def r_script(about: About, sheets: Sequence[Sheet], sums: Mapping[str, str]) -> str:
    """All tables as data frames that are held against their schema and their MD5 (`sums`, by table: R has it too); and where TraMineR
    is installed, the sequences of one lens and holder as its state sequence object, and spells the long way round. R has no reader of JSON
    of its own, so the schema stands in it."""
    step, schema = about.release.step, ",\n".join(_sheet(sheet, about, sums[sheet.name]) for sheet in sheets)
    return f'''# Loads release {about.version} of {about.release.project} in plain R, and into TraMineR where that is installed.
# Laadt uitgave {about.version} van {about.release.project} in kaal R, en in TraMineR waar dat geïnstalleerd is.
# Run it in the folder of the package. / Voer het uit in de map van het pakket.

alphabet <- {_texts(ALPHABET)}

# What the columns hold: their type, the words there are where they are few, and whether they may be empty.
column <- function(type, words = NULL, missing = FALSE) list(type = type, words = words, missing = missing)
points <- function(count, step) {{
  states <- rep(list(column("character", alphabet, missing = TRUE)), count)
  names(states) <- if (count > 0) paste0("w", (seq_len(count) - 1) * step) else NULL
  states
}}
schema <- list(
{schema}
)

refuse <- function(name, english, dutch) stop(name, ".csv: ", english, " / ", dutch, call. = FALSE)

# An empty field is missing; a text as NA is not. Where words are few they are the levels of a factor.
load_table <- function(name) {{
  file <- paste0(name, ".csv")
  if (!file.exists(file)) refuse(name, "it is not there.", "het is er niet.")
  columns <- schema[[name]]$columns
  header <- scan(file, what = "", sep = ",", nlines = 1, quiet = TRUE, fileEncoding = "UTF-8")
  if (!identical(header, names(columns))) refuse(name, "the columns are others.", "de kolommen zijn andere.")
  types <- vapply(columns, function(one) one$type, "")
  table <- read.csv(file, colClasses = unname(types), na.strings = "", check.names = FALSE, fileEncoding = "UTF-8")
  for (field in names(columns)) {{
    held <- columns[[field]]
    if (!held$missing && anyNA(table[[field]])) refuse(name, paste0(field, " is empty somewhere."), paste0(field, " is ergens leeg."))
    if (is.null(held$words)) next
    strange <- setdiff(table[[field]], c(held$words, NA))
    if (length(strange) > 0) refuse(name, paste0(field, " has '", strange[1], "'."), paste0(field, " heeft '", strange[1], "'."))
    table[[field]] <- factor(table[[field]], levels = held$words)
  }}
  if (anyDuplicated(table[schema[[name]]$key])) refuse(name, "a row stands there twice.", "een rij staat er tweemaal.")
  table
}}

tables <- sapply(names(schema), load_table, simplify = FALSE)
for (name in names(tables)) {{
  of <- schema[[name]]$of
  if (!is.null(of) && !all(tables[[name]][[of[1]]] %in% tables[[of[2]]][[of[3]]])) {{
    refuse(name, paste0("it tells of what is not in ", of[2], "."), paste0("het vertelt over wat niet in ", of[2], " staat."))
  }}
}}
for (name in names(tables)) {{
  if (unname(tools::md5sum(paste0(name, ".csv"))) != schema[[name]]$md5) {{
    refuse(name, "it is not as it was exported.", "het is niet zoals het is uitgegeven.")
  }}
  cat(name, ": ", nrow(tables[[name]]), " x ", ncol(tables[[name]]), "\\n", sep = "")
}}

lens <- "{about.release.lenses[0]}"
holder <- "pooled"
chosen <- tables$sequences[tables$sequences$lens == lens & tables$sequences$holder == holder & tables$sequences$points > 0, ]

# Why each sequence is no longer: ENDED, RUNNING or PERIOD_OVER. Only the first is an end.
print(table(chosen$censoring))

if (!requireNamespace("TraMineR", quietly = TRUE)) {{
  message("TraMineR is not installed: install.packages(\\"TraMineR\\") brings it, and this makes its sequences too.")
  message("TraMineR is niet geïnstalleerd: install.packages(\\"TraMineR\\") haalt het, en dan maakt dit ook zijn reeksen.")
}} else if (nrow(chosen) == 0) {{
  message("No sequence of ", lens, " and ", holder, " has a point. / Geen reeks van ", lens, " en ", holder, " heeft een punt.")
}} else {{
  library(TraMineR)
  texts <- function(table) {{
    table[] <- lapply(table, function(one) if (is.factor(one)) as.character(one) else one)
    table
  }}

  # STS. What comes after the last reading is no state: right = "DEL" leaves it out, so that lengths differ.
  sts <- texts(tables$sts[match(chosen$id, tables$sts$id), ])
  states <- seqdef(sts[, -1, drop = FALSE], alphabet = alphabet, id = chosen$relationship, right = "DEL", left = NA, gaps = NA)

  # SPELL. TraMineR counts from 1, weeks from 0; `limit` is 100 by itself.
  spell <- texts(tables$spell[tables$spell$id %in% chosen$id, ])
  spell$begin <- spell$begin %/% {step} + 1
  spell$end <- spell$end %/% {step} + 1
  from_spells <- seqformat(
    spell, from = "SPELL", to = "STS", id = "id", begin = "begin", end = "end", status = "state", process = FALSE, limit = max(spell$end)
  )

  # TSE, for event sequences.
  tse <- texts(tables$tse[tables$tse$id %in% chosen$id, ])
  events <- seqecreate(id = as.integer(factor(tse$id)), timestamp = tse$time, event = tse$event)

  print(seqlength(states))
  seqIplot(states, sortv = "from.start")
}}
'''


def _sheet(sheet: Sheet, about: About, md5: str) -> str:
    """A table of the schema; the columns of STS, of which there may be hundreds, are counted."""
    of = "" if sheet.of is None else f", of = {_texts(sheet.of)}"
    if sheet.name == "sts":
        columns = f"c({_columns(sheet.columns[:1])}, points({about.points}, {about.release.step}))"
    else:
        columns = _columns(sheet.columns)
    return f"  {sheet.name} = list(md5 = '{md5}', key = {_texts(sheet.key)}{of}, columns = {columns})"


def _columns(columns: Sequence[Column]) -> str:
    return f"list({', '.join(f'{one.name} = {_column(one)}' for one in columns)})"


def _column(one: Column) -> str:
    words = f", {'alphabet' if one.words == ALPHABET else _texts(one.words)}" if one.words else ""
    return f'column("{TYPES[one.kind]}"{words}{", missing = TRUE" if one.missing else ""})'


def _texts(words: Iterable[str]) -> str:
    return "c(" + ", ".join(f'"{word}"' for word in words) + ")"


def python_script(about: About) -> str:
    """All tables as frames, by name."""
    return f'''"""Loads release {about.version} of {about.release.project} into polars and pandas. Run it in its package, or import it.

Laadt uitgave {about.version} van {about.release.project} in polars en pandas. Voer het uit in zijn pakket, of importeer het.
"""

import json
from pathlib import Path

FOLDER = Path(__file__).parent
PACKAGE = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
SCHEMAS = {{one["name"]: one["schema"]["fields"] for one in PACKAGE["resources"]}}


def in_polars():
    """The tables by name, each column with the type that the schema gives."""
    import polars

    kinds = {{"string": polars.String, "integer": polars.Int64, "number": polars.Float64}}
    return {{
        name: polars.read_csv(FOLDER / f"{{name}}.csv", schema={{field["name"]: kinds[field["type"]] for field in fields}})
        for name, fields in SCHEMAS.items()
    }}


def in_pandas():
    """The tables by name; whole numbers and texts that may be missing are missing, not made into something else."""
    import pandas

    kinds = {{"string": "string", "integer": "Int64", "number": "float64"}}
    typed = {{name: {{field["name"]: kinds[field["type"]] for field in fields}} for name, fields in SCHEMAS.items()}}
    return {{
        name: pandas.read_csv(FOLDER / f"{{name}}.csv", dtype=types, keep_default_na=False, na_values=[""])
        for name, types in typed.items()
    }}


if __name__ == "__main__":
    for name, table in in_polars().items():
        print(name, table.shape)
'''
