"""The web application without a browser: REST, errors, headers, and what is written into the pages."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from staged import LIST, REPORT, Staged

from corpus.library import Library
from qa.records import Answer, Citation
from qa.settings import Settings
from qa.web import texts
from qa.web.html import Mark, marked
from qa.web.render import Setting, answer_html, citation_text, question_html
from qa.web.report_html import report_main
from qa.web.site import create_app

ROOT = Path(__file__).parent.parent
SENTENCE = "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。"


@pytest.fixture(scope="module")
def service() -> Staged:
    return Staged()


@pytest.fixture(scope="module")
def client(service: Staged) -> Iterator[TestClient]:
    with TestClient(create_app(service, Settings()), raise_server_exceptions=False) as client:
        yield client


def words_of(markup: str) -> str:
    """What a reader reads of some HTML."""
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def ask(client: TestClient, **body: object) -> dict[str, object]:
    response = client.post("/api/v1/ask", json=body)
    assert response.status_code == 200
    return response.json()


# ---------- REST ----------


def test_ask_gives_the_answer_of_the_contract(client: TestClient) -> None:
    body = ask(client, question="热线满意率多少")
    assert body["answered"] is True
    first = body["citations"][0]
    text = Library(ROOT / "corpus/reports").report(REPORT).text
    assert first["sentence"] == SENTENCE == text[first["start"] : first["end"]]
    assert first["link"] == f"/report/{REPORT}#{first['sentence_id']}"
    assert [text[a:b] for a, b in first["highlights"]] == ["91.4%"]


def test_ask_passes_history_and_k_on(client: TestClient, service: Staged) -> None:
    body = ask(client, question="那办结了多少呢", history=["热线满意率多少"], k=1)
    assert service.asked[-1] == ("那办结了多少呢", ("热线满意率多少",))
    assert body["understood"] == "12345热线办结了多少件"
    assert len(body["citations"]) == 1


def test_a_refusal_is_an_answer(client: TestClient) -> None:
    body = ask(client, question="装电梯多少钱")
    assert (body["answered"], body["reason"], body["citations"]) == (False, "not_in_report", [])


@pytest.mark.parametrize(
    ("send", "status", "said"),
    [
        ({"json": {}}, 422, "字段 question 不对：没有填写"),
        ({"json": {"question": 5}}, 422, "字段 question 不对"),
        ({"json": {"question": "问", "histroy": []}}, 422, "字段 histroy 不对：没有这个字段"),
        ({"json": {"question": "问", "k": 0}}, 422, "字段 k 不对"),
        ({"json": {"question": "问", "reports": ["nope"]}}, 404, "没有编号为“nope”的报告；有哪些报告，请看 GET /api/v1/reports"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "不是合法的 JSON"),
        ({"json": {"question": "坏"}}, 500, ""),
        ({"content": b"x" * 400_000}, 413, ""),
    ],
)
def test_what_cannot_be_done_is_a_problem_in_chinese(client: TestClient, send: dict, status: int, said: str) -> None:
    response = client.post("/api/v1/ask", **send)
    problem = response.json()
    assert response.status_code == problem["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["title"] == texts.PROBLEMS[status]
    assert said in problem.get("detail", "")
    assert "Traceback" not in response.text


def test_a_long_body_without_a_length_is_stopped_too(client: TestClient) -> None:
    response = client.post("/api/v1/ask", content=(b"x" * 1000 for _ in range(1000)))
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/api/v1/ask", 405), ("GET", "/api/v1/none", 404), ("POST", "/api/v9/ask", 404)]
)
def test_wrong_addresses_are_problems_too(client: TestClient, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_reports_and_feedback(client: TestClient, service: Staged) -> None:
    [report] = client.get("/api/v1/reports").json()
    assert (report["report_id"], report["year"], report["published"]) == (REPORT, 2021, "2022-03-30")
    sent = {"question": "热线", "sentence_id": "s1", "vote": "down", "reason": "没答全"}
    assert client.post("/api/v1/feedback", json=sent).status_code == 204
    assert service.votes[-1] == ("热线", "s1", "down", "没答全")
    assert client.post("/api/v1/feedback", json=sent | {"vote": "maybe"}).status_code == 422


def told(part: object, *keys: str) -> Iterator[str]:
    """Every text under one of these keys, at any depth."""
    for key, inner in part.items() if isinstance(part, dict) else enumerate(part if isinstance(part, list) else ()):
        if key in keys and isinstance(inner, str):
            yield inner
        yield from told(inner, *keys)


def test_the_description_of_the_interface_is_chinese_and_loads_nothing(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert "/api/v1/ask" in described["paths"]
    for path, methods in described["paths"].items():
        assert path.startswith("/api/v1/"), path
        for method in methods.values():
            assert re.search("[一-鿿]", method["summary"])
    assert {"AskBody", "FeedbackBody"} <= described["components"]["schemas"].keys()
    said = list(told(described, "title", "description", "summary"))
    assert len(said) > 30
    assert [words for words in said if not re.search("[一-鿿]", words)] == []
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404


def test_nothing_is_answered_before_the_model_is_there() -> None:
    with TestClient(create_app(Staged(warm_after=60), Settings())) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        response = client.post("/api/v1/ask", json={"question": "热线"})
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        page = client.get("/?q=热线").text
        assert texts.WARMING in page
        assert ">热线</textarea>" in page


# ---------- pages ----------


def test_only_what_the_chat_needs_of_the_framework_is_served(client: TestClient) -> None:
    for path in (
        "/config",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/file=/etc/passwd",
        "/monitoring",
        "/login",
        "/svelte/a.js",
    ):
        assert client.get(path).status_code == 404, path
    for path in ("/gradio_api/upload", "/gradio_api/run/predict", "/gradio_api/queue/join", "/login"):
        assert client.post(path).status_code == 404, path


@pytest.mark.parametrize(
    "path", ["/", "/report/yanji-2021", "/nothing", "/api/v1/reports", "/healthz", "/robots.txt", "/manifest.webmanifest"]
)
def test_every_answer_carries_the_rules_for_the_browser(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert ("unsafe-eval" in policy) == (path == "/")


def test_a_page_seen_before_is_not_sent_again_and_keeps_its_own_rules(client: TestClient) -> None:
    first = client.get("/report/yanji-2021")
    again = client.get("/report/yanji-2021", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert "content-security-policy" not in again.headers


def test_styles_and_scripts_are_packed_and_kept_for_good(client: TestClient) -> None:
    page = client.get("/").text
    for path in re.findall(r'(?:href|src)="(/web/[^"]+)"', page):
        response = client.get(path, headers={"Accept-Encoding": "br"})
        assert response.headers["cache-control"].endswith("immutable"), path
        assert path.split("?")[0].endswith((".png", ".ico")) or response.headers["content-encoding"] == "br"
    [module] = re.findall(r'<script type="module" src="([^"]+)"', page)
    assert client.get(module).headers["cache-control"].endswith("immutable")
    assert client.get("/web/nothing.css").status_code == 404


def test_a_linked_question_is_answered_in_the_page_itself(client: TestClient) -> None:
    page = client.get("/", params={"q": "热线满意率多少"}).text
    assert '<mark class="yj-mark yj-mark--num">91.4%</mark>' in page
    assert SENTENCE in words_of(page)


def test_markup_in_a_question_stays_text(client: TestClient) -> None:
    typed = '</textarea><script>alert("x")</script>'
    page = client.get("/", params={"q": typed}).text
    assert typed not in page
    assert html.escape(typed) in page
    answer = client.post("/chat/answer", json={"question": typed}).text
    assert "<script" not in answer


def test_too_long_and_too_often_are_said_plainly(service: Staged) -> None:
    with TestClient(create_app(service, Settings(max_question=20, ask_rate=20))) as client:
        assert texts.TOO_LONG in client.post("/chat/answer", json={"question": "问" * 21}).text
        said = [client.post("/chat/answer", json={"question": "热线"}).text for _ in range(30)]
    assert texts.TOO_FAST not in said[0]
    assert texts.TOO_FAST in said[-1]


# ---------- what is written ----------


def test_the_report_page_is_the_report_to_the_character() -> None:
    report = Library(ROOT / "corpus/reports").report(REPORT)
    page = report_main(report, [], "")
    for sentence in report.sentences:
        [shown] = re.findall(rf'<span class="[^"]*" id="{sentence.sentence_id}">(.*?)</span>(?=<|$|\s)', page)
        assert words_of(shown).startswith(sentence.text)
    squeezed = re.sub(r"\s+", "", words_of(page[page.index("<article") :]))
    title_lines = [s.text for s in report.sentences if s.role == "title"]
    text = report.text
    for line in title_lines:
        text = text.replace(line, "", 1)
    assert squeezed.startswith(re.sub(r"\s+", "", text))


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=6))
def test_marking_loses_no_character(words: str, spans: list[tuple[int, int]]) -> None:
    marks = [Mark(10 + a, 10 + b, "m", "mark") for a, b in spans]
    shown = re.sub(r'<mark class="m">|</mark>', "", marked(words, 10, marks))
    assert html.unescape(shown) == " ".join(words.split("\n"))


@pytest.fixture
def citation(service: Staged) -> Citation:
    return service.cite("满意率91.4%", ("91.4%",))


def test_a_paper_marks_by_offset_and_keeps_figures_whole(citation: Citation) -> None:
    shown = answer_html(Answer("问", True, 0.9, "figure", (citation,)), Setting())
    assert '<span class="yj-num">2905件</span>' in shown
    assert shown.count("<mark") == 1
    assert f'href="/report/{REPORT}#{citation.sentence_id}"' in shown
    assert "\n" not in shown


def test_an_unsure_answer_says_so_in_words_and_shows_no_score(citation: Citation) -> None:
    shown = words_of(answer_html(Answer("问", True, 0.31, "figure", (citation,)), Setting()))
    assert texts.LEAD_MAYBE in shown
    assert "0.31" not in shown
    assert "31%" not in shown


def test_a_list_shows_its_slices_and_underlines_them(service: Staged) -> None:
    shown = answer_html(Answer("问", True, 0.9, "list", (service.cite(LIST[0], LIST, LIST),)), Setting())
    assert re.findall(r"<li>(.*?)</li>", shown) == list(LIST)
    assert re.findall(r"<mark[^>]*>(.*?)</mark>", shown) == list(LIST)


def test_bare_numbers_are_marked_where_they_stand_and_not_listed(service: Staged) -> None:
    bare = ("293产", "96.38%")
    shown = answer_html(Answer("问", True, 0.9, "multi", (service.cite("签约293产", bare, bare),)), Setting())
    assert "<li>" not in shown
    assert "报告里这样写：" in shown
    assert re.findall(r'<mark class="yj-mark yj-mark--num">(.*?)</mark>', shown) == list(bare)


def test_a_refusal_shows_no_citation_and_what_to_do(citation: Citation) -> None:
    answer = Answer("问", False, 0.1, "everyday", reason="not_in_report", missing="电话", related=("电梯装好了几台",))
    shown = answer_html(answer, Setting(base="/youju", year="2021年", home_report=REPORT))
    assert "yj-paper" not in shown
    assert "您问的电话，报告里没有写。" in shown
    assert 'href="tel:12345"' in shown
    assert f'href="/youju/report/{REPORT}#toc"' in shown
    assert shown.index("tel:") < shown.index("yj-rephrase")


def test_where_nothing_is_known_to_be_missing_other_words_come_first() -> None:
    answer = Answer("问", False, 0.1, "everyday", reason="not_in_report", related=("电梯装好了几台",))
    shown = answer_html(answer, Setting(home_report=REPORT))
    assert texts.NIL_MAYBE in shown
    assert shown.index("yj-rephrase") < shown.index("#toc") < shown.index("tel:")


def test_a_paper_names_its_report(citation: Citation) -> None:
    answer = Answer("问", True, 0.9, "figure", (citation,))
    assert "《延吉新村街道2021年度工作总结》</span>" in answer_html(answer, Setting()).split("yj-cite")[0]


def test_the_citation_is_formal_and_verbatim(citation: Citation) -> None:
    where = "一、从严管党治党方面 (四)突出选人用人导向作用,优化干部队伍建设"
    assert citation_text(citation) == f"“{SENTENCE}”——《延吉新村街道2021年度工作总结》，{where}，2022-03-30"


def test_a_question_of_several_lines_is_one_block() -> None:
    assert "\n" not in question_html("一\n\n二")


def test_a_follow_up_says_in_plain_words_what_it_follows(citation: Citation) -> None:
    html = answer_html(Answer("那满意率呢", True, 0.9, "figure", (citation,), understood="热线办结几件 → 那满意率呢"), Setting())
    assert "接着“热线办结几件”来回答" in html
    assert '<span class="yj-after" hidden>热线办结几件</span>' in html  # what a shared link carries


def test_a_shared_follow_up_is_read_with_what_it_followed(client: TestClient, service: Staged) -> None:
    assert "按“12345热线办结了多少件”理解" in client.get("/", params={"q": "那办结了多少呢", "after": "热线满意率多少"}).text
    assert service.asked[-1] == ("那办结了多少呢", ("热线满意率多少",))


_NEW = re.compile(r"=>|`|\?\.(?!\d)|\?\?|\b(?:let|const|async|await|class|of)\b|\.\.\.")


def test_our_scripts_are_written_for_old_browsers() -> None:
    """One word an old phone does not know, and the whole file is not run. Service workers are newer than all of these; it keeps to them too."""
    for path in sorted((ROOT / "qa/web/static").glob("*.js")):
        code = re.sub(r"/\*.*?\*/|'(?:[^'\\\n]|\\.)*'", "''", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert _NEW.findall(code) == [], path.name


def test_words_for_visitors_stand_in_one_place() -> None:
    """No Chinese in the modules and scripts of qa/web outside texts.py and texts_tools.py, comments and docstrings."""
    for path in sorted((ROOT / "qa/web").rglob("*")):
        if path.suffix not in (".py", ".js") or path.name in ("texts.py", "texts_tools.py"):
            continue
        code = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            code = re.sub(r'""".*?"""|#[^\n]*', "", code, flags=re.DOTALL)
        else:
            code = re.sub(r"/\*.*?\*/", "", code, flags=re.DOTALL)
        found = [run for run in re.findall(r"[一-鿿]+", code) if run not in {"视频", "年度"}]  # words looked for in a report
        assert found == [], path.name
