"""Embeddings of exported networks, by PyTorch: an independent reader of the file and of its names and layouts. And a
file that PyTorch's side writes, in half precision and with the counters of its batch norms, to start from.

    mkdir -p exports && deno run -A tests/oracle/weights_golden.ts exports
    /usr/bin/python3 tests/oracle/weights.py exports > tests/fixtures/weights.json

The images are those of tests/experiments/kept_run.ts: byte i of [n, h, w, c] is (37 i + 11) mod 251. They are normalised
as the file says.
"""
import base64
import contextlib
import hashlib
import io
import json
import pathlib
import struct
import sys

import numpy as np
import torch

from networks import IResNet, MobileFaceNet

# That script prints its own fixture.
with contextlib.redirect_stdout(io.StringIO()):
    from backbones import ConvNet, randomise


def read(data):
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    metadata, body, tensors = header.pop("__metadata__"), data[8 + length:], {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32"
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(body[begin:end], "<f4").reshape(entry["shape"])
    return metadata, tensors


def structure(params, shape):
    h, w, c = shape
    assert h == w
    if params["name"] == "convnet":
        return ConvNet(c, h, params["blocks"], params["width"], params["embedding"], params["output"] != "fc-bn")
    if params["name"] == "mobilefacenet":
        assert c == 3
        return MobileFaceNet((h, w), params["blocks"], params["scale"], params["embedding"])
    return IResNet(c, h, params["stages"], params["widths"], params["embedding"], params["output"], params["epsilon"],
                   params["se"])


def write(state):
    header, body = {}, b""
    for name, tensor in state.items():
        data = tensor.half() if tensor.is_floating_point() else tensor
        data = data.numpy().tobytes()
        dtype = "F16" if tensor.is_floating_point() else "I64"
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    header = json.dumps(header).encode()
    return struct.pack("<Q", len(header)) + header + body


def images(shape, mean, std):
    pixels = (37 * np.arange(3 * np.prod(shape)) + 11) % 251
    return torch.from_numpy((pixels.reshape(3, *shape).transpose(0, 3, 1, 2) - mean) / std)


def embeddings_of(net, shape):
    with torch.no_grad():
        return [[float(f"{v:.9g}") for v in row] for row in net(images(*shape)).tolist()]


def written():
    torch.manual_seed(0)
    params = {"name": "convnet", "blocks": 2, "width": 3, "embedding": 4, "output": "bn-dropout-fc-bn"}
    net = randomise(structure(params, [10, 10, 1])).eval()
    net.load_state_dict({k: v.half().double() if v.is_floating_point() else v for k, v in net.state_dict().items()})
    return {"params": params, "shape": [10, 10, 1], "file": base64.b64encode(write(net.state_dict())).decode(),
            "embeddings": embeddings_of(net, ([10, 10, 1], 127.5, 128))}


def embed(path):
    data = path.read_bytes()
    metadata, tensors = read(data)
    assert metadata["format"] == "marginlab-weights/1"
    shape, normalise = json.loads(metadata["shape"]), json.loads(metadata["normalise"])
    net = structure(json.loads(metadata["backbone"]), shape).eval()
    found = net.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in tensors.items()}, strict=False)
    assert not found.unexpected_keys and all(k.endswith("num_batches_tracked") for k in found.missing_keys), found
    return {"what": path.stem, "sha256": hashlib.sha256(data).hexdigest(),
            "embeddings": embeddings_of(net, (shape, normalise["mean"], normalise["std"]))}


exported = [embed(path) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.safetensors"))]
print(json.dumps({"exported": exported, "written": written()}))
