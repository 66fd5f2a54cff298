"""Writes the golden models beside this file with PyTorch (made with 1.13): safetensors, ONNX and logits.

python3 test/nets/golden/models.py
"""

import io
import json
import struct
from pathlib import Path

import numpy
import torch
from torch import nn

here = Path(__file__).parent
torch.manual_seed(7)


def write_safetensors(path, state, metadata=None):
    """A PyTorch state dictionary as safetensors (float32), with the standard library alone."""
    header, body = ({"__metadata__": metadata} if metadata else {}), b""
    for name, value in state.items():
        data = value.detach().contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(6, 8), nn.Linear(8, 5), nn.Linear(5, 3)

    def forward(self, x):
        return self.fc3(torch.tanh(self.fc2(torch.relu(self.fc1(x)))))


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.norm = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.conv2, self.conv3 = nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 6, 3, stride=2)
        self.fc1 = nn.Linear(6, 3)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.norm(self.conv1(x))), 2)
        x = torch.relu(x + self.conv2(x))
        x = torch.nn.functional.adaptive_avg_pool2d(torch.relu(self.conv3(x)), 1)
        return self.fc1(x.flatten(1))


def golden(name, model, shape):
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2)
                module.weight.uniform_(0.5, 2)
                module.bias.normal_()
    model.eval()
    x = torch.randn(4, *shape)
    stream = io.BytesIO()
    options = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}  # keeps BatchNormalization
    torch.onnx.export(model, x, stream, opset_version=13, input_names=["x"], output_names=["y"], **options)
    (here / f"{name}.onnx").write_bytes(stream.getvalue())
    logits = model(x).detach().numpy().astype(numpy.float64)
    record = {"torch": torch.__version__, "shape": [4, *shape], "inputs": x.flatten().tolist(), "logits": logits.tolist()}
    (here / f"{name}.json").write_text(json.dumps(record) + "\n")


mlp = Mlp()
golden("mlp", mlp, (6,))
write_safetensors(here / "mlp.safetensors", mlp.state_dict())
golden("conv", ConvNet(), (1, 12, 12))


class Unsupported(nn.Module):
    def forward(self, x):
        return torch.cumsum(x, 1)


stream = io.BytesIO()
torch.onnx.export(Unsupported(), torch.randn(1, 4), stream, opset_version=13)
(here / "cumsum.onnx").write_bytes(stream.getvalue())

# Six steps of each optimiser on one batch, from the same parameters.
torch.manual_seed(3)
x, y = torch.randn(10, 4, dtype=torch.float64), torch.randint(0, 3, (10,))
weight, bias = torch.randn(3, 4, dtype=torch.float64), torch.randn(3, dtype=torch.float64)
optimisers = {
    "sgd": lambda p: torch.optim.SGD(p, 0.1),
    "momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.8, weight_decay=0.01),
    "nesterov": lambda p: torch.optim.SGD(p, 0.1, momentum=0.8, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, 0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.02),
}
steps = {"x": x.flatten().tolist(), "y": y.tolist(), "weight": weight.flatten().tolist(), "bias": bias.tolist()}
for name, make in optimisers.items():
    w, b = weight.clone().requires_grad_(), bias.clone().requires_grad_()
    optimiser = make([w, b])
    for _ in range(6):
        optimiser.zero_grad()
        nn.functional.cross_entropy(x @ w.T + b, y).backward()
        optimiser.step()
    steps[name] = {"weight": w.flatten().tolist(), "bias": b.tolist()}
(here / "optimisers.json").write_text(json.dumps(steps) + "\n")
