"""Articles into a collection: what is new, what stays, what a killed or refused run leaves behind."""

import errno
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import invented
import pandas as pd
import pytest

from positions import collection, ingest, store
from positions.articles import Unreadable, read_articles
from positions.collection import Collection
from positions.records import Article, TaggedStatement, Unusable

PROGRAM = Path(invented.__file__)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Collection:
    """A collection without articles, with small batches and parts."""
    monkeypatch.setattr(ingest, "BATCH", 4)
    monkeypatch.setattr(collection, "FAN", 3)
    return collection.create(tmp_path / "store")


def add(opened: Collection, articles: Iterable[object], **options: object) -> ingest.Outcome:
    return ingest.add(opened, articles, invented.Tagger(**options), lambda outcome: None)


def rows(opened: Collection) -> pd.DataFrame:
    return pd.concat(list(opened.statements()), ignore_index=True)


def same(opened: Collection, articles: Iterable[Article]) -> bool:
    """Whether the collection's table is, byte for byte, what ``tag`` would write."""
    return store.csv_bytes(rows(opened)) == store.csv_bytes(invented.table(articles))


def test_a_collection_is_the_table_of_its_articles(empty: Collection) -> None:
    """Rows, order and utterances are those of one run over everything, however the articles came."""
    articles = list(invented.archive(50))
    for some in (articles[:7], articles[5:30], articles):
        add(empty, some)
    assert same(empty, articles)
    assert rows(empty)["utterance_id"].nunique() < len(rows(empty))
    assert len(empty.manifest.parts) < 10


