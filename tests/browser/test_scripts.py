"""The patterns in the pages' own scripts, timed by the browser that runs them, on texts made against each."""

import re
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Visitor

sys.path.insert(0, str(Path(__file__).parents[1]))
from regexes import Attack, drawn_out

SCRIPTS = sorted((ROOT / "qa" / "web" / "static").glob("*.js"))
LITERAL = re.compile(r"(?<=[(,=:!&|?\[{};\s])/(?![*/\s])((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n\[])+)/([gimsuy]*)(?=[.,;)\s])")
LONG = 30_000  # characters; a link may be twice as long
MOST = 300  # milliseconds that the worst may take; ours take under ten
PLAIN = (" ", "\n", " \n", "1", "#", "A", "。", "#d1", "满")
_TIMED = """([source, flags, text]) => {
  const pattern = new RegExp(source, flags), started = performance.now();
  text.replace(pattern, ' ');
  return performance.now() - started;
}"""


def literals() -> dict[tuple[str, str], str]:
    """Every pattern that is written in a script, with its flags, and where."""
    return {(found[1], found[2]): path.name for path in SCRIPTS for found in LITERAL.finditer(path.read_text(encoding="utf-8"))}


def against(source: str) -> list[str]:
    """Texts made to hurt a pattern, and some that hurt many."""
    ways = [(front, run, end) for front, run, end in Attack(re.compile(source)).ways() if run][:12]
    return [drawn_out(way, LONG) for way in [*ways, *(("", run, "x") for run in PLAIN)]]


def slowest(visitor: Visitor, source: str, flags: str, texts: list[str]) -> float:
    """Milliseconds."""
    page = visitor().page
    return max(page.evaluate(_TIMED, [source, flags, text]) for text in texts)


def test_all_patterns_are_found() -> None:
    assert len(literals()) >= 5
    made = [path.name for path in SCRIPTS if re.search(r"RegExp\(", path.read_text(encoding="utf-8"))]
    assert made == []  # none is put together from what somebody typed


@pytest.mark.parametrize(("source", "flags"), literals())
def test_no_text_makes_a_pattern_of_the_pages_slow(visitor: Visitor, source: str, flags: str) -> None:
    assert slowest(visitor, source, flags, against(source)) < MOST


def test_a_slow_pattern_would_be_noticed(visitor: Visitor) -> None:
    source = r"\s*\n\s*"  # as it was once: a link with a question of blanks stopped the page for seconds
    assert slowest(visitor, source, "g", [next(text for text in against(source) if text.startswith("   "))]) > MOST
