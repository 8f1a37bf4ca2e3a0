"""Readers: bytes in, records out, every byte accounted for."""
