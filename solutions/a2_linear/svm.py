# %% [markdown]
r"""
# A score for each class

k-nearest neighbors remembers everything and understands nothing: it keeps all images, and walks through all of them for
every answer. From here on we do it the other way around. We choose a **formula** with numbers in it that can be adjusted,
look for the numbers that fit the training images, and then throw the images away. The formula answers at once.

The simplest such formula is a matrix product, and it is the heart of every network to come. What makes it learn is a
**loss**: a number that says how unhappy we are with the answers. This notebook builds one of the two losses that the
field uses for linear classifiers, the hinge loss of the **support vector machine** (SVM), and its gradient, by hand.

**You will write** the loss of scores, the loss and gradient of a linear classifier with loops, and the same without.

**Running time**, once everything is solved: about half a minute on two cores.
"""

# %% nbg="setup"
import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import check, get_cifar10_data, vis
from cs231n_kit.data import CIFAR10_CLASSES, make_blobs
from cs231n_kit.gradient_check import eval_numerical_gradient, grad_check_sparse
from given import accuracy

# %% [markdown]
r"""
The images come prepared: laid out in rows, with the average training image subtracted (so that numbers lie around 0), and
in three parts: to train with, to choose with (validation), and to test, once. If you have fetched the whole of CIFAR-10
(`cs231n-kit data fetch cifar10`), you can set the switch in the next cell to `True`: everything below then runs on 49,000 training
images instead of 4,500, in a little more time, and gets a little better.
"""

# %%
FULL = False
data = get_cifar10_data(full=FULL, add_bias=True)
X_train, y_train, X_val, y_val = (data[name] for name in ("X_train", "y_train", "X_val", "y_val"))
print("X_train", X_train.shape, "   X_val", X_val.shape, "   X_test", data["X_test"].shape)

# %% [markdown]
r"""
## 1. The score function

Give every class a column of numbers, as long as an image. Multiply each number of the image by the one at the same place in
the column, add up the products, and you have a **score**: high if the image has large numbers where the column has. For all
classes and all images at once:

$$
S = X W
\qquad X: (N, D), \quad W: (D, C), \quad S: (N, C)
$$

Row $i$ of $S$ holds the scores of image $i$, one for each class, and the answer is the class with the highest. Each column
of $W$ is a **template** that the image is held against. There will be one template for "cat", and it has to do for all cats.

Often one wants to add a constant to each score, a **bias**, since some classes are more likely whatever the picture shows:
$S = XW + b$. A small trick saves the extra symbol. Append a 1 to each image and a row with the biases to $W$, and the matrix
product adds them by itself:
"""

# %%
x, weights, bias = np.array([2.0, -1.0]), np.array([[1.0, 0.0, 3.0], [4.0, 2.0, 1.0]]), np.array([0.5, 1.0, -1.0])
print("x @ W + b            ", x @ weights + bias)
print("[x, 1] @ [W; b]      ", np.append(x, 1) @ np.vstack([weights, bias]))

# %% [markdown]
r"""
That is why our rows have 3,073 numbers: 32 · 32 · 3, and a 1.

In the plane one can see what a linear classifier does. Each class has a score that rises evenly in one direction; where two
classes have equal scores, the answer changes, and that is always along a straight line.
"""

# %%
points, colors = make_blobs(np.random.default_rng(0))
W_by_hand = np.array([[2.0, -1.0, -1.0], [0.0, 1.7, -1.7]])  # the templates point at the three clouds
ax = vis.decision_regions(lambda p: np.argmax(p @ W_by_hand, axis=1), points, colors)

# %% [markdown]
r"""
## 2. How unhappy are we?

Suppose the scores of one image are $s = (13, -7, 11)$ and its label is 0. The right class has the highest score. Are we
content? 11 is uncomfortably close to 13. The SVM wants more than being right: it wants the right class to be ahead of every
other class **by a margin** $\Delta$, and complains about each class that is not kept at that distance:

$$
L_i = \sum_{j \neq y_i} \max(0,\; s_j - s_{y_i} + \Delta)
$$

With $\Delta = 10$: the second class is 20 behind, which is more than enough, and adds $\max(0, -7 - 13 + 10) = 0$. The third is
only 2 behind and adds $\max(0, 11 - 13 + 10) = 8$. The loss is 8. Once every wrong class is far enough behind, the loss is 0
and stays 0: the SVM is *satisfied*, and doesn't care how much farther behind they fall.

Drawn over the lead of the right class, $s_{y_i} - s_j$, each term has a corner, like a door on its hinge. Hence the name
**hinge loss**. The dots are the two wrong classes of the example.
"""

