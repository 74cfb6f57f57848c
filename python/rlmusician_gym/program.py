"""The other end of every environment: `rlmusician environment`, one line of JSON each way for every call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Any


class ProgramError(RuntimeError):
    """The program refused a request, or is gone."""


class Program:
    """A running `rlmusician environment`."""

    def __init__(
        self, config: str | os.PathLike | None, program: str | os.PathLike | None, style: str | None = None
    ):
        """Starts it.

        :param config: configuration file; without it the default configuration holds
        :param program: the program; without it what the variable RLMUSICIAN names, else `rlmusician` on PATH
        :param style: a style by name (`rlmusician styles`), over which the file lies
        """
        command = [os.fspath(program or os.environ.get("RLMUSICIAN") or "rlmusician"), "environment"]
        if config is not None:
            command += ["--config", os.fspath(config)]
        if style is not None:
            command += ["--style", style]
        self._command = command
        self._is_closed = False
        self._start()

    def _start(self):
        # A file, not a pipe: nobody reads along, and a full pipe would hold the program.
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )
        try:
            self.spec: dict[str, Any] = self.ask({"spec": {}})["spec"]
        except BaseException:
            self._stop()
            raise
        sys.stderr.write(self._complaints())  # warnings about the configuration

    def _complaints(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")

    def _stop(self):
        try:
            self._process.stdin.close()  # The end of its input is the end of the program.
        except BrokenPipeError:
            pass  # It has ended by itself, before it had read everything.
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def revive(self):
        """Starts it again if it has died."""
        if not self._is_closed and self._process.poll() is not None:
            self._stop()
            self._start()

    def close(self):
        """Ends it; may be called more than once."""
        if not self._is_closed:
            self._is_closed = True
            self._stop()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Sends a request; returns the answer or raises ProgramError."""
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except (BrokenPipeError, ValueError):  # ValueError: closed by `close`
            line = b""
        if not line:
            if self._is_closed:
                raise ProgramError("the environment is closed")
            code = self._process.wait()
            reason = self._complaints().strip()
            raise ProgramError(reason or f"the program has ended (exit code {code})")
        answer = json.loads(line)
        if "error" in answer:
            raise ProgramError(answer["error"])
        return answer
