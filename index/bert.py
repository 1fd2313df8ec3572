"""The forward pass of a BERT sentence model, straight from its folder.

For one short question, libraries spend as long around the arithmetic as on it, and take seconds to import.

Texts of a batch are laid end to end, so no padding is computed; a text's vector does not depend on what it is batched with,
to the last bit. Weights are kept as float32 or bfloat16, whichever ``fastest_precision`` measures to be faster here.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.base import Vectors

_WEIGHTS, _CONFIG, _SETTINGS = "model.safetensors", "config.json", "sentence_bert_config.json"
_SAME = 0.999  # cosine; vectors this near order sentences alike (checked on the judged questions)
_SAMPLE = ("加装电梯一共多少台?", "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。", "几点开门")
_TOKENS = 2048  # computed at once; more gains nothing and takes memory
_FASTER = 0.9  # another precision must take less than this share of the time


def readable(folder: Path) -> bool:
    """Whether a folder holds what this module computes: a BERT with mean pooling in the sentence-transformers layout."""
    try:
        modules = [module["type"].rsplit(".", 1)[-1] for module in _json(folder / "modules.json")]
        pooling = {name for name, on in _json(folder / "1_Pooling" / _CONFIG).items() if on is True}
        config = _json(folder / _CONFIG)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return (
        modules in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and pooling - {"include_prompt"} == {"pooling_mode_mean_tokens"}
        and config.get("architectures") == ["BertModel"]
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and all((folder / name).is_file() for name in (_WEIGHTS, _SETTINGS, "tokenizer.json", "config_sentence_transformers.json"))
    )


class Bert:
    """A sentence model: texts with their prompts -> unit vectors. Safe to use from several threads at once."""

    def __init__(self, folder: Path) -> None:
        """Read the folder; any error of the files passes through."""
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        config, settings = _json(folder / _CONFIG), _json(folder / _SETTINGS)
        self.prompts: dict[str, str] = _json(folder / "config_sentence_transformers.json").get("prompts", {})
        self.dim = int(config["hidden_size"])
        self._heads = int(config["num_attention_heads"])
        self._depth = int(config["num_hidden_layers"])
        self._epsilon = float(config["layer_norm_eps"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_length=min(settings["max_seq_length"], config["max_position_embeddings"]))
        self._tokenizer.no_padding()
        weights = load_file(folder / _WEIGHTS)
        self._words = weights["embeddings.word_embeddings.weight"]
        places, kinds = (weights[f"embeddings.{name}_embeddings.weight"].float() for name in ("position", "token_type"))
        self._places = places + kinds[0]
        self._norm = _norm(weights, "embeddings.LayerNorm", torch.float32)
        self.precision = self._choose(weights)
        self._layers = list(self._read(weights, self.precision))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of length 1, shape (n, dim), in the order of the texts; like lengths together are computed fastest."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        out = np.empty((len(tokens), self.dim), np.float32)
        first = 0
        while first < len(tokens):
            last = first + 1
            while last < len(tokens) and sum(map(len, tokens[first : last + 1])) <= _TOKENS:
                last += 1
            out[first:last] = self._forward(tokens[first:last], self._layers)
            first = last
        return out

    def _forward(self, tokens: Sequence[Sequence[int]], layers: Iterable["_Layer"]) -> Vectors:
        import torch
        from torch.nn.functional import layer_norm, normalize

        lengths = [len(row) for row in tokens]
        with torch.inference_mode():
            words = self._words[torch.tensor(list(itertools.chain(*tokens)))].float()
            places = torch.cat([self._places[:length] for length in lengths])
            states = layer_norm(words + places, (self.dim,), *self._norm, self._epsilon)  # (all tokens, dim)
            for layer in layers:
                states = layer(states.to(layer.dtype), lengths)
            means = torch.stack([text.mean(0) for text in torch.split(states.float(), lengths)])
            return np.asarray(normalize(means).numpy(), np.float32)

    def _read(self, weights: dict[str, Any], dtype: Any) -> Iterator["_Layer"]:
        for number in range(self._depth):
            yield _Layer(weights, f"encoder.layer.{number}", self._heads, self._epsilon, dtype)

    def _choose(self, weights: dict[str, Any]) -> Any:
        """The precision to keep the weights in: the fastest whose vectors agree with float32's."""
        import torch

        fastest = fastest_precision(lambda dtype: next(self._read(weights, dtype)), self.dim)
        if fastest is torch.float32:
            return fastest
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(_SAMPLE))]
        exact, fast = (self._forward(tokens, self._read(weights, dtype)) for dtype in (torch.float32, fastest))
        return fastest if float((exact * fast).sum(1).min()) >= _SAME else torch.float32


