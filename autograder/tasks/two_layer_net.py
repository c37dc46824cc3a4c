"""Cases and known mistakes of the two-layer network notebook."""

import numpy as np

from autograder.tasks import Case, Mistake, Task
from autograder.tasks.svm import GRADIENT_NOT_AVERAGED, NOT_AVERAGED

# --- triangle_weights

CORNERS = np.array([[-1.0, -1.0], [1.0, -1.0], [0.0, 1.0]])
CENTER = CORNERS.mean(axis=0)


def _by_corners(rng, low, high, number=60):
    """Points on the rays from the center through the border, from `low` to `high` times as far out as the border."""
    share = rng.uniform(0.02, 0.98, size=(3, number, 1))
    border = share * CORNERS[:, np.newaxis] + (1 - share) * np.roll(CORNERS, -1, axis=0)[:, np.newaxis]
    return (CENTER + rng.uniform(low, high, size=(3, number, 1)) * (border - CENTER)).reshape(-1, 2)


def _everywhere(rng):
    return {"points": np.concatenate([_by_corners(rng, 0.0, 0.9), _by_corners(rng, 1.1, 3)])}


def _corners_and_sides(rng):
    """Just inside the corners, just outside of them, and just outside the middle of each side."""
    middles = (CORNERS + np.roll(CORNERS, -1, axis=0)) / 2
    inside, outside = ([CENTER + f * (p - CENTER) for p in (CORNERS, middles)] for f in (0.95, 1.05))
    return {"points": np.concatenate([*inside, *outside])}


def _inside(rng):
    return {"points": _by_corners(rng, 0.0, 0.97)}


def _hair(rng):
    return {"points": np.concatenate([_by_corners(rng, 0.99, 0.998), _by_corners(rng, 1.002, 1.01)])}


def _far(rng):
    """Far out in every direction, where one, two or none of the sides still say inside."""
    angle = rng.uniform(0, 2 * np.pi, size=200)
    return {"points": 1e3 * np.stack([np.cos(angle), np.sin(angle)], axis=1)}


_CUTS = "np.array([[0.0, -2.0, 2.0], [1.0, -1.0, -1.0]])"
_THRESHOLD = '"b2": np.array([-2.5])'
_TRIANGLE = (
    Mistake(
        "any-side",
        "one cut is enough for your output",
        "Yours says inside wherever *at least one* of the neurons fires, which is nearly everywhere. Inside the triangle "
        "all three fire. How many have to, before the output gets above 0?",
        replace={_THRESHOLD: '"b2": np.array([-0.5])'},
    ),
    Mistake(
        "two-sides",
        "two cuts are enough for your output",
        "Beyond each side there is a region where the other two neurons still fire, and yours takes it for inside. The "
        "output has to stay at or below 0 when two fire, and be above it only when all three do.",
        replace={_THRESHOLD: '"b2": np.array([-1.5])'},
    ),
    Mistake(
        "never",
        "your output is never above 0",
        "Put a point that is inside, say (0, 0), into your three formulas: each should come out positive, so "
        "that its neuron fires. If they do, the output subtracts too much: 3 - 3 is 0, and 0 is not more than "
        "0. Choose something between what two give and what three give.",
        replace={_THRESHOLD: '"b2": np.array([-3.0])'},
    ),
    Mistake(
        "inside-out",
        "inside and outside are exchanged",
        "The output is above 0 outside the triangle. Look at its sign: firing of all three should lift it, not lower it.",
        replace={"np.ones((3, 1))": "-np.ones((3, 1))", _THRESHOLD: '"b2": np.array([2.5])'},
    ),
    Mistake(
        "bottom-turned",
        "the cut at the bottom fires on the wrong side",
        "Above the line through the two lower corners is inside. At (0, 0) its neuron should fire, and yours does not.",
        replace={_CUTS: "np.array([[0.0, -2.0, 2.0], [-1.0, -1.0, -1.0]])", "np.array([1.0, 1.0, 1.0])": "[-1, 1, 1]"},
    ),
    Mistake(
        "bottom-through-the-origin",
        "the cut at the bottom goes through the origin",
        "Without its bias, a line goes through (0, 0), which lies in the middle of the triangle: its lower "
        "half is lost. The bias is what moves a line away from there.",
        replace={"np.array([1.0, 1.0, 1.0])": "np.array([0.0, 1.0, 1.0])"},
    ),
    Mistake(
        "slopes-upside-down",
        "the two slanted sides have the slope ½ instead of 2",
        "From a lower corner to the top, the side goes 1 across and 2 up. Put both of its corners into your formula: "
        "each should give exactly 0, for they lie on the line.",
        replace={_CUTS: "np.array([[0.0, -1.0, 1.0], [1.0, -2.0, -2.0]])", "np.array([1.0, 1.0, 1.0])": "[1.0, 2.0, 2.0]"},
    ),
)

# --- staircase_weights


