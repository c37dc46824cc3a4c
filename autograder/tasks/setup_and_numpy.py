"""Cases and known mistakes of the NumPy warm-up."""

import numpy as np

from autograder.tasks import Case, Mistake, Task

# --- brighten: uint8 arithmetic


def _images(rng, num_images=3, H=5, W=7):
    return rng.integers(0, 256, size=(num_images, H, W, 3)).astype(np.uint8)


def _brighter(low, high):
    """Every byte occurs, so that both ends of the range are reached."""

    def draw(rng):
        images = rng.permutation(np.arange(768) % 256).astype(np.uint8).reshape(2, 8, 16, 3)
        return {"images": images, "amount": int(rng.integers(low, high))}

    return draw


def _one_bright_image(rng):
    return {"images": rng.integers(200, 256, size=(1, 2, 3, 3)).astype(np.uint8), "amount": 9}


def _already_inside(rng):
    return {"images": rng.integers(100, 150, size=(2, 4, 4, 3)).astype(np.uint8), "amount": int(rng.integers(20, 60))}


def _slice_of_images(rng):
    return {"images": _images(rng, 4, 10, 12)[:, ::2, ::-1], "amount": 120}


_BRIGHTEN = (
    Mistake(
        "uint8-wraps",
        "uint8 arithmetic wraps around at 256",
        "A pixel of 250 that gets 50 brighter comes out as 44, nearly black: there is no room above 255, and NumPy starts "
        "again at 0 without a word (a negative amount it refuses at least). Clipping afterwards is too late. Give the "
        "numbers more room first, then add, then clip.",
        replace={"images.astype(np.int64) + amount": "images + amount"},
    ),
    Mistake(
        "not-clipped-below",
        "dark pixels become bright when the amount is negative",
        "Below 0 there is no room in uint8 either: -30 becomes 226. Limit the values at both ends before you convert back.",
        replace={"np.clip(wide, 0, 255)": "np.minimum(wide, 255)"},
    ),
    Mistake(
        "not-clipped",
        "the values are not limited before they go back to uint8",
        "The sum has room now, but `astype(np.uint8)` keeps only what fits, counted modulo 256. First limit the values to "
        "the range from 0 to 255, then convert.",
        replace={"np.clip(wide, 0, 255)": "wide"},
    ),
    Mistake(
        "not-converted-back",
        "the result is no longer uint8",
        "The values are right, in a type that takes eight times the memory, and the next function that expects images "
        "of bytes will be surprised. Convert back at the end.",
        replace={"np.clip(wide, 0, 255).astype(np.uint8)": "np.clip(wide, 0, 255)"},
    ),
    Mistake(
        "scaled",
        "the pixels are multiplied, not shifted",
        "A factor moves bright pixels farther than dark ones and leaves black as it is. Here, every pixel gets the same "
        "amount.",
        replace={"images.astype(np.int64) + amount": "images.astype(np.float64) * (1 + amount / 255)"},
    ),
)

# --- frame: views and copies


def _framed(H, W, width, num_images=2):
    return lambda rng: {"images": rng.integers(1, 256, size=(num_images, H, W, 3)).astype(np.uint8), "width": width}


def _framed_slice(rng):
    return {"images": rng.integers(1, 256, size=(2, 12, 16, 3)).astype(np.uint8)[:, ::2, ::2], "width": 1}


