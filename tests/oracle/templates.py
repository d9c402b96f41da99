"""Known answers for the protocols of templates, on small sets laid out as IJB, MegaFace and YouTube Faces are.

    python3 tests/oracle/templates.py > tests/fixtures/templates.json

NumPy in float64 and scikit-learn's roc_curve, straight from the definitions: every template, pair and rank by itself.
"""
import hashlib
import json
import math
import struct

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

rng = np.random.default_rng(7)
D = 6


def draw(centre, noise):
    """Numbers of three decimals, so that the fixture is short; as float32 they are what a network would give."""
    return [round(float(v), 3) for v in centre + noise * rng.normal(size=D)]


def f32(rows):
    return np.array(rows, np.float32).astype(np.float64)


def unit(x):
    return x / np.sqrt(np.sum(x * x, -1, keepdims=True))


def tar_exact(same, different, far):
    """Similarities: the threshold is the largest that at most far * N different ones exceed."""
    descending = np.sort(different)[::-1]
    allowed = min(math.floor(far * len(different) + 1e-9), len(different) - 1)
    return float(np.mean(same > descending[allowed]))


def tar_nearest(label, score, fars):
    fpr, tpr, _ = roc_curve(label, score)
    fpr, tpr = np.flipud(fpr), np.flipud(tpr)
    return [float(tpr[min(zip(abs(fpr - x), range(len(fpr))))[1]]) for x in fars]


def fuse(original, mirrored, scores, rows, flip, norm, detector):
    """rows: (image, template, medium)."""
    x = {"none": original, "sum": original + mirrored, "concat": np.hstack([original, mirrored])}[flip]
    if norm == "unit":
        x = unit(x)
    if detector:
        x = x * scores[:, None]
    templates = sorted({t for _, t, _ in rows})
    out = []
    for template in templates:
        media = sorted({m for _, t, m in rows if t == template})
        means = [np.mean([x[i] for i, t, m in rows if t == template and m == medium], axis=0) for medium in media]
        out.append(np.sum(means, axis=0))
    return unit(np.array(out)), templates


def ijb():
    subjects, rows, original, mirrored, names, owner = 10, [], [], [], [], {}
    centres = rng.normal(size=(subjects, D))
    ids = rng.permutation(np.arange(100, 100 + 4 * subjects))
    for template, number in enumerate(ids):
        subject = template % subjects
        owner[int(number)] = subject
        for medium in range(1 + int(rng.integers(3))):
            for _ in range(1 + int(rng.integers(2)) * 2):
                rows.append((len(rows), int(number), 10 * template + medium))
                length = rng.uniform(0.5, 3)
                original.append(draw(centres[subject] * length, 0.9))
                mirrored.append(draw(centres[subject] * length, 0.9))
    order = rng.permutation(len(rows))
    rows = [(i, rows[j][1], rows[j][2]) for i, j in enumerate(order)]
    original, mirrored = [original[j] for j in order], [mirrored[j] for j in order]
    names = [f"{i + 1}.jpg" for i in range(len(rows))]
    scores = [round(float(v), 3) for v in rng.uniform(0.4, 1, len(rows))]
    known = sorted(owner)
    pairs = [(a, b, int(owner[a] == owner[b])) for a in known for b in known if a < b and (owner[a] == owner[b] or rng.random() < 0.5)]
    gallery = [[], []]
    probes = []
    for number in known:
        subject = owner[number]
        group = gallery[subject % 2]
        if subject not in [s for _, s in group]:
            group.append((number, subject))
        else:
            probes.append((number, subject))
    fars = [1e-3, 1e-2, 5e-2, 1e-1, 3e-1]
    cases = []
    o, m, s = f32(original), f32(mirrored), np.array(scores, np.float32).astype(np.float64)
    for flip in ["none", "sum", "concat"]:
        for norm in ["keep", "unit"]:
            for detector in [False, True]:
                vectors, templates = fuse(o, m, s, rows, flip, norm, detector)
                place = {t: i for i, t in enumerate(templates)}
                score = np.array([vectors[place[a]] @ vectors[place[b]] for a, b, _ in pairs])
                label = np.array([l for _, _, l in pairs])
                cases.append({
                    "params": {"flip": flip, "norm": norm, "detector": detector, "far": fars},
                    "scores": [round(float(v), 8) for v in 2 - 2 * score],
                    "tar": [tar_exact(score[label == 1], score[label == 0], x) for x in fars],
                    "nearest": tar_nearest(label, score, fars),
                    "auc": float(roc_auc_score(label, score)),
                    "identification": identify(vectors, place, gallery, probes),
                })
    text = {
        "face_tid_mid": "".join(f"{n} {t} {d}\n" for n, (_, t, d) in zip(names, rows)),
        "name_5pts_score": "".join(
            f"{n} " + " ".join(f"{30 + i + k}.5" for k in range(10)) + f" {score}\n"
            for i, (n, score) in enumerate(zip(names, scores))),
        "template_pair_label": "".join(f"{a} {b} {l}\n" for a, b, l in pairs),
        "gallery_G1": csv(gallery[0]), "gallery_G2": csv(gallery[1]), "probe_mixed": csv(probes),
    }
    return {"text": text, "original": original, "mirrored": mirrored, "cases": cases}


