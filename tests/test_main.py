"""The command line with a codebook and a model of one's own."""

import csv
import json
from pathlib import Path

import pytest
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
