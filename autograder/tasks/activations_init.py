"""Cases and known mistakes of the notebook of initialization and preprocessing."""

import numpy as np

from autograder.tasks import Case, Mistake, Task

_FLOAT32 = 1e-5  # float32 in, float32 on the way

# --- layer_statistics


def _layers(widths, N=6, limit=None, scale=1.0, offset=0.0, dtype=np.float64):
    """Return a function that draws what comes out of layers: some of it large, none of it near the limit."""

    def drawn(rng):
        edge = 0.99 if limit is None else limit
        layers = []
        for width in widths:
            small = rng.uniform(0, 0.9 * edge, size=(N, width))
            sizes = np.where(rng.uniform(size=(N, width)) < 0.4, rng.uniform(1.005, 1.2, size=(N, width)) * edge, small)
            layers.append((scale * (offset + sizes * rng.choice([-1.0, 1.0], size=(N, width)))).astype(dtype))
            layers[-1][0, 0] = scale * -1.1 * edge  # one at least is saturated, and below 0
        return {"layers": layers, "settings": {} if limit is None else {"limit": limit}}

    return drawn


def _all_alike(rng):
    """A layer of zeros, one of ones, one of minus ones, as weights that are far too small or too large make them."""
    return {"layers": [np.zeros((5, 3)), np.ones((5, 4)), -np.ones((5, 2)), rng.uniform(-0.5, 0.5, (5, 3))], "settings": {}}


def _strided_layers(rng):
    layers = _layers((4, 6), 6)(rng)["layers"]
    return {"layers": [layers[0].T, np.repeat(layers[1], 2, axis=1)[:, ::2]], "settings": {}}


_MEANS = "means = np.array([out.mean() for out in layers])"
_SPREADS = "spreads = np.array([out.std() for out in layers])"
_SATURATED = "np.mean(np.abs(out) > limit)"
_STATISTICS = (
    Mistake(
        "one-side-only",
        "only the positive side counts as saturated",
        "tanh is flat at both ends. An output of −0.999 is as saturated as one of 0.999: what matters is how far from 0 "
        "a number is, not on which side.",
        replace={"np.abs(out) > limit": "out > limit"},
    ),
    Mistake(
        "not-saturated",
        "the share of numbers that are not saturated",
        "It is 1 minus what was asked for: the comparison points the other way. Saturated are those *beyond* the limit.",
        replace={"np.abs(out) > limit": "np.abs(out) <= limit"},
    ),
    Mistake(
        "counted",
        "the saturated numbers are counted, not their share",
        "Layers have different widths, so that counts can't be compared. The mean of an array of true and false is the "
        "share of what is true.",
        replace={_SATURATED: "np.sum(np.abs(out) > limit)"},
    ),
    Mistake(
        "limit-ignored",
        "the limit is always 0.99",
        "That is only what it is if nobody says otherwise. Whoever calls the function may ask for another limit, and gets "
        "the shares for 0.99.",
        replace={"np.abs(out) > limit": "np.abs(out) > 0.99"},
    ),
    Mistake(
        "saturated-units",
        "the share of units that are saturated for every example",
        "A unit may be saturated for some examples and not for others. Here every number counts by itself, whichever "
        "example and unit it belongs to.",
        replace={_SATURATED: "np.mean((np.abs(out) > limit).all(axis=0))"},
    ),
    Mistake(
        "mean-of-unit-spreads",
        "the standard deviations of the units are averaged",
        "That is how much a unit varies from example to example. Units whose means differ spread as well, and a mean of "
        "roots is not the root of a mean. Take all the numbers of a layer together.",
        replace={"out.std()": "out.std(axis=0).mean()"},
    ),
    Mistake(
        "root-mean-square",
        "the root of the mean square, not the standard deviation",
        "They agree if the mean is 0, as it nearly is for tanh. For a ReLU or a sigmoid it is not: the standard deviation "
        "is measured from the mean.",
        replace={"out.std()": "np.sqrt(np.mean(out**2))"},
    ),
    Mistake(
        "variance",
        "variances in place of standard deviations",
        "The variance has the square of the numbers' unit. Its root has the size of the numbers themselves, which is what "
        "one wants to see.",
        replace={"out.std()": "out.var()"},
    ),
    Mistake(
        "unbiased",
        "the variance is divided by the number of values minus 1",
        "That is the estimate for a population from a sample. Here the numbers of the layer are all there is; divide by "
        "how many they are, as np.std does if nothing else is said.",
        replace={"out.std()": "out.std(ddof=1)"},
    ),
    Mistake(
        "by-unit",
        "a number for each unit in place of one for each layer",
        "With an axis, mean and standard deviation are taken for each unit by itself, or for each example. Asked for is "
        "one number for all examples and units of a layer together.",
        body="""\
    means = np.concatenate([out.mean(axis=0) for out in layers])
    spreads = np.concatenate([out.std(axis=0) for out in layers])
    saturated = np.concatenate([np.mean(np.abs(out) > limit, axis=0) for out in layers])
    return means, spreads, saturated
""",
    ),
    Mistake(
        "absolute-means",
        "the mean of the absolute values",
        "The mean has a sign: for tanh positive and negative outputs should cancel nearly, and a mean far from 0 is "
        "what you would want to notice.",
        replace={"out.mean()": "np.abs(out).mean()"},
    ),
    Mistake(
        "other-order",
        "the shares come before the standard deviations",
        "The three arrays are right, and in another order than the docstring says: means, standard deviations, shares. "
        "Whoever unpacks them gets one for the other.",
        replace={"return means, spreads, saturated": "return means, saturated, spreads"},
    ),
    Mistake(
        "last-layer-only",
        "every layer gets the numbers of the last one",
        "Within the loop the layer of that turn has to be used. Has a name from an earlier loop been left over?",
        replace={_MEANS: "out = layers[-1]\n    means = np.array([out.mean() for _ in layers])"}
        | {_SPREADS: "spreads = np.array([out.std() for _ in layers])"}
        | {f"[{_SATURATED} for out in layers]": f"[{_SATURATED} for _ in layers]"},
    ),
)

