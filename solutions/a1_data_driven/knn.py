# %% [markdown]
r"""
# Recognizing images by comparing them

You are going to build a program that says what a photograph shows: an airplane, a cat, a truck. It will have no idea
what wings or whiskers are. It will only measure how far two images are apart, pixel by pixel, and copy the label of
the images that come closest. The method is called **k-nearest neighbors**, k-NN for short, and it fits on half a page.

It will be right a little more than one time in four, on ten classes. That is far better than guessing, and far worse
than you are. Both halves of that sentence are worth understanding: *why it works at all* is the idea the whole course
builds on, and *why it doesn't work better* is the reason for every notebook that follows.

**You will write** the distance between images in three versions (two loops, one loop, none) and watch the last one
leave the others behind; a second kind of distance that has to live on a memory budget; and the vote that turns
distances into answers.

**Running time**, once everything is solved: about twenty seconds on two cores.

*How to work:* fill in the cells that say `YOUR CODE HERE`, run them, and run the check below each one. A check tells you what
is right, shows the numbers that are not, and names the mistake if it has seen it before. It never costs you anything.
"""

# %% nbg="setup"
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import add_to, check, load_cifar10, vis
from cs231n_kit.data import CIFAR10_CLASSES

# %% [markdown]
r"""
## 1. What makes it hard

CIFAR-10 is a collection of small color photographs, ten classes of them. The kit carries 5,000 images to learn from
and 1,000 to be tested on; we use the first 500 of those.

An image is an array of numbers of shape `(32, 32, 3)`: 32 rows of 32 pixels, each with an amount of red, green and
blue between 0 and 255. So 5,000 of them have the shape `(5000, 32, 32, 3)`.
"""

# %% nbg="setup"
train_images, y_train, test_images, y_test = load_cifar10()
test_images, y_test = test_images[:500], y_test[:500]

# %%
print("training images", train_images.shape, train_images.dtype, "  labels", y_train.shape)
print("test images    ", test_images.shape, test_images.dtype, "  labels", y_test.shape)
ax = vis.class_grid(train_images, y_train, CIFAR10_CLASSES, per_class=7, rng=np.random.default_rng(0))

# %% [markdown]
r"""
You needed no effort to see what those are, even at 32 × 32 pixels. Here is what the program gets to see of the first
training image: its top left corner, in red.
"""

# %%
print(f"a {CIFAR10_CLASSES[y_train[0]]}:")
print(train_images[0, :4, :8, 0].astype(int))

# %% [markdown]
r"""
Between those numbers and the word "frog" lies a gap, and the same frog can land almost anywhere on this side of it:

| what changes | for example |
|---|---|
| **viewpoint** | the camera moves, and every pixel shows another part of the animal |
| **scale** | the frog fills the picture, or only a corner of it |
| **deformation** | legs stretch, necks turn |
| **occlusion** | half of it sits behind a leaf |
| **illumination** | the same scene at dusk: all numbers shrink |
| **background clutter** | a green frog on green grass |
| **variation within a class** | poodle, dachshund, husky: all are dogs |

Let us do some of that to one image on purpose, and measure how far the numbers move. "How far" is the square root of
the summed squared differences between the two arrays; in a minute you will write it yourself. For comparison there is
a picture of something else: of all our test images that don't show a car, the one that comes nearest.

**Predict first:** which ends up farthest from the original: the mirrored copy, the copy moved by four pixels, the
brighter copy, the one with a patch over it, or the picture of *something else*?
"""

# %%
car = train_images[4]
moved = np.roll(car, 4, axis=1)
brighter = np.clip(car + 50, 0, 255)
covered = car.copy()
covered[8:20, 6:18] = 128
other_things = test_images[y_test != 1]
something_else = other_things[np.argmin(((other_things - car) ** 2).sum(axis=(1, 2, 3)))]
versions = {"mirrored": car[:, ::-1], "moved": moved, "brighter": brighter, "covered": covered, "not a car": something_else}
distances = {name: np.linalg.norm(car - other) for name, other in versions.items()}
print("nearest to farthest:", ", ".join(sorted(distances, key=distances.get)))
axes = vis.image_row([car, *versions.values()], ["original", *(f"{name}\n{distances[name]:.0f}" for name in versions)])

