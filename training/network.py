"""The network: one pass of the encoder over a passage, small heads that read each span of it.

Spans are read by attention pooling with one query for each topic and one for everything else (label-wise attention,
Mullenbach et al. 2018), so that the words about sanctions and the words about troops in one sentence keep apart.
Each token also carries what the codebook knows of it, as learned embeddings added to the word's: the side of a name,
the topics and polarities whose lexicon it is in.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel

from positions.mentions import EVIDENCE
from positions.records import ACTORS, MODES, TOPICS


def half_precision() -> torch.autocast:
    """A context in bfloat16 where the processor multiplies matrices in it (AMX); elsewhere float32 is faster."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu._is_amx_tile_supported())


HEADS = 1 + len(TOPICS)
GENERAL_OUT = 1 + len(MODES) + 2 * len(ACTORS)


class Network(nn.Module):
    """Encoder, side embedding, token heads (cue, source), cut head, span heads, pointer to the speaker's mention."""

    def __init__(self, base: Path, hidden: int = 256, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            base, add_pooling_layer=False, attn_implementation="sdpa", attention_probs_dropout_prob=0.0
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
        return self.encoder(inputs_embeds=embedded, attention_mask=mask).last_hidden_state

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
