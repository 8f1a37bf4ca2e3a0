"""Tests of `headwater.watermark.attacks`."""
