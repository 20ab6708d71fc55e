"""New statements and a collection's utterances: looked up by their words, joined as one table would be."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import invented
import pytest

from positions import collection, ingest
from positions.collection import Collection
from positions.linking import link, list_words
from positions.records import TaggedStatement
from positions.utterances import join_utterances, name_utterance, trigrams

BRIDGE = "Die Brücke am Hafen bleibt bis Sonntag zu, sagte Ada Holm."
ROOF = "Das Dach der Halle wird im Herbst neu gedeckt, sagte Ada Holm."


@pytest.fixture
def opened(tmp_path: Path) -> Collection:
    """A collection of two articles, each with a statement of its own."""
    opened = collection.create(tmp_path / "store")
    add(opened, [invented.article("a", BRIDGE), invented.article("b", ROOF)])
    return opened


def add(opened: Collection, articles: Iterable[invented.Article]) -> None:
    ingest.add(opened, articles, invented.Tagger(), lambda outcome: None)


def rows_of(text: str, name: str = "new") -> list[TaggedStatement]:
    return invented.tag(invented.article(name, text))


def linked(opened: Collection, rows: list[TaggedStatement], gone: Iterable[int] = ()) -> dict[str, str]:
    """Statement to root, of what ``link`` would add."""
    words = list_words(rows, [9] * len(rows), list(range(len(rows))))
    table = link(opened, rows, words, gone)
    return dict(zip(table["statement_id"].to_pylist(), table["root"].to_pylist(), strict=True))


def test_words_are_listed_once_a_statement() -> None:
    """Two rows of one statement, for two topics, are looked up as one."""
    (row,) = rows_of(BRIDGE)
    words = list_words([row, replace(row, topic="nato")], [3, 3], [30, 31])
    assert words["trigram"].to_pylist() == trigrams(row) and len(words) > 3
    assert set(words["number"].to_pylist()) == {3} and set(words["position"].to_pylist()) == {30}


def test_a_statement_that_nothing_resembles_needs_no_link(opened: Collection) -> None:
    """Alone it is its own utterance; nothing is written."""
    assert linked(opened, rows_of("Der Zug nach Norden fährt wieder jede Stunde, sagte Ada Holm.")) == {}


def test_a_copy_is_linked_to_what_is_there(opened: Collection) -> None:
    """Both get the same root, the least of the two ids."""
    (old,), (new,) = rows_of(BRIDGE, "a"), rows_of(f"Vorab.\n\n{BRIDGE}")
    root = min(old.statement_id, new.statement_id)
    assert linked(opened, [new]) == {old.statement_id: root, new.statement_id: root}


def test_the_same_words_of_somebody_else_are_another_utterance(opened: Collection) -> None:
    """Side and family name are part of what is looked up."""
    assert linked(opened, rows_of(BRIDGE.replace("Ada Holm", "Marta Weil"))) == {}


def test_what_goes_is_taken_out(opened: Collection) -> None:
    """With the article that held a pair together, the links of the rest are renewed."""
    add(opened, [invented.article("c", f"Vorab.\n\n{BRIDGE}")])
    (old,), (new,) = rows_of(BRIDGE, "a"), rows_of(f"Vorab.\n\n{BRIDGE}")
    changes = linked(opened, [], gone=[2])
    assert changes[new.statement_id] == ""
    assert changes.get(old.statement_id, old.statement_id) == old.statement_id


def test_a_collection_that_grew_is_joined_like_one_table(tmp_path: Path) -> None:
    """Whatever the size of the steps, the utterances are those of ``join_utterances`` over everything."""
    articles = list(invented.archive(24, seed=4))
    rows = [row for one in articles for row in invented.tag(one)]
    wanted = join_utterances(rows)
    for step in (3, 24):
        opened = collection.create(tmp_path / f"store-{step}")
        for begin in range(0, 24, step):
            add(opened, articles[begin : begin + step])
        found = dict(opened.rows("SELECT statement_id, utterance_id FROM statements"))
        assert found == wanted and len(set(found.values())) < len(found)


def test_an_utterance_is_named_after_its_root(opened: Collection) -> None:
    """The column says the same as the name that a table of one statement has."""
    (row,) = rows_of(BRIDGE, "a")
    stored = dict(opened.rows("SELECT statement_id, utterance_id FROM statements"))
    assert stored[row.statement_id] == name_utterance(row.statement_id)
