"""A real browser and real servers. When no browser can be had, these tests fail; they never skip."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / ".artifacts"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PATIENT = 60_000  # milliseconds that a slow machine may need for what a fast one shows at once
expect.set_options(timeout=_PATIENT)


def _executable(playwright: Playwright) -> str:
    """A Chromium: the system's, else Playwright's, else one installed now."""
    return _found(playwright) or _installed(playwright)


def _found(playwright: Playwright) -> str | None:
    system = next(filter(None, map(shutil.which, _NAMES)), None)
    own = playwright.chromium.executable_path
    return system or (own if Path(own).exists() else None)


def _installed(playwright: Playwright) -> str:
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0:
        attempts += [["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"]]
    for command in attempts:
        subprocess.run(command, check=False, timeout=600)
        if found := _found(playwright):
            return found
    pytest.fail("no browser: install Chromium (apt-get install chromium), then run the tests again", pytrace=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_executable(playwright), args=_ARGS)
        yield chromium
        chromium.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


class Server:
    """A server process that can be stopped and started again at the same address."""

    def __init__(self, command: list[str], port: int, environment: dict[str, str], log: Path, path: str = "") -> None:
        self._command, self._environment, self._log = command, environment, log
        self.url = f"http://127.0.0.1:{port}{path}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, wait_for: str, seconds: float) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        end = time.monotonic() + seconds
        while not _answers(self.url + wait_for):
            if self._process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"server did not come up:\n{self._log.read_text()[-3000:]}", pytrace=False)
            time.sleep(0.2)

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=20)


def _environment(tmp: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YOUJU_")}
    own = {"YOUJU_PORT": str(port), "YOUJU_INDEX": str(tmp / "index"), "YOUJU_STATE": str(tmp / "state"), "PYTHONUNBUFFERED": "1"}
    return kept | own


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real thing: ``python app.py`` with an index of its own, ready to answer."""
    tmp, port = tmp_path_factory.mktemp("site"), free_port()
    server = Server([sys.executable, "app.py"], port, _environment(tmp, port), tmp / "log")
    server.start("/readyz", 600)
    yield server
    server.stop()


Stage = Callable[..., Server]


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Start a server over the staged service."""
    started: list[Server] = []

    def start(*, warm_after: float = 0, root_path: str = "", reports: Path | None = None, **settings: str) -> Server:
        tmp, port = tmp_path_factory.mktemp("stage"), free_port()
        script = str(Path(__file__).with_name("serve_staged.py"))
        command = [sys.executable, script, str(port), str(warm_after), root_path, *([str(reports)] if reports else [])]
        server = Server(command, port, _environment(tmp, port) | settings, tmp / "log", root_path)
        server.start("/healthz", 120)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def staged(stage: Stage) -> Server:
    """One staged server for all tests that leave it as it is."""
    return stage()


_ANSWERED = """question => {
  const asked = [...document.querySelectorAll('#yj-talk .yj-q')].pop();
        const answer = [...document.querySelectorAll('#yj-talk .yj-answer')].pop();
  return asked && answer && asked.textContent.endsWith(question) && !answer.querySelector('.yj-wait__b');
}"""


class Visit:
    """A page being looked at, with all it asked for and all it complained of."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()  # parts of complaints that the test provokes
        context.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def open(self, url: str) -> Page:
        """Load a page; a chat is ready when its conversation is."""
        self.page.goto(url)
        if self.page.locator("gradio-app").count():
            self.page.locator("#yj-send").wait_for(state="attached")
            self.page.locator("#yj-talk").wait_for(state="attached")
        return self.page

    def ask(self, question: str) -> None:
        """Type a question and press Enter; wait for what comes."""
        self.page.locator("#q").fill(question)
        self.page.locator("#q").press("Enter")
        self.page.wait_for_function(_ANSWERED, arg=question)

    def unexpected(self) -> list[str]:
        return [words for words in self.complaints if not any(part in words for part in self.expected)]


Visitor = Callable[..., Visit]
_PLAIN = {"locale": "zh-CN", "service_workers": "block"}  # a service worker hides requests from tests that hold them up


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Open a browser window of some width; at the end nothing may have gone to another host, and nothing may have gone wrong."""
    visits: list[Visit] = []

    def visit(width: int = 1280, height: int = 812, **options: object) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, **(_PLAIN | options))
        context.set_default_timeout(_PATIENT)
        visits.append(Visit(context))
        return visits[-1]

    yield visit
    for seen in visits:
        hosts, complaints = {host for host in seen.hosts if host}, seen.unexpected()
        seen.context.close()
        assert all(host.startswith("127.0.0.1:") for host in hosts), hosts
        assert complaints == []


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Where screenshots are left to be looked at."""
    ARTIFACTS.mkdir(exist_ok=True)
    return ARTIFACTS
