# %% [markdown]
r"""
# A good beginning

A network can be right and still learn nothing. Its loss agrees with its gradient to nine digits, every layer passes every
check, and after an hour the loss is what it was. The formulas are not to blame. The *numbers* are: on their way through ten
layers they have become so small, or so large, that no step changes anything that matters.

That is decided before the first step, by two things: how the weights are drawn, and what the images look like as numbers.
This notebook is about both. It looks inside untrained networks, finds out what goes wrong there, and what it takes to begin
well. It also follows a few units to their end.

**You will write** the weights of a layer that keeps numbers their size, three instruments (for signals, for dead units, for
the length of steps), and what is done to data before training: centering, scaling, principal components, whitening.

**Running time**, once everything is solved: about half a minute on two cores.
"""

# %% nbg="setup"
import copy
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import Solver, check, get_cifar10_data, sgd, vis
from cs231n_kit.data import CIFAR10_CLASSES
from cs231n_kit.solver import Diverged
from given import (
    FullyConnectedNet,
    affine_backward,
    affine_forward,
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)

# %% [markdown]
r"""
The photographs of this notebook are shrunk to half their width and height, 16 × 16 × 3 = 768 numbers from 0 to 255, so that
a training run takes a fraction of a second and we can afford many. `pixels` holds them as they are. `data` holds what the
networks of the first sections get: the mean training image is subtracted, and everything is divided by 64, which makes the
numbers about as large as 1. What that is good for is the subject of section 7.
"""


# %%
FULL = False  # True: all of CIFAR-10 in section 10, after `cs231n-kit data fetch cifar10`


def half_size(X):
    """Return images (N, 3072) at half the resolution, (N, 768), each pixel the mean of four."""
    return X.reshape(-1, 16, 2, 16, 2, 3).mean(axis=(2, 4)).reshape(len(X), -1)


def map_images(change, data):
    """Return the data with change(X), in float32, in place of each X."""
    return {name: np.float32(change(part)) if name.startswith("X") else part for name, part in data.items()}


pixels = map_images(half_size, get_cifar10_data(subtract_mean=False))
data = map_images(lambda X: half_size(X) / 64, get_cifar10_data())
for name, images in (("pixels", pixels), ("data", data)):
    X = images["X_train"]
    print(
        f"{name:6} {X.shape}, from {X.min():.1f} to {X.max():.1f}, mean {abs(X.mean()):.2f}, standard deviation {X.std():.2f}"
    )

# %% [markdown]
r"""
## 1. A thousand inputs

A neuron has 1,000 inputs, of which 500 happen to be 1 and 500 to be 0. Its weights and its bias are drawn from the standard
normal distribution, $\mathcal N(0, 1)$, mean 0 and standard deviation 1, which looks like the most natural choice.

**Predict first:** what comes out of the sum $z = \sum_i w_i x_i + b\,$? Is it typically about 1, about 20, or about 500?

The 500 weights at inputs of 0 don't count. What is left is a sum of 501 independent numbers, 500 weights and a bias.
Variances of independent numbers add up, so $z$ has variance 501, and a standard deviation of $\sqrt{501} \approx 22.4$.

In general, for $n$ inputs, weights of standard deviation $s$ and a bias of standard deviation $s_b$:

$$
\operatorname{Var}(z) = s^2 \sum_i x_i^2 + s_b^2 = n\, s^2\; \overline{x^2} + s_b^2
$$

where $\overline{x^2}$ is the mean square of the inputs, here ½. Let us draw 4,000 such neurons, and look at what a sigmoid
would make of it.
"""

# %%
rng = np.random.default_rng(0)
x = np.repeat([1.0, 0.0], 500)
cases = {"N(0, 1), bias N(0, 1)": (1, 1), "1/√n, bias N(0, 1)": (1000**-0.5, 1), "1/√n, bias 0": (1000**-0.5, 0)}
_, axes = plt.subplots(1, 3, figsize=(9.5, 2.4), layout="constrained")
found = {}
for ax, (name, (s, s_bias)) in zip(axes, cases.items()):
    z = s * x @ rng.normal(size=(1000, 4000)) + s_bias * rng.normal(size=4000)
    out, cache = sigmoid_forward(z)
    flat = np.mean(sigmoid_backward(np.ones_like(z), cache) < 0.01)
    found[name] = z.std(), flat
    ax.hist(out, bins=40, range=(0, 1), color=vis.OKABE_ITO[0])
    ax.set(title=name, xlabel="sigmoid(z)", yticks=[])
    vis.describe(ax, f"histogram of 4,000 sigmoids, standard deviation of z {z.std():.2f}, slope below 0.01 for {flat:.0%}.")
    print(f"{name:22} standard deviation of z {z.std():6.2f}   slope of the sigmoid below 0.01: {flat:.0%}")
assert abs(found["N(0, 1), bias N(0, 1)"][0] - np.sqrt(501)) < 1
assert found["N(0, 1), bias N(0, 1)"][1] > 0.8
assert abs(found["1/√n, bias N(0, 1)"][0] - np.sqrt(3 / 2)) < 0.05
assert abs(found["1/√n, bias 0"][0] - np.sqrt(1 / 2)) < 0.03
assert found["1/√n, bias 0"][1] == 0

# %% [markdown]
r"""
On the left the neurons sit at both ends, at 0 and at 1. They are **saturated**: the sigmoid is flat there, and over four in
five of them let less than a hundredth of the gradient through. They say something with great certainty, know nothing, and
can hardly be taught.

With $s = 1/\sqrt n$ the weights add up to a variance of ½ instead of 500. With a bias from $\mathcal N(0, 1)$ the
total is 3/2, a standard deviation of 1.22. Now nearly all have a slope that is worth having. The bias is one number,
however many inputs there are, and need not be random at all: the weights already make the neurons differ. So it
begins at 0 from here on. (Weights can't begin at 0. All neurons of a layer would compute the same, get the same
gradient, and stay alike for ever.)

### Question 1: spot the mistake

> *We want weighted inputs of about standard normal size. So each weight is drawn with a standard deviation of*
> $\sqrt{n_\text{in}}$ *instead of 1.*

1. What standard deviation does $z$ have then, in the example with 500 of 1,000 inputs at 1 and a bias from
   $\mathcal N(0, 1)$? What should the sentence say?
2. Half of the inputs were 0. With $s = 1/\sqrt{n}$ and a bias of 0, for which inputs does $z$ have a standard deviation of
   exactly 1? Name a way to have the inputs of the *first* layer like that.

(2 points)
"""

# %% [markdown] nbg="answer activations-question-root 2"
r"""
1. Variance 500 · 1000 + 1 = 500,001, standard deviation 707: thirty times worse than with $\mathcal N(0, 1)$. The
   root belongs into the denominator, $1/\sqrt{n_\text{in}}$: the more terms are added up, the smaller each of them
   has to be.
2. For inputs with a mean square of 1, since the variance is n · (1/n) · mean square. Center the data and divide by
   the standard deviation: a mean of 0 and a variance of 1 have a mean square of 1.

*One point each. In 1, 707 or the variance is enough, with or without the 1 of the bias.*
"""

# %% [markdown]
r"""
## 2. Through the layers and back

One layer was easy. Now eight in a row, 400 units each, without biases, and with tanh, whose outputs have both signs. The two
functions below send a batch through and a gradient back, with the layers that you know.
"""

# %%
FORWARD = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward, "leaky_relu": leaky_relu_forward}
BACKWARD = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward, "leaky_relu": leaky_relu_backward}


def send_through(X, weights, nonlinearity):
    """Return what comes out of each layer, a list of (N, H), and the caches."""
    outs, caches = [], []
    for W in weights:
        z, of_affine = affine_forward(X, W, np.zeros(W.shape[1]))
        X, of_bend = FORWARD[nonlinearity](z)
        outs.append(X)
        caches.append((of_affine, of_bend))
    return outs, caches


def send_back(dout, caches, nonlinearity):
    """Return the gradients at the outputs of the layers, a list of (N, H); dout is the one of the last layer."""
    douts = []
    for of_affine, of_bend in reversed(caches):
        douts.insert(0, dout)
        dout, _, _ = affine_backward(BACKWARD[nonlinearity](dout, of_bend), of_affine)
    return douts


