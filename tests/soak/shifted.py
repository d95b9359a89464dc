"""The program as its users run it, but for its clock, of which it has one: `python -m soak.shifted CLOCK VERB…`."""

import sys
from pathlib import Path

import tussenruimte
from soak.clock import SharedClock

if __name__ == "__main__":
    tussenruimte.clock = SharedClock(Path(sys.argv.pop(1)))
    tussenruimte.main()
