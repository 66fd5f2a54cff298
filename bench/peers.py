"""The peers in Python, one thread: `peers.py WORK...` measures these works and prints JSON; without works, versions only.

Every work returns the call that is timed and, where its result is determined, what turns it into numbers to compare.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import importlib
import json
import sys
import time
from functools import partial

import numpy as np

versions = {"python": sys.version.split()[0]}
for package in ("numpy", "scipy", "torch"):
    try:
        versions[package] = importlib.import_module(package).__version__
    except ImportError:
        pass
if "torch" in versions:
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)


def noise(seed, shape, scale=1.0, dtype=np.float32):
    """The numbers of `noise` in numbers.mjs."""
    with np.errstate(over="ignore"):
        h = np.arange(int(np.prod(shape)), dtype=np.uint32) * np.uint32(0x9E3779B1)
        h = h + np.uint32(seed * 0x85EBCA77 & 0xFFFFFFFF)
        h = (h ^ (h >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
        h = (h ^ (h >> np.uint32(12))) * np.uint32(0x297A2D39)
        h = h ^ (h >> np.uint32(15))
    return ((h / 2147483648 - 1) * scale).astype(dtype).reshape(shape)


def tensor(*args, **options):
    return torch.from_numpy(noise(*args, **options))


def probe(values):
    values = np.concatenate([np.ravel(value) for value in values]).astype(np.float64)
    return [float(values @ noise(99, values.shape, 1, np.float64)), float(np.abs(values).sum())]


def measure(run, seconds=0.7):
    """Batches of calls after a warm-up; figures in ms."""
    calls, call, start = 0, 0, time.perf_counter()
    while calls < 3 or time.perf_counter() - start < 0.3:
        before = time.perf_counter()
        run(calls)
        call = time.perf_counter() - before
        calls += 1
    size = max(1, round(0.003 / call))
    times, start = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        for i in range(size):
            run(i)
        times.append((time.perf_counter() - before) / size * 1000)
    times.sort()
    low, median, high = (times[int(q * (len(times) - 1))] for q in (0.25, 0.5, 0.75))
    return {"min": times[0], "median": median, "spread": (high - low) / median}


def matmul(n):
    a, b = tensor(1, (n, n)), tensor(2, (n, n))
    return lambda i: a @ b, lambda c: [c.numpy()]


def matrix_vector(rows, columns, dtype, transposed):
    w = noise(1, (rows, columns), dtype=dtype)
    xs = [noise(10 + i, rows if transposed else columns, dtype=dtype) for i in range(8)]
    return (lambda i: xs[i % 8] @ w) if transposed else (lambda i: w @ xs[i % 8]), lambda y: [y]


def dense_net():
    """Weights of the 784-256-10 network in PyTorch's layout [out, in]."""
    return [
        tensor(1, (256, 784), 0.06),
        tensor(2, 256, 0.1),
        tensor(3, (10, 256), 0.1),
        tensor(4, 10, 0.1),
    ]


def input_gradient(shape):
    w1, b1, w2, b2 = dense_net()
    xs = [tensor(10 + i, shape).requires_grad_() for i in range(8)]

    def rows(i):
        x = xs[i % 8]
        return torch.autograd.grad(F.linear(torch.relu(F.linear(x, w1, b1)), w2, b2)[0, 3], x)[0]

    def vectors(i):
        x = xs[i % 8]
        return torch.autograd.grad((w2 @ torch.relu(w1 @ x + b1) + b2)[3], x)[0]

    return rows if len(shape) == 2 else vectors, lambda g: [g.numpy()]


def input_gradient_by_hand():
    w1, b1, w2, _ = dense_net()
    xs = [tensor(10 + i, 784) for i in range(8)]
    back = w1.T
    return lambda i: back @ ((w1 @ xs[i % 8] + b1 > 0) * w2[3]), lambda g: [g.numpy()]