def test_what_is_there_is_not_tagged_again(empty: Collection, tmp_path: Path) -> None:
    """The same text is passed over, under another name too; refusals are left to the caller."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "one.txt").write_text("Es bleibt dabei, sagte Ada Holm.", encoding="utf-8")
    first = add(empty, read_articles([folder]))
    (folder / "copy.txt").write_text("Es bleibt dabei, sagte Ada Holm.", encoding="utf-8")
    again = add(empty, [*read_articles([folder]), Unreadable("x", "why")])
    assert (first.new, again.new, again.changed, again.same) == (1, 0, 0, 2)
    assert empty.manifest.version == 1


def test_a_changed_article_takes_the_place_of_the_old_one(empty: Collection) -> None:
    """The same source with another text is tagged anew, keeps id and place, and its old rows are gone."""
    articles = list(invented.archive(20))
    add(empty, articles)
    changed = replace(articles[3], text=articles[3].text.split("\n\n")[0])
    outcome = add(empty, [changed])
    assert (outcome.new, outcome.changed) == (0, 1)
    assert same(empty, [*articles[:3], changed, *articles[4:]])
    assert empty.counts()["articles"] == 20


def test_an_id_of_a_table_is_the_same_article_in_another_table(empty: Collection) -> None:
    """Ids out of tables hold across files; names of files do not: two folders may both have a report.txt."""
    add(empty, [invented.article("k-7", "Nein, sagte Ada Holm.", source="may.csv#1")])
    assert add(empty, [invented.article("k-7", "Ja, sagte Ada Holm.", source="june.csv#1")]).changed == 1
    add(empty, [invented.article("report", "Jetzt, sagte Ada Holm.", source="a/report.txt")])
    assert add(empty, [invented.article("report", "Später, sagte Ada Holm.", source="b/report.txt")]).new == 1
    assert [one for (one,) in empty.rows("SELECT id FROM articles ORDER BY place")] == ["k-7", "report", "report-2"]


def test_a_change_undone_within_one_run(empty: Collection) -> None:
    """Of two texts from one source, the later counts, in one batch too."""
    old, new = (invented.article("a", f"{text}, sagte Ada Holm.") for text in ("Heute", "Morgen"))
    add(empty, [old, new])
    assert list(rows(empty)["text"]) == ["Morgen, sagte Ada Holm."]
    add(empty, [old, new, old])
    assert list(rows(empty)["text"]) == ["Heute, sagte Ada Holm."]


def test_who_gave_a_speech_is_kept_and_asked_for(empty: Collection) -> None:
    """Another speaker makes another article of the same text; one that names none is what it was before."""
    (one,) = invented.archive(1)
    spoken = replace(one, speaker="Ada Holm")
    assert ingest.digest(one) == ingest.digest(replace(one, speaker="")) != ingest.digest(spoken)
    add(empty, [spoken])
    ((kept,),) = empty.rows("SELECT speaker FROM articles")
    assert kept == "Ada Holm"


def test_agency_copies_are_occurrences_of_one_utterance(empty: Collection) -> None:
    """The same words in a second paper are a second row of the same utterance, whenever they come."""
    text = "Die Brücke am Hafen bleibt bis Sonntag zu, sagte Ada Holm."
    add(empty, [invented.article("a", text, outlet="Stadtblatt")])
    add(empty, [invented.article("b", text, outlet="Nordkurier"), invented.article("c", f"{text}\n\nEs regnet.")])
    found = rows(empty)
    assert len(found) == 3 and found["utterance_id"].nunique() == 1


def test_removing_an_article_parts_what_it_joined(empty: Collection) -> None:
    """An utterance that only a removed article held together falls apart; unknown ids are given back."""
    parts = ["Brücke Dach Vertrag Pause Woche", "Montag Regen Halle Preis Bahn"]
    texts = [parts[0], f"{parts[0]} {parts[1]}", parts[1]]
    articles = [invented.article(f"a{n}", f"{text}, sagte Ada Holm.") for n, text in enumerate(texts)]
    add(empty, articles)
    assert same(empty, articles) and rows(empty)["utterance_id"].nunique() == 1
    assert ingest.remove(empty, ["a1", "none"]) == ["none"]
    assert same(empty, [articles[0], articles[2]]) and rows(empty)["utterance_id"].nunique() == 2


def test_retag_keeps_corrections(empty: Collection) -> None:
    """A reviewed statement stays as it is; all others get the new tagger's rows; another tagger may not add before."""
    articles = list(invented.archive(12))
    add(empty, articles)
    corrected = correct(empty, "a-3")
    with pytest.raises(Unusable, match="another model; give the same --model, or run 'retag'"):
        add(empty, invented.archive(13), name="two")
    outcome = ingest.retag(empty, Against(name="two"), lambda outcome: None)
    assert (outcome.changed, outcome.new, outcome.lost) == (12, 0, [])
    found = rows(empty)
    kept = found[found["reviewed"]]
    assert list(kept["statement_id"]) == [corrected] and list(kept["stance"]) == ["neutral"]
    assert set(found.loc[~found["reviewed"], "stance"]) == {"against"}
    assert len(found) == 36 and not found.duplicated("statement_id").any()
    assert ingest.retag(empty, Against(name="two"), lambda outcome: None).changed == 0


def test_an_interrupted_retag_goes_on(empty: Collection) -> None:
    """What has been tagged anew is not tagged again; ``describe`` counts what waits."""
    add(empty, invented.archive(12))

    def stop(outcome: ingest.Outcome) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest.retag(empty, Against(name="two"), stop)
    assert ingest.describe(empty)["outdated"] == 8
    assert ingest.retag(empty, Against(name="two"), lambda outcome: None).changed == 8
    assert set(rows(empty)["stance"]) == {"against"}


def test_a_correction_moves_with_its_words(empty: Collection) -> None:
    """In a changed article a reviewed statement keeps its label where its words still stand, and is named where not."""
    one = next(invented.archive(1))
    add(empty, [one])
    correct(empty, one.id)
    text = rows(empty).loc[lambda found: found["reviewed"], "text"].item()
    add(empty, [replace(one, text=f"Vorab.\n\n{one.text}")])
    kept = rows(empty).loc[lambda found: found["reviewed"]].iloc[0]
    assert (kept["text"], kept["start"], kept["stance"]) == (text, one.text.index(text) + 8, "neutral")
    outcome = add(empty, [replace(one, text=one.text.replace(text, "Es regnet."))])
    assert outcome.lost == [(one.id, text)]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_cannot_be_tagged_is_named_and_left(empty: Collection, workers: int) -> None:
    """One bad article costs itself alone, whether it raises or kills its process; the next run takes it up again."""
    articles = list(invented.archive(9))
    bad = replace(articles[4], text=f"{articles[4].text}\n\nFehler." + ("\n\nTod." if workers > 1 else ""))
    tagger = invented.Failing(workers=workers)
    outcome = ingest.add(empty, [*articles[:4], bad, *articles[5:]], tagger, lambda outcome: None)
    assert [name for name, _ in outcome.failed] == ["a-4"]
    assert same(empty, [*articles[:4], *articles[5:]])
    assert add(empty, articles).new == 1


