"""Sentences that a report had in earlier versions, so that an old link can say where it led and what is nearest now.

``former.jsonl`` beside the report: one JSON object a line, ``sentence_id``, ``text``, ``start``, ``end`` in the version it
stood in, whose text had the hash ``sha256``. A sentence is kept once, as it stood last.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.errors import ReportError
from corpus.fold import fold
from corpus.report import Report, Sentence

NEAR = 0.45  # least likeness, 0 to 1, for a sentence to be offered in the place of a former one
_MOST = 20_000  # former sentences that are kept; the oldest go


@dataclass(frozen=True, slots=True)
class Former:
    """One sentence that stood in an earlier version."""

    sentence_id: str
    text: str
    start: int  # in that version
    end: int
    sha256: str  # of that version


def read_former(path: Path) -> tuple[Former, ...]:
    """What is kept of earlier versions, oldest first; () when nothing is.

    Raises:
        ReportError: the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        return tuple(Former(**json.loads(line)) for line in lines if line)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError) as error:
        raise ReportError(f"旧版句子的记录 {path} 读不懂;请从备份恢复它,或者移走它(旧链接会认不出来)") from error


def former_lines(before: Sequence[Former], report: Report) -> bytes:
    """The file to keep when this version of a report is about to be replaced."""
    kept = {one.sentence_id: one for one in before}
    for sentence in report.sentences:
        kept.pop(sentence.sentence_id, None)
        kept[sentence.sentence_id] = Former(sentence.sentence_id, sentence.text, sentence.start, sentence.end, report.about.sha256)
    lines = [json.dumps(asdict(one), ensure_ascii=False) for one in list(kept.values())[-_MOST:]]
    return "".join(f"{line}\n" for line in lines).encode()


def gone(former: Sequence[Former], report: Report) -> dict[str, Sentence | None]:
    """For each former sentence that the report has no more: the present one that is most like it, None where none is near.

    Likeness is Dice's over pairs of characters, both sentences folded; of equals the first of the report.
    """
    missing = [one for one in former if one.sentence_id not in report.by_id]
    if not missing:
        return {}
    bags = [pairs(sentence.text) for sentence in report.sentences]
    holding: defaultdict[str, list[int]] = defaultdict(list)
    for place, bag in enumerate(bags):
        for pair in bag:
            holding[pair].append(place)
    return {one.sentence_id: _nearest(pairs(one.text), report, bags, holding) for one in missing}


def _nearest(
    bag: Counter[str], report: Report, bags: Sequence[Counter[str]], holding: dict[str, list[int]]
) -> Sentence | None:
    shared: Counter[int] = Counter()
    for pair, count in bag.items():
        for place in holding.get(pair, ()):
            shared[place] += min(count, bags[place][pair])
    likeness = {place: 2 * count / (bag.total() + bags[place].total()) for place, count in shared.items()}
    best = min(likeness, key=lambda place: (-likeness[place], place), default=-1)
    return report.sentences[best] if best >= 0 and likeness[best] >= NEAR else None


def pairs(text: str) -> Counter[str]:
    """Pairs of neighbouring characters of a text, folded, white space left out.

    >>> sorted(pairs("满意率 9"))
    ['意率', '满意', '率9']
    """
    squeezed = "".join(fold(text).split())
    return Counter(squeezed[place : place + 2] for place in range(max(1, len(squeezed) - 1)))
