"""Cases and known mistakes of the MNIST notebook."""

from itertools import pairwise

import numpy as np

from autograder.tasks import Case, Mistake, Task

# --- guess_by_darkness


def _pictures(rng, num_train=60, num_test=15, digits=tuple(range(10)), shape=(5, 6)):
    """Pictures whose digits overlap in darkness; no test picture lies nearly as close to two digits' means."""
    y_train = rng.permutation(np.resize(digits, num_train))
    level = 60 + 15 * y_train[:, np.newaxis, np.newaxis]
    X_train = rng.uniform(0, 1, size=(num_train, *shape)) * level
    X_test = rng.uniform(0, 1, size=(8 * num_test + 40, *shape)) * rng.uniform(40, 220, size=(8 * num_test + 40, 1, 1))
    return {"X_train": X_train, "y_train": y_train, "X_test": _clear(X_train, y_train, X_test)[:num_test]}


def _clear(X_train, y_train, X_test):
    """Return the pictures whose two nearest means differ by enough for float32."""
    means = np.array([X_train[y_train == digit].mean() for digit in np.unique(y_train)])
    gaps = np.sort(np.abs(X_test.mean(axis=(1, 2))[:, np.newaxis] - means), axis=1)
    return X_test if gaps.shape[1] == 1 else X_test[gaps[:, 1] - gaps[:, 0] > 0.05]


def _some_digits_missing(rng):
    return _with_paper(_pictures(rng, 40, 12, digits=(9, 3, 4, 7)))


def _missing_at_the_start(rng):
    return _with_paper(_pictures(rng, 30, 12, digits=(8, 5)))


def _with_paper(inputs):
    """Make one test picture nearly blank: a digit without a mean, and 0 in its place, would be near."""
    inputs["X_test"][4] /= 100
    return inputs


def _one_digit(rng):
    return _pictures(rng, 6, 4, digits=(int(rng.integers(1, 10)),))


def _one_test_picture(rng):
    return _pictures(rng, 50, 1)


def _bytes(rng):
    inputs = _pictures(rng, 60, 15, shape=(7, 7))
    X_train, X_test = (np.rint(inputs[name]).astype(np.uint8) for name in ("X_train", "X_test"))
    return {"X_train": X_train, "y_train": inputs["y_train"], "X_test": _clear(X_train, inputs["y_train"], X_test)}


def _float32_pictures(rng):
    inputs = _pictures(rng, 50, 10, shape=(8, 3))
    return {name: a.astype(np.float32) if a.ndim == 3 else a.astype(np.uint8) for name, a in inputs.items()}


def _half_way(rng):
    """As far from one digit's mean as from another's: whole numbers, so that it is so exactly."""
    low, step = int(rng.integers(10, 40)), int(rng.integers(5, 20))
    levels = np.array([low, low + 4 * step, low + 2 * step, low + 6 * step])
    X_train = np.ones((4, 3, 3)) * levels[:, np.newaxis, np.newaxis]
    X_test = np.ones((3, 3, 3)) * np.array([low + step, low + 3 * step, low + 5 * step])[:, np.newaxis, np.newaxis]
    return {"X_train": X_train, "y_train": np.array([7, 2, 5, 1]), "X_test": X_test}


def _more_pictures(rng, num_train, num_test):
    return _pictures(rng, num_train, num_test, digits=(2, 5, 6))


_DARKNESS_STEPS = Case("steps as images are added", _more_pictures, "steps", 2.0, axes=("training image", "test image"))
_NEAREST = "np.abs(darkness[:, np.newaxis] - means).argmin(axis=1)"
_MEANS = "means[counts > 0] = totals[counts > 0] / counts[counts > 0]"
_DARKNESS = (
    Mistake(
        "sums-not-averaged",
        "the darkness of a digit's images is added up, not averaged",
        "A digit that occurs often then looks dark because it occurs often. How dark is *one* typical image of it?",
        replace={_MEANS: "means[counts > 0] = totals[counts > 0]"},
    ),
    Mistake(
        "missing-digits",
        "digits that never occur in the training set are guessed",
        "Their mean is 0/0, or stays at the 0 that the array was made with, and something is near to it. What value can "
        "stand there so that no darkness is ever near?",
        replace={"np.full(10, np.inf)": "np.zeros(10)"},
    ),
    Mistake(
        "nan-is-nearest",
        "the mean of no image at all, NaN, counts as the nearest",
        "The darkness of a digit that never occurs is 0/0 = NaN, and `argmin` takes NaN for the smallest of all. Such a "
        "digit must never be guessed.",
        replace={_MEANS: "means = totals / counts"},
    ),
    Mistake(
        "places-not-digits",
        "the answers are places among the digits that occur, not digits",
        "If only 3, 4 and 7 occur, the nearest of the three means is number 0, 1 or 2. Which digit is that?",
        replace={_NEAREST: "np.abs(darkness[:, np.newaxis] - means[counts > 0]).argmin(axis=1)"},
    ),
    Mistake(
        "signed-difference",
        "the difference counts with its sign",
        "A digit much darker than the image gets a very negative difference, and a very negative number is the smallest. "
        "How *far* apart are they, whichever is darker?",
        replace={_NEAREST: "(darkness[:, np.newaxis] - means).argmin(axis=1)"},
    ),
    Mistake(
        "farthest",
        "this is the digit of the most different darkness",
        "The nearest mean has the smallest distance, not the largest one.",
        replace={_NEAREST: "np.where(np.isinf(means), -1, np.abs(darkness[:, np.newaxis] - means)).argmax(axis=1)"},
    ),
    Mistake(
        "nearest-image",
        "this is the digit of the training image with the nearest darkness",
        "That is 1-nearest-neighbor in one dimension. Here each digit is represented by one number, the mean "
        "over all of its images, and the test image is compared with those ten.",
        replace={
            _NEAREST: "y_train[np.abs(darkness[:, np.newaxis] - X_train.mean(axis=(1, 2))).argmin(axis=1)]",
        },
    ),
    Mistake(
        "brightest-pixel",
        "the darkest pixel is compared, not the average darkness",
        "Nearly every image of a digit has some pixel of full ink. What differs is how much ink there is in all.",
        replace={
            "X_train.mean(axis=(1, 2))": "X_train.max(axis=(1, 2))",
            "X_test.mean(axis=(1, 2))": "X_test.max(axis=(1, 2))",
        },
    ),
    Mistake(
        "one-darkness-for-all",
        "all test images get the same answer",
        "The mean over the whole test set is one number. Each image has a darkness of its own: over which axes is the mean?",
        replace={"darkness = X_test.mean(axis=(1, 2))": "darkness = np.full(len(X_test), X_test.mean())"},
    ),
    Mistake(
        "loop",
        "there is still a loop over the images",
        "The guesses are right, but Python visits the images one by one. Stand the darknesses upright against "
        "the row of the ten means: that makes a table of all differences at once.",
        replace={_NEAREST: "np.array([np.abs(d - means).argmin() for d in darkness])"},
    ),
)

