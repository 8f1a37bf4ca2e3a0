"""Votes as other tools write them."""
