"""Cases and known mistakes of the optimization notebook."""

import numpy as np

from autograder.tasks import Case, Mistake, Task

_GLOBAL_RNG = "np.random.default_rng()"  # knows nothing of the seed
_ANOTHER_GENERATOR = dict(
    id="another-generator",
    title="the random numbers do not come from rng",
    hint="Two calls with the same seed gave different results, so nobody can repeat your experiment, not even "
    "you. Draw from the generator that was handed in; `np.random.normal` and a new `default_rng()` know "
    "nothing of its seed.",
)
_SEED_WITHIN = dict(
    id="seed-within",
    title="every call draws the same random numbers",
    hint="A generator made inside the function, with a seed of its own, begins anew with each call: whoever calls it twice "
    "gets the same chance twice. Draw from the `rng` that was handed in.",
)

# --- random_search


def _search(rng, D=8, C=5, num_tries=20, scale=1e-2, height=0.0, steepness=1.0):
    """A bowl whose bottom is as far away as the tries are from each other. Losses are of the order of the steepness."""
    return {
        "bottom": scale * rng.normal(size=(D, C)),
        "height": height,
        "steepness": steepness / scale**2,
        "num_tries": num_tries,
        "scale": scale,
        "seed": int(rng.integers(1, 10**6)),
    }


def _tiny_scale(rng):
    return _search(rng, 6, 7, 25, scale=1e-4)


def _large_losses(rng):
    return _search(rng, 9, 4, 18, height=5e4, steepness=100.0)


def _negative_losses(rng):
    return _search(rng, 10, 5, 16, height=-40.0)


def _one_try(rng):
    return _search(rng, 30, 20, 1)


def _one_column(rng):
    return _search(rng, 40, 1, 24, scale=3.0)


_DRAW = "W = scale * rng.normal(size=shape)"
_BETTER = "if loss < best_loss:\n            best_W, best_loss = W, loss"
_RANDOM_SEARCH = (
    Mistake(
        "the-worst",
        "it returns the weights with the highest loss",
        "A loss says how unhappy we are: the lower, the better. Which way does your comparison point, and what does the "
        "best loss begin with?",
        replace={
            "best_W, best_loss = None, np.inf": "best_W, best_loss = None, -np.inf",
            "loss < best_loss": "loss > best_loss",
        },
    ),
    Mistake(
        "the-last",
        "it returns the last weights it tried",
        "The best ones have been overwritten by those that came after them. Keep them in variables of their "
        "own, which change only when something better turns up.",
        replace={_BETTER: "best_W, best_loss = W, loss"},
    ),
    Mistake(
        "best-loss-starts-at-zero",
        "the best loss begins with a number that no try may ever beat",
        "Nothing is known about the size of the losses: they may all be above or below the number you begin "
        "with. Begin with one that is worse than everything.",
        replace={"np.inf": "0.0"},
    ),
    Mistake(
        "best-loss-starts-at-a-large-number",
        "the best loss begins with a number that is only fairly large",
        "Losses can be larger than that, and then nothing is ever found. There is a number that is worse than everything.",
        replace={"np.inf": "9999.0"},
    ),
    Mistake(
        "scale-ignored",
        "the random numbers are not multiplied by scale",
        "Standard normal numbers are about 1 in size, and the weights should be `scale` times that.",
        replace={_DRAW: "W = rng.normal(size=shape)"},
    ),
    Mistake(
        "variance-for-deviation",
        "the random numbers are scale squared, or its root, in size",
        "`scale` is the standard deviation, not the variance: it multiplies the numbers themselves.",
        replace={_DRAW: "W = np.sqrt(scale) * rng.normal(size=shape)"},
    ),
    Mistake(
        "evenly-distributed",
        "the numbers are evenly distributed, not normally",
        "Between −scale and scale all are equally likely, and none is larger. Their standard deviation is only 0.58 times "
        "what was asked for. The generator has a method for the normal distribution.",
        replace={_DRAW: "W = scale * rng.uniform(-1, 1, size=shape)"},
    ),
    Mistake(
        "only-positive",
        "all random numbers are positive",
        "`rng.random` and `rng.uniform()` lie between 0 and 1. Weights have to be able to say that something counts "
        "*against* a class: draw from the normal distribution, around 0.",
        replace={_DRAW: "W = scale * np.sqrt(3) * rng.random(size=shape)"},
    ),
    Mistake(
        "drawn-once",
        "it tries the same weights again and again",
        "The random numbers are drawn before the loop, so that every try is the same. What has to be new in "
        "each try belongs inside.",
        replace={
            "    for _ in range(num_tries):\n": "    W = scale * rng.normal(size=shape)\n    for _ in range(num_tries):\n",
            f"        {_DRAW}\n        loss": "        loss",
        },
    ),
    Mistake(
        "one-try-too-few",
        "it makes one try too few",
        "`range(1, n)` has n − 1 members. Asked for a single try, it would return nothing at all.",
        replace={"range(num_tries)": "range(1, num_tries)"},
    ),
    Mistake(
        "stops-at-the-first",
        "it returns after the first try",
        "A `return` ends the function wherever it stands, also in the middle of a loop. Is it indented too far?",
        replace={"    return best_W, best_loss": "        return best_W, best_loss"},
    ),
    Mistake(
        "loss-not-updated",
        "the best loss is never brought up to date",
        "When something better is found, two things have to be remembered: the weights, and how good they are. "
        "Otherwise the next try is compared with a loss from long ago.",
        replace={"best_W, best_loss = W, loss": "best_W = W"},
    ),
    Mistake(**_ANOTHER_GENERATOR, replace={"rng.normal(size=shape)": f"{_GLOBAL_RNG}.normal(size=shape)"}),
    Mistake(
        **_SEED_WITHIN,
        replace={"    best_W, best_loss = None": "    rng = np.random.default_rng(0)\n    best_W, best_loss = None"},
    ),
)

