"""Every page as a reader meets it: by link, filtered, empty, with articles of one's own, and with hostile text."""

import asyncio
import importlib.util
import io
import json
import re
import time
import zipfile
import zlib
from threading import Event

import invented
import pandas as pd
import pytest
from conftest import NASTY, ROOT, SAID, make_pdf, rows_of
from streamlit.testing.v1 import AppTest

from positions import bundle, codebook, collection, ingest, store
from positions.articles import read_articles
from positions.records import TOPICS, Unusable
from positions.ui import bundles, downloads, files, jobs, quality, reading, settings, uploads

PAGES = ("positions", "over_time", "compare", "common_ground", "statements", "articles", "corpus", "method")
TITLES = {"en": "Who stands where", "de": "Wer steht wo"}


def texts(app: AppTest, kind: str = "html") -> str:
    """All that elements of a kind show, in one text."""
    return "\n".join(str(getattr(one, "body", None) or one.proto.body) for one in app.get(kind))


def quiet(app: AppTest) -> bool:
    """No exception and no error message."""
    return not app.exception and not app.error


def found(app: AppTest) -> int:
    """How many rows the page on statements says it shows."""
    line = next(one.value for one in app.markdown if "tagged row" in one.value)
    return int(line.split()[0].strip("*"))


def finished(app: AppTest) -> AppTest:
    """The app once an upload has been tagged."""
    for _ in range(100):
        if "upload_job" not in app.session_state:
            return app.run()
        time.sleep(0.05)
        app.run()
    raise AssertionError("the upload never ended")


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Put files into the upload field and wait for them."""
    for name, data in files:
        app.file_uploader[0].upload(name, data, "application/octet-stream")
    return finished(app.run())


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", ["en", "de"])
def test_every_page_opens(open_app, page, lang):
    """Each page shows its title in the link's language, without an error."""
    app = open_app(page, lang=lang)
    assert quiet(app) and len(app.title) == 1
    assert page != "positions" or app.title[0].value == TITLES[lang]


@pytest.mark.parametrize("page", PAGES)
def test_no_statements_no_error(open_app, page):
    """Filters that nothing meets leave a page that says so."""
    app = open_app(page, side="Europe", topic="nato")
    assert quiet(app)
    assert page in ("articles", "method") or any("No statement meets these filters" in one.value for one in app.info)


def test_no_articles_no_error(open_app, corpus_folder):
    """An empty folder gives an invitation, not an error."""
    (corpus_folder / "articles.jsonl").unlink()
    app = open_app()
    assert quiet(app) and any("No articles yet" in one.value for one in app.info)


@pytest.mark.parametrize(
    ("link", "rows"),
    [
        ({}, 17),
        ({"source": "all"}, 18),
        ({"source": "told"}, 1),
        ({"source": ["narrated", "told"]}, 2),
        ({"side": "Russia"}, 6),
        ({"side": ["Russia", "Ukraine"]}, 10),
        ({"side": "Russia", "source": "all"}, 7),
        ({"actor": "USA", "source": "all"}, 5),
        ({"topic": "sanctions"}, 2),
        ({"topic": ["sanctions", "other"]}, 3),
        ({"stance": "against"}, 7),
        ({"mode": "indirect"}, 1),
        ({"outlet": "Harbour Post"}, 6),
        ({"speaker": "Walter Pike"}, 2),
        ({"language": "en"}, 6),
        ({"since": "2025-12-10"}, 6),
        ({"until": "2025-12-02"}, 6),
        ({"since": "2025-12-04", "until": "2025-12-10"}, 7),
        ({"confidence": "0.5"}, 16),
        ({"q": "abzug"}, 1),
        ({"q": "lindqvist"}, 3),
    ],
)
def test_a_link_filters(open_app, link, rows):
    """Each filter takes its value from the URL."""
    app = open_app("statements", **link)
    assert quiet(app) and found(app) == rows


@pytest.mark.parametrize(
    "link",
    [{"side": "Mars"}, {"since": "yesterday"}, {"confidence": "much"}, {"lang": "xx"}, {"page": "-4"}, {"sort": "x"},
     {"outlet": "<b>"}, {"cell_side": "Mars"}, {"article": "../etc"}, {"before": "a..b"}],
)  # fmt: skip
@pytest.mark.parametrize("page", ["statements", "positions", "over_time", "articles"])
def test_a_broken_link_opens_the_plain_page(open_app, page, link):
    """Values that mean nothing are passed over."""
    assert quiet(open_app(page, **link))


