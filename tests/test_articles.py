"""Articles: every format, encoding and kind of boilerplate in, clean text with its facts out, or a reason."""

import io
import json
import re
import zlib
from collections import Counter
from pathlib import Path

import pandas
import pypdf
import pytest
from conftest import BODY, ENGLISH, make_pdf

from positions import articles
from positions.articles import Unreadable, detect_language, read_articles, read_bytes
from positions.cleaning import clean
from positions.records import Article

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"


SPANISH = (
    "El ministro rechazó la propuesta de Moscú y dijo que su país no cederá territorio alguno en las negociaciones que "
    "se celebran esta semana en la ciudad de Ginebra con los mediadores."
)


def read_one(name: str, data: bytes | str) -> Article:
    """The only article in a file."""
    (found,) = read_bytes(name, data.encode() if isinstance(data, str) else data)
    assert isinstance(found, Article), found
    return found


def reason(name: str, data: bytes | str) -> str:
    """Why a file gives no article."""
    (found,) = read_bytes(name, data.encode() if isinstance(data, str) else data)
    assert isinstance(found, Unreadable), found
    return found.reason


# ---------------------------------------------------------------------------------------------------------------- seeds


@pytest.fixture(scope="module")
def seeds() -> dict[str, Article]:
    """The seed articles by the first three digits of their ids."""
    found = list(read_articles([SEEDS]))
    assert all(isinstance(article, Article) for article in found), found
    return {article.id[:3]: article for article in found if isinstance(article, Article)}


def words(text: str) -> list[str]:
    """The words of a text, whatever stands between them."""
    return re.findall(r"\w+", text)


def test_seeds_are_all_read(seeds):
    """Five texts give five German articles in the order of their names; the sidecar is none of them."""
    assert list(seeds) == ["000", "001", "002", "003", "004"]
    assert {article.language for article in seeds.values()} == {"de"}
    assert not [article.warnings for article in seeds.values() if article.warnings]


@pytest.mark.parametrize(
    ("seed", "published", "basis"),
    [
        ("000", "2025-12-03", "sidecar"),
        ("001", "2025-12-04", "text"),
        ("002", "2025-12-02", "sidecar"),
        ("003", "2025-12-18", "text"),
        ("004", "2025-12-06", "text"),
    ],
)
def test_seed_dates(seeds, seed, published, basis):
    """A seed's date comes from its date line, else from the sidecar, which gives its reasons."""
    assert (seeds[seed].published, seeds[seed].published_basis) == (published, basis)
    assert seeds[seed].note


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.name[:3])
def test_seed_words_are_neither_lost_nor_glued(path):
    """Every word of the raw file is in the clean text, in order, or in a removed piece."""
    raw = path.read_text(encoding="utf-8")
    text, removed = clean(raw)
    plain = words(re.sub(r"<[^<>]{1,8}>|\\r\\n", " ", raw))
    assert Counter(plain) == Counter(words(text)) + Counter(word for piece in removed for word in words(piece.text))
    rest = iter(plain)
    assert all(word in rest for word in words(text))


@pytest.mark.parametrize("seed", ["000", "001", "002", "003", "004"])
def test_seed_text_is_tidy(seeds, seed):
    """No tag, escape, odd space or empty paragraph is left in a seed's clean text."""
    text = seeds[seed].text
    assert not re.search(r"[<>\\\u00a0\u200b\t]|  |\n{3}|[^\n]\n[^\n]", text)
    assert text == text.strip()


def test_seed_escaped_tags_become_paragraphs_and_headings(seeds):
    """Headings in escaped tags stand alone; typographic quotes stay."""
    paragraphs = seeds["000"].text.split("\n\n")
    headings = [paragraph for paragraph in paragraphs if len(paragraph) < 60]
    assert headings == [
        "Gegenvorschlag präsentiert",
        "„Viel Arbeit in Washington und Moskau nötig“",
        "Sechstes Treffen mit Putin",
    ]
    assert len(paragraphs) == 15
    assert paragraphs[0].startswith("Putin hatte am Dienstagabend in Moskau Wittkoff empfangen.")
    assert paragraphs[-1].endswith("eine überarbeitete Version des Plans erarbeitet.")


