"""The index on disk: whole at every moment, every damage noticed, never built twice."""

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from fakes import CountingEncoder, write_report
from unprivileged import give_up_privileges

from corpus.errors import SearchIndexError
from corpus.library import Library
from index.build import Content, build_index, index_in_memory, load_index, read_content
from index.passage_index import PassageIndex
from index.store import current_name, new_version, open_version
from qa.service import Service

ROOT = Path(__file__).parent.parent
FORK = multiprocessing.get_context("fork")  # a builder starts at once, with everything imported
OLD = "总结\n粮食产量增长5.2%。\n就业稳定。\n"
NEW = "总结\n粮食产量增长5.2%。\n教育支出增加,就业增长。\n新增一句。\n"
STEPS = {"open", "write", "flush", "fsync", "rename", "replace", "mkdir", "rmdir", "unlink", "flock"}  # what changes files


def content(folder: Path, text: str) -> Content:
    reports = folder / f"reports-{sha256(text.encode()).hexdigest()[:8]}"  # a content reads its report when it is built
    write_report(reports / "r", text)
    return read_content(Library(reports))


def found(built: PassageIndex, words: str = "增长") -> list[tuple[str, float]]:
    """What a search gives, to compare indexes by."""
    [query] = CountingEncoder().encode_queries([words])
    return [(hit.row.text, round(hit.score, 5)) for kind in ("sentence", "clause", "context") for hit in built.search(kind, query, 5)]


@pytest.fixture
def old(tmp_path: Path) -> Content:
    return content(tmp_path, OLD)


@pytest.fixture
def new(tmp_path: Path) -> Content:
    return content(tmp_path, NEW)


def loads(folder: Path, *wanted: Content) -> list[Content]:
    """Those contents that the index in the folder was built from, and which load."""
    held = []
    for one in wanted:
        try:
            assert found(load_index(one, CountingEncoder(), folder)) == found(index_in_memory(one, CountingEncoder()))
            held.append(one)
        except SearchIndexError:
            pass
    return held


def child(task: Callable[[], object]) -> multiprocessing.process.BaseProcess:
    process = FORK.Process(target=task)
    process.start()
    return process


def test_built_and_loaded_it_finds_what_the_one_in_memory_finds(tmp_path: Path, old: Content) -> None:
    built = build_index(old, CountingEncoder(), tmp_path / "index")
    assert found(built) == found(load_index(old, CountingEncoder(), tmp_path / "index")) == found(index_in_memory(old, CountingEncoder()))
    assert found(built)[0] == ("粮食产量增长5.2%。", round(1 / 2**0.5, 5))


def test_the_manifest_says_what_was_built(tmp_path: Path, old: Content) -> None:
    build_index(old, CountingEncoder(), tmp_path)
    _, manifest = open_version(tmp_path)
    assert (manifest["format"], manifest["model"], manifest["dim"], manifest["content"]) == (2, "counting:1", 4, old.digest)
    assert manifest["counts"] == {"sentence": 3, "clause": 0, "context": 3, "bank": 0, "refuse": 0}
    assert manifest["reports"][0]["report_id"] == "r"
    assert {"faiss-cpu", "torch"} <= manifest["packages"].keys()
    assert manifest["created"].endswith("+00:00")


def test_only_new_texts_are_embedded(tmp_path: Path, old: Content) -> None:
    build_index(old, CountingEncoder(), tmp_path)
    encoder = CountingEncoder()
    build_index(content(tmp_path, OLD + "教育\n"), encoder, tmp_path)
    assert encoder.encoded == ["教育", "总结 教育"]
    again = CountingEncoder()
    build_index(content(tmp_path, OLD + "教育\n"), again, tmp_path)
    assert again.encoded == []


def test_another_model_or_another_report_is_out_of_date(tmp_path: Path, old: Content) -> None:
    build_index(old, CountingEncoder(), tmp_path)
    with pytest.raises(SearchIndexError, match="另一个模型"):
        load_index(old, CountingEncoder("other"), tmp_path)
    with pytest.raises(SearchIndexError, match="过时"):
        load_index(content(tmp_path, NEW), CountingEncoder(), tmp_path)


def test_the_digest_sees_every_change(tmp_path: Path) -> None:
    texts = [OLD, OLD.replace("5.2", "5.3"), OLD + "\n", OLD.replace("。\n就", "。就"), NEW]
    assert len({content(tmp_path, text).digest for text in texts}) == len(texts)


