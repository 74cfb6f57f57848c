"""A daemon for the tests: small, quick, heard by nobody."""

import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

PROGRAM = os.environ.get("RLMUSICIAN", "rlmusician")


class Daemon:
    """Runs `rlmusician daemon` with a port of its own until the `with` is over.

    It begins with few files that it may open at a time, as services do, and has to ask for more itself.
    """

    def __init__(self, play="'null'", more="", populations=40, population_size=100, host="127.0.0.1", token=None,
                 steps=32, step_seconds=0.2, sample_rate=48_000):
        self.folder = tempfile.TemporaryDirectory(prefix="rlmusician-page-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.token = token
        self.url = f"http://127.0.0.1:{self.port}/"
        self.configuration = pathlib.Path(self.folder.name, "config.yml")
        self.socket = f"{self.folder.name}/library/control.sock"
        self.configuration.touch(0o600)
        self.configuration.write_text(f"""
environment:
  n_semitones: 25
  n_roll_steps: {steps}
  rendering_params: {{step_in_seconds: {step_seconds}}}
agent: {{population_size: {population_size}, n_processes: 1}}
audio: {{keep: true, sample_rate: {sample_rate}}}
playback: {{play: {play}, follow: milestones, excerpt_in_steps: 0}}
daemon:
  library: {self.folder.name}/library
  sessions: {{populations: {populations}, pieces: 3, seed: 1, rate: free}}
  http: {{port: {self.port}, host: "{host}"{f', token: "{token}"' if token else ''}}}
{more}""")

    def __enter__(self):
        self.log = open(pathlib.Path(self.folder.name, "log"), "w+")
        self.start()
        return self

    def start(self):
        self.process = subprocess.Popen(
            [PROGRAM, "daemon", "-c", str(self.configuration)], stdout=self.log, stderr=self.log,
            preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
        for _ in range(1200):
            try:
                self.ask("status")
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        self.log.seek(0)
        raise RuntimeError("no daemon:\n" + self.log.read())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.status = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def __exit__(self, *_):
        self.stop()
        self.log.close()
        self.folder.cleanup()

    def ask(self, path, method="GET", body=None):
        request = urllib.request.Request(
            f"{self.url}api/{path}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {}))
        with urllib.request.urlopen(request, timeout=120) as answer:
            data = answer.read()
        return json.loads(data) if answer.headers.get_content_type() == "application/json" else data

    def wait(self, what, condition, seconds=60):
        """Until the condition gives something; gives that."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s: {what}")
