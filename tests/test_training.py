"""What the model learns from: annotated passages and labels of official text, with nothing in them that is measured."""

import hashlib
import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from positions.records import ACTORS, MODES, STANCES, TOPICS
from training import composition, official
from training.examples import read_passages, to_passage
from training.official import LABELS, official_gold, read_official

ROOT = Path(__file__).parents[1]
EXAMPLES, GOLD = ROOT / "training" / "examples", ROOT / "tests" / "gold"
BATCHES = [*sorted(EXAMPLES.glob("*.jsonl")), *sorted((ROOT / "training" / "tuning").glob("*.jsonl"))]
SHARED = 10  # words in a row that no two texts have by chance


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def runs(text: str) -> set[str]:
    """All runs of ``SHARED`` words."""
    words = text.casefold().split()
    return {" ".join(words[i : i + SHARED]) for i in range(len(words) - SHARED + 1)}


@pytest.mark.parametrize("path", BATCHES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_batch_is_annotated_as_described(path):
    """Statements, mentions and cues are words of the passage; every value is one that the format knows."""
    for record in lines(path):
        for row in record["statements"]:
            place = record["id"], row["text"]
            assert row["text"] in record["text"], place
            assert not row["speaker_mention"] or row["speaker_mention"] in record["text"], place
            assert not row["cue"] or row["cue"] in record["text"], place
            assert {row["actor"], row["holder"]} <= set(ACTORS) and row["mode"] in MODES, place
            assert set(row["topics"]) <= set(TOPICS) and set(row["topics"].values()) <= set(STANCES), place


def test_ids_are_unique():
    """Which passages are held out hangs on the id."""
    ids = [record["id"] for path in BATCHES for record in lines(path)]
    assert len(ids) == len(set(ids)) > 3000


def test_nothing_that_is_measured_is_learned():
    """No run of words of an annotated file stands in a passage."""
    measured = set()
    for path in sorted(GOLD.glob("*.jsonl")):
        for record in lines(path):
            text = record.get("text") or (GOLD / record["file"]).read_text("utf-8") if "statements" in record else ""
            measured |= runs(text)
    assert len(measured) > 5000
    assert [record["id"] for path in BATCHES for record in lines(path) if runs(record["text"]) & measured] == []


def test_every_topic_and_stance_is_learned_in_both_languages():
    """Enough of each to learn from."""
    passages = [to_passage(record) for record in lines(EXAMPLES / "de-report.jsonl")]
    assert any(span.topics for passage in passages for span in passage.spans)
    counts = Counter(
        (passage.language, topic, stance)
        for passage in read_passages(EXAMPLES)
        for span in passage.spans
        for topic, stance in (span.topics or {}).items()
    )
    few = {
        (language, topic, stance): counts[language, topic, stance]
        for language in ("de", "en")
        for topic in range(len(TOPICS))
        for stance in range(len(STANCES))
        if counts[language, topic, stance] < 50
    }
    assert few == {}


def test_long_passages_are_learned_in_pieces():
    """Each label is learned once, on its own words, and the cue and the speaker's name move with it."""
    pytest.importorskip("torch")
    from training.train import MAX_LENGTH, cut_long, read_tokenizer

    tokenizer = read_tokenizer(ROOT / "positions" / "model")
    long, short = (to_passage(lines(EXAMPLES / name)[0]) for name in ("de-long.jsonl", "de-short.jsonl"))
    *pieces, last = cut_long([long, short], tokenizer)
    assert last is short and len(pieces) > 1
    labelled = [
        (piece.text[span.start : span.end], span.topics, span.mention and piece.text[slice(*span.mention)])
        for piece in pieces
        for span in piece.spans
    ]
    words = [(long.text[span.start : span.end], span.topics) for span in long.spans]
    assert [(text, topics) for text, topics, _ in labelled] == words
    names = [long.text[slice(*span.mention)] for span in long.spans if span.mention]
    moved = [name for *_, name in labelled if name]
    assert 0.8 * len(names) < len(moved) and set(moved) <= set(names)  # some are named in the piece before
    assert all(len(tokenizer.encode(piece.text).ids) <= MAX_LENGTH for piece in pieces)
    assert long.text.index(pieces[1].text) < len(pieces[0].text)
    assert {piece.id.rpartition("-")[0] for piece in pieces} == {"de-long"}


def test_statements_not_about_a_topic_can_be_thinned():
    """``--absent`` takes fewer of them; those on the topic are taken as before."""
    pytest.importorskip("torch")
    from argparse import Namespace

    from training.stance import ABSENT, _share, examples_of

    passage = next(one for one in read_passages(EXAMPLES) if any(span.topics for span in one.spans))
    for example in examples_of([passage]):
        shares = [_share(example, Namespace(new=[], share=0.5, absent=absent)) for absent in (1.0, 0.5)]
        assert shares == pytest.approx([example.share / 2, example.share / (4 if example.stance == ABSENT else 2)])


def test_labels_of_official_text():
    """Excerpts of a document are in one part, sentences stand in order, and both readings use known words."""
    part_of: dict[str, set[str]] = {}
    for excerpt in lines(LABELS):
        part_of.setdefault(excerpt["document"], set()).add(excerpt["part"])
        places = [(row["start"], row["end"]) for row in excerpt["sentences"]]
        assert places == sorted(places) and all(start < end for start, end in places)
        for row in excerpt["sentences"]:
            for reading in (row["first"], row["second"]):
                assert set(reading) <= set(TOPICS) and set(reading.values()) <= set(STANCES)
    assert all(len(parts) == 1 for parts in part_of.values())
    agreed = [row["first"] for e in lines(LABELS) for row in e["sentences"] if row["first"] == row["second"]]
    assert sum(bool(topics) for topics in agreed) >= 600


def test_official_text_is_found_by_its_hash(tmp_path, monkeypatch):
    """A document is found by the hash of its text, disputed sentences teach nothing, and a missing one is named."""
    text = "Vorweg. Die Sanktionen bleiben. Das Wetter war gut. Darüber streiten zwei Leser."
    excerpt = {
        "document": hashlib.sha256(text.encode()).hexdigest()[:16], "url": "https://example.org/a", "language": "de",
        "actor": "Europe", "date": "2025-01-01", "part": "train",
        "sentences": [
            {"start": 8, "end": 31, "first": {"sanctions": "favor"}, "second": {"sanctions": "favor"},
             "holder": "Europe", "hard": False},
            {"start": 32, "end": 51, "first": {}, "second": {}, "holder": "Europe", "hard": False},
            {"start": 52, "end": 80, "first": {"nato": "favor"}, "second": {}, "holder": "Europe", "hard": True},
        ],
    }  # fmt: skip
    (tmp_path / "labels.jsonl").write_text(json.dumps(excerpt), "utf-8")
    monkeypatch.setattr("training.official.LABELS", tmp_path / "labels.jsonl")
    documents = tmp_path / "documents.jsonl"
    documents.write_text(json.dumps({"text": text}), "utf-8")
    (passage,) = read_official(documents, "train")
    assert [passage.text[span.start : span.end] for span in passage.spans][0] == "Die Sanktionen bleiben."
    assert [span.topics for span in passage.spans] == [{TOPICS.index("sanctions"): STANCES.index("favor")}, {}, None]
    assert read_official(documents, "test") == [] == official_gold(documents)
    (gold,) = official_gold(documents, "train")
    assert [statement.topics for statement in gold.statements] == [{"sanctions": "favor"}, {}]
    documents.write_text(json.dumps({"text": "another"}), "utf-8")
    with pytest.raises(ValueError, match=r"example\.org"):
        read_official(documents, "train")


@pytest.mark.parametrize(
    ("act", "thing", "words", "stance"),
    [
        (("-", "{s} rejects {t}."), ("-", "lifting the sanctions"), "Kyiv rejects lifting the sanctions.", "favor"),
        (("-", "{s} rejects {t}."), ("+", "new sanctions"), "Kyiv rejects new sanctions.", "against"),
        (
            ("+", "{s} verlangt {acc}."),
            ("-", "ein Ende", "den Abzug", "dem Abzug"),
            "Kyiv verlangt den Abzug.",
            "against",
        ),
        (("+", "für {s} ist {nom} wichtig."), ("+", "ein Ja", "a", "b"), "Für Kyiv ist ein Ja wichtig.", "favor"),
        (("0", "{s} sprach von {dat}."), ("-", "a", "b", "einem Ende"), "Kyiv sprach von einem Ende.", "neutral"),
    ],
)
def test_acts_and_things_compose(act, thing, words, stance):
    """A thing against the proposition, refused, is a stance for it; what is left open stays neutral."""
    assert composition.combine(act, thing, "Kyiv") == (words, STANCES.index(stance))


def test_made_passages_say_no_more_than_they_show():
    """Spans are whole sentences, the same each time; "that" is never said after a refusal, which it could mean, too."""
    made = composition.compose(400, seed=3)
    assert [passage.text for passage in made] == [passage.text for passage in composition.compose(400, seed=3)]
    assert {passage.language for passage in made} == {"de", "en"}
    for passage in made:
        told = [passage.text[span.start : span.end] for span in passage.spans]
        assert " ".join(told) == passage.text and "{" not in passage.text
        for before, after in zip(told, told[1:], strict=False):
            assert not (" rejects " in before and after.endswith("supports that."))


def test_a_passage_is_read_in_its_document(tmp_path, monkeypatch):
    """Title and what stands before it are read, what comes after is not, and only the passage counts."""
    text = "Earlier words. We stand with Kyiv. Later words."
    row = {
        "document": hashlib.sha256(text.encode()).hexdigest()[:16], "url": "https://example.org/a", "language": "en",
        "published": "2025-01-01", "start": 15, "end": 34,
        "statements": [{"start": 0, "end": 19, "speaker": "Ada Holm", "actors": ["Europe"], "holder": "Europe",
                        "mode": "direct", "date": ""}],
    }  # fmt: skip
    (tmp_path / "passages.jsonl").write_text(json.dumps(row), "utf-8")
    monkeypatch.setattr("training.official.PASSAGES", tmp_path / "passages.jsonl")
    documents = tmp_path / "documents.jsonl"
    documents.write_text(json.dumps({"text": text, "title": "Remarks by Ada Holm"}), "utf-8")
    ((gold, inside),) = official.read_passages(documents).values()
    assert gold.article.text == "Remarks by Ada Holm\n\nEarlier words. We stand with Kyiv."
    (statement,) = gold.statements
    assert gold.article.text[statement.start : statement.end] == "We stand with Kyiv."
    assert statement.start in inside and gold.article.text.index("Earlier") not in inside


@pytest.mark.slow
@pytest.mark.skipif("POSITIONS_OFFICIAL" not in os.environ, reason="POSITIONS_OFFICIAL does not name the documents")
def test_official_passages_keep_their_floors():
    """Attribution in real official text does not fall unnoticed."""
    figures = official.measure(Path(os.environ["POSITIONS_OFFICIAL"]))
    floors = {"statements_f1": 0.88, "actor": 0.81, "speaker": 0.8, "holder": 0.75, "mode": 0.81, "date": 1.0}
    assert {name: figures[name] for name, floor in floors.items() if figures[name] < floor} == {}
    assert figures["date_invented"] <= 0.03


def tiny_base(folder: Path) -> Path:
    """An encoder of two narrow layers with a tokenizer, as ``training.base`` writes one."""
    tokenizers, transformers = pytest.importorskip("tokenizers"), pytest.importorskip("transformers")
    words = [*"abcdefghijklmnopqrstuvwxyz", "query", ":", "<s>", "</s>", "<pad>", "<unk>"]
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel({w: i for i, w in enumerate(words)}, "<unk>"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        "<s> $A </s>", special_tokens=[(w, words.index(w)) for w in ("<s>", "</s>")]
    )
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32
    )
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def test_exported_weights_can_be_trained_on(tmp_path, monkeypatch):
    """``training.restore`` gives back what ``training.export`` wrote, but for what 8 bits can't hold."""
    torch = pytest.importorskip("torch")
    from training.export import export
    from training.network import Network
    from training.restore import restore
    from training.stance import StanceNetwork

    monkeypatch.setattr("training.export.SPARED", (1,))
    torch.manual_seed(1)
    base, passages = tiny_base(tmp_path / "base"), read_passages(EXAMPLES)[:3]
    networks = {"network": Network(base), "stance": StanceNetwork(Network(base))}
    for name, network in networks.items():
        torch.save(network.state_dict(), tmp_path / f"{name}.pt")
    export(base, tmp_path / "network.pt", tmp_path / "stance.pt", tmp_path / "model", "1", passages)
    restore(base, tmp_path / "model", tmp_path / "back")
    for name, network in networks.items():
        back = torch.load(tmp_path / "back" / f"{name}.pt")
        for key, value in network.state_dict().items():
            if "word_embeddings" not in key:
                assert float((back[key] - value).norm()) <= 0.08 * float(value.norm()), key


