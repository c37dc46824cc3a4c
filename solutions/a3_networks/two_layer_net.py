# %% [markdown]
r"""
# Two layers, and a bend between them

A linear classifier has one template for each class, and draws straight borders. You have seen where that ends: one template
for all horses, whichever way they face. This notebook puts a second layer on top of the first, with something very small in
between, and the borders can take any shape.

Everything is in the plane, with three spiral arms for classes, so that you can *see* what a network does: how a hidden
neuron cuts the plane, how three of them enclose a triangle, how a layer bends the plane until a straight line is enough.

**You will write** a network with weights that you choose by hand, the forward pass and the gradient of a two-layer
network, the loop that trains it, a staircase that shows why such a network can be anything, and the two numbers that
decide how fast a confused neuron learns.

**Running time**, once everything is solved: less than a minute on two cores.
"""

# %% nbg="setup"
from functools import partial
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import check, vis
from cs231n_kit.data import make_circles, make_moons, make_spiral
from cs231n_kit.gradient_check import eval_numerical_gradient, rel_error
from given import softmax_loss_vectorized


# %% nbg="setup"
def init_params(rng, num_features, num_hidden, num_classes, scale):
    """Return the parameters of a two-layer network: random weights of standard deviation `scale`, and biases of 0."""
    return {
        "W1": scale * rng.normal(size=(num_features, num_hidden)),
        "b1": np.zeros(num_hidden),
        "W2": scale * rng.normal(size=(num_hidden, num_classes)),
        "b2": np.zeros(num_classes),
    }


def fires(z):
    """Return 1 where z is above 0, and 0 elsewhere: a neuron that fires or doesn't."""
    return (z > 0).astype(float)


def step_network(params, X):
    """Return the output of a network whose hidden neurons fire or don't: (N, D) -> (N, 1)."""
    return fires(X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), in a form that cannot overflow."""
    return 0.5 * (1 + np.tanh(z / 2))


# %% [markdown]
r"""
## 1. Where straight lines fail

Three arms of a spiral, a hundred points each. Here is the best that the classifier of the last assignment can do:
"""

# %%
X, y = make_spiral(np.random.default_rng(4))
X_fresh, y_fresh = make_spiral(np.random.default_rng(5), per_class=500)  # points that nobody is trained on

X_and_1 = np.hstack([X, np.ones((300, 1))])
W = np.zeros((3, 3))
for _ in range(500):
    loss, dW = softmax_loss_vectorized(W, X_and_1, y, reg=5e-4)
    W -= dW
linear_share = np.mean(np.argmax(X_and_1 @ W, axis=1) == y)
print(f"loss {loss:.3f}, right: {linear_share:.2f} of the points")
assert 0.45 < linear_share < 0.6
ax = vis.decision_regions(lambda p: np.argmax(p @ W[:2] + W[2], axis=1), X, y)

# %% [markdown]
r"""
About half. (Guessing would give a third.) It has found the one thing that straight cuts can do: three slices of a cake.

So add a layer. Let a first matrix make, of the two coordinates, a hundred new numbers, the **hidden layer**; and let a
second matrix make the scores of these:

$$
h = x W_1 + b_1, \qquad s = h W_2 + b_2
$$

There are now 603 numbers to adjust where there were 9.

**Predict first:** how much better can it get?
"""

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(0)
W1, b1, W2, b2 = rng.normal(size=(2, 100)), rng.normal(size=100), rng.normal(size=(100, 3)), rng.normal(size=3)
two_layers = (X @ W1 + b1) @ W2 + b2
one_layer = X @ (W1 @ W2) + (b1 @ W2 + b2)
print("the product W1 @ W2 has shape", (W1 @ W2).shape)
print("largest difference between the two:", f"{np.abs(two_layers - one_layer).max():.0e}")
assert np.allclose(two_layers, one_layer)

# %% [markdown]
r"""
Not at all. Multiply out: $(xW_1 + b_1)W_2 + b_2 = x\,(W_1 W_2) + (b_1 W_2 + b_2)$. The product of two matrices is a
matrix. Two linear layers, or two hundred, are **one** linear layer that takes longer to compute.

To gain anything, something has to stand between the matrices that can't be multiplied out. It may be tiny. The favorite
of the field is to replace negative numbers by 0, the **ReLU** (*rectified linear unit*):

$$
h = \max(0,\; x W_1 + b_1)
$$

Other bends do the same service: the sigmoid and tanh, which run into a limit on either side, or the oldest of them, the
step, with which a neuron *fires* (1) or doesn't (0). Let us begin with the step: it shows best what a hidden neuron is
for.

## 2. A hidden neuron is a cut

A neuron with weights $(w_1, w_2)$ and bias $b$ fires where $w_1 x_1 + w_2 x_2 + b > 0$. The border is a straight line;
the neuron cuts the plane in two, and says on which side a point is. The weights are the direction in which the sum grows,
and the bias moves the line: with $w = (0, 1)$ and $b = 1$, it fires where $x_2 > -1$.

One cut does little. But the second layer can *count*. Suppose three neurons cut off the outside of the three sides of a
triangle. Inside, all three fire; anywhere else at most two. An output neuron that adds up what they
say, and subtracts the right amount, is above 0 inside and nowhere else. Three neurons make a triangle, as three straight
cuts take one out of a sheet of paper.

