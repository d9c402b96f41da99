"""Writes tests/fixtures/readers/idx.json: a small set in IDX format by struct and gzip, with its pixels.

    python3 tests/oracle/idx.py tests/fixtures/readers/idx.json
"""
import base64
import gzip
import json
import struct
import sys

import numpy as np

rng = np.random.default_rng(7)
images = rng.integers(0, 256, (6, 5, 4), np.uint8)
labels = np.array([9, 0, 3, 3, 0, 9], np.uint8)
image_file = struct.pack(">BBBBIII", 0, 0, 8, 3, *images.shape) + images.tobytes()
label_file = struct.pack(">BBBBI", 0, 0, 8, 1, len(labels)) + labels.tobytes()


def text(data):
    return base64.b64encode(data).decode()


with open(sys.argv[1], "w") as file:
    json.dump({
        "pixels": images.reshape(6, -1).tolist(), "labels": labels.tolist(),
        "images": text(image_file), "labelFile": text(label_file),
        "imagesGz": text(gzip.compress(image_file, mtime=0)), "labelsGz": text(gzip.compress(label_file, mtime=0)),
    }, file)
