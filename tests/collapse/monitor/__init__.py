"""Monitor: stages, overlap, generations-equivalents, and the arc of a recursion."""
