"""Faults under load, and the books that are kept meanwhile; `tests/fault_soak.py` runs them."""
