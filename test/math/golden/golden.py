"""Writes the golden values of test/math: python3 golden.py [points] [folder] [name ...]

Each file holds rows [arguments..., y, r]: y is the double nearest to the true value and r the remainder in units of the last place
of y, so that a result g is wrong by |(g - y) / ulp(y) - r| units. Arguments are exact doubles.
"""

import json
import math
import os
import random
import sys

import mpmath as mp

mp.mp.dps = 60


def row(arguments, value):
    # mpmath rounds to 53 bits at every size, so that subnormal results are rounded by hand.
    exponent = max(mp.frexp(value)[1] - 53, -1074) if value != 0 else -1074
    units = mp.nint(mp.ldexp(value, -exponent))
    y = float(mp.ldexp(units, exponent))
    if math.isinf(y):
        return None
    return [*arguments, y, round(float(mp.ldexp(value, -exponent) - units), 3)]


def any_sign(x):
    return x if random.random() < 0.5 else -x


def magnitude(low, high):
    """Uniform in log2 between 2^low and 2^high."""
    return math.ldexp(random.uniform(1, 2), random.randint(low, high - 1))


def beside(x, ulps=3):
    for _ in range(random.randint(0, ulps)):
        x = math.nextafter(x, random.choice([-math.inf, math.inf]))
    return x


def mix(*generators):
    return lambda: random.choice(generators)()


def hardest_multiples():
    """Doubles below 2^20 unusually near multiples of pi/2, from the convergents of (pi/2) / 2^(e-52)."""
    found = []
    for e in range(0, 20):
        x = mp.pi / 2 / mp.mpf(2) ** (e - 52)
        p0, q0, p1, q1 = mp.mpf(1), mp.mpf(0), mp.floor(x), mp.mpf(1)
        t = x
        while p1 < 2**53:
            if p1 >= 2**52:
                found.append(math.ldexp(int(p1), e - 52))
            t = 1 / (t - mp.floor(t))
            d = mp.floor(t)
            p0, q0, p1, q1 = p1, q1, d * p1 + p0, d * q1 + q0
            for j in range(1, 2000):
                m = p0 * j
                if 2**52 <= m < 2**53:
                    found.append(math.ldexp(int(m), e - 52))
    return found


HARD = hardest_multiples()
uniform = random.uniform

trig = mix(
    lambda: uniform(-(2**20), 2**20),
    lambda: uniform(-10, 10),
    lambda: any_sign(magnitude(-40, 3)),
    lambda: beside(float(random.randint(-667543, 667543) * mp.pi / 2), 1),
    lambda: beside(float(random.randint(-40, 40) * mp.pi / 2), 1),
    lambda: any_sign(random.choice(HARD)),
)
turns = mix(
    lambda: uniform(-1, 1),
    lambda: any_sign(magnitude(-60, 0)),
    lambda: any_sign(magnitude(0, 50)),
    lambda: beside(random.randint(-16, 16) / 8),
    lambda: math.floor(magnitude(20, 48)) + random.randint(0, 7) / 8,
)


def sin_turns(u):
    return mp.sinpi(2 * (mp.mpf(u) - mp.nint(mp.mpf(u))))


def cos_turns(u):
    return mp.cospi(2 * (mp.mpf(u) - mp.nint(mp.mpf(u))))


def power_arguments():
    choice = random.randrange(4)
    if choice == 0:
        x = magnitude(-1000, 1000)
        return x, uniform(-700, 700) / abs(math.log(x) or 1)
    if choice == 1:
        x = 1 + any_sign(magnitude(-45, -2))
        return x, uniform(-700, 700) / abs(math.log(x))
    if choice == 2:
        x, n = any_sign(magnitude(-4, 4)), random.randint(-150, 150)
        return x, float(n)
    return uniform(0, 20), uniform(-50, 50)


