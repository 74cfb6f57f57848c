"""The HTTP interface under everything a machine thinks of: schemathesis, hostile clients, then 1,000 streams and a flood
of requests while a piece plays.

    RLMUSICIAN=.build/debug/rlmusician python Tests/Page/test_http.py [--examples 60] [--seconds 10]
"""

import argparse
import pathlib
import selectors
import socket
import subprocess
import sys
import threading
import time
import urllib.error

import hostile
import theft
from daemon import Daemon

CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
          "negative_data_rejection,unsupported_method")


def conformance(daemon, examples):
    """Every operation of openapi.yaml with good and bad data: no 5xx, no hang, answers as described.

    What has no end, events and the stream, is asked by tests of its own.
    """
    daemon.wait("a piece", lambda: daemon.ask("pieces")["total"])
    description = pathlib.Path(daemon.folder.name, "openapi.yaml")
    description.write_bytes(daemon.ask("openapi.yaml"))
    result = subprocess.run([
        pathlib.Path(sys.executable).with_name("schemathesis"), "run", str(description), "--url", daemon.url.rstrip("/"),
        "--checks", CHECKS, "--exclude-path", "/api/events", "--exclude-path", "/api/stream",
        "--phases", "examples,coverage,fuzzing",
        "--max-examples", str(examples), "--request-timeout", "60", "--seed", "1", "--no-color",
    ], cwd=daemon.folder.name)
    assert result.returncode == 0, "schemathesis found something"
    assert daemon.ask("status")["phase"]


def open_streams(daemon, count):
    streams = []
    for _ in range(count):
        stream = socket.create_connection(("127.0.0.1", daemon.port), timeout=20)
        stream.sendall(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        streams.append(stream)
    return streams


def listen(streams, seconds):
    """Reads all streams for so long; gives the bytes each got, None for one that was closed."""
    selector = selectors.DefaultSelector()
    received = [0] * len(streams)
    for index, stream in enumerate(streams):
        stream.setblocking(False)
        selector.register(stream, selectors.EVENT_READ, index)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for key, _ in selector.select(0.2):
            data = key.fileobj.recv(1 << 16)
            if data:
                received[key.data] += len(data)
            else:
                selector.unregister(key.fileobj)
                received[key.data] = None
    return received


def play(daemon, piece):
    """Until it is heard."""
    daemon.ask("player", "POST", {"action": "play", "piece": piece})
    daemon.wait("it is heard", lambda: (daemon.ask("player").get("player") or {}).get("piece") == piece)


def hostility(daemon):
    """Strangers, broken clients and a crowd, while a piece plays."""
    daemon.wait("a piece", lambda: daemon.ask("pieces")["total"])
    daemon.ask("player", "PATCH", {"follow": "final"})
    piece = daemon.ask("pieces?limit=1")["pieces"][0]["id"]
    hostile.is_local(daemon)
    for attack in (hostile.strangers, hostile.broken, hostile.crowd):
        play(daemon, piece)
        attack(daemon)
    xruns = daemon.ask("player")["device"]["xruns"]
    assert xruns == 0, f"the sound was disturbed: {xruns} xruns"


def place(daemon):
    """What is heard: (not before, what, not after)."""
    before = time.monotonic()
    player = daemon.ask("player")["player"]
    return before, player, time.monotonic()


def load(daemon, streams, seconds):
    """Streams that are read, streams that nobody reads, and four clients that ask as fast as they can, while a piece plays."""
    daemon.wait("a piece", lambda: daemon.ask("pieces")["total"])
    daemon.ask("player", "PATCH", {"follow": "final"})
    piece = daemon.ask("pieces?limit=1")["pieces"][0]["id"]
    read, unread = open_streams(daemon, streams - 50), open_streams(daemon, 50)
    counts, stop = [0] * 4, threading.Event()

    def flood(number):
        while not stop.is_set():
            try:
                daemon.ask("pieces?limit=50" if number % 2 else "status")
                counts[number] += 1
            except (urllib.error.URLError, OSError):
                pass

    threads = [threading.Thread(target=flood, args=(number,), daemon=True) for number in range(4)]
    for thread in threads:
        thread.start()
    play(daemon, piece)
    before, start = daemon.ask("status"), time.monotonic()
    first = place(daemon)
    received = listen(read, min(seconds, 4))
    last = place(daemon)
    received = [None if a is None or b is None else a + b
                for a, b in zip(received, listen(read, max(0, seconds - 4)))]
    passed = time.monotonic() - start
    trained = daemon.wait("the training goes on", lambda: daemon.ask("status")["population"] - before["population"])
    stop.set()
    for thread in threads:
        thread.join()
    xruns = daemon.ask("player")["device"]["xruns"]
    lost = received.count(None)
    # How long it was between the two answers is known but for the time that they took themselves.
    moved = last[1]["seconds"] - first[1]["seconds"]
    least, most = last[0] - first[2], last[2] - first[0]
    print(f"{streams} streams, {sum(counts) / passed:.0f} requests a second for {passed:.0f} s: {lost} streams lost, "
          f"{min((value for value in received if value is not None), default=0)} bytes each at least, "
          f"sound went on by {moved:.2f} s in {least:.2f} to {most:.2f} s, {xruns} xruns, {trained} populations trained")
    assert lost == 0 and min(received) > 0
    assert xruns == 0, "the sound was disturbed"
    if first[1].get("piece") == last[1].get("piece") == piece:
        assert least - 0.1 < moved < most + 0.1, "the sound was disturbed"
    for stream in read + unread:
        stream.close()
    daemon.wait("an answer at once afterwards", lambda: daemon.ask("status"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=10)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    hostile.may_open_many_files()
    with Daemon() as daemon:
        conformance(daemon, arguments.examples)
    with Daemon(host="0.0.0.0", token="a-secret-of-24-characters", play="none") as daemon:
        hostile.tokens(daemon)

    def sound():
        with Daemon(populations=1_000_000, steps=256) as daemon:
            daemon.wait("a session", lambda: daemon.ask("status").get("session"))
            daemon.ask("session", "POST", {"action": "next"})
            load(daemon, arguments.streams, arguments.seconds)
            hostility(daemon)
        return daemon.status

    sys.exit(theft.undisturbed("http", sound))
