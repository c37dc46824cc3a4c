"""Where a course keeps its things."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class CourseError(Exception):
    """The course's folder is not as it should be. The message says what to type next."""


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that whoever looks, even after a crash, finds all of it or what was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)


@dataclass(frozen=True)
class Course:
    """A course folder: solutions/ (edited by people), assignments/ (generated), and what grading adds."""

    root: Path

    @property
    def solutions(self) -> Path:
        return self.root / "solutions"

    @property
    def assignments(self) -> Path:
        return self.root / "assignments"

    @cached_property
    def sources(self) -> tuple[Path, ...]:
        """Every notebook source, solutions/<assignment>/<notebook>.py, in order."""
        found = sorted(p for p in self.solutions.glob("*/*.py") if p.name != "given.py")
        if not found:
            raise CourseError(f"no notebook sources: expected solutions/<assignment>/<notebook>.py in {self.root}")
        return tuple(found)

    def source(self, notebook: str) -> Path:
        """Return the source of a notebook by its name, such as "knn"."""
        for path in self.sources:
            if path.stem == notebook:
                return path
        names = ", ".join(p.stem for p in self.sources)
        raise CourseError(f"no notebook is called {notebook!r}; the course has {names}")

    def assignment(self, name: str) -> tuple[Path, ...]:
        """Return the notebook sources of an assignment."""
        found = tuple(p for p in self.sources if p.parent.name == name)
        if not found:
            names = ", ".join(sorted({p.parent.name for p in self.sources}))
            raise CourseError(f"no assignment is called {name!r}; the course has {names}")
        return found


def find_course(start: Path | None = None) -> Course:
    """Return the course that `start` (by default the working directory) lies in."""
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "nbgrader_config.py").is_file() and (folder / "solutions").is_dir():
            return Course(folder)
    raise CourseError(
        f"no course here: neither {start} nor a folder above it holds nbgrader_config.py and solutions/\n"
        f"  fix: cd to your clone of the course"
    )