_INSIDE = "framed[:, width : H - width, width : W - width] = images[:, width : H - width, width : W - width]"
_FRAME = (
    Mistake(
        "wrote-into-the-input",
        "the frame is painted into the images that were handed in",
        "`framed = images` gives the same array a second name, and slicing gives a window onto it: what you write there, "
        "the caller's images show, too. Ask for a copy before you write.",
        body="    framed = images\n"
        "    framed[:, :width] = framed[:, H - width :] = 0\n"
        "    framed[:, :, :width] = framed[:, :, W - width :] = 0\n"
        "    return framed\n",
    ),
    Mistake(
        "negative-zero",
        "a frame of width 0 turns everything black",
        "`-0` is `0`: the slice `0:-0` is empty, and `-0:` is everything. Counting from the end breaks exactly when the "
        "width is 0. Count from the front instead: where does the inside end, in terms of the height and the width? (The "
        "same slice will lie in wait for you in the padding of convolutions.)",
        replace={_INSIDE: "framed[:, width:-width, width:-width] = images[:, width:-width, width:-width]"},
    ),
    Mistake(
        "height-for-width",
        "height and width are exchanged",
        "With square images it looks right. The first of the two axes counts rows, from top to bottom, so its length is the "
        "height.",
        replace={"framed = np.zeros_like(images)": "framed, H, W = np.zeros_like(images), W, H"},
    ),
    Mistake(
        "top-and-bottom-only",
        "the sides are missing",
        "The bars at the top and at the bottom are there. The axis behind the rows holds the columns.",
        replace={_INSIDE: "framed[:, width : H - width] = images[:, width : H - width]"},
    ),
    Mistake(
        "another-dtype",
        "the result has another dtype than the images",
        "Right values, in floating point: eight times the memory, and no longer what a function that expects bytes can use. "
        "`np.zeros` makes float64 unless it is told otherwise; `np.zeros_like` takes after its argument.",
        replace={"np.zeros_like(images)": "np.zeros(images.shape)"},
    ),
    Mistake(
        "input-returned",
        "for a width of 0 the images themselves are returned",
        "A new array was promised. Whoever paints on the result of width 0 paints on the input: it is the same array "
        "under a second name.",
        replace={"framed = np.zeros_like(images)": "framed = np.zeros_like(images) if width else images"},
    ),
    Mistake(
        "one-too-many",
        "the frame is one pixel too wide at two of its sides",
        "A slice ends *before* its second number: `a[1:4]` holds three entries. Subtracting one more takes one away from "
        "the picture.",
        replace={_INSIDE: _INSIDE.replace("H - width", "H - width - 1").replace("W - width", "W - width - 1")},
    ),
)

# --- accuracy: axes and argmax


def _scores(rng, num_examples, C):
    return {"scores": rng.normal(size=(num_examples, C)), "y": rng.integers(0, C, size=num_examples)}


def _half_right(rng, num_examples=8, C=3):
    """Some right and some wrong, whatever is drawn."""
    inputs = _scores(rng, num_examples, C)
    best = inputs["scores"].argmax(axis=1)
    right = np.arange(num_examples) % 3 != 0
    return {**inputs, "y": np.where(right, best, (best + 1) % C)}


def _as_many_classes_as_examples(rng):
    return _half_right(rng, 5, 5)


def _negative_scores(rng):
    inputs = _half_right(rng, 7, 4)
    return {**inputs, "scores": inputs["scores"] - 50}


def _single_example(rng):
    return _half_right(rng, 1, 4)


def _whole_scores(rng):
    """Scores that are whole numbers, some of the largest of which happen to equal the label."""
    scores = np.array([[0, 1, 0], [2, 1, 0], [0, 0, 2], [1, 0, 0], [0, 2, 1], [2, 0, 1], [0, 1, 2]])
    order = rng.permutation(7)
    return {"scores": scores[order], "y": np.array([1, 0, 2, 1, 1, 2, 2])[order]}


def _byte_labels(rng):
    inputs = _half_right(rng, 9, 6)
    return {"scores": np.asfortranarray(inputs["scores"].astype(np.float32)), "y": inputs["y"].astype(np.uint8)}


def _everything_right(rng):
    inputs = _scores(rng, 6, 3)
    return {**inputs, "y": inputs["scores"].argmax(axis=1)}


def _rows(rng, num_examples):
    return _half_right(rng, num_examples)


