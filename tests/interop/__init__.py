"""Independent peers check our formats."""