# %% [markdown]
r"""
### Exercise: layer_statistics

First the instrument. Three numbers for each layer, over **all** the numbers that come out of it, all examples and all units
together: their mean, their standard deviation, and the share of them that is *saturated*. For tanh that means close to −1 or
to 1: the absolute value is larger than some limit. (At 0.99 the slope of tanh is 0.02.)
"""


# %% nbg="exercise activations-layer-statistics"
def layer_statistics(layers, limit=0.99):
    """Return the mean, the standard deviation and the saturated share of what comes out of each layer.

    layers : list of L arrays (N, H_1), (N, H_2), ..., what comes out of each layer for N examples
    limit  : a number is saturated if its absolute value is larger than this
    Returns three arrays (L,): means, standard deviations, shares from 0 to 1. A loop over the layers is fine.
    """
    # BEGIN SOLUTION
    means = np.array([out.mean() for out in layers])
    spreads = np.array([out.std() for out in layers])
    saturated = np.array([np.mean(np.abs(out) > limit) for out in layers])
    return means, spreads, saturated
    # END SOLUTION


# %% nbg="check activations-layer-statistics 2"
check("activations-layer-statistics", layer_statistics)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("activations-layer-statistics", layer_statistics)
# END HIDDEN TESTS

# %% [markdown]
r"""
Three ways to draw the weights: with standard deviation 1, with 0.01 ("small random numbers", as many tutorials have it), and
with $1/\sqrt n$, where $n$ is the number of inputs of the layer, 768 in the first and 400 in the others.

**Predict first:** what will the eighth layer put out, in each of the three?
"""

# %% tags=["thumbnail"]
SIZES = [768] + [400] * 8
SCALES = {"N(0, 1)": lambda n: 1.0, "0.01": lambda n: 0.01, "1/√n": lambda n: n**-0.5, "√(2/n)": lambda n: (2 / n) ** 0.5}
batch = data["X_train"][:400].astype(np.float64)


def signals(nonlinearity, *names):
    """Return what comes out of the layers, and the gradients there, for each way to draw weights: {name: list}, twice."""
    outs, gradients = {}, {}
    for name in names:
        rng = np.random.default_rng(1)
        weights = [SCALES[name](n) * rng.normal(size=(n, m)) for n, m in pairwise(SIZES)]
        outs[name], caches = send_through(batch, weights, nonlinearity)
        gradients[name] = send_back(rng.normal(size=outs[name][-1].shape), caches, nonlinearity)
    return outs, gradients


outs, gradients = signals("tanh", "N(0, 1)", "0.01", "1/√n")
axes = vis.layer_histograms(outs, limit=1.0)
saturated = {}
for name, layers in outs.items():
    _, spreads, saturated[name] = layer_statistics(layers)
    print(
        f"{name:8} spread", *(f"{s:8.2g}" for s in spreads), "   saturated", *(f"{share:4.0%}" for share in saturated[name])
    )
assert saturated["N(0, 1)"].min() > 0.85
assert saturated["1/√n"].max() < 0.05
assert outs["0.01"][-1].std() < 1e-5
assert outs["1/√n"][-1].std() > 0.2

# %% [markdown]
r"""
Each row is a network, each column a layer; all the axes run from −1 to 1.

* **N(0, 1)**: each sum has 400 terms, and a standard deviation of about 20. Nine out of ten outputs are at −1 or 1.
* **0.01**: each layer multiplies the numbers by about $0.01 \cdot \sqrt{400} = 0.2$. After eight of them nothing is left.
* **1/√n**: the numbers keep their size, nearly. (tanh squeezes a little each time, so the histograms get slowly narrower.)

The way back goes through the same matrices. We let a gradient of standard normal numbers arrive at the last layer.

**Predict first:** saturated units let no gradient through. So what happens to it in the first row?
"""

# %%
axes = vis.layer_histograms(gradients)
sizes = {name: np.array([layer.std() for layer in layers]) for name, layers in gradients.items()}
slopes = BACKWARD["tanh"](np.ones_like(batch[:, :1]), outs["N(0, 1)"][0])
blocked = np.mean(slopes < 0.02)
print(f"N(0, 1): {blocked:.0%} of the units of the first layer let less than a fiftieth of the gradient through")
assert sizes["N(0, 1)"][0] > 1000
assert sizes["0.01"][0] < 1e-4
assert 0.2 < sizes["1/√n"][0] < 1
assert blocked > 0.85

# %% [markdown]
r"""
Look at the numbers over the histograms, and at the ends of the axes: each histogram has a scale of its own here. (Read from
right to left, the way the gradient goes.)

With 0.01 the gradient vanishes like the signal. With $1/\sqrt n$ it arrives. And in the first row it *explodes*, by a factor
of three per layer, although nine tenths of the units are saturated. Both are true: most units let nothing through, as the
printed line says. But the few that do hand their gradient on through weights that are twenty times too large. What arrives
is huge, and comes from a handful of units that happened to be near 0. It says next to nothing about how to get better.

## 3. The right factor

Why $1/\sqrt n$ is right for the way forward we know: $\operatorname{Var}(z) = n\, s^2\, \overline{x^2}$, and near 0
tanh changes nothing. Now the **ReLU**. If $z$ is as often positive as negative, it throws away half of the mean
square:

$$
\overline{x^2} = \overline{\max(0, z)^2} = \tfrac12 \operatorname{Var}(z)
\qquad\text{so}\qquad
\operatorname{Var}(z_\text{next}) = n\, s^2 \cdot \tfrac12 \operatorname{Var}(z) .
$$

For the variance to stay the same, $s$ has to make up for it: $s = \sqrt{2/n}$ (Kaiming He and others, 2015). With
$1/\sqrt n$ the variance is halved in each layer. That does not sound like much.

The way back is the same calculation from the other side. A unit collects the gradients of the $n_\text{out}$ units
that it feeds, and the ReLU lets half of them through: the factor is $n_\text{out}\, s^2 \cdot \frac12$. If layers are
about as wide as their neighbors, one choice serves both directions. (Glorot and Bengio, in 2010, proposed to take the
mean of the two numbers, $s = \sqrt{2/(n_\text{in} + n_\text{out})}$, for tanh; many libraries mean that when they say
*Xavier*. CS231n's notes mean $1/\sqrt{n_\text{in}}$. Look it up before you rely on a name.)

All of these have the same form, with a **gain** $g$ that depends on what follows the affine layer:

$$
s = \frac{g}{\sqrt{n_\text{in}}}
\qquad
g = 1 \text{ for tanh, or for nothing at all,}
\qquad
g = \sqrt 2 \text{ for the ReLU.}
$$

For the **leaky ReLU** you can find it yourself. With slope $\alpha$ on the negative side, half of the mean square
comes through as it is, and the other half multiplied by ... what? For $\alpha = 0$ the gain should be that of the
ReLU, and for $\alpha = 1$, where there is no bend left, it should be 1.

### Exercise: init_weights
"""


# %% nbg="exercise activations-init-weights"
def init_weights(n_in, n_out, nonlinearity, rng, alpha=0.01):
    """Return random weights, (n_in, n_out), that keep the size of a signal: rng.standard_normal((n_in, n_out)), times s.

    nonlinearity : what follows the affine layer: "linear" (nothing), "tanh", "relu" or "leaky_relu"; ValueError for any other
    rng          : the np.random.Generator that is asked, once
    alpha        : the slope of the negative side of a leaky ReLU
    """
    # BEGIN SOLUTION
    squared_gains = {"linear": 1, "tanh": 1, "relu": 2, "leaky_relu": 2 / (1 + alpha**2)}
    if nonlinearity not in squared_gains:
        raise ValueError(f"nonlinearity is {nonlinearity!r}, expected one of {', '.join(squared_gains)}")
    s = np.sqrt(squared_gains[nonlinearity] / n_in)
    return s * rng.standard_normal((n_in, n_out))
    # END SOLUTION


# %% nbg="check activations-init-weights 3"
check("activations-init-weights", init_weights)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("activations-init-weights", init_weights)
# END HIDDEN TESTS

