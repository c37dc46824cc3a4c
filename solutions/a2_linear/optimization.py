# %% [markdown]
r"""
# Walking downhill

We have two losses that say how bad a matrix $W$ is. How do we find a good one? There are 30,730 numbers in it, and nobody can
try them all. In the last two notebooks we walked downhill, without asking why that should work. This one starts with less: first we
search blindly, then with a stick, and then we find out which way is down. At the end stands the trainer that all the
networks of this course will use, in one form or another.

**You will write** two blind searches, the batches of an epoch, three penalties, a class that trains a linear classifier, and a
schedule for its learning rate. Chance comes from a generator that is handed in as `rng`, everywhere: the same seed, the same result.

**Running time**, once everything is solved: about half a minute on two cores.
"""

# %% nbg="setup"
import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import add_to, check, from_notebook, get_cifar10_data, vis
from cs231n_kit.gradient_check import eval_numerical_gradient
from given import accuracy

# %%
FULL = False  # True: all of CIFAR-10, after `cs231n-kit data fetch cifar10`
data = get_cifar10_data(full=FULL, add_bias=True)
X_train, y_train, X_val, y_val = (data[name] for name in ("X_train", "y_train", "X_val", "y_val"))

# %% [markdown]
r"""
The experiments use the losses that you wrote in `svm` and `softmax`. (The exercises don't: each gets what it needs as an argument.)
"""

# %%
hinge_losses = from_notebook("svm", "hinge_losses", "svm-hinge-losses")
svm_loss = from_notebook("svm", "svm_loss_vectorized", "svm-loss-vectorized")
softmax_loss = from_notebook("softmax", "softmax_loss_vectorized", "softmax-loss-vectorized")

# %% [markdown]
r"""
## 1. Searching blindly

The loss is a function of $W$ alone, once the training images are fixed. Think of it as the height of a landscape, in which
every point is a whole matrix. We want a low point, and it is dark.

The simplest thing one can do is to jump to random places and remember the best of them.

### Exercise: random_search

`loss_fn` is any function that takes a matrix and returns a number. Nothing else is known about it: not even how large its values
are, or whether they are positive.
"""


# %% nbg="exercise optimization-random-search"
def random_search(loss_fn, shape, rng, num_tries=100, scale=1e-4):
    """Return the best of `num_tries` random matrices and its loss.

    loss_fn : W -> its loss, a finite number; lower is better      shape : the shape of W
    rng     : np.random.Generator, from which all random numbers come
    scale   : every try is made of normally distributed numbers around 0 with this standard deviation
    Returns best_W, best_loss.
    """
    # BEGIN SOLUTION
    best_W, best_loss = None, np.inf
    for _ in range(num_tries):
        W = scale * rng.normal(size=shape)
        loss = loss_fn(W)
        if loss < best_loss:
            best_W, best_loss = W, loss
    return best_W, best_loss
    # END SOLUTION


# %% nbg="check optimization-random-search 3"
check("optimization-random-search", random_search)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("optimization-random-search", random_search)
# END HIDDEN TESTS

# %% [markdown]
r"""
A thousand tries, with the hinge loss of a thousand images.

**Predict first:** guessing gets a tenth of the images right. What share will the best of a thousand guesses get?
"""

# %%
few = slice(0, 5000 if FULL else 1000)
X_few, y_few = X_train[few], y_train[few]


def loss_of(W):
    """Return the mean hinge loss of some training images."""
    return hinge_losses(X_few @ W.astype(np.float32), y_few).mean()


W_random, loss_random = random_search(loss_of, (3073, 10), np.random.default_rng(0), num_tries=1000)
right_random = accuracy(X_val @ W_random, y_val)
print(f"random search: loss {loss_random:.2f}, {right_random:.3f} of the validation images are right")
assert 0.12 < right_random < 0.19 if FULL else 0.08 < right_random < 0.22

# %% [markdown]
r"""
A little better than guessing. (The lecture notes of CS231n report 15.5 %, with all of CIFAR-10; being the best of a thousand is a matter
of luck, and so is the figure.) A thousand more would hardly help: good matrices are too rare to be hit by accident.

## 2. With a stick

Whoever stands on a slope in the dark doesn't jump. They feel around with a foot, and where the ground is lower, they step.

### Exercise: random_local_search

Begin with the `W` that is handed in. In each step, try `W` plus a small random matrix. If the loss is lower there, that is your new `W`;
if not, stay where you are. The `W` of the caller must not change: make new arrays.
"""


# %% nbg="exercise optimization-random-local-search"
def random_local_search(loss_fn, W, rng, num_steps=100, step_size=1e-4):
    """Return the matrix that a walk of random steps ends at, and its loss. Only steps that lower the loss are taken.

    loss_fn   : W -> its loss, a finite number; lower is better
    W         : where the walk begins, any shape; left as it is
    rng       : np.random.Generator, from which all random numbers come
    step_size : every step is made of normally distributed numbers around 0 with this standard deviation
    Returns W, loss: the best of all matrices whose loss was asked for, the start included.
    """
    # BEGIN SOLUTION
    best_loss = loss_fn(W)
    for _step in range(num_steps):
        candidate = W + step_size * rng.normal(size=W.shape)
        loss = loss_fn(candidate)
        if loss < best_loss:
            W, best_loss = candidate, loss
    return W, best_loss
    # END SOLUTION


