"""The staff desk through the front door: who gets in, what they see, what they change and take back."""

import csv
import html
import io
import math
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import lxml.html
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from corpus.bank import REASONS, read_bank
from corpus.errors import YoujuError
from corpus.report import Report
from qa.judging.features import FEATURES
from qa.judging.judge import default_judge
from qa.log import Day, Log
from qa.records import Kind, Reason
from qa.service import Service
from qa.settings import Settings
from qa.web import texts_tools
from qa.web.ledger import Ledger, open_ledger
from qa.web.site import create_app
from qa.web.staff_anatomy import _trust_name, pushes
from qa.web.staff_deeds import Deeds
from qa.web.staff_session import Guessing, Sessions, same_password
from qa.web.usage_chart import by_day

ROOT = Path(__file__).parent.parent
ID = "yanji-2021"
pytestmark = pytest.mark.model
PASSWORD = "开门 吧"
REFUSED = "社区食堂几点开门"
QUOTED = "助餐点8家"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def log(state: Path) -> Iterator[Log]:
    log = Log(state / "log.sqlite3", 30)
    yield log
    log.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, state: Path, log: Log) -> Service:
    """The product as shipped, with a desk."""
    service = Service(reports=ROOT / "corpus" / "reports", index=tmp_path_factory.mktemp("index"), state=state, recorder=log)
    service.warm()
    return service


@pytest.fixture(autouse=True)
def _nothing_assigned(service: Service) -> Iterator[None]:
    yield
    for entry in service.own_bank(ID):
        service.remove_bank(ID, entry.question)


def app_of(service: Service, log: Log | None, state: Path, **more: object) -> TestClient:
    settings = Settings(staff_password=PASSWORD, state=state, **more)
    return TestClient(create_app(service, settings, log), follow_redirects=False)


@pytest.fixture(scope="module")
def desk(service: Service, log: Log, state: Path) -> FastAPI:
    return create_app(service, Settings(staff_password=PASSWORD, state=state, login_rate=0), log)


@pytest.fixture
def stranger(desk: FastAPI) -> TestClient:
    return TestClient(desk, follow_redirects=False)


@pytest.fixture
def staff(stranger: TestClient) -> TestClient:
    enter(stranger)
    return stranger


def enter(client: TestClient, password: str = PASSWORD, name: str = "王芳", **headers: str) -> int:
    return client.post("/staff/login", data={"name": name, "password": password}, headers=headers).status_code


def token(client: TestClient) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', client.get("/staff").text).group(1)


def words_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


# ---------- who gets in ----------


def test_without_a_password_there_is_no_desk(service: Service, log: Log, state: Path) -> None:
    with TestClient(create_app(service, Settings(state=state), log)) as client:
        for path in ("/staff", "/staff/open", "/staff/bank/export"):
            assert client.get(path).status_code == 404
        assert client.post("/staff/login", data={"name": "王", "password": ""}).status_code == 404
        assert "/staff" not in client.get("/").text


PAGES = ("/staff", "/staff/open", "/staff/question?q=热线", "/staff/bank", "/staff/bank/export?report=yanji-2021", "/staff/usage")


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_sees_the_way_in_and_nothing_else(stranger: TestClient, path: str) -> None:
    page = stranger.get(path)
    assert 'type="password"' in page.text
    assert "yj-staff" not in page.text
    assert "热线满意率" not in page.text


@pytest.mark.parametrize("path", ["/staff/assign", "/staff/undo", "/staff/bank/import"])
def test_a_stranger_changes_nothing(stranger: TestClient, service: Service, path: str) -> None:
    before = service.own_bank(ID)
    response = stranger.post(path, data={"report": ID, "question": REFUSED, "reason": "hours"})
    assert response.status_code == 401
    assert service.own_bank(ID) == before


def test_the_right_password_opens_the_desk_and_leaving_closes_it(stranger: TestClient) -> None:
    assert enter(stranger) == 303
    cookie = stranger.cookies.get("youju_staff")
    page = stranger.get("/staff").text
    assert "王芳，您好" in page
    assert cookie not in page
    stranger.post("/staff/logout", data={"csrf": token(stranger)})
    stranger.cookies.set("youju_staff", cookie, path="/staff")
    assert 'type="password"' in stranger.get("/staff").text


