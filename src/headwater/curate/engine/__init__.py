"""Where the passes run."""