# --- init_network


def _sizes(*sizes):
    return lambda rng: {"sizes": list(sizes), "seed": int(rng.integers(1, 10**6))}


_DRAWN = "rng.normal(size=(m, n)) / np.sqrt(m)"
_PARAMETERS = (
    Mistake(
        "not-scaled",
        "the weights have a standard deviation of 1, whatever the number of inputs",
        "A sum of 784 terms of that size is typically as large as √784 = 28, where the sigmoid is flat and nothing is "
        "learned. How small must the weights be for the sum to be about 1?",
        replace={_DRAWN: "rng.normal(size=(m, n))"},
    ),
    Mistake(
        "times-the-root",
        "the weights are multiplied by the root of the number of inputs",
        "More inputs make the sum larger, so each weight has to be *smaller*. (The mistake stands in a lecture that "
        "was copied many times: std √n for 1/√n.)",
        replace={"/ np.sqrt(m)": "* np.sqrt(m)"},
    ),
    Mistake(
        "divided-by-inputs",
        "the weights are divided by the number of inputs, not by its root",
        "Independent terms partly cancel: a sum of n of them grows like √n, not like n. With 1/n the sums become tiny.",
        replace={"/ np.sqrt(m)": "/ m"},
    ),
    Mistake(
        "by-outputs",
        "the weights are scaled by the number of neurons, not by the number of inputs",
        "What makes a neuron's sum large is how many terms it has. How many neurons stand beside it doesn't matter.",
        replace={"/ np.sqrt(m)": "/ np.sqrt(n)"},
    ),
    Mistake(
        "uniform",
        "the weights are not normally distributed",
        "`rng.random` and `rng.uniform` draw with equal chance from an interval. Asked for are normal numbers: "
        "about two thirds of them lie within one standard deviation.",
        replace={_DRAWN: "rng.uniform(-np.sqrt(3), np.sqrt(3), size=(m, n)) / np.sqrt(m)"},
    ),
    Mistake(
        "only-positive",
        "the weights are all positive",
        "`rng.random` draws from 0 to 1. With only positive weights every neuron says yes to everything; half "
        "of the weights should be negative.",
        replace={_DRAWN: "rng.random(size=(m, n)) / np.sqrt(m)"},
    ),
    Mistake(
        "all-zero",
        "all weights are zero",
        "Then the neurons of a layer all do the same, get the same gradient, and stay the same for ever. "
        "Chance has to make them different.",
        replace={_DRAWN: "np.zeros((m, n))"},
    ),
    Mistake(
        "transposed",
        "the weights are transposed",
        "With images in rows it is X @ W, so that the first axis of W has the length of the inputs. The "
        "convention (outputs, inputs) belongs to W @ x, with x as a column.",
        replace={"size=(m, n)": "size=(n, m)"},
    ),
    Mistake(
        "bias-per-input",
        "there is a bias for each input instead of each neuron",
        "The bias is a neuron's own threshold, added once after all inputs were summed. A layer has as many as "
        "it has neurons.",
        replace={"np.zeros(n)": "np.zeros(m)"},
    ),
    Mistake(
        "bias-matrix",
        "the biases have an axis too many",
        "(1, n) broadcasts like (n,) when it is added, but its gradient comes out as (n,), and shapes that fit "
        "by luck hide mistakes. A plain row of n numbers is asked for.",
        replace={"np.zeros(n)": "np.zeros((1, n))"},
    ),
    Mistake(
        "random-biases",
        "the biases are random",
        "The random weights already make the neurons different. Biases start at 0, so that no neuron has an opinion "
        "before it has seen anything.",
        replace={"np.zeros(n)": "rng.normal(size=n) / np.sqrt(m)"},
    ),
    Mistake(
        "another-generator",
        "the random numbers do not come from rng",
        "Two calls with the same seed gave different networks, so nobody can repeat your experiment. Draw from the "
        "generator that was handed in.",
        replace={_DRAWN: "np.random.default_rng().normal(size=(m, n)) / np.sqrt(m)"},
    ),
    Mistake(
        "always-the-same",
        "the network is the same for every generator",
        "A generator made from a fixed seed always gives the same numbers, and to each layer the same as to "
        "the others. Draw from the one that was handed in; it goes on where it stopped.",
        replace={_DRAWN: "np.random.default_rng(0).normal(size=(m, n)) / np.sqrt(m)"},
    ),
    Mistake(
        "last-layer-missing",
        "the last layer is missing",
        "Between k sizes there are k − 1 steps, and each of them has weights: 784 to 16, 16 to 16, *and* 16 to 10.",
        replace={"range(1, len(sizes))": "range(1, len(sizes) - 1)"},
    ),
)

