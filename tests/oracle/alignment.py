"""Makes tests/fixtures/alignment.json: scikit-image's similarity transforms of random landmarks to the templates, and
the SHA-256 of OpenCV's warpAffine of small images, which datasets/alignment follows.

    python3 tests/oracle/alignment.py      (needs numpy, scikit-image and OpenCV)
"""
import base64, hashlib, json, pathlib, zlib
import cv2
import numpy as np
from skimage.transform import SimilarityTransform

cv2.setNumThreads(1)
ARCFACE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])
rng = np.random.RandomState(0)
pack = lambda a: base64.b64encode(zlib.compress(np.ascontiguousarray(a).tobytes(), 9)).decode()


def template(size):
    h, w = size
    if (h, w) == (112, 96):
        return ARCFACE - [8, 0]
    if h % 112 == 0:
        return ARCFACE * (h / 112)
    return (ARCFACE + [8, 0]) * (h / 128)


def transform(points, target):
    similarity = SimilarityTransform()
    assert similarity.estimate(points, target)
    return similarity.params[:2]


def face(kind):
    """Five points in an image of about 250 x 250 pixels."""
    angle, scale = rng.uniform(-np.pi, np.pi), np.exp(rng.uniform(-2, 2))
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = ARCFACE + rng.normal(0, 6, (5, 2))
    if kind == "mirrored":
        points = points * [-1, 1]
    if kind == "line":  # rank 1
        points = np.outer(rng.uniform(-60, 60, 5), rng.normal(0, 1, 2))
    if kind == "uniform":
        points = rng.uniform(0, 250, (5, 2))
    return points @ turn.T + rng.uniform(0, 250, 2)


SIZES = [[112, 112], [112, 96], [224, 224], [128, 128], [256, 256]]
kinds = ["face"] * 12 + ["mirrored"] * 3 + ["line"] * 2 + ["uniform"] * 3
landmarks, matrices = [], []
for i in range(1000):
    points = np.round(face(kinds[i % 20]), 3)
    matrix = transform(points, template(SIZES[i % 5]))
    assert np.allclose(matrix[0], [matrix[1, 1], -matrix[1, 0], matrix[0, 2]])
    landmarks.append(points), matrices.append([matrix[0, 0], matrix[1, 0], matrix[0, 2], matrix[1, 2]])

# Sixty-eight points: the mean of the corners of each eye, the nose's tip, the corners of the mouth.
many = np.round(rng.uniform(0, 250, (68, 2)), 3)
five = np.stack([(many[36] + many[39]) / 2, (many[42] + many[45]) / 2, many[30], many[48], many[54]])

warps = []
for i in range(20):
    channels = 3 if i % 4 == 0 else 1
    h, w = (64, 64) if i % 3 else (48, 61)
    y, x, c = np.mgrid[:h, :w, :channels]
    if i % 2:  # noise
        image = ((x + 61 * y + 7919 * c + i) * 2654435761 % 2**32) >> 24
    else:  # gradients
        image = (x * (1 + i % 5) + y * (1 + i % 3) + 50 * c) % 256
    image = image.astype(np.uint8)
    if i < 14:  # faces of many sizes and turns
        size = SIZES[0] if i % 5 else SIZES[1]
        angle, scale = rng.uniform(-1, 1), np.exp(rng.uniform(-1.2, 0.3)) * 0.55
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        points = (ARCFACE - [56, 72] + rng.normal(0, 3, (5, 2))) @ turn.T + [32, 34]
        matrix = transform(points, template(size))
    else:  # any affine map, shears and mirrors too
        size = [40, 56]
        matrix = np.hstack([rng.normal(0, 1, (2, 2)), rng.uniform(0, 40, (2, 1))])
    warped = cv2.warpAffine(image, matrix, (size[1], size[0]), flags=cv2.INTER_LINEAR, borderValue=0)
    warps.append({"from": [h, w, channels], "to": size, "matrix": matrix.ravel().tolist(),
                  "sha256": hashlib.sha256(np.ascontiguousarray(warped).tobytes()).hexdigest()})

# Thousandths of a pixel; a, d, c and f of x' = a x - d y + c, y' = d x + a y + f.
out = {"sizes": SIZES, "landmarks": pack(np.round(np.array(landmarks) * 1000).astype("<i4")),
       "matrices": pack(np.array(matrices, "<f4")),
       "many": many.ravel().tolist(), "five": five.ravel().tolist(), "warps": warps}
target = pathlib.Path(__file__).parent.parent / "fixtures" / "alignment.json"
target.write_text(json.dumps(out, indent=1) + "\n")
print(target.stat().st_size)
