# %% [markdown]
r"""
# Numbers that keep their size

A deep network multiplies by a matrix, and by another, and by another. If each makes the numbers a little smaller, nothing is
left after ten layers; if each makes them a little larger, they explode. A careful start helps, but a start is only a start:
the first step of training changes the weights, and nobody watches what becomes of the numbers afterwards.

**Batch normalization** watches, in every layer and at every step: it measures how large the numbers are, and brings them
back to a size that the next layer can work with. It is a layer like any other, with a forward and a backward function. What
is new about it is that it looks at the whole batch at once, and that is the source of everything good and everything odd
that it does.

**You will write** batch normalization, forward and two ways back, its sibling layer normalization, and a deep network that
uses them.

**Running time**, once everything is solved: about half a minute on two cores.
"""

# %% nbg="setup"
import contextlib
import copy
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import Solver, add_to, check, get_cifar10_data, vis
from cs231n_kit.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    rel_error,
    rel_error_elementwise,
)
from cs231n_kit.solver import Diverged
from given import (
    FullyConnectedNet,
    Value,
    affine_backward,
    affine_forward,
    relu_backward,
    relu_forward,
)

# %% [markdown]
r"""
`given` holds what earlier assignments taught: the layers, the network with any number of them, the engine that
differentiates what you type.

The photographs of this notebook are shrunk to half their width and height, 16 × 16 × 3 = 768 numbers, so that a training run
takes a second and we can afford many. They are divided by 50, which makes them about as large as 1.
"""


# %%
FULL = False  # True: all of CIFAR-10, if you have fetched it
LABELS = {"plain": "no normalization", "batchnorm": "batch normalization", "layernorm": "layer normalization"}


def half_size(X):
    """Return images (N, 3072) at half the resolution, (N, 768), each pixel the mean of four."""
    pixels = X.reshape(-1, 16, 2, 16, 2, 3).mean(axis=(2, 4)) / 50
    return pixels.reshape(len(X), -1).astype(np.float32)


data = get_cifar10_data(full=FULL)
data = {name: half_size(part) if name.startswith("X") else part for name, part in data.items()}
print(f"{data['X_train'].shape}, standard deviation {data['X_train'].std():.2f}")

# %% [markdown]
r"""
## 1. What depth does to numbers

Seven hidden layers of 50 units each, untrained. The weights are drawn with some standard deviation, the *weight scale*, and
a batch of images is sent through. After each layer, one number: the standard deviation of everything that came out of it.

**Predict first:** a unit adds up 50 products. If weights are drawn with scale 0.01, by which factor, roughly, do the numbers
shrink in each layer?
"""


# %%
def spreads(net, X):
    """Return the standard deviation of X, and of what comes out of each hidden layer."""
    found = [X.std()]
    for i in range(1, net.num_layers):
        X, _ = net.hidden_forward(i, X)
        found.append(X.std())
    return np.array(found)


def draw_spreads(ax, make_net, scales):
    """Draw the spread after each layer, a line for each weight scale, and return the last spreads."""
    lasts = []
    for scale, color, marker in zip(scales, vis.OKABE_ITO, "o^sDvP"):
        sizes = spreads(make_net(scale), data["X_dev"])
        ax.semilogy(sizes, marker + "-", color=color, markersize=4, label=f"weight scale {scale:g}")
        lasts.append(sizes[-1])
    ax.set(xlabel="hidden layer (0: the images)", ylabel="standard deviation", ylim=(1e-17, 1e9))
    ax.legend(fontsize=8)
    told = ", ".join(f"{last:.0e} for weight scale {scale:g}" for scale, last in zip(scales, lasts))
    vis.describe(ax, f"Standard deviation of the numbers after each of seven layers, logarithmic. After the last: {told}.")
    return lasts


SCALES = (1e-3, 1e-2, 0.1, 0.2, 1)
_, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
lasts = draw_spreads(ax, lambda scale: FullyConnectedNet([50] * 7, input_dim=768, weight_scale=scale), SCALES)
assert lasts[0] < 1e-12
assert 0.1 < lasts[3] < 10
assert lasts[4] > 1e4

# %% [markdown]
r"""
With scale 0.01 a layer multiplies the numbers by about $0.01 \cdot \sqrt{50/2} = 0.05$ (the sum of 50 products with random
signs is $\sqrt{50}$ times as large as one of them, and the ReLU throws half away). Seven layers make $10^{-9}$ of that. Only
near 0.2, which is $\sqrt{2/50}$, do the numbers keep their size. Twice as much, and they double in every layer.

And the gradients, on their way back, pass through the same matrices. So at which scales can this network learn at all? In a
narrow band, and section 8 will show how narrow.

Now the idea, from 2015 (Sergey Ioffe and Christian Szegedy): do not *hope* that the numbers come out at a good size.
**Measure, and correct.** Subtract the mean, divide by the standard deviation. Both steps are differentiable, so they can be
a layer, and the network learns *with* the correction in place.

## 2. Normalizing a batch

A batch arrives as `x : (N, D)`: N examples, D numbers for each, called features. Each feature is dealt with by itself, and
its mean and variance are taken **over the examples** of the batch, down the columns:

$$
\mu = \frac{1}{N} \sum_{i=1}^N x_i
\qquad
v = \frac{1}{N} \sum_{i=1}^N (x_i - \mu)^2
\qquad
\sigma = \sqrt{v + \varepsilon}
\qquad
\hat x_i = \frac{x_i - \mu}{\sigma}
\qquad\quad \mu, v, \sigma : (D,) \quad \hat x : (N, D)
$$

$\varepsilon$ is something small, 0.00001. It is there for features that are the same for all examples: their variance is 0,
and nothing should be divided by that. It stands *under* the root.

Then each feature is stretched and moved by two numbers of its own, which are **learned** like weights:

$$
\text{out}_i = \gamma \odot \hat x_i + \beta \qquad\quad \gamma, \beta : (D,)
$$

($\odot$ multiplies number by number.) Training begins with $\gamma = 1$ and $\beta = 0$. Here are two features of 200
examples:
"""

# %%
rng = np.random.default_rng(0)
cloud = np.array([6.0, 3.0]) + rng.normal(size=(200, 2)) @ np.array([[2.0, 0.6], [0.0, 0.4]])
centered = cloud - cloud.mean(axis=0)
normal = centered / cloud.std(axis=0)
steps = {"x": cloud, "x − μ": centered, "x̂": normal, "γ x̂ + β": [0.5, 1.5] * normal + [-2, 4]}
_, axes = plt.subplots(1, 4, figsize=(9, 2.2), sharex=True, sharey=True, layout="constrained")
for ax, (name, points) in zip(axes, steps.items()):
    ax.axhline(0, color="0.8", linewidth=1)
    ax.axvline(0, color="0.8", linewidth=1)
    ax.plot(*points.T, ".", color=vis.OKABE_ITO[0], markersize=3)
    ax.set(title=name, xlim=(-7, 12), ylim=(-4, 9), aspect="equal")