def test_the_cookie_is_for_the_desk_and_for_no_script(stranger: TestClient) -> None:
    response = stranger.post("/staff/login", data={"name": "王芳", "password": PASSWORD})
    cookie = response.headers["set-cookie"]
    assert {"HttpOnly", "Path=/staff", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie
    assert "Secure" in stranger.post("https://testserver/staff/login", data={"name": "王", "password": PASSWORD}).headers["set-cookie"]


def test_behind_a_prefix_the_cookie_keeps_to_it(service: Service, log: Log, state: Path) -> None:
    with app_of(service, log, state, root_path="/youju") as client:
        response = client.post("/youju/staff/login", data={"name": "王芳", "password": PASSWORD})
        assert "Path=/youju/staff" in response.headers["set-cookie"]
        assert response.headers["location"] == "/youju/staff"


def test_guessing_is_stopped_even_when_the_guess_is_right(service: Service, log: Log, state: Path) -> None:
    with app_of(service, log, state) as client:
        assert [enter(client, f"猜{n}") for n in range(5)] == [401] * 5
        assert enter(client, PASSWORD) == 429
        assert "youju_staff" not in client.cookies


def test_logins_have_a_budget_even_before_the_password_is_looked_at(service: Service, log: Log, state: Path) -> None:
    with app_of(service, log, state, login_rate=3) as client:
        assert [enter(client) for _ in range(4)] == [303, 303, 303, 429]


def test_the_lock_is_for_the_one_who_guesses_and_wears_off() -> None:
    now = 0.0
    guessing = Guessing(Ledger(), lambda: now)
    assert [guessing.may_try("a") for _ in range(6)] == [True] * 5 + [False]
    assert guessing.may_try("b")
    now = 15 * 60.0 + 1
    assert guessing.may_try("a")
    assert [guessing.may_try(f"visitor {number}") for number in range(200)] == [True] * 199 + [False]
    now = -86400.0  # the clock is set back by a day
    assert guessing.may_try("c")


def test_sessions_end_when_nobody_comes_or_the_day_is_over() -> None:
    now = 100.0
    sessions = Sessions(Ledger(), PASSWORD, lambda: now)
    idle, busy = sessions.begin("甲"), sessions.begin("乙\ud800")
    for _ in range(7):
        now += 1.7 * 3600
        alive = sessions.find(busy)
    assert sessions.find(idle) is None
    assert alive.name == "乙?"
    now += 3600
    assert sessions.find(busy) is None
    assert sessions.find("") is sessions.find("x\ud800") is None
    later = sessions.begin("丙")
    now -= 3600
    assert sessions.find(later) is None  # it would never end


def test_only_so_many_sessions_are_open_at_once() -> None:
    now = 0.0
    sessions = Sessions(Ledger(), PASSWORD, lambda: now)
    tokens = []
    for _ in range(205):
        now += 1
        tokens.append(sessions.begin("甲"))
    assert [sessions.find(token) is not None for token in tokens] == [False] * 5 + [True] * 200


def test_sessions_survive_a_restart_and_end_with_the_password(tmp_path: Path) -> None:
    token = Sessions(open_ledger(tmp_path), PASSWORD).begin("甲")
    assert Sessions(open_ledger(tmp_path), PASSWORD).find(token).name == "甲"
    assert token.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert Sessions(open_ledger(tmp_path), "另一个").find(token) is None
    assert Sessions(open_ledger(tmp_path), PASSWORD).find(token) is None


def test_passwords_are_compared_whole() -> None:
    assert same_password("开门 吧", PASSWORD)
    for wrong in ("", "开门", "开门 吧 ", "开门 吧\ud800"):
        assert not same_password(wrong, PASSWORD)


def test_a_form_from_elsewhere_changes_nothing(staff: TestClient, service: Service) -> None:
    fields = {"report": ID, "question": REFUSED, "reason": "hours"}
    good = token(staff)
    assert staff.post("/staff/assign", data=fields).status_code == 403
    assert staff.post("/staff/assign", data=fields | {"csrf": "x"}).status_code == 403
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert staff.post("/staff/assign", data=fields | {"csrf": good}, headers=headers).status_code == 403
    assert service.own_bank(ID) == ()
    assert enter(staff, PASSWORD, Origin="http://evil.example") == 403


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_the_desk_are_kept_by_nobody_and_framed_by_nobody(staff: TestClient, path: str) -> None:
    response = staff.get(path)
    assert response.headers["cache-control"] == "no-store"
    policy = response.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy or "default-src 'none'" in policy


# ---------- the log ----------


def test_questions_of_residents_reach_the_desk_masked(staff: TestClient, service: Service) -> None:
    staff.post("/api/v1/ask", json={"question": "热线满意率多少,我13800138000"})
    staff.post("/api/v1/ask", json={"question": "=1+1电梯多少钱"})
    staff.post("/api/v1/feedback", json={"question": "=1+1电梯多少钱", "vote": "down", "reason": "没答全"})
    page = words_of(staff.get("/staff").text)
    assert "热线满意率多少,我[电话]" in page
    assert "13800138000" not in page
    assert "没用 1（没答全）" in page
    assert "热线满意率" not in words_of(staff.get("/staff?outcome=refused").text)
    assert "电梯多少钱" not in words_of(staff.get("/staff", params={"q": "热线"}).text)
    assert texts_tools.LOG_NONE in staff.get("/staff?last=2000-01-01").text


def test_the_log_can_be_taken_away_and_runs_nothing(staff: TestClient) -> None:
    staff.post("/api/v1/ask", json={"question": "=1+1电梯多少钱"})
    response = staff.get("/staff", params={"q": "=1+1", "as": "csv"})
    assert response.content.startswith("\ufeff".encode())
    head, *rows = csv.reader(io.StringIO(response.text.removeprefix("\ufeff")))
    assert tuple(head) == texts_tools.LOG_COLUMNS
    assert {row[1] for row in rows} == {"'=1+1电梯多少钱"}
    assert staff.get("/staff?as=xlsx").content[:2] == b"PK"


def test_a_long_log_has_pages(staff: TestClient, log: Log, service: Service) -> None:
    answer = service.answerer().answer("热线满意率多少")
    for number in range(60):
        log.asked(f"翻页{number}", answer, 1)
    first, second = (staff.get("/staff", params={"q": "翻页", "page": page}).text for page in (1, 2))
    assert "共 60 条" in first
    assert len(re.findall("yj-list__h", first)) == 50
    assert len(re.findall("yj-list__h", second)) == 10
    assert staff.get("/staff?page=99999999999999999999").status_code == 200


def test_markup_in_a_question_stays_text(staff: TestClient) -> None:
    typed = '<script>alert("x")</script>电梯'
    staff.post("/api/v1/ask", json={"question": typed})
    for path in ("/staff", "/staff/open", "/staff/question"):
        page = staff.get(path, params={"q": typed, "find": typed} if path.endswith("question") else {}).text
        assert typed not in page


def test_when_nothing_is_kept_the_desk_says_so(service: Service, state: Path) -> None:
    with app_of(service, None, state) as client:
        enter(client)
        for path in ("/staff", "/staff/usage"):
            assert "不记提问" in client.get(path).text
        assert client.get("/staff/open").status_code == client.get("/staff/bank").status_code == 200


def test_usage_counts_what_was_asked(staff: TestClient, log: Log) -> None:
    staff.post("/api/v1/ask", json={"question": "热线满意率多少"})
    page = words_of(staff.get("/staff/usage?days=7").text)
    assert str(sum(day.asked for day in log.days(7))) in page
    assert texts_tools.USAGE_TOPICS in page
    assert texts_tools.USAGE_REASONS in page


@pytest.mark.parametrize("count", [1, 7, 90])
def test_charts_of_usage_have_a_bar_a_day_and_the_colours_of_the_page(count: int) -> None:
    start = date(2022, 3, 1)
    days = [Day((start + timedelta(day)).isoformat(), 10 + day, day % 9, 12.0, 300.0 + day, 0, 0) for day in range(count)]
    drawn = by_day(days)
    svgs = lxml.html.fromstring(drawn.join(("<div>", "</div>"))).findall(".//svg")
    assert len(svgs) == 2
    styles = [path.get("style", "") for path in svgs[0].iter("path")]
    assert sum("fill: var(--yj-accent)" in style for style in styles) == count
    assert sum("fill: var(--yj-accent-wash)" in style for style in styles) == count
    named = [text.text for text in svgs[0].iter("text") if "-" in (text.text or "")]
    ids = re.findall(r' id="([^"]+)"', drawn)
    assert len(ids) == len(set(ids))
    assert named[0] == "03-01"
    assert len(named) <= 8
    assert not re.search(r"#0\d0\d0\d|#000000|#ffffff|<style|<metadata", drawn)


# ---------- a question, and where it leads ----------


def assign(client: TestClient, question: str = REFUSED, **fields: str) -> object:
    return client.post("/staff/assign", data={"csrf": token(client), "report": ID, "question": question, **fields})


def sentence_of(service: Service, quote: str) -> str:
    [sentence] = service.report(ID).sentences_of(quote)
    return sentence.sentence_id


def test_a_question_is_taken_apart(staff: TestClient, service: Service) -> None:
    page = staff.get("/staff/question", params={"q": "热线滿意率是多少"}).text
    said = words_of(page)
    for part in (texts_tools.HOW_READ, texts_tools.TRUST, texts_tools.FUSED, texts_tools.HITS_BANK, texts_tools.HITS_REFUSE):
        assert part in said
    ranked = service.explain("热线滿意率是多少").ranked
    assert ranked.candidates.query.text in said
    _, sentence = ranked.candidates.sentences[ranked.order[0]]
    assert sentence.text in said
    assert f"{float(ranked.scores[ranked.order[0]]):.2f}" in said
    assert f"{ranked.candidates.answerable[0].score:.3f}" in said
    assert "没答" in words_of(staff.get("/staff/question", params={"q": REFUSED}).text)
    assert staff.get("/staff/question", params={"q": "？" * 400}).status_code == 200
    assert staff.get("/staff/question").status_code == 200


def test_the_pushes_add_up_to_what_decides(service: Service) -> None:
    judged = service.explain("热线满意率多少").judged
    model = default_judge().with_bank.answers
    median = {name: float(model.knots[place, 1]) for place, name in enumerate(FEATURES) if place < len(model.knots)}
    typical = {name: median.get(name, 0.0) for name in FEATURES}
    added = sum(pushes(model, judged.features).values())
    rows = np.array([[found[name] for name in FEATURES] for found in (judged.features, typical)])
    odds = [p / (1 - p) for p in model.probabilities(rows)]
    assert added == pytest.approx(math.log(odds[0] / odds[1]), abs=1e-3)


def test_everything_a_question_can_show_has_a_chinese_name() -> None:
    for name in FEATURES:
        assert re.search("[一-鿿]", _trust_name(name)), name
        assert not re.search("[A-Za-z]", _trust_name(name)), name
    assert set(texts_tools.REASONS) == set(Reason.__args__)
    assert set(texts_tools.KINDS) == set(Kind.__args__)
    assert set(texts_tools.BANK_REASONS) == set(REASONS)


def test_a_question_is_assigned_works_at_once_survives_and_is_taken_back(
    staff: TestClient, service: Service, state: Path, yanji: Report, tmp_path: Path
) -> None:
    staff.post("/api/v1/ask", json={"question": REFUSED})
    assert REFUSED in words_of(staff.get("/staff/open").text)
    response = assign(staff, sentence=sentence_of(service, QUOTED))
    assert response.status_code == 303
    there = staff.get(response.headers["location"]).text
    assert texts_tools.DONE in there
    assert "王芳 在 " in there
    answer = staff.post("/api/v1/ask", json={"question": REFUSED}).json()
    assert answer["answered"]
    assert QUOTED in answer["citations"][0]["sentence"]
    assert REFUSED not in words_of(staff.get("/staff/open").text)
    [kept] = read_bank(state / "bank" / f"{ID}.jsonl", yanji)
    assert (kept.question, kept.added_by) == (REFUSED, "王芳")
    again = Service(reports=ROOT / "corpus" / "reports", index=tmp_path / "index", state=state, encoder=service.encoder)
    assert QUOTED in again.ask(REFUSED).citations[0].sentence
    undone = staff.post("/staff/undo", data={"csrf": token(staff), "report": ID, "question": REFUSED, "back": "bank"})
    assert parse_qs(urlsplit(undone.headers["location"]).query) == {"done": ["0"]}
    assert not staff.post("/api/v1/ask", json={"question": REFUSED}).json()["answered"]
    assert service.own_bank(ID) == ()
    assert [(deed.who, deed.did, deed.question) for deed in Deeds(state / "staff.jsonl").last()[:2]] == [
        ("王芳", "remove", REFUSED),
        ("王芳", "add", REFUSED),
    ]


def test_a_question_can_be_sent_to_the_report_s_silence_and_elsewhere_later(staff: TestClient, service: Service) -> None:
    asked = "停车难怎么办"
    assert staff.post("/api/v1/ask", json={"question": asked}).json()["answered"]
    assert assign(staff, asked, reason="detail_absent").status_code == 303
    assert not staff.post("/api/v1/ask", json={"question": asked}).json()["answered"]
    assert assign(staff, asked, sentence=sentence_of(service, "满意率91.4%")).status_code == 303
    assert staff.post("/api/v1/ask", json={"question": asked}).json()["answered"]
    [own] = service.own_bank(ID)
    assert own.quote.endswith("满意率91.4%。")


def test_an_assignment_decides_whatever_alike_questions_say(staff: TestClient, service: Service) -> None:
    asked = "热线满意率多少呀"
    assert staff.post("/api/v1/ask", json={"question": asked}).json()["answered"]
    assert assign(staff, asked, reason="detail_absent").status_code == 303
    refused = staff.post("/api/v1/ask", json={"question": "热线满意率多少呀?"}).json()
    assert (refused["answered"], refused["reason"], refused["citations"]) == (False, "not_in_report", [])
    assert texts_tools.NOW_ASSIGNED in words_of(staff.get("/staff/question", params={"q": asked}).text)
    assert staff.post("/api/v1/ask", json={"question": "热线满意率多少"}).json()["answered"]  # another question
    assert assign(staff, asked, sentence=sentence_of(service, QUOTED)).status_code == 303
    [first, *others] = staff.post("/api/v1/ask", json={"question": asked}).json()["citations"]
    assert QUOTED in first["sentence"]
    assert others == []


def test_an_assignment_in_a_talk_is_for_the_question_alone(staff: TestClient, service: Service) -> None:
    assert assign(staff, "那满意率呢", reason="detail_absent").status_code == 303
    assert not service.ask("那满意率呢").answered
    answer = service.ask("那满意率呢", history=["热线工单办结了多少件"])
    assert "满意率91.4%" in answer.citations[0].sentence


@pytest.mark.parametrize(
    "fields",
    [
        {"sentence": "s00000000"},
        {"reason": "nothing"},
        {},
        {"question": "  ", "reason": "phone"},
        {"question": "问" * 600, "reason": "phone"},
        {"report": "none", "reason": "phone"},
        {"report": "../..", "reason": "phone"},
    ],
)
def test_what_cannot_be_assigned_is_said_and_changes_nothing(staff: TestClient, service: Service, fields: dict[str, str]) -> None:
    data = {"csrf": token(staff), "report": ID, "question": REFUSED} | fields
    response = staff.post("/staff/assign", data=data)
    assert response.status_code == 422
    assert service.own_bank(ID) == ()


def test_what_was_never_added_cannot_be_taken_back(staff: TestClient) -> None:
    response = staff.post("/staff/undo", data={"csrf": token(staff), "report": ID, "question": "没有加过的"})
    assert response.status_code == 422
    assert "题库里没有" in response.text


def test_sentences_are_found_in_the_report(staff: TestClient) -> None:
    page = words_of(staff.get("/staff/question", params={"q": REFUSED, "find": "助餐点 8家"}).text)
    assert texts_tools.ASSIGN_FOUND.format(count=1) in page
    assert QUOTED in page


def test_the_bank_goes_out_and_comes_in(staff: TestClient, service: Service) -> None:
    assert assign(staff, reason="hours").status_code == 303
    out = staff.get(f"/staff/bank/export?report={ID}").text
    assert REFUSED in out
    csrf = token(staff)
    staff.post("/staff/undo", data={"csrf": csrf, "report": ID, "question": REFUSED})
    more = out + '{"question": "热线办了几件呢", "quote": "工单2905件"}\n'
    brought = staff.post("/staff/bank/import", data={"csrf": csrf, "report": ID}, files={"file": ("b.jsonl", more.encode())})
    assert parse_qs(urlsplit(brought.headers["location"]).query) == {"added": ["2"], "there": ["0"]}
    assert {(e.question, e.added_by) for e in service.own_bank(ID)} == {(REFUSED, "王芳"), ("热线办了几件呢", "王芳")}
    broken = staff.post("/staff/bank/import", data={"csrf": csrf, "report": ID}, files={"file": ("b.jsonl", b'{"question": "x"}\n')})
    assert broken.status_code == 422
    nothing = staff.post("/staff/bank/import", data={"csrf": csrf, "report": ID})
    assert texts_tools.BANK_IMPORT_NO_FILE in nothing.text


def test_where_no_deed_can_be_written_down_the_reason_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    deeds = Deeds(tmp_path / "state" / "staff.jsonl")
    with pytest.raises(YoujuError, match="请检查磁盘空间和权限"):
        deeds.add("甲", "add", ID, "问")
    assert deeds.last() == []


def test_a_damaged_line_of_deeds_hides_no_other(tmp_path: Path) -> None:
    deeds = Deeds(tmp_path / "staff.jsonl")
    deeds.add("甲", "add", ID, "问\ud800")
    with (tmp_path / "staff.jsonl").open("a") as file:
        file.write('{"half\n[]\n')
    deeds.add("乙", "remove", ID, "问")
    assert [deed.who for deed in deeds.last()] == ["乙", "甲"]