REMOVED = {
    "000": [],
    "001": ["date_line", "caption", "sign_off"],
    "002": [
        "navigation",
        "caption",
        "credit",
        "timestamp",
        *["consent"] * 3,
        "caption",
        "credit",
        "sign_off",
        "navigation",
        *["script"] * 6,
    ],
    "003": ["date_line", "sign_off"],
    "004": ["date_line"],
}


@pytest.mark.parametrize("seed", REMOVED)
def test_seed_removed_pieces(seeds, seed):
    """What leaves a seed is listed in order, each piece with its reason."""
    listed = [piece.reason for piece in seeds[seed].removed]
    assert sorted(listed) == sorted(REMOVED[seed])


@pytest.mark.parametrize(
    ("seed", "gone"),
    [
        ("001", ["date 2025", "picture alliance", "in Moskau empfangen worden", "Quelle"]),
        (
            "002",
            ["11.04.2025", "ARCHIVBILD", "30. November 2025", "REUTERS", "Stand:", "Zur Startseite", "zum Hauptinhalt"],
        ),
        (
            "002",
            [
                "Empfohlener redaktioneller Inhalt",
                "Drittplattformen",
                "showPaywall",
                "isPaid",
                "false",
                "console.debug",
            ],
        ),
        ("003", ["/ddo/DP/stw", "date 2025"]),
    ],
)
def test_seed_boilerplate_is_gone(seeds, seed, gone):
    """None of a seed's boilerplate is left in its text."""
    assert not [piece for piece in gone if piece in seeds[seed].text]


@pytest.mark.parametrize(
    ("seed", "kept"),
    [
        (
            "002",
            "Rücken der Ukraine gespielt werden.\n\nWolodymyr Selenskyj vor Reportern in Dublin\n\n",
        ),
        ("002", "dass Witkoff im Kreml eingetroffen sei\n\n"),
        ("002", "Weder die Ukraine noch Russland legen ihre Verluste offen."),
        ("003", "KIEW/WASHINGTON (dpa-AFX) - Neben"),
        ("003", 'rechtlich bindende Garantien handelt", sagte er.'),
        ("004", "Washington/Miami - Die USA und die Ukraine"),
    ],
)
def test_seed_sentences_stay(seeds, seed, kept):
    """Pull quotes, headings, datelines and last sentences stay in a seed's text."""
    assert kept in seeds[seed].text


def test_seed_title_comes_from_its_headline(seeds):
    """The one seed with a headline has it as title; no outlet is claimed that no text shows."""
    assert (
        seeds["002"].title == "USA legen Russland neuen Ukraine-Plan vor: Witkoff und Kushner treffen Putin in Moskau"
    )
    assert {article.title for name, article in seeds.items() if name != "002"} == {""}
    assert {article.outlet for article in seeds.values()} == {""}


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv", "a.jsonl"])
def test_encodings(name, encoding):
    """Umlauts arrive in every encoding and text format."""
    line = "Die Präsidentin lehnt größere Zugeständnisse für den Frieden ab."
    raw = {"a.csv": f'id,text\n1,"{line}"\n', "a.jsonl": json.dumps({"text": line}, ensure_ascii=False)}.get(name, line)
    assert read_one(name, raw.encode(encoding)).text == line