def test_the_link_outlives_the_language(open_app):
    """Filters stand in the URL by code; another language keeps them."""
    app = open_app("statements", side="Russia", lang="de")
    assert app.query_params["side"] in ("Russia", ["Russia"])
    app.segmented_control(key="lang").set_value("en").run()
    assert app.query_params["side"] in ("Russia", ["Russia"]) and app.query_params["lang"] in ("en", ["en"])
    assert found(app) == 6


def test_chips_name_the_filters_and_reset_takes_them_off(open_app):
    """What is filtered is said, and one button undoes it."""
    app = open_app("statements", side="Russia", source="all")
    assert "Whose position: Russia" in texts(app)
    app.button(key="reset").click().run()
    assert found(app) == 17 and "side" not in app.query_params


def test_a_cell_discloses_what_it_rests_on(open_app):
    """Band, value, interval, counts, dates and shares stand beside the chosen cell, with its proposition."""
    app = open_app(cell_side="Ukraine", cell_topic="territory")
    shown = texts(app)
    for part in (
        "strongly in favour",
        "95 % interval",
        "Independent statements",
        "02 Dec 2025 – 18 Dec 2025",
        "Narrated 25%",
    ):
        assert part in shown
    assert any("Ukraine should not have to give up territory." in one.value for one in app.caption)


@pytest.mark.parametrize(
    ("side", "topic", "state"),
    [("USA", "territory", "mixed"), ("Europe", "sanctions", "not enough evidence"), ("Europe", "nato", "no statement")],
)
def test_uncertain_cells_say_so(open_app, side, topic, state):
    """Mixed, too few and none are told apart in words."""
    assert state in texts(open_app(cell_side=side, cell_topic=topic))


def test_contrary_statements_are_shown(open_app):
    """The statement against the cell's value has its own heading and is there."""
    app = open_app(cell_side="Russia", cell_topic="territory")
    assert any(one.value == "Contrary to the value shown (1)" for one in app.subheader)
    assert "<mark>Über einen Tausch könne man reden, sagte Irina Belowa.</mark>" in texts(app)


def test_the_chain_is_drawn(open_app):
    """Who passed the words on stands between speaker and paper."""
    shown = texts(open_app("statements", q="Die Linie bleibt"))
    assert shown.index("Irina Belowa</strong>") < shown.index("TASS") < shown.index("dpa") < shown.index("Nordkurier")


def test_a_card_opens_its_article_at_the_statement(open_app):
    """From a sentence to its place in the text with one button."""
    app = open_app("statements", q="Abzug")
    app.button(key="open-row-0").click().run()
    assert quiet(app) and app.title[0].value == "What was read"
    assert '<mark class="chosen">Der Abzug ist ausgeschlossen' in texts(app)


def test_changes_can_be_compared_over_chosen_periods(open_app):
    """Two periods from the link are judged and too thin ones are counted."""
    app = open_app("over_time", before="2025-12-01..2025-12-05", after="2025-12-06..2025-12-20")
    assert quiet(app) and any("are not judged" in one.value for one in app.caption)


def test_comparing_needs_two_sides(open_app):
    """One side alone is asked to bring another."""
    assert any("at least two" in one.value for one in open_app("compare", compare="USA").info)


def test_common_ground_places_what_is_plain(open_app):
    """Cession stands with Ukraine's refusals; the sentence and the words that name the option stand beneath."""
    app = open_app("common_ground", focus="territory", rung="cession")
    assert quiet(app) and "<mark>Wir treten nichts ab, sagte Oleh Marchenko.</mark>" not in texts(app)
    assert "<mark>Kiew lehnt jede Abtretung ab.</mark>" in texts(app)
    assert any(one.value == "Named by: “Abtretung”" for one in app.get("text"))
    assert any("Not placed" in one.label for one in app.expander)


def test_common_ground_says_how_often_it_is_right(open_app):
    """The measured figures stand on the page, and that silence is no refusal."""
    app = open_app("common_ground", focus="sanctions", rung="snap_back")
    right, _ = codebook.load().ladders.measured
    assert any(f"{right:.0%} of the placements were right" in one.value for one in app.info)
    assert any("Nobody is known to be for or against it" in one.value for one in app.markdown)


def test_common_ground_without_a_ladder(open_app, own_topics, nli, monkeypatch):
    """Topics of one's own have no options in the codebook."""
    monkeypatch.setenv("POSITIONS_CODEBOOK", str(own_topics))
    monkeypatch.setenv("POSITIONS_MODEL", str(nli))
    app = open_app("common_ground")
    assert quiet(app) and any("no ladder of options" in one.value for one in app.info)


def test_the_corpus_is_audited(open_app):
    """What is there, what is missing, and who supplies how much."""
    app = open_app("corpus")
    shown = texts(app)
    assert quiet(app) and "Articles without a date" in shown and "1 (20%)" in shown
    tables = [frame.value for frame in app.dataframe]
    assert any("Harbour Post" in table.to_numpy() for table in tables)
    assert any("TASS" in table.to_numpy() for table in tables)


