"""Cases and known mistakes of the notebook of modular layers."""

import numpy as np

from autograder.tasks import Case, Mistake, Task

_FLOAT32 = 1e-5  # float32 in, float32 on the way
_LEFT_ALONE = (
    "The values are right. Your code writes into `dout`, though, which belongs to whoever called it. Where two "
    "layers get the same gradient (a fork), the second one would see what the first one left."
)


def _away_from_zero(rng, shape):
    """Return normal numbers of which none is within a hair of 0, where a bend has no slope."""
    x = rng.normal(size=shape)
    return x + 0.01 * np.sign(x)


# --- affine_forward and affine_backward


def _affine(rng, shape=(4, 6), M=3):
    D = int(np.prod(shape[1:]))
    return {"x": rng.normal(size=shape), "w": rng.normal(size=(D, M)), "b": rng.normal(size=M)}


def _affine_square(rng):
    return _affine(rng, (5, 5), 5)


def _affine_images(rng):
    return _affine(rng, (3, 4, 5, 2), 4)


def _affine_single(rng):
    return _affine(rng, (1, 7), 2)


def _affine_single_image(rng):
    return _affine(rng, (1, 2, 3), 4)


def _affine_one_unit(rng):
    return _affine(rng, (5, 4), 1)


def _affine_float32(rng):
    return {name: value.astype(np.float32) for name, value in _affine(rng, (6, 3, 4), 5).items()}


def _affine_strided(rng):
    x = rng.normal(size=(4, 6, 6)).transpose(0, 2, 1)[:, ::2]
    return {"x": x, "w": rng.normal(size=(4, 18)).T, "b": rng.normal(size=8)[::2]}


def _affine_many(rng):
    return _affine(rng, (40, 3), 6)


def _with_dout(draw, watched=False):
    def drawn(rng):
        inputs = draw(rng)
        dout = rng.normal(size=(len(inputs["x"]), len(inputs["b"]))).astype(inputs["x"].dtype)
        return {**inputs, "dout": dout, "watched": watched}

    return drawn


_AFFINE_FORWARD = (
    Mistake(
        "no-bias",
        "the bias is missing",
        "The output is the matrix product *plus b*: a constant for each unit, the same for all examples.",
        replace={" + b": ""},
    ),
    Mistake(
        "not-flattened",
        "x is multiplied as it came",
        "Images have more than two axes, and `@` then multiplies something else than you mean. Lay out each "
        "example as one row first.",
        replace={"x.reshape(len(x), -1) @ w": "x @ w"},
    ),
    Mistake(
        "examples-mixed",
        "the examples are mixed up when they are laid out",
        "`reshape` reads the numbers row by row. The number of examples has to come first in the new shape; "
        "making the transposed shape and turning it over gives rows with numbers of several images.",
        replace={"x.reshape(len(x), -1)": "x.reshape(-1, len(x)).T"},
    ),
    Mistake(
        "flattened-in-cache",
        "the cache holds x as rows, not as it came",
        "The name x was given to the flattened array, and the last line then puts that one into the cache. The "
        "backward pass would no longer know the shape that its gradient must have. Use another name, or none.",
        replace={"out = x.reshape(len(x), -1) @ w + b": "x = x.reshape(len(x), -1)\n    out = x @ w + b"},
    ),
    Mistake(
        "relu-inside",
        "negative outputs have become 0",
        "That is a ReLU, which is a layer of its own. An affine layer may well put out negative numbers; the "
        "last layer of a network has to.",
        replace={"out = x.reshape(len(x), -1) @ w + b": "out = np.maximum(0, x.reshape(len(x), -1) @ w + b)"},
    ),
)
_DX, _DW, _DB = "(dout @ w.T).reshape(x.shape)", "x.reshape(len(x), -1).T @ dout", "dout.sum(axis=0)"
_AFFINE_BACKWARD = (
    Mistake(
        "nothing-laid-out",
        "x is used as it came, not laid out in rows",
        "With flat examples this works. Images have more axes: lay out each as one row, as in the forward pass, before you "
        "multiply; and give dx the shape of x in the end.",
        replace={_DX: "dout @ w.T", _DW: "x.T @ dout"},
    ),
    Mistake(
        "not-reshaped",
        "dx is laid out as rows, not as x came",
        "The gradient of an input has the shape of that input. The layer below may be one that needs images, "
        "and x remembers the shape.",
        replace={_DX: "dout @ w.T"},
    ),
    Mistake(
        "bias-row",
        "db is a row, (1, M), instead of (M,)",
        "It broadcasts by luck, until b itself becomes a row at the first step of training. The gradient of b "
        "has the shape of b: the summed axis should not stay behind.",
        replace={_DB: "dout.sum(axis=0, keepdims=True)"},
    ),
    Mistake(
        "bias-averaged",
        "db is the mean over the examples instead of the sum",
        "The division by N is already contained in `dout`: it comes from the loss. Dividing in a layer makes "
        "the gradient N times too small.",
        replace={_DB: "dout.mean(axis=0)"},
    ),
    Mistake(
        "divided-again",
        "dw and db are divided by the number of examples",
        "The mean over the examples is the business of the loss, and its 1/N arrives within `dout`. A layer "
        "adds up, and divides nothing.",
        replace={_DW: _DW + " / len(x)", _DB: _DB + " / len(x)"},
    ),
    Mistake(
        "bias-over-units",
        "db is summed over the units instead of the examples",
        "`axis=1` leaves one number for each example. b has one for each unit: the axis that has to disappear "
        "is that of the examples.",
        replace={_DB: "dout.sum(axis=1)"},
    ),
    Mistake(
        "bias-not-summed",
        "db still has a row for each example",
        "The same b is used for every example, so it gets blame from all of them: where something is used "
        "several times, its gradients add up.",
        replace={_DB: "dout.copy()"},
    ),
    Mistake(
        "bias-one-number",
        "db is a single number",
        "`sum()` without an axis adds up everything. Each unit has a bias of its own, and its own sum over the examples.",
        replace={_DB: "dout.sum()"},
    ),
    Mistake(
        "dw-transposed",
        "dw has rows and columns exchanged",
        "w is (D, M), and so is its gradient. Which of the two factors has to be transposed, and which stands on the left?",
        replace={_DW: "dout.T @ x.reshape(len(x), -1)"},
    ),
    Mistake(
        "w-not-transposed",
        "dout is multiplied by w, which should be transposed",
        "dout is (N, M) and w is (D, M). To sum over the units m, the two axes of length M have to meet in the middle.",
        replace={_DX: "(dout @ w).reshape(x.shape)"},
    ),
    Mistake(
        "exchanged",
        "dx and dw are returned in the wrong order",
        "The order is that of the arguments of affine_forward: the gradients of x, of w, and of b. The caller "
        "knows them by their place only.",
        replace={"    db = ": "    dx, dw = dw, dx\n    db = "},
    ),
    Mistake(
        "cache-overwritten",
        "db was written into the bias itself",
        "The gradients are right, but b in the cache is the network's own parameter: it now holds its gradient. A result "
        "belongs into an array of its own.",
        replace={"    db = " + _DB: "    b = cache[2]\n    b[...] = " + _DB + "\n    db = b"},
    ),
    Mistake(
        "examples-mixed",
        "x is laid out with the numbers of different examples mixed",
        "The rows have to be laid out exactly as in the forward pass: one example, one row. The shape alone "
        "doesn't ensure that.",
        replace={_DW: "x.reshape(-1, len(x)) @ dout"},
    ),
)

