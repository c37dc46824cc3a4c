"""Cases and known mistakes of the k-nearest-neighbor notebook."""

import numpy as np

from autograder.tasks import Case, Mistake, Task

# --- inputs


def _normal(rng, num_test, num_train, D=6):
    return {"X_train": rng.normal(size=(num_train, D)), "X": rng.normal(size=(num_test, D))}


def _rectangular(rng):
    num_test, extra = rng.integers(3, 8), rng.integers(2, 6)
    return _normal(rng, num_test, num_test + extra)


def _square(rng):
    rows = rng.integers(4, 9)
    return _normal(rng, rows, rows)


def _single_row(rng):
    return _normal(rng, 1, rng.integers(3, 8))


def _single_training_row(rng):
    return _normal(rng, rng.integers(3, 8), 1)


def _pixels(rng):
    """Bytes, with differences of both signs well beyond what a byte holds."""
    X_train, X = (rng.integers(0, 256, size=(rows, 48)).astype(np.uint8) for rows in (7, 4))
    return {"X_train": X_train, "X": X}


def _strided(rng):
    """Every other column of a larger float32 array, as a slice of a color image is."""
    wide = {name: value.astype(np.float32) for name, value in _normal(rng, 5, 8, D=12).items()}
    return {name: value[:, ::2] for name, value in wide.items()}


def _same_rows(rng):
    X_train = 100 * rng.normal(size=(9, 40))
    return {"X_train": X_train, "X": X_train[:4].copy()}


def _images(rng, num_test, num_train, D=3072):
    X_train, X = (rng.integers(0, 256, size=(rows, D)).astype(np.float64) for rows in (num_train, num_test))
    return {"X_train": X_train, "X": X}


def _small_images(rng):
    """All differences at once would take 7.7 MB; the two sets of images take 0.5 MB."""
    return _images(rng, 20, 80, D=600)


def _many_small_images(rng):
    """All differences at once would take 864 MB."""
    return _images(rng, 200, 900, D=600)


def _nine_test_rows(rng, num_train):
    return _normal(rng, 9, num_train)


def _many_images(rng):
    return _images(rng, 30, 200)


def _many_points(rng):
    """So little to compute for each row that any step of Python for a row shows."""
    return _normal(rng, 3000, 8, D=3)


_L2_PUBLIC = (
    Case("a few test rows against more training rows", _rectangular),
    Case("as many test rows as training rows", _square),
    Case("pixels that arrive as uint8", _pixels),
)
_L2_HIDDEN = (
    Case("other sizes", _rectangular),
    Case("as many test rows as training rows", _square),
    Case("a single test row", _single_row),
    Case("a single training row", _single_training_row),
    Case("pixels that arrive as uint8", _pixels),
    Case("float32 slices of a larger array", _strided),
)
_NO_LOOPS_STEPS = Case("steps as rows are added", _normal, "steps", 5.0, axes=("test row", "training row"))
_ONE_LOOP_STEPS = Case("steps as training rows are added", _nine_test_rows, "steps", 4.0, axes=("training row",))
_NO_LOOPS_MEMORY = Case("memory on images", _small_images, "memory", 2.0, limit=3e6, large=_many_small_images)

_IDENTICAL = Case(
    "a training image among the test images",
    _same_rows,
    weight=0,
    remark="This costs nothing here, but you should know. An image is at distance 0 from itself, and rounding leaves a tiny "
    "number there instead. If it is negative, its square root is NaN, which sorts behind every other distance, so that the "
    "nearest image of all is missed.",
)

# --- what learners get wrong

