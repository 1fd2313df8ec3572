"""What operators copy and read: the unit, the settings file, and a manual whose every command, setting and message is there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qa.cli import cli
from qa.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "qa" / "deploy"
MANUAL = (DEPLOY / "operating.md").read_text(encoding="utf-8")
UNIT = (DEPLOY / "youju.service").read_text(encoding="utf-8")


def test_the_unit_for_systemd_is_sound(tmp_path: Path) -> None:
    names = {line.partition("=")[0] for line in UNIT.splitlines() if "=" in line and not line.startswith("#")}
    assert {"User", "ProtectSystem", "NoNewPrivileges", "CapabilityBoundingSet", "StateDirectory", "ExecReload", "TimeoutStopSec"} <= names
    [seconds] = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)
    assert int(seconds) > 30  # longer than we take ourselves
    analyze = shutil.which("systemd-analyze")
    if analyze:  # where there is no systemd the lines above have to do
        here = UNIT.replace("/opt/youju/.venv/bin/python", sys.executable)
        (tmp_path / "youju.service").write_text(here, encoding="utf-8")
        done = subprocess.run([analyze, "verify", str(tmp_path / "youju.service")], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_settings_file_is_read_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(DEPLOY / "youju.env", tmp_path / ".env")
    settings = load_settings()
    assert (settings.root_path, settings.proxies, settings.workers, settings.requests) == ("/youju", "127.0.0.1", 2, "json")
    [folder] = re.findall(r"^StateDirectory=(.+)$", UNIT, re.MULTILINE)
    for path in (settings.state, settings.index, settings.reports):
        assert path.parent == Path("/var/lib") / folder  # what the unit may write to


def test_the_manual_names_what_there_is() -> None:
    settings = set(re.findall(r"YOUJU_[A-Z_]+", MANUAL))
    assert settings <= {f"YOUJU_{name.upper()}" for name in Settings.model_fields}
    commands = set(re.findall(r"-m qa ([a-z]+)", MANUAL))
    assert commands <= cli.commands.keys()
    assert {"backup", "restore", "add"} <= commands
    for name in re.findall(r"qa/deploy/[a-z.]+", MANUAL):
        assert (ROOT / name).is_file()


def test_every_message_in_the_manual_is_one_that_is_said() -> None:
    sources = [path.read_text(encoding="utf-8") for room in ("corpus", "index", "qa") for path in (ROOT / room).rglob("*.py")]
    code = "\n".join([*sources, (ROOT / "app.py").read_text(encoding="utf-8")])
    table = MANUAL[MANUAL.index("| 看到什么 |") :].splitlines()[2:]
    first = [line.split("|")[1] for line in table if line.startswith("|")]
    quoted = ["".join(pair) for cell in first for pair in re.findall(r"`([^`]+)`|“([^”]+)”", cell)]
    said = [part for words in quoted for part in re.findall("[\u4e00-\u9fff]+", words)]
    assert len(said) > 12
    assert [part for part in said if part not in code] == []
