"""Turn a crawl into a corpus whose every document is decided with evidence."""
