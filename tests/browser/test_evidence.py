"""Asking about cells: one, several, all but some, the most important ones."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import Lab, run_code
from tests.browser.processes import poll
from tests.browser.screen import (
    GATED,
    SETUP,
    await_status,
    await_value,
    canvas,
    change_in,
    let_on,
    open_panel,
    point,
    python,
)


@pytest.fixture
def page(lab_page: Page) -> Page:
    return lab_page


def click(page: Page, row: int, column: int, *modifiers: str, grid: int = 4) -> None:
    canvas(page).click(position=point(page, row, column, grid), modifiers=list(modifiers))


def drag(page: Page, start: tuple[int, int], end: tuple[int, int]) -> None:
    canvas(page).scroll_into_view_if_needed()
    box = canvas(page).bounding_box()
    for number, (row, column) in enumerate((start, end)):
        place = point(page, row, column, 4)
        page.mouse.move(box["x"] + place["x"], box["y"] + place["y"], steps=4)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def test_cells_are_hidden_together_and_apart(quick: Page) -> None:
    click(quick, 1, 2)
    click(quick, 1, 3, "Shift")
    await_value(quick, [[1, 2], [1, 3]])
    verdict = quick.locator(".gx-verdict")
    expect(verdict).to_contain_text("add up")
    joint, apart = python(quick, "[w.evidence['drop'], w.evidence['sum']]")
    assert change_in(verdict.inner_text()) == pytest.approx(-100 * joint, abs=0.051)
    assert python(quick, "float(w.explanation.drops[1, 2:].sum())") == pytest.approx(apart)
    expect(verdict).to_contain_text(python(quick, "w.evidence['text']"))
    expected = python(
        quick,
        "(lambda p: [float(Model()(p[None].astype('f4'))[0, 1])])"
        "(np.where((np.indices((48, 48))[0] // 12 == 1) & (np.indices((48, 48))[1] >= 24), "
        "0, picture.transpose(2, 0, 1)).transpose(1, 2, 0))",
    )
    assert python(quick, "w.prediction['probability']") - joint == pytest.approx(
        expected[0], abs=1e-5
    )
    expect(quick.locator(".gx-title")).to_contain_text("Without 2 cells")


def test_drag_keep_clear_and_undo(quick: Page) -> None:
    drag(quick, (1, 1), (2, 2))
    square = [[1, 1], [1, 2], [2, 1], [2, 2]]
    await_value(quick, square)
    click(quick, 2, 2, "ControlOrMeta")
    await_value(quick, square[:3])
    quick.get_by_role("button", name="Keep only these").click()
    await_value(quick, square[:3], keep=True)
    expect(quick.locator(".gx-title")).to_contain_text("Only these 3 cells")
    expect(quick.locator(".gx-verdict")).to_contain_text("points")
    quick.get_by_role("button", name="Clear").click()
    await_value(quick, [])
    expect(quick.locator(".gx-title")).to_have_text("What the model says")
    for cells, keep in ((square[:3], True), (square[:3], False), (square, False), ([], False)):
        quick.get_by_role("button", name="Undo").click()
        await_value(quick, cells, keep=keep)


def test_the_curve_is_played(quick: Page) -> None:
    quick.get_by_role("button", name="Play").click()
    expect(quick.get_by_role("button", name="Play")).to_be_visible()
    expect(quick.locator(".gx-chart")).to_be_visible()
    poll(lambda: python(quick, "w.curve['running']") is False, "the curve does not end")
    change = python(quick, "w.curve['changes']['deletion']")
    expect(quick.locator(".gx-top .gx-value")).to_have_text(f"{change} of 16 hidden")
    counts, deletion = python(quick, "[w.curve['counts'], w.curve['deletion']]")
    assert counts == list(range(17))
    points = quick.locator("polyline.gx-deletion").get_attribute("points").split()
    drawn = [[float(number) for number in place.split(",")] for place in points]
    for (x, y), k, probability in zip(drawn, counts, deletion, strict=True):
        assert x == pytest.approx(240 * k / 16, abs=0.06)
        assert y == pytest.approx(90 * (1 - probability), abs=0.06)
    quick.get_by_role("slider", name="Strongest cells").fill("3")
    top = python(quick, "sorted([c.row, c.column] for c in w.explanation.top(3))")
    await_value(quick, top)
    expect(quick.locator(".gx-top .gx-value")).to_have_text("3 of 16 hidden")
    quick.get_by_role("button", name="Undo").click()
    quick.get_by_role("button", name="Undo").click()
    await_value(quick, [])


def test_the_slider_sends_no_question_twice(quick: Page) -> None:
    quick.get_by_role("button", name="Play").click()
    expect(quick.get_by_role("button", name="Play")).to_be_visible()
    run_code(quick, "calls = model.calls")
    for k in ("2", "7", "12"):
        quick.get_by_role("slider", name="Strongest cells").fill(k)
        expect(quick.locator(".gx-top .gx-value")).to_contain_text(f"{k} of 16")
        expect(quick.locator(".gx-verdict")).to_contain_text("points")
    assert python(quick, "model.calls - calls") == 0


def test_appearance_is_local(quick: Page) -> None:
    sent: list[object] = []
    quick.evaluate(
        """() => {
            const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext
                .session.kernel;
            window.sent = [];
            kernel.anyMessage.connect((_, { direction, msg }) => {
                const { msg_type } = msg.header;  // the debugger of JupyterLab asks by itself
                if (direction === "send" && msg_type !== "debug_request")
                    window.sent.push(msg_type);
            });
        }"""
    )
    before = quick.evaluate("() => document.querySelector('.gx-canvas').toDataURL()")
    open_panel(quick, "Settings")
    shown = {before}
    for act in (
        lambda: quick.get_by_label("Colours").select_option("purple–green"),
        lambda: quick.get_by_label("Scale").select_option("all pictures"),
        lambda: quick.get_by_role("slider", name="Strength").fill("0.3"),
        lambda: quick.get_by_role("slider", name="Fade below").fill("0.05"),
        lambda: quick.get_by_label("Numbers").uncheck(),
    ):
        act()
        quick.wait_for_function(
            "(shown) => !shown.includes(document.querySelector('.gx-canvas').toDataURL())",
            arg=sorted(shown),
        )
        shown.add(quick.evaluate("() => document.querySelector('.gx-canvas').toDataURL()"))
    assert quick.evaluate("() => window.sent") == sent
    assert python(quick, "w.opacity") == 0.85  # it comes along with the next message
    click(quick, 0, 0)
    poll(lambda: python(quick, "w.opacity") == 0.3, "the appearance did not come along")


def test_a_class_is_found_by_typing(lab: Lab, page: Page) -> None:
    many = (
        "def wide(batch):\n"
        "    out = np.full((len(batch), 1000), 1e-4)\n"
        "    out[:, 207] = batch.mean(axis=(1, 2, 3)) / 300\n"
        "    return out\n"
        "names = [f'thing {i}' for i in range(1000)]\n"
        "names[134] = names[517] = 'crane'; names[207] = 'Épagneul'\n"
        "w = GridExplainer(wide, 4, labels=names).explore(picture)\nw"
    )
    lab.open([SETUP, many], page)
    await_status(page, "done")
    why = page.get_by_role("combobox", name="Why")
    expect(why).to_have_value("Épagneul")
    why.click()
    options = page.locator(".gx-option")
    expect(options.first).to_contain_text("Épagneul")
    expect(options.first).to_contain_text("%")
    expect(page.locator(".gx-more").first).to_contain_text("900 more: type to narrow")
    why.fill("cran")
    expect(options).to_have_text(["crane (134)", "crane (517)"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(why).to_have_value("crane (517)")
    poll(lambda: python(page, "w.target") == 517, "the target did not arrive")
    why.fill("epag")
    page.keyboard.press("Enter")
    poll(lambda: python(page, "w.target") == 207, "the target did not arrive")


def test_a_click_on_a_pending_cell_is_answered_next(lab: Lab, page: Page) -> None:
    lab.open([SETUP, GATED], page)
    await_status(page, "running")
    let_on(page, 1)
    expect(page.locator(".gx-progress-text")).to_contain_text("3 of 144")
    pending = python(page, "np.argwhere(np.isnan(w.explanation.drops))[-1].tolist()")
    click(page, *pending, grid=12)
    expect(page.locator(".gx-asking")).to_be_visible()
    let_on(page, 2)  # the batch under way, then the question
    expect(page.locator(".gx-verdict")).to_contain_text("points")
    assert python(page, "w.progress['done']") < 12
    let_on(page, 100)
    await_status(page, "done")


def test_a_question_without_answer_is_told(quick: Page) -> None:
    run_code(quick, "model.left = 0")
    drag(quick, (0, 0), (1, 1))
    expect(quick.locator(".gx-alerts .gx-error").first).to_contain_text("caught fire")
    expect(quick.locator(".gx-verdict")).to_have_text("The model gave no answer.")
    run_code(quick, "model.left = 100")
    drag(quick, (0, 0), (2, 1))
    expect(quick.locator(".gx-verdict")).to_contain_text("points")
    expect(quick.locator(".gx-alerts .gx-error").first).to_be_hidden()


def test_two_widgets_are_linked_in_the_browser(lab: Lab, page: Page) -> None:
    linked = (
        "import ipywidgets\n"
        "explainer = GridExplainer(Model(), 4, fill='black', labels=labels, joint=False)\n"
        "w = explainer.explore(picture)\n"
        "other = explainer.explore(picture[::-1], layout={'width': '400px'})\n"
        "other.add_class('second')\n"
        "ipywidgets.jslink((w, 'value'), (other, 'value'))\n"
        "ipywidgets.VBox([w, other])"
    )
    lab.open([SETUP, linked], page)
    expect(page.locator(".gx-root[data-status=done]")).to_have_count(2)
    assert page.locator(".second .gx-root").bounding_box()["width"] <= 400
    click(page, 2, 1)
    expect(page.locator(".second .gx-title")).to_contain_text("Without row 3, column 2")
    poll(lambda: python(page, "other.value") == [[2, 1]], "the link did not reach Python")
    expect(page.locator(".second .gx-verdict")).to_contain_text("points")
