"""Readings -> readings with other topics: what a model of natural-language inference says of the codebook's topics.

Statements, sides and pointers stay those of the shipped network. Topic and stance are asked of the second model without
training (zero-shot, after Yin, Hay & Roth, EMNLP 2019): does "This is about X." follow from the statement, and does the
topic's proposition, put as the holder's position, follow from it or contradict it? A short statement that by itself is
on no topic ("That is out of the question") is read with what stands before it in the paragraph; others are not, because
the context would lend them its topics. Hypotheses are English whatever the article's language, as the shipped stance
network's are. Nothing here is calibrated.
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from positions import classifier
from positions.classifier import Array, Classifier, Reading
from positions.codebook.entries import Codebook, Topic
from positions.mentions import Mark
from positions.records import ACTORS, LANGUAGES, TopicStance, Unusable
from positions.units import Unit

LABELS = ("entailment", "contradiction", "neutral")
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
NETWORKS = ("model.onnx", "onnx/model.onnx")
ABOUT, STANCE = "This is about {name}.", "The position of {holder} is: {proposition}"
HOLDERS = {"USA": "the USA", "other": "the speaker"}  # the others are called as their codes
LENGTH = 256  # tokens of statement, context and hypothesis
SHORT, CONTEXT = 40, 400  # characters: of a statement that needs its context, and of that context
THRESHOLD = 0.5  # from this chance of a topic on, a statement is on it
LEXICON = 2.0  # what a word of the topic's lexicon in the statement adds to the log-odds
_HUB = re.compile(r"[\w.-]+(/[\w.-]+)?")


class Entailment:
    """A sequence-classification model with an ONNX export that says whether a hypothesis follows from a premise.

    ``source`` is a folder, or a name on the Hugging Face hub; it holds ``config.json``, ``tokenizer.json`` and
    ``model.onnx`` or ``onnx/model.onnx``. Raises Unusable where that can't be had or is no such model.
    """

    def __init__(self, source: str) -> None:
        files = _find_files(source)
        config = _read_config(source, files.config)
        self.length = config.length
        self._order = [config.labels.index(label) for label in LABELS]
        try:
            from tokenizers import Tokenizer

            self._tokenizer = Tokenizer.from_file(str(files.tokenizer))
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(config.length, strategy="only_first", direction="left")
            self._session = _open_session(files.network)
            self._types = {one.name: one.type for one in self._session.get_inputs()}
            if unknown := sorted(set(self._types) - set(INPUTS)):
                raise ValueError(f"it asks for the input {unknown[0]}")
            if self._logits("a", "b").shape != (len(config.labels),):
                raise ValueError(f"it does not give one figure for each of {', '.join(config.labels)}")
        except Exception as error:  # neither library's errors share another base
            raise Unusable(f"{source}: the model can't be run: {_plain(error)}") from error

    def judge(self, premise: str, hypothesis: str) -> Array:
        """Chances of ``LABELS``, which sum to one. Of a long premise the end is read."""
        logits = self._logits(premise, hypothesis)[self._order].astype(np.float64)
        raised = np.exp(logits - logits.max())
        return raised / raised.sum()

    def count_tokens(self, hypothesis: str) -> int:
        """How many word pieces a hypothesis has."""
        return len(self._tokenizer.encode(hypothesis, add_special_tokens=False).ids)

    def _logits(self, premise: str, hypothesis: str) -> Array:
        encoding = self._tokenizer.encode(premise, hypothesis)
        given = dict(zip(INPUTS, (encoding.ids, encoding.attention_mask, encoding.type_ids), strict=True))
        kinds = {name: np.int32 if kind == "tensor(int32)" else np.int64 for name, kind in self._types.items()}
        feed = {name: np.array([given[name]], kind) for name, kind in kinds.items()}
        return self._session.run(None, feed)[0][0]


class ZeroShot:
    """A stand-in for the shipped classifier that judges the topics of any codebook; safe to share between threads."""

    calibrated = False

    def __init__(self, source: str, book: Codebook, reader: Classifier) -> None:
        self._model, self._book, self._reader = Entailment(source), book, reader
        kept = ("statement_threshold", "narrated_threshold")
        self.config = {name: reader.config[name] for name in kept} | {"topic_threshold": THRESHOLD}
        for topic in book.topics:
            if self._model.count_tokens(_ask_stance(topic, "other")) > self._model.length // 2:
                raise Unusable(f"{source}: the proposition of {topic.key} is too long for this model")

    def read(self, text: str, units: Sequence[Unit], marks: Sequence[Mark]) -> list[Reading]:
        """The shipped network's readings, with the codebook's topics in those that may be statements."""
        found = self._reader.read(text, units, marks, stances=False)
        least = self.config["statement_threshold"]
        return [replace(one, topics=self._judge(text, one) if one.statement >= least else ()) for one in found]

    def confidence(self, raw: float, topical: bool) -> float:
        """The product of its parts as it stands: no curve was measured for this model and these topics."""
        return raw

    def _judge(self, text: str, reading: Reading) -> tuple[TopicStance, ...]:
        start, end = reading.start, reading.end
        premises = [text[start:end]]
        if end - start <= SHORT:
            premises.append(text[_context_start(text, start) : end])
        for premise in premises:
            chances = [self._presence(topic, text[start:end], premise) for topic in self._book.topics]
            if max(chances) > THRESHOLD:
                break
        holder = ACTORS[int(np.argmax(reading.holders))]
        judged = zip(self._book.topics, chances, strict=True)
        return tuple(TopicStance(one.key, p, *self._stance(one, p, holder, premise)) for one, p in judged)

    def _presence(self, topic: Topic, statement: str, premise: str) -> float:
        chance = float(self._model.judge(premise, ABOUT.format(name=topic.name["en"]))[0])
        named = any(topic.core[code] and topic.core_pattern(code).search(statement) for code in LANGUAGES)
        odds = np.exp(LEXICON) if named else 1.0
        return float(chance * odds / (1 - chance + chance * odds))

    def _stance(self, topic: Topic, presence: float, holder: str, premise: str) -> tuple[float, float, float]:
        """Chances of favor, against and neutral; neutral where the topic is not there."""
        if presence <= THRESHOLD:
            return 0.0, 0.0, 1.0
        favor, against, neutral = self._model.judge(premise, _ask_stance(topic, holder))
        return float(favor), float(against), float(neutral)


def files_of(source: str) -> list[Path]:
    """Configuration, vocabulary, network and, where they lie beside it, weights; raises Unusable as the model does."""
    files = _find_files(source)
    return [files.config, files.tokenizer, *sorted(files.network.parent.glob(f"{files.network.name}*"))]


@lru_cache(maxsize=1)
def load(source: str, book: Codebook) -> ZeroShot:
    """The model in ``source`` for the topics of ``book``; the last one stays loaded."""
    return ZeroShot(source, book, classifier.load())


def _ask_stance(topic: Topic, holder: str) -> str:
    return STANCE.format(holder=HOLDERS.get(holder, holder), proposition=topic.proposition["en"])


def _context_start(text: str, start: int) -> int:
    """Where the context of a statement begins: its paragraph, or the first whole word of ``CONTEXT`` characters."""
    first = text.rfind("\n\n", 0, start) + 1
    if start - first <= CONTEXT:
        return first
    blank = text.find(" ", start - CONTEXT, start)
    return blank + 1 if blank >= 0 else start


@dataclass(frozen=True, slots=True)
class _Files:
    config: Path
    tokenizer: Path
    network: Path


@dataclass(frozen=True, slots=True)
class _Config:
    labels: tuple[str, ...]
    length: int


def _find_files(source: str) -> _Files:
    if Path(source).is_dir():
        folder = Path(source)
    elif _HUB.fullmatch(source) and not Path(source).exists():
        folder = _fetch(source)
    else:
        raise Unusable(f"{source}: there is no such folder, and it is no name on the Hugging Face hub")
    if missing := _missing(folder):
        raise Unusable(f"{source}: {missing} is missing")
    network = next(folder / name for name in NETWORKS if (folder / name).is_file())
    return _Files(folder / "config.json", folder / "tokenizer.json", network)


def _missing(folder: Path) -> str:
    """The first file that a model's folder lacks, or nothing."""
    needed = (("config.json",), ("tokenizer.json",), NETWORKS)
    return next((" or ".join(names) for names in needed if not any((folder / name).is_file() for name in names)), "")