# %% [markdown]
r"""
Four of the five are still the same car to you. To the numbers, an airplane above a forest is nearer to that car than
the car's own mirror image, and a shift by four pixels counts about as much as another time of day. Such a
distance knows which places are bright and which are dark. It knows nothing about cars, and whatever we build on it in
this notebook won't, either.

## 2. Two ways to say "far apart"

Lay the numbers of an image out in one long row and you have a point in a space of $D = 32 \cdot 32 \cdot 3 = 3072$
dimensions. Two images are similar if their points are close. The two usual distances between points $a$ and $b$ are

$$
d_1(a, b) = \sum_{p=1}^{D} |a_p - b_p|
\qquad\text{and}\qquad
d_2(a, b) = \sqrt{\sum_{p=1}^{D} (a_p - b_p)^2} .
$$

$d_1$ is the **L1** or Manhattan distance: how far you walk if you may only follow the streets of a grid.
$d_2$ is the **L2** or Euclidean distance: the length of the straight line. Draw all points at distance 1 from the
origin and you see the difference at once.
"""

# %%
ax = vis.unit_balls()

# %% [markdown]
r"""
The circle looks the same from every side; the square has corners, and they lie on the axes. So L2 doesn't care how
you choose your axes, and L1 does. We can watch it happen. Take two points, measure, turn the axes by 45°, measure
again. (Turning the axes one way is turning the points the other way.)

**Predict first:** which of the two numbers changes?
"""

# %%
first, second = np.array([0.0, 1.0]), np.array([1.0, 0.0])
turn = np.deg2rad(45)
rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
_, axes = plt.subplots(1, 2, figsize=(7, 3.4), layout="constrained")
for ax, name, a, b in [(axes[0], "before", first, second), (axes[1], "after", rotation @ first, rotation @ second)]:
    print(f"{name:6}   L1 {np.sum(np.abs(a - b)):.4f}   L2 {np.sqrt(np.sum((a - b) ** 2)):.4f}")
    vis.balls_through(b - a, ax).set_title(f"{name}: the difference of the two points", fontsize=9)
    ax.set(xlim=(-2.4, 2.4), ylim=(-2.4, 2.4))

# %% [markdown]
r"""
The arrow keeps its length, and so does the circle it ends on: L2 stays √2. But now it points into a corner of the
square, where a smaller square reaches it: L1 falls from 2 to √2. That is a reason to prefer L1 when each axis *means* something (age, height,
income: you would never mix them), and L2 when the axes are an arbitrary choice.

The other difference is what they make of **one large difference against many small ones**. Squaring makes the large
ones count for more, so L2 dislikes a single ruined pixel; L1 only cares about the total. (The same two formulas come
back twice in this course: as losses, where squares chase outliers and absolute values tolerate them, and as penalties
on weights, where L1 drives weights to exactly zero and L2 merely shrinks them.)
"""

# %%
ruined = car.copy()
ruined[12:18, 12:18] = 255 - ruined[12:18, 12:18]  # a few pixels, wrong by a lot
hazy = car + 9  # every pixel, wrong by a little
for name, image in [("a few pixels ruined", ruined), ("a little haze everywhere", hazy)]:
    print(f"{name:26} L1 {np.sum(np.abs(car - image)):8,.0f}   L2 {np.linalg.norm(car - image):6,.0f}")
axes = vis.image_row([car, ruined, hazy], ["original", "a few ruined", "hazy"])

