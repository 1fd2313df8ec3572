"""Vectors that travel with the default model, so that the first start takes seconds and not minutes.

They are what the model makes of the shipped reports and banks, kept as float16 by key (``Row.key``). A text that is not among
them, or another model, is embedded as ever. ``python -m index.shipped FOLDER`` writes the file anew from the index in FOLDER.
"""

import sys
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from index.base import Vectors

SHIPPED = Path(__file__).parent / "model" / "shipped.npz"


def shipped_vectors(fingerprint: str, path: Path = SHIPPED) -> dict[str, Vectors]:
    """Vectors by key, float32; {} when there is no file, it is damaged, or another model made it."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            if str(stored["fingerprint"]) != fingerprint:
                return {}
            vectors = stored["vectors"].astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            return dict(zip(stored["keys"].tolist(), vectors, strict=True))
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        return {}


def write_shipped(index_folder: Path, path: Path = SHIPPED) -> int:
    """Keep the vectors of the index in a folder; how many there are."""
    from index.shard import read_shard
    from index.store import open_version

    _, manifest = open_version(index_folder)
    vectors: dict[str, Vectors] = {}
    for report in manifest["reports"]:
        shard = read_shard(index_folder / "shards" / report["shard"])
        vectors |= dict(zip(shard.keys, shard.vectors, strict=True))
    keys = sorted(vectors)
    with path.open("wb") as file:
        np.savez(file, fingerprint=manifest["model"], keys=np.array(keys), vectors=np.stack([vectors[k] for k in keys]).astype(np.float16))
    return len(keys)


if __name__ == "__main__":
    sys.stdout.write(f"{write_shipped(Path(sys.argv[1]))} vectors\n")
