"""Writes the ONNX files beside this file with PyTorch (made with 1.13), and the logits of all in logits.json.

/usr/bin/python3 test/nets/files/golden/onnx_models.py
"""

import io
import json
from pathlib import Path

import numpy
import torch
from torch import nn

here = Path(__file__).parent
torch.manual_seed(11)


class View(nn.Module):
    """A reshape by the batch's own size, a branch with a convolution as shortcut, average pooling."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(2, 3, 3, stride=2, padding=1, bias=False), nn.Conv2d(3, 3, 3, padding=1)
        self.skip, self.fc1 = nn.Conv2d(3, 3, 1, bias=False), nn.Linear(27, 4)

    def forward(self, x):
        x = torch.sigmoid(self.conv1(x))
        x = self.skip(x) + nn.functional.leaky_relu(self.conv2(x), 0.1)
        x = nn.functional.avg_pool2d(x, 2, stride=1)
        return self.fc1(x.view(x.size(0), -1))


class Plain(nn.Module):
    """A product without bias (MatMul), one with an addition (MatMul, Add), normalisation after a linear layer, dropout."""

    def __init__(self):
        super().__init__()
        self.fc1, self.norm, self.fc2 = nn.Linear(5, 6, bias=False), nn.BatchNorm1d(6), nn.Linear(6, 6)
        self.drop = nn.Dropout(0.5)
        self.last, self.offset = nn.Parameter(torch.randn(6, 2)), nn.Parameter(torch.randn(2))

    def forward(self, x):
        x = nn.functional.softplus(self.norm(self.fc1(x)))
        x = x + torch.tanh(self.drop(self.fc2(x)))
        return self.offset + torch.matmul(x, self.last)


class Pools(nn.Module):
    """Max pooling whose windows overlap, rectangular windows, a reshape by numbers, erf, sin, abs."""

    def __init__(self):
        super().__init__()
        self.conv1, self.fc1 = nn.Conv2d(1, 2, (3, 2), padding=(1, 0)), nn.Linear(16, 3)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.erf(self.conv1(x)), (3, 2), stride=(1, 1))
        return self.fc1(torch.abs(torch.sin(x)).reshape(-1, 16))


def golden(model, shape, opset, folding, dynamic):
    model.eval()
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.BatchNorm1d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2)
                module.weight.uniform_(-2, 2)
                module.bias.normal_()
    x = torch.randn(3, *shape)
    stream = io.BytesIO()
    options = {"dynamic_axes": {"x": {0: "batch"}}} if dynamic else {}
    if not folding:
        options |= {"training": torch.onnx.TrainingMode.PRESERVE}
    torch.onnx.export(
        model, x, stream, opset_version=opset, do_constant_folding=folding, input_names=["x"], output_names=["y"], **options
    )
    name = type(model).__name__.lower() + f"-{opset}"
    (here / f"{name}.onnx").write_bytes(stream.getvalue())
    logits = model(x).detach().numpy().astype(numpy.float64)
    return name, {"shape": [3, *shape], "inputs": x.flatten().tolist(), "logits": logits.tolist()}


with torch.no_grad():
    records = dict(
        golden(*case)
        for case in [
            (View(), (2, 8, 8), 13, True, True),
            (View(), (2, 8, 8), 9, False, True),
            (Plain(), (5,), 13, False, True),
            (Plain(), (5,), 10, True, False),
            (Pools(), (1, 6, 4), 14, True, True),
            (Pools(), (1, 6, 4), 11, False, False),
        ]
    )
(here / "logits.json").write_text(json.dumps({"torch": torch.__version__, "models": records}) + "\n")
