"""Engines against each other and against theory."""
