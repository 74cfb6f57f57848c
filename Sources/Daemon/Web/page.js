// The page: hears what happens (server-sent events), shows it, and asks for what its user wants.
"use strict";

const $ = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const state = {
  status: null, device: null, player: null, roll: null,
  position: { seconds: 0, at: 0 },
  curve: { points: [], populations: 0 },
  rules: [], dragged: null,
  page: { offset: 0, limit: 12, total: 0, pieces: [] },
};

// ---- Asking

function token() {
  const shown = new URLSearchParams(location.search).get("token");
  if (shown) {
    sessionStorage.setItem("token", shown);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem("token");
}

function withToken(path) {
  return token() ? `${path}${path.includes("?") ? "&" : "?"}token=${encodeURIComponent(token())}` : path;
}

async function ask(method, path, body) {
  const headers = { "Content-Type": "application/json" };
  if (token()) headers.Authorization = `Bearer ${token()}`;
  const response = await fetch(`api/${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (response.status === 401) askToken();
  if (response.status === 204) return null;
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

// What a button does: nothing that goes wrong stays unsaid.
async function act(work) {
  try { return await work(); } catch (error) { say(error.message); }
}

function askToken() {
  if ($("ask-token").open) return;
  $("ask-token").showModal();
  $("ask-token").onclose = () => {
    sessionStorage.setItem("token", $("token").value);
    location.reload();
  };
}

function say(text) {
  $("announcement").textContent = text;
  $("device").textContent = text;
}

// ---- What happens

function listen() {
  const events = new EventSource(withToken("api/events"));
  const on = (name, show) => events.addEventListener(name, (event) => show(JSON.parse(event.data)));
  events.onerror = () => {
    showPhase("not connected", "bad");
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  };
  events.onopen = () => loadPieces();
  on("status", (status) => { state.status = status; showStatus(); });
  on("population", (population) => { addPopulation(population); });
  on("curve", (curve) => { state.curve = curve; showCurveDetail(state.status?.steps_per_second); });
  on("player", showPlayer);
  on("device", (device) => { state.device = device; showDevice(); showMuted(); });
  on("rules", ({ rules }) => { state.rules = rules; showRules(); });
  for (const name of ["piece", "piece_changed", "piece_deleted"]) on(name, loadSoon);
}

// ---- The session

const phases = {
  training: "learning", composing: "composing", waiting: "waiting until a piece is wanted", paused: "paused",
  stopped: "stopped", blocked: "waiting for the disk", ending: "ending",
};

function showPhase(text, kind) {
  $("phase").textContent = text;
  $("state").firstElementChild.className = `dot ${kind}`;
}

function showStatus() {
  const status = state.status;
  const runs = ["training", "composing", "waiting"].includes(status.phase);
  showPhase((phases[status.phase] ?? status.phase) + (status.session ? `, session ${status.session}` : ""), runs ? "on" : "");
  $("session-toggle").textContent = runs ? "Pause training" : "Go on";
  $("session-toggle").dataset.action = runs ? "pause" : "start";
  $("problems").hidden = !status.problems.length;
  $("problems").textContent = status.problems.join("\n");
  $("about").textContent = `rl-musician ${status.version}`;
  if (status.session !== state.curve.session || status.population !== (state.curve.points.at(-1)?.population ?? 0)) loadCurve();
}

// Soon, and once for all that ask meanwhile: sessions may be over in a moment.
let curveTimer = 0;
function loadCurve() {
  curveTimer ||= setTimeout(() => {
    curveTimer = 0;
    act(async () => { state.curve = await ask("GET", "curve"); showCurveDetail(state.status?.steps_per_second); });
  }, 200);
}

function showCurveDetail(steps) {
  const last = state.curve.points.at(-1);
  $("curve-detail").textContent = !last ? "" : `${last.population} of ${state.curve.populations}, best ${number(last.best)}`
    + (steps ? `, ${(Math.round(steps / 1000) * 1000).toLocaleString("en")} steps a second` : "");
  drawCurveSoon();
}

function addPopulation(population) {
  const points = state.curve.points;
  if (population.session !== state.curve.session || population.population <= (points.at(-1)?.population ?? 0)) return loadCurve();
  points.push(population);
  // Twice what is drawn well; every second point goes.
  if (points.length > 2000) state.curve.points = points.filter((_, index) => index % 2 === 0 || index === points.length - 1);
  showCurveDetail(population.steps_per_second);
}

let curveFrame = 0;
function drawCurveSoon() {
  curveFrame ||= requestAnimationFrame(() => {
    curveFrame = 0;
    const last = state.curve.points.at(-1);
    $("curve").setAttribute("aria-label", last
      ? `Training curve: population ${last.population}, best score ${number(last.best)}, elite ${number(last.elite_mean)}`
      : "Training curve: no population yet");
    $("curve").dataset.points = state.curve.points.length;
    drawCurve($("curve"), state.curve);
  });
}

// ---- What is heard

function showPlayer(player) {
  const before = state.player;
  if (player.roll) state.roll = { rows: player.roll, notes: notesOf(player.roll), stepSeconds: player.step_seconds || 1 };
  if (!player.title) state.roll = null;
  state.player = player;
  // What the last event let us expect is kept unless it is off: the head moves evenly.
  const expected = heardSeconds(), isSame = before?.title === player.title && before?.is_paused === player.is_paused;
  const difference = player.seconds - expected;
  const seconds = isSame && Math.abs(difference) < .25 ? expected + difference * .2 : player.seconds;
  state.position = { seconds, at: performance.now() };
  const isNew = before?.title !== player.title;
  if (isNew || before?.is_paused !== player.is_paused || before?.volume !== player.volume) {
    // A piece's number is the microsecond it was finished in.
    $("now-title").textContent = player.piece === undefined ? player.title ?? "Silence" : `Piece of ${dateAndTime(player.piece / 1000)}`;
    $("now-detail").textContent = player.title
      ? [player.piece && `number ${player.piece}`, player.score !== undefined && `score ${number(player.score)}`,
        `${player.waiting_count} waiting`].filter(Boolean).join(", ")
      : "Nothing is being heard.";
    $("play-toggle").textContent = player.is_paused ? "Play" : "Pause";
    if (document.activeElement !== $("volume")) $("volume").value = player.volume;
    $("roll").setAttribute("aria-label", player.title
      ? `Piano roll of ${player.title}, ${state.roll?.notes.length ?? 0} notes` : "Piano roll: silence");
    showDevice();
    showRating();
    markPlaying();
    if (isNew) {
      showGiven();
      showSong(player.piece);
    }
  }
  animate();
}

function heardSeconds() {
  const player = state.player;
  if (!player?.title) return 0;
  const passed = player.is_paused ? 0 : (performance.now() - state.position.at) / 1000;
  return Math.min(player.length, state.position.seconds + passed);
}

let frame = 0;
function animate() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    let seconds = heardSeconds();
    const player = state.player;
    // Whoever wants little motion sees the head go from step to step.
    if (calm.matches && state.roll) seconds = Math.floor(seconds / state.roll.stepSeconds) * state.roll.stepSeconds;
    $("roll").dataset.seconds = seconds.toFixed(3);
    if (song.view && state.roll) drawSong($("roll"), player?.title ? seconds : null);
    else drawRoll($("roll"), state.roll, player?.title ? seconds : null);
    $("now-time").textContent = player?.title ? `${clock(seconds)} / ${clock(player.length)}` : "";
    if (player?.title && !player.is_paused && !document.hidden) animate();
  });
}

function showDevice() {
  const isOpen = Boolean(state.device?.is_open);
  for (const id of ["play-toggle", "play-skip"]) $(id).disabled = !isOpen || !state.player?.title;
  $("volume").disabled = !isOpen;
  if (state.device) {
    $("follow").value = state.device.follow;
    $("device").textContent = isOpen
      ? `Sound: ${state.device.target}, ${state.device.synthesizer}${state.device.xruns ? `, ${state.device.xruns} dropouts` : ""}` : state.device.message ?? "No sound.";
  }
  for (const button of document.querySelectorAll("[data-play]")) button.disabled = !isOpen;
}

const playing = () => state.page.pieces.find((piece) => piece.id === state.player?.piece) ?? state.known;

async function showRating() {
  const id = state.player?.piece;
  if (id === undefined) state.known = null;
  else if (state.known?.id !== id) state.known = (await act(() => ask("GET", `pieces/${id}`)))?.piece ?? null;
  const piece = id === undefined ? null : playing();
  for (const [button, isOn] of [["rate-up", piece?.rating === 1], ["rate-down", piece?.rating === -1], ["keep", piece?.is_kept]]) {
    $(button).disabled = !piece;
    $(button).setAttribute("aria-pressed", String(Boolean(isOn)));
  }
  showGiven();
}

async function change(id, changes, text) {
  const piece = await act(() => ask("PATCH", `pieces/${id}`, changes));
  if (!piece) return;
  if (state.known?.id === id) state.known = piece;
  say(text);
  await loadPieces();
}

// ---- The rules

function showRules() {
  const form = $("rules");
  const names = state.rules.map((rule) => rule.rule).join();
  if (form.dataset.names !== names) {
    form.dataset.names = names;
    form.replaceChildren(...state.rules.map(ruleRow));
  }
  for (const rule of state.rules) {
    if (state.dragged === rule.rule) continue;
    $(`weight-${rule.rule}`).value = rule.weight;
    $(`value-${rule.rule}`).value = number(rule.weight);
  }
  showGiven();
}

function ruleRow(rule) {
  const row = document.createElement("div");
  row.className = "rule";
  const label = Object.assign(document.createElement("label"), { htmlFor: `weight-${rule.rule}`, textContent: spoken(rule.rule) });
  const value = Object.assign(document.createElement("output"), { id: `value-${rule.rule}` });
  const range = rule.upper - rule.lower;
  const slider = Object.assign(document.createElement("input"), {
    type: "range", id: `weight-${rule.rule}`, min: rule.lower, max: rule.upper, step: range > 0 ? range / 400 : "any",
  });
  value.htmlFor = slider.id;
  slider.addEventListener("input", () => {
    state.dragged = rule.rule;
    value.value = number(slider.valueAsNumber);
    setWeightSoon(rule.rule, slider.valueAsNumber);
  });
  slider.addEventListener("change", () => { state.dragged = null; });
  row.append(label, value, slider);
  return row;
}

const wanted = {};
let weightTimer = 0;
function setWeightSoon(rule, weight) {
  wanted[rule] = weight;
  weightTimer ||= setTimeout(() => {
    weightTimer = 0;
    const weights = { ...wanted };
    for (const name of Object.keys(weights)) delete wanted[name];
    askRules("PATCH", { weights });
  }, 120);
}

// One after the other, in the user's order.
let rulesAsked = Promise.resolve();
function askRules(method, body) {
  rulesAsked = rulesAsked.then(() => act(() => ask(method, "rules", body)));
}

function resetRules() {
  clearTimeout(weightTimer);
  weightTimer = 0;
  for (const name of Object.keys(wanted)) delete wanted[name];
  askRules("DELETE");
}

// What each rule gave to the piece that is heard, beside its weight.
function showGiven() {
  const scores = state.player?.scores ?? playing()?.scores ?? [];
  for (const rule of state.rules) {
    const part = scores.find((score) => score.rule === rule.rule);
    const value = $(`value-${rule.rule}`);
    if (value && state.dragged !== rule.rule) {
      value.value = number(rule.weight) + (part && state.player?.title ? ` × ${number(part.raw)} = ${number(part.raw * rule.weight)}` : "");
    }
  }
}

// ---- The library

let loadTimer = 0;
function loadSoon() {
  loadTimer ||= setTimeout(() => { loadTimer = 0; loadPieces(); }, 300);
}

async function loadPieces() {
  const show = $("show").value, order = $("order").value;
  const page = await act(() => ask(
    "GET", `pieces?offset=${state.page.offset}&limit=${state.page.limit}&order=${order}${show && `&${show}`}`));
  if (!page) return;
  if (!page.pieces.length && page.total && state.page.offset) {
    state.page.offset = 0;
    return loadPieces();
  }
  Object.assign(state.page, page);
  showPieces();
  showRating();
}

function showPieces() {
  const { pieces, total, offset, limit } = state.page;
  $("library-count").textContent = `${total.toLocaleString("en")} ${total === 1 ? "piece" : "pieces"}`;
  $("page-range").textContent = total ? `${offset + 1} to ${offset + pieces.length} of ${total}` : "";
  $("page-back").disabled = offset === 0;
  $("page-on").disabled = offset + limit >= total;
  // The row that has the focus keeps it.
  const focused = document.activeElement?.dataset?.key;
  $("pieces").replaceChildren(...pieces.map(pieceRow));
  if (focused) document.querySelector(`[data-key="${focused}"]`)?.focus();
  markPlaying();
  showDevice();
}

const dateAndTime = (time) => new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

function pieceRow(piece) {
  const row = document.createElement("tr");
  row.dataset.id = piece.id;
  const cell = (content, kind = "") => {
    const cell = document.createElement("td");
    cell.className = kind;
    cell.append(content);
    return cell;
  };
  const when = Object.assign(document.createElement("time"), { dateTime: piece.time, textContent: dateAndTime(piece.time) });
  row.append(
    cell(when), cell(number(piece.score), "number"), cell(scoreBars(piece.scores)), cell(piece.tuning),
    cell(clock(piece.seconds), "number"), cell(pieceButtons(piece, when.textContent)));
  return row;
}

function pieceButtons(piece, name) {
  const group = document.createElement("div");
  group.className = "buttons";
  const button = (text, label, work, pressed) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.setAttribute("aria-label", `${label}: ${name}`);
    button.title = label;
    button.dataset.key = `${label}-${piece.id}`;
    if (pressed !== undefined) button.setAttribute("aria-pressed", String(pressed));
    button.addEventListener("click", work);
    group.append(button);
    return button;
  };
  button("Play", "Play", () => act(() => ask("POST", "player", { action: "play", piece: piece.id }))).dataset.play = "";
  const rate = (rating, text) => change(piece.id, { rating: piece.rating === rating ? 0 : rating }, text);
  button("▲", "Like", () => rate(1, "Rating stored."), piece.rating === 1);
  button("▼", "Dislike", () => rate(-1, "Rating stored."), piece.rating === -1);
  button("◆", "Keep", () => change(piece.id, { is_kept: !piece.is_kept }, piece.is_kept ? "No longer kept." : "Kept."), piece.is_kept);
  for (const file of (piece.files ?? []).filter((file) => /^music\.(mid|wav|flac|ogg)$/.test(file))) {
    const link = Object.assign(document.createElement("a"), {
      className: "button", href: withToken(`api/pieces/${piece.id}/files/${file}`),
      textContent: { mid: "MIDI", wav: "WAV", flac: "FLAC", ogg: "Ogg" }[file.slice(6)],
    });
    link.download = "";
    link.setAttribute("aria-label", `Download ${link.textContent}: ${name}`);
    link.dataset.key = `${file}-${piece.id}`;
    group.append(link);
  }
  return group;
}

function markPlaying() {
  for (const row of $("pieces").rows) {
    const isPlaying = Number(row.dataset.id) === state.player?.piece;
    row.classList.toggle("playing", isPlaying);
    if (isPlaying) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
  }
}

// ---- What the user does

$("session-toggle").addEventListener("click", (event) =>
  act(() => ask("POST", "session", { action: event.target.dataset.action ?? "start" })));
$("session-next").addEventListener("click", () => act(() => ask("POST", "session", { action: "next" })));
$("play-toggle").addEventListener("click", () =>
  act(() => ask("POST", "player", { action: state.player?.is_paused ? "resume" : "pause" })));
$("play-skip").addEventListener("click", () => act(() => ask("POST", "player", { action: "skip" })));
$("rate-up").addEventListener("click", () => change(state.player.piece, { rating: playing()?.rating === 1 ? 0 : 1 }, "Rating stored."));
$("rate-down").addEventListener("click", () => change(state.player.piece, { rating: playing()?.rating === -1 ? 0 : -1 }, "Rating stored."));
$("keep").addEventListener("click", () => change(state.player.piece, { is_kept: !playing()?.is_kept }, playing()?.is_kept ? "No longer kept." : "Kept."));
let volumeTimer = 0;
$("volume").addEventListener("input", () => {
  volumeTimer ||= setTimeout(() => {
    volumeTimer = 0;
    act(() => ask("PATCH", "player", { volume: $("volume").valueAsNumber }));
  }, 80);
});
$("follow").addEventListener("change", () => act(() => ask("PATCH", "player", { follow: $("follow").value })));
$("rules").addEventListener("submit", (event) => event.preventDefault());
$("rules-reset").addEventListener("click", resetRules);
for (const id of ["order", "show"]) $(id).addEventListener("change", () => { state.page.offset = 0; loadPieces(); });
$("page-back").addEventListener("click", () => { state.page.offset = Math.max(0, state.page.offset - state.page.limit); loadPieces(); });
$("page-on").addEventListener("click", () => { state.page.offset += state.page.limit; loadPieces(); });
addEventListener("resize", () => { drawCurveSoon(); animate(); });
document.addEventListener("visibilitychange", animate);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { drawCurveSoon(); animate(); showPieces(); });

token();
drawCurveSoon();
// What comes shows itself by all scripts.
addEventListener("DOMContentLoaded", listen);
