"""Tests; they mirror `src/headwater`, and `house/` holds the rules of the house."""
