"""Cases and known mistakes of the batch normalization notebook."""

import numpy as np

from autograder.tasks import Case, Mistake, Task

_FLOAT32 = 1e-5  # float32 in, float32 on the way

# --- batchnorm_forward


def _spread(rng, N, D):
    """Return features with a mean and a spread of their own, none of the latter near 0."""
    x = rng.normal(size=(N, D))
    x = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-3)
    return x * rng.uniform(0.5, 3, size=D) + rng.uniform(-3, 3, size=D)


def _statistics(rng, D):
    return {"running_mean": rng.normal(size=D), "running_var": rng.uniform(0.5, 3, size=D)}


def _batch(N=6, D=4, mode="train", next_mode="train", begun=True, settings=None):
    def drawn(rng, N=N, D=D):
        return {
            "x": _spread(rng, N, D),
            "gamma": rng.uniform(0.5, 2, size=D),
            "beta": rng.uniform(1, 3, size=D),
            "mode": mode,
            "settings": settings or {},
            "running": _statistics(rng, D) if begun else {},
            "then": _spread(rng, max(N - 1, 2), D),
            "next_mode": next_mode,
        }

    return drawn


_OWN = {"eps": 0.25, "momentum": 0.7}


def _constant(rng):
    """Two of the features are the same for all examples."""
    inputs = _batch(5, 4, begun=False)(rng)
    x = inputs["x"]
    x[:, 1], x[:, 3] = 0.0, 3.0
    return inputs


def _far_away(rng):
    inputs = _batch(8, 3)(rng)
    return {**inputs, "x": inputs["x"] + 1e8, "then": inputs["then"] + 1e3}


def _tiny(rng):
    """Features so small that eps decides."""
    inputs = _batch(7, 3)(rng)
    return {**inputs, "x": 1e-3 * (inputs["x"] - inputs["x"].mean(axis=0)), "then": 1e-2 * inputs["then"]}


def _single_in_test(rng):
    inputs = _batch(1, 5, "test", "test", settings=_OWN)(rng)
    return {**inputs, "x": rng.normal(size=(1, 5))}


def _single_in_training(rng):
    inputs = _batch(1, 4, settings=_OWN)(rng)
    return {**inputs, "x": rng.normal(size=(1, 4)) + 2}


def _float32(rng):
    return _in_float32(_batch(9, 4, next_mode="test")(rng))


def _in_float32(value):
    if isinstance(value, dict):
        return {name: _in_float32(item) for name, item in value.items()}
    return value.astype(np.float32) if isinstance(value, np.ndarray) else value


def _strided(rng):
    inputs = _batch(6, 4, settings=_OWN)(rng)
    return {**inputs, "x": np.repeat(inputs["x"], 2, axis=1)[:, ::2], "then": np.asfortranarray(inputs["then"])}


def _negative_gamma(rng):
    inputs = _batch(5, 6, settings=_OWN)(rng)
    return {**inputs, "gamma": -inputs["gamma"], "beta": 0 * inputs["beta"]}


def _more_batches(rng, num_examples, D):
    return _batch()(rng, num_examples, D)


