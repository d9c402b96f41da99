"""What heads.py measures: one row per case, `case(name, head, params, **given)`."""

import math

import numpy as np

import head_formulas as formulas
import head_terms as terms
from head_pass import Pass

COUNTS = [3, 10, 50, 7, 120, 33, 900]
HEADS = {
    "softmax": formulas.softmax,
    "norm-softmax": formulas.norm_softmax,
    "arcface": formulas.arcface,
    "cosface": formulas.cosface,
    "combined": formulas.combined,
    "sphereface": formulas.sphereface,
    "sphereface-r": formulas.sphereface_r,
    "sphereface2": formulas.sphereface2,
    "adaface": formulas.adaface,
    "magface": formulas.magface,
    "curricularface": formulas.curricularface,
    "elasticface-arc": formulas.elasticface_arc,
    "elasticface-cos": formulas.elasticface_cos,
    "subcenter-arcface": formulas.subcenter_arcface,
    "dynamic-margin": formulas.dynamic_margin,
    "uniface": formulas.uniface,
    "adacos": formulas.adacos,
    "center": terms.center,
    "triplet": terms.triplet,
    "intra": terms.intra,
    "inter": terms.inter,
}


def case(name, head, params, batch="A", w="w", step=0, bias=None, **given):
    """`given`: state, margins, counts, triplets, as Pass takes them."""
    return {"name": f"{head}/{name}", "head": head, "params": params, "batch": batch, "w": f"{batch}/{w}",
            "step": step, "bias": bias, "given": given}


def existing():
    yield case("plain", "softmax", {}, bias=[0] * 7)
    yield case("small-norms", "softmax", {}, batch="B", bias=[0.5, -1, 0, 2, 0, 0.25, -0.5, 1])
    for s in (64, 20, 4):
        yield case(f"s{s}", "norm-softmax", {"s": s})
    boundaries = ("none", "fallback", "easy", "clip", "reflect")
    rows = [("arcface", {"m": 0.5}, s, b, "exact") for b in boundaries for s in (64, 4)]
    rows += [("arcface", {"m": 0.5}, 4, b, "detached") for b in ("none", "fallback")]
    rows += [("cosface", {"m": 0.35}, 64, "none", "exact")]
    rows += [("cosface", {"m": 0.35}, 4, b, "exact") for b in ("none", "easy")]
    mixed = {"m1": 1, "m2": 0.3, "m3": 0.2}
    rows += [("combined", mixed, 64, "none", "exact")]
    rows += [("combined", mixed, 4, b, "exact") for b in boundaries]
    rows += [("combined", {"m1": 0.9, "m2": 0.4, "m3": 0.15}, 4, "none", "exact")]
    for head, sizes, s, boundary, gradient in rows:
        params = {**sizes, "s": s, "boundary": boundary, "gradient": gradient}
        mark = "-m1" if sizes.get("m1") == 0.9 else ""
        yield case(f"s{s}-{boundary}-{gradient}{mark}", head, params)


def sphereface_kin():
    sphereface = {"m": 4, "lambdaMin": 5, "lambdaBase": 1000, "gamma": 0.12, "power": 1}
    for m, step in ((4, 0), (4, 100), (4, 100000), (3, 100000), (2, 100000)):
        yield case(f"m{m}-step{step}", "sphereface", {**sphereface, "m": m}, step=step)
    steep = {"m": 4, "lambdaMin": 0, "lambdaBase": 10, "gamma": 0.5, "power": 2}
    yield case("small-norms", "sphereface", sphereface, batch="B", step=100000)
    yield case("small-norms-steep", "sphereface", steep, batch="B", step=20)
    for version in ("v0", "v1", "v2"):
        for s, m, gradient in ((30, 1.5, "exact"), (30, 1.5, "detached"), (4, 1.7, "exact")):
            params = {"version": version, "m": m, "s": s, "lw": 50, "gradient": gradient}
            yield case(f"{version}-s{s}-{gradient}", "sphereface-r", params)
    for version, m in (("C", 0.4), ("A", 0.4), ("M", 1.7)):
        for r, gradient in ((40, "exact"), (40, "detached"), (4, "exact")):
            params = sphereface2(version, m, r, gradient)
            yield case(f"{version}-r{r}-{gradient}", "sphereface2", params, bias=[start(params, 7)])
    other = {**sphereface2("C", 0.3, 8, "exact"), "alpha": 0.5, "t": 2}
    yield case("C-bias", "sphereface2", other, bias=[-1.5])


