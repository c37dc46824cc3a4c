"""Load the images and the toy points that the course works on."""

from cs231n_kit.data.cifar10 import CIFAR10_CLASSES, get_cifar10_data, load_CIFAR10, load_cifar10
from cs231n_kit.data.errors import DataError
from cs231n_kit.data.mnist import load_mnist
from cs231n_kit.data.toy import make_blobs, make_circles, make_moons, make_spiral

__all__ = [
    "CIFAR10_CLASSES",
    "DataError",
    "get_cifar10_data",
    "load_CIFAR10",
    "load_cifar10",
    "load_mnist",
    "make_blobs",
    "make_circles",
    "make_moons",
    "make_spiral",
]