def test_cyrillic_and_damaged_encodings():
    """Windows-1251 is recognised; one broken byte in UTF-8 does not garble the rest."""
    russian = (
        "Москва отказалась от предложения Киева. Переговоры продолжатся в понедельник, сообщил представитель. " * 3
    )
    assert read_one("a.txt", russian.encode("cp1251")).text == russian.strip()
    damaged = BODY.encode() + b" \xff " + BODY.encode()
    assert read_one("a.txt", damaged).text == f"{BODY} \ufffd {BODY}"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (BODY, "de"),
        (ENGLISH, "en"),
        ("Kiew lehnt den Vorschlag ab.", "de"),
        ("Moscow said no.", "en"),
        ("Київ відмовляється від пропозиції.", "uk"),
        ("Москва отказалась от предложения.", "ru"),
        ("Le ministre a refusé la proposition de Moscou.", "fr"),
        ("12 - 14 %", ""),
        (SPANISH, ""),
    ],
)
def test_languages(text, language):
    """The language of one line is recognised; a language outside the list and numbers have none."""
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("raw", "published"),
    [
        (f" date 2025-12-04 {BODY}", "2025-12-04"),
        (f"\ufeff\u200b date 2025-12-04\n{BODY}", "2025-12-04"),
        (f"Stand: 02.12.2025, 14:05 Uhr\n\n{BODY}", "2025-12-02"),
        (f"Titel\n\nPublished 2 December 2025\n\n{BODY}", "2025-12-02"),
        (f"Max Muster (r) vor einem Gespräch am 11.04.2025.\n\n© dpa/Eva Roe\n\n{BODY}", ""),
        (f"{BODY}\n\nAm 30. November 2025 sprach sie in Genf.", ""),
        (f"Freitag, 8. Februar 2008\n\n{BODY}\n\nSamstag, 9. Februar 2008\n\n{BODY}", ""),
        (f"date 2025-13-45 {BODY}", ""),
    ],
)
def test_dates_in_the_text(raw, published):
    """A line that states the date gives it; captions, sentences and two different days do not."""
    article = read_one("a.txt", raw)
    assert (article.published, article.published_basis) == (published, "text" if published else "")
    assert "date 2025" not in article.text


@pytest.mark.parametrize(
    ("published", "text", "warned"),
    [
        ("2025-12-04", BODY, False),
        ("2025-12-04", f"{BODY} Seit 2022 herrscht Krieg.", False),
        ("2025-12-04", f"{BODY} Das galt 2024 nicht.", False),
        ("2019-12-04", f"{BODY} Am 3. Dezember 2025 reiste sie.", True),
        ("2999-01-01", BODY, True),
        ("neulich", BODY, True),
        ("2025-12-04", f"date 2025-12-01 {BODY}", True),
    ],
)
def test_doubtful_dates_are_warned_about(published, text, warned):
    """A date that contradicts the text, lies in the future or cannot be read is never trusted silently."""
    article = read_one("a.jsonl", json.dumps({"text": text, "published": published}))
    assert bool(article.warnings) is warned


# -------------------------------------------------------------------------------------------------------------- formats


def test_markdown():
    """Front matter gives the facts, marks and pictures go, words of links and headings stay."""
    front = '---\ntitle: "Nein aus Kiew"\ndate: x\npublished: 2025-12-04\nspeaker: Ada Holm\n---\n'
    raw = f"{front}# Nein aus Kiew\n\n**{BODY}** ![](a.png)\n\n- Ein [Link](http://a.b) hier.\n"
    article = read_one("nein.md", raw)
    assert (article.id, article.title, article.published) == ("nein", "Nein aus Kiew", "2025-12-04")
    assert article.speaker == "Ada Holm"
    assert article.text == f"Nein aus Kiew\n\n{BODY}\n\nEin Link hier."


PAGE = f"""<!DOCTYPE html><html lang="de"><head><title>Nein aus Kiew</title>
<meta property="og:title" content="Nein aus Kiew"><meta property="og:site_name" content="Beispielblatt">
<meta property="article:published_time" content="2025-12-04T10:00:00+01:00">
<link rel="canonical" href="https://blatt.example/nein"></head><body><nav><a href="/">Startseite</a></nav>
<article><h1>Nein aus Kiew</h1><figure><figcaption>Max Muster am 11.04.2020 Foto: dpa</figcaption></figure>
<p>{BODY}</p><p>{ENGLISH}</p><p>{BODY} Das gelte weiter.</p><p>Lesen Sie auch: Noch ein Artikel</p></article>
<script>var a = 1;</script><footer>Impressum</footer></body></html>"""