def parameter_gradient():
    w = [weight.requires_grad_() for weight in dense_net()]
    xs, labels = [tensor(10 + i, (128, 784)) for i in range(4)], torch.arange(128) % 10

    def run(i):
        logits = F.linear(torch.relu(F.linear(xs[i % 4], w[0], w[1])), w[2], w[3])
        return torch.autograd.grad(F.cross_entropy(logits, labels), w)

    return run, lambda gradients: [g.numpy() for g in gradients]


def training_epoch():
    n, batch = 8192, 128
    x, labels = tensor(1, (n, 784)), torch.arange(n) % 10

    def run(i):
        torch.manual_seed(1)
        sizes = [784, 256, 256, 10]
        layers = [torch.nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]
        model = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU(), layers[2])
        optimiser = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
        losses = []
        for start in range(0, n, batch):
            optimiser.zero_grad()
            loss = F.cross_entropy(model(x[start : start + batch]), labels[start : start + batch])
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        return losses

    return run, lambda losses: [np.array([float(np.isfinite(losses).all())])]


def conv_net():
    shapes = [(16, 1, 5, 5), 16, (32, 16, 5, 5), 32, (128, 512), 128, (10, 128), 10]
    scales = [0.35, 0.1, 0.09, 0.1, 0.08, 0.1, 0.15, 0.1]
    p = [tensor(i + 1, shape, scale).requires_grad_() for i, (shape, scale) in enumerate(zip(shapes, scales))]
    xs, labels = [tensor(20 + i, (32, 1, 28, 28)) for i in range(4)], torch.arange(32) % 10

    def run(i):
        h = F.max_pool2d(torch.relu(F.conv2d(xs[i % 4], p[0], p[1])), 2)
        h = F.max_pool2d(torch.relu(F.conv2d(h, p[2], p[3])), 2)
        logits = F.linear(torch.relu(F.linear(h.reshape(32, 512), p[4], p[5])), p[6], p[7])
        return torch.autograd.grad(F.cross_entropy(logits, labels), p)

    return run, lambda gradients: [g.numpy() for g in gradients]


def elementary(name, dtype):
    f = getattr(torch, name)
    span = 5 if name in ("tanh", "erf") else 20
    xs = [tensor(10 + i, 16384, span, dtype=dtype) for i in range(4)]
    xs = [x.abs() + 0.001 for x in xs] if name == "log" else xs
    out = torch.empty_like(xs[0])
    return lambda i: f(xs[i % 4], out=out), lambda y: [y.numpy()]


def normals(n):
    out = torch.empty(n, dtype=torch.float64)
    return lambda i: out.normal_(), None


def one_step_attack(d):
    """Draws the network, takes the gradient at the vector of ones and a step of twice f/|grad|^2 against it."""
    x = torch.ones(d)

    def run(i):
        w, a = torch.randn(d, d), torch.randn(d).sign()
        f = lambda x: (a @ torch.relu(w @ x / d**0.5)) / d**0.5
        at = x.clone().requires_grad_()
        value = f(at)
        (gradient,) = torch.autograd.grad(value, at)
        with torch.no_grad():
            return value, f(x - 2 * value / gradient.dot(gradient) * gradient)

    return run, lambda pair: [np.array([1.0 if pair[0] * pair[1] < 0 else 0.0])]


dtypes = {"f32": np.float32, "f64": np.float64}
def symmetric(n):
    g = noise(1, (n, n), dtype=np.float64)
    return g + g.T


def eigh(n):
    a = symmetric(n)
    return lambda i: np.linalg.eigh(a), lambda pair: [pair[0]]


def qr(n):
    a = noise(1, (n, n), dtype=np.float64)
    return lambda i: np.linalg.qr(a), lambda pair: [np.abs(np.diag(pair[1]))]


def cholesky(n):
    a = symmetric(n) + 4 * n * np.eye(n)
    return lambda i: np.linalg.cholesky(a), lambda lower: [lower]


def svd(n):
    a = noise(1, (n, n), dtype=np.float64)
    return lambda i: np.linalg.svd(a), lambda parts: [parts[1]]


