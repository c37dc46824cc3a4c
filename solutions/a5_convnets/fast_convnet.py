# %% [markdown]
r"""
# Convolution, fast

Your convolution is right, and it is slow: a network that learns from thousands of pictures would take hours with it. This
notebook makes it a thousand times faster, without a compiler and without a loop over pictures. The trick fits in one
sentence: *write every window as a column of a large matrix, and let one matrix product do the rest.*

Then you put a network together, the first one here that looks at pictures as pictures, and give its maps a normalization
of their own.

**You will write** the matrix of windows and its way back, a convolution from them with its gradient, a network of three
layers, and batch and group normalization for maps.

**Running time**, once everything is solved: about half a minute on two cores.
"""

# %% nbg="setup"
import time

import matplotlib.pyplot as plt
import numpy as np
from given import (
    affine_backward,
    affine_forward,
    batchnorm_backward,
    batchnorm_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
)
from numpy.lib.stride_tricks import sliding_window_view

from cs231n_kit import Solver, add_to, check, from_notebook, get_cifar10_data, vis
from cs231n_kit.gradient_check import eval_numerical_gradient_array, grad_check_sparse, rel_error

# %% [markdown]
r"""
## 1. Where the time goes

The experiments compare with the loops that you wrote in `convolution`. This cell fetches them from there, as you last saved
them. The exercises here don't need them.
"""

# %%
conv_forward_naive = from_notebook("convolution", "conv_forward_naive", "convolution-forward")
conv_backward_naive = from_notebook("convolution", "conv_backward_naive", "convolution-backward")

# %% [markdown]
r"""
Two color pictures of 32 × 32, and 16 filters of 3 × 3. Each filter meets each of the $2 \cdot 32 \cdot 32$ windows, with
$3 \cdot 3 \cdot 3 = 27$ products each time: about 900,000 multiplications. How long does a computer need for so many?

Take two matrices whose product has exactly as many of them, and measure both.

**Predict first:** by what factor is the matrix product faster? Ten? A hundred? More?
"""


# %% tags=["nbval-ignore-output"]
def seconds(function, *arguments, repeat=5):
    """Return the shortest of several running times."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - start)
    return min(times)


rng = np.random.default_rng(0)
x, w, b = rng.normal(size=(2, 3, 32, 32)), rng.normal(size=(16, 3, 3, 3)), rng.normal(size=16)
SAME_SIZE = {"stride": 1, "pad": 1}
left, right = rng.normal(size=(16, 27)), rng.normal(size=(27, 2 * 32 * 32))
loops = seconds(conv_forward_naive, x, w, b, SAME_SIZE, repeat=1)
product = seconds(np.matmul, left, right, repeat=20)
print(f"{left.shape[0] * left.shape[1] * right.shape[1]:,} multiplications")
print(f"your loops: {1e3 * loops:.0f} ms, a matrix product: {1e3 * product:.2f} ms, a factor of {loops / product:.0f}")
assert loops / product > 300

# %% [markdown]
r"""
Thousands, on most computers. The multiplications themselves take next to no time. Nearly all of it goes into what
Python does *around* them: cutting out a window, making an array for the products, adding up 27 numbers at a time.

A matrix product is the best-tuned piece of code on your computer. It uses the processor's wide instructions, and it takes
the numbers in an order that keeps them close at hand. So let us turn the convolution into one.

## 2. A convolution is a matrix product

A filter meets a window: multiply number by number, add up. That is the inner product of two vectors, once both are laid out in
a row. A matrix product is *all* inner products of the rows of one matrix with the columns of another. So:

* one **row** for each filter: `w.reshape(F, C * HH * WW)`,
* one **column** for each place of the window: the numbers that the window covers there.

$$
\underbrace{\text{maps}}_{F \times \text{places}} = \underbrace{\text{filters}}_{F \times C \cdot HH \cdot WW} \;\;
\underbrace{\text{columns}}_{C \cdot HH \cdot WW \times \text{places}}
$$

The matrix of columns has a name, **im2col** ("image to columns"). Here it is for a picture of 3 × 4 and a window of 2 × 2,
written by hand. The window has 2 · 3 places, so there are six columns.

**Predict first:** which column belongs to the window that is marked? And how often does the number 6 occur in the matrix?
"""

# %% tags=["thumbnail"]
tiny = np.arange(1.0, 13).reshape(3, 4)
tiny_columns = np.array(
    [[1, 2, 3, 5, 6, 7], [2, 3, 4, 6, 7, 8], [5, 6, 7, 9, 10, 11], [6, 7, 8, 10, 11, 12]], float
)  # by hand


def draw_numbers(ax, array, title, marked, color):
    """Write an array's numbers into boxes; marked : (rows, columns), slices of the boxes to be colored."""
    colored = np.zeros(array.shape, bool)
    colored[marked] = True
    for (row, column), value in np.ndenumerate(array):
        box = {"facecolor": color if colored[row, column] else "white", "edgecolor": "0.6"}
        ax.add_patch(plt.Rectangle((column - 0.5, row - 0.5), 1, 1, **box))
        ax.text(column, row, f"{value:g}", ha="center", va="center", fontsize=10)
    limits = {"xlim": (-0.6, array.shape[1] - 0.4), "ylim": (len(array) - 0.4, -0.6)}
    ax.set(**limits, aspect="equal", xticks=[], yticks=[], title=title)
    ax.set_frame_on(False)


def draw_window_and_column(place, color=vis.OKABE_ITO[1]):
    """Draw the tiny picture with a window at a place (i, j), and the matrix with the column that belongs to it."""
    i, j = place
    fig, (before, after) = plt.subplots(1, 2, figsize=(7.5, 2.6), width_ratios=(4, 6), layout="constrained")
    draw_numbers(before, tiny, f"the window at place ({i}, {j})", np.s_[i : i + 2, j : j + 2], color)
    draw_numbers(after, tiny_columns, f"is column {3 * i + j}", np.s_[:, 3 * i + j], color)
    listed = " ".join(f"{value:g}" for value in tiny_columns[:, 3 * i + j])
    vis.describe(
        fig,
        f"A picture of the numbers 1 to 12 in 3 rows of 4. The window of 2 by 2 at place ({i}, {j}) covers {listed}, and "
        f"these are the numbers of column {3 * i + j} in a matrix with 4 rows and 6 columns.",
    )


draw_window_and_column((1, 0))

