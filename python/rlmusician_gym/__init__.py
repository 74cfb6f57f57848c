"""The environments of rl-musician as `gymnasium.Env`.

    import gymnasium, rlmusician_gym
    env = gymnasium.make("rlmusician/PianoRoll-v0", config="my.yml")
    env = gymnasium.make("rlmusician/Counterpoint-v0")
    env = gymnasium.make("rlmusician/Song-v0", style="waltz")
"""

import gymnasium

from .counterpoint import CounterpointEnv
from .environment import PianoRollEnv
from .program import ProgramError
from .song import SongEnv

__all__ = ["CounterpointEnv", "PianoRollEnv", "ProgramError", "SongEnv"]

gymnasium.register("rlmusician/PianoRoll-v0", entry_point="rlmusician_gym:PianoRollEnv")
gymnasium.register("rlmusician/Counterpoint-v0", entry_point="rlmusician_gym:CounterpointEnv")
gymnasium.register("rlmusician/Song-v0", entry_point="rlmusician_gym:SongEnv")
