"""Kill -9 builders of many reports at random moments; nothing may be lost, and nothing half there.

    PYTHONPATH=.:tests python tests/bench/kill_builds.py --kills 100

After each kill the index in use is the one before or the new one, whole; what was finished stays; the next build goes on. The
short form of this runs with the tests (tests/test_bulk.py).
"""

import argparse
import multiprocessing
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

from fakes import CountingEncoder, write_report

from corpus.errors import SearchIndexError
from corpus.library import Library
from index.build import build_index, index_in_memory, load_index, read_content
from index.passage_index import PassageIndex
from index.shard import read_shard

_FORK = multiprocessing.get_context("fork")  # a builder starts at once, with everything imported
REPORTS = 12


def write_state(folder: Path, state: int) -> Library:
    """A library of many reports; from one state to the next some change, one comes and one goes."""
    library = folder / f"state-{state % 4}"
    for number in range(REPORTS):
        if number != state % 4:
            changed = state % 4 if number % 3 == state % 3 else 0
            write_report(library / f"r-{number}", f"{number}年总结\n粮食产量增长{number}%。\n教育支出{changed},就业增长。\n")
    return Library(library)


def found(index: PassageIndex) -> list[tuple[str, str, str, float]]:
    """Everything a search gives."""
    [query] = CountingEncoder().encode_queries(["增长"])
    return sorted(
        (kind, hit.report_id, hit.row.text, round(hit.score, 5))
        for kind in ("sentence", "clause", "context")
        for hit in index.search(kind, query, 999)
    )


def kill_builds(folder: Path, kills: int, seed: int = 1) -> Counter[str]:
    """How often the old and how often the new index was there after so many kills, and how many builds went on from shards.

    Raises:
        AssertionError: something was lost, or half there.
    """
    contents = [read_content(write_state(folder, state)) for state in range(4)]
    right = [found(index_in_memory(content, CountingEncoder())) for content in contents]
    index, dice, seen, whole, state = folder / "index", random.Random(seed), Counter[str](), 0.5, 0
    build_index(contents[0], CountingEncoder(), index)
    while seen["killed"] < kills:
        target = (state + 1) % 4
        process = _FORK.Process(target=partial(build_index, contents[target], CountingEncoder(pause=0.001), index))
        process.start()
        time.sleep(dice.uniform(0, whole))
        process.kill()
        process.join(60)
        was_killed = process.exitcode == -signal.SIGKILL
        whole *= 1.05 if was_killed else 0.9  # about as long as a build takes
        seen["killed"] += was_killed
        holding = []
        for place in (state, target):
            try:
                assert found(load_index(contents[place], CountingEncoder(), index)) == right[place]
                holding.append(place)
            except SearchIndexError:
                continue
        assert len(holding) == 1, "no whole index, or two"
        seen["new" if holding[0] == target else "old"] += was_killed
        for path in (index / "shards").glob("*.shard"):
            read_shard(path)  # none is half there
        encoder = CountingEncoder()
        fresh = len(list((index / "shards").glob("*.shard")))
        assert found(build_index(contents[target], encoder, index)) == right[target]
        seen["went on from finished shards"] += was_killed and holding[0] == state and 0 < len(encoder.encoded) < fresh * 8
        assert not list((index / "shards").glob(".tmp-*"))
        assert not list(index.glob(".build-*"))
        state = target
    return seen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    with tempfile.TemporaryDirectory() as temporary:
        sys.stdout.write(f"{dict(kill_builds(Path(temporary), parser.parse_args().kills))}\n")
