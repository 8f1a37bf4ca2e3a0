"""The transparency log: trees, notes, checkpoints, storage, and what a crash may not do."""
