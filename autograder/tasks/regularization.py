"""Cases and known mistakes of the regularization notebook."""

import numpy as np

from autograder.tasks import Case, Mistake, Task

_FLOAT32 = 1e-5  # float32 in, float32 on the way
_MANY = 1000  # images, of which shares are looked at


def _in_float32(inputs):
    return {name: a.astype(np.float32) if isinstance(a, np.ndarray) else a for name, a in inputs.items()}


def _every_other(array):
    """Return the same numbers as a view of every other row of a larger array."""
    return np.repeat(array, 2, axis=0)[::2]


# --- weight_decay_step


def _weights(shape=(4, 3), rate=0.2, decay=0.5, **others):
    def drawn(rng):
        w, dw = rng.normal(size=shape), rng.normal(size=shape)
        return {"w": w, "dw": dw, "learning_rate": rate, "weight_decay": decay, **others}

    return drawn


def _no_gradient(rng):
    inputs = _weights((5,), 0.1, 0.3)(rng)
    return {**inputs, "dw": 0 * inputs["dw"]}


def _huge_and_tiny(rng):
    inputs = _weights((6,), 0.5, 0.4)(rng)
    return {**inputs, "w": inputs["w"] * [1e3, 1e-3, 1, 1, 1e3, 1e-3]}


def _decay_strided(rng):
    inputs = _weights((6, 4))(rng)
    return {**inputs, "w": np.asfortranarray(inputs["w"]), "dw": _every_other(inputs["dw"])}


def _decay_float32(rng):
    return _in_float32(_weights((7, 5), 0.125, 0.25)(rng))


_DECAY_LINE = "(1 - learning_rate * weight_decay) * w - learning_rate * dw"
_DECAY = (
    Mistake(
        "grows",
        "the weights grow instead of decaying",
        "A share of each weight is taken away, so that the factor must be a little *below* 1. Which sign does it need?",
        replace={"(1 - learning_rate": "(1 + learning_rate"},
    ),
    Mistake(
        "learning-rate-missing",
        "the share that is lost doesn't depend on the learning rate",
        "The penalty's gradient is λw, and like every gradient it is followed by a step of length η. What is "
        "the factor of w when you write the step out?",
        replace={"(1 - learning_rate * weight_decay)": "(1 - weight_decay)"},
    ),
    Mistake(
        "without-the-half",
        "this is the decay of a penalty λΣw², without the ½",
        "This is a convention, not a misunderstanding: without the ½ the penalty's gradient is 2λw, and a "
        "weight loses twice the share. In this notebook the penalty is ½λΣw².",
        replace={"(1 - learning_rate * weight_decay)": "(1 - 2 * learning_rate * weight_decay)"},
    ),
    Mistake(
        "gradient-decays-too",
        "the gradient's step is shrunk, too",
        "You took the step first, and let what came out decay. The share is taken of the weight as it *was*, "
        "where its gradient was measured.",
        replace={_DECAY_LINE: "(1 - learning_rate * weight_decay) * (w - learning_rate * dw)"},
    ),
    Mistake(
        "an-amount",
        "every weight loses the same amount, whatever its size",
        "That is the other penalty, L1, whose slope is ±1. Here a large weight loses much and a small one little: the same "
        "*share* of each.",
        replace={_DECAY_LINE: "w - learning_rate * (dw + weight_decay * np.sign(w))"},
    ),
    Mistake(
        "no-decay",
        "this is the plain step; nothing decays",
        "With a gradient of 0 nothing would happen to the weight at all. Where does weight_decay come in?",
        replace={"(1 - learning_rate * weight_decay) * w": "w"},
    ),
    Mistake(
        "with-the-gradient",
        "the step goes up the gradient",
        "The gradient points where the loss grows. The decay is right; the other half of the step has the wrong sign.",
        replace={"- learning_rate * dw": "+ learning_rate * dw"},
    ),
    Mistake(
        "gradient-forgotten",
        "the weights decay, but nothing is learned",
        "Only the first half of the formula is there. If the gradient does not renew a weight, it dies away.",
        replace={" - learning_rate * dw": ""},
    ),
    Mistake(
        "rate-on-the-decay-only",
        "the gradient is subtracted without the learning rate",
        "Both halves of the step are as long as the learning rate says: that of the penalty and that of the loss.",
        replace={"- learning_rate * dw": "- dw"},
    ),
    Mistake(
        "in-place",
        "w is changed in place",
        "An operator such as `*=` works on the caller's array, and the caller may still need the old weights: "
        "the Solver takes copies of the best ones. Make a new array.",
        body="""\
    w *= 1 - learning_rate * weight_decay
    w -= learning_rate * dw
    return w
""",
    ),
)

# --- l1_step


def _l1_weights(shape=(5, 4), rate=0.2, l1=0.5):
    """A third of the weights are carried across 0, or would be; none ends up nearly at the edge."""

    def drawn(rng, *shape_drawn):
        size = shape_drawn or shape
        threshold = rate * l1
        stepped = rng.choice([-1, 1], size=size) * rng.choice([0.4, 3.0, 12.0], size=size) * threshold
        stepped *= rng.uniform(0.8, 1.2, size=size)
        dw = rng.normal(size=size)
        return {"w": stepped + rate * dw, "dw": dw, "learning_rate": rate, "l1": l1}

    return drawn


def _l1_still(rng):
    inputs = _l1_weights((6,))(rng)
    w = np.array([0.05, -0.05, 0.35, -0.35, 2.0, 0.0])
    return {**inputs, "w": w, "dw": np.zeros(6)}


def _at_zero(rng):
    """Weights that are 0: some gradients are worth the price, some not, one is exactly the price."""
    return {"w": np.zeros(6), "dw": np.array([0.2, -0.3, 2.0, -3.0, 0.0, 0.5]), "learning_rate": 0.25, "l1": 0.5}


def _no_price(rng):
    return {**_l1_weights((3, 4))(rng), "l1": 0.0}


