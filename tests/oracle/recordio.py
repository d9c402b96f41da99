"""Makes tests/fixtures/recordio.json: RecordIO files, read and written with struct alone.

    MARGINLAB_DATA=… python3 tests/oracle/recordio.py      (needs Pillow, and recordio/*.rec in the data folder)

`written` are payloads with what dmlc-core's writer makes of them, `insightface` is a small data set of PNG files in that
layout (some images hold the magic number in a comment, so that their records have several parts), `train` and `sample`
are what two public files hold: offsets, headers, digests of contents, digests of pixels as libjpeg-turbo decodes them.
"""
import base64, hashlib, io, json, os, pathlib, random, struct, zlib
from PIL import Image

MAGIC = 0xCED7230A
WORD = struct.pack("<I", MAGIC)
random.seed(5)
b64 = lambda b: base64.b64encode(b).decode()
sha = lambda b: hashlib.sha256(b).hexdigest()


def write(payload):
    """One record: split at every aligned magic number, which is left out."""
    pieces, piece = [], b""
    for at in range(0, len(payload), 4):
        word = payload[at:at + 4]
        if word == WORD:
            pieces.append(piece)
            piece = b""
        else:
            piece += word
    pieces.append(piece)
    out = b""
    for i, piece in enumerate(pieces):
        kind = 0 if len(pieces) == 1 else 1 if i == 0 else 3 if i == len(pieces) - 1 else 2
        out += WORD + struct.pack("<I", kind << 29 | len(piece)) + piece + b"\0" * (-len(piece) % 4)
    return out


def read(data):
    """All records as (offset, payload)."""
    at, records = 0, []
    while at < len(data):
        start, pieces = at, []
        while True:
            magic, word = struct.unpack_from("<II", data, at)
            assert magic == MAGIC
            size = word & ((1 << 29) - 1)
            pieces.append(data[at + 8:at + 8 + size])
            at += 8 + (size + 3) // 4 * 4
            if word >> 29 in (0, 3):
                break
        records.append((start, WORD.join(pieces)))
    return records


def unpack(payload):
    flag, label, id1, id2 = struct.unpack_from("<IfQQ", payload)
    labels = list(struct.unpack_from(f"<{flag}f", payload, 24)) if flag else [label]
    return flag, labels, id1, id2, payload[24 + 4 * flag:]


def pack(labels, key, content):
    if isinstance(labels, (int, float)):
        return struct.pack("<IfQQ", 0, labels, key, 0) + content
    return struct.pack("<IfQQ", len(labels), 0, key, 0) + struct.pack(f"<{len(labels)}f", *labels) + content


written = []
for n in range(40):
    payload = b"".join(random.choice([WORD, WORD, b"\0", b"ab", WORD[:2], bytes([random.randrange(256)])]) for _ in range(n))
    record = write(payload)
    assert read(record) == [(0, payload)]
    written.append({"payload": b64(payload), "record": b64(record)})


def png(value, comment):
    out = io.BytesIO()
    Image.new("RGB", (5, 4), (value, 2 * value, 255 - value)).save(out, "png")
    data = out.getvalue()
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:33] + chunk(b"teSt", comment) + data[33:] if comment else data


classes, images = [3, 1, 2], []
for label, count in enumerate(classes):
    for _ in range(count):
        n = len(images)
        # The magic number at each of the four alignments in turn; some of them fall on a multiple of 4.
        images.append((label, png(10 * n + 5, b"".join(WORD * 2 + b"-" for _ in range(4)) if n % 2 else b"")))
rows = [([1 + len(images), 1 + len(images) + len(classes)], b"")]
rows += [([float(label), 1.0] if i == 2 else float(label), content) for i, (label, content) in enumerate(images)]
first = 1
for count in classes:
    rows.append(([first, first + count], b""))
    first += count
rec, idx = b"", ""
for key, (labels, content) in enumerate(rows):
    idx += f"{key}\t{len(rec)}\n"
    rec += write(pack(labels, key, content))
assert len([0 for _, payload in read(rec) if WORD in payload]) == 3
insightface = {
    "rec": b64(rec), "idx": idx, "property": f"{len(classes)},4,5\n", "labels": [label for label, _ in images],
    "contents": [b64(content) for _, content in images],
    "pixels": [b64(Image.open(io.BytesIO(content)).convert("RGB").tobytes()) for _, content in images],
}

data = pathlib.Path(os.environ["MARGINLAB_DATA"]) / "recordio"


def described(name, decode):
    out = []
    for offset, payload in read((data / name).read_bytes()):
        flag, labels, id1, id2, content = unpack(payload)
        row = {"offset": offset, "flag": flag, "labels": labels, "id": id1, "id2": id2, "length": len(content), "sha256": sha(content)}
        if decode:
            row["pixels"] = sha(Image.open(io.BytesIO(content)).convert("RGB").tobytes())
        out.append(row)
    return out


out = {"written": written, "insightface": insightface, "train": described("train.rec", True), "sample": described("sample.rec", False)}
path = pathlib.Path(__file__).parent.parent / "fixtures" / "recordio.json"
path.write_text(json.dumps(out, indent=1) + "\n")
