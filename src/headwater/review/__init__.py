"""Human judgement at corpus scale: what to ask, how answers are combined, what they are worth."""
