"""The server of a campaign, asked as browsers and programs ask it."""
