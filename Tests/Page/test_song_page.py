"""Songs on the page, in a real browser: parts in colours, what stays and *again*, mutes, styles.

    RLMUSICIAN=.build/debug/rlmusician python Tests/Page/test_song_page.py
"""

import sys
import tempfile

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from daemon import Daemon
from test_page import browser, press


class SongDaemon(Daemon):
    """One that composes short songs, slowly enough to be watched."""

    def __init__(self):
        super().__init__()
        self.configuration.write_text(f"""
style: song
piece: {{bars: 8, tempo: 60}}
agent: {{n_processes: 1, policy_gradient: {{n_episodes_per_population: 8, n_episodes_per_update: 8}}}}
playback: {{play: 'null', follow: final}}
daemon:
  library: {self.folder.name}/library
  sessions: {{populations: 1, pieces: 1, seed: 1, rate: 2}}
  http: {{port: {self.port}}}
""")


def check(daemon, driver):
    element = lambda name: driver.find_element(By.ID, name)
    every = lambda selector: driver.find_elements(By.CSS_SELECTOR, selector)
    pieces = lambda: daemon.ask("pieces")["pieces"]

    piece = daemon.wait("a song", pieces, 120)[0]
    driver.get(daemon.url)
    daemon.wait("sound", lambda: daemon.ask("player")["device"]["is_open"])
    daemon.ask("player", "POST", {"action": "play", "piece": piece["id"]})
    daemon.wait("it is heard", lambda: (daemon.ask("player").get("player") or {}).get("piece") == piece["id"])
    # It stays what is heard, however long the test takes.
    daemon.ask("player", "POST", {"action": "pause"})
    daemon.wait("the song's card", lambda: element("song").is_displayed() and element("song-detail").text)
    assert element("song-detail").text.startswith("8 bars of 4/4"), element("song-detail").text
    song = daemon.ask(f"pieces/{piece['id']}/song")
    names = [part["name"] for part in song["parts"]]
    assert [label.text.strip() for label in every("#song-parts label")] == names
    # The style that is chosen is only known with the list of them.
    daemon.wait("styles", lambda: len(every("#style option")) > 1 and element("style").get_attribute("value") == "song")

    # The soft rules are sliders.
    rules = [rule["rule"] for rule in daemon.ask("rules")["rules"]]
    assert "likeness" in rules
    daemon.wait("a slider for each", lambda: len(every("#rules input[type=range]")) == len(rules))

    # A part is muted and heard again.
    press(driver, "[data-mute='3']")
    daemon.wait("the bass is muted", lambda: daemon.ask("player")["device"]["muted"] == [3])
    daemon.wait("the page knows it", lambda: driver.execute_script("return state.device.muted.includes(3)"))
    assert not every("#song-parts input")[3].is_selected()
    press(driver, "[data-mute='3']")
    daemon.wait("it is heard again", lambda: daemon.ask("player")["device"]["muted"] == [])
    # Two clicks, the second before the daemon has answered the first.
    driver.execute_script("for (const part of [0, 3]) document.querySelector(`[data-mute='${part}']`).click()")
    daemon.wait("both are muted", lambda: daemon.ask("player")["device"]["muted"] == [0, 3])
    driver.execute_script("for (const part of [0, 3]) document.querySelector(`[data-mute='${part}']`).click()")
    daemon.wait("and heard again", lambda: daemon.ask("player")["device"]["muted"] == [])

    # What stays: the theme, until something else is said.
    pressed = lambda: [button.text for button in every("[data-lock][aria-pressed=true]")]
    assert pressed() == ["Theme"]
    press(driver, "[data-lock='part=Bass']")
    press(driver, "[data-lock='theme']")
    assert pressed() == ["Bass"]
    press(driver, "#song-again")

    def varied():
        songs = [daemon.ask(f"pieces/{other['id']}/song") for other in pieces() if other["id"] != piece["id"]]
        return [song for song in songs if song.get("parent")]

    variation = daemon.wait("a variation", varied, 120)[0]
    assert variation["parent"]["kept"] == ["part Bass"], variation["parent"]
    assert variation["parts"][3]["notes"] == song["parts"][3]["notes"]
    assert variation["parts"][0]["notes"] != song["parts"][0]["notes"]
    press(driver, "[data-lock='plan']")
    assert pressed() == ["Form alone"]

    # Another style, from the next session on.
    assert element("style").get_attribute("value") == "song"
    Select(element("style")).select_by_value("waltz")
    daemon.wait("the style", lambda: daemon.ask("styles")["style"] == "waltz")
    Select(element("style")).select_by_value("")
    daemon.wait("the configuration's own", lambda: daemon.ask("styles").get("style") == "song")

    problems = [line for line in driver.get_log("browser") if line["level"] == "SEVERE"]
    assert not problems, problems


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as downloads, SongDaemon() as daemon:
        driver = browser(downloads)
        try:
            check(daemon, driver)
            print("songs on the page: all as it should be")
        finally:
            driver.quit()
    sys.exit(daemon.status)
