"""Finding figures by an index of values: the same sentences as reading them all."""

from pathlib import Path

import pytest
from fakes import CountingEncoder, write_report
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.numerals import read_numbers
from corpus.report import About, Report
from corpus.split import split_report
from qa.lookup import look_alike, sentences_with
from qa.service import Service
from qa.values import ReadValues, ValueIndex

UNITS = ("件", "名", "人", "米", "毫米", "万元", "元", "亩", "公顷", "%", "‰", "个百分点", "岁", "个月", "年", "月", "日", "倍", "家", "个", "")
PRINTED = st.builds(
    lambda number, form, unit: form.format(number) + unit,
    st.one_of(st.integers(1, 130), st.sampled_from([1000, 1001, 1010, 12345, 12354, 12335, "0.5", "5.20", "5.02", "91.4", "94.1"])),
    st.sampled_from(["{}", "{}", "第{}", "{}万", "{}余", "2021年8月{}日,", "{}至200", "三分之一、{}", "百分之{},", "九成半{}"]),
    st.sampled_from(UNITS),
)


def a_report(name: str, lines: list[str]) -> Report:
    return split_report(About(name, "总结"), "总结\n" + "".join(f"完成{line}。\n" for line in lines))


@settings(max_examples=60, deadline=None)
@given(st.lists(PRINTED, min_size=1, max_size=8), st.lists(PRINTED, max_size=8), PRINTED, st.sampled_from([(), ("a",), ("b",), ("a", "b")]))
def test_the_index_finds_what_reading_every_sentence_finds(some: list[str], others: list[str], asked: str, within: tuple[str, ...]) -> None:
    reports = [a_report("a", some), a_report("b", others)]
    every = [(report, sentence) for report in reports for sentence in report.sentences if not within or report.report_id in within]
    index = ValueIndex(reports)
    for figure in read_numbers(",".join([asked, *some, *others])):
        assert index.sentences_with(figure, within) == sentences_with(figure, every)
        assert index.look_alike(figure, within) == look_alike(figure, every)


def test_every_figure_of_the_report_is_found_where_it_stands(yanji: Report) -> None:
    index, every = ValueIndex([yanji]), [(yanji, sentence) for sentence in yanji.sentences]
    figures = [number for _, sentence in every for number in read_numbers(sentence.text)]
    assert len(figures) > 200
    for figure in figures:
        assert index.sentences_with(figure) == sentences_with(figure, every)
        assert index.look_alike(figure) == look_alike(figure, every)


def test_what_was_read_is_kept_and_used_only_while_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = a_report("a", ["12件", "3.5万人"])
    first = ReadValues(tmp_path / "kept").of(report)
    [file] = (tmp_path / "kept").iterdir()
    monkeypatch.setattr("qa.values.read_numbers", lambda _: pytest.fail("read again"))
    assert ReadValues(tmp_path / "kept").of(report).tolist() == first.tolist()
    monkeypatch.undo()
    whole = file.read_bytes()
    for spoilt in (b"", whole[:-1], whole[:9] + bytes([whole[9] ^ 1]) + whole[10:]):
        file.write_bytes(spoilt)
        assert ReadValues(tmp_path / "kept").of(report).tolist() == first.tolist()
    assert ReadValues(file / "no-folder").of(report).tolist() == first.tolist()  # nowhere to keep it


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """A library above five thousand sentences, all worded alike, so that neither words nor meaning lead to a figure."""
    folder = tmp_path_factory.mktemp("large")
    for year in range(2010, 2016):
        lines = "".join(f"粮食{number * 10}吨。\n" for number in range(1000 * (year - 2009), 1000 * (year - 2009) + 850))
        about = f'title = "{year}年工作总结"\nyear = {year}\npublisher = "某县"\n'
        write_report(folder / "reports" / f"r{year}", f"总结\n{lines}", about)
    return Service(reports=folder / "reports", index=folder / "index", encoder=CountingEncoder())


@pytest.mark.parametrize(("asked", "printed"), [("六万四千三百二十吨", "64320吨"), ("3.333万吨的出处", "33330吨"), ("10,000,000公斤", "10000吨")])
def test_in_a_large_library_a_figure_is_found_in_any_form(large: Service, asked: str, printed: str) -> None:
    answer = large.ask(asked)
    assert answer.answered, answer.message
    assert printed in answer.citations[0].sentence
    assert len(answer.citations) == 1


@pytest.mark.parametrize("asked", ["64321吨", "6432吨", "六万四千三百二十人"])
def test_in_a_large_library_a_figure_with_the_same_digits_is_not_that_figure(large: Service, asked: str) -> None:
    answer = large.ask(asked)
    assert (answer.answered, answer.reason) == (False, "false_premise")


def test_in_a_large_library_a_slip_is_shown_beside_the_figure_meant(large: Service) -> None:
    [near] = large.ask("64321吨").near
    assert near.sentence == "粮食64320吨。"
