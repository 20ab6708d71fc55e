"""A view as one zip: exactly its rows, no article text, the same bytes each time; and zips that are refused."""

import hashlib
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml
from test_store import row

import positions
from positions import bundle, codebook, measures, store

DAY = date(2026, 1, 2)
SECRET = "Ein Satz aus dem Artikel, der nicht mitgegeben wird."
FACTS = {"name": "positions", "version": "1", "sha256": "0" * 64}


@pytest.fixture(autouse=True)
def light_model(monkeypatch):
    """Hashing a hundred megabytes of weights for each test would only cost time."""
    monkeypatch.setattr(bundle, "model_facts", lambda: FACTS)


def articles(*ids: str, text: str = SECRET) -> pd.DataFrame:
    plain = dict(published="2025-12-04", outlet="Stadtblatt", title="=Gespräche", url="", language="de")
    return pd.DataFrame([{"id": id, "text": f"{text} {id}", "note": "x", **plain} for id in ids])


def made(rows=None, listed=None, **changes) -> bytes:
    two = [row(), row(statement_id="s2", text="=1+1", topic="other", score=None)]
    rows = store.to_frame(two) if rows is None else rows
    options = dict(page="statements", parameters={"side": ["Europe"], "lang": ["de"]}, created=DAY)
    texts = {"method.md": "# Method\n", "README.txt": "Read me\n"}
    return bundle.make(rows, articles("a1", "a2") if listed is None else listed, texts, **{**options, **changes})


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rezipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_a_bundle_holds_what_a_citation_needs():
    """The files, the rows as CSV, the articles without text, the propositions, and a manifest of all."""
    files = unzipped(made())
    assert sorted(files) == [
        "README.txt", "articles.csv", "codebook.yaml", "manifest.json", "method.md", "statements.csv"
    ]  # fmt: skip
    assert pd.read_csv(io.BytesIO(files["statements.csv"]))["text"].tolist() == ["Die Sanktionen bleiben.", "'=1+1"]
    listed = pd.read_csv(io.BytesIO(files["articles.csv"]), keep_default_na=False)
    assert list(listed) == ["id", "published", "outlet", "title", "url", "language", "text_sha256"]
    assert listed["title"].tolist() == ["'=Gespräche"] * 2
    assert listed["text_sha256"][0] == hashlib.sha256(f"{SECRET} a1".encode()).hexdigest()
    known = yaml.safe_load(files["codebook.yaml"])
    assert known["topics"][0]["proposition"] == dict(codebook.load().topics[0].proposition)
    manifest = json.loads(files["manifest.json"])
    assert manifest["created"] == "2026-01-02" and manifest["app"]["version"] == positions.__version__
    assert manifest["model"] == FACTS and manifest["codebook"] == {k: known[k] for k in ("version", "sha256")}
    assert manifest["view"] == {"page": "statements", "parameters": {"lang": ["de"], "side": ["Europe"]}}
    assert (manifest["rows"], manifest["utterances"], manifest["corpus"]["articles"]) == (2, 1, 2)
    assert all(hashlib.sha256(files[name]).hexdigest() == sha for name, sha in manifest["files"].items())
    assert set(manifest["files"]) == set(files) - {"manifest.json"}


def test_no_article_text_leaves():
    """What is not a statement of the view stands nowhere in the zip."""
    assert not [name for name, data in unzipped(made()).items() if SECRET.encode() in data]


def test_the_same_view_gives_the_same_bytes():
    """Neither the clock nor the order of parameters and articles shows; another row or day does."""
    turned = made(parameters={"lang": ["de"], "side": ["Europe"]}, listed=articles("a2", "a1"))
    assert made() == made() == turned
    assert made() != made(created=date(2026, 1, 3))
    assert made() != made(store.to_frame([row()]))


def test_a_prepared_view_is_taken_as_it_is():
    """Rows as the pages hold them give the file that plain rows give."""
    rows = store.to_frame([row()])
    assert unzipped(made(measures.prepare(rows)))["statements.csv"] == store.csv_bytes(rows)


def test_the_corpus_hash_follows_ids_and_texts():
    """Another text or another id changes it; the order does not."""
    hashes = [
        json.loads(unzipped(made(listed=one))["manifest.json"])["corpus"]["sha256"]
        for one in (articles("a1", "a2"), articles("a2", "a1"), articles("a1", "a3"), articles("a1", "a2", text="x"))
    ]
    assert hashes[0] == hashes[1] and len(set(hashes)) == 3


