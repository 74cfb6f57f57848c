"""A `gymnasium.Env` whose other end is `rlmusician environment`: one line of JSON each way for every call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

import gymnasium
import numpy as np


class ProgramError(RuntimeError):
    """The program refused a request, or is gone."""


class PianoRollEnv(gymnasium.Env):
    """Fills a piano roll cell by cell; rules of music theory score it at the end.

    An action is a row of the roll (0 is the highest pitch) that sounds at the current step. The observation has one
    number a row: what sounded there, the further back the less. The reward is 0 until the roll is full.

    The environment has no chance in it: `seed` only seeds the spaces' own sampling.
    """

    metadata = {"render_modes": []}

    def __init__(self, config: str | os.PathLike | None = None, program: str | os.PathLike | None = None):
        """Starts the program.

        :param config: configuration file; without it the default configuration holds
        :param program: the program; without it what the variable RLMUSICIAN names, else `rlmusician` on PATH
        """
        command = [os.fspath(program or os.environ.get("RLMUSICIAN") or "rlmusician"), "environment"]
        if config is not None:
            command += ["--config", os.fspath(config)]
        self._command = command
        self._is_closed = False
        self._start()
        rows = self.spec_of_program["n_semitones"]
        self.action_space = gymnasium.spaces.Discrete(rows)
        highest = 1 / (1 - self.spec_of_program["observation_decay"])
        self.observation_space = gymnasium.spaces.Box(0, highest, shape=(rows,), dtype=np.float32)

    def _start(self):
        # A file, not a pipe: nobody reads along, and a full pipe would hold the program.
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )
        try:
            self.spec_of_program: dict[str, Any] = self._ask({"spec": {}})["spec"]
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

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        """Starts a new episode; returns the first observation (zeros) and an empty dictionary.

        A program that has died is started again.
        """
        super().reset(seed=seed)
        if not self._is_closed and self._process.poll() is not None:
            self._stop()
            self._start()
        return self._observation(self._ask({"reset": {}})), {}

    def step(self, action):
        """Takes an action; returns observation, reward, terminated, truncated (never) and an empty dictionary."""
        answer = self._ask({"step": {"action": int(action)}})
        return self._observation(answer), float(answer["reward"]), answer["terminated"], False, {}

    def close(self):
        """Ends the program; may be called more than once."""
        if not self._is_closed:
            self._is_closed = True
            self._stop()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
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

    @staticmethod
    def _observation(answer: dict[str, Any]) -> np.ndarray:
        return np.array(answer["observation"], dtype=np.float32)
