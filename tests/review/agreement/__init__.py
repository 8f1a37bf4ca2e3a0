"""Oracles for every statistic."""
