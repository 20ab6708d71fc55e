"""Text and its units -> readings: what the shipped network finds in each sentence or clause.

One encoder pass reads a window of the article; small heads then read every unit in it: is it a statement, how is it
reported, which side speaks, whose position is it, which topics, which stance, and where the speaker is named. A second
encoder reads each topical statement once more, beside the proposition, and has a say in the stance. The encoders run in
ONNX Runtime (int8), the heads in numpy. Only this module knows transformers; ``entailment``, too, knows ONNX Runtime.

Windows run one at a time: dynamic int8 quantization scales by the largest value in a batch, so that neighbours in a
batch would change each other's figures; alone, the same text always gives the same bytes.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Semaphore
from typing import TYPE_CHECKING

import numpy as np

from positions import codebook
from positions.codebook.entries import Codebook
from positions.mentions import EVIDENCE, Mark
from positions.records import ACTORS, TOPICS, TopicStance, Unusable
from positions.units import Unit

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL = Path(__file__).parent / "model"
FILES = (
    *("config.json", "tokenizer.json", "embeddings.npy", "heads.npz", "stance.npz", "encoder.onnx", "stance.onnx"),
)
PREFIX = "query: "
WINDOW, LEFT, RIGHT = 320, 110, 50  # tokens: of a window, and of the context before and after what is read in it
STANCE_LENGTH = 96  # tokens that the stance network sees
JUDGED = 0.1  # what may be a topical statement is judged by the second network, too
_ONE_AT_A_TIME = Semaphore(1)

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network says of ``text[start:end]``; all figures are calibrated probabilities in [0, 1].

    ``actors`` are probabilities for each of ``ACTORS`` on their own (joint statements have several), ``holders`` sum
    to one. ``pointer`` holds (start, end, mass) of the tokens taken for the speaker's mention, ``sources`` the spans
    taken for mentions of any speaker, ``cue`` the span of the reporting words.
    """

    start: int
    end: int
    statement: float
    modes: tuple[float, ...]
    actors: tuple[float, ...]
    holders: tuple[float, ...]
    topics: tuple[TopicStance, ...]
    pointer: tuple[tuple[int, int, float], ...]
    sources: tuple[tuple[int, int], ...]
    cue: tuple[int, int] | None