# --- relu_backward, leaky_relu_backward


def _bend(shape=(5, 4), watched=False, dtype=np.float64):
    def drawn(rng):
        x, dout = _away_from_zero(rng, shape).astype(dtype), rng.normal(size=shape).astype(dtype)
        return {"x": x, "dout": dout, "watched": watched}

    return drawn


def _strided_bend(rng):
    return {"x": _away_from_zero(rng, (6, 8))[:, ::2], "dout": rng.normal(size=(4, 6)).T, "watched": False}


def _text_example(rng):
    """The two units of the question, and two more."""
    return {"x": np.array([[3.0, -3, 3, -3]]), "dout": np.array([[-2.0, 2, 2, -2]]), "watched": False}


def _all_on(rng):
    inputs = _bend()(rng)
    return {**inputs, "x": np.abs(inputs["x"])}


def _all_off(rng):
    inputs = _bend()(rng)
    return {**inputs, "x": -np.abs(inputs["x"])}


def _tiny_and_huge(rng):
    inputs = _bend((4, 6))(rng)
    return {**inputs, "x": inputs["x"] * 10.0 ** rng.integers(-9, 9, size=(4, 6))}


_RELU_DX = "dx = dout * (x > 0)"
_SIGN_OF_DOUT = dict(
    id="sign-of-dout",
    title="the mask looks at the sign of dout",
    hint="Whether a unit was on is decided by its *input*, in the forward pass. The gradient from above may "
    "well be negative, and then it has to pass: it says that the unit should grow.",
)
_RELU = (
    Mistake(**_SIGN_OF_DOUT, replace={_RELU_DX: "dx = dout * (dout > 0)"}),
    Mistake(
        "both-signs",
        "negative gradients are lost even where the unit was on",
        "The mask by the input is there, but a second one cuts off what is negative in `dout`. A gradient may "
        "have any sign; only the input decides what passes.",
        replace={_RELU_DX: "dx = np.maximum(0, dout) * (x > 0)"},
    ),
    Mistake(
        "no-mask",
        "everything passes, also where the unit was off",
        "Where the input was negative, the output was 0 and would have been 0 a little to either side. What is "
        "the slope there?",
        replace={_RELU_DX: "dx = dout.copy()"},
    ),
    Mistake(
        "inverted",
        "the mask is the wrong way round",
        "Yours passes the gradient where the unit was off, and stops it where it was on.",
        replace={"(x > 0)": "(x < 0)"},
    ),
    Mistake(
        "slope-alone",
        "this is the slope alone, without dout",
        "That is half of the chain rule: the slope of this layer. It has to be multiplied by what comes from above.",
        replace={_RELU_DX: "dx = (x > 0).astype(x.dtype)"},
    ),
    Mistake(
        "times-output",
        "dout is multiplied by the output of the ReLU",
        "Where a unit is on, its slope is 1, however large its output is. Yours grows with the output.",
        replace={"(x > 0)": "np.maximum(0, x)"},
    ),
    Mistake(
        "cache-overwritten",
        "the mask was written into the cache",
        "The gradient is right, but x in the cache is the very array that other layers hold, too. Make a new "
        "array for the mask.",
        replace={_RELU_DX: "x[x > 0] = 1\n    x[x < 0] = 0\n    dx = dout * x"},
    ),
    Mistake(
        "sign-of-x",
        "where the unit was off, the gradient is turned around",
        "The sign function is −1 on the negative side. The ReLU is flat there: its slope is 0, and the gradient ends.",
        replace={"(x > 0)": "np.sign(x)"},
    ),
)


def _leaky(shape=(5, 4), alpha=0.1, **options):
    return lambda rng: {**_bend(shape, **options)(rng), "alpha": alpha}


_LEAKY_DX = "np.where(x > 0, 1, alpha)"
_LEAKY = (
    Mistake(
        "plain-relu",
        "this is the plain ReLU: the leak has slope 0",
        "On the negative side a leaky ReLU is the line alpha·x. What is its slope?",
        replace={_LEAKY_DX: "(x > 0)"},
    ),
    Mistake(
        "alpha-fixed",
        "the leak is 0.01, whatever alpha is",
        "0.01 is only what the forward function takes if nothing else is said. The alpha that was used stands in the cache.",
        replace={_LEAKY_DX: "np.where(x > 0, 1, 0.01)"},
    ),
    Mistake(**_SIGN_OF_DOUT, replace={_LEAKY_DX: "np.where(dout > 0, 1, alpha)"}),
    Mistake(
        "leak-without-dout",
        "on the negative side dout is missing",
        "There the gradient is always alpha in yours. The chain rule holds on both sides: slope times what "
        "comes from above.",
        replace={"dout * " + _LEAKY_DX: "np.where(x > 0, dout, alpha)"},
    ),
    Mistake(
        "exchanged",
        "the two sides are exchanged",
        "Where the input is positive, the function is the input itself, with slope 1. The small slope belongs "
        "to the other side.",
        replace={_LEAKY_DX: "np.where(x > 0, alpha, 1)"},
    ),
    Mistake(
        "times-x",
        "on the negative side it is multiplied by x as well",
        "alpha·x is the *output* there. Its derivative with respect to x is alpha.",
        replace={_LEAKY_DX: "np.where(x > 0, 1, alpha * x)"},
    ),
)

# --- sigmoid


def _numbers(shape=(4, 5), scale=2.0, dtype=np.float64):
    return lambda rng: {"x": (scale * rng.normal(size=shape)).astype(dtype)}


def _very_negative(rng):
    return {"x": np.append(-1e3 * (1 + rng.random(size=6)), -1.0)}


def _very_positive(rng):
    return {"x": np.append(1e3 * (1 + rng.random(size=6)), 1.0)}


def _both_sides(rng):
    """Huge numbers of both signs and ordinary ones in one array."""
    return {"x": np.concatenate([1e3 * rng.normal(size=6), rng.normal(size=6)]).reshape(3, 4)}


def _tails(rng):
    """So far out that 1 - sigmoid is as small as rounding, on the side where sigmoid itself is tiny but not 0."""
    return {"x": -rng.uniform(30, 40, size=(2, 5))}