def _high_price(rng):
    return {**_l1_weights((3, 4))(rng), "l1": 1e4}


def _l1_strided(rng):
    inputs = _l1_weights((6, 4))(rng)
    return {**inputs, "w": np.asfortranarray(inputs["w"]), "dw": _every_other(inputs["dw"])}


def _l1_float32(rng):
    return _in_float32(_l1_weights((7, 5), 0.25, 0.5)(rng))


_LEFT = "np.maximum(np.abs(stepped) - learning_rate * l1, 0)"
_STEPPED = "stepped = w - learning_rate * dw"
_L1_RETURN = "return np.sign(stepped) * left"
_L1 = (
    Mistake(
        "jumps-across",
        "weights are carried across 0 to the other side",
        "Whoever is nearer to 0 than the amount would end beyond it, and come back in the next step: it "
        "trembles for ever. Shrinking ends at 0.",
        replace={_LEFT: "np.abs(stepped) - learning_rate * l1"},
    ),
    Mistake(
        "slope-of-the-old-weight",
        "this follows the slope of |w|: sign(w) was added to the gradient",
        "That is what one writes down first, and it makes no weight exactly 0. Take the plain step, then shrink what came "
        "out toward 0, and stop there.",
        body="    return w - learning_rate * (dw + l1 * np.sign(w))\n",
    ),
    Mistake(
        "shrunk-before-the-step",
        "the weights are shrunk first, and then the step is taken",
        "A weight that was shrunk to exactly 0 is moved away again by its gradient, however small that is. In the formula, "
        "v is what comes out of the plain step.",
        replace={
            _STEPPED: "stepped = w",
            _L1_RETURN: "return np.sign(stepped) * left - learning_rate * dw",
        },
    ),
    Mistake(
        "hard-threshold",
        "small weights become 0, but the others lose nothing",
        "The amount is taken from *every* weight. Only those that have less than that are 0 afterwards.",
        replace={_LEFT: "np.where(np.abs(stepped) > learning_rate * l1, np.abs(stepped), 0)"},
    ),
    Mistake(
        "small-ones-spared",
        "weights near 0 are left as they are instead of becoming 0",
        "Whoever has less than the amount loses all of it. Between −ηλ and ηλ the result is 0.",
        replace={
            _LEFT: "np.where(np.abs(stepped) > learning_rate * l1, np.abs(stepped) - learning_rate * l1, np.abs(stepped))"
        },
    ),
    Mistake(
        "only-positive",
        "negative weights all become 0",
        "The maximum with 0 was taken of the weight itself. Shrink its *size*, and give it back its sign.",
        replace={_L1_RETURN: "return np.maximum(stepped - learning_rate * l1, 0)"},
    ),
    Mistake(
        "sign-lost",
        "all weights come out positive",
        "You have shrunk the sizes, |v|. The sign of v is missing in what is returned.",
        replace={_L1_RETURN: "return left"},
    ),
    Mistake(
        "old-sign",
        "the sign is that of the weight before the step",
        "The plain step may carry a weight to the other side of 0, if its gradient wants that. Shrinking comes "
        "afterwards and keeps the sign that the weight has *then*.",
        replace={"np.sign(stepped) * left": "np.sign(w) * left"},
    ),
    Mistake(
        "rate-missing",
        "the amount doesn't depend on the learning rate",
        "With small steps the penalty would act as strongly as with large ones, and the two could never "
        "balance. The amount is ηλ.",
        replace={"- learning_rate * l1, 0)": "- l1, 0)"},
    ),
    Mistake(
        "a-share",
        "this is weight decay: every weight loses a share",
        "L1's slope is the same for large and small weights. So each loses the same amount, and reaches 0.",
        body="    return (1 - learning_rate * l1) * w - learning_rate * dw\n",
    ),
    Mistake(
        "grows",
        "the weights move away from 0",
        "Shrinking means that the size becomes smaller. Check the sign of the amount.",
        replace={"np.abs(stepped) - learning_rate * l1": "np.abs(stepped) + learning_rate * l1"},
    ),
    Mistake(
        "no-step",
        "the weights shrink, but the gradient is not followed",
        "First comes the plain step against the gradient; what is shrunk is the place where it arrives.",
        replace={_STEPPED: "stepped = w"},
    ),
    Mistake(
        "in-place",
        "w is changed in place",
        "An operator such as `-=` works on the caller's array, which the caller may still need. Make a new array.",
        replace={_STEPPED: "w -= learning_rate * dw\n    stepped = w"},
    ),
    Mistake(
        "loop",
        "there is a loop over the weights",
        "The values are right, but Python visits the weights one by one. The functions np.abs, np.sign and "
        "np.maximum work on whole arrays.",
        body="""\
    stepped = (w - learning_rate * dw).ravel()
    left = [np.sign(v) * max(abs(v) - learning_rate * l1, 0) for v in stepped]
    return np.array(left).reshape(w.shape)
""",
    ),
)

# --- max_norm


def _columns(D=5, H=4, limit=1.5):
    """Every other column is inside, none nearly at the fence; rows and the whole matrix are outside."""

    def drawn(rng, D=D, H=H):
        W = rng.normal(size=(D, H))
        lengths = np.where(np.arange(H) % 2 == 0, rng.uniform(0.5, 0.85, size=H), rng.uniform(1.5, 4, size=H))
        W *= limit * lengths / np.maximum(np.sqrt(np.sum(W**2, axis=0)), 1e-6)
        return {"W": W, "limit": limit}

    return drawn


def _with_zeros(rng):
    inputs = _columns(4, 5, 0.8)(rng)
    inputs["W"][:, [0, 3]] = 0
    return inputs


def _all_inside(rng):
    inputs = _columns(3, 6, 2.0)(rng)
    return {**inputs, "W": inputs["W"] / 10}


def _tall_and_short(rng):
    """Columns of very different length."""
    inputs = _columns(6, 5, 3.0)(rng)
    return {**inputs, "W": inputs["W"] * [1e-6, 1e6, 1, 1e3, 1e-3]}


