"""Whatever a student hands in is read as far as it goes, and what is amiss is said."""

import copy
import json
import os
import random
from contextlib import ExitStack

import nbformat
import pytest

import autograder.intake
from autograder.build import kind_of
from autograder.course import CourseError
from autograder.engine import LONGEST_ID, grade_class
from autograder.grade import grade_submission, prepare
from autograder.intake import find_notebook, read_submission

EXERCISES = ("knn-two-loops", "knn-predict-labels")
GRADED = (*EXERCISES, "knn-question")
A1 = "a1_data_driven"


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
        b'{"nbformat": 3, "worksheets": []}',
        b'{"nbformat": 3, "worksheets": 3}',
        b'{"nbformat": 3, "worksheets": [{"cells": 3}]}',
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


def test_a_notebook_in_format_3_is_read_and_that_is_remarked(read, filled):
    want = find(filled, "knn-two-loops").source
    cells = [{"cell_type": "code", "input": c.source, "language": "python"} for c in filled.cells if c.cell_type == "code"]
    submission = read({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]})
    assert submission.matched["knn-two-loops"].source == want
    assert all(solved(submission, task) for task in EXERCISES)
    assert "it is in an old format of notebooks (3)" in submission.messages


def test_another_kernel_is_remarked(read, filled):
    assert read(filled).messages == []
    filled.metadata.kernelspec = {"name": "julia-1.10", "display_name": "Julia"}
    assert read(filled).messages == ["its kernel is 'julia-1.10'; it was run with Python"]


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


# --- files that are a little different


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_the_encoding_of_a_file_does_not_matter(hand_in, release, filled, encoding):
    find(filled, "knn-question").source = "é, because"
    submission = read_submission(hand_in(json.dumps(filled, ensure_ascii=False).encode(encoding)), release)
    assert submission.matched["knn-question"].source == "é, because"
    assert submission.messages == []


def test_a_link_is_not_read(tmp_path, hand_in, filled, release):
    (tmp_path / "link.ipynb").symlink_to(hand_in(filled))
    submission = read_submission(tmp_path / "link.ipynb", release)
    assert (submission.readable, submission.matched) == (False, {})
    assert submission.messages == ["link.ipynb is a link to another file, which is not read"]


def test_all_sheets_of_a_notebook_in_format_3_are_read(read, filled):
    sheets = [{"cells": [{"cell_type": "code", "input": c.source}]} for c in filled.cells if c.cell_type == "code"]
    submission = read({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets})
    assert all(solved(submission, task) for task in EXERCISES)


def test_a_notebook_with_cells_is_not_in_format_3_whatever_else_it_has(read, filled):
    filled.worksheets = []
    assert read(filled).messages == []


def test_the_kernel_of_an_environment_may_have_any_name(read, filled):
    filled.metadata.kernelspec = {"name": "my-environment", "display_name": "CS231n", "language": "python"}
    assert read(filled).messages == []


@pytest.mark.parametrize("odd", [None, 3, [], {"kernelspec": 3}, {"kernelspec": {"name": [1], "language": {}}}], ids=repr)
def test_odd_metadata_of_a_notebook_never_stops_the_reading(read, filled, odd):
    content = json.loads(json.dumps(filled)) | {"metadata": odd}
    assert all(solved(read(content), task) for task in EXERCISES)


@pytest.mark.parametrize("tag", ["skip-execution", "nbgrader-skip", "raises-exception", "remove-cell"])
def test_tags_change_nothing(read, filled, tag):
    for cell in filled.cells:
        cell.metadata["tags"] = [tag]
    submission = read(filled)
    assert all(solved(submission, task) for task in EXERCISES)
    assert (submission.messages, submission.extra) == ([], {})


def as_colab(cell, number):
    cell.metadata = {"id": f"x{number}", "colab": {"base_uri": "https://localhost:8080/"}, "outputId": "7"}
    del cell["id"]


def as_vs_code(cell, number):
    cell.metadata = {"vscode": {"languageId": "python"}}
    cell.id = f"{number:08x}"


@pytest.mark.parametrize("editor", [as_colab, as_vs_code])
def test_what_colab_and_vs_code_save_is_read(read, filled, editor):
    find(filled, "knn-question").source = "Because."
    for number, cell in enumerate(filled.cells):
        editor(cell, number)
    submission = read(filled)
    assert all(solved(submission, task) for task in EXERCISES)
    assert submission.matched["knn-question"].source == "Because."
    assert {m.partition(":")[0] for m in submission.messages} == set(GRADED)


# --- which file is the notebook


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        (("knn.ipynb",), "knn.ipynb"),
        (("knn.ipynb", "knn (1).ipynb"), "knn.ipynb"),
        (("knn (1).ipynb", "knn (2).ipynb"), "knn (2).ipynb"),
        (("ada_knn.ipynb", "notes.ipynb"), "ada_knn.ipynb"),
        (("knn_deluxe.ipynb",), "knn.ipynb"),
        (("knn_deluxe.ipynb", "my_knn.ipynb"), "my_knn.ipynb"),
        (("._knn.ipynb",), "knn.ipynb"),
        (("notes.ipynb",), "knn.ipynb"),
        ((), "knn.ipynb"),
    ],
    ids=str,
)
def test_a_renamed_file_is_found_and_no_other_notebook_taken_for_it(tmp_path, files, chosen):
    for name in files:
        (tmp_path / name).touch()
    assert find_notebook(tmp_path, "knn", ("knn", "knn_deluxe")).name == chosen


