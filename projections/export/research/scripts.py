"""What loads a package into the tools of the field: TraMineR in R, polars and pandas in Python. They stand in it as files."""

from projections.export.research.about import About


def r_script(about: About) -> str:
    """Sequences of one lens and holder as a TraMineR state sequence object, and spells the long way round."""
    return f'''# Loads release {about.version} of {about.release.project} into TraMineR. Run it in the folder of the package.
# Laadt uitgave {about.version} van {about.release.project} in TraMineR. Voer het uit in de map van het pakket.
library(TraMineR)

lens <- "{about.release.lenses[0]}"
holder <- "pooled"
alphabet <- c("UNOBSERVED", "HELP", "FRIENDSHIP", "AMBIGUITY", "ENDED")

read <- function(name) read.csv(paste0(name, ".csv"), stringsAsFactors = FALSE, na.strings = "", check.names = FALSE)
sequences <- read("sequences")
chosen <- sequences[sequences$lens == lens & sequences$holder == holder & sequences$points > 0, ]
if (nrow(chosen) == 0) {{
  stop("No sequence of ", lens, " and ", holder, " has a point. / Geen reeks van ", lens, " en ", holder, " heeft een punt.")
}}

# STS. What comes after the last reading is no state: right = "DEL" leaves it out, so that lengths differ.
sts <- read("sts")
sts <- sts[match(chosen$id, sts$id), ]
states <- seqdef(sts[, -1, drop = FALSE], alphabet = alphabet, id = chosen$relationship, right = "DEL", left = NA, gaps = NA)

# SPELL. TraMineR counts from 1, weeks from 0; `limit` is 100 by itself.
spell <- read("spell")
spell <- spell[spell$id %in% chosen$id, ]
spell$begin <- spell$begin %/% {about.release.step} + 1
spell$end <- spell$end %/% {about.release.step} + 1
from_spells <- seqformat(
  spell, from = "SPELL", to = "STS", id = "id", begin = "begin", end = "end", status = "state", process = FALSE, limit = max(spell$end)
)

# TSE, for event sequences.
tse <- read("tse")
tse <- tse[tse$id %in% chosen$id, ]
events <- seqecreate(id = as.integer(factor(tse$id)), timestamp = tse$time, event = tse$event)

# Why each sequence is no longer: ENDED, RUNNING or PERIOD_OVER. Only the first is an end.
table(chosen$censoring)
print(seqlength(states))
seqIplot(states, sortv = "from.start")
'''


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