def _columns_strided(rng):
    inputs = _columns(6, 4)(rng)
    return {**inputs, "W": np.repeat(inputs["W"], 2, axis=1)[:, ::2]}


def _columns_float32(rng):
    return _in_float32(_columns(8, 5)(rng))


def _at_the_fence(rng):
    """Columns of exactly the limit's length, and one that is longer by far."""
    return {"W": np.array([[3.0, 0.0, -4.0, 30.0], [4.0, 5.0, 3.0, 40.0]]), "limit": 5.0}


_LENGTHS = "np.sqrt(np.sum(W**2, axis=0))"
_SCALED = "W * (limit / np.maximum(lengths, limit))"
_MAX_NORM = (
    Mistake(
        "rows",
        "the rows are held, not the columns",
        "With W : (D, H), the D weights that come into unit h are in column h. A row holds what goes *out* of "
        "one input. Over which axis does the sum run?",
        replace={_LENGTHS: "np.sqrt(np.sum(W**2, axis=1, keepdims=True))"},
    ),
    Mistake(
        "whole-matrix",
        "the length of the whole matrix is held",
        "Then a single wild unit makes all the others smaller. Each unit has a fence of its own, so there are H lengths.",
        replace={_LENGTHS: "np.sqrt(np.sum(W**2))"},
    ),
    Mistake(
        "always-scaled",
        "columns inside of the fence are stretched to its length",
        "The limit is a maximum. Who is shorter is left alone; a column 0.1 long should stay 0.1 long.",
        replace={_SCALED: "W * (limit / np.where(lengths > 0, lengths, 1))"},
    ),
    Mistake(
        "zeros-become-nan",
        "columns of zeros become NaN",
        "A unit whose weights are all 0 has length 0, and 0/0 is not a number. It is inside the fence; nothing needs to be "
        "divided at all.",
        replace={_SCALED: "W * np.where(lengths > limit, limit, lengths) / lengths"},
    ),
    Mistake(
        "clipped",
        "each weight is clipped by itself",
        "That changes the direction of the vector, and with it what the unit responds to. The column as a whole is scaled: "
        "all of its weights by the same factor.",
        replace={_SCALED: "np.clip(W, -limit, limit)"},
    ),
    Mistake(
        "root-missing",
        "the squared length is compared with the limit",
        "The length of a vector is the *root* of the sum of its squares. Test a column such as (3, 4).",
        replace={_LENGTHS: "np.sum(W**2, axis=0)"},
    ),
    Mistake(
        "l1-length",
        "the lengths are sums of absolute values",
        "That is the L1 norm. The fence is a circle around 0, not a diamond: square, add up, take the root.",
        replace={_LENGTHS: "np.sum(np.abs(W), axis=0)"},
    ),
    Mistake(
        "unit-length",
        "columns that are too long come out with length 1 instead of limit",
        "They were divided by their length, and that makes 1. How long should they be?",
        replace={_SCALED: "W / np.where(lengths > limit, lengths, 1)"},
    ),
    Mistake(
        "set-to-zero",
        "columns that are too long become 0",
        "They are pulled back to the fence, in the same direction, and not switched off.",
        replace={_SCALED: "np.where(lengths > limit, 0, W)"},
    ),
    Mistake(
        "nothing-held",
        "nothing is scaled at all",
        "Long columns come out as long as they went in. The factor for a column of twice the limit should be "
        "½; which is yours?",
        replace={_SCALED: "W * np.maximum(1, limit / np.maximum(lengths, limit))"},
    ),
    Mistake(
        "in-place",
        "W is changed in place",
        "The caller's array is still needed. Multiply into a new array.",
        replace={
            f"    return {_SCALED}": "    W[:, lengths > limit] *= limit / lengths[lengths > limit]\n    return W",
        },
    ),
    Mistake(
        "loop",
        "there is a loop over the units",
        "The values are right, but Python goes from column to column. A row of H factors times W scales each "
        "column by its own.",
        replace={f"return {_SCALED}": "return np.array([w * (limit / max(n, limit)) for w, n in zip(W.T, lengths)]).T"},
    ),
)

# --- dropout


def _units(shape=(150, 50), p=0.7, mode="train", scale=1.0):
    """Numbers of both signs, none near 0."""

    def drawn(rng, *sizes):
        size = sizes or shape
        x = scale * rng.uniform(0.5, 2, size=size) * rng.choice([-1, 1], size=size)
        return {"x": x, "mode": mode, "p": p, "seed": int(rng.integers(1, 10**6))}

    return drawn


def _behind_a_relu(rng):
    """Half of the numbers are 0 before anything is dropped."""
    inputs = _units((200, 60), 0.6)(rng)
    return {**inputs, "x": np.maximum(0, inputs["x"])}


def _units_float32(rng):
    inputs = _units((150, 60), 0.8)(rng)
    return {**inputs, "x": inputs["x"].astype(np.float32)}


def _units_strided(rng):
    inputs = _units((160, 60), 0.4)(rng)
    return {**inputs, "x": np.asfortranarray(inputs["x"])[:, ::2]}


