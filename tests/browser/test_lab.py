"""What a person sees and does in JupyterLab."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import Lab, finish_code, run_code, start_code
from tests.browser.processes import poll
from tests.browser.screen import (
    GATED,
    QUICK,
    SETUP,
    ask_why,
    assert_hover,
    await_changed,
    await_picture,
    await_status,
    changed,
    hover,
    let_on,
    open_panel,
    pixels,
    point,
    python,
)


@pytest.fixture
def page(lab_page: Page) -> Page:
    return lab_page


def test_hover_and_click_show_what_python_computed(lab: Lab, page: Page) -> None:
    lab.open([SETUP, QUICK], page)
    await_status(page, "done")
    drops = python(page, "w.explanation.drops.tolist()")
    assert_hover(page, drops, [(1, 2), (0, 0), (3, 3)])
    page.locator(".gx-canvas").click(position=point(page, 1, 2, 4))
    verdict = page.locator(".gx-verdict")
    expect(verdict).to_contain_text("“middle” falls from")
    expect(verdict).to_contain_text("strongest for middle of 16 cells")
    assert python(page, "w.value") == [[1, 2]]
    before, after = python(page, "[w.prediction['probability'], w.evidence['classes'][0][2]]")
    expect(verdict).to_contain_text(f"from {100 * before:.1f}% to {100 * after:.1f}%")
    expect(page.locator(".gx-label")).to_contain_text(
        ["middle", "rest", "<img src=x onerror=alert(1)>"]
    )
    # The picture beside it is the one that the model saw: its cell is black.
    center = page.evaluate(
        """async () => {
            const image = document.querySelector(".gx-hidden-picture");
            await image.decode();
            const canvas = document.createElement("canvas");
            canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            return [canvas.width, [...context.getImageData(30, 18, 1, 1).data]];
        }"""
    )
    assert center == [48, [0, 0, 0, 255]]


def test_cells_fill_while_scoring_runs(lab: Lab, page: Page) -> None:
    lab.open([SETUP, GATED], page)
    await_status(page, "running")
    await_picture(page)
    before = pixels(page)
    for done in (3, 7, 11):  # the first batch holds the whole picture as well
        let_on(page)
        expect(page.locator(".gx-progress-text")).to_contain_text(f"{done} of 144 cells")
        await_changed(page, before, done)
        assert changed(page, before) == done
    let_on(page, 100)
    await_status(page, "done")
    await_changed(page, before, 140)  # a few of the picture's colours may happen to stay


def test_a_new_grid_mid_run_leaves_no_stale_cell(lab: Lab, page: Page) -> None:
    lab.open([SETUP, GATED], page)
    await_status(page, "running")
    let_on(page, 2)
    expect(page.locator(".gx-progress-text")).to_contain_text("7 of 144")
    open_panel(page, "Settings")
    page.get_by_role("slider", name="Grid").fill("4")
    let_on(page, 100)
    expect(page.locator(".gx-size")).to_have_text("4 × 4")
    expect(page.locator(".gx-progress-text")).to_contain_text("16 of 16 cells")
    await_status(page, "done")
    expected = python(page, "GridExplainer(Model(), 4).explain(picture, 1).drops.tolist()")
    assert python(page, "w.explanation.drops.tolist()") == expected
    assert_hover(page, expected, itertools.product(range(4), repeat=2))


def test_the_grid_follows_python(lab: Lab, page: Page) -> None:
    lab.open([SETUP, GATED], page)
    await_status(page, "running")
    run_code(page, "w.grid_size = (2, 6)")
    let_on(page, 100)
    expect(page.locator(".gx-size")).to_have_text("2 × 6")
    expect(page.locator(".gx-progress-text")).to_contain_text("12 of 12 cells")
    await_status(page, "done")


def test_stop_stops_and_start_goes_on(lab: Lab, page: Page) -> None:
    lab.open([SETUP, GATED], page)
    await_status(page, "running")
    button = page.locator(".gx-run .gx-button")
    let_on(page, 2)
    expect(page.locator(".gx-progress-text")).to_contain_text("7 of 144")
    button.click()
    stopping = "all(task.stopped for task in w._publisher.runner._tasks.values())"
    poll(lambda: python(page, stopping) is True, "the click did not arrive")
    let_on(page, 100)
    await_status(page, "stopped")
    expect(page.locator(".gx-notices")).to_contain_text("Partial: 11 of 144")
    expect(page.locator(".gx-legend-pending")).to_be_visible()
    assert python(page, "[w.progress['done'], model.calls]") == [11, 3]
    assert python(page, "[t.name for t in threading.enumerate() if 'gridexpl' in t.name]") == []
    expect(button).to_have_text("Resume")
    button.click()
    await_status(page, "done")
    expect(button).to_be_hidden()
    assert python(page, "model.calls") == 3 + 34  # 133 cells were left, four at a time


def test_another_cell_runs_and_a_click_is_answered_meanwhile(lab: Lab, page: Page) -> None:
    lab.open([SETUP, GATED], page)
    await_status(page, "running")
    start_code(
        page,
        "end = time.monotonic() + 60\n"
        "model.gate.release(2)\n"
        "while time.monotonic() < end and not w.value: pass\n"
        "print('saw', w.value, 'while', w.status)",
    )
    expect(page.locator(".gx-progress-text")).to_contain_text("7 of 144")
    page.locator(".gx-canvas").click(position=point(page, 3, 6, 12))
    expect(page.locator(".gx-hidden-picture")).to_be_visible()
    assert finish_code(page) == "saw ((3, 6),) while running\n"


def test_a_second_view_and_a_reload_show_the_same(lab: Lab, own_page: Page) -> None:
    page = own_page
    name = lab.write([SETUP, QUICK, "w"])
    lab.visit(name, page)
    await_status(page, "done")
    page.locator(".gx-canvas").first.click(position=point(page, 1, 2, 4))
    expect(page.locator(".gx-verdict")).to_have_count(2)
    first, second = page.locator(".gx-verdict").all_inner_texts()
    assert first == second
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    page.reload()
    expect(page.locator(".gx-verdict").first).to_have_text(first)
    await_status(page, "done")


def test_what_goes_wrong_is_on_the_screen(lab: Lab, page: Page) -> None:
    failing = (
        "model = Model(fail_after=3)\n"
        "w = GridExplainer(model, 4, batch_size=5, joint=False).explore(picture)\n"
        "try:\n    w.wait()\nexcept RuntimeError as error:\n    print('told', error)\nw"
    )
    lab.open([SETUP, failing], page)
    await_status(page, "error")
    expect(page.locator(".gx-error:visible")).to_have_text(
        "RuntimeError: the <b>graphics card</b> caught fire"
    )
    expect(page.locator(".gx-progress-text")).to_contain_text("14 of 16 cells")
    assert "points" in hover(page, 0, 0, 4)
    run_code(page, "model.left = 100")
    page.get_by_role("button", name="Try again").click()
    await_status(page, "done")
    expect(page.locator(".gx-error:visible")).to_have_count(0)


def test_controls_ask_and_repaint(lab: Lab, page: Page) -> None:
    lab.open([SETUP, QUICK], page)
    await_status(page, "done")
    before = pixels(page)
    ask_why(page, "rest")
    expect(page.locator(".gx-target .gx-label")).to_have_text("rest")
    assert python(page, "w.target") == 0
    open_panel(page, "Settings")
    page.get_by_label("Measured in").select_option("log-odds")
    expect(page.locator(".gx-legend").first).to_contain_text("log-odds")
    page.get_by_label("Hide with").select_option("blur")
    await_status(page, "done")
    question = "[w.fill.name, w.score, w.status]"
    poll(lambda: python(page, question) == ["blur", "log-odds", "done"], "no answer in Python")
    await_changed(page, before, 100)


def test_keys_typed_inside_do_not_reach_the_notebook(lab: Lab, page: Page) -> None:
    lab.open([SETUP, QUICK], page)
    await_status(page, "done")
    cells = page.locator(".jp-Notebook-cell")
    count = cells.count()
    open_panel(page, "Settings")
    page.get_by_label("Hide with").focus()
    for key in ("b", "a", "b"):
        page.keyboard.press(key)
    await_status(page, "done")
    assert cells.count() == count


def test_the_embedded_classifier(lab: Lab, page: Page) -> None:
    code = (
        "from gridexplainer_widget import GridExplainer, demo\n"
        "honest = demo.load('honest')\n"
        "explainer = GridExplainer(honest.classifier, joint=False)\n"
        "w = explainer.explore(honest.pictures['cat and dog'], 'cat')\nw"
    )
    lab.open([code], page)
    await_status(page, "done")
    cat = page.locator(".gx-class.gx-target .gx-label")
    expect(cat).to_have_text("cat")
    ask_why(page, "dog")
    expect(cat).to_have_text("dog")


@pytest.mark.parametrize("width", [375, 800, 1400])
def test_it_fits_the_width_it_is_given(lab: Lab, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 1000})
    lab.open([SETUP, QUICK], page)
    await_status(page, "done")
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    page.locator(".gx-canvas").click(position=point(page, 1, 2, 4))
    expect(page.locator(".gx-verdict")).to_be_visible()
    overflow = page.evaluate(
        """() => {
            const root = document.querySelector(".gx-root").getBoundingClientRect();
            return [...document.querySelectorAll(".gx-root *")]
                .filter((node) => node.getBoundingClientRect().right > root.right + 1)
                .map((node) => node.className);
        }"""
    )
    assert overflow == []
    page.evaluate("() => window.jupyterapp.shell.expandLeft()")


def test_closing_in_the_middle_ends_the_work_and_removes_the_view(lab: Lab, page: Page) -> None:
    lab.open([SETUP, GATED], page)
    await_status(page, "running")
    let_on(page, 2)
    expect(page.locator(".gx-progress-text")).to_contain_text("7 of 144")
    run_code(page, "w.close()")
    expect(page.locator(".gx-root")).to_have_count(0)
    let_on(page, 100)
    threads = "[t.name for t in threading.enumerate() if 'gridexpl' in t.name]"
    poll(lambda: python(page, threads) == [], "a thread is left")
    assert python(page, "model.calls") <= 3
    assert python(page, "w.explanation.done") == 7
