"""Train a model by stochastic gradient descent, and keep what there is to know about the run.

`Solver` keeps the signature that CS231n's notebooks made known, where it makes sense. What differs: an epoch visits every
example once; randomness comes from a generator that you pass; the best parameters are kept whatever their accuracy; a run
that is interrupted goes on where it stopped, and ends with the same numbers.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from cs231n_kit.checkpoint import copied, load_state, save_state
from cs231n_kit.plain_error import PlainError
from cs231n_kit.progress import Progress

_KEPT = (
    "params",
    "model_state",
    "optim_configs",
    "epoch",
    "order",
    "position",
    "watched",
    "loss_history",
    "train_acc_history",
    "val_acc_history",
    "best_params",
    "best_model_state",
    "best_val_acc",
    "best_epoch",
)  # the attributes that make up the state of a run, apart from the random generator


class SolverError(PlainError):
    """Something does not fit: the data, the model, its gradients, or what the update rule returns."""


class Diverged(SolverError):
    """The loss or a parameter became infinite or NaN. Everything up to the step before is kept."""


class Interrupted(KeyboardInterrupt):
    """Training was interrupted (Ctrl-C, or the square button). The message says how to go on."""

    def _render_traceback_(self):
        return [str(self)]


def sgd(w, dw, config=None):
    """Return w after a step of length learning_rate against its gradient, and the config.

    w, dw  : arrays of the same shape; left as they are
    config : {"learning_rate": 1e-2} if nothing else is said

    This is the form of every update rule: (w, dw, config) -> (next_w, config). The config is the rule's memory, one for
    each parameter; what a rule puts there it finds again in the next step.
    """
    config = {"learning_rate": 1e-2, **(config or {})}
    return w - config["learning_rate"] * dw, config


class Solver:
    """Trains `model` on `data`; see `__init__` for what it takes, and `train` to begin.

    The model has a dict `params` of float arrays, and a method `loss`: loss(X, y) returns the loss of a batch and a dict of
    gradients with the keys of `params`; loss(X) returns scores, (N, C). What else it keeps from step to step (running
    averages, a random generator) it holds in a dict `state`, if it wants that to be kept with the parameters.

    After training, `model.params` are those of the epoch with the best validation accuracy, and there are:

    loss_history                       : the loss of each step
    train_acc_history, val_acc_history : accuracies before training and after each epoch
    best_val_acc, best_epoch           : the best validation accuracy, and after how many epochs it was reached
    best_params                        : copies of the parameters at that time
    """

    def __init__(
        self,
        model,
        data: dict[str, np.ndarray],
        *,
        update_rule: Callable = sgd,
        optim_config: dict | None = None,
        lr_decay: float = 1.0,
        num_epochs: int = 10,
        batch_size: int = 100,
        print_every: int = 0,
        num_train_samples: int | None = 1000,
        num_val_samples: int | None = None,
        checkpoint_name: str | Path | None = None,
        patience: int | None = None,
        verbose: bool = True,
        rng: np.random.Generator | None = None,
    ):
        """Prepare a run; nothing is computed yet.

        data              : "X_train" (N, ...), "y_train" (N,), "X_val", "y_val"
        update_rule       : (w, dw, config) -> (next_w, config), as `sgd`
        optim_config      : what each parameter's config begins with, such as {"learning_rate": 1e-3}
        lr_decay          : factor for every learning rate after each epoch
        print_every       : also print the loss of every so many steps; 0 for none
        num_train_samples : of the training examples, how many the training accuracy is measured on; None for all
        num_val_samples   : the same for the validation accuracy
        checkpoint_name   : keep the run in <checkpoint_name>.npz after each epoch and when it is interrupted
        patience          : stop after so many epochs without a better validation accuracy; None to go on to the end
        verbose           : print a line for each epoch, and show a bar where there is somebody to see it
        rng               : shuffles the examples; np.random.default_rng(0) if None
        Raises SolverError if something does not fit.
        """
        _check_model(model)
        _check_data(data)
        _check_numbers(num_epochs, batch_size, patience)
        if not callable(update_rule):
            raise SolverError(
                f"update_rule is {update_rule!r}, expected a function (w, dw, config) -> (next_w, config)\n"
                f"  fix: pass the function itself, without quotation marks, such as update_rule=sgd"
            )
        self.model, self.data, self.update_rule = model, data, update_rule
        self.lr_decay, self.num_epochs, self.batch_size, self.patience = lr_decay, num_epochs, batch_size, patience
        self.print_every, self.verbose = print_every, verbose
        self.checkpoint = Path(f"{checkpoint_name}.npz") if checkpoint_name is not None else None
        self.rng = rng if rng is not None else np.random.default_rng(0)
        self._begin(optim_config or {}, num_train_samples, num_val_samples)

    def _begin(self, optim_config, num_train_samples, num_val_samples):
        """Set the state of a run that has not begun."""
        self.params, self.model_state = copied(self.model.params), copied(getattr(self.model, "state", {}))
        self.optim_configs = {name: dict(optim_config) for name in self.params}
        self.epoch, self.order, self.position = 0, None, 0
        samples = {"train": num_train_samples, "val": num_val_samples}
        self.watched = {part: self._some(part, number) for part, number in samples.items()}
        self.loss_history, self.train_acc_history, self.val_acc_history = [], [], []
        self.best_params, self.best_model_state = copied(self.params), copied(self.model_state)
        self.best_val_acc, self.best_epoch = None, 0

    def _some(self, part, number):
        """Return which examples an accuracy is measured on: the same in every epoch, so that epochs can be compared."""
        N = len(self.data[f"y_{part}"])
        chosen = np.arange(N) if number is None or number >= N else self.rng.choice(N, size=number, replace=False)
        return np.sort(chosen)

    # --- training

    def train(self, resume: bool = False) -> None:
        """Train up to `num_epochs` epochs, and leave the best parameters in the model.

        resume : first take up what the checkpoint holds, if there is one. A run that ended early, in whatever way, goes on
                 as if it had never stopped: build the model and the solver as before, and call train(resume=True).

        Called again, it goes on where it stopped: after an interruption, or with a larger `num_epochs` or `patience`.
        Raises Diverged if the loss is no number any more, and Interrupted, with everything kept, for Ctrl-C.
        """
        if resume:
            self._take_up_checkpoint()
        self._to_model(self.params, self.model_state)
        left = (self.num_epochs - self.epoch) * self.steps_per_epoch - -(-self.position // self.batch_size)
        try:
            with _between_steps() as pause, Progress(max(left, 0), self.verbose) as bar:
                if len(self.val_acc_history) == self.epoch:  # before training, or the last measurement was interrupted
                    self._measure(bar)
                while not self.finished:
                    self._step(bar)
                    pause()
        except KeyboardInterrupt:
            raise Interrupted(self._how_to_go_on()) from None
        finally:
            self._to_model(self.best_params, self.best_model_state)

    @property
    def steps_per_epoch(self) -> int:
        """How many steps visit every training example once; the last batch may be smaller."""
        return -(-len(self.data["y_train"]) // self.batch_size)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or the validation accuracy has not improved for `patience` of them."""
        return self.epoch >= self.num_epochs or self._is_out_of_patience()

    def _is_out_of_patience(self):
        return self.patience is not None and self.order is None and self.epoch - self.best_epoch >= self.patience

    def _step(self, bar):
        """Take one step; nothing of it is kept unless it is complete."""
        if self.order is None:
            self.order, self.position = self.rng.permutation(len(self.data["y_train"])), 0
        batch = self.order[self.position : self.position + self.batch_size]
        loss, grads = self._loss(self.data["X_train"][batch], self.data["y_train"][batch])
        updated = {name: self._updated(name, grads[name]) for name in self.params}
        self.params = {name: w for name, (w, _) in updated.items()}
        self.optim_configs = {name: config for name, (_, config) in updated.items()}
        self.model.params.update(self.params)
        self.loss_history += [loss]
        self.position += len(batch)
        steps = len(self.loss_history)
        bar.step(f"epoch {self.epoch + 1} of {self.num_epochs}, loss {loss:.3g}")
        if self.verbose and self.print_every and steps % self.print_every == 0:
            bar.say(f"step {steps}: loss {loss:.4g}")
        if self.position >= len(self.order):
            self._end_epoch(bar)

    def _loss(self, X, y):
        """Return the loss of a batch and the gradients, once they are found to be what they should."""
        returned = self.model.loss(X, y)
        if not isinstance(returned, tuple) or len(returned) != 2 or not isinstance(returned[1], dict):
            raise SolverError(
                f"model.loss(X, y) returned {_kind(returned)}, expected two things: the loss, and a dict of gradients\n"
                f"  does it end with `return loss, grads` when y is given?"
            )
        loss, grads = returned
        if np.ndim(loss) != 0:
            raise SolverError(f"model.loss(X, y) returned a loss of shape {np.shape(loss)}, expected a single number")
        for name, w in self.params.items():
            _check_gradient(name, grads, w)
        if not np.isfinite(loss):
            self.loss_history.append(float(loss))  # so that the picture of the run shows it
            raise Diverged(self._diverged(f"the loss is {float(loss)}"))
        return float(loss), grads

    def _updated(self, name, dw):
        """Return a parameter and its config after a step. The rule gets copies, so that it may work in place."""
        w = self.params[name]
        returned = self.update_rule(w.copy(), dw, dict(self.optim_configs[name]))
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise SolverError(f"the update rule returned {_kind(returned)}, expected two things: next_w and config")
        next_w, config = returned
        if np.shape(next_w) != w.shape:
            raise SolverError(f"the update rule made {name} of shape {w.shape} into one of shape {np.shape(next_w)}")
        next_w = np.asarray(next_w, dtype=w.dtype)  # float32 stays float32, whatever the rule computes with
        if not np.isfinite(next_w).all():
            raise Diverged(self._diverged(f"an entry of {name} is infinite or NaN"))
        return next_w, config

    def _diverged(self, what):
        rates = {config["learning_rate"] for config in self.optim_configs.values() if "learning_rate" in config}
        rate = f" (now {max(rates):.3g})" if rates else ""
        return (
            f"{what} in step {len(self.loss_history)} (epoch {self.epoch + 1}): the run has diverged\n"
            f"  try a learning rate ten times smaller{rate}, or smaller initial weights; if it happens in the very first\n"
            f"  step, look for overflow in the loss, and for NaN in the data"
        )

    def _end_epoch(self, bar):
        self.epoch, self.order, self.position = self.epoch + 1, None, 0
        for config in self.optim_configs.values():
            if "learning_rate" in config:
                config["learning_rate"] *= self.lr_decay
        self._measure(bar)
        if self._is_out_of_patience() and self.epoch < self.num_epochs and self.verbose:
            bar.say(f"stopped early: no better than epoch {self.best_epoch} for {self.patience} epochs")

    def _measure(self, bar):
        """Measure both accuracies, keep the best parameters, print a line, and write the checkpoint."""
        train_acc, val_acc = (self._accuracy(part) for part in ("train", "val"))
        self.train_acc_history.append(train_acc)
        self.val_acc_history.append(val_acc)
        self.model_state = copied(getattr(self.model, "state", {}))
        if self.best_val_acc is None or val_acc > self.best_val_acc:
            self.best_val_acc, self.best_epoch = val_acc, self.epoch
            self.best_params, self.best_model_state = copied(self.params), copied(self.model_state)
        if self.verbose:
            loss = f"loss {np.mean(self.loss_history[-self.steps_per_epoch :]):.4f}" if self.epoch else "before training"
            bar.say(f"epoch {self.epoch:2} of {self.num_epochs}: {loss}, training {train_acc:.3f}, validation {val_acc:.3f}")
        self._save()

    def _accuracy(self, part):
        chosen = self.watched[part]
        return self.check_accuracy(self.data[f"X_{part}"][chosen], self.data[f"y_{part}"][chosen])

    def check_accuracy(self, X, y, num_samples: int | None = None, batch_size: int = 500) -> float:
        """Return the share of the examples, or of `num_samples` random ones, to which the model gives their label."""
        if num_samples is not None and num_samples < len(X):
            chosen = np.random.default_rng(0).choice(len(X), size=num_samples, replace=False)
            X, y = X[chosen], y[chosen]
        right = 0
        for start in range(0, len(X), batch_size):
            part = slice(start, start + batch_size)
            right += np.count_nonzero(self._scores(X[part]).argmax(axis=1) == y[part])
        return right / len(X)

    def _scores(self, X):
        scores = self.model.loss(X)
        if not isinstance(scores, np.ndarray) or scores.ndim != 2 or len(scores) != len(X):
            raise SolverError(
                f"model.loss(X) without labels returned {_kind(scores)}, expected scores of shape ({len(X)}, C)\n"
                f"  when y is None, loss should return the scores and nothing else"
            )
        return scores

    # --- keeping and taking up

    def _to_model(self, params, state):
        self.model.params.update(copied(params))
        if state:
            self.model.state.update(copied(state))

    def _save(self):
        if self.checkpoint is not None:
            kept = {name: getattr(self, name) for name in _KEPT}
            save_state(self.checkpoint, {"settings": self._settings(), "rng": self.rng, **kept})

    def _settings(self):
        """Return what has to be the same for a run to go on as it would have."""
        return {
            "batch_size": self.batch_size,
            "training examples": list(self.data["X_train"].shape),
            "update rule": getattr(self.update_rule, "__name__", "unnamed"),
            "lr_decay": self.lr_decay,
            "parameters": {name: f"{w.shape} {w.dtype}" for name, w in self.params.items()},
        }

    def _take_up_checkpoint(self):
        if self.checkpoint is None:
            raise SolverError("there is nothing to resume from: give the Solver a checkpoint_name")
        if not self.checkpoint.exists():
            return
        state = load_state(self.checkpoint)
        then, now = state.get("settings", {}), self._settings()
        for name in now:
            if then.get(name) != now[name]:
                raise SolverError(
                    f"{self.checkpoint} is from another run: {name} was {then.get(name)}, now it is {now[name]}\n"
                    f"  fix: build the model and the Solver as before, or choose another checkpoint_name"
                )
        self.rng.bit_generator.state = state["rng"].bit_generator.state
        for name in _KEPT:
            setattr(self, name, state[name])
        if self.verbose:
            print(f"going on with {self.checkpoint} after {self._progress_so_far()}")

    def _progress_so_far(self):
        return f"{self.epoch} of {self.num_epochs} epochs and {len(self.loss_history)} steps"

    def _how_to_go_on(self):
        self.model_state = copied(getattr(self.model, "state", {}))
        self._save()
        later = (
            "" if self.checkpoint is None else f", also in a new process: {self.checkpoint} keeps it for train(resume=True)"
        )
        return (
            f"interrupted after {self._progress_so_far()}\n"
            f"  the model has the best parameters so far; solver.train() goes on exactly here{later}"
        )


