"""The reference is the notebook's own solution; a known mistake that no longer fits it is an error."""

import pytest

from autograder.reference import MistakeError, mistaken, objects_for, solved
from autograder.source import read_source
from autograder.tasks import Mistake, all_tasks
from cs231n_kit.checks.probes import find_probe


@pytest.fixture
def path(tmp_path, small_source):
    (tmp_path / "knn.py").write_text(small_source)
    return tmp_path / "knn.py"


@pytest.fixture
def exercise(path):
    return next(cell for cell in read_source(path) if cell.name == "knn-two-loops")


def wrong(replace=None, body=""):
    return Mistake("some-mistake", "a title", "a hint", replace=replace or {}, body=body)


def test_a_pattern_is_replaced_in_the_solution_and_nothing_else_changes(exercise, path):
    text = mistaken(exercise, wrong({"np.sqrt(": "np.cbrt(", "range(num_test)": "range(1)"}), path)
    assert text == exercise.text.replace("np.sqrt(", "np.cbrt(").replace("range(num_test)", "range(1)")
    assert text != exercise.text


def test_a_pattern_that_does_not_match_is_an_error_which_says_where_and_which(exercise, path):
    with pytest.raises(MistakeError) as error:
        mistaken(exercise, wrong({"np.sqrt(": "(", "np.hypot(": "("}), path)
    said = str(error.value)
    assert said.startswith(f"{path}:{exercise.line}: ")
    for word in ("'some-mistake'", "'knn-two-loops'", "    np.hypot(\n", "fix: ", "autograder/tasks/knn.py"):
        assert word in said


def test_a_pattern_that_occurs_only_outside_the_solution_is_an_error(exercise, path):
    assert "return dists" in exercise.text
    with pytest.raises(MistakeError, match="return dists"):
        mistaken(exercise, wrong({"return dists": "return 2 * dists"}), path)


def test_a_mistake_that_changes_nothing_is_an_error(exercise, path):
    with pytest.raises(MistakeError) as error:
        mistaken(exercise, wrong({"np.sqrt(": "np.sqrt("}), path)
    assert str(error.value).startswith(f"{path}:{exercise.line}: ")
    assert "'some-mistake' of 'knn-two-loops' changes nothing" in str(error.value)


def test_a_body_replaces_everything_between_the_markers(exercise, path):
    text = mistaken(exercise, wrong(body="    dists += 7\n"), path)
    head, rest = exercise.text.split("    # BEGIN SOLUTION\n")
    tail = rest.split("    # END SOLUTION\n")[1]
    assert text == f"{head}    # BEGIN SOLUTION\n    dists += 7\n    # END SOLUTION\n{tail}"


def test_every_known_mistake_fits_its_solution(course):
    for source in course.sources:
        exercises = {cell.task: cell for cell in read_source(source) if cell.kind == "exercise"}
        for task in exercises.keys() & all_tasks().keys():
            texts = {mistaken(exercises[task], mistake, source) for mistake in all_tasks()[task].mistakes}
            assert len(texts) == len(all_tasks()[task].mistakes)


def test_solved_runs_setup_and_exercises_but_no_show_cell_and_no_check(path, capsys):
    with solved(path) as namespace:
        knn = namespace["KNearestNeighbor"]()
        knn.train(namespace["np"].array([[0, 0], [3, 4]]), None)
        assert knn.compute_distances_two_loops(namespace["np"].zeros((1, 2))).tolist() == [[0.0, 5.0]]
    assert capsys.readouterr().out == ""


def test_solved_empties_the_namespace_afterwards(path):
    with solved(path) as namespace:
        assert "KNearestNeighbor" in namespace
    assert namespace == {}
    with pytest.raises(ZeroDivisionError), solved(path) as namespace:
        raise ZeroDivisionError
    assert namespace == {}


def test_solved_runs_other_text_for_an_exercise(path, exercise):
    text = mistaken(exercise, wrong(body="    dists += 7\n"), path)
    with solved(path, {"knn-two-loops": text}) as namespace:
        np, knn = namespace["np"], namespace["KNearestNeighbor"]()
        knn.train(np.zeros((2, 2)), np.array([3, 3]))
        assert knn.compute_distances_two_loops(np.zeros((1, 2))).tolist() == [[7.0, 7.0]]
        assert knn.predict_labels(np.ones((1, 2))).tolist() == [3]


def test_an_error_in_a_solution_shows_its_line(path, exercise):
    text = mistaken(exercise, wrong(body="    dists[0] = 1 / 0\n"), path)
    with solved(path, {"knn-two-loops": text}) as namespace:
        knn = namespace["KNearestNeighbor"]()
        knn.train(namespace["np"].zeros((2, 2)), None)
        with pytest.raises(ZeroDivisionError) as error:
            knn.compute_distances_two_loops(namespace["np"].zeros((1, 2)))
    assert "dists[0] = 1 / 0" in str(error.traceback[-1].statement)
    assert f"line {exercise.line}" in str(error.traceback[-1].path)


def test_a_probe_is_given_what_it_names(path):
    with solved(path) as namespace:
        assert objects_for(find_probe("knn-two-loops"), namespace) == (namespace["KNearestNeighbor"],)


@pytest.mark.parametrize("mistake", [wrong(body="    return 0\n"), wrong({"dists": "0"})], ids=["body", "replace"])
def test_text_outside_the_markers_that_equals_the_solution_stays(path, small_source, mistake):
    inside = small_source.split("    # BEGIN SOLUTION\n")[1].split("    # END SOLUTION")[0]
    path.write_text(small_source.replace(inside, "    return dists\n", 1))
    cell = next(cell for cell in read_source(path) if cell.name == "knn-two-loops")
    assert mistaken(cell, mistake, path).count("    return dists\n") == 1