# %%
ahead = np.linspace(-12, 22, 200)  # s_right - s_wrong
_, ax = plt.subplots(figsize=(6.5, 2.6), layout="constrained")
ax.plot(ahead, np.maximum(0, 10 - ahead), color=vis.OKABE_ITO[0])
ax.plot([20, 2], [0, 8], "o", color=vis.OKABE_ITO[5], label="the example")
ax.axvline(10, color="0.6", linestyle="--", label="the margin")
ax.set(xlabel="how far the right class is ahead", ylabel="added to the loss")
ax.legend()
vis.describe(
    ax,
    "What a wrong class adds falls in a straight line as the right class gets ahead, and is 0 from the margin on. "
    "Two dots: ahead by 20, nothing is added; ahead by 2, 8 is added.",
)

# %% [markdown]
r"""
### Exercise: hinge_losses

For many images at once, without a loop. You know how to pick the score of the right class of each row. That gives shape
(N,); make it stand upright, as a column of shape (N, 1), and it can be subtracted from all the scores, (N, C). The right
class itself must not be counted: compared with itself, it would always complain.
"""


# %% nbg="exercise svm-hinge-losses"
def hinge_losses(scores, y, delta=1.0):
    """Return the hinge loss of every example.

    scores : (N, C), left as they are      y : (N,), the labels, ints from 0 to C - 1
    delta  : the margin
    Returns (N,). No loops.
    """
    # BEGIN SOLUTION
    rows = np.arange(len(scores))
    margins = np.maximum(0, scores - scores[rows, y][:, np.newaxis] + delta)
    margins[rows, y] = 0
    return margins.sum(axis=1)
    # END SOLUTION


# %% nbg="check svm-hinge-losses 3"
check("svm-hinge-losses", hinge_losses)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("svm-hinge-losses", hinge_losses)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Question 1: spot the mistake

> *The SVM wants the score of the correct class to be higher than the others by at least Δ. If it is not, the loss is the
> amount that is missing, that is, **−(correct − (wrong + Δ))**; so for scores (13, −7, 11), Δ = 10 and the correct class first, the
> loss is −(13 − (−7 + 10)) − (13 − (11 + 10)) = −10 + 8 = −2.*

A loss of −2 would mean that we are better than perfectly content. The formula in bold is right for one of the two classes.
What is missing, and what would go wrong in training without it? (2 points)
"""

# %% [markdown] nbg="answer svm-question-sign 2"
r"""
−(correct − (wrong + Δ)) equals wrong − correct + Δ, which is right as long as it is positive. What is missing is the **max with
0**: the second class is farther behind than it needs to be, and adds 0, not −10.

Without the maximum, a class that is far behind would *pay* for another that is too close. Training would then push the easy
wrong classes down for ever, with no end to the gain, instead of looking after the ones that are confused. (The losses
would just be linear in the scores, and could be made as negative as one likes by making $W$ larger.)

*One point for the maximum, one for a consequence: negative losses pay for positive ones, or there is no minimum.*
"""

# %% [markdown]
r"""
## 3. The loss of a classifier

The **data loss** is the mean of $L_i$ over the training images. It leaves something open, though: if $W$ satisfies every
margin, then so does $2W$, and $100 W$. To decide between them, we add a **penalty** on large numbers in $W$:

$$
L = \frac{1}{N} \sum_i \sum_{j \neq y_i} \max(0,\; x_i w_j - x_i w_{y_i} + 1) \;+\; \lambda \sum_{d, c} W_{dc}^2
$$

Here $x_i$ is row $i$ of $X$, $w_j$ is column $j$ of $W$, both of length $D$, and their product is a score. The last sum
takes in all of $W$, the row of the biases too. The strength $\lambda$ (in code: `reg`) is a hyperparameter. $\Delta$ is not:
it can be fixed at 1, because scores can be stretched by scaling $W$, and then it is $\lambda$ alone that says how much
stretching costs. (Some write ½λ. In the linear classifiers of this course there is no ½, so that the gradient has a 2.)

