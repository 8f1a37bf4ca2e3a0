"""The key registry: who marks how and until when; signed entries of a log, one document of them."""
