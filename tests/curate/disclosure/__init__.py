"""Tests of the disclosure parsers."""
