"""The one place that calls the stages in order: articles in, tagged statements out."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from positions import classifier, codebook, entailment
from positions.acts import Act, read_act
from positions.attribution import Memory, attribute
from positions.classifier import Classifier, Reading
from positions.codebook.entries import Codebook
from positions.dates import date_statement
from positions.entailment import ZeroShot
from positions.mentions import find_marks, find_mentions
from positions.records import OTHER, Article, Attribution, Statement, TaggedStatement, TopicStance
from positions.statements import to_statement
from positions.turns import find_turns, turn_around
from positions.units import split_units
from positions.utterances import find_repeats, join_translations, join_utterances, name_utterance

CARRY = 2  # paragraph breaks over which a speaker's day holds
Progress = Callable[[int, str], None]
Reader = Classifier | ZeroShot


def tag(
    articles: Iterable[Article],
    *,
    progress: Progress | None = None,
    model: Path | str = classifier.MODEL,
    book: Codebook | None = None,
) -> list[TaggedStatement]:
    """Tag articles; rows come in the order of the articles and of their statements.

    ``progress(done, article_id)`` is called after each article. Utterances are joined over all articles of the call.
    ``model`` is as in ``open_reader``; ``book`` is the codebook to tag by (default: the shipped one).
    """
    reader = open_reader(model, book)
    rows: list[TaggedStatement] = []
    for done, article in enumerate(articles, start=1):
        rows += tag_article(article, reader, book)
        if progress:
            progress(done, article.id)
    utterances = join_rows(rows, reader)
    return [replace(row, utterance_id=utterances[row.statement_id]) for row in rows]


def join_rows(rows: Sequence[TaggedStatement], reader: Reader) -> dict[str, str]:
    """Each ``statement_id`` with its ``utterance_id``; translations are joined too, but by the shipped format only."""
    same = join_utterances(rows)
    return join_translations(rows, same, reader.embed) if isinstance(reader, Classifier) else same


def open_reader(model: Path | str = classifier.MODEL, book: Codebook | None = None) -> Reader:
    """The classifier for the topics of ``book`` (default: the shipped codebook), loaded once a process.

    ``model`` is a folder in the shipped format, or a model of natural-language inference: a folder or a name on the
    Hugging Face hub. Raises Unusable where it can't be had, or where the classifier has not learned a topic.
    """
    book = book or codebook.load()
    if not classifier.is_shipped_format(Path(model)):
        return entailment.load(str(model), book)
    classifier.check_topics(book)
    return classifier.load(Path(model))


def tag_article(article: Article, reader: Reader, book: Codebook | None = None) -> list[TaggedStatement]:
    """The rows of one article; ``utterance_id`` is still empty, but for headings that repeat a statement below."""
    book = book or codebook.load()
    topics = {topic.key for topic in book.topics}
    mentions = find_mentions(article.text, article.language, article.published, book)
    marks = find_marks(article.text, article.language, article.published, mentions)
    units = split_units(article.text, article.language)
    starts = [unit.start for unit in units]
    readings = reader.read(article.text, units, marks)
    memory = Memory(find_turns(article.text, mentions, book, article.speaker))
    rows: list[TaggedStatement] = []
    said: dict[str, _Said] = {}
    seen: dict[str, int] = {}
    for reading in readings:
        spoken = turn_around(memory.turns, reading.start, reading.end) is not None
        reading = replace(reading, topics=tuple(topic for topic in reading.topics if topic.topic in topics))
        statement = to_statement(article, reading, reader.config, spoken)
        if statement is None:
            continue
        attribution = attribute(article, reading, mentions, memory, book)
        day = _date(article, statement, attribution.speaker, said)
        seen[statement.text] = seen.get(statement.text, 0) + 1
        act = read_act(statement.text, statement.cue, article.language, book)
        back = _sentences_back(starts, statement.start, attribution.named_at)
        rows += _rows(article, statement, attribution, day, act, back, reading, reader, seen[statement.text])
    repeats = find_repeats(rows, article.text, book)
    return [
        replace(row, utterance_id=name_utterance(repeats[row.statement_id])) if row.statement_id in repeats else row
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Said:
    """The day of a statement by its own words, and where it ends: the same speaker's next words may take it over."""

    day: str
    end: int


def _date(article: Article, statement: Statement, speaker: str, said: dict[str, _Said]) -> tuple[str, str]:
    """(day, basis) by the statement's own words, else by the same speaker's words just before, else the article's."""
    day = date_statement(statement, article.published, article.language, article.text[: statement.start])
    before = said.get(speaker)
    carried = (
        before and statement.mode != "narrated" and article.text[before.end : statement.start].count("\n\n") <= CARRY
    )
    day = day or (before.day if before and carried else "")
    if day:
        said[speaker] = _Said(day, statement.end)
        return day, "expression"
    return article.published, "article" if article.published else "unknown"


def _sentences_back(starts: Sequence[int], start: int, named: int) -> int:
    """How many sentences before a statement its speaker is named; 0 in the same one or where nobody is named."""
    return bisect_right(starts, start) - bisect_right(starts, named) if named >= 0 else 0


def _rows(
    article: Article,
    statement: Statement,
    attribution: Attribution,
    day: tuple[str, str],
    act: Act,
    back: int,
    reading: Reading,
    reader: Reader,
    occurrence: int,
) -> Iterator[TaggedStatement]:
    """One row for each topic and each side that speaks."""
    topics: list[TopicStance | None] = [t for t in reading.topics if t.presence > reader.config["topic_threshold"]]
    for topic in topics or [None]:
        for side in attribution.sides:
            yield TaggedStatement(
                statement_id=_identify(article, statement, occurrence),
                utterance_id="",
                article_id=article.id,
                published=article.published,
                date=day[0],
                date_basis=day[1],
                outlet=article.outlet,
                title=article.title,
                url=article.url,
                language=article.language,
                actor=side,
                speaker=attribution.speaker,
                holder=attribution.holder if attribution.holder not in attribution.sides else side,
                mode=statement.mode,
                via=" > ".join(attribution.via),
                topic=topic.topic if topic else OTHER,
                stance=topic.stance if topic else "",
                score=round(topic.score, 4) if topic else None,
                confidence=round(
                    reader.confidence(_raw_confidence(statement, attribution, reading, topic), topic is not None), 4
                ),
                text=statement.text,
                start=statement.start,
                end=statement.end,
                cue=statement.cue,
                mention=attribution.mention,
                resolution=attribution.resolution,
                markers=" ".join(act.markers),
                act=act.act,
                condition=act.condition,
                red_line=act.red_line,
                sentences_back=back,
            )


def _raw_confidence(
    statement: Statement, attribution: Attribution, reading: Reading, topic: TopicStance | None
) -> float:
    """The product of what must all be right, before calibration."""
    if topic is None:
        return statement.confidence * attribution.confidence * (1 - max(t.presence for t in reading.topics))
    return (
        statement.confidence * attribution.confidence * topic.presence * max(topic.favor, topic.against, topic.neutral)
    )


def _identify(article: Article, statement: Statement, occurrence: int) -> str:
    """An id from the article's text and the statement's own words, the same on every machine."""
    key = "\x00".join((blake2b(article.text.encode(), digest_size=8).hexdigest(), statement.text, str(occurrence)))
    return "s" + blake2b(key.encode(), digest_size=7).hexdigest()
