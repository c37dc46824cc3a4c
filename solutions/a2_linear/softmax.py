# %% [markdown]
r"""
# From scores to probabilities

The SVM gave each class a score, and was content once the right one was ahead by a margin. But a score means nothing by
itself: is 3.2 a lot? This notebook turns scores into **probabilities**, numbers between 0 and 1 that add up to 1 and can be
taken at their word. The loss that goes with them, the **cross-entropy**, is the one that nearly every classifier in the
world is trained with today.

It comes from a different idea than the hinge, it has a gradient of surprising simplicity, and it hides a trap: written down as
in the textbook, it breaks on the first large number.

**You will write** the softmax so that it can't break, the length of a message in the wrong code, and the loss and gradient of a
linear classifier, with loops and without.

**Running time**, once everything is solved: about half a minute on two cores.
"""

# %% nbg="setup"
import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import check, get_cifar10_data, vis
from cs231n_kit.data import CIFAR10_CLASSES, make_blobs
from cs231n_kit.gradient_check import grad_check_sparse
from given import accuracy

# %%
FULL = False  # True: all of CIFAR-10, after `cs231n-kit data fetch cifar10`
data = get_cifar10_data(full=FULL, add_bias=True)
X_train, y_train, X_val, y_val = (data[name] for name in ("X_train", "y_train", "X_val", "y_val"))

# %% [markdown]
r"""
## 1. Softmax

Scores become probabilities in two steps. Exponentials are always positive, and larger for larger scores; dividing by their
sum makes them add up to 1. For the scores $s$ of one image, $(C,)$, the probabilities $p$ have the same shape:

$$
p_j = \frac{e^{s_j}}{\sum_k e^{s_k}}
$$

It is a soft version of "the largest gets everything", hence the name. How soft depends on how far apart the scores are:

**Predict first:** here are the same scores, and half of them, and twice as much. Which is the most decided?
"""

# %%
for scores in (np.array([1.0, -2.0, 0.0]), np.array([0.5, -1.0, 0.0]), np.array([2.0, -4.0, 0.0])):
    exponentials = np.exp(scores)
    print(scores, "→", np.round(exponentials / exponentials.sum(), 2))

# %% [markdown]
r"""
### The trap

`float64` holds numbers up to about $10^{308}$, and $e^{710}$ is more than that. (In `float32`, in which our images come,
$e^{89}$ is already too much.) Scores of some hundreds are nothing unusual when weights are not yet tuned:
"""

# %%
scores = np.array([123.0, 456.0, 789.0])
with np.errstate(over="ignore", invalid="ignore"):
    print(np.exp(scores) / np.exp(scores).sum())

# %% [markdown]
r"""
Infinity divided by infinity: `nan`, *not a number*, and whatever it touches becomes `nan`, too. The way out is a shift.
Subtract any constant $c$ from all the scores of a row, and numerator and denominator are both multiplied by $e^{-c}$:
**the probabilities don't change.** Choose $c$ as the largest score of the row. Then the largest exponent is 0, $e^0 = 1$, and
nothing can overflow. The others may underflow to 0, which is what they practically are; the denominator is at least 1.

It has to be the largest *of each row*. With one constant for the whole batch, a row whose scores are all a thousand lower would
become 0/0.

### Exercise: softmax
"""


# %% nbg="exercise softmax-probabilities"
def softmax(scores):
    """Return the softmax of every row.

    scores : (N, C), any real numbers, also huge ones; left as they are
    Returns (N, C), each row between 0 and 1 and with sum 1. No loops.
    """
    # BEGIN SOLUTION
    shifted = scores - scores.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    return exponentials / exponentials.sum(axis=1, keepdims=True)
    # END SOLUTION


# %% nbg="check softmax-probabilities 3"
check("softmax-probabilities", softmax)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("softmax-probabilities", softmax)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 2. How surprised are we?

A forecaster says: rain with probability ½, sun ¼, clouds ⅛, snow ⅛. How surprised should you be when it rains? A good measure
is $-\log_2 p$: one **bit** for rain, two for sun, three for snow. It is the number of yes-or-no questions that an ideal
guesser needs, and the length of the message in an ideal code: short words for what is frequent, long ones for what is rare.

If the forecast is true, the average length is the **entropy** $H(p) = -\sum_j p_j \log_2 p_j$, here 1.75 bits. What if the weather really
follows $p$, but the code was made for another forecast $q$? Then each word has the length $-\log_2 q_j$ and occurs with
probability $p_j$:

$$
H(p, q) = -\sum_j p_j \log_2 q_j
$$

