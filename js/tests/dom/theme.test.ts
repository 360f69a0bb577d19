import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { followTheme, themeAround } from "../../src/dom/theme";
import { fakeCanvas, type FakeContext, fakeFrames, fakeMedia } from "../support/browser";
import { settled } from "../support/elements";

const DARK = "(prefers-color-scheme: dark)";

let context: FakeContext;
let frames: ReturnType<typeof fakeFrames>;
let controller: AbortController;
let root: HTMLElement;

beforeEach(() => {
  context = fakeCanvas();
  frames = fakeFrames();
  controller = new AbortController();
  root = document.createElement("div");
  document.body.replaceChildren(root);
});

afterEach(() => {
  controller.abort();
  for (const node of [document.documentElement, document.body]) {
    for (const { name } of [...node.attributes]) node.removeAttribute(name);
  }
});

/** The bytes that the canvas makes of every colour. */
function looksLike(...bytes: [number, number, number, number]): void {
  context.image = { data: new Uint8ClampedArray(bytes) };
}

describe("a place that says what it is", () => {
  test.each([
    ["JupyterLab", "light", () => (document.body.dataset["jpThemeLight"] = "true")],
    ["JupyterLab", "dark", () => (document.body.dataset["jpThemeLight"] = "false")],
    ["VS Code", "light", () => (document.body.className = "vscode-body vscode-light")],
    ["VS Code", "dark", () => (document.body.className = "vscode-body vscode-dark")],
    ["VS Code in high contrast", "dark", () => (document.body.className = "vscode-high-contrast")],
    [
      "VS Code in light high contrast",
      "light",
      () => (document.body.className = "vscode-high-contrast vscode-high-contrast-light"),
    ],
    ["Colab", "light", () => document.documentElement.setAttribute("theme", "light")],
    ["Colab", "dark", () => document.documentElement.setAttribute("theme", "dark")],
  ] as [string, string, () => void][])("%s is believed to be %s, whatever its background and the system", (_, theme, say) => {
    const [byte, ...wished]: [number, ...string[]] = theme === "dark" ? [255] : [0, DARK];
    fakeMedia(...wished);
    looksLike(byte, byte, byte, 255);
    document.body.style.backgroundColor = "grey";
    say();
    expect(themeAround(root)).toBe(theme);
  });

  test("in no known way is looked at instead", () => {
    fakeMedia();
    document.documentElement.setAttribute("theme", "sepia");
    document.body.style.backgroundColor = "#222";
    looksLike(34, 34, 34, 255);
    expect(themeAround(root)).toBe("dark");
  });
});

describe("the background", () => {
  beforeEach(() => {
    fakeMedia();
  });

  test.each([
    [[255, 255, 255, 255], "light"],
    [[22, 25, 29, 255], "dark"],
    [[0, 200, 0, 255], "dark"], // a luminance of 117
    [[0, 220, 0, 255], "light"], // 129
    [[0, 0, 255, 255], "dark"],
  ] as const)("%j is %s", (bytes, theme) => {
    document.body.style.backgroundColor = "hsl(1 2% 3%)";
    looksLike(...(bytes as unknown as [number, number, number, number]));
    expect(themeAround(root)).toBe(theme);
    expect(context.of("fillRect").at(-1)?.fillStyle).toBe("hsl(1 2% 3%)");
  });

  test("of the nearest element that has one is looked at, its own left out", () => {
    root.style.backgroundColor = "red";
    const near = document.createElement("div");
    near.style.backgroundColor = "blue";
    near.append(root);
    document.body.append(near);
    document.body.style.backgroundColor = "green";
    looksLike(0, 0, 255, 255);
    themeAround(root);
    expect(context.of("fillRect").map((call) => call.fillStyle)).toEqual(["blue"]);
  });

  test("is found outside of a shadow root", () => {
    const host = document.createElement("div");
    host.attachShadow({ mode: "open" }).append(root);
    document.body.append(host);
    document.body.style.backgroundColor = "#111";
    looksLike(17, 17, 17, 255);
    expect(themeAround(root)).toBe("dark");
  });

  test("that one can see through is not looked at", () => {
    document.body.style.backgroundColor = "rgb(0 0 0 / 20%)";
    looksLike(0, 0, 0, 51);
    expect(themeAround(root)).toBe("light");
  });
});

