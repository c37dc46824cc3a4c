"""Cases and known mistakes of the convolution notebook."""

import numpy as np

from autograder.tasks import Case, Mistake, Task, layers

# --- output_size


def _row(size, kernel, stride=1, pad=0):
    return {"size": size, "kernel": kernel, "stride": stride, "pad": pad}


def _digit(rng):
    return _row(28, 5)


def _first_layer(rng):
    return _row(227, 11, 4)


def _same_size(rng):
    return _row(32, 5, 1, 2)


def _last_number_unseen(rng):
    """Steps of 4, of which the last lacks a single number."""
    return _row(42, 3, 4)


def _one_left_over(rng):
    """Steps of 4, after which a single number is left."""
    return _row(30, 5, 4)


def _too_large(rng):
    return _row(4, 10, 2, 1)


def _fits_with_its_padding(rng):
    """Larger than the row, but not than the padded row."""
    return _row(4, 5, 1, 1)


def _dividing(rng):
    """The padding is as large as the stride: what is forgotten of it makes a difference."""
    stride, kernel = (int(n) for n in rng.integers([2, 4], [5, 9]))
    return _row(kernel + stride * int(rng.integers(5, 20)) - 2 * stride, kernel, stride, stride)


def _not_dividing(rng):
    """The next place would lack a single number."""
    stride, kernel, pad = (int(n) for n in rng.integers([4, 3, 1], [7, 8, 3]))
    return _row(kernel + stride * int(rng.integers(5, 20)) - 2 * pad + stride - 1, kernel, stride, pad)


def _far_too_large(rng):
    return _row(int(rng.integers(2, 5)), int(rng.integers(20, 30)), int(rng.integers(1, 4)), 1)


def _large_but_padded(rng):
    size, pad = (int(n) for n in rng.integers([3, 2], [9, 5]))
    return _row(size, size + int(rng.integers(1, 2 * pad + 1)), int(rng.integers(1, 4)), pad)


def _one_place(rng):
    kernel = int(rng.integers(3, 9))
    return _row(kernel, kernel, int(rng.integers(2, 5)))


def _huge_stride(rng):
    return _row(int(rng.integers(10, 20)), 3, 50, 2)


_STEPS = "steps = (size - kernel + 2 * pad) // stride"
_SIZE_MISTAKES = (
    Mistake(
        "rounded-up",
        "the quotient is rounded up",
        "Where the stride does not divide, the last place you count would reach beyond the padded row. Draw 8 numbers and "
        "a window of 3 with stride 2: where does the fourth window end?",
        replace={_STEPS: "steps = -((kernel - size - 2 * pad) // stride)"},
    ),
    Mistake(
        "rounded-to-nearest",
        "the quotient is rounded to the nearest whole number",
        "A window that fits three quarters does not fit. Only whole steps count, so it has to be rounded down, always.",
        replace={_STEPS: "steps = round((size - kernel + 2 * pad) / stride)"},
    ),
    Mistake(
        "not-whole",
        "the size is not a whole number",
        "A single slash divides to a float, even where it divides evenly: 24.0 is not a size that an array can have. "
        "Which operator divides and rounds down?",
        replace={"// stride": "/ stride", "max(0, steps + 1)": "steps + 1"},
    ),
    Mistake(
        "padding-once",
        "the padding is counted on one side only",
        "`pad` zeros stand on *each* side. By how much does the row grow altogether?",
        replace={"2 * pad": "pad"},
    ),
    Mistake(
        "padding-ignored",
        "the padding is not used",
        "The zeros around the row are places for the window, too. With the right padding, the map is as large "
        "as the picture.",
        replace={" + 2 * pad": ""},
    ),
    Mistake(
        "stride-ignored",
        "the stride is not used",
        "Yours counts the places for a step of 1. With a larger step there are fewer: how many steps fit into the way from "
        "the first place to the last?",
        replace={" // stride": ""},
    ),
    Mistake(
        "steps-for-places",
        "the first place is not counted",
        "You count steps. The window already stands somewhere before the first of them: a row just as long as "
        "the window has one place, and no step.",
        replace={"steps + 1": "steps"},
    ),
    Mistake(
        "one-before-dividing",
        "the 1 is added before dividing",
        "The first place is a place, not a number of the row: divide the way into steps first, and count it "
        "afterwards. With stride 1 there is no difference, with larger ones there is.",
        replace={"2 * pad) // stride": "2 * pad + 1) // stride", "steps + 1": "steps"},
    ),
    Mistake(
        "less-than-nothing",
        "a window that does not fit has a negative number of places",
        "The formula goes on below zero; places do not. If the window is larger than the padded row, there are none.",
        replace={"max(0, steps + 1)": "steps + 1"},
    ),
    Mistake(
        "padding-forgotten-at-the-end",
        "a window is refused that fits into the padded row",
        "Whether a window fits is decided by the *padded* row: the zeros are places for it, too. A window of 5 on 4 numbers "
        "with a zero on each side has two places.",
        replace={"return max(0, steps + 1)": "return 0 if kernel > size else steps + 1"},
    ),
    Mistake(
        "refused",
        "a stride that does not divide is refused",
        "Nothing breaks if numbers are left over behind the last window: they are not seen, that is all. Round down "
        "instead.",
        replace={_STEPS: f"assert (size - kernel + 2 * pad) % stride == 0\n    {_STEPS}"},
    ),
    Mistake(
        "whole-but-float",
        "the number is right, but it is a float",
        "`np.floor` rounds down and returns a float all the same, and no array can have 24.0 rows. There is an operator "
        "that divides and rounds down in one, and keeps ints as ints.",
        replace={"max(0, steps + 1)": "float(max(0, steps + 1))"},
    ),
)

