"""The tests of the labels."""
