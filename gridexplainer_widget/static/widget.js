// src/dom.ts
var FOCUSABLE = /* @__PURE__ */ new Set(["button", "input", "select"]);
function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (FOCUSABLE.has(tag)) node.dataset["lmSuppressShortcuts"] = "true";
  if (text !== void 0) node.textContent = text;
  return node;
}
function showPng(image, bytes) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
  image.src = url;
  return image.decode().finally(() => URL.revokeObjectURL(url));
}

// src/protocol.ts
var KERNEL_TRAITS = [
  "picture",
  "labels",
  "prediction",
  "grid",
  "scores",
  "status",
  "progress",
  "evidence",
  "error",
  "notes",
  "about",
  "fills"
];
var FRONT_END_TRAITS = ["grid_size", "fill", "target", "score", "value"];
var MAX_GRID = 64;
function filled(value) {
  return Object.keys(value).length > 0 ? value : null;
}

// src/scores.ts
var LEAST_SCALE = { probability: 0.01, "log-odds": 0.1 };
function decodeScores(bytes) {
  const scores = new Float32Array(Math.floor(bytes.byteLength / 4));
  for (let i = 0; i < scores.length; i++) scores[i] = bytes.getFloat32(4 * i, true);
  return scores;
}
function scaleOf(drops, score) {
  let largest = LEAST_SCALE[score];
  for (const drop of drops) if (Math.abs(drop) > largest) largest = Math.abs(drop);
  return largest;
}
function rankOf(drops, index) {
  const own = drops[index] ?? NaN;
  let rank = 1;
  for (const drop of drops) if (drop > own) rank++;
  return rank;
}
function dropNumber(drop, score, digits = 1) {
  const text = (score === "probability" ? 100 * drop : drop).toFixed(digits);
  return Number(text) === 0 ? 0 .toFixed(digits) : text.replace("-", "−");
}
function unitOf(score) {
  return score === "probability" ? "points" : "log-odds";
}
function digitsOf(scale, score) {
  const end = score === "probability" ? 100 * scale : scale;
  return Math.min(2, Math.max(0, 2 - Math.ceil(Math.log10(end + 1e-9))));
}
function percent(probability) {
  if (probability > 0 && probability < 5e-4) return "<0.1%";
  if (probability < 1 && probability >= 0.9995) return ">99.9%";
  return `${(100 * probability).toFixed(1)}%`;
}
function seconds(value) {
  if (value < 1) return "less than 1 s";
  const whole = Math.round(value);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

// src/evidence.ts
function evidenceView(model) {
  const root = element("section", "gx-evidence");
  const image = element("img", "gx-hidden-picture");
  image.alt = "The picture as the model saw it, with the selected cell hidden";
  let shown = null;
  const update = () => {
    const prediction = filled(model.get("prediction"));
    const evidence = filled(model.get("evidence"));
    if (!evidence) {
      root.replaceChildren(...prediction ? answer(model, prediction) : []);
      return;
    }
    const cell = model.get("value")[0];
    const own = evidence.cells[0];
    if (cell && own && (cell[0] !== own[0] || cell[1] !== own[1])) {
      root.replaceChildren(element("p", "gx-hint", "Waiting for the kernel …"));
      return;
    }
    if (evidence.picture !== shown) {
      shown = evidence.picture;
      showPng(image, shown).catch(() => void 0);
    }
    root.replaceChildren(...hidden(model, prediction, evidence, image));
  };
  return { element: root, update };
}
function answer(model, prediction) {
  const labels = model.get("labels");
  const rows = prediction.top.map(
    ([index, probability]) => bars(labels[index] ?? "", probability, null, index === prediction.target)
  );
  return [
    element("h4", "gx-title", "What the model sees"),
    list(rows),
    element("p", "gx-hint", "Click a cell to see what the model believes without it.")
  ];
}
function hidden(model, prediction, evidence, image) {
  const [row, column] = evidence.cells[0] ?? [0, 0];
  const title = element("h4", "gx-title", `Without row ${row + 1}, column ${column + 1}`);
  title.append(element("span", "gx-index", ` value = [(${row}, ${column})]`));
  if (!prediction || evidence.drop === null) {
    return [title, image, element("p", "gx-verdict", "This cell has not been scored yet.")];
  }
  const labels = model.get("labels");
  const rows = evidence.classes.map(
    ([index, before, after]) => bars(labels[index] ?? "", before, after, index === prediction.target)
  );
  return [title, image, verdict(model, prediction, evidence), list(rows), key()];
}
function verdict(model, prediction, evidence) {
  const labels = model.get("labels");
  const score = model.get("score");
  const name = labels[prediction.target] ?? "";
  const [, before, after] = evidence.classes[0] ?? [0, 0, 0];
  const drops = decodeScores(model.get("scores"));
  const grid = filled(model.get("grid"));
  const [row, column] = evidence.cells[0] ?? [0, 0];
  const rank = grid ? rankOf(drops, row * grid.columns + column) : 0;
  const drop = evidence.drop ?? 0;
  const way = `${after < before ? "falls" : "rises"} from ${percent(before)} to ${percent(after)}`;
  const amount = `drop ${dropNumber(drop, score, score === "probability" ? 1 : 2)} ${unitOf(score)}`;
  const scored = drops.filter((drop2) => !Number.isNaN(drop2)).length;
  const change = percent(before) === percent(after) ? `stays at ${percent(after)}` : way;
  const text = `“${name}” ${change}: ${amount}, rank ${rank} of ${scored}.`;
  const paragraph = element("p", "gx-verdict", text);
  const winner = best(evidence.classes, 2);
  if (winner !== best(evidence.classes, 1)) {
    const flip = ` The answer becomes “${labels[winner] ?? ""}”.`;
    paragraph.append(element("strong", "gx-flip", flip));
  }
  return paragraph;
}
function best(classes, at) {
  return classes.reduce((first, second) => second[at] > first[at] ? second : first)[0];
}
function bars(label, before, after, target) {
  const row = element("li", target ? "gx-class gx-target" : "gx-class");
  const name = element("span", "gx-label", label);
  name.title = label;
  const tracks = element("span", "gx-tracks");
  tracks.append(track("gx-before", before));
  if (after !== null) tracks.append(track("gx-after", after));
  const text = after === null ? percent(before) : `${percent(before)} → ${percent(after)}`;
  row.append(name, element("span", "gx-number", text), tracks);
  return row;
}
function track(className, share) {
  const node = element("span", `gx-track ${className}`);
  node.style.width = `${(100 * share).toFixed(2)}%`;
  return node;
}
function key() {
  const root = element("p", "gx-hint gx-key");
  root.append(
    element("span", "gx-swatch gx-before"),
    "whole picture",
    element("span", "gx-swatch gx-after"),
    "with the cell hidden"
  );
  return root;
}
function list(rows) {
  const root = element("ul", "gx-classes");
  root.append(...rows);
  return root;
}

// src/colors.ts
var AGAINST = "#0072b2";
var SUPPORTS = "#d55e00";
var STRONGEST = 0.85;
function cellColor(drop, scale) {
  const share = Math.min(1, Math.abs(drop) / scale);
  return withAlpha(drop >= 0 ? SUPPORTS : AGAINST, STRONGEST * share);
}
function withAlpha(hex, alpha) {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${alpha.toFixed(3)})`;
}

// src/geometry.ts
function edges(count, pixels) {
  return Array.from({ length: count + 1 }, (_, i) => Math.floor(i * pixels / count) / pixels);
}
function cellBox(grid, index, width, height) {
  const [row, column] = cellOf(grid, index);
  const left = Math.floor(column * grid.width / grid.columns) / grid.width;
  const right = Math.floor((column + 1) * grid.width / grid.columns) / grid.width;
  const top = Math.floor(row * grid.height / grid.rows) / grid.height;
  const bottom = Math.floor((row + 1) * grid.height / grid.rows) / grid.height;
  return {
    x: left * width,
    y: top * height,
    width: (right - left) * width,
    height: (bottom - top) * height
  };
}
function cellAt(grid, x, y) {
  if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) return null;
  const column = lastBefore(edges(grid.columns, grid.width), x);
  const row = lastBefore(edges(grid.rows, grid.height), y);
  return row * grid.columns + column;
}
function sizeOf(gridSize) {
  return typeof gridSize === "number" ? [gridSize, gridSize] : gridSize;
}
function cellOf(grid, index) {
  return [Math.floor(index / grid.columns), index % grid.columns];
}
function indexOf(grid, cell) {
  return cell[0] * grid.columns + cell[1];
}
function lastBefore(places, point) {
  let place = 0;
  while (place + 2 < places.length && places[place + 1] <= point) place++;
  return place;
}

// src/paint.ts
var NUMBER_ROOM = 30;
function paint(canvas, scene, width, height) {
  const context = canvas.getContext("2d");
  if (!context || width === 0 || height === 0) return;
  const ratio = window.devicePixelRatio || 1;
  const [deviceWidth, deviceHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== deviceWidth || canvas.height !== deviceHeight) {
    canvas.width = deviceWidth;
    canvas.height = deviceHeight;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.imageSmoothingQuality = "high";
  context.drawImage(scene.picture, 0, 0, width, height);
  if (!scene.grid) return;
  paintCells(context, scene, scene.grid, width, height);
  paintLines(context, scene.grid, width, height);
  paintNumbers(context, scene, scene.grid, width, height);
  if (scene.selected !== null) outline(context, scene.grid, scene.selected, width, height, 3);
  if (scene.hovered !== null) outline(context, scene.grid, scene.hovered, width, height, 1.5);
}
function paleCopy(picture) {
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  const context = canvas.getContext("2d");
  if (!context || canvas.width === 0) return canvas;
  context.drawImage(picture, 0, 0);
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = image.data;
  for (let i = 0; i < pixels.length; i += 4) {
    const grey = 0.299 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2];
    pixels[i] = pixels[i + 1] = pixels[i + 2] = 115 + 0.55 * grey;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
function paintCells(context, scene, grid, width, height) {
  const scored = [...scene.drops.keys()].filter((i) => !Number.isNaN(scene.drops[i]));
  if (scored.length === 0) return;
  context.save();
  context.beginPath();
  for (const index of scored) {
    const box = cellBox(grid, index, width, height);
    context.rect(box.x, box.y, box.width, box.height);
  }
  context.clip();
  context.drawImage(scene.pale, 0, 0, width, height);
  context.restore();
  for (const index of scored) {
    const box = cellBox(grid, index, width, height);
    context.fillStyle = cellColor(scene.drops[index], scene.scale);
    context.fillRect(box.x, box.y, box.width, box.height);
  }
}
function paintLines(context, grid, width, height) {
  context.beginPath();
  for (const x of edges(grid.columns, grid.width).slice(1, -1)) {
    context.moveTo(x * width, 0);
    context.lineTo(x * width, height);
  }
  for (const y of edges(grid.rows, grid.height).slice(1, -1)) {
    context.moveTo(0, y * height);
    context.lineTo(width, y * height);
  }
  context.lineWidth = 1;
  const cell = Math.min(width / grid.columns, height / grid.rows);
  context.strokeStyle = `rgba(0, 0, 0, ${cell > 12 ? 0.22 : 0.1})`;
  context.stroke();
}
function paintNumbers(context, scene, grid, width, height) {
  const room = Math.min(width / grid.columns, height / grid.rows);
  if (room < NUMBER_ROOM) return;
  context.font = `${Math.min(15, room * 0.32).toFixed(1)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = "rgba(255, 255, 255, 0.85)";
  context.fillStyle = "#111";
  const digits = digitsOf(scene.scale, scene.score);
  scene.drops.forEach((drop, index) => {
    if (Number.isNaN(drop)) return;
    const box = cellBox(grid, index, width, height);
    const number = dropNumber(drop, scene.score, digits);
    const text = Number(number) === 0 ? "0" : number;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  });
}
function outline(context, grid, index, width, height, line) {
  const box = cellBox(grid, index, width, height);
  const inset = line / 2;
  context.lineJoin = "miter";
  context.strokeStyle = "#000";
  context.lineWidth = line + 2;
  context.strokeRect(box.x + inset, box.y + inset, box.width - line, box.height - line);
  context.strokeStyle = "#fff";
  context.lineWidth = line;
  context.strokeRect(box.x + inset, box.y + inset, box.width - line, box.height - line);
}

// src/pointer.ts
function listenToPointer(surface, intents, signal) {
  const place = (event) => {
    const box = surface.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  surface.addEventListener("pointermove", (event) => intents.hover(place(event)), { signal });
  surface.addEventListener("pointerleave", () => intents.hover(null), { signal });
  surface.addEventListener("click", (event) => intents.select(place(event)), { signal });
}

// src/grid_view.ts
var MOST_HEIGHT = 560;
function gridView(model, signal) {
  const root = element("div", "gx-grid");
  const frame = element("div", "gx-frame");
  const canvas = element("canvas", "gx-canvas");
  const tip = element("div", "gx-tip");
  const legend = gridLegend();
  tip.hidden = true;
  frame.append(canvas, tip);
  root.append(frame, legend.element);
  const picture = new Image();
  let pale = null;
  let shown = null;
  let hovered = null;
  let queued = false;
  const draw = () => {
    queued = false;
    if (!pale) return;
    const drops = decodeScores(model.get("scores"));
    const score = model.get("score");
    const scale = scaleOf(drops, score);
    const grid = filled(model.get("grid"));
    const cell = model.get("value")[0];
    const selected = grid && cell ? indexOf(grid, cell) : null;
    const scene = { picture, pale, grid, drops, scale, score, hovered, selected };
    paint(canvas, scene, frame.clientWidth, frame.clientHeight);
    legend.update(scale, drops, score);
    describe(drops);
  };
  const redraw = () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(draw);
  };
  const describe = (drops) => {
    const grid = filled(model.get("grid"));
    const drop = hovered === null ? void 0 : drops[hovered];
    tip.hidden = !grid || hovered === null || drop === void 0;
    if (!grid || hovered === null || drop === void 0) return;
    const [row, column] = cellOf(grid, hovered);
    const place = element("span", "gx-tip-place", `Row ${row + 1}, column ${column + 1}`);
    tip.replaceChildren(place, element("span", "gx-tip-drop", dropText(model, drop)));
    const room = frame.clientWidth - tip.offsetWidth;
    const centred = (column + 0.5) / grid.columns * frame.clientWidth - tip.offsetWidth / 2;
    tip.style.left = `${Math.max(0, Math.min(room, centred))}px`;
    const below = row < grid.rows / 3;
    tip.style.top = below ? `${(row + 1) / grid.rows * 100}%` : "";
    tip.style.bottom = below ? "" : `${(1 - row / grid.rows) * 100}%`;
  };
  const cellUnder = (point) => {
    const grid = filled(model.get("grid"));
    return grid && point ? cellAt(grid, ...point) : null;
  };
  listenToPointer(
    canvas,
    {
      hover(point) {
        const cell = cellUnder(point);
        if (cell === hovered) return;
        hovered = cell;
        redraw();
      },
      select(point) {
        const grid = filled(model.get("grid"));
        const cell = cellUnder(point);
        if (!grid || cell === null) return;
        const [rows, columns] = sizeOf(model.get("grid_size"));
        if (rows !== grid.rows || columns !== grid.columns) return;
        const old = model.get("value")[0];
        const again = old !== void 0 && indexOf(grid, old) === cell;
        model.set("value", again ? [] : [cellOf(grid, cell)]);
        model.save_changes();
        redraw();
      }
    },
    signal
  );
  const observer = new ResizeObserver(redraw);
  observer.observe(frame);
  signal.addEventListener("abort", () => observer.disconnect());
  const load = async (bytes) => {
    try {
      await showPng(picture, bytes);
    } catch {
      if (shown !== bytes) return;
      canvas.replaceWith(element("p", "gx-error", "The picture cannot be shown here."));
      return;
    }
    const shape = picture.naturalWidth / picture.naturalHeight;
    frame.style.aspectRatio = String(shape);
    root.style.maxWidth = `${Math.round(MOST_HEIGHT * Math.min(1.3, shape))}px`;
    pale = paleCopy(picture);
    redraw();
  };
  const update = () => {
    const bytes = model.get("picture");
    if (bytes !== shown && bytes.byteLength > 0) {
      shown = bytes;
      void load(bytes);
    }
    const grid = filled(model.get("grid"));
    if (grid && hovered !== null && hovered >= grid.rows * grid.columns) hovered = null;
    redraw();
  };
  return { element: root, update };
}
function dropText(model, drop) {
  if (Number.isNaN(drop)) return "not scored yet";
  const score = model.get("score");
  const prediction = filled(model.get("prediction"));
  const text = `drop ${dropNumber(drop, score, score === "probability" ? 1 : 2)} ${unitOf(score)}`;
  if (score !== "probability" || !prediction) return text;
  const before = prediction.probability;
  return `${text} (${percent(before)} → ${percent(Math.max(0, before - drop))})`;
}
function gridLegend() {
  const root = element("div", "gx-legend");
  const least = element("span", "gx-legend-end");
  const most = element("span", "gx-legend-end");
  const bar = element("span", "gx-legend-bar");
  const pending = element("span", "gx-legend-pending", "in colour: not scored yet");
  const stops = [
    withAlpha(AGAINST, STRONGEST),
    withAlpha(AGAINST, 0),
    withAlpha(SUPPORTS, 0),
    withAlpha(SUPPORTS, STRONGEST)
  ];
  const [against, none, nothing, supports] = stops;
  bar.style.backgroundImage = `linear-gradient(to right, ${against}, ${none} 50%, ${nothing} 50%, ${supports})`;
  root.append(least, bar, most, pending);
  const update = (scale, drops, score) => {
    const end = dropNumber(scale, score, digitsOf(scale, score));
    least.textContent = `against −${end}`;
    most.textContent = `+${end} ${unitOf(score)}, supports`;
    pending.hidden = !drops.some(Number.isNaN);
  };
  return { element: root, update };
}

// src/panel.ts
function panel(model, signal) {
  const controls = element("div", "gx-controls");
  const messages = element("div", "gx-messages");
  const parts = [
    gridControl(model, signal),
    choice(model, signal, "fill", "Hide with", () => model.get("fills").map((f) => [f, f])),
    targetControl(model, signal),
    choice(model, signal, "score", "Drop in", () => [
      ["probability", "probability"],
      ["log-odds", "log-odds"]
    ]),
    runControl(model, signal)
  ];
  controls.append(...parts.map((part) => part.element));
  const notices = noticeView(model, signal);
  messages.append(notices.element);
  const update = () => {
    for (const part of parts) part.update();
    notices.update();
  };
  return { controls, messages, update };
}
function field(title, control, className = "") {
  const label = element("label", `gx-field ${className}`);
  label.append(element("span", "gx-field-name", title), control);
  return label;
}
function gridControl(model, signal) {
  const range = element("input", "gx-range");
  range.type = "range";
  range.min = "2";
  range.step = "1";
  const size = element("output", "gx-size");
  const wrap = element("span", "gx-range-row");
  wrap.append(range, size);
  range.addEventListener(
    "input",
    () => {
      model.set("grid_size", Number(range.value));
      model.save_changes();
      update();
    },
    { signal }
  );
  const update = () => {
    const value = model.get("grid_size");
    const [rows, columns] = sizeOf(value);
    const grid = filled(model.get("grid"));
    range.max = String(Math.min(MAX_GRID, grid?.height ?? MAX_GRID, grid?.width ?? MAX_GRID));
    range.value = String(Math.max(rows, columns));
    size.textContent = `${rows} × ${columns}`;
  };
  return { element: field("Grid", wrap), update };
}
function select(signal, chosen) {
  const control = element("select", "gx-select");
  control.addEventListener("change", () => chosen(control.value), { signal });
  let known = "";
  const update = (options, value) => {
    const key2 = JSON.stringify(options);
    if (key2 !== known) {
      known = key2;
      control.replaceChildren(
        ...options.map(([option, text]) => {
          const node = element("option", "", text);
          node.value = option;
          return node;
        })
      );
    }
    control.value = value;
  };
  return { element: control, update };
}
function choice(model, signal, name, title, options) {
  const control = select(signal, (value) => {
    model.set(name, value);
    model.save_changes();
  });
  const update = () => {
    const value = model.get(name);
    const known = options();
    const shown = known.some(([option]) => option === value);
    control.update(shown ? known : [[value, value], ...known], value);
  };
  return { element: field(title, control.element), update };
}
function targetControl(model, signal) {
  const control = select(signal, (value) => {
    model.set("target", Number(value));
    model.save_changes();
  });
  const update = () => {
    const prediction = filled(model.get("prediction"));
    const labels = model.get("labels");
    if (!prediction) {
      control.update([["", "…"]], "");
      return;
    }
    const top = prediction.top.map(([index]) => index);
    const rest = labels.map((_, index) => index).filter((index) => !top.includes(index));
    rest.sort((a, b) => labels[a].localeCompare(labels[b], void 0, { numeric: true }));
    const options = [...top, ...rest].map((i) => [String(i), labels[i] ?? ""]);
    control.update(options, String(prediction.target));
  };
  return { element: field("Why", control.element, "gx-why"), update };
}
function runControl(model, signal) {
  const root = element("div", "gx-run");
  const button = element("button", "gx-button", "Start");
  button.type = "button";
  const track2 = element("div", "gx-progress");
  const bar = element("div", "gx-progress-bar");
  const text = element("span", "gx-progress-text");
  track2.setAttribute("role", "progressbar");
  track2.setAttribute("aria-label", "Cells scored");
  track2.append(bar);
  root.append(button, track2, text);
  button.addEventListener(
    "click",
    () => model.send({ type: model.get("status") === "running" ? "stop" : "start" }),
    { signal }
  );
  const update = () => {
    const status = model.get("status");
    const progress = filled(model.get("progress"));
    const [done, total] = [progress?.done ?? 0, progress?.total ?? 0];
    root.dataset["status"] = status;
    button.textContent = status === "running" ? "Stop" : status === "error" ? "Try again" : "Start";
    button.disabled = status === "done";
    bar.style.width = total ? `${100 * done / total}%` : "0";
    track2.setAttribute("aria-valuenow", String(done));
    track2.setAttribute("aria-valuemax", String(total));
    text.textContent = progressText(status, done, total, progress?.rate ?? 0, progress?.left ?? null);
  };
  return { element: root, update };
}
function progressText(status, done, total, rate, left) {
  const parts = [`${done} of ${total} cells`];
  if (rate > 0) parts.push(`${rate < 9.95 ? rate.toFixed(1) : Math.round(rate)} a second`);
  if (status === "running" && left !== null && done < total) parts.push(`${seconds(left)} left`);
  if (status === "stopped") parts.push("stopped");
  if (status === "error") parts.push("failed");
  return parts.join(" · ");
}
function noticeView(model, signal) {
  const root = element("div", "gx-notices");
  const offer = element("button", "gx-button", "Show log-odds");
  offer.type = "button";
  offer.addEventListener(
    "click",
    () => {
      model.set("score", "log-odds");
      model.save_changes();
    },
    { signal }
  );
  const update = () => {
    const error = element("p", "gx-error", model.get("error"));
    error.setAttribute("role", "alert");
    const notes = model.get("notes").map((note) => element("p", "gx-note", note));
    const saturated = filled(model.get("prediction"))?.saturated;
    const about = filled(model.get("about"));
    const facts = about ? [element("p", "gx-about", `${about.model} · ${about.output} · preprocessing: ${about.preprocessing}`)] : [];
    const nodes = [...model.get("error") ? [error] : [], ...notes];
    root.replaceChildren(...nodes, ...saturated && notes.length > 0 ? [offer] : [], ...facts);
  };
  return { element: root, update };
}

// src/view.ts
function mount(model, el, signal) {
  const root = element("div", "gx-root");
  const frame = panel(model, signal);
  const grid = gridView(model, signal);
  const evidence = evidenceView(model);
  const body = element("div", "gx-body");
  body.append(grid.element, evidence.element);
  root.append(frame.controls, body, frame.messages);
  el.append(root);
  let queued = false;
  const update = () => {
    queued = false;
    if (signal.aborted) return;
    root.dataset["status"] = model.get("status");
    frame.update();
    grid.update();
    evidence.update();
  };
  const queue = () => {
    if (queued) return;
    queued = true;
    queueMicrotask(update);
  };
  const events = [...KERNEL_TRAITS, ...FRONT_END_TRAITS].map((name) => `change:${name}`);
  for (const event of events) model.on(event, queue);
  signal.addEventListener("abort", () => {
    for (const event of events) model.off(event, queue);
    root.remove();
  });
  update();
}

// src/index.ts
function render({ model, el, signal }) {
  const controller = new AbortController();
  const end = () => controller.abort();
  signal?.addEventListener("abort", end);
  if (!signal?.aborted) mount(model, el, controller.signal);
  return end;
}
var index_default = { render };
export {
  index_default as default
};