def singular_triplets(m, n, k):
    from scipy.sparse.linalg import svds

    a = noise(1, (m, n), dtype=np.float64) + 4 * np.outer(
        noise(2, m, dtype=np.float64), noise(3, n, dtype=np.float64)
    )
    start = noise(4, min(m, n), dtype=np.float64)
    return lambda i: svds(a, k=k, v0=start), lambda parts: [np.sort(parts[1])[::-1]]


def laplacian(side, k):
    from scipy.sparse import diags, identity, kron
    from scipy.sparse.linalg import eigsh

    path = diags([-1, 2, -1], [-1, 0, 1], shape=(side, side))
    grid = (kron(path, identity(side)) + kron(identity(side), path)).tocsr()
    start = noise(4, side * side, dtype=np.float64)
    return lambda i: eigsh(grid, k=k, which="SA", tol=1e-10, v0=start), lambda pair: [np.sort(pair[0])]


def quadrature(n, samples, steps):
    """Stochastic Lanczos quadrature of a diagonal matrix, both orthogonalisations included."""
    d = np.linspace(-1, 1, n)

    def run(_):
        rng = np.random.default_rng(1)
        total = 0.0
        for _ in range(samples):
            v = rng.choice([-1.0, 1.0], n) / np.sqrt(n)
            basis, alpha, beta = np.zeros((steps, n)), [], []
            for k in range(steps):
                basis[k] = v
                w = d * v
                alpha.append(v @ w)
                for _ in range(2):
                    w = w - basis[: k + 1].T @ (basis[: k + 1] @ w)
                beta.append(np.linalg.norm(w))
                v = w / beta[-1]
            t = np.diag(alpha) + np.diag(beta[:-1], 1) + np.diag(beta[:-1], -1)
            values, vectors = np.linalg.eigh(t)
            total += vectors[0] ** 2 @ values**2
        return total / samples

    return run, lambda value: [np.array([value])]


works = {f"matmul-f32-{n}": partial(matmul, n) for n in (256, 512, 1024)}
for dtype, type_ in dtypes.items():
    for rows, columns in ((256, 784), (4096, 4096)):
        for way in ("Wx", "xW"):
            work = partial(matrix_vector, rows, columns, type_, way == "xW")
            works[f"matvec-{dtype}-{rows}-{way}"] = work
    for name in ("exp", "tanh", "log", "erf"):
        works[f"{name}-{dtype}"] = partial(elementary, name, type_)
works["input-gradient-rows"] = partial(input_gradient, (1, 784))
works["input-gradient-vectors"] = partial(input_gradient, (784,))
works["input-gradient-by-hand"] = input_gradient_by_hand
works["parameter-gradient"] = parameter_gradient
works["training-epoch"] = training_epoch
works["conv-net"] = conv_net
for n in (500, 1000):
    works[f"eigh-{n}"] = partial(eigh, n)
works["qr-1000"] = partial(qr, 1000)
works["cholesky-1000"] = partial(cholesky, 1000)
works["svd-500"] = partial(svd, 500)
works["svds"] = partial(singular_triplets, 2000, 500, 5)
works["laplacian"] = partial(laplacian, 100, 6)
works["slq"] = partial(quadrature, 10_000, 64, 50)
works["normals"] = partial(normals, 10**7)
works["one-step-4096"] = partial(one_step_attack, 4096)


def result(work):
    torch_works = ("matmul", "exp", "tanh", "log", "erf", "input", "parameter", "conv", "normals", "one")
    if "torch" not in versions and work.startswith(torch_works):
        return "not installed"
    if "scipy" not in versions and work in ("svds", "laplacian"):
        return "not installed"
    run, numbers = works[work]()
    first = None if numbers is None else probe(numbers(run(0)))
    return {**measure(run), "probe": first}


print(json.dumps({"versions": versions, "works": {work: result(work) for work in sys.argv[1:]}}))