# %% nbg="check optimization-random-local-search 3"
check("optimization-random-local-search", random_local_search)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("optimization-random-local-search", random_local_search)
# END HIDDEN TESTS

# %%
start = 1e-4 * np.random.default_rng(0).normal(size=(3073, 10))
W_local, loss_local = random_local_search(loss_of, start, np.random.default_rng(1), num_steps=1000, step_size=1e-4)
right_local = accuracy(X_val @ W_local, y_val)
print(f"at the start:        loss {loss_of(start):.2f}")
print(f"random local search: loss {loss_local:.2f}, {right_local:.3f} of the validation images are right")
assert loss_local < loss_random
assert 0.18 < right_local < 0.25 if FULL else 0.14 < right_local < 0.28

# %% [markdown]
r"""
The same number of looks at the loss, and about a fifth of the images are right (21.4 % in the notes). Better, but slow. What is wrong
with a random direction? In a plane, half of all directions lead downhill, and many of them quite steeply. But in a space of
30,730 dimensions, a random direction is almost exactly *level*. Take any direction you like for the best one, and see how much of
it a random direction has: the cosine of the angle between the two.

**Predict first:** how does the typical cosine change from 2 dimensions to 30,730?
"""

# %%
rng = np.random.default_rng(0)
for dimensions in (2, 100, 30730):
    best, others = rng.normal(size=dimensions), rng.normal(size=(200, dimensions))
    cosines = others @ best / np.linalg.norm(best) / np.linalg.norm(others, axis=1)
    print(f"{dimensions:6} dimensions: typical cosine {np.sqrt(np.mean(cosines**2)):.4f}")

# %% [markdown]
r"""
It falls with the square root of the number of dimensions. Of every random step, less than a hundredth goes in the direction that
counts. The stick is not the problem. We have to know where to point it.

## 3. Which way is down?

Take a landscape over a plane, $f(x, y) = \tfrac{3}{2} x^2 + \tfrac{1}{2} y^2$, and stand at the point $(1, 1)$. How steep is it? That depends
on where you look. Let $v = (\cos\theta, \sin\theta)$ be a direction, a vector of length 1. Walking a distance $t$ along it, you
get to height $f(x + t\cos\theta,\; y + t\sin\theta)$, and the slope there is its derivative at $t = 0$, the **directional derivative**:

$$
\nabla_v f = \frac{\partial f}{\partial x} \cos\theta + \frac{\partial f}{\partial y} \sin\theta
$$

This is a product of two vectors: of the direction, and of $\nabla f = \left(\frac{\partial f}{\partial x}, \frac{\partial f}{\partial y}\right)$,
which doesn't depend on the direction at all. That vector is the **gradient**. A product of two vectors is the product of their
lengths and the cosine of the angle between them, and $v$ has length 1:

$$
\nabla_v f = |\nabla f| \cos(\text{angle between } \nabla f \text{ and } v)
$$

A cosine is at most 1, and is 1 only at angle 0. So the ground rises most steeply *in the direction of the gradient*, with slope
$|\nabla f|$; it falls most steeply in the opposite direction; and at a right angle to the gradient it is level. That is the whole
secret, and it holds in any number of dimensions.

Here, $\nabla f = (3x, y)$, which is $(3, 1)$ at our point. Its components say something by themselves: a small change of $x$ matters
three times as much as the same change of $y$.
"""


# %%
def f(x, y):
    return 1.5 * x**2 + 0.5 * y**2


def draw_levels(ax, edge=2.0):
    """Draw f as contour lines around (0, 0)."""
    grid = np.linspace(-edge, edge, 80)
    ax.contour(
        grid,
        grid,
        f(*np.meshgrid(grid, grid)),
        levels=np.array([0.05, 0.2, 0.5, 1, 2, 3.5, 5.5]),
        colors="0.6",
        linewidths=1,
    )
    ax.set(aspect="equal", xlabel="x", ylabel="y")


angles = np.linspace(0, 2 * np.pi, 181)
slopes = 3 * np.cos(angles) + 1 * np.sin(angles)
steepest = angles[np.argmax(slopes)]
_, (plane, curve) = plt.subplots(1, 2, figsize=(8.5, 3.4), layout="constrained")
draw_levels(plane)
arrow = {"arrowstyle": "->", "linewidth": 2, "color": vis.OKABE_ITO[5], "shrinkA": 0, "shrinkB": 0}
plane.annotate("", xy=(1 + 0.9 * np.cos(steepest), 1 + 0.9 * np.sin(steepest)), xytext=(1, 1), arrowprops=arrow)
plane.plot(1, 1, "ko")
curve.plot(np.degrees(angles), slopes, color=vis.OKABE_ITO[0])
curve.axvline(np.degrees(steepest), color=vis.OKABE_ITO[5], linestyle="--", label="direction of the gradient")
curve.axhline(0, color="0.7", linewidth=0.8)
curve.set(xlabel="direction θ in degrees", ylabel="slope at (1, 1)", xticks=range(0, 361, 90))
curve.legend(loc="upper center", fontsize=8)
vis.describe(plane, "Level lines of f, ellipses; at the point (1, 1) an arrow stands at a right angle to its level line.")
vis.describe(curve, "The slope against the direction is a cosine, highest, 3.16, at 18 degrees, the gradient's direction.")
print(
    f"steepest at {np.degrees(steepest):.0f} degrees, slope {slopes.max():.3f}; length of the gradient {np.hypot(3, 1):.3f}"
)