**Predict first:** with $W$ so small that all scores are about 0, what is the loss for ten classes?
"""

# %%
scores = X_val @ (1e-6 * np.random.default_rng(0).normal(size=(3073, 10)))
print(f"mean loss with tiny weights: {hinge_losses(scores, y_val).mean():.3f}")

# %% [markdown]
r"""
Nine, very nearly: with all scores at 0, each of the nine wrong classes is exactly 1 too close. Whenever you build a loss,
work out by hand what it should be at the start, and look. It is the cheapest test there is.

## 4. The gradient, by hand

To improve $W$ we need to know in which direction the loss falls. Take one image $x$, of length $D$, with three classes,
where class 2 (of 0, 1, 2) is the right one, and suppose that both wrong classes are too close. Then

$$
L_i = (x w_0 - x w_2 + 1) + (x w_1 - x w_2 + 1) .
$$

How does that change with $w_0$? It occurs only in $x w_0$, so the gradient is $x$. With $w_1$: again $x$. With $w_2$, which
occurs twice and negatively: $-2x$. If a wrong class is far enough behind, its term is 0, and neither its column nor its share of $-x$ is
there. So the rule is:

> For every wrong class that is too close, **add $x$ to the gradient of its column, and subtract $x$ from that of the right
> class.**

Read it backward, since we will walk *against* the gradient: the template of the right class becomes more like $x$, those of the
confused classes less. The penalty adds $2 \lambda W$.

### Exercise: svm_loss_naive

Two loops, over images and over classes. Collect loss and gradient side by side, and think about what has to be divided by $N$,
and what not.
"""


# %% nbg="exercise svm-loss-naive"
def svm_loss_naive(W, X, y, reg):
    """Return loss and gradient of a linear SVM with margin 1, with loops.

    W   : (D, C)      X : (N, D)      y : (N,), ints from 0 to C - 1
    reg : strength of the penalty reg * sum(W**2)
    Returns the loss, a number, and its gradient dW of shape (D, C).
    """
    loss, dW = 0.0, np.zeros(W.shape)
    num_train, num_classes = len(X), W.shape[1]
    # BEGIN SOLUTION
    for i in range(num_train):
        scores = X[i] @ W
        for j in range(num_classes):
            margin = scores[j] - scores[y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / num_train + reg * np.sum(W**2)
    dW = dW / num_train + 2 * reg * W
    # END SOLUTION
    return loss, dW


# %% nbg="check svm-loss-naive 4"
check("svm-loss-naive", svm_loss_naive)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("svm-loss-naive", svm_loss_naive)
# END HIDDEN TESTS

# %% [markdown]
r"""
Never believe a gradient that you have derived by hand. The kit can measure it: move one entry of $W$ by a tiny $h$ to either
side, and divide the difference of the two losses by $2h$. That is the **centered difference**. Compare it with your gradient
at some random entries. The relative error in the last line decides: below 1e-6 is rounding, 1e-2 is a mistake.
"""

# %%
X_few, y_few = data["X_dev"][:60].astype(np.float64), data["y_dev"][:60]
W = 1e-4 * np.random.default_rng(1).normal(size=(3073, 10))
loss, dW = svm_loss_naive(W, X_few, y_few, 0.1)
checked = grad_check_sparse(lambda w: svm_loss_naive(w, X_few, y_few, 0.1)[0], W, dW, num_checks=5)

# %% [markdown]
r"""
### A corner

The hinge has a corner, where the slope jumps from −1 to 0. There is no derivative *at* the corner: seen from the left it is
one number, from the right another.

**Predict first:** one image with a single feature 1, scores $(0, -1)$ with label 0, so that the margin is met exactly. What does
the centered difference say, which looks at both sides?
"""

# %%
corner = np.array([[0.0, -1.0]])
numerical = eval_numerical_gradient(lambda w: hinge_losses(np.ones((1, 1)) @ w, np.array([0])).mean(), corner)
print("centered difference at the corner:", numerical)

# %% [markdown]
r"""
One half, up to the sign: a compromise that is true on neither side. Your rule gives all or nothing there, depending on
whether a margin of exactly 0 counts as too close, and both are fine. With real images a corner is hit almost never; but when
a gradient check disagrees at a single entry out of thousands, a nearby corner is the first suspect. The kit's checker looks
for them and says so.

