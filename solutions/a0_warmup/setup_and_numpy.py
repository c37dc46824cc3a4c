# %% [markdown]
r"""
# Before the first image

Everything in this course, up to networks that recognize photographs, is made of arrays of numbers and a handful of
operations on them. There is no other magic in it, and no library will hide it from you: you write the operations
yourself, in NumPy.

So it pays to know how NumPy *thinks*: in whole arrays, in axes, in shapes that fit together or don't. This notebook
practices seven small moves that come back in every later one, and shows you four traps, each of which has cost people
days. If you have never used NumPy, take your time here. If you have, the traps may still surprise you.

**You will write** seven short functions: most of them fit on a line or two, once you see the line.

**Running time**, once everything is solved: a few seconds.

*How to work:* cells that say `YOUR CODE HERE` are yours. Fill them in, run them (Shift+Enter), and run the check below. A
check tells you what is right, shows the numbers that are not, and names the mistake if it has seen it before. It
never costs you anything.
"""

# %% nbg="setup"
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import check, doctor, load_cifar10, vis
from cs231n_kit.data import CIFAR10_CLASSES

# %% [markdown]
r"""
## 1. Is everything here?

The cell above has imported what the notebook needs. If it said `ModuleNotFoundError`, this notebook is being run by
a different Python from the one that the course was installed for; that is the most common trouble there is. Install the
course for *this* one, by typing `%pip install -e ` and the path of the course's folder into a cell, and choose
*Restart Kernel* from the Kernel menu.

The next cell looks at the rest. Its last line should be **ready**.
"""

# %% tags=["nbval-ignore-output"]
doctor()

# %% [markdown]
r"""
One more thing about notebooks. What counts is not what is written on the page but **what has been run, and in which
order**: a function that you changed keeps its old meaning until you run its cell again, and a variable that you deleted
from the page lives on. When nothing makes sense anymore, choose *Restart Kernel and Run All*: it starts from nothing
and goes from top to bottom, as whoever grades your notebook will.

## 2. Numbers in a box

An array is a box of numbers, all of the same type. Its **shape** says how they are arranged, and its **dtype** what
kind of number they are. Here are the first 1,000 of the photographs that come with this course.
"""

# %% nbg="setup"
images, labels, _, _ = load_cifar10(dtype=np.uint8)
images, labels = images[:1000], labels[:1000]

# %%
print("images", images.shape, images.dtype, "   labels", labels.shape, labels.dtype)
axes = vis.image_row(images[:6], [f"images[{i}]\n{CIFAR10_CLASSES[labels[i]]}" for i in range(6)])

# %% [markdown]
r"""
A thousand images, 32 rows of 32 pixels, three numbers for each pixel: how much red, green and blue. The order of the axes
is always **which image, which row, which column, which color**. One index takes one axis away; a colon keeps an axis
whole.

**Predict first:** what are the shapes of these?
"""

# %%
print("images[0]          ", images[0].shape)
print("images[0, 5]       ", images[0, 5].shape)
print("images[0, 5, 7, 2] ", images[0, 5, 7, 2].shape)
print("images[:, 0]       ", images[:, 0].shape)
print("images[..., 1]     ", images[..., 1].shape)
print("images[10:20, :16] ", images[10:20, :16].shape)

# %% [markdown]
r"""
### The first trap: bytes

The dtype is `uint8`: each number is one byte, from 0 to 255, because that is what a photograph needs. There is no room in
a byte for anything else. Let us make the first six images brighter by adding 90 to each number.
"""

# %% tags=["thumbnail"]
wrong = images[:6] + np.uint8(90)
axes = vis.image_row(wrong, ["plus 90?"] * 6)

# %% [markdown]
r"""
What was bright is now dark, in false colors. 200 + 90 would be 290, which doesn't fit, so counting starts again at 0
and gives 34, like an odometer that rolls over. **NumPy doesn't say a word about it.** The same happens below zero: 3 − 5
gives 254. (It refuses only a single number that can't be a byte at all, such as −90.)

The way out is always the same: `astype` to a type with room, compute there, and come back. Coming back, too, only
keeps what fits, so limit the numbers first: `np.clip(a, low, high)`.

### Exercise: brighten
"""


