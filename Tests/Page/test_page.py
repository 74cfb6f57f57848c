"""The page in a real browser: Chromium without a screen, driven as a user drives it.

    RLMUSICIAN=.build/debug/rlmusician python Tests/Page/test_page.py [--screenshots docs]
"""

import argparse
import bisect
import hashlib
import io
import math
import pathlib
import struct
import sys
import tempfile
import time
import zipfile

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import theft
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

    daemon.wait("a finished piece", lambda: daemon.ask("pieces")["total"])
    daemon.wait("it is in the list", lambda: driver.find_elements(By.CSS_SELECTOR, "#pieces tr"))
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
    driver.find_element(By.CSS_SELECTOR, f"tr[data-id='{newest['id']}'] button[data-play]").click()
    daemon.wait("it is heard", lambda: (daemon.ask("player").get("player") or {}).get("piece") == newest["id"])
    daemon.wait("the page shows it", lambda: element("now-title").text == newest["name"] and str(newest["id"]) in element("now-detail").text)
    daemon.wait("the head moves", lambda: data("roll", "seconds") > 0.3)
    first, start, picture = data("roll", "seconds"), time.monotonic(), pixels("roll")
    time.sleep(1.5)
    moved, passed = data("roll", "seconds") - first, time.monotonic() - start
    assert abs(moved - passed) < 0.3, f"the head moved {moved} s in {passed} s"
    assert pixels("roll") != picture, "the picture of the roll stands still"
    # By hundredths of a second in step with what the daemon says.
    head, heard = data("roll", "seconds"), daemon.ask("player")["player"]["seconds"]
    assert abs(head - heard) < 0.25, f"the head is at {head} s, the sound at {heard} s"

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
    driver.find_element(By.CSS_SELECTOR, f"tr[data-id='{newest['id']}'] button[aria-label^='Keep']").click()
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
        driver.find_element(By.CSS_SELECTOR, f"tr[data-id='{newest['id']}'] a[href$='{file}']").click()
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
    rows = lambda: [row.get_attribute("data-id") for row in driver.find_elements(By.CSS_SELECTOR, "#pieces tr")]
    one = daemon.ask(f"pieces/{piece['id']}")["piece"]
    driver.find_element(By.CSS_SELECTOR, f"tr[data-id='{piece['id']}'] button[aria-label^='Tags']").click()
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
    element("find").send_keys(Keys.BACK_SPACE)
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
    options = lambda name: [option.get_attribute("value") for option in driver.find_elements(
        By.CSS_SELECTOR, f"#{name} option")]
    daemon.wait("outputs are listed", lambda: {"auto", "midi", "null", "none"} <= set(options("choice-output")))
    driver.execute_script("""const select = document.getElementById('choice-synthesizer');
        select.value = 'fluidsynth'; select.dispatchEvent(new Event('change'))""")
    daemon.wait("another synthesizer", lambda: daemon.ask("player")["device"]["synthesizer"] == "fluidsynth")
    driver.execute_script("""const select = document.getElementById('choice-synthesizer');
        select.value = 'sine'; select.dispatchEvent(new Event('change'))""")
    daemon.wait("and back", lambda: daemon.ask("player")["device"]["synthesizer"] == "sine")
    driver.find_element(By.CSS_SELECTOR, ".choice summary").click()

    # A click on the roll.
    daemon.ask("player", "POST", {"action": "resume"})
    daemon.ask("player", "POST", {"action": "play", "piece": piece["id"]})
    daemon.wait("it is heard", lambda: (daemon.ask("player").get("player") or {}).get("piece") == piece["id"])
    daemon.wait("the page shows its roll", lambda: driver.execute_script(
        "return state.player?.piece === arguments[0] && state.roll?.pitches.length > 0", piece["id"]))
    length = daemon.ask("player")["player"]["length"]
    driver.execute_script("""const roll = document.getElementById('roll'), box = roll.getBoundingClientRect();
        const x = box.left + rollMargin(state.roll) + (box.width - rollMargin(state.roll)) * .7;
        roll.dispatchEvent(new MouseEvent('click', { clientX: x, clientY: box.top + 20, bubbles: true }))""")
    daemon.wait("the playhead has moved", lambda: .65 * length < daemon.ask("player")["player"].get("seconds", 0), 3)
    print("page: a place")


