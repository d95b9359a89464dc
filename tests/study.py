"""The study that is shipped as a notebook, run on any events; run as a program, it writes what comes out into the notebook.

By how many days the weeks of a relationship are early or late follows from the project's secret, which is drawn at random. Here it is given
beforehand, so that what stands in the notebook comes out again.
"""

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from command_line import EXAMPLES, ROOT
from notebooks import Notebook, run, written

from domain.store import wrapping
from domain.store.places import on_sqlite
from domain.store.ring import PROJECT
from domain.store.root import make_root
from tussenruimte import clock

STUDY = ROOT / "examples" / "study.ipynb"
SECRET = bytes(range(32))


def platform(folder: Path, secret: bytes = SECRET) -> Path:
    """A new folder with an empty platform in which the key of a project to come lies ready, as where its making was broken off."""
    folder.mkdir()
    path = folder / "tussenruimte.db"
    store = on_sqlite(path, make_root(path.with_name("tussenruimte.db.root.key")), "default", clock)
    with patch.object(wrapping, "os", SimpleNamespace(urandom=lambda length: secret[:length])):
        store.keys.create([f"{PROJECT}study"])
    store.close()
    return folder


def studied(folder: Path, files: Iterable[str], secret: bytes = SECRET, **parameters: object) -> Notebook:
    """The notebook as it comes out in a folder, beside these files of events; the platform is in `platform` within it."""
    beside = folder / "beside"
    beside.mkdir()
    for file in files:
        shutil.copy(file, beside)
    return run(STUDY, beside, FOLDER=str(platform(folder / "platform", secret)), **parameters)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        STUDY.write_text(written(studied(Path(place), EXAMPLES)), encoding="utf-8")