### Exercise: triangle_weights

Choose the weights by hand, for the triangle with the corners $(-1, -1)$, $(1, -1)$ and $(0, 1)$. For each side, find a
formula $w_1 x_1 + w_2 x_2 + b$ which is 0 at both of its corners; then look which sign it has inside, for example at $(0,
0)$. A column of W1 holds the two weights of one hidden neuron. There are many right answers.
"""


# %% nbg="exercise two-layer-triangle"
def triangle_weights():
    """Return weights with which step_network is above 0 inside the triangle (-1, -1), (1, -1), (0, 1), and not outside.

    Returns a dict of arrays: "W1" (2, 3), "b1" (3,), "W2" (3, 1), "b2" (1,): three hidden neurons, one output.
    """
    # BEGIN SOLUTION
    return {
        "W1": np.array([[0.0, -2.0, 2.0], [1.0, -1.0, -1.0]]),
        "b1": np.array([1.0, 1.0, 1.0]),
        "W2": np.ones((3, 1)),
        "b2": np.array([-2.5]),
    }
    # END SOLUTION


# %% nbg="check two-layer-triangle 2"
check("two-layer-triangle", triangle_weights)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("two-layer-triangle", triangle_weights)
# END HIDDEN TESTS

# %%
by_hand = triangle_weights()
around = np.random.default_rng(0).uniform(-1.6, 1.6, size=(150, 2))
_, (left, right) = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
grid = np.stack(np.meshgrid(*[np.linspace(-2, 2, 200)] * 2), axis=-1).reshape(-1, 2)
firing = fires(grid @ by_hand["W1"] + by_hand["b1"]).sum(axis=1).reshape(200, 200)
counts = left.imshow(firing, origin="lower", extent=(-2, 2, -2, 2), cmap="viridis", vmin=0, vmax=3)
left.figure.colorbar(counts, ax=left, ticks=range(4), label="neurons that fire")
left.set(title="three cuts", xticks=[], yticks=[])
vis.describe(
    left, "Three straight lines divide the plane into seven parts. Three neurons fire in the triangle between them."
)
inside = (step_network(by_hand, around)[:, 0] > 0).astype(int)
vis.decision_regions(lambda p: (step_network(by_hand, p)[:, 0] > 0).astype(int), around, inside, right)
title = right.set_title("what the output says")

# %% [markdown]
r"""
Look at what happened to the data. In the plane, no straight line separates inside from outside. But in the three numbers
of the hidden layer, the inside is the single corner $(1, 1, 1)$ of a cube, and a *plane* cuts it off. The hidden layer
doesn't decide anything. It **moves the points to where a linear classifier can**.

By hand this doesn't go far, and the step can't be learned by walking downhill: where it is flat, its slope is 0, and at
the jump it has none. The ReLU is the same cut with a slope: 0 on one side of its line, and on the other the farther from
it, the more.

### Question 1

1. How many step neurons enclose a regular hexagon, and what does the output subtract? What about the *outside* of the
   triangle?
2. Somebody wants the area of two separate triangles at once, with one hidden layer of six step neurons. Adding up all six
   and subtracting 2.5 fails. Why? What would a second hidden layer do about it?
3. How many parts of the plane can three cuts make at most, and how many different rows can the three neurons of the hidden
   layer then show? Which of the $2^3$ is missing?

(2 points)
"""

# %% [markdown] nbg="answer two-layer-question-cuts 2"
r"""
1. Six; anything from 5 up to, but not including, 6. For the outside, turn the output around: negative weights and a bias of
   +2.5 (three minus signs, and a point on the border changes sides).
2. A point outside of both triangles can be on the inner side of two cuts of one and of one or two of the other: the sum
   is above 2.5 there. A second hidden layer has one neuron for each triangle (all of *its* three cuts), and the output asks
   whether one of the two fires.
3. Seven, so seven rows. The missing one is (0, 0, 0), the outer side of all three cuts: no point of the plane is beyond each
   of a triangle's three sides.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 3. The network

$$
h = \max(0,\; X W_1 + b_1), \qquad S = h W_2 + b_2
$$

| | shape | |
|---|---|---|
| $X$ | (N, D) | a row for each example |
| $W_1$, $b_1$ | (D, H), (H,) | one column, and one bias, for each hidden unit |
| $h$ | (N, H) | what the hidden units say to each example; never negative |
| $W_2$, $b_2$ | (H, C), (C,) | one column, and one bias, for each class |
| $S$ | (N, C) | scores, of any sign: nothing is cut off here |

The four arrays of parameters travel together in a dict `params`, under the names "W1", "b1", "W2" and "b2". The trick of
the column of ones is not used any more: the biases are on their own.

### Exercise: two_layer_scores
"""


# %% nbg="exercise two-layer-scores"
def two_layer_scores(params, X):
    """Return the scores of a two-layer network, and its hidden layer.

    params : dict with "W1" (D, H), "b1" (H,), "W2" (H, C), "b2" (C,); left as it is      X : (N, D)
    Returns scores : (N, C) and hidden : (N, H), the latter after the ReLU. No loops.
    """
    # BEGIN SOLUTION
    hidden = np.maximum(0, X @ params["W1"] + params["b1"])
    return hidden @ params["W2"] + params["b2"], hidden
    # END SOLUTION


# %% nbg="check two-layer-scores 2"
check("two-layer-scores", two_layer_scores)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("two-layer-scores", two_layer_scores)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise: two_layer_predict

The answer of the network is the class with the highest score. (Write the forward pass once more, or call the function above;
in the second case, its mistakes are inherited.)
"""


