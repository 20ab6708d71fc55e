"""Make the screenshots of this folder: ``python -m docs.screenshots`` (needs playwright and a Chromium).

Starts the dashboard on the seed articles, opens each page, and writes PAGE.png, and PAGE-phone.png at 390 pixels.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.serving import chromium, serve

ROOT = Path(__file__).parent.parent
PAGES = {
    "positions": "/?lang=en&cell_side=Russia&cell_topic=territory",
    "over-time": "/over-time?lang=en",
    "compare": "/compare?lang=en",
    "common-ground": "/common-ground?lang=en&focus=territory",
    "statements": "/statements?lang=en",
    "articles": "/articles?lang=en",
    "corpus": "/corpus?lang=en",
    "method": "/method?lang=en",
}


def main() -> None:
    """Start, shoot, stop."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        for name, path in PAGES.items():
            for suffix, width, height in (("", 1440, 1100), ("-phone", 390, 1000)):
                page = browser.new_page(viewport={"width": width, "height": height}, locale="en-US")
                _shoot(page, f"{address}{path}", ROOT / "docs" / f"{name}{suffix}.png")
                page.close()
        browser.close()


def _shoot(page: Page, address: str, out: Path) -> None:
    page.goto(address)
    page.wait_for_selector(".st-key-footer", timeout=300_000)  # at first the articles are tagged
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stStatusWidget], [data-testid=stSkeleton]')", timeout=90_000
    )
    page.wait_for_timeout(3500)
    page.screenshot(path=out)
    print(out.relative_to(ROOT))


if __name__ == "__main__":
    main()
