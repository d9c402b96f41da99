"""Makes tests/fixtures/augmentations.json: Pillow's tones and tables and OpenCV's resize, blur and warp of small images,
and what the streams of random numbers make of crops, erased boxes and balanced batches, which datasets/pixels,
datasets/crop.ts, datasets/erase.ts and datasets/balanced.ts follow.

    python3 tests/oracle/augmentations.py      (needs numpy, Pillow and OpenCV)
"""
import base64, hashlib, json, math, pathlib, struct, zlib
import cv2
import numpy as np
from PIL import Image, ImageEnhance, ImageOps

cv2.setNumThreads(1)
pack = lambda a: base64.b64encode(zlib.compress(np.ascontiguousarray(a).tobytes(), 9)).decode()


def image(kind, h=24, w=20, channels=3):
    y, x, c = np.mgrid[:h, :w, :channels]
    if kind == "noise":
        values = ((x + 61 * y + 7919 * c) * 2654435761 % 2**32) >> 24
    else:  # a slope in each channel, of few values
        values = 40 + (x * (3 + c) + y * (5 - c)) // 2 + 30 * c
    return values.astype(np.uint8)


def pil(a):
    return Image.fromarray(a[..., 0] if a.shape[2] == 1 else a)


def hue(img, turn):
    """As torchvision's adjust_hue of Pillow images."""
    h, s, v = img.convert("HSV").split()
    shifted = (np.array(h).astype(int) + int(turn * 255)) % 256
    return Image.merge("HSV", (Image.fromarray(shifted.astype(np.uint8)), s, v)).convert("RGB")


TONES = {
    "adjustBrightness": lambda img, f: ImageEnhance.Brightness(img).enhance(f),
    "adjustContrast": lambda img, f: ImageEnhance.Contrast(img).enhance(f),
    "adjustSaturation": lambda img, f: ImageEnhance.Color(img).enhance(f),
    "adjustSharpness": lambda img, f: ImageEnhance.Sharpness(img).enhance(f),
    "adjustHue": hue,
    "solarize": lambda img, t: ImageOps.solarize(img, t),
    "posterize": lambda img, b: ImageOps.posterize(img, b),
    "autoContrast": lambda img, _: ImageOps.autocontrast(img),
    "equalize": lambda img, _: ImageOps.equalize(img),
}
VALUES = {"adjustHue": [0, 0.1, -0.37, 0.5], "solarize": [0, 100.5, 256], "posterize": [8, 5, 1], "autoContrast": [0],
          "equalize": [0]}
tones = []
for name, change in TONES.items():
    for kind, channels in [("noise", 3), ("slope", 3), ("slope", 1)]:
        if channels == 1 and name == "adjustHue":
            continue
        for value in VALUES.get(name, [0, 0.37, 1.0, 1.6]):
            size = (40, 40) if name == "equalize" else (24, 20)
            out = change(pil(image(kind, *size, channels)), value)
            tones.append({"name": name, "kind": kind, "from": [*size, channels], "value": value,
                          "output": pack(np.asarray(out))})

KERNELS = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA, "cubic": cv2.INTER_CUBIC,
           "lanczos": cv2.INTER_LANCZOS4}
sizes = [[7, 9], [12, 10], [23, 19], [24, 20], [37, 50]]
resized = [{"kernel": name, "to": [h, w],
            "output": pack(cv2.resize(image("noise"), (w, h), interpolation=flag))}
           for name, flag in KERNELS.items() for h, w in sizes]

blurred = [{"kernel": "gaussian", "value": s, "output": pack(cv2.GaussianBlur(image("noise"), (2 * math.ceil(3 * s) + 1,) * 2, s))}
           for s in [0.1, 0.5, 1.3, 3]]
blurred += [{"kernel": "average", "value": r, "output": pack(cv2.blur(image("noise"), (2 * r + 1,) * 2))} for r in [1, 3]]