describe("where nothing tells", () => {
  test.each([
    ["dark", [DARK]],
    ["light", []],
  ] as [string, string[]][])("the system's %s is taken", (theme, matching) => {
    fakeMedia(...matching);
    expect(themeAround(root)).toBe(theme);
    expect(themeAround(document.createElement("div"))).toBe(theme);
  });
});

describe("JupyterLab's colours", () => {
  const foreign = () => {
    fakeMedia();
    followTheme(root, controller.signal);
    return root.hasAttribute("data-foreign-colors");
  };

  test("are taken where its theme is told", () => {
    document.body.dataset["jpThemeLight"] = "false";
    expect(foreign()).toBe(false);
  });

  test("are left aside in other dark places, whose widget managers bring the light ones", () => {
    document.documentElement.setAttribute("theme", "dark");
    expect(foreign()).toBe(true);
  });

  test("do for other light places", () => {
    document.documentElement.setAttribute("theme", "light");
    expect(foreign()).toBe(false);
  });
});

describe("a theme that is followed", () => {
  const shown = () => root.dataset["theme"];
  const jupyter = (light: boolean) => (document.body.dataset["jpThemeLight"] = String(light));
  /** Mutations are told in their own time. */
  const noticed = async () => {
    await new Promise((done) => setTimeout(done));
    await settled();
    frames.run();
  };

  test("is there at once", () => {
    fakeMedia(DARK);
    followTheme(root, controller.signal);
    expect(shown()).toBe("dark");
  });

  test("is looked for again once the element has its place", () => {
    fakeMedia();
    root.remove();
    followTheme(root, controller.signal);
    expect(shown()).toBe("light");
    document.body.append(root);
    document.body.style.backgroundColor = "#111";
    looksLike(17, 17, 17, 255);
    frames.run();
    expect(shown()).toBe("dark");
  });

  test("changes with the place, at the next frame", async () => {
    fakeMedia();
    jupyter(true);
    followTheme(root, controller.signal);
    await noticed();
    jupyter(false);
    await noticed();
    expect(shown()).toBe("dark");
    document.body.removeAttribute("data-jp-theme-light");
    document.documentElement.setAttribute("theme", "light");
    await noticed();
    expect(shown()).toBe("light");
  });

  test("changes with a style sheet", async () => {
    fakeMedia();
    followTheme(root, controller.signal);
    await noticed();
    document.body.style.backgroundColor = "#111";
    await noticed();
    looksLike(17, 17, 17, 255);
    document.head.append(document.createElement("style"));
    await noticed();
    expect(shown()).toBe("dark");
  });

  test("changes with the system", () => {
    const media = fakeMedia();
    followTheme(root, controller.signal);
    frames.run();
    fakeMedia(DARK);
    media.change();
    frames.run();
    expect(shown()).toBe("dark");
  });

  test("is set once for many changes", async () => {
    fakeMedia();
    followTheme(root, controller.signal);
    await noticed();
    jupyter(false);
    await new Promise((done) => setTimeout(done));
    document.documentElement.setAttribute("theme", "dark");
    await new Promise((done) => setTimeout(done));
    expect(frames.run()).toBe(1);
  });

  test("is no longer followed after the end", async () => {
    const media = fakeMedia();
    jupyter(true);
    followTheme(root, controller.signal);
    await noticed();
    controller.abort();
    jupyter(false);
    media.change();
    await noticed();
    expect(shown()).toBe("light");
  });
});