# --- init_weights


def _weights(n_in, n_out, nonlinearity, **settings):
    def drawn(rng):
        seed = int(rng.integers(2**31))
        return {"n_in": n_in, "n_out": n_out, "nonlinearity": nonlinearity, "seed": seed, "settings": settings}

    return drawn


_GAINS = '{"linear": 1, "tanh": 1, "relu": 2, "leaky_relu": 2 / (1 + alpha**2)}'
_S = "s = np.sqrt(squared_gains[nonlinearity] / n_in)"
_REFUSAL = """\
    if nonlinearity not in squared_gains:
        raise ValueError(f"nonlinearity is {nonlinearity!r}, expected one of {', '.join(squared_gains)}")
"""
_INIT = (
    Mistake(
        "root-upstairs",
        "the weights grow with the number of inputs",
        "The root of n_in stands on the wrong side of the fraction, as in a widely copied text. The more terms a sum has, "
        "the *smaller* each has to be, for the sum to keep its size.",
        replace={_S: "s = np.sqrt(squared_gains[nonlinearity] * n_in)"},
    ),
    Mistake(
        "n-without-root",
        "divided by n_in in place of its root",
        "Terms of random sign partly cancel, so that the sum of n of them is larger than one of them by the root of n "
        "only. Divided by n, the signal shrinks with every layer.",
        replace={_S: "s = np.sqrt(squared_gains[nonlinearity]) / n_in"},
    ),
    Mistake(
        "fan-out",
        "the number of outputs is used in place of the inputs",
        "A unit adds up as many terms as it has inputs; how many others stand beside it makes no difference to it. (For "
        "the way back it is the other way round, but here the way forward decides.)",
        replace={_S: "s = np.sqrt(squared_gains[nonlinearity] / n_out)"},
    ),
    Mistake(
        "glorot",
        "inputs and outputs are averaged, as Glorot and Bengio do it",
        "This is a convention, not a misunderstanding: a compromise between the way forward and the way back, and what "
        "many libraries call Xavier. In this notebook only the inputs count.",
        replace={_S: "s = np.sqrt(squared_gains[nonlinearity] * 2 / (n_in + n_out))"},
    ),
    Mistake(
        "relu-without-two",
        "the ReLU is treated like tanh",
        "A ReLU throws half of the mean square away, in every layer. Without a gain that makes up for it, thirty layers "
        "make 2 to the −15 of the signal.",
        replace={'"relu": 2, "leaky_relu": 2 / (1 + alpha**2)': '"relu": 1, "leaky_relu": 1'},
    ),
    Mistake(
        "two-outside-the-root",
        "the gain of the ReLU is 2 in place of its root",
        "Half of the mean square is lost, which is a matter of squares. What multiplies the weights is a root of two; "
        "with 2, the variance doubles in each layer.",
        replace={_GAINS: '{"linear": 1, "tanh": 1, "relu": 4, "leaky_relu": 4 / (1 + alpha**2)}'},
    ),
    Mistake(
        "five-thirds",
        "the gain of tanh is 5/3",
        "This is a convention, not a misunderstanding: PyTorch recommends it, since tanh squeezes what is not near 0. In "
        "this notebook the gain of tanh is 1, which is exact for small numbers.",
        replace={'"tanh": 1': '"tanh": 25 / 9'},
    ),
    Mistake(
        "two-for-all",
        "the gain of the ReLU is used for everything",
        "tanh, or no nonlinearity at all, throws nothing away near 0. With a gain above 1 the sums grow from layer to "
        "layer, and tanh saturates.",
        replace={'"linear": 1, "tanh": 1': '"linear": 2, "tanh": 2'},
    ),
    Mistake(
        "leaky-as-relu",
        "the leaky ReLU gets the gain of the ReLU",
        "A little of the negative half does come through. With a slope of 0.01 nobody notices; with 0.5 the signal grows. "
        "What does the negative half contribute to the mean square?",
        replace={"2 / (1 + alpha**2)": "2"},
    ),
    Mistake(
        "slope-not-squared",
        "the slope of the leaky ReLU is not squared",
        "It multiplies the negative half of the numbers. What is balanced is the mean *square*, in which the slope occurs "
        "twice.",
        replace={"1 + alpha**2": "1 + alpha"},
    ),
    Mistake(
        "alpha-ignored",
        "the slope is always 0.01",
        "That is what alpha is if nobody says otherwise. A caller may have a leaky ReLU of another slope.",
        replace={"1 + alpha**2": "1 + 0.01**2"},
    ),
    Mistake(
        "anything-goes",
        "a nonlinearity that is not known is treated like one that is",
        "A name that is misspelt then gets some gain or other, and nobody finds out why the network learns badly. Say so, "
        "with a ValueError, as soon as it is seen.",
        replace={_REFUSAL: "", "squared_gains[nonlinearity]": "squared_gains.get(nonlinearity, 1)"},
    ),
    Mistake(
        "transposed",
        "the weights are (n_out, n_in), turned over afterwards",
        "The layer computes x w + b, with x of shape (N, n_in): so w has a row for each input. Ask for that shape in the "
        "first place: turned over, the numbers stand in other places.",
        replace={"rng.standard_normal((n_in, n_out))": "rng.standard_normal((n_out, n_in)).T"},
    ),
    Mistake(
        "generator-of-its-own",
        "another generator than the given one is used",
        "With a generator of its own (or a global seed) every layer may begin with the same numbers, and nobody can "
        "repeat a run by passing the same rng. Take all random numbers from `rng`.",
        replace={"rng.standard_normal": "np.random.default_rng(0).standard_normal"},
    ),
)

# --- dead_units


