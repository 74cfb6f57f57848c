// Pictures: the roll with its playhead, the training curve, the bars of a score. They know nothing of the daemon.
"use strict";

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// A canvas in CSS pixels, sharp on every screen.
function surface(canvas) {
  const scale = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

// A part's colour, the same in every picture; a piece of more parts than colours begins again.
const partColor = (part) => color(`part-${part % 6}`);

// In a roll the first part has the colour that a roll's only one has.
const noteColor = (part) => part ? partColor(part) : color("note");

// The notes of the parts or, of a roll, the maximal runs of 1 in a row.
function notesOf(rows, parts) {
  if (parts) return parts.flatMap((part, index) => part.notes.map(([y, from, to]) => ({ y, from, to, part: index, given: part.is_given })));
  return rows.flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => ({ y, from: run.index, to: run.index + run[0].length })));
}

// Room for the pitches' names beside the roll.
const rollMargin = (roll) => roll.pitches.length ? 44 : 0;

// The second of the piece under a place of the picture, in CSS pixels from its left.
function timeAt(canvas, roll, x) {
  // The picture of a song has no names beside it.
  const margin = song.view ? 0 : rollMargin(roll), width = canvas.getBoundingClientRect().width - margin;
  return Math.max(0, x - margin) / width * roll.rows[0].length * roll.stepSeconds;
}

// Names of rows, as many as there is room for, and at least those of the lowest and the highest note.
function drawPitches(context, roll, rows, y, rowHeight) {
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = color("quiet");
  const every = Math.max(1, Math.ceil(13 / rowHeight));
  for (let row = rows.first, last = -every; row <= rows.last; row += 1) {
    if (row - last < every) continue;
    last = row;
    context.fillText(roll.pitches[row] ?? "", rollMargin(roll) - 6, y(row));
  }
}

// seconds: what has reached the listener; steps: columns that are drawn; null: no playhead.
function drawRoll(canvas, roll, seconds) {
  const { context, width, height } = surface(canvas);
  if (!roll) return;
  const steps = roll.rows[0].length, left = rollMargin(roll);
  // Only the rows that sound, and one around them: a roll is mostly empty.
  const used = roll.notes.map((note) => note.y);
  const top = Math.max(0, Math.min(...used, roll.rows.length - 1) - 1);
  const bottom = Math.min(roll.rows.length, Math.max(...used, 0) + 2);
  const numbers = 16, room = height - numbers;
  const rowHeight = room / Math.max(6, bottom - top), stepWidth = (width - left) / steps;
  const offset = (room - rowHeight * (bottom - top)) / 2;
  const y = (row) => offset + (row - top + .5) * rowHeight;
  drawPitches(context, roll, { first: top, last: bottom - 1 }, y, rowHeight);
  // A line a bar, a number where there is room for it.
  const bars = Math.ceil(steps / roll.bar), every = Math.max(1, Math.ceil(28 / (roll.bar * stepWidth)));
  context.textAlign = "left";
  for (let bar = 0; bar < bars; bar += 1) {
    const x = left + bar * roll.bar * stepWidth;
    context.fillStyle = color("line");
    if (roll.bar * stepWidth >= 6 || bar % every === 0) context.fillRect(x - .5, 0, 1, room);
    context.fillStyle = color("quiet");
    if (bar % every === 0) context.fillText(String(bar + 1), x + 3, height - numbers / 2);
  }
  const head = seconds === null ? null : seconds / roll.stepSeconds;
  const now = color("note-now"), colors = Array.from({ length: Math.max(1, roll.parts.length) }, (_, part) => noteColor(part));
  for (const note of roll.notes) {
    const isNow = head !== null && head >= note.from && head < note.to;
    context.fillStyle = isNow ? now : colors[note.part ?? 0];
    const h = Math.max(2, rowHeight * .72), w = Math.max(2, (note.to - note.from) * stepWidth - 1.5);
    context.beginPath();
    context.roundRect(left + note.from * stepWidth + .75, y(note.y) - h / 2, w, h, Math.min(h, w) / 3);
    // What was given is a frame: shape, not colour alone, tells it.
    context.globalAlpha = note.given && !isNow ? .35 : 1;
    context.fill();
    context.globalAlpha = 1;
    if (note.given) {
      context.strokeStyle = context.fillStyle;
      context.lineWidth = 1.5;
      context.stroke();
    }
  }
  if (head !== null) {
    context.fillStyle = color("head");
    context.fillRect(Math.min(width - 2, left + Math.max(0, head * stepWidth)) - 1, 0, 2, room);
  }
}

