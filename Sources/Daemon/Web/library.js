// The library: pieces by name, what is said of them, downloads, and links that open the page at one of them.
"use strict";

let loadTimer = 0;
function loadSoon() {
  loadTimer ||= setTimeout(() => { loadTimer = 0; loadPieces(); }, 300);
}

// The newest question decides what is shown, whichever is answered last; whoever asked waits for that.
let newestLoad = null;
function loadPieces() {
  const show = $("show").value, order = $("order").value, text = $("find").value.trim();
  const asked = act(() => ask(
    "GET", `pieces?offset=${state.page.offset}&limit=${state.page.limit}&order=${order}${show && `&${show}`}`
      + (text && `&text=${encodeURIComponent(text)}`)));
  const load = asked.then((page) => {
    if (load !== newestLoad) return newestLoad;
    if (!page) return;
    if (!page.pieces.length && page.total && state.page.offset) {
      state.page.offset = 0;
      return loadPieces();
    }
    Object.assign(state.page, page);
    showPieces();
    showRating();
  });
  newestLoad = load;
  return load;
}

function showPieces(isRedrawn = false) {
  const { pieces, total, offset, limit } = state.page;
  $("library-count").textContent = `${total.toLocaleString("en")} ${total === 1 ? "piece" : "pieces"}`;
  $("page-range").textContent = total ? `${offset + 1} to ${offset + pieces.length} of ${total}` : "";
  $("page-back").disabled = offset === 0;
  $("page-on").disabled = offset + limit >= total;
  // A row whose piece is as it was stays: it would be gone under a finger otherwise, between down and up.
  const focused = document.activeElement?.dataset?.key;
  const known = new Map(isRedrawn ? [] : [...$("pieces").rows].map((row) => [row.shown, row]));
  const rows = pieces.map((piece) => known.get(JSON.stringify(piece)) ?? pieceRow(piece));
  for (const row of [...$("pieces").rows]) if (!rows.includes(row)) row.remove();
  rows.forEach((row, index) => {
    const there = $("pieces").rows[index];
    if (row !== there) $("pieces").insertBefore(row, there ?? null);
  });
  // One that was made anew has the focus again.
  if (focused && document.activeElement?.dataset?.key !== focused) document.querySelector(`[data-key="${focused}"]`)?.focus();
  markPlaying();
  showDevice();
}

const dateAndTime = (time) => new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

function pieceRow(piece) {
  const row = document.createElement("tr");
  row.dataset.id = piece.id;
  row.shown = JSON.stringify(piece);
  const cell = (content, kind = "") => {
    const cell = document.createElement("td");
    cell.className = kind;
    cell.append(content);
    return cell;
  };
  const when = Object.assign(document.createElement("time"), { dateTime: piece.time, textContent: dateAndTime(piece.time) });
  row.append(
    cell(pieceName(piece)), cell(when), cell(number(piece.score), "number"), cell(scoreBars(piece.scores)), cell(piece.tuning),
    cell(clock(piece.seconds), "number"), cell(pieceButtons(piece, piece.name)));
  return row;
}

// Its name, which is the link to it, its tags and its note.
function pieceName(piece) {
  const box = document.createElement("div");
  const link = Object.assign(document.createElement("a"), { href: `#piece=${piece.id}`, textContent: piece.name });
  link.dataset.key = `name-${piece.id}`;
  box.append(link);
  for (const tag of piece.tags) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "tag", textContent: `#${tag}` });
    button.setAttribute("aria-label", `Find pieces tagged ${tag}`);
    button.addEventListener("click", () => find(tag));
    box.append(" ", button);
  }
  if (piece.note) box.append(Object.assign(document.createElement("p"), { className: "quiet", textContent: piece.note }));
  return box;
}

function find(text) {
  $("find").value = text;
  state.page.offset = 0;
  return loadPieces();
}

function editLabels(piece) {
  $("label-title").textContent = piece.name;
  $("label-tags").value = piece.tags.join(", ");
  $("label-note").value = piece.note;
  $("label").showModal();
  $("label").onclose = () => {
    if ($("label").returnValue !== "store") return;
    const tags = $("label-tags").value.split(",").map((tag) => tag.trim()).filter(Boolean);
    change(piece.id, { tags, note: $("label-note").value }, "Tags and note stored.");
  };
}

// What a row offers; the ZIP has everything.
const downloads = {
  "music.mid": "MIDI", "music.wav": "WAV", "music.flac": "FLAC", "music.ogg": "Ogg", "score.musicxml": "MusicXML",
  "score.pdf": "PDF",
};

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
  button("#", "Tags and note", () => editLabels(piece));
  const download = (text, path) => {
    const link = Object.assign(document.createElement("a"), {
      className: "button", href: withToken(`api/pieces/${piece.id}/${path}`), textContent: text, download: "",
    });
    link.setAttribute("aria-label", `Download ${text}: ${name}`);
    link.dataset.key = `${path}-${piece.id}`;
    group.append(link);
  };
  for (const file of piece.files ?? []) if (downloads[file]) download(downloads[file], `files/${file}`);
  download("ZIP", "archive.zip");
  return group;
}

function markPlaying() {
  for (const row of $("pieces").rows) {
    const isPlaying = Number(row.dataset.id) === state.player?.piece;
    row.classList.toggle("playing", isPlaying);
    if (isPlaying) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
  }
}

// ---- Links: ...#piece=NUMBER

async function openLinked() {
  const id = Number(new URLSearchParams(location.hash.slice(1)).get("piece"));
  if (!Number.isSafeInteger(id) || id <= 0) return;
  const found = await act(() => ask("GET", `pieces/${id}`));
  if (!found) return;
  $("show").value = "";
  await find(found.piece.name);
  const row = document.querySelector(`tr[data-id="${id}"]`);
  row?.scrollIntoView({ block: "center" });
  row?.querySelector("a")?.focus();
}
addEventListener("hashchange", openLinked);

for (const id of ["order", "show"]) $(id).addEventListener("change", () => { state.page.offset = 0; loadPieces(); });
let findTimer = 0;
$("find").addEventListener("input", () => {
  clearTimeout(findTimer);
  findTimer = setTimeout(() => { state.page.offset = 0; loadPieces(); }, 250);
});
$("page-back").addEventListener("click", () => { state.page.offset = Math.max(0, state.page.offset - state.page.limit); loadPieces(); });
$("page-on").addEventListener("click", () => { state.page.offset += state.page.limit; loadPieces(); });
