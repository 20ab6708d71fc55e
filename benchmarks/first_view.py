"""Seconds until a reader sees the first matrix, in a browser: ``python -m benchmarks.first_view [--runs N]``.

Cold: from typing the command to the drawn matrix of the seed articles, nothing cached, the browser already open. Warm:
from opening the address on a server that somebody has used, in a browser that has never seen it, and again in one that
has. Beside them stands the same for a Streamlit app of one Plotly chart: what nobody on this platform can go below.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.serving import chromium, serve

MATRIX = ".st-key-matrix .js-plotly-plot .main-svg"


BARE = """import plotly.graph_objects as go
import streamlit as st

st.plotly_chart(go.Figure(go.Bar(x=[1, 2], y=[3, 4])), key="matrix")
"""


def bare_view(browser: Browser, visits: int) -> tuple[list[float], list[float]]:
    """Seconds of each visit to an app of one chart, after a first one: by new browsers, and by the same one."""
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder) / "bare.py"
        app.write_text(BARE, "utf-8")
        with serve(Path(folder), app) as address:
            visit(browser, address)
            return warm_views(browser, address, visits)


def first_view(browser: Browser, visits: int) -> tuple[float, list[float], list[float]]:
    """Seconds from start to matrix, and from each later visit to matrix: by new browsers, and by the same one."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with serve(Path(folder)) as address:
            visit(browser, address)
            cold = time.perf_counter() - began
            return cold, *warm_views(browser, address, visits)


def warm_views(browser: Browser, address: str, visits: int) -> tuple[list[float], list[float]]:
    """Seconds of visits by browsers without a cache, and by one that has been there."""
    new = [visit(browser, address) for _ in range(visits)]
    with browser.new_context() as context:
        return new, [visit(context, address) for _ in range(visits + 1)][1:]


def visit(browser: Browser | BrowserContext, address: str) -> float:
    """Seconds from opening ``address`` in a new tab to the drawn matrix."""
    page = browser.new_page()
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.set_default_timeout(120_000)
    began = time.perf_counter()
    page.goto(address)
    page.locator(MATRIX).first.wait_for()
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
        bare_new, bare_again = map(np.median, bare_view(browser, 3))
        browser.close()
    print(f"first matrix, cold: {np.median([cold for cold, _, _ in runs]):.1f} s from the command")
    new = np.median([one for _, visits, _ in runs for one in visits])
    again = np.median([one for _, _, visits in runs for one in visits])
    print(f"first matrix, warm: {new:.2f} s from opening the address; a bare chart {bare_new:.2f} s")
    print(f"first matrix, warm, again in the same browser: {again:.2f} s; a bare chart {bare_again:.2f} s")


if __name__ == "__main__":
    main()
