"""A library that changes while it is served: pages and answers follow it, in one step, and nobody waits."""

import re
import shutil
import threading
import time
from pathlib import Path

import pytest
from fakes import CountingEncoder, write_report
from fastapi.testclient import TestClient

from corpus.bank import BankQuestion
from corpus.errors import LibraryError, ReportError, UnknownReport
from corpus.extract import Extracted
from corpus.identify import Identity
from corpus.library import Library
from qa.service import Service
from qa.settings import Settings
from qa.web import texts
from qa.web.site import create_app

OLD = "计划\n粮食产量增长5.2%。\n就业人数增加。\n"
NEW = "总结\n教育支出增长8%。\n"


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def service(tmp_path: Path, encoder: CountingEncoder) -> Service:
    write_report(tmp_path / "reports" / "plan-2020", OLD, "year = 2020")
    service = Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=encoder, state=tmp_path / "state")
    service.warm()
    return service


def arrive(service: Service) -> None:
    write_report(service.library.folder / "work-2021", NEW, "year = 2021")


def held(service: Service) -> set[str]:
    """The reports that the running index answers from."""
    return {report.report_id for report in service.answerer().index.reports}


def test_what_changes_in_the_folder_shows_only_in_the_library_read_again(library: Library) -> None:
    before = library.report("plan-2020")
    assert library.report_ids() == ["plan-2020", "work-2021"]
    write_report(library.folder / "more", NEW)
    write_report(library.folder / "work-2021", NEW)
    again = library.again()
    assert library.report_ids() == ["plan-2020", "work-2021"]
    assert again.report_ids() == ["more", "plan-2020", "work-2021"]
    assert again.report("plan-2020") is before
    assert again.again().report("plan-2020") is before
    assert again.report("work-2021").text == NEW


def test_a_refresh_takes_in_a_report_and_embeds_it_alone(service: Service, encoder: CountingEncoder) -> None:
    assert service.refresh() is False
    arrive(service)
    assert held(service) == {"plan-2020"}
    encoder.encoded.clear()
    assert service.refresh() is True
    assert held(service) == {"plan-2020", "work-2021"}
    assert [report.report_id for report in service.reports()] == ["work-2021", "plan-2020"]
    assert not [text for text in encoder.encoded if "粮食" in text]
    assert service.ask("教育支出增长多少", reports=["work-2021"]).question
    shutil.rmtree(service.library.folder / "work-2021")
    assert service.refresh() is True
    assert held(service) == {"plan-2020"}
    with pytest.raises(UnknownReport):
        service.ask("教育支出增长多少", reports=["work-2021"])
    assert [figure.printed for figure in service.figures()] == ["5.2%"]


def test_what_is_known_of_a_report_is_refreshed_too(service: Service) -> None:
    write_report(service.library.folder / "plan-2020", OLD, 'year = 2020\npublisher = "街道办"')
    assert service.refresh() is True
    assert service.report("plan-2020").about.publisher == "街道办"
    assert service.refresh() is False


def test_a_new_report_that_cannot_be_read_is_passed_over_and_told(service: Service) -> None:
    arrive(service)
    write_report(service.library.folder / "bad-2022", "正文。", "year = '二〇二二'")
    said: list[str] = []
    service._say = said.append
    assert service.refresh() is True
    assert [report.report_id for report in service.reports()] == ["work-2021", "plan-2020"]
    assert "bad-2022" in said[0]
    assert "跳过" in said[0]


def test_a_report_in_use_that_is_spoilt_leaves_the_old_state_in_force(service: Service) -> None:
    arrive(service)
    service.refresh()
    write_report(service.library.folder / "new-2022", OLD, "year = 2022")
    (service.library.folder / "work-2021" / "about.toml").write_text("year = '二〇二一'", encoding="utf-8")
    with pytest.raises(ReportError, match="year"):
        service.refresh()
    assert sorted(report.report_id for report in service.reports()) == ["plan-2020", "work-2021"]
    assert service.ask("粮食产量增长多少").question


def test_before_anything_is_read_a_refresh_only_reads_the_library(tmp_path: Path) -> None:
    write_report(tmp_path / "reports" / "plan-2020", OLD)
    encoder = CountingEncoder()
    service = Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=encoder)
    assert len(service.reports()) == 1
    arrive(service)
    service.refresh()
    assert len(service.reports()) == 2
    assert encoder.encoded == []


def test_a_question_added_during_a_refresh_is_in_force_after_it(service: Service, encoder: CountingEncoder) -> None:
    arrive(service)
    encoder._pause = 0.05
    thread = threading.Thread(target=service.refresh)
    thread.start()
    time.sleep(0.1)
    service.add_bank("plan-2020", BankQuestion("米多了吗", "粮食产量增长5.2%。"))
    thread.join(30)
    assert held(service) == {"plan-2020", "work-2021"}
    assert [row.text for row in service.answerer().index.bank_rows("plan-2020")] == ["米多了吗"]
    assert service.refresh() is False


