# %% [markdown]
r"""
# Choosing k without fooling yourself

How many neighbors should vote? Nothing in the training set says so directly. A number like $k$, which is not learned from
the data but chosen by somebody, is called a **hyperparameter**, and every method in this course has some: step sizes,
layer widths, strengths of penalties. Choosing them well matters as much as the method. Choosing them *honestly* is
harder than it looks, and many results that nobody could repeat went wrong right here.

In the last notebook you tried several $k$ on 500 test images, and k = 10 came out best, with .282. Here you will find out
why that number is a little too good, build the tool that does it properly, **cross-validation**, and see how people
really break it.

**You will write** the splitting into folds, the cross-validation itself, and the choice at its end.

**Running time**, once everything is solved: about twenty seconds on two cores.
"""

# %% nbg="setup"
import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import check, from_notebook, load_cifar10, vis
from cs231n_kit.data import CIFAR10_CLASSES

train_images, y_train, test_images, y_test = load_cifar10()
X_train = train_images.reshape(len(train_images), -1)  # (5000, 3072)
X_test = test_images[500:].reshape(500, -1)  # the other 500 test images: nobody has looked at them so far
y_test = y_test[500:]

# %% [markdown]
r"""
## 1. Your classifier

We need a k-NN classifier, and you have one: in the notebook `knn`. The next cell fetches it from there, as you last
**saved** it, and makes sure that it works. If something is missing, it tells you what to do. (The exercises below can be
solved in any case, cell by cell. Only the experiments need your classifier.)
"""

# %%
KNearestNeighbor = from_notebook("knn", "KNearestNeighbor", "knn-no-loops", "knn-predict-labels")
knn = KNearestNeighbor()

# %% [markdown]
r"""
## 2. Two bad judges

### The training set

Which $k$ gets the most *training* images right? We remember 1,000 images, and ask for the labels of the same 1,000.

**Predict first:** which $k$ wins, and with what accuracy?
"""

# %%
X_some, y_some = X_train[:1000], y_train[:1000]
knn.train(X_some, y_some)
dists = knn.compute_distances_no_loops(X_some)
for k in (1, 3, 10, 100):
    print(f"k = {k:3}: {np.mean(knn.predict_labels(dists, k) == y_some):.3f} of the images that it has seen")

# %% [markdown]
r"""
One neighbor, and it is always right: the nearest image is the image itself. That is an examination whose questions were
handed out, with the answers, the day before. It would choose k = 1 for every data set in the world, and it says nothing
about images that are new. **What was learned from can't be the judge.**

### The test set

So we ask new images: the test set. That is a fair judge, *once*. Watch what happens if we ask it many times and keep the
best answer. To see it clearly, we take classifiers that know nothing at all: a thousand of them, each of which
guesses every label by rolling a ten-sided die. The true accuracy of each is .100.

**Predict first:** how good is the best of the thousand, on 200 test images? And how good is *that one* on another 200?
"""

# %%
rng = np.random.default_rng(0)
guesses = rng.integers(0, 10, size=(1000, 400))  # 1,000 guessers, 400 images
truth = rng.integers(0, 10, size=400)
on_the_test_set = np.mean(guesses[:, :200] == truth[:200], axis=1)
on_new_images = np.mean(guesses[:, 200:] == truth[200:], axis=1)
best = np.argmax(on_the_test_set)
print(f"the best of 1,000 guessers: {on_the_test_set[best]:.3f}")
print(f"the same one on new images: {on_new_images[best]:.3f}")

_, ax = plt.subplots(figsize=(6.5, 2.6), layout="constrained")
ax.hist(on_the_test_set, bins=np.arange(0.0275, 0.2, 0.01), color=vis.OKABE_ITO[0])
ax.axvline(on_the_test_set[best], color=vis.OKABE_ITO[5], linestyle="--", label="the best of them")
ax.set(xlabel="accuracy on 200 test images", ylabel="guessers")
ax.legend()
vis.describe(ax, "A bell of accuracies around .10; a line marks the best, alone at the right edge.")

