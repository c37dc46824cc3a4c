"""Cases and known mistakes of the backpropagation notebook."""

from itertools import pairwise

import numpy as np

from autograder.tasks import Case, Mistake, Task

# --- gate


def _pairs(op, least=0.1):
    """Draw pairs of numbers of both signs that are not nearly equal, nor nearly 0, the larger one first or second."""

    def draw(rng):
        inputs = rng.choice([-1.0, 1.0], size=(6, 2)) * rng.uniform(least, 3, size=(6, 2))
        inputs[:, 1] += 0.5 * np.sign(inputs[:, 1] - inputs[:, 0])
        inputs[:3], inputs[3:] = np.sort(inputs[:3]), np.sort(inputs[3:])[:, ::-1]
        return {"op": op, "inputs": inputs}

    return draw


def _singles(op, largest=3.0):
    def draw(rng):
        return {"op": op, "inputs": rng.choice([-1.0, 1.0], size=(6, 1)) * rng.uniform(0.3, largest, size=(6, 1))}

    return draw


def _equal_factors(rng):
    x = rng.uniform(-3, -1, size=4)
    return {"op": "multiply", "inputs": np.stack([x, x], axis=1)}


def _factor_zero(rng):
    return {"op": "multiply", "inputs": np.array([[0.0, rng.uniform(1, 2)], [rng.uniform(-2, -1), 0.0]])}


def _both_negative(rng):
    x = -rng.uniform(1, 9, size=(5, 1))
    return {"op": "max", "inputs": x + [-0.5, 0.0] * rng.choice([-1, 1], size=(5, 1))}


def _whole_numbers(rng):
    return {"op": "inverse", "inputs": rng.permutation([-4, -2, -1, 1, 2, 4, 5])[:, None]}


def _far_apart(rng):
    return {"op": "add", "inputs": np.array([[1e6, rng.uniform(1, 2)], [-3e5, rng.uniform(-2, -1)]])}


_GATES_PUBLIC = tuple(
    Case(f'"{op}"', draw)
    for op, draw in {
        "add": _pairs("add"),
        "multiply": _pairs("multiply"),
        "max": _pairs("max"),
        "exp": _singles("exp"),
        "inverse": _singles("inverse"),
    }.items()
)
_GATES_HIDDEN = (
    *_GATES_PUBLIC,
    Case("a sum of large and small numbers", _far_apart),
    Case("a product of equal numbers", _equal_factors),
    Case("a product with 0", _factor_zero),
    Case("the maximum of negative numbers", _both_negative),
    Case("one over whole numbers", _whole_numbers),
)
_GATES = (
    Mistake(
        "multiply-not-swapped",
        "the local gradients of multiply are exchanged",
        "How much does x · y grow if x grows by 1? By y, once more. The slope for the first input is the *other* one.",
        replace={"x * y, (y, x)": "x * y, (x, y)"},
    ),
    Mistake(
        "multiply-by-product",
        "multiply passes on its output",
        "The output of the gate is x · y, but if x grows by 1, x · y grows by y alone. What is the derivative of x · y "
        "with respect to x, if y is a constant?",
        replace={"x * y, (y, x)": "x * y, (x * y, x * y)"},
    ),
    Mistake(
        "max-to-both",
        "max hands the gradient to both of its inputs",
        "Max is a router, not a distributor. If the smaller number grows a little, the maximum stays what it was.",
        replace={"(float(x >= y), float(x < y))": "(1.0, 1.0)"},
    ),
    Mistake(
        "max-to-the-loser",
        "max hands the gradient to the smaller number",
        "The output follows the larger input, and only that one. Your comparison is the wrong way around.",
        replace={"(float(x >= y), float(x < y))": "(float(x < y), float(x >= y))"},
    ),
    Mistake(
        "max-to-the-first",
        "max always hands the gradient to its first input",
        "Which of the inputs gets it depends on the numbers that came through: the larger one, wherever it stands.",
        replace={"(float(x >= y), float(x < y))": "(1.0, 0.0)"},
    ),
    Mistake(
        "max-times-value",
        "max passes on the value, not a slope",
        "Where the first number is the larger, the output equals it. If it grows by 1, so does the output: the slope "
        "does not depend on how large it is.",
        replace={"(float(x >= y), float(x < y))": "(x * (x >= y), y * (x < y))"},
    ),
    Mistake(
        "add-gives-inputs",
        "add treats its inputs as multiply would",
        "If x grows by 1, the sum grows by 1, whatever the other number is. Add distributes; it has no need to remember "
        "its inputs.",
        replace={"x + y, (1.0, 1.0)": "x + y, (y, x)"},
    ),
    Mistake(
        "add-shares",
        "add shares the gradient between its inputs",
        "A distributor gives everybody all of it. If x grows by 1, the sum grows by 1, not by one half.",
        replace={"(1.0, 1.0)": "(0.5, 0.5)"},
    ),
    Mistake(
        "exp-slope-one",
        "the derivative of the exponential is missing",
        "The slope of e to the x is e to the x. With 1 in its place, the gate would pass everything on unchanged.",
        replace={"np.exp(x), (np.exp(x),)": "np.exp(x), (1.0,)"},
    ),
    Mistake(
        "exp-by-the-power-rule",
        "the exponential is differentiated like a power",
        "The rule n · xⁿ⁻¹ is for a variable base and a constant exponent. Here the variable is the exponent.",
        replace={"np.exp(x), (np.exp(x),)": "np.exp(x), (x * np.exp(x - 1),)"},
    ),
    Mistake(
        "inverse-sign",
        "the sign of the derivative of 1/x is missing",
        "If x grows, 1/x falls, for positive numbers as for negative ones. Its slope is never positive.",
        replace={"-1 / x**2": "1 / x**2"},
    ),
    Mistake(
        "inverse-not-squared",
        "the derivative of 1/x lacks a square",
        "1/x is x to the power −1. The power rule takes the exponent down by one, to −2.",
        replace={"-1 / x**2": "-1 / x"},
    ),
)