That is the **cross-entropy**. It is never less than $H(p)$; the difference, $D(p \,\|\, q) = H(p, q) - H(p)$, is what using the
wrong code costs. It is called the Kullback–Leibler divergence, and is 0 only if $q = p$.

### Exercise: cross_entropy

What never happens costs nothing, whatever its code word: a term with $p_j = 0$ is 0, also where $q_j = 0$ and the logarithm is
infinite. But something that *does* happen and was thought impossible has an infinitely long word.
"""


# %% nbg="exercise softmax-cross-entropy"
def cross_entropy(p, q):
    """Return the mean length in bits of messages about p in the best code for q.

    p, q : (C,), probabilities that add up to 1
    Returns a number; infinity if something with p > 0 has q = 0.
    """
    # BEGIN SOLUTION
    happens = p > 0
    with np.errstate(divide="ignore"):
        return -np.sum(p[happens] * np.log2(q[happens]))
    # END SOLUTION


# %% nbg="check softmax-cross-entropy 2"
check("softmax-cross-entropy", cross_entropy)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("softmax-cross-entropy", cross_entropy)
# END HIDDEN TESTS

# %%
weather, guess = np.array([1 / 2, 1 / 4, 1 / 8, 1 / 8]), np.array([1 / 8, 1 / 8, 1 / 4, 1 / 2])
print("with the code for the true weather:", cross_entropy(weather, weather), "bits")
print("with the code for the guess:       ", cross_entropy(weather, guess), "bits")

# %% [markdown]
r"""
Now the classifier. The truth about an image is a one-hot row: "certainly a ship". Its entropy is 0, so that cross-entropy
and divergence are the same. This row takes the place of $p$ in the formula, and the probabilities that the classifier gives
take the place of the forecast $q$. Of the sum only one term is left: **minus the logarithm of the probability that was given
to the right class.** Training by cross-entropy means making the truth as little surprising as possible. (From here on with
the natural logarithm, as everybody does; it only changes the unit. And $p$ is again what softmax gives, as in section 1.)

### Question 1: spot the mistake

> $H(p, q) = H(p) + D(p \,\|\, q) = -E[\log p] + \left(-E[\log p] + E[\log q]\right) = -E[\log q]$, *where E is the mean
> under p.*

The first and the last expression are right. Which step is not, and why can't the chain as it stands end where it does? (2 points)
"""

# %% [markdown] nbg="answer softmax-question-divergence 2"
r"""
The divergence is $D(p\|q) = E[\log p] - E[\log q]$: the difference of the lengths $-\log q$ and $-\log p$. In the parenthesis both
signs are exchanged. As it stands, the middle is $-2E[\log p] + E[\log q]$, which is not $-E[\log q]$. With the right signs, $E[\log p]$
cancels and $-E[\log q]$ remains.

*One point for the exchanged signs, one for showing that the middle as written doesn't give the end.*
"""

# %% [markdown]
r"""
## 3. Never quite content

Here are the two losses side by side, for scores $(10, s, s)$ whose first class is right: the hinge with margin 1 and the
cross-entropy.

**Predict first:** what does each say when $s$ falls from 9 to 5, and on to −100?
"""

# %%
print("    s     hinge   cross-entropy")
for s in (10.5, 10, 9.5, 9, 5, -100):
    # -log p of the first class is log(1 + 2 exp(s - 10)); log1p(x) is log(1 + x), exact where 1 + x would be rounded to 1
    print(f"{s:6}    {2 * max(0, s - 10 + 1):5.2f}    {np.log1p(2 * np.exp(s - 10)):.2e}")

# %% [markdown]
r"""
From 9 downward the hinge is 0: the margin is met, the case is closed. The cross-entropy always wants a bit more, ever more gently.
In practice the two give classifiers that are about equally good. The difference is that the SVM concentrates on the examples near
the border, and the softmax never forgets any.

Play with it: three classes in the plane, with the templates of the last notebook, and a point whose scores become probabilities.
(The picture stands still; with a running kernel, there are sliders below it.)
"""

# %% tags=["nbval-ignore-output", "thumbnail"]
points, colors = make_blobs(np.random.default_rng(0))
W_by_hand = np.array([[2.0, -1.0, -1.0], [0.0, 1.7, -1.7]])


def show_point(x=0.5, y=0.4, stretch=1.0):
    probabilities = softmax(stretch * np.array([[x, y]]) @ W_by_hand)[0]
    _, (plane, bars) = plt.subplots(1, 2, figsize=(7.5, 3), layout="constrained")
    vis.decision_regions(lambda p: np.argmax(p @ W_by_hand, axis=1), points, colors, plane)
    plane.plot(x, y, "kX", markersize=11)
    bars.bar(["blue", "orange", "green"], probabilities, color=vis.OKABE_ITO[:3])
    bars.set(ylim=(0, 1), ylabel="probability", title=f"scores times {stretch:g}")
    vis.describe(bars, f"Probabilities {np.round(probabilities, 2)} of the three classes at the point ({x:g}, {y:g}).")
    plt.show()


show_point()
try:
    from ipywidgets import interact

    interact(show_point, x=(-1.5, 1.5), y=(-1.5, 1.5), stretch=(0.1, 5.0))
except ImportError:
    print("for sliders: pip install ipywidgets")

# %% [markdown]
r"""
## 4. A gradient that explains itself

