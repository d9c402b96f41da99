"""Makes tests/fixtures/images.json: image files with the pixels that they must decode to.

    python3 tests/oracle/images.py      (needs numpy and Pillow)

PNG files of every colour type, bit depth and interlacing are written here by hand, with a different scanline filter on
each line, so that the pixels are known beforehand; Pillow must agree wherever it keeps 8 bits. JPEG and WebP files are
written and decoded by Pillow (libjpeg-turbo, libwebp).
"""
import base64, io, json, pathlib, struct, zlib
import numpy as np
from PIL import Image

rng = np.random.RandomState(1)
H, W = 11, 13
out = []
encode = lambda b: base64.b64encode(bytes(b)).decode()


def add(name, file, pixels):
    h, w, c = pixels.shape
    out.append({"name": name, "width": w, "height": h, "channels": c, "file": encode(file), "pixels": encode(pixels.astype(np.uint8).tobytes())})


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def filtered(samples, depth):
    """Packs samples [h, w, s] into scanlines, filter y % 5 on line y."""
    h, w, s = samples.shape
    step, lines, previous = max(1, s * depth // 8), b"", None
    for y in range(h):
        bits = "".join(format(int(v), f"0{depth}b") for v in samples[y].reshape(-1))
        row = [int(bits[i:i + 8].ljust(8, "0"), 2) for i in range(0, len(bits), 8)]
        previous, kind, coded = previous or [0] * len(row), y % 5, []
        for i, value in enumerate(row):
            a, b, c = row[i - step] if i >= step else 0, previous[i], previous[i - step] if i >= step else 0
            p = a + b - c
            nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            coded.append((value - [0, a, b, (a + b) // 2, nearest][kind]) % 256)
        lines += bytes([kind]) + bytes(coded)
        previous = row
    return lines


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
for colour, samples, depths in [(0, 1, [1, 2, 4, 8, 16]), (2, 3, [8, 16]), (3, 1, [1, 2, 4, 8]), (4, 2, [8, 16]), (6, 4, [8, 16])]:
    for depth in depths:
        for interlace in (0, 1):
            values = rng.randint(0, 2 ** depth, (H, W, samples))
            palette = rng.randint(0, 256, (2 ** min(depth, 8), 3))
            parts = [(0, 0, 1, 1)] if not interlace else PASSES
            data = b"".join(filtered(values[y::dy, x::dx], depth) for x, y, dx, dy in parts if values[y::dy, x::dx].size)
            packed = zlib.compress(data)
            file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, depth, colour, 0, 0, interlace))
            if colour == 3:
                file += chunk(b"PLTE", palette.astype(np.uint8).tobytes())
            file += chunk(b"tEXt", b"Comment\0made by hand") + chunk(b"IDAT", packed[:20]) + chunk(b"IDAT", packed[20:]) + chunk(b"IEND", b"")
            if colour == 3:
                pixels = palette[values[..., 0]]
            else:
                kept = values[..., :3] if samples >= 3 else values[..., :1]
                pixels = kept >> 8 if depth == 16 else kept * 255 // (2 ** depth - 1)
            if not (depth == 16 and colour == 0):
                seen = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
                assert (seen == pixels).all(), (colour, depth, interlace)
            add(f"png colour {colour} depth {depth} interlace {interlace}", file, pixels)

yy, xx = np.mgrid[0:21, 0:27]
smooth = Image.fromarray(np.stack([xx * 9, yy * 12, (xx + yy) * 5], -1).astype(np.uint8))
alpha = smooth.copy()
alpha.putalpha(Image.fromarray((xx * 5 + 100).astype(np.uint8)))
for name, image, kind, options in [
    ("jpeg", smooth, "JPEG", {"quality": 90}), ("jpeg grey", smooth.convert("L"), "JPEG", {"quality": 90}),
    ("jpeg progressive", smooth, "JPEG", {"quality": 80, "progressive": True}), ("jpeg 4:4:4", smooth, "JPEG", {"subsampling": 0}),
    ("webp lossless", smooth, "WEBP", {"lossless": True}), ("webp lossy", smooth, "WEBP", {"quality": 80}),
    ("webp alpha", alpha, "WEBP", {"lossless": True, "exact": True}),
]:
    file = io.BytesIO()
    image.save(file, kind, **options)
    add(name, file.getvalue(), np.asarray(Image.open(file).convert("RGB")))

refused = {}
for name, image, kind, options in [("jpeg cmyk", smooth.convert("CMYK"), "JPEG", {}),
                                   ("webp animated", smooth, "WEBP", {"save_all": True, "append_images": [smooth.rotate(90)]})]:
    file = io.BytesIO()
    image.save(file, kind, **options)
    refused[name] = encode(file.getvalue())

# Colour to grey: Pillow's convert("L") of every 17th value of each channel.
grid = np.stack(np.meshgrid(*[np.arange(0, 256, 17)] * 3, indexing="ij"), -1).reshape(64, 64, 3).astype(np.uint8)
luma = {"input": encode(grid.tobytes()), "output": encode(np.asarray(Image.fromarray(grid).convert("L")).tobytes())}

target = pathlib.Path(__file__).parent.parent / "fixtures" / "images.json"
target.write_text(json.dumps({"decoded": out, "refused": refused, "luma": luma}, indent=1) + "\n")