_ACCURACY_STEPS = Case("steps as examples are added", _rows, "steps", 2.0, axes=("example",))
_ACCURACY = (
    Mistake(
        "shapes-by-luck",
        "a column was compared with a row",
        "With `keepdims=True` the largest places form a column of shape (N, 1). Compared with the labels, of shape (N,), it "
        "gives an N × N matrix of every prediction with every label. Print the two shapes.",
        replace={"axis=1)": "axis=1, keepdims=True)"},
    ),
    Mistake(
        "whole-number-division",
        "the division rounds down to a whole number",
        "`//` drops the remainder, and a share below 1 becomes 0. The mean of True and False needs no division at all.",
        replace={"np.mean(predicted == y)": "np.sum(predicted == y) // len(y)"},
    ),
    Mistake(
        "wrong-axis",
        "the largest score is searched in each column instead of each row",
        "`axis=0` runs down the rows and leaves one number for each class. One number for each example should be left: "
        "which axis has to disappear?",
        replace={"axis=1": "axis=0"},
    ),
    Mistake(
        "score-for-label",
        "the largest score itself is compared with the label",
        "How large the largest score is and where it stands are two questions, and two functions. The label is a place.",
        replace={"np.argmax(": "np.max("},
    ),
    Mistake(
        "count-for-share",
        "this is the number of right answers, not their share",
        "Counting depends on how many examples there were. Divide by their number; the mean of True and False does both "
        "at once.",
        replace={"np.mean(": "np.sum("},
    ),
    Mistake(
        "percent",
        "this is a percentage",
        "It is right, a hundred times over: the share should lie between 0 and 1.",
        replace={"np.mean(predicted == y)": "100 * np.mean(predicted == y)"},
    ),
    Mistake(
        "errors-counted",
        "this is the share of wrong answers",
        "It is the error rate: 1 minus what was asked for. Which comparison is true where the answer is right?",
        replace={"predicted == y": "predicted != y"},
    ),
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The value is right, but Python visits the examples one by one. `argmax` takes an axis, and `==` compares whole "
        "arrays.",
        replace={"np.argmax(scores, axis=1)": "np.array([np.argmax(row) for row in scores])"},
    ),
)

# --- pairwise sums: broadcasting


def _two_rows(rng, num_rows, num_columns):
    return {"a": rng.normal(size=num_rows), "b": rng.normal(size=num_columns)}


def _more_in_a(rng):
    return _two_rows(rng, 7, 4)


def _more_in_b(rng):
    return _two_rows(rng, 3, 8)


def _equally_many(rng):
    n = rng.integers(3, 7)
    return _two_rows(rng, n, n)


def _single_a(rng):
    return _two_rows(rng, 1, 5)


def _single_b(rng):
    return _two_rows(rng, 5, 1)


def _strided_rows(rng):
    a, b = rng.normal(size=(2, 12))
    return {"a": a[::3].astype(np.float32), "b": b[::-2]}


_PAIRWISE_STEPS = Case("steps as both arrays grow", _two_rows, "steps", 2.0, axes=("row", "column"))
_SUMS = "a[:, np.newaxis] + b"
_PAIRWISE = (
    Mistake(
        "entry-by-entry",
        "the arrays are added entry by entry",
        "Two arrays of shape (n,) are lined up with each other, and unequal lengths don't fit at all. To get every "
        "combination, they have to lie along *different* axes: one of them upright, as a column.",
        replace={_SUMS: "a + b"},
    ),
    Mistake(
        "transposed",
        "rows and columns are exchanged",
        "Entry [i, j] belongs to a[i] and b[j], so `a` runs down the rows. You made the other one stand upright.",
        replace={_SUMS: "a + b[:, np.newaxis]"},
    ),
    Mistake(
        "products",
        "these are products, not sums",
        "An outer product multiplies every entry of the one with every entry of the other. Broadcasting does the same for "
        "every operation, the plus sign included.",
        replace={_SUMS: "np.outer(a, b)"},
    ),
    Mistake(
        "loop",
        "there is still a loop over the rows",
        "The values are right, but Python takes a step for every entry of `a`. Give `a` a second axis of length 1, and "
        "broadcasting repeats it along that axis.",
        replace={_SUMS: "np.array([x + b for x in a])"},
    ),
    Mistake(
        "two-loops",
        "every single sum costs Python a step",
        "The values are right, but they are computed one at a time. Give `a` a second axis of length 1: a column and a row "
        "meet in a whole matrix.",
        replace={_SUMS: "np.array([[x + y for y in b] for x in a])"},
    ),
)

