"""Cases and known mistakes of the softmax notebook."""

import numpy as np

from autograder.tasks import Case, Mistake, Task
from autograder.tasks.svm import (
    AVERAGING_AND_PENALTY,
    GRADIENT_NOT_AVERAGED,
    LOSS_NOT_AVERAGED,
    NOT_AVERAGED,
    PENALTY,
    in_float32,
    large_features,
    more_examples,
    penalized,
    problem,
    same_class,
    single,
)

# --- softmax


def _scores(rng, num_examples=6, C=4):
    return {"scores": 2 * rng.normal(size=(num_examples, C))}


def _square(rng):
    return _scores(rng, 5, 5)


def _huge(rng):
    return {"scores": 1e3 * rng.normal(size=(5, 4))}


def _far_apart(rng):
    """Rows on very different levels: one maximum for all of them leaves nothing of the lower ones."""
    return {"scores": rng.normal(size=(4, 3)) + np.array([[0.0], [-2000], [3000], [800]])}


def _very_negative(rng):
    return {"scores": rng.normal(size=(4, 6)) - 5e3}


def _all_equal(rng):
    return {"scores": np.full((3, 8), 7.0)}


def _single_row(rng):
    return _scores(rng, 1, 7)


def _single_class(rng):
    return _scores(rng, 5, 1)


def _float32_view(rng):
    return {"scores": rng.normal(size=(9, 5)).astype(np.float32).T}


def _more_rows(rng, num_examples, C):
    return _scores(rng, num_examples, C)


_STEPS = Case("steps as examples and classes are added", _more_rows, "steps", 3.0, axes=("example", "class"))
_OVERFLOW = dict(
    id="overflow",
    title="large scores overflow",
    hint="e to the power of 710 is more than float64 can hold, and infinity divided by infinity is NaN. "
    "Subtract the largest score of each row before you take exponentials: the probabilities stay the same.",
)
_ONE_MAXIMUM = dict(
    id="one-maximum-for-all",
    title="one maximum was subtracted from all rows",
    hint="It has to be the largest score of each row. With one for the whole batch, a row that lies a thousand "
    "lower becomes zeros only, and 0/0 is NaN.",
)
_EXPONENTIALS = "exponentials = np.exp(shifted)"
_SOFTMAX = (
    Mistake(**_OVERFLOW, replace={"shifted = scores - scores.max(axis=1, keepdims=True)": "shifted = scores"}),
    Mistake(**_ONE_MAXIMUM, replace={"scores.max(axis=1, keepdims=True)": "scores.max()"}),
    Mistake(
        "over-the-examples",
        "each column adds up to 1, not each row",
        "The classes of one example share the probability 1 among them. Along which axis do they lie?",
        replace={"scores.max(axis=1": "scores.max(axis=0", "exponentials.sum(axis=1": "exponentials.sum(axis=0"},
    ),
    Mistake(
        "over-everything",
        "all entries together add up to 1, not each row",
        "A sum without an axis adds up the whole batch. One sum for each row is needed, standing upright, so "
        "that each row is divided by its own.",
        replace={"exponentials.sum(axis=1, keepdims=True)": "exponentials.sum()"},
    ),
    Mistake(
        "row-for-column",
        "maxima and sums lie in a row, where they should stand in a column",
        "Shapes are aligned at their last axes, so (N, C) and (N,) do not fit. With as many classes as examples they fit by "
        "accident, and each row is divided by the sums of others. What shape is needed?",
        replace={", keepdims=True": ""},
    ),
    Mistake(
        "not-divided",
        "these are exponentials, not probabilities",
        "They are positive, but they don't add up to 1 in each row. What do you have to divide by?",
        replace={" / exponentials.sum(axis=1, keepdims=True)": ""},
    ),
    Mistake(
        "no-exponentials",
        "the scores themselves were divided by their sum",
        'Scores can be negative, and so could such "probabilities" be. Take exponentials first: they are positive.',
        replace={_EXPONENTIALS: "exponentials = scores - scores.min(axis=1, keepdims=True)"},
    ),
    Mistake(
        "logarithms",
        "these are the logarithms of the probabilities",
        "They are what the loss needs later, and better behaved. Here the probabilities themselves are asked for.",
        replace={
            "return exponentials / exponentials.sum(axis=1, keepdims=True)": "return np.log(exponentials / "
            "exponentials.sum(axis=1, keepdims=True))"
        },
    ),
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The values are right, but Python visits the rows one by one. `max` and `sum` take an axis, and "
        "`keepdims=True` leaves a column that goes with the rows.",
        replace={_EXPONENTIALS: "exponentials = np.array([np.exp(row) for row in shifted])"},
    ),
)