# --- forward and backward


def _network(rng, sizes, biases=1.0):
    return [(rng.normal(size=(m, n)), biases * rng.normal(size=n)) for m, n in pairwise(sizes)]


def _inputs(rng, num_images, sizes):
    return {"network": _network(rng, sizes), "X": rng.normal(size=(num_images, sizes[0]))}


def _two_hidden(rng):
    return _inputs(rng, 5, (6, 4, 3, 2))


def _equal_sizes(rng):
    return _inputs(rng, 4, (4, 4, 4, 4))


def _no_hidden_layer(rng):
    return _inputs(rng, 5, (6, 3))


def _single_image(rng):
    return _inputs(rng, 1, (5, 3, 4))


def _many_layers(rng):
    return _inputs(rng, 3, (4, 3, 5, 2, 6, 3))


def _single_neurons(rng):
    return _inputs(rng, 6, (3, 1, 1, 2))


def _huge_inputs(rng):
    inputs = _inputs(rng, 5, (6, 4, 3))
    return {**inputs, "X": 2e3 * inputs["X"]}


def _bytes_as_input(rng):
    inputs = _inputs(rng, 5, (6, 4, 3))
    network = [(W / 100, b) for W, b in inputs["network"]]
    return {"network": network, "X": rng.integers(0, 256, size=(5, 6)).astype(np.uint8)}


def _float32_view(rng):
    inputs = _inputs(rng, 7, (12, 5, 3))
    network = [(W.astype(np.float32), b.astype(np.float32)) for W, b in inputs["network"]]
    network[0] = (network[0][0][::2], network[0][1])
    return {"network": network, "X": inputs["X"].astype(np.float32)[:, ::2]}


def _more_inputs(rng, num_images, num_pixels, num_neurons):
    return _inputs(rng, num_images, (num_pixels, num_neurons, 3))


_LAYER = "activations.append(1 / (1 + np.exp(-(activations[-1] @ W + b))))"
_LAST = "return [*activations, activations[-1] @ W + b]"
_FORWARD = (
    Mistake(
        "sigmoid-on-the-output",
        "the last layer has a sigmoid, too",
        "The last layer gives scores, any real numbers, of which the softmax makes probabilities later. "
        "Squeezed into 0 to 1 first, no score could ever be far ahead of the others.",
        replace={_LAST: "return [*activations, 1 / (1 + np.exp(-(activations[-1] @ W + b)))]"},
    ),
    Mistake(
        "no-sigmoid",
        "the hidden layers have no sigmoid",
        "Without it, three matrix products in a row are one matrix product: a linear classifier in a long coat.",
        replace={_LAYER: "activations.append(activations[-1] @ W + b)"},
    ),
    Mistake(
        "bias-outside",
        "the bias is added after the sigmoid",
        "The bias shifts the point at which a neuron wakes up: it is part of the sum that goes *into* the "
        "sigmoid. What comes out lies between 0 and 1.",
        replace={_LAYER: "activations.append(1 / (1 + np.exp(-(activations[-1] @ W))) + b)"},
    ),
    Mistake(
        "no-bias",
        "the biases are not used",
        "Each neuron has a threshold of its own. In the formula it is the +b inside of the parenthesis.",
        replace={_LAYER: "activations.append(1 / (1 + np.exp(-(activations[-1] @ W))))", _LAST: _LAST.replace(" + b", "")},
    ),
    Mistake(
        "sign-in-the-exponent",
        "the sigmoid falls instead of rising",
        "A large sum should give nearly 1. Try z = 10 on paper: which sign does the exponent need so that the exponential "
        "almost vanishes?",
        replace={"np.exp(-(": "np.exp(+("},
    ),
    Mistake(
        "overflow",
        "large sums become NaN",
        "eᶻ/(1+eᶻ) is the same on paper, but for z above 710 it is infinity divided by infinity. Write it with e⁻ᶻ: then "
        "the worst that can happen is 1/∞ = 0, which is right.",
        replace={_LAYER: "activations.append(np.exp(activations[-1] @ W + b) / (1 + np.exp(activations[-1] @ W + b)))"},
    ),
    Mistake(
        "tanh",
        "this is tanh, not the sigmoid",
        "They have the same shape, but tanh runs from −1 to 1. The sigmoid's values, from 0 to 1, are what the derivative "
        "a(1 − a) later belongs to.",
        replace={_LAYER: "activations.append(np.tanh(activations[-1] @ W + b))"},
    ),
    Mistake(
        "relu",
        "this is ReLU, not the sigmoid",
        "max(0, z) is what most networks use today. This notebook builds the classic one, with activations between 0 and 1.",
        replace={_LAYER: "activations.append(np.maximum(0, activations[-1] @ W + b))"},
    ),
    Mistake(
        "softmax-at-the-end",
        "the last array holds probabilities, not scores",
        "The softmax belongs to the loss: there it can be computed without overflow, and its gradient is simple. This "
        "function stops at the scores.",
        replace={_LAST: "return [*activations, softmax(activations[-1] @ W + b)]"},
    ),
    Mistake(
        "transposed-weights",
        "the weights are transposed",
        "σ(Wa + b) in the books has one image as a column. Here the images are rows, and W has its inputs along the first "
        "axis: (N, n_in) times (n_in, n_out).",
        replace={"activations[-1] @ W + b))))": "activations[-1] @ W.T + b))))", _LAST: _LAST.replace("@ W", "@ W.T")},
    ),
    Mistake(
        "always-the-images",
        "every layer sees the images instead of the layer before it",
        "A layer's input is what the layer before it gave out. Only the first one sees X.",
        replace={"activations[-1]": "activations[0]"},
    ),
    Mistake(
        "input-left-out",
        "the images themselves are missing from the list",
        "The gradient of the first layer's weights needs what went into that layer: the images. They are "
        "activations number 0.",
        replace={_LAST: "return [*activations[1:], activations[-1] @ W + b]"},
    ),
    Mistake(
        "sums-not-activations",
        "the list holds the sums before the sigmoid",
        "The sums z were kept instead of a = σ(z). The next layer, and the gradient of its weights, need a.",
        body="""\
    activations, A = [X], X
    for i, (W, b) in enumerate(network):
        activations.append(A @ W + b)
        A = 1 / (1 + np.exp(-activations[-1]))
    return activations
""",
    ),
    Mistake(
        "loop",
        "there is a loop over the images",
        "The values are right, but Python takes the images one by one. `A @ W` multiplies all rows at once, "
        "and the bias is added to each of them by broadcasting.",
        replace={_LAST: "return [*activations, np.array([a @ W + b for a in activations[-1]])]"},
    ),
)


