"""Cases and known mistakes of the notebook of fast convolutions."""

import numpy as np

from autograder.tasks import Case, Mistake, Task, layers

_ROUNDED = 1e-5  # float32 in, float32 on the way

# --- inputs


def _by_hand(rng):
    """The picture of the text."""
    return {"x": np.arange(1.0, 13).reshape(1, 1, 3, 4), "w": np.ones((1, 1, 2, 2)), "b": np.ones(1), "stride": 1, "pad": 0}


def _several_blocks(rng):
    """Few numbers in and out, of which the columns make so many that a block holds two of the five pictures."""
    inputs = layers.layer(rng, N=5, C=1, H=5, W=5, F=1, HH=32, WW=32, pad=21)
    return {name: np.round(value, 1) if isinstance(value, np.ndarray) else value for name, value in inputs.items()}


def _more(rng, num_pictures, height):
    """So few numbers for each picture that all of them fit into one block, whatever the sizes are."""
    return layers.layer(rng, num_pictures, 1, height, 4, HH=2, WW=2)


def _wider(rng, width):
    return layers.layer(rng, 2, 1, 4, width, HH=2, WW=2)


def _as_it_is(draw):
    return draw


def _steps(of, weight):
    """Return the cases that count steps; `of` makes the inputs of a task from a function that draws those of a layer."""
    return (
        Case("steps as pictures and rows are added", of(_more), "steps", weight, axes=("picture", "pixel row")),
        # np.add.at, which is honest, takes as long for a few very wide pictures as a hidden loop would
        Case("steps as the pictures get wider", of(_wider), "steps", 1.0, axes=("pixel column",), pairs=True),
    )


def _for_memory(rng):
    """The columns take 0.07 MB; every product of a filter and a window at once takes 2.4 MB."""
    return layers.layer(rng, N=4, C=4, H=10, W=10, F=32)


def _for_large_memory(rng):
    """The columns take 13 MB; every product of a filter and a window at once takes 420 MB."""
    return layers.layer(rng, N=32, C=8, H=16, W=16, F=32, HH=5, WW=5, pad=2)


def _for_speed(rng):
    """More columns than fit into a block of a million numbers."""
    return layers.single_precision(layers.layer(rng, N=40, C=8, H=12, W=12, F=32, HH=5, WW=5, pad=2))


def _pictures_of(draw):
    """Return a function that draws the pictures of a layer and its window."""

    def drawn(rng, *sizes):
        inputs = draw(rng, *sizes)
        HH, WW = inputs["w"].shape[2:]
        return {"x": inputs["x"], "HH": HH, "WW": WW, "stride": inputs["stride"], "pad": inputs["pad"]}

    return drawn


def _columns_of(draw):
    """Return a function that draws columns, as of the pictures of a layer, and their shape."""

    def drawn(rng, *sizes):
        inputs = draw(rng, *sizes)
        x, (_, C, HH, WW), (height, width) = inputs["x"], inputs["w"].shape, layers.places(inputs)
        columns = rng.normal(size=(C * HH * WW, height * width * len(x))).astype(x.dtype)
        where = {"HH": HH, "WW": WW, "stride": inputs["stride"], "pad": inputs["pad"]}
        return {"columns": columns, "shape": np.array(x.shape), **where}

    return drawn


def _columns_beyond_single_precision(rng):
    inputs = _columns_of(layers.padded)(rng)
    return {**inputs, "columns": 1e60 * inputs["columns"]}


def _ones(rng):
    """The columns of ones of the text."""
    return {"columns": np.ones((4, 6)), "shape": np.array([1, 1, 3, 4]), "HH": 2, "WW": 2, "stride": 1, "pad": 0}


def _strided_columns(rng):
    inputs = _columns_of(layers.padded)(rng)
    return {**inputs, "columns": np.repeat(inputs["columns"], 2, axis=1)[:, ::2]}


def _several_blocks_upstream(rng):
    inputs = layers.with_upstream(_several_blocks)(rng)
    return {**inputs, "dout": np.round(inputs["dout"], 1)}


def _strided_upstream(rng):
    inputs = layers.with_upstream(layers.strided_arrays)(rng)
    return {**inputs, "dout": np.ascontiguousarray(inputs["dout"].transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)}


# --- im2col

_PICTURE_BY_PICTURE = dict(
    id="one-picture-at-a-time",
    title="Python takes the pictures one by one",
    hint="The values are right, but some steps are taken for every picture. An axis more or less makes no difference "
    "to NumPy: let slices and views hold all pictures (of a block) at once.",
)
_PLACE_BY_PLACE = dict(
    id="one-place-at-a-time",
    title="Python takes the places one by one",
    hint="The values are right, but some steps are taken for every place of the window, of which there are a "
    "thousand in a small picture. There are far fewer places *within* a window.",
)
_WINDOW_BY_WINDOW = dict(
    id="one-window-at-a-time",
    title="Python takes the windows one by one",
    hint="The values are right, but there is a step for every place of every picture, as in the slow convolution. One large "
    "slice can serve all pictures and all places at once, for one place *within* the window.",
)
_THE_LOOPS_AGAIN = dict(
    id="the-loops-again",
    title="this is the convolution with loops again",
    hint="The values are right, and as slow as in the last notebook. All the products of a block of pictures are in *one* "
    "product of two matrices: `im2col` makes one of them, and the other is a reshape.",
)
_SINGLE_PRECISION = dict(
    id="single-precision",
    title="numbers in double precision are kept in single precision",
    hint="An array of dtype float32 holds seven digits and nothing above 3e38. A network may well compute with it, if that "
    "is what it is given. Given float64, keep float64: a gradient check needs the digits.",
)
_WINDOW_EXCHANGED = dict(
    id="window-exchanged",
    title="height and width of the window are exchanged",
    hint="HH is the window's height, along the rows of the picture, and comes first; WW is its width. With square windows "
    "nobody notices.",
)
_STRIDE_IGNORED = dict(
    id="stride-ignored",
    title="the window moves by 1, whatever the stride is",
    hint="Place (i, j) belongs to the window whose upper left corner is at row i·S and column j·S of the padded picture. "
    "Slices have a third number.",
)
_PADDING_IGNORED = dict(
    id="padding-ignored",
    title="there is no padding",
    hint="`pad` says how many zeros stand around each picture. Windows are cut from the padded picture, and "
    "its size counts.",
)
_PICTURE_FIRST = dict(
    id="picture-first",
    title="the pictures are the first part of the columns' order, not the last",
    hint="The columns come in the order i, j, n. The picture is what changes fastest from one column to the "
    "next: first place, first picture; first place, second picture; and so on.",
)
_CHANNEL_LAST = dict(
    id="channel-last",
    title="the channel is the last part of the rows' order, not the first",
    hint="The rows have to meet the weights of a filter, which lie in the order channel, row, column. So all "
    "rows of the first channel come first.",
)
_WINDOW_TRANSPOSED = dict(
    id="window-transposed",
    title="rows and columns within the window are exchanged",
    hint="In the order c, l, m the column within the window, m, changes fastest: after the upper left number of a "
    "window comes its right neighbor, not the one below.",
)
_PLACES_TRANSPOSED = dict(
    id="places-transposed",
    title="height and width of the places are exchanged",
    hint="The places are counted row by row: j, the place along the width, changes faster than i. With "
    "square maps the shape is the same, and nobody notices.",
)
_TURNED = dict(
    id="window-turned",
    title="the window is turned around",
    hint="That would be the convolution of mathematics. Here l counts the rows of a window from above and m "
    "its columns from the left, as in the filter.",
)

