"""Cases and known mistakes of the notebook of update rules."""

import numpy as np

from autograder.tasks import Case, Mistake, Task

_FLOAT32 = 1e-5  # float32 in, float32 on the way


# --- cases of all rules


def _away_from_zero(rng, shape):
    """Return numbers of both signs, none of them small: after any number of steps a mistake shows in each."""
    return rng.uniform(0.3, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)


def _steps(config, shape=(4, 3), num_steps=3, scale=1.0, dtype=np.float64, **options):
    """Return a function that draws a walk of a single parameter, w.

    config : what the rule's config begins with, or None; values that are functions are drawn: rng, shape -> value
    scale  : factor of the gradients
    """

    def drawn(rng):
        dw = [np.asarray(scale * _away_from_zero(rng, shape), dtype) for _ in range(num_steps)]
        own = config and {key: value(rng, shape) if callable(value) else value for key, value in config.items()}
        own = own and {key: value.astype(dtype) if isinstance(value, np.ndarray) else value for key, value in own.items()}
        return _walk({"w": np.asarray(_away_from_zero(rng, shape), dtype)}, {"w": dw}, {"w": own}, **options)

    return drawn


def _walk(w, dw, configs, rates=None, keys=(), types=False, watched=False):
    return {"w": w, "dw": dw, "configs": configs, "rates": rates, "keys": list(keys), "types": types, "watched": watched}


def _two(first, second):
    """Return a function that draws two parameters of one shape, each with a config of its own."""

    def drawn(rng):
        w = {name: _away_from_zero(rng, (4, 3)) for name in "ab"}
        dw = {name: [_away_from_zero(rng, (4, 3)) for _ in range(3)] for name in "ab"}
        return _walk(w, dw, {"a": first and dict(first), "b": second and dict(second)})

    return drawn


def _strided(config):
    """Return a function that draws a transposed w and gradients that are every other column of larger arrays."""

    def drawn(rng):
        dw = [_away_from_zero(rng, (4, 10))[:, ::2] for _ in range(3)]
        return _walk({"w": _away_from_zero(rng, (5, 4)).T}, {"w": dw}, {"w": dict(config)})

    return drawn


def _nearly_flat(config):
    """Return a function that draws gradients of about 1e-7, and a column of zeros."""

    def drawn(rng):
        dw = [1e-7 * _away_from_zero(rng, (4, 3)) * [1, 0, 1] for _ in range(3)]
        return _walk({"w": _away_from_zero(rng, (4, 3))}, {"w": dw}, {"w": config and dict(config)})

    return drawn


def _zeros(rng, shape):
    return np.zeros(shape)


def _memory(rng, shape):
    return 0.3 * _away_from_zero(rng, shape)


def _squares(rng, shape):
    return rng.uniform(0.5, 2.0, size=shape)


_WIDE = (
    "Right, but the weights came as float32 and leave as float64, which takes twice the memory and time: zeros "
    "of that type, or a NumPy number of it, make everything wide. `np.zeros_like(w)` has the type of w."
)


def _cases(config, other, keys, memory, before, scale=1.0):
    """Return the public and the hidden cases of a rule.

    config, other : two sets of settings, without memory      memory : memory to begin with, as `_steps` takes it
    keys          : the names of the memory                   before : the case of a memory, in words
    """
    rate = {"learning_rate": config["learning_rate"]}
    rates = [config["learning_rate"] * factor for factor in (1.0, 0.5, 0.1, 0.1)]
    public = (
        Case("three steps", _steps(config, scale=scale), weight=2.0),
        Case("the config after three steps", _steps(config, keys=keys)),
        Case("two parameters in turn", _two(config, other)),
        Case("two parameters without configs", _two(None, None)),
        Case("no config at all", _steps(None)),
        Case("what the config then holds", _steps(None, keys=keys)),
        Case("w and dw are left as they are", _steps(config, watched=True)),
        Case("float32 stays float32", _steps(None, dtype=np.float32, types=True), weight=0.0, remark=_WIDE),
    )
    hidden = (
        Case("six steps", _steps(config, (5, 2), 6), weight=2.0),
        Case("the config after four steps", _steps(other, (3,), 4, keys=keys)),
        Case(before, _steps({**config, **memory}, (2, 4), 3)),
        Case("no config at all, a vector", _steps(None, (5,), 4)),
        Case("an empty config", _steps({}, (2, 2), 3)),
        Case("a learning rate and nothing else", _steps(rate, (3, 3), 3)),
        Case("two parameters in turn", _two(other, config)),
        Case("two parameters in turn, the second without a config", _two(config, None)),
        Case("two parameters without configs", _two(None, None)),
        Case("a learning rate that somebody changes on the way", _steps(config, (4,), 4, rates=rates)),
        Case("a single number", _steps(other, (), 3)),
        Case("images, in float32", _steps(config, (2, 3, 2, 2), 3, dtype=np.float32)),
        Case("transposed and strided arrays", _strided(other)),
        Case("w and dw are left as they are", _steps(other, (3,), 2, watched=True)),
        Case("float32 stays float32", _steps(None, (3, 2), 2, dtype=np.float32, types=True), weight=0.0, remark=_WIDE),
    )
    return public, hidden