# --- cross_entropy


def _distributions(rng, C=5):
    p, q = rng.dirichlet(np.ones(C)), rng.dirichlet(np.ones(C))
    return {"p": 0.9 * p + 0.1 / C, "q": 0.9 * q + 0.1 / C}


def _weather(rng):
    return {"p": np.array([1 / 2, 1 / 4, 1 / 8, 1 / 8]), "q": np.array([1 / 8, 1 / 8, 1 / 4, 1 / 2])}


def _one_hot_truth(rng):
    p = np.zeros(4)
    p[rng.integers(0, 4)] = 1
    return {**_distributions(rng, 4), "p": p}


def _never_happens(rng):
    """What never happens has no code word: 0 times infinity must be 0."""
    p, q = rng.dirichlet(np.ones(4)), rng.dirichlet(np.ones(4))
    return {"p": np.append(p, 0.0), "q": np.append(q, 0.0)}


def _thought_impossible(rng):
    p, q = rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(2))
    return {"p": p, "q": np.append(q, 0.0)}


def _itself(rng):
    p = _distributions(rng)["p"]
    return {"p": p, "q": p.copy()}


_CROSS_ENTROPY = (
    Mistake(
        "natural-logarithm",
        "this is measured in nats, not in bits",
        "The natural logarithm gives the same up to a factor of ln 2. For bits, ask for powers of 2: `np.log2`.",
        replace={"np.log2": "np.log"},
    ),
    Mistake(
        "exchanged",
        "p and q are exchanged",
        "How *often* something happens is said by p; how *long* its word is, by q. Cross-entropy is not symmetric.",
        replace={
            "happens = p > 0": "happens = (p > 0) & (q > 0)",
            "p[happens] * np.log2(q[happens])": "q[happens] * np.log2(p[happens])",
        },
    ),
    Mistake(
        "entropy",
        "this is the entropy of p, without q",
        "The words are those of the code for q: their lengths are −log₂ q. Only how often they are used is said by p.",
        replace={"np.log2(q[happens])": "np.log2(p[happens])"},
    ),
    Mistake(
        "divergence",
        "this is the divergence, not the cross-entropy",
        "The divergence is what the wrong code costs *more* than the right one. The cross-entropy is the whole "
        "length of the messages.",
        replace={"np.log2(q[happens])": "np.log2(q[happens] / p[happens])"},
    ),
    Mistake(
        "sign",
        "the sign is missing",
        "Logarithms of probabilities are negative, and lengths are not.",
        replace={"return -np.sum": "return np.sum"},
    ),
    Mistake(
        "zero-times-infinity",
        "what never happens makes the result NaN",
        "0 · log 0 is 0 · (−∞), which is not a number. What never happens is never sent: leave those entries "
        "out of the sum.",
        replace={"happens = p > 0": "happens = p > -1"},
    ),
    Mistake(
        "mean-for-sum",
        "the terms are averaged instead of added",
        "Weighting with p *is* the averaging. Dividing by the number of outcomes on top makes it too small.",
        replace={"np.sum(": "np.mean("},
    ),
)

# --- softmax_loss_naive and softmax_loss_vectorized


def _tiny_weights(rng):
    """The loss is log C."""
    inputs = problem(rng, 8, 6, 10)
    return {**inputs, "W": 1e-3 * inputs["W"]}


def _huge_scores(rng):
    """Exponentials overflow, and the probabilities of some right classes underflow to 0."""
    inputs = problem(rng, 12, 5, 4)
    return {**inputs, "W": 1e3 * inputs["W"]}


def _rows_far_apart(rng):
    inputs = problem(rng, 5, 6, 4)
    X, W = inputs["X"], inputs["W"]
    X[:, 0] = [0, -2000, 3000, 800, -50]
    W[0] = 1.0
    return inputs


