# %% [markdown]
r"""
# Learning less by heart

A network with enough weights can learn any training set by heart. You saw one do it with random labels. So a training loss
near 0 says nothing about what was understood. What counts are images that the network has never seen, and what is good for
those is often *bad* for the training loss. **Regularization** is the name for everything that makes learning by heart harder.

There are astonishingly many ways: make the weights small, make many of them 0, switch off random parts of the network, show
every image a little different each time, stop early, ask several networks. Each of them takes a few lines, and each teaches
something about what learning is.

**You will write** three ways of keeping weights small, dropout and its way back, two kinds of data augmentation, and an
ensemble.

**Running time**, once everything is solved: about half a minute on two cores.
"""

# %% nbg="setup"
import warnings

import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import Solver, check, get_cifar10_data, load_cifar10, load_mnist, sgd, vis
from cs231n_kit.data.toy import make_moons
from cs231n_kit.gradient_check import eval_numerical_gradient_array, rel_error
from given import FullyConnectedNet, affine_forward, softmax, softmax_loss

# %% [markdown]
r"""
## 1. Fitting is not the aim

Somewhere there is a sine wave. We know ten points of it, and each was measured with an error:
$y_i = \sin x_i + 0.4 \cdot \text{noise}$. Which curve was it? Let us try polynomials, of degree 1, 3 and 10. `np.polyfit`
finds the coefficients for which the sum of squared errors at the ten points is smallest.

**Predict first:** which of the three comes closest to the ten points? Which comes closest to the sine wave?
"""


# %% tags=["thumbnail"]
def measure(num_points, rng):
    """Return places on [0, 2π] and noisy measurements of the sine there."""
    x = np.linspace(0, 2 * np.pi, num_points)
    return x, np.sin(x) + 0.4 * rng.normal(size=num_points)


def rms(differences):
    """Return the root of the mean square."""
    return np.sqrt(np.mean(differences**2))


def draw_fit(ax, curve, title):
    """Draw the points, the sine and a curve through x_fine; return the curve's distance from the points and the sine."""
    at_points, from_sine = rms(np.interp(x, x_fine, curve) - y), rms(curve - np.sin(x_fine))
    ax.plot(x_fine, np.sin(x_fine), ":", color="0.4", label="sine")
    ax.plot(x_fine, curve, color=vis.OKABE_ITO[0], label="fit")
    ax.plot(x, y, "o", color=vis.OKABE_ITO[5], markersize=4, label="measured")
    ax.set(title=title, ylim=(-3, 3))
    vis.describe(ax, f"curve at a distance of {at_points:.2f} from the points and of {from_sine:.2f} from the sine.")
    return at_points, from_sine


x, y = measure(10, np.random.default_rng(2))
x_fine = np.linspace(0, 2 * np.pi, 2001)
_, axes = plt.subplots(1, 3, figsize=(9, 2.6), sharey=True, layout="constrained")
fits, distances = {}, {}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for ax, degree in zip(axes, (1, 3, 10)):
        fits[degree] = np.polyfit(x, y, degree)
        distances[degree] = draw_fit(ax, np.polyval(fits[degree], x_fine), f"degree {degree}")
axes[0].legend(fontsize=8)
for degree, (at_points, from_sine) in distances.items():
    print(f"degree {degree:2}: distance from the points {at_points:.3f}, from the sine {from_sine:.3f}")
print("coefficients of degree  3:", fits[3].round(2))
print("coefficients of degree 10:", fits[10].round(2))
print("warnings:", [f"{warning.category.__name__}: {warning.message}" for warning in caught])
assert distances[10][0] < 1e-3 < distances[3][0] < distances[1][0]
assert distances[3][1] < 0.5 * distances[1][1] < distances[1][1] < distances[10][1]
assert np.abs(fits[10]).max() > 50 * np.abs(fits[3]).max()
assert [warning.category.__name__ for warning in caught] == ["RankWarning"]

# %% [markdown]
r"""
Degree 1 is too stiff for a wave: it misses the points *and* the sine. That is called **underfitting**. Degree 10 passes
through every single point, and between them it is anywhere: it has learned the noise. That is **overfitting**. The distance
that we minimized says degree 10, by far. The distance that we are interested in says degree 3.

Look at the coefficients as well. To hit all the points, huge numbers of both signs have to cancel each other almost, and
between the points they don't. **Large coefficients are what a wild curve is made of.** Remember this for the next section.

And there is a warning. A polynomial of degree 10 has 11 coefficients, and ten points are ten equations. There isn't one such
polynomial, there are infinitely many. `polyfit` returned one of them, that with the smallest coefficients (of powers that
were scaled to equal size), and even that is wild. Its warning says "poorly conditioned"; the name, `RankWarning`, says it
better: the rank of the equations, 10, is less than the 11 coefficients they should decide. Here are three of the solutions,
all of degree 10, all without any error:
"""

# %%
through_all = np.prod(x_fine[:, np.newaxis] - x, axis=1)  # 0 at each of the ten points
_, axes = plt.subplots(1, 3, figsize=(9, 2.6), sharey=True, layout="constrained")
for ax, amount in zip(axes, (0.0, 1e-3, -1e-3)):
    curve = np.polyval(fits[10], x_fine) + amount * through_all
    at_points, _ = draw_fit(ax, curve, "what polyfit returned" if amount == 0 else "another one")
    assert at_points < 1e-3

# %% [markdown]
r"""
### Question 1: spot the mistake

> *A polynomial of degree 10 is completely determined by ten points. It is the best of the three fits, because its error is*
> *0. If there were anything wrong with it, there would be a warning; degree 9 gives none, so degree 9 is safe.*

1. What is wrong with the first sentence? The picture's third curve is the first plus something: what has to be true of that
   something, and what is its degree?
2. What is wrong with the second, and how would you find the best degree if you did not know the sine, only the ten points
   (and could measure a few more)?
3. And the third? Try degree 9.

(2 points)
"""

# %% [markdown] nbg="answer regularization-question-degree 2"
r"""
1. Degree 10 means eleven coefficients; ten points give ten equations, one too few. What is added has to be 0 at all ten
   points, such as $c\,(x - x_1)(x - x_2) \cdots (x - x_{10})$ with any c, and that has degree 10. So there is a whole line
   of solutions. (Nine would be determined by ten points.)
2. The error at the points that were fitted always falls with the degree: it measures fit, not truth. Keep some points, or
   new ones, out of the fit, and choose the degree with the smallest error *there*: a validation set. With only ten points,
   cross-validation.
3. The warning only says that the solution is not unique. Degree 9 is unique, passes through all points, and is as wild
   (distance from the sine 1.2). No warning is no sign of a good fit.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
### Two ways out

The first: **more data.** The same degree, with a hundred points instead of ten. The second: keep the ten points and the
degree, but make large coefficients *cost* something. We minimize

$$
\sum_i \big( f(x_i) - y_i \big)^2 + \lambda \sum_k c_k^2
$$

For polynomials this can still be solved exactly, by a linear system. (So that all powers are alike in size, we let $x$ run
from −1 to 1.)

**Predict first:** what will the curve be for a tiny $\lambda$, and what for $\lambda = 1000$?
"""


# %%
def penalized_fit(x, y, degree, strength):
    """Return the values on x_fine of the polynomial that minimizes squared error + strength * squared coefficients."""
    powers, fine_powers = (np.vander(v / np.pi - 1, degree + 1) for v in (x, x_fine))
    coefficients = np.linalg.solve(powers.T @ powers + strength * np.eye(degree + 1), powers.T @ y)
    return fine_powers @ coefficients, coefficients


