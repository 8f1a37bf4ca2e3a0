"""Every metric against a closed form, brute force or a simulation."""
