"""Train the second network, which judges a statement beside a topic: ``python -m training.stance BASE NETWORK OUT``.

It reads (proposition, holder, what stands before, statement) in one pass, starts from the encoder of the first network,
and says: for, against, neutral, or not about it. One head serves all topics: how words compose to a sign ("lehnt einen
Verzicht ab") is the same for each of them. What is not about a topic is learned from the statements around those that
are.
"""

import argparse
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from positions.classifier import STANCE_LENGTH, spread_marks, stance_words, tokenize
from positions.evaluation import macro_f1
from positions.mentions import EVIDENCE, Mark, find_marks
from positions.records import ACTORS, STANCES, TOPICS
from training.composition import compose
from training.examples import Passage, read_passages, split
from training.network import Network, Weights, encode, freeze, ramp
from training.official import read_official
from training.train import read_tokenizer, share_of

ABSENT = len(STANCES)  # the class of statements that are not about the topic
NEAR, FAR = 0.3, 0.05  # how likely an epoch takes such a statement: with a word or neighbour on the topic, and without


class StanceNetwork(nn.Module):
    """Encoder with side and evidence embeddings, mean of the statement's states and of all states, one head."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.encoder, self.sides, self.evidence = network.encoder, network.sides, network.evidence
        width = self.encoder.config.hidden_size
        self.head = nn.Sequential(nn.Linear(2 * width, 128), nn.GELU(), nn.Dropout(0.2), nn.Linear(128, ABSENT + 1))
        self.dropout = nn.Dropout(0.2)

    def forward(self, ids: Tensor, mask: Tensor, sides: Tensor, evidence: Tensor, inside: Tensor) -> Tensor:
        """(batch, length) inputs -> (batch, stances + 1) logits; ``inside`` marks the statement's tokens."""
        embedded = self.encoder.embeddings.word_embeddings(ids) + self.sides(sides) + evidence @ self.evidence
        hidden = encode(self.encoder, embedded, mask)
        weight, own = mask[..., None].float(), inside[..., None].float()
        both = torch.cat([(hidden * own).sum(1) / own.sum(1), (hidden * weight).sum(1) / weight.sum(1)], -1)
        return self.head(self.dropout(both))


@dataclass(frozen=True)
class Example:
    """One statement beside one topic; an epoch takes it with the probability ``share``."""

    passage: Passage
    start: int
    end: int
    holder: int
    topic: int
    stance: int
    share: float = 1.0


def examples_of(passages: list[Passage]) -> list[Example]:
    """Every statement of the passages beside every topic."""
    return [example for passage in passages for example in _of_passage(passage)]


def _of_passage(passage: Passage) -> list[Example]:
    near = {topic for span in passage.spans for topic in span.topics or {}}
    return [
        Example(
            passage,
            span.start,
            span.end,
            span.holder,
            topic,
            span.topics.get(topic, ABSENT),
            1.0 if topic in span.topics else NEAR if topic in near else FAR,
        )
        for span in passage.spans
        if span.holder is not None and span.topics is not None
        for topic in range(len(TOPICS))
    ]


class Collator:
    """Examples -> tensors."""

    def __init__(self, tokenizer: Tokenizer, rng: random.Random, training: bool) -> None:
        self.tokenizer, self.rng, self.training = tokenizer, rng, training
        self.coded: dict[str, tuple] = {}

    def __call__(self, examples: list[Example]) -> tuple[Tensor, ...]:
        rows = [self.row(example) for example in examples]
        length = max(len(row[0]) for row in rows)
        ids = torch.ones(len(rows), length, dtype=torch.long)
        mask, sides = torch.zeros_like(ids), torch.zeros_like(ids)
        evidence, inside = torch.zeros(len(rows), length, len(EVIDENCE)), torch.zeros(len(rows), length)
        for i, (words, side, found, own) in enumerate(rows):
            n = len(words)
            ids[i, :n], mask[i, :n], sides[i, :n] = torch.from_numpy(words), 1, torch.from_numpy(side)
            evidence[i, :n], inside[i, :n] = torch.from_numpy(found), torch.from_numpy(own)
        return ids, mask, sides, evidence, inside, torch.tensor([example.stance for example in examples])

    def row(self, example: Example) -> tuple[np.ndarray, ...]:
        words, offsets, side, found = self.coded_passage(example.passage)
        holder = ACTORS[example.holder] if not (self.training and self.rng.random() < 0.15) else "other"
        head = np.array(self.tokenizer.encode(stance_words(TOPICS[example.topic], holder)).ids[:-1])
        own = np.flatnonzero((offsets[:, 1] > example.start) & (offsets[:, 0] < example.end))
        first = max(own[0] - max(STANCE_LENGTH - len(head) - len(own) - 2, 0), 0)
        if self.training and self.rng.random() < 0.1:
            first = own[0]
        before, inner = np.arange(first, own[0]), own[:STANCE_LENGTH]
        end = self.tokenizer.token_to_id("</s>")
        ids = np.concatenate([head, words[before], [end], words[inner], [end]]).astype(np.int64)
        pad, one = np.zeros(len(head), np.int64), np.zeros(1, np.int64)
        keep = not (self.training and self.rng.random() < 0.1)
        sides = np.concatenate([pad, side[before] * keep, one, side[inner] * keep, one])
        none = np.zeros((1, len(EVIDENCE)), np.float32)
        evidence = np.concatenate(
            [np.repeat(none, len(head), 0), found[before] * keep, none, found[inner] * keep, none]
        )
        inside = np.zeros(len(ids), np.float32)
        inside[len(head) + len(before) + 1 : -1] = 1
        return ids, sides, evidence, inside

    def coded_passage(self, passage: Passage) -> tuple:
        if passage.id not in self.coded:
            words, offsets = tokenize(self.tokenizer, passage.text)
            marks = find_marks(passage.text, passage.language)
            marks += [Mark(m, m + len(n), ACTORS[s]) for n, s in passage.names.items() for m in _finds(passage.text, n)]
            self.coded[passage.id] = (words, offsets, *spread_marks(marks, offsets))
        return self.coded[passage.id]


