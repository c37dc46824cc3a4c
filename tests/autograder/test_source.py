"""A malformed source is refused, with its file and line; a good one reads as what it says."""

import pytest

from autograder.source import SourceError, check_ids, read_source

EXERCISE, CHECK = "exercise knn-two-loops", "check knn-two-loops 2"
BEGIN, END = "    # BEGIN SOLUTION\n", "    # END SOLUTION\n"
ANSWER = '# %% [markdown] nbg="answer knn-question 3"'


def _line_of(text, piece):
    return text[: text.index(piece)].count("\n") + 1


@pytest.fixture
def write(tmp_path):
    """Write a source and return its path."""

    def write(text, name="knn.py"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


@pytest.fixture
def refused(write, small_source):
    """Return a claim: the source, after one edit, is refused at the cell that holds `at`, for a reason with `words`."""

    def refused(old, new, at, *words):
        assert old in small_source
        path = write(small_source.replace(old, new, 1))
        line = _line_of(path.read_text(), at)
        with pytest.raises(SourceError) as error:
            read_source(path)
        assert str(error.value).startswith(f"{path}:{line}: ")
        for word in words:
            assert word in str(error.value)

    return refused


def test_the_sources_of_the_course_read_cleanly(course):
    for path in course.sources:
        kinds = {cell.kind for cell in read_source(path)}
        assert {"setup", "exercise", "check"} <= kinds
    check_ids(course.sources)


def test_a_source_reads_as_what_its_headers_say(write, small_source):
    cells = read_source(write(small_source))
    found = [(c.kind, c.name, c.points) for c in cells]
    assert found == [
        ("text", "", 0),
        ("setup", "", 0),
        ("show", "", 0),
        ("exercise", "knn-two-loops", 0),
        ("check", "knn-two-loops-check", 2),
        ("answer", "knn-question", 3),
        ("exercise", "knn-predict-labels", 0),
        ("check", "knn-predict-labels-check", 4),
    ]
    assert [c.is_code for c in cells] == [False, True, True, True, True, False, True, True]
    lines = small_source.split("\n")
    assert all(lines[c.line - 1].startswith("# %%") for c in cells)


def test_the_solution_is_the_text_between_its_markers(write, small_source):
    cells = read_source(write(small_source))
    inside = small_source.split("# BEGIN SOLUTION\n")[1].split("    # END SOLUTION")[0]
    assert cells[3].solution == inside
    assert cells[0].solution == cells[4].solution == ""


def test_tags_and_points_with_a_fraction_are_kept(write, small_source):
    text = small_source.replace('2"\ncheck', '1.5" tags=["slow", "nbval-skip"]\ncheck')
    cell = read_source(write(text))[4]
    assert cell.points == 1.5
    assert cell.tags == ("slow", "nbval-skip")


# --- headers


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("exercize knn-two-loops", ["unknown kind 'exercize'", "exercise"]),
        ("show knn-two-loops", ["unknown kind 'show'"]),
        ("exercise", ['form nbg="exercise ID"']),
        ("exercise knn-two-loops 5", ['form nbg="exercise ID"']),
        ("setup knn", ['form nbg="setup"']),
        ("exercise Knn_Two", ["'Knn_Two' is not an id", "knn-no-loops"]),
        ("exercise knn--two", ["'knn--two' is not an id"]),
        ("exercise -knn", ["'-knn' is not an id"]),
        ("exercise knn-", ["'knn-' is not an id"]),
    ],
)
def test_a_header_of_another_form_is_refused(refused, header, words):
    refused(f'nbg="{EXERCISE}"', f'nbg="{header}"', f'nbg="{header}"', *words)


@pytest.mark.parametrize("missing", ["check", "check knn-two-loops", "check 2"])
def test_a_check_needs_an_id_and_points(refused, missing):
    refused(CHECK, missing, f'nbg="{missing}"', 'form nbg="check ID POINTS"')


