"""Makes tests/fixtures/resize.json: Pillow's antialiased bilinear resizing, which datasets/decoding/resize.ts follows.

    python3 tests/oracle/resize.py      (needs numpy and Pillow)
"""
import base64, json, pathlib
import numpy as np
from PIL import Image

CASES = [((105, 105), (28, 28), 1), ((112, 92), (28, 23), 1), ((7, 11), (5, 3), 3), ((6, 5), (17, 13), 3),
         ((40, 9), (8, 30), 3), ((16, 16), (1, 1), 1), ((2, 3), (4, 9), 1), ((31, 29), (31, 8), 3), ((30, 8), (7, 8), 1)]
rng = np.random.RandomState(0)
encode = lambda a: base64.b64encode(np.ascontiguousarray(a).tobytes()).decode()
out = []
for i, ((h, w), (th, tw), c) in enumerate(CASES):
    pixels = rng.randint(0, 256, (h, w, c)).astype(np.uint8)
    if i % 2 == 0:  # strokes: flat areas with hard edges, as in drawings
        pixels = ((pixels > 200) * 255).astype(np.uint8)
    image = Image.fromarray(pixels[..., 0] if c == 1 else pixels)
    out.append({"from": [h, w], "to": [th, tw], "channels": c, "input": encode(pixels),
                "output": encode(np.asarray(image.resize((tw, th), Image.BILINEAR)))})
target = pathlib.Path(__file__).parent.parent / "fixtures" / "resize.json"
target.write_text(json.dumps(out, indent=1) + "\n")
