"""Headwater: a toolkit that keeps human data human."""

__version__ = "0.1.0"