def _after_forward(rng, num_images, sizes, scale=1.0):
    """Return a network, what it made of some images, and labels. The loss is moderate, so that no logarithm is of 0."""
    network, X = _network(rng, sizes), rng.normal(size=(num_images, sizes[0]))
    activations = [X]
    for i, (W, b) in enumerate(network, 1):
        z = activations[-1] @ W + b
        activations.append(scale * z if i == len(network) else np.exp(-np.logaddexp(0, -z)))
    return {"network": network, "activations": activations, "y": rng.integers(0, sizes[-1], size=num_images)}


def _after(num_images, *sizes):
    return lambda rng: _after_forward(rng, num_images, sizes)


def _far_ahead(rng):
    """Scores in the thousands. The right class is first, or shares the first place, so that the loss is finite."""
    inputs = _after_forward(rng, 6, (5, 4, 3))
    scores = inputs["activations"][-1] = 1e3 * np.round(inputs["activations"][-1], 1)
    scores[np.arange(6), inputs["y"]] = scores.max(axis=1)
    scores[0] = 2e3
    return inputs


def _labels_as_bytes(rng):
    inputs = _after_forward(rng, 6, (5, 4, 3))
    return {**inputs, "y": inputs["y"].astype(np.uint8)}


def _one_label_only(rng):
    inputs = _after_forward(rng, 5, (4, 6, 3))
    return {**inputs, "y": np.full(5, 2)}


def _in_float32(rng):
    inputs = _after_forward(rng, 6, (5, 4, 3))
    network = [(W.astype(np.float32), b.astype(np.float32)) for W, b in inputs["network"]]
    return {**inputs, "network": network, "activations": [a.astype(np.float32) for a in inputs["activations"]]}


def _more_after(rng, num_images, num_pixels, num_classes):
    return _after_forward(rng, num_images, (num_pixels, 4, num_classes), scale=0.1)


_DELTA = "delta = delta @ W.T * A * (1 - A)"
_APPEND = "gradients.append((A.T @ delta, delta.sum(axis=0)))"
_BACKWARD = (
    Mistake(
        "not-averaged",
        "loss and gradients are sums over the batch, not means",
        "With twice as many images in a batch, every step would be twice as long. Both the loss and what was "
        "said minus what was true need to be divided by N.",
        replace={"delta /= len(y)": "delta = delta", "[each, y]).mean()": "[each, y]).sum()"},
    ),
    Mistake(
        "gradient-not-averaged",
        "the loss is a mean, and the gradients are sums",
        "The gradient belongs to the loss that you return. If that is a mean over N images, so is its gradient.",
        replace={"delta /= len(y)": "delta = delta"},
    ),
    Mistake(
        "averaged-twice",
        "the gradients of the biases are divided by the number of images twice",
        "delta is already divided by N. A bias is added to every image's sum, so its gradient is the *sum* of what comes "
        "back from all of them.",
        replace={"delta.sum(axis=0)": "delta.mean(axis=0)"},
    ),
    Mistake(
        "truth-forgotten",
        "the truth is missing from the error of the scores",
        "It is what was said *minus what was true*: the right class's entry is one less than its probability. Without that "
        "every class is pushed down.",
        replace={"    delta[each, y] -= 1\n": ""},
    ),
    Mistake(
        "uphill",
        "all gradients have the wrong sign",
        "What was true minus what was said points to a smaller loss. The gradient points to a larger one, and "
        "the step is taken against it.",
        replace={"delta /= len(y)": "delta /= -len(y)"},
    ),
    Mistake(
        "negative-loss",
        "the loss has the wrong sign",
        "The logarithm of a probability is negative. The surprise at the truth is minus that.",
        replace={"loss = -np.log": "loss = np.log"},
    ),
    Mistake(
        "derivative-left-out",
        "the slope of the sigmoid is missing",
        "Between the sum and the activation there is a sigmoid, and the chain rule asks for its slope, too: "
        "what comes back is multiplied by it, neuron by neuron.",
        replace={_DELTA: "delta = delta @ W.T"},
    ),
    Mistake(
        "derivative-of-the-activation",
        "the slope of the sigmoid is taken at the activation, not at the sum",
        "σ'(z) = σ(z)(1 − σ(z)), and σ(z) *is* the activation a. Applying the sigmoid to a once more gives the "
        "slope at another point.",
        replace={_DELTA: "S = 1 / (1 + np.exp(-A))\n        delta = delta @ W.T * S * (1 - S)"},
    ),
    Mistake(
        "slope-of-the-scores",
        "the error of the scores is multiplied by a sigmoid's slope",
        "The last layer has no sigmoid: it gives scores. Softmax and logarithm together leave p − [true], with "
        "no slope in it.",
        replace={"delta /= len(y)": "delta *= softmax(scores) * (1 - softmax(scores)) / len(y)"},
    ),
    Mistake(
        "output-for-input",
        "each layer is paired with what came out of it, not with what went in",
        "The gradient of W needs the activations that W was multiplied with. The last layer goes with the array before the "
        "scores, not with the scores.",
        replace={"activations[-2::-1]": "activations[::-1]"},
    ),
    Mistake(
        "not-transposed-back",
        "on the way back the weights are not transposed",
        "Forward, (N, n_in) times (n_in, n_out). Backward, (N, n_out) has to become (N, n_in): write the "
        "shapes next to the product and see which form of W fits.",
        replace={"delta @ W.T": "delta @ W"},
    ),
    Mistake(
        "last-layer-first",
        "the gradients are in the order of computing them, the last layer first",
        "They are found from back to front, but are to be returned like the network: the first layer's pair first.",
        replace={"gradients[::-1]": "gradients"},
    ),
    Mistake(
        "activations-overwritten",
        "the activations that were handed in are changed",
        "`-=` on an array that you were given writes into the caller's copy. Make a new array before you subtract.",
        replace={
            "said = softmax": "scores -= scores.max(axis=1, keepdims=True)\n    said = softmax",
        },
    ),
    Mistake(
        "loop",
        "there is a loop over the images",
        "The values are right, but Python takes the images one by one. A.T @ delta adds up the outer products "
        "of all images in one matrix product.",
        replace={_APPEND: "gradients.append((sum(np.outer(a, d) for a, d in zip(A, delta)), delta.sum(axis=0)))"},
    ),
)

