"""The tests of detectors."""