def _fetch(source: str) -> Path:
    """The folder of a model on the hub: the local copy where there is one, so that later runs need no network."""
    from huggingface_hub import snapshot_download

    # large models keep their weights beside the graph, in model.onnx_data
    patterns = ["config.json", "tokenizer.json", *(f"{name}*" for name in NETWORKS)]
    with suppress(OSError, ValueError):
        folder = Path(snapshot_download(source, allow_patterns=patterns, local_files_only=True))
        if not _missing(folder):
            return folder
    try:
        return Path(snapshot_download(source, allow_patterns=patterns))
    except Exception as error:  # the client's own errors and those of its HTTP library
        raise Unusable(f"{source}: no such folder, and the hub does not give it: {_plain(error)}") from error


def _read_config(source: str, path: Path) -> _Config:
    try:
        config = json.loads(path.read_text("utf-8"))
        names: Mapping[str, Any] = config["id2label"]
        labels = tuple(str(names[str(place)]).strip().lower() for place in range(len(names)))
        length = min(LENGTH, int(config.get("max_position_embeddings") or LENGTH + 2) - 2)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unusable(f"{source}: config.json does not name the model's labels (id2label)") from error
    if missing := [label for label in LABELS if label not in labels]:
        raise Unusable(
            f"{source}: not a model of natural-language inference: its labels are {', '.join(labels)}, "
            f"without {', '.join(missing)}"
        )
    return _Config(labels, length)


def _open_session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = classifier.count_threads()
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _plain(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
