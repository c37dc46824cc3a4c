"""What a learner imports: data, pictures, and checks that say which mistake a wrong answer looks like."""

from cs231n_kit import vis
from cs231n_kit.attach import add_to
from cs231n_kit.checks import check
from cs231n_kit.data import get_cifar10_data, load_CIFAR10, load_cifar10, load_mnist
from cs231n_kit.earlier import from_notebook
from cs231n_kit.environment import doctor
from cs231n_kit.solver import Solver, sgd

__version__ = "0.1.0"
__all__ = [
    "Solver",
    "add_to",
    "check",
    "doctor",
    "from_notebook",
    "get_cifar10_data",
    "load_CIFAR10",
    "load_cifar10",
    "load_mnist",
    "sgd",
    "vis",
]