_TRAIN_MASK = "mask = (rng.random(x.shape) < p) / p"
_MASKED = "out = mask * x"
_FORWARD = (
    Mistake(
        "p-is-dropped",
        "p is taken for the probability to be dropped",
        "This is a convention, not a misunderstanding: in many libraries p says what is dropped. Here it says what is "
        "*kept*, so that p = 1 means no dropout at all.",
        replace={_TRAIN_MASK: "mask = (rng.random(x.shape) >= p) / (1 - p)"},
    ),
    Mistake(
        "dropped-but-divided-by-p",
        "entries are kept with probability 1 − p, and then divided by p",
        "Two things have to fit together: how often an entry is kept, and by how much it is enlarged for that. "
        "Their product is 1. For p = 0.5 nobody notices that it isn't.",
        replace={_TRAIN_MASK: "mask = (rng.random(x.shape) > p) / p"},
    ),
    Mistake(
        "divided-by-drop-probability",
        "what is kept is divided by 1 − p",
        "If a share of p is kept, each of them has to be 1/p times as large, so that the mean stays the same. "
        "You divided by the probability to be dropped.",
        replace={_TRAIN_MASK: "mask = (rng.random(x.shape) < p) / (1 - p + (p == 1))"},
    ),
    Mistake(
        "not-inverted",
        "what is kept is not enlarged: this is vanilla dropout",
        "On average only a share of p arrives, and in use, where nothing is dropped, the next layer gets more than it ever "
        "saw. Inverted dropout makes up for that at once.",
        replace={_TRAIN_MASK: "mask = (rng.random(x.shape) < p) * 1.0"},
    ),
    Mistake(
        "vanilla",
        "this is vanilla dropout, which is scaled by p in test mode",
        "It is right in itself, and older than ours. The inverted kind makes up for what is missing at once: "
        "in training, what is kept is enlarged, and in test mode nothing at all is done.",
        replace={_TRAIN_MASK: "mask = (rng.random(x.shape) < p) * 1.0", "        out = x\n": "        out = p * x\n"},
    ),
    Mistake(
        "scaled-at-test-time",
        "in test mode the output is scaled",
        "That belongs to vanilla dropout. Inverted dropout has made up for what is missing in training already; in use "
        "nothing has to be done.",
        replace={"        out = x\n": "        out = p * x\n"},
    ),
    Mistake(
        "dropped-at-test-time",
        "entries are dropped in test mode, too",
        "In use the network should do its best, and say the same twice. Chance belongs to training; the mode "
        "tells which it is.",
        replace={'if mode == "train":': 'if mode in ("train", "test"):'},
    ),
    Mistake(
        "nothing-dropped",
        "nothing is dropped in training",
        "The output is the input, whatever p says. Is the mask applied, and is it the mode called 'train' in "
        "which that happens?",
        replace={_TRAIN_MASK: "mask = np.ones(x.shape)"},
    ),
    Mistake(
        "whole-units",
        "the same units are dropped in every example of the batch",
        "There is one random number for each column. Each example is to meet a network of its own: draw for "
        "every entry of x.",
        replace={_TRAIN_MASK: "mask = (rng.random((1, *x.shape[1:])) < p) / p + np.zeros(x.shape)"},
    ),
    Mistake(
        "whole-examples",
        "an example is dropped as a whole, or not at all",
        "There is one random number for each row. Each entry of x has a chance of its own.",
        replace={_TRAIN_MASK: "mask = (rng.random((len(x), *[1] * (x.ndim - 1))) < p) / p + np.zeros(x.shape)"},
    ),
    Mistake(
        "mask-without-the-factor",
        "the mask in the cache lacks the factor 1/p",
        "The output is right, but the backward pass multiplies by what is in the cache, and would not enlarge the gradient "
        "of what was kept. In this notebook the mask holds 0 and 1/p.",
        replace={_TRAIN_MASK: "mask = (rng.random(x.shape) < p) * 1.0", _MASKED: _MASKED + " / p"},
    ),
    Mistake(
        "another-generator",
        "the random numbers don't come from the generator in dropout_param",
        "With the same seed, two runs gave different masks, so nobody can repeat your experiment. Draw from `rng`.",
        replace={_TRAIN_MASK: "mask = (np.random.default_rng().random(x.shape) < p) / p"},
    ),
    Mistake(
        "always-the-same-mask",
        "every call draws the same mask",
        "A generator that is made anew from a fixed seed begins anew each time: the same units would be off in "
        "every step, and never learn. Draw from `rng`, which goes on where it stopped.",
        replace={_TRAIN_MASK: "mask = (np.random.default_rng(0).random(x.shape) < p) / p"},
    ),
    Mistake(
        "in-place",
        "x is changed in place",
        "x is the output of the layer before, whose backward pass may need it as it was. Make a new array.",
        replace={_MASKED: "x *= mask\n        out = x"},
    ),
)


def _back(shape=(4, 5), p=0.7, mode="train"):
    def drawn(rng, *sizes):
        size = sizes or shape
        mask = (rng.permutation(np.arange(np.prod(size))).reshape(size) < max(1, round(p * np.prod(size)))) / p
        return {"mode": mode, "mask": mask if mode == "train" else None, "dout": rng.normal(size=size)}

    return drawn


def _back_strided(rng):
    inputs = _back((6, 4))(rng)
    return {**inputs, "mask": np.asfortranarray(inputs["mask"]), "dout": _every_other(inputs["dout"])}


def _back_float32(rng):
    return _in_float32(_back((6, 5), 0.8)(rng))


_BACK_LINE = 'return dout * mask if mode == "train" else dout'
_BACKWARD = (
    Mistake(
        "mask-ignored",
        "the gradient passes as if nothing had been dropped",
        "An entry that was off had no influence on the loss, so its gradient is 0. The mask in the cache says which ones.",
        replace={_BACK_LINE: "return dout * 1.0"},
    ),
    Mistake(
        "not-enlarged",
        "the gradient of what was kept is not enlarged",
        "In the forward pass, what is kept is multiplied by 1/p, so that it has 1/p times the influence. The mask in the "
        "cache holds that factor already.",
        replace={"dout * mask if": "dout * (mask > 0) if"},
    ),
    Mistake(
        "enlarged-twice",
        "the gradient is enlarged twice",
        "The mask holds 1/p already. Whoever multiplies by 1/p once more makes it 1/p².",
        replace={"dout * mask if": "dout * mask * mask if"},
    ),
    Mistake(
        "divided-by-the-mask",
        "the gradient is divided by the mask's factor",
        "Backward does not undo forward. The derivative of m·x with respect to x is m: the same factor, in both directions.",
        replace={"dout * mask if": "np.divide(dout, mask, out=np.zeros(dout.shape), where=mask > 0) if"},
    ),
    Mistake(
        "test-mode-forgotten",
        "test mode is forgotten",
        "There is no mask in test mode, it is None. The output was the input, so what is its gradient?",
        replace={_BACK_LINE: "return dout * mask"},
    ),
    Mistake(
        "no-gradient-in-test-mode",
        "in test mode the gradient is 0",
        "Nothing is dropped in test mode: the output is the input, and every entry has full influence. People do "
        "ask for gradients of a network in use, to see what it looks at.",
        replace={"else dout": "else 0 * dout"},
    ),
    Mistake(
        "sign-of-the-gradient",
        "negative gradients are set to 0",
        "What was dropped is decided by the mask alone. The sign of what arrives from above has nothing to do with it.",
        replace={"dout * mask if": "np.maximum(dout, 0) * mask if"},
    ),
    Mistake(
        "opposite-mask",
        "the gradient goes to those that were off",
        "The mask is 0 where an entry was dropped. Those had no influence on the loss; the others get the gradient.",
        replace={"dout * mask if": "dout * np.where(mask > 0, 0, mask.max()) if"},
    ),
)