_, axes = plt.subplots(1, 5, figsize=(11, 2.3), sharey=True, layout="constrained")
x_many, y_many = measure(100, np.random.default_rng(3))
with_more_data = np.polyval(np.polyfit(x_many, y_many, 10), x_fine)
_, from_sine = draw_fit(axes[0], with_more_data, "degree 10, 100 points")
print(f"100 points, no penalty: distance from the sine {from_sine:.2f}")
assert from_sine < 0.25
ridge = {}
for ax, strength in zip(axes[1:], (1e-8, 0.01, 1, 1000)):
    curve, coefficients = penalized_fit(x, y, 10, strength)
    _, ridge[strength] = draw_fit(ax, curve, f"10 points, λ = {strength:g}")
    print(
        f"λ = {strength:<6g} distance from the sine {ridge[strength]:.2f}, largest coefficient {np.abs(coefficients).max():.2g}"
    )
assert min(ridge, key=ridge.get) == 0.01
assert ridge[0.01] < 0.3 * ridge[1e-8]
assert 0.6 < ridge[1000] < 0.75

# %% [markdown]
r"""
(The five pictures show the same ten points; the first curve was fitted to a hundred.) With a good $\lambda$, ten points and
eleven coefficients are enough. With a huge one nothing is left but a flat line near 0. In between there is a best $\lambda$,
and only points that were not fitted can find it: it is a hyperparameter.

So there are two knobs. The *degree* says what a model could do, the *penalty* says what it may do at which price. For
networks it is the same. Here are two half moons with noise, and networks with 3 and with 20 hidden units, the latter with a
penalty of ½λΣw² that grows. **Predict first:** which of the pictures would you trust on new points?
"""

# %%
rng = np.random.default_rng(3)
(moons, sides), (new_moons, new_sides) = (make_moons(rng, per_class=n, noise=0.25) for n in (20, 500))
moon_data = {"X_train": moons, "y_train": sides, "X_val": new_moons, "y_val": new_sides}
_, axes = plt.subplots(1, 4, figsize=(10, 2.8), layout="constrained")
on_new = {}
for ax, (hidden, strength) in zip(axes, ((3, 0), (20, 0), (20, 0.003), (20, 0.03))):
    net = FullyConnectedNet([hidden], 2, 2, reg=strength, weight_scale=1.0, dtype=np.float64, rng=np.random.default_rng(4))
    solver = Solver(net, moon_data, optim_config={"learning_rate": 0.5}, num_epochs=2000, batch_size=40, verbose=False)
    solver.train()
    net.params.update(solver.params)
    on_new[hidden, strength] = solver.val_acc_history[-1]
    vis.decision_regions(lambda points, net=net: net.loss(points).argmax(axis=1), moons, sides, ax=ax)
    ax.set_title(f"{hidden} units, λ = {strength:g}\non new points {on_new[hidden, strength]:.1%}", fontsize=10)

# %% tags=["nbval-ignore-output"]
assert on_new[20, 0.003] > on_new[20, 0] + 0.01
assert on_new[20, 0.003] > on_new[20, 0.03] + 0.01

# %% [markdown]
r"""
Without a penalty, 20 units bend around single points that strayed into the other moon. With a small one they draw what the
moons are like, and do best on new points. With a large one little is left but a straight line.

An old advice says to choose a *small* network so that it can't overfit. Better advice: choose one that is large enough, and
regularize. How smooth it is can then be turned up and down by one number, while a small network gets stuck easily and has
bends where it happens to have units.

## 2. Weight decay

Now into the step itself. The penalty $\tfrac12 \lambda \sum w^2$ has the gradient $\lambda w$. A plain step becomes

$$
w \;\leftarrow\; w - \eta \left( \frac{\partial L}{\partial w} + \lambda w \right)
\;=\; \underbrace{(1 - \eta\lambda)\, w}_{\text{decays}} \;-\; \eta\, \frac{\partial L}{\partial w}
$$

Read the right side. Before anything else, the weight loses a fixed **share** of itself: with $\eta = 0.1$ and
$\lambda = 0.01$ a thousandth. If the data have nothing to say about it, it dies away like $0.999^t$. A weight survives only
if the gradient renews it all the time. Nobody computes a penalty for that; one factor in the update is enough. This is
**weight decay**.

Two details of notation. Many books write the penalty as $\frac{\lambda}{2n} \sum w^2$, so that the factor becomes $1 -
\eta\lambda/n$. Their $n$ is the size of the *training set*, not of the batch: how much weights cost should not depend on how
many images happen to be in a step. And others leave out the ½, so that the factor becomes $1 - 2\eta\lambda$. In this
notebook, it is $1 - \eta\lambda$.

### Exercise: weight_decay_step
"""


# %% nbg="exercise regularization-weight-decay"
def weight_decay_step(w, dw, learning_rate, weight_decay):
    """Return w after a plain step against the gradient, with weight decay.

    w, dw : arrays of the same shape; dw is the gradient of the loss at w, without penalty; both are left as they are
    weight_decay : λ above, of which learning_rate times as much is the share that a weight loses
    """
    # BEGIN SOLUTION
    return (1 - learning_rate * weight_decay) * w - learning_rate * dw
    # END SOLUTION


# %% nbg="check regularization-weight-decay 2"
check("regularization-weight-decay", weight_decay_step)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("regularization-weight-decay", weight_decay_step)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 3. L1: the same amount from everybody

The other well-known penalty is $\lambda \sum |w|$. The slope of $|w|$ is 1 or −1, whatever the size of $w$. So each step
takes the same **amount** from every weight, $\eta\lambda$. A weight of 1 hardly feels it; a weight of 0.001 is gone.

What happens when it gets to 0? On paper the slope jumps there from −1 to 1. In a program the step has a length, and jumps
across:
"""

# %%
amount = 0.03  # ηλ
decayed, jumping = [1.0], [0.4]
for _ in range(60):
    decayed.append((1 - amount) * decayed[-1])
    jumping.append(jumping[-1] - amount * np.sign(jumping[-1]))
_, axes = plt.subplots(1, 2, figsize=(9, 2.6), layout="constrained")
for ax, title in zip(axes, ("weight decay: a share", "following the slope of |w|: an amount")):
    ax.axhline(0, color="0.8")
    ax.set(title=title, xlabel="step", ylim=(-0.1, 1.05))
for start in (1.0, 0.4, 0.05):
    axes[0].plot(start * np.array(decayed), ".-", color=vis.OKABE_ITO[0])
axes[1].plot(jumping, ".-", color=vis.OKABE_ITO[5])
vis.describe(
    axes,
    "Weights over 60 steps without any gradient. Left, weight decay: three weights fall along exponential curves, "
    f"each to {decayed[-1]:.0%} of its start, and none reaches 0. Right: a weight falls along a straight line from 0.4 to 0 "
    "in 13 steps, and then jumps back and forth across 0.",
)
print("last places on the right:", np.round(jumping[-4:], 3))
assert decayed[-1] > 0.1
assert min(np.abs(jumping)) > 1e-6
assert np.ptp(np.abs(jumping[-10:])) < amount

# %% [markdown]
r"""
On the left nothing ever becomes 0: a share of something is something. On the right the weight reaches 0, and then trembles
about it for ever, a little above, a little below. So neither of them makes a weight exactly 0.

The remedy is simple. Shrink toward 0, and **stop there**: who would be carried across 0 becomes 0. To be precise about the
order, take the plain step first, then shrink what came out:

