"""Attestations: what is signed, by whom, and what the log admits."""
