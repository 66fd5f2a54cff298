"""Golden numbers for src/stats, from SciPy: python3 intervals.py > intervals.json (made with SciPy 1.10.1)."""
import json

import numpy as np
from scipy import stats

cells = []
for n in [1, 2, 3, 7, 10, 20, 50, 100, 333, 1000, 5000, 20000, 100000]:
    for s in sorted({0, 1, n // 10, n // 3, n // 2, (9 * n) // 10, n - 1, n}):
        for alpha in [0.5, 0.05, 1e-3, 1e-6, 1e-10]:
            lower = 0.0 if s == 0 else float(stats.beta.ppf(alpha / 2, s, n - s + 1))
            upper = 1.0 if s == n else float(stats.beta.isf(alpha / 2, s + 1, n - s))
            cells.append([s, n, alpha, lower, upper])

tails = []
for n in [1, 5, 40, 700, 30000]:
    for p in [0.001, 0.2, 0.5, 0.92]:
        for k in sorted({0, 1, round(n * p), min(n, round(n * p + 4 * (n * p * (1 - p)) ** 0.5)), n}):
            tails.append([n, p, k, float(stats.binom.cdf(k - 1, n, p)), float(stats.binom.sf(k - 1, n, p))])

random = np.random.default_rng(7)
samples = []
for n, shift in [(5, 0.0), (30, 0.5), (100, 0.2), (400, 0.1)]:
    a = np.round(random.normal(size=n), 6)
    b = np.round(random.normal(size=n) + shift, 6)
    two = stats.ks_2samp(a, b, method="exact")
    one = stats.kstest(a, "norm")
    samples.append(
        {
            "a": a.tolist(),
            "b": b.tolist(),
            "distance": float(two.statistic),
            "pValue": float(two.pvalue),
            "normal": float(one.statistic),
        }
    )

print(json.dumps({"clopperPearson": cells, "binomial": tails, "kolmogorov": samples}))