def _stairs(rng, K=5, height=1.0):
    edges = np.cumsum(rng.uniform(0.3, 1.5, size=K)) - rng.uniform(0, 3)
    within = edges + 0.05 + 0.2 * rng.uniform(size=(4, K))
    x = np.concatenate([within.ravel(), edges[0] - rng.uniform(0.1, 2, size=3), edges[-1] + rng.uniform(2, 9, size=3)])
    signs = np.where(rng.uniform(size=K) < 0.5, -1, 1)
    return {"edges": edges, "levels": height * signs * rng.uniform(0.3, 2, size=K), "x": x[:, np.newaxis]}


def _text_stairs(rng):
    x = np.array([-1.0, 0.5, 1.5, 2.5, 9.0])[:, np.newaxis]
    return {"edges": np.array([0.0, 1.0, 2.0]), "levels": np.array([2.0, 3.0, 1.0]), "x": x}


def _one_step(rng):
    return _stairs(rng, 1)


def _many_steps(rng):
    return _stairs(rng, 40)


def _large_steps(rng):
    return _stairs(rng, 6, 1e3)


def _flat_and_back(rng):
    """Two equal levels next to each other, and a last level of 0: a bump."""
    inputs = _stairs(rng, 4)
    inputs["levels"][2], inputs["levels"][3] = inputs["levels"][1], 0.0
    return inputs


_JUMPS = "jumps = np.diff(levels, prepend=0)"
_STAIRCASE = (
    Mistake(
        "levels-for-jumps",
        "the output weights are the levels themselves",
        "A neuron that has begun to fire goes on firing for all larger x. At the third stair the first two still fire, and "
        "everything adds up. By how much does the height have to *change* when the next one joins in?",
        replace={_JUMPS: "jumps = levels"},
    ),
    Mistake(
        "edges-mirrored",
        "the stairs stand at minus the edges",
        "The neuron with weight 1 fires where x + b > 0, that is, from x = -b on. It should fire from the edge on.",
        replace={'"b1": -edges': '"b1": +edges'},
    ),
    Mistake(
        "first-jump-lost",
        "the jump onto the first level is missing",
        "`np.diff` of K numbers gives K - 1. The first stair is a jump, too: from 0, where the output is before any neuron "
        "fires.",
        replace={_JUMPS: "jumps = np.append(0, np.diff(levels))"},
    ),
    Mistake(
        "floor-at-the-first-level",
        "left of the first edge, the output is not 0",
        "Where no neuron fires, only b2 is left, and the output should be 0 there. Make the first level a jump like the "
        "others.",
        replace={
            _JUMPS: "jumps = np.append(0, np.diff(levels))",
            '"b2": np.zeros(1)': '"b2": levels[:1]',
        },
    ),
    Mistake(
        "jumps-backward",
        "the jumps have the wrong sign",
        "A jump is the new level minus the old one. Yours goes down where it should go up.",
        replace={_JUMPS: "jumps = -np.diff(levels, prepend=0)"},
    ),
    Mistake(
        "added-up",
        "the levels were added up instead of subtracted from each other",
        "The network does the adding: at stair k, all neurons up to k fire. What you give it must be the differences.",
        replace={_JUMPS: "jumps = np.cumsum(levels)"},
    ),
    Mistake(
        "fires-to-the-left",
        "the neurons fire on the left of their edges",
        "With a negative weight a neuron fires for small x and falls silent at its edge. That can be made to work, but the "
        "output weights have to be chosen for it. Simpler: let each of them fire from its edge on.",
        replace={"np.ones((1, len(edges)))": "-np.ones((1, len(edges)))", '"b1": -edges': '"b1": edges'},
    ),
)

# --- a network and examples


def network(rng, D=4, H=5, C=3):
    return {
        "W1": rng.normal(size=(D, H)),
        "b1": rng.normal(size=H),
        "W2": rng.normal(size=(H, C)),
        "b2": rng.normal(size=C),
    }


def _examples(rng, num_examples=8, D=4, H=5, C=3):
    return {"params": network(rng, D, H, C), "X": rng.normal(size=(num_examples, D))}


def _all_alike(rng):
    """As many examples as features, hidden units and classes: a transpose doesn't show in the shapes."""
    return _examples(rng, 5, 5, 5, 5)


def _one_example(rng):
    return _examples(rng, 1, 6, 9, 4)


def _half_asleep(rng):
    """Some hidden units are silent for every example."""
    inputs = _examples(rng, 7, 4, 8, 3)
    inputs["params"]["b1"][::2] = -50
    return inputs


def _one_of_each(rng):
    """A single feature, a single hidden unit that is awake for some examples, two classes."""
    params = {"W1": np.array([[1.5]]), "b1": np.array([-0.3]), "W2": rng.normal(size=(1, 2)), "b2": rng.normal(size=2)}
    return {"params": params, "X": np.linspace(-2, 2, 9)[:, np.newaxis]}


