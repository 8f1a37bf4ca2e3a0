"""Report pages: pure functions from results to one self-contained HTML file."""