# %% [markdown]
r"""
### Question 1: spot the mistake

Somebody's lecture notes work the rotation out by hand:

> *Take $I_1 = (0, 1)$ and $I_2 = (1, 0)$. The difference is $(-1, 1)$, so $d_1 = 2$ and $d_2 = 2$. After turning the
> axes by 45° the difference is $(-\sqrt 2, 0)$, so $d_1 = \sqrt 2$ while $d_2 = 2$ as before: L2 is not affected by
> rotation.*

The conclusion is true and the derivation is not. What is wrong, and why does it not show in the conclusion? (2 points)
"""

# %% [markdown] nbg="answer knn-question-rotation 2"
r"""
$d_2$ is $\sqrt{1^2 + 1^2} = \sqrt 2$ before the rotation and $\sqrt{(\sqrt 2)^2 + 0^2} = \sqrt 2$ after it. The notes
forget the square root and report the *squared* distance, 2, both times. Since the same mistake is made on both sides, the two
wrong numbers are equal, and the claim that they don't change survives. Only $d_1$ changes, from $2$ to $\sqrt 2$.

*One point for the missing square root, with √2 both times. One point for why it doesn't show: the slip is the same on
both sides, so the two wrong numbers are still equal.*
"""

# %% [markdown]
r"""
## 3. The classifier

To *train* a nearest-neighbor classifier is to remember the training set. There is nothing to compute: the time doesn't
even depend on how many images there are. All the work is left for the moment when somebody asks.

That is the opposite of what one wants. We could wait an hour for training, once, if answers came in a millisecond
each; here every answer costs a walk through the whole training set. The models of the later notebooks turn this around.

Below is the class, so far with a single method. The others are yours: each exercise adds one. The line
`@add_to(KNearestNeighbor)` above a function is what attaches it, so that the class can grow from cell to cell.
"""


# %% nbg="setup"
class KNearestNeighbor:
    """Recognize things by their k nearest neighbors."""

    def train(self, X, y):
        """Remember the training set.

        X : (num_train, D), one example in each row      y : (num_train,), their labels, ints of at least 0
        """
        self.X_train = X
        self.y_train = y


X_train = train_images.reshape(len(train_images), -1)  # (5000, 3072)
X_test = test_images.reshape(len(test_images), -1)  # (500, 3072)

# %% [markdown]
r"""
### Exercise: two loops

Fill a matrix in which entry $(i, j)$ is the L2 distance between test row $i$ and training row $j$:

$$
\texttt{dists}[i, j] = \sqrt{\sum_{p} (x_{ip} - t_{jp})^2}
\qquad \texttt{dists}: (\texttt{num\_test}, \texttt{num\_train})
$$

One pair at a time, as you would by hand. Build it from NumPy's arithmetic. (`np.linalg.norm` would do it for you. The
check can't see whether you used it; you would only miss the fun.)

One trap first. Images are often stored as `uint8`, whole numbers from 0 to 255 and *nothing else*:
"""

# %%
a, b = np.array([3, 20], dtype=np.uint8), np.array([5, 20], dtype=np.uint8)
print("3 - 5  =", (a - b)[0], "    20 · 20 =", (a * b)[1])

# %% [markdown]
r"""
There is no room for a sign or for anything above 255, so the numbers wrap around like an odometer, and NumPy
keeps quiet about it. Your functions will be given such arrays. `X.astype(np.float64)` is the way out.
"""


# %% nbg="exercise knn-two-loops"
@add_to(KNearestNeighbor)
def compute_distances_two_loops(self, X):
    """Return the L2 distance of every test row to every training row, with a loop over each.

    X : (num_test, D), any real dtype, also uint8     self.X_train : (num_train, D), likewise
    Returns (num_test, num_train), floating point. Leaves both inputs as they are.
    """
    num_test, num_train = len(X), len(self.X_train)
    dists = np.zeros((num_test, num_train))
    # BEGIN SOLUTION
    X, X_train = X.astype(np.float64), self.X_train.astype(np.float64)
    for i in range(num_test):
        for j in range(num_train):
            dists[i, j] = np.sqrt(np.sum((X[i] - X_train[j]) ** 2))
    # END SOLUTION
    return dists