@pytest.mark.parametrize("name", ["seite.html", "seite.htm", "seite.txt"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_html(name, encoding):
    """A web page gives its main text and metadata, without navigation, captions, scripts and teasers."""
    article = read_one(name, PAGE.encode(encoding))
    assert (article.title, article.published, article.published_basis) == ("Nein aus Kiew", "2025-12-04", "metadata")
    assert (article.outlet, article.url, article.language) == ("Beispielblatt", "https://blatt.example/nein", "de")
    assert BODY in article.text.split("\n\n")
    assert not [word for word in ("Startseite", "Foto", "11.04", "var a", "Impressum", "Lesen") if word in article.text]
    assert "caption" in [piece.reason for piece in article.removed]


def test_html_of_one_line():
    """A page with one short paragraph is read; a caption's date does not become the page's."""
    caption = "<figcaption>Foto vom 11.04.2025</figcaption>"
    page = f"<html><body class='caption'>{caption}<p>Kiew lehnt das ab.</p></body></html>"
    article = read_one("a.html", page)
    assert (article.text, article.published) == ("Kiew lehnt das ab.", "")


def test_pdf():
    """A PDF's lines become paragraphs again; running heads and page numbers leave."""
    first = [
        "Die Außenministerin Olena Prychodko lehnte den Vorschlag am Montag in Kiew",
        "ab. Das gelte auch für die Sicherheits-",
        "garantien und den Beitritt zur Nato.",
        "Nein aus Moskau",
    ]
    second = [
        "Der Kreml erklärte, die Verhandlungen über einen Frieden seien beendet, und",
        "wies die Kritik zurück.",
    ]
    pages = [
        ["Beispielblatt, Ausgabe 4", *lines, str(number)] for number, lines in enumerate((first, second, ["Ende"]), 1)
    ]
    article = read_one("a.pdf", make_pdf(pages))
    assert article.text.split("\n\n") == [
        f"{first[0]} ab. Das gelte auch für die Sicherheitsgarantien und den Beitritt zur Nato.",
        "Nein aus Moskau",
        "Der Kreml erklärte, die Verhandlungen über einen Frieden seien beendet, und wies die Kritik zurück.",
        "Ende",
    ]
    assert Counter(piece.text for piece in article.removed) == Counter(
        ["Beispielblatt, Ausgabe 4"] * 3 + ["1", "2", "3"]
    )


def test_pdf_refusals(tmp_path):
    """A zip bomb, a locked, an empty, an overlong and a broken PDF each give one clear sentence."""
    assert "unpacks to far more" in reason("a.pdf", make_pdf([], zlib.compress(b" " * 100_000_000)))
    assert "unpacks to far more" in reason("a.pdf", make_pdf([], zlib.compress(b"q Q " * 6_000_000)))
    assert "no text" in reason("a.pdf", make_pdf([[""]]))
    assert "more than 300 pages" in reason("a.pdf", make_pdf([["Zeile"]] * 301))
    assert "not a PDF" in reason("a.pdf", b"%PDF-1.4 und dann nichts")
    writer = pypdf.PdfWriter()
    writer.append(pypdf.PdfReader(io.BytesIO(make_pdf([[ENGLISH]]))))
    writer.encrypt("geheim", algorithm="RC4-128")
    writer.write(tmp_path / "zu.pdf")
    (found,) = read_articles([tmp_path / "zu.pdf"])
    assert isinstance(found, Unreadable)
    assert found.reason == "The PDF is protected by a password."


ROWS = [
    {
        "id": "eins",
        "text": BODY,
        "title": "Nein",
        "published": "2025-12-04",
        "outlet": "Blatt",
        "url": "https://a.example",
        "language": "de-DE",
        "speaker": "Olena Hajduk",
    },
    {"id": "", "text": ENGLISH, "title": "", "published": "", "outlet": "", "url": "", "language": "", "speaker": ""},
]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_tables(tmp_path, suffix):
    """Each table format gives the same articles: metadata from the columns, an id from the row where none is given."""
    path = tmp_path / f"tabelle{suffix}"
    frame = pandas.DataFrame(ROWS)
    {
        ".csv": lambda: frame.to_csv(path, index=False),
        ".jsonl": lambda: frame.to_json(path, orient="records", lines=True),
        ".parquet": lambda: frame.to_parquet(path),
    }[suffix]()
    first, second = read_articles([path])
    assert (first.id, first.text, first.title, first.published_basis) == ("eins", BODY, "Nein", "metadata")
    assert (first.published, first.outlet, first.url, first.language) == (
        "2025-12-04",
        "Blatt",
        "https://a.example",
        "de",
    )
    assert (second.id, second.text, second.published, second.language) == ("tabelle-2", ENGLISH, "", "en")
    assert (first.speaker, second.speaker) == ("Olena Hajduk", "")
    assert second.source == f"{path}#2"


def test_csv_of_other_making():
    """Semicolons, capitals in the header, byte-order mark, line breaks in cells and very long cells are read."""
    long = " ".join([BODY] * 1500)
    raw = f'\ufeffTitle;TEXT\r\n"A; B";"{BODY}\n\n{ENGLISH}"\r\nC;"{long}"\r\n'
    first, second = read_bytes("a.csv", raw.encode())
    assert (first.title, first.text) == ("A; B", f"{BODY}\n\n{ENGLISH}")
    assert second.text == long


def test_csv_problems_cost_only_their_row():
    """Rows with too many cells or no text are named, the others are read."""
    found = list(read_bytes("a.csv", f'id,text\n1,"{BODY}"\n2,x,y,z\n3,\n4,"{ENGLISH}"\n'.encode()))
    assert [type(item) for item in found] == [Article, Unreadable, Unreadable, Article]
    assert [item.reason for item in found[1:3]] == ["Row 2 has more cells than the header.", "Row 3 has no text."]


def test_jsonl_problems_cost_only_their_line():
    """A broken line is named by its number; a line separator inside a text breaks nothing."""
    lines = [
        json.dumps({"text": f"{BODY}\u2028{ENGLISH}"}, ensure_ascii=False),
        "{broken",
        "",
        "[1]",
        '{"text": 5}',
        json.dumps({"text": ENGLISH}),
    ]
    found = list(read_bytes("a.jsonl", "\n".join(lines).encode()))
    assert [item.id for item in found if isinstance(item, Article)] == ["a-1", "a-6"]
    assert [item.reason for item in found if isinstance(item, Unreadable)] == [
        "Line 2 is not valid JSON.",
        "Line 4 has no text.",
        "Line 5 has no text.",
    ]


def test_a_stray_zero_byte_costs_no_line():
    """A zero byte in one line of a text does not make a binary file of it."""
    lines = [json.dumps({"text": ENGLISH}), json.dumps({"text": BODY}) + "\0"]
    first, second = read_bytes("a.jsonl", "\n".join(lines).encode())
    assert first.text == ENGLISH
    assert second.reason == "Line 2 is not valid JSON."


def test_a_flood_of_problems_is_counted():
    """After the first problems of a file only their number is told, and the good rows still come."""
    found = list(read_bytes("a.jsonl", ("{broken\n" * 500 + json.dumps({"text": ENGLISH})).encode()))
    assert sum(isinstance(item, Article) for item in found) == 1
    assert found[-1].reason == "450 more rows could not be read."
    assert len(found) == articles.MAX_PROBLEMS + 2


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.txt", b"", "The file is empty."),
        ("a.txt", b" \n\t ", "The file is empty."),
        ("a.txt", "\ufeff\u200b", "The file holds no words."),
        ("a.txt", b"--- 12 ---", "The file holds no words."),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4, "The file is binary, not text."),
        ("a.csv", bytes(range(256)) * 9, "The file is binary, not text."),
        ("a.html", bytes(range(256)) * 9, "The file is binary, not text."),
        ("a.parquet", b"PAR1 nothing", "The file is damaged or not what its name says"),
        ("a.parquet", b"x", "The file is damaged or not what its name says"),
        ("a.csv", b"id,title\n1,x\n", "The table has no column 'text'."),
        ("a.csv", b"id,text\n", "The table has no rows."),
        (
            "a.txt",
            "Anzeige\n\nFoto: dpa\n\nZur Startseite",
            "Only boilerplate was found (advertisement, credit, navigation)",
        ),
        ("a.txt", b"Wort " * 4_000_000, "The text is longer than 1,000,000 characters"),
        ("a.txt", b"a" * 50_000_001, "The file is larger than 50 MB."),
        ("a.html", b"<p>a</p>" * 2_000_000, "The page is larger than 10 MB."),
        ("a.docx", b"PK", "The name does not end in a known format (.txt, .md,"),
        ("a", b"Text", "The name does not end in a known format"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 60 else "data",
)
def test_rubbish_is_refused_with_a_reason(name, data, expected):
    """What is no article is refused by name, with one sentence that says why."""
    assert reason(name, data).startswith(expected)


def test_article_of_one_line():
    """One sentence is an article, without title."""
    article = read_one("kurz.txt", "Kiew lehnt das ab.")
    assert (article.id, article.text, article.title, article.language) == ("kurz", "Kiew lehnt das ab.", "", "de")


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ("Kiew lehnt ab", "Kiew lehnt ab"),
        ("Lehnt Kiew ab?", "Lehnt Kiew ab?"),
        ("Kiew lehnt ab.", ""),
        ("Nach dem Treffen:", ""),
    ],
)
def test_headline_is_title_and_stays(first, title):
    """A first line that looks like a headline is the title and stays in the text."""
    article = read_one("a.txt", f"{first}\n\n{BODY}")
    assert article.title == title
    assert article.text.startswith(first)


