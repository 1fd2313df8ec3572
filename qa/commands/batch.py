"""Many questions or drafts in one process: a JSON line out for each JSON line in, bad ones answered in their place."""

import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from corpus.causes import cause
from corpus.errors import InputError, YoujuError

Reply = Callable[[dict[str, Any]], dict[str, Any]]


def run_batch(path: Path, reply: Reply) -> None:
    """Answer every line, in order. Fields that nobody asked for are passed over: files of labelled questions and drafts hold more.

    Args:
        path: the file; ``-`` is standard input.
        reply: one line -> what to say beside its id.

    Raises:
        SystemExit: 2 when a line was bad, after the last one.
        InputError: the file cannot be read.
    """
    bad = False
    for number, raw in read_lines(path):
        line_id: Any = None
        try:
            line = json.loads(raw.decode(), parse_constant=_no_number, parse_float=_finite)
            if not isinstance(line, dict):
                raise InputError("每行要是一个 JSON 对象")
            line_id = line.get("id")
            out = _written({"id": line_id, **reply(line)})
        except UnicodeDecodeError:
            bad, out = True, _written({"id": line_id, "error": f"第 {number} 行不是 UTF-8 编码;请另存为 UTF-8 再试"})
        except ValueError:  # also a number of more digits than Python reads
            bad, out = True, _written({"id": line_id, "error": f"第 {number} 行不是 JSON;请检查引号、逗号和括号"})
        except RecursionError:  # perhaps the id's own
            bad, out = True, _written({"id": None, "error": f"第 {number} 行套得太深"})
        except YoujuError as error:
            bad, out = True, _written({"id": line_id, "error": f"第 {number} 行:{error}"})
        sys.stdout.write(out)
        sys.stdout.flush()
    if bad:
        raise SystemExit(2)


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their number from 1; ``-`` reads standard input.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise InputError(f"读不到文件 {path}:{cause(error)};请检查路径") from error
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            yield number, line.strip()


def text_of(line: dict[str, Any], name: str) -> str:
    """A field that has to be there.

    Raises:
        InputError: it is not, or is no text.
    """
    value = line.get(name)
    if not isinstance(value, str):
        raise InputError(f"缺少文字 {name}")
    return value


def texts_of(line: dict[str, Any], name: str) -> list[str]:
    """A field that may be left out, or null.

    Raises:
        InputError: it is there and no list of texts.
    """
    value = line.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f"{name} 要是一列文字")
    return value


def _written(out: dict[str, Any]) -> str:
    return json.dumps(out, ensure_ascii=False, allow_nan=False) + "\n"


def _no_number(written: str) -> float:
    """NaN and Infinity: Python writes and reads them, JSON has no such thing."""
    raise ValueError(written)


def _finite(written: str) -> float:
    number = float(written)
    if math.isinf(number):
        raise InputError(f"{written[:20]} 太大,不是能用的数")
    return number
