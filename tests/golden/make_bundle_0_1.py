"""Makes the golden bundles of version 0.1: all that was recorded since a visit, and what was asked for; with what an auditor had already.

Run once, when the form was settled; it never writes over what it made. A later version gets bundles of its own beside these, and these go
on being proven. Run it in the folder of the tests: `python -m golden.make_bundle_0_1`.
"""

import json
import tempfile
from itertools import count
from pathlib import Path

from proofs.cosigning import cosigned
from sent_lines import generated, initiative, line, opened, pair, record

from domain.proofs import evidence
from domain.proofs.note import COSIGNATURE, Signer
from domain.store.accesses import Access, Viewer
from domain.store.database import ACCESSES
from domain.store.log import Log
from projections.export.bundle import Asked, bundle

HERE = Path(__file__).parent
WITNESS = Signer("witness.example/one", b"w" * 32)
GONE = line("gone", "participant_erased", "participant/r-bram", {"requested_on": "2021-05-01", "certificate": {"counts": {"keys": 1}}})


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = opened(Path(folder) / "golden.sqlite", "gouden-buurt")
        log = Log(store.database, store.keys, store.clock, "tussenruimte.example/gouden-buurt")
        accesses = Log(store.database, store.keys, store.clock, "tussenruimte.example/gouden-buurt/access", ACCESSES)
        places = ({"position": number, "recorded": "2022-01-01T00:00:00Z"} for number in count(1))
        lines = [json.dumps({**json.loads(one), **next(places)}).encode() for one in (*pair(), *generated(20), GONE)]
        assert not record(store, lines, restore=True).refused
        since = log.sign()
        assert since is not None
        assert not record(store, [initiative("later")]).refused
        last = log.sign()
        assert last is not None
        store.accesses.write(Viewer("token/k", "coordinator"), [Access("relationship/r", ("notes",))])
        assert accesses.sign() is not None
        with store.reading() as connection:
            key, other = log.verifier(connection), accesses.verifier(connection)
        keys = f"{key.text}\n{other.text}\n"
        witness = WITNESS.verifier(COSIGNATURE)
        log.witnessed(cosigned(last.note, WITNESS, 1_769_860_800), [witness])
        for name, asked in (("all", Asked()), ("asked", Asked(["r"], ["gone"]))):
            raw = bundle(log, accesses, [witness], since.note, asked)
            said = "".join(f"{one}\n" for one in evidence.checked(raw, keys, since.note))
            known = {"key": keys.encode(), "since": since.note}
            for suffix, content in {"zip": raw, "txt": said.encode(), **known}.items():
                with (HERE / f"bundle-0.1-{name}.{suffix}").open("xb") as file:
                    file.write(content)
        store.close()


if __name__ == "__main__":
    main()