_MEAN_AND_VAR = "mean, var = x.mean(axis=0), x.var(axis=0)"
_RUN_MEAN = "running_mean = momentum * running_mean + (1 - momentum) * mean"
_RUN_VAR = "running_var = momentum * running_var + (1 - momentum) * var"
_FROM_RUNNING = "mean, var = running_mean, running_var"
_EPS_IGNORED = dict(
    id="eps-ignored",
    title="eps is not used",
    hint="A feature that is the same for all examples has variance 0, and 0/0 is not a number. eps is added to "
    "the variance before anything is divided.",
)
_EPS_OUTSIDE = dict(
    id="eps-outside-the-root",
    title="eps is added to the standard deviation, outside the root",
    hint="It belongs to the variance, under the root. The difference looks small, but the root of 0.00001 is 0.003, three "
    "hundred times as much.",
)
_BY_VARIANCE = dict(
    id="divided-by-variance",
    title="the root is missing: it is divided by the variance",
    hint="The variance has the square of x's unit. Only divided by its root does everything come out with a spread of 1.",
)
_UNBIASED = dict(
    id="unbiased",
    title="the variance is divided by N − 1",
    hint="That is how statisticians estimate the variance of a population from a sample. Here the batch is all "
    "there is, and the layer's gradient is derived for the mean of the squared distances.",
)
_GAMMA_BETA = dict(
    id="gamma-and-beta-exchanged",
    title="gamma and beta have changed places",
    hint="gamma stretches and beta moves: one is a factor, the other is added. With gamma = 1 and beta = 0 the "
    "output should be x_hat itself.",
)
_SQUARES = dict(
    id="difference-of-squares",
    title="the variance was computed as mean of squares minus square of mean",
    hint="On paper that is the same. Far from 0, two nearly equal numbers are subtracted, and nothing but "
    "rounding is left; it may even be negative. Subtract the mean before you square.",
)
_OVERWRITTEN = dict(
    id="x-hat-overwritten",
    title="x_hat was stretched and moved in place",
    hint="The output is right, but the cache should hold what was normalized, without gamma and beta, and yours holds the "
    "output. `out = x_hat` does not copy: `out *= gamma` then changes both.",
)
_SUMMED_SQUARES = dict(
    id="sum-for-mean",
    title="the squared distances are summed up and not divided",
    hint="The variance is their *mean*. Twice as many numbers of the same kind should not have a larger one.",
)
_FORWARD = (
    Mistake(
        "batch-statistics-in-test-mode",
        "in test mode the statistics of the batch are used",
        "When the network is used, the answer for one example must not depend on the others; a single one would become 0 "
        "everywhere. In test mode the running statistics take the place of the batch's.",
        replace={_FROM_RUNNING: _MEAN_AND_VAR},
    ),
    Mistake(**_EPS_IGNORED, replace={"np.sqrt(var + eps)": "np.sqrt(var)"}),
    Mistake(**_EPS_OUTSIDE, replace={"np.sqrt(var + eps)": "np.sqrt(var) + eps"}),
    Mistake(
        "eps-in-the-running-variance",
        "eps was added to the running variance",
        "The running variance averages the variances of the batches, and nothing else. eps comes in where "
        "something is divided by; in test mode it would otherwise be there twice.",
        replace={_RUN_VAR: _RUN_VAR.replace("* var", "* (var + eps)")},
    ),
    Mistake(**_UNBIASED, replace={"x.var(axis=0)": "x.var(axis=0, ddof=1)"}),
    Mistake(
        "running-variance-unbiased",
        "the running variance is divided by N − 1, that of the batch by N",
        "This is a convention, not a misunderstanding: some libraries keep the unbiased variance for use. In "
        "this course the running variance averages exactly what the batches were divided by.",
        replace={_RUN_VAR: _RUN_VAR.replace("* var", "* var * len(x) / max(len(x) - 1, 1)")},
    ),
    Mistake(
        "momentum-exchanged",
        "momentum is the share of the new statistics",
        "Here it is the share of the *old* ones that stays, 0.9. (Other libraries mean the opposite, and write 0.1.) Yours "
        "follow the last batch and forget nearly all before.",
        replace={
            _RUN_MEAN: "running_mean = (1 - momentum) * running_mean + momentum * mean",
            _RUN_VAR: "running_var = (1 - momentum) * running_var + momentum * var",
        },
    ),
    Mistake(
        "updated-in-test-mode",
        "the running statistics are also updated in test mode",
        "In use nothing is learned: whoever is asked about many images of one kind would slowly drift toward them, and the "
        "same image would get another answer tomorrow.",
        replace={
            "        " + _RUN_MEAN + "\n        " + _RUN_VAR + "\n": "",
            "    else:\n        " + _FROM_RUNNING: "        batch_mean, batch_var = mean, var\n    else:\n"
            "        batch_mean, batch_var = x.mean(axis=0), x.var(axis=0)\n        " + _FROM_RUNNING,
            "    std = ": "    running_mean = momentum * running_mean + (1 - momentum) * batch_mean\n"
            "    running_var = momentum * running_var + (1 - momentum) * batch_var\n    std = ",
        },
    ),
    Mistake(
        "never-updated",
        "the running statistics never change",
        "In training each batch contributes to them. Have you put the new ones into bn_param yourself? The "
        "line behind your code puts there what the names running_mean and running_var hold, and these are "
        "still the old ones.",
        replace={"        " + _RUN_MEAN + "\n        " + _RUN_VAR + "\n": ""},
    ),
    Mistake(
        "running-statistics-in-training",
        "in training the running statistics are used, too",
        "While it learns, the layer normalizes by the mean and variance of the very batch that it sees, and "
        "its gradient relies on that. The running ones are kept on the side, for later.",
        replace={_RUN_VAR: _RUN_VAR + "\n        " + _FROM_RUNNING},
    ),
    Mistake(
        "over-the-features",
        "each example is normalized over its features",
        "That is another layer, which comes later. Here every feature is normalized by itself, over the "
        "examples: the axis that has to disappear is that of the batch.",
        replace={_MEAN_AND_VAR: "mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)"},
    ),
    Mistake(**_GAMMA_BETA, replace={"gamma * x_hat + beta": "beta * x_hat + gamma"}),
    Mistake(**_BY_VARIANCE, replace={"np.sqrt(var + eps)": "var + eps"}),
    Mistake(**_SQUARES, replace={"x.var(axis=0)": "(x**2).mean(axis=0) - x.mean(axis=0) ** 2"}),
    Mistake(
        "one-mean-for-all",
        "mean and variance were taken over the whole batch and all features together",
        "Without an axis a single mean is subtracted from everything. Each feature has its own, taken down its column: "
        "(D,).",
        replace={_MEAN_AND_VAR: "mean, var = x.mean(), x.var()"},
    ),
    Mistake(
        "running-deviation",
        "the running average is one of standard deviations",
        "It is the *variance* of each batch that is averaged, before eps and before the root. The root of a mean is not the "
        "mean of the roots.",
        replace={_RUN_VAR: _RUN_VAR.replace("* var", "* np.sqrt(var)")},
    ),
    Mistake(
        "added-in-full",
        "the new statistics are added in full to the running ones",
        "The two shares should add up to 1, so that it stays an average. With all of each new batch it grows to ten times "
        "that.",
        replace={
            _RUN_MEAN: "running_mean = momentum * running_mean + mean",
            _RUN_VAR: "running_var = momentum * running_var + var",
        },
    ),
    Mistake(
        "momentum-fixed",
        "the momentum is always 0.9, whatever bn_param says",
        "0.9 is what counts if bn_param has no momentum. The given lines have looked that up, and the name momentum holds "
        "it.",
        replace={
            _RUN_MEAN: "running_mean = 0.9 * running_mean + 0.1 * mean",
            _RUN_VAR: "running_var = 0.9 * running_var + 0.1 * var",
        },
    ),
    Mistake(
        "std-without-eps",
        "std in the cache is the root of the variance alone, without eps",
        "The output is right. The way back divides by what the way forward divided by, and that is the root of variance + "
        "eps.",
        replace={"x_hat = (x - mean) / std": "x_hat = (x - mean) / std\n    std = np.sqrt(var)"},
    ),
    Mistake(**_OVERWRITTEN, replace={"out = gamma * x_hat + beta": "x_hat *= gamma\n    x_hat += beta\n    out = x_hat"}),
)

# --- the ways back


def _normalized(rng, N, D, axis):
    x = _spread(rng, N, D) if axis == 0 else _spread(rng, D, N).T
    std = np.sqrt(x.var(axis=axis, keepdims=True) + 1e-5)
    return (x - x.mean(axis=axis, keepdims=True)) / std, std if axis == 1 else std[0]


def _upstream(N=6, D=4, axis=0):
    def drawn(rng, N=N, D=D):
        x_hat, std = _normalized(rng, N, D, axis)
        gamma = rng.uniform(0.5, 2, size=D) * rng.choice([-1, 1], size=D)
        return {"x_hat": x_hat, "gamma": gamma, "std": std, "dout": rng.normal(size=(N, D))}

    return drawn


def _picture(rng):
    """The example of the picture."""
    x = np.array([[1.0], [2.0], [6.0]])
    std = np.sqrt(x.var(axis=0) + 1e-5)
    return {"x_hat": (x - x.mean(axis=0)) / std, "gamma": np.ones(1), "std": std, "dout": np.array([[1.0], [3.0], [-1.0]])}


def _constant_back(axis):
    """A feature, or an example, without variance."""

    def drawn(rng):
        inputs = _upstream(5, 6, axis)(rng)
        (inputs["x_hat"] if axis == 0 else inputs["x_hat"].T)[:, 1] = 0
        inputs["std"][1] = np.sqrt(1e-2)
        return inputs

    return drawn


def _strided_back(axis):
    def drawn(rng):
        inputs = _upstream(5, 6, axis)(rng)
        return {**inputs, "x_hat": np.asfortranarray(inputs["x_hat"]), "dout": np.repeat(inputs["dout"], 3, axis=0)[::3]}

    return drawn


def _float32_back(axis):
    return lambda rng: _in_float32(_upstream(9, 5, axis)(rng))


