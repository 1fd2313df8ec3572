"""A new version of the report comes in through the desk, and an old link still leads somewhere; with a script and without."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Server, Visitor, _environment, free_port
from playwright.sync_api import expect
from test_access import serious

PASSWORD = "开门"
REPORT = (Path(__file__).parents[2] / "corpus/reports/yanji-2021/report.txt").read_text(encoding="utf-8")
NEW = REPORT.replace("满意率91.4%", "满意率92.4%").replace("对照作风建设和纪律要求,加强办公环境整顿,街道被评为上海市“无烟党政机关”。", "")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    tmp, port = tmp_path_factory.mktemp("desk"), free_port()
    command = [sys.executable, str(Path(__file__).with_name("serve_desk.py")), str(port), str(tmp), PASSWORD]
    server = Server(command, port, _environment(tmp, port), tmp / "log")
    server.start("/readyz", 120)
    yield server
    server.stop()


def test_a_new_version_comes_in_and_old_links_live_on(desk: Server, visitor: Visitor, artifacts: Path) -> None:
    visit = visitor(375)
    page = visit.open(f"{desk.url}/report/yanji-2021")
    changed = page.locator(".yj-s", has_text="满意率91.4%").get_attribute("id")
    dropped = page.locator(".yj-s", has_text="无烟党政机关").get_attribute("id")

    page.goto(desk.url + "/staff")
    page.get_by_label("您的姓名").fill("王芳")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name="报告", exact=True).click()
    page.locator("#file").set_input_files({"name": "新.txt", "mimeType": "text/plain", "buffer": NEW.encode("gb18030")})
    page.get_by_role("button", name="读这个文件").click()
    expect(page.get_by_label("标题")).to_have_value("延吉新村街道2021年度工作总结")
    expect(page.get_by_text("旧链接还能用")).to_be_visible()
    assert serious(page) == []
    page.screenshot(path=artifacts / "reports-375-confirm.png", full_page=True)
    page.get_by_role("button", name="换成新版本").click()
    expect(page.get_by_role("button", name="换回旧版本")).to_be_visible(timeout=60_000)  # the page looks again by itself
    page.screenshot(path=artifacts / "reports-375-list.png", full_page=True)

    for script in (True, False):
        reader = visitor(1280, java_script_enabled=script).page
        reader.goto(f"{desk.url}/report/yanji-2021#{changed}")
        expect(reader.get_by_text("最相近的是下面这一句")).to_be_in_viewport()
        expect(reader.locator(".yj-s", has_text="满意率92.4%")).to_be_in_viewport()
        expect(reader.get_by_role("alert")).to_have_count(0)
        reader.goto(f"{desk.url}/report/yanji-2021#{dropped}")
        expect(reader.get_by_text("也没有相近的句子")).to_be_in_viewport()
    reader = visitor(1280).page
    reader.goto(f"{desk.url}/report/yanji-2021#{changed}")
    reader.screenshot(path=artifacts / "report-1280-old-link.png")
    assert serious(reader) == []
    reader.get_by_role("button", name="复制引用").wait_for()