_NO_ROOT = dict(
    id="squared",
    title="these are the squared distances",
    hint="Every entry is the square of what it should be. Look at the formula of the Euclidean distance once more, from the "
    "outside in: what is done last, after the squares have been summed? The nearest neighbor stays the same without "
    "it, which is why nothing else looks wrong; the numbers are no longer lengths, though.",
)
_HALF = dict(
    id="half-of-the-square",
    title="`** 1/2` is half of the square, not its root",
    hint="Python reads `a ** 1/2` as `(a ** 1) / 2`, because powers bind tighter than division. Test it on a number whose "
    "root you know, such as `9 ** 1/2`.",
)
_L1_INSTEAD = dict(
    id="l1-for-l2",
    title="this is the L1 distance",
    hint="The absolute differences are summed as they are. That is the Manhattan distance, which comes later in this "
    "notebook; the Euclidean one treats large differences more harshly than small ones.",
)
_UINT8 = dict(
    id="uint8-wraps",
    title="uint8 arithmetic wraps around at 256",
    hint="In uint8, 3 - 5 is 254 and 20 * 20 is 144: there is no room for a sign or for anything above 255, and NumPy does "
    "not complain. Make the pixels floating-point numbers before you compute with them.",
)
_SUM_FIRST = dict(
    id="summed-before-squaring",
    title="the differences are summed before they are squared",
    hint="Positive and negative differences cancel when they are added with their signs, so two very different images can "
    "get distance 0. Square each pixel's difference first, then add.",
)
_SWAPPED = dict(
    id="swapped",
    title="test and training rows are exchanged",
    hint="`dists[i, j]` belongs to test row i and training row j: one row for each test image. Yours is the transpose. "
    "With as many test as training rows the shape even looks right.",
)
_WRONG_AXIS = dict(
    id="wrong-axis",
    title="the sum runs over the wrong axis",
    hint="The differences form an array of shape (num_train, D). Summing over axis 0 adds up the training images and leaves "
    "one number for each pixel; which axis has to disappear so that one number is left for each training image?",
)

_SUMMED = "np.sum((X[i] - X_train[j]) ** 2)"
_ROW_SUMMED = "np.sum((X[i] - X_train) ** 2, axis=1)"
_CONVERT = "    X, X_train = X.astype(np.float64), self.X_train.astype(np.float64)\n"
_NO_CONVERSION = "    X, X_train = X, self.X_train\n"

_TWO_LOOPS = (
    Mistake(**_NO_ROOT, replace={f"np.sqrt({_SUMMED})": _SUMMED}),
    Mistake(**_HALF, replace={f"np.sqrt({_SUMMED})": f"{_SUMMED} ** 1 / 2"}),
    Mistake(**_L1_INSTEAD, replace={f"np.sqrt({_SUMMED})": "np.sum(np.abs(X[i] - X_train[j]))"}),
    Mistake(**_SUM_FIRST, replace={_SUMMED: "np.sum(X[i] - X_train[j]) ** 2"}),
    Mistake(**_UINT8, replace={_CONVERT: _NO_CONVERSION}),
    Mistake(
        "returned-early",
        "the function returns after the first test row",
        "A `return` ends the function wherever it stands, also in the middle of a loop: all rows but the first keep their "
        "zeros. Is there one that is indented too far?",
        replace={f"dists[i, j] = np.sqrt({_SUMMED})": f"dists[i, j] = np.sqrt({_SUMMED})\n        return dists"},
    ),
    Mistake(
        "last-row-missing",
        "the last row and column stay zero",
        "`range(n)` already stops before n. With `range(n - 1)` the last image is never compared with anything, and its "
        "distances keep the zeros the matrix was filled with: the nearest of all, to everybody.",
        replace={"range(num_test)": "range(num_test - 1)", "range(num_train)": "range(num_train - 1)"},
    ),
)

