"""Known answers for the protocols `angles` and `dominant-centre`, by numpy in float64, one vector at a time.

    python3 tests/oracle/angles.py > tests/fixtures/angles.json

Angles are taken as 2 atan2(|a - b|, |a + b|) of unit vectors, never by an arc cosine, and every pair is looked at.
"""
import json
import sys

import numpy as np


def unit(vector):
    vector = np.asarray(vector, np.float64)
    return vector / np.linalg.norm(vector)


def degrees(a, b):
    a, b = unit(a), unit(b)
    return float(np.degrees(2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b))))


def least(vectors):
    return [min(degrees(a, b) for k, b in enumerate(vectors) if k != j) for j, a in enumerate(vectors)]


def angles(embeddings, labels, weights):
    classes = sorted(set(labels))
    members = {j: [x for x, y in zip(embeddings, labels) if y == j] for j in classes}
    centre = {j: np.mean([unit(x) for x in members[j]], axis=0) for j in classes}
    intra = [degrees(x, centre[j]) for j in classes for x in members[j] if len(members[j]) > 1]
    nearest = [min(weights[j], key=lambda w: degrees(w, centre[j])) for j in classes]
    return {
        "intra": [float(np.mean(intra)), len(intra)],
        "inter": [float(np.mean(least([centre[j] for j in classes]))), len(classes)],
        "inter-min": [min(least([centre[j] for j in classes])), len(classes)],
        "w-ec": [float(np.mean([degrees(w, centre[j]) for w, j in zip(nearest, classes)])), len(classes)],
        "w-inter": [float(np.mean(least(nearest))), len(classes)],
    }


def dominant(embeddings, labels, weights, angle):
    nearest = [int(np.argmin([degrees(x, w) for w in weights[y]])) for x, y in zip(embeddings, labels)]
    kept, agree = [], 0
    for i, (x, y) in enumerate(zip(embeddings, labels)):
        votes = [sum(1 for k, l in zip(nearest, labels) if l == y and k == c) for c in range(len(weights[y]))]
        top = votes.index(max(votes))
        agree += nearest[i] == top
        if degrees(x, weights[y][top]) <= angle:
            kept.append(i)
    return {"angle": angle, "kept": kept, "dominant": agree / len(labels)}


def case(name, seed, dimension, sizes, centres, noise):
    random = np.random.default_rng(seed)
    labels = [j for j, size in enumerate(sizes) for _ in range(size)]
    random.shuffle(labels)
    means = random.normal(size=(len(sizes), dimension))
    embeddings = np.float32([3 * random.random() * (means[y] + noise * random.normal(size=dimension)) for y in labels])
    weights = np.float32(means[:, None] + noise * random.normal(size=(len(sizes), centres, dimension)))
    return {
        "name": name,
        "count": len(labels),
        "dimension": dimension,
        "classes": len(sizes),
        "perClass": centres,
        "original": [float(v) for v in embeddings.ravel()],
        "labels": [int(y) for y in labels],
        "weights": [float(v) for v in weights.ravel()],
        "angles": angles(embeddings, labels, weights),
        "dominant": [dominant(embeddings, labels, weights, angle) for angle in (30, 75)],
    }


json.dump([
    case("five classes, one of one image, one without", 1, 6, [4, 3, 1, 0, 5, 2], 1, 0.6),
    case("three centres a class", 2, 4, [6, 5, 7], 3, 0.9),
    case("two classes", 3, 3, [2, 2], 1, 0.2),
], sys.stdout)
