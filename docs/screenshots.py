"""Make the screenshots of this folder: ``python docs/screenshots.py`` (needs playwright and a Chromium).

Starts the dashboard on the seed articles, opens each page, and writes PAGE.png, and PAGE-phone.png at 390 pixels.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
PAGES = {
    "positions": "/?lang=en&cell_side=Russia&cell_topic=territory",
    "over-time": "/over-time?lang=en",
    "compare": "/compare?lang=en",
    "statements": "/statements?lang=en",
    "articles": "/articles?lang=en",
    "method": "/method?lang=en",
}


def main() -> None:
    """Start, shoot, stop."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://localhost:{port}/_stcore/health")
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for name, path in PAGES.items():
                for suffix, width, height in (("", 1440, 1100), ("-phone", 390, 1000)):
                    page = browser.new_page(viewport={"width": width, "height": height}, locale="en-US")
                    _shoot(page, f"http://localhost:{port}{path}", ROOT / "docs" / f"{name}{suffix}.png")
                    page.close()
            browser.close()
    finally:
        server.terminate()


def _wait(address: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(address, timeout=1).read()
            return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(f"no answer from {address}")


def _shoot(page: Page, address: str, out: Path) -> None:
    page.goto(address)
    page.wait_for_selector('[data-testid="stAppViewContainer"]')
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stStatusWidget], [data-testid=stSkeleton]')", timeout=90_000
    )
    page.wait_for_selector(".js-plotly-plot, [data-testid=stDataFrame], h2, h3", timeout=90_000)
    page.wait_for_timeout(3500)
    page.screenshot(path=out)
    print(out.relative_to(ROOT))


if __name__ == "__main__":
    main()
