"""What the pages are made of: words, the cached corpus, marked text, links."""

import os
import re
import string
from dataclasses import asdict

import pandas as pd
import pytest
import streamlit as st
from conftest import SAID

from positions import bundle, figures, measures, records, store
from positions.articles import read_articles
from positions.records import Article
from positions.ui import evidence, jobs, links, markup, quality, reading, uploads, words


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def corpus() -> reading.Corpus:
    """The corpus as a page would get it."""
    return reading._finished(jobs.start(lambda job: reading.load(reading.folders(), job)), words.load("en"))


def row(text: str, start: int, **changes) -> pd.Series:
    plain = dict(text=text, start=start, end=start + len(text), side="Europe", statement_id="s1")
    return pd.Series({**plain, **changes})


def test_both_languages_say_the_same():
    """Every text exists in English and German, with the same blanks."""
    english, german = (words.load(language).table for language in ("en", "de"))
    own = {key for key in english if not key.startswith("figures.")}
    assert own == {key for key in german if not key.startswith("figures.")}
    assert {key for key in own if blanks(english[key]) != blanks(german[key])} == set()
    assert all(english[key].strip() or key == "state.position" for key in own)


def test_charts_are_translated():
    """German has every word of the charts, with the same blanks; English has the charts' own where it adds none."""
    german, english = words.load("de").group("figures"), words.load("en").group("figures")
    assert set(german) == set(figures.ENGLISH) and set(english) <= set(figures.ENGLISH)
    for table in (german, english):
        assert {key for key, text in table.items() if blanks(text) != blanks(figures.ENGLISH[key])} == set()


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_code_has_a_word(language):
    """No reader meets a bare code."""
    known = words.load(language)
    groups = {
        "side": records.ACTORS, "actor": records.ACTORS, "topic": (*records.TOPICS, records.OTHER),
        "stance": records.STANCES, "mode": records.MODES, "source": measures.SOURCES, "state": measures.STATES,
        "band": (*measures.BANDS, *measures.STATES[:3]), "date_basis": records.DATE_BASES,
        "verdict": measures.VERDICTS[1:],
    }  # fmt: skip
    assert [
        f"{group}.{code}" for group, codes in groups.items() for code in codes if f"{group}.{code}" not in known.table
    ] == []


def test_no_word_is_left_over():
    """Every key of the interface is used in the code, by itself or through its group."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (reading.ROOT / "positions").rglob("*.py"))
    computed = {name for name in re.findall(r"""[("'.]([a-z_]+)\.?\{""", code)} | set(
        re.findall(r'(?:option|group)\("(\w+)"', code)
    )
    computed |= {
        "positions",
        "over_time",
        "compare",
        "corpus",
        "statements",
        "articles",
        "method",
        "figures",
        "count",
        "footer",
    }
    unused = [
        key for key in words.load("en").table
        if key.split(".")[0] not in computed and f'"{key}"' not in code and f'"{key.rsplit(".", 1)[0]}"' not in code
    ]  # fmt: skip
    assert unused == []


@pytest.mark.parametrize(
    ("language", "day", "count", "share"),
    [("en", "02 Dec 2025", "1,234 tagged rows", "25%"), ("de", "02.12.2025", "1.234 Zeilen", "25 %")],
)
def test_numbers_and_dates_follow_the_language(language, day, count, share):
    """Thousands, percent and dates look as they do in the language's papers."""
    known = words.load(language)
    assert (known.day("2025-12-02"), known.count("count.rows", 1234), known.percent(0.25)) == (day, count, share)


def test_unknown_words_fail():
    """A missing key is a fault in the program and is not papered over."""
    with pytest.raises(KeyError):
        words.load("en")("no.such.key")


def test_the_corpus_is_tagged_once(corpus_folder, tagger):
    """A second start reads the cache; a changed article or a second one is tagged again."""
    first = corpus()
    assert (len(first.articles), len(first.statements), tagger.calls) == (5, len(SAID), 1)
    again = corpus()
    assert tagger.calls == 1
    pd.testing.assert_frame_equal(store.conform(again.statements), store.conform(first.statements))
    assert again.articles.to_dict("records") == first.articles.to_dict("records")
    (corpus_folder / "new.txt").write_text("Ein neuer Tag, sagte Arne Lindqvist. Mehr nicht.", encoding="utf-8")
    assert len(corpus().articles) == 6 and tagger.calls == 2


