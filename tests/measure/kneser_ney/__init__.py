"""The language model against slow ones written from the paper."""
