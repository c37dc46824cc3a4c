"""The collection itself: enough of it, in every family, and every notebook can be handed in."""

import json
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from autograder.build import kind_of
from autograder.source import read_source
from autograder.tasks import all_tasks
from tests.adversarial.hostile import ALERT, CANARY, FAMILIES, TASKS, Hostile, hand_in, write
from tests.adversarial.page import active
from tests.adversarial.submissions import ALL, SUBMISSIONS
from tests.adversarial.table import counted, table

A1 = "a1_data_driven"
SCORES = json.loads(Path(__file__).with_name("stock_scores.json").read_text())
CHECKED = tuple(f"{task}-check" for task in TASKS)


@pytest.fixture(scope="module")
def release(course):
    return nbformat.read(course.assignments / A1 / "knn.ipynb", as_version=4)


@pytest.fixture(scope="module")
def made(course, release):
    """Every submission's notebook."""
    cells = read_source(course.source("knn"))
    return {name: write(hostile, release, cells) for name, hostile in SUBMISSIONS.items()}


def source(notebook, cell_id):
    return next(cell.source for cell in notebook.cells if cell.get("id") == cell_id)


def test_there_are_many_and_no_two_share_a_name():
    assert len(SUBMISSIONS) == len(ALL) >= 40


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_several_members(family):
    assert sum(hostile.family == family for hostile in ALL) >= 5


@pytest.mark.parametrize("hostile", ALL, ids=lambda hostile: hostile.name)
def test_a_submission_says_what_it_aims_at_and_attacks_what_exists(hostile, release):
    ids = {cell.id for cell in release.cells}
    assert hostile.family in FAMILIES
    assert hostile.aim.endswith(".")
    assert set(hostile.exercises) | set(hostile.cells) | set(hostile.honest) <= set(TASKS)
    assert set(hostile.answers) <= {cell.id for cell in release.cells if kind_of(cell) == "answer"}
    assert {place for place, _ in hostile.extra} <= ids
    assert not set(hostile.exercises) & (set(hostile.cells) | set(hostile.honest))


@pytest.mark.parametrize("hostile", ALL, ids=lambda hostile: hostile.name)
def test_what_a_submission_deserves_is_a_known_mistake_or_the_points_of_its_honest_code(hostile, release):
    points = {cell.id.removesuffix("-check"): cell.metadata.nbgrader.points for cell in release.cells if cell.id in CHECKED}
    if isinstance(hostile.fair, str):
        assert hostile.fair in {mistake.id for mistake in all_tasks()["knn-no-loops"].mistakes}
    else:
        assert hostile.fair == sum(points[task] for task in hostile.honest)


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_a_notebook_is_valid_unless_it_is_meant_not_to_be(name, made):
    if SUBMISSIONS[name].valid:
        nbformat.validate(made[name])


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_all_code_compiles(name, made, release):
    transform = TransformerManager().transform_cell
    texts = {cell.source for cell in made[name].cells if cell.cell_type == "code"}
    for text in texts - {cell.source for cell in release.cells}:
        compile(transform(text), name, "exec")


def test_what_is_not_attacked_stays_as_released_and_what_is_solved_is_solved(release, course):
    hostile = Hostile(
        "one", "lying", "One.", {"knn-l1": "return 1"}, honest=("knn-two-loops",), extra=(("knn-l1", "2"), ("knn-l1", "3"))
    )
    notebook = write(hostile, release, read_source(course.source("knn")))
    assert source(notebook, "knn-l1").endswith("    return 1\n    return dists")
    assert "np.sqrt" in source(notebook, "knn-two-loops")
    assert source(notebook, "knn-one-loop") == source(release, "knn-one-loop")
    ids = [cell.id for cell in notebook.cells]
    assert ids[ids.index("knn-l1") :][:4] == ["knn-l1", "own-0", "own-1", "knn-l1-check"]


def test_what_is_handed_in_beside_a_notebook_or_in_its_place_is_written(tmp_path, release):
    hand_in(Hostile("files", "forging", "Files.", files={"a.py": b"1"}), release, tmp_path)
    assert json.loads((tmp_path / "knn.ipynb").read_text()) == release
    assert (tmp_path / "a.py").read_bytes() == b"1"


def test_no_submission_knows_what_it_is_to_look_for(made):
    assert not [name for name, notebook in made.items() if CANARY in json.dumps(notebook)]


def test_everything_aimed_at_a_browser_carries_the_script_that_is_looked_for(made):
    aimed = {hostile.name for hostile in ALL if hostile.family == "browser"} - {"picture-of-a-billion-pixels"}
    for name in aimed:
        assert ALERT in json.dumps(made[name]) + repr(SUBMISSIONS[name].files)


@pytest.mark.parametrize(
    "page",
    [
        f"<script>{ALERT}</script>",
        f"<img src=x onerror='{ALERT}'>",
        f"<a href='java\nscript:{ALERT}'>x</a>",
        f"<iframe srcdoc='&lt;script>{ALERT}&lt;/script>'></iframe>",
        f"<p>$\\href{{javascript:{ALERT}}}{{x}}$</p>",
        f"<object data='data:text/html,{ALERT}'></object>",
    ],
)
def test_a_script_that_would_run_is_found_in_a_page(page):
    assert active(page)


@pytest.mark.parametrize("page", [f"<p>{ALERT}</p>", f"<pre>&lt;script>{ALERT}&lt;/script></pre>", f"<img alt='{ALERT}'>"])
def test_a_script_that_is_only_shown_is_not_found(page):
    assert not active(page)


def test_every_submission_has_a_score_of_stock_nbgrader_or_a_reason_why_it_has_none():
    assert list(SCORES) == list(SUBMISSIONS)
    for entry in SCORES.values():
        assert (entry["score"] is None) == bool(entry["reason"])


def test_the_documents_show_what_stock_nbgrader_makes_of_them():
    assert table() in Path(__file__).with_name("README.md").read_text()
    many, too_much, _, harmful = (sum(column) for column in zip(*counted().values(), strict=True))
    readme = " ".join(Path(__file__).parents[2].joinpath("README.md").read_text().split())
    said = f"Of {many} [hostile submissions](tests/adversarial/README.md), stock nbgrader gives {too_much} more"
    assert said in readme
    assert f"and {harmful} do harm" in readme


def test_every_score_was_measured():
    assert sorted(SCORES) == sorted(SUBMISSIONS)
    assert not any("not measured" in score["reason"] for score in SCORES.values())
