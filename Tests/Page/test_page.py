"""The page in a real browser: Chromium without a screen, driven as a user drives it.

    RLMUSICIAN=.build/debug/rlmusician python Tests/Page/test_page.py [--screenshots docs]
"""

import argparse
import hashlib
import io
import math
import pathlib
import struct
import sys
import tempfile
import time
import zipfile

import numpy
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from daemon import Daemon


def browser(downloads, width=1280, height=1400, dark=False):
    options = webdriver.ChromeOptions()
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--disable-background-networking", "--autoplay-policy=no-user-gesture-required", f"--window-size={width},{height}"]:
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    theme(driver, dark)
    return driver


def theme(driver, dark):
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})


def size(driver, width, height):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})


def press(driver, selector):
    """Clicks what is there; a row that is made anew between looking and clicking is looked for again."""
    for _ in range(20):
        try:
            return driver.find_element(By.CSS_SELECTOR, selector).click()
        except StaleElementReferenceException:
            continue
    raise AssertionError(f"{selector} never stays")


def identifiers(driver):
    """The pieces that the list shows."""
    return driver.execute_script("return [...document.querySelectorAll('#pieces tr')].map((row) => row.dataset.id)")


# Every picture of the playhead for a while, and when it was drawn.
HEAD = """
  const done = arguments[arguments.length - 1], roll = document.getElementById("roll"), seen = [];
  const watch = new MutationObserver(() => seen.push([performance.now() / 1000, Number(roll.dataset.seconds)]));
  watch.observe(roll, { attributes: true, attributeFilter: ["data-seconds"] });
  setTimeout(() => { watch.disconnect(); done(seen); }, 1500);"""