$$
v = w - \eta \, \frac{\partial L}{\partial w}
\qquad
w \leftarrow
\begin{cases}
v - \eta\lambda & \text{if } v > \eta\lambda \\
v + \eta\lambda & \text{if } v < -\eta\lambda \\
0 & \text{in between}
\end{cases}
$$

A weight at 0 now stays there as long as its gradient is not larger than $\lambda$ in size: it has to be worth its price. (The function is
known as *soft threshold*, and the method as *proximal gradient*.)

### Exercise: l1_step
"""


# %% nbg="exercise regularization-l1"
def l1_step(w, dw, learning_rate, l1):
    """Return w after a plain step against the gradient, and then shrunk toward 0, where it stops.

    w, dw : arrays of the same shape; dw is the gradient of the loss at w, without penalty; both are left as they are
    l1    : λ above, of which learning_rate times as much is the amount by which every weight shrinks
    No loops.
    """
    # BEGIN SOLUTION
    stepped = w - learning_rate * dw
    left = np.maximum(np.abs(stepped) - learning_rate * l1, 0)
    return np.sign(stepped) * left
    # END SOLUTION


# %% nbg="check regularization-l1 3"
check("regularization-l1", l1_step)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("regularization-l1", l1_step)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 4. Max-norm: a fence

The third way does not pull at all. It lets every unit do what it wants, within a **fence**: the weights that come into one
unit form a vector, and its length must not exceed a limit. After each step, whoever is outside is pulled back to the fence,
in the same direction. Whoever is inside is left alone.

With `W : (D, H)`, unit $h$ multiplies its D inputs by column $h$. So:

$$
w_h \leftarrow w_h \cdot \frac{c}{\lVert w_h \rVert_2} \quad \text{if } \lVert w_h \rVert_2 > c
\qquad\qquad \lVert w_h \rVert_2 = \sqrt{\textstyle\sum_d W_{dh}^2}
$$

It has a property that the others lack: whatever the learning rate, no weight can explode.

### Exercise: max_norm

Mind a unit all of whose weights are 0. It is inside, and should stay as it is, not become 0/0.
"""


# %% nbg="exercise regularization-max-norm"
def max_norm(W, limit):
    """Return W with every column that is longer than limit scaled down to that length; the others as they are.

    W : (D, H), left as it is; column h holds the weights that come into unit h      limit : a positive number
    No loops.
    """
    # BEGIN SOLUTION
    lengths = np.sqrt(np.sum(W**2, axis=0))
    return W * (limit / np.maximum(lengths, limit))
    # END SOLUTION


# %% nbg="check regularization-max-norm 2"
check("regularization-max-norm", max_norm)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("regularization-max-norm", max_norm)
# END HIDDEN TESTS

# %% [markdown]
r"""
All three on photographs. They are shrunk to half their width and height, 16 × 16 × 3 = 768 numbers, so that a run takes a
second. 2,000 of them train a network with 100 hidden units. Each regularizer is an update rule for the Solver. **Biases are
left out:** there are few of them, they see no noise of the inputs, and a unit with a large bias is not wilder for that. It
only bends elsewhere.

**Predict first:** what will the histograms of the first layer's weights look like, and which of them will have a spike
at 0?
"""


# %%
def half_size(X):
    """Return images (N, 3072) at half the resolution, (N, 768), each pixel the mean of four."""
    pixels = X.reshape(-1, 16, 2, 16, 2, 3).mean(axis=(2, 4)) / 50
    return pixels.reshape(len(X), -1).astype(np.float32)


def first(num, data):
    """Return the data with only the first training examples."""
    return {**data, "X_train": data["X_train"][:num], "y_train": data["y_train"][:num]}


def train(net, data, learning_rate, update_rule=sgd, **options):
    """Return the solver after training, with the parameters of the last epoch, not of the best, in the net."""
    config = {"learning_rate": learning_rate}
    solver = Solver(net, data, update_rule=update_rule, optim_config=config, batch_size=50, verbose=False, **options)
    solver.train()
    net.params.update(solver.params)
    return solver


def only_weights(step, strength):
    """Return an update rule that takes plain steps with biases, and step(w, dw, learning_rate, strength) with weights."""

    def rule(w, dw, config):
        rate = config["learning_rate"]
        return (step(w, dw, rate, strength) if w.ndim == 2 else w - rate * dw), config

    return rule


def fenced_step(w, dw, learning_rate, limit):
    return max_norm(w - learning_rate * dw, limit)


def photographs(full=False):
    """Return CIFAR-10, split as get_cifar10_data does it, at half the resolution."""
    data = get_cifar10_data(full=full)
    return {name: half_size(part) if name.startswith("X") else part for name, part in data.items()}


photos = photographs()

# %% tags=["nbval-ignore-output"]
rules = {
    "nothing": sgd,
    "weight decay, λ = 0.05": only_weights(weight_decay_step, 0.05),
    "L1, λ = 0.003": only_weights(l1_step, 0.003),
    "max-norm, limit 0.5": only_weights(fenced_step, 0.5),
}
nets, kept = {}, {}
for name, rule in rules.items():
    nets[name] = FullyConnectedNet([100], input_dim=768, weight_scale=0.04)
    solver = train(nets[name], first(2000, photos), 0.05, rule, num_epochs=30)
    kept[name] = solver.train_acc_history[-1], np.mean(solver.val_acc_history[-5:])
_, axes = plt.subplots(1, 4, figsize=(11, 2.4), sharex=True, layout="constrained")
print(f"{'':24}  training  validation  zeros  longest column")
zeros, longest = {}, {}
for ax, (name, net) in zip(axes, nets.items()):
    W = net.params["W1"]
    zeros[name], longest[name] = np.mean(W == 0), np.linalg.norm(W, axis=0).max()
    ax.hist(W.ravel(), bins=np.linspace(-0.15, 0.15, 62), color=vis.OKABE_ITO[0])
    ax.set(title=name, yticks=[])
    print(f"{name:24}  {kept[name][0]:8.3f}  {kept[name][1]:10.3f}  {zeros[name]:5.0%}  {longest[name]:14.2f}")
    vis.describe(
        ax, f"bell of weights about 0 with standard deviation {W.std():.3f}; {zeros[name]:.0%} of them are exactly 0."
    )

# %% tags=["nbval-ignore-output"]
free, decay, lasso, fence = kept
assert kept[free][0] > 0.9 > max(kept[name][0] for name in (decay, lasso, fence))
assert kept[decay][1] > kept[free][1]
assert kept[fence][1] > kept[free][1]
assert zeros[lasso] > 0.35
assert zeros[decay] == zeros[fence] == 0
assert longest[fence] < 0.501 < 1 < longest[free]

# %% [markdown]
r"""
All three take from the training accuracy. Weight decay and max-norm give some of it back in validation; L1, this strong,
does not, but it has set half of the weights to exactly 0, which the others never do. (The validation accuracies are means of
the last five epochs. With 500 validation images, chance alone makes them differ by two percent. Don't read more into them.)

Let us look at the units themselves. Each column of `W1` is an image of 16 × 16:
"""

# %%
chosen = np.argsort(-np.linalg.norm(nets[free].params["W1"], axis=0))[:10]
likeness = {}
for name in (free, decay):
    W = nets[name].params["W1"]
    images = W.T.reshape(-1, 16, 16, 3)
    likeness[name] = np.corrcoef(images[:, :, 1:].ravel(), images[:, :, :-1].ravel())[0, 1]
    print(f"{name}: correlation of neighboring weights {likeness[name]:.2f}")
    axes = vis.weight_grid(W[:, chosen], (16, 16, 3))
    plt.show()
