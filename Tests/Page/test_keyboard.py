"""The page's keyboard in a real browser: pointer, fingers, computer keys, Web MIDI, text and files; and knobs to learn.

    RLMUSICIAN=.build/debug/rlmusician python Tests/Page/test_keyboard.py
"""

import pathlib
import sys
import tempfile

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from daemon import Daemon
from test_page import browser

# Time stands still but for what the test says, so that the rhythm is exact on a busy machine, too. And a MIDI keyboard that
# a script plays.
FAKES = """
const now = performance.now.bind(performance);
let time = null;
window.at = (milliseconds) => { time = milliseconds; };
window.later = () => { time = performance.now() + 10000; };
performance.now = () => time ?? now();
const input = { onmidimessage: null };
const access = { inputs: new Map([["keys", input]]), onstatechange: null };
navigator.requestMIDIAccess = async () => {
  if (window.refuses) throw new DOMException("no", "NotAllowedError");
  return access;
};
window.fakeMIDI = (time, ...data) => input.onmidimessage({ data, timeStamp: time });
window.plug = (...inputs) => {
  access.inputs = new Map(inputs.map((input, index) => [index, input]));
  access.onstatechange({ port: { type: "input" } });
};
window.keys = input;
"""

# C4 D4 E4 C4, quarter notes of 480 ticks.
MIDI_FILE = bytes.fromhex("4d546864 00000006 0000 0001 01e0 4d54726b 00000028") + b"".join(
    bytes([0, 0x90, key, 80, 0x83, 0x60, 0x80, key, 0]) for key in (60, 62, 64, 60)) + bytes.fromhex("00ff2f00")


