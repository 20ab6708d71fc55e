"""A model of natural-language inference in place of the topics that the shipped network has learned."""

import json
import shutil
from pathlib import Path

import pytest
import tiny_nli

from positions import classifier, codebook, entailment, measures, pipeline, store
from positions.records import STANCES, Article, Unusable

GERMAN = (
    "BERLIN (dpa) - Die Atomkraft soll bleiben, sagte die Ministerin Ada Holm am Dienstag in Berlin. Ein Tempolimit "
    "lehnte sie ab.\n\nDer französische Präsident Emmanuel Macron sagte am Mittwoch, das Tempolimit müsse bleiben. Am "
    "Abend begann es zu regnen."
)
ENGLISH = (
    "The minister said on Tuesday that nuclear plants must stay. Sanctions on Russia will stay as they are, she said."
)
ARTICLES = [
    Article("de", GERMAN, published="2025-12-18", language="de"),
    Article("en", ENGLISH, published="2025-12-18", language="en"),
]


@pytest.fixture(scope="module")
def rows(nli: Path, tmp_path_factory: pytest.TempPathFactory) -> list:
    """Two small articles by two topics of one's own."""
    from conftest import OWN_TOPICS

    file = tmp_path_factory.mktemp("book") / "own.yaml"
    file.write_text(OWN_TOPICS, encoding="utf-8")
    return pipeline.tag(ARTICLES, model=str(nli), book=codebook.load_own(file))


def test_a_hypothesis_follows_or_is_contradicted(nli: Path) -> None:
    """Chances of entailment, contradiction and neutral, in this order whatever the model's own is."""
    model = entailment.Entailment(str(nli))
    asked = {
        "Nuclear plants must stay.": [0, 0, 2],
        "Nuclear plants never again.": [0, 1, 2],
        "It rained.": [2, 2, 2],
    }
    hypotheses = ("This is about Nuclear energy.", "Europe: nuclear plants.", "This is about Speed limit.")
    for premise, best in asked.items():
        chances = [model.judge(premise, hypothesis) for hypothesis in hypotheses]
        assert [int(one.argmax()) for one in chances] == best
        assert [one.sum() for one in chances] == pytest.approx([1, 1, 1])


def test_the_end_of_a_long_premise_is_read(nli: Path) -> None:
    """The statement stands at the end, its context before it."""
    model = entailment.Entailment(str(nli))
    assert model.judge("word " * 1000 + "nuclear", "This is about nuclear energy.").argmax() == 0
    assert model.judge("nuclear " + "word " * 1000, "This is about nuclear energy.").argmax() == 2


def test_statements_are_tagged_by_the_own_topics(rows: list) -> None:
    """Topic and stance come from the model, sides and speakers as ever; another topic's statement is ``other``."""
    found = {(row.text.split(",")[0].split(" sagte")[0], row.topic): (row.actor, row.stance) for row in rows}
    assert found["Die Atomkraft soll bleiben", "nuclear_energy"] == ("Europe", "favor")
    assert found["Ein Tempolimit lehnte sie ab.", "speed_limit"] == ("Europe", "against")
    assert ("Ein Tempolimit lehnte sie ab.", "nuclear_energy") not in found
    assert {row.topic for row in rows} == {"nuclear_energy", "speed_limit", "other"}
    assert [row.topic for row in rows if row.text.startswith("Sanctions")] == ["other"]
    assert {row.stance for row in rows if row.topic != "other"} <= set(STANCES)
    assert "Emmanuel Macron" in {row.speaker for row in rows}


def test_confidence_is_not_the_shipped_curve(nli: Path, own_topics: Path) -> None:
    """What the model says, as it stands."""
    reader = pipeline.open_reader(str(nli), codebook.load_own(own_topics))
    assert not reader.calibrated and classifier.Classifier.calibrated
    assert [reader.confidence(raw, topical) for raw in (0.1, 0.9) for topical in (True, False)] == [0.1, 0.1, 0.9, 0.9]


def test_the_table_and_the_measures_take_the_topics(rows: list) -> None:
    """A cell for each side and own topic, in the codebook's order, and none for the shipped topics."""
    keys = ("nuclear_energy", "speed_limit")
    frame = measures.prepare(store.to_frame(rows), keys)
    assert measures.topics_of(frame) == keys
    cells = measures.matrix(frame)
    assert cells["topic"].astype(str).tolist() == [*keys] * 4
    assert cells["n_independent"].sum() > 0
    assert set(measures.agreement(frame)["topic"]) == {*keys, "all"}
    assert {len(measures.shifts(frame, ("", ""), ("2026-01-01", ""))), len(measures.portrayal(frame))} == {8}
    with pytest.raises(ValueError, match="unknown topic: nuclear_energy"):
        measures.prepare(store.to_frame(rows))


def test_a_short_statement_is_read_with_its_paragraph(nli: Path, own_topics: Path) -> None:
    """ "That she rejects" is on the topic before it, in the same paragraph; a long one has to name its topic."""
    model = entailment.ZeroShot(str(nli), codebook.load_own(own_topics), classifier.load())
    text = "Worte davor.\n\nIt is about nuclear plants. She will never do that."
    assert entailment._context_start(text, text.index("She")) == text.index("\nIt")
    assert entailment._context_start("word " * 200, 999) in range(599, 605)
    start = text.index("She")
    reading = classifier.Reading(
        start, len(text), 1.0, (1.0, 0, 0, 0), (0, 0, 0, 1.0, 0), (0, 0, 0, 1.0, 0), (), (), (), None
    )
    nuclear, limit = model._judge(text, reading)
    assert (nuclear.stance, nuclear.presence > 0.5, limit.presence < 0.5) == ("against", True, True)


