"""The desk in a real browser: the register, the draft check, the staff desk; with a script, without one, by keyboard, small and large."""

import json
import re
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from conftest import Server, Visit, Visitor, _environment, free_port
from fakes import write_report
from playwright.sync_api import Page, expect
from starlette.routing import BaseRoute
from test_access import ADDRESS, LATIN, VISIBLE_WORDS, serious

from qa.service import Service
from qa.settings import Settings
from qa.web.site import create_app

PASSWORD = "open-the-desk"
ALLOWED = {"CSV", "Word", "txt", "md", "docx", "pdf", "html", "yanji"}  # names of kinds of files, as drawn; a report's id
REFUSED = "社区食堂几点开门"

SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, summary, textarea, select, input:not([type=hidden]):not([type=file])')]
  .filter(e => e.offsetParent && !e.closest('.yj-draft') && !e.classList.contains('yj-skip'))
  .filter(e => e.getBoundingClientRect().height < 43.5 || e.getBoundingClientRect().width < 31).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real thing with the staff desk open."""
    tmp, port = tmp_path_factory.mktemp("desk"), free_port()
    environment = _environment(tmp, port) | {"YOUJU_STAFF_PASSWORD": PASSWORD}
    server = Server([sys.executable, "app.py"], port, environment, tmp / "log")
    server.start("/readyz", 600)
    for question in ("热线满意率多少", REFUSED, "食堂几点开门", "你好"):
        ask(server, question)
    yield server
    server.stop()


def ask(server: Server, question: str) -> dict:
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(f"{server.url}/api/v1/ask", data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def checked(visit: Visit, desk: Server) -> Page:
    """The sample, checked."""
    page = visit.open(desk.url + "/check")
    page.get_by_role("button", name="试一段示例").click()
    page.locator(".yj-desk").wait_for()
    return page


def entered(visit: Visit, desk: Server) -> Page:
    """The staff desk, from inside."""
    page = visit.open(desk.url + "/staff")
    page.get_by_label("您的姓名").fill("王芳")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.locator(".yj-staff").wait_for()
    return page


# ---------- 数据核对 ----------


@pytest.mark.parametrize("width", [375, 1280])
def test_a_figure_pressed_shows_its_evidence(desk: Server, visitor: Visitor, artifacts: Path, width: int) -> None:
    page = checked(visitor(width), desk)
    page.screenshot(path=artifacts / f"check-{width}.png", full_page=True)
    expect(page.locator(".yj-sum")).to_have_text("15 个数字里，有 4 个要看一看。")
    shown = page.locator(".yj-detail:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("要处理的第 1 处，共 4 处")
    page.locator("#f14").click()
    expect(shown).to_have_count(1)
    expect(shown.locator("mark").first).to_have_text("8月31日")
    expect(page.locator("#f14")).to_have_attribute("aria-current", "true")
    expect(page.locator(".yj-v[aria-current]")).to_have_count(1)
    expect(shown.get_by_role("heading", level=2)).to_be_focused()
    assert shown.evaluate("e => { const b = e.getBoundingClientRect(); return b.top >= -1 && b.top < innerHeight }")
    page.screenshot(path=artifacts / f"check-{width}-figure.png")


def test_the_pager_walks_what_is_to_be_looked_at(desk: Server, visitor: Visitor) -> None:
    page = checked(visitor(), desk)
    shown = page.locator(".yj-detail:visible")
    for heading in ("不符", "需确认", "报告未写"):
        shown.get_by_role("link", name="下一处").click()
        expect(shown.get_by_role("heading", level=2)).to_have_text(heading)
    expect(shown.get_by_role("button", name="下一处")).to_be_disabled()
    shown.get_by_role("link", name="上一处").click()
    expect(shown.get_by_role("heading", level=2)).to_have_text("需确认")


def test_the_table_is_filtered_by_verdict(desk: Server, visitor: Visitor) -> None:
    page = checked(visitor(), desk)
    rows = page.locator(".yj-table--check tbody tr:visible")
    button = page.get_by_role("button", name="报告未写")
    button.click()
    expect(rows).to_have_count(1)
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(rows).to_have_count(15)


def test_a_result_and_a_citation_are_copied(desk: Server, visitor: Visitor) -> None:
    visit = visitor(permissions=["clipboard-read", "clipboard-write"])
    page = checked(visit, desk)
    page.get_by_role("button", name="复制结果").click()
    expect(page.locator(".yj-do-result")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "不符　95%　报告为 91.4%" in copied
    assert len(copied.split("\n")) == 16
    page.locator(".yj-detail:visible").get_by_role("button", name="复制引用").click()
    cited = page.evaluate("navigator.clipboard.readText()")
    assert cited.startswith("“今年以来,街道共办结受理")
    assert re.search(r"http://127\.0\.0\.1:\d+/report/yanji-2021#s\w+$", cited)


def test_a_draft_is_mended_and_settled(desk: Server, visitor: Visitor) -> None:
    page = checked(visitor(), desk)
    page.get_by_role("button", name="稿中改成 91.4%").click()
    expect(page.locator(".yj-sum")).to_have_text("15 个数字里，有 3 个要看一看。")
    page.locator("#f9").click()
    page.get_by_role("button", name="就是这一处").first.click()
    expect(page.locator(".yj-sum")).to_have_text("15 个数字里，有 2 个要看一看。")
    page.get_by_role("link", name="改稿").click()
    box = page.get_by_label("稿子")
    expect(box).to_be_focused()
    box.fill("满意率91.4%。")
    page.get_by_role("button", name="开始核对").click()
    expect(page.locator(".yj-sum")).to_have_text("1 个数字都与报告相符。")


def test_the_way_to_the_report_leaves_the_draft_where_it_is(desk: Server, visitor: Visitor) -> None:
    visit = visitor()
    page = checked(visit, desk)
    with visit.context.expect_page() as opened:
        page.locator(".yj-detail:visible .yj-open").click()
    expect(opened.value.locator(".yj-s:target")).to_contain_text("满意率91.4%")
    expect(page.locator(".yj-desk")).to_be_visible()


def test_files_come_down_and_go_up(desk: Server, visitor: Visitor, tmp_path: Path) -> None:
    page = checked(visitor(), desk)
    for label, ending in (("下载核对表（CSV）", ".csv"), ("下载批注稿（Word）", ".docx"), ("下载批注稿（网页）", ".html")):
        with page.expect_download() as coming:
            page.get_by_role("button", name=label).click()
        assert coming.value.suggested_filename.startswith("数据核对-")
        assert coming.value.suggested_filename.endswith(ending)
        coming.value.save_as(tmp_path / f"kept{ending}")
    page.goto(desk.url + "/check")
    page.locator("#file").set_input_files(tmp_path / "kept.docx")
    expect(page.locator("#file-name")).to_have_text("kept.docx")
    page.get_by_role("button", name="开始核对").click()
    expect(page.locator(".yj-sum")).to_have_text("15 个数字里，有 4 个要看一看。")
    kept = page.context.new_page()
    kept.goto((tmp_path / "kept.html").as_uri())
    expect(kept.locator("li")).to_have_count(15)


def test_without_a_script_a_draft_is_checked_all_the_same(desk: Server, visitor: Visitor, artifacts: Path) -> None:
    page = visitor(java_script_enabled=False).open(desk.url + "/check")
    page.get_by_label("稿子").fill("满意率95%。\n问题全部整改处置，比例为100%。")
    page.get_by_role("button", name="开始核对").click()
    expect(page.locator(".yj-sum")).to_have_text("2 个数字里，有 2 个要看一看。")
    page.locator("#f2").click()
    shown = page.locator(".yj-detail:visible")
    expect(shown).to_have_count(1)
    expect(shown.get_by_role("heading", level=2)).to_have_text("需确认")
    page.screenshot(path=artifacts / "check-1280-plain.png")
    shown.get_by_role("button", name="就是这一处").first.click()
    expect(page.locator(".yj-sum")).to_have_text("2 个数字里，有 1 个要看一看。")
    page.locator("#f1").click()
    page.get_by_role("button", name="稿中改成 91.4%").click()
    expect(page.locator(".yj-sum")).to_have_text("2 个数字都与报告相符。")
    page.get_by_role("link", name="改稿").click()
    expect(page.get_by_label("稿子")).to_be_visible()
    expect(page.get_by_role("button", name="打印")).to_be_hidden()


def test_a_check_by_keyboard(desk: Server, visitor: Visitor) -> None:
    page = visitor().open(desk.url + "/check")
    page.get_by_label("稿子").focus()
    page.keyboard.type("满意率95%。签约293产。")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "开始核对":
            break
    page.keyboard.press("Enter")
    page.locator(".yj-desk").wait_for()
    page.locator("#f2").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".yj-detail:visible").get_by_role("heading", level=2)).to_be_focused()


def test_paper_shows_the_result_and_no_controls(desk: Server, visitor: Visitor, artifacts: Path) -> None:
    page = checked(visitor(), desk)
    page.get_by_role("button", name="不符").click()
    expect(page.locator(".yj-proof:visible")).to_have_count(0)
    page.emulate_media(media="print")
    expect(page.locator(".yj-table--check tbody tr:visible")).to_have_count(15)  # a filter on the screen leaves no figure out
    expect(page.locator(".yj-proof:visible").first).to_have_text(re.compile("^“今年以来,.*2022-03-30$"))
    expect(page.locator(".yj-draft")).to_be_visible()
    expect(page.locator(".yj-table--check")).to_be_visible()
    for control in (".yj-tally", ".yj-pager", ".yj-tabs", ".yj-btns--below", ".yj-aside"):
        expect(page.locator(control).first).to_be_hidden()
    page.pdf(path=artifacts / "check.pdf")


# ---------- 数据一览 ----------


@pytest.mark.parametrize("width", [375, 1280])
def test_the_register_is_filtered_while_one_types(desk: Server, visitor: Visitor, artifacts: Path, width: int) -> None:
    page = visitor(width).open(desk.url + "/figures")
    page.screenshot(path=artifacts / f"figures-{width}.png")
    cells = page.locator("#figs td.yj-table__n")
    before = cells.count()
    page.get_by_label("按词或数字筛选").press_sequentially("电梯")
    expect(cells).to_have_text(["6台", "5台", "40台", "242台"])
    expect(page.get_by_role("status")).to_have_text("现在显示 4 个数字")
    assert "q=" in page.url
    page.get_by_label("按词或数字筛选").fill("地铁")
    expect(page.locator("#figs")).to_contain_text("没有含“地铁”的数字。")
    page.get_by_role("link", name="清除筛选").click()
    expect(cells).to_have_count(before)
    page.locator("select[name=part]").select_option("五、加强社会治理方面")
    expect(page.locator(".yj-group")).to_have_count(1)
    page.get_by_label("排序").select_option("数值大小")
    expect(page.locator(".yj-group").first).to_have_text("单位：个")
    assert "order=value" in page.url
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载（CSV）").click()
    rows = Path(coming.value.path()).read_text(encoding="utf-8-sig").strip().split("\n")
    assert len(rows) - 1 == cells.count()


def test_a_row_leads_to_its_sentence(desk: Server, visitor: Visitor) -> None:
    page = visitor().open(desk.url + "/figures?q=96.38%25")
    page.get_by_role("link", name="看原文").click()
    expect(page.locator(".yj-s:target")).to_contain_text("签约率达96.38%")


def test_words_being_composed_are_not_searched_for(desk: Server, visitor: Visitor) -> None:
    visit = visitor()
    page = visit.open(desk.url + "/figures")
    page.get_by_label("按词或数字筛选").focus()
    keyboard = visit.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "dianti", "selectionStart": 6, "selectionEnd": 6})
    page.wait_for_timeout(600)
    assert "q=" not in page.url
    keyboard.send("Input.insertText", {"text": "电梯"})
    expect(page.get_by_role("status")).to_have_text("现在显示 4 个数字")


def test_without_a_script_the_register_is_filtered_by_its_button(desk: Server, visitor: Visitor) -> None:
    page = visitor(java_script_enabled=False).open(desk.url + "/figures")
    page.get_by_label("按词或数字筛选").fill("电梯")
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(page.locator("td.yj-table__n")).to_have_text(["6台", "5台", "40台", "242台"])
    page.get_by_label("排序").select_option("数值大小")
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(page.locator("td.yj-table__n")).to_have_text(["242台", "40台", "6台", "5台"])


# ---------- the staff desk ----------


@pytest.mark.parametrize("width", [375, 1280])
def test_a_question_is_assigned_from_the_page_and_taken_back(desk: Server, visitor: Visitor, artifacts: Path, width: int) -> None:
    page = entered(visitor(width), desk)
    page.screenshot(path=artifacts / f"staff-{width}-log.png", full_page=True)
    expect(page.locator(".yj-list")).to_contain_text("热线满意率多少")
    page.get_by_role("link", name="没答上的").click()
    page.screenshot(path=artifacts / f"staff-{width}-open.png", full_page=True)
    page.locator("li", has_text=REFUSED).get_by_role("link", name="处理").click()
    page.screenshot(path=artifacts / f"staff-{width}-question.png", full_page=True)
    page.get_by_label("在报告里找别的句子").fill("助餐点8家")
    page.get_by_role("button", name="找", exact=True).click()
    page.locator("li", has_text="助餐点8家").get_by_role("button", name="指给这句话").last.click()
    expect(page.get_by_text("已生效。")).to_be_visible()
    assert "助餐点8家" in ask(desk, REFUSED)["citations"][0]["sentence"]
    page.get_by_role("link", name="问题库").click()
    expect(page.locator(".yj-list").first).to_contain_text("王芳 在 ")
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_text("已撤回。")).to_be_visible()
    assert not ask(desk, REFUSED)["answered"]
    page.get_by_role("link", name="用量").click()
    expect(page.locator(".yj-totals")).to_contain_text("提问")
    page.screenshot(path=artifacts / f"staff-{width}-usage.png", full_page=True)
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_label("密码")).to_be_visible()
    page.goto(desk.url + "/staff/bank")
    expect(page.get_by_label("密码")).to_be_visible()


# ---------- everyone ----------

STAFF = (
    "/staff",
    "/staff/open",
    f"/staff/question?q={REFUSED}&find=助餐",
    "/staff/bank",
    "/staff/usage?days=7",
    "/staff/reports",
    "/staff/reports/remove?report=yanji-2021",
)
OPEN = ("/check", "/figures", "/figures?q=地铁", "/figures?dates=1")
YEARS = ("/years", "/years?q=粮食产量", "/years?q=地铁")  # where there are two reports
ELSEWHERE = ("/", "/report/yanji-2021", "/offline")  # test_access.py walks these
NO_PAGE = re.compile(
    r"/api/.*|/web/.*|/(?:healthz|readyz|metrics|favicon\.ico|robots\.txt|sw\.js|manifest\.webmanifest|mcp)|/staff/(?:bank/)?export"
)


def pages_of(routes: Sequence[BaseRoute]) -> Iterator[str]:
    """The paths that a browser can open, as the application knows them."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from pages_of(inner.routes)
        elif "GET" in (getattr(route, "methods", None) or ()) and not NO_PAGE.fullmatch(route.path):
            yield route.path