# --- neuron


def _neuron(rng, D=3):
    """A sum between 0.5 and 2 in size, so that the slope is neither 0 nor that of the middle."""
    w, x = rng.normal(size=D + 1), rng.normal(size=D)
    w[-1] += rng.choice([-1, 1]) * rng.uniform(0.5, 2) - (w[:-1] @ x + w[-1])
    return {"w": w, "x": x}


def _neuron_of_text(rng):
    return {"w": np.array([2.0, -3.0, -3.0]), "x": np.array([-1.0, -2.0])}


def _one_input(rng):
    return _neuron(rng, 1)


def _many_inputs(rng):
    return _neuron(rng, 50)


def _thousands(sign):
    def draw(rng):
        w, x = rng.uniform(1, 2, size=5), rng.uniform(500, 1000, size=4)
        return {"w": sign * w, "x": x}

    return draw


def _in_the_middle(rng):
    inputs = _neuron(rng)
    inputs["w"][-1] = -inputs["w"][:-1] @ inputs["x"]
    return inputs


def _strided_neuron(rng):
    inputs = _neuron(rng, 4)
    return {"w": np.repeat(inputs["w"], 2)[::2], "x": np.repeat(inputs["x"], 3)[::3]}


_DZ = "dz = (1 - out) * out"
_NEURON = (
    Mistake(
        "slope-of-the-output",
        "the sigmoid's slope is taken at the output instead of at the sum",
        "σ' is a function of z. Written with the output s = σ(z), it is (1 − s)·s, where s has been through the "
        "sigmoid once, not twice.",
        replace={_DZ: "twice = 1 / (1 + np.exp(-out))\n    dz = (1 - twice) * twice"},
    ),
    Mistake(
        "slope-from-z",
        "the sigmoid's slope is computed from z as if it were the output",
        "(1 − s)·s holds for the output s. With z, which may be any number, it is a parabola, and can be negative.",
        replace={_DZ: "dz = (1 - z) * z"},
    ),
    Mistake(
        "no-slope",
        "the sigmoid's slope is missing",
        "The gradient at the output is 1, but the sigmoid lies between the output and the sum. Multiply by its local "
        "gradient before you hand out anything to weights and inputs.",
        replace={_DZ: "dz = 1.0"},
    ),
    Mistake(
        "half-a-slope",
        "only one of the two factors of the sigmoid's slope is there",
        "The slope of the sigmoid is (1 − s)·s: zero at both of its ends, and ¼ in the middle.",
        replace={_DZ: "dz = 1 - out"},
    ),
    Mistake(
        "no-exponential-factor",
        "the factor of the exponential is missing on the way back",
        "Four gates stand in a row, and each multiplies by its local gradient: that of e to the x is e to the x itself.",
        replace={_DZ: "dz = out**2"},
    ),
    Mistake(
        "slope-sign",
        "the gradient has the wrong sign",
        "Two gates turn the sign around: times −1 and one over x. The sigmoid rises everywhere, so its slope is positive.",
        replace={_DZ: "dz = (out - 1) * out"},
    ),
    Mistake(
        "exponent-sign",
        "the exponent has the wrong sign",
        "The sigmoid is near 1 where the sum is large and positive. With e to the +z below the line it is the "
        "other way around.",
        replace={"np.exp(-z)": "np.exp(z)"},
    ),
    Mistake(
        "not-swapped",
        "weights and inputs are not swapped",
        "A multiply gate is a swapper: the weight gets the gradient times its *input*, the input gets it times "
        "its *weight*.",
        replace={"dz * np.append(x, 1)": "dz * np.append(w[:-1], 1)", "dx = dz * w[:-1]": "dx = dz * x"},
    ),
    Mistake(
        "bias-times-itself",
        "the gradient of the bias is multiplied by the bias",
        "The bias is only added. An add gate distributes: the bias gets all of the gradient at the sum, "
        "however large it is.",
        replace={"np.append(x, 1)": "np.append(x, w[-1])"},
    ),
    Mistake(
        "bias-gets-nothing",
        "the bias gets no gradient",
        "If the bias grows by a bit, so does the sum. It is a weight like the others, on an input that is always 1.",
        replace={"np.append(x, 1)": "np.append(x, 0)"},
    ),
    Mistake(
        "bias-left-out",
        "the bias is not in the sum",
        "The last entry of w belongs to no input. It is added to the weighted sum before the sigmoid.",
        replace={"w[:-1] @ x + w[-1]": "w[:-1] @ x"},
    ),
    Mistake(
        "overflow",
        "for a very negative sum the gradient is not a number",
        "Stage by stage, the slope is infinity times zero there. The output of the forward pass is all you need: seen as "
        "one gate, the sigmoid's slope is a product of two numbers between 0 and 1.",
        replace={_DZ: "dz = np.exp(-z) / (1 + np.exp(-z)) ** 2"},
    ),
    Mistake(
        "math-exp",
        "math.exp gives up where the number gets too large",
        "`math.exp` raises an error beyond 709. NumPy's exponential gives infinity and a warning, and one over "
        "infinity is the 0 that is wanted. There are also forms of the sigmoid that never meet such numbers.",
        replace={"np.exp(-z)": "__import__('math').exp(-z)"},
    ),
    Mistake(
        "dx-with-bias",
        "the gradient of the inputs has an entry for the bias",
        "There is no input that belongs to the bias. A gradient has the shape of what it is the gradient of: dx that of x.",
        replace={"dx = dz * w[:-1]": "dx = dz * w"},
    ),
)