## 5. Without loops

Half of it is written already: `hinge_losses` makes the matrix of all margins, $(N, C)$, before it adds up the rows. For the
gradient, look again at the rule: each wrong class $j$ of image $i$ with a positive margin adds $x_i$ to column $j$ and takes
it from column $y_i$. Write down a matrix of *how often* each image is added to each column,

$$
M_{ij} = \begin{cases} 1 & \text{if } j \neq y_i \text{ and its margin is positive} \\
-(\text{number of such } j) & \text{if } j = y_i \\ 0 & \text{otherwise} \end{cases}
\qquad M: (N, C)
$$

and the sum over all images is a matrix product of shapes $(D, N) \cdot (N, C) \to (D, C)$: the data part of the gradient
is $X^\top M / N$.

### Exercise: svm_loss_vectorized
"""


# %% nbg="exercise svm-loss-vectorized"
def svm_loss_vectorized(W, X, y, reg):
    """Return loss and gradient of a linear SVM with margin 1, without loops.

    Arguments and results as in svm_loss_naive. No array is larger than X, W or (N, C).
    """
    # BEGIN SOLUTION
    rows = np.arange(len(X))
    scores = X @ W
    margins = np.maximum(0, scores - scores[rows, y][:, np.newaxis] + 1)
    margins[rows, y] = 0
    loss = margins.sum() / len(X) + reg * np.sum(W**2)
    counts = (margins > 0).astype(X.dtype)
    counts[rows, y] = -counts.sum(axis=1)
    dW = X.T @ counts / len(X) + 2 * reg * W
    return loss, dW
    # END SOLUTION


# %% nbg="check svm-loss-vectorized 5"
check("svm-loss-vectorized", svm_loss_vectorized)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("svm-loss-vectorized", svm_loss_vectorized)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 6. Learning

Walk downhill: take a few training images at random (a **batch**), compute the gradient of their loss, and move $W$ a small
step against it: subtract the gradient times a small number, the **learning rate**. Then do it again, 1,500 times. A batch of
200 gives a rough gradient, but a cheap one, and many rough steps get farther than few exact ones. This is **stochastic
gradient descent**; the notebook `optimization` takes it apart.
"""


# %%
def train(learning_rate, reg, num_steps=1500, batch_size=200, seed=0):
    """Return W and the loss at each step."""
    rng = np.random.default_rng(seed)
    W, losses = (1e-3 * rng.normal(size=(3073, 10))).astype(np.float32), []
    for _ in range(num_steps):
        batch = rng.integers(0, len(X_train), size=batch_size)
        loss, dW = svm_loss_vectorized(W, X_train[batch], y_train[batch], reg)
        W -= np.float32(learning_rate) * dW
        losses.append(loss)
    return W, losses


W, losses = train(learning_rate=1e-7, reg=2.5e4)
print(f"loss: {losses[0]:.0f} at the first step, {np.mean(losses[-100:]):.1f} in the last hundred")
print(f"right: {accuracy(X_train @ W, y_train):.3f} of the training images")
print(f"       {accuracy(X_val @ W, y_val):.3f} of the validation images")
assert accuracy(X_val @ W, y_val) > (0.36 if FULL else 0.33)
axes = vis.history(losses)
axes[0].set_yscale("log")

# %% [markdown]
r"""
The loss falls evenly at first. That is the penalty, shrinking the random weights that we began with: each step multiplies
them by $1 - 2 \cdot 10^{-7} \cdot 25{,}000 = 0.995$, and the same factor again and again is a straight line on a logarithmic
axis. Then the curve trembles along the bottom: each batch is different.

More than a third of the validation images are right, where k-NN got a bit more than a quarter. And what is kept of the 4,500
images? Ten templates. Here they are, as pictures:

**Predict first:** what will "horse" look like?
"""

# %% tags=["thumbnail"]
axes = vis.weight_grid(W, (32, 32, 3), CIFAR10_CLASSES)

