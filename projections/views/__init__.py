"""Read models: the answers that are kept ready."""
