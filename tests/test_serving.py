"""Starting, stopping, taking turns: real processes, real sockets, no visitor turned away."""

import functools
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import run, write_report

from corpus.errors import ReportError
from qa.serve.follow import Follower
from qa.serve.server import Listener
from qa.web import texts
from qa.web.health import Readiness

ROOT = Path(__file__).parent.parent
HOTLINE = "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。"


def get(port: int, path: str, timeout: float = 30) -> tuple[int, bytes]:
    """Status and body, on a connection of its own."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        line.request("GET", path, headers={"Connection": "close"})
        response = line.getresponse()
        return response.status, response.read()
    finally:
        line.close()


def wait_for(what: Callable[[], object], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


# ---------- one server ----------


@pytest.fixture
def slow_server() -> Iterator[tuple[subprocess.Popen, int]]:
    with Listener() as listener:
        listener.bind(("127.0.0.1", 0))
        command = [sys.executable, str(Path(__file__).with_name("serve_slowly.py")), str(listener.fileno())]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()], stdout=subprocess.PIPE, text=True)
        port = listener.getsockname()[1]
    assert process.stdout.readline() == "up\n"
    yield process, port
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_what_is_in_flight_is_answered_and_streams_end(slow_server: tuple[subprocess.Popen, int], number: int) -> None:
    process, port = slow_server
    got: dict[str, tuple[int, bytes]] = {}
    visitors = [threading.Thread(target=lambda path=path: got.update({path: get(port, path)})) for path in ("/slow", "/stream")]
    for visitor in visitors:
        visitor.start()
    time.sleep(0.4)
    asked = time.monotonic()
    process.send_signal(number)
    for visitor in visitors:
        visitor.join()
    assert process.wait(timeout=10) == 0
    assert time.monotonic() - asked < 5
    assert got == {"/slow": (200, b"done"), "/stream": (200, b"begundone")}
    with pytest.raises(ConnectionRefusedError):
        get(port, "/")


def test_a_line_that_is_kept_open_does_not_hold_us_up(slow_server: tuple[subprocess.Popen, int]) -> None:
    process, port = slow_server
    with socket.create_connection(("127.0.0.1", port)) as idle:
        kept = http.client.HTTPConnection("127.0.0.1", port)
        kept.request("GET", "/")
        assert kept.getresponse().read() == b"done"
        process.terminate()
        wait_for(lambda: not _is_open(port), 5)
        kept.request("GET", "/")
        last = kept.getresponse()
        assert (last.read(), last.headers["connection"]) == (b"done", "close")
        assert process.wait(timeout=10) == 0
        assert idle.recv(10) == b""


TWO = ["Content-Length: 3", "Transfer-Encoding: chunked"]


@pytest.mark.parametrize("lengths", [TWO, TWO[::-1], ["content-length: 16", TWO[1]]])
def test_a_request_of_two_lengths_is_the_last_of_its_line(slow_server: tuple[subprocess.Popen, int], lengths: list[str]) -> None:
    """What stands behind it one side takes for its body, the other for a request of its own."""
    head = "\r\n".join(["POST / HTTP/1.1", "Host: x", *lengths, "", ""])
    with socket.create_connection(("127.0.0.1", slow_server[1]), timeout=10) as line:
        line.sendall(f"{head}3\r\nabc\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        got = b"".join(iter(lambda: line.recv(65536), b""))
    assert got.count(b"HTTP/1.1 200") == 1
    assert b"connection: close" in got.lower()


def test_a_request_of_one_length_leaves_its_line_open(slow_server: tuple[subprocess.Popen, int]) -> None:
    kept = http.client.HTTPConnection("127.0.0.1", slow_server[1], timeout=10)
    for body in (b"abc", iter([b"abc"])):
        kept.request("POST", "/", body=body, encode_chunked=not isinstance(body, bytes))
        answer = kept.getresponse()
        assert (answer.read(), answer.headers["connection"]) == (b"done", None)
    kept.close()


# ---------- noticing what others changed ----------


def test_a_change_is_taken_in_once_it_has_come_to_rest(tmp_path: Path) -> None:
    taken: list[int] = []
    write_report(tmp_path / "reports" / "a", "甲。")
    follower = Follower([tmp_path / "reports", tmp_path / "bank"], lambda: taken.append(1), pytest.fail)
    follower.look()
    assert taken == []
    write_report(tmp_path / "reports" / "b", "乙。")
    follower.look()
    assert taken == []  # somebody may still be writing
    follower.look()
    follower.look()
    assert taken == [1]
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / ".a.jsonl.new").write_text("{}")
    follower.look()
    follower.look()
    assert taken == [1]
    (tmp_path / "bank" / "a.jsonl").write_text("{}")
    follower.catch_up()
    assert taken == [1, 1]
    (tmp_path / "reports" / "b" / "report.txt").unlink()
    follower.catch_up()
    assert taken == [1, 1, 1]


def test_what_cannot_be_taken_in_is_said_once_and_changes_nothing(tmp_path: Path) -> None:
    said: list[str] = []

    def refuse() -> None:
        raise ReportError("about.toml 读不懂")

    follower = Follower([tmp_path], refuse, said.append)
    (tmp_path / "about.toml").write_text("x")
    for _ in range(4):
        follower.look()
    assert len(said) == 1
    assert "about.toml 读不懂" in said[0]


# ---------- ready, and truly ----------


class Tried:
    """A service that answers a trial question as the test wants."""

    ready = True

    def __init__(self) -> None:
        self.wrong: Exception | None = None
        self.held = threading.Event()
        self.held.set()

    def probe(self) -> None:
        self.held.wait(20)
        if self.wrong:
            raise self.wrong

    ask = report = reports = examples = None


def test_ready_means_that_a_question_was_answered() -> None:
    service, now = Tried(), 100.0
    readiness = Readiness(service, clock=lambda: now)

    def why_not() -> str:
        return run(readiness.why_not())

    assert why_not() == ""
    service.wrong = OSError("the index is gone")
    assert why_not() == ""  # asked a moment ago
    now += 6
    assert why_not() == texts.READY_BROKEN
    service.wrong = None
    assert why_not() == ""
    now += 6
    service.held.clear()
    assert why_not() == ""  # busy is not broken
    now += 31
    assert why_not() == texts.READY_STUCK
    service.held.set()
    wait_for(lambda: why_not() == "", 5)
    service.ready = False
    assert why_not() == texts.READY_WARMING


# ---------- workers ----------


class Workers:
    """``python app.py --workers 2``, its index not yet built."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        own = {"INDEX": folder / "index", "STATE": folder / "state", "PORT": self.port, "ASK_RATE": 0}
        self.environment = os.environ | {f"YOUJU_{name}": str(value) for name, value in own.items()}
        self.errors = folder / "errors"
        with self.errors.open("wb") as errors:
            command = [sys.executable, "app.py", "--workers", "2"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=errors)

    def ready(self) -> bool:
        return get(self.port, "/readyz")[0] == 200

    def children(self, process: int) -> list[int]:
        return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]

    @property
    def generation(self) -> int:
        """The process of the generation that answers, once it is alone."""
        [generation] = self.children(self.process.pid)
        return generation

    @property
    def workers(self) -> list[int]:
        return self.children(self.generation)

    def whole_without(self, gone: int) -> bool:
        return len(set(self.workers) - {gone}) == 2

    def ask(self, question: str) -> dict:
        url = f"http://127.0.0.1:{self.port}/api/v1/ask"
        request = urllib.request.Request(url, json.dumps({"question": question}).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=40)


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    running = Workers(tmp_path_factory.mktemp("workers"))
    yield running
    if running.process.poll() is None:
        running.stop()


