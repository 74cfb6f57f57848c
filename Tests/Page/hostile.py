"""Clients that are strangers, slow, broken or too many: each is refused or left, and nobody else notices."""

import os
import random
import resource
import socket
import struct
import subprocess
import time

from daemon import PROGRAM

QUESTION = b"GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n"


def may_open_many_files():
    """The tests have more connections than a process may open files by default."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def connected(daemon, data=b""):
    client = socket.create_connection(("127.0.0.1", daemon.port), timeout=20)
    try:
        client.sendall(data)
    except OSError:
        # Refused in the middle of it.
        pass
    return client


def answer(client):
    """All that comes until the other side closes; b"" if it resets the connection."""
    data = b""
    try:
        while part := client.recv(1 << 16):
            data += part
    except ConnectionError:
        pass
    client.close()
    return data


def ask_raw(daemon, head, body=b"", method="GET", path="/api/status"):
    head = "".join(f"{line}\r\n" for line in [f"{method} {path} HTTP/1.1", *head, "Connection: close"])
    return answer(connected(daemon, head.encode() + b"\r\n" + body))


def status(data):
    return int(data.split(b" ", 2)[1]) if data.startswith(b"HTTP/1.") else None


def strangers(daemon):
    """What a web page from elsewhere could send through the user's browser, and what is too large."""
    here = f"Host: 127.0.0.1:{daemon.port}"
    json = "Content-Type: application/json"
    body = b'{"action": "pause"}'
    length = f"Content-Length: {len(body)}"
    cases = [
        ("a rebound name", 403, dict(head=["Host: evil.example"])),
        ("a name that begins like ours", 403, dict(head=[f"Host: localhost.evil.example:{daemon.port}"])),
        ("no host", 400, dict(head=[])),
        ("another origin", 403, dict(head=[here, "Origin: http://evil.example"])),
        ("another port of this machine", 403, dict(head=[here, f"Origin: http://127.0.0.1:{daemon.port + 1}"])),
        ("a sandboxed frame", 403, dict(head=[here, "Origin: null"])),
        ("another site's picture", 403, dict(head=[here, "Sec-Fetch-Site: cross-site"])),
        ("another site's form", 403, dict(
            head=[here, "Sec-Fetch-Site: cross-site", json, length], body=body, method="POST", path="/api/session")),
        ("a form", 415, dict(
            head=[here, "Content-Type: application/x-www-form-urlencoded", length], body=body, method="POST",
            path="/api/session")),
        ("plain text", 415, dict(
            head=[here, "Content-Type: text/plain", length], body=body, method="POST", path="/api/session")),
        ("a browser's question before", 405, dict(
            head=[here, "Access-Control-Request-Method: POST"], method="OPTIONS", path="/api/session")),
        ("a large body", 413, dict(
            head=[here, json, "Content-Length: 70000"], body=b" " * 70_000, method="POST", path="/api/session")),
        ("chunks that are none", 400, dict(
            head=[here, json, "Transfer-Encoding: chunked"], body=b"5\r\n{\"tex\r\nZZ\r\n", method="POST", path="/api/session")),
        ("a large head", (None, 400, 414, 431), dict(head=[here, "X: " + "x" * 100_000])),
        ("ourselves", 200, dict(head=[here, f"Origin: http://127.0.0.1:{daemon.port}", "Sec-Fetch-Site: same-origin"])),
    ]
    for name, wanted, request in cases:
        found = ask_raw(daemon, **request)
        assert status(found) in (wanted if isinstance(wanted, tuple) else (wanted,)), f"{name}: {found[:300]}"
        assert b"access-control-allow" not in found.lower(), f"{name}: {found[:300]}"
    assert daemon.ask("status")["phase"] != "paused"
    print(f"strangers: {len(cases)} kinds of requests answered as they should be")