# --- train_one_epoch


def _epoch(num_images, batch_size, learning_rate=0.1, sizes=(4, 3, 2)):
    def draw(rng):
        X = rng.normal(size=(num_images, sizes[0]))
        X[:, 0] = np.arange(num_images)  # by which an image is known
        return {
            "network": _network(rng, sizes),
            "X": X,
            "y": rng.integers(0, 10, size=num_images),
            "learning_rate": learning_rate,
            "batch_size": batch_size,
            "seed": int(rng.integers(1, 10**6)),
        }

    return draw


def _strided_bytes(rng):
    inputs = _epoch(60, 8)(rng)
    return {**inputs, "X": inputs["X"].astype(np.float32)[::2], "y": inputs["y"].astype(np.uint8)[::2]}


_SHUFFLED = "shuffled = rng.permutation(len(y))"
_RANGE = "range(0, len(y), batch_size)"
_BATCH = "batch = shuffled[start : start + batch_size]"
_EPOCH = (
    Mistake(
        "last-batch-dropped",
        "the images that don't fill a batch are left out",
        "With 50 images in batches of 8, two are left over at the end. They are images like all others: a "
        "shorter batch is fine.",
        replace={_RANGE: "range(0, len(y) // batch_size * batch_size, batch_size)"},
    ),
    Mistake(
        "empty-batch",
        "there is an empty batch at the end",
        "When the batches come out even, nothing is left over, and a batch of nothing has no mean. Where does "
        "the last one start?",
        replace={_RANGE: "range(0, len(y) + 1, batch_size)"},
    ),
    Mistake(
        "with-replacement",
        "the images are drawn with replacement",
        "Numbers drawn one by one repeat themselves: in one epoch about a third of the images would never be "
        "seen, and others several times. Shuffle all of them, and cut.",
        replace={_SHUFFLED: "shuffled = rng.integers(0, len(y), size=len(y))"},
    ),
    Mistake(
        "not-shuffled",
        "the images always come in the same order",
        "If the data are sorted by digit, each batch holds one digit only, and the network forgets the others. "
        "Let `rng` put them into a new order in each epoch.",
        replace={_SHUFFLED: "shuffled = np.arange(len(y))"},
    ),
    Mistake(
        "only-batches-shuffled",
        "the batches come in random order, but hold neighbors",
        "First cut, then shuffle: the same images share a batch in every epoch. Shuffle the images before you cut.",
        replace={
            _RANGE: "rng.permutation(np.arange(0, len(y), batch_size))",
            _BATCH: "batch = np.arange(len(y))[start : start + batch_size]",
        },
    ),
    Mistake(
        "labels-not-shuffled",
        "images and labels no longer belong together",
        "The images were put into a new order, and the labels were not, or into another. One order of *indices* serves "
        "both.",
        replace={"y[batch])": "y[start : start + batch_size])"},
    ),
    Mistake(
        "another-generator",
        "the order does not come from rng",
        "Two runs with the same seed went through the images differently, so nobody can repeat your experiment. Use the "
        "generator that was handed in.",
        replace={"rng.permutation(len(y))": "np.random.default_rng().permutation(len(y))"},
    ),
    Mistake(
        "always-the-same-order",
        "the order is random, but the same in each epoch",
        "A generator made from a fixed seed begins anew each time. The one that was handed in goes on where it stopped, "
        "and so every epoch gets an order of its own.",
        replace={"rng.permutation(len(y))": "np.random.default_rng(0).permutation(len(y))"},
    ),
    Mistake(
        "shuffled-in-place",
        "the caller's images and labels were shuffled in place",
        "After your epoch, X and y are in another order than before, and whoever has kept indices into them is "
        "lost. Shuffle indices, and leave the data where they are.",
        replace={
            _SHUFFLED: "shuffled, mixed = np.arange(len(y)), rng.permutation(len(y))\n    X[:], y[:] = X[mixed], y[mixed]",
        },
    ),
    Mistake(
        "network-unchanged",
        "the network has not changed",
        "`W = W - …` makes a new array, calls it W, and forgets it when the loop goes on: the one in the "
        "network stays as it was. `-=` writes into the array itself.",
        replace={
            "W -= dW * learning_rate": "W = W - dW * learning_rate",
            "b -= db * learning_rate": "b = b - db * learning_rate",
        },
    ),
    Mistake(
        "uphill",
        "the steps go uphill",
        "The gradient points to where the loss grows fastest. Which way does a step have to go, then?",
        replace={"W -= dW": "W += dW", "b -= db": "b += db"},
    ),
    Mistake(
        "biases-not-updated",
        "the biases are never updated",
        "They are parameters like the weights, and their gradients came along with those.",
        replace={"            b -= db * learning_rate\n": ""},
    ),
    Mistake(
        "divided-again",
        "each step is divided by the size of the batch",
        "The gradients that you are given are means over the batch already. Dividing once more makes the steps too short.",
        replace={
            "W -= dW * learning_rate": "W -= dW * learning_rate / len(batch)",
            "b -= db * learning_rate": "b -= db * learning_rate / len(batch)",
        },
    ),
    Mistake(
        "mean-loss-only",
        "one loss is returned, where one for each batch was asked for",
        "The mean of an epoch hides how it went. Keep the losses of all batches, in a list; whoever wants the "
        "mean can take it.",
        replace={"return losses": "return np.mean(losses)"},
    ),
)

