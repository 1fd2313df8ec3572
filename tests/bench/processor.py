"""Which processor a bench runs on, and how to run it as on one without AVX-512."""

import argparse
import os
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("hide_avx512.c")


def add_option(parser: argparse.ArgumentParser) -> None:
    """``--hide-avx512``; needs gcc, Linux, and a processor that can trap CPUID."""
    parser.add_argument("--hide-avx512", action="store_true", help="measure as on a processor whose best is AVX2")


def hide_avx512(scratch: Path) -> None:
    """Processes that start from now on see no AVX-512; ``scratch`` holds what is compiled for it, and must outlive them.

    Raises:
        CalledProcessError: it cannot be compiled, or this machine cannot hide what it has.
    """
    library = scratch / "hide_avx512.so"
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", str(_SOURCE), "-o", str(library)], check=True)
    os.environ["LD_PRELOAD"] = str(library)
    subprocess.run(["true"], check=True)  # says at once where it cannot be done


def features(*, hidden: bool = False) -> str:
    """The widest vectors of this processor, as a table's heading says it.

    >>> features(hidden=True) in ("AVX2", "SSE")
    True
    """
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    if "avx512f" in flags and not hidden:
        return "AVX-512"
    return "AVX2" if "avx2" in flags else "SSE"