vis.describe(
    axes,
    "Four scatter plots of 200 points: an oblique ellipse far from the origin; the same around the origin; stretched to a "
    "standard deviation of 1 along both axes, still oblique; and moved to (−2, 4), half as wide and one and a half times as tall.",
)

# %% [markdown]
r"""
Look at the third picture. The cloud sits at 0 and is as wide as tall, but it is still oblique: **each feature by itself**
was normalized, and how the two depend on each other is as it was.

### Why γ and β?

Forcing every feature to mean 0 and spread 1 takes something away from the network. Before a ReLU, for example, every unit
would be off for about half of the examples, always. With $\gamma$ and $\beta$ the network can have any mean and any spread
that it finds useful, and could even undo the normalization altogether.

Then what is won? *Who* decides. Without normalization, mean and spread of a feature are a by-product of all the weights in
all the layers before. With it they are two numbers, and one gradient step moves them directly.

### What normalizing does not do

**Predict first:** below are 2,000 numbers, most of them small and a few large. What will the histogram of the normalized
numbers look like?
"""

# %%
skewed = rng.exponential(size=2000) * 3 + 5
_, axes = plt.subplots(1, 2, figsize=(7, 2.4), layout="constrained")
for ax, numbers, title in zip(axes, (skewed, (skewed - skewed.mean()) / skewed.std()), ("before", "after")):
    ax.hist(numbers, bins=40, color=vis.OKABE_ITO[0])
    ax.set_title(f"{title}: mean {abs(numbers.mean()):.2f}, std {numbers.std():.2f}")
    ax.set_yticks([])
vis.describe(
    axes,
    "Two histograms of the same lopsided shape, steep on the left with a long tail to the right. Only the numbers below differ: "
    "from 5 to 30 before, from −1 to 7 after.",
)

# %% [markdown]
r"""
### Question 1: spot the mistake

> *Normalization:* divide the centered data by its standard deviation. *The data then follows a normal distribution,* so that
> 95 % of the numbers lie between −2 and 2, and none is larger than 4 or so.

1. What is true of the data afterwards, and what is not? What would have to hold before?
2. A batch has five examples, and a feature is 0, 0, 0, 0, 1 for them (leave $\varepsilon$ out). What is $\hat x$? What is it
   for a batch of N, with N − 1 zeros? No normalized number can be further from 0 than that.
3. What can the normalized numbers be in a batch of *two*?

(2 points)
"""

# %% [markdown] nbg="answer batchnorm-question-normal 2"
r"""
1. Mean 0 and variance 1, and nothing else. Moving and stretching does not change the shape of a distribution: lopsided data
   stays lopsided, data in two clumps stays in two clumps. Afterwards it is normally distributed only if it was before. "95 %
   between −2 and 2" holds for that shape; for any shape whatever, only 75 % are certain.
2. Mean 1/5, variance 4/25, standard deviation 2/5. So $\hat x$ is −1/2 four times, and 2. For N: the mean is $1/N$, the
   variance $(N-1)/N^2$, and the largest $\hat x = \sqrt{N - 1}$. For 500 examples that is 22, far beyond 4.
3. $(a, b)$ has the mean in the middle, and both are as far from it as the standard deviation. So −1 and 1, whatever the
   numbers were; or 0 and 0, if they are equal. With $\varepsilon$, a little less than 1.

*Two points for all three, one for the first alone or the other two.*
"""

# %% [markdown]
r"""
## 3. Training and use

There is a catch. What the layer says about one example depends on **who else is in the batch**. In training that is
tolerable: the network sees each image in ever new company. But when the network is *used*, the answer for your photograph
should not depend on whose photographs were sent in the same second. And if yours is alone, its features minus their means
over a batch of one are 0.

So the layer has two modes:

* **train**: mean and variance of this batch. On the side, keep a **running average** of both, over all batches so far:

$$
\text{running} \leftarrow m \cdot \text{running} + (1 - m) \cdot \text{that of this batch} \qquad m = 0.9
$$

* **test**: the running averages take the place of $\mu$ and $v$. Nothing is measured, and nothing is kept. Each example gets
  the same answer in any company.

$m$ is called momentum. (Some libraries use the word for $1 - m$: with them, 0.1 means what 0.9 means here.) The running
averages are not parameters, for no gradient reaches them. They are not to be lost, though: without them the network can't be
used. They live in the dict `bn_param` that comes with each call, and the function leaves the new ones there for the next.
The lines that fetch and store them are given.

### Two traps in one formula

The variance is the mean of the squared distances from the mean. A schoolbook identity says it is also the mean of the
squares minus the square of the mean. On paper.
"""

# %% tags=["nbval-ignore-output"]
for offset in (0, 1e3, 1e6, 1e7, 1e9):
    numbers = offset + np.array([-1.3, 0.2, 0.9, 2.6])
    by_squares = np.mean(numbers**2) - np.mean(numbers) ** 2
    print(f"offset {offset:5.0e}: np.var {np.var(numbers):.6f}   mean of squares − square of mean {by_squares:.6f}")
assert abs(np.var(numbers) - np.var(numbers - 1e9)) < 1e-6
assert abs(by_squares - np.var(numbers)) > 0.1

short = np.array([-1.3, 0.2, 0.9, 2.6], dtype=np.float32) + np.float32(1e3)
by_squares = np.mean(short**2) - np.mean(short) ** 2
print(f"float32, offset 1e+03: np.var {np.var(short):.6f}   mean of squares − square of mean {by_squares:.6f}")
assert abs(np.var(short) - 1.965) < 1e-3 < abs(by_squares - 1.965)

# %% [markdown]
r"""
Two large and nearly equal numbers are subtracted, and their first sixteen digits are all that a computer has of them. So:
subtract first, then square, which is what `np.var` does. In float32, which has seven digits, an offset of 1,000 is enough.

The other trap is N or N − 1. Statistics books divide by N − 1 to estimate the variance of a population from a sample. Here
the batch is all there is: divide by **N**, for the batch and for the running average.

### Exercise: batchnorm_forward
"""


# %% nbg="exercise batchnorm-forward"
def batchnorm_forward(x, gamma, beta, bn_param):
    """Return normalized features, stretched by gamma and moved by beta, and the cache.

    x : (N, D), left as it is      gamma, beta : (D,)      out : (N, D)
    bn_param : {"mode": "train" or "test", "eps": 1e-5 if missing, "momentum": 0.9 if missing,
                "running_mean", "running_var": (D,), zeros if missing}
    In training, the batch's own statistics are used, and the running ones are brought up to date. In test mode the running
    ones are used, and stay as they are. Both are in bn_param afterwards.
    cache : (x_hat, gamma, std) with x_hat : (N, D), std : (D,), the root of variance + eps
    """
    D = x.shape[1]
    mode, eps, momentum = bn_param["mode"], bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(D, x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, x.dtype))
    # BEGIN SOLUTION
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma * x_hat + beta
    # END SOLUTION
    bn_param["running_mean"], bn_param["running_var"] = running_mean, running_var
    return out, (x_hat, gamma, std)


