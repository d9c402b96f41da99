"""Embeddings, and the loss and gradients of one ArcFace step, of the published networks, by PyTorch in float64.

    python3 tests/oracle/parity.py tests/fixtures/parity

Writes safetensors in PyTorch's names and layouts: `NAME.safetensors`, the weights of the small networks, and
`NAME.expected.safetensors`. MobileFaceNet has no narrow form: its weights are `hashed` from their names on both sides,
and of a gradient the fixture holds its norm, its product with a hashed vector, and a few values.
"""
import json
import struct
import sys
import numpy as np
import torch
import torch.nn.functional as F
from networks import IResNet, MobileFaceNet

CLASSES, BATCH, SAMPLES = 7, 6, 8


def hashed(name, size):
    """Values in [-1, 1): FNV-1a of the name, then a hash of each index; float32."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = (seed ^ byte) * 0x01000193 & 0xFFFFFFFF
    with np.errstate(over="ignore"):
        x = np.uint32(seed) + np.arange(size, dtype=np.uint32) * np.uint32(0x9E3779B9)
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
        x ^= x >> np.uint32(16)
    return (x.astype(np.float64) / 2**31 - 1).astype(np.float32)


def initial(name, shape):
    """A weight by its name and shape in PyTorch, float32: batch norms near 1, statistics that are not trivial."""
    u = hashed(name, int(np.prod(shape))).astype(np.float64).reshape(shape)
    if name.endswith("running_var") or len(shape) == 1 and "prelu" not in name and name.endswith("weight"):
        u = 1 + 0.5 * u
    elif len(shape) == 1:
        u = 0.3 * u
    else:
        u = u * np.sqrt(3 / np.prod(shape[1:]))
    return u.astype(np.float32)


def write(path, tensors):
    header, offset, parts = {}, 0, []
    for name, tensor in tensors.items():
        data = np.ascontiguousarray(np.asarray(tensor, dtype="<f4"))
        header[name] = {"dtype": "F32", "shape": list(data.shape), "data_offsets": [offset, offset + data.nbytes]}
        offset += data.nbytes
        parts.append(data.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


def summary(name, gradient):
    flat = gradient.reshape(-1)
    at = [k * (len(flat) - 1) // (SAMPLES - 1) for k in range(SAMPLES)]
    return np.concatenate([[np.linalg.norm(flat), flat @ hashed(f"probe {name}", len(flat))], flat[at]])


def arcface(embeddings, weights, labels, s=64.0, m=0.5):
    cosine = F.normalize(embeddings) @ F.normalize(weights).T
    turned = torch.cos(torch.acos(cosine) + m)
    one = F.one_hot(labels, len(weights)).bool()
    return F.cross_entropy(s * torch.where(one, turned, cosine), labels)


def step(net, pixels, dtype):
    """Embeddings in evaluation, then loss and gradients of one training step, from the same weights."""
    torch.set_default_dtype(dtype)
    values = {n: initial(n, tuple(t.shape)) for n, t in net.state_dict().items() if not n.endswith("tracked")}
    if "features.weight" in values:
        values["features.weight"][:] = 1
    net.to(dtype).load_state_dict({n: torch.tensor(v) for n, v in values.items()}, strict=False)
    images, labels = torch.tensor(pixels).to(dtype).permute(0, 3, 1, 2), torch.arange(BATCH) * 5 % CLASSES
    net.zero_grad()
    net.eval()
    with torch.no_grad():
        embeddings = net(images)
    head = torch.tensor(hashed("head", CLASSES * embeddings.shape[1])).to(dtype).reshape(CLASSES, -1).requires_grad_()
    net.train()
    loss = arcface(net(images), head, labels)
    loss.backward()
    gradients = {n: p.grad.double().numpy() for n, p in net.named_parameters() if p.requires_grad}
    return values, embeddings.numpy(), loss.item(), gradients | {"head": head.grad.double().numpy()}


def apart(exact, single):
    """Largest distance of a gradient from its float64 value, of its norm; zero gradients by the largest norm."""
    largest = max(np.linalg.norm(g) for g in exact.values())
    return max(np.linalg.norm(g - single[n]) / max(np.linalg.norm(g), 1e-4 * largest) for n, g in exact.items())


def case(folder, name, net, shape, whole):
    # Images that leave no PReLU so near its kink that float32 takes the other side: seeds are tried in turn.
    for seed in range(100):
        pixels = hashed(f"images {seed}", BATCH * int(np.prod(shape))).reshape(BATCH, *shape)
        values, embeddings, loss, gradients = step(net, pixels, torch.float64)
        if apart(gradients, step(net, pixels, torch.float32)[3]) < 4e-4:
            break
    else:
        raise SystemExit(f"no seed for {name}")
    expected = {"seed": [seed], "embeddings": embeddings, "loss": [loss]}
    expected |= {f"gradient {n}": g if whole else summary(n, g) for n, g in gradients.items()}
    write(f"{folder}/{name}.expected.safetensors", expected)
    if whole:
        write(f"{folder}/{name}.safetensors", values)
    print(name, "seed", seed)


folder = sys.argv[1]
case(folder, "iresnet18", IResNet(3, 32, [2, 2, 2, 2], [8, 8, 12, 16], 16), (32, 32, 3), True)
case(folder, "iresnet-a", IResNet(3, 20, [1, 1, 1, 1], [4, 4, 6, 8], 8, "A"), (20, 20, 3), True)
case(folder, "iresnet-d-se", IResNet(3, 20, [1, 1, 1, 1], [16, 16, 16, 32], 8, "D", se=True), (20, 20, 3), True)
case(folder, "iresnet-gdc", IResNet(3, 36, [1, 1, 1, 1], [4, 4, 6, 8], 8, "GDC", eps=2e-5), (36, 36, 3), True)
case(folder, "mobilefacenet", MobileFaceNet((40, 32), [1, 4, 6, 2], 2, 512), (40, 32, 3), False)
case(folder, "mobilefacenet-y1", MobileFaceNet((40, 32), [1, 4, 6, 2], 1, 128), (40, 32, 3), False)
case(folder, "mobilefacenet-blocks", MobileFaceNet((24, 24), [2, 1, 1, 1], 4, 64), (24, 24, 3), False)