# %% [markdown]
r"""
### Question 1: spot the mistake

> *Let $v = (\cos\theta, \sin\theta)$. Moving from $(x, y)$ by $t$ in the direction of $v$, we get to
> $f(x + t \sin\theta,\; y + t\cos\theta)$, and the derivative of that at $t = 0$ is the directional derivative.*

What is wrong? Which slope would this give for $\theta = 0$ at our point $(1, 1)$, and what is the right one? And for which
directions does it make no difference, whatever the function? (2 points)
"""

# %% [markdown] nbg="answer optimization-question-direction 2"
r"""
Cosine and sine have been exchanged between the vector and the formula: the first component of $v$ is cos θ, so it is $x$ that has to
move by $t \cos\theta$. The formula walks along (sin θ, cos θ), the mirror image of $v$ at the diagonal.

For θ = 0 it walks along $y$ and finds the slope 1; the direction of $v$ is that of $x$, where the slope is 3. It makes no
difference where both are the same: cos θ = sin θ, at 45° and 225°.

*One point for the exchange, one for 1 instead of 3 and the diagonal.*
"""

# %% [markdown]
r"""
### Measuring it

A gradient can be measured without any formula: move one number of $W$ by a small $h$ to either side, and divide the difference of the
losses by $2h$. Here is some room to do that (nobody grades it; the kit has one, which you have been using all along).
"""


# %%
def numerical_gradient(f, x, h=1e-5):
    """Return the gradient of f at x by centered differences: (f(x + h) - f(x - h)) / 2h, entry by entry."""
    # Your code, if you like: go through np.ndindex(x.shape), change one entry, call f(x), and put the entry back.


# %%
small = np.random.default_rng(0).normal(size=(3, 2))
mine = numerical_gradient(lambda w: np.sum(w**3), small)
if mine is None:
    print("numerical_gradient returns nothing yet")
else:
    print("largest difference from the formula 3·w²:", np.abs(mine - 3 * small**2).max())
    print(
        "largest difference from the kit's:       ",
        np.abs(mine - eval_numerical_gradient(lambda w: np.sum(w**3), small)).max(),
    )

# %% [markdown]
r"""
Now count. Each entry takes two looks at the loss; our $W$ has 30,730 of them. Measuring *one* gradient costs 61,460 looks. The
formula that you derived in `svm` costs about as much as two. This is why we derive gradients by hand, and measure them only to check.

## 4. Gradient descent

If the negative gradient points downhill, follow it:

$$
W \leftarrow W - \eta \, \nabla L(W)
$$

$\eta$ is the **learning rate**. The gradient's direction is the direction of the step, and its length makes the step long where it is
steep, and short where it is flat. Near the bottom, steps become small by themselves. In one dimension:
"""


# %%
def valley(w):
    return w**4 / 4 - w**2 + 0.3 * w


def slope(w):
    return w**3 - 2 * w + 0.3


_, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
line = np.linspace(-2.1, 2.1, 200)
ax.plot(line, valley(line), color="0.6")
for begin, marker, color in ((-2.0, "o", vis.OKABE_ITO[0]), (2.0, "s", vis.OKABE_ITO[5])):
    walk = [begin]
    for _ in range(25):
        walk.append(walk[-1] - 0.05 * slope(walk[-1]))
    walk = np.array(walk)
    ax.plot(walk, valley(walk), marker, color=color, markersize=5, label=f"from {begin:g}: ends at {walk[-1]:.2f}")
ax.set(xlabel="w", ylabel="loss")
ax.legend(fontsize=8)
vis.describe(ax, "A curve with two valleys. Dots from both ends roll into the nearest one, in steps that become shorter.")

# %% [markdown]
r"""
The dots lie far apart where it is steep, and close together at the bottom. And the walk from the right ends in the shallower of two
valleys, a **local minimum**: the slope there is 0, and gradient descent has no reason to go on. Must we be afraid of that? Not here. The
losses of linear classifiers are *convex*, bowls with a single bottom. Those of networks are not; but large networks, it seems, rarely get caught
somewhere bad, and the valleys they end in are about equally good (Choromanska and others, 2015, explain why that may be).

In two dimensions there is a second difficulty. Our $f$ is three times as steep along $x$ as along $y$, and there is one learning rate for
both.

**Predict first:** what will the walk look like with rates 0.1, 0.6 and 0.68?
"""

