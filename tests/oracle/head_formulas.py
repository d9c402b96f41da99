"""Every softmax and binary head as its paper writes it: head(run, x, w, labels, p, bias) -> loss, all in PyTorch.

x [N, d] features, w [C, d] class weights, c = cosines [N, C], theta = acos c, p = the parameters.
"""

import math

import torch
import torch.nn.functional as F

from head_pass import cosines, is_own, own, psi, put


def softmax(run, x, w, labels, p, bias):
    return F.cross_entropy(F.linear(x, w, bias), labels)


def norm_softmax(run, x, w, labels, p, bias):
    return F.cross_entropy(p["s"] * cosines(x, w), labels)


def margin_target(run, theta, cosine, m1, m2, m3, boundary):
    """cos(m1 theta + m2) - m3 with each treatment of angles past pi. m2 may be a number or one per sample."""
    m2 = torch.as_tensor(m2, dtype=theta.dtype)
    angle = m1 * theta + m2
    inside = torch.cos(angle) - m3
    if boundary == "none":
        return inside
    if boundary == "easy":  # the margin only where the angle is below 90 degrees
        run.kink(cosine)
        return torch.where(cosine > 0, inside, cosine)
    if boundary == "reflect":  # SphereFace's psi
        run.kink_at_multiples(angle, m1 + 1)
        return psi(angle) - m3
    run.kink(angle - math.pi)
    if boundary == "fallback":
        return torch.where(angle > math.pi, cosine - m2 * torch.sin(m2) - m3, inside)
    assert boundary == "clip"
    return torch.cos(torch.clamp(angle, max=math.pi)) - m3


def margin_loss(run, c, labels, s, m1, m2, m3, boundary, gradient):
    cosine = own(c, labels)
    phi = margin_target(run, torch.acos(cosine), cosine, m1, m2, m3, boundary)
    if gradient == "detached":
        phi = run.detached(cosine, phi)
    return F.cross_entropy(s * put(c, labels, phi), labels)


def arcface(run, x, w, labels, p, bias):
    return margin_loss(run, cosines(x, w), labels, p["s"], 1, p["m"], 0, p["boundary"], p["gradient"])


def cosface(run, x, w, labels, p, bias):
    return margin_loss(run, cosines(x, w), labels, p["s"], 1, 0, p["m"], p["boundary"], p["gradient"])


def combined(run, x, w, labels, p, bias):
    sizes = (p["m1"], p["m2"], p["m3"])
    return margin_loss(run, cosines(x, w), labels, p["s"], *sizes, p["boundary"], p["gradient"])


def sphereface(run, x, w, labels, p, bias):
    """SphereFace (2017): |x| c_j; target |x| (lambda c_y + psi(m theta_y)) / (1 + lambda). Features keep their norm."""
    blend = max(p["lambdaMin"], p["lambdaBase"] * (1 + p["gamma"] * run.step) ** -p["power"])
    c, norm = cosines(x, w), x.norm(dim=1)
    cosine = own(c, labels)
    angle = p["m"] * torch.acos(cosine)
    run.kink_at_multiples(angle, p["m"])
    target = (blend * cosine + psi(angle)) / (1 + blend)
    return F.cross_entropy(norm[:, None] * put(c, labels, target), labels)


def sphereface_r(run, x, w, labels, p, bias):
    """SphereFace-R: v0 psi(m theta_y); v1 cos(min(m theta_y, pi)); v2 others cos(theta_j / m). Loss times lw / s."""
    c, m = cosines(x, w), p["m"]
    theta = torch.acos(c)
    angle = m * own(theta, labels)
    if p["version"] == "v0":
        run.kink_at_multiples(angle, m)
        modified = put(c, labels, psi(angle))
    elif p["version"] == "v1":
        run.kink(angle - math.pi)
        modified = put(c, labels, torch.cos(torch.clamp(angle, max=math.pi)))
    else:
        modified = torch.where(is_own(c, labels), c, torch.cos(theta / m))
    if p["gradient"] == "detached":
        modified = run.detached(c, modified)
    return p["lw"] / p["s"] * F.cross_entropy(p["s"] * modified, labels)


