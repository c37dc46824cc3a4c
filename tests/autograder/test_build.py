"""A build is a function of the sources: it changes nothing twice, keeps ids, and knows what is stale."""

import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest

import autograder.build
from autograder.build import BuildError, build, freeze, stale
from autograder.course import Course
from autograder.tasks import all_tasks
from cs231n_kit.checks.store import pack, unpack

SHOW = 'print("seven times six is", 7 * 6)'
OUTPUTS = "solutions/a1_data_driven/knn.ipynb holds outputs of another source or kit   fix: autograder build --execute"


def source(course):
    return course.source("knn")


def solution(course):
    return source(course).with_suffix(".ipynb")


def release(course):
    return course.assignments / "a1_data_driven" / "knn.ipynb"


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def cells(path):
    return nbformat.read(path, as_version=4).cells


def ids(path):
    return [cell.id for cell in cells(path)]


def contents(course):
    return {p: p.read_bytes() for p in sorted(course.root.rglob("*")) if p.is_file() and p.suffix != ".py"}


# --- twice the same


def test_nothing_is_stale_after_a_build_that_executed(small):
    assert stale(small) == []


def test_a_second_build_changes_nothing(small):
    before = contents(small)
    assert build(small) == []
    assert build(small, execute=True, say=pytest.fail) == []
    assert contents(small) == before


def test_a_build_from_nothing_makes_the_same_bytes(small):
    made = release(small).read_bytes()
    for path in (release(small), solution(small), small.solutions / "built.json"):
        path.unlink()
    build(small)
    assert release(small).read_bytes() == made


def nbgrader_generates(course):
    shutil.rmtree(course.assignments)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = ["nbgrader", "generate_assignment", "a1_data_driven", "--no-db", "--force"]
    subprocess.run(command, cwd=course.root, env=environment, check=True, capture_output=True)
    return {p: p.read_bytes() for p in course.assignments.rglob("*") if p.is_file()}


@pytest.mark.slow
def test_the_real_course_builds_the_same_twice_and_nbgrader_makes_the_same_of_it(course, tmp_path, monkeypatch):
    folders = {side: shutil.copytree(path, tmp_path / side) for side, path in autograder.build.FROZEN.items()}
    monkeypatch.setattr(autograder.build, "FROZEN", folders)
    for part in ("solutions", "assignments"):
        shutil.copytree(course.root / part, tmp_path / "course" / part)
    shutil.copy(course.root / "nbgrader_config.py", tmp_path / "course")
    copy = Course(tmp_path / "course")
    build(copy)
    assert build(copy) == []
    made = release(copy).read_bytes()
    assert nbgrader_generates(copy)[release(copy)] == made


@pytest.mark.slow
def test_nbgrader_generates_the_bytes_that_build_does(small):
    (source(small).parent / "given.py").write_text("ONE = 1\n")
    build(small)
    made = {p: p.read_bytes() for p in small.assignments.rglob("*") if p.is_file()}
    assert nbgrader_generates(small) == made


# --- ids


def test_ids_of_task_cells_are_the_tasks(small):
    assert {"knn-two-loops", "knn-two-loops-check", "knn-question"} <= set(ids(solution(small)))
    assert all(c.metadata.nbgrader.grade_id == c.id for c in cells(solution(small)) if "nbgrader" in c.metadata)


def test_a_release_has_the_ids_of_its_solution(small):
    assert ids(release(small)) == ids(solution(small))


def test_an_edited_cell_keeps_its_id(small):
    before = ids(solution(small))
    for old, new in [("# A small notebook", "# A small notebook with a longer title"), (SHOW, f"# Twice.\n{SHOW}\n{SHOW}")]:
        edit(source(small), old, new)
        build(small)
        assert ids(solution(small)) == before
    edit(source(small), "# A small notebook with a longer title", "Something else altogether: 12345 + 67890.")
    build(small)
    assert ids(solution(small)) == before


def test_an_inserted_cell_gets_an_id_of_its_own_and_the_others_keep_theirs(small):
    before = ids(solution(small))
    edit(source(small), "# %%\nprint", "# %%\nx = 1\n\n# %% [markdown]\nr'''\nNew.\n'''\n\n# %%\nprint")
    build(small)
    after = ids(solution(small))
    assert [i for i in after if i in before] == before
    assert len(set(after)) == len(after) == len(before) + 2


def test_cells_of_the_same_text_get_different_ids(small):
    edit(source(small), f"# %%\n{SHOW}", f"# %%\n{SHOW}\n\n" * 4)
    build(small)
    found = ids(solution(small))
    assert len(set(found)) == len(found)


def test_a_moved_cell_keeps_its_id(small):
    text = source(small).read_text()
    by_text = {c.source: c.id for c in cells(solution(small))}
    head, moved, tail = text.partition(f"# %%\n{SHOW}\n")
    source(small).write_text(f"{head}{tail}\n{moved}")
    build(small)
    assert cells(solution(small))[-1].source == SHOW
    assert {c.source: c.id for c in cells(solution(small))} == by_text


