"""Rows -> utterance ids: the same words of the same speaker, wherever agencies carried them, are one utterance.

Candidates come from MinHash over word triples (library datasketch; Broder 1997); a pair counts when one text holds
most of the other's words (library rapidfuzz) and nothing says that they fell on different days. Does not join
paraphrases that share few words, nor translations.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Protocol

from datasketch import MinHash, MinHashLSH
from rapidfuzz import fuzz

CANDIDATE_JACCARD = 0.3
SAME_WORDS = 85.0
SHORTEST = 4
_WORD = re.compile(r"\w+")


class Said(Protocol):
    """What joining needs of a row."""

    statement_id: str
    speaker: str
    actor: str
    date: str
    date_basis: str
    text: str


def join_utterances(rows: Sequence[Said]) -> dict[str, str]:
    """Map each ``statement_id`` to an ``utterance_id``; rows of one statement may repeat."""
    firsts = {row.statement_id: row for row in rows}
    parent = {key: key for key in firsts}
    words = {key: _WORD.findall(row.text.casefold()) for key, row in firsts.items()}
    index = MinHashLSH(threshold=CANDIDATE_JACCARD, num_perm=64)
    for key, row in firsts.items():
        sketch = _sketch(words[key])
        for other in sorted(index.query(sketch)):
            if _same(row, firsts[other], words[key], words[other]):
                _unite(parent, key, other)
        index.insert(key, sketch)
    return {key: _identify(firsts[_root(parent, key)]) for key in firsts}


def _sketch(words: list[str]) -> MinHash:
    sketch = MinHash(num_perm=64, seed=1)
    sketch.update_batch([" ".join(words[i : i + 2]).encode() for i in range(max(len(words) - 1, 1))])
    return sketch


def _same(a: Said, b: Said, words_a: list[str], words_b: list[str]) -> bool:
    if a.actor != b.actor or _family_name(a.speaker) != _family_name(b.speaker):
        return False
    if a.date_basis == b.date_basis == "expression" and a.date != b.date:
        return False
    if min(len(words_a), len(words_b)) < SHORTEST:
        return words_a == words_b
    return fuzz.token_set_ratio(" ".join(words_a), " ".join(words_b)) >= SAME_WORDS


def _family_name(speaker: str) -> str:
    return speaker.split()[-1].casefold() if speaker else ""


def _root(parent: dict[str, str], key: str) -> str:
    while parent[key] != key:
        parent[key] = parent[parent[key]]
        key = parent[key]
    return key


def _unite(parent: dict[str, str], a: str, b: str) -> None:
    low, high = sorted((_root(parent, a), _root(parent, b)))
    parent[high] = low


def _identify(row: Said) -> str:
    return "u" + blake2b(f"{row.statement_id}".encode(), digest_size=7).hexdigest()
