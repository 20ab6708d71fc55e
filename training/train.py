"""Train the network on annotated passages: ``python -m training.train BASE OUT [--epochs N]``.

Checkpoints are written after each epoch; a run that was interrupted goes on from the last one.
"""

import argparse
import json
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from positions.classifier import PREFIX, cut_windows, spread_marks, tokenize
from positions.mentions import EVIDENCE, Mark, find_marks
from positions.records import ACTORS, TOPICS
from positions.units import Unit, split_units
from training.examples import Passage, Span, read_passages, split
from training.network import Network, Weights, freeze, ramp
from training.official import OFFICIAL, read_official

MAX_LENGTH = 384
AROUND = 8  # tokens kept free for the prefix and the end mark
BEFORE = 90  # tokens that a later piece of a long passage sees of what stands before it


@dataclass
class Batch:
    """Tensors of one batch of passages."""

    ids: torch.Tensor
    mask: torch.Tensor
    sides: torch.Tensor
    evidence: torch.Tensor
    inside: torch.Tensor
    owner: torch.Tensor
    spans: list[Span]
    pointer: torch.Tensor
    tokens: torch.Tensor
    cut_at: torch.Tensor
    cut_owner: torch.Tensor
    cut_label: torch.Tensor


class Collator:
    """Passages -> tensors; in training it hides and shows the sides of invented names at random."""

    def __init__(self, tokenizer: Tokenizer, rng: random.Random, training: bool) -> None:
        self.tokenizer, self.rng, self.training = tokenizer, rng, training
        self.known: dict[str, list[Mark] | None] = {}
        *self.prefix, self.end = tokenizer.encode(PREFIX).ids

    def __call__(self, passages: list[Passage]) -> Batch:
        coded = [tokenize(self.tokenizer, passage.text) for passage in passages]
        length = min(MAX_LENGTH, max(len(ids) for ids, _ in coded) + len(self.prefix) + 1)
        ids = torch.ones(len(passages), length, dtype=torch.long)
        mask = torch.zeros_like(ids)
        sides = torch.zeros_like(ids)
        evidence = torch.zeros(len(passages), length, len(EVIDENCE))
        tokens = torch.zeros(len(passages), length, 2)
        spans, owner, inside, pointer = [], [], [], []
        cut_at, cut_owner, cut_label = [], [], []
        for i, (passage, (words, offsets)) in enumerate(zip(passages, coded, strict=True)):
            words, offsets = words[: length - len(self.prefix) - 1], offsets[: length - len(self.prefix) - 1]
            at = slice(len(self.prefix), len(self.prefix) + len(words))
            whole = [*self.prefix, *words, self.end]
            ids[i, : len(whole)] = torch.tensor(whole)
            mask[i, : len(whole)] = 1
            side, hits = spread_marks(self.marks(passage), offsets)
            sides[i, at], evidence[i, at] = torch.from_numpy(side), torch.from_numpy(hits)
            for kind, found in enumerate((passage.cues, passage.sources)):
                for start, end in found:
                    tokens[i, at, kind][torch.from_numpy(_cover(offsets, start, end))] = 1
            for span in passage.spans:
                cover = _cover(offsets, span.start, span.end)
                if not cover.any():
                    continue
                row = np.zeros(length, bool)
                row[at] = cover
                target = np.zeros(length, np.float32)
                if span.mention:
                    target[at] = _cover(offsets, *span.mention)
                spans.append(span)
                owner.append(i)
                inside.append(row)
                pointer.append(target)
            for cut, label in passage.cuts:
                where = int(np.searchsorted(offsets[:, 0], cut))
                if 0 < where < len(offsets):
                    cut_at.append(where + len(self.prefix))
                    cut_owner.append(i)
                    cut_label.append(label)
        return Batch(
            ids,
            mask,
            sides,
            evidence,
            torch.from_numpy(np.array(inside)),
            torch.tensor(owner),
            spans,
            torch.from_numpy(np.array(pointer)),
            tokens,
            torch.tensor(cut_at, dtype=torch.long),
            torch.tensor(cut_owner, dtype=torch.long),
            torch.tensor(cut_label, dtype=torch.float32),
        )

    def marks(self, passage: Passage) -> list[Mark]:
        """What the codebook knows of the text, and the sides of some of its invented people, as if they were known."""
        known = self.known.setdefault(passage.id, None) or find_marks(passage.text, passage.language)
        self.known[passage.id] = known
        if self.training:
            dropped = {kind for kind in ACTORS + EVIDENCE if self.rng.random() < 0.07}
            known = [mark for mark in known if mark.kind not in dropped]
        for name, side in passage.names.items():
            if self.rng.random() < 0.5:
                known += [Mark(m.start(), m.end(), ACTORS[side]) for m in re.finditer(re.escape(name), passage.text)]
        return known


