"""Writes ``model.onnx``: the forward pass of a BERT sentence model, whose weights stay in ``model.safetensors`` beside it.

A safetensors file keeps its tensors raw and contiguous, and a tensor of an ONNX graph may lie outside it at an offset. So the
graph takes some 80 KB: it casts the stored halves to float32 and transposes each linear weight (the engine folds both while
loading), embeds, runs the layers of Devlin et al. 2018 (arXiv:1810.04805) with the exact gelu, takes the mean over the mask and
divides by its length.

    inputs   input_ids, attention_mask   int64, (n, length)
    output   embedding                   float32, (n, dim), rows of length 1

The graph's metadata name the sha256 of each file it was written for; ``index.onnx_model`` computes no others with it.
"""

import hashlib
import json
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WEIGHTS = "model.safetensors"
WRITTEN_FOR = (WEIGHTS, "config.json", "modules.json", "sentence_bert_config.json", "1_Pooling/config.json")
OPSET, IR_VERSION = 18, 9  # read by every onnxruntime since 1.15
_FAR = -1e9  # added to the scores of what is masked


def write_graph(folder: Path) -> Path:
    """Write ``model.onnx`` into a model folder that has ``config.json`` and ``model.safetensors``; returns its path."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    model = bert_graph(config, folder / WEIGHTS)
    helper.set_model_props(model, {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in WRITTEN_FOR})
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString(deterministic=True))
    return path


def bert_graph(config: dict[str, Any], weights: Path) -> onnx.ModelProto:
    """The graph of a ``transformers.BertModel`` with mean pooling and unit length.

    Args:
        config: its ``config.json``.
        weights: its weights, fp16, under the names of ``BertModel``.
    """
    graph = _Graph(config)
    states = graph.embed()
    for layer in range(config["num_hidden_layers"]):
        states = graph.layer(states, f"encoder.layer.{layer}")
    graph.pool(states)
    ids, mask = (helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "length"]) for name in ("input_ids", "attention_mask"))
    out = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", config["hidden_size"]])
    whole = helper.make_graph(graph.nodes, "sentence_bert", [ids, mask], [out], [*stored_tensors(weights), *graph.constants])
    opset = [helper.make_opsetid("", OPSET)]
    return helper.make_model(whole, opset_imports=opset, ir_version=IR_VERSION, producer_name="youju")


def stored_tensors(weights: Path) -> Iterator[TensorProto]:
    """Every tensor of a safetensors file as one that lies outside the graph.

    Raises:
        ValueError: a tensor is no fp16.
    """
    with weights.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
    for name, about in header.items():
        if name == "__metadata__":
            continue
        if about["dtype"] != "F16":
            raise ValueError(f"{name} is {about['dtype']}, expected F16")
        first, last = about["data_offsets"]
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT16, dims=about["shape"], data_location=TensorProto.EXTERNAL)
        for key, value in (("location", weights.name), ("offset", 8 + size + first), ("length", last - first)):
            tensor.external_data.add(key=key, value=str(value))
        yield tensor


class _Graph:
    """Nodes and constants, as they are added; a value goes by the name of what made it."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[TensorProto] = []
        self._epsilon = float(config["layer_norm_eps"])
        width, heads = config["hidden_size"], config["num_attention_heads"]
        self._heads = self._constant("heads_shape", np.array([0, 0, heads, width // heads], np.int64))
        self._joined = self._constant("joined_shape", np.array([0, 0, width], np.int64))
        self._scale = self._constant("score_scale", np.float32((width // heads) ** -0.5))
        self._one = self._constant("one", np.float32(1))
        self._half = self._constant("half", np.float32(0.5))
        self._root = self._constant("root_of_two", np.float32(2**0.5))
        self._first = self._constant("first_axis", np.array([0], np.int64))
        self._second = self._constant("second_axis", np.array([1], np.int64))
        self._mask = self._node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
        self._bias = self._score_bias()

    def embed(self) -> str:
        """Word, position and kind vectors of the tokens: (n, length, dim)."""
        words = self._node("Gather", ["embeddings.word_embeddings.weight", "input_ids"], "words_fp16")
        words = self._node("Cast", [words], "words", to=TensorProto.FLOAT)
        length = self._node("Slice", [self._node("Shape", ["input_ids"], "shape"), self._second, self._two()], "length")
        places = [self._float("embeddings.position_embeddings.weight"), self._first, length, self._first]
        kind = [self._float("embeddings.token_type_embeddings.weight"), self._constant("first_kind", np.int64(0))]
        beside = self._node("Add", [self._node("Slice", places, "places"), self._node("Gather", kind, "kind")], "beside")
        return self._norm(self._node("Add", [words, beside], "embedded"), "embeddings.LayerNorm")

    def layer(self, states: str, name: str) -> str:
        """One layer of the encoder."""
        attended = self._linear(self._attention(states, f"{name}.attention.self"), [f"{name}.attention.output.dense"])
        states = self._norm(self._node("Add", [attended, states], f"{name}.attended"), f"{name}.attention.output.LayerNorm")
        wide = self._gelu(self._linear(states, [f"{name}.intermediate.dense"]), name)
        narrow = self._linear(wide, [f"{name}.output.dense"])
        return self._norm(self._node("Add", [narrow, states], f"{name}.added"), f"{name}.output.LayerNorm")

    def pool(self, states: str) -> None:
        """The mean over the mask at length 1; the sum points the same way."""
        mask = self._node("Unsqueeze", [self._mask, self._constant("last_axis", np.array([2], np.int64))], "mask_of_states")
        total = self._node("ReduceSum", [self._node("Mul", [states, mask], "kept"), self._second], "total", keepdims=0)
        length = self._node("ReduceL2", [total, self._second], "total_length", keepdims=1)
        self._node("Div", [total, length], "embedding")

    def _two(self) -> str:
        return self._constant("two", np.array([2], np.int64))

    def _score_bias(self) -> str:
        """0 where a token may be looked at, far below it elsewhere: (n, 1, 1, length)."""
        axes = self._constant("score_axes", np.array([1, 2], np.int64))
        hidden = self._node("Sub", [self._one, self._node("Unsqueeze", [self._mask, axes], "mask_of_scores")], "hidden")
        return self._node("Mul", [hidden, self._constant("far", np.float32(_FAR))], "score_bias")

    def _attention(self, states: str, name: str) -> str:
        parts = ("query", "key", "value")
        together = self._linear(states, [f"{name}.{part}" for part in parts])  # one product for the three
        cut = [f"{name}.{part}.states" for part in parts]
        self.nodes.append(helper.make_node("Split", [together], cut, axis=-1, num_outputs=3))
        by_head = [self._node("Reshape", [one, self._heads], f"{one}.by_head") for one in cut]
        turns = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])  # keys are transposed for the product
        query, key, value = (
            self._node("Transpose", [one], f"{one}.turned", perm=turn) for one, turn in zip(by_head, turns, strict=True)
        )
        scores = self._node("Mul", [self._node("MatMul", [query, key], f"{name}.products"), self._scale], f"{name}.scaled")
        shares = self._node("Softmax", [self._node("Add", [scores, self._bias], f"{name}.scores")], f"{name}.shares", axis=-1)
        mixed = self._node("MatMul", [shares, value], f"{name}.mixed")
        back = self._node("Transpose", [mixed], f"{name}.mixed.turned", perm=[0, 2, 1, 3])
        return self._node("Reshape", [back, self._joined], f"{name}.joined")

    def _gelu(self, states: str, name: str) -> str:
        """The exact gelu, x (1 + erf(x / sqrt 2)) / 2, in the order that engines know and fuse."""
        erf = self._node("Erf", [self._node("Div", [states, self._root], f"{name}.gelu.scaled")], f"{name}.gelu.erf")
        product = self._node("Mul", [states, self._node("Add", [erf, self._one], f"{name}.gelu.sum")], f"{name}.gelu.product")
        return self._node("Mul", [product, self._half], f"{name}.gelu")

    def _linear(self, states: str, names: Sequence[str]) -> str:
        """A linear map; several of one input are one. PyTorch keeps weights as (out, in), a product wants (in, out)."""
        weight = self._join([self._float(f"{name}.weight") for name in names], f"{names[0]}.weights")
        bias = self._join([self._float(f"{name}.bias") for name in names], f"{names[0]}.biases")
        turned = self._node("Transpose", [weight], f"{names[0]}.turned", perm=[1, 0])
        return self._node("Add", [self._node("MatMul", [states, turned], f"{names[0]}.product"), bias], f"{names[0]}.out")

    def _join(self, parts: Sequence[str], name: str) -> str:
        return parts[0] if len(parts) == 1 else self._node("Concat", parts, name, axis=0)

    def _norm(self, states: str, name: str) -> str:
        inputs = [states, self._float(f"{name}.weight"), self._float(f"{name}.bias")]
        return self._node("LayerNormalization", inputs, f"{name}.out", axis=-1, epsilon=self._epsilon)

    def _float(self, name: str) -> str:
        return self._node("Cast", [name], f"{name}.fp32", to=TensorProto.FLOAT)

    def _constant(self, name: str, value: Any) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def _node(self, operator: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name
