"""Every storage behaves alike."""