def is_local(daemon):
    """Nothing but this machine's own address is listened to."""
    addresses = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if os.path.exists(table):
            for line in open(table).readlines()[1:]:
                local, state = line.split()[1], line.split()[3]
                if state == "0A" and int(local.split(":")[1], 16) == daemon.port:
                    addresses.add(local.split(":")[0])
    assert addresses == {"0100007F"}, f"listens to {addresses}"


def tokens(daemon):
    """With a token every address may be listened to, and who does not show it hears nothing."""
    host = f"Host: music.example:{daemon.port}"
    for wanted, head, path in [
        (401, [host], "/api/status"), (401, [host, "Authorization: Bearer wrong-wrong-wrong"], "/api/status"),
        (401, [host, "Authorization: Basic c2VjcmV0"], "/api/status"), (401, [host], "/api/status?token="),
        (401, [host], "/api/events"), (401, [host], "/api/pieces/1/files/music.mid"),
        (200, [host, f"Authorization: Bearer {daemon.token}"], "/api/status"),
        (200, [host], f"/api/status?token={daemon.token}"), (200, [host], "/"),
        (403, [host, f"Authorization: Bearer {daemon.token}", "Origin: http://evil.example"], "/api/status"),
    ]:
        found = ask_raw(daemon, head, path=path)
        assert status(found) == wanted, f"{head} {path}: {found[:300]}"
    print("token: without it nothing")


def open_files(daemon):
    return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))


def broken(daemon):
    """Many that never finish, send nonsense, do not read, or go without a word, while a friendly one asks."""
    before, chance = open_files(daemon), random.Random(1)
    head = b"POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    clients = [connected(daemon) for _ in range(150)]
    trickling = [connected(daemon, b"GET /api/status HTTP/1.1\r\nHost: loc") for _ in range(150)]
    clients += [connected(daemon, head + b"Content-Length: 100\r\n\r\n{") for _ in range(100)]
    clients += [connected(daemon, head + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{") for _ in range(50)]
    clients += [connected(daemon, chance.randbytes(chance.randrange(1, 3000))) for _ in range(150)]
    clients += [connected(daemon, QUESTION * 300) for _ in range(20)]
    for _ in range(150):
        client = connected(daemon, QUESTION)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    slowest = 0
    for _ in range(30):
        start = time.monotonic()
        daemon.ask("status")
        slowest = max(slowest, time.monotonic() - start)
        for client in trickling:
            try:
                client.send(b"a")
            except OSError:
                pass
        time.sleep(0.05)
    assert slowest < 5, f"an answer took {slowest} s"
    # Whoever is not done after the idle time is left, though nobody on this side has closed anything.
    daemon.wait("their connections are closed", lambda: open_files(daemon) <= before + 8, 90)
    for client in clients + trickling:
        client.close()
    print(f"broken: {len(clients) + len(trickling) + 150} clients, a friendly one waited {slowest * 1000:.0f} ms at most")


def crowd(daemon):
    """More streams and more connections than there may be: refused in words; the Unix socket has room of its own."""
    # A client counts when it is answered, or the next one is not one too many.
    question = b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
    clients = [connected(daemon, question) for _ in range(1500)]
    for client in clients:
        assert status(client.recv(4096)) == 200
    refused = connected(daemon, question)
    text = refused.recv(4096)
    assert status(text) == 429 and b"1500 streams" in text, text[:300]
    clients += [refused] + [connected(daemon, QUESTION) for _ in range(499)]
    for client in clients[1501:]:
        assert status(client.recv(4096)) == 200
    for _ in range(60):
        text = answer(connected(daemon, QUESTION))
        assert status(text) == 503 and b"connections are open" in text, text[:300]
    ctl = subprocess.run(
        [PROGRAM, "ctl", "status", "--json", "--socket", daemon.socket], capture_output=True, timeout=30)
    assert ctl.returncode == 0, ctl.stderr
    for client in clients:
        client.close()
    daemon.wait("room again", lambda: status(ask_raw(daemon, ["Host: localhost"])) == 200)
    print("crowd: 1,500 streams, 2,000 connections, the next ones are told so; the Unix socket answers")
