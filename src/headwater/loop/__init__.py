"""The closed experiment: models that learn from a web that models wrote, and what each remedy is worth."""