# %% [markdown]
r"""
Look at the matrix in two ways.

**By columns** it holds windows. The number 6 lies in four windows, so it occurs four times: there are **copies**, and that is the
price of the trick.

**By rows** it holds pictures. The first row is what the window's upper left corner sees on its way: the picture without its
last row and column. The second row is the same, moved by one to the right; the third, moved down by one. Each row is the
picture again, shifted. This is the way to build the matrix quickly: not window by window, but as a few large slices.

### The order of rows and columns

With channels, batches, strides and padding there are more axes. For the product to make sense, the **rows** must come in the
order in which `w.reshape(F, -1)` lays out a filter: channel $c$, then row $l$ in the window, then column $m$.

For the **columns** we may choose. Ours come in the order $i, j, n$: row of the place, column of the place, and **last the
picture**. It looks odd, and it is on purpose. The same place of all pictures then lies side by side in memory, and places that are
neighbors follow each other, so that whatever is copied is copied in long pieces. That is what a memory does best.

$$
\text{columns}\big[\,(c \cdot HH + l) \cdot WW + m,\;\; (i \cdot W' + j) \cdot N + n\,\big]
  = \tilde x_{n,\; c,\; iS + l,\; jS + m}
$$

$\tilde x$ is $x$ with its frame of zeros, and $H' \times W'$ is the size of the maps, as in the last notebook.

### Windows without copies

NumPy can *pretend* that the windows are there. An array is a stretch of memory, and **strides**, which say how many bytes lie
between neighbors along each axis. `sliding_window_view` makes an array with more axes and suitable strides, all on the
same memory:
"""

# %%
row = np.arange(10, 16)
windows = sliding_window_view(row, 3)
print(windows)
print("shape", windows.shape, "strides", windows.strides, "shares its memory with row:", np.shares_memory(windows, row))
print("every other place:", windows[::2].tolist())
assert windows.strides == (row.itemsize, row.itemsize)

# %% [markdown]
r"""
One step down and one step to the right are both a step of one number. For two axes at once there is
`sliding_window_view(x, (HH, WW), axis=(1, 2))`: places stay where the axes were, and the two axes *within* the window are appended
at the end. Slicing with a step picks the places of a stride. Only when you `reshape` into a matrix is anything copied.

So the recipe is: a frame of zeros, with the axes in a good order; windows; a stride; the axes in the order of the formula; a
reshape. You may use other means, such as slices, as long as Python doesn't visit pictures or places one by one.

### Exercise: im2col
"""


# %% nbg="exercise fast-im2col"
def im2col(x, HH, WW, stride, pad):
    """Return the matrix that has a column for each window.

    x : (N, C, H, W), N pictures with C channels; left as they are
    HH, WW : height and width of the window    stride : its step    pad : zeros on each of the four sides, 0 or more

    Returns columns : (C HH WW, H' W' N), of the dtype of x, where H' = (H - HH + 2 pad) / stride + 1 rounded down, and W'
    likewise. Rows come in the order c, l, m (channel, row and column in the window), columns in the order i, j, n (row and
    column of the place, picture).
    """
    # BEGIN SOLUTION
    N, C, H, W = x.shape
    padded = np.zeros((C, H + 2 * pad, W + 2 * pad, N), x.dtype)
    padded[:, pad : pad + H, pad : pad + W] = x.transpose(1, 2, 3, 0)
    windows = sliding_window_view(padded, (HH, WW), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]  # (C, H', W', N, HH, WW)
    return windows.transpose(0, 4, 5, 1, 2, 3).reshape(C * HH * WW, -1)
    # END SOLUTION


# %% nbg="check fast-im2col 3"
check("fast-im2col", im2col)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("fast-im2col", im2col)
# END HIDDEN TESTS

# %% [markdown]
r"""
Does it give the matrix that was written by hand?
"""

# %%
assert np.array_equal(im2col(tiny[None, None], 2, 2, 1, 0), tiny_columns)
two = np.stack([tiny, -tiny])[:, None]  # (2, 1, 3, 4): the same picture, and its negative
print(im2col(two, 2, 2, 1, 0).astype(int))

# %% [markdown]
r"""
With two pictures there are twelve columns, and each place occurs twice in a row: first picture, second picture.

## 3. What it costs

Each number of the picture is copied once for every window that it lies in: about $HH \cdot WW / S^2$ times. For a batch of 100
color pictures of 32 × 32 and windows of 7 × 7:
"""

# %%
batch = np.zeros((100, 3, 32, 32), np.float32)
columns = im2col(batch, 7, 7, 1, 3)
print(
    f"pictures {batch.nbytes / 1e6:.1f} MB, columns {columns.nbytes / 1e6:.1f} MB: {columns.nbytes / batch.nbytes:.0f} times"
)
assert columns.nbytes == 49 * batch.nbytes
del columns

# %% [markdown]
r"""
49 times as much. It is not only that memory may run out. Sixty megabytes do not fit into the processor's cache, and have to be
fetched back from memory, which is slow, when they are multiplied.

The cure is simple: take **a few pictures at a time**. Their columns fit into the cache, are used at once and forgotten. The loop
that remains runs over *blocks* of pictures, a dozen turns or so, and costs nothing. It comes with the notebook:
"""


