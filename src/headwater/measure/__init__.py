"""Metrics of text and samples, each with its estimator, its interval and its source.

Metrics are in `table.METRICS`, one file each, by versioned name; each gives an `estimate.Estimate`. Those
of counts take `counts.count(tokens)`; those of documents take rows of integers; words become integers by
`tokens.word_hashes`. What depends on the size of the sample is compared at equal size only.

Language model (`headwater.measure.kneser_ney`)::

    model = kneser_ney.fit(tokens, n_types=20_000, order=3)      # tokens: integers in [0, n_types)
    model.score(held_out, context=())                            # nats, shape (n,)
    model.sample(300_000, rng=rng, temperature=1.0, top_p=1.0)   # int32, shape (n_tokens,)
    model.distribution(context)                                  # shape (n_types,)
    model.closed()                                               # never leaves the types it has seen
    kneser_ney.encode(model), kneser_ney.parse(data)             # same model, same bytes

Profiles (`headwater.measure.profile`), for `monitor`: one pass, bounded memory, exact merging::

    whole = profile.merge(profile.of(texts), profile.of(other_texts))
    profile.estimates(whole)                                     # Estimate by name, for the whole corpus
    profile.compare(reference, current, rng=rng)                 # rows with nulls from the reference itself
    profile.encode(whole), profile.parse(data)                   # same profile, same bytes

Nothing heavy is imported before it is used: numba with the first score, scipy with the first quantile.
"""