# --- mistakes of all rules


def _all_or_nothing(defaults):
    return Mistake(
        "all-or-nothing",
        "the defaults are used only if there is no config at all",
        "The Solver brings a config with a learning rate and nothing else. Whatever is not in it has to get "
        "its default, one by one; look at the first line of `sgd` again.",
        replace={f"config = {{{defaults}, **(config or {{}})}}": f"config = config or {{{defaults}}}"},
    )


def _settings_ignored(settings, memory):
    return Mistake(
        "settings-ignored",
        "the caller's settings are overwritten by the defaults",
        "In a dictionary that is put together from parts, the later part wins. What the caller brought should "
        "have the last word, and the defaults the first.",
        replace={f"{{{settings}, {memory}, **(config or {{}})}}": f"{{{memory}, **(config or {{}}), {settings}}}"},
    )


def _in_place(old, new):
    return Mistake(
        "in-place",
        "w itself was changed",
        "The values are right, but `w += ...` writes into the caller's array, who may still need the old weights (the "
        "Solver keeps the best ones). Make a new array.",
        replace={old: new},
    )


def _default_rate(right, wrong, words):
    return Mistake(
        "default-rate",
        f"without a config, the learning rate is not {right}",
        f"Your steps are {words} as they should be when nobody says what the learning rate is. The docstring has the "
        "defaults of this rule; they are not the same for all.",
        replace={f'"learning_rate": {right}': f'"learning_rate": {wrong}'},
    )


_MOMENTUM_FIXED = Mistake(
    "momentum-fixed",
    "the momentum is always 0.9, whatever the config says",
    "0.9 is the default, for a config that has no momentum. The caller may bring another one, and then that one counts.",
    replace={'config["momentum"]': "0.9"},
)
_V_AVERAGED = dict(
    id="averaged",
    title="the push of the gradient is multiplied by 1 − momentum",
    hint="That is a proper average, as RMSProp and Adam have it, with steps ten times shorter for a momentum of "
    "0.9. In this rule the gradient pushes with all of the learning rate.",
)
_V_RATE_OUTSIDE = dict(
    id="rate-outside",
    title="the learning rate stands before the velocity instead of within it",
    hint="With a rate that stays the same the path is the same, and some libraries do it like this. In ours the "
    "velocity already is the step, and a rate that changes later on only concerns what comes after.",
)
_NOT_STORED = dict(
    id="not-stored",
    title="the memory does not come back in the config",
    hint="The new value is computed, used, and forgotten with the end of the function: the next call finds the "
    "old one. What has to be remembered goes into the config that is returned.",
)

# --- momentum

_V_SETTINGS, _V_MEMORY = '"learning_rate": 1e-2, "momentum": 0.9', '"velocity": np.zeros_like(w)'
_V_DEFAULTS = f"{_V_SETTINGS}, {_V_MEMORY}"
_PUSH, _KEEP = '- config["learning_rate"] * dw', 'config["velocity"] = velocity'
_V_MISSPELT = Mistake(
    "misspelt",
    "the velocity has another name in the config",
    'The path is right, but the config should hold it under "velocity", letter by letter: whoever looks there, or goes on '
    "from a run that was kept, finds nothing under yours.",
    replace={'"velocity"': '"v"'},
)
_V_OPPOSITE = dict(
    id="opposite-sign",
    title="the velocity is stored with the opposite sign",
    hint="Yours is what is *subtracted*, and the path is right. That is a matter of taste; here the velocity "
    "is what is added to w, so that it points where the ball rolls.",
)
_MOMENTUM = (
    Mistake(
        "against-velocity",
        "the step goes against the velocity",
        "The minus sign is in the velocity already: it points downhill. Subtracting it from w walks uphill. "
        "The ball goes where its velocity points.",
        replace={"w + velocity": "w - velocity"},
    ),
    Mistake(
        "gradient-added",
        "the gradient is added to the velocity",
        "The gradient points uphill, so it has to be taken *off* the velocity. With yours, the ball rolls up the hill, "
        "faster and faster.",
        replace={_PUSH: '+ config["learning_rate"] * dw'},
    ),
    Mistake(**_V_OPPOSITE, replace={_PUSH: '+ config["learning_rate"] * dw', "w + velocity": "w - velocity"}),
    Mistake(**_V_RATE_OUTSIDE, replace={_PUSH: "+ dw", "w + velocity": 'w - config["learning_rate"] * velocity'}),
    Mistake(
        "rate-twice",
        "the learning rate is used twice",
        "It is in the velocity already, and then multiplies the velocity once more: the steps become a hundred "
        "times too short for a rate of 0.01.",
        replace={"w + velocity": 'w + config["learning_rate"] * velocity'},
    ),
    Mistake(
        "forgets",
        "the old velocity plays no part",
        "These are plain steps. The new velocity is a share of the old one, and the push of the gradient on top of it.",
        replace={'config["momentum"] * config["velocity"] - ': "-"},
    ),
    Mistake(**_NOT_STORED, replace={f"    {_KEEP}\n": ""}),
    Mistake(
        "one-memory",
        "all parameters that come without a config share one",
        "A dictionary of defaults that is made once, and then written into, is the same one for everybody: the "
        "gradients of W1 push W2. Each call has to begin with a dictionary of its own.",
        replace={
            f"config = {{{_V_DEFAULTS}, **(config or {{}})}}": (
                f'shared = vars(sgd_momentum).setdefault("shared", {{{_V_DEFAULTS}}})\n'
                f"    config = {{{_V_DEFAULTS}, **config}} if config else shared"
            )
        },
    ),
    Mistake(**_V_AVERAGED, replace={_PUSH: '- (1 - config["momentum"]) * config["learning_rate"] * dw'}),
    Mistake(
        "old-velocity",
        "the step is taken with the old velocity",
        "Yours moves first and is pushed afterwards: the first step goes nowhere. The gradient changes the "
        "velocity, and the changed velocity moves w.",
        replace={"next_w = w + velocity": 'next_w = w + config["velocity"]'},
    ),
    _V_MISSPELT,
    _in_place("next_w = w + velocity", "w += velocity\n    next_w = w"),
    _all_or_nothing(_V_DEFAULTS),
    _settings_ignored(_V_SETTINGS, _V_MEMORY),
    Mistake(
        "pushed-twice",
        "w takes the plain step as well as the velocity",
        "The push of the gradient is in the velocity already. The ball goes where its velocity points, and nothing is added "
        "to that.",
        replace={"w + velocity": 'w + velocity - config["learning_rate"] * dw'},
    ),
    Mistake(
        "place-stored",
        "what is kept as velocity is the new place",
        "The velocity is the *difference* between two places. If you stored the right array, did it change afterwards? "
        "After `config[...] = v` both are one array, and `v += w` changes it for both.",
        replace={_KEEP: 'config["velocity"] = next_w.copy()'},
    ),
    Mistake(
        "settings-dropped",
        "the config that is returned has lost the caller's settings",
        "The next call gets what this one returns. If nothing is in it but the velocity, the learning rate and the "
        "momentum are back at their defaults from the second step on.",
        replace={_KEEP: 'config = {"velocity": velocity}'},
    ),
    _MOMENTUM_FIXED,
    _default_rate("1e-2", "1e-3", "a tenth as long"),
)