# --- large files


def show_cell(notebook):
    return next(cell for cell in notebook.cells if kind_of(cell) == "show")


def printed(text):
    return [{"output_type": "stream", "name": "stdout", "text": text}]


def test_outputs_that_are_too_large_are_dropped_and_that_is_told(read, filled):
    find(filled, "knn-two-loops").outputs = printed("short")
    show_cell(filled).outputs = printed(["x" * 2**19] * 3)
    submission = read(filled)
    assert all(solved(submission, task) for task in EXERCISES)
    assert submission.matched["knn-two-loops"].outputs == printed("short")
    assert submission.matched[show_cell(filled).id].outputs == []
    assert submission.messages == ["outputs of more than 1 MB were dropped"]


@pytest.mark.parametrize("depth", [30, 300, 900])
def test_outputs_nested_deeper_than_any_output_are_dropped(read, filled, depth):
    nested = []
    for _ in range(depth):
        nested = [nested]
    content = json.loads(json.dumps(filled))
    place = filled.cells.index(show_cell(filled))
    content["cells"][place]["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {"text/plain": nested}}]
    submission = read(content)
    assert submission.matched[show_cell(filled).id].outputs == []


@pytest.mark.slow
def test_200_mb_are_graded_for_what_they_hold(small_for_module, filled, hand_in, lend):
    show_cell(filled).outputs = printed("x" * 200 * 2**20)
    with ExitStack() as stack:
        exam = prepare(small_for_module, small_for_module.source("knn"), 1, stack)
        result = grade_submission(hand_in(filled), exam, "ada", lend)
    assert (result["points"], result["status"]) == (6, "passed")
    assert result["messages"] == ["outputs of more than 1 MB were dropped"]
    assert len(json.dumps(result)) < 2**20


# --- through the whole engine


@pytest.fixture
def class_of(small, filled):
    """Return a function that hands in the same notebook for each of some students."""

    def class_of(*students):
        for student in students:
            folder = small.root / "submitted" / student / A1
            folder.mkdir(parents=True)
            nbformat.write(filled, folder / "knn.ipynb")
        return small

    return class_of


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_pictures_pasted_into_an_answer_are_kept_and_html_is_not(small, filled):
    answer = find(filled, "knn-question")
    answer.source = "Look: ![it](attachment:it.png) <script>alert(1)</script>"
    answer.attachments = {"it.png": {"image/png": "iVBORw0KGgo="}, "page.html": {"text/html": "<b>bad</b>"}}
    folder = small.root / "submitted" / "ada" / A1
    folder.mkdir(parents=True)
    (folder / "knn.ipynb").write_text(json.dumps(filled))
    grade_class(small, A1)
    graded = nbformat.read(small.root / "autograded" / "ada" / A1 / "knn.ipynb", as_version=4)
    kept = find(graded, "knn-question")
    assert kept.attachments == {"it.png": {"image/png": "iVBORw0KGgo="}}
    assert "![it](attachment:it.png)" in kept.source
    assert "<script" not in kept.source


STUDENTS = ("Jane Doe_123", "李小龍", "a+b@c.org", "O'Brien", 'q"uote', "-rf", "semi;colon", "{x}", "[b]bold", "a%20b",
            "$(touch x)", "x" * LONGEST_ID, "Ada", "ada", "\u00e9", "e\u0301", "<b>", "a\nb", "100", "a.knn")  # fmt: skip


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_students_with_odd_ids_are_graded_and_kept_apart(class_of, capsys):
    from nbgrader.api import Gradebook

    small = class_of(*STUDENTS)
    results = grade_class(small, A1)
    assert {r["student"]: r["points"] for r in results} == dict.fromkeys(STUDENTS, 6)
    again = grade_class(small, A1)
    assert [r["seconds"] for r in again] == [r["seconds"] for r in results]  # they were kept, and nothing graded twice
    with Gradebook(f"sqlite:///{small.root / 'gradebook.db'}", "cs231n") as gradebook:
        graded = {submission.student.id for submission in gradebook.assignment_submissions(A1)}
    assert graded == set(STUDENTS)
    assert {path.name for path in (small.root / "autograded").iterdir()} == set(STUDENTS)


def test_hidden_folders_are_no_students(class_of):
    with pytest.raises(CourseError, match="no submissions"):
        grade_class(class_of(".ipynb_checkpoints"), A1)


@pytest.mark.parametrize("student", ["x" * (LONGEST_ID + 1), os.fsdecode(b"\xff")], ids=["long", "no text"])
def test_an_id_that_cannot_be_kept_stops_before_anybody_is_graded(class_of, student):
    small = class_of("ada", student)
    with pytest.raises(CourseError, match="no id of a student can be longer than 200 bytes, or other than text"):
        grade_class(small, A1)
    assert not (small.root / "autograded").exists()


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