class _Layer:
    """One layer of the encoder."""

    def __init__(self, weights: dict[str, Any], name: str, heads: int, epsilon: float, dtype: Any) -> None:
        self.dtype = dtype
        self._heads = heads
        self._epsilon = epsilon
        attention = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        self._attend = _dense(weights, attention, dtype)
        self._attended = _dense(weights, [f"{name}.attention.output.dense"], dtype)
        self._widen = _dense(weights, [f"{name}.intermediate.dense"], dtype)
        self._narrow = _dense(weights, [f"{name}.output.dense"], dtype)
        self._norms = [_norm(weights, f"{name}.{part}.LayerNorm", dtype) for part in ("attention.output", "output")]

    def __call__(self, states: Any, lengths: Sequence[int]) -> Any:
        """The next states, shape (all tokens, dim); ``lengths`` says how many tokens each text has."""
        from torch.nn.functional import layer_norm

        shape = states.shape[1:]
        mixed = self._attended(self._attention(states, lengths), plus=states)
        states = layer_norm(mixed, shape, *self._norms[0], self._epsilon)
        mixed = self._narrow(self._widen(states, then="gelu"), plus=states)
        return layer_norm(mixed, shape, *self._norms[1], self._epsilon)

    def _attention(self, states: Any, lengths: Sequence[int]) -> Any:
        """Every text attends to itself alone; neighbours of one length are computed together."""
        import torch
        from torch.nn.functional import scaled_dot_product_attention

        every = self._attend(states).view(len(states), 3, self._heads, -1)
        found, place = [], 0
        for length, same in itertools.groupby(lengths):
            count = len(list(same))
            texts = every[place : place + count * length].view(count, length, 3, self._heads, -1)
            place += count * length
            mixed = scaled_dot_product_attention(*texts.permute(2, 0, 3, 1, 4))  # (count, heads, length, width)
            found.append(mixed.transpose(1, 2).reshape(count * length, -1))
        return torch.cat(found)


def _dense(weights: dict[str, Any], names: Sequence[str], dtype: Any) -> Callable[..., Any]:
    """A linear map; several of one input are one. ``plus`` is added to what comes out, or ``then`` is applied to it.

    oneDNN keeps the weights as the processor reads them fastest; where it is not at hand, PyTorch's own product serves.
    """
    import torch
    from torch.nn.functional import gelu, linear

    weight = torch.cat([weights[f"{name}.weight"] for name in names]).to(dtype)
    bias = torch.cat([weights[f"{name}.bias"] for name in names]).to(dtype)

    def plain(states: Any, plus: Any = None, then: str = "none") -> Any:
        out = linear(states, weight, bias)
        return out + plus if plus is not None else gelu(out) if then == "gelu" else out

    if not _onednn():
        return plain
    packed = torch.ops.mkldnn._reorder_linear_weight(weight, 16)
    product = torch.ops.mkldnn._linear_pointwise

    def fused(states: Any, plus: Any = None, then: str = "none") -> Any:
        if plus is not None:
            return product.binary(states, plus, packed, bias, "add")
        return product(states, packed, bias, then, [], "none" if then == "gelu" else "")

    return fused


def _norm(weights: dict[str, Any], name: str, dtype: Any) -> tuple[Any, Any]:
    return weights[f"{name}.weight"].to(dtype), weights[f"{name}.bias"].to(dtype)


def fastest_precision(layer_in: Callable[[Any], _Layer], dim: int) -> Any:
    """Time one layer in each precision on a question's worth of tokens; float32 unless another is clearly faster."""
    import torch

    if not _onednn():
        return torch.float32
    seconds = {}
    for dtype in (torch.float32, torch.bfloat16):
        layer, states = layer_in(dtype), torch.ones(16, dim, dtype=dtype)
        with torch.inference_mode():
            seconds[dtype] = min(_seconds(layer, states) for _ in range(12))
    return torch.bfloat16 if seconds[torch.bfloat16] < _FASTER * seconds[torch.float32] else torch.float32


def _seconds(layer: _Layer, states: Any) -> float:
    """Of processor time, so that other work on the machine does not count."""
    started = time.thread_time()
    layer(states, [len(states)])
    return time.thread_time() - started


def _onednn() -> bool:
    import torch

    return bool(torch._C._has_mkldnn)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
