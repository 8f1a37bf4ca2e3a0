"""The reserve: leaves, for now."""
