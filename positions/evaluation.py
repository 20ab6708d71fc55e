"""Tagged statements against annotated ones: how often the pipeline finds, attributes and judges rightly.

A gold file is JSON Lines, one article a line: ``id``, ``lang``, ``published``, either ``text`` or ``file`` (a path
beside the gold file), and ``statements`` with ``text`` (an exact piece of the article), ``speaker``, ``actor``,
``holder``, ``mode``, ``via``, ``date`` and ``topics`` ({topic: stance}). A joint statement has one entry for each side.
"""

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz import fuzz

from positions import codebook
from positions.articles import read_articles
from positions.codebook.entries import word_pattern
from positions.records import OTHER, STANCES, Article, TaggedStatement

OVERLAP = 0.5
Tagger = Callable[[Iterable[Article]], Sequence[TaggedStatement]]
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class GoldStatement:
    """One annotated statement with its sides; offsets are those of the article's clean text."""

    start: int
    end: int
    speaker: str
    actors: frozenset[str]
    holder: str
    mode: str
    via: tuple[str, ...]
    date: str
    topics: dict[str, str]
    hard: bool


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """An article with its annotated statements."""

    article: Article
    statements: tuple[GoldStatement, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One tagged statement, its rows put together."""

    start: int
    end: int
    row: TaggedStatement
    actors: frozenset[str]
    topics: dict[str, str]


def read_gold(path: Path) -> list[GoldArticle]:
    """Read a gold file; raises ``ValueError`` naming the article where an annotated text is not in it."""
    return [read_record(json.loads(line), path.parent) for line in path.read_text("utf-8").splitlines() if line.strip()]


def evaluate(gold: Sequence[GoldArticle], tag: Tagger) -> dict[str, Figures]:
    """Figures over all articles and for each language; keys and meanings are in ``MEANINGS``."""
    rows = tag([item.article for item in gold])
    by_article = defaultdict(list)
    for row in rows:
        by_article[row.article_id].append(row)
    pairs = [(item, _found(by_article[item.article.id])) for item in gold]
    languages = sorted({item.article.language for item in gold})
    parts = {"all": pairs} | (
        {x: [p for p in pairs if p[0].article.language == x] for x in languages} if len(languages) > 1 else {}
    )
    return {name: score(part) for name, part in parts.items()}


def interval(
    gold: Sequence[GoldArticle], rows: Sequence[TaggedStatement], key: str, draws: int = 400
) -> tuple[float, float]:
    """95 % bootstrap interval of one figure, clustered by article."""
    by_article = defaultdict(list)
    for row in rows:
        by_article[row.article_id].append(row)
    pairs = [(item, _found(by_article[item.article.id])) for item in gold]
    rng = random.Random(1)
    values = sorted(score(rng.choices(pairs, k=len(pairs))).get(key, 0.0) for _ in range(draws))
    return values[int(0.025 * draws)], values[int(0.975 * draws) - 1]


MEANINGS = {
    "statements": "articles' statements found: precision, recall, F1 of spans that overlap by half",
    "topic": "F1 of (statement, topic)",
    "topic_actor": "F1 of (statement, topic, actor)",
    "topic_actor_stance": "F1 of (statement, topic, actor, stance)",
    "topic_holder_stance": "F1 of (statement, topic, holder, stance)",
    "actor": "share of found statements with the right sides",
    "speaker": "share of found statements with the right speaker",
    "traced": "share of topical statements tagged that say which words name their speaker",
    "holder": "share of found statements with the right holder",
    "holder_told": "share right where the annotation has another side's position told",
    "holder_invented": "share with another side as holder where the annotation has none",
    "mode": "share of found statements with the right mode",
    "via": "share of found statements with the right chain",
    "via_named": "share right where the annotation has a chain",
    "via_invented": "share with a chain where the annotation has none",
    "date": "share right where the annotation gives a day",
    "date_invented": "share with a day by expression where the annotation has none",
    "stance": "macro-F1 of the stance over topics found rightly",
    "opposite": "share of them with the opposite sign",
    "stance_majority": "macro-F1 if every stance were the most frequent one",
    "stance_blind": "macro-F1 if it were read off words of support and refusal, blind to the topic",
}


def score(pairs: Sequence[tuple[GoldArticle, Sequence[Found]]]) -> Figures:
    """All figures over articles with what was found in them."""
    counts = {
        key: [0, 0, 0] for key in ("statements", "topic", "topic_actor", "topic_actor_stance", "topic_holder_stance")
    }
    shares: dict[str, list[bool]] = defaultdict(list)
    stances: list[tuple[str, str]] = []
    blind: list[tuple[str, str]] = []
    for item, found in pairs:
        shares["traced"] += [bool(one.row.speaker and one.row.mention) for one in found if one.topics]
        matches = _match(item.statements, found)
        for gold, tagged in matches:
            _count(counts, gold, tagged)
            if gold and tagged:
                _compare(shares, gold, tagged)
                shared = [topic for topic in gold.topics if topic in tagged.topics]
                stances += [(gold.topics[topic], tagged.topics[topic]) for topic in shared]
                guess = blind_stance(item.article.text[gold.start : gold.end], item.article.language)
                blind += [(gold.topics[topic], guess) for topic in shared]
    figures: Figures = {"n": sum(len(item.statements) for item, _ in pairs)}
    for key, (hit, extra, missed) in counts.items():
        figures[f"{key}_precision"] = _ratio(hit, hit + extra)
        figures[f"{key}_recall"] = _ratio(hit, hit + missed)
        figures[f"{key}_f1"] = _ratio(2 * hit, 2 * hit + extra + missed)
    figures |= {key: _ratio(sum(values), len(values)) for key, values in sorted(shares.items())}
    figures["stance"] = macro_f1(stances)
    figures["opposite"] = _ratio(sum({a, b} == {"favor", "against"} for a, b in stances), len(stances))
    most = Counter(gold for gold, _ in stances).most_common(1)
    figures["stance_majority"] = macro_f1([(gold, most[0][0]) for gold, _ in stances]) if most else 0.0
    figures["stance_blind"] = macro_f1(blind)
    return figures


@lru_cache(maxsize=8192)
def blind_stance(text: str, language: str) -> str:
    """``favor`` or ``against`` by the codebook's words of support and refusal alone; words that negate or undo turn it.

    A baseline that cannot know the topic: what a stance score must exceed to say anything (Mohammad et al. 2016).
    """
    words = codebook.load().polarity
    counts = {
        kind: len(word_pattern(words[kind][language if language in ("de", "en") else "en"]).findall(text))
        for kind in words
    }
    sign = (counts["support"] - counts["oppose"] or 1) * (-1) ** (counts["undo"] + counts["negate"])
    return "favor" if sign > 0 else "against"


def match_rows(gold: Sequence[GoldArticle], rows: Sequence[TaggedStatement]) -> list[tuple[TaggedStatement, bool]]:
    """Each row with whether its statement, actor, topic and stance are all right; for calibration."""
    by_article = defaultdict(list)
    for row in rows:
        by_article[row.article_id].append(row)
    judged = []
    for item in gold:
        own = by_article[item.article.id]
        matches = _match(item.statements, _found(own))
        golds = {found.row.statement_id: right for right, found in matches if right and found}
        for row in own:
            right = golds.get(row.statement_id)
            judged.append((row, right is not None and row.actor in right.actors and _judges(right, row)))
    return judged


def stance_pairs(gold: Sequence[GoldArticle], rows: Sequence[TaggedStatement]) -> list[list[tuple[str, str]]]:
    """For each article the (annotated, tagged) stances of statements found, on topics found."""
    by_article = defaultdict(list)
    for row in rows:
        by_article[row.article_id].append(row)
    return [
        [
            (right.topics[topic], tagged.topics[topic])
            for right, tagged in _match(item.statements, _found(by_article[item.article.id]))
            if right and tagged
            for topic in right.topics
            if topic in tagged.topics
        ]
        for item in gold
    ]


def _judges(gold: GoldStatement, row: TaggedStatement) -> bool:
    """Whether a row's topic and stance are among those annotated; ``other`` where none is."""
    return not gold.topics if row.topic == OTHER else gold.topics.get(row.topic) == row.stance


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean F1 over ``STANCES`` that occur, of (right, given) pairs; in [0, 1]."""
    classes = [stance for stance in STANCES if any(right == stance for right, _ in pairs)]
    values = []
    for stance in classes:
        hit = sum(right == given == stance for right, given in pairs)
        wrong = sum((right == stance) != (given == stance) for right, given in pairs)
        values.append(_ratio(2 * hit, 2 * hit + wrong))
    return _ratio(sum(values), len(values))


def read_record(record: dict, folder: Path) -> GoldArticle:
    """One line of a gold file; ``folder`` is where its ``file`` is looked for."""
    if "file" in record:
        article = next(a for a in read_articles([folder / record["file"]]) if isinstance(a, Article))
    else:
        article = Article(record["id"], record["text"], published=record.get("published", ""), language=record["lang"])
    merged: dict[str, list[dict]] = defaultdict(list)
    for row in record["statements"]:
        merged[_plain(row["text"])].append(row)
    return GoldArticle(article, tuple(_gold_statement(article, text, rows) for text, rows in merged.items()))


def _gold_statement(article: Article, text: str, rows: list[dict]) -> GoldStatement:
    start = _plain(article.text).find(text)
    if start < 0:
        raise ValueError(f"{article.id}: annotated text is not in the article: {text!r}")
    first = rows[0]
    return GoldStatement(
        start,
        start + len(text),
        first["speaker"] or "",
        frozenset(row["actor"] for row in rows),
        first["holder"],
        first["mode"],
        tuple(first.get("via") or ()),
        first.get("date") or "",
        first["topics"],
        bool(first.get("hard")),
    )


def _plain(text: str) -> str:
    """Blanks of every kind as one width, so that gold quoted from a raw file fits the clean text."""
    return re.sub(r"[\u00a0\u202f\u2009]", " ", text)


def _found(rows: Sequence[TaggedStatement]) -> list[Found]:
    merged: dict[str, list[TaggedStatement]] = defaultdict(list)
    for row in rows:
        merged[row.statement_id].append(row)
    return [
        Found(
            r[0].start,
            r[0].end,
            r[0],
            frozenset(x.actor for x in r),
            {x.topic: x.stance for x in r if x.topic != OTHER},
        )
        for r in merged.values()
    ]


def _match(gold: Sequence[GoldStatement], found: Sequence[Found]) -> list[tuple[GoldStatement | None, Found | None]]:
    """Pair spans one to one, best overlap first; the rest stand alone."""
    overlaps = sorted(
        ((_overlap(g, f), i, j) for i, g in enumerate(gold) for j, f in enumerate(found)),
        key=lambda x: (-x[0], x[1], x[2]),
    )
    left, right, pairs = set(range(len(gold))), set(range(len(found))), []
    for share, i, j in overlaps:
        if share >= OVERLAP and i in left and j in right:
            left.remove(i)
            right.remove(j)
            pairs.append((gold[i], found[j]))
    return [*pairs, *((gold[i], None) for i in sorted(left)), *((None, found[j]) for j in sorted(right))]


def _overlap(gold: GoldStatement, found: Found) -> float:
    shared = min(gold.end, found.end) - max(gold.start, found.start)
    return max(shared, 0) / (max(gold.end, found.end) - min(gold.start, found.start))


def _count(counts: dict[str, list[int]], gold: GoldStatement | None, found: Found | None) -> None:
    wanted = _tuples(gold.topics, gold.actors, gold.holder) if gold else {}
    given = _tuples(found.topics, found.actors, found.row.holder) if found else {}
    for key in counts:
        a = ({1} if gold else set()) if key == "statements" else wanted.get(key, set())
        b = ({1} if found else set()) if key == "statements" else given.get(key, set())
        counts[key][0] += len(a & b)
        counts[key][1] += len(b - a)
        counts[key][2] += len(a - b)


def _tuples(topics: dict[str, str], actors: frozenset[str], holder: str) -> dict[str, set]:
    return {
        "topic": set(topics),
        "topic_actor": {(topic, actor) for topic in topics for actor in actors},
        "topic_actor_stance": {(topic, actor, stance) for topic, stance in topics.items() for actor in actors},
        "topic_holder_stance": {(topic, holder, stance) for topic, stance in topics.items()},
    }


def _compare(shares: dict[str, list[bool]], gold: GoldStatement, found: Found) -> None:
    row = found.row
    shares["actor"].append(gold.actors == found.actors)
    shares["speaker"].append(same_speaker(gold.speaker, row.speaker))
    shares["holder"].append(gold.holder == row.holder)
    shares["mode"].append(gold.mode == row.mode)
    told = "told" if gold.holder not in gold.actors else "invented"
    shares[f"holder_{told}"].append(gold.holder == row.holder if told == "told" else row.holder not in found.actors)
    right = " > ".join(gold.via).casefold() == row.via.casefold()
    shares["via"].append(right)
    shares["via_named" if gold.via else "via_invented"].append(right if gold.via else bool(row.via))
    if gold.date:
        shares["date"].append(gold.date == row.date)
    else:
        shares["date_invented"].append(row.date_basis == "expression")


def same_speaker(gold: str, given: str) -> bool:
    """Whether two spellings name the same speaker: the same last name, or nearly the same words."""
    if not gold or not given:
        return gold == given
    return fuzz.token_set_ratio(gold.casefold(), given.casefold()) >= 85


def _ratio(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0