# %% nbg="setup"
def in_blocks(N, numbers, at_most=2**20):
    """Yield slices of N pictures: so many at a time that their columns together hold no more than `at_most` numbers.

    numbers : how many numbers the columns of one picture hold; if these are too many, a slice is a single picture
    """
    blocks = -(-N * numbers // at_most)
    size = max(1, N // blocks)
    for start in range(0, N, size):
        yield slice(start, start + size)


# %% [markdown]
r"""
## 4. Forward

All that is left is a product, the bias, and putting the axes in order. The product is `(F, H' W' N)`; what we want is
`(N, F, H', W')`. Undo what `im2col` did: *first* reshape into the axes as they come, $F, H', W', N$, *then* transpose. The other
way round has the right shape and mixes up the pictures.

### Exercise: conv_forward_im2col

Use your `im2col`. With `for some in in_blocks(N, numbers)`, `x[some]` is a block of pictures, and `out[some]` the place for
its maps; `numbers` is what the columns of one picture hold, $C \cdot HH \cdot WW \cdot H' \cdot W'$. All pictures at once are allowed, too; one
at a time is not.
"""


# %% nbg="exercise fast-conv-forward"
def conv_forward_im2col(x, w, b, conv_param):
    """Return the maps that filters make of pictures, and what the way back needs: conv_forward_naive, but fast.

    x : (N, C, H, W), N pictures with C channels; left as they are
    w : (F, C, HH, WW), F filters    b : (F,), a bias for each
    conv_param : {"stride": step of the window, "pad": zeros on each of the four sides, 0 or more}

    out : (N, F, H', W'), where H' = (H - HH + 2 pad) / stride + 1 rounded down, and W' likewise; no less precise than x, w
    cache : (x, w, b, conv_param), as they came
    """
    # BEGIN SOLUTION
    (N, _, H, W), (F, _, HH, WW) = x.shape, w.shape
    stride, pad = conv_param["stride"], conv_param["pad"]
    out_height, out_width = (H - HH + 2 * pad) // stride + 1, (W - WW + 2 * pad) // stride + 1
    filters = w.reshape(F, -1)
    out = np.empty((N, F, out_height, out_width), np.result_type(x, w))
    for some in in_blocks(N, filters.shape[1] * out_height * out_width):
        maps = filters @ im2col(x[some], HH, WW, stride, pad)
        maps += b[:, np.newaxis]
        out[some] = maps.reshape(F, out_height, out_width, -1).transpose(3, 0, 1, 2)
    # END SOLUTION
    cache = (x, w, b, conv_param)
    return out, cache


# %% nbg="check fast-conv-forward 3"
check("fast-conv-forward", conv_forward_im2col, im2col)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("fast-conv-forward", conv_forward_im2col, im2col)
# END HIDDEN TESTS

# %% [markdown]
r"""
The same numbers as with loops? And does a picture get the same maps, whether it is alone or one of many blocks' worth?
"""

# %% tags=["nbval-ignore-output"]
for param in (SAME_SIZE, {"stride": 2, "pad": 0}, {"stride": 3, "pad": 2}):
    slow, fast = (function(x, w, b, param)[0] for function in (conv_forward_naive, conv_forward_im2col))
    print(param, slow.shape, f"relative error {rel_error(slow, fast):.0e}")
    assert rel_error(slow, fast) < 1e-12

many = rng.normal(size=(50, 3, 32, 32))  # more than one block
alone, _ = conv_forward_im2col(many[-2:], w, b, SAME_SIZE)
together, _ = conv_forward_im2col(many, w, b, SAME_SIZE)
print(f"the last two of 50 pictures, alone and together: relative error {rel_error(alone, together[-2:]):.0e}")
assert rel_error(alone, together[-2:]) < 1e-12

# %% [markdown]
r"""
### Question 1: spot the mistake

> ```python
> # the size of the result has to be whole
> assert (W + 2 * padding - field_height) % stride == 0
> assert (H + 2 * padding - field_height) % stride == 0
> rows = (H + 2 * padding - field_height) // stride + 1
> cols = (W + 2 * padding - field_width) // stride + 1
> ```

For years, these lines opened the `im2col` of a course that thousands took.

1. Where is the slip? Find a picture, a window and a stride that are perfectly fine and are refused.
2. Find some that get through, although the comment says that they should not.
3. Why did hardly anybody notice? And what does *your* `im2col` do where the size isn't whole?

(2 points)
"""

# %% [markdown] nbg="answer fast-question-assert 2"
r"""
1. In the first line: the width is compared with `field_height` instead of `field_width`. A picture of height 4 and width 7, a
   window of height 2 and width 3, stride 2, no padding: $4 - 2$ and $7 - 3$ are even, so all is whole (2 × 3 places), but
   $7 - 2 = 5$ is odd, and it is refused.
2. Height 4 and width 6, the same window and stride: $6 - 2 = 4$ is even and gets through; $6 - 3 = 3$ is odd, and the last
   column of pixels is silently left out.
3. With square windows the two are the same, and with stride 1 everything divides. Nearly everybody uses those. Mine rounds
   down: the pixels that don't fill a window are left out.

*Two points for all three; one if the slip is found and there is one right example.*
"""

# %% [markdown]
r"""
## 5. The way back

`im2col` only copies numbers. Each number of the matrix comes from one place in the padded picture, so that with enough patience
one could write `im2col` as a matrix of zeros and ones that is multiplied by the picture, laid out as a vector. The gradient of
a linear map is its **transpose**: where a number was *copied* to several places, the gradients of all copies **add up**.

This transpose is called **col2im**. It takes columns and puts every number back to where `im2col` fetched it, adding.

**Predict first:** a matrix full of ones, of the shape of the tiny example above, goes back to the picture of 3 × 4. What does it
become in the corner, on the edge, and in the middle?
"""

# %%
tiny_counts = np.array([[1, 2, 2, 1], [2, 4, 4, 2], [1, 2, 2, 1]])  # by hand: in how many windows of 2 by 2 a number lies
fig, (before, after) = plt.subplots(1, 2, figsize=(7.5, 2.6), width_ratios=(6, 4), layout="constrained")
draw_numbers(before, np.ones((4, 6)), "all ones ...", np.s_[:0], "white")
draw_numbers(after, tiny_counts, "... add up to the number of windows", np.s_[1, 1:3], vis.OKABE_ITO[1])
vis.describe(
    fig, "Columns of ones, 4 by 6, go back to a picture of 3 by 4: 1 in the corners, 2 on the edges, 4 in the middle."
)

# %% [markdown]
r"""
How to do it without visiting every window? Read the matrix by rows again. Rows $(c, l, m)$ of all channels $c$, for one $l$ and
one $m$, are the padded picture, shifted by $l$ down and by $m$ to the right, at every $S$-th place. They have to be added to
just that slice. So loop over the $HH \cdot WW$ places *within* the window, which are few, and add a large slice each time. Within
one slice no number occurs twice, so that `+=` is safe.

(`padded[indices] += ...` with arrays of indices is *not* safe: an index that occurs twice is served once. `np.add.at` serves all,
but slowly.)

In the end the frame of zeros is cut off, for every `pad`, also 0.

### Exercise: col2im
"""


# %% nbg="exercise fast-col2im"
def col2im(columns, shape, HH, WW, stride, pad):
    """Return pictures to which every number of `columns` was added at the place that im2col takes it from.

    columns : (C HH WW, H' W' N), in the order of im2col; left as they are. The pictures are of their dtype.
    shape : (N, C, H, W), that of the pictures which are returned    HH, WW, stride, pad : as for im2col
    """
    # BEGIN SOLUTION
    N, C, H, W = shape
    out_height, out_width = (H - HH + 2 * pad) // stride + 1, (W - WW + 2 * pad) // stride + 1
    windows = columns.reshape(C, HH, WW, out_height, out_width, N)
    padded = np.zeros((C, H + 2 * pad, W + 2 * pad, N), columns.dtype)
    for down in range(HH):
        for right in range(WW):
            rows = slice(down, down + stride * out_height, stride)
            places = slice(right, right + stride * out_width, stride)
            padded[:, rows, places] += windows[:, down, right]
    return padded[:, pad : pad + H, pad : pad + W].transpose(3, 0, 1, 2)
    # END SOLUTION


# %% nbg="check fast-col2im 3"
check("fast-col2im", col2im)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("fast-col2im", col2im)
# END HIDDEN TESTS

# %% [markdown]
r"""
Two tests of your own pair of functions. The first is the picture above. The second says what "transpose" means: for any $x$ and
any $y$, the inner product of $\text{im2col}(x)$ with $y$ equals that of $x$ with $\text{col2im}(y)$.
"""

# %%
assert np.array_equal(col2im(np.ones((4, 6)), (1, 1, 3, 4), 2, 2, 1, 0)[0, 0], tiny_counts)

pictures = rng.normal(size=(3, 2, 8, 7))
for stride, pad in ((1, 0), (2, 1), (3, 2)):
    columns = im2col(pictures, 3, 2, stride, pad)
    y = rng.normal(size=columns.shape)
    one, other = np.sum(columns * y), np.sum(pictures * col2im(y, pictures.shape, 3, 2, stride, pad))
    print(f"stride {stride}, pad {pad}: {one:.10f} and {other:.10f}")
    assert np.isclose(one, other)

# %% [markdown]
r"""
### Question 2: not an inverse

1. What is `col2im(im2col(x))` for the tiny picture of 1 to 12 and windows of 2 × 2, stride 1? Give the entry in the upper left
   corner and the one where the 6 was, and say in words what it is everywhere.
2. For which windows, strides and paddings is it $x$ itself?
3. The bias could be made part of the matrix product as well. How would `columns` and the matrix of filters change? What would
   the gradient of the product then say about $db$?

(2 points)
"""

# %% [markdown] nbg="answer fast-question-transpose 2"
r"""
1. Upper left: 1 (in one window). Where the 6 was: 4 · 6 = 24. Everywhere: the number times how many windows it lies in.
2. Where every number lies in exactly one window: the stride equals the window's height and width, and the windows fill the picture
   without a rest. (Padding does no harm as long as the picture is covered, for the frame is cut off again. Along an axis that the
   window fills alone, the stride doesn't matter: a window as large as the picture is another case.)
3. A further row of ones in `columns`, and a further column in the matrix of filters, which holds $b$: the trick of the linear
   classifiers. The gradient of the matrix of filters is dmaps · columnsᵀ; its last column is dmaps times ones, the sum of dmaps over
   all places and pictures, and that is $db$.

*Two points for all three; one for two of them.*
"""

# %% [markdown]
r"""
## 6. Backward

The forward pass was $\text{maps} = \text{filters} \cdot \text{columns} + b$, an affine layer. You know its gradients by heart:

$$
d\text{filters} = d\text{maps} \cdot \text{columns}^T \qquad
d\text{columns} = \text{filters}^T \cdot d\text{maps} \qquad
db = \text{the sum of } d\text{maps} \text{ along each row}
$$

`dmaps : (F, H' W' N)` is `dout` with its axes in the order of the columns. `dcolumns` goes back to the pictures through
`col2im`.

The cache holds the pictures, not the columns. Building these a second time is cheap. Keeping them for all the layers of a
network is not: they are the largest thing around.

### Exercise: conv_backward_im2col

Blocks work here as well. Each has a part of $dx$ for itself, but the filters and the bias are shared: *all* blocks add to
$d\text{filters}$ and $db$. Small batches fit into a single block, and hide it if something is wrong there.
"""


# %% nbg="exercise fast-conv-backward"
def conv_backward_im2col(dout, cache):
    """Return the gradients of a convolution: conv_backward_naive, but fast.

    dout : (N, F, H', W'), the gradient of the loss with respect to out
    cache : (x, w, b, conv_param), as conv_forward_im2col returns it; x and w are left as they are
    Returns dx, dw, db, of the shapes of x, w and b, and no less precise.
    """
    x, w, _, conv_param = cache
    # BEGIN SOLUTION
    (F, _, HH, WW), (out_height, out_width) = w.shape, dout.shape[2:]
    stride, pad = conv_param["stride"], conv_param["pad"]
    filters = w.reshape(F, -1)
    dx, dfilters = np.empty(x.shape, np.result_type(x, w)), np.zeros(filters.shape, np.result_type(x, w))
    for some in in_blocks(len(x), filters.shape[1] * out_height * out_width):
        columns = im2col(x[some], HH, WW, stride, pad)
        dmaps = dout[some].transpose(1, 2, 3, 0).reshape(F, -1)
        dfilters += dmaps @ columns.T
        dx[some] = col2im(filters.T @ dmaps, x[some].shape, HH, WW, stride, pad)
    dw, db = dfilters.reshape(w.shape), dout.sum(axis=(0, 2, 3))
    # END SOLUTION
    return dx, dw, db


# %% nbg="check fast-conv-backward 4"
check("fast-conv-backward", conv_backward_im2col, im2col, col2im)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("fast-conv-backward", conv_backward_im2col, im2col, col2im)
# END HIDDEN TESTS

# %% [markdown]
r"""
Measured against the numerical gradient, with a stride, a padding and a window that is not square:
"""

# %% tags=["nbval-ignore-output"]
param = {"stride": 2, "pad": 1}
small, filters, biases = rng.normal(size=(2, 3, 7, 6)), rng.normal(size=(4, 3, 3, 2)), rng.normal(size=4)
out, cache = conv_forward_im2col(small, filters, biases, param)
dout = rng.normal(size=out.shape)
numerical = (
    eval_numerical_gradient_array(lambda v: conv_forward_im2col(v, filters, biases, param)[0], small, dout),
    eval_numerical_gradient_array(lambda v: conv_forward_im2col(small, v, biases, param)[0], filters, dout),
    eval_numerical_gradient_array(lambda v: conv_forward_im2col(small, filters, v, param)[0], biases, dout),
)
errors = [rel_error(*pair) for pair in zip(conv_backward_im2col(dout, cache), numerical)]
print("dx: {:.0e}   dw: {:.0e}   db: {:.0e}".format(*errors))
assert max(errors) < 1e-8

# %% [markdown]
r"""
Now the reward. Eight pictures of 32 × 32 and 16 filters, in single precision, forward and backward.

**Predict first:** by what factor are you faster now?
"""

# %% tags=["nbval-ignore-output"]
eight, few = (rng.normal(size=shape).astype(np.float32) for shape in ((8, 3, 32, 32), (16, 3, 3, 3)))
none = np.zeros(16, np.float32)
out, cache = conv_forward_im2col(eight, few, none, SAME_SIZE)
times = {
    "loops, forward": seconds(conv_forward_naive, eight, few, none, SAME_SIZE, repeat=1),
    "im2col, forward": seconds(conv_forward_im2col, eight, few, none, SAME_SIZE, repeat=20),
    "loops, backward": seconds(conv_backward_naive, out, cache, repeat=1),
    "im2col, backward": seconds(conv_backward_im2col, out, cache, repeat=20),
}
ax = vis.time_bars(times)
gains = {way: times[f"loops, {way}"] / times[f"im2col, {way}"] for way in ("forward", "backward")}
print(", ".join(f"{way} {gain:,.0f} times as fast" for way, gain in gains.items()))
assert min(gains.values()) > 200

# %% [markdown]
r"""
If you have to look twice for two of the bars: they are there. A thousand times as fast or more, and without anything compiled by you.
The large libraries are better still, but not by worlds: for layers like those of this course, on one core, PyTorch was about twice as
fast as the course's solution when it was measured.

## 7. A network that looks at pictures

Convolution, ReLU and max pooling follow each other so often that they deserve functions of their own, as `affine_relu` did. They
come with the notebook. They use *your* convolution, and a fast max pooling for the most frequent case: windows that stand
side by side and fill the map. For these, `x[:, :, 0::2, 0::2]` holds the upper left number of every window of 2 × 2, and three more
slices hold the others.
"""


# %% nbg="setup"
def max_pool_forward_fast(x, pool_param):
    """Return the maximum of each window, for square windows side by side that fill the maps, and the cache (x, pool_param).

    x : (N, C, H, W)    pool_param : {"pool_height": k, "pool_width": k, "stride": k}, where k divides H and W
    Raises ValueError for other windows.
    """
    k = pool_param["stride"]
    if (pool_param["pool_height"], pool_param["pool_width"]) != (k, k) or x.shape[2] % k or x.shape[3] % k:
        raise ValueError(
            f"got {pool_param} for maps of {x.shape[2:]}, expected square windows side by side that fill the maps"
        )
    return np.maximum.reduce([x[place] for place in _places_in_window(k)]), (x, pool_param)


def max_pool_backward_fast(dout, cache):
    """Return the gradient at the input of max_pool_forward_fast. All of several equal maxima get it."""
    x, pool_param = cache
    places = _places_in_window(pool_param["stride"])
    largest, dx = np.maximum.reduce([x[place] for place in places]), np.empty(x.shape, dout.dtype)
    for place in places:
        dx[place] = dout * (x[place] == largest)
    return dx


def _places_in_window(k):
    """Return an index for each of the k by k places in a window: with it, x holds the number there of all windows at once."""
    return [np.s_[:, :, down::k, right::k] for down in range(k) for right in range(k)]


def conv_relu_forward(x, w, b, conv_param):
    """Return the ReLU of a convolution, and the cache."""
    maps, conv_cache = conv_forward_im2col(x, w, b, conv_param)
    out, relu_cache = relu_forward(maps)
    return out, (conv_cache, relu_cache)


def conv_relu_backward(dout, cache):
    """Return dx, dw, db of conv_relu_forward."""
    conv_cache, relu_cache = cache
    return conv_backward_im2col(relu_backward(dout, relu_cache), conv_cache)


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    """Return the max pooling of the ReLU of a convolution, and the cache."""
    maps, conv_cache = conv_relu_forward(x, w, b, conv_param)
    out, pool_cache = max_pool_forward_fast(maps, pool_param)
    return out, (conv_cache, pool_cache)


def conv_relu_pool_backward(dout, cache):
    """Return dx, dw, db of conv_relu_pool_forward."""
    conv_cache, pool_cache = cache
    return conv_relu_backward(max_pool_backward_fast(dout, pool_cache), conv_cache)


# %%
names = ["conv", "ReLU", "pool by 2", "affine", "ReLU", "affine", "softmax loss"]
ax = vis.layer_chain(names, ["X", "", "", "", "", "", "scores", "loss"])

# %% [markdown]
r"""
This is the network: one convolution, and two affine layers on top of it. Three layers have parameters, so it is called
`ThreeLayerConvNet`.

| what | shape | for the default sizes |
|---|---|---|
| `X` | `(N, C, H, W)` | `(N, 3, 32, 32)` |
| after conv and ReLU, padded so that the size stays | `(N, F, H, W)` | `(N, 32, 32, 32)` |
| after pooling by 2 | `(N, F, H/2, W/2)` | `(N, 32, 16, 16)` |
| after affine and ReLU | `(N, hidden_dim)` | `(N, 100)` |
| scores | `(N, num_classes)` | `(N, 10)` |

`affine_forward` lays out each picture's maps as one row by itself, and `affine_backward` gives the gradient the shape of the maps.
"""


# %% nbg="setup"
class ThreeLayerConvNet:
    """conv - ReLU - max pooling by 2 - affine - ReLU - affine - softmax, with a penalty of ½ reg ΣW² on all weights."""

    def __init__(
        self,
        input_dim=(3, 32, 32),
        num_filters=32,
        filter_size=7,
        hidden_dim=100,
        num_classes=10,
        weight_scale=1e-3,
        reg=0.0,
        dtype=np.float32,
        rng=None,
    ):
        """Make a network with untrained parameters.

        input_dim    : (C, H, W) of a picture; H and W are even    num_filters, filter_size : of the convolution, odd size
        hidden_dim   : units of the hidden affine layer            num_classes : scores for each picture
        weight_scale : standard deviation of the weights           reg : strength of the penalty
        dtype        : of all parameters                           rng : np.random.default_rng(0) if None
        """
        self.reg, self.dtype, self.params = reg, dtype, {}
        self.conv_param = {"stride": 1, "pad": (filter_size - 1) // 2}  # the maps are as large as the picture
        self.pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
        rng = np.random.default_rng(0) if rng is None else rng
        self.init_params(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng)


# %% [markdown]
r"""
### Exercise: init_params

First the parameters: `W1`, `b1` of the convolution, `W2`, `b2` of the hidden layer, `W3`, `b3` of the last one. How many numbers
does the hidden layer get from each picture?
"""


# %% nbg="exercise fast-three-layer-init"
@add_to(ThreeLayerConvNet)
def init_params(self, input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    """Put W1, b1, W2, b2, W3, b3 into self.params, arrays of dtype self.dtype.

    input_dim : (C, H, W)    the others : as for ThreeLayerConvNet
    Weights are normally distributed about 0 with standard deviation weight_scale, drawn by rng; biases are 0.
    W1 is (F, C, HH, WW) as for a convolution, W2 and W3 are (inputs, outputs) as for affine layers.
    """
    # BEGIN SOLUTION
    C, H, W = input_dim
    shapes = {
        "W1": (num_filters, C, filter_size, filter_size),
        "W2": (num_filters * (H // 2) * (W // 2), hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    for name, shape in shapes.items():
        self.params[name] = (weight_scale * rng.normal(size=shape)).astype(self.dtype)
    for name, size in (("b1", num_filters), ("b2", hidden_dim), ("b3", num_classes)):
        self.params[name] = np.zeros(size, self.dtype)
    # END SOLUTION


# %% nbg="check fast-three-layer-init 1"
check("fast-three-layer-init", ThreeLayerConvNet)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("fast-three-layer-init", ThreeLayerConvNet)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise: loss

Now the whole chain, there and back. What you need: `conv_relu_pool_forward`, `affine_forward(x, w, b)` and `relu_forward(x)`, which
return `(out, cache)`; their backward functions, which take `(dout, cache)`; and `softmax_loss(scores, y)`, which returns the loss and
its gradient at the scores.
"""


# %% nbg="exercise fast-three-layer-convnet"
@add_to(ThreeLayerConvNet)
def loss(self, X, y=None):
    """Return the scores, (N, num_classes), if y is None; otherwise the loss and a dict of gradients, named as in self.params.

    X : (N, C, H, W)    y : (N,), ints from 0 to num_classes - 1
    The loss is the mean softmax loss plus ½ reg ΣW², summed over W1, W2 and W3. self.params are left as they are.
    """
    W1, b1, W2, b2, W3, b3 = (self.params[name] for name in ("W1", "b1", "W2", "b2", "W3", "b3"))
    X = X.astype(self.dtype)
    # BEGIN SOLUTION
    maps, maps_cache = conv_relu_pool_forward(X, W1, b1, self.conv_param, self.pool_param)
    linear, linear_cache = affine_forward(maps, W2, b2)
    hidden, hidden_cache = relu_forward(linear)
    scores, scores_cache = affine_forward(hidden, W3, b3)
    if y is None:
        return scores
    data_loss, dscores = softmax_loss(scores, y)
    loss = data_loss + 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dhidden, dW3, db3 = affine_backward(dscores, scores_cache)
    dlinear = relu_backward(dhidden, hidden_cache)
    dmaps, dW2, db2 = affine_backward(dlinear, linear_cache)
    _, dW1, db1 = conv_relu_pool_backward(dmaps, maps_cache)
    dW1, dW2, dW3 = dW1 + self.reg * W1, dW2 + self.reg * W2, dW3 + self.reg * W3
    return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    # END SOLUTION


# %% nbg="check fast-three-layer-convnet 4"
check("fast-three-layer-convnet", ThreeLayerConvNet, conv_forward_im2col, conv_backward_im2col)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("fast-three-layer-convnet", ThreeLayerConvNet, conv_forward_im2col, conv_backward_im2col)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Before training

The three tests that every network should pass first. An untrained one knows nothing, so its loss is about $\ln C$. With a penalty
it is a little more. And the gradients should agree with the numerical ones, on a net so small that it doesn't take long.
"""

# %% tags=["nbval-ignore-output"]
y = rng.integers(0, 10, size=50)
noise = rng.normal(size=(50, 3, 32, 32))
initial = [ThreeLayerConvNet(reg=reg).loss(noise, y)[0] for reg in (0.0, 0.5)]
print(f"initial loss {initial[0]:.4f}, with a penalty {initial[1]:.4f}; ln 10 = {np.log(10):.4f}")
assert abs(initial[0] - np.log(10)) < 0.01 < initial[1] - initial[0]

net = ThreeLayerConvNet(
    (2, 8, 6), num_filters=3, filter_size=3, hidden_dim=7, num_classes=4, weight_scale=0.1, reg=0.3, dtype=np.float64
)
few, labels = rng.normal(size=(5, 2, 8, 6)), rng.integers(0, 4, size=5)
_, grads = net.loss(few, labels)
for name in sorted(net.params):
    found = grad_check_sparse(lambda _: net.loss(few, labels)[0], net.params[name], grads[name], verbose=False)
    print(f"{name}: {found.error:.0e}")
    assert found.error < 1e-6

# %% [markdown]
r"""
### A hundred pictures by heart

A network that cannot learn a hundred pictures by heart has a mistake somewhere, whatever its loss looks like.
"""

# %% tags=["nbval-ignore-output"]
rows = get_cifar10_data()
data = {f"y_{part}": rows[f"y_{part}"] for part in ("train", "val")}
for part in ("train", "val"):  # rows of 3072 numbers -> (N, 3, 32, 32), in units of about one standard deviation
    data[f"X_{part}"] = (rows[f"X_{part}"] / 60).reshape(-1, 32, 32, 3).transpose(0, 3, 1, 2)
hundred = {**data, "X_train": data["X_train"][:100], "y_train": data["y_train"][:100]}
net = ThreeLayerConvNet(weight_scale=2e-2)
solver = Solver(
    net, hundred, optim_config={"learning_rate": 5e-2}, num_epochs=25, batch_size=25, num_val_samples=200, verbose=False
)
solver.train()
axes = vis.history(solver.loss_history, solver.train_acc_history, solver.val_acc_history, first_epoch=0)
print(f"training accuracy {solver.train_acc_history[-1]:.2f}, validation accuracy {solver.val_acc_history[-1]:.2f}")
assert solver.train_acc_history[-1] > 0.95

# %% [markdown]
r"""
By heart. Of other pictures it gets one in five right, where guessing gets one in ten. Of each kind it has seen about ten.

### Two epochs

Now all 4,500 embedded training pictures, twice. It takes ten seconds or so. How long would it have taken with loops? Take the time for
one picture, and multiply.
"""

# %% tags=["nbval-ignore-output", "accuracy"]
net = ThreeLayerConvNet(weight_scale=3e-2, reg=1e-3)
start, rate = time.perf_counter(), {"learning_rate": 5e-2}
solver = Solver(
    net, data, optim_config=rate, lr_decay=0.7, num_epochs=2, batch_size=25, num_train_samples=200, verbose=False
)
solver.train()
took = time.perf_counter() - start
assert solver.best_val_acc > 0.4

one = data["X_train"][:1]
loops = seconds(conv_forward_naive, one, net.params["W1"], net.params["b1"], net.conv_param, repeat=1)
out, cache = conv_forward_im2col(one, net.params["W1"], net.params["b1"], net.conv_param)
loops += seconds(conv_backward_naive, out, cache, repeat=1)
print(f"with loops, the convolution alone would take {2 * 4500 * loops / 60:.0f} minutes;")
print(f"with im2col, training took {took:.0f} seconds and reached a validation accuracy of {solver.best_val_acc:.3f}")

# %% [markdown]
r"""
Some 45 per cent after two looks at 4,500 pictures. The network of `modular_layers`, with one hidden layer, needed a dozen looks at
the same pictures to get as far. Here are ten of the 32 filters, as small color pictures. They are still noisy, but some have begun to prefer a
color, or an edge from dark to bright in one direction.
"""

# %%
axes = vis.weight_grid(net.params["W1"][:10].transpose(2, 3, 1, 0).reshape(-1, 10), (7, 7, 3))

# %% [markdown]
r"""
### Question 3: where are the parameters, where is the work?

For `ThreeLayerConvNet` with its default sizes:

1. How many parameters does each of the three layers have, biases included?
2. How many multiplications does each of them take for one picture, forward?
3. Pool by 4 instead of by 2. What changes in 1, and what in 2? Why is a convolution so cheap in parameters and so dear in work?

(2 points)
"""

# %% [markdown] nbg="answer fast-question-work 2"
r"""
1. Convolution: $32 \cdot (3 \cdot 7 \cdot 7 + 1) = 4{,}736$. Hidden layer: $32 \cdot 16 \cdot 16 = 8{,}192$ inputs, so
   $8{,}192 \cdot 100 + 100 = 819{,}300$. Last layer: $100 \cdot 10 + 10 = 1{,}010$.
2. Convolution: $32 \cdot 32$ places, 32 filters, 147 products each: $4{,}816{,}896$. Hidden layer: 819,200. Last: 1,000.
3. The hidden layer has $32 \cdot 8 \cdot 8 = 2{,}048$ inputs: 204,900 parameters and 204,800 multiplications. The convolution
   stays as it is, in both. Its weights are shared: each is stored once and used at 1,024 places, while a weight of an affine layer
   is used once per picture.

*Two points for all three; one for two of them. Allow slips in arithmetic.*
"""

# %% [markdown]
r"""
## 8. Normalizing maps

Assignment 4 showed how much easier networks learn if the numbers inside them keep a mean of 0 and a variance of 1. There, each
*feature* was normalized over the batch. What is a feature in `(N, C, H, W)`?

A map's numbers all come from the same filter. They are the same question asked at different places: "is there an edge here?" So they
belong together, and normalizing each place by itself would undo that. **Spatial batch normalization** takes the mean
and the variance of each *channel* over all pictures and all places: $N \cdot H \cdot W$ numbers. $\gamma$ and $\beta$ have one number
for each channel.

The following picture shows which maps share a mean and a variance, for 4 pictures with 6 channels each; each box is a whole map. Boxes
with the same number share.
"""

# %%
N, C, G = 4, 6, 3
n, c = np.indices((N, C))
shared = {
    "batch: all pictures,\none channel": c,
    "layer: one picture,\nall channels": n,
    "instance: one picture,\none channel": n * C + c,
    f"group, G = {G}: one picture,\n{C // G} channels": n * G + c // (C // G),
}
fig, axes = plt.subplots(1, 4, figsize=(10, 2.7), layout="constrained")
for ax, (title, groups) in zip(axes, shared.items()):
    ax.imshow(groups % 8, cmap="Pastel2", vmin=0, vmax=7)
    for place, group in np.ndenumerate(groups):
        ax.text(*place[::-1], group, ha="center", va="center", fontsize=8)
    ax.set_title(title, fontsize=9)
    ax.set(xticks=[], yticks=[], xlabel="channel", ylabel="picture")
words = [f"{title}, {len(np.unique(groups))} groups" for title, groups in shared.items()]
vis.describe(fig, f"Which of 4 by 6 maps share a mean and a variance. {'; '.join(words)}.")

# %% [markdown]
r"""
There is nothing to derive. Batch normalization for rows exists since assignment 4: `batchnorm_forward(x, gamma, beta, bn_param)`
takes `x : (rows, C)`, normalizes each column, and keeps the running averages in `bn_param`. All that is missing is to lay out the
maps so that there is a **row for each picture and place**, with a column for each channel, and to put the result back.

The axis that shall survive has to be last before you reshape. `x.reshape(-1, C)` alone doesn't do it: it takes the numbers as
they lie in memory, $C$ at a time, and those are neighbors in one row of one map.
"""

# %% [markdown]
r"""
### Exercise: spatial_batchnorm_forward
"""


# %% nbg="exercise fast-spatial-batchnorm-forward"
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """Return x with every channel normalized over pictures and places, times gamma plus beta, and the cache.

    x : (N, C, H, W), left as it is    gamma, beta : (C,)
    bn_param : as for batchnorm_forward, which keeps the running averages in it
    out : (N, C, H, W)    cache : that of batchnorm_forward, for rows in the order of pictures and places, (N H W, C)
    """
    # BEGIN SOLUTION
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, cache = batchnorm_forward(rows, gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache
    # END SOLUTION


# %% nbg="check fast-spatial-batchnorm-forward 1"
check("fast-spatial-batchnorm-forward", spatial_batchnorm_forward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("fast-spatial-batchnorm-forward", spatial_batchnorm_forward)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise: spatial_batchnorm_backward
"""


# %% nbg="exercise fast-spatial-batchnorm-backward"
def spatial_batchnorm_backward(dout, cache):
    """Return the gradients of spatial_batchnorm_forward.

    dout : (N, C, H, W)    cache : that of batchnorm_forward, for rows in the order of pictures and places, (N H W, C)
    Returns dx : (N, C, H, W), dgamma : (C,), dbeta : (C,).
    """
    # BEGIN SOLUTION
    N, C, H, W = dout.shape
    rows = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward(rows, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta
    # END SOLUTION


# %% nbg="check fast-spatial-batchnorm-backward 1"
check("fast-spatial-batchnorm-backward", spatial_batchnorm_backward, batchnorm_forward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("fast-spatial-batchnorm-backward", spatial_batchnorm_backward, batchnorm_forward)
# END HIDDEN TESTS

# %% [markdown]
r"""
Each channel should have a mean of 0 and a variance of 1 now, whatever it had before. And the companions in its batch should have an
influence on what becomes of a picture:
"""

# %% tags=["nbval-ignore-output"]
maps = 5 + 3 * rng.normal(size=(2, 4, 5, 6)) * np.arange(1, 5)[:, None, None]
ones, zeros = np.ones(4), np.zeros(4)
out, _ = spatial_batchnorm_forward(maps, ones, zeros, {"mode": "train"})
print("before: means", maps.mean(axis=(0, 2, 3)).round(1), "deviations", maps.std(axis=(0, 2, 3)).round(1))
print("after:  means", out.mean(axis=(0, 2, 3)).round(6) + 0.0, "deviations", out.std(axis=(0, 2, 3)).round(4))
assert np.allclose(out.mean(axis=(0, 2, 3)), 0)
assert np.allclose(out.std(axis=(0, 2, 3)), 1, atol=1e-4)


def restlessness(normalize, size, repeat=200):
    """Return how much the result for one picture varies when the other pictures of its batch do."""
    rng, results = np.random.default_rng(0), []
    first = rng.normal(size=(1, 4, 5, 6))
    for _ in range(repeat):
        others = rng.normal(size=(size - 1, 4, 1, 1)) + rng.normal(size=(size - 1, 4, 5, 6))  # dark ones, bright ones
        results.append(normalize(np.concatenate([first, others]))[0])
    return np.std(results, axis=0).mean()


for size in (2, 4, 16, 64):
    varies = restlessness(lambda x: spatial_batchnorm_forward(x, ones, zeros, {"mode": "train"})[0], size)
    print(f"batches of {size:2}: the result for the same picture varies by {varies:.2f}")
assert varies < 0.15

# %% [markdown]
r"""
In large batches the company hardly matters. In small ones much of the result is chance: a dark companion or a bright one has a say
in what becomes of you. But large pictures leave room for small batches only.

## 9. Group normalization

So do without the batch: take the mean and the variance over *one picture*. Over all its channels and places at once, that is **layer
normalization**. It assumes that all channels are alike, and for maps they are not. For each channel by itself, it is
**instance normalization**; that erases how strong a filter responds to this picture, which may be just what one wants to know.

**Group normalization** (Wu and He, 2018) stands between them. The $C$ channels are split into $G$ **groups** of neighbors, with
$C / G$ channels each. Each group of each picture is normalized by itself, over $C/G \cdot H \cdot W$ numbers:

$$
\hat x = \frac{x - \mu_{n,g}}{\sqrt{\sigma^2_{n,g} + \varepsilon}} \qquad
\text{out}_{nchw} = \gamma_c \, \hat x_{nchw} + \beta_c
$$

$\mu_{n,g}$ and $\sigma^2_{n,g}$ are the mean and the variance (the mean squared deviation) of group $g$ of picture $n$. Note what has
which index: the statistics belong to a group of a picture, $\gamma$ and $\beta$ to a channel, for all pictures. Training and testing are
the same, so there are no running averages.

Look at the picture above once more, at the fourth panel. $G$ is the **number** of groups, not their size.

### Exercise: spatial_groupnorm_forward

Neighboring channels lie side by side in memory. That makes this a matter of a clever reshape.
"""


# %% nbg="exercise fast-spatial-groupnorm-forward"
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    """Return x with every group of channels of every picture normalized, times gamma plus beta, and the cache.

    x : (N, C, H, W), left as it is    gamma, beta : (C,) or (1, C, 1, 1), whichever somebody prefers
    G : number of groups, a divisor of C    gn_param : {"eps": 1e-5 if it is not there}
    out : (N, C, H, W)    cache : (x, gamma, G, gn_param), as they came
    """
    eps = gn_param.get("eps", 1e-5)
    # BEGIN SOLUTION
    N, C, _, _ = x.shape
    groups = x.reshape(N, G, -1)
    mean, var = groups.mean(axis=2, keepdims=True), groups.var(axis=2, keepdims=True)
    normalized = ((groups - mean) / np.sqrt(var + eps)).reshape(x.shape)
    out = gamma.reshape(1, C, 1, 1) * normalized + beta.reshape(1, C, 1, 1)
    # END SOLUTION
    cache = (x, gamma, G, gn_param)
    return out, cache


# %% nbg="check fast-spatial-groupnorm-forward 2"
check("fast-spatial-groupnorm-forward", spatial_groupnorm_forward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("fast-spatial-groupnorm-forward", spatial_groupnorm_forward)
# END HIDDEN TESTS

# %% [markdown]
r"""
### The way back

Backward in two stages, the last one first.

**Scale and shift.** They work channel by channel, and are shared by pictures and places:

$$
d\gamma_c = \sum_{n,h,w} \text{dout}_{nchw} \, \hat x_{nchw} \qquad
d\beta_c = \sum_{n,h,w} \text{dout}_{nchw} \qquad
d\hat x_{nchw} = \gamma_c \, \text{dout}_{nchw}
$$

**Normalization.** Within a group, every number has a part in the mean and in the variance, and so in everybody's result. Assignment 4
worked it out for a column of a batch. For a group it is the same, with the means now taken over the group:

$$
dx = \frac{1}{\sqrt{\sigma^2 + \varepsilon}} \Big( d\hat x \;-\; \operatorname{mean}(d\hat x) \;-\;
\hat x \cdot \operatorname{mean}(d\hat x \cdot \hat x) \Big)
$$

Read it as a sentence. From the gradient is taken whatever points along the two directions in which nothing can be gained: shifting
the whole group, which the mean undoes, and stretching it, which the variance undoes.

The two stages sum over **different** axes. Keep them apart.

### Exercise: spatial_groupnorm_backward
"""


# %% nbg="exercise fast-spatial-groupnorm-backward"
def spatial_groupnorm_backward(dout, cache):
    """Return the gradients of spatial_groupnorm_forward.

    dout : (N, C, H, W)    cache : (x, gamma, G, gn_param), as spatial_groupnorm_forward returns it; x is left as it is
    Returns dx, dgamma, dbeta; dx has the shape of x, dgamma and dbeta have that of gamma, (C,) or (1, C, 1, 1).
    """
    x, gamma, G, gn_param = cache
    eps = gn_param.get("eps", 1e-5)
    # BEGIN SOLUTION
    N, C, _, _ = x.shape
    groups = x.reshape(N, G, -1)
    std = np.sqrt(groups.var(axis=2, keepdims=True) + eps)
    normalized = (groups - groups.mean(axis=2, keepdims=True)) / std
    dgamma = np.sum(dout * normalized.reshape(x.shape), axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = np.sum(dout, axis=(0, 2, 3)).reshape(gamma.shape)
    dnormalized = (gamma.reshape(1, C, 1, 1) * dout).reshape(groups.shape)
    shift = dnormalized.mean(axis=2, keepdims=True)
    stretch = normalized * np.mean(dnormalized * normalized, axis=2, keepdims=True)
    dx = ((dnormalized - shift - stretch) / std).reshape(x.shape)
    # END SOLUTION
    return dx, dgamma, dbeta


# %% nbg="check fast-spatial-groupnorm-backward 3"
check("fast-spatial-groupnorm-backward", spatial_groupnorm_backward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("fast-spatial-groupnorm-backward", spatial_groupnorm_backward)
# END HIDDEN TESTS

# %% [markdown]
r"""
Measured, and then the two promises: companions have no influence at all, and the scale of the weights before it doesn't matter.
"""

# %% tags=["nbval-ignore-output"]
gamma, beta = rng.normal(size=4), rng.normal(size=4)
dout = rng.normal(size=maps.shape)
_, cache = spatial_groupnorm_forward(maps, gamma, beta, 2, {})
numerical = (
    eval_numerical_gradient_array(lambda v: spatial_groupnorm_forward(v, gamma, beta, 2, {})[0], maps, dout),
    eval_numerical_gradient_array(lambda v: spatial_groupnorm_forward(maps, v, beta, 2, {})[0], gamma, dout),
    eval_numerical_gradient_array(lambda v: spatial_groupnorm_forward(maps, gamma, v, 2, {})[0], beta, dout),
)
errors = [rel_error(*pair) for pair in zip(spatial_groupnorm_backward(dout, cache), numerical)]
print("dx: {:.0e}   dgamma: {:.0e}   dbeta: {:.0e}".format(*errors))
assert max(errors) < 1e-7

varies = restlessness(lambda x: spatial_groupnorm_forward(x, ones, zeros, 2, {})[0], 2)
print(f"batches of  2: the result for the same picture varies by {varies:.2f}")
assert varies < 1e-12

# %% tags=["nbval-ignore-output"]
images, W = data["X_train"][:10], ThreeLayerConvNet(weight_scale=1).params["W1"]
ones, zeros = np.ones(32, np.float32), np.zeros(32, np.float32)
for scale in (1e-2, 1, 1e2):
    maps, _ = conv_forward_im2col(images, scale * W, zeros, {"stride": 1, "pad": 3})
    normalized, _ = spatial_groupnorm_forward(maps, ones, zeros, 8, {})
    print(f"weights of scale {scale:<5g}: maps have deviation {maps.std():8.3f}, and normalized {normalized.std():.3f}")
    assert 0.99 < normalized.std() < 1.01

# %% [markdown]
r"""
### Question 4: who shares?

Maps of shape `(N, C, H, W)` = (8, 32, 16, 16).

1. How many means do batch, layer, instance, and group normalization with $G = 4$ compute, and over how many numbers each?
2. For which $G$ is group normalization the same as layer normalization, and for which the same as instance normalization?
3. Somebody trains with batches of a single picture. For a fully connected layer, batch normalization then returns $\beta$, whatever
   the input is. Why? And why doesn't *spatial* batch normalization?

(2 points)
"""

# %% [markdown] nbg="answer fast-question-sharing 2"
r"""
1. Batch: 32 means, over $8 \cdot 16 \cdot 16 = 2{,}048$ numbers. Layer: 8, over $32 \cdot 256 = 8{,}192$. Instance:
   $8 \cdot 32 = 256$, over 256. Group: $8 \cdot 4 = 32$, over $8 \cdot 256 = 2{,}048$.
2. $G = 1$ is layer normalization (over channels and places), $G = C = 32$ is instance normalization.
3. With a single row, each feature's mean is its own value: $x - \mu = 0$, and $\beta$ is left. In a map there are still
   $H \cdot W$ places to take the mean over; it becomes instance normalization in training. (At test time, the running averages
   are used, which are averages over pictures: training and testing differ.)

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## What to take with you

* A convolution is a matrix product: filters in rows, windows in columns. Copies are the price; blocks of pictures keep it low.
* The transpose of copying is adding up. `col2im` is to `im2col` what backward is to forward.
* The order of axes is a matter of speed, and a matter of right and wrong when you reshape. Reshape undoes reshape, in reverse order.
* In a convolutional network, the work is in the convolutions and the parameters are in the affine layers.
* Normalizing means choosing who shares a mean. For maps: a channel over the batch, or a group of channels within a picture.

**Next:** `train_convnet` trains a better network for longer, and looks at what it has learned.
"""