# --- augmentation


def _images(num_images=_MANY, H=4, W=3, C=2, **others):
    """Images of which no two windows, mirror images or colors are alike."""

    def drawn(rng, num_images=num_images):
        images = rng.uniform(1, 2, size=(num_images, H, W, C)) * rng.choice([-1, 1], size=(num_images, H, W, C))
        return {"images": images, **others, "seed": int(rng.integers(1, 10**6))}

    return drawn


def _image_bytes(num_images=_MANY, H=5, W=4, C=3, **others):
    def drawn(rng):
        images = rng.integers(1, 256, size=(num_images, H, W, C)).astype(np.uint8)
        return {"images": images, **others, "seed": int(rng.integers(1, 10**6))}

    return drawn


def _images_float32(num_images=_MANY, **others):
    return lambda rng: _in_float32(_images(num_images, 5, 5, 1, **others)(rng))


def _images_strided(**others):
    def drawn(rng):
        inputs = _images(_MANY, 3, 4, 2, **others)(rng)
        return {**inputs, "images": np.repeat(inputs["images"], 2, axis=3)[..., ::2]}

    return drawn


def _more_images(**others):
    return lambda rng, num_images: _images(**others)(rng, num_images)


_MIRRORED = "mirrored = rng.random(len(images)) < 0.5"
_WHERE = "np.where(mirrored[:, np.newaxis, np.newaxis, np.newaxis], images[:, :, ::-1], images)"
_FLIP = (
    Mistake(
        "all-or-none",
        "either all images are mirrored or none",
        "There is a single throw of the dice for the whole batch. Each image is to be decided by itself, which "
        "takes N random numbers.",
        replace={_MIRRORED: "mirrored = np.full(len(images), rng.random() < 0.5)"},
    ),
    Mistake(
        "always",
        "all images are mirrored, always",
        "Then the network never sees the originals, and nothing is random. Each image is mirrored with probability ½.",
        replace={_MIRRORED: "mirrored = np.full(len(images), True)"},
    ),
    Mistake(
        "upside-down",
        "the images are turned upside down",
        "The axes are (N, H, W, C). Reversing H exchanges top and bottom; left and right are along W.",
        replace={"images[:, :, ::-1]": "images[:, ::-1]"},
    ),
    Mistake(
        "colors",
        "the colors are reversed, not left and right",
        "The last axis is C: red, green and blue became blue, green and red. Left and right are along W.",
        replace={"images[:, :, ::-1]": "images[..., ::-1]"},
    ),
    Mistake(
        "turned",
        "the images are turned by 180°",
        "Both H and W are reversed, and that is a rotation. A mirror image has left and right exchanged, and its top "
        "where it was.",
        replace={"images[:, :, ::-1]": "images[:, ::-1, ::-1]"},
    ),
    Mistake(
        "images-exchanged",
        "the images are put in another order",
        "The first axis is that of the images. If it is reversed, an image no longer belongs to its label.",
        replace={"images[:, :, ::-1]": "images[::-1]"},
    ),
    Mistake(
        "each-row",
        "every row of pixels is mirrored by itself",
        "There is a random number for each row, and pictures are torn into stripes. One number for each image "
        "decides for all of it.",
        replace={
            _MIRRORED: "mirrored = rng.random(images.shape[:2]) < 0.5",
            "mirrored[:, np.newaxis, np.newaxis, np.newaxis]": "mirrored[:, :, np.newaxis, np.newaxis]",
        },
    ),
    Mistake(
        "in-place",
        "the images are changed in place",
        "They are the training set. In the next epoch, mirrored images would be mirrored again, and nobody has "
        "the originals any more. Make a new array.",
        replace={f"    return {_WHERE}": "    images[mirrored] = images[mirrored][:, :, ::-1]\n    return images"},
    ),
    Mistake(
        "another-generator",
        "the random numbers don't come from rng",
        "With the same seed, two runs gave different images, so nobody can repeat your experiment. Draw from `rng`.",
        replace={_MIRRORED: "mirrored = np.random.default_rng().random(len(images)) < 0.5"},
    ),
    Mistake(
        "always-the-same",
        "every call mirrors the same images",
        "A generator made anew from a fixed seed begins anew each time, so that the batch would look the same "
        "in every epoch. Draw from `rng`, which goes on where it stopped.",
        replace={_MIRRORED: "mirrored = np.random.default_rng(0).random(len(images)) < 0.5"},
    ),
    Mistake(
        "normal-numbers",
        "far more than half of the images are mirrored",
        "`rng.normal` gives a number below 0.5 in 69 % of the cases. With `rng.random` it is one half.",
        replace={_MIRRORED: "mirrored = rng.normal(size=len(images)) < 0.5"},
    ),
    Mistake(
        "loop",
        "there is a loop over the images",
        "The images are right, but Python visits them one by one. `np.where` can take whole images from one "
        "array or the other, if the condition broadcasts along H, W and C.",
        replace={f"return {_WHERE}": "return np.array([im[:, ::-1] if m else im for im, m in zip(images, mirrored)])"},
    ),
)

