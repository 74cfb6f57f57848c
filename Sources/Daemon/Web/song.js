// Songs: parts in colours, sections and bars over the roll, what stays and *again*, styles. Beside page.js, which says what
// is heard.
"use strict";

const song = { piece: null, view: null, locked: new Set(), loading: null };

// A colour a part, the melody first: apart in light and dark, and for eyes that do not tell red from green.

// ---- The song that is heard

async function showSong(piece) {
  if (piece === song.piece) return;
  // Another song has other parts.
  if (state.device?.muted.length) act(() => ask("PATCH", "player", { muted: [] }));
  Object.assign(song, { piece, view: null, loading: null });
  song.locked.clear();
  if (piece !== undefined) {
    const loading = song.loading = ask("GET", `pieces/${piece}/song`).catch(() => null);
    const view = await loading;
    if (song.loading !== loading) return;
    song.view = view;
    if (view) song.locked.add("theme");
  }
  showSongCard();
  animate();
}

function showSongCard() {
  const view = song.view;
  $("song").hidden = !view;
  if (!view) return;
  const from = view.parent ? `, made of ${view.parent.name}` : "";
  $("song-detail").textContent = `${view.bars.length} bars of ${view.meter}, ${view.phrases.length} phrases`
    + (view.faults ? `, ${view.faults} ${view.faults === 1 ? "fault" : "faults"}` : "") + from;
  const names = [...new Set(view.sections.map((section) => section.name[0]))];
  $("song-locks").replaceChildren(
    lock("theme", "Theme"), ...names.map((name) => lock(`section=${name}`, `Section ${name}`)),
    ...view.parts.map((part, index) => lock(`part=${part.name}`, part.name, index)), lock("plan", "Form alone"));
  $("song-parts").replaceChildren(...view.parts.map((part, index) => mute(part.name, index)));
  showLocks();
  showMuted();
}

// What was asked about parts and is not yet answered: one request after another, since two may arrive in another order.
let muting = Promise.resolve();

// Whether a part is heard.
function mute(name, part) {
  const label = document.createElement("label"), box = Object.assign(document.createElement("input"), { type: "checkbox" });
  box.dataset.mute = part;
  box.addEventListener("change", () => {
    // As the boxes are: the daemon's word on the click before this one may be under way.
    const silent = [...document.querySelectorAll("[data-mute]")].filter((other) => !other.checked);
    const muted = silent.map((other) => Number(other.dataset.mute));
    muting = muting.then(() => act(() => ask("PATCH", "player", { muted })));
  });
  const swatch = document.createElement("span");
  swatch.className = "swatch";
  swatch.style.background = partColor(part);
  swatch.setAttribute("aria-hidden", "true");
  label.append(box, swatch, name);
  return label;
}

function showMuted() {
  const muted = new Set(state.device?.muted ?? []);
  for (const box of document.querySelectorAll("[data-mute]")) {
    box.checked = !muted.has(Number(box.dataset.mute));
    box.disabled = !state.device?.is_open;
  }
  animate();
}

// What stays: a toggle each. The form alone is what stays when nothing else does.
function lock(what, text, part) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  button.dataset.lock = what;
  if (part !== undefined) {
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.background = partColor(part);
    swatch.setAttribute("aria-hidden", "true");
    button.prepend(swatch);
  }
  button.addEventListener("click", () => {
    if (song.locked.has(what)) song.locked.delete(what);
    else if (what === "plan") song.locked = new Set(["plan"]);
    else { song.locked.delete("plan"); song.locked.add(what); }
    if (!song.locked.size) song.locked.add("plan");
    showLocks();
  });
  return button;
}

function showLocks() {
  for (const button of document.querySelectorAll("[data-lock]")) {
    button.setAttribute("aria-pressed", String(song.locked.has(button.dataset.lock)));
  }
}

async function vary(changes, text) {
  const made = await act(() => ask("POST", `pieces/${song.piece}/vary`, changes));
  if (made) say(text);
}

