"""Needs the built program: the variable RLMUSICIAN names it, else it is `rlmusician` on PATH."""

import gymnasium
import json
import numpy as np
import pathlib
import pytest
from gymnasium.utils.env_checker import check_env

import rlmusician_gym

TRACES = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "golden" / "environment.jsonl"

CONFIG = """
environment:
  n_semitones: {n_semitones}
  n_roll_steps: {n_roll_steps}
  observation_decay: {observation_decay}
  n_draws_per_roll_step: {n_draws_per_roll_step}
"""


@pytest.fixture
def env(tmp_path):
    config = tmp_path / "config.yml"
    config.write_text(
        CONFIG.format(n_semitones=9, n_roll_steps=5, observation_decay=0.5, n_draws_per_roll_step=2))
    env = gymnasium.make("rlmusician/PianoRoll-v0", config=str(config), disable_env_checker=True)
    yield env
    env.close()


def test_gymnasiums_own_checker_is_content(env):
    check_env(env.unwrapped)


def test_the_default_configuration_is_there_without_a_file():
    env = rlmusician_gym.PianoRollEnv()
    assert env.spec_of_program["episode_steps"] == 96
    assert env.action_space.n == 25
    env.close()
    env.close()


def test_styles_are_known():
    env = gymnasium.make("rlmusician/PianoRoll-v0", style="original")
    assert env.unwrapped.spec_of_program["episode_steps"] == 96
    env.close()
    env = gymnasium.make("rlmusician/Counterpoint-v0", style="duet")
    env.reset()
    env.close()
    with pytest.raises(rlmusician_gym.ProgramError, match="allowed: original, roll"):
        rlmusician_gym.PianoRollEnv(style="polka")


def playable_traces():
    traces = [json.loads(line) for line in TRACES.read_text().splitlines()]
    return [trace for trace in traces if trace.get("exception_at_last_step") is None]


def test_there_are_traces():
    assert len(playable_traces()) == 29


@pytest.mark.parametrize("trace", playable_traces(), ids=lambda trace: str(trace["id"]))
def test_the_originals_traces_are_reproduced(trace, tmp_path):
    config = tmp_path / "config.yml"
    config.write_text(CONFIG.format(**trace))
    env = rlmusician_gym.PianoRollEnv(config)
    observation, _ = env.reset()
    np.testing.assert_array_equal(observation, trace["initial_observation"])
    for index, action in enumerate(trace["actions"]):
        observation, reward, terminated, truncated, _ = env.step(action)
        np.testing.assert_allclose(observation, trace["observations"][index], rtol=1e-6, atol=1e-6)
        assert reward == pytest.approx(trace["rewards"][index], rel=1e-9, abs=1e-6)
        assert terminated == trace["done"][index]
        assert not truncated
    env.close()


def test_faults_are_exceptions_and_the_session_goes_on(env):
    env = env.unwrapped
    env.reset()
    with pytest.raises(rlmusician_gym.ProgramError, match="allowed: a row from 0 to 8"):
        env.step(9)
    for _ in range(8):
        terminated = env.step(3)[2]
    assert terminated
    with pytest.raises(rlmusician_gym.ProgramError, match="the episode is over"):
        env.step(3)
    observation, _ = env.reset()
    assert not observation.any()


def test_a_bad_configuration_says_what_is_wrong(tmp_path):
    config = tmp_path / "config.yml"
    config.write_text("environment:\n  n_roll_steps: 1\n")
    with pytest.raises(rlmusician_gym.ProgramError, match=r"config.yml:2: environment.n_roll_steps: found '1'; allowed"):
        rlmusician_gym.PianoRollEnv(config)


def test_a_program_that_died_without_a_word_says_how(tmp_path):
    with pytest.raises(rlmusician_gym.ProgramError, match="exit code 0"):
        rlmusician_gym.PianoRollEnv(program="true")


def test_a_program_that_died_is_started_again_by_reset(env):
    env = env.unwrapped
    env.reset()
    env._program._process.kill()
    with pytest.raises(rlmusician_gym.ProgramError, match="ended .exit code -9"):
        for _ in range(2):
            env.step(3)
    observation, _ = env.reset()
    assert not observation.any()
    assert not env.step(3)[2]


def test_a_closed_environment_says_so(env):
    env = env.unwrapped
    env.close()
    with pytest.raises(rlmusician_gym.ProgramError, match="closed"):
        env.reset()