_TO_MATRIX = "windows.transpose(0, 4, 5, 1, 2, 3).reshape(C * HH * WW, -1)"
_FRAME = "    padded = np.zeros((C, H + 2 * pad, W + 2 * pad, N), x.dtype)\n"
_FILL = "padded[:, pad : pad + H, pad : pad + W] = x.transpose(1, 2, 3, 0)"
_IM2COL = (
    Mistake(**_PICTURE_FIRST, replace={"(0, 4, 5, 1, 2, 3)": "(0, 4, 5, 3, 1, 2)"}),
    Mistake(**_CHANNEL_LAST, replace={"(0, 4, 5, 1, 2, 3)": "(4, 5, 0, 1, 2, 3)"}),
    Mistake(**_WINDOW_TRANSPOSED, replace={"(0, 4, 5, 1, 2, 3)": "(0, 5, 4, 1, 2, 3)"}),
    Mistake(**_PLACES_TRANSPOSED, replace={"(0, 4, 5, 1, 2, 3)": "(0, 4, 5, 2, 1, 3)"}),
    Mistake(
        "windows-in-rows",
        "the windows are in rows instead of in columns",
        "Rows of filters meet *columns* of windows. Your matrix is the transpose of what is asked for.",
        replace={_TO_MATRIX: f"{_TO_MATRIX}.T"},
    ),
    Mistake(
        "reshaped-only",
        "the axes are not brought into order before reshaping",
        "`reshape` takes the numbers in the order in which the axes stand, and the shape comes out right in any "
        "order. First transpose, so that the axes of the rows come before those of the columns.",
        replace={"windows.transpose(0, 4, 5, 1, 2, 3)": "windows"},
    ),
    Mistake(**_STRIDE_IGNORED, replace={"windows[:, ::stride, ::stride]": "windows"}),
    Mistake(
        "stride-within-the-window",
        "the stride is taken within the window",
        "A window covers neighboring numbers, whatever the stride is. The stride says how far apart the "
        "*places* are, and these are other axes of the windows.",
        replace={
            "windows[:, ::stride, ::stride]": "windows[..., ::stride, ::stride]",
            "(C * HH * WW, -1)": "(C * -(-HH // stride) * -(-WW // stride), -1)",
        },
    ),
    Mistake(**_PADDING_IGNORED, replace={_FRAME: "", _FILL: "padded = x.transpose(1, 2, 3, 0)"}),
    Mistake(
        "padding-one-side",
        "zeros are added above and on the left only",
        "`pad` zeros belong on each of the four sides, so a picture of H rows becomes one of H + 2·pad.",
        replace={"H + 2 * pad, W + 2 * pad": "H + pad, W + pad"},
    ),
    Mistake(
        "padding-repeats-the-edge",
        "the frame repeats the border instead of being zero",
        "Some prefer that for photographs. Here the frame consists of zeros.",
        replace={
            _FRAME: "    frame = ((0, 0), (pad, pad), (pad, pad), (0, 0))\n",
            _FILL: 'padded = np.pad(x.transpose(1, 2, 3, 0), frame, mode="edge")',
        },
    ),
    Mistake(**_TURNED, replace={"windows[:, ::stride, ::stride]": "windows[:, ::stride, ::stride, :, ::-1, ::-1]"}),
    Mistake(
        **_PICTURE_BY_PICTURE,
        body="""\
    N, C, H, W = x.shape
    frame = ((0, 0), (pad, pad), (pad, pad))
    found = []
    for picture in x:
        windows = sliding_window_view(np.pad(picture, frame), (HH, WW), axis=(1, 2))[:, ::stride, ::stride]
        found.append(windows.transpose(0, 3, 4, 1, 2).reshape(C * HH * WW, -1))
    return np.stack(found, axis=-1).reshape(C * HH * WW, -1)
""",
    ),
    Mistake(
        **_PLACE_BY_PLACE,
        body="""\
    N, C, H, W = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    found = []
    for i in range(0, H + 2 * pad - HH + 1, stride):
        for j in range(0, W + 2 * pad - WW + 1, stride):
            found.append(padded[:, :, i : i + HH, j : j + WW].reshape(N, -1).T)
    return np.concatenate(found, axis=1)
""",
    ),
    Mistake(
        **_WINDOW_BY_WINDOW,
        body="""\
    N, C, H, W = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    found = []
    for i in range(0, H + 2 * pad - HH + 1, stride):
        for j in range(0, W + 2 * pad - WW + 1, stride):
            for n in range(N):
                found.append(padded[n, :, i : i + HH, j : j + WW].ravel())
    return np.array(found).T
""",
    ),
    Mistake(**_WINDOW_EXCHANGED, replace={"(HH, WW), axis": "(WW, HH), axis"}),
    Mistake(**_SINGLE_PRECISION, replace={"N), x.dtype)": "N), np.float32)"}),
)

# --- col2im

_IN_WINDOWS = "columns.reshape(C, HH, WW, out_height, out_width, N)"
_CUT = "padded[:, pad : pad + H, pad : pad + W]"
_ADD = "padded[:, rows, places] += windows[:, down, right]"
_COL2IM = (
    Mistake(
        "overwritten",
        "where windows overlap, only the last one counts",
        "A pixel lies in several windows, and everything that they send to it has to be added. Yours replaces "
        "what was there. (With arrays of indices even `+=` does: an index that occurs twice is served once.)",
        replace={_ADD: _ADD.replace("+=", "=")},
    ),
    Mistake(
        "averaged",
        "what overlaps is averaged instead of added up",
        "The mean would turn the columns of a picture back into that picture. But this is the transpose of im2col, "
        "not its inverse: a pixel that was copied four times gets four gradients.",
        replace={
            "for down in range(HH)": "count = np.zeros(padded.shape)\n    for down in range(HH)",
            _ADD: f"{_ADD}\n            count[:, rows, places] += 1",
            "    return padded[": "    padded = padded / np.maximum(1, count)\n    return padded[",
        },
    ),
    Mistake(
        "frame-not-cut-off",
        "the frame is still there",
        "The zeros around the picture are nobody's input. What is returned should have the shape that was asked for.",
        replace={_CUT: "padded"},
    ),
    Mistake(
        "nothing-left-without-padding",
        "without padding, nothing is left",
        "The frame is cut off with a slice like `pad:-pad`, and for pad = 0 that is `0:-0`, from 0 to 0: "
        "nothing. Say where the picture ends by counting from the front.",
        replace={_CUT: "padded[:, pad:-pad, pad:-pad]"},
    ),
    Mistake(
        "frame-cut-off-behind",
        "the frame is cut off on the wrong side",
        "The picture begins behind `pad` zeros. Yours begins at the very corner, in the frame, and loses its last "
        "rows and columns.",
        replace={_CUT: "padded[:, :H, :W]"},
    ),
    Mistake(
        **_PICTURE_FIRST,
        replace={_IN_WINDOWS: "columns.reshape(C, HH, WW, N, out_height, out_width).transpose(0, 1, 2, 4, 5, 3)"},
    ),
    Mistake(
        **_CHANNEL_LAST,
        replace={_IN_WINDOWS: "columns.reshape(HH, WW, C, out_height, out_width, N).transpose(2, 0, 1, 3, 4, 5)"},
    ),
    Mistake(
        **_WINDOW_TRANSPOSED,
        replace={_IN_WINDOWS: "columns.reshape(C, WW, HH, out_height, out_width, N).transpose(0, 2, 1, 3, 4, 5)"},
    ),
    Mistake(
        **_PLACES_TRANSPOSED,
        replace={_IN_WINDOWS: "columns.reshape(C, HH, WW, out_width, out_height, N).transpose(0, 1, 2, 4, 3, 5)"},
    ),
    Mistake(**_TURNED, replace={"+= windows[:, down, right]": "+= windows[:, HH - 1 - down, WW - 1 - right]"}),
    Mistake(
        **_STRIDE_IGNORED,
        replace={
            "slice(down, down + stride * out_height, stride)": "slice(down, down + out_height)",
            "slice(right, right + stride * out_width, stride)": "slice(right, right + out_width)",
        },
    ),
    Mistake(
        "reshaped-only",
        "the axes are not brought into order at the end",
        "A reshape to the right shape does not move any axis: it cuts the same numbers at other places. "
        "The pictures were last, and have to become first.",
        replace={f"{_CUT}.transpose(3, 0, 1, 2)": f"{_CUT}.reshape(N, C, H, W)"},
    ),
    Mistake(
        "rounded-up",
        "the number of places is rounded up",
        "Where the stride does not divide, your last window reaches beyond the picture. The columns hold none "
        "for it: the size is rounded down.",
        replace={
            "(H - HH + 2 * pad) // stride": "-(-(H - HH + 2 * pad) // stride)",
            "(W - WW + 2 * pad) // stride": "-(-(W - WW + 2 * pad) // stride)",
        },
    ),
    Mistake(
        **_PLACE_BY_PLACE,
        body="""\
    N, C, H, W = shape
    out_height, out_width = (H - HH + 2 * pad) // stride + 1, (W - WW + 2 * pad) // stride + 1
    windows = columns.reshape(C, HH, WW, out_height, out_width, N)
    padded = np.zeros((C, H + 2 * pad, W + 2 * pad, N), columns.dtype)
    for i in range(out_height):
        for j in range(out_width):
            padded[:, i * stride : i * stride + HH, j * stride : j * stride + WW] += windows[:, :, :, i, j]
    return padded[:, pad : pad + H, pad : pad + W].transpose(3, 0, 1, 2)
""",
    ),
    Mistake(
        **_PICTURE_BY_PICTURE,
        body="""\
    N, C, H, W = shape
    out_height, out_width = (H - HH + 2 * pad) // stride + 1, (W - WW + 2 * pad) // stride + 1
    windows = columns.reshape(C, HH, WW, out_height, out_width, N)
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), columns.dtype)
    for n in range(N):
        for down in range(HH):
            for right in range(WW):
                rows = slice(down, down + stride * out_height, stride)
                places = slice(right, right + stride * out_width, stride)
                padded[n, :, rows, places] += windows[:, down, right, :, :, n]
    return padded[:, :, pad : pad + H, pad : pad + W]
""",
    ),
    Mistake(**_SINGLE_PRECISION, replace={"N), columns.dtype)": "N), np.float32)"}),
)