# --- Value.backward


def _graph(data, parents, slopes, result=None, grads=None, times=1):
    size = len(parents)
    return {
        "data": [float(number) for number in data],
        "parents": parents,
        "local_gradients": [[float(slope) for slope in row] for row in slopes],
        "result": size - 1 if result is None else result,
        "grads": [0.0] * size if grads is None else [float(g) for g in grads],
        "times": times,
    }


def _slopes(rng, parents):
    """Draw a local gradient for each input of each value, of both signs and never near 0 or 1."""
    return [rng.choice([-1, 1], size=len(p)) * rng.uniform(1.2, 2.5, size=len(p)) for p in parents]


def _with_slopes(rng, parents, **options):
    return _graph(rng.uniform(2, 5, size=len(parents)), parents, _slopes(rng, parents), **options)


def _line(rng):
    return _with_slopes(rng, [[], [0], [1], [2]])


def _two_inputs(rng):
    return _with_slopes(rng, [[], [], [0, 1], [], [2, 3]])


def _twice_in_one_gate(rng):
    """a + a, then its square."""
    data = rng.uniform(1.5, 3) * np.array([1, 2, 4])
    return _graph(data, [[], [0, 0], [1, 1]], [[], [1, 1], [data[1], data[1]]])


def _diamond(rng):
    """What is used twice lies behind a gate, and one of its users is nearer to the result than the other."""
    return _with_slopes(rng, [[], [0], [1], [2], [1, 3], [4]])


def _diamond_other_order(rng):
    return _with_slopes(rng, [[], [0], [1], [2], [3, 1], [4]])


def _web(rng, inputs=3, gates=12):
    """Each gate takes one recent value and one from anywhere, so that most are used by several."""
    parents = [[] for _ in range(inputs)]
    for i in range(inputs, inputs + gates):
        parents.append([i - 1, int(rng.integers(0, i))] if rng.random() < 0.5 else [int(rng.integers(0, i)), i - 1])
    return parents


def _random_web(rng):
    return _with_slopes(rng, _web(rng))


def _many_diamonds(rng):
    """x = x + x, thirty times over: a billion paths. Slopes near ½ keep the numbers small."""
    parents = [[], *([i, i] for i in range(30))]
    slopes = [rng.uniform(0.45, 0.55, size=len(p)) for p in parents]
    return _graph(rng.uniform(2, 5, size=31), parents, slopes)


def _wide_diamonds(rng):
    parents = [[]]
    for _ in range(25):
        last = len(parents) - 1
        parents += [[last], [last], [last + 1, last + 2]]
    slopes = [rng.uniform(0.6, 0.8, size=len(p)) for p in parents]
    return _graph(rng.uniform(2, 5, size=len(parents)), parents, slopes)


def _called_again(rng):
    return _with_slopes(rng, [[], [], [0, 1], [2, 0], [3, 2]], times=3)


def _left_over(rng):
    parents = _web(rng)
    return _with_slopes(rng, parents, grads=rng.uniform(2, 9, size=len(parents)))


def _in_between(rng):
    """The result is a value in the middle; what comes after it, and what it doesn't need, keeps its grad."""
    parents = [[], [], [0, 1], [2, 2], [3, 1], [], [4, 5]]
    return _with_slopes(rng, parents, result=3, grads=rng.uniform(2, 9, size=len(parents)))


def _equal_numbers(rng):
    """Different values with the same number are still different."""
    parents = _web(rng, 4, 8)
    return _graph([2.0] * len(parents), parents, _slopes(rng, parents))


def _alone(rng):
    return _graph([rng.uniform(2, 5)], [[]], [[]], grads=[7.0])


def _large_slopes(rng):
    inputs = _random_web(rng)
    return {**inputs, "local_gradients": [[1e3 * slope for slope in row] for row in inputs["local_gradients"]]}


def _long_line(rng):
    parents = [[], *([i] for i in range(1500))]
    return _graph(np.ones(1501), parents, [np.full(len(p), rng.choice([-1, 1])) for p in parents])


