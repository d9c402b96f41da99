"""Known answers for the public definitions of verification, by scikit-learn, SciPy and NumPy.

    python3 tests/oracle/verification_definitions.py FACES.zip > tests/fixtures/verification_definitions.json

FACES.zip holds the faces of ORL (Olivetti Research Laboratory) as s1/1.pgm … s40/10.pgm; twenty people, averaged over 4 × 4 pixels and projected at
random to 24 numbers, stand for embeddings that have a mean and unequal lengths. Each definition is written from the
public description of its code and tries every threshold on every pair.
"""
import base64
import json
import sys
import warnings
import zipfile
from io import BytesIO

import numpy as np
from PIL import Image
from scipy.interpolate import interp1d
from scipy.optimize import brentq
from sklearn.decomposition import PCA
from sklearn.metrics import auc, det_curve, roc_auc_score, roc_curve
from sklearn.preprocessing import normalize

warnings.filterwarnings("ignore")
GRID = np.arange(0, 4, 0.01)


def grid_accuracy(distances_of, same, fold, folds):
    accuracies, thresholds = [], []
    for f in range(folds):
        distances = distances_of(f)
        train, test = fold != f, fold == f
        shares = [np.mean((distances[train] < t) == same[train]) for t in GRID]
        t = GRID[int(np.argmax(shares))]
        thresholds.append(t)
        accuracies.append(np.mean((distances[test] < t) == same[test]))
    return accuracies, thresholds


def squared(a, b):
    return np.sum(np.square(a - b), axis=1)


def insightface(e, m, c, flip, pca=None):
    x = normalize(e + m if flip else e)
    a, b = x[c["first"]], x[c["second"]]

    def distances(f):
        if pca is None:
            return squared(a, b)
        train = c["fold"] != f
        model = PCA(n_components=pca, svd_solver="full").fit(np.concatenate((a[train], b[train])))
        return squared(normalize(model.transform(a)), normalize(model.transform(b)))

    return grid_accuracy(distances, c["same"], c["fold"], c["folds"])


def magface(e, c):
    def distances(f):
        train = c["fold"] != f
        a, b = e[c["first"]], e[c["second"]]
        mean = np.mean(np.concatenate([a[train], b[train]]), axis=0)
        a, b = a - mean, b - mean
        cosine = np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
        return np.arccos(np.clip(cosine, -1, 1)) / np.pi

    return grid_accuracy(distances, c["same"], c["fold"], c["folds"])[0]


def facexzoo(e, c):
    x = normalize(e)
    scores = np.sum(x[c["first"]] * x[c["second"]], axis=1)
    accuracies = []
    for f in range(c["folds"]):
        train, test = c["fold"] != f, c["fold"] == f
        s, y = scores[train], c["same"][train]
        thresholds = s.min() + (s.max() - s.min()) / 1000 * np.arange(1, 1001)
        youden = [np.sum(s[y] > t) / y.sum() - np.sum(s[~y] > t) / (~y).sum() for t in thresholds]
        t = thresholds[int(np.argmax(youden))]
        s, y = scores[test], c["same"][test]
        accuracies.append((np.sum(s[y] > t) + np.sum(s[~y] < t)) / len(s))
    return accuracies, np.std(accuracies, ddof=1) / np.sqrt(c["folds"])


def opensphere(e, m, c):
    x = normalize((e + m) / 2)
    scores, labels = np.sum(x[c["first"]] * x[c["second"]], axis=1), c["same"].astype(int)
    fpr, tpr, _ = roc_curve(labels, scores, pos_label=1)
    curve = interp1d(fpr, tpr)
    positive = labels.sum()
    negative = len(labels) - positive
    result = [["accuracy", max(tpr * positive + (1 - fpr) * negative) / len(labels)]]
    result += [["tar@" + rate, float(curve(float(rate)))] for rate in c["rates"]]
    result += [["auc", auc(fpr, tpr)], ["eer", brentq(lambda v: 1 - v - curve(v), 0, 1)]]
    return result


def adaface(e, m, c):
    # The network gives unit embeddings and norms, which are fused.
    parts = [(normalize(p), np.linalg.norm(p, axis=1, keepdims=True)) for p in (e, m)]
    x = normalize(sum(unit * norm for unit, norm in parts))
    return grid_accuracy(lambda f: squared(x[c["first"]], x[c["second"]]), c["same"], c["fold"], c["folds"])


def curves(e, c):
    x = normalize(e)
    distances, same = squared(x[c["first"]], x[c["second"]]), c["same"]
    fpr, tpr, _ = roc_curve(same, -distances, drop_intermediate=False)
    det_fpr, det_fnr, _ = det_curve(same, -distances)
    cosine = np.sum(x[c["first"]] * x[c["second"]], axis=1)
    degrees = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    bars = [np.histogram(degrees[same == kind], bins=90, range=(0, 180))[0] for kind in (True, False)]
    return {
        "roc": [fpr.tolist(), tpr.tolist()], "det": [det_fpr.tolist(), det_fnr.tolist()],
        "auc": roc_auc_score(same, -distances), "angles": [b.tolist() for b in bars],
    }


