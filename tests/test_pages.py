"""数据一览 and 数据核对 through the front door: what they show, what they refuse, what can be taken away from them."""

import csv
import html
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from fakes import write_report
from fastapi.testclient import TestClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.figures import register
from corpus.report import Report
from qa.service import Service
from qa.settings import Settings
from qa.web import texts, texts_tools
from qa.web.check_html import LOOKS, result_html
from qa.web.check_page import LARGEST_POST, Sent, changed
from qa.web.page import Site
from qa.web.register import Register, Wanted
from qa.web.site import create_app

ROOT = Path(__file__).parent.parent
ID = "yanji-2021"
DRAFT = "热线工单2,905件，满意率95%。\n友谊201街坊签约293产。平均每台造价62万元。"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The real register and the real check; no model is loaded for them."""
    return Service(reports=ROOT / "corpus" / "reports", index=tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service, Settings(max_draft=2000))) as client:
        yield client


def words_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def post(client: TestClient, text: str = "", **fields: object) -> str:
    response = client.post("/check", data={"text": text, **fields})
    assert response.status_code == 200, words_of(response.text)
    return response.text


# ---------- 数据一览 ----------


def figures_shown(page: str) -> list[str]:
    return [html.unescape(cell) for cell in re.findall(r'<td class="yj-table__n[^"]*" role="cell">(.*?)</td>', page)]


def test_every_figure_stands_with_its_sentence_and_links_to_it(client: TestClient, yanji: Report) -> None:
    page = client.get("/figures", params={"dates": "1"}).text
    assert figures_shown(page) == [figure.printed for figure in register(yanji)]
    for body in re.findall(r'<tbody role="rowgroup" class="yj-sen">(.*?)</tbody>', page):
        [(sentence, link)] = re.findall(r'<span lang="zh-CN">(.*?)</span> <a href="([^"]+)"', body)
        cited = yanji.by_id[link.removeprefix(f"/report/{ID}#")]
        assert words_of(sentence) == cited.text
        assert all(figure in cited.text for figure in figures_shown(body))
        assert f'rowspan="{len(figures_shown(body))}"' in body


def test_dates_are_left_out_unless_wanted_and_their_number_is_said(client: TestClient, yanji: Report) -> None:
    dated = [figure for figure in register(yanji) if figure.number.kind in ("date", "year")]
    page = client.get("/figures").text
    assert len(figures_shown(page)) == len(register(yanji)) - len(dated)
    assert texts_tools.DATES_LEFT_OUT.format(count=len(dated)) in page
    assert figures_shown(client.get("/figures", params={"q": "8月31日"}).text) == ["8月31日"]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("97%", ["97%"]),
        ("281", ["281项"]),  # not 69281
        ("百分之九十六点三八", ["96.38%"]),
        ("电梯", ["6台", "5台", "40台", "242台"]),
        ("电梯 40台", ["40台"]),
        ("2,905件", ["2905件"]),
        ("“党史讲坛”", ["1000多人"]),
        ("地铁", []),
    ],
)
def test_the_register_is_filtered_by_word_or_by_exact_value(client: TestClient, asked: str, shown: list[str]) -> None:
    page = client.get("/figures", params={"q": asked}).text
    assert figures_shown(page) == shown
    if not shown:
        assert texts_tools.NOTHING_WITH.format(word=asked) in words_of(page)
        assert "yj-paper" not in page


def test_the_register_is_filtered_by_part(client: TestClient, yanji: Report) -> None:
    part = "五、加强社会治理方面"
    page = client.get("/figures", params={"part": part}).text
    wanted = [f.printed for f in register(yanji) if f.section[:1] == (part,) and f.number.kind not in ("date", "year")]
    assert figures_shown(page) == wanted
    assert f'<option value="{part}" selected>' in page


def test_by_size_only_like_units_are_set_side_by_side(client: TestClient, yanji: Report) -> None:
    page = client.get("/figures", params={"order": "value", "dates": "1"}).text
    assert sorted(figures_shown(page)) == sorted(figure.printed for figure in register(yanji))
    groups = {words_of(group).split("\n")[0]: figures_shown(group) for group in page.split('<tr class="yj-group"')[1:]}
    [persons] = [shown for label, shown in groups.items() if label.endswith("单位：人、名、位")]
    assert persons[:5] == ["69281人", "16399余人", "近3000人", "2667名", "1000多人"]
    [shares] = [shown for label, shown in groups.items() if label.endswith("单位：%")]
    assert shares == ["100%", "100%", "97%", "96.38%", "95%以上", "91.4%", "87.44%"]


def test_by_indicator_the_same_words_stand_together(client: TestClient, yanji: Report) -> None:
    page = client.get("/figures", params={"order": "indicator"}).text
    names = [html.unescape(words_of(name)) for name in re.findall(r'<th scope="row" role="rowheader">(.*?)</th>', page)]
    assert [place for place, name in enumerate(names) if name.startswith("处置率")] == list(
        range(names.index("处置率按原数算 10985 ÷ 11250 = 97.64%"), names.index("处置率按原数算 10985 ÷ 11250 = 97.64%") + 2)
    )
    assert '<option value="indicator" selected>' in page
    assert "yj-group" not in page


@pytest.mark.parametrize("order", ["value", "indicator"])
def test_downloads_follow_the_order(client: TestClient, order: str) -> None:
    asked = {"order": order, "q": "电梯 台"}
    shown = figures_shown(client.get("/figures", params=asked).text)
    _, *rows = csv.reader(io.StringIO(client.get("/figures", params=asked | {"as": "csv"}).text.removeprefix("\ufeff")))
    assert [row[3] for row in rows] == shown
    assert shown == (["242台", "40台", "6台", "5台"] if order == "value" else ["40台", "6台", "242台", "5台"])  # 报建 既有 启动 在建
    book = zipfile.ZipFile(io.BytesIO(client.get("/figures", params=asked | {"as": "xlsx"}).content))
    strings = re.findall(r"<t[^>]*>(.*?)</t>", book.read("xl/sharedStrings.xml").decode())
    assert [one for one in strings if one in shown] == list(dict.fromkeys(shown))


def test_an_unknown_order_is_the_reports(client: TestClient) -> None:
    assert figures_shown(client.get("/figures?order=x").text) == figures_shown(client.get("/figures").text)


def test_the_sums_the_report_invites_stand_beside_its_rates(client: TestClient) -> None:
    page = words_of(client.get("/figures").text)
    assert "按原数算 293 ÷ 304 = 96.38%" in page
    assert "按原数算 10985 ÷ 11250 = 97.64%" in page


def test_markup_in_the_filter_stays_text(client: TestClient) -> None:
    typed = '"><script>alert(1)</script>'
    page = client.get("/figures", params={"q": typed}).text
    assert typed not in page
    assert html.escape(typed) in page


def test_the_register_as_csv_opens_in_a_spreadsheet_and_follows_the_filter(client: TestClient) -> None:
    response = client.get("/figures", params={"q": "电梯", "as": "csv"})
    assert response.content.startswith("\ufeff".encode())
    assert "attachment" in response.headers["content-disposition"]
    head, *rows = csv.reader(io.StringIO(response.text.removeprefix("\ufeff")))
    assert head[:4] == ["报告", "指标", "对象", "原文"]
    assert [row[3] for row in rows] == ["6台", "5台", "40台", "242台"]


def test_no_cell_of_a_download_is_a_formula(tmp_path: Path) -> None:
    write_report(tmp_path / "reports" / "bad-2021", '总结\n=HYPERLINK("x")收入增长8%。\n+cmd接待5人。\n')
    service = Service(reports=tmp_path / "reports", index=tmp_path / "index")
    with TestClient(create_app(service, Settings())) as client:
        rows = list(csv.reader(io.StringIO(client.get("/figures?as=csv").text.removeprefix("\ufeff"))))
        book = zipfile.ZipFile(io.BytesIO(client.get("/figures?as=xlsx").content))
    assert len(rows) == 3
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert 't="s"' in sheet


def test_an_unknown_report_is_said_to_be_unknown(client: TestClient) -> None:
    assert client.get("/figures?report=none").status_code == 404


def test_with_several_reports_one_is_chosen(tmp_path: Path) -> None:
    write_report(tmp_path / "reports" / "one-2020", "总结\n收入增长8%。\n", 'title = "甲"\nyear = 2020\n')
    write_report(tmp_path / "reports" / "two-2021", "总结\n就业5人。\n", 'title = "乙"\nyear = 2021\n')
    with TestClient(create_app(Service(reports=tmp_path / "reports", index=tmp_path / "index"), Settings())) as client:
        assert figures_shown(client.get("/figures").text) == ["5人"]
        page = client.get("/figures?report=one-2020").text
    assert figures_shown(page) == ["8%"]
    assert '<option value="one-2020" selected>' in page


def test_the_footer_says_how_many_reports_there_are_and_leads_staff_to_the_desk(tmp_path: Path) -> None:
    for year in range(2018, 2022):
        write_report(tmp_path / "reports" / f"one-{year}", "总结\n收入增长8%。\n", f'title = "甲{year}"\nyear = {year}\n')
    with TestClient(create_app(Service(reports=tmp_path / "reports", index=tmp_path / "index"), Settings())) as client:
        desk, nowhere = client.get("/check").text, client.get("/nothing").text
    for page in (desk, nowhere):
        assert "《甲2021》等 4 份报告的原文" in words_of(page)
        assert "甲2020" not in words_of(page)
    assert '<a href="/check">工作人员入口</a>' in nowhere


def test_figures_through_rest_are_the_same(client: TestClient, yanji: Report) -> None:
    rows = client.get("/api/v1/figures", params={"report": ID}).json()
    assert rows == [figure.to_json() for figure in register(yanji)]
    assert client.get("/api/v1/figures?report=none").status_code == 404


@pytest.fixture(scope="module")
def kept(yanji: Report) -> Register:
    return Register(yanji)


@given(st.text(alphabet="电梯281件%、 ,\t<&人次五", max_size=12), st.sampled_from(["", "一、从严管党治党方面", "?"]))
def test_any_filter_shows_only_figures_of_the_report_in_order(yanji: Report, kept: Register, query: str, part: str) -> None:
    shown = kept.shown(Wanted(query, part))
    starts = [figure.start for figure in shown]
    assert starts == sorted(set(starts))
    assert all(yanji.text[figure.start : figure.end] == figure.printed for figure in shown)


# ---------- 数据核对 ----------


def test_every_figure_of_a_draft_gets_its_verdict_and_its_sentence(client: TestClient) -> None:
    page = post(client, DRAFT)
    verdicts = re.findall(r'id="f\d+" data-verdict="(\w+)"', page)
    assert verdicts == ["supported", "contradicted", "supported", "not_found"]
    assert texts_tools.SUM.format(count=4, look=2) in page
    assert "报告为 91.4%" in words_of(page)
    assert '<mark class="yj-mark yj-mark--num">91.4%</mark>' in page
    assert re.findall(r'<section class="yj-detail is-shown" id="(d\d+)"', page) == ["d2"]


def test_the_draft_is_shown_to_the_character(client: TestClient) -> None:
    page = post(client, DRAFT)
    shown = re.search(r'<div class="yj-draft"[^>]*>(.*?)</div>', page).group(1)
    bare = re.sub(r'<span class="yj-hide">.*?</span>|<span class="yj-v__t">.*?</span>', "", shown).replace("</p><p>", "\n")
    assert words_of(bare) == DRAFT


def test_a_draft_of_windows_lines_and_markup_is_taken_as_text(client: TestClient) -> None:
    page = post(client, "<script>alert(1)</script>\r\n满意率95%</textarea>\r\n")
    assert "<script>alert" not in page
    assert page.count("</textarea>") == 2
    assert "报告为 91.4%" in words_of(page)


def test_the_report_s_figure_can_be_put_into_the_draft(client: TestClient) -> None:
    page = post(client, DRAFT, change="1")
    assert "满意率91.4%。" in re.search(r"<textarea[^>]*name=\"text\"[^>]*>(.*?)</textarea>", page, re.DOTALL).group(1)
    assert re.findall(r'id="f2" data-verdict="(\w+)"', page) == ["supported"]
    same = post(client, DRAFT, change="0")  # nothing to change in a figure that agrees
    assert "满意率95%" in same


def test_an_ambiguous_figure_is_settled_by_its_writer(client: TestClient) -> None:
    draft = "问题全部整改处置，比例为100%。"
    page = post(client, draft)
    picks = re.findall(r'name="pick" value="([^"]+)"', page)
    assert len(picks) == 2
    settled = post(client, draft, pick=picks[1])
    assert re.findall(r'data-verdict="(\w+)" aria-current', settled) == ["supported"]
    assert texts_tools.PICKED in settled
    assert f'name="picked" value="{picks[1]}"' in settled
    assert re.findall(r'name="pick" value="([^"]+)"', post(client, draft, pick="0:9:s0:x")) == picks


def test_a_pick_moves_with_the_text_in_front_of_it() -> None:
    from corpus.numerals import read_numbers
    from qa.check import CheckedFigure

    text = "满意率95%。比例为100%。"
    figure = CheckedFigure("95%", 3, 6, read_numbers(text)[0], "contradicted", "91.4%")
    sent = changed(Sent(text, ("10:14:s1:7", "broken:::")), figure)
    assert sent.text == "满意率91.4%。比例为100%。"
    assert sent.picked == ("12:16:s1:7",)


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"data": {"text": "  \n"}}, 422, texts_tools.NO_DRAFT),
        ({"data": {}}, 422, texts_tools.NO_DRAFT),
        ({"data": {"text": "数" * 2001}}, 413, "稿子太长"),
        ({"data": {"text": "街道很好。"}}, 200, texts_tools.NO_FIGURES),
        ({"files": {"file": ("a.exe", b"MZ")}}, 422, "不认识 .exe 文件"),
        ({"files": {"file": ("a.docx", b"PK-not-a-zip")}}, 422, "打不开"),
        ({"files": {"file": ("a.txt", b"\x00\x01\xff")}}, 422, "编码认不出"),
        ({"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 422, ""),
    ],
)
def test_what_cannot_be_checked_is_said_in_the_page(client: TestClient, sent: dict, status: int, said: str) -> None:
    response = client.post("/check", **sent)
    assert response.status_code == status
    assert said in words_of(response.text)
    assert 'id="dft"' in response.text
    assert "Traceback" not in response.text


def word_file(*lines: str) -> bytes:
    document, out = docx.Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "满意率", "95%"
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "raw"),
    [("稿.txt", DRAFT.encode()), ("稿.md", DRAFT.encode("gb18030")), ("稿.DOCX", word_file(*DRAFT.split("\n")))],
    ids=["txt", "md", "docx"],
)
def test_a_file_is_read_whatever_its_kind(client: TestClient, name: str, raw: bytes) -> None:
    page = client.post("/check", files={"file": (name, raw)}).text
    assert "报告为 91.4%" in words_of(page)


def test_a_file_larger_than_a_draft_may_be_is_refused_elsewhere_too(client: TestClient) -> None:
    assert client.post("/check", content=b"x" * (LARGEST_POST + 1)).status_code == 413
    assert client.post("/api/v1/check", content=b"x" * 400_000).status_code == 413


def test_a_word_file_that_declares_entities_or_unpacks_without_end_is_refused(client: TestClient) -> None:
    def packed(body: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", body)
        return out.getvalue()

    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    for raw in (packed(bomb), packed(b" " * 11 * 1024 * 1024)):
        response = client.post("/check", files={"file": ("a.docx", raw)})
        assert response.status_code == 422
        assert "root:" not in response.text


def test_the_table_can_be_taken_away_as_csv(client: TestClient) -> None:
    response = client.post("/check", data={"text": "=1+1，" + DRAFT, "as": "csv"})
    assert response.content.startswith("\ufeff".encode())
    head, *rows = csv.reader(io.StringIO(response.text.removeprefix("\ufeff")))
    assert tuple(head) == texts_tools.CHECK_COLUMNS
    assert [row[0] for row in rows][:2] == ["不符", "报告未写"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    [link] = {row[8] for row in rows if row[1] == "95%"}
    assert link.startswith("http://testserver/report/yanji-2021#s")


def test_the_draft_can_be_taken_away_with_comments_for_word(client: TestClient) -> None:
    raw = client.post("/check", data={"text": DRAFT + "\x0b", "as": "docx"}).content
    document = docx.Document(io.BytesIO(raw))
    assert "\n".join(p.text for p in document.paragraphs) == DRAFT
    comments = [comment.text for comment in document.comments]
    assert len(comments) == 4
    assert comments[1].startswith("不符，报告为 91.4%")


def test_the_draft_can_be_taken_away_as_a_page_that_asks_for_nothing(client: TestClient) -> None:
    page = client.post("/check", data={"text": "<b>" + DRAFT, "as": "html"}).text
    assert "&lt;b&gt;" in page
    assert '<b class="bad">95%</b>' in page
    assert not re.search(r"<(script|link|img)", page)
    assert "http://testserver/report/yanji-2021#s" in page


def test_the_sample_shows_every_verdict_and_is_offered_only_for_its_report(client: TestClient, tmp_path: Path) -> None:
    page = post(client, sample="1")
    assert set(re.findall(r'data-verdict="(\w+)"', page)) == set(LOOKS)
    assert texts_tools.SUM.format(count=15, look=4) in page
    write_report(tmp_path / "reports" / "one-2020", "总结\n收入增长8%。\n")
    with TestClient(create_app(Service(reports=tmp_path / "reports", index=tmp_path / "index"), Settings())) as other:
        assert texts_tools.SAMPLE not in other.get("/check").text
        assert other.post("/check", data={"sample": "1"}).status_code == 422


def test_a_check_through_rest_is_the_contract_s(client: TestClient, service: Service) -> None:
    body = client.post("/api/v1/check", json={"text": DRAFT}).json()
    assert [row["verdict"] for row in body["figures"]] == ["supported", "contradicted", "supported", "not_found"]
    for row in body["figures"]:
        assert DRAFT[row["start"] : row["end"]] == row["as_written"]
    too_long = client.post("/api/v1/check", json={"text": "数" * 2001})
    assert too_long.status_code == 413
    assert "稿子太长" in too_long.json()["detail"]


def test_nothing_of_a_draft_is_kept_by_the_browser_s_caches(client: TestClient) -> None:
    assert "private" in client.post("/check", data={"text": DRAFT}).headers["cache-control"]


def test_behind_a_prefix_every_address_keeps_to_it(service: Service) -> None:
    with TestClient(create_app(service, Settings(root_path="/youju"))) as client:
        pages = [client.get("/youju/figures").text, client.post("/youju/check", data={"text": DRAFT}).text]
    for page in pages:
        local = re.findall(r'(?:href|action|src)="(/[^"]*)"', page)
        assert len(local) > 10
        assert [address for address in local if not address.startswith("/youju/")] == []


@pytest.mark.parametrize("path", ["/figures", "/check"])
def test_the_desk_keeps_the_rules_of_the_other_pages(client: TestClient, path: str) -> None:
    response = client.get(path)
    policy = response.headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'self'" in policy
    assert response.text.count("<h1") == 1
    assert texts.SKIP in response.text
    assert client.head(path).status_code == 200


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet="满意率91.4%95，。\n<&街道2905件签约", max_size=40))
@example("约\n0")  # one figure over two lines was shown again with the second
@example("约\n0件\n\n约\n5")
@example("约\n\n0")
def test_any_draft_is_shown_whole(service: Service, draft: str) -> None:
    checked = service.check(draft)
    if not checked:
        return
    site = Site("", lambda: tuple(report.about for report in service.reports()), "'self'")
    shown = re.search(r'<div class="yj-draft"[^>]*>(.*?)</div>', result_html(site, draft, checked, ""), re.DOTALL).group(1)
    bare = re.sub(r'<span class="yj-hide">.*?</span>|<span class="yj-v__t">.*?</span>', "", shown).replace("</p><p>", "\n")
    assert without_blank_lines(words_of(bare)) == without_blank_lines(draft)


def without_blank_lines(words: str) -> str:
    return "\n".join(line for line in words.split("\n") if line.strip())
