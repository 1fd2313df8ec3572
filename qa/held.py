"""Who uses the state folder: those who serve hold it together, who restores a backup holds it alone. It is let go with the process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.causes import cause
from corpus.errors import YoujuError

_NAME = "serving.lock"
MOVES = Path(".restore", "moves.json")  # what a restore has still to do, in the state folder


@contextmanager
def serving(state: Path) -> Iterator[None]:
    """Serve from a state folder; where it cannot be written to, nobody restores into it either.

    Raises:
        YoujuError: a backup is being restored.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = os.open(state / _NAME, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        yield
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise YoujuError("正在恢复备份;请等它做完再打开") from error
    try:
        yield
    finally:
        os.close(lock)


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """Hold a state folder alone.

    Raises:
        YoujuError: it is being served from, or it cannot be written to.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = os.open(state / _NAME, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise YoujuError(f"写不进 {state}({cause(error)});请检查权限,或改设置 YOUJU_STATE") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise YoujuError("有据正在运行;请先停下它,再恢复备份。现在什么都没有动") from error
    try:
        yield
    finally:
        os.close(lock)


def restore_begun(state: Path) -> bool:
    """Whether a restore into a state folder was begun and not finished; see ``qa.restore``."""
    return (state / MOVES).is_file()
