"""Probes for the regularization notebook.

What is drawn at random may be drawn in any way, so no probe compares random numbers. They say what the numbers have in
common: shares of many, which values occur, whether they come from the generator that was handed in.
"""

import numpy as np

from cs231n_kit.checks.probes import probe

MANY_NUMBERS = 5_000  # of which a share is the same to one decimal, whatever the seed
MANY_IMAGES = 1_000  # of which a share is the same to a fifth


@probe("regularization-weight-decay", "weight_decay_step")
def weight_decay_step(weight_decay_step, /, w, dw, learning_rate, weight_decay):
    return {"w": weight_decay_step(w, dw, learning_rate, weight_decay)}


@probe("regularization-l1", "l1_step")
def l1_step(l1_step, /, w, dw, learning_rate, l1):
    stepped = l1_step(w, dw, learning_rate, l1)
    if not isinstance(stepped, np.ndarray):
        return {"w": stepped}
    return {"w": stepped + 0.0, "exact_zeros": int(np.sum(stepped == 0))}  # + 0.0 makes -0 into 0


@probe("regularization-max-norm", "max_norm")
def max_norm(max_norm, /, W, limit):
    return {"W": max_norm(W, limit)}


@probe("regularization-dropout-forward", "dropout_forward")
def dropout_forward(dropout_forward, /, x, mode, p, seed):
    """Call it twice with one generator, and with generators of the same and of another seed; look at the first call."""
    rng, again, another = (np.random.default_rng(s) for s in (seed, seed, seed + 1))
    out, cache = dropout_forward(x, {"mode": mode, "p": p, "rng": rng})
    first = np.array(out)
    second, repeated, other = (dropout_forward(x, {"mode": mode, "p": p, "rng": r})[0] for r in (rng, again, another))
    shown = {"shape_of_out": str(np.shape(out)), "type_of_out": str(first.dtype)}
    if mode == "test":
        return {**shown, "out": out}
    mask = np.asarray(cache[1], dtype=float)
    shown["shape_of_the_mask_in_the_cache"] = str(mask.shape)
    if first.shape != x.shape or mask.shape != x.shape:
        return shown
    shown |= _dropped(x, first, p)
    shown["mask_in_the_cache_times_x_is_out"] = bool(np.allclose(mask * x, out, rtol=1e-4))
    if x.size < MANY_NUMBERS or p >= 1:
        return shown
    return {**shown, **_randomness("out", first, second, repeated, other)}


def _randomness(what, first, second, repeated, other):
    return {
        f"same_seed_same_{what}": bool(np.array_equal(first, repeated)),
        f"other_seed_same_{what}": bool(np.array_equal(first, other)),
        f"second_call_same_{what}": bool(np.array_equal(first, second)),
    }


def _dropped(x, out, p):
    """Return what became of the entries of x, those aside that are 0 anyway."""
    seen = x != 0
    factors = np.divide(out, x, out=np.zeros(x.shape), where=seen)[seen]
    kept = factors != 0
    shown = {"share_kept": np.round(kept.mean(), 1)} if x.size >= MANY_NUMBERS else {}
    shown["largest_factor_of_a_kept_entry"] = factors[kept].max(initial=0.0)
    shown["smallest_factor_of_a_kept_entry"] = factors[kept].min(initial=np.inf)
    if x.size < MANY_NUMBERS:
        return shown
    for axis, what in enumerate(("columns", "examples")):
        fewest, some = (np.sum(part.reshape(len(x), -1), axis=axis).min() for part in (seen, seen & (out != 0)))
        if (1 - p) ** fewest < 1e-12:  # no chance that all of so many are dropped
            shown[f"some_{what}_are_dropped_whole"] = bool(some == 0)
    return shown


@probe("regularization-dropout-backward", "dropout_backward")
def dropout_backward(dropout_backward, /, mode, mask, dout):
    """The cache comes as it should be. Another call in between must not matter."""
    dx = dropout_backward(dout.copy(order="K"), (mode, mask))
    dropout_backward(1 - dout, ("train", np.ones(dout.shape)))
    return {"dx": dx}


