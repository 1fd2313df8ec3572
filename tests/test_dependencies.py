"""Every pinned requirement is in README with its licence and its reason, and no licence binds us to more than its notice."""

import importlib.metadata
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| `([A-Za-z0-9_-]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
SECTION = (ROOT / "README.md").read_text(encoding="utf-8").split("### 用了哪些库")[1]
LISTED = {name: (licence, why) for name, licence, why in ROW.findall(SECTION)}
LICENCES = "MIT|BSD|Apache|MPL|Python Software Foundation"
FILES = ("requirements.txt", "tests/requirements.txt")


def pinned() -> list[str]:
    lines = [line for name in FILES for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    return [re.split(r"[=\[]", line)[0] for line in lines if re.match(r"[A-Za-z]", line)]


def test_every_pin_is_listed_and_nothing_else_is() -> None:
    assert sorted(LISTED) == sorted(pinned())
    assert len(LISTED) > 30


@pytest.mark.parametrize("name", pinned())
def test_each_has_a_version_a_reason_and_the_licence_that_it_says(name: str) -> None:
    licence, why = LISTED[name]
    assert re.search("[一-鿿]", why)
    assert re.search(LICENCES, licence)
    metadata = importlib.metadata.metadata(name)
    said = " ".join([str(metadata.get(key) or "") for key in ("License-Expression", "License")] + (metadata.get_all("Classifier") or []))
    assert not re.search(r"\bA?GPL|GNU (?:Affero )?General", said.split("Copyright")[0]), said[:200]
    assert any(word in said for word in re.findall(LICENCES, licence)) or name == "axe-playwright-python"


def test_pins_are_exact() -> None:
    for name in FILES:
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            assert re.fullmatch(r"(#.*|-r .*|[A-Za-z0-9_\-\[\]]+==[\w.+]+( +#.*)?|)", line), line