def _same_for_all(rng):
    """Every example gets the same gradient: it would only move the columns, so that nothing is left of dx but rounding."""
    inputs = _upstream(6, 4)(rng)
    dout = np.tile(rng.normal(size=4), (6, 1))
    dout[:, 0] = rng.normal(size=6)  # one feature for which something is left
    return {**inputs, "dout": dout}


def _large_back(axis):
    def drawn(rng):
        inputs = _upstream(6, 5, axis)(rng)
        return {**inputs, "dout": 1e3 * inputs["dout"], "std": 50 * inputs["std"]}

    return drawn


def _more_back(axis):
    return lambda rng, num_examples, D: _upstream(axis=axis)(rng, num_examples, D)


_DBETA, _DGAMMA = "dbeta = dout.sum(axis=0)", "dgamma = (dout * x_hat).sum(axis=0)"
_RETURNED_EXCHANGED = dict(
    id="gradients-exchanged",
    title="dgamma and dbeta have changed places",
    hint="beta is added to the output, so that its gradient only adds up what arrives. gamma is a factor of "
    "x_hat, and so x_hat occurs in its gradient.",
)
_ROWS = dict(
    id="gradients-as-rows",
    title="dgamma and dbeta are rows, (1, D), instead of (D,)",
    hint="They broadcast by luck, until gamma itself becomes a row at the first step of training. A gradient "
    "has the shape of what it belongs to: the summed axis should not stay behind.",
)
_AVERAGED = dict(
    id="gradients-averaged",
    title="dgamma and dbeta are means over the examples instead of sums",
    hint="The same gamma and beta are used for every example, so they collect the sum of what comes back. The "
    "1/N of the loss is contained in dout already.",
)
_NOT_SUMMED = dict(
    id="gradients-over-features",
    title="dgamma and dbeta are summed over the features instead of the examples",
    hint="Each feature has a gamma and a beta of its own, which all the examples share. Where something is shared, its "
    "gradients add up: which axis has to disappear?",
)
_DGAMMA_WITHOUT = dict(
    id="dgamma-without-x-hat",
    title="x_hat is missing in dgamma",
    hint="gamma is multiplied by x_hat in the forward pass. The derivative of a product with respect to one "
    "factor is the other.",
)
_GAMMA_FORGOTTEN = dict(
    id="gamma-forgotten",
    title="gamma is missing in dx",
    hint="On its way from out to x_hat the gradient passes the multiplication by gamma. With gamma = 1 nobody "
    "notices, and that is how training begins.",
)
_MEAN_FORGOTTEN = dict(
    id="mean-forgotten",
    title="the way through the mean is missing in dx",
    hint="Every x is also a part of the mean, which is subtracted from all the examples. Move one x, and all "
    "the others move a little in the opposite direction.",
)
_VARIANCE_FORGOTTEN = dict(
    id="variance-forgotten",
    title="the way through the variance is missing in dx",
    hint="Every x also changes the standard deviation, by which all the examples are divided. Stretching a whole column "
    "changes nothing in x_hat; in your gradient it would.",
)
_CONSTANTS = dict(
    id="statistics-as-constants",
    title="mean and standard deviation are treated as constants",
    hint="In test mode they are. In training they are computed from the very x whose gradient you want: two more ways "
    "lead from x to the output.",
)
_MEAN_SUMMED = dict(
    id="mean-without-n",
    title="the 1/N of the mean is missing",
    hint="Each of N examples contributes one Nth to the mean, and so it gets one Nth of the mean's gradient back. In every "
    "column the entries of dx have to add up to 0.",
)
_VARIANCE_SUMMED = dict(
    id="variance-without-n",
    title="the 1/N of the variance is missing",
    hint="The variance is a mean, too, of the squared distances. Each of them gets one Nth of what arrives there.",
)

_BY_FEATURES = dict(
    id="divided-by-features",
    title="1/N was taken to be one over the number of features",
    hint="N counts the examples of the batch, over which the means were taken. With as many features as examples nobody "
    "notices.",
)
_DGAMMA_STRETCHED = dict(
    id="dgamma-with-gamma",
    title="dgamma contains gamma itself",
    hint="out is gamma times x_hat, plus beta: the derivative at gamma is x_hat, and gamma does not occur in it. Did you "
    "start from the gradient at x_hat instead of the one at the output?",
)
_DX_NODE = "dx = dcentered + dmean / N"
_DCENTERED = "dcentered = dx_hat / std + 2 * centered * dvar / N"
_BACKWARD = (
    Mistake(**_MEAN_FORGOTTEN, replace={_DX_NODE: "dx = dcentered"}),
    Mistake(**_VARIANCE_FORGOTTEN, replace={_DCENTERED: "dcentered = dx_hat / std"}),
    Mistake(**_CONSTANTS, replace={_DX_NODE: "dx = dx_hat / std"}),
    Mistake(**_MEAN_SUMMED, replace={_DX_NODE: "dx = dcentered + dmean"}),
    Mistake(**_VARIANCE_SUMMED, replace={_DCENTERED: "dcentered = dx_hat / std + 2 * centered * dvar"}),
    Mistake(**_GAMMA_FORGOTTEN, replace={"dx_hat = dout * gamma": "dx_hat = dout.copy()"}),
    Mistake(
        "dgamma-from-x",
        "dgamma was made from x − mean, which is not normalized",
        "gamma multiplies x_hat, after the division by the standard deviation. It is x_hat that belongs into its gradient.",
        replace={_DGAMMA: "dgamma = (dout * x_hat * std).sum(axis=0)"},
    ),
    Mistake(
        "sign-at-std",
        "the gradient at σ has the wrong sign",
        "If σ grows, the quotient c/σ becomes smaller in size. What is the derivative of 1/σ?",
        replace={"dstd = -(": "dstd = ("},
    ),
    Mistake(
        "reciprocal-not-squared",
        "the derivative of 1/σ lacks the square",
        "The derivative of c/σ with respect to σ has the *square* of σ below the line. In your function there is only σ.",
        replace={"/ std**2": "/ std"},
    ),
    Mistake(
        "half-of-the-root",
        "the ½ of the root is missing",
        "The derivative of √v is one over *twice* the root. A factor of 2 remains from the square, and the two "
        "would cancel.",
        replace={"dvar = dstd / (2 * std)": "dvar = dstd / std"},
    ),
    Mistake(
        **_ROWS, replace={_DBETA: "dbeta = dout.sum(axis=0, keepdims=True)", _DGAMMA: _DGAMMA[:-1] + ", keepdims=True)"}
    ),
    Mistake(**_AVERAGED, replace={_DBETA: "dbeta = dout.mean(axis=0)", _DGAMMA: "dgamma = (dout * x_hat).mean(axis=0)"}),
    Mistake(**_NOT_SUMMED, replace={_DBETA: "dbeta = dout.sum(axis=1)", _DGAMMA: "dgamma = (dout * x_hat).sum(axis=1)"}),
    Mistake(**_RETURNED_EXCHANGED, replace={_DX_NODE: _DX_NODE + "\n    dgamma, dbeta = dbeta, dgamma"}),
    Mistake(**_BY_FEATURES, replace={"N = len(dout)": "N = dout.shape[1]"}),
    Mistake(**_DGAMMA_STRETCHED, replace={_DX_NODE: _DX_NODE + "\n    dgamma = gamma * dgamma"}),
    Mistake(
        "x-hat-for-c",
        "x_hat was used where c is meant",
        "c is centered and *not* yet divided by σ. The cache holds x_hat, which is; step 2 of the list says how c comes "
        "from it.",
        replace={"centered = x_hat * std": "centered = x_hat"},
    ),
    Mistake(
        "square-without-two",
        "the 2 of the square is missing",
        "Each c is squared on its way to v, and the derivative of a square is twice the number. The ½ of the root and "
        "this 2 cancel, but only if both are there.",
        replace={"2 * centered * dvar": "centered * dvar"},
    ),
    Mistake(
        "sign-at-mean",
        "the gradient at μ has the wrong sign",
        "c is x *minus* μ: if μ grows, every c becomes smaller. In every column the entries of dx have to add up to 0.",
        replace={"dmean = -dcentered": "dmean = dcentered"},
    ),
    Mistake(
        "mean-at-std",
        "the gradient at σ is a mean over the examples instead of a sum",
        "σ takes no part in any mean here: every quotient uses it, and from each of them something comes back. What is "
        "used several times collects the sum.",
        replace={"dstd = -(dx_hat * centered).sum(axis=0)": "dstd = -(dx_hat * centered).mean(axis=0)"},
    ),
)

