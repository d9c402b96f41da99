"""Writes tests/fixtures/readers/npy.json: .npy files by NumPy, with their values.

    python3 tests/oracle/npy.py tests/fixtures/readers/npy.json
"""
import base64
import io
import json
import sys

import numpy as np
from numpy.lib import format as npy

rng = np.random.default_rng(20261125)
cases = []


def add(name, array, version=None, fortran=False):
    array = np.asfortranarray(array) if fortran else array
    out = io.BytesIO()
    npy.write_array(out, array, version=version, allow_pickle=False)
    text = array.dtype.kind in "US"
    values = [x.decode() if isinstance(x, bytes) else str(x) for x in array.ravel()] if text else [
        float(x) if np.isfinite(x) else repr(float(x)) for x in array.ravel().tolist()]
    cases.append({"name": name, "shape": list(array.shape), "values": values, "text": text,
                  "file": base64.b64encode(out.getvalue()).decode()})


for code in ["b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]:
    for order in "<>":
        dtype = np.dtype(order + code)
        if dtype.kind in "ui":
            info = np.iinfo(dtype)
            edges = [max(info.min, -2**53 + 1), min(info.max, 2**53 - 1), 0, 1, 7, 100]
            array = np.array(edges, dtype)
        elif dtype.kind == "b":
            array = np.array([True, False, True, True, False, False])
        else:
            array = np.array([0.1, -2.5, 6e-8, np.inf, -np.inf, np.nan]).astype(dtype)
        add(order + code, array.reshape(2, 3))
for version in [(1, 0), (2, 0), (3, 0)]:
    add(f"version {version[0]}", rng.integers(0, 256, (3, 2, 2), np.uint8), version)
add("Fortran order", rng.integers(0, 1000, (2, 3, 4), np.int32), fortran=True)
add("Fortran order, one axis", np.arange(5, dtype="<i2"), fortran=True)
add("Fortran order, floats", rng.normal(size=(4, 3)).astype("<f4"), fortran=True)
add("a single number", np.array(3.5))
add("empty", np.zeros((0, 4), "<f4"))
add("text U", np.array(["ab", "", "Zoë", "日本", "𝒙"]))
add("text >U", np.array(["ab", "c"]).astype(">U2"))
add("text S", np.array([b"ab", b"", "Zoë".encode()]))
with open(sys.argv[1], "w") as file:
    json.dump({"numpy": np.__version__, "cases": cases}, file, ensure_ascii=False)