# %% [markdown]
r"""
Nobody has learned anything here, and yet the winner looks much better than chance: somebody always has a lucky day, and
choosing the best chooses the luck. On new images the luck is gone.

Trying ten values of $k$ is the same lottery with ten tickets. The more often you look at the test set and let it decide
something, the less its number means. It can be spent. **The test set is for the end, and for one look.**

## 3. Judges that may be asked often

We take something away from the *training* set instead: a **validation set** that is not trained on, and that may be asked as
often as we like, because it is not the one that we report in the end. With 5,000 training images that leaves 4,000 to
learn from and 1,000 to judge. Two things about that hurt. A fifth of the images is never learned from. And *which*
thousand judges is a matter of luck.

**Cross-validation** cures both. Cut the training set into five equal parts, the **folds**. Let the first be the
validation set and learn from the other four; then let the second be the judge; and so on, five rounds. Every image
is classified exactly once, by a classifier that has not seen it. The average of the five accuracies is steadier than each of
them, and how far they scatter says how much chance there is in it.

### Exercise: split_folds

Work with *indices*, not with images: a fold is an array that says which examples belong to it, and `X_train[fold]` picks
them. Consecutive pieces are fine if the examples come in no particular order. If they might, shuffle first:
`rng.permutation(n)` is the numbers from 0 to n − 1 in random order. (What happens otherwise, you will see.)

5,000 examples make five folds of 1,000. In general it won't come out even: 19 examples in 5 folds are 4, 4, 4, 4 and 3.
There is a function for that in NumPy whose name begins with `array_`.
"""


# %% nbg="exercise cv-split-folds"
def split_folds(num_examples, num_folds, rng=None):
    """Return the indices 0, ..., num_examples - 1, cut into folds.

    num_folds : 1 to num_examples; sizes differ by one at most, the larger folds first
    rng       : a np.random.Generator that shuffles the indices before they are cut
                (without one, they stay in order)
    Returns a list of num_folds arrays of whole numbers; each index is in just one of them.
    """
    # BEGIN SOLUTION
    indices = np.arange(num_examples) if rng is None else rng.permutation(num_examples)
    return np.array_split(indices, num_folds)
    # END SOLUTION


# %% nbg="check cv-split-folds 3"
check("cv-split-folds", split_folds)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("cv-split-folds", split_folds)
# END HIDDEN TESTS

# %% [markdown]
r"""
Here are your folds, for forty examples: five rounds, and in each of them another fold is held out. On the left in order, on
the right shuffled.
"""

# %%
_, axes = plt.subplots(1, 2, figsize=(9.5, 2.4), layout="constrained")
in_order = vis.folds(split_folds(40, 5), axes[0]).set_title("in order")
shuffled = vis.folds(split_folds(40, 5, np.random.default_rng(0)), axes[1]).set_title("shuffled")

# %% [markdown]
r"""
### Exercise: cross_validate_k

For every fold: train on the rest, and see what share of the fold each $k$ gets right. `np.concatenate` joins several
index arrays into one, and `folds[:f] + folds[f + 1:]` is the list of all folds but number `f`.

Before you begin, think about cost. Which of the two depends on $k$, the distances or the vote? Whatever doesn't should be
computed once for each fold.

The classifier is handed in as `model`. It may be yours or anything else with the same three methods. The check uses a
stand-in, so that you can pass it whether or not your own classifier is finished. It answers nonsense on purpose: don't
look for meaning in its accuracies.
"""


# %% nbg="exercise cv-cross-validate-k"
def cross_validate_k(model, X, y, folds, k_choices):
    """Return the accuracy of every k on every fold, each time after training on all the others.

    model     : has the methods train(X, y), compute_distances_no_loops(X) and
                predict_labels(dists, k=k), as KNearestNeighbor does
    X         : (N, D)      y : (N,), the labels
    folds     : list of at least 2 index arrays
    k_choices : list of ints
    Returns (len(k_choices), len(folds)). Distances are computed once for each fold.
    """
    accuracies = np.zeros((len(k_choices), len(folds)))
    # BEGIN SOLUTION
    for f, fold in enumerate(folds):
        rest = np.concatenate(folds[:f] + folds[f + 1 :])
        model.train(X[rest], y[rest])
        dists = model.compute_distances_no_loops(X[fold])
        for i, k in enumerate(k_choices):
            accuracies[i, f] = np.mean(model.predict_labels(dists, k=k) == y[fold])
    # END SOLUTION
    return accuracies


# %% nbg="check cv-cross-validate-k 5"
check("cv-cross-validate-k", cross_validate_k)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("cv-cross-validate-k", cross_validate_k)
# END HIDDEN TESTS

# %% [markdown]
r"""
Now for real: ten values of $k$, five folds of 1,000 images. That is fifty accuracies, and takes some ten seconds.
"""

