"""The learners' command: cs231n-kit."""

import argparse
import sys

from cs231n_kit import __version__
from cs231n_kit.data import DataError
from cs231n_kit.environment import find_missing

DATA_SETS = ("cifar10", "mnist")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status: 0 all is well, 1 something is wrong, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except DataError as error:
        print(f"cs231n-kit: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("cs231n-kit: interrupted; the next fetch goes on from here", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cs231n-kit", description="Tools for people who take the course.")
    parser.add_argument("--version", action="version", version=f"cs231n-kit {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True)
    doctor = verbs.add_parser(
        "doctor", help="is everything here that the notebooks need?", epilog="example: cs231n-kit doctor"
    )
    doctor.set_defaults(run=lambda _: 1 if find_missing() else 0)

    data = verbs.add_parser("data", help="the full data sets", epilog="example: cs231n-kit data fetch cifar10")
    actions = data.add_subparsers(dest="action", required=True)
    for name, run, words in (
        ("fetch", _fetch, "download, or go on where a download stopped"),
        ("verify", _verify, "load what is here and compare it with the official data"),
        ("where", _where, "print the folder and what it holds"),
    ):
        action = actions.add_parser(name, help=words, epilog=f"example: cs231n-kit data {name}")
        action.add_argument("names", nargs="*", metavar="NAME", help=f"{' or '.join(DATA_SETS)}; both by default")
        action.set_defaults(run=run)
    return parser


def _fetch(options) -> int:
    from cs231n_kit.data.fetch import fetch

    for name in _chosen(options):
        print(f"{name} is in {fetch(name)}")
    return 0


def _verify(options) -> int:
    from cs231n_kit.data.fetch import verify

    for name in _chosen(options):
        verify(name)
        print(f"{name} is the official data, pixel by pixel")
    return 0


def _where(options) -> int:
    from cs231n_kit.data.fetch import is_complete
    from cs231n_kit.data.official import data_folder

    print(data_folder())
    for name in _chosen(options):
        print(f"{name:8} {'complete' if is_complete(name) else f'not here   fix: cs231n-kit data fetch {name}'}")
    return 0


def _chosen(options) -> tuple[str, ...]:
    for name in options.names:
        if name not in DATA_SETS:
            raise DataError(f"there is no data set {name!r}\n  fix: name {' or '.join(DATA_SETS)}, or nothing for both")
    return tuple(options.names) or DATA_SETS