def sphereface2(run, x, w, labels, p, bias):
    """SphereFace2: a binary problem per class on r g(c) + b, g(z) = 2 ((z + 1) / 2)^t - 1."""
    c, r, m, alpha = cosines(x, w), p["r"], p["m"], p["alpha"]
    positive, negative = sphereface2_values(run, own(c, labels), c, p)
    modified = put(negative, labels, positive)
    if p["gradient"] == "detached":
        modified = run.detached(r * c, modified)
    z = modified + bias
    others = torch.where(is_own(z, labels), torch.zeros_like(z), F.softplus(z)).sum(1)
    return p["lw"] / r * (alpha * F.softplus(-own(z, labels)) + (1 - alpha) * others).mean()


def sphereface2_values(run, target, c, p):
    """The label's value and the others', without bias."""
    r, m = p["r"], p["m"]

    def g(z):
        return 2 * ((z + 1) / 2) ** p["t"] - 1

    if p["version"] == "C":
        return r * (g(target) - m), r * (g(c) + m)
    theta = torch.acos(target)
    angle = theta + m if p["version"] == "A" else m * theta
    run.kink(angle - math.pi)
    return r * g(torch.cos(torch.clamp(angle, max=math.pi))), r * g(c)


def sphereface2_bias(run, p, classes):
    """The bias at which the loss has no gradient to it while every cosine is 0."""
    zero = torch.zeros(1)
    a_y, a_i = (value.item() for value in sphereface2_values(run, zero, zero, p))
    z = p["alpha"] / ((1 - p["alpha"]) * (classes - 1))
    return math.log(2 * z) - a_i - math.log(1 - z + math.sqrt((1 - z) ** 2 + 4 * z * math.exp(a_y - a_i)))


def adaface(run, x, w, labels, p, bias):
    """AdaFace: s (cos(theta_y - m z) - (m + m z)), z = the norm's standing in [-1, 1], without gradient."""
    m, momentum, epsilon = p["m"], p["momentum"], p["epsilon"]
    norm = torch.clamp(x.norm(dim=1), 1e-3, 100).detach()
    batch = torch.stack([norm.mean(), norm.std(unbiased=True)])
    mean, deviation = moved = momentum * batch + (1 - momentum) * run.state["head.norm"].to(x)
    run.moved["head.norm"] = run.still("norm", moved)
    z = run.still("z", torch.clamp(p["h"] * (norm - mean) / (deviation + 1e-3), -1, 1))
    c = cosines(x, w)
    run.kink(c.abs() - (1 - epsilon))
    c = torch.clamp(c, -(1 - epsilon), 1 - epsilon)
    angle = torch.acos(own(c, labels)) - m * z
    run.kink(angle - epsilon)
    run.kink(angle - (math.pi - epsilon))
    target = torch.cos(torch.clamp(angle, epsilon, math.pi - epsilon)) - (m + m * z)
    return F.cross_entropy(p["s"] * put(c, labels, target), labels)


def magface(run, x, w, labels, p, bias):
    """MagFace: the margin grows with the norm a, and lambda (1/a + a / ua^2) pulls the norm up; both have gradients."""
    la, ua = p["la"], p["ua"]
    norm = x.norm(dim=1)
    run.kink(norm - la)
    run.kink(norm - ua)
    a = torch.clamp(norm, la, ua)
    m = p["lm"] + (p["um"] - p["lm"]) * (a - la) / (ua - la)
    c = cosines(x, w)
    loss = margin_loss(run, c, labels, p["s"], 1, m, 0, p["boundary"], "exact")
    return loss + p["lambda"] * (1 / a + a / ua**2).mean()


