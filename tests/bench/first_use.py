"""What a first visit costs, beside a bare Gradio chat: ``python tests/bench/first_use.py``. Not collected by pytest.

Both are served from this machine and opened in turns by the same browser with an empty cache, on the open line and on DevTools' Slow 3G
(2 s to answer, 50 kB/s). Ours answers from the staged service, so the model's time is in neither. Medians; times are comparable
within one run only.
"""

import argparse
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "browser")]
from conftest import _ARGS, _executable

BARE = """
import gradio as gr, sys
gr.ChatInterface(lambda message, history: "满意率91.4%。").launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True)
"""
SLOW = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
PAINT = "new Promise(done => new PerformanceObserver(l => done(l.getEntries()[0].startTime)).observe({type: 'paint', buffered: true}))"
COLUMNS = ("requests", "kB", "first paint s", "box there s", "answered s", "box there, slow 3G s", "answered, slow 3G s")


@contextmanager
def served(command: list[str], url: str) -> Iterator[None]:
    """A server, until it is no longer needed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(url, timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def visit(browser: Browser, url: str, box: str, answer: str, *, slow: bool) -> list[float]:
    """One first visit: requests, kB, and seconds to the first paint, to a box one can type in, and to an answer."""
    context = browser.new_context(viewport={"width": 375, "height": 812}, locale="zh-CN", service_workers="block")
    context.set_default_timeout(240_000)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    if slow:
        devtools.send("Network.emulateNetworkConditions", SLOW)
    asked: list[str] = []
    sizes: list[float] = []
    devtools.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    devtools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    field = page.locator(box).first
    field.wait_for(state="visible")
    there = time.perf_counter() - started
    field.fill("热线满意率多少")
    while not page.locator(answer).count():  # who presses too early presses again
        field.press("Enter")
        page.wait_for_timeout(50)
    answered = time.perf_counter() - started
    painted = page.evaluate(PAINT) / 1000
    if not slow:
        page.wait_for_timeout(4000)  # what comes late counts too; a bare chat holds a line open, so the network is never idle
    found = [float(len([one for one in asked if one.startswith("http")])), sum(sizes) / 1000, painted, there, answered]
    context.close()
    return found


def main() -> int:
    """Measure both, in turns, and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=3)
    runs = options.parse_args().runs
    ports = []
    for _ in range(2):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            ports.append(probe.getsockname()[1])
    ours, bare = (f"http://127.0.0.1:{port}/" for port in ports)
    staged = [sys.executable, str(TESTS / "browser" / "serve_staged.py"), str(ports[0]), "0", ""]
    kinds = {"youju": (ours, "#q", ".yj-quote"), "bare gradio": (bare, "textarea", ".bot")}
    found: dict[tuple[str, bool], list[list[float]]] = {(name, slow): [] for name in kinds for slow in (False, True)}
    with served(staged, ours), served([sys.executable, "-c", BARE, str(ports[1])], bare), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_executable(playwright), args=_ARGS)
        for _ in range(runs):
            for (name, slow), rows in found.items():
                rows.append(visit(browser, *kinds[name], slow=slow))
        browser.close()
    sys.stdout.write(", ".join(COLUMNS) + "\n")
    for name in kinds:
        fast, slow_ = ([statistics.median(column) for column in zip(*found[name, slow], strict=True)] for slow in (False, True))
        sys.stdout.write(name + ", ".join(f" {value:.2f}" for value in [*fast, *slow_[3:]]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