ELEMENTARY = {
    "exp": (mp.exp, mix(lambda: uniform(-745.1, 709.78), lambda: uniform(-1, 1), lambda: uniform(-745.1, -708), lambda: any_sign(magnitude(-60, 0)),
                        lambda: beside((random.randint(-1000, 1000) + 0.5) * math.log(2)))),
    "expm1": (mp.expm1, mix(lambda: uniform(-40, 709.78), lambda: uniform(-1.5, 1.5), lambda: any_sign(magnitude(-60, 3)),
                            lambda: beside((random.randint(-4, 4) + 0.5) * math.log(2)))),
    "log": (mp.log, mix(lambda: magnitude(-1074, 1023), lambda: 1 + any_sign(magnitude(-52, -1)), lambda: uniform(0.5, 2), lambda: magnitude(-1074, -1022),
                        lambda: beside(math.ldexp(math.sqrt(2), random.randint(-3, 3))))),
    "log1p": (mp.log1p, mix(lambda: any_sign(magnitude(-70, 0)), lambda: magnitude(0, 1023), lambda: -1 + magnitude(-53, 0), lambda: uniform(-0.5, 1),
                            lambda: beside(math.ldexp(math.sqrt(2), random.randint(-3, 3)) - 1))),
    "sin": (mp.sin, trig),
    "cos": (mp.cos, trig),
    "sinTurns": (sin_turns, turns),
    "cosTurns": (cos_turns, turns),
    "tanh": (mp.tanh, mix(lambda: uniform(-20, 20), lambda: any_sign(magnitude(-40, 4)), lambda: uniform(-2, 2), lambda: any_sign(uniform(0.1, 0.7)))),
    "erf": (mp.erf, mix(lambda: uniform(-6, 6), lambda: any_sign(magnitude(-60, 2)), lambda: uniform(-1.5, 1.5), lambda: any_sign(beside(1)))),
    "erfc": (mp.erfc, mix(lambda: uniform(-6, 26.6), lambda: uniform(-0.6, 1.5), lambda: any_sign(magnitude(-60, 2)), lambda: uniform(0.5, 6))),
    "pow": (lambda x, y: mp.mpf(x) ** mp.mpf(y), power_arguments),
}


# Special functions by series of positive terms, which lose no digits.

def gamma_mass(a, x):
    return mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1))


def gamma_p(a, x):
    if x > 1.5 * a + 30:
        return 1 - gamma_q(a, x)
    a, x = mp.mpf(a), mp.mpf(x)
    term = total = mp.mpf(1)
    k = 0
    while term > total * mp.mpf(10) ** -50:
        k += 1
        term *= x / (a + k)
        total += term
    return total * gamma_mass(a, x)


def gamma_q(a, x):
    if x <= 1.5 * a + 30 and x < a + 8 * math.sqrt(a):
        return 1 - gamma_p(a, x)
    a, x = mp.mpf(a), mp.mpf(x)
    b = x + 1 - a
    c, d = mp.mpf(10) ** 100, 1 / b
    h = d
    for k in range(1, 10**6):
        b += 2
        d = 1 / (b - k * (k - a) * d)
        c = b - k * (k - a) / c
        h *= d * c
        if abs(d * c - 1) < mp.mpf(10) ** -45:
            return h * a * gamma_mass(a, x)


def beta_mass(a, b, x):
    return mp.exp(a * mp.log(x) + b * mp.log1p(-x) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b))


def beta_lower(a, b, x):
    """The continued fraction (DLMF 8.17.22) by Lentz's rule; x below the mean or little above it."""
    c, d = mp.mpf(1), 1 / (1 - (a + b) * x / (a + 1))
    h = d
    for k in range(1, 10**6):
        even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
        odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
        for factor in (even, odd):
            d = 1 / (1 + factor * d)
            c = 1 + factor / c
            h *= c * d
        if abs(c * d - 1) < mp.mpf(10) ** -40:
            return h * beta_mass(a, b, x) / a


def beta_i(a, b, x):
    a, b, x = mp.mpf(a), mp.mpf(b), mp.mpf(x)
    return beta_lower(a, b, x) if x < (a + 1) / (a + b + 2) else 1 - beta_lower(b, a, 1 - x)


def probability():
    choice = random.randrange(4)
    if choice == 0:
        return magnitude(-1000, -1)
    if choice == 1:
        return uniform(0, 1)
    if choice == 2:
        return 0.5 + any_sign(magnitude(-50, -2))
    return 1 - magnitude(-50, -2)


def quantile(p):
    p = mp.mpf(p)
    if abs(p - mp.mpf(1) / 2) < mp.mpf("1e-3"):
        return mp.sqrt(2) * mp.erfinv(2 * p - 1)
    tail = min(p, 1 - p)
    r = mp.sqrt(-2 * mp.log(2 * tail))
    for _ in range(200):
        gap = mp.log(mp.erfc(r / mp.sqrt(2)) / 2) - mp.log(tail)
        slope = -mp.npdf(r) / (mp.erfc(r / mp.sqrt(2)) / 2)
        step = gap / slope
        r -= step
        if abs(step) < mp.mpf(10) ** -45:
            break
    return -r if p < 0.5 else r