# --- shift


def _shift(down, right, shape=(3, 6, 5)):
    return lambda rng: {"images": rng.uniform(1, 255, size=shape), "down": down, "right": right}


def _shifted_bytes(rng):
    return {"images": rng.integers(1, 256, size=(4, 7, 7)).astype(np.uint8)[:, ::-1], "down": -2, "right": 3}


def _more_to_shift(rng, num_images, height, width):
    return {"images": rng.uniform(1, 255, size=(num_images, height, width)), "down": 2, "right": -1}


_SHIFT_STEPS = Case(
    "steps as images, rows and columns are added", _more_to_shift, "steps", 2.0, axes=("image", "row", "column")
)
_PADDED = "padded = np.pad(images, ((0, 0), (max(down, 0), max(-down, 0)), (max(right, 0), max(-right, 0))))"
_SHIFT = (
    Mistake(
        "around-the-edge",
        "what leaves on one side comes in on the other",
        "`np.roll` bends the image into a ring. A digit that leaves the paper is gone, and blank paper (0) comes after it.",
        body="    return np.roll(images, (down, right), axis=(1, 2))\n",
    ),
    Mistake(
        "edge-repeated",
        "the edge is repeated where paper should come in",
        "What comes in from outside is blank paper: 0, and no ink, whatever stands at the edge of the image.",
        replace={"max(-right, 0))))": 'max(-right, 0))), mode="edge")'},
    ),
    Mistake(
        "exchanged",
        "down and right are exchanged",
        "The axes are (image, row, column). Going down changes the row.",
        replace={_PADDED: "down, right = right, down\n    " + _PADDED},
    ),
    Mistake(
        "opposite",
        "the images move up and left instead of down and right",
        "Row 0 is the top. After a shift down by 2, row 0 of the image should stand in row 2.",
        replace={_PADDED: "down, right = -down, -right\n    " + _PADDED},
    ),
    Mistake(
        "down-is-up",
        "the images move up where they should move down",
        "Row numbers grow downward, unlike the y axis of a graph: down by 2 is row 0 going to row 2.",
        replace={_PADDED: "down = -down\n    " + _PADDED},
    ),
    Mistake(
        "zero-shift",
        "a shift of 0, or a negative one, is not covered",
        "`images[:, :-0]` is empty, because −0 is 0; and with a negative shift the two slices exchange their roles. "
        "Go through the three cases positive, zero and negative.",
        body="""\
    shifted = np.zeros_like(images)
    shifted[:, down:, right:] = images[:, :-down, :-right]
    return shifted
""",
    ),
    Mistake(
        "negative-ignored",
        "a negative shift does nothing",
        "Negative numbers mean up and left. They need paper to come in on the other side.",
        replace={_PADDED: "down, right = max(down, 0), max(right, 0)\n    " + _PADDED},
    ),
    Mistake(
        "grown",
        "the images have grown",
        "Padding makes room for the paper that comes in; as much has to be cut off on the opposite side.",
        replace={"return padded[:, top : top + H, left : left + W]": "return padded"},
    ),
    Mistake(
        "in-place",
        "the images that were handed in are overwritten",
        "Whoever called the function still needs the originals: for the next shift, for instance. Write into a new array.",
        replace={
            "return padded[:, top : top + H, left : left + W]": "images[...] = padded[:, top : top + H, left : left + W]\n"
            "    return images"
        },
    ),
    Mistake(
        "loop",
        "there is a loop over the images",
        "The values are right, but Python moves one image after the other. A slice can cut all of them at "
        "once: the first axis stays a colon.",
        replace={
            "return padded[:, top : top + H, left : left + W]": "return np.array([p[top : top + H, left : left + W] "
            "for p in padded])"
        },
    ),
)

# --- pool


def _pool(num_images, height, width, size):
    return lambda rng: {"images": rng.uniform(0, 255, size=(num_images, height, width)), "size": size}


