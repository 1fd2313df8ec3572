"""The interface called as its own description allows, and as it does not: never a 5xx, and every answer as described."""

import os

import pytest
import schemathesis
from fakes import CountingEncoder, write_report
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from qa.service import Service
from qa.settings import Settings
from qa.web.site import create_app

MANY = int(os.environ.get("FUZZ_EXAMPLES", "20"))  # of each route and way; FUZZ_EXAMPLES=2000 is the long run
PATHS = ("/api/v1/ask", "/api/v1/check", "/api/v1/feedback", "/api/v1/figures", "/api/v1/reports")


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("api")
    write_report(folder / "reports" / "r", "总结\n粮食产量增长5.2%。\n教育支出增加,就业增长。\n")
    service = Service(reports=folder / "reports", index=folder / "index", state=folder / "state", encoder=CountingEncoder())
    service.warm()
    app = create_app(service, Settings(ask_rate=0, check_rate=0, feedback_rate=0))
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    return {found.ok().path: found.ok() for found in schema.get_all_operations()}


def test_every_route_is_called(operations: dict[str, object]) -> None:
    assert set(operations) == set(PATHS)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "otherwise"])
@pytest.mark.parametrize("path", PATHS[:4])
def test_nothing_that_is_sent_breaks_the_interface(operations: dict[str, object], path: str, mode: GenerationMode) -> None:
    statuses: list[int] = []

    @settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operations[path].as_strategy(generation_mode=mode))
    def call(case: schemathesis.Case) -> None:
        response = case.call()
        statuses.append(response.status_code)
        assert response.status_code < 500, response.text
        assert "Traceback" not in response.text

    call()
    assert len(statuses) >= min(MANY, 10)
