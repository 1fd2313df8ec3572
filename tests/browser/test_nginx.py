"""Behind the real nginx, with the configuration that operators copy: a path prefix, TLS, the visitor's address, and a stop in between."""

import gzip
import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Server, Visitor, free_port
from playwright.sync_api import expect

DEPLOY = ROOT / "qa" / "deploy"
CERTIFICATE = ROOT / "tests" / "data" / "localhost.pem"  # for tests only: its key is no secret
SENTENCE = "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。"
MAIN = """
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    include {folder}/mime.types;
    access_log off;
    {paths}
    include {folder}/youju.conf;
}}
"""


def _nginx() -> str:
    """The real thing, installed if need be."""
    found = shutil.which("nginx") or next((path for path in ("/usr/sbin/nginx",) if Path(path).exists()), None)
    if found is None and os.geteuid() == 0:
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "nginx-light"]):
            subprocess.run(command, check=False, timeout=600)
        found = "/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None
    if found is None:
        pytest.fail("no nginx: install it (apt-get install nginx-light), then run the tests again", pytrace=False)
    return found


class Behind:
    """``app.py`` under a prefix, and an nginx before it."""

    def __init__(self, folder: Path) -> None:
        self.port, self._plain, self._app_port = free_port(), free_port(), free_port()
        self._log = folder / "app.log"
        own = {
            "PORT": self._app_port, "INDEX": folder / "index", "STATE": folder / "state", "ROOT_PATH": "/youju", "PROXIES": "127.0.0.1",
            "ASK_RATE": 4, "METRICS": "on", "STAFF_PASSWORD": "a-word-for-tests", "REQUESTS": "json",
        }  # fmt: skip
        environment = os.environ | {f"YOUJU_{name}": str(value) for name, value in own.items()}
        self.app = Server([sys.executable, "app.py"], self._app_port, environment, self._log, "/youju")
        self._folder = folder
        self._configure()
        self.nginx = subprocess.Popen([_nginx(), "-p", str(folder), "-c", str(folder / "main.conf")])

    def _configure(self) -> None:
        site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
        for was, now in (
            ("listen 80;", f"listen 127.0.0.1:{self._plain};"),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;\n    listen [::1]:{self.port} ssl http2;"),
            ("example.gov.cn", "localhost"),
            ("/etc/ssl/youju.pem", str(CERTIFICATE)),
            ("/etc/ssl/youju.key", str(CERTIFICATE)),
            ("127.0.0.1:7860", f"127.0.0.1:{self._app_port}"),
        ):
            assert was in site
            site = site.replace(was, now)
        if not Path("/proc/net/if_inet6").exists():
            site = re.sub(r"\n    listen \[::1\].*", "", site)
        (self._folder / "youju.conf").write_text(site, encoding="utf-8")
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = "\n    ".join(f"{kind}_temp_path {self._folder}/{kind};" for kind in kinds)
        user = "user root;" if os.geteuid() == 0 else ""
        (self._folder / "main.conf").write_text(MAIN.format(user=user, folder=self._folder, paths=paths))
        (self._folder / "mime.types").write_text("types { text/html html; }")

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/youju"

    def request(
        self, path: str, body: object = None, *, source: str = "127.0.0.1", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body, over TLS, from an address of ours."""
        trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
        trusting.check_hostname = False
        line = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=trusting, source_address=(source, 0))
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            sent["Content-Type"] = "application/json"
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        line.request("GET" if body is None else "POST", path, raw, sent)
        response = line.getresponse()
        read = response.status, response.headers, response.read()
        line.close()
        return read

    def stop(self) -> None:
        self.nginx.terminate()
        self.nginx.wait(timeout=20)
        self.app.stop()


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    running = Behind(tmp_path_factory.mktemp("nginx"))
    try:
        until = time.monotonic() + 20
        while True:
            try:
                assert running.request("/youju/")[0] == 503  # nginx is there, we are not
                break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.1)
        yield running
    finally:
        running.stop()


def test_while_we_are_away_nginx_says_so_in_chinese(behind: Behind) -> None:
    status, headers, page = behind.request("/youju/")
    assert (status, headers["Retry-After"], headers["Content-Type"]) == (503, "5", "text/html; charset=utf-8")
    assert "请稍等" in page.decode()
    behind.app.start("/readyz", 600)


def test_every_link_of_the_page_leads_through_the_prefix(behind: Behind) -> None:
    status, headers, _ = behind.request("/youju")
    assert (status, headers["Location"]) == (301, "/youju/")
    assert behind.request("/")[0] == 404
    status, headers, page = behind.request("/youju/", Accept_Encoding="gzip")
    assert (status, headers["Content-Encoding"], headers["Strict-Transport-Security"]) == (200, "gzip", "max-age=31536000")
    text = gzip.decompress(page).decode()
    paths = set(re.findall(r'(?:href|src|action)="(/[^"#?]*)', text))
    assert paths
    assert all(path.startswith("/youju/") for path in paths)
    assert {path: behind.request(path)[0] for path in paths} == dict.fromkeys(paths, 200)


def test_answers_and_refusals_are_our_own(behind: Behind) -> None:
    status, headers, body = behind.request("/youju/api/v1/ask", {"question": "热线满意率多少"}, source="127.0.0.9")
    answer = json.loads(body)
    assert (status, answer["citations"][0]["sentence"]) == (200, SENTENCE)
    assert headers["X-Content-Type-Options"] == "nosniff"
    status, headers, body = behind.request("/youju/api/v1/ask", b"x" * 3_000_000, source="127.0.0.9")
    assert (status, headers["Content-Type"]) == (413, "application/problem+json")
    assert behind.request("/youju/api/v1/none")[1]["Content-Type"] == "application/problem+json"


def test_each_visitor_is_one_and_none_can_be_another(behind: Behind) -> None:
    def ask(source: str, claims: str) -> int:
        return behind.request("/youju/api/v1/ask", {"question": "热线满意率多少"}, source=source, X_Forwarded_For=claims)[0]

    assert [ask("127.0.0.2", f"198.51.100.{number}") for number in range(6)] == [200] * 4 + [429] * 2
    assert ask("127.0.0.3", "127.0.0.2") == 200


def test_the_desk_knows_that_it_is_behind_tls(behind: Behind) -> None:
    status, headers, _ = behind.request(
        "/youju/staff/login",
        b"name=a&password=a-word-for-tests",
        Content_Type="application/x-www-form-urlencoded",
        Origin=f"https://127.0.0.1:{behind.port}",
    )
    cookie = headers["Set-Cookie"]
    assert status in (302, 303)
    assert headers["Location"].startswith("/youju/staff")
    for part in ("Secure", "HttpOnly", "SameSite=strict", "Path=/youju/staff"):
        assert part.lower() in cookie.lower()


def test_numbers_are_for_this_machine_only(behind: Behind) -> None:
    status, _, body = behind.request("/youju/metrics")
    assert status == 200
    assert b"youju_requests_total" in body
    assert behind.request("/youju/metrics", source="127.0.0.2")[0] == 403


def test_a_visitor_asks_in_a_browser_and_the_stream_does_not_hold_up_a_stop(behind: Behind, visitor: Visitor) -> None:
    visit = visitor(ignore_https_errors=True)
    visit.expected = (*visit.expected, "503")
    page = visit.open(f"{behind.url}/".replace("localhost", "127.0.0.1"))
    visit.ask("热线满意率多少")
    expect(page.locator(".yj-paper").first).to_contain_text("满意率91.4%")
    begun = time.monotonic()
    behind.app.stop()
    assert time.monotonic() - begun < 10
    assert behind.request("/youju/")[0] == 503