# --- random_local_search


def _walk(rng, D=40, C=12, num_steps=30, step_size=1e-2, height=0.0, steepness=1.0):
    """A bowl so far away that about a third of the steps lead downhill."""
    W = rng.normal(size=(D, C))
    return {
        "W": W,
        "bottom": W + 20 * step_size * rng.choice([-1.0, 1.0], size=(D, C)),
        "height": height,
        "steepness": steepness / step_size**2,
        "num_steps": num_steps,
        "step_size": step_size,
        "seed": int(rng.integers(1, 10**6)),
    }


def _from_zero(rng):
    """Begins with weights that are all 0, with losses below 0."""
    inputs = _walk(rng, 60, 8, 24, height=-1e4)
    return {**inputs, "bottom": inputs["bottom"] - inputs["W"], "W": np.zeros((60, 8))}


def _high_up(rng):
    return _walk(rng, 50, 10, 28, step_size=1e-4, height=7e4, steepness=10.0)


def _at_the_bottom(rng):
    """No step can lead downhill."""
    inputs = _walk(rng, 30, 16, 12)
    return {**inputs, "bottom": inputs["W"].copy()}


def _one_step(rng):
    return _walk(rng, 70, 7, 1)


def _long_steps(rng):
    return _walk(rng, 500, 1, 26, step_size=3.0)


_STEP = "candidate = W + step_size * rng.normal(size=W.shape)"
_KEEP = "if loss < best_loss:\n            W, best_loss = candidate, loss"
_LOCAL_SEARCH = (
    Mistake(
        "every-step-taken",
        "it takes every step, also those that lead uphill",
        "That is a random walk, which gets nowhere in particular. A step is taken only if the loss is lower "
        "there; otherwise the next one sets out from where you stand.",
        replace={_KEEP: "W, best_loss = candidate, loss"},
    ),
    Mistake(
        "uphill",
        "it takes the steps that lead uphill",
        "A loss says how unhappy we are: the lower, the better. Which way does the comparison point?",
        replace={"if loss < best_loss": "if loss > best_loss"},
    ),
    Mistake(
        "always-from-the-start",
        "every step sets out from the start",
        "What was gained by one step is lost in the next: that is a random search around one point. The next "
        "step should set out from the best weights so far.",
        replace={
            "    best_loss = loss_fn(W)\n": "    start, best_loss = W, loss_fn(W)\n",
            _STEP: "candidate = start + step_size * rng.normal(size=W.shape)",
        },
    ),
    Mistake(
        "start-not-compared",
        "the first step is taken whatever its loss",
        "The loss of the start is never asked for, so the first step is compared with nothing. It may lead uphill.",
        replace={"best_loss = loss_fn(W)": "best_loss = np.inf"},
    ),
    Mistake(
        "loss-not-updated",
        "every step is compared with the loss of the start",
        "When a step is taken, two things change: where you stand, and the loss there. Otherwise steps are accepted that "
        "are better than the start and worse than where you were.",
        replace={"W, best_loss = candidate, loss": "W = candidate"},
    ),
    Mistake(
        "not-around-where-it-stands",
        "it jumps anywhere instead of stepping from where it stands",
        "That is random search with another name. A *step* adds a small random change to the weights that you have.",
        replace={_STEP: "candidate = step_size * rng.normal(size=W.shape)"},
    ),
    Mistake(
        "step-size-ignored",
        "the steps are not multiplied by step_size",
        "Standard normal numbers are about 1 in size, and a step should be `step_size` times that.",
        replace={_STEP: "candidate = W + rng.normal(size=W.shape)"},
    ),
    Mistake(
        "only-positive",
        "all entries of a step are positive",
        "`rng.random` lies between 0 and 1, so that weights can only ever grow. Draw from the normal "
        "distribution, around 0.",
        replace={_STEP: "candidate = W + step_size * rng.random(size=W.shape)"},
    ),
    Mistake(
        "one-number-for-all",
        "all entries of W are moved by the same random number",
        "Without a size, `rng.normal()` is a single number. A direction in the space of the weights has one "
        "number for each of them.",
        replace={"rng.normal(size=W.shape)": "rng.normal()"},
    ),
    Mistake(
        "same-direction",
        "it tries the same direction every time",
        "The direction is drawn before the loop. What has to be new in each step belongs inside.",
        replace={
            "    best_loss = loss_fn(W)\n": "    best_loss, direction = loss_fn(W), rng.normal(size=W.shape)\n",
            "rng.normal(size=W.shape)\n        loss": "direction\n        loss",
        },
    ),
    Mistake(
        "start-changed",
        "the weights that were handed in are changed in place",
        "`+=` changes the array itself, and it belongs to whoever called. It also changes what you thought you "
        "had kept. Make a new array for each candidate.",
        replace={
            _STEP: "step = step_size * rng.normal(size=W.shape)\n        W += step\n        candidate = W",
            _KEEP: "if loss < best_loss:\n            best_loss = loss\n        else:\n            W -= step",
        },
    ),
    Mistake(
        "the-last-candidate",
        "it returns the last weights that it tried, taken or not",
        "Whether the last step was a good one is a matter of chance. Return the weights where you stand.",
        replace={"return W, best_loss": "return candidate, best_loss"},
    ),
    Mistake(**_ANOTHER_GENERATOR, replace={"rng.normal(size=W.shape)": f"{_GLOBAL_RNG}.normal(size=W.shape)"}),
    Mistake(
        **_SEED_WITHIN,
        replace={"    best_loss = loss_fn(W)\n": "    best_loss, rng = loss_fn(W), np.random.default_rng(0)\n"},
    ),
)

