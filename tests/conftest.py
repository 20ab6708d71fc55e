"""An invented corpus, an invented tagger for it, and the app on top: nobody in it exists, no sentence was ever said."""

import json
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import streamlit as st
import tiny_nli
from streamlit.testing.v1 import AppTest

import positions
from benchmarks.serving import chromium, serve
from positions.codebook import Codebook
from positions.records import OTHER, TOPICS, Article, TaggedStatement
from positions.utterances import join_utterances

ROOT = Path(__file__).parents[1]
Progress = Callable[[int, str], None]
NASTY = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror=alert(1)>",
    "**fett** und [Klick](https://evil.example) und ![Bild](https://evil.example/track.png)",
    ":red[rot] :material/delete: :smile:",
    "$x^2$ kostet $5",
    "1. Dezember -> https://evil.example",
    "=HYPERLINK(1)",
    "\u202eabc\u202c",
]
# sentence -> what the invented tagger says of it; left out: own words, quoted, sure
SAID: dict[str, dict] = {
    "Wir geben den Bezirk nicht auf, sagte Pawel Sorokin.": dict(actor="Russia", topic="territory", score=-0.9),
    "Der Abzug ist ausgeschlossen, sagte Pawel Sorokin.": dict(actor="Russia", topic="territory", score=-0.8),
    "Die Linie bleibt, wo sie ist, sagte Irina Belowa.": dict(
        actor="Russia", speaker="Irina Belowa", topic="territory", score=-0.7, via="TASS > dpa"
    ),
    "Kein Zentimeter wird geräumt, sagte Pawel Sorokin.": dict(actor="Russia", topic="territory", score=-0.95),
    "Darüber wird nicht verhandelt, sagte Pawel Sorokin.": dict(actor="Russia", topic="territory", score=-0.85),
    "Über einen Tausch könne man reden, sagte Irina Belowa.": dict(
        actor="Russia", speaker="Irina Belowa", topic="territory", score=0.4, mode="indirect", confidence=0.4
    ),
    "Wir treten nichts ab, sagte Oleh Marchenko.": dict(actor="Ukraine", topic="territory", score=0.95),
    "Our land is not for sale, said Oleh Marchenko.": dict(actor="Ukraine", topic="territory", score=0.9),
    "No withdrawal, said Daryna Kovalenko.": dict(
        actor="Ukraine", speaker="Daryna Kovalenko", topic="territory", score=0.85
    ),
    "Kiew lehnt jede Abtretung ab.": dict(actor="Ukraine", speaker="", topic="territory", score=0.8, mode="narrated"),
    "Both sides must give something, said Grace Holloway.": dict(actor="USA", topic="territory", score=-0.6),
    "Borders cannot be moved by force, said Grace Holloway.": dict(actor="USA", topic="territory", score=0.7),
    "A swap is realistic, said Walter Pike.": dict(actor="USA", speaker="Walter Pike", topic="territory", score=-0.7),
    "The map is settled law, said Walter Pike.": dict(actor="USA", speaker="Walter Pike", topic="territory", score=0.6),
    "Die Sanktionen bleiben, sagte Arne Lindqvist.": dict(actor="Europe", topic="sanctions", score=0.9),
    "Ein neues Paket kommt, sagte Arne Lindqvist.": dict(actor="Europe", topic="sanctions", score=0.8),
    "Moscow will never accept membership, said Grace Holloway.": dict(
        actor="USA", holder="Russia", topic="nato", score=-0.9
    ),
    "Das Wetter war gut, sagte Arne Lindqvist.": dict(actor="Europe", topic="other", score=None),
}
SPEAKERS = {"Russia": "Pawel Sorokin", "Ukraine": "Oleh Marchenko", "USA": "Grace Holloway", "Europe": "Arne Lindqvist"}
ARTICLES = [
    dict(id="a1", published="2025-12-02", outlet="Stadtblatt", title="Gespräche beginnen", language="de"),
    dict(id="a2", published="2025-12-04", outlet="Nordkurier", title="Streit um die Linie", language="de"),
    dict(id="a3", published="2025-12-10", outlet="Harbour Post", title="Talks go on", language="en"),
    dict(id="a4", published="2025-12-18", outlet="Harbour Post", title="A year ends", language="en"),
    dict(id="a5", published="", outlet="", title="", language="de"),
]
PLACES = {"a1": (0, 1, 3, 4, 6, 14), "a2": (2, 5, 9, 15), "a3": (7, 10, 11, 16), "a4": (8, 12, 13), "a5": (17,)}


def rows_of(article: Article) -> Iterable[TaggedStatement]:
    """What the invented tagger finds: the sentences of ``SAID``, nasty strings, any other with "sagte" or "said"."""
    found = [(sentence, facts) for sentence, facts in SAID.items() if sentence in article.text]
    found += [
        (text, dict(actor="Europe", topic="sanctions", score=0.9, speaker=text))
        for text in NASTY
        if text in article.text
    ]
    unknown = re.findall(r"[^.!?\n]*\b(?:sagte|said)\b[^.!?\n]*\.", article.text)
    found += [
        (text.strip(), dict(actor="Europe", topic="sanctions", score=0.9))
        for text in unknown
        if text.strip() not in SAID
    ]
    for sentence, facts in sorted(found, key=lambda pair: article.text.index(pair[0])):
        score, actor = facts["score"], facts["actor"]
        stance = "" if score is None else "favor" if score > 0.3 else "against" if score < -0.3 else "neutral"
        plain = dict(
            statement_id=sha256(f"{article.id} {sentence}".encode()).hexdigest()[:12],
            utterance_id=sha256(sentence.encode()).hexdigest()[:12],
            article_id=article.id, published=article.published, date=article.published,
            date_basis="article" if article.published else "unknown", outlet=article.outlet, title=article.title,
            url=article.url, language=article.language, actor=actor, speaker=SPEAKERS[actor], holder=actor,
            mode="direct", via="", stance=stance, confidence=0.8, text=sentence, start=article.text.index(sentence),
            end=article.text.index(sentence) + len(sentence), cue="sagte",
        )  # fmt: skip
        yield TaggedStatement(**{**plain, **facts})