# %% nbg="check knn-two-loops 2"
check("knn-two-loops", KNearestNeighbor)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("knn-two-loops", KNearestNeighbor)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise: one loop

Python takes many steps for every pair of images, and 500 · 5,000 pairs are a lot of pairs. NumPy can take the inner
loop off its hands. `X[i]` has the shape
`(D,)` and `X_train` has `(num_train, D)`, and yet `X[i] - X_train` doesn't fail: the single row is paired with *every*
row, as if it had been copied `num_train` times. This is **broadcasting**, and nothing is really copied.

```
        X[i]                    (D,)
        X_train      (num_train, D)
        difference   (num_train, D)      one row for each training image
        sum over     ----------  ^       this axis, so that (num_train,) remains
```

Keep the loop over the test rows, and lose the other one.
"""


# %% nbg="exercise knn-one-loop"
@add_to(KNearestNeighbor)
def compute_distances_one_loop(self, X):
    """Return the L2 distance of every test row to every training row, with one loop, over the test rows.

    Shapes and dtypes as in compute_distances_two_loops.
    """
    num_test, num_train = len(X), len(self.X_train)
    dists = np.zeros((num_test, num_train))
    # BEGIN SOLUTION
    X, X_train = X.astype(np.float64), self.X_train.astype(np.float64)
    for i in range(num_test):
        dists[i] = np.sqrt(np.sum((X[i] - X_train) ** 2, axis=1))
    # END SOLUTION
    return dists


# %% nbg="check knn-one-loop 2"
check("knn-one-loop", KNearestNeighbor)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("knn-one-loop", KNearestNeighbor)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise: no loops

One could broadcast once more, test rows against training rows, and get all differences in one array of shape
`(num_test, num_train, D)`. For our images that array would have 500 · 5,000 · 3,072 entries: 61 gigabytes. Multiplying the square out
is better:

$$
\lVert x - t\rVert^2 \;=\; \lVert x\rVert^2 \;-\; 2\, x\cdot t \;+\; \lVert t\rVert^2
$$

Look at what each term needs, for all pairs at once. The first is one number for each test row; the last one
number for each training row; and the middle is an inner product for each *pair*, which is what a matrix product is
made of: rows of one matrix against columns of another. No array is ever larger than `(num_test, num_train)`.

Two details. To add one number per test row along the *rows* of a matrix, it has to stand upright, as a column of shape
`(num_test, 1)`. And rounding can leave a tiny negative number where the distance is really zero; the root of that is
`nan`, so don't let it get that far.
"""


# %% nbg="exercise knn-no-loops"
@add_to(KNearestNeighbor)
def compute_distances_no_loops(self, X):
    """Return the L2 distance of every test row to every training row, without a loop of any kind.

    Shapes and dtypes as in compute_distances_two_loops. No array larger than the inputs or (num_test, num_train).
    """
    # BEGIN SOLUTION
    X, X_train = X.astype(np.float64), self.X_train.astype(np.float64)
    squared = np.sum(X**2, axis=1)[:, np.newaxis] - 2 * X @ X_train.T + np.sum(X_train**2, axis=1)
    return np.sqrt(np.maximum(squared, 0))
    # END SOLUTION


# %% nbg="check knn-no-loops 5"
check("knn-no-loops", KNearestNeighbor)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("knn-no-loops", KNearestNeighbor)
# END HIDDEN TESTS

# %% [markdown]
r"""
The check has timed two loops against none. Here are all three, on 50 test and 1,000 training images, the best of three
runs each.

**Predict first:** where does *one* loop come in, closer to two loops or closer to none?
"""

# %% tags=["nbval-ignore-output"]
small = KNearestNeighbor()
small.train(X_train[:1000], y_train[:1000])
seconds = {}
for name in ("two_loops", "one_loop", "no_loops"):
    runs = []
    for _ in range(3):
        start = time.perf_counter()
        getattr(small, f"compute_distances_{name}")(X_test[:50])
        runs.append(time.perf_counter() - start)
    seconds[name.replace("_", " ")] = min(runs)