# --- standardize: broadcasting along an axis


def _table(rng, num_rows, D=4):
    scale, shift = rng.uniform(1, 50, size=D), rng.normal(scale=20, size=D)
    return {"X": scale * rng.normal(size=(num_rows, D)) + shift}


def _tall(rng):
    return _table(rng, 9)


def _more_features(rng):
    return _table(rng, int(rng.integers(4, 7)), int(rng.integers(8, 12)))


def _square_table(rng):
    return _table(rng, 5, 5)


def _with_constant_column(rng):
    X = _table(rng, 8)["X"]
    X[:, 1] = 7
    return {"X": X}


def _with_nearly_constant_column(rng):
    """Of seven entries of .1 the mean is not quite .1, and the deviation not quite 0."""
    X = _table(rng, 7)["X"]
    X[:, 1] = 0.1
    return {"X": X}


def _bytes(rng):
    return {"X": rng.integers(0, 256, size=(12, 6)).astype(np.uint8)}


def _single_row(rng):
    """One row: every column is constant."""
    return {"X": rng.integers(1, 9, size=(1, 5)).astype(np.float64)}


def _column_slices(rng):
    return {"X": _table(rng, 10, 9)["X"][:, ::3]}


def _single_precision(rng):
    return {"X": _table(rng, 11, 5)["X"].astype(np.float32)}


_ROUNDED = Case(
    "a column in which all entries are .1",
    _with_nearly_constant_column,
    weight=0,
    remark="This costs nothing, but you should know. Seven times .1 is not exactly .7 in a computer, so the deviation comes "
    "out as 1e-17 instead of 0, and dividing by that makes ±1 of nothing. Whether the largest entry equals the smallest "
    "does not depend on rounding.",
)
_STANDARDIZE_STEPS = Case("steps as examples and features are added", _table, "steps", 2.0, axes=("example", "feature"))
_CONSTANT = "constant = X.max(axis=0) == X.min(axis=0)"
_STANDARDIZE = (
    Mistake(
        "each-example",
        "each row is standardized, not each column",
        "A column holds the same feature of all examples: its mean and spread say what is usual for *that* feature. "
        "`axis=0` is the one that runs from example to example.",
        replace={
            "X.mean(axis=0)": "X.mean(axis=1, keepdims=True)",
            "spread = X.std(axis=0)": "spread = X.std(axis=1, keepdims=True) * np.ones(X.shape[1])",
            "spread[constant]": "spread[:, constant]",
        },
    ),
    Mistake(
        "one-for-all",
        "one mean and one spread were taken for everything",
        "Without an axis, `mean` and `std` boil the whole array down to one number, and features on large scales drown the "
        "others. One number for each column is needed.",
        replace={"X.mean(axis=0)": "X.mean()", "X.std(axis=0)": "np.full(X.shape[1], X.std())"},
    ),
    Mistake(
        "only-centered",
        "the means are 0, but the spread is what it was",
        "Subtracting the mean moves a column; it is as wide as before. Divide by what makes its standard deviation 1.",
        replace={"/ spread": "/ 1"},
    ),
    Mistake(
        "variance-for-deviation",
        "the columns are divided by their variance",
        "The variance is in squared units. What has the units of the column itself is its root, the standard deviation.",
        replace={"X.std(axis=0)": "X.var(axis=0)"},
    ),
    Mistake(
        "zero-over-zero",
        "a column in which all entries are equal becomes NaN",
        "Its standard deviation is 0, and 0/0 is not a number; one NaN is enough to ruin a whole training run. Such a "
        "column says nothing, so let it be 0: find the columns whose largest entry equals the smallest.",
        replace={_CONSTANT: "constant = np.zeros(X.shape[1], dtype=bool)"},
    ),
    Mistake(
        "sample-deviation",
        "the standard deviation is that of a sample, with N - 1",
        "This is a convention, not a misunderstanding: statisticians divide by N - 1 when they estimate a spread from a "
        "sample. Here, as NumPy does by default, it is N.",
        replace={"X.std(axis=0)": "X.std(axis=0, ddof=1 if len(X) > 1 else 0)"},
    ),
    Mistake(
        "loop",
        "there is still a loop over the columns",
        "The values are right, but Python takes the features one by one; an image has 3,072. `mean` and `std` with an axis "
        "give one number for each column, and broadcasting lines them up with the rows.",
        replace={
            "X.std(axis=0)": "np.array([column.std() for column in X.T])",
            "X.mean(axis=0)": "np.array([column.mean() for column in X.T])",
        },
    ),
)

