"""Seconds until a reader sees the first matrix, in a browser: ``python -m benchmarks.first_view [--runs N]``.

Cold: from typing the command to the drawn matrix of the seed articles, nothing cached, the browser already open. Warm:
from opening the address in a new tab of a server that somebody has used.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from benchmarks.serving import chromium, serve

MATRIX = ".st-key-matrix .js-plotly-plot .main-svg"


def first_view(browser: Browser, warm_visits: int) -> tuple[float, list[float]]:
    """Seconds from start to matrix, and from each later visit to matrix."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with serve(Path(folder)) as address:
            visit(browser, address)
            cold = time.perf_counter() - began
            return cold, [visit(browser, address) for _ in range(warm_visits)]


def visit(browser: Browser, address: str) -> float:
    """Seconds from opening ``address`` in a new tab to the drawn matrix."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    began = time.perf_counter()
    page.goto(address)
    page.locator(MATRIX).first.wait_for(timeout=120_000)
    seconds = time.perf_counter() - began
    page.close()
    return seconds


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        browser.new_page().close()
        runs = [first_view(browser, 3) for _ in range(options.runs)]
        browser.close()
    print(f"first matrix, cold: {np.median([cold for cold, _ in runs]):.1f} s from the command")
    print(f"first matrix, warm: {np.median([one for _, warm in runs for one in warm]):.2f} s from opening the address")


if __name__ == "__main__":
    main()