# --- epoch_batches


def _batches(num_examples, batch_size):
    return lambda rng: {"num_examples": num_examples, "batch_size": batch_size, "seed": int(rng.integers(1, 10**6))}


def _with_a_rest(rng):
    """Neither the number of batches nor the sizes come out right by accident."""
    batch_size = int(rng.integers(5, 9))
    return _batches(5 * batch_size + int(rng.integers(1, batch_size - 2)), batch_size)(rng)


_ORDER = "order = rng.permutation(num_examples)"
_CUT = "[order[start : start + batch_size] for start in range(0, num_examples, batch_size)]"
_EPOCH = (
    Mistake(
        "not-shuffled",
        "the examples come in the order of the data",
        "If the data are sorted by class, a batch holds one class only, and each step forgets what the one "
        "before it learned. Put the indices into a random order first.",
        replace={_ORDER: "order = np.arange(num_examples)"},
    ),
    Mistake(
        "drawn-with-replacement",
        "some examples come several times in an epoch, others never",
        "Numbers drawn one by one repeat themselves. That is a fair way to draw a single batch, but in an epoch everybody "
        "takes part exactly once: use a *permutation*.",
        replace={_ORDER: "order = rng.integers(0, num_examples, size=num_examples)"},
    ),
    Mistake(
        "rest-lost",
        "the examples that don't fill a batch are left out",
        "With 10 examples in batches of 4, two are left over. They form a smaller batch at the end.",
        replace={_CUT: f"{_CUT}[: num_examples // batch_size]"},
    ),
    Mistake(
        "equal-sizes",
        "the batches were made equally large",
        "All examples are there. But every batch should hold `batch_size` of them, and only the last one what is left.",
        replace={_CUT: "np.array_split(order, -(-num_examples // batch_size))"},
    ),
    Mistake(
        "that-many-batches",
        "batch_size was taken for the number of batches",
        "Asked for batches of 5, it makes 5 batches. The size is given; how many there are follows from it.",
        replace={_CUT: "[batch for batch in np.array_split(order, batch_size) if len(batch)]"},
    ),
    Mistake(
        "filled-up",
        "the last batch was filled up with examples that had their turn",
        "They take part twice in this epoch. The last batch may be smaller: the gradient is a mean, whatever the number.",
        replace={_ORDER: f"{_ORDER}\n    order = np.resize(order, -(-num_examples // batch_size) * batch_size)"},
    ),
    Mistake(
        "overlapping",
        "neighboring batches share an example",
        "A slice ends *before* its second number, so that the next one can begin there. Is there a + 1 too many?",
        replace={"start + batch_size]": "start + batch_size + 1]"},
    ),
    Mistake(
        "shuffled-inside-the-batches",
        "the examples are shuffled within each batch only",
        "Each batch holds the same neighbors in every epoch, in another order, and within a batch the order makes no "
        "difference. Shuffle before you cut.",
        replace={_ORDER: "order = np.arange(num_examples)", _CUT: f"[rng.permutation(batch) for batch in {_CUT}]"},
    ),
    Mistake(
        "batches-shuffled",
        "whole batches are shuffled, not examples",
        "The batches come in another order, but each holds the same neighbors in every epoch. Shuffle before you cut.",
        replace={
            _ORDER: "order = np.arange(num_examples)",
            f"return {_CUT}": f"batches = {_CUT}\n    return [batches[i] for i in rng.permutation(len(batches))]",
        },
    ),
    Mistake(
        "one-batch",
        "it returns the first batch only",
        "An epoch is a whole round through the data: all its batches are needed, in a list.",
        replace={f"return {_CUT}": "return [order[:batch_size]]"},
    ),
    Mistake(**_ANOTHER_GENERATOR, replace={_ORDER: f"order = {_GLOBAL_RNG}.permutation(num_examples)"}),
    Mistake(**_SEED_WITHIN, replace={_ORDER: "order = np.random.default_rng(0).permutation(num_examples)"}),
)

