"""Writes tests/fixtures/readers/npz.json: .npz archives by NumPy, with their values.

    /usr/bin/python3 tests/oracle/npz.py tests/fixtures/readers/npz.json
"""
import base64
import io
import json
import sys

import numpy as np

rng = np.random.default_rng(11)
colour = rng.integers(0, 256, (5, 3, 4, 3), np.uint8)
grey = rng.integers(0, 256, (5, 6, 2), np.uint8)
numbers = np.array([30, 4, 4, -1, 30], np.int64)
names = np.array(["Zoë", "b", "b", "a", "Zoë"])


def archive(save, **arrays):
    out = io.BytesIO()
    save(out, **arrays)
    return base64.b64encode(out.getvalue()).decode()


with open(sys.argv[1], "w") as file:
    json.dump({
        "numpy": np.__version__,
        "colour": colour.reshape(5, -1).tolist(), "grey": grey.reshape(5, -1).tolist(),
        "numbers": numbers.tolist(), "names": names.tolist(),
        "stored": archive(np.savez, images=colour, labels=numbers, other=np.zeros(3)),
        "packed": archive(np.savez_compressed, x=grey, y=names.reshape(5, 1)),
        "fortran": archive(np.savez, images=np.asfortranarray(grey), labels=numbers.astype(">f4")),
        "floats": archive(np.savez, images=grey / 255, labels=numbers),
        "channelsFirst": archive(np.savez, images=colour.transpose(0, 3, 1, 2), labels=numbers),
        "halves": archive(np.savez, images=grey, labels=numbers + 0.5),
    }, file, ensure_ascii=False)
