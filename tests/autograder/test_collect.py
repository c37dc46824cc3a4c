"""Submissions arrive in many shapes. All end up where nbgrader looks, each student's by itself, and nothing is lost."""

import os
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

import autograder.collect
import autograder.inbox
from autograder.collect import LONGEST, collect, safe_id
from autograder.course import Course
from autograder.inbox import CollectError, shown

A1 = "a1_data_driven"
JANUARY, MARCH = (2026, 1, 15, 12, 0, 0), (2026, 3, 1, 8, 30, 0)


@pytest.fixture
def course(tmp_path):
    """A course with two notebooks in one assignment, and one in another."""
    for name in (f"{A1}/knn.py", f"{A1}/cross_validation.py", "a0_warmup/numpy.py"):
        path = tmp_path / "course" / "solutions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return Course(tmp_path / "course")


@pytest.fixture
def single(tmp_path):
    """A course whose assignment is one notebook."""
    (tmp_path / "course" / "solutions" / A1).mkdir(parents=True)
    (tmp_path / "course" / "solutions" / A1 / "knn.py").touch()
    return Course(tmp_path / "course")


@pytest.fixture(params=["folder", "zip"])
def hand_in(request, tmp_path):
    """Return a function that makes a folder or a zip of files: each holds its own name, or what is given."""

    def hand_in(*names, **others):
        files = {name: name for name in names} | others
        source = tmp_path / f"inbox.{request.param}"
        if request.param == "zip":
            return zipped(source, {name: (text, JANUARY) for name, text in files.items()})
        for name, text in files.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(text)
        return source

    return hand_in


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (text, when) in files.items():
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, when)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)
    return path


def collected(course, source):
    """Collect, and return {what is in submitted/: its text}, timestamps left out, and the lines that were said."""
    said = []
    students = collect(course, A1, source, said.append)
    there = course.root / "submitted"
    files = {str(p.relative_to(there)): p.read_text() for p in there.rglob("*") if p.is_file() and p.name != "timestamp.txt"}
    assert {name.split("/")[0] for name in files} >= set(students) - {"eve", "mallory"}
    return files, said


def place(student, notebook="knn"):
    return f"{student}/{A1}/{notebook}.ipynb"


# --- shapes


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("ada/knn.ipynb", "ada"),
        (f"ada/{A1}/knn.ipynb", "ada"),
        (f"submitted/ada/{A1}/knn.ipynb", "ada"),
        (f"2026 spring/{A1}/ada/knn.ipynb", "ada"),
        ("ada/knn (1).ipynb", "ada"),
        ("ada/knn-Copy1.ipynb", "ada"),
        ("ada/KNN.ipynb", "ada"),
        ("ada/my knn, final version.ipynb", "ada"),
        ("ada_knn.ipynb", "ada"),
        ("ada-knn.ipynb", "ada"),
        ("ada_knn (1).ipynb", "ada"),
        ("Doe_Jane_12345_98765_knn.ipynb", "Doe_Jane_12345"),
        ("doejane_LATE_12345_98765_knn-1.ipynb", "doejane_12345"),
        ("Jane Doe_123_assignsubmission_file_/knn.ipynb", "Jane Doe_123"),
        ("Jane Doe_123_assignsubmission_file_knn.ipynb", "Jane Doe_123"),
        ("Homework1_jdoe_attempt_2026-01-30-15-00-00_knn.ipynb", "jdoe"),
        ("s_2024_17_knn.ipynb", "s_2024_17"),
        ("s_12345_67890/knn.ipynb", "s_12345_67890"),
        ("ada@example.org/knn.ipynb", "ada@example.org"),
        ("Ωμέγα 日本/knn.ipynb", "Ωμέγα 日本"),
    ],
)
def test_the_student_is_found_in_every_usual_shape(course, hand_in, name, student):
    assert collected(course, hand_in(name))[0] == {place(student): name}


@pytest.mark.parametrize("around", ["", "class/", "class/section 1/"])
@pytest.mark.parametrize("form", ["{}_knn.ipynb", "{}/knn.ipynb", "{}/" + A1 + "/knn.ipynb"])
def test_folders_around_all_of_them_do_not_matter(course, hand_in, around, form):
    names = {student: around + form.format(student) for student in ("ada", "alan")}
    assert collected(course, hand_in(*names.values()))[0] == {place(student): name for student, name in names.items()}


