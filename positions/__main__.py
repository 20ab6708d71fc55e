"""The command line: tables of statements (``tag``), collections (``add`` and what follows), and checks."""

import io
import json
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from positions import store
from positions.addresses import is_address
from positions.articles import Unreadable, read_articles
from positions.records import Article, Unusable

if TYPE_CHECKING:
    from positions.codebook.entries import Codebook
    from positions.collection import Collection
    from positions.evaluation import GoldArticle
    from positions.feeds import Round
    from positions.ingest import Outcome, Report, Tagger

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
Inputs = Annotated[
    list[str],
    typer.Argument(metavar="INPUT...", help="Files, archives, folders; web addresses of pages, feeds, sitemaps."),
]
Hosts = Annotated[
    list[str] | None,
    typer.Option("--allow-host", metavar="HOST", help="A host that may be fetched although its network is private."),
]
Book = Annotated[
    Path | None, typer.Option("--codebook", metavar="FILE", help="Your own topics, people and institutions (YAML).")
]
Store = Annotated[Path, typer.Argument(metavar="STORE", help="The folder of a collection.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes that tag at the same time.")]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Tag on the Dask cluster of this scheduler, such as tcp://10.0.0.1:8786."),
]
Output = Annotated[str, typer.Option(help="File to write: .csv, .jsonl or .parquet; - for standard output.")]
Format = Annotated[str | None, typer.Option(help="csv, jsonl or parquet; needed with --output -.")]


@app.command()
def tag(
    inputs: Inputs,
    output: Output,
    format: Format = None,
    codebook: Book = None,
    model: Model = None,
    allow_host: Hosts = None,
) -> None:
    """Read articles, write tagged statements.

    An input that can't be read is named on standard error; the others are still tagged, and the exit status is 1.
    """
    _check_output(output, format)
    from positions import classifier, pipeline  # here, so that --help answers at once

    chosen, book = model or classifier.MODEL, _open_codebook(codebook)
    _open_model(chosen, book)
    unreadable: list[Unreadable] = []
    articles = list(_keep_articles(_read_inputs(inputs, allow_host or []), unreadable))
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Tagging", total=len(articles))

        def show(done: int, article: str) -> None:
            bar.update(task, completed=done)
            if not sys.stderr.isatty():
                print(_printable(f"{done}/{len(articles)} {article}"), file=sys.stderr)

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


@app.command()
def add(
    folder: Store,
    inputs: Inputs,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    codebook: Book = None,
    model: Model = None,
    allow_host: Hosts = None,
) -> None:
    """Tag what a collection does not have yet and keep it there; begins one where there is none.

    Articles that are there are passed over, changed ones tagged anew. Started again after whatever stopped it, the
    command goes on where it was. What can't be read or tagged is named, and the exit status is 1.
    """
    from positions import collection, ingest

    tagger = _open_tagger(model, codebook, workers, scheduler)
    unreadable: list[Unreadable] = []
    with _plain_errors(folder), _opened(collection.create(folder)) as opened, _reporting() as report:
        found = _read_inputs(inputs, allow_host or [])
        outcome = ingest.add(opened, _keep_articles(found, unreadable), tagger, report)
    _conclude(outcome)
    if unreadable:
        raise typer.Exit(1)


@app.command()
def watch(
    folder: Store,
    addresses: Annotated[list[str], typer.Argument(metavar="FEEDS...", help="Addresses of feeds and sitemaps.")],
    every: Annotated[str, typer.Option(help="Pause between two rounds: 90s, 15m, 2h.")] = "15m",
    once: Annotated[bool, typer.Option("--once", help="One round only.")] = False,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    codebook: Book = None,
    model: Model = None,
    allow_host: Hosts = None,
) -> None:
    """Add what is new in feeds and sitemaps to a collection, again and again, until it is stopped.

    What failed is logged on standard error and comes up again later. With --once the exit status is then 1.
    """
    pause = _check_watch(addresses, every)
    from positions import collection, feeds, fetching, ingest, logs

    logs.set_up()
    tagger = _open_tagger(model, codebook, workers, scheduler)
    with ExitStack() as stack:
        stack.enter_context(_plain_errors(folder))
        opened = stack.enter_context(_opened(collection.create(folder)))
        ledger = stack.enter_context(feeds.Ledger(folder / feeds.LEDGER))
        fetcher = stack.enter_context(fetching.Fetcher(allow_host or []))

        def keep(articles: list[Article]) -> set[str]:
            outcome = ingest.add(opened, articles, tagger, lambda _: None)
            return {name for name, _ in outcome.failed}

        while True:
            failed = _follow(partial(feeds.follow, addresses, fetcher, ledger, keep), once)
            if once:
                raise typer.Exit(1 if failed else 0)
            time.sleep(pause)


