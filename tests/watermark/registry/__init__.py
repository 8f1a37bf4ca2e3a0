"""The key registry."""