def sphereface2(version, m, r, gradient):
    return {"version": version, "alpha": 0.7, "r": r, "m": m, "t": 3, "lw": 50, "gradient": gradient}


def start(params, classes):
    return formulas.sphereface2_bias(Pass(), params, classes)


def adaptive():
    ada = {"m": 0.4, "h": 0.333, "s": 64, "momentum": 0.01, "epsilon": 1e-3}
    middle = {"head.norm": [30, 10]}
    yield case("s64", "adaface", ada, state={"head.norm": [20, 100]})
    yield case("s4", "adaface", {**ada, "s": 4}, state={"head.norm": [20, 100]})
    yield case("s64-moved", "adaface", {**ada, "momentum": 0.5}, state=middle)
    yield case("s4-clipped", "adaface", {**ada, "momentum": 0.5, "s": 4, "h": 1}, state=middle)
    mag = {"s": 64, "la": 10, "ua": 110, "lm": 0.45, "um": 0.8, "lambda": 35}
    for boundary in ("easy", "fallback", "none"):
        for s in (64, 4):
            yield case(f"s{s}-{boundary}", "magface", {**mag, "s": s, "boundary": boundary})
    yield case("s4-lambda0", "magface", {**mag, "s": 4, "lambda": 0, "boundary": "none"})
    for t in (0, 0.6):
        for s in (64, 4):
            params = {"s": s, "m": 0.5, "momentum": 0.01, "boundary": "fallback"}
            yield case(f"s{s}-t{t}", "curricularface", params, state={"head.t": [t]})
    params = {"s": 4, "m": 0.5, "momentum": 0.5, "boundary": "none"}
    yield case("s4-fast", "curricularface", params, batch="C", state={"head.t": [0.3]})
    for dynamic in (True, False):
        yield case("dynamic" if dynamic else "fixed", "adacos", {"dynamic": dynamic},
                   state={"head.scale": [math.sqrt(2) * math.log(6)]})
    yield case("dynamic-s10", "adacos", {"dynamic": True}, state={"head.scale": [10]})
    for s in (math.sqrt(2) * math.log(6), 10):
        yield case(f"dynamic-near-s{round(s)}", "adacos", {"dynamic": True}, batch="C", state={"head.scale": [s]})


def per_sample_and_class(random):
    for head, m, sharp in (("elasticface-arc", 0.5, 0.0175), ("elasticface-cos", 0.35, 0.02)):
        for s, sigma, plus in ((64, 0.05, False), (4, 0.05, False), (4, sharp, True), (64, 0.05, True)):
            margins = random.normal(m, sigma, 1000).astype(np.float32)
            params = {"m": m, "sigma": sigma, "s": s, "plus": plus}
            yield case(f"s{s}{'-plus' if plus else ''}", head, params, margins=margins)
    for s in (64, 4):
        yield case(f"s{s}", "subcenter-arcface", {"k": 3, "m": 0.5, "s": s}, w="w3")
    grown = {"lower": 0.05, "upper": 0.5, "power": 0.25}
    for k, s in ((3, 80), (3, 4), (1, 80), (1, 4)):
        yield case(f"k{k}-s{s}", "dynamic-margin", {"k": k, "s": s, **grown}, w="w3" if k == 3 else "w", counts=COUNTS)
    for name, s, l, b in (("s64", 64, 1, math.log(70)), ("s4", 4, 1, math.log(70)), ("s4-l", 4, 0.5, -1.25)):
        yield case(name, "uniface", {"s": s, "m": 0.4, "l": l}, bias=[b])


