"""The doctor says what is missing and what to type next."""

import importlib.metadata
import sys

import pytest

from cs231n_kit import __version__, cli, doctor, environment
from cs231n_kit.data import DataError


@pytest.fixture
def installed(monkeypatch):
    """The packages that seem to be installed, by name, whatever this environment holds."""
    versions = dict.fromkeys(environment.PACKAGES, "9.8.7")

    def version(package):
        if package not in versions:
            raise importlib.metadata.PackageNotFoundError(package)
        return versions[package]

    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)  # as outside a notebook
    return versions


def test_doctor_reports_ready_when_everything_is_here(installed, capsys):
    assert cli.main(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[-1] == "ready"
    assert all(f"{package:11} 9.8.7" in out for package in environment.PACKAGES)
    assert "CIFAR-10    5,000 training and 1,000 test images are here\n" in out
    assert "MNIST       10,000 training and 2,000 test images are here\n" in out
    assert __version__ in out


@pytest.mark.parametrize("package", ["pooch", "jupyterlab"])
def test_doctor_names_a_missing_package_with_the_line_that_installs_it(installed, capsys, package):
    del installed[package]
    assert cli.main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert f"fix: {sys.executable} -m pip install {package}\n" in out
    assert out.count("fix:") == 1
    assert out.splitlines()[-1] == f"not ready: {package}"


def test_doctor_names_everything_that_is_missing(installed, capsys, monkeypatch):
    def damaged():
        raise DataError("the images are damaged\n  fix: this")

    monkeypatch.setattr(environment, "load_cifar10", damaged)
    monkeypatch.setattr(environment, "load_mnist", damaged)
    installed.clear()
    assert cli.main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "CIFAR-10    the images are damaged\n  fix: this\n" in out
    assert "MNIST       the images are damaged\n  fix: this\n" in out
    assert out.splitlines()[-1] == "not ready: " + ", ".join([*environment.PACKAGES, "CIFAR-10", "MNIST"])


@pytest.mark.parametrize(
    ("load", "name", "other"), [("load_cifar10", "CIFAR-10", "MNIST"), ("load_mnist", "MNIST", "CIFAR-10")]
)
def test_doctor_looks_at_each_data_set_by_itself(installed, capsys, monkeypatch, load, name, other):
    def without_pillow():
        raise ModuleNotFoundError("No module named 'PIL'")

    monkeypatch.setattr(environment, load, without_pillow)
    assert cli.main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert f"{name:11} No module named 'PIL'" in lines
    assert [line.endswith("test images are here") for line in lines if line.startswith(other)] == [True]
    assert lines[-1] == f"not ready: {name}"


def test_in_a_notebook_jupyterlab_is_not_asked_for(installed, capsys, monkeypatch):
    del installed["jupyterlab"]
    monkeypatch.setitem(sys.modules, "ipykernel", object())
    assert doctor() is None
    assert capsys.readouterr().out.endswith("\nready\n")
