"""Probes for the optimization notebook.

Much of it is left to chance, so that there are many right answers: what the learner's code asks of a loss is recorded, and
said in words that are the same for all of them.
"""

import numpy as np

from cs231n_kit.checks.probes import probe

ENOUGH_FOR_CHANCE = 12  # examples whose order two shuffles do not share by accident


class _Bowl:
    """A loss that remembers the weights it was asked about: height + steepness * (mean squared distance to the bottom)."""

    def __init__(self, bottom, height, steepness):
        self.bottom, self.height, self.steepness = bottom, height, steepness
        self.asked, self.losses, self.looks = [], [], 0

    def __call__(self, W):
        if np.shape(W) != self.bottom.shape:
            raise ValueError(f"loss_fn was asked about weights of shape {np.shape(W)}, expected {self.bottom.shape}")
        W, self.looks = np.array(W, dtype=np.float64), self.looks + 1
        loss = float(self.height + self.steepness * np.mean((W - self.bottom) ** 2))
        if not self.asked or not _is_among(W, np.array(self.asked)).any():
            self.asked.append(W)
            self.losses.append(loss)
        return loss


def _is_among(W, others):
    """Say for each of the others, (n, *W.shape), whether W is the same but for rounding : (n,)."""
    others = others.reshape(len(others), -1)
    return np.max(np.abs(others - W.ravel()), axis=1) <= 1e-6 * np.max(np.abs(W))


def _pair(returned, names):
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        what = f"{len(returned)} things" if isinstance(returned, (tuple, list)) else f"a {type(returned).__name__}"
        raise TypeError(f"it returned {what}, expected two: {names}")
    return returned


def _size(ratio):
    """Say how large random numbers are, given their size over the one that was asked for."""
    return "as asked for" if 0.75 < ratio < 1.3 else "too small" if ratio <= 0.75 else "too large"


def _rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


def _about_the_result(bowl, W, loss):
    """Say which of the weights that the loss was asked about came back, and whether the loss is theirs."""
    names = {"the best": np.argmin(bowl.losses), "the first": 0, "the last": -1, "the worst": np.argmax(bowl.losses)}
    places = [*names.values(), *range(len(bowl.asked))]
    if W is None or np.shape(W) != bowl.bottom.shape:
        return {"what_came_back": "nothing" if W is None else f"an array of shape {np.shape(W)}"}
    same = _is_among(np.asarray(W, dtype=np.float64), np.array(bowl.asked))[places]
    if not same.any():
        return {"what_came_back": "weights that were never tried"}
    found = int(np.argmax(same))
    own = loss is not None and np.size(loss) == 1 and np.allclose(loss, bowl.losses[places[found]], rtol=1e-6)
    return {
        "what_came_back": [*names, "another"][min(found, len(names))],
        "which_loss": "its own" if own else "another one",
    }


def _about_chance(bowl, search, seed):
    """Compare what was tried with what the same seed tries again, and with what another one tries."""
    again, other = (search(s)[0] for s in (seed, seed + 1))
    return {"same_seed_same_tries": _tried_alike(bowl, again), "other_seed_same_tries": _tried_alike(bowl, other)}


def _tried_alike(bowl, other):
    pairs = zip(bowl.asked, other.asked, strict=False)
    return len(bowl.asked) == len(other.asked) and all(_is_among(a, b[np.newaxis])[0] for a, b in pairs)


@probe("optimization-random-search", "random_search")
def random_search(random_search, /, bottom, height, steepness, num_tries, scale, seed):
    """Many answers are right: what is looked at is which weights were asked about, and which of them came back."""

    def search(seed):
        bowl = _Bowl(bottom, height, steepness)
        rng = np.random.default_rng(seed)
        return bowl, _pair(random_search(bowl, bottom.shape, rng, num_tries=num_tries, scale=scale), "best_W and best_loss")

    bowl, (W, loss) = search(seed)
    if not bowl.asked:
        raise RuntimeError("random_search never asked the loss_fn that it was given")
    tries = np.array(bowl.asked)
    return {
        "weights_tried": len(tries),
        "looks_at_the_loss": "enough" if bowl.looks >= num_tries else f"only {bowl.looks}",
        "size_of_the_random_numbers": _size(_rms(tries) / scale),
        "they_lie_around_zero": bool(abs(tries.mean()) < 0.3 * scale),
        **_about_the_result(bowl, W, loss),
        **_about_chance(bowl, search, seed),
    }