_ONE_LOOP = (
    Mistake(**_NO_ROOT, replace={f"np.sqrt({_ROW_SUMMED})": _ROW_SUMMED}),
    Mistake(**_HALF, replace={f"np.sqrt({_ROW_SUMMED})": f"{_ROW_SUMMED} ** 1 / 2"}),
    Mistake(**_WRONG_AXIS, replace={"axis=1": "axis=0"}),
    Mistake(
        "one-number-for-all",
        "every training row gets the same distance",
        "A sum without an axis adds up everything, pixels and training images alike, and one number fills the whole row of "
        "`dists`. Tell `np.sum` which axis to add along, so that num_train numbers are left.",
        replace={_ROW_SUMMED: "np.sum((X[i] - X_train) ** 2)"},
    ),
    Mistake(**_UINT8, replace={_CONVERT: _NO_CONVERSION}),
    Mistake(
        "second-loop",
        "there is still a loop over the training rows",
        "The values are right, but Python still visits the training images one by one, if only inside a comprehension. "
        "`X[i] - X_train` subtracts one row from all of them at once: broadcasting does the inner loop in C.",
        replace={f"np.sqrt({_ROW_SUMMED})": "[np.sqrt(np.sum((X[i] - row) ** 2)) for row in X_train]"},
    ),
)

_SQUARES = "np.sum(X**2, axis=1)[:, np.newaxis] - 2 * X @ X_train.T + np.sum(X_train**2, axis=1)"
_ROOT = "np.sqrt(np.maximum(squared, 0))"

_NO_LOOPS = (
    Mistake(**_NO_ROOT, replace={_ROOT: "np.maximum(squared, 0)"}),
    Mistake(**_HALF, replace={_ROOT: "np.maximum(squared, 0) ** 1 / 2"}),
    Mistake(
        "cross-term-once",
        "the cross term is there once instead of twice",
        "Multiply (x - t)·(x - t) out by hand: x·x, minus x·t, minus t·x, plus t·t. How often does x·t occur?",
        replace={"2 * X @": "X @"},
    ),
    Mistake(
        "cross-term-added",
        "the cross term has the wrong sign",
        "These are the lengths of x + t, not of x - t: a test image would be far from itself. Check the sign of x·t when "
        "(x - t)² is multiplied out.",
        replace={"- 2 * X @": "+ 2 * X @"},
    ),
    Mistake(
        "cross-term-missing",
        "the cross term x·t is missing",
        "‖x‖² + ‖t‖² is the squared distance only if x and t are at right angles. The products of test and training rows, "
        "one number for each pair, are what brings the two images together.",
        replace={"- 2 * X @ X_train.T": "- 0 * X @ X_train.T"},
    ),
    Mistake(**_SWAPPED, replace={f"return {_ROOT}": f"return {_ROOT}.T"}),
    Mistake(
        "not-upright",
        "‖test row‖² lies down where it should stand upright",
        "An array of shape (num_test,) is lined up with the last axis of a matrix, that of the training rows. To go with "
        "the rows of the matrix, one number for each test row, it has to be a column of shape (num_test, 1). With unequal "
        "numbers of rows NumPy refuses; with equal numbers it adds the wrong ones in silence.",
        replace={"np.sum(X**2, axis=1)[:, np.newaxis]": "np.sum(X**2, axis=1)"},
    ),
    Mistake(
        "norms-on-the-wrong-axis",
        "‖test row‖² and ‖training row‖² are added along each other's axis",
        "Entry (i, j) needs the squared length of test row i and that of training row j. An array of shape (n,) is added "
        "along the last axis; a column of shape (n, 1) along the first. With unequal numbers of rows NumPy refuses; with "
        "equal numbers it adds the wrong ones in silence.",
        replace={
            "np.sum(X**2, axis=1)[:, np.newaxis]": "np.sum(X**2, axis=1)",
            "np.sum(X_train**2, axis=1)": "np.sum(X_train**2, axis=1)[:, np.newaxis]",
        },
    ),
    Mistake(**_UINT8, replace={_CONVERT: _NO_CONVERSION}),
    Mistake(**_L1_INSTEAD, body="    return np.abs(X[:, None].astype(float) - self.X_train).sum(axis=2)\n"),
    Mistake(
        "loop-in-disguise",
        "there is still a loop over the test rows",
        "The values are right, but Python still takes some steps for every test image: a comprehension, `map`, "
        "`np.vectorize` or `apply_along_axis` is a loop in other clothes. The matrix product of all test rows with all "
        "training rows gives every x·t in a single step.",
        replace={"squared = " + _SQUARES: "squared = np.array([np.sum((x - X_train) ** 2, axis=1) for x in X])"},
    ),
    Mistake(
        "pair-by-pair",
        "every pair of rows still costs Python a step",
        "The values are right, but the two loops are still there, one inside the other. Write the squared distance as "
        "‖x‖² - 2 x·t + ‖t‖² and look for one NumPy call that does each of the three terms for all pairs.",
        replace={"squared = " + _SQUARES: "squared = np.array([[np.sum((x - t) ** 2) for t in X_train] for x in X])"},
    ),
    Mistake(
        "giant-broadcast",
        "all differences are held in memory at once",
        "The values are right and there is no loop, but X[:, None] - X_train has shape (num_test, num_train, D): for 500 "
        "test and 5,000 training images that is 61 GB. Multiply the square out, so that no array is larger than "
        "(num_test, num_train); it is also many times faster.",
        replace={"squared = " + _SQUARES: "squared = np.sum((X[:, np.newaxis] - X_train) ** 2, axis=2)"},
    ),
)