_NESTEROV_STEP = 'next_w = w - config["momentum"] * before + (1 + config["momentum"]) * velocity'
_NESTEROV = (
    Mistake(
        "plain-momentum",
        "this is plain momentum",
        "The step is the new velocity and nothing else. What should move is the place one look ahead, so the "
        "old and the new look ahead have a part in it. (Or is your old velocity the new one already, because "
        "it was changed in place?)",
        replace={_NESTEROV_STEP: "next_w = w + velocity"},
    ),
    Mistake(
        "old-look-kept",
        "the old look ahead is not taken back",
        "w is where the *old* velocity would have led. Before the new look ahead is added, the step has to go "
        "back from there.",
        replace={_NESTEROV_STEP: 'next_w = w + (1 + config["momentum"]) * velocity'},
    ),
    Mistake(
        "no-new-look",
        "the new look ahead is missing",
        "Yours goes back to the ball and moves it, and leaves it there. w should be the place *ahead* of the "
        "ball again, by momentum times the new velocity.",
        replace={'(1 + config["momentum"]) * velocity': "velocity"},
    ),
    Mistake(
        "exchanged",
        "the old and the new velocity are exchanged",
        "The old look ahead is taken back, and the new velocity counts twice, once for the ball and once for "
        "the look ahead. Yours does it the other way round.",
        replace={_NESTEROV_STEP: 'next_w = w - config["momentum"] * velocity + (1 + config["momentum"]) * before'},
    ),
    Mistake(
        "look-without-ball",
        "the ball itself does not move",
        "The look ahead changes from the old to the new velocity, but the step of the ball, the new velocity "
        "itself, is missing. Follow the last formula of the text once more.",
        replace={'(1 + config["momentum"]) * velocity': 'config["momentum"] * velocity'},
    ),
    Mistake(
        "gradient-added",
        "the gradient is added to the velocity",
        "The gradient points uphill, so it has to be taken *off* the velocity. Look at the sign before the learning rate.",
        replace={_PUSH: '+ config["learning_rate"] * dw'},
    ),
    Mistake(
        **_V_OPPOSITE,
        replace={
            _PUSH: '+ config["learning_rate"] * dw',
            _NESTEROV_STEP: 'next_w = w + config["momentum"] * before - (1 + config["momentum"]) * velocity',
        },
    ),
    Mistake(
        "step-stored",
        "the whole step is stored instead of the velocity",
        "The step of w contains the change of the look ahead as well. What the ball remembers is its velocity alone.",
        replace={_KEEP: 'config["velocity"] = next_w - w'},
    ),
    Mistake(
        "forgets",
        "the old velocity plays no part in the new one",
        "The new velocity is a share of the old one, and the push of the gradient on top of it, just as in plain momentum.",
        replace={'config["momentum"] * before - config': "-config"},
    ),
    Mistake(**_NOT_STORED, replace={f"    {_KEEP}\n": ""}),
    _V_MISSPELT,
    _in_place(_NESTEROV_STEP, 'w += (1 + config["momentum"]) * velocity - config["momentum"] * before\n    next_w = w'),
    _all_or_nothing(_V_DEFAULTS),
    _settings_ignored(_V_SETTINGS, _V_MEMORY),
    Mistake(
        "push-missing",
        "w moves by the new look ahead and nothing else",
        "The step leads from the old look ahead to the new one. Written with the new velocity alone, a look ahead *and* "
        "the push of this gradient are left of it; yours has only the former.",
        replace={_NESTEROV_STEP: 'next_w = w + config["momentum"] * velocity'},
    ),
    Mistake(
        "look-stored",
        "the look ahead is stored instead of the velocity",
        "The velocity is multiplied by the momentum again at the next call. If momentum times velocity is stored, that "
        "happens twice, and the ball loses its speed too soon.",
        replace={_KEEP: 'config["velocity"] = config["momentum"] * velocity'},
    ),
    Mistake(
        **_V_RATE_OUTSIDE,
        replace={
            _PUSH: "+ dw",
            _NESTEROV_STEP: _NESTEROV_STEP.replace(
                'config["momentum"] * before + (1 + config["momentum"]) * velocity',
                'config["learning_rate"] * ((1 + config["momentum"]) * velocity - config["momentum"] * before)',
            ),
        },
    ),
    Mistake(**_V_AVERAGED, replace={_PUSH: '- (1 - config["momentum"]) * config["learning_rate"] * dw'}),
    _MOMENTUM_FIXED,
    _default_rate("1e-2", "1e-3", "a tenth as long"),
)

