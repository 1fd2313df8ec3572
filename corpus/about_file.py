"""``about.toml`` as we write it: what ``tomllib`` reads back, for strings, numbers, days, lists of strings, and tables.

>>> print(about_toml({"title": "总结", "year": 2021, "examples": [{"topic": "养老", "question": "食堂几家"}]}), end="")
title = "总结"
year = 2021
<BLANKLINE>
[[examples]]
topic = "养老"
question = "食堂几家"
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any


def about_toml(table: Mapping[str, Any]) -> str:
    """A table as TOML; values that are None, "" or empty are left out."""
    kept = _said(table)
    tables = {name: value for name, value in kept.items() if isinstance(value, dict)}
    rows = {name: value for name, value in kept.items() if isinstance(value, list) and isinstance(value[0], dict)}
    lines = [f"{_key(name)} = {_value(value)}" for name, value in kept.items() if name not in tables and name not in rows]
    for name, inner in tables.items():
        lines += ["", f"[{_key(name)}]", *(f"{_key(key)} = {_value(value)}" for key, value in _said(inner).items())]
    for name, list_of in rows.items():
        for inner in list_of:
            lines += ["", f"[[{_key(name)}]]", *(f"{_key(key)} = {_value(value)}" for key, value in _said(inner).items())]
    return "\n".join(lines) + "\n"


def _said(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if value not in (None, "", [], {})}


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else _string(name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return _string(str(value))


def _string(text: str) -> str:
    """A JSON string is a TOML string, but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
