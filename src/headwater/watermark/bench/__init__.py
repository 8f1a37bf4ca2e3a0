"""How well marks are found, what they survive and what they cost: `headwater watermark bench`."""