assert likeness[decay] > likeness[free] + 0.3

# %% [markdown]
r"""
Without a penalty most of what you see is the random start: no gradient ever had a reason to remove it. With decay it fades
away, and what the data renewed remains: blobs and edges, where neighboring pixels have similar weights.

### Question 2: spot the mistakes

> *L2, L1 and elastic net (the sum of both) all encourage* **sparsity**, *that is, many weights become 0. L2 does it faster,*
> *because squares are larger.*

1. Weight A is 1, weight B is 0.001, and the gradient of the loss is 0 for both. Let $\eta\lambda = 0.0001$. About how many
   steps does it take under weight decay until they have halved, and until they are exactly 0? And under L1?
2. Correct the two sentences.
3. Somebody reads $1 - \eta\lambda/n$ in a book, takes the batch size for $n$, and then goes from batches of 50 to batches
   of 500. What happens to the regularization?

(2 points)
"""

# %% [markdown] nbg="answer regularization-question-sparsity 2"
r"""
1. Weight decay: each halves after ln 2 / 0.0001 ≈ 6,900 steps, both of them, and they never become 0 (but for underflow,
   after millions of steps). L1: A halves after 5,000 steps and is 0 after 10,000; B halves after 5 and is 0 after 10.
2. Only L1 makes weights exactly 0, and elastic net through its L1 part. L2 makes them small, and the smaller a weight
   already is, the *slower* it shrinks: the square of something small is tiny, and so is its slope.
3. It becomes ten times weaker in each step; and as there are ten times fewer steps in an epoch, a hundred times weaker in
   an epoch. n is the number of training examples, which does not change.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 5. Dropout

An idea of another kind (Geoffrey Hinton and others, 2012). In each step of training, every unit of a hidden layer is
**switched off at random**: it puts out 0, whatever it computed. In the next step others are off. No unit can rely on
another to be there and correct it, as the huge coefficients of section 1 corrected each other. Each has to be of some use by
itself.

One number decides: the probability $p$ that a unit is **kept**. We call it *keep probability* in the text and `p` in the
code. (Papers and libraries often give the probability to be *dropped*. Both are called `p`, so look each time.)

A unit that is on in half of the steps is, on average, half as large. The next layer learns to work with that. But when the
network is *used*, nothing is dropped, chance has no place there; every unit is on, and the next layer receives twice as much
as it ever saw. This has to be made up for. The usual way is to do it **at once, in training**: whoever is kept is divided by
$p$.

$$
\text{train:} \quad \text{out} = m \odot x
\qquad
m_{nd} =
\begin{cases}
1/p & \text{with probability } p \\
0 & \text{with probability } 1 - p
\end{cases}
\qquad\qquad
\text{test:} \quad \text{out} = x
$$

The mean of $m$ is $p \cdot 1/p + (1 - p) \cdot 0 = 1$: on average each unit puts out what it would without dropout. This is
called **inverted dropout**. Its beauty is that test mode is nothing at all. Every number has a chance of its own: every unit
of every example.

To draw: `rng.random(shape)` returns numbers that are evenly spread from 0 to 1, with 1 excluded. What share of them is below
$p$?

### Exercise: dropout_forward

`dropout_param` is a dict as `bn_param` was. The random numbers have to come from its generator, so that a run can be
repeated.
"""


# %% nbg="exercise regularization-dropout-forward"
def dropout_forward(x, dropout_param):
    """Return x with random entries switched off in training, or as it is in use, and the cache.

    x : any shape, floating point, left as it is      out : the same shape and dtype
    dropout_param : {"mode": "train" or "test", "p": the probability of each entry to be kept, 0 < p <= 1,
                     "rng": a np.random.Generator}
    cache : (mode, mask), mask : of x's shape, 0 where dropped and 1/p where kept; None in test mode
    No loops.
    """
    mode, p, rng = dropout_param["mode"], dropout_param["p"], dropout_param["rng"]
    mask = None
    # BEGIN SOLUTION
    if mode == "train":
        mask = (rng.random(x.shape) < p) / p
        out = mask * x
    else:
        out = x
    # END SOLUTION
    return out.astype(x.dtype, copy=False), (mode, mask)


