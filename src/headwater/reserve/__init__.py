"""The human data reserve: text sealed in a log, provable and samplable. Under way."""