# %%
_, axes = plt.subplots(1, 3, figsize=(8.6, 3), layout="constrained", sharey=True)
for ax, rate in zip(axes, (0.1, 0.6, 0.68)):
    walk = [np.array([1.0, 1.8])]
    for _ in range(15):
        walk.append(walk[-1] - rate * np.array([3.0, 1.0]) * walk[-1])
    walk = np.array(walk)
    draw_levels(ax, 2.2)
    ax.plot(*walk.T, ".-", color=vis.OKABE_ITO[5], linewidth=1)
    ax.set_title(f"learning rate {rate}", fontsize=10)
    vis.describe(ax, f"the walk ends at x = {walk[-1, 0]:.2f}, y = {walk[-1, 1]:.2f}.")

# %% [markdown]
r"""
With 0.1 it goes straight down the steep side, and then creeps along the flat valley. With 0.6, each step jumps over the valley and back,
and still gets nearer. With 0.68, each jump along $x$ ends a bit higher on the other side: the walk *diverges*. The steepest direction
sets the limit for the rate, and the flattest one then has to make do with it. (`optimizers`, two assignments on, is about ways out.)

Now for the real thing. One single step from the same start as before, against the gradient of the same thousand images, with learning rates that
grow by factors of ten:
"""

# %%
start_loss, gradient = svm_loss(start, X_few, y_few, 0.0)
print(f"no step      loss {start_loss:12.2f}")
one_step = {}
for power in range(-10, -1):
    one_step[power] = loss_of(start - 10.0**power * gradient)
    print(f"rate 1e{power:<4}  loss {one_step[power]:12.2f}")
assert min(one_step, key=one_step.get) in (-7, -6)
assert one_step[-10] < start_loss < one_step[-5]

# %% [markdown]
r"""
Small steps help, a little. Somewhere near $10^{-6}$ is the best. Beyond that the loss does not merely stop falling, it explodes:
ten times the rate is ten times the loss. The gradient says what happens *here*, to the tangent; it knows nothing of what comes after
the bottom of the valley.

The learning rate is the first number to look for, and its *order of magnitude* is what matters. This one is so tiny because pixels are
large: they run to more than ±100, and a gradient is made of pixels.

Now a hundred steps. Remember that each of the searches had a thousand looks at the loss.
"""

# %%
W = start
for _ in range(100):
    _, gradient = svm_loss(W, X_few, y_few, 0.0)
    W = W - 1e-7 * gradient
print("                     loss   right")
for name, found in (("random search", W_random), ("random local search", W_local), ("gradient descent", W)):
    print(f"{name:19}  {loss_of(found):5.2f}   {accuracy(X_val @ found, y_val):.3f}")
assert loss_of(W) < loss_local - 2
assert accuracy(X_val @ W, y_val) > (0.33 if FULL else 0.29)

# %% [markdown]
r"""
## 5. A look at the landscape

Nobody can see 30,730 dimensions, but one can cut a plane through them. Choose two random directions $W_1$ and $W_2$, and look at the
loss at $W + a W_1 + b W_2$ as a function of two numbers. First the loss of a *single image*.

**Predict first:** each term of the hinge loss is a straight slope, or 0. What does a sum of nine of them look like?
"""

# %%
rng = np.random.default_rng(5)
W1, W2 = 1e-3 * rng.normal(size=(2, 3073, 10))
axes = vis.loss_landscape(lambda W: hinge_losses(X_few[:1] @ W, y_few[:1]).mean(), 0 * W1, W1, W2)

# %% [markdown]
r"""
Flat sheets with folds between them, like paper: level lines are straight, and bend only at a fold. There, one of the wrong classes is just about to
complain. Now the mean over 200
images:
"""

# %% tags=["thumbnail"]
X_some, y_some = X_few[:200].astype(np.float64), y_few[:200]
axes = vis.loss_landscape(lambda W: hinge_losses(X_some @ W, y_some).mean(), 0 * W1, W1, W2)

# %% [markdown]
r"""
Two hundred folded papers add up to a smooth bowl. That is what "convex" looks like: go downhill from anywhere and you get to the same
bottom. (Its lowest point in *this* plane is nowhere near as low as the loss that we reached: a random plane passes the good places by, for
the same reason as a random step does.)

## 6. Batches

The gradient of the loss is a mean over all training images, and every step needs a new one. With millions of images, a single step would take
hours. But a mean can be estimated: ask a few images, drawn at random, a **batch** (or minibatch).

**Predict first:** how much worse is the gradient of 4 images than that of 400?
"""

# %%
rng = np.random.default_rng(0)
exact = svm_loss(start, X_train[:4500], y_train[:4500], 0.0)[1]
for batch_size in (1, 4, 16, 64, 256, 1024):
    off = []
    for _ in range(20):
        batch = rng.choice(4500, size=batch_size)
        estimate = svm_loss(start, X_train[batch], y_train[batch], 0.0)[1]
        off.append(np.linalg.norm(estimate - exact) / np.linalg.norm(exact))
    print(f"batch of {batch_size:4}: off by {np.mean(off):5.2f} times the length of the gradient")

