"""Serve the pages: settings -> service -> web application. ``python app.py [--workers N]``.

One process serves by default. With workers, this process only supervises (``qa/serve/``): it starts generations of workers with a hidden
option, and they come back here to load what they serve.
"""

import argparse
import errno
import gc
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in qa/__main__.py

from corpus.causes import cause
from corpus.errors import YoujuError, exit_status
from index.memory import give_back
from qa.held import restore_begun, serving
from qa.serve.follow import Follower
from qa.serve.server import Listener, Server
from qa.settings import Settings, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from qa.log import Log
    from qa.service import Service
    from qa.web.framework import Framework

_MOST_WORKERS = 64
_SOON = 0.0005  # seconds after which a thread that loads lets another have the interpreter, so that a question hardly waits for it
_POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # threads that libraries start by themselves


def main() -> int:
    """Serve until interrupted; 0 then, 2 for settings or arguments that cannot be, 1 when serving is not possible."""
    loud = logging.StreamHandler()
    loud.setLevel(logging.WARNING)  # on the handler: some libraries set their own loggers to everything
    logging.basicConfig(handlers=[loud], format="%(asctime)s %(name)s %(message)s")
    asked = _arguments()
    try:
        settings = load_settings()
        if asked.workers is not None:
            settings = settings.model_copy(update={"workers": asked.workers})
        if asked.generation:
            return _generation(settings, *asked.generation, apart=asked.apart)
        if restore_begun(settings.state):
            from qa.restore import resume_restore

            if resume_restore(settings.state):
                _tell("上次恢复备份没有做完,现在做完了")
        with serving(settings.state), _bound(settings.host, settings.port) as listener:
            if settings.workers == 1:
                return _alone(settings, listener)
            return _supervised(settings, listener)
    except YoujuError as error:
        return _say(error)
    except KeyboardInterrupt:
        return 0


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with 2."""
        _tell(f"用法不对;这样用:python app.py [--workers 1 到 {_MOST_WORKERS}],其余见 README 的设置")
        raise SystemExit(2)


def _arguments() -> argparse.Namespace:
    parser = _Parser(prog="python app.py", description="打开网页服务。", add_help=False, allow_abbrev=False)
    parser.add_argument("-h", "--help", action="help", help="显示这段说明")
    workers = range(1, _MOST_WORKERS + 1)
    parser.add_argument("--workers", type=int, choices=workers, metavar="N", help="几个工作进程,默认用设置 YOUJU_WORKERS")
    parser.add_argument("--generation", type=int, nargs=2, help=argparse.SUPPRESS)  # files of the listener and of the supervisor
    parser.add_argument("--apart", action="store_true", help=argparse.SUPPRESS)  # every worker loads for itself
    return parser.parse_args()


def _alone(settings: Settings, listener: socket.socket) -> int:
    """Serve in this process, and warm up meanwhile."""
    loaded = _loading()
    from qa.web.assets import compress
    from qa.web.framework import Framework

    framework = Framework(settings.root_path)
    follower, service, app, log = _loaded(settings, framework)
    server = _server(app, settings.connections)
    failure: list[YoujuError] = []

    def warm() -> None:
        try:
            service.get_ready()
        except YoujuError as error:
            failure.append(error)
            server.stop()
            return
        try:
            framework.load()
        except Exception as error:  # a library of that size may fail in any way
            _tell(f"聊天框架载入失败({cause(error)});问答页由网页自己画出对话")
        service.read_ahead()
        compress()
        loaded()

    threading.Thread(target=warm, name="warm", daemon=True).start()
    follower.start()
    _open(settings, listener)
    server.serve_on(listener)
    if log is not None:
        log.close()
    return _say(failure[0]) if failure else 0


def _supervised(settings: Settings, listener: socket.socket) -> int:
    """Start workers and look after them."""
    from qa.serve.supervisor import Supervisor

    apart = settings.threads > 1  # their thread pools would not survive a fork

    def command(listening: int, line: int) -> list[str]:
        own = ["--workers", str(settings.workers), "--generation", str(listening), str(line)]
        return [sys.executable, str(Path(__file__)), *own, *(["--apart"] if apart else [])]

    environment = os.environ | ({} if apart else dict.fromkeys(_POOLS, "1"))
    with tempfile.TemporaryDirectory(prefix="youju-metrics-") as numbers:
        listener.listen()
        _open(settings, listener)
        return Supervisor(command, listener, environment | {"PROMETHEUS_MULTIPROC_DIR": numbers}).run()


def _generation(settings: Settings, listening: int, line: int, *, apart: bool) -> int:
    """Load, fork workers that serve, and look after them; or let every worker load for itself."""
    from qa.serve.workers import Generation, can_fork, no_monitors

    listener, supervisor = Listener(fileno=listening), socket.socket(fileno=line)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # until it is minded: nothing is lost yet
    if apart:
        def serve(told: Callable[[], None], alive: int) -> int:
            return _work(_warm(settings), settings.connections, listener, told, alive)
    else:
        no_monitors()
        loaded = _warm(settings.model_copy(update={"threads": 1}))
        if not can_fork():
            os.execv(sys.executable, [sys.executable, *sys.argv, "--apart"])

        def serve(told: Callable[[], None], alive: int) -> int:
            return _work(loaded, settings.connections, listener, told, alive)

    from prometheus_client.multiprocess import mark_process_dead

    return Generation(serve, settings.workers, supervisor, ended=mark_process_dead).run()


def _warm(settings: Settings) -> "_Loaded":
    from qa.web.assets import compress

    loaded = _loaded(settings)
    loaded.service.warm()
    compress()
    give_back()
    return loaded


def _work(loaded: "_Loaded", most: int, listener: socket.socket, told: Callable[[], None], alive: int) -> int:
    """Serve as one worker of several."""
    follower, _, app, log = loaded
    server = _server(app, most, told)

    def watch() -> None:
        os.read(alive, 1)  # nobody writes; it ends with the process that minds us
        server.stop()

    threading.Thread(target=watch, name="watch", daemon=True).start()
    follower.catch_up()  # this worker may be forked off long after the loading
    follower.start()
    server.serve_on(listener)
    if log is not None:
        log.close()
    return 0


class _Loaded(NamedTuple):
    """What serves."""

    follower: Follower
    service: "Service"
    app: "FastAPI"
    log: "Log | None"


def _loaded(settings: Settings, framework: "Framework | None" = None) -> _Loaded:
    """The service, not yet warm, and the application around it; the chat framework with it, unless it is loaded later."""
    from index.embed import Embedder

    encoder = Embedder(settings.model, download=settings.download, threads=settings.threads)
    encoder.load_meanwhile()
    from qa.log import open_log
    from qa.service import from_settings
    from qa.web.ledger import open_ledger
    from qa.web.metrics import Metrics
    from qa.web.observe import heard
    from qa.web.site import create_app

    log = open_log(settings.state, settings.retention, _tell) if settings.log == "on" else None
    metrics = Metrics(log, heard)
    service = from_settings(settings, _tell, recorder=metrics, encoder=encoder)
    follower = Follower([settings.reports, settings.state / "bank"], service.refresh, _tell)
    app = create_app(service, settings, log, open_ledger(settings.state), metrics, framework)
    return _Loaded(follower, service, app, log)


def _loading() -> Callable[[], None]:
    """Begin to load, beside questions that may come; what ends it is returned.

    What is loaded stays, so the collector looks for garbage when all is there, and never again at what was loaded: a second less.
    Who loads lets others have the interpreter soon.
    """
    interval = sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(_SOON)

    def end() -> None:
        sys.setswitchinterval(interval)
        gc.collect()
        gc.freeze()
        gc.enable()
        give_back()

    return end


def _server(app: "FastAPI", most: int, started: Callable[[], None] | None = None) -> Server:
    return Server(app, streams=app.state.streams, started=started, most=most)


def _bound(host: str, port: int) -> Listener:
    """A socket that can listen where the settings say.

    Raises:
        YoujuError: the address is taken, not ours, or not an address.
    """
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = Listener(family, kind, proto)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise YoujuError(f"端口 {port} 已被占用;请关掉占用它的程序,或换一个端口,例如 YOUJU_PORT={port + 1} python app.py") from error
        raise YoujuError(f"不能在 {host}:{port} 提供服务({cause(error)});请检查设置 YOUJU_HOST 和 YOUJU_PORT") from error
    return listener


def _open(settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    workers = f",{settings.workers} 个工作进程" if settings.workers > 1 else ""
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}{settings.root_path}/"
    print(f"有据已经打开: {url} (按 Ctrl-C 停止{workers})", flush=True)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _say(error: YoujuError) -> int:
    _tell(str(error))
    return exit_status(error)


if __name__ == "__main__":
    sys.exit(main())
