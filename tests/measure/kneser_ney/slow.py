"""Kneser-Ney read off the paper with dictionaries, one probability at a time."""

from __future__ import annotations

from collections import Counter

from headwater.measure.kneser_ney import KneserNey

Gram = tuple[int, ...]


class SlowKneserNey:
    """Interpolate as Chen and Goodman (1999) write it, given the discounts of a fitted model."""

    def __init__(self, tokens: list[int], model: KneserNey) -> None:
        self.model = model
        self.counts = {model.order: Counter(grams(tokens, model.order))}
        for length in range(model.order - 1, 0, -1):
            left = {(tokens[i - 1] if i else None, g) for i, g in enumerate(grams(tokens, length))}
            self.counts[length] = Counter(g for _, g in left)

    def probability(self, word: int, context: Gram) -> float:
        """Give p(word | context), context no longer than order - 1."""
        model = self.model
        counts = self.counts[len(context) + 1]
        after = {g[-1]: c for g, c in counts.items() if g[:-1] == context}
        if not context:
            seen = after.get(word, 0) / sum(after.values())
            return (1 - model.escape) * seen + model.escape / model.n_types
        if not after:
            return self.probability(word, context[1:])
        discount = {w: float(model.discount[len(context) + 1, min(c, 3)]) for w, c in after.items()}
        total = sum(after.values())
        kept = (after[word] - discount[word]) / total if word in after else 0.0
        return kept + sum(discount.values()) / total * self.probability(word, context[1:])


def grams(tokens: list[int], length: int) -> list[Gram]:
    """List the n-grams of a stream, in order."""
    return [tuple(tokens[i : i + length]) for i in range(len(tokens) - length + 1)]