_DRAWN = "top, left = rng.integers(0, 2 * margin + 1, size=(2, N, 1))"
_PADDED = "padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin), (0, 0)))"
_CUT = "return padded[np.arange(N)[:, np.newaxis, np.newaxis], rows, columns]"
_CROP = (
    Mistake(
        "one-place-for-all",
        "all images are cut at the same place",
        "There is one random place for the whole batch. Each image is to have its own, which takes N tops and N left edges.",
        replace={"size=(2, N, 1))": "size=(2, 1, 1)) + np.zeros((2, N, 1), int)"},
    ),
    Mistake(
        "last-place-missing",
        "the windows never lie at the far end",
        "`rng.integers(a, b)` excludes b. With a margin of 2 the window's top may be at 0, 1, 2, 3 and 4: five places.",
        replace={"rng.integers(0, 2 * margin + 1,": "rng.integers(0, max(2 * margin, 1),"},
    ),
    Mistake(
        "half-the-places",
        "the windows only lie in the upper left",
        "The margin is on *both* sides, so that the larger image has 2 · margin rows more. Shifts go down and "
        "up, right and left.",
        replace={"rng.integers(0, 2 * margin + 1,": "rng.integers(0, margin + 1,"},
    ),
    Mistake(
        "diagonal",
        "images are shifted along the diagonal only",
        "The same random number is used for the top and for the left edge. They are independent: draw both.",
        replace={_DRAWN: "top = left = rng.integers(0, 2 * margin + 1, size=(N, 1))"},
    ),
    Mistake(
        "only-down",
        "images are shifted up and down only",
        "The left edge of the window is random, too, independently of its top.",
        replace={_DRAWN: _DRAWN + "\n    left = 0 * left + margin"},
    ),
    Mistake(
        "rolled",
        "what leaves the image on one side comes back on the other",
        "That is what np.roll does, or a margin filled by wrapping around: half an airplane on each side. The margin is of "
        "zeros.",
        replace={"(0, 0)))": '(0, 0)), mode="wrap")'},
    ),
    Mistake(
        "edge-repeated",
        "the margin is filled with the pixels at the edge",
        "Some people do that, and networks learn from it as well. Asked for are zeros, which here mean the average image.",
        replace={"(0, 0)))": '(0, 0)), mode="edge")'},
    ),
    Mistake(
        "ones",
        "the margin is not made of zeros",
        "Our images have the mean image subtracted, so that 0 means nothing special. Fill the margin with that.",
        replace={"(0, 0)))": "(0, 0)), constant_values=1)"},
    ),
    Mistake(
        "never-moved",
        "the window is always in the middle",
        "A margin was put around and cut off again. The place is to be random.",
        replace={_DRAWN: _DRAWN + "\n    top, left = 0 * top + margin, 0 * left + margin"},
    ),
    Mistake(
        "larger-images",
        "the images come out with their margin",
        "A network takes images of one size. Of each larger image, a window of the original size is to be cut out.",
        replace={_CUT: "return padded"},
    ),
    Mistake(
        "exchanged",
        "height and width are exchanged",
        "Rows count along H and columns along W. With square images nobody notices.",
        replace={"(top + np.arange(H))": "(top + np.arange(W))", "(left + np.arange(W))": "(left + np.arange(H))"},
    ),
    Mistake(
        "another-generator",
        "the random numbers don't come from rng",
        "With the same seed, two runs gave different images, so nobody can repeat your experiment. Draw from `rng`.",
        replace={_DRAWN: _DRAWN.replace("rng.", "np.random.default_rng().")},
    ),
    Mistake(
        "always-the-same",
        "every call cuts at the same places",
        "A generator made anew from a fixed seed begins anew each time, so that the batch would look the same "
        "in every epoch. Draw from `rng`, which goes on where it stopped.",
        replace={_DRAWN: _DRAWN.replace("rng.", "np.random.default_rng(0).")},
    ),
    Mistake(
        "loop",
        "there is a loop over the images",
        "The images are right, but Python cuts them out one by one. Arrays of indices can pick a different "
        "window from each, as in the small example, or loop over the few places instead of the many images.",
        replace={
            _CUT: "return np.array([padded[i, t : t + H, v : v + W] for i, (t, v) in enumerate(zip(top[:, 0], left[:, 0]))])"
        },
    ),
)

# --- ensemble_predict


def _scores(num_networks=3, num_examples=6, C=4, scale=2.0):
    """Scores of several networks; the two most probable classes differ by enough, for means, products and votes."""

    def drawn(rng, num_examples=num_examples):
        raw = scale * rng.normal(size=(40 * num_examples + 200, num_networks, C))
        clear = raw[_gap(raw) > 1e-3][:num_examples]
        return {"scores": [np.ascontiguousarray(clear[:, i]) for i in range(num_networks)]}

    return drawn


def _gap(raw):
    """Return by how much the largest mean probability exceeds the next, for each example of (n, networks, C)."""
    shifted = np.exp(raw - raw.max(axis=2, keepdims=True))
    means = np.sort((shifted / shifted.sum(axis=2, keepdims=True)).mean(axis=1), axis=1)
    return means[:, -1] - means[:, -2]


def _disagreeing(rng):
    """Two networks are half-hearted for one class, a third is certain of another."""
    weak, sure = np.log([0.15, 0.45, 0.40]), np.log([0.97, 0.02, 0.01])
    scores = np.array([[weak, weak, sure], [weak[[2, 0, 1]], weak[[2, 0, 1]], sure[[1, 2, 0]]]])
    return {"scores": [scores[:, i] + rng.uniform(-5, 5) for i in range(3)]}


def _different_scales(rng):
    """The scores of one network are a hundred times as large, and one has thousands added."""
    inputs = _scores(3, 8, 5)(rng)
    first, second, third = inputs["scores"]
    return {"scores": [first, second * 40, third + 3000]}