# %% [markdown]
r"""
Thirty layers of 200 units with your weights. A spread that stays on one level, for thirty layers, is a strict test: a factor
that is wrong by 10 % would be off by $1.1^{30} = 17$ at the end.

**Predict first:** the last two lines are a ReLU with the weights of a tanh network, and a leaky ReLU with
$\alpha = 0.5$ that got the weights of a ReLU. Where do they end?
"""


# %%
def bent(z, nonlinearity, alpha):
    """Return what the nonlinearity makes of sums z."""
    if nonlinearity == "linear":
        return z
    return leaky_relu_forward(z, alpha)[0] if nonlinearity == "leaky_relu" else FORWARD[nonlinearity](z)[0]


def spread_after(nonlinearity, weights_for, depth=30, alpha=0.01):
    """Return the root of the mean square after each layer of 200 units, for standard normal inputs."""
    rng, found = np.random.default_rng(2), []
    x = rng.normal(size=(400, 200))
    for _ in range(depth):
        z = x @ init_weights(200, 200, weights_for, rng, alpha)
        x = bent(z, nonlinearity, alpha)
        found.append(np.sqrt(np.mean(x**2)))
    return np.array(found)


runs = {
    "nothing": spread_after("linear", "linear"),
    "tanh": spread_after("tanh", "tanh"),
    "ReLU": spread_after("relu", "relu"),
    "leaky ReLU, 0.5": spread_after("leaky_relu", "leaky_relu", alpha=0.5),
    "ReLU, weights of tanh": spread_after("relu", "tanh"),
    "leaky ReLU, 0.5, weights of ReLU": spread_after("leaky_relu", "relu", alpha=0.5),
}
_, ax = plt.subplots(figsize=(7.5, 3.4), layout="constrained")
for (name, found), color, marker in zip(runs.items(), vis.OKABE_ITO, "os^DvP"):
    ax.semilogy(range(1, 31), found, color=color, marker=marker, markersize=3, label=name)
ax.set(xlabel="layer", ylabel="root of the mean square")
ax.legend(fontsize=7, ncols=2)
words = ", ".join(f"{name} {found[-1]:.2g}" for name, found in runs.items())
vis.describe(ax, f"Size of the numbers after each of 30 layers, logarithmic. After the last: {words}.")
print(words)
assert all(0.3 < runs[name][-1] < 2 for name in ("nothing", "ReLU", "leaky ReLU, 0.5"))
assert 0.05 < runs["tanh"][-1] < 0.5
assert runs["ReLU, weights of tanh"][-1] < 1e-4
assert runs["leaky ReLU, 0.5, weights of ReLU"][-1] > 10

# %% [markdown]
r"""
The ReLU with the weights of tanh loses a factor of $\sqrt2$ in each layer: $2^{-15}$ in thirty. The leaky one with too large
weights gains. (tanh sinks, but slowly: the smaller the numbers, the less it squeezes them.)

And the **sigmoid**? Its slope is at most ¼, so that the way back loses a factor of four or more per layer, whatever is done
to the way forward. On top of that its outputs are all positive, about ½: the next layer's sums all lean the same way. Here
are three networks of eight layers, the way forward and the way back:
"""

# %%
pairs = {"sigmoid, 1/√n": ("sigmoid", "1/√n"), "ReLU, 1/√n": ("relu", "1/√n"), "ReLU, √(2/n)": ("relu", "√(2/n)")}
outs, gradients = {}, {}
for name, (nonlinearity, scale) in pairs.items():
    forward, back = signals(nonlinearity, scale)
    outs[name], gradients[name] = forward[scale], back[scale]
axes = vis.layer_histograms(outs, limit=2.0)
axes = vis.layer_histograms(gradients)
first = {name: layers[0].std() for name, layers in gradients.items()}
print("gradient that arrives at the first layer:", ", ".join(f"{name} {size:.1g}" for name, size in first.items()))
assert first["sigmoid, 1/√n"] < 4.0**-7
assert 0.03 < first["ReLU, 1/√n"] < 0.2
assert 0.5 < first["ReLU, √(2/n)"] < 2

# %% [markdown]
r"""
(For the ReLU the tall bar at 0 is the half of the numbers that it cut off; in the first picture the axes run from −2
to 2.) This is why hidden layers use the ReLU, and why nobody puts sigmoids into them anymore. The sigmoid's place is
the output, where a probability is wanted.

## 4. Does it matter?

A gradient that is too small could be made up for by a larger learning rate, one might think. So let us see. Ten hidden
layers of 100 units, the first 2,000 images, 5 epochs of plain steps, always with a learning rate of 0.02.

**Predict first:** which of the six networks below learn anything?
"""


# %%
class Net(FullyConnectedNet):
    """A FullyConnectedNet with any nonlinearity, and weights drawn by init_weights or with a scale of your own."""

    def __init__(self, hidden_dims, nonlinearity="relu", scale=None, **options):
        """scale : standard deviation of the weights, function of n_in; None for init_weights"""
        self.nonlinearity, self.scale = nonlinearity, scale
        super().__init__(hidden_dims, input_dim=768, **options)

    def init_params(self, sizes, weight_scale, rng):
        for i, (n, m) in enumerate(pairwise(sizes), 1):
            followed_by = "linear" if i == len(sizes) - 1 else self.nonlinearity
            W = init_weights(n, m, followed_by, rng) if self.scale is None else self.scale(n) * rng.normal(size=(n, m))
            self.params[f"W{i}"], self.params[f"b{i}"] = W.astype(self.dtype), np.zeros(m, self.dtype)

    def hidden_forward(self, i, x):
        z, of_affine = affine_forward(x, self.params[f"W{i}"], self.params[f"b{i}"])
        out, of_bend = FORWARD[self.nonlinearity](z)
        return out, (of_affine, of_bend)

    def hidden_backward(self, i, dout, cache):
        of_affine, of_bend = cache
        dx, dw, db = affine_backward(BACKWARD[self.nonlinearity](dout, of_bend), of_affine)
        return dx, {f"W{i}": dw, f"b{i}": db}


def train(net, data, learning_rate, num_epochs=5, batch_size=100, **options):
    """Return the solver after training, and leave the last parameters in the net; if the loss exploded, as far as it came."""
    config = {"learning_rate": learning_rate}
    options = {"num_epochs": num_epochs, "batch_size": batch_size, "verbose": False, **options}
    solver = Solver(net, data, optim_config=config, **options)
    try:
        with np.errstate(all="ignore"):
            solver.train()
    except Diverged as error:
        print(f"   {str(error).splitlines()[0]}")
    net.params = solver.params
    return solver


def last_loss(solver):
    """Return the mean training loss of the last epoch, infinity if there is none."""
    losses = solver.loss_history[-solver.steps_per_epoch :]
    return np.mean(losses) if np.isfinite(losses).all() else np.inf


# %% tags=["nbval-ignore-output"]
some = {**data, "X_train": data["X_train"][:2000], "y_train": data["y_train"][:2000]}
reached = {}
for nonlinearity, names in (("tanh", ("N(0, 1)", "0.01", "1/√n")), ("relu", ("0.01", "1/√n", "√(2/n)"))):
    for name in names:
        solver = train(Net([100] * 10, nonlinearity, SCALES[name]), some, 0.02, batch_size=50)
        reached[nonlinearity, name] = last_loss(solver)
        start, accuracy = solver.loss_history[0], solver.val_acc_history[-1]
        print(f"{nonlinearity:4} {name:8} loss {start:6.3f} → {last_loss(solver):6.3f}   validation {accuracy:.2f}")
assert min(reached["tanh", "0.01"], reached["relu", "0.01"], reached["relu", "1/√n"]) > 2.25
assert reached["tanh", "N(0, 1)"] > 5
assert max(reached["tanh", "1/√n"], reached["relu", "√(2/n)"]) < 2

# %% [markdown]
r"""
The loss of guessing is log 10 = 2.303. With 0.01 the network is exactly there, and stays: whatever image comes in, what
comes out of ten layers is 0. With $\mathcal N(0, 1)$ the scores are large and wrong, and what is learned is little. And see
what the factor of $\sqrt2$ does, which did not sound like much: the ReLU network with $1/\sqrt n$ has not left the ground
after 200 steps, the one with $\sqrt{2/n}$ is on its way.

A larger rate does not save the small weights, either. In the first step only the last bias has a gradient worth
mentioning:
"""