def _finds(text: str, name: str) -> list[int]:
    found, at = [], text.find(name)
    while at >= 0:
        found.append(at)
        at = text.find(name, at + 1)
    return found


def train(
    network: StanceNetwork,
    examples: list[Example],
    held_out: list[Example],
    tokenizer: Tokenizer,
    options: argparse.Namespace,
) -> None:
    """Train; figures on ``held_out`` after each epoch."""
    torch.manual_seed(options.seed)
    freeze(network, options.frozen)
    weights = Weights(network, options.rate, options.rate, decay=0.02)
    for epoch in range(options.epochs):
        rng = random.Random(options.seed + epoch)
        collate = Collator(tokenizer, rng, True)
        network.train()
        began, total = time.time(), 0.0
        taken = [one for one in examples if rng.random() < _share(one, options)]
        chunks = batches(taken, options.batch, rng)
        for number, chunk in enumerate(chunks):
            *inputs, stance = collate(chunk)
            loss = F.cross_entropy(network(*inputs), stance, label_smoothing=0.1)
            weights.step([loss], ramp((epoch + (number + 0.5) / len(chunks)) / options.epochs))
            total += loss.item() * len(chunk)
        torch.save(weights.state(), options.out)
        print(
            f"epoch {epoch + 1} {time.time() - began:.0f}s {len(taken)} pairs, loss {total / len(taken):.3f}",
            evaluate(network, held_out, tokenizer),
            flush=True,
        )


def _share(example: Example, options: argparse.Namespace) -> float:
    """How likely an epoch takes the example."""
    absent = options.absent if example.stance == ABSENT else 1.0
    return example.share * absent * share_of(example.passage, options)


def batches(examples: list[Example], size: int, rng: random.Random) -> list[list[Example]]:
    """Shuffled batches of examples of like length."""
    order = sorted(examples, key=lambda e: len(e.passage.text[: e.start][-260:]) + e.end - e.start + 120 * rng.random())
    chunks = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(chunks)
    return chunks


@torch.no_grad()
def evaluate(network: StanceNetwork, examples: list[Example], tokenizer: Tokenizer) -> dict[str, float]:
    """Of statements on a topic: accuracy, macro-F1, share of opposite signs; and the F1 of being on it."""
    network.eval()
    collate, pairs, found = Collator(tokenizer, random.Random(0), False), [], []
    for start in range(0, len(examples), 32):
        *inputs, stance = collate(examples[start : start + 32])
        logits = network(*inputs)
        found += list(zip((stance != ABSENT).tolist(), (logits.argmax(-1) != ABSENT).tolist(), strict=True))
        guesses = logits[:, :ABSENT].argmax(-1)
        both = zip(stance.tolist(), guesses.tolist(), strict=True)
        pairs += [(STANCES[right], STANCES[guess]) for right, guess in both if right < ABSENT]
    right = sum(a == b for a, b in pairs) / max(len(pairs), 1)
    opposite = sum({a, b} == {"favor", "against"} for a, b in pairs) / max(len(pairs), 1)
    hits = 2 * sum(a and b for a, b in found) / max(sum(a + b for a, b in found), 1)
    figures = {"accuracy": right, "macro_f1": macro_f1(pairs), "opposite": opposite, "topic_f1": hits}
    return {name: round(value, 3) for name, value in figures.items()}


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("network", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--examples", type=Path, default=Path(__file__).parent / "examples")
    parser.add_argument("--official", type=Path, help="the documents that official/labels.jsonl speaks of")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--start", type=Path, help="weights to go on from, such as training.restore writes")
    parser.add_argument("--share", type=float, default=1.0, help="of the examples that an epoch draws")
    parser.add_argument("--new", nargs="*", default=[], help="batches that each epoch takes whole; official is one")
    parser.add_argument("--composed", type=int, default=1000, help="made passages among them; see training.composition")
    parser.add_argument("--absent", type=float, default=1.0, help="of the statements not about a topic, likewise")
    parser.add_argument("--frozen", type=int, default=0, help="lowest layers of the encoder that stay as they are")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hold-out", type=int, default=6)
    options = parser.parse_args()
    learned, held_out = (examples_of(part) for part in split(read_passages(options.examples), options.hold_out))
    learned += examples_of(read_official(options.official, "train")) if options.official else []
    learned += examples_of(compose(options.composed, options.seed))
    first = Network(options.base)
    first.load_state_dict(torch.load(options.network, weights_only=True))
    network = StanceNetwork(first)
    if options.start:
        network.load_state_dict(torch.load(options.start, weights_only=True))
    drawn = random.Random(options.seed)  # measured on what is not about a topic in the shares that an epoch takes
    held_out = [one for one in held_out if drawn.random() < one.share]
    print(len(learned), "pairs to learn from,", len(held_out), "held out", flush=True)
    train(network, learned, held_out, read_tokenizer(options.base), options)


if __name__ == "__main__":
    main()
