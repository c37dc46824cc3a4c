"""The instructors' command: autograder."""

import argparse
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status: 0 done, 1 something is wrong, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except _errors() as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("autograder: interrupted; what is finished is kept", file=sys.stderr)
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
        epilog="example: autograder grade a1_data_driven",
    )
    grade.add_argument("assignment")
    grade.set_defaults(run=_grade)

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
        print(f"wrote {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")
    return 0


def _sample_class(options) -> int:
    from autograder.course import find_course
    from autograder.sample_class import write_sample_class

    for student in write_sample_class(find_course(), options.assignment):
        print(student)
    return 0


def _grade(options) -> int:
    from autograder.course import find_course
    from autograder.grade import grade_class
    from autograder.report import print_class

    print_class(grade_class(find_course(), options.assignment))
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
    from autograder.reference import MistakeError
    from autograder.source import SourceError
    from cs231n_kit.data import DataError

    return BuildError, CourseError, DataError, MistakeError, SourceError


if __name__ == "__main__":
    sys.exit(main())