# %%
net = Net([100] * 10, "relu", SCALES["0.01"])
_, grads = net.loss(some["X_train"][:50], some["y_train"][:50])
sizes = {name: np.abs(grads[name]).max() for name in ("W1", "W5", "W10", "W11", "b11")}
print("largest entry of the gradient of", ", ".join(f"{name}: {size:.0e}" for name, size in sizes.items()))
assert sizes["b11"] > 1e5 * max(sizes["W1"], sizes["W5"], sizes["W10"])

# %% [markdown]
r"""
Even if some rate would move W1, that same rate would throw b11 out of the window. (A rule that divides each gradient
by its typical size, as Adam does, can get further. Batch normalization measures the numbers and corrects them in each
layer. Both are in notebooks of their own. Neither is a reason for a careless beginning.)

## 5. Units that die

A ReLU is off when its sum is negative. Off for *some* images is fine, that is what it is for. But a unit that is off for
**every** image has slope 0 for every image. No gradient reaches its weights or its bias, so they don't change, so it
stays off. It is **dead**: the network carries it along for the rest of its days.

### Exercise: dead_units

The second instrument. It gets what goes *into* the ReLU, for many examples. A sum of exactly 0 counts as off.
"""


# %% nbg="exercise activations-dead-units"
def dead_units(z):
    """Return which of the units are off for every example, a boolean array (H,). No loops.

    z : (N, H), what goes into the ReLU: for N examples, the sums of H units. A unit is on where its sum is above 0.
    """
    # BEGIN SOLUTION
    return ~(z > 0).any(axis=0)
    # END SOLUTION


# %% nbg="check activations-dead-units 2"
check("activations-dead-units", dead_units)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("activations-dead-units", dead_units)
# END HIDDEN TESTS

# %% [markdown]
r"""
What kills a unit? "Too large a learning rate", one reads. We train two hidden layers of 100 units, four epochs each,
with six learning rates, and count. And we do it twice: with the centered images, and with images that are only
divided by 64, of which no number is negative, and which are about 2 on average.

**Predict first:** what does the sign of the inputs have to do with it?
"""


# %% tags=["nbval-ignore-output"]
def dead_shares(net, X):
    """Return the share of dead units in each hidden layer."""
    shares = []
    for i in range(1, net.num_layers):
        z, _ = affine_forward(X, net.params[f"W{i}"], net.params[f"b{i}"])
        X, _ = net.hidden_forward(i, X)
        shares.append(dead_units(z).mean())
    return np.array(shares)


positive = map_images(lambda X: X / 64, pixels)
rates = [0.01, 0.03, 0.06, 0.1, 0.2, 0.4]
dead, final = {}, {}
for name, images in (("centered", data), ("positive", positive)):
    for rate in rates:
        net = Net([100, 100])
        final[name, rate] = train(net, images, rate, num_epochs=4).val_acc_history[-1]
        dead[name, rate] = dead_shares(net, images["X_train"])

_, axes = plt.subplots(1, 2, figsize=(9, 3.0), layout="constrained")
for name, color, line in (("centered", vis.OKABE_ITO[0], "o-"), ("positive", vis.OKABE_ITO[5], "s--")):
    shares, accuracies = [dead[name, rate][0] for rate in rates], [final[name, rate] for rate in rates]
    axes[0].plot(rates, shares, line, color=color, label=f"{name} images")
    axes[1].plot(rates, accuracies, line, color=color, label=f"{name} images")
axes[0].set(title="dead units in the first layer", ylim=(-0.05, 1.05))
axes[1].set(title="validation accuracy", ylim=(0, 0.5))
for ax in axes:
    ax.set(xscale="log", xlabel="learning rate", xticks=rates, xticklabels=rates)
    ax.minorticks_off()
axes[0].legend(fontsize=8)
told = "; ".join(f"{name} {', '.join(f'{dead[name, rate][0]:.0%}' for rate in rates)}" for name in ("centered", "positive"))
vis.describe(axes, f"Dead units and validation accuracy for learning rates {', '.join(map(str, rates))}. Dead: {told}.")
print(told)
assert max(dead["centered", rate].max() for rate in rates[:5]) < 0.05
assert dead["positive", 0.01][0] < 0.1
assert min(dead["positive", rate][0] for rate in (0.1, 0.2, 0.4)) > 0.5
assert max(final["positive", rate] for rate in (0.1, 0.2, 0.4)) < 0.2
assert min(final["centered", rate] for rate in (0.1, 0.2)) > 0.3

# %% [markdown]
r"""
With positive images a rate of 0.1 kills most of the first layer, and the network guesses. With centered images the
same rate is just right, and nobody dies.

Why? Because positive images all point the same way:
"""


# %%
def likeness(X):
    """Return the mean cosine between pairs of examples: 1 if all point the same way, 0 if they have nothing in common."""
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    return (unit @ unit.T)[~np.eye(len(X), dtype=bool)].mean()


alike = {name: likeness(images["X_train"][:500]) for name, images in (("centered", data), ("positive", positive))}
print("mean cosine between two images:", ", ".join(f"{name} {abs(value):.2f}" for name, value in alike.items()))
assert alike["positive"] > 0.8
assert abs(alike["centered"]) < 0.05

# %% [markdown]
r"""
The gradient of a unit's weights is a sum of *inputs*, each multiplied by some blame. If all inputs are positive, one
step with much blame lowers **all 768 weights at once**; and because all inputs of every image are positive, this lowers the
unit's sum for **every image at once**. One long step, and there is no image left for which it is on. With centered
images a step that lowers the sum for one image raises it for another, which is unlike the first.

### Too late

"Then lower the learning rate." Let us see. One epoch with 0.1 on positive images does the damage; then the *same*
weights train on with a tenth of the rate, once as they are, and once with every ReLU replaced by a leaky one, with $\alpha =
0.01$. Three networks each, from three seeds.

**Predict first:** which of the two recovers?
"""

# %% tags=["nbval-ignore-output"]
after = {"relu": [], "leaky_relu": []}
for seed in range(3):
    damaged = Net([100, 100], rng=np.random.default_rng(seed))
    train(damaged, positive, 0.1, num_epochs=1)
    shares = dead_shares(damaged, positive["X_train"])
    for nonlinearity, losses in after.items():
        net = copy.deepcopy(damaged)
        net.nonlinearity = nonlinearity
        solver = train(net, positive, 0.01, num_epochs=8)
        losses.append(last_loss(solver))
        off = dead_shares(net, positive["X_train"])
        print(
            f"seed {seed}, {nonlinearity:10} off in the first layer {shares[0]:.0%} → {off[0]:.0%}, loss after 8 epochs "
            f"{last_loss(solver):.3f}, validation {solver.val_acc_history[-1]:.2f}"
        )
assert min(after["relu"]) > 2.28
assert np.median(after["leaky_relu"]) < 2.2

# %% [markdown]
r"""
The ReLU networks stay where they are: for a dead unit, a learning rate of any size multiplies 0. Most of the leaky ones
begin to learn again, through the hundredth of the gradient that gets through; the one that had lost most hardly does. And
look at how many are off: the units don't come back to the positive side, they learn to be useful where they are. It is a
late and poor rescue, far from what a good beginning gets in the same time.

So, in this order: **center the inputs; draw weights with the right gain; choose a sane learning rate; and count your dead
units.** If there are many, a leaky ReLU is insurance, and cheap. (So is maxout: of its pieces one always wins, and gets the
gradient.)

### Question 2

1. A unit of the *first* hidden layer is dead. Which gradient do its weights and its bias get from the data? Somebody
   adds an L2 penalty on the weights, which pulls them toward 0; the bias is −3. Will the unit come back?
2. A unit of the *second* hidden layer is dead. Why may it come back all the same, without any gradient of its own?
3. > *Dying ReLUs come from too large a learning rate and can be avoided by lowering it.*

   Which of the two halves do the experiments support, and what has to be added?

(2 points)
"""