# %% [markdown]
r"""
Four times as many images halve the error: it falls with the *square root* of the batch size. A hundred times the work buys one
decimal place. And the gradient is needed only roughly, since we take a small step and then ask again. Small batches are the better
deal, up to a point.

Some words that go with it:

* **Gradient descent** uses the gradient of the whole training set. **Stochastic** gradient descent (SGD) uses an estimate from examples drawn
  at random: strictly speaking from one example, in practice from a batch.
* The **batch size** is limited by memory more than by anything else. Powers of two from 32 to 256 are common. It is rarely tuned: a
  smaller batch makes more, and rougher, steps. Some roughness even helps, it seems, to end in places that generalize (Wilson and
  Martinez, 2003).
* An **epoch** is as many steps as it takes to see each training example once.

### Exercise: epoch_batches

Put the indices of the examples into a random order, and cut it into batches. If the last one is not full, so be it. Each epoch has an order of
its own.
"""


# %% nbg="exercise optimization-epoch-batches"
def epoch_batches(num_examples, batch_size, rng):
    """Return the batches of one epoch: every example is in one of them, once, in random order.

    rng : np.random.Generator, from which the order comes; a second call with the same rng gives another order
    Returns a list of arrays of indices, each of `batch_size` but the last, which holds what is left.
    """
    # BEGIN SOLUTION
    order = rng.permutation(num_examples)
    return [order[start : start + batch_size] for start in range(0, num_examples, batch_size)]
    # END SOLUTION


# %% nbg="check optimization-epoch-batches 3"
check("optimization-epoch-batches", epoch_batches)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("optimization-epoch-batches", epoch_batches)
# END HIDDEN TESTS

# %% [markdown]
r"""
Now a fair race. Everybody may look at 4,500 images twice, two epochs, with the same learning rate. Batches differ.

**Predict first:** who wins: 9,000 steps of one image each, or 2 steps of 4,500?
"""

# %%
X_race, y_race = X_train[:4500], y_train[:4500]
raced = {}
print("batch size   steps   training loss   validation")
for batch_size in (1, 10, 100, 1000, 4500):
    rng, W, steps = np.random.default_rng(0), start, 0
    for _ in range(2):
        for batch in epoch_batches(4500, batch_size, rng):
            W = W - 1e-7 * svm_loss(W, X_race[batch], y_race[batch], 0.0)[1]
            steps += 1
    raced[batch_size] = hinge_losses(X_race @ W, y_race).mean()
    print(f"{batch_size:10}   {steps:5}   {raced[batch_size]:13.2f}   {accuracy(X_val @ W, y_val):10.3f}")
assert min(raced, key=raced.get) in (10, 100)

# %% [markdown]
r"""
Two exact steps are exact, and get nowhere. With one image at a time, the gradient is so rough that the steps shake $W$ about as much as they
improve it. (A smaller rate would help there, and a larger one with the large batches. They belong together.) In between lies the good range, and
it is wide.

### Question 2: spot the mistake

> *Gradient descent, also known as stochastic gradient descent (SGD), computes the gradient of the loss of a single training example and moves the weights
> against it. When a paper says that it used SGD, its batch size was 1.*

There are two mistakes. Which, and what do the words mean? (2 points)
"""

# %% [markdown] nbg="answer optimization-question-names 2"
r"""
1. Gradient descent and stochastic gradient descent are not two names for one thing. Gradient descent uses the gradient of the whole training
   loss, and nothing in it is left to chance. SGD uses an estimate of it from randomly drawn examples.
2. A batch of a single example is what SGD means in the strict sense, but hardly anybody trains like that. In papers and libraries, "SGD" nearly
   always means minibatches, and the batch size is told separately.

*One point for each.*
"""

# %% [markdown]
r"""
## 7. Three penalties

The loss of a classifier has a second part, which prefers small weights. So far it was $\lambda \sum w^2$, called **L2**. One may also
add up absolute values, **L1**, or both, which is called an **elastic net**:

$$
R(W) = \lambda_1 \sum_{d,c} |W_{dc}| + \lambda_2 \sum_{d,c} W_{dc}^2
$$

They look alike, and act quite differently. Ask for the slope. That of $w^2$ is $2w$: a large weight is pulled hard, a small one hardly at all,
and so it gets smaller and smaller without ever becoming 0. The slope of $|w|$ is 1 or −1, whatever the size of $w$: a small
weight is pulled to 0 as hard as a large one, and arrives there. (At 0 itself, $|w|$ has a corner and no slope. Take 0, so that what has arrived may
stay.)

### Exercise: elastic_net
"""


# %% nbg="exercise optimization-penalties"
def elastic_net(W, l1, l2):
    """Return the penalty l1 * sum(|W|) + l2 * sum(W**2) and its gradient.

    W : any shape, left as it is      l1, l2 : strengths, 0 or more
    Returns the penalty, a number, and its gradient, of W's shape; the slope of |w| at 0 is taken to be 0.
    """
    # BEGIN SOLUTION
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2)
    gradient = l1 * np.sign(W) + 2 * l2 * W
    return penalty, gradient
    # END SOLUTION


# %% nbg="check optimization-penalties 3"
check("optimization-penalties", elastic_net)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("optimization-penalties", elastic_net)
# END HIDDEN TESTS

# %% [markdown]
r"""
A problem in which the truth is known: 40 examples with 30 features, of which only the first five matter. The target is $y = Xw + \text{noise}$,
and the loss is the mean of $(Xw - y)^2$ plus a penalty. Which weights does gradient descent find with each of them?

**Predict first:** which one will find out that 25 features are useless?
"""

