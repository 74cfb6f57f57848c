"""Needs the built program: the variable RLMUSICIAN names it, else it is `rlmusician` on PATH."""

import gymnasium
import json
import numpy as np
import pathlib
import pytest
from gymnasium.utils.env_checker import check_env

import rlmusician_gym

EPISODES = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "counterpoint" / "episodes_public.jsonl"


@pytest.fixture
def env():
    env = gymnasium.make("rlmusician/Counterpoint-v0", disable_env_checker=True)
    yield env
    env.close()


def test_gymnasiums_own_checker_is_content(env):
    check_env(env.unwrapped)


def episodes():
    return [json.loads(line) for line in EPISODES.read_text().splitlines()]


@pytest.mark.parametrize("episode", episodes(), ids=lambda episode: episode["id"])
def test_the_originals_episodes_are_reproduced(episode, tmp_path):
    config = tmp_path / "config.yml"
    config.write_text(json.dumps(
        {"piece": episode["piece"], "environment": {"reward_for_dead_end": episode["reward_for_dead_end"]}}))
    env = rlmusician_gym.CounterpointEnv(config)
    assert env.action_space.n == episode["n_actions_in_space"]
    observation, information = env.reset()
    for index, action in enumerate(episode["action_ids"]):
        assert information["action_mask"].sum() == episode["n_valid_actions_before_each_step"][index]
        assert action == env.action(*episode["actions"][index])
        observation, reward, terminated, truncated, information = env.step(action)
        last = index == len(episode["action_ids"]) - 1
        assert terminated == last and not truncated
        assert reward == (pytest.approx(episode["reward"], abs=1e-9) if last else 0)
    assert ["".join(map(str, row)) for row in observation] == episode["piano_roll"]
    assert bool(information["scores"]) == (episode["ended"] == "finished")
    env.close()


def test_masked_samples_are_valid_to_the_end(env):
    env.action_space.seed(1)
    _, information = env.reset()
    terminated = False
    while not terminated:
        _, reward, terminated, _, information = env.step(env.action_space.sample(information["action_mask"]))
    assert reward != 0


def test_what_is_not_valid_ends_the_episode(env):
    _, information = env.reset()
    action = int(np.flatnonzero(information["action_mask"] == 0)[0])
    assert env.step(action)[1:4] == (-3.0, True, False)


def test_a_beginning_against_the_rules_and_why(env):
    env = env.unwrapped
    env.reset(options={"actions": [[7, 1], [-7, 1]]})
    explanation = env.explain(1, 8)
    assert not explanation["valid"] and not explanation["rules"]["rhythmic_pattern_validity"]
    assert len(explanation["rules"]) == 15
    with pytest.raises(rlmusician_gym.ProgramError, match="within the range"):
        env.reset(options={"actions": [[-7, 1]]})