def test_folders_for_sections_do_not_become_students(course, hand_in):
    names = {"ada": "section 1/ada/knn.ipynb", "alan": "section 1/alan/knn.ipynb", "grace": "section 2/grace/knn.ipynb"}
    assert collected(course, hand_in(*names.values()))[0] == {place(student): name for student, name in names.items()}


def test_a_file_that_lies_deeper_belongs_to_the_student_above(course, hand_in):
    files, _ = collected(course, hand_in("ada/knn.ipynb", "ada/work/cross_validation.ipynb", "alan/knn.ipynb"))
    assert set(files) == {place("ada"), place("ada", "cross_validation"), place("alan")}


def test_single_files_and_folders_may_be_mixed(course, hand_in):
    assert set(collected(course, hand_in("ada_knn.ipynb", "alan/knn.ipynb"))[0]) == {place("ada"), place("alan")}


@pytest.mark.parametrize("around", ["", "class/"])
def test_with_one_notebook_a_file_may_have_just_the_students_name(single, hand_in, around):
    files, _ = collected(single, hand_in(f"{around}ada.ipynb", f"{around}alan_knn.ipynb"))
    assert set(files) == {place("ada"), place("alan")}


def test_with_one_notebook_a_renamed_file_in_a_students_folder_is_it(single, hand_in):
    assert set(collected(single, hand_in("ada/Untitled.ipynb", "alan/knn.ipynb"))[0]) == {place("ada"), place("alan")}


def test_the_longest_name_that_fits_is_the_notebook(course, hand_in):
    files, _ = collected(course, hand_in("ada_cross_validation.ipynb", "ada_knn.ipynb"))
    assert set(files) == {place("ada"), place("ada", "cross_validation")}


# --- what is not used is told


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("ada/notes.txt", "not a notebook of this assignment"),
        ("ada/essay.ipynb", "not a notebook of this assignment"),
        ("ada/a0_warmup/knn.ipynb", "not a notebook of this assignment"),
        ("knn.ipynb", "nothing says whose it is"),
    ],
)
def test_each_file_that_is_not_used_gets_a_line(course, hand_in, name, why):
    files, said = collected(course, hand_in("alan/knn.ipynb", name))
    assert set(files) == {place("alan")}
    assert len(said) == 1
    assert said[0].startswith(f"ignored: {name}: {why}")


def test_hidden_files_are_ignored_and_counted(course, hand_in):
    hidden = ("__MACOSX/ada/._knn.ipynb", "ada/.ipynb_checkpoints/knn-checkpoint.ipynb", ".DS_Store", "ada/Thumbs.db")
    files, said = collected(course, hand_in("ada/knn.ipynb", *hidden))
    assert set(files) == {place("ada")}
    assert [line.partition(",")[0] for line in said] == ["ignored: 4 hidden files"]


def test_of_several_versions_the_newest_is_taken_and_the_others_are_told(course, tmp_path):
    source = zipped(
        tmp_path / "a.zip",
        {"ada/knn.ipynb": ("old", JANUARY), "ada/knn (1).ipynb": ("new", MARCH), "ada/knn (2).ipynb": ("older", JANUARY)},
    )
    files, said = collected(course, source)
    assert files == {place("ada"): "new"}
    assert sorted(line.split(": ")[1] for line in said) == ["ada/knn (2).ipynb", "ada/knn.ipynb"]


def test_of_versions_of_the_same_age_the_one_with_the_right_name_is_taken(course, tmp_path):
    names = ("ada/knn (1).ipynb", "ada/knn.ipynb", "ada/knn-old.ipynb")
    files, _ = collected(course, zipped(tmp_path / "a.zip", {name: (name, JANUARY) for name in names}))
    assert files == {place("ada"): "ada/knn.ipynb"}


@pytest.mark.parametrize("names", [(), ("notes.txt",), ("knn.ipynb",)], ids=str)
def test_a_source_without_notebooks_is_an_error_that_says_what_is_expected(course, hand_in, names):
    with pytest.raises(CollectError, match=r"no notebook of a1_data_driven in .*\n  expected <student>/<notebook>\.ipynb"):
        collect(course, A1, hand_in(*names, **{"x/readme.txt": ""}), lambda line: None)
    assert not (course.root / "submitted").exists()


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 but no zip", b'{"cells": []}'], ids=repr)
def test_a_source_that_is_neither_a_zip_nor_a_folder_is_an_error(course, tmp_path, content):
    source = tmp_path / "inbox.rar"
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(CollectError, match=r"expected a zip file or a folder|neither a folder nor a zip file"):
        collect(course, A1, source, lambda line: None)


