"""The load test: start the service, ask every question alone, let visitors come for a while, and see what became of it."""

import csv
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
_EVERY = 2.0  # seconds between two looks at the memory


@dataclass(frozen=True)
class Kind:
    """What became of one kind of request."""

    name: str
    count: int
    failed: int
    p50: float  # milliseconds
    p95: float
    p99: float
    a_second: float


@dataclass(frozen=True)
class Outcome:
    """What a load test found."""

    kinds: tuple[Kind, ...]
    failures: tuple[str, ...]  # in words, each with how often
    memory: tuple[tuple[float, float], ...]  # seconds since the visitors began, MB of all processes (PSS)
    status: int  # of the service, when asked to stop

    def slope(self, skip: float) -> float:
        """Growth of memory in MB a minute, by least squares, without the first ``skip`` seconds."""
        points = [(at, size) for at, size in self.memory if at >= skip]
        if len(points) < 2:
            return 0.0
        middle_at, middle_size = (sum(values) / len(points) for values in zip(*points, strict=True))
        spread = sum((at - middle_at) ** 2 for at, _ in points)
        return sum((at - middle_at) * (size - middle_size) for at, size in points) / spread * 60

    def named(self, name: str) -> Kind:
        """One kind; KeyError when there is none."""
        return {kind.name: kind for kind in self.kinds}[name]


def run(visitors: int, seconds: float, workers: int, questions: list[str], least: float = 4, most: float = 12) -> Outcome:
    """Let so many visitors come for so long; each waits ``least`` to ``most`` seconds between two requests."""
    with tempfile.TemporaryDirectory(prefix="youju-load-") as name:
        folder = Path(name)
        with service(folder, workers) as (url, process):
            (folder / "alone.json").write_text(json.dumps(_alone(url, questions)), encoding="utf-8")
            memory: list[tuple[float, float]] = []
            stop = threading.Event()
            watch = threading.Thread(target=_watch, args=(process.pid, memory, stop))
            watch.start()
            try:
                _visit(url, folder, visitors, seconds, least, most)
            finally:
                stop.set()
                watch.join()
        return Outcome(tuple(_kinds(folder)), tuple(_failures(folder)), tuple(memory), process.returncode)


@contextmanager
def service(folder: Path, workers: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The service on a port of its own, ready; ended when it is left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # All visitors come from one address here, so each is not one for the limits.
    own = {"PORT": port, "INDEX": folder / "index", "STATE": folder / "state", "ASK_RATE": 0, "CHECK_RATE": 0, "REQUESTS": "off"}
    environment = os.environ | {f"YOUJU_{name}": str(value) for name, value in own.items()}
    environment.pop("OMP_NUM_THREADS", None)
    with (folder / "service.log").open("wb") as log:
        command = [sys.executable, "app.py", "--workers", str(workers)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 300
        while not _ready(url):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((folder / "service.log").read_text(encoding="utf-8"))
            time.sleep(0.2)
        yield url, process
    finally:
        process.terminate()
        process.wait(timeout=60)


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _alone(url: str, questions: list[str]) -> dict[str, object]:
    """Every answer as it is when nobody else asks, and the reports as they are on disk."""
    reports = {path.parent.name: path.read_text(encoding="utf-8") for path in (ROOT / "corpus" / "reports").glob("*/report.txt")}
    answers = {question: json.loads(_post(f"{url}/api/v1/ask", {"question": question})) for question in questions}
    pages = {question: _post(f"{url}/chat/answer", {"question": question}) for question in questions}
    check = json.loads(_post(f"{url}/api/v1/check", {"text": "全年共办结热线工单2,905件,满意率94.1%。"}))
    return {"json": answers, "html": pages, "reports": reports, "check": check}


def _post(url: str, body: object) -> str:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return str(response.read().decode())


def _visit(url: str, folder: Path, visitors: int, seconds: float, least: float, most: float) -> None:
    rate = max(1, visitors // 10)
    command = [
        sys.executable, "-m", "locust", "-f", str(HERE / "locustfile.py"), "--headless", "--host", url, "--users", str(visitors),
        "--spawn-rate", str(rate), "--run-time", f"{seconds:.0f}s", "--stop-timeout", "60", "--csv", str(folder / "out"), "--only-summary",
        "--exit-code-on-error", "0",
    ]  # fmt: skip
    environment = os.environ | {"LOAD_ALONE": str(folder / "alone.json"), "LOAD_LEAST": str(least), "LOAD_MOST": str(most)}
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])


def _kinds(folder: Path) -> Iterator[Kind]:
    with (folder / "out_stats.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            p50, p95, p99 = (float(row[key]) if row[key] != "N/A" else 0.0 for key in ("50%", "95%", "99%"))
            yield Kind(row["Name"], int(row["Request Count"]), int(row["Failure Count"]), p50, p95, p99, float(row["Requests/s"]))


def _failures(folder: Path) -> Iterator[str]:
    with (folder / "out_failures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield f"{row['Occurrences']} x {row['Name']}: {row['Error']}"


def _watch(process: int, memory: list[tuple[float, float]], stop: threading.Event) -> None:
    started = time.monotonic()
    while not stop.wait(_EVERY):
        memory.append((time.monotonic() - started, sum(map(_megabytes, _family(process)))))


def _family(process: int) -> list[int]:
    """A process and all that it started."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [process, *(one for child in children for one in _family(int(child)))]


def _megabytes(process: int) -> float:
    """Memory in use, each shared page counted in parts, so that processes add up."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:"))


def questions_of(path: Path) -> list[str]:
    """The questions of a file of JSON lines."""
    return [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()]
