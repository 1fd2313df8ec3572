"""Serve the pages: settings -> service -> web application. ``python app.py``."""

import errno
import logging
import os
import socket
import sys
import threading

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import uvicorn

from corpus.errors import SettingsError, YoujuError
from qa.log import Log, open_log
from qa.service import Service, from_settings
from qa.settings import Settings, load_settings
from qa.web.ledger import open_ledger
from qa.web.site import create_app
from qa.web.slow import PromptProtocol

_GRACE = 3  # seconds that open connections are given when we stop


def main() -> int:
    """Serve until interrupted; 0 then, 2 for settings that cannot be, 1 when serving is not possible."""
    loud = logging.StreamHandler()
    loud.setLevel(logging.WARNING)  # on the handler: some libraries set their own loggers to everything
    logging.basicConfig(handlers=[loud], format="%(asctime)s %(name)s %(message)s")
    try:
        settings = load_settings()
        with _bound(settings.host, settings.port) as listener:
            log = open_log(settings.state, settings.retention, _tell) if settings.log == "on" else None
            return _serve(from_settings(settings, _tell, recorder=log), settings, log, listener)
    except SettingsError as error:
        return _say(error, 2)
    except YoujuError as error:
        return _say(error, 1)
    except KeyboardInterrupt:
        return 0


def _serve(service: Service, settings: Settings, log: Log | None, listener: socket.socket) -> int:
    config = uvicorn.Config(
        create_app(service, settings, log, open_ledger(settings.state)),
        log_level="warning",
        server_header=False,
        http=PromptProtocol,
        proxy_headers=False,  # the application reads them itself, of the proxies that the settings name
        timeout_graceful_shutdown=_GRACE,
    )
    server = uvicorn.Server(config)
    failure: list[YoujuError] = []

    def warm() -> None:
        try:
            service.warm()
        except YoujuError as error:
            failure.append(error)
            server.should_exit = True

    threading.Thread(target=warm, name="warm", daemon=True).start()
    host, port = listener.getsockname()[:2]
    print(f"有据已经打开: http://{f'[{host}]' if ':' in host else host}:{port}{settings.root_path}/ (按 Ctrl-C 停止)", flush=True)
    server.run(sockets=[listener])
    if log is not None:
        log.close()
    return _say(failure[0], 1) if failure else 0


def _bound(host: str, port: int) -> socket.socket:
    """A socket that listens where the settings say.

    Raises:
        YoujuError: the address is taken, not ours, or not an address.
    """
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, proto)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise YoujuError(f"端口 {port} 已被占用;请关掉占用它的程序,或换一个端口,例如 YOUJU_PORT={port + 1} python app.py") from error
        raise YoujuError(f"不能在 {host}:{port} 提供服务({error.strerror});请检查设置 YOUJU_HOST 和 YOUJU_PORT") from error
    return listener


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _say(error: Exception, status: int) -> int:
    _tell(str(error))
    return status


if __name__ == "__main__":
    sys.exit(main())
