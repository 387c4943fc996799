#!/usr/bin/env python3
"""arrange-weights.py MODEL FILE: the weights of Silero VAD in the order in which SpeechNet uses them.

MODEL is data/silero_vad_16k_op15.onnx of PyPI's silero-vad 6.2.3; FILE is
Sources/Bindings/CSilero/weights.f32: numbers of 32 bits, little-endian, a layer after the
other: its biases, then for each 16 outputs and each input what goes from this to those. Inputs of a
convolution are ordered by time, then by channel; those that only ever meet padding are left out.
The transform at the front is a Hann window and a Fourier transform, which the code has. Needs onnx.
"""
import sys

import numpy as np
import onnx
import onnx.numpy_helper


def layer(weights, biases):
    outputs, inputs = weights.shape
    blocks = weights.reshape(outputs // 16, 16, inputs).transpose(0, 2, 1)
    return [biases.reshape(-1), blocks.reshape(-1)]


def main(model, file):
    found = {}

    def visit(graph):
        for one in graph.initializer:
            found[one.name.removeprefix("model.")] = onnx.numpy_helper.to_array(one)
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    visit(attribute.g)

    visit(onnx.load(model).graph)
    parts = []
    # The third convolution has two moments of input, the fourth one.
    for number, taps in enumerate([(0, 1, 2), (0, 1, 2), (1, 2), (1,)]):
        name = f"encoder.{number}.reparam_conv"
        weights = found[f"{name}.weight"][:, :, taps]
        parts += layer(
            weights.transpose(0, 2, 1).reshape(len(weights), -1), found[f"{name}.bias"])
    # One layer of both: what comes in, and what came out before.
    rnn = {name: found[f"decoder.rnn.{name}"] for name in (
        "weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    parts += layer(
        np.hstack([rnn["weight_ih"], rnn["weight_hh"]]), rnn["bias_ih"] + rnn["bias_hh"])
    parts += [found["decoder.decoder.2.weight"].reshape(-1), found["decoder.decoder.2.bias"]]
    numbers = np.concatenate(parts)
    numbers.astype("<f4").tofile(file)
    print(f"{len(numbers)} numbers")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