# --- convolution

_GIANT = dict(
    id="giant-broadcast",
    title="all products are held in memory at once",
    hint="The values are right and there is no loop, but an array with a number for every filter, every weight "
    "and every place is built before anything is added up. A matrix product multiplies and adds as it goes, "
    "and is many times faster.",
)
_RESHAPED_ONLY = dict(
    id="reshaped-only",
    title="the shape is right, but the numbers are in the wrong places",
    hint="A reshape moves no axis: it cuts the same sequence of numbers at other places. Reshape into the axes "
    "as they come in the matrix, with the picture last, and transpose after that.",
)
_TO_MAPS = "maps.reshape(F, out_height, out_width, -1).transpose(3, 0, 1, 2)"
_FORWARD = (
    Mistake(**_RESHAPED_ONLY, replace={_TO_MAPS: "maps.reshape(-1, F, out_height, out_width)"}),
    Mistake(
        **_PICTURE_FIRST,
        replace={_TO_MAPS: "maps.reshape(F, -1, out_height, out_width).transpose(1, 0, 2, 3)"},
    ),
    Mistake(
        **_PLACES_TRANSPOSED,
        replace={_TO_MAPS: "maps.reshape(F, out_width, out_height, -1).transpose(3, 0, 2, 1)"},
    ),
    Mistake(
        "bias-forgotten",
        "the bias is missing",
        "Every number of map f gets b[f] on top. Yours are all too small by the same amount within a map.",
        replace={"maps += b[:, np.newaxis]": "maps += 0"},
    ),
    Mistake(
        "one-bias-for-all",
        "every map gets the bias of the first",
        "There is one bias for each *filter*: b has as many numbers as the product has rows.",
        replace={"b[:, np.newaxis]": "b[0]"},
    ),
    Mistake(
        "bias-for-each-product",
        "the bias is added to every product",
        "The bias goes into your sum once for every weight of the filter. It belongs behind the sum, once for each place.",
        replace={"b[:, np.newaxis]": "b[:, np.newaxis] * filters.shape[1]"},
    ),
    Mistake(
        "filters-transposed",
        "the filters are laid out in the wrong order",
        "`w.reshape(-1, F).T` has the right shape, but takes the numbers of w in groups that mix different filters. "
        "F is the first axis of w: it can stay, and the others become one.",
        replace={"w.reshape(F, -1)": "w.reshape(-1, F).T"},
    ),
    Mistake(
        "filters-turned",
        "the kernel is turned around",
        "That is the convolution of mathematics. In networks the kernel is laid on the window as it is: its upper left "
        "weight meets the window's upper left number.",
        replace={"w.reshape(F, -1)": "w[:, :, ::-1, ::-1].reshape(F, -1)"},
    ),
    Mistake(
        **_PADDING_IGNORED,
        replace={'conv_param["stride"], conv_param["pad"]': 'conv_param["stride"], 0'},
    ),
    Mistake(**_STRIDE_IGNORED, replace={'conv_param["stride"], conv_param["pad"]': '1, conv_param["pad"]'}),
    Mistake(
        "square-kernel",
        "the kernel's height is used for its width, too",
        "Kernels need not be square: w has four axes, and the last two may differ. Each direction needs its own size, for "
        "the windows and for the size of the result.",
        replace={"(W - WW + 2 * pad)": "(W - HH + 2 * pad)", "HH, WW, stride": "HH, HH, stride"},
    ),
    Mistake(
        **_PICTURE_BY_PICTURE,
        replace={"for some in in_blocks(N, filters.shape[1] * out_height * out_width)": "for some in in_blocks(N, 2**20)"},
    ),
    Mistake(
        **_PLACE_BY_PLACE,
        body="""\
    (N, _, H, W), (F, _, HH, WW) = x.shape, w.shape
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, (H - HH + 2 * pad) // stride + 1, (W - WW + 2 * pad) // stride + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            window = padded[:, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
            out[:, :, i, j] = window.reshape(N, -1) @ w.reshape(F, -1).T + b
""",
    ),
    Mistake(
        **_THE_LOOPS_AGAIN,
        body="""\
    (N, _, H, W), (F, _, HH, WW) = x.shape, w.shape
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, (H - HH + 2 * pad) // stride + 1, (W - WW + 2 * pad) // stride + 1))
    filters = w.reshape(F, -1)
    for n, i, j in np.ndindex(N, *out.shape[2:]):
        window = padded[n, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
        out[n, :, i, j] = filters @ window.ravel() + b
""",
    ),
    Mistake(**_WINDOW_EXCHANGED, replace={"im2col(x[some], HH, WW,": "im2col(x[some], WW, HH,"}),
    Mistake(
        "first-places-again",
        "every block is written to the first places of the result",
        "The maps of a block belong to the pictures of that block. `some` says which these are: for the result as well as "
        "for x.",
        replace={"        out[some] = maps.": "        out[: len(x[some])] = maps.", "np.empty(": "np.zeros("},
    ),
    Mistake(**_SINGLE_PRECISION, replace={"np.result_type(x, w))": "np.float32)"}),
    Mistake(
        **_GIANT,
        replace={
            "filters @ im2col(x[some], HH, WW, stride, pad)": "np.sum(filters[:, :, np.newaxis] * "
            "im2col(x[some], HH, WW, stride, pad), axis=1)",
            "in_blocks(N, filters.shape[1] * out_height * out_width)": "[slice(0, N)]",
        },
    ),
)