# %%
rng = np.random.default_rng(3)
features, truth = rng.normal(size=(40, 30)), np.zeros(30)
truth[:5] = [3, -2, 1.5, -1, 0.5]
target = features @ truth + 0.5 * rng.normal(size=40)

_, axes = plt.subplots(2, 2, figsize=(9.5, 4.6), layout="constrained", sharex=True, sharey=True)
num_small = {}
for ax, (name, l1, l2) in zip(
    axes.flat, [("no penalty", 0, 0), ("L2", 0, 0.05), ("L1", 0.4, 0), ("elastic net", 0.3, 0.05)]
):
    w = np.zeros(30)
    for step in range(6000):
        w = w - 0.02 / (1 + step / 300) * (2 * features.T @ (features @ w - target) / 40 + elastic_net(w, l1, l2)[1])
    small = np.abs(w) < 0.01
    num_small[name] = small.sum()
    ax.bar(np.arange(30), w, color=np.where(np.arange(30) < 5, vis.OKABE_ITO[0], vis.OKABE_ITO[5]))
    ax.plot(np.arange(5), truth[:5], "k_", markersize=9)
    ax.set_title(f"{name}: {small.sum()} of 30 weights are below 0.01", fontsize=9)
    vis.describe(ax, f"the 25 useless weights have a mean size of {np.abs(w[5:]).mean():.3f}.")
assert num_small["L1"] >= 15 > 5 > num_small["L2"]

# %% [markdown]
r"""
The lines are the true weights of the five features that matter; the orange bars should be 0. Without a penalty, the noise has been learned by
everybody. L2 shrinks the large weights, which were right, and hardly touches the small ones. L1 sets most of the useless ones to 0 and keeps the large
ones large, if a bit too small: it **selects**. The elastic net is in between. For images, where no pixel is useless and neighbors say the same, L2 is the
usual choice.

### Question 3: spot the mistake

> *L1, L2 and their sum, the elastic net, all encourage sparsity: each of them pulls the weights to zero, so that most of them end up there and only a
> few important ones remain.*

For which of the three is this true, for which not, and why? Use the slopes. (2 points)
"""

# %% [markdown] nbg="answer optimization-question-sparse 2"
r"""
All three pull weights *toward* zero, but only L1, and the elastic net by its L1 part, leaves many exactly there.

The pull of L1 on a weight is the same whatever its size. Where the data pull less hard than $\lambda_1$, the weight goes all the way to 0 and
stays. The pull of L2 is $2\lambda_2 w$ and vanishes as the weight does. The smallest pull of the data holds its own against it, at a
value that is small, but not 0: weights become small and remain many.

*One point for L1 and the elastic net's L1 part only, one for the argument with the slopes.*
"""

# %% [markdown]
r"""
## 8. A trainer

Everything is there, and it goes into a class. `LinearClassifier` knows how to train and how to predict, and doesn't know its loss: that is
for subclasses to say. `train` calls `self.loss(X_batch, y_batch, reg)` and gets back the loss and the gradient with respect
to `self.W`, penalty included.
"""


# %% nbg="setup"
class LinearClassifier:
    """Scores are X @ W. Subclasses say what the loss is."""

    def __init__(self):
        self.W = None  # (D, C), made by the first call of train

    def loss(self, X_batch, y_batch, reg):
        """Return the loss of self.W on a batch and its gradient, of the shape of self.W."""
        raise TypeError(
            "LinearClassifier has no loss of its own: train a subclass that defines loss(self, X_batch, y_batch, reg)"
        )


# %% [markdown]
r"""
### Exercise: train

Follow the docstring; the rest is section 4. `X` and `y` must be indexed by the *same* indices.
"""


# %% nbg="exercise optimization-classifier-train"
@add_to(LinearClassifier)
def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False, *, rng):
    """Train by stochastic gradient descent and return the loss of every step, in a list.

    X   : (N, D)      y : (N,), ints from 0 to C - 1, where C - 1 is the largest label in y
    rng : np.random.Generator, from which W and the batches come
    If self.W is None, it begins as 0.001 times standard normal numbers, (D, C); otherwise training goes on from there.
    Each of the num_iters steps draws batch_size examples at random (with or without replacement), asks
    self.loss(X_batch, y_batch, reg) for loss and gradient, and moves self.W against the gradient.
    verbose : print the loss now and then
    """
    # BEGIN SOLUTION
    num_train, dim = X.shape
    if self.W is None:
        self.W = 0.001 * rng.normal(size=(dim, int(np.max(y)) + 1))
    loss_history = []
    for step in range(num_iters):
        batch = rng.choice(num_train, size=batch_size)
        loss, gradient = self.loss(X[batch], y[batch], reg)
        loss_history.append(loss)
        self.W = self.W - learning_rate * gradient
        if verbose and step % 100 == 0:
            print(f"step {step} of {num_iters}: loss {loss:.3f}")
    return loss_history
    # END SOLUTION


