"""The process that stays: it holds the listening socket, starts generations of workers, and hands over from one to the next.

It loads neither model nor pages. SIGHUP starts a new generation (new code, new settings, new reports) and stops the old one only
when the new one answers; SIGTERM and SIGINT stop everything after the requests in flight.
"""

import logging
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from qa.serve.porch import porch
from qa.serve.server import GRACE, Server
from qa.serve.workers import READY

_log = logging.getLogger("youju")
_LOOK = 0.1  # seconds between two looks
_END = GRACE + 10  # seconds that a generation is given to end
_PORCH_END = 2.0  # seconds that the porch is given to end
_AGAIN = 5.0  # seconds before a generation that died is replaced again


@dataclass
class _Running:
    """A generation's process."""

    process: subprocess.Popen[bytes]
    line: socket.socket
    ready: bool = False
    since: float = field(default_factory=time.monotonic)
    asked_to_end: float = 0.0  # when


class Supervisor:
    """Generations on one listener."""

    def __init__(self, command: Callable[[int, int], Sequence[str]], listener: socket.socket, environment: dict[str, str]) -> None:
        """Start nothing yet.

        Args:
            command: what starts a generation, given the files of the listener and of the line to us.
            listener: where it takes connections.
            environment: of the generations.
        """
        self._command = command
        self._listener = listener
        self._environment = environment
        self._now: _Running | None = None  # the one that answers
        self._next: _Running | None = None  # the one that gets ready
        self._old: list[_Running] = []  # those that end
        self._porch = 0  # process, 0 for none
        self._stopping = False
        self._renew = False
        self._not_before = 0.0

    def run(self) -> int:
        """Supervise until told to stop; the exit status."""
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_renew)
        self._open_porch()
        self._next = self._start()
        status = 0
        while not self._stopping:
            lines = [running.line for running in (self._now, self._next) if running]
            readable, _, _ = select.select(lines, [], [], _LOOK)
            if self._next and self._next.line in readable and self._next.line.recv(1) == READY:
                self._hand_over(self._next)
            failed = self._look_after()
            if failed is not None:
                status = failed
                break
            self._reap()
        self._end()
        return status

    def _on_stop(self, *_: object) -> None:
        self._stopping = True

    def _on_renew(self, *_: object) -> None:
        self._renew = True

    def _look_after(self) -> int | None:
        """Replace what has died, renew when asked; an exit status when there is no use in going on."""
        if self._now and self._now.process.poll() is not None:
            _log.warning("工作进程全部停了,正在重新打开")
            self._now.line.close()
            self._now = None
            self._open_porch()
        if self._next and self._next.process.poll() is not None:
            status, first = self._next.process.returncode, self._now is None and not self._old and not self._not_before
            self._next.line.close()
            self._next = None
            if first and status in (1, 2):
                return int(status)
            _log.warning("新的工作进程没有起来,%s", "旧的继续回答" if self._now else "过一会儿再试")
            self._not_before = time.monotonic() + _AGAIN
        if self._next is None and (self._renew or (self._now is None and time.monotonic() >= self._not_before)):
            self._renew = False
            self._next = self._start()
        return None

    def _start(self) -> _Running:
        ours, theirs = socket.socketpair()
        files = (self._listener.fileno(), theirs.fileno())
        with theirs:
            process = subprocess.Popen(self._command(*files), pass_fds=files, env=self._environment, start_new_session=True)
        return _Running(process, ours)

    def _hand_over(self, ready: _Running) -> None:
        ready.ready = True
        if self._now:
            self._ask_to_end(self._now)
        self._now, self._next = ready, None
        self._close_porch()

    def _ask_to_end(self, running: _Running) -> None:
        running.process.terminate()
        running.asked_to_end = time.monotonic()
        self._old.append(running)

    def _reap(self) -> None:
        for old in list(self._old):
            if old.process.poll() is None and time.monotonic() > old.asked_to_end + _END:
                os.killpg(old.process.pid, signal.SIGKILL)
            if old.process.poll() is not None:
                old.line.close()
                self._old.remove(old)

    def _end(self) -> None:
        self._close_porch()
        for running in (self._now, self._next):
            if running:
                self._ask_to_end(running)
        self._now = self._next = None
        while self._old:
            self._reap()
            time.sleep(_LOOK / 2)

    def _open_porch(self) -> None:
        """Let a process of ours, which needs no model, tell visitors that it takes a moment."""
        if self._porch:
            return
        supervisor = os.getpid()
        self._porch = os.fork()
        if self._porch:
            return
        try:
            server = Server(porch)
            threading.Thread(target=_stop_without, args=(supervisor, server), daemon=True).start()
            server.serve_on(self._listener)
        finally:
            os._exit(0)

    def _close_porch(self) -> None:
        if not self._porch:
            return
        os.kill(self._porch, signal.SIGTERM)
        until = time.monotonic() + _PORCH_END
        while os.waitpid(self._porch, os.WNOHANG) == (0, 0):
            if time.monotonic() > until:
                os.kill(self._porch, signal.SIGKILL)
            time.sleep(_LOOK / 2)
        self._porch = 0


def _stop_without(supervisor: int, server: Server) -> None:
    while os.getppid() == supervisor:
        time.sleep(1)
    server.stop()