def cut_long(passages: list[Passage], tokenizer: Tokenizer) -> list[Passage]:
    """Passages too long for one pass, in pieces that end with a sentence and see a little of what stands before.

    What is known of the words seen before is learned from in their own piece only.
    """
    return [piece for passage in passages for piece in _pieces(passage, tokenizer)]


def _pieces(passage: Passage, tokenizer: Tokenizer) -> list[Passage]:
    offsets, room = tokenize(tokenizer, passage.text)[1], MAX_LENGTH - AROUND
    if len(offsets) <= room:
        return [passage]
    windows = cut_windows(split_units(passage.text, passage.language), offsets, room, BEFORE, 0)
    return [_piece(passage, int(offsets[one.first, 0]), one.units, number) for number, one in enumerate(windows)]


def _piece(passage: Passage, start: int, units: Sequence[Unit], number: int) -> Passage:
    """The text of a passage from ``start`` to the end of ``units``, with what is labelled in these."""
    own, end = units[0].start, units[-1].end

    def moved(span: tuple[int, int] | None) -> tuple[int, int] | None:
        return (span[0] - start, span[1] - start) if span and start <= span[0] and span[1] <= end else None

    spans = [
        replace(one, start=one.start - start, end=one.end - start, mention=moved(one.mention))
        for one in passage.spans
        if own <= one.start and one.end <= end
    ]
    cuts = [(at - start, label) for at, label in passage.cuts if own <= at < end]
    cues, sources = ([m for m in map(moved, found) if m] for found in (passage.cues, passage.sources))
    text = passage.text[start:end]
    return Passage(f"{passage.id}+{number}", passage.language, text, spans, cuts, cues, sources, passage.names)


def _cover(offsets: np.ndarray, start: int, end: int) -> np.ndarray:
    return (offsets[:, 1] > start) & (offsets[:, 0] < end)


def loss_of(network: Network, batch: Batch) -> dict[str, torch.Tensor]:
    """The losses of one batch, by head."""
    hidden = network.encode(batch.ids, batch.mask, batch.sides, batch.evidence)
    out = network.read(hidden, batch.mask, batch.inside, batch.owner)
    losses = {}
    known = [i for i, s in enumerate(batch.spans) if s.statement is not None]
    if known:
        statement = torch.tensor([float(bool(batch.spans[i].statement)) for i in known])
        losses["statement"] = F.binary_cross_entropy_with_logits(out["general"][known, 0], statement)
    rows = [i for i, s in enumerate(batch.spans) if s.mode is not None]
    if rows:
        picked = out["general"][rows]
        losses["mode"] = F.cross_entropy(picked[:, 1:5], torch.tensor([batch.spans[i].mode for i in rows]))
        actors = torch.zeros(len(rows), len(ACTORS))
        for j, i in enumerate(rows):
            actors[j, batch.spans[i].actors] = 1
        losses["actor"] = F.binary_cross_entropy_with_logits(picked[:, 5:10], actors) * 3
        losses["holder"] = F.cross_entropy(picked[:, 10:15], torch.tensor([batch.spans[i].holder for i in rows]))
    # presence: every negative span and every labelled one; spans that only say "holds statements" are left out
    labelled = [i for i, s in enumerate(batch.spans) if s.topics is not None or s.statement is False]
    presence = torch.zeros(len(labelled), len(TOPICS))
    for j, i in enumerate(labelled):
        for topic in batch.spans[i].topics or {}:
            presence[j, topic] = 1
    losses["topic"] = F.binary_cross_entropy_with_logits(out["topics"][labelled][:, :, 0], presence) * 4
    pairs = [(i, t, v) for i, s in enumerate(batch.spans) for t, v in (s.topics or {}).items()]
    if pairs:
        spans, topics, stances = map(list, zip(*pairs, strict=True))
        logits = out["topics"][spans, topics, 1:]
        losses["stance"] = 2 * F.cross_entropy(logits, torch.tensor(stances), label_smoothing=0.05)
    pointed = batch.pointer.sum(1) > 0
    if pointed.any():
        target = batch.pointer[pointed]
        logs = out["pointer"][pointed].log_softmax(-1)
        inside = (logs + (target - 1) * 1e4).logsumexp(-1)
        losses["pointer"] = -inside.mean() * 0.5
    real = batch.mask.bool()
    losses["tokens"] = F.binary_cross_entropy_with_logits(network.tokens(hidden)[real], batch.tokens[real]) * 2
    if len(batch.cut_label):
        losses["cut"] = F.binary_cross_entropy_with_logits(
            network.read_cuts(hidden, batch.cut_owner, batch.cut_at), batch.cut_label
        )
    return losses


