"""Drafts whose figures were judged by hand, and how well a check agrees with them."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

FOLDER = Path(__file__).parent / "drafts"
HELD = "held"  # the file whose places nothing is fitted on


@dataclass(frozen=True, slots=True)
class Labelled:
    """One figure of a draft, as a person judged it."""

    as_written: str
    start: int  # offset in the draft, in characters
    end: int
    verdict: str
    why: str  # same, form, rounded, derived, …; value, digit, swapped, …; denied, year, place, …
    evidence: tuple[int, int] | None  # offsets into the report; None where it says nothing on it
    report_value: str = ""


@dataclass(frozen=True, slots=True)
class LabelledDraft:
    """One draft about one report."""

    draft_id: str
    report_id: str
    text: str
    figures: tuple[Labelled, ...]

    @property
    def place(self) -> str:
        """Whose report it is: what is left out together."""
        return self.report_id.rsplit("-", 1)[0]


class Verdict(Protocol):
    """What a check says of one figure."""

    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def end(self) -> int: ...  # noqa: D102
    @property
    def as_written(self) -> str: ...  # noqa: D102
    @property
    def verdict(self) -> str: ...  # noqa: D102


def read_drafts(path: Path) -> list[LabelledDraft]:
    """The drafts of a file."""
    return [_draft(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _draft(row: dict[str, Any]) -> LabelledDraft:
    figures = (
        Labelled(
            one["as_written"], one["start"], one["end"], one["verdict"], one["why"],
            tuple(one["evidence"]) if "evidence" in one else None, one.get("report_value", ""),
        )
        for one in row["figures"]
    )  # fmt: skip
    return LabelledDraft(row["id"], row["report"], row["text"], tuple(figures))


def paired(draft: LabelledDraft, checked: Iterable[Verdict]) -> Iterator[tuple[Labelled, Verdict | None]]:
    """Each labelled figure with what the check says where it stands; None where the check has seen none."""
    left = list(checked)
    for figure in draft.figures:
        hits = [one for one in left if one.start < figure.end and figure.start < one.end]
        best = min(hits, key=lambda one: (one.as_written != figure.as_written, one.start), default=None)
        if best is not None:
            left.remove(best)
        yield figure, best


def scores(drafts: Sequence[LabelledDraft], check: Callable[[LabelledDraft], Iterable[Verdict]]) -> dict[str, Any]:
    """How a check agrees with the labels; 需确认 where there was a right verdict counts as wrong."""
    said: Counter[tuple[str, str]] = Counter()
    for draft in drafts:
        for figure, one in paired(draft, check(draft)):
            said[figure.verdict, one.verdict if one else "missed"] += 1
    labels = {
        name: sum(count for (label, _), count in said.items() if label == name)
        for name in ("supported", "contradicted", "not_found", "ambiguous")
    }
    wrong = labels["contradicted"] + labels["not_found"]
    return {
        "figures": sum(said.values()),
        "right": round(sum(count for (label, got), count in said.items() if label == got) / max(1, sum(said.values())), 3),
        "right_called_not_found": round((said["supported", "not_found"] + said["supported", "missed"]) / max(1, labels["supported"]), 3),
        "wrong_called_supported": round((said["contradicted", "supported"] + said["not_found", "supported"]) / max(1, wrong), 3),
        "missed": sum(count for (_, got), count in said.items() if got == "missed"),
        "said": {f"{label}: {got}": count for (label, got), count in sorted(said.items())},
    }