_TAILS = (
    "Right to within rounding of 1, which is all that a network needs. Far out on the negative side, where the result is "
    "tiny, e^x / (1 + e^x) keeps all digits, and a difference such as 1 + tanh(x/2) keeps none."
)
_SIGMOID_OUT = "np.where(x >= 0, 1, small) / (1 + small)"
_SIGMOID_FORWARD = (
    Mistake(
        "plain",
        "very negative numbers overflow",
        "The values come out right, for 1/∞ is 0, but on the way e to the power of 1000 was computed, with a "
        "warning at best. Choose for each number the formula whose exponent is not positive.",
        body="    out = 1 / (1 + np.exp(-x))\n",
    ),
    Mistake(
        "other-side",
        "very positive numbers overflow",
        "∞/∞ is NaN. This formula is the right one for negative numbers, where its exponent is negative. For "
        "the positive ones take the other.",
        body="    out = np.exp(x) / (1 + np.exp(x))\n",
    ),
    Mistake(
        "where-computes-both",
        "np.where computes both branches, and one overflows",
        "`np.where` chooses between two arrays that have both been computed for all numbers already. What is "
        "thrown away overflowed before. Make the exponent harmless first.",
        body="    out = np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))\n",
    ),
    Mistake(
        "one-side-only",
        "negative numbers are treated as if they were positive",
        "With −|x| nothing overflows, but x and −x then get the same answer, always above ½. σ(−x) is 1 − "
        "σ(x): the numerator has to depend on the sign.",
        replace={_SIGMOID_OUT: "1 / (1 + small)"},
    ),
    Mistake(
        "sign",
        "this is σ(−x)",
        "A sigmoid rises: large numbers should come out close to 1. Look at the sign in the exponent.",
        replace={"x >= 0": "x < 0"},
    ),
    Mistake(
        "tanh",
        "this is tanh",
        "tanh runs from −1 to 1. The sigmoid has the same form, but runs from 0 to 1, and rises half as fast.",
        body="    out = np.tanh(x)\n",
    ),
    Mistake(
        "half-width",
        "x should be halved in the tanh",
        "σ(x) = (1 + tanh(x/2))/2. Without the half, the curve is twice as steep.",
        body="    out = 0.5 * (1 + np.tanh(x))\n",
    ),
    Mistake(
        "in-place",
        "the input was overwritten",
        "The values are right, but x was used as scratch space. The caller may still need it: the layer below "
        "keeps that very array in its cache.",
        replace={"    out = ": "    x[...] = np.where(x >= 0, 1, small)\n    out = ", _SIGMOID_OUT: "x / (1 + small)"},
    ),
)


def _sigmoid_outputs(shape=(4, 5), watched=False, dtype=np.float64):
    def drawn(rng):
        out = rng.uniform(0.02, 0.98, size=shape).astype(dtype)
        return {"out": out, "dout": rng.normal(size=shape).astype(dtype), "watched": watched}

    return drawn


def _saturated(rng):
    inputs = _sigmoid_outputs((3, 4))(rng)
    return {**inputs, "out": np.round(inputs["out"])}


_SIGMOID_DX = "dout * cache * (1 - cache)"
_SIGMOID_BACKWARD = (
    Mistake(
        "sigmoid-again",
        "the sigmoid was applied to the cache again",
        "The cache holds the *output* already. σ(1 − σ) with σ the cache itself; a second sigmoid is one too many.",
        replace={_SIGMOID_DX: "dout * sigmoid_forward(cache)[0] * (1 - sigmoid_forward(cache)[0])"},
    ),
    Mistake(
        "slope-alone",
        "this is the slope alone, without dout",
        "That is half of the chain rule. It has to be multiplied by what comes from above.",
        replace={_SIGMOID_DX: "cache * (1 - cache)"},
    ),
    Mistake(
        "slope-of-tanh",
        "this is the slope of tanh",
        "1 − t² is for outputs between −1 and 1. The sigmoid's slope is 0 at both of its ends, 0 and 1, and "
        "largest in the middle.",
        replace={_SIGMOID_DX: "dout * (1 - cache**2)"},
    ),
    Mistake(
        "sign",
        "the sign is wrong",
        "The sigmoid rises everywhere, so its slope is positive everywhere. Which factor became negative?",
        replace={"(1 - cache)": "(cache - 1)"},
    ),
    Mistake(
        "one-factor",
        "a factor is missing",
        "σ′ = σ (1 − σ) has two factors: it is 0 where the output is 0, *and* where it is 1.",
        replace={" * (1 - cache)": ""},
    ),
)

# --- maxout_backward


def _maxout(rng, num_examples=4, M=3, k=2, dtype=np.float64):
    winners = rng.integers(0, k, size=(num_examples, M))
    winners.flat[: min(winners.size, k)] = np.arange(k)[::-1][: winners.size]  # the last piece wins somewhere, and the first
    return {"winners": winners, "k": k, "dout": rng.normal(size=(num_examples, M)).astype(dtype)}


def _three_pieces(rng):
    return _maxout(rng, 5, 4, 3)


def _five_pieces(rng):
    return _maxout(rng, 3, 2, 5)


def _one_piece(rng):
    return _maxout(rng, 4, 3, 1)


def _maxout_single(rng):
    return _maxout(rng, 1, 6, 2)


def _maxout_square(rng):
    return _maxout(rng, 3, 3, 3)


def _maxout_float32(rng):
    inputs = _maxout(rng, 6, 4, 2, np.float32)
    return {**inputs, "dout": inputs["dout"][:, ::-1]}


def _more_units(rng, num_examples, M):
    return _maxout(rng, num_examples, M, 2)


_MAXOUT_STEPS = Case("steps as examples and units are added", _more_units, "steps", 1.0, axes=("example", "unit"))
_IS_WINNER = "winners[:, :, np.newaxis] == np.arange(k)"
_MAXOUT_DX = "(dout[:, :, np.newaxis] * is_winner).reshape(len(dout), -1)"
_MAXOUT = (
    Mistake(
        "to-all-pieces",
        "all pieces get the gradient",
        "Only the winner was handed on. A loser that grows a little changes nothing, so its slope is 0.",
        replace={_IS_WINNER: "np.ones((*winners.shape, k))"},
    ),
    Mistake(
        "shared",
        "the gradient is shared evenly among the pieces",
        "That would be the layer that takes the *mean* of its pieces. A maximum is its winner, and only that "
        "one gets the gradient.",
        replace={_IS_WINNER: "np.full((*winners.shape, k), 1 / k)"},
    ),
    Mistake(
        "always-first",
        "always the first piece gets the gradient",
        "Which piece was largest differs from unit to unit and from example to example. The cache says which.",
        replace={_IS_WINNER: "np.arange(k) == 0 * winners[:, :, np.newaxis]"},
    ),
    Mistake(
        "losers",
        "the losers get the gradient, and the winner nothing",
        "It is the other way round: the largest piece is the one that was passed on.",
        replace={" == np.arange(k)": " != np.arange(k)"},
    ),
    Mistake(
        "not-side-by-side",
        "the pieces of a unit do not stand side by side",
        "In the input, first come all pieces of unit 0, then all of unit 1. In yours come the first pieces of "
        "all units, then the second ones.",
        replace={_MAXOUT_DX: "(dout[:, :, np.newaxis] * is_winner).transpose(0, 2, 1).reshape(len(dout), -1)"},
    ),
    Mistake(
        "three-axes",
        "the result still has an axis for the pieces",
        "Each unit's pieces stood side by side in one row of the input: (N, M·k). The gradient has the shape of the input.",
        replace={".reshape(len(dout), -1)": ""},
    ),
    Mistake(
        "mask-alone",
        "this is the mask alone, without dout",
        "The slope at the winner is 1. It has to be multiplied by what comes from above.",
        replace={"(dout[:, :, np.newaxis] * is_winner)": "is_winner.astype(dout.dtype)"},
    ),
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The values are right, but Python visits the rows one by one. Compare the winners with all piece "
        "numbers at once, by broadcasting.",
        replace={
            _MAXOUT_DX: "np.array([(row[:, np.newaxis] * won).ravel() for row, won in zip(dout, is_winner)])",
        },
    ),
)

