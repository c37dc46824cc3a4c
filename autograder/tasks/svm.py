"""Cases and known mistakes of the SVM notebook."""

import numpy as np

from autograder.tasks import Case, Mistake, Task

# --- hinge_losses


def _scores(rng, num_examples=7, C=4, delta=1.0):
    """Scores of which some meet their margins and some do not; none within a hair of the corner."""
    return {
        "scores": 2 * rng.normal(size=(num_examples, C)),
        "y": rng.integers(0, C, size=num_examples),
        "delta": delta,
    }


def _worked_example(rng):
    """The example of the text, and the same scores with another right class."""
    return {"scores": np.array([[13.0, -7, 11], [13, -7, 11]]), "y": np.array([0, 2]), "delta": 10.0}


def _square_scores(rng):
    return _scores(rng, 5, 5)


def _wide_margin(rng):
    return _scores(rng, 6, 3, delta=4.0)


def _satisfied(rng):
    """Every margin is met: all losses are 0."""
    inputs = _scores(rng, 5, 4)
    inputs["scores"][np.arange(5), inputs["y"]] += 40
    return inputs


def _single_example(rng):
    return _scores(rng, 1, 6)


def _huge_scores(rng):
    inputs = _scores(rng, 6, 5)
    return {**inputs, "scores": 1e3 * inputs["scores"]}


def _all_equal(rng):
    return {"scores": np.zeros((4, 10)), "y": rng.integers(0, 10, size=4), "delta": 1.0}