_DMAPS = "dout[some].transpose(1, 2, 3, 0).reshape(F, -1)"
_DB = "dout.sum(axis=(0, 2, 3))"
_BACKWARD = (
    Mistake(**_RESHAPED_ONLY, replace={_DMAPS: "dout[some].reshape(F, -1)"}),
    Mistake(**_PICTURE_FIRST, replace={_DMAPS: "dout[some].transpose(1, 0, 2, 3).reshape(F, -1)"}),
    Mistake(**_PLACES_TRANSPOSED, replace={_DMAPS: "dout[some].transpose(1, 3, 2, 0).reshape(F, -1)"}),
    Mistake(
        "filters-turned",
        "the kernel is turned around on its way to dx",
        "There is a formula for dx with a turned kernel, in which windows slide over dout. Where whole columns "
        "are sent back, as here, each weight returns to the very pixel that it met.",
        replace={"filters.T @": "w[:, :, ::-1, ::-1].reshape(F, -1).T @"},
    ),
    Mistake(
        "dw-transposed",
        "dw holds the right numbers in the wrong order",
        "Its product has a row for each weight and a column for each filter, and a reshape does not exchange "
        "them. Which of the two factors has the filters in its rows?",
        replace={"dfilters.reshape(w.shape)": "dfilters.T.reshape(w.shape)"},
    ),
    Mistake(
        "dw-as-a-matrix",
        "dw has the shape of the matrix of filters",
        "Subtracting it from w would fail, or broadcast by luck. A gradient has the shape of what it belongs to.",
        replace={"dfilters.reshape(w.shape)": "dfilters"},
    ),
    Mistake(
        "averaged",
        "dw and db are divided by the number of pictures",
        "If the loss is a mean over the pictures, then dout has been divided already, and doing it again makes "
        "the gradient too small. A layer adds up.",
        replace={"dfilters.reshape(w.shape)": "dfilters.reshape(w.shape) / len(x)", _DB: f"{_DB} / len(x)"},
    ),
    Mistake(
        "bias-averaged",
        "db is a mean instead of a sum",
        "Adding 1 to a bias adds 1 to *every* number of its map. So everything that dout says about the map adds up.",
        replace={_DB: "dout.mean(axis=(0, 2, 3))"},
    ),
    Mistake(
        "bias-for-each-picture",
        "db has a row for each picture",
        "There is one bias for each filter, shared by all pictures and all places. Its gradient is summed over all of them.",
        replace={_DB: "dout.sum(axis=(2, 3))"},
    ),
    Mistake(
        "bias-with-extra-axes",
        "db has axes of length 1 too many",
        "Subtracting such a gradient from b would turn b into an array of more axes. A gradient has the shape "
        "of what it belongs to, here (F,).",
        replace={_DB: "dout.sum(axis=(0, 2, 3), keepdims=True)"},
    ),
    Mistake(
        "negative-upstream-dropped",
        "negative upstream gradients are dropped",
        "A convolution has no bend: whether a gradient is negative doesn't matter to it. The ReLU is a layer "
        "of its own, and looks at its input, not at the gradient.",
        replace={_DMAPS: f"np.maximum(0, {_DMAPS})"},
    ),
    Mistake(
        **_PICTURE_BY_PICTURE,
        replace={"in_blocks(len(x), filters.shape[1] * out_height * out_width)": "in_blocks(len(x), 2**20)"},
    ),
    Mistake(
        **_PLACE_BY_PLACE,
        body="""\
    (F, _, HH, WW), (out_height, out_width) = w.shape, dout.shape[2:]
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), dout.sum(axis=(0, 2, 3))
    for i in range(out_height):
        for j in range(out_width):
            here = np.s_[:, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
            upstream, window = dout[:, :, i, j], padded[here]
            dw += (upstream.T @ window.reshape(len(x), -1)).reshape(w.shape)
            dpadded[here] += (upstream @ w.reshape(F, -1)).reshape(window.shape)
    dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
""",
    ),
    Mistake(
        **_THE_LOOPS_AGAIN,
        body="""\
    (HH, WW), stride, pad = w.shape[2:], conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    filters = w.reshape(len(w), -1)
    dpadded, dfilters, db = np.zeros(padded.shape), np.zeros(filters.shape), dout.sum(axis=(0, 2, 3))
    for n, i, j in np.ndindex(len(x), *dout.shape[2:]):
        rows, columns = slice(i * stride, i * stride + HH), slice(j * stride, j * stride + WW)
        upstream, window = dout[n, :, i, j], padded[n, :, rows, columns]
        dpadded[n, :, rows, columns] += (upstream @ filters).reshape(window.shape)
        dfilters += upstream[:, np.newaxis] * window.ravel()
    dw = dfilters.reshape(w.shape)
    dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
""",
    ),
    Mistake(
        "last-block-only",
        "dw holds the share of the last block of pictures only",
        "The filters are shared by all pictures, so every block adds to their gradient. Yours begins again with each "
        "block, and one block is all there is until the batch gets large.",
        replace={"dfilters += ": "dfilters = "},
    ),
    Mistake(
        "weights-averaged",
        "dw is divided by the number of pictures",
        "Every picture has its part in the gradient of a shared weight, and the parts add up. Where the loss is a mean, "
        "dout brings the division along.",
        replace={"dfilters.reshape(w.shape)": "dfilters.reshape(w.shape) / len(x)"},
    ),
    Mistake(
        "reshaped-only-bias-too",
        "dout becomes rows without moving its axes, for the bias as well",
        "dout is (N, F, H', W'), with the pictures first. `reshape(F, -1)` cuts it into F pieces as it lies in memory, and "
        "each piece holds numbers of several maps. The filters' axis has to come first, and the pictures' last.",
        replace={_DMAPS: "dout[some].reshape(F, -1)", _DB: "dout.reshape(F, -1).sum(axis=1)"},
    ),
    Mistake(
        **_SINGLE_PRECISION,
        replace={"np.empty(x.shape, np.result_type(x, w))": "np.empty(x.shape, np.float32)"},
    ),
    Mistake(
        **_GIANT,
        replace={
            "dmaps @ columns.T": "np.sum(dmaps[:, np.newaxis] * columns, axis=2)",
            "in_blocks(len(x), filters.shape[1] * out_height * out_width)": "[slice(0, len(x))]",
        },
    ),
)

# --- normalization


def _maps(rng, N=3, C=4, H=3, W=5, **options):
    """Maps whose channels have means and deviations of their own."""
    mean, std = 4 * rng.normal(size=(C, 1, 1)), rng.uniform(0.5, 3, size=(C, 1, 1))
    gamma, beta = 1 + rng.uniform(0, 1, size=C), 1 + rng.normal(size=C) ** 2
    return {"x": mean + std * rng.normal(size=(N, C, H, W)), "gamma": gamma, "beta": beta, **options}


def _strided_maps(rng, **options):
    inputs = _maps(rng, **options)
    return {**inputs, "x": layers.channels_behind(inputs["x"])}


def _batch_maps(draw=_maps, mode="train", **options):
    def drawn(rng):
        inputs = draw(rng, **options)
        C = inputs["x"].shape[1]
        kept = {"running_mean": rng.normal(size=C), "running_var": rng.uniform(0.5, 2, size=C), "momentum": 0.8}
        return {**inputs, "bn_param": {"mode": mode, **kept}}

    return drawn


def _first_batch(rng):
    """There are no running averages yet."""
    return {**_maps(rng), "bn_param": {"mode": "train"}}


def _batch_rows(draw=_maps, **options):
    """Return a function that draws what batch normalization was given on the way forward, and an upstream gradient."""

    def drawn(rng):
        inputs = draw(rng, **options)
        x = inputs.pop("x")
        rows = np.ascontiguousarray(np.moveaxis(x, 1, -1).reshape(-1, x.shape[1]))
        dout = rng.normal(size=x.shape)
        return {"rows": rows, **inputs, "dout": dout if x.flags.c_contiguous else np.asfortranarray(dout)}

    return drawn


_TRANSPOSED_TO_ROWS = "transpose(0, 2, 3, 1).reshape(-1, C)"
_RESHAPED_TO_ROWS = dict(
    id="reshaped-only",
    title="the maps are reshaped into rows without moving the channels",
    hint="`reshape(-1, C)` takes C numbers at a time as they lie in memory, and those are neighbors in one "
    "map. A row should hold one number of each channel, so the channels have to be the last axis before.",
)
_RESHAPED_BACK = dict(
    id="reshaped-back-only",
    title="the rows are reshaped into maps without moving the channels back",
    hint="The rows are in the order of pictures, heights and widths, with the channels last. Reshape into these axes "
    "first, and then bring the channels to their place.",
)
_HEIGHT_AND_WIDTH = dict(
    id="height-and-width",
    title="height and width are exchanged on the way back from the rows",
    hint="With square maps the shape is right and the maps are only mirrored. Give the axes back in the order "
    "in which they were laid out in rows.",
)
_SPATIAL_FORWARD = (
    Mistake(**_RESHAPED_TO_ROWS, replace={f"x.{_TRANSPOSED_TO_ROWS}": "x.reshape(-1, C)"}),
    Mistake(**_RESHAPED_BACK, replace={"out.reshape(N, H, W, C).transpose(0, 3, 1, 2)": "out.reshape(N, C, H, W)"}),
    Mistake(
        "reshaped-there-and-back",
        "the channels are never moved, neither before nor after",
        "The shapes are right all the way, and the numbers of a channel never come together: C numbers at a "
        "time, as they lie in memory, are neighbors in one map.",
        replace={
            f"x.{_TRANSPOSED_TO_ROWS}": "x.reshape(-1, C)",
            "out.reshape(N, H, W, C).transpose(0, 3, 1, 2)": "out.reshape(N, C, H, W)",
        },
    ),
    Mistake(
        **_HEIGHT_AND_WIDTH,
        replace={"out.reshape(N, H, W, C).transpose(0, 3, 1, 2)": "out.reshape(N, W, H, C).transpose(0, 3, 2, 1)"},
    ),
    Mistake(
        "each-picture-alone",
        "each picture is normalized by itself",
        "That is instance normalization. In batch normalization a channel has one mean and one variance for "
        "all pictures of the batch.",
        replace={
            "    out, cache = batchnorm_forward(rows, gamma, beta, bn_param)\n": "    parts = [batchnorm_forward("
            "part, gamma, beta, bn_param) for part in rows.reshape(N, -1, C)]\n"
            "    out, cache = np.concatenate([part for part, _ in parts]), parts[-1][1]\n"
        },
    ),
    Mistake(
        "each-place-alone",
        "each place is normalized by itself, over the pictures only",
        "A filter asks the same question at all places, and its map has one mean and one variance. Yours has "
        "one for each pixel.",
        body="""\
    mean, var = x.mean(axis=0), x.var(axis=0)
    shape = (1, x.shape[1], 1, 1)
    out = gamma.reshape(shape) * (x - mean) / np.sqrt(var + bn_param.get("eps", 1e-5)) + beta.reshape(shape)
    return out, None
""",
    ),
    Mistake(
        "averages-lost",
        "the running averages do not come back",
        "`batchnorm_forward` keeps the running averages in the dict that it is given. Given a copy, they are "
        "lost with it, and testing has nothing to use.",
        replace={"beta, bn_param)": "beta, dict(bn_param))"},
    ),
    Mistake(
        "always-training",
        "the batch's own statistics are used at test time, too",
        "Whether it is training or testing is in bn_param, together with the running averages that testing "
        "needs. Pass it on as it is.",
        replace={"beta, bn_param)": 'beta, {**bn_param, "mode": "train"})'},
    ),
)
_SPATIAL_BACKWARD = (
    Mistake(**_RESHAPED_TO_ROWS, replace={f"dout.{_TRANSPOSED_TO_ROWS}": "dout.reshape(-1, C)"}),
    Mistake(**_RESHAPED_BACK, replace={"dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)": "dx.reshape(N, C, H, W)"}),
    Mistake(
        **_HEIGHT_AND_WIDTH,
        replace={"dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)": "dx.reshape(N, W, H, C).transpose(0, 3, 2, 1)"},
    ),
    Mistake(
        "reshaped-there-and-back",
        "the channels are never moved, neither before nor after",
        "Each row should hold what came from above for *one* picture and place, a number for each channel. Cut from memory "
        "as it lies, a row holds neighbors of one map, and they meet the normalized numbers of other places.",
        replace={
            f"dout.{_TRANSPOSED_TO_ROWS}": "dout.reshape(-1, C)",
            "dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)": "dx.reshape(N, C, H, W)",
        },
    ),
    Mistake(
        "rows-in-another-order",
        "the rows are not in the order of the cache",
        "The rows of the cache are in the order of pictures, heights, widths. Yours have the same numbers in "
        "another order, so that each gradient meets the normalized number of another place.",
        replace={
            "dout.transpose(0, 2, 3, 1)": "dout.transpose(2, 3, 0, 1)",
            "dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)": "dx.reshape(H, W, N, C).transpose(2, 3, 0, 1)",
        },
    ),
    Mistake(
        "extra-axes",
        "dgamma and dbeta have axes of length 1 too many",
        "A gradient has the shape of what it belongs to. gamma and beta are (C,) here, and so are their gradients.",
        replace={"(0, 3, 1, 2), dgamma, dbeta": "(0, 3, 1, 2), dgamma.reshape(1, C, 1, 1), dbeta.reshape(1, C, 1, 1)"},
    ),
    Mistake(
        "averaged",
        "dgamma and dbeta are averaged over the pictures",
        "gamma has a part in every number of its channel, so everything that dout says about them adds up. If "
        "the loss is a mean, the division is in dout already.",
        replace={"(0, 3, 1, 2), dgamma, dbeta": "(0, 3, 1, 2), dgamma / N, dbeta / N"},
    ),
)