# --- rules that divide by the size of the gradients

_CACHE = '"cache": np.zeros_like(w)'
_ADAGRAD_SETTINGS = '"learning_rate": 1e-2, "epsilon": 1e-8'
_RMSPROP_SETTINGS = '"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8'
_ROOT = '(np.sqrt(cache) + config["epsilon"])'
_KEEP_CACHE = 'config["cache"] = cache'
_EPSILON_BEHIND = Mistake(
    "epsilon-behind",
    "epsilon is added to the step, not to the root",
    "A quotient binds more tightly than a sum, so epsilon comes behind the whole fraction, and 0 / 0 is still no number. It "
    "belongs below the line, together with the root: mind the parentheses.",
    replace={_ROOT: 'np.sqrt(cache) + config["epsilon"]'},
)
_CACHE_MISTAKES = (
    Mistake(
        "no-root",
        "the square root is missing",
        "The cache is made of *squares*. Dividing by a square makes steps shorter for large gradients than for "
        "small ones; the root of it has the size of a gradient.",
        replace={_ROOT: '(cache + config["epsilon"])'},
    ),
    Mistake(
        "epsilon-inside",
        "epsilon is inside the square root",
        "For ordinary gradients nobody sees it. For tiny ones it matters: the root of 1e-8 is 1e-4, ten "
        "thousand times larger. Here epsilon is added to the root.",
        replace={_ROOT: 'np.sqrt(cache + config["epsilon"])'},
    ),
    Mistake(
        "no-epsilon",
        "epsilon is missing",
        "A weight that never had a gradient has a cache of 0, and 0 / 0 is no number. One such weight is enough to ruin "
        "everything behind it.",
        replace={_ROOT: "np.sqrt(cache)"},
    ),
    Mistake(
        "uphill",
        "the step goes uphill",
        "The gradient points to where the loss grows. Dividing by its size doesn't change where it points: the "
        "step has to go against it.",
        replace={"next_w = w - config": "next_w = w + config"},
    ),
    Mistake(
        "one-for-all",
        "all weights share one size",
        "You add the squares up over the whole array. The point is that every weight has its own: the cache "
        "has the shape of w, and squares are taken number by number.",
        replace={"dw**2": "np.sum(dw**2)"},
    ),
    Mistake(
        "old-cache",
        "the step divides by the cache from before",
        "The new gradient has to be in the cache before it is divided by it. With the old cache the first step "
        "divides by epsilon alone, and is enormous.",
        replace={_ROOT: '(np.sqrt(config["cache"]) + config["epsilon"])'},
    ),
    Mistake(**_NOT_STORED, replace={f"    {_KEEP_CACHE}\n": ""}),
    Mistake(
        "misspelt",
        "the cache has another name in the config",
        'The path is right, but the config should hold it under "cache", letter by letter: whoever looks there finds '
        "nothing under yours.",
        replace={'"cache"': '"caches"'},
    ),
    _in_place("next_w = w - config", "next_w = w\n    next_w -= config"),
    _EPSILON_BEHIND,
    Mistake(
        "root-stored",
        "the cache holds the root instead of the squares",
        "The root is taken anew in each step, for use. What is remembered are squares: only they can be added up or "
        "averaged.",
        replace={_KEEP_CACHE: 'config["cache"] = np.sqrt(cache)'},
    ),
    Mistake(
        "rate-overwritten",
        "the learning rate in the config is overwritten",
        "What each weight divides by concerns this step only. If the quotient is stored as the learning rate, the next step "
        "divides it once more, and the steps soon vanish or explode.",
        replace={_KEEP_CACHE: f'config.update(cache=cache, learning_rate=config["learning_rate"] / {_ROOT})'},
    ),
)
_ADAGRAD = (
    *_CACHE_MISTAKES,
    Mistake(
        "not-squared",
        "the gradients are added up as they are, not squared",
        "Gradients of both signs cancel, and the root of a negative sum is no number. Squares are positive, "
        "whatever the sign.",
        replace={"dw**2": "dw"},
    ),
    Mistake(
        "forgets",
        "only the latest gradient is in the cache",
        "Then each step divides a gradient by its own size, and only its sign is left. The cache adds up the "
        "squares of *all* gradients so far.",
        replace={'config["cache"] + dw**2': "dw**2"},
    ),
    Mistake(
        "decays",
        "the cache forgets, as that of RMSProp",
        "AdaGrad keeps everything: the old sum is not made smaller, and the new square is added in full. "
        "Forgetting is the next idea.",
        replace={'config["cache"] + dw**2': '0.99 * config["cache"] + 0.01 * dw**2'},
    ),
    _all_or_nothing(f"{_ADAGRAD_SETTINGS}, {_CACHE}"),
    _settings_ignored(_ADAGRAD_SETTINGS, _CACHE),
)
_NEW_SHARE = '(1 - config["decay_rate"]) * dw**2'
_RMSPROP = (
    *_CACHE_MISTAKES,
    Mistake(
        "exchanged",
        "the decay rate and 1 − decay rate are exchanged",
        "A decay rate of 0.99 means that 0.99 of the *old* cache stays. Yours keeps a hundredth, and nearly "
        "forgets everything in each step.",
        replace={
            'config["decay_rate"] * config["cache"]': '(1 - config["decay_rate"]) * config["cache"]',
            _NEW_SHARE: 'config["decay_rate"] * dw**2',
        },
    ),
    Mistake(
        "whole-square",
        "the new square is added in full",
        "The two shares should add up to 1, so that the cache is an *average*. With a whole square in each "
        "step it grows to a hundred times that.",
        replace={_NEW_SHARE: "dw**2"},
    ),
    Mistake(
        "adagrad",
        "this is AdaGrad: nothing is forgotten",
        "The cache adds up all squares, and grows for ever. RMSProp keeps a share of the old cache, and takes "
        "in the rest from the new square.",
        replace={f'config["decay_rate"] * config["cache"] + {_NEW_SHARE}': 'config["cache"] + dw**2'},
    ),
    Mistake(
        "not-squared",
        "the gradients are averaged as they are, not squared",
        "Gradients of both signs cancel, and the root of a negative average is no number. Squares are positive, "
        "whatever the sign.",
        replace={_NEW_SHARE: '(1 - config["decay_rate"]) * dw'},
    ),
    Mistake(
        "share-squared",
        "1 − decay rate is squared together with the gradient",
        "Only the gradient is squared, and then its share is taken. With the square of a hundredth, the cache is a hundred "
        "times too small, and the steps ten times too long.",
        replace={_NEW_SHARE: '((1 - config["decay_rate"]) * dw) ** 2'},
    ),
    Mistake(
        "corrected",
        "the average is corrected for its beginning at 0",
        "That is a good idea, and it is the next rule's. RMSProp as it was shown divides by the root of the cache as it is, "
        "and its first steps are too long.",
        replace={
            _ROOT: '(np.sqrt(cache / (1 - config["decay_rate"] ** config["t"])) + config["epsilon"])',
            "    next_w = ": '    config["t"] = config.get("t", 0) + 1\n    next_w = ',
        },
    ),
    _all_or_nothing(f"{_RMSPROP_SETTINGS}, {_CACHE}"),
    _settings_ignored(_RMSPROP_SETTINGS, _CACHE),
)