_LONG_LINE = Case(
    "a line of 1,500 gates",
    _long_line,
    weight=0,
    remark="This costs nothing here, but you should know. A function that calls itself for each value it comes to ends "
    "after about a thousand, Python's limit. A list of values that still wait to be visited has no such limit.",
)
_WALK = """\
    order, seen = [], set()
    def visit(value):
        if value not in seen:
            seen.add(value)
            value.grad = 0.0
            for parent in value.parents:
                visit(parent)
            order.append(value)
    visit(self)
"""
_PASS_ON = "parent.grad += value.grad * slope"
_EVERY_PATH = """\
    def walk(value, arriving):
        value.grad += arriving
        for parent, slope in zip(value.parents, value.local_gradients):
            walk(parent, arriving * slope)

    walk(self, 1.0)
"""
_VALUE = (
    Mistake(
        "overwritten",
        "the gradients of a fork are overwritten instead of added",
        "A Value that is used twice gets a report from each of its users, and the last one wins in your code. Where wires "
        "fork, gradients add up.",
        replace={_PASS_ON: "parent.grad = value.grad * slope"},
    ),
    Mistake(
        "too-early",
        "a Value passes its gradient on before all of its users have reported",
        "You go from the result outward, nearest first. What is used both near the result and farther from it gets its "
        "turn too early. Each Value has to come after *all* that use it.",
        body="""\
    order, seen = [self], {self}
    for value in order:
        value.grad = 0.0
        for parent in value.parents:
            if parent not in seen:
                seen.add(parent)
                order.append(parent)
    self.grad = 1.0
    for value in order:
        for parent, slope in zip(value.parents, value.local_gradients):
            parent.grad += value.grad * slope
""",
    ),
    Mistake(
        "noted-before-parents",
        "Values are written down on the way in, not on the way out",
        "Going as deep as you can is fine, but a Value that is noted when you *first* come to it may stand before another "
        "one that uses it. Note it after everything that it was computed from, and read the list from its end.",
        body=_WALK.replace("            order.append(value)\n", "").replace(
            "            seen.add(value)\n", "            seen.add(value)\n            order.append(value)\n"
        )
        + """\
    self.grad = 1.0
    for value in order:
        for parent, slope in zip(value.parents, value.local_gradients):
            parent.grad += value.grad * slope
""",
    ),
    Mistake(
        "every-path",
        "every path through the graph is walked by itself",
        "The numbers are right, and for small graphs nobody notices. But the number of paths doubles with every "
        "diamond: after thirty there are a billion. Let each Value collect first, and pass on once.",
        body="""\
    waiting = [self]
    while waiting:
        value = waiting.pop()
        value.grad = 0.0
        waiting.extend(value.parents)

"""
        + _EVERY_PATH,
    ),
    Mistake(
        "passed-on-again",
        "what a Value has collected is passed on again with every report",
        "Each time something arrives, you send all that has been collected so far, and so the first report goes out twice. "
        "Wait until all are in, and pass the sum on once.",
        body="""\
    waiting, seen = [self], set()
    while waiting:
        value = waiting.pop()
        if value not in seen:
            seen.add(value)
            value.grad = 0.0
            waiting.extend(value.parents)

    def walk(value):
        for parent, slope in zip(value.parents, value.local_gradients):
            parent.grad += value.grad * slope
            walk(parent)

    self.grad = 1.0
    walk(self)
""",
    ),
    Mistake(
        "forward-order",
        "the Values are dealt with from the inputs to the result",
        "Only the direct parents of the result get something. If the inputs come first, they have nothing to pass on yet: "
        "gradients travel from the result back, and every gate hands on what it got.",
        replace={"reversed(order)": "order"},
    ),
    Mistake(
        "no-beginning",
        "the result's own gradient is not 1",
        "Everything is a multiple of what the result begins with. How fast does it change with itself?",
        replace={"self.grad = 1.0": "self.grad = 0.0"},
    ),
    Mistake(
        "every-path-into-what-was-there",
        "every path is walked by itself, and adds to what stood in grad before",
        "Two things at once: what was in `grad` before has to be forgotten, and there can be a billion paths. Make a list "
        "of the Values first, each once: then both are easy.",
        body=_EVERY_PATH,
    ),
    Mistake(
        "calls-itself-on-parents",
        "each Value hands on what it has every time that something arrives",
        "A function that gives the parents their share and then calls itself on them seems natural. But a "
        "Value with two users is visited twice, and the second time it hands on the first share again. Make a "
        "list of the Values first, in an order in which each is complete when its turn comes.",
        body="""\
    def walk(value):
        for parent, slope in zip(value.parents, value.local_gradients):
            parent.grad += value.grad * slope
        for parent in value.parents:
            walk(parent)

    self.grad = 1.0
    walk(self)
""",
    ),
    Mistake(
        "nothing-forgotten",
        "what stood in grad before is added to",
        "Call it twice, and the gradients have grown. (PyTorch does that on purpose, and leaves the forgetting to you.) "
        "Here, what was there before doesn't count.",
        replace={"            value.grad = 0.0\n": ""},
    ),
    Mistake(
        "upstream-forgotten",
        "only local gradients are handed out",
        "A gate passes on its local gradient *times what arrived from upstream*. Without that, only the last gate is right.",
        replace={_PASS_ON: "parent.grad += slope"},
    ),
    Mistake(
        "times-data",
        "the local gradient is multiplied by the number, not by the gradient",
        "What arrives from upstream is in `grad`. The number itself, `data`, has done its work on the way forward.",
        replace={_PASS_ON: "parent.grad += value.data * slope"},
    ),
    Mistake(
        "equal-is-same",
        "Values with the same number are taken for the same Value",
        "Two wires may carry the same number and lead to different places. Remember which *objects* you have been to.",
        replace={"value not in seen": "value.data not in seen", "seen.add(value)": "seen.add(value.data)"},
    ),
    Mistake(
        "twin-inputs-once",
        "a Value that goes into one gate twice is counted once",
        "In a + a and a · a the same Value is both inputs, and each has a local gradient. A set or a dict "
        "keeps just one of them.",
        replace={"zip(value.parents, value.local_gradients)": "dict(zip(value.parents, value.local_gradients)).items()"},
    ),
)