_PUBLIC = (
    Case("without a penalty", problem, weight=2.0),
    Case("with a penalty", penalized),
    Case("tiny weights, ten classes", _tiny_weights),
    Case("huge scores", _huge_scores),
)
_HIDDEN = (
    Case("without a penalty", problem, weight=2.0),
    Case("with a penalty", penalized),
    Case("a single example", single),
    Case("huge scores", _huge_scores),
    Case("rows of scores far apart", _rows_far_apart),
    Case("features of large numbers", large_features),
    Case("one class only", same_class),
    Case("float32", in_float32),
)
_LOSS_STEPS = Case("steps as examples and classes are added", more_examples, "steps", 4.0, axes=("example", "class"))

_TRUTH_FORGOTTEN = dict(
    id="truth-forgotten",
    title="the gradient lacks the part of the right class",
    hint="The gradient at the scores is what you said minus what was true. Yours is only what you said: every "
    "class is pushed down, the right one too.",
)
_WRONG_WAY = dict(
    id="uphill",
    title="the gradient has the wrong sign",
    hint="Yours is what was true minus what you said. Walking against *that* makes the loss larger. "
    "Differentiate −s_y + log Σ once more.",
)
_SIGN_OF_LOSS = dict(
    id="negative-loss",
    title="the loss has the wrong sign",
    hint="The logarithm of a probability is negative. The loss is minus that: 0 for a certain right answer, "
    "and large for a wrong one.",
)
_OVERFLOWING_SUM = dict(
    id="overflow-in-the-sum",
    title="large scores overflow, in the logarithm of the sum too",
    hint="One score above 710, and the sum of the exponentials is infinite, and so is its logarithm. Subtract the largest "
    "score of the image from all its scores first, once: −s_y + log Σ stays the same, and so do the probabilities.",
)
_OVERFLOWING_LOGARITHMS = dict(
    id="overflow-in-log-probabilities",
    title="large scores overflow, and log probabilities become −∞",
    hint="One score above 710, and log Σ is infinite, and s − log Σ is −∞ for every class. Subtract the largest score of "
    "the image before you take exponentials: the log probabilities stay the same.",
)
_LOG_OF_ZERO = dict(
    id="log-of-zero",
    title="the gradient is right, but the logarithm is taken of something that became 0 or infinite",
    hint="A probability below about 1e-324 is stored as 0, and −log 0 is infinite, though the loss is an ordinary number. "
    "Cancel the logarithm and the exponential on paper: −s_y + log Σ, with shifted scores in both terms.",
)
_SHIFTED_ONCE = dict(
    id="shifted-in-one-term",
    title="only one of the two terms of the loss is shifted",
    hint="−s_y + log Σ stays the same if the same number is subtracted from *all* scores, that of the right class too. "
    "Yours is off by that number.",
)
_BITS = dict(
    id="bits",
    title="the loss is measured in bits",
    hint="Base 2 was for the lengths of messages. The loss of a classifier uses the natural logarithm: only then is its "
    "gradient p minus the truth.",
)
_NAIVE_DIVIDED = "np.exp(scores) / np.sum(np.exp(scores))"
_NAIVE = (
    Mistake(
        **_OVERFLOW,
        replace={
            "        scores = scores - scores.max()\n": "",
            "log_sum - scores[y[i]]": f"-np.log(({_NAIVE_DIVIDED})[y[i]])",
            "np.exp(scores - log_sum)": _NAIVE_DIVIDED,
        },
    ),
    Mistake(
        **_OVERFLOWING_SUM,
        replace={"        scores = scores - scores.max()\n": "", "np.exp(scores - log_sum)": _NAIVE_DIVIDED},
    ),
    Mistake(**_OVERFLOWING_LOGARITHMS, replace={"        scores = scores - scores.max()\n": ""}),
    Mistake(**_LOG_OF_ZERO, replace={"log_sum - scores[y[i]]": "-np.log(np.exp(scores - log_sum)[y[i]])"}),
    Mistake(**_SHIFTED_ONCE, replace={"log_sum - scores[y[i]]": "log_sum - X[i] @ W[:, y[i]]"}),
    Mistake(**_BITS, replace={"log_sum - scores[y[i]]": "-np.log2(np.exp(scores - log_sum)[y[i]])"}),
    Mistake(**_TRUTH_FORGOTTEN, replace={"        dscores[y[i]] -= 1\n": ""}),
    Mistake(**_WRONG_WAY, replace={"dW += np.outer": "dW -= np.outer"}),
    Mistake(**_SIGN_OF_LOSS, replace={"loss += log_sum - scores[y[i]]": "loss += scores[y[i]] - log_sum"}),
    *AVERAGING_AND_PENALTY,
)
_SHIFT = "    scores = scores - scores.max(axis=1, keepdims=True)\n"
_LOSS = "-log_probabilities[rows, y].mean()"
_DIVIDED = "np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)"
_VECTORIZED = (
    Mistake(
        **_OVERFLOW,
        replace={_SHIFT: "", _LOSS: f"-np.log(({_DIVIDED})[rows, y]).mean()", "np.exp(log_probabilities)": _DIVIDED},
    ),
    Mistake(**_OVERFLOWING_SUM, replace={_SHIFT: "", "np.exp(log_probabilities)": _DIVIDED}),
    Mistake(**_OVERFLOWING_LOGARITHMS, replace={_SHIFT: ""}),
    Mistake(
        **_ONE_MAXIMUM,
        replace={"scores.max(axis=1, keepdims=True)": "scores.max()", "np.exp(log_probabilities)": _DIVIDED},
    ),
    Mistake(**_LOG_OF_ZERO, replace={_LOSS: "-np.log(np.exp(log_probabilities)[rows, y]).mean()"}),
    Mistake(**_SHIFTED_ONCE, replace={_LOSS: "(log_sums[:, 0] - (X @ W)[rows, y]).mean()"}),
    Mistake(**_BITS, replace={_LOSS: "-np.log2(np.exp(log_probabilities)[rows, y]).mean()"}),
    Mistake(**_TRUTH_FORGOTTEN, replace={"    dscores[rows, y] -= 1\n": ""}),
    Mistake(**_WRONG_WAY, replace={"X.T @ dscores": "-X.T @ dscores"}),
    Mistake(**_SIGN_OF_LOSS, replace={"loss = -log_probabilities": "loss = log_probabilities"}),
    Mistake(
        "all-columns",
        "1 was subtracted from whole columns",
        "`dscores[:, y]` means all rows with all labels. One entry of each row belongs to its own label: name "
        "the rows as well.",
        replace={"dscores[rows, y] -= 1": "dscores[:, y] -= 1"},
    ),
    Mistake(
        **NOT_AVERAGED,
        replace={_LOSS: "-log_probabilities[rows, y].sum()", "dscores / len(X)": "dscores"},
    ),
    Mistake(**GRADIENT_NOT_AVERAGED, replace={"dscores / len(X)": "dscores"}),
    Mistake(**LOSS_NOT_AVERAGED, replace={_LOSS: "-log_probabilities[rows, y].sum()"}),
    *PENALTY,
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The values are right, but Python visits the images one by one. `X @ W` gives the scores of all of "
        "them at once; take the maximum and the sum of each row with `axis=1, keepdims=True`.",
        replace={
            "scores - scores.max(axis=1, keepdims=True)": "np.array([row - row.max() for row in scores])",
        },
    ),
)

