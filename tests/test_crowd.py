"""More connections than there is room for, over real sockets: whoever comes is answered, and the silent ones go."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from qa.web import crowd
from qa.web.crowd import LASTING, to_drop
from qa.web.slow import PromptProtocol

MOST = 40  # connections in these tests
GET = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
Dial = Callable[..., socket.socket]
held = threading.Event()  # requests for /held are answered once it is set


async def quick_or_held(scope: dict, receive: object, send: object) -> None:
    while scope["path"] == "/held" and not held.is_set():
        await asyncio.sleep(0.02)
    await PlainTextResponse("well")(scope, receive, send)


@pytest.fixture
def port() -> Iterator[int]:
    """A real server with little room."""
    held.clear()
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        protocol = partial(PromptProtocol, most=MOST)
        server = uvicorn.Server(uvicorn.Config(quick_or_held, http=protocol, log_level="error", lifespan="off", timeout_keep_alive=30))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()[1]
        held.set()
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def dial(port: int) -> Iterator[Dial]:
    """Opens connections, from any address of this machine."""
    with ExitStack() as lines:
        yield lambda host="127.0.0.1": lines.enter_context(socket.create_connection(("127.0.0.1", port), 10, (host, 0)))


def asked(line: socket.socket, path: bytes = b"/") -> bytes:
    """An answer; nothing when the line is dead."""
    try:
        line.sendall(GET % path)
        return answer(line)
    except ConnectionError:
        return b""


def answer(line: socket.socket) -> bytes:
    """Head and body."""
    got = b""
    while not got.endswith((b"well", "再试".encode())) and (more := line.recv(65536)):
        got += more
    return got


def alive(lines: list[socket.socket]) -> list[bool]:
    return [asked(line).startswith(b"HTTP/1.1 200") for line in lines]


def test_silent_connections_keep_nobody_out_and_the_longest_silent_goes_first(dial: Dial) -> None:
    silent = []
    for number in range(MOST * 4):
        silent.append(dial())
        if number % 20 == 0:
            with dial() as visitor:
                started = time.monotonic()
                assert asked(visitor).startswith(b"HTTP/1.1 200")
                assert time.monotonic() - started < 2
    asked(dial())  # whoever came before has been taken in by now
    left = alive(silent)
    assert 0 < sum(left) <= MOST
    assert left == sorted(left)  # the last that came are the ones that are left


def test_one_address_with_many_connections_costs_nobody_else_theirs(dial: Dial) -> None:
    visitors = [dial(f"127.0.0.{number}") for number in range(2, 12)]
    assert all(alive(visitors))  # and idle from now on, longer than any that follows
    for _ in range(MOST * 3):
        dial("127.0.1.1")
    assert all(alive([*visitors, dial("127.0.1.2")]))


def test_what_is_being_answered_is_not_dropped_and_who_finds_all_busy_is_told_when_to_come(dial: Dial) -> None:
    busy = [dial() for _ in range(MOST)]
    for line in busy:
        line.sendall(GET % b"/held")
    time.sleep(0.5)
    with dial() as late:
        refused = asked(late)
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 10" in refused
        assert "请稍后再试".encode() in refused
    held.set()
    assert all(answer(line).startswith(b"HTTP/1.1 200") for line in busy)


def test_a_stream_that_lasts_makes_room_when_there_is_nothing_idle(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "LASTING", 0.3)
    streams = [dial() for _ in range(MOST)]
    for line in streams:
        line.sendall(GET % b"/held")
    time.sleep(0.6)
    with dial() as visitor:
        assert asked(visitor).startswith(b"HTTP/1.1 200")
    held.set()


# ---------- who goes ----------


@dataclass
class Line:
    peer: str
    since: float
    idle: bool = True


def test_idle_before_streams_and_the_oldest_of_whoever_has_most() -> None:
    many = [Line("a", since) for since in (5.0, 4.0, 6.0)]
    other = Line("b", 1.0)
    stream, short = Line("c", 0.0, idle=False), Line("c", 99.0, idle=False)
    assert to_drop([stream, short, other, *many], 50, 100.0) == [many[1]]
    assert to_drop([stream, short, other, *many], 100, 100.0) == [many[1], many[0]]
    assert to_drop([stream, short], 100, 1.0 + LASTING) == [stream]
    assert to_drop([short], 50, 100.0) == []


def test_looking_for_room_among_thousands_takes_milliseconds() -> None:
    lines = [Line(f"10.0.{number % 200}.1", float(number)) for number in range(5000)]
    started = time.process_time()
    assert len(to_drop(lines, 5000, 1e4)) == 100
    assert time.process_time() - started < 0.5


# ---------- files ----------


def test_the_limit_of_files_is_raised_as_far_as_it_goes() -> None:
    code = (
        "import resource as r; hard = r.getrlimit(r.RLIMIT_NOFILE)[1]; r.setrlimit(r.RLIMIT_NOFILE, (128, min(hard, 3000)));"
        "from qa.serve.server import files; print(files(), r.getrlimit(r.RLIMIT_NOFILE)[0], min(hard, 3000))"
    )
    root = Path(__file__).parent.parent
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    [said, soft, wanted] = ran.stdout.split()
    assert said == soft == wanted
