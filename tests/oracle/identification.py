"""Known answers for the identification protocol, by NumPy and SciPy, probe after probe.

    python3 tests/oracle/identification.py > tests/fixtures/identification.json
"""
import json
import math
import sys
from fractions import Fraction

import numpy as np
from scipy import stats


def unit(v):
    return v / np.linalg.norm(v)


def vector(c, t, fuse):
    rows = [i for i, of in enumerate(c["template"]) if of == t]
    x = [np.array(c["embeddings"], np.float32).reshape(-1, c["dimension"])[c["image"][i]].astype(float) for i in rows]
    if fuse != "norm":
        x = [unit(v) for v in x]
    if fuse == "media":
        media = [c["medium"][i] for i in rows]
        x = [np.mean([v for v, m in zip(x, media) if m == medium], axis=0) for medium in sorted(set(media))]
    return unit(np.mean(x, axis=0))


def search(c, vectors, gallery, probes):
    """Rank and score of each probe's subject; rank None where there is no mate."""
    result = []
    for p in probes:
        best = {}
        for g in gallery:
            if g == p:
                continue
            key = c["subjects"][g] if c["subjects"][g] >= 0 else ("distractor", g)
            best[key] = max(best.get(key, -2), float(vectors[g] @ vectors[p]))
        mine = best.get(c["subjects"][p]) if c["subjects"][p] >= 0 else None
        if mine is None:
            result.append((None, max(best.values())))
        else:
            result.append((1 + sum(s >= mine for k, s in best.items() if k != c["subjects"][p]), mine))
    return result


def expect(c, fuse):
    vectors = {t: vector(c, t, fuse) for t in range(c["count"])}
    found = [search(c, vectors, s["gallery"], s["probes"]) for s in c["searches"]]
    mated = [[(r, s) for r, s in one if r is not None] for one in found]
    strangers = [[s for r, s in one if r is None] for one in found]
    n = sum(map(len, mated))
    rows = []

    def add(name, values, count):
        rows.append([name, float(np.mean(values)), float(np.std(values)) if len(values) > 1 else None, count])

    for k in c["rank"]:
        add(f"rank-{k}", [np.mean([r <= k for r, _ in one]) for one in mated], n)
    first = [np.mean([r == 1 for r, _ in one]) for one in mated]
    low, high = stats.t.interval(0.95, len(first) - 1, loc=np.mean(first), scale=stats.sem(first))
    rows.append(["rank-1-low", max(0, low), None, len(found)])
    rows.append(["rank-1-high", min(1, high), None, len(found)])
    for far in c["far"]:
        thresholds = []
        for one in strangers:
            # The least observed score at which few enough strangers get a candidate above it.
            allowed = math.floor(Fraction(far) * len(one))
            thresholds.append(min(t for t in one if sum(s > t for s in one) <= allowed))
        pairs = list(zip(mated, thresholds))
        add(f"dir@{far}", [np.mean([r == 1 and s > t for r, s in one]) for one, t in pairs], n)
        add(f"tpir@{far}", [np.mean([s > t for r, s in one]) for one, t in pairs], n)
    rows.append(["unmated", sum(map(len, strangers)), None, n + sum(map(len, strangers))])
    last = max(len({c["subjects"][g] if c["subjects"][g] >= 0 else -g - 2 for g in s["gallery"]}) for s in c["searches"])
    cmc = [float(np.mean([np.mean([r <= k for r, _ in one]) for one in mated])) for k in range(1, last + 1)]
    return {"metrics": rows, "cmc": cmc}


def main():
    rng = np.random.default_rng(11)
    dimension, subjects, images = 6, 14, 150
    owner = rng.integers(0, subjects + 6, images)  # the last six are distractors
    centres = rng.normal(size=(subjects + 6, dimension))
    embeddings = centres[owner] * rng.uniform(0.5, 2, (images, 1)) + 0.8 * rng.normal(size=(images, dimension))
    image, template, medium, of = [], [], [], []
    for person in range(subjects + 6):
        rows = np.flatnonzero(owner == person)
        for part in np.array_split(rng.permutation(rows), 4):
            if len(part) == 0:
                continue
            image += [int(i) for i in part]
            template += [len(of)] * len(part)
            medium += [int(v) for v in rng.integers(0, 2, len(part))]
            of.append(person if person < subjects else -1)
    searches = []
    for name in ("G1", "G2", "G3"):
        known = set(rng.permutation(subjects)[:10].tolist())
        gallery, probes = [], []
        for t, person in enumerate(of):
            if person < 0:
                (gallery if rng.random() < 0.5 else probes).append(t)
            elif person in known:
                (gallery if t % 2 else probes).append(t)
            else:
                probes.append(t)
        searches.append({"name": name, "gallery": gallery, "probes": probes})
    c = {
        "dimension": dimension, "count": len(of), "subjects": of, "image": image, "template": template,
        "medium": medium, "searches": searches, "rank": [1, 2, 5], "far": ["1e-1", "2.9e-1", "5e-1"],
        "embeddings": [float(v) for v in np.round(embeddings, 3).astype(np.float32).ravel()],
    }
    c["expected"] = {fuse: expect(c, fuse) for fuse in ("unit", "norm", "media")}
    json.dump(c, sys.stdout, separators=(",", ":"))
    sys.stdout.write("\n")


main()
