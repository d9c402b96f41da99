"""PyTorch beside marginlab: the same network, head, batch and optimizer, timed by the step.

    python3 torch_steps.py convnet|iresnet18|iresnet50|head --batch N [--classes C] [--device cpu|cuda]
                           [--precision f32|tf32|bf16] [--threads T]

Tells {"ready": name}; for each line n of its input does n steps and tells {"ms": [...], "peakMiB": m}.
The networks are built from their papers: the convnet as in arXiv:1703.05175 with PReLU, the improved residual units of
arXiv:1801.07698, an additive angular margin of 0.5 with s = 16 (the loss written out, not a fused kernel).
"""
import argparse
import contextlib
import json
import resource
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as error:
    print(json.dumps({"error": f"{error}; install PyTorch for this Python"}), flush=True)
    sys.exit(0)


def conv(inputs, outputs, size=3, stride=1):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)


class Unit(nn.Module):
    """BN, conv, BN, PReLU, conv, BN, and the shortcut."""

    def __init__(self, inputs, outputs, first):
        super().__init__()
        stride = 2 if first else 1
        self.main = nn.Sequential(
            nn.BatchNorm2d(inputs), conv(inputs, outputs), nn.BatchNorm2d(outputs), nn.PReLU(outputs),
            conv(outputs, outputs, stride=stride), nn.BatchNorm2d(outputs))
        self.side = nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs)) if first else nn.Identity()

    def forward(self, x):
        return self.main(x) + self.side(x)


def iresnet(counts):
    layers, width = [conv(3, 64), nn.BatchNorm2d(64), nn.PReLU(64)], 64
    for stage, count in enumerate(counts):
        outputs = 64 * 2 ** stage
        for i in range(count):
            layers.append(Unit(width, outputs, i == 0))
            width = outputs
    end = [nn.BatchNorm2d(512), nn.Flatten(), nn.Dropout(0.4), nn.Linear(512 * 49, 512), nn.BatchNorm1d(512)]
    return nn.Sequential(*layers, *end), (3, 112, 112), 512


def convnet():
    layers = []
    for inputs in (1, 64, 64):
        layers += [conv(inputs, 64), nn.BatchNorm2d(64), nn.PReLU(64), nn.MaxPool2d(2)]
    end = [nn.BatchNorm2d(64), nn.Flatten(), nn.Dropout(0.4), nn.Linear(576, 128), nn.BatchNorm1d(128)]
    return nn.Sequential(*layers, *end), (1, 28, 28), 128


NETWORKS = {"convnet": convnet, "iresnet18": lambda: iresnet((2, 2, 2, 2)), "iresnet50": lambda: iresnet((3, 4, 14, 3)),
            "head": lambda: (nn.Identity(), (512,), 512)}


def arcface(features, weight, labels, s=16.0, m=0.5):
    cosine = F.linear(F.normalize(features), F.normalize(weight)).float()
    rows = torch.arange(len(labels), device=labels.device)
    target = cosine[rows, labels].clamp(-1 + 1e-6, 1 - 1e-6)
    logits = cosine.index_put((rows, labels), torch.cos(torch.acos(target) + m))
    return F.cross_entropy(s * logits, labels)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=NETWORKS)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--classes", type=int, default=1000)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", choices=["f32", "tf32", "bf16"], default="f32")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        print(json.dumps({"error": "PyTorch finds no CUDA device"}), flush=True)
        return
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.precision == "tf32"
    torch.backends.cudnn.benchmark = True
    net, shape, dimension = NETWORKS[options.work]()
    net = net.to(options.device).train()
    images = torch.randn(options.batch, *shape, device=options.device)
    if options.work == "head":
        images.requires_grad_()
    labels = (torch.arange(options.batch, device=options.device) * 7919) % options.classes
    weight = nn.Parameter(torch.randn(options.classes, dimension, device=options.device) * 0.01)
    optimizer = torch.optim.SGD([*net.parameters(), weight], lr=1e-3, momentum=0.9, weight_decay=5e-4)
    cuda = options.device == "cuda"
    half = lambda: torch.autocast("cuda", dtype=torch.bfloat16) if options.precision == "bf16" else contextlib.nullcontext()

    def step():
        optimizer.zero_grad(set_to_none=True)
        images.grad = None
        with half():
            loss = arcface(net(images), weight, labels)
        loss.backward()
        if options.work != "head":
            optimizer.step()

    place = f"{torch.cuda.get_device_name()}, {options.precision}" if cuda else f"{torch.get_num_threads()} threads"
    print(json.dumps({"ready": f"PyTorch {torch.__version__}, {place}"}), flush=True)
    for line in sys.stdin:
        count = int(line)
        since = time.perf_counter()
        for _ in range(count):
            step()
        if cuda:
            torch.cuda.synchronize()
        ms = (time.perf_counter() - since) * 1000 / count
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        # The process's own memory, as the other sides tell it: what an allocator holds on a GPU is another thing.
        print(json.dumps({"ms": [ms], "peakMiB": peak}), flush=True)


main()
