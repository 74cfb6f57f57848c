"""Needs the built program: the variable RLMUSICIAN names it, else it is `rlmusician` on PATH."""

import gymnasium
import numpy as np
import pytest

import rlmusician_gym


@pytest.fixture
def env(tmp_path):
    config = tmp_path / "song.yml"
    config.write_text("piece: {bars: 8, n_parts: 2}\n")
    env = gymnasium.make("rlmusician/Song-v0", config=str(config), style="song", disable_env_checker=True)
    yield env
    env.close()


def play(env, seed):
    """A piece of valid decisions, drawn."""
    env.action_space.seed(seed)
    observation, information = env.reset(seed=seed)
    rewards, terminated = [], False
    while not terminated:
        assert env.observation_space.contains(observation)
        action = env.action_space.sample(information["action_mask"])
        observation, reward, terminated, truncated, information = env.step(action)
        rewards.append(reward)
        assert not truncated
    return observation, rewards, information


def test_masked_decisions_compose_a_piece(env):
    observation, rewards, information = play(env, 1)
    assert (observation["lanes"] >= -1).all() and (observation["lanes"] >= 0).mean() > 0.5
    assert observation["decision"][0] == 4 and information["faults"] >= 0
    # Where there is one choice nobody is asked; two a half bar is the least there is.
    assert len(rewards) > 2 * 16 and np.isfinite(information["score"])


def test_the_same_seed_is_the_same_plan_and_the_same_piece(env):
    first, second, other = play(env, 2), play(env, 2), play(env, 3)
    np.testing.assert_array_equal(first[0]["lanes"], second[0]["lanes"])
    assert first[1] == second[1] and first[1] != other[1]


def test_what_may_not_be_chosen_is_refused(env):
    _, information = env.reset(seed=1)
    refused = int(np.flatnonzero(information["action_mask"] == 0)[0])
    with pytest.raises(rlmusician_gym.ProgramError, match="allowed: "):
        env.step(refused)


def test_other_meters_and_tunings():
    env = gymnasium.make("rlmusician/Song-v0", style="slendro")
    observation, _ = env.reset(seed=4)
    assert observation["lanes"].shape == (3, 24 * 8)
    env.close()
