"""Marking where text is generated: transformers, vLLM, and a small model that a package carries."""
