"""The instructors' command: autograder."""

import argparse
import sys
from pathlib import Path

UNPROTECTED = (
    "autograder: WITHOUT A SANDBOX: the students' code runs as you. It can read your files, reach the network, and change\n"
    "autograder: grades. The results are marked as graded without one."
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status: 0 done, 1 something is wrong, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except _errors() as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("autograder: interrupted; what is finished is kept, and the same command goes on from here", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description="Build the course and grade a class.")
    verbs = parser.add_subparsers(dest="verb", required=True)

    build = verbs.add_parser(
        "build",
        help="make notebooks, release and frozen expectations from the sources",
        epilog="example: autograder build --execute",
    )
    what = build.add_mutually_exclusive_group()
    what.add_argument("--execute", action="store_true", help="also run the solutions that changed, and keep their outputs")
    what.add_argument("--check", action="store_true", help="write nothing; fail if anything generated is stale")
    build.set_defaults(run=_build)

    page = verbs.add_parser(
        "page",
        help="make docs/assignments.md from the executed solutions: pictures, running times, accuracies",
        epilog="example: autograder page",
    )
    page.set_defaults(run=_page)

    sample = verbs.add_parser(
        "sample-class",
        help="write the submissions of an invented class, which holds every known mistake",
        epilog="example: autograder sample-class a1_data_driven",
    )
    sample.add_argument("assignment")
    sample.set_defaults(run=_sample_class)

    grade = verbs.add_parser(
        "grade",
        help="grade all submissions of an assignment and print the class",
        epilog="example: autograder grade a1_data_driven submissions.zip",
    )
    grade.add_argument("assignment")
    grade.add_argument("submissions", nargs="?", type=Path, help="a zip file or a folder to collect first, into submitted/")
    grade.add_argument("--jobs", type=_at_least_one, metavar="N", help="judges that work side by side; one for each core")
    grade.add_argument("--student", action="append", default=[], metavar="NAME", help="only this one; may be repeated")
    grade.add_argument("--force", action="store_true", help="also grade again what has not changed")
    grade.add_argument("--no-sandbox", action="store_true", help="run code unprotected: only of people you trust")
    grade.set_defaults(run=_grade)

    benchmark = verbs.add_parser(
        "benchmark",
        help="grade the same class with stock nbgrader and with this engine, and say what each takes",
        epilog="example: autograder benchmark",
    )
    benchmark.add_argument("--short", action="store_true", help="only a few notebooks, to see whether it works")
    benchmark.set_defaults(run=_benchmark)

    demo = verbs.add_parser(
        "demo",
        help="build the course, grade an invented class, and show the report, all in a folder of its own",
        epilog="example: autograder demo demo",
    )
    demo.add_argument("folder", type=Path)
    demo.set_defaults(run=_demo)

    embed = verbs.add_parser(
        "embed",
        help="maintainers: make the kit's embedded images from the official files",
        epilog="example: autograder embed ~/data   (which holds cifar-10-batches-py/ and MNIST/)",
    )
    embed.add_argument("source", type=Path, help="the folder that holds cifar-10-batches-py/ and MNIST/")
    embed.set_defaults(run=_embed)
    return parser


# Each command imports what it needs, so that `autograder --help` answers at once.


def _build(options) -> int:
    from autograder.build import build, stale
    from autograder.course import find_course

    course = find_course()
    if options.check:
        found = stale(course)
        print("\n".join(found) if found else "everything generated is up to date")
        return 1 if found else 0
    for path in build(course, execute=options.execute):
        print(f"wrote {_shown(path)}")
    return 0


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _page(options) -> int:
    from autograder.course import find_course
    from autograder.page import write_page

    changed = write_page(find_course())
    print("\n".join(f"wrote {_shown(path)}" for path in changed) if changed else "the page is up to date")
    return 0


def _sample_class(options) -> int:
    from autograder.course import find_course
    from autograder.sample_class import write_sample_class

    for student in write_sample_class(find_course(), options.assignment):
        print(student)
    return 0


def _grade(options) -> int:
    from autograder.course import find_course
    from autograder.engine import grade_class
    from autograder.report import print_class

    course = find_course()
    if options.submissions is not None:
        _collect(course, options)
    if options.no_sandbox:
        print(UNPROTECTED, file=sys.stderr)
    results = grade_class(
        course, options.assignment, options.jobs, tuple(options.student), options.force, not options.no_sandbox
    )
    print_class(results)
    return 0


def _collect(course, options) -> None:
    from autograder.collect import collect

    students = collect(course, options.assignment, options.submissions, lambda line: print(line, file=sys.stderr))
    print(f"collected the notebooks of {len(students)} students into submitted/", file=sys.stderr)


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number of at least 1, not {text!r}")
    return int(text)


def _benchmark(options) -> int:
    from autograder.benchmark import run_benchmark
    from autograder.course import find_course

    run_benchmark(find_course(), options.short)
    return 0


def _demo(options) -> int:
    from autograder.course import find_course
    from autograder.demo import run_demo

    run_demo(find_course(), options.folder)
    return 0


def _embed(options) -> int:
    from autograder.embed import embed

    for path in embed(options.source):
        print(f"wrote {path}  {path.stat().st_size:,} bytes")
    return 0


def _errors() -> tuple[type[Exception], ...]:
    """Return the errors that are for the user to read: their message says it all."""
    from autograder.build import BuildError
    from autograder.course import CourseError
    from autograder.inbox import CollectError
    from autograder.reference import MistakeError
    from autograder.sandbox import SandboxError
    from autograder.source import SourceError
    from cs231n_kit.data import DataError

    return BuildError, CollectError, CourseError, DataError, MistakeError, SandboxError, SourceError


if __name__ == "__main__":
    sys.exit(main())
