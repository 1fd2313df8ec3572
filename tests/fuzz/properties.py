"""Every property of the suite (its hypothesis tests), tried for minutes instead of a moment, each for the same time:

    OMP_NUM_THREADS=1 nice -n 10 python tests/fuzz/properties.py MINUTES [WORDS OF NAMES ...]

Prints for each how many inputs were tried and what fault was found. Every run tries other inputs; a fault is shown with the smallest
input that has it, to be written down as a test of its own.
"""

import functools
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Verbosity, settings

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
AT_ONCE = 300  # inputs between two looks at the clock
LONG = settings(max_examples=AT_ONCE, deadline=None, database=None, suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet)


class Longer:
    """Keeps the properties of what pytest has found, and repeats each until its share of the time is spent."""

    def __init__(self, seconds: float, words: list[str]) -> None:
        self._seconds = seconds
        self._words = words
        self._share = 0.0  # seconds for each
        self.tried: dict[str, int] = {}  # inputs, by name of the property
        self.faults: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out all but properties."""
        items[:] = [item for item in items if getattr(getattr(item, "obj", None), "is_hypothesis_test", False) and self._is_wanted(item)]
        self._share = self._seconds / max(1, len(items))

    def _is_wanted(self, item: pytest.Item) -> bool:
        return not self._words or any(word in item.nodeid for word in self._words)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Try other inputs, again and again."""
        test, until = pyfuncitem.obj, time.monotonic() + self._share
        self.tried[pyfuncitem.nodeid] = 0
        test.hypothesis.inner_test = self._counted(pyfuncitem.nodeid, test.hypothesis.inner_test)
        given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
        test._hypothesis_internal_use_settings = LONG  # where hypothesis looks; a test takes the decorator but once
        while time.monotonic() < until:
            test(**given)
        return True

    def _counted(self, name: str, inner: Any) -> Any:
        @functools.wraps(inner)
        def counted(*values: Any, **named: Any) -> Any:
            self.tried[name] += 1
            return inner(*values, **named)

        return counted

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what failed."""
        if report.failed:
            self.faults[report.nodeid] = f"{report.when}: {report.longreprtext[-6000:]}"


def modules() -> Iterator[Path]:
    """Files of the suite that have properties."""
    for path in sorted(TESTS.glob("test_*.py")):
        if re.search(r"^@given\(", path.read_text(encoding="utf-8"), re.MULTILINE):
            yield path


def said(tried: dict[str, int], faults: dict[str, str]) -> str:
    r"""What was tried and found.

    >>> said({"tests/test_a.py::test_b": 1200}, {"tests/test_a.py::test_b": "call: no"}).splitlines()
    ['    1,200  test_a.py::test_b  FAULT', '    1,200  inputs, 1 properties, 1 faults', '', '==== tests/test_a.py::test_b', 'call: no']
    """
    lines = [f"{count:>9,}  {name.removeprefix('tests/')}{'  FAULT' if name in faults else ''}" for name, count in sorted(tried.items())]
    lines.append(f"{sum(tried.values()):>9,}  inputs, {len(tried)} properties, {len(faults)} faults")
    return "\n".join([*lines, *(f"\n==== {name}\n{why}" for name, why in faults.items())]) + "\n"


def main(minutes: float, words: list[str]) -> int:
    longer = Longer(minutes * 60, words)
    # nothing is written into the checkout; warnings of libraries under odd input are no faults of ours
    options = ["-p", "no:cacheprovider", "-p", "no:terminal", "-o", "addopts=", "-o", "filterwarnings=ignore"]
    pytest.main([*options, *map(str, modules())], plugins=[longer])
    sys.stdout.write(said(longer.tried, longer.faults))
    return bool(longer.faults) or not longer.tried


if __name__ == "__main__":
    if len(sys.argv) < 2 or not re.fullmatch(r"\d+(\.\d+)?", sys.argv[1]):
        sys.exit(__doc__)
    sys.path[:0] = [str(ROOT), str(TESTS)]
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
