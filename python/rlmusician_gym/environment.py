"""Piano rolls as a `gymnasium.Env`."""

from __future__ import annotations

import os
from typing import Any

import gymnasium
import numpy as np

from .program import Program


class PianoRollEnv(gymnasium.Env):
    """Fills a piano roll cell by cell; rules of music theory score it at the end.

    An action is a row of the roll (0 is the highest pitch) that sounds at the current step. The observation has one
    number a row: what sounded there, the further back the less. The reward is 0 until the roll is full.

    The environment has no chance in it: `seed` only seeds the spaces' own sampling.
    """

    metadata = {"render_modes": []}

    def __init__(
        self,
        config: str | os.PathLike | None = None,
        program: str | os.PathLike | None = None,
        style: str | None = None,
    ):
        """Starts the program.

        :param config: configuration file; without it the default configuration holds
        :param program: the program; without it what the variable RLMUSICIAN names, else `rlmusician` on PATH
        :param style: a style of piano rolls by name: original, roll
        """
        self._program = Program(config, program, style)
        self.spec_of_program: dict[str, Any] = self._program.spec
        rows = self.spec_of_program["n_semitones"]
        self.action_space = gymnasium.spaces.Discrete(rows)
        highest = 1 / (1 - self.spec_of_program["observation_decay"])
        self.observation_space = gymnasium.spaces.Box(0, highest, shape=(rows,), dtype=np.float32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        """Starts a new episode; returns the first observation (zeros) and an empty dictionary.

        A program that has died is started again.
        """
        super().reset(seed=seed)
        self._program.revive()
        return self._observation(self._program.ask({"reset": {}})), {}

    def step(self, action):
        """Takes an action; returns observation, reward, terminated, truncated (never) and an empty dictionary."""
        answer = self._program.ask({"step": {"action": int(action)}})
        return self._observation(answer), float(answer["reward"]), answer["terminated"], False, {}

    def close(self):
        """Ends the program; may be called more than once."""
        self._program.close()

    @staticmethod
    def _observation(answer: dict[str, Any]) -> np.ndarray:
        return np.array(answer["observation"], dtype=np.float32)
