"""The page of assignments says what the executed solutions do."""

import base64
import io

import nbformat
import pytest
from PIL import Image

from autograder.build import BuildError
from autograder.course import Course
from autograder.page import THUMBNAIL, in_teaching_order, page_files, write_page
from autograder.source import read_source

INTRODUCTION = '# %% [markdown]\nr"""\n# Small | and short\n\n**You will write** what is\nneeded, quickly.\n\nMore.\n"""\n\n'


def a_picture(size):
    data = io.BytesIO()
    Image.new("RGB", size, "red").save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()


def size_of(picture):
    with Image.open(io.BytesIO(picture)) as image:
        return image.size


def picture_output(size=(900, 300), alt="Nothing but red."):
    return nbformat.v4.new_output("display_data", {"image/png": a_picture(size)}, metadata={"image/png": {"alt": alt}})


def printed(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


@pytest.fixture
def shown(small):
    """The small course, with an introduction, a picture and an accuracy. Returns it, and a function to change outputs."""
    source = small.source("knn")
    source.write_text(INTRODUCTION + source.read_text())
    path = source.with_suffix(".ipynb")

    def show(tag, *outputs):
        notebook = nbformat.read(path, as_version=4)
        cell = nbformat.v4.new_code_cell("...", metadata={"tags": ["nbval-ignore-output", tag]}, outputs=[*outputs])
        notebook.cells.append(cell)
        nbformat.write(notebook, path)

    return small, show


def row(course):
    (page,) = (data for path, data in page_files(course).items() if path.suffix == ".md")
    (found,) = (line for line in page.decode().split("\n") if line.startswith("| !"))
    return found


def test_a_row_has_a_picture_a_title_the_tasks_the_time_and_the_last_line_printed(shown):
    course, show = shown
    show("thumbnail", picture_output((10, 10)), picture_output())
    show("accuracy", printed("learning\n"), printed("epoch 1 of 9\r", "stderr"), printed("validation 0.2\nbest |  0.36\n\n"))
    found = row(course)
    assert found.startswith("| ![Nothing but red.](thumbnails/knn.png) | [**Small | and short**](../solutions/")
    assert "`a1_data_driven/knn`<br>You will write what is needed, quickly. |" in found
    points = [cell.points for cell in read_source(course.source("knn")) if cell.kind == "check"]
    assert f"| {len(points)}, {sum(points):g} points |" in found
    assert found.endswith(" s | best \\| 0.36 |")
    thumbnail = page_files(course)[course.root / "docs" / "thumbnails" / "knn.png"]
    assert size_of(thumbnail) == (THUMBNAIL[0], THUMBNAIL[0] // 3)


def test_a_notebook_that_learns_nothing_has_no_accuracy(shown):
    course, show = shown
    show("thumbnail", picture_output())
    assert row(course).endswith(" s | — |")


def test_writing_twice_changes_nothing_and_pictures_of_notebooks_that_are_gone_go(shown):
    course, show = shown
    show("thumbnail", picture_output())
    stray = course.root / "docs" / "thumbnails" / "gone.png"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"old")
    assert [path.name for path in write_page(course)] == ["assignments.md", "knn.png"]
    assert not stray.exists()
    assert write_page(course) == []


def test_what_is_missing_is_named_with_what_to_do(shown):
    course, show = shown
    with pytest.raises(BuildError, match=r'knn.py: no picture for the page; mark .*tags=\["thumbnail"\]'):
        page_files(course)
    show("thumbnail", picture_output())
    course.source("knn").write_text(course.source("knn").read_text().replace("**You will write**", "You will write"))
    with pytest.raises(BuildError, match=r"knn.py: the first cell should hold .*You will write"):
        page_files(course)
    (course.solutions / "built.json").unlink()
    with pytest.raises(BuildError, match=r"knn\.ipynb was not executed   fix: autograder build --execute"):
        page_files(course)


def test_a_notebook_that_no_other_leads_to_is_named(small):
    source = small.source("knn")
    (source.parent / "other.py").write_text(source.read_text())
    with pytest.raises(BuildError, match=r"leaves out other\n  fix: .*\*\*Next:\*\*"):
        in_teaching_order(Course(small.root))


@pytest.mark.parametrize(("first", "second"), [("other", ""), ("other", "knn")])
def test_each_notebook_comes_before_the_one_that_it_calls_the_next(small, first, second):
    source = small.source("knn")
    text = source.read_text()
    following = '\n# %% [markdown]\nr"""\n**Next:** and now `{}` has its turn, not `nothing`.\n"""\n'
    (source.parent / "other.py").write_text(text + (following.format(f"a1_data_driven/{second}") if second else ""))
    source.write_text(text + following.format(first))
    changed = Course(small.root)
    if second:  # round and round
        with pytest.raises(BuildError, match="leaves out knn, other"):
            in_teaching_order(changed)
    else:
        assert [path.stem for path in in_teaching_order(changed)] == ["knn", "other"]


def test_a_next_notebook_that_does_not_exist_is_named_with_the_place(small):
    source = small.source("knn")
    source.write_text(source.read_text() + '\n# %% [markdown]\nr"""\n**Next:** `nothing`.\n"""\n')
    with pytest.raises(BuildError, match=r"knn\.py: .*no notebook is called 'nothing'"):
        in_teaching_order(small)


def test_the_page_in_docs_is_what_the_executed_solutions_say(course):
    made = page_files(course)
    page = course.root / "docs" / "assignments.md"
    assert page.read_bytes() == made[page], "fix: autograder page"
    for path, data in made.items():
        if path.suffix == ".png":
            assert size_of(path.read_bytes()) == size_of(data), f"{path}: fix: autograder page"


def test_the_way_through_the_course_visits_every_notebook(course):
    assert [source.stem for source in in_teaching_order(course)][:3] == ["setup_and_numpy", "knn", "cross_validation"]
