"""The whole error tree, and the exit code each branch maps to.

```
HeadwaterError                .hint: one sentence on what to do          exit
├─ InputError (ValueError)    the caller handed us something unusable      2
│  ├─ ConfigError             a run file or option is wrong
│  └─ FormatError             bytes do not parse as what they claim
├─ VerificationError          it parsed, and it is not true                1
│  ├─ SignatureError  InclusionError  ConsistencyError  SealError
└─ UnavailableError           disk, network, an extra not installed        3
```
"""

from __future__ import annotations

from typing import ClassVar


class HeadwaterError(Exception):
    """Stop for a reason that has one line and, where there is one, a way out.

    Args:
        message: What happened, lower case, no full stop.
        hint: One sentence on what to do; empty when there is nothing to do.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the hint when an engine carries the error between processes."""
        return (_revive, (type(self), str(self), self.hint))


def _revive(kind: type[HeadwaterError], message: str, hint: str) -> HeadwaterError:
    return kind(message, hint=hint)


class InputError(HeadwaterError, ValueError):
    """Refuse something unusable that the caller handed over."""

    exit_code = 2


class ConfigError(InputError):
    """Refuse a run file or an option."""


class FormatError(InputError):
    """Refuse bytes that do not parse as what they claim to be."""


class VerificationError(HeadwaterError):
    """Report a claim that parsed and is not true."""


class SignatureError(VerificationError):
    """Report a signature that does not verify."""


class InclusionError(VerificationError):
    """Report an entry that is not in the tree it claims to be in."""


class ConsistencyError(VerificationError):
    """Report two heads of one log that cannot both be true."""


class SealError(VerificationError):
    """Report sealed content that differs from its seal."""


class UnavailableError(HeadwaterError):
    """Report a disk, a network or an extra that is not there."""

    exit_code = 3
