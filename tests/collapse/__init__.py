"""Collapse: theory, models, mixing plans, engines, runs and forecasts."""