_FLOAT32 = 1e-5  # float32 in, float32 on the way

TASKS = (
    Task(
        "softmax-probabilities",
        (
            Case("six examples, four classes", _scores),
            Case("as many classes as examples", _square),
            Case("huge scores", _huge),
            Case("rows on very different levels", _far_apart),
            _STEPS,
        ),
        (
            Case("other scores", _scores),
            Case("as many classes as examples", _square),
            Case("huge scores", _huge),
            Case("rows on very different levels", _far_apart),
            Case("very negative scores", _very_negative),
            Case("all scores equal", _all_equal),
            Case("a single example", _single_row),
            Case("a single class", _single_class),
            Case("a float32 view", _float32_view),
            _STEPS,
        ),
        _SOFTMAX,
        _FLOAT32,
    ),
    Task(
        "softmax-cross-entropy",
        (
            Case("the weather of the text", _weather),
            Case("five outcomes", _distributions),
            Case("something that never happens", _never_happens),
        ),
        (
            Case("five outcomes", _distributions),
            Case("a certain truth", _one_hot_truth),
            Case("something that never happens", _never_happens),
            Case("something that was thought impossible", _thought_impossible),
            Case("the right code", _itself),
        ),
        _CROSS_ENTROPY,
    ),
    Task("softmax-loss-naive", _PUBLIC, _HIDDEN, _NAIVE, _FLOAT32),
    Task("softmax-loss-vectorized", (*_PUBLIC, _LOSS_STEPS), (*_HIDDEN, _LOSS_STEPS), _VECTORIZED, _FLOAT32),
)
