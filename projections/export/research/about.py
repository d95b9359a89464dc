"""What a package says of itself, the same in each of its files: of which project and release it is, how it was read, and its terms."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from domain.model.time import rfc3339
from domain.store.releases import Release, Revision

TERMS = "terms-of-use.md"
TERMS_TITLE = "Terms of use of a research project"


class About(Struct, frozen=True):
    """A revision of a release. `checkpoint`: what was signed of the log when it was made (C2SP, without signatures); None: nothing was.
    `points`: how many readings the longest trajectory has."""

    purpose: str
    release: Release
    revision: Revision
    points: int
    checkpoint: str | None

    @property
    def name(self) -> str:
        return f"{self.release.project}-release-{self.release.number}.{self.revision.number}"

    @property
    def version(self) -> str:
        return f"{self.release.number}.{self.revision.number}"

    @property
    def made(self) -> str:
        return rfc3339(self.release.made)

    @property
    def told(self) -> Mapping[str, Any]:
        """All of it, by the names that each format uses."""
        made, revision = self.release, self.revision
        return {
            "project": made.project, "release": made.number, "revision": revision.number, "position": str(made.position),
            "made": self.made, "lenses": list(made.lenses), "stepWeeks": made.step, "relationships": revision.relationships,
            "sha256": revision.sha256, "checkpoint": self.checkpoint, "termsOfUse": TERMS,
        }  # fmt: skip


def terms(about: About) -> str:
    """What may be done with a package, in English and in Dutch."""
    return f"""# Terms of use / Gebruiksvoorwaarden

These data are of people who consented to research, for one purpose: {about.purpose}

- Use them for that purpose alone, and give them to nobody who does not work on it.
- Do not try to find out who somebody is, and join them with nothing that could tell.
- People may withdraw. When you are told that a release changed, take it anew and delete what you hold of it, copies and intermediate results too.
- Do not put a reading on a person as a label, and do not rank people or matches by it.
- Delete all of it when the project ends.

Deze gegevens zijn van mensen die instemden met onderzoek, voor één doel: {about.purpose}

- Gebruik ze alleen daarvoor, en geef ze aan niemand die er niet aan meewerkt.
- Probeer niet te achterhalen wie iemand is, en koppel ze aan niets wat dat kan verraden.
- Mensen kunnen zich terugtrekken. Hoor je dat een uitgave veranderd is, haal haar dan opnieuw op en verwijder wat je ervan hebt, ook kopieën en tussenresultaten.
- Plak een lezing niet als etiket op een persoon, en rangschik er geen mensen of koppels mee.
- Verwijder alles als het project voorbij is.
"""
