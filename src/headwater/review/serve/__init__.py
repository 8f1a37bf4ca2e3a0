"""The server of a campaign: people vote, write and adjudicate in a browser, with or without script."""
