"""The report page: to read without a script, to link into, to copy from, to print."""

import re
from pathlib import Path

import pytest
from conftest import Server, Visitor
from playwright.sync_api import expect
from test_access import serious

SENTENCE = "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。"
REPORT = (Path(__file__).parents[2] / "corpus/reports/yanji-2021/report.txt").read_text(encoding="utf-8-sig")


def the_sentence(page) -> str:
    return page.locator(".yj-s", has_text=SENTENCE).get_attribute("id")


@pytest.mark.parametrize("width", [375, 1280])
def test_without_a_script_the_whole_report_is_there_and_can_be_linked_into(
    staged: Server, visitor: Visitor, artifacts: Path, width: int
) -> None:
    page = visitor(width, java_script_enabled=False).page
    page.goto(staged.url + "/report/yanji-2021")
    page.screenshot(path=artifacts / f"report-{width}-plain.png")
    shown = "".join(page.locator("h1, .yj-doc__head .yj-s, .yj-text").all_text_contents())
    for line in REPORT.split("\n"):
        assert line.strip() in shown
    page.goto(f"{staged.url}/report/yanji-2021#{the_sentence(page)}")
    expect(page.locator(":target")).to_have_text(SENTENCE)
    expect(page.locator(":target")).to_be_in_viewport()
    expect(page.get_by_role("button")).to_have_count(0)  # nothing that would not work
    page.get_by_role("link", name="(一)公共服务供给更富成效").or_(page.locator(".yj-toc a").first).first.click()
    expect(page.locator("h2:target, h3:target")).to_be_in_viewport()


def test_a_target_is_named_in_the_contents_and_can_be_cited(staged: Server, visitor: Visitor) -> None:
    page = visitor(permissions=["clipboard-read", "clipboard-write"]).page
    page.goto(staged.url + "/report/yanji-2021")
    expect(page.get_by_role("button", name="复制引用")).to_be_hidden()
    sentence_id = the_sentence(page)
    page.goto(f"{staged.url}/report/yanji-2021#{sentence_id}")
    expect(page.locator(".yj-toc [aria-current]")).to_have_text("(四)突出选人用人导向作用,优化干部队伍建设。")
    page.get_by_role("button", name="复制引用").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    where = "一、从严管党治党方面 (四)突出选人用人导向作用,优化干部队伍建设"
    link = f"{staged.url}/report/yanji-2021#{sentence_id}"
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"“{SENTENCE}”——《延吉新村街道2021年度工作总结》，{where}，2022-03-30，{link}"


def test_a_link_to_a_sentence_that_is_gone_says_so(staged: Server, visitor: Visitor) -> None:
    page = visitor(375).page
    page.goto(staged.url + "/report/yanji-2021#s00000000")
    expect(page.get_by_role("alert")).to_contain_text("链接指向的句子不在这份报告里，可能报告已更新。")
    page.locator(".yj-toc summary").click()
    page.locator(".yj-toc a").nth(1).click()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_text_fragment_is_no_missing_sentence(staged: Server, visitor: Visitor) -> None:
    page = visitor().page
    page.goto(staged.url + "/report/yanji-2021#:~:text=满意率")
    expect(page.locator(".yj-text")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("width", [375, 1280])
def test_words_are_found_in_the_report(staged: Server, visitor: Visitor, artifacts: Path, width: int) -> None:
    page = visitor(width).page
    page.goto(staged.url + "/report/yanji-2021")
    before = page.locator(".yj-text").inner_text()
    page.get_by_role("button", name="在报告里找").click()
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("searchbox").fill("累计加装６台")  # across a figure, in full width
    expect(page.locator(".yj-find output")).to_have_text("第 1 处，共 1 处")
    expect(page.locator(".yj-hit.is-on").first).to_be_in_viewport()
    assert "".join(page.locator(".yj-hit").all_text_contents()) == "累计加装6台"
    page.get_by_role("searchbox").fill("电梯")
    expect(page.locator(".yj-find output")).to_have_text(re.compile(r"第 1 处，共 \d+ 处"))
    number = before.count("电梯")
    page.get_by_role("button", name="上一处").click()
    expect(page.locator(".yj-find output")).to_have_text(f"第 {number} 处，共 {number} 处")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator(".yj-find output")).to_have_text(f"第 1 处，共 {number} 处")
    page.screenshot(path=artifacts / f"report-{width}-find.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(page) == []
    page.get_by_role("searchbox").fill("火星")
    expect(page.locator(".yj-find output")).to_have_text("报告里没有这个词。")
    page.keyboard.press("Escape")
    expect(page.locator(".yj-hit")).to_have_count(0)
    assert page.locator(".yj-text").inner_text() == before


def test_figures_are_titled_with_what_they_count(staged: Server, visitor: Visitor) -> None:
    page = visitor().page
    page.goto(staged.url + "/report/yanji-2021")
    expect(page.locator(".yj-fig", has_text="91.4%")).to_have_attribute("title", "满意率")
    assert page.locator(".yj-fig").count() > 100


def test_on_paper_only_the_report_is_left(staged: Server, visitor: Visitor, artifacts: Path) -> None:
    page = visitor().page
    page.goto(staged.url + "/report/yanji-2021")
    page.emulate_media(media="print")
    for css in (".yj-top", ".yj-dock", ".yj-toc", ".yj-btns"):
        expect(page.locator(css).first).to_be_hidden()
    expect(page.locator(".yj-text")).to_be_visible()
    page.pdf(path=artifacts / "report.pdf")


@pytest.mark.parametrize("path", ["/report/yanji-1999", "/report/..%2f..%2fetc", "/nothing-here", "/gradio_api/upload", "/login"])
def test_pages_that_are_not_there_say_so_in_chinese(staged: Server, visitor: Visitor, path: str) -> None:
    visit = visitor(375)
    visit.expected = ("404",)
    response = visit.page.goto(staged.url + path)
    assert response is not None
    assert response.status == 404
    expect(visit.page.locator("h1")).to_contain_text("没有")
    visit.page.get_by_role("link", name="回到问答首页").click()
    expect(visit.page.locator("#hi")).to_be_visible()