# --- convolution


def _by_hand(rng):
    """The example of the text, with a bias."""
    rows = [[0, 0, 2, 2, 2], [0, 0, 2, 2, 2], [0, 1, 2, 2, 2], [0, 0, 2, 2, 1], [0, 0, 2, 2, 2]]
    x, w = np.array(rows, float)[None, None], np.tile([-1.0, 0, 1], (3, 1))[None, None]
    return {"x": x, "w": w, "b": np.array([10.0]), "stride": 1, "pad": 0}


def _in_a_row(rng):
    """The example of the text: a row of four numbers, two windows."""
    return {
        "x": np.array([1.0, 2, 0, 3]).reshape(1, 1, 1, 4),
        "w": np.array([2.0, -1, 1]).reshape(1, 1, 1, 3),
        "b": np.zeros(1),
        "stride": 1,
        "pad": 0,
        "dout": np.array([1.0, 10]).reshape(1, 1, 1, 2),
    }


_HEIGHT_AND_WIDTH = dict(
    id="height-and-width",
    title="height and width are exchanged",
    hint="With square arrays nobody notices. Height is the number of rows and comes first: axis 2 of the four, "
    "with index i; width is axis 3, with j. Try a picture that is wider than it is tall.",
)
_ROUNDED_UP = dict(
    id="rounded-up",
    title="the size of the result is rounded up",
    hint="Where the stride does not divide, your last window reaches beyond the array. It has no place there: the size is "
    "rounded down, and what does not fill a window is left out.",
)
_NO_FIRST_PLACE = dict(
    id="first-place-forgotten",
    title="there is a row and a column too few",
    hint="The quotient counts the *steps* of the window. There is one more place than there are steps.",
)

_SINGLE_PRECISION = dict(
    id="single-precision",
    title="numbers in double precision are kept in single precision",
    hint="An array of dtype float32 holds seven digits and nothing above 3e38. What comes in with sixteen digits should "
    "come out with as many; a gradient check needs them. NumPy's own choice for new arrays is float64.",
)

_PAD = "np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))"
_PRODUCT = "np.sum(window * w[f]) + b[f]"
_FORWARD_MISTAKES = (
    Mistake(
        "kernel-turned",
        "the kernel is turned around",
        "That is the convolution of mathematics. In networks the kernel is laid on the window as it is: its upper left "
        "weight meets the window's upper left number.",
        replace={"window * w[f]": "window * w[f, :, ::-1, ::-1]"},
    ),
    Mistake(
        "stride-ignored",
        "the window moves by 1, whatever the stride is",
        "The size of the result knows about the stride, but the windows do not. Place (i, j) of the result belongs to the "
        "window whose upper left corner is at row i·S and column j·S.",
        replace={"top, left = i * stride, j * stride": "top, left = i, j"},
    ),
    Mistake(
        "padding-ignored",
        "there is no padding",
        "`pad` says how many zeros to put around each picture, and your result has the size for none. The "
        "windows should be cut from the padded picture, and its size counts.",
        replace={_PAD: "x", "H + 2 * pad": "H", "W + 2 * pad": "W"},
    ),
    Mistake(
        "padding-everywhere",
        "all four axes are padded",
        "A single number in `np.pad` pads every axis: you get pictures of zeros before the first and channels "
        "of zeros around the others. Only height and width want a frame, so say for each axis how much.",
        replace={_PAD: "np.pad(x, pad)"},
    ),
    Mistake(
        "padding-one-side",
        "zeros are added above and on the left only",
        "`pad` zeros belong on each of the four sides, so a picture of H rows becomes one of H + 2·pad.",
        replace={_PAD: "np.pad(x, ((0, 0), (0, 0), (pad, 0), (pad, 0)))", "2 * pad": "pad"},
    ),
    Mistake(
        "padding-repeats-the-edge",
        "the frame repeats the border instead of being zero",
        "Some prefer that for photographs. Here the frame consists of zeros, which is what `np.pad` does if no "
        "mode is named.",
        replace={"(pad, pad)))": '(pad, pad)), mode="edge")'},
    ),
    Mistake(
        "bias-forgotten",
        "the bias is missing",
        "Every number of map f gets b[f] on top. Yours are all too small by the same amount within a map.",
        replace={_PRODUCT: "np.sum(window * w[f])"},
    ),
    Mistake(
        "bias-for-each-product",
        "the bias is added to every product",
        "Look where the parenthesis closes: the bias goes into the sum once for every weight. It belongs "
        "behind the sum, once for each place.",
        replace={_PRODUCT: "np.sum(window * w[f] + b[f])"},
    ),
    Mistake(
        "one-bias-for-all",
        "every map gets the bias of the first",
        "There is one bias for each *filter*: b has as many numbers as there are maps in the result.",
        replace={_PRODUCT: "np.sum(window * w[f]) + b[0]"},
    ),
    Mistake(
        "first-channel-only",
        "only the first channel is looked at",
        "A kernel is as deep as the picture, and the sum runs over all channels. Your window is a slice of one "
        "channel only.",
        replace={"padded[n, :, top": "padded[n, :1, top", "w[f])": "w[f, :1])"},
    ),
    Mistake(
        "mean-for-sum",
        "the products are averaged instead of added up",
        "The formula has a sum and no division. With the mean, large kernels would count no more than small ones.",
        replace={"np.sum(window": "np.mean(window"},
    ),
    Mistake(
        **_ROUNDED_UP,
        replace={
            "(H + 2 * pad - HH) // stride": "-(-(H + 2 * pad - HH) // stride)",
            "(W + 2 * pad - WW) // stride": "-(-(W + 2 * pad - WW) // stride)",
        },
    ),
    Mistake(**_HEIGHT_AND_WIDTH, replace={"(N, _, H, W), (F, _, HH, WW)": "(N, _, W, H), (F, _, WW, HH)"}),
    Mistake(
        "square-kernel",
        "the kernel's height is used for its width, too",
        "Kernels need not be square: w has four axes, and the last two may differ. Each direction needs its own size, for "
        "the window and for the size of the result.",
        replace={"pad - WW)": "pad - HH)", "left + WW": "left + HH"},
    ),
    Mistake(
        "stride-within-the-window",
        "the stride is taken within the window",
        "A window covers neighboring numbers, whatever the stride is. The stride says how far apart the windows stand: it "
        "moves their corner, and leaves no gaps inside.",
        replace={"top : top + HH, left : left + WW": "i : i + HH * stride : stride, j : j + WW * stride : stride"},
    ),
    Mistake(
        "places-skipped",
        "every second place of the result is left at 0, or more of them",
        "Your loops step by the stride, and use the same index for the result. But the result has no gaps: place (i, j) "
        "counts windows, one after the other, and only the *corner* of the window in the picture moves by the stride.",
        replace={
            "range(out_height)": "range(0, out_height, stride)",
            "range(out_width)": "range(0, out_width, stride)",
            "top, left = i * stride, j * stride": "top, left = i, j",
        },
    ),
    Mistake(
        "padded-cache",
        "the cache holds the padded picture",
        "The name x stands for the padded picture from some line on, and the last line puts that into the cache. The way "
        "back needs x as it came, to know which shape dx has. Give the padded one a name of its own.",
        replace={f"padded = {_PAD}": f"x = padded = {_PAD}"},
    ),
    Mistake(
        **_SINGLE_PRECISION,
        replace={"(N, F, out_height, out_width))": "(N, F, out_height, out_width), np.float32)"},
    ),
)

