"""The command says what is missing and what to type next, and its exit status says whether anything is."""

import pytest

import cs231n_kit.data.fetch
from cs231n_kit import __version__, cli
from cs231n_kit.data.official import MNIST_FILES


@pytest.fixture
def empty_folder(monkeypatch, tmp_path):
    """An empty folder as the place of the full data sets."""
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    return tmp_path


def test_where_prints_the_folder_and_how_to_get_what_is_not_there(empty_folder, capsys):
    assert cli.main(["data", "where"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        str(empty_folder),
        "cifar10  not here   fix: cs231n-kit data fetch cifar10",
        "mnist    not here   fix: cs231n-kit data fetch mnist",
    ]


def test_where_says_complete_only_when_every_file_is_there(empty_folder, capsys):
    (empty_folder / "MNIST").mkdir()
    for name in MNIST_FILES[:-1]:
        (empty_folder / "MNIST" / name).touch()
    cli.main(["data", "where", "mnist"])
    assert "not here" in capsys.readouterr().out
    (empty_folder / "MNIST" / MNIST_FILES[-1]).touch()
    cli.main(["data", "where", "mnist"])
    assert capsys.readouterr().out.splitlines() == [str(empty_folder), "mnist    complete"]


@pytest.mark.parametrize(
    ("names", "expected"), [([], ["cifar10", "mnist"]), (["mnist"], ["mnist"]), (["mnist", "cifar10"], ["mnist", "cifar10"])]
)
@pytest.mark.parametrize("verb", ["fetch", "verify"])
def test_data_sets_are_taken_as_named_and_both_by_default(monkeypatch, capsys, verb, names, expected):
    taken = []
    monkeypatch.setattr(cs231n_kit.data.fetch, verb, taken.append)
    assert cli.main(["data", verb, *names]) == 0
    assert taken == expected
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == expected


@pytest.mark.parametrize("verb", ["fetch", "verify", "where"])
def test_a_data_set_that_does_not_exist_is_refused_before_anything_is_done(monkeypatch, empty_folder, capsys, verb):
    taken = []
    for function in ("fetch", "verify", "is_complete"):
        monkeypatch.setattr(cs231n_kit.data.fetch, function, taken.append)
    assert cli.main(["data", verb, "mnist", "cifar100"]) == 1
    assert taken == []
    expected = "cs231n-kit: there is no data set 'cifar100'\n  fix: name cifar10 or mnist, or nothing for both\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize("name", cli.DATA_SETS)
def test_verify_without_the_data_says_what_to_type_next(empty_folder, capsys, name):
    assert cli.main(["data", "verify", name]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert str(empty_folder) in err
    assert f"fix: cs231n-kit data fetch {name} " in err
    assert "Traceback" not in err


def test_an_interrupted_fetch_ends_with_status_1_and_says_that_it_can_go_on(monkeypatch, capsys):
    def interrupted(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(cs231n_kit.data.fetch, "fetch", interrupted)
    assert cli.main(["data", "fetch", "mnist"]) == 1
    assert capsys.readouterr() == ("", "cs231n-kit: interrupted; the next fetch goes on from here\n")


def test_the_version_is_the_package_s(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"cs231n-kit {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [[], ["heal"], ["doctor", "--now"], ["data"], ["data", "heal"], ["data", "fetch", "--now"]]
)
def test_wrong_usage_ends_with_status_2_and_a_message_on_stderr(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(arguments)
    out, err = capsys.readouterr()
    assert out == ""
    assert "usage: cs231n-kit" in err


@pytest.mark.parametrize("verb", ["doctor", "data", "data fetch", "data verify", "data where"])
def test_help_shows_an_example(capsys, verb):
    with pytest.raises(SystemExit, match="0"):
        cli.main([*verb.split(), "--help"])
    assert f"example: cs231n-kit {verb}" in capsys.readouterr().out
