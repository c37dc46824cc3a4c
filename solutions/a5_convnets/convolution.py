# %% [markdown]
r"""
# A window that slides

Every network so far began by laying the picture out in a row. That throws away what makes it a picture: which pixels are
neighbors. This notebook keeps the picture as it is and looks at it through a small **window** that slides over it. The same
few weights are used at every place. That is a **convolution**, and networks built from it have read checks, sorted mail and
won nearly every contest in image recognition for a decade.

You will build it with plain loops, forward and backward, together with its companion, **pooling**. Slow is fine here; the
next notebook makes it fast.

**You will write** the size of what comes out, a convolution and its gradient, max pooling and its gradient, and two other
ways to pool.

**Running time**, once everything is solved: about ten seconds on two cores.
"""

# %% nbg="setup"
import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import check, load_cifar10, load_mnist, vis
from cs231n_kit.gradient_check import eval_numerical_gradient, eval_numerical_gradient_array, rel_error

# %%
pictures, labels, _, _ = load_cifar10()  # (5000, 32, 32, 3), 0 to 255
truck, horse = pictures[15], pictures[7]

# %% [markdown]
r"""
## 1. What is wrong with a row of numbers?

Take a photograph and move it four pixels to the right. You hardly notice. A layer that is connected to all pixels, each by a
weight of its own, receives entirely different numbers. How different? Let us measure with the oldest tool we have, the
distance between pictures.

**Predict first:** for how many of 500 pictures is *another* picture nearer than the same picture moved by four pixels?
"""


# %%
def moved(images, by):
    """Return images (N, H, W, 3) moved to the right by some pixels; what enters on the left is the other edge."""
    return np.roll(images, by, axis=2)


some = pictures[:500].astype(np.float64)
for by in (1, 2, 4, 8):
    kept = some[:, :, by:].reshape(500, -1)  # without the columns that came in from the other edge
    to_itself = np.sqrt(((moved(some, by)[:, :, by:].reshape(500, -1) - kept) ** 2).sum(axis=1))
    squares = (kept**2).sum(axis=1)
    to_others = squares[:, np.newaxis] + squares - 2 * kept @ kept.T
    np.fill_diagonal(to_others, np.inf)
    lost = np.mean(to_itself > np.sqrt(to_others.min(axis=1)))
    print(f"moved by {by}: for {lost:4.0%} some other picture is nearer than the same one, moved")
    if by == 4:
        assert 0.25 < lost < 0.4
axes = vis.image_row([truck, *moved(pictures[15:16], 4), horse], ["truck", "moved by 4", "another picture"])

# %% [markdown]
r"""
About a third, with four pixels. With eight it is most of them. A fully connected layer can learn to recognize a truck in the
middle and learn *again*, with other weights, to recognize it four pixels further right. What it learned at one place is of no
use at another.

Two observations about pictures show the way out:

1. **What belongs together is close together.** An edge, an eye, the stroke of a digit can be recognized from a small patch. A
   unit need not see everything. The patch that it sees is its **local receptive field**.
2. **What is worth looking for here is worth looking for there.** A detector of edges is useful everywhere, so that one set of
   weights can serve at all places. These are **shared weights**.

Both save weights. Count them, for a picture of 28 × 28 pixels and 20 detectors that look at patches of 5 × 5. A patch fits at
24 × 24 places (why 24, comes soon), so there are 20 · 24 · 24 units:
"""

# %%
units, patch = 20 * 24 * 24, 5 * 5
counts = {
    "fully connected": units * (28 * 28 + 1),
    "local fields, weights of its own for each unit": units * (patch + 1),
    "local fields, shared weights": 20 * (patch + 1),
}
for name, count in counts.items():
    print(f"{count:9,d} parameters: {name}")
assert counts["local fields, shared weights"] == 520

# %% [markdown]
r"""
From nine million to 520. The 1 in each line is the bias. This is not only about memory: what is learned from a patch in one
corner of one picture now improves the detector everywhere.

## 2. One window, one map

Lay a small array of weights, the **kernel** or **filter**, over a patch of the picture. Multiply number by number, add up,
add the bias. Move the window by one and do it again. The results, written down where the window stood, form a **feature
map**:

$$
z_{ij} = b + \sum_{l=0}^{k-1} \sum_{m=0}^{k-1} w_{lm} \, a_{i+l,\; j+m}
$$

It is the neuron that you know, $b + \sum w a$, with few inputs, put at every place. (An activation function usually follows:
$\sigma(z_{ij})$ or a ReLU. It is a layer of its own, so we leave it out.)

Here is a picture of 5 × 5 pixels: dark (0) on the left, bright (2) on the right, with a few errors in it. The kernel has −1
in its left column and 1 in its right one. Small orange numbers are the weights; the results below were computed by hand.

**Predict first:** what does this kernel give where a window is all of one brightness?
"""

# %%
small_picture = np.array([[0, 0, 2, 2, 2], [0, 0, 2, 2, 2], [0, 1, 2, 2, 2], [0, 0, 2, 2, 1], [0, 0, 2, 2, 2]])
small_kernel = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
small_map = np.array([[6, 5, 0], [6, 5, -1], [6, 5, -1]])  # by hand, with a bias of 0
axes = vis.sliding_window(small_picture, small_kernel, small_map, [(0, 0), (0, 1), (0, 2), (2, 2)])