@pytest.fixture
def tagger(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Stands in for ``positions.pipeline``; counts its calls in ``calls``, gives its topics the codebook's keys."""
    fake = ModuleType("positions.pipeline")
    fake.calls = 0

    def tag(
        articles: Iterable[Article],
        *,
        progress: Callable[[int, str], None] | None = None,
        model: Path | str,
        book: Codebook,
    ) -> list[TaggedStatement]:
        fake.calls += 1
        keys = [topic.key for topic in book.topics]
        names = {OTHER: OTHER} | {topic: keys[place % len(keys)] for place, topic in enumerate(TOPICS)}
        rows: list[TaggedStatement] = []
        for number, article in enumerate(articles):
            rows += [replace(row, topic=names[row.topic]) for row in rows_of(article)]
            if progress:
                progress(number + 1, article.id)
        return rows

    fake.tag = tag
    fake.open_reader = lambda model, book: None
    fake.join_rows = lambda rows, reader: join_utterances(rows)
    monkeypatch.setitem(sys.modules, "positions.pipeline", fake)
    monkeypatch.setattr(positions, "pipeline", fake, raising=False)
    return fake


@pytest.fixture
def corpus_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The invented articles on disk, as the folder that the app reads; with a cache folder of their own."""
    folder = tmp_path / "articles"
    folder.mkdir()
    sentences = list(SAID)
    lines = [{**one, "text": "\n\n".join(sentences[place] for place in PLACES[one["id"]])} for one in ARTICLES]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (folder / "articles.jsonl").write_text(text, encoding="utf-8")
    monkeypatch.setenv("POSITIONS_DATA", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("POSITIONS_UPLOADS", "POSITIONS_CODEBOOK", "POSITIONS_MODEL"):
        monkeypatch.delenv(name, raising=False)
    st.cache_resource.clear()
    st.cache_data.clear()
    return folder


@pytest.fixture
def open_app(tagger: ModuleType, corpus_folder: Path) -> Callable[..., AppTest]:
    """``open_app("statements", side=["Russia"])`` is the app as that link opens it."""

    def start(page: str = "positions", /, **params: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        for name, value in {"lang": "en", **params}.items():
            app.query_params[name] = value
        app.run()
        if page != "positions":
            app.switch_page(f"positions/pages/{page}.py").run()
        return app

    return start


OWN_TOPICS = """
topics:
  - key: nuclear_energy
    name: {de: Atomkraft, en: Nuclear energy}
    proposition: {de: Atomkraftwerke sollen weiterlaufen., en: Nuclear power plants should keep running.}
    core:
      de: [(atom|kern)(kraft|energie)]
      en: ["nuclear (power|energy|plants?)"]
  - key: speed_limit
    name: {de: Tempolimit, en: Speed limit}
    proposition: {de: Auf Autobahnen soll ein Tempolimit gelten., en: Motorways should have a speed limit.}
"""


@pytest.fixture
def own_topics(tmp_path: Path) -> Path:
    """A codebook file of two topics that no shipped model knows."""
    file = tmp_path / "own.yaml"
    file.write_text(OWN_TOPICS, encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def nli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model of natural-language inference."""
    return tiny_nli.make(tmp_path_factory.mktemp("nli"))


BODY = (
    "Die Außenministerin Olena Prychodko lehnte den Vorschlag am Montag in Kiew ab. "
    "„Wir geben kein Gebiet auf“, sagte sie vor Reportern."
)
ENGLISH = (
    "Deputy Foreign Minister Ostap Verbytsky said in Lviv on Saturday that Ukraine would not give up any territory. "
    "He asked the European Union to keep its sanctions in place."
)


def make_pdf(pages: list[list[str]], stream: bytes = b"") -> bytes:
    """A PDF with lines of text on each page, or with one given compressed stream as its only page."""
    streams = [stream] if stream else [zlib.compress(pdf_text(lines)) for lines in pages]
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(streams)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(streams)}/MediaBox[0 0 595 842]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for index, body in enumerate(streams):
        page = f"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>>>/Contents {5 + 2 * index} 0 R>>"
        content = f"<</Length {len(body)}/Filter/FlateDecode>>stream\n".encode() + body + b"\nendstream"
        objects += [page.encode(), content]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj".encode() + body + b"endobj\n"
    table = b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    end = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF".encode()
    return out + head + table + end


def pdf_text(lines: list[str]) -> bytes:
    """The drawing commands of a PDF page with these lines."""
    shown = [re.sub(rb"([()\\])", rb"\\\1", line.encode("cp1252")) for line in lines]
    return b"BT /F1 11 Tf 14 TL 50 800 Td " + b"".join(b"(" + line + b") Tj T* " for line in shown) + b"ET"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard on the seeds, as README starts it, with a cache of its own."""
    with serve(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium under Playwright."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()
