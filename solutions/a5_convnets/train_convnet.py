# %% [markdown]
r"""
# A network that you can look into

Everything is there: layers with a way back, a convolution that is fast, steps with a memory. This last notebook of the
course puts it together. You build a small convolutional network, train it in a quarter of a minute, and it recognizes
photographs better than anything that came before.

Then comes the part that is easily left out. You look *into* it: what its filters have become, how much of the
picture a unit sees, which pixels a decision depends on, what it takes for what, and how it fails when it fails with
confidence.

**You will write** the network, with any number of blocks; the size of a receptive field; two maps that show where the
network looks; and the search for its worst mistakes. At the end there is a contest, which isn't graded.

**Running time**, once everything is solved: about half a minute on two cores.
"""

# %% nbg="setup"
import time

import matplotlib.pyplot as plt
import numpy as np
from given import (
    adam,
    affine_backward,
    affine_forward,
    learning_rate_at,
    scheduled,
    softmax,
    softmax_loss,
)

from cs231n_kit import Solver, add_to, check, from_notebook, get_cifar10_data, vis
from cs231n_kit.data import CIFAR10_CLASSES
from cs231n_kit.gradient_check import eval_numerical_gradient, rel_error, rel_error_elementwise
from cs231n_kit.leaderboard import challenge

# %% [markdown]
r"""
The photographs keep their shape, channels in front. The mean picture is subtracted, and what is left is divided by 60,
which is about its standard deviation. If you have fetched the whole of CIFAR-10 (`cs231n-kit data fetch cifar10`), set
the switch to `True`: the network then learns from 10,000 pictures instead of 4,500.
"""

# %%
FULL = False  # True: 10,000 pictures of the whole of CIFAR-10, if you have fetched it
rows = get_cifar10_data(full=FULL)
data = {}
for part in ("train", "val", "test"):
    some = rows[f"X_{part}"][:10_000] / np.float32(60)
    data[f"X_{part}"] = np.ascontiguousarray(some.reshape(-1, 32, 32, 3).transpose(0, 3, 1, 2))
    data[f"y_{part}"] = rows[f"y_{part}"][:10_000]
    print(f"{part:5}  {data[f'X_{part}'].shape}  {data[f'X_{part}'].dtype}")


def shown(X):
    """Return pictures (N, 3, H, W) as they are shown, (N, H, W, 3), 0 to 255."""
    return 60 * X.transpose(0, 2, 3, 1) + rows["mean_image"]


# %% [markdown]
r"""
The convolution is yours, from `fast_convnet`. This cell fetches it from there, in the block that you know: convolution,
ReLU, max pooling by 2. All filters here are 3 × 3, and one pixel of padding keeps the size, so that only the pooling
changes it. The exercises don't need this cell; the experiments do.
"""

# %%
conv_relu_pool_forward = from_notebook("fast_convnet", "conv_relu_pool_forward", "fast-conv-forward")
conv_relu_pool_backward = from_notebook("fast_convnet", "conv_relu_pool_backward", "fast-conv-backward")


def block_forward(x, w, b):
    """Convolve x (N, C, H, W) with w (F, C, 3, 3), ReLU, pool by 2: (N, F, H/2, W/2) and the cache."""
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    return conv_relu_pool_forward(x, w, b, {"stride": 1, "pad": 1}, pool_param)


block_backward = conv_relu_pool_backward  # (dout, cache) -> dx, dw, db

# %% [markdown]
r"""
## 1. Small filters, several times

`ThreeLayerConvNet` had one convolution with filters of 7 × 7, and most of its parameters in a wide affine layer. The
network of this notebook goes another way: **small filters, one block after the other**, and a single affine layer on
top. The second block looks at the maps of the first. Where the first finds edges, the second can find corners, made of
two edges.
"""

# %%
names = ["conv 3×3, 16", "ReLU, pool", "conv 3×3, 32", "ReLU, pool", "affine", "softmax loss"]
ax = vis.layer_chain(names, ["X", "", "", "", "", "scores", "loss"])

# %% [markdown]
r"""
| what | shape | parameters |
|---|---|---|
| `X` | `(N, 3, 32, 32)` | |
| after block 1 | `(N, 16, 16, 16)` | `W1 : (16, 3, 3, 3)`, `b1 : (16,)` |
| after block 2 | `(N, 32, 8, 8)` | `W2 : (32, 16, 3, 3)`, `b2 : (32,)` |
| scores | `(N, 10)` | `W3 : (2048, 10)`, `b3 : (10,)` |

In each block the maps get smaller and more numerous: less *where*, more *what*.

**Predict first:** `ThreeLayerConvNet` had 825,046 parameters. How many does this network have? The answer comes when it
is built.

The class takes its block as an argument. So it can be tried with any pair of functions, and one day you can give it a
block with normalization without touching it. The initial weights are those of assignment 4: standard deviation $\sqrt{2
/ n}$ for $n$ inputs in front of a ReLU. Only the last layer begins ten times smaller than $\sqrt{1 / n}$, so that all
scores are small at first, and no class is preferred before there is a reason.
"""