# %% [markdown]
r"""
Nothing: the negative weights take away what the positive ones bring. Large numbers appear only where it gets brighter from
left to right. The kernel is a detector of **vertical edges**, and its map shows where they are.

In a running Jupyter with `ipywidgets` you can move the window yourself: set `MOVING = True`.
"""

# %%
MOVING = False
if MOVING:
    from ipywidgets import IntSlider, interact

    def show_place(place):
        vis.sliding_window(small_picture, small_kernel, small_map, [divmod(place, 3)])
        plt.show()

    interact(show_place, place=IntSlider(min=0, max=8))

# %% [markdown]
r"""
### A matter of names

Mathematicians have used the word *convolution* for long, and theirs turns the kernel around first: $\sum_l w_l \, a_{i-l}$.
Without turning, it is called **cross-correlation**. NumPy has both:
"""

# %%
row, kernel_row = np.array([1.0, 2, 0, 3]), np.array([2.0, -1, 1])
print("np.correlate(row, kernel)          ", np.correlate(row, kernel_row, mode="valid"))
print("np.convolve(row, kernel)           ", np.convolve(row, kernel_row, mode="valid"))
print("np.convolve(row, kernel reversed)  ", np.convolve(row, kernel_row[::-1], mode="valid"))
assert np.array_equal(np.correlate(row, kernel_row), np.convolve(row, kernel_row[::-1], mode="valid"))

# %% [markdown]
r"""
What our field calls convolution is the first of these, **without turning**. Since the weights are learned, it makes no
difference for a network: it would simply learn the turned kernel. For code that is compared with other code, it does.

## 3. Where can a window stand?

A row of $W$ numbers, a window of $k$. Its first place covers numbers 0 to $k - 1$. It can then move on as long as its right
end stays inside: by $W - k$ steps of one. With the first place, that makes $W - k + 1$. So $28 - 5 + 1 = 24$.

Two adjustments are common:

* **Stride** $S$: move by $S$ instead of 1. The map gets smaller by about that factor.
* **Padding** $P$: add $P$ zeros on *each* side, so that the window can also stand half outside. The row now has $W + 2P$
  numbers. For an odd $k$, $P = (k - 1)/2$ and stride 1 make the map as large as the picture.

$$
W' = \frac{W - k + 2P}{S} + 1
$$

(Many texts write $F$, for *field*, where we write $k$.) A well-known first layer: pictures of 227, windows of 11, stride 4,
no padding. $(227 - 11)/4 + 1 = 55$.

And if it **does not divide**? A window of 3 with stride 2 on 8 numbers stands at 0, 2 and 4, covering 0 to 6. Its next
place would need number 8, which does not exist. So there are 3 places, and the last number is never seen. The quotient is
**rounded down**. Many choose padding and stride so that it divides, but nothing breaks if it does not.

A window larger than the *padded* row has no place at all.

### Exercise: output_size
"""


# %% nbg="exercise convolution-output-size"
def output_size(size, kernel, stride=1, pad=0):
    """Return at how many places a window can stand along one axis.

    size : numbers along the axis    kernel : numbers that the window covers
    stride : step from one place to the next    pad : zeros added on each side
    Returns an int: rounded down where the stride does not divide, 0 where the window does not fit at all.
    """
    # BEGIN SOLUTION
    steps = (size - kernel + 2 * pad) // stride
    return max(0, steps + 1)
    # END SOLUTION


# %% nbg="check convolution-output-size 2"
check("convolution-output-size", output_size)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("convolution-output-size", output_size)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 4. Depth

A color picture is not a square of numbers but a stack of three: red, green, blue. In our arrays it is `(C, H, W)` with
$C = 3$ **channels**, and a batch is `(N, C, H, W)`. The kernel becomes a stack as well. It is as **deep** as what it looks at,
$k \times k \times C$: it slides along height and width, never along the depth, and adds up over all channels at once. One
filter makes *one* map, however many channels go in.

With $F$ filters there are $F$ maps. Stacked, they are a "picture" with $F$ channels, and the next layer's kernels are $F$
deep. All filters of a layer form an array `w : (F, C, k, k)`, with a bias for each, `b : (F,)`:

$$
\text{out}_{n f i j} = b_f + \sum_{c} \sum_{l} \sum_{m} w_{f c l m} \; \tilde x_{n,\, c,\; iS + l,\; jS + m}
$$

$\tilde x$ is $x$ with its frame of zeros. In words: picture $n$ and filter $f$ meet at place $(i, j)$, where the window's
upper left corner is at row $iS$ and column $jS$. Kernels need not be square: their height is `HH` and their width `WW`.

### Question 1: spot the mistake

> *The layer's input is a feature map of size N × N × D. For handwritten digits, N is the height and width of the picture, N
> × N = 28 × 28, and D can be understood as the number of pictures that we put in at a time: with ten pictures, the input is
> a block of 28 × 28 × 10. A filter is a block of k × k × D, and each filter makes a plane of (N − k + 1) × (N − k + 1) × 1
> of it.*

1. What is $D$ really, and what is it for a batch of ten digits in shades of gray?
2. Suppose somebody builds the layer as described. What would become of ten pictures with different labels?
3. How many parameters does a filter with $k = 5$ have for ten gray digits? And according to the quotation?