# %% nbg="check batchnorm-forward 5"
check("batchnorm-forward", batchnorm_forward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("batchnorm-forward", batchnorm_forward)
# END HIDDEN TESTS

# %% [markdown]
r"""
Three things to see. With $\gamma = 1$, $\beta = 0$ every feature comes out with mean 0 and standard deviation 1 (almost:
$\varepsilon$ takes a little). With other $\gamma$ and $\beta$, those are the standard deviation and the mean. And with the
right ones, everything is as it was:
"""

# %%
rng = np.random.default_rng(1)
x = rng.normal(size=(200, 3)) * [0.5, 5, 50] + [0, 10, -300]
one, zero = np.ones(3), np.zeros(3)
out, _ = batchnorm_forward(x, one, zero, {"mode": "train"})
print("mean", np.abs(out.mean(axis=0)).round(6), "  std", out.std(axis=0).round(4))
out, _ = batchnorm_forward(x, np.array([1.0, 2, 3]), np.array([7.0, 8, 9]), {"mode": "train"})
print("mean", out.mean(axis=0).round(6), "  std", out.std(axis=0).round(4))
out, _ = batchnorm_forward(x, np.sqrt(x.var(axis=0) + 1e-5), x.mean(axis=0), {"mode": "train"})
print("undone:", np.allclose(out, x))
assert np.allclose(out, x)

# %% [markdown]
r"""
The running averages, now. Batches of 20 come in, of a feature with mean 4 and variance 9. **Predict first:** they begin at
0. After how many batches is the running mean within a twentieth of the truth?
"""

# %%
bn_param, means, running = {"mode": "train"}, [], {"running_mean": [0.0], "running_var": [0.0]}
for _ in range(60):
    batch = 4 + 3 * rng.normal(size=(20, 1))
    batchnorm_forward(batch, np.ones(1), np.zeros(1), bn_param)
    means.append(batch.mean())
    for name, values in running.items():
        values.append(bn_param[name][0])
_, ax = plt.subplots(figsize=(6.5, 3), layout="constrained")
ax.plot(range(1, 61), means, ".", color="0.6", label="mean of each batch")
for (name, values), color, line in zip(running.items(), vis.OKABE_ITO, ("-", "--")):
    ax.plot(values, line, color=color, label=name.replace("_", " "))
ax.plot(4 * (1 - 0.9 ** np.arange(61)), ":", color="0.3", label="4 · (1 − 0.9ᵗ)")
ax.set(xlabel="batches seen, t")
ax.legend(fontsize=8, ncol=2)
vis.describe(
    ax,
    f"Running mean and running variance over 60 batches. Both climb from 0, along a curve that is 95 percent of its goal after 29 "
    f"batches, and then waver about 4 and 9; at the end they are {running['running_mean'][-1]:.2f} and "
    f"{running['running_var'][-1]:.2f}. The means of single batches scatter widely about 4.",
)
assert 1 - 0.9**28 < 0.95 < 1 - 0.9**29
assert np.std(running["running_mean"][30:]) < 0.5 * np.std(means[30:])

# %% [markdown]
r"""
The start at 0 is forgotten like $0.9^t$: 5 % of it is left after 29 batches. A network that is used after only a few steps
of training therefore takes a variance that is much too small. Later on, the averages are much calmer than the batches.

## 4. The way back, node by node

The output of an example depends on $x_i$ in three ways: directly, through the mean, and through the variance. And every
example influences every other, since they share the two. A formula for that can wait. We do it as in `backprop`: as a graph
of small steps, each of which is easy.

Here is the whole graph for *one* feature and a batch of *three*, drawn by your engine. The upstream gradients at the three
$\hat x$ are 1, 3 and −1; "L" is their sum of products.
"""

# %%
numbers, upstream, eps = [1.0, 2.0, 6.0], [1.0, 3.0, -1.0], 1e-5
xs = tuple(Value(number, name=f"x{i}") for i, number in enumerate(numbers, 1))
mean = Value(np.mean(numbers), xs, (1 / 3,) * 3, "mean", "μ")
cs = tuple(Value(v.data - mean.data, (v, mean), (1, -1), "minus", f"c{i}") for i, v in enumerate(xs, 1))
squares = tuple(Value(c.data**2, (c,), (2 * c.data,), "square") for c in cs)
var = Value(np.mean([s.data for s in squares]), squares, (1 / 3,) * 3, "mean", "v")
std = Value(np.sqrt(var.data + eps), (var,), (0.5 / np.sqrt(var.data + eps),), "√(v+ε)", "σ")
hats = tuple(
    Value(c.data / std.data, (c, std), (1 / std.data, -c.data / std.data**2), "divide", f"x̂{i}") for i, c in enumerate(cs, 1)
)
L = Value(float(np.dot(upstream, [h.data for h in hats])), hats, tuple(upstream), "sum", "L")
L.backward()
ax = vis.computation_graph(L)

# %% [markdown]
r"""
Read it from the right. $\hat x_i = c_i / \sigma$ has two inputs, and passes something to each. All three pass something to
$\sigma$, and there it **adds up**. Through the root it comes to $v$, a mean of three, which hands a **third** to each
square. So each $c_i$ gets gradient from two sides: from its $\hat x_i$, and from its square. The same once more at $\mu$:
each $c_i = x_i - \mu$ sends its gradient to $x_i$, and *minus* its gradient to $\mu$, where it adds up and is handed out in
thirds.

Two rules are enough, the same as ever:

* Something that is **used several times** (μ and σ, by all examples) collects the **sum** of what comes back.
* Something that **takes a mean** hands out **1/N** to everybody.

In arrays: what belongs to a feature (μ, v, σ, γ, β) has shape (D,), and so has its gradient. What belongs to an example and
a feature ($c$, $\hat x$) has shape (N, D). Wherever the forward pass broadcasts from (D,) to (N, D), the way back sums over
axis 0; where it takes a mean over axis 0, the way back broadcasts and divides by N.

### Exercise: batchnorm_backward

`dout` arrives at the very end, behind $\gamma$ and $\beta$. Go through these in order, one or two short lines for each, and
name what you find after what it belongs to:

1. `dbeta`, `dgamma`, and the gradient at $\hat x$,
2. at $\sigma$: from all the quotients $c / \sigma$. ($c$ is not in the cache; it is $\hat x \cdot \sigma$.)
3. at $v$: through the root,
4. at $c$: from two sides,
5. at $\mu$, and finally at $x$: again from two sides.

(The given lines unpack the cache, and return.)
"""


# %% nbg="exercise batchnorm-backward"
def batchnorm_backward(dout, cache):
    """Return the gradients dx, dgamma, dbeta of batchnorm_forward in training mode, found node by node.

    dout  : (N, D)
    cache : (x_hat, gamma, std) as batchnorm_forward returns it, x_hat : (N, D), gamma, std : (D,); left as they are
    dx : (N, D)      dgamma, dbeta : (D,)
    """
    x_hat, gamma, std = cache
    # BEGIN SOLUTION
    N = len(dout)
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    centered = x_hat * std
    dstd = -(dx_hat * centered).sum(axis=0) / std**2
    dvar = dstd / (2 * std)
    dcentered = dx_hat / std + 2 * centered * dvar / N
    dmean = -dcentered.sum(axis=0)
    dx = dcentered + dmean / N
    # END SOLUTION
    return dx, dgamma, dbeta


# %% nbg="check batchnorm-backward 5"
check("batchnorm-backward", batchnorm_backward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("batchnorm-backward", batchnorm_backward)
# END HIDDEN TESTS

# %% [markdown]
r"""
The example of the picture, with your function, and then the measured gradient of a batch:
"""


# %% tags=["nbval-ignore-output"]
def gradient_errors(forward, backward, N, seed=0, D=5):
    """Return the relative error of dx for a random batch, over the whole array and entry by entry, and dx itself."""
    rng = np.random.default_rng(seed)
    x, dout = 3 + 2 * rng.normal(size=(N, D)), rng.normal(size=(N, D))
    gamma, beta = 1 + rng.normal(size=D), rng.normal(size=D)
    numerical = eval_numerical_gradient_array(lambda v: forward(v, gamma, beta, {"mode": "train"})[0], x, dout)
    dx, _, _ = backward(dout, forward(x, gamma, beta, {"mode": "train"})[1])
    return rel_error(dx, numerical), rel_error_elementwise(dx, numerical), dx


_, cache = batchnorm_forward(np.array([numbers]).T, np.ones(1), np.zeros(1), {"mode": "train"})
dx, _, _ = batchnorm_backward(np.array([upstream]).T, cache)
print("the picture:", dx.ravel().round(4), "  yours agrees:", np.allclose(dx.ravel(), [v.grad for v in xs]))
error, elementwise, _ = gradient_errors(batchnorm_forward, batchnorm_backward, N=50)
print(f"a batch of 50: relative error {error:.0e}, entry by entry {elementwise:.0e}")
assert error < 1e-8

# %% [markdown]
r"""
The relative error compares the largest difference with the largest gradient: $10^{-9}$ or less. The measure of many courses
divides each entry's difference by that entry itself, and entries that are almost 0 spoil it. Both say the same thing here:
right.

### The gradient check that fails

**Predict first:** the same check with a batch of two. You found in question 1 what $\hat x$ can be then. So how does it
change if you move an $x$ a little?
"""

# %% tags=["nbval-ignore-output"]
print("  N   relative error   entry by entry   largest |dx|")
for N in (2, 3, 4, 50):
    found = [gradient_errors(batchnorm_forward, batchnorm_backward, N, seed) for seed in range(20)]
    error, elementwise, largest = (max(part) for part in zip(*((e, w, np.abs(dx).max()) for e, w, dx in found)))
    print(f"{N:3}   {error:14.0e}   {elementwise:14.0e}   {largest:12.1g}")
    assert error < 1e-8 or N == 2

# %% [markdown]
r"""
These are the worst of 20 batches each. With two examples $\hat x$ is −1 and 1, wherever they are: moving one of them changes
*nothing*, until they meet, where the sign jumps. The true gradient is 0 but for the tiny $\varepsilon$, and where the two
come close, the curve bends so sharply that even a step of $10^{-5}$ is too coarse for the measurement. Your formula is right
and the check looks bad. With three examples it is fair; make a habit of four or more. A layer that looks at the batch is to
be checked with a batch.

## 5. The way back, on paper

Ten lines of arrays come and go in your function. On paper, most of it cancels. One feature again, with $\varepsilon$ inside
$\sigma$; $g_i$ is the gradient at $\hat x_i$.

**Step 1.** How do μ and σ change with one $x_j$? The mean by $\partial \mu / \partial x_j = 1/N$. For σ, begin with its
square:

$$
\sigma^2 = \frac{1}{N} \sum_i (x_i - \mu)^2 + \varepsilon
\quad\Longrightarrow\quad
2 \sigma \, \frac{\partial \sigma}{\partial x_j} = \frac{2}{N} (x_j - \mu) - \underbrace{\frac{2}{N} \sum_i (x_i - \mu)}_{0} \, \frac{\partial \mu}{\partial x_j}
\quad\Longrightarrow\quad
\frac{\partial \sigma}{\partial x_j} = \frac{\hat x_j}{N}
$$

The sum of the distances from the mean is 0: through the mean, the variance does not change at all. What is left is short.

**Step 2.** Differentiate $\hat x_i = (x_i - \mu) / \sigma$ by the quotient rule, and put in step 1. Write $[i = j]$ for 1 if
they are the same and 0 if not:

$$
\frac{\partial \hat x_i}{\partial x_j} = \frac{1}{\sigma} \Big( [i = j] - \frac{1}{N} - \;\boxed{\,?\,}\; \Big)
$$

What stands in the box has two $\hat x$ and an N.

**Step 3.** $x_j$ influences *all* the $\hat x_i$, so multiply by $g_i$ and add up over i. Of the three terms in the
parenthesis, the first leaves one number. The second becomes a mean over the batch, and the third becomes $\hat x_j$ times
another mean. Both sums occur elsewhere in the function already: look at `dbeta` and `dgamma`. And where does γ come in?

**Check yourself.** The layer does not notice if 1 is added to a whole column, or if it is doubled ($\varepsilon$ aside). So,
in every column, the sum of dx should be 0, and the sum of $\text{dx} \cdot \hat x$ almost.

### Exercise: batchnorm_backward_alt

One line for dx, once dgamma and dbeta are there.
"""


# %% nbg="exercise batchnorm-backward-alt"
def batchnorm_backward_alt(dout, cache):
    """Return the same as batchnorm_backward, dx by a single formula.

    dout  : (N, D)
    cache : (x_hat, gamma, std), x_hat : (N, D), gamma, std : (D,); left as they are
    dx : (N, D)      dgamma, dbeta : (D,)
    """
    x_hat, gamma, std = cache
    # BEGIN SOLUTION
    N = len(dout)
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx = gamma / std * (dout - dbeta / N - x_hat * dgamma / N)
    # END SOLUTION
    return dx, dgamma, dbeta


# %% nbg="check batchnorm-backward-alt 3"
check("batchnorm-backward-alt", batchnorm_backward_alt)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("batchnorm-backward-alt", batchnorm_backward_alt)
# END HIDDEN TESTS


# %% tags=["nbval-ignore-output"]
def best_time(function, *arguments):
    """Return the seconds of the fastest of 20 calls."""
    times = []
    for _ in range(20):
        start = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - start)
    return min(times)


rng = np.random.default_rng(2)
x, dout = rng.normal(size=(500, 200)), rng.normal(size=(500, 200))
_, cache = batchnorm_forward(x, np.ones(200), np.zeros(200), {"mode": "train"})
dx, _, _ = batchnorm_backward_alt(dout, cache)
graph, paper = best_time(batchnorm_backward, dout, cache), best_time(batchnorm_backward_alt, dout, cache)
sums = [np.abs(part.sum(axis=0)).max() for part in (dx, dx * cache[0])]
print(f"largest sum of a column of dx: {sums[0]:.0e}, of dx · x̂: {sums[1]:.0e}")
print(f"node by node {1e3 * graph:.2f} ms, on paper {1e3 * paper:.2f} ms: {graph / paper:.1f} times as fast")
assert np.allclose(dx, batchnorm_backward(dout, cache)[0])

# %% [markdown]
r"""
Read the formula once more. It takes the incoming gradient and removes from it what would only move the whole column, and
what would only stretch it: the batch's own mean and spread are decided by γ and β, so nothing before this layer gets blamed
for them.

## 6. The other axis

Batch normalization needs a batch, a large one if possible, and other behavior in training than in use. **Layer
normalization** (Ba, Kiros and Hinton, 2016) takes mean and variance over the **features of one example** instead: along the
rows.
"""

# %%
_, axes = plt.subplots(1, 2, figsize=(7, 2.5), layout="constrained")
marked = {"batch normalization": ((1.5, -0.5), 1, 5), "layer normalization": ((-0.5, 1.5), 7, 1)}
for ax, (title, rectangle) in zip(axes, marked.items()):
    ax.imshow(np.full((5, 7), 0.9), cmap="gray", vmin=0, vmax=1)
    ax.add_patch(plt.Rectangle(*rectangle, facecolor=vis.OKABE_ITO[4], edgecolor=vis.OKABE_ITO[0], linewidth=2))
    ax.set(xticks=np.arange(-0.5, 7), yticks=np.arange(-0.5, 5), xticklabels=[], yticklabels=[])
    ax.set(title=title, xlabel="features, D = 7", ylabel="examples, N = 5")
    ax.grid(color="0.6")
    ax.tick_params(length=0)
vis.describe(
    axes,
    "Two grids of five examples by seven features. For batch normalization one column is marked, one feature of all the "
    "examples; for layer normalization one row, all the features of one example.",
)

# %% [markdown]
r"""
$$
\mu_i = \frac{1}{D} \sum_{j=1}^D x_{ij}
\qquad
\sigma_i = \sqrt{\frac{1}{D} \sum_{j=1}^D (x_{ij} - \mu_i)^2 + \varepsilon}
\qquad
\hat x_{ij} = \frac{x_{ij} - \mu_i}{\sigma_i}
\qquad
\text{out}_{ij} = \gamma_j \, \hat x_{ij} + \beta_j
\qquad\quad \mu, \sigma : (N, 1)
$$

No example knows of any other. So there is nothing to average over time, and no difference between training and use. γ and β
stay what they were: one number for each **feature**, shape (D,).

Mind the shapes. `x.mean(axis=1)` is (N,), and (N, D) minus (N,) does not broadcast as you want it to. If N happens to be D
it does something wrong without a word. Keep the axis.

### Exercises: layernorm_forward, layernorm_backward
"""


# %% nbg="exercise layernorm-forward"
def layernorm_forward(x, gamma, beta, ln_param):
    """Return examples each normalized over its features, then stretched by gamma and moved by beta, and the cache.

    x : (N, D), left as it is      gamma, beta : (D,)      out : (N, D)
    ln_param : {"eps": 1e-5 if missing}
    cache : (x_hat, gamma, std) with x_hat : (N, D), std : (N, 1), the root of variance + eps
    """
    eps = ln_param.get("eps", 1e-5)
    # BEGIN SOLUTION
    mean = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma * x_hat + beta
    # END SOLUTION
    return out, (x_hat, gamma, std)


# %% nbg="check layernorm-forward 2"
check("layernorm-forward", layernorm_forward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("layernorm-forward", layernorm_forward)
# END HIDDEN TESTS

# %% [markdown]
r"""
For the way back you can reuse the work of section 5: the same three terms, along the other axis. One thing needs care.
There, γ was the same number for everything that a mean was taken of, and could be moved out of it. Here the mean runs over
the features, and every feature has a γ of its own. So begin with the gradient at $\hat x$, and take the means of *that*. And
over which axis do dγ and dβ add up? Ask who uses them.
"""


# %% nbg="exercise layernorm-backward"
def layernorm_backward(dout, cache):
    """Return the gradients dx, dgamma, dbeta of layernorm_forward.

    dout  : (N, D)
    cache : (x_hat, gamma, std), x_hat : (N, D), gamma : (D,), std : (N, 1); left as they are
    dx : (N, D)      dgamma, dbeta : (D,)
    """
    x_hat, gamma, std = cache
    # BEGIN SOLUTION
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    along_ones = dx_hat.mean(axis=1, keepdims=True)
    along_x_hat = (dx_hat * x_hat).mean(axis=1, keepdims=True)
    dx = (dx_hat - along_ones - x_hat * along_x_hat) / std
    # END SOLUTION
    return dx, dgamma, dbeta


# %% nbg="check layernorm-backward 3"
check("layernorm-backward", layernorm_backward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("layernorm-backward", layernorm_backward)
# END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
for N in (1, 2, 50):
    error, elementwise, _ = gradient_errors(layernorm_forward, layernorm_backward, N)
    print(f"N = {N:2}: relative error {error:.0e}, entry by entry {elementwise:.0e}")
    assert error < 1e-8

# %% [markdown]
r"""
A batch of one or two is nothing special any more. (Two *features* would be.)

### Question 2

Somebody prepares photographs for a network, `X : (N, 3072)`, in one of these ways:

* (a) from each photograph, its own mean is subtracted, and the result is divided by the standard deviation of its own 3072
  numbers;
* (b) the mean photograph is subtracted from all;
* (c) after (b), each of the 3072 numbers is divided by the standard deviation that it has over all photographs;
* (d) all numbers are divided by 255.

1. Which of them is like batch normalization, which like layer normalization, and which like neither?
2. A photograph comes once as it is, and once underexposed: all its numbers (before any preparation) are half as large. Which
   of (a) to (d), each by itself, make the two the same?
3. For which of them do you have to keep something from the training set for later use?

(2 points)
"""

# %% [markdown] nbg="answer batchnorm-question-axes 2"
r"""
1. (b) and (c) together are batch normalization, with the whole training set as the batch. (a) is layer normalization. (d) is
   neither: nothing is measured.
2. Only (a): mean and standard deviation of the darker one are half as large, too (an ε aside). The others treat each number
   separately, by constants.
3. For (b) the mean photograph, for (c) also the standard deviations: they are the "running statistics". For (a) and (d)
   nothing.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 7. In a network

Where does it go? Between the affine layer and the ReLU: {affine – normalization – ReLU} × (L − 1), affine, softmax. The last
layer's scores are not normalized, for how far apart they are is the network's message.

`FullyConnectedNet` was built for this. Everything about a hidden layer is in two methods, and we replace them. What is dull
is given: parameters `gamma1`, `beta1`, … for the hidden layers, the mode (test if there are no labels), the way back, which
is the way forward in the opposite order.

And the running averages: layer i has a dict of its own, `self.state["bn{i}"]`, a `bn_param` in which they begin and stay.
`state` is what the kit's `Solver` keeps together with the parameters, in its copy of the best epoch and in its checkpoints.
(The running variance begins at 1 here, so that an untrained network does not divide by nearly 0.)
"""


# %% nbg="setup"
class NormalizedNet(FullyConnectedNet):
    """(affine - normalization - ReLU) for each hidden layer, then affine - softmax."""

    def __init__(self, hidden_dims, normalization="batchnorm", **options):
        """Make an untrained network.

        normalization : "batchnorm" or "layernorm"      options : those of FullyConnectedNet
        """
        self.normalization, self.mode, self.state = normalization, "train", {}
        super().__init__(hidden_dims, **options)

    def init_params(self, sizes, weight_scale, rng):
        """Also give each hidden layer a gamma and a beta, and for batch normalization a place for running averages."""
        super().init_params(sizes, weight_scale, rng)
        for i in range(1, self.num_layers):
            ones, zeros = np.ones(sizes[i], self.dtype), np.zeros(sizes[i], self.dtype)
            self.params[f"gamma{i}"], self.params[f"beta{i}"] = ones, zeros
            if self.normalization == "batchnorm":
                self.state[f"bn{i}"] = {"running_mean": zeros.copy(), "running_var": ones.copy()}

    def loss(self, X, y=None):
        """Return scores, or loss and gradients, as FullyConnectedNet does; in test mode if there are no labels."""
        self.mode = "test" if y is None else "train"
        return super().loss(X, y)

    def hidden_backward(self, i, dout, cache):
        """Return the gradient at the input of hidden layer i, and a dict of those of its parameters."""
        affine_cache, norm_cache, relu_cache = cache
        backward = batchnorm_backward_alt if self.normalization == "batchnorm" else layernorm_backward
        dout, dgamma, dbeta = backward(relu_backward(dout, relu_cache), norm_cache)
        dx, dW, db = affine_backward(dout, affine_cache)
        return dx, {f"W{i}": dW, f"b{i}": db, f"gamma{i}": dgamma, f"beta{i}": dbeta}


# %% [markdown]
r"""
### Exercise: hidden_forward

Forward it is up to you: three layers in a row, the middle one by `self.normalization`. `batchnorm_forward` wants to know the
mode, which is in `self.mode`; its running averages have to come from `self.state` and be there again afterwards, in
training. The last line, and the parameters of this layer, are given.
"""


# %% nbg="exercise batchnorm-net"
@add_to(NormalizedNet)
def hidden_forward(self, i, x):
    """Return what hidden layer i makes of x, affine - normalization - ReLU, and the cache.

    x : (N, d_1, ..., d_k)      out : (N, D)
    cache : those of the three layers, in the order in which they were computed
    """
    W, b, gamma, beta = (self.params[f"{name}{i}"] for name in ("W", "b", "gamma", "beta"))
    # BEGIN SOLUTION
    a, affine_cache = affine_forward(x, W, b)
    if self.normalization == "batchnorm":
        bn_param = self.state[f"bn{i}"]
        bn_param["mode"] = self.mode
        normal, norm_cache = batchnorm_forward(a, gamma, beta, bn_param)
    else:
        normal, norm_cache = layernorm_forward(a, gamma, beta, {})
    out, relu_cache = relu_forward(normal)
    # END SOLUTION
    return out, (affine_cache, norm_cache, relu_cache)


# %% nbg="check batchnorm-net 3"
check("batchnorm-net", NormalizedNet)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("batchnorm-net", NormalizedNet)
# END HIDDEN TESTS

# %% [markdown]
r"""
The second of the looks before any training, the gradient check. **Predict first:** one kind of parameter will show a
relative error of 1, as bad as it can be, and yet its gradient is right. Which?
"""

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(3)
X_tiny, y_tiny = rng.normal(size=(6, 8)), rng.integers(0, 3, size=6)
net = NormalizedNet([6, 5], input_dim=8, num_classes=3, weight_scale=0.5, reg=0.1, dtype=np.float64)
_, grads = net.loss(X_tiny, y_tiny)
for name in sorted(net.params):
    numerical = eval_numerical_gradient(lambda _: net.loss(X_tiny, y_tiny)[0], net.params[name])
    error, size = rel_error(grads[name], numerical), np.abs(grads[name]).max()
    print(f"{name:6}  relative error {error:.0e}   largest gradient {size:7.0e}, measured {np.abs(numerical).max():7.0e}")
    assert error < 1e-6 or (name in ("b1", "b2") and size < 1e-12)

by_layers = NormalizedNet([6, 5], "layernorm", input_dim=8, num_classes=3, weight_scale=0.5, dtype=np.float64)
assert np.abs(by_layers.loss(X_tiny, y_tiny)[1]["b1"]).max() > 1e-3

# %% [markdown]
r"""
`b1` and `b2`. Computed and measured, both are $10^{-11}$ or less, which is 0 but for rounding, and two different roundings
of 0 are as different as can be. Look at the values before you look for a mistake. And the gradient *is* 0: the normalization
subtracts the mean, and with it any constant that the bias has added. A bias before a batch normalization does nothing at
all; β has taken over its work. Many networks leave it out. (Before a layer normalization it is of use: there, only what it
adds to all features alike is lost.)

### Question 3

1. Multiply all the weights `W1` of a trained network by 10, with batch normalization and without (and ε = 0). What happens
   to the scores? With batch normalization, what happens to the gradient of `W1`, without a penalty?
2. The penalty ½·reg·ΣW² also acts on `W1`. Somebody concludes from 1 that it is of no use there. What does it do all the
   same? (What does one step of gradient descent change: the *direction* of a weight vector, or its length?)
3. A learner reports: training loss falls nicely to 0.3; accuracy on the training images, measured with `loss(X)`, is 11 %.
   Where do you look first?

(2 points)
"""

# %% [markdown] nbg="answer batchnorm-question-scale 2"
r"""
1. With batch normalization nothing: the products become ten times as large, and so do their mean and standard deviation; the
   quotient is the same. (The bias disappears anyway.) Without, everything behind grows about tenfold. The gradient becomes
   ten times *smaller*: since ten times as large a change of `W1` is needed for the same effect.
2. It keeps the weights short. Since the function depends only on directions, and the gradient shrinks as the weights grow,
   the length decides how far a step *turns* them: with a given learning rate, longer weights learn more slowly, like
   1/length². The penalty thereby keeps the effective learning rate up.
3. At the running statistics: `loss(X)` runs in test mode. They are not updated, or not kept (a new `bn_param` for every
   call), or the momentum is the wrong way round, or they are not those of this layer. Accuracies that are good in one mode
   and at chance in the other always mean that.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 8. What it is good for

First the picture of the beginning, now with batch normalization in every layer:
"""

# %%
_, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
lasts = draw_spreads(ax, lambda scale: NormalizedNet([50] * 7, input_dim=768, weight_scale=scale), (1e-4, *SCALES))
assert 0.3 < min(lasts[1:]) < max(lasts[1:]) < 1
assert lasts[0] < 1e-2
net = NormalizedNet([50] * 7, input_dim=768, weight_scale=1e-4)
into_second, _ = net.hidden_forward(1, data["X_dev"])
assert np.var(into_second @ net.params["W2"]) < 1e-6

# %% [markdown]
r"""
From 0.001 to 1, all weight scales are nearly one line: whatever the weights do, every layer receives numbers of the same
size. Only 0.0001 gets lost on the way. There, the variance of what comes out of the second affine layer is $10^{-7}$,
smaller than ε by far, and it is by the root of ε that the numbers are divided.

### Depth and initialization

The experiment that shows it best. Seven hidden layers of 50 units, 1,000 images, 10 epochs of plain gradient descent with
learning rate 0.1, for nine weight scales from 0.0001 to 1. The same with batch normalization, and with layer normalization.

**Predict first:** at how many of the nine scales will the network without normalization learn anything?
"""


# %%
def make_net(kind, hidden_dims, **options):
    """Return an untrained network; kind : "plain", "batchnorm" or "layernorm"."""
    options = {"input_dim": 768, **options}
    return FullyConnectedNet(hidden_dims, **options) if kind == "plain" else NormalizedNet(hidden_dims, kind, **options)


def train(net, data, learning_rate, **options):
    """Return the solver after training; if the loss exploded, as far as it came."""
    solver = Solver(net, data, optim_config={"learning_rate": learning_rate}, verbose=False, **options)
    with np.errstate(all="ignore"), contextlib.suppress(Diverged):
        solver.train()
    return solver


MARKERS = dict(zip(LABELS, ("s:", "o-", "^--")))


def draw_curves(ax, x, curves, title, log=True):
    """Draw a curve for each kind of network and describe it; curves : {kind: numbers}."""
    for (kind, values), color in zip(curves.items(), vis.OKABE_ITO):
        ax.plot(x, values, MARKERS[kind], color=color, label=LABELS[kind])
    ax.set(xscale="log" if log else "linear", title=title, ylim=(0, None))
    told = "; ".join(f"{LABELS[kind]} {', '.join(f'{v:.2f}' for v in values)}" for kind, values in curves.items())
    vis.describe(ax, f"from left to right: {told}.")


# %% tags=["nbval-ignore-output", "thumbnail"]
thousand = {**data, "X_train": data["X_train"][:1000], "y_train": data["y_train"][:1000]}
weight_scales = np.logspace(-4, 0, 9)
training, validation, spread_after = {}, {}, []
for kind in LABELS:
    solvers = [
        train(make_net(kind, [50] * 7, weight_scale=scale), thousand, 0.1, num_epochs=10, batch_size=50)
        for scale in weight_scales
    ]
    training[kind] = np.array([max(solver.train_acc_history) for solver in solvers])
    validation[kind] = np.array([max(solver.val_acc_history) for solver in solvers])
    if kind == "batchnorm":
        spread_after = [solver.params["W4"].std() for solver in solvers]

_, axes = plt.subplots(1, 2, figsize=(9, 3.3), sharey=True, layout="constrained")
draw_curves(axes[0], weight_scales, training, "best accuracy on training images")
draw_curves(axes[1], weight_scales, validation, "best accuracy on validation images")
axes[0].legend(fontsize=8)
for ax in axes:
    ax.set_xlabel("weight scale")
learned = {kind: int(np.sum(values > 0.25)) for kind, values in training.items()}
print("scales at which more than a quarter of the training images is right:", learned)

print("weights of layer 4 with batch normalization:")
for before, after in zip(weight_scales, spread_after):
    print(f"  standard deviation {before:.4f} before, {after:.4f} after training")

# %% tags=["nbval-ignore-output"]
assert spread_after[2] > 4 * weight_scales[2]
assert abs(spread_after[-1] / weight_scales[-1] - 1) < 0.05
assert learned["plain"] <= 2
assert learned["batchnorm"] >= 7
assert 2 <= learned["layernorm"] <= 6
assert training["batchnorm"].max() > training["plain"].max() + 0.1

# %% [markdown]
r"""
Without normalization: one scale out of nine, the one next to $\sqrt{2/50} = 0.2$. Below, nothing arrives at the end; above,
the first steps explode. With batch normalization all but one, over more than three powers of ten.

Why is it not flat, if the scale makes no difference to the output? Because of question 3: it makes a difference to the
*gradient*. Large weights turn slowly: at scale 1, ten epochs have hardly changed them. Tiny weights turn fast, too fast at
first; the steps themselves make them longer, and thereby calmer. Look at the table: what began at 0.001 ended ten times as
large.

Layer normalization stands in between. Each example gets numbers of the right size, so nothing vanishes or explodes. But one
thing that the other does, it does not do. In a deep untrained network all examples come to look alike, and subtracting the
*batch's* mean removes just what they have in common:
"""


# %%
def likeness(net, X):
    """Return the mean cosine between pairs of examples, after each hidden layer."""
    found = []
    for i in range(1, net.num_layers):
        X, _ = net.hidden_forward(i, X)
        unit = X / np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-30)
        pairs = unit @ unit.T
        found.append(pairs[~np.eye(len(X), dtype=bool)].mean())
    return found


depths = np.arange(1, 8)
alike = {kind: likeness(make_net(kind, [50] * 7, weight_scale=0.2), data["X_dev"]) for kind in LABELS}
_, ax = plt.subplots(figsize=(6, 3), layout="constrained")
draw_curves(ax, depths, alike, "how alike two images are (mean cosine)", log=False)
ax.set(xlabel="hidden layer", ylim=(0, 1.03))
ax.legend(fontsize=8)
assert alike["batchnorm"][-1] < 0.45
assert min(alike["plain"][-1], alike["layernorm"][-1]) > 0.7

# %% [markdown]
r"""
### The size of the batch

Batch normalization measures on the batch what it then divides by. **Predict first:** what happens with batches of 2, 5, 10
and 50 images? Think of question 1. Five hidden layers, 10 epochs each, learning rate 0.01. Small batches mean more steps in
an epoch, so that everything else should favor *them*.
"""

# %% tags=["nbval-ignore-output"]
batch_sizes = [2, 5, 10, 50]
training, validation = {}, {}
for kind in LABELS:
    solvers = [
        train(make_net(kind, [50] * 5, weight_scale=0.1), thousand, 0.01, num_epochs=10, batch_size=n) for n in batch_sizes
    ]
    training[kind] = np.array([max(solver.train_acc_history) for solver in solvers])
    validation[kind] = np.array([max(solver.val_acc_history) for solver in solvers])

_, axes = plt.subplots(1, 2, figsize=(9, 3.3), sharey=True, layout="constrained")
draw_curves(axes[0], batch_sizes, training, "best accuracy on training images")
draw_curves(axes[1], batch_sizes, validation, "best accuracy on validation images")
axes[0].legend(fontsize=8)
for ax in axes:
    ax.set(xlabel="images in a batch", xticks=batch_sizes, xticklabels=batch_sizes)
    ax.minorticks_off()

# %% tags=["nbval-ignore-output"]
assert training["batchnorm"][0] < 0.25
assert training["batchnorm"][0] < training["batchnorm"][1] - 0.1
assert (training["layernorm"][:3] > training["batchnorm"][:3] + 0.05).all()
assert training["batchnorm"][3] > max(training["plain"][3], training["layernorm"][3])

# %% [markdown]
r"""
Without normalization and with layer normalization the small batches win, as expected: more steps. With batch normalization
the curve bends down on the left. In a batch of two every feature of every example is −1 or 1; all that is left of the image
is which of two is larger, for each feature. And the variance of two images is on average only half of the variance of all (a
factor of $(N - 1)/N$, for we divide by N): in use, the layer divides by too little. With 50 it learns the training images
best of the three.

Therefore: batch normalization where batches are large, as in image recognition; layer normalization where they are small or
examples are of different lengths, as in language. Transformers have it, or a close relative, in every layer.

### The batch of one

Now let us see what the two modes are for. A network is trained on all the training images, and then asked about single
photographs: in train mode, and in test mode.
"""

# %% tags=["nbval-ignore-output"]
net = make_net("batchnorm", [100] * 4, weight_scale=0.05)
solver = train(net, data, 0.1, num_epochs=2 if FULL else 6)
assert solver.best_val_acc > (0.4 if FULL else 0.36)


def scores_in(mode, X):
    """Return the scores of the trained network in a mode; the network itself stays as it is."""
    asked = copy.deepcopy(net)
    asked.mode = mode
    return FullyConnectedNet.loss(asked, X)


_, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True, layout="constrained")
for ax, mode in zip(axes, ("train", "test")):
    scores = np.vstack([scores_in(mode, data["X_val"][i : i + 1]) for i in range(3)])
    for i, (row, marker) in enumerate(zip(scores, "oD*")):
        ax.plot(row, marker, color=vis.OKABE_ITO[i], markersize=14 - 4 * i, alpha=0.7, label=f"image {i}")
    ax.set(title=f"{mode} mode, each image by itself", xlabel="class", xticks=range(10))
    same = "the same" if np.ptp(scores, axis=0).max() < 1e-5 else "different"
    vis.describe(ax, f"Scores of three images for ten classes: {same} for the three images.")
    assert (same == "the same") == (mode == "train")
axes[1].legend(fontsize=8)
_ = axes[0].set_ylabel("score")

# %% [markdown]
r"""
On the left the three markers lie on top of each other: one image minus the mean of one image is 0, for every feature, so
that all that is left is β. The network says the same about every photograph in the world.

And in company? Here is one image in 40 different batches of ten, and what the network holds of its true class, in train
mode. The line is the test mode. Below, accuracies on the validation images. For the last line but one they were sorted by
class first, so that nearly every batch holds one class only.
"""

# %% tags=["nbval-ignore-output", "accuracy"]
rng = np.random.default_rng(4)


def probability(scores, labels):
    """Return the softmax probability of the label, for each row of scores."""
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials[np.arange(len(labels)), labels] / exponentials.sum(axis=1)


X_val, y_val = data["X_val"][:500], data["y_val"][:500]
in_use = probability(net.loss(X_val), y_val)
image = np.abs(in_use - 0.6).argmin()  # one of which the network is fairly sure
company = [np.r_[image, rng.choice(500, size=9, replace=False)] for _ in range(40)]
seen = np.array([probability(scores_in("train", X_val[batch]), y_val[batch])[0] for batch in company])
alone = in_use[image]
_, ax = plt.subplots(figsize=(6.5, 2.6), layout="constrained")
ax.plot(seen, "o", color=vis.OKABE_ITO[0], label="train mode, in a batch of ten")
ax.axhline(alone, color=vis.OKABE_ITO[5], label="test mode")
ax.set(xlabel="batch", ylabel="probability of its class", ylim=(0, 1))
ax.legend(fontsize=8)
said = f"scatters from {seen.min():.2f} to {seen.max():.2f}; test mode says {alone:.2f}"
vis.describe(ax, f"The probability of one image's class, in 40 batches, {said}.")


def accuracy_in(mode, batch_size, order):
    """Return the accuracy on the validation images, taken in some order in batches of some size."""
    X, y = X_val[order], y_val[order]
    scores = np.vstack([scores_in(mode, X[i : i + batch_size]) for i in range(0, 500, batch_size)])
    return np.mean(scores.argmax(axis=1) == y)


shuffled, by_class = rng.permutation(500), np.argsort(y_val, kind="stable")
in_test = accuracy_in("test", 100, shuffled)
in_train = {n: accuracy_in("train", n, shuffled) for n in (1, 2, 10, 100)}
sorted_by_class = accuracy_in("train", 10, by_class)
for n, value in in_train.items():
    print(f"train mode, batches of {n:3}     {value:.3f}")
print(f"the same, 10, sorted by class  {sorted_by_class:.3f}")
print(f"test mode                      {in_test:.3f}")

# %% tags=["nbval-ignore-output"]
assert np.ptp(seen) > 0.2
assert in_train[1] < 0.15
assert in_train[1] < in_train[10] < in_test + 0.06
assert sorted_by_class < in_test - 0.1

# %% [markdown]
r"""
Sorted by class is the worst of the honest batches: what the images of a batch have in common is subtracted, and what they
have in common is just their class. An evaluation loop that forgets the test mode and reads its files folder by folder falls
into this.

One more thing belongs to a trained network, and no gradient ever touched it. What if it is lost?
"""

# %% tags=["nbval-ignore-output"]
forgetful = copy.deepcopy(net)
for kept in forgetful.state.values():
    kept.update(running_mean=0 * kept["running_mean"], running_var=0 * kept["running_var"] + 1)
with_state, without = (np.mean(network.loss(X_val).argmax(axis=1) == y_val) for network in (net, forgetful))
print(f"with its running averages {with_state:.3f}, with those of an untrained network {without:.3f}")
assert without < with_state - 0.05
for name, kept in solver.best_model_state.items():
    assert np.array_equal(net.state[name]["running_var"], kept["running_var"])

# %% [markdown]
r"""
Whoever saves a network saves its parameters *and* its state. The `Solver` does.

## What to take with you

* Batch normalization gives every feature mean β and spread γ, measured over the batch. It does not make anything normally
  distributed.
* In training, the batch's statistics; in use, running averages of them. Mixed up, everything looks right except the
  accuracy.
* Backward: what is shared collects a sum, a mean hands out 1/N. On paper: remove from the gradient what would only move or
  stretch the column.
* Check its gradient with four examples or more, and look at values before you trust a relative error.
* Weights may begin at almost any scale. The batch has to be large enough to measure something.
* Layer normalization looks along the row: no batch, no modes.

**Next:** `regularization`, for networks that learn well and too much of it by heart. The normalization you wrote will be back
when there are maps to normalize.
"""
