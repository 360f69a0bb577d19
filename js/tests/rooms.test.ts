/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";

const ROOMS = [
  "model",
  "cells",
  "text",
  "page",
  "dom",
  "grid",
  "evidence",
  "controls",
  "explorer",
  "comparison",
  "gallery",
  "entries",
  "styles",
  "styles/gallery",
];
const MAX_FILES = 16;
const MAX_LINES = 300;

const sources = filesOf(import.meta.glob<string>("../src/**/*", { query: "?raw", import: "default", eager: true }));
const tests = filesOf(import.meta.glob<string>("./**/*", { query: "?raw", import: "default", eager: true }));
/** Static, type-only, dynamic and re-exporting imports; `import("…")` types and CSS as well. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*["'`](\.[^"'`]+)["'`]/g;

/** Text by path: "room/file.ts". */
function filesOf(found: Record<string, string>): [path: string, text: string][] {
  return Object.entries(found).map(([path, text]) => [path.replace(/^(\.\.\/src|\.)\//, ""), text]);
}

function folderOf(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}

function importedFolders(path: string, text: string): string[] {
  const here = `file:///${path}`;
  return [...text.matchAll(IMPORT)].map(([, target]) => folderOf(new URL(target!, here).pathname.slice(1)));
}

test("every kind of import is seen", () => {
  const text = `
    import "./a/x";
    import type { A } from "./b/x";
    export { B } from './c/x';
    export * from "./d/x";
    const C = await import("./e/x");
    type D = typeof import("./f/x");
    import {
      E,
    } from "./g/x";
    @import "./h/x.css";`;
  expect(importedFolders("file.ts", text)).toEqual([..."abcdefgh"]);
});

test("every file lies in a room", () => {
  expect(new Set(sources.map(([path]) => folderOf(path)))).toEqual(new Set(ROOMS));
});

describe.each(ROOMS)("%s", (room) => {
  const allowed = ROOMS.slice(0, ROOMS.indexOf(room) + 1);

  test("imports from itself and from earlier rooms alone", () => {
    const wrong = sources
      .filter(([path]) => folderOf(path) === room)
      .flatMap(([path, text]) => importedFolders(path, text).map((folder) => [path, folder] as const))
      .filter(([, folder]) => !allowed.includes(folder));
    expect(wrong).toEqual([]);
  });
});

test.each([
  ["sources", sources],
  ["tests", tests],
])("no folder of the %s holds too many files", (_, files) => {
  const folders = files.map(([path]) => folderOf(path));
  const full = new Set(folders.filter((folder) => folders.filter((other) => other === folder).length > MAX_FILES));
  expect([...full]).toEqual([]);
});

test("no source file is too long", () => {
  const long = sources.filter(([, text]) => text.split("\n").length - 1 > MAX_LINES).map(([path]) => path);
  expect(long).toEqual([]);
});
