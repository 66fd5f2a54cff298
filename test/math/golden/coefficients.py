"""Derives the polynomial coefficients printed in src/math (mpmath, Remez exchange).

Run: python3 test/math/golden/coefficients.py
"""

import mpmath as mp

mp.mp.dps = 60


def remez(f, weight, a, b, degree, rounds=8, grid=600):
    """Minimax polynomial p: the maximum over [a, b] of |weight(x) (f(x) - p(x))| is least."""
    n = degree + 2
    a, b = mp.mpf(a), mp.mpf(b)
    at = lambda t: (a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * t)
    nodes = [at(mp.mpf(i) / (n - 1)) for i in range(n)]
    xs = [at((mp.mpf(i) + mp.mpf(1) / 2) / grid) for i in range(grid)]
    xs = [a] + xs + [b]
    fs = [f(x) for x in xs]
    ws = [weight(x) for x in xs]
    for _ in range(rounds):
        rows = mp.matrix(n, n)
        right = mp.matrix(n, 1)
        for i, x in enumerate(nodes):
            for j in range(degree + 1):
                rows[i, j] = x**j
            rows[i, degree + 1] = (-1) ** i / weight(x)
            right[i] = f(x)
        solution = mp.lu_solve(rows, right)
        c = [solution[j] for j in range(degree + 1)]
        errors = [w * (y - mp.polyval(c[::-1], x)) for x, y, w in zip(xs, fs, ws)]
        peaks = []
        for x, e in zip(xs, errors):
            if peaks and (peaks[-1][1] > 0) == (e > 0):
                if abs(e) > abs(peaks[-1][1]):
                    peaks[-1] = (x, e)
            else:
                peaks.append((x, e))
        while len(peaks) > n:
            peaks.pop(0 if abs(peaks[0][1]) < abs(peaks[-1][1]) else -1)
        if len(peaks) < n:
            break
        nodes = [x for x, _ in peaks]
    return c, max(abs(e) for e in errors)


def show(name, result):
    c, error = result
    print(f"{name}: degree {len(c) - 1}, weighted error {mp.nstr(error, 3)}")
    for v in c:
        print("  " + repr(float(v)) + ",")


def sine():
    f = lambda z: (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
    show("sin(r) = r + r z P(z), z = r^2, |r| <= pi/2", remez(f, lambda z: z, "1e-3", (mp.pi / 2) ** 2 * 1.0001, 7))
    g = lambda w: (mp.sin(2 * mp.pi * mp.sqrt(w)) / mp.sqrt(w) - 4) / (mp.mpf(1) / 16 - w)
    tiny = mp.mpf("1e-12")
    show("sin(2 pi v) = 4v + v (1/16 - w) P(w), w = v^2, |v| <= 1/4", remez(g, lambda w: (mp.mpf(1) / 16 - w + tiny), tiny, mp.mpf(1) / 16 - tiny, 7))


def parts(value, bits):
    """Splits a number into parts of the given widths, whose sum it is up to the last part's rounding."""
    print("pi in parts")
    for width in bits:
        unit = mp.mpf(2) ** (mp.frexp(value)[1] - width)
        part = mp.floor(value / unit) * unit
        print("  " + repr(float(part)))
        value -= part


def error_function():
    f = lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1
    show("erf(x) = x + x P(z), z = x^2, |x| <= 1.2", remez(f, lambda z: 1 / (1 + f(z)), "1e-20", mp.mpf("1.44"), 12))
    show("-log erfc(a) = P(a), 1.2 <= a <= 5.95", remez(lambda a: -mp.log(mp.erfc(a)), mp.erfc, "1.2", "5.95", 14, 10, 2000))


def scaled_complement():
    scaled = lambda x: mp.exp(x * x) * mp.erfc(x)
    f = lambda t: (lambda x: scaled(x) * (x + 3))(3 * (1 + t) / (1 - t))
    low, high = (mp.mpf("0.4") - 3) / mp.mpf("3.4"), mp.mpf("0.5") / mp.mpf("6.5")
    show("exp(x^2) erfc(x) (x + 3) = P(t), t = (x-3)/(x+3), 0.4 <= x <= 3.5", remez(f, lambda t: 1 / f(t), low, high, 14))
    g = lambda w: scaled(1 / mp.sqrt(w)) / mp.sqrt(w)
    show("x exp(x^2) erfc(x) = P(w), w = 1/x^2, 3.5 <= x <= 28", remez(g, lambda w: 1 / g(w), mp.mpf(1) / 784, 1 / mp.mpf("12.25"), 14))


def log_gamma():
    f = lambda t: mp.loggamma(2 + t) / t if abs(t) > mp.mpf("1e-30") else 1 - mp.euler
    show("log Gamma(2 + t) = t P(t), |t| <= 1/2", remez(f, lambda t: 1 / f(t), -0.5, 0.5, 17))
    print("Stirling's series")
    for k in range(1, 9):
        print("  " + repr(float(mp.bernoulli(2 * k) / (2 * k * (2 * k - 1)))))


def temme(count):
    """mu(eta) with eta^2/2 = mu - log(1 + mu), from mu mu' = eta (1 + mu), and eta / mu."""
    mu = [mp.mpf(0), mp.mpf(1)]
    for k in range(2, count + 2):
        rest = sum(i * mu[i] * mu[k + 1 - i] for i in range(2, k))
        mu.append((mu[k - 1] - rest) / (k + 1))
    ratio = [mp.mpf(1)]
    for k in range(1, count):
        ratio.append(-sum(mu[j + 1] * ratio[k - j] for j in range(1, k + 1)))
    for name, series in (("mu", mu[:10]), ("eta / mu", ratio)):
        print(name)
        for v in series:
            print("  " + repr(float(v)))


if __name__ == "__main__":
    sine()
    parts(+mp.pi, (33, 33, 33, 53))
    error_function()
    scaled_complement()
    log_gamma()
    temme(27)
