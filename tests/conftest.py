"""A clean environment for every test: none of our settings, no network for models, one thread a process."""

import os
from datetime import date
from pathlib import Path

for name in [name for name in os.environ if name.startswith("YOUJU_")]:
    del os.environ[name]
os.environ |= {"HF_HUB_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False", "TOKENIZERS_PARALLELISM": "false"}
os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads on a busy machine wait for one another

import pytest
from fakes import CountingEncoder, write_report
from many import write_library

from corpus.library import Library
from corpus.read import read_report
from corpus.report import Report
from qa.service import Service

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def yanji() -> Report:
    """The report that comes with the project."""
    return read_report(ROOT / "corpus" / "reports" / "yanji-2021")


@pytest.fixture
def encoder() -> CountingEncoder:
    """Scores that can be worked out by hand."""
    return CountingEncoder()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Two small reports."""
    write_report(tmp_path / "reports" / "plan-2020", "计划\n粮食产量增长5.2%。\n就业人数增加。\n")
    write_report(tmp_path / "reports" / "work-2021", "总结\n教育支出增长8%,就业稳定。\n")
    return Library(tmp_path / "reports")


@pytest.fixture(scope="session")
def real_service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The product as shipped: report, bank, model; its index is built once for all tests."""
    service = Service(reports=ROOT / "corpus" / "reports", index=tmp_path_factory.mktemp("index"))
    service.warm()
    return service


@pytest.fixture(scope="session")
def real_service_without_bank(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The same without the question bank."""
    service = Service(reports=ROOT / "corpus" / "reports", index=tmp_path_factory.mktemp("index"), bank=False)
    service.warm()
    return service


@pytest.fixture(scope="session")
def many_service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The shipped model over a small library of several years and publishers, asked on a day in 2022."""
    folder = tmp_path_factory.mktemp("many")
    service = Service(reports=write_library(folder / "reports"), index=folder / "index", today=lambda: date(2022, 4, 1))
    service.warm()
    return service