# %%
k_choices = [1, 3, 5, 8, 10, 12, 15, 20, 50, 100]
folds = split_folds(len(X_train), 5)
accuracies = cross_validate_k(knn, X_train, y_train, folds, k_choices)
for f in range(5):
    print(f"round {f + 1} alone would choose k = {k_choices[np.argmax(accuracies[:, f])]}")

# %% [markdown]
r"""
There is the luck of a single validation set: depending on which thousand images judge, k = 5, 10, 20 or 50 is best. None of
these five judges is wrong. Each is just *one* sample. Now all of them together:
"""

# %% tags=["thumbnail"]
ax = vis.cross_validation(k_choices, accuracies)

# %%
for k, row in zip(k_choices, accuracies):
    print(f"k = {k:3}: mean {row.mean():.4f}, standard deviation {row.std():.4f}")

# %% [markdown]
r"""
### Exercise: select_best_k

The last step is small, and still done wrong surprisingly often: by taking the luckiest single fold, by returning a
position in the list, or by filling in a number by hand, which then stays when everything around it changes. Let a function
do it.

When two $k$ have equal means, **the smallest wins**. As with the votes, any rule would do, as long as it is one.
"""


# %% nbg="exercise cv-select-best-k"
def select_best_k(k_choices, accuracies):
    """Return the k with the highest mean accuracy; of several such k, the smallest.

    k_choices  : list of ints, in any order      accuracies : (len(k_choices), num_folds)
    """
    # BEGIN SOLUTION
    means = accuracies.mean(axis=1)
    return min(k for k, mean in zip(k_choices, means) if mean == means.max())
    # END SOLUTION


# %% nbg="check cv-select-best-k 3"
check("cv-select-best-k", select_best_k)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("cv-select-best-k", select_best_k)
# END HIDDEN TESTS

# %%
best_k = select_best_k(k_choices, accuracies)
print(f"best k: {best_k}, with a mean accuracy of {accuracies.mean(axis=1).max():.4f}")

# %% [markdown]
r"""
Ten neighbors, .2802. Be careful with what that says, though. From k = 5 to k = 20 the means differ by .007, and most of these
$k$ scatter more than that from fold to fold; had the images been cut in another way, k = 12 or 20 might have won. What the picture *does* say
is that neither end is good: a single neighbor believes every stray image, and a hundred neighbors ask half the
neighborhood. **Cross-validation finds the right region. Don't read the third digit.**

But there is a dent in the curve. With three neighbors it is worse than with one, and not by chance: it is so in every one of the
five folds. Here is a hint: how often is the answer "airplane", and how often do the votes end in a tie?
"""

# %%
knn.train(X_train[1000:], y_train[1000:])
dists = knn.compute_distances_no_loops(X_train[:1000])
nearest_labels = y_train[1000:][np.argsort(dists, axis=1)]  # (1000, 4000)
for k in (1, 2, 3, 5, 10, 20):
    airplanes = np.mean(knn.predict_labels(dists, k) == 0)
    votes = np.sum(nearest_labels[:, :k, np.newaxis] == np.arange(10), axis=1)  # (1000, 10)
    ties = np.mean(np.sum(votes == votes.max(axis=1, keepdims=True), axis=1) > 1)
    print(f"k = {k:2}: {airplanes:.3f} of the answers are 'airplane', {ties:.3f} of the votes are ties")

# %% [markdown]
r"""
### Question 1

About 10 % of the images are airplanes, and label 0 stands for "airplane". Explain the dent at k = 3 from these numbers. Which
rule for ties would you expect to make it smaller? (2 points)
"""

# %% [markdown] nbg="answer cv-question-dent 2"
r"""
With three neighbors, more than a third of the votes are ties: three neighbors, three different labels. Our rule
gives a tie to the smallest label, and no label is smaller than 0: so nearly a fifth of the answers are "airplane",
twice as many as there are airplanes. Many ties are decided by the alphabet instead of by the image. With
one neighbor there are no ties; with many neighbors they become rare, and the share returns to normal.

A rule that looks at the image again helps: the tie goes to the nearest of the tied neighbors (or the last vote is
dropped, which comes down to nearly the same). On this fold it lifts k = 3 from .239 to .257, close to k = 1.

*One point for the ties that go to the smallest label, with the numbers. One for a rule that uses the distances.*
"""

