"""The bootstrap clustered by identity in NumPy, by copying pairs, with the project's random stream written anew.

Not a program: `statistics.py` beside it imports it.
"""
import hashlib
import struct

import numpy as np
from scipy import stats


class Stream:
    """Philox4x32-10 (Salmon et al. 2011) keyed by SHA-256 of a path: words, and whole numbers without bias."""

    def __init__(self, path):
        self.key = struct.unpack("<4I", hashlib.sha256(path.encode()).digest()[:16])
        self.block, self.words = 0, []

    def word(self):
        if not self.words:
            self.words = self.next_block()
        return self.words.pop(0)

    def next_block(self):
        c = [self.block & 0xFFFFFFFF, self.block >> 32, self.key[2], self.key[3]]
        k0, k1 = self.key[:2]
        for _ in range(10):
            a, b = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
            c = [(b >> 32) ^ c[1] ^ k0, b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k1, a & 0xFFFFFFFF]
            k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
        self.block += 1
        return c

    def integer(self, n):
        while (word := self.word()) >= 2**32 - 2**32 % n:
            pass
        return word % n


def accuracy(case, copies):
    """Of copied pairs: the means over either kind, in the shares of the test set."""
    same, d = case["left"] == case["right"], np.asarray(case["first"]) - np.asarray(case["second"])
    total = 0
    for kind in (same, ~same):
        chosen = np.repeat(np.flatnonzero(kind), copies[kind])
        total += kind.mean() * (d[chosen].mean() if len(chosen) else np.nan)
    return total


def tar(case, copies, far):
    """Of copied pairs: threshold at the sorted impostors' place ⌊FAR N⌋, genuine pairs strictly below."""
    same, rates = case["left"] == case["right"], []
    for distances in (case["distancesA"], case["distancesB"]):
        distances = np.asarray(distances)
        genuine = np.repeat(distances[same], copies[same])
        impostor = np.sort(np.repeat(distances[~same], copies[~same]))
        if len(genuine) == 0 or len(impostor) == 0:
            return np.nan
        rates.append(np.mean(genuine < impostor[int(np.floor(far * len(impostor) + 1e-9))]))
    return rates[0] - rates[1]


def interval(case, statistic, resamples, seed, level, t_quantile):
    left, right = case["left"], case["right"]
    same = left == right
    names = list(dict.fromkeys(np.stack([left, right], 1).ravel().tolist()))
    i, j = (np.array([names.index(x) for x in side]) for side in (left, right))
    couples = [frozenset(c) for c in zip(i.tolist(), j.tolist())]
    dyads = list(dict.fromkeys(c for c, s in zip(couples, same) if not s))
    d = np.array([0 if s else dyads.index(c) for c, s in zip(couples, same)])

    def values(unit, n, copies_of):
        stream, found = Stream(f"{seed}/bootstrap/{unit}"), []
        for _ in range(resamples):
            m = np.bincount([stream.integer(n) for _ in range(n)], minlength=n)
            found.append(statistic(copies_of(m)))
        return np.array(found)

    by_identity = values("identities", len(names), lambda m: np.where(same, m[i], m[i] * m[j]))
    by_dyad = values("dyads", len(dyads), lambda m: np.where(same, 1, m[d]))
    by_identity = by_identity[np.isfinite(by_identity)]
    t, n = statistic(np.ones(len(left), int)), len(names)
    ratio = np.var(by_dyad, ddof=1) / np.var(by_identity, ddof=1)
    shrink = np.sqrt(max(1 - 2 * ratio, 1 / 3))
    tail = stats.norm.cdf(-np.sqrt(n / (n - 1)) * float(t_quantile((1 - level) / 2, n - 1)))
    low, high = np.quantile(by_identity, [tail, 1 - tail])
    return {"value": t, "low": t + shrink * (low - t), "high": t + shrink * (high - t), "shrink": shrink,
            "std": shrink * np.std(by_identity, ddof=1), "resamples": len(by_identity)}


def bootstrap_cases(rng, t_quantile):
    cases = []
    for identities, pairs, resamples, seed, level in [(6, 30, 150, 0, 0.95), (25, 120, 200, 7, 0.9)]:
        left = rng.integers(0, identities, pairs) * 10
        right = np.where(np.arange(pairs) % 2 == 0, left, rng.integers(0, identities, pairs) * 10)
        quality = rng.normal(size=identities * 10)
        genuine = left == right

        def distances():
            noise = rng.normal(size=pairs)
            return np.round(np.where(genuine, 1, 2.5) + 0.3 * (quality[left] + quality[right]) + noise, 2)

        case = {"left": left, "right": right, "distancesA": distances().tolist(), "distancesB": distances().tolist()}
        for name, side in [("first", "distancesA"), ("second", "distancesB")]:
            case[name] = ((np.asarray(case[side]) < 1.8) == genuine).astype(int).tolist()
        expected = {"accuracy": interval(case, lambda m: accuracy(case, m), resamples, seed, level, t_quantile),
                    "tar": interval(case, lambda m: tar(case, m, 0.2), resamples, seed, level, t_quantile)}
        cases.append({**case, "left": left.tolist(), "right": right.tolist(), "far": 0.2, "seed": seed, "level": level,
                      "sample": resamples, "expected": expected})
    return cases