class Visitors:
    """Ask without pause, each time on a new connection, and count what comes."""

    def __init__(self, workers: Workers) -> None:
        self._workers, self._stop = workers, threading.Event()
        self.outcomes: Counter[str] = Counter()
        self._threads = [threading.Thread(target=self._visit) for _ in range(3)]

    def _visit(self) -> None:
        while not self._stop.is_set():
            try:
                answer = self._workers.ask("热线满意率多少")
                cited = [citation["sentence"] for citation in answer["citations"][:1]]
                self.outcomes["right" if cited == [HOTLINE] else repr(answer)] += 1
            except (OSError, http.client.HTTPException) as error:
                self.outcomes[repr(error)] += 1

    def __enter__(self) -> "Visitors":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


@pytest.mark.model
def test_before_the_first_worker_is_there_the_truth_is_told(workers: Workers) -> None:
    wait_for(lambda: _is_open(workers.port))
    assert get(workers.port, "/healthz") == (200, b'{"status": "alive"}')
    status, page = get(workers.port, "/?q=1")
    assert status == 503
    assert texts.PROBLEMS[503] in page.decode()
    with pytest.raises(urllib.error.HTTPError) as raised:
        workers.ask("满意率多少")
    with raised.value as refused:
        assert (refused.code, refused.headers["retry-after"], json.load(refused)["status"]) == (503, "3", 503)
    assert get(workers.port, "/readyz")[0] == 503
    wait_for(workers.ready)
    wait_for(lambda: len(workers.children(workers.process.pid)) == 1)
    assert len(workers.workers) == 2


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.mark.model
def test_a_worker_that_is_killed_is_replaced(workers: Workers) -> None:
    for _ in range(3):
        before = workers.workers
        os.kill(before[0], signal.SIGKILL)
        wait_for(functools.partial(workers.whole_without, before[0]), 10)
        assert workers.ready()
    assert "马上换上新的" in workers.errors.read_text()


