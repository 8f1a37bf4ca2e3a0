"""Watermarks of token streams: schemes with exact null laws, keys, a sampler, and detection.

    scheme = SCHEMES["gumbel-aes-1"]
    key = keys.generate(scheme)
    tokens = sampler.sample(model, scheme, key, n_tokens=200, rng=rng)
    detect.detect(tokens, scheme, [key]).log_p

The profiles are in `schemes.SCHEMES`, by versioned name. Nothing heavy is imported before it is used.
"""
