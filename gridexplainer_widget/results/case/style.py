"""The looks of a case's page: on a screen, light and dark, and on A4."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0;
  --back: #fff; --card: #f6f8fa; --bar: #0072b2; --for: #d55e00; --against: #0072b2; }
@media screen and (prefers-color-scheme: dark) {
  :root { --text: #e6e8eb; --quiet: #9198a1; --line: #3d444d; --back: #16191d; --card: #20252b;
    --bar: #56a8dc; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 48px; max-width: 860px;
  font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back);
  overflow-wrap: anywhere; }
h1 { margin: 2px 0 8px; font-size: 27px; line-height: 1.25; }
h2 { margin: 32px 0 6px; font-size: 18px; line-height: 1.3; break-after: avoid; }
p, ul { margin: 6px 0; max-width: 76ch; }
ul { padding-left: 20px; }
.quiet, figcaption, .bars td, thead th { color: var(--quiet); }
.lead { font-size: 17px; }
.stand { padding: 10px 14px; border-left: 4px solid var(--quiet); background: var(--card); }
.missing { padding: 8px 12px; border: 1px dashed var(--line); color: var(--quiet); }
code { font: 13px/1.4 ui-monospace, Consolas, monospace; }
.figures { display: grid; gap: 16px; margin: 16px 0 4px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 260px), 1fr)); align-items: start; }
.small { display: grid; gap: 12px; margin: 10px 0;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 150px), 1fr)); }
figure { margin: 0; break-inside: avoid; }
figcaption { font-size: 13px; line-height: 1.4; margin-top: 4px; }
svg { display: block; width: 100%; height: auto; max-height: 420px; background: var(--card); }
svg .sure { fill: none; stroke: #fff; stroke-width: 2; }
svg .grey { filter: grayscale(0.85); }
svg .shade { fill: #14171a; fill-opacity: 0.78; }
svg .dark { stroke: #000; stroke-width: 4; }
svg text { fill: #fff; stroke: #000c; stroke-width: 2.5px; paint-order: stroke; text-anchor: middle;
  font-family: system-ui, sans-serif; font-weight: 600; }
.key { display: flex; gap: 8px 18px; flex-wrap: wrap; margin: 6px 0; padding: 0; list-style: none;
  font-size: 13px; color: var(--quiet); }
.key i { display: inline-block; width: 12px; height: 12px; margin-right: 6px;
  vertical-align: -1px; }
.key .for { background: var(--for); } .key .against { background: var(--against); }
.key .outline { border: 2px solid var(--text); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0; font-size: 14px; width: 100%; }
th, td { padding: 4px 14px 4px 0; text-align: left; vertical-align: top; font-weight: normal;
  border-bottom: 1px solid var(--line); }
tr { break-inside: avoid; }
td { font-variant-numeric: tabular-nums; }
table { overflow-wrap: break-word; }
table.facts th { width: 29%; color: var(--quiet); }
table.facts td { overflow-wrap: anywhere; }
table.facts code { font-size: 12px; }
.bars th, .bars td { border: 0; padding: 2px 10px 2px 0; vertical-align: middle; }
.bars { table-layout: fixed; overflow-wrap: anywhere; }
.bars th { width: 30%; } .bars td { width: 96px; text-align: right; }
.bars .bar { width: auto; padding: 2px 0; }
.bars .bar span { display: block; height: 12px; min-width: 1px; background: var(--bar); }
.bars .asked th { font-weight: 600; } .bars .asked .bar span { background: var(--for); }
.review { display: grid; gap: 14px 20px; grid-template-columns: 2fr 1fr; margin: 10px 0; }
.review label, .review fieldset { display: block; font-size: 13px; color: var(--quiet); }
.review fieldset { grid-column: 1 / -1; margin: 0; padding: 0; border: 0; }
.review fieldset label { display: inline-block; margin: 4px 18px 4px 0; font-size: 15px;
  color: var(--text); }
.review .long { grid-column: 1 / -1; }
.review input:not([type=radio]), .review textarea { display: block; width: 100%; margin-top: 2px;
  padding: 6px 2px; border: 0; border-bottom: 1px solid var(--quiet); border-radius: 0;
  font: inherit; font-size: 15px; color: var(--text); background: transparent; }
.review textarea { min-height: 132px; resize: vertical; line-height: 32px; padding: 0 2px;
  background: repeating-linear-gradient(transparent 0 31px, var(--line) 31px 32px) local; }
footer { margin-top: 28px; padding-top: 10px; border-top: 1px solid var(--line); font-size: 13px;
  color: var(--quiet); }
a { color: inherit; }
@media (max-width: 520px) { body { padding: 16px 14px 32px; } h1 { font-size: 23px; }
  .review { grid-template-columns: 1fr; } table { font-size: 13px; }
  th, td { padding-right: 8px; } }
@page { size: A4; margin: 16mm 15mm 18mm; }
@media print {
  :root { color-scheme: light; }
  body { padding: 0; max-width: none; font-size: 10.5pt; print-color-adjust: exact;
    -webkit-print-color-adjust: exact; }
  h1 { font-size: 19pt; } h2 { font-size: 13pt; margin-top: 18pt; } .lead { font-size: 12pt; }
  table, code, figcaption, .key, footer { font-size: 9pt; } .small figcaption { font-size: 8pt; }
  table.facts code { font-size: 8pt; }
  .figures { grid-template-columns: 1fr 1fr; } .small { grid-template-columns: repeat(5, 1fr); }
  .wide { overflow: visible; } svg { max-height: 105mm; }
  .review, .stand, section:last-of-type { break-inside: avoid; } .screen { display: none; }
  p { orphans: 3; widows: 3; }
}
"""
