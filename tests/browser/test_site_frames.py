"""On the documentation's site a frame is as high as the page in it."""

from __future__ import annotations

from playwright.sync_api import Browser, Route, expect

from tests.support.pages import ROOT

LOOK = ROOT / "docs" / "look"

LIVE = "<style>body { margin: 0 }</style><div style='height: 700px'></div>"

OUTER = """<style>:root { --color-background-border: grey; }</style>
<link rel="stylesheet" href="site.css">
<iframe class="live" src="live.html"></iframe>
<iframe class="live sheet" src="live.html"></iframe>
<script src="frames.js"></script>"""

GROW = "() => { document.querySelector('div').style.height = '900.5px'; }"


def serve(route: Route) -> None:
    name = route.request.url.rpartition("/")[2]
    page = {"index.html": OUTER, "live.html": LIVE}.get(name)
    if page is None:
        route.fulfill(path=LOOK / name)
    else:
        route.fulfill(body=f"<!doctype html>{page}", content_type="text/html")


def test_a_frame_follows_its_page(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 500})
    page.route("http://site.test/**", serve)
    page.goto("http://site.test/index.html")
    followed, sheet = page.locator("iframe").all()
    expect(followed).to_have_css("height", "702px")  # a border of 1 px on both sides
    page.frames[1].evaluate(GROW)
    expect(followed).to_have_css("height", "903px")
    expect(sheet).to_have_css("height", "450px")  # a document of many sheets: it scrolls
    page.close()
