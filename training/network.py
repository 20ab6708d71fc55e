"""The network: one pass of the encoder over a passage, small heads that read each span of it.

Spans are read by attention pooling with one query for each topic and one for everything else (label-wise attention,
Mullenbach et al. 2018), so that the words about sanctions and the words about troops in one sentence keep apart.
Each token also carries what the codebook knows of it, as learned embeddings added to the word's: the side of a name,
the topics and polarities whose lexicon it is in.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel

from positions.mentions import EVIDENCE
from positions.records import ACTORS, MODES, TOPICS


class Weights:
    """The weights of a network that is trained: float32 here, bfloat16 in the encoder while it computes.

    Only where the processor multiplies matrices in bfloat16 (AMX, AVX512-BF16: four times as fast); elsewhere nothing
    is copied. Layers that are not trained compute likewise.
    """

    def __init__(self, network: "nn.Module", rate: float, own_rate: float, decay: float) -> None:
        self.network, self.encoder = network, network.encoder
        inner = [p for p in self.encoder.parameters() if p.requires_grad]
        own = [p for n, p in network.named_parameters() if not n.startswith("encoder.") and p.requires_grad]
        fast = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
        words = self.encoder.embeddings.word_embeddings.weight  # added to other embeddings before the encoder
        halved = [p for p in self.encoder.parameters() if p is not words] if fast else []
        self.full = {p: p.detach().clone().requires_grad_(p.requires_grad) for p in halved}
        self.optimizer = torch.optim.AdamW(
            [{"params": [self.full.get(p, p) for p in inner], "lr": rate}, {"params": own, "lr": own_rate}],
            weight_decay=decay,
            fused=True,
        )
        self.rates = [rate, own_rate]
        for half in halved:
            half.data = half.data.to(torch.bfloat16)

    def step(self, losses: list[Tensor], share: float) -> None:
        """One step downhill at ``share`` of the full rates."""
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * share
        self.network.zero_grad()
        torch.stack(losses).sum().backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for half, full in self.full.items():
            full.grad = None if half.grad is None else half.grad.float()
        self.optimizer.step()
        with torch.no_grad():
            for half, full in self.full.items():
                if full.requires_grad:
                    half.copy_(full)

    def state(self) -> dict[str, Tensor]:
        """The network's weights in float32."""
        kept = {name: value.float() for name, value in self.network.state_dict().items()}
        names = {p: name for name, p in self.network.named_parameters()}
        return kept | {names[half]: full.detach().clone() for half, full in self.full.items()}

    def load(self, state: dict[str, Tensor]) -> None:
        """Take over weights in float32."""
        self.network.load_state_dict(state)
        names = {p: name for name, p in self.network.named_parameters()}
        with torch.no_grad():
            for half, full in self.full.items():
                full.copy_(state[names[half]])


def freeze(network: Any, layers: int) -> None:
    """Keep the lowest ``layers`` of the encoder, and what goes into them, as they are."""
    if layers:
        lowest = [network.sides, network.encoder.embeddings, *network.encoder.encoder.layer[:layers]]
        for parameter in [network.evidence, *(one for part in lowest for one in part.parameters())]:
            parameter.requires_grad = False


def ramp(done: float, warm: float = 0.08) -> float:
    """The share of the full rate after ``done`` of the training: up for the first ``warm`` of it, then down to 0."""
    return min(done / warm, (1 - done) / (1 - warm))


def encode(encoder: nn.Module, embedded: Tensor, mask: Tensor) -> Tensor:
    """(batch, length, width) embedded words -> the same shape of hidden states, in float32."""
    kind = encoder.embeddings.LayerNorm.weight.dtype
    return encoder(inputs_embeds=embedded.to(kind), attention_mask=mask).last_hidden_state.float()


HEADS = 1 + len(TOPICS)
GENERAL_OUT = 1 + len(MODES) + 2 * len(ACTORS)


class Network(nn.Module):
    """Encoder, side embedding, token heads (cue, source), cut head, span heads, pointer to the speaker's mention."""

    def __init__(self, base: Path, hidden: int = 256, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            base, add_pooling_layer=False, attn_implementation="eager", attention_probs_dropout_prob=0.0
        )
        width = self.encoder.config.hidden_size
        self.sides = nn.Embedding(len(ACTORS) + 1, width)
        nn.init.zeros_(self.sides.weight)
        self.evidence = nn.Parameter(torch.zeros(len(EVIDENCE), width))
        self.tokens = nn.Linear(width, 2)
        self.cut = nn.Sequential(nn.Linear(2 * width, 64), nn.GELU(), nn.Linear(64, 1))
        self.queries = nn.Parameter(torch.randn(HEADS, width) * 0.02)
        self.general = nn.Sequential(
            nn.Linear(2 * width, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, GENERAL_OUT)
        )
        self.topic = nn.ModuleList(
            nn.Sequential(nn.Linear(2 * width, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, 4))
            for _ in TOPICS
        )
        self.pointer = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)
        for parameter in self.encoder.embeddings.word_embeddings.parameters():
            parameter.requires_grad = False

    def encode(self, ids: Tensor, mask: Tensor, sides: Tensor, evidence: Tensor) -> Tensor:
        """(batch, length) ids, mask, side marks and (batch, length, evidence) marks -> (batch, length, width) hidden
        states."""
        embedded = self.encoder.embeddings.word_embeddings(ids) + self.sides(sides) + evidence @ self.evidence
        return encode(self.encoder, embedded, mask)

    def read(self, hidden: Tensor, mask: Tensor, inside: Tensor, owner: Tensor) -> dict[str, Tensor]:
        """Read spans: ``inside`` (spans, length) marks their tokens, ``owner`` (ascending) their passage."""
        # spans stand in a padded (batch, spans) grid, so that no passage's states are copied for each of its spans
        place = torch.cat([torch.arange(int(n)) for n in torch.bincount(owner, minlength=len(hidden))])
        grid = (owner, place)
        covers = hidden.new_zeros(len(hidden), int(place.max()) + 1, hidden.shape[1], dtype=torch.bool)
        covers[grid] = inside
        scores = (hidden @ self.queries.T).transpose(1, 2)
        weights = scores[:, None].masked_fill(~covers[:, :, None], -1e4).softmax(-1)
        pooled = (weights.flatten(1, 2) @ hidden).unflatten(1, weights.shape[1:3])[grid]
        mean = (covers.float() @ hidden)[grid] / inside.sum(1, keepdim=True).clamp(min=1)
        general = self.dropout(torch.cat([pooled[:, 0], mean], -1))
        topics = [head(self.dropout(torch.cat([pooled[:, 1 + i], mean], -1))) for i, head in enumerate(self.topic)]
        asked = hidden.new_zeros(*covers.shape[:2], hidden.shape[-1])
        asked[grid] = self.pointer(general)
        pointer = (asked @ hidden.transpose(1, 2))[grid] / hidden.shape[-1] ** 0.5
        return {
            "general": self.general(general),
            "topics": torch.stack(topics, 1),
            "pointer": pointer.masked_fill(~mask[owner].bool(), -1e4),
        }

    def read_cuts(self, hidden: Tensor, owner: Tensor, at: Tensor) -> Tensor:
        """Logits that a statement begins or ends before token ``at`` of passage ``owner``."""
        return self.cut(torch.cat([hidden[owner, at - 1], hidden[owner, at]], -1))[:, 0]