$L = -\log p_y$ with $p = \text{softmax}(s)$. Write the logarithm out,

$$
L = -s_y + \log \sum_k e^{s_k} ,
$$

and differentiate with respect to each score. The first term gives −1 for the right class, and nothing for the others. The second gives
$e^{s_j} / \sum_k e^{s_k}$, which is $p_j$ again. Together:

$$
\frac{\partial L}{\partial s_j} = p_j - [j = y]
$$

**What you said, minus what was true.** If the right class has probability .9, its score is pulled up with strength .1; a wrong class
with .02 is pushed down with .02. All pulls add up to zero. When everything is said with full certainty and is right, nothing moves.

From scores to weights it goes as in the last notebook: $s = xW$, so entry $(d, j)$ of the gradient, $(D, C)$, is $x_d$ times
the number for class $j$. The whole loss is again a mean over the images plus a penalty,

$$
L = -\frac{1}{N} \sum_i \log p_{i, y_i} + \lambda \sum_{d,c} W_{dc}^2 .
$$

**Predict first:** with tiny weights and ten classes, what is the loss? (You know what the probabilities are.)

### Exercise: softmax_loss_naive

A loop over the images; within it, as you like. Mind the trap, which has a second half: the scores can be huge, so that the
probability of the right class underflows to 0. Then $-\log 0$ is infinite, although the loss itself is an ordinary number,
such as 1,500. So don't take the logarithm of a finished probability. (Adding a tiny number to it first only hides the trap:
the loss then stops growing where it should grow.) Use $-s_y + \log \sum_k e^{s_k}$, and shift the scores in *both* terms.
"""


# %% nbg="exercise softmax-loss-naive"
def softmax_loss_naive(W, X, y, reg):
    """Return the mean cross-entropy of a linear classifier, plus a penalty, and its gradient, with a loop over examples.

    W   : (D, C)      X : (N, D)      y : (N,), ints from 0 to C - 1
    reg : strength of the penalty reg * sum(W**2)
    Returns the loss, a number, and its gradient dW of shape (D, C). Finite for huge scores.
    """
    loss, dW = 0.0, np.zeros(W.shape)
    num_train = len(X)
    # BEGIN SOLUTION
    for i in range(num_train):
        scores = X[i] @ W
        scores = scores - scores.max()
        log_sum = np.log(np.sum(np.exp(scores)))
        loss += log_sum - scores[y[i]]
        dscores = np.exp(scores - log_sum)
        dscores[y[i]] -= 1
        dW += np.outer(X[i], dscores)
    loss = loss / num_train + reg * np.sum(W**2)
    dW = dW / num_train + 2 * reg * W
    # END SOLUTION
    return loss, dW


# %% nbg="check softmax-loss-naive 4"
check("softmax-loss-naive", softmax_loss_naive)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("softmax-loss-naive", softmax_loss_naive)
# END HIDDEN TESTS

# %%
X_few, y_few = data["X_dev"][:60].astype(np.float64), data["y_dev"][:60]
W = 1e-4 * np.random.default_rng(1).normal(size=(3073, 10))
print(f"loss with tiny weights: {softmax_loss_naive(1e-3 * W, X_few, y_few, 0)[0]:.4f}     log 10: {np.log(10):.4f}")
loss, dW = softmax_loss_naive(W, X_few, y_few, 0.1)
checked = grad_check_sparse(lambda w: softmax_loss_naive(w, X_few, y_few, 0.1)[0], W, dW, num_checks=5)

# %% [markdown]
r"""
With tiny weights all ten probabilities are .1, and $-\log .1 = \log 10$.

### Exercise: softmax_loss_vectorized

