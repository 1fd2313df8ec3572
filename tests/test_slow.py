"""Slow clients, silent clients, clients that never read, and bodies too many at once: over real sockets."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from fakes import run
from fastapi.testclient import TestClient
from staged import Staged
from starlette.responses import PlainTextResponse

from qa.settings import Settings
from qa.web import gate, slow
from qa.web.check_page import LARGEST_POST
from qa.web.gate import BodyLimit, Message
from qa.web.site import create_app
from qa.web.slow import PromptProtocol

SOON = 0.6  # seconds of patience in these tests
LARGE = 20 * 1024 * 1024  # bytes, more than the kernel's buffers hold


async def large_or_small(scope: dict, receive: object, send: object) -> None:
    await PlainTextResponse("x" * LARGE if scope["path"] == "/large" else "well")(scope, receive, send)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A real server, short of patience."""
    with pytest.MonkeyPatch.context() as patched, socket.create_server(("127.0.0.1", 0)) as listener:
        patched.setattr(slow, "HEADERS", SOON)
        patched.setattr(slow, "READING", SOON)
        config = uvicorn.Config(large_or_small, http=PromptProtocol, log_level="error", lifespan="off", timeout_keep_alive=30)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(20)


def closed_after(line: socket.socket) -> float:
    """Seconds until the other side lets go."""
    started = time.monotonic()
    line.settimeout(10)
    try:
        while line.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return time.monotonic() - started