# %% nbg="exercise two-layer-predict"
def two_layer_predict(params, X):
    """Return the predicted class of every example: (N,), ints from 0 to C - 1. Arguments as in two_layer_scores."""
    # BEGIN SOLUTION
    scores = np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]
    return scores.argmax(axis=1)
    # END SOLUTION


# %% nbg="check two-layer-predict 1"
check("two-layer-predict", two_layer_predict)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("two-layer-predict", two_layer_predict)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 4. The gradient

The loss is the one you know, the mean surprise at the truth, and a penalty on the weights:

$$
L = -\frac{1}{N} \sum_i \log p_{i, y_i} + \frac{\lambda}{2} \left( \sum W_1^2 + \sum W_2^2 \right)
$$

Two things about the penalty. In networks it has the ½, so that its gradient is simply $\lambda W$ (the linear classifiers
of the last assignment had none; watch out when you compare strengths). And **the biases are left out**: a large weight
makes the scores steep, a large bias only moves them.

Now from the end to the beginning. Each step asks the same: *I know how the loss changes with what came out; how does it
change with what went in?* And each gradient has the shape of the thing it belongs to, which decides most questions about
transposes.

1. **At the scores:** what you said minus what was true, as before, divided by $N$:
   $\;dS = (P - \text{one-hot}) / N$, of shape (N, C).
2. **Second layer**, $S = h W_2 + b_2$. For $W_2$ the hidden layer plays the part that $X$ played in the linear
   classifier: $\;dW_2 = h^\top dS$, of shape (H, N)·(N, C) → (H, C). A bias is added to every row, so its gradient is the
   sum of all rows: $db_2 = \sum_i dS_i$, of shape (C,).
3. **Back to the hidden layer.** Unit $k$ of example $i$ acts on all the scores of that example, on score $c$ with strength
   $W_2[k, c]$. Its effects add up: $\;dh = dS\, W_2^\top$, of shape (N, C)·(C, H) → (N, H).
4. **Through the bend.** A unit that was above 0 passes its input on unchanged, so its gradient passes unchanged. A unit
   that was cut off gives 0, and gives 0 still if its input moves a little: nothing passes. So $dz = dh \odot [h > 0]$,
   entry by entry. What counts is where the *unit* was cut off, in the forward pass; $dh$ itself may well be negative.
5. **First layer**, $z = X W_1 + b_1$: as in step 2, with $X$ for $h$ and $dz$ for $dS$.

That is backpropagation, for a chain of two. The notebook `backprop` has the general rule.

**Predict first:** at the start, with tiny weights and three classes, what is the loss?

### Exercise: two_layer_loss

Without loops, and without overflow: shift the scores before you take exponentials. The gradients go into a dict with the
same names as the parameters.
"""


# %% nbg="exercise two-layer-loss"
def two_layer_loss(params, X, y, reg):
    """Return the mean cross-entropy of a two-layer network, plus a penalty, and its gradients, without loops.

    params : dict with "W1" (D, H), "b1" (H,), "W2" (H, C), "b2" (C,); left as it is
    X      : (N, D)      y : (N,), ints from 0 to C - 1
    reg    : strength of the penalty 0.5 * reg * (sum(W1**2) + sum(W2**2))
    Returns the loss, a number, and a dict of gradients, each with the name and shape of its parameter.
    Finite for huge scores.
    """
    # BEGIN SOLUTION
    hidden = np.maximum(0, X @ params["W1"] + params["b1"])
    scores = hidden @ params["W2"] + params["b2"]
    scores = scores - np.max(scores, axis=1, keepdims=True)
    log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    examples = np.arange(len(y))
    penalty = 0.5 * reg * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))
    loss = -log_p[examples, y].mean() + penalty

    dscores = np.exp(log_p)
    dscores[examples, y] -= 1
    dscores /= len(X)
    dhidden = (dscores @ params["W2"].T) * (hidden > 0)
    grads = {
        "W1": X.T @ dhidden + reg * params["W1"],
        "b1": dhidden.sum(axis=0),
        "W2": hidden.T @ dscores + reg * params["W2"],
        "b2": dscores.sum(axis=0),
    }
    return loss, grads
    # END SOLUTION


# %% nbg="check two-layer-loss 6"
check("two-layer-loss", two_layer_loss)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("two-layer-loss", two_layer_loss)
# END HIDDEN TESTS

# %% [markdown]
r"""
Measure it against the numerical gradient, for every parameter. Errors below 1e-7 are what rounding leaves.
"""

# %% tags=["nbval-ignore-output"]
X_few, y_few = X[5::10], y[5::10]
small = init_params(np.random.default_rng(2), 2, 6, 3, scale=1.0)
loss, grads = two_layer_loss(small, X_few, y_few, reg=0.1)
for name in small:
    measured = eval_numerical_gradient(lambda _: two_layer_loss(small, X_few, y_few, reg=0.1)[0], small[name])
    error = rel_error(grads[name], measured)
    print(f"{name}: shape {grads[name].shape!s:8} relative error {error:.0e}")
    assert error < 1e-7

# %% [markdown]
r"""
## 5. Learning

