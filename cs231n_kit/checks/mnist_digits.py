"""Probes for the MNIST notebook."""

import numpy as np

from cs231n_kit.checks.probes import probe

ENOUGH = 10_000  # numbers drawn at random, for their spread to be the same, to one decimal, whatever the seed


@probe("mnist-digits-darkness", "guess_by_darkness")
def guess_by_darkness(guess_by_darkness, /, X_train, y_train, X_test):
    return {"guesses": guess_by_darkness(X_train, y_train, X_test)}


@probe("mnist-digits-parameters", "init_network")
def init_network(init_network, /, sizes, seed):
    """Many weights are right; shapes, spread, and that they come from the generator are looked at."""
    network, again, other = (init_network(sizes, np.random.default_rng(s)) for s in (seed, seed, seed + 1))
    odd = _oddity(network)
    if odd is not None:
        return {"network": odd}
    weights = [W.ravel() for W, _ in network]
    repeated, others = (np.concatenate([W.ravel() for W, _ in made]) for made in (again, other))
    return {
        "network": np.array([f"W{i} {W.shape}, b{i} {b.shape}" for i, (W, b) in enumerate(network, 1)]),
        "number_of_parameters": sum(W.size + b.size for W, b in network),
        "largest_bias": max(np.abs(b).max() for _, b in network),
        "same_seed_same_weights": np.array_equal(np.concatenate(weights), repeated),
        "other_seed_same_weights": np.array_equal(np.concatenate(weights), others),
        "two_layers_are_alike": any(np.array_equal(weights[0], W) for W in weights[1:]),
        **_statistics(network),
    }


def _statistics(network):
    """Say how weights are spread, as multiples of one over the root of a layer's inputs, where they are many."""
    if sum(W.size for W, _ in network) < ENOUGH:
        return {}
    scaled = np.concatenate([(W * np.sqrt(len(W))).ravel() for W, _ in network])
    spread = scaled.std()
    return {
        "std_times_root_of_inputs": np.round(spread, 1),
        "mean_in_stds": np.round(abs(scaled.mean()) / max(spread, 1e-12), 1),
        "share_within_one_std": np.round(np.mean(np.abs(scaled - scaled.mean()) < spread), 1),
    }


def _oddity(network):
    """Return what is wrong with a network that is no list of pairs of arrays, or None."""
    if not isinstance(network, (list, tuple)):
        return network if not isinstance(network, np.ndarray) else "an array, where a list of pairs was expected"
    for layer in network:
        if not isinstance(layer, (list, tuple)) or len(layer) != 2:
            return f"a list that holds a {type(layer).__name__}, where pairs (W, b) were expected"
        for part in layer:
            if not isinstance(part, np.ndarray):
                return f"a list with a {type(part).__name__} in a pair, where two arrays (W, b) were expected"
    return None


@probe("mnist-digits-forward", "forward")
def forward(forward, /, network, X):
    activations = forward([(W, b) for W, b in network], X)
    if not isinstance(activations, (list, tuple)):
        return {"activations": "an array, not a list" if isinstance(activations, np.ndarray) else activations}
    layers = {f"activations_{i}": layer for i, layer in enumerate(activations)}
    return {"activations": f"a list of {len(activations)} arrays", **layers}


@probe("mnist-digits-backward", "backward")
def backward(backward, /, network, activations, y):
    loss, gradients = backward([(W, b) for W, b in network], activations, y)
    if not isinstance(gradients, (list, tuple)):
        return {"loss": loss, "gradients": "an array, not a list" if isinstance(gradients, np.ndarray) else gradients}
    named = {}
    for i, (dW, db) in enumerate(gradients, 1):
        named |= {f"dW{i}": dW, f"db{i}": db}
    return {"loss": loss, "gradients": f"a list for {len(gradients)} layers", **named}


class _StandIn:
    """Takes note of each batch. Its gradients don't depend on which images a batch holds, only on the network."""

    def __init__(self):
        self.images, self.labels = [], []

    def __call__(self, network, X, y):
        self.images.append(np.array(X[:, 0]))
        self.labels.append(np.array(y))
        loss = len(X) + sum(np.sum(W) + np.sum(b) for W, b in network)
        return loss, [(0.25 * W + 1, 0.5 * b - 2) for W, b in network]


def _run_epoch(train_one_epoch, network, X, y, learning_rate, batch_size, seed):
    mine, stand_in = [(W.copy(), b.copy()) for W, b in network], _StandIn()
    rng = np.random.default_rng(seed)
    losses = train_one_epoch(mine, X, y, stand_in, learning_rate, batch_size, rng)
    if not stand_in.images:
        raise RuntimeError("train_one_epoch never called the `loss_and_gradients` that it was given")
    return mine, losses, stand_in


@probe("mnist-digits-epoch", "train_one_epoch")
def train_one_epoch(train_one_epoch, /, network, X, y, learning_rate, batch_size, seed):
    """Any order is right that the generator gives; which images and labels arrive, how many, and the steps are looked at."""
    known, labels = X[:, 0].copy(), y.copy()
    settings = (network, X, y, learning_rate, batch_size)
    (after, losses, seen), (_, _, again), (_, _, other) = (
        _run_epoch(train_one_epoch, *settings, s) for s in (seed, seed, seed + 1)
    )
    order, repeated, another = (np.concatenate(s.images) for s in (seen, again, other))
    places = np.argsort(known)
    belonging = labels[places[np.searchsorted(known, order, sorter=places)]]
    spans = [np.ptp(np.searchsorted(known, ids, sorter=places)) for ids in seen.images if len(ids)]
    sizes = np.array([len(ids) for ids in seen.images])
    outputs = {
        "batch_sizes": sizes,
        "an_image_came_twice": len(np.unique(order)) < len(order),
        "an_image_never_came": len(np.unique(order)) < len(known),
        "labels_belong_to_their_images": np.array_equal(np.concatenate(seen.labels), belonging),
        "images_came_in_their_old_order": np.array_equal(order, known),
        "batches_hold_neighbors_only": all(spans == sizes[sizes > 0] - 1),
        "same_seed_same_order": np.array_equal(order, repeated),
        "other_seed_same_order": np.array_equal(order, another),
        "losses": np.array(losses) if isinstance(losses, (list, tuple)) else losses,
    }
    for i, (W, b) in enumerate(after, 1):
        outputs |= {f"W{i}": W, f"b{i}": b}
    return outputs


@probe("mnist-digits-shift", "shift")
def shift(shift, /, images, down, right):
    return {"shifted": shift(images, down, right)}


@probe("mnist-digits-pool", "pool")
def pool(pool, /, images, size):
    return {"pooled": pool(images, size)}