def _float32_scores(rng):
    inputs = _scores(rng, 8, 10)
    return {**inputs, "scores": inputs["scores"].astype(np.float32)[:, ::2], "y": (inputs["y"] // 2).astype(np.uint8)}


def _more_scores(rng, num_examples, C):
    return _scores(rng, num_examples, C)


_HINGE_STEPS = Case("steps as examples and classes are added", _more_scores, "steps", 3.0, axes=("example", "class"))

_CORRECT_COUNTED = dict(
    id="right-class-counted",
    title="the right class is counted among the wrong ones",
    hint="Compared with itself, the right class is ahead by 0, and so it always complains by a full margin. The sum runs "
    "over j ≠ y: leave that entry out, or set it to 0.",
)
_NOT_CLIPPED = dict(
    id="no-maximum",
    title="margins that are met pay for those that are not",
    hint="A class that is far enough behind should add 0, whatever its distance. Yours adds a negative number, which makes "
    "up for classes that are too close. Look at the formula: what stands in front of the parenthesis?",
)
_SIGN = dict(
    id="sign-of-the-margin",
    title="right and wrong scores are exchanged",
    hint="The loss should grow when a wrong class comes close to the right one or passes it. Yours grows when "
    "the right class gets ahead.",
)
_SQUARED = dict(
    id="squared-hinge",
    title="this is the squared hinge loss",
    hint="It exists, and some prefer it (L2-SVM): large violations count for more. Here each violation counts as it is.",
)

_MARGINS = "np.maximum(0, scores - scores[rows, y][:, np.newaxis] + delta)"
_HINGE = (
    Mistake(**_CORRECT_COUNTED, replace={"    margins[rows, y] = 0\n": ""}),
    Mistake(**_NOT_CLIPPED, replace={_MARGINS: "scores - scores[rows, y][:, np.newaxis] + delta"}),
    Mistake(**_SIGN, replace={_MARGINS: "np.maximum(0, scores[rows, y][:, np.newaxis] - scores + delta)"}),
    Mistake(**_SQUARED, replace={"return margins.sum(axis=1)": "return (margins**2).sum(axis=1)"}),
    Mistake(
        "margin-ignored",
        "the margin delta is not used",
        "Yours complains only when a wrong class is ahead of the right one. It should already complain when it is closer "
        "than delta.",
        replace={" + delta)": ")"},
    ),
    Mistake(
        "margin-always-one",
        "the margin is 1, whatever delta is",
        "The margin that was asked for does not arrive: an argument does something only where it is used.",
        replace={" + delta)": " + 1)"},
    ),
    Mistake(
        "margin-subtracted",
        "the margin is subtracted",
        "Yours complains only when a wrong class is ahead by more than delta. It is the right class that should be ahead by "
        "delta: the margin makes the loss larger, not smaller.",
        replace={" + delta)": " - delta)"},
    ),
    Mistake(
        "row-for-column",
        "the right scores lie in a row, where they should stand in a column",
        "Shapes are aligned at their last axes, so (N, C) and (N,) do not fit. With as many classes as examples they fit by "
        "accident, and each score meets the right score of another image. What shape has to be subtracted?",
        replace={"[:, np.newaxis]": ""},
    ),
    Mistake(
        "all-columns",
        "whole columns were set to 0",
        "`margins[:, y]` means all rows with all labels. One entry of each row belongs to its own label: name the rows "
        "as well.",
        replace={"margins[rows, y] = 0": "margins[:, y] = 0"},
    ),
    Mistake(
        "one-number-for-all",
        "the losses of all examples are added up",
        "One number for each example should be left. Which axis of the margins has to disappear?",
        replace={"margins.sum(axis=1)": "margins.sum()"},
    ),
    Mistake(
        "for-each-class",
        "the sum runs over the examples instead of the classes",
        "`axis=0` leaves one number for each class. One for each example should be left.",
        replace={"margins.sum(axis=1)": "margins.sum(axis=0)"},
    ),
    Mistake(
        "largest-violation",
        "only the worst class is counted",
        "That is another multiclass SVM (Crammer and Singer's). This one adds up the violations of all wrong classes.",
        replace={"margins.sum(axis=1)": "margins.max(axis=1)"},
    ),
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The values are right, but Python visits the examples one by one. Pick the right score of every row at once, stand "
        "the result upright, and subtract it from the whole matrix.",
        replace={_MARGINS: "np.array([np.maximum(0, row - row[label] + delta) for row, label in zip(scores, y)])"},
    ),
)

# --- svm_loss_naive and svm_loss_vectorized


def problem(rng, num_examples=6, D=5, C=4, reg=0.0):
    return {
        "W": 0.5 * rng.normal(size=(D, C)),
        "X": rng.normal(size=(num_examples, D)),
        "y": rng.integers(0, C, size=num_examples),
        "reg": reg,
    }


def penalized(rng):
    return problem(rng, 5, 6, 3, reg=0.7)


def single(rng):
    return problem(rng, 1, 4, 5, reg=0.2)


def _tiny_weights(rng):
    """Every margin is violated, by 1: the loss is C - 1."""
    inputs = problem(rng, 8, 6, 10)
    return {**inputs, "W": 1e-3 * inputs["W"]}


def _all_met(rng):
    """Every margin is met: only the penalty is left."""
    y = rng.integers(0, 4, size=7)
    return {"W": 30 * np.eye(4), "X": np.eye(4)[y], "y": y, "reg": 0.01}


def large_features(rng):
    inputs = problem(rng, 6, 8, 5, reg=0.1)
    return {**inputs, "X": 100 * inputs["X"]}


def same_class(rng):
    return {**problem(rng, 6, 4, 4, reg=0.3), "y": np.full(6, 2)}


def in_float32(rng):
    inputs = problem(rng, 9, 12, 5, reg=0.4)
    W, X = (inputs[name].astype(np.float32) for name in "WX")
    return {**inputs, "W": W, "X": X[:, ::-1], "y": inputs["y"].astype(np.int8)}


def more_examples(rng, num_examples, C):
    return problem(rng, num_examples, 5, C, reg=0.1)


_LOSS_STEPS = Case("steps as examples and classes are added", more_examples, "steps", 4.0, axes=("example", "class"))
_PUBLIC = (
    Case("without a penalty", problem, weight=2.0),
    Case("with a penalty", penalized),
    Case("tiny weights, ten classes", _tiny_weights),
)
_HIDDEN = (
    Case("without a penalty", problem, weight=2.0),
    Case("with a penalty", penalized),
    Case("a single example", single),
    Case("every margin met: only the penalty is left", _all_met),
    Case("features of large numbers", large_features),
    Case("one class only", same_class),
    Case("float32", in_float32),
)

HALF_PENALTY = dict(
    id="half-penalty",
    title="the penalty is ½·reg·ΣW²",
    hint="This is a convention, not a misunderstanding: with the ½ the gradient is simply reg·W, and loss and "
    "gradient of yours agree. The linear classifiers of this course use reg·ΣW², whose gradient has a 2.",
)
HALF_GRADIENT = dict(
    id="penalty-gradient-without-2",
    title="loss and gradient of the penalty do not belong together",
    hint="The loss has reg·W² for every weight, and the derivative of W² is not W.",
)
NO_PENALTY = dict(
    id="no-penalty",
    title="the penalty is missing in loss and gradient",
    hint="`reg` is not used. Without the penalty nothing decides between W and 2W.",
)
PENALTY_NOT_IN_GRADIENT = dict(
    id="penalty-not-in-gradient",
    title="the penalty is in the loss, but not in the gradient",
    hint="What the loss contains, its gradient has to contain. What is the derivative of reg·W² with respect to W?",
)
PENALTY_DIVIDED = dict(
    id="penalty-divided",
    title="the penalty is divided by the number of examples",
    hint="It is added to the *mean* over the examples, once, and does not depend on how many there are. Is the "
    "division below the line where the penalty is added?",
)
NOT_AVERAGED = dict(
    id="not-averaged",
    title="the losses are added up instead of averaged",
    hint="The sum grows with the number of examples, and a learning rate that is right for 100 would be wrong "
    "for 200. Divide by N, the loss and the gradient.",
)
GRADIENT_NOT_AVERAGED = dict(
    id="gradient-not-averaged",
    title="the loss is averaged, the gradient is not",
    hint="If the loss is a mean over N examples, so is its gradient: whatever factor stands before the one "
    "stands before the other.",
)
LOSS_NOT_AVERAGED = dict(
    id="loss-not-averaged",
    title="the gradient is averaged, the loss is not",
    hint="Your gradient is that of a mean over N examples, but your loss is their sum. Divide the sum by N, before the "
    "penalty is added.",
)
PENALTY_NOT_IN_LOSS = dict(
    id="penalty-not-in-loss",
    title="the penalty is in the gradient, but not in the loss",
    hint="Your gradient belongs to a loss with a penalty, and a gradient check would disagree. What has to be added to the "
    "mean over the examples?",
)
_UPHILL = dict(
    id="uphill",
    title="the gradient of the margins has the wrong sign",
    hint="A wrong class that is too close raises the loss by its own score, and so x is *added* to its column. Walking "
    "*against* the gradient comes later, in training.",
)
_VIOLATIONS_FOR_COUNTS = dict(
    id="violations-for-counts",
    title="images are weighted by how far their margins are violated",
    hint="The derivative of max(0, m) is 1 where m is positive, however large it is. Yours would be the gradient of the "
    "squared hinge, up to a factor of 2. Ask only *whether* a margin is positive.",
)
_RIGHT_COLUMN = dict(
    id="right-column-forgotten",
    title="the column of the right class gets no gradient",
    hint="The score of the right class occurs in every term of the loss, with a minus sign. For each class "
    "that is too close, x is added to that class's column *and* taken from the right one's.",
)
_RIGHT_COLUMN_ADDED = dict(
    id="right-column-added",
    title="x is added to the column of the right class",
    hint="The score of the right class stands in every term with a minus sign: the larger it is, the smaller the loss. So x "
    "is *taken* from that column.",
)
_RIGHT_COLUMN_ONCE = dict(
    id="right-column-once",
    title="x is taken from the right column only once",
    hint="The score of the right class occurs once for *each* class that is too close, so x has to be taken "
    "away as many times.",
)

_NAIVE_MARGIN = "margin = scores[j] - scores[y[i]] + 1"
PENALTY = (  # of every loss that adds reg·ΣW²
    Mistake(**NO_PENALTY, replace={" + reg * np.sum(W**2)": "", " + 2 * reg * W": ""}),
    Mistake(**PENALTY_NOT_IN_GRADIENT, replace={" + 2 * reg * W": ""}),
    Mistake(**PENALTY_NOT_IN_LOSS, replace={" + reg * np.sum(W**2)": ""}),
    Mistake(**HALF_GRADIENT, replace={"+ 2 * reg * W": "+ reg * W"}),
    Mistake(**HALF_PENALTY, replace={"+ reg * np.sum": "+ 0.5 * reg * np.sum", "+ 2 * reg * W": "+ reg * W"}),
)
AVERAGING_AND_PENALTY = (  # of a loss that sums example by example
    Mistake(**NOT_AVERAGED, replace={"loss / num_train": "loss", "dW / num_train": "dW"}),
    Mistake(**GRADIENT_NOT_AVERAGED, replace={"dW / num_train": "dW"}),
    Mistake(**LOSS_NOT_AVERAGED, replace={"loss / num_train": "loss"}),
    *PENALTY,
    Mistake(
        **PENALTY_DIVIDED,
        replace={
            "loss / num_train + reg * np.sum(W**2)": "(loss + reg * np.sum(W**2)) / num_train",
            "dW / num_train + 2 * reg * W": "(dW + 2 * reg * W) / num_train",
        },
    ),
)

_NAIVE = (
    Mistake(**_CORRECT_COUNTED, replace={"if j != y[i] and margin > 0:": "if margin > 0:"}),
    Mistake(**_NOT_CLIPPED, replace={"if j != y[i] and margin > 0:": "if j != y[i]:"}),
    Mistake(**_SIGN, replace={_NAIVE_MARGIN: "margin = scores[y[i]] - scores[j] + 1"}),
    Mistake(
        "margin-forgotten",
        "the margin of 1 is missing",
        "Yours complains only when a wrong class is ahead of the right one. It should already complain when it is closer "
        "than 1.",
        replace={_NAIVE_MARGIN: "margin = scores[j] - scores[y[i]]"},
    ),
    Mistake(**_RIGHT_COLUMN, replace={"                dW[:, y[i]] -= X[i]\n": ""}),
    Mistake(
        **_RIGHT_COLUMN_ONCE,
        replace={"                dW[:, y[i]] -= X[i]\n": "        dW[:, y[i]] -= X[i]\n"},
    ),
    Mistake(**_RIGHT_COLUMN_ADDED, replace={"dW[:, y[i]] -= X[i]": "dW[:, y[i]] += X[i]"}),
    Mistake(**_UPHILL, replace={"dW[:, j] += X[i]": "dW[:, j] -= X[i]", "dW[:, y[i]] -= X[i]": "dW[:, y[i]] += X[i]"}),
    Mistake(
        **_VIOLATIONS_FOR_COUNTS,
        replace={"dW[:, j] += X[i]": "dW[:, j] += margin * X[i]", "dW[:, y[i]] -= X[i]": "dW[:, y[i]] -= margin * X[i]"},
    ),
    Mistake(
        "gradient-not-clipped",
        "margins that are met are in the gradient, though not in the loss",
        "A class that is far enough behind adds 0 to the loss, and it still does if W moves a little. What is the gradient "
        "of that? Both belong under the same condition.",
        replace={
            "            if j != y[i] and margin > 0:\n                loss += margin\n": "            if j != y[i]:\n"
            "                loss += max(0, margin)\n"
        },
    ),
    *AVERAGING_AND_PENALTY,
)

_COUNTS = "(margins > 0).astype(X.dtype)"
_CLIPPED = "np.maximum(0, scores - scores[rows, y][:, np.newaxis] + 1)"
_ROW_BY_ROW = (
    "margins = np.array([np.maximum(0, x @ W - (x @ W)[label] + 1) for x, label in zip(X, y)])"  # the same, by a loop
)
_VECTORIZED = (
    Mistake(
        **_CORRECT_COUNTED,
        replace={"    margins[rows, y] = 0\n    loss": "    loss"},
    ),
    Mistake(
        **_NOT_CLIPPED, replace={_CLIPPED: "scores - scores[rows, y][:, np.newaxis] + 1", "(margins > 0)": "(margins != 0)"}
    ),
    Mistake(**_SIGN, replace={_CLIPPED: "np.maximum(0, scores[rows, y][:, np.newaxis] - scores + 1)"}),
    Mistake(**_RIGHT_COLUMN, replace={"    counts[rows, y] = -counts.sum(axis=1)\n": ""}),
    Mistake(**_RIGHT_COLUMN_ONCE, replace={"-counts.sum(axis=1)": "-1"}),
    Mistake(**_RIGHT_COLUMN_ADDED, replace={"-counts.sum(axis=1)": "counts.sum(axis=1)"}),
    Mistake(**_UPHILL, replace={"dW = X.T @ counts": "dW = -X.T @ counts"}),
    Mistake(**_VIOLATIONS_FOR_COUNTS, replace={_COUNTS: "margins.copy()"}),
    Mistake(
        "met-margins-counted",
        "margins that are met count as well",
        "After the maximum with 0, every margin that is met *is* 0, and `>= 0` holds for all of them. Count those that are "
        "truly positive.",
        replace={_COUNTS: "(margins >= 0).astype(X.dtype)"},
    ),
    Mistake(
        "booleans",
        "the counts are still True and False",
        "A boolean array holds nothing else: −3 written into it becomes True. Make numbers of it before you fill in the "
        "entries of the right classes.",
        replace={_COUNTS: "margins > 0"},
    ),
    Mistake(**NOT_AVERAGED, replace={"margins.sum() / len(X)": "margins.sum()", "X.T @ counts / len(X)": "X.T @ counts"}),
    Mistake(**GRADIENT_NOT_AVERAGED, replace={"X.T @ counts / len(X)": "X.T @ counts"}),
    Mistake(**LOSS_NOT_AVERAGED, replace={"margins.sum() / len(X)": "margins.sum()"}),
    *PENALTY,
    Mistake(
        "averaged-over-everything",
        "the mean runs over examples and classes",
        "`mean()` divides by N·C. The loss is a sum over the classes and a mean over the examples only.",
        replace={"margins.sum() / len(X)": "margins.mean()"},
    ),
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The values are right, but Python visits the images one by one. X @ W gives the scores of all of them "
        "at once, and the right score of each row can be picked and subtracted for all rows together.",
        replace={"margins = " + _CLIPPED: _ROW_BY_ROW},
    ),
)

_FLOAT32 = 1e-5  # float32 in, float32 on the way

TASKS = (
    Task(
        "svm-hinge-losses",
        (
            Case("the example of the text", _worked_example),
            Case("seven examples, four classes", _scores),
            Case("as many classes as examples", _square_scores),
            Case("a margin of 4", _wide_margin),
            _HINGE_STEPS,
        ),
        (
            Case("other examples", _scores),
            Case("as many classes as examples", _square_scores),
            Case("a margin of 4", _wide_margin),
            Case("every margin met", _satisfied),
            Case("a single example", _single_example),
            Case("huge scores", _huge_scores),
            Case("all scores equal", _all_equal),
            Case("float32 slices", _float32_scores),
            _HINGE_STEPS,
        ),
        _HINGE,
        _FLOAT32,
    ),
    Task("svm-loss-naive", _PUBLIC, _HIDDEN, _NAIVE, _FLOAT32),
    Task("svm-loss-vectorized", (*_PUBLIC, _LOSS_STEPS), (*_HIDDEN, _LOSS_STEPS), _VECTORIZED, _FLOAT32),
)