# --- ids


@pytest.mark.parametrize("name", ["ada", "ada.lovelace", "a-b_c@d+e", "Jane Doe_123", "12345", "李小龍", "é" * LONGEST])
def test_a_safe_name_is_the_id(name):
    assert safe_id(name) == name


ODD = ["-rf", ".ada", "ada ", " ada", "a/b", "a'b", 'a"b', "<b>ada</b>", "=cmd()", "a,b", "a\nb", "a\x1b[31mb", "*", "..",
       "", "a\0b", "x" * 200, "é" * 200, "\udcff", "[a]", "{a}", "a\u202eb", "$(id)", "ada."]  # fmt: skip


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_an_odd_name_becomes_an_id_that_is_safe(name):
    student = safe_id(name)
    assert safe_id(student) == student
    assert len(f"{student}.cross_validation.json.part".encode()) < 255
    assert student == student.strip()
    assert student[0].isalnum()
    assert student.isprintable()
    assert not set(student) & set("/\\'\"<>=,*?[]{}$()&|;")


def test_odd_names_never_become_the_same_id():
    names = [*ODD, "x" * 201, "a;b", "ada!", "!ada", "b/a"]
    assert len({safe_id(name) for name in names}) == len(names)


def test_an_id_that_is_not_as_written_is_told(course, tmp_path):
    source = zipped(tmp_path / "a.zip", {"O'Brien/knn.ipynb": ("x", JANUARY)})
    files, said = collected(course, source)
    student = safe_id("O'Brien")
    assert set(files) == {place(student)}
    assert said == [f"O'Brien is the student {student}"]


def test_a_name_that_is_not_even_text_is_collected(course, tmp_path):
    folder = os.fsencode(tmp_path / "inbox") + b"/\xff\xfe"
    os.makedirs(folder)
    Path(os.fsdecode(folder), "knn.ipynb").write_text("x")
    files, said = collected(course, tmp_path / "inbox")
    assert len(files) == 1
    "".join(said).encode()


@pytest.mark.parametrize(
    "names",
    [
        ("Ada/knn.ipynb", "ada/knn.ipynb"),
        ("section 1/ada/knn.ipynb", "section 2/ada/knn.ipynb"),
        ("Jos\u00e9/knn.ipynb", "Jose\u0301/knn.ipynb"),
        ("ada/knn.ipynb", "ada_cross_validation.ipynb", "Ada_knn.ipynb"),
    ],
    ids=" ".join,
)
def test_two_students_never_become_one(course, hand_in, names):
    source = hand_in(*names)
    with pytest.raises(CollectError, match=r"would become one student:\n(.|\n)*fix: rename one"):
        collect(course, A1, source, lambda line: None)
    assert not (course.root / "submitted").exists()


def test_an_id_that_differs_only_in_case_from_one_that_is_there_is_refused(course, hand_in):
    (course.root / "submitted" / "Ada").mkdir(parents=True)
    with pytest.raises(CollectError, match="ada and submitted/Ada"):
        collect(course, A1, hand_in("ada/knn.ipynb"), lambda line: None)


# --- hostile files


def test_paths_that_lead_out_of_a_zip_are_refused_and_nothing_is_written_elsewhere(course, tmp_path):
    outside = ("../evil/knn.ipynb", "/evil/knn.ipynb", "ada/../../knn.ipynb", "C:/evil/knn.ipynb", "..\\evil\\knn.ipynb")
    source = zipped(tmp_path / "a.zip", dict.fromkeys((*outside, "ada/knn.ipynb"), ("x", JANUARY)))
    before = {p for p in tmp_path.rglob("*") if course.root not in p.parents}
    files, said = collected(course, source)
    assert set(files) == {place("ada")}
    assert len([line for line in said if line.endswith("its path leads out of the zip")]) == len(outside)
    assert {p for p in tmp_path.rglob("*") if course.root not in p.parents} == before


@pytest.mark.parametrize(
    "name", ["-1" * 30_000 + "_knn.ipynb", "a_1" * 100 + "/knn.ipynb", "a/" * 40 + "knn.ipynb"], ids=len
)
def test_names_that_no_computer_takes_are_not_even_looked_at(course, tmp_path, name):
    files, said = collected(course, zipped(tmp_path / "a.zip", {name: ("x", JANUARY), "ada/knn.ipynb": ("x", JANUARY)}))
    assert set(files) == {place("ada")}
    assert len(said) == 1
    assert said[0].endswith(": its path is longer than any that a computer takes")