# --- batched take: one entry of each row


def _square_scores(rng):
    """As many classes as examples, where a wrong index does not even fail."""
    return {"scores": rng.normal(size=(5, 5)), "y": np.array([3, 0, 4, 0, 1])}


def _few_classes(rng):
    return _scores(rng, 8, 3)


def _many_classes(rng):
    return _scores(rng, 3, 11)


def _one_of_each(rng):
    return {"scores": rng.normal(size=(1, 6)), "y": np.array([4])}


def _same_label(rng):
    return {"scores": rng.normal(size=(6, 4)), "y": np.full(6, 2, np.int8)}


def _transposed_scores(rng):
    return {"scores": rng.normal(size=(4, 9)).T, "y": rng.integers(0, 4, size=9).astype(np.uint8)}


def _whole_numbers(rng):
    return {"scores": rng.integers(-99, 99, size=(7, 5)), "y": rng.integers(0, 5, size=7)}


def _many_examples(rng):
    """All pairs of an example and a label would take 2.9 MB; the scores take 24 kB."""
    return _scores(rng, 600, 5)


def _very_many_examples(rng):
    """All pairs would take 200 MB."""
    return _scores(rng, 5000, 5)


def _taken_rows(rng, num_examples):
    return _scores(rng, num_examples, 4)


_TAKE_STEPS = Case("steps as examples are added", _taken_rows, "steps", 3.0, axes=("example",), pairs=True)
_TAKE_MEMORY = Case("memory on 600 examples", _many_examples, "memory", 1.0, limit=1e6, large=_very_many_examples)
_TAKEN = "scores[np.arange(len(y)), y]"
_TAKE = (
    Mistake(
        "all-columns-for-all-rows",
        "every row was asked for every label",
        "`scores[:, y]` takes the columns y[0], y[1], ... of *all* rows, which gives N × N numbers. What you want is one "
        "number from each row: give NumPy the list of rows *and* the list of columns, both of length N.",
        replace={_TAKEN: "scores[:, y]"},
    ),
    Mistake(
        "rows-for-entries",
        "whole rows were taken, by the labels",
        "`scores[y]` treats the labels as row numbers. The rows you want are simply 0, 1, 2, ...; the labels say which "
        "column to look at in each.",
        replace={_TAKEN: "scores[y % len(y)]"},
    ),
    Mistake(
        "rows-and-columns-exchanged",
        "row and column numbers are exchanged",
        "The first index counts examples, the second classes. With as many classes as examples it doesn't even fail.",
        replace={_TAKEN: "scores[y, np.arange(len(y))]"},
    ),
    Mistake(
        "largest",
        "this is the largest score of each row",
        "The largest score belongs to the class that the model believes in. The label may be another one, and it is the "
        "label's score that says how wrong the model is.",
        replace={_TAKEN: "scores.max(axis=1)"},
    ),
    Mistake(
        "diagonal-of-all-pairs",
        "N × N numbers are looked up to get N",
        "The values are right, but they come from the diagonal of an N × N matrix: for 50,000 images, 20 gigabytes. "
        "Index with two arrays of length N, and only N entries are ever touched.",
        replace={_TAKEN: "scores[:, y].diagonal().copy()"},
    ),
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The values are right, but Python visits the examples one by one. An array of row numbers and an array of column "
        "numbers, side by side in one pair of brackets, pick all entries in a single step.",
        replace={_TAKEN: "np.array([row[label] for row, label in zip(scores, y)])"},
    ),
)