def _huge_scores(rng):
    return {"scores": [1e3 * of_one for of_one in _scores(3, 6, 4)(rng)["scores"]]}


def _scores_float32(rng):
    return {"scores": [of_one.astype(np.float32) for of_one in _scores(4, 9, 5)(rng)["scores"]]}


def _scores_strided(rng):
    return {"scores": [np.asfortranarray(of_one) for of_one in _scores(3, 7, 5)(rng)["scores"]]}


_MEAN = "np.mean([softmax(of_one) for of_one in scores], axis=0)"
_ENSEMBLE = (
    Mistake(
        "scores-averaged",
        "the scores were averaged, and the softmax taken afterwards",
        "A network with large scores then outvotes all the others, though large scores need not mean more than "
        "being sure. Make probabilities of each network's scores first, then average.",
        replace={_MEAN: "softmax(np.mean(scores, axis=0))"},
    ),
    Mistake(
        "votes",
        "the networks vote, and their certainty is lost",
        "A network with 51 % for a class then counts as much as one with 99 %. Average the probabilities themselves.",
        replace={_MEAN: "np.mean([np.eye(s.shape[1])[s.argmax(axis=1)] for s in scores], axis=0)"},
    ),
    Mistake(
        "not-divided",
        "the probabilities are added up, not averaged",
        "The labels are the same, but a sum over five networks is 5 in each row. Probabilities add up to 1.",
        replace={_MEAN: "np.sum([softmax(of_one) for of_one in scores], axis=0)"},
    ),
    Mistake(
        "first-network-only",
        "only one of the networks is asked",
        "What comes out are the probabilities of the first one. All of them have a say.",
        replace={_MEAN: "softmax(scores[0])"},
    ),
    Mistake(
        "surest-network",
        "the most certain network decides",
        "For each class, the largest probability of any network was taken: the loudest wins, and rows do not "
        "add up to 1. It is the average that cancels mistakes.",
        replace={_MEAN: "np.max([softmax(of_one) for of_one in scores], axis=0)"},
    ),
    Mistake(
        "multiplied",
        "the probabilities are multiplied",
        "Then a single network that gives a class almost 0 forbids it to all the others, and the products of a row "
        "do not add up to 1. Asked for is the mean.",
        replace={"np.mean([softmax": "np.prod([softmax"},
    ),
    Mistake(
        "wrong-axis",
        "the mean was taken over the examples, not over the networks",
        "One row for each network came out, instead of one for each example. Which axis of (networks, N, C) "
        "has to disappear?",
        replace={"for of_one in scores], axis=0)": "for of_one in scores], axis=1)"},
    ),
    Mistake(
        "no-softmax",
        "these are mean scores, not probabilities",
        "Scores may be negative and add up to anything. softmax makes probabilities of them, for each network by itself.",
        replace={_MEAN: "np.mean(scores, axis=0)"},
    ),
    Mistake(
        "softmax-over-the-networks",
        "the softmax was taken over the networks",
        "Stacked to three axes, (networks, N, C), the sum ran along the first one. The probabilities of the "
        "*classes* add up to 1, for each network and each example.",
        replace={
            _MEAN: "np.exp(scores - np.max(scores, axis=0)) / np.exp(scores - np.max(scores, axis=0)).sum(axis=0)\n"
            "    probabilities = probabilities.mean(axis=0)"
        },
    ),
    Mistake(
        "softmax-over-the-examples",
        "the softmax was taken over the examples",
        "`softmax` sums along axis 1, and for a stack of shape (networks, N, C) that is the axis of the "
        "examples. Give it the scores of one network at a time.",
        replace={_MEAN: "np.mean(softmax(np.array(scores)), axis=0)"},
    ),
    Mistake(
        "overflow",
        "large scores become NaN",
        "exp(1000) is infinite, and ∞/∞ is not a number. The softmax from your earlier work subtracts the maximum "
        "of each row first.",
        replace={_MEAN: "np.mean([np.exp(s) / np.exp(s).sum(axis=1, keepdims=True) for s in scores], axis=0)"},
    ),
    Mistake(
        "label-axis",
        "the labels are the examples with the largest probability of each class",
        "There is one label for each class instead of one for each example: the argmax ran down the columns.",
        replace={"probabilities.argmax(axis=1)": "probabilities.argmax(axis=0)"},
    ),
)

_L1_STEPS = Case(
    "steps as weights are added", lambda rng, D, H: _l1_weights()(rng, D, H), "steps", 1.0, axes=("row", "column")
)
_NORM_STEPS = Case(
    "steps as weights are added", lambda rng, D, H: _columns()(rng, D, H), "steps", 1.0, axes=("input", "unit")
)
_FORWARD_STEPS = Case(
    "steps as examples and units are added",
    lambda rng, N, D: _units(p=0.5)(rng, N, D),
    "steps",
    1.0,
    axes=("example", "unit"),
)
_FLIP_STEPS = Case("steps as images are added", _more_images(), "steps", 1.0, axes=("image",))
_CROP_STEPS = Case("steps as images are added", _more_images(margin=1), "steps", 1.0, axes=("image",))

