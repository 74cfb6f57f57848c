// Listen here: the daemon's sound as a stream, in this browser, and what of it is heard right now.
//
// The stream has a time of its own. The daemon says at which of its seconds this listener's sound began, and where in it
// each piece begins (marks); the browser says how far it has played. So the page shows what is heard here, which is a
// second or two behind the daemon's own device.
"use strict";

const sound = $("stream");
const here = { wants: false, name: null, start: null, origin: 0, marks: [], known: new Map(), patience: 1, timer: 0, shown: null };

// ---- The connection

function streamFormat() {
  if (sound.canPlayType("audio/ogg; codecs=opus")) return "opus";
  return sound.canPlayType("audio/mpeg") ? "mp3" : "flac";
}

function connectHere() {
  clearTimeout(here.timer);
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  here.name = `page-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  here.start = null;
  here.moved = performance.now();
  sound.src = withToken(`api/stream?format=${streamFormat()}&titles=false&listener=${here.name}`);
  sound.volume = $("listen-volume").valueAsNumber;
  sound.play().catch((error) => {
    // Who is not allowed to begin by himself has to be asked; anything else is a lost connection.
    if (error.name === "NotAllowedError") { restHere(); say("The browser wants you to begin the sound."); } else comeBack();
  });
}

// A lost connection comes back, the longer it is gone the more patiently.
function comeBack() {
  if (!here.wants) return;
  clearTimeout(here.timer);
  here.start = null;
  here.timer = setTimeout(connectHere, 1000 * here.patience);
  here.patience = Math.min(15, here.patience * 2);
  showListening("Connecting…");
}

// Nothing is loaded any more: the daemon may rest, too.
function restHere() {
  here.wants = false;
  here.start = null;
  clearTimeout(here.timer);
  sound.removeAttribute("src");
  sound.load();
  showListening("Listen here");
  // From now on the daemon's own events count again.
  if (here.latest) takePlayer(here.latest);
}

function listenHere() {
  if (here.wants) return restHere();
  here.wants = true;
  here.patience = 1;
  showListening("Connecting…");
  connectHere();
}

function showListening(text) {
  $("listen").textContent = text;
  $("listen").setAttribute("aria-pressed", String(here.wants));
  $("listen-loudness").hidden = !here.wants;
  if ("mediaSession" in navigator) navigator.mediaSession.playbackState = here.wants ? "playing" : "none";
}

async function findPlace() {
  const name = here.name;
  try {
    const place = await ask("GET", `stream/${name}`);
    if (here.name !== name) return;
    here.start = place.start;
    here.marks = place.marks;
  } catch { if (here.name === name) comeBack(); }
}

sound.addEventListener("playing", () => {
  if (!here.wants) return;
  here.patience = 1;
  showListening("Stop listening");
  if (here.start === null) findPlace();
});
// Browsers count from what the stream says of itself, which is not 0 for who comes in the middle.
sound.addEventListener("canplay", () => { if (here.start === null && sound.buffered.length) here.origin = sound.buffered.start(0); });
for (const name of ["error", "ended"]) sound.addEventListener(name, comeBack);
// The tab, a headset or the lock screen asks for silence, and for sound again; what is live is not held, it is left.
sound.addEventListener("pause", () => { if (here.wants && sound.currentSrc && !sound.ended && !sound.error) restHere(); });
if ("mediaSession" in navigator) {
  for (const name of ["pause", "stop"]) navigator.mediaSession.setActionHandler(name, restHere);
  navigator.mediaSession.setActionHandler("play", () => { if (!here.wants) listenHere(); });
}
addEventListener("pagehide", () => { if (here.wants) { restHere(); here.wanted = true; } });
addEventListener("pageshow", () => { if (here.wanted) { here.wanted = false; listenHere(); } });
document.addEventListener("freeze", () => { if (here.wants) { restHere(); here.wanted = true; } });
document.addEventListener("resume", () => { if (here.wanted) { here.wanted = false; listenHere(); } });

// ---- What is heard here

// A mark that the daemon sends, in order.
function takeMark(mark) {
  if (!here.wants) return;
  here.marks.push(mark);
  if (here.marks.length > 200) here.marks.shift();
}

// What is heard in this browser now; null if nothing is known of it.
function placeHere() {
  if (!here.wants || here.start === null || sound.paused) return null;
  const now = here.start + sound.currentTime - here.origin;
  const mark = here.marks.findLast((mark) => mark.at <= now) ?? null;
  return mark && { ...mark, seconds: mark.seconds + (mark.is_moving ? now - mark.at : 0) };
}

const keyOf = (player) => player.piece ?? player.name ?? player.title ?? "";

// The daemon's events tell of pieces before they are heard here: they are kept until then.
//
// Returns whether the page shows what is heard here instead.
function keepForHere(player) {
  if (player.roll) {
    here.known.delete(keyOf(player));
    here.known.set(keyOf(player), player);
    if (here.known.size > 24) here.known.delete(here.known.keys().next().value);
  }
  here.latest = { ...player, roll: player.roll ?? here.known.get(keyOf(player))?.roll };
  return here.wants && here.start !== null;
}

setInterval(() => {
  if (!here.wants) return;
  if (sound.currentTime !== here.last) [here.last, here.moved] = [sound.currentTime, performance.now()];
  // A connection that is open and silent is lost, too.
  if (here.start !== null && performance.now() - here.moved > 8000) return comeBack();
  const place = placeHere();
  if (!place) return;
  const player = place.title ? here.known.get(keyOf(place)) : null;
  const next = {
    ...(player ?? here.latest ?? { volume: 1, waiting_count: 0, length: 0, step_seconds: 1 }), roll: undefined,
    seconds: place.seconds, is_paused: !place.is_moving, volume: here.latest?.volume ?? 1,
    waiting_count: here.latest?.waiting_count ?? 0,
  };
  if (!place.title) for (const key of ["piece", "name", "title", "score", "scores", "is_song"]) delete next[key];
  else if (!player) Object.assign(next, { piece: place.piece, title: place.title, scores: [] });
  if (keyOf(next) !== here.shown) next.roll = player?.roll;
  here.shown = keyOf(next);
  showPlayer(next);
  if ("mediaSession" in navigator && window.MediaMetadata && place.title !== navigator.mediaSession.metadata?.title) {
    navigator.mediaSession.metadata = new MediaMetadata({ title: place.title ?? "Silence", artist: "rl-musician" });
  }
}, 100);

$("listen").addEventListener("click", listenHere);
$("listen-volume").value = localStorage.getItem("volume") ?? 1;
$("listen-volume").addEventListener("input", () => {
  sound.volume = $("listen-volume").valueAsNumber;
  localStorage.setItem("volume", $("listen-volume").value);
});
