"""Who wrote a report, and what people call them: 上海市杨浦区人民政府延吉新村街道办事处 is 延吉新村街道, 延吉街道, 延吉."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.fold import fold
from corpus.report import About

_PLACE = re.compile(r"[一-鿿]{1,7}?(?:特别行政区|自治区|自治州|自治县|街道|省|市|区|县|镇|乡)")
_OFFICE = re.compile(r"人民政府|办事处|委员会|^中华人民共和国")
_SUFFIX = re.compile(r"(?:街道|镇|乡|县|区|市|省)$")
_TAIL = re.compile(r"(?:新村|社区|路)$")
_LOCAL = re.compile(r"(街道|镇|乡|县|区|市|省)$")
_STATE = re.compile(r"国务院|中华人民共和国|全国人民代表大会")
_YEAR = re.compile(r"(?:19|20)\d\d年?度?")
_OURS = "我们|阿拉|咱们?|本|我伲|俺们?|我|这个|自己"
_LEAST = 2  # characters of a name


@dataclass(frozen=True, slots=True)
class Publisher:
    """One who publishes reports."""

    name: str  # as the citations show it: 延吉新村街道, 国务院
    names: tuple[str, ...]  # what people say, folded, longest first
    state: bool  # speaks for the whole country
    kinds: tuple[str, ...]  # what its reports are called: 工作总结, 政府工作报告


def publisher_key(about: About) -> str:
    """Whose report it is: the publisher on record, else what its title says before year and kind."""
    return about.publisher or _YEAR.split(about.title)[0].strip() or about.title


def publisher_of(key: str, abouts: Sequence[About], also: Iterable[str] = ()) -> Publisher:
    """What is known of a publisher from its name and its titles.

    Args:
        key: see ``publisher_key``.
        abouts: its reports.
        also: more names, from ``about.toml``.

    >>> publisher_of("上海市杨浦区人民政府延吉新村街道办事处", [About("a", "延吉新村街道2021年度工作总结", 2021)]).names[1:]
    ('延吉新村街道', '延吉新村', '延吉街道', '延吉')
    """
    places = [_OFFICE.sub("", place) for place in _PLACE.findall(_OFFICE.sub("", key))]
    rest = _OFFICE.sub("", _PLACE.sub("", _OFFICE.sub("", key)))
    own = rest if len(rest) >= _LEAST else (places[-1] if places else key)
    names = {fold(name) for name in (key, own) if places or len(name) > _LEAST} | {fold(name) for name in (*_short(own), *also) if name}
    kinds = {kind for about in abouts for kind in _kinds(about.title, (key, own))}
    return Publisher(own, _longest_first(names), bool(_STATE.search(key)), _longest_first(kinds))


@lru_cache(maxsize=1000)
def names_of(about: About) -> tuple[str, ...]:
    """What people call who published a report, folded, longest first."""
    return publisher_of(publisher_key(about), [about]).names


def _longest_first(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


def _short(place: str) -> list[str]:
    """延吉新村街道 -> 延吉新村, 延吉街道, 延吉."""
    suffix = _SUFFIX.search(place)
    if suffix is None or len(place) - len(suffix.group()) < _LEAST:
        return []
    core = place[: suffix.start()]
    bare = _TAIL.sub("", core)
    return [core, *([bare + suffix.group(), bare] if bare != core and len(bare) >= _LEAST else [])]


def _kinds(title: str, names: Iterable[str]) -> list[str]:
    """What a title calls its report, without year and publisher, and in fewer words."""
    rest = _YEAR.sub("", fold(title))
    for name in names:
        rest = rest.replace(fold(name), "")
    rest = _OFFICE.sub("", rest).strip(" 的《》")
    shorter = {"政府工作报告": "政府报告", "工作总结": "年度总结"}
    return [kind for kind in (rest, shorter.get(rest, "")) if len(kind) >= 4]


def ours(publisher: Publisher) -> re.Pattern[str]:
    """How people speak of their own place: 我们街道, 本区, and for a street or a village its bare word.

    >>> ours(publisher_of("延吉新村街道", [])).search("街道办了几件事") is not None
    True
    """
    local = _LOCAL.search(publisher.name)
    if local is None:
        return re.compile(r"(?!)")
    suffix = local.group()
    near = rf"(?:{_OURS})(?:的)?{suffix}(?:里|上)?"
    return re.compile(rf"{near}|{suffix}(?:里|上)?" if suffix in ("街道", "镇", "乡") else rf"{near}|全{suffix}|{suffix}里")
