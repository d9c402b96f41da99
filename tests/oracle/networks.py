"""The published face networks in PyTorch, written from their descriptions: not from the code under test.

Names of parameters are those of the public weights (insightface, arcface_torch), where there are any.
"""
import torch.nn as nn


class SqueezeExcitation(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1, self.prelu = nn.Conv2d(width, width // 16, 1), nn.PReLU(width // 16)
        self.conv2 = nn.Conv2d(width // 16, width, 1)

    def forward(self, x):
        return x * self.conv2(self.prelu(self.conv1(x.mean((2, 3), keepdim=True)))).sigmoid()


class Unit(nn.Module):
    def __init__(self, i, o, first, eps=1e-5, se=False):
        super().__init__()
        s = 2 if first else 1
        self.bn1, self.conv1 = nn.BatchNorm2d(i, eps), nn.Conv2d(i, o, 3, 1, 1, bias=False)
        self.bn2, self.prelu = nn.BatchNorm2d(o, eps), nn.PReLU(o)
        self.conv2, self.bn3 = nn.Conv2d(o, o, 3, s, 1, bias=False), nn.BatchNorm2d(o, eps)
        self.se = SqueezeExcitation(o) if se else nn.Identity()
        self.downsample = nn.Sequential(nn.Conv2d(i, o, 1, s, bias=False), nn.BatchNorm2d(o, eps)) if first else None

    def forward(self, x):
        y = self.se(self.bn3(self.conv2(self.prelu(self.bn2(self.conv1(self.bn1(x)))))))
        return y + (x if self.downsample is None else self.downsample(x))


class IResNet(nn.Module):
    learn_scale = False

    def __init__(self, channels, size, stages, widths, embedding, output="E", eps=1e-5, se=False):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(channels, widths[0], 3, 1, 1, bias=False), nn.BatchNorm2d(widths[0], eps)
        self.prelu = nn.PReLU(widths[0])
        inputs = widths[0]
        for k, (count, width) in enumerate(zip(stages, widths)):
            units = [Unit(inputs if j == 0 else width, width, j == 0, eps, se) for j in range(count)]
            self.add_module(f"layer{k + 1}", nn.Sequential(*units))
            inputs = width
            size = (size + 1) // 2
        self.output = output
        self.final = [inputs, size, size]
        if output == "GDC":
            self.features = GDC(inputs, (size, size), embedding, eps)
            return
        self.bn2 = nn.BatchNorm2d(inputs, eps)
        if output != "E":
            self.prelu2 = nn.PReLU(inputs)
        if output != "A":
            self.fc = nn.Linear(inputs * size * size if output == "E" else inputs, embedding)
        if output in "CDE":
            self.features = nn.BatchNorm1d(embedding, eps)
            self.features.weight.requires_grad = False
        if output == "D":
            self.features_prelu = nn.PReLU(embedding)

    def forward(self, x):
        x = self.prelu(self.bn1(self.conv1(x)))
        for k in range(1, 5):
            x = self._modules[f"layer{k}"](x)
        if self.output == "GDC":
            return self.features(x)
        x = self.bn2(x)
        x = x.flatten(1) if self.output == "E" else self.prelu2(x).mean((2, 3))
        for name in ("fc", "features", "features_prelu"):
            x = self._modules[name](x) if name in self._modules else x
        return x


class Layers(nn.Module):
    """Modules one after another, named `layers.0`, `layers.1`, …"""

    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


def linear_block(i, o, kernel=1, stride=1, padding=0, groups=1, eps=1e-5):
    return Layers(nn.Conv2d(i, o, kernel, stride, padding, groups=groups, bias=False), nn.BatchNorm2d(o, eps))


def conv_block(i, o, kernel=1, stride=1, padding=0, groups=1):
    return Layers(nn.Conv2d(i, o, kernel, stride, padding, groups=groups, bias=False), nn.BatchNorm2d(o), nn.PReLU(o))


class Bottleneck(Layers):
    def __init__(self, i, o, inner, stride, residual):
        super().__init__(conv_block(i, inner), conv_block(inner, inner, 3, stride, 1, inner), linear_block(inner, o))
        self.residual = residual

    def forward(self, x):
        return x + self.layers(x) if self.residual else self.layers(x)


class GDC(Layers):
    def __init__(self, channels, size, embedding, eps=1e-5):
        super().__init__(linear_block(channels, channels, size, groups=channels, eps=eps), nn.Flatten(),
                         nn.Linear(channels, embedding, bias=False), nn.BatchNorm1d(embedding, eps))


class MobileFaceNet(nn.Module):
    def __init__(self, size, blocks, scale, embedding):
        super().__init__()
        a, b = 64 * scale, 128 * scale
        repeated = lambda count, width, inner: Layers(*[Bottleneck(width, width, inner, 1, True) for _ in range(count)])
        first = conv_block(a, a, 3, 1, 1, 64) if blocks[0] == 1 else repeated(blocks[0], a, 128)
        self.layers = nn.ModuleList([
            conv_block(3, a, 3, 2, 1), first, Bottleneck(a, a, 128, 2, False), repeated(blocks[1], a, 128),
            Bottleneck(a, b, 256, 2, False), repeated(blocks[2], b, 256), Bottleneck(b, b, 512, 2, False),
            repeated(blocks[3], b, 256)])
        self.conv_sep = conv_block(b, 512)
        self.features = GDC(512, tuple((side + 15) // 16 for side in size), embedding)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.features(self.conv_sep(x))