def _grouped(draw=_maps, G=2, flat=True, gn_param=None, **options):
    def drawn(rng):
        inputs = draw(rng, **{"C": 6, **options})
        if not flat:
            inputs |= {name: inputs[name].reshape(1, -1, 1, 1) for name in ("gamma", "beta")}
        return {**inputs, "G": G, "gn_param": dict(gn_param or {})}

    return drawn


def _nearly_constant(rng):
    """Variances of the size of epsilon."""
    inputs = _grouped(gn_param={"eps": 1e-4})(rng)
    return {**inputs, "x": 0.01 * rng.normal(size=inputs["x"].shape)}


def _float32_groups(rng):
    inputs = _grouped(C=8, G=4, H=4, W=4)(rng)
    x = rng.normal(size=inputs["x"].shape)  # a large mean beside a small deviation would cost digits
    return {**inputs, "x": x.astype(np.float32), **{name: inputs[name].astype(np.float32) for name in ("gamma", "beta")}}


def _group_upstream(draw):
    def drawn(rng):
        inputs = draw(rng)
        del inputs["beta"]
        dout = rng.normal(size=inputs["x"].shape) + 0.5
        return {**inputs, "dout": dout.astype(inputs["x"].dtype)}

    return drawn


_GROUPS = "x.reshape(N, G, -1)"
_SIZE_FOR_NUMBER = dict(
    id="size-for-number",
    title="G is taken for the size of a group",
    hint="G is the *number* of groups; each has C / G channels. When C is the square of G, both are the same, "
    "and one can't tell.",
)
_EACH_CHANNEL = dict(
    id="each-channel-alone",
    title="each channel is normalized by itself",
    hint="That is instance normalization, with as many groups as channels. Here the C / G channels of a group share a "
    "mean and a variance.",
)
_WHOLE_PICTURE = dict(
    id="whole-picture",
    title="all channels of a picture are normalized together",
    hint="That is layer normalization, with a single group. Each of the G groups of a picture has a mean and a variance "
    "of its own.",
)
_OVER_THE_BATCH = dict(
    id="over-the-batch",
    title="the statistics are taken over all pictures",
    hint="The whole point is to do without the batch: a mean and a variance for each group of each *picture*. "
    "What comes out for one must not depend on the others.",
)
_INTERLEAVED = dict(
    id="interleaved",
    title="every G-th channel is in a group, instead of neighbors",
    hint="A group consists of neighboring channels: with 6 channels and G = 2 they are 0 1 2 and 3 4 5. Yours "
    "are 0 2 4 and 1 3 5.",
)
_EPS_IGNORED = dict(
    id="epsilon-ignored",
    title="epsilon is not used",
    hint="It is small, but a group may be constant, or nearly so: black sky, or all below 0 before a ReLU. Then it "
    "keeps you from dividing by 0, and it decides the result.",
)
_EPS_OUTSIDE = dict(
    id="epsilon-outside-the-root",
    title="epsilon is added outside the root",
    hint="It belongs to the variance, before the root is taken. Outside it has another size: the root of 1e-5 is 3e-3.",
)
_FORWARD_INTERLEAVED = "np.swapaxes(x.reshape(N, C // G, G, -1), 1, 2).reshape(N, G, -1)"
_INTERLEAVED_BACK = ".reshape(N, G, C // G, -1).swapaxes(1, 2).reshape(x.shape)"
_VAR = "groups.var(axis=2, keepdims=True)"
_GROUP_FORWARD = (
    Mistake(**_SIZE_FOR_NUMBER, replace={_GROUPS: "x.reshape(N, C // G, -1)"}),
    Mistake(**_EACH_CHANNEL, replace={_GROUPS: "x.reshape(N, C, -1)"}),
    Mistake(**_WHOLE_PICTURE, replace={_GROUPS: "x.reshape(N, 1, -1)"}),
    Mistake(**_OVER_THE_BATCH, replace={"axis=2": "axis=(0, 2)"}),
    Mistake(
        **_INTERLEAVED,
        replace={_GROUPS: _FORWARD_INTERLEAVED, ".reshape(x.shape)": _INTERLEAVED_BACK},
    ),
    Mistake(
        "each-place-alone",
        "each place is normalized by itself",
        "The statistics of a group are taken over its channels *and* all its places. Yours has a mean for every pixel.",
        replace={
            _GROUPS: "x.reshape(N, G, C // G, -1)",
        },
    ),
    Mistake(**_EPS_IGNORED, replace={"np.sqrt(var + eps)": "np.sqrt(var)"}),
    Mistake(**_EPS_OUTSIDE, replace={"np.sqrt(var + eps)": "(np.sqrt(var) + eps)"}),
    Mistake(
        "variance-for-deviation",
        "it is divided by the variance, without a root",
        "The variance is a mean of squares, in squared units. Divided by its root, numbers have a deviation of 1.",
        replace={"np.sqrt(var + eps)": "(var + eps)"},
    ),
    Mistake(
        "one-less",
        "the variance is divided by one less than the number of values",
        "That is an estimate for a population from a sample. Here the variance is the mean of the squared "
        "deviations of exactly these numbers; `ddof` stays 0.",
        replace={_VAR: "groups.var(axis=2, keepdims=True, ddof=1)"},
    ),
    Mistake(
        "not-centered",
        "the mean is not subtracted",
        "Dividing by the deviation sets the size of the numbers, not their middle. A normalized group has a mean of 0.",
        replace={"((groups - mean) / ": "(groups / "},
    ),
    Mistake(
        "gamma-forgotten",
        "gamma is not used",
        "After normalizing, each channel is scaled by its gamma and shifted by its beta.",
        replace={"gamma.reshape(1, C, 1, 1) * normalized": "normalized"},
    ),
    Mistake(
        "beta-forgotten",
        "beta is not used",
        "After normalizing, each channel is scaled by its gamma and shifted by its beta. Yours are all shifted "
        "by too little.",
        replace={" + beta.reshape(1, C, 1, 1)": ""},
    ),
    Mistake(
        "gamma-along-the-width",
        "gamma and beta are not lined up with the channels",
        "Broadcasting lines up axes from the *end*: an array of shape (C,) meets the width. To meet the channels it needs "
        "axes of length 1 behind.",
        replace={"gamma.reshape(1, C, 1, 1)": "gamma", "beta.reshape(1, C, 1, 1)": "beta"},
    ),
)

