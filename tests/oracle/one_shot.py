"""Prints the accuracy of nearest pixels on Omniglot's one-shot runs, which tests/datasets/omniglot_one_shot_test.ts
expects, from the archive alone.

    python3 tests/oracle/one_shot.py all_runs.zip
"""
import io
import sys
import zipfile

import numpy as np
from PIL import Image

archive = zipfile.ZipFile(sys.argv[1])


def pixels(name):
    return np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("L"), np.float64).ravel()


right, total, runs = [], 0, 0
for name in sorted(archive.namelist()):
    if not name.endswith("class_labels.txt"):
        continue
    runs += 1
    pairs = [line.split() for line in archive.read(name).decode().splitlines()]
    gallery = sorted(known for _, known in pairs)
    known = np.stack([pixels(path) for path in gallery])
    right.append(0)
    for item, answer in pairs:
        distance = ((known - pixels(item)) ** 2).sum(1)
        right[-1] += gallery[int(distance.argmin())] == answer
        total += 1
print("runs", runs, "probes", total, "right of each run", right)