# --- elastic_net


def _weights(rng, D=5, C=4, l1=0.7, l2=0.3):
    W = rng.choice([-1.0, 1.0], size=(D, C)) * rng.uniform(0.2, 3, size=(D, C))
    return {"W": W, "l1": l1, "l2": l2}


def _only_l2(rng):
    return _weights(rng, 4, 6, l1=0.0, l2=1.7)


def _only_l1(rng):
    return _weights(rng, 6, 3, l1=1.3, l2=0.0)


def _with_zeros(rng):
    inputs = _weights(rng, 6, 5, 0.9, 0.4)
    return {**inputs, "W": inputs["W"] * (rng.random(size=(6, 5)) < 0.6)}


def _no_penalty(rng):
    return _weights(rng, 3, 4, 0.0, 0.0)


def _a_vector(rng):
    return {**_weights(rng, 9, 1, 0.2, 2.0), "W": rng.normal(size=9)}


def _huge_and_tiny(rng):
    return {"W": rng.normal(size=(5, 5)) * 10.0 ** rng.integers(-3, 4, size=(5, 5)), "l1": 0.5, "l2": 1e-3}


def _float32_weights(rng):
    inputs = _weights(rng, 8, 6)
    return {**inputs, "W": inputs["W"].astype(np.float32)[::2, ::-1]}


_VALUE = "penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2)"
_SLOPE = "gradient = l1 * np.sign(W) + 2 * l2 * W"
_PENALTIES = (
    Mistake(
        "gradient-without-2",
        "penalty and gradient of the L2 part do not belong together",
        "The penalty has l2·w² for every weight, and the derivative of w² is not w.",
        replace={"2 * l2 * W": "l2 * W"},
    ),
    Mistake(
        "half-penalty",
        "the L2 part is ½·l2·ΣW²",
        "This is a convention, not a misunderstanding: with the ½ the gradient is simply l2·W, and yours agree with each "
        "other. The linear classifiers of this course have no ½, so that the gradient has a 2.",
        replace={"l2 * np.sum(W**2)": "0.5 * l2 * np.sum(W**2)", "2 * l2 * W": "l2 * W"},
    ),
    Mistake(
        "strengths-exchanged",
        "l1 and l2 are exchanged",
        "l1 is the strength of the sum of absolute values, l2 that of the sum of squares.",
        replace={
            _VALUE: "penalty = l2 * np.sum(np.abs(W)) + l1 * np.sum(W**2)",
            _SLOPE: "gradient = l2 * np.sign(W) + 2 * l1 * W",
        },
    ),
    Mistake(
        "no-absolute-values",
        "the L1 part adds up the weights themselves",
        "Negative weights would pay for positive ones, and the penalty could be made as negative as one likes. "
        "The L1 norm is made of absolute values.",
        replace={"np.abs(W)": "W", "l1 * np.sign(W)": "l1"},
    ),
    Mistake(
        "sign-forgotten",
        "the gradient of |w| is taken to be 1 everywhere",
        "For a positive weight the slope of |w| is 1. What is it for a negative one? Draw the function.",
        replace={"np.sign(W)": "np.ones_like(W)"},
    ),
    Mistake(
        "nan-at-zero",
        "the gradient is not a number where a weight is 0",
        "W / |W| is the sign, except at 0, where it is 0/0. There is a function that says −1, 0 or 1.",
        replace={"np.sign(W)": "W / np.abs(W)"},
    ),
    Mistake(
        "zero-is-pushed",
        "a weight that is 0 is pushed away from there",
        "L1 is made to leave weights at 0. With a slope of 1 or −1 there, each step would push them out again. At 0 the "
        "gradient should be 0.",
        replace={"np.sign(W)": "np.where(W >= 0, 1, -1)"},
    ),
    Mistake(
        "gradient-of-l1-is-w",
        "the gradient of the L1 part grows with the weight",
        "That is how a square behaves. |w| is a straight line on either side: its slope is the same for a "
        "weight of 0.1 and one of 10. That is why L1 carries small weights all the way to 0.",
        replace={"np.sign(W)": "W"},
    ),
    Mistake(
        "root-taken",
        "the L2 part is the norm, not its square",
        "The penalty is the sum of the squares; the root is not taken. (Its gradient would be different, too.)",
        replace={"l2 * np.sum(W**2)": "l2 * np.sqrt(np.sum(W**2))"},
    ),
    Mistake(
        "averaged",
        "the penalty is a mean over the weights",
        "The sums run over all weights and are not divided by their number.",
        replace={"np.sum(np.abs(W))": "np.mean(np.abs(W))", "np.sum(W**2)": "np.mean(W**2)"},
    ),
    Mistake(
        "l1-missing-in-gradient",
        "the L1 part is in the penalty, but not in the gradient",
        "What the penalty contains, its gradient has to contain. What is the slope of |w|?",
        replace={"l1 * np.sign(W) + ": ""},
    ),
    Mistake(
        "not-added-up",
        "the penalty is an array instead of one number",
        "Each weight has its share, and the penalty is their sum: one number, which is added to the loss.",
        replace={_VALUE: "penalty = l1 * np.abs(W) + l2 * W**2"},
    ),
)