def _float32_views(rng):
    inputs = _examples(rng, 9, 6, 7, 4)
    params = {name: value.astype(np.float32) for name, value in inputs["params"].items()}
    return {"params": params, "X": np.repeat(inputs["X"].astype(np.float32), 2, axis=1)[:, ::2]}


def _large_values(rng):
    inputs = _examples(rng, 6, 5, 8, 4)
    return {**inputs, "X": 1e3 * inputs["X"]}


def _more(rng, num_examples, H):
    return _examples(rng, num_examples, 4, H, 3)


_STEPS = Case("steps as examples and hidden units are added", _more, "steps", 1.5, axes=("example", "hidden unit"))

# --- two_layer_scores

_HIDDEN_LINE = 'hidden = np.maximum(0, X @ params["W1"] + params["b1"])'
_RETURN_SCORES = 'return hidden @ params["W2"] + params["b2"], hidden'
_LINEAR = dict(
    id="no-bend",
    title="there is no non-linearity between the two layers",
    hint="A matrix product after a matrix product is one matrix product: without the bend, the hidden layer is decoration. "
    "Where the sum is negative, the hidden unit should be 0.",
)
_BENT_OUTPUT = dict(
    id="relu-on-scores",
    title="the scores were cut off at 0, too",
    hint="Scores may be negative, and have to be: a class is told apart from the others by how far *below* them it "
    "is, too. The bend belongs to the hidden layer; the output layer is linear.",
)
_SCORES = (
    Mistake(**_LINEAR, replace={_HIDDEN_LINE: 'hidden = X @ params["W1"] + params["b1"]'}),
    Mistake(
        **_BENT_OUTPUT,
        replace={_RETURN_SCORES: 'return np.maximum(0, hidden @ params["W2"] + params["b2"]), hidden'},
    ),
    Mistake(
        "bias-after-the-bend",
        "the first bias is added after the bend",
        "The bias moves the place where a unit wakes up. Added behind the ReLU it lifts everything, also what should be 0: "
        "max(0, xW + b), not max(0, xW) + b.",
        replace={_HIDDEN_LINE: 'hidden = np.maximum(0, X @ params["W1"]) + params["b1"]'},
    ),
    Mistake(
        "first-bias-missing",
        "the first bias is missing",
        "Without b1 every hidden unit cuts the plane through the origin. `params` holds four arrays; are all of them used?",
        replace={_HIDDEN_LINE: 'hidden = np.maximum(0, X @ params["W1"])'},
    ),
    Mistake(
        "second-bias-missing",
        "the second bias is missing",
        "An example for which all hidden units are silent should still get the scores b2. `params` holds four arrays; are "
        "all of them used?",
        replace={_RETURN_SCORES: 'return hidden @ params["W2"], hidden'},
    ),
    Mistake(
        "sums-for-hidden",
        "the sums before the bend are returned as the hidden layer",
        "The scores are right. But the second value should be what the second layer got to see, after the "
        "ReLU: no entry of it is negative.",
        replace={_RETURN_SCORES: 'return hidden @ params["W2"] + params["b2"], X @ params["W1"] + params["b1"]'},
    ),
    Mistake(
        "absolute-value",
        "negative sums were turned around instead of set to 0",
        "|z| is a bend as well, and networks with it can learn. Here the ReLU was asked for: what is negative becomes 0.",
        replace={_HIDDEN_LINE: 'hidden = np.abs(X @ params["W1"] + params["b1"])'},
    ),
    Mistake(
        "minimum",
        "what is positive was cut off, not what is negative",
        "`np.minimum(0, z)` keeps the smaller of the two, which is the negative part. Which one is kept by the ReLU?",
        replace={"np.maximum(0,": "np.minimum(0,"},
    ),
    Mistake(
        "one-maximum-for-all",
        "the maximum was taken with the wrong function",
        "`np.max` looks for the largest entry of one array, along an axis. Here every entry is to be compared with 0 by "
        "itself, which is another function with a similar name.",
        replace={_HIDDEN_LINE: 'hidden = np.max(X @ params["W1"] + params["b1"], 0)'},
    ),
    Mistake(
        "exchanged",
        "scores and hidden layer are returned in the wrong order",
        "The docstring promises the scores first. Both are arrays with N rows, so that nothing complains until much later.",
        replace={_RETURN_SCORES: 'return hidden, hidden @ params["W2"] + params["b2"]'},
    ),
    Mistake(
        "loop",
        "there is a loop over the examples",
        "The values are right, but Python visits the examples one by one. `np.maximum` and `@` do all of them at once.",
        replace={_HIDDEN_LINE: 'hidden = np.array([np.maximum(0, x @ params["W1"] + params["b1"]) for x in X])'},
    ),
)

# --- two_layer_loss


