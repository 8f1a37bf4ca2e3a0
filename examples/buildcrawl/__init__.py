"""Parts of the script that builds the sample crawl; `examples/build_crawl.py` is the way in."""
