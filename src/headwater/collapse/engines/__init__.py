"""Engines: exact expectations, sufficient statistics, compacted multinomial, and the generic loop."""