def _pooled_bytes(rng):
    return {"images": rng.integers(128, 256, size=(4, 10, 7)).astype(np.uint8), "size": 3}


def _pooled_view(rng):
    return {"images": rng.uniform(0, 255, size=(5, 26, 11)).astype(np.float32)[:, ::2], "size": 4}


def _more_to_pool(rng, num_images, rows, columns):
    return {"images": rng.uniform(0, 255, size=(num_images, 2 * rows + 1, 2 * columns)), "size": 2}


_POOL_STEPS = Case("steps as images and blocks are added", _more_to_pool, "steps", 3.0, axes=("image", "row", "column"))
_CROP = "cropped = images[:, : h * size, : w * size]"
_BLOCKS = "cropped.reshape(N, h, size, w, size)"
_RETURN = f"return {_BLOCKS}.mean(axis=(2, 4))"
_POOL = (
    Mistake(
        "one-pixel-of-each",
        "one pixel of each block is taken",
        "`images[:, ::3, ::3]` throws away eight of nine pixels, and thin strokes vanish between them. The block's mean "
        "uses them all.",
        replace={_RETURN: "return cropped[:, ::size, ::size]"},
    ),
    Mistake(
        "maximum",
        "this is the maximum of each block",
        "Max pooling exists, and you will build it for convolutional networks. Here the mean is asked for: how gray is the "
        "block, seen from afar?",
        replace={".mean(axis=(2, 4))": ".max(axis=(2, 4))"},
    ),
    Mistake(
        "sum",
        "the blocks are added up, not averaged",
        "A block of full ink should be 255 again, not nine times as much.",
        replace={".mean(axis=(2, 4))": ".sum(axis=(2, 4))"},
    ),
    Mistake(
        "first-rows-dropped",
        "the wrong edge is cut off",
        "28 = 3 · 9 + 1: one row and one column are too many. The docstring says which ones go: the last, at "
        "the bottom and on the right.",
        replace={_CROP: "cropped = images[:, images.shape[1] - h * size :, images.shape[2] - w * size :]"},
    ),
    Mistake(
        "wrong-axes",
        "the blocks are put together from the wrong pixels",
        "`reshape` reads pixel after pixel, row by row. A row of blocks is (size, w, size) of them: each axis "
        "has to be split where it stands, height into (h, size), width into (w, size).",
        replace={_RETURN: "return cropped.reshape(N, h, w, size, size).mean(axis=(3, 4))"},
    ),
    Mistake(
        "neighbors-not-blocks",
        "pixels that lie far apart are averaged",
        "Split as (size, h), the first axis counts pixels h rows apart. Within a block the neighbors run "
        "fastest: it has to be the last of the two.",
        replace={_RETURN: "return cropped.reshape(N, size, h, size, w).mean(axis=(1, 3))"},
    ),
    Mistake(
        "across-only",
        "only the columns are averaged",
        "A block has a height, too: the mean goes over two axes of the reshaped array.",
        replace={_RETURN: f"return {_BLOCKS}.mean(axis=4)[:, :, 0]"},
    ),
    Mistake(
        "always-three",
        "the blocks are always 3 by 3",
        "`size` is an argument: it does something only where it is used.",
        replace={"h, w = H // size, W // size": "size = 3\n    h, w = H // size, W // size"},
    ),
    Mistake(
        "rounded",
        "the means are rounded to whole numbers",
        "The mean of bytes is no byte any more. Keep the fractions, they are the gray levels in between.",
        replace={_RETURN: f"return {_BLOCKS}.mean(axis=(2, 4)).astype(np.uint8)"},
    ),
    Mistake(
        "bytes-wrap",
        "adding bytes wraps around at 256",
        "If the images are uint8, 200 + 100 is 44. Convert before you add; or use `mean`, which does.",
        replace={_RETURN: f"return {_BLOCKS}.sum(axis=(2, 4), dtype=images.dtype) / size**2"},
    ),
    Mistake(
        "not-cropped",
        "an image whose sides are no multiple of the block's is not cropped",
        "28 pixels cannot be split into blocks of 3: one is left over. Cut it off before you reshape.",
        replace={_CROP: "cropped = images"},
    ),
    Mistake(
        "padded",
        "the last, incomplete blocks are there, too",
        "What doesn't fill a block is to be dropped: 28 pixels give 9 blocks, not 10.",
        replace={
            "h, w = H // size, W // size": "h, w = -(-H // size), -(-W // size)",
            _CROP: "cropped = np.pad(images, ((0, 0), (0, h * size - H), (0, w * size - W)))",
        },
    ),
    Mistake(
        "loop",
        "there is a loop over the images",
        "The values are right, but Python visits the images one by one. A reshape can give every block axes of "
        "its own; the mean over those is one call.",
        replace={_RETURN: "return np.array([c.reshape(h, size, w, size).mean(axis=(1, 3)) for c in cropped])"},
    ),
    Mistake(
        "loops",
        "there are loops over the images, the rows and the columns",
        "The values are right, but Python visits every block of every image. A height of h · size can be "
        "reshaped to two axes, h and size, and a width likewise; then one call averages all blocks.",
        replace={
            _RETURN: "blocks = [(n, r, c) for n in range(N) for r in range(h) for c in range(w)]\n"
            "    return np.array([cropped[n, r * size : (r + 1) * size, c * size : (c + 1) * size].mean() "
            "for n, r, c in blocks]).reshape(N, h, w)"
        },
    ),
)

_FLOAT32 = 1e-5  # float32 in, float32 on the way
_FORWARD_STEPS = Case(
    "steps as images, pixels and neurons are added", _more_inputs, "steps", 3.0, axes=("image", "pixel", "neuron")
)
_BACKWARD_STEPS = Case(
    "steps as images, pixels and classes are added", _more_after, "steps", 3.0, axes=("image", "pixel", "class")
)