def test_the_shipped_topics_may_be_judged_so_too(nli: Path) -> None:
    """Without a codebook of one's own the model is asked about the shipped topics."""
    reader = pipeline.open_reader(str(nli))
    assert [topic.key for topic in reader._book.topics] == [topic.key for topic in codebook.load().topics]


def test_the_shipped_classifier_judges_only_what_it_has_learned(own_topics: Path, tmp_path: Path) -> None:
    """Another topic, or a known one with other words, is refused by name; fewer of the shipped ones are fine."""
    with pytest.raises(Unusable, match=r"the topic nuclear_energy \(Nuclear energy\); give --model"):
        pipeline.open_reader(book=codebook.load_own(own_topics))
    file = tmp_path / "fewer.yaml"
    shipped = "Sanctions on Russia should be kept or tightened."
    one = f"topics: [{{key: sanctions, name: Sanctions, proposition: {{de: X, en: {shipped}}}}}]"
    file.write_text(one, encoding="utf-8")
    book = codebook.load_own(file)
    assert {row.topic for row in pipeline.tag(ARTICLES[1:], book=book)} <= {"sanctions", "other"}
    file.write_text(one.replace("kept or tightened", "lifted"), encoding="utf-8")
    with pytest.raises(Unusable, match="sanctions with another proposition"):
        pipeline.open_reader(book=codebook.load_own(file))


def test_both_places_of_the_network(tmp_path: Path) -> None:
    """The export may lie beside the configuration or in a folder of its own."""
    folder = tiny_nli.make(tmp_path, network="onnx/model.onnx")
    assert entailment.Entailment(str(folder)).judge("nuclear", "about nuclear").argmax() == 0


def test_labels_that_are_no_inference(tmp_path: Path) -> None:
    """Sentiment is not inference, and the missing labels are named."""
    folder = tiny_nli.make(tmp_path, labels=("positive", "negative", "neutral"))
    with pytest.raises(Unusable, match="positive, negative, neutral, without entailment, contradiction"):
        entailment.Entailment(str(folder))


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("config.json", None, "config.json is missing"),
        ("config.json", "{", "does not name the model's labels"),
        ("config.json", "{}", "does not name the model's labels"),
        ("config.json", "[]", "does not name the model's labels"),
        ("config.json", json.dumps({"id2label": {"0": "entailment", "2": "neutral"}}), "does not name"),
        (
            "config.json",
            json.dumps({"id2label": dict(enumerate(("entailment", "neutral", "contradiction", "else")))}),
            "does not give one figure for each of entailment, neutral, contradiction, else",
        ),
        ("tokenizer.json", None, "tokenizer.json is missing"),
        ("tokenizer.json", "{}", "the model can't be run"),
        ("model.onnx", None, "model.onnx or onnx/model.onnx is missing"),
        ("model.onnx", "no network", "the model can't be run"),
    ],
)
def test_a_broken_model_is_named(nli: Path, tmp_path: Path, file: str, text: str | None, reason: str) -> None:
    """The folder, the file and the reason."""
    folder = shutil.copytree(nli, tmp_path / "broken")
    (folder / file).unlink() if text is None else (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(Unusable, match=f"broken: .*{reason}"):
        entailment.Entailment(str(folder))


@pytest.mark.parametrize(
    ("source", "reason"),
    [("no/such/folder", "there is no such folder"), (__file__, "there is no such folder"), ("a b", "no such folder")],
)
def test_what_is_no_model_at_all(source: str, reason: str) -> None:
    """A path that leads nowhere, a file."""
    with pytest.raises(Unusable, match=reason):
        entailment.Entailment(source)


def test_a_hub_name_without_network(monkeypatch: pytest.MonkeyPatch, nli: Path) -> None:
    """A name that can't be had is refused with the reason; a copy on disk needs no network."""

    def refuse(source: str, *, allow_patterns: list[str], local_files_only: bool = False) -> str:
        raise OSError("not on disk" if local_files_only else "no\n network")

    monkeypatch.setattr("huggingface_hub.snapshot_download", refuse)
    with pytest.raises(Unusable, match="somebody/some-nli: no such folder, and the hub does not give it: no network"):
        entailment.Entailment("somebody/some-nli")

    def local(source: str, *, allow_patterns: list[str], local_files_only: bool = False) -> str:
        assert local_files_only
        return str(nli)

    monkeypatch.setattr("huggingface_hub.snapshot_download", local)
    assert entailment.Entailment("somebody/some-nli").judge("nuclear", "about nuclear").argmax() == 0


def test_a_proposition_too_long_for_the_model(nli: Path, tmp_path: Path) -> None:
    """Said before any article is read."""
    file = tmp_path / "long.yaml"
    file.write_text(f"topics: [{{key: a, name: A, proposition: {'word ' * 200}}}]", encoding="utf-8")
    with pytest.raises(Unusable, match="the proposition of a is too long"):
        entailment.ZeroShot(str(nli), codebook.load_own(file), classifier.load())