def without_softmax(random, labels):
    for batch, classes in (("A", 7), ("B", 8)):
        centers = random.standard_normal((classes, 4)).astype(np.float32).tolist()
        yield case(f"batch{batch}", "center", {"alpha": 0.5}, batch=batch, state={"head.centers": centers})
    triplets = [chosen(random, labels) for _ in range(20)]
    for distance in ("angular", "squared-euclidean"):
        for mining in ("hard", "all", "given"):
            given = {"triplets": triplets} if mining == "given" else {}
            params = {"distance": distance, "m": 0.35, "mining": mining}
            yield case(f"{distance}-{mining}", "triplet", params, batch="B", **given)
    for batch in ("A", "B"):
        yield case(f"batch{batch}", "intra", {}, batch=batch)
        for form in ("arccos", "cosine"):
            yield case(f"{form}-batch{batch}", "inter", {"form": form}, batch=batch)


def edges(random):
    """Angles within 0.01 of 0 or pi, where float32 cosines lose digits: for the signs, the sizes and no NaN."""
    yield case("edges", "norm-softmax", {"s": 4}, batch="E")
    for boundary in ("none", "fallback", "easy", "clip", "reflect"):
        for gradient in ("exact", "detached"):
            params = {"m": 0.5, "s": 4, "boundary": boundary, "gradient": gradient}
            yield case(f"edges-{boundary}-{gradient}", "arcface", params, batch="E")
    params = {"m1": 0.9, "m2": 0.4, "m3": 0.15, "s": 4, "boundary": "none", "gradient": "exact"}
    yield case("edges", "combined", params, batch="E")
    sphereface = {"m": 4, "lambdaMin": 5, "lambdaBase": 1000, "gamma": 0.12, "power": 1}
    yield case("edges", "sphereface", sphereface, batch="E", step=100000)
    for version in ("v0", "v1", "v2"):
        params = {"version": version, "m": 1.7, "s": 4, "lw": 50, "gradient": "exact"}
        yield case(f"edges-{version}", "sphereface-r", params, batch="E")
    for version, m in (("C", 0.4), ("A", 0.4), ("M", 1.7)):
        params = sphereface2(version, m, 4, "exact")
        yield case(f"edges-{version}", "sphereface2", params, batch="E", bias=[start(params, 7)])
    ada = {"m": 0.4, "h": 1, "s": 4, "momentum": 0.5, "epsilon": 1e-3}
    yield case("edges", "adaface", ada, batch="E", state={"head.norm": [30, 10]})
    mag = {"s": 4, "la": 10, "ua": 110, "lm": 0.45, "um": 0.8, "lambda": 35, "boundary": "none"}
    yield case("edges", "magface", mag, batch="E")
    params = {"s": 4, "m": 0.5, "momentum": 0.01, "boundary": "fallback"}
    yield case("edges", "curricularface", params, batch="E", state={"head.t": [0.3]})
    params = {"m": 0.5, "sigma": 0.05, "s": 4, "plus": False}
    yield case("edges", "elasticface-arc", params, batch="E", margins=random.normal(0.5, 0.05, 48).astype(np.float32))
    yield case("edges", "subcenter-arcface", {"k": 3, "m": 0.5, "s": 4}, batch="E", w="w3")
    yield case("edges", "intra", {}, batch="E")


def chosen(random, labels):
    anchor = random.integers(len(labels))
    rows = np.arange(len(labels))
    positive = random.choice(rows[(labels == labels[anchor]) & (rows != anchor)])
    return [int(anchor), int(positive), int(random.choice(rows[labels != labels[anchor]]))]


def cases(random, labels_b):
    yield from existing()
    yield from sphereface_kin()
    yield from adaptive()
    yield from per_sample_and_class(random)
    yield from without_softmax(random, labels_b)
    yield from edges(random)
