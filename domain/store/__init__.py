"""Recording and reading events: recorders, seals, keys and the ledger."""
