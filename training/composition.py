"""Short made passages that teach how an act and a thing compose to a stance: "rejects" x "lifting" = for sanctions.

They are templates, so nothing is ever measured on them. Phrases are in ``composition.yaml``.
"""

import random
from pathlib import Path

import yaml

from positions.records import ACTORS, STANCES, TOPICS
from training.examples import Passage, Span

PHRASES = Path(__file__).parent / "composition.yaml"
SIGNS = {"+": 1, "-": -1, "0": 0}


def compose(count: int, seed: int) -> list[Passage]:
    """``count`` passages of one to four sentences, in German and English by turns."""
    phrases = yaml.safe_load(PHRASES.read_text("utf-8"))
    rng = random.Random(seed)
    languages = list(phrases)
    return [
        _passage(f"composition-{i}", lang, phrases[lang], rng)
        for i in range(count)
        for lang in [languages[i % len(languages)]]
    ]


def combine(act: tuple[str, str], thing: tuple[str, ...], speaker: str) -> tuple[str, int]:
    """What a speaker does with a thing, in words, and the index of the stance that it makes.

    ``act`` is a sign and a sentence, ``thing`` a sign and its forms, as in ``composition.yaml``.
    """
    forms = {"t": thing[1]} if len(thing) == 2 else dict(zip(("nom", "acc", "dat"), thing[1:], strict=True))
    words = act[1].format(s=speaker, **forms)
    sign = SIGNS[act[0]] * SIGNS[thing[0]]
    return words[0].upper() + words[1:], STANCES.index({1: "favor", -1: "against", 0: "neutral"}[sign])


def _passage(name: str, lang: str, phrases: dict, rng: random.Random) -> Passage:
    text, spans = "", []
    topic, thing, last = "", (), False
    for _ in range(rng.choice((1, 2, 2, 3, 4))):
        side = rng.choice(ACTORS[:4] * 3 + ACTORS[4:])
        if last and rng.random() < 0.6:
            act, last = rng.choice(phrases["echoes"]), False
        else:
            topic, act = rng.choice([*TOPICS, *TOPICS, ""]), rng.choice(phrases["acts"])
            thing = rng.choice(phrases["things"][topic])
            last = act[0] != "-"  # "supports that" after a refusal could mean either
        words, stance = combine(act, thing, rng.choice(phrases["speakers"][side]))
        start = len(text) + bool(text)
        text += (" " if text else "") + words
        topics = {TOPICS.index(topic): stance} if topic else {}
        spans.append(Span(start, len(text), True, holder=ACTORS.index(side), topics=topics))
    return Passage(name, lang, text, spans, [], [], [], {})
