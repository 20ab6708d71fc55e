"""What the operator sets for everybody: ``POSITIONS_CODEBOOK``, a file, and ``POSITIONS_MODEL``, a folder or a name.

Streamlit hands on secrets of these names as environment variables, so that both ways come in here.
"""

import hashlib
import os
from functools import cache
from pathlib import Path

from positions import bundle, classifier, codebook
from positions.codebook.entries import Codebook
from positions.ui.words import Words


def book() -> Codebook:
    """The codebook to tag and to show by; raises Unusable where the operator's can't be read."""
    named = os.environ.get("POSITIONS_CODEBOOK")
    return codebook.load_own(Path(named)) if named else codebook.load()


def own_topics() -> bool:
    """Whether the topics are the operator's own."""
    return book().topics is not codebook.load().topics


def topics() -> tuple[str, ...]:
    """The keys of the codebook's topics, in its order."""
    return tuple(topic.key for topic in book().topics)


def model() -> Path | str:
    """The classifier, as ``pipeline.open_reader`` takes it."""
    return os.environ.get("POSITIONS_MODEL") or classifier.MODEL


def shipped_model() -> bool:
    """Whether the shipped model tags, so that its measured figures hold."""
    return model() == classifier.MODEL


def model_name() -> str:
    """What the model is called: its folder, or its name on the hub."""
    path = Path(model())
    return path.resolve().name if path.exists() else str(model())


@cache
def _facts(key: str) -> bundle.Facts:
    """Name, version and hash of the operator's model; ``key`` is its state."""
    return bundle.facts_of(model())


def model_facts() -> bundle.Facts:
    """What a bundle says of the model: its name, its version, and a hash over all that takes part."""
    return bundle.model_facts() if shipped_model() else _facts(key())


def calibrated() -> bool:
    """Whether a row's confidence is calibrated; that of a model of natural-language inference is not."""
    return classifier.is_shipped_format(Path(model()))


def adapt(words: Words) -> Words:
    """The words of the interface with the names of the operator's topics, and plain about an uncalibrated model."""
    if not calibrated():
        words = words.replaced(words.group("uncalibrated"))
    if not own_topics():
        return words
    names = {topic.key: topic.name[words.language] for topic in book().topics}
    groups = ("topic", "figures.topic")  # charts get the words of their group only
    own = {f"{group}.{key}": name for group in groups for key, name in names.items()}
    return words.replaced({**own, **words.group("own_topics")})


def key() -> str:
    """Changes whenever the operator's codebook or model does; empty where neither is set."""
    file, source = os.environ.get("POSITIONS_CODEBOOK"), os.environ.get("POSITIONS_MODEL")
    parts = [hashlib.sha256(Path(file).read_bytes()).hexdigest()] if file else []
    if source:
        states = [(path, path.stat()) for path in sorted(Path(source).rglob("*")) if path.is_file()]
        parts += [source, *(f"{path} {state.st_size} {state.st_mtime_ns}" for path, state in states)]
    return "\n".join(parts)