# --- LinearClassifier.train


def _training(rng, N=16, D=40, C=4, batch_size=8, num_iters=40, learning_rate=0.02, reg=0.05, verbose=False):
    """Few examples, drawn often. The first column of X numbers them, in rising order; every class occurs."""
    X = rng.normal(size=(N, D)) / 4
    X[:, 0] = np.arange(N) / N
    return {
        "X": X,
        "y": rng.permutation(np.arange(N) % C),
        "learning_rate": learning_rate,
        "reg": reg,
        "num_iters": num_iters,
        "batch_size": batch_size,
        "verbose": verbose,
        "seed": int(rng.integers(1, 10**6)),
    }


def _no_reg(rng):
    return _training(rng, 20, 50, 3, batch_size=10, num_iters=40, learning_rate=0.05, reg=0.0)


def _single_examples(rng):
    return _training(rng, 16, 60, 5, batch_size=1, num_iters=20, learning_rate=0.01, reg=0.2)


def _missing_class(rng):
    """No example has label 1: there are classes that a training set does not show."""
    inputs = _training(rng, 15, 45, 5, batch_size=5, num_iters=30)
    return {**inputs, "y": np.where(inputs["y"] == 1, 2, inputs["y"])}


def _one_iteration(rng):
    return _training(rng, 20, 50, 3, batch_size=5, num_iters=1, learning_rate=0.5)


def _told_about(rng):
    return _training(rng, 20, 30, 4, batch_size=10, num_iters=20, learning_rate=0.03, verbose=True)


def _in_float32(rng):
    inputs = _training(rng, 16, 40, 4, batch_size=8, num_iters=40)
    return {**inputs, "X": inputs["X"].astype(np.float32), "y": inputs["y"].astype(np.uint8)}


_INIT = "self.W = 0.001 * rng.normal(size=(dim, int(np.max(y)) + 1))"
_PICK = "batch = rng.choice(num_train, size=batch_size)"
_ASK = "loss, gradient = self.loss(X[batch], y[batch], reg)"
_MOVE = "self.W = self.W - learning_rate * gradient"
_TRAIN = (
    Mistake(
        "uphill",
        "W moves along the gradient instead of against it",
        "The gradient points to where the loss *grows* fastest. We want it to fall.",
        replace={_MOVE: "self.W = self.W + learning_rate * gradient"},
    ),
    Mistake(
        "no-learning-rate",
        "the learning rate is not used",
        "The gradient says in which direction the loss falls, and how steeply, but not how far to go. That is what the "
        "learning rate is for.",
        replace={_MOVE: "self.W = self.W - gradient"},
    ),
    Mistake(
        "unit-steps",
        "every step is equally long",
        "The gradient was divided by its length. But it should be short near the bottom: steps in proportion to the slope "
        "become small by themselves.",
        replace={_MOVE: "self.W = self.W - learning_rate * gradient / np.sqrt(np.sum(gradient**2))"},
    ),
    Mistake(
        "batch-drawn-once",
        "the same batch is used in every step",
        "It is drawn before the loop, so that most of the training set is never seen. Each step needs a batch of its own.",
        replace={
            "    for step in range(num_iters):\n": f"    {_PICK}\n    for step in range(num_iters):\n",
            f"        {_PICK}\n": "",
        },
    ),
    Mistake(
        "first-rows",
        "every batch consists of the first rows of X",
        "Examples further down never take part. Draw indices at random, anew in each step.",
        replace={_PICK: "batch = np.arange(batch_size)"},
    ),
    Mistake(
        "everything-at-once",
        "each step computes the loss of the whole training set",
        "That is exact, and takes as long as hundreds of steps with a batch. Draw `batch_size` examples for each step.",
        replace={_ASK: "loss, gradient = self.loss(X, y, reg)"},
    ),
    Mistake(
        "labels-of-others",
        "images and labels were drawn separately",
        "Each image gets somebody else's label, and there is nothing left to learn. Draw the indices once, and "
        "use them for both.",
        replace={"y[batch], reg": "y[rng.choice(num_train, size=batch_size)], reg"},
    ),
    Mistake(
        "forgets-what-it-knew",
        "W begins anew with each call of train",
        "What was learned before is lost. Random numbers are for the beginning, when `self.W` is still None; a later call "
        "goes on from where the last one ended.",
        replace={"if self.W is None:": "if True:"},
    ),
    Mistake(
        "reg-not-passed-on",
        "reg does not reach the loss",
        "An argument does something only where it is used. The loss needs it for its penalty.",
        replace={"y[batch], reg)": "y[batch], 0.0)"},
    ),
    Mistake(
        "large-random-numbers",
        "W does not begin small",
        "Standard normal numbers are about 1 in size; multiplied by 3,000 pixels they make scores of some thousands. Begin "
        "with 0.001 times that.",
        replace={"0.001 * rng.normal": "rng.normal"},
    ),
    Mistake(
        "classes-counted",
        "W has a column for each label that occurs, not for each class",
        "If no example has label 1, the columns of all classes behind it are one place too far to the left. "
        "The largest label tells how many classes there are, since they count from 0.",
        replace={"int(np.max(y)) + 1": "len(np.unique(y))"},
    ),
    Mistake(
        "last-loss-only",
        "it returns the last loss instead of all of them",
        "A single number shows no curve. Collect the loss of every step in a list, and return the list.",
        replace={"return loss_history": "return loss"},
    ),
    Mistake(
        "moved-after-the-loop",
        "W moves only once, after the last step",
        "The line that changes W stands behind the loop. All the gradients but the last were computed for "
        "nothing. What has to happen in each step belongs inside.",
        replace={
            f"        {_MOVE}\n": "",
            "    return loss_history": f"    {_MOVE}\n    return loss_history",
        },
    ),
    Mistake(**_ANOTHER_GENERATOR, replace={_PICK: f"batch = {_GLOBAL_RNG}.choice(num_train, size=batch_size)"}),
)

