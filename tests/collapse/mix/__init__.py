"""Every way to mix, and what it does to the human share."""
