"""Every pattern of the project, and texts made to hurt each: what its parts match, repeated, with an end that does not fit."""

import ast
import importlib
import pkgutil
import random
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import corpus
import index
import qa

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from re import _constants as ops
    from re import _parser as parser

ROOT = Path(__file__).parent.parent
_DEPTH = 4  # of containers looked into
_SAMPLE = 3  # repetitions in a sample
_PUMPS = 8  # parts that are repeated
_BAD_ENDS = ("", "\0", "!", "、x")


def modules() -> list[ModuleType]:
    """All that the project consists of, but programs that run when imported."""
    names = [f"{room.__name__}.{found.name}" for room in (corpus, index, qa) for found in pkgutil.walk_packages(room.__path__)]
    nested = [f"qa.web.{found.name}" for found in pkgutil.iter_modules([str(ROOT / "qa" / "web")])]
    return [importlib.import_module(name) for name in sorted({*names, *nested}) if not name.endswith(("__main__", ".make"))]


def patterns() -> dict[re.Pattern[str], str]:
    """Every compiled pattern and every one written in a call, with where it was found."""
    found: dict[re.Pattern[str], str] = {}
    for module in modules():
        for name, value in vars(module).items():
            for pattern in _inside(value, _DEPTH):
                found.setdefault(pattern, f"{module.__name__}.{name}")
        for text, flags, line in _written(Path(module.__file__ or "")):
            found.setdefault(re.compile(text, flags), f"{module.__name__}:{line}")
    return found


def _inside(value: Any, depth: int) -> Iterator[re.Pattern[str]]:
    """Patterns in a value: itself, in its items, its attributes and its slots."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
        return
    if depth == 0 or isinstance(value, str | bytes | int | float | ModuleType):
        return
    if isinstance(value, dict):
        items = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        items = list(value)
    elif getattr(value, "__module__", type(value).__module__).split(".")[0] in ("corpus", "index", "qa"):
        slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        items = [*getattr(value, "__dict__", {}).values(), *(getattr(value, name, None) for name in slots)]
        items += list(getattr(value, "__defaults__", None) or ()) + [c.cell_contents for c in getattr(value, "__closure__", None) or ()]
    else:
        return
    for item in items[:20_000]:
        yield from _inside(item, depth - 1)


def _written(path: Path) -> Iterator[tuple[str, int, int]]:
    """Patterns written as plain text in calls of ``re``: text, flags, line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        of_re = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "re"
        if of_re and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            flags = next((keyword.value for keyword in node.keywords if keyword.arg == "flags"), None)
            flags = node.args[1] if node.func.attr == "compile" and len(node.args) > 1 else flags
            yield node.args[0].value, int(eval(ast.unparse(flags), {"re": re})) if flags else 0, node.lineno


def drawn_out(way: tuple[str, str, str], length: int) -> str:
    """The text of about so many characters that an attack asks for."""
    front, run, end = way
    return front + (run * (length // len(run) + 1))[:length] + end


class Attack:
    """Texts made to hurt one pattern."""

    def __init__(self, pattern: re.Pattern[str], seed: int = 1) -> None:
        self._dice = random.Random(seed)
        self._pumps: list[str] = []
        self._whole = [self._sample(parser.parse(pattern.pattern, pattern.flags)) for _ in range(4)]

    def ways(self) -> list[tuple[str, str, str]]:
        """What stands in front, what is repeated, what stands behind."""
        pumps = list(dict.fromkeys(pump for pump in self._pumps if pump))
        self._dice.shuffle(pumps)
        chosen = pumps[:_PUMPS]
        pairs = [one + other for one, other in zip(chosen, chosen[1:] + chosen[:1], strict=True)]
        fronts = ("", *(whole[: len(whole) // 2] for whole in self._whole[:2]), self._whole[0])
        runs = dict.fromkeys([*chosen, *pairs, *filter(None, self._whole)])
        return [(front, run, end) for run in runs for front, end in zip(fronts, _BAD_ENDS, strict=True)]

    def _sample(self, parsed: Any) -> str:
        return "".join(self._one(op, value) for op, value in parsed)

    def _one(self, op: object, value: Any) -> str:
        if op is ops.LITERAL:
            return self._kept(chr(value))
        if op is ops.NOT_LITERAL:
            return self._kept("\0" if value != 0 else "a")
        if op is ops.ANY:
            return self._kept("a")
        if op is ops.IN:
            return self._kept(self._member(value))
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            self._pumps.append(self._sample(value[2]))
            return "".join(self._sample(value[2]) for _ in range(max(value[0], min(value[1], _SAMPLE))))
        if op is ops.SUBPATTERN:
            return self._sample(value[3])
        if op is ops.ATOMIC_GROUP:
            return self._sample(value)
        if op is ops.BRANCH:
            branches = [self._sample(branch) for branch in value[1]]
            self._pumps += branches[:12]
            return self._dice.choice(branches)
        if op in (ops.ASSERT, ops.ASSERT_NOT):
            self._pumps.append(self._sample(value[1]))
        return ""

    def _member(self, items: Any) -> str:
        """A character of a class, or one outside when it is negated."""
        op, value = self._dice.choice(items)
        if op is ops.NEGATE:
            return "a"
        if op is ops.LITERAL:
            return chr(value)
        if op is ops.RANGE:
            return chr(self._dice.randint(*value))
        names = {ops.CATEGORY_DIGIT: "1", ops.CATEGORY_SPACE: " ", ops.CATEGORY_WORD: "w"}
        return names.get(value, "，")

    def _kept(self, char: str) -> str:
        self._pumps.append(char)
        return char
