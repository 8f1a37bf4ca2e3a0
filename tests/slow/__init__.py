"""Tests that take long or need a cluster or a browser."""
