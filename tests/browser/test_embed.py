"""The chat inside another site's page, with the snippet of the README; and only where the settings allow it."""

import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from conftest import ROOT, Server, Stage, Visitor
from playwright.sync_api import expect

SENTENCE = "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。"
Host = Callable[[str], None]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[tuple[str, Host]]:
    """Another site, and what writes its only page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def write(address: str) -> None:
        snippet = re.search(r"<iframe .*</iframe>", (ROOT / "README.md").read_text(encoding="utf-8"))
        assert snippet
        framed = snippet.group().replace("https://youju.example.gov.cn/", address)
        head = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>街道</title><h1>街道</h1>'
        (tmp_path / "index.html").write_text(head + framed, encoding="utf-8")

    yield f"http://127.0.0.1:{server.server_port}", write
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("width", [375, 1280])
def test_the_chat_works_inside_a_site_that_is_allowed(
    stage: Stage, visitor: Visitor, host: tuple[str, Host], artifacts: Path, width: int
) -> None:
    origin, write = host
    server = stage(YOUJU_FRAME_ANCESTORS=f"'self' {origin}")
    write(server.url + "/")
    page = visitor(width).page
    page.goto(origin + "/")
    frame = page.frame_locator("iframe")
    frame.locator("#q").fill("热线满意率多少")
    frame.locator("#q").press("Enter")
    expect(frame.locator(".yj-quote").first).to_have_text(SENTENCE)
    page.screenshot(path=artifacts / f"embedded-{width}.png")
    assert page.locator("iframe").element_handle().content_frame().evaluate("document.documentElement.scrollWidth <= innerWidth")
    frame.locator(".yj-open").first.click()
    expect(frame.locator(".yj-s:target")).to_have_text(SENTENCE)


def test_no_other_site_may_frame_it(staged: Server, visitor: Visitor, host: tuple[str, Host]) -> None:
    origin, write = host
    write(staged.url + "/")
    visit = visitor()
    visit.expected = ("frame-ancestors", "ERR_BLOCKED_BY_RESPONSE")
    visit.page.goto(origin + "/")
    visit.page.wait_for_timeout(500)
    expect(visit.page.frame_locator("iframe").locator("#q")).to_have_count(0)
    assert any("frame-ancestors" in words for words in visit.complaints)