def _follow(follow: "Callable[[], Round]", once: bool) -> int:
    """One round; that another run is writing to the collection only puts it off, unless there is no other round."""
    try:
        outcome = follow()
    except Unusable as error:
        if once:
            raise
        print(f"{error}; trying again in the next round", file=sys.stderr)
        return 1
    print(f"{outcome.articles} articles read, {outcome.failed} addresses failed", file=sys.stderr)
    return outcome.failed


def _check_watch(addresses: Sequence[str], every: str) -> float:
    """The pause in seconds; refuses what is no address and no duration."""
    match = re.fullmatch(r"(\d{1,6})([smh])", every)
    if not match or not int(match[1]):
        raise typer.BadParameter(f"{every}: give a number and s, m or h, such as 15m", param_hint="--every")
    for address in addresses:
        if not is_address(address):
            raise typer.BadParameter(f"{address}: is no address such as https://example.org/feed.xml")
    return int(match[1]) * {"s": 1.0, "m": 60.0, "h": 3600.0}[match[2]]


@app.command()
def retag(
    folder: Store,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    codebook: Book = None,
    model: Model = None,
) -> None:
    """Tag a collection anew after a change of model, codebook or program; corrected statements stay.

    Only what is not up to date is tagged, so that an interrupted run goes on where it was.
    """
    from positions import collection, ingest

    tagger = _open_tagger(model, codebook, workers, scheduler)
    with _plain_errors(folder), _opened(collection.load(folder)) as opened, _reporting() as report:
        outcome = ingest.retag(opened, tagger, report)
    _conclude(outcome)


@app.command()
def remove(
    folder: Store,
    articles: Annotated[list[str], typer.Argument(metavar="ARTICLE...", help="Ids of articles (article_id).")],
) -> None:
    """Take articles out of a collection; one that is not in it is named, and the exit status is 1."""
    from positions import collection, ingest

    with _plain_errors(folder), _opened(collection.load(folder)) as opened:
        unknown = ingest.remove(opened, articles)
    for name in unknown:
        print(f"{folder}: holds no article {name}", file=sys.stderr)
    print(f"{len(set(articles)) - len(unknown)} articles removed", file=sys.stderr)
    if unknown:
        raise typer.Exit(1)


@app.command()
def info(
    folder: Store, as_json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")] = False
) -> None:
    """Say what a collection holds, by what it was tagged, and which versions of it are kept."""
    from positions import collection, ingest

    with _plain_errors(folder), _opened(collection.load(folder)) as opened:
        facts = ingest.describe(opened)
    if as_json:
        print(json.dumps(facts, indent=1, ensure_ascii=False))
    else:
        for line in _info_lines(facts):
            print(line)


@app.command()
def export(
    folder: Store,
    output: Output,
    format: Format = None,
    version: Annotated[int | None, typer.Option(help="A kept version, as info lists them.")] = None,
) -> None:
    """Write a collection's table of tagged statements, the same as ``tag`` writes."""
    _check_output(output, format)
    from positions import collection

    with _plain_errors(folder), _opened(collection.load(folder, version)) as opened:
        store.write_all(opened.statements(), output, format)


@app.command()
def compact(folder: Store) -> None:
    """Give up the kept versions and whatever was replaced or removed, and the space that they take."""
    from positions import collection

    with _plain_errors(folder), _opened(collection.load(folder)) as opened:
        before = opened.size()
        with opened.writing():
            opened.compact()
        print(f"{before / 1e6:.1f} MB before, {opened.size() / 1e6:.1f} MB now", file=sys.stderr)


