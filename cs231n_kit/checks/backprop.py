"""Probes for the backpropagation notebook."""

import numpy as np

from cs231n_kit.checks.probes import probe

LOOKS = 20_000  # at the inputs of all values of a graph together: plenty for any way that looks at each value a few times


@probe("backprop-gates", "gate")
def gate(gate, /, op, inputs):
    """inputs : (n, 1 or 2), the inputs of n gates of the kind `op`"""
    results = [_gate_result(op, gate(op, *row), len(row)) for row in inputs.tolist()]
    return {"out": np.array([out for out, _ in results]), "local_gradients": np.array([local for _, local in results])}


def _gate_result(op, returned, count):
    """Return (output, tuple of local gradients) as floats; raise TypeError, with what came instead, for anything else."""
    try:
        out, local = returned
        return float(out), [float(slope) for _, slope in zip(range(count), local, strict=True)]
    except (TypeError, ValueError):
        kinds = [type(part).__name__ for part in returned] if isinstance(returned, tuple) else [type(returned).__name__]
        raise TypeError(
            f"gate({op!r}, ...) returned {' and '.join(kinds)}; expected the output, a number, and a tuple with a local "
            f"gradient for each input, here {count}"
        ) from None


@probe("backprop-neuron", "neuron")
def neuron(neuron, /, w, x):
    out, dw, dx = neuron(w, x)
    return {"out": out, "dw": dw, "dx": dx}


class TooManyLooks(Exception):
    """A graph was walked through again and again."""


class _Inputs(tuple):
    """The inputs of a value, which count how often anybody looks at them. `graph` is what all values of a graph share."""

    graph: dict

    def __iter__(self):
        self._look()
        return super().__iter__()

    def __getitem__(self, index):
        self._look()
        return super().__getitem__(index)

    def _look(self):
        self.graph["looks"] += 1
        if self.graph["looks"] > LOOKS:
            raise TooManyLooks(
                f"the inputs of {self.graph['values']} values were looked at {LOOKS:,} times: each of the many ways through "
                "the graph is walked by itself"
            )


def _build(Value, data, parents, local_gradients):
    """Return Values made by hand, without gates: parents[i] are the numbers of the inputs of value i."""
    graph, values = {"looks": 0, "values": len(data)}, []
    for number, before, slopes in zip(data, parents, local_gradients, strict=True):
        inputs = _Inputs(values[i] for i in before)
        inputs.graph = graph
        values.append(Value(number, inputs, tuple(slopes)))
    return values


@probe("backprop-value", "backward")
def backward(Value, /, data, parents, local_gradients, result, grads, times):
    """Call backward() on value number `result`, `times` times; `grads` is what stood in grad before."""
    values = _build(Value, data, parents, local_gradients)
    for value, before in zip(values, grads, strict=True):
        value.grad = before
    for _ in range(times):
        values[result].backward()
    return {"grads": np.array([float(value.grad) for value in values])}


@probe("backprop-chain", "chain_gradients")
def chain_gradients(chain_gradients, /, w, b, x, y):
    cost, dw, db, dx = chain_gradients(w, b, x, y)
    return {"cost": cost, "dw": dw, "db": db, "dx": dx}


@probe("backprop-matrix", "backpropagate")
def backpropagate(backpropagate, /, weights, biases, X, Y, cost):
    dweights, dbiases = backpropagate(weights, biases, X, Y, cost)
    if (len(dweights), len(dbiases)) != (len(weights), len(biases)):
        raise ValueError(
            f"backpropagate returned {len(dweights)} gradients of weights and {len(dbiases)} of biases; expected two lists "
            f"with an array for each of the {len(weights)} layers"
        )
    outputs = {f"dweights[{i}]": dW for i, dW in enumerate(dweights)}
    return {**outputs, **{f"dbiases[{i}]": db for i, db in enumerate(dbiases)}}


@probe("backprop-jacobian", "softmax_backward")
def softmax_backward(softmax_backward, /, probabilities, upstream):
    return {"dscores": softmax_backward(probabilities, upstream)}
