"""A `gymnasium.Env` whose other end is `rlmusician environment`: one line of JSON each way for every call."""

from __future__ import annotations

import json
import os
import subprocess
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
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.spec_of_program: dict[str, Any] = self._ask({"spec": {}})["spec"]
        except BaseException:
            self.close()
            raise
        rows = self.spec_of_program["n_semitones"]
        self.action_space = gymnasium.spaces.Discrete(rows)
        highest = 1 / (1 - self.spec_of_program["observation_decay"])
        self.observation_space = gymnasium.spaces.Box(0, highest, shape=(rows,), dtype=np.float32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        """Starts a new episode; returns the first observation (zeros) and an empty dictionary."""
        super().reset(seed=seed)
        return self._observation(self._ask({"reset": {}})), {}

    def step(self, action):
        """Takes an action; returns observation, reward, terminated, truncated (never) and an empty dictionary."""
        answer = self._ask({"step": {"action": int(action)}})
        return self._observation(answer), float(answer["reward"]), answer["terminated"], False, {}

    def close(self):
        """Ends the program; may be called more than once."""
        try:
            self._process.stdin.close()  # The end of its input is the end of the program.
        except BrokenPipeError:
            pass  # It has ended by itself, before it had read everything.
        self._process.wait()
        self._process.stdout.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except (BrokenPipeError, ValueError):  # ValueError: closed by `close`
            line = b""
        if not line:
            raise ProgramError(f"the program has ended (exit code {self._process.wait()})")
        answer = json.loads(line)
        if "error" in answer:
            raise ProgramError(answer["error"])
        return answer

    @staticmethod
    def _observation(answer: dict[str, Any]) -> np.ndarray:
        return np.array(answer["observation"], dtype=np.float32)
