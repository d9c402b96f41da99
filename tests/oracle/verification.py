"""Known answers for the verification protocol, by brute force over numpy and SciPy.

    python3 tests/oracle/verification.py > tests/fixtures/verification.json

Every threshold is tried on every pair, rates are exact fractions, and the interpolation is SciPy's own B-spline of
degree 1, built as `interp1d(kind="slinear")` built it up to SciPy 1.8 (later versions refuse equal abscissae).
"""
import json
import math
import sys
from fractions import Fraction

import numpy as np
from scipy.interpolate import BSpline


def slinear(x, y, at):
    x = np.asarray(x, float)
    return float(BSpline.construct_fast(np.r_[x[0], x, x[-1]], np.asarray(y, float), 1)(at))


def accuracy(distances, same, fold, folds):
    thresholds = np.arange(0, 4, 0.01)
    result = []
    for f in range(folds):
        train, test = fold != f, fold == f
        share = [np.mean((distances[train] < t) == same[train]) for t in thresholds]
        best = thresholds[int(np.argmax(share))]
        result.append(np.mean((distances[test] < best) == same[test]))
    return result


def validation(distances, same, fold, folds, target):
    thresholds = np.arange(0, 4, 0.001)
    vals, fars = [], []
    for f in range(folds):
        train, test = fold != f, fold == f
        negatives = distances[train & ~same]
        rates = [np.sum(negatives < t) / len(negatives) for t in thresholds]
        threshold = slinear(rates, thresholds, target) if max(rates) >= target else 0.0
        vals.append(np.mean(distances[test & same] < threshold))
        fars.append(np.mean(distances[test & ~same] < threshold))
    return vals, fars


def tar(positive, negative, far):
    k = math.floor(Fraction(far) * len(negative))
    threshold = sorted(negative)[k]
    return sum(p < threshold for p in positive) / len(positive)


def auc(positive, negative):
    wins = sum(Fraction(int(p < n)) + Fraction(int(p == n), 2) for p in positive for n in negative)
    return float(wins / (len(positive) * len(negative)))


def eer(positive, negative):
    points = [(Fraction(0), Fraction(1))]
    for t in sorted(set(positive) | set(negative)):
        points.append((
            Fraction(sum(n <= t for n in negative), len(negative)),
            Fraction(sum(p > t for p in positive), len(positive)),
        ))
    for (far0, frr0), (far1, frr1) in zip(points, points[1:]):
        if far1 >= frr1:
            # The point of the segment where far = frr.
            t = (frr0 - far0) / ((frr0 - far0) + (far1 - frr1))
            return float(far0 + t * (far1 - far0))


def expect(case):
    shape = (case["count"], case["dimension"])
    original = np.array(case["original"], np.float32).reshape(shape).astype(np.float64)
    parts = [original]
    if case["flip"]:
        parts.append(np.array(case["mirrored"], np.float32).reshape(shape).astype(np.float64))
    summed = sum(parts)
    unit = summed / np.sqrt(np.sum(summed * summed, axis=1, keepdims=True))
    distances = np.sum(np.square(unit[case["first"]] - unit[case["second"]]), axis=1)
    same = np.array(case["same"], bool)
    fold, folds = np.array(case["fold"]), case["folds"]
    positive, negative = distances[same].tolist(), distances[~same].tolist()
    acc = accuracy(distances, same, fold, folds)
    vals, fars = validation(distances, same, fold, folds, 1e-3)
    metrics = [["accuracy", np.mean(acc), np.std(acc), len(same)]]
    metrics += [["tar@" + name, tar(positive, negative, name), None, len(positive)] for name in case["rates"]]
    metrics += [
        ["val@1e-3", np.mean(vals), np.std(vals), len(positive)],
        ["far@1e-3", np.mean(fars), np.std(fars), len(negative)],
        ["auc", auc(positive, negative), None, len(same)],
        ["eer", eer(positive, negative), None, len(same)],
        ["xnorm", np.mean([np.linalg.norm(p, axis=1) for p in parts]), None, len(parts) * case["count"]],
    ]
    keys = ("name", "value", "std", "n")
    return [dict(zip(keys, [m[0], float(m[1]), None if m[2] is None else float(m[2]), m[3]])) for m in metrics]


def flat(array):
    return [float(v) for v in np.round(array, 4).astype(np.float32).ravel()]


def clusters(rng, classes, per_class, dimension, noise):
    centres = rng.normal(size=(classes, dimension))
    labels = np.repeat(np.arange(classes), per_class)
    return centres[labels] + noise * rng.normal(size=(len(labels), dimension)), labels


def choose(rng, labels, folds, positives, negatives):
    """Pairs fold by fold, of both kinds in random order."""
    rows = []
    for f in range(folds):
        wanted = {True: positives, False: negatives}
        block = []
        while wanted[True] + wanted[False] > 0:
            a, b = (int(v) for v in rng.integers(0, len(labels), 2))
            equal = bool(labels[a] == labels[b])
            if a != b and wanted[equal] > 0:
                wanted[equal] -= 1
                block.append((a, b, int(equal), f))
        rows += block
    return rows


def case(name, rows, folds, original, mirrored=None, rates=("1e-2", "1e-3")):
    first, second, same, fold = ([int(r[i]) for r in rows] for i in range(4))
    made = {
        "name": name, "count": len(original), "dimension": original.shape[1], "flip": mirrored is not None,
        "rates": list(rates), "folds": folds, "original": flat(original),
        "mirrored": None if mirrored is None else flat(mirrored),
        "first": first, "second": second, "same": same, "fold": fold,
    }
    made["expected"] = expect(made)
    return made


def main():
    rng = np.random.default_rng(20240611)
    cases = []

    images, labels = clusters(rng, 8, 4, 8, 0.7)
    cases.append(case("ten contiguous folds", choose(rng, labels, 10, 6, 6), 10, images))

    images, labels = clusters(rng, 6, 5, 5, 0.9)
    rows = [r for i, r in enumerate(choose(rng, labels, 3, 9, 14)) if i % 11]  # folds of unequal size
    rng.shuffle(rows)
    mirrored = images + 0.3 * rng.normal(size=images.shape)
    cases.append(case("flip-sum, scattered unequal folds", rows, 3, images, mirrored, ("2.9e-1", "1e-1", "5e-2")))

    # Axis-aligned images: every distance is 0, 2 or 4 and 2 lies on both grids. Some pairs are listed twice.
    images = np.array([[1, 0], [2, 0], [0, 1], [0, 3], [-1, 0], [0, -5]], float)
    labels = np.array([0, 0, 0, 1, 1, 1])
    rows = [(a, b, int(labels[a] == labels[b]), (a + b) % 3) for a in range(6) for b in range(6) if a != b]
    rows += rows[:7]
    cases.append(case("ties on the grid, duplicates", rows, 3, images, rates=("1e-1", "5e-1")))

    images, labels = clusters(rng, 16, 4, 4, 0.5)
    cases.append(case("interpolated false accept rate", choose(rng, labels, 3, 30, 800), 3, images,
                      rates=("1e-3", "1e-2", "5e-1")))

    json.dump(cases, sys.stdout, separators=(",", ":"))
    sys.stdout.write("\n")


main()