def _problem(rng, num_examples=8, D=4, H=6, C=3, reg=0.0):
    return {**_examples(rng, num_examples, D, H, C), "y": rng.integers(0, C, size=num_examples), "reg": reg}


def _penalized(rng):
    return _problem(rng, 7, 5, 4, 3, reg=0.6)


def _tiny_weights(rng):
    """The loss is log C."""
    inputs = _problem(rng, 10, 5, 6, 10)
    return {**inputs, "params": {name: 1e-3 * value for name, value in inputs["params"].items()}}


def _large_scores(rng):
    """Scores around 1,000 that lie close together."""
    inputs = _problem(rng, 8, 4, 5, 4)
    inputs["params"]["b2"] += 1000
    return inputs


def _rows_far_apart(rng):
    """Rows of scores on very different levels, close together within each row."""
    inputs = _problem(rng, 6, 4, 5, 4)
    params = inputs["params"]
    inputs["X"][:, 0] = [0, 40, 800, 10, 4000, 200]
    params["W1"][0] = 0
    params["W1"][:, 0], params["b1"][0] = [1, 0, 0, 0], 1
    params["W2"][0] = -1
    return inputs


def _one_penalized_example(rng):
    return _problem(rng, 1, 4, 7, 5, reg=0.2)


def _square_problem(rng):
    return _problem(rng, 5, 5, 5, 5, reg=0.1)


def _asleep(rng):
    inputs = _problem(rng, 7, 4, 8, 3, reg=0.05)
    inputs["params"]["b1"][::2] = -50
    return inputs


def _same_class(rng):
    return {**_problem(rng, 6, 4, 5, 4, reg=0.3), "y": np.full(6, 3)}


def _large_biases(rng):
    inputs = _problem(rng, 8, 4, 6, 3, reg=0.5)
    inputs["params"]["b1"] += 3
    inputs["params"]["b2"] *= 3
    return inputs


def _float32_problem(rng):
    return {**_float32_views(rng), "y": rng.integers(0, 4, size=9).astype(np.uint8), "reg": 0.4}


def _far_behind(rng):
    """The right class is so far behind that its probability underflows."""
    inputs = _problem(rng, 6, 4, 5, 3)
    inputs["params"]["b2"][:] = [0.0, 2000, -1000]
    return {**inputs, "y": np.full(6, 2)}


def _more_problems(rng, num_examples, H):
    return _problem(rng, num_examples, 4, H, 3, reg=0.1)


