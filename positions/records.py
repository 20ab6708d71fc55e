"""The vocabulary that every module shares: sides, topics, stances, modes, and the plain values that stages hand on.

Field names are the column names of the table of tagged statements and the keys of filters and links.
"""

from dataclasses import dataclass

ACTORS = ("Russia", "Ukraine", "USA", "Europe", "other")
SIDES = ACTORS[:4]
TOPICS = ("nato", "territory", "security_guarantees", "sanctions")  # of the shipped codebook and its classifier
OTHER = "other"
STANCES = ("favor", "against", "neutral")
MODES = ("direct", "indirect", "mixed", "narrated")
DATE_BASES = ("expression", "article", "unknown")
LANGUAGES = ("de", "en")
ACTS = ("demand", "offer", "accept", "reject", "condition", "threat", "expectation", "report")
POLARITIES = ("support", "oppose", "undo", "negate")


class Unusable(ValueError):
    """A codebook or model that the user named can't be used; the text names it and says why."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A piece of the raw file that did not become article text, and why (a key such as ``caption``)."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article in clean text; paragraphs are separated by one blank line.

    ``published`` is an ISO date or empty; ``published_basis`` says where it comes from: ``text`` (a date line in the
    file), ``metadata`` (HTML metadata or a table's column), ``sidecar`` (``articles.csv`` beside the file) or empty.
    ``language`` is an ISO 639-1 code. ``removed`` lists what cleaning took out, ``warnings`` what a reader of the
    article's page should know (such as a date that contradicts the text). ``speaker`` is who gave a speech that
    does not name him.
    """

    id: str
    text: str
    published: str = ""
    published_basis: str = ""
    outlet: str = ""
    title: str = ""
    url: str = ""
    language: str = ""
    source: str = ""
    note: str = ""
    removed: tuple[Removed, ...] = ()
    warnings: tuple[str, ...] = ()
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One attributed proposition in an article: ``text`` is ``article.text[start:end]``.

    ``cue`` holds the words that report it, or nothing; ``mode`` is one of ``MODES``.
    """

    start: int
    end: int
    text: str
    mode: str
    cue: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who stands behind a statement: ``sides`` are the sides that speak, more than one for a joint statement.

    ``mention`` is the words in the article that name the speaker, ``resolution`` the chain from them to ``speaker``
    (empty when the words already are the name), ``named_at`` the offset of the words that give the name, -1 where
    nobody is named, ``via`` the relayers, outermost last.
    """

    speaker: str = ""
    sides: tuple[str, ...] = (OTHER,)
    holder: str = OTHER
    via: tuple[str, ...] = ()
    mention: str = ""
    resolution: str = ""
    named_at: int = -1
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class TopicStance:
    """Probabilities of favor, against and neutral towards the proposition of ``topic``; ``presence`` is P(topic)."""

    topic: str
    presence: float
    favor: float
    against: float
    neutral: float

    @property
    def stance(self) -> str:
        """The likeliest of ``STANCES``."""
        return max(STANCES, key=lambda name: getattr(self, name))

    @property
    def score(self) -> float:
        """P(favor) - P(against), in [-1, 1]."""
        return self.favor - self.against


@dataclass(frozen=True, slots=True)
class TaggedStatement:
    """One row of the table of tagged statements; the fields, in order, are its columns (see README)."""

    statement_id: str
    utterance_id: str
    article_id: str
    published: str
    date: str
    date_basis: str
    outlet: str
    title: str
    url: str
    language: str
    actor: str
    speaker: str
    holder: str
    mode: str
    via: str
    topic: str
    stance: str
    score: float | None
    confidence: float
    text: str
    start: int
    end: int
    cue: str
    reviewed: bool = False
    mention: str = ""
    resolution: str = ""
    markers: str = ""
    act: str = ""
    condition: str = ""
    red_line: str = ""
    sentences_back: int = 0