# --- adam

_HATS = "m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)"
_ADAM_ROOT, _KEEP_ALL = '(np.sqrt(v_hat) + config["epsilon"])', "config.update(m=m, v=v, t=t)"
_ADAM = (
    Mistake(
        "counted-after-use",
        "t is counted after it is used",
        "In the first step your t is 0, so 1 − beta to the power of 0 is 0, and you divide by it. The first "
        "step is step 1: count before you divide.",
        replace={'config["t"] + 1': 'config["t"]', "t=t)": "t=t + 1)"},
    ),
    Mistake(
        "not-counted",
        "t stays as it is from step to step",
        "Every step is corrected as if it were the first. The count has to come back in the config, as m and v "
        "do, so that the next step finds it.",
        replace={_KEEP_ALL: "config.update(m=m, v=v)"},
    ),
    Mistake(
        "no-correction",
        "the bias correction is missing",
        "Both averages begin at 0, and are too small as long as they have seen little. Dividing them by the "
        "share that is not zero any more makes up for it.",
        replace={_HATS: "m_hat, v_hat = m, v"},
    ),
    Mistake(
        "half-corrected",
        "only m is corrected, not v",
        "v begins at 0 just as m does, and fills up a hundred times more slowly. Uncorrected, its root is far "
        "too small in the beginning, and the steps are far too long.",
        replace={_HATS: "m_hat, v_hat = m / (1 - beta1**t), v"},
    ),
    Mistake(
        "corrected-stored",
        "the corrected averages are stored",
        "The correction is for this step's use only. If it goes into the memory, the next step corrects it "
        "once more. Store m and v as they were before.",
        replace={_KEEP_ALL: "config.update(m=m_hat, v=v_hat, t=t)"},
    ),
    Mistake(
        "beta-times-t",
        "beta is multiplied by t instead of raised to it",
        "In every step the zero's share is multiplied by beta once more; after t steps that is a power. In "
        "Python it is written with two stars.",
        replace={"beta1**t": "beta1 * t", "beta2**t": "beta2 * t"},
    ),
    Mistake(
        "epsilon-inside",
        "epsilon is inside the square root",
        "For ordinary gradients nobody sees it. For tiny ones it matters: the root of 1e-8 is 1e-4, ten "
        "thousand times larger. Here epsilon is added to the root.",
        replace={_ADAM_ROOT: 'np.sqrt(v_hat + config["epsilon"])'},
    ),
    Mistake(
        "no-root",
        "the square root is missing",
        "v is an average of *squares*. Its root has the size of a gradient, so that the quotient has none; "
        "without the root, large gradients make short steps.",
        replace={_ADAM_ROOT: '(v_hat + config["epsilon"])'},
    ),
    Mistake(
        "betas-exchanged",
        "beta1 and beta2 are exchanged",
        "beta1 belongs to m, the average of the gradients, with a memory of ten steps; beta2 to v, the average "
        "of the squares, with one of a thousand.",
        replace={'beta1, beta2, t = config["beta1"], config["beta2"]': 'beta2, beta1, t = config["beta1"], config["beta2"]'},
    ),
    Mistake(
        "shares-exchanged",
        "beta and 1 − beta are exchanged",
        "beta is the share of the *old* average that stays, 0.9 of it; the new gradient only brings the rest. "
        "Yours forgets nearly everything in each step.",
        replace={
            'beta1 * config["m"] + (1 - beta1) * dw': '(1 - beta1) * config["m"] + beta1 * dw',
            'beta2 * config["v"] + (1 - beta2) * dw**2': '(1 - beta2) * config["v"] + beta2 * dw**2',
        },
    ),
    Mistake(
        "square-of-average",
        "v is made of the averaged gradient instead of the gradient",
        "Where gradients change their sign, the average is small although they are large. v should know how "
        "large they are: it takes the square of the gradient itself.",
        replace={"(1 - beta2) * dw**2": "(1 - beta2) * m**2"},
    ),
    Mistake(**_NOT_STORED, replace={_KEEP_ALL: "config.update(t=t)"}),
    _in_place("next_w = w - config", "next_w = w\n    next_w -= config"),
    Mistake(
        "settings-ignored",
        "the caller's settings are overwritten by the defaults",
        "In a dictionary that is put together from parts, the later part wins. What the caller brought should "
        "have the last word, and the defaults the first.",
        replace={
            '{"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **zeros, **(config or {})}': (
                '{**zeros, **(config or {}), "learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}'
            )
        },
    ),
    _all_or_nothing('"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **zeros'),
    _default_rate("1e-3", "1e-2", "ten times as long"),
    Mistake(
        "one-too-many",
        "t is one too many from the beginning",
        "The first step is corrected as if it were the second. With t = 0 to begin with, and one added at each call, the "
        "first step finds 1. Where does it begin in your function?",
        replace={'"t": 0}': '"t": 1}'},
    ),
    Mistake(
        "one-beta-for-both",
        "v is corrected with beta1",
        "Each average is divided by what is there of *it*. v fills up with beta2, a hundred times more slowly than m, and "
        "so its correction is another one.",
        replace={"v / (1 - beta2**t)": "v / (1 - beta1**t)"},
    ),
    Mistake(
        "correction-in-the-rate",
        "epsilon is added to the uncorrected root",
        "You corrected the learning rate instead of m and v, a known shorthand, from the same paper. It is not quite the "
        "same: your epsilon is not corrected, and for tiny gradients in the first steps that makes it far too large.",
        replace={
            _HATS: "m_hat, v_hat = m * np.sqrt(1 - beta2**t) / (1 - beta1**t), v",
        },
    ),
    Mistake(
        "gradient-for-average",
        "the direction is the gradient instead of its average",
        "m is computed, and plays no part: that is RMSProp with a correction. The direction of the step is the average of "
        "the gradients, as in momentum.",
        replace={_HATS: "m_hat, v_hat = dw, v / (1 - beta2**t)"},
    ),
)