_DGAMMA, _DBETA = "axis=(0, 2, 3)).reshape(gamma.shape)\n    dbeta", "np.sum(dout, axis=(0, 2, 3)).reshape(gamma.shape)"
_GROUP_BACKWARD = (
    Mistake(**_SIZE_FOR_NUMBER, replace={_GROUPS: "x.reshape(N, C // G, -1)"}),
    Mistake(**_EACH_CHANNEL, replace={_GROUPS: "x.reshape(N, C, -1)"}),
    Mistake(**_WHOLE_PICTURE, replace={_GROUPS: "x.reshape(N, 1, -1)"}),
    Mistake(**_OVER_THE_BATCH, replace={"axis=2": "axis=(0, 2)"}),
    Mistake(**_EPS_IGNORED, replace={"keepdims=True) + eps)": "keepdims=True))"}),
    Mistake(
        "extra-axes",
        "dgamma and dbeta have axes of length 1 too many",
        "A gradient has the shape of what it belongs to. For gamma of shape (C,), a gradient of shape (1, C, "
        "1, 1) would turn it into an array of four axes at the first step.",
        replace={".reshape(gamma.shape)": ".reshape(1, C, 1, 1)"},
    ),
    Mistake(
        "for-each-picture",
        "dgamma and dbeta have a row for each picture",
        "gamma and beta are shared by all pictures and places. Their gradients are summed over all of these.",
        replace={"axis=(0, 2, 3)).reshape(gamma.shape)": "axis=(2, 3))"},
    ),
    Mistake(
        "not-normalized",
        "dgamma is computed with x instead of the normalized numbers",
        "gamma was multiplied by the normalized numbers. In a product each factor's gradient contains the other factor.",
        replace={"dout * normalized.reshape(x.shape)": "dout * x"},
    ),
    Mistake(
        "averaged",
        "dgamma and dbeta are means instead of sums",
        "Everything that dout says about the numbers of a channel adds up. If the loss is a mean, the division "
        "is in dout already.",
        replace={
            "np.sum(dout * normalized.reshape(x.shape), axis": "np.mean(dout * normalized.reshape(x.shape), axis",
            "np.sum(dout, axis": "np.mean(dout, axis",
        },
    ),
    Mistake(
        "gamma-forgotten",
        "gamma has no part in dx",
        "On the way back, the scaling by gamma comes first: the normalized numbers get gamma times dout, "
        "channel by channel.",
        replace={"(gamma.reshape(1, C, 1, 1) * dout)": "dout"},
    ),
    Mistake(
        "gamma-behind-the-means",
        "gamma is multiplied at the very end instead of at the beginning",
        "In batch normalization that makes no difference, since a column has one gamma. A group has several: its means are "
        "taken of gamma times dout, channel by channel, and can't be mended afterwards.",
        replace={
            "(gamma.reshape(1, C, 1, 1) * dout)": "dout",
            "/ std).reshape(x.shape)": "/ std).reshape(x.shape) * gamma.reshape(1, C, 1, 1)",
        },
    ),
    Mistake(
        "count-of-one-channel",
        "it is divided by the numbers of one channel, not of the group",
        "The means run over a whole group: C / G channels of H · W numbers each. Your count leaves the channels out.",
        replace={
            "dnormalized.mean(axis=2, keepdims=True)": "dnormalized.sum(axis=2, keepdims=True) / x[0, 0].size",
            "np.mean(dnormalized * normalized, axis=2, keepdims=True)": "np.sum("
            "dnormalized * normalized, axis=2, keepdims=True) / x[0, 0].size",
        },
    ),
    Mistake(
        "stretch-added",
        "the part of the variance has the wrong sign",
        "Both corrections are taken away. Stretching the group about its mean gains nothing, so that the sum of dx times "
        "the normalized numbers should be (nearly) 0 in each group.",
        replace={"- stretch": "+ stretch"},
    ),
    Mistake(
        "statistics-constant",
        "mean and variance are treated as constants",
        "dx is only gamma · dout / std. But every number of a group has a part in its mean and its variance, "
        "and so in everybody's result: that is what the two other terms are for.",
        replace={"dnormalized - shift - stretch": "dnormalized"},
    ),
    Mistake(
        "shift-missing",
        "the part of the mean is missing",
        "Adding 1 to a whole group changes nothing, since the mean takes it away again. So the sum of dx over "
        "a group should be 0; yours is not.",
        replace={" - shift": ""},
    ),
    Mistake(
        "stretch-missing",
        "the part of the variance is missing",
        "Stretching a whole group about its mean changes (nearly) nothing, since the deviation takes it away again. Your "
        "gradient still points that way.",
        replace={" - stretch": ""},
    ),
    Mistake(
        "sums-for-means",
        "sums are subtracted where means belong",
        "The two corrections are means over the group, of its C/G · H · W numbers. Without that division they "
        "are far too large.",
        replace={
            "dnormalized.mean(": "dnormalized.sum(",
            "np.mean(dnormalized * normalized": "np.sum(dnormalized * normalized",
        },
    ),
)

# --- the network


def _init_sizes(input_dim=(3, 8, 12), num_filters=10, filter_size=5, hidden_dim=20, num_classes=30, dtype="float64"):
    def drawn(rng):
        sizes = {
            "num_filters": num_filters,
            "filter_size": filter_size,
            "hidden_dim": hidden_dim,
            "num_classes": num_classes,
        }
        scale = float(rng.choice([1e-3, 3e-2]))
        return {
            "input_dim": np.array(input_dim),
            **sizes,
            "weight_scale": scale,
            "dtype": dtype,
            "seed": int(rng.integers(1 << 30)),
        }

    return drawn


_DRAWN = "(weight_scale * rng.normal(size=shape)).astype(self.dtype)"
_INIT = (
    Mistake(
        "not-pooled",
        "W2 does not know that the maps are pooled",
        "Pooling by 2 halves the height and the width before the maps are laid out in a row. Count what is left.",
        replace={"(H // 2) * (W // 2)": "H * W"},
    ),
    Mistake(
        "pooled-once",
        "W2 has twice as many rows as there are numbers",
        "Pooling halves the height *and* the width, so that a quarter of each map is left.",
        replace={"(H // 2) * (W // 2)": "H * W // 2"},
    ),
    Mistake(
        "channels-for-filters",
        "W2 counts the channels of the picture instead of the filters",
        "What reaches the hidden layer are the maps that the filters made, one for each filter.",
        replace={"num_filters * (H // 2)": "C * (H // 2)"},
    ),
    Mistake(
        "channels-last",
        "the axes of the filters are in another order",
        "The convolution expects (F, C, HH, WW): the filters first, then the channels, as in a batch of pictures.",
        replace={"(num_filters, C, filter_size, filter_size)": "(num_filters, filter_size, filter_size, C)"},
    ),
    Mistake(
        "transposed",
        "the matrices of the affine layers have rows and columns exchanged",
        "x w needs w of shape (inputs, outputs): as many rows as numbers come in, as many columns as go out.",
        replace={
            "(num_filters * (H // 2) * (W // 2), hidden_dim)": "(hidden_dim, num_filters * (H // 2) * (W // 2))",
            "(hidden_dim, num_classes)": "(num_classes, hidden_dim)",
        },
    ),
    Mistake(
        "not-scaled",
        "the weights have standard deviation 1",
        "`weight_scale` is not used. Weights of that size make scores in the thousands, and a first loss far above log C.",
        replace={"weight_scale * rng.normal": "rng.normal"},
    ),
    Mistake(
        "random-biases",
        "the biases are random, too",
        "Biases begin at 0. The random weights already make the units different.",
        replace={"np.zeros(size, self.dtype)": "(weight_scale * rng.normal(size=size)).astype(self.dtype)"},
    ),
    Mistake(
        "own-generator",
        "the weights come from another generator than rng",
        "Then nobody can choose them, or repeat a run: the draws have to come from the `rng` that was given.",
        replace={"rng.normal": "np.random.default_rng(len(name) + shape[-1]).normal"},
    ),
    Mistake(
        "dtype-ignored",
        "the parameters are not of the type that was asked for",
        "`self.dtype` is not used, or not for all of them. One float64 array among float32 ones makes "
        "everything float64 again.",
        replace={_DRAWN: "weight_scale * rng.normal(size=shape)", "np.zeros(size, self.dtype)": "np.zeros(size)"},
    ),
    Mistake(
        "weights-stay-double",
        "the biases are of the type that was asked for, the weights are not",
        "A generator draws float64, whatever the network computes with. Compare the types in the list above, and change "
        "those of the weights.",
        replace={_DRAWN: "weight_scale * rng.normal(size=shape)"},
    ),
    Mistake(
        "global-generator",
        "the weights come from `np.random` instead of from rng",
        "`np.random.normal` and its like draw from one hidden generator that the whole program shares, so that a run can't "
        "be repeated. The generator to draw from was handed over as `rng`.",
        replace={"rng.normal": "np.random.normal"},
    ),
    Mistake(
        "biases-as-rows",
        "the biases are rows of a matrix, (1, n), instead of vectors, (n,)",
        "It often works, by broadcasting, and then the gradient has another shape than what it belongs to. One number for "
        "each filter or unit is an array with a single axis.",
        replace={"np.zeros(size, self.dtype)": "np.zeros((1, size), self.dtype)"},
    ),
)


