"""Evidence of dates: each method against the real tool that makes its proofs."""
