"""Known answers for the statistics of the table, by mpmath, SciPy, statsmodels and NumPy.

    python3 tests/oracle/statistics.py > tests/fixtures/statistics.json
"""
import json
import os
import sys

sys.path.pop(0)  # This file is named as a module of the standard library is, which the imports below need.
import mpmath as mp  # noqa: E402
import numpy as np  # noqa: E402
from scipy import optimize, stats  # noqa: E402
from statsmodels.stats.contingency_tables import mcnemar  # noqa: E402
from statsmodels.stats.multitest import multipletests  # noqa: E402
from statsmodels.stats.power import TTestPower  # noqa: E402
from statsmodels.stats.proportion import proportion_confint  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cluster_bootstrap import bootstrap_cases  # noqa: E402

mp.mp.dps = 40


def agree(exact, scipy, tolerance=1e-9):
    """Two paths to each number: mpmath's is written, SciPy's must not contradict it."""
    assert abs(float(exact) - scipy) <= tolerance * abs(scipy) + 1e-300, (exact, scipy)
    return float(exact)


def t_upper(t, v):
    t, v = mp.mpf(t), mp.mpf(v)
    return mp.betainc(v / 2, mp.mpf(1) / 2, 0, v / (v + t * t), regularized=True) / 2


def t_quantile(p, v):
    """Of an upper tail p < 1/2, refined from SciPy's answer."""
    return mp.findroot(lambda t: mp.log(t_upper(t, v)) - mp.log(p), mp.mpf(float(stats.t.isf(p, v))))