_CUT = "dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]"
_TO_X, _TO_W = "dout[n, f, i, j] * w[f]", "dout[n, f, i, j] * padded[n, :, rows, columns]"
_ROWS, _COLUMNS = "slice(i * stride, i * stride + HH)", "slice(j * stride, j * stride + WW)"
_BACKWARD_MISTAKES = (
    Mistake(
        "nothing-left-without-padding",
        "without padding, dx is empty",
        "The frame is cut off with a slice like `pad:-pad`, and for pad = 0 that is `0:-0`, from 0 to 0: "
        "nothing. Say where the picture ends by counting from the front.",
        replace={_CUT: "dx = dpadded[:, :, pad:-pad, pad:-pad]"},
    ),
    Mistake(
        "frame-not-cut-off",
        "dx still has the frame",
        "The zeros around the picture are nobody's input, so their gradient is dropped. What is returned should have the "
        "shape of x.",
        replace={_CUT: "dx = dpadded"},
    ),
    Mistake(
        "dx-overwritten",
        "dx keeps only what the last window sent",
        "A pixel lies in several windows and meets several filters. What they send has to be added up; yours replaces what "
        "was there.",
        replace={"columns] += ": "columns] = "},
    ),
    Mistake(
        "dw-overwritten",
        "dw keeps only what the last window sent",
        "The weights are shared: every place of every picture has its part in their gradient. Yours replaces "
        "what was there.",
        replace={"dw[f] += ": "dw[f] = "},
    ),
    Mistake(
        "stride-ignored",
        "the windows move by 1, whatever the stride is",
        "Place (i, j) of dout belongs to the same window as on the way forward, whose corner is at row i·S and column j·S.",
        replace={_ROWS: "slice(i, i + HH)", _COLUMNS: "slice(j, j + WW)"},
    ),
    Mistake(
        "factors-exchanged",
        "each factor gets itself instead of the other one",
        "In a product a·b the gradient of a contains b, and that of b contains a. What reaches the picture is "
        "made of weights, and what reaches the weights is made of the picture.",
        replace={
            f"+= {_TO_X}": "+= dout[n, f, i, j] * padded[n, :, rows, columns].copy()",
            f"dw[f] += {_TO_W}": "dw[f] += dout[n, f, i, j] * w[f]",
        },
    ),
    Mistake(
        "kernel-turned",
        "the kernel is turned around on its way to dx",
        "There is a formula for dx with a turned kernel, in which windows slide over dout. Where whole windows "
        "are sent back, as here, each weight returns to the very pixel that it met.",
        replace={_TO_X: "dout[n, f, i, j] * w[f, :, ::-1, ::-1]"},
    ),
    Mistake(
        "upstream-forgotten",
        "dx does not depend on dout",
        "The weights say how out changes with x. How the *loss* changes with out is told by the upstream gradient, and the "
        "chain rule multiplies both.",
        replace={_TO_X: "w[f]"},
    ),
    Mistake(
        "picture-without-frame",
        "dw is computed from the picture without its frame",
        "On the way forward, the filter met windows of the *padded* picture. The gradient needs those same windows; in the "
        "picture as it came they lie elsewhere.",
        replace={_TO_W: "dout[n, f, i, j] * x[n, :, rows, columns]"},
    ),
    Mistake(
        "averaged",
        "dw and db are divided by the number of pictures",
        "If the loss is a mean over the pictures, then dout has been divided already, and doing it again makes "
        "the gradient too small. A layer adds up.",
        replace={_CUT: f"{_CUT}\n    dw, db = dw / N, db / N"},
    ),
    Mistake(
        "weights-averaged",
        "dw is divided by the number of pictures",
        "Every picture has its part in the gradient of a shared weight, and the parts add up. Where the loss is a mean, "
        "dout brings the division along.",
        replace={_CUT: f"{_CUT}\n    dw = dw / N"},
    ),
    Mistake(
        "all-averaged",
        "all gradients are divided by the number of pictures",
        "The backward pass of a layer knows nothing of a mean: it was taken in the loss, whose own backward pass divided "
        "dout by the number of pictures. A second time is once too often.",
        replace={_CUT: f"{_CUT}\n    dx, dw, db = dx / N, dw / N, db / N"},
    ),
    Mistake(
        "frame-cut-off-behind",
        "the frame is cut off on the wrong side",
        "The picture begins behind `pad` zeros. Yours begins at the very corner, in the frame, and loses its last "
        "rows and columns.",
        replace={_CUT: "dx = dpadded[:, :, : x.shape[2], : x.shape[3]]"},
    ),
    Mistake(
        "bias-for-each-picture",
        "db has a row for each picture",
        "There is one bias for each filter, shared by all pictures and all places. Its gradient is summed over all of them.",
        replace={_CUT: f"{_CUT}\n    db = dout.sum(axis=(2, 3))"},
    ),
    Mistake(
        "bias-averaged",
        "db is a mean instead of a sum",
        "Adding 1 to a bias adds 1 to *every* number of its map. So everything that dout says about the map adds up.",
        replace={_CUT: f"{_CUT}\n    db = dout.mean(axis=(0, 2, 3))"},
    ),
    Mistake(
        "bias-with-extra-axes",
        "db has axes of length 1 too many",
        "Subtracting such a gradient from b would turn b into an array of four axes. A gradient has the shape "
        "of what it belongs to, here (F,).",
        replace={_CUT: f"{_CUT}\n    db = dout.sum(axis=(0, 2, 3), keepdims=True)"},
    ),
    Mistake(
        "square-kernel",
        "the kernel's height is used for its width, too",
        "Kernels need not be square: the last two axes of w may differ, and the window needs both sizes.",
        replace={_COLUMNS: "slice(j * stride, j * stride + HH)"},
    ),
    Mistake(
        **_SINGLE_PRECISION,
        replace={
            "np.zeros(padded.shape), np.zeros(w.shape)": "np.zeros(padded.shape, np.float32), np.zeros(w.shape, np.float32)"
        },
    ),
)