@pytest.mark.parametrize("page", ["positions", "over_time", "compare", "common_ground", "corpus"])
def test_every_chart_page_warns_of_one_source(open_app, page):
    """An outlet with over half of the statements is named in the charts."""
    app = open_app(page, outlet="Harbour Post", focus="territory")
    specs = [chart.proto.spec for chart in app.get("plotly_chart")]
    assert quiet(app) and specs
    assert all("100% of the statements here come from one outlet: Harbour Post" in spec for spec in specs)


def test_speakers_of_one_side_stand_beside_each_other(open_app):
    """The side and its speakers come from the link, or are its most talkative ones, whom the link then names."""
    app = open_app("compare", level="speakers", inside="USA")
    assert quiet(app) and set(app.query_params["who"]) == {"Grace Holloway", "Walter Pike"}
    assert {"Grace Holloway", "Walter Pike"} <= {one.value for one in app.get("text")}
    one = open_app("compare", level="speakers", inside="USA", who="Walter Pike")
    assert quiet(one) and any("at least two speakers" in box.value for box in one.info)


def test_known_errors_are_corrected_on_request(open_app, monkeypatch):
    """The page says what the correction changes, and is silent where the errors were not measured or it is off."""
    counts = [[80, 10, 10], [20, 70, 10], [15, 15, 70]]
    monkeypatch.setattr(quality, "measured", lambda: {"stance_confusion": {"counts": counts, "design": 1.2}})
    assert any("It moves **" in one.value for one in open_app().markdown)
    assert not any("It moves **" in one.value for one in open_app(corrected="0").markdown)
    monkeypatch.setattr(quality, "measured", dict)
    assert not any(one.key == "corrected" for one in open_app().toggle)


def test_undated_statements_are_counted_beside_the_chart(open_app, corpus_folder):
    """What has no date is missing from the trend and said to be."""
    line = {"id": "x", "text": "Wir bleiben dabei, sagte Arne Lindqvist.", "language": "de"}
    with (corpus_folder / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps(line))
    app = open_app("over_time", focus="sanctions")
    assert any("1 independent statement on this topic have no date" in one.value for one in app.caption)


def parquet(**columns) -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame(columns).to_parquet(buffer)
    return buffer.getvalue()


SENTENCE = "Die Sanktionen bleiben in Kraft, sagte Mette Brandt am Montag in Kopenhagen."
BODY = f"{SENTENCE} Mehr war aus dem Ministerium zunächst nicht zu erfahren."
GOOD = {
    "own.txt": BODY.encode(),
    "own.md": f"# Titel\n\n{BODY}\n".encode(),
    "own.html": f"<html><body><article><h1>Titel</h1><p>{BODY}</p></article></body></html>".encode(),
    "own.csv": f'text,title\n"{BODY}",Titel\n'.encode(),
    "own.jsonl": json.dumps({"text": BODY}).encode(),
    "own.parquet": parquet(text=[BODY]),
    "own.pdf": make_pdf([[SENTENCE, BODY.removeprefix(SENTENCE).strip()]]),
}


@pytest.mark.parametrize("name", GOOD)
def test_an_upload_is_tagged(open_app, name):
    """A file of each kind becomes an article with its statements, in the table and on the page."""
    app = upload(open_app("articles"), (name, GOOD[name]))
    assert quiet(app) and any("1 article read" in one.value for one in app.success)
    app.switch_page("positions/pages/statements.py").run()
    assert found(app) == 18


BAD = {
    "empty.txt": b"",
    "picture.txt": bytes(range(256)) * 50,
    "broken.pdf": b"%PDF-1.7 nothing",
    "bomb.pdf": make_pdf([], zlib.compress(b" " * 100_000_000)),
    "long.txt": b"Ein Satz, sagte sie. " * 1_000_000,
    "no_text.csv": b"title,day\na,b\n",
    "broken.jsonl": b'{"text": \n',
    "broken.parquet": b"PAR1 not at all",
}


@pytest.mark.parametrize("name", BAD)
def test_rubbish_is_refused_and_the_session_goes_on(open_app, name):
    """One message names the file; what was there stays; a good file beside it is read."""
    app = upload(open_app("articles"), (name, BAD[name]), ("own.txt", GOOD["own.txt"]))
    assert quiet(app) and any("1 article read" in one.value for one in app.success)
    assert [one.value for one in app.get("text") if one.value.startswith(f"{name}")], "the file is named"
    assert any(one.value.startswith("**6 articles**") for one in app.markdown)