@pytest.mark.model
def test_workers_change_places_and_no_visitor_notices(workers: Workers) -> None:
    generation = workers.generation
    with Visitors(workers) as visitors:
        workers.process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(workers.children(workers.process.pid)) == 1 and workers.generation != generation)
    assert visitors.outcomes["right"] > 10
    assert set(visitors.outcomes) == {"right"}


@pytest.mark.model
def test_every_worker_notices_what_the_command_line_added(workers: Workers) -> None:
    question = "阿婆打来的电话有人管伐"
    assert "签约293产" not in str(workers.ask(question))
    command = [sys.executable, "-m", "qa", "bank", "add", question, "--quote", "签约293产"]
    subprocess.run(command, cwd=ROOT, env=workers.environment, check=True, stdout=subprocess.DEVNULL)

    def known() -> bool:
        return all("签约293产" in str(workers.ask(question)["citations"][:1]) for _ in range(8))

    wait_for(known, 20)


@pytest.mark.model
def test_all_stop_when_asked_and_also_when_their_supervisor_is_killed(workers: Workers) -> None:
    everyone = [workers.generation, *workers.workers]
    workers.process.kill()
    workers.process.wait()
    wait_for(lambda: not any(Path(f"/proc/{process}").exists() for process in everyone), 30)
    assert "Traceback" not in workers.errors.read_text()


@pytest.mark.parametrize("wrong", [["--workers", "0"], ["--wokers", "2"]])
def test_wrong_usage_is_said_in_one_line(wrong: list[str]) -> None:
    done = subprocess.run([sys.executable, "app.py", *wrong], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--workers" in done.stderr


def test_workers_that_cannot_load_say_why_once(tmp_path: Path) -> None:
    environment = os.environ | {"YOUJU_REPORTS": str(tmp_path / "none"), "YOUJU_PORT": "0", "YOUJU_STATE": str(tmp_path)}
    command = [sys.executable, "app.py", "--workers", "2"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "YOUJU_REPORTS" in done.stderr
