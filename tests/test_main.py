"""The command line with a codebook and a model of one's own."""

import csv
import json
from pathlib import Path

import pytest
from misbehaving import page, serving
from typer.testing import CliRunner

from positions.__main__ import app

TEXT = "The minister said on Tuesday that nuclear plants must stay. It rained."
GOLD = {
    "id": "g", "lang": "en", "published": "2025-12-04", "text": TEXT,
    "statements": [{
        "text": "The minister said on Tuesday that nuclear plants must stay.", "speaker": "", "actor": "Europe",
        "holder": "Europe", "mode": "indirect", "via": [], "date": "2025-12-02", "topics": {"nuclear_energy": "favor"},
    }],
}  # fmt: skip


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """A small article on disk."""
    file = tmp_path / "article.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


def run(*words: object) -> tuple[int, str]:
    """Exit status and standard error."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stderr


def test_tag_by_topics_of_ones_own(article: Path, own_topics: Path, nli: Path, tmp_path: Path) -> None:
    """The table holds the own topics; standard error says that confidence is not calibrated."""
    out = tmp_path / "out.csv"
    status, said = run("tag", article, "--output", out, "--codebook", own_topics, "--model", nli)
    assert status == 0 and "not calibrated" in said
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [(row["topic"], row["stance"]) for row in rows] == [("nuclear_energy", "favor")]


def test_evaluate_by_topics_of_ones_own(own_topics: Path, nli: Path, tmp_path: Path) -> None:
    """Annotations of own topics are scored; one of a topic that the codebook lacks is named."""
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(GOLD), encoding="utf-8")
    result = CliRunner().invoke(
        app, ["evaluate", str(gold), "--json", "--codebook", str(own_topics), "--model", str(nli)]
    )
    assert result.exit_code == 0 and json.loads(result.stdout)["all"]["topic_f1"] == 1
    status, said = run("evaluate", gold, "--model", nli)
    assert status == 1 and "gold.jsonl: g: the codebook has no topic nuclear_energy" in said


def test_what_cannot_be_used_is_said_without_a_traceback(
    article: Path, own_topics: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A topic that nobody can judge, a missing file, a broken one, a model that is none, a name without network."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    broken = tmp_path / "broken.yaml"
    broken.write_text("topics: [{key: a, name: A}]", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    out = tmp_path / "out.csv"
    cases = [
        (["--codebook", own_topics], "cannot judge the topic nuclear_energy (Nuclear energy); give --model"),
        (["--codebook", tmp_path / "none.yaml"], "none.yaml: No such file"),
        (["--codebook", broken], "broken.yaml: topics: a: proposition must have de and en"),
        (["--model", tmp_path / "empty"], "empty: config.json is missing"),
        (["--model", "no/such/folder"], "no/such/folder: there is no such folder"),
        (["--model", "nobody/nothing-here"], "nobody/nothing-here: no such folder, and the hub does not give it:"),
    ]
    for options, reason in cases:
        status, said = run("tag", article, "--output", out, *options)
        assert (status, reason in said, "Traceback" in said) == (2, True, False), said
    assert not out.exists()


def test_a_collection_from_first_to_last(article: Path, own_topics: Path, nli: Path, tmp_path: Path) -> None:
    """Added, added again, exported as ``tag`` writes it, described, removed and compacted; other models are refused."""
    folder, options = tmp_path / "store", ["--codebook", own_topics, "--model", nli]
    assert "1 articles new" in run("add", folder, article, *options)[1]
    status, said = run("add", folder, article, tmp_path / "none.txt", *options)
    assert status == 1 and "none.txt: There is no such file" in said and "1 already there" in said
    for suffix in ("csv", "jsonl", "parquet"):
        run("tag", article, "--output", tmp_path / f"tag.{suffix}", *options)
        assert run("export", folder, "--output", tmp_path / f"out.{suffix}")[0] == 0
        assert (tmp_path / f"out.{suffix}").read_bytes() == (tmp_path / f"tag.{suffix}").read_bytes()
    facts = json.loads(CliRunner().invoke(app, ["info", str(folder), "--json"]).stdout)
    assert (facts["articles"], facts["statements"], facts["outdated"]) == (1, 1, 0)
    assert "was tagged by another model" in run("add", folder, article)[1]
    assert run("remove", folder, "article", "nobody")[0] == 1
    assert run("compact", folder)[0] == 0
    assert "articles: 0" in CliRunner().invoke(app, ["info", str(folder)]).stdout
    status, said = run("info", tmp_path)
    assert status == 1 and "there is no collection in it" in said


def test_tag_reads_web_addresses(tmp_path: Path, own_topics: Path, nli: Path) -> None:
    """A page on an allowed host gives rows with its address; without leave it is refused by name, with status 1."""
    with serving() as server:
        server.answers["/talks"] = page(f"<html><body><article><p>{TEXT}</p></article></body></html>")
        out, address = tmp_path / "out.csv", f"{server.root}/talks"
        words = ("tag", address, "--output", out, "--codebook", own_topics, "--model", nli)
        status, said = run(*words)
        assert status == 1 and f"{address}: The host 127.0.0.1 lies in a private network" in said
        assert run(*words, "--allow-host", "127.0.0.1")[0] == 0
        rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
        assert [(row["url"], row["stance"]) for row in rows] == [(address, "favor")]


def test_watch_adds_what_is_new(tmp_path: Path, own_topics: Path, nli: Path) -> None:
    """A round adds the feed's pages to the collection, a second one nothing; a page that fails gives status 1."""
    options = ("--codebook", own_topics, "--model", nli, "--once", "--allow-host", "127.0.0.1")
    with serving() as server:
        items = "".join(f"<item><link>{server.root}/{name}</link></item>" for name in ("a", "b"))
        server.answers["/feed"] = page(f"<rss version='2.0'><channel>{items}</channel></rss>", "text/xml")
        server.answers["/a"] = page(f"<html><body><article><p>{TEXT}</p></article></body></html>")
        words = ("watch", tmp_path / "store", f"{server.root}/feed", *options)
        status, said = run(*words)
        assert status == 1 and "1 articles read, 1 addresses failed" in said
        assert f"address={server.root}/b" in said and "There is no such page (404)." in said and TEXT not in said
        status, said = run(*words)
        assert status == 0 and "0 articles read, 0 addresses failed" in said
        assert server.paths() == ["/feed", "/a", "/b", "/feed"]
    assert run("export", tmp_path / "store", "--output", tmp_path / "out.csv")[0] == 0
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines()))
    assert [(row["url"].rsplit("/", 1)[-1], row["stance"]) for row in rows] == [("a", "favor")]


@pytest.mark.parametrize("words", [["--every", "15"], ["--every", "0m"], ["feed.xml"], ["--every", "soon"]])
def test_watch_refuses_what_it_cannot_use(tmp_path: Path, words: list[str]) -> None:
    """A pause without unit and a feed that is no address are wrong usage; nothing is begun."""
    status, said = run("watch", tmp_path / "store", "https://a.example/feed", *words)
    assert status == 2 and (words[-1] in said) and not (tmp_path / "store").exists()
