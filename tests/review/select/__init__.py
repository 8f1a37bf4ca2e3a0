"""Choosing what to ask."""