The matrix of scores, $S = XW$, of shape $(N, C)$. The matrix $P - Y$ of the same shape, where row $i$ of $Y$ is the one-hot
row of $y_i$. One matrix product, $(D, N) \cdot (N, C)$, for the gradient. No loop, and no overflow.
"""


# %% nbg="exercise softmax-loss-vectorized"
def softmax_loss_vectorized(W, X, y, reg):
    """Return the mean cross-entropy of a linear classifier, plus a penalty, and its gradient, without loops.

    Arguments and results as in softmax_loss_naive.
    """
    # BEGIN SOLUTION
    rows = np.arange(len(X))
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(scores).sum(axis=1, keepdims=True))
    log_probabilities = scores - log_sums
    loss = -log_probabilities[rows, y].mean() + reg * np.sum(W**2)
    dscores = np.exp(log_probabilities)
    dscores[rows, y] -= 1
    dW = X.T @ dscores / len(X) + 2 * reg * W
    return loss, dW
    # END SOLUTION


# %% nbg="check softmax-loss-vectorized 5"
check("softmax-loss-vectorized", softmax_loss_vectorized)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("softmax-loss-vectorized", softmax_loss_vectorized)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 5. Learning

The same walk downhill as with the SVM. For another loss, learning rate and penalty have to be chosen anew; these do well on the
validation images.
"""


# %% tags=["accuracy"]
def train(learning_rate, reg, num_steps=1500, batch_size=200, seed=0):
    """Return W and the loss at each step."""
    rng = np.random.default_rng(seed)
    W, losses = (1e-3 * rng.normal(size=(3073, 10))).astype(np.float32), []
    for _ in range(num_steps):
        batch = rng.integers(0, len(X_train), size=batch_size)
        loss, dW = softmax_loss_vectorized(W, X_train[batch], y_train[batch], reg)
        W -= np.float32(learning_rate) * dW
        losses.append(loss)
    return W, losses


W, losses = train(learning_rate=1e-6, reg=1e3)
print(f"loss: {losses[0]:.1f} at the first step, {np.mean(losses[-100:]):.2f} in the last hundred")
print(f"right: {accuracy(X_train @ W, y_train):.3f} of the training images")
print(f"       {accuracy(X_val @ W, y_val):.3f} of the validation images")
assert accuracy(X_val @ W, y_val) > (0.38 if FULL else 0.34)
axes = vis.weight_grid(W, (32, 32, 3), CIFAR10_CLASSES)

# %% [markdown]
r"""
As good as the SVM, with templates that are similar, only grainier. But this classifier can say *how sure* it is. Can it be
believed? Let us sort the test images by the probability that it gives to its own answer, and see what share of the answers
is right.

**Predict first:** among the images for which it claims about .45, how many will be right?
"""

# %%
probabilities = softmax(data["X_test"] @ W)
claimed, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == data["y_test"]
for low, high in [(0.1, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (0.6, 0.8)]:
    inside = (claimed >= low) & (claimed < high)
    print(f"claims {low:.1f} to {high:.1f}: {inside.sum():3} images, {right[inside].mean():.2f} of them right")

# %% [markdown]
r"""
It means what it says, very nearly: of the answers that it calls 40 to 50 % likely, 48 % are right. Nobody asked it to be
honest about itself; but whoever claims too much or too little is more surprised on average, and surprise is what we
minimized. (Large networks tend to become overconfident. You will see that, too.)

Don't rely on it without looking, though. How *decided* the probabilities are is a matter of how large the numbers in $W$
are, and so of the penalty: stretch the scores, as with the slider above, and the ranking stays, while the probabilities
change.

### Question 2

1. Your training loss is 2.303 in the first step and 2.303 after a thousand. What is the classifier saying, and what do you
   check first?
2. For one image, all pulls $p_j - [j = y]$ add up to zero. Why must they?
3. Somebody trains without the shift. All goes well for an hour; then the loss becomes `nan` and stays `nan`. What happened, and why doesn't it
   recover?

(2 points)
"""

# %% [markdown] nbg="answer softmax-question-nan 2"
r"""
1. log 10 = 2.303: every class gets .1, whatever the picture. The weights are still nearly zero, so check the learning rate (far too
   small), or whether the gradient reaches the weights at all.
2. The probabilities add up to 1, and so does the one-hot row. (Or: adding the same number to all scores changes nothing, so the loss
   has no slope in that direction.)
3. Scores grew until an exponential overflowed: inf/inf is `nan`. The gradient is `nan`, too, and the first step makes all
   weights `nan`, from which no arithmetic leads back.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## What to take with you

* Softmax makes probabilities of scores; shift each row by its maximum before you take exponentials, always.
* Cross-entropy is the surprise at the truth. Its gradient at the scores is *what you said minus what was true*.
* It starts at log C. It is never quite content; the hinge is.
* Work with logarithms of probabilities as long as you can: they neither overflow nor vanish.

**Next:** `optimization`: why walk downhill at all, in what steps, and what else there would be.
"""
