"""The shape of the project: imports go one way, nothing reads what lies outside, the top level stays tidy."""

import ast
import re
import subprocess
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
MARKUP = re.compile(r"([\"']).{80,}\1")  # a long string, of HTML or of a pattern, is better left whole


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


def test_no_line_is_longer_than_can_be_read() -> None:
    long = [
        f"{path}:{number}"
        for path in tracked()
        if path.suffix == ".py"
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > LONGEST_LINE and not MARKUP.search(line)
    ]
    assert long == []


def test_what_the_system_says_is_said_in_chinese() -> None:
    speaking = [path for room in ROOMS for path in sources(room)]
    assert [path for path in speaking if ".strerror}" in path.read_text(encoding="utf-8")] == []


def test_no_drawer_for_everything() -> None:
    assert [path for path in tracked() if path.stem in ("utils", "util", "helpers", "misc")] == []