# %% nbg="exercise numpy-brighten"
def brighten(images, amount):
    """Return the images with `amount` added to every number; below 0 becomes 0, above 255 becomes 255.

    images : uint8, of any shape; left as they are      amount : whole number, may be negative
    Returns uint8, of the same shape.
    """
    # BEGIN SOLUTION
    wide = images.astype(np.int64) + amount
    return np.clip(wide, 0, 255).astype(np.uint8)
    # END SOLUTION


# %% nbg="check numpy-brighten 2"
check("numpy-brighten", brighten)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("numpy-brighten", brighten)
# END HIDDEN TESTS

# %%
brighter, darker = brighten(images[:3], 90), brighten(images[:3], -90)
axes = vis.image_row([*brighter, *darker], ["plus 90"] * 3 + ["minus 90"] * 3)

# %% [markdown]
r"""
## 3. Windows and copies

Cut a piece out of an image, and paint it black:

**Predict first:** what does the *original* look like afterwards?
"""

# %%
photo = images[4].copy()
piece = photo[8:24, 8:24]
piece[:] = 0
print("do they share memory?", np.shares_memory(photo, piece))
axes = vis.image_row([images[4], photo], ["before", "after"])

# %% [markdown]
r"""
### The second trap: a slice is a window

A slice copies nothing. It is a **view**, a window onto the same memory, and whoever writes through the window changes
the thing itself. That is a feature: cutting a piece out of a gigabyte takes no time and no memory. It becomes a trap when
a function writes into what it was handed, and its caller, three cells away, wonders who has painted on the images.

| you write | you get |
|---|---|
| `b = a` | a second name for the same array |
| `a[2:5]`, `a[:, ::2]`, `a.T`, `a.reshape(...)` | a view (of `reshape`, nearly always) |
| `a[[2, 3, 4]]`, `a[a > 0]` | a copy: picking entries by a list or by a condition |
| `a + 1`, `a.astype(...)`, `a.copy()` | a new array |
| `a += 1`, `a[...] = 1` | no new array: `a` itself changes |

**The rule in this course:** a function leaves its inputs as they are, unless it says otherwise. Every check makes
sure that yours does.

### Exercise: frame

Put a black frame around images. You may copy and blacken the edges, or start from black and copy the inside; either
way, think about what your slices mean when `width` is 0.
"""


# %% nbg="exercise numpy-frame"
def frame(images, width):
    """Return the images with a black frame: their outermost `width` pixels on all four sides are 0.

    images : (N, H, W, 3), left as they are      width : 0 or more, at most half of the shorter side
    Returns a new array of the same shape and dtype.
    """
    H, W = images.shape[1:3]
    # BEGIN SOLUTION
    framed = np.zeros_like(images)
    framed[:, width : H - width, width : W - width] = images[:, width : H - width, width : W - width]
    return framed
    # END SOLUTION


# %% nbg="check numpy-frame 2"
check("numpy-frame", frame)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("numpy-frame", frame)
# END HIDDEN TESTS

# %%
framed = [frame(images[:6], width)[width] for width in range(6)]
axes = vis.image_row(framed, [f"width {width}" for width in range(6)])

# %% [markdown]
r"""
### Question 1

`images` has the shape `(1000, 32, 32, 3)`. Which of these change the array that the name `images` stood for *before* the
line was run? A reason for each. Take each line on its own. (To try one, work on a copy: otherwise the rest of this
notebook sees the change.) (2 points)

1. `images[0, :4] = 0`
2. `images = images + 1`
3. `images[images > 200] = 200`
4. `few = images[[0, 1]]; few[:] = 0`
5. `few = images[0:2]; few[:] = 0`
6. `rows = images.reshape(1000, -1); rows[0] = 0`
"""