@contextlib.contextmanager
def _between_steps() -> Iterator[Callable[[], None]]:
    """Yield a function to call between steps: Ctrl-C waits for it, so that no step is left half done. A second one does not.

    Outside the main thread, which alone is sent signals, it never has anything to wait for.
    """
    asked = []

    def ask(number, frame):
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    def pause():
        if asked:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield pause
        return
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield pause
    finally:
        signal.signal(signal.SIGINT, before)


def _check_model(model):
    params = getattr(model, "params", None)
    if not isinstance(params, dict) or not params:
        raise SolverError(
            f"the model, of class {type(model).__name__}, has nothing to train: expected model.params, a dict of arrays, "
            f"got {_kind(params)}\n"
            f"  pass the model itself, TwoLayerNet(...), not its class"
        )
    for name, w in params.items():
        if not isinstance(w, np.ndarray) or w.dtype.kind != "f":
            kind = f"an array of {w.dtype}" if isinstance(w, np.ndarray) else _kind(w)
            raise SolverError(f"model.params[{name!r}] is {kind}, expected an array of floating point numbers")
    if not callable(getattr(model, "loss", None)):
        raise SolverError(f"the model, of class {type(model).__name__}, has no method loss(X, y)")


def _check_data(data):
    missing = [name for name in ("X_train", "y_train", "X_val", "y_val") if name not in data]
    if missing:
        raise SolverError(f"data lacks {' and '.join(missing)}; it has {', '.join(map(str, data)) or 'nothing'}")
    for part in ("train", "val"):
        X, y = data[f"X_{part}"], data[f"y_{part}"]
        if np.ndim(y) != 1 or len(X) != len(y) or len(y) == 0:
            raise SolverError(
                f"X_{part} has shape {np.shape(X)} and y_{part} {np.shape(y)}, expected (N, ...) and (N,), with N above 0"
            )


def _check_numbers(num_epochs, batch_size, patience):
    if num_epochs < 0 or batch_size < 1 or (patience is not None and patience < 1):
        raise SolverError(
            f"got num_epochs={num_epochs}, batch_size={batch_size} and patience={patience}; they count epochs and examples, "
            f"and the last two are at least 1"
        )


def _check_gradient(name, grads, w):
    if name not in grads:
        raise SolverError(
            f"there is no gradient for {name}: loss(X, y) returned those of {', '.join(map(str, grads)) or 'nothing'}\n"
            f"  expected one for each of model.params, under the same name"
        )
    if np.shape(grads[name]) != w.shape:
        raise SolverError(f"the gradient of {name} has shape {np.shape(grads[name])}, expected that of {name}, {w.shape}")


def _kind(value):
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    return f"{type(value).__name__} {value!r}"[:60]