@pytest.mark.parametrize("halved", [False, True])
def test_layers_that_are_not_trained_stay_as_they_are(tmp_path, monkeypatch, halved):
    """In whatever precision they compute; the others learn."""
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: halved)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    from training.network import Network, Weights, encode, freeze

    torch.manual_seed(1)
    network = Network(tiny_base(tmp_path / "base"))
    freeze(network, 1)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    weights = Weights(network, 1e-2, 1e-2, decay=0.0)
    ids = torch.arange(12).reshape(2, 6)
    hidden = encode(network.encoder, network.encoder.embeddings.word_embeddings(ids), torch.ones_like(ids))
    weights.step([hidden.pow(2).mean() + hidden[:, 0, 0].mean()], 1.0)
    after = weights.state()
    changed = {name for name, value in before.items() if not torch.equal(after[name], value)}
    assert {name.split(".")[3] for name in changed if ".layer." in name} == {"1"}
    assert not any("embeddings" in name for name in changed)


def test_the_recipe_names_batches_that_are_there():
    """What it draws a part of exists; the rest, which it takes whole, is not empty."""
    script = (EXAMPLES.parent / "recipe.sh").read_text("utf-8")
    drawn = re.search(r'^drawn="([^"]+)"', script, re.MULTILINE)[1].split()
    there = {path.stem for path in EXAMPLES.glob("*.jsonl")}
    assert len(drawn) == len(set(drawn)) and set(drawn) < there
    for module in re.findall(r"python -m training\.(\w+)", script):
        assert (EXAMPLES.parent / f"{module}.py").is_file()