def _network(N=4, C=2, H=6, W=4, F=3, size=3, hidden=5, classes=4, reg=0.0, scored=False, dtype="float64"):
    """Return a function that draws a network's parameters and a batch; with `scored`, one without labels."""

    def drawn(rng):
        shapes = {"W1": (F, C, size, size), "W2": (F * (H // 2) * (W // 2), hidden), "W3": (hidden, classes)}
        params = {name: 0.4 * rng.normal(size=shape) for name, shape in shapes.items()}
        params |= {f"b{i}": 0.5 * rng.normal(size=n) for i, n in enumerate((F, hidden, classes), 1)}
        params = {name: value.astype(dtype) for name, value in params.items()}
        y = None if scored else rng.integers(0, classes, size=N)
        return {"params": params, "X": rng.normal(size=(N, C, H, W)), "y": y, "reg": reg, "dtype": dtype}

    return drawn


def _noncontiguous(draw):
    def drawn(rng):
        inputs = draw(rng)
        return {**inputs, "X": layers.channels_behind(inputs["X"])}

    return drawn


_PENALTY = "0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))"
_PENALTY_GRADIENTS = "dW1 + self.reg * W1, dW2 + self.reg * W2, dW3 + self.reg * W3"
_RETURNED = 'return loss, {"W1"'
_NET = (
    Mistake(
        "scores-without-bend",
        "there is no ReLU between the affine layers",
        "Affine after affine is one affine layer, only more expensive. Between them something has to bend, "
        "forward and backward.",
        replace={
            "hidden, hidden_cache = relu_forward(linear)": "hidden = linear",
            "relu_backward(dhidden, hidden_cache)": "dhidden",
        },
    ),
    Mistake(
        "relu-not-backward",
        "the ReLU of the hidden layer is missing on the way back",
        "What goes through a ReLU forward goes through it backward, too: where it let nothing pass, no gradient returns.",
        replace={"relu_backward(dhidden, hidden_cache)": "dhidden"},
    ),
    Mistake(
        "relu-on-scores",
        "there is a ReLU on the scores",
        "The last layer is affine and nothing follows it but the loss. With a ReLU no class could ever get a "
        "negative score.",
        replace={
            "scores, scores_cache = affine_forward(hidden, W3, b3)": "scores, scores_cache = "
            "affine_forward(hidden, W3, b3)\n    scores, top_cache = relu_forward(scores)",
            "loss = data_loss": "dscores = relu_backward(dscores, top_cache)\n    loss = data_loss",
        },
    ),
    Mistake(
        "no-relu-on-the-maps",
        "there is no ReLU behind the convolution",
        "Maps go through a ReLU before they are pooled. Without it, negative maxima reach the hidden layer.",
        replace={
            "conv_relu_pool_forward(X, W1, b1, self.conv_param, self.pool_param)": "conv_forward_im2col("
            "X, W1, b1, self.conv_param)\n    maps, pool_cache = max_pool_forward_fast(maps, self.pool_param)",
            "conv_relu_pool_backward(dmaps, maps_cache)": "conv_backward_im2col("
            "max_pool_backward_fast(dmaps, pool_cache), maps_cache)",
        },
    ),
    Mistake(
        "loss-without-labels",
        "probabilities are returned when there are no labels",
        "With y = None the network is being used, not trained: return the scores as they come out of the last layer.",
        replace={
            "        return scores": "        e = np.exp(scores - scores.max(axis=1, keepdims=True))\n"
            "        return e / e.sum(axis=1, keepdims=True)"
        },
    ),
    Mistake(
        "no-penalty",
        "the penalty is missing in the loss and in the gradients",
        "`self.reg` is not used. The formula of the loss has two parts, and both have gradients.",
        replace={_PENALTY: "0", _PENALTY_GRADIENTS: "dW1, dW2, dW3"},
    ),
    Mistake(
        "penalty-not-in-loss",
        "the penalty is in the gradients, but not in the loss",
        "Training would work, but the loss that you print is not the one you walk down, and every gradient check fails.",
        replace={_PENALTY: "0"},
    ),
    Mistake(
        "penalty-not-in-gradients",
        "the penalty is in the loss, but not in the gradients",
        "Training follows the gradients, and never sees the loss. What the loss contains, they have to contain.",
        replace={_PENALTY_GRADIENTS: "dW1, dW2, dW3"},
    ),
    Mistake(
        "penalty-without-half",
        "the penalty is reg·ΣW², without the ½",
        "This is a convention, not a misunderstanding: your loss and gradient agree. The linear classifiers "
        "of this course have no ½; its networks have one, and the gradient of the penalty is then reg·W.",
        replace={"0.5 * self.reg": "self.reg", "+ self.reg * W": "+ 2 * self.reg * W"},
    ),
    Mistake(
        "penalty-gradient-twice",
        "the gradient of the penalty is twice what the loss says",
        "The loss has ½·reg·W², whose derivative has no 2 any more. That is what the ½ is for.",
        replace={"+ self.reg * W": "+ 2 * self.reg * W"},
    ),
    Mistake(
        "loss-without-half",
        "the loss contains reg·ΣW², its gradient only half of that slope",
        "The derivative of reg·W² is 2·reg·W. With the ½ that is meant here, loss and gradient belong together.",
        replace={"0.5 * self.reg": "self.reg"},
    ),
    Mistake(
        "filters-not-penalized",
        "the filters are not penalized",
        "The penalty is on all three arrays of weights. That W1 has four axes makes no difference: square, and add up.",
        replace={"np.sum(W1**2) + ": "", "dW1 + self.reg * W1": "dW1"},
    ),
    Mistake(
        "biases-penalized",
        "the biases are penalized, too",
        "The penalty is on the weights only. A bias only moves the threshold of a unit, and there is "
        "no reason to keep that near 0.",
        replace={
            "+ np.sum(W3**2))": "+ np.sum(W3**2) + np.sum(b1**2) + np.sum(b2**2) + np.sum(b3**2))",
            "    " + _RETURNED: "    db1, db2, db3 = db1 + self.reg * b1, db2 + self.reg * b2, db3 + self.reg * b3\n"
            "    " + _RETURNED,
        },
    ),
    Mistake(
        "names-exchanged",
        "the gradients of the two affine layers have each other's names",
        "The chain is run backward, so that the last layer's gradients come first. W3 belongs to the layer "
        "that makes the scores.",
        replace={'"W2": dW2, "b2": db2, "W3": dW3, "b3": db3': '"W2": dW3, "b2": db3, "W3": dW2, "b3": db2'},
    ),
)

TASKS = (
    Task(
        "fast-im2col",
        (
            Case("the picture of the text", _pictures_of(_by_hand)),
            Case("a window of 3 by 2 on wide pictures, no padding", _pictures_of(layers.wide)),
            Case("padding 1", _pictures_of(layers.padded)),
            Case("stride 2 and padding 1", _pictures_of(layers.stride_and_pad)),
            Case("numbers too large for single precision", _pictures_of(layers.beyond_single_precision)),
            *_steps(_pictures_of, 2.0),
        ),
        (
            Case("padding 1", _pictures_of(layers.padded)),
            Case("stride 2 and padding 1", _pictures_of(layers.stride_and_pad)),
            Case("a window wider than tall", _pictures_of(layers.flat_kernel)),
            Case("a window taller than wide, stride 2, no padding", _pictures_of(layers.tall_kernel)),
            Case("a stride that does not divide", _pictures_of(layers.does_not_divide)),
            Case("a stride larger than the window", _pictures_of(layers.gaps)),
            Case("one picture with one channel, padding 2", _pictures_of(layers.one_picture)),
            Case("windows of 1 by 1", _pictures_of(layers.one_by_one)),
            Case("a window as large as the picture", _pictures_of(layers.one_window)),
            Case("an array that is a view", _pictures_of(layers.strided_arrays)),
            Case("float32", _pictures_of(layers.float32)),
            Case("numbers too large for single precision", _pictures_of(layers.beyond_single_precision)),
            *_steps(_pictures_of, 3.0),
        ),
        _IM2COL,
        _ROUNDED,
    ),
    Task(
        "fast-col2im",
        (
            Case("the ones of the text", _ones),
            Case("a window of 3 by 2 on wide pictures, no padding", _columns_of(layers.wide)),
            Case("padding 1", _columns_of(layers.padded)),
            Case("stride 2 and padding 1", _columns_of(layers.stride_and_pad)),
            Case("numbers too large for single precision", _columns_beyond_single_precision),
            *_steps(_columns_of, 2.0),
        ),
        (
            Case("padding 1", _columns_of(layers.padded)),
            Case("stride 2 and padding 1", _columns_of(layers.stride_and_pad)),
            Case("a window wider than tall", _columns_of(layers.flat_kernel)),
            Case("a window taller than wide, stride 2, no padding", _columns_of(layers.tall_kernel)),
            Case("a stride that does not divide", _columns_of(layers.does_not_divide)),
            Case("pixels that are in no window", _columns_of(layers.gaps)),
            Case("one picture with one channel, padding 2", _columns_of(layers.one_picture)),
            Case("a window as large as the picture", _columns_of(layers.one_window)),
            Case("an array that is a view", _strided_columns),
            Case("float32", _columns_of(layers.float32)),
            Case("numbers too large for single precision", _columns_beyond_single_precision),
            *_steps(_columns_of, 3.0),
        ),
        _COL2IM,
        _ROUNDED,
    ),
    Task(
        "fast-conv-forward",
        (
            Case("the picture of the text", _by_hand),
            Case("kernels of 3 by 2 on wide pictures, no padding", layers.wide),
            Case("padding 1", layers.padded),
            Case("stride 2 and padding 1", layers.stride_and_pad),
            Case("numbers too large for single precision", layers.beyond_single_precision),
            Case("more pictures than a block holds", _several_blocks),
            *_steps(_as_it_is, 2.0),
            Case("memory", _for_memory, "memory", 2.0, limit=1e6),
        ),
        (
            *layers.FORWARD_CASES,
            Case("more pictures than a block holds", _several_blocks),
            *_steps(_as_it_is, 4.0),
            Case("memory", _for_memory, "memory", 2.0, limit=1e6, large=_for_large_memory),
            Case("speed", _for_speed, "time", 2.0, limit=20),
        ),
        _FORWARD,
        _ROUNDED,
    ),
    Task(
        "fast-conv-backward",
        (
            Case("the picture of the text", layers.with_upstream(_by_hand)),
            Case("kernels of 3 by 2 on wide pictures, no padding", layers.with_upstream(layers.wide)),
            Case("padding 1", layers.with_upstream(layers.padded)),
            Case("stride 2 and padding 1", layers.with_upstream(layers.stride_and_pad)),
            Case("numbers too large for single precision", layers.upstream_beyond_single_precision),
            Case("more pictures than a block holds", _several_blocks_upstream),
            *_steps(layers.with_upstream, 2.0),
            Case("memory", layers.with_upstream(_for_memory), "memory", 2.0, limit=1e6),
        ),
        (
            Case("padding 1", layers.with_upstream(layers.padded)),
            Case("stride 2 and padding 1", layers.with_upstream(layers.stride_and_pad)),
            Case("a kernel wider than tall", layers.with_upstream(layers.flat_kernel)),
            Case("a kernel taller than wide, stride 2, no padding", layers.with_upstream(layers.tall_kernel)),
            Case("a stride that does not divide", layers.with_upstream(layers.does_not_divide)),
            Case("pixels that are in no window", layers.with_upstream(layers.gaps)),
            Case("one picture with one channel, padding 2", layers.with_upstream(layers.one_picture)),
            Case("a kernel as large as the picture", layers.with_upstream(layers.one_window)),
            Case("arrays that are views", _strided_upstream),
            Case("float32", layers.with_upstream(layers.float32)),
            Case("numbers too large for single precision", layers.upstream_beyond_single_precision),
            Case("more pictures than a block holds", _several_blocks_upstream),
            *_steps(layers.with_upstream, 4.0),
            Case(
                "memory",
                layers.with_upstream(_for_memory),
                "memory",
                2.0,
                limit=1e6,
                large=layers.with_upstream(_for_large_memory),
            ),
            Case("speed", layers.with_upstream(_for_speed), "time", 2.0, limit=40),
        ),
        _BACKWARD,
        _ROUNDED,
    ),
    Task(
        "fast-three-layer-init",
        (
            Case("pictures of 8 by 12", _init_sizes()),
            Case("one channel, in float32", _init_sizes((1, 10, 6), 12, 3, 30, 20, "float32")),
        ),
        (
            Case("pictures of 8 by 12", _init_sizes()),
            Case("tall pictures", _init_sizes((2, 14, 4), 11, 7, 25, 15)),
            Case("two classes, in float32", _init_sizes((4, 6, 8), 16, 3, 35, 2, "float32")),
        ),
        _INIT,
    ),
    Task(
        "fast-three-layer-convnet",
        (
            Case("the scores, when there are no labels", _network(scored=True)),
            Case("loss and gradients without a penalty", _network(), weight=2.0),
            Case("with a penalty", _network(reg=0.7)),
        ),
        (
            Case("the scores of wide pictures", _network(H=4, W=8, scored=True)),
            Case("loss and gradients without a penalty", _network(N=6, classes=3), weight=2.0),
            Case("a single picture", _network(N=1, C=1, F=5)),
            Case("larger filters on pictures that are views", _noncontiguous(_network(C=3, H=6, W=8, size=5))),
            Case("with a penalty", _network(reg=0.7)),
            Case("with another penalty, in float32", _network(N=5, F=4, hidden=6, reg=0.3, dtype="float32")),
        ),
        _NET,
        _ROUNDED,
    ),
    Task(
        "fast-spatial-batchnorm-forward",
        (
            Case("the first batch", _first_batch),
            Case("training, with running averages", _batch_maps()),
            Case("testing", _batch_maps(mode="test")),
        ),
        (
            Case("training, with running averages", _batch_maps(H=5, W=2)),
            Case("testing on tall maps", _batch_maps(mode="test", H=6, W=2)),
            Case("the first batch", _first_batch),
            Case("a single picture", _batch_maps(N=1, C=3, H=4, W=6)),
            Case("an array that is a view", _batch_maps(_strided_maps, C=5, H=4, W=3)),
        ),
        _SPATIAL_FORWARD,
    ),
    Task(
        "fast-spatial-batchnorm-backward",
        (
            Case("wide maps", _batch_rows()),
            Case("square maps", _batch_rows(H=4, W=4, N=2)),
        ),
        (
            Case("tall maps", _batch_rows(H=6, W=2, C=5)),
            Case("square maps", _batch_rows(H=3, W=3, N=4)),
            Case("a single picture", _batch_rows(N=1, C=3, H=4, W=5)),
            Case("an array that is a view", _batch_rows(_strided_maps, H=5, W=3)),
        ),
        _SPATIAL_BACKWARD,
    ),
    Task(
        "fast-spatial-groupnorm-forward",
        (
            Case("six channels in two groups", _grouped()),
            Case("six channels in three groups, tall maps", _grouped(G=3, H=4, W=2)),
            Case("gamma and beta of shape (1, C, 1, 1)", _grouped(flat=False, N=2)),
            Case("small variances, with another epsilon", _nearly_constant),
        ),
        (
            Case("eight channels in two groups", _grouped(C=8, N=2)),
            Case("nine channels in three groups, as wide as there are channels", _grouped(C=9, G=3, W=9, H=2)),
            Case("as many channels as the maps are wide", _grouped(G=3, W=6, H=2)),
            Case("gamma and beta of shape (1, C, 1, 1)", _grouped(flat=False, G=3)),
            Case("a single picture", _grouped(N=1, C=10, G=5)),
            Case("small variances, with another epsilon", _nearly_constant),
            Case("an array that is a view", _grouped(_strided_maps, G=3)),
            Case("float32", _float32_groups),
        ),
        _GROUP_FORWARD,
        _ROUNDED,
    ),
    Task(
        "fast-spatial-groupnorm-backward",
        (
            Case("six channels in two groups", _group_upstream(_grouped())),
            Case("six channels in three groups, tall maps", _group_upstream(_grouped(G=3, H=4, W=2))),
            Case("gamma of shape (1, C, 1, 1)", _group_upstream(_grouped(flat=False, N=2))),
            Case("small variances, with another epsilon", _group_upstream(_nearly_constant)),
        ),
        (
            Case("eight channels in two groups", _group_upstream(_grouped(C=8, N=2))),
            Case("as many channels as the maps are wide", _group_upstream(_grouped(G=3, W=6, H=2))),
            Case("gamma of shape (1, C, 1, 1)", _group_upstream(_grouped(flat=False, G=3))),
            Case("a single picture", _group_upstream(_grouped(N=1, C=10, G=5))),
            Case("small variances, with another epsilon", _group_upstream(_nearly_constant)),
            Case("an array that is a view", _group_upstream(_grouped(_strided_maps, G=3))),
            Case("float32", _group_upstream(_float32_groups)),
        ),
        _GROUP_BACKWARD,
        _ROUNDED,
    ),
)
