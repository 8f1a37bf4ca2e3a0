"""Our labels in other people's pipelines: one file each."""
