"""The Solver visits every example once an epoch, keeps the best, stops cleanly, and goes on with the same numbers."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_kit.checkpoint import CheckpointError, copied, load_state, save_state
from cs231n_kit.solver import Diverged, Interrupted, Solver, SolverError, sgd

ROOT = Path(__file__).parents[2]


class Linear:
    """Least squares on one-hot labels: the simplest model that learns. Notes the batches that it sees."""

    def __init__(self, D=4, C=3, dtype=np.float64, scale=0.0):
        self.params = {"W": np.full((D, C), scale, dtype), "b": np.zeros(C, dtype)}
        self.seen, self.state = [], {}

    def loss(self, X, y=None):
        scores = X @ self.params["W"] + self.params["b"]
        if y is None:
            return scores
        self.seen.append(X[:, 0].copy())
        dscores = (scores - np.eye(scores.shape[1])[y]) / len(X)
        return 0.5 * len(X) * np.sum(dscores**2), {"W": X.T @ dscores, "b": dscores.sum(axis=0)}


def make_data(N=23, num_val=7, D=4, C=3, dtype=np.float64):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(N + num_val, D)).astype(dtype), rng.integers(0, C, size=N + num_val)
    X[:, 0] = np.arange(N + num_val)  # the number of the example
    return {"X_train": X[:N], "y_train": y[:N], "X_val": X[N:], "y_val": y[N:]}


def make_solver(model=None, data=None, **options):
    options = {"optim_config": {"learning_rate": 1e-3}, "num_epochs": 4, "batch_size": 5, "verbose": False, **options}
    return Solver(model or Linear(), data or make_data(), **options)


def momentum(w, dw, config):
    """A rule with a memory, which works in place, as rules that people write do."""
    config.setdefault("velocity", np.zeros_like(w))
    config["count"] = config.get("count", 0) + 1
    v = config["velocity"]
    v *= 0.9
    v -= config["learning_rate"] * dw
    w += v
    return w, config


def assert_same_run(a, b):
    for name in ("loss_history", "train_acc_history", "val_acc_history", "best_val_acc", "best_epoch", "epoch"):
        assert getattr(a, name) == getattr(b, name), name
    for mine, others in ((a.params, b.params), (a.best_params, b.best_params), (a.model.params, b.model.params)):
        assert mine.keys() == others.keys()
        assert all(np.array_equal(mine[name], others[name]) for name in mine)


# --- epochs


@settings(deadline=None, max_examples=40)
@given(N=st.integers(1, 40), batch_size=st.integers(1, 50), num_epochs=st.integers(0, 3), seed=st.integers(0, 99))
def test_an_epoch_visits_every_example_exactly_once(N, batch_size, num_epochs, seed):
    model = Linear()
    rng = np.random.default_rng(seed)
    solver = make_solver(model, make_data(N), batch_size=batch_size, num_epochs=num_epochs, rng=rng)
    solver.train()
    steps = -(-N // batch_size)
    assert len(model.seen) == len(solver.loss_history) == steps * num_epochs == solver.steps_per_epoch * num_epochs
    for epoch in range(num_epochs):
        visited = np.concatenate(model.seen[steps * epoch : steps * (epoch + 1)])
        assert np.array_equal(np.sort(visited), np.arange(N))
    assert len(solver.train_acc_history) == len(solver.val_acc_history) == num_epochs + 1


def test_epochs_come_in_different_orders_and_the_same_seed_gives_the_same_run():
    one, two = make_solver(), make_solver()
    one.train(), two.train()
    assert_same_run(one, two)
    first, second = (np.concatenate(one.model.seen[i : i + 5]) for i in (0, 5))
    assert not np.array_equal(first, second)
    other = make_solver(rng=np.random.default_rng(5))
    other.train()
    assert other.loss_history != one.loss_history


def test_the_global_random_state_is_left_alone():
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    make_solver().train()
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


# --- steps


def test_sgd_walks_against_the_gradient_and_leaves_what_it_is_given():
    w, dw, config = np.array([1.0, 2.0]), np.array([10.0, -10.0]), {"learning_rate": 0.1}
    next_w, again = sgd(w, dw, config)
    assert next_w.tolist() == [0.0, 3.0]
    assert (w.tolist(), dw.tolist(), again) == ([1.0, 2.0], [10.0, -10.0], config)
    assert sgd(w, dw)[0].tolist() == [0.9, 2.1]


def test_a_run_is_what_a_plain_loop_computes():
    data, model, other = make_data(), Linear(), Linear()
    solver = make_solver(model, data, num_epochs=2, lr_decay=0.5)
    solver.train()
    losses, batches = [], iter(model.seen)
    for rate in (1e-3, 5e-4):
        for _ in range(5):
            batch = next(batches).astype(int)
            loss, grads = other.loss(data["X_train"][batch], data["y_train"][batch])
            losses.append(loss)
            other.params = {name: w - rate * grads[name] for name, w in other.params.items()}
    assert solver.loss_history == losses
    assert all(np.array_equal(solver.params[name], other.params[name]) for name in other.params)
    assert {config["learning_rate"] for config in solver.optim_configs.values()} == {2.5e-4}


def test_float32_stays_float32_whatever_the_rule_computes_with():
    def careless(w, dw, config):
        return w - np.float64(1e-3) * dw, config

    for rule in (sgd, careless):
        rate = {"learning_rate": np.float64(1e-3)}
        solver = make_solver(Linear(dtype=np.float32), make_data(dtype=np.float32), update_rule=rule, optim_config=rate)
        solver.train()
        assert {w.dtype for w in [*solver.params.values(), *solver.model.params.values()]} == {np.dtype(np.float32)}


def test_a_rule_finds_its_own_memory_again_one_for_each_parameter():
    solver = make_solver(update_rule=momentum, num_epochs=2)
    solver.train()
    assert [config["count"] for config in solver.optim_configs.values()] == [10, 10]
    assert [config["velocity"].shape for config in solver.optim_configs.values()] == [(4, 3), (3,)]


# --- the best parameters


class Scripted(Linear):
    """Its accuracy in epoch e is what `accuracies[e]` says; its parameter W[0, 0] counts the steps."""

    def __init__(self, accuracies):
        super().__init__()
        self.accuracies, self.asked = accuracies, 0

    def loss(self, X, y=None):
        if y is not None:
            return 1.0, {"W": np.full((4, 3), -1.0), "b": np.zeros(3)}
        validation = len(X) == 10
        scores = np.zeros((len(X), 3))
        if validation:
            scores[: int(10 * self.accuracies[self.asked]), 1] = 1
            self.asked += 1
        return scores


def scripted(accuracies, **options):
    data = make_data(5, 10)
    data["y_val"][:] = 1
    rate = {"learning_rate": 1.0}
    solver = make_solver(Scripted(accuracies), data, optim_config=rate, num_epochs=len(accuracies) - 1, **options)
    solver.train()
    return solver


@pytest.mark.parametrize(
    ("accuracies", "best"),
    [([0, 0.3, 0.6, 0.5], 2), ([0.1, 0.4, 0.4, 0.2], 1), ([0, 0, 0], 0), ([0.5, 0.1], 0), ([0.2], 0)],
)
def test_the_model_ends_with_the_parameters_of_the_best_epoch_even_if_nothing_is_ever_right(accuracies, best):
    solver = scripted(accuracies)
    assert solver.best_epoch == best
    assert solver.best_val_acc == accuracies[best]
    assert solver.model.params["W"][0, 0] == solver.best_params["W"][0, 0] == best
    assert solver.params["W"][0, 0] == len(accuracies) - 1


def test_rules_that_work_in_place_corrupt_neither_the_best_parameters_nor_the_callers():
    model = Linear()
    mine = model.params["W"]
    solver = make_solver(model, update_rule=momentum, num_epochs=6)
    kept = []
    measure = solver._measure
    solver._measure = lambda bar: (measure(bar), kept.append(solver.params["W"].copy()))
    solver.train()
    assert np.array_equal(solver.best_params["W"], kept[solver.best_epoch])
    assert np.array_equal(mine, np.zeros((4, 3)))
    model.params["W"][:] = 7
    assert not (solver.best_params["W"] == 7).any()
    assert not (solver.params["W"] == 7).any()


def test_patience_ends_a_run_that_no_longer_improves_and_says_so(capsys):
    solver = scripted([0.1, 0.5, 0.3, 0.4, 0.5, 0.9, 0.9], patience=3, verbose=True)
    assert (solver.epoch, solver.best_epoch, solver.finished) == (4, 1, True)
    assert "stopped early: no better than epoch 1 for 3 epochs" in capsys.readouterr().out
    solver.patience = None
    solver.train()
    assert (solver.epoch, solver.best_epoch) == (6, 5)


def test_more_epochs_go_on_where_the_run_stopped():
    whole, parts = make_solver(num_epochs=6, update_rule=momentum), make_solver(num_epochs=2, update_rule=momentum)
    whole.train()
    parts.train()
    parts.num_epochs = 6
    parts.train()
    assert_same_run(whole, parts)


# --- interruptions


class Noisy(Linear):
    """Drops features at random and keeps a running mean: what has to be kept beside the parameters."""

    def __init__(self, stop_at=None, how=None):
        super().__init__()
        self.stop_at, self.how, self.count = stop_at, how, 0
        self.state = {"rng": np.random.default_rng(7), "running": {"mean": np.zeros(4)}}

    def loss(self, X, y=None):
        running = self.state["running"]
        if y is None:
            return super().loss(X - running["mean"])
        self.count += 1
        if self.count == self.stop_at:
            self.how()
        running["mean"] = 0.9 * running["mean"] + 0.1 * X.mean(axis=0)
        return super().loss(X * (self.state["rng"].random(X.shape) < 0.8), y)


def press_ctrl_c():
    signal.raise_signal(signal.SIGINT)


def raise_at_once():
    raise KeyboardInterrupt


def noisy_solver(model, **options):
    return make_solver(model, update_rule=momentum, rng=np.random.default_rng(3), lr_decay=0.9, **options)


@pytest.mark.parametrize("how", [press_ctrl_c, raise_at_once])
@pytest.mark.parametrize("stop_at", [1, 5, 7, 10, 20])
def test_an_interrupted_run_goes_on_in_the_same_process_with_the_same_numbers(how, stop_at):
    whole, broken = noisy_solver(Noisy()), noisy_solver(Noisy(stop_at, how))
    whole.train()
    with pytest.raises(Interrupted, match=r"interrupted after . of 4 epochs and \d+ steps\n.*solver.train\(\) goes on"):
        broken.train()
    assert len(broken.loss_history) == (stop_at if how is press_ctrl_c else stop_at - 1)
    assert all(np.array_equal(broken.model.params[n], broken.best_params[n]) for n in broken.params)
    broken.train()
    assert_same_run(whole, broken)
    assert np.array_equal(whole.model.state["running"]["mean"], broken.model.state["running"]["mean"])
    assert whole.model.state["rng"].random() == broken.model.state["rng"].random()


@pytest.mark.parametrize("stop_at", [3, 5, 12])
def test_an_interrupted_run_goes_on_from_its_file_with_the_same_numbers(tmp_path, stop_at, capsys):
    whole, broken = noisy_solver(Noisy()), noisy_solver(Noisy(stop_at, press_ctrl_c), checkpoint_name=tmp_path / "run")
    whole.train()
    with pytest.raises(Interrupted, match=r"run\.npz keeps it for train\(resume=True\)"):
        broken.train()
    again = noisy_solver(Noisy(), checkpoint_name=tmp_path / "run", verbose=True)
    again.train(resume=True)
    assert_same_run(whole, again)
    assert (
        f"going on with {tmp_path / 'run.npz'} after {stop_at // 5} of 4 epochs and {stop_at} steps"
        in capsys.readouterr().out
    )


def test_resume_starts_from_the_beginning_where_there_is_no_file_and_ends_at_once_where_all_is_done(tmp_path):
    first = noisy_solver(Noisy(), checkpoint_name=tmp_path / "new" / "run")
    first.train(resume=True)
    second = noisy_solver(Noisy(), checkpoint_name=tmp_path / "new" / "run")
    second.train(resume=True)
    assert_same_run(first, second)
    assert second.model.count == 0


def test_a_second_ctrl_c_does_not_wait():
    def twice():
        press_ctrl_c()
        press_ctrl_c()

    solver = noisy_solver(Noisy(3, twice))
    with pytest.raises(Interrupted):
        solver.train()
    assert len(solver.loss_history) == 2


def test_ctrl_c_works_as_before_once_training_is_over():
    before = signal.getsignal(signal.SIGINT)
    make_solver().train()
    with pytest.raises(Interrupted):
        noisy_solver(Noisy(2, press_ctrl_c)).train()
    assert signal.getsignal(signal.SIGINT) is before


def test_it_trains_in_another_thread_too():
    solver = make_solver()
    thread = threading.Thread(target=solver.train)
    thread.start()
    thread.join()
    assert solver.epoch == 4


# --- files


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from tests.cs231n_kit.test_solver import Noisy, noisy_solver

saves, fsync = 0, os.fsync
def killed(descriptor):
    global saves
    saves += 1
    if saves == {save}:
        os.ftruncate(descriptor, 100)  # half of it is on the disk
        os.kill(os.getpid(), signal.SIGKILL)
    fsync(descriptor)
os.fsync = killed
noisy_solver(Noisy(), checkpoint_name={name!r}).train(resume=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill like that")
def test_a_process_killed_while_it_writes_leaves_the_file_before_and_the_run_ends_the_same(tmp_path):
    name = str(tmp_path / "run")
    whole = noisy_solver(Noisy())
    whole.train()
    for save in (1, 3, 2):
        code = KILLED.format(root=str(ROOT), name=name, save=save)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == -signal.SIGKILL, done.stderr
    again = noisy_solver(Noisy(), checkpoint_name=name)
    again.train(resume=True)
    assert_same_run(whole, again)
    assert again.model.count == 10  # two epochs were kept: one by the second process, one by the third
    assert sorted(os.listdir(tmp_path)) == ["run.npz"]


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 torn"])
def test_a_damaged_file_is_named(tmp_path, content):
    (tmp_path / "run.npz").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"run\.npz is not a checkpoint.*\n  fix: delete it"):
        make_solver(checkpoint_name=tmp_path / "run").train(resume=True)


def test_a_file_of_another_run_is_refused(tmp_path):
    make_solver(checkpoint_name=tmp_path / "run").train()
    with pytest.raises(SolverError, match="is from another run: batch_size was 5, now it is 6"):
        make_solver(checkpoint_name=tmp_path / "run", batch_size=6).train(resume=True)
    with pytest.raises(SolverError, match="from another run: parameters"):
        make_solver(Linear(dtype=np.float32), checkpoint_name=tmp_path / "run").train(resume=True)
    with pytest.raises(SolverError, match="give the Solver a checkpoint_name"):
        make_solver().train(resume=True)


def test_a_memory_that_no_file_can_hold_is_named(tmp_path):
    def rule(w, dw, config):
        return w, {**config, "schedule": abs}

    with pytest.raises(CheckpointError, match=r"cannot be kept in .*run\.npz"):
        make_solver(update_rule=rule, checkpoint_name=tmp_path / "run").train()


def test_a_state_comes_back_as_it_was(tmp_path, rng):
    state = {"a": rng.normal(size=(2, 3)).astype(np.float32), "b": [1, 2.5, None, "text"], "rng": rng, "inner": {"c": rng}}
    save_state(tmp_path / "state.npz", state)
    for back in (load_state(tmp_path / "state.npz"), copied(state)):
        assert back["a"].dtype == np.float32
        assert np.array_equal(back["a"], state["a"])
        assert back["a"] is not state["a"]
        assert back["b"] == state["b"]
        assert back["inner"]["c"].bit_generator.state == rng.bit_generator.state
        assert back["rng"] is not rng
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        load_state(tmp_path / "other.npz")


# --- what is said


def test_a_line_for_each_epoch_and_for_some_steps_and_nothing_else_where_nobody_looks(capsys):
    make_solver(verbose=True, num_epochs=2, print_every=3).train()
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "epoch  0 of 2", "step 3", "epoch  1 of 2", "step 6", "step 9", "epoch  2 of 2",
    ]  # fmt: skip
    assert said.err == ""
    make_solver(verbose=False, print_every=3).train()
    assert capsys.readouterr() == ("", "")


def test_a_terminal_sees_a_bar_that_is_gone_afterwards(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    make_solver(verbose=True).train()
    said = capsys.readouterr()
    assert "step/s" in said.err
    assert said.err.rstrip(" ").endswith("\r")
    assert said.out.count("epoch") == 5


def test_a_notebook_sees_a_line_that_moves_and_is_empty_in_the_end(monkeypatch):
    import cs231n_kit.progress as progress

    shown = []

    class Handle:
        def update(self, bundle, raw):
            shown.append(bundle["text/plain"])

    display = type("display", (), {"display": staticmethod(lambda bundle, raw, display_id: Handle())})
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setattr(progress, "_in_notebook", lambda: True)
    monkeypatch.setattr(progress, "REFRESH_SECONDS", 0.0)
    make_solver(verbose=True).train()
    assert len(shown) == 21
    assert "epoch 1 of 4, loss" in shown[0]
    assert "20/20" in shown[-2]
    assert shown[-1] == ""


# --- what does not fit


@pytest.mark.parametrize("when", [1, 7])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_no_number_ends_the_run_with_advice_and_keeps_what_was_good(when, value):
    class Exploding(Linear):
        def loss(self, X, y=None):
            returned = super().loss(X, y)
            return (value, returned[1]) if y is not None and len(self.seen) == when else returned

    solver = make_solver(Exploding())
    with pytest.raises(
        Diverged, match=rf"the loss is {value} in step {when} \(epoch .\).*\n  try a learning rate ten times"
    ):
        solver.train()
    assert len(solver.loss_history) == when
    assert all(np.isfinite(w).all() for w in [*solver.model.params.values(), *solver.params.values()])


def test_a_parameter_that_is_no_number_is_named():
    solver = make_solver(update_rule=lambda w, dw, config: (w * np.nan, config))
    with pytest.raises(Diverged, match="an entry of W is infinite or NaN"):
        solver.train()


def with_loss(returned):
    model = Linear()
    model.loss = lambda X, y=None: returned if y is not None else np.zeros((len(X), 3))
    return model


GRADS = {"W": np.zeros((4, 3)), "b": np.zeros(3)}


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "returned None, expected two things"),
        (1.0, "returned float 1.0, expected two things"),
        ((np.zeros(3), GRADS), r"a loss of shape \(3,\), expected a single number"),
        ((1.0, {"W": GRADS["W"]}), "there is no gradient for b: .* returned those of W"),
        ((1.0, {**GRADS, "b": np.zeros((1, 3))}), r"the gradient of b has shape \(1, 3\), expected that of b, \(3,\)"),
        ((1.0, {**GRADS, "b": None}), r"the gradient of b has shape \(\)"),
    ],
)
def test_what_loss_returns_has_to_fit(returned, message):
    with pytest.raises(SolverError, match=message):
        make_solver(with_loss(returned)).train()


def test_without_labels_loss_has_to_return_scores():
    model = Linear()
    model.loss = lambda X, y=None: (0.0, GRADS)
    with pytest.raises(SolverError, match=r"without labels returned a tuple of 2, expected scores of shape \(23, C\)"):
        make_solver(model).train()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (lambda w, dw, config: w, r"the update rule returned an array of shape \(4, 3\), expected two things"),
        (lambda w, dw, config: (0.0, config), r"made W of shape \(4, 3\) into one of shape \(\)"),
    ],
)
def test_what_a_rule_returns_has_to_fit(rule, message):
    with pytest.raises(SolverError, match=message):
        make_solver(update_rule=rule).train()


def without(name):
    data = make_data()
    del data[name]
    return data


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((Linear, make_data()), {}, "of class type, has nothing to train"),
        ((type("Empty", (), {"params": {}})(), make_data()), {}, "of class Empty, has nothing to train"),
        ((type("Mute", (), {"params": GRADS})(), make_data()), {}, "has no method loss"),
        ((type("Ints", (), {"params": {"W": np.arange(3)}})(), make_data()), {}, "an array of int64, expected .* floating"),
        ((type("Lists", (), {"params": {"W": [1.0]}})(), make_data()), {}, r"is list \[1.0\], expected an array"),
        ((Linear(), without("y_val")), {}, "data lacks y_val; it has X_train"),
        ((Linear(), {**make_data(), "y_train": np.zeros(5)}), {}, r"X_train has shape \(23, 4\) and y_train \(5,\)"),
        ((Linear(), make_data(0)), {}, "with N above 0"),
        ((Linear(), make_data()), {"update_rule": "adam"}, "update_rule is 'adam', expected a function"),
        ((Linear(), make_data()), {"batch_size": 0}, "batch_size=0"),
        ((Linear(), make_data()), {"patience": 0}, "patience=0"),
    ],
)
def test_what_does_not_fit_is_named_at_once(arguments, options, message):
    with pytest.raises(SolverError, match=message):
        Solver(*arguments, **options)


def test_accuracy_is_measured_on_all_or_on_some(rng):
    model = Linear()
    model.params["W"][1:] = np.eye(3)
    X = rng.normal(size=(1203, 4))
    y = X[:, 1:].argmax(axis=1)
    y[:401] = (y[:401] + 1) % 3
    solver = make_solver(model)
    assert solver.check_accuracy(X, y) == pytest.approx(802 / 1203)
    assert 0.5 < solver.check_accuracy(X, y, num_samples=300) < 0.8


def test_the_same_examples_are_watched_in_every_epoch():
    solver = make_solver(num_train_samples=8, num_val_samples=3)
    before = {part: chosen.copy() for part, chosen in solver.watched.items()}
    solver.train()
    assert [len(chosen) for chosen in before.values()] == [8, 3]
    assert all(np.array_equal(solver.watched[part], before[part]) for part in before)