def test_a_damaged_cache_is_made_anew(corpus_folder, tagger):
    """Half a file in the cache folder costs time, not the start."""
    corpus()
    for path in reading.cache_folder().iterdir():
        path.write_bytes(path.read_bytes()[:20])
    assert len(corpus().statements) == len(SAID) and tagger.calls == 2


def test_no_write_permission_no_harm(corpus_folder, tagger, monkeypatch):
    """Where nothing can be kept, every start tags anew."""
    blocked = corpus_folder / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert len(corpus().statements) == len(SAID)
    corpus()
    assert tagger.calls == 2


def test_old_caches_are_removed(corpus_folder, tagger):
    """The cache folder does not grow without end."""
    for number in range(reading.KEPT + 3):
        (corpus_folder / "articles.jsonl").write_text(f'{{"text": "Nummer {number}, sagte Arne Lindqvist."}}')
        corpus()
    assert len(os.listdir(reading.cache_folder())) == 2 * reading.KEPT


def test_other_code_means_another_key(monkeypatch):
    """The key changes with what makes the rows, not with the pages."""
    before = reading.tagger_key()
    reading.tagger_key.cache_clear()
    monkeypatch.setattr(reading, "AFTER_TAGGING", (*reading.AFTER_TAGGING, "dates.py"))
    assert reading.tagger_key() != before
    reading.tagger_key.cache_clear()


def test_a_sentence_is_marked_in_its_paragraph():
    """The paragraph around a statement is shown, not its neighbours."""
    text = "Erster Absatz.\n\nVorher. Nein, sagte sie. Nachher.\n\nDritter Absatz."
    marked = evidence.paragraph_html(row("Nein, sagte sie.", text.index("Nein")), text)
    assert marked == "Vorher. <mark>Nein, sagte sie.</mark> Nachher."


@pytest.mark.parametrize("start", [0, 5, 10_000])
def test_a_statement_that_is_not_at_its_place_stands_alone(start):
    """Wrong offsets never mark the wrong words."""
    assert evidence.paragraph_html(row("Nein.", start), "Etwas ganz anderes.") == "<mark>Nein.</mark>"


def test_a_long_paragraph_is_cut_at_words():
    """A reader gets the words around the sentence, with dots where something is left out."""
    text = "wort " * 300 + "Nein." + " wort" * 300
    marked = evidence.paragraph_html(row("Nein.", 1500), text, around=50)
    assert marked.startswith("… wort") and marked.endswith("wort …") and len(marked) < 150


def test_overlapping_statements_share_a_mark():
    """The full text is shown once, whatever overlaps in it."""
    text = "Das ist <b>unser</b> Land, sagten beide."
    rows = pd.DataFrame([row(text[:25], 0), row(text[8:], 8, side="USA", statement_id="s2")])
    marked = evidence.marked_html(text, rows, "s2", words.load("en"))
    assert marked.count("<mark") == 1 and 'class="chosen"' in marked and "1 Europe, USA" in marked
    assert re.sub(r"<sup>.*?</sup>|</?(mark|div)[^>]*>", "", marked) == markup.text(text)


@pytest.mark.parametrize(
    ("lang", "facts", "badges"),
    [
        ("en", {"act": "condition", "condition": "if it <holds>"}, ["under a condition"]),
        ("de", {"act": "reject", "red_line": "nie"}, ["Ablehnung", "Rote Linie"]),
        ("de", {"act": "offer"}, ["Angebot"]),
        ("en", {"act": "report"}, []),
        ("en", {}, []),  # a table of an earlier program
    ],
)
def test_acts_are_badges(lang, facts, badges):
    """What a statement does stands on its card, and nothing where it only reports."""
    known = words.load(lang)
    plain = dict(stance="favor", topic="nato", mode="direct", source="own", reviewed=False, confidence=0.5)
    shown = evidence._badges(row("Ja.", 0, **plain, **facts), known)
    offered = [*known.group("act").values(), known("evidence.red_line")]
    assert [one for one in offered if f">{one}</span>" in shown] == badges


@pytest.mark.parametrize(
    ("back", "place"),
    [
        (0, ""),
        (1, "one sentence before"),
        (2, "2 sentences before"),
        (-1, "one sentence after"),
        (-3, "3 sentences after"),
    ],
)
def test_the_card_says_where_the_speaker_is_named(back, place):
    """A pronoun leads to a name, with the way back to it."""
    known = words.load("en")
    facts = dict(mention="er", resolution="er → Juri <Uschakow>", sentences_back=back)
    told = evidence.named(row("Ja.", 0, **facts), known)
    assert told == "er → Juri <Uschakow>" + (f", {place}" if place else "")