# %% nbg="check optimization-classifier-train 6"
check("optimization-classifier-train", LinearClassifier)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("optimization-classifier-train", LinearClassifier)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise: predict
"""


# %% nbg="exercise optimization-classifier-predict"
@add_to(LinearClassifier)
def predict(self, X):
    """Return the class with the highest score for every row of X.

    X : (N, D)
    Returns (N,) ints. No loops.
    """
    # BEGIN SOLUTION
    return np.argmax(X @ self.W, axis=1)
    # END SOLUTION


# %% nbg="check optimization-classifier-predict 2"
check("optimization-classifier-predict", LinearClassifier)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("optimization-classifier-predict", LinearClassifier)
# END HIDDEN TESTS

# %% [markdown]
r"""
Two subclasses, two lines each:
"""


# %%
class LinearSVM(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        return svm_loss(self.W, X_batch, y_batch, reg)


class Softmax(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        return softmax_loss(self.W, X_batch, y_batch, reg)


def right(model, X, y):
    """Return the share of the rows that a model predicts rightly."""
    return np.mean(model.predict(X) == y)


svm, soft = LinearSVM(), Softmax()
svm_losses = svm.train(X_train, y_train, 1e-7, 2.5e4, num_iters=1500, rng=np.random.default_rng(0))
soft_losses = soft.train(X_train, y_train, 1e-6, 1e3, num_iters=1500, rng=np.random.default_rng(0))
for name, model in (("LinearSVM", svm), ("Softmax", soft)):
    print(f"{name:9}  training {right(model, X_train, y_train):.3f}   validation {right(model, X_val, y_val):.3f}")
axes = vis.history(soft_losses)
assert right(svm, X_val, y_val) > (0.36 if FULL else 0.33)
assert right(soft, X_val, y_val) > (0.38 if FULL else 0.34)

# %% [markdown]
r"""
From 14 % by luck to more than a third. The rest of the way is up to better score functions; the walk stays the same.

## 9. How fast, and when to slow down

The loss curve is the first thing to look at when something is trained, and it tells about the learning rate.

**Predict first:** four rates for the SVM, each ten times the one before. Which gets lowest in 400 steps?
"""

# %%
_, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
ends = {}
for rate, style, color in zip((1e-8, 1e-7, 1e-6, 1e-5), ("-", "--", "-.", ":"), vis.OKABE_ITO):
    losses = LinearSVM().train(X_train, y_train, rate, 0.0, num_iters=400, batch_size=100, rng=np.random.default_rng(0))
    smooth = np.convolve(losses, np.ones(20) / 20, mode="valid")
    ends[rate] = smooth[-1]
    ax.plot(np.arange(len(smooth)) + 20, smooth, style, color=color, label=f"{rate:g}: {smooth[-1]:.1f} at the end")
ax.set(xlabel="step", ylabel="training loss, mean of 20 steps", ylim=(0, 32))
ax.legend(title="learning rate", fontsize=8, ncols=2)
vis.describe(ax, "Four loss curves: the two smallest rates fall slowly, 1e-06 gets lowest, 1e-05 jumps about high above it.")
assert min(ends, key=ends.get) == 1e-6

# %% [markdown]
r"""
Too small: still far from the bottom when the time is up. Too large: it rattles around high up on the walls of the valley, too fast to get
down. In between, a large rate falls faster at first, and a smaller one gets lower in the end, if it has the time. Which suggests
to **begin fast and slow down**. There are many schedules. A simple one listens to the validation loss: when
it has stopped falling, halve the rate.

"Stopped" means: a number of epochs in a row, the **patience**, in which no loss was below the best so far. After a halving, counting begins anew; the
best so far stays the mark to beat. With patience 3 and a rate of 0.8:

| loss of the epoch | 5 | 4 | 4.5 | 4 | 3 | 3.5 | 3 | 3.25 | 3.5 | 3.25 | 3.5 | 2 | 2.5 |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
| epochs without progress | 0 | 0 | 1 | 2 | 0 | 1 | 2 | 3 | 1 | 2 | 3 | 0 | 1 |
| rate after it | .8 | .8 | .8 | .8 | .8 | .8 | .8 | .4 | .4 | .4 | .2 | .2 | .2 |

(The second 4, equal to the best, is no progress: a plateau is exactly that.)

