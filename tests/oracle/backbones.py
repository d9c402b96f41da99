"""Expected embeddings, gradients, running statistics and SGD steps of small backbones, by PyTorch in float64.

    python3 tests/oracle/backbones.py > tests/fixtures/backbones.json

The architectures are written here from their descriptions, not from the code under test. Weights are stored as that code
stores them: convolutions [k, k, in, out], linear layers [in, out] with the flattened features in h, w, c order.
"""
import json
import torch
import torch.nn as nn
from networks import IResNet

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def randomise(net):
    for name, tensor in net.state_dict().items():
        if name.endswith("num_batches_tracked") or name == "features.weight" and not net.learn_scale:
            continue
        low, high = (0.5, 1.5) if name.endswith(("running_var", "bn.weight")) else (-0.5, 0.5)
        with torch.no_grad():
            tensor.copy_((torch.rand_like(tensor) * (high - low) + low).float().double())
    return net


class ConvNet(nn.Module):
    learn_scale = True

    def __init__(self, channels, size, blocks, width, embedding, norm_first):
        super().__init__()
        self.blocks = blocks
        for i in range(1, blocks + 1):
            self.add_module(f"block{i}", nn.ModuleDict({
                "conv": nn.Conv2d(channels if i == 1 else width, width, 3, padding=1, bias=False),
                "bn": nn.BatchNorm2d(width), "prelu": nn.PReLU(width)}))
        self.bn = nn.BatchNorm2d(width) if norm_first else None
        self.final = [width, size >> blocks, size >> blocks]
        self.fc = nn.Linear(width * (size >> blocks) ** 2, embedding)
        self.features = nn.BatchNorm1d(embedding)

    def forward(self, x):
        for i in range(1, self.blocks + 1):
            b = self._modules[f"block{i}"]
            x = nn.functional.max_pool2d(b["prelu"](b["bn"](b["conv"](x))), 2)
        if self.bn is not None:
            x = self.bn(x)
        return self.features(self.fc(x.flatten(1)))


def stored(net, name, tensor):
    tensor = tensor.detach()
    if tensor.dim() == 4:
        tensor = tensor.permute(2, 3, 1, 0)
    elif name == "fc.weight":
        tensor = tensor.reshape(-1, *net.final).permute(2, 3, 1, 0).reshape(-1, tensor.shape[0])
    return [float(f"{v:.9g}") for v in tensor.reshape(-1).tolist()]


def state(net):
    return {name: stored(net, name, t) for name, t in net.state_dict().items() if not name.endswith("tracked")}


def case(name, backbone, params, shape, net, sgd):
    h, w, c = shape
    images = (torch.rand(5, c, h, w) * 2 - 1).float().double()
    weights = (torch.rand(5, net.fc.out_features) * 2 - 1).float().double()
    before = state(randomise(net))
    net.eval()
    inference = net(images).detach()
    net.train()
    embeddings = net(images)
    (embeddings * weights).sum().backward()
    gradients = {n: stored(net, n, p.grad) for n, p in net.named_parameters() if p.requires_grad}
    statistics = {n: v for n, v in state(net).items() if "running" in n}
    net.load_state_dict({k: v for k, v in net.state_dict().items()})
    optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], **sgd)
    losses = []
    for _ in range(4):
        optimizer.zero_grad()
        loss = (net(images) * weights).sum() / 5
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    flat = lambda t: [float(f"{v:.9g}") for v in t.reshape(-1).tolist()]
    return {"name": name, "backbone": backbone, "params": params, "shape": shape, "images": flat(images.permute(0, 2, 3, 1)),
            "weights": flat(weights), "state": before, "inference": flat(inference), "training": flat(embeddings.detach()),
            "gradients": gradients, "statistics": statistics,
            "sgd": {"momentum": sgd["momentum"], "weightDecay": sgd["weight_decay"], "nesterov": sgd["nesterov"], "lr": sgd["lr"]},
            "losses": losses}


print(json.dumps([
    case("convnet, BN-Dropout-FC-BN", "convnet", {"blocks": 2, "width": 4, "embedding": 6}, [9, 9, 1],
         ConvNet(1, 9, 2, 4, 6, True), dict(lr=0.05, momentum=0.9, weight_decay=5e-4, nesterov=False)),
    case("convnet, FC-BN", "convnet", {"blocks": 1, "width": 3, "embedding": 4, "output": "fc-bn"}, [6, 6, 3],
         ConvNet(3, 6, 1, 3, 4, False), dict(lr=0.05, momentum=0.8, weight_decay=1e-2, nesterov=True)),
    case("iresnet", "iresnet", {"stages": [1, 2, 1, 1], "widths": [4, 4, 5, 6], "embedding": 5, "dropout": 0}, [18, 18, 3],
         IResNet(3, 18, [1, 2, 1, 1], [4, 4, 5, 6], 5), dict(lr=0.02, momentum=0.0, weight_decay=0.0, nesterov=False)),
]))