_LOSS_STEPS = Case(
    "steps as examples and hidden units are added", _more_problems, "steps", 1.5, axes=("example", "hidden unit")
)
_PENALTY_LINE = 'penalty = 0.5 * reg * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))'
_MASK_LINE = 'dhidden = (dscores @ params["W2"].T) * (hidden > 0)'
_DW1 = '"W1": X.T @ dhidden + reg * params["W1"]'
_DW2 = '"W2": hidden.T @ dscores + reg * params["W2"]'
_DB1, _DB2 = '"b1": dhidden.sum(axis=0)', '"b2": dscores.sum(axis=0)'
_LOSS = (
    Mistake(
        "overflow",
        "large scores overflow",
        "The scores of a network grow while it learns, and e to the power of 710 is more than float64 can "
        "hold. Subtract the largest score of each row before you take exponentials, as in the softmax of the "
        "last assignment.",
        replace={"    scores = scores - np.max(scores, axis=1, keepdims=True)\n": ""},
    ),
    Mistake(
        "one-maximum-for-all",
        "one maximum was subtracted from all rows",
        "It has to be the largest score of each row. With one for the whole batch, a row that lies a thousand "
        "lower becomes zeros only, and the logarithm of 0 is minus infinity.",
        replace={"np.max(scores, axis=1, keepdims=True)": "np.max(scores)"},
    ),
    Mistake(
        "truth-forgotten",
        "the gradient at the scores lacks the part of the right class",
        "It is what you said minus what was true. Yours is only what you said: every class is pushed down, the "
        "right one too.",
        replace={"    dscores[examples, y] -= 1\n": ""},
    ),
    Mistake(
        "no-mask",
        "gradient flows through hidden units that were silent",
        "A unit whose sum was negative gave 0, and would still give 0 if the sum changed a little: its slope "
        "is 0, and nothing passes. Where did the forward pass cut off?",
        replace={" * (hidden > 0)": ""},
    ),
    Mistake(
        "mask-of-the-gradient",
        "what was cut off are the negative gradients, not the silent units",
        "A gradient may well be negative: it says that the loss falls when the unit grows. What decides "
        "whether it passes is the unit's own sum in the *forward* pass, not the sign of what comes back.",
        replace={_MASK_LINE: 'dhidden = np.maximum(0, dscores @ params["W2"].T)'},
    ),
    Mistake(
        "before-the-bend",
        "the gradient of W2 uses the sums before the bend",
        "W2 was multiplied with what the hidden layer gave, after the ReLU. The gradient of a product needs "
        "the factor that really stood there.",
        replace={"hidden.T @ dscores": '(X @ params["W1"] + params["b1"]).T @ dscores'},
    ),
    Mistake(
        **_BENT_OUTPUT,
        replace={
            'scores = hidden @ params["W2"] + params["b2"]': 'scores = np.maximum(0, hidden @ params["W2"] + params["b2"])'
        },
    ),
    Mistake(**NOT_AVERAGED, replace={".mean() + penalty": ".sum() + penalty", "    dscores /= len(X)\n": ""}),
    Mistake(**GRADIENT_NOT_AVERAGED, replace={"    dscores /= len(X)\n": ""}),
    Mistake(
        "penalty-without-half",
        "the penalty is reg·ΣW², without the ½",
        "This is a convention, not a misunderstanding: loss and gradient of yours agree, and the linear classifiers of "
        "this course had it that way. Networks have ½·reg·ΣW² here, whose gradient is simply reg·W.",
        replace={
            "penalty = 0.5 * reg": "penalty = reg",
            '+ reg * params["W1"]': '+ 2 * reg * params["W1"]',
            '+ reg * params["W2"]': '+ 2 * reg * params["W2"]',
        },
    ),
    Mistake(
        "penalty-gradient-of-another",
        "loss and gradient of the penalty do not belong together",
        "The loss has ½·reg·W² for every weight. Your gradient has a factor of 2 that belongs to a penalty without the ½.",
        replace={'+ reg * params["W1"]': '+ 2 * reg * params["W1"]', '+ reg * params["W2"]': '+ 2 * reg * params["W2"]'},
    ),
    Mistake(
        "one-layer-penalized",
        "only one of the two weight matrices is penalized",
        "Both layers can grow: whatever is taken from one could be made up for by the other. The penalty adds "
        "up the squares of W1 and of W2.",
        replace={' + np.sum(params["W2"] ** 2))': ")", ' + reg * params["W2"]': ""},
    ),
    Mistake(
        "biases-penalized",
        "the biases are penalized, too",
        "A large weight makes the output steep; a large bias only moves it. There is little to gain from "
        "keeping biases small, and the penalty here is on W1 and W2 only.",
        replace={
            _PENALTY_LINE: "penalty = 0.5 * reg * sum(np.sum(value**2) for value in params.values())",
            _DB1: '"b1": dhidden.sum(axis=0) + reg * params["b1"]',
            _DB2: '"b2": dscores.sum(axis=0) + reg * params["b2"]',
        },
    ),
    Mistake(
        "upright-bias-gradient",
        "the gradients of the biases have shape (1, n)",
        "A gradient has the shape of what it belongs to, always. With `keepdims=True` the axis stays as a 1, "
        "and the first update turns a bias of shape (n,) into one of shape (1, n), or fails.",
        replace={_DB1: '"b1": dhidden.sum(axis=0, keepdims=True)', _DB2: '"b2": dscores.sum(axis=0, keepdims=True)'},
    ),
)

# --- train_two_layer


def _run(rng, num_steps=6, learning_rate=0.1, reg=0.3, num_examples=7):
    inputs = _examples(rng, num_examples)
    y = rng.integers(0, 3, size=num_examples)
    return {**inputs, "y": y, "learning_rate": learning_rate, "reg": reg, "num_steps": num_steps}


def _many_steps_down(rng):
    return _run(rng, 40, 0.05)


def _one_step_down(rng):
    return _run(rng, 1, 0.2)


def _no_step(rng):
    return _run(rng, 0)


def _no_penalty(rng):
    return _run(rng, 5, 0.1, 0.0)


def _diverging(rng):
    """A rate that is far too large: the losses grow, and have to be told as they are."""
    return _run(rng, 12, 3.0)


def _same_shapes(rng):
    """All arrays of the same size: gradients that go to the wrong parameter fit."""
    return {**_run(rng, 5), "params": network(rng, 3, 3, 3)}


