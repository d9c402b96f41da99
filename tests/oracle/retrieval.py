"""Known answers for the retrieval protocol, by full sorts in NumPy, and by scikit-learn for what clusters say.

    python3 tests/oracle/retrieval.py > tests/fixtures/retrieval.json
"""
import json
import sys

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import normalized_mutual_info_score
from sklearn.preprocessing import normalize


def figures(embeddings, labels, ks):
    x = normalize(embeddings)
    cosine = x @ x.T
    found = {f"recall@{k}": [] for k in ks}
    found.update({"map@r": [], "r-precision": []})
    for query in range(len(x)):
        relevant = int(np.sum(labels == labels[query])) - 1
        if relevant == 0:
            continue
        order = [j for j in np.argsort(-cosine[query], kind="stable") if j != query]
        hit = (labels[order] == labels[query]).astype(float)
        for k in ks:
            found[f"recall@{k}"].append(float(np.any(hit[:k])))
        precision = np.cumsum(hit) / np.arange(1, len(hit) + 1)
        found["map@r"].append(np.sum((precision * hit)[:relevant]) / relevant)
        found["r-precision"].append(np.mean(hit[:relevant]))
    return [[name, float(np.mean(values)), len(values)] for name, values in found.items()]


def case(name, rng, sizes, dimension, noise, ks):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    order = rng.permutation(len(labels))
    labels = labels[order] * 3  # labels need not follow each other
    centres = rng.normal(size=(len(sizes) * 3, dimension))
    embeddings = np.round(centres[labels] + noise * rng.normal(size=(len(labels), dimension)), 3).astype(np.float32)
    x = normalize(embeddings.astype(np.float64))
    start = rng.choice(len(x), len(sizes), replace=False)
    model = KMeans(len(sizes), init=x[start], n_init=1, max_iter=20, tol=0, algorithm="lloyd").fit(x)
    clusters = model.predict(x)
    assert len(set(clusters)) == len(sizes)
    return {
        "name": name, "dimension": dimension, "k": ks, "labels": labels.tolist(),
        "embeddings": [float(v) for v in embeddings.ravel()],
        "expected": figures(embeddings.astype(np.float64), labels, ks),
        "start": start.tolist(), "clusters": clusters.tolist(),
        "nmi": normalized_mutual_info_score(labels, clusters),
        "random": (random := rng.integers(0, 4, len(labels))).tolist(),
        "randomNmi": normalized_mutual_info_score(labels, random),
    }


rng = np.random.default_rng(5)
json.dump([
    case("even classes", rng, [6] * 12, 8, 0.9, [1, 5, 10]),
    case("classes of one to nine", rng, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1], 5, 1.2, [1, 2, 4, 8]),
], sys.stdout, separators=(",", ":"))
sys.stdout.write("\n")
