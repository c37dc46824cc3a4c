"""Make docs/assignments.md: a picture from each notebook, how long it runs, and how far it gets.

All of it is read from the executed solutions, so that the page claims what they print. A source marks two of its cells, and
its last one names the notebook that comes after it, which gives the order:

# %% tags=["thumbnail"]     the last picture of this cell goes on the page
# %% tags=["accuracy"]      so does the last line that this cell prints; for notebooks that learn from data
**Next:** `softmax` ...     but for the course's last notebook
"""

import base64
import io
import re
from pathlib import Path

import nbformat
from PIL import Image

from autograder.build import BuildError, seconds_of, write_changed
from autograder.course import Course, CourseError
from autograder.source import read_source

THUMBNAIL = 300, 150  # at most so wide and high, in pixels
HEAD = """# The assignments

A picture from each notebook, and what its solution printed with the embedded data. `autograder page` makes this page from
the executed solutions. Running times are those of one processor core, from the start of Python to its end.

| | notebook | graded tasks | running time | accuracy |
|---|---|---|---|---|
"""


def write_page(course: Course) -> list[Path]:
    """Write the page and its pictures, remove pictures of notebooks that are gone, and return the files that changed."""
    made = page_files(course)
    for path in set(_thumbnails(course).glob("*.png")) - set(made):
        path.unlink()
    return write_changed(made)


def page_files(course: Course) -> dict[Path, bytes]:
    """Return the page and its pictures, by path. Raises BuildError where a notebook lacks something."""
    files, rows, total = {}, [], 0.0
    for source in in_teaching_order(course):
        seconds = seconds_of(course, source)
        total += seconds
        notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
        picture, alt = _picture(source, notebook)
        files[_thumbnails(course) / f"{source.stem}.png"] = picture
        shown = f"![{alt}](thumbnails/{source.stem}.png)"
        columns = shown, _what(source), _tasks(source), _time(seconds), _accuracy(notebook)
        rows.append(f"| {' | '.join(columns)} |\n")
    foot = f"\nThe whole course, solved, runs in {_time(total)}.\n"
    return {course.root / "docs" / "assignments.md": (HEAD + "".join(rows) + foot).encode(), **files}


def in_teaching_order(course: Course) -> list[Path]:
    """Return the notebook sources, each before the one that it calls the next. Raises BuildError if that leaves some out."""
    following = {source: _next(course, source) for source in course.sources}
    ordered = [source for source in course.sources if source not in following.values()][:1]
    while ordered and following[ordered[-1]] and len(ordered) < len(following):
        ordered.append(following[ordered[-1]])
    if left_out := sorted(source.stem for source in set(course.sources) - set(ordered)):
        raise BuildError(
            f"the way from notebook to notebook leaves out {', '.join(left_out)}\n"
            f"  fix: the last cell of each notebook names the one after it, in a paragraph such as **Next:** `knn` ..."
        )
    return ordered


def _next(course, source) -> Path | None:
    named = re.search(r"^\*\*Next:\*\*[^`]*`(?:\w+/)?(\w+)`", read_source(source)[-1].text, re.M)
    try:
        return course.source(named[1]) if named else None
    except CourseError as error:
        raise BuildError(f"{source}: after **Next:**, {error}") from None


def _thumbnails(course):
    return course.root / "docs" / "thumbnails"


def _what(source: Path) -> str:
    """Return a notebook's title, as a link to the executed solution, its name, and what it says that one will write."""
    text = read_source(source)[0].text
    title = re.search(r"^# (.+)$", text, re.M)
    writes = re.search(r"^\*\*You will write\*\* (.+?)(\n\n|\Z)", text, re.M | re.S)
    if not title or not writes:
        raise BuildError(f"{source}: the first cell should hold '# ' with a title, and a paragraph '**You will write** ...'")
    name = f"{source.parent.name}/{source.stem}"
    return f"[**{title[1]}**](../solutions/{name}.ipynb) `{name}`<br>You will write {' '.join(writes[1].split())}"


def _tasks(source: Path) -> str:
    points = [cell.points for cell in read_source(source) if cell.kind in ("check", "test")]
    return f"{len(points)}, {sum(points):g} points"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _picture(source: Path, notebook) -> tuple[bytes, str]:
    """Return the notebook's thumbnail as a PNG, and the description of its picture."""
    outputs = [output for output in _tagged(notebook, "thumbnail") if "image/png" in output.get("data", {})]
    if not outputs:
        raise BuildError(f'{source}: no picture for the page; mark the cell that shows one: # %% tags=["thumbnail"]')
    image = Image.open(io.BytesIO(base64.b64decode(outputs[-1].data["image/png"]))).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    paper.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    data = io.BytesIO()
    paper.convert("RGB").quantize(64).save(data, "PNG", optimize=True)
    alt = outputs[-1].metadata.get("image/png", {}).get("alt", "a picture from this notebook")
    return data.getvalue(), alt.replace("|", "\\|").replace("\n", " ")


def _accuracy(notebook) -> str:
    printed = [output.text.strip() for output in _tagged(notebook, "accuracy") if output.get("name") == "stdout"]
    return " ".join(printed[-1].split("\n")[-1].split()).replace("|", "\\|") if printed else "—"


def _tagged(notebook, tag: str) -> list:
    return [output for cell in notebook.cells if tag in cell.metadata.get("tags", ()) for output in cell.outputs]
