"""Every closed form against a simulation."""