def _sums(rng, N, H, bias=0.0):
    """Return sums of which none is near 0, and of which some units are off for all, some for one or for most."""
    z = rng.uniform(0.2, 3, size=(N, H)) * rng.choice([-1.0, 1.0], size=(N, H))
    z[:, 0] = -np.abs(z[:, 0])  # dead
    z[0, 1 % H], z[1:, 1 % H] = 50.0, -np.abs(z[1:, 1 % H])  # on for one, by much
    if H > 2:
        z[0, 2], z[1:, 2] = 0.3, -5 - np.abs(z[1:, 2])  # on for one, by little
    if H > 3:
        z[:, 3] = np.abs(z[:, 3])  # always on
    if H > 4:
        z[:, 4] = -np.abs(z[:, 4]) * 10
    return z


def _of_units(N, H, change=lambda z: z):
    return lambda rng: {"z": change(_sums(rng, N, H))}


def _zeros_are_off(rng):
    """Three units that are never above 0: negative, exactly 0, and both; and one that is above 0 once."""
    z = _sums(rng, 6, 7)
    z[:, 4], z[:3, 5], z[3:, 5] = 0.0, 0.0, -1.0
    z[:, 6], z[4, 6] = 0.0, 0.5
    return {"z": z}


def _one_example(rng):
    return {"z": rng.uniform(0.2, 3, size=(1, 6)) * [1, -1, -1, 1, -1, 1]}


def _none_dead(rng):
    z = _sums(rng, 5, 4)
    z[2] = np.abs(z[2])
    return {"z": z}


def _more_sums(rng, num_examples, num_units):
    return {"z": _sums(rng, num_examples, num_units)}


_DEAD_LINE = "return ~(z > 0).any(axis=0)"
_DEAD = (
    Mistake(
        "off-once",
        "a unit counts as dead if it is off for any example",
        "To be off for some images is a unit's business: it answers to others. Dead is the one that is off for *every* "
        "example.",
        replace={_DEAD_LINE: "return (z <= 0).any(axis=0)"},
    ),
    Mistake(
        "alive",
        "the units that are alive are marked",
        "It is just the opposite of what is asked for: true should stand where a unit is *never* on.",
        replace={"~(z > 0)": "(z > 0)"},
    ),
    Mistake(
        "by-example",
        "a mark for each example in place of each unit",
        "The rows are examples, the columns units. What has to disappear is the axis of the examples: for each column, "
        "look down all the rows.",
        replace={"axis=0": "axis=1"},
    ),
    Mistake(
        "mean-below-zero",
        "a unit counts as dead if its mean is below 0",
        "A unit that is far below 0 for most images and on for a few is specialized, not dead. Positive and negative "
        "sums must not be added up.",
        replace={_DEAD_LINE: "return z.mean(axis=0) <= 0"},
    ),
    Mistake(
        "share-off",
        "the share of examples for which each unit is off",
        "A useful number, but another one. Asked for is yes or no: is that share 1?",
        replace={_DEAD_LINE: "return (z <= 0).mean(axis=0)"},
    ),
    Mistake(
        "share-dead",
        "one number, the share of dead units",
        "The caller can take the mean of the marks and knows it; but then nobody knows *which* units are dead. Return one "
        "mark per unit.",
        replace={_DEAD_LINE: "return (~(z > 0).any(axis=0)).mean()"},
    ),
    Mistake(
        "positions",
        "the positions of the dead units in place of marks",
        "A list of numbers of units is as long as there are dead ones. Asked for is an array of true and false with an "
        "entry for each unit, dead or not.",
        replace={_DEAD_LINE: "return np.flatnonzero(~(z > 0).any(axis=0))"},
    ),
    Mistake(
        "zero-counts-as-on",
        "a sum of exactly 0 counts as on",
        "A ReLU is on *above* 0; at exactly 0 it hands on nothing. Look at the comparison.",
        replace={"(z > 0)": "(z >= 0)"},
    ),
    Mistake(
        "exactly-zero",
        "only sums of exactly 0 count as off",
        "That would be right for what comes *out* of a ReLU. Here is what goes in: negative sums are off as well.",
        replace={_DEAD_LINE: "return (z == 0).all(axis=0)"},
    ),
    Mistake(
        "axis-kept",
        "the result is a row, (1, H), in place of (H,)",
        "It broadcasts by luck and indexes as something else. The summed-up axis should not stay behind.",
        replace={"axis=0": "axis=0, keepdims=True"},
    ),
    Mistake(
        "a-loop",
        "a loop goes through the units",
        "Right, one unit after the other. NumPy can ask the question of all the columns in one step: comparisons and "
        "`any` or `all` work on whole arrays, along an axis.",
        replace={_DEAD_LINE: "return np.array([not (column > 0).any() for column in z.T])"},
    ),
)

# --- update_ratio


def _step(shape, size=0.1, scale=1.0, dtype=np.float64):
    def drawn(rng):
        w = scale * rng.uniform(0.2, 2, size=shape) * rng.choice([-1.0, 1.0], size=shape)
        step = size * scale * rng.uniform(0.2, 2, size=shape) * rng.choice([-1.0, 1.0], size=shape)
        return {"w": np.asarray(w, dtype), "next_w": np.asarray(w + step, dtype)}

    return drawn


def _no_step(shape):
    def drawn(rng):
        w = rng.normal(size=shape)
        return {"w": w, "next_w": w.copy()}

    return drawn


def _from_zeros(rng):
    return {"w": np.zeros(5), "next_w": rng.normal(size=5)}


def _zeros_stay(rng):
    return {"w": np.zeros((2, 3)), "next_w": np.zeros((2, 3))}


def _strided_step(rng):
    step = _step((4, 6))(rng)
    return {"w": step["w"].T, "next_w": np.repeat(step["next_w"], 2, axis=1)[:, ::2].T}


def _with_zeros(rng):
    """Weights some of which are 0, and a step that leaves some as they are."""
    step = _step((5, 4))(rng)
    step["w"][::2, 1] = 0
    step["next_w"][1] = step["w"][1]
    return step


