// The keyboard: a melody by pointer, finger, computer keys, a MIDI keyboard (Web MIDI), as text or as a file; and what the
// knobs of a MIDI controller at the port Input do.
"use strict";

const keyboard = (() => {
  const card = $("keyboard");
  const lowest = 60, count = 25;
  // Two rows of a computer's keyboard, by place: the letters may be others.
  const places = [
    "KeyZ", "KeyS", "KeyX", "KeyD", "KeyC", "KeyV", "KeyG", "KeyB", "KeyH", "KeyN", "KeyJ", "KeyM",
    "KeyQ", "Digit2", "KeyW", "Digit3", "KeyE", "KeyR", "Digit5", "KeyT", "Digit6", "KeyY", "Digit7", "KeyU", "KeyI",
  ];
  const names = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
  const name = (key) => names[key % 12] + (Math.floor(key / 12) - 1);
  const played = { notes: [], held: new Map(), begin: 0, timer: 0 };
  let sound = null;
  const voices = new Map();

  card.innerHTML = `
    <div class="head"><h2 id="keyboard-title">Play</h2><p class="quiet" id="melody-state" role="status"></p></div>
    <p class="quiet">Play a melody: it is answered after a rest. Keys Z to M and Q to I, a mouse, fingers, or a MIDI keyboard.</p>
    <div class="keys" id="keys" role="group" aria-label="Keyboard, C4 to C6"></div>
    <form class="melody" id="melody-form">
      <label>Answer <select id="answer-kind">
        <option value="counterpoint">counterpoint</option><option value="continuation">continuation</option>
        <option value="theme">a song on it</option>
      </select></label>
      <input type="text" id="melody-text" aria-label="Melody as text" placeholder="D4:2 F4:2 E4:2 D4:2 G4:4 F4:4 (eighths)"
        autocomplete="off" spellcheck="false">
      <button type="submit">Answer it</button>
      <button type="button" id="melody-file">MIDI or MusicXML file</button>
      <input type="file" id="melody-choose" accept=".mid,.midi,.xml,.musicxml,.txt" hidden>
      <button type="button" id="midi-on" hidden>Use a MIDI keyboard</button>
    </form>
    <p class="quiet" id="midi-hint" hidden></p>
    <details><summary>Knobs of a MIDI controller</summary>
      <p class="quiet">Click what a knob is to do, then turn it (at the port RL-Musician:Input).</p>
      <div class="controls" id="controls" role="group" aria-label="Learn"></div>
    </details>`;

  const show = (text) => { $("melody-state").textContent = text; };

  // ---- Hearing oneself: a soft tone at once.

  function sing(key) {
    sound ??= new AudioContext();
    hush(key);
    const tone = sound.createOscillator(), gain = sound.createGain();
    tone.type = "triangle";
    tone.frequency.value = 440 * 2 ** ((key - 69) / 12);
    gain.gain.setValueAtTime(0, sound.currentTime);
    gain.gain.linearRampToValueAtTime(0.15, sound.currentTime + 0.01);
    tone.connect(gain).connect(sound.destination);
    tone.start();
    voices.set(key, { tone, gain });
  }

  function hush(key) {
    const voice = voices.get(key);
    if (!voice) return;
    voices.delete(key);
    voice.gain.gain.setTargetAtTime(0, sound.currentTime, 0.04);
    voice.tone.stop(sound.currentTime + 0.3);
  }

  // ---- What is played

  function down(key, velocity = 90, time = performance.now()) {
    if (played.held.has(key)) return;
    clearTimeout(played.timer);
    if (!played.notes.length) played.begin = time;
    const note = [(time - played.begin) / 1000, 0, key, velocity];
    played.notes.push(note);
    played.held.set(key, note);
    if (played.notes.length > 1000) played.notes.shift();
    card.querySelector(`[data-key="${key}"]`)?.classList.add("down");
    try { sing(key); } catch { /* no sound here: the melody counts */ }
    show(`${played.notes.length} ${played.notes.length === 1 ? "note" : "notes"}`);
  }

  function up(key, time = performance.now()) {
    const note = played.held.get(key);
    if (!note) return;
    played.held.delete(key);
    note[1] = Math.max(0.02, (time - played.begin) / 1000 - note[0]);
    card.querySelector(`[data-key="${key}"]`)?.classList.remove("down");
    hush(key);
    if (played.held.size) return;
    played.end = performance.now() + rest();
    rested();
  }

  // A timer's own idea of time is not that of the notes: it only asks again.
  function rested() {
    clearTimeout(played.timer);
    const left = played.end - performance.now();
    if (left > 0) played.timer = setTimeout(rested, left);
    else finish();
  }

  // A bar of rest at the tempo that the notes' most usual distance suggests.
  function rest() {
    const gaps = played.notes.slice(1).map((note, index) => note[0] - played.notes[index][0]).filter((gap) => gap > 0.12);
    if (!gaps.length) return 2000;
    gaps.sort((a, b) => a - b);
    return Math.min(4000, Math.max(1000, 4000 * gaps[Math.floor(gaps.length / 2)]));
  }

  function finish(time = performance.now()) {
    clearTimeout(played.timer);
    const notes = played.notes;
    // The pedal ends what is held, too.
    for (const note of played.held.values()) note[1] = Math.max(0.02, (time - played.begin) / 1000 - note[0]);
    played.notes = [];
    if (notes.length) answer({ notes: notes.map((note) => note.map((value) => Math.round(value * 1000) / 1000)) });
  }

  // ---- Answers

  // What this page asked for is shown when it is here; the daemon tells everybody of it, too.
  const own = { asked: 0, piece: null };

  async function answer(melody) {
    show("composing …");
    own.asked += 1;
    try {
      const state = await ask("POST", "melody", { ...melody, kind: $("answer-kind").value });
      own.piece = state.piece ?? null;
      $("melody-text").value = state.melody;
      show([`${state.kind}, ${Math.round(state.tempo)} a minute`, ...state.remarks].join("; "));
    } catch (error) {
      show(error.message);
    } finally {
      own.asked -= 1;
    }
  }

  async function answerFile(file) {
    if (!file) return;
    if (file.size > 700000) return show("the file is too large: at most 700 kB");
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      answer({ file: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")) });
    } catch {
      show("the file cannot be read");
    }
  }

  // ---- Pointer, fingers, computer keys

  for (let key = lowest; key < lowest + count; key += 1) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.key = key;
    button.setAttribute("aria-label", name(key));
    if (names[key % 12].length > 1) button.className = "black"; else button.textContent = name(key);
    // Who has no pointer plays with Enter or the space bar.
    button.addEventListener("keydown", (event) => { if ((event.key === "Enter" || event.key === " ") && !event.repeat) down(key); });
    button.addEventListener("keyup", (event) => { if (event.key === "Enter" || event.key === " ") up(key); });
    button.addEventListener("blur", () => up(key));
    $("keys").append(button);
  }

  const pointers = new Map();
  const keyAt = (event) => {
    const key = document.elementFromPoint(event.clientX, event.clientY)?.dataset?.key;
    return key === undefined ? null : Number(key);
  };
  function move(event) {
    const before = pointers.get(event.pointerId), now = keyAt(event);
    if (before === now) return;
    if (before != null) up(before);
    if (now != null) down(now);
    pointers.set(event.pointerId, now);
  }
  $("keys").addEventListener("pointerdown", (event) => {
    event.preventDefault();
    event.target.releasePointerCapture?.(event.pointerId);
    pointers.set(event.pointerId, null);
    move(event);
  });
  addEventListener("pointermove", (event) => { if (pointers.has(event.pointerId)) move(event); });
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, (event) => {
      const key = pointers.get(event.pointerId);
      if (key != null) up(key);
      pointers.delete(event.pointerId);
    });
  }

  const types = (event) => event.ctrlKey || event.metaKey || event.altKey
    || event.target.closest?.("input, select, textarea, dialog");
  addEventListener("keydown", (event) => {
    const place = places.indexOf(event.code);
    if (place < 0 || event.repeat || types(event)) return;
    event.preventDefault();
    down(lowest + place);
  });
  addEventListener("keyup", (event) => {
    const place = places.indexOf(event.code);
    if (place >= 0) up(lowest + place);
  });
  addEventListener("blur", () => { for (const key of [...played.held.keys()]) up(key); });

  // ---- Web MIDI: over HTTPS, or from this machine

  // Which keys each MIDI input holds.
  const inputs = new Map();

  function hear(input, event) {
    const [status = 0, key = 0, velocity = 0] = event.data ?? [];
    // Only what the channel says, and whole: 0xf8 and its like come between, what is cut off says nothing.
    if (status < 0x80 || status >= 0xf0 || event.data.length < 3 || key > 127) return;
    const held = inputs.get(input), kind = status & 0xf0, time = event.timeStamp || performance.now();
    if (kind === 0x90 && velocity > 0) {
      held.add(key);
      down(key, Math.min(127, velocity), time);
    } else if (kind === 0x80 || kind === 0x90) {
      held.delete(key);
      up(key, time);
    } else if (kind === 0xb0 && key === 64 && velocity >= 64) {
      finish(time);
    } else if (kind === 0xb0 && key >= 120) {
      release(held);
    }
  }

  function release(held) {
    for (const key of held) up(key);
    held.clear();
  }

  async function useMIDI() {
    let access;
    try {
      access = await navigator.requestMIDIAccess();
    } catch (error) {
      return show(error.name === "NotAllowedError" || error.name === "SecurityError"
        ? "the browser does not let this page hear MIDI: allow it in the site's settings"
        : `no MIDI keyboard can be heard: ${error.message}`);
    }
    const connect = () => {
      const present = [...access.inputs.values()].filter((input) => input.state !== "disconnected");
      // Whose plug was pulled lets go of no key itself.
      for (const [input, held] of inputs) if (!present.includes(input)) { release(held); inputs.delete(input); }
      for (const input of present) {
        if (!inputs.has(input)) inputs.set(input, new Set());
        input.onmidimessage = (event) => hear(input, event);
      }
      show(["no MIDI input here yet", "one MIDI input is heard"][present.length] ?? `${present.length} MIDI inputs are heard`);
    };
    access.onstatechange = (event) => { if (event.port?.type !== "output") connect(); };
    connect();
  }
  const hasMIDI = Boolean(isSecureContext && navigator.requestMIDIAccess);
  $("midi-on").hidden = !hasMIDI;
  $("midi-hint").hidden = hasMIDI;
  $("midi-hint").textContent = isSecureContext
    ? "This browser has no Web MIDI: a MIDI keyboard is heard at the port RL-Musician:Input."
    : "A browser hears a MIDI keyboard over HTTPS only, or on the daemon's own machine (http://localhost).";
  $("midi-on").addEventListener("click", useMIDI);

  $("melody-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("melody-text").value.trim();
    if (text) answer({ text });
  });
  $("melody-file").addEventListener("click", () => $("melody-choose").click());
  $("melody-choose").addEventListener("change", (event) => {
    answerFile(event.target.files[0]);
    event.target.value = "";
  });

  // ---- Learning knobs

  let learning = null, waited = false;
  const actions = ["volume", "next", "pause", "keep", "like", "dislike", "tempo"];

  function showControls(controls) {
    const rules = state.rules.map((rule, index) => [`rule ${index + 1}`, rule.rule]);
    $("controls").replaceChildren(...[...actions.map((action) => [action, action]), ...rules].map(([key, title]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${title}: ${controls[key] ?? "none"}`;
      button.setAttribute("aria-pressed", String(learning === key));
      button.addEventListener("click", () => learn(learning === key ? null : key));
      return button;
    }));
  }

  // What is learnt is everybody's: the daemon says who is waited for, this page or another.
  function takeControls(controls) {
    learning = controls.learning ?? null;
    showControls(controls.controls);
    if (learning) show(`turn the knob for ${learning}`);
    else if (controls.learnt) show(`${controls.learnt} is ${controls.controls[controls.learnt]} now`);
    else if (waited) show("");
    waited = learning !== null;
  }

  async function learn(key) {
    try { takeControls(await ask("POST", "controls", { learn: key })); } catch (error) { show(error.message); }
  }

  card.querySelector("details").addEventListener("toggle", () => act(async () => {
    takeControls(await ask("GET", "controls"));
  }));

  return {
    hear(answered) {
      if (own.asked || (answered.piece != null && answered.piece === own.piece)) return;
      show(answered.refusal ?? [`${answered.kind} to what was played`, ...answered.remarks].join("; "));
    },
    controls: takeControls,
  };
})();
