"""Expected losses and gradients of every head and boundary, by PyTorch's autograd of the formulas in float64.

Run from the repository root: /usr/bin/python3 tests/oracle/losses.py
Writes tests/fixtures/losses.json.
"""

import json
import math

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
BATCH, DIMENSION, CLASSES = 6, 8, 10


def batch():
    """Random rows, a few of them turned so that target angles reach from small to past every boundary."""
    generator = torch.Generator().manual_seed(20190619)
    x = torch.randn(BATCH, DIMENSION, generator=generator)
    w = torch.randn(CLASSES, DIMENSION, generator=generator)
    labels = torch.tensor([3, 0, 9, 3, 5, 1])
    for row, toward in ((1, -4.0), (2, -1.0), (3, 1.5), (5, -9.0)):
        x[row] += toward * w[labels[row]]
    # Exactly what float32 can hold, so that both sides start from the same numbers.
    return x.float().double(), w.float().double(), labels


def target(theta, m1, m2, m3, boundary):
    """phi(theta) with each boundary as its source writes it."""
    angle, cosine = m1 * theta + m2, torch.cos(theta)
    inside = torch.cos(angle) - m3
    if boundary == "none":
        return inside
    if boundary == "easy":  # InsightFace 2018, easy_margin
        return torch.where(cosine > 0, inside, cosine)
    if boundary == "fallback":  # InsightFace 2018, mm = sin(pi - m) m
        return torch.where(angle > math.pi, cosine - math.sin(math.pi - m2) * m2 - m3, inside)
    if boundary == "clip":  # AdaFace, OpenSphere
        return torch.cos(torch.clamp(angle, max=math.pi)) - m3
    k = torch.floor(angle / math.pi).detach()  # SphereFace
    return (1 - 2 * (k % 2)) * torch.cos(angle) - 2 * k - m3


def head(x, w, labels, s, m1, m2, m3, boundary, gradient):
    cosine = F.linear(F.normalize(x), F.normalize(w))
    rows = torch.arange(BATCH)
    phi = target(torch.acos(cosine[rows, labels]), m1, m2, m3, boundary)
    if gradient == "detached":
        phi = cosine[rows, labels] + (phi - cosine[rows, labels]).detach()
    logits = cosine.clone()
    logits[rows, labels] = phi
    return F.cross_entropy(s * logits, labels)


def case(name, params, loss, **variables):
    loss.backward()
    gradients = {key: value.grad.flatten().tolist() for key, value in variables.items()}
    return {"head": name, "params": params, "loss": loss.item(), "gradients": gradients}


def margin_cases(x, w, labels):
    boundaries = ("none", "fallback", "easy", "clip", "reflect")
    rows = []
    for boundary in boundaries:
        rows.append(("arcface", {"m": 0.5, "s": 64, "boundary": boundary}, (1, 0.5, 0)))
        if boundary in ("none", "easy"):
            rows.append(("cosface", {"m": 0.35, "s": 64, "boundary": boundary}, (1, 0, 0.35)))
        rows.append(("combined", {"m1": 1, "m2": 0.3, "m3": 0.2, "s": 16, "boundary": boundary}, (1, 0.3, 0.2)))
        if boundary != "fallback":
            sizes = {"m1": 0.9, "m2": 0.4, "m3": 0.15}
            rows.append(("combined", {**sizes, "s": 64, "boundary": boundary}, (0.9, 0.4, 0.15)))
            rows.append(("combined", {"m1": 1.35, "m2": 0, "m3": 0, "s": 64, "boundary": boundary}, (1.35, 0, 0)))
    for name, params, sizes in rows:
        for gradient in ("exact",) if name == "cosface" else ("exact", "detached"):
            a, b = x.clone().requires_grad_(), w.clone().requires_grad_()
            loss = head(a, b, labels, params["s"], *sizes, params["boundary"], gradient)
            yield case(name, {**params, "gradient": gradient}, loss, **{"embeddings": a, "head.weight": b})


def main():
    x, w, labels = batch()
    cases = list(margin_cases(x, w, labels))
    for s in (64, 20):
        a, b = x.clone().requires_grad_(), w.clone().requires_grad_()
        loss = F.cross_entropy(s * F.linear(F.normalize(a), F.normalize(b)), labels)
        cases.append(case("norm-softmax", {"s": s}, loss, **{"embeddings": a, "head.weight": b}))
    a, b, bias = x.clone().requires_grad_(), w.clone().requires_grad_(), torch.zeros(CLASSES, requires_grad=True)
    loss = F.cross_entropy(F.linear(a, b, bias), labels)
    cases.append(case("softmax", {}, loss, **{"embeddings": a, "head.weight": b, "head.bias": bias}))
    angles = torch.acos(F.cosine_similarity(x, w[labels]))
    print("target angles, degrees:", [round(v, 1) for v in torch.rad2deg(angles).tolist()])
    document = {
        "embeddings": x.tolist(),
        "weights": w.tolist(),
        "labels": labels.tolist(),
        "targetAngle": angles.mean().item(),
        "cases": cases,
    }
    rounded = json.loads(json.dumps(document), parse_float=lambda text: float(f"{float(text):.9g}"))
    with open("tests/fixtures/losses.json", "w") as file:
        json.dump(rounded, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