_LENGTHS = "step, size = (np.sqrt(np.sum(part**2)) for part in (next_w - w, w))"
_LAST = "return step / size if size > 0 else np.inf"
_RATIO = (
    Mistake(
        "new-weights-divided",
        "the new weights are divided by the old ones",
        "That is about 1 for every small step. Asked for is the length of what was *added*, divided by the length of what "
        "it was added to.",
        replace={"next_w - w": "next_w"},
    ),
    Mistake(
        "divided-by-new",
        "divided by the length of the new weights",
        "For small steps nobody sees the difference. The step is compared with what was there *before* it.",
        replace={"(next_w - w, w)": "(next_w - w, next_w)"},
    ),
    Mistake(
        "upside-down",
        "the fraction is upside down",
        "A thousand in place of a thousandth: the weights were divided by the step.",
        replace={_LAST: "return size / step if size > 0 else np.inf"},
    ),
    Mistake(
        "squared",
        "the square roots are missing",
        "A length is the root of the sum of squares. Without the roots the ratio is squared: what should be a thousandth "
        "looks like a millionth.",
        replace={"np.sqrt(np.sum(part**2))": "np.sum(part**2)"},
    ),
    Mistake(
        "absolute-values",
        "absolute values are added up in place of squares",
        "That is a length, too, and gives about the same for most steps. Here the usual (L2) length is meant: the root of "
        "the sum of squares.",
        replace={"np.sqrt(np.sum(part**2))": "np.sum(np.abs(part))"},
    ),
    Mistake(
        "entry-by-entry",
        "each entry's own ratio is taken, and the mean of those",
        "A weight that happens to be near 0 has a huge ratio of its own, and dominates the mean. Measure the whole step "
        "and the whole array first, then divide.",
        replace={_LAST: "return np.mean(np.abs((next_w - w) / w)) if size > 0 else np.inf"},
    ),
    Mistake(
        "difference-of-lengths",
        "the difference of the lengths, not the length of the difference",
        "A step can change all the weights and leave the length of the whole as it was: it turns. Subtract the arrays "
        "first, then measure.",
        replace={_LAST: "return abs(np.sqrt(np.sum(next_w**2)) - size) / size if size > 0 else np.inf"},
    ),
    Mistake(
        "signed-sum",
        "the entries are added up with their signs",
        "Positive and negative changes cancel, and a large step may come out as 0. Squares, or absolute values, don't "
        "cancel.",
        replace={"np.sqrt(np.sum(part**2))": "abs(np.sum(part))"},
    ),
    Mistake(
        "largest-entry",
        "the largest entries are compared",
        "One entry decides for all the others. The length in the formula takes every entry into account.",
        replace={"np.sqrt(np.sum(part**2))": "np.max(np.abs(part))"},
    ),
    Mistake(
        "spectral-norm",
        "the spectral norm of a matrix",
        "With a 2 as its second argument np.linalg.norm finds the largest singular value of a matrix: how much it can "
        "stretch a vector. Here the matrix is a bag of numbers, and its length is the root of their sum of squares.",
        replace={"np.sqrt(np.sum(part**2))": "np.linalg.norm(part, 2) if part.ndim == 2 else np.sqrt(np.sum(part**2))"},
    ),
    Mistake(
        "column-by-column",
        "a ratio for each column in place of one for all",
        "With an axis the sum is taken for each unit by itself. Asked for is one number for the whole parameter, whatever "
        "its shape.",
        replace={
            _LENGTHS: "steps, sizes = (np.sqrt(np.sum(part**2, axis=0)) for part in (next_w - w, w))\n    step, size = "
            "np.sum(steps), np.sum(sizes)",
            _LAST: "return steps / sizes if size > 0 else np.inf",
        },
    ),
    Mistake(
        "nothing-over-nothing",
        "0 divided by 0 is not a number",
        "If neither the weights nor the step have a length, the quotient is NaN, and it spoils every mean that it gets "
        "into. A step of length 0 has the ratio 0, whatever it is divided by.",
        replace={
            "    if step == 0:\n        return 0.0\n": "",
            _LAST: "return step / size if size > 0 else step / np.float64(0)",
        },
    ),
    Mistake(
        "tiny-number-added",
        "a tiny number is added to what is divided by",
        "It prevents the division by 0, and puts a huge number without meaning in the place of infinity. Weights that are "
        "all 0 should be treated as a case of their own.",
        replace={_LAST: "return step / (size + 1e-8)"},
    ),
)

# --- center_and_scale


def _features(rng, N, D):
    """Return features with a mean and a spread of their own, none of the latter near 0."""
    x = rng.normal(size=(N, D))
    x = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-3)
    return x * rng.uniform(0.4, 4, size=D) + rng.uniform(1, 6, size=D) * rng.choice([-1, 1], size=D)


def _two_sets(N=7, M=4, D=4):
    def drawn(rng, N=N, M=M, D=D):
        return {"X_train": _features(rng, N, D), "X_other": 1.5 * _features(rng, max(M, 2), D)[:M] + 1}

    return drawn


def _constant_feature(rng):
    """Two features that are the same for all training data, and not for the others."""
    sets = _two_sets(6, 5, 5)(rng)
    sets["X_train"][:, 1], sets["X_train"][:, 3] = 0.0, 3.0
    return sets


def _rounding(rng):
    """Constant features whose mean is not exactly what they are."""
    sets = _two_sets(7, 3, 5)(rng)
    sets["X_train"][:, 0], sets["X_train"][:, 2], sets["X_train"][:, 4] = 0.1, 0.3, 1e9 / 7
    sets["X_other"][:, 4] = 1e9 / 7 + 1
    return sets


def _bytes(rng):
    return {
        "X_train": rng.integers(0, 256, size=(9, 6)).astype(np.uint8),
        "X_other": rng.integers(0, 256, size=(4, 6)).astype(np.uint8),
    }


def _float32_sets(rng):
    return {name: X.astype(np.float32) for name, X in _two_sets(12, 3, 5)(rng).items()}


def _strided_sets(rng):
    sets = _two_sets(6, 5, 4)(rng)
    return {"X_train": np.asfortranarray(sets["X_train"]), "X_other": np.repeat(sets["X_other"], 2, axis=1)[:, ::2]}


