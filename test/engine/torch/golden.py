"""Gradients and Hessian-vector products of four small models, by PyTorch in f64 on one thread.

    apt-get install --no-install-recommends python3-torch    # Debian 12: PyTorch 1.13
    OMP_NUM_THREADS=1 /usr/bin/python3 test/engine/torch/golden.py    # writes golden/models.json beside this file

Parameters, inputs and directions are formulas in `numbers`, written again in golden.test.ts; only results are stored.
The models below are written once more with glassjaw's operations in that test.
"""

import json
import math
import os

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def numbers(shape, salt, scale=1.0):
    """scale · ((7 i + 13 salt) mod 31 - 15)/16 in row-major order: rounded once, so the same bits on both sides."""
    size = math.prod(shape)
    values = [scale * (((i * 7 + salt * 13) % 31 - 15) / 16) for i in range(size)]
    return torch.tensor(values).reshape(shape)


def convolutional(p, x):
    """Convolution, tanh, max pooling, grouped strided convolution with padding, relu, average pooling, dense, cross-entropy."""
    h = torch.tanh(F.conv2d(x, p['w1'], p['b1'], padding=1))
    h = F.max_pool2d(h, 2)
    h = F.relu(F.conv2d(h, p['w2'], p['b2'], stride=2, padding=1, groups=2))
    h = F.avg_pool2d(h, 2, stride=1)
    h = h.reshape(h.shape[0], -1) @ p['w3'] + p['b3']
    return F.cross_entropy(h, torch.tensor([2, 0]))


def residual(p, x):
    """x + conv(gelu(conv(silu(x)))) with layer normalisation over everything but the batch, then the mean square."""
    h = F.conv2d(F.silu(x), p['w1'], p['b1'], padding=1)
    h = F.conv2d(F.gelu(h), p['w2'], p['b2'], padding=1)
    y = x + h
    mean = y.mean(dim=(1, 2, 3), keepdim=True)
    variance = ((y - mean) ** 2).mean(dim=(1, 2, 3), keepdim=True)
    z = (y - mean) / torch.sqrt(variance + 1e-3)
    return (F.softplus(z) * torch.sin(z)).mean()


def classifier(p, x):
    """Softmax regression with l2 decay."""
    logits = x @ p['w'] + p['b']
    labels = torch.tensor([0, 3, 1, 2, 3])
    return F.cross_entropy(logits, labels) + 0.05 * (p['w'] ** 2).sum()


def log_determinant(p, x):
    """log |det(A Aᵀ + diag(exp x))| + xᵀ A x."""
    gram = p['a'] @ p['a'].T + torch.diag(torch.exp(x))
    return torch.linalg.slogdet(gram)[1] + x @ p['a'] @ x


MODELS = {
    'convolutional': (
        convolutional,
        {'w1': [4, 2, 3, 3], 'b1': [4], 'w2': [6, 2, 3, 3], 'b2': [6], 'w3': [6, 3], 'b3': [3]},
        [2, 2, 6, 6],
        0.6,
    ),
    'residual': (
        residual,
        {'w1': [3, 2, 3, 3], 'b1': [3], 'w2': [2, 3, 3, 3], 'b2': [2]},
        [2, 2, 4, 4],
        0.5,
    ),
    'classifier': (classifier, {'w': [3, 4], 'b': [4]}, [5, 3], 1.0),
    'logDeterminant': (log_determinant, {'a': [5, 5]}, [5], 1.0),
}


def run(model, shapes, input_shape, scale):
    names = list(shapes)
    leaves = [numbers(shapes[name], k + 1, scale) for k, name in enumerate(names)] + [numbers(input_shape, 9)]
    directions = [numbers(leaf.shape, 20 + k) for k, leaf in enumerate(leaves)]
    leaves = [leaf.requires_grad_() for leaf in leaves]
    loss = model(dict(zip(names, leaves)), leaves[-1])
    gradients = torch.autograd.grad(loss, leaves, create_graph=True)
    slope = sum((g * v).sum() for g, v in zip(gradients, directions))
    products = torch.autograd.grad(slope, leaves)
    flat = lambda tensors: {name: t.detach().reshape(-1).tolist() for name, t in zip(names + ['x'], tensors)}
    return {'loss': loss.item(), 'gradient': flat(gradients), 'hvp': flat(products)}


if __name__ == '__main__':
    results = {name: run(*model) for name, model in MODELS.items()}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'golden', 'models.json')
    with open(path, 'w') as file:
        json.dump({'torch': torch.__version__, **results}, file)
        file.write('\n')