def batches(passages: list[Passage], size: int, rng: random.Random) -> list[list[Passage]]:
    """Shuffled batches of passages of like length."""
    order = sorted(passages, key=lambda p: len(p.text) * (1 + 0.2 * rng.random()))
    chunks = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(chunks)
    return chunks


def train(passages: list[Passage], held_out: list[Passage], options: argparse.Namespace) -> None:
    """Train, evaluate on ``held_out`` from time to time, keep a checkpoint after each epoch."""
    torch.manual_seed(options.seed)
    tokenizer = read_tokenizer(options.base)
    network = Network(options.base)
    if options.start:
        network.load_state_dict(torch.load(options.start, weights_only=True))
    freeze(network, options.frozen)
    weights = Weights(network, options.rate, options.own_rate, decay=0.01)
    options.out.mkdir(parents=True, exist_ok=True)
    first, state = 0, options.out / "checkpoint.pt"
    if state.exists():
        saved = torch.load(state, weights_only=False)
        weights.load(saved["network"])
        weights.optimizer.load_state_dict(saved["optimizer"])
        first = saved["epoch"]
    for epoch in range(first, options.epochs):
        rng = random.Random(options.seed + epoch)
        collate = Collator(tokenizer, rng, True)
        network.train()
        began = time.time()
        sums: dict[str, float] = {}
        taken = [passage for passage in passages if rng.random() < share_of(passage, options)]
        chunks = batches(taken, options.batch, rng)
        for number, chunk in enumerate(chunks):
            losses = loss_of(network, collate(chunk))
            weights.step(list(losses.values()), ramp((epoch + (number + 0.5) / len(chunks)) / options.epochs))
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + value.item() * len(chunk)
        line = {k: round(v / len(taken), 3) for k, v in sums.items()}
        print(f"epoch {epoch + 1} {time.time() - began:.0f}s", json.dumps(line), flush=True)
        saved = {"network": weights.state(), "optimizer": weights.optimizer.state_dict(), "epoch": epoch + 1}
        torch.save(saved, state)
        if held_out and (epoch % 3 == 2 or epoch == options.epochs - 1):
            print("   ", json.dumps(evaluate(network, held_out, tokenizer)), flush=True)
    torch.save(weights.state(), options.out / "network.pt")