MEASURED = {
    "model": "positions",
    "version": "1",
    "seeds": {
        "positions": {
            "statements": 61, "topic_macro_f1": 0.8, "topic_macro_f1_interval": [0.7, 0.875], "opposite": 0.0,
            "stance_calibration_error": 0.051,
        },
        "keywords": {"statements": 61, "topic_macro_f1": 0.5, "stance_macro_f1": 0.25, "opposite": 0.3},
        "from raw article": {
            "statements_f1": 0.9, "topic_actor_stance_f1": 0.6, "topic_actor_stance_f1_interval": [0.5, 0.7],
            "keywords_topic_actor_stance_f1": 0.2, "actor": 1.0,
        },
    },
}  # fmt: skip


def test_methods_stand_beside_each_other():
    """Each measured method is a row with interval and decimal mark; what was not measured is a dash."""
    known = words.load("de")
    ((name, part),) = quality.gold_sets(MEASURED).items()
    assert quality.heading(name, part, known) == "Mitgelieferte Artikel (61 Aussagen)"
    assert quality.methods(part, known).values.tolist() == [
        ["Dieses Programm", "0,80 (0,70 bis 0,88)", "–", "0,00", "0,05"],
        ["Schlüsselwörter", "0,50", "0,25", "0,30", "–"],
    ]


def test_the_whole_path_stands_beside_the_keyword_floor():
    """One row a figure from the raw article on; the floor is given where it was measured."""
    shown = quality.whole(MEASURED["seeds"], words.load("en")).values.tolist()
    assert [one[1:] for one in shown] == [
        ["0.90", "–"], ["0.60 (0.50 to 0.70)", "0.20"], ["1.00", "–"], ["–", "–"], ["–", "–"], ["–", "–"],
    ]  # fmt: skip
    assert {one for part in quality.whole({}, words.load("en")).values[:, 1:] for one in part} == {"–"}


@pytest.mark.parametrize("text", ["2025-13-01", "", "1000-01-01", "9999-01-01", "heute", "2025-12-01T00:00"])
def test_only_sensible_days_come_from_a_link(text):
    """A day that is none, or lies in no newspaper, is passed over."""
    assert links.parse_day(text) is None


def test_uploaded_ids_are_free():
    """An upload never takes the id of another article."""
    known = {"a": bundle.text_hash("x"), "a-2": bundle.text_hash("y")}
    read = list(
        uploads.read(
            [("a.txt", b"Ein neuer Text, sagte sie."), ("a.txt", b"Noch einer, sagte er.")], 1, lambda articles: known
        )
    )
    assert [item.id for item in read] == ["a-3", "a-4"]


def test_too_many_files_are_refused_by_name():
    """The first ones are read, the others named."""
    files = [(f"{n}.txt", f"Text Nummer {n}, sagte sie.".encode()) for n in range(uploads.FILES_AT_ONCE + 2)]
    read = list(uploads.read(files, 1, lambda articles: {}))
    assert sum(isinstance(item, Article) for item in read) == uploads.FILES_AT_ONCE
    assert [item.reason for item in read[-2:]] == ["too_many_files"] * 2


def test_articles_frame_keeps_every_field(corpus_folder):
    """A page can show all that reading an article has found out."""
    articles = list(read_articles([corpus_folder]))
    frame = reading.articles_frame(map(asdict, articles))
    assert tuple(frame.columns) == reading.ARTICLE_COLUMNS and list(frame["id"]) == ["a1", "a2", "a3", "a4", "a5"]


def teardown_module() -> None:
    st.cache_resource.clear()


@pytest.mark.parametrize(
    ("confidence", "right"), [(0.0, 0.5), (0.3, 0.5), (0.5, 0.8), (0.52, 0.8), (0.55, None), (0.6, None), (0.95, None)]
)
def test_what_a_least_confidence_promises(confidence, right):
    """The figure of the nearest step below; none where too few rows were as sure."""
    steps = [{"at_least": step / 20, "kept": 0.5, "right": 0.5 if step < 10 else 0.8, "n": 20} for step in range(11)]
    found = quality.precision({"coverage": steps}, confidence)
    assert (found and found["right"]) == right
    assert quality.precision({}, confidence) is None