# %% [markdown] nbg="answer numpy-question-views 2"
r"""
1. **Changes it.** Assigning to an indexed array writes into the array.
2. **Doesn't.** `images + 1` is a new array, and afterwards the *name* stands for that one. The old array is as it was.
3. **Changes it.** It looks like item 4, but here the index stands on the left of `=`: that writes, and copies nothing.
4. **Doesn't.** Picking by a list makes a copy, and the zeros go into the copy.
5. **Changes it.** A slice is a view.
6. **Changes it.** The array lies in memory in one piece, so reshaping it gives a view, too.

*Two points for six right with reasons, one for four or five. Items 3 and 4 need the difference between writing to an
index and reading from it.*
"""

# %% [markdown]
r"""
## 4. Along which axis?

Sums, means, maxima boil an array down, and `axis` says **which axis disappears**. The numbers along it are combined; the
other axes stay.

```
   X  (4, 3)       X.sum(axis=0)   (3,)   one per column
                   X.sum(axis=1)   (4,)   one per row
                   X.sum()         ()     one in all
```

**Predict first:** the shape of each of these, and what it shows.
"""

# %%
print("images.mean(axis=0)        ", images.mean(axis=0).shape)
print("images.mean(axis=(1, 2, 3))", images.mean(axis=(1, 2, 3)).shape)
print("images.mean(axis=(0, 1, 2))", images.mean(axis=(0, 1, 2)).shape)
print("images.max(axis=3)         ", images.max(axis=3).shape)

# %% [markdown]
r"""
The first is an image: the average of all 1,000. The second is a brightness for each image. The third is an average
color; the fourth keeps the strongest of the three colors of each pixel. Here is the average image of each class.
Squint a little, and some of them look like something:
"""

# %%
averages = [images[labels == label].mean(axis=0) for label in range(10)]
axes = vis.image_row(averages, CIFAR10_CLASSES, size=0.95)

# %% [markdown]
r"""
A car from the front, perhaps, a truck, and something in front of a lot of blue. Keep these in mind: the linear classifiers of a later notebook
learn pictures very much like them, and recognize by comparing.

`argmax` is the most useful of these reductions in the whole course. It tells not how large the largest number is, but
**where** it stands. A classifier gives each example one *score* for each class, and its answer is the class with
the largest one:

```
   scores    cat   dog   ship          argmax
            [ 3.2,  5.1, -1.7]    →      1      a dog
            [-2.0,  0.3,  0.9]    →      2      a ship
```

### Exercise: accuracy

What share of the answers is right? `==` between two arrays of the same shape compares entry by entry, and `True` counts
as 1 in a sum or a mean.
"""


# %% nbg="exercise numpy-accuracy"
def accuracy(scores, y):
    """Return the share of the examples for which the largest score is that of their label.

    scores : (N, C), a row for each example, a column for each class
    y      : (N,), labels, ints from 0 to C - 1
    Returns a number from 0 to 1. No loops.
    """
    # BEGIN SOLUTION
    predicted = np.argmax(scores, axis=1)
    return np.mean(predicted == y)
    # END SOLUTION


# %% nbg="check numpy-accuracy 2"
check("numpy-accuracy", accuracy)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("numpy-accuracy", accuracy)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 5. Shapes that fit together

`images / 255` divides three million numbers by one number, and nobody minds. NumPy pairs arrays of *different* shapes all
the time, by a rule called **broadcasting**:

> Write the two shapes under each other, **aligned at the right**. Each pair of lengths must be equal, or one of them must
> be 1 (or missing, which counts as 1). A length of 1 is repeated to fit, without copying anything.

```
   images        (1000, 32, 32, 3)          X           (4, 3)          X           (4, 3)
   mean image          (32, 32, 3)          row            (3,)         column      (4, 1)
   fits:         (1000, 32, 32, 3)          fits:       (4, 3)          fits:       (4, 3)
```