ax = vis.time_bars(seconds)

# %% [markdown]
r"""
Removing one loop gains surprisingly little, and on some computers it loses. Python takes far fewer steps, but each one
now makes an array of 1,000 · 3,072 differences, too large for the processor's cache, so it travels to main memory and
back. Two loops work on one small row at a time. The version without loops wins by a wide margin, and not because it
saves the last 50 steps: the matrix product is the most carefully optimized routine on your computer, and it reads every
number from memory far fewer times.

So *fewer loops* and *faster* are two different things. It is the formula that makes this one fast.

## 4. What a distance matrix shows

Now everything at once: 500 test images against 5,000 training images, 2.5 million distances. Below are the first
60 rows and 240 columns.
"""

# %%
knn = KNearestNeighbor()
knn.train(X_train, y_train)
dists = knn.compute_distances_no_loops(X_test)
print("dists", dists.shape)
ax = vis.distance_matrix(dists[:60, :240])

# %% [markdown]
r"""
There is structure: whole rows and whole columns are bright. Let us fetch the images behind the two darkest and the
three brightest rows, and then the same for columns.
"""

# %%
by_row, by_column = dists.mean(axis=1).argsort(), dists.mean(axis=0).argsort()
rows, columns = [*by_row[:2], *by_row[-3:]], [*by_column[:2], *by_column[-3:]]
axes = vis.image_row(test_images[rows], [f"row {i}\nmean {dists[i].mean():,.0f}" for i in rows])
axes = vis.image_row(train_images[columns], [f"column {j}\nmean {dists[:, j].mean():,.0f}" for j in columns])

# %% [markdown]
r"""
### Question 2

What does it say about a test image when its *row* is bright from end to end, and about a training image when its
*column* is? What do the images of bright rows and columns above have in common that explains it? (2 points)
"""

# %% [markdown] nbg="answer knn-question-bright-rows 2"
r"""
A bright row is a test image that is far from *every* training image; a bright column is a training image that is far
from every test image. Both are unlike the rest of the collection as arrays of numbers, whatever they show.

The images with the largest mean distance lie at the edge of the range: here, they are nearly white all over. Each of
their pixels is far from the middling value that the same pixel has in most images (large black areas would do the
same). Those with the smallest mean distance are the reverse: dull, low in contrast, close to the average image.

*One point for each part: far from all images of the other set; an extreme of brightness, not of content.*
"""

# %% [markdown]
r"""
## 5. The vote

From distances to answers: for each test image, look at the $k$ training images with the smallest distances, and let
each cast a vote for its own label. The most frequent label wins. With $k = 1$ that copies the label of the single nearest image;
with a larger $k$, one odd neighbor can be outvoted.

When two labels get equally many votes, somebody has to decide. Here the rule is: **the smaller label wins**. It is arbitrary, but
it is the same for everyone, so that everyone gets the same numbers.

`np.argsort(row)` tells you in which order the entries of a row would be sorted, smallest first. `np.bincount(labels)`
counts how often 0, 1, 2, … occur.

### Exercise: predict_labels
"""


# %% nbg="exercise knn-predict-labels"
@add_to(KNearestNeighbor)
def predict_labels(self, dists, k=1):
    """Return the most frequent label among the k nearest training rows; in a tie, the smallest of the tied labels.

    dists : (num_test, num_train)     self.y_train : (num_train,), ints of at least 0
    k     : neighbors that vote; if there are fewer training rows, all of them do
    Returns (num_test,), the predicted labels.
    """
    num_test = len(dists)
    y_pred = np.zeros(num_test, dtype=self.y_train.dtype)
    # BEGIN SOLUTION
    for i in range(num_test):
        nearest = self.y_train[np.argsort(dists[i])[:k]]
        y_pred[i] = np.bincount(nearest).argmax()
    # END SOLUTION
    return y_pred


# %% nbg="check knn-predict-labels 4"
check("knn-predict-labels", KNearestNeighbor)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("knn-predict-labels", KNearestNeighbor)
# END HIDDEN TESTS