# The moves of RandAugment at its greatest strength, about the centre.
h, w, a, m = 24, 20, math.pi / 6, 150 / 331
centre, back = [np.array([[1, 0, s * 9.5], [0, 1, s * 11.5], [0, 0, 1]]) for s in (1, -1)]
MOVES = {"rotate": [[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0]], "shear-x": [[1, 0.3, 0], [0, 1, 0]],
         "shear-y": [[1, 0, 0], [0.3, 1, 0]], "translate-x": [[1, 0, m * w], [0, 1, 0]],
         "translate-y": [[1, 0, 0], [0, 1, m * h]]}
moved = [{"name": name, "output": pack(cv2.warpAffine(image("noise"), (centre @ np.array(mat + [[0, 0, 1]]) @ back)[:2], (w, h)))}
         for name, mat in MOVES.items()]


class Philox:
    """The stream of a path: Philox4x32-10, keyed by SHA-256."""

    def __init__(self, path):
        self.path, self.position = path, 0
        self.words = struct.unpack("<4I", hashlib.sha256(path.encode()).digest()[:16])

    def uint32(self):
        c = [self.position // 4, 0, self.words[2], self.words[3]]
        k = list(self.words[:2])
        for _ in range(10):
            a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [(b >> 32) ^ c[1] ^ k[0], b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k[1], a & 0xFFFFFFFF]
            k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
        self.position += 1
        return c[(self.position - 1) % 4]

    def uniform(self, low=0.0, high=1.0):
        return low + (high - low) * (self.uint32() / 2**32)

    def integer(self, n):
        word = self.uint32()
        while word >= 2**32 - 2**32 % n:
            word = self.uint32()
        return word % n

    def fork(self, name):
        return Philox(f"{self.path}/{name}")


def box(stream, h, w, scale, ratio):
    for _ in range(10):
        area = stream.uniform(*scale) * h * w
        aspect = math.exp(stream.uniform(math.log(ratio[0]), math.log(ratio[1])))
        bw, bh = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < bw <= w and 0 < bh <= h:
            top = stream.integer(h - bh + 1)
            return top, stream.integer(w - bw + 1), bh, bw


root = Philox("0/augment")
crops, erased = [], []
for i in range(8):
    stream = root.fork(i)
    stream.uniform()  # compared with the probability
    t, l, bh, bw = box(stream, 24, 20, (0.2, 1), (3 / 4, 4 / 3))
    part = image("noise")[t:t + bh, l:l + bw]
    kept = np.zeros_like(image("noise"))
    kept[t:t + bh, l:l + bw] = part
    crops.append({"keep": hashlib.sha256(kept.tobytes()).hexdigest(),
                  "resize": hashlib.sha256(np.asarray(pil(part).resize((20, 24), Image.BILINEAR)).tobytes()).hexdigest()})
    stream = root.fork(i)
    stream.uniform()
    t, l, bh, bw = box(stream, 24, 20, (0.02, 0.4), (0.3, 1 / 0.3))
    covered = image("noise")
    for y in range(t, t + bh):
        for x in range(l, l + bw):
            for c in range(3):
                covered[y, x, c] = stream.integer(256)
    erased.append(hashlib.sha256(covered.tobytes()).hexdigest())

# Classes of 5, 0, 1, 12 and 2 images, one after the other.
counts, starts = [5, 0, 1, 12, 2], [0, 5, 5, 6, 18]
balanced = {}
for power in [0, 0.5, 1]:
    weights = [n**power if n else 0 for n in counts]
    steps = []
    for step in [0, 1, 7]:
        stream, batch = root.fork(step), []
        for _ in range(8):
            at, c = stream.uniform() * sum(weights), 0
            while at >= sum(weights[:c + 1]):
                c += 1
            batch.append(starts[c] + stream.integer(counts[c]))
        steps.append(batch)
    balanced[str(power)] = steps

out = {"tones": tones, "resized": resized, "blurred": blurred, "moved": moved, "crops": crops, "erased": erased,
       "balanced": balanced}
target = pathlib.Path(__file__).parent.parent / "fixtures" / "augmentations.json"
target.write_text(json.dumps(out, indent=1) + "\n")
print(target.stat().st_size)
