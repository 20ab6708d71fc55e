"""Trained network -> ``positions/model``: ``python -m training.export BASE NETWORK STANCE OUT``.

The encoder becomes int8 ONNX (dynamic quantization, weights by channel; the outputs of ``SPARED`` layers stay as they
are), the word embeddings int8 with one scale a row, the heads numpy arrays. Before that what goes into each layer is
smoothed: channels that reach far are divided, and their weights multiplied, by a factor of their own. Temperatures and
thresholds are chosen on the held-out passages, on the exported files themselves.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from transformers import PreTrainedModel

from positions.classifier import PREFIX
from training import stance as judging
from training import train as reading
from training.examples import Passage, read_passages
from training.network import Network
from training.stance import StanceNetwork

# Layers of multilingual-e5-small whose inner activations reach furthest from the rest: one scale for all of them leaves
# the others few steps. On three windows of the tuning articles the hidden states of version 8's first network were off
# by 19 % with all in 8 bits, 12 % with these two in full precision, 9 % with inputs smoothed, 7 % with both.
SPARED = (4, 5)
SMOOTH = 0.8  # how much of a channel's reach goes over into its weights: 15, 9 and 7 % with 0.5, 0.65 and 0.8
EVERY = 100  # one passage in so many tells how far the channels reach


class Body(torch.nn.Module):
    """The encoder from embedded words to hidden states; one window at a time, so no mask."""

    def __init__(self, encoder: torch.nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, embedded: torch.Tensor) -> torch.Tensor:
        """(1, length, width) -> the same shape."""
        return self.encoder(inputs_embeds=embedded).last_hidden_state


class Smoothed(torch.nn.Module):
    """A layer whose input channels are divided by ``factor`` and whose weights are multiplied by it: the same outputs.

    SmoothQuant (Xiao et al. 2023), with the division kept as a step of its own: in this encoder the inputs of a layer
    also pass it by, so it can't move into what stands before.
    """

    def __init__(self, layer: torch.nn.Linear, factor: torch.Tensor) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(layer.weight.detach() * factor)
        self.shrink = torch.nn.Parameter(1 / factor)
        self.bias = layer.bias

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """(..., in) -> (..., out)."""
        return torch.nn.functional.linear(inputs * self.shrink, self.weight, self.bias)


def smooth(encoder: PreTrainedModel, read: Callable[[], None]) -> None:
    """Replace the layers of ``encoder`` by smoothed ones, by how far their inputs reach while ``read`` runs."""
    with _reach(encoder) as reach, torch.no_grad():
        read()
    for name, highest in reach.items():
        layer = encoder.get_submodule(name)
        heaviest = layer.weight.detach().abs().amax(0).clamp(min=1e-3)
        factor = highest.clamp(min=1e-3) ** SMOOTH / heaviest ** (1 - SMOOTH)
        parent, _, own = name.rpartition(".")
        setattr(encoder.get_submodule(parent), own, Smoothed(layer, factor / factor.mean()))


@contextmanager
def _reach(encoder: PreTrainedModel) -> Iterator[dict[str, torch.Tensor]]:
    """The largest absolute value that each input channel of each layer has inside the ``with``."""
    layers = {name: part for name, part in encoder.named_modules() if isinstance(part, torch.nn.Linear)}
    reach = {name: torch.zeros(layer.in_features) for name, layer in layers.items()}

    def note(name: str) -> Callable[[torch.nn.Module, tuple[torch.Tensor, ...]], None]:
        def hook(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            reach[name] = torch.maximum(reach[name], inputs[0].abs().flatten(0, -2).amax(0))

        return hook

    hooks = [layer.register_forward_pre_hook(note(name)) for name, layer in layers.items()]
    try:
        yield reach
    finally:
        for one in hooks:
            one.remove()


def export(base: Path, weights: Path, stance: Path, out: Path, version: str, passages: list[Passage]) -> None:
    """Write both encoders and their heads, the embeddings, tokenizer.json and config.json to ``out``.

    ``passages`` tell how far the inputs of the layers reach.
    """
    tokenizer = reading.read_tokenizer(base)
    network = Network(base)
    network.load_state_dict(torch.load(weights, weights_only=True), strict=True)
    network.eval()
    out.mkdir(parents=True, exist_ok=True)

    def read() -> None:
        collate = reading.Collator(tokenizer, random.Random(0), False)
        for passage in passages:
            batch = collate([passage])
            network.encode(batch.ids, batch.mask, batch.sides, batch.evidence)

    smooth(network.encoder, read)
    export_encoder(network.encoder, out / "encoder.onnx")
    judge = StanceNetwork(Network(base))
    judge.load_state_dict(torch.load(stance, weights_only=True))
    judge.eval()

    def judged() -> None:
        collate = judging.Collator(tokenizer, random.Random(0), False)
        for example in judging.examples_of(passages)[::10]:
            judge(*collate([example])[:-1])

    smooth(judge.encoder, judged)
    export_encoder(judge.encoder, out / "stance.onnx")
    np.savez_compressed(out / "stance.npz", **_heads(judge))  # type: ignore[arg-type]
    words = network.encoder.embeddings.word_embeddings.weight.detach().numpy()
    scale = np.maximum(np.abs(words).max(1), 1e-8) / 127
    np.save(out / "embeddings.npy", np.round(words / scale[:, None]).astype(np.int8))
    np.savez_compressed(out / "heads.npz", embedding_scale=scale.astype(np.float32), **_heads(network))  # type: ignore[arg-type]
    (out / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    *prefix, end = Tokenizer.from_file(str(base / "tokenizer.json")).encode(PREFIX).ids
    config = {
        "version": version,
        "base": "multilingual-e5-small (MIT), vocabulary pruned to Latin and Cyrillic pieces",
        "prefix_ids": prefix,
        "end_id": end,
        "temperature": {},
        "stance_weight": 0.5,
        "topic_weight": 0.3,
        "lexicon_bonus": 0.0,
        "cut_threshold": 0.5,
        "statement_threshold": 0.5,
        "narrated_threshold": 0.7,
        "topic_threshold": 0.5,
        "confidence": {kind: {"raw": [0, 1], "right": [0, 1]} for kind in ("topical", "other")},
    }
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")


def _heads(network: torch.nn.Module) -> dict[str, np.ndarray]:
    """Everything but the encoder, in half precision."""
    kept = {name: value for name, value in network.state_dict().items() if not name.startswith("encoder")}
    return {
        name.removesuffix(".weight") if name == "sides.weight" else name: v.numpy().astype(np.float16)
        for name, v in kept.items()
    }


def export_encoder(encoder: PreTrainedModel, path: Path) -> None:
    """The encoder as int8 ONNX, but for the outputs of ``SPARED`` layers."""
    encoder.set_attn_implementation("eager")
    sample = torch.randn(1, 40, encoder.config.hidden_size)
    with tempfile.TemporaryDirectory() as folder:
        plain = str(Path(folder) / "encoder.onnx")
        length = torch.export.Dim("length", min=3, max=512)
        torch.onnx.export(
            Body(encoder).eval(),
            (sample,),
            plain,
            input_names=["embedded"],
            output_names=["hidden"],
            dynamic_shapes={"embedded": {1: length}},
            opset_version=18,
            dynamo=True,
            external_data=False,
        )
        quantize_dynamic(
            plain,
            str(path),
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul"],
            nodes_to_exclude=_spared(onnx.load(plain), encoder.config.intermediate_size),
            extra_options={"DefaultTensorType": 1},
        )
    _forget(path)


def _spared(model: onnx.ModelProto, inner: int) -> list[str]:
    """Names of the products of ``SPARED`` layers that lead back from the ``inner`` width."""
    outputs = {part.name for part in model.graph.initializer if part.dims and part.dims[0] == inner}
    names = [n.name for n in model.graph.node if n.op_type == "MatMul" and outputs & set(n.input)]
    return [names[layer] for layer in SPARED if layer < len(names)]


def _forget(path: Path) -> None:
    """Take out where on this machine each step was written."""
    model = onnx.load(str(path))
    for part in (*model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]
        part.doc_string = ""
    del model.graph.metadata_props[:]
    del model.metadata_props[:]
    onnx.save(model, str(path))


def main() -> None:
    """Parse the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("network", type=Path)
    parser.add_argument("stance", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--version", default="1")
    parser.add_argument("--examples", type=Path, default=Path(__file__).parent / "examples")
    options = parser.parse_args()
    passages = read_passages(options.examples)[::EVERY]
    export(options.base, options.network, options.stance, options.out, options.version, passages)


if __name__ == "__main__":
    main()
