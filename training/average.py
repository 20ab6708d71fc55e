"""Weights averaged over several runs of one start: ``python -m training.average OUT RUN RUN [RUN ...]``.

Networks that were fine-tuned from the same weights lie so close together that the mean of their weights is about as
good as the mean of their answers, at the price of one (model soups, Wortsman et al. 2022).
"""

import argparse
from pathlib import Path

import torch
from torch import Tensor


def average(states: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of each weight in float32; raises ``ValueError`` where the networks differ in what they hold."""
    shapes = [{name: value.shape for name, value in state.items()} for state in states]
    if any(shape != shapes[0] for shape in shapes):
        raise ValueError("the networks are not of one kind")
    return {name: torch.stack([state[name].float() for state in states]).mean(0) for name in states[0]}


def main() -> None:
    """Parse the command line and average."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("runs", type=Path, nargs="+")
    options = parser.parse_args()
    torch.save(average([torch.load(run, weights_only=True) for run in options.runs]), options.out)


if __name__ == "__main__":
    main()