def build_and_die(target: Content, folder: Path, after: int) -> None:
    """Build until so many file operations are done, then die on the spot."""
    steps = 0

    def die(_frame: object, event: str, called: object) -> None:
        nonlocal steps
        if event == "c_return" and called.__name__ in STEPS and not isinstance(called.__self__, str | BytesIO):
            steps += 1
            if steps > after:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(die)
    build_index(target, CountingEncoder(), folder)
    sys.setprofile(None)


def test_killed_after_any_file_operation_the_old_or_the_new_is_whole(tmp_path: Path, old: Content, new: Content) -> None:
    build_index(old, CountingEncoder(), tmp_path / "index")
    outcomes, exit_code, step = [], None, 0
    while exit_code != 0:
        folder = shutil.copytree(tmp_path / "index", tmp_path / f"index-{step}")
        process = child(partial(build_and_die, new, folder, step))
        process.join(30)
        exit_code = process.exitcode
        assert exit_code in (0, -signal.SIGKILL)
        outcomes += loads(folder, old, new)
        assert len(outcomes) == step + 1, f"no whole index after {step} operations"
        build_index(new, CountingEncoder(), folder)
        assert loads(folder, old, new) == [new]
        step += 1
    assert outcomes.count(old) >= 20
    assert outcomes.count(new) >= 2
    assert outcomes == sorted(outcomes, key=[old, new].index)


def test_killed_at_random_moments_the_old_or_the_new_is_whole(tmp_path: Path, old: Content, new: Content) -> None:
    folder, dice = tmp_path / "index", random.Random(20)
    build_index(old, CountingEncoder(), folder)
    whole, killed = 0.1, 0  # seconds that a build takes, found out on the way
    for _ in range(300):
        if killed == 30:
            break
        target = old if loads(folder, new) else new
        process = child(partial(build_index, target, CountingEncoder(pause=0.002), folder))
        time.sleep(dice.uniform(0, whole))
        process.kill()
        process.join(30)
        was_killed = process.exitcode == -signal.SIGKILL
        whole *= 1.05 if was_killed else 0.9
        killed += was_killed
        assert len(loads(folder, old, new)) == 1
    assert killed == 30
    for target in (new, old):
        build_index(target, CountingEncoder(), folder)
    assert loads(folder, old, new) == [old]
    assert len(list(folder.glob("v-*"))) == 2
    assert list(folder.glob(".build-*")) == []


def test_four_builders_at_once_do_the_work_once(tmp_path: Path, old: Content) -> None:
    folder = tmp_path / "index"

    def build(number: int) -> None:
        encoder = CountingEncoder(pause=0.02)
        build_index(old, encoder, folder)
        (tmp_path / f"embedded-{number}").write_text(str(len(encoder.encoded)))

    builders = [child(partial(build, number)) for number in range(4)]
    for builder in builders:
        builder.join(60)
    assert [builder.exitcode for builder in builders] == [0] * 4
    embedded = [int(path.read_text()) for path in tmp_path.glob("embedded-*")]
    assert sorted(embedded) == [0, 0, 0, 6]
    assert loads(folder, old) == [old]
    assert len(list(folder.glob("v-*"))) == 1


def test_readers_find_a_whole_index_while_builders_take_turns(tmp_path: Path, old: Content, new: Content) -> None:
    folder = tmp_path / "index"
    build_index(old, CountingEncoder(), folder)

    def build() -> None:
        for number in range(12):
            build_index((new, old)[number % 2], CountingEncoder(pause=0.001), folder)

    builders, reads = [child(build), child(build)], 0
    while any(builder.is_alive() for builder in builders):
        for target in (old, new):  # each looks whole, or out of date; never wrong
            reads += bool(loads(folder, target))
    assert [builder.exitcode for builder in builders] == [0, 0]
    assert reads > 3
    assert len(loads(folder, old, new)) == 1


def version_files(folder: Path) -> list[Path]:
    return [folder / "current", *sorted((folder / current_name(folder)).iterdir())]


def test_every_flipped_byte_is_noticed(tmp_path: Path, old: Content) -> None:
    build_index(old, CountingEncoder(), tmp_path)
    dice = random.Random(8)
    files = version_files(tmp_path)
    assert len(files) == 10
    for path in files:
        whole = path.read_bytes()
        for _ in range(50):
            place, bit = dice.randrange(len(whole)), 1 << dice.randrange(8)
            path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
            with pytest.raises(SearchIndexError):
                load_index(old, CountingEncoder(), tmp_path)
        path.write_bytes(whole)
    assert loads(tmp_path, old) == [old]