# --- the schedule


def _plan(steps, total_steps, warmup_steps=0, min_rate=0.0):
    """Return a function that draws the learning rate of a plan, and asks for the rates of some steps."""

    def drawn(rng):
        options = {"base_rate": float(rng.uniform(0.05, 0.5)), "total_steps": total_steps}
        least = float(min_rate * options["base_rate"])
        return {"steps": np.array(steps), **options, "warmup_steps": warmup_steps, "min_rate": least}

    return drawn


_DONE, _DOWN = "(step - warmup_steps) / (total_steps - warmup_steps)", "(1 + np.cos(np.pi * done))"
_FALL = f"min_rate + 0.5 * (base_rate - min_rate) * {_DOWN}"
_SCHEDULE = (
    Mistake(
        "starts-at-zero",
        "the first step of the warm-up has a rate of 0",
        "Steps are counted from 0, and a step of length 0 is a batch for nothing. The first of ten should have "
        "a tenth of the rate, and the last of them all of it.",
        replace={"(step + 1) / warmup_steps": "step / warmup_steps"},
    ),
    Mistake(
        "no-warm-up",
        "there is no warm-up",
        "For the first `warmup_steps` steps the rate should rise along a straight line; the cosine begins after that.",
        replace={"step < warmup_steps": "step < 0", _DONE: "max(0, step - warmup_steps) / (total_steps - warmup_steps)"},
    ),
    Mistake(
        "one-step-too-long",
        "the warm-up lasts one step too long",
        "Steps are counted from 0, so there are `warmup_steps` of them *below* that number. Yours takes one "
        "more, with a rate above the base rate.",
        replace={"step < warmup_steps": "0 < warmup_steps and step <= warmup_steps"},
    ),
    Mistake(
        "begins-in-the-middle",
        "the cosine has begun before the warm-up ends",
        "The share that is done is counted from step 0, so the rate jumps down when the warm-up is over. At "
        "the end of the warm-up nothing of the fall is done.",
        replace={_DONE: "step / total_steps"},
    ),
    Mistake(
        "does-not-arrive",
        "the fall takes as many steps as the whole run",
        "It begins after the warm-up, so there are fewer steps left for it: after total_steps steps in all it "
        "has to be complete.",
        replace={_DONE: "(step - warmup_steps) / total_steps"},
    ),
    Mistake(
        "rises-again",
        "after the last step the rate rises again",
        "The cosine is a wave. If somebody trains longer than planned, the share that is done should stay at "
        "1, and the rate at its lowest.",
        replace={f"min(1, {_DONE})": _DONE},
    ),
    Mistake(
        "twice-as-high",
        "the rate begins at twice the base rate",
        "1 + cos runs from 2 down to 0. It has to be halved to run from 1 to 0.",
        replace={"0.5 * (base_rate - min_rate)": "(base_rate - min_rate)"},
    ),
    Mistake(
        "whole-wave",
        "the cosine runs through a whole wave",
        "With 2π the rate is back at the top in the end. Half a wave, from 0 to π, leads from 1 to −1, once.",
        replace={"np.pi * done": "2 * np.pi * done"},
    ),
    Mistake(
        "quarter-wave",
        "only a quarter of the wave is used",
        "The cosine from 0 to π/2 falls from 1 to 0 and is steepest at the end. The plan uses half a wave, "
        "moved up and halved, which is flat at both ends.",
        replace={f"0.5 * (base_rate - min_rate) * {_DOWN}": "(base_rate - min_rate) * np.cos(0.5 * np.pi * done)"},
    ),
    Mistake(
        "upside-down",
        "the rate rises where it should fall",
        "At the beginning of the fall the cosine is 1, and the rate should be the base rate there. Look at the "
        "sign before the cosine.",
        replace={"1 + np.cos": "1 - np.cos"},
    ),
    Mistake(
        "minimum-on-top",
        "the lowest rate is added on top",
        "The rate then begins above the base rate. It should fall *from* the base rate *to* the lowest one: "
        "how large is the way between them?",
        replace={"(base_rate - min_rate)": "base_rate"},
    ),
    Mistake(
        "minimum-ignored",
        "the rate falls to 0, not to the lowest rate",
        "`min_rate` says where the fall should end. With 0 there is no difference, so the first cases look right.",
        replace={_FALL: f"0.5 * base_rate * {_DOWN}"},
    ),
    Mistake(
        "straight",
        "the rate falls along a straight line",
        "That is a schedule, too, and not a bad one. This one follows half a cosine wave, which is flat at the "
        "beginning and at the end.",
        replace={_DOWN: "2 * (1 - done)"},
    ),
    Mistake(
        "one-step-ahead",
        "the fall is one step ahead",
        "The first step after the warm-up still has the whole base rate: nothing of the fall is done there. Only the "
        "warm-up counts its steps from 1.",
        replace={_DONE: "(step + 1 - warmup_steps) / (total_steps - warmup_steps)"},
    ),
    Mistake(
        "arrives-early",
        "the lowest rate is reached one step too early",
        "Yours is at the bottom in the last step of the run. In the formula d is 1 at t = T, the step *after* the last: "
        "which number of steps is the fall divided into?",
        replace={_DONE: "(step - warmup_steps) / max(1, total_steps - warmup_steps - 1)"},
    ),
    Mistake(
        "cut-off",
        "the rate falls toward 0 and is cut off at the lowest rate",
        "Then it meets the lowest rate with a kink, long before the end. The fall itself should lead there: from the base "
        "rate to the lowest one, gently at both ends.",
        replace={_FALL: f"max(min_rate, 0.5 * base_rate * {_DOWN})"},
    ),
    Mistake(
        "rises-from-the-lowest",
        "the warm-up begins at the lowest rate",
        "`min_rate` is where the fall ends. The warm-up knows nothing of it: it rises in equal parts of the base rate, "
        "the first of ten being a tenth.",
        replace={
            "base_rate * (step + 1) / warmup_steps": "min_rate + (base_rate - min_rate) * (step + 1) / warmup_steps",
        },
    ),
    Mistake(
        "one-part-too-many",
        "the last step of the warm-up does not reach the base rate",
        "Ten steps of warm-up rise by a tenth each, and the tenth of them has the base rate. Into how many parts do you "
        "divide it?",
        replace={"/ warmup_steps": "/ (warmup_steps + 1)"},
    ),
    Mistake(
        "nothing-at-the-end",
        "after the last step the rate is 0, not the lowest rate",
        "If somebody trains longer than planned, training should go on at the lowest rate. A rate of 0 changes no weight.",
        replace={_FALL: f"(0.0 if step >= total_steps else {_FALL})"},
    ),
)


