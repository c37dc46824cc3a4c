"""Is everything here that the notebooks need?"""

import importlib.metadata
import platform
import sys

from cs231n_kit.data import DataError, load_cifar10, load_mnist

PACKAGES = ("numpy", "matplotlib", "tqdm", "pillow", "pooch", "jupyterlab")


def doctor() -> None:
    """Print what is installed and whether the embedded images can be read, and how to get what is missing."""
    find_missing()


def find_missing() -> list[str]:
    """Print what is installed, load the embedded images, and return the names of what is missing."""
    from cs231n_kit import __version__

    print(f"Python      {platform.python_version()}   cs231n-kit {__version__}")
    missing = []
    in_a_notebook = "ipykernel" in sys.modules  # then something opened it, and need not be JupyterLab
    for package in PACKAGES[:-1] if in_a_notebook else PACKAGES:
        try:
            print(f"{package:11} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(package)
            print(f"{package:11} missing   fix: {sys.executable} -m pip install {package}")
    for name, load in (("CIFAR-10", load_cifar10), ("MNIST", load_mnist)):
        try:
            X_train, _, X_test, _ = load()
            print(f"{name:11} {len(X_train):,} training and {len(X_test):,} test images are here")
        except (DataError, ImportError) as error:
            missing.append(name)
            print(f"{name:11} {error}")
    print("not ready: " + ", ".join(missing) if missing else "ready")
    return missing