The loop is as short as ever: gradient, step, gradient, step. There are only 300 points, so all of them take part in every
step.

### Exercise: train_two_layer

The function that computes loss and gradients is handed in, which makes the loop good for any network whose parameters are
in a dict. Two things to mind. *All* parameters take a step, after their gradients were computed together. And the initial
parameters belong to whoever called you, who may want to start again from the same place: don't write into their arrays.
"""


# %% nbg="exercise two-layer-train"
def train_two_layer(params, X, y, loss_function, learning_rate, reg, num_steps):
    """Walk downhill from `params` and return where that leads.

    params        : dict of arrays, the start; it and its arrays are left as they are
    loss_function : called as loss_function(params, X, y, reg), returns a loss and a dict of gradients
    Each step subtracts learning_rate times its gradient from every parameter. All examples take part in each step.
    Returns a dict of the trained parameters, and the list of the num_steps losses, each computed *before* its step.
    """
    # BEGIN SOLUTION
    params = {name: value.copy() for name, value in params.items()}
    losses = []
    while len(losses) < num_steps:
        loss, grads = loss_function(params, X, y, reg)
        losses.append(loss)
        for name in params:
            params[name] = params[name] - learning_rate * grads[name]
    return params, losses
    # END SOLUTION


# %% nbg="check two-layer-train 3"
check("two-layer-train", train_two_layer)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("two-layer-train", train_two_layer)
# END HIDDEN TESTS

# %% [markdown]
r"""
Now the spiral: 100 hidden units, learning rate 1, penalty 0.001, and ten thousand steps.
"""

# %% tags=["nbval-ignore-output", "accuracy"]
start = init_params(np.random.default_rng(1), 2, 100, 3, scale=0.01)
trained, losses = train_two_layer(start, X, y, two_layer_loss, learning_rate=1.0, reg=1e-3, num_steps=10_000)
share = np.mean(two_layer_predict(trained, X) == y)
print(f"loss: {losses[0]:.4f} at the first step (log 3 = {np.log(3):.4f}), {losses[-1]:.4f} at the last")
assert abs(losses[0] - np.log(3)) < 0.001
assert 0.23 < losses[-1] < 0.26
assert share > 0.97
print("step:", ", ".join(f"{step}: {losses[step]:.2f}" for step in (10, 50, 100, 200, 300, 500, 1000, 2000)))
print(f"right: {share:.3f} of the points, {np.mean(two_layer_predict(trained, X_fresh) == y_fresh):.3f} of fresh ones")
assert losses[10] > 1.08
assert all(0.65 < losses[step] < 0.77 for step in (50, 100, 200))
assert losses[500] < 0.4
axes = vis.history(losses)

# %% tags=["thumbnail"]
ax = vis.decision_regions(lambda p: two_layer_predict(trained, p), X, y)

# %% [markdown]
r"""
From one half to 99 %. (The notes of the Stanford course, with other random numbers, report 49 % and 98 %, and losses from
1.0987 to 0.2453.) Look at how the loss fell. For ten steps hardly anything happened: hardly any gradient passes through
weights that are nearly 0, and they had to grow first. (How to start better is a subject of its own, in
`activations_init`.) By step 50 it had come to about .7, a little better than straight borders can do, and there it rested
for 200 steps. Then the arms began to wind. The sudden peaks are steps that went too far: a learning rate of 1 is as much
as this network can bear.

Look at the borders, too. They are made of straight pieces: each hidden unit adds one fold along its line, and between the
folds the scores are linear.

### Question 2

1. How many parameters does this network have? How many would it have for CIFAR-10 images, with 100 hidden units?
2. Start with all four arrays at 0, and classes of unequal size. Which gradients are 0 at the first step, and which one is
   not? What will the network have learned after ten thousand steps?
3. Start with W1 and W2 filled with the same number, 0.1 (and biases of 0). They do change now. What will the 100 hidden
   units have in common after training, and why?

(2 points)
"""

# %% [markdown] nbg="answer two-layer-question-start 2"
r"""
1. 2·100 + 100 + 100·3 + 3 = 603. For images: 3,072·100 + 100 + 100·10 + 10 = 308,310.
2. h = 0, so dW2 = hᵀdS = 0; W2 = 0, so dh = 0, and dW1 and db1 are 0. Only db2 is not: the network learns how frequent the
   classes are, and nothing about x.
3. They are all the same unit: equal columns of W1 and rows of W2 get equal gradients at every step, for ever. A hundred
   units with the power of one. Random numbers are there to make them different.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 6. Bending the plane

What does a layer *do* to the data? With two units in it, one can look: draw a square grid over the plane, send every
point of it through the layer, and see where it arrives. Here is a network with three hidden layers of 6, 4 and 2 units,
with tanh as the bend, for two rings of points, one within the other. The last layer has just two units, so nothing is
hidden from view; of the other two, the picture shows the first two units.

