"""The folder of shards: written whole or not at all, kept while a version or an unfinished build needs them.

Shards are named by what is in them, so what is there need not be made again. What a killed build was writing is called
``.tmp-…``, and the next build removes it.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from corpus.durable import sync
from corpus.errors import SearchIndexError
from corpus.report import Report
from index.shard import Shard, read_shard, to_bytes
from index.store import unwritable


class ShardStore:
    """Shards of one model."""

    def __init__(self, index_folder: Path, fingerprint: str) -> None:
        self.folder = index_folder / "shards"
        self._fingerprint = fingerprint

    def path(self, key: str) -> Path:
        """Where the shard of a source is; the file need not exist."""
        return self.folder / f"{hashlib.sha256(f'{key} {self._fingerprint}'.encode()).hexdigest()[:32]}.shard"

    def whole(self, key: str) -> bool:
        """Whether the shard is there and sound; one that is not is removed."""
        path = self.path(key)
        if not path.exists():
            return False
        try:
            read_shard(path)
        except SearchIndexError:
            path.unlink(missing_ok=True)
            return False
        return True

    def found(self, key: str) -> Shard | None:
        """The shard, if it is there and sound."""
        try:
            return self.read(key)
        except SearchIndexError:
            return None

    def read(self, key: str, report: Report | None = None) -> Shard:
        """A shard; see ``read_shard``."""
        return read_shard(self.path(key), report)

    def write(self, key: str, shard: Shard) -> None:
        """Keep a shard.

        Raises:
            SearchIndexError: it cannot be written.
        """
        draft: Path | None = None
        try:
            self.folder.mkdir(exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".tmp-", dir=self.folder)
            draft = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(to_bytes(shard))
                file.flush()
                os.fsync(file.fileno())
            draft.chmod(0o644)
            draft.replace(self.path(key))
            sync(self.folder)
        except OSError as error:
            if draft is not None:
                draft.unlink(missing_ok=True)
            raise unwritable(self.folder.parent, error) from error

    def sweep(self, keep: Iterable[str]) -> None:
        """Remove what was half written, and every shard that is not among these file names."""
        wanted = set(keep)
        for path in self.folder.glob("*"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)