def csv(rows):
    return "TEMPLATE_ID,SUBJECT_ID,FILENAME\n" + "".join(f"{t},{s},x/{t}.jpg\n" * (1 + t % 2) for t, s in rows)


def rank_of(scores, mates):
    best = max(scores[j] for j in mates)
    return 1 + sum(1 for j, v in enumerate(scores) if j not in mates and v >= best), best


def identify(vectors, place, galleries, probes):
    ranks_at, rates = [1, 2, 5], [0.1, 0.3]
    hits, tpirs = [], []
    for gallery in galleries:
        ranks, found, strangers = [], [], []
        for number, subject in probes:
            scores = [vectors[place[number]] @ vectors[place[t]] for t, _ in gallery]
            mates = [j for j, (_, s) in enumerate(gallery) if s == subject]
            if not mates:
                strangers.append(max(scores))
                continue
            rank, best = rank_of(scores, mates)
            ranks.append(rank)
            found.append(best)
        hits.append([np.mean(np.array(ranks) <= k) for k in ranks_at])
        descending = sorted(strangers, reverse=True)
        tpirs.append([sum(v > descending[math.floor(x * len(strangers) + 1e-9)] for v in found) / len(ranks) for x in rates])
    union = galleries[0] + galleries[1]
    own, others, ranks = [], [], []
    for number, subject in probes:
        scores = [vectors[place[number]] @ vectors[place[t]] for t, _ in union]
        mate = [j for j, (_, s) in enumerate(union) if s == subject]
        rank, best = rank_of(scores, mate)
        ranks.append(rank)
        own.append(best)
        others += [v for j, v in enumerate(scores) if j != mate[0]]
    others = sorted(others, reverse=True)
    return {
        "ranks": ranks_at, "fpir": rates,
        "rank": [float(v) for v in np.mean(hits, 0)], "rankStd": [float(v) for v in np.std(hits, 0)],
        "tpir": [float(v) for v in np.mean(tpirs, 0)],
        "unionRank": [float(np.mean(np.array(ranks) <= k)) for k in ranks_at],
        "unionTpir": [float(np.mean(np.array(own) > others[math.ceil(len(probes) * x) - 1])) for x in rates],
    }


