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
  // Who stands between may have an answer of its own.
  const answer = await response.json().catch(() => ({ error: `no answer from the daemon (${response.status})` }));
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
  on("player", takePlayer);
  on("stream", takeMark);
  on("device", (device) => { state.device = device; showDevice(); showMuted(); });
  on("rules", ({ rules }) => { state.rules = rules; showRules(); });
  on("answer", (answer) => keyboard.hear(answer));
  on("controls", (state) => keyboard.controls(state));
  on("piece_changed", (piece) => { if (state.known?.id === piece.id) state.known = piece; });
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

// Whoever listens here sees what is heard here, not what the daemon's device plays.
function takePlayer(player) {
  if (!keepForHere(player)) showPlayer(player);
}

function showPlayer(player) {
  const before = state.player;
  if (player.roll) {
    state.roll = {
      rows: player.roll, notes: notesOf(player.roll, player.parts), parts: player.parts ?? [],
      stepSeconds: player.step_seconds || 1, pitches: player.pitches ?? [], bar: player.bar_steps || 4,
    };
  }
  if (!player.title) state.roll = null;
  state.player = player;
  // All answers have the same title.
  const isNew = before?.title !== player.title || before?.piece !== player.piece;
  // What the last event let us expect is kept unless it is off: the head moves evenly.
  const expected = heardSeconds(), isSame = !isNew && before?.is_paused === player.is_paused;
  const difference = player.seconds - expected;
  const seconds = isSame && Math.abs(difference) < .25 ? expected + difference * .2 : player.seconds;
  state.position = { seconds, at: performance.now() };
  if (isNew || before?.is_paused !== player.is_paused || before?.volume !== player.volume) {
    $("now-title").textContent = player.name ?? player.title ?? "Silence";
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
      showSong(player.is_song ? player.piece : undefined);
    }
    showParts();
  }
  animate();
}

// Who is who: the given part is framed.
function showParts() {
  const parts = state.roll?.parts ?? [];
  $("parts").hidden = parts.length < 2;
  $("parts").replaceChildren(...parts.map((part, index) => {
    const item = Object.assign(document.createElement("li"), { textContent: part.name });
    item.className = part.is_given ? "given" : "";
    item.style.setProperty("--part", noteColor(index));
    return item;
  }));
}

function heardSeconds() {
  const player = state.player;
  if (!player?.title) return 0;
  const place = placeHere();
  if (place) return Math.min(player.length, place.seconds);
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
  $("roll").classList.toggle("movable", isOpen && Boolean(state.player?.title));
  $("volume").disabled = !isOpen;
  showChoice();
  if (state.device) {
    const listeners = state.device.listeners ? `, ${state.device.listeners} ${state.device.listeners === 1 ? "listens" : "listen"} to the stream` : "";
    $("follow").value = state.device.follow;
    $("device").textContent = isOpen
      ? `Sound: ${state.device.target}, ${state.device.synthesizer}${state.device.xruns ? `, ${state.device.xruns} dropouts` : ""}${listeners}` : state.device.message ?? "No sound.";
  }
  for (const button of document.querySelectorAll("[data-play]")) button.disabled = !isOpen;
}

const playing = () => state.page.pieces.find((piece) => piece.id === state.player?.piece) ?? state.known;

async function showRating() {
  const id = state.player?.piece;
  if (state.known?.id !== id) state.known = null;
  if (id !== undefined && !playing()) {
    const found = await act(() => ask("GET", `pieces/${id}`));
    // Meanwhile something else may be heard.
    if (state.player?.piece !== id) return;
    state.known = found?.piece ?? null;
  }
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
// To another place of the piece: by the mouse, or by the arrows.
const seek = (seconds) => act(() => ask("PUT", "player/position", {
  seconds: Math.min(state.player.length, Math.max(0, seconds)),
}));
$("roll").addEventListener("click", (event) => {
  const box = $("roll").getBoundingClientRect();
  if (state.player?.title && state.roll) seek(timeAt($("roll"), state.roll, event.clientX - box.left));
});
$("roll").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 5, ArrowLeft: -5 }[event.key];
  if (!step || !state.player?.title) return;
  event.preventDefault();
  seek(heardSeconds() + step);
});
addEventListener("resize", () => { drawCurveSoon(); animate(); });
document.addEventListener("visibilitychange", animate);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { drawCurveSoon(); animate(); showParts(); showPieces(true); });
