"""cs231n-kit doctor says what is missing, and its exit status says whether anything is."""

import importlib.metadata
import sys

import pytest

from cs231n_kit import __version__, cli
from cs231n_kit.data import DataError


@pytest.fixture
def installed(monkeypatch):
    """The packages that seem to be installed, by name, whatever this environment holds."""
    versions = dict.fromkeys(cli.PACKAGES, "9.8.7")

    def version(package):
        if package not in versions:
            raise importlib.metadata.PackageNotFoundError(package)
        return versions[package]

    monkeypatch.setattr(importlib.metadata, "version", version)
    return versions


def test_doctor_reports_ready_when_everything_is_here(installed, capsys):
    assert cli.main(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[-1] == "ready"
    assert all(f"{package:11} 9.8.7" in out for package in cli.PACKAGES)
    assert "5,000 training and 1,000 test images" in out
    assert __version__ in out


@pytest.mark.parametrize("package", ["pooch", "jupyter"])
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

    monkeypatch.setattr(cli, "load_cifar10", damaged)
    installed.clear()
    assert cli.main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "the images are damaged\n  fix: this" in out
    assert out.splitlines()[-1] == "not ready: " + ", ".join([*cli.PACKAGES, "CIFAR-10"])


def test_the_version_is_the_package_s(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"cs231n-kit {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["heal"], ["doctor", "--now"]])
def test_wrong_usage_ends_with_status_2_and_a_message_on_stderr(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(arguments)
    out, err = capsys.readouterr()
    assert out == ""
    assert "usage: cs231n-kit" in err


def test_help_shows_an_example(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["doctor", "--help"])
    assert "example: cs231n-kit doctor" in capsys.readouterr().out
