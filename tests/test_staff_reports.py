"""Reports on the staff desk: a file in, confirmed or put right, replaced, out and back; and nobody else may."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fakes import CountingEncoder, write_report
from fastapi.testclient import TestClient
from papers import made_page, made_pdf, made_word

from corpus.extract import Extracted, extract
from corpus.shelf import take_out
from qa.records import Answer
from qa.service import Service
from qa.settings import Settings
from qa.web import staff_reports
from qa.web import texts_tools as words
from qa.web.site import create_app
from qa.web.staff_incoming import Incoming
from qa.web.staff_page import Desk

LINES = ["延吉新村街道2021年度工作总结", "一、民生", "办结工单2905件,满意率91.4%。", "设助餐点8家。"]
PASSWORD = "开门"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    write_report(tmp_path / "reports" / "kongjiang-2020", "控江路街道2020年度工作总结\n分类达标率95%。\n", "year = 2020")
    service = Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=CountingEncoder(), state=tmp_path / "state")
    service.warm()
    return service


@pytest.fixture
def desks(monkeypatch: pytest.MonkeyPatch) -> list[Desk]:
    """The desk that is made, to wait for its work."""
    made: list[Desk] = []
    real = Desk.__init__

    def keep(self: Desk, *arguments: object, **more: object) -> None:
        real(self, *arguments, **more)
        made.append(self)

    monkeypatch.setattr(Desk, "__init__", keep)
    return made


@pytest.fixture
def staff(service: Service, desks: list[Desk], tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(service, Settings(staff_password=PASSWORD, state=tmp_path / "state"))
    with TestClient(app, follow_redirects=False) as client:
        client.post("/staff/login", data={"name": "王芳", "password": PASSWORD})
        yield client
        desks[0].reports.shelving.wait()


def token(client: TestClient, name: str = "csrf") -> str:
    return re.search(f'name="{name}" value="([^"]+)"', client.get("/staff/reports").text).group(1)


def send(client: TestClient, name: str, raw: bytes, **more: str) -> tuple[int, str]:
    response = client.post("/staff/reports/read", files={"file": (name, raw)}, data={"csrf": token(client)} | more)
    return response.status_code, response.text


def form_of(page: str) -> dict[str, str]:
    """The fields of the form that confirms."""
    form = page[page.index('action="/staff/reports/add"') :]
    found = re.findall(r'name="(\w+)"(?: type="\w+")? value="([^"]*)"', form[: form.index("</form>")])
    return dict(found)


def confirm(client: TestClient, desks: list[Desk], page: str, **put_right: str) -> str:
    response = client.post("/staff/reports/add", data=form_of(page) | put_right)
    if response.status_code != 303:
        return response.text
    desks[0].reports.shelving.wait()
    return client.get(response.headers["location"]).text


def test_a_report_on_its_way_out_is_not_said_to_have_a_newer_version(staff: TestClient, service: Service) -> None:
    write_report(service.library.folder / "kongjiang-2021", "控江路街道2021年度工作总结\n分类达标率96%。\n", 'title = "控江路街道2021年度工作总结"\nyear = 2021')
    service.refresh()
    take_out(service.library.folder, "kongjiang-2021")  # the index follows
    page = staff.get("/staff/reports").text
    assert words.REPORTS_THERE.format(count=1) in page
    assert f">{words.REPORTS_RESTORE}<" in page
    assert words.REPORTS_OLD_TEXT not in page


def test_the_welcome_offers_of_an_older_report_only_what_is_still_answered(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    examples = '[[examples]]\ntopic = "甲"\nquestion = "达标率多少"\n[[examples]]\ntopic = "乙"\nquestion = "疫苗打了多少"\n'
    write_report(service.library.folder / "kongjiang-2020", "控江路街道2020年度工作总结\n分类达标率95%。\n", f"year = 2020\n{examples}")
    service.refresh()
    monkeypatch.setattr(service, "rehearse", lambda question: Answer(question, "率" in question, 0.9, "figure"))
    assert service.examples() == [("甲", "达标率多少"), ("乙", "疫苗打了多少")]
    write_report(service.library.folder / "kongjiang-2021", "控江路街道2021年度工作总结\n分类达标率96%。\n", "year = 2021")
    service.refresh()
    assert service.examples() == [("甲", "达标率多少")]


def test_a_file_comes_in_is_confirmed_replaced_undone_and_goes(staff: TestClient, service: Service, desks: list[Desk]) -> None:
    status, page = send(staff, "总结.docx", made_word(LINES))
    assert status == 200
    fields = form_of(page)
    assert (fields["title"], fields["year"], fields["publisher"], fields["does"]) == (LINES[0], "2021", "延吉新村街道", "add")
    assert "4 句" in page
    assert LINES[2] in page
    page = confirm(staff, desks, page, published="2022-03-30", publisher="延吉新村街道办事处")
    assert LINES[0] in page
    about = service.report("yanjixincun-2021").about
    assert (str(about.published), about.publisher) == ("2022-03-30", "延吉新村街道办事处")
    assert staff.get("/report/yanjixincun-2021").status_code == 200

    _, page = send(staff, "总结.docx", made_word(LINES))
    assert "不用再加" in page
    assert words.REPORTS_DO["add"] + "</button>" not in page

    _, page = send(staff, "新.html", made_page(LINES[0], [*LINES[1:3], "设助餐点9家。"]))
    assert "旧链接还能用" in page
    assert form_of(page)["does"] == "replace"
    page = confirm(staff, desks, page)
    assert words.REPORTS_OLD_TEXT in page
    assert "9家" in service.report("yanjixincun-2021").text
    staff.post("/staff/reports/restore", data={"csrf": token(staff), "report": "yanjixincun-2021"})
    desks[0].reports.shelving.wait()
    assert "8家" in service.report("yanjixincun-2021").text

    assert "要移走" in staff.get("/staff/reports/remove?report=yanjixincun-2021").text
    staff.post("/staff/reports/remove", data={"csrf": token(staff), "report": "yanjixincun-2021"})
    desks[0].reports.shelving.wait()
    assert staff.get("/report/yanjixincun-2021").status_code == 404
    assert words.REPORTS_RESTORE + "</button>" in staff.get("/staff/reports").text
    deeds = staff.get("/staff/bank").text
    for did in ("加入报告", "换成新版本", "移走报告", "找回报告"):
        assert did in deeds


def test_what_was_not_recognised_is_asked_for(staff: TestClient, service: Service, desks: list[Desk]) -> None:
    _, page = send(staff, "a.txt", "各位代表:\n今年工作很好。\n".encode("gb18030"))
    assert words.REPORTS_MISSING in page
    again = confirm(staff, desks, page, title="某街道总结", year="20211")
    assert "没有认出来" in again
    assert form_of(again)["title"] == "某街道总结"
    assert words.REPORTS_BAD_DAY in confirm(staff, desks, again, year="2021", published="三月")
    assert words.REPORTS_BAD_ADDRESS in confirm(staff, desks, again, year="2021", source_url="javascript:alert(1)")
    confirm(staff, desks, again, year="2021")
    assert "某街道总结" in [report.about.title for report in service.reports()]


def test_a_correction_that_makes_it_another_deed_is_asked_about(staff: TestClient, service: Service, desks: list[Desk]) -> None:
    _, page = send(staff, "a.txt", "别的总结2019年\n今年工作很好。\n".encode())
    asked = confirm(staff, desks, page, title="控江路街道2020年度工作总结", year="2020")
    assert "旧链接还能用" in asked
    assert "分类达标率" in service.report("kongjiang-2020").text
    confirm(staff, desks, asked)
    assert "今年工作很好" in service.report("kongjiang-2020").text


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "另存为"),
        ("扫描.pdf", made_pdf([]), "扫描"),
        ("空.txt", b"", "空的"),
        ("", b"x", words.REPORTS_NO_FILE),
    ],
)
def test_what_cannot_be_read_is_said_on_the_page(staff: TestClient, name: str, raw: bytes, said: str) -> None:
    status, page = send(staff, name, raw)
    assert status == 422
    assert said in page


def test_the_last_report_stays_and_the_page_says_why(staff: TestClient, desks: list[Desk]) -> None:
    staff.post("/staff/reports/remove", data={"csrf": token(staff), "report": "kongjiang-2020"})
    desks[0].reports.shelving.wait()
    assert "最后一份报告" in staff.get("/staff/reports").text


def test_only_staff_and_only_from_our_own_forms(staff: TestClient, service: Service, tmp_path: Path) -> None:
    stranger = TestClient(staff.app, follow_redirects=False)
    for path, data in (("read", {}), ("add", {"token": "x"}), ("remove", {"report": "kongjiang-2020"}), ("restore", {})):
        assert stranger.post(f"/staff/reports/{path}", data=data, files={"file": ("a.txt", b"x")}).status_code == 401
        assert staff.post(f"/staff/reports/{path}", data=data, files={"file": ("a.txt", b"x")}).status_code == 403
    assert "reports/read" not in stranger.get("/staff/reports").text
    assert staff.post("/staff/reports/read", content=b"x" * (32 * 1024 * 1024)).status_code == 413
    assert staff.post("/staff/reports/add", content=b"x" * (2 * 1024 * 1024)).status_code == 413
    assert [report.report_id for report in service.reports()] == ["kongjiang-2020"]


def test_what_waits_is_found_by_its_token_alone_and_not_for_ever(tmp_path: Path) -> None:
    incoming = Incoming(tmp_path / "incoming")
    read = Extracted("总结\n一句。", "pdf", tables=2, notes=("第 3 页没有文字",))
    kept = incoming.keep("总结.pdf", read)
    assert incoming.find(kept) == ("总结.pdf", read)
    assert (tmp_path / "incoming").stat().st_mode & 0o077 == 0
    for wrong in ("", "../staff", "x" * 24, kept + "/"):
        assert incoming.find(wrong) is None
    incoming.forget(kept)
    assert incoming.find(kept) is None
    for _ in range(30):
        incoming.keep("a", read)
    assert len(list((tmp_path / "incoming").iterdir())) <= 20


# ---------- the question bank, which comes in as a file, too ----------


def test_a_bank_of_a_megabyte_comes_in_and_of_a_larger_one_it_is_said_how_large(staff: TestClient, service: Service) -> None:
    line = '{"question": "第%d位居民问垃圾分类做得怎么样,达标了多少", "quote": "分类达标率95%%。", "added_by": "%s"}\n'
    body = "".join(line % (number, "王" * 300) for number in range(1000)).encode()
    assert 950_000 < len(body) < 1_100_000
    form = {"csrf": token(staff), "report": "kongjiang-2020"}
    started = time.process_time()
    brought = staff.post("/staff/bank/import", data=form, files={"file": ("b.jsonl", body)})
    assert brought.headers["location"].endswith("?added=1000&there=0")
    assert len(service.own_bank("kongjiang-2020")) == 1000
    assert time.process_time() - started < 4
    again = staff.post("/staff/bank/import", data=form, files={"file": ("b.jsonl", body)})
    assert again.headers["location"].endswith("?added=0&there=1000")
    for size, status in ((2 * 1024 * 1024 + 100, 422), (3 * 1024 * 1024, 413)):  # refused by the desk; refused before it is read
        refused = staff.post("/staff/bank/import", data=form, files={"file": ("b.jsonl", body[:100] + b" " * (size - 100))})
        assert refused.status_code == status
        assert "一次最多" in refused.text
        assert "2 MB" in refused.text


# ---------- how many files ----------


@pytest.mark.parametrize("path", ["/staff/reports/read", "/staff/bank/import"])
def test_files_have_a_budget_that_is_asked_before_they_are_read(service: Service, tmp_path: Path, path: str) -> None:
    app = create_app(service, Settings(staff_password=PASSWORD, state=tmp_path / "state", check_rate=2))
    with TestClient(app, follow_redirects=False) as client:
        client.post("/staff/login", data={"name": "王芳", "password": PASSWORD})
        form = {"data": {"csrf": token(client), "report": "kongjiang-2020"}, "files": {"file": ("a.docx", b"PK\x03\x04 broken")}}
        answers = [client.post(path, **form) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert words.STAFF_LATER in answers[-1].text
    assert answers[-1].headers["retry-after"] == "60"


def test_one_file_is_read_at_a_time(staff: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    now, most, guard = 0, 0, threading.Lock()

    def reading(raw: bytes, name: str) -> Extracted:
        nonlocal now, most
        with guard:
            now += 1
            most = max(most, now)
        time.sleep(0.1)
        with guard:
            now -= 1
        return extract(raw, name)

    monkeypatch.setattr(staff_reports, "extract", reading)
    form = {"data": {"csrf": token(staff)}, "files": {"file": ("a.txt", "\n".join(LINES).encode())}}
    with ThreadPoolExecutor(4) as colleagues:
        statuses = list(colleagues.map(lambda _: staff.post("/staff/reports/read", **form).status_code, range(4)))
    assert (statuses, most) == ([200] * 4, 1)
