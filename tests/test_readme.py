"""What the documents say is so: columns, commands, files, modules, propositions, the gold format, the counts."""

import importlib.util
import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from typer.main import get_command

from positions import codebook, evaluation, records
from positions.__main__ import app

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs/deploy.md", "training/README.md", "training/examples/README.md")
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]
TEST_LINE = "python -m venv .venv && .venv/bin/pip install -q -r requirements-dev.txt && .venv/bin/python -m pytest"
START_LINE = "python -m venv .venv && .venv/bin/pip install -q -r requirements.txt && .venv/bin/streamlit run app.py"


def table(text: str, first: str) -> list[list[str]]:
    """The rows of the Markdown table whose first heading is ``first``, without heading and rule."""
    lines = text.split(f"\n| {first} |", 1)[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def commands_in(document: str) -> list[str]:
    """Every ``python -m`` command in a document, inside code of either kind."""
    text = (ROOT / document).read_text("utf-8")
    return [match.rstrip("`") for match in re.findall(r"python -m [^\n`&]+", text)]


def test_the_table_of_columns_is_the_table_that_is_written():
    """README lists the fields of a tagged statement, all of them, in their order."""
    listed = [row[0].strip("`") for row in table(README, "column")]
    assert listed == [field.name for field in fields(records.TaggedStatement)]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("actor", records.ACTORS),
        ("mode", records.MODES),
        ("topic", (*records.TOPICS, records.OTHER)),
        ("stance", records.STANCES),
        ("date_basis", records.DATE_BASES),
        ("markers", ("conditions", "red_lines", "offers", "refusals")),
    ],
)
def test_every_value_of_a_closed_column_is_named(column, values):
    """A reader of the table finds each value that a cell may hold."""
    meaning = next(row[2] for row in table(README, "column") if row[0] == f"`{column}`")
    assert [value for value in values if f"`{value}`" not in meaning] == []


def test_propositions_are_those_of_the_codebook():
    """README states the propositions in the words that the dashboard shows."""
    shown = {topic: codebook.load().topic(topic).proposition["en"] for topic in records.TOPICS}
    rows = README.split("| topic | proposition |", 1)[1].split("\n\n")[0].splitlines()[2:]
    assert {row.split("|")[1].strip(" `"): row.split("|")[2].strip() for row in rows} == shown


def test_options_are_those_of_the_command_line():
    """README's table of options and ``--help`` agree, both ways."""
    listed = {(row[0].strip("`"), row[1].strip("`")) for row in table(README, "command")}
    offered = {(name, option) for name, command in COMMANDS.items() for option in options_of(command)}
    assert listed == offered


def options_of(command) -> list[str]:
    """Options by their long name, arguments by what stands for them in the usage line."""
    named = [next((opt for opt in param.opts if opt.startswith("--")), "") for param in command.params]
    waiting = [name or param.metavar or param.name.upper() for name, param in zip(named, command.params, strict=True)]
    return [name for name in waiting if name != "--help"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_exists(document):
    """Each ``python -m`` line names a module that is there, and each call of the program a command that it has."""
    for command in commands_in(document):
        module, *words = command.removeprefix("python -m ").split()
        assert importlib.util.find_spec(module) is not None, command
        if module == "positions":
            assert words[0] in COMMANDS, command
            given = {word for word in words if word.startswith("--")}
            assert given <= set(options_of(COMMANDS[words[0]])), command


def test_commands_are_found_at_all():
    """README shows both commands, and the recipe its steps."""
    calls = {command.split()[3] for command in commands_in("README.md") if "-m positions" in command}
    assert calls == set(COMMANDS)
    assert len(commands_in("training/README.md")) >= 5


def test_the_two_lines_stand_in_readme_and_ci():
    """A newcomer and the server run the same test line."""
    assert START_LINE in README.splitlines()
    assert TEST_LINE in README.splitlines()
    assert TEST_LINE in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_named_exists(document):
    """Links and paths in code lead somewhere."""
    text = (ROOT / document).read_text("utf-8")
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    coded = re.findall(r"`((?!\.venv)(?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|toml|txt|py|yaml)|LICENSE|NOTICE)`", text)
    near = [Path(ROOT, document).parent, ROOT, ROOT / "positions" / "codebook"]
    assert [name for name in linked + coded if not any((folder / name).exists() for folder in near)] == []


def test_the_map_shows_every_module():
    """Each module of the package has its line in the map, and each line its module."""
    shown = README.split("## Map of the modules")[1].split("\n## ")[0]
    mapped = set(re.findall(r"`((?:positions|training|tests)/[\w.]*/?|app\.py)`", shown))
    modules = {f"positions/{path.name}" for path in (ROOT / "positions").glob("*.py")} - {"positions/__init__.py"}
    folders = {path for path in (ROOT / "positions").iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert modules | {f"positions/{path.name}/" for path in folders} <= mapped
    assert [name for name in mapped if not (ROOT / name).exists()] == []


def test_the_codebook_files_are_all_described():
    """README names every file of the codebook."""
    listed = {row[0].strip("`") for row in table(README, "file")}
    assert listed == {path.name for path in (ROOT / "positions" / "codebook").glob("*.yaml")}


def test_the_gold_example_is_read(tmp_path):
    """The example of an annotated file is one that ``evaluate`` takes."""
    path = tmp_path / "gold.jsonl"
    path.write_text(README.split("```json\n", 1)[1].split("```")[0], "utf-8")
    (item,) = evaluation.read_gold(path)
    (statement,) = item.statements
    assert statement.topics == {"sanctions": "favor"}
    assert item.article.text[statement.start : statement.end].startswith("Norway")


def test_the_codebook_example_is_read(tmp_path):
    """The example of a codebook of one's own is one that ``--codebook`` takes."""
    path = tmp_path / "own.yaml"
    path.write_text(README.split("```yaml\n", 1)[1].split("```")[0], "utf-8")
    book = codebook.load_own(path)
    assert [topic.key for topic in book.topics] == ["nuclear_energy", "speed_limit"]
    assert book.person("ada-holm").side_on("2026-01-01") == "Europe"


def test_figures_have_their_place():
    """The measured figures stand between marks, so that a program can renew them."""
    assert README.count("<!-- figures -->") == README.count("<!-- /figures -->") == 1


def test_examples_are_counted_rightly():
    """The examples' README gives each file with its passages and statements, and their sums."""
    text = (ROOT / "training" / "examples" / "README.md").read_text("utf-8")
    listed = {row[0].strip("`"): (int(row[1]), int(row[2])) for row in table(text, "file")}
    counted = {path.name: count(path) for path in (ROOT / "training" / "examples").glob("*.jsonl")}
    assert listed == counted
    passages, statements = (sum(values) for values in zip(*counted.values(), strict=True))
    assert f"{passages:,} passages with {statements:,} annotated statements" in text


def count(path: Path) -> tuple[int, int]:
    """Passages and annotated statements of one file."""
    passages = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return len(passages), sum(len(passage["statements"]) for passage in passages)