def expect(c):
    shape = (c["count"], c["dimension"])
    e, m = (np.frombuffer(base64.b64decode(c[k]), "<f4").reshape(shape).astype(np.float64) for k in ("original", "mirrored"))
    c = {**c, **{k: np.array(c[k]) for k in ("first", "second", "fold")}, "same": np.array(c["same"], bool)}

    def folds(accuracies, thresholds=None):
        rows = [["accuracy", float(np.mean(accuracies)), float(np.std(accuracies))]]
        return rows + ([] if thresholds is None else [["threshold", float(np.mean(thresholds))]])

    zoo, error = facexzoo(e, c)
    return {
        "verification pca": folds(insightface(e, m, c, False, c["pca"])[0]),
        "verification pca flip": folds(insightface(e, m, c, True, c["pca"])[0]),
        "verification-evolve": folds(*insightface(e, m, c, False)),
        "verification-evolve tta": folds(*insightface(e, m, c, True)),
        "verification-adaface": folds(*adaface(e, m, c)),
        "verification-magface": folds(magface(e, c)),
        "verification-facexzoo": folds(zoo) + [["standard-error", float(error)]],
        "verification-opensphere": [[k, float(v)] for k, v in opensphere(e, m, c)],
        "curves": curves(e, c),
    }


def pack(array):
    return base64.b64encode(np.asarray(array, "<f4").tobytes()).decode()


def choose(rng, labels, folds, positives, negatives):
    """Distinct pairs fold by fold, of both kinds in random order; classes may be in several folds."""
    rows, seen = [], set()
    for f in range(folds):
        wanted = {True: positives, False: negatives}
        while wanted[True] + wanted[False] > 0:
            a, b = sorted(int(v) for v in rng.integers(0, len(labels), 2))
            equal = bool(labels[a] == labels[b])
            if a != b and wanted[equal] > 0 and (a, b) not in seen:
                seen.add((a, b))
                wanted[equal] -= 1
                rows.append((a, b, int(equal), f))
    return rows


def case(name, rows, folds, original, mirrored, rates, pca):
    made = {
        "name": name, "count": len(original), "dimension": original.shape[1], "folds": folds, "rates": rates, "pca": pca,
        "original": pack(original), "mirrored": pack(mirrored),
        **{key: [int(r[i]) for r in rows] for i, key in enumerate(("first", "second", "same", "fold"))},
    }
    made["expected"] = expect(made)
    return made


def faces(path):
    images = []
    with zipfile.ZipFile(path) as archive:
        for person in range(1, 21):
            for shot in range(1, 11):
                picture = np.asarray(Image.open(BytesIO(archive.read(f"s{person}/{shot}.pgm"))), float)
                images.append(picture.reshape(28, 4, 23, 4).mean(axis=(1, 3)) / 255)
    return np.array(images), np.repeat(np.arange(20), 10)


def main():
    rng = np.random.default_rng(20250107)
    cases = []

    labels = np.repeat(np.arange(12), 6)
    images = (rng.normal(size=(12, 16)) + 0.5)[labels] + 1.1 * rng.normal(size=(72, 16))
    mirrored = images + 0.6 * rng.normal(size=images.shape)
    cases.append(case("random", choose(rng, labels, 10, 6, 6), 10, images, mirrored, ["1e-2", "1e-1", "2.5e-1"], 5))

    pictures, labels = faces(sys.argv[1])
    projection = rng.normal(size=(28 * 23, 24)) / 24
    flat, flipped = pictures.reshape(200, -1) @ projection, pictures[:, :, ::-1].reshape(200, -1) @ projection
    cases.append(case("faces", choose(rng, labels, 5, 40, 60), 5, flat, flipped, ["1e-2", "5e-2", "2e-1"], 8))

    # Axis-aligned images: every cosine is -1, 0 or 1. Some pairs are listed twice.
    images = np.array([[1, 0, 0], [2, 0, 0], [0, 1, 0], [0, 3, 0], [-1, 0, 0], [0, -5, 0]], float)
    labels = np.array([0, 0, 0, 1, 1, 1])
    rows = [(a, b, int(labels[a] == labels[b]), (a + b) % 3) for a in range(6) for b in range(6) if a != b]
    cases.append(case("ties", rows + rows[:7], 3, images, images, ["1e-1", "5e-1"], 2))

    json.dump(cases, sys.stdout, separators=(",", ":"))
    sys.stdout.write("\n")


main()
