"""The contest keeps what counts, loses nothing that a file held before, and never ends in an error about a file."""

import time

import numpy as np
import pytest

from cs231n_kit.leaderboard import CAP, ChallengeError, Entry, challenge, main, read_leaderboard, table


class Constant:
    """A model that names the same class for every example."""

    def __init__(self, label):
        self.params, self.label = {"W": np.zeros(1)}, label

    def loss(self, X, y=None):
        return np.tile(np.eye(3)[self.label], (len(X), 1))


@pytest.fixture
def data():
    X = np.zeros((4, 2))
    return {"X_train": X, "y_train": np.zeros(4, int), "X_val": X, "y_val": np.array([0, 1, 1, 2]), "X_test": X}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "leaderboard.csv"


def run(data, name="mine", label=1, **options):
    """Run a recipe that needs no time; return the accuracy and what was said."""
    said = []
    accuracy = challenge(name, lambda data, seconds_left: Constant(label), data, say=said.append, **options)
    return accuracy, "\n".join(said)


def waste(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_the_accuracy_is_that_on_the_validation_examples(data):
    assert run(data)[0] == 0.5
    assert run(data, label=0)[0] == 0.25


def test_a_recipe_sees_the_time_run_out_and_no_test_examples(data):
    seen = {}

    def recipe(data, seconds_left):
        seen.update(keys=set(data), before=seconds_left())
        waste(0.05)
        seen["after"] = seconds_left()
        return Constant(1)

    challenge("mine", recipe, data, seconds=5, say=lambda line: None)
    assert seen["keys"] == {"X_train", "y_train", "X_val", "y_val"}
    assert 4 < seen["after"] < seen["before"] - 0.04 < 5


def test_nothing_is_kept_unless_a_file_is_named(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "not kept: no file was named" in run(data)[1]
    assert list(tmp_path.iterdir()) == []


def test_a_run_over_its_cap_is_told_and_not_kept(data, path):
    said = []

    def recipe(data, seconds_left):
        waste(0.05)
        return Constant(1)

    assert challenge("slow", recipe, data, seconds=0.01, file=path, say=said.append) == 0.5
    assert "over the cap of 0.01 seconds: not kept" in said[-1]
    assert not path.exists()


@pytest.mark.parametrize("seconds", [0, -1, CAP + 1, float("nan")])
def test_a_cap_that_is_none_is_refused(data, seconds):
    with pytest.raises(ChallengeError, match="expected more than 0 and at most 120"):
        run(data, seconds=seconds)


def test_runs_are_kept_and_the_table_has_the_best_first(data, path):
    run(data, "first", label=0, file=path)
    _, said = run(data, "second", label=1, file=path)
    entries, odd = read_leaderboard(path)
    assert [(entry.name, entry.accuracy) for entry in entries] == [("second", 0.5), ("first", 0.25)]
    assert odd == 0
    assert said.index("1.  0.500") < said.index("2.  0.250")
    assert path.read_text().startswith("name,accuracy,seconds\n")
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_of_equal_runs_the_faster_one_is_first(path):
    path.write_text("name,accuracy,seconds\nslow,0.5,100\nfast,0.5,20\n")
    assert read_leaderboard(path)[0] == [Entry("fast", 0.5, 20.0), Entry("slow", 0.5, 100.0)]


def test_a_name_cannot_break_the_file(data, path):
    run(data, 'a "b",\nc,1,2', file=path)
    entries, odd = read_leaderboard(path)
    assert [entry.name for entry in entries] == ["a b , c,1,2"]
    assert odd == 0


@pytest.mark.parametrize(
    "before", [b"\xff\xfe\x00garbage", b"name,accuracy,seconds\nx,2,3\ny,nan,1\nz,0.5\n", b'"open\nmine,0.1']
)
def test_what_cannot_be_read_stays_and_is_counted(data, path, before):
    path.write_bytes(before)
    _, said = run(data, file=path)
    entries, odd = read_leaderboard(path)
    assert [entry.name for entry in entries] == ["mine"]
    assert odd > 0
    assert f"{odd} line{'s' * (odd > 1)} of {path} could not be read" in said
    assert path.read_text().startswith(before.decode("utf-8", errors="replace"))


def test_a_file_that_is_far_too_large_is_left_alone(data, path):
    path.write_bytes(b"x" * (2**20 + 1))
    accuracy, said = run(data, file=path)
    assert accuracy == 0.5
    assert "larger than 1,048,576 bytes" in said
    assert path.stat().st_size == 2**20 + 1


def test_a_place_where_nothing_can_be_written_is_told_and_no_more(data, tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "missing" / "board.csv", tmp_path / "file" / "board.csv"):
        accuracy, said = run(data, file=place)
        assert accuracy == 0.5
        assert f"not kept in {place}" in said
    assert sorted(p.name for p in tmp_path.parent.iterdir() if p.name.endswith(".part")) == []


def test_a_missing_file_has_no_entries(path):
    assert read_leaderboard(path) == ([], 0)
    assert table([]) == ""


def test_the_files_of_a_class_become_one_table_of_the_best_runs(tmp_path, capsys):
    for name, rows in {"ada": "a,0.5,90\nb,0.6,100\n", "alan": "c,0.55,80\nnonsense\n"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "leaderboard.csv").write_text("name,accuracy,seconds\n" + rows)
    (tmp_path / "grace_12_leaderboard.csv").write_text("d,0.4,10\n")
    paths = [*(tmp_path / name / "leaderboard.csv" for name in ("alan", "ada", "nobody")), *tmp_path.glob("*.csv")]
    assert main(list(map(str, paths))) == 0
    printed = capsys.readouterr()
    ranked = [
        "  1.  0.600   100.0 s  ada: b",
        "  2.  0.550    80.0 s  alan: c",
        "  3.  0.400    10.0 s  grace_12_leaderboard: d",
    ]
    assert printed.out.splitlines() == ranked
    assert "1 line could not be read" in printed.err


def test_without_files_the_command_says_what_it_needs(capsys):
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