@probe("regularization-flip", "random_flip")
def random_flip(random_flip, /, images, seed):
    rng, again, another = (np.random.default_rng(s) for s in (seed, seed, seed + 1))
    given = images.copy()
    flipped = np.array(_images(random_flip(images, rng)))
    shown = {"shape": str(flipped.shape), "type": str(flipped.dtype)}
    if flipped.shape != images.shape:
        return shown
    mirrored, same, turned = (_equal(flipped, v) for v in (given[:, :, ::-1], given, given[:, ::-1, ::-1]))
    other_way = ~same & ~mirrored
    rows = np.all((flipped == given) | (flipped == given[:, :, ::-1]), axis=(1, 2, 3))
    shown |= {
        "some_rows_are_mirrored_by_themselves": bool(np.any(other_way & rows)),
        "some_are_turned_by_180_degrees": bool(np.any(other_way & turned)),
        "some_are_upside_down": bool(np.any(other_way & _equal(flipped, given[:, ::-1]))),
        "some_have_other_colors": bool(np.any(other_way & _equal(flipped, given[..., ::-1]))),
        "each_is_mirrored_or_unchanged": not np.any(other_way),
    }
    if len(images) < MANY_IMAGES:
        return shown
    shown["neighbors_are_always_alike"] = bool(np.all(mirrored[::2] == mirrored[1::2]))
    shown["share_mirrored"] = _fifth(mirrored.mean())
    later = (random_flip(given.copy(), r) for r in (rng, again, another))
    return {**shown, **_randomness("images", flipped, *later)}


def _images(returned):
    if not isinstance(returned, np.ndarray):
        raise TypeError(f"the images, an array, were expected to be returned; got {type(returned).__name__}")
    return returned


def _fifth(share):
    """Return between which multiples of 20 % a share lies, in words."""
    low = 20 * min(4, int(5 * share))
    return f"{low} to {low + 20} %"


def _equal(a, b):
    return np.all(a == b, axis=(1, 2, 3))


@probe("regularization-crop", "random_crop")
def random_crop(random_crop, /, images, margin, seed):
    """Find out by how much each image was shifted: it is compared with all the windows that there are."""
    rng, again, another = (np.random.default_rng(s) for s in (seed, seed, seed + 1))
    cropped = _images(random_crop(images, margin, rng))
    shown = {"shape": str(cropped.shape), "type": str(cropped.dtype)}
    if cropped.shape != images.shape:
        return shown
    offsets = range(-margin, margin + 1)
    found = np.array(
        [[_is_moved(cropped, images, down, right) for right in offsets] for down in offsets]
    )  # (tops, lefts, N)
    moved = np.any(found, axis=(0, 1))
    shown["each_is_a_window_of_its_image"] = bool(np.all(moved))
    if len(images) < MANY_IMAGES:
        shown["zeros_around_it"] = bool(np.all(_is_zero_around(cropped, found, margin)[moved]))
        return shown
    tops, lefts = (np.any(found, axis=axis).argmax(axis=0) for axis in (1, 0))
    places = tops * len(offsets) + lefts
    shown |= {
        "zeros_around_it": bool(np.all(_is_zero_around(cropped, found, margin)[moved])),
        "all_pixels_are_still_there": bool(np.all(_sorted(cropped) == _sorted(images))),
        "ones_are_there": bool(np.any(cropped == 1)),
        "tops_of_the_windows": _listed(tops),
        "left_edges_of_the_windows": _listed(lefts),
        "different_places": len(np.unique(places)),
        "share_at_the_most_frequent_place": _fifth(np.mean(found, axis=2).max()),
        "neighbors_are_always_alike": bool(np.all(places[::2] == places[1::2])),
    }
    return {**shown, **_randomness("images", cropped, *(random_crop(images, margin, r) for r in (rng, again, another)))}


def _overlap(length, offset):
    """Return where, along one axis, a window that is off by so much shows the image, and which part of it it shows."""
    return slice(max(0, -offset), length - max(0, offset)), slice(max(0, offset), length - max(0, -offset))


def _is_moved(cropped, images, down, right):
    """Return for each image : (N,) whether a window off by so much would show what `cropped` shows there."""
    (rows, from_rows), (columns, from_columns) = map(_overlap, images.shape[1:3], (down, right))
    return _equal(cropped[:, rows, columns], images[:, from_rows, from_columns])


def _is_zero_around(cropped, found, margin):
    """Return for each image : (N,) whether as many entries are 0 as lie off the image, from the place where it was found."""
    H, W, C = cropped.shape[1:]
    down, right = (np.abs(np.any(found, axis=axis).argmax(axis=0) - margin) for axis in (1, 0))
    return np.sum(cropped == 0, axis=(1, 2, 3)) == C * (H * W - (H - down) * (W - right))


def _sorted(images):
    return np.sort(images.reshape(len(images), -1), axis=1)


def _listed(places):
    return " ".join(np.unique(places).astype(str))


@probe("regularization-ensemble", "ensemble_predict")
def ensemble_predict(ensemble_predict, /, scores):
    returned = ensemble_predict(list(scores))
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise TypeError(f"two things were expected, labels and probabilities; got {type(returned).__name__}")
    return {"labels": returned[0], "probabilities": returned[1]}
