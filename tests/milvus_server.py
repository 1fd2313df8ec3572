"""A real Milvus server: installed in an environment of its own, started on a free port of this machine, ended by who started it."""

import os
import signal
import socket
import subprocess
import sys
import time
import venv
from contextlib import suppress
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[1]
_ENVIRONMENT = ROOT / ".artifacts" / "milvus"
_RUN = """
import sys
from milvus import MilvusServer
server = MilvusServer()
server.set_base_dir(sys.argv[1])
server.listen_port = int(sys.argv[2])
server.start()
print("\\n", server.server_proc.pid, flush=True)
server.server_proc.wait()
"""


def _python() -> str:
    """The interpreter of the server's environment, which is made at its first use."""
    python = _ENVIRONMENT / "bin" / "python"
    if not (_ENVIRONMENT / "complete").exists():
        venv.create(_ENVIRONMENT, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", ROOT / "tests" / "milvus.txt"], check=True)
        (_ENVIRONMENT / "complete").touch()
    return str(python)


def _await_free(port: int) -> None:
    """Wait until nothing is left of the connections of a server before: the package takes another port otherwise."""
    ends = time.monotonic() + 120
    while True:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return
            except OSError:
                if time.monotonic() > ends:
                    raise
        time.sleep(1)


class MilvusServer:
    """A server whose data lie in a folder, so that it can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        """Start it, and wait until it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._folder = folder
        self.address = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Start it with what it holds."""
        _await_free(self._port)
        command = [_python(), "-W", "ignore", "-c", _RUN, str(self._folder), str(self._port)]
        self._keeper = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._keeper.stdout is not None
        for line in self._keeper.stdout:
            if line.strip().isdigit():
                self.process = int(line)
                return
        self._keeper.wait(timeout=30)
        raise RuntimeError(f"the Milvus server did not start; see {self._folder}/logs")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, how: int) -> None:
        os.kill(self.process, how)
        with suppress(subprocess.TimeoutExpired):
            self._keeper.wait(timeout=5)
        if self._keeper.poll() is None:  # it may take minutes to say goodbye
            os.kill(self.process, signal.SIGKILL)
            self._keeper.wait(timeout=30)
        if self._keeper.stdout is not None:
            self._keeper.stdout.close()

    def __enter__(self) -> Self:
        """It is running already."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it, if it was not killed."""
        if self._keeper.poll() is None:
            self._end(signal.SIGTERM)


if __name__ == "__main__":
    with MilvusServer(Path(sys.argv[1])) as running:
        sys.stdout.write(f"{running.address} {running.process}\n")
        sys.stdin.readline()
