"""Counterpoint as a `gymnasium.Env`."""

from __future__ import annotations

import os
from typing import Any

import gymnasium
import numpy as np

from .program import Program


class CounterpointEnv(gymnasium.Env):
    """A line is composed note by note against a given melody, under rules that cannot be broken.

    An action is a duration and a movement in degrees: `index of the duration * (2 * largest movement + 1) + movement +
    largest movement`. `info["action_mask"]` says which actions are valid (`np.int8`, for `action_space.sample(mask)`);
    some of them lead to a dead end. An action that is not valid changes nothing and costs the reward of a dead end: the
    episode is over then. The observation is the piano roll of all lines. The reward is 0 until the line is finished.

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

        :param config: configuration file of counterpoint; without it the original's default piece
        :param program: the program; without it what the variable RLMUSICIAN names, else `rlmusician` on PATH
        :param style: a style of counterpoint by name: duet
        """
        if config is None and style is None:
            config = os.path.join(os.path.dirname(__file__), "counterpoint.yml")
        self._program = Program(config, program, style)
        spec = self.spec_of_program = self._program.spec
        self.action_space = gymnasium.spaces.Discrete(spec["n_actions"])
        self.observation_space = gymnasium.spaces.Box(0, 1, shape=(spec["n_rows"], spec["n_steps"]), dtype=np.int8)
        self._mask = np.zeros(spec["n_actions"], dtype=np.int8)
        self._observed: np.ndarray | None = None

    def action(self, movement: int, duration: int) -> int:
        """The number of an action."""
        largest = self.spec_of_program["max_skip_in_degrees"]
        return self.spec_of_program["durations"].index(duration) * (2 * largest + 1) + movement + largest

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        """Starts a new episode; returns the piano roll and `{"action_mask": ...}`.

        `options={"actions": [[movement, duration], ...]}` begins with this line, whatever the rules say of it.
        """
        super().reset(seed=seed)
        self._program.revive()
        return self._take(self._program.ask({"reset": dict(options or {})}))

    def step(self, action):
        """Takes an action; returns observation, reward, terminated, truncated (never) and `{"action_mask": ...}`.

        At the end the information also has the `"scores"`.
        """
        if not self._mask[int(action)]:
            reward = float(self.spec_of_program["reward_for_dead_end"])
            return self._observed.copy(), reward, True, False, {"action_mask": self._mask.copy()}
        index, rest = divmod(int(action), 2 * self.spec_of_program["max_skip_in_degrees"] + 1)
        movement = rest - self.spec_of_program["max_skip_in_degrees"]
        duration = self.spec_of_program["durations"][index]
        answer = self._program.ask({"step": {"movement": movement, "duration": duration}})
        observation, information = self._take(answer)
        if "scores" in answer:
            information["scores"] = answer["scores"]
        return observation, float(answer["reward"]), answer["terminated"], False, information

    def explain(self, movement: int, duration: int) -> dict[str, Any]:
        """What range, length and every rule say of an action."""
        return self._program.ask({"explain": {"movement": int(movement), "duration": int(duration)}})

    def close(self):
        """Ends the program; may be called more than once."""
        self._program.close()

    def _take(self, answer: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
        self._mask = np.zeros(self.spec_of_program["n_actions"], dtype=np.int8)
        for movement, duration in answer["valid_actions"]:
            self._mask[self.action(movement, duration)] = 1
        self._observed = np.array(answer["observation"], dtype=np.int8)
        return self._observed.copy(), {"action_mask": self._mask.copy()}
