"""What a government page says of its article: title, day, source, address. In its head, by a common standard, or in a line."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from corpus.dates import day_in

_TITLE = ("articletitle", "og:title", "title")
_DAY = ("pubdate", "publishdate", "article:published_time", "publishedtime")
_SOURCE = ("contentsource", "source", "article:author")
_SITE = ("sitename", "og:site_name")
_URL = ("url", "og:url")
_SAVED = re.compile(r"<!--\s*saved from url=\(\d+\)\s*(https?://\S+?)\s*-->")
_TAIL = re.compile(r"\s*[_|]\s*[^_|]*$|\s+-\s+[^-]*$")  # 标题_某某人民政府
_LINE_DAY = re.compile(r"(?:发布|发文|成文|公开|更新|信息)?(?:日期|时间)\s*[:：]\s*(\S+(?:\s*\d{1,2}:\d{2})?)")
_LINE_SOURCE = re.compile(r"(?:信息|稿件|文章)?(?:来源|发布机构|发文机关|发布单位)\s*[:：]\s*([^\s|｜【(（]{2,40})")
_NOTICE = re.compile(  # one word of a line that the site puts around an article
    r"(?:(?:发布|发文|成文|更新|信息)?(?:日期|时间)|(?:信息|稿件|文章)?来源|(?:浏览|阅读|点击|访问)(?:次数|量)|字号|字体|作者|责任编辑|编辑)[:：][^\s，。；]{0,30}"
    r"|[:：]?\d[\d\-/.:：年月日次]*|[大中小]|(?:上|下)一篇[:：].*|分享到?[:：]?|微信|微博|打印(?:本页)?|关闭(?:窗口|本页)?|返回(?:顶部|列表)?|收藏|扫一扫.{0,20}"
)


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of an article; "" and None for what is not."""

    title: str = ""
    published: date | None = None
    publisher: str = ""
    url: str = ""

    def filled(self, line: str) -> "Head":
        """With what a line beside the article says, where nothing was known."""
        day, source = _LINE_DAY.search(line), _LINE_SOURCE.search(line)
        found = replace(self, published=self.published or (day_in(day[1]) if day else None))
        return replace(found, publisher=found.publisher or (source[1] if source else ""))


def head_of(root: Any, source: str) -> Head:
    """What the head of a page says."""
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").strip().lower()
        metas.setdefault(name, " ".join((meta.get("content") or "").split())[:300])
    saved = _SAVED.search(source[:4096])
    canonical = next((link.get("href", "") for link in root.iter("link") if link.get("rel") == "canonical"), "")
    url = next((found for found in (_first(metas, _URL), saved[1] if saved else "", canonical) if _is_address(found)), "")
    title = _first(metas, _TITLE) or _TAIL.sub("", " ".join(root.findtext("head/title", "").split()))
    return Head(title[:100], day_in(_first(metas, _DAY)), _first(metas, _SOURCE) or _first(metas, _SITE), url)


def _first(metas: dict[str, str], names: tuple[str, ...]) -> str:
    return next((metas[name] for name in names if metas.get(name)), "")


def _is_address(text: str) -> bool:
    return re.fullmatch(r"https?://[!-~]{4,500}", text) is not None


def is_notice(line: str) -> bool:
    """Whether a line is the site's, not the article's: when it was put there, how to print it.

    >>> [is_notice(line) for line in ("发布时间：2022-03-30 来源：延吉新村街道 浏览次数：123", "【打印本页】 【关闭窗口】", "来源：群众")]
    [True, True, True]
    >>> is_notice("分享到全街道的经验有三条。")
    False
    """
    words = re.sub(r"[【】\[\]|｜()（）]", " ", re.sub(r"\s*[:：]\s*", "：", line)).split()
    return bool(words) and len(line) < 200 and all(_NOTICE.fullmatch(word) for word in words)
