# %% [markdown]
r"""
# A network that reads digits

Everybody's first network reads handwritten digits: 28 by 28 gray pixels in, ten scores out, two hidden layers of 16 neurons
between them. It has 13,002 numbers that can be adjusted, it fits on a page of NumPy, and it learns in seconds.

It is also the network about which the most beautiful stories are told: the first layer sees little strokes, the second puts
them together to loops and lines, the third recognizes digits. In this notebook you build the network, and then treat it as
a scientist would: you open it, feed it nonsense, train it on nonsense, push its images around, and repeat a published
experiment, to see which of the stories are true.

**You will write** a baseline, the network's initialization, its forward and backward pass for any list of layers, an epoch of
training, and two small tools for images, none of them with a loop over images.

**Running time**, once everything is solved: less than a minute on two cores.
"""

# %% nbg="setup"
import math
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import check, load_mnist, vis
from given import accuracy, softmax

# %% [markdown]
r"""
## 1. The digits

MNIST was put together in the 1990s, from what employees of the US Census Bureau and high-school students had written. 0 is
paper and 255 is ink. The kit brings the first 10,000 training images and 2,000 test images; with all 70,000
(`cs231n-kit data fetch mnist`) and the switch set to `True`, everything takes two or three minutes and gets better.
"""

# %%
FULL = False
X_train, y_train, X_test, y_test = load_mnist(full=FULL)
print("X_train", X_train.shape, X_train.dtype, "   X_test", X_test.shape)
axes = vis.image_row(X_train[:10], y_train[:10], size=0.9)

# %% [markdown]
r"""
Before any learning: what does it take to be better than nothing? Always answering the most frequent digit is right for about
one image in nine. A slightly less silly idea: a 1 takes less ink than an 8. Measure the **average darkness** of each digit's
training images, and answer the digit whose average is nearest.

**Predict first:** which digit is the darkest? And how much better than one in nine will that be?

### Exercise: guess_by_darkness

The darkness of an image is the mean of its pixels. You need the mean darkness of each digit's images, and then a table of
differences, images by digits. `np.bincount` with `weights` adds up numbers by label. Mind digits of which there is no training
image: they have no darkness, and must never be the answer.
"""


# %% nbg="exercise mnist-digits-darkness"
def guess_by_darkness(X_train, y_train, X_test):
    """Return for each test image the digit whose training images have the nearest mean darkness.

    X_train : (N, H, W), any real dtype      y_train : (N,), digits, ints from 0 to 9; not every digit has to occur
    X_test  : (M, H, W)
    Returns (M,), digits that occur in y_train; of two equally near ones, the smaller. No loops over images.
    """
    # BEGIN SOLUTION
    totals = np.bincount(y_train, weights=X_train.mean(axis=(1, 2)), minlength=10)
    counts = np.bincount(y_train, minlength=10)
    means = np.full(10, np.inf)
    means[counts > 0] = totals[counts > 0] / counts[counts > 0]
    darkness = X_test.mean(axis=(1, 2))
    return np.abs(darkness[:, np.newaxis] - means).argmin(axis=1)
    # END SOLUTION


# %% nbg="check mnist-digits-darkness 3"
check("mnist-digits-darkness", guess_by_darkness)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("mnist-digits-darkness", guess_by_darkness)
# END HIDDEN TESTS

# %%
most_frequent = np.bincount(y_train).argmax()
by_darkness = np.mean(guess_by_darkness(X_train, y_train, X_test) == y_test)
print(f"always {most_frequent}:        {np.mean(y_test == most_frequent):.3f} right")
print(f"by average darkness: {by_darkness:.3f} right")
assert 0.18 < by_darkness < 0.26

# %% [markdown]
r"""
A fifth. (0 is the darkest: it goes all the way around.) One number for each image, and twice as good as chance; every method
that uses all 784 should be ashamed to be near it.

## 2. One neuron

A neuron of this network takes numbers in, multiplies each by a weight, adds everything up, adds a **bias**, and squeezes the
result to something between 0 and 1:

$$
a = \sigma(w_1 x_1 + \dots + w_n x_n + b)
\qquad \sigma(z) = \frac{1}{1 + e^{-z}}
$$

The weights say *what it looks for*, the bias *how much of it must be there* before the neuron wakes up. Let us make one by hand. We
want it to notice a horizontal bar in the upper half, as a 7 has: weight 1 on a patch of pixels where the bar should be, and −1
just above and below, where there should be paper. With pixels from 0 to 1 and a bias of −10, the neuron stays near 0 until the
patch has ten pixels' worth of ink more than its surroundings.

**Predict first:** which digits wake it up, apart from 7?
"""


# %%
def as_rows(images):
    """Return images as rows of numbers from 0 to 1."""
    return images.reshape(len(images), -1) / 255


bar = np.zeros((28, 28))
bar[7:10, 9:19] = 1
bar[3:6, 9:19] = bar[11:14, 9:19] = -1
awake = 1 / (1 + np.exp(10 - as_rows(X_test) @ bar.ravel()))
for digit in range(10):
    print(f"{digit}: awake for {np.mean(awake[y_test == digit] > 0.5):4.0%} of the images")