def test_links_in_a_zip_are_not_followed(course, tmp_path):
    link = zipfile.ZipInfo("mallory/knn.ipynb", JANUARY)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    files, said = collected(
        course, zipped(tmp_path / "a.zip", {link: ("/etc/passwd", None), "ada/knn.ipynb": ("x", JANUARY)})
    )
    assert set(files) == {place("ada")}
    assert said == ["ignored: mallory/knn.ipynb: a link, which is not followed"]


def test_links_and_pipes_in_a_folder_are_not_followed(course, tmp_path):
    inbox = tmp_path / "inbox"
    (inbox / "ada").mkdir(parents=True)
    (inbox / "ada" / "knn.ipynb").write_text("x")
    (inbox / "mallory").mkdir()
    (inbox / "mallory" / "knn.ipynb").symlink_to("/etc/passwd")
    (inbox / "eve").symlink_to(inbox / "ada")
    os.mkfifo(inbox / "mallory" / "cross_validation.ipynb")
    files, said = collected(course, inbox)
    assert files == {place("ada"): "x"}
    assert sorted(said) == [
        "ignored: eve: a link, which is not followed",
        "ignored: mallory/cross_validation.ipynb: neither a file nor a folder",
        "ignored: mallory/knn.ipynb: a link, which is not followed",
    ]


def test_a_zip_bomb_is_not_unpacked(course, tmp_path):
    source = zipped(tmp_path / "a.zip", {"eve/knn.ipynb": ("0" * 2**25, JANUARY), "ada/knn.ipynb": ("x", JANUARY)})
    files, said = collected(course, source)
    assert set(files) == {place("ada")}
    assert said == [line for line in said if line.startswith("ignored: eve/knn.ipynb: 32 MB packed into ")]


@pytest.mark.parametrize("limit", ["MAX_BYTES", "MOST_BYTES"])
def test_more_than_the_limit_is_not_kept(course, hand_in, monkeypatch, limit):
    monkeypatch.setattr(autograder.collect, limit, 2**20)
    source = hand_in(**{"ada/knn.ipynb": "x", "eve/knn.ipynb": "1 2 3 " * 2**18})
    files, said = collected(course, source)
    assert set(files) == {place("ada")}
    assert len(said) == 1
    assert said[0].startswith("ignored: eve/knn.ipynb: it cannot be read (")
    assert "larger than 1 MB" in said[0]
    assert [p.name for p in course.root.rglob("*.part")] == []


def test_too_many_files_are_refused(course, hand_in, monkeypatch):
    monkeypatch.setattr(autograder.inbox, "MOST_FILES", 2)
    with pytest.raises(CollectError, match="more than 2 files"):
        collect(course, A1, hand_in("ada/knn.ipynb", "alan/knn.ipynb", "grace/knn.ipynb"), lambda line: None)


def test_a_damaged_file_costs_no_other_student(course, tmp_path):
    source = zipped(tmp_path / "a.zip", {"eve/knn.ipynb": ("spoiled " * 9, JANUARY), "ada/knn.ipynb": ("x", JANUARY)})
    data = bytearray(source.read_bytes())
    place_of_data = data.index(b"eve/knn.ipynb") + len("eve/knn.ipynb")
    data[place_of_data : place_of_data + 4] = b"\xff\xff\xff\xff"
    source.write_bytes(bytes(data))
    files, said = collected(course, source)
    assert set(files) == {place("ada")}
    assert len(said) == 1
    assert said[0].startswith("ignored: eve/knn.ipynb: it cannot be read")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_files_of_one_name_in_a_zip_one_is_taken_and_the_other_told(course, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("ada/knn.ipynb", MARCH), "new")
        archive.writestr(zipfile.ZipInfo("ada/knn.ipynb", JANUARY), "old")
    files, said = collected(course, tmp_path / "a.zip")
    assert files == {place("ada"): "new"}
    assert len(said) == 1