_COPY = "params = {name: value.copy() for name, value in params.items()}"
_UPDATE = "params[name] = params[name] - learning_rate * grads[name]"
_CALL = "loss, grads = loss_function(params, X, y, reg)"
_APPEND = "losses.append(loss)"
_TRAIN = (
    Mistake(
        "uphill",
        "the steps go uphill",
        "The gradient points to where the loss grows fastest. Which way leads down?",
        replace={_UPDATE: "params[name] = params[name] + learning_rate * grads[name]"},
    ),
    Mistake(
        "initial-params-changed",
        "the parameters that were handed in are changed",
        "`dict(params)` copies the dict, but both hold the same arrays, and `-=` writes into them. Whoever "
        "called you wants to start again from the same place: copy the arrays, or make new ones with `a = a - ...`.",
        replace={_COPY: "params = dict(params)", _UPDATE: "params[name] -= learning_rate * grads[name]"},
    ),
    Mistake(
        "gradient-once",
        "the gradient was computed only once, before the loop",
        "After the first step you are somewhere else, and the slope there is another. Each step needs its own gradient.",
        replace={
            "    while len(losses) < num_steps:\n        " + _CALL: f"    {_CALL}\n    while len(losses) < num_steps:",
        },
    ),
    Mistake(
        "loss-after-the-step",
        "the losses are those after each step, not before",
        "The first entry should be the loss at the start: it is the one that you can work out by hand and compare.",
        replace={
            "        " + _APPEND + "\n": "",
            _UPDATE: _UPDATE + "\n        losses.append(loss_function(params, X, y, reg)[0])",
        },
    ),
    Mistake(
        "weights-only",
        "the biases are not trained",
        "They are left out of the *penalty*, not out of the learning. All four arrays take a step.",
        replace={"for name in params:": 'for name in ("W1", "W2"):'},
    ),
    Mistake(
        "wrong-partner",
        "parameters take the step of another one's gradient",
        "Two dicts need not list their entries in the same order, so `zip` of their values may pair W1 with "
        "the gradient of b2. Go by the names.",
        replace={
            "for name in params:": "for name, gradient in zip(params, grads.values()):",
            _UPDATE: "params[name] = params[name] - learning_rate * np.resize(gradient, params[name].shape)",
        },
    ),
    Mistake(
        "reg-not-passed-on",
        "reg does not reach the loss",
        "The penalty that was asked for is never applied: an argument does something only where it is handed on.",
        replace={"(params, X, y, reg)": "(params, X, y, 0.0)"},
    ),
    Mistake(
        "learning-rate-ignored",
        "the learning rate is not used",
        "The gradient says in which direction, and the learning rate says how far. Yours always takes the whole gradient.",
        replace={"learning_rate * grads": "grads"},
    ),
    Mistake(
        "divided-by-n",
        "the step is divided by the number of examples",
        "The loss is a mean over the examples already, and so is its gradient. Dividing again makes the "
        "learning rate depend on how many there are.",
        replace={"learning_rate * grads[name]": "learning_rate * grads[name] / len(X)"},
    ),
    Mistake(
        "one-step-too-many",
        "one step too many was taken",
        "One loss for each step, and as many steps as were asked for. `range(num_steps)` gives just as many "
        "numbers, from 0 to num_steps - 1; a condition with `<=` lets one more pass.",
        replace={"len(losses) < num_steps": "len(losses) <= num_steps"},
    ),
    Mistake(
        "stopped-after-one",
        "the function returns after the first step",
        "A `return` ends the function wherever it stands, also in the middle of a loop. Is it indented too far?",
        replace={_UPDATE: _UPDATE + "\n        break"},
    ),
    Mistake(
        "last-loss-only",
        "only the last loss is kept",
        "How it got there is what a training curve shows. Collect the loss of every step in a list.",
        replace={"return params, losses": "return params, losses[-1:]"},
    ),
)

# --- two_layer_predict


def _crowd(rng):
    return _examples(rng, 60, 4, 6, 5)


def _negative_scores(rng):
    inputs = _crowd(rng)
    inputs["params"]["b2"] -= 100
    return inputs


def _hundred_classes(rng):
    return _examples(rng, 30, 5, 12, 100)


def _square_crowd(rng):
    return _examples(rng, 20, 20, 20, 20)


def _float32_crowd(rng):
    inputs = _crowd(rng)
    return {**inputs, "X": inputs["X"].astype(np.float32)}


_PREDICT_LINE = 'scores = np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]'
_PREDICT = (
    Mistake(
        "over-the-examples",
        "the best example of each class, not the best class of each example",
        "Each row holds the scores of one example. `axis=0` goes down the columns; which axis runs over the classes?",
        replace={"argmax(axis=1)": "argmax(axis=0)"},
    ),
    Mistake(
        "scores-for-labels",
        "these are the highest scores, not the classes that have them",
        "`max` says how high, `argmax` says where. A prediction is the class.",
        replace={"argmax(axis=1)": "max(axis=1)"},
    ),
    Mistake(
        "worst-class",
        "the class with the lowest score is chosen",
        "Scores are not losses: the higher, the better. (With distances or losses it would be the other way around.)",
        replace={"argmax(axis=1)": "argmin(axis=1)"},
    ),
    Mistake(
        **_BENT_OUTPUT,
        replace={_PREDICT_LINE: _PREDICT_LINE.replace("scores = ", "scores = np.maximum(0, ") + ")"},
    ),
    Mistake(
        **_LINEAR,
        replace={'np.maximum(0, X @ params["W1"] + params["b1"])': '(X @ params["W1"] + params["b1"])'},
    ),
    Mistake(
        "second-bias-missing",
        "the second bias is missing",
        "Some classes are more likely than others whatever the input, and b2 is where that is kept. It decides who wins.",
        replace={_PREDICT_LINE: _PREDICT_LINE.replace(' + params["b2"]', "")},
    ),
    Mistake(
        "hidden-unit-for-class",
        "this is the strongest hidden unit, not the strongest class",
        "The hidden layer is only the half of it. Its activations go through the second layer, and then there are as many "
        "numbers as classes.",
        replace={_PREDICT_LINE: 'scores = np.maximum(0, X @ params["W1"] + params["b1"])'},
    ),
)