_DX_ALT = "dx = gamma / std * (dout - dbeta / N - x_hat * dgamma / N)"
_BACKWARD_ALT = (
    Mistake(**_MEAN_FORGOTTEN, replace={"dout - dbeta / N": "dout"}),
    Mistake(**_VARIANCE_FORGOTTEN, replace={" - x_hat * dgamma / N": ""}),
    Mistake(**_CONSTANTS, replace={_DX_ALT: "dx = gamma / std * dout"}),
    Mistake(
        "sums-for-means",
        "the sums over the batch are not divided by N",
        "Both terms that are taken away from dout are means: each of the N examples contributes one Nth to "
        "mean and variance.",
        replace={"dbeta / N": "dbeta", "dgamma / N": "dgamma"},
    ),
    Mistake(**_GAMMA_FORGOTTEN, replace={"gamma / std": "1 / std"}),
    Mistake(
        "gamma-not-in-the-means",
        "gamma multiplies dout, but not the two means",
        "All three terms are about the gradient at x_hat, which is dout times gamma. dbeta and dgamma are made from dout "
        "alone, so the factor is missing there.",
        replace={_DX_ALT: "dx = (gamma * dout - dbeta / N - x_hat * dgamma / N) / std"},
    ),
    Mistake(
        "over-the-features",
        "the two means run over the features instead of the examples",
        "Mean and variance were taken over the examples of the batch, for each feature by itself, and so are "
        "the means that come back. Features know nothing of each other in this layer.",
        replace={
            _DX_ALT: "g = dout * gamma\n    dx = g - g.mean(axis=1, keepdims=True)\n"
            "    dx = (dx - x_hat * (g * x_hat).mean(axis=1, keepdims=True)) / std"
        },
    ),
    Mistake(
        "std-forgotten",
        "the division by σ is missing in dx",
        "x_hat changes with x by one over σ: where a feature has a wide spread, a small change of x hardly "
        "matters. The cache holds σ for this.",
        replace={"gamma / std": "gamma"},
    ),
    Mistake(
        "divided-by-variance",
        "dx is divided by the variance instead of its root",
        "The cache holds the standard deviation, the root being taken already. Step 2 has it once in front of "
        "the parenthesis.",
        replace={"gamma / std": "gamma / std**2"},
    ),
    Mistake(
        "last-sign",
        "the last term has the wrong sign",
        "Test it: the sum of dx · x_hat over a column should be almost 0, for stretching the column changes nothing. Yours "
        "counts that part twice instead of removing it.",
        replace={"- x_hat * dgamma": "+ x_hat * dgamma"},
    ),
    Mistake(
        "x-hat-once",
        "the last term has x_hat only once",
        "Two x_hat stand in the box of step 2: one with index i goes into the sum over the batch, the other, "
        "with index j, stays in front of it.",
        replace={"x_hat * dgamma / N": "dgamma / N"},
    ),
    Mistake(**_DGAMMA_WITHOUT, replace={_DX_ALT: _DX_ALT + "\n    dgamma = dbeta.copy()"}),
    Mistake(
        **_ROWS, replace={_DBETA: "dbeta = dout.sum(axis=0, keepdims=True)", _DGAMMA: _DGAMMA[:-1] + ", keepdims=True)"}
    ),
    Mistake(**_RETURNED_EXCHANGED, replace={_DX_ALT: _DX_ALT + "\n    dgamma, dbeta = dbeta, dgamma"}),
    Mistake(**_BY_FEATURES, replace={"N = len(dout)": "N = dout.shape[1]"}),
    Mistake(**_AVERAGED, replace={_DX_ALT: _DX_ALT + "\n    dgamma, dbeta = dgamma / N, dbeta / N"}),
    Mistake(**_DGAMMA_STRETCHED, replace={_DX_ALT: _DX_ALT + "\n    dgamma = gamma * dgamma"}),
    Mistake(
        "n-times",
        "dx is N times too large",
        "If the parenthesis is written with N · dout and the two sums as they are, there is a 1/N in front of it. It was "
        "lost.",
        replace={_DX_ALT: "dx = gamma / std * (N * dout - dbeta - x_hat * dgamma)"},
    ),
    Mistake(
        "all-divided-by-n",
        "dout itself is divided by N as well",
        "Of the three terms only the second and the third are means. Look at step 2: in front of [i = j] there is no 1/N.",
        replace={_DX_ALT: "dx = gamma / std / N * (dout - dbeta - x_hat * dgamma)"},
    ),
    Mistake(
        "only-itself",
        "each x influences its own x_hat and no other",
        "Step 2 holds for *every* pair i, j, and step 3 adds up over i. You put i = j and left out the others; but one x "
        "moves the mean and the spread of all.",
        replace={_DX_ALT: "dx = gamma / std * dout * (1 - 1 / N - x_hat**2 / N)"},
    ),
)

