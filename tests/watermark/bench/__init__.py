"""Tests of `headwater.watermark.bench`."""
