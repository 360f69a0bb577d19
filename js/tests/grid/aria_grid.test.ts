import { beforeEach, describe, expect, test } from "vitest";
import { ariaGrid, type AriaGrid } from "../../src/grid/aria_grid";
import { find, HTML } from "../support/elements";

const GRID = { rows: 3, columns: 4, height: 30, width: 40 };
let root: HTMLElement;
let aria: AriaGrid;

beforeEach(() => {
  root = document.createElement("div");
  aria = ariaGrid(root);
});

const cell = () => find(root, "[role=row] > [role=gridcell]");

describe("before a grid has come", () => {
  test("nothing says that there is one, and nothing takes the focus", () => {
    aria.update(null, 0, "", false);
    expect(root.outerHTML).toBe("<div></div>");
  });
});

describe("a grid", () => {
  test("tells its size and its name, and takes the focus", () => {
    aria.update(GRID, 6, "Row 2, column 3", false);
    const names = ["role", "aria-label", "aria-rowcount", "aria-colcount", "aria-multiselectable"];
    expect(names.map((name) => root.getAttribute(name))).toEqual([
      "grid",
      "Cells of the picture",
      "3",
      "4",
      "true",
    ]);
    expect(root.tabIndex).toBe(0);
  });

  test("keeps JupyterLab's one-key shortcuts out", () => {
    aria.update(GRID, 6, "", false);
    expect(root.getAttribute("data-lm-suppress-shortcuts")).toBe("true");
  });

  test("of another size tells that", () => {
    aria.update(GRID, 0, "", false);
    aria.update({ ...GRID, rows: 5 }, 0, "", false);
    expect(root.getAttribute("aria-rowcount")).toBe("5");
  });
});

describe("the active cell", () => {
  test("has its place, its text and whether it is selected", () => {
    aria.update(GRID, 6, HTML, true);
    expect(cell().textContent).toBe(HTML);
    expect(cell().children).toHaveLength(0);
    expect(cell().getAttribute("aria-colindex")).toBe("3");
    expect(cell().getAttribute("aria-selected")).toBe("true");
    expect(find(root, "[role=row]").getAttribute("aria-rowindex")).toBe("2");
  });

  test("lies where it is seen", () => {
    aria.update(GRID, 6, "", false);
    const { style } = find(root, "[role=row]");
    const sides = [style.left, style.top, style.width, style.height].map(Number.parseFloat);
    const expected = [50, 100 / 3, 25, 100 / 3];
    sides.forEach((side, i) => expect(side).toBeCloseTo(expected[i]!));
  });

  test("is a new element with a new id at each move, and the only one", () => {
    aria.update(GRID, 6, "one", false);
    const [first, id] = [cell(), cell().id];
    expect(root.getAttribute("aria-activedescendant")).toBe(id);
    aria.update(GRID, 7, "two", false);
    expect(root.querySelectorAll("[role=gridcell]")).toHaveLength(1);
    expect(cell()).not.toBe(first);
    expect(cell().id).not.toBe(id);
    expect(root.getAttribute("aria-activedescendant")).toBe(cell().id);
  });

  test("is the same element when it is scored or selected", () => {
    aria.update(GRID, 6, "not scored yet", false);
    const before = cell();
    aria.update(GRID, 6, "drop 2", true);
    expect(cell()).toBe(before);
    expect(before.textContent).toBe("drop 2");
    expect(before.getAttribute("aria-selected")).toBe("true");
  });

  test("shares its id with no cell of another grid", () => {
    const other = document.createElement("div");
    ariaGrid(other).update(GRID, 6, "", false);
    aria.update(GRID, 6, "", false);
    expect(find(other, "[role=gridcell]").id).not.toBe(cell().id);
  });
});