**Predict first:** which of these fit, and to what shape?
"""

# %%
pairs = [
    ((4, 3), (3,)),
    ((4, 3), (4,)),
    ((4, 3), (4, 1)),
    ((4, 1), (3,)),
    ((5, 1, 3), (4, 3)),
    ((32, 32, 3), (32, 32)),
]
for one, other in pairs:
    try:
        print(f"{one!s:12} and {other!s:9} fit: {np.broadcast_shapes(one, other)}")
    except ValueError:
        print(f"{one!s:12} and {other!s:9} don't fit")

# %% [markdown]
r"""
Look at the fourth pair again. A column of 4 and a row of 3 meet in a matrix of 12: *every* entry of the one with *every*
entry of the other. That is how loops disappear.

An array of shape `(n,)` is neither a row nor a column; aligned at the right, it behaves like a row. To stand it
upright, give it a second axis of length 1: `a[:, np.newaxis]` has the shape `(n, 1)`. (`a[:, None]` and
`a.reshape(-1, 1)` do the same.)

### Exercise: pairwise_sums
"""


# %% nbg="exercise numpy-pairwise-sums"
def pairwise_sums(a, b):
    """Return every sum of an entry of a and an entry of b: entry [i, j] is a[i] + b[j].

    a : (N,)      b : (M,)
    Returns (N, M). No loops.
    """
    # BEGIN SOLUTION
    return a[:, np.newaxis] + b
    # END SOLUTION


# %% nbg="check numpy-pairwise-sums 2"
check("numpy-pairwise-sums", pairwise_sums)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("numpy-pairwise-sums", pairwise_sums)
# END HIDDEN TESTS

# %%
rows, columns = np.sin(np.linspace(0, 12, 60)), np.sin(np.linspace(0, 12, 180))
_, ax = plt.subplots(figsize=(7, 2.8), layout="constrained")
ax.imshow(pairwise_sums(rows, columns), cmap="viridis")
ax.set(title="60 numbers and 180 numbers make 10,800 sums", xlabel="j", ylabel="i")
vis.describe(ax, "Waves along both axes cross in a pattern of hills and valleys.")

# %% [markdown]
r"""
### The third trap: shapes that fit by luck

Broadcasting never asks whether you *meant* it. Here is a classifier that is right every single time, and a bookkeeper who
finds that it is hardly better than guessing.

**Predict first:** what did the bookkeeper do?
"""

# %%
predicted = labels.copy()  # a perfect classifier
column = labels.reshape(-1, 1)  # the labels as they came out of some file
print("accuracy:", np.mean(predicted == column))
print("shapes:  ", predicted.shape, "==", column.shape, "gives", (predicted == column).shape)

# %% [markdown]
r"""
A row of 1,000 met a column of 1,000, and a million comparisons were made, of every prediction with every label. About a tenth
of them agree, for ten classes. No error, no warning, and a number that looks like a number. **When a result surprises
you, print the shapes first.** The checks in this course call it "an axis of length 1 too many, which broadcasts by
luck".

### Exercise: standardize

Features come in all scales: a pixel goes up to 255, a price to a million. Many methods work better when each column of the
data has mean 0 and standard deviation 1:

$$
z_{ij} = \frac{x_{ij} - \mu_j}{\sigma_j}
\qquad X: (N, D), \quad \mu, \sigma: (D,)
$$

where $\mu_j$ is the mean of column $j$ and $\sigma_j$ its standard deviation, the root of the mean squared distance from
the mean, with $N$ in the denominator. (`np.std` is that.)