# --- pooling


def _maps(rng, N=2, C=3, H=4, W=4, height=2, width=2, stride=2):
    """Maps without equal numbers: shuffled whole ones with a part behind the point, of both signs."""
    count = N * C * H * W
    values = (rng.permutation(count) - count // 2 + rng.uniform(0, 0.5, count)) / 10
    return {"x": values.reshape(N, C, H, W), "height": height, "width": width, "stride": stride}


def _pool_by_two(rng):
    return _maps(rng)


def _overlapping(rng):
    """The last column is in no window."""
    return _maps(rng, H=5, W=7, height=3, width=4)


def _in_a_pooled_row(rng):
    """The example of the text."""
    return {"x": np.array([3.0, 5, 4, 1]).reshape(1, 1, 1, 4), "height": 1, "width": 2, "stride": 1}


def _wide_maps(rng):
    return _maps(rng, H=4, W=8)


def _negative_maps(rng):
    inputs = _maps(rng, H=4, W=6)
    return {**inputs, "x": inputs["x"] - inputs["x"].max() - 1}


def _wide_windows(rng):
    return _maps(rng, H=6, W=7, height=2, width=3, stride=2)


def _tall_windows(rng):
    return _maps(rng, H=7, W=5, height=4, width=1, stride=1)


def _left_over(rng):
    """The stride does not divide: the last rows and columns are in no window."""
    return _maps(rng, H=7, W=9, height=3, width=2, stride=3)


def _gaps_between(rng):
    return _maps(rng, H=6, W=7, height=1, width=2, stride=3)


def _single_map(rng):
    return _maps(rng, N=1, C=1, H=6, W=4)


def _whole_map(rng):
    return _maps(rng, C=4, H=3, W=5, height=3, width=5, stride=1)


def _strided_maps(rng):
    inputs = _maps(rng, H=6, W=4)
    return {**inputs, "x": layers.channels_behind(inputs["x"])}


def _float32_maps(rng):
    inputs = _maps(rng, H=5, W=4, height=3, stride=1)
    return {**inputs, "x": inputs["x"].astype(np.float32)}


def _maps_beyond_single_precision(rng):
    """Negative numbers of which float32 makes minus infinity."""
    inputs = _negative_maps(rng)
    return {**inputs, "x": 1e60 * inputs["x"]}


def _with_pool_upstream(draw):
    """Return a function that draws maps and an upstream gradient of both signs for them."""

    def drawn(rng):
        inputs = draw(rng)
        N, C, H, W = inputs["x"].shape
        height, width = ((n - k) // inputs["stride"] + 1 for n, k in ((H, inputs["height"]), (W, inputs["width"])))
        dout = rng.normal(size=(N, C, height, width))
        return {**inputs, "dout": dout + 0.1 * np.sign(dout)}

    return drawn


def _pool_upstream_beyond_single_precision(rng):
    inputs = _with_pool_upstream(_maps_beyond_single_precision)(rng)
    return {**inputs, "dout": 1e60 * inputs["dout"]}


def _pooled_row_upstream(rng):
    return {**_in_a_pooled_row(rng), "dout": np.array([1.0, 10, 100]).reshape(1, 1, 1, 3)}


def _tied(rng):
    """Windows of 2 by 2 in which two entries share the maximum, and one window of zeros, as after a ReLU."""
    inputs = _maps(rng, N=2, C=2, H=4, W=6)
    x, ties = np.maximum(inputs["x"], 0.01 * (inputs["x"] - inputs["x"].min() + 1)), np.zeros(inputs["x"].shape, int)
    windows = [(n, c, 2 * i, 2 * j) for n, c, i, j in np.ndindex(2, 2, 2, 3)]
    for group, k in enumerate(rng.choice(len(windows), size=6, replace=False), 1):
        n, c, top, left = windows[k]
        chosen = np.arange(4) if group == 1 else rng.choice(4, size=2, replace=False)
        x[n, c, top + chosen // 2, left + chosen % 2] = 0.0 if group == 1 else 99.0
        ties[n, c, top + chosen // 2, left + chosen % 2] = group
    return {**inputs, "x": x, "dout": np.ones((2, 2, 2, 3)), "ties": ties}


def _pooled_as(kind, draw):
    return lambda rng: {**draw(rng), "kind": kind}


_NAMES = '("pool_height", "pool_width", "stride")'
_NAMES_EXCHANGED = '("pool_width", "pool_height", "stride")'
_POOL_STRIDE = dict(
    id="stride-ignored",
    title="the window moves by 1, whatever the stride is",
    hint="The size of the result knows about the stride, but the windows do not: the one of place (i, j) has its corner at "
    "row i·S and column j·S.",
)
_ACROSS_CHANNELS = dict(
    id="across-channels",
    title="the channels are pooled together",
    hint="A window of pooling is flat: each channel is looked at by itself, and the result has as many of them "
    "as the input. Which axes of the window have to disappear, and which stay?",
)
_POOL_SIZES = {
    "(H - height) // stride": "-(-(H - height) // stride)",
    "(W - width) // stride": "-(-(W - width) // stride)",
}
_MAXIMUM = "window.max(axis=(2, 3))"
_MAX_MISTAKES = (
    Mistake(**_HEIGHT_AND_WIDTH, replace={_NAMES: _NAMES_EXCHANGED}),
    Mistake(
        "window-as-stride",
        "the window's own size is used as the stride",
        "Often they are equal, and then one can't tell. A smaller stride makes windows overlap, a larger one "
        "leaves gaps: both are allowed, and `stride` says which.",
        replace={
            "(H - height) // stride + 1, (W - width) // stride": "(H - height) // height + 1, (W - width) // width",
            "i * stride, j * stride": "i * height, j * width",
        },
    ),
    Mistake(**_POOL_STRIDE, replace={"top, left = i * stride, j * stride": "top, left = i, j"}),
    Mistake(**_ROUNDED_UP, replace=_POOL_SIZES),
    Mistake(**_NO_FIRST_PLACE, replace={"// stride + 1": "// stride"}),
    Mistake(
        "never-below-zero",
        "no result is below 0",
        "The largest of (−3, −5) is −3. A search that begins with 0, or a padding with zeros, finds a maximum "
        "that is not in the window at all.",
        replace={_MAXIMUM: f"np.maximum(0, {_MAXIMUM})"},
    ),
    Mistake(**_ACROSS_CHANNELS, replace={_MAXIMUM: "window.max(axis=(1, 2, 3))[:, np.newaxis]"}),
    Mistake(
        "across-pictures",
        "the pictures of the batch are pooled together",
        "What comes out for one picture must not depend on which others are in the batch. Which axes of the window have to "
        "disappear, and which stay?",
        replace={_MAXIMUM: "window.max(axis=(0, 2, 3))"},
    ),
    Mistake(
        "largest-magnitude",
        "it is the largest magnitude, not the largest number",
        "−7 is farther from 0 than 3, but 3 is larger. Max pooling looks at the numbers as they are, with their signs.",
        replace={_MAXIMUM: "np.abs(window).max(axis=(2, 3))"},
    ),
    Mistake(
        "average",
        "this is average pooling",
        "The mean of the window is asked for later. Here only the largest entry counts, and the others are forgotten.",
        replace={_MAXIMUM: "window.mean(axis=(2, 3))"},
    ),
    Mistake(
        "square-window",
        "the window's height is used for its width, too",
        "`pool_height` counts rows and `pool_width` columns, and they may differ. Both are needed twice: for "
        "the window and for the size of the result.",
        replace={"left + width": "left + height", "(W - width)": "(W - height)"},
    ),
    Mistake(
        "places-skipped",
        "every second place of the result is left at 0, or more of them",
        "Your loops step by the stride, and use the same index for the result. Place (i, j) counts windows, without gaps; "
        "only the corner of the window moves by the stride.",
        replace={
            "range(out_height)": "range(0, out_height, stride)",
            "range(out_width)": "range(0, out_width, stride)",
            "top, left = i * stride, j * stride": "top, left = i, j",
        },
    ),
    Mistake(
        "search-begins-too-high",
        "no result is below some negative number",
        "−100 or −1000 is no safe beginning for the search of a maximum: a window may lie below it altogether. Nothing "
        "lies below minus infinity, and the first entry of the window does as well.",
        replace={_MAXIMUM: f"np.maximum(-1000, {_MAXIMUM})"},
    ),
    Mistake(
        **_SINGLE_PRECISION,
        replace={"(N, C, out_height, out_width))": "(N, C, out_height, out_width), np.float32)"},
    ),
)

_SEND = "dx[n, c, top + row, left + column] += dout[n, c, i, j]"
_WINNER = "divmod(window.argmax(), width)"
_WIPE = (
    "dx[n, c, top : top + height, left : left + width] = 0\n        dx[n, c, top + row, left + column] = dout[n, c, i, j]"
)
_MAX_BACKWARD_MISTAKES = (
    Mistake(
        "overwritten",
        "where windows overlap, only the last one counts",
        "An entry can win in several windows, and then it gets the gradient of each: they add up. Yours replaces what was "
        "there.",
        replace={"left + column] += ": "left + column] = "},
    ),
    Mistake(
        "window-overwritten",
        "each window wipes out what earlier ones sent to its entries",
        "You write a whole window at a time, the winner's gradient and zeros for the others. Where windows "
        "overlap, those zeros replace what was there. Everything that arrives at an entry has to be added.",
        replace={_SEND: _WIPE},
    ),
    Mistake(**_HEIGHT_AND_WIDTH, replace={_NAMES: _NAMES_EXCHANGED}),
    Mistake(**_POOL_STRIDE, replace={"top, left = i * stride, j * stride": "top, left = i, j"}),
    Mistake(
        "window-as-stride",
        "the window's own size is used as the stride",
        "Where windows overlap or leave gaps, the winners are elsewhere. Use the same windows as on the way "
        "forward: `stride` says how far apart they are.",
        replace={"top, left = i * stride, j * stride": "top, left = i * height, j * width"},
    ),
    Mistake(
        "spread-evenly",
        "the gradient is spread over the whole window",
        "That is the gradient of *average* pooling. In max pooling the entries that did not win had no "
        "influence, so nothing of the gradient is theirs.",
        replace={_SEND: "dx[n, c, top : top + height, left : left + width] += dout[n, c, i, j] / window.size"},
    ),
    Mistake(
        "to-everybody",
        "every entry of the window gets the gradient",
        "Only the entry that won had an influence on the result. Who it was, the window in the cache can tell.",
        replace={_SEND: "dx[n, c, top : top + height, left : left + width] += dout[n, c, i, j]"},
    ),
    Mistake(
        "row-by-height",
        "the place of the winner is misread",
        "`argmax` numbers the entries of the window row by row. A row is as long as the window is *wide*: by "
        "what do you have to divide to get the row, with the column as the rest?",
        replace={_WINNER: "divmod(window.argmax(), height)"},
    ),
    Mistake(
        "place-within-the-window",
        "the gradient goes to a place counted from the corner of the map",
        "Row and column of the winner are counted within its window. Where is that in the whole map?",
        replace={"top + row, left + column": "row, column"},
    ),
    Mistake(
        "ones",
        "the winners get a 1 instead of the upstream gradient",
        "1 is how the result changes with the winner. How the loss changes with the result is in dout; the chain rule "
        "multiplies both.",
        replace={_SEND: "dx[n, c, top + row, left + column] += 1"},
    ),
    Mistake(
        "times-the-maximum",
        "the upstream gradient is multiplied by the maximum",
        "If the winner grows by a little, the result grows by just as much, however large the winner is: the factor is 1.",
        replace={_SEND: f"{_SEND} * window.max()"},
    ),
    Mistake(
        "negative-upstream-dropped",
        "negative upstream gradients are dropped",
        "Whether a gradient is negative has nothing to do with who won. The winner gets it as it is, with its sign.",
        replace={_SEND: "dx[n, c, top + row, left + column] += max(0, dout[n, c, i, j])"},
    ),
    Mistake(
        **_ACROSS_CHANNELS,
        replace={"x[n, c, top": "x[n, :, top", "window.argmax()": "window.max(axis=0).argmax()"},
    ),
    Mistake(
        "largest-magnitude",
        "the winner is the entry of the largest magnitude",
        "−7 is farther from 0 than 3, but 3 is larger, and it was 3 that max pooling passed on.",
        replace={"window.argmax()": "np.abs(window).argmax()"},
    ),
    Mistake(
        "no-winner-at-zero",
        "a window whose maximum is 0 sends nothing back",
        "0 can win like any other number, and after a ReLU it often does. Whether the gradient stops there is for the ReLU "
        "to say, not for the pooling.",
        replace={_SEND: f"{_SEND} * (window.max() != 0)"},
    ),
    Mistake(**_SINGLE_PRECISION, replace={"np.zeros(x.shape)": "np.zeros(x.shape, np.float32)"}),
)

_MEAN, _SQUARES = "window.mean(axis=(2, 3))", "(window**2).sum(axis=(2, 3))"
_OTHER_MISTAKES = (
    Mistake(
        "mean-of-squares",
        "L2 pooling takes the mean of the squares",
        "That is the root mean square, which exists, too, and is smaller by a factor that is the same "
        "everywhere. L2 pooling is the length of the window as a vector: squares, sum, root.",
        replace={_SQUARES: "(window**2).mean(axis=(2, 3))"},
    ),
    Mistake(
        "root-missing",
        "the square root is missing in L2 pooling",
        "You have the sum of squares. A window with the single entry 3 should give 3 and not 9.",
        replace={f"np.sqrt({_SQUARES})": _SQUARES},
    ),
    Mistake(
        "magnitudes",
        "L2 pooling adds up magnitudes",
        "The sum of magnitudes would be L1 pooling. With squares, large entries count for more: (3, −4) gives 5, not 7.",
        replace={f"np.sqrt({_SQUARES})": "np.abs(window).sum(axis=(2, 3))"},
    ),
    Mistake(
        "squared-after-adding",
        "L2 pooling squares after adding up",
        "In the square of a sum, positive and negative entries have cancelled each other already. Square each entry first.",
        replace={_SQUARES: "window.sum(axis=(2, 3)) ** 2"},
    ),
    Mistake(
        "sum-for-average",
        "average pooling does not divide",
        "You have the sum of the window. The average of four equal numbers is that number, not four times it.",
        replace={_MEAN: "window.sum(axis=(2, 3))"},
    ),
    Mistake(
        "always-by-four",
        "average pooling divides by 4, whatever the window is",
        "A window has pool_height · pool_width entries. That makes four only for 2 by 2.",
        replace={_MEAN: "window.sum(axis=(2, 3)) / 4"},
    ),
    Mistake(
        "kinds-exchanged",
        "average and L2 are exchanged",
        "Both are computed, but under the other's name. Compare the branches with what `kind` says.",
        replace={'kind == "average"': 'kind == "l2"'},
    ),
    Mistake(
        **_ACROSS_CHANNELS,
        replace={
            _MEAN: "window.mean(axis=(1, 2, 3))[:, np.newaxis]",
            _SQUARES: "(window**2).sum(axis=(1, 2, 3))[:, np.newaxis]",
        },
    ),
    Mistake(
        **_POOL_STRIDE,
        replace={"i * stride : i * stride + height": "i : i + height", "j * stride : j * stride + width": "j : j + width"},
    ),
    Mistake(**_HEIGHT_AND_WIDTH, replace={_NAMES: _NAMES_EXCHANGED}),
    Mistake(**_ROUNDED_UP, replace=_POOL_SIZES),
    Mistake(
        "half-the-square",
        "L2 pooling takes half of the sum instead of its root",
        "`s ** 1 / 2` is (s ** 1) / 2: powers come before divisions. Use parentheses, or `np.sqrt`.",
        replace={f"np.sqrt({_SQUARES})": f"{_SQUARES} ** 1 / 2"},
    ),
    Mistake(
        "norm-of-a-matrix",
        "L2 pooling takes another norm of the window",
        "With `ord=2`, `np.linalg.norm` of a matrix is its largest singular value: how much it stretches a vector at most. "
        "What is wanted is the length of the window as one long vector.",
        replace={f"np.sqrt({_SQUARES})": "np.linalg.norm(window, 2, axis=(2, 3))"},
    ),
    Mistake(
        "window-as-stride",
        "the window's own size is used as the stride",
        "Side by side is frequent, but not a rule: the windows of places next to each other are `stride` apart, and may "
        "overlap or leave gaps.",
        replace={
            "i * stride : i * stride + height": "i * height : i * height + height",
            "j * stride : j * stride + width": "j * width : j * width + width",
        },
    ),
    Mistake(**_SINGLE_PRECISION, replace={"(W - width) // stride + 1))": "(W - width) // stride + 1), np.float32)"}),
)

_ROUNDED = 1e-5  # float32 in, float32 on the way

TASKS = (
    Task(
        "convolution-output-size",
        (
            Case("a digit: 28, window 5", _digit),
            Case("227, window 11, stride 4", _first_layer),
            Case("padding that keeps the size", _same_size),
            Case("a stride that does not divide", _last_number_unseen),
            Case("a single number left over", _one_left_over),
            Case("a window that does not fit", _too_large),
            Case("a window that fits into the padded row only", _fits_with_its_padding),
        ),
        (
            Case("a stride that divides", _dividing, weight=2.0),
            Case("a stride that does not divide", _not_dividing, weight=2.0),
            Case("a single number left over", _one_left_over),
            Case("a window that is far too large", _far_too_large),
            Case("a window that fits into the padded row only", _large_but_padded),
            Case("a window as large as the row", _one_place),
            Case("a stride larger than the row", _huge_stride),
        ),
        _SIZE_MISTAKES,
    ),
    Task(
        "convolution-forward",
        (
            Case("the example of the text, with a bias of 10", _by_hand),
            Case("kernels of 3 by 2 on a wide picture, no padding", layers.wide),
            Case("padding 1", layers.padded),
            Case("stride 2 and padding 1", layers.stride_and_pad),
            Case("numbers too large for single precision", layers.beyond_single_precision),
        ),
        layers.FORWARD_CASES,
        _FORWARD_MISTAKES,
        _ROUNDED,
    ),
    Task(
        "convolution-backward",
        (
            Case("the row of the text", _in_a_row),
            Case("kernels of 3 by 2 on a wide picture, no padding", layers.with_upstream(layers.wide)),
            Case("padding 1", layers.with_upstream(layers.padded)),
            Case("stride 2 and padding 1", layers.with_upstream(layers.stride_and_pad)),
            Case("numbers too large for single precision", layers.upstream_beyond_single_precision),
        ),
        (
            Case("padding 1", layers.with_upstream(layers.padded)),
            Case("stride 2 and padding 1", layers.with_upstream(layers.stride_and_pad)),
            Case("a kernel wider than tall", layers.with_upstream(layers.flat_kernel)),
            Case("a kernel taller than wide, stride 2, no padding", layers.with_upstream(layers.tall_kernel), weight=2.0),
            Case("a stride that does not divide", layers.with_upstream(layers.does_not_divide)),
            Case("pixels that are in no window", layers.with_upstream(layers.gaps)),
            Case("one picture with one channel, padding 2", layers.with_upstream(layers.one_picture)),
            Case("a kernel as large as the picture", layers.with_upstream(layers.one_window)),
            Case("arrays that are views", layers.with_upstream(layers.strided_arrays)),
            Case("numbers too large for single precision", layers.upstream_beyond_single_precision),
            Case("float32", layers.with_upstream(layers.float32)),
        ),
        _BACKWARD_MISTAKES,
        _ROUNDED,
    ),
    Task(
        "convolution-max-pool-forward",
        (
            Case("2 by 2, stride 2", _pool_by_two),
            Case("a wide map", _wide_maps),
            Case("windows of 3 by 4 that overlap", _overlapping),
            Case("negative numbers, too large for single precision", _maps_beyond_single_precision),
        ),
        (
            Case("2 by 2, stride 2", _pool_by_two),
            Case("negative numbers only", _negative_maps),
            Case("windows wider than tall", _wide_windows),
            Case("windows taller than wide, stride 1", _tall_windows),
            Case("rows and columns left over", _left_over),
            Case("gaps between the windows", _gaps_between),
            Case("a single map", _single_map),
            Case("a window as large as the map", _whole_map),
            Case("arrays that are views", _strided_maps),
            Case("float32", _float32_maps),
            Case("negative numbers, too large for single precision", _maps_beyond_single_precision),
        ),
        _MAX_MISTAKES,
        _ROUNDED,
    ),
    Task(
        "convolution-max-pool-backward",
        (
            Case("the row of the text", _pooled_row_upstream),
            Case("2 by 2, stride 2", _with_pool_upstream(_pool_by_two)),
            Case("windows of 3 by 4 that overlap", _with_pool_upstream(_overlapping)),
            Case("equal maxima", _tied),
            Case("numbers too large for single precision", _pool_upstream_beyond_single_precision),
        ),
        (
            Case("2 by 2, stride 2", _with_pool_upstream(_pool_by_two)),
            Case("windows of 3 by 4 that overlap", _with_pool_upstream(_overlapping), weight=2.0),
            Case("negative numbers only", _with_pool_upstream(_negative_maps)),
            Case("windows wider than tall", _with_pool_upstream(_wide_windows)),
            Case("windows taller than wide, stride 1", _with_pool_upstream(_tall_windows)),
            Case("rows and columns left over", _with_pool_upstream(_left_over)),
            Case("gaps between the windows", _with_pool_upstream(_gaps_between)),
            Case("a single map", _with_pool_upstream(_single_map)),
            Case("a window as large as the map", _with_pool_upstream(_whole_map)),
            Case("equal maxima", _tied),
            Case("arrays that are views", _with_pool_upstream(_strided_maps)),
            Case("float32", _with_pool_upstream(_float32_maps)),
            Case("numbers too large for single precision", _pool_upstream_beyond_single_precision),
        ),
        _MAX_BACKWARD_MISTAKES,
        _ROUNDED,
    ),
    Task(
        "convolution-other-pools",
        (
            Case("average, 2 by 2", _pooled_as("average", _pool_by_two)),
            Case("L2, 2 by 2", _pooled_as("l2", _pool_by_two)),
            Case("average, windows of 3 by 4 that overlap", _pooled_as("average", _overlapping)),
            Case("L2, numbers too large for single precision", _pooled_as("l2", _maps_beyond_single_precision)),
        ),
        (
            Case("average, 2 by 2", _pooled_as("average", _pool_by_two)),
            Case("L2, windows of 3 by 4 that overlap", _pooled_as("l2", _overlapping)),
            Case("average, windows wider than tall", _pooled_as("average", _wide_windows)),
            Case("L2, windows taller than wide, stride 1", _pooled_as("l2", _tall_windows)),
            Case("L2, negative numbers only", _pooled_as("l2", _negative_maps)),
            Case("average, rows and columns left over", _pooled_as("average", _left_over)),
            Case("L2, gaps between the windows", _pooled_as("l2", _gaps_between)),
            Case("average, arrays that are views", _pooled_as("average", _strided_maps)),
            Case("L2, numbers too large for single precision", _pooled_as("l2", _maps_beyond_single_precision)),
            Case("average, a single map", _pooled_as("average", _single_map)),
            Case("L2, float32", _pooled_as("l2", _float32_maps)),
        ),
        _OTHER_MISTAKES,
        _ROUNDED,
    ),
)
