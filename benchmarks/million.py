"""A large collection in a browser: ``python -m benchmarks.million [FOLDER] [--statements N]``.

Makes a collection of N statements (default 1,000,000) in FOLDER where there is none, opens the dashboard on it in a
Chromium, and prints: seconds from the server's start to the first view, to a view in a new tab of the server that is
now warm, to a changed filter, to the next page of statements and to a page in the middle, to a search, to the whole
table as CSV and Parquet; and the server's memory, resident, after each.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import corpora
from benchmarks.first_view import visit
from benchmarks.redraw import SWITCHES, redraws, settle
from benchmarks.serving import Memory, chromium, serve
from positions.collection import is_collection

CARD = ".st-key-card-row-0"
FILES = ("CSV", "Parquet")


def paging(page: Page, address: str, report: Callable[[str, list[float]], None]) -> None:
    """Turn the pages of the list of statements, one by one and far ahead, and search."""
    page.goto(f"{address}/statements?lang=en")
    page.locator(CARD).wait_for()
    settle(page)
    report("next page of statements", [_changed(page, partial(_turn, page, n)) for n in (2, 3, 4)])
    last = page.locator("[data-testid=stPagination] button").all_inner_texts()
    far = max(int(text.replace(",", "")) for text in last if text.replace(",", "").isdigit())
    report(f"last page of statements, {far:,}", [_changed(page, partial(_turn, page, far))])
    for order in ("most confident first", "by article"):
        report(f"sorted: {order}", [_sort(page, order)])
    search = page.get_by_label("Search")
    report("search", [_changed(page, partial(search.fill, word)) for word in ("badego", "number 777")])


def _turn(page: Page, n: int) -> None:
    page.locator("[data-testid=stPagination] button").get_by_text(f"{n}", exact=True).first.click()


def _sort(page: Page, order: str) -> float:
    box = page.get_by_label("Sort", exact=False)
    box.scroll_into_view_if_needed()  # the list closes again when the page scrolls
    settle(page)
    box.press("ArrowDown")
    return _changed(page, page.get_by_role("option", name=order).click)


def _changed(page: Page, act: Callable[[], object]) -> float:
    """Seconds until the first card is another one."""
    before = page.locator(CARD).inner_text()
    began = time.perf_counter()
    act()
    page.wait_for_function(
        "([selector, before]) => ![undefined, before].includes(document.querySelector(selector)?.innerText)",
        arg=[CARD, before],
    )
    seconds = time.perf_counter() - began
    settle(page)
    return seconds


def download(page: Page, name: str) -> tuple[float, float]:
    """Seconds and MB of the file with the whole table."""
    page.get_by_role("button", name="Everything").click()
    began = time.perf_counter()
    with page.expect_download(timeout=600_000) as caught:
        page.get_by_role("link", name=name, exact=False).first.click()
    size = caught.value.path().stat().st_size
    seconds = time.perf_counter() - began
    page.keyboard.press("Escape")
    return seconds, size / 1e6


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--statements", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        folder = options.folder or Path(made) / "store"
        if not is_collection(folder):
            corpora.fill(folder, options.statements)
        cache = Path(made) / "cache"
        cache.mkdir()
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        browser.new_page().close()
        measure(browser, cache, folder)
        browser.close()


def measure(browser: Browser, cache: Path, folder: Path) -> None:
    """Print what one server does."""
    began = time.perf_counter()
    with serve(cache, data=folder) as server, Memory(server.pid) as memory:

        def report(what: str, found: list[float]) -> None:
            now = f"{memory.now():.0f} MB"
            print(f"| {what} | {np.median(found):.2f} s | {max(found):.2f} s | {now} |", flush=True)

        print("| what | median | slowest | memory then |\n|---|---|---|---|")
        visit(browser, server)
        report("first view, from the command", [time.perf_counter() - began])
        report("first view, warm", [visit(browser, server) for _ in range(5)])
        found = redraws(browser, server, "", "matrix")
        report(f"changed filter ({len(SWITCHES)} times)", [one / 1000 for one in found])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(120_000)
        paging(page, server, report)
        page.goto(f"{server}/statements?lang=en")
        page.locator(CARD).wait_for()
        settle(page)
        for name in FILES:
            seconds, size = download(page, name)
            report(f"whole table as {name}, {size:.0f} MB", [seconds])
        print(f"| the server at most | | | {memory.most():.0f} MB |")


if __name__ == "__main__":
    main()
