"""The learners' command: cs231n-kit."""

import argparse
import importlib.metadata
import platform
import sys

from cs231n_kit import __version__
from cs231n_kit.data import DataError, load_cifar10

PACKAGES = ("numpy", "matplotlib", "tqdm", "pillow", "pooch", "jupyter")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status: 0 all is well, 1 something is wrong, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="cs231n-kit", description="Tools for people who take the course.")
    parser.add_argument("--version", action="version", version=f"cs231n-kit {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("doctor", help="is everything here that the notebooks need?", epilog="example: cs231n-kit doctor")
    parser.parse_args(arguments)
    return doctor()


def doctor() -> int:
    """Print what is installed, and load the embedded images. Return 1 if anything is missing."""
    print(f"Python      {platform.python_version()}   cs231n-kit {__version__}")
    missing = []
    for package in PACKAGES:
        try:
            print(f"{package:11} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(package)
            print(f"{package:11} missing   fix: {sys.executable} -m pip install {package}")
    try:
        X_train, _, X_test, _ = load_cifar10()
        print(f"CIFAR-10    {len(X_train):,} training and {len(X_test):,} test images are here")
    except (DataError, ImportError) as error:
        missing.append("CIFAR-10")
        print(f"CIFAR-10    {error}")
    print("not ready: " + ", ".join(missing) if missing else "ready")
    return 1 if missing else 0
