"""Profiles: laws of merging, bytes, and estimates against exact counts."""
