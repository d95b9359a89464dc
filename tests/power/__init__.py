"""What a power cut would leave of the files of one folder, at any moment of a run; `tests/power_cuts.py` runs it."""