def dial(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def read_well(line: socket.socket) -> bool:
    got = b""
    while b"well" not in got and (more := line.recv(65536)):
        got += more
    return b"well" in got


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"], ids=["nothing", "half of the headers"])
def test_a_client_that_falls_silent_is_let_go(port: int, sent: bytes) -> None:
    with dial(port) as line:
        line.sendall(sent)
        assert SOON - 0.1 < closed_after(line) < SOON + 3


def test_a_client_that_sends_a_byte_now_and_then_gains_no_time(port: int) -> None:
    with dial(port) as line:
        started = time.monotonic()
        try:
            for _ in range(200):
                line.sendall(b"G")
                time.sleep(0.05)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert time.monotonic() - started < SOON + 3


def test_a_second_request_that_dawdles_is_let_go_too(port: int) -> None:
    with dial(port) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_well(line)
        time.sleep(SOON * 2)  # idle between two requests is no fault
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_well(line)
        line.sendall(b"GET / HT")
        assert closed_after(line) < SOON + 3


def test_a_client_that_never_reads_is_let_go(port: int) -> None:
    with dial(port) as line:
        line.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(SOON * 3)
        got = 0
        line.settimeout(10)
        try:
            while more := line.recv(1 << 20):
                got += len(more)
        except ConnectionResetError:
            pass
        assert got < LARGE


def test_a_client_that_reads_slowly_but_steadily_gets_all(port: int) -> None:
    with dial(port) as line:
        line.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        started, got = time.monotonic(), 0
        while more := line.recv(1 << 20):
            got += len(more)
            time.sleep(0.05)
        assert time.monotonic() - started > SOON
        assert got > LARGE


# ---------- bodies ----------


FILES = b"multipart/form-data; boundary=x"


def answered(limit: BodyLimit, messages: list[Message], path: str = "/", length: int | None = None, kind: bytes = FILES) -> int:
    """The status of the answer to a body that comes as these messages; None among them never comes."""
    statuses: list[int] = []

    async def receive() -> Message:
        if not messages:
            await asyncio.sleep(60)
        return messages.pop(0)

    async def send(message: Message) -> None:
        statuses.append(message.get("status", 0))

    headers = [(b"content-type", kind)] + ([] if length is None else [(b"content-length", str(length).encode())])
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    run(limit(scope, receive, send))
    return statuses[0]


async def accept(scope: dict, receive: object, send: object) -> None:
    body = (await receive())["body"]
    await PlainTextResponse(str(len(body)))(scope, receive, send)


def refusal(scope: dict, status: int, most: int = 0) -> PlainTextResponse:
    return PlainTextResponse("no", status)


def part(size: int, more: bool = True) -> Message:
    return {"type": "http.request", "body": b"x" * size, "more_body": more}


def limited(together: int = 1000) -> BodyLimit:
    return BodyLimit(accept, refusal, 100, {"/upload": 500}, together)


@pytest.mark.parametrize(
    ("messages", "path", "length", "status"),
    [
        ([part(60), part(40, False)], "/", 100, 200),
        ([part(60), part(41, False)], "/", None, 413),
        ([], "/", 101, 413),
        ([], "/", 10**30, 413),
        ([part(500, False)], "/upload", 500, 200),
        ([], "/upload", 501, 413),
        ([part(1), {"type": "http.disconnect"}], "/", 50, 413),
        ([part(30)], "/", 100, 408),
    ],
)
def test_a_body_is_taken_as_far_as_it_may_go(
    monkeypatch: pytest.MonkeyPatch, messages: list[Message], path: str, length: int | None, status: int
) -> None:
    monkeypatch.setattr(gate, "_PATIENCE", 0.2)
    assert answered(limited(), messages, path, length) == status


def test_bodies_that_come_at_once_share_the_room_and_give_it_back() -> None:
    limit = limited(600)

    async def one(length: int, hold: float) -> int:
        statuses: list[int] = []
        waited = False

        async def receive() -> Message:
            nonlocal waited
            if not waited:
                waited = True
                await asyncio.sleep(hold)
            return part(length, False)

        async def send(message: Message) -> None:
            statuses.append(message.get("status", 0))

        headers = [(b"content-length", str(length).encode()), (b"content-type", FILES)]
        await limit({"type": "http", "method": "POST", "path": "/upload", "headers": headers}, receive, send)
        return statuses[0]

    async def several() -> list[int]:
        return list(await asyncio.gather(one(400, 0.1), one(400, 0.1), one(200, 0.1)))

    assert run(several()) == [200, 503, 200]
    assert run(one(500, 0.0)) == 200


def test_only_a_form_with_files_may_be_as_long_as_a_file() -> None:
    """Other forms are taken apart byte by byte, 12 MB of & in two seconds."""
    assert answered(limited(), [], "/upload", 101, b"application/x-www-form-urlencoded") == 413
    assert answered(limited(), [part(100, False)], "/upload", 100, b"application/x-www-form-urlencoded") == 200


def test_a_body_is_handed_on_in_pieces_and_others_have_their_turn_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_PIECE", 40)
    turns: list[object] = []

    async def other() -> None:
        while len(turns) < 100:
            turns.append("other")
            await asyncio.sleep(0)

    async def take(scope: dict, receive: object, send: object) -> None:
        beside = asyncio.create_task(other())
        more = True
        while more:
            message = await receive()
            turns.append(len(message["body"]))
            more = message["more_body"]
        beside.cancel()
        await PlainTextResponse("taken")(scope, receive, send)

    limit = BodyLimit(take, refusal, 100)
    assert answered(limit, [part(60), part(40, False)], length=100) == 200
    assert turns == ["other", 40, "other", 40, "other", 20]


@pytest.mark.parametrize("takes", [True, False])
def test_a_body_counts_until_it_is_taken(takes: bool) -> None:
    """Bodies that wait for their turn take as much memory as those that come in."""
    seen: list[int] = []

    async def wait(scope: dict, receive: object, send: object) -> None:
        if takes:
            await receive()
        if scope["path"] == "/first":
            seen.append(await one("/beside"))
        await PlainTextResponse("done")(scope, receive, send)

    async def one(path: str) -> int:
        statuses: list[int] = []
        messages = [part(80, False)]

        async def receive() -> Message:
            return messages.pop()

        async def send(message: Message) -> None:
            statuses.append(message.get("status", 0))

        await limit({"type": "http", "method": "POST", "path": path, "headers": [(b"content-length", b"80")]}, receive, send)
        return statuses[0]

    limit = BodyLimit(wait, refusal, 100, together=100)
    assert run(one("/first")) == 200
    assert seen == [200 if takes else 503]
    assert run(one("/later")) == 200


def test_a_hundred_megabytes_are_refused_before_they_are_sent() -> None:
    with TestClient(create_app(Staged(), Settings())) as client:
        sent = 0

        def body() -> Iterator[bytes]:
            nonlocal sent
            for _ in range(100):
                sent += 1024 * 1024
                yield b"x" * 1024 * 1024

        for path in ("/check", "/chat/answer", "/api/v1/ask", "/staff/login", "/nowhere"):
            announced = client.post(path, content=b"", headers={"Content-Length": str(100 * 1024 * 1024)})
            assert announced.status_code == 413, path
            assert "请" in announced.text or path.startswith("/api/")
        assert client.post("/check", content=body()).status_code == 413
    assert LARGEST_POST < 13 * 1024 * 1024
