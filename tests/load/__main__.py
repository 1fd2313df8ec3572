"""200 visitors for five minutes: ``python -m tests.load [--visitors N] [--minutes N] [--workers N]``. Status 1 when anything was wrong."""

import argparse
import sys

from tests.load.loading import ROOT, questions_of, run

_WARM = 60.0  # seconds that memory may grow: threads, caches and connections come with the first visitors


def main() -> int:
    """Run, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--visitors", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--least", type=float, default=4, help="seconds between two requests of a visitor, at least")
    parser.add_argument("--most", type=float, default=12)
    asked = parser.parse_args()
    questions = questions_of(ROOT / "tests" / "data" / "dev.jsonl")
    found = run(asked.visitors, asked.minutes * 60, asked.workers, questions, asked.least, asked.most)
    print(f"{asked.visitors} visitors, {asked.minutes:g} minutes, {asked.workers} worker(s), {len(questions)} questions")
    print(f"{'':32}{'count':>8}{'failed':>8}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}{'a second':>10}")
    for kind in found.kinds:
        print(f"{kind.name:32}{kind.count:8}{kind.failed:8}{kind.p50:8.0f}{kind.p95:8.0f}{kind.p99:8.0f}{kind.a_second:10.1f}")
    sizes = [size for _, size in found.memory]
    if sizes:
        grows = found.slope(_WARM)
    print(f"memory: {sizes[0]:.0f} MB at first, {max(sizes):.0f} at most, {sizes[-1]:.0f} at last, {grows:+.2f} MB a minute")
    print(f"stopped with status {found.status}")
    print("\n".join(found.failures) or "nothing failed: every citation verbatim, every answer as given alone")
    return 1 if found.failures or found.status else 0


if __name__ == "__main__":
    sys.exit(main())