(It has only 62 parameters, so we can afford to *measure* its gradient, two losses for each parameter. That is no way to
train a network, as you see from the time that this cell takes; but it needs no formula.)
"""

# %%
rings, ring = make_circles(np.random.default_rng(0), per_class=60)
widths = (2, 6, 4, 2, 2)


def layers_of(theta):
    """Cut a vector of 62 numbers into the weights and biases of the four layers."""
    layers, at = [], 0
    for a, b in pairwise(widths):
        layers.append((theta[at : at + a * b].reshape(a, b), theta[at + a * b : at + a * b + b]))
        at += a * b + b
    return layers


def through(theta, points, depth):
    """Return the points as they are after `depth` tanh layers."""
    for weights, biases in layers_of(theta)[:depth]:
        points = np.tanh(points @ weights + biases)
    return points


def ring_scores(theta, points):
    weights, biases = layers_of(theta)[-1]
    return through(theta, points, 3) @ weights + biases


def ring_loss(theta):
    scores, rows = ring_scores(theta, rings), np.arange(len(ring))
    return np.logaddexp(0, scores[rows, 1 - ring] - scores[rows, ring]).mean() + 0.5e-3 * np.sum(theta**2)


theta = 0.5 * np.random.default_rng(5).normal(size=62)
for _ in range(500):
    theta = theta - eval_numerical_gradient(ring_loss, theta)
right_rings = np.mean(np.argmax(ring_scores(theta, rings), axis=1) == ring)
print(f"right: {right_rings:.2f}")
assert right_rings == 1

_, axes = plt.subplots(1, 4, figsize=(9.5, 2.7), layout="constrained")
vis.decision_regions(lambda p: np.argmax(ring_scores(theta, p), axis=1), rings, ring, axes[0]).set_title("the plane")
for depth, ax in enumerate(axes[1:], start=1):
    vis.warped_plane(lambda p, depth=depth: through(theta, p, depth), rings, ring, ax, lines=13)
    ax.set_title(f"after layer {depth} of {widths[depth]}")
weights, biases = layers_of(theta)[-1]
toward, offset = weights[:, 1] - weights[:, 0], biases[1] - biases[0]
border = axes[3].axline(-offset * toward / np.sum(toward**2), slope=-toward[0] / toward[1], color="black")

# %% [markdown]
r"""
On the left, the inner ring is enclosed by the outer one, and no line separates them. On the right, after the third layer,
the sheet has been stretched and folded over until the inner ring lies at one end and the outer one at the other, and the
black line, which is all that the last layer can draw, goes between them. The curved border on the left *is* that line,
seen through the bends.

Follow the grid lines: they are never torn. Each layer turns and stretches the sheet (the matrix), moves it (the bias), and
presses it together at the edges (tanh).

## 7. How many hidden units?

Fewer units make fewer folds. So it seems wise to take few, lest the network follow every stray point. Here are two
classes that overlap, and networks of 3 and of 20 hidden units, both without a penalty; then the 20 again, with a growing
penalty.

**Predict first:** which of the pictures would you trust with new points?
"""

# %%
moons_fresh, moon_fresh = make_moons(np.random.default_rng(33), 2000, noise=0.3)


def train_on_moons(moons, moon, num_hidden, reg):
    """Return a trained network, and the share of fresh points that it gets right."""
    begin = init_params(np.random.default_rng(0), 2, num_hidden, 2, scale=1.0)
    params, _ = train_two_layer(begin, moons, moon, two_layer_loss, learning_rate=1.0, reg=reg, num_steps=4000)
    return params, np.mean(two_layer_predict(params, moons_fresh) == moon_fresh)


moons, moon = make_moons(np.random.default_rng(6), 30, noise=0.3)
_, axes = plt.subplots(1, 5, figsize=(9.5, 2.5), layout="constrained")
for ax, (num_hidden, reg) in zip(axes, [(3, 0), (20, 0), (20, 1e-3), (20, 1e-2), (20, 1e-1)]):
    params, on_fresh = train_on_moons(moons, moon, num_hidden, reg)
    vis.decision_regions(partial(two_layer_predict, params), moons, moon, ax)
    ax.set_title(f"{num_hidden} units, reg {reg:g}\n{on_fresh:.3f} of fresh points", fontsize=9)

# %% [markdown]
r"""
Three units make a corner, and that is all they can do. Twenty, without a penalty, reach out for single points,
and are no better with fresh ones. The penalty smooths that out, and it can be turned as finely as you like. Too much of
it, and the border is almost straight again, though all 20 units are still there.

One picture may be luck. Seven other draws of the 60 points, and the mean over them:
"""

# %% tags=["nbval-ignore-output"]
settings = [(3, 0), (20, 0), (20, 1e-2)]
draws = [make_moons(np.random.default_rng(seed), 30, noise=0.3) for seed in (2, 3, 4, 7, 9, 10, 11)]
means = [np.mean([train_on_moons(*draw, *setting)[1] for draw in draws]) for setting in settings]
for (num_hidden, reg), mean in zip(settings, means):
    print(f"{num_hidden:2} units, reg {reg:4g}: {mean:.3f} of fresh points")
assert means[2] > means[0] + 0.01
assert means[2] > means[1] + 0.01

# %% [markdown]
r"""
That is why one takes **a larger network and more regularization, not a smaller network**. A small network isn't gentle.
It is just unable; and it is harder to train, too, since with few units a bad start can't be made up for. See for
yourself, on the spiral, with four random starts for each size.

