"""The page in a real browser: Chromium without a screen, driven as a user drives it.

    RLMUSICIAN=.build/debug/rlmusician python Tests/Page/test_page.py [--screenshots docs]
"""

import argparse
import hashlib
import pathlib
import sys
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import theft
from daemon import Daemon


def browser(downloads, width=1280, height=1400, dark=False):
    options = webdriver.ChromeOptions()
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--disable-background-networking", f"--window-size={width},{height}"]:
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
    daemon.wait("the page shows it", lambda: str(newest["id"]) in element("now-detail").text)
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

    accessibility(daemon, driver)

    errors = [entry for entry in driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    assert not errors, f"the console says: {errors}"

    # The daemon goes, and comes back: so does what the page shows.
    daemon.stop()
    daemon.wait("the page says that nobody is there", lambda: element("phase").text == "not connected")
    daemon.start()
    daemon.wait("the page is back", lambda: "session" in element("phase").text)
    return newest


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
      return [...document.querySelectorAll('button, select, input, a[href]')]
        .filter((element) => !element.disabled && element.getClientRects().length).length""")
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