# %% [markdown]
r"""
In two dimensions one can see what the vote does. Below are three clouds of points. Each place in the plane takes the
color of the label that k-NN would give it.

**Predict first:** what happens to the little islands as k grows?
"""

# %%
rng = np.random.default_rng(4)
centers = np.array([[0.0, 0.0], [2.4, 0.6], [0.9, 2.2]])
toy_y = np.repeat(np.arange(3), 30)
toy_X = centers[toy_y] + rng.normal(scale=0.9, size=(90, 2))
toy = KNearestNeighbor()
toy.train(toy_X, toy_y)

_, axes = plt.subplots(1, 3, figsize=(9.5, 3.3), layout="constrained")
for ax, k in zip(axes, (1, 5, 25), strict=True):
    vis.decision_regions(lambda points, k=k: toy.predict_labels(toy.compute_distances_no_loops(points), k), toy_X, toy_y, ax)
    ax.set_title(f"k = {k}")

# %% [markdown]
r"""
With $k = 1$ every training point owns the ground around it, and a stray point makes an island in foreign land: the classifier
believes everything it was told. With $k = 5$ most islands are outvoted, and with $k = 25$ the borders are smooth, at the price of
training points on the wrong side of them. Neither end is right by itself. How to choose $k$ without fooling yourself
is the subject of the next notebook.

### Exercise: predict

Put the parts together. `num_loops` chooses among your three versions; `metric="l1"` asks for the method
`compute_distances_l1`, which you will write in section 7. (The check watches which of your methods you call, and with what, so it
can already be passed.)
"""


# %% nbg="exercise knn-predict"
@add_to(KNearestNeighbor)
def predict(self, X, k=1, num_loops=0, metric="l2"):
    """Return the predicted label of every row of X.

    X         : (num_test, D)                     k : neighbors that vote
    num_loops : 0, 1 or 2, the version of the L2 distance to use
    metric    : "l2", or "l1" for compute_distances_l1 (num_loops doesn't matter then)
    Returns (num_test,).
    """
    # BEGIN SOLUTION
    if metric == "l1":
        dists = self.compute_distances_l1(X)
    elif num_loops == 0:
        dists = self.compute_distances_no_loops(X)
    elif num_loops == 1:
        dists = self.compute_distances_one_loop(X)
    else:
        dists = self.compute_distances_two_loops(X)
    return self.predict_labels(dists, k=k)
    # END SOLUTION


# %% nbg="check knn-predict 2"
check("knn-predict", KNearestNeighbor)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("knn-predict", KNearestNeighbor)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 6. How good is it?

Ten classes, so guessing gets one in ten right.
"""

# %% tags=["accuracy"]
for k in (1, 5, 8, 10):
    accuracy = np.mean(knn.predict_labels(dists, k) == y_test)
    print(f"L2, k = {k:2}: {accuracy:.3f}")

# %% [markdown]
r"""
You should see .274 for one neighbor, .278 for five and .282 for ten. Here is where those numbers come from: some test images, each with its five nearest
training images. A green frame is the right label, a dashed red one a wrong label.
"""

# %% tags=["thumbnail"]
some = [0, 1, 3, 6, 10]
axes = vis.neighbors(test_images[some], y_test[some], train_images, y_train, dists[some], CIFAR10_CLASSES)

# %% [markdown]
r"""
Look at *why* the wrong ones are near: the same background, the same brightness, the same blob in the middle. The distance
sees the sky before it sees the airplane.

### A word on precision