# %% nbg="setup"
class ConvNet:
    """Blocks of a convolution, a ReLU and a pooling by 2, then one affine layer that makes the scores."""

    def __init__(
        self,
        block_forward,
        block_backward,
        input_dim=(3, 32, 32),
        num_filters=(16, 32),
        num_classes=10,
        reg=0.0,
        dtype=np.float32,
        rng=None,
    ):
        """Make a network with untrained parameters.

        block_forward  : (x, w, b) -> out, cache    x : (N, C, H, W), w : (F, C, 3, 3), b : (F,), out : (N, F, H/2, W/2)
        block_backward : (dout, cache) -> dx, dw, db
        input_dim      : (C, H, W) of a picture     num_filters : one number for each block, maybe none
        reg            : strength of the penalty    dtype       : of all parameters
        rng            : np.random.default_rng(0) if None
        """
        self.block_forward, self.block_backward, self.reg = block_forward, block_backward, reg
        self.num_blocks, self.params = len(num_filters), {}
        rng = np.random.default_rng(0) if rng is None else rng
        C, H, W = input_dim
        for i, F in enumerate(num_filters, 1):
            self.put(i, np.sqrt(2 / (9 * C)) * rng.normal(size=(F, C, 3, 3)), np.zeros(F), dtype)
            C, H, W = F, H // 2, W // 2
        D = C * H * W
        self.put(self.num_blocks + 1, 0.1 / np.sqrt(D) * rng.normal(size=(D, num_classes)), np.zeros(num_classes), dtype)

    def put(self, i, w, b, dtype):
        """Make w and b the parameters of layer i."""
        self.params[f"W{i}"], self.params[f"b{i}"] = w.astype(dtype), b.astype(dtype)


# %% [markdown]
r"""
With $L$ blocks there are $L + 1$ layers with parameters: `W1`, `b1` to `W{L}`, `b{L}` belong to the blocks, and the
next number to the affine layer. `self.num_blocks` is $L$.

This time the way up and the way down get methods of their own. Training needs both, one after the other, and hides them
in `loss`. To look into the network you will want to run down from *another* gradient than that of the loss.

### Exercise: forward

Up through the blocks, each with its own parameters, and through the affine layer at the end (`affine_forward` lays out
the maps by itself). What each step needs on the way down goes into a list.
"""


# %% nbg="exercise cnn-forward"
@add_to(ConvNet)
def forward(self, X):
    """Return the scores, and what the way back needs.

    X : (N, C, H, W), left as they are
    scores : (N, num_classes)
    caches : a list of num_blocks + 1 caches: that of the first block first, that of affine_forward last
    """
    # BEGIN SOLUTION
    maps, kept, last = X, [], self.num_blocks + 1
    for i in range(1, self.num_blocks + 1):
        maps, cache = self.block_forward(maps, self.params[f"W{i}"], self.params[f"b{i}"])
        kept.append(cache)
    scores, cache = affine_forward(maps, self.params[f"W{last}"], self.params[f"b{last}"])
    return scores, [*kept, cache]
    # END SOLUTION


# %% nbg="check cnn-forward 2"
check("cnn-forward", ConvNet)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("cnn-forward", ConvNet)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise: backward

Down again: first the affine layer, then the blocks, the last one first. What comes out of one step at the bottom goes
into the next at the top. At the very end there is a gradient for the *picture*. Training throws it away. Keep it:
section 5 lives on it.

The penalty is not part of this. It belongs to the loss.
"""


# %% nbg="exercise cnn-backward"
@add_to(ConvNet)
def backward(self, dscores, caches):
    """Return the gradient at the pictures, and a dict of those of all parameters, named as in self.params.

    dscores : (N, num_classes), a gradient at the scores
    caches  : as `forward` returns them, a cache for each block and that of affine_forward behind them
    dX : (N, C, H, W)    grads : without any penalty
    """
    # BEGIN SOLUTION
    grads, last = {}, self.num_blocks + 1
    upstream, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dscores, caches[-1])
    for i in range(self.num_blocks, 0, -1):
        upstream, grads[f"W{i}"], grads[f"b{i}"] = self.block_backward(upstream, caches[i - 1])
    return upstream, grads
    # END SOLUTION


# %% nbg="check cnn-backward 3"
check("cnn-backward", ConvNet, affine_forward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("cnn-backward", ConvNet, affine_forward)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise: loss

The method that the `Solver` calls: up with `self.forward`, the softmax loss, down with `self.backward`, and the penalty

$$
\tfrac{1}{2} \, \text{reg} \sum_{i=1}^{L+1} \sum W_i^2
$$

on the weights of *all* layers, filters included, and on no bias.
"""


# %% nbg="exercise cnn-loss"
@add_to(ConvNet)
def loss(self, X, y=None):
    """Return the scores, (N, num_classes), if y is None; otherwise the loss and a dict of gradients, named as in self.params.

    X : (N, C, H, W)    y : (N,), ints from 0 to num_classes - 1
    The loss is the mean softmax loss plus ½ reg ΣW², summed over the weights of all layers. self.params are left as they are.
    """
    # BEGIN SOLUTION
    scores, caches = self.forward(X)
    if y is None:
        return scores
    data_loss, dscores = softmax_loss(scores, y)
    _, grads = self.backward(dscores, caches)
    names = [f"W{i}" for i in range(1, self.num_blocks + 2)]
    penalty = 0.5 * self.reg * sum(np.sum(self.params[name] ** 2) for name in names)
    for name in names:
        grads[name] = grads[name] + self.reg * self.params[name]
    return data_loss + penalty, grads
    # END SOLUTION


# %% nbg="check cnn-loss 3"
check("cnn-loss", ConvNet)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("cnn-loss", ConvNet)
# END HIDDEN TESTS

# %% [markdown]
r"""
Now with the real block. Parameters first, and the loss of a network that knows nothing yet, which should be about $\ln
10 = 2.30$:
"""

# %%
net = ConvNet(block_forward, block_backward)
counts = [net.params[f"W{i}"].size + net.params[f"b{i}"].size for i in (1, 2, 3)]
print(" + ".join(f"{count:,}" for count in counts), f"= {sum(counts):,} parameters")
assert sum(counts) == 25_578
first_loss, _ = net.loss(data["X_train"][:200], data["y_train"][:200])
print(f"first loss: {first_loss:.2f}")
assert abs(first_loss - np.log(10)) < 0.05

