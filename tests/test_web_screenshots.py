"""The README's pictures of the web app can be taken, of pages in which nothing goes wrong, and stand there."""

from pathlib import Path

from playwright.sync_api import Browser
from web_house import web_house
from web_screenshots import ROOT, moved, take


def test_the_pictures_in_the_readme_are_those_that_are_taken(tmp_path: Path, chromium: Browser) -> None:
    with web_house(tmp_path, chromium, filled=False) as house:
        moved(house)
        taken = take(house, tmp_path)
    assert all(file.stat().st_size > 10_000 for file in taken)
    told = (ROOT / "README.md").read_text()
    assert all(f"examples/{file.name}" in told and (ROOT / "examples" / file.name).exists() for file in taken)
