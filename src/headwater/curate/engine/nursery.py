"""Where workers come from: one process that loads what they need once, and forks them."""

from __future__ import annotations

import errno
import gc
import importlib
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from typing import Any, NoReturn, final

from headwater.curate.engine import worker
from headwater.curate.engine.engine import Item, answer, named
from headwater.errors import UnavailableError

_HINT = "is there enough memory? run the same command again: it resumes"
# Apple's own libraries do not survive a fork: there, each worker loads for itself.
_SHARES = sys.platform != "darwin"
# Workers keep what one page takes for the next, and give back what is more: memory that comes and goes with
# every page costs a tenth of the time, in page faults. Whoever sets one of these has it their way.
_FRUGAL = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(2**22),
    "MALLOC_TRIM_THRESHOLD_": str(2**24),
}
_START = "import sys; sys.path[:] = sys.argv[2:]; from headwater.curate.engine.nursery import serve; serve()"


@final
class Nursery:
    """A process that workers are forked from.

    So they start at once and share what it has loaded. It runs one thread and reads no input. A worker is its
    child, so it is asked how one ended.

    Attributes:
        pid: Its process id.
    """

    def __init__(self) -> None:
        """Start the process; what it is told waits until it listens."""
        self._control, theirs = Pipe()
        places = [place or str(Path.cwd()) for place in sys.path]
        with _interrupts_ignored(), theirs:  # A process that is starting would show its traceback.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, str(theirs.fileno()), *places],
                # Threads of OpenBLAS would not be forked along.
                env=_FRUGAL | os.environ | {"OPENBLAS_NUM_THREADS": "1"},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self.pid = self._process.pid
        weakref.finalize(self, _end, self._control, self._process)

    @property
    def lives(self) -> bool:
        """Tell whether it has not ended."""
        return self._process.poll() is None

    def begin(self, module: str) -> None:
        """Begin to import a module."""
        with suppress(OSError):  # As in `load`.
            self._control.send(("import", module))

    def load(self, module: str, function: str, item: Item) -> None:
        """Begin to run a task whose answer does not matter, for what it leaves in memory."""
        with suppress(OSError):  # It has ended; `fork` will tell.
            self._control.send(("load", module, function, dict(item)))

    def fork(self, connection: Connection[Any, Any], module: str) -> int:
        """Start a worker.

        Args:
            connection: The worker's end of its pipe; it is closed here.
            module: Where the worker's first task stands; it is imported before.

        Returns:
            Its process id.

        Raises:
            UnavailableError: If there is no room for one, or the nursery has ended.
        """
        try:
            with connection:
                self._control.send(("fork", module))
                send_handle(self._control, connection.fileno(), self.pid)
            pid: int = self._control.recv()
        except (EOFError, OSError) as error:
            raise UnavailableError(
                f"the process that starts workers ended ({self._process.wait()})", hint=_HINT
            ) from error
        if pid < 0:
            raise UnavailableError(f"cannot start a worker: {os.strerror(-pid)}", hint=_HINT)
        return pid

    def bury(self, pid: int) -> int:
        """End a worker that has not ended; give its exit code, minus a signal's number."""
        try:
            self._control.send(("bury", pid))
            code: int = self._control.recv()
        except (EOFError, OSError):  # Nobody knows; its workers follow it at once.
            return -signal.SIGKILL
        return code

    def end(self) -> None:
        """End the process; its workers follow."""
        _end(self._control, self._process)


def _end(control: Connection[Any, Any], process: subprocess.Popen[bytes]) -> None:
    control.close()
    process.kill()  # It holds nothing that is worth waiting for.
    process.wait()


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def serve() -> None:
    """Be a nursery, until whoever started it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control: Connection[Any, Any] = Connection(int(sys.argv[1]))
    if _SHARES:
        _make_arrow_look()
    with control, suppress(EOFError, OSError):
        while True:
            match control.recv():
                case ("import", module):
                    _import(module)
                case ("load", module, function, item) if _SHARES:
                    answer(named(module, function), item)
                case ("fork", module):
                    _import(module)
                    control.send(_fork(control))
                case ("bury", pid):
                    control.send(_bury(pid))


class _NoPandas:
    """Among the finders of modules, the one that finds pandas missing."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _make_arrow_look() -> None:
    """Let Arrow look for pandas, as it does once a process, where it finds none: a quarter of a second."""
    import pyarrow as pa

    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(_NoPandas)


def _import(module: str) -> None:
    with suppress(Exception):  # The worker fails as well, and tells.
        if _SHARES:
            importlib.import_module(module)


def _fork(control: Connection[Any, Any]) -> int:
    """Fork a worker; give its process id, or minus the number of the error."""
    fd, nursery = recv_handle(control), os.getpid()
    gc.collect()
    gc.freeze()  # A collection in a worker would write to every object, and so copy what is shared.
    try:
        pid = os.fork()
    except OSError as error:
        pid = -(error.errno or errno.EAGAIN)
    if pid == 0:
        control.close()
        _be_worker(Connection(fd), nursery)
    os.close(fd)
    return pid


def _be_worker(connection: Connection[Any, Any], nursery: int) -> NoReturn:
    """Be a worker, and end without what the nursery would do at its own end."""
    code = 1
    try:
        worker.serve(connection, nursery)
        code = 0
    finally:
        os._exit(code)


def _bury(pid: int) -> int:
    os.kill(pid, signal.SIGKILL)  # Nothing to one that has ended: it stays until it is waited for.
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