# --- LinearClassifier.predict


def _classifier(rng, N=7, D=6, C=4):
    return {"W": rng.normal(size=(D, C)), "X": rng.normal(size=(N, D))}


def _square(rng):
    return _classifier(rng, 5, 5, 5)


def _all_negative(rng):
    """Every score is below 0."""
    inputs = _classifier(rng, 8, 5, 6)
    return {"W": -np.abs(inputs["W"]), "X": np.abs(inputs["X"])}


def _single_row(rng):
    return _classifier(rng, 1, 9, 3)


def _single_class(rng):
    return _classifier(rng, 6, 4, 1)


def _huge_scores(rng):
    return {"W": 1e3 * rng.normal(size=(4, 10)), "X": 1e3 * rng.normal(size=(12, 4))}


def _float32_slices(rng):
    inputs = _classifier(rng, 20, 7, 5)
    return {"W": inputs["W"].astype(np.float32), "X": inputs["X"].astype(np.float32)[::2]}


def _more_rows(rng, num_examples, C):
    return _classifier(rng, num_examples, 5, C)


_STEPS = Case("steps as examples and classes are added", _more_rows, "steps", 2.0, axes=("example", "class"))
_PREDICT = (
    Mistake(
        "axis-0",
        "it picks the best example for each class",
        "`axis=0` goes down the columns. One label for each row of X is needed: along which axis do the classes lie?",
        replace={"axis=1": "axis=0"},
    ),
    Mistake(
        "scores-for-labels",
        "these are the highest scores, not the classes that have them",
        "`max` says how high, `argmax` says where. The labels are the places.",
        replace={"np.argmax": "np.max"},
    ),
    Mistake(
        "lowest",
        "it picks the class with the lowest score",
        "A score says how well an image fits a class: the higher, the better. (With a loss it would be the "
        "other way around.)",
        replace={"np.argmax": "np.argmin"},
    ),
    Mistake(
        "absolute",
        "it picks the score that is farthest from 0",
        "A score of −8 speaks against a class, more than −1 does. Signs count.",
        replace={"np.argmax(X @ self.W": "np.argmax(np.abs(X @ self.W)"},
    ),
    Mistake(
        "upright",
        "the labels stand upright",
        "A column of labels, (N, 1), compared with (N,) labels gives a table of N times N. Return (N,).",
        replace={"axis=1)": "axis=1, keepdims=True)"},
    ),
    Mistake(
        "counted-from-one",
        "labels are counted from 1",
        "The first class is 0, as in y, and as `argmax` says by itself.",
        replace={"axis=1)": "axis=1) + 1"},
    ),
    Mistake(
        "one-label-for-all",
        "it returns one number for the whole batch",
        "Without an axis, `argmax` numbers all the entries through and returns one place. One label for each row is needed.",
        replace={", axis=1": ""},
    ),
    Mistake(
        "bias-left-out",
        "the last feature is left out",
        "It is the 1 that was appended for the bias, and its row of W has been learned like the others.",
        replace={"X @ self.W": "X[:, :-1] @ self.W[:-1]"},
    ),
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The labels are right, but Python visits the examples one by one. One matrix product gives all scores at once.",
        replace={"np.argmax(X @ self.W, axis=1)": "np.array([np.argmax(x @ self.W) for x in X])"},
    ),
)

# --- halve_on_plateau


def _epochs(rng, num_epochs=16, patience=3, learning_rate=0.8):
    """Losses in eighths, which fall at times and stand still or rise at others."""
    losses = 20 + np.cumsum(rng.choice([-2, -1, 0, 1, 2], size=num_epochs, p=[0.15, 0.2, 0.2, 0.25, 0.2])) / 8
    return {"losses": losses, "learning_rate": learning_rate, "patience": patience}


