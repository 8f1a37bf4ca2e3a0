"""Signs that a text is a translation: one file for each place where pages show them."""