def _mixed_units(rng):
    sets = _two_sets(8, 3, 4)(rng)
    return {name: X * [1e-6, 1, 1e3, 1e6] for name, X in sets.items()}


def _more_sets(rng, num_training, num_others, num_features):
    return _two_sets()(rng, num_training, num_others, num_features)


_STATISTICS_OF = "mean, spread = X_train.mean(axis=0), X_train.std(axis=0)"
_VARIES = "    varies = (X_train != X_train[0]).any(axis=0)\n    spread = np.where(varies, spread, 1)\n"
_BOTH = "return (X_train - mean) / spread, (X_other - mean) / spread"
_SCALE = (
    Mistake(
        "statistics-of-its-own",
        "the other data are centered and scaled with statistics of their own",
        "They then lie where the training data lie, wherever they were before: pictures taken at night become as bright "
        "as those of the day, and a single image becomes 0. The network knows the places of the *training* data.",
        replace={
            _BOTH: "other = X_other - X_other.mean(axis=0)\n    spread_other = X_other.std(axis=0)\n"
            "    spread_other[spread_other == 0] = 1\n    return (X_train - mean) / spread, other / spread_other"
        },
    ),
    Mistake(
        "one-function-for-both",
        "each array is standardized by itself, and constant features are divided by 0",
        "Two things: the other data need the statistics of the training data, not their own, or else they move to another "
        "place. And a feature without spread must not be divided by it.",
        body="""\
    own = [(X - X.mean(axis=0)) / X.std(axis=0) for X in (X_train, X_other)]
    return own[0], own[1]
""",
    ),
    Mistake(
        "statistics-of-everything",
        "the statistics are those of both arrays together",
        "The other data, the test set maybe, then take part in what the network is trained with. That is a leak, though no "
        "label was used: compute everything from the training data alone.",
        replace={
            _STATISTICS_OF: "everything = np.concatenate([X_train, X_other])\n    mean, spread = everything.mean(axis=0), "
            "everything.std(axis=0)"
        },
    ),
    Mistake(
        "others-not-scaled",
        "the other data are centered, and not scaled",
        "Whatever is done to the training data has to be done to all data that the network sees later, in the same way.",
        replace={"(X_other - mean) / spread": "X_other - mean"},
    ),
    Mistake(
        "others-untouched",
        "the other data are left as they are",
        "The network learns on centered and scaled numbers and is then asked about raw ones. The same shift and the same "
        "factor belong to both.",
        replace={"(X_other - mean) / spread": "X_other * 1.0"},
    ),
    Mistake(
        "one-for-all-features",
        "one mean and one standard deviation for all features",
        "For images that is often done, because pixels are all of one kind. Features in different units need a mean and "
        "a spread each: which axis should disappear?",
        replace={_STATISTICS_OF: "mean, spread = X_train.mean(), X_train.std()"},
    ),
    Mistake(
        "by-example",
        "each example is centered and scaled by itself",
        "That takes brightness and contrast out of every image, which is another thing. Here a *feature* is compared over "
        "the examples: statistics run down the columns.",
        replace={
            _STATISTICS_OF: "mean, spread = X_train.mean(axis=1, keepdims=True), X_train.std(axis=1, keepdims=True)",
            _VARIES: "",
            _BOTH: "mean_other, spread_other = X_other.mean(axis=1, keepdims=True), X_other.std(axis=1, keepdims=True)\n"
            "    return (X_train - mean) / spread, (X_other - mean_other) / spread_other",
        },
    ),
    Mistake(
        "not-scaled",
        "the data are centered, and not scaled",
        "The mean is 0 now, and the spreads are what they were. What remains is to divide each feature by its own.",
        replace={_BOTH: "return X_train - mean, X_other - mean"},
    ),
    Mistake(
        "divided-by-variance",
        "divided by the variance",
        "The variance has the square of a feature's unit. Divided by its root, everything comes out with a spread of 1 "
        "and without a unit.",
        replace={"X_train.std(axis=0)": "X_train.var(axis=0)"},
    ),
    Mistake(
        "unbiased",
        "the variance is divided by N − 1",
        "That is the statisticians' estimate for a population, and hardly different for thousands of examples. The task "
        "says N, as np.std has it.",
        replace={"X_train.std(axis=0)": "X_train.std(axis=0, ddof=1)"},
    ),
    Mistake(
        "divided-by-maximum",
        "divided by the largest value",
        "A single outlier then decides how small all the others become. Scaling here means: a standard deviation of 1.",
        replace={"X_train.std(axis=0)": "np.abs(X_train - X_train.mean(axis=0)).max(axis=0)"},
    ),
    Mistake(
        "constant-feature",
        "a feature that is the same for all training data is divided by 0",
        "It has no spread: 0/0 is not a number, and anything else over 0 is infinite. A single black border makes the "
        "whole network NaN. Don't divide such a feature by anything.",
        replace={_VARIES: ""},
    ),
    Mistake(
        "tiny-number-added",
        "a tiny number is added to the spread",
        "For ordinary features that is harmless. But a feature that never varied in training, and does so later, is divided "
        "by the tiny number: it becomes a hundred million. Leave constant features undivided.",
        replace={_VARIES: "    spread = spread + 1e-8\n"},
    ),
    Mistake(
        "zero-spread-only",
        "a spread of exactly 0 is looked for",
        "The mean of equal numbers may be off in the last digit, and the spread comes out as 1e-17. Divided by that, "
        "rounding errors become features. Ask whether the entries are equal.",
        replace={"varies = (X_train != X_train[0]).any(axis=0)": "varies = spread != 0"},
    ),
)

# --- pca


