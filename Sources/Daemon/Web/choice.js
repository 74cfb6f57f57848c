// What is heard through, and what makes the sound: chosen from what the daemon's machine has.
"use strict";

const choices = { outputs: [], soundfonts: [] };

async function loadChoices() {
  Object.assign(choices, await act(() => ask("GET", "outputs")));
  showChoice();
}

// A list of what there is, and what is chosen though it is not there now.
function fill(select, chosen, options) {
  if (document.activeElement === select) return;
  const all = options.some(([value]) => value === chosen) ? options : [[chosen, chosen], ...options];
  const key = JSON.stringify(all);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    select.replaceChildren(...all.map(([value, textContent]) => Object.assign(document.createElement("option"), { value, textContent })));
  }
  select.value = chosen;
}

const outputNames = { auto: "the default device, if there is one", none: "nothing: pieces are only written", null: "a clock, in silence" };

function showChoice() {
  if (!state.device) return;
  fill($("choice-output"), state.device.target, choices.outputs.map((name) => [name, outputNames[name] ?? name]));
  fill($("choice-soundfont"), state.device.soundfont ?? "", [
    ["", "one that is found"], ...choices.soundfonts.map((path) => [path, path.split("/").at(-1)]),
  ]);
  if (document.activeElement !== $("choice-synthesizer")) $("choice-synthesizer").value = state.device.synthesizer;
  $("choice-soundfont").disabled = state.device.synthesizer !== "fluidsynth";
}

for (const [id, name] of [["output", "output"], ["synthesizer", "synthesizer"], ["soundfont", "soundfont"]]) {
  $(`choice-${id}`).addEventListener("change", async (event) => {
    const value = event.target.value || null;
    event.target.blur();
    await act(() => ask("PATCH", "player", { [name]: value }));
    showChoice();
  });
}
$("choice").addEventListener("submit", (event) => event.preventDefault());
document.querySelector(".choice").addEventListener("toggle", (event) => { if (event.target.open) loadChoices(); });