The squared length $\lVert x\rVert^2$ of an image can exceed a hundred million, and `float32` holds whole numbers
exactly only up to 16,777,216. That doesn't hurt when differences are taken first. In the multiplied-out formula,
however, three huge numbers nearly cancel, and what is left is mostly rounding:
"""

# %%
x = X_train[3]
for dtype in (np.float32, np.float64):
    v = x.astype(dtype)
    w = v.copy()
    w[0] += 1  # an image that differs by 1 in one of its numbers: the distance is 1
    squared = (v**2).sum() - 2 * (v * w).sum() + (w**2).sum()
    print(f"{np.dtype(dtype).name}: squared distance {squared:.1f}, expected 1.0")

# %% [markdown]
r"""
So `float64` is a good habit with this formula, even for images that come as `float32`. Keep the lesson for later
notebooks: **two formulas that are equal on paper need not be equally good in a computer.**

## 7. The other distance, on a budget

L1 has no such formula: absolute values don't multiply out, and there is no matrix product to hide in. Are we back to two
loops, or to 61 gigabytes? There is a way between: **blocks**. Take some training rows at a time, as many as fit in the memory
that you are willing to spend, subtract them from all the test rows at once, and go on to the next block.

```
             X[:, np.newaxis]           (num_test,    1, D)
             X_train[start:stop]        (          rows, D)
             differences                (num_test, rows, D)   must fit in max_bytes
             sum of absolute values     (num_test, rows)      goes to dists[:, start:stop]
```

This is the everyday compromise of numerical programming: loop over large blocks in Python, where a loop costs nothing, and leave
what is inside to NumPy.

### Exercise: L1 in blocks

How many training rows fit? A block of `rows` of them needs `rows` times the bytes of `X`, once `X` has been converted
to floating point (an array knows its size: `X.nbytes`). Always take at least one. The number of rows will not always divide evenly, so mind the last block. `float32` is precise enough
here, and half as large.
"""


# %% nbg="exercise knn-l1"
@add_to(KNearestNeighbor)
def compute_distances_l1(self, X, max_bytes=2**25):
    """Return the L1 distance of every test row to every training row, in blocks.

    X         : (num_test, D), any real dtype, also uint8     self.X_train : (num_train, D), likewise
    max_bytes : the array of differences may take about this much (but at least one row is always processed)
    Returns (num_test, num_train), floating point. When everything fits in one block, there is just one step.
    """
    num_test, num_train = len(X), len(self.X_train)
    dists = np.zeros((num_test, num_train))
    # BEGIN SOLUTION
    X, X_train = X.astype(np.float32), self.X_train.astype(np.float32)
    rows = max(1, max_bytes // X.nbytes)
    for start in range(0, num_train, rows):
        differences = X[:, np.newaxis] - X_train[start : start + rows]
        dists[:, start : start + rows] = np.abs(differences).sum(axis=2)
    # END SOLUTION
    return dists


# %% nbg="check knn-l1 4"
check("knn-l1", KNearestNeighbor)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("knn-l1", KNearestNeighbor)
# END HIDDEN TESTS

# %% [markdown]
r"""
Now all the images. It is the same number of distances as before, so notice the time: some ten seconds where the matrix product took
about one.
"""

# %%
dists_l1 = knn.compute_distances_l1(X_test)
for k in (1, 5, 8, 10):
    accuracy = np.mean(knn.predict_labels(dists_l1, k) == y_test)
    print(f"L1, k = {k:2}: {accuracy:.3f}")

# %% [markdown]
r"""
One neighbor gives .290 and five give .302, each about two points more than L2. Is L1 the better distance, then? Look at
k = 10, where L2 is ahead, and then at how coarse the measurement is: an accuracy of $p = .28$ on 500 images has a
standard error of $\sqrt{p(1-p)/500} \approx .02$. **Differences of two points are what chance alone makes**, and whoever
tries eight numbers and reports the best one has measured their luck as well.

It does turn out to be true. With all 50,000 training images and all 10,000 test images, people report .386 for L1 and
.354 for L2 with one neighbor, and there the standard error is .005. A misplaced edge makes a few very large
differences; L2 squares them, and L1 forgives them. But nothing in *our* numbers could have told you so with certainty.

### Question 3

Somebody prepares the images, training and test alike, before your L1 classifier with $k = 1$ sees them. Which of these can
change its predictions? Give a reason for each. (Try them, if you like, in a cell of your own.)

