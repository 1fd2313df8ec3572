"""Building many reports: what is finished is kept, only what changed is made, and one bad report stops nothing."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from bench.kill_builds import kill_builds
from fakes import CountingEncoder, write_report

from corpus.bank import BankQuestion
from corpus.errors import ReportError, SearchIndexError
from corpus.library import Library
from index.build import Content, build_index, index_in_memory, load_index, read_content
from index.engines import MilvusRoom
from index.faiss_index import FaissIndex
from index.milvus_index import connect, disconnect
from index.passage_index import PassageIndex
from index.shard import read_shard
from index.store import current_name, new_version, open_version
from qa.service import Service

TOPICS = ("粮食产量增长", "就业人数增加", "教育支出增长", "养老床位增加", "绿地面积扩大")


def dies_after(reports: int) -> CountingEncoder:
    """An encoder that dies in the middle of the report after so many."""
    encoder, left = CountingEncoder(), reports
    whole = encoder.encode_passages

    def encode_passages(texts, progress=None):
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        return whole(texts, progress)

    encoder.encode_passages = encode_passages
    return encoder


def write_reports(folder: Path, count: int = 5) -> Library:
    for number in range(count):
        write_report(folder / f"r-{number}", f"{number}年总结\n{TOPICS[number % 5]}{number}%。\n第{number}句,增长很快。\n", f"year = {2000 + number}")
    return Library(folder)


def found(built: PassageIndex, words: str = "增长") -> list[tuple[str, str, float]]:
    [query] = CountingEncoder().encode_queries([words])
    kinds = ("sentence", "clause", "context", "bank")
    return [(hit.report_id, hit.row.text, round(hit.score, 5)) for kind in kinds for hit in built.search(kind, query, 99)]


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return read_content(write_reports(tmp_path / "reports"))


def shards(folder: Path) -> set[str]:
    return {path.name for path in (folder / "shards").iterdir()}


def test_a_build_that_was_stopped_goes_on_where_it_was(tmp_path: Path, content: Content) -> None:
    with pytest.raises(KeyboardInterrupt):
        build_index(content, dies_after(3), tmp_path / "index")
    assert len(shards(tmp_path / "index")) == 3
    assert current_name(tmp_path / "index") == ""
    encoder = CountingEncoder()
    built = build_index(content, encoder, tmp_path / "index")
    assert {text[0] for text in encoder.encoded if text.endswith("年总结")} == {"3", "4"}
    assert found(built) == found(index_in_memory(content, CountingEncoder()))
    assert found(built) == found(load_index(content, CountingEncoder(), tmp_path / "index"))


def test_adding_and_removing_a_report_touches_only_it(tmp_path: Path, content: Content) -> None:
    build_index(content, CountingEncoder(), tmp_path / "index")
    before = shards(tmp_path / "index")
    write_report(tmp_path / "reports" / "a-first", "新报告\n教育支出增长。\n")
    encoder = CountingEncoder()
    more = read_content(Library(tmp_path / "reports"))
    built = build_index(more, encoder, tmp_path / "index")
    assert set(encoder.encoded) == {"新报告", "新报告 新报告", "教育支出增长。", "新报告 教育支出增长。"}
    assert len(shards(tmp_path / "index") - before) == 1
    assert sorted(found(built)) == sorted(found(index_in_memory(more, CountingEncoder())))
    shutil.rmtree(tmp_path / "reports" / "r-1")
    encoder = CountingEncoder()
    fewer = read_content(Library(tmp_path / "reports"))
    built = build_index(fewer, encoder, tmp_path / "index")
    assert encoder.encoded == []
    assert "r-1" not in {report.report_id for report in built.reports}
    assert sorted(found(built)) == sorted(found(index_in_memory(fewer, CountingEncoder())))


def test_no_text_is_embedded_twice(tmp_path: Path) -> None:
    again = "粮食增产,就业稳定,教育发展。\n" * 3
    write_report(tmp_path / "reports" / "twice", f"总结\n一、粮食\n{again}二、就业\n{again}粮食增产,就业稳定。\n")
    encoder = CountingEncoder()
    build_index(read_content(Library(tmp_path / "reports")), encoder, tmp_path / "index")
    assert "粮食增产," in encoder.encoded
    assert len(encoder.encoded) == len(set(encoder.encoded))


def test_a_report_keeps_its_number_when_others_come_and_go(tmp_path: Path, content: Content) -> None:
    build_index(content, CountingEncoder(), tmp_path / "index")
    write_report(tmp_path / "reports" / "a-first", "新报告\n教育支出增长。\n")
    shutil.rmtree(tmp_path / "reports" / "r-4")
    build_index(read_content(Library(tmp_path / "reports")), CountingEncoder(), tmp_path / "index")
    _, manifest = open_version(tmp_path / "index")
    assert {r["report_id"]: r["number"] for r in manifest["reports"]} == {"a-first": 5, "r-0": 0, "r-1": 1, "r-2": 2, "r-3": 3}


def test_shards_that_no_version_needs_are_removed(tmp_path: Path) -> None:
    for number in range(5):
        library = write_reports(tmp_path / "reports", 2)
        write_report(tmp_path / "reports" / "r-0", f"总结\n粮食增长{number}。\n")
        build_index(read_content(library), CountingEncoder(), tmp_path / "index")
    assert len(shards(tmp_path / "index")) == 3  # of this version and of the one before
    (tmp_path / "index" / "shards" / ".tmp-x").write_text("half")
    write_report(tmp_path / "reports" / "r-0", "总结\n又改了。\n")
    build_index(read_content(Library(tmp_path / "reports")), CountingEncoder(), tmp_path / "index")
    assert ".tmp-x" not in shards(tmp_path / "index")


def test_a_damaged_shard_is_made_again(tmp_path: Path, content: Content) -> None:
    build_index(content, CountingEncoder(), tmp_path / "index")
    for path in (tmp_path / "index" / "shards").iterdir():
        raw = path.read_bytes()
        for bad in (b"", raw[:-1], raw[:50] + bytes([raw[50] ^ 4]) + raw[51:]):
            path.write_bytes(bad)
            (tmp_path / "index" / "current").unlink()
            encoder = CountingEncoder()
            assert found(build_index(content, encoder, tmp_path / "index")) == found(index_in_memory(content, CountingEncoder()))
            assert encoder.encoded


def test_a_bank_question_embeds_itself_alone(tmp_path: Path, content: Content) -> None:
    build_index(content, CountingEncoder(), tmp_path / "index")
    bank = (BankQuestion("粮食多了吗", "粮食产量增长0%。"), BankQuestion("电话多少", "", "phone"))
    encoder = CountingEncoder()
    banked = read_content(content.library, lambda report_id: bank if report_id == "r-0" else ())
    built = build_index(banked, encoder, tmp_path / "index")
    assert encoder.encoded == ["粮食多了吗", "电话多少"]
    assert [row.text for row in built.bank_rows("r-0")] == ["粮食多了吗", "电话多少"]
    assert built.bank_rows("r-1") == []
    assert built.vectors_of("refuse")[0][0].source == "phone"


def test_a_name_cuts_anew_only_the_reports_that_print_it(tmp_path: Path, content: Content) -> None:
    build_index(content, CountingEncoder(), tmp_path / "index")
    before = shards(tmp_path / "index")
    write_report(tmp_path / "reports" / "r-3", "3年总结\n养老床位增加3%。\n第3句,增长很快。\n", 'year = 2003\nnames = ["绿地面积"]')
    encoder = CountingEncoder()
    build_index(read_content(Library(tmp_path / "reports")), encoder, tmp_path / "index")
    assert encoder.encoded == []
    assert len(shards(tmp_path / "index") - before) == 1  # r-4 prints it


BAD = {
    "about": ("正文。", "year = 'x'"),
    "empty": (" \n", ""),
    "names": ("正文。", "names = 3"),
    "toml": ("正文。", "= ="),
    "sha": ("正文。", 'sha256 = "00"'),
}


@pytest.mark.parametrize("kind", [*BAD, "encoding", "bank"])
def test_one_bad_report_is_told_in_one_line_and_stops_nothing(tmp_path: Path, kind: str) -> None:
    write_reports(tmp_path / "reports", 2)
    bad = tmp_path / "reports" / "bad-one"
    write_report(bad, *BAD.get(kind, ("正文。", "")))
    if kind == "encoding":
        (bad / "report.txt").write_bytes("正文。".encode("gb18030"))
    if kind == "bank":
        (bad / "bank.jsonl").write_text('{"question": "问", "quote": "没有这句"}\n', encoding="utf-8")
    said: list[str] = []
    service = Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=CountingEncoder(), say=said.append)
    assert [report.report_id for report in service.build().reports] == ["r-0", "r-1"]
    assert service.ask("粮食产量增长多少").question
    assert len({line for line in said if "跳过" in line}) == 1
    assert all("\n" not in line for line in said)
    served = [report.report_id for report in service.reports()]
    assert set(served) >= {"r-0", "r-1"}
    assert len(service.figures()) > 0


def test_no_report_that_can_be_used_is_said(tmp_path: Path) -> None:
    write_report(tmp_path / "reports" / "a", "正文。", "year = 'x'")
    write_report(tmp_path / "reports" / "b", " ")
    with pytest.raises(ReportError, match="year"):
        read_content(Library(tmp_path / "reports"))


def test_progress_counts_texts_of_all_reports_and_ends(tmp_path: Path, content: Content) -> None:
    told: list[tuple[int, int]] = []
    build_index(content, CountingEncoder(), tmp_path / "index", lambda done, of: told.append((done, of)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(0 < done <= of for done, of in told)
    assert told[-1] == (40, 40)  # 8 texts a report
    assert told[len(told) // 2][1] == pytest.approx(told[-1][1], rel=0.3)  # the estimate is about right half way


def as_format_1(folder: Path) -> None:
    """Turn an index into what the program wrote before there were shards: keys.json and vectors.npy beside the engines."""
    version, manifest = open_version(folder)
    table: dict[str, np.ndarray] = {}
    for path in (folder / "shards").iterdir():
        shard = read_shard(path)
        table |= dict(zip(shard.keys, shard.vectors, strict=True))
    shutil.rmtree(folder / "shards")
    old = manifest | {"format": 1, "reports": [{"report_id": r["report_id"], "sha256": r["sha256"]} for r in manifest["reports"]]}
    with new_version(folder, old) as draft:
        (draft / "keys.json").write_text(json.dumps(sorted(table)))
        np.save(draft / "vectors.npy", np.stack([table[key] for key in sorted(table)]))
    shutil.rmtree(version)


def test_an_index_of_the_format_before_is_rebuilt_from_its_vectors(tmp_path: Path, content: Content) -> None:
    whole = found(build_index(content, CountingEncoder(), tmp_path / "index"))
    as_format_1(tmp_path / "index")
    with pytest.raises(SearchIndexError, match="别的版本"):
        load_index(content, CountingEncoder(), tmp_path / "index")
    encoder = CountingEncoder()
    assert found(build_index(content, encoder, tmp_path / "index")) == whole
    assert encoder.encoded == []
    as_format_1(tmp_path / "index")
    (tmp_path / "index" / current_name(tmp_path / "index") / "vectors.npy").write_bytes(b"half")
    assert found(build_index(content, encoder, tmp_path / "index")) == whole
    assert encoder.encoded != []


def test_many_vectors_lie_in_lists_and_a_change_goes_on_from_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.faiss_index.EXACT", 100)
    library = write_reports(tmp_path / "reports", 60)
    content = read_content(library)
    whole = build_index(content, CountingEncoder(), tmp_path / "index")
    assert whole._engines["sentence"].kind == "lists"
    assert whole._engines["bank"].kind == "exact"
    assert len(found(whole)) == len(found(index_in_memory(content, CountingEncoder())))
    shutil.rmtree(tmp_path / "reports" / "r-7")
    write_report(tmp_path / "reports" / "z", "新报告\n教育支出增长。\n")
    trained: list[int] = []
    train = FaissIndex.train
    monkeypatch.setattr(FaissIndex, "train", lambda self, sample: (self.sample_size and trained.append(1), train(self, sample))[1])
    changed = build_index(read_content(Library(tmp_path / "reports")), CountingEncoder(), tmp_path / "index")
    assert trained == []
    assert len(changed._engines["sentence"]) == len(whole._engines["sentence"]) - 3 + 2
    [query] = CountingEncoder().encode_queries(["教育"])
    assert [hit.report_id for hit in changed.search("sentence", query, 1, ["z"])] == ["z"]


def test_milvus_keeps_the_passages_and_answers_as_files_do(tmp_path: Path, content: Content) -> None:
    address = str(tmp_path / "lite.db")
    room = MilvusRoom(address, tmp_path / "index")
    try:
        in_files = found(build_index(content, CountingEncoder(), tmp_path / "index"))
        with pytest.raises(SearchIndexError, match="引擎"):
            load_index(content, CountingEncoder(), tmp_path / "index", room)
        encoder = CountingEncoder()
        assert found(build_index(content, encoder, tmp_path / "index", room=room)) == in_files
        assert encoder.encoded == []  # moved, not embedded again
        write_report(tmp_path / "reports" / "r-0", "0年总结\n又一句增长。\n")
        for number in range(2):  # and what no version names is dropped
            more = read_content(Library(tmp_path / "reports"))
            assert len(build_index(more, encoder, tmp_path / "index", room=room).reports) == 5
            write_report(tmp_path / "reports" / "r-0", f"0年总结\n又一句增长{number}。\n")
        assert len(connect(address).list_collections()) == 6
        for name in connect(address).list_collections():
            connect(address).drop_collection(name)
        with pytest.raises(SearchIndexError, match="没有这份索引"):
            load_index(more, CountingEncoder(), tmp_path / "index", room)
    finally:
        disconnect(address)


def test_builders_killed_at_random_lose_nothing(tmp_path: Path) -> None:
    seen = kill_builds(tmp_path, 6)
    assert seen["killed"] == 6
    assert seen["old"] + seen["new"] == 6
