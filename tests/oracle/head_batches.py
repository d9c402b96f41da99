"""The batches of heads.py: numbers that float32 can hold, so that both sides start from the same."""

import math

import numpy as np
import torch

BOUNDARY = [math.pi - 0.51, math.pi - 0.49]
EDGES = [1e-3, 3e-3, 0.01, *BOUNDARY, math.pi - 0.01, math.pi - 3e-3, math.pi - 1e-3]


def exact(values):
    return torch.from_numpy(np.asarray(values, np.float32)).double()


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def spread(random, count, low, high):
    """Evenly over (low, high) but jittered, so that no two are close together; in random order."""
    return random.permutation(low + (high - low) * (np.arange(count) + random.uniform(0.25, 0.75, count)) / count)


def turned(random, w, labels, theta, norms):
    """Rows at angle theta to their class's weights: norm (cos theta w + sin theta u), u orthogonal to w."""
    toward = unit(w)[labels]
    u = random.standard_normal(toward.shape)
    u = unit(u - (u * toward).sum(1, keepdims=True) * toward)
    return norms[:, None] * (np.cos(theta)[:, None] * toward + np.sin(theta)[:, None] * u)


def logarithmic(random, count, low, high):
    return np.exp(random.uniform(math.log(low), math.log(high), count))


def weights(random, classes):
    return unit(random.standard_normal((classes, 4))) * random.uniform(0.5, 3, (classes, 1))


def angular(random, w, theta):
    """Rows at these target angles, norms 2..150."""
    labels = random.integers(0, len(w), len(theta))
    x = turned(random, w, labels, theta, logarithmic(random, len(theta), 2, 150))
    return {"x": exact(x), "w": exact(w), "labels": torch.from_numpy(labels)}


def identities(random, people, each):
    """A few pictures of every person around a direction of their own, norms 1..5."""
    w = weights(random, people)
    labels = np.repeat(np.arange(people), each)
    x = unit(unit(w)[labels] + 0.22 * random.standard_normal((people * each, 4)))
    x *= random.uniform(1, 5, (people * each, 1))
    return {"x": exact(x), "w": exact(w), "labels": torch.from_numpy(labels)}


def centres(random, w, k):
    """k rows for each row of w, in random order: the row itself and others up to a radian away."""
    rows = np.repeat(w[:, None], k, axis=1)
    rows[:, 1:] += 0.6 * np.linalg.norm(w, axis=1)[:, None, None] * random.standard_normal(rows[:, 1:].shape)
    return exact(np.concatenate([random.permutation(group) for group in rows]))


def batches(random):
    """A: every angle. B: eight identities. C: near their class only. E: nothing but edges."""
    w = weights(random, 7)
    w3 = centres(random, w, 3)
    a = angular(random, w, np.concatenate([BOUNDARY, spread(random, 998, 0.02, math.pi - 0.02)]))
    b = identities(random, 8, 5)
    c = angular(random, weights(random, 7), spread(random, 200, 0.05, 1.1))
    e = angular(random, w, np.repeat(EDGES, 6))
    return {"A": {**a, "w3": w3}, "B": b, "C": c, "E": {**e, "w3": w3}}