# --- svm_loss and softmax_loss


def _scored(rng, num_examples=6, C=4):
    return {"x": 2 * rng.normal(size=(num_examples, C)), "y": rng.integers(0, C, size=num_examples)}


def _scored_square(rng):
    return _scored(rng, 5, 5)


def _scored_single(rng):
    return _scored(rng, 1, 6)


def _scored_float32(rng):
    inputs = _scored(rng, 9, 10)
    return {"x": inputs["x"].astype(np.float32)[:, ::-1], "y": inputs["y"].astype(np.uint8)}


def _scored_equal(rng):
    return {"x": np.zeros((4, 10)), "y": rng.integers(0, 10, size=4)}


def _scored_many_classes(rng):
    return _scored(rng, 3, 30)


def _all_met(rng):
    inputs = _scored(rng, 5, 4)
    inputs["x"][np.arange(5), inputs["y"]] += 40
    return inputs


def _huge(rng):
    inputs = _scored(rng, 6, 5)
    return {**inputs, "x": 1e3 * inputs["x"]}


def _far_apart(rng):
    """Rows on very different levels, each with ordinary differences."""
    inputs = _scored(rng, 5, 4)
    return {**inputs, "x": inputs["x"] + np.array([[0.0], [-2000], [3000], [800], [-50]])}


def _more_scores(rng, num_examples, C):
    return _scored(rng, num_examples, C)


_LOSS_STEPS = Case("steps as examples and classes are added", _more_scores, "steps", 1.0, axes=("example", "class"))
_NOT_AVERAGED = dict(
    id="not-averaged",
    title="loss and gradient are sums over the examples, not means",
    hint="The loss layer is the place of the 1/N. Without it a learning rate that is right for 100 examples is "
    "wrong for 200.",
)
_GRADIENT_NOT_AVERAGED = dict(
    id="gradient-not-averaged",
    title="the loss is averaged, the gradient is not",
    hint="If the loss is a mean over N examples, so is its gradient. No other layer will make up for that: "
    "this is the only one that divides.",
)
_LOSS_ALONE_DIVIDED = dict(
    id="divided-by-classes",
    title="the mean runs over the classes as well",
    hint="`mean()` over the whole matrix divides by N·C. The loss is a sum over the classes and a mean over the examples.",
)
_GAPS = "np.maximum(0, x - x[right][:, np.newaxis] + 1)"
_SVM = (
    Mistake(
        "right-class-counted",
        "the right class is counted among the wrong ones",
        "Compared with itself it always complains by a full margin. Leave that entry out of the loss *and* of "
        "what is counted for the gradient.",
        replace={"    gaps[right] = 0\n": ""},
    ),
    Mistake(
        "no-maximum",
        "margins that are met pay for those that are not",
        "A class that is far enough behind adds 0, whatever its distance. What stands in front of the "
        "parenthesis in the formula?",
        replace={_GAPS: "x - x[right][:, np.newaxis] + 1", "(gaps > 0)": "(gaps != 0)"},
    ),
    Mistake(
        "sign-of-the-margin",
        "right and wrong scores are exchanged",
        "The loss should grow when a wrong class comes close to the right one. Yours grows when the right one gets ahead.",
        replace={_GAPS: "np.maximum(0, x[right][:, np.newaxis] - x + 1)"},
    ),
    Mistake(
        "margin-forgotten",
        "the margin of 1 is missing",
        "Yours complains only once a wrong class is ahead. It should already complain when it is closer than 1.",
        replace={" + 1)": ")"},
    ),
    Mistake(
        "right-class-not-pulled",
        "the right class gets no gradient",
        "Its score occurs in every term, with a minus sign: it is pulled up once for each class that is too close.",
        replace={"    dx[right] = -dx.sum(axis=1)\n": ""},
    ),
    Mistake(
        "right-class-once",
        "the right class is pulled up only once",
        "Its score occurs once for *each* class that is too close. Each row of the gradient adds up to 0.",
        replace={"-dx.sum(axis=1)": "-1"},
    ),
    Mistake(
        "amounts-for-counts",
        "the gradient grows with the violation",
        "The derivative of max(0, m) is 1 where m is positive, however large it is. Ask only *whether* it is positive.",
        replace={"(gaps > 0).astype(x.dtype)": "gaps.copy()"},
    ),
    Mistake(
        "uphill",
        "the gradient has the wrong sign",
        "Where a wrong class is too close, raising its score makes the loss larger: its gradient is positive. "
        "Yours points down.",
        replace={"return loss, dx / len(x)": "return loss, -dx / len(x)"},
    ),
    Mistake(**_NOT_AVERAGED, replace={"gaps.sum() / len(x)": "gaps.sum()", "dx / len(x)": "dx"}),
    Mistake(**_GRADIENT_NOT_AVERAGED, replace={"dx / len(x)": "dx"}),
    Mistake(**_LOSS_ALONE_DIVIDED, replace={"gaps.sum() / len(x)": "gaps.mean()"}),
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The values are right, but Python visits the rows one by one. Pick the right scores of all rows at "
        "once, and stand them upright.",
        replace={_GAPS: "np.array([np.maximum(0, row - row[label] + 1) for row, label in zip(x, y)])"},
    ),
)
_QUOTIENT = """\
    exponentials = np.exp({shifted})
    p = exponentials / exponentials.sum(axis=1, keepdims=True)
    right = np.arange(len(x)), y
    loss = -np.log(p[right]).mean()
    p[right] -= 1
    return loss, p / len(x)
"""
_SHIFT = "x - x.max(axis=1, keepdims=True)"
_SOFTMAX = (
    Mistake(
        "overflow",
        "large scores overflow",
        "e to the power of 710 is more than float64 can hold, and ∞/∞ is NaN. Subtract something from each row "
        "first; the probabilities stay the same.",
        replace={_SHIFT: "x"},
    ),
    Mistake(
        "overflow-in-a-quotient",
        "large scores overflow, and the probabilities become NaN",
        "e to the power of 710 is more than float64 can hold, and ∞/∞ is not a number. The quotient stays the same if "
        "something is subtracted from all scores of a row first: what would keep every exponent harmless?",
        body=_QUOTIENT.format(shifted="x"),
    ),
    Mistake(
        "one-maximum-for-all",
        "one maximum was subtracted from all rows",
        "It has to be the largest score of each row. A row that lies a thousand lower than the largest of all "
        "becomes zeros only, and its logarithm −∞.",
        body=_QUOTIENT.format(shifted="x - x.max()"),
    ),
    Mistake(
        "largest-of-each-class",
        "the maximum was taken over the examples",
        "`axis=0` is the largest score of each *class*. Subtracting different numbers within a row changes its "
        "probabilities.",
        replace={"x.max(axis=1, keepdims=True)": "x.max(axis=0, keepdims=True)"},
    ),
    Mistake(
        "truth-forgotten",
        "the gradient lacks the part of the right class",
        "It is what you said minus what was true. Yours is only what you said: every class is pushed down, the "
        "right one too.",
        replace={"    dx[right] -= 1\n": ""},
    ),
    Mistake(
        "uphill",
        "the gradient has the wrong sign",
        "Yours is what was true minus what you said. Walking against that makes the loss larger.",
        replace={"dx / len(x)": "-dx / len(x)"},
    ),
    Mistake(
        "negative-loss",
        "the loss has the wrong sign",
        "The logarithm of a probability is negative. The loss is minus that: 0 for a certain right answer, and "
        "large for a wrong one.",
        replace={"return -log_p": "return log_p"},
    ),
    Mistake(**_NOT_AVERAGED, replace={"-log_p[right].mean()": "-log_p[right].sum()", "dx / len(x)": "dx"}),
    Mistake(**_GRADIENT_NOT_AVERAGED, replace={"dx / len(x)": "dx"}),
    Mistake(
        "all-columns",
        "1 was subtracted from whole columns",
        "`[:, y]` means all rows with all labels. One entry of each row belongs to its own label: name the rows as well.",
        replace={"dx[right] -= 1": "dx[:, y] -= 1"},
    ),
    Mistake(
        "logarithms",
        "the gradient was made from logarithms of probabilities",
        "What you said minus what was true: that is about probabilities. The logarithms are for the loss.",
        replace={"dx = np.exp(log_p)": "dx = log_p.copy()"},
    ),
    Mistake(
        "dlog",
        "the gradient is that of the logarithm only, −1/p",
        "That is one link of the chain. The probabilities themselves depend on all scores, and together the "
        "two links become something simple.",
        replace={"dx[right] -= 1": "dx[right] = -1 / dx[right]"},
    ),
    Mistake(**_LOSS_ALONE_DIVIDED, replace={"-log_p[right].mean()": "-log_p[right].sum() / x.size"}),
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The values are right, but Python visits the rows one by one. `max` and `sum` take an axis, and `keepdims=True`.",
        replace={_SHIFT: "np.array([row - row.max() for row in x])"},
    ),
)