def _worked_example(rng):
    """The example of the text."""
    losses = np.array([5, 4, 4.5, 4, 3, 3.5, 3, 3.25, 3.5, 3.25, 3.5, 2, 2.5])
    return {"losses": losses, "learning_rate": 0.8, "patience": 3}


def _long_plateau(rng):
    """Falls, then nothing better for a long time, but always a little better than the epoch before."""
    fall = 16 - np.arange(5) / 2
    slow = fall[-1] + 5 - np.arange(18) / 8
    return {"losses": np.concatenate([fall, slow]), "learning_rate": 0.4, "patience": int(rng.integers(3, 6))}


def _up_and_down(rng):
    """Every other epoch is a new best: the rate never changes."""
    down = 30 - np.arange(12)
    return {"losses": np.stack([down, down + 5.0], axis=1).ravel(), "learning_rate": 0.3, "patience": 2}


def _ties(rng):
    return {"losses": np.repeat([3.0, 2.0], [2, 9]), "learning_rate": 1.0, "patience": 4}


def _impatient(rng):
    return _epochs(rng, 14, patience=1)


def _negative_values(rng):
    inputs = _epochs(rng, 30, patience=4, learning_rate=1e-3)
    return {**inputs, "losses": inputs["losses"] - 40}


def _ten(rng):
    """An improvement in the tenth epoch of waiting comes just in time, once; then none comes."""
    losses = np.concatenate([[9, 8], np.full(9, 8.5), [7], np.full(25, 7.5)])
    return {"losses": losses, "learning_rate": 1e-2, "patience": 10}


def _single_epoch(rng):
    return {"losses": np.array([2.5]), "learning_rate": 0.1, "patience": 2}


_WAIT = "waited = 0 if loss < best else waited + 1"
_REMEMBER = "best = min(best, loss)"
_HALVE = "learning_rate, waited = learning_rate / 2, 0"
_PLATEAU = (
    Mistake(
        "counting-goes-on",
        "after a halving the counting does not begin anew",
        "Once patience has run out it stays out, and the rate is halved in every epoch after that. A smaller "
        "rate needs time to show what it can do: begin to count from 0 again.",
        replace={"waited == patience": "waited >= patience", _HALVE: "learning_rate = learning_rate / 2"},
    ),
    Mistake(
        "halved-only-once",
        "a plateau halves the rate only once",
        "When another `patience` epochs bring nothing new, the rate is halved again. Is the counting begun anew after a "
        "halving?",
        replace={_HALVE: "learning_rate = learning_rate / 2"},
    ),
    Mistake(
        "compared-with-the-epoch-before",
        "each loss is compared with the one before it, not with the best so far",
        "A loss that rises by a lot and then creeps down again gets better in every epoch, and yet nothing new has been "
        "reached. The lowest loss *so far* is what counts.",
        replace={_REMEMBER: "best = loss"},
    ),
    Mistake(
        "ties-are-progress",
        "a loss equal to the best counts as progress",
        "Standing still is no improvement: a plateau is exactly that. Only a loss *below* the best so far "
        "stops the counting.",
        replace={"loss < best": "loss <= best"},
    ),
    Mistake(
        "never-starts-over",
        "epochs without progress are counted although there was progress in between",
        "Patience is about epochs in a row. A new lowest loss sets the counter back to 0.",
        replace={_WAIT: "waited = waited if loss < best else waited + 1"},
    ),
    Mistake(
        "one-epoch-too-late",
        "the rate is halved one epoch too late",
        "With a patience of 3, the third epoch in a row without progress is the one after which the rate is "
        "halved. Compare your condition with that.",
        replace={"waited == patience": "waited > patience"},
    ),
    Mistake(
        "one-epoch-too-early",
        "the rate is halved one epoch too early",
        "With a patience of 3, it takes three epochs in a row without progress. Does the epoch of the best "
        "loss itself count as one of them in yours?",
        replace={"waited == patience": "waited >= max(1, patience - 1)"},
    ),
    Mistake(
        "rates-one-late",
        "these are the rates that the epochs were trained with, not those that follow",
        "Entry e is the rate *after* epoch e: what its loss has decided is already in it. Note the rate down "
        "after you have looked at the loss, not before.",
        replace={
            "        rates.append(learning_rate)\n": "",
            f"        {_WAIT}": f"        rates.append(learning_rate)\n        {_WAIT}",
        },
    ),
    Mistake(
        "higher-is-better",
        "a higher loss counts as progress",
        "That would be right for an accuracy. Of a loss, the lowest is the best.",
        replace={"loss < best": "loss > best", "min(best, loss)": "max(best, loss)", "np.inf": "-np.inf"},
    ),
    Mistake(
        "best-forgotten",
        "the best loss is forgotten when the rate is halved",
        "After a halving, the next loss counts as progress whatever it is. What was reached before is still "
        "the mark to beat.",
        replace={_HALVE: "learning_rate, waited, best = learning_rate / 2, 0, np.inf"},
    ),
    Mistake(
        "divided-by-ten",
        "the rate is divided by ten",
        "Some schedules do that, and slow down sooner. This one halves the rate, so that it never loses much by mistake.",
        replace={"learning_rate / 2": "learning_rate / 10"},
    ),
    Mistake(
        "patience-ignored",
        "the patience is a fixed number",
        "An argument does something only where it is used: how long to wait is for the caller to say.",
        replace={"waited == patience": "waited == 10"},
    ),
    Mistake(
        "last-rate-only",
        "it returns the last rate instead of one for each epoch",
        "Collect the rate after every epoch, so that one can see when it was halved.",
        replace={"return np.array(rates)": "return learning_rate"},
    ),
)

