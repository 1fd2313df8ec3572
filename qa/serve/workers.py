"""One generation of workers: loaded once, forked, and each replaced the moment it dies.

A forked worker shares the memory of the model, the index and the libraries with the process that loaded them, and is there in
milliseconds. Forking is safe only while that process has a single thread (the thread pools of OpenMP do not survive a fork), so whoever
calls this asks ``can_fork()`` first; a generation can also fork first and let every worker load for itself.
"""

import gc
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from qa.serve.server import GRACE

_log = logging.getLogger("youju")
_LOOK = 0.1  # seconds between two looks at the workers
_SHORT = 5.0  # a worker that lived less than these seconds is replaced with a pause
_LONGEST_PAUSE = 30.0
_FORK_SAFE = {"jemalloc_bg_thd"}  # an allocator's own thread, which it starts again in the child
READY = b"R"  # what a generation writes to the supervisor once it answers


def can_fork() -> bool:
    """Whether this process has a single thread, as the system counts them; False where that cannot be told."""
    tasks = Path("/proc/self/task")
    names = [_name(task) for task in tasks.iterdir()] if tasks.is_dir() else []
    return len([name for name in names if name not in _FORK_SAFE]) == 1


def no_monitors() -> None:
    """Keep progress bars, which nobody sees here, from starting a thread of their own."""
    from tqdm import tqdm

    tqdm.monitor_interval = 0


class Generation:
    """Forks workers and minds them, until told to stop or until its supervisor is gone."""

    def __init__(
        self,
        work: Callable[[Callable[[], None], int], int],
        count: int,
        supervisor: socket.socket,
        ended: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Fork nothing yet.

        Args:
            work: serves in a worker until told to stop, and returns its exit status; it is given what to call once it takes
                connections, and a file that ends when this process is gone.
            count: workers.
            supervisor: the line to the one who started us.
            ended: told of every worker that is gone.
        """
        self._work = work
        self._count = count
        self._supervisor = supervisor
        self._ended = ended
        self._workers: dict[int, float] = {}  # process -> when it was started
        self._alive, self._living = os.pipe()  # workers hold the reading end, and see when nobody writes any more
        self._up, self._tell_up = os.pipe()
        self._pause = 0.0  # seconds before the next worker is started
        self._stopping = False

    def run(self) -> int:
        """Mind the workers; the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        gc.collect()
        gc.freeze()  # what is there now is never looked at by the collector, so its pages stay shared
        ready, not_before = False, 0.0
        while not self._stopping:
            while len(self._workers) < self._count and time.monotonic() >= not_before:
                self._fork()
            readable, _, _ = select.select([self._supervisor.fileno(), self._up], [], [], _LOOK)
            if self._up in readable:
                os.read(self._up, 64)
                if not ready:
                    self._supervisor.sendall(READY)
                ready = True
            if self._supervisor.fileno() in readable:  # it never writes: the line has ended
                break
            for status, lived in self._dead():
                if not ready and status in (1, 2):  # it has said why
                    self._end()
                    return status
                self._pause = 0.0 if lived > _SHORT else min(max(self._pause * 2, _LOOK), _LONGEST_PAUSE)
                not_before = time.monotonic() + self._pause
                _log.warning("一个工作进程停了(%s),马上换上新的", _how(status))
        self._end()
        return 0

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _fork(self) -> None:
        process = os.fork()
        if process:
            self._workers[process] = time.monotonic()
            return
        status = 1
        try:
            os.close(self._living)
            self._supervisor.close()
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            status = self._work(lambda: _write(self._tell_up), self._alive)
        except BaseException:
            _log.exception("a worker failed")
        finally:
            os._exit(status)  # what this process registered to do at its end is the parent's to do

    def _dead(self) -> list[tuple[int, float]]:
        """Workers that have ended since the last look: exit status (minus the signal), seconds lived."""
        ended = []
        for process in list(self._workers):
            gone, status = os.waitpid(process, os.WNOHANG)
            if gone:
                self._ended(gone)
                ended.append((os.waitstatus_to_exitcode(status), time.monotonic() - self._workers.pop(process)))
        return ended

    def _end(self) -> None:
        """Ask all to stop, and see to it."""
        for process in self._workers:
            os.kill(process, signal.SIGTERM)
        until = time.monotonic() + GRACE + 5
        while self._workers and time.monotonic() < until:
            self._dead()
            time.sleep(_LOOK / 2)
        for process in self._workers:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def _name(task: Path) -> str:
    try:
        return (task / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""  # it has just ended


def _how(status: int) -> str:
    return f"信号 {-status}" if status < 0 else f"状态 {status}"


def _write(file: int) -> None:
    os.write(file, b".")