# --- layernorm


def _examples(N=5, D=7, as_it_is=False, **settings):
    def drawn(rng, N=N, D=D):
        x = _spread(rng, D, N).T
        gamma, beta = rng.uniform(0.5, 2, size=D), rng.uniform(1, 3, size=D)
        return {"x": x, "gamma": gamma, "beta": beta, "settings": settings, "as_it_is": as_it_is}

    return drawn


def _blank(rng):
    """An example whose features are all the same, and one of zeros."""
    inputs = _examples(4, 6)(rng)
    inputs["x"][1], inputs["x"][2] = 3.0, 0.0
    return inputs


def _examples_far_away(rng):
    inputs = _examples(3, 8)(rng)
    return {**inputs, "x": inputs["x"] + np.array([[1e3], [1e8], [-1e8]])}


def _examples_strided(rng):
    inputs = _examples(6, 4, eps=0.25)(rng)
    return {**inputs, "x": np.repeat(inputs["x"], 2, axis=1)[:, ::2], "gamma": np.repeat(inputs["gamma"], 2)[::2]}


def _examples_float32(rng):
    return {**_in_float32(_examples(6, 8, eps=0.1)(rng)), "settings": {"eps": 0.1}}


def _examples_tiny(rng):
    inputs = _examples(5, 6)(rng)
    return {**inputs, "x": 1e-3 * inputs["x"]}


def _more_examples(rng, num_examples, D):
    return _examples()(rng, num_examples, D)