# --- chain_gradients


def _chain(rng, L=3):
    w = rng.choice([-1, 1], size=L) * rng.uniform(0.8, 2.5, size=L)
    return {"w": w, "b": rng.normal(size=L), "x": float(rng.uniform(0.5, 2)), "y": float(rng.uniform(-1, -0.3))}


def _two_layers(rng):
    return _chain(rng, 2)


def _one_layer(rng):
    return _chain(rng, 1)


def _ten_layers(rng):
    inputs = _chain(rng, 10)
    return {**inputs, "w": 3 * inputs["w"]}


def _wanted_above(rng):
    return {**_chain(rng), "y": 1.5}


def _negative_input(rng):
    return {**_chain(rng, 4), "x": float(-rng.uniform(1, 3))}


def _saturated(rng):
    inputs = _chain(rng)
    return {**inputs, "b": inputs["b"] + np.array([1e3, 0, 0])}


def _chain_view(rng):
    inputs = _chain(rng, 5)
    return {**inputs, "w": inputs["w"][::-1], "b": np.repeat(inputs["b"], 2)[::2]}


_SLOPE = "dz = da * a * (1 - a)"
_CHAIN = (
    Mistake(
        "slope-at-a",
        "the sigmoid's slope is taken at a instead of at z",
        "σ'(z) = a·(1 − a), where a = σ(z) has been through the sigmoid once. You send it through once more.",
        replace={_SLOPE: "s = sigmoid(a)\n        dz = da * s * (1 - s)"},
    ),
    Mistake(
        "no-slope",
        "the sigmoid's slope is missing",
        "Between a and z there is the sigmoid, which squeezes every change by the factor σ'(z), a quarter at the most.",
        replace={_SLOPE: "dz = da"},
    ),
    Mistake(
        "slope-only-at-the-end",
        "the sigmoid's slope is there for the last layer only",
        "Every layer has a sigmoid, and each of them multiplies what passes through it by its own slope.",
        replace={_SLOPE: "dz = da * a * (1 - a) if layer == len(w) - 1 else da"},
    ),
    Mistake(
        "slope-of-the-layer-before",
        "each layer uses the slope of the layer before",
        "The slope that belongs to z of a layer is made of the activation of the *same* layer, the one behind its sigmoid.",
        replace={_SLOPE: "dz = da * a_before * (1 - a_before)"},
    ),
    Mistake(
        "own-activation",
        "the weight's gradient has the activation behind the neuron",
        "A multiply gate swaps: the weight gets the number it was multiplied with, which is the activation "
        "that comes *into* the layer.",
        replace={"dw[layer] = dz * a_before": "dw[layer] = dz * a"},
    ),
    Mistake(
        "bias-times-activation",
        "the bias gets the gradient of the weight",
        "The bias is added, not multiplied with anything. How much does z grow if b grows by 1?",
        replace={"db[layer] = dz": "db[layer] = dz * a_before"},
    ),
    Mistake(
        "weight-not-passed",
        "the gradient is handed to the layer before without the weight",
        "Between a of the layer before and z of this one stands a multiplication by w. Going back, that is the factor.",
        replace={"da = dz * w[layer]": "da = dz"},
    ),
    Mistake(
        "weight-of-the-layer-before",
        "the gradient is handed back through the wrong weight",
        "The weight between a layer and the one before it is the layer's own. Yours is one off.",
        replace={"da = dz * w[layer]": "da = dz * w[layer - 1]"},
    ),
    Mistake(
        "no-half",
        "the cost lacks its ½, and the gradient has a 2",
        "That is another convention, in itself right: the square, and twice the error. Here the cost is half of the square.",
        replace={"0.5 * error**2": "error**2", "da = error": "da = 2 * error"},
    ),
    Mistake(
        "cost-without-half",
        "the cost lacks its ½, which the gradient takes for granted",
        "The derivative of (a − y)² is 2(a − y). Your gradient belongs to half of that cost.",
        replace={"0.5 * error**2": "error**2"},
    ),
    Mistake(
        "sign",
        "the gradient has the wrong sign",
        "If the output is larger than what is wanted, the cost grows with it. The error is what came out minus "
        "what was wanted.",
        replace={"da = error": "da = -error"},
    ),
    Mistake(
        "dx-before-the-weight",
        "the gradient of the input stops before the first weight",
        "You return what arrives at z of the first layer. One multiplication is left between that and the input.",
        replace={"return 0.5 * error**2, dw, db, da": "return 0.5 * error**2, dw, db, dz"},
    ),
    Mistake(
        "slope-on-the-input",
        "the gradient of the input has a slope too many",
        "Before the first layer there is no sigmoid, and so no slope: x goes straight into a multiplication. The last "
        "turn of your loop does more than it should.",
        replace={"dw, db, da": "dw, db, da * activations[-1] * (1 - activations[-1])"},
    ),
    Mistake(
        "backward-order",
        "the gradients stand in the order in which they were found",
        "Going back, the last layer comes first. In dw and db, layer 1 has to stand first, as in w and b.",
        replace={"return 0.5 * error**2, dw, db, da": "return 0.5 * error**2, dw[::-1], db[::-1], da"},
    ),
)

