"""The chat as a visitor meets it."""

import re
from pathlib import Path

import pytest
from conftest import Server, Stage, Visitor
from many import write_library
from playwright.sync_api import Route, expect

QUESTION = "热线满意率多少"
SENTENCE = "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。"


@pytest.mark.parametrize("width", [375, 1280])
def test_a_question_leads_to_a_sentence_and_its_link_to_the_sentence_in_the_report(
    site: Server, visitor: Visitor, artifacts: Path, width: int
) -> None:
    visit = visitor(width)
    page = visit.open(site.url + "/")
    page.screenshot(path=artifacts / f"chat-{width}-welcome.png")
    visit.ask(QUESTION)
    paper = page.locator("#yj-talk .yj-paper").first
    expect(paper.locator(".yj-quote")).to_have_text(SENTENCE)
    expect(paper.locator("mark").first).to_have_text("91.4%")
    page.wait_for_timeout(600)
    page.screenshot(path=artifacts / f"chat-{width}-answer.png")
    paper.locator(".yj-open").click()
    target = page.locator(".yj-s:target")
    expect(target).to_have_text(SENTENCE)
    expect(target).to_be_in_viewport()
    assert target.evaluate("e => getComputedStyle(e).backgroundColor") != "rgba(0, 0, 0, 0)"
    assert re.search(r"/report/yanji-2021#s[0-9a-f]{8}$", page.url)
    page.screenshot(path=artifacts / f"report-{width}-target.png")
    page.locator(".yj-back").click()
    expect(page.locator("#yj-talk .yj-quote").first).to_have_text(SENTENCE)  # the talk is still there


def test_what_the_real_service_refuses_has_no_citation(site: Server, visitor: Visitor) -> None:
    visit = visitor()
    page = visit.open(site.url + "/")
    visit.ask("今天天气怎么样")
    expect(page.locator(".yj-nil")).to_be_visible()
    expect(page.locator(".yj-answer .yj-paper")).to_have_count(0)


@pytest.mark.parametrize("width", [375, 1280])
def test_a_near_sentence_is_framed_as_none_that_answers(site: Server, visitor: Visitor, artifacts: Path, width: int) -> None:
    visit = visitor(width)
    page = visit.open(site.url + "/")
    visit.ask("打疫苗死了几个人")
    near = page.locator(".yj-answer .yj-near")
    expect(near).to_be_visible()
    expect(near.locator(".yj-paper").first).to_contain_text("疫苗")
    assert 1 <= near.locator(".yj-paper").count() <= 3
    expect(page.locator(".yj-answer .yj-mark")).to_have_count(0)
    assert near.locator(".yj-paper").first.evaluate("paper => getComputedStyle(paper).borderTopStyle") == "dashed"
    page.screenshot(path=artifacts / f"near-{width}.png", full_page=True)