# %% nbg="check regularization-dropout-forward 5"
check("regularization-dropout-forward", dropout_forward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("regularization-dropout-forward", dropout_forward)
# END HIDDEN TESTS

# %% [markdown]
r"""
The masks of three steps, for 12 examples and 30 units, with a keep probability of 0.7; white is kept. And below, what is
promised about the mean, for several $p$:
"""

# %%
rng = np.random.default_rng(5)
_, axes = plt.subplots(1, 3, figsize=(9, 1.7), layout="constrained")
for step, ax in enumerate(axes, 1):
    _, (_, mask) = dropout_forward(np.ones((12, 30)), {"mode": "train", "p": 0.7, "rng": rng})
    ax.imshow(mask, cmap="gray", vmin=0, vmax=1 / 0.7)
    ax.set(title=f"step {step}", xlabel="unit", ylabel="example", xticks=[], yticks=[])
    vis.describe(ax, f"grid of black and white cells without any pattern, {np.mean(mask > 0):.0%} of them white.")

ten_and_more = rng.normal(size=(500, 500)) + 10
for p in (0.25, 0.4, 0.7, 1.0):
    in_training, _ = dropout_forward(ten_and_more, {"mode": "train", "p": p, "rng": rng})
    in_use, _ = dropout_forward(ten_and_more, {"mode": "test", "p": p, "rng": rng})
    off = np.mean(in_training == 0)
    print(f"p = {p:4}: mean {in_training.mean():5.2f} in training, {in_use.mean():5.2f} in use; {off:.0%} are off")
    assert abs(in_training.mean() - 10) < 0.1
    assert np.array_equal(in_use, ten_and_more)

# %% [markdown]
r"""
### Exercise: dropout_backward

Switching off is multiplying by 0, and a product's gradient is the other factor. Whoever was off had no influence on the loss,
and gets no gradient; whoever was on and enlarged has an enlarged influence. It must be **the same** mask as on the way
there; that is what the cache is for.
"""


# %% nbg="exercise regularization-dropout-backward"
def dropout_backward(dout, cache):
    """Return the gradient dx of dropout_forward.

    dout  : the shape of x
    cache : (mode, mask) as dropout_forward returns it: mask holds 0 and 1/p, and is None in test mode; left as it is
    """
    mode, mask = cache
    # BEGIN SOLUTION
    return dout * mask if mode == "train" else dout
    # END SOLUTION


# %% nbg="check regularization-dropout-backward 2"
check("regularization-dropout-backward", dropout_backward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("regularization-dropout-backward", dropout_backward)
# END HIDDEN TESTS

# %% [markdown]
r"""
A gradient check of something random? A measured gradient is a difference of two calls, and they must not differ by their
dice. So each call gets a fresh generator with the same seed:
"""

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(6)
x_tiny, dout = rng.normal(size=(5, 4, 3)), rng.normal(size=(5, 4, 3))
for mode in ("train", "test"):

    def forward(x, mode=mode):
        return dropout_forward(x, {"mode": mode, "p": 0.6, "rng": np.random.default_rng(7)})

    dx = dropout_backward(dout, forward(x_tiny)[1])
    error = rel_error(dx, eval_numerical_gradient_array(lambda v: forward(v)[0], x_tiny, dout))
    print(f"{mode:5}: relative error {error:.0e}")
    assert error < 1e-8

# %% [markdown]
r"""
### Spot the mistake: the other way to make up for it

A lecture says about the original, *vanilla* dropout:

> *In training, drop each unit with probability 1 − p and leave the others as they are. At test time drop nothing, and*
> *scale the outputs* **by 1/p**, *so that their mean stays the same.*

**Predict first:** is that right? The next layer's unit adds up 400 such outputs. We let it do so in many training steps, and
compare the mean with what it gets in use, in five variants.
"""

# %%
rng, p = np.random.default_rng(8), 0.4
outputs, weights = np.maximum(0, rng.normal(size=400)), rng.normal(size=400) + 0.2
kept_units = rng.random((20_000, 400)) < p
variants = {
    "vanilla, nothing at test time": (1, 1),
    "vanilla, × 1/p at test time": (1, 1 / p),
    "vanilla, × p at test time": (1, p),
    "inverted, × 1/p in training": (1 / p, 1),
    "× 1/(1 − p) in training": (1 / (1 - p), 1),
}
ratios = {}
for name, (in_training, in_use) in variants.items():
    means = np.mean((in_training * kept_units * outputs) @ weights), in_use * outputs @ weights
    ratios[name] = means[1] / means[0]
    print(f"{name:30} mean in training {means[0]:6.1f}, in use {means[1]:6.1f}: {ratios[name]:.2f} times as much")
fitting = [name for name, ratio in ratios.items() if abs(ratio - 1) < 0.05]
assert fitting == ["vanilla, × p at test time", "inverted, × 1/p in training"]
assert abs(ratios["vanilla, × 1/p at test time"] - 1 / p**2) < 0.3

# %% [markdown]
r"""
Vanilla dropout makes numbers smaller in training, by a factor of $p$ on average. So they must become smaller in use as well:
**times p**. The lecture's factor belongs to the *inverted* kind, and to training. Applied at the wrong end, it makes an error
of $1/p$ into one of $1/p^2$. The last line is what happens if keeping and dropping are mixed up. For $p = 0.5$ it would be
right, and that is the value with which many people try their code.

### It is not DropConnect

The same lecture has "DropConnect" as the heading of this section. That is the name of another method (2013): it drops
single **weights**, not units. Here is one affine layer of 5 inputs and 4 units, with dropout of its inputs, and with
DropConnect, both with $p = 0.5$. Black is 0.
"""

# %%
rng = np.random.default_rng(44)
W_small, b_small = rng.uniform(0.5, 1, size=(5, 4)), np.zeros(4)
x_small = np.ones((1, 5))
dropped, _ = dropout_forward(x_small, {"mode": "train", "p": 0.5, "rng": rng})
connections = (rng.random(W_small.shape) < 0.5) / 0.5
as_if = {
    "all weights": W_small,
    "dropout: whole rows": dropped.T * W_small,
    "DropConnect: single weights": connections * W_small,
}
_, axes = plt.subplots(1, 3, figsize=(8, 2.4), layout="constrained")
for ax, (title, W) in zip(axes, as_if.items()):
    ax.imshow(W, cmap="gray", vmin=0, vmax=2)
    ax.set(title=title, xlabel="unit", ylabel="input", xticks=[], yticks=[])
    rows = int(np.sum(np.all(W == 0, axis=1)))
    vis.describe(ax, f"five by four weights, {np.sum(W == 0)} of them 0, {rows} whole rows among these.")
assert np.allclose(
    affine_forward(dropped, W_small, b_small)[0], affine_forward(x_small, as_if["dropout: whole rows"], b_small)[0]
)

# %% [markdown]
r"""
Dropping an input is the same as dropping *all* the weights that it is multiplied by, a row. DropConnect drops each weight by
itself, which takes a mask as large as W for every example. Dropout is the special case that costs next to nothing.

### Question 3

1. A hidden unit puts out 6 for some image. With $p = 0.75$, which values can come out of inverted dropout in training, how
   often each, and what is the mean? Which value comes out in use? The same for vanilla dropout, done rightly.
2. Your training loss with dropout is *larger* than the validation loss. A friend says there must be a mistake. Is there?
3. A colleague's library has `dropout(x, p=0.2)`, and your own function gets `p = 0.2`. Both networks are otherwise equal.
   Yours learns nothing. What would you check, and how, in two lines of code?

(2 points)
"""

# %% [markdown] nbg="answer regularization-question-dropout 2"
r"""
1. Inverted: 8 in three quarters of the cases, 0 in a quarter, mean 6; in use 6. Vanilla: 6 in three quarters, 0 in a
   quarter, mean 4.5; in use 6 · 0.75 = 4.5.
2. Not necessarily. The training loss is measured with units missing, the validation loss with all of them, which is easier.
   (And the training loss is often an average over the epoch.) To compare, measure both in test mode.
3. Whether p is the probability to keep or to drop: the library probably drops 20 %, yours keeps 20 %. Send ones through it
   in training mode, and look at the share of zeros and at the value of the others:
   `out = dropout(np.ones(10000), p=0.2)`, `np.mean(out == 0), out.max()`. Dropping 20 % gives 0.2 and 1.25; keeping 20 %
   gives 0.8 and 5.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 6. Dropout in a network

Behind every hidden layer's ReLU, and not behind the scores. `FullyConnectedNet` has two methods for a hidden layer; each
gets one more line. The mode is "test" where there are no labels. The generator is in `self.state`, where the Solver finds
what a network keeps besides its parameters.
"""


# %% nbg="setup"
class DropoutNet(FullyConnectedNet):
    """(affine - ReLU - dropout) for each hidden layer, then affine - softmax."""

    def __init__(self, hidden_dims, keep_prob=1.0, **options):
        """Make an untrained network.

        keep_prob : the probability of a hidden unit to be kept      options : those of FullyConnectedNet
        """
        self.keep_prob, self.mode, self.state = keep_prob, "train", {"rng": np.random.default_rng(1)}
        super().__init__(hidden_dims, **options)

    def loss(self, X, y=None):
        """Return scores, or loss and gradients, as FullyConnectedNet does; in test mode if there are no labels."""
        self.mode = "test" if y is None else "train"
        return super().loss(X, y)

    def hidden_forward(self, i, x):
        """Return what hidden layer i makes of x, some of it switched off in training, and the cache."""
        out, cache = super().hidden_forward(i, x)
        out, dropout_cache = dropout_forward(out, {"mode": self.mode, "p": self.keep_prob, "rng": self.state["rng"]})
        return out, (cache, dropout_cache)

    def hidden_backward(self, i, dout, cache):
        """Return the gradient at the input of hidden layer i, and a dict of those of its parameters."""
        cache, dropout_cache = cache
        return super().hidden_backward(i, dropout_backward(dout, dropout_cache), cache)


# %% [markdown]
r"""
Five hundred photographs, and a network with two hidden layers of 200 units, about 200,000 weights. It can learn them by
heart, and without dropout it does. **Predict first:** what will a keep probability of 0.5 do to the accuracy on the training
images, to that on the validation images, and to the validation *loss*?
"""


# %% tags=["nbval-ignore-output"]
def follow(net, data, learning_rate, num_epochs, **options):
    """Train, and return the solver and the validation loss before training and after each epoch."""
    config = {"learning_rate": learning_rate}
    solver = Solver(net, data, optim_config=config, num_epochs=0, batch_size=50, verbose=False, **options)
    losses = []
    for solver.num_epochs in range(num_epochs + 1):
        solver.train()
        net.params.update(solver.params)  # train() leaves those of the best epoch
        losses.append(softmax_loss(net.loss(data["X_val"]), data["y_val"])[0])
    return solver, losses


_, axes = plt.subplots(1, 3, figsize=(10, 3), layout="constrained")
after = {}
for p, color, line in zip((1.0, 0.75, 0.5), vis.OKABE_ITO, ("-", "--", ":")):
    net = DropoutNet([200, 200], p, input_dim=768, weight_scale=0.05)
    solver, losses = follow(net, first(500, photos), 0.05, num_epochs=30)
    curves = solver.train_acc_history, solver.val_acc_history, losses
    for ax, curve in zip(axes, curves):
        ax.plot(curve, line, color=color, label=f"p = {p:g}")
    after[p] = [np.mean(curve[-5:]) for curve in curves]
    print(f"keep {p:3}: training {after[p][0]:.3f}, validation {after[p][1]:.3f}, validation loss {after[p][2]:.2f}")
for ax, title in zip(axes, ("training accuracy", "validation accuracy", "validation loss")):
    ax.set(title=title, xlabel="epoch")
axes[0].legend(fontsize=8)
told = "; ".join(f"p = {p:g}: {a:.2f}, {b:.2f} and {c:.2f}" for p, (a, b, c) in after.items())
vis.describe(
    axes,
    "Training accuracy, validation accuracy and validation loss over 30 epochs for three keep probabilities. "
    f"At the end: {told}. Without dropout the validation loss falls at first and then rises all the time.",
)

# %% tags=["nbval-ignore-output"]
assert after[1.0][0] > 0.98
assert after[0.5][0] < after[1.0][0] - 0.05
assert after[1.0][2] > after[0.75][2] + 0.1
assert after[0.75][2] > after[0.5][2] + 0.1
assert abs(after[0.5][1] - after[1.0][1]) < 0.04

# %% [markdown]
r"""
Dropout slows down learning by heart: the training accuracy climbs later. The validation accuracy hardly differs: 500
photographs are just too few to learn what a cat is. But the validation *loss* tells another story. Without dropout it climbs
for 20 epochs, while the accuracy stays the same: the network becomes ever more **certain of its errors**. With dropout it
stays humble.

Where there is something to be understood from few examples, accuracy profits as well. A thousand digits, the mean of three
runs each:
"""

# %% tags=["nbval-ignore-output"]
X_digits, y_digits, X_digits_test, y_digits_test = load_mnist()
digits = {
    "X_train": X_digits[:1000].reshape(1000, -1) / 255,
    "y_train": y_digits[:1000],
    "X_val": X_digits_test[:1000].reshape(1000, -1) / 255,
    "y_val": y_digits_test[:1000],
}
wrong = {}
for p in (1.0, 0.5):
    accuracies = []
    for seed in range(3):
        net = DropoutNet([200, 200], p, input_dim=784, weight_scale=0.06, rng=np.random.default_rng(seed))
        accuracies += train(net, digits, 0.2, num_epochs=40, num_train_samples=100).val_acc_history[-3:]
    wrong[p] = 1 - np.mean(accuracies)
    print(f"keep {p:3}: {wrong[p]:.1%} of new digits are misread")
assert wrong[0.5] < wrong[1.0] - 0.005

# %% [markdown]
r"""
One more way to see dropout. With 200 units there are $2^{200}$ ways to switch some off, each of them a network of its own;
all share their weights. Every image, in every step, trains one of them that was most likely never trained before and never
will be again. In use, when all units are on, something like the **average of all these networks** answers. Section 10 is about such averages.

## 7. Data augmentation: the same image, a little different

More data was the best medicine in section 1. Often there are none; but you know something about images that no network
knows in the beginning. A ship seen in a mirror is a ship. Shifted by two pixels it is a ship. So show it mirrored and
shifted, **differently in every epoch**. The label stays; that is the condition.

This is done while training, to each batch as it comes, and to training images only.

### Exercise: random_flip

Each image for itself is mirrored left-right with probability ½, or stays as it is. `images[..., ::-1, :]` would mirror
*all* of (N, H, W, C) along the axis W. `np.where(a, b, c)` takes from b where a is true, and from c elsewhere, and it
broadcasts.
"""


# %% nbg="exercise regularization-flip"
def random_flip(images, rng):
    """Return the images, each mirrored left-right with probability 1/2, independently of the others.

    images : (N, H, W, C), any dtype, left as they are      rng : a np.random.Generator
    Returns a new array of the same shape and dtype. No loops.
    """
    # BEGIN SOLUTION
    mirrored = rng.random(len(images)) < 0.5
    return np.where(mirrored[:, np.newaxis, np.newaxis, np.newaxis], images[:, :, ::-1], images)
    # END SOLUTION


# %% nbg="check regularization-flip 2"
check("regularization-flip", random_flip)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("regularization-flip", random_flip)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise: random_crop

To shift at random: put a margin of zeros around each image, and cut out a window of the original size at a random place.
(Our images have the mean image subtracted, so 0 means "average", not "black".) With a margin of 2 there are 5 places for the
window's top, 5 for its left edge, and all 25 are equally likely, for each image by itself.

To cut at a different place in each image without a loop, we let NumPy pick entries by **arrays of indices**, which
broadcast against each other. One dimension less: out of each row of `A`, three entries, beginning somewhere else in each row.
"""

# %%
A = np.arange(24).reshape(4, 6)
start = np.array([0, 3, 1, 2])
rows = np.arange(4)[:, np.newaxis]  # (4, 1)
columns = start[:, np.newaxis] + np.arange(3)  # (4, 3)
print(A, "\n\ncolumns to take:\n", columns, "\n\nA[rows, columns]:\n", A[rows, columns], sep="")
assert np.array_equal(A[rows, columns][1], [9, 10, 11])

# %% [markdown]
r"""
For images it takes three index arrays: one for the image, one for the row, one for the column, shaped so that together they
broadcast to (N, H, W). The colors then come along by themselves. (If you prefer: there are only $(2 \cdot \text{margin} +
1)^2$ places. A loop over *those*, with a mask for the images that go there, is fine as well. A loop over the images is not.)
"""


# %% nbg="exercise regularization-crop"
def random_crop(images, margin, rng):
    """Return windows of the images' size, cut at random places out of the images with a margin of zeros around them.

    images : (N, H, W, C), any dtype, left as they are      margin : pixels on each side, 0 or more
    rng    : a np.random.Generator, which decides for each image by itself; all (2 margin + 1)² places are equally likely
    Returns a new array of the same shape and dtype. No loops over the images.
    """
    # BEGIN SOLUTION
    N, H, W, _ = images.shape
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin), (0, 0)))
    top, left = rng.integers(0, 2 * margin + 1, size=(2, N, 1))
    rows = (top + np.arange(H))[:, :, np.newaxis]
    columns = (left + np.arange(W))[:, np.newaxis, :]
    return padded[np.arange(N)[:, np.newaxis, np.newaxis], rows, columns]
    # END SOLUTION


# %% nbg="check regularization-crop 4"
check("regularization-crop", random_crop)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("regularization-crop", random_crop)
# END HIDDEN TESTS

# %% [markdown]
r"""
What they make of photographs (in full size; a margin of 4), and what noise looks like:
"""


# %%
def add_noise(images, strength, rng):
    """Return the images with normally distributed noise of some standard deviation in every pixel."""
    return images + strength * rng.normal(size=images.shape).astype(images.dtype)


raw, _, _, _ = load_cifar10()
rng, mean = np.random.default_rng(10), raw.mean(axis=0)
example = np.repeat(raw[[1, 8, 12]] - mean, 6, axis=0)
kinds = {
    "flip": lambda images: random_flip(images, rng),
    "crop": lambda images: random_crop(images, 4, rng),
    "noise": lambda images: add_noise(images, 20, rng),
}
_, axes = plt.subplots(3, 7, figsize=(9, 4.1), layout="constrained")
for i, (ax_row, (kind, change)) in enumerate(zip(axes, kinds.items())):
    shown = [example[6 * i], *change(example[6 * i : 6 * i + 6])]
    for ax, image in zip(ax_row, shown):
        ax.imshow(np.clip(image + mean, 0, 255).astype(np.uint8))
        ax.set(xticks=[], yticks=[])
    ax_row[0].set_ylabel(kind)
axes[0, 0].set_title("original", fontsize=9)
vis.describe(
    axes,
    "Three photographs, each once as it is and six times changed: the first mirrored or not, the second shifted by up to four "
    "pixels with the edge filled by the mean image, the third covered with colored noise.",
)

# %% [markdown]
r"""
Now in training. The network below changes every batch before it learns from it, and nothing in use. A thousand photographs,
40 epochs. **Predict first:** which of the three will lower the training accuracy most? (It is measured on the original
images.)
"""


# %%
class AugmentedNet(FullyConnectedNet):
    """A FullyConnectedNet that sees every training batch changed by a function of images and a generator."""

    def __init__(self, hidden_dims, change, image_shape, **options):
        self.change, self.image_shape = change, image_shape
        self.state = {"rng": np.random.default_rng(3)}
        super().__init__(hidden_dims, **options)

    def loss(self, X, y=None):
        if y is not None:
            X = self.change(X.reshape(-1, *self.image_shape), self.state["rng"])
        return super().loss(X, y)


CHANGES = {
    "nothing": lambda images, rng: images,
    "noise": lambda images, rng: add_noise(images, 0.2, rng),
    "flips": random_flip,
    "crops": lambda images, rng: random_crop(images, 2, rng),
    "flips and crops": lambda images, rng: random_flip(random_crop(images, 2, rng), rng),
}

# %% tags=["nbval-ignore-output"]
with_changes = {}
for name, change in CHANGES.items():
    net = AugmentedNet([200], change, (16, 16, 3), input_dim=768, weight_scale=0.04)
    solver, losses = follow(net, first(1000, photos), 0.05, num_epochs=40)
    accuracies = solver.train_acc_history, solver.val_acc_history
    with_changes[name] = [np.mean(values[-5:]) for values in (*accuracies, losses)]
    training, validation, loss = with_changes[name]
    print(f"{name:16} training {training:.3f}, validation {validation:.3f}, validation loss {loss:.2f}")

# %% tags=["nbval-ignore-output"]
assert with_changes["nothing"][0] > 0.95 > 0.75 > with_changes["crops"][0]
assert with_changes["flips and crops"][1] > with_changes["nothing"][1] + 0.015
losses = [with_changes[name][2] for name in ("nothing", "flips", "crops", "flips and crops")]
assert losses == sorted(losses, reverse=True)

# %% [markdown]
r"""
Shifts take away the crutch that a certain pixel is always the same pixel, and flips double what there is to see. The more
the images vary, the harder they are to learn by heart, and the better the network does on new ones. Noise of this size does
next to nothing: averages over hundreds of pixels don't notice it.

### Not every change is harmless

**Predict first:** digits. Which of them look like themselves in a mirror? What will flips do to the accuracy, and what will
crops?
"""

# %% tags=["nbval-ignore-output"]
by_change, per_digit = {}, {}
for name in ("nothing", "flips", "crops"):
    net = AugmentedNet([100], CHANGES[name], (28, 28, 1), input_dim=784, weight_scale=0.05)
    solver = train(net, digits, 0.2, num_epochs=40)
    by_change[name] = np.mean(solver.val_acc_history[-5:])
    right = net.loss(digits["X_val"]).argmax(axis=1) == digits["y_val"]
    per_digit[name] = [np.mean(right[digits["y_val"] == digit]) for digit in range(10)]
    print(f"{name:8} {by_change[name]:.3f}   by digit: {' '.join(f'{value:.2f}' for value in per_digit[name])}")

_, ax = plt.subplots(figsize=(7, 2.8), layout="constrained")
for offset, (name, values), color, hatch in zip((-0.27, 0, 0.27), per_digit.items(), vis.OKABE_ITO, ("", "//", "..")):
    ax.bar(np.arange(10) + offset, values, 0.27, color=color, hatch=hatch, edgecolor="white", label=name)
ax.set(xlabel="digit", ylabel="accuracy", xticks=range(10), ylim=(0.4, 1.2), yticks=np.linspace(0.4, 1, 4))
ax.legend(fontsize=8, ncol=3, loc="upper center")
told = "; ".join(f"{name} {', '.join(f'{v:.2f}' for v in values)}" for name, values in per_digit.items())
vis.describe(ax, f"Accuracy for the digits 0 to 9 after training with changed images: {told}.")

# %% tags=["nbval-ignore-output"]
assert by_change["flips"] < by_change["nothing"] - 0.02
assert 1 - by_change["crops"] < 0.75 * (1 - by_change["nothing"])

# %% [markdown]
r"""
0, 1 and 8 hardly mind. But a mirrored 2 has something of a 5 and a mirrored 3 of an E; the network spends its units on
shapes that never occur. Crops, on the other hand, remove more than a quarter of the errors. (Here 0 is the paper, so the
margin is white.)

An augmentation is a claim about the world: *this change does not change the answer.* It is knowledge that you put in, and it
has to be true.

### Question 4

1. For each pair, harmless or harmful, and why: left-right flips for street signs; upside-down flips for photographs of
   animals; upside-down flips for microscope images of cells; turning digits by up to 180°; making photographs brighter or
   darker.
2. Somebody first flips and crops all images, ten versions of each, and *then* splits the lot into training and validation
   images. The validation accuracy is splendid. Why is that worthless?
3. Augmentation costs computing time in training. What does it cost in use? And dropout?

(2 points)
"""

# %% [markdown] nbg="answer regularization-question-augmentation 2"
r"""
1. Street signs: harmful, arrows and writing change their meaning. Upside-down animals: not wrong, but they don't occur, so
   the network wastes effort. Cells: harmless, there is no up or down under a microscope. Digits: harmful, 6 becomes 9.
   Brightness: harmless within limits, for light changes and the object doesn't.
2. Versions of the same photograph are in both parts. The validation images were practically seen in training, so learning
   by heart is rewarded. Split first; then change the training images only.
3. Neither costs anything in use: the image is taken as it is, and inverted dropout does nothing in test mode.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 8. Stopping early

The cheapest regularizer of all: stop while it is good. Here are the losses of a run, the training loss and that of the
validation images, epoch by epoch.
"""

# %% tags=["nbval-ignore-output"]
net = FullyConnectedNet([100], input_dim=768, weight_scale=0.04)
solver, losses = follow(net, first(4500, photos), 0.05, num_epochs=25)
per_epoch = np.array(solver.loss_history).reshape(25, -1).mean(axis=1)
lowest = int(np.argmin(losses))
_, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
axes[0].plot(range(1, 26), per_epoch, "o-", color=vis.OKABE_ITO[0], markersize=3, label="training")
axes[0].plot(losses, "s--", color=vis.OKABE_ITO[5], markersize=3, label="validation")
axes[0].set(xlabel="epoch", title="loss")
axes[1].plot(solver.train_acc_history, "o-", color=vis.OKABE_ITO[0], markersize=3, label="training")
axes[1].plot(solver.val_acc_history, "s--", color=vis.OKABE_ITO[5], markersize=3, label="validation")
axes[1].set(xlabel="epoch", title="accuracy")
for ax in axes:
    ax.axvline(lowest, color="0.6", linestyle=":")
    ax.legend(fontsize=8)
vis.describe(
    axes,
    f"Left, losses over 25 epochs: training falls from {per_epoch[0]:.2f} to {per_epoch[-1]:.2f}; validation falls to "
    f"{losses[lowest]:.2f} in epoch {lowest} and then rises to {losses[-1]:.2f}. Right, accuracies: training climbs to "
    f"{solver.train_acc_history[-1]:.2f}, validation stays near {np.mean(solver.val_acc_history[8:]):.2f}.",
)
print(f"validation loss: lowest {losses[lowest]:.2f} in epoch {lowest}, at the end {losses[-1]:.2f}")
assert 2 <= lowest <= 10
assert losses[-1] > losses[lowest] + 0.5
assert per_epoch[-1] < 0.6 * per_epoch[lowest]

# %% [markdown]
r"""
At first both fall: what the network learns is true of all images. Then they part. From the dotted line on, it learns things
that are true of the training images only. What it knew at that moment was its best.

So watch the validation images, **keep a copy** of the best parameters, and stop when nothing has become better for a while.
Curves wobble, so the first epoch without progress is too soon. This waiting time is called *patience*, and the Solver has
it (it watches the validation accuracy):
"""

# %% tags=["nbval-ignore-output"]
config = {"learning_rate": 0.05}
for patience in (None, 5):
    net = FullyConnectedNet([100], input_dim=768, weight_scale=0.04)
    solver = Solver(
        net, first(4500, photos), optim_config=config, num_epochs=25, batch_size=50, patience=patience, verbose=False
    )
    solver.train()
    in_test = np.mean(net.loss(photos["X_test"]).argmax(axis=1) == photos["y_test"])
    print(
        f"patience {patience}: {solver.epoch} epochs, best in epoch {solver.best_epoch} with {solver.best_val_acc:.3f}; "
        f"these parameters reach {in_test:.3f} on test images"
    )
assert solver.epoch < 25
assert solver.epoch == solver.best_epoch + 5

# %% [markdown]
r"""
One caution. The best validation accuracy is the *luckiest* of many epochs, and so a little too good. How good the network
really is, the test images say, once, in the end.

Why does it work at all? Weights begin small and grow with the steps. Stopping early keeps them small. Where the loss is a
simple bowl, one can show that it does nearly the same as weight decay.

## 9. Which one?

Not one: several. They attack learning by heart at different places, and they add up to some degree. An order that has
proven itself: augmentation, wherever something true is known about the data; weight decay, always a little; early stopping,
because it is free; dropout for large fully-connected layers, when the network still overfits. And each of them brings a
number that has to be chosen on validation images.

Regularization is for networks that overfit. One that does not even fit the training images does not need any of it. It needs
more units or more training.

## 10. Asking several

Train a few networks, of the same kind, with other random starts, and let them answer together. Each has learned the same
true things, and each made its own mistakes. In the average the mistakes cancel, in part. This is an **ensemble**, and it
nearly always helps.

How should they answer? Not by averaging their *scores*: a network whose scores are ten times as large as the others' would
decide alone. Not by counting *votes*: then "51 % cat" is worth as much as "99 % dog". Take what they mean, their
**probabilities**, and average those.

### Exercise: ensemble_predict

`softmax`, from your earlier work, makes probabilities of the scores of one network: (N, C) to (N, C), row by row. There may
be a loop over the networks (there are few of them), but not over the examples.
"""


# %% nbg="exercise regularization-ensemble"
def ensemble_predict(scores):
    """Return the labels that several networks agree on, and their mean probabilities.

    scores : a list of arrays (N, C), one for each network: its scores, of any size; left as they are
    Returns labels : (N,) ints, the class with the largest mean probability, and probabilities : (N, C)
    """
    # BEGIN SOLUTION
    probabilities = np.mean([softmax(of_one) for of_one in scores], axis=0)
    return probabilities.argmax(axis=1), probabilities
    # END SOLUTION


# %% nbg="check regularization-ensemble 2"
check("regularization-ensemble", ensemble_predict)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("regularization-ensemble", ensemble_predict)
# END HIDDEN TESTS

# %% [markdown]
r"""
Eight networks of 100 hidden units, which differ by nothing but their random numbers: the start and the order of the images.
All have learned for too long, and each is too sure of itself. **Predict first:** how much better is their common answer than
that of the best of them?
"""

# %% tags=["nbval-ignore-output", "accuracy"]
FULL = False  # True: all of CIFAR-10, if you have fetched it; takes about a minute
album = photographs(full=True) if FULL else photos
scores = []
for seed in range(8):
    rng = np.random.default_rng(seed)
    net = FullyConnectedNet([100], input_dim=768, weight_scale=0.04, rng=rng)
    train(net, album, 0.05, num_epochs=6 if FULL else 15, num_train_samples=100, num_val_samples=100, rng=rng)
    scores.append(net.loss(album["X_test"]).astype(np.float64))


def judged(scores):
    """Return accuracy and loss of an ensemble on the test images."""
    labels, probabilities = ensemble_predict(scores)
    of_truth = probabilities[np.arange(len(labels)), album["y_test"]]
    return np.mean(labels == album["y_test"]), -np.mean(np.log(of_truth))


alone = np.array([judged([of_one]) for of_one in scores])
together = np.array([judged(scores[:number]) for number in range(1, 9)])
_, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
for ax, title, single, joint in zip(axes, ("test accuracy", "test loss"), alone.T, together.T):
    ax.plot(range(1, 9), single, "o", color=vis.OKABE_ITO[5], label="each network alone")
    ax.plot(range(1, 9), joint, "s-", color=vis.OKABE_ITO[0], label="the first so many together")
    ax.set(title=title, xlabel="networks")
    ends = f"alone {single.min():.2f} to {single.max():.2f}; together, from one to eight: {', '.join(f'{v:.2f}' for v in joint)}"
    vis.describe(ax, f"{ends}.")
axes[1].legend(fontsize=8, loc="center")
print(f"alone    {alone[:, 0].mean():.3f} on average, at best {alone[:, 0].max():.3f}; loss {alone[:, 1].mean():.2f}")
votes = np.sum([np.eye(10)[of_one.argmax(axis=1)] for of_one in scores], axis=0)
print(f"by votes {np.mean(votes.argmax(axis=1) == photos['y_test']):.3f}")
print(f"together {together[-1, 0]:.3f}; loss {together[-1, 1]:.2f}")

# %% tags=["nbval-ignore-output"]
assert together[-1, 0] > alone[:, 0].max() + 0.01
assert together[-1, 0] > (0.5 if FULL else 0.42)
assert together[-1, 1] < alone[:, 1].min() - 0.05

# %% [markdown]
r"""
Together they are better than the best of them, and the loss says even more: a network that is certain and wrong is
overruled by seven others. The first three or four bring most of it. The price is paid in use: eight networks take eight
times as long. Dropout was the attempt to get some of this from one.

## What to take with you

* A small training loss is not the aim. Compare on examples that were not fitted.
* Weight decay takes a share of every weight, L1 an amount, max-norm nothing but what is too much. Only L1 makes zeros.
* Inverted dropout: keep with probability p, divide by p, in training. In use: nothing. Backward: the same mask.
* Ask of every `p` whether it keeps or drops. With 0.5 you won't find out.
* Augmentation is knowledge. It has to be true.
* Stop where the validation loss turns, with a copy of the best.
* Average probabilities, not scores and not votes.

**Next:** networks that need far fewer weights, because they know that an image is an image: `convolution`.
"""
