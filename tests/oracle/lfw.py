"""Prints what tests/datasets/lfw_test.ts expects of the official pairs.txt, read by sklearn's own rules.

    python3 tests/oracle/lfw.py pairs.txt
"""
import collections
import hashlib
import sys

import numpy as np

# As sklearn.datasets._lfw._fetch_lfw_pairs splits it.
with open(sys.argv[1], "rb") as file:
    lines = [line.decode().strip().split("\t") for line in file]
pairs = [line for line in lines if len(line) > 2]
target = np.array([1 if len(pair) == 3 else 0 for pair in pairs])
files = []
for pair in pairs:
    first, second = ((pair[0], pair[1]), (pair[0], pair[2])) if len(pair) == 3 else (pair[:2], pair[2:])
    files.append(tuple(f"{name}/{name}_{int(index):04d}.jpg" for name, index in (first, second)))
fold = np.repeat(np.arange(10), 600)
print("pairs", len(pairs), "same", target.sum(), "images", len({name for pair in files for name in pair}))
print("people", len({name.split("/")[0] for pair in files for name in pair}))
print("same of each fold", collections.Counter(fold[target == 1].tolist()))
text = "".join(f"{a} {b} {t} {f}\n" for (a, b), t, f in zip(files, target, fold))
print("sha256 of the lines 'first second same fold'", hashlib.sha256(text.encode()).hexdigest())