(2 points)
"""

# %% [markdown] nbg="answer convolution-question-depth 2"
r"""
1. $D$ is the **depth**: the number of channels of *one* picture (or the number of maps of the layer before). It is 1 for
   shades of gray, and 3 for color. The number of pictures is another axis, over which nothing is added up.
2. Their pixels would be added up into one plane: one result for all ten, from which no single label could be read. The
   result for a picture would depend on which others are in its batch, and a network trained on batches of ten could not
   take eleven.
3. $5 \cdot 5 \cdot 1 + 1 = 26$ with the bias (25 without it), however many pictures there are. The quotation would have
   $5 \cdot 5 \cdot 10 + 1 = 251$.

*Two points for all three, one if it is said that D is channels, not pictures, and one of the others is missing.*
"""

# %% [markdown]
r"""
### Exercise: conv_forward_naive

"Naive" is a compliment here: write down what the formula says, with a loop for each of $n$, $f$, $i$ and $j$. In the
innermost, cut out the window as a small array and let NumPy add up its products. `np.pad` adds the frame of zeros; it takes
a pair (before, after) for each axis. Think about which of the four axes want zeros. New arrays from `np.zeros` hold double
precision, which is what we need here.

The function returns two things: the maps, and a **cache** of what the way back will need. The last lines are written for you.
"""


# %% nbg="exercise convolution-forward"
def conv_forward_naive(x, w, b, conv_param):
    """Return the maps that filters make of pictures, and what the way back needs.

    x : (N, C, H, W), N pictures with C channels; left as they are
    w : (F, C, HH, WW), F filters    b : (F,), a bias for each
    conv_param : {"stride": step of the window, "pad": zeros on each of the four sides, 0 or more}

    out : (N, F, H', W'), where H' = (H - HH + 2 pad) / stride + 1 rounded down, and W' likewise
    cache : (x, w, b, conv_param), as they came
    """
    # BEGIN SOLUTION
    (N, _, H, W), (F, _, HH, WW) = x.shape, w.shape
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out_height = (H + 2 * pad - HH) // stride + 1
    out_width = (W + 2 * pad - WW) // stride + 1
    out = np.zeros((N, F, out_height, out_width))
    for n in range(N):
        for f in range(F):
            for i in range(out_height):
                for j in range(out_width):
                    top, left = i * stride, j * stride
                    window = padded[n, :, top : top + HH, left : left + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    # END SOLUTION
    cache = (x, w, b, conv_param)
    return out, cache


# %% nbg="check convolution-forward 5"
check("convolution-forward", conv_forward_naive)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("convolution-forward", conv_forward_naive)
# END HIDDEN TESTS

# %% [markdown]
r"""
Does it agree with what we computed by hand?
"""

# %%
STEP_BY_ONE = {"stride": 1, "pad": 0}
out, _ = conv_forward_naive(small_picture[None, None] * 1.0, small_kernel[None, None] * 1.0, np.zeros(1), STEP_BY_ONE)
print(out[0, 0])
assert np.array_equal(out[0, 0], small_map)

# %% [markdown]
r"""
## 5. Filters by hand

Before networks learned filters, people invented them. A few classics:

* **Gray**: a weighted sum over the channels, 0.299 red + 0.587 green + 0.114 blue. The eye is most sensitive to green. The
  weights add up to 1, so that white stays white.
* **Edges**: bright on one side minus dark on the other. Turned by a quarter, the kernel finds the other edges.
* **Blur**: each pixel becomes the mean of its neighborhood.
* **Sharpen**: the pixel plus what distinguishes it from its neighborhood.

Gray and edges need a single map each. Blur and sharpen should stay in color, so they take three filters, and each looks at
one channel and gives the others weight 0. (The odd spelling `None` in an index makes a new axis.)

**Predict first:** an influential course's software had 0.144 for blue, by a slip of the keyboard. What does white, (255,
255, 255), become?
"""

# %%
print(f"white, with the slip: {255 * (0.299 + 0.587 + 0.144):.2f}, which no byte can hold")
GRAY = np.array([0.299, 0.587, 0.114])
assert abs(GRAY.sum() - 1) < 1e-12

nothing = np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])
vertical = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
blur = np.full((3, 3), 1 / 9)
sharpen = 2 * nothing - blur
gray_filters = GRAY[None, :, None, None] * np.array([nothing, vertical, vertical.T])[:, None]  # (3, 3, 3, 3)
color_filters = np.eye(3)[:, :, None, None] * np.array([blur, sharpen])[:, None, None]  # (2, 3, 3, 3, 3)
filters = np.concatenate([gray_filters, *color_filters])
print("filters", filters.shape)

SAME_SIZE = {"stride": 1, "pad": 1}
two = np.stack([truck, horse]).transpose(0, 3, 1, 2)  # (2, 32, 32, 3) -> (2, 3, 32, 32): channels in front
maps, _ = conv_forward_naive(two, filters, np.zeros(len(filters)), SAME_SIZE)
print("maps   ", maps.shape)

# %% tags=["thumbnail"]
NAMES = ["as it is", "gray", "vertical edges", "horizontal edges", "blurred", "sharpened"]
for picture, its_maps in zip((truck, horse), maps):
    edges = [np.pad(128 + its_maps[f, 1:-1, 1:-1] / 3, 1, constant_values=128) for f in (1, 2)]  # 128 stands for 0
    in_color = [its_maps[f : f + 3].transpose(1, 2, 0) for f in (3, 6)]  # channels behind, to be shown
    axes = vis.image_row([picture, its_maps[0], *edges, *in_color], NAMES)

# %% [markdown]
r"""
In the maps of edges, mid-gray is 0, bright is positive and dark is negative. The truck's rear has a strong vertical edge,
dark because it gets darker to the right there, and it is missing among the horizontal ones. The slanted upper edge of its
side appears in both. The horse's back is a horizontal edge, its legs are vertical ones: each leg has a dark side and a
bright one.