# --- one-hot


def _labels(rng):
    return {"y": rng.permutation(np.array([0, 1, 2, 3, 3, 1, 0])), "num_classes": 4}


def _last_class_missing(rng):
    return {"y": rng.permutation(np.array([0, 2, 1, 2, 0])), "num_classes": 6}


def _one_label(rng):
    return {"y": np.array([2]), "num_classes": 3}


def _as_many_labels_as_classes(rng):
    return {"y": np.array([1, 1, 0, 3]), "num_classes": 4}


def _bytes_as_labels(rng):
    return {"y": rng.permutation(np.arange(40) * 6).astype(np.uint8), "num_classes": 250}


def _single_class(rng):
    return {"y": np.zeros(4, int), "num_classes": 1}


def _more_labels(rng, num_examples):
    return {"y": rng.permutation(np.arange(num_examples) % 5), "num_classes": 5}


_ONE_HOT_STEPS = Case("steps as examples are added", _more_labels, "steps", 2.0, axes=("example",))
_SET = "Y[np.arange(len(y)), y] = 1"
_ONE_HOT = (
    Mistake(
        "whole-columns",
        "whole columns are filled with ones",
        "`Y[:, y] = 1` writes into the columns y[0], y[1], ... of *every* row. One entry in each row should become 1: name "
        "the rows as well.",
        replace={_SET: "Y[:, y] = 1"},
    ),
    Mistake(
        "classes-counted",
        "the number of columns was taken from the labels",
        "If the last classes happen not to occur, columns are missing, and the matrices of two batches don't fit "
        "together. `num_classes` says how many classes there are.",
        replace={"(len(y), num_classes)": "(len(y), max(y) + 1)"},
    ),
    Mistake(
        "transposed",
        "rows and columns are exchanged",
        "One row for each example, one column for each class. Yours has a row for each class.",
        replace={"return Y": "return Y.T"},
    ),
    Mistake(
        "counted-from-one",
        "the labels are counted from 1",
        "Label 0 is the first class and belongs in column 0. Shifted by one, it lands in the last column, because an index "
        "of −1 counts from the end.",
        replace={_SET: "Y[np.arange(len(y)), y.astype(int) - 1] = 1"},
    ),
    Mistake(
        "label-for-one",
        "the labels are written where ones belong",
        "The place alone says which class it is. The entry is 1 whatever the label: as a probability, it says *certainly "
        "this class*.",
        replace={_SET: "Y[np.arange(len(y)), y] = y"},
    ),
    Mistake(
        "loop",
        "there is still a loop over the examples",
        "The values are right, but Python sets one entry at a time. With an array of row numbers and one of column numbers, "
        "one assignment sets them all.",
        replace={_SET: "for i in range(len(y)):\n        Y[i, y[i]] = 1"},
    ),
)

