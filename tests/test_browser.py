"""The whole journey in a browser, from the matrix to a downloaded file; skipped where there is no Chromium."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.serving import chromium
from positions import store

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROOT = Path(__file__).parents[1]
BROWSER = chromium()
PAGES = ("", "over-time", "compare", "common-ground", "statements", "articles", "corpus", "method")
ARTICLE = (
    "Außenminister berät über Ukraine\n\n"
    "„Die Sanktionen gegen Russland bleiben in Kraft, bis die Waffen schweigen“, sagte der dänische Außenminister "
    "Mads Overgaard am Montag in Kopenhagen. Eine Lockerung der Sanktionen lehne Dänemark ab, sagte er.\n"
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not BROWSER, reason="no Chromium: set CHROMIUM to its path"),
]


@pytest.fixture
def page(browser) -> Iterator["sync_api.Page"]:
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-GB", accept_downloads=True)
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


def opened(page, address: str):
    """The page at ``address`` once it has drawn its foot."""
    page.goto(address)
    page.locator(".st-key-footer").wait_for()
    return page


def turn(page, name: str) -> None:
    """Go to another page of the navigation, once the page at hand has settled."""
    settled(page)
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_url(f"**/{name.lower().replace(' ', '-')}*")
    settled(page)
    page.locator(".st-key-footer").wait_for()


def settled(page) -> None:
    """Wait until no script has run for half a second: a click during a rerun can be lost."""
    quiet = "() => !document.querySelector('[data-testid=stStatusWidget], [data-testid=stSkeleton]')"
    for _ in range(2):
        page.wait_for_function(quiet)
        page.wait_for_timeout(500)


def click_cell(page, side: str, topic: str) -> None:
    """Click the middle of a cell of the matrix."""
    page.locator(".st-key-matrix .js-plotly-plot").wait_for()
    place = page.evaluate(
        """([side, topic]) => {
            const plot = document.querySelector('.st-key-matrix .js-plotly-plot'), box = plot.getBoundingClientRect();
            for (const trace of plot._fullData) for (let i = 0; i < (trace.customdata || []).length; i++) {
                const [a, b] = trace.customdata[i];
                if (a === side && b === topic) {
                    const {xaxis, yaxis} = plot._fullLayout;
                    const x = trace.x[i], y = trace.base ? trace.base[i] + trace.y[i] / 2 : trace.y[i];
                    return [box.left + xaxis._offset + xaxis.d2p(x), box.top + yaxis._offset + yaxis.d2p(y)];
                }
            }
        }""",
        [side, topic],
    )
    page.mouse.move(*place)
    page.mouse.click(*place)


def test_the_whole_journey(server, page, tmp_path):
    """From the matrix to the sentences, over the other pages, with an article of one's own, to a file on disk."""
    opened(page, f"{server}/?lang=en")
    click_cell(page, "Russia", "territory")
    page.locator(".card mark").first.wait_for()
    assert "cell_side=Russia" in page.url and "cell_topic=territory" in page.url

    page.get_by_role("button", name="Open in the article").first.click()
    page.locator(".fulltext mark.chosen").wait_for()

    turn(page, "Compare")
    page.locator(".st-key-compare-chart .js-plotly-plot").wait_for()
    turn(page, "Over time")
    page.get_by_role("heading", name="What changed").wait_for()

    turn(page, "Articles")
    own = tmp_path / "own.txt"
    own.write_text(ARTICLE, encoding="utf-8")
    page.get_by_text("Add your own articles").click()
    page.locator("input[type=file]").set_input_files(own)
    page.get_by_text("1 article read").wait_for()

    turn(page, "Statements")
    page.get_by_label("Search").fill("Sanktionen gegen Russland bleiben")
    page.locator(".card mark", has_text="bleiben in Kraft").first.wait_for()

    page.get_by_role("button", name=re.compile("The rows? shown")).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    data = Path(download.value.path()).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == store.COLUMNS and {row["article_id"] for row in rows} == {"own"}
    assert any("bleiben in Kraft" in row["text"] and row["topic"] == "sanctions" for row in rows)


