"""The looks of a study's page: light and dark, wide and narrow."""

STYLE = """
:root { color-scheme: light dark; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0;
  --back: #fff; --card: #f6f8fa; --bar: #0072b2; --mark: #d55e00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8eb; --quiet: #9198a1; --line: #3d444d; --back: #16191d; --card: #20252b;
    --bar: #56a8dc; --mark: #f08a3c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 48px; max-width: 1180px;
  font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back);
  overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 26px; line-height: 1.25; }
h2 { margin: 36px 0 4px; font-size: 19px; }
p { margin: 4px 0; max-width: 75ch; }
.quiet, figcaption, dt, th { color: var(--quiet); }
dl.figures { display: grid; gap: 12px; margin: 16px 0 0;
  grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); }
dl.figures div { padding: 12px 14px; background: var(--card); border-radius: 8px; }
dt { font-size: 13px; }
dd { margin: 0; font-size: 22px; font-variant-numeric: tabular-nums; }
dd small { display: block; font-size: 13px; color: var(--quiet); }
.charts { display: grid; gap: 16px; margin: 14px 0 0;
  grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); }
figure { display: flex; flex-direction: column; justify-content: space-between; gap: 6px;
  margin: 0; font-size: 13px; line-height: 1.35; }
figcaption strong { display: block; color: var(--text); font-size: 15px; font-weight: 600; }
figcaption strong::first-letter { text-transform: uppercase; }
svg { display: block; width: 100%; height: auto; }
svg rect { fill: var(--bar); }
svg line { stroke: var(--mark); stroke-width: 2; }
svg text { fill: var(--quiet); font: 11px system-ui, sans-serif; }
.cards { display: grid; gap: 14px; margin: 12px 0 0;
  grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); }
.card { font-size: 13px; line-height: 1.35; }
.picture { position: relative; display: block; width: 100%; aspect-ratio: 1;
  background: var(--card); border-radius: 6px; overflow: hidden; }
.picture span { position: absolute; }
.picture img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: fill; }
.picture img.map { image-rendering: pixelated; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: center; margin-top: 20px;
  max-width: none; font-size: 13px; color: var(--quiet); }
.scale { flex: 1 0 60px; max-width: 90px; height: 10px; border: 1px solid var(--line);
  border-radius: 2px;
  background: #d6d6d6
    linear-gradient(to right, #0072b2d9, #0072b200 50%, #d55e0000 50%, #d55e00d9); }
.finding { margin: 14px 0 0; padding: 14px 16px; border: 1px solid var(--line);
  border-left: 4px solid var(--mark); border-radius: 8px; }
table { border-collapse: collapse; margin-top: 10px; font-size: 14px; }
th, td { padding: 4px 14px 4px 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); font-weight: normal; }
footer { margin-top: 40px; font-size: 13px; color: var(--quiet); }
@media print { body { padding: 0; print-color-adjust: exact; } .card { break-inside: avoid; } }
"""
