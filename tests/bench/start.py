"""How soon we are there: ``python tests/bench/start.py [--hide-avx512] [--add FILE]``. Medians; not collected by pytest.

One command with the index built; a server until it is ready, its first question, the chat framework, its memory; a new
report from the command to 可以问了, and until a running page shows it. All on 127.0.0.1, in a folder of its own.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from tests.bench.processor import add_option, features, hide_avx512

QUESTIONS = ("热线满意率多少", "有多少党员", "养老服务中心几个")
READY = b'"ready":true'
CHAT = b"data-styles="  # stands in the page once Gradio draws the talk
_PATIENT = 120.0  # seconds


def seconds(command: list[str]) -> float:
    """How long a command takes."""
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def fetch(address: str, asked: str = "") -> bytes:
    """A page, or the answer to a question; b"" as long as nobody answers."""
    body = json.dumps({"question": asked}).encode() if asked else None
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=_PATIENT) as answer:
            found: bytes = answer.read()
            return found
    except OSError:
        return b""


def until(address: str, sign: bytes) -> float:
    """Wait for a sign on a page; when it was there, by ``time.perf_counter``."""
    ends = time.perf_counter() + _PATIENT
    while time.perf_counter() < ends:
        if sign in fetch(address):
            return time.perf_counter()
        time.sleep(0.02)
    raise SystemExit(f"{address}: no {sign.decode()!r} in {_PATIENT:.0f} s")


@contextmanager
def server() -> Iterator[tuple[str, int, float]]:
    """A server that was just started: its address, its process id, and when it began."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    environment = {**os.environ, "YOUJU_HOST": "127.0.0.1", "YOUJU_PORT": str(port)}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    try:
        yield f"http://127.0.0.1:{port}", process.pid, started
    finally:
        process.terminate()
        process.wait(timeout=30)


def served() -> dict[str, float]:
    """A server's start, its first question and its memory."""
    with server() as (address, process, started):
        ready = until(f"{address}/readyz", READY)
        fetch(f"{address}/api/v1/ask", QUESTIONS[0])
        first = time.perf_counter() - ready
        for question in QUESTIONS[1:]:
            fetch(f"{address}/api/v1/ask", question)
        chat = until(f"{address}/", CHAT)
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    [kilobytes] = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")]
    gradio = seconds([sys.executable, "-c", "import gradio"])
    return {
        "ready s": ready - started,
        "first question ms": first * 1000,
        "chat s": chat - started,
        "import gradio s": gradio,
        "memory MB": kilobytes / 1024,
    }


def added(file: Path) -> dict[str, float]:
    """A new report: seconds of the command, and then until a running page shows it."""
    with server() as (address, _, _):
        until(f"{address}/", CHAT)
        command = [sys.executable, "-m", "qa", "add", str(file), "--id", "added", "--title", "新来的报告", "--year", "2022", "--yes"]
        took = seconds([*command, "--published", "2022-01-01", "--publisher", "某县"])
        shown = time.perf_counter()
        return {"add s": took, "shown after s": until(f"{address}/api/v1/reports", b'"added"') - shown}


def main() -> None:
    """Measure and print a line for each figure."""
    parser = argparse.ArgumentParser(prog="python tests/bench/start.py", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--add", type=Path, help="a report to add to a copy of the library")
    add_option(parser)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if given.hide_avx512:
            hide_avx512(scratch)
        found: dict[str, list[float]] = {}
        for number in range(given.rounds):
            reports = shutil.copytree(ROOT / "corpus" / "reports", scratch / f"{number}" / "reports")
            own = {"REPORTS": reports, "INDEX": scratch / f"{number}" / "index", "STATE": scratch / f"{number}" / "state"}
            os.environ.update({f"YOUJU_{name}": str(path) for name, path in own.items()})
            seconds([sys.executable, "-m", "qa", "build"])
            one = {"ask s": seconds([sys.executable, "-m", "qa", "ask", QUESTIONS[0]]), **served()}
            for name, value in (one | (added(given.add) if given.add else {})).items():
                found.setdefault(name, []).append(value)
    sys.stdout.write(f"{features(hidden=given.hide_avx512)}, {given.rounds} rounds, medians\n")
    for name, values in found.items():
        sys.stdout.write(f"{name}: {statistics.median(values):.2f} ({', '.join(f'{value:.2f}' for value in values)})\n")


if __name__ == "__main__":
    main()