# %% [markdown]
r"""
A ship is pale in the middle of a lot of blue, a frog is green with brown around it, a car has a blue windshield over a reddish
body. The horse is a reddish body over yellow-green grass, with something dark at *both* ends: there are horses facing left and
horses facing right, and one template has to serve both. (Trained on all of CIFAR-10, people say, it grows two heads.) That
is the limit of a linear classifier. A network with hidden layers can have a template for each.

### Question 2

1. You stretch all images by a factor of 2 (and forget to tell anybody). Which $W$ gives the same scores as before? Does the
   optimal $W$ for the loss with penalty become exactly that one?
2. At the beginning of a training run the loss is 9.00. After one step it is 14. What is the first thing you try?
3. All training images meet all margins. What does the data loss's gradient look like, and what happens to $W$ if training
   goes on?

(2 points)
"""

# %% [markdown] nbg="answer svm-question-scale 2"
r"""
1. $W / 2$. Not exactly: $W/2$ has a quarter of the penalty, so the balance between penalty and data loss changes, and the
   optimum moves to somewhat larger scores. (With λ four times as large it would be exactly $W/2$.)
2. A smaller learning rate: the step went over the valley to the opposite side. The gradient's direction was right, its length is a
   matter of choice.
3. It is 0: no margin complains. Only the penalty's gradient $2 λ W$ is left, so $W$ shrinks step by step until the first margins are
   violated again; the two then hold each other in balance.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 7. Two numbers to choose

The learning rate and the strength of the penalty were handed to you. They were found by trying: take a grid of values, train
with each pair of them on the training set, and judge the result on the *validation* set. Both numbers can be wrong by powers
of ten, so go from one value to the next by a factor, not by a sum. To save time, each try here has 500 steps.
"""

# %%
learning_rates = [1e-8, 5e-8, 1e-7, 2e-7, 5e-7, 1e-6]
strengths = [1e3, 5e3, 1e4, 2.5e4, 5e4, 1e5]
found = np.zeros((6, 6))
for i, learning_rate in enumerate(learning_rates):
    for j, reg in enumerate(strengths):
        W_tried, _ = train(learning_rate, reg, num_steps=500)
        found[i, j] = accuracy(X_val @ W_tried, y_val)
i, j = np.unravel_index(found.argmax(), found.shape)
print(f"best of 36: {found[i, j]:.3f} with learning rate {learning_rates[i]:g} and reg {strengths[j]:g}")

_, ax = plt.subplots(figsize=(6.5, 4), layout="constrained")
ax.imshow(found, cmap="viridis")
for (row, column), value in np.ndenumerate(found):
    ax.text(column, row, f"{value:.3f}", ha="center", va="center", color="white" if value < 0.27 else "black")
ax.set_xticks(range(6), [f"{reg:g}" for reg in strengths])
ax.set_yticks(range(6), [f"{rate:g}" for rate in learning_rates])
ax.set(xlabel="reg", ylabel="learning rate", title="validation accuracy")
vis.describe(
    ax, "A table of accuracies: best along a diagonal from small rate and large reg to the opposite, bad in two corners."
)

# %% [markdown]
r"""
The good values lie along a diagonal band, so that you can't tune one number after the other: what is best for one depends on
the other: how fast the penalty shrinks $W$, for instance, depends on their product. In the corner where both are small,
training has hardly begun; where both are large, every step overshoots.

Remember the last notebook: the best of 36 on 500 images is partly luck, so its accuracy promises too much. An honest number
comes from images that had no say in the choice: the test set, used once. Here it is for the $W$ of section 6:
"""

# %% tags=["accuracy"]
print(f"on the test images: {accuracy(data['X_test'] @ W, data['y_test']):.3f}")

# %% [markdown]
r"""
## What to take with you

* A linear classifier compares an image with one template for each class: $S = XW$.
* A loss turns "how good is this?" into a number; its gradient says what to change. Check both at the start: the loss by
  hand, the gradient numerically.
* The hinge loss wants a margin, and is content once it has it.
* The penalty decides between equally good weights. Its strength and the learning rate are chosen together, by validation.

**Next:** `softmax` turns the same scores into probabilities, and is never quite content.
"""
