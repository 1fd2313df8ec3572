"""Files as people keep reports: read whole and in order, or refused in one line that says what to do."""

import io
import re
import time
import tracemalloc
import zipfile
from pathlib import Path

import docx
import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from papers import TABLE, made_page, made_pdf, made_word

from corpus.errors import DocumentError, TextTooLong
from corpus.extract import LARGEST, extract
from corpus.formats import pdf
from corpus.formats.plain import decoded
from corpus.formats.tables import table_lines
from corpus.formats.web import read_page
from corpus.formats.web_meta import is_notice
from corpus.report import Report

ROWS = ["指标：热线工单，2020年：2,800件，2021年：2,905件。", "指标：满意率，2020年：90.1%，2021年：91.4%。"]


@pytest.fixture(scope="module")
def lines(yanji: Report) -> list[str]:
    """The report, line by line: 46 of them."""
    return [line for line in yanji.text.split("\n") if line.strip()]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def refused(raw: bytes, name: str = "a.txt") -> str:
    with pytest.raises(DocumentError) as raised:
        extract(raw, name)
    message = str(raised.value)
    assert "\n" not in message
    assert "请" in message
    return message


# ---------- plain text ----------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_simplified_text_in_any_encoding(yanji: Report, encoding: str) -> None:
    assert extract(yanji.text.encode(encoding), "报告.txt").text == yanji.text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16"])
def test_traditional_text_in_any_encoding(yanji: Report, encoding: str) -> None:
    text = opencc.OpenCC("s2t").convert(yanji.text).encode(encoding, "ignore").decode(encoding)
    assert extract(text.encode(encoding), "報告.txt").text == text


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs"])
def test_short_stretches_are_told_apart(yanji: Report, encoding: str) -> None:
    text = opencc.OpenCC("s2t").convert(yanji.text).encode("big5hkscs", "ignore").decode("big5hkscs")
    for start in range(0, len(text) - 20, 97):
        stretch = text[start : start + 20]
        if len(stretch.encode()) > 30:  # Chinese for the most part
            assert decoded(stretch.encode(encoding)) == stretch


def test_marks_of_other_systems_go_and_nothing_else() -> None:
    assert extract("\ufeff甲 \u3000乙。\r\n丙\r\x1a".encode(), "a.txt").text == "甲 \u3000乙。\n丙\n"


@pytest.mark.parametrize("raw", [b"\x00\x01\x02\xff" * 50, bytes(range(256)) * 4, b"\xff\xfe\x00", b"caf\xe9 au lait", b"\x80\x81" * 9])
def test_what_is_no_text_is_refused(raw: bytes) -> None:
    assert "编码" in refused(raw)


def test_markdown_loses_its_marks_and_keeps_its_words() -> None:
    source = "# 总结\n\n## 一、党建\n\n**满意率**91.4%,3*4*5。\n\n|指标|2021年|\n|---|:-:|\n|工单|2905件|\n\n完"
    assert extract(source.encode(), "a.md").text == "总结\n\n一、党建\n\n满意率91.4%,3*4*5。\n\n指标：工单，2021年：2905件。\n\n完"


# ---------- Word ----------


def test_a_word_file_gives_paragraphs_and_tables_in_order(lines: list[str]) -> None:
    read = extract(made_word(lines), "总结.docx")
    assert read.text.split("\n") == [*lines[:6], *ROWS, *lines[6:]]
    assert (read.kind, read.tables) == ("docx", 1)