def check(daemon, driver, folder):
    element = lambda name: driver.find_element(By.ID, name)
    state = lambda: element("melody-state").text
    answers = lambda: daemon.ask("pieces?tag=answer")["total"]
    command = driver.execute_cdp_cmd
    key = lambda number: driver.find_element(By.CSS_SELECTOR, f"#keys [data-key='{number}']")
    # A browser tells of moves with its next picture: until then the time must not go on.
    sounds = lambda number: daemon.wait(f"{number} is down", lambda: "down" in key(number).get_attribute("class").split())
    at = lambda milliseconds: driver.execute_script("at(arguments[0])", milliseconds)

    def answered(what, melody, play, kind="counterpoint"):
        """Plays, and waits until the page and the library have the answer to this melody, which is of this kind."""
        before = answers()
        element("melody-text").clear()
        driver.execute_script("document.activeElement.blur()")
        play()
        driver.execute_script("later()")
        daemon.wait(f"{what} is answered", lambda: state().startswith(f"{kind}, "))
        words = state()
        assert element("melody-text").get_attribute("value") == melody, (what, element("melody-text").get_attribute("value"))
        daemon.wait(f"{what} is in the library", lambda: answers() > before)
        newest = daemon.ask("pieces?tag=answer&limit=1")["pieces"][0]
        assert kind in newest["tags"] and newest["note"] == f"played: {melody}", newest
        driver.execute_script("document.getElementById('melody-state').textContent = ''")
        return words

    command("Page.enable", {})
    command("Page.addScriptToEvaluateOnNewDocument", {"source": FAKES})
    driver.get(daemon.url)
    daemon.wait("the keys", lambda: len(driver.find_elements(By.CSS_SELECTOR, "#keys button")) == 25)
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element("keys"))

    # The mouse: white keys and a black one.
    def mouse():
        for beat, number in enumerate((62, 66, 69, 66, 62)):
            at(500 * beat)
            ActionChains(driver, duration=20).move_to_element(key(number)).click_and_hold().perform()
            sounds(number)
            at(500 * beat + 450)
            ActionChains(driver).release().perform()

    words = answered("the mouse", "D4:2 F#4:2 A4:2 F#4:2 D4:2", mouse)
    assert words.startswith("counterpoint, 120 a minute"), words

    # Fingers: three keys are tapped, and then one glides over three others.
    def fingers():
        center = lambda number: driver.execute_script(
            "const b = arguments[0].getBoundingClientRect(); return {x: b.x + b.width / 2, y: b.y + b.height * 0.85}",
            key(number))
        touch = lambda kind, *points: command("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})
        for beat, number in enumerate((60, 64, 67)):
            at(500 * beat)
            touch("touchStart", center(number))
            sounds(number)
            at(500 * beat + 450)
            touch("touchEnd")
        at(1500)
        touch("touchStart", center(72))
        sounds(72)
        for beat, number in enumerate((71, 69), 4):
            at(500 * beat)
            touch("touchMove", center(number))
            sounds(number)
        at(3500)
        touch("touchEnd")

    answered("fingers", "C4:2 E4:2 G4:2 C5:2 B4:2 A4:4", fingers)

    # A computer's keys, by place; a chord's highest note is the melody's, and the page says so.
    def press(code, kind):
        command("Input.dispatchKeyEvent", {"type": kind, "code": code, "key": code if code == "Enter" else code[-1].lower()})

    def computer():
        for beat, codes in enumerate((["KeyZ"], ["KeyX"], ["KeyZ", "KeyC", "KeyB"], ["KeyV"], ["KeyX"])):
            at(500 * beat)
            for code in codes:
                press(code, "keyDown")
            at(500 * beat + 450)
            for code in codes:
                press(code, "keyUp")

    Select(element("answer-kind")).select_by_value("continuation")
    words = answered("computer keys", "C4:2 D4:2 G4:2 F4:2 D4:2", computer, "continuation")
    assert "chords were played: their highest notes are the melody (5 of 7 notes)" in words, words

    # Letters that are typed are no notes.
    element("melody-text").send_keys("zxc")
    assert not driver.find_elements(By.CSS_SELECTOR, "#keys .down")
    element("melody-text").clear()

    # Without a pointer: a key with the focus, by Enter. One note is no phrase, in words.
    driver.execute_script("arguments[0].focus()", key(60))
    press("Enter", "keyDown")
    daemon.wait("the key is down", lambda: driver.find_elements(By.CSS_SELECTOR, "#keys .down"))
    press("Enter", "keyUp")
    driver.execute_script("later()")
    daemon.wait("one note is refused", lambda: "at least two" in state())

    # Text, a song on it; what is none; a file.
    def text(words):
        element("melody-text").clear()
        element("melody-text").send_keys(words)
        element("melody-text").send_keys(Keys.ENTER)

    Select(element("answer-kind")).select_by_value("theme")
    answered("text", "D4:2 F4:2 E4:2 D4:2 G4:4 F4:4", lambda: text("D4:2 F4:2 E4:2 D4:2 G4:4 F4:4"), "theme")
    text("H9")
    daemon.wait("what is no melody is refused in words", lambda: "H9" in state())
    Select(element("answer-kind")).select_by_value("counterpoint")
    file = pathlib.Path(folder, "tune.mid")
    file.write_bytes(MIDI_FILE)
    answered("a file", "C4:2 D4:2 E4:2 C4:2", lambda: element("melody-choose").send_keys(str(file)))

    # Web MIDI, with the times that the keyboard gives; the pedal ends the phrase at once.
    assert element("midi-on").is_displayed()
    assert not element("midi-hint").is_displayed()
    driver.execute_script("window.refuses = true")
    element("midi-on").click()
    daemon.wait("who refuses is told so", lambda: state().startswith("the browser does not let this page hear MIDI"))
    driver.execute_script("window.refuses = false")
    element("midi-on").click()
    daemon.wait("a MIDI keyboard is heard", lambda: state() == "one MIDI input is heard")

    def midi():
        driver.execute_script("""
            const begin = performance.now();
            const notes = [[60, 0, 500], [62, 500, 500], [64, 1000, 1000], [65, 2000, 500], [67, 2500, 1500]];
            notes.forEach(([key, at, length]) => {
              fakeMIDI(begin + at, 0x90, key, 90);
              fakeMIDI(begin + at + length - 30, key === 64 ? 0x90 : 0x80, key, 0);
            });
            fakeMIDI(begin + 4000, 0xb0, 64, 127);""")

    answered("a MIDI keyboard", "C4:2 D4:2 E4:4 F4:2 G4:6", midi)

    # Both hands: a MIDI keyboard and the computer's keys are one phrase, by one clock.
    def both():
        for beat, (code, number) in enumerate((("KeyZ", 0), ("", 62), ("KeyC", 0), ("", 65), ("KeyB", 0))):
            for kind, status, later in (("keyDown", 0x90, 0), ("keyUp", 0x80, 450)):
                at(500 * beat + later)
                if code:
                    press(code, kind)
                else:
                    driver.execute_script("fakeMIDI(...arguments)", 500 * beat + later, status, number, 80)

    answered("both hands", "C4:2 D4:2 E4:2 F4:2 G4:2", both)

    # What is none of a keyboard's: clocks, system exclusive, what is cut off, nothing at all.
    driver.execute_script("""
        for (const data of [[0xf8], [0xfe], [0xf0, 0x90, 60, 0xf7], [0x90], [0x90, 60], [60, 90], [], [0x90, 200, 90], [0xb0, 64]])
          fakeMIDI(performance.now(), ...data);
        keys.onmidimessage({ timeStamp: 0 });""")
    assert not driver.find_elements(By.CSS_SELECTOR, "#keys .down")

    # The plug is pulled while a key is held: nothing is held any more, and the phrase is over.
    def pulled():
        driver.execute_script("""
            const begin = performance.now();
            [60, 62, 64].forEach((key, beat) => {
              fakeMIDI(begin + 500 * beat, 0x90, key, 90);
              if (beat < 2) fakeMIDI(begin + 500 * beat + 470, 0x80, key, 0);
            });
            at(begin + 1470);
            plug();""")
        assert not driver.find_elements(By.CSS_SELECTOR, "#keys .down")
        assert state() == "no MIDI input here yet", state()

    answered("a keyboard that was unplugged", "C4:2 D4:2 E4:2", pulled)
    driver.execute_script("plug(keys, { onmidimessage: null }, { state: 'disconnected' })")
    assert state() == "2 MIDI inputs are heard", state()

    # Knobs: without a port to hear them that is said; what others choose and learn is seen here, too.
    driver.find_element(By.CSS_SELECTOR, "#keyboard details summary").click()
    # They are made anew whenever something changes: none is held.
    knobs = lambda: dict(driver.execute_script("""
        return [...document.querySelectorAll("#controls button")].map(
          (button) => [button.textContent.split(":")[0], [button.textContent, button.getAttribute("aria-pressed")]])"""))
    pressed = lambda: [name for name, (_, is_pressed) in knobs().items() if is_pressed == "true"]
    click = lambda name: driver.execute_script("""
        [...document.querySelectorAll("#controls button")].find((button) => button.textContent.startsWith(arguments[0])).click()
        """, name)
    daemon.wait("what knobs do", lambda: len(knobs()) == 7 + len(daemon.ask("rules")["rules"]))
    assert knobs()["volume"][0] == "volume: control 7"
    click("tempo")
    daemon.wait("no knob is heard here", lambda: state().startswith("no knob can be heard") and not pressed())
    said = lambda **more: driver.execute_script(
        "keyboard.controls({controls: {volume: 'control 7'}, ...arguments[0]})", more)
    said(learning="tempo")
    assert pressed() == ["tempo"] and state() == "turn the knob for tempo", state()
    said(learning="next")
    assert pressed() == ["next"] and state() == "turn the knob for next", state()
    said()
    assert not pressed() and state() == "", state()
    said(learnt="volume")
    assert state() == "volume is control 7 now", state()

    problems = [line for line in driver.get_log("browser") if line["level"] == "SEVERE"]
    # Two melodies and a knob were refused, and the browser says so.
    refused = [line for line in problems if "422" in line["message"] or "409" in line["message"]]
    assert len(refused) == len(problems) == 3, problems

    # Not by HTTPS, or in a browser without MIDI: what is needed is said.
    for fake, words in (("Object.defineProperty(window, 'isSecureContext', {value: false})", "over HTTPS only"),
                        ("navigator.requestMIDIAccess = undefined", "no Web MIDI")):
        script = command("Page.addScriptToEvaluateOnNewDocument", {"source": fake})
        driver.get(daemon.url)
        daemon.wait(f"the hint: {words}", lambda: words in element("midi-hint").text)
        assert not element("midi-on").is_displayed()
        command("Page.removeScriptToEvaluateOnNewDocument", script)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, Daemon() as daemon:
        driver = browser(folder)
        try:
            check(daemon, driver, folder)
            print("the page's keyboard: all as it should be")
        finally:
            driver.quit()
    sys.exit(daemon.status)
