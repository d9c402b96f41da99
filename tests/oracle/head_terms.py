"""Losses without a softmax: center, triplet, and the paper's intra and inter terms, as head_formulas.py."""

import math

import torch

from head_pass import cosines, own


def center(run, x, w, labels, p, bias):
    """1/(2N) sum |x - c_y|^2; then c_j falls by alpha sum_{y=j} (c_j - x) / (1 + n_j)."""
    centers = run.state["head.centers"].to(x)
    moved = centers.clone()
    for j in range(len(centers)):
        members = x.detach()[labels == j]
        moved[j] -= p["alpha"] * (centers[j] - members).sum(0) / (1 + len(members))
    run.moved["head.centers"] = run.still("centers", moved)
    return ((x - centers[labels]) ** 2).sum() / (2 * len(x))


def pair_distances(x, a, b, distance):
    u = torch.nn.functional.normalize(x)
    if distance == "squared-euclidean":
        return ((u[a] - u[b]) ** 2).sum(1)
    return torch.acos((u[a] * u[b]).sum(1))


def triplet(run, x, w, labels, p, bias):
    """D(a, p) - D(a, n) + m where positive: of all triplets, of the hardest of each anchor, or of those given."""
    a, positive, negative = {"all": every, "hard": hardest, "given": given}[p["mining"]](run, x, labels, p)
    hinge = (
        pair_distances(x, a, positive, p["distance"]) - pair_distances(x, a, negative, p["distance"]) + p["m"]
    )
    run.kink(hinge)
    active = torch.relu(hinge)
    return active.sum() / (active > 0).sum() if p["mining"] == "all" else active.mean()


def every(run, x, labels, p):
    same = labels[:, None] == labels[None, :]
    positives = same & ~torch.eye(len(x), dtype=torch.bool)
    return torch.nonzero(positives[:, :, None] & ~same[:, None, :]).T


def hardest(run, x, labels, p):
    rows = torch.arange(len(x))
    positive, negative = [], []
    for i in range(len(x)):
        friends, foes = rows[(labels == labels[i]) & (rows != i)], rows[labels != labels[i]]
        near = pair_distances(x.detach(), foes.new_full(foes.shape, i), foes, p["distance"])
        far = pair_distances(x.detach(), friends.new_full(friends.shape, i), friends, p["distance"])
        run.kink(torch.sort(near).values[1] - near.min())
        run.kink(torch.sort(far).values[-2] - far.max())
        positive.append(friends[far.argmax()])
        negative.append(foes[near.argmin()])
    return rows, torch.stack(positive), torch.stack(negative)


def given(run, x, labels, p):
    return torch.tensor(run.triplets).T


def intra(run, x, w, labels, p, bias):
    """1/(pi N) sum theta_y."""
    return torch.acos(own(cosines(x, w), labels)).mean() / math.pi


def inter(run, x, w, labels, p, bias):
    """arccos: -1/(pi N (n-1)) sum_i sum_{j != y} acos(w_y w_j); cosine: the mean of w_y w_j, j = y among them."""
    between, n = cosines(w, w), len(w)
    if p["form"] == "cosine":
        return between[labels].mean()
    i, j = torch.nonzero(~torch.eye(n, dtype=torch.bool)).T
    angles = torch.zeros_like(between).index_put((i, j), torch.acos(between[i, j]))
    return -angles[labels].sum() / (math.pi * len(labels) * (n - 1))