def philox(path, count):
    """Uniform numbers of a stream: Philox4x32-10 (Salmon et al. 2011), keyed by SHA-256 of the path."""
    h = struct.unpack("<4I", hashlib.sha256(path.encode()).digest()[:16])
    out = []
    for block in range((count + 3) // 4):
        c, k = [block, 0, h[2], h[3]], [h[0], h[1]]
        for _ in range(10):
            p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
            k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
        out += [v / 2**32 for v in c]
    return out[:count]


def megaface():
    identities, each, count = ["Ann_A", "Bob_B", "Cy_C", "Di_D", "Ed_E"], 4, 300
    centres = rng.normal(size=(len(identities), D))
    probes, original, mirrored = [], [], []
    for i, name in enumerate(identities):
        for j in range(each):
            probes.append(f"{name}/{name}_{j}.png")
            original.append(draw(centres[i], 0.25))
            mirrored.append(draw(centres[i], 0.25))
    distractors = [f"{i // 50}/{i // 10}@N00/{i}_0.jpg" for i in range(count)]
    d_original = [draw(np.zeros(D), 1) for _ in range(count)]
    d_mirrored = [draw(np.array(row), 0.2) for row in d_original]
    # Among the noise are distractors that lie where a probe is: these decide.
    for i, at in enumerate([3, 40, 250]):
        d_original[at], d_mirrored[at] = draw(centres[i], 0.1), draw(centres[i], 0.1)
    noisy_probes, noisy = ["Ann_A_1.png", "Cy_C_0.png", "Cy_C_3.png"], [distractors[i] for i in (3, 40, 77)]
    sizes, fars = [10, 100, 300], [1e-3, 3e-3]
    cases = []
    for flip in [False, True]:
        for remove in [False, True]:
            p = unit(f32(original) + (f32(mirrored) if flip else 0))
            g = unit(f32(d_original) + (f32(d_mirrored) if flip else 0))
            if remove:
                u = philox("0/megaface-noise", len(noisy_probes) * D)
                at = [i for i, name in enumerate(probes) if name.split("/")[1] in noisy_probes]
                clean = p.copy()
                for k, i in enumerate(at):
                    own = [j for j in range(len(p)) if j // each == i // each and j not in at]
                    p[i] = unit(clean[own].sum(0) + (2 * np.array(u[k * D:(k + 1) * D]) - 1) * 0.001)
            scores = p @ g.T
            if remove:
                scores[:, [distractors.index(n) for n in noisy]] = -np.inf
            mates = [(i, j) for i in range(len(p)) for j in range(len(p)) if i != j and i // each == j // each]
            own = np.array([p[i] @ p[j] for i, j in mates])
            nearer = {n: np.array([np.sum(scores[i, :n] >= p[i] @ p[j]) for i, j in mates]) for n in sizes}
            cases.append({
                "params": {"flip": "sum" if flip else "none", "noise": "remove" if remove else "keep",
                           "distractors": sizes, "far": fars},
                "rank1": [float(np.mean(nearer[n] == 0)) for n in sizes],
                "rank5": [float(np.mean(nearer[n] <= 4)) for n in sizes],
                "tar": [tar_exact(own, scores.ravel(), x) for x in fars],
            })
    text = {
        "probes": json.dumps({"id": [n.split("/")[0] for n in probes], "path": probes}),
        "distractors": "".join(f"/data/megaface/{n}\n" for n in distractors),
        "facescrub_noises": "# names\n" + "".join(f"{n}\n" for n in noisy_probes),
        "megaface_noises": "# names\n" + "".join(f"{i}\t{n}\n" if i else f"{n}\n" for i, n in enumerate(noisy)),
    }
    return {"text": text, "probes": {"original": original, "mirrored": mirrored},
            "distractors": {"original": d_original, "mirrored": d_mirrored}, "cases": cases}


def ytf():
    people, folds = 8, 4
    centres = rng.normal(size=(people, D))
    frames, original, videos = [], [], []
    for i in range(people):
        for video in range(3):
            videos.append((i, video))
            for frame in range(2 + int(rng.integers(3))):
                frames.append(f"P_{i}/{video}/aligned.{frame}.jpg")
                original.append(draw(centres[i] * rng.uniform(0.5, 3), 2))
    lines, pairs = ["split, pair, first, second, same\n"], []
    for fold in range(folds):
        for k in range(12):
            a = videos[int(rng.integers(len(videos)))]
            b = (a[0], (a[1] + 1) % 3) if k % 2 else videos[int(rng.integers(len(videos)))]
            while k % 2 == 0 and b[0] == a[0]:
                b = videos[int(rng.integers(len(videos)))]
            pairs.append((fold, a, b, k % 2))
            lines.append(f"{fold + 1}, {k + 1}, P_{a[0]}/{a[1]}, P_{b[0]}/{b[1]}, {k % 2}\n")
    x = unit(f32(original))
    vector = {v: unit(np.mean([x[i] for i, f in enumerate(frames) if f.startswith(f"P_{v[0]}/{v[1]}/")], axis=0)) for v in videos}
    dist = np.array([np.sum((vector[a] - vector[b]) ** 2) for _, a, b, _ in pairs])
    same, fold = np.array([s for *_, s in pairs]) == 1, np.array([f for f, *_ in pairs])
    accuracies = []
    for f in range(folds):
        train = [np.mean((dist[fold != f] < t) == same[fold != f]) for t in np.arange(0, 4, 0.01)]
        best = np.arange(0, 4, 0.01)[int(np.argmax(train))]
        accuracies.append(np.mean((dist[fold == f] < best) == same[fold == f]))
    return {"splits": "".join(lines), "frames": frames, "original": original, "distances": [round(float(v), 8) for v in dist],
            "accuracy": float(np.mean(accuracies)), "std": float(np.std(accuracies)),
            "auc": float(roc_auc_score(same, -dist))}


def roc():
    """Scores with many ties, for the rule of the nearest point."""
    cases = []
    for _ in range(8):
        label = (rng.random(80) < 0.4).astype(int)
        score = rng.integers(0, 12, 80) + 4 * label
        fars = [0.001, 0.02, 0.05, 0.1, 0.25, 0.5, 0.9]
        cases.append({"label": label.tolist(), "score": score.tolist(), "far": fars, "tar": tar_nearest(label, score, fars)})
    return cases


print(json.dumps({"dimension": D, "ijb": ijb(), "megaface": megaface(), "ytf": ytf(), "roc": roc()}))
