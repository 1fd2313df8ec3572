"""A phone without a network: the page that says so, what was read, and no answer that is older than its question."""

from pathlib import Path

from conftest import Stage, Visit, Visitor
from playwright.sync_api import expect

QUESTION = "热线满意率多少"
SENTENCE = "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。"
REPORT = "/report/yanji-2021"


def installed(visit: Visit, url: str) -> None:
    """A visitor whose worker is in force."""
    visit.expected = ("ERR_",)
    visit.open(url)
    visit.page.wait_for_function("navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)")


def test_offline_what_was_read_is_kept_and_nothing_new_is_answered(stage: Stage, visitor: Visitor, artifacts: Path) -> None:
    server, visit = stage(), visitor(375, service_workers="allow")
    page = visit.page
    installed(visit, server.url + "/")
    visit.ask(QUESTION)
    page.goto(server.url + REPORT)
    server.stop()

    page.goto("about:blank")
    page.goto(f"{server.url}{REPORT}#s2ee1c271")
    expect(page.get_by_role("status")).to_contain_text("这是上次打开时的报告")
    expect(page.locator(".yj-s:target")).to_have_text(SENTENCE)
    assert page.locator(".yj-note--kept").evaluate("e => getComputedStyle(e).display") == "flex"  # styled, from what was kept
    page.screenshot(path=artifacts / "offline-375-report.png")

    page.goto(server.url + "/?q=" + QUESTION)
    expect(page.locator("h1")).to_have_text("现在连不上网")
    expect(page.locator("#yj-kept .yj-quote").first).to_have_text(SENTENCE)
    expect(page.locator("#yj-read a")).to_have_text("延吉新村街道2021年度工作总结")
    page.screenshot(path=artifacts / "offline-375.png", full_page=True)
    for path in ("/?q=电梯装好了几台", "/check", "/figures", "/report/unread"):
        page.goto(server.url + path)
        expect(page.locator("h1")).to_have_text("现在连不上网")
        expect(page.locator(".yj-q")).to_have_count(1)
    assert page.evaluate("fetch('/api/v1/reports').then(() => 'answered', () => 'failed')") == "failed"

    server.start("/healthz", 120)
    page.get_by_role("button", name="再试一次").click()
    expect(page.locator("h1")).to_have_text("没有这份报告")
    visit.expected += ("404",)
    visit.open(server.url + "/")
    expect(page.locator("#yj-talk .yj-quote").first).to_have_text(SENTENCE)


def test_online_nothing_comes_from_what_was_kept(stage: Stage, visitor: Visitor) -> None:
    server, visit = stage(root_path="/youju"), visitor(service_workers="allow")
    installed(visit, server.url + "/")
    page = visit.page
    page.goto(server.url + REPORT)
    page.evaluate(
        """path => caches.open('yj-reports').then(c => c.put(path, new Response('<title>旧</title><main>旧的报告</main>', {headers: {'Content-Type': 'text/html'}})))""",
        "/youju" + REPORT,
    )
    page.goto(server.url + REPORT)
    expect(page.locator(".yj-text")).to_contain_text(SENTENCE)
    kept = page.evaluate("caches.keys().then(n => Promise.all(n.map(k => caches.open(k).then(c => c.keys())))).then(a => a.flat().map(r => r.url))")
    paths = {url.removeprefix(server.url).split("?")[0] for url in kept}
    assert {path for path in paths if not path.startswith("/web/")} == {"/offline", REPORT}