def test_the_codebook_hash_follows_its_files(tmp_path, monkeypatch):
    """A word more changes it; line ends of another system do not."""
    shipped = bundle.codebook_facts()["sha256"]
    for path in codebook.FOLDER.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(codebook, "FOLDER", tmp_path)
    found = [bundle.hash_files(tmp_path.glob("*.yaml"))]
    (tmp_path / "cues.yaml").write_bytes((tmp_path / "cues.yaml").read_bytes().replace(b"\n", b"\r\n"))
    found.append(bundle.hash_files(tmp_path.glob("*.yaml")))
    (tmp_path / "cues.yaml").write_bytes((tmp_path / "cues.yaml").read_bytes() + b"# more\n")
    found.append(bundle.hash_files(tmp_path.glob("*.yaml")))
    assert found[0] == found[1] == shipped != found[2]


def test_the_model_is_named_by_its_figures_and_hashed_by_its_weights(tmp_path, monkeypatch):
    """Figures name it without changing the hash; weights and configuration change it."""
    monkeypatch.undo()

    def facts():
        bundle.model_facts.cache_clear()
        return bundle.model_facts(tmp_path)

    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "heads.npz").write_bytes(b"1")
    nameless = facts()
    (tmp_path / "figures.json").write_text('{"model": "own", "version": 3}')
    named = facts()
    (tmp_path / "heads.npz").write_bytes(b"2")
    other = facts()
    bundle.model_facts.cache_clear()
    assert (named["name"], named["version"], nameless["name"]) == ("own", "3", "")
    assert nameless["sha256"] == named["sha256"] != other["sha256"]


def test_what_was_made_is_read_back(tmp_path):
    """Rows without apostrophes, and intact until somebody touches a file."""
    path = tmp_path / "a.zip"
    path.write_bytes(made())
    found = bundle.read(path)
    assert found.intact and found.statements["text"].tolist() == ["Die Sanktionen bleiben.", "=1+1"]
    assert found.articles["title"].tolist() == ["=Gespräche"] * 2
    files = unzipped(made())
    files["statements.csv"] = files["statements.csv"].replace(b"favor", b"against")
    assert not bundle.read(rezipped(path, files)).intact


def change(name: str, old: bytes, new: bytes):
    return lambda files: {**files, name: files[name].replace(old, new)}


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda files: {k: v for k, v in files.items() if k != "manifest.json"}, "manifest.json missing"),
        (lambda files: {k: v for k, v in files.items() if k != "statements.csv"}, "statements.csv missing"),
        (lambda files: {**files, "../evil.txt": b"x"}, "'../evil.txt': a path that leads out of the bundle"),
        (lambda files: {**files, "a/../../evil": b"x"}, "a path that leads out of the bundle"),
        (lambda files: {**files, "/etc/evil": b"x"}, "a path that leads out of the bundle"),
        (lambda files: {**files, "C:evil": b"x"}, "a path that leads out of the bundle"),
        (lambda files: {**files, "zeros.csv": bytes(3_000_000)}, "no table packs so well"),
        (lambda files: {**files, **{f"{n}.txt": b"" for n in range(100)}}, "106 files inside"),
        (lambda files: {**files, "manifest.json": b"{"}, "manifest.json: not JSON"),
        (lambda files: {**files, "manifest.json": b"[" * 200_000}, "manifest.json: not JSON"),
        (lambda files: {**files, "manifest.json": b"[]"}, "manifest.json: not that of a bundle"),
        (change("manifest.json", b'"format_version": 1', b'"format_version": 2'), "format version 2"),
        (change("manifest.json", b'"sha256"', b'"md5"'), "manifest.json: model is incomplete"),
        (change("manifest.json", b'"parameters"', b'"other"'), "parameters are missing"),
        (change("statements.csv", b"statement_id", b"id"), "statements.csv: missing columns: statement_id"),
        (change("statements.csv", b"Europe", b"Atlantis"), "statements.csv: actor 'Atlantis' is unknown"),
        (change("statements.csv", b"0.8", b"8.0"), "statements.csv: a score is not from -1 to 1"),
        (lambda files: {**files, "statements.csv": b""}, "statements.csv: "),
        (lambda files: {**files, "statements.csv": b"\xff\xfe\x00"}, "statements.csv: "),
        (change("articles.csv", b"a1,", b"a9,"), "articles.csv: 'a1' is missing"),
        (change("articles.csv", b"text_sha256", b"text"), "articles.csv: missing columns: text_sha256"),
    ],
)  # fmt: skip
def test_what_is_no_bundle_is_refused_by_name(tmp_path, spoil, reason):
    """The message names the file and the reason."""
    path = rezipped(tmp_path / "bad.zip", spoil(unzipped(made())))
    with pytest.raises(bundle.BadBundle) as caught:
        bundle.read(path)
    assert str(caught.value).startswith(f"{path}: ") and reason in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + b"x" * 50, "cut", "damaged"])