def _l1_inputs(rng, num_test, num_train, D=7, max_bytes=2**25):
    return {**_normal(rng, num_test, num_train, D), "max_bytes": max_bytes}


def _l1_blocks(rng):
    """A budget that forces blocks which do not divide the rows."""
    return _l1_inputs(rng, 11, 13, 7, max_bytes=4 * 11 * 13 * 7 * 4 // 5)


def _l1_pixels(rng):
    return {**_pixels(rng), "max_bytes": 2**25}


def _l1_tiny_budget(rng):
    """Less than a single row of differences takes: the function must still make progress."""
    return _l1_inputs(rng, 5, 6, 9, max_bytes=16)


def _l1_images(rng):
    """All differences at once would take 1.2 MB in float32 and twice that in float64."""
    return {**_normal(rng, 30, 40, D=250), "max_bytes": 2**17}


def _l1_many_images(rng):
    """All differences at once would take 180 MB in float32, and their absolute values as much again."""
    return {**_normal(rng, 60, 1500, D=500), "max_bytes": 2**22}


_L1_MEMORY = Case("memory, with a budget of 128 kB", _l1_images, "memory", 3.0, limit=0.8e6, large=_l1_many_images)
_L1_STEPS = Case(
    "steps as rows are added, with room for one block",
    _l1_inputs,
    "steps",
    2.0,
    axes=("test row", "training row"),
)

_L1 = (
    Mistake(
        "absolute-value-too-late",
        "the absolute value is taken after the sum",
        "Once the differences have been added with their signs, a pixel that is too bright has made up for one that is too "
        "dark, and two different images can be at distance 0. Take the absolute value of each difference, before the sum.",
        replace={"np.abs(differences).sum(axis=2)": "np.abs(differences.sum(axis=2))"},
    ),
    Mistake(
        "no-absolute-value",
        "the differences are added with their signs",
        "Some of these distances are negative, and a distance never is: a pixel that is too bright makes up for one that is "
        "too dark. Look at the formula for d₁ once more. What stands around each difference?",
        replace={"np.abs(differences).sum(axis=2)": "differences.sum(axis=2)"},
    ),
    Mistake(
        "largest-difference",
        "this is the largest difference, not the sum of all",
        "The largest single difference is a distance too, called L∞ or Chebyshev. L1 adds the absolute differences of all "
        "the pixels.",
        replace={"np.abs(differences).sum(axis=2)": "np.abs(differences).max(axis=2)"},
    ),
    Mistake(
        "l2-for-l1",
        "this is the L2 distance",
        "The differences are squared. L1 walks along the grid: it adds up absolute differences and has no squares and no "
        "root.",
        replace={"np.abs(differences).sum(axis=2)": "np.sqrt((differences**2).sum(axis=2))"},
    ),
    Mistake(**_UINT8, replace={"X.astype(np.float32), self.X_train.astype(np.float32)": "X, self.X_train"}),
    Mistake(
        "last-block-missing",
        "the last, smaller block is left out",
        "The rows do not always divide evenly into blocks, and the rows left over keep whatever the matrix was filled with. "
        "A slice may reach beyond the end of an array, so `range(0, n, rows)` needs no special case for the last block.",
        replace={"range(0, num_train, rows)": "range(0, num_train - rows + 1, rows)"},
    ),
    Mistake(
        "one-giant-block",
        "the memory budget is ignored",
        "The values are right, but there are more differences in memory at a time than `max_bytes` allows. Neither all "
        "training rows nor a fixed number of them is right for every budget: work out how many rows of differences fit.",
        replace={"rows = max(1, max_bytes // X.nbytes)": "rows = num_train"},
    ),
    Mistake(
        "test-row-by-test-row",
        "there is a step for every test row",
        "The values are right, but Python takes the test rows one at a time, and each is compared with the whole training "
        "set however small the budget is. Keep all the test rows together, and let `max_bytes` decide how many training "
        "rows are subtracted from them at once.",
        body="    for i in range(num_test):\n"
        "        dists[i] = np.abs(X[i].astype(np.float32) - self.X_train.astype(np.float32)).sum(axis=1)\n",
    ),
    Mistake(
        "row-by-row",
        "there is a step for every training row, however large the budget",
        "The values are right and little memory is used, but when there is room for all differences at once, Python still "
        "takes the training rows one at a time. Let `max_bytes` decide how many rows go into a block.",
        replace={"rows = max(1, max_bytes // X.nbytes)": "rows = 1"},
    ),
)


def _votes(rng, num_test, num_train, num_classes=4):
    """Distinct distances, so that which training rows are nearest is never a matter of taste."""
    dists = rng.permuted(np.tile(np.arange(1.0, num_train + 1), (num_test, 1)), axis=1)
    return {"dists": dists / 2, "y_train": rng.integers(0, num_classes, size=num_train)}


def _nearest(rng):
    """k = 1, with at least one row whose nearest and farthest neighbors differ in label."""
    inputs = {**_votes(rng, 8, 9), "k": 1}
    inputs["y_train"][:2] = 0, 3
    inputs["dists"][0, :2] = 0.1, 99.0
    return inputs


def _clear_majority(rng):
    """k = 5 of 11: three of the nearest five agree against a nearest one that differs from them."""
    dists = np.tile(np.arange(1.0, 12), (6, 1))
    y_train = np.array([2, 5, 5, 5, 1, 3, 3, 3, 3, 3, 0])
    order = rng.permutation(11)
    return {"dists": dists[:, order], "y_train": y_train[order], "k": 5}


def _tie(rng):
    """k = 6: two votes each for 5, 2 and 9, of which the nearest, 5, is neither the smallest nor the largest."""
    labels = np.array([5, 2, 9, 9, 2, 5, 0, 7])
    order = rng.permutation(8)
    dists = np.tile(np.arange(1.0, 9), (3, 1)) + rng.uniform(0, 0.1, size=(3, 8))
    return {"dists": dists[:, order], "y_train": labels[order], "k": 6}


def _all_differ(rng):
    """k = 3 different labels: a tie of three, of which the nearest is neither the smallest nor the largest."""
    order = rng.permutation(5)
    labels = np.array([4, 1, 8, 0, 9])
    return {"dists": np.tile(np.arange(1.0, 6), (2, 1))[:, order], "y_train": labels[order], "k": 3}


def _byte_labels(rng):
    inputs = {**_votes(rng, 6, 12, num_classes=10), "k": 1}
    return {**inputs, "y_train": (inputs["y_train"] * 20 + 3).astype(np.uint8)}


def _everybody(rng):
    inputs = _clear_majority(rng)
    return {**inputs, "k": 11}


def _too_many(rng):
    return {**_clear_majority(rng), "k": 20}


_PREDICT_LABELS_PUBLIC = (
    Case("k = 1: the label of the nearest", _nearest),
    Case("k = 5: the most frequent label among the nearest five", _clear_majority),
    Case("k = 6: a tie of three labels goes to the smallest", _tie),
)
_PREDICT_LABELS_HIDDEN = (
    Case("k = 1", _nearest),
    Case("k = 5, with a clear majority", _clear_majority),
    Case("a tie of three labels, two votes each", _tie),
    Case("a tie of three labels, one vote each", _all_differ),
    Case("labels that are bytes and far apart", _byte_labels),
    Case("k as large as the training set", _everybody),
    Case("k larger than the training set", _too_many, weight=0.5),
)

_NEAREST = "nearest = self.y_train[np.argsort(dists[i])[:k]]"
_VOTE = "np.bincount(nearest).argmax()"

_PREDICT_LABELS = (
    Mistake(
        "farthest",
        "the farthest training images vote instead of the nearest",
        "Small distances mean similar images. `np.argsort` sorts from small to large: at which end are the neighbors?",
        replace={"[:k]": "[::-1][:k]"},
    ),
    Mistake(
        "ties-to-the-nearest",
        "a tie goes to the nearest instead of the smaller label",
        "With equally many votes, your code keeps the label it met first, which is that of the nearest image (a Counter "
        "does so, too). That is a sensible rule, but here another one is agreed: the smaller label wins, so that everybody "
        "gets the same predictions.",
        replace={_VOTE: "max(nearest.tolist(), key=nearest.tolist().count)"},
    ),
    Mistake(
        "ties-to-the-larger",
        "a tie goes to the larger label",
        "With equally many votes the smaller label wins. `argmax` returns the first of several maxima; what does reversing "
        "or sorting in between do to that?",
        replace={_VOTE: "len(np.bincount(nearest)) - 1 - np.bincount(nearest)[::-1].argmax()"},
    ),
    Mistake(
        "only-the-nearest",
        "k is ignored: only the nearest image votes",
        "The predictions are those of k = 1. Take the first k of the sorted neighbors, and let them vote.",
        replace={"[:k]": "[:1]"},
    ),
    Mistake(
        "index-for-label",
        "these are positions in the training set, not labels",
        "`np.argsort` tells where the neighbors stand in the training set. What you want to count is what they are: look "
        "the positions up in `self.y_train`.",
        replace={_NEAREST: "nearest = np.argsort(dists[i])[:k]"},
    ),
    Mistake(
        "count-for-label",
        "these are numbers of votes, not labels",
        "`max` tells how many votes the winner got. Which label is it that got them? A maximum and the place of a maximum "
        "are two different questions.",
        replace={_VOTE: "np.bincount(nearest).max()"},
    ),
    Mistake(
        "mean-label",
        "the labels are averaged",
        "Labels are names, not amounts: the mean of a cat (3) and a dog (5) is not a deer (4). Count how often each label "
        "occurs, and take the most frequent.",
        replace={_VOTE: "round(nearest.mean())"},
    ),
    Mistake(
        "k-out-of-range",
        "it breaks when k reaches the size of the training set",
        "`np.argpartition` must be given a position inside the array. Sorting does not mind, for a slice may reach beyond "
        "the end; or use no more neighbors than there are.",
        replace={_NEAREST: "nearest = self.y_train[np.argpartition(dists[i], k)[:k]]"},
    ),
)


def _predict_inputs(**options):
    def draw(rng):
        num_test, num_train, D = rng.integers(3, 6), rng.integers(7, 11), 4
        inputs = _normal(rng, num_test, num_train, D)
        return {**inputs, "dists": rng.uniform(size=(num_test, num_train)), "options": options}

    return draw


_PREDICT_PUBLIC = (
    Case("predict(X)", _predict_inputs()),
    Case("predict(X, k=3, num_loops=2)", _predict_inputs(k=3, num_loops=2)),
    Case('predict(X, k=5, metric="l1")', _predict_inputs(k=5, metric="l1")),
)
_PREDICT_HIDDEN = (
    Case("every default", _predict_inputs()),
    Case("one loop", _predict_inputs(num_loops=1)),
    Case("two loops", _predict_inputs(k=2, num_loops=2)),
    Case("no loops, several neighbors", _predict_inputs(k=7, num_loops=0)),
    Case("the L1 metric", _predict_inputs(k=4, metric="l1")),
)

_PREDICT = (
    Mistake(
        "k-not-passed-on",
        "k does not reach predict_labels",
        "`predict` takes k but votes with the default of `predict_labels`, which is 1. An argument goes only where you pass "
        "it.",
        replace={"self.predict_labels(dists, k=k)": "self.predict_labels(dists)"},
    ),
    Mistake(
        "metric-ignored",
        "the metric is ignored",
        'The distances are Euclidean even when `metric="l1"` asks for the other kind.',
        replace={'if metric == "l1":': "if False:"},
    ),
    Mistake(
        "loops-ignored",
        "num_loops is ignored",
        "All three versions give the same numbers, so nothing looks wrong; but whoever passes `num_loops=2` wants to time "
        "the version with two loops.",
        replace={"if num_loops == 0:": "if True:"},
    ),
    Mistake(
        "loops-exchanged",
        "the versions with one and with two loops are exchanged",
        "`num_loops` says how many loops the version has that is to be called.",
        replace={"num_loops == 1": "num_loops == 2"},
    ),
    Mistake(
        "compared-with-itself",
        "the training set is compared with itself",
        "The distances are those of `self.X_train`. The images to be recognized are the ones in `X`.",
        replace={"_no_loops(X)": "_no_loops(self.X_train)", "_l1(X)": "_l1(self.X_train)"},
    ),
)

# Computing in float32 is no mistake where images are concerned, and costs up to 1e-6 on them.
_FLOAT32 = 1e-5

TASKS = (
    Task("knn-two-loops", _L2_PUBLIC, _L2_HIDDEN, _TWO_LOOPS, _FLOAT32),
    Task("knn-one-loop", (*_L2_PUBLIC, _ONE_LOOP_STEPS), (*_L2_HIDDEN, _ONE_LOOP_STEPS), _ONE_LOOP, _FLOAT32),
    Task(
        "knn-no-loops",
        (
            *_L2_PUBLIC,
            _NO_LOOPS_STEPS,
            _NO_LOOPS_MEMORY,
            _IDENTICAL,
        ),
        (
            *_L2_HIDDEN,
            _NO_LOOPS_STEPS,
            _NO_LOOPS_MEMORY,
            Case("speed on images", _many_images, "time", limit=40),
            Case("speed on many points with few features", _many_points, "time", limit=20),
            _IDENTICAL,
        ),
        _NO_LOOPS,
        _FLOAT32,
    ),
    Task(
        "knn-l1",
        (
            Case("room for everything at once", lambda rng: _l1_inputs(rng, 4, 6)),
            Case("blocks, the last one smaller", _l1_blocks),
            Case("a budget below one row", _l1_tiny_budget),
            Case("pixels that arrive as uint8", _l1_pixels),
            _L1_STEPS,
            _L1_MEMORY,
        ),
        (
            Case("other sizes", lambda rng: _l1_inputs(rng, *rng.integers(3, 9, size=2))),
            Case("blocks, the last one smaller", _l1_blocks),
            Case("a budget below one row", _l1_tiny_budget),
            Case("a single test row", lambda rng: _l1_inputs(rng, 1, 5)),
            Case("pixels that arrive as uint8", _l1_pixels),
            _L1_STEPS,
            _L1_MEMORY,
        ),
        _L1,
        _FLOAT32,
    ),
    Task("knn-predict-labels", _PREDICT_LABELS_PUBLIC, _PREDICT_LABELS_HIDDEN, _PREDICT_LABELS),
    Task("knn-predict", _PREDICT_PUBLIC, _PREDICT_HIDDEN, _PREDICT),
)
