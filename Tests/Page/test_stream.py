"""The live sound: decoded by ffmpeg it is the offline render; many listeners, slow ones, and who comes back.

    RLMUSICIAN=.build/debug/rlmusician python Tests/Page/test_stream.py
    RLMUSICIAN=.build/release/rlmusician python Tests/Page/test_stream.py --listeners 200 --minutes 60

A debug build writes too slowly for hundreds of listeners.
"""

import argparse
import math
import pathlib
import re
import selectors
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse

import numpy

import hostile
from daemon import Daemon

RATE = 48_000


def decode(source):
    """A file's left channel at 48 kHz."""
    data = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", source, "-f", "f32le", "-ac", "2", "-ar", str(RATE), "-"], check=True,
        stdout=subprocess.PIPE).stdout
    return numpy.frombuffer(data, dtype="<f4")[::2].astype(float)


def best_match(found, wanted, start, length):
    """Where `length` frames of what is wanted, from `start` on, are found: (SNR in dB, frame)."""
    part = wanted[start:start + length]
    size = len(found) + length
    likeness = numpy.fft.irfft(numpy.fft.rfft(found, size) * numpy.conj(numpy.fft.rfft(part, size)), size)
    squares = numpy.concatenate(([0], numpy.cumsum(found ** 2)))
    noise = squares[length:] - squares[:-length] - 2 * likeness[:len(found) - length + 1]
    at = int(numpy.argmin(noise))
    left = float(numpy.sum((found[at:at + length] - part) ** 2))
    return 10 * math.log10(float(numpy.sum(part ** 2)) / max(left, 1e-20)), at


def recorded(daemon, format, seconds, folder):
    """What is heard in so many seconds from the first byte on, as a file."""
    path = pathlib.Path(folder, f"heard.{format}")
    path.unlink(missing_ok=True)
    client = subprocess.Popen(["curl", "-s", "-N", "-o", path, f"{daemon.url}api/stream?format={format}"])
    try:
        daemon.wait("the sound arrives", lambda: path.exists() and path.stat().st_size > 0)
        time.sleep(seconds)
    finally:
        client.terminate()
        client.wait()
    return path


def is_the_render(daemon):
    """Every format, decoded, against the WAV of the piece that was heard."""
    pieces = daemon.wait("pieces", lambda: daemon.ask("pieces")["pieces"])
    for format, least in (("flac", 70), ("opus", 20), ("mp3", 15)):
        path = f"{daemon.folder.name}/heard.{format}"
        client = subprocess.Popen(["curl", "-s", "-N", "-o", path, f"{daemon.url}api/stream?format={format}"])
        daemon.wait("the clock runs", lambda: daemon.ask("player")["device"]["is_open"])
        daemon.ask("player", "POST", {"action": "play", "piece": pieces[-1]["id"]})
        seconds = lambda: (daemon.ask("player").get("player") or {}).get("seconds", 0)
        daemon.wait("it is heard far enough", lambda: seconds() > 5)
        # What was heard is sent by now.
        time.sleep(1)
        client.terminate()
        client.wait()
        found = decode(path)
        wanted = decode(f"{daemon.folder.name}/library/pieces/{pieces[-1]['folder']}/music.wav")
        # Two places: also what lies between is whole.
        first, second = (best_match(found, wanted, at * RATE, RATE) for at in (1, 3))
        assert min(first[0], second[0]) > least, f"{format}: {first}, {second}"
        assert second[1] - first[1] == 2 * RATE, f"{format}: {first}, {second}"
        print(f"stream, {format}: {min(first[0], second[0]):.1f} dB against the render")


def names(daemon):
    """The piece's name travels: as Ogg comments, and as ICY titles."""
    text = recorded(daemon, "opus", 12, daemon.folder.name).read_bytes().decode("latin1")
    titles = set(re.findall(r"TITLE=([a-z0-9 -]+)", text))
    found = lambda title: daemon.ask(f"pieces?text={urllib.parse.quote(title)}")["pieces"]
    assert any(piece["name"] == title for title in titles for piece in found(title)), f"no pieces of ours: {titles}"
    path = f"{daemon.folder.name}/heard.icy"
    client = subprocess.Popen(["curl", "-s", "-N", "-H", "Icy-MetaData: 1", "-D", f"{path}.head", "-o", path,
                               f"{daemon.url}api/stream?format=mp3"])
    daemon.wait("some of it", lambda: pathlib.Path(path).exists() and pathlib.Path(path).stat().st_size > 60_000)
    client.terminate()
    client.wait()
    head = open(f"{path}.head").read().lower()
    interval = int(re.search(r"icy-metaint: (\d+)", head)[1])
    data = open(path, "rb").read()
    assert len(data) > 2 * interval
    offset, found = interval, []
    while offset < len(data) and offset + 16 * data[offset] < len(data):
        length = 16 * data[offset]
        found.append(data[offset + 1:offset + 1 + length].rstrip(b"\0").decode())
        offset += 1 + length + interval
    assert re.fullmatch(r"StreamTitle='[^']+';", found[0]), found
    # What ffmpeg makes of the chained streams has no error.
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", f"{daemon.folder.name}/heard.opus", "-f", "null", "-"], capture_output=True)
    assert decoded.returncode == 0 and b"rror" not in decoded.stderr, decoded.stderr
    print(f"stream, names: {len(titles)} in Ogg comments, {sum(map(bool, found))} by ICY")


