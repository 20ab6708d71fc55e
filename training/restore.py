"""The shipped weights as networks to train on: ``python -m training.restore BASE MODEL OUT``.

Writes ``OUT/network.pt`` and ``OUT/stance.pt``, so that new examples can be learned without starting from the encoder
alone. The 8-bit weights are multiplied out; what quantization lost stays lost.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from training.network import Network
from training.stance import StanceNetwork


def restore(base: Path, model: Path, out: Path) -> None:
    """Read ``model`` as ``training.export`` wrote it; raises ``ValueError`` where a file holds something else."""
    network = Network(base)
    judge = StanceNetwork(Network(base))
    out.mkdir(parents=True, exist_ok=True)
    for part, heads, encoder, name in (
        (network, "heads.npz", "encoder.onnx", "network.pt"),
        (judge, "stance.npz", "stance.onnx", "stance.pt"),
    ):
        _fill(part, model / heads)
        _fill_encoder(part.encoder, model / encoder)
        torch.save(part.state_dict(), out / name)


def _fill(network: torch.nn.Module, heads: Path) -> None:
    own = network.state_dict()
    with np.load(heads) as kept:
        for name in set(kept.files) - {"embedding_scale"}:
            own["sides.weight" if name == "sides" else name].copy_(torch.from_numpy(kept[name].astype(np.float32)))


def _fill_encoder(encoder: torch.nn.Module, path: Path) -> None:
    graph = onnx.load(str(path)).graph
    values = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    own = encoder.state_dict()
    for name in own:
        if f"encoder.{name}" in values:
            own[name].copy_(torch.from_numpy(values[f"encoder.{name}"].copy()))
    makers = {output: node for node in graph.node for output in node.output}
    products = [node for node in graph.node if node.op_type in ("MatMulInteger", "MatMul")]
    products = [node for node in products if node.input[1] in values]  # the others multiply states with each other
    dense = [name for name in own if name.endswith(".weight") and own[name].dim() == 2 and ".layer." in name]
    if len(products) != len(dense):
        raise ValueError(f"{path}: {len(products)} matrices, {len(dense)} expected")
    for name, product in zip(dense, products, strict=True):  # both in the order in which a layer uses them
        matrix = product.input[1]
        scale = values[matrix.replace("_quantized", "_scale")] if matrix.endswith("_quantized") else 1.0
        plain = (values[matrix].astype(np.float32) * scale).T * _shrink(product, makers, values)
        own[name].copy_(torch.from_numpy(plain))


def _shrink(product: onnx.NodeProto, makers: dict[str, onnx.NodeProto], values: dict[str, np.ndarray]) -> np.ndarray:
    """What ``training.export`` has multiplied the inputs of a product with."""
    step = makers[product.input[0]]
    if step.op_type == "DynamicQuantizeLinear":
        step = makers[step.input[0]]
    width = len(values[product.input[1]])
    factors = [values[name] for name in step.input if name in values and values[name].shape == (width,)]
    return factors[0] if step.op_type == "Mul" and factors else np.ones(1, np.float32)


def main() -> None:
    """Parse the command line and restore."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    restore(options.base, options.model, options.out)


if __name__ == "__main__":
    main()