def test_a_broken_line_costs_no_other(open_app):
    """A JSONL file with a broken line gives its good article and one message."""
    app = upload(open_app("articles"), ("two.jsonl", GOOD["own.jsonl"] + b'\n{"text": \n'))
    assert quiet(app) and any("1 article read" in one.value for one in app.success)
    assert len([one for one in app.get("text") if "two.jsonl" in one.value]) == 1


def test_size_is_checked_on_the_server(open_app, monkeypatch):
    """A file over the limit is refused even where the browser let it through."""
    monkeypatch.setattr("streamlit.get_option", lambda name: 0 if name == "server.maxUploadSize" else None)
    refused = list(uploads.read([("big.txt", b"x" * 2_000_000)], 1, lambda articles: {}))
    assert [one.reason for one in refused] == ["too_large"]


def test_an_upload_is_seen_by_its_session_alone(open_app):
    """Another visitor does not see it, and nothing of it is kept on disk."""
    app = upload(open_app("articles"), ("own.txt", GOOD["own.txt"]))
    other = AppTest.from_file(app._script_path, default_timeout=120).run()
    other.switch_page("positions/pages/articles.py").run()
    assert any(one.value.startswith("**6 articles**") for one in app.markdown)
    assert any("5 art" in one.value.lower() for one in other.markdown)


def test_an_upload_arrives_on_whatever_page(open_app):
    """A reader who goes on reading elsewhere gets the new statements there."""
    app = open_app("articles")
    app.file_uploader[0].upload("own.txt", GOOD["own.txt"], "text/plain")
    app.run().switch_page("positions/pages/statements.py")
    assert found(finished(app)) == 18


def test_long_lists_are_paged(open_app, corpus_folder):
    """25 statements a page, the page in the link, and a page beyond the last one shows the last."""
    lines = [json.dumps({"text": f"Satz Nummer {n} bleibt, sagte Arne Lindqvist."}) for n in range(30)]
    (corpus_folder / "articles.jsonl").write_text("\n".join(lines))
    for page, cards in (("1", 25), ("2", 5), ("9", 25)):
        app = open_app("statements", page=page)
        assert quiet(app)
        assert len([one for one in app.button if one.key.startswith("open-row-")]) == cards
    assert len(open_app("statements", look="table").dataframe[0].value) == 25


def test_the_operator_may_keep_uploads(open_app, tmp_path, monkeypatch):
    """With a folder named, a readable file is kept there for everybody, a rubbish one is not."""
    kept = tmp_path / "kept"
    monkeypatch.setenv("POSITIONS_UPLOADS", str(kept))
    app = upload(open_app("articles"), ("../../own.txt", GOOD["own.txt"]), ("empty.txt", b""))
    assert quiet(app) and [path.name.split("-", 1)[1] for path in kept.iterdir()] == ["own.txt"]
    assert any(one.value.startswith("**6 articles**") for one in app.run().markdown)


def test_the_same_text_is_not_counted_twice(open_app):
    """An article that is there already is refused by name."""
    app = upload(open_app("articles"), ("own.txt", GOOD["own.txt"]))
    app = upload(app, ("again.txt", GOOD["own.txt"]))
    assert any("again.txt: An article with exactly this text is already here." in one.value for one in app.get("text"))


@pytest.mark.parametrize("page", ["positions", "compare", "statements", "articles"])
def test_hostile_text_is_shown_literally(open_app, corpus_folder, page):
    """Markup in an article is escaped where it is shown and never reaches Markdown, labels or messages."""
    import html

    text = "\n\n".join(f"Zuvor hieß es lange nichts. {nasty} Danach auch nicht." for nasty in NASTY)
    line = {
        "id": "nasty",
        "text": text,
        "title": NASTY[2],
        "outlet": NASTY[0],
        "published": "2025-12-19",
        "language": "de",
    }
    with (corpus_folder / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps(line))
    app = open_app(
        page, cell_side="Europe", cell_topic="sanctions", words="sanctions", article="nasty", outlet=NASTY[0]
    )
    assert quiet(app)
    shown = texts(app)
    assert html.escape(NASTY[0]) in shown and "<script>" not in shown and "<img src=x" not in shown
    plain = [one.value for kind in ("markdown", "caption", "info", "subheader", "header") for one in getattr(app, kind)]
    labels = [one.label for kind in ("button", "expander", "selectbox", "multiselect") for one in getattr(app, kind)]
    assert not [one for one in plain + labels if any(nasty in one for nasty in NASTY)]


