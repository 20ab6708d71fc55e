"""axe-core on every page, in both languages, light and dark, wide and on a phone: nothing serious; and print.

The rules come with the package axe-playwright-python, so that no network is needed.
"""

import io
from importlib.util import find_spec
from pathlib import Path

import pytest
from pypdf import PdfReader

from benchmarks.serving import chromium

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")

PAGES = ("", "over-time", "compare", "common-ground", "statements", "articles", "corpus", "method")
STREAMLITS: dict[str, str] = {}  # rule -> why Streamlit's own elements break it and we can't mend it
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
QUIET = "() => !document.querySelector('[data-testid=stStatusWidget], [data-testid=stSkeleton]')"
BROWSER = chromium()

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not BROWSER, reason="no Chromium: set CHROMIUM to its path"),
]


def drawn(page, address: str) -> None:
    """Open a page and wait until it stands still."""
    page.goto(address)
    page.locator(".st-key-footer").wait_for()
    page.wait_for_function(QUIET)
    page.wait_for_timeout(1000)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "de"])
def test_axe_finds_nothing_serious(server, browser, lang, scheme, width):
    """No serious or critical violation but those listed as Streamlit's own."""
    folder = Path(next(iter(find_spec("axe_playwright_python").submodule_search_locations)))
    axe = (folder / "axe.min.js").read_text("utf-8")
    context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=scheme, locale="en-GB")
    context.set_default_timeout(300_000)
    page, found = context.new_page(), []
    for name in PAGES:
        drawn(page, f"{server}/{name}?lang={lang}")
        page.evaluate(axe)
        result = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
        found += [
            f"/{name}: {one['id']} ({one['impact']}): {node['html'][:200]}"
            for one in result["violations"]
            if one["impact"] in ("serious", "critical") and one["id"] not in STREAMLITS
            for node in one["nodes"]
        ]
    context.close()
    assert found == []


def test_a_page_prints_readable(server, browser):
    """On A4 the page's words are there, from the first to the last, without the frame around them."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, color_scheme="dark", locale="en-GB")
    context.set_default_timeout(300_000)
    page = context.new_page()
    drawn(page, f"{server}/method?lang=en")
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    text = " ".join(sheet.extract_text() for sheet in sheets)
    assert len(sheets) > 1 and abs(float(sheets[0].mediabox.width) - 595) < 2
    assert "How this is made" in text and "Cite and download" in text
    assert "More filters" not in text and "Deutsch" not in text
    context.close()