# --- sigmoid_deltas


def _sums(rng, N=9):
    return {"z": 2.0 * rng.normal(size=N), "y": rng.integers(0, 2, size=N).astype(float)}


def _saturated(rng):
    """Among them two that are not, so that there is something to compare with."""
    z = np.array([-1e3, -60.0, -40, 40, 60, 1e3, -800, 750, 0.5, -1])
    return {"z": z, "y": np.array([1.0, 0, 1, 0, 1, 0, 0, 1, 0, 1])}


def _badly_wrong(rng):
    """The neuron of the text's figure: sure, and wrong."""
    return {"z": np.array([4.0, -4.0, 6.0, 2.0]), "y": np.array([0.0, 1.0, 0.0, 0.0])}


def _undecided_targets(rng):
    return {"z": rng.normal(size=7), "y": rng.uniform(size=7)}


def _whole_number_labels(rng):
    inputs = _sums(rng, 12)
    return {**inputs, "y": inputs["y"].astype(np.int64)}


def _one_sum(rng):
    return _sums(rng, 1)


def _float32_sums(rng):
    inputs = _sums(rng, 16)
    return {name: value.astype(np.float32)[::2] for name, value in inputs.items()}


def _sums_steps(rng, num_examples):
    return _sums(rng, num_examples)


_DELTA_STEPS = Case("steps as examples are added", _sums_steps, "steps", 1.0, axes=("example",))
_DELTAS_RETURN = "return (a - y) * a * (1 - a), a - y"
_DELTAS = (
    Mistake(
        "slope-from-sums",
        "the slope of the sigmoid was computed from z instead of a",
        "σ'(z) = σ(z)(1 − σ(z)): what stands there twice is the *activation*, the number between 0 and 1. z (1 "
        "− z) gets as large as you like.",
        replace={_DELTAS_RETURN: "return (a - y) * z * (1 - z), a - y"},
    ),
    Mistake(
        "slope-missing",
        "the squared error's delta lacks the slope of the sigmoid",
        "∂C/∂a is a − y. But z moves a only by σ'(z) as much, and the chain rule multiplies. It is this very "
        "factor that makes the difference between the two costs.",
        replace={_DELTAS_RETURN: "return a - y, a - y"},
    ),
    Mistake(
        "slope-twice",
        "the cross-entropy's delta still has the slope of the sigmoid",
        "∂C/∂a is (a − y) / (a (1 − a)), and the slope a (1 − a) stands in both: once below the line, once as a factor.",
        replace={_DELTAS_RETURN: "return (a - y) * a * (1 - a), (a - y) * a * (1 - a)"},
    ),
    Mistake(
        "exchanged",
        "the two deltas are returned in the wrong order",
        "The squared error comes first. Which of the two is the smaller one where the neuron is saturated?",
        replace={_DELTAS_RETURN: "return a - y, (a - y) * a * (1 - a)"},
    ),
    Mistake(
        "uphill",
        "both deltas have the wrong sign",
        "If the activation is too high, the cost grows with z, and its derivative is positive. Yours is what "
        "was wanted minus what was said.",
        replace={_DELTAS_RETURN: "return (y - a) * a * (1 - a), y - a"},
    ),
    Mistake(
        "square-without-half",
        "the squared error is twice as large as it should be",
        "The cost is ½(a − y)², and its derivative with respect to a is a − y: the ½ is there to cancel the 2.",
        replace={_DELTAS_RETURN: "return 2 * (a - y) * a * (1 - a), a - y"},
    ),
    Mistake(
        "zero-by-zero",
        "a saturated neuron makes the cross-entropy's delta NaN",
        "Where a is exactly 0 or 1, a (1 − a) is 0, and dividing by it first and multiplying with it "
        "afterwards gives 0/0 on the way. On paper it cancels. Cancel it there, and write down what is left.",
        replace={_DELTAS_RETURN: "slope = a * (1 - a)\n    return (a - y) * slope, (a - y) / slope * slope"},
    ),
    Mistake(
        "half-of-the-cross-entropy",
        "the cross-entropy's delta lacks the part of the zeros",
        "C = −y log a − (1 − y) log(1 − a) has two terms. For y = 0 only the second is left, and yours does not have it.",
        replace={_DELTAS_RETURN: "return (a - y) * a * (1 - a), -y * (1 - a)"},
    ),
    Mistake(
        "with-respect-to-a",
        "these are derivatives with respect to the activation, not to z",
        "One step is missing: from a to z. The chain rule multiplies with σ'(z).",
        replace={
            _DELTAS_RETURN: "a = np.clip(a, 1e-12, 1 - 1e-12)\n    return a - y, (a - y) / (a * (1 - a))",
        },
    ),
    Mistake(
        "averaged",
        "the deltas are divided by the number of examples",
        "One delta for each neuron sum was asked for, not a mean. Dividing by N is the business of a loss that averages.",
        replace={_DELTAS_RETURN: "return (a - y) * a * (1 - a) / len(z), (a - y) / len(z)"},
    ),
)