def test_a_damaged_zip_is_refused(tmp_path, data):
    """Neither half a download nor another kind of file ends in a trace."""
    path, whole = tmp_path / "bad.zip", made()
    spoiled = {"cut": whole[:-200], "damaged": whole[:60] + bytes(200) + whole[260:]}
    path.write_bytes(spoiled.get(data, data))
    with pytest.raises(bundle.BadBundle, match=r"bad\.zip: "):
        bundle.read(path)


def test_absurd_sizes_are_refused(tmp_path, monkeypatch):
    """By what is announced unpacked, and by the zip itself."""
    path = tmp_path / "big.zip"
    path.write_bytes(made())
    packed = path.stat().st_size
    monkeypatch.setattr(bundle, "MAX_BYTES", packed)
    with pytest.raises(bundle.BadBundle, match="bytes unpacked"):
        bundle.read(path)
    monkeypatch.setattr(bundle, "MAX_BYTES", packed - 1)
    with pytest.raises(bundle.BadBundle, match="larger than"):
        bundle.read(path)


def test_a_missing_file_is_named(tmp_path):
    """So that the command line can say which."""
    with pytest.raises(bundle.BadBundle, match=r"none\.zip"):
        bundle.read(tmp_path / "none.zip")


def test_a_bundle_of_other_topics_is_read_by_its_own_codebook(own_topics, tmp_path):
    """Its codebook and manifest hold the own topics and another hash; a topic that they lack is refused."""
    book = codebook.load_own(own_topics)
    rows = store.to_frame([row(topic="speed_limit")])
    model = {"name": "some-nli", "version": "", "sha256": "f" * 64}
    path = tmp_path / "own.zip"
    path.write_bytes(made(rows, book=book, model=model))
    found = bundle.read(path)
    assert found.intact and found.topics == ("nuclear_energy", "speed_limit")
    assert found.manifest["model"] == model
    assert found.manifest["codebook"]["sha256"] != bundle.codebook_facts()["sha256"]
    assert found.manifest["codebook"]["version"] == book.version
    assert "Motorways should have a speed limit." in unzipped(path.read_bytes())["codebook.yaml"].decode()
    path.write_bytes(made(rows))
    with pytest.raises(bundle.BadBundle, match="topic 'speed_limit' is unknown"):
        bundle.read(path)


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path):
    """No more is unpacked than the size that was checked, and only what packs as a bundle does."""
    files = unzipped(made())
    path = rezipped(tmp_path / "lies.zip", {**files, "method.md": b"0" * 3_000_000})
    data = path.read_bytes().replace((3_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(data)
    with pytest.raises(bundle.BadBundle, match=r"lies\.zip"):
        bundle.read(path)
    with pytest.raises(bundle.BadBundle, match="packed in a way"):
        bundle.read(rezipped(tmp_path / "other.zip", files, zipfile.ZIP_BZIP2))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [(b"2025-12-02,", b"2025-12-02T10:00:00Z,", "is no day"), (b"Europe", b"Atlantis", "unknown")],
)
def test_a_table_with_other_values_is_refused(tmp_path, old, new, said):
    """A day with a time or a side that nobody knows is named, not worked with."""
    files = unzipped(made())
    assert old in files["statements.csv"]
    files["statements.csv"] = files["statements.csv"].replace(old, new)
    with pytest.raises(bundle.BadBundle, match=said):
        bundle.read(rezipped(tmp_path / "a.zip", files))