function drawCurve(canvas, curve) {
  const { context, width, height } = surface(canvas);
  const points = curve.points;
  const pad = { left: 48, right: 8, top: 8, bottom: 24 };
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = color("quiet");
  if (!points.length) {
    context.fillText("No population yet.", pad.left, height / 2);
    return;
  }
  const values = points.flatMap((p) => [p.elite_mean, p.best, p.population_mean]).filter(Number.isFinite);
  let low = Math.min(...values), high = Math.max(...values);
  if (high - low < 1e-9) [low, high] = [low - 1, high + 1];
  const last = Math.max(2, points.at(-1).population), first = Math.min(points[0].population, last - 1);
  const x = (population) => pad.left + (population - first) / (last - first) * (width - pad.left - pad.right);
  const y = (value) => pad.top + (high - value) / (high - low) * (height - pad.top - pad.bottom);
  // Four to seven lines at round numbers.
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const unit = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let value = Math.ceil(low / unit) * unit; value <= high; value += unit) {
    context.fillStyle = color("line");
    context.fillRect(pad.left, y(value) - .5, width - pad.left - pad.right, 1);
    context.fillStyle = color("quiet");
    context.fillText(String(Number(value.toPrecision(6))), pad.left - 6, y(value));
  }
  context.textBaseline = "alphabetic";
  context.fillText(`population ${points.at(-1).population}`, width - pad.right, height - 5);
  context.lineJoin = "round";
  for (const [key, name, thickness] of [["population_mean", "mean", 1.5], ["elite_mean", "elite", 2], ["best", "note", 2.5]]) {
    context.strokeStyle = color(name);
    context.lineWidth = thickness;
    context.beginPath();
    for (const point of points) if (Number.isFinite(point[key])) context.lineTo(x(point.population), y(point[key]));
    // A line of one point would not be seen.
    if (points.length === 1) context.arc(x(points[0].population), y(points[0][key]), 2, 0, 2 * Math.PI);
    context.stroke();
  }
}

// One bar a rule: what it gave to the score, up or down.
function scoreBars(scores) {
  const parts = scores.map((part) => ({ ...part, given: part.raw * part.coefficient }));
  const most = Math.max(1e-9, ...parts.map((part) => Math.abs(part.given)));
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "bars");
  svg.setAttribute("viewBox", "0 0 128 24");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", parts.map((part) => `${spoken(part.rule)} ${number(part.given)}`).join(", "));
  const width = 128 / Math.max(1, parts.length);
  parts.forEach((part, index) => {
    const bar = document.createElementNS(svg.namespaceURI, "rect");
    const height = Math.max(.75, Math.abs(part.given) / most * 11);
    bar.setAttribute("x", index * width + 1);
    bar.setAttribute("width", Math.max(1, width - 2));
    bar.setAttribute("y", part.given >= 0 ? 12 - height : 12);
    bar.setAttribute("height", height);
    bar.setAttribute("fill", color(part.given >= 0 ? "note" : "bad"));
    const title = document.createElementNS(svg.namespaceURI, "title");
    title.textContent = `${spoken(part.rule)}: ${number(part.given)} (${number(part.raw)} × ${number(part.coefficient)})`;
    bar.append(title);
    svg.append(bar);
  });
  return svg;
}

const spoken = (name) => name.replaceAll("_", " ");
const number = (value) => Number.isFinite(value) ? String(Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1))) : "–";
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