def test_workers_change_no_row(empty: Collection, tmp_path: Path) -> None:
    """Two processes give the rows of one, in the same order."""
    articles = list(invented.archive(30))
    assert add(empty, articles, workers=2).new == 30
    assert same(empty, articles)


def test_a_full_disk_loses_nothing_finished(empty: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails stops the run with the system's reason; what was committed is whole, and the run resumes."""
    articles = list(invented.archive(20))
    left = iter([True] * 13)

    def write(*args: object, **options: object) -> None:
        if not next(left, False):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written(*args, **options)

    written = collection.pq.write_table
    monkeypatch.setattr(collection.pq, "write_table", write)
    with pytest.raises(OSError, match="No space left"):
        add(empty, articles)
    monkeypatch.setattr(collection.pq, "write_table", written)
    assert same(collection.load(empty.folder), articles[:12])
    assert add(empty, articles).new == 8
    assert same(empty, articles)


def test_two_runs_do_not_write_at_once(empty: Collection) -> None:
    """The second says that another is at work and changes nothing."""
    with empty.writing(), pytest.raises(Unusable, match="another run is writing to it; start again when"):
        add(collection.load(empty.folder), invented.archive(3))
    assert empty.counts()["articles"] == 0


@pytest.mark.slow
def test_killed_at_any_moment_it_ends_with_the_same_rows(tmp_path: Path) -> None:
    """Twenty runs killed at random moments and one that may end give the rows of an undisturbed run, no more."""
    draw, folder, count = random.Random(20), tmp_path / "store", 400
    command = [sys.executable, str(PROGRAM), str(count), "add", str(folder), "x"]
    reached = []
    for turn in range(20):
        with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment(), text=True) as run:
            if turn % 5 and run.stderr is not None:
                run.stderr.readline()
                time.sleep(draw.random() / 3)
            else:
                time.sleep(draw.random() * 3)
            run.kill()
        assert run.returncode < 0, "it ended before it was killed: the archive is too small"
        reached.append(collection.load(folder).counts()["articles"] if collection.is_collection(folder) else 0)
    assert reached == sorted(reached) and 0 < reached[-1] < count
    subprocess.run(command, check=True, env=environment(), capture_output=True)
    opened = collection.load(folder)
    assert same(opened, invented.archive(count))
    opened.compact()
    assert [path.name for path in (folder / "parts").iterdir()] == [part["name"] for part in opened.manifest.parts]


@dataclass(frozen=True)
class Against(invented.Tagger):
    """A tagger that takes every statement for the contrary."""

    def open(self) -> ingest.Tag:
        return tag_against


def tag_against(one: Article) -> list[TaggedStatement]:
    return [replace(row, stance="against", score=-0.5) for row in invented.tag(one)]


def correct(opened: Collection, article_id: str) -> str:
    """Let a person have corrected the second statement of an article; its id."""
    one = ingest.to_article(opened.table("SELECT * FROM articles WHERE id = ?", [article_id]).to_pylist()[0])
    tagged = invented.tag(one)
    tagged[1] = replace(tagged[1], stance="neutral", score=0.0, reviewed=True)
    with opened.writing():
        ingest._replace(opened, [(one, tagged)], opened.manifest.tagger, ingest.Outcome())
    return tagged[1].statement_id


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PROGRAM.parents[1])}
