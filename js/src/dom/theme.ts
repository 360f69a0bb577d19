// Light or dark: the notebook's theme, else the background's.

import { element } from "./element";

export type Theme = "light" | "dark";

/** Keep `data-theme` up to date. */
export function followTheme(root: HTMLElement, signal: AbortSignal): void {
  let queued = false;
  const set = () => {
    queued = false;
    const theme = themeAround(root);
    root.dataset["theme"] = theme;
    root.toggleAttribute("data-foreign-colors", theme === "dark" && !isJupyter());
  };
  const look = () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(set);
  };
  // An attribute or a style sheet switches themes.
  const observer = new MutationObserver(look);
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributes: true });
  }
  observer.observe(document.head, { childList: true });
  window
    .matchMedia("(prefers-color-scheme: dark)")
    .addEventListener("change", look, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
  set();
  look(); // the element may be attached later
}

export function themeAround(root: HTMLElement): Theme {
  return declaredTheme() ?? backgroundTheme(root.parentNode) ?? preferredTheme();
}

/** JupyterLab and Notebook. Widget managers bring their light `--jp-*` along to other places. */
function isJupyter(): boolean {
  return document.body.dataset["jpThemeLight"] !== undefined;
}

/** JupyterLab and Notebook, VS Code, Colab. */
function declaredTheme(): Theme | null {
  const [html, body] = [document.documentElement, document.body];
  const jupyter = body.dataset["jpThemeLight"];
  if (jupyter !== undefined) return jupyter === "false" ? "dark" : "light";
  const code = body.classList;
  if (code.contains("vscode-light") || code.contains("vscode-high-contrast-light")) return "light";
  if (code.contains("vscode-dark") || code.contains("vscode-high-contrast")) return "dark";
  const colab = html.getAttribute("theme");
  return colab === "dark" || colab === "light" ? colab : null;
}

/** The theme of the nearest visible background, also outside a shadow root. */
function backgroundTheme(from: Node | null): Theme | null {
  for (let node = from; node; node = node instanceof ShadowRoot ? node.host : node.parentNode) {
    if (!(node instanceof Element)) continue;
    const [red, green, blue, alpha] = pixelOf(getComputedStyle(node).backgroundColor);
    if (alpha < 128) continue;
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
  }
  return null;
}

function preferredTheme(): Theme {
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** RGBA bytes of any CSS colour. */
function pixelOf(color: string): [number, number, number, number] {
  if (color === "" || color === "transparent" || color === "rgba(0, 0, 0, 0)") return [0, 0, 0, 0];
  const canvas = element("canvas", "");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return [0, 0, 0, 0];
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha];
}