def _info_lines(facts: dict[str, Any]) -> Iterator[str]:
    for name in ("version", "saved", "articles", "statements", "utterances", "rows"):
        yield f"{name}: {facts[name]}"
    yield f"published: {facts['first_day'] or 'unknown'} to {facts['last_day'] or 'unknown'}"
    if tagger := facts["tagged_by"]:
        model, book = tagger["model"], tagger["codebook"]
        yield f"model: {model['name']} {model['version']} ({model['sha256'][:12]})"
        yield f"codebook: {book['version']} ({book['sha256'][:12]}), topics {', '.join(book['topics'])}"
    if facts["outdated"]:
        yield f"outdated: {facts['outdated']} articles are tagged by something older; run 'retag'"
    yield f"size: {facts['bytes'] / 1e6:.1f} MB"
    yield f"versions: {', '.join(str(one['version']) for one in facts['versions'])}"


@contextmanager
def _opened(found: "Collection") -> "Iterator[Collection]":
    try:
        yield found
    finally:
        found.close()


@contextmanager
def _plain_errors(folder: Path) -> Iterator[None]:
    """Say in one line why work on a collection stopped."""
    try:
        yield
    except Unusable as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error
    except OSError as error:
        reason = error.strerror or str(error)
        print(f"{folder}: {reason}. What was finished is kept; the same command goes on from there.", file=sys.stderr)
        raise typer.Exit(1) from error
    except sqlite3.Error as error:
        print(f"{folder}: {error}. What was finished is kept; the same command goes on from there.", file=sys.stderr)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        print(f"{folder}: stopped. What was finished is kept; the same command goes on from there.", file=sys.stderr)
        raise typer.Exit(130) from None


@contextmanager
def _reporting() -> "Iterator[Report]":
    """A function that shows how far a run is: one line that changes on a terminal, plain lines otherwise."""
    console, last = Console(stderr=True), [""]
    with console.status("Reading") as status:

        def report(outcome: "Outcome") -> None:
            text = f"{outcome.new} new, {outcome.changed} tagged anew, {outcome.same} already there"
            status.update(text)
            if not console.is_terminal and text != last[0]:
                print(text, file=sys.stderr, flush=True)
            last[0] = text

        yield report


def _conclude(outcome: "Outcome") -> None:
    """Name what a run could not do; exit status 1 where something was left for the next one."""
    for name, text in outcome.lost:
        print(f"{name}: a corrected statement is no longer in the article: {text}", file=sys.stderr)
    for name, reason in outcome.failed:
        print(f"{name}: not tagged, left for the next run: {reason}", file=sys.stderr)
    total = f"{outcome.new} articles new, {outcome.changed} tagged anew, {outcome.same} already there"
    print(f"{total}; {outcome.statements} statements in them", file=sys.stderr)
    if outcome.failed:
        raise typer.Exit(1)


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


def _open_tagger(model: str | None, codebook: Path | None, workers: int, scheduler: str | None) -> "Tagger":
    """By what a collection is tagged, after a look at whether it can be."""
    from positions import classifier, cluster, ingest

    if scheduler and workers > 1:
        raise typer.BadParameter("the workers are the cluster's; leave --workers out", param_hint="--scheduler")
    if scheduler:
        try:
            cluster.check_installed()
        except Unusable as error:
            raise typer.BadParameter(str(error), param_hint="--scheduler") from error
    _open_model(model or classifier.MODEL, _open_codebook(codebook))
    return ingest.Tagger(model, codebook, workers, scheduler or "")


def _check_gold(file: Path, annotated: "Sequence[GoldArticle]", book: "Codebook") -> None:
    known = {topic.key for topic in book.topics}
    for item in annotated:
        for topic in (topic for statement in item.statements for topic in statement.topics):
            if topic not in known:
                print(f"{file}: {item.article.id}: the codebook has no topic {topic}", file=sys.stderr)
                raise typer.Exit(1)


def _read_inputs(inputs: Sequence[str], hosts: Sequence[str]) -> Iterator[Article | Unreadable]:
    """Read all inputs; what fetches is loaded only where an address is among them."""
    if not any(map(is_address, inputs)):
        yield from read_articles(inputs)
        return
    from positions import feeds, fetching

    with fetching.Fetcher(hosts) as fetcher:
        yield from read_articles(inputs, lambda address: feeds.read_address(address, fetcher))


def _keep_articles(found: Iterable[Article | Unreadable], unreadable: list[Unreadable]) -> Iterator[Article]:
    for item in found:
        if isinstance(item, Unreadable):
            print(_printable(f"{item.source}: {item.reason}"), file=sys.stderr)
            unreadable[:] = [item]  # that there was one is enough
        else:
            yield item


def _printable(text: str) -> str:
    """The text without what would steer a terminal or turn letters around: names in archives may hold it."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


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