# --- backpropagate


def _network(rng, sizes=(3, 4, 2), N=5, cost="cross-entropy"):
    weights = [1.5 * rng.normal(size=(m, n)) for m, n in pairwise(sizes)]
    biases = [rng.normal(size=n) for n in sizes[1:]]
    Y = rng.integers(0, 2, size=(N, sizes[-1])).astype(float)
    return {"weights": weights, "biases": biases, "X": 1.5 * rng.normal(size=(N, sizes[0])), "Y": Y, "cost": cost}


def _mse(rng):
    return _network(rng, cost="mse")


def _three_layers(rng):
    return _network(rng, (4, 5, 3, 2), 6)


def _square_layers(rng):
    """Every transpose that is forgotten fits."""
    return _network(rng, (4, 4, 4, 4), 4, "mse")


def _one_example(rng):
    return _network(rng, (3, 5, 2), 1)


def _no_hidden_layer(rng):
    return _network(rng, (4, 3), 7, "mse")


def _five_layers(rng):
    return _network(rng, (2, 3, 4, 3, 5, 1), 6, "mse")


def _soft_targets(rng):
    inputs = _network(rng, (3, 4, 2), 6)
    return {**inputs, "Y": rng.uniform(size=(6, 2))}


def _surely_wrong(rng):
    """Outputs near 0 and 1 that are right and wrong; the cross-entropy's error stays large where it is wrong."""
    inputs = _network(rng, (3, 4, 2), 6)
    inputs["biases"][-1] = np.array([800.0, -800.0])
    return inputs


def _strided_examples(rng):
    inputs = _network(rng, (3, 4, 2), 6, "mse")
    X, Y = np.repeat(inputs["X"], 2, axis=1)[:, ::2], np.asfortranarray(inputs["Y"])
    return {**inputs, "X": X, "Y": Y}


def _more_examples(rng, N):
    return _network(rng, (3, 4, 2), N)


_STEPS = Case("steps as examples are added", _more_examples, "steps", 2.0, axes=("example",))
_DW = "dweights.insert(0, activations[layer].T @ delta)"
_DB = "dbiases.insert(0, delta.sum(axis=0))"
_DELTA = "delta @ weights[layer].T * slopes[layer - 1]"
_MATRIX = (
    Mistake(
        "not-averaged",
        "the examples are added up, not averaged",
        "The cost is a mean over the examples. Its gradient is N times smaller than the sum of theirs.",
        replace={"(activations[-1] - Y) / len(X)": "activations[-1] - Y"},
    ),
    Mistake(
        "averaged-over-outputs",
        "the average is taken over the outputs, too",
        "The cost adds up over the outputs of an example, and averages over examples only. You divide by the "
        "number of all entries.",
        replace={"(activations[-1] - Y) / len(X)": "(activations[-1] - Y) / Y.size"},
    ),
    Mistake(
        "bias-averaged-again",
        "the gradient of the biases is divided by N once more",
        "The mean over the examples has to be taken once. Where it is in the error already, what is left is to add up.",
        replace={"delta.sum(axis=0)": "delta.mean(axis=0)"},
    ),
    Mistake(
        "bias-not-summed",
        "the gradient of the biases still has a row for each example",
        "One bias serves all examples: a fork. Its gradient has the shape of the bias, and collects from every row.",
        replace={"delta.sum(axis=0)": "delta"},
    ),
    Mistake(
        "bias-of-two-axes",
        "the gradients of the biases have the shape (1, n)",
        "The numbers are right, but a gradient has the shape of its variable, here (n,). The axis of length 1 is left over "
        "from a sum.",
        replace={"delta.sum(axis=0)": "delta.sum(axis=0, keepdims=True)"},
    ),
    Mistake(
        "no-transpose",
        "the weights are not transposed on the way back",
        "Forward, W leads from the layer before to this one. Going back, outputs and inputs exchange their roles. With "
        "square matrices it runs all the same, and is wrong.",
        replace={"weights[layer].T": "weights[layer]"},
    ),
    Mistake(
        "biases-not-averaged",
        "the gradients of the biases are added up over the examples, those of the weights averaged",
        "Both belong to the same cost, a mean over the examples. If the 1/N is not in the error already, it has to be "
        "in both of them.",
        replace={"delta.sum(axis=0)": "delta.sum(axis=0) * len(X)"},
    ),
    Mistake(
        "squared-error-without-slope",
        "the squared error lacks the slope of the last sigmoid",
        "Only with the cross-entropy does the slope cancel. With the squared error, it is in BP1.",
        replace={"        delta = delta * slopes[-1]\n": "        pass\n"},
    ),
    Mistake(
        "cross-entropy-with-slope",
        "the cross-entropy has the slope of the last sigmoid, which should have canceled",
        "∂C/∂a has a(1 − a) below the line, and σ' is the same above it. What is left is what you said minus what was true.",
        replace={'if cost == "mse":': "if cost:"},
    ),
    Mistake(
        "hidden-slopes-missing",
        "the slopes of the hidden layers are missing",
        "Going back through the weights gives the gradient at the activations. The error of a layer is the one before "
        "its sigmoid: that takes the slope as well (BP2).",
        replace={_DELTA: "delta @ weights[layer].T"},
    ),
    Mistake(
        "slope-at-a",
        "the slopes are taken at the activations instead of at z",
        "σ'(z) is a(1 − a). If you have a function for σ' that takes z, give it z; the activation has been through the "
        "sigmoid already.",
        replace={"a * (1 - a) for": "sigmoid(a) * (1 - sigmoid(a)) for"},
    ),
    Mistake(
        "backward-order",
        "the gradients stand in the order in which they were found",
        "Going back, the last layer comes first. The lists have to be in the order of `weights` and `biases`.",
        replace={_DW: "dweights.append(activations[layer].T @ delta)", _DB: "dbiases.append(delta.sum(axis=0))"},
    ),
    Mistake(
        "sign",
        "the gradients have the wrong sign",
        "What you have is the direction to walk in. The gradient points uphill: what came out minus what was wanted.",
        replace={"activations[-1] - Y": "Y - activations[-1]"},
    ),
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The numbers are right, but Python adds the examples one by one. A sum over examples of products of an "
        "activation and an error is one matrix product.",
        replace={_DW: "dweights.insert(0, sum(np.outer(a, d) for a, d in zip(activations[layer], delta)))"},
    ),
)