Mind a column in which all entries are equal. On paper its deviation is 0, and 0/0 would be `nan`. In the computer it may
be 0 or, since seven times .1 is not exactly .7, something like $10^{-17}$, which is worse: divided by *that*, nothing
becomes ±1. Such a column should come out as zeros. Its largest entry equals its smallest; that test does not depend on
rounding.
"""


# %% nbg="exercise numpy-standardize"
def standardize(X):
    """Return X with every column shifted and scaled to mean 0 and standard deviation 1.

    X : (N, D), any real dtype, left as it is
    Returns (N, D), floating point. Columns in which all entries are equal become 0. No loops.
    """
    # BEGIN SOLUTION
    X = X.astype(np.float64)
    constant = X.max(axis=0) == X.min(axis=0)
    spread = X.std(axis=0)
    spread[constant] = 1
    Z = (X - X.mean(axis=0)) / spread
    Z[:, constant] = 0
    return Z
    # END SOLUTION


# %% nbg="check numpy-standardize 3"
check("numpy-standardize", standardize)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("numpy-standardize", standardize)
# END HIDDEN TESTS

# %% [markdown]
r"""
What has happened to the numbers? Below is one of the 3,072 columns of our images, the amount of blue in the middle of the top
row, over the thousand images: before and after.
"""

# %%
X = images.reshape(len(images), -1)  # (1000, 3072)
top_middle = 16 * 3 + 2
_, axes = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
for ax, values, title, xlabel in [
    (axes[0], X[:, top_middle], "before", "blue, 0 to 255"),
    (axes[1], standardize(X)[:, top_middle], "standardized", "standard deviations from the mean"),
]:
    ax.hist(values, bins=20, color=vis.OKABE_ITO[0])
    ax.set(title=title, xlabel=xlabel, ylabel="images")
vis.describe(axes, "Two histograms of the same shape, highest at the right edge. Only the axis differs.")

# %% [markdown]
r"""
### Question 2: spot the mistake

Somebody's notes say:

> *Normalization subtracts the mean of each feature and divides by its standard deviation. Afterwards the data is
> normally distributed, and every value lies between −1 and 1.*

Two claims follow the first sentence, and the picture above contradicts both. What is wrong with each, and what does
standardizing really promise? (2 points)
"""

# %% [markdown] nbg="answer numpy-question-standardize 2"
r"""
Shifting and scaling moves a histogram and stretches its axis; its *shape* stays. The column above is far from a bell
before (its highest bar stands at the right edge: bright skies) and exactly as far from one afterwards. "Normalized" and
"normally distributed" merely sound alike.

Nor is there a limit of 1. The standard deviation is a typical distance from the mean, so a good part of the values lies
farther away than one of them; above, the values reach from about −1.8 to 1.5.

All it promises is a mean of 0 and a standard deviation of 1 in each column.

*One point for each of the two claims, with a reason.*
"""

# %% [markdown]
r"""
## 6. Picking entries

Given two lists of equal length in one pair of brackets, NumPy walks through both **side by side**:

```
   scores = [[3.2, 5.1, -1.7],          scores[[0, 1, 2], [0, 2, 0]]
             [1.0, 4.4,  2.0],      →   [scores[0, 0], scores[1, 2], scores[2, 0]]
             [2.5, 2.5,  8.1]]      →   [3.2, 2.0, 2.5]
```

Three row numbers and three column numbers give three entries. It is not the same as asking for three rows *and* three
columns, which would give nine.

### Exercise: batched_take

How high is the score of the *right* class? Every loss function in this course starts with this question. `np.arange(n)` is
the array 0, 1, …, n − 1.
"""


# %% nbg="exercise numpy-batched-take"
def batched_take(scores, y):
    """Return the score that each example has for its own label: entry [i] is scores[i, y[i]].

    scores : (N, C)      y : (N,), ints from 0 to C - 1
    Returns (N,). No loops, and no array larger than the scores.
    """
    # BEGIN SOLUTION
    return scores[np.arange(len(y)), y]
    # END SOLUTION


# %% nbg="check numpy-batched-take 3"
check("numpy-batched-take", batched_take)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("numpy-batched-take", batched_take)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise: one_hot

The same brackets on the left of an equals sign *write* those entries. Use that to turn labels into rows that are 0
everywhere except for a 1 at the label: as probabilities, they say "certainly this class".

```
   y = [2, 0, 1],  num_classes = 4        [[0, 0, 1, 0],
                                           [1, 0, 0, 0],
                                           [0, 1, 0, 0]]
```
"""


