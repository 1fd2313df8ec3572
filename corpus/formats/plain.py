"""Text files: which encoding, and what of Markdown is only marks."""

import codecs
import re

from corpus.errors import DocumentError, TextTooLong
from corpus.formats.record import Allowance, Extracted, bounded
from corpus.formats.tables import table_lines

# The commonest characters of official Chinese in both scripts, and its punctuation: a text read in the wrong encoding has few.
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小"
    "物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建"
    "月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战"
    "先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议"
    "社区街道居民服务推进政府报告会议委员年度工作总结经济发展城市管理疫情防控党建"
    "這個國為來們時說對於會學發動過種經進著電裡現實體機當點從業應開還間樣與關數內變條沒結問題黨員總設長資邊級圖統將組見計別論運農幾區強決戰處隊門規熱領東導壓爭濟階"
    "術極聯認權證單風轉帶場車務萬達積議報費價準備護環總產勞歲團顧臺灣"
    "，。、；：？！“”‘’（）《》【】—…·「」『』"
)
_PLAUSIBLE = 0.25  # least share of them among characters that are not ASCII
_SAMPLE = 200_000  # characters that are not ASCII by which an encoding is judged
_WIDEST = 4  # bytes of a character, in any encoding that is read
_MARKS = 64  # bytes of a file that are no text: marks of its encoding and of its end
_LEGACY = ("gb18030", "big5hkscs")
_UNMARKED = ("utf-16-le", "utf-16-be")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_UNPRINTABLE = re.compile(r"[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_PLAIN = re.compile(r"[\x00-\x7f\s]+")
_HOW = "请用记事本打开,另存为 UTF-8 编码再试"


def read_plain(raw: bytes, allowance: Allowance) -> Extracted:
    """A .txt file, to the character but for the mark of its encoding and foreign line ends."""
    return Extracted(bounded(allowance.line(one_line_end(_short(raw, allowance)))), "txt")


def _short(raw: bytes, allowance: Allowance) -> str:
    """Text of bytes that may be few enough for the allowance.

    Raises:
        TextTooLong: they are not.
    """
    if len(raw) > _WIDEST * allowance.most + _MARKS:
        raise TextTooLong(allowance.most)
    return decoded(raw)


def read_markdown(raw: bytes, allowance: Allowance) -> Extracted:
    """A .md file without the marks of headings and of bold type; its tables as sentences."""
    lines: list[str] = []
    rows: list[list[str]] = []
    tables = 0
    for line in [*one_line_end(_short(raw, allowance)).split("\n"), ""]:
        if line.lstrip().startswith("|") and line.count("|") > 1:
            rows.append([_unmarked(cell) for cell in line.strip().strip("|").split("|")])
            continue
        if rows:
            lines += table_lines((row for row in rows if not all(re.fullmatch(r"\s*:?-+:?\s*", cell) for cell in row)), allowance)
            tables += 1
            rows = []
        lines.append(_unmarked(re.sub(r"^#{1,6}\s+", "", line)))
    return Extracted(bounded(allowance.line("\n".join(lines[:-1]))), "md", tables=tables)


def _unmarked(line: str) -> str:
    return re.sub(r"\*\*(\S(?:[^*]*\S)?)\*\*", r"\1", line)


def one_line_end(text: str) -> str:
    r"""Line ends as ``\n``."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decoded(raw: bytes, declared: str = "") -> str:
    """Text of bytes in UTF-8, UTF-16 with its mark, GB18030 or Big5.

    Args:
        raw: the bytes.
        declared: the encoding that the file itself names, tried before the others.

    Raises:
        DocumentError: none of them reads as Chinese or plain text.
    """
    raw = raw.rstrip(b"\x1a")  # the end mark of old systems
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return _strict(raw, encoding) or _unknown()
    for encoding in ("utf-8", *_known(declared)):
        text = _strict(raw, encoding)
        if text is not None:
            return text
    readings = [text for encoding in (_UNMARKED if b"\0" in raw else _LEGACY) if (text := _strict(raw, encoding)) is not None]
    best = max(readings, key=plausible, default="")
    if not best or plausible(best) < _PLAUSIBLE:
        _unknown()
    return best


def _known(declared: str) -> list[str]:
    """The codec of a declared name, if it is one for text; gb2312 and gbk are read as what they grew into."""
    try:
        name = codecs.lookup(declared).name
    except (LookupError, ValueError):
        return []
    if name in ("gb2312", "gbk", "gb18030"):
        return ["gb18030"]
    return ["big5hkscs"] if name.startswith("big5") or name == "cp950" else []


def _strict(raw: bytes, encoding: str) -> str | None:
    """The reading in one encoding; None when it does not fit or holds what no text holds."""
    try:
        text = raw.decode(encoding)
    except (UnicodeDecodeError, ValueError):
        return None
    return None if _CONTROL.search(text) else text


def plausible(text: str) -> float:
    """How much a text looks like official Chinese: the share of common characters among those that are not ASCII, 0 to 1."""
    foreign = _PLAIN.sub("", text)[:_SAMPLE]
    if not foreign:
        return 0.0
    strange = len(_UNPRINTABLE.findall(foreign))
    return (sum(char in _COMMON for char in foreign) - 5 * strange) / len(foreign)


def _unknown() -> str:
    raise DocumentError(f"文字编码认不出,或者这不是文字文件;{_HOW}")