order = np.argsort(-awake)
shown = [*order[:5], *order[len(order) // 2 :][:3]]
titles = ["the weights", *(f"{awake[i]:.2f}" for i in shown)]
axes = vis.image_row([127.5 + 127.5 * bar, *X_test[shown]], titles, size=1.05)
assert np.mean(awake[y_test == 7]) > 0.35 > 0.1 > np.mean(awake[y_test == 4])

# %% [markdown]
r"""
An edge detector: it fires for about half of the sevens, for some zeros, nines and fives that have a flat top in just that
place, and for hardly any 1, 4 or 6. It is a linear classifier with a soft threshold, and no more. A bar that stands three pixels
lower leaves it cold. Remember that.

## 3. Layers

Put 16 neurons side by side, all looking at the same image, each with weights of its own. Put 16 others behind them that look at
the first 16, and ten at the end that give a score to each digit. Written neuron by neuron, that is a page of indices. Written in
matrices, it is a line: as the books have it, $a' = \sigma(W a + b)$ for one image as a column. We have $N$ images as rows, so

$$
A' = \sigma(A W + b)
\qquad A: (N, n_\text{in}), \quad W: (n_\text{in}, n_\text{out}), \quad b: (n_\text{out},), \quad A': (N, n_\text{out}) .
$$

Our $W$ is the books' $W$ transposed. Each **column** belongs to a neuron.

**Predict first:** how many numbers can be adjusted in a network with layers of 784, 16, 16 and 10?

Every neuron has a weight for each of its inputs, and a bias. That is 784·16 + 16·16 + 16·10 = 12,960 weights, and 16 + 16 + 10 = 42
biases (the 784 pixels are no neurons; they have none): **13,002 parameters**.

### Where to start

Not at zero: then all neurons of a layer would compute the same, get the same gradient, and stay twins for ever. Chance has to make
them different. How large, then? A neuron adds up $n$ terms. If they are independent, with weights of standard deviation $s$, the
sum is typically of size $s\sqrt{n}$ times that of its inputs. For it to be about as large as the inputs, take

$$
s = \frac{1}{\sqrt{n_\text{in}}} .
$$

Biases start at 0.

### Exercise: init_network

A **network**, here and below, is a list with a pair `(W, b)` for every layer but the images.
"""


# %% nbg="exercise mnist-digits-parameters"
def init_network(sizes, rng):
    """Return a network with random weights.

    sizes : the sizes of the layers, pixels first: [784, 16, 16, 10]
    rng   : the np.random.Generator that the weights are drawn from
    Returns a list of len(sizes) - 1 pairs (W, b): W of shape (n_in, n_out), normally distributed with mean 0 and standard
    deviation 1 / sqrt(n_in); b of shape (n_out,), all zeros.
    """
    # BEGIN SOLUTION
    network = []
    for i in range(1, len(sizes)):
        m, n = sizes[i - 1], sizes[i]
        W = rng.normal(size=(m, n)) / np.sqrt(m)
        network.append((W, np.zeros(n)))
    return network
    # END SOLUTION


# %% nbg="check mnist-digits-parameters 3"
check("mnist-digits-parameters", init_network)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("mnist-digits-parameters", init_network)
# END HIDDEN TESTS

# %%
network = init_network([784, 16, 16, 10], np.random.default_rng(0))
for W, b in network:
    print(f"W {W.shape!s:10} {W.size:6,} weights    b {b.shape!s:6} {b.size:3} biases    spread of W {W.std():.3f}")
num_parameters = sum(W.size + b.size for W, b in network)
print(f"{num_parameters:,} parameters")
assert num_parameters == 13_002

# %% [markdown]
r"""
### Exercise: forward

The way from images to scores. Every hidden layer is $\sigma(AW + b)$; the last layer is $AW + b$ only, since its scores go on
into a softmax. Keep what every layer puts out, the images included: learning will need it.

A remark on $\sigma$: written as $e^z / (1 + e^z)$ it breaks for large $z$. You know why.
"""


# %% nbg="exercise mnist-digits-forward"
def forward(network, X):
    """Return what each layer puts out, as a list: the images, the activations of each hidden layer, the scores.

    network : list of pairs (W, b), W : (n_in, n_out), b : (n_out,)      X : (N, D), left as it is
    Returns a list of len(network) + 1 arrays of N rows. Number 0 is X; then sigmoid(A @ W + b), A being the array before;
    the last is A @ W + b without a sigmoid. No loop over images; one over layers is fine.
    """
    # BEGIN SOLUTION
    activations = [X]
    for W, b in network[:-1]:
        activations.append(1 / (1 + np.exp(-(activations[-1] @ W + b))))
    W, b = network[-1]
    return [*activations, activations[-1] @ W + b]
    # END SOLUTION


# %% nbg="check mnist-digits-forward 4"
check("mnist-digits-forward", forward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("mnist-digits-forward", forward)
# END HIDDEN TESTS

# %%
activations = forward(network, as_rows(X_test))
print("shapes:", *(a.shape for a in activations))
print(f"untrained: {accuracy(activations[-1], y_test):.3f} right")

# %% [markdown]
r"""
### Question 1

1. How many parameters does a network with layers 784, 30, 10 have? Which share of them is in the first layer?
2. Somebody leaves out all sigmoids. Which network is 784-16-16-10 then, and how many parameters would do for the same job?
3. In a video, $W$ of the first layer has 16 rows and 784 columns. What has to be written for the whole batch `X` of shape (N, 784)
   with *that* matrix, and what is the shape of the result?

(2 points)
"""

# %% [markdown] nbg="answer mnist-digits-question-parameters 2"
r"""
1. 784·30 + 30 + 30·10 + 10 = 23,860. The first layer has 23,550 of them, nearly 99 %.
2. A product of matrices is a matrix: scores = XW + b with W (784, 10), a linear classifier. 7,850 parameters would do, fewer than
   13,002 (the product $W_1 W_2 W_3$ can be multiplied out, and the biases with it).
3. `X @ W.T + b`, of shape (N, 16). (`W @ X.T` would be (16, N), with the images in columns, and b would have to stand upright.)

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 4. Who is to blame?

The loss is the mean surprise at the right digits, $L = -\frac1N \sum_i \log p_{i, y_i}$, with $p$ the softmax of the scores. At the
scores its gradient is what you found in the last assignment: what was said minus what was true, divided by $N$ since the loss is a mean.
Call it $\delta$, the **error** of a layer: an array with a number for each image and each neuron, the slope of $L$ with respect
to what goes *into* the neuron, $Z = AW + b$.

From the error of a layer, three things follow, and their shapes alone almost tell you how:

$$
\frac{\partial L}{\partial W} = A^\top \delta
\qquad
\frac{\partial L}{\partial b} = \sum_i \delta_i
\qquad
\delta_\text{before} = (\delta W^\top) \odot A (1 - A)
$$

$A$ is what came into this layer, of shape $(N, n_\text{in})$, and $\delta$ has shape $(N, n_\text{out})$. The first is a sum over all images:
"more weight between two neurons that were active and blamed together". The third takes the blame back through the weights and through the
slope of the sigmoid. That slope is $\sigma'(z) = \sigma(z)(1 - \sigma(z))$, and $\sigma(z)$ is just the activation $A$ that
was kept: no need for $z$ any more. ($\odot$: entry by entry.)

Then go on with the layer before, until you are at the images.

### Exercise: backward
"""


# %% nbg="exercise mnist-digits-backward"
def backward(network, activations, y):
    """Return the mean cross-entropy of a batch, and its gradients.

    network     : list of pairs (W, b)
    activations : what forward(network, X) returned: images, hidden activations, scores; left as they are
    y           : (N,), the digits, ints
    Returns the loss, a number, and a list like the network, first layer first, of pairs (dW, db) of the same shapes as
    (W, b). No loop over images. There is `softmax(scores)`, from the last assignment.
    """
    # BEGIN SOLUTION
    each = np.arange(len(y))
    scores = activations[-1]
    said = softmax(scores)
    loss = -np.log(said[each, y]).mean()
    delta = said.copy()
    delta[each, y] -= 1
    delta /= len(y)
    gradients = []
    for (W, _), A in zip(network[::-1], activations[-2::-1]):
        gradients.append((A.T @ delta, delta.sum(axis=0)))
        delta = delta @ W.T * A * (1 - A)
    return loss, gradients[::-1]
    # END SOLUTION


# %% nbg="check mnist-digits-backward 5"
check("mnist-digits-backward", backward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("mnist-digits-backward", backward)
# END HIDDEN TESTS

# %% [markdown]
r"""
Never believe a gradient that you have derived by hand. Move one weight of each layer a little to both sides, and see how the
loss changes:
"""


# %%
def loss_and_gradients(network, X, y):
    return backward(network, forward(network, X), y)


X_few, y_few = as_rows(X_train[:50]), y_train[:50]
loss, gradients = loss_and_gradients(network, X_few, y_few)
print(f"loss of the untrained network: {loss:.3f}    log 10 = {np.log(10):.3f}")
for layer, ((W, _), (dW, _)) in enumerate(zip(network, gradients), 1):
    place = np.unravel_index(np.abs(dW).argmax(), dW.shape)
    W[place] += 1e-5
    higher, _ = loss_and_gradients(network, X_few, y_few)
    W[place] -= 2e-5
    lower, _ = loss_and_gradients(network, X_few, y_few)
    W[place] += 1e-5
    measured = (higher - lower) / 2e-5
    print(f"layer {layer}, the weight with the largest gradient: {dW[place]:+.8f}    measured: {measured:+.8f}")
    assert abs(dW[place] - measured) < 1e-6 * abs(measured) + 1e-9

# %% [markdown]
r"""
## 5. An epoch

Take a handful of images, compute the gradient of *their* loss, step against it, take the next handful. When every image has had its
turn once, an **epoch** is over. A new order each time, so that the batches are always mixed differently; and every image exactly
once: drawn one by one with replacement, a third of them would be missed in each epoch.

### Exercise: train_one_epoch

The network is changed in place. The loss and its gradients come from a function that is handed in.
"""


# %% nbg="exercise mnist-digits-epoch"
def train_one_epoch(network, X, y, loss_and_gradients, learning_rate, batch_size, rng):
    """Go through all images once, in random order, with a step of gradient descent for each batch.

    network            : list of pairs (W, b); the arrays in it are changed
    X : (N, D)           y : (N,); both left as they are
    loss_and_gradients : called as loss_and_gradients(network, X_batch, y_batch); returns the loss of the batch, and a list
                         of pairs (dW, db), already means over the batch
    batch_size         : images in a batch; the last batch has what is left, and is never empty
    rng                : the np.random.Generator that the order comes from
    Returns the list of the losses, one for each batch, in order.
    """
    # BEGIN SOLUTION
    losses = []
    shuffled = rng.permutation(len(y))
    for start in range(0, len(y), batch_size):
        batch = shuffled[start : start + batch_size]
        loss, gradients = loss_and_gradients(network, X[batch], y[batch])
        losses.append(loss)
        for (W, b), (dW, db) in zip(network, gradients):
            W -= dW * learning_rate
            b -= db * learning_rate
    return losses
    # END SOLUTION


# %% nbg="check mnist-digits-epoch 4"
check("mnist-digits-epoch", train_one_epoch)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("mnist-digits-epoch", train_one_epoch)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 6. It learns

Everything is there. Batches of 20, a learning rate of ½, twenty epochs, the last quarter of them in steps of a fifth of that length: first
get there, then settle.
"""


# %%
def train(sizes, X, y, num_epochs, seed=0, learning_rate=0.5):
    """Return a trained network and the list of the losses, one for each step."""
    rng = np.random.default_rng(seed)
    network, losses = init_network(sizes, rng), []
    for epoch in range(num_epochs):
        rate = learning_rate if epoch < 0.75 * num_epochs else learning_rate / 5
        losses += train_one_epoch(network, X, y, loss_and_gradients, rate, 20, rng)
    return network, losses


def share_right(network, images, labels):
    return accuracy(forward(network, as_rows(images))[-1], labels)


# %% tags=["nbval-ignore-output", "accuracy"]
num_epochs = 12 if FULL else 20
start = time.perf_counter()
network, losses = train([784, 16, 16, 10], as_rows(X_train), y_train, num_epochs)
print(f"{len(losses):,} steps in {time.perf_counter() - start:.1f} s")
print(f"training images {share_right(network, X_train, y_train):.3f} right")
print(f"test images     {share_right(network, X_test, y_test):.3f} right")
axes = vis.history(losses)
assert share_right(network, X_train, y_train) > 0.95
assert share_right(network, X_test, y_test) > (0.94 if FULL else 0.88)

# %% [markdown]
r"""
Most of it happens in the first thousand steps, which is two looks at each image; the other epochs are for the rest. Note the
gap: it is right about 98 of 100 training images, and 90 of 100 test images. With all 60,000 training images it is 97 and 95, and with nothing
but more data.

How much of this is the work of the hidden layers? Your functions take any list of sizes, and `[784, 10]` is a linear classifier.

**Predict first:** how much worse is it? And is one layer of 30 neurons better than two of 16?
"""

# %% tags=["nbval-ignore-output"]
rows = as_rows(X_train)
linear, _ = train([784, 10], rows, y_train, num_epochs)
wider, _ = train([784, 30, 10], rows, y_train, num_epochs)
for name, one in (("784-10, linear", linear), ("784-16-16-10", network), ("784-30-10", wider)):
    right_train, right_test = share_right(one, X_train, y_train), share_right(one, X_test, y_test)
    print(f"{name:15} training images {right_train:.3f}    test images {right_test:.3f}")
assert share_right(linear, X_test, y_test) + 0.005 < share_right(network, X_test, y_test)
assert share_right(network, X_test, y_test) + 0.005 < share_right(wider, X_test, y_test)
assert share_right(wider, X_test, y_test) > (0.955 if FULL else 0.91)

# %% [markdown]
r"""
The famous network is only two or three points better than no hidden layer at all, and one layer of 30 beats its two of 16. Everything a digit is
has to pass through the first 16 neurons; what they don't let through, the second layer can't bring back.

### Two ways to ruin it

**Predict first:** one of these runs forgets to divide the pixels by 255; the other multiplies the random weights by $\sqrt{n}$ instead
of dividing (as a widely copied set of lecture notes has it). What will the losses be after an epoch? What does 2.3 mean?
"""

# %% tags=["nbval-ignore-output"]
with np.errstate(over="ignore", divide="ignore"):
    rng = np.random.default_rng(0)
    as_bytes = init_network([784, 16, 16, 10], rng)
    for _ in range(3):
        tail = train_one_epoch(as_bytes, 255 * rows[:10_000], y_train[:10_000], loss_and_gradients, 0.5, 20, rng)
    print(f"pixels from 0 to 255:   loss {np.mean(tail):.2f} in the third epoch")
    assert np.mean(tail) > 1.5

    large = [(W * len(W), b) for W, b in init_network([784, 16, 16, 10], rng)]
    saturated = np.concatenate([a.ravel() for a in forward(large, rows[:1000])[1:-1]])
    print(f"weights of spread √n:   {np.mean(saturated * (1 - saturated) < 0.01):.0%} of all slopes are below 0.01")
    tail = train_one_epoch(large, rows[:10_000], y_train[:10_000], loss_and_gradients, 0.5, 20, rng)
    print(f"                        loss {np.mean(tail):.2f} in the first epoch")
    assert np.mean(tail) > 2.2

# %% [markdown]
r"""
Both drive the sums to the hundreds, where the sigmoid is flat. Where it is flat, its slope is 0, and no blame gets through: the network
answers something, and hardly ever learns why it was wrong. 2.3 is log 10: "it could be anything". An infinite loss is worse: "certain,
and wrong".

## 7. Where it errs

**Predict first:** which two digits are confused most often?
"""

# %% tags=["nbval-ignore-output"]
scores = forward(network, as_rows(X_test))[-1]
predicted = scores.argmax(axis=1)
ax = vis.confusion_matrix(y_test, predicted, list("0123456789"))

# %% tags=["nbval-ignore-output"]
probabilities = softmax(scores)
wrong = np.flatnonzero(predicted != y_test)
worst = wrong[np.argsort(-probabilities[wrong, predicted[wrong]])][:9]
titles = [f"{y_test[i]}, said {predicted[i]}\n{probabilities[i, predicted[i]]:.3f}" for i in worst]
axes = vis.image_row(X_test[worst], titles, size=1.05)

# %% [markdown]
r"""
3 is taken for 5, and 4 for 9 and back: they share most of their ink. Below the table are the mistakes that it is most certain of. With one or two
you may sympathize. Most are plain digits to you, and the network gives more than 99 % to something else: it hasn't seen enough
of their kind (sevens with a bar across, say) to know how much it doesn't know.

## 8. Does the first layer see strokes?

Here is the story again. To recognize a 9, recognize a loop on top and a line below; to recognize a loop, recognize five little
edges. So the second layer should stand for loops and lines, and the first for little edges, like the one we made by hand. It is a
reasonable *hope* of how such a network might work. A weight picture for each of the 16 neurons of the first layer can tell.

**Predict first:** will they look like our bar?
"""

# %% tags=["thumbnail"]
axes = vis.weight_grid(network[0][0], (28, 28), [f"neuron {i}" for i in range(16)])

# %% [markdown]
r"""
No strokes. In the middle, loose blots of bright and dark; around them, a margin of nearly even gray. The margin is easy to
explain: those pixels are paper in every training image. A weight's gradient is what came in times the blame, so where 0 came in it is
exactly 0, and these weights still are the small random numbers that we began with.
"""

# %%
W_start = init_network([784, 16, 16, 10], np.random.default_rng(0))[0][0]
always_paper = as_rows(X_train).max(axis=0) == 0
moved = np.abs(network[0][0] - W_start).max(axis=1) > 0
print(
    f"{always_paper.sum()} pixels are paper in every training image; {moved[always_paper].sum()} of their weights have moved"
)
assert not moved[always_paper].any()

# %% [markdown]
r"""
And the blots? Perhaps they are strokes that only *look* untidy. A neuron that stands for a stroke should be awake for the digits that
have it, and asleep for the others. So ask each neuron how active it is, on average, for each digit:
"""

# %% tags=["nbval-ignore-output"]
hidden = forward(network, as_rows(X_test))[1]
response = np.stack([hidden[y_test == digit].mean(axis=0) for digit in range(10)], axis=1)
_, ax = plt.subplots(figsize=(4.6, 4.4), layout="constrained")
picture = ax.imshow(response, cmap="viridis", vmin=0, vmax=1)
ax.figure.colorbar(picture, ax=ax, label="mean activation")
ax.set(xticks=range(10), yticks=range(16), xlabel="digit", ylabel="neuron of the first layer")
halfway = np.mean((response > 0.2) & (response < 0.8))
vis.describe(ax, f"Mean activation of 16 neurons for ten digits; {halfway:.0%} of the entries lie between 0.2 and 0.8.")
print(f"{halfway:.0%} of the entries lie between 0.2 and 0.8")
assert halfway > 0.2

# %% [markdown]
r"""
No neuron has a clear opinion on every digit; all are half awake for some of them. What a digit is, is spread over all neurons
together, each adding a bit of evidence for some digits and against others. Nothing in the loss ever asked for strokes. It asked for a
small loss, and there are many more untidy ways to that than tidy ones.

(There *are* networks whose first layer learns edges. They look at small patches, everywhere in the image with the same weights.
That is the next assignment but one.)

### Question 2: spot the mistake

> *We trained the network and it recognizes digits with 96 % accuracy. So the decomposition works: the first layer has learned the
> strokes, the second combines them.*

1. Why does the conclusion not follow? (What would the author have to show?)
2. Name an experiment, other than the two above, that could show that a certain neuron stands for "a loop in the upper half".

(2 points)
"""

# %% [markdown] nbg="answer mnist-digits-question-strokes 2"
r"""
1. The accuracy says *that* digits are told apart, not *how*. Other inner workings (spread-out evidence, as we saw) give the same
   accuracy. The author would have to look at the neurons: what their weights are, when they fire, what happens without them.
2. For instance: show it images with loops in the upper half (8, 9, parts of digits, drawn circles) and without, and see whether it
   separates the two, whatever else is in the image. Or move, close and open the loop of a 9 and watch the activation. Or set the neuron to 0
   and see whether just the digits with such loops suffer. The experiment must be able to fail.

*One point for each.*
"""

# %% [markdown]
r"""
## 9. Nonsense in, confidence out

**Predict first:** feed the network images of pure noise, every pixel drawn at random. What will it say? How sure will it be?
"""

# %% tags=["nbval-ignore-output"]
noise = np.random.default_rng(5).uniform(size=(1000, 784))
claims = {"784-16-16-10": softmax(forward(network, noise)[-1]), "784-30-10": softmax(forward(wider, noise)[-1])}
for seed in (1, 2, 3):
    again, _ = train([784, 16, 16, 10], rows[:10_000], y_train[:10_000], 12, seed)
    claims[f"784-16-16-10, seed {seed}"] = softmax(forward(again, noise)[-1])
favorites = []
for name, p in claims.items():
    times = np.bincount(p.argmax(axis=1), minlength=10)
    favorites.append(times.argmax())
    sure = f"mean claim {p.max(axis=1).mean():.2f}, {np.mean(p.max(axis=1) > 0.9):4.0%} above .9"
    print(f"{name:20} {sure}, most often {times.argmax()}: {times.max() / 1000:.0%}")
    assert times.max() > 300
assert np.mean([p.max(axis=1).mean() for p in claims.values()]) > 0.6
assert len(set(favorites)) > 1
first = claims["784-30-10"]
titles = [f"{p.argmax()}: {p.max():.2f}" for p in first[:8]]
axes = vis.image_row(255 * noise[:8].reshape(-1, 28, 28), titles, size=1.05)

# %% [markdown]
r"""
A digit, with confidence; and mostly the same digit. *Which* one depends on the sizes and on the random start: another seed, another
favorite. Whoever runs it once will report that "noise is taken for a 3" (or a 5), and it means nothing.

Why doesn't it say "I don't know"? It can't. Ten probabilities that add up to 1 are all that it has, and nowhere in the training did it
see something that is no digit: the loss never cared what happens there. And why always the same digit? All noise images are much alike to
it: each neuron of the first layer adds up 784 independent pixels, whose ups and downs cancel. So they all land in the same corner of the
space of activations, and the corner belongs to some digit.
"""

# %% tags=["nbval-ignore-output"]
W, b = network[0]
for name, X in (("digits", as_rows(X_test)), ("noise", noise)):
    print(f"sums in the first layer, spread over images of {name}: {np.mean((X @ W + b).std(axis=0)):.1f}")
assert np.mean((noise @ W).std(axis=0)) < 0.5 * np.mean((as_rows(X_test) @ W).std(axis=0))

# %% [markdown]
r"""
## 10. Learning nonsense

Now the other way around: true images, false labels. Replace the label of each training image by a random digit. There is nothing to
be learned any more, except by heart.

**Predict first:** will the loss fall at all? What will the two curves look like?
"""

# %% tags=["nbval-ignore-output"]
num_few, epochs = 2000, 80
X_few, true = rows[:num_few], y_train[:num_few]
false = np.random.default_rng(9).integers(0, 10, size=num_few)
curves = {}
for name, labels in (("true labels", true), ("random labels", false)):
    one, losses = train([784, 30, 10], X_few, labels, epochs)
    curves[name] = np.mean(np.reshape(losses, (epochs, -1)), axis=1)
    right = accuracy(forward(one, X_few)[-1], labels)
    print(f"{name:13}  {right:.3f} of the training labels, {share_right(one, X_test, y_test):.3f} of the test labels right")

_, ax = plt.subplots(figsize=(6.5, 3), layout="constrained")
for (name, curve), style in zip(curves.items(), ("-", "--")):
    ax.plot(range(1, epochs + 1), curve, style, label=name)
ax.set(xlabel="epoch", ylabel="mean loss", ylim=(0, 2.5))
ax.legend()
vis.describe(
    ax, "The loss with true labels falls at once; with random labels slowly, at first nearly along a straight line."
)
straight = np.corrcoef(range(15), curves["random labels"][:15])[0, 1]
print(f"random labels: loss {curves['random labels'][0]:.2f} to {curves['random labels'][14]:.2f} in 15 epochs,", end=" ")
print(f"correlation with a straight line {straight:.3f}")
assert curves["true labels"][4] < 0.4 < 1.5 < curves["random labels"][14]
assert straight < -0.97
assert right > 0.88

# %% [markdown]
r"""
With true labels the loss is all but gone after a few epochs: what the network learns from one image helps with a hundred others. With
random labels nothing helps anything else. Each label has to be learned on its own, against all others, and the loss creeps down nearly in a
straight line.

But it does creep down, and in the end the network knows more than nine in ten of the 2,000 random labels by heart. On the test images it is as good
as a die. So a small training loss, or even perfect training accuracy, doesn't prove that anything was *understood*; a network with
more than 20,000 parameters can learn a telephone book. **How fast** it learned tells more than how far.

### Question 3

1. Your network says "7, with probability .99" for the photograph of a cat. Nothing is broken. Explain to a friend why, in two or
   three sentences.
2. A colleague reports: "training accuracy 100 %, so the labels of our data set must be good". What do you answer, and which
   experiment of this notebook do you show?

(2 points)
"""

# %% [markdown] nbg="answer mnist-digits-question-nonsense 2"
r"""
1. The softmax has to distribute a probability of 1 over ten digits; "none of them" is not among the choices. The network was only ever
   trained on digits, so nothing shaped its answers elsewhere: a cat's activations lie somewhere, and that place happens to be far on the
   side of 7. The number says "7 rather than another digit", not "this is a digit".
2. A network of that size can learn random labels by heart, so with bad labels it gets to (nearly) 100 %, too. Show the run with random
   labels: more than nine tenths on the training set, a tenth on the test set. What speaks for the labels is the accuracy on images that
   it was not trained on, and how fast the loss fell.

*One point for each.*
"""

# %% [markdown]
r"""
## 11. Two pixels to the right

Our hand-made neuron needed its bar in just the right place. Are the learned ones wiser? Push the test images a little, by a pixel or two: to
you, nothing happens.

### Exercise: shift

Whatever leaves the paper on one side is gone; blank paper comes in on the other. Zero, negative numbers and more than the size
of the image are all allowed.
"""


# %% nbg="exercise mnist-digits-shift"
def shift(images, down, right):
    """Return the images moved down and to the right.

    images : (N, H, W), left as they are
    down, right : whole numbers of pixels; negative ones move up and left
    Returns a new array (N, H, W): entry [n, r, c] is images[n, r - down, c - right], or 0 where that is off the image.
    No loops.
    """
    # BEGIN SOLUTION
    H, W = images.shape[1:]
    padded = np.pad(images, ((0, 0), (max(down, 0), max(-down, 0)), (max(right, 0), max(-right, 0))))
    top, left = max(-down, 0), max(-right, 0)
    return padded[:, top : top + H, left : left + W]
    # END SOLUTION


# %% nbg="check mnist-digits-shift 3"
check("mnist-digits-shift", shift)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("mnist-digits-shift", shift)
# END HIDDEN TESTS

# %% [markdown]
r"""
**Predict first:** unmoved, about nine test images in ten are right. How many after a shift by one pixel? By four?
"""

# %% tags=["nbval-ignore-output"]
steps = range(-4, 5)
table = np.array([[share_right(network, shift(X_test, down, right), y_test) for right in steps] for down in steps])
_, ax = plt.subplots(figsize=(5, 4.2), layout="constrained")
ax.imshow(table, cmap="viridis", vmin=0, vmax=1)
for (row, column), value in np.ndenumerate(table):
    ax.text(column, row, f"{value:.2f}"[1:], ha="center", va="center", fontsize=8, color="white" if value < 0.6 else "black")
ax.set_xticks(range(9), steps)
ax.set_yticks(range(9), steps)
ax.set(xlabel="pixels to the right", ylabel="pixels down", title="share of the test images that are right")
aside = np.mean([table[4, 2], table[4, 6], table[2, 4], table[6, 4]])
vis.describe(
    ax, f"{table[4, 4]:.2f} in the middle, {aside:.2f} two pixels aside, {table[0, 0]:.2f} and less in the corners."
)
assert table[4, 4] - aside > 0.2
assert table[4, [0, 8]].max() < 0.5

# %%
i = np.flatnonzero((y_test == 7) & (predicted == 7))[0]
moved = np.concatenate([shift(X_test[i : i + 1], 0, right) for right in range(-4, 5)])
p = softmax(forward(network, as_rows(moved))[-1])
titles = [f"{right:+}\n{row.argmax()}: {row.max():.2f}" for right, row in zip(range(-4, 5), p)]
axes = vis.image_row(moved, titles, size=1.05)

# %% [markdown]
r"""
One pixel costs five or ten points; two cost a third of all that it knew; four leave little more than chance. The network has learned *where* the
ink is, pixel by pixel. That a 7 three pixels to the left is the same 7 is nowhere in its weights, and there is no way for it to find out,
since all MNIST digits were carefully centered. To a linear layer, a shifted image is simply another image: shuffle the 784 pixels of
all images in the same way, and it would learn just as well.

There are two remedies. Show it shifted images in training, too, at the price of more to learn. Or build a network that cannot help
treating all places alike; that is what convolutions are for.

## 12. How many neurons?

### A published experiment

Here is an experiment from a set of lecture notes. Zeros and ones only; images made smaller, to 9 by 9, so that there are 81 inputs; a hidden
layer of $n$ neurons; two outputs; no biases. 1,000 steps with batches of 20. The notes report that

1. *with n = 2 the accuracy is about 93 %, and with n = 50 about the same;*
2. *from about n = 20 on the time grows linearly, in proportion to n, so that a small n pays.*

Repeat it. First the smaller images: average blocks of 3 by 3 pixels.

### Exercise: pool

28 = 3·9 + 1, so one row and one column are too many. Drop the last ones. The trick without loops is a `reshape` that gives every block
axes of its own: a height of $h \cdot s$ is an axis of $h$ blocks and one of $s$ rows within a block.
"""


# %% nbg="exercise mnist-digits-pool"
def pool(images, size=3):
    """Return smaller images: each pixel is the mean of a block of size by size pixels.

    images : (N, H, W), any real dtype, also uint8; left as they are
    Returns (N, H // size, W // size), floating point. Rows at the bottom and columns on the right that don't fill a block
    are dropped. No loops.
    """
    # BEGIN SOLUTION
    N, H, W = images.shape
    h, w = H // size, W // size
    cropped = images[:, : h * size, : w * size]
    return cropped.reshape(N, h, size, w, size).mean(axis=(2, 4))
    # END SOLUTION


# %% nbg="check mnist-digits-pool 3"
check("mnist-digits-pool", pool)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("mnist-digits-pool", pool)
# END HIDDEN TESTS

# %%
binary_train, binary_test = y_train < 2, y_test < 2
X_small, y_small = as_rows(pool(X_train[binary_train])), y_train[binary_train]
X_small_test, y_small_test = as_rows(pool(X_test[binary_test])), y_test[binary_test]
print("X_small", X_small.shape, "  X_small_test", X_small_test.shape)
axes = vis.image_row(pool(X_train[binary_train][:8]), y_small[:8], size=0.9)


# %% [markdown]
r"""
**Predict first:** the notes say 93 % for two neurons. Here are 20 runs that differ only in the seed. How will they scatter
around that?
"""


# %%
def run_81_n_2(n, seed, num_steps=1000):
    """Train a network 81-n-2 without biases; return it with its share of right test images and the CPU seconds it took."""
    rng = np.random.default_rng(seed)
    small = init_network([81, n, 2], rng)
    start = time.process_time()
    for _ in range(num_steps):
        batch = rng.integers(0, len(X_small), size=20)
        _, gradients = loss_and_gradients(small, X_small[batch], y_small[batch])
        for (W, _), (dW, _) in zip(small, gradients):
            W -= 0.1 * dW
    return small, accuracy(forward(small, X_small_test)[-1], y_small_test), time.process_time() - start


# %% tags=["nbval-ignore-output"]
two = [run_81_n_2(2, seed) for seed in range(20)]
reached = np.array([right for _, right, _ in two])
print("n = 2:", *(f"{right:.3f}" for right in np.sort(reached)))
print(f"mean {reached.mean():.3f}    median {np.median(reached):.3f}    runs below .9: {np.sum(reached < 0.9)}")
always_one = max(np.mean(y_small_test), 1 - np.mean(y_small_test))
print(f"always the same answer: {always_one:.3f}")
assert 1 <= np.sum(reached < 0.9) <= 10
assert np.all((reached < 0.9) | (reached > 0.98))
assert np.median(reached) > 0.98

# %% [markdown]
r"""
There it is: a **mean** of about 93 %, and not one run anywhere near it. Most are perfect, and a few have learned *nothing*: they give
the same answer to every image. "About 93 %" describes no network at all. It is the average of good ones and failed ones, and says only how many
failed.

Why do some fail? Without biases, the difference of the two scores is $u_1 h_1 + u_2 h_2$, where $u$ is the difference of the output
weights. The activations $h$ are positive, always. So if $u_1$ and $u_2$ have the same sign, the answer is the same for *every* image:
one neuron has to vote for 0 and the other for 1. Look at their votes:
"""

# %% tags=["nbval-ignore-output"]
votes = np.array([network_81[1][0][:, 1] - network_81[1][0][:, 0] for network_81, _, _ in two])
agree = votes[:, 0] * votes[:, 1] > 0
for (u1, u2), right in list(zip(votes, reached))[:6]:
    print(f"u₁ = {u1:+5.2f}   u₂ = {u2:+5.2f}   {right:.3f} right")
print(f"both neurons vote for the same digit in {agree.sum()} runs, all of them failed: {np.all(reached[agree] < 0.9)}")
assert np.array_equal(agree, reached < 0.9)

# %% [markdown]
r"""
That also settles $n = 1$: a single neuron without a bias can only ever give one answer. And with three or more neurons it becomes ever less
likely that all end up on the same side.
"""

# %% tags=["nbval-ignore-output"]
numbers = [1, 2, 3, 5, 10, 20, 50, 100]
runs = {n: two if n == 2 else [run_81_n_2(n, seed) for seed in range(8)] for n in numbers}
_, (left, right_side) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
left.annotate(f"{np.sum(reached < 0.9)} of 20", (2.3, always_one), va="center")
left.annotate(f"{np.sum(reached > 0.9)} of 20", (1.9, 0.96), ha="right", va="center")
for n in numbers:
    left.plot([n] * len(runs[n]), [right for _, right, _ in runs[n]], "o", color=vis.OKABE_ITO[0], alpha=0.5)
left.plot(numbers, [np.mean([right for _, right, _ in runs[n]]) for n in numbers], "_", color="black", markersize=14)
left.set(xscale="log", xlabel="hidden neurons n", ylabel="right (dots: runs, dash: mean)")
seconds = [min(took for _, _, took in runs[n]) for n in numbers]
right_side.plot(numbers, seconds, "o-", color=vis.OKABE_ITO[1])
right_side.set(xlabel="hidden neurons n", ylabel="CPU seconds for 1,000 steps", ylim=(0, None))
vis.describe(
    [left, right_side],
    "Runs by number of hidden neurons: all fail for one, some for two, none from three on; the time hardly grows.",
)
print(f"100 neurons take {seconds[-1] / seconds[1]:.1f} times as long as 2")
assert max(right for _, right, _ in runs[1]) <= always_one
assert min(right for n in numbers[2:] for _, right, _ in runs[n]) > 0.98
assert seconds[-1] < 20 * seconds[1]
assert seconds[-1] < 4 * seconds[numbers.index(20)]

# %% [markdown]
r"""
The second claim doesn't survive, either. 50 times as many neurons take two to three times as long, and five times as many (100 for 20)
not even twice: at this size, most of the time goes into calling NumPy, not into arithmetic. A law for the time of a program is a law for *that* program.

### Question 4: spot the mistake

> *With n = 2 we get 93 %, with n = 50 about the same, in a thirteenth of the time. Two neurons are enough.*

1. What would an honest report of the results for n = 2 look like? (One sentence with numbers, or a picture.)
2. One bias would make n = 1 work. Which one, and why?

(2 points)
"""

# %% [markdown] nbg="answer mnist-digits-question-average 2"
r"""
1. For instance: "Of 20 runs, 17 reached 99.8 % or more and 3 answered always the same (57 %)"; or all runs as dots. With two kinds of
   outcome, a mean describes neither; it needs at least the number of runs of each kind. (The numbers are those of the reader's own run.)
2. A bias at the output. Then the difference of the scores is $u_1 h_1 + c$, which changes its sign at $h_1 = -c/u_1$: the one neuron can say
   "much" for one digit and "little" for the other. (A bias of the hidden neuron alone doesn't help: $h_1$ stays positive.)

*One point for each.*
"""

# %% [markdown]
r"""
### Rules of thumb

"How many hidden neurons?" has been answered by many formulas, and they are still handed on. With $m$ inputs, $k$ outputs and $N$ images:
$\log_2 N$; or $2m + 1$; or $\sqrt{0.43\,mk + 0.12\,k^2 + 2.54\,m + 0.77\,k + 0.35} + 0.51$; or so few that there are
between two and ten images for each weight. For our 784 pixels, ten digits and 8,000 images:
"""

# %%
m, k, N = 784, 10, 8000
by_formula = math.sqrt(0.43 * m * k + 0.12 * k**2 + 2.54 * m + 0.77 * k + 0.35) + 0.51
print(f"log2 N:          {math.log2(N):.0f}")
print(f"2 m + 1:         {2 * m + 1}")
print(f"the square root: {by_formula:.0f}")
print(f"2 to 10 images for each weight: {N / 10 / (m + k):.0f} to {N / 2 / (m + k):.0f}")
assert round(by_formula) == 74

# %% [markdown]
r"""
From 1 to 1,569. They can't all be right. It is folklore: try it. We choose something here, so the judge is a validation set, the last
2,000 of the first 10,000 training images, and not the test set.
"""

# %% tags=["nbval-ignore-output"]
hidden_sizes, on_validation = [1, 3, 5, 13, 30, 74, 200], []
for n in hidden_sizes:
    one, _ = train([784, n, 10], rows[:8000], y_train[:8000], 8)
    on_validation.append(share_right(one, X_train[8000:10_000], y_train[8000:10_000]))
print("\n".join(f"{n:4} hidden neurons: {right:.3f} right" for n, right in zip(hidden_sizes, on_validation)))
assert on_validation[0] < 0.5
assert on_validation[3] < max(on_validation[4:])
assert max(on_validation[4:]) - min(on_validation[4:]) < 0.04

# %% [markdown]
r"""
The rule that counts weights against images allows 1 to 5 neurons: the worst of all. $\log_2$ is better, and not the best. And from about 30 on, the
curve is nearly flat: 74 is fine, and so are 50 and 200. None of the formulas knows what the images look like or how long you train; how could it?
**Take more neurons than you think you need, and let a validation set tell you when it stops helping.** How to keep a large network from
learning the telephone book is the subject of the next assignment.

## What to take with you

* A network is a list of matrices. Forward: $\sigma(AW + b)$, layer by layer. Backward: three formulas, whose shapes remind you of them.
* Divide by 255, start at $1/\sqrt{n}$: where the sigmoid is flat, nothing is learned.
* High accuracy doesn't tell how it is reached. Our network found no strokes, doesn't know what a digit is not, and falls apart when
  the image moves by two pixels.
* It can learn random labels by heart. Test images, and the speed of learning, tell whether there was something to understand.
* Before you believe a mean, look at the runs.

**Next:** `a4_training/optimizers`: better steps, better starts, and how to keep a large network honest.
"""
