"""Every model against its own samples."""
