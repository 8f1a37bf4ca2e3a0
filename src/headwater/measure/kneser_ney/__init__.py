"""An interpolated Kneser-Ney n-gram language model over integer tokens: fit, sample, score, seal."""

from headwater.measure.kneser_ney.codec import encode, parse
from headwater.measure.kneser_ney.model import KneserNey, fit

__all__ = ["KneserNey", "encode", "fit", "parse"]
