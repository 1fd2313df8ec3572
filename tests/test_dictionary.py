"""The segmenter that reads of jieba's dictionary only what a text may hold cuts as jieba does."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.fold import fold
from index.dictionary import Dictionary, Segmenter

ROOT = Path(__file__).parent.parent
QUESTION = "友谊201街坊签约率多少"


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return Dictionary()


@pytest.fixture(scope="module")
def whole() -> jieba.Tokenizer:
    """A jieba of its own, with all of its dictionary; nothing is cached on the disk."""
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def taught(segmenter: jieba.Tokenizer) -> jieba.Tokenizer:
    for name in ("友谊201街坊", "舒屋", "朵云坊栖霞弄", "龘龘", "a1", "、弄"):
        segmenter.add_word(name)
    return segmenter


def texts() -> Iterator[str]:
    """All reports and excerpts that come with the project, questions, drafts, and the bank."""
    for path in [*ROOT.glob("corpus/reports/*/report.txt"), *ROOT.glob("tests/data/many/*.txt")]:
        yield path.read_text(encoding="utf-8")
    for path in [*ROOT.glob("corpus/reports/*/bank.jsonl"), *ROOT.glob("tests/data/*.jsonl")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from (value for value in json.loads(line).values() if isinstance(value, str))


def test_what_can_be_read_is_the_whole_dictionary(dictionary: Dictionary, whole: jieba.Tokenizer) -> None:
    segmenter = Segmenter(dictionary)
    assert segmenter.total == whole.total
    words = sorted(whole.FREQ)
    for word in words:
        assert segmenter.frequency(word) == whole.FREQ[word], word
    assert segmenter.FREQ == whole.FREQ


def test_every_text_is_cut_as_jieba_cuts_it(dictionary: Dictionary, whole: jieba.Tokenizer) -> None:
    segmenter, count = Segmenter(dictionary), 0
    for text in dict.fromkeys(map(fold, texts())):
        assert list(segmenter.cut_for_search(text)) == list(whole.cut_for_search(text))
        count += len(text)
    assert count > 150_000
    assert len(segmenter.FREQ) < len(whole.FREQ) / 4


def test_names_are_learned_as_jieba_learns_them(dictionary: Dictionary) -> None:
    segmenter, tokenizer = taught(Segmenter(dictionary)), jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    taught(tokenizer)
    assert {name: tokenizer.FREQ[name] for name in segmenter.FREQ} == segmenter.FREQ
    assert segmenter.total == tokenizer.total
    for text in map(fold, (ROOT / "corpus/reports/yanji-2021/report.txt").read_text(encoding="utf-8").splitlines()):
        assert list(segmenter.cut(text)) == list(tokenizer.cut(text))


@given(st.text(alphabet="友谊201街坊签约率多少不一ab%+龘𠀀é、\n", max_size=40))
def test_any_text_is_cut_as_jieba_cuts_it(dictionary: Dictionary, whole: jieba.Tokenizer, text: str) -> None:
    segmenter = Segmenter(dictionary)
    assert list(segmenter.cut_for_search(text)) == list(whole.cut_for_search(text))


@pytest.mark.parametrize(("word", "tags"), [("揪出", {"v"}), ("协议", {"n"}), ("长白", {"ns"}), ("殷行", set()), ("", set()), ("的", {"uj"})])
def test_what_a_word_is(dictionary: Dictionary, word: str, tags: set[str]) -> None:
    assert dictionary.tags(word) == tags


def test_one_question_reads_a_few_words(dictionary: Dictionary) -> None:
    segmenter = Segmenter(dictionary)
    assert list(segmenter.cut(QUESTION))
    assert len(segmenter.FREQ) < 200


def test_a_file_of_another_form_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for body in (b"word 1\n", b"word 1 n x\n", b"word  n\n"):
        (tmp_path / "dict.txt").write_bytes(body)
        monkeypatch.setattr(jieba.Tokenizer, "get_dict_file", lambda _: (tmp_path / "dict.txt").open("rb"))
        with pytest.raises(RuntimeError, match=r"requirements\.txt"):
            Dictionary()


def test_no_table_of_all_words_is_made_or_cached(tmp_path: Path) -> None:
    asked = "import sys; from index.words import words; words(sys.argv[1]); import jieba; print(len(jieba.dt.FREQ))"
    command = [sys.executable, "-c", asked, QUESTION]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env={"TMPDIR": str(tmp_path)})
    assert (done.stdout, done.stderr) == ("0\n", "")
    assert list(tmp_path.iterdir()) == []
