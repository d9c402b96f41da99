"""Known numbers of the papers' curves, checked before anything is written: n = 10,572, s = 64, every cosine 0."""

import math

import torch

from head_formulas import margin_target
from head_pass import Pass, psi

CLASSES, SCALE = 10572, 64
# name: ((m1, m2, m3), loss, target / s at 90 degrees, degrees at which m1 theta + m2 = pi)
CURVES = {
    "norm-softmax": ((1, 0, 0), 9.266, 0, None),
    "cosface .35": ((1, 0, 0.35), 31.666, -0.35, None),
    "combined (.9, .4, .15)": ((0.9, 0.4, 0.15), 34.260, -0.3905, 174.54),
    "arcface .5": ((1, 0.5, 0), 39.949, -0.4794, 151.35),
    "combined (1, .3, .2)": ((1, 0.3, 0.2), 40.979, -0.4955, 162.81),
    "sphereface 1.35": ((1.35, 0, 0), 42.706, -0.5225, 133.33),
}


def close(found, wanted, tolerance):
    assert abs(found - wanted) <= tolerance, f"found {found}, wanted {wanted}"


def check_golden():
    for name, ((m1, m2, m3), loss, at_right_angle, turn) in CURVES.items():
        right = torch.tensor([math.pi / 2], dtype=torch.float64)
        phi = margin_target(Pass(), right, torch.cos(right), m1, m2, m3, "none").item()
        close(phi, at_right_angle, 5e-5)
        found = math.log(math.exp(SCALE * phi) + CLASSES - 1) - SCALE * phi
        close(found, loss, 5e-4)
        angle = math.degrees((math.pi - m2) / m1)
        if turn is not None:
            close(angle, turn, 5e-3)
        print(f"{name:24s} loss {found:.3f}  target/s at 90 degrees {phi:.4f}  turns at {angle:.2f}")
    # The jumps at the boundary: fallback falls by .117 below -1, easy by .479 at 90 degrees.
    close(math.cos(math.pi - 0.5) - 0.5 * math.sin(0.5), -1.117, 5e-4)
    close(0 - math.cos(math.pi / 2 + 0.5), 0.479, 5e-4)
    # psi goes on where reflection about -1 says: -2 - cos.
    past = torch.tensor([3.5], dtype=torch.float64)
    close(psi(past).item(), -2 - math.cos(3.5), 1e-12)