**Predict first:** the spiral has three arms of about two thirds of a turn each. How many cuts will be needed?
"""

# %%
sizes = [1, 2, 3, 5, 9, 20, 50, 100, 400]
reached = np.zeros((len(sizes), 4))
for row, num_hidden in enumerate(sizes):
    for seed in range(4):
        begin = init_params(np.random.default_rng(seed), 2, num_hidden, 3, scale=0.5)
        params, _ = train_two_layer(begin, X, y, two_layer_loss, learning_rate=1.0, reg=1e-4, num_steps=1000)
        reached[row, seed] = np.mean(two_layer_predict(params, X_fresh) == y_fresh)
_, ax = plt.subplots(figsize=(6.5, 3), layout="constrained")
ax.plot(sizes, reached, "o", color=vis.OKABE_ITO[4], markersize=4)
ax.plot(sizes, np.median(reached, axis=1), color=vis.OKABE_ITO[0], label="median")
for rule, place in {"√(…)": 3.9, "2n + 1": 5, "log₂ N": 8.2, "N − 1": 299}.items():
    ax.axvline(place, color="0.6", linestyle=":", zorder=0)
    ax.text(place, 0.32, rule, fontsize=8, rotation=90, ha="right")
ax.set(xscale="log", xlabel="hidden units", ylabel="right, of fresh points", ylim=(0.3, 1.02))
ax.set_xticks(sizes, sizes, fontsize=8)
ax.minorticks_off()
ax.legend(loc="lower center")
medians = ", ".join(f"{size}: {median:.2f}" for size, median in zip(sizes, np.median(reached, axis=1)))
vis.describe(ax, f"Share of fresh points that are right, against the number of hidden units. Medians: {medians}.")
assert np.median(reached[3]) < 0.95 < np.median(reached[5])
assert reached[6:].min() > 0.97

# %% [markdown]
r"""
About ten cuts are needed, and twenty make it easy. The dotted lines are rules of thumb that you will meet in tutorials:
$2n+1$ hidden units for $n$ inputs; $\log_2 N$ for $N$ examples; one with a square root of the numbers of inputs and
outputs, and five decimals in it; never more than $N - 1$, and never fewer than two examples for each weight. On the
spiral, the first three stand at 5, 8 and 4 units, where a few more would still help a lot, and the last two forbid
networks that do perfectly well: 400 units for 300 points are as good as 50. The rules can't be right in general, for they
look at the *sizes* of things only. How many cuts are needed depends on the shape of what is to be separated, and that
none of them asks. Take more than enough, use a penalty, and let the validation set choose.

## 8. Anything at all

How complicated can a border, or a function, be that two layers make? Take one input and one output. A step neuron with
weight 1 and bias $-e$ fires from $x = e$ on. If its output weight is $a$, it lifts the output by $a$ there, and for good.
Add up several of them, and you have stairs:
"""

# %%
_, axes = plt.subplots(1, 3, figsize=(9.5, 2.6), layout="constrained")
line = np.linspace(-1, 5, 500)
for steepness, style in ((3, ":"), (10, "--"), (100, "-")):
    axes[0].plot(line, sigmoid(steepness * (line - 1)), style, label=f"weight {steepness}")
axes[0].legend(fontsize=8)
axes[0].set_title("a steep sigmoid is a step")
vis.describe(axes[0], "Three sigmoids that rise at x = 1, with weights 3, 10 and 100; the last is almost a step.")
axes[1].plot(line, 1.5 * fires(line - 1) - 1.5 * fires(line - 3), color=vis.OKABE_ITO[0])
axes[1].set_title("one step up, one down: a bump")
vis.describe(axes[1], "A bump of height 1.5 between x = 1 and x = 3, and 0 elsewhere.")
axes[2].plot(line, 2 * fires(line) + fires(line - 1) - 2 * fires(line - 2), color=vis.OKABE_ITO[0])
axes[2].set_title("jumps of +2, +1, −2: stairs")
vis.describe(axes[2], "Stairs of heights 2, 3 and 1, from x = 0, 1 and 2 on; 0 before.")

# %% [markdown]
r"""
### Exercise: staircase_weights

For edges $e_0 < e_1 < \dots$ and levels $l_0, l_1, \dots$, choose the weights of a step network whose output is 0 left of
$e_0$, then $l_0$ up to $e_1$, then $l_1$ up to $e_2$, and so on; the last level goes on for ever. One hidden neuron for
each edge. In the picture on the right, the edges are 0, 1, 2 and the levels 2, 3, 1. Remember that a neuron that has
begun to fire doesn't stop.
"""


# %% nbg="exercise two-layer-staircase"
def staircase_weights(edges, levels):
    """Return weights with which step_network is levels[k] from edges[k] on, up to the next edge, and 0 before the first.

    edges, levels : (K,), the edges in increasing order
    Returns a dict of arrays: "W1" (1, K), "b1" (K,), "W2" (K, 1), "b2" (1,).
    """
    # BEGIN SOLUTION
    jumps = np.diff(levels, prepend=0)
    return {
        "W1": np.ones((1, len(edges))),
        "b1": -edges,
        "W2": jumps[:, np.newaxis],
        "b2": np.zeros(1),
    }
    # END SOLUTION


# %% nbg="check two-layer-staircase 2"
check("two-layer-staircase", staircase_weights)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("two-layer-staircase", staircase_weights)
# END HIDDEN TESTS

# %% [markdown]
r"""
Now take any continuous function on an interval, cut the interval into pieces, and use its values as levels.