TASKS = (
    Task(
        "mnist-digits-darkness",
        (
            Case("ten digits", _pictures),
            Case("some digits never occur", _some_digits_missing),
            _DARKNESS_STEPS,
        ),
        (
            Case("ten digits", _pictures),
            Case("only two digits, none of them small", _missing_at_the_start),
            Case("only one digit", _one_digit),
            Case("a single test image", _one_test_picture),
            Case("bytes", _bytes),
            Case("float32, labels as bytes", _float32_pictures),
            Case("just between two digits", _half_way),
            _DARKNESS_STEPS,
        ),
        _DARKNESS,
    ),
    Task(
        "mnist-digits-parameters",
        (
            Case("784, 16, 16, 10", _sizes(784, 16, 16, 10)),
            Case("a small network", _sizes(5, 4, 3)),
            Case("layers of equal size", _sizes(6, 6, 6, 6)),
        ),
        (
            Case("a larger network", _sizes(300, 60, 40, 7)),
            Case("many neurons, few inputs", _sizes(30, 500, 3)),
            Case("no hidden layer", _sizes(1200, 10)),
            Case("many layers", _sizes(5, 3, 4, 2, 6)),
            Case("layers of equal size", _sizes(8, 8, 8)),
            Case("single neurons", _sizes(4, 1, 1, 2)),
        ),
        _PARAMETERS,
    ),
    Task(
        "mnist-digits-forward",
        (
            Case("two hidden layers", _two_hidden),
            Case("layers of equal size", _equal_sizes),
            Case("huge inputs", _huge_inputs),
            _FORWARD_STEPS,
        ),
        (
            Case("layers of equal size", _equal_sizes),
            Case("no hidden layer", _no_hidden_layer),
            Case("a single image", _single_image),
            Case("many layers", _many_layers),
            Case("layers of one neuron", _single_neurons),
            Case("huge inputs", _huge_inputs),
            Case("bytes as inputs", _bytes_as_input),
            Case("float32 views", _float32_view),
            _FORWARD_STEPS,
        ),
        _FORWARD,
        _FLOAT32,
    ),
    Task(
        "mnist-digits-backward",
        (
            Case("two hidden layers", _after(6, 5, 4, 3, 3), weight=2.0),
            Case("layers of equal size", _after(5, 4, 4, 4, 4)),
            Case("no hidden layer", _after(4, 5, 3)),
            _BACKWARD_STEPS,
        ),
        (
            Case("two hidden layers", _after(7, 6, 3, 5, 4), weight=2.0),
            Case("layers of equal size", _after(3, 3, 3, 3, 3)),
            Case("no hidden layer", _after(6, 4, 5)),
            Case("a single image", _after(1, 6, 4, 3, 3)),
            Case("many layers", _after(5, 3, 4, 2, 5, 3)),
            Case("a neuron in each layer", _after(6, 3, 1, 1, 2)),
            Case("scores in the thousands", _far_ahead),
            Case("labels as bytes", _labels_as_bytes),
            Case("one label only", _one_label_only),
            Case("float32", _in_float32),
            _BACKWARD_STEPS,
        ),
        _BACKWARD,
        _FLOAT32,
    ),
    Task(
        "mnist-digits-epoch",
        (
            Case("50 images in batches of 8", _epoch(50, 8)),
            Case("batches that come out even", _epoch(30, 6)),
            Case("another learning rate", _epoch(40, 12, 0.7)),
        ),
        (
            Case("batches that come out even", _epoch(48, 6)),
            Case("one image left over", _epoch(41, 5, 0.3)),
            Case("all images in one batch", _epoch(20, 100)),
            Case("batches of one image", _epoch(25, 1, 0.02)),
            Case("a single image", _epoch(1, 4)),
            Case("a network without hidden layers", _epoch(37, 10, 0.2, (3, 2))),
            Case("every other row, labels as bytes", _strided_bytes),
        ),
        _EPOCH,
    ),
    Task(
        "mnist-digits-shift",
        (
            Case("down by 2, right by 1", _shift(2, 1)),
            Case("up and left", _shift(-1, -2)),
            Case("not at all", _shift(0, 0)),
            _SHIFT_STEPS,
        ),
        (
            Case("up and right", _shift(-2, 3, (2, 7, 8))),
            Case("down and left", _shift(4, -1)),
            Case("down only", _shift(3, 0)),
            Case("left only", _shift(0, -2)),
            Case("off the paper", _shift(-9, 2)),
            Case("a single image of one row", _shift(0, 1, (1, 1, 4))),
            Case("bytes, upside down in memory", _shifted_bytes),
            _SHIFT_STEPS,
        ),
        _SHIFT,
    ),
    Task(
        "mnist-digits-pool",
        (
            Case("28 by 28 in blocks of 3", _pool(2, 28, 28, 3)),
            Case("blocks of 2, not square", _pool(3, 5, 8, 2)),
            Case("bytes", _pooled_bytes),
            _POOL_STEPS,
        ),
        (
            Case("28 by 28 in blocks of 3", _pool(3, 28, 28, 3)),
            Case("two rows left over", _pool(2, 11, 14, 4)),
            Case("higher than wide", _pool(4, 15, 7, 3)),
            Case("blocks of one pixel", _pool(3, 4, 5, 1)),
            Case("one block", _pool(1, 6, 5, 5)),
            Case("bytes", _pooled_bytes),
            Case("a float32 view", _pooled_view),
            _POOL_STEPS,
        ),
        _POOL,
        _FLOAT32,
    ),
)