# %% [markdown] nbg="answer activations-question-dead 2"
r"""
1. None: the slope is 0 for every image. The penalty shrinks the weights, so the sum goes to the bias, −3, which no
   gradient changes: it stays negative for every image, and the unit stays dead. (On its way the sum could become
   positive for an image only if it were so for smaller weights and not for larger ones; with a negative bias that
   can't be.)
2. Its inputs are the outputs of the first layer, which goes on learning from the other units' gradients. When the
   inputs change, its sum may become positive for some image, and from then on it gets a gradient again.
3. Both halves are true of the *beginning*: with a small rate hardly any died. Two things have to be added. Lowering
   the rate afterwards does not bring the dead back. And the rate is not alone: with centered inputs rates ten times
   as large did no harm.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 6. How long are the steps?

Is 0.02 a large learning rate? The question makes no sense by itself: it depends on how large the gradients are, and
how large the weights are that they change. What can be compared is the length of the *step* with the length of the
*weights*:

$$
\text{ratio} = \frac{\lVert w_\text{next} - w \rVert}{\lVert w \rVert}
\qquad\qquad
\lVert w \rVert = \sqrt{\textstyle\sum w_i^2}
$$

over all the entries of a parameter, whatever its shape. A rule of thumb says that about **1/1000** is healthy: a thousand
steps in one direction could replace the weights entirely. With $10^{-6}$ nothing will happen today; with 1 every step throws
away what was there.

Biases begin at 0, so their first ratio is a division by 0. We say that it is infinite, unless nothing has changed: then it
is 0.

### Exercise: update_ratio
"""


# %% nbg="exercise activations-update-ratio"
def update_ratio(w, next_w):
    """Return the length of the step from w to next_w, divided by the length of w: a number.

    w, next_w : arrays of the same shape, any shape; left as they are
    0 if they are equal, infinity (np.inf) if w is all zeros and next_w is not.
    """
    # BEGIN SOLUTION
    step, size = (np.sqrt(np.sum(part**2)) for part in (next_w - w, w))
    if step == 0:
        return 0.0
    return step / size if size > 0 else np.inf
    # END SOLUTION


# %% nbg="check activations-update-ratio 2"
check("activations-update-ratio", update_ratio)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("activations-update-ratio", update_ratio)
# END HIDDEN TESTS

# %% [markdown]
r"""
An update rule sees `w` before and after, so a rule around the rule can keep the ratios, in the config that belongs to each
parameter. We train three hidden layers of 100 units with five learning rates, and draw the ratio of each weight matrix.

**Predict first:** the weights of which layer get the longest steps? And where will the best rate have its ratios?
"""


# %% tags=["nbval-ignore-output"]
def watched(w, dw, config=None):
    """Plain steps, whose ratios are kept in the config."""
    next_w, config = sgd(w, dw, config)
    return next_w, {**config, "ratios": [*config.get("ratios", []), update_ratio(w, next_w)]}


rates = [1e-4, 1e-3, 1e-2, 1e-1, 4e-1]
ratios, losses = {}, {}
for rate in rates:
    solver = train(Net([100] * 3), data, rate, num_epochs=4, update_rule=watched)
    ratios[rate] = {name: np.array(solver.optim_configs[name]["ratios"]) for name in ("W1", "W2", "W3", "W4")}
    losses[rate] = last_loss(solver)

_, axes = plt.subplots(1, len(rates), figsize=(9.5, 2.6), sharey=True, layout="constrained")
for ax, rate in zip(axes, rates):
    for (name, values), color, line in zip(ratios[rate].items(), vis.OKABE_ITO, ("-", "--", "-.", ":")):
        ax.semilogy(np.arange(10, 181, 10), values.reshape(-1, 10).mean(axis=1), line, color=color, label=name)
    ax.axhline(1e-3, color="0.6", linewidth=1)
    ax.set(title=f"rate {rate:g}: loss {losses[rate]:.2f}", xlabel="step")
    ax.title.set_size(9)
    middle = ", ".join(f"{name} {np.median(values):.0e}" for name, values in ratios[rate].items())
    vis.describe(ax, f"middle ratios {middle}.")
    print(f"rate {rate:g}: middle ratios {middle}; loss {losses[rate]:.3f}")
axes[0].set_ylabel("update / weight")
axes[0].legend(fontsize=7)
best = min(losses, key=losses.get)
middle = {rate: np.median([np.median(values) for values in ratios[rate].values()]) for rate in rates}
assert best == 0.1
assert 1e-3 < middle[best] < 3e-2
assert middle[1e-4] < 1e-4
assert np.argmax([np.median(values) for values in ratios[1e-2].values()]) == 3

# %% [markdown]
r"""
The gray line is 1/1000. With the rate 0.0001 the ratios lie twenty to more than a hundred times below, and hardly
anything happens in four epochs. The best of these rates has ratios between 0.005 and 0.03, above the rule of thumb;
for the few steps that we take, impatience pays. With 0.4 they are about three times higher still, and the loss is
worse. So the rule is what rules of thumb are: right to an order of magnitude, and enough to see at a glance, in the
first minute, that a rate is a hundred times off.

The last layer takes the longest steps: it is small, and the loss is next to it. If one layer's ratio is a thousand
times that of another, no single rate can serve both, and something is wrong with the beginning (see section 4).

## 7. Centering and scaling

Two simple things are done to data before anything else.

**Centering:** subtract from each feature (for images: from each pixel and color) its mean over the training examples.

**Scaling:** then divide it by its standard deviation over the training examples. It brings features of different units to
one size, meters and millimeters, age and income.

The statistics come from the **training** examples, and *the same numbers* are applied to whatever is to be classified
later on. There are two ways to get this wrong. Statistics over everything let the test set take part in training. And
statistics of the test set's own would move it to another place than the data that the network knows; for a single
photograph there would be nothing left, since it is its own mean.

### Exercise: center_and_scale

In training data a feature can be the same for all examples (a black border, say). It has no spread to divide by. Such
a feature is centered, and not divided by anything, in both of the arrays. Mind the rounding: the mean of seven times
0.1 is not exactly 0.1 for a computer, and the standard deviation is $10^{-17}$ then, not 0. "All entries are equal"
is the safe question.
"""


# %% nbg="exercise activations-center-and-scale"
def center_and_scale(X_train, X_other):
    """Return both arrays, centered and scaled with the statistics of X_train.

    X_train : (N, D), any real dtype (images may come as uint8)      X_other : (M, D), M may be 1; both left as they are
    Each feature has mean 0 and standard deviation 1 (with N in the denominator) over X_train afterwards. A feature that is
    the same for all of X_train is only centered. Returns (N, D) and (M, D), floating point. No loops.
    """
    # BEGIN SOLUTION
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    varies = (X_train != X_train[0]).any(axis=0)
    spread = np.where(varies, spread, 1)
    return (X_train - mean) / spread, (X_other - mean) / spread
    # END SOLUTION


# %% nbg="check activations-center-and-scale 4"
check("activations-center-and-scale", center_and_scale)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("activations-center-and-scale", center_and_scale)
# END HIDDEN TESTS

# %% [markdown]
r"""
What is it good for? A linear classifier, six epochs, on pixels as they are, on centered ones, and on centered and
scaled ones. Each gets the best of seven learning rates. The last three lines are the same with data in which every
feature has a unit of its own: each is multiplied by a random factor between 1/30 and 30.

**Predict first:** which step brings more for images, centering or scaling? And for the data with mixed units?
"""


# %% tags=["nbval-ignore-output"]
def linear_classifier(data, rates, num_epochs=6):
    """Return the solver with the lowest loss in the last epoch, and its learning rate, for a linear classifier."""
    best = None
    for rate in rates:
        net = FullyConnectedNet([], input_dim=data["X_train"].shape[1], weight_scale=1e-4)
        solver = train(net, data, rate, num_epochs=num_epochs)
        if best is None or last_loss(solver) < last_loss(best[0]):
            best = solver, rate
    return best