The frame of zeros shows, too. The blurred picture is dark around, since black was mixed in, and in the maps of edges the
picture's border would be the strongest edge of all. (We left it out here.)

In a trained network, the filters of the first layer often look much like these, though nobody told it to.

## 6. The way back

Now the gradient. Two dimensions hide what happens behind indices, so begin with **one**: a row $x$ of four numbers, a
kernel $w$ of three, stride 1, no padding, two results.

$$
\begin{aligned}
\text{out}_0 &= w_0 x_0 + w_1 x_1 + w_2 x_2 + b &&= 2 \cdot 1 - 1 \cdot 2 + 1 \cdot 0 = 0 \\
\text{out}_1 &= w_0 x_1 + w_1 x_2 + w_2 x_3 + b &&= 2 \cdot 2 - 1 \cdot 0 + 1 \cdot 3 = 7
\end{aligned}
$$

From above come the gradients $\text{dout} = (1, 10)$: the loss grows by 1 per unit of $\text{out}_0$ and by 10 per unit of
$\text{out}_1$. Ask of each number below: **where does it occur, and with which factor?**

* $x_0$ occurs once, in $\text{out}_0$, times $w_0$. So $dx_0 = 1 \cdot 2 = 2$.
* $x_1$ occurs twice: in $\text{out}_0$ times $w_1$, in $\text{out}_1$ times $w_0$. So
  $dx_1 = 1 \cdot (-1) + 10 \cdot 2 = 19$. Two windows cover it, and what they send **adds up**.
* $w_0$ occurs twice: times $x_0$ and times $x_1$. So $dw_0 = 1 \cdot 1 + 10 \cdot 2 = 21$. It is shared, and all places add
  up.
* $b$ occurs in every result, times 1: $db = 1 + 10 = 11$.

The picture shows the same wires twice. On the right the gradients run down them, along the same weights:
"""

# %%
_, (left, right) = plt.subplots(1, 2, figsize=(9.2, 2.5), layout="constrained")
ax = vis.window_wires(row, kernel_row, [0, 7], ax=left)
ax = vis.window_wires([2, 19, -9, 10], kernel_row, [1, 10], names=("dx", "dout"), down=True, ax=right)

# %% [markdown]
r"""
**Predict first:** work out $dx_2$, $dx_3$, $dw_1$ and $dw_2$ before you run the next cell, which measures them.
"""

# %%
dout_row = np.array([1.0, 10.0])
print("dx", eval_numerical_gradient(lambda x: np.correlate(x, kernel_row) @ dout_row, row).round(6))
print("dw", eval_numerical_gradient(lambda w: np.correlate(row, w) @ dout_row, kernel_row).round(6))

# %% [markdown]
r"""
In two dimensions, with channels and a stride, nothing new happens. At each place a window of the padded picture met a
filter, and each product had two factors. The gradient of each factor is the upstream number times **the other factor**:

$$
d\tilde x_{n,\,c,\,iS+l,\,jS+m} \mathrel{+}= \text{dout}_{nfij} \; w_{fclm}
\qquad
dw_{fclm} \mathrel{+}= \text{dout}_{nfij} \; \tilde x_{n,\,c,\,iS+l,\,jS+m}
\qquad
db_f \mathrel{+}= \text{dout}_{nfij}
$$

for all $n, f, i, j$. A whole window at a time: a patch of $d\tilde x$ receives the filter, scaled by one number; the filter's
gradient receives the patch, scaled by the same number.

Two remarks. The frame of zeros is nobody's input: what arrives there is dropped, and $dx$ has the shape of $x$, for
**every** `pad`. And nothing is divided by $N$: if the loss is a mean, then the division is in `dout` already.

### Exercise: conv_backward_naive

