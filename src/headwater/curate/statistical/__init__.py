"""A score of how much a text reads like generated text: folding, features, weights."""