# --- the networks


def _params(rng, sizes, scale=0.5):
    params = {}
    for i in range(1, len(sizes)):
        params[f"W{i}"] = scale * rng.normal(size=(sizes[i - 1], sizes[i]))
        params[f"b{i}"] = scale * rng.normal(size=sizes[i])
    return params


def _network(sizes, num_examples=5, reg=0.0, shape=None, scored=False, scale=0.5, **options):
    """Return a function that draws a network's parameters and a batch; with `scored`, one without labels."""

    def drawn(rng):
        X = rng.normal(size=(num_examples, *(shape or (sizes[0],))))
        y = None if scored else rng.integers(0, sizes[-1], size=num_examples)
        return {"params": _params(rng, sizes, scale), "X": X, "y": y, "reg": reg, **options}

    return drawn


def _in_float32(draw):
    def drawn(rng):
        inputs = draw(rng)
        params = {name: value.astype(np.float32) for name, value in inputs["params"].items()}
        return {**inputs, "params": params, "X": inputs["X"].astype(np.float32), "y": inputs["y"].astype(np.uint8)}

    return drawn


_TWO = (6, 7, 4)
_TWO_PUBLIC = (
    Case("the scores, when there are no labels", _network(_TWO, scored=True)),
    Case("loss and gradients without a penalty", _network(_TWO), weight=2.0),
    Case("with a penalty", _network(_TWO, reg=0.7)),
)
_TWO_HIDDEN = (
    Case("the scores of images", _network((12, 5, 3), shape=(2, 3, 2), scored=True)),
    Case("loss and gradients without a penalty", _network(_TWO, 8), weight=2.0),
    Case("images without a penalty", _network((12, 5, 3), 4, shape=(2, 3, 2))),
    Case("a single example", _network((5, 4, 6), 1)),
    Case("all sizes alike", _network((5, 5, 5), 5)),
    Case("scores on very different levels", _network((4, 6, 3), 6, scale=8.0)),
    Case("with a penalty", _network(_TWO, reg=0.7)),
    Case("with another penalty, in float32", _in_float32(_network((8, 6, 5), 7, reg=0.3))),
)
_RELU_ON_SCORES = dict(
    id="relu-on-scores",
    title="the scores went through a ReLU",
    hint='The last layer is affine only. Scores may be negative: "certainly not" is something that a network has to be able '
    "to say.",
)
_BIASES_PENALIZED = dict(
    id="biases-penalized",
    title="the biases are penalized, too",
    hint="The penalty is on the weight matrices only. A bias only moves the threshold of a unit, and there is "
    "no reason to keep that near 0.",
)
_WITHOUT_HALF = dict(
    id="penalty-without-half",
    title="the penalty is reg·ΣW², without the ½",
    hint="This is a convention, not a misunderstanding: your loss and gradient agree. The linear classifiers "
    "of this course have no ½; its networks have one, and the gradient of the penalty is then reg·W.",
)
_PENALTY_MISMATCH = dict(
    id="penalty-gradient-twice",
    title="the gradient of the penalty is twice what the loss says",
    hint="The loss has ½·reg·W², whose derivative has no 2 any more. That is what the ½ is for.",
)
_LOSS_WITHOUT_HALF = dict(
    id="loss-without-half",
    title="the loss contains reg·ΣW², its gradient only half of that slope",
    hint="The derivative of reg·W² is 2·reg·W. With the ½ that is meant here, loss and gradient belong together.",
)
_PENALTY_NOT_IN_GRADIENTS = dict(
    id="penalty-not-in-gradients",
    title="the penalty is in the loss, but not in the gradients",
    hint="Training follows the gradients, and never sees the loss. What the loss contains, they have to contain.",
)
_PENALTY_NOT_IN_LOSS = dict(
    id="penalty-not-in-loss",
    title="the penalty is in the gradients, but not in the loss",
    hint="Training would work, but the loss that you print is not the one you walk down, and every gradient check fails.",
)
_NO_PENALTY = dict(
    id="no-penalty",
    title="the penalty is missing in the loss and in the gradients",
    hint="`self.reg` is not used. The formula of the loss has two parts, and both have gradients.",
)
_LOSS_WITHOUT_LABELS = dict(
    id="loss-without-labels",
    title="something else than the scores is returned when there are no labels",
    hint="With y = None the network is being used, not trained: return the scores, (N, C), before anything needs labels.",
)
_NO_BEND = dict(
    id="no-bend",
    title="there is no ReLU in the network",
    hint="Affine after affine is one affine layer, only more expensive. Between them something has to bend, "
    "forward and backward.",
)