@pytest.mark.parametrize("points", ["0", "-1", "two", "nan", "inf", "1e9", "2,5"])
@pytest.mark.parametrize("owner", ["check knn-two-loops", "answer knn-question"])
def test_points_are_a_number_above_zero(refused, small_source, owner, points):
    old = next(line for line in small_source.split("\n") if owner in line)
    new = f'{old.rpartition(" ")[0]} {points}"'
    refused(old, new, new, "points are a number above 0", repr(points))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (ANSWER, ANSWER.replace("[markdown] ", ""), "Markdown: write # %% [markdown]"),
        ('# %% nbg="setup"', '# %% [markdown] nbg="setup"', "kind 'setup' is code"),
        (f'# %% nbg="{EXERCISE}"', f'# %% [markdown] nbg="{EXERCISE}"', "kind 'exercise' is code"),
        (f'# %% nbg="{CHECK}"', f'# %% [markdown] nbg="{CHECK}"', "kind 'check' is code"),
    ],
)
def test_code_and_markdown_are_not_confused(refused, old, new, words):
    refused(old, new, new, words)


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ('# %% nbg="setup" points=5', "points"),
        ('# %% nbg="setup" hidden', "hidden"),
        ('# %% Imports nbg="setup"', "Imports"),
        ("# %% Imports", "Imports"),
        ('# %% region_name="setup"', "region_name"),
    ],
)
def test_a_header_with_a_title_or_an_unknown_key_is_refused(refused, header, named):
    refused('# %% nbg="setup"', header, header, named)


@pytest.mark.parametrize("text", ["import numpy as np\n", "# a comment\n", "\n\n", '"""A docstring."""\n'])
def test_text_before_the_first_cell_is_refused(write, small_source, text):
    path = write(text + small_source)
    with pytest.raises(SourceError) as error:
        read_source(path)
    assert str(error.value).startswith(f"{path}:1: text before the first cell")


# --- markers


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (BEGIN, ""),
        (END, ""),
        (BEGIN, BEGIN + BEGIN),
        (END, END + END),
        (BEGIN, END + BEGIN),
        (END, END + BEGIN + END),
    ],
    ids=["no begin", "no end", "two begins", "two ends", "end first", "two solutions"],
)
def test_an_exercise_has_one_solution_between_markers_in_order(refused, old, new):
    refused(old, new, f'# %% nbg="{EXERCISE}"', "needs one '# BEGIN SOLUTION'", "'# END SOLUTION'")


def test_markers_that_are_exchanged_are_refused(refused, small_source):
    inside = small_source[small_source.index("    # BEGIN SOLUTION") : small_source.index("    return dists")]
    turned = inside.replace("BEGIN", "X").replace("END", "BEGIN").replace("X SOLUTION", "END SOLUTION")
    refused(inside, turned, f'# %% nbg="{EXERCISE}"', "needs one '# BEGIN SOLUTION'")


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ("import numpy", "# END SOLUTION\nimport numpy", '# %% nbg="setup"', "solution markers"),
        ("import numpy", "# BEGIN HIDDEN TESTS\nimport numpy", '# %% nbg="setup"', "hidden tests markers belong in"),
        (BEGIN, f"{BEGIN}    # END HIDDEN TESTS\n", f'nbg="{EXERCISE}"', "hidden tests markers"),
        ("the answer key.", "BEGIN SOLUTION", ANSWER, "solution markers"),
    ],
)
def test_markers_in_a_cell_of_another_kind_are_refused(refused, old, new, at, words):
    refused(old, new, at, words)


@pytest.mark.parametrize(
    ("old", "new"),
    [("# BEGIN HIDDEN TESTS\n", ""), ("# END HIDDEN TESTS\n", ""), ("# END HIDDEN TESTS\n", "# END HIDDEN TESTS\n" * 2)],
)
def test_a_check_has_one_hidden_test_between_markers(refused, old, new):
    refused(old, new, f'# %% nbg="{CHECK}"', "needs one '# BEGIN HIDDEN TESTS'")


# --- tasks


def test_a_check_before_its_exercise_is_refused(refused, small_source):
    check = small_source[small_source.index(f'# %% nbg="{CHECK}"') : small_source.index(ANSWER)]
    exercise = small_source[small_source.index(f'# %% nbg="{EXERCISE}"') : small_source.index(f'# %% nbg="{CHECK}"')]
    refused(exercise + check, check + exercise, f'# %% nbg="{CHECK}"', "comes before its exercise, or has none")


