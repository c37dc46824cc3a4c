"""Whatever a student hands in is read as far as it goes, and what is amiss is said."""

import copy
import random

import nbformat
import pytest

import autograder.intake
from autograder.intake import read_submission

EXERCISES = ("knn-two-loops", "knn-predict-labels")
GRADED = (*EXERCISES, "knn-question")


@pytest.fixture(scope="module")
def release(small_built):
    return nbformat.read(small_built / "course/assignments/a1_data_driven/knn.ipynb", as_version=4)


@pytest.fixture
def read(hand_in, release):
    return lambda content: read_submission(hand_in(content), release)


def find(notebook, cell_id):
    return next(cell for cell in notebook.cells if cell.get("id") == cell_id)


def code(source, **fields):
    return nbformat.from_dict({"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **fields})


def solved(submission, task):
    return "raise NotImplementedError" not in submission.matched[task].source


# --- honest notebooks


def test_an_honest_notebook_is_matched_cell_by_cell_without_a_word(read, filled, release):
    submission = read(filled)
    assert submission.readable
    assert {i: c.source for i, c in submission.matched.items()} == {c.id: c.source for c in filled.cells}
    assert submission.matched.keys() == {c.id for c in release.cells}
    assert submission.messages == []
    assert submission.extra == {}


def test_sources_that_are_lists_of_lines_are_joined(read, filled):
    want = {c.id: c.source for c in filled.cells}
    for cell in filled.cells:
        cell.source = cell.source.splitlines(keepends=True)
    assert {i: c.source for i, c in read(filled).matched.items()} == want


def test_cells_that_a_student_added_come_after_the_cell_they_stand_below(read, filled):
    filled.cells.insert(0, code("first = 1"))
    place = filled.cells.index(find(filled, "knn-two-loops")) + 1
    filled.cells[place:place] = [code("second = 2"), code("  \n"), code("third = 3")]
    filled.cells.append(code("fourth = 4"))
    filled.cells.append(nbformat.v4.new_markdown_cell("a note to myself"))
    top, bottom = filled.cells[1].id, "knn-predict-labels-check"
    extra = read(filled).extra
    assert extra == {top: ["first = 1"], "knn-two-loops": ["second = 2", "third = 3"], bottom: ["fourth = 4"]}


# --- cells that suffered


def test_an_answer_without_metadata_and_id_is_found_behind_its_question(read, filled):
    find(filled, "knn-question").source = "Because."
    for cell in filled.cells:
        cell.metadata = {}
        del cell["id"]
    submission = read(filled)
    assert submission.matched["knn-question"].source == "Because."
    assert any("knn-question" in message and "behind its question" in message for message in submission.messages)


def test_cells_without_metadata_and_ids_are_found_by_their_content(read, filled, release):
    for cell in filled.cells:
        cell.metadata = {}
        del cell["id"]
    submission = read(filled)
    assert all(solved(submission, task) for task in EXERCISES)
    assert {c.id for c in release.cells} - submission.matched.keys() <= {"knn-question"}
    assert {m.partition(":")[0] for m in submission.messages} == set(GRADED)


def test_missing_cells_are_named(read, filled):
    filled.cells = [c for c in filled.cells if c.id not in ("knn-two-loops", "knn-question")]
    submission = read(filled)
    assert submission.messages == [f"{name}: the cell is missing" for name in ("knn-two-loops", "knn-question")]
    assert solved(submission, "knn-predict-labels")


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_exercise_that_became_text_is_missing(read, filled, kind):
    find(filled, "knn-two-loops").cell_type = kind
    assert read(filled).messages == ["knn-two-loops: the cell is missing"]


@pytest.mark.parametrize("below", [True, False], ids=["below", "above"])
@pytest.mark.parametrize("text", ["raise NotImplementedError()", "dists = 7"], ids=["an unsolved copy", "another solution"])
def test_of_a_cell_and_its_copy_the_original_counts_and_the_copy_runs_as_an_extra_cell(read, filled, below, text):
    original = find(filled, "knn-two-loops")
    twin = copy.deepcopy(original)
    twin.source, twin.id = f"def compute_distances_two_loops(self, X):\n    {text}", "made-by-the-editor"
    filled.cells.insert(filled.cells.index(original) + below, twin)
    submission = read(filled)
    assert submission.matched["knn-two-loops"].source == original.source
    assert list(submission.extra.values()) == [[twin.source]]
    assert submission.messages == []


def test_a_copied_check_is_an_extra_cell(read, filled):
    check = find(filled, "knn-two-loops-check")
    filled.cells.append(copy.deepcopy(check))
    submission = read(filled)
    assert submission.extra == {"knn-predict-labels-check": [check.source]}


def test_cells_in_another_order_are_matched_all_the_same(read, filled):
    want = {c.id: c.source for c in filled.cells}
    random.Random(0).shuffle(filled.cells)
    submission = read(filled)
    assert {i: c.source for i, c in submission.matched.items()} == want
    assert submission.messages == []
    assert submission.extra == {}


def test_renamed_ids_are_seen_through_by_the_grade_id(read, filled):
    for number, cell in enumerate(filled.cells):
        cell.id = f"cell-{number}"
    submission = read(filled)
    assert all(solved(submission, task) for task in EXERCISES)
    assert submission.messages == []


def test_renamed_grade_ids_are_seen_through_by_the_id(read, filled):
    for number, cell in enumerate(filled.cells):
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.grade_id = f"cell-{number}"
    submission = read(filled)
    assert all(solved(submission, task) for task in EXERCISES)
    assert submission.messages == []


def test_an_exercise_with_every_id_renamed_is_found_by_what_it_defines(read, filled):
    cell = find(filled, "knn-two-loops")
    cell.id = cell.metadata.nbgrader.grade_id = "mine"
    submission = read(filled)
    assert solved(submission, "knn-two-loops")
    assert submission.messages == ["knn-two-loops: the cell had lost its id and was found by its content"]


def test_an_exercise_whose_tags_were_exchanged_with_its_checks_is_still_found_by_its_id(read, filled):
    exercise, check = find(filled, "knn-two-loops"), find(filled, "knn-two-loops-check")
    exercise.metadata.nbgrader, check.metadata.nbgrader = check.metadata.nbgrader, exercise.metadata.nbgrader
    submission = read(filled)
    assert submission.messages or submission.matched["knn-two-loops"].source == exercise.source


# --- files that are no notebooks


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\xff\xfe",
        b"{",
        b'{"cells": [' + b"[" * 100_000,
        b"null",
        b"3",
        b'"cells"',
        b"[]",
        b"{}",
        b'{"cells": null}',
        b'{"cells": 3}',
        b'{"cells": {"a": 1}}',
        b'{"cells": [1, null, "x"]}',
        b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": []}]}',
    ],
    ids=lambda content: content[:20].decode(errors="replace") or "empty",
)
def test_what_is_no_notebook_is_unreadable_and_says_so(read, content):
    submission = read(content)
    assert not submission.readable
    assert submission.matched == {}
    assert len(submission.messages) == 1
    assert submission.messages[0].startswith("knn.ipynb is not a notebook that can be read")