@pytest.mark.parametrize("width", [375, 1280])
def test_every_kind_of_answer_as_drawn(staged: Server, visitor: Visitor, artifacts: Path, width: int) -> None:
    visit = visitor(width)
    page = visit.open(staged.url + "/")
    visit.ask("养老院、助餐点这些，各有几家？")
    expect(page.locator(".yj-items li")).to_have_text(["养老院6家", "长者照护之家2家", "老年人日间服务中心3家", "助餐点8家"])
    visit.ask("友谊201和大板房分别签了多少？")
    expect(page.locator(".yj-lead").last).to_have_text("报告里有 2 处写到：")
    expect(page.locator(".yj-paper__n")).to_have_text(["第 1 处", "第 2 处"])
    visit.ask("满意率95%是哪句话？")
    expect(page.locator(".yj-note").last).to_contain_text("报告里没有“满意率95%”这个说法。报告写的是：")
    visit.ask("加装一部电梯，一户人家要出多少钱？")
    expect(page.locator(".yj-nil__t").last).to_have_text("报告里没有写到这件事。")
    expect(page.locator(".yj-do a[href='tel:12345']")).to_be_visible()
    visit.ask("那个")
    expect(page.locator(".yj-nil__t").last).to_have_text("请问得再具体一点。")
    visit.ask("你好")
    expect(page.locator(".yj-nil__t").last).to_have_text("您好，我只能摘报告里的原话来回答。")
    page.screenshot(path=artifacts / f"chat-{width}-states.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_further_passages_and_the_text_around_are_folded(staged: Server, visitor: Visitor) -> None:
    visit = visitor()
    page = visit.open(staged.url + "/")
    visit.ask(QUESTION)
    around = page.locator(".yj-around__q").first
    expect(around).to_be_hidden()
    page.locator(".yj-around summary").first.click()
    expect(around.locator(".yj-here")).to_have_text(SENTENCE)
    expect(page.locator(".yj-more .yj-paper")).to_be_hidden()
    page.locator(".yj-more summary").first.click()
    expect(page.locator(".yj-more .yj-paper")).to_be_visible()


def test_a_follow_up_says_how_it_was_understood_and_clearing_forgets(staged: Server, visitor: Visitor) -> None:
    visit = visitor()
    page = visit.open(staged.url + "/")
    visit.ask(QUESTION)
    visit.ask("那办结了多少呢")
    expect(page.locator(".yj-understood")).to_have_text("按“12345热线办结了多少件”理解")
    page.get_by_role("button", name="清空问答").click()
    expect(page.locator(".yj-answer")).to_have_count(0)
    visit.ask("那办结了多少呢")
    expect(page.locator(".yj-understood")).to_have_count(0)
    page.reload()
    expect(page.locator("#yj-talk .yj-answer")).to_have_count(1)


@pytest.mark.parametrize(("width", "height"), [(375, 667), (1280, 812)])
def test_a_shared_link_asks_at_once_and_shows_the_answer(staged: Server, visitor: Visitor, width: int, height: int) -> None:
    visit = visitor(width, height)
    page = visit.open(staged.url + "/?q=热线满意率多少")
    expect(page.locator("#yj-talk .yj-quote").first).to_have_text(SENTENCE)
    expect(page.locator("#yj-first")).to_have_count(0)
    page.wait_for_timeout(700)  # a scroll would be over
    expect(page.locator("#yj-talk .yj-q")).to_be_in_viewport(ratio=1)
    expect(page.locator("#yj-talk .yj-quote").first).to_be_in_viewport()
    expect(page.locator(".yj-quote:visible")).to_have_count(1)
    visit.ask("那办结了多少呢")
    expect(page.locator(".yj-understood")).to_be_visible()  # the linked question belongs to the talk


def test_examples_and_suggestions_ask(staged: Server, visitor: Visitor) -> None:
    visit = visitor(375)
    page = visit.open(staged.url + "/")
    page.get_by_text("养老院、助餐点各有几家").click()
    expect(page.locator(".yj-items")).to_be_visible()
    expect(page.locator(".yj-topics")).to_be_hidden()  # on a small screen the welcome steps back
    page.get_by_text("走访了多少独居老人").click()
    expect(page.locator("#yj-talk .yj-answer:not(:has(.yj-wait__b))")).to_have_count(2)


def test_copying_gives_a_formal_citation(staged: Server, visitor: Visitor) -> None:
    visit = visitor(permissions=["clipboard-read", "clipboard-write"])
    page = visit.open(staged.url + "/")
    visit.ask(QUESTION)
    page.get_by_role("button", name="复制引用").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    link = staged.url + page.locator(".yj-open").first.get_attribute("href")
    where = "一、从严管党治党方面 (四)突出选人用人导向作用,优化干部队伍建设"
    assert copied == f"“{SENTENCE}”——《延吉新村街道2021年度工作总结》，{where}，2022-03-30，{link}"
    page.get_by_role("button", name="分享").click()
    expect(page.get_by_text("链接已复制")).to_be_visible()
    assert (
        page.evaluate("navigator.clipboard.readText()")
        == f"{staged.url}/?q=%E7%83%AD%E7%BA%BF%E6%BB%A1%E6%84%8F%E7%8E%87%E5%A4%9A%E5%B0%91"
    )


def test_without_a_clipboard_the_words_can_be_picked_by_hand(staged: Server, visitor: Visitor) -> None:
    visit = visitor()
    visit.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false")
    page = visit.open(staged.url + "/")
    visit.ask(QUESTION)
    page.get_by_role("button", name="复制引用").click()
    expect(page.get_by_text("长按下面的文字，选“复制”：")).to_be_visible()
    expect(page.locator(".yj-all")).to_contain_text(SENTENCE)


def test_in_wechat_sharing_explains_itself(staged: Server, visitor: Visitor) -> None:
    visit = visitor(375, user_agent="Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/120 Mobile MicroMessenger/8.0")
    page = visit.open(staged.url + "/")
    visit.ask(QUESTION)
    page.get_by_role("button", name="分享").click()
    expect(page.get_by_text("点右上角“…”，选“发送给朋友”。")).to_be_visible()


def test_a_vote_reaches_the_service_with_its_reason(staged: Server, visitor: Visitor) -> None:
    visit = visitor(375)
    page = visit.open(staged.url + "/")
    visit.ask(QUESTION)
    page.get_by_role("button", name="没用").click()
    expect(page.get_by_text("哪里不对？选一个就行")).to_be_visible()
    last = page.get_by_role("button", name="其他").bounding_box()
    assert last["y"] + last["height"] <= page.locator(".yj-bar").bounding_box()["y"]  # not under the ask bar
    with page.expect_request("**/api/v1/feedback") as sent:
        page.get_by_role("button", name="标错了数字").click()
    expect(page.get_by_text("已记下，谢谢您。")).to_be_visible()
    sentence_id = page.locator(".yj-open").first.get_attribute("href").split("#")[1]
    assert sent.value.post_data_json == {"question": QUESTION, "sentence_id": sentence_id, "vote": "down", "reason": "标错了数字"}


def test_reading_aloud_can_be_stopped(staged: Server, visitor: Visitor) -> None:
    visit = visitor()
    visit.page.add_init_script("window.said = []; window.speechSynthesis.speak = u => window.said.push(u.text, u.lang)")
    page = visit.open(staged.url + "/")
    visit.ask(QUESTION)
    page.get_by_role("button", name="朗读").click()
    assert page.evaluate("window.said") == [SENTENCE, "zh-CN"]
    page.get_by_role("button", name="停止朗读").click()
    expect(page.get_by_role("button", name="朗读", exact=True)).to_be_visible()


def test_enter_that_ends_a_composition_never_sends(staged: Server, visitor: Visitor) -> None:
    visit = visitor()
    page = visit.open(staged.url + "/")
    page.locator("#q").focus()
    devtools = visit.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "rexian", "selectionStart": 6, "selectionEnd": 6})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    devtools.send("Input.dispatchKeyEvent", {"type": "rawKeyDown"} | enter)
    devtools.send("Input.dispatchKeyEvent", {"type": "keyUp"} | enter)
    page.keyboard.press("Enter")  # with the right key code, but while the composition is open
    page.wait_for_timeout(300)
    expect(page.locator(".yj-answer, .yj-q")).to_have_count(0)
    devtools.send("Input.insertText", {"text": "热线满意率多少"})
    expect(page.locator("#q")).to_have_value(re.compile(r"^热线满意率多少\s*$"))
    page.keyboard.press("Enter")
    expect(page.locator("#yj-talk .yj-quote").first).to_have_text(SENTENCE)


