"""Report files made for tests: Word, PDF, and a page saved from a government site."""

import html
import io
from collections.abc import Sequence

import docx
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

TABLE = [["指标", "2020年", "2021年"], ["热线工单", "2,800件", "2,905件"], ["满意率", "90.1%", "91.4%"]]
_FONT = "STSong-Light"


def made_word(lines: Sequence[str]) -> bytes:
    """A Word file of these paragraphs, with a table after the sixth."""
    document, out = docx.Document(), io.BytesIO()
    for number, line in enumerate(lines):
        if number == 6:
            table = document.add_table(len(TABLE), len(TABLE[0]))
            for row, cells in enumerate(TABLE):
                for column, words in enumerate(cells):
                    table.cell(row, column).text = words
        document.add_paragraph(line)
    document.save(out)
    return out.getvalue()


def made_pdf(lines: Sequence[str], password: str = "") -> bytes:
    """The same, printed; without lines, a page that only has a drawing on it."""
    out = io.BytesIO()
    if not lines:
        canvas = Canvas(out, pagesize=A4)
        canvas.rect(100, 100, 300, 500, fill=1)
        canvas.save()
        return out.getvalue()
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    body = ParagraphStyle("body", fontName=_FONT, fontSize=12, leading=20, firstLineIndent=24, wordWrap="CJK")
    heading = ParagraphStyle("heading", fontName=_FONT, fontSize=14, leading=24, wordWrap="CJK")
    flow: list[object] = [Paragraph(html.escape(line), heading if len(line) < 40 and line[0] in "一二三四五(" else body) for line in lines]
    flow[6:6] = [Table(TABLE, style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("FONTNAME", (0, 0), (-1, -1), _FONT)]))]
    locked = StandardEncryption(password, canPrint=0) if password else None
    SimpleDocTemplate(out, pagesize=A4, encrypt=locked).build(flow, onFirstPage=_running, onLaterPages=_running)
    return out.getvalue()


def _running(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont(_FONT, 9)
    canvas.drawCentredString(A4[0] / 2, 30, f"- {document.page} -")
    canvas.drawString(60, A4[1] - 40, "延吉新村街道年度总结")


def made_page(title: str, lines: Sequence[str], encoding: str = "utf-8", body: str = "") -> bytes:
    """A page as a government site serves it, with all that stands around the text; ``body`` instead of paragraphs."""
    inner = body or "".join(f'<p style="text-indent:2em">　　{html.escape(line)}</p>\n' for line in lines)
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in TABLE)
    places = "".join(f'<li><a href="/c">{name}</a></li>' for name in ("首页", "政务公开", "街道概况", "办事服务", "互动交流"))
    page = f"""<!DOCTYPE html><html><head><meta charset="{encoding}"><title>{title}_某某区人民政府</title>
<meta name="SiteName" content="某某区人民政府"><meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="2022-03-30 09:15">
<meta name="ContentSource" content="延吉新村街道"><meta name="Url" content="https://www.example.gov.cn/zwgk/t20220330_1.html">
<script>var a="<p>不要，这一句。</p>";</script><style>p{{}}</style></head><body><div class="header"><ul class="nav">{places}</ul></div>
<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk">政务公开</a> &gt; 年度总结</div><div class="main"><h1>{title}</h1>
<div class="info"><span>发布时间：2022-03-30 09:15</span> <span>来源：延吉新村街道</span> <span>浏览次数：123</span> 字号：<a>大</a> <a>小</a></div>
<div class="TRS_Editor">{inner}<table>{rows}</table><p><a href="/x.xls">附件：2021年数据表</a></p><p>　　特此报告。</p><p>　　特此报告。</p></div>
<div class="share">分享到：<a>微信</a><a>微博</a> 【打印本页】 【关闭窗口】</div></div><div class="related"><h3>相关链接</h3><ul>
<li><a href="/x1">某某街道2020年度工作总结，欢迎阅读。</a></li></ul></div><div class="footer">主办：某某区人民政府 <a>网站地图</a> 备案号00000号</div></body></html>"""
    return page.encode(encoding)
