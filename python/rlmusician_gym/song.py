"""Songs as a `gymnasium.Env`."""

from __future__ import annotations

import os
from typing import Any

import gymnasium
import numpy as np

from .program import Program

KINDS = ("transformation", "chord", "rhythm", "pitch")


class SongEnv(gymnasium.Env):
    """A piece in parts is composed decision by decision: transformations of returning bars, chords, rhythms, pitches.

    The piece's plan (form, phrases, cadences, keys) is drawn by the seed of `reset`. An action is a number; what it means
    depends on the kind of decision (`rlmusician environment --help`). Hard rules are a mask: `info["action_mask"]`
    (`np.int8`, for `action_space.sample(mask)`). An action that is not valid is an error of the program. The observation
    has `lanes` (degrees of the scale, parts by steps; -1 silence, -2 not decided yet), `sounding` (the same for now), and
    `decision`: number of the kind in `KINDS` (4 at the end), role (0 melody, 1 bass, 2 and 3 inner parts), step. Rewards
    come with every decision.
    """

    metadata = {"render_modes": []}

    def __init__(
        self,
        config: str | os.PathLike | None = None,
        program: str | os.PathLike | None = None,
        style: str | None = None,
    ):
        """Starts the program.

        :param config: configuration file of songs; without it, and without a style, the style `song` holds
        :param program: the program; without it what the variable RLMUSICIAN names, else `rlmusician` on PATH
        :param style: a style of songs by name (`rlmusician styles`)
        """
        self._program = Program(config, program, style or (None if config else "song"))
        spec = self.spec_of_program = self._program.spec
        parts, steps = spec["n_parts"], spec["n_steps"]
        self.action_space = gymnasium.spaces.Discrete(spec["n_actions"])
        self.observation_space = gymnasium.spaces.Dict({
            "lanes": gymnasium.spaces.Box(-2, 31, shape=(parts, steps), dtype=np.int8),
            "sounding": gymnasium.spaces.Box(-1, 31, shape=(parts,), dtype=np.int8),
            "decision": gymnasium.spaces.Box(
                np.zeros(3, dtype=np.int32), np.array([len(KINDS), 3, steps], dtype=np.int32), dtype=np.int32),
        })
        self._mask = np.zeros(spec["n_actions"], dtype=np.int8)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        """Starts a piece; without a seed the next one counts on. Returns the observation and `{"action_mask": ...}`."""
        super().reset(seed=seed)
        self._program.revive()
        return self._take(self._program.ask({"reset": {} if seed is None else {"seed": seed}}))

    def step(self, action):
        """Takes a decision; returns observation, reward, terminated, truncated (never) and `{"action_mask": ...}`.

        At the end the information also has the `"score"` and the `"faults"`.
        """
        answer = self._program.ask({"step": {"action": int(action)}})
        observation, information = self._take(answer)
        for key in ("score", "faults"):
            if key in answer:
                information[key] = answer[key]
        return observation, float(answer["reward"]), answer["terminated"], False, information

    def close(self):
        """Ends the program; may be called more than once."""
        self._program.close()

    def _take(self, answer: dict[str, Any]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        self._mask = np.zeros(self.spec_of_program["n_actions"], dtype=np.int8)
        self._mask[answer["valid_actions"]] = 1
        seen = answer["observation"]
        kind = len(KINDS) if seen["kind"] is None else KINDS.index(seen["kind"])
        observation = {
            "lanes": np.array(seen["lanes"], dtype=np.int8),
            "sounding": np.array(seen["sounding"], dtype=np.int8),
            "decision": np.array([kind, seen["role"], seen["step"]], dtype=np.int32),
        }
        return observation, {"action_mask": self._mask.copy()}
