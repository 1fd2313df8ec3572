"""README's table of settings is the table in ``qa/settings.py``, row by row."""

import re
from pathlib import Path

import pytest

from corpus.errors import SettingsError
from qa.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(YOUJU_\w+)` \| (?:`([^`]*)`|空) \| (.+) \|$", re.MULTILINE)


def shown(default: object) -> str:
    """A default as README prints it."""
    if isinstance(default, bool):
        return str(default).lower()
    return str(default).removeprefix(f"{ROOT}/")


def test_readme_lists_every_setting_with_its_default_and_help() -> None:
    table = [
        (f"YOUJU_{name.upper()}", shown(field.get_default(call_default_factory=True)), field.description)
        for name, field in Settings.model_fields.items()
    ]
    assert [match.groups(default="") for match in ROW.finditer(README)] == table
    assert len(table) >= 15


def test_the_contract_names_are_there() -> None:
    promised = {"reports", "index", "state", "model", "engine", "bank", "host", "port", "root_path", "staff_password", "log"}
    assert promised <= Settings.model_fields.keys()


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("YOUJU_PORT=8001\nYOUJU_BANK=off\nOTHER=1\n")
    monkeypatch.setenv("YOUJU_PORT", "8002")
    settings = load_settings()
    assert (settings.port, settings.bank, settings.host) == (8002, "off", "127.0.0.1")


def test_every_bad_setting_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YOUJU_PORT", "八千\n零一")
    monkeypatch.setenv("YOUJU_LOG", "perhaps")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    message = str(raised.value)
    assert "\n" not in message
    assert "YOUJU_PORT" in message
    assert "YOUJU_LOG" in message


def test_a_setting_cannot_be_changed_once_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        setattr(load_settings(), "port", 1)  # noqa: B010 - the checker knows it cannot be set
