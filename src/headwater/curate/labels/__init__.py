"""Every label there is."""