TASKS = (
    Task(
        "numpy-brighten",
        (
            Case("brighter", _brighter(40, 90)),
            Case("darker", _brighter(-90, -40)),
            Case("nothing reaches an end of the range", _already_inside),
        ),
        (
            Case("brighter", _brighter(30, 120)),
            Case("darker", _brighter(-120, -30)),
            Case("so much that all turns white", _brighter(256, 300)),
            Case("a single bright image", _one_bright_image),
            Case("nothing reaches an end of the range", _already_inside),
            Case("images that are a slice of others", _slice_of_images),
        ),
        _BRIGHTEN,
    ),
    Task(
        "numpy-frame",
        (
            Case("a frame of one pixel", _framed(4, 7, 1)),
            Case("a frame of two pixels, images that are taller than wide", _framed(9, 6, 2)),
            Case("a frame of width 0", _framed(5, 5, 0)),
        ),
        (
            Case("a frame of two pixels", _framed(6, 11, 2)),
            Case("tall images", _framed(12, 7, 3)),
            Case("a frame of width 0", _framed(4, 6, 0)),
            Case("a single image", _framed(6, 8, 1, num_images=1)),
            Case("a frame that leaves nothing", _framed(6, 8, 3)),
            Case("images that are a slice of others", _framed_slice),
        ),
        _FRAME,
    ),
    Task(
        "numpy-accuracy",
        (
            Case("more examples than classes", _half_right),
            Case("as many classes as examples", _as_many_classes_as_examples),
            Case("scores that are whole numbers", _whole_scores),
            _ACCURACY_STEPS,
        ),
        (
            Case("other sizes", lambda rng: _half_right(rng, int(rng.integers(9, 14)), int(rng.integers(3, 7)))),
            Case("as many classes as examples", _as_many_classes_as_examples),
            Case("a single example", _single_example),
            Case("all scores negative", _negative_scores),
            Case("scores that are whole numbers", _whole_scores),
            Case("float32 scores and labels of one byte", _byte_labels),
            Case("everything right", _everything_right),
            _ACCURACY_STEPS,
        ),
        _ACCURACY,
    ),
    Task(
        "numpy-pairwise-sums",
        (
            Case("seven and four entries", _more_in_a),
            Case("three and eight entries", _more_in_b),
            Case("equally many entries", _equally_many),
            _PAIRWISE_STEPS,
        ),
        (
            Case("more entries in a", _more_in_a),
            Case("equally many entries", _equally_many),
            Case("a single entry in a", _single_a),
            Case("a single entry in b", _single_b),
            Case("slices, one of them float32", _strided_rows),
            _PAIRWISE_STEPS,
        ),
        _PAIRWISE,
    ),
    Task(
        "numpy-standardize",
        (
            Case("nine examples of four features", _tall),
            Case("as many features as examples", _square_table),
            Case("a column in which all entries are equal", _with_constant_column),
            Case("uint8", _bytes),
            _STANDARDIZE_STEPS,
            _ROUNDED,
        ),
        (
            Case("more features than examples", _more_features),
            Case("as many features as examples", _square_table),
            Case("a column in which all entries are equal", _with_constant_column),
            Case("a single example", _single_row),
            Case("uint8", _bytes),
            Case("every third column of a larger array", _column_slices),
            Case("float32", _single_precision),
            _STANDARDIZE_STEPS,
            _ROUNDED,
        ),
        _STANDARDIZE,
        1e-5,  # float32 in, float32 on the way: as good as its input
    ),
    Task(
        "numpy-batched-take",
        (
            Case("eight examples, three classes", _few_classes),
            Case("as many classes as examples", _square_scores),
            _TAKE_STEPS,
            _TAKE_MEMORY,
        ),
        (
            Case("eight examples, three classes", _few_classes),
            Case("more classes than examples", _many_classes),
            Case("as many classes as examples", _square_scores),
            Case("a single example", _one_of_each),
            Case("the same label for all", _same_label),
            Case("a transposed view, and labels of one byte", _transposed_scores),
            Case("scores that are whole numbers", _whole_numbers),
            _TAKE_STEPS,
            _TAKE_MEMORY,
        ),
        _TAKE,
    ),
    Task(
        "numpy-one-hot",
        (
            Case("seven labels of four classes", _labels),
            Case("classes that do not occur", _last_class_missing),
            Case("as many labels as classes", _as_many_labels_as_classes),
            _ONE_HOT_STEPS,
        ),
        (
            Case("seven labels of four classes", _labels),
            Case("classes that do not occur", _last_class_missing),
            Case("a single label", _one_label),
            Case("labels of one byte, 250 classes", _bytes_as_labels),
            Case("one class only", _single_class),
            _ONE_HOT_STEPS,
        ),
        _ONE_HOT,
    ),
)