# %% [markdown]
r"""
A thirtieth of the parameters. Most of them still sit in the affine layer. And the gradients, in double precision, on a
network that is small enough to move every single parameter up and down? Each array is measured in two ways: by the
largest difference in relation to the size of the *array*, and by the largest relative difference of any single *entry*.
"""

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(0)
tiny = ConvNet(block_forward, block_backward, (2, 8, 8), (3, 4), 5, reg=0.1, dtype=np.float64, rng=rng)
few, labels = rng.normal(size=(6, 2, 8, 8)), rng.integers(0, 5, size=6)
_, grads = tiny.loss(few, labels)


def gradient_errors(h):
    """Print the errors of all gradients, measured with steps of h, and return the largest by array."""
    print(f"steps of {h:g}\n     by array   by entry")
    errors = []
    for name, w in tiny.params.items():
        numerical = eval_numerical_gradient(lambda _: tiny.loss(few, labels)[0], w, h=h)
        errors.append(rel_error(grads[name], numerical))
        print(f"{name}    {errors[-1]:.0e}      {rel_error_elementwise(grads[name], numerical):.0e}")
    return max(errors)


with_a_kink = gradient_errors(1e-5)

# %% [markdown]
r"""
One row stands out. All is well but for W1, which is off by almost a per cent, or by a lot more if single entries are
looked at.

**Predict first:** is there a mistake in your code? What could you change about the *measurement* to find out?
"""

# %% tags=["nbval-ignore-output"]
without = gradient_errors(1e-6)
assert without < 1e-7 < 1e-3 < with_a_kink

# %% [markdown]
r"""
With a step ten times smaller it is gone. It was a **kink**: somewhere two numbers in a pooling window, or a number and
the zero of its ReLU, are so close together that the larger step crossed over, and the difference quotient mixed the
slopes of both sides. A mistake in the code would have stayed. The other errors have *grown* by a factor of ten, because
differences of nearly equal losses are rounded. And in either table, single entries look much worse than arrays.
"""

# %% [markdown]
r"""
### Question 1: spot the mistake

The instructions of a well-known exercise, in other words:

> *Compare the gradients of your convolutional network with numerical ones. For each array of parameters, print the
> largest $|a - b| / (|a| + |b|)$ of any entry. With so many layers, errors up to 1e-2 are fine.*

1. Name two harmless reasons why a *right* gradient can show an error of 1e-2 by this measure.
2. Somebody forgets the penalty's gradient for the filters, with `reg` = 1e-3. Or multiplies one gradient by 1.01. Why
   may both pass?
3. What would you ask for instead? Name two changes.

(2 points)
"""

# %% [markdown] nbg="answer cnn-question-gradients 2"
r"""
1. An entry whose gradient is tiny in comparison with the others: the rounding error of the numerical quotient is about
   the same for all entries, and relative to this one it is large. A kink: a ReLU, or a max pooling with two nearly
   equal numbers, switches within the step h, and the quotient mixes both sides. (Also: single precision.)
2. Multiplied by 1.01, the error is 0.01 / 2.01, about 5e-3, everywhere: below 1e-2. The missing term is reg · W,
   perhaps 1e-3 · 0.1, where gradients are of the size of 1e-2 and more: below 1e-2 for most entries. A tolerance that
   right answers need because the measure is bad lets wrong answers pass.
3. Two of: double precision; measure against the scale of the array, not of the entry, and ask for 1e-6 or so; a large
   `reg` in one of the checks, so that its part shows; leave out entries at a kink, or check there with a smaller step;
   a tiny network, where all entries can be checked.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 2. How far does a unit see?

One number after block 1 comes from a window of 3 × 3, at each of 2 × 2 places that pooling chooses from. Together these
are 4 × 4 pixels. A number after block 2 has seen more. How much more? The square of pixels that a number depends on is
its **receptive field**.

Go up layer by layer, along one axis, and keep two numbers: the **size** of the field, and the **step**, which says how
many *pixels* lie between the fields of neighbors in the current maps. For the picture itself both are 1.

A layer with a window of $k$ and a stride of $S$ takes $k$ neighbors. The first of them sees `size` pixels, and each of
the $k - 1$ others moves the far end on by `step` pixels. Afterwards, neighbors are $S$ times as far apart as they were
before:

| | size | step |
|---|---|---|
| picture | 1 | 1 |
| conv 3, stride 1 | 1 + 2 · 1 = 3 | 1 |
| pool 2, stride 2 | 3 + 1 · 1 = 4 | 2 |
| conv 3, stride 1 | **?** | **?** |
| pool 2, stride 2 | **?** | **?** |

**Predict first:** fill in the last two rows.

### Exercise: receptive_field
"""


# %% nbg="exercise cnn-receptive-field"
def receptive_field(layers):
    """Return how many pixels a number in the last maps sees along one axis, and by how many those of its neighbor are moved.

    layers : list of (kernel, stride), one for each convolution or pooling, the one next to the picture first; maybe empty
    Returns size, step: two ints. Padding has no influence.
    """
    # BEGIN SOLUTION
    size, step = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * step
        step *= stride
    return size, step
    # END SOLUTION


# %% nbg="check cnn-receptive-field 2"
check("cnn-receptive-field", receptive_field)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("cnn-receptive-field", receptive_field)
# END HIDDEN TESTS

# %% [markdown]
r"""
Your formula can be tested without trusting it. Take one place in the middle of the last maps, send a gradient down from
there, and see which pixels it reaches. Pooling passes it to one winner of each window only, so take hundreds of
pictures of noise, in which all pixels win at some time.
"""

# %%
noise = rng.normal(size=(400, 3, 32, 32)).astype(np.float32)
middle, first_cache = block_forward(noise, net.params["W1"], net.params["b1"])
top, second_cache = block_forward(middle, net.params["W2"], net.params["b2"])
from_one_place = np.zeros_like(top)
from_one_place[:, :, 4, 4] = 1
dmiddle, _, _ = block_backward(from_one_place, second_cache)
reached, _, _ = block_backward(dmiddle, first_cache)
reached = np.abs(reached).mean(axis=(0, 1))  # (32, 32)