### Exercise: halve_on_plateau
"""


# %% nbg="exercise optimization-halve-on-plateau"
def halve_on_plateau(losses, learning_rate, patience=10):
    """Return the learning rate after each epoch, halved after every `patience` epochs in a row without a new lowest loss.

    losses        : (num_epochs,), the validation loss of each epoch; left as it is
    learning_rate : the rate of the first epoch      patience : 1 or more
    Returns (num_epochs,): entry e is the rate to train with after epoch e.
    """
    # BEGIN SOLUTION
    rates, best, waited = [], np.inf, 0
    for loss in losses:
        waited = 0 if loss < best else waited + 1
        best = min(best, loss)
        if waited == patience:
            learning_rate, waited = learning_rate / 2, 0
        rates.append(learning_rate)
    return np.array(rates)
    # END SOLUTION


# %% nbg="check optimization-halve-on-plateau 3"
check("optimization-halve-on-plateau", halve_on_plateau)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("optimization-halve-on-plateau", halve_on_plateau)
# END HIDDEN TESTS

# %% [markdown]
r"""
Forty rounds of 45 steps, beginning with a rate that is too large: once it stays, once it is halved on plateaus.
"""

# %%
_, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
ends = {}
for name, style, color in (("constant", "--", vis.OKABE_ITO[5]), ("halved on plateaus", "-", vis.OKABE_ITO[0])):
    model, rng, val_losses, rate = LinearSVM(), np.random.default_rng(0), [], 1e-6
    for _ in range(40):
        model.train(X_train, y_train, rate, 1e3, num_iters=45, batch_size=100, rng=rng)
        val_losses.append(hinge_losses(X_val @ model.W, y_val).mean())
        if name != "constant":
            rate = halve_on_plateau(np.array(val_losses), 1e-6, patience=3)[-1]
    ends[name] = val_losses[-1]
    ax.plot(
        val_losses, style, color=color, label=f"{name}: ends at {val_losses[-1]:.2f}, {right(model, X_val, y_val):.3f} right"
    )
ax.set(xlabel="round", ylabel="validation loss")
ax.legend(fontsize=8)
vis.describe(ax, "The validation loss with a constant rate jumps up and down; with a halved one it becomes calm and lower.")
assert ends["halved on plateaus"] < ends["constant"]

# %% [markdown]
r"""
Each halving calms the walk down, and it settles lower. But mind the order: a rate that is small from the beginning would still be on its way.

### Question 4

1. Your loss is `nan` after ten steps. Somebody suggests more steps, somebody else a smaller batch. What do you try, and by which factor?
2. A loss curve falls, then runs along the bottom and trembles. With a batch four times as large it trembles how much less? And what else would calm
   it?
3. The loss of your SVM falls to exactly 0 within some hundred steps, without a penalty, and 21 % of the validation images are right. Which
   mistake in drawing the batch would do this?

(2 points)
"""

# %% [markdown] nbg="answer optimization-question-curves 2"
r"""
1. A smaller learning rate, by a factor of ten (orders of magnitude matter, not percents). More steps cannot help: nothing leads back
   from `nan`. A smaller batch makes it rougher.
2. About half as much: the error of a mean falls with the square root. A smaller learning rate calms it, too, and shortens the steps
   altogether.
3. The same 200 images in every step, because the batch was drawn once, before the loop, or is always made of the first rows. 30,730 weights are plenty
   to learn 200 images by heart, and the others are never seen. (Labels that don't belong to their images would keep the loss up.)

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 10. Two numbers, by order of magnitude

Learning rate and strength of the penalty have to be found by trying. Three rules:

* **Search on a scale of powers.** Whether the rate is 1 or 2 millionths matters little; whether it is one or ten matters a lot. Draw the *exponent* at
  random, $10^{-8 \ldots -5}$, not the number itself: evenly drawn from 0 to $10^{-5}$, nine out of ten would lie above $10^{-6}$.
* **Draw at random rather than on a grid.** Sixteen points on a 4 × 4 grid try only four different rates. Sixteen random points try sixteen (Bergstra and
  Bengio, 2012).
* **First coarse and short, then fine and long.** A few hundred steps are enough to see what is hopeless. If the best is at the edge of your range, move the range.
"""

# %%
rng, tried = np.random.default_rng(1), []
for _ in range(16):
    rate, reg = 10 ** rng.uniform(-8, -5), 10 ** rng.uniform(1, 5)
    model = Softmax()
    model.train(X_train, y_train, rate, reg, num_iters=200, batch_size=100, rng=np.random.default_rng(0))
    tried.append((right(model, X_val, y_val), rate, reg))
found, rates, strengths = np.array(tried).T
best_right, best_rate, best_reg = max(tried)
print(f"best of 16: {best_right:.3f} with learning rate {best_rate:.1e} and reg {best_reg:.1e}")

_, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
picture = ax.scatter(strengths, rates, c=found, s=120, cmap="viridis", edgecolor="black")
ax.annotate(f"{best_right:.3f}", (best_reg, best_rate), xytext=(9, -3), textcoords="offset points")
ax.set(xscale="log", yscale="log", xlabel="reg", ylabel="learning rate", xlim=(8, 3e5))
ax.figure.colorbar(picture, ax=ax, label="validation accuracy")
vis.describe(
    ax, f"Sixteen points on logarithmic axes; the best reaches {best_right:.2f}, those with the smallest rates are worst."
)

# %% [markdown]
r"""
Train the best for longer, and then, once, the test images:
"""

# %% tags=["accuracy"]
model = Softmax()
model.train(X_train, y_train, best_rate, best_reg, num_iters=1000, rng=np.random.default_rng(0))
print(f"validation {right(model, X_val, y_val):.3f}, test {right(model, data['X_test'], data['y_test']):.3f}")

# %% [markdown]
r"""
## What to take with you

* A random direction in many dimensions is almost level. The gradient is the steepest one; walk against it.
* The learning rate decides: too small is slow, too large explodes. Look for its order of magnitude first, and slow down later.
* A batch gives a rough gradient for little work. Its error falls with the square root of its size.
* L1 sets weights to 0, L2 makes them small.
* Watch the loss curve. Pass `rng` along, and you can run it again.

**Next:** the score function gets layers. For that we need gradients of whatever can be computed, and there is a method: `backprop`.
"""