def test_a_notebook_without_cells_misses_all_of_them(read):
    submission = read({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert submission.readable
    assert {m.partition(":")[0] for m in submission.messages} == set(GRADED)


def test_no_file_and_a_folder_in_its_place_are_not_handed_in(tmp_path, release):
    (tmp_path / "folder.ipynb").mkdir()
    for name in ("nothing.ipynb", "folder.ipynb"):
        submission = read_submission(tmp_path / name, release)
        assert not submission.readable
        assert submission.messages == [f"{name} was not handed in"]


def test_a_huge_file_is_not_even_parsed(read, filled, monkeypatch):
    monkeypatch.setattr(autograder.intake, "MAX_BYTES", 2**20)
    monkeypatch.setattr(autograder.intake.json, "loads", pytest.fail)
    filled.cells[0].source = "x" * 3 * 2**20
    submission = read(filled)
    assert not submission.readable
    assert submission.messages == ["knn.ipynb has 3 MB, more than 1; clear its outputs and hand it in again"]


# --- cells with odd fields

ODD = (None, True, 7, "text", [], [7], {}, {"a": None})


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("field", ["id", "metadata", "outputs", "execution_count", "cell_type", "source"])
def test_a_cell_with_an_odd_field_never_stops_the_reading(read, filled, field, odd):
    find(filled, "knn-two-loops")[field] = odd
    submission = read(filled)
    assert submission.messages or solved(submission, "knn-two-loops")


@pytest.mark.parametrize("field", ["id", "metadata", "outputs", "execution_count", "cell_type", "source"])
def test_a_cell_that_lacks_a_field_never_stops_the_reading(read, filled, field):
    del find(filled, "knn-two-loops")[field]
    submission = read(filled)
    assert submission.messages or solved(submission, "knn-two-loops")


@pytest.mark.parametrize("odd", [{}, {"a": None}, {"grade_id": None}, {"grade_id": ["knn-two-loops"]}], ids=repr)
def test_odd_nbgrader_metadata_never_stops_the_reading(read, filled, odd):
    find(filled, "knn-two-loops").metadata.nbgrader = odd
    assert solved(read(filled), "knn-two-loops")


@pytest.mark.parametrize("odd", [odd for odd in ODD if not isinstance(odd, dict)], ids=repr)
def test_nbgrader_metadata_that_is_no_object_never_stops_the_reading(read, filled, odd):
    find(filled, "knn-two-loops").metadata.nbgrader = odd
    assert solved(read(filled), "knn-two-loops")


@pytest.mark.parametrize("field", ["metadata", "cell_type", "source"])
def test_one_odd_cell_does_not_cost_the_others(read, filled, field):
    del find(filled, "knn-two-loops")[field]
    if field == "metadata":
        assert solved(read(filled), "knn-two-loops")
    assert solved(read(filled), "knn-predict-labels")