@probe("optimization-random-local-search", "random_local_search")
def random_local_search(random_local_search, /, W, bottom, height, steepness, num_steps, step_size, seed):
    """Looks at where each step set out from, how long it was, and which of the weights came back."""

    start, settings = W.copy(), {"num_steps": num_steps, "step_size": step_size}

    def search(seed, W=None):
        bowl, rng = _Bowl(bottom, height, steepness), np.random.default_rng(seed)
        W = start.copy() if W is None else W
        return bowl, _pair(random_local_search(bowl, W, rng, **settings), "W and its loss")

    bowl, (found, loss) = search(seed, W)
    if not bowl.asked:
        raise RuntimeError("random_local_search never asked the loss_fn that it was given")
    return {
        "weights_asked_about": len(bowl.asked),
        "the_start_was_asked_about": bool(_is_among(start, np.array(bowl.asked)).any()),
        **_about_the_steps(bowl, start, step_size),
        **_about_the_result(bowl, found, loss),
        **_about_chance(bowl, search, seed),
    }


def _about_the_steps(bowl, start, step_size):
    """Find out where the steps set out from: seen from there, all are equally long, as random directions are."""
    asked, losses = bowl.asked, bowl.losses
    tries = range(1 if _is_among(start, np.array(asked[:1]))[0] else 0, len(asked))
    bases = {
        "the best so far": [asked[np.argmin(losses[:i])] if i else start for i in tries],
        "the last one tried": [asked[i - 1] if i else start for i in tries],
        "the start": [start for _ in tries],
        "the worst so far": [asked[np.argmax(losses[:i])] if i else start for i in tries],
    }
    lengths = {name: [_rms(asked[i] - base) for i, base in zip(tries, of, strict=True)] for name, of in bases.items()}
    nearest = min(lengths, key=lambda name: np.sum(lengths[name]))
    found = np.array(lengths[nearest] or [0.0]) / step_size
    return {
        "size_of_the_steps": _size(float(np.median(found))),
        "steps_set_out_from": nearest if found.max() < 1.5 * found.min() else "elsewhere",
    }


@probe("optimization-epoch-batches", "epoch_batches")
def epoch_batches(epoch_batches, /, num_examples, batch_size, seed):
    """Only what all right answers share is looked at: sizes, that everybody comes once, and what chance decided."""
    rng = np.random.default_rng(seed)
    first, second = (_as_batches(epoch_batches(num_examples, batch_size, rng)) for _ in range(2))
    seen = {
        "batch_sizes": np.array([len(batch) for batch in first]),
        "sorted_indices": np.sort(np.concatenate(first)),
        "batches_hold_neighbors": all(np.ptp(batch) == len(batch) - 1 for batch in first),
    }
    if num_examples < ENOUGH_FOR_CHANCE:
        return seen
    again, other = (_as_batches(epoch_batches(num_examples, batch_size, np.random.default_rng(s))) for s in (seed, seed + 1))
    return seen | {
        "in_the_order_of_the_data": _alike(first, [np.arange(num_examples)]),
        "same_seed_same_batches": _alike(first, again),
        "other_seed_same_batches": _alike(first, other),
        "next_epoch_same_batches": _alike(first, second),
    }


def _alike(some, others):
    return np.array_equal(np.concatenate(some), np.concatenate(others))


def _as_batches(returned):
    """Return the batches as a list of arrays, from whatever can be gone through; raise TypeError for what they cannot be."""
    if returned is None or (isinstance(returned, np.ndarray) and returned.ndim == 1):
        what = "None" if returned is None else "one row of indices"
        raise TypeError(f"epoch_batches returned {what}, expected a list of batches, each an array of indices")
    batches = [np.asarray(batch) for batch in returned]
    for batch in batches:
        if batch.ndim != 1 or batch.dtype.kind not in "iu":
            shape = f"an array of {batch.dtype} of shape {batch.shape}"
            raise TypeError(f"one of the batches is {shape}, expected a row of indices")
        if not len(batch):
            raise ValueError("one of the batches is empty")
    if not batches:
        raise ValueError("epoch_batches returned no batch at all")
    return batches


@probe("optimization-penalties", "elastic_net")
def elastic_net(elastic_net, /, W, l1, l2):
    penalty, gradient = _pair(elastic_net(W, l1, l2), "the penalty and its gradient")
    return {"penalty": penalty, "gradient": gradient}


def _with_recorded_loss(classifier):
    """Return the learner's classifier with a loss that remembers every step: the squared distance of scores to 0 and 1."""

    class Recorded(classifier):
        def loss(self, X_batch, y_batch, reg):
            W = np.array(self.W, dtype=np.float64)
            wrong = X_batch @ W
            wrong[np.arange(len(y_batch)), y_batch] -= 1
            loss = float(np.sum(wrong**2) / len(y_batch) + reg * np.sum(W**2))
            gradient = 2 * X_batch.T @ wrong / len(y_batch) + 2 * reg * W
            step = {"W": W, "X": np.array(X_batch), "y": np.array(y_batch), "reg": reg, "loss": loss, "gradient": gradient}
            if not (self.steps and _same_question(self.steps[-1], step)):
                self.steps.append(step)
            return loss, gradient.copy()

    model = Recorded()
    model.steps = []
    return model