_TWO_BIASES = '(np.sum(self.params["b1"] ** 2) + np.sum(self.params["b2"] ** 2))'
_TWO_PENALTY = '0.5 * self.reg * (np.sum(self.params["W1"] ** 2) + np.sum(self.params["W2"] ** 2))'
_TWO_NET = (
    Mistake(
        **_RELU_ON_SCORES,
        replace={
            'scores, scores_cache = affine_forward(hidden, self.params["W2"], self.params["b2"])': "scores, scores_cache = "
            'affine_relu_forward(hidden, self.params["W2"], self.params["b2"])',
            "affine_backward(dscores, scores_cache)": "affine_relu_backward(dscores, scores_cache)",
        },
    ),
    Mistake(
        **_NO_BEND,
        replace={
            "affine_relu_forward(X": "affine_forward(X",
            "affine_relu_backward(dhidden": "affine_backward(dhidden",
        },
    ),
    Mistake(
        **_BIASES_PENALIZED,
        replace={
            "    grads = {}\n": f"    loss += 0.5 * self.reg * {_TWO_BIASES}\n    grads = {{}}\n",
            "    return loss, grads": '    grads["b1"] = grads["b1"] + self.reg * self.params["b1"]\n'
            '    grads["b2"] = grads["b2"] + self.reg * self.params["b2"]\n    return loss, grads',
        },
    ),
    Mistake(
        **_WITHOUT_HALF, replace={"0.5 * self.reg": "self.reg", "+ self.reg * self.params[": "+ 2 * self.reg * self.params["}
    ),
    Mistake(**_PENALTY_MISMATCH, replace={"+ self.reg * self.params[": "+ 2 * self.reg * self.params["}),
    Mistake(**_LOSS_WITHOUT_HALF, replace={"0.5 * self.reg": "self.reg"}),
    Mistake(
        **_PENALTY_NOT_IN_GRADIENTS,
        replace={' + self.reg * self.params["W1"]': " + 0", ' + self.reg * self.params["W2"]': " + 0"},
    ),
    Mistake(**_PENALTY_NOT_IN_LOSS, replace={f"    loss += {_TWO_PENALTY}\n": ""}),
    Mistake(
        **_NO_PENALTY,
        replace={
            f"    loss += {_TWO_PENALTY}\n": "",
            ' + self.reg * self.params["W1"]': " + 0",
            ' + self.reg * self.params["W2"]': " + 0",
        },
    ),
    Mistake(
        "only-one-penalized",
        "only one of the two weight matrices is penalized",
        "Each W has its term in the loss and in its own gradient: the hidden layer's as well as the last one's.",
        replace={' + np.sum(self.params["W2"] ** 2)': "", ' + self.reg * self.params["W2"]': " + 0"},
    ),
    Mistake(
        "penalty-divided",
        "the penalty is divided by the number of examples",
        "It is added to the *mean* over the examples, once, and does not depend on how many there are.",
        replace={
            "0.5 * self.reg": "0.5 / len(X) * self.reg",
            "+ self.reg * self.params[": "+ self.reg / len(X) * self.params[",
        },
    ),
    Mistake(**_LOSS_WITHOUT_LABELS, replace={"        return scores\n": "        return scores, {}\n"}),
    Mistake(
        "probabilities",
        "probabilities are returned instead of scores",
        "Without labels the network returns its scores as they are. The largest probability belongs to the "
        "largest score anyway, and the loss makes its own probabilities.",
        replace={"        return scores\n": "        return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)\n"},
    ),
    Mistake(
        "mask-forgotten",
        "on the way back the ReLU is skipped",
        "Every layer of the forward pass has its turn in the backward pass. Where a hidden unit was off, nothing may pass.",
        replace={"affine_relu_backward(dhidden, hidden_cache)": "affine_backward(dhidden, hidden_cache[0])"},
    ),
)


def _net_sizes(hidden_dims=(60, 50), input_dim=200, num_classes=40, weight_scale=1e-2, dtype="float64"):
    def drawn(rng):
        sizes = {"input_dim": input_dim, "num_classes": num_classes, "weight_scale": weight_scale}
        return {"hidden_dims": np.array(hidden_dims, dtype=int), **sizes, "dtype": dtype, "seed": int(rng.integers(1 << 30))}

    return drawn


_W_DRAWN = "W = weight_scale * rng.normal(size=(sizes[i - 1], sizes[i]))"
_INIT = (
    Mistake(
        "not-scaled",
        "the weights have standard deviation 1",
        "`weight_scale` is not used. Weights of that size make scores in the hundreds, and a first loss far above log C.",
        replace={"weight_scale * rng.normal": "rng.normal"},
    ),
    Mistake(
        "variance",
        "weight_scale is taken for the variance",
        "It is the standard deviation: numbers from a normal distribution with standard deviation 1 are "
        "multiplied by it, not by its root.",
        replace={"weight_scale * rng.normal": "np.sqrt(weight_scale) * rng.normal"},
    ),
    Mistake(
        "he",
        "the weights are scaled by their number of inputs",
        "√(2/n) is a good choice, and the next assignment shows why. Here the scale is what the caller asked for.",
        replace={"weight_scale * rng.normal": "np.sqrt(2 / sizes[i - 1]) * rng.normal"},
    ),
    Mistake(
        "all-zero",
        "all weights are 0",
        "Then all units of a layer are the same, get the same gradient, and stay the same for ever. Random "
        "weights make them different.",
        replace={_W_DRAWN: "W = np.zeros((sizes[i - 1], sizes[i]))"},
    ),
    Mistake(
        "uniform",
        "the weights are not normally distributed",
        "They are spread evenly between two limits, and none lies far out. Asked for are draws from a normal distribution.",
        replace={"rng.normal(size=": "rng.uniform(-np.sqrt(3), np.sqrt(3), size="},
    ),
    Mistake(
        "random-biases",
        "the biases are random, too",
        "Biases begin at 0. The random weights already make the units different.",
        replace={"np.zeros(sizes[i], self.dtype)": "(weight_scale * rng.normal(size=sizes[i])).astype(self.dtype)"},
    ),
    Mistake(
        "own-generator",
        "the weights come from another generator than rng",
        "Then nobody can choose them, or repeat a run: pass by pass, the draws have to come from the `rng` that was given.",
        replace={"weight_scale * rng.normal": "weight_scale * np.random.default_rng(5 + i).normal"},
    ),
    Mistake(
        "global-generator",
        "the weights come from NumPy's global generator",
        "`np.random.normal` draws from a generator that the whole program shares, so that nobody can repeat a run. The one "
        "that was asked for is the argument `rng`.",
        replace={"rng.normal": "np.random.normal"},
    ),
    Mistake(
        "same-seed-for-each",
        "all matrices begin with the same numbers",
        "A generator that is made anew for each layer starts from its beginning each time. Draw all matrices from one.",
        replace={
            "    for i in": "    seed = rng.integers(1 << 30)\n    for i in",
            "* rng.normal": "* np.random.default_rng(seed).normal",
        },
    ),
    Mistake(
        "bias-row",
        "the biases are rows, (1, H), instead of (H,)",
        "A bias has one number for each unit and one axis. With two, its gradient of shape (H,) no longer fits.",
        replace={"np.zeros(sizes[i], self.dtype)": "np.zeros((1, sizes[i]), self.dtype)"},
    ),
    Mistake(
        "counted-from-zero",
        "the layers are counted from 0",
        "The first layer's parameters are W1 and b1. hidden_forward and hidden_backward look for them under these names.",
        replace={'f"W{i}"': 'f"W{i - 1}"', 'f"b{i}"': 'f"b{i - 1}"'},
    ),
    Mistake(
        "last-layer-missing",
        "the parameters of the last layer are missing",
        "There is one more layer than hidden layers: the one that leads from the last hidden units to the scores.",
        replace={"range(1, len(sizes))": "range(1, len(sizes) - 1)"},
    ),
    Mistake(
        "transposed",
        "the weight matrices have rows and columns exchanged",
        "x w needs w of shape (inputs, outputs): as many rows as numbers come in, as many columns as go out.",
        replace={"(sizes[i - 1], sizes[i])": "(sizes[i], sizes[i - 1])"},
    ),
    Mistake(
        "dtype-ignored",
        "the parameters are not of the type that was asked for",
        "`dtype` is not used, or not for all of them. Training in float32 takes half the memory and about half "
        "the time; one float64 array among them makes everything float64 again.",
        replace={"W.astype(self.dtype)": "W", "np.zeros(sizes[i], self.dtype)": "np.zeros(sizes[i])"},
    ),
)

