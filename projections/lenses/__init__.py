"""The ways of reading a history."""
