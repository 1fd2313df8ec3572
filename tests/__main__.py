"""Lint, types and tests, in this order, up to the first that fails: ``python -m tests``. Arguments go to pytest.

``python -m tests slow`` runs what takes minutes: other processors.
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Two at a time, the tests of a file together: they share what is costly to set up. What comes behind ``-m tests`` wins.
SHARED = ["-n", "2", "--dist", "loadfile"]
SLOW = (["pytest", "-m", "slow", "tests"],)
CHECKS = (["ruff", "check", "."], ["mypy"], ["pytest", *SHARED, *sys.argv[1:]])  # pytest last: it closes with what passed


def main() -> int:
    started = time.monotonic()
    for check in SLOW if sys.argv[1:] == ["slow"] else CHECKS:
        print(f"== {' '.join(check)} ({time.monotonic() - started:.0f} s)", flush=True)
        status = subprocess.run([sys.executable, "-m", *check], cwd=ROOT, check=False, stdin=subprocess.DEVNULL).returncode
        if status:
            print(f"== {check[0]} failed with exit status {status}", file=sys.stderr, flush=True)
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
