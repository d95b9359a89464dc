"""Histories weighed already and sorted by reading, so that very many are read in one pass, on one machine or on many."""