# -------------------------------------------------------------------------------------------------------------- folders


def test_folder_is_read_in_order(tmp_path):
    """A folder is read recursively and sorted; unknown and hidden files are passed over, ids stay unique."""
    for name in ("b/zwei.txt", "a.txt", "b/a.txt", "c.docx", ".versteckt.txt", "b/.git/x.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BODY, encoding="utf-8")
    found = list(read_articles([tmp_path, tmp_path / "a.txt"]))
    assert [item.id for item in found] == ["a", "a-2", "zwei", "a-3"]
    assert found == list(read_articles([str(tmp_path), str(tmp_path / "a.txt")]))


def test_missing_and_empty_inputs_are_named(tmp_path):
    """A path that does not exist and a folder without articles are named; the rest is read all the same."""
    (tmp_path / "leer").mkdir()
    (tmp_path / "gut.txt").write_text(BODY, encoding="utf-8")
    missing, empty, good = read_articles([tmp_path / "fehlt.txt", tmp_path / "leer", tmp_path / "gut.txt"])
    assert missing == Unreadable(str(tmp_path / "fehlt.txt"), "There is no such file or folder.")
    assert empty.reason.startswith("The folder holds no article")
    assert good.id == "gut"


def test_reading_is_lazy(tmp_path):
    """The first article is there before the last file is opened."""
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    paths[0].write_text(BODY, encoding="utf-8")
    found = read_articles(paths)
    assert next(found).id == "a"
    paths[1].write_text(ENGLISH, encoding="utf-8")
    assert next(found).text == ENGLISH


def test_sidecar_adds_facts(tmp_path):
    """A sidecar's facts go before the text's own; it is no article, not even when a shell names it among files."""
    (tmp_path / "a.txt").write_text(f"date 2025-12-01 {BODY}", encoding="utf-8")
    (tmp_path / "articles.csv").write_text(
        "id,published,outlet,title,url,note\na,2025-12-02,Blatt,Titel,,Grund\n", encoding="utf-8"
    )
    (article,) = read_articles(sorted(tmp_path.iterdir()))
    assert (article.published, article.published_basis) == ("2025-12-02", "sidecar")
    assert (article.outlet, article.title, article.note) == ("Blatt", "Titel", "Grund")
    assert article.warnings == ("The sources of the date disagree: 2025-12-02 (sidecar), 2025-12-01 (text).",)
    (alone,) = read_articles([tmp_path / "articles.csv"])
    assert alone.reason == "The table has no column 'text'."


def test_table_named_like_a_sidecar_is_a_table(tmp_path):
    """``articles.csv`` with a column of texts is read as articles."""
    (tmp_path / "articles.csv").write_text(f'id,text\nx,"{BODY}"\n', encoding="utf-8")
    (tmp_path / "a.txt").write_text(ENGLISH, encoding="utf-8")
    assert [item.id for item in read_articles([tmp_path])] == ["a", "x"]


def test_tables_on_disk_may_be_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be refused in memory is read row by row from disk, with the same articles."""
    rows = [{"id": f"k{n}", "text": f"{ENGLISH} No. {n}."} for n in range(5)]
    write_tables(tmp_path, rows)
    small = {path.name: [one.text for one in read_articles([path])] for path in tmp_path.iterdir()}
    monkeypatch.setattr(articles, "MAX_BYTES", 300)
    monkeypatch.setattr(articles, "MAX_ROWS", 3)
    large = {path.name: [one.text for one in read_articles([path])] for path in tmp_path.iterdir()}
    assert small == large and {len(texts) for texts in large.values()} == {5}
    (refusal,) = read_bytes("a.jsonl", (tmp_path / "a.jsonl").read_bytes())
    assert "larger than" in refusal.reason


def write_tables(folder: Path, rows: list[dict[str, str]]) -> None:
    frame = pandas.DataFrame(rows)
    frame.to_csv(folder / "a.csv", index=False)
    frame.to_json(folder / "a.jsonl", orient="records", lines=True)
    frame.to_parquet(folder / "a.parquet")


def test_a_large_table_in_another_encoding_or_without_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows before the fault stand; the rest is refused with the reason."""
    monkeypatch.setattr(articles, "MAX_BYTES", 100)
    row = json.dumps({"text": ENGLISH}).encode()
    (tmp_path / "a.jsonl").write_bytes(row + b"\n" * 10_000 + '{"text": "Größe"}'.encode("latin-1"))
    first, refusal = read_articles([tmp_path / "a.jsonl"])
    assert first.text == ENGLISH and "not in UTF-8" in refusal.reason
    monkeypatch.setattr(articles, "MAX_LINE", 1000)
    (tmp_path / "a.jsonl").write_bytes(row + b"\n" + b"[" * 5000)
    first, refusal = read_articles([tmp_path / "a.jsonl"])
    assert first.text == ENGLISH and refusal.reason.startswith("A line is longer than 1,000 characters")


def test_a_folder_is_read_in_the_order_of_its_paths(tmp_path: Path) -> None:
    """Files and folders by name, part by part; hidden ones and links to folders are passed over, ids stay apart."""
    for name in ("b/one.txt", "b.txt", "a/z/one.txt", "a/one.txt", ".git/one.txt", "c/.one.txt", "b-1.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{ENGLISH} {name}", "utf-8")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    found = [(Path(one.source).relative_to(tmp_path).as_posix(), one.id) for one in read_articles([tmp_path])]
    assert found == [("a/one.txt", "one"), ("a/z/one.txt", "one-2"), ("b/one.txt", "one-3"), ("b-1.txt", "b-1"),
                     ("b.txt", "b")]  # fmt: skip


def test_a_sidecar_is_read_once_for_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand files do not read it a thousand times, and a changed one counts at once."""
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(f"{ENGLISH} {name}", "utf-8")
    (tmp_path / "articles.csv").write_text("id,outlet\nb,Harbour Post\n", "utf-8")
    calls: list[bytes] = []
    read = articles._facts
    monkeypatch.setattr(articles, "_facts", lambda data: calls.append(data) or read(data))
    assert [one.outlet for one in read_articles([tmp_path])] == ["", "Harbour Post", ""]
    assert len(calls) == 1
    (tmp_path / "articles.csv").write_text("id,outlet\nb,Nordkurier\n", "utf-8")
    assert [one.outlet for one in read_articles([tmp_path])] == ["", "Nordkurier", ""]


def test_many_articles_of_one_name_are_numbered(tmp_path: Path) -> None:
    """A number that is taken as a name of its own is passed over."""
    names = ["one", "one-2", "one", "one", "one-2"]
    rows = [{"id": name, "text": f"{ENGLISH} {n}"} for n, name in enumerate(names)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert [one.id for one in read_articles([tmp_path])] == ["one", "one-2", "one-3", "one-4", "one-2-2"]
