"""A network of natural-language inference in the shape of BERT's exports, made by hand: it knows fourteen words.

A hypothesis with "about" follows from a premise that shares a topic's word with it; any other hypothesis on the topic
follows from a premise with a word of support and contradicts one with a word of refusal.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

MEANINGS = {  # columns: nuclear energy, speed limit, support, refusal, "about"
    "nuclear": 0, "atomkraft": 0, "kernkraft": 0, "speed": 1, "motorways": 1, "tempolimit": 1,
    "must": 2, "needs": 2, "bleiben": 2, "braucht": 2, "never": 3, "ab": 3, "ablehnen": 3, "about": 4,
}  # fmt: skip
LABELS = ("CONTRADICTION", "ENTAILMENT", "NEUTRAL")


def make(folder: Path, labels: Sequence[str] = LABELS, network: str = "model.onnx") -> Path:
    """Write the model's three files into ``folder`` and return it."""
    (folder / network).parent.mkdir(parents=True, exist_ok=True)
    vocabulary = {word: place for place, word in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", *MEANINGS))}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"id2label": dict(enumerate(labels)), "max_position_embeddings": 512}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    onnx.save(_network(), str(folder / network))
    return folder


def _network() -> onnx.ModelProto:
    """Word vectors summed over premise and hypothesis; what both say decides between the three labels."""
    words = np.zeros((4 + len(MEANINGS), 5), np.float32)
    words[range(4, len(words)), list(MEANINGS.values())] = 1
    constants = {
        "words": words, "one": np.float32(1), "zero": np.float32(0), "over": np.array([1]), "last": np.array([2]),
        "topics": np.array([0, 1]), "support": np.array([2]), "refusal": np.array([3]), "about": np.array([4]),
        "weight": np.float32(6), "half": np.full((1, 1), 3, np.float32),
    }  # fmt: skip
    steps = [
        ("Gather", ["words", "input_ids"], "vectors"),
        ("Mul", ["token_type_ids", "attention_mask"], "second"),
        ("Sub", ["attention_mask", "second"], "first"),
        *(step for part in ("first", "second") for step in _sum(part)),
        ("Gather", ["first_said", "topics"], "first_topics"),
        ("Gather", ["second_said", "topics"], "second_topics"),
        ("Mul", ["first_topics", "second_topics"], "both"),
        ("ReduceMax", ["both", "over"], "same"),
        ("Gather", ["second_said", "about"], "asks_about"),
        ("Sub", ["one", "asks_about"], "asks_stance"),
        ("Gather", ["first_said", "support"], "supports"),
        ("Gather", ["first_said", "refusal"], "refuses"),
        ("Mul", ["asks_stance", "supports"], "agreed"),
        ("Max", ["asks_about", "agreed"], "likely"),
        ("Mul", ["same", "likely"], "follows"),
        ("Mul", ["asks_stance", "refuses"], "denied"),
        ("Mul", ["same", "denied"], "contradicts"),
        ("Mul", ["follows", "weight"], "entailment"),
        ("Mul", ["contradicts", "weight"], "contradiction"),
        ("Add", ["half", "zero"], "neutral"),
        ("Concat", ["contradiction", "entailment", "neutral"], "logits"),
    ]
    nodes = [helper.make_node(kind, given, [made], **_options(kind, made)) for kind, given, made in steps]
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    names = ("input_ids", "attention_mask", "token_type_ids")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in names]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])]
    graph = helper.make_graph(nodes, "nli", inputs, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def _sum(part: str) -> list[tuple[str, list[str], str]]:
    """The word vectors of one part of the pair: which of the five meanings occur in it."""
    return [
        ("Cast", [part], f"{part}_mask"),
        ("Unsqueeze", [f"{part}_mask", "last"], f"{part}_column"),
        ("Mul", ["vectors", f"{part}_column"], f"{part}_vectors"),
        ("ReduceMax", [f"{part}_vectors", "over"], f"{part}_said"),
    ]


def _options(kind: str, made: str) -> dict:
    if kind == "ReduceMax":
        return {"keepdims": 0 if made.endswith("_said") else 1}
    if kind == "Gather":
        return {"axis": 0 if made == "vectors" else 1}
    return {"Cast": {"to": TensorProto.FLOAT}, "Concat": {"axis": 1}}.get(kind, {})