# What this browser plays, block by block, and what the page shows at that time.
EAR = """
  const done = arguments[arguments.length - 1];
  (async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([`
      registerProcessor("ear", class extends AudioWorkletProcessor {
        process([input]) {
          const samples = input[0];
          if (samples) this.port.postMessage([currentTime, Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length)]);
          return true;
        }
      });`], { type: "text/javascript" })));
    const ear = new AudioWorkletNode(context, "ear");
    const source = context.createMediaElementSource(document.getElementById("stream"));
    source.connect(ear);
    source.connect(context.destination);
    const heard = [], shown = [];
    ear.port.onmessage = ({ data }) => heard.push(data);
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


def listening(daemon, driver, piece):
    """*Listen here*: the playhead is where the sound of this browser is, and its volume is its own."""
    element = lambda name: driver.find_element(By.ID, name)
    daemon.ask("player", "PATCH", {"volume": 1})
    element("listen").click()
    daemon.wait("the sound begins", lambda: element("listen").text == "Stop listening")
    daemon.wait("its place is known", lambda: driver.execute_script("return placeHere() !== null"))
    daemon.ask("player", "POST", {"action": "play", "piece": piece["id"]})
    driver.set_script_timeout(30)
    result = driver.execute_async_script(EAR, 9)
    assert isinstance(result, dict), result
    step = 0.005
    wanted = envelope(f"{daemon.folder.name}/library/pieces/{piece['folder']}/music.wav", step)
    shown = [entry for entry in result["shown"] if entry[2] == piece["id"]]
    times = [entry[0] for entry in shown]
    pairs = []
    for time_heard, loudness in result["heard"]:
        at = bisect.bisect(times, time_heard)
        # Between two looks at the page, while the piece goes on.
        if 0 < at < len(shown) and 0 < shown[at][1] - shown[at - 1][1] < 0.1 and times[at] - times[at - 1] < 0.1:
            pairs.append((shown[at - 1][1] + time_heard - times[at - 1], loudness))
    assert len(pairs) > 500, f"{len(pairs)} blocks heard of {len(result['heard'])}, {len(shown)} looks"

    def likeness(shift):
        both = [(loudness, wanted[round((seconds + shift) / step)]) for seconds, loudness in pairs
                if 0 <= round((seconds + shift) / step) < len(wanted)]
        means = [sum(column) / len(both) for column in zip(*both)]
        centred = [(a - means[0], b - means[1]) for a, b in both]
        energy = math.sqrt(sum(a * a for a, _ in centred) * sum(b * b for _, b in centred))
        return sum(a * b for a, b in centred) / max(energy, 1e-12)

    best = max((likeness(shift * step), shift * step) for shift in range(-80, 81))
    assert best[0] > 0.8, f"what is heard is not the piece: {best}"
    assert abs(best[1]) <= 0.05, f"the playhead is {1000 * best[1]:.0f} ms off the sound"
    element("listen-volume").send_keys(Keys.HOME)
    assert driver.execute_script("return document.getElementById('stream').volume") == 0
    assert daemon.ask("player")["player"]["volume"] == 1
    print(f"page: listening here, the playhead {1000 * best[1]:.0f} ms off the sound, likeness {best[0]:.2f}")


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
        return !name && !element.labels?.length;
      }).map((element) => element.outerHTML)""")
    assert not nameless, f"without a name: {nameless}"
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
        driver.switch_to.active_element.send_keys(Keys.TAB)
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
    def visit():
        populations = 1500 if arguments.screenshots else 40
        with tempfile.TemporaryDirectory() as downloads, Daemon(populations=populations) as daemon:
            driver = browser(downloads)
            try:
                piece = check(daemon, driver, pathlib.Path(downloads))
                print("page: all as it should be")
                if arguments.screenshots:
                    photograph(daemon, driver, arguments.screenshots, piece)
            finally:
                driver.quit()
        return daemon.status

    sys.exit(theft.undisturbed("page", visit))