TASKS = (
    Task(
        "regularization-weight-decay",
        (
            Case("a matrix of weights", _weights(), weight=2.0),
            Case("no gradient: only decay", _no_gradient),
        ),
        (
            Case("another matrix", _weights((3, 5), 0.05, 2.0), weight=2.0),
            Case("a row of weights", _weights((1, 4), 0.4, 0.1)),
            Case("four axes", _weights((2, 3, 2, 2), 0.3, 0.9)),
            Case("no decay", _weights((4,), 0.3, 0.0)),
            Case("large and tiny weights", _huge_and_tiny),
            Case("transposed and strided arrays", _decay_strided),
            Case("float32", _decay_float32),
        ),
        _DECAY,
        _FLOAT32,
    ),
    Task(
        "regularization-l1",
        (
            Case("a matrix of weights", _l1_weights(), weight=2.0),
            Case("no gradient: only shrinking", _l1_still),
            _L1_STEPS,
        ),
        (
            Case("another matrix", _l1_weights((4, 7), 0.05, 2.0), weight=2.0),
            Case("weights that are 0", _at_zero),
            Case("four axes", _l1_weights((3, 2, 2, 3), 0.4, 0.3)),
            Case("no penalty", _no_price),
            Case("a penalty that leaves nothing", _high_price),
            Case("transposed and strided arrays", _l1_strided),
            Case("float32", _l1_float32),
            _L1_STEPS,
        ),
        _L1,
        _FLOAT32,
    ),
    Task(
        "regularization-max-norm",
        (
            Case("four units, two of them too long", _columns(), weight=2.0),
            Case("units of zeros", _with_zeros),
            _NORM_STEPS,
        ),
        (
            Case("other units", _columns(4, 6, 0.7), weight=2.0),
            Case("as many units as inputs", _columns(5, 5, 2.5)),
            Case("a single input", _columns(1, 4, 1.2)),
            Case("a single unit", lambda rng: {"W": rng.uniform(2, 3, size=(4, 1)), "limit": 1.5}),
            Case("units of zeros among others", _with_zeros),
            Case("all inside", _all_inside),
            Case("exactly at the limit", _at_the_fence),
            Case("huge and tiny units", _tall_and_short),
            Case("a strided array", _columns_strided),
            Case("float32", _columns_float32),
            _NORM_STEPS,
        ),
        _MAX_NORM,
        _FLOAT32,
    ),
    Task(
        "regularization-dropout-forward",
        (
            Case("training, 70 % are kept", _units(), weight=2.0),
            Case("training, 20 % are kept", _units((200, 60), 0.2), weight=2.0),
            Case("test mode", _units((5, 4), 0.4, "test"), weight=2.0),
            _FORWARD_STEPS,
        ),
        (
            Case("training, other numbers", _units((120, 80), 0.4), weight=2.0),
            Case("training, nearly all are kept", _units((150, 60), 0.9), weight=2.0),
            Case("test mode, other numbers", _units((7, 3), 0.8, "test"), weight=2.0),
            Case("test mode with images", _units((2, 3, 4, 5), 0.3, "test")),
            Case("all are kept", _units((100, 60), 1.0)),
            Case("hardly any are kept", _units((200, 100), 0.02)),
            Case("images, four axes", _units((20, 3, 12, 14), 0.6)),
            Case("a single example", _units((1, 8000), 0.3)),
            Case("behind a ReLU", _behind_a_relu),
            Case("huge numbers", _units((130, 50), 0.8, scale=1e3)),
            Case("a strided array", _units_strided),
            Case("float32", _units_float32),
            _FORWARD_STEPS,
        ),
        _FORWARD,
        _FLOAT32,
    ),
    Task(
        "regularization-dropout-backward",
        (
            Case("four examples in training", _back(), weight=2.0),
            Case("test mode", _back(mode="test")),
        ),
        (
            Case("other examples in training", _back((6, 3), 0.4), weight=2.0),
            Case("images, four axes", _back((2, 3, 4, 3), 0.6)),
            Case("test mode with images", _back((2, 3, 2, 2), 0.3, "test")),
            Case("a single example", _back((1, 6), 0.5)),
            Case("all were kept", _back((3, 4), 1.0)),
            Case("hardly any were kept", _back((8, 9), 0.05)),
            Case("transposed and strided arrays", _back_strided),
            Case("float32", _back_float32),
        ),
        _BACKWARD,
        _FLOAT32,
    ),
    Task(
        "regularization-flip",
        (Case("many small images", _images(), weight=2.0), _FLIP_STEPS),
        (
            Case("many images that are wider than tall", _images(_MANY, 3, 5, 2), weight=2.0),
            Case("bytes", _image_bytes(_MANY)),
            Case("a single color, float32", _images_float32()),
            Case("a strided array", _images_strided()),
            Case("one image", _images(1, 6, 5, 3)),
            Case("as many images as rows", _images(5, 5, 5, 5)),
            _FLIP_STEPS,
        ),
        _FLIP,
    ),
    Task(
        "regularization-crop",
        (
            Case("many small images, margin 1", _images(margin=1), weight=2.0),
            Case("many small images, margin 2", _images(_MANY, 4, 3, 2, margin=2)),
            _CROP_STEPS,
        ),
        (
            Case("many images that are wider than tall", _images(_MANY, 3, 5, 1, margin=2), weight=2.0),
            Case("no margin", _images(30, 4, 5, 3, margin=0)),
            Case("bytes", _image_bytes(_MANY, margin=1)),
            Case("a single color, float32", _images_float32(_MANY, margin=1)),
            Case("a strided array", _images_strided(margin=1)),
            Case("one image", _images(1, 6, 5, 3, margin=2)),
            Case("a wide margin", _images(_MANY, 4, 4, 1, margin=3)),
            _CROP_STEPS,
        ),
        _CROP,
    ),
    Task(
        "regularization-ensemble",
        (
            Case("three networks", _scores(), weight=2.0),
            Case("two half-hearted against one that is sure", _disagreeing),
            Case("scores of different size", _different_scales),
        ),
        (
            Case("four networks", _scores(4, 7, 5), weight=2.0),
            Case("as many networks as examples and classes", _scores(5, 5, 5)),
            Case("two half-hearted against one that is sure", _disagreeing),
            Case("one with large scores, one with thousands added", _different_scales),
            Case("scores of ±1000", _huge_scores),
            Case("a single network", _scores(1, 6, 4)),
            Case("a single example", _scores(4, 1, 5)),
            Case("two classes", _scores(3, 8, 2)),
            Case("transposed arrays", _scores_strided),
            Case("float32", _scores_float32),
        ),
        _ENSEMBLE,
        _FLOAT32,
    ),
)