def _cloud(N=12, D=5, fall=0.6, offset=3.0, scale=1.0, dtype=np.float64, k=None):
    """Return a function that draws data whose variances along the components fall by a factor, so that none are equal."""

    def drawn(rng):
        rank = min(N - 1, D)
        left = rng.normal(size=(N, rank))
        left, _ = np.linalg.qr(left - left.mean(axis=0))
        right, _ = np.linalg.qr(rng.normal(size=(D, D)))
        stretches = 4 * scale * np.sqrt(N) * fall ** np.arange(rank)
        mean = offset * rng.uniform(0.5, 2, size=D) * rng.choice([-1, 1], size=D)
        X = mean + left * stretches @ right[:, :rank].T
        others = mean + scale * rng.normal(size=(4, D))
        return {"X": X.astype(dtype), "k": k or min(3, rank), "others": others.astype(dtype)}

    return drawn


def _strided_cloud(rng):
    cloud = _cloud(9, 6)(rng)
    return {**cloud, "X": np.asfortranarray(cloud["X"]), "others": np.repeat(cloud["others"], 2, axis=1)[:, ::2]}


_SVD = "_, stretches, directions = np.linalg.svd(X - mean, full_matrices=False)"
_PCA_RETURN = "return mean, directions[:k], stretches[:k] ** 2 / len(X)"
_PCA = (
    Mistake(
        "not-centered",
        "the data are not centered",
        "Without subtracting the mean, the first direction points from the origin to the middle of the cloud, and tells "
        "where the data are rather than how they spread.",
        replace={"X - mean, full": "X, full"},
    ),
    Mistake(
        "smallest-first",
        "the components of the smallest variance come first",
        "eigh returns eigenvalues in rising order. Those that describe the data best are at the other end.",
        replace={
            _PCA_RETURN: "count = min(len(directions), len(X) - 1)\n    order = np.arange(count)[::-1][:k]\n"
            "    return mean, directions[order], stretches[order] ** 2 / len(X)"
        },
    ),
    Mistake(
        "rising-order",
        "the right components, in rising order of their variances",
        "You took the k largest, and they still stand as eigh gave them. The largest variance should come first; turn "
        "both around, components and variances.",
        replace={_PCA_RETURN: "return mean, directions[:k][::-1], stretches[:k][::-1] ** 2 / len(X)"},
    ),
    Mistake(
        "as-columns",
        "the components are columns, (D, k), in place of rows",
        "eigh returns eigenvectors as columns. Here a component is a row, (k, D), like an image: the array has to be "
        "turned over.",
        replace={"directions[:k],": "directions[:k].T,"},
    ),
    Mistake(
        "wrong-side",
        "rows of V (or of eigh's matrix) are taken for components",
        "svd returns the transposed V, with the components in its rows; eigh returns them as columns. Yours are cut the "
        "other way: entries of different components were put together.",
        replace={_PCA_RETURN: "return mean, directions.T[:k], stretches[:k] ** 2 / len(X)"},
    ),
    Mistake(
        "singular-values",
        "singular values in place of variances",
        "The variance along a component is its singular value squared, divided by the number of examples. A singular value "
        "grows with the number of examples; a variance doesn't.",
        replace={"stretches[:k] ** 2 / len(X)": "stretches[:k]"},
    ),
    Mistake(
        "not-divided-by-n",
        "the squared singular values are not divided by N",
        "They add up the squares over all examples. A variance is the mean of the squares.",
        replace={"stretches[:k] ** 2 / len(X)": "stretches[:k] ** 2"},
    ),
    Mistake(
        "standard-deviations",
        "standard deviations in place of variances",
        "They are the roots of what is asked for. (Is it divided by the root of N, and not squared?)",
        replace={"stretches[:k] ** 2 / len(X)": "stretches[:k] / len(X) ** 0.5"},
    ),
    Mistake(
        "unbiased",
        "the variances are divided by N − 1",
        "This is a convention, not a misunderstanding: np.cov and some libraries do it like this. In this notebook the "
        "denominator is N, as in np.var.",
        replace={"/ len(X)": "/ (len(X) - 1)"},
    ),
    Mistake(
        "shares",
        "shares of the whole variance in place of variances",
        "What part of the total a component holds is worth knowing, and easily computed from the variances. For whitening "
        "the variances themselves are needed.",
        replace={"stretches[:k] ** 2 / len(X)": "stretches[:k] ** 2 / np.sum(stretches**2)"},
    ),
    Mistake(
        "scaled",
        "each feature was divided by its standard deviation first",
        "That answers another question: the components of the *correlations*. Here the features keep their own spread; "
        "whoever wants them scaled does so before.",
        replace={_SVD: _SVD.replace("X - mean,", "(X - mean) / X.std(axis=0),")},
    ),
    Mistake(
        "centered-by-example",
        "each example's own mean is subtracted",
        "The axis is the other one: the mean is an average *example*, an array (D,), and lies in the middle of the cloud.",
        replace={_SVD: _SVD.replace("X - mean,", "X - X.mean(axis=1, keepdims=True),")},
    ),
    Mistake(
        "stretched",
        "the components are not of length 1",
        "They are multiplied by their singular values, or spreads. A component is a direction; how far the data reach "
        "along it is what the variances say.",
        replace={"directions[:k],": "directions[:k] * stretches[:k, None],"},
    ),
    Mistake(
        "all-of-them",
        "all the components are returned, not the first k",
        "The caller asks for k of them. Cut both, components and variances.",
        replace={"directions[:k], stretches[:k]": "directions, stretches"},
    ),
)

# --- zca_whiten


def _whitening(N=6, D=5, k=None, eps=0.1, dtype=np.float64, scale=1.0, offset=2.0):
    def drawn(rng, N=N, D=D):
        count = k or D
        components = np.linalg.qr(rng.normal(size=(D, D)))[0].T[:count]
        variances = scale**2 * 4 * 0.6 ** np.arange(count) * rng.uniform(0.9, 1.1, size=count)
        mean = offset * rng.uniform(0.5, 2, size=D) * rng.choice([-1, 1], size=D)
        X = mean + rng.normal(size=(N, count)) * np.sqrt(variances) @ components + 0.3 * rng.normal(size=D)
        inputs = {"X": X, "mean": mean, "components": components, "variances": variances}
        return {**{name: value.astype(dtype) for name, value in inputs.items()}, "eps": eps}

    return drawn


