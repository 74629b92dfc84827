"""One function in two files: batch normalisation as the exporter leaves it, and folded into the convolutions.

All numbers are short dyadic ones, so that folding rounds nothing. usage: python make_folded_fixtures.py (torch, onnx)
"""

import os

import torch
from torch import nn

torch.manual_seed(1)
folder = os.path.dirname(os.path.abspath(__file__))
network = nn.Sequential(
    nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3, eps=0), nn.ReLU(), nn.Conv2d(3, 2, 3, stride=2, bias=False),
    nn.BatchNorm2d(2, eps=0), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3))


def dyadic(shape, scale):
    return torch.randint(-8, 9, shape).float() / scale


for layer in network:
    for name, parameter in list(layer.named_parameters()):
        parameter.data = dyadic(parameter.shape, 16)
    if isinstance(layer, nn.BatchNorm2d):
        layer.running_mean = dyadic(layer.running_mean.shape, 4)
        layer.running_var = torch.tensor([0.25, 1.0, 4.0])[: layer.num_features]
        layer.weight.data = torch.tensor([2.0, -0.5, 1.0])[: layer.num_features]
network.eval()
x = torch.zeros(1, 2, 6, 6)
torch.onnx.export(network, x, os.path.join(folder, "normalized_folded.onnx"), dynamo=False)
torch.onnx.export(network, x, os.path.join(folder, "normalized_apart.onnx"), dynamo=False, do_constant_folding=False,
                  training=torch.onnx.TrainingMode.PRESERVE)