def _same_question(a, b):
    return a["X"].shape == b["X"].shape and all(np.array_equal(a[name], b[name]) for name in ("W", "X", "y"))


@probe("optimization-classifier-train", "train")
def classifier_train(LinearClassifier, /, X, y, learning_rate, reg, num_iters, batch_size, verbose, seed):
    """A loss that remembers takes the place of the learner's. The first column of X numbers the examples."""
    settings = {"learning_rate": learning_rate, "reg": reg, "num_iters": num_iters, "batch_size": batch_size}

    def trained(seed):
        model = _with_recorded_loss(LinearClassifier)
        rng = np.random.default_rng(seed)
        return model, model.train(X, y, **settings, verbose=verbose, rng=rng), rng

    model, history, rng = trained(seed)
    if not model.steps:
        raise RuntimeError("train never asked for self.loss(X_batch, y_batch, reg), which says what to do")
    steps, W = list(model.steps), np.array(model.W, dtype=np.float64)
    seen = {
        "shape_of_W": np.array(steps[0]["W"].shape),
        "W_at_first": _size_of_start(steps[0]["W"]),
        "number_of_steps": len(steps),
        "batch_sizes": np.unique([len(step["X"]) for step in steps]),
        **_about_the_batches(steps, X, y),
        "reg": np.unique([step["reg"] for step in steps]),
        **_about_the_moves(steps, W),
        **_about_the_history(history, steps),
    }
    model.steps.clear()
    model.train(X, y, **{**settings, "num_iters": 2}, rng=rng)
    seen["trained_again_it_goes_on_where_it_was"] = bool(model.steps) and np.allclose(model.steps[0]["W"], W)
    (again, *_), (other, *_) = trained(seed), trained(seed + 1)
    return seen | {
        "same_seed_same_W": np.array_equal(W, again.W),
        "other_seed_same_batches": all(np.array_equal(a["X"], b["X"]) for a, b in zip(steps, other.steps, strict=False)),
    }


def _size_of_start(W):
    if not np.any(W):
        return "zeros only"
    return "too small" if _rms(W) < 3e-4 else "too large" if _rms(W) > 3e-3 else "small random numbers"


def _about_the_batches(steps, X, y):
    drawn = [np.searchsorted(X[:, 0], step["X"][:, 0]).clip(0, len(X) - 1) for step in steps]
    pairs = list(zip(drawn, steps, strict=True))
    belong = all(np.array_equal(X[rows], step["X"]) and np.array_equal(y[rows], step["y"]) for rows, step in pairs)
    sets = [np.sort(rows) for rows in drawn]
    seen = {
        "labels_belong_to_their_examples": belong,
        "batches_are_all_the_same": len(steps) > 1 and all(np.array_equal(sets[0], other) for other in sets[1:]),
    }
    if sum(map(len, drawn)) >= 20 * len(X):  # so many that nobody is left out by accident
        seen["examples_never_drawn"] = len(X) - len(np.unique(np.concatenate(drawn)))
    return seen


def _about_the_moves(steps, W):
    """Measure each move along minus the gradient, in gradients: the learning rate, if it is right."""
    ways = np.array([step["W"] for step in steps] + [W])
    gradients = np.array([step["gradient"] for step in steps])
    if ways.shape[1:] != gradients.shape[1:]:
        raise ValueError(f"self.W has shape {W.shape} after training, expected {gradients.shape[1:]}")
    moves = np.diff(ways, axis=0)
    lengths = -np.sum(moves * gradients, axis=(1, 2)) / np.sum(gradients**2, axis=(1, 2))
    beside = moves + lengths[:, np.newaxis, np.newaxis] * gradients
    return {"moves_against_the_gradient": lengths, "and_nowhere_else": _rms(beside) <= 1e-3 * max(_rms(moves), 1e-30)}


def _about_the_history(history, steps):
    try:
        history = np.asarray(history, dtype=np.float64)
    except (TypeError, ValueError):
        return {"loss_history": history}
    if history.ndim != 1:
        return {"loss_history": f"{'one number' if history.ndim == 0 else 'not a list'}, where a list was expected"}
    losses = np.array([step["loss"] for step in steps])
    right = len(history) == len(losses) and np.allclose(history, losses, rtol=1e-4)
    words = "the loss of each step" if right else f"{len(history)} numbers, and not the losses of {len(losses)} steps"
    return {"loss_history": words}


@probe("optimization-classifier-predict", "predict")
def classifier_predict(LinearClassifier, /, W, X):
    model = LinearClassifier()
    model.W = W
    return {"y_pred": model.predict(X)}


@probe("optimization-halve-on-plateau", "halve_on_plateau")
def halve_on_plateau(halve_on_plateau, /, losses, learning_rate, patience):
    rates = halve_on_plateau(losses, learning_rate, patience=patience)
    return {"rates": np.array(rates) if isinstance(rates, (list, tuple)) else rates}
