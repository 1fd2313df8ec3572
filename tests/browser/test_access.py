"""Everyone: keyboards, screen readers, small screens, dark rooms, and readers of Chinese only."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Server, Visit, Visitor
from playwright.sync_api import Page, expect

QUESTIONS = (
    "热线满意率多少",
    "养老院、助餐点各有几家",
    "友谊201和大板房分别签了多少",
    "满意率95%是哪句话",
    "电梯一户要出多少钱",
    "那个",
    "你好",
)
LATIN = re.compile(r"[A-Za-z]{2,}")
ADDRESS = re.compile(r"https?://\S+")  # the report prints the address of its film
ALLOWED: set[str] = set()  # Latin words that a page may show

VISIBLE_WORDS = """() => {
  const found = [document.title, document.querySelector('meta[name=description]').content];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) if (!walk.currentNode.parentElement.closest('script,style,noscript')) found.push(walk.currentNode.data);
  for (const e of document.body.querySelectorAll('*')) for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description'])
    if (e.hasAttribute(name)) found.push(e.getAttribute(name));
  return found;
}"""


def everything_asked(visit: Visit, url: str) -> Page:
    page = visit.open(url + "/")
    for question in QUESTIONS:
        visit.ask(question)
    page.get_by_role("button", name="没用").first.click()
    for summary in page.locator(".yj-answer summary").all():
        summary.click()
    return page


def serious(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in violations if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_nothing_serious(staged: Server, visitor: Visitor, artifacts, scheme: str, width: int) -> None:
    visit = visitor(width, color_scheme=scheme)
    visit.expected = ("404",)
    page = visit.open(staged.url + "/")
    assert serious(page) == []
    page = everything_asked(visit, staged.url)
    page.screenshot(path=artifacts / f"chat-{width}-{scheme}.png", full_page=True)
    assert serious(page) == []
    for path in ("/report/yanji-2021#s2ee1c271", "/report/yanji-2021#s00000000", "/offline", "/nothing"):
        page.goto("about:blank")
        page.goto(staged.url + path)
        page.screenshot(path=artifacts / f"page-{width}-{scheme}.png")
        assert serious(page) == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_chosen_and_hold_on_every_page(staged: Server, visitor: Visitor, artifacts, scheme: str) -> None:
    visit = visitor(375, color_scheme=scheme)
    page = visit.open(staged.url + "/")
    visit.ask("热线满意率多少")
    page.get_by_role("button", name="深色").click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(18, 21, 23)")
    page.get_by_role("button", name="高对比").click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("#yj-talk .yj-quote").first).to_have_css("color", "rgb(0, 0, 0)")
    page.screenshot(path=artifacts / f"chat-375-contrast-{scheme}.png", full_page=True)
    assert serious(page) == []
    page.goto(staged.url + "/report/yanji-2021#s2ee1c271")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert serious(page) == []
    page.goto(staged.url + "/figures")
    expect(page.get_by_role("button", name="高对比")).to_have_attribute("aria-pressed", "true")
    assert serious(page) == []
    page.get_by_role("button", name="自动").click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(241, 243, 241)" if scheme == "light" else "rgb(18, 21, 23)")


def test_colours_and_type_can_be_chosen_where_there_is_no_page(staged: Server, visitor: Visitor) -> None:
    visit = visitor(375)
    visit.expected = ("404",)
    page = visit.open(staged.url + "/nothing")
    page.get_by_role("button", name="深色").click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(18, 21, 23)")
    page.get_by_role("button", name="大字").click()
    expect(page.locator("html")).to_have_css("font-size", "19px")


ROWS = """names => names.filter(name => {
  const tops = [...document.querySelectorAll(name)].filter(e => e.offsetParent).map(e => Math.round(e.getBoundingClientRect().bottom / 8));
  return !tops.length || new Set(tops).size > 1;
})"""


def test_a_row_of_buttons_stays_a_row_in_large_type_on_a_small_phone(staged: Server, visitor: Visitor) -> None:
    visit = visitor(320)
    visit.page.add_init_script("localStorage.setItem('yj-size', 'large')")
    page = visit.open(staged.url + "/")
    visit.ask("热线满意率多少")
    assert page.evaluate(ROWS, [".yj-acts .yj-act", ".yj-foot .yj-btn", ".yj-bar__in > *", ".yj-nav > *", ".yj-looks button"]) == []
    assert page.locator(".yj-brand__name").evaluate("e => e.getBoundingClientRect().height") < 60
    page.goto(staged.url + "/report/yanji-2021#s2ee1c271")
    assert page.evaluate(ROWS, [".yj-dock .yj-act"]) == []


def test_no_latin_word_is_left_on_any_page(staged: Server, visitor: Visitor) -> None:
    visit = visitor()
    visit.expected = ("404",)
    page = everything_asked(visit, staged.url)
    seen = page.evaluate(VISIBLE_WORDS)
    for path in ("/report/yanji-2021", "/report/none", "/offline", "/nothing"):
        page.goto(staged.url + path)
        seen += page.evaluate(VISIBLE_WORDS)
    assert len(seen) > 300
    assert {word for words in seen for word in LATIN.findall(ADDRESS.sub("", words))} - ALLOWED == set()


def test_a_keyboard_is_enough(staged: Server, visitor: Visitor) -> None:
    page = visitor().open(staged.url + "/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("(document.activeElement.textContent || document.activeElement.placeholder || '').trim()"))
        if page.evaluate("document.activeElement.id") == "q":
            break
    assert any("热线满意率多少" in words for words in seen)
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("热线满意率多少")
    page.keyboard.press("Enter")
    expect(page.locator("#yj-talk .yj-quote").first).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.className").startswith("yj-open"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/yanji-2021#s*")


def test_screen_readers_hear_answers_and_one_heading_leads(staged: Server, visitor: Visitor) -> None:
    visit = visitor()
    page = visit.open(staged.url + "/")
    visit.ask("热线满意率多少")
    expect(page.locator("[role=log]")).to_have_count(1)
    expect(page.locator("h1")).to_have_count(1)
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    expect(page.get_by_role("log")).to_contain_text("满意率91.4%")


SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, summary, textarea')]
  .filter(e => e.offsetParent && !e.closest('.yj-text') && !e.classList.contains('yj-skip'))
  .filter(e => e.getBoundingClientRect().height < 43.5 || e.getBoundingClientRect().width < 43.5).map(e => e.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("large", [False, True])
def test_nothing_scrolls_sideways_and_targets_are_large_enough(staged: Server, visitor: Visitor, large: bool) -> None:
    visit = visitor(375)
    if large:
        visit.page.add_init_script("localStorage.setItem('yj-size', 'large')")
    page = everything_asked(visit, staged.url)
    for path in ("", "/report/yanji-2021", "/offline"):
        if path:
            page.goto(staged.url + path)
        for width in (320, 375, 768, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 812})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert page.evaluate(SMALL_TARGETS) == [], (path, width)


def test_it_can_be_installed(staged: Server, visitor: Visitor) -> None:
    page = visitor().open(staged.url + "/")
    manifest = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then(r => r.json())")
    assert manifest["name"] == "有据 · 延吉新村街道报告问答"
    assert manifest["lang"] == "zh-CN"
    for icon in manifest["icons"]:
        width = page.evaluate(
            "src => createImageBitmap ? fetch(src).then(r => r.blob()).then(createImageBitmap).then(b => b.width) : 0", icon["src"]
        )
        assert icon["sizes"] == f"{width}x{width}"