_SLOPPY = 1e-4  # what a loss in float32 leaves of a step

TASKS = (
    Task(
        "optimization-random-search",
        (
            Case("20 tries", _search),
            Case("tiny numbers", _tiny_scale),
            Case("large losses", _large_losses),
        ),
        (
            Case("other tries", _search),
            Case("tiny numbers", _tiny_scale),
            Case("large losses", _large_losses),
            Case("losses below 0", _negative_losses),
            Case("a single try", _one_try),
            Case("a single column", _one_column),
        ),
        _RANDOM_SEARCH,
    ),
    Task(
        "optimization-random-local-search",
        (
            Case("30 steps", _walk),
            Case("starting from zeros", _from_zero),
            Case("a start that cannot be improved", _at_the_bottom),
        ),
        (
            Case("other steps", _walk, weight=2.0),
            Case("starting from zeros", _from_zero),
            Case("large losses", _high_up),
            Case("a start that cannot be improved", _at_the_bottom),
            Case("a single step", _one_step),
            Case("long steps", _long_steps),
        ),
        _LOCAL_SEARCH,
    ),
    Task(
        "optimization-epoch-batches",
        (
            Case("24 examples in batches of 6", _batches(24, 6)),
            Case("26 examples in batches of 8", _batches(26, 8)),
            Case("a batch size larger than the number of examples", _batches(14, 50)),
        ),
        (
            Case("a rest", _with_a_rest, weight=2.0),
            Case("no rest", _batches(45, 9)),
            Case("batches of one", _batches(17, 1)),
            Case("a rest of one", _batches(31, 6)),
            Case("one batch", _batches(20, 20)),
            Case("a batch size larger than the number of examples", _batches(15, 64)),
            Case("a single example", _batches(1, 4)),
        ),
        _EPOCH,
    ),
    Task(
        "optimization-penalties",
        (
            Case("both", _weights),
            Case("L2 alone", _only_l2),
            Case("weights that are 0", _with_zeros),
        ),
        (
            Case("both", _weights),
            Case("L2 alone", _only_l2),
            Case("L1 alone", _only_l1),
            Case("weights that are 0", _with_zeros),
            Case("no penalty at all", _no_penalty),
            Case("a vector", _a_vector),
            Case("huge and tiny weights", _huge_and_tiny),
            Case("float32 slices", _float32_weights),
        ),
        _PENALTIES,
        1e-5,
    ),
    Task(
        "optimization-classifier-train",
        (
            Case("40 steps", _training, weight=2.0),
            Case("without a penalty", _no_reg),
            Case("a label that does not occur", _missing_class),
        ),
        (
            Case("other steps", _training, weight=2.0),
            Case("without a penalty", _no_reg),
            Case("batches of one", _single_examples),
            Case("a label that does not occur", _missing_class),
            Case("a single step", _one_iteration),
            Case("verbose", _told_about),
            Case("float32 rows and labels of one byte", _in_float32),
        ),
        _TRAIN,
        _SLOPPY,
    ),
    Task(
        "optimization-classifier-predict",
        (
            Case("seven examples, four classes", _classifier),
            Case("as many classes as examples", _square),
            _STEPS,
        ),
        (
            Case("other examples", _classifier),
            Case("as many classes as examples", _square),
            Case("scores below 0", _all_negative),
            Case("a single example", _single_row),
            Case("a single class", _single_class),
            Case("huge scores", _huge_scores),
            Case("float32 slices", _float32_slices),
            _STEPS,
        ),
        _PREDICT,
    ),
    Task(
        "optimization-halve-on-plateau",
        (
            Case("the example of the text", _worked_example),
            Case("16 epochs, a patience of 3", _epochs),
            Case("a long plateau that slowly gets better", _long_plateau),
        ),
        (
            Case("40 epochs", lambda rng: _epochs(rng, 40, 3), weight=2.0),
            Case("a long plateau that slowly gets better", _long_plateau),
            Case("a new best every other epoch", _up_and_down),
            Case("losses that stand still", _ties),
            Case("a patience of 1", _impatient),
            Case("losses below 0", _negative_values),
            Case("progress just in time", _ten),
            Case("a single epoch", _single_epoch),
        ),
        _PLATEAU,
    ),
)
