"""Watermark schemes."""
