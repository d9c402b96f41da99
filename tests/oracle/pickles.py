"""Makes tests/fixtures/pickles.json: verification sets as Python pickles them, and as Python 2 did.

    python3 tests/oracle/pickles.py      (needs numpy, Pillow and scikit-learn)

`bins` are `(bins, issame_list)` of three pairs at every protocol, with images as bytes and as NumPy arrays, and truth
values of each kind. Python 2 is not at hand: `python2` are written opcode by opcode as its pickle modules write them, and
are checked by `pickle.loads(…, encoding="bytes")`. `hostile` are pickles that would run something. `folds` are those of
scikit-learn.
"""
import base64, collections, io, json, os, pathlib, pickle, struct
import numpy as np
from PIL import Image
from sklearn.model_selection import KFold

b64 = lambda b: base64.b64encode(b).decode()


def png(value):
    out = io.BytesIO()
    Image.new("RGB", (3, 2), (value, 100, 255 - value)).save(out, "png")
    return out.getvalue()


images = [png(10 * i) for i in range(5)] + [png(0)]
same = [True, False, False]
bins = []
for protocol in range(6):
    arrays = [np.frombuffer(image, np.uint8).copy() for image in images]
    readonly = [np.frombuffer(image, np.uint8) for image in images]
    columns = [array.reshape(-1, 1) for array in arrays]
    kinds = {
        "bytes, bools": (images, same),
        "arrays, NumPy bools": (arrays, [np.bool_(value) for value in same]),
        "read-only arrays, 0 and 1": (readonly, [int(value) for value in same]),
        "columns, an array of bools": (columns, np.array(same)),
        "a tuple of bytes, NumPy integers": (tuple(images), [np.int64(value) for value in same]),
        "bytearrays, 32-bit integers": ([bytearray(image) for image in images], [np.int32(value) for value in same]),
    }
    for kind, value in kinds.items():
        if protocol < 5 and "bytearrays" in kind:
            continue
        bins.append({"kind": kind, "protocol": protocol, "file": b64(pickle.dumps(value, protocol))})

text = lambda n: b"p" + str(n).encode() + b"\n"


def quoted(raw):
    """repr of a string in Python 2."""
    return repr(raw)[1:].encode()


python2 = {}
# protocol 0: (lp1 S'…' p2 aS'…' p3 a … tp…
body = b"((lp0\n" + b"".join(b"S" + quoted(image) + b"\n" + text(i + 1) + b"a" for i, image in enumerate(images))
python2["protocol 0"] = body + b"(lp10\n" + b"".join(b"I01\na" if value else b"I00\na" for value in same) + b"tp11\n."
string = lambda raw: (b"U" + bytes([len(raw)]) if len(raw) < 256 else b"T" + struct.pack("<i", len(raw))) + raw
long_images = [image + b"\0" * 300 for image in images]
for name, files in [("short strings", images), ("long strings", long_images)]:
    items = b"".join(string(image) + b"q" + bytes([i + 2]) for i, image in enumerate(files))
    python2[f"protocol 2, {name}"] = b"\x80\x02]q\x01(" + items + b"e]q\x09(" + bytes([0x88, 0x89, 0x89]) + b"e\x86q\x0a."
items = b"(" + b"".join(string(image) + b"q" + bytes([i + 2]) for i, image in enumerate(images))
python2["protocol 1"] = b"(]q\x01" + items + b"e]q\x09(I01\nI00\nI00\netq\x0a."
dtype = b"cnumpy\ndtype\nq\x20U\x02u1K\x00K\x01\x87Rq\x21(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
arrays = b""
for i, image in enumerate(images):
    arrays += b"cnumpy.core.multiarray\n_reconstruct\nq\x30" if i == 0 else b"h\x30"
    arrays += b"cnumpy\nndarray\nq\x31" if i == 0 else b"h\x31"
    arrays += b"K\x00\x85U\x01b\x87R(K\x01K" + bytes([len(image)]) + b"\x85" + (dtype if i == 0 else b"h\x21") + b"\x89" + string(image) + b"tb"
python2["protocol 2, arrays"] = b"\x80\x02]q\x01(" + arrays + b"e]q\x09(" + bytes([0x88, 0x89, 0x89]) + b"e\x86q\x0a."
for name, data in python2.items():
    found, flags = pickle.loads(data, encoding="bytes")
    wanted = long_images if "long" in name else images
    assert [bytes(item) for item in found] == wanted and [bool(flag) for flag in flags] == same, name


class Runs:
    def __reduce__(self):
        return os.system, ("false",)


class Plain:
    pass


hostile = {}
for protocol in range(6):
    hostile[f"os.system, protocol {protocol}"] = pickle.dumps(([Runs()], [True]), protocol)
    hostile[f"an instance, protocol {protocol}"] = pickle.dumps(([Plain()], [True]), protocol)
    hostile[f"an ordered dictionary, protocol {protocol}"] = pickle.dumps(collections.OrderedDict(a=1), protocol)
    hostile[f"an array of objects, protocol {protocol}"] = pickle.dumps(np.array([b"a", None], object), protocol)
    hostile[f"an array of numbers, protocol {protocol}"] = pickle.dumps(np.zeros(3), protocol)
    hostile[f"a set, protocol {protocol}"] = pickle.dumps({1, 2}, protocol)
hostile["eval by INST"] = b"(S'1+1'\ni__builtin__\neval\n."
hostile["eval by OBJ"] = b"(c__builtin__\neval\nS'1+1'\no."
hostile["a persistent name"] = b"Pname\n."
hostile["an extension"] = b"\x80\x02\x82\x01."

value = [None, True, False, 0, 255, 65535, -1, -2**31, 2**40, -2**62, 1.5, -0.25, "", "text", "é\n\\ \U0001f600", b"", b"\x00\xff", (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [[]], {}, {"a": 1, "b": [2]}]
plain = [b64(pickle.dumps(value, protocol)) for protocol in range(6)]

folds = []
for n, k in [(6000, 10), (7000, 10), (23, 10), (10, 10), (11, 3), (5, 2)]:
    fold = np.zeros(n, int)
    for i, (_, test) in enumerate(KFold(n_splits=k, shuffle=False).split(np.arange(n))):
        fold[test] = i
    folds.append({"pairs": n, "folds": k, "sizes": np.bincount(fold).tolist()})
    assert (np.diff(fold) >= 0).all()

out = {
    "images": [b64(image) for image in images], "same": [int(value) for value in same],
    "pixels": [b64(Image.open(io.BytesIO(image)).convert("RGB").tobytes()) for image in images],
    "bins": bins, "python2": {name: b64(data) for name, data in python2.items()},
    "hostile": {name: b64(data) for name, data in hostile.items()}, "plain": plain, "folds": folds,
}
path = pathlib.Path(__file__).parent.parent / "fixtures" / "pickles.json"
path.write_text(json.dumps(out, indent=1) + "\n")