def test_a_check_without_an_exercise_is_refused(refused):
    refused(f'nbg="{EXERCISE}"', 'nbg="exercise knn-one-loop"', f'nbg="{CHECK}"', "or has none")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('check("knn-two-loops", KNearestNeighbor)', 'check("knn-one-loop", KNearestNeighbor)'),
        ('check("knn-two-loops", KNearestNeighbor)', 'check("knn-two-loops")'),
        ('check("knn-two-loops", KNearestNeighbor)', 'check("knn-two-loops", np, KNearestNeighbor)'),
        ('\ngrade("knn-two-loops", KNearestNeighbor)', '\ngrade("knn-predict-labels", KNearestNeighbor)'),
        ('\ngrade("knn-two-loops", KNearestNeighbor)', '\ngrade("knn-two-loops", compute_distances_two_loops)'),
        ('from autograder import grade\n\ngrade("knn-two', 'grade("knn-two'),
    ],
)
def test_a_check_calls_what_its_probe_asks_for(refused, old, new):
    refused(old, new, f'# %% nbg="{CHECK}"', "should read", '\ncheck("knn-two-loops", KNearestNeighbor)\n# BEGIN HIDDEN')


def test_an_exercise_defines_what_its_probe_calls(refused):
    words = "does not define compute_distances_two_loops", "rename the function back", "cs231n_kit.checks.knn"
    refused("def compute_distances_two_loops", "def distances", f'# %% nbg="{EXERCISE}"', *words)


def test_a_task_without_a_probe_is_refused_with_the_nearest_names(write, small_source):
    path = write(small_source.replace("knn-two-loops", "knn-too-loops"))
    with pytest.raises(SourceError, match=r"no task is called 'knn-too-loops'; did you mean 'knn-two-loops'") as error:
        read_source(path)
    assert str(error.value).startswith(f"{path}:{_line_of(small_source, CHECK)}: ")


def test_an_id_that_occurs_in_two_sources_is_refused_at_the_second(write, small_source):
    first, second = write(small_source, "a.py"), write(small_source, "b.py")
    with pytest.raises(SourceError) as error:
        check_ids([first, second])
    line = _line_of(small_source, f'nbg="{EXERCISE}"')
    assert str(error.value) == f"{second}:{line}: 'knn-two-loops' is already the id of the cell at {first}:{line}"


@pytest.mark.parametrize("other", ["knn-two-loops", "knn-predict-labels-check"])
def test_an_id_that_occurs_twice_in_a_source_is_refused(write, small_source, other):
    path = write(small_source.replace("answer knn-question 3", f"answer {other} 3"))
    with pytest.raises(SourceError, match=f"'{other}' is already the id of the cell at"):
        check_ids([path])


# --- found wanting


@pytest.mark.parametrize("markers", ["# BEGIN SOLUTION\n1\n# END SOLUTION", "# BEGIN HIDDEN TESTS\n1\n# END HIDDEN TESTS"])
def test_markers_in_a_show_cell_are_refused(refused, markers):
    refused("# %%\nprint", f"# %%\n{markers}\nprint", "# %%\n# BEGIN", "markers belong in")


@pytest.mark.parametrize("line", ["    return (", "    %timeit 3"])
def test_an_exercise_that_is_not_python_is_refused(refused, line):
    refused("    # END SOLUTION\n    return dists", f"{line}\n    # END SOLUTION\n    return dists", f'nbg="{EXERCISE}"')


def test_a_raw_cell_is_refused(refused):
    refused("# %%\nprint", "# %% [raw]\nprint", "# %% [raw]")


@pytest.mark.parametrize("header", ["# %% nbg=3", '# %% tags="slow"'])
def test_a_header_whose_value_is_no_text_or_list_is_refused(refused, header):
    refused('# %% nbg="setup"', header, header)


def test_a_check_that_is_indented_is_refused(refused):
    refused('\ngrade("knn-two', '\n    grade("knn-two', f'# %% nbg="{CHECK}"')
