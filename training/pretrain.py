"""Warm the encoder up on stance between two texts: ``python -m training.pretrain BASE DATA OUT``.

Three public sets that the weights' licence admits: perspectrum (does a perspective support a claim), IBM ArgKP-2021 (does
an argument support a topic), RTE-3 in German and English (does a text entail a sentence). The head is thrown away.
"""

import argparse
import csv
import json
import math
import random
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModel

MAX_LENGTH = 128
SETS = ("stance", "entailment")
Pair = tuple[str, str, int, int]  # text, claim, label (1: supports), which set


def read_pairs(data: Path) -> list[Pair]:
    """All pairs of the three sets."""
    pairs: list[Pair] = []
    for line in (data / "perspectrum" / "claim_perspective_pairs.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["label3"] in ("SUPPORT", "UNDERMINE"):
            pairs.append((row["perspective"], row["claim"], int(row["label3"] == "SUPPORT"), 0))
    for part in ("train", "dev"):
        with (data / "ibm_argkp2021" / f"arguments_{part}.csv").open(encoding="utf-8", newline="") as file:
            pairs += [(row["argument"], row["topic"], int(int(row["stance"]) > 0), 0) for row in csv.DictReader(file)]
    for name in ("RTE3-DE-dev-set.xml", "RTE3-DE-test-set-GS.xml", "RTE3_pairs_dev-set-final.xml"):
        for pair in ET.parse(data / "rte3_de_en" / name).getroot().iter("pair"):
            pairs.append((pair.findtext("t", ""), pair.findtext("h", ""), int(pair.get("entailment") == "YES"), 1))
    return pairs


class PairNetwork(nn.Module):
    """Encoder, mean of the text's states, one logit for each kind of set."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(base, add_pooling_layer=False, attn_implementation="sdpa")
        self.head = nn.Linear(self.encoder.config.hidden_size, len(SETS))
        for parameter in self.encoder.embeddings.word_embeddings.parameters():
            parameter.requires_grad = False

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(batch, length) -> (batch, sets) logits."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return self.head((hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True))


def collate(tokenizer: Tokenizer, pairs: list[Pair]) -> tuple[torch.Tensor, torch.Tensor]:
    """"query: claim. text" as ids and mask."""
    coded = [tokenizer.encode(f"query: {claim}", text).ids[:MAX_LENGTH] for text, claim, _, _ in pairs]
    length = max(map(len, coded))
    ids = torch.tensor([row + [1] * (length - len(row)) for row in coded])
    return ids, (ids != 1).long()


def accuracy(network: PairNetwork, tokenizer: Tokenizer, pairs: list[Pair]) -> dict[str, float]:
    """Share right, by kind of set."""
    network.eval()
    hits: dict[str, list[int]] = {name: [] for name in SETS}
    with torch.no_grad():
        for start in range(0, len(pairs), 32):
            chunk = pairs[start : start + 32]
            logits = network(*collate(tokenizer, chunk))
            for row, (_, _, label, kind) in zip(logits, chunk, strict=True):
                hits[SETS[kind]].append(int((row[kind] > 0) == bool(label)))
    network.train()
    return {name: round(sum(found) / max(len(found), 1), 3) for name, found in hits.items()}


def pretrain(base: Path, data: Path, out: Path, epochs: int, rate: float, size: int, seed: int) -> None:
    """Train and save the encoder to ``out`` in the format of ``base``."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    pairs = read_pairs(data)
    rng.shuffle(pairs)
    held_out, pairs = pairs[:600], pairs[600:]
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    network = PairNetwork(base)
    optimizer = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=rate, weight_decay=0.01, fused=True)
    steps, step = epochs * math.ceil(len(pairs) / size), 0
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min((s + 1) / (0.06 * steps), (steps - s) / (0.94 * steps)))
    for epoch in range(epochs):
        began, total = time.time(), 0.0
        chunks = sorted((pairs[i : i + size * 20] for i in range(0, len(pairs), size * 20)), key=lambda _: rng.random())
        for big in chunks:
            big = sorted(big, key=lambda pair: len(pair[0]) + len(pair[1]))
            for chunk in sorted((big[i : i + size] for i in range(0, len(big), size)), key=lambda _: rng.random()):
                ids, mask = collate(tokenizer, chunk)
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    logits = network(ids, mask)
                picked = logits.float()[torch.arange(len(chunk)), torch.tensor([kind for *_, kind in chunk])]
                loss = F.binary_cross_entropy_with_logits(picked, torch.tensor([float(label) for _, _, label, _ in chunk]))
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                step, total = step + 1, total + loss.item() * len(chunk)
                if step % 100 == 0:
                    print(f"step {step}/{steps} {time.time() - began:.0f}s loss {loss.item():.3f}", flush=True)
        print(f"epoch {epoch + 1} {time.time() - began:.0f}s loss {total / len(pairs):.3f}", accuracy(network, tokenizer, held_out), flush=True)
        rng.shuffle(pairs)
    out.mkdir(parents=True, exist_ok=True)
    network.encoder.save_pretrained(out)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (out / name).write_bytes((base / name).read_bytes())


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    pretrain(options.base, options.data, options.out, options.epochs, options.rate, options.batch, options.seed)


if __name__ == "__main__":
    main()