def _cache_task(name, config, other, mistakes):
    public, hidden = _cases(config, other, ["cache"], {"cache": _squares}, "a cache from before")
    public = (*public, Case("tiny gradients, and zeros", _nearly_flat(config)))
    hidden = (
        *hidden,
        Case("tiny gradients, and zeros", _nearly_flat({**config, "epsilon": 1e-8})),
        Case("tiny gradients, and no config", _nearly_flat(None)),
        Case("a large epsilon", _steps({**config, "epsilon": 0.5}, (3, 3))),
    )
    return Task(name, public, hidden, mistakes, _FLOAT32)


def _velocity_task(name, mistakes):
    config, other = {"learning_rate": 0.1, "momentum": 0.8}, {"learning_rate": 0.3, "momentum": 0.5}
    public, hidden = _cases(config, other, ["velocity"], {"velocity": _memory}, "a velocity from before")
    hidden = (*hidden, Case("momentum 0", _steps({"learning_rate": 0.2, "momentum": 0.0}, (2, 3))))
    return Task(name, public, hidden, mistakes, _FLOAT32)


def _adam_task():
    config = {"learning_rate": 0.1, "beta1": 0.8, "beta2": 0.95}
    other = {"learning_rate": 0.3, "beta1": 0.6, "beta2": 0.9}
    memory = {"m": _memory, "v": _squares, "t": 5}
    public, hidden = _cases(config, other, ["m", "v", "t"], memory, "a memory of five steps from before")
    public = (*public, Case("tiny gradients, and zeros", _nearly_flat(config)))
    hidden = (
        *hidden,
        Case("tiny gradients, and zeros", _nearly_flat({**config, "epsilon": 1e-8})),
        Case("tiny gradients, and no config", _nearly_flat(None)),
        Case("a large epsilon", _steps({**config, "epsilon": 0.5}, (3, 3))),
        Case("beta1 = 0", _steps({**config, "beta1": 0.0}, (3, 2))),
    )
    return Task("optimizers-adam", public, hidden, _ADAM, _FLOAT32)


