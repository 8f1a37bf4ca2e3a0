"""Tests of `headwater.watermark.tokenizer`."""