def curricularface(run, x, w, labels, p, bias):
    """CurricularFace: others that look nearer than the margin lets the target be become c (t + c)."""
    c, m = cosines(x, w), p["m"]
    cosine = own(c, labels)
    t = p["momentum"] * cosine.mean() + (1 - p["momentum"]) * run.state["head.t"].to(x)
    t = run.moved["head.t"] = run.still("t", t)
    theta = torch.acos(cosine)
    threshold = torch.cos(theta + m)[:, None]
    run.kink((c - threshold)[~is_own(c, labels)])
    others = torch.where(c > threshold, c * (t + c), c)
    target = margin_target(run, theta, cosine, 1, m, 0, p["boundary"])
    return F.cross_entropy(p["s"] * put(others, labels, target), labels)


def assigned_margins(run, cosine, plus):
    """The drawn margins as drawn; with plus, the r-th largest cosine gets the r-th smallest margin."""
    margins = run.margins.to(cosine)
    if not plus:
        return margins
    rank = torch.argsort(torch.argsort(cosine.detach(), descending=True))
    ordered = torch.sort(cosine.detach()).values
    run.kink((ordered[1:] - ordered[:-1]) * 100)  # two float32 cosines 1e-7 apart may swap their margins
    return run.still("assigned", torch.sort(margins).values[rank])


def elasticface_arc(run, x, w, labels, p, bias):
    c = cosines(x, w)
    m = assigned_margins(run, own(c, labels), p["plus"])
    return margin_loss(run, c, labels, p["s"], 1, m, 0, "none", "exact")


def elasticface_cos(run, x, w, labels, p, bias):
    c = cosines(x, w)
    m = assigned_margins(run, own(c, labels), p["plus"])
    return F.cross_entropy(p["s"] * put(c, labels, own(c, labels) - m), labels)


def nearest_centres(run, x, w, k):
    """c_j = the largest cosine to the k centres of class j; row of w = class k + centre."""
    c = cosines(x, w).view(len(x), -1, k)
    if k > 1:
        best = c.detach().topk(2, dim=2).values
        run.kink(best[..., 0] - best[..., 1])
    return c.max(dim=2).values


def subcenter_arcface(run, x, w, labels, p, bias):
    c = nearest_centres(run, x, w, p["k"])
    return margin_loss(run, c, labels, p["s"], 1, p["m"], 0, "none", "exact")


def dynamic_margin(run, x, w, labels, p, bias):
    """ArcFace whose margin falls with the class's count: q = n^-power, stretched to [lower, upper]."""
    q = torch.tensor(run.counts, dtype=x.dtype) ** -p["power"]
    m = p["lower"] + (p["upper"] - p["lower"]) * (q - q.min()) / (q.max() - q.min())
    c = nearest_centres(run, x, w, p["k"])
    return margin_loss(run, c, labels, p["s"], 1, m[labels], 0, "none", "exact")


def uniface(run, x, w, labels, p, bias):
    """UniFace: one bias b parts the positives s (c_y - m) from the negatives s c_j."""
    c = cosines(x, w)
    others = torch.where(is_own(c, labels), torch.zeros_like(c), F.softplus(p["s"] * c - bias)).sum(1)
    return (F.softplus(-(p["s"] * (own(c, labels) - p["m"]) - bias)) + p["l"] * others).mean()


def adacos(run, x, w, labels, p, bias):
    """AdaCos: s = ln(B) / cos(min(pi / 4, median angle)), B = mean of the others' summed exp at the scale before."""
    c, s = cosines(x, w), run.state["head.scale"].to(x)
    if p["dynamic"]:
        others = torch.where(is_own(c, labels), torch.zeros_like(c), torch.exp(s * c)).sum(1)
        median = torch.median(torch.acos(own(c, labels)))
        s = torch.log(others.mean()) / torch.cos(torch.clamp(median, max=math.pi / 4))
    s = run.moved["head.scale"] = run.still("scale", s)
    return F.cross_entropy(s * c, labels)