def test_downloads_hold_exactly_what_is_shown(open_app):
    """The buttons count the rows; their files hold the contract's columns of just those rows."""
    app = open_app("statements", side="Russia")
    labels = [one.proto.popover.label for one in app.get("popover")]
    assert labels == ["The rows shown (6)", "Everything (18 rows)"]
    frame, corpus = app.session_state["view"].frame, app.session_state["view"].corpus
    table = pd.read_csv(io.BytesIO(downloads.file_bytes("csv", downloads.marked(frame, corpus), corpus)))
    assert set(table["text"]) == {text for text, facts in SAID.items() if facts["actor"] == "Russia"}
    assert downloads.file_bytes("csv_de", downloads.marked(frame, corpus), corpus).startswith(
        b"\xef\xbb\xbfstatement_id;utterance_id"
    )


def test_large_tables_are_offered_as_links(open_app, monkeypatch):
    """Above a number of rows a file is sent in pieces from an address of this session."""
    monkeypatch.setattr(downloads, "STREAMED", 10)
    app = open_app("statements", side="Russia")
    links = re.findall(r'href="files/([\w-]{20,})" download="([^"]+)"', texts(app))
    names = ["everything.csv", "everything-excel-de.csv", "everything.jsonl", "everything.parquet"]
    assert [name for _, name in links] == [f"positions-{name}" for name in names]  # the six rows shown stay buttons
    known = {token: files._OFFERS[token] for token, _ in links}
    table = pd.read_csv(io.BytesIO(b"".join(known[links[0][0]].pieces())))
    assert len(table) == len(SAID) and quiet(app)


def test_a_full_line_refuses_with_a_message(open_app, monkeypatch):
    """Nothing is lost: the same files can be tried again, and then they are tagged."""
    monkeypatch.setattr(jobs, "is_full", lambda: True)
    app = open_app("articles")
    app.file_uploader[0].upload("neu.txt", b"Es regnet, sagte Arne Lindqvist.", "text/plain").run()
    assert "Too many uploads are waiting" in app.warning[0].value and "upload_job" not in app.session_state


def test_the_place_in_line_is_shown(open_app, monkeypatch):
    """Whoever waits sees for how many, and can go on working."""
    app = open_app("articles")
    app.session_state["upload_job"] = jobs.Job()
    monkeypatch.setattr(jobs, "place", lambda job: 2)
    app.run()
    assert any("You are number 3 in line" in one.proto.text for one in app.get("progress")) and quiet(app)


def test_who_was_away_for_too_long_is_told(open_app):
    """An upload that was given up meanwhile is named as such, and the field is there for another."""
    app = open_app("articles")
    job = jobs.Job()
    job.future.cancel()
    app.session_state["upload_job"] = job
    app.run()
    assert "lost your place in line" in " ".join(one.value for one in app.text) and app.file_uploader and quiet(app)


def test_a_failed_upload_costs_nothing_else(open_app, tagger, monkeypatch):
    """The reader is told, the corpus is as before, and the next upload is tagged."""
    app = open_app("articles")
    works = tagger.tag
    monkeypatch.setattr(tagger, "tag", lambda *args, **options: 1 / 0)
    app = upload(app, ("neu.txt", b"It rains, said Grace Holloway."))
    assert "Tagging failed" in " ".join(one.value for one in app.text)
    assert len(app.session_state["view"].corpus.articles) == 5
    monkeypatch.setattr(tagger, "tag", works)
    app = upload(app, ("neu.txt", b"It rains, said Grace Holloway."))
    assert len(app.session_state["view"].corpus.articles) == 6 and quiet(app)


@pytest.fixture
def stored(tmp_path, corpus_folder, monkeypatch):
    """The invented articles as a collection, which the app opens."""
    facts = {**invented.Tagger().facts(), "codebook": {"version": "1", "sha256": "c", "topics": list(TOPICS)}}
    monkeypatch.setattr(invented.Tagger, "open", lambda self: lambda one: list(rows_of(one)))
    monkeypatch.setattr(invented.Tagger, "facts", lambda self: facts)
    opened = collection.create(tmp_path / "store")
    ingest.add(opened, read_articles([corpus_folder]), invented.Tagger(), lambda outcome: None)
    monkeypatch.setenv("POSITIONS_DATA", str(opened.folder))
    return opened


def test_a_collection_is_opened_and_not_tagged(stored, open_app, tagger):
    """Every page shows the same of a collection as of its articles, and texts are asked for only where they stand."""
    app = open_app()
    for page in PAGES:
        assert quiet(app.switch_page(f"positions/pages/{page}.py").run()), page
    app = open_app("statements", q="zentimeter")
    assert found(app) == 1 and "Kein Zentimeter wird geräumt" in texts(app)
    known = app.session_state["view"].corpus
    assert set(known.statements["text"]) == {""} and tagger.calls == 0
    app = open_app("articles", article="a1")
    assert "Der Abzug ist ausgeschlossen" in texts(app)