class _Encoder:
    """One exported encoder with its own embeddings of sides and evidence; the word embeddings are shared."""

    def __init__(self, path: Path, words: Array, scale: Array, heads: Mapping[str, Array], threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._words, self._scale = words, scale
        self._sides, self._evidence = heads["sides"], heads["evidence"]

    def encode(self, ids: Array, side: Array, evidence: Array) -> Array:
        """Token ids (n,), side marks (n,) and evidence (n, kinds) -> hidden states (n, width)."""
        embedded = self._words[ids].astype(np.float32) * self._scale[ids, None]
        embedded += self._sides[side] + evidence @ self._evidence
        with _ONE_AT_A_TIME:
            (hidden,) = self._session.run(None, {"embedded": embedded[None]})
        return hidden[0]


class Classifier:
    """The shipped networks in ``folder``: one reads windows of an article, one judges the stance of single statements.

    Safe to share between threads.
    """

    calibrated = True  # ``confidence`` was measured

    def __init__(self, folder: Path = MODEL) -> None:
        os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
        from transformers import PreTrainedTokenizerFast

        # models before version 6 have no threshold of their own for what is narrated
        self.config = {"narrated_threshold": 0.0} | json.loads((folder / "config.json").read_text("utf-8"))
        self._tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
        words, threads = np.load(folder / "embeddings.npy", mmap_mode="r"), count_threads()
        self._heads, judge = _load_heads(folder / "heads.npz"), _load_heads(folder / "stance.npz")
        scale = self._heads["embedding_scale"]
        self._reader = _Encoder(folder / "encoder.onnx", words, scale, self._heads, threads)
        self._judge = _Encoder(folder / "stance.onnx", words, scale, judge, threads)
        names = ("cut", "general", *(f"topic.{i}" for i in range(len(TOPICS))))
        self._layers = {name: _layers(self._heads, name) for name in names} | {"stance": _layers(judge, "head")}

    def read(self, text: str, units: Sequence[Unit], marks: Sequence[Mark], stances: bool = True) -> list[Reading]:
        """Read every unit of ``text``, cut into clauses where the network finds that one ends.

        Without ``stances`` the second network is not asked.
        """
        ids, offsets = tokenize(self._tokenizer.backend_tokenizer, text)
        side, evidence = spread_marks(marks, offsets)
        readings: list[Reading] = []
        for window in cut_windows(units, offsets):
            span = slice(window.first, window.last)
            hidden = self._read_tokens(ids[span], side[span], evidence[span])
            readings += self._read_window(window.units, hidden, offsets[span], evidence[span])
        if not stances:
            return readings
        return [self._judge_stances(reading, ids, offsets, side, evidence) for reading in readings]

    def confidence(self, raw: float, topical: bool) -> float:
        """The calibrated probability that a row is right, from the product of its parts."""
        curve = self.config["confidence"]["topical" if topical else "other"]
        return float(np.interp(raw, curve["raw"], curve["right"]))

    def embed(self, text: str) -> Array:
        """The meaning of a short text as one vector (width,), the mean of the first network's hidden states."""
        ids, offsets = tokenize(self._tokenizer.backend_tokenizer, text)
        return np.asarray(self._read_tokens(ids, *spread_marks((), offsets)).mean(axis=0))

    def _read_tokens(self, ids: Array, side: Array, evidence: Array) -> Array:
        """Hidden states (tokens, width) of one window, without the prefix and the end mark."""
        prefix, end = self.config["prefix_ids"], [self.config["end_id"]]
        around = ((len(prefix), 1), (0, 0))
        whole = np.concatenate([prefix, ids, end]).astype(np.int64)
        hidden = self._reader.encode(whole, np.pad(side, around[0]), np.pad(evidence, around))
        return hidden[len(prefix) : -1]

    def _judge_stances(self, reading: Reading, ids: Array, offsets: Array, side: Array, evidence: Array) -> Reading:
        """The reading with the second network's word on each topic that may be there."""
        own = np.flatnonzero((offsets[:, 1] > reading.start) & (offsets[:, 0] < reading.end))
        holder = ACTORS[int(np.argmax(reading.holders))]
        topics = tuple(
            self._blend(topic, self._judged(topic.topic, holder, own, ids, side, evidence))
            if topic.presence > JUDGED and reading.statement > JUDGED
            else topic
            for topic in reading.topics
        )
        return replace(reading, topics=topics)

    def _judged(self, topic: str, holder: str, own: Array, ids: Array, side: Array, evidence: Array) -> Array:
        """Log-odds of favor, against, neutral and not about it for the statement in tokens ``own``, read with what
        stands before it."""
        return self._judge_tokens(stance_words(topic, holder), own, ids, side, evidence)

    def judge_words(self, question: str, text: str) -> Array:
        """Chances of favor, against and neutral of a lone ``text`` towards whatever ``question`` asks."""
        ids, offsets = tokenize(self._tokenizer.backend_tokenizer, text)
        side, evidence = spread_marks((), offsets)
        return _softmax(self._judge_tokens(question, np.arange(len(ids)), ids, side, evidence)[:-1])

    def _judge_tokens(self, question: str, own: Array, ids: Array, side: Array, evidence: Array) -> Array:
        head = self._tokenizer.backend_tokenizer.encode(question).ids[:-1]
        inner = own[:STANCE_LENGTH]
        before = np.arange(max(own[0] - max(STANCE_LENGTH - len(head) - len(own) - 2, 0), 0), own[0])
        blank, end = [-1] * len(head), [self.config["end_id"]]
        place = np.concatenate([blank, before, [-1], inner, [-1]]).astype(np.int64)
        marked = place >= 0
        words = np.concatenate([head, ids[before], end, ids[inner], end]).astype(np.int64)
        hidden = self._judge.encode(words, side[place] * marked, evidence[place] * marked[:, None])
        pair = np.concatenate([hidden[len(head) + len(before) + 1 : -1].mean(0), hidden.mean(0)])
        return self._mlp("stance", pair)

    def _blend(self, topic: TopicStance, judged: Array) -> TopicStance:
        """Both networks' chances, averaged as logarithms: stances by ``stance_weight``, presence by
        ``topic_weight``."""
        weight, share = self.config["stance_weight"], self.config["topic_weight"]
        stances = np.log(np.array([topic.favor, topic.against, topic.neutral]) + 1e-9)
        mixed = (1 - weight) * stances + weight * np.log(_softmax(judged[:-1]) + 1e-9)
        about = np.logaddexp.reduce(judged[:-1]) - judged[-1]
        presence = _sigmoid((1 - share) * _log_odds(topic.presence) + share * about)
        return TopicStance(topic.topic, float(presence), *_floats(_softmax(mixed / self._heat("stance"))))

    def _read_window(self, units: Sequence[Unit], hidden: Array, offsets: Array, evidence: Array) -> list[Reading]:
        tokens = _sigmoid(hidden @ self._heads["tokens.weight"].T + self._heads["tokens.bias"])
        sources = _runs(tokens[:, 1] > 0.4, offsets)
        readings = []
        for start, end in (piece for unit in units for piece in self._cut(unit, hidden, offsets)):
            inside = np.flatnonzero((offsets[:, 1] > start) & (offsets[:, 0] < end))
            if len(inside):
                named = np.any(evidence[inside], axis=0)
                readings.append(self._read_span(start, end, inside, hidden, offsets, tokens[:, 0], sources, named))
        return readings

    def _cut(self, unit: Unit, hidden: Array, offsets: Array) -> list[tuple[int, int]]:
        where = np.searchsorted(offsets[:, 0], unit.cuts)
        kept = [(cut, at) for cut, at in zip(unit.cuts, where, strict=True) if 0 < at < len(hidden)]
        if not kept:
            return [(unit.start, unit.end)]
        at = np.array([at for _, at in kept])
        chance = _sigmoid(self._mlp("cut", np.concatenate([hidden[at - 1], hidden[at]], 1)))[:, 0]
        edges = [
            unit.start,
            *(cut for (cut, _), p in zip(kept, chance, strict=True) if p > self.config["cut_threshold"]),
            unit.end,
        ]
        return list(zip(edges, edges[1:], strict=False))

    def _read_span(
        self,
        start: int,
        end: int,
        inside: Array,
        hidden: Array,
        offsets: Array,
        cues: Array,
        sources: tuple[tuple[int, int], ...],
        named: Array,
    ) -> Reading:
        states = hidden[inside]
        weights = _softmax(states @ self._heads["queries"].T, axis=0)
        pooled, mean = weights.T @ states, states.mean(0)
        pair = np.concatenate([pooled[0], mean])
        general = self._mlp("general", pair)
        pointer = _softmax(
            hidden @ (self._heads["pointer.weight"] @ pair + self._heads["pointer.bias"]) / hidden.shape[1] ** 0.5
        )
        near = np.flatnonzero(pointer > 0.01)
        return Reading(
            start,
            end,
            float(_sigmoid(general[0] / self._heat("statement"))),
            _floats(_softmax(general[1:5])),
            _floats(_sigmoid(general[5:10] / self._heat("actor"))),
            _floats(_softmax(general[10:15] / self._heat("holder"))),
            tuple(self._topic(i, np.concatenate([pooled[1 + i], mean]), named[i]) for i in range(len(TOPICS))),
            tuple((int(offsets[i, 0]), int(offsets[i, 1]), float(pointer[i])) for i in near),
            sources,
            _best_run(cues, inside, offsets),
        )

    def _topic(self, index: int, pair: Array, named: bool) -> TopicStance:
        """One topic's chances; a word of its lexicon in the statement (``named``) adds to the network's log-odds."""
        logits = self._mlp(f"topic.{index}", pair)
        favor, against, neutral = _floats(_softmax(logits[1:]))
        return TopicStance(
            TOPICS[index],
            float(_sigmoid((logits[0] + self.config["lexicon_bonus"] * named) / self._heat("topic"))),
            favor,
            against,
            neutral,
        )

    def _mlp(self, name: str, x: Array) -> Array:
        (inner_weight, inner_bias), (weight, bias) = self._layers[name]
        return _gelu(x @ inner_weight + inner_bias) @ weight + bias

    def _heat(self, head: str) -> float:
        return self.config["temperature"].get(head, 1.0)


def count_threads() -> int:
    """How many threads a network may use: ``POSITIONS_THREADS``, or as many as there are cores, four at most."""
    return int(os.environ.get("POSITIONS_THREADS") or min(os.cpu_count() or 1, 4))


@cache
def load(folder: Path = MODEL) -> Classifier:
    """The classifier in ``folder``, loaded once a process; Unusable where a file is missing or broken."""
    for name in FILES:
        if not (folder / name).is_file():
            raise Unusable(f"{folder}: {name} is missing")
    try:
        return Classifier(folder)
    except Exception as error:  # JSON, NumPy, tokenizers and ONNX Runtime have no other error in common
        raise Unusable(f"{folder}: the model can't be read: {error}") from error


def is_shipped_format(folder: Path) -> bool:
    """Whether a folder holds a classifier like the shipped one."""
    return (folder / "heads.npz").is_file()


def check_topics(book: Codebook) -> None:
    """Raise Unusable at the first topic of ``book`` that the shipped networks have not learned in these words."""
    for topic in book.topics:
        if topic.key not in TOPICS:
            what = f"the topic {topic.key} ({topic.name['en']})"
        elif topic.proposition["en"] != codebook.load().topic(topic.key).proposition["en"]:
            what = f"the topic {topic.key} with another proposition than its own"
        else:
            continue
        raise Unusable(
            f"the shipped classifier cannot judge {what}; give --model (in the dashboard POSITIONS_MODEL) a model of "
            "natural-language inference"
        )


@dataclass(frozen=True, slots=True)
class Window:
    """Units that are read in one pass, and the tokens of that pass: ``first`` included, ``last`` not."""

    units: tuple[Unit, ...]
    first: int
    last: int


def cut_windows(
    units: Sequence[Unit], offsets: Array, size: int = WINDOW, left: int = LEFT, right: int = RIGHT
) -> list[Window]:
    """Group units into windows of at most ``size`` tokens, with ``left`` before and ``right`` after them as context.

    ``offsets`` are those of ``tokenize``. A unit that is longer by itself gets a longer window.
    """
    spans = [
        (int(np.searchsorted(offsets[:, 1], u.start, "right")), int(np.searchsorted(offsets[:, 0], u.end, "left")))
        for u in units
    ]
    windows, i = [], 0
    while i < len(units):
        first = spans[i][0]
        context = max(first - left, 0) if i else first
        last, j = spans[i][1], i + 1
        while j < len(units) and spans[j][1] - context <= size - right:
            last, j = spans[j][1], j + 1
        last = min(last, context + size + left)
        windows.append(Window(tuple(units[i:j]), context, min(last + right, len(offsets))))
        i = j
    return windows


def tokenize(tokenizer: "Tokenizer", text: str) -> tuple[Array, Array]:
    """Token ids (n,) and their character offsets (n, 2) in ``text``, without special tokens and leading blanks."""
    encoding = tokenizer.encode(text, add_special_tokens=False)
    offsets = [
        (start + len(piece) - len(piece.lstrip()), end)
        for start, end in encoding.offsets
        for piece in [text[start:end]]
    ]
    return np.array(encoding.ids, np.int64), np.array(offsets, np.int64).reshape(-1, 2)


def stance_words(topic: str, holder: str) -> str:
    """What the stance network is asked: the topic's proposition, and whose stance towards it is meant."""
    return f"{PREFIX}{codebook.load().topic(topic).proposition['en']} {holder}:"


def spread_marks(marks: Sequence[Mark], offsets: Array) -> tuple[Array, Array]:
    """Character marks -> for each token the side's index + 1 (0: none) and a 0/1 row over ``EVIDENCE``."""
    side = np.zeros(len(offsets), np.int64)
    evidence = np.zeros((len(offsets), len(EVIDENCE)), np.float32)
    for mark in marks:
        covered = (offsets[:, 1] > mark.start) & (offsets[:, 0] < mark.end)
        if mark.kind in EVIDENCE:
            evidence[covered, EVIDENCE.index(mark.kind)] = 1
        else:
            side[covered] = ACTORS.index(mark.kind) + 1
    return side, evidence


def _load_heads(path: Path) -> dict[str, Array]:
    with np.load(path) as heads:
        return {name: heads[name].astype(np.float32) for name in heads.files}


def _layers(heads: Mapping[str, Array], name: str) -> list[tuple[Array, Array]]:
    """The (weight, bias) pairs of a small network, first layer first."""
    keys = sorted(key for key in heads if key.startswith(f"{name}.") and key.endswith(".weight"))
    return [(np.ascontiguousarray(heads[key].T), heads[key.replace("weight", "bias")]) for key in keys]


def _runs(chosen: Array, offsets: Array) -> tuple[tuple[int, int], ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(np.int8), [0]])))
    return tuple((int(offsets[a, 0]), int(offsets[b - 1, 1])) for a, b in edges.reshape(-1, 2))


def _best_run(cues: Array, inside: Array, offsets: Array) -> tuple[int, int] | None:
    chosen = cues[inside] > 0.5
    if not chosen.any():
        return None
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(np.int8), [0]]))).reshape(-1, 2)
    a, b = max(edges, key=lambda edge: cues[inside[edge[0] : edge[1]]].sum())
    return int(offsets[inside[a], 0]), int(offsets[inside[b - 1], 1])


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _log_odds(chance: float) -> float:
    return float(np.log((chance + 1e-9) / (1 - chance + 1e-9)))


def _softmax(x: Array, axis: int = -1) -> Array:
    raised = np.exp(x - x.max(axis, keepdims=True))
    return raised / raised.sum(axis, keepdims=True)


def _gelu(x: Array) -> Array:
    """By tanh; differs from the exact form by less than 0.001."""
    return 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3)))


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