def distributions():
    freedoms = [1, 2, 3, 4, 5.5, 9, 29, 120, 5748, 1e6]
    ts = [1e-8, 0.01, 0.3, 1, 2.2, 5, 30, 1e4]
    tails = [1e-12, 1e-5, 0.001, 0.025, 0.05, 0.24, 0.26, 0.4, 0.4999]
    zs = [1e-9, 0.2, 1, 1.99, 2, 2.01, 3.5, 6, 12, 37]
    t_cases = [[t, v, agree(2 * t_upper(t, v), 2 * stats.t.sf(t, v))] for v in freedoms for t in ts
               if t_upper(t, v) > 1e-300]
    quantiles = [[p, v, agree(t_quantile(p, v), stats.t.isf(p, v), 1e-7)] for v in freedoms for p in tails]
    normal = [[z, agree(mp.erfc(mp.mpf(z) / mp.sqrt(2)) / 2, stats.norm.sf(z))] for z in zs]
    normal_quantiles = [[p, agree(mp.sqrt(2) * mp.erfinv(1 - 2 * mp.mpf(p)), stats.norm.isf(p))] for p in tails]
    binomial = []
    for n, p in [(1, 0.3), (8, 0.5), (22, 0.5), (50, 0.01), (400, 0.5), (6000, 0.9983), (6000, 0.5), (100_000, 0.07)]:
        centre = n * p
        for k in sorted({0, n // 3, int(centre), int(centre + 3 * (centre * (1 - p)) ** 0.5), n - 1}):
            if not 0 <= k < n:
                continue
            q = 1 - mp.mpf(p)
            mass = mp.binomial(n, k) * mp.mpf(p) ** k * q ** (n - k)
            below = mp.betainc(n - k, k + 1, 0, q, regularized=True)
            if below > 1e-280:
                binomial.append([k, n, p, agree(mass, stats.binom.pmf(k, n, p), 1e-8),
                                 agree(below, stats.binom.cdf(k, n, p), 1e-8)])
    return {"t": t_cases, "tQuantiles": quantiles, "normal": normal, "normalQuantiles": normal_quantiles,
            "binomial": binomial}


def noncentral():
    """By quadrature over the chi distribution, to 40 digits."""
    cases = []
    for t, v, d in [(12.706, 1, 3), (2.776, 4, 2), (2.776, 4, -2), (2.0, 30, 3.5), (1.96, 5000, 2.8), (63.66, 1, 60),
                    (0.5, 3, 0), (-1, 7, 0.5)]:
        a = mp.mpf(v) / 2
        density = lambda s: 2 * a ** a / mp.gamma(a) * s ** (v - 1) * mp.exp(-a * s * s)
        upper = lambda s: mp.erfc((t * s - d) / mp.sqrt(2)) / 2
        width = 1 / mp.sqrt(2 * v)
        points = sorted({mp.mpf(0), *[max(mp.mpf(0), 1 + k * width) for k in range(-12, 13)], *(
            [mp.mpf(d) / t] if d / t > 0 else []), mp.mpf(2), mp.mpf(20) if v < 30 else 1 + 30 * width})
        exact = mp.quad(lambda s: density(s) * upper(s), points)
        cases.append([t, v, d, agree(exact, stats.nct.sf(t, v, d), 1e-6)])
    return cases


def intervals(rng):
    cases = []
    for n, level in [(2, 0.95), (3, 0.9), (5, 0.95), (10, 0.99), (31, 0.5)]:
        values = np.round(rng.normal(0.95, 0.01, n), 6)
        mean, sem, std = values.mean(), stats.sem(values), values.std(ddof=1)
        # SciPy's own quantile of t has ten digits.
        t = agree(t_quantile((1 - level) / 2, n - 1), stats.t.interval(level, n - 1)[1], 1e-8)
        low, high = mean - t * sem, mean + t * sem
        ahead = t * std * np.sqrt(1 + 1 / n)
        cases.append({"values": values.tolist(), "level": level, "mean": mean, "std": std, "low": low, "high": high,
                      "next": [mean - ahead, mean + ahead]})
    return cases


def paired(rng):
    cases = []
    for n in [2, 3, 5, 6, 8, 11]:
        a, b = np.round(rng.normal(0.96, 0.01, n), 4), np.round(rng.normal(0.95, 0.01, n), 4)
        test = stats.ttest_rel(a, b)
        low, high = stats.t.interval(0.95, n - 1, loc=(a - b).mean(), scale=stats.sem(a - b))
        flips = stats.permutation_test((a, b), lambda x, y, axis: np.mean(x - y, axis=axis),
                                       permutation_type="samples", vectorized=True, n_resamples=np.inf)
        cases.append({"a": a.tolist(), "b": b.tolist(), "t": test.statistic, "p": test.pvalue, "low": low,
                      "high": high, "signFlip": flips.pvalue})
    return cases


def shares():
    cases = []
    for successes, n in [(0, 20), (1, 20), (10, 20), (5990, 6000), (5990, 6000), (6000, 6000), (97, 400)]:
        for level in [0.95, 0.9]:
            wilson = proportion_confint(successes, n, 1 - level, "wilson")
            wald = stats.norm.isf((1 - level) / 2) * np.sqrt(successes / n * (1 - successes / n) / n)
            cases.append([successes / n, n, level, *wilson, wald])
    return cases


def discordant():
    cases = []
    for b, c in [(0, 1), (1, 7), (6, 16), (5, 5), (0, 9), (40, 71), (300, 260)]:
        exact = mcnemar([[0, b], [c, 0]], exact=True).pvalue
        # What is more extreme, and half of what is as extreme, summed over the distribution itself.
        k = np.arange(b + c + 1)
        mass = stats.binom.pmf(k, b + c, 0.5)
        far, here = np.abs(2 * k - b - c), abs(b - c)
        cases.append([b, c, exact, mass[far > here].sum() + mass[far == here].sum() / 2])
    return cases


def power():
    solver, found = TTestPower(), []
    for effect in [0.2, 0.5, 1, 2.5]:
        for n in [3, 5, 20, 90]:
            found.append([effect, n, 0.05, solver.power(effect, n, 0.05)])
    # solve_power itself stops after seven digits, so its answer is checked and refined.
    def refined(power_at, guess, wanted):
        exact = optimize.brentq(lambda x: power_at(x) - wanted, 0.9 * guess, 1.1 * guess, xtol=1e-14, rtol=1e-14)
        assert abs(exact - guess) < 1e-5 * guess
        return exact

    sizes = [[effect, alpha, p, refined(lambda n: solver.power(effect, n, alpha),
                                        solver.solve_power(effect, None, alpha, p), p)]
             for effect, alpha, p in [(0.2, 0.05, 0.8), (0.5, 0.05, 0.8), (0.8, 0.05, 0.9), (1.5, 0.01, 0.8)]]
    effects = [[n, refined(lambda effect: solver.power(effect, n, 0.05), solver.solve_power(None, n, 0.05, 0.8), 0.8)]
               for n in [3, 5, 10, 40]]
    return {"paired": found, "seeds": sizes, "detectable": effects}


def corrections(rng):
    lists = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.9, 0.8, 0.7], [0.02, 0.02, 0.02], rng.uniform(0, 0.1, 12).tolist()]
    return [[p, multipletests(p, method="holm")[1].tolist()] for p in lists]


rng = np.random.default_rng(20)
json.dump({
    "distributions": distributions(),
    "noncentral": noncentral(),
    "intervals": intervals(rng),
    "paired": paired(rng),
    "shares": shares(),
    "mcnemar": discordant(),
    "holm": corrections(rng),
    "power": power(),
    "bootstrap": bootstrap_cases(rng, t_quantile),
}, sys.stdout)