# %% nbg="exercise numpy-one-hot"
def one_hot(y, num_classes):
    """Return the labels as one-hot rows: entry [i, c] is 1 if y[i] is c, and otherwise 0.

    y : (N,), ints from 0 to num_classes - 1; not every class has to occur
    Returns (N, num_classes). No loops.
    """
    # BEGIN SOLUTION
    Y = np.zeros((len(y), num_classes))
    Y[np.arange(len(y)), y] = 1
    return Y
    # END SOLUTION


# %% nbg="check numpy-one-hot 3"
check("numpy-one-hot", one_hot)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("numpy-one-hot", one_hot)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 7. Why all this: the clock

You could have written each of these functions with a `for` loop, and it would have been right. Let us see what a loop
costs: a hundred thousand examples, ten scores each, and the scores of their labels once more.

**Predict first:** how many times faster is your function?
"""

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(0)
many_scores = rng.normal(size=(100_000, 10))
many_labels = rng.integers(0, 10, size=100_000)


def take_with_a_loop(scores, y):
    taken = np.zeros(len(y))
    for i in range(len(y)):
        taken[i] = scores[i, y[i]]
    return taken


seconds = {}
for name, function in [("a loop", take_with_a_loop), ("batched_take", batched_take)]:
    runs = []
    for _ in range(3):
        start = time.perf_counter()
        function(many_scores, many_labels)
        runs.append(time.perf_counter() - start)
    seconds[name] = min(runs)
print(f"{seconds['a loop'] / seconds['batched_take']:.0f} times faster")
ax = vis.time_bars(seconds)

# %% [markdown]
r"""
Each turn of the loop costs Python some dozens of small chores: look up the names, check the types, make two index objects, find
the place, wrap the number in an object, unwrap it again. NumPy does all that *once*, and then walks through memory in
compiled code. Both do the same hundred thousand look-ups; what is saved is the paperwork.

Training a network means billions of such operations. That is the difference between an hour and a day or two, and it is
why this course keeps asking you to lose the loop. (The checks don't use a clock to find out. They count Python's steps while
the arrays grow: vectorized code takes the same number, however many rows there are.)

## 8. The fourth trap: numbers that forget

`float32` needs half the memory of `float64` and is plenty for training. But it holds only about seven digits. Beyond
16,777,216 it can't even count:
"""

# %%
large = np.float32(16_777_216)
print("one more than 16,777,216:", f"{large + np.float32(1):,.0f}")

# %% [markdown]
r"""
A sum that has grown large no longer notices small numbers. Five million times 0.1 should be half a million, in
each of two columns:
"""

# %%
tenths = np.full((5_000_000, 2), 0.1, dtype=np.float32)
print("sum in float32:", f"{tenths.sum(axis=0)[0]:,.0f}")
print("sum in float64:", f"{tenths.sum(axis=0, dtype=np.float64)[0]:,.0f}")

# %% [markdown]
r"""
Four percent is gone. And it is not only in made-up examples: the average amount of red over 5,000 photographs is
"""

# %%
photos = load_cifar10()[0]  # float32 this time
print("in float32:", f"{photos.mean(axis=(0, 1, 2))[0]:.2f}")
print("in float64:", f"{photos.mean(axis=(0, 1, 2), dtype=np.float64)[0]:.2f}")

# %% [markdown]
r"""
(Adding up *along* the last axis, NumPy is cleverer: it adds in pairs, then pairs of pairs, so that no small number ever meets a
giant. Across rows it adds one after the other. Knowing which is not your job; `dtype=np.float64` is safe in both.)

**The habit in this course:** float64 wherever something is summed over many examples or checked against
something else, float32 where a network trains.

## What to take with you

* Shapes first. Say the shape of everything aloud, and print it when something surprises you.
* `axis` names the axis that disappears.
* Broadcasting aligns at the right and repeats what has length 1, whether you meant it or not.
* A slice is a window: whoever writes through it changes the original. Functions leave their inputs alone.
* Bytes wrap around, float32 forgets, and neither says so.

**Next:** `a1_data_driven/knn` recognizes its first photographs with nothing but these moves.
"""
