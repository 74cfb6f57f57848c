"""The live sound: decoded by ffmpeg it is the offline render; many listeners, slow ones, and who comes back.

    RLMUSICIAN=.build/debug/rlmusician python Tests/Page/test_stream.py [--minutes 60]
"""

import argparse
import math
import pathlib
import re
import selectors
import socket
import subprocess
import sys
import time

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
    """What curl hears in so many seconds, as a file."""
    path = pathlib.Path(folder, f"heard.{format}")
    subprocess.run(
        ["curl", "-s", "--max-time", str(seconds), "-o", path, f"{daemon.url}api/stream?format={format}"], check=False)
    return path


def is_the_render(daemon):
    """Every format, decoded, against the WAV of the piece that was heard."""
    pieces = daemon.wait("pieces", lambda: daemon.ask("pieces")["pieces"])
    for format, least in (("flac", 70), ("opus", 20), ("mp3", 15)):
        client = subprocess.Popen(
            ["curl", "-s", "--max-time", "14", "-o", f"{daemon.folder.name}/heard.{format}",
             f"{daemon.url}api/stream?format={format}"])
        daemon.wait("the clock runs", lambda: daemon.ask("player")["device"]["is_open"])
        daemon.ask("player", "POST", {"action": "play", "piece": pieces[-1]["id"]})
        client.wait()
        found = decode(f"{daemon.folder.name}/heard.{format}")
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
    known = {piece["name"] for piece in daemon.ask("pieces?limit=200")["pieces"]}
    assert titles & known, f"{titles} and {known}"
    path = f"{daemon.folder.name}/heard.icy"
    subprocess.run(["curl", "-s", "--max-time", "6", "-H", "Icy-MetaData: 1", "-D", f"{path}.head", "-o", path,
                    f"{daemon.url}api/stream?format=mp3"], check=False)
    head = open(f"{path}.head").read().lower()
    interval = int(re.search(r"icy-metaint: (\d+)", head)[1])
    data = open(path, "rb").read()
    assert len(data) > 2 * interval
    offset, found = interval, []
    while offset < len(data):
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


def crowd(daemon, count=200, seconds=10):
    """Two hundred at once: all hear all of it, but for those who do not read; no dropout."""
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
    for i, format, rate in ((0, "opus", 1_500), (1, "mp3", 24_000), (2, "flac", 10_000)):
        least = min(list(heard.values())[i::3])
        assert least > rate * (seconds - 3), f"{format}: {least} bytes in {seconds} s"
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
    """ffmpeg hears it for so long: as many samples as the clock says, and no silence inside of a piece."""
    start = time.monotonic()
    heard = subprocess.run(
        ["ffmpeg", "-v", "error", "-t", str(60 * minutes), "-i", f"{daemon.url}api/stream", "-af",
         "silencedetect=noise=-80dB:d=2", "-f", "null", "-"], capture_output=True, text=True)
    passed = time.monotonic() - start
    assert heard.returncode == 0 and not heard.stderr.strip(), heard.stderr[-2000:]
    assert abs(passed - 60 * minutes) < 4, f"{passed} s for {minutes} minutes"
    print(f"stream: {minutes} minutes without a gap")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=0.5)
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
        crowd(daemon)
        limit(daemon)
        if arguments.minutes:
            without_gap(daemon, arguments.minutes)
    sys.exit(daemon.status)
