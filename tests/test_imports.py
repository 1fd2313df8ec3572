"""The shape of the project: imports go one way, nothing reads what lies outside, the top level stays tidy."""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("corpus", "index", "qa", "app")  # each may import from itself and from those before it
TOP = {
    ".ci", ".gitattributes", ".github", ".gitignore", ".mypy.ini", ".pytest.ini", ".ruff.toml",
    "LICENSE", "README.md", "app.py", "corpus", "index", "qa", "requirements.txt", "tests",
}  # fmt: skip
LONGEST_LINE = 140  # characters
WHOLE = 80  # characters of its own, fields not counted, from which one string, of HTML or of a pattern, is better left whole
FIELD = re.compile(r"\{[^{}]*\}")


def sources(room: str) -> list[Path]:
    return [ROOT / "app.py"] if room == "app" else sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Top-level names of all that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module).split(".")[0]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [Path(name) for name in listed.split("\0") if name]


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_one_way(room: str) -> None:
    later = {*ROOMS[ROOMS.index(room) + 1 :], "tests"}
    assert sources(room)
    wrong = [(str(path.relative_to(ROOT)), name) for path in sources(room) for name in imported(path) if name in later]
    assert wrong == []


def test_only_commands_read_the_settings() -> None:
    allowed = {ROOT / "app.py", ROOT / "qa" / "cli.py", ROOT / "qa" / "fit.py"}
    everything = [path for room in ROOMS for path in sources(room) if path.name != "settings.py"]
    assert {path for path in everything if "load_settings(" in path.read_text(encoding="utf-8")} <= allowed


def test_nothing_outside_the_project_is_read() -> None:
    outside = "/".join(("..", "shared"))
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in tracked() if path.suffix in (".py", ".ini", ".toml", ".txt")}
    assert len(texts) > 20
    assert [path for path, text in texts.items() if outside in text] == []


def test_the_top_level_holds_nothing_new() -> None:
    assert {path.parts[0] for path in tracked()} - TOP == set()


def too_long(source: str) -> list[int]:
    """Numbers of the lines that could be broken: those whose length is not that of one long string."""
    long = [number for number, line in enumerate(source.splitlines(), start=1) if len(line) > LONGEST_LINE]
    if not long:
        return []
    strings: dict[int, list[str]] = {number: [] for number in long}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.STRING and token.start[0] in strings:
            strings[token.start[0]].append(FIELD.sub("", token.string))
    return [number for number, found in strings.items() if len(found) != 1 or len(found[0]) < WHOLE]


def test_no_line_is_longer_than_can_be_read() -> None:
    sources_of = {path: (ROOT / path).read_text(encoding="utf-8") for path in tracked() if path.suffix == ".py"}
    assert [f"{path}:{number}" for path, source in sources_of.items() for number in too_long(source)] == []


def test_two_quotes_far_apart_are_no_reason_for_a_long_line() -> None:
    assert too_long(f"a = {'b' * LONGEST_LINE!r}\n") == []
    assert too_long(f"a = ['b', {'b' * LONGEST_LINE}, 'b']\n") == [1]
    assert too_long("a = f'" + "{b}" * LONGEST_LINE + "'\n") == [1]


def test_what_the_system_says_is_said_in_chinese() -> None:
    speaking = [path for room in ROOMS for path in sources(room)]
    assert [path for path in speaking if ".strerror}" in path.read_text(encoding="utf-8")] == []


def test_no_drawer_for_everything() -> None:
    assert [path for path in tracked() if path.stem in ("utils", "util", "helpers", "misc")] == []
