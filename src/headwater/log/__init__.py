"""The transparency log that seals reserves, key registries, attestations and releases alike."""