def _flat_direction(rng):
    """A direction without any variance: eps is all that is divided by."""
    inputs = _whitening(7, 4)(rng)
    inputs["variances"][-1] = 0.0
    return inputs


def _strided_whitening(rng):
    inputs = _whitening(5, 6, 4)(rng)
    return {**inputs, "X": np.repeat(inputs["X"], 2, axis=0)[::2], "components": np.asfortranarray(inputs["components"])}


def _more_whitening(rng, num_examples, num_features):
    return _whitening()(rng, num_examples, num_features)


_NUMBERS = "numbers = (X - mean) @ components.T"
_WHITE = "return numbers / np.sqrt(variances + eps) @ components"
_ZCA = (
    Mistake(
        "divided-by-variance",
        "the root is missing",
        "Numbers divided by a variance come out with a variance of 1 over it: what was long is short now. A spread of 1 "
        "needs the standard deviation.",
        replace={"np.sqrt(variances + eps)": "(variances + eps)"},
    ),
    Mistake(
        "multiplied",
        "multiplied in place of divided",
        "The long directions become longer. Whitening takes the spread *out*.",
        replace={"numbers / np.sqrt": "numbers * np.sqrt"},
    ),
    Mistake(
        "eps-outside-the-root",
        "eps is added to the standard deviation, outside the root",
        "It belongs to the variances, under the root. The difference is not small: the root of 0.01 is 0.1.",
        replace={"np.sqrt(variances + eps)": "(np.sqrt(variances) + eps)"},
    ),
    Mistake(
        "eps-ignored",
        "eps is not used",
        "In directions where the training data hardly differ, the spread is almost 0, and whatever noise there is "
        "becomes huge. eps sets a limit to that.",
        replace={"variances + eps": "variances"},
    ),
    Mistake(
        "not-centered",
        "the mean is not subtracted",
        "The variances are measured from the mean. Without subtracting it, everything is moved by a whitened mean, and "
        "the cloud is not at 0.",
        replace={"(X - mean) @": "X @"},
    ),
    Mistake(
        "mean-of-its-own",
        "the mean of these data is subtracted, not the given one",
        "Mean, components and variances belong together: all three are those of the training data. A single image minus "
        "its own mean is nothing.",
        replace={"(X - mean) @": "(X - X.mean(axis=0)) @"},
    ),
    Mistake(
        "spread-of-its-own",
        "divided by the spread of these data, not by the given variances",
        "The data to be whitened may be a single image, or of one kind only. What is long and what is short was learned "
        "from the training data.",
        replace={"np.sqrt(variances + eps)": "np.sqrt(numbers.var(axis=0) + eps)"},
    ),
    Mistake(
        "not-turned-back",
        "this is PCA whitening: it is not turned back",
        "The cloud is a ball already, but its axes are the components: number 17 is not about pixel 17. One more product "
        "with the components leads back.",
        replace={_WHITE: "return numbers / np.sqrt(variances + eps)"},
    ),
    Mistake(
        "divided-too-late",
        "divided after turning back",
        "The spreads belong to the *components*. After the second product the numbers are about pixels again, and pixel 3 "
        "has nothing to do with component 3. Divide in between.",
        replace={_WHITE: "return numbers @ components / np.sqrt(variances + eps)"},
    ),
    Mistake(
        "other-way-round",
        "the components are turned over in the wrong product",
        "A component is a row. To measure along it, multiply each example with that row: the transposed matrix comes "
        "first, and the matrix itself leads back. With as many components as features both fit, by luck.",
        replace={_NUMBERS: "numbers = (X - mean) @ components", _WHITE: _WHITE + ".T"},
    ),
    Mistake(
        "mean-added-back",
        "the mean is added back at the end",
        "That is right for putting an image together again. White data have mean 0.",
        replace={_WHITE: f"{_WHITE} + mean"},
    ),
    Mistake(
        "not-whitened",
        "the data are projected and put together again, and nothing is divided",
        "With all the components this only subtracts the mean. Between the two products each of the numbers has to be "
        "divided by the spread along its component.",
        replace={_WHITE: "return numbers @ components"},
    ),
    Mistake(
        "a-loop",
        "a loop goes through the examples",
        "Right, one image after the other. A product of matrices turns all of them at once, and dividing by a row of (k,) "
        "reaches every example.",
        replace={_WHITE: "return np.array([row / np.sqrt(variances + eps) @ components for row in numbers])"},
    ),
)