The same loops as on the way forward. The check hands your function a cache of its own, as the docstring describes it, so
that it works even if your forward pass doesn't yet.
"""


# %% nbg="exercise convolution-backward"
def conv_backward_naive(dout, cache):
    """Return the gradients of a convolution.

    dout : (N, F, H', W'), the gradient of the loss with respect to out
    cache : (x, w, b, conv_param), as conv_forward_naive returns it; x and w are left as they are
    Returns dx, dw, db, of the shapes of x, w and b.
    """
    x, w, b, conv_param = cache
    # BEGIN SOLUTION
    stride, pad = conv_param["stride"], conv_param["pad"]
    (N, F, out_height, out_width), (_, _, HH, WW) = dout.shape, w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n in range(N):
        for f in range(F):
            for i in range(out_height):
                for j in range(out_width):
                    rows = slice(i * stride, i * stride + HH)
                    columns = slice(j * stride, j * stride + WW)
                    dpadded[n, :, rows, columns] += dout[n, f, i, j] * w[f]
                    dw[f] += dout[n, f, i, j] * padded[n, :, rows, columns]
                    db[f] += dout[n, f, i, j]
    dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    # END SOLUTION
    return dx, dw, db


# %% nbg="check convolution-backward 6"
check("convolution-backward", conv_backward_naive)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("convolution-backward", conv_backward_naive)
# END HIDDEN TESTS

# %% [markdown]
r"""
A gradient is believed when it has been measured. The kit moves each number a little and sees what happens to
$\sum \text{out} \cdot \text{dout}$:
"""


# %% tags=["nbval-ignore-output"]
def conv_errors(x, w, b, conv_param):
    """Return the relative errors of dx, dw and db."""
    out, cache = conv_forward_naive(x, w, b, conv_param)
    dout = np.random.default_rng(1).normal(size=out.shape)
    numerical = (
        eval_numerical_gradient_array(lambda v: conv_forward_naive(v, w, b, conv_param)[0], x, dout),
        eval_numerical_gradient_array(lambda v: conv_forward_naive(x, v, b, conv_param)[0], w, dout),
        eval_numerical_gradient_array(lambda v: conv_forward_naive(x, w, v, conv_param)[0], b, dout),
    )
    return [rel_error(*pair) for pair in zip(conv_backward_naive(dout, cache), numerical)]


rng = np.random.default_rng(0)
x, w, b = rng.normal(size=(2, 3, 7, 6)), rng.normal(size=(4, 3, 3, 2)), rng.normal(size=4)
for conv_param in ({"stride": 1, "pad": 0}, {"stride": 2, "pad": 1}, {"stride": 3, "pad": 2}):
    errors = conv_errors(x, w, b, conv_param)
    print(conv_param, "  dx: {:.0e}   dw: {:.0e}   db: {:.0e}".format(*errors))
    assert max(errors) < 1e-8

# %% [markdown]
r"""
A convolution is linear in each of its arguments, without a corner, so nothing but rounding is left: errors of $10^{-8}$ or
less.

### Question 2: count

A famous network of 2012 begins with 96 filters of 11 × 11 on color pictures, stride 4, no padding.

1. For pictures of 227 × 227: what is the shape of its output for one picture, how many parameters does the layer have, and
   how many would it take if each of its output units had weights of its own for its field?
2. The paper says that the pictures have 224 × 224. What is the size of the output then, and how many rows of pixels are
   never seen by any window? Which is the smallest padding that makes 55 of 224, and is the whole picture seen then?
3. Three layers of 3 × 3, stride 1, against one of 7 × 7, all from $C$ channels to $C$ channels, without biases: how many
   weights each?

(2 points)
"""

# %% [markdown] nbg="answer convolution-question-counting 2"
r"""
1. $(227 - 11)/4 + 1 = 55$, so (96, 55, 55). $96 \cdot (11 \cdot 11 \cdot 3 + 1) = 34{,}944$ parameters. With weights of its
   own for each of the $55 \cdot 55 \cdot 96 = 290{,}400$ units: $290{,}400 \cdot 364 = 105{,}705{,}600$.
2. $(224 - 11)/4 = 53.25$, rounded down and plus one: 54. The last window begins at row $53 \cdot 4 = 212$ and ends with row
   222, so one row (number 223) is never seen, and one column. With padding 2, $(224 + 4 - 11)/4 = 54.25$ gives 55; the
   windows cover rows 0 to 226 of the 228 padded ones, which is all of the picture and all but one row of zeros. (So padding
   1 would be too little: $215/4 = 53.75$ gives 54.)
3. $3 \cdot 9 C^2 = 27 C^2$ against $49 C^2$. Both see patches of 7 × 7, as section 9 shows.

*Two points for all three; one for two of them. Allow small slips in multiplication.*
"""

# %% [markdown]
r"""
## 7. Pooling

An edge detector says *where exactly* an edge is. For recognizing a truck, "somewhere around here" is enough, and a smaller
map is less work for what follows. **Pooling** replaces each window of a map by one number. Usual are windows of 2 × 2 with
stride 2, which turn 24 × 24 into 12 × 12. It has no weights, and it treats **each channel by itself**: 20 maps go in, 20
come out.

**Max pooling** keeps the largest: *was the feature anywhere in this window?*

The rule for the size is the same as before, without padding: rounded down, so that rows and columns which do not fill a
window are left out. Windows may **overlap** (stride smaller than the window), and need not be square.

### Exercise: max_pool_forward_naive
"""


# %% nbg="exercise convolution-max-pool-forward"
def max_pool_forward_naive(x, pool_param):
    """Return the maximum of every window, and what the way back needs.

    x : (N, C, H, W), left as it is
    pool_param : {"pool_height": rows of a window, "pool_width": its columns, "stride": its step in both directions}

    out : (N, C, H', W'), where H' = (H - pool_height) / stride + 1 rounded down, and W' likewise
    cache : (x, pool_param), as they came
    """
    # BEGIN SOLUTION
    N, C, H, W = x.shape
    height, width, stride = (pool_param[name] for name in ("pool_height", "pool_width", "stride"))
    out_height, out_width = (H - height) // stride + 1, (W - width) // stride + 1
    out = np.zeros((N, C, out_height, out_width))
    for i in range(out_height):
        for j in range(out_width):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + height, left : left + width]
            out[:, :, i, j] = window.max(axis=(2, 3))
    # END SOLUTION
    cache = (x, pool_param)
    return out, cache


# %% nbg="check convolution-max-pool-forward 3"
check("convolution-max-pool-forward", max_pool_forward_naive)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("convolution-max-pool-forward", max_pool_forward_naive)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Its gradient

Move a number in a window a little. If it is the largest, the result moves along, one to one. If it is not, nothing happens.
So the upstream gradient goes to **the one entry that won**, and the others get 0. Max pooling is a router: forward it picks
a wire, and backward it sends everything back along that wire.

By hand: a row (3, 5, 4, 1), windows of 2, **stride 1**, upstream gradients (1, 10, 100).

* Window (3, 5): 5 won, and gets 1.
* Window (5, 4): 5 won again, and gets 10.
* Window (4, 1): 4 won, and gets 100.

$dx = (0, 11, 100, 0)$. An entry may win in several windows when these overlap.

If two entries of a window are equally large, there is a corner: no derivative exists, and whoever of them gets the gradient
is fine. Take the first, or take all.

### Exercise: max_pool_backward_naive
"""


