"""The original's way of training, one environment step at a time, in plain numpy: what a fast program is compared with.

Same workload and rules as the default configuration; the actor is a matrix product and a softmax instead of a neural
network of a library, which the original uses and which takes several times longer. Prints million steps per second.

    python3 original_loop.py [CANDIDATES]
"""

import sys
import time

import numpy as np

ROWS, STEPS, DRAWS, DECAY, EPISODES = 25, 33, 3, 0.75, 10
TONIC = 4
SCALE = {0, 2, 4, 5, 7, 9, 11}
CONSONANCE = [0, -3, -3, 1, 1, 0, -5, 2, 1, 1, -3, -3]
DEGREES = np.arange(ROWS)[::-1]
OUTER = np.array([(degree - TONIC) % 12 not in SCALE for degree in DEGREES])
IS_TONIC = (DEGREES - TONIC) % 12 == 0


def noncyclicity(roll):
    shares = []
    for shift in range(1, 9):
        before = np.zeros_like(roll)
        before[:, shift:] = roll[:, :-shift]
        shares.append(min(1.0, np.sum((roll == 1) & (before == 0)) / (0.125 * ROWS * STEPS)))
    return min(shares)


def usage_of_tonic(roll):
    count = 0
    for column in roll.T:
        rows = np.flatnonzero(column)
        count += bool(rows.size and IS_TONIC[rows[-1]])
    return float(0.2 <= count / STEPS <= 0.4)


def lines(roll):
    return -int(np.sum(np.abs(3 - roll.sum(axis=0, dtype=int))))


def conjunct_motion(roll):
    count = 0
    for step in range(1, STEPS):
        for row in np.flatnonzero((roll[:, step] == 1) & (roll[:, step - 1] == 0)):
            near = [r for r in (row - 2, row - 1, row + 1, row + 2) if 0 <= r < ROWS]
            count += bool(roll[near, step - 1].any())
    return count


def contrary_motion(roll):
    score = 1
    for step in range(1, STEPS):
        sums = np.cumsum(roll[:, step].astype(int) - roll[:, step - 1])
        score += sums.max() == 1 and sums.min() == -1
    return score


def consonances(roll):
    score = 0
    for column in roll.T:
        rows = np.flatnonzero(column)
        for index, upper in enumerate(rows):
            for lower in rows[index + 1:]:
                score += CONSONANCE[(lower - upper) % 12]
    return score


def outer_notes(roll):
    return -int(np.sum(roll[OUTER]))


def stalled_notes(roll):
    held = roll[:, 4:] & roll[:, 3:-1] & roll[:, 2:-2] & roll[:, 1:-3] & roll[:, :-4]
    return -int(np.sum(held))


RULES = [
    (250, noncyclicity), (30, usage_of_tonic), (1, lines), (2, conjunct_motion), (1, contrary_motion),
    (1, consonances), (1, outer_notes), (1, stalled_notes),
]


def play(weights, random):
    """One episode; returns its score and its number of steps."""
    matrix, bias = weights[:ROWS * ROWS].reshape(ROWS, ROWS), weights[ROWS * ROWS:]
    roll = np.zeros((ROWS, STEPS), dtype=np.uint8)
    observation = np.zeros(ROWS)
    count = 0
    for step in range(STEPS - 1):
        for _ in range(DRAWS):
            logits = observation @ matrix + bias
            powers = np.exp(logits - logits.max())
            action = random.choice(ROWS, p=powers / powers.sum())
            if not roll[action, step]:
                roll[action, step] = 1
                observation[action] += 1
            count += 1
        observation *= DECAY
    return sum(coefficient * rule(roll) for coefficient, rule in RULES), count


def main():
    candidates = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    random = np.random.default_rng(1)
    steps = 0
    begin = time.perf_counter()
    for _ in range(candidates):
        weights = random.normal(size=ROWS * ROWS + ROWS)
        rewards = []
        for _ in range(EPISODES):
            reward, count = play(weights, random)
            rewards.append(reward)
            steps += count
        np.mean(rewards)
    print(f"{steps / (time.perf_counter() - begin) / 1e6:.4f}")


if __name__ == "__main__":
    main()