units = 30.0 ** np.random.default_rng(3).uniform(-1, 1, size=768)
mean = pixels["X_train"].mean(axis=0, dtype=np.float64)
mixed = map_images(lambda X: X * units, pixels)
small, normal = 10.0 ** np.arange(-9, -5.9, 0.5), 10.0 ** np.arange(-3, 0.1, 0.5)
candidates = {
    "pixels": (pixels, small * 100),
    "centered": (map_images(lambda X: X - mean, pixels), small * 100),
    "centered and scaled": (map_images(lambda X: center_and_scale(pixels["X_train"], X)[1], pixels), normal),
    "mixed units": (mixed, small),
    "mixed units, centered": (map_images(lambda X: X - mean * units, mixed), small),
    "mixed units, centered and scaled": (map_images(lambda X: center_and_scale(mixed["X_train"], X)[1], mixed), normal),
}
losses = {}
for name, (images, rates) in candidates.items():
    solver, rate = linear_classifier(images, rates)
    losses[name] = last_loss(solver)
    print(f"{name:34} rate {rate:7.1e}   training loss {losses[name]:.3f}   validation {solver.val_acc_history[-1]:.3f}")
spreads = pixels["X_train"].std(axis=0)
print(f"spreads of the pixels: from {spreads.min():.0f} to {spreads.max():.0f}")
assert 50 < spreads.min() < spreads.max() < 82
assert losses["centered"] < losses["pixels"] - 0.1
assert abs(losses["centered and scaled"] - losses["centered"]) < 0.05
assert losses["mixed units, centered"] > losses["mixed units, centered and scaled"] + 0.05
assert abs(losses["mixed units, centered and scaled"] - losses["centered and scaled"]) < 0.01

# %% [markdown]
r"""
Centering helps a lot. What all images have in common, that pixels are about 120, dominates every gradient otherwise,
and limits the learning rate. Scaling adds next to nothing here, because all pixels have about the same spread already
(from 54 to 79); for image networks one often leaves it out. With mixed units it makes the difference, and the result
is the same as without the mixing, to the last digit that is printed: scaling removes the units.

### What scaling does not do

Here are the values of three pixels over all training images, before and after. The curve is the normal distribution.

**Predict first:** will the lower row follow the curve?
"""

# %%
scaled, _ = center_and_scale(pixels["X_train"], pixels["X_train"][:1])
chosen = {"top left corner, blue": 2, "middle, red": (8 * 16 + 8) * 3, "bottom, green": (15 * 16 + 8) * 3 + 1}
curve = np.linspace(-4, 4, 100)
_, axes = plt.subplots(2, 3, figsize=(9, 3.6), layout="constrained")
for column, (name, j) in zip(axes.T, chosen.items()):
    column[0].hist(pixels["X_train"][:, j], bins=40, range=(0, 255), color=vis.OKABE_ITO[0])
    column[1].hist(scaled[:, j], bins=40, range=(-4, 4), density=True, color=vis.OKABE_ITO[0])
    column[1].plot(curve, np.exp(-(curve**2) / 2) / np.sqrt(2 * np.pi), color=vis.OKABE_ITO[5], linestyle="--")
    column[0].set_title(name, fontsize=9)
    for ax in column:
        ax.set_yticks([])
beyond = np.mean(np.abs(scaled) > 2), np.abs(scaled).max()
vis.describe(
    axes,
    "Histograms of three pixels, before and after scaling. The shapes are the same, only the axis differs. The top left "
    "corner is flat, with a pile at the bright end. The other two look like a bell that was cut off on both sides, one with "
    "a pile at the edge.",
)
print(f"further than 2 from 0: {beyond[0]:.1%} (normal distribution: 4.6%), largest {beyond[1]:.1f}")
assert beyond[0] < 0.043
assert beyond[1] < 3.0

# %% [markdown]
r"""
The corner of a photograph is often a white background. That pile at 255 is still there afterwards, at another place.
And pixels end at 0 and 255, so there are no tails.

### Question 3: spot three mistakes

> *Normalization means that one divides the centered data by the standard deviation,* **so that it follows a normal
> distribution**. *Alternatively one divides by the maximum:* **dividing pixels by 255 brings them to [−1, 1]**, *and
> the same holds* **when the mean image is subtracted first and the result is divided by its maximum**.

1. Correct the first sentence. What in the picture shows it?
2. To which range does dividing by 255 really bring pixels? Is that centered?
3. A feature has the values 0, 0, 0, 0, 10. Subtract the mean, then divide by the maximum. What comes out, and which range is
   it? By which number would one have to divide to get into [−1, 1] for certain?

(2 points)
"""

# %% [markdown] nbg="answer activations-question-scaling 2"
r"""
1. Moving and stretching give mean 0 and standard deviation 1. They don't change the shape of the distribution: what
   was flat, or had a pile at the end, still is and still has.
2. To [0, 1]. It is not centered: the mean is about 0.47.
3. Centered: −2 four times, and 8. Divided by 8: −0.25 and 1, so [−0.25, 1]. Had the values been 10, 10, 10, 10, 0, it
   would be 2 and −8, divided by 2: from −4 to 1, outside of [−1, 1]. One has to divide by the largest *absolute*
   value, and even then only one of the two ends is reached, unless the data are symmetric about their mean.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 8. Principal components

Neighboring pixels are much alike, so 768 numbers say the same thing many times over. Is there a shorter description?

Think of the images as a cloud of points in a space with 768 axes. It is long in some directions and flat in others.
The **first principal component** is the direction, a vector of length 1, along which the points spread most; the
second is the one of largest spread among those perpendicular to the first; and so on. Below is a cloud in two
dimensions.
"""

# %%
rng = np.random.default_rng(5)
cloud = rng.normal(size=(300, 2)) @ np.array([[3.0, 1.6], [0.0, 0.7]]) + [4, 2]
angles = np.linspace(0, np.pi, 181)
directions = np.stack([np.cos(angles), np.sin(angles)])
variances = ((cloud - cloud.mean(axis=0)) @ directions).var(axis=0)
_, axes = plt.subplots(1, 2, figsize=(9, 3.0), layout="constrained")
axes[0].plot(*cloud.T, ".", color=vis.OKABE_ITO[4], markersize=4)
for i, color, name in ((variances.argmax(), vis.OKABE_ITO[5], "first"), (variances.argmin(), vis.OKABE_ITO[0], "second")):
    tip = cloud.mean(axis=0) + 2 * np.sqrt(variances[i]) * directions[:, i]
    axes[0].annotate("", tip, cloud.mean(axis=0), arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2})
    axes[0].annotate(name, tip, color=color, fontsize=9)
    axes[1].axvline(np.degrees(angles[i]), color=color, linestyle=":")
axes[0].set(aspect="equal", xlabel="feature 0", ylabel="feature 1")
axes[1].plot(np.degrees(angles), variances, color="black")
axes[1].set(xlabel="direction, in degrees", ylabel="variance along it", ylim=(0, None))
apart = abs(np.degrees(angles[variances.argmax()] - angles[variances.argmin()]))
vis.describe(
    axes,
    "On the left an oblique cloud of points with two arrows at right angles from its middle, a long one along the cloud and "
    "a short one across. On the right the variance along a direction, against its angle: a wave with its highest and its "
    "lowest point 90 degrees apart.",
)
steepest = np.degrees(angles[variances.argmax()])
print(f"largest variance {variances.max():.2f} at {steepest:.0f}°, smallest {apart:.0f}° from it")
assert abs(apart - 90) <= 1

# %% [markdown]
r"""
Turning a pointer and measuring works in two dimensions. In 768 it takes linear algebra. The variance along a
direction $u$ of length 1, for centered data $X_c : (N, D)$, is

$$
\frac1N \lVert X_c\, u \rVert^2 = u^\top C\, u
\qquad
C = \frac1N X_c^\top X_c : (D, D) .
$$

$C$ is the **covariance matrix**. Its eigenvectors are the principal components, and its eigenvalues,
$C u = \lambda u$, are the variances along them. `np.linalg.eigh` finds them for a symmetric matrix, eigenvectors as
*columns*, and in *rising* order of the eigenvalues, so that the ones we want come last.

The other way does without $C$. The **singular value decomposition** $X_c = U\, \operatorname{diag}(\sigma)\, V^\top$
has the principal components as *rows* of $V^\top$, and $\sigma$ falls. Put it into the formula of $C$, where
$U^\top U$ is the identity:

$$
C = \frac1N V\, \operatorname{diag}(\sigma^2)\, V^\top
\qquad\text{so}\qquad
\lambda_i = \sigma_i^2 / N .
$$

`np.linalg.svd(Xc, full_matrices=False)` returns $U$, $\sigma$ and $V^\top$ itself (not $V$). Without the option it
would also compute thousands of columns of $U$ that nobody needs.

A component may point one way or the opposite way: the spread is the same, and any program may give you either. The
check knows.

### Exercise: pca
"""