TASKS = (
    _velocity_task("optimizers-sgd-momentum", _MOMENTUM),
    _velocity_task("optimizers-nesterov", _NESTEROV),
    _cache_task("optimizers-adagrad", {"learning_rate": 0.3}, {"learning_rate": 0.1, "epsilon": 1e-3}, _ADAGRAD),
    _cache_task(
        "optimizers-rmsprop",
        {"learning_rate": 0.1, "decay_rate": 0.9},
        {"learning_rate": 0.2, "decay_rate": 0.7, "epsilon": 1e-3},
        _RMSPROP,
    ),
    _adam_task(),
    Task(
        "optimizers-schedule",
        (
            Case("a hundred steps without warm-up", _plan([0, 25, 50, 75, 99], 100), weight=2.0),
            Case("with ten steps of warm-up", _plan([0, 4, 9, 10, 11, 55, 99], 100, 10)),
            Case("with a lowest rate, and longer than planned", _plan([0, 30, 60, 75], 60, 0, 0.1)),
            Case("with warm-up and a lowest rate", _plan([0, 3, 4, 12, 19, 20], 20, 4, 0.3)),
        ),
        (
            Case("all of 40 steps", _plan(range(40), 40), weight=2.0),
            Case("all of 50 steps with a long warm-up", _plan(range(50), 50, 20), weight=2.0),
            Case("a warm-up of a single step", _plan(range(8), 8, 1)),
            Case("longer than planned", _plan([19, 20, 25, 39, 200], 20, 5)),
            Case("with warm-up and a lowest rate, longer than planned", _plan([0, 2, 3, 7, 20, 29, 30, 45], 30, 3, 0.2)),
            Case("a single step", _plan([0], 1)),
        ),
        _SCHEDULE,
    ),
)