def rules(daemon):
    """A stranger's page hears nothing, and a head is no listener."""
    here = f"Host: 127.0.0.1:{daemon.port}"
    for wanted, head, path in [
        (403, [here, "Origin: http://evil.example"], "/api/stream"), (403, ["Host: evil.example"], "/api/stream"),
        (403, [here, "Sec-Fetch-Site: cross-site"], "/api/stream"), (400, [here], "/api/stream?format=aac"),
        (400, [here], "/api/stream?listener=a/b"), (404, [here], "/api/stream/nobody"),
    ]:
        answer = hostile.ask_raw(daemon, head, path=path)
        assert hostile.status(answer) == wanted, f"{head} {path}: {answer[:300]}"
    answer = hostile.ask_raw(daemon, [here], method="HEAD", path="/api/stream?format=mp3")
    assert hostile.status(answer) == 200 and b"audio/mpeg" in answer, answer


def crowd(daemon, count, seconds=10):
    """Many at once: all hear all of it, but for those who do not read; no dropout."""
    before = daemon.ask("player")["device"]["xruns"]
    question = "GET /api/stream?format={} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    clients = [hostile.connected(daemon, question.format(["opus", "mp3", "flac"][i % 3]).encode())
               for i in range(count)]
    lazy = hostile.connected(daemon, question.format("flac").encode())
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    heard = {client: 0 for client in clients}
    selector = selectors.DefaultSelector()
    for client in clients:
        client.setblocking(False)
        selector.register(client, selectors.EVENT_READ)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for key, _ in selector.select(0.2):
            data = key.fileobj.recv(1 << 16)
            assert data, "a listener was left"
            heard[key.fileobj] += len(data)
    # All listeners of a kind have heard the same, but for what is under way to each of them; silence is short in Opus and FLAC.
    for i, format in enumerate(("opus", "mp3", "flac")):
        least, most = min(list(heard.values())[i::3]), max(list(heard.values())[i::3])
        assert least > most / 2 > 0, f"{format}: one heard {least} bytes, one {most} in {seconds} s"
    least = min(list(heard.values())[1::3])
    assert least > 24_000 * (seconds - 3), f"mp3 of 192 kbit/s: {least} bytes in {seconds} s"
    device = daemon.ask("player")["device"]
    assert device["xruns"] == before, f"{device['xruns'] - before} dropouts"
    for client in clients + [lazy]:
        client.close()
    print(f"stream: {count} listeners for {seconds} s, 0 dropouts")


def limit(daemon):
    """One more than there may be is told so; when they have gone there is room again, and the daemon rests."""
    question = b"GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
    clients = [hostile.connected(daemon, question) for _ in range(300)]
    for client in clients:
        assert hostile.status(client.recv(4096)) == 200
    assert hostile.status(hostile.connected(daemon, question).recv(4096)) == 429
    for client in clients:
        client.close()
    daemon.wait("the clock stops with the last listener", lambda: not daemon.ask("player")["device"]["is_open"])
    assert recorded(daemon, "opus", 3, daemon.folder.name).read_bytes()[:4] == b"OggS"


def without_gap(daemon, minutes):
    """ffmpeg hears it for so long: as many samples as the clock says, and whatever is heard goes on from where it was."""
    marks, listener = {}, "without-gap"
    client = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-t", str(60 * minutes), "-i", f"{daemon.url}api/stream?titles=false&listener={listener}", "-f", "s16le",
         "-ac", "2", "-ar", str(RATE), "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    errors = []
    threading.Thread(target=lambda: errors.append(client.stderr.read()), daemon=True).start()
    count, start, looked = 0, None, 0
    while data := client.stdout.read(1 << 16):
        count += len(data)
        start = start or time.monotonic()
        if time.monotonic() - looked > 5:
            looked = time.monotonic()
            try:
                marks.update((mark["at"], mark) for mark in daemon.ask(f"stream/{listener}")["marks"])
            except urllib.error.HTTPError:
                assert looked - start > 60 * minutes - 10, "the listener is gone"
    passed = time.monotonic() - start
    assert client.wait() == 0
    assert not b"".join(errors).strip(), errors
    assert abs(count / 4 / RATE - 60 * minutes) < 0.1, f"{count / 4 / RATE} s for {minutes} minutes"
    # What is a little ahead of the clock at the beginning comes at once; a stream that were slower than the clock would lag.
    assert abs(passed - 60 * minutes) < 5, f"{passed} s for {minutes} minutes"
    marks = [mark for _, mark in sorted(marks.items())]
    jumps = [mark for mark in marks if mark["is_moving"] and mark.get("title") and mark["seconds"] > 0.1]
    assert len(jumps) <= 1 and jumps in ([], marks[:1]), f"heard from the middle on: {jumps}"
    print(f"stream: {minutes} minutes without a gap, {len(marks)} times something else was heard")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--listeners", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=0.25)
    arguments = parser.parse_args()
    hostile.may_open_many_files()
    with Daemon(play="none") as daemon:
        daemon.wait("some pieces", lambda: daemon.ask("pieces")["total"] >= 3)
        daemon.ask("session", "POST", {"action": "pause"})
        daemon.ask("player", "PATCH", {"follow": "final", "volume": 1})
        is_the_render(daemon)
        daemon.ask("session", "POST", {"action": "start"})
        names(daemon)
        rules(daemon)
        crowd(daemon, arguments.listeners)
        if arguments.listeners >= 200:
            limit(daemon)
        if arguments.minutes:
            without_gap(daemon, arguments.minutes)
    sys.exit(daemon.status)