_LN_MEAN, _LN_VAR = "x.mean(axis=1, keepdims=True)", "x.var(axis=1, keepdims=True)"
_OVER_THE_BATCH = dict(
    id="over-the-batch",
    title="it is normalized over the examples, as in batch normalization",
    hint="Here every example is dealt with by itself: mean and variance run over its features, along the row. "
    "A batch of one has to work like any other.",
)
_LN_FORWARD = (
    Mistake(
        **_OVER_THE_BATCH,
        replace={_LN_MEAN: _LN_MEAN.replace("axis=1", "axis=0"), _LN_VAR: _LN_VAR.replace("axis=1", "axis=0")},
    ),
    Mistake(
        "axis-lost",
        "the axis over which the mean was taken is gone",
        "(N, D) minus (N,) does not subtract from each row its own mean: the axes are lined up from the right. "
        "With as many features as examples it does not even complain. The statistics should be (N, 1).",
        replace={_LN_MEAN: "x.mean(axis=1)", _LN_VAR: "x.var(axis=1)"},
    ),
    Mistake(
        "one-mean-for-all",
        "mean and variance were taken over the whole array",
        "Without an axis there is one mean for all the examples together, and how one is normalized depends on the others "
        "again. Each row has its own.",
        replace={_LN_MEAN: "x.mean(keepdims=True)", _LN_VAR: "x.var(keepdims=True)"},
    ),
    Mistake(**_EPS_IGNORED, replace={"np.sqrt(var + eps)": "np.sqrt(var)"}),
    Mistake(**_EPS_OUTSIDE, replace={"np.sqrt(var + eps)": "np.sqrt(var) + eps"}),
    Mistake(
        "eps-beside-std",
        "eps is added to the standard deviation where it is divided by",
        "Dividing by std + eps is not what the formula says, and std in the cache lacks eps altogether. It belongs to the "
        "variance, under the root, before std gets its name.",
        replace={"np.sqrt(var + eps)": "np.sqrt(var)", "(x - mean) / std": "(x - mean) / (std + eps)"},
    ),
    Mistake(**_BY_VARIANCE, replace={"np.sqrt(var + eps)": "var + eps"}),
    Mistake(
        "unbiased",
        "the variance is divided by D − 1",
        "That is how statisticians estimate the variance of a population from a sample. Here the row is all there is: the "
        "variance is the mean of the squared distances.",
        replace={_LN_VAR: "x.var(axis=1, keepdims=True, ddof=1)"},
    ),
    Mistake(**_SQUARES, replace={_LN_VAR: "(x**2).mean(axis=1, keepdims=True) - mean**2"}),
    Mistake(**_GAMMA_BETA, replace={"gamma * x_hat + beta": "beta * x_hat + gamma"}),
    Mistake(
        "not-centered",
        "the mean was not subtracted",
        "What is divided by the standard deviation should first have lost its mean: otherwise an example that is brighter "
        "throughout stays so.",
        replace={"(x - mean) / std": "x / std"},
    ),
    Mistake(
        "gamma-and-beta-missing",
        "gamma and beta are not used",
        "What was normalized is then stretched by gamma and moved by beta, two learned numbers for each "
        "feature. With 1 and 0 they do nothing, which is how training begins.",
        replace={"gamma * x_hat + beta": "x_hat.copy()"},
    ),
    Mistake(**_SUMMED_SQUARES, replace={_LN_VAR: "((x - mean) ** 2).sum(axis=1, keepdims=True)"}),
    Mistake(**_OVERWRITTEN, replace={"out = gamma * x_hat + beta": "x_hat *= gamma\n    x_hat += beta\n    out = x_hat"}),
    Mistake(
        "std-flat",
        "std in the cache is a row of N numbers, not a column",
        "Everything is right but its shape, (N,) instead of (N, 1). The way back divides (N, D) by it, and the axes are "
        "lined up from the right: keep the axis.",
        replace={"out = gamma * x_hat + beta": "out = gamma * x_hat + beta\n    std = std.ravel()"},
    ),
    Mistake(
        "std-without-eps",
        "std in the cache is the root of the variance alone, without eps",
        "The output is right. The way back divides by what the way forward divided by, and that is the root of variance + "
        "eps.",
        replace={"x_hat = (x - mean) / std": "x_hat = (x - mean) / std\n    std = np.sqrt(var)"},
    ),
    Mistake(
        "variance-of-the-batch",
        "the mean was taken along the row, and the variance down the column",
        "Both belong to one example and run over its features. The variance is the mean of the squared distances from that "
        "very mean.",
        replace={_LN_VAR: "x.var(axis=0, keepdims=True)", "np.sqrt(var + eps)": "np.sqrt(var + eps) + 0 * mean"},
    ),
)
_ONES = "along_ones = dx_hat.mean(axis=1, keepdims=True)"
_X_HAT = "along_x_hat = (dx_hat * x_hat).mean(axis=1, keepdims=True)"
_LN_DX = "dx = (dx_hat - along_ones - x_hat * along_x_hat) / std"
_LN_BACKWARD = (
    Mistake(
        "over-the-batch",
        "the two means in dx run over the examples",
        "No example knows of any other in this layer, so nothing can come back from one to the other. The "
        "means run along the row, over the features of the same example.",
        replace={
            _ONES: _ONES.replace("axis=1", "axis=0"),
            _X_HAT: _X_HAT.replace("axis=1", "axis=0"),
        },
    ),
    Mistake(
        "gamma-outside-the-means",
        "gamma was moved out of the means",
        "In batch normalization it may be: one gamma belongs to everything that is averaged. Here the mean runs over the "
        "features, and each has a gamma of its own. Multiply first.",
        replace={
            "dx_hat = dout * gamma": "dx_hat = dout",
            _LN_DX: "dx = gamma / std * (dx_hat - along_ones - x_hat * along_x_hat)",
        },
    ),
    Mistake(**_GAMMA_FORGOTTEN, replace={"dx_hat = dout * gamma": "dx_hat = dout.copy()"}),
    Mistake(**_MEAN_FORGOTTEN, replace={"dx_hat - along_ones": "dx_hat"}),
    Mistake(**_VARIANCE_FORGOTTEN, replace={" - x_hat * along_x_hat": ""}),
    Mistake(**_CONSTANTS, replace={_LN_DX: "dx = dx_hat / std"}),
    Mistake(
        "divided-by-n",
        "the sums along the row are divided by the number of examples",
        "A mean over the D features is a sum divided by D. N was right where the means ran over the examples.",
        replace={
            _ONES: "along_ones = dx_hat.sum(axis=1, keepdims=True) / len(dout)",
            _X_HAT: "along_x_hat = (dx_hat * x_hat).sum(axis=1, keepdims=True) / len(dout)",
        },
    ),
    Mistake(
        "axis-lost",
        "the axis over which the means were taken is gone",
        "(N, D) minus (N,) does not subtract from each row its own mean: the axes are lined up from the right. "
        "With as many features as examples it does not even complain.",
        replace={_ONES: "along_ones = dx_hat.mean(axis=1)", _X_HAT: "along_x_hat = (dx_hat * x_hat).mean(axis=1)"},
    ),
    Mistake(
        "sums-for-means",
        "the sums along the row are not divided at all",
        "Both terms that are taken away are means over the features: each of them contributes one Dth to mean and variance.",
        replace={_ONES: _ONES.replace("mean", "sum"), _X_HAT: _X_HAT.replace(".mean", ".sum")},
    ),
    Mistake(
        "gradients-over-features",
        "dgamma and dbeta are summed along the rows",
        "Only mean and variance have changed their axis. gamma and beta still belong to the features, and all the examples "
        "share them.",
        replace={_DBETA: "dbeta = dout.sum(axis=1)", _DGAMMA: "dgamma = (dout * x_hat).sum(axis=1)"},
    ),
    Mistake(
        **_ROWS, replace={_DBETA: "dbeta = dout.sum(axis=0, keepdims=True)", _DGAMMA: _DGAMMA[:-1] + ", keepdims=True)"}
    ),
    Mistake(
        "dgamma-from-dx-hat",
        "dgamma contains gamma itself",
        "gamma multiplies x_hat, and its gradient is what arrives at the output, times x_hat. Yours was made "
        "from the gradient at x_hat, in which gamma is already a factor.",
        replace={_LN_DX: _LN_DX + "\n    dgamma = (dx_hat * x_hat).sum(axis=0)"},
    ),
    Mistake(
        "last-sign",
        "the last term has the wrong sign",
        "Stretching a row changes nothing in x_hat, so that part of the gradient has to be removed. Yours counts it twice: "
        "the sum of dx · x_hat over a row is far from 0.",
        replace={"- x_hat * along_x_hat": "+ x_hat * along_x_hat"},
    ),
    Mistake(**_RETURNED_EXCHANGED, replace={_LN_DX: _LN_DX + "\n    dgamma, dbeta = dbeta, dgamma"}),
    Mistake(
        "sums-of-the-batch",
        "dbeta and dgamma were put into dx, as in batch normalization",
        "They add up over the *examples*, and there the means ran over the examples, too. Dividing them by D does not "
        "turn them into means along the row: those have to be taken anew.",
        replace={_LN_DX: "D = dout.shape[1]\n    dx = gamma / std * (dout - dbeta / D - x_hat * dgamma / D)"},
    ),
    Mistake(**_AVERAGED, replace={_DBETA: "dbeta = dout.mean(axis=0)", _DGAMMA: "dgamma = (dout * x_hat).mean(axis=0)"}),
    Mistake(
        "std-forgotten",
        "the division by σ is missing in dx",
        "x_hat changes with x by one over σ: in an example with a wide spread, a small change of x hardly "
        "matters. The cache holds σ for this.",
        replace={_LN_DX: _LN_DX.replace(" / std", "")},
    ),
    Mistake(
        "divided-by-variance",
        "dx is divided by the variance instead of its root",
        "The cache holds the standard deviation, the root being taken already, and all of dx is divided by it once.",
        replace={"/ std": "/ std**2"},
    ),
    Mistake(
        "x-hat-once",
        "the last term has x_hat only once",
        "Two x_hat stand in the box of section 5: one goes into the mean along the row, the other stays in front of it.",
        replace={"x_hat * along_x_hat": "along_x_hat"},
    ),
    Mistake(
        "gamma-in-one-mean-only",
        "gamma is missing in the mean that contains x_hat",
        "Both means are taken of the gradient at x_hat, which is dout times gamma, once as it is and once times x_hat.",
        replace={_X_HAT: _X_HAT.replace("dx_hat", "dout")},
    ),
)

# --- the network


def _layer(normalization, layer=1, mode="train", next_mode="train", N=5, sizes=(6, 5, 4), shape=None):
    def drawn(rng):
        params, state = {}, {}
        for i in (1, 2):
            fan_in, D = sizes[i - 1], sizes[i]
            params[f"W{i}"], params[f"b{i}"] = rng.normal(size=(fan_in, D)), rng.normal(size=D)
            params[f"gamma{i}"], params[f"beta{i}"] = rng.uniform(0.5, 2, size=D), rng.normal(size=D)
            if normalization == "batchnorm":
                state[f"bn{i}"] = _statistics(rng, D)
        x = rng.normal(size=(N, *(shape or (sizes[layer - 1],))))
        return {
            "normalization": normalization,
            "params": params,
            "state": state,
            "x": x,
            "layer": layer,
            "mode": mode,
            "next_mode": next_mode,
        }

    return drawn