def test_files_of_a_collection_hold_the_texts(stored, open_app):
    """The download of all rows is what ``export`` writes, in each format."""
    view = open_app("statements").session_state["view"]
    for kind in ("csv", "jsonl", "parquet"):
        buffer = io.BytesIO()
        store.write_frames(stored.statements(), buffer, kind)
        marks = downloads.marked(view.corpus.statements, view.corpus)
        assert downloads.file_bytes(kind, marks, view.corpus) == buffer.getvalue(), kind


def test_uploads_stand_beside_a_collection(stored, open_app):
    """An upload joins the utterances of the collection; a text that is there is refused."""
    app = open_app("articles")
    text = "Am Abend regnete es.\n\nWir geben den Bezirk nicht auf, sagte Pawel Sorokin."
    app.file_uploader[0].upload("neu.txt", text.encode(), "text/plain").run()
    corpus = finished(app).session_state["view"].corpus
    rows = corpus.full(corpus.statements)
    same = rows[rows["text"] == "Wir geben den Bezirk nicht auf, sagte Pawel Sorokin."]
    assert set(same["article_id"].astype(str)) == {"a1", "neu"} and same["utterance_id"].nunique() == 1
    assert len(corpus.articles) == 6 and len(rows) == 19


def test_a_collection_of_other_topics_is_refused(stored, open_app):
    """A collection that another codebook tagged is not shown under the names of this one's topics."""
    with stored.writing():
        stored.commit(tagger={**stored.manifest.tagger, "codebook": {"topics": ["nuclear_energy"]}})
    app = open_app()
    assert len(app.error) == 1 and not app.exception


def own_events(tmp_path, monkeypatch, lines: str) -> None:
    """The operator names a list of events."""
    path = tmp_path / "own_events.csv"
    path.write_text("date,label_en,label_de,url\n" + lines, encoding="utf-8")
    monkeypatch.setenv("POSITIONS_EVENTS", str(path))


def event_numbers(app: AppTest) -> list:
    """What stands at the event lines of the chart over time."""
    chart = json.loads(app.get("plotly_chart")[0].proto.spec)
    return [one["text"] for one in chart["data"] if one.get("name") in ("event", "Ereignis")]


def test_events_are_marked_and_listed(open_app, tmp_path, monkeypatch):
    """Those inside the shown period, numbered, with day, label and link, each shown literally."""
    lines = f"2025-12-05,First,Erstes,https://example.org/a\n2025-12-06,{NASTY[0]},Zweites,\n2020-01-01,Old,Alt,\n"
    own_events(tmp_path, monkeypatch, lines)
    app = open_app("over_time", focus="territory")
    assert quiet(app) and event_numbers(app) == [["1", "2"]]
    shown = texts(app)
    assert '<time datetime="2025-12-05">05 Dec 2025</time> <a href="https://example.org/a"' in shown
    assert "&lt;script&gt;" in shown and "<script>" not in shown and "Old" not in shown


def test_events_can_be_switched_off(open_app, tmp_path, monkeypatch):
    """By the switch, and so by the link; the default leaves no trace there."""
    own_events(tmp_path, monkeypatch, "2025-12-05,First,Erstes,\n")
    app = open_app("over_time", focus="territory")
    assert "events" not in app.query_params
    next(one for one in app.toggle if one.key == "events").set_value(False).run()
    assert quiet(app) and app.query_params["events"] == "0" and event_numbers(app) == []
    off = open_app("over_time", focus="territory", events="0")
    assert quiet(off) and event_numbers(off) == [] and "First" not in texts(off)


def test_a_period_without_events_says_so(open_app, tmp_path, monkeypatch):
    """The chart stands as it is."""
    own_events(tmp_path, monkeypatch, "")
    app = open_app("over_time", focus="territory")
    assert quiet(app) and event_numbers(app) == []
    assert any("No listed event" in one.value for one in app.caption)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("2025-12-05,First,Erstes,\nyesterday,x,y,\n", "own_events.csv, line 3: the date must look like 2024-06-15"),
        (None, "own_events.csv: the file is not there or may not be read"),
    ],
)
def test_a_broken_list_of_events_costs_only_the_events(open_app, tmp_path, monkeypatch, lines, reason):
    """One message with file, line and reason; the chart and the rest of the page are there."""
    own_events(tmp_path, monkeypatch, lines or "")
    if lines is None:
        (tmp_path / "own_events.csv").unlink()
    app = open_app("over_time", focus="territory")
    assert quiet(app) and len(app.get("plotly_chart")) == 1 and event_numbers(app) == []
    assert [one.value for one in app.warning if "list of events" in one.value] and len(app.code) == 1
    assert [one.value for one in app.get("text") if "own_events" in one.value] == [reason]