def test_no_page_is_left_out_of_the_walks_below(real_service: Service) -> None:
    """A new page belongs in STAFF, OPEN, YEARS or ELSEWHERE: then axe, small screens and readers of Chinese meet it."""
    walked = {path.split("?")[0] for path in (*STAFF, *OPEN, *YEARS, *ELSEWHERE)}
    app = create_app(real_service, Settings(staff_password=PASSWORD, mcp="on"))
    left = [path for path in pages_of(app.routes) if not any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), seen) for seen in walked)]
    assert left == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_nothing_serious_on_the_desk(desk: Server, visitor: Visitor, scheme: str, width: int) -> None:
    visit = visitor(width, color_scheme=scheme)
    page = checked(visit, desk)
    for number in (2, 9, 13, 15):
        page.locator(f"#f{number}").click()
        assert serious(page) == []
    visit.open(desk.url + "/staff")
    assert serious(page) == []
    entered(visit, desk)
    for path in (*OPEN, *STAFF):
        page.goto(desk.url + path)
        assert serious(page) == [], path


@pytest.mark.parametrize("large", [False, True])
def test_nothing_on_the_desk_scrolls_sideways_and_targets_are_large_enough(desk: Server, visitor: Visitor, large: bool) -> None:
    visit = visitor(375)
    if large:
        visit.page.add_init_script("localStorage.setItem('yj-size', 'large')")
    page = entered(visit, desk)
    for path in (*OPEN, *STAFF, "sample"):
        if path == "sample":
            checked(visit, desk)
        else:
            page.goto(desk.url + path)
        for width in (320, 375, 768, 1280):
            page.set_viewport_size({"width": width, "height": 812})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert page.evaluate(SMALL_TARGETS) == [], (path, width)