**Predict first:** with four times as many neurons, what happens to the largest error?
"""

# %%


def wavy(x):
    return np.sin(3 * x) + 0.5 * np.cos(8 * x) + 0.3 * x


where, errors = np.linspace(0, 4, 4001)[:, np.newaxis], {}
_, axes = plt.subplots(1, 3, figsize=(9.5, 2.6), layout="constrained")
for ax, K in zip(axes, (10, 40, 160)):
    edges = np.linspace(0, 4, K, endpoint=False)
    stairs = staircase_weights(edges - 1e-9, wavy(edges + 2 / K))
    errors[K] = np.abs(step_network(stairs, where) - wavy(where)).max()
    ax.plot(where, wavy(where), color=vis.OKABE_ITO[1], linewidth=3)
    ax.plot(where, step_network(stairs, where), color=vis.OKABE_ITO[0], linewidth=1)
    ax.set_title(f"{K} neurons, error {errors[K]:.2f}")
    vis.describe(ax, f"A wavy function, and stairs of {K} steps along it; nowhere farther off than {errors[K]:.2f}.")
assert errors[40] < 0.4 * errors[10]
assert errors[160] < 0.4 * errors[40]

# %% [markdown]
r"""
It falls to about a quarter each time, and that goes on: however small an error you ask for, enough neurons reach it. With
steep sigmoids in place of steps it is the same. In more than one dimension, bumps can be made by counting cuts, like the
triangle; the counting then takes a second hidden layer. That even there a single one is enough has a more clever proof.
It is the **universal approximation theorem** (Cybenko 1989; Hornik, Stinchcombe and White 1989):

> For every continuous function $f$ on a closed and bounded region, and for every $\varepsilon > 0$, there is a network
> $g$ with one hidden layer (of sigmoids, say) and a linear output, such that $|f(x) - g(x)| < \varepsilon$ everywhere in
> the region.

Mind what it does *not* say. Not how many neurons (in many dimensions, a great many). Not that walking downhill finds the
weights. And not what $g$ does between the training points, or outside of the region: the stairs just go on at the last
level.

### Question 3: spot the mistakes

Two sentences, of the kind that is found in many tutorials:

> **A.** *For a continuous function $f$, there is a network $g$ with more than one hidden layer such that for all
> $\varepsilon > 0$ and all $x$: $|f(x) - g(x)| < \varepsilon$.*

> **B.** *A network that has at least one non-linear output layer can approximate any function between finite-dimensional
> spaces to any accuracy, if only it has enough hidden units.*

1. What would A mean for $g$, if it were true as it stands? Use the stairs to say why it isn't. What else in A is not what
   the theorem says?
2. What has to be non-linear according to the theorem, and what would a network be worth that is non-linear only where B
   says?
3. Name one function that B's "any function" includes and that stairs cannot follow everywhere.

(2 points)
"""

# %% [markdown] nbg="answer two-layer-question-universal 2"
r"""
1. One and the same g would be closer to f than every ε: it would *equal* f. Stairs never equal the sine, whatever their
   number. The order matters: first ε, then a g that is good enough for it. (Also: one hidden layer is enough; and "all x"
   must be all x of a closed and bounded region: on the whole line, finitely many stairs end at a constant.)
2. The *hidden* layer. With a linear hidden layer everything before the output is one matrix, so the network is a linear
   function with a bend at the end: its borders are straight, and it cannot even do the triangle. The output may be
   linear.
3. Any function that jumps everywhere, for instance 1 at rational and 0 at irrational numbers; or any
   function on the whole line that keeps growing, such as x² (no closed and bounded region).

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 9. Sure, wrong, and slow to learn

Which loss should a network have? Take the smallest of all: a single sigmoid neuron, $a = \sigma(z)$ with $z = wx + b$,
that should say 0 and begins by saying .98. It is as wrong as can be. A good learner would make its largest steps now.

Two costs are in use for such a neuron:

$$
C_\text{square} = \tfrac12 (a - y)^2, \qquad
C_\text{cross-entropy} = -y \log a - (1 - y) \log (1 - a)
$$

What matters for learning is $\delta = \partial C / \partial z$, since $\partial C/\partial w = \delta x$ and $\partial C
/ \partial b = \delta$. The chain rule says $\delta = \frac{\partial C}{\partial a} \, \sigma'(z)$, with $\sigma'(z) = a
(1 - a)$.

### Exercise: sigmoid_deltas