size, step = receptive_field([(3, 1), (2, 2)] * 2)
seen = np.flatnonzero(reached.any(axis=1))
print(f"the formula: {size} pixels, neighbors {step} apart; measured: rows {seen[0]} to {seen[-1]}, that is {len(seen)}")
assert (size, step) == (10, 4)
assert len(seen) == 10
_, ax = plt.subplots(figsize=(3.6, 3.4), layout="constrained")
ax.imshow(reached, cmap="viridis")
ax.set(xticks=[0, 13, 22, 31], yticks=[0, 13, 22, 31], title="what one number of the last maps sees")
vis.describe(
    ax,
    "How strongly each of 32 by 32 pixels acts on one number in the middle of the last maps: a square of 10 by 10 pixels, "
    "rows and columns 13 to 22, bright in its middle and fading towards its edge. Everything outside is exactly zero.",
)

# %% [markdown]
r"""
Ten by ten. And within the field, not all pixels count alike: those in the middle reach the number along many paths,
those on the edge along few.

So no unit below the affine layer ever sees a whole car. It sees a wheel. Putting wheels, windows and a horizon together
is left to the affine layer, which has a weight for every place of every map.

## 3. Training

Adam, with the learning rate on half a cosine wave, from assignment 4. Eight epochs, batches of 25 pictures.

**Predict first:** the fully connected networks ended at a validation accuracy of about .45, the network with one
convolution after two epochs at about the same. Where will this one be?
"""