_LAST = 'affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])'
_FC_REG = "        loss += 0.5 * self.reg * np.sum(W**2)\n"
_FC_REG_GRADIENT = ' = grads[f"W{i}"] + self.reg * W'
_FC_LOSS = (
    Mistake(
        **_RELU_ON_SCORES,
        replace={_LAST: _LAST.replace("affine", "affine_relu"), "affine_backward(dscores": "affine_relu_backward(dscores"},
    ),
    Mistake(
        "only-last-penalized",
        "only the last weight matrix is penalized",
        "The penalty is a sum over all layers. Has one of its lines slipped out of the loop, or behind it?",
        replace={"for i in range(1, last + 1):": "for i in range(last, last + 1):"},
    ),
    Mistake(
        "last-not-penalized",
        "the last weight matrix is not penalized",
        "There is one more matrix than there are hidden layers. `range` stops before its end.",
        replace={"for i in range(1, last + 1):": "for i in range(1, last):"},
    ),
    Mistake(
        **_BIASES_PENALIZED,
        replace={
            _FC_REG: '        loss += 0.5 * self.reg * (np.sum(W**2) + np.sum(self.params[f"b{i}"] ** 2))\n'
            '        grads[f"b{i}"] = grads[f"b{i}"] + self.reg * self.params[f"b{i}"]\n'
        },
    ),
    Mistake(**_WITHOUT_HALF, replace={"0.5 * self.reg": "self.reg", "+ self.reg * W": "+ 2 * self.reg * W"}),
    Mistake(**_PENALTY_MISMATCH, replace={"+ self.reg * W": "+ 2 * self.reg * W"}),
    Mistake(**_PENALTY_NOT_IN_GRADIENTS, replace={" + self.reg * W": " + 0"}),
    Mistake(**_PENALTY_NOT_IN_LOSS, replace={_FC_REG: ""}),
    Mistake(**_NO_PENALTY, replace={_FC_REG: "", " + self.reg * W": " + 0"}),
    Mistake(
        "penalized-in-each-layer",
        "the penalty is counted more than once",
        "Each matrix has one term in the loss. In yours the term of the first layer is added again for every "
        "layer: which name is used within the loop?",
        replace={_FC_REG: _FC_REG + '        loss += 0.5 * self.reg * np.sum(self.params["W1"] ** 2) * (i > 1)\n'},
    ),
    Mistake(
        **_LOSS_WITHOUT_LABELS,
        replace={"        return scores\n": "        return softmax_loss(scores, np.zeros(len(X), int))[0]\n"},
    ),
    Mistake(
        "hidden-layer-skipped",
        "the first hidden layer gets the gradient of the layer above it",
        "In the loop back, each layer hands what it returned to the next: the name that is passed on has to be "
        "the one that was just computed.",
        replace={"dout, of_layer = self.hidden_backward": "_, of_layer = self.hidden_backward"},
    ),
    Mistake(
        "wrong-cache",
        "layers get caches that are not theirs",
        "The list begins with the first layer's cache, at index 0, and layers are counted from 1. Backward "
        "takes them from the end.",
        replace={"caches[i - 1]": "caches[last - 1 - i]"},
    ),
    Mistake(
        "last-hidden-layer-left-out",
        "a hidden layer is left out",
        "There are num_layers − 1 hidden layers, and `range` stops before its end. Forward and backward both "
        "visit all of them.",
        replace={"range(1, last)": "range(1, last - 1)", "range(last - 1, 0, -1)": "range(last - 2, 0, -1)"},
    ),
)

_DEEP = (6, 5, 7, 4)
_F64 = {"dtype": "float64"}