def test_word_s_own_numbers_are_written_out() -> None:
    """Headings are known by 一、 and (一), which Word may keep apart from the text."""
    level = '<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="{text}"/></w:lvl>'
    numbering = (
        f'<w:numbering {XMLNS}><w:abstractNum w:abstractNumId="7">{level.format(n=0, text="%1、")}{level.format(n=1, text="(%2)")}'
        '</w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
    )
    styles = f'<w:styles {XMLNS}><w:style w:styleId="S"><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style></w:styles>'
    own = '<w:p><w:pPr><w:numPr><w:ilvl w:val="{n}"/><w:numId w:val="3"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
    body = own.format(n=0, text="党建") + own.format(n=1, text="组织") + own.format(n=1, text="宣传")
    body += '<w:p><w:pPr><w:pStyle w:val="S"/></w:pPr><w:r><w:t>民生</w:t></w:r></w:p>' + own.format(n=1, text="养老") + PLAIN
    raw = packed({"word/document.xml": word_body(body), "word/numbering.xml": numbering, "word/styles.xml": styles})
    assert extract(raw, "a.docx").text.split("\n") == ["一、党建", "(一)组织", "(二)宣传", "二、民生", "(一)养老", "平常一段。"]


XMLNS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PLAIN = "<w:p><w:r><w:t>平常一段。</w:t></w:r></w:p>"


def word_body(body: str) -> str:
    more = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    return f"<w:document {XMLNS} {more}><w:body>{body}</w:body></w:document>"


def packed(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<w:p><w:ins><w:r><w:t>加上的</w:t></w:r></w:ins><w:del><w:r><w:delText>删去的</w:delText></w:r></w:del></w:p>", "加上的"),
        ("<w:sdt><w:sdtContent><w:p><w:hyperlink><w:r><w:t>框里的</w:t></w:r></w:hyperlink></w:p></w:sdtContent></w:sdt>", "框里的"),
        ("<w:p><w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t></w:r></w:p>", "甲\n乙\t丙"),
        ("<w:p><w:r><w:t>正文</w:t><w:pict><w:txbxContent>" + PLAIN + "</w:txbxContent></w:pict></w:r></w:p>", "正文\n平常一段。"),
        (
            "<w:p><mc:AlternateContent><mc:Choice><w:r><w:t>一次</w:t></w:r></mc:Choice><mc:Fallback><w:r><w:t>两次</w:t></w:r>"
            "</mc:Fallback></mc:AlternateContent></w:p>",
            "一次",
        ),
    ],
    ids=["changes", "content control", "breaks", "text box", "alternatives"],
)
def test_what_a_reader_of_the_page_sees(body: str, text: str) -> None:
    assert extract(packed({"word/document.xml": word_body(body)}), "a.docx").text == text


def test_merged_cells_stand_in_every_row_they_reach() -> None:
    document = docx.Document()
    table = document.add_table(4, 4)
    for row, cells in enumerate([["项目", "人数", "人数", "备注"], ["项目", "男", "女", "备注"], ["志愿者", "12", "30", ""], ["党员", "5", "", "新增"]]):
        for column, words in enumerate(cells):
            table.cell(row, column).text = words
    for corner, other in (((0, 1), (0, 2)), ((0, 0), (1, 0)), ((0, 3), (1, 3))):
        merged = table.cell(*corner).merge(table.cell(*other))
        merged.text = merged.text.split("\n")[0]
    out = io.BytesIO()
    document.save(out)
    assert extract(out.getvalue(), "a.docx").text == "项目：志愿者，人数·男：12，人数·女：30。\n项目：党员，人数·男：5，备注：新增。"


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"word/document.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}, "声明"),
        ({"word/document.xml": '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'}, "声明"),
        ({"word/document.xml": "<a>" * 5000}, "太深"),
        ({"word/document.xml": " " * 13_000_000}, "太大"),
        ({"word/document.xml": "<a/>", "word/media/bomb": "0" * 210_000_000}, "太大"),
        ({"word/document.xml": "<w:broken"}, "打不开"),
        ({"word/document.xml": word_body("")}, "没有文字"),
        ({"xl/workbook.xml": ""}, "表格文件"),
        ({"OFD.xml": ""}, "OFD"),
        ({"report.txt": "字"}, "压缩包"),
    ],
)
def test_hostile_and_mistaken_archives(parts: dict[str, str], why: str) -> None:
    assert why in refused(packed(parts), "a.docx")


# ---------- PDF ----------