def test_a_link_reopens_the_view(server, page, browser):
    """What is copied from the foot of the page shows another reader the same cell in the same language."""
    opened(page, f"{server}/?lang=de")
    click_cell(page, "Russia", "territory")
    page.locator(".facts").wait_for()
    cited = page.locator(".st-key-footer code").inner_text().splitlines()[-1]
    verdict = page.locator(".verdict").inner_text()
    other = browser.new_context(locale="en-GB").new_page()
    opened(other, cited)
    assert other.locator(".verdict").inner_text() == verdict
    other.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_every_page(server, browser, scheme):
    """At 390 pixels nothing sticks out sideways, light or dark."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    context.set_default_timeout(120_000)
    page = context.new_page()
    for name in PAGES:
        opened(page, f"{server}/{name}?lang=de")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    context.close()


def test_nothing_is_fetched_from_elsewhere(server, page):
    """No font, icon, picture or script comes from another machine."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in PAGES:
        opened(page, f"{server}/{name}?lang=en")
        page.wait_for_timeout(500)
    assert [url for url in asked if not url.startswith((server, server.replace("http", "ws"), "data:", "blob:"))] == []


def test_choosing_without_a_mouse(server, page):
    """Side and topic can be chosen with the keyboard alone."""
    opened(page, f"{server}/?lang=en")
    for label, value in (("Side", "Russia"), ("Topic", "Territory")):
        box = page.get_by_test_id("stMain").get_by_role("combobox", name=label)
        box.focus()
        page.keyboard.type(value)
        page.keyboard.press("Enter")
        page.wait_for_timeout(700)
    page.locator(".facts").wait_for()
    assert "cell_topic=territory" in page.url


def test_what_russia_says_on_guarantees_and_where(server, page):
    """Choose the cell, open its article, and see the sentence marked in its place."""
    opened(page, f"{server}/?lang=en")
    click_cell(page, "Russia", "security_guarantees")
    sentence = page.locator(".card mark").first.inner_text()
    page.get_by_role("button", name="Open in the article").first.click()
    assert page.locator(".fulltext mark.chosen").inner_text().startswith(sentence)


def test_usa_and_europe_on_sanctions(server, page):
    """Two sides beside each other, with their strongest words on the chosen topic."""
    opened(page, f"{server}/compare?lang=en&compare=USA&compare=Europe&words=sanctions")
    page.locator(".st-key-compare-chart .js-plotly-plot").wait_for()
    page.get_by_text("Sanctions on Russia should be kept or tightened.").first.wait_for()
    shown = page.locator(".st-key-compare-chart .ytick text").all_text_contents()
    assert set(shown) == {"USA", "Europe"}


def test_whether_a_position_changed_in_december(server, page):
    """Two periods from the link: a verdict or plain words that there is too little, and the statements behind it."""
    periods = "before=2025-12-01..2025-12-10&after=2025-12-11..2025-12-31"
    opened(page, f"{server}/over-time?lang=en&side=USA&topic=territory&{periods}")
    assert "before=2025-12-01..2025-12-10" in page.url
    page.get_by_text("Sides and topics that are not judged").wait_for()
    answer = page.get_by_test_id("stExpander").filter(has_text="USA · Territory:")
    settled(page)
    answer.get_by_text("USA · Territory:").click()
    for period in ("Before", "After"):
        answer.get_by_text(period, exact=True).wait_for()
    settled(page)  # opening the answer runs the page again, and a click meanwhile is lost
    answer.get_by_role("button", name="Open in the article").first.click()
    page.locator(".fulltext mark.chosen").wait_for()


def test_how_sure_the_answer_is_and_exactly_its_rows(server, page):
    """Interval and amount beside the value, the sentence to cite with its link, and the file has just these rows."""
    opened(page, f"{server}/?lang=en")
    click_cell(page, "Russia", "territory")
    page.locator(".facts").wait_for()
    assert "95 % interval" in page.locator(".facts").inner_text()
    settled(page)
    cited = page.locator(".st-key-footer code").inner_text()
    assert "independent statement" in cited and "cell_topic=territory" in cited
    button = page.get_by_role("button", name=re.compile("The rows? shown"))
    count = int(re.search(r"\d+", button.inner_text()).group())
    button.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == count
    assert {(row["holder"], row["topic"]) for row in rows} == {("Russia", "territory")}


def test_a_period_drawn_on_the_chart_becomes_the_filter(server, page):
    """Dragging over the trend sets the dates in the link."""
    opened(page, f"{server}/over-time?lang=en&focus=territory")
    box = page.locator(".st-key-timeline .js-plotly-plot .nsewdrag").first.bounding_box()
    settled(page)
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=8)
    page.mouse.up()
    page.wait_for_url("**since=*until=*")