# --- softmax_backward


def _rows(rng, num_examples=5, C=4):
    scores = 1.5 * rng.normal(size=(num_examples, C))
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return {"probabilities": p, "upstream": 2 * rng.normal(size=(num_examples, C))}


def _as_many_rows(rng):
    return _rows(rng, 4, 4)


def _one_row(rng):
    return _rows(rng, 1, 6)


def _log_likelihood(rng):
    inputs = _rows(rng)
    upstream = np.zeros((5, 4))
    rows, right = np.arange(5), rng.integers(0, 4, size=5)
    upstream[rows, right] = -1 / inputs["probabilities"][rows, right] / 5
    return {**inputs, "upstream": upstream}


def _all_negative(rng):
    inputs = _rows(rng, 6, 3)
    return {**inputs, "upstream": -np.abs(inputs["upstream"])}


def _some_certain(rng):
    inputs = _rows(rng, 6, 5)
    inputs["probabilities"][::2] = np.eye(5)[rng.integers(0, 5, size=3)]
    return inputs


def _float32_view(rng):
    inputs = _rows(rng, 7, 5)
    upstream = np.repeat(inputs["upstream"], 2, axis=1).astype(np.float32)[:, ::2]
    return {"probabilities": inputs["probabilities"].astype(np.float32).copy(order="F"), "upstream": upstream}


def _many_classes(rng):
    return _rows(rng, 40, 120)


def _very_many_classes(rng):
    return _rows(rng, 200, 700)


_ROWS_STEPS = Case("steps as examples and classes are added", _rows, "steps", 2.0, axes=("example", "class"))
_ROWS_MEMORY = Case("memory, 120 classes", _many_classes, "memory", 1.0, limit=1e6, large=_very_many_classes)
_SHARED = "shared = np.sum(probabilities * upstream, axis=1, keepdims=True)"
_RETURN = "return probabilities * (upstream - shared)"
_JACOBIAN = (
    Mistake(
        "only-the-diagonal",
        "each score is taken to change its own probability only",
        "p(1 − p) is the diagonal of the Jacobian. But raising one score lowers all other probabilities: the "
        "terms −p_k p_j are missing.",
        replace={_RETURN: "return upstream * probabilities * (1 - probabilities)"},
    ),
    Mistake(
        "nothing-shared",
        "what all scores of a row share is missing",
        "You have diag(p) of the Jacobian, and not the product of p with itself. Multiply that by the row from "
        "upstream: it leaves a number for each row.",
        replace={_RETURN: "return probabilities * upstream"},
    ),
    Mistake(
        "not-weighted",
        "the sum over the row is not weighted by the probabilities",
        "Each upstream entry is multiplied by the Jacobian's entry, in which p_k stands, *before* the sum is taken.",
        replace={_SHARED: "shared = np.sum(upstream, axis=1, keepdims=True)"},
    ),
    Mistake(
        "plain-mean",
        "the plain mean of the row is subtracted",
        "It is a mean, but one in which every class counts as much as its probability.",
        replace={_SHARED: "shared = np.mean(upstream, axis=1, keepdims=True)"},
    ),
    Mistake(
        "over-the-examples",
        "the sum runs over the examples",
        "Each row is a softmax of its own, and knows nothing of the others. Along which axis do the classes lie?",
        replace={"axis=1": "axis=0"},
    ),
    Mistake(
        "one-sum-for-all",
        "one sum is shared by all rows",
        "Each row is a softmax of its own, with a sum of its own, which has to stand upright beside it.",
        replace={"np.sum(probabilities * upstream, axis=1, keepdims=True)": "np.sum(probabilities * upstream)"},
    ),
    Mistake(
        "plus",
        "the shared term has the wrong sign",
        "Off the diagonal, the Jacobian is negative: if one probability grows, the others make room.",
        replace={"upstream - shared": "upstream + shared"},
    ),
    Mistake(
        "last-factor-missing",
        "the last factor, the probability itself, is missing",
        "Column j of the Jacobian has p_j in every entry, so that it multiplies the whole result.",
        replace={_RETURN: "return upstream - shared"},
    ),
    Mistake(
        "cross-entropy-shortcut",
        "this is what was said minus what was true, which holds for one loss only",
        "p − y is the gradient of the log-likelihood *and* the softmax together. Here any gradient may come from upstream.",
        replace={_RETURN: "return probabilities - upstream"},
    ),
    Mistake(
        "averaged",
        "the result is divided by the number of examples",
        "If the loss is a mean, then its 1/N has come with the upstream gradient. A layer passes on what it "
        "gets, times its Jacobian.",
        replace={_RETURN: "return probabilities * (upstream - shared) / len(probabilities)"},
    ),
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The values are right, but Python builds one Jacobian after the other. Multiply g J out on paper: two "
        "terms are left, and neither needs the matrix.",
        body="""\
    rows = [g @ (np.diag(p) - np.outer(p, p)) for p, g in zip(probabilities, upstream)]
    return np.array(rows)
""",
    ),
    Mistake(
        "all-jacobians",
        "all Jacobians are held in memory at once",
        "The values are right, without a loop. But an array of (N, C, C) numbers, most of which are products of the same C "
        "probabilities, is what the trick is there to avoid.",
        body="""\
    C = probabilities.shape[1]
    jacobians = probabilities[:, :, None] * (np.eye(C) - probabilities[:, None, :])
    return np.einsum("nk,nkj->nj", upstream, jacobians)
""",
    ),
)