@pytest.fixture(scope="module")
def printed(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on nine printed pages, with running heads, page numbers and a ruled table."""
    path = tmp_path_factory.mktemp("pdf") / "总结.pdf"
    path.write_bytes(made_pdf([line for line in lines if "https" not in line and "·" not in line]))
    return path


def test_a_pdf_gives_its_paragraphs_whole(printed: Path, lines: list[str]) -> None:
    read = extract(printed)
    wanted = [squeezed(line) for line in lines if "https" not in line and "·" not in line]
    assert [squeezed(line) for line in read.text.split("\n")] == [*wanted[:6], *ROWS, *wanted[6:]]
    assert read.tables == 1
    [note] = read.notes
    assert "页眉页脚" in note
    assert "街道年度总结" in note


def test_a_pdf_that_takes_too_long_or_too_much_is_stopped(printed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = time.monotonic()
    with pytest.raises(DocumentError, match="太复杂"):
        extract(printed.read_bytes(), "a.pdf", seconds=0.3)
    assert time.monotonic() - started < 5
    worker = printed.parent / "worker.py"
    worker.write_text("import resource\nresource.setrlimit(resource.RLIMIT_AS, (2**28, 2**28))\nx = bytearray(2**29)\n")
    monkeypatch.setattr(pdf, "_WORKER", worker)
    with pytest.raises(DocumentError, match="内存"):
        extract(printed)


def test_pdfs_that_cannot_be_read(printed: Path) -> None:
    whole = printed.read_bytes()
    assert "扫描" in refused(made_pdf([]), "a.pdf")
    assert "打不开" in refused(b"%PDF-1.7\n" + b"\0" * 99, "a.pdf")
    assert "打不开" in refused(b"MZ not a PDF", "a.pdf")
    assert "密码" in refused(made_pdf(["保密。"], password="x"), "a.pdf")
    assert "打不开" in refused(whole[: len(whole) // 3], "a.pdf")


# ---------- saved pages ----------


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_saved_page_gives_the_report_and_what_the_page_says_of_it(lines: list[str], encoding: str) -> None:
    read = extract(made_page(lines[0], lines[1:], encoding), "总结.html")
    assert read.text.split("\n") == [lines[0], *(line.strip() for line in lines[1:]), *ROWS, "附件：2021年数据表", "特此报告。", "特此报告。"]
    assert (read.title, str(read.published), read.publisher) == (lines[0], "2022-03-30", "延吉新村街道")
    assert read.source_url == "https://www.example.gov.cn/zwgk/t20220330_1.html"
    assert read.tables == 1


@pytest.mark.parametrize("form", ["br", "div", "li", "frame"])
def test_however_the_paragraphs_are_marked_up(lines: list[str], form: str) -> None:
    kept = [line.strip() for line in lines[1:12]]
    inner = {
        "br": "<br>".join(f"　　{line}" for line in kept),
        "div": "".join(f"<div><span><font>{line}</font></span></div>" for line in kept),
        "li": f"<ol>{''.join(f'<li>{line}</li>' for line in kept)}</ol>",
        "frame": f"<table><tr><td><table><tr><td>{''.join(f'<p>{line}</p>' for line in kept)}</td></tr></table></td></tr></table>",
    }[form]
    read = extract(made_page(lines[0], [], body=inner), "a.html")
    assert read.text.split("\n")[:12] == [lines[0], *kept]
    bare = extract(re.sub(rb' (class|id)="[^"]*"', b"", made_page(lines[0], [], body=inner)), "a.html")
    assert "\n".join(kept) in bare.text


def test_prose_beside_the_report_is_told_not_lost(lines: list[str]) -> None:
    page = made_page(lines[0], lines[1:]).replace("分享到：".encode(), "本网站另有一句话，说的是别的事情。分享到：".encode())
    read = read_page(page)
    assert "另有一句话" not in read.text
    assert any("另有一句话" in note for note in read.notes)


def test_what_is_only_the_frame_of_a_page() -> None:
    for line in ("发布时间：2022-03-30 09:15", "来源：延吉新村街道", "字号：大 中 小", "【打印本页】【关闭窗口】", "浏览次数：1203次"):
        assert is_notice(line), line
    for line in ("来源：群众的信任是我们工作的动力，也是目标。", "发布时间早于去年。", "大力推进。", "编辑部设在街道。", "中小企业"):
        assert not is_notice(line), line


@pytest.mark.parametrize("raw", [b"<html><body><a>x</a></body></html>", b"<html>", b"<!doctype html><p>Home</p>" + b"<div>" * 9000])
def test_a_page_without_a_report(raw: bytes) -> None:
    refused(raw, "a.html")


def test_scripts_and_what_is_hidden_are_no_text(lines: list[str]) -> None:
    body = "<p>一句话，看得见。</p><p style='display: none'>一句话，看不见。</p><script>var s='一句，代码。'</script><!-- 一句，注解。 --><p>又一句，也看得见。</p>"
    text = extract(made_page(lines[0], [], body=body), "a.html").text
    assert "看得见" in text
    assert not re.search("看不见|代码|注解", text)


# ---------- what is refused with advice ----------


@pytest.mark.parametrize(
    ("raw", "name", "advice"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "总结.doc", "另存为"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "总结.wps", "*.docx"),
        (b"{\\rtf1 x}", "a.doc", "RTF"),
        (b"\x89PNG\r\n", "a.png", "图片"),
        (b"MIME-Version: 1.0\r\n", "a.mht", "仅 HTML"),
        (b"MZ", "a.exe", "不认识"),
        (b"", "a.txt", "空的"),
        (b" \n\t", "a.docx", "空的"),
        (b"x" * (LARGEST + 1), "a.txt", "MB"),
        ("字" * 1_000_001, "a.txt", "分成几份"),
    ],
)
def test_other_files_are_refused_with_advice(raw: bytes | str, name: str, advice: str) -> None:
    assert advice in refused(raw if isinstance(raw, bytes) else raw.encode(), name)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="读不到"):
        extract(tmp_path / "none.txt")
    with pytest.raises(DocumentError, match="读不到"):
        extract(tmp_path)


def test_the_content_decides_not_the_name(lines: list[str], printed: Path) -> None:
    assert extract(made_word(lines), "总结.doc").kind == "docx"
    assert extract(made_page(lines[0], lines[1:]), "总结.doc").kind == "html"


def read_or_refused(raw: bytes, name: str) -> bool:
    try:
        return bool(extract(raw, name).text.strip())
    except DocumentError as error:
        return "请" in str(error)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.md", "a.html", "a.docx", "a"]))
def test_any_bytes_are_read_or_refused(raw: bytes, name: str) -> None:
    assert read_or_refused(raw.replace(b"%PDF-", b""), name)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_a_word_file_damaged_anywhere_is_read_or_refused(place: int, put: bytes) -> None:
    raw = WORD[: place % len(WORD)] + put + WORD[place % len(WORD) + len(put) :]
    assert read_or_refused(raw, "a.docx")


WORD = made_word(["总结", "满意率91.4%。", "一、党建", "二、民生", "三、其他", "完"])


@given(st.lists(st.lists(st.text("甲乙2021年,%\n", max_size=5), max_size=5), max_size=6))
def test_a_table_loses_no_cell(rows: list[list[str]]) -> None:
    said = squeezed("".join(table_lines(rows)))
    for row in rows:
        for cell in row:
            assert squeezed(cell) in said


def test_tables_as_they_come() -> None:
    assert table_lines(TABLE) == ROWS
    assert table_lines([["仅一格"]]) == ["仅一格"]
    assert table_lines([["左", "右"]]) == ["左 右"]
    assert table_lines([[""], []]) == []
    assert table_lines([["名称", "数"], ["一、养老", "一、养老"], ["食堂", "8"]]) == ["一、养老", "名称：食堂，数：8。"]
    assert table_lines([["甲", "甲"], ["乙", "乙"]]) == ["甲", "乙"]
    assert table_lines([["表1"], ["指标", "数"], ["食堂", "8"]]) == ["表1", "指标：食堂，数：8。"]
    assert table_lines([["指标", "数", "备注"], ["食堂", "8", ""]]) == ["备注", "指标：食堂，数：8。"]


# ---------- no further than it goes ----------

MOST = 2000  # characters
SECONDS = 2.0  # of processor time; a file that is read to its end takes many


def cell(words: str, span: int = 1) -> str:
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:tc>'


def word_table(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def word_of(body: str, **parts: str) -> bytes:
    more = {f"word/{name}.xml": f"<w:{name} {XMLNS}>{part}</w:{name}>" for name, part in parts.items()}
    return packed({"word/document.xml": word_body(body)} | more)


CHAINED = "".join(
    f'<w:style w:styleId="s{n}"><w:pPr>{"<w:ind/>" * 4000}</w:pPr><w:basedOn w:val="s{n + 1}"/></w:style>' for n in range(20)
)
STYLED = '<w:p><w:pPr><w:pStyle w:val="s0"/></w:pPr><w:r><w:t>段</w:t></w:r></w:p>'
ENDLESS = {
    "paragraphs": ("a.docx", word_of("<w:p><w:r><w:t>粮食增长6%工作</w:t></w:r></w:p>" * 150_000)),
    "empty paragraphs": ("a.docx", word_of("<w:p/>" * 1_900_000)),
    "runs without text": ("a.docx", word_of(f"<w:p>{'<w:r/>' * 1_900_000}</w:p>")),
    "one frame around all": ("a.docx", word_of(f"<w:sdt>{'<w:p><w:r><w:t>段</w:t></w:r></w:p>' * 200_000}</w:sdt>")),
    "styles": ("a.docx", word_of("<w:p/>", styles="<w:style/>" * 1_000_000)),
    "styles upon styles": ("a.docx", word_of(STYLED * 50_000, styles=CHAINED)),
    "columns": ("a.docx", word_of(word_table(cell("甲", 100) * 100, *[cell("1")] * 20_000))),
    "headings": ("a.docx", word_of(word_table(cell("长" * 1900) + cell("数"), *[cell("甲") + cell("1")] * 20_000))),
    "columns of Markdown": ("a.md", ("|a" * 3900 + "|\n").encode()[:3900] + b"|\n" + b"|a|\n" * 1000),
    "Chinese of an old encoding": ("a.txt", ("粮食产量" * 1_000_000).encode("gb18030")),
    "elements of a page": ("a.html", b"<html><body>" + b"<p>" * 3_000_000 + "粮食，".encode()),
    "columns of a page": ("a.html", "<html><body><p>粮食，</p><table>".encode() + b'<tr><td colspan="999">1' * 40_000),
    "text of a page": ("a.html", b"<html><body><p>" + "粮食，产量。".encode() * 500_000),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_the_reading_ends_where_the_text_is_too_long(kind: str) -> None:
    name, raw = ENDLESS[kind]
    started = time.process_time()
    with pytest.raises(TextTooLong, match=f"超过 {MOST} 个字;请分成几份"):
        extract(raw, name, most=MOST)
    assert time.process_time() - started < SECONDS


def test_what_was_read_of_a_word_file_is_let_go_of() -> None:
    name, raw = ENDLESS["paragraphs"]
    tracemalloc.start()
    try:
        with pytest.raises(TextTooLong):
            extract(raw, name, most=20_000)
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_long_pdf_is_read_no_further(lines: list[str]) -> None:
    with pytest.raises(TextTooLong):
        extract(made_pdf(lines), "a.pdf", most=500)


SHORT = "一二三四。"
JUST = {
    "a.docx": word_of(f"<w:p><w:r><w:t>{SHORT}</w:t></w:r></w:p>" * 50),
    "a.html": f"<html><body><div>{f'<p>{SHORT}</p>' * 50}</div></body></html>".encode(),
    "a.txt": "\n".join([SHORT] * 50).encode(),
    "a.md": "\n".join([SHORT] * 50).encode(),
}


@pytest.mark.parametrize("name", JUST)
def test_a_text_of_just_the_length_is_read(name: str) -> None:
    assert extract(JUST[name], name, most=299).text == "\n".join([SHORT] * 50)
    with pytest.raises(TextTooLong):
        extract(JUST[name], name, most=298)