_FLOAT32 = 1e-5  # float32 in, float32 on the way

TASKS = (
    Task(
        "two-layer-triangle",
        (Case("points everywhere", _everywhere), Case("near corners and sides", _corners_and_sides)),
        (
            Case("points everywhere", _everywhere, weight=2.0),
            Case("points inside", _inside),
            Case("a hair from the border", _hair, weight=2.0),
            Case("far away", _far),
        ),
        _TRIANGLE,
    ),
    Task(
        "two-layer-scores",
        (Case("eight examples, five hidden units", _examples), Case("as many of everything", _all_alike), _STEPS),
        (
            Case("other examples", _examples),
            Case("as many of everything", _all_alike),
            Case("a single example", _one_example),
            Case("hidden units that are silent", _half_asleep),
            Case("one feature, one hidden unit", _one_of_each),
            Case("inputs of large numbers", _large_values),
            Case("float32 views", _float32_views),
            _STEPS,
        ),
        _SCORES,
        _FLOAT32,
    ),
    Task(
        "two-layer-loss",
        (
            Case("without a penalty", _problem, weight=2.0),
            Case("with a penalty", _penalized),
            Case("tiny weights, ten classes", _tiny_weights),
            Case("scores around 1,000", _large_scores),
            _LOSS_STEPS,
        ),
        (
            Case("without a penalty", _problem, weight=2.0),
            Case("with a penalty", _penalized),
            Case("as many of everything", _square_problem),
            Case("a single example", _one_penalized_example),
            Case("scores around 1,000", _large_scores),
            Case("rows of scores far apart", _rows_far_apart),
            Case("hidden units that are silent", _asleep),
            Case("large biases", _large_biases),
            Case("one class only", _same_class),
            Case("float32 views", _float32_problem),
            Case(
                "the right class far behind",
                _far_behind,
                weight=0.0,
                remark="the logarithm of a probability that underflowed to 0 is minus infinity; work with logarithms of "
                "probabilities, s − log Σ exp(s), and never take the exponential of what you take the logarithm of",
            ),
            _LOSS_STEPS,
        ),
        _LOSS,
        _FLOAT32,
    ),
    Task(
        "two-layer-train",
        (
            Case("six steps", _run),
            Case("one step", _one_step_down),
            Case("all arrays of one size", _same_shapes),
        ),
        (
            Case("six steps", _run),
            Case("40 steps", _many_steps_down),
            Case("one step", _one_step_down),
            Case("no step at all", _no_step, weight=0.5),
            Case("without a penalty", _no_penalty),
            Case("a learning rate that is too large", _diverging),
            Case("all arrays of one size", _same_shapes),
        ),
        _TRAIN,
    ),
    Task(
        "two-layer-predict",
        (Case("60 examples, five classes", _crowd), Case("negative scores only", _negative_scores)),
        (
            Case("60 examples, five classes", _crowd),
            Case("negative scores only", _negative_scores),
            Case("a hundred classes", _hundred_classes),
            Case("as many of everything", _square_crowd),
            Case("a single example", _one_example, weight=0.5),
            Case("float32", _float32_crowd),
        ),
        _PREDICT,
    ),
    Task(
        "two-layer-staircase",
        (Case("the stairs of the text", _text_stairs), Case("five stairs", _stairs)),
        (
            Case("five stairs", _stairs, weight=2.0),
            Case("a single stair", _one_step),
            Case("40 stairs", _many_steps),
            Case("stairs of a thousand", _large_steps),
            Case("a level twice, and back to 0", _flat_and_back),
        ),
        _STAIRCASE,
    ),
    Task(
        "two-layer-deltas",
        (
            Case("sure and wrong", _badly_wrong),
            Case("nine sums", _sums),
            Case("saturated neurons", _saturated),
            _DELTA_STEPS,
        ),
        (
            Case("other sums", _sums, weight=2.0),
            Case("sure and wrong", _badly_wrong),
            Case("saturated neurons", _saturated),
            Case("targets between 0 and 1", _undecided_targets),
            Case("labels of whole numbers", _whole_number_labels),
            Case("a single sum", _one_sum, weight=0.5),
            Case("float32 slices", _float32_sums),
            _DELTA_STEPS,
        ),
        _DELTAS,
        _FLOAT32,
    ),
)
