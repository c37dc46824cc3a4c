"""A course is found from anywhere inside it, and knows its notebooks."""

import pytest

from autograder.course import Course, CourseError, find_course


@pytest.fixture
def made(tmp_path):
    """A course of two assignments, with a given.py that is no notebook."""
    for name in ("b_second/d.py", "a_first/knn.py", "a_first/c.py", "b_second/given.py"):
        path = tmp_path / "solutions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "solutions" / "built.json").touch()
    (tmp_path / "nbgrader_config.py").touch()
    return Course(tmp_path)


def names(paths):
    return [f"{path.parent.name}/{path.name}" for path in paths]


def test_sources_are_the_notebooks_in_order_and_given_is_none_of_them(made):
    assert names(made.sources) == ["a_first/c.py", "a_first/knn.py", "b_second/d.py"]


def test_an_assignment_is_its_notebooks(made):
    assert names(made.assignment("a_first")) == ["a_first/c.py", "a_first/knn.py"]
    assert names(made.assignment("b_second")) == ["b_second/d.py"]


def test_a_notebook_is_found_by_its_name(made):
    assert made.source("knn") == made.root / "solutions" / "a_first" / "knn.py"


@pytest.mark.parametrize("name", ["", "c", "A_FIRST", "a_first/"])
def test_an_unknown_assignment_is_refused_with_the_names_there_are(made, name):
    with pytest.raises(CourseError) as error:
        made.assignment(name)
    assert str(error.value) == f"no assignment is called {name!r}; the course has a_first, b_second"


@pytest.mark.parametrize("name", ["", "given", "knn.py", "a_first"])
def test_an_unknown_notebook_is_refused_with_the_names_there_are(made, name):
    with pytest.raises(CourseError) as error:
        made.source(name)
    assert str(error.value) == f"no notebook is called {name!r}; the course has c, knn, d"


def test_a_course_without_sources_says_where_they_should_be(tmp_path):
    with pytest.raises(CourseError, match=r"expected solutions/<assignment>/<notebook>.py in "):
        _ = Course(tmp_path).sources


def test_a_course_is_found_from_every_folder_inside_it(made, monkeypatch):
    for folder in (made.root, made.solutions, made.solutions / "a_first"):
        assert find_course(folder).root == made.root.resolve()
        monkeypatch.chdir(folder)
        assert find_course().root == made.root.resolve()


@pytest.mark.parametrize("lost", ["nbgrader_config.py", "solutions"])
def test_a_folder_is_no_course_unless_it_has_both_a_configuration_and_solutions(made, lost, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (made.root / lost).rename(elsewhere / lost)
    with pytest.raises(CourseError) as error:
        find_course(made.root)
    assert str(made.root.resolve()) in str(error.value)
    assert "fix: cd to your clone of the course" in str(error.value)
