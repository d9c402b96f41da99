"""Expected weights of SGD with parameter groups, clipped gradients and averaged weights, by PyTorch in float64.

Run from the repository root: /usr/bin/python3 tests/oracle/optimizer.py
Writes tests/fixtures/optimizer.json.
"""

import json

import torch
from torch.nn.utils import clip_grad_norm_
from torch.optim.swa_utils import AveragedModel

torch.set_default_dtype(torch.float64)
# Name, role, shape; the first four are the backbone's.
PARAMETERS = [
    ("conv.weight", "weight", [3, 2, 2, 4]),
    ("bn.weight", "norm", [4]),
    ("prelu.weight", "slope", [4]),
    ("fc.bias", "bias", [6]),
    ("head.weight", "class", [7, 6]),
]
BACKBONE, STEPS, DECAY = 4, 6, 0.8
# Rates and gradients that shrink, so that some steps are clipped and others not.
RATES = [0.1, 0.2, 0.2, 0.05, 0.05, 0.01]
SCALES = [3, 1, 0.5, 0.1, 2, 0.2]
GROUPS = {
    "bias": {"lr": 2, "weightDecay": 0},
    "norm": {"weightDecay": 0},
    "slope": {"lr": 0.5},
    "class": {"lr": 1, "weightDecay": 0.05},
}
PARAMS = {"momentum": 0.9, "weightDecay": 0.01}
CASES = [
    ({**PARAMS}, None),
    ({**PARAMS, "groups": GROUPS}, None),
    ({**PARAMS, "nesterov": True, "groups": GROUPS}, {"norm": 2.5, "of": "all"}),
    ({**PARAMS, "groups": GROUPS}, {"norm": 1.5, "of": "backbone"}),
    ({**PARAMS, "momentum": 0, "groups": {"weight": {"lr": 0}, "bias": {"weightDecay": 0.2}}}, {"norm": 4, "of": "all"}),
]


def numbers():
    """Values and gradients that float32 holds exactly."""
    generator = torch.Generator().manual_seed(20131106)
    draw = lambda shape: torch.randn(shape, generator=generator).float()
    values = [draw(shape) for _, _, shape in PARAMETERS]
    return values, [[scale * draw(shape) for _, _, shape in PARAMETERS] for scale in SCALES]


def run(values, gradients, params, clip):
    model = torch.nn.ParameterList([torch.nn.Parameter(v.double().clone()) for v in values])
    groups = params.get("groups", {})
    factors = [groups.get(role, {}).get("lr", 1) for _, role, _ in PARAMETERS]
    decays = [groups.get(role, {}).get("weightDecay", params["weightDecay"]) for _, role, _ in PARAMETERS]
    optimizer = torch.optim.SGD(
        [{"params": [p], "weight_decay": decay} for p, decay in zip(model, decays)],
        lr=1,
        momentum=params["momentum"],
        nesterov=params.get("nesterov", False),
    )
    average = AveragedModel(model, avg_fn=lambda a, p, _: DECAY * a + (1 - DECAY) * p)
    average.update_parameters(model)  # Takes the initial weights.
    norms = []
    for rate, step in zip(RATES, gradients):
        for p, gradient in zip(model, step):
            p.grad = gradient.double().clone()
        if clip:
            clipped = list(model) if clip["of"] == "all" else list(model)[:BACKBONE]
            norms.append(clip_grad_norm_(clipped, clip["norm"]).item())
        for group, factor in zip(optimizer.param_groups, factors):
            group["lr"] = rate * factor
        optimizer.step()
        average.update_parameters(model)
    flat = lambda parameters: [p.detach().flatten().tolist() for p in parameters]
    return {"params": params, "clip": clip, "norms": norms, "weights": flat(model), "average": flat(average.parameters())}


def main():
    values, gradients = numbers()
    document = {
        "parameters": [{"name": n, "role": r, "shape": s} for n, r, s in PARAMETERS],
        "backbone": BACKBONE,
        "decay": DECAY,
        "rates": RATES,
        "values": [v.double().flatten().tolist() for v in values],
        "gradients": [[g.double().flatten().tolist() for g in step] for step in gradients],
        "cases": [run(values, gradients, params, clip) for params, clip in CASES],
    }
    for case in document["cases"]:
        print(case["clip"], [round(norm, 2) for norm in case["norms"]])
    rounded = json.loads(json.dumps(document), parse_float=lambda text: float(f"{float(text):.9g}"))
    with open("tests/fixtures/optimizer.json", "w") as file:
        json.dump(rounded, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