def test_questions_are_answered_all_the_while(service: Service, encoder: CountingEncoder) -> None:
    """Askers never fail and never wait for a build; each sees one state or the other."""
    failures: list[Exception] = []
    slowest, stop = [0.0], threading.Event()

    def ask() -> None:
        while not stop.is_set():
            started = time.monotonic()
            try:
                service.ask("粮食产量增长多少")
                service.check("粮食产量增长5.2%。")
                service.figures()
            except Exception as error:
                failures.append(error)
            slowest[0] = max(slowest[0], time.monotonic() - started)

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    took = 0.0
    encoder._pause = 0.02
    for _ in range(2):
        started = time.monotonic()
        write_report(service.library.folder / "work-2021", NEW + "就业增长。\n教育增长。\n" * 30)
        service.refresh()
        shutil.rmtree(service.library.folder / "work-2021")
        service.refresh()
        took += time.monotonic() - started
        encoder._pause = 0.0
    stop.set()
    for asker in askers:
        asker.join(30)
    assert failures == []
    assert slowest[0] < took


def test_pages_follow_the_library(service: Service) -> None:
    with TestClient(create_app(service, Settings())) as client:
        first = client.get("/").text
        assert "/report/plan-2020" in first
        assert client.get("/report/work-2021").status_code == 404
        tag = client.get("/report/plan-2020").headers["etag"]
        arrive(service)
        service.refresh()
        assert "/report/work-2021" in client.get("/").text
        assert "教育支出增长" in client.get("/report/work-2021").text
        assert [row["report_id"] for row in client.get("/api/v1/reports").json()] == ["work-2021", "plan-2020"]
        assert "教育支出增长" in client.get("/figures").text
        assert client.get("/report/plan-2020").headers["etag"] != tag  # its footer names the reports
        assert client.post("/api/v1/ask", json={"question": "教育支出增长多少", "reports": ["work-2021"]}).status_code == 200
        write_report(service.library.folder / "plan-2020", OLD.replace("5.2", "5.3"), "year = 2020")
        service.refresh()
        assert ">5.3%<" in client.get("/report/plan-2020").text
        shutil.rmtree(service.library.folder / "work-2021")
        service.refresh()
        assert client.get("/report/work-2021").status_code == 404
        assert "/report/work-2021" not in client.get("/").text


def test_links_to_sentences_of_an_earlier_version_lead_to_the_nearest(service: Service) -> None:
    text = "计划\n粮食产量增长5.2%,达到十年来最高。\n另外一句没有人再提起。\n"
    who = Identity("计划", 2020)
    service.add_report(service.plan_report(Extracted(text, "txt"), who))
    old = service.report("plan-2020")
    new = text.replace("5.2", "5.3").replace("另外一句没有人再提起。", "就业稳定。")
    service.add_report(service.plan_report(Extracted(new, "txt", tables=1), who))
    assert service.report("plan-2020").text == new
    page = TestClient(create_app(service, Settings())).get("/report/plan-2020").text
    ids = {sentence.text: sentence.sentence_id for sentence in old.sentences}
    near = page.index(f'<span class="yj-was" id="{ids["粮食产量增长5.2%,达到十年来最高。"]}">')
    assert texts.TARGET_NEAR in page[near : near + 200]
    assert "粮食产量增长" in page[near : near + 300]
    lost = page[page.index('<div class="yj-lost">') : page.index(texts.TARGET_LOST)]
    assert f'id="{ids["另外一句没有人再提起。"]}"' in lost
    assert texts.TABLES in page
    ids_there = re.findall(r' id="(s[0-9a-f]{8})"', page)
    assert len(ids_there) == len(set(ids_there))


def test_questions_whose_quote_went_with_the_old_text_do_no_harm(service: Service) -> None:
    service.add_bank("plan-2020", BankQuestion("米多了吗", "粮食产量增长5.2%。"))
    service.add_bank("plan-2020", BankQuestion("人呢", "就业人数增加。"))
    service.add_report(service.plan_report(Extracted(OLD.replace("5.2", "5.3"), "txt"), Identity("计划", 2020)))
    assert [entry.question for entry in service.own_bank("plan-2020")] == ["人呢"]
    assert service.ask("米多了吗").question
    service.restore_report("plan-2020")
    assert [entry.question for entry in service.own_bank("plan-2020")] == ["米多了吗", "人呢"]
    with pytest.raises(LibraryError, match="最后一份"):
        service.remove_report("plan-2020")