# %% [markdown]
r"""
## 4. How to break it

Cross-validation is honest as long as **nothing of the held-out fold has been seen**. That is easily said. Here is how it gets
seen anyway, by a **leak**. To save time we use 1,000 images.

### Sorted data

Many data sets come sorted by class. Let us sort ours, and cut them into five consecutive folds.

**Predict first:** guessing would give .10. What will k-NN get?
"""

# %%
order = np.argsort(y_some, kind="stable")
X_sorted, y_sorted = X_some[order], y_some[order]
for name, rng in [("in order", None), ("shuffled", np.random.default_rng(1))]:
    result = cross_validate_k(knn, X_sorted, y_sorted, split_folds(1000, 5, rng), [1])
    print(f"{name}: {result.mean():.3f}")

# %% [markdown]
r"""
*Worse* than guessing, by far. The first fold holds all the airplanes and nearly all the cars, so whoever learns from the other
four has never seen an airplane. This one is not a leak but its opposite, and at least it shows. When in doubt,
shuffle before you cut.

### Copies

A common trick to get more training images is to add altered copies: a bit brighter, a bit shifted. The labels stay the
same. We double our thousand with slightly brighter copies, shuffle, and cross-validate.

**Predict first:** .22 was honest. What will it be now, and why?
"""

# %%
brighter = np.clip(X_some + 10, 0, 255)
X_doubled = np.concatenate([X_some, brighter])
y_doubled = np.concatenate([y_some, y_some])
cut_anywhere = split_folds(2000, 5, np.random.default_rng(0))
images_alone = split_folds(1000, 5, np.random.default_rng(0))
kept_together = [np.concatenate([fold, fold + 1000]) for fold in images_alone]
for name, the_folds in [("cut anywhere", cut_anywhere), ("copies kept together", kept_together)]:
    result = cross_validate_k(knn, X_doubled, y_doubled, the_folds, [1])
    print(f"{name}: {result.mean():.3f}")

# %% [markdown]
r"""
From less than a quarter to .87, with a trick that teaches the classifier nothing. In four cases out of five the
copy of an image sits in another fold than the image, and 1-NN has only to recognize *that very picture*. On new photographs it would
be as helpless as before. The same happens without anybody making copies: several pictures of one patient, frames of one
video, the same song twice. **What belongs together has to stay in the same fold.**

### Labels that were used too early

The most treacherous one. We flip a coin for each of 100 people, and write down 5,000 random numbers about each. There is *nothing* to
learn; the truth is .50. As 5,000 numbers are a lot, we first choose the 20 that differ most between heads and tails. Then we
cross-validate, properly, with shuffled folds.

**Predict first:** what will be the accuracy?
"""


# %%
def most_different(numbers, coins, how_many=20):
    gap = np.abs(numbers[coins == 1].mean(axis=0) - numbers[coins == 0].mean(axis=0))
    return np.argsort(gap)[-how_many:]


class ChoosingFirst:
    """k-NN that chooses its numbers in train(), from what it is trained on."""

    def train(self, X, y):
        self.chosen = most_different(X, y)
        knn.train(X[:, self.chosen], y)

    def compute_distances_no_loops(self, X):
        return knn.compute_distances_no_loops(X[:, self.chosen])

    def predict_labels(self, dists, k=1):
        return knn.predict_labels(dists, k=k)


rng = np.random.default_rng(0)
numbers, coins = rng.normal(size=(100, 5000)), rng.integers(0, 2, size=100)
people = split_folds(100, 5, rng)
chosen = most_different(numbers, coins)
before = cross_validate_k(knn, numbers[:, chosen], coins, people, [5]).mean()
inside = cross_validate_k(ChoosingFirst(), numbers, coins, people, [5]).mean()
print(f"chosen before the split: {before:.2f}     chosen in each round, by train(): {inside:.2f}")

# %% [markdown]
r"""
Nine out of ten coin flips predicted. Among 5,000 columns of noise some agree with the coins by chance, *all* the coins, including
those in the fold that is later held out. Whoever chooses by looking at all the labels has already told the classifier
what it is going to be asked. When choosing is part of *training*, it sees only the other folds, and the same method finds what there is: nothing.

**Everything that learns from data, choosing and scaling included, belongs inside the loop.**

### Question 2

Now you be the judge. Each of these people chooses $k$ by cross-validation. Who has a leak, and what would you tell them? A
sentence each. (2 points)

1. Ada shuffles the examples before she cuts the folds.
2. Ben divides each of the 3,072 numbers by its standard deviation over *all* images, then cross-validates.
3. Cleo's photographs show 50 animals, 20 pictures of each. She shuffles all 1,000 pictures, then cuts the folds.
4. Dan removes the images that his classifier got wrong, since "they must be mislabeled", then cross-validates again.
5. Eve compares L1 and L2 as well as ten values of $k$ by cross-validation, and looks at the test set only at the end.
"""

