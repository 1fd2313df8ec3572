"""Memory that the C library holds for later although nobody uses it."""

import ctypes
from functools import lru_cache
from typing import Any


def give_back() -> None:
    """Give freed memory back to the system, where the C library can be told to (glibc); some milliseconds.

    Loading leaves much of it behind: of the weights, 115 MB, for they are read, cast and put into another order.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _trim() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