// ---- The picture

// Bars and sections behind the notes, a colour a part, what sounds now stronger.
function drawSong(canvas, seconds) {
  const { view } = song, { context, width, height } = surface(canvas);
  const muted = new Set(state.device?.muted ?? []);
  const notes = view.parts.flatMap((part, index) => part.notes.map(([from, length, degree]) => ({ index, from, to: from + length, degree })));
  if (!notes.length) return;
  const degrees = notes.map((note) => note.degree), low = Math.min(...degrees) - 1, high = Math.max(...degrees) + 1;
  const top = 20, stepWidth = width / view.steps, rowHeight = (height - top) / (high - low + 1);
  const begin = (bar) => (view.pickup_steps + bar * view.steps_per_bar) * stepWidth;
  const y = (degree) => top + (high - degree + .5) * rowHeight;
  context.font = "12px system-ui, sans-serif";
  for (const [index, section] of view.sections.entries()) {
    const x = begin(section.first_bar);
    if (index % 2) {
      context.fillStyle = color("section");
      context.fillRect(x, 0, begin(section.first_bar + section.bars) - x, height);
    }
    context.fillStyle = color("quiet");
    context.fillText(section.name, x + 5, 14);
  }
  const starts = new Set(view.phrases.map((phrase) => phrase.first_bar));
  view.bars.forEach((_, bar) => {
    context.fillStyle = color(starts.has(bar) ? "mean" : "line");
    context.fillRect(begin(bar) - .5, top, 1, height - top);
  });
  const head = seconds === null ? null : seconds / state.roll.stepSeconds;
  for (const note of notes) {
    const isNow = head !== null && head >= note.from && head < note.to;
    context.fillStyle = partColor(note.index);
    context.globalAlpha = muted.has(note.index) ? .18 : head === null || isNow ? 1 : .62;
    const h = Math.max(2.5, rowHeight * .9), w = Math.max(1.5, (note.to - note.from) * stepWidth - 1);
    context.beginPath();
    context.roundRect(note.from * stepWidth + .5, y(note.degree) - h / 2, w, h, Math.min(h, w) / 3);
    context.fill();
  }
  context.globalAlpha = 1;
  if (head === null) return;
  context.fillStyle = color("head");
  context.fillRect(Math.min(width - 2, Math.max(0, head * stepWidth)) - 1, 0, 2, height);
}

// ---- Styles

async function loadStyles() {
  const answer = await act(() => ask("GET", "styles"));
  if (!answer) return;
  const option = (value, text, title = "") => Object.assign(document.createElement("option"), { value, textContent: text, title });
  $("style").replaceChildren(
    option("", "as configured"), ...answer.styles.filter((style) => style.kind !== "counterpoint")
      .map((style) => option(style.name, style.name, style.summary)));
  // The one in force is shown even where it is none to choose.
  if (answer.style && ![...$("style").options].some((other) => other.value === answer.style)) $("style").append(option(answer.style, answer.style));
  $("style").value = answer.style ?? "";
  $("song-style").replaceChildren(...answer.styles.filter((style) => style.kind === "song").map((style) => option(style.name, style.name, style.summary)));
}

$("style").addEventListener("change", async () => {
  const answer = await act(() => ask("PATCH", "styles", { style: $("style").value || null }));
  if (answer) say("The next session composes in this style.");
  else loadStyles();
});
$("song-again").addEventListener("click", () => vary({ keep: [...song.locked] }, "A variation is being composed."));
$("song-up").addEventListener("click", () => vary({ transpose: 2 }, "It comes a tone higher."));
$("song-down").addEventListener("click", () => vary({ transpose: -2 }, "It comes a tone lower."));
$("song-restyle").addEventListener("click", () => vary({ style: $("song-style").value, keep: ["theme"] }, "Its theme is being set anew."));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showSongCard);
loadStyles();