TASKS = (
    Task(
        "activations-layer-statistics",
        (
            Case("three layers of different widths", _layers((4, 6, 3)), weight=2.0),
            Case("another limit", _layers((5, 2), 4, limit=0.5)),
        ),
        (
            Case("five layers", _layers((3, 8, 1, 5, 2), 7), weight=2.0),
            Case("a limit of 3, and larger numbers", _layers((4, 4), 5, limit=3.0, offset=0.5)),
            Case("a single layer", _layers((6,), 9)),
            Case("one example", _layers((5, 7), 1)),
            Case("layers of zeros, of ones and of minus ones", _all_alike),
            Case("float32", _layers((4, 9), 8, dtype=np.float32)),
            Case("transposed and strided arrays", _strided_layers),
        ),
        _STATISTICS,
        _FLOAT32,
    ),
    Task(
        "activations-init-weights",
        (
            Case("tanh", _weights(8, 3, "tanh")),
            Case("ReLU", _weights(5, 6, "relu")),
            Case("nothing behind it", _weights(4, 2, "linear")),
            Case("a leaky ReLU of slope 0.3", _weights(6, 4, "leaky_relu", alpha=0.3)),
            Case("a nonlinearity that is not known", _weights(3, 2, "swish")),
        ),
        (
            Case("tanh, many inputs", _weights(60, 2, "tanh"), weight=2.0),
            Case("ReLU, many inputs", _weights(50, 3, "relu"), weight=2.0),
            Case("a leaky ReLU, as it is if nobody says otherwise", _weights(7, 9, "leaky_relu")),
            Case("a leaky ReLU of slope 0.7", _weights(9, 5, "leaky_relu", alpha=0.7)),
            Case("a leaky ReLU of slope 1", _weights(5, 8, "leaky_relu", alpha=1.0)),
            Case("ReLU, with a slope that does not concern it", _weights(4, 7, "relu", alpha=0.5)),
            Case("nothing behind it, one input", _weights(1, 6, "linear")),
            Case("one output", _weights(12, 1, "relu")),
            Case("another nonlinearity that is not known", _weights(3, 2, "sigmoidal")),
        ),
        _INIT,
    ),
    Task(
        "activations-dead-units",
        (
            Case("six examples, five units", _of_units(6, 5), weight=2.0),
            Case("sums of exactly 0", _zeros_are_off),
            Case("no loops", _more_sums, "steps", axes=("example", "unit")),
        ),
        (
            Case("ten examples, seven units", _of_units(10, 7), weight=2.0),
            Case("more units than examples", _of_units(4, 11)),
            Case("sums of exactly 0", _zeros_are_off),
            Case("a single example", _one_example),
            Case("no dead unit at all", _none_dead),
            Case("all are dead", _of_units(5, 4, lambda z: -np.abs(z))),
            Case("float32", _of_units(6, 6, lambda z: z.astype(np.float32))),
            Case("huge sums", _of_units(6, 5, lambda z: 1e200 * z)),
            Case("a transposed array", _of_units(8, 5, np.asfortranarray)),
            Case("no loops", _more_sums, "steps", axes=("example", "unit")),
        ),
        _DEAD,
    ),
    Task(
        "activations-update-ratio",
        (
            Case("a matrix", _step((4, 3)), weight=2.0),
            Case("a large step", _step((5,), 2.0)),
            Case("w is left as it is by the step", _no_step((3, 2))),
            Case("from zeros to something", _from_zeros),
            Case("from zeros to zeros", _zeros_stay),
        ),
        (
            Case("a wide matrix", _step((3, 9), 0.3), weight=2.0),
            Case("a vector", _step((7,), 0.5)),
            Case("the weights of a convolution, with four axes", _step((2, 3, 2, 2), 0.2)),
            Case("a single number", _step((), 0.4)),
            Case("tiny weights and steps", _step((4, 4), 0.1, scale=1e-9)),
            Case("float32", _step((6, 5), 0.2, dtype=np.float32)),
            Case("weights and steps some of which are 0", _with_zeros),
            Case("transposed and strided arrays", _strided_step),
            Case("nothing changed", _no_step((4,))),
            Case("from zeros to something", _from_zeros),
            Case("from zeros to zeros", _zeros_stay),
        ),
        _RATIO,
        _FLOAT32,
    ),
    Task(
        "activations-center-and-scale",
        (
            Case("seven training examples and four others", _two_sets(), weight=2.0),
            Case("features that are the same for all training data", _constant_feature),
            Case("equal numbers whose mean is rounded", _rounding),
            Case("no loops", _more_sets, "steps", axes=("training example", "other example", "feature")),
        ),
        (
            Case("ten training examples and six others", _two_sets(10, 6, 5), weight=2.0),
            Case("a single other example", _two_sets(8, 1, 4), weight=2.0),
            Case("more features than examples", _two_sets(5, 3, 9)),
            Case("features that are the same for all training data", _constant_feature),
            Case("equal numbers whose mean is rounded", _rounding),
            Case("images as bytes", _bytes),
            Case("float32", _float32_sets),
            Case("features of very different units", _mixed_units),
            Case("transposed and strided arrays", _strided_sets),
            Case("no loops", _more_sets, "steps", axes=("training example", "other example", "feature")),
        ),
        _SCALE,
        _FLOAT32,
    ),
    Task(
        "activations-pca",
        (
            Case("three components of twelve points in five dimensions", _cloud(), weight=2.0),
            Case("all components", _cloud(9, 4, k=4)),
            Case("a single component", _cloud(8, 3, k=1)),
        ),
        (
            Case("two components of twenty points in six dimensions", _cloud(20, 6, k=2), weight=2.0),
            Case("a single component of many dimensions", _cloud(25, 12, k=1)),
            Case("fewer points than dimensions", _cloud(5, 8)),
            Case("all components", _cloud(15, 6, 0.7, k=6)),
            Case("fewer points than dimensions, all that there are", _cloud(6, 9, 0.7, k=5)),
            Case("a cloud far from the origin", _cloud(14, 5, offset=200.0, k=3)),
            Case("a cloud around the origin", _cloud(12, 5, offset=0.5, k=3)),
            Case("tiny data", _cloud(10, 5, offset=3e-6, scale=1e-6)),
            Case("float32", _cloud(16, 5, 0.5, k=2, dtype=np.float32)),
            Case("transposed and strided arrays", _strided_cloud),
        ),
        _PCA,
        2e-5,
    ),
    Task(
        "activations-zca-whiten",
        (
            Case("six examples, all components", _whitening(), weight=2.0),
            Case("fewer components than features", _whitening(5, 6, 3)),
            Case("a direction without variance", _flat_direction),
            Case("no loops", _more_whitening, "steps", axes=("example", "feature")),
        ),
        (
            Case("nine examples, all components", _whitening(9, 4, eps=0.03), weight=2.0),
            Case("a single example", _whitening(1, 6, 4)),
            Case("a single component", _whitening(5, 4, 1)),
            Case("a large eps", _whitening(6, 5, eps=50.0)),
            Case("eps = 0", _whitening(6, 4, eps=0.0)),
            Case("a direction without variance", _flat_direction),
            Case("pixels", _whitening(6, 7, 5, eps=100.0, scale=60.0, offset=120.0)),
            Case("float32", _whitening(8, 5, 4, dtype=np.float32)),
            Case("transposed and strided arrays", _strided_whitening),
            Case("no loops", _more_whitening, "steps", axes=("example", "feature")),
        ),
        _ZCA,
        _FLOAT32,
    ),
)