# %% nbg="exercise activations-pca"
def pca(X, k):
    """Return the mean of the data, the first k principal components, and the variances along them.

    X : (N, D), floating point, left as it is      k : at most D, and less than N
    mean : (D,)      components : (k, D), rows of length 1, largest variance first; which way each points does not matter
    variances : (k,), with N in the denominator
    """
    # BEGIN SOLUTION
    mean = X.mean(axis=0)
    _, stretches, directions = np.linalg.svd(X - mean, full_matrices=False)
    return mean, directions[:k], stretches[:k] ** 2 / len(X)
    # END SOLUTION


# %% nbg="check activations-pca 5"
check("activations-pca", pca)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("activations-pca", pca)
# END HIDDEN TESTS

# %% [markdown]
r"""
Now for the images. A component has 768 numbers, so it can be looked at like an image. (Gray is 0, and the sign is
arbitrary: each color may be exchanged with its opposite.)

**Predict first:** what distinguishes photographs from one another most? What would you expect the first component to
measure?
"""

# %% tags=["nbval-ignore-output"]
mean, components, variances = pca(pixels["X_train"].astype(np.float64), 768)
share = np.cumsum(variances) / variances.sum()
largest = np.abs(components).max(axis=1, keepdims=True)
faces = (128 + 127 * components / largest).reshape(-1, 16, 16, 3)
which = [0, 1, 2, 3, 4, 5, 20, 100, 700]
axes = vis.image_row(faces[which], [f"{i + 1}: {variances[i] / variances.sum():.2%}" for i in which], size=1.05)
needed = {part: int(np.searchsorted(share, part)) + 1 for part in (0.5, 0.9, 0.95, 0.99)}
print("components that hold", ", ".join(f"{part:.0%} of the variance: {number}" for part, number in needed.items()))
assert needed[0.5] == 3
assert needed[0.9] < 60
assert needed[0.99] < 270

# %% [markdown]
r"""
The first is nearly constant: *how bright is the picture?* Almost a third of all the variance is that. The next ask
for light above and dark below, for the middle against the rim, for colors that go together. Later ones get finer and
finer, and the last are checkerboards that hardly occur in photographs.

Projecting onto $k$ components gives $k$ numbers per image, and from these an image can be put together again, as well as $k$
numbers can do it. With the components in the rows of $P : (k, D)$:

$$
\text{numbers} = (X - \text{mean})\, P^\top : (N, k)
\qquad
X' = \text{mean} + \text{numbers} \cdot P : (N, D)
$$

These images are from the validation set; the components have never seen them.
"""

# %% tags=["nbval-ignore-output"]
ks = (3, 10, 30, 100, 300)
seen = pixels["X_val"][[0, 3, 11]].astype(np.float64)
for image, label in zip(seen, pixels["y_val"][[0, 3, 11]]):
    again = [mean + (image - mean) @ components[:k].T @ components[:k] for k in ks]
    titles = [CIFAR10_CLASSES[label], *(f"k = {k}" for k in ks)]
    axes = vis.image_row([part.reshape(16, 16, 3) for part in (image, *again)], titles, size=1.1)

# %% tags=["nbval-ignore-output"]
X_val = pixels["X_val"].astype(np.float64)
left = {k: np.mean((X_val - mean - (X_val - mean) @ components[:k].T @ components[:k]) ** 2) for k in ks}
total = np.mean((X_val - mean) ** 2)
for k in ks:
    print(
        f"k = {k:3}: {1 - left[k] / total:.1%} of the variance of validation images, {share[k - 1]:.1%} of training images"
    )
assert all(abs(1 - left[k] / total - share[k - 1]) < 0.03 for k in ks)


# %% [markdown]
r"""
Thirty numbers are enough to guess what it is, a hundred make a fair picture. Are they enough for a classifier?
**Predict first:** how much accuracy does a linear classifier lose with 30 numbers in place of 768?
"""


# %% tags=["nbval-ignore-output"]
def projected(k):
    """Return the data as k numbers per image, divided by 64."""
    return map_images(lambda X: (X - mean) @ components[:k].T / 64, pixels)


accuracy = {}
for k in (3, 10, 30, 100, 768):
    solver, rate = linear_classifier(projected(k), 10.0 ** np.arange(-3, 0.1, 0.5))
    accuracy[k] = solver.best_val_acc
    print(f"k = {k:3}: training loss {last_loss(solver):.3f}, best validation accuracy {accuracy[k]:.3f}")
assert accuracy[30] > accuracy[768] - 0.03
assert accuracy[3] < accuracy[30] - 0.05

# %% [markdown]
r"""
None, within what 500 validation images can tell (± .02). A twenty-fifth of the numbers do the same job. That is what
PCA is for: shorter descriptions, faster training, pictures of high-dimensional data in two dimensions. It knows
nothing of labels, though: what matters for the classes may sit in a direction of small variance. Convolutional
networks get the pixels.

## 9. Whitening

Centering removes the mean, scaling brings each *feature* to spread 1. One thing is left: features still go together.
Along the first component the images spread a thousand times as far as along the last.

**Whitening** divides the numbers along each *component* by their spread. The cloud becomes a ball: all directions
have variance 1, nothing goes together with anything, the covariance matrix is the identity. (White light contains
all colors in equal shares, hence the name.)

Dividing by a spread near 0 would blow up whatever noise there is in a direction where images hardly differ. So a
number $\varepsilon$ is added to the variances, under the root:

$$
\text{whitened numbers} = \frac{(X - \text{mean})\, P^\top}{\sqrt{\lambda + \varepsilon}} : (N, k)
$$

These could be used as they are (PCA whitening). Or they are turned back to where the pixels are, by another product
with $P$. The result is called **ZCA whitening**. It is still a ball, for turning doesn't change that. But now number
17 is about pixel 17 again, and one can look at it. The mean is *not* added back. It does not matter which way the
components point, either, since each occurs twice:

$$
X_\text{white} = \frac{(X - \text{mean})\, P^\top}{\sqrt{\lambda + \varepsilon}}\; P : (N, D)
$$

### Exercise: zca_whiten

Mean, components and variances are those of the *training* data; the images may be any.
"""


# %% nbg="exercise activations-zca-whiten"
def zca_whiten(X, mean, components, variances, eps):
    """Return data whitened and turned back: (N, D), floating point. No loops.

    X : (N, D), N may be 1      mean : (D,)      components : (k, D), k may be less than D      variances : (k,)
    The last three are what pca returned for the training data. eps : added to the variances. All are left as they are.
    """
    # BEGIN SOLUTION
    numbers = (X - mean) @ components.T
    return numbers / np.sqrt(variances + eps) @ components
    # END SOLUTION


# %% nbg="check activations-zca-whiten 4"
check("activations-zca-whiten", zca_whiten)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("activations-zca-whiten", zca_whiten)
# END HIDDEN TESTS

# %% [markdown]
r"""
First in two dimensions, with the cloud from before. Centered, scaled, whitened:
"""

