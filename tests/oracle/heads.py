"""Expected losses, gradients and moved state of every head, by PyTorch's autograd of the papers' formulas in float64.

Run from the repository root: /usr/bin/python3 tests/oracle/heads.py
Writes tests/fixtures/heads.safetensors (float32 tensors) and tests/fixtures/heads.json (the cases).

Every gradient is checked by finite differences first, and every case must keep its distance from the kinks of its
formula, so that float32 takes the same branches. Each case names its tensors: "<case>/dx", "<case>/dw", "<case>/dbias",
"<case>/margins". `largest` is the largest absolute entry of each gradient. Batch E has target angles down to 0.001 from
0 and pi, where float32 cosines lose digits: compare it loosely, and the others closely. The printed column float32 says
how far plain float32 autograd of the same formulas is off, over the largest entry.
"""

import json
import struct

import numpy as np
import torch

from head_batches import batches
from head_cases import HEADS, cases, sphereface2, start
from head_golden import check_golden
from head_pass import Pass

SEED = 20190620
KINK = 1e-5
GRADIENTS = {"x": ("embeddings", "dx"), "w": ("head.weight", "dw"), "bias": ("head.bias", "dbias")}


def rounded(values):
    return torch.tensor(np.asarray(values, np.float32)).double()


def inputs(row, batch, w):
    given = dict(row["given"])
    if "state" in given:
        given["state"] = {key: rounded(value) for key, value in given["state"].items()}
    if "margins" in given:
        given["margins"] = rounded(given["margins"])
    leaves = {"x": batch["x"], "w": w}
    if row["bias"] is not None:
        leaves["bias"] = rounded(row["bias"])
    return leaves, Pass(step=row["step"], **given)


def evaluate(row, leaves, labels, run):
    return HEADS[row["head"]](run, leaves["x"], leaves["w"], labels, row["params"], leaves.get("bias"))


def differentiate(row, leaves, labels, run):
    leaves = {key: value.clone().requires_grad_() for key, value in leaves.items()}
    loss = evaluate(row, leaves, labels, run)
    loss.backward()
    return loss.item(), {key: value.grad for key, value in leaves.items() if value.grad is not None}


def check_differences(row, leaves, labels, run, gradients):
    """Central differences at a few entries; returns the worst difference over the gradient's largest entry."""
    worst = 0
    for key, gradient in gradients.items():
        value = leaves[key]
        flat = value.flatten()
        for i in sorted({0, 1, 13, 38, flat.numel() // 2, flat.numel() - 1} & set(range(flat.numel()))):
            h = 1e-6 * max(1, value.reshape(len(value), -1)[i * len(value) // flat.numel()].norm().item())
            ends = []
            for sign in (1, -1):
                moved = flat.clone()
                moved[i] += sign * h
                ends.append(evaluate(row, {**leaves, key: moved.view_as(value)}, labels, run).item())
            found = (ends[0] - ends[1]) / (2 * h)
            worst = max(worst, abs(found - gradient.flatten()[i].item()) / gradient.abs().max().item())
    return worst


def float32_error(row, batch, w, expected):
    leaves, run = inputs(row, batch, w)
    _, found = differentiate(row, {key: value.float() for key, value in leaves.items()}, batch["labels"], run)
    return [((found[key].double() - value).abs().max() / value.abs().max()).item() for key, value in expected.items()]


def measure(row, batch, w, tensors):
    leaves, run = inputs(row, batch, w)
    loss, gradients = differentiate(row, leaves, batch["labels"], run)
    nearest, name = run.nearest, row["name"]
    assert nearest > KINK, f"{name} comes within {nearest} of a kink: take another seed"
    difference = check_differences(row, leaves, batch["labels"], run, gradients)
    assert difference < 1e-6, f"{name} differs by {difference} from finite differences"
    document = {key: row[key] for key in ("name", "head", "params", "batch", "w", "step")}
    if "bias" in leaves:
        document["bias"] = leaves["bias"].tolist()
    for key in ("counts", "triplets"):
        if key in row["given"]:
            document[key] = row["given"][key]
    if run.margins is not None:
        document["margins"] = f"{name}/margins"
        tensors[f"{name}/margins"] = run.margins
    if run.state:
        document["state"] = {key: value.tolist() for key, value in run.state.items()}
        document["stateAfter"] = {key: value.tolist() for key, value in run.moved.items()}
    document |= {"loss": loss, "gradients": {}, "largest": {}}
    for key, gradient in gradients.items():
        parameter, short = GRADIENTS[key]
        tensors[f"{name}/{short}"] = gradient
        document["gradients"][parameter] = f"{name}/{short}"
        document["largest"][parameter] = gradient.abs().max().item()
    print(f"{name:40s} loss {loss:12.6f}  largest", *(f"{v:.3e}" for v in document["largest"].values()),
          f" kink {nearest:.1e}  differences {difference:.1e}  float32",
          *(f"{v:.1e}" for v in float32_error(row, batch, w, gradients)))
    return document


def write_safetensors(path, tensors):
    header, offset, data = {"__metadata__": {}}, 0, []
    for name, value in tensors.items():
        data.append(value.numpy().astype("<f4").tobytes())
        end = offset + len(data[-1])
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))


def start_biases():
    margins = {"C": 0.4, "A": 0.4, "M": 1.7}
    return [
        {"params": sphereface2(v, m, 40, "exact"), "classes": n, "bias": start(sphereface2(v, m, 40, "exact"), n)}
        for v, m in margins.items()
        for n in (7, 10572)
    ]


def check_start(row):
    """At the start bias, with every cosine 0, the loss has no gradient to the bias: one row orthogonal to n weights."""
    bias = torch.tensor([row["bias"]], requires_grad=True)
    x, w = torch.tensor([[1.0, 0, 0, 0]]), torch.tensor([[0.0, 1, 0, 0]]).repeat(row["classes"], 1)
    HEADS["sphereface2"](Pass(), x, w, torch.tensor([0]), row["params"], bias).backward()
    assert abs(bias.grad.item()) < 1e-10, f"gradient {bias.grad.item()} at the start bias of {row}"


def main():
    torch.set_default_dtype(torch.float64)
    check_golden()
    random = np.random.default_rng(SEED)
    data = batches(random)
    tensors, described = {}, {}
    for name, batch in data.items():
        tensors.update({f"{name}/{key}": batch[key] for key in ("x", "w", "w3") if key in batch})
        described[name] = {"x": f"{name}/x", "classes": len(batch["w"]), "labels": batch["labels"].tolist()}
    rows = list(cases(random, data["B"]["labels"].numpy()))
    documents = [measure(row, data[row["batch"]], tensors[row["w"]], tensors) for row in rows]
    assert len({row["name"] for row in rows}) == len(rows), "two cases have one name"
    assert {row["head"] for row in rows} == set(HEADS), "a head has no case"
    biases = start_biases()
    for row in biases:
        check_start(row)
    document = {"batches": described, "startBias": biases, "cases": documents}
    short = json.loads(json.dumps(document), parse_float=lambda text: float(f"{float(text):.12g}"))
    with open("tests/fixtures/heads.json", "w") as file:
        json.dump(short, file, separators=(",", ":"))
        file.write("\n")
    write_safetensors("tests/fixtures/heads.safetensors", tensors)
    print(len(documents), "cases")


if __name__ == "__main__":
    main()
