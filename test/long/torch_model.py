"""A network written by glassjaw as a PyTorch module.

    from torch_model import load
    module = load("model.safetensors")        # module(x), x [batch, ...input], in the file's own precision

python3 torch_model.py check FOLDER compares both and NumPy's files with what lies in a folder; the long tests run it.
"""

import json
import struct
import sys
from pathlib import Path

import numpy
import torch
from torch import nn

dtypes = {"F64": numpy.float64, "F32": numpy.float32, "I32": numpy.int32}


def read_safetensors(path):
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + at for at in entry["data_offsets"])
        values = numpy.frombuffer(data[start:end], dtypes[entry["dtype"]])
        tensors[name] = torch.tensor(values.reshape(entry["shape"]))
    return tensors, metadata


class Elementwise(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.forward = f


class Residual(nn.Module):
    def __init__(self, layers, shortcut):
        super().__init__()
        self.layers, self.shortcut = layers, shortcut

    def forward(self, x):
        return self.shortcut(x) + self.layers(x)


activations = {
    "identity": lambda x: x,
    "relu": torch.relu,
    "leakyRelu": lambda x: nn.functional.leaky_relu(x, 0.1),
    "abs": torch.abs,
    "tanh": torch.tanh,
    "erf": torch.erf,
    "gelu": nn.functional.gelu,
    "silu": nn.functional.silu,
    "sigmoid": torch.sigmoid,
    "softplus": nn.functional.softplus,
    "sin": torch.sin,
    "cos": torch.cos,
    "hermite2": lambda x: (x * x - 1) / 2**0.5,
    "heaviside": lambda x: (x > 0).to(x.dtype),
}


def build(layers, tensors):
    return nn.Sequential(*(module(layer, tensors) for layer in layers))


def module(layer, tensors):
    kind = layer["kind"]
    if kind in ("linear", "conv"):
        weight = tensors[layer["name"] + ".weight"]
        sizes = layer["inputs"], layer["outputs"]
        if kind == "linear":
            made = nn.Linear(*sizes, bias=layer["bias"], dtype=weight.dtype)
        else:
            options = {"stride": layer["stride"], "padding": layer["padding"], "dtype": weight.dtype}
            made = nn.Conv2d(*sizes, layer["size"], bias=layer["bias"], **options)
        with torch.no_grad():
            made.weight.copy_(weight * layer.get("gain", 1))
            if layer["bias"]:
                made.bias.copy_(tensors[layer["name"] + ".bias"])
        return made
    if kind == "activation":
        return Elementwise(activations[layer["activation"]])
    if kind == "maxPool":
        return nn.MaxPool2d(layer["size"], layer["stride"])
    if kind == "averagePool":
        return nn.AvgPool2d(layer["size"], layer["stride"])
    if kind == "flatten":
        return nn.Flatten()
    if kind == "residual":
        return Residual(build(layer["layers"], tensors), build(layer.get("shortcut", []), tensors))
    raise ValueError(f"load: expected a known kind of layer, got {kind}")


def load(path):
    tensors, metadata = read_safetensors(path)
    if metadata.get("glassjaw.schema") != "1":
        raise ValueError(f"load: expected schema 1, got {metadata.get('glassjaw.schema')}")
    return build(json.loads(metadata["glassjaw.architecture"])["layers"], tensors)


def check(folder):
    """Writes logits of every x.npy beside a model, and NumPy's versions of what samples.npz holds."""
    for path in folder.glob("*.safetensors"):
        x = torch.tensor(numpy.load(path.with_suffix(".x.npy")))
        with torch.no_grad():
            numpy.save(path.with_suffix(".y.npy"), load(path)(x).numpy())
    with numpy.load(folder / "samples.npz") as samples:
        arrays = {}
        for name, array in samples.items():
            arrays[name] = array
            arrays[name + "-fortran"] = numpy.asfortranarray(array)
            arrays[name + "-big"] = array.astype(array.dtype.newbyteorder(">"))
            arrays[name + "-half"] = array.astype("f2")
            arrays[name + "-long"] = array.astype("i8")
    numpy.savez(folder / "stored.npz", **arrays)
    numpy.savez_compressed(folder / "deflated.npz", **arrays)


if __name__ == "__main__" and sys.argv[1:2] == ["check"]:
    check(Path(sys.argv[2]))
