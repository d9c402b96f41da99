"""One pass through a head: what has no gradient, what moves, and how near the batch comes to a kink."""

import math

import torch
import torch.nn.functional as F


class Pass:
    """Given to every head.

    `still` stops the gradient: the first pass keeps the value, later passes get the kept one, so that finite
    differences see the same constants that autograd sees. `moved` is the state after the step.
    """

    def __init__(self, state=None, margins=None, counts=None, triplets=None, step=0):
        self.state, self.margins, self.counts, self.triplets = state or {}, margins, counts, triplets
        self.step, self.kept, self.moved, self.nearest = step, {}, {}, math.inf

    def still(self, key, value):
        return self.kept.setdefault(key, value.detach())

    def kink(self, distance):
        self.nearest = min(self.nearest, distance.detach().abs().min().item())

    def kink_at_multiples(self, angle, m):
        """Of pi, between 0 and m pi: where psi changes its branch."""
        k = torch.clamp(torch.round(angle / math.pi), 1, max(1, math.ceil(m) - 1))
        self.kink(angle - k * math.pi)

    def detached(self, plain, modified):
        """The modified value with the gradient of the plain one."""
        return plain + self.still("correction", modified - plain)


def cosines(x, w):
    return F.normalize(x) @ F.normalize(w).T


def own(values, labels):
    """The label's entry of each row."""
    return values.gather(1, labels[:, None])[:, 0]


def put(values, labels, target):
    """`values` with the label's entry of each row replaced."""
    return torch.where(is_own(values, labels), target[:, None], values)


def is_own(values, labels):
    return F.one_hot(labels, values.shape[1]).bool()


def psi(angle):
    """(-1)^k cos(angle) - 2k, k = floor(angle / pi): cos, continued downwards past every multiple of pi."""
    k = torch.floor(angle / math.pi).detach()
    return (1 - 2 * (k % 2)) * torch.cos(angle) - 2 * k