# %% tags=["nbval-ignore-output"]
def train(net, num_epochs, learning_rate=2e-3, batch_size=25, data=data):
    """Train with Adam and a cosine schedule, print how it went, and return the solver."""
    total_steps = num_epochs * -(-len(data["y_train"]) // batch_size)
    rule = scheduled(adam, lambda step: learning_rate_at(step, learning_rate, total_steps))
    start = time.perf_counter()
    solver = Solver(net, data, update_rule=rule, num_epochs=num_epochs, batch_size=batch_size, verbose=False)
    solver.train()
    print(f"{time.perf_counter() - start:.0f} seconds, best validation accuracy {solver.best_val_acc:.3f}")
    return solver


net = ConvNet(block_forward, block_backward, reg=1e-2)
filters_before = net.params["W1"].copy()
solver = train(net, num_epochs=8)
axes = vis.history(solver.loss_history, solver.train_acc_history, solver.val_acc_history, first_epoch=0)
assert solver.best_val_acc > (0.59 if FULL else 0.52)

# %% [markdown]
r"""
More than ten points above the best before, on the same pictures and in a quarter of a minute. (With `FULL` it is .62.
After four epochs with a constant rate of 1e-3 and batches of 50, a network like this one is at .57 there.)

But look at the distance between the two curves. The network knows four of five training pictures by the end, and does
not get two of five of the others. It is *not* too small for the task. It has too few examples, and that is why more
pictures help so much.

## 4. What has it learned?

The first layer works on pixels, so its filters can be shown as what they are: color pictures of 3 × 3. Here are the
twelve that have changed most: at the start, after training, and the difference, what training has *added*.

**Predict first:** how different will the first two rows be?
"""

# %% tags=["nbval-ignore-output"]
added = net.params["W1"] - filters_before
most = np.argsort(-np.abs(added).sum(axis=(1, 2, 3)))[:12]
fig, axes = plt.subplots(3, 12, figsize=(9.5, 2.7), layout="constrained")
for row, (name, W) in zip(axes, {"start": filters_before, "end": net.params["W1"], "added": added}.items(), strict=True):
    for ax, w in zip(row, W[most], strict=True):
        ax.imshow(0.5 + w.transpose(1, 2, 0) / (2 * np.abs(W[most]).max()))  # 0 is gray
        ax.set(xticks=[], yticks=[])
    row[0].set_ylabel(name)
change = np.linalg.norm(added) / np.linalg.norm(filters_before)
vis.describe(
    fig,
    f"Twelve filters as color pictures of 3 by 3, in three rows: random at the start, hardly different at the end, and what was "
    f"added. Together they have moved by {change:.0%} of their length.",
)
print(f"the filters have moved by {change:.0%} of their length")
assert 0.1 < change < 0.7

# %% [markdown]
r"""
They are nearly the same. Pictures in textbooks show beautiful edge detectors. These come from millions of pictures and
many days; after 4,500 pictures and a quarter of a minute, the random start still shows through, and what was added
(drawn on a scale of its own) has no shape that one could name.

So how much of the success is *learned* filters at all? Try the extreme case. Leave both blocks as they are at the
start, random, and train the affine layer alone, on top of what they make of the pictures. For your class this is a
network without any blocks, whose "pictures" have 32 channels.

**Predict first:** a linear classifier on pixels got .36. On the maps of *random* filters?
"""


# %% tags=["nbval-ignore-output"]
def after_blocks(X, params):
    """Return the maps (N, 32, 8, 8) that two blocks with these parameters make of pictures."""
    found = []
    for start in range(0, len(X), 500):
        maps = X[start : start + 500]
        for i in (1, 2):
            maps, _ = block_forward(maps, params[f"W{i}"], params[f"b{i}"])
        found.append(maps)
    return np.concatenate(found)


untrained = ConvNet(block_forward, block_backward)
on_top = {**data, **{f"X_{part}": after_blocks(data[f"X_{part}"], untrained.params) for part in ("train", "val")}}
linear = ConvNet(block_forward, block_backward, (32, 8, 8), num_filters=(), reg=1e-2)
random_filters = train(linear, num_epochs=8, learning_rate=1e-3, data=on_top)
assert 0.44 < random_filters.best_val_acc < solver.best_val_acc - 0.03

# %% [markdown]
r"""
Nearly one half, after a second of training. That is better than every fully connected network of this course, with
filters that have learned *nothing*. A good part of the step from .46 to .58 comes from the **shape** of the network:
small windows, shared weights, pooling. It was built into it before it saw a picture. Learning the filters brings the
rest.

### What a photograph becomes

Here is one, with six of the sixteen maps of the trained network after block 1, and below six of the thirty-two after
block 2, in both cases those with the largest mean.
"""

# %% tags=["nbval-ignore-output"]
index = int(np.flatnonzero(data["y_val"] == CIFAR10_CLASSES.index("automobile"))[3])
image = data["X_val"][index : index + 1]
ax = vis.image_row(shown(image), ["the picture"])
maps = image
for i in (1, 2):
    maps, _ = block_forward(maps, net.params[f"W{i}"], net.params[f"b{i}"])
    strongest = np.argsort(-maps[0].mean(axis=(1, 2)))[:6]
    axes = vis.feature_maps(maps[0, strongest], [f"block {i}, map {k}" for k in strongest])
    share = np.mean(maps == 0)
    print(f"after block {i}: {maps.shape[1]} maps of {maps.shape[2]} × {maps.shape[3]}, {share:.0%} of all numbers are zero")
assert maps.shape == (1, 32, 8, 8)

# %% [markdown]
r"""
Gray is 0, white is positive; after a ReLU nothing is negative. In the maps of block 1 the car can still be made out, as
a drawing of its edges, or as a dark shape where its color is. Those of block 2 are coarse: one lights up where the car
is, others around it, and half of all numbers are zero. What they respond to can be hard to put into words. That is
usual, and it gets harder with each block.

## 5. Where does it look?

Turn the question around: instead of asking what a unit responds to, ask which **pixels** a decision depends on. There
are two classical answers, and both take a few lines.

### Saliency

How would the score of class $y$ change if a pixel changed a little? That is a gradient, and you have it: put a gradient
of 1 at the score of class $y$ and 0 at all others, and run **down to the picture**. No parameter changes, and no loss
is involved. The sign matters little here, for a pixel may help by being darker. So take absolute values; and of the
three channels take the largest.

$$
M_{nij} = \max_c \left| \frac{\partial s_{n, y_n}}{\partial x_{ncij}} \right|
$$

The picture's scores depend on no other picture, so a whole batch runs down at once: one row of $\text{dscores}$ for
each picture.

### Exercise: saliency_map

The function gets the way up and the way down as arguments, such as `net.forward` and `net.backward`. Call each of them
once.
"""


# %% nbg="exercise cnn-saliency"
def saliency_map(forward, backward, X, y):
    """Return how strongly the score of each picture's label depends on each of its pixels.

    forward  : X -> scores (N, num_classes), caches
    backward : (dscores, caches) -> dX (N, C, H, W), gradients of the parameters
    X : (N, C, H, W)    y : (N,), ints
    Returns (N, H, W): the largest absolute value, over the channels, of the gradient of the score of class y. Each of the two
    functions is called once.
    """
    # BEGIN SOLUTION
    scores, caches = forward(X)
    dscores = np.zeros_like(scores)
    dscores[np.arange(len(y)), y] = 1
    dX, _ = backward(dscores, caches)
    return np.abs(dX).max(axis=1)
    # END SOLUTION


# %% nbg="check cnn-saliency 4"
check("cnn-saliency", saliency_map)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("cnn-saliency", saliency_map)
# END HIDDEN TESTS

# %% [markdown]
r"""
For six validation pictures that the network gets right, of six classes the one that it is most sure of:
"""

# %% tags=["nbval-ignore-output", "thumbnail"]
scores = net.loss(data["X_val"])
probabilities, predicted = softmax(scores), scores.argmax(axis=1)
right = np.flatnonzero(predicted == data["y_val"])
chosen = [right[np.argmax(probabilities[right, c] * (data["y_val"][right] == c))] for c in (0, 1, 3, 7, 8, 9)]
X, y = data["X_val"][chosen], data["y_val"][chosen]


def draw_with_maps(X, y, maps, titles, cmap):
    """Draw pictures, and below each its map with a title; return the upper Axes."""
    _, axes = plt.subplots(2, len(X), figsize=(9.5, 3.7), layout="constrained")
    for above, below, picture, heat, label, title in zip(*axes, shown(X), maps, y, titles, strict=True):
        above.imshow(np.clip(picture, 0, 255).astype(np.uint8))
        above.set_title(CIFAR10_CLASSES[label], fontsize=9)
        below.imshow(heat, cmap=cmap)
        below.set_title(title, fontsize=9)
    for ax in axes.ravel():
        ax.set(xticks=[], yticks=[])
    return axes[0]


maps = saliency_map(net.forward, net.backward, X, y)
axes = draw_with_maps(X, y, maps, [""] * 6, "inferno")
listed = ", ".join(CIFAR10_CLASSES[label] for label in y)
vis.describe(axes, f"Six photographs ({listed}), and below each its saliency map: bright grains, denser about the object.")

# %% [markdown]
r"""
Grains, and you have to squint. Pooling lets a gradient through to single pixels, and this is a small network. The
grains are denser where something is, and thin out in skies and other even areas. But by a map like these you would
often not guess what is in the picture.

One thing shows clearly if the maps of *all* pictures that it gets right are averaged:
"""

# %% tags=["nbval-ignore-output"]
average = saliency_map(net.forward, net.backward, data["X_val"][right], data["y_val"][right]).mean(axis=0)
middle, border = average[8:24, 8:24].mean(), np.r_[average[:4].ravel(), average[-4:].ravel()].mean()
_, ax = plt.subplots(figsize=(3.2, 3), layout="constrained")
ax.imshow(average, cmap="inferno")
ax.set(xticks=[], yticks=[], title=f"mean of {len(right)} maps")
vis.describe(ax, f"The mean saliency map: bright in the middle, dark at the borders, {middle / border:.1f} times as much.")
print(f"the middle counts {middle / border:.1f} times as much as the upper and lower border")
assert middle / border > 1.3

# %% [markdown]
r"""
The network looks at the middle. Nobody ever told it where the objects are. The photographers did, by where they put them.

A saliency map answers a narrow question, that of a *small* change. The second method is blunt, and closer to what one
wants to know.

### Occlusion

Cover a part of the picture with a gray patch and look at the probability of the right class. Move the patch. Where the
probability breaks down, something was covered that the decision needs.

There is no gradient in it, and it works with any classifier at all, even with your k nearest neighbors. The price: one
picture for each place of the patch. But these can all go through the network **together**, as one batch.

### Exercise: occlusion_map

Make all covered pictures first. (A loop over the places is fine for that.) Then ask for all probabilities at once. Gray
is 0 here, since the mean was subtracted. The patch always stays within the picture.
"""


# %% nbg="exercise cnn-occlusion"
def occlusion_map(probabilities, image, label, size, stride):
    """Return the probability of a label for a picture that is covered at one place after the other.

    probabilities : X (N, C, H, W) -> (N, num_classes), called once, with all covered pictures
    image : (C, H, W), left as it is    label : an int
    size : of the patch, which is square and 0 in all channels    stride : from one place to the next
    Returns (H', W'), where H' = (H - size) / stride + 1 rounded down and W' likewise; entry [i, j] is for the patch whose
    upper left corner is at row i stride and column j stride.
    """
    # BEGIN SOLUTION
    _, H, W = image.shape
    tops, lefts = range(0, H - size + 1, stride), range(0, W - size + 1, stride)
    covered = np.tile(image, (len(tops), len(lefts), 1, 1, 1))
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            covered[i, j, :, top : top + size, left : left + size] = 0
    found = probabilities(covered.reshape(-1, *image.shape))
    return found[:, label].reshape(len(tops), len(lefts))
    # END SOLUTION


# %% nbg="check cnn-occlusion 4"
check("cnn-occlusion", occlusion_map)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("cnn-occlusion", occlusion_map)
# END HIDDEN TESTS

# %% [markdown]
r"""
The same six pictures, with a patch of 10 × 10 that moves by 2. Each small square of a map is a place of the patch, 12 ×
12 in all. Each map has its own scale, from the highest probability, white, to the lowest, black; the numbers are above
it.

**Predict first:** look at the first picture. Where would *you* cover it to hide what it is?
"""


# %% tags=["nbval-ignore-output"]
def all_probabilities(X):
    return softmax(net.loss(X))


maps = [occlusion_map(all_probabilities, image, label, 10, 2) for image, label in zip(X, y, strict=True)]  # each (12, 12)
titles = [f"{heat.max():.2f} to {heat.min():.2f}" for heat in maps]
axes = draw_with_maps(X, y, maps, titles, "gray")
for ax, heat in zip(axes, maps, strict=True):
    i, j = np.unravel_index(heat.argmin(), heat.shape)
    ax.add_patch(plt.Rectangle((2 * j - 0.5, 2 * i - 0.5), 10, 10, fill=False, color="white", linewidth=3))
    ax.add_patch(plt.Rectangle((2 * j - 0.5, 2 * i - 0.5), 10, 10, fill=False, color="black", linewidth=1))
words = [f"{CIFAR10_CLASSES[label]} {title}" for label, title in zip(y, titles, strict=True)]
vis.describe(
    axes,
    "Six photographs with a frame where a patch does most harm, and below each the probability of the right class for every "
    f"place of the patch. Highest and lowest: {', '.join(words)}.",
)
assert min(heat.min() for heat in maps) < 0.9

# %% [markdown]
r"""
The frame is where the patch does most harm. In the course's own run it lies on the airplane's tail, a wheel of the car,
the hind legs of the horse and the hull of the ship. For the truck it lies on the sky above the cab. That is worth
knowing, too: a network that recognizes a truck by the sky has learned something that is true of its pictures, and false
of the world.

And look at the numbers: never below .7 in that run. These are the pictures that the network is most sure of, and no
single patch talks it out of them. It doesn't depend on one wheel.

### Question 2: reading such maps

1. For a certain airplane, the saliency map is bright in the sky around it, and dark on its body. Somebody concludes:
   "The network ignores the airplane." What does the map really say? Which experiment would tell more?
2. Somebody takes the gradient of the *probability* of the class instead of its score. For pictures of which the network
   is sure (p = 0.9999), the map is almost 0 everywhere. Why?
3. At some places the patch *raises* the probability of the right class. How can that be?

(2 points)
"""

# %% [markdown] nbg="answer cnn-question-maps 2"
r"""
1. It says that small changes of the sky's pixels would change the score more than small changes of the body's pixels.
   An even body can be necessary and still have no influence for *small* changes: its ReLUs may all be clearly off or
   on. Cover the body, and then the sky (occlusion), and compare the probabilities; or paste the airplane into another
   background.
2. dp_y / ds_y = p_y (1 − p_y), and −p_y p_k for the other scores: all of them are factors near 0 when p_y is near 1.
   The softmax is saturated, and the gradient of everything below it is multiplied by that.
3. What was covered spoke for another class: a second object, or a background that is typical of something else.
   Covering it takes away evidence *against* the right class. (The patch is also something to see: its edges make
   responses of their own.)

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 6. What it gets wrong

A single number, .58, hides which mistakes are made. The **confusion matrix** shows them all: a row for each true class,
a column for each predicted one.

**Predict first:** which two classes will be taken for each other most often?
"""

# %% tags=["nbval-ignore-output"]
ax = vis.confusion_matrix(data["y_val"], predicted, CIFAR10_CLASSES)
animal = np.isin(np.arange(10), [2, 3, 4, 5, 6, 7])
wrong = predicted != data["y_val"]
same_kind = np.mean(animal[predicted[wrong]] == animal[data["y_val"][wrong]])
print(f"{same_kind:.0%} of the mistakes stay among animals, or among vehicles")
assert same_kind > 0.65

# %% [markdown]
r"""
The mistakes make sense. An animal is taken for another animal, a vehicle for another vehicle; chance alone would stay
within the kind in about half of the cases. In the course's own run, airplanes and ships are exchanged most often, 17
times: both are gray shapes in front of blue. Deer and horses follow with 16. Cats are hardest: 16 of 43 are right.

The most instructive mistakes are those that were made **with confidence**. They can show labels that are wrong,
pictures that are ambiguous, and habits of the network that you didn't know of.

### Exercise: most_confident_mistakes
"""


# %% nbg="exercise cnn-mistakes"
def most_confident_mistakes(probabilities, y, num):
    """Return the indices of the wrongly classified examples whose predicted class has the largest probabilities.

    probabilities : (N, num_classes); the predicted class is that of the largest one
    y : (N,), the labels    num : at most so many; if there are fewer mistakes, all of them
    Returns ints, the index of the most confident mistake first; of equally confident ones, the smaller index first.
    """
    # BEGIN SOLUTION
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    mistakes = np.flatnonzero(predicted != y)
    order = np.argsort(-confidence[mistakes], kind="stable")
    return mistakes[order][:num]
    # END SOLUTION


# %% nbg="check cnn-mistakes 2"
check("cnn-mistakes", most_confident_mistakes)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("cnn-mistakes", most_confident_mistakes)
# END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
worst = most_confident_mistakes(probabilities, data["y_val"], 6)
titles = [
    f"{CIFAR10_CLASSES[data['y_val'][i]]}?\n{CIFAR10_CLASSES[predicted[i]]}, {probabilities[i].max():.0%} sure"
    for i in worst
]
axes = vis.image_row(shown(data["X_val"][worst]), titles)
assert wrong[worst].all()

# %% [markdown]
r"""
The true class stands above, with a question mark, the network's answer below. Look closely at each. Can you see what it
saw?

A probability of 95 per cent *should* mean that it is right in 95 of 100 such cases. Is it?
"""

# %% tags=["nbval-ignore-output"]
confidence, correct = probabilities.max(axis=1), ~wrong
print("sure        pictures   sure, on average   right")
for low, high in ((0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
    these = (confidence >= low) & (confidence < high)
    means = f"{confidence[these].mean():10.0%}         {correct[these].mean():9.0%}"
    print(f"{low:.0%} to {min(high, 1):4.0%}  {these.sum():6} {means}")
assert FULL or confidence.mean() > correct.mean() + 0.03

# %% [markdown]
r"""
Confidence means something: the surer, the more often right. But the network is too sure of itself, in every row of the
table. It was trained until it knew most of its training pictures, and on those its confidence was justified. (With
`FULL` the two columns nearly agree: more pictures cure that as well.)

### Moved, and mirrored

`convolution` began with a complaint: move a picture by a few pixels, and everything we had was lost. What about now?
And what if the picture is mirrored? A mirrored cat is a cat; did anybody tell the network?
"""


# %% tags=["nbval-ignore-output"]
def moved(X, by):
    """Return pictures (N, C, H, W) moved to the right; what enters on the left is gray."""
    result = np.zeros_like(X)
    result[:, :, :, by:] = X[:, :, :, : X.shape[3] - by]
    return result


def right_of(found):
    return np.mean(found.argmax(axis=1) == data["y_val"])


for by in (0, 1, 2, 4, 8):
    print(f"moved by {by}: {right_of(all_probabilities(moved(data['X_val'], by))):.3f} right")
mirrored = all_probabilities(data["X_val"][:, :, :, ::-1])
both = right_of(probabilities + mirrored)
print(f"mirrored: {right_of(mirrored):.3f} right; mean of both probabilities: {both:.3f}")
assert right_of(all_probabilities(moved(data["X_val"], 2))) > 0.4
assert both > right_of(probabilities) - 0.01

# %% [markdown]
r"""
A pixel costs next to nothing, for the same filters respond a pixel further on, and pooling forgives a bit. Eight pixels
cost a lot. (A quarter of the picture is lost then, too.) The affine layer has a weight for every *place*. A convolution
moves along with the picture; it is the layers on top that decide whether the answer stays the same.

And the last line is a present. Ask the same network twice, once with the picture mirrored, and take the mean: the
mistakes of the two answers aren't the same, and some of them cancel. Training on mirrored pictures as well may bring
more still. Nobody has done that yet in this notebook.

## 7. Your turn: as good as you can in two minutes

**The contest:** the best validation accuracy on the embedded pictures that you can reach within **120 seconds of CPU
time**. No points are given for it. CPU time is the work of all cores together, so a second core doesn't help, and
neither does a break for coffee.

`challenge(name, recipe, data, seconds)` calls `recipe(data, seconds_left)`. A recipe trains a model and returns it. It
has to watch the time itself: `seconds_left()` says what is left. The recipe below trains epoch by epoch as long as
another one will fit. Here it gets five seconds, to see that it works:
"""


# %% tags=["nbval-ignore-output"]
def recipe(data, seconds_left):
    """Train the network of this notebook with plain Adam for as long as there is time."""
    net = ConvNet(block_forward, block_backward, reg=1e-3)
    solver = Solver(net, data, update_rule=adam, num_epochs=0, batch_size=25, num_train_samples=200, verbose=False)
    longest = 0
    while seconds_left() > 1.2 * longest:
        before = seconds_left()
        solver.num_epochs += 1
        solver.train()
        longest = max(longest, before - seconds_left())
    return net


reached = challenge("plain Adam", recipe, data, seconds=5)
assert reached > 0.35

# %% [markdown]
r"""
For the contest, write a recipe of your own, in a new cell, with `seconds=120` and a file that keeps the result:

    challenge("mirrored, three blocks", my_recipe, data, seconds=120, file="leaderboard.csv")

Each run adds a line to that file, in the folder of this notebook, and prints the table. If your class holds a contest,
hand in the file along with your notebooks.

Worth a try, from cheap to dear: mirror half of each batch at random. Move it by a pixel or two. A schedule that ends
when the time does. A third block. Dropout before the affine layer (assignment 4). Spatial batch normalization in the
block (`fast_convnet`). Fewer places at the start: pool more, train faster. An average of the weights of the last
epochs.

One warning before you start. Five hundred validation pictures are few, and you will try many recipes. What does
choosing the best of many do to its number? Here are forty recipes that are *all equally good*: each gets a picture
right with a probability of exactly 0.55.

**Predict first:** what will the best of them report?
"""

# %%
rng = np.random.default_rng(0)
reports = rng.binomial(500, 0.55, size=(1000, 40)) / 500  # a thousand contests
print(f"a single report: 0.550, give or take {reports.std():.3f}")
print(f"the best of forty: {reports.max(axis=1).mean():.3f} on average")
assert 0.59 < reports.max(axis=1).mean() < 0.61

# %% [markdown]
r"""
### Question 3: who has won?

1. Where does the 0.022 come from? Compute it from 0.55 and 500.
2. The winner of a contest of forty reports .60, the runner-up .59. What do you know about their recipes? How would you
   settle the matter, and why isn't it enough to run the winner's recipe once more on the same validation pictures?
3. The `Solver` keeps the parameters of the epoch with the best validation accuracy. What does this have to do with all
   that?

(2 points)
"""

# %% [markdown] nbg="answer cnn-question-contest 2"
r"""
1. The number of right answers is binomial: the standard deviation of its share is $\sqrt{p (1 - p) / N} = \sqrt{0.55
   \cdot 0.45 / 500} \approx 0.022$.
2. Very little. The difference of .01 is half a standard deviation of one report, and even forty equal recipes would
   have a best report of about .60. Evaluate the leading few on pictures that nobody has used for choosing: the test
   set, once. Running it again on the same validation pictures repeats the luck with these pictures: recipe and pictures
   were chosen together.
3. It is the same effect, small: the best of nine measurements on the same 500 pictures. The reported best is a bit too
   high. A fair figure comes from pictures that had no part in the choice.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 8. Looking back

The test pictures, once, for the network of this notebook, with its mirrored second look. Then everything that this
course has trained on the same embedded photographs, side by side. (Each is the number that its notebook reports, on
pictures it wasn't trained on.)
"""

# %% tags=["nbval-ignore-output", "accuracy"]
twice = all_probabilities(data["X_test"]) + all_probabilities(data["X_test"][:, :, :, ::-1])
test_accuracy = np.mean(twice.argmax(axis=1) == data["y_test"])
print(f"on the test images, once: {test_accuracy:.3f}")
assert test_accuracy > (0.62 if FULL else 0.55)

reached = {
    "guessing": 0.10,
    "k nearest neighbors, k = 10": 0.28,
    "hinge loss, linear": 0.36,
    "softmax, linear": 0.36,
    "two layers, plain steps": 0.46,
    "two hidden layers, Adam": 0.45,
    "one convolution of 7 × 7, two epochs": 0.45,
    "random filters, linear on top": random_filters.best_val_acc,
    "this notebook" + (", 10,000 pictures" if FULL else ""): solver.best_val_acc,
}
_, ax = plt.subplots(figsize=(7.5, 3.2), layout="constrained")
bars = ax.barh(list(reached)[::-1], list(reached.values())[::-1], color=vis.OKABE_ITO[0])
ax.bar_label(bars, fmt=" %.2f", fontsize=9)
ax.set(xlim=(0, 0.7), xlabel="share of pictures that are right")
listed = ", ".join(f"{name} {value:.2f}" for name, value in reached.items())
vis.describe(ax, f"Accuracies that the notebooks of this course reach on the embedded photographs, as bars: {listed}.")

# %% [markdown]
r"""
Read the bars from above, for each step was an idea:

* **k nearest neighbors** compare pixels. There is nothing to learn, and so nothing is learned about what makes two
  pictures alike.
* **Linear classifiers** learn one template for each class, from a loss and its gradient. A horse has to look left *and*
  right in the same template.
* **Networks** learn features first, and templates of features. That is the bend between two layers, and backpropagation
  to train it.
* **Optimizers, initial values, normalization** change no model. They decide whether one can be trained at all.
* **Convolutions** know something about pictures before they have seen one: what belongs together is close together, and
  what is worth looking for here is worth looking for there. Other networks would have to learn it from examples.

You have written it yourself: from the indices of an array, through distances, losses, gradients, layers, update rules
and windows, to the network that you have just looked into. What else it took came with the notebooks, in a few lines
that you could read.

**What comes next.** *More depth:* with twenty blocks instead of two, gradients need a way around the layers. Residual
connections, $x + f(x)$, give them one. *More data,* and more made of what there is: moved, mirrored, recolored
pictures. *Engines that differentiate for you:* PyTorch and JAX do for arrays what your `Value` did for numbers, and
compile the result for processors that multiply matrices all day. *Other windows:* attention lets each place choose
where it looks, instead of looking at its neighbors.

You will recognize all of it. It is matrix products, and the chain rule.
"""