TASKS = (
    Task(
        "modular-affine-forward",
        (Case("four examples", _affine), Case("images", _affine_images)),
        (
            Case("other examples", _affine),
            Case("as many of everything", _affine_square),
            Case("images", _affine_images),
            Case("a single example", _affine_single),
            Case("a single image", _affine_single_image),
            Case("a single unit", _affine_one_unit),
            Case("transposed and strided arrays", _affine_strided),
            Case("float32", _affine_float32),
        ),
        _AFFINE_FORWARD,
        _FLOAT32,
    ),
    Task(
        "modular-affine-backward",
        (
            Case("four examples", _with_dout(_affine), weight=2.0),
            Case("images", _with_dout(_affine_images)),
            Case("dout is left alone", _with_dout(_affine, watched=True), weight=0.0, remark=_LEFT_ALONE),
        ),
        (
            Case("other examples", _with_dout(_affine), weight=2.0),
            Case("as many of everything", _with_dout(_affine_square)),
            Case("images", _with_dout(_affine_images)),
            Case("a single example", _with_dout(_affine_single)),
            Case("a single image", _with_dout(_affine_single_image)),
            Case("a single unit", _with_dout(_affine_one_unit)),
            Case("many examples", _with_dout(_affine_many)),
            Case("transposed and strided arrays", _with_dout(_affine_strided)),
            Case("float32", _with_dout(_affine_float32)),
            Case("dout is left alone", _with_dout(_affine, watched=True), weight=0.0, remark=_LEFT_ALONE),
        ),
        _AFFINE_BACKWARD,
        _FLOAT32,
    ),
    Task(
        "modular-relu-backward",
        (
            Case("the units of question 1", _text_example),
            Case("numbers of both signs", _bend()),
            Case("dout is left alone", _bend(watched=True), weight=0.0, remark=_LEFT_ALONE),
        ),
        (
            Case("numbers of both signs", _bend()),
            Case("images", _bend((2, 3, 4, 2))),
            Case("a single number", _bend((1, 1))),
            Case("all units on", _all_on),
            Case("all units off", _all_off),
            Case("inputs of all sizes", _tiny_and_huge),
            Case("transposed and strided arrays", _strided_bend),
            Case("float32", _bend((6, 3), dtype=np.float32)),
            Case("dout is left alone", _bend(watched=True), weight=0.0, remark=_LEFT_ALONE),
        ),
        _RELU,
        _FLOAT32,
    ),
    Task(
        "modular-sigmoid-forward",
        (
            Case("ordinary numbers", _numbers(), weight=2.0),
            Case("numbers below −1000", _very_negative),
            Case("numbers above 1000", _very_positive),
        ),
        (
            Case("ordinary numbers", _numbers(), weight=2.0),
            Case("images", _numbers((2, 3, 4, 3))),
            Case("numbers below −1000", _very_negative),
            Case("huge numbers of both signs", _both_sides),
            Case("tiny results", _tails, weight=0.0, remark=_TAILS),
            Case("huge numbers in float32", _numbers((3, 5), 300.0, np.float32)),
            Case("a single number", _numbers((1,))),
        ),
        _SIGMOID_FORWARD,
        _FLOAT32,
    ),
    Task(
        "modular-sigmoid-backward",
        (
            Case("ordinary outputs", _sigmoid_outputs()),
            Case("as many of everything", _sigmoid_outputs((3, 3))),
            Case("dout is left alone", _sigmoid_outputs(watched=True), weight=0.0, remark=_LEFT_ALONE),
        ),
        (
            Case("ordinary outputs", _sigmoid_outputs()),
            Case("images", _sigmoid_outputs((2, 3, 4))),
            Case("saturated outputs", _saturated),
            Case("float32", _sigmoid_outputs((5, 2), dtype=np.float32)),
            Case("dout is left alone", _sigmoid_outputs(watched=True), weight=0.0, remark=_LEFT_ALONE),
        ),
        _SIGMOID_BACKWARD,
        _FLOAT32,
    ),
    Task(
        "modular-leaky-relu-backward",
        (
            Case("alpha = 0.1", _leaky()),
            Case("alpha = 0.25", _leaky((3, 3), 0.25)),
            Case("dout is left alone", _leaky(watched=True), weight=0.0, remark=_LEFT_ALONE),
        ),
        (
            Case("alpha = 0.1", _leaky()),
            Case("alpha = 0.3, images", _leaky((2, 3, 4), 0.3)),
            Case("alpha = 0.01, float32", _leaky((6, 5), 0.01, dtype=np.float32)),
            Case("dout is left alone", _leaky(watched=True), weight=0.0, remark=_LEFT_ALONE),
        ),
        _LEAKY,
        _FLOAT32,
    ),
    Task(
        "modular-maxout-backward",
        (Case("two pieces", _maxout), Case("three pieces", _three_pieces), _MAXOUT_STEPS),
        (
            Case("two pieces", _maxout),
            Case("five pieces", _five_pieces),
            Case("as many of everything", _maxout_square),
            Case("one piece only", _one_piece),
            Case("a single example", _maxout_single),
            Case("float32, reversed", _maxout_float32),
            _MAXOUT_STEPS,
        ),
        _MAXOUT,
        _FLOAT32,
    ),
    Task(
        "modular-svm-loss",
        (Case("six examples, four classes", _scored), Case("as many classes as examples", _scored_square), _LOSS_STEPS),
        (
            Case("other examples", _scored),
            Case("as many classes as examples", _scored_square),
            Case("a single example", _scored_single),
            Case("every margin met", _all_met),
            Case("all scores equal", _scored_equal),
            Case("huge scores", _huge),
            Case("float32, small labels", _scored_float32),
            _LOSS_STEPS,
        ),
        _SVM,
        _FLOAT32,
    ),
    Task(
        "modular-softmax-loss",
        (
            Case("six examples, four classes", _scored),
            Case("as many classes as examples", _scored_square),
            Case("rows on very different levels", _far_apart),
            _LOSS_STEPS,
        ),
        (
            Case("other examples", _scored),
            Case("as many classes as examples", _scored_square),
            Case("a single example", _scored_single),
            Case("many classes", _scored_many_classes),
            Case("rows on very different levels", _far_apart),
            Case("all scores equal", _scored_equal),
            Case("float32, small labels", _scored_float32),
            Case(
                "scores thousands apart within a row",
                _huge,
                weight=0.0,
                remark="The probability of the right class underflows to 0 here, and its logarithm is −∞. The "
                "loss need not: it is log Σ exp(shifted) minus the shifted score of the right class, and "
                "neither is ever infinite.",
            ),
            _LOSS_STEPS,
        ),
        _SOFTMAX,
        _FLOAT32,
    ),
    Task("modular-two-layer-net", _TWO_PUBLIC, _TWO_HIDDEN, _TWO_NET, _FLOAT32),
    Task(
        "modular-fully-connected-init",
        (
            Case("two hidden layers", _net_sizes()),
            Case("one hidden layer, float32", _net_sizes((80,), 120, 30, 0.05, "float32")),
        ),
        (
            Case("two hidden layers", _net_sizes()),
            Case("one hidden layer, float32", _net_sizes((90,), 110, 40, 0.03, "float32")),
            Case("no hidden layer", _net_sizes((), 300, 50, 1e-3)),
            Case("four hidden layers", _net_sizes((40, 70, 50, 60), 90, 10, 0.2, "float32")),
        ),
        _INIT,
    ),
    Task(
        "modular-fully-connected-loss",
        (
            Case("the scores, when there are no labels", _network(_DEEP, scored=True, **_F64)),
            Case("two hidden layers without a penalty", _network(_DEEP, **_F64), weight=2.0),
            Case("three hidden layers of one size", _network((5, 6, 6, 6, 3), 6, **_F64)),
            Case("two hidden layers with a penalty", _network(_DEEP, reg=0.6, **_F64)),
        ),
        (
            Case("the scores of images", _network((12, 5, 6, 3), shape=(2, 3, 2), scored=True, **_F64)),
            Case("two hidden layers without a penalty", _network(_DEEP, 7, **_F64), weight=2.0),
            Case("four hidden layers of one size", _network((5, 6, 6, 6, 6, 3), 6, **_F64)),
            Case("no hidden layer", _network((6, 4), 5, **_F64)),
            Case("a single image", _network((8, 5, 5, 4), 1, shape=(2, 4), **_F64)),
            Case("three hidden layers with a penalty", _network((6, 5, 4, 5, 3), 6, reg=0.6, **_F64)),
            Case("with another penalty, in float32", _in_float32(_network((8, 6, 7, 5), 7, reg=0.3, dtype="float32"))),
        ),
        _FC_LOSS,
        _FLOAT32,
    ),
)
