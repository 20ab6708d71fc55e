"""The command line: ``python -m positions tag``, ``evaluate`` and ``diff``."""

import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from positions import store
from positions.articles import Unreadable, read_articles
from positions.records import Article, Unusable

if TYPE_CHECKING:
    from positions.codebook.entries import Codebook
    from positions.evaluation import GoldArticle

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Who stands where: tag statements of parties in news articles.",
)
Model = Annotated[
    str | None,
    typer.Option(
        help="Another classifier: a folder in the shipped format, or a model of natural-language inference "
        "(its folder, or its name on the Hugging Face hub)."
    ),
]
Book = Annotated[
    Path | None, typer.Option("--codebook", metavar="FILE", help="Your own topics, people and institutions (YAML).")
]


@app.command()
def tag(
    inputs: Annotated[list[Path], typer.Argument(metavar="INPUT...", help="Files and folders of articles.")],
    output: Annotated[str, typer.Option(help="File to write: .csv, .jsonl or .parquet; - for standard output.")],
    format: Annotated[str | None, typer.Option(help="csv, jsonl or parquet; needed with --output -.")] = None,
    codebook: Book = None,
    model: Model = None,
) -> None:
    """Read articles, write tagged statements.

    An input that can't be read is named on standard error; the others are still tagged, and the exit status is 1.
    """
    _check_output(output, format)
    from positions import classifier, pipeline  # here, so that --help answers at once

    chosen, book = model or classifier.MODEL, _open_codebook(codebook)
    _open_model(chosen, book)
    unreadable: list[Unreadable] = []
    articles = list(_keep_articles(read_articles(inputs), unreadable))
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Tagging", total=len(articles))

        def show(done: int, article: str) -> None:
            bar.update(task, completed=done)
            if not sys.stderr.isatty():
                print(f"{done}/{len(articles)} {article}", file=sys.stderr)

        rows = pipeline.tag(articles, progress=show, model=chosen, book=book)
    store.write(store.to_frame(rows), output, format)
    print(f"{len(articles)} articles, {len({row.statement_id for row in rows})} statements", file=sys.stderr)
    if unreadable:
        raise typer.Exit(1)


@app.command()
def evaluate(
    gold: Annotated[
        Path, typer.Argument(help="Annotated articles, JSON Lines (see README).", exists=True, dir_okay=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    codebook: Book = None,
    model: Model = None,
) -> None:
    """Score the pipeline against an annotated file."""
    from positions import classifier, evaluation, pipeline

    try:
        annotated = evaluation.read_gold(gold)
    except (ValueError, KeyError) as error:
        print(f"{gold}: not a gold file: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    chosen, book = model or classifier.MODEL, _open_codebook(codebook)
    _check_gold(gold, annotated, book)
    _open_model(chosen, book)
    figures = evaluation.evaluate(annotated, lambda articles: pipeline.tag(articles, model=chosen, book=book))
    if as_json:
        print(json.dumps(figures, indent=1))
    else:
        _print_figures(figures, evaluation.MEANINGS)


@app.command("diff")
def compare_bundles(
    old: Annotated[Path, typer.Argument(metavar="OLD.zip", help="The earlier bundle.", exists=True, dir_okay=False)],
    new: Annotated[Path, typer.Argument(metavar="NEW.zip", help="The later bundle.", exists=True, dir_okay=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print the difference as JSON.")] = False,
) -> None:
    """Say what two bundles differ in, cell by cell, and why.

    A file that is not a bundle is named with the reason on standard error, and the exit status is 1.
    """
    from positions import bundle, diff

    try:
        found = diff.compare(bundle.read(old), bundle.read(new))
    except bundle.BadBundle as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a title may hold letters that the terminal lacks
    for line in [json.dumps(found, indent=1)] if as_json else diff.describe(found):
        print(line)


def _check_output(output: str, format: str | None) -> None:
    suffix = format or Path(output).suffix.removeprefix(".").lower()
    if suffix not in store.FORMATS:
        raise typer.BadParameter(
            f"{output}: name a file that ends in .csv, .jsonl or .parquet, or give --format", param_hint="--output"
        )
    if output != "-" and not Path(output).absolute().parent.is_dir():
        raise typer.BadParameter(f"{output}: the folder does not exist", param_hint="--output")


def _open_codebook(file: Path | None) -> "Codebook":
    from positions import codebook

    try:
        return codebook.load_own(file) if file else codebook.load()
    except Unusable as error:
        raise typer.BadParameter(str(error), param_hint="--codebook") from error


def _open_model(model: Path | str, book: "Codebook") -> None:
    """Load the classifier before any work begins, and say where its confidence is not what README promises."""
    from positions import pipeline

    try:
        reader = pipeline.open_reader(model, book)
    except Unusable as error:
        raise typer.BadParameter(str(error), param_hint="--model") from error
    if not reader.calibrated:
        print(f"{model}: confidence is the model's own probability, not calibrated", file=sys.stderr)


def _check_gold(file: Path, annotated: "Sequence[GoldArticle]", book: "Codebook") -> None:
    known = {topic.key for topic in book.topics}
    for item in annotated:
        for topic in (topic for statement in item.statements for topic in statement.topics):
            if topic not in known:
                print(f"{file}: {item.article.id}: the codebook has no topic {topic}", file=sys.stderr)
                raise typer.Exit(1)


def _keep_articles(found: Iterable[Article | Unreadable], unreadable: list[Unreadable]) -> Iterator[Article]:
    for item in found:
        if isinstance(item, Unreadable):
            print(f"{item.source}: {item.reason}", file=sys.stderr)
            unreadable.append(item)
        else:
            yield item


def _print_figures(figures: dict[str, dict[str, float]], meanings: dict[str, str]) -> None:
    parts = list(figures)
    table = Table("figure", *parts, "meaning")
    for key in figures[parts[0]]:
        stem = key.rsplit("_", 1)[0] if key.endswith(("_precision", "_recall", "_f1")) else key
        table.add_row(
            key,
            *(f"{figures[part].get(key, 0):.3f}" if key != "n" else str(int(figures[part][key])) for part in parts),
            meanings.get(stem, ""),
        )
    Console().print(table)


if __name__ == "__main__":
    app(prog_name="python -m positions")