def test_no_latin_word_is_left_on_the_desk(desk: Server, visitor: Visitor) -> None:
    visit = visitor()
    page = checked(visit, desk)
    seen = page.evaluate(VISIBLE_WORDS)
    visit.open(desk.url + "/staff")
    seen += page.evaluate(VISIBLE_WORDS)
    entered(visit, desk)
    for path in (*OPEN, *STAFF):
        page.goto(desk.url + path)
        seen += page.evaluate(VISIBLE_WORDS)
    assert {word for words in seen for word in LATIN.findall(ADDRESS.sub("", words))} - ALLOWED == set()


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Three small reports of three years: the fewest that make a chart."""
    tmp, port = tmp_path_factory.mktemp("several"), free_port()
    for year, grew in ((2019, "4.8"), (2020, "5.2"), (2021, "6.1")):
        about = f'title = "某街道{year}年工作总结"\nyear = {year}\npublished = {year + 1}-01-20\n'
        write_report(tmp / "reports" / f"mou-{year}", f"某街道{year}年工作总结\n{year}年粮食产量{grew}万吨,增长{grew}%。\n", about)
    environment = _environment(tmp, port) | {"YOUJU_REPORTS": str(tmp / "reports")}
    server = Server([sys.executable, "app.py"], port, environment, tmp / "log")
    server.start("/healthz", 120)
    yield server
    server.stop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_years_side_by_side_are_for_everyone(several: Server, visitor: Visitor, artifacts: Path, scheme: str) -> None:
    page = visitor(375, color_scheme=scheme).page
    for number, path in enumerate(YEARS):
        page.goto(several.url + path)
        page.screenshot(path=artifacts / f"years-375-{scheme}-{number}.png", full_page=True)
        assert serious(page) == [], path
        for width in (320, 375, 1280):
            page.set_viewport_size({"width": width, "height": 812})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert page.evaluate(SMALL_TARGETS) == [], (path, width)
        seen = page.evaluate(VISIBLE_WORDS)
        assert {word for words in seen for word in LATIN.findall(ADDRESS.sub("", words))} - ALLOWED == set(), path


@pytest.mark.parametrize("width", [375, 1280])
def test_an_indicator_is_followed_through_the_years(several: Server, visitor: Visitor, width: int) -> None:
    page = visitor(width).open(several.url + "/years")
    page.get_by_role("link", name="粮食产量", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("3 份报告里有 6 个数字")
    expect(page.locator("td.yj-table__n")).to_have_text(["4.8万吨", "5.2万吨", "6.1万吨", "4.8%", "5.2%", "6.1%"])
    chart = page.get_by_role("region", name="粮食产量，单位：万吨")
    expect(chart.get_by_role("link")).to_have_count(3)
    expect(page.get_by_text("左右拨动，看全部年份。").first).to_be_visible(visible=width < 688)
    chart.get_by_role("link", name="2021年 粮食产量 6.1万吨（结果）").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".yj-s:target")).to_contain_text("粮食产量6.1万吨")
    page.go_back()
    page.get_by_role("link", name="看原文").first.click()
    expect(page.locator(".yj-s:target")).to_contain_text("粮食产量4.8万吨")
    page.go_back()
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载（CSV）").click()
    assert coming.value.suggested_filename == "多年对比-粮食产量.csv"
    rows = Path(coming.value.path()).read_text(encoding="utf-8-sig").strip().split("\n")
    assert len(rows) == 1 + 6
    page.get_by_label("指标").fill("地铁")
    page.get_by_role("button", name="对比", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("没有“地铁”的数字")
    expect(page.get_by_role("button", name="下载（CSV）")).to_have_count(0)
    page.get_by_role("link", name="粮食产量", exact=True).click()
    expect(page.locator("td.yj-table__n").first).to_have_text("4.8万吨")