# %% nbg="exercise convolution-max-pool-backward"
def max_pool_backward_naive(dout, cache):
    """Return the gradient of max pooling.

    dout : (N, C, H', W'), the gradient of the loss with respect to out
    cache : (x, pool_param), as max_pool_forward_naive returns it; x is left as it is
    Returns dx, of the shape of x. Of several equal maxima, one or all may get the gradient.
    """
    x, pool_param = cache
    # BEGIN SOLUTION
    height, width, stride = (pool_param[name] for name in ("pool_height", "pool_width", "stride"))
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + height, left : left + width]
        row, column = divmod(window.argmax(), width)
        dx[n, c, top + row, left + column] += dout[n, c, i, j]
    # END SOLUTION
    return dx


# %% nbg="check convolution-max-pool-backward 4"
check("convolution-max-pool-backward", max_pool_backward_naive)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("convolution-max-pool-backward", max_pool_backward_naive)
# END HIDDEN TESTS


# %% tags=["nbval-ignore-output"]
def pool_error(x, pool_param):
    """Return the relative error of max pooling's dx."""
    out, cache = max_pool_forward_naive(x, pool_param)
    dout = np.random.default_rng(1).normal(size=out.shape)
    numerical = eval_numerical_gradient_array(lambda v: max_pool_forward_naive(v, pool_param)[0], x, dout)
    return rel_error(max_pool_backward_naive(dout, cache), numerical)


for height, width, stride in ((2, 2, 2), (3, 2, 1), (2, 3, 4)):
    pool_param = {"pool_height": height, "pool_width": width, "stride": stride}
    error = pool_error(rng.normal(size=(2, 3, 7, 8)), pool_param)
    print(pool_param, f"  dx: {error:.0e}")
    assert error < 1e-8

# %% [markdown]
r"""
### Two other ways to pool

**Average pooling** takes the mean of the window. **L2 pooling** takes the square root of the **sum** of squares (not of
their mean): it is the length of the window, seen as a vector. It can't be negative, and it lies between the other two in
spirit: large entries count for more than small ones, but all count.

**Predict first:** a window holds (3, −4, 0, 0). What do the three say?

### Exercise: pool_forward_naive
"""


