"""Vectors that this model made before: those that travel with it, those of earlier shards, those of an index of format 1."""

import json
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np

from corpus.errors import SearchIndexError
from index.base import Vectors
from index.shard import read_shard
from index.shipped import shipped_vectors


class KnownVectors:
    """Looks vectors up by key, first where they are nearest to hand; reads a place only when something is wanted of it."""

    def __init__(
        self, fingerprint: str, shards: Iterable[Path] = (), format_1: Path | None = None, then: "KnownVectors | None" = None
    ) -> None:
        """Of the model with this fingerprint.

        Args:
            fingerprint: of the model.
            shards: files of shards of this model, to look into.
            format_1: folder of a version that the program wrote before there were shards.
            then: where to look last, instead of the vectors that travel with the model.
        """
        self._then = then
        self._fingerprint = fingerprint
        self._shards = tuple(shards)
        self._format_1 = format_1

    def __call__(self, keys: Iterable[str]) -> dict[str, Vectors]:
        """The vectors of those keys that are known."""
        missing = set(keys)
        found: dict[str, Vectors] = {}
        for place in (self._of_shards, self._of_format_1, self._shipped):
            if not missing:
                break
            table = place()
            found |= {key: table[key] for key in missing if key in table}
            missing -= found.keys()
        return found | self._then(missing) if self._then and missing else found

    def _shipped(self) -> dict[str, Vectors]:
        return {} if self._then else self._shipped_table

    @cached_property
    def _shipped_table(self) -> dict[str, Vectors]:
        return shipped_vectors(self._fingerprint)

    def _of_shards(self) -> dict[str, Vectors]:
        table: dict[str, Vectors] = {}
        for path in self._shards:
            try:
                shard = read_shard(path)
            except SearchIndexError:
                continue
            table |= dict(zip(shard.keys, shard.vectors, strict=True))
        return table

    def _of_format_1(self) -> dict[str, Vectors]:
        return self._format_1_table

    @cached_property
    def _format_1_table(self) -> dict[str, Vectors]:
        if self._format_1 is None:
            return {}
        try:
            keys = json.loads((self._format_1 / "keys.json").read_text(encoding="utf-8"))
            return dict(zip(keys, np.load(self._format_1 / "vectors.npy", mmap_mode="r"), strict=True))
        except (OSError, ValueError):
            return {}