def test_names_without_the_flag_for_utf_8_are_read_as_that(course, tmp_path):
    source = zipped(tmp_path / "a.zip", {"Jöran/knn.ipynb": ("x", JANUARY)})
    data = source.read_bytes()
    source.write_bytes(data.replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00"))
    assert set(collected(course, source)[0]) == {place("Jöran")}


def test_names_are_printed_on_one_line_and_without_commands_to_the_terminal():
    assert shown("a\nb\x1b[31m\udcff") == "a\\nb\\x1b[31m\\udcff"


# --- what is there already


def test_collecting_again_changes_nothing(course, hand_in):
    source = hand_in("ada/knn.ipynb", "alan_knn.ipynb")
    before = collected(course, source)
    times = {p: p.stat().st_mtime_ns for p in course.root.rglob("*.ipynb")}
    assert collected(course, source) == before
    assert {p: p.stat().st_mtime_ns for p in course.root.rglob("*.ipynb")} == times
    assert not (course.root / "superseded").exists()


def test_a_newer_submission_replaces_the_old_one_which_is_kept(course, tmp_path):
    for number, when in enumerate((JANUARY, MARCH)):
        source = zipped(tmp_path / f"{number}.zip", {"ada/knn.ipynb": (f"version {number}", when)})
        files, said = collected(course, source)
        assert files == {place("ada"): f"version {number}"}
    assert said == [f"replaced: ada's knn; the old one is superseded/ada/{A1}/knn (1).ipynb"]
    kept = course.root / "superseded" / "ada" / A1
    assert (kept / "knn (1).ipynb").read_text() == "version 0"
    assert timestamp(kept / "knn (1).timestamp.txt") == local(JANUARY)
    assert timestamp(course.root / "submitted" / "ada" / A1 / "timestamp.txt") == local(MARCH)


def test_an_older_submission_does_not_replace_a_newer_one(course, tmp_path):
    for when in (MARCH, JANUARY):
        files, said = collected(course, zipped(tmp_path / "a.zip", {"ada/knn.ipynb": (str(when), when)}))
        assert files == {place("ada"): str(MARCH)}
    assert said == ["ignored: ada/knn.ipynb: older than what ada has handed in already"]


def test_every_version_that_was_replaced_is_kept(course, hand_in):
    for text in ("first", "second", "third"):
        collected(course, hand_in(**{"ada/knn.ipynb": text}))
    kept = sorted((course.root / "superseded" / "ada" / A1).glob("*.ipynb"))
    assert [path.read_text() for path in kept] == ["first", "second"]


def test_collecting_the_courses_own_submissions_changes_nothing(course, hand_in):
    collected(course, hand_in("ada/knn.ipynb", "alan/knn.ipynb"))
    files, said = collected(course, course.root / "submitted")
    assert (set(files), said) == ({place("ada"), place("alan")}, [])


# --- when it was handed in


def local(when):
    return datetime(*when).astimezone(UTC)


def timestamp(path):
    return datetime.strptime(path.read_text(), "%Y-%m-%d %H:%M:%S UTC\n").replace(tzinfo=UTC)


def test_the_time_in_a_zip_is_kept_as_nbgrader_reads_it(course, tmp_path):
    collected(course, zipped(tmp_path / "a.zip", {"ada/knn.ipynb": ("x", MARCH)}))
    assert timestamp(course.root / "submitted" / "ada" / A1 / "timestamp.txt") == local(MARCH)


def test_a_timestamp_that_is_there_stays(course, tmp_path):
    path = course.root / "submitted" / "ada" / A1 / "timestamp.txt"
    path.parent.mkdir(parents=True)
    path.write_text("2026-02-02 00:00:00 UTC\n")
    collected(course, zipped(tmp_path / "a.zip", {"ada/knn.ipynb": ("x", MARCH)}))
    assert path.read_text() == "2026-02-02 00:00:00 UTC\n"


def test_a_timestamp_beside_a_notebook_comes_along(course, hand_in):
    name = f"ada/{A1}/timestamp.txt"
    collected(course, hand_in(f"ada/{A1}/knn.ipynb", **{name: "2025-12-24 18:00:00 UTC"}))
    assert (course.root / "submitted" / name).read_text() == "2025-12-24 18:00:00 UTC\n"


def test_a_zip_without_times_and_a_folder_make_up_none(course, tmp_path):
    (tmp_path / "inbox" / "ada").mkdir(parents=True)
    (tmp_path / "inbox" / "ada" / "knn.ipynb").write_text("x")
    collected(course, tmp_path / "inbox")
    collected(course, zipped(tmp_path / "a.zip", {"alan/knn.ipynb": ("x", (1980, 1, 1, 0, 0, 0))}))
    assert list(course.root.rglob("timestamp.txt")) == []