# %% [markdown] nbg="answer cv-question-leaks 2"
r"""
1. **No leak.** Shuffling looks at neither pixels nor labels.
2. **A leak, if a small one.** The held-out images have contributed to the deviations. It uses no labels, and with thousands of
   images the effect is tiny, but the habit is wrong: compute them from the other folds, in each round.
3. **A leak.** Pictures of the same animal sit on both sides, and the classifier recognizes the animal. All pictures of one
   animal belong in the same fold.
4. **A leak, and a big one.** He used the answers to decide who is asked: what remains are the questions that are known to go
   well. If labels are wrong, they must be found without looking at what the classifier says, and in the held-out data
   they stay.
5. **No leak.** Twenty combinations instead of ten make the best one's *cross-validated* accuracy a little luckier, so she should
   not report that one as her result. The test set at the end is what corrects it.

*Two points for five right with reasons, one for three or four.*
"""

# %% [markdown]
r"""
## 5. The test set, once

Everything is decided: ten neighbors. Now we learn from all 5,000 images, and ask the test set for the first and last time. We take
500 images that neither this notebook nor the last one has ever looked at.

**Predict first:** above or below .2802? By how much?
"""

# %% tags=["accuracy"]
knn.train(X_train, y_train)
y_pred = knn.predict_labels(knn.compute_distances_no_loops(X_test), k=best_k)
accuracy = np.mean(y_pred == y_test)
print(f"k = {best_k} on 500 new images: {accuracy:.3f}   (standard error {np.sqrt(accuracy * (1 - accuracy) / 500):.3f})")

# %% [markdown]
r"""
That is the number to report. It lies below the .2802 of the cross-validation, and below the .282 of the last notebook, where
k = 10 was *chosen* on the images that it was then measured on. Both differences are smaller than the standard error, so either
could be chance. But a number that was selected for being high does tend to be lower the next time. (Something pulls the other
way, too: the final classifier has learned from 5,000 images, those of the cross-validation from 4,000.)

And what does it get wrong? Each row below is what the images really show, each column what the classifier said.
"""

# %%
ax = vis.confusion_matrix(y_test, y_pred, CIFAR10_CLASSES)

# %% [markdown]
r"""
A few columns are full and others nearly empty: nearly half of the answers are "bird" or "deer", and only 7 are "automobile" or
"truck". Birds and deer stand in front of all kinds of soft, middling backgrounds, so their images are *near to everything*.
Airplanes and ships share the blue. It is the background that votes.

### Question 3: spot the mistakes

> *We chose k = 10 by five-fold cross-validation, which gave an accuracy of 28.02 %, so we can promise 28.02 % on new
> images. To be on the safe side we also tried k = 8 and k = 12 on the test set. Since 12 is better there (27.4 % instead of
> 27.2 %), we deliver k = 12, and report 27.4 %.*

Find three mistakes. (2 points)
"""

# %% [markdown] nbg="answer cv-question-report 2"
r"""
1. The cross-validated accuracy *of the winner* is no promise. It was picked because it was the highest of ten, so part of it is
   luck.
2. The test set was asked three times and then allowed to decide. From that moment it is a validation set, and 27.4 % is once more
   the best of several: nothing is left to measure the final choice with.
3. A difference of .2 percentage points on 500 images is *one image*. The standard error is two points, ten times as much.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 6. What it costs

Five folds mean five trainings for each choice. For k-NN that costs nothing. For a network that trains for a week, one
fixed validation set has to do, and that is what the later notebooks use: `get_cifar10_data()` sets 500 images aside (of the full
data, 1,000). More folds learn from more of the data, 9/10 instead of 4/5, and take longer; five or ten are customary.

## What to take with you

* What was learned from can't judge, and what has judged often can't testify. Train, validate, test: three sets, three uses.
* Every fold judges once. Look at the mean *and* at the scatter, and don't read digits that the scatter swallows.
* A leak makes things look good. Be most suspicious when you are most pleased.
* The test set, once.

**Next:** `a2_linear/svm`, where classifiers start to learn.
"""