def shape(top):
    return random.choice([uniform(0.02, 3), uniform(0.5, 60), magnitude(0, int(math.log2(top))), top * uniform(0.3, 1)])


def gamma_arguments():
    a = shape(1e6)
    x = a + random.gauss(0, 1) * random.choice([1, 5]) * math.sqrt(a) if random.random() < 0.8 else a * magnitude(-4, 3)
    return a, (x if x > 0 else a / 2)


def beta_arguments():
    a, b = shape(1e7), shape(1e7)
    mean = a / (a + b)
    spread = math.sqrt(a * b / (a + b + 1)) / (a + b)
    x = mean + random.gauss(0, 1) * random.choice([1, 6]) * spread
    if not 0 < x < 1 or random.random() < 0.1:
        x = mean * uniform(0, 1) if random.random() < 0.5 else 1 - (1 - mean) * uniform(0, 1)
    return a, b, min(max(x, 1e-290), 1 - 2**-53)


def at_large(f, arguments):
    """Keep only representable, not absurdly small values."""
    value = f(*arguments)
    return None if value is None or not mp.mpf(10) ** -300 < value < 1 - mp.mpf(10) ** -30 else row(arguments, value)


def gamma_inverse():
    a, x = gamma_arguments()
    p = gamma_p(a, x)
    if not mp.mpf(10) ** -290 < p < 1 - mp.mpf(10) ** -6:
        return None
    q = float(p)
    # One Newton step from the double argument to the true inverse of the rounded probability.
    return row([a, q], x + (q - p) / (gamma_mass(mp.mpf(a), mp.mpf(x)) * a / x))


def beta_inverse():
    a, b, x = beta_arguments()
    p = beta_i(a, b, x)
    if not mp.mpf(10) ** -290 < p < 1 - mp.mpf(10) ** -6:
        return None
    q = float(p)
    a_, b_, x_ = mp.mpf(a), mp.mpf(b), mp.mpf(x)
    return row([a, b, q], x_ + (q - p) * x_ * (1 - x_) / beta_mass(a_, b_, x_))


def pair():
    return shape(1e7), shape(1e7)


def plain(f, arguments):
    def make():
        values = arguments()
        values = values if isinstance(values, tuple) else (values,)
        return row(values, f(*[mp.mpf(v) for v in values]))

    return make


SPECIAL = {
    "normalCdf": plain(lambda x: mp.erfc(-x / mp.sqrt(2)) / 2, mix(lambda: uniform(-38.4, 8), lambda: uniform(-3, 3), lambda: uniform(-38.4, -5))),
    "normalQuantile": plain(quantile, probability),
    "logGamma": plain(mp.loggamma, mix(lambda: uniform(0, 12), lambda: magnitude(-300, 300), lambda: 1 + any_sign(magnitude(-50, -1)), lambda: 2 + any_sign(magnitude(-50, -1)), lambda: uniform(1, 1000))),
    "logBeta": plain(lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b), pair),
    "gammaIncP": lambda: at_large(gamma_p, gamma_arguments()),
    "gammaIncQ": lambda: at_large(gamma_q, gamma_arguments()),
    "gammaIncPInv": gamma_inverse,
    "betaInc": lambda: at_large(beta_i, beta_arguments()),
    "betaIncInv": beta_inverse,
}


def write(folder, name, make, points):
    random.seed(name)
    rows = []
    while len(rows) < points:
        r = make()
        if r is not None and r not in rows[-3:]:
            rows.append(r)
    lines = ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows)
    with open(os.path.join(folder, name + ".json"), "w") as file:
        file.write("[\n" + lines + "\n]\n")
    print(name, len(rows))


if __name__ == "__main__":
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    folder = sys.argv[2] if len(sys.argv) > 2 else os.path.dirname(os.path.abspath(__file__))
    makers = {name: plain(f, arguments) for name, (f, arguments) in ELEMENTARY.items()}
    makers.update(SPECIAL)
    for name in sys.argv[3:] or makers:
        heavy = name.startswith(("gammaInc", "betaInc"))
        write(folder, name, makers[name], points // 5 if heavy else points)