def test_shift_enter_makes_a_line_and_the_box_grows_to_four(staged: Server, visitor: Visitor) -> None:
    page = visitor().open(staged.url + "/")
    box = page.locator("#q")
    box.focus()
    one = box.bounding_box()["height"]
    for _ in range(3):
        page.keyboard.type("一行")
        page.keyboard.press("Shift+Enter")
    four = box.bounding_box()["height"]
    for _ in range(5):
        page.keyboard.press("Shift+Enter")
    assert one < four
    assert box.bounding_box()["height"] == pytest.approx(four, abs=2)
    expect(page.locator(".yj-q")).to_have_count(0)


def test_empty_and_too_long_questions_are_told_so_at_the_bar(staged: Server, visitor: Visitor, artifacts: Path) -> None:
    page = visitor(375).open(staged.url + "/")
    page.get_by_role("button", name="提问").click()
    expect(page.locator("#yj-wrong")).to_have_text("请先输入您想问的事。")
    page.screenshot(path=artifacts / "chat-375-empty.png")
    page.locator("#q").fill("问" * 301)
    expect(page.locator("#yj-wrong")).to_be_hidden()
    page.locator("#q").press("Enter")
    expect(page.locator("#yj-wrong")).to_have_text("问题太长了，请短一些再问。")
    expect(page.locator(".yj-q")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_two_taps_ask_once_and_complain_of_nothing(staged: Server, visitor: Visitor, width: int) -> None:
    page = visitor(width).open(staged.url + "/")
    page.locator("#q").fill("热线满意率多少")
    page.get_by_role("button", name="提问").dblclick()
    expect(page.locator(".yj-quote").first).to_be_visible()
    expect(page.locator(".yj-q")).to_have_count(1)
    expect(page.locator("#yj-wrong")).to_have_text("")


def test_looking_is_shown_while_the_service_looks(staged: Server, visitor: Visitor) -> None:
    page = visitor().open(staged.url + "/")
    page.locator("#q").fill("慢慢找")
    page.locator("#q").press("Enter")
    expect(page.locator(".yj-wait").last).to_have_text("正在报告里查找…")
    expect(page.locator(".yj-q").last).to_contain_text("慢慢找")
    expect(page.locator("#yj-talk .yj-quote").first).to_have_text(SENTENCE)


def test_what_a_visitor_types_is_never_markup(staged: Server, visitor: Visitor) -> None:
    visit = visitor()
    page = visit.open(staged.url + "/")
    typed = "增长3%~5%、6%~8%吗 3*4*5 <img src=x onerror=alert(1)> <b>粗</b> $a$ [1]: x"
    visit.ask(typed)
    expect(page.locator("#yj-talk .yj-q")).to_have_text("您问：" + typed)
    expect(page.locator("#yj-talk .yj-q img, #yj-talk .yj-q b, #yj-talk .yj-q del, #yj-talk .yj-q em")).to_have_count(0)


def test_the_page_is_there_before_the_model_and_says_so(stage: Stage, visitor: Visitor, artifacts: Path) -> None:
    late = stage(warm_after=12)
    visit = visitor()
    visit.expected = ("503",)  # what /readyz says meanwhile
    page = visit.open(late.url + "/")
    expect(page.locator("#yj-warming")).to_contain_text("正在准备")
    page.screenshot(path=artifacts / "chat-1280-warming.png")
    page.locator("#q").fill(QUESTION)
    page.locator("#q").press("Enter")
    expect(page.locator("#yj-talk .yj-quote").first).to_have_text(SENTENCE, timeout=30_000)
    expect(page.locator("#yj-warming")).to_have_count(0)


def test_a_printed_answer_is_dark_on_light_and_has_no_controls(staged: Server, visitor: Visitor, artifacts: Path) -> None:
    visit = visitor(color_scheme="dark")
    page = visit.open(staged.url + "/")
    visit.ask(QUESTION)
    page.emulate_media(media="print")
    quote = page.locator("#yj-talk .yj-quote").first
    expect(quote).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    for css in (".yj-top", ".yj-bar", ".yj-acts", ".yj-vote", ".yj-next", ".yj-open", ".yj-welcome", ".yj-clear"):
        expect(page.locator(css).first).to_be_hidden()
    page.pdf(path=artifacts / "answer.pdf")


def test_a_theme_can_be_asked_for(staged: Server, visitor: Visitor) -> None:
    page = visitor(color_scheme="dark").open(staged.url + "/?__theme=light")
    expect(page.locator("body")).to_have_css("background-color", "rgb(241, 243, 241)")
    page.goto(staged.url + "/report/yanji-2021")
    expect(page.locator("body")).to_have_css("background-color", "rgb(18, 21, 23)")


def test_large_type_is_kept_between_pages(staged: Server, visitor: Visitor) -> None:
    page = visitor(375).open(staged.url + "/")
    before = page.locator("#hi").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    page.get_by_role("button", name="大字").click()
    assert page.locator("#hi").evaluate("e => parseFloat(getComputedStyle(e).fontSize)") > before * 1.15
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.goto(staged.url + "/report/yanji-2021")
    expect(page.get_by_role("button", name="标准字")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.size") == "large"


def test_behind_a_proxy_prefix_every_link_keeps_it(stage: Stage, visitor: Visitor) -> None:
    prefixed = stage(root_path="/youju")
    visit = visitor()
    page = visit.open(prefixed.url + "/")
    visit.ask(QUESTION)
    page.locator(".yj-open").first.click()
    expect(page.locator(".yj-s:target")).to_have_text(SENTENCE)
    assert "/youju/report/yanji-2021#" in page.url
    hrefs = page.eval_on_selector_all("a[href^='/'], link[href^='/']", "all => all.map(e => e.getAttribute('href'))")
    assert [href for href in hrefs if not href.startswith("/youju/")] == []


def test_where_to_look_is_kept_in_the_talk_and_sent_along(stage: Stage, visitor: Visitor, artifacts: Path, tmp_path: Path) -> None:
    server = stage(reports=write_library(tmp_path / "reports"))
    visit = visitor(375)
    page = visit.open(server.url + "/")
    page.locator("#report").select_option("guowuyuan-2019")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.url.endswith("/chat/answer") else None)
    visit.ask("一客饭多少钱")
    assert '"report":"guowuyuan-2019"' in sent[-1]
    page.screenshot(path=artifacts / "chat-375-chosen.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    visit.open(server.url + "/")
    expect(page.locator("#report")).to_have_value("guowuyuan-2019")
    visit.open(server.url + "/?q=热线满意率多少&report=yanji-2021")
    expect(page.locator("#report")).to_have_value("yanji-2021")
    page.locator("#report").select_option(":2021")
    visit.ask("一客饭多少钱")
    page.locator("#yj-talk .yj-rephrase", has_text="到全部报告里找").last.click()
    expect(page.locator("#report")).to_have_value("")


def test_who_has_to_wait_is_told_the_place_and_answered_without_asking_again(staged: Server, visitor: Visitor, artifacts: Path) -> None:
    visit = visitor(375)
    visit.expected = ("503",)
    page = visit.open(staged.url + "/")
    sent: list[dict[str, object]] = []

    def busy_once(route: Route) -> None:
        sent.append(route.request.post_data_json)
        if len(sent) > 1:
            route.continue_()
            return
        said = {"title": "忙", "status": 503, "ahead": 12, "ticket": "1.abc"}
        route.fulfill(status=503, content_type="application/problem+json", headers={"Retry-After": "1"}, json=said)

    page.route("**/chat/answer", busy_once)
    page.locator("#q").fill(QUESTION)
    page.locator("#q").press("Enter")
    expect(page.locator(".yj-answer .yj-wait")).to_have_text("请稍候，前面还有 12 个问题。")
    page.screenshot(path=artifacts / "chat-375-in-line.png")
    expect(page.locator(".yj-quote").first).to_have_text(SENTENCE)
    assert [one.get("ticket") for one in sent] == [None, "1.abc"]
    expect(page.locator(".yj-q")).to_have_count(1)


def test_before_the_framework_is_there_the_talk_goes_on_and_an_idle_page_gets_it(stage: Stage, visitor: Visitor) -> None:
    server = stage(root_path="/youju", FRAMEWORK_AFTER="6")
    busy, idle = visitor(), visitor()
    busy.page.goto(server.url + "/")
    idle.page.goto(server.url + "/?q=热线满意率多少")
    expect(idle.page.locator("#yj-plain .yj-quote").first).to_have_text(SENTENCE)
    busy.page.locator("#q").fill(QUESTION)
    busy.page.locator("#q").press("Enter")
    expect(busy.page.locator("#yj-plain .yj-quote").first).to_have_text(SENTENCE)
    busy.page.locator("#q").fill("还没打完的")
    idle.page.locator("#yj-send").wait_for(state="attached")
    expect(idle.page.locator("#yj-talk .yj-quote").first).to_have_text(SENTENCE)  # what had been asked came along
    expect(busy.page.locator("#q")).to_have_value("还没打完的")
    expect(busy.page.locator("#yj-plain .yj-quote").first).to_have_text(SENTENCE)
    assert busy.unexpected() == idle.unexpected() == []