def test_a_view_can_be_taken_along_as_a_bundle(open_app, monkeypatch):
    """The zip holds the rows shown, the link's parameters and page, and the method in the reader's language."""
    monkeypatch.setattr(bundle, "model_facts", lambda: {"name": "positions", "version": "1", "sha256": ""})
    app = open_app("statements", side="Russia", lang="de")
    assert quiet(app) and app.get("download_button")[-1].proto.label == "Paket zum Zitieren (Zip)"
    measured = {
        "seeds": {"positions": {"statements": 5, "topic_macro_f1": 0.71, "topic_macro_f1_interval": [0.66, 0.83]}}
    }
    view = app.session_state["view"]
    parameters = {"side": ["Russia"], "lang": ["de"]}
    data = bundles.make(view.frame, view.corpus, view.words, measured, "Stand {heute}", view.page, parameters)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    assert len(pd.read_csv(io.StringIO(files["statements.csv"]))) == 6 and files["articles.csv"].count("\n") == 6
    manifest = json.loads(files["manifest.json"])
    assert manifest["view"] == {"page": "statements", "parameters": parameters} and manifest["rows"] == 6
    assert "Stand {heute}" in files["README.txt"] and "## Grenzen" in files["method.md"]
    assert "| Dieses Programm | 0,71 (0,66 bis 0,83)" in files["method.md"]


def test_every_view_has_a_citation(open_app):
    """A sentence says what the view rests on, with codebook and model."""
    app = open_app(cell_side="Ukraine", cell_topic="territory")
    assert "As of 18 Dec 2025, 4 independent statements in 4 articles; codebook v" in app.code[0].value


@pytest.mark.parametrize(("lang", "given"), [("en", "0.81 (0.70 to 0.90)"), ("de", "0,81 (0,70 bis 0,90)")])
def test_the_method_page_shows_what_was_measured(open_app, tmp_path, monkeypatch, lang, given):
    """Two tables for each annotated set: the methods on given statements, and the whole path."""
    ours = {"statements": 5, "stance_macro_f1": 0.81, "stance_macro_f1_interval": [0.7, 0.9]}
    measured = {
        "model": "positions",
        "version": "7",
        "seeds": {"positions": ours, "from raw article": {"actor": 0.5}},
        "reliability": [{"confidence": 0.4, "right": 0.5, "n": 40}, {"confidence": 0.8, "right": 0.7, "n": 40}],
        "coverage": [{"at_least": 0.0, "kept": 1.0, "right": 0.6, "n": 80}],
    }
    (tmp_path / "figures.json").write_text(json.dumps(measured), encoding="utf-8")
    monkeypatch.setattr(quality, "FIGURES", tmp_path / "figures.json")
    quality.model_figures.cache_clear()
    app, other = open_app("method", lang=lang), open_app("statements", lang=lang)
    quality.model_figures.cache_clear()
    assert quiet(app) and len(app.dataframe) == 2
    assert given in app.dataframe[0].value.to_numpy() and len(app.dataframe[1].value) == 6
    assert "positions 7" in app.code[0].value and len(app.get("plotly_chart")) == 2
    assert any("60" in one.value and "n = 80" in one.value for one in other.sidebar.caption)


def test_a_failing_tagger_is_reported_plainly(open_app, tagger):
    """Visitors get a sentence, and the next visit tries again."""
    good = tagger.tag
    tagger.tag = lambda *_, **__: (_ for _ in ()).throw(RuntimeError("no model"))
    app = open_app()
    assert [one.value for one in app.error] == ["The articles could not be tagged. The reason is in the server's log."]
    tagger.tag = good
    assert quiet(app.run())


def test_topics_of_the_operators_own(open_app, own_topics, monkeypatch):
    """Every page shows the own topics by their names, in both languages, and none of the shipped ones."""
    monkeypatch.setenv("POSITIONS_CODEBOOK", str(own_topics))
    for lang, names in (("en", ("Nuclear energy", "Speed limit")), ("de", ("Atomkraft", "Tempolimit"))):
        app = open_app(lang=lang, cell_side="Ukraine", cell_topic="speed_limit")
        assert quiet(app)
        chosen = next(one for one in app.selectbox if one.key == "cell_topic")
        assert (chosen.value, tuple(chosen.options)) == ("speed_limit", names)
        chart = app.get("plotly_chart")[0].proto.spec
        assert all(word in chart for name in names for word in name.split())
        assert not any(word in chart for word in ("NATO", "Nato", "anctions", "anktionen"))
        assert any(f"8 {'of' if lang == 'en' else 'von'} 8" in one.value or " 8**" in one.value for one in app.markdown)
    for page in PAGES[1:]:
        app = open_app(page, topic="nuclear_energy")
        assert quiet(app), page
    assert "Nuclear power plants should keep running." in "".join(one.value for one in app.markdown)
    assert not any("All four" in one.value or "NATO" in one.value for one in app.markdown)
    sentence = next(one.value for one in app.code)
    assert f"codebook v{settings.book().version}" in sentence