Work out $\delta$ for both costs on paper. One of them becomes simpler than it looks. Write it down in the simple form:
where $a$ has been rounded to exactly 0 or 1, the long form is 0/0. (`sigmoid` is given, in the first cell.)
"""


# %% nbg="exercise two-layer-deltas"
def sigmoid_deltas(z, y):
    """Return dC/dz of a sigmoid neuron for two costs: the squared error ½(a - y)², and the cross-entropy.

    z : (N,), sums that go into the sigmoid, of any size      y : (N,), what it should say, from 0 to 1
    Returns two arrays (N,), the squared error's first. No loops; finite for all z.
    """
    # BEGIN SOLUTION
    a = sigmoid(z)
    return (a - y) * a * (1 - a), a - y
    # END SOLUTION


# %% nbg="check two-layer-deltas 3"
check("two-layer-deltas", sigmoid_deltas)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("two-layer-deltas", sigmoid_deltas)
# END HIDDEN TESTS

# %% [markdown]
r"""
Now let both learn: $x = 1$, $y = 0$, and a start at $w = b = 2$, with the same learning rate.

**Predict first:** sketch $a$ over the steps, once for each cost.
"""

# %%
said = np.zeros((2, 301))
for cost in range(2):
    w = b = 2.0
    for step in range(301):
        said[cost, step] = sigmoid(w + b)
        delta = sigmoid_deltas(np.array([w + b]), np.array([0.0]))[cost][0]
        w, b = w - 0.15 * delta, b - 0.15 * delta
first_below = [int(np.argmax(row < 0.5)) for row in said]
print(f"says less than .5 after {first_below[0]} steps with the squared error, {first_below[1]} with the cross-entropy")
assert first_below[0] > 5 * first_below[1]

_, (bell, learning) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
z = np.linspace(-7, 7, 200)
for delta, name, style in zip(sigmoid_deltas(z, np.zeros(200)), ("squared error", "cross-entropy"), ("-", "--")):
    bell.plot(z, delta, style, label=name)
bell.plot(z, sigmoid(z) * (1 - sigmoid(z)), ":", color="0.5", label="σ′(z)")
bell.axvline(4, color="0.8", zorder=0)
bell.set(xlabel="z", ylabel="δ, when 0 is right")
bell.legend(fontsize=8)
vis.describe(
    bell,
    "The slope of the sigmoid is a bell around z = 0. The delta of the squared error is a bell, too, and almost 0 at z = 4, "
    "where the neuron starts. The delta of the cross-entropy rises from 0 to 1 and stays there.",
)
for row, name, style in zip(said, ("squared error", "cross-entropy"), ("-", "--")):
    learning.plot(row, style, label=name)
learning.set(xlabel="step", ylabel="what the neuron says", ylim=(0, 1))
learning.legend(fontsize=8)
vis.describe(
    learning,
    f"With the squared error the neuron stays near .98, then falls quickly, below .5 at step {first_below[0]}, then slowly "
    f"again. With the cross-entropy it falls at once, below .5 at step {first_below[1]}, and then ever more slowly.",
)

# %% [markdown]
r"""
With the squared error: slow, fast, slow. The neuron is *saturated* at the start: its sigmoid is so flat there that the
factor $\sigma'(z) = .018$ swallows nearly all of the error. Only once it has crept into the steep part does it learn
quickly, and then it slows down because it is almost right, as it should. The cross-entropy has cancelled that factor. Its
$\delta$ is $a - y$, **what you said minus what was true**: the more wrong, the faster. It is the same expression as for
the softmax, and that is no accident: each of these costs is the surprise at the truth, made for its activation.

The trouble hasn't gone away; it has left the *output*. A saturated sigmoid in a hidden layer multiplies whatever comes
back by its $\sigma'$ still, whatever the cost. It is one reason why hidden layers have ReLUs today.

### Question 4

1. At the start, $a = .982$. By which factor is the first step with the cross-entropy larger than with the squared error?
   Compute it by hand.
2. A colleague says: "then multiply the learning rate by that factor, and the squared error is as good." What happens?
3. With a ReLU in the hidden layer and softmax with cross-entropy at the output, can a unit still be stuck? In which case
   does it get no gradient from *any* example?

(2 points)
"""

# %% [markdown] nbg="answer two-layer-question-slow 2"
r"""
1. The ratio is 1/σ′ = 1 / (.982 · .018) = 57.
2. The factor is right at the start only. In the steep part σ′ is up to .25, and steps with a rate 57 times as large are
   far too long there: a neuron with several inputs or examples jumps to the other side and saturates again, now maybe for
   an example it had right. No single rate can do it, as σ′ changes during learning.
3. Yes: if its sum is negative for every example, the mask is 0 for all of them, and neither its weights nor its bias ever
   change (but for the penalty, which shrinks the weights and leaves the bias). A dead unit.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## What to take with you

* Linear layers in a row are one linear layer. It is the bend between them that makes a network.
* A hidden unit is a cut; the hidden layer moves the points to where a straight border is enough.
* The gradient goes backward, layer by layer: every gradient has the shape of what it belongs to, and where the forward
  pass cut off, nothing comes back.
* One hidden layer can approximate anything continuous, if it is large enough. Whether it learns to is another matter.
* Take a larger network with a penalty rather than a smaller one.
* Match the cost with the output: softmax or sigmoid with cross-entropy, and a neuron that is wrong learns fast.

**Next:** `modular_layers` takes this gradient apart into pieces that fit together in any number.
"""
