"""Milliseconds until a changed filter is drawn, in a browser: ``python -m benchmarks.redraw [N ...]``.

For generated corpora of N statements (default 5,000 and 200,000) and each page with a chart: from the click on a switch
of the frame to the chart that shows other figures. Every click asks for something that nobody asked before, so that no
cache of figures helps. Beside it stands the same for a Streamlit app of one switch and one chart.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import corpora
from benchmarks.serving import chromium, serve

PAGES = {"positions": ("", "matrix"), "over time": ("over-time", "timeline"), "compare": ("compare", "compare-chart")}
SWITCHES = ("Told by others", "Own words", "Narrated", "Told by others", "Own words")  # all five selections differ
FLOOR = """import plotly.graph_objects as go
import streamlit as st

picked = st.pills("Source", ["Own words", "Narrated", "Told by others"], selection_mode="multi", default=["Own words"])
numbers = [len(name) for name in picked]
figure = go.Figure(go.Bar(x=[1, 2], y=[sum(numbers), 4])).add_annotation(text=f"{picked}", x=1, y=2)
st.plotly_chart(figure, key="matrix")
"""
CLICK = """async ([name, key]) => {
  const chart = () => document.querySelector(`.st-key-${key} .js-plotly-plot`);
  const drawn = () => chart()?._fullLayout ? JSON.stringify([chart().data, chart().layout.annotations]) : '';
  const before = drawn();
  let known = chart().data;  // looked into only when it is another: reading it at each frame would take time itself
  const start = performance.now();
  [...document.querySelectorAll('[data-testid=stButtonGroup] button')].find(b => b.innerText.trim() === name).click();
  for (;;) {
    await new Promise(requestAnimationFrame);
    if (chart()?.data !== known) {
      const took = performance.now() - start, now = drawn();
      if (now && now !== before) return took;
      known = chart()?.data;
    }
    if (performance.now() - start > 60000) throw new Error('no redraw after ' + name);
  }
}"""


def redraws(browser: Browser, address: str, path: str, key: str) -> list[float]:
    """Milliseconds of each click on a page whose chart stands under ``key``."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(120_000)
    page.goto(f"{address}/{path}?lang=en")
    page.locator(f".st-key-{key} .js-plotly-plot .main-svg").first.wait_for()
    found = []
    for name in SWITCHES:
        settle(page)
        found.append(page.evaluate(CLICK, [name, key]))
    page.close()
    return found


def settle(page: Page) -> None:
    """Wait until no script runs and the page is still."""
    page.wait_for_timeout(300)
    page.wait_for_function("() => !document.querySelector('[data-testid=stStatusWidget], [data-testid=stSkeleton]')")
    page.wait_for_timeout(700)


def report(what: str, found: list[float]) -> None:
    """One line: median and slowest."""
    print(f"| {what} | {np.median(found):.0f} ms | {max(found):.0f} ms |", flush=True)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[5_000, 200_000])
    options = parser.parse_args()
    print("| what | median | slowest |\n|---|---|---|")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        cache = Path(folder)
        app = cache / "floor.py"
        app.write_text(FLOOR, "utf-8")
        with serve(cache, app) as address:
            report("one switch and one chart in Streamlit", redraws(browser, address, "", "matrix"))
        for n in options.sizes:
            with serve(cache, data=corpora.prepare(n, cache)) as address:
                for page, (path, key) in PAGES.items():
                    report(f"{page}, {n:,} statements", redraws(browser, address, path, key))
        browser.close()


if __name__ == "__main__":
    main()
