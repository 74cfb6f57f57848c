"""The environment of rl-musician as a `gymnasium.Env`.

    import gymnasium, rlmusician_gym
    env = gymnasium.make("rlmusician/PianoRoll-v0", config="my.yml")
"""

import gymnasium

from .environment import PianoRollEnv, ProgramError

__all__ = ["PianoRollEnv", "ProgramError"]

gymnasium.register("rlmusician/PianoRoll-v0", entry_point="rlmusician_gym:PianoRollEnv")
