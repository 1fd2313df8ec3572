"""What every command starts from: the service that the settings ask for, and which report is meant."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import InputError
from qa.held import restore_begun

if TYPE_CHECKING:
    from qa.service import Service
    from qa.settings import Settings


@dataclass(frozen=True)
class Opening:
    """Handed to every command by click, as its object."""

    settings: Callable[[], "Settings"]

    def service(self, reports: Path | None = None, index: Path | None = None, *, embeds: bool = False) -> "Service":
        """The service that the settings ask for; what it has to say goes to stderr.

        Args:
            reports: another folder of reports.
            index: another folder of the index.
            embeds: a question or a new text is coming, so the model is loaded beside everything else.
        """
        settings = self.settings()
        if restore_begun(settings.state):
            from qa.restore import resume_restore

            resume_restore(settings.state)
        from index.embed import Embedder

        encoder = Embedder(settings.model, download=settings.download, threads=settings.threads)
        if embeds:
            encoder.load_meanwhile()
        from qa.service import from_settings

        changed = {name: value for name, value in (("reports", reports), ("index", index)) if value is not None}
        wanted = settings.model_copy(update=changed)
        return from_settings(wanted, say=lambda line: click.echo(line, err=True), progress=_bar(), encoder=encoder)


def which(service: "Service", report_id: str | None) -> str:
    """The report meant: the one named, or the only one there is.

    Raises:
        UnknownReport: there is none of that name.
        InputError: none is named and there are several.
    """
    if report_id is not None:
        return service.report(report_id).report_id
    ids = [report.report_id for report in service.reports()]
    if len(ids) > 1:
        raise InputError(f"有 {len(ids)} 份报告,请用 --report 说明是哪一份:{'、'.join(ids[:10])}")
    return ids[0]


def _bar() -> Any:
    """A progress bar on stderr, once a build has more than a moment's work and somebody watches."""
    if not sys.stderr.isatty():
        return None
    bar: Any = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            from tqdm import tqdm

            bar = tqdm(total=total, desc="建索引", unit="条", leave=False)
        bar.total = total  # an estimate, better with every report
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return show