1. Subtract the mean of all numbers of all training images.
2. Subtract from each of the 3,072 numbers its own mean over the training images.
3. Divide everything by the standard deviation of all numbers.
4. Divide each of the 3,072 numbers by its own standard deviation over the training images.
5. Turn every *picture* by 90°.
6. Turn the *axes* of the 3,072-dimensional space, that is, multiply each row by the same rotation matrix.

(2 points)
"""

# %% [markdown] nbg="answer knn-question-preprocessing 2"
r"""
Predictions depend only on the order of the distances, so anything that keeps all distances, or multiplies all of them by the same
factor, changes nothing.

1. **No change.** The same number is subtracted from both images, and cancels in $a_p - b_p$.
2. **No change**, for the same reason: each coordinate loses the same amount in both images.
3. **No change.** All distances are divided by the same factor.
4. **Can change.** Coordinates are weighted differently: those that vary little count for more than before.
5. **No change.** The 3,072 numbers are put in another order, the same for all images, and a sum doesn't mind.
6. **Can change.** This is the experiment of section 2: L1 depends on the axes. (With L2 it would not.)

*Two points for six right with reasons, one for four or five. Items 5 and 6 need the distinction between turning
pictures and turning axes.*
"""

# %% [markdown]
r"""
## 8. What it can never see

One last experiment. We shuffle the pixels: one random order, the same for all images.

**Predict first:** you couldn't recognize anything in these pictures anymore. How much does the classifier lose?
"""

# %%
order = np.random.default_rng(0).permutation(32 * 32)
shuffled_train = train_images.reshape(-1, 1024, 3)[:, order].reshape(train_images.shape)
shuffled_test = test_images.reshape(-1, 1024, 3)[:, order].reshape(test_images.shape)
axes = vis.image_row(shuffled_train[:6], [CIFAR10_CLASSES[label] for label in y_train[:6]])

shuffled = KNearestNeighbor()
shuffled.train(shuffled_train.reshape(5000, -1), y_train)
shuffled_accuracy = np.mean(shuffled.predict(shuffled_test.reshape(500, -1)) == y_test)
print(f"k = 1, shuffled: {shuffled_accuracy:.3f}     in order: {np.mean(knn.predict_labels(dists, 1) == y_test):.3f}")

# %% [markdown]
r"""
Nothing. The distance is a sum over pixels, and a sum has no idea which pixels are neighbors. Edges, shapes, textures: none of
it was ever used. Whatever is to do better must look at how pixels go *together*, and the last notebooks of this
course are about networks that are built to do so.

### Question 4

True or false? A sentence of reason for each. (2 points)

1. The border between two classes of a 1-NN classifier in the plane is always a straight line.
2. On its own training set, 1-NN is never worse than 5-NN (take all training points to be different).
3. On new images, 1-NN is never worse than 5-NN.
4. With a training set ten times as large, recognizing one image takes about ten times as long.
"""

# %% [markdown] nbg="answer knn-question-true-false 2"
r"""
1. **False.** It is made of pieces of straight lines, each halfway between two training points; the whole can take any shape, as
   the colored planes above show.
2. **True.** Each training point is its own nearest neighbor, at distance 0, so 1-NN makes no mistake there. It can't be beaten.
3. **False.** Above, k = 5 got .278 and k = 1 only .274. A perfect score on the training set says nothing about new images.
4. **True.** The distance to every training image is computed, so the time is proportional to their number.

*Half a point each, with a reason.*
"""

# %% [markdown]
r"""
## What to take with you

* An image is a point; similar images are near points. The whole course lives in that space.
* L1 and L2 disagree about axes and about outliers. Neither is best; the data decides.
* Vectorizing is rewriting the *formula*, not just the loop. Check sizes before you broadcast, and precision after you
  rearrange.
* k-NN learns in no time and answers slowly, keeps all its data, and sees pixels but no pictures.

**Next:** `cross_validation` asks which $k$ to use, and how to find out without cheating.
"""
