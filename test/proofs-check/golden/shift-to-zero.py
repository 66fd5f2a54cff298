"""The experiment of proofs-check/shift-to-zero.ts for two hidden layers, written again in numpy.

python3 shift-to-zero.py digits.npy > shift-to-zero.json, where digits.npy [n, 50] holds label and pixels of every image that
`digits` in proofs-check/kernel-points.ts gives (written by `writeNpy`). Random numbers, training, the attack and the
eigenvalues are numpy's own; 200 networks.
"""
import json
import sys

import numpy as np

rows = np.load(sys.argv[1]).astype(float)
labels, pixels = rows[:, 0], rows[:, 1:]
n, sets, width = 24, 8, 80


def hidden(p, x):
    (w1, b1), (w2, b2) = p[:2]
    h1 = np.maximum(x @ w1.T + b1, 0)
    return h1, np.maximum(h1 @ w2.T + b2, 0)


def trained(p, x, y, steps, rate=0.1):
    for _ in range(steps):
        h1, h2 = hidden(p, x)
        w3, b3 = p[2]
        d3 = (h2 @ w3.T + b3 - y[:, None]) / len(y)
        d2 = (d3 @ w3) * (h2 > 0)
        d1 = (d2 @ p[1][0]) * (h1 > 0)
        grads = [(d1.T @ x, d1.sum(0)), (d2.T @ h1, d2.sum(0)), (d3.T @ h2, d3.sum(0))]
        p = [(w - rate * dw, b - rate * db) for (w, b), (dw, db) in zip(p, grads)]
    return p


def deepfool(p, readout, x, y):
    """Newton steps on f with overshoot, then bisection on the segment."""
    f = lambda z: hidden(p, z[None])[1][0] @ readout
    total = np.zeros_like(x)
    for _ in range(50):
        z = x + 1.02 * total
        h1, h2 = hidden(p, z[None])
        value = h2[0] @ readout
        if y * value < 0:
            break
        g = (((readout * (h2[0] > 0)) @ p[1][0]) * (h1[0] > 0)) @ p[0][0]
        total -= value * g / (g @ g)
    low, high = 0.0, 1.02
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if y * f(x + middle * total) < 0 else (middle, high)
    return x + high * total


def mean_log(p, *points):
    phi = hidden(p, np.concatenate(points))[1]
    return np.log10(np.linalg.svd(phi, compute_uv=False) ** 2 / len(phi)).mean()


def trial(rng, steps):
    order = rng.permutation(len(labels))
    x, y = pixels[order[:n]], labels[order[:n]]
    sizes = [(width, 49), (width, width), (1, width)]
    p = [(rng.normal(size=s) * np.sqrt(2 / s[1]), np.zeros(s[0])) for s in sizes]
    p = trained(p, x, y, steps)
    readout = np.linalg.pinv(hidden(p, x)[1]) @ y
    rest = order[n : n + 4 * sets]
    right = rest[labels[rest] * (hidden(p, pixels[rest])[1] @ readout) > 0]
    if len(right) < 2 * sets:
        return None
    t, fresh = pixels[right[:sets]], pixels[right[sets : 2 * sets]]
    a = np.array([deepfool(p, readout, z, c) for z, c in zip(t, labels[right[:sets]])])
    v = rng.normal(size=t.shape)
    r = t + v / np.linalg.norm(v, axis=1, keepdims=True) * np.linalg.norm(a - t, axis=1, keepdims=True)
    base, by_a, by_r = (mean_log(p, x, t, z) for z in (fresh, a, r))
    return by_a - base, by_r - base, by_a - by_r, mean_log(p, x, a) - mean_log(p, x, t)


out = {}
for name, steps in (("trained", 100), ("untrained", 0)):
    found = [trial(np.random.default_rng(seed), steps) for seed in range(200)]
    medians = np.median([one for one in found if one], axis=0)
    out[name] = dict(zip(("append", "appendRandom", "order", "replace"), (round(float(m), 4) for m in medians)))
print(json.dumps(out, indent=2))