# %%
scaled_cloud, _ = center_and_scale(cloud, cloud[:1])
white_cloud = zca_whiten(cloud, *pca(cloud, 2), 0.0)
_, axes = plt.subplots(1, 3, figsize=(9, 2.9), layout="constrained")
pictures = {"centered": cloud - cloud.mean(axis=0), "centered and scaled": scaled_cloud, "whitened": white_cloud}
for ax, (name, points) in zip(axes, pictures.items()):
    ax.plot(*points.T, ".", color=vis.OKABE_ITO[0], markersize=4)
    ax.axhline(0, color="0.8", linewidth=1)
    ax.axvline(0, color="0.8", linewidth=1)
    reach = 1.05 * np.abs(points).max()
    ax.set(title=name, xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    together = np.mean(points[:, 0] * points[:, 1])
    vis.describe(
        ax, f"300 points, variances {points[:, 0].var():.2f} and {points[:, 1].var():.2f}, covariance {together:.2f}."
    )
    print(f"{name:20} variances {points[:, 0].var():5.2f} and {points[:, 1].var():5.2f}, covariance {together:5.2f}")
assert np.allclose(white_cloud.T @ white_cloud / 300, np.eye(2))

# %% [markdown]
r"""
Scaling made both spreads 1 and left the cloud oblique. Whitening made it round. Now images, with three values of
$\varepsilon$. Variances have the unit of squared pixel values here; the largest is about 900,000, the smallest 1.
(Gray is 0; each picture has its own contrast.)
"""


# %% tags=["nbval-ignore-output"]
def displayed(image):
    """Return an image as numbers around 128, three standard deviations to 0 or 255."""
    return (128 + 42 * image / image.std()).reshape(16, 16, 3)


for image, label in zip(seen, pixels["y_val"][[0, 3, 11]]):
    white = [zca_whiten(image[None], mean, components, variances, eps)[0] for eps in (1e4, 1e2, 1e0)]
    row = [image.reshape(16, 16, 3), displayed(image - mean), *map(displayed, white)]
    axes = vis.image_row(row, [CIFAR10_CLASSES[label], "centered", "ε = 10,000", "ε = 100", "ε = 1"], size=1.2)
white = zca_whiten(pixels["X_train"].astype(np.float64), mean, components, variances, 0.0)
neighbors = {"pixels": pixels["X_train"], "whitened": white}
alike = {name: np.corrcoef(X[:, 408], X[:, 411])[0, 1] for name, X in neighbors.items()}
print("correlation of two neighboring pixels:", ", ".join(f"{name} {value:.2f}" for name, value in alike.items()))
assert alike["pixels"] > 0.75
assert abs(alike["whitened"]) < 1e-6

# %% [markdown]
r"""
What neighbors have in common is gone, what is left are *edges*: where the picture is not what its surroundings would
let you expect. With a small $\varepsilon$ the finest details become as loud as everything else, and much of that is
noise.

**Predict first:** plain steps suffered in a ravine, long in one direction and steep in another. For a linear
classifier, whitening turns the ravine into a bowl. So will it learn the training images faster? And will it be
better on images that it has not seen?
"""


# %% tags=["nbval-ignore-output"]
def whitened(eps):
    """Return the data with all images whitened."""
    return map_images(lambda X: zca_whiten(X, mean, components, variances, eps), pixels)


rates = 10.0 ** np.arange(-2.5, 0.6, 0.5)
results = {}
for name, eps in (("centered", None), ("ε = 10,000", 1e4), ("ε = 1,000", 1e3), ("ε = 100", 1e2), ("ε = 1", 1.0)):
    solver, rate = linear_classifier(data if eps is None else whitened(eps), rates)
    by_epoch = np.reshape(solver.loss_history, (6, -1)).mean(axis=1)
    results[name] = by_epoch, solver.train_acc_history[-1], solver.val_acc_history[-1]
    accuracies = f"training {results[name][1]:.2f}, validation {results[name][2]:.2f}"
    print(f"{name:11} rate {rate:5.2g}  loss by epoch {np.round(by_epoch, 2)}  {accuracies}")

_, ax = plt.subplots(figsize=(6.5, 3.0), layout="constrained")
for (name, (by_epoch, train_acc, val_acc)), color, marker in zip(results.items(), vis.OKABE_ITO, "os^Dv"):
    ax.plot(range(1, 7), by_epoch, color=color, marker=marker, label=f"{name}: {train_acc:.2f} and {val_acc:.2f}")
ax.set(xlabel="epoch", ylabel="training loss", ylim=(1.05, 2.6))
ax.legend(fontsize=8, title="training and validation accuracy", title_fontsize=8)
told = "; ".join(f"{name}: loss {r[0][-1]:.2f}, training {r[1]:.2f}, validation {r[2]:.2f}" for name, r in results.items())
vis.describe(ax, f"Training loss of a linear classifier by epoch, at the best of seven rates. After six epochs, {told}.")
assert results["ε = 1"][0][-1] < results["centered"][0][-1] - 0.3
assert results["ε = 1"][1] > results["centered"][1] + 0.2
assert results["ε = 1"][2] < results["centered"][2] - 0.04

# %% [markdown]
r"""
Faster it is, by far: with $\varepsilon = 1$ the classifier knows seven of ten training images after six epochs. And
on new images it is clearly *worse* than without whitening. The directions in which photographs hardly differ are
mostly noise. Whitening makes them as loud as the rest, and a classifier with 7,680 weights happily learns noise by
heart. $\varepsilon$ decides where to stop.

### Question 4

1. Somebody computes mean, components and variances from all 6,000 images, test images included, and says: "No label
   was used, so nothing leaks." What is wrong with that?
2. Training loss and validation accuracy disagree about whitening. Which of the two would you have looked at to choose
   $\varepsilon$, and on which images? Why does a *larger* $\varepsilon$ help the validation accuracy?

(2 points)
"""

# %% [markdown] nbg="answer activations-question-whitening 2"
r"""
1. The test images then take part in deciding what the classifier sees: the directions in which *they* vary are kept
   and scaled to their size. The figure on the test set is no longer one for images that the system has never met,
   labels or no labels; how much it matters depends on the data, and is not known in advance. In use, the images of
   tomorrow are not there to compute a mean from.
2. The validation accuracy, on images that were used neither for the weights nor for mean, components and variances.
   Directions with a variance well below ε are damped instead of blown up (they are divided by √ε, not by their own
   tiny spread). They hold mostly noise, and what is small cannot be learned by heart easily: it acts as a
   regularization.

*One point each.*
"""

# %% [markdown]
r"""
## 10. All of it together

Centered and scaled images, weights with the right gain, a rate whose ratios are near 1/1000 or a
little above, no dead units.
"""

# %% tags=["nbval-ignore-output", "accuracy"]
all_pixels = map_images(half_size, get_cifar10_data(full=FULL, subtract_mean=False))
prepared = map_images(lambda X: center_and_scale(all_pixels["X_train"], X)[1], all_pixels)
net = Net([200, 100], reg=1e-3)
solver = train(net, prepared, 0.05, num_epochs=10, update_rule=watched, lr_decay=0.9)
axes = vis.history(solver.loss_history, solver.train_acc_history, solver.val_acc_history, first_epoch=0)
middle = {name: np.median(solver.optim_configs[name]["ratios"]) for name in ("W1", "W2", "W3")}
print("middle ratios", ", ".join(f"{name} {ratio:.0e}" for name, ratio in middle.items()))
print("dead units", ", ".join(f"{share:.0%}" for share in dead_shares(net, prepared["X_train"])))
print(f"best validation accuracy {solver.best_val_acc:.3f}")
assert all(1e-4 < ratio < 3e-2 for ratio in middle.values())
assert dead_shares(net, prepared["X_train"]).max() < 0.05
assert solver.best_val_acc > (0.54 if FULL else 0.41)

# %% [markdown]
r"""
That is as much as two hidden layers reached in `modular_layers`, with all the pixels, sixteen epochs, and a weight scale
and a rate that had been found by trying. Here the only number that needed trying was the rate. (With `FULL` this cell
takes about ten times as long, and reaches .56.)

## What to take with you

* A sum of $n$ terms is $\sqrt n$ times as large as one of them. Weights are drawn with $g/\sqrt{n_\text{in}}$: gain 1
  for tanh, $\sqrt 2$ for the ReLU. Biases begin at 0.
* A factor that is slightly wrong is wrong to the power of the depth. Look at the numbers in each layer, forward and
  back, before you train.
* A saturated unit lets no gradient through for the images where it is saturated; a dead ReLU for none at all.
  Centered inputs and a sane rate prevent it; afterwards it is too late, or nearly.
* Steps of about a thousandth of the weights, to an order of magnitude.
* Center. Scale where units differ. The statistics are those of the training data, for all data. None of this makes
  anything normally distributed.
* PCA finds the directions of large variance; whitening makes all directions equal, noise included.

**Next:** `batchnorm` depends even less on luck: it measures the numbers in each layer and corrects them while the network
learns.
"""
