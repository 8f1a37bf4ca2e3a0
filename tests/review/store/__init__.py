"""The queue of a campaign, on SQLite and on PostgreSQL."""
