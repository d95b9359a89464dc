"""The part of `requirements.lock` that an image needs: the libraries of the project and theirs, with their hashes, and none of development.

So there is one lock, and what runs in a container is what the tests ran with. The lock says below each library who asked for it (`# via`);
from there it is followed. Reads the lock from standard input. A library named on the command line is written with its own instead.
"""

import re
import sys

PROJECT = "tussenruimte (pyproject.toml)"


def entries(lock: str) -> dict[str, str]:
    """Each library's lines, by its name."""
    found = re.findall(r"^[a-z0-9][^\n]*\n(?:[ ][^\n]*\n)+", lock, re.M)
    return {re.split(r"[=\[ ]", entry, maxsplit=1)[0]: entry for entry in found}


def asked_by(entry: str) -> set[str]:
    return {line.strip(" #").removeprefix("via ") for line in entry.splitlines() if re.match(r" +# ", line)}


def part(lock: str, roots: set[str]) -> str:
    """The lines of the libraries in `roots`, or that `roots` ask for, and all that these ask for."""
    there = entries(lock)
    kept = set(roots)
    while more := {name for name, entry in there.items() if asked_by(entry) & kept} - kept:
        kept |= more
    return "".join(entry for name, entry in there.items() if name in kept)


if __name__ == "__main__":
    sys.stdout.write(part(sys.stdin.read(), set(sys.argv[1:]) or {PROJECT}))
