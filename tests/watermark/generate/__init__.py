"""Marking where text is generated."""