def test_every_cut_and_every_missing_file_is_noticed_and_mended(tmp_path: Path, old: Content) -> None:
    build_index(old, CountingEncoder(), tmp_path)
    for number in range(len(version_files(tmp_path))):
        for size in (0, 1, -1, None):
            path = version_files(tmp_path)[number]
            if size is None:
                path.unlink()
            else:
                path.write_bytes(path.read_bytes()[:size])
            with pytest.raises(SearchIndexError):
                load_index(old, CountingEncoder(), tmp_path)
            build_index(old, CountingEncoder(), tmp_path)
            assert loads(tmp_path, old) == [old]


def _remove_current(folder: Path) -> None:
    (folder / "current").unlink()


def _name_nothing(folder: Path) -> None:
    (folder / "current").write_text("v-of-long-ago")


def _climb_out(folder: Path) -> None:
    (folder / "current").write_text("..")


def _raise_format(folder: Path) -> None:
    """A whole version of a program to come."""
    version, manifest = open_version(folder)
    with new_version(folder, manifest | {"format": manifest["format"] + 1}) as draft:
        for path in version.iterdir():
            if path.name != "manifest.json":
                shutil.copy(path, draft)


def _half_a_file(folder: Path) -> None:
    path = folder / current_name(folder) / "sentence.faiss"
    path.write_bytes(path.read_bytes()[:40])


def _nonsense_in_the_manifest(folder: Path) -> None:
    (folder / current_name(folder) / "manifest.json").write_text("[" * 100_000)


def _a_folder_for_a_file(folder: Path) -> None:
    path = folder / current_name(folder) / "rows.npz"
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "damage",
    [_remove_current, _name_nothing, _climb_out, _raise_format, _half_a_file, _nonsense_in_the_manifest, _a_folder_for_a_file],
)
def test_the_service_mends_a_damaged_index_and_says_one_line(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    write_report(tmp_path / "reports" / "r", OLD)
    build_index(read_content(Library(tmp_path / "reports")), CountingEncoder(), tmp_path / "index")
    damage(tmp_path / "index")
    said: list[str] = []
    service = Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=CountingEncoder(), say=said.append)
    assert service.ask("粮食产量增长多少").question == "粮食产量增长多少"
    assert len(said) == 1
    assert "\n" not in said[0]
    assert "重建" in said[0]
    quiet: list[str] = []
    Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=CountingEncoder(), say=quiet.append).warm()
    assert quiet == []


def test_where_nothing_can_be_written_it_answers_from_memory(tmp_path: Path) -> None:
    write_report(tmp_path / "reports" / "r", OLD)
    (tmp_path / "file").write_text("in the way")
    said: list[str] = []
    folder = tmp_path / "file" / "index"
    service = Service(reports=tmp_path / "reports", index=folder, encoder=CountingEncoder(), say=said.append)
    service.ask("粮食产量增长多少")
    assert service.ready
    assert str(folder) in said[-1]
    assert "内存" in said[-1]
    assert len(said) == 2
    with pytest.raises(SearchIndexError, match="YOUJU_INDEX"):
        service.build()


def test_a_folder_that_is_read_only(tmp_path: Path, old: Content) -> None:
    folder = tmp_path / "index"
    folder.mkdir(mode=0o555)

    def build() -> None:
        give_up_privileges()
        with pytest.raises(SearchIndexError, match="权限"):
            build_index(old, CountingEncoder(), folder)

    process = child(build)
    process.join(30)
    assert process.exitcode == 0
    assert list(folder.iterdir()) == []


def test_a_builder_of_its_own_killed_and_started_again(tmp_path: Path) -> None:
    """The real command in real processes: killed while it builds, then run to the end."""
    write_report(tmp_path / "reports" / "r", OLD)
    script = (
        "import sys; from pathlib import Path; from fakes import CountingEncoder; from corpus.library import Library;"
        "from index.build import build_index, read_content;"
        "print('ready', flush=True);"
        "build_index(read_content(Library(Path(sys.argv[1]))), CountingEncoder(pause=float(sys.argv[3])), Path(sys.argv[2]))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests")))}

    def start(pause: float) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", script, str(tmp_path / "reports"), str(tmp_path / "index"), str(pause)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    with start(5) as slow:
        assert slow.stdout is not None
        slow.stdout.readline()
        time.sleep(0.5)
        slow.kill()
    assert current_name(tmp_path / "index") == ""
    with start(0) as one, start(0) as other:
        one.communicate(timeout=60)
        other.communicate(timeout=60)
    assert (one.returncode, other.returncode) == (0, 0)
    once = read_content(Library(tmp_path / "reports"))
    assert loads(tmp_path / "index", once) == [once]


def test_no_index_yet(tmp_path: Path, old: Content) -> None:
    with pytest.raises(SearchIndexError, match="还没有索引"):
        load_index(old, CountingEncoder(), tmp_path / "none")