TASKS = (
    Task("backprop-gates", _GATES_PUBLIC, _GATES_HIDDEN, _GATES),
    Task(
        "backprop-neuron",
        (
            Case("the neuron of the text", _neuron_of_text),
            Case("three inputs", _neuron),
            Case("a sum of −1,000 and less", _thousands(-1)),
        ),
        (
            Case("three other inputs", _neuron, weight=2.0),
            Case("a single input", _one_input),
            Case("fifty inputs", _many_inputs),
            Case("a sum of 0", _in_the_middle),
            Case("a sum of 1,000 and more", _thousands(1)),
            Case("a sum of −1,000 and less", _thousands(-1)),
            Case("every other entry of larger arrays", _strided_neuron),
        ),
        _NEURON,
    ),
    Task(
        "backprop-value",
        (
            Case("a line of gates", _line),
            Case("gates with two inputs", _two_inputs),
            Case("a + a, and its square", _twice_in_one_gate),
            Case("a fork behind a gate", _diamond),
            Case("a web of gates", _random_web),
            Case("grad is not 0 before", _left_over),
            Case("thirty forks in a row", _many_diamonds),
        ),
        (
            Case("a + a, and its square", _twice_in_one_gate),
            Case("a fork behind a gate", _diamond),
            Case("a fork behind a gate, the other way around", _diamond_other_order),
            Case("a web of gates", _random_web, weight=2.0),
            Case("steep gates", _large_slopes),
            Case("called three times", _called_again),
            Case("grad is not 0 before", _left_over),
            Case("a result in the middle of a graph", _in_between),
            Case("values with equal numbers", _equal_numbers),
            Case("an input as the result", _alone),
            Case("wide forks in a row", _wide_diamonds),
            _LONG_LINE,
        ),
        _VALUE,
    ),
    Task(
        "backprop-chain",
        (
            Case("two layers", _two_layers),
            Case("three layers", _chain),
            Case("a wanted output above all outputs", _wanted_above),
        ),
        (
            Case("three layers", _chain),
            Case("one layer", _one_layer),
            Case("ten layers", _ten_layers),
            Case("a wanted output above all outputs", _wanted_above),
            Case("a negative input", _negative_input),
            Case("a first neuron that is saturated", _saturated),
            Case("weights in a view", _chain_view),
        ),
        _CHAIN,
    ),
    Task(
        "backprop-matrix",
        (
            Case("cross-entropy, one hidden layer", _network),
            Case("squared error, one hidden layer", _mse),
            Case("cross-entropy, two hidden layers", _three_layers),
            Case("square matrices", _square_layers),
            _STEPS,
        ),
        (
            Case("cross-entropy, one hidden layer", _network),
            Case("squared error, one hidden layer", _mse),
            Case("square matrices", _square_layers),
            Case("a single example", _one_example),
            Case("no hidden layer", _no_hidden_layer),
            Case("five layers", _five_layers),
            Case("wanted outputs between 0 and 1", _soft_targets),
            Case("outputs that are sure, and wrong", _surely_wrong),
            Case("inputs in a view", _strided_examples),
            _STEPS,
        ),
        _MATRIX,
    ),
    Task(
        "backprop-jacobian",
        (
            Case("five examples, four classes", _rows),
            Case("as many examples as classes", _as_many_rows),
            _ROWS_STEPS,
            _ROWS_MEMORY,
        ),
        (
            Case("other rows", _rows),
            Case("as many examples as classes", _as_many_rows),
            Case("a single example", _one_row),
            Case("upstream from a log-likelihood", _log_likelihood),
            Case("upstream all negative", _all_negative),
            Case("rows that are certain", _some_certain),
            Case("float32 views", _float32_view),
            _ROWS_STEPS,
            _ROWS_MEMORY,
        ),
        _JACOBIAN,
        1e-5,  # float32 in
    ),
)