# %% nbg="exercise convolution-other-pools"
def pool_forward_naive(x, pool_param, kind):
    """Return the average or the L2 pooling of every window.

    x : (N, C, H, W), left as it is    pool_param : as for max_pool_forward_naive
    kind : "average", or "l2" for the square root of the sum of squares
    Returns out : (N, C, H', W'), of the same size as with max pooling.
    """
    # BEGIN SOLUTION
    N, C, H, W = x.shape
    height, width, stride = (pool_param[name] for name in ("pool_height", "pool_width", "stride"))
    out = np.zeros((N, C, (H - height) // stride + 1, (W - width) // stride + 1))
    for i, j in np.ndindex(out.shape[2:]):
        window = x[:, :, i * stride : i * stride + height, j * stride : j * stride + width]
        if kind == "average":
            out[:, :, i, j] = window.mean(axis=(2, 3))
        else:
            out[:, :, i, j] = np.sqrt((window**2).sum(axis=(2, 3)))
    return out
    # END SOLUTION


# %% nbg="check convolution-other-pools 3"
check("convolution-other-pools", pool_forward_naive)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("convolution-other-pools", pool_forward_naive)
# END HIDDEN TESTS

# %%
BY_TWO = {"pool_height": 2, "pool_width": 2, "stride": 2}
one_window = np.array([3.0, -4, 0, 0]).reshape(1, 1, 2, 2)
print("max    ", max_pool_forward_naive(one_window, BY_TWO)[0].item())
print("average", pool_forward_naive(one_window, BY_TWO, "average").item())
print("L2     ", pool_forward_naive(one_window, BY_TWO, "l2").item())

edges, _ = conv_forward_naive(two[:1], filters[1:2], np.zeros(1), STEP_BY_ONE)  # the truck's vertical ones : (1, 1, 30, 30)
BY_THREE = {"pool_height": 3, "pool_width": 3, "stride": 3}
pooled = [max_pool_forward_naive(edges, BY_THREE)[0]]
pooled += [pool_forward_naive(edges, BY_THREE, kind) for kind in ("average", "l2")]
together = [edges, *(np.kron(map_, np.ones((3, 3))) for map_ in pooled)]  # every number as 3 by 3 pixels
axes = vis.feature_maps(
    np.concatenate(together)[:, 0], ["vertical edges", "max, by 3", "average, by 3", "L2, by 3"], size=2.2
)

# %% [markdown]
r"""
Follow the strong dark edge on the left. Max pooling forgets it: only bright edges, even thin ones, get through. The average
keeps it dark, but where a thin line has a bright and a dark side, both cancel. In L2 pooling it is bright: an edge counts,
whatever its direction.

### Question 3: backward, once more

1. The window (2, 7, 1, 4) is pooled, and the upstream gradient is 12. What does each entry get from max pooling, and what
   from average pooling?
2. After a ReLU, a whole window is often 0. What does your `max_pool_backward_naive` do there? Is it a problem when the
   ReLU's own gradient comes next?
3. A gradient check of max pooling fails at two of a thousand entries and is perfect at the others. What is the likely
   reason, and how would you find out?

(2 points)
"""

# %% [markdown] nbg="answer convolution-question-pooling 2"
r"""
1. Max: (0, 12, 0, 0). Average: each entry has weight ¼, so (3, 3, 3, 3).
2. All four tie. With `argmax` the first entry gets everything; with a comparison to the maximum, all four do. It is no
   problem: these zeros come from inputs below 0 (almost never from exactly 0), and there the ReLU passes no gradient on, so
   that it is dropped in either case.
3. A (nearly) tied maximum: two entries of a window closer together than the step of the numerical gradient. Moving one of
   them makes the other win halfway. Look at the window of those two entries; or repeat the check with other random numbers,
   or with numbers that keep a distance from each other, such as a shuffled `arange`.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 8. What happens when the picture moves?

Back to where we began. Move the input by one pixel; what does the map do? The window finds the same patch one place
further, so the map **moves along**. This is called *equivariance*: moving and then filtering is the same as filtering and
then moving. Here is the claim, tested, away from the border:
"""


# %%
def edge_map(images, stride=1):
    """Return the vertical edges of images (N, H, W, 3), as (N, 1, H', W')."""
    param = {"stride": stride, "pad": 1}
    return conv_forward_naive(images.transpose(0, 3, 1, 2), filters[1:2], np.zeros(1), param)[0]


def inside(maps, by=0):
    """Return the maps, moved to the right by some places, without four rows and columns on each side."""
    return np.roll(maps, by, axis=3)[..., 4:-4, 4:-4]


batch = pictures[10:20].astype(np.float64)
before, after = edge_map(batch), edge_map(moved(batch, 1))
print("move, then filter = filter, then move:", np.allclose(inside(after), inside(before, 1)))
assert np.allclose(inside(after), inside(before, 1))

coarse = edge_map(batch, stride=2)
assert np.allclose(inside(edge_map(moved(batch, 2), stride=2)), inside(coarse, 1))
after = edge_map(moved(batch, 1), stride=2)
assert not np.allclose(inside(after), inside(coarse))
assert not np.allclose(inside(after), inside(coarse, 1))
print("stride 2: moving by 2 pixels moves the map by 1; moving by 1 pixel gives another map")

# %% [markdown]
r"""
So a convolution doesn't ignore a shift. It passes it on. Pooling is what forgets a little: as long as the largest entry
stays within its window, the result is the same. That is a small *invariance*.

**Predict first:** a single bright point on a row of eight pixels, pooled by 2. For how many of its seven steps to the right
does the pooled row stay the same?
"""

# %%
for at in range(8):
    line = np.zeros((1, 1, 1, 8))
    line[..., at] = 9
    result, _ = max_pool_forward_naive(line, {"pool_height": 1, "pool_width": 2, "stride": 2})
    print(line[0, 0, 0].astype(int), "→", result[0, 0, 0].astype(int))

# %% [markdown]
r"""
For four of seven: whenever the step does not cross a window's border. Real pictures are less obliging than a single point.
Measure how much a map of edges, after a ReLU, changes under a shift by one pixel, as a share of its size, and how much what
is left after pooling:
"""


# %%
def change(function, by=1):
    """Return how much function(edges) changes when the pictures move: length of the difference / length."""
    still, gone = (function(np.maximum(0, inside(edge_map(images)))) for images in (batch, moved(batch, by)))
    return np.linalg.norm(gone - still) / np.linalg.norm(still)


def max_pooled(size):
    return lambda maps: max_pool_forward_naive(maps, {"pool_height": size, "pool_width": size, "stride": size})[0]


changes = {"the map itself": change(lambda maps: maps)}
changes |= {f"max pooled by {size}": change(max_pooled(size)) for size in (2, 4, 8)}
for name, value in changes.items():
    print(f"{name:15} changes by {value:.0%}")
assert list(changes.values()) == sorted(changes.values(), reverse=True)
assert changes["the map itself"] > 0.7
assert 0.15 < changes["max pooled by 8"] < 0.4

# %% [markdown]
r"""
One pixel changes most of the map of edges. Pooling by 2 helps a little, and even pooling by 8 leaves a rest. "Convolutional
networks ignore shifts" is a legend. They are built so that a shift *moves* things in an orderly way, and a stack of pooling
layers blurs small ones. The rest they learn, from pictures in which things are here and there.

### Question 4: limits

1. Behind convolution and pooling stands a fully connected layer on $12 \times 12 \times 20$ numbers. A digit moves by ten
   pixels. Is the answer of the network bound to stay the same? What if each of the 20 maps were first pooled over its
   *whole* area?
2. Name a task for which you would not want that.
3. With padding, can a unit notice that it is at the border of the picture? How?

(2 points)
"""

# %% [markdown] nbg="answer convolution-question-shift 2"
r"""
1. No. The maps move by ten as well, and the pooled ones by five: the fully connected layer has a weight of its own for
   every place, and gets other numbers at them. Pooled over the whole area, each map gives one number, its maximum, which
   does not depend on where that was. The answer stays (except for what happens at the border).
2. Anything that asks *where*: the position of an object, a chess position, reading a clock or a table, steering a car.
3. Yes: part of its window always holds exact zeros, which is rare inside. A filter can respond to that; and from layer to
   layer the knowledge of "near the border" spreads inward.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 9. Small windows, stacked

A window of 3 × 3 sees little. But the unit above it looks at a window of *units*, each of which sees 3 × 3 pixels, so
together 5 × 5. How far a unit sees in the original picture is its **receptive field**. Let $r$ be its width and $d$ the
distance in pixels between neighboring units; in the picture itself, both are 1. A layer with window $k$ and stride $S$
changes them to

$$
r \leftarrow r + (k - 1) \, d \qquad\qquad d \leftarrow d \, S
$$

Three layers of 3 × 3 thus see 7 × 7. With pooling in between, $d$ doubles each time, and the field grows much faster.

You have a tool that *shows* it. Put the gradient 1 on a single unit at the top and send it down: the pixels that receive
something are those that the unit sees. All weights are 1, and pooling is done by a window of 2 with stride 2.

**Predict first:** how wide is the field for 3, pool, 3, and for 3, pool, 3, pool, 3?
"""


# %%
def seen_by_one_unit(layers, size=26):
    """Return what pixels (size, size) receive from one unit in the middle above layers [(window, stride), ...]."""
    maps, caches = np.zeros((1, 1, size, size)), []
    for window, stride in layers:
        weights = np.ones((1, 1, window, window))
        maps, cache = conv_forward_naive(maps, weights, np.zeros(1), {"stride": stride, "pad": 0})
        caches += [cache]
    gradient = np.zeros(maps.shape)
    gradient[..., maps.shape[2] // 2, maps.shape[3] // 2] = 1
    for cache in reversed(caches):
        gradient, _, _ = conv_backward_naive(gradient, cache)
    return gradient[0, 0]


conv, pool = (3, 1), (2, 2)
stacks = {
    "3": [conv],
    "3, 3": [conv, conv],
    "3, 3, 3": [conv, conv, conv],
    "3, pool, 3": [conv, pool, conv],
    "3, pool, 3, pool, 3": [conv, pool, conv, pool, conv],
}
seen = [seen_by_one_unit(layers) for layers in stacks.values()]
widths = [int(np.any(pixels, axis=0).sum()) for pixels in seen]
assert widths == [3, 5, 7, 8, 18]
axes = vis.feature_maps(seen, [f"{name}\nsees {width}" for name, width in zip(stacks, widths)], size=1.8)

# %% [markdown]
r"""
The fields are brightest in the middle: more paths lead there. And note what stacking costs: three layers of 3 × 3 have
$3 \cdot 9 = 27$ weights for each pair of channels, one of 7 × 7 has 49. Small kernels in many layers are cheaper, and there is
room for a nonlinearity between them.

### One block, all sizes

A convolution and a pooling layer, for a digit. The filters are random; a network would now begin to train them.
"""

# %%
digits, _, _, _ = load_mnist()
digit = digits[7].reshape(1, 1, 28, 28) / 255
random_filters = np.random.default_rng(0).normal(size=(20, 1, 5, 5))
twenty, _ = conv_forward_naive(digit, random_filters, np.zeros(20), STEP_BY_ONE)
half, _ = max_pool_forward_naive(np.maximum(0, twenty), BY_TWO)
assert (output_size(28, 5), output_size(24, 2, stride=2)) == (24, 12)

parameters = {"convolution": 20 * (5 * 5 * 1 + 1), "pooling": 0, "fully connected": (half.size + 1) * 10}
shapes = (twenty.shape[1:], half.shape[1:], (10,))
for (name, count), shape in zip(parameters.items(), shapes):
    print(f"{name:16} → {shape!s:14} {count:6,d} parameters")
assert sum(parameters.values()) == 520 + 28_810
axes = vis.feature_maps(half[0], size=0.9)

# %% [markdown]
r"""
You recognize the digit in many of the maps, and each stresses other strokes. Nearly all of the parameters are in the last
layer, nearly all of the work is in the first: 24 · 24 places times 500 weights.

## What to take with you

* A convolution is a small neuron put at every place: local fields, shared weights. It costs few parameters, and what it
  learns serves everywhere.
* A place for each step, and one for the beginning: $(W - k + 2P)/S + 1$, rounded down.
* Kernels are as deep as their input. The number of filters is the depth of the output.
* Backward, every product hands each factor the other one, times what comes from above; where windows overlap and weights are
  shared, **add**.
* Max pooling sends the gradient to the winner. Pooling blurs small shifts; convolution carries shifts along.

**Next:** `fast_convnet` does all this without loops, hundreds of times as fast, and builds a network of it.
"""