_NORM_CALL = "normal, norm_cache = batchnorm_forward(a, gamma, beta, bn_param)"
_LN_CALL = "normal, norm_cache = layernorm_forward(a, gamma, beta, {})"
_RELU_CALL = "out, relu_cache = relu_forward(normal)"
_OWN_DICT = 'bn_param = self.state[f"bn{i}"]'
_NET = (
    Mistake(
        "always-training",
        "the layer is in training mode all the time",
        "`self.mode` says which mode it is, and batchnorm_forward can only know if it is told. As it is, the "
        "answer for an image depends on the others even when the network is used.",
        replace={'bn_param["mode"] = self.mode': 'bn_param["mode"] = "train"'},
    ),
    Mistake(
        "always-testing",
        "the layer is in test mode all the time",
        "In training the batch's own statistics are used, and the running ones are brought up to date. "
        "`self.mode` says which mode it is.",
        replace={'bn_param["mode"] = self.mode': 'bn_param["mode"] = "test"'},
    ),
    Mistake(
        "mode-not-told",
        "batchnorm_forward is not told the mode",
        "The dict in self.state holds the running statistics only. In which mode the network is right now "
        "stands in self.mode, and has to be put in before each call.",
        replace={'        bn_param["mode"] = self.mode\n': ""},
    ),
    Mistake(
        "statistics-not-kept",
        "the running statistics are not kept from call to call",
        "batchnorm_forward puts the new ones into the dict that it was given. If that is a fresh one, or a copy, "
        "nobody finds them there again, and the network has learned nothing for its use.",
        replace={_OWN_DICT: 'bn_param = dict(self.state[f"bn{i}"])'},
    ),
    Mistake(
        "statistics-from-nothing",
        "every call begins without running statistics",
        "The ones of this layer are in self.state. With a dict that holds only the mode, test mode divides by "
        "the root of eps, for the running variance is 0 if there is none.",
        replace={_OWN_DICT: "bn_param = {}"},
    ),
    Mistake(
        "one-dict-for-all",
        "all layers share the running statistics of the first",
        "Each layer sees other numbers, with other means. Layer i has a dict of its own in self.state, as it "
        "has weights of its own.",
        replace={_OWN_DICT: 'bn_param = self.state["bn1"]'},
    ),
    Mistake(
        "after-the-relu",
        "the ReLU comes before the normalization",
        "Some networks do it this way, and they learn. The one that was asked for normalizes what goes *into* "
        "the ReLU, so that β decides how many units are on.",
        replace={
            _NORM_CALL: _NORM_CALL.replace("(a, ", "(np.maximum(0, a), "),
            _LN_CALL: _LN_CALL.replace("(a, ", "(np.maximum(0, a), "),
            _RELU_CALL: "relu_cache = a\n    out = normal",
        },
    ),
    Mistake(
        "no-relu",
        "there is no ReLU",
        "Normalizing is stretching and moving, so it bends nothing: affine after affine is still one affine "
        "layer. The third of the three is missing.",
        replace={_RELU_CALL: "relu_cache = normal\n    out = normal"},
    ),
    Mistake(
        "layernorm-not-applied",
        "with layer normalization nothing is normalized",
        "self.normalization may also be 'layernorm', and then your function goes on with what the affine layer "
        "put out. Both kinds have a branch.",
        replace={_LN_CALL: "normal, norm_cache = a, None"},
    ),
    Mistake(
        "batchnorm-for-both",
        "batch normalization is used for 'layernorm', too",
        "self.normalization says which of the two it is. Layer normalization has no modes and no running "
        "statistics, so that state is empty for it.",
        replace={_LN_CALL: 'normal, norm_cache = batchnorm_forward(a, gamma, beta, {"mode": self.mode})'},
    ),
    Mistake(
        "gamma-and-beta-exchanged",
        "gamma and beta are handed over in the wrong order",
        "Both normalizations take the factor first and then what is added. An untrained network would have factor 0: "
        "everything would be the same for every image.",
        replace={"gamma, beta, ": "beta, gamma, "},
    ),
    Mistake(
        "input-normalized",
        "the normalization comes before the affine layer",
        "gamma and beta have the size of what comes *out* of the affine layer. Normalize that.",
        replace={
            "a, affine_cache = affine_forward(x, W, b)\n": "flat = x.reshape(len(x), -1)\n",
            _NORM_CALL: "flat = batchnorm_forward(flat, 1.0, 0.0, bn_param)[0]",
            _LN_CALL: "flat = layernorm_forward(flat, 1.0, 0.0, {})[0]",
            _RELU_CALL: "norm_cache = None\n    a, affine_cache = affine_forward(flat, W, b)\n"
            "    out, relu_cache = relu_forward(gamma * a + beta)",
        },
    ),
    Mistake(
        "mode-kept",
        "the mode of the first call stays for ever",
        "The dict in self.state lives on from call to call, and so does what you put into it. The mode has to be put in "
        "anew each time, whether there is one already or not.",
        replace={'bn_param["mode"] = self.mode': 'bn_param.setdefault("mode", self.mode)'},
    ),
    Mistake(
        "fresh-dict-kept",
        "the running statistics are forgotten at each call",
        "A new dict is put into self.state in place of the old one, and what that held is lost. The averages go on from "
        "where they are.",
        replace={_OWN_DICT: 'bn_param = self.state[f"bn{i}"] = {}'},
    ),
    Mistake(
        "not-laid-out",
        "x is multiplied by W as it came, without being laid out in rows",
        "The first layer may get images, (N, 3, 32, 32) for example. affine_forward lays them out; with a product of your "
        "own that is up to you, and its cache, too.",
        replace={"affine_forward(x, W, b)": "x @ W + b, (x, W, b)"},
    ),
    Mistake(
        "normalized-for-nothing",
        "the ReLU gets what came before the normalization",
        "Three layers in a row: each gets what the one before it put out. What was normalized is computed here, and then "
        "not used.",
        replace={"relu_forward(normal)": "relu_forward(a)"},
    ),
    Mistake(
        "relu-cache-from-before",
        "the cache of the ReLU holds what came before the normalization",
        "The output is right, but on the way back the ReLU lets the gradient through where *its own* input was positive, "
        "and that was the normalized one.",
        replace={_RELU_CALL: "out, relu_cache = np.maximum(0, normal), a"},
    ),
    Mistake(
        "norm-cache-missing",
        "the cache of the normalization is not kept",
        "Both normalizations return two things, and the second is what their way back needs. Without it the network has "
        "an output and no gradients.",
        replace={_RELU_CALL: _RELU_CALL + "\n    norm_cache = None"},
    ),
    Mistake(
        "caches-in-reverse",
        "the caches are in the opposite order",
        "The way *back* goes in the opposite order; it takes the three caches apart as they were computed: affine, "
        "normalization, ReLU.",
        replace={_RELU_CALL: _RELU_CALL + "\n    affine_cache, relu_cache = relu_cache, affine_cache"},
    ),
    Mistake(
        "gamma-and-beta-missing",
        "the layer's own gamma and beta are not used",
        "With ones and zeros in their place an untrained network looks right. These two are what the layer learns, so "
        "they have to be those in self.params.",
        replace={"gamma, beta, ": "np.ones_like(gamma), np.zeros_like(beta), "},
    ),
)