def check(daemon, driver, downloads):
    element = lambda name: driver.find_element(By.ID, name)
    pixels = lambda name: hashlib.sha256(driver.execute_script(
        f"return document.getElementById('{name}').toDataURL()").encode()).hexdigest()
    data = lambda name, key: driver.execute_script(
        f"return Number(document.getElementById('{name}').dataset.{key} ?? 0)")

    # The test's own ear is no script of the page.
    driver.execute_cdp_cmd("Page.enable", {})
    driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    driver.get(daemon.url)
    daemon.wait("the page says what the daemon does", lambda: "session" in element("phase").text)

    points, curve = data("curve", "points"), pixels("curve")
    daemon.wait("the curve grows", lambda: data("curve", "points") != points and pixels("curve") != curve)

    daemon.wait("two finished pieces", lambda: daemon.ask("pieces")["total"] >= 2, 120)
    daemon.wait("it is in the list", lambda: identifiers(driver))
    daemon.ask("session", "POST", {"action": "pause"})
    daemon.wait("the daemon pauses", lambda: daemon.ask("status")["phase"] == "paused")
    daemon.wait("the page says so", lambda: element("session-toggle").text == "Go on")
    # Sessions may be quicker than events: in the end the curve is the whole one.
    populations = daemon.ask("status")["population"]
    daemon.wait("the whole curve", lambda: element("curve").get_attribute("aria-label").startswith(
        f"Training curve: population {populations}," if populations else "Training curve: no"))
    daemon.ask("player", "POST", {"action": "stop"})

    # Play: the head moves as time goes by.
    time.sleep(0.6)
    newest = daemon.ask("pieces?limit=1")["pieces"][0]
    daemon.wait("the newest piece can be played", lambda: driver.find_elements(
        By.CSS_SELECTOR, f"tr[data-id='{newest['id']}'] button[data-play]:enabled"))
    press(driver, f"tr[data-id='{newest['id']}'] button[data-play]")
    daemon.wait("it is heard", lambda: (daemon.ask("player").get("player") or {}).get("piece") == newest["id"])
    daemon.wait("the page shows it", lambda: element("now-title").text == newest["name"] and str(newest["id"]) in element("now-detail").text)
    daemon.wait("the head moves", lambda: data("roll", "seconds") > 0.3)
    picture = pixels("roll")

    def moves_evenly():
        seen = driver.execute_async_script(HEAD)
        if len(seen) < 5:
            return False
        passed, moved = (last - first for first, last in zip(seen[0], seen[-1]))
        return passed > 0.5 and abs(moved - passed) < 0.1

    daemon.wait("the head moves as time goes by", moves_evenly)
    assert pixels("roll") != picture, "the picture of the roll stands still"

    def is_in_step():
        # What the daemon says before and after lies around what is shown, however long the answers take.
        before = daemon.ask("player")["player"]["seconds"]
        shown = data("roll", "seconds")
        return before - 0.1 < shown < daemon.ask("player")["player"]["seconds"] + 0.1

    daemon.wait("the head is in step with what the daemon says", is_in_step)

    # Hold, go on, volume.
    element("play-toggle").click()
    daemon.wait("the sound is held", lambda: daemon.ask("player")["player"]["is_paused"])
    daemon.wait("the button says so", lambda: element("play-toggle").text == "Play")

    def stands():
        # What is in the device's buffer is still heard.
        still = data("roll", "seconds")
        time.sleep(0.5)
        return abs(data("roll", "seconds") - still) < 0.1

    daemon.wait("the head stands while the sound is held", stands)
    element("volume").send_keys(Keys.HOME)
    daemon.wait("the volume is 0", lambda: daemon.ask("player")["player"]["volume"] == 0)

    # Rating and keeping, of what is heard and in the list.
    element("rate-up").click()
    daemon.wait("the rating is stored", lambda: daemon.ask(f"pieces/{newest['id']}")["piece"]["rating"] == 1)
    daemon.wait("it is shown", lambda: element("rate-up").get_attribute("aria-pressed") == "true")
    press(driver, f"tr[data-id='{newest['id']}'] button[aria-label^='Keep']")
    daemon.wait("it is kept", lambda: daemon.ask(f"pieces/{newest['id']}")["piece"]["is_kept"])

    # A slider, by the keyboard: the trainer has the new weight.
    slider = driver.find_element(By.ID, "weight-lines")
    before = next(rule for rule in daemon.ask("rules")["rules"] if rule["rule"] == "lines")["weight"]
    for _ in range(20):
        slider.send_keys(Keys.ARROW_RIGHT)
    weight = lambda: next(rule for rule in daemon.ask("rules")["rules"] if rule["rule"] == "lines")["weight"]
    daemon.wait("the slider reaches the trainer", lambda: weight() > before)
    element("rules-reset").click()
    daemon.wait("and back", lambda: weight() == before)
    daemon.wait("on the page too", lambda: abs(float(slider.get_attribute("value")) - before) < 0.02)

    # A download is the file.
    for file in ("music.mid", "music.wav"):
        original = pathlib.Path(daemon.folder.name, "library", "pieces", newest["folder"], file)
        press(driver, f"tr[data-id='{newest['id']}'] a[href$='{file}']")
        daemon.wait(f"the download of {file}", lambda: any(
            path.suffix == original.suffix and path.read_bytes() == original.read_bytes() for path in downloads.iterdir()))

    place(daemon, driver, newest)
    listening(daemon, driver, newest)
    accessibility(daemon, driver)

    errors = [entry for entry in driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    assert not errors, f"the console says: {errors}"

    # The daemon goes, and comes back: so does what the page shows.
    daemon.stop()
    daemon.wait("the page says that nobody is there", lambda: element("phase").text == "not connected")
    daemon.start()
    daemon.wait("the page is back", lambda: "session" in element("phase").text)
    daemon.wait("and so is the sound here", lambda: driver.execute_script(
        "return here.start !== null && !document.getElementById('stream').paused"))
    element("listen").click()
    daemon.wait("it rests when it is asked to", lambda: not driver.execute_script(
        "return document.getElementById('stream').hasAttribute('src')"))
    return newest


def place(daemon, driver, piece):
    """The library as a place: names, search, tags, a link, everything in one file; the playhead moves where one clicks."""
    element = lambda name: driver.find_element(By.ID, name)
    rows = lambda: identifiers(driver)
    one = daemon.ask(f"pieces/{piece['id']}")["piece"]
    press(driver, f"tr[data-id='{piece['id']}'] button[aria-label^='Tags']")
    element("label-tags").send_keys("evening, slow")
    element("label-note").send_keys("for the kitchen")
    driver.find_element(By.CSS_SELECTOR, "#label button[value='store']").click()
    daemon.wait("tags and note are stored", lambda: [
        daemon.ask(f"pieces/{piece['id']}")["piece"][key] for key in ("tags", "note")] == [["evening", "slow"], "for the kitchen"])
    for text in (one["name"], "evening", "kitchen"):
        element("find").clear()
        element("find").send_keys(text)
        daemon.wait(f"'{text}' is found", lambda: rows() == [str(piece["id"])])
    element("find").clear()
    # A key that changes nothing says nothing to the page.
    element("find").send_keys("s", Keys.BACK_SPACE)
    daemon.wait("all are there again", lambda: len(rows()) > 1)
    with zipfile.ZipFile(io.BytesIO(daemon.ask(f"pieces/{piece['id']}/archive.zip"))) as archive:
        assert any(name.endswith("music.mid") for name in archive.namelist()), archive.namelist()
    assert driver.find_elements(By.CSS_SELECTOR, f"tr[data-id='{piece['id']}'] a[href$='archive.zip']")
    driver.get(f"{daemon.url}#piece={piece['id']}")
    driver.refresh()
    daemon.wait("the link opens the page at the piece", lambda: rows() == [str(piece["id"])]
                and one["name"] in (driver.switch_to.active_element.text or ""))
    driver.get(daemon.url)
    daemon.wait("the page again", lambda: "session" in element("phase").text)

    # The choice of the output, without another one being there.
    driver.find_element(By.CSS_SELECTOR, ".choice summary").click()
    options = lambda name: driver.execute_script(
        "return [...document.getElementById(arguments[0]).options].map((option) => option.value)", name)
    daemon.wait("outputs are listed", lambda: {"auto", "midi", "null", "none"} <= set(options("choice-output")))
    driver.execute_script("""const select = document.getElementById('choice-synthesizer');
        select.value = 'fluidsynth'; select.dispatchEvent(new Event('change'))""")
    daemon.wait("another synthesizer", lambda: daemon.ask("player")["device"]["synthesizer"] == "fluidsynth")
    driver.execute_script("""const select = document.getElementById('choice-synthesizer');
        select.value = 'sine'; select.dispatchEvent(new Event('change'))""")
    daemon.wait("and back", lambda: daemon.ask("player")["device"]["synthesizer"] == "sine")
    driver.find_element(By.CSS_SELECTOR, ".choice summary").click()

    # A click on the roll moves the playhead, while the sound is held, too.
    daemon.ask("player", "POST", {"action": "resume"})
    # It may be heard already: what is waited for is that it begins.
    daemon.ask("player", "POST", {"action": "stop"})
    daemon.wait("it is no longer heard", lambda: (daemon.ask("player").get("player") or {}).get("piece") != piece["id"])
    daemon.ask("player", "POST", {"action": "play", "piece": piece["id"]})
    daemon.wait("it is heard", lambda: (daemon.ask("player").get("player") or {}).get("piece") == piece["id"])
    daemon.wait("the page shows its roll", lambda: driver.execute_script(
        "return state.player?.piece === arguments[0] && state.roll?.pitches.length > 0", piece["id"]))

    def heard():
        player = daemon.ask("player")["player"]
        return player["seconds"] / max(player["length"], 0.001)

    click_roll(driver, 0.5)
    daemon.wait("the playhead has moved", lambda: heard() >= 0.5)
    daemon.ask("player", "POST", {"action": "pause"})
    daemon.wait("the sound is held", lambda: daemon.ask("player")["player"]["is_paused"])
    click_roll(driver, 0.2)
    daemon.wait("the held playhead has moved", lambda: abs(heard() - 0.2) < 0.01)
    daemon.wait("the page shows it", lambda: abs(
        float(element("roll").get_attribute("data-seconds")) / daemon.ask("player")["player"]["length"] - 0.2) < 0.02)
    daemon.ask("player", "POST", {"action": "resume"})
    daemon.wait("it goes on from there", lambda: 0.21 < heard() < 0.5)
    print("page: a place")


def click_roll(driver, share):
    """A click at a share of the piece's length."""
    roll = driver.find_element(By.ID, "roll")
    width, margin = driver.execute_script(
        "arguments[0].scrollIntoView({ block: 'center' });"
        "return [arguments[0].getBoundingClientRect().width, rollMargin(state.roll)]", roll)
    ActionChains(driver).move_to_element_with_offset(
        roll, round(margin + (width - margin) * share - width / 2), 0).click().perform()


# What this browser plays, in blocks of 5 ms, and what the page shows at that time.
EAR = """
  const done = arguments[arguments.length - 1];
  (async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([`
      registerProcessor("ear", class extends AudioWorkletProcessor {
        constructor() { super(); this.reset(); this.blocks = []; }
        reset() { this.count = 0; this.energy = 0; }
        process([input]) {
          const samples = input[0];
          if (!samples) { this.reset(); return true; }
          for (let i = 0; i < samples.length; i += 1) {
            if (!this.count) this.start = currentTime + i / sampleRate;
            this.energy += samples[i] * samples[i];
            this.count += 1;
            if (this.count < 240) continue;
            this.blocks.push([this.start, Math.sqrt(this.energy / 240)]);
            this.reset();
          }
          // The page has other work to do: not a message for every block.
          if (this.blocks.length >= 50) { this.port.postMessage(this.blocks); this.blocks = []; }
          return true;
        }
      });`], { type: "text/javascript" })));
    const ear = new AudioWorkletNode(context, "ear");
    const source = context.createMediaElementSource(document.getElementById("stream"));
    source.connect(ear);
    source.connect(context.destination);
    const heard = [], shown = [];
    ear.port.onmessage = ({ data }) => heard.push(...data);
    const watch = setInterval(() => {
      const { contextTime, performanceTime } = context.getOutputTimestamp();
      shown.push([contextTime + (performance.now() - performanceTime) / 1000,
        Number(document.getElementById("roll").dataset.seconds), state.player?.piece ?? 0]);
    }, 8);
    setTimeout(() => { clearInterval(watch); done({ heard, shown }); }, arguments[0] * 1000);
  })().catch((error) => done(String(error)));"""


def envelope(path, step):
    """A sound file's loudness, every so many seconds."""
    data = pathlib.Path(path).read_bytes()
    start = data.index(b"data") + 8
    rate = struct.unpack_from("<I", data, 24)[0]
    samples = memoryview(data)[start:start + (len(data) - start) // 8 * 8].cast("f")
    frames = round(step * rate)
    return [math.sqrt(sum(x * x for x in samples[2 * at:2 * (at + frames):2]) / frames)
            for at in range(0, len(samples) // 2 - frames, frames)]


BLOCK = 0.005


def smooth(loudness):
    """Over 30 ms: a block of 5 ms is shorter than a period of the lowest notes."""
    return numpy.sqrt(numpy.convolve(numpy.square(loudness), numpy.ones(6) / 6, "same"))


def windows(result, piece, wanted, length=400):
    """For every two seconds of what was heard while a piece was shown: how far the playhead is ahead of the sound, and how
    much the sound there is like the piece."""
    times, loudness = numpy.array(result["heard"]).T
    loudness, wanted = smooth(loudness), smooth(wanted)
    looks = numpy.array([[time, seconds] for time, seconds, shown in result["shown"] if shown == piece])
    found = []
    for start in range(0, len(times) - length, length // 4):
        window = slice(start, start + length)
        if times[window][-1] - times[window][0] > (length + 1) * BLOCK:
            continue
        # The clocks of the page's parts are read one after the other: the middle of many looks is what one sees.
        inside = looks[(looks[:, 0] >= times[window][0]) & (looks[:, 0] <= times[window][-1])]
        if len(inside) < 20 or inside[-1, 1] - inside[0, 1] < 0.5 * length * BLOCK:
            continue
        at = numpy.round((times[window] + numpy.median(inside[:, 1] - inside[:, 0])) / BLOCK).astype(int)
        # Where nothing changes everything is alike.
        alike = [(float(numpy.corrcoef(loudness[window], wanted[at - shift])[0, 1]), shift) for shift in range(-80, 81)
                 if at[0] - shift >= 0 and at[-1] - shift < len(wanted) and wanted[at - shift].std() > 1e-6]
        if alike and loudness[window].std() > 1e-6:
            likeness, shift = max(alike)
            found.append((shift * BLOCK, likeness))
    return found


def listening(daemon, driver, piece):
    """*Listen here*: the playhead is where the sound of this browser is, and its volume is its own."""
    element = lambda name: driver.find_element(By.ID, name)
    daemon.ask("player", "PATCH", {"volume": 1})
    element("listen").click()
    daemon.wait("the sound begins", lambda: element("listen").text == "Stop listening")
    daemon.wait("its place is known", lambda: driver.execute_script("return placeHere() !== null"))
    daemon.ask("player", "POST", {"action": "play", "piece": piece["id"]})
    driver.set_script_timeout(60)
    result = driver.execute_async_script(EAR, 14)
    assert isinstance(result, dict), result
    wanted = numpy.array(envelope(f"{daemon.folder.name}/library/pieces/{piece['folder']}/music.wav", BLOCK))
    offsets = windows(result, piece["id"], wanted)
    alike = sorted(offset for offset, likeness in offsets if likeness > 0.9)
    # A browser that is kept from its work falters in one of them or another.
    assert len(alike) >= 5, f"what is heard is not the piece: {offsets}"
    off = alike[len(alike) // 2]
    assert abs(off) <= 0.05, f"the playhead is {1000 * off:.0f} ms off the sound: {offsets}"
    element("listen-volume").send_keys(Keys.HOME)
    assert driver.execute_script("return document.getElementById('stream').volume") == 0
    assert daemon.ask("player")["player"]["volume"] == 1
    print(f"page: listening here, the playhead {1000 * off:.0f} ms off the sound in {len(alike)} of {len(offsets)} windows, "
          f"{1000 * alike[0]:.0f} to {1000 * alike[-1]:.0f} ms")


# For every element with text of its own: the contrast of its colours (WCAG 2.1), where it is less than 4.5.
CONTRAST = """
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const color = parts(getComputedStyle(element).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  return [...document.body.querySelectorAll('*')].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
    && element.getClientRects().length && !element.disabled && !element.closest('.unseen, .skip'))
    .map((element) => {
      const [a, b] = [parts(getComputedStyle(element).color), behind(element)].map(luminance);
      return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), element.outerHTML.slice(0, 120)];
    }).filter(([contrast]) => contrast < 4.5)"""


def accessibility(daemon, driver):
    """Names for those who hear the page, focus for those without a mouse, contrast, and a phone's width."""
    nameless = driver.execute_script("""
      return [...document.querySelectorAll('button, select, input, a[href], canvas, svg[role]')].filter((element) => {
        const name = element.getAttribute('aria-label') ?? element.textContent.trim();
        return !name && !element.labels?.length && !element.hidden;
      }).map((element) => element.outerHTML)""")
    assert not nameless, f"without a name: {nameless}"
    seen = driver.execute_script(
        "return [...document.querySelectorAll('[hidden]')].filter((element) => element.checkVisibility()).map((element) => element.outerHTML)")
    assert not seen, f"hidden, and seen all the same: {seen}"
    pictures = driver.execute_script(
        "return ['roll', 'curve'].map((id) => document.getElementById(id).getAttribute('aria-label'))")
    assert all(any(c.isdigit() for c in text) for text in pictures), f"pictures that say nothing: {pictures}"

    # By the keyboard alone everything is reached, and the focus can be seen.
    wanted = driver.execute_script("""
      document.activeElement?.blur(); scrollTo(0, 0);
      return [...document.querySelectorAll('button, select, input, a[href], summary, [tabindex="0"]')]
        .filter((element) => !element.disabled && element.checkVisibility({ visibilityProperty: true })).length""")
    reached = []
    # One more: between the last and the first the browser itself has the focus.
    for _ in range(wanted + 1):
        ActionChains(driver).send_keys(Keys.TAB).perform()
        reached.append(driver.execute_script("""
          const element = document.activeElement;
          const style = getComputedStyle(element);
          return [style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, element.outerHTML]"""))
    reached = [(seen, html) for seen, html in reached if not html.startswith("<body")]
    assert len({html for _, html in reached}) == wanted, f"{wanted} wanted, reached: {reached}"
    unseen = [html for seen, html in reached if not seen]
    assert not unseen, f"the focus cannot be seen on {unseen}"

    for dark in (False, True):
        theme(driver, dark)
        faint = driver.execute_script(CONTRAST)
        assert not faint, f"{'dark' if dark else 'light'}: too faint: {faint}"
    theme(driver, False)

    size(driver, 375, 800)
    daemon.wait("no sideways scrolling on a phone", lambda: driver.execute_script(
        "return document.documentElement.scrollWidth <= window.innerWidth"))
    small = driver.execute_script("""
      return [...document.querySelectorAll('button, select, a.button, input')].filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width && (box.width < 24 || box.height < 24);
      }).map((element) => element.outerHTML)""")
    assert not small, f"too small for a finger: {small}"
    size(driver, 1280, 1400)


def photograph(daemon, driver, folder, piece):
    folder.mkdir(exist_ok=True)
    daemon.ask("player", "PATCH", {"volume": 0.8, "follow": "final"})
    daemon.ask("session", "POST", {"action": "start"})
    daemon.wait("half a curve", lambda: daemon.ask("status")["population"] >= 25)
    daemon.ask("session", "POST", {"action": "pause"})
    for name, width, height, dark in [("page-light", 1280, 1640, False), ("page-dark", 1280, 1640, True),
                                      ("page-phone", 390, 1080, False)]:
        theme(driver, dark)
        size(driver, width, height)
        daemon.ask("player", "POST", {"action": "play", "piece": piece["id"]})
        time.sleep(3)
        driver.execute_script("scrollTo(0, 0); document.activeElement?.blur()")
        driver.save_screenshot(str(folder / f"{name}.png"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--screenshots", type=pathlib.Path)
    arguments = parser.parse_args()
    # Pictures are taken of an optimized build, whose sessions would be over in a moment.
    populations = 1500 if arguments.screenshots else 40
    # Pieces last half a minute: long enough for everything that is done to one of them. Their files are small all the same.
    kind = {"populations": populations, "steps": 64, "step_seconds": 0.4, "sample_rate": 24_000}
    with tempfile.TemporaryDirectory() as downloads, Daemon(**kind) as daemon:
        driver = browser(downloads)
        try:
            piece = check(daemon, driver, pathlib.Path(downloads))
            print("page: all as it should be")
            if arguments.screenshots:
                photograph(daemon, driver, arguments.screenshots, piece)
        finally:
            driver.quit()
    sys.exit(daemon.status)