def test_an_id_is_not_given_to_another_cell_once_its_own_is_removed_and_a_task_keeps_its_id_when_it_moves(small):
    gone = next(c.id for c in cells(solution(small)) if c.source == SHOW)
    edit(source(small), f"# %%\n{SHOW}\n", "")
    edit(source(small), '# %% [markdown] nbg="answer knn-question 3"', "# %% [markdown]\nr'''\nNew.\n'''\n\n" + "{}")
    edit(source(small), "{}", '# %% [markdown] nbg="answer knn-question 3"')
    build(small)
    assert gone not in ids(solution(small))
    assert "knn-question" in ids(solution(small))


# --- outputs


def test_outputs_stay_with_unchanged_cells_and_go_with_changed_ones(small):
    edit(source(small), SHOW, f"{SHOW}  # changed")
    build(small)
    by_id = {c.id: c for c in cells(solution(small))}
    assert [c.outputs for c in by_id.values() if "changed" in c.source] == [[]]
    assert "right in all" in by_id["knn-two-loops-check"].outputs[0].text
    assert by_id["knn-two-loops-check"].execution_count == 4


@pytest.mark.slow
def test_executing_again_fills_in_what_an_edit_dropped(small):
    said = []
    edit(source(small), "7 * 6)", "6 * 7 + 0)")
    build(small)
    assert stale(small) == [OUTPUTS]
    build(small, execute=True, say=said.append)
    assert said == ["running a1_data_driven/knn ..."]
    assert stale(small) == []


@pytest.mark.slow
def test_a_solution_that_does_not_run_is_an_error_which_names_the_source(small):
    before = solution(small).read_bytes()
    edit(source(small), SHOW, "undefined_name")
    with pytest.raises(BuildError) as error:
        build(small, execute=True, say=lambda line: None)
    assert str(error.value).startswith(f"{source(small)}: the solution does not run")
    assert "NameError" in str(error.value)
    assert b"NameError" not in solution(small).read_bytes() != before


# --- stale


def edit_source_text(small, _):
    edit(source(small), "# A small notebook", "# Another title")


def edit_release(small, _):
    edit(release(small), "A small notebook", "A small  notebook")


def delete_release(small, _):
    release(small).unlink()


def edit_solution_notebook(small, _):
    edit(solution(small), "A small notebook", "A small  notebook")


def edit_outputs(small, _):
    edit(solution(small), "seven times six is 42", "seven times six is 43")


def change_solution(small, _):
    edit(source(small), "    return dists\n", "    return dists + 1\n")


def change_mistake(small, monkeypatch):
    tasks = dict(autograder.build.all_tasks())
    task = tasks["knn-two-loops"]
    first, *rest = task.mistakes
    tasks[task.id] = replace(task, mistakes=(replace(first, hint="Another hint."), *rest))
    monkeypatch.setattr(autograder.build, "all_tasks", lambda: tasks)


def change_kit(small, _):
    with (autograder.build.KIT / "attach.py").open("a") as file:
        file.write("# changed\n")


def add_given(small, _):
    (source(small).parent / "given.py").write_text("ONE = 1\n")


def add_stray(small, _):
    (small.assignments / "a1_data_driven" / "notes.txt").write_text("the answers")


FROZEN = ("frozen/public/knn.npz", "frozen/hidden/knn.npz")
SOLUTION, RELEASE = "solutions/a1_data_driven/knn.ipynb", "assignments/a1_data_driven/knn.ipynb"
BUILD = "autograder build"


@pytest.mark.parametrize(
    ("change", "named", "fix"),
    [
        (edit_source_text, (SOLUTION,), BUILD),
        (edit_release, (RELEASE,), BUILD),
        (delete_release, (RELEASE,), BUILD),
        (edit_solution_notebook, (SOLUTION,), BUILD),
        (edit_outputs, (SOLUTION,), "autograder build --execute"),
        (change_solution, (*FROZEN, SOLUTION), BUILD),
        (change_mistake, FROZEN, BUILD),
        (change_kit, (SOLUTION,), "autograder build --execute"),
        (add_given, ("assignments/a1_data_driven/given.py",), BUILD),
        (add_stray, ("assignments/a1_data_driven/notes.txt",), "remove it"),
    ],
)
def test_what_is_stale_is_named_with_the_command_that_fixes_it(small, monkeypatch, change, named, fix):
    change(small, monkeypatch)
    found = stale(small)
    assert all(any(name in line and line.endswith(f"fix: {fix}") for line in found) for name in named)
    others = [line for line in found if not any(name in line for name in named)]
    assert all(RELEASE in line or line == OUTPUTS for line in others)


@pytest.mark.parametrize("change", [change_solution, add_given])
def test_building_fixes_what_is_stale_but_for_the_outputs(small, monkeypatch, change):
    change(small, monkeypatch)
    assert build(small)
    assert [line for line in stale(small) if line != OUTPUTS] == []
    assert build(small) == []


