"""A log in an object store, through fsspec: one object a path, written only on a condition.

A log needs a store that can refuse a write: a new object only where there is none, another only in place of
the one that was read. S3 and what speaks like it can; a store that cannot is refused before it is written to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from headwater.errors import HeadwaterError, InputError, UnavailableError
from headwater.log.storage.storage import Stat, check_path, check_same, overtaken, stat_of

_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<place>.*[^/])/*")
_REFUSED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})


class _RefusedError(Exception):
    """Report that the condition of a write did not hold."""


class Objects:
    """Objects below an fsspec URL; safe for writers anywhere.

    Args:
        url: Where, such as `s3://bucket/reserve`; the bucket exists.
        options: What the fsspec file system is made with.

    Raises:
        InputError: If it is no URL, or of a store that cannot refuse a write.
        UnavailableError: If the driver is not installed.
    """

    def __init__(self, url: str, **options: Any) -> None:
        """Touch nothing yet.

        Raises:
            InputError: If the URL is of a store that cannot refuse a write.
        """
        import fsspec

        found = _URL.fullmatch(url)
        scheme = found["scheme"] if found else ""
        if found is None or scheme not in PUTS:
            raise InputError(
                f"no log can be kept at {url!a}",
                hint=f"its store must be able to refuse a write; {', '.join(sorted(PUTS))} and folders are",
            )
        with _reaching(url):
            self._system = fsspec.filesystem(scheme, skip_instance_cache=scheme != "memory", **options)
        self._root, self._put = f"{'' if scheme == 's3' else '/'}{found['place']}", PUTS[scheme]

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> bytes | None:
        """Read an object or a range of it; see `Storage.read`.

        Raises:
            UnavailableError: If it cannot be read.
        """
        where = self._at(path)
        if stop is not None and stop <= start:
            return b"" if self._read(where, 0, 1) is not None else None
        return self._read(where, start, stop)

    def stat(self, path: str) -> Stat | None:
        """Describe an object; see `Storage.stat`. A store without tags has it read.

        Raises:
            UnavailableError: If it cannot be reached.
        """
        where = self._at(path)
        with _reaching(where):
            self._system.invalidate_cache(where)
            try:
                told = self._system.info(where)
            except FileNotFoundError:
                return None
        if told["type"] != "file":
            return None
        if "ETag" in told:
            return Stat(int(told["size"]), str(told["ETag"]).strip('"'))
        held = self.read(path)
        return None if held is None else stat_of(held)

    def create(self, path: str, data: bytes) -> None:
        """Write an object that never changes; see `Storage.create`."""
        where = self._at(path)
        try:
            self._write(where, data, None)
        except _RefusedError:
            check_same(path, self._read(where, 0, None) or b"", data)

    def swap(self, path: str, data: bytes, *, expected: bytes | None) -> None:
        """Replace an object if nobody else has; see `Storage.swap`.

        Raises:
            UnavailableError: If it has changed since, or cannot be written.
        """
        where = self._at(path)
        try:
            self._write(where, data, expected)
        except _RefusedError:
            overtaken(path)

    def _at(self, path: str) -> str:
        return f"{self._root}/{check_path(path)}"

    def _read(self, where: str, start: int, stop: int | None) -> bytes | None:
        """Read a range of an object.

        Raises:
            OSError: Within `_reaching`.
        """
        with _reaching(where):
            try:
                return bytes(self._system.cat_file(where, start=start or None, end=stop))
            except FileNotFoundError:
                return None
            except OSError as error:
                if _code(error) in {"InvalidRange", "416"}:  # Begins behind the end.
                    return b""
                raise

    def _write(self, where: str, data: bytes, expected: bytes | None) -> None:
        with _reaching(where):
            self._put(self._system, where, data, expected=expected)


def _put_s3(system: Any, path: str, data: bytes, *, expected: bytes | None) -> None:
    """Write to S3 with `If-None-Match: *`, or with `If-Match` and the tag of what was read.

    Raises:
        _RefusedError: If somebody else was first.
        OSError: If the store fails.

    Source:
        Amazon S3, "How to prevent object overwrites with conditional writes".
    """
    condition = {"IfNoneMatch": "*"}
    if expected is not None:
        system.invalidate_cache(path)
        try:
            # The tag is read first: if what is read behind it is not of this tag, the write is refused.
            condition = {"IfMatch": system.info(path, refresh=True)["ETag"]}
            held = system.cat_file(path)
        except FileNotFoundError as error:
            raise _RefusedError from error
        if held != expected:
            raise _RefusedError
    bucket, key, _ = system.split_path(path)
    try:
        system.call_s3("put_object", Bucket=bucket, Key=key, Body=data, **condition)
    except OSError as error:
        if isinstance(error, FileNotFoundError) or _code(error) in _REFUSED:
            raise _RefusedError from error
        raise
    system.invalidate_cache(path)


_memory = Lock()


def _put_memory(system: Any, path: str, data: bytes, *, expected: bytes | None) -> None:
    """Write to fsspec's memory under a lock, as only one process can see it.

    Raises:
        _RefusedError: If somebody else was first.
    """
    with _memory:
        held = system.cat_file(path) if system.exists(path) else None
        if held != expected:
            raise _RefusedError
        system.pipe_file(path, data)


# Scheme -> how it writes an object if the store still holds what is expected, None for nothing.
PUTS: dict[str, Callable[..., None]] = {"memory": _put_memory, "s3": _put_s3}


def _code(error: BaseException) -> str:
    """Give the store's own code of an error that a driver has translated."""
    cause = error.__cause__ or error.__context__ or error
    response = getattr(cause, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


@contextmanager
def _reaching(where: str) -> Iterator[None]:
    """Turn what a driver raises into an error with what to do.

    Raises:
        HeadwaterError: As it was raised.
        _RefusedError: As it was raised.
        UnavailableError: If the store cannot be reached.
    """
    try:
        yield
    except (HeadwaterError, _RefusedError):
        raise
    except ImportError as error:
        raise UnavailableError(
            f"cannot reach {where}: {error}", hint="pip install 'headwater[s3]'"
        ) from error
    except Exception as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise UnavailableError(
            f"cannot reach {where}: {reason}", hint="check the address, the network and the credentials"
        ) from error
