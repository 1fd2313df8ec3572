"""Bad networks: none, lost and found again, and one so slow that no script ever comes."""

from conftest import Server, Stage, Visitor
from playwright.sync_api import expect

QUESTION = "热线满意率多少"
SENTENCE = "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。"


def test_without_the_network_nothing_is_lost_and_asking_works_again_after(staged: Server, visitor: Visitor) -> None:
    visit = visitor(375)
    page = visit.open(staged.url + "/")
    visit.ask(QUESTION)
    visit.context.set_offline(True)
    expect(page.get_by_text("网络断开了。上面的内容还能看，连上后再提问。")).to_be_visible()
    page.locator("#q").fill("停车棚")
    page.locator("#q").press("Enter")
    expect(page.locator("#q")).to_have_value("停车棚")
    expect(page.locator("#yj-talk .yj-quote").first).to_have_text(SENTENCE)
    visit.context.set_offline(False)
    expect(page.get_by_text("网络已连上，可以提问了。")).to_be_visible()
    visit.ask(QUESTION)
    expect(page.locator("#yj-talk .yj-answer")).to_have_count(2)


def test_a_failure_offers_to_try_again(staged: Server, visitor: Visitor) -> None:
    visit = visitor()
    visit.expected = ("500",)
    page = visit.open(staged.url + "/")
    visit.ask("坏")
    expect(page.locator(".yj-note--bad")).to_contain_text("没能查到，请再试一次。")
    page.get_by_role("button", name="再试一次").click()
    expect(page.locator(".yj-note--bad")).to_have_count(1)
    visit.ask(QUESTION)
    expect(page.locator(".yj-note--bad")).to_have_count(0)
    expect(page.locator("#yj-talk .yj-quote").first).to_have_text(SENTENCE)


def test_a_server_that_goes_and_comes_back_is_asked_again_on_the_same_page(stage: Stage, visitor: Visitor) -> None:
    server, visit = stage(), visitor()
    visit.expected = ("ERR_CONNECTION",)
    page = visit.open(server.url + "/")
    visit.ask(QUESTION)
    server.stop()
    page.locator("#q").fill("热线办结多少件")
    page.locator("#q").press("Enter")
    expect(page.locator(".yj-note--bad")).to_be_visible()
    server.start("/healthz", 120)
    page.get_by_role("button", name="再试一次").click()
    expect(page.locator("#yj-talk .yj-quote")).to_have_count(4)
    expect(page.locator(".yj-note--bad")).to_have_count(0)


def test_before_any_script_arrives_the_form_answers(staged: Server, visitor: Visitor) -> None:
    page = visitor(375, java_script_enabled=False).page
    page.goto(staged.url + "/")
    page.locator("#q").fill(QUESTION)
    page.get_by_role("button", name="提问").click()
    expect(page.locator(".yj-quote").first).to_have_text(SENTENCE)
    page.locator(".yj-open").first.click()
    expect(page.locator(".yj-s:target")).to_have_text(SENTENCE)


def test_the_first_useful_paint_is_small(staged: Server, visitor: Visitor) -> None:
    visit = visitor(375)
    devtools = visit.context.new_cdp_session(visit.page)
    devtools.send("Network.enable")
    urls: dict[str, str] = {}
    sizes: dict[str, int] = {}
    devtools.on("Network.requestWillBeSent", lambda e: urls.update({e["requestId"]: e["request"]["url"]}))
    devtools.on("Network.loadingFinished", lambda e: sizes.update({urls[e["requestId"]]: int(e["encodedDataLength"])}))
    visit.open(staged.url + "/")
    visit.page.wait_for_load_state("networkidle")
    first = sum(size for url, size in sizes.items() if url == staged.url + "/" or "/web/chat.css" in url)
    assert first < 25_000  # page and style sheet: all that the first paint needs
    assert sum(sizes.values()) < 330_000
    assert len([url for url in urls.values() if url.startswith("http")]) < 52  # what a bare Gradio chat asked for


def test_without_the_chat_framework_the_talk_goes_on(staged: Server, visitor: Visitor) -> None:
    visit = visitor(375)
    visit.expected = ("ERR_FAILED",)
    visit.context.route("**/assets/**", lambda route: route.abort())
    page = visit.page
    page.goto(staged.url + "/?q=" + QUESTION)
    expect(page.locator("#yj-plain .yj-quote").first).to_have_text(SENTENCE)
    page.locator("#q").fill("那办结了多少呢")
    page.locator("#q").press("Enter")
    expect(page.locator("#yj-plain .yj-understood")).to_have_text("按“12345热线办结了多少件”理解")  # the linked question belongs to the talk
    expect(page.locator(".yj-q")).to_have_count(2)
    page.get_by_role("button", name="没用").last.click()
    page.get_by_role("button", name="没答全").click()
    expect(page.get_by_text("已记下，谢谢您。")).to_be_visible()
    page.locator("#q").fill("坏")
    visit.expected += ("500",)
    page.locator("#q").press("Enter")
    expect(page.locator("#yj-plain .yj-note--bad")).to_be_visible()
    expect(page.get_by_text("已记下，谢谢您。")).to_be_visible()  # what stood there was not drawn again
    page.locator(".yj-open").first.click()
    page.go_back()
    expect(page.locator("#yj-plain .yj-quote").first).to_have_text(SENTENCE)
    page.get_by_role("button", name="清空问答").click()
    expect(page.locator(".yj-q")).to_have_count(0)


def test_who_asks_before_the_framework_is_there_need_not_wait(staged: Server, visitor: Visitor) -> None:
    visit = visitor()
    held = []
    visit.context.route("**/assets/**", lambda route: held.append(route))
    page = visit.page
    page.goto(staged.url + "/", wait_until="commit")
    page.locator("#q").fill(QUESTION)
    page.locator("#q").press("Enter")
    expect(page.locator("#yj-plain .yj-quote").first).to_have_text(SENTENCE)
    for route in held:
        route.continue_()
    visit.context.unroute("**/assets/**")
    page.locator("#yj-talk").wait_for(state="attached")
    expect(page.locator(".yj-q")).to_have_count(1)  # and it stays one talk