def test_looking_for_what_is_stale_writes_nothing(small):
    change_solution(small, None)
    add_stray(small, None)
    before = contents(small)
    stale(small)
    assert contents(small) == before


# --- frozen expectations


def nudged(node, by):
    """Move every floating-point array of a tree, in place, by about `by` relative to its entries, and return the tree."""
    if isinstance(node, dict):
        return {key: nudged(value, by) for key, value in node.items()}
    if isinstance(node, list):
        return [nudged(value, by) for value in node]
    if isinstance(node, np.ndarray) and node.dtype.kind == "f":
        node *= 1 + by
    return node


@pytest.mark.parametrize("side", ["public", "hidden"])
@pytest.mark.parametrize(("by", "kept"), [(1e-12, True), (1e-3, False)])
def test_frozen_numbers_are_kept_if_they_differ_by_rounding_only(small, side, by, kept):
    path = autograder.build.FROZEN[side] / "knn.npz"
    built = path.read_bytes()
    path.write_bytes(pack(nudged(unpack(built), by), compressed=True))
    there = path.read_bytes()
    assert there != built
    made = freeze(small)[path]
    assert (made == there) is kept
    assert (made == built) is not kept


def test_hidden_and_public_expectations_are_not_the_same(small):
    public, hidden = (unpack(data) for data in freeze(small).values())
    assert public.keys() == hidden.keys() == {"knn-two-loops", "knn-predict-labels"}
    for task in public:
        seen = [s["inputs"] for s in public[task]["samples"]]
        for sample in hidden[task]["samples"]:
            assert not any(_equal(sample["inputs"], inputs) for inputs in seen)


def _equal(a, b):
    return json.dumps(a, default=np.ndarray.tolist) == json.dumps(b, default=np.ndarray.tolist)


# --- the release


def test_a_released_notebook_that_a_person_edited_is_not_overwritten(small):
    edit(release(small), "raise NotImplementedError()", "return 42")
    theirs = release(small).read_bytes()
    with pytest.raises(BuildError, match=r"assignments/a1_data_driven/knn.ipynb was edited since it was generated") as error:
        build(small)
    assert "fix: keep a copy" in str(error.value)
    edit(source(small), "# A small notebook", "# Another title")
    with pytest.raises(BuildError, match="was edited"):
        build(small)
    assert release(small).read_bytes() == theirs


def test_the_only_python_file_of_a_release_is_given(small):
    folder = source(small).parent
    (folder / "more.py").write_text("# %%\nsecret = 42\n")
    (folder / "given.py").write_text("ONE = 1\n")
    build(Course(small.root))
    assert {p.name for p in small.assignments.rglob("*") if p.is_file()} == {"knn.ipynb", "more.ipynb", "given.py"}
    assert (small.assignments / "a1_data_driven" / "given.py").read_text() == "ONE = 1\n"


def test_a_release_holds_no_solution_no_hidden_test_and_no_output(small):
    text = release(small).read_text()
    for word in ("SOLUTION", "HIDDEN", "grade(", "astype", "Because it is", "seven times six is 42"):
        assert word not in text
    assert text.count("raise NotImplementedError()") == 2


# --- tasks and checks belong together


def test_a_check_whose_task_has_no_cases_is_refused(small, monkeypatch):
    monkeypatch.setattr(autograder.build, "all_tasks", lambda: {"knn-predict-labels": all_tasks()["knn-predict-labels"]})
    line = source(small).read_text().split('# %% nbg="check knn-two-loops')[0].count("\n") + 1
    for verb in (build, stale):
        with pytest.raises(BuildError) as error:
            verb(small)
        assert str(error.value).startswith(f"{source(small)}:{line}: task 'knn-two-loops' has no cases\n  fix: ")


def test_a_task_without_a_check_is_refused(small, monkeypatch):
    monkeypatch.setattr(autograder.build, "all_tasks", all_tasks)
    for verb in (build, stale):
        with pytest.raises(BuildError, match=r"task '[a-z0-9-]+' has no check cell in any source\n  fix: write one"):
            verb(small)


# --- found wanting


FREEZE = """
import sys
from pathlib import Path

import autograder.build
from autograder.build import freeze
from autograder.course import Course

autograder.build.FROZEN = {side: Path(sys.argv[1], side) for side in ("public", "hidden")}
for path, data in freeze(Course(Path(sys.argv[2]))).items():
    path.parent.mkdir(exist_ok=True)
    print(path.is_file() and path.read_bytes() == data)
    path.write_bytes(data)
"""


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the names are those of x86 processors")
def test_what_one_processor_freezes_another_keeps(course, tmp_path):
    said = []
    for kernels in ("Prescott", "Haswell"):
        command = [sys.executable, "-c", FREEZE, str(tmp_path), str(course.root)]
        environment = {**os.environ, "OPENBLAS_CORETYPE": kernels}
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        said.append(done.stdout.split())
    assert [set(words) for words in said] == [{"False"}, {"True"}]


def test_an_edited_execution_count_is_stale(small):
    edit(solution(small), '"execution_count": 2', '"execution_count": 99')
    assert stale(small)
