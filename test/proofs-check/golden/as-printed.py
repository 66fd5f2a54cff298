"""Independent checks, with numpy alone, of sentences that do not hold as printed, and of the circle's sign changes.

python3 test/proofs-check/golden/as-printed.py > test/proofs-check/golden/as-printed.json
"""

import json

import numpy as np

rng = np.random.default_rng(7)


def separator_variance(d, m, trials):
    """S = aᵀWWᵀDa by whole matrices."""
    s = np.empty(trials)
    for t in range(trials):
        w, a = rng.normal(size=(m, d)) / np.sqrt(d), rng.normal(size=m) / np.sqrt(m)
        kept = a * (rng.random(m) < 0.5)
        s[t] = (w.T @ a) @ (w.T @ kept)
    return {"d": d, "m": m, "mean": s.mean(), "variance": s.var(), "error": np.sqrt(((s - s.mean()) ** 2).var() / trials)}


def l1_over_l2(d, trials):
    """Median of ‖∇f‖₂/‖∇f‖_∞ of dense two-layer relu networks, d = m."""
    ratios = []
    for _ in range(trials):
        w, a = rng.normal(size=(d, d)) / np.sqrt(d), rng.choice([-1, 1], d)
        g = w.T @ (a * (w.sum(1) > 0))
        ratios.append(np.linalg.norm(g) / np.abs(g).max())
    return {"d": d, "median": float(np.median(ratios))}


def circle(depth, trials, angles=2048):
    """P(sign change) of the infinite-width relu process on the circle."""
    theta = 2 * np.pi * np.arange(angles) / angles
    rho = np.cos(theta)
    for _ in range(depth):
        rho = np.clip(rho, -1, 1)
        rho = (np.sqrt(1 - rho**2) + rho * (np.pi - np.arccos(rho))) / np.pi
    power = np.maximum(np.fft.fft(rho).real, 0)
    changed = 0
    for _ in range(trials // 4000):
        z = rng.normal(size=(4000, angles)) + 1j * rng.normal(size=(4000, angles))
        f = np.fft.fft(z * np.sqrt(power / angles), axis=1).real
        changed += (np.sign(f) != np.sign(np.roll(f, 1, axis=1))).any(axis=1).sum()
    return {"depth": depth, "share": float(changed / trials)}


print(
    json.dumps(
        {
            "separatorVariance": separator_variance(2, 30, 100000),
            "l1OverL2": [l1_over_l2(d, 60) for d in (64, 256, 1024)],
            "circle": [circle(depth, 200_000) for depth in (5, 10, 40, 160)],
        },
        indent=1,
    )
)