def test_a_model_that_is_not_calibrated_is_called_so(open_app, own_topics, nli, monkeypatch):
    """Cards, columns, the filter and the method page say it; the shipped model's figures are not shown for it."""
    monkeypatch.setenv("POSITIONS_CODEBOOK", str(own_topics))
    monkeypatch.setenv("POSITIONS_MODEL", str(nli))
    app = open_app("statements")
    assert quiet(app) and "80%, uncalibrated" in texts(app)
    assert "Confidence (uncalibrated) at least" in [one.label for one in app.slider]
    assert any("Not calibrated" in one.value for one in app.caption)
    assert f"model {nli.name}." in app.code[0].value
    app = open_app("method")
    shown = "".join(one.value for one in app.markdown)
    assert quiet(app) and "**not calibrated**" in shown and "natural-language inference" in shown
    assert len(app.dataframe) == 0 and "None. The figures of the shipped classifier do not hold" in shown


@pytest.mark.parametrize("text", [None, "topics: [{key: a, name: A}]"])
def test_a_codebook_that_cannot_be_used_is_reported_plainly(open_app, own_topics, monkeypatch, caplog, text):
    """Visitors get a sentence without paths, the log the file, the entry and the reason."""
    own_topics.unlink() if text is None else own_topics.write_text(text, encoding="utf-8")
    monkeypatch.setenv("POSITIONS_CODEBOOK", str(own_topics))
    app = open_app()
    (said,) = (one.value for one in app.error)
    assert not app.exception and "cannot be used" in said and "own.yaml" not in said
    assert "own.yaml: " in caplog.text and (text is None or "a: proposition must have de and en" in caplog.text)


def test_a_model_that_cannot_be_used_is_reported_plainly(open_app, tagger, own_topics, monkeypatch, caplog):
    """What the classifier refuses is the operator's affair, too."""
    monkeypatch.setenv("POSITIONS_CODEBOOK", str(own_topics))
    tagger.tag = lambda *_, **__: (_ for _ in ()).throw(Unusable("cannot judge the topic nuclear_energy"))
    app = open_app()
    assert not app.exception and any("cannot be used" in one.value for one in app.error)
    assert "cannot judge the topic nuclear_energy" in caplog.text


def test_another_codebook_is_tagged_anew(open_app, tagger, own_topics, monkeypatch):
    """A corpus remembered under other settings is not taken for this one; the old settings find theirs again."""
    assert quiet(open_app()) and tagger.calls == 1
    monkeypatch.setenv("POSITIONS_CODEBOOK", str(own_topics))
    assert quiet(open_app()) and tagger.calls == 2
    own_topics.write_text(own_topics.read_text("utf-8").replace("Speed limit", "Limit"), encoding="utf-8")
    app = open_app()
    assert quiet(app) and tagger.calls == 3
    monkeypatch.delenv("POSITIONS_CODEBOOK")
    assert quiet(open_app()) and tagger.calls == 3


def test_the_periods_of_a_link_hold_on_one_day(open_app):
    """Where nothing is left to halve, the reader's two periods are judged all the same, and the answer says on what."""
    link = {
        "side": "Europe",
        "topic": "sanctions",
        "before": "2025-12-01..2025-12-05",
        "after": "2025-12-06..2025-12-20",
    }
    app = open_app("over_time", **link)
    assert quiet(app)
    assert any("not judged" in one.value for one in app.caption)
    labels = [one.label for one in app.expander if "Europe · Sanctions" in one.label]
    assert len(labels) == 1 and "not enough (before n = " in labels[0]


def test_a_table_is_sent_when_it_is_opened(open_app):
    """A closed fold holds nothing; an open one its table."""
    app = open_app()
    assert quiet(app) and len(app.dataframe) == 0
    app.session_state["fold-matrix"] = True
    app.run()
    assert quiet(app) and len(app.dataframe) == 1


def test_the_server_reads_the_articles_before_anybody_comes(monkeypatch):
    """They are begun with the server's start, and a failure there is left to the first reader's page to tell."""
    spec = importlib.util.spec_from_file_location("served", ROOT / "app.py")
    served = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(served)
    begun = Event()

    def begin() -> None:
        begun.set()
        raise OSError("no such codebook")

    async def serve() -> None:
        async with served.start(served.app):
            assert await asyncio.to_thread(begun.wait, 30)

    monkeypatch.setattr(reading, "begin", begin)
    asyncio.run(serve())