_FORWARD_STEPS = Case("steps as examples and features are added", _more_batches, "steps", 1.0, axes=("example", "feature"))
_LN_STEPS = Case("steps as examples and features are added", _more_examples, "steps", 1.0, axes=("example", "feature"))


def _back_steps(axis):
    return Case("steps as examples and features are added", _more_back(axis), "steps", 1.0, axes=("example", "feature"))


_BACK_HIDDEN = (
    Case("other batches", _upstream(7, 5), weight=2.0),
    Case("as many features as examples", _upstream(5, 5)),
    Case("a single feature", _upstream(6, 1)),
    Case("a batch of one", _upstream(1, 4)),
    Case("three examples, many features", _upstream(3, 12)),
    Case("a feature without variance", _constant_back(0)),
    Case("a gradient that would only move columns", _same_for_all),
    Case("large gradients, wide features", _large_back(0)),
    Case("transposed and strided arrays", _strided_back(0)),
    Case("float32", _float32_back(0)),
    _back_steps(0),
)

_BACK_PUBLIC = (
    Case("the example of the picture", _picture),
    Case("six examples, four features", _upstream(), weight=2.0),
    Case("as many features as examples", _upstream(4, 4)),
    _back_steps(0),
)

TASKS = (
    Task(
        "batchnorm-forward",
        (
            Case("a batch in training, then another", _batch(), weight=2.0),
            Case("eps = 0.25 and momentum = 0.7", _batch(settings=_OWN), weight=2.0),
            Case("no running statistics yet, then used", _batch(next_mode="test", begun=False)),
            Case("test mode", _batch(5, 4, "test", "test", settings=_OWN), weight=2.0),
            _FORWARD_STEPS,
        ),
        (
            Case("another batch in training, then another", _batch(7, 5), weight=2.0),
            Case("another eps and momentum", _batch(settings={"eps": 0.5, "momentum": 0.6}), weight=2.0),
            Case("nothing kept yet, then used", _batch(6, 5, next_mode="test", begun=False, settings={"momentum": 0.8})),
            Case("test mode, then training", _batch(5, 4, "test", "train", settings=_OWN), weight=2.0),
            Case("a single example in test mode", _single_in_test),
            Case("a single example in training", _single_in_training),
            Case("as many features as examples", _batch(5, 5, settings=_OWN)),
            Case("features without variance", _constant),
            Case("far from 0", _far_away),
            Case("tiny features", _tiny),
            Case("negative gamma, beta = 0", _negative_gamma),
            Case("transposed and strided arrays", _strided),
            Case("float32", _float32),
            _FORWARD_STEPS,
        ),
        _FORWARD,
        _FLOAT32,
    ),
    Task(
        "batchnorm-backward",
        _BACK_PUBLIC,
        _BACK_HIDDEN,
        _BACKWARD,
        _FLOAT32,
    ),
    Task(
        "batchnorm-backward-alt",
        _BACK_PUBLIC,
        _BACK_HIDDEN,
        _BACKWARD_ALT,
        _FLOAT32,
    ),
    Task(
        "layernorm-forward",
        (
            Case("five examples, seven features", _examples(), weight=2.0),
            Case("eps = 0.25", _examples(4, 6, eps=0.25)),
            Case("as many features as examples", _examples(4, 4)),
            Case("the shape of std in the cache", _examples(3, 4, as_it_is=True)),
            _LN_STEPS,
        ),
        (
            Case("other examples", _examples(6, 5), weight=2.0),
            Case("another eps", _examples(5, 6, eps=0.5)),
            Case("as many features as examples", _examples(5, 5, eps=0.25)),
            Case("a single example", _examples(1, 6, eps=0.25)),
            Case("examples without variance", _blank),
            Case("examples far from 0", _examples_far_away),
            Case("tiny examples", _examples_tiny),
            Case("strided arrays", _examples_strided),
            Case("float32", _examples_float32),
            Case("the cache of a single example", _examples(1, 5, as_it_is=True, eps=0.25)),
            Case("the shape of std in the cache", _examples(5, 3, as_it_is=True)),
            _LN_STEPS,
        ),
        _LN_FORWARD,
        _FLOAT32,
    ),
    Task(
        "layernorm-backward",
        (
            Case("five examples, seven features", _upstream(5, 7, 1), weight=2.0),
            Case("as many features as examples", _upstream(4, 4, 1)),
            _back_steps(1),
        ),
        (
            Case("other examples", _upstream(6, 8, 1), weight=2.0),
            Case("as many features as examples", _upstream(5, 5, 1)),
            Case("a single example", _upstream(1, 6, 1)),
            Case("many examples, three features", _upstream(12, 3, 1)),
            Case("an example without variance", _constant_back(1)),
            Case("large gradients, wide examples", _large_back(1)),
            Case("transposed and strided arrays", _strided_back(1)),
            Case("float32", _float32_back(1)),
            _back_steps(1),
        ),
        _LN_BACKWARD,
        _FLOAT32,
    ),
    Task(
        "batchnorm-net",
        (
            Case("batch normalization in training", _layer("batchnorm")),
            Case("batch normalization in use", _layer("batchnorm", 2, mode="test", next_mode="test")),
            Case("layer normalization", _layer("layernorm")),
            Case(
                "images in training, then in use", _layer("batchnorm", sizes=(12, 6, 4), shape=(2, 2, 3), next_mode="test")
            ),
        ),
        (
            Case("batch normalization in training, then in use", _layer("batchnorm", 2, next_mode="test"), weight=2.0),
            Case("in use, then in training", _layer("batchnorm", 1, "test", "train", N=4)),
            Case("a single image in use", _layer("batchnorm", 2, "test", "test", N=1)),
            Case("images that were not laid out", _layer("batchnorm", sizes=(12, 5, 4), shape=(2, 3, 2))),
            Case("all sizes alike", _layer("batchnorm", 2, sizes=(5, 5, 5))),
            Case("layer normalization in the second layer", _layer("layernorm", 2, "test", "train", N=4)),
            Case("layer normalization of a single image", _layer("layernorm", sizes=(12, 6, 4), shape=(3, 2, 2), N=1)),
        ),
        _NET,
        _FLOAT32,
    ),
)