def read_tokenizer(base: Path) -> Tokenizer:
    """The tokenizer in ``base``, which neither cuts nor pads."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def share_of(passage: Passage, options: argparse.Namespace) -> float:
    """How likely an epoch takes the passage: all of the batches named in ``--new``, ``--share`` of the others."""
    batch = OFFICIAL if passage.id.startswith(f"{OFFICIAL}-") else passage.id.rpartition("-")[0]
    return 1.0 if batch in options.new else options.share


@torch.no_grad()
def evaluate(network: Network, passages: list[Passage], tokenizer: Tokenizer) -> dict[str, float]:
    """Figures on annotated spans: each head by itself, and topic, actor and sign together."""
    network.eval()
    collate = Collator(tokenizer, random.Random(0), False)
    counts: dict[str, list[int]] = {k: [0, 0, 0] for k in ("statement", "topic", "triple", "cut")}
    right: dict[str, list[int]] = {k: [0, 0] for k in ("mode", "actor", "holder", "stance", "opposite", "pointer")}
    for start in range(0, len(passages), 16):
        batch = collate(passages[start : start + 16])
        hidden = network.encode(batch.ids, batch.mask, batch.sides, batch.evidence)
        out = network.read(hidden, batch.mask, batch.inside, batch.owner)
        for i, span in enumerate(batch.spans):
            general, topics = out["general"][i], out["topics"][i]
            said = bool(general[0] > 0)
            _count(counts["statement"], {1} if said else set(), {1} if span.statement else set())
            if span.topics is None and span.statement:
                continue
            found = {t for t in range(len(TOPICS)) if said and topics[t, 0] > 0}
            gold = set(span.topics or {})
            _count(counts["topic"], found, gold)
            holder = int(general[10:15].argmax())
            _count(
                counts["triple"],
                {(t, holder, int(topics[t, 1:].argmax())) for t in found},
                {(t, span.holder, v) for t, v in (span.topics or {}).items()},
            )
            if span.mode is None:
                continue
            _tally(right["mode"], int(general[1:5].argmax()) == span.mode)
            _tally(right["actor"], int(general[5:10].argmax()) in span.actors)
            _tally(right["holder"], holder == span.holder)
            for t, v in (span.topics or {}).items():
                guess = int(topics[t, 1:].argmax())
                _tally(right["stance"], guess == v)
                _tally(right["opposite"], {guess, v} == {0, 1})
            if batch.pointer[i].sum() > 0:
                _tally(right["pointer"], bool(batch.pointer[i, out["pointer"][i].argmax()] > 0))
        if len(batch.cut_label):
            logits = network.read_cuts(hidden, batch.cut_owner, batch.cut_at)
            for logit, label in zip(logits, batch.cut_label, strict=True):
                _count(counts["cut"], {1} if logit > 0 else set(), {1} if label else set())
    figures = {f"{k}_f1": round(2 * tp / max(2 * tp + fp + fn, 1), 3) for k, (tp, fp, fn) in counts.items()}
    return figures | {k: round(hit / max(n, 1), 3) for k, (hit, n) in right.items()}


def _count(counter: list[int], found: set, gold: set) -> None:
    counter[0] += len(found & gold)
    counter[1] += len(found - gold)
    counter[2] += len(gold - found)


def _tally(counter: list[int], hit: bool) -> None:
    counter[0] += hit
    counter[1] += 1


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--examples", type=Path, default=Path(__file__).parent / "examples")
    parser.add_argument("--official", type=Path, help="the documents that official/labels.jsonl speaks of")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--own-rate", type=float, default=7.5e-4, help="for the heads")
    parser.add_argument("--start", type=Path, help="weights to go on from, such as training.restore writes")
    parser.add_argument("--share", type=float, default=1.0, help="of the passages that an epoch draws")
    parser.add_argument("--new", nargs="*", default=[], help="batches that each epoch takes whole; official is one")
    parser.add_argument("--frozen", type=int, default=0, help="lowest layers of the encoder that stay as they are")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hold-out", type=int, default=6, help="percent of the passages")
    options = parser.parse_args()
    passages, held_out = split(read_passages(options.examples), options.hold_out)
    passages += read_official(options.official, "train") if options.official else []
    print(len(passages), "passages to learn from,", len(held_out), "held out", flush=True)
    tokenizer = read_tokenizer(options.base)
    train(cut_long(passages, tokenizer), cut_long(held_out, tokenizer), options)


if __name__ == "__main__":
    main()
