"""Mending a damaged submission: only the answers count, and all of them do."""

from copy import deepcopy

import pytest
from nbformat import validate
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from kdlab.grading import mend, notes
from kdlab.grading.notes import add_note, begin_notes

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def handed_out(name, source, *, solution=False, grade=False, new=new_code_cell):
    about = {"grade_id": name, "solution": solution, "grade": grade, "locked": not solution,
             "schema_version": 3, "points": 1}  # fmt: skip
    return new(source, id=name, metadata={"nbgrader": about, "deletable": False})


@pytest.fixture
def released():
    return new_notebook(
        cells=[
            handed_out("intro", "# Read me", new=new_markdown_cell),
            handed_out("answer", STUB, solution=True),
            handed_out("test", "assert x == 4", grade=True),
            handed_out("essay", "HERE", solution=True, grade=True, new=new_markdown_cell),
        ]
    )


@pytest.fixture
def submitted(released):
    nb = deepcopy(released)
    nb.cells[1].source = "x = 4"
    nb.cells[3].source = "Because."
    nb.cells.insert(2, new_code_cell("y = x  # the learner's own", id="mine"))
    return nb


def sources(nb):
    return [cell.source for cell in nb.cells]


SOUND = ["# Read me", "x = 4", "y = x  # the learner's own", "assert x == 4", "Because."]


def test_a_sound_submission_stays_as_it_is(submitted, released):
    before = deepcopy(submitted)
    mended, repairs = mend(submitted, released)
    assert mended == before == submitted and repairs == []


def cell(nb, name):
    return next(cell for cell in nb.cells if cell.id == name)


def copy_after(nb, name, source):
    """As an editor copies a cell: with its metadata, under a new id."""
    copy = deepcopy(cell(nb, name))
    copy.id, copy.source = f"copy-of-{name}", source
    nb.cells.insert(nb.cells.index(cell(nb, name)) + 1, copy)


def lose(nb, name):
    nb.cells.remove(cell(nb, name))


def edit(nb, name, source):
    cell(nb, name).source = source


def turn_into_markdown(nb, name):
    i = nb.cells.index(cell(nb, name))
    nb.cells[i] = new_markdown_cell(nb.cells[i].source, id=name, metadata=nb.cells[i].metadata)


def drop_metadata(nb, *names):
    for name in names:
        cell(nb, name).metadata = {}


def tag(nb, name):
    cell(nb, name).metadata["tags"] = ["skip-execution"]


def move_to_end(nb, name):
    nb.cells.append(nb.cells.pop(nb.cells.index(cell(nb, name))))


DAMAGE = {
    "an empty copy": (
        lambda nb: copy_after(nb, "answer", STUB),
        ["`answer` came 2 times: the first answer counts."],
    ),
    "a test lost": (lambda nb: lose(nb, "test"), ["`test` was missing: put back."]),
    "prose lost": (lambda nb: lose(nb, "intro"), ["`intro` was missing: put back."]),
    "a test edited": (
        lambda nb: edit(nb, "test", "pass"),
        ["`test` was not as handed out: replaced."],
    ),
    "a test copied": (
        lambda nb: copy_after(nb, "test", "assert x == 4"),
        ["`test` came 2 times: the one handed out counts."],
    ),
    "an answer that is no code any more": (
        lambda nb: turn_into_markdown(nb, "answer"),
        ["`answer` had become a markdown cell: changed back."],
    ),
    "metadata dropped": (
        lambda nb: drop_metadata(nb, "answer"),
        ["`answer` had lost its metadata: put back."],
    ),
    "a test to be skipped": (
        lambda nb: tag(nb, "test"),
        ["`test` was tagged to be skipped: it is run."],
    ),
    "a test moved": (
        lambda nb: move_to_end(nb, "test"),
        ["Cells had been moved: put back in order."],
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_leaves_no_trace_but_a_note(damage, submitted, released):
    harm, said = DAMAGE[damage]
    sound = deepcopy(submitted)
    harm(submitted)
    mended, repairs = mend(submitted, released)
    assert sources(mended) == SOUND and repairs == said
    kept = [c for c in mended.cells if "nbgrader" in c.metadata]
    assert kept == [c for c in sound.cells if "nbgrader" in c.metadata]
    validate(mended)


def test_an_answer_given_first_in_the_second_copy_counts(submitted, released):
    edit(submitted, "answer", STUB)
    copy_after(submitted, "answer", "x = 4")
    mended, _ = mend(submitted, released)
    assert sources(mended) == SOUND


def test_a_lost_answer_comes_back_unanswered(submitted, released):
    lose(submitted, "answer")
    mended, repairs = mend(submitted, released)
    assert cell(mended, "answer").source == STUB
    assert repairs == ["`answer` was missing: put back, unanswered."]


def test_both_halves_of_a_split_answer_run_in_order(submitted, released):
    edit(submitted, "answer", "x = 3")
    copy_after(submitted, "answer", "x += 1")
    mended, _ = mend(submitted, released)
    assert sources(mended) == [SOUND[0], "x = 3", "x += 1", *SOUND[2:]]
    assert [c.metadata.get("nbgrader", {}).get("grade_id") for c in mended.cells] == [
        "intro", "answer", None, None, "test", "essay",
    ]  # fmt: skip
    validate(mended)


def test_an_edited_copy_of_a_test_stays_as_an_experiment_of_the_learners(submitted, released):
    copy_after(submitted, "test", "print(x == 4)")
    mended, _ = mend(submitted, released)
    assert sources(mended) == [*SOUND[:4], "print(x == 4)", SOUND[4]]
    assert "nbgrader" not in mended.cells[4].metadata


def test_a_cell_that_claims_points_of_its_own_gets_none(submitted, released):
    submitted.cells.append(handed_out("bonus", "10", grade=True))
    mended, repairs = mend(submitted, released)
    assert "nbgrader" not in mended.cells[-1].metadata and repairs == []


@pytest.mark.parametrize("about", [{}, [], None, {"grade_id": ["a", "list"]}, {"grade_id": ""}])
def test_damaged_metadata_is_no_obstacle(about, submitted, released):
    cell(submitted, "answer").metadata["nbgrader"] = about
    mended, _ = mend(submitted, released)
    assert sources(mended) == SOUND


def test_cells_of_one_id_get_different_ones(submitted, released):
    cell(submitted, "mine").id = "test"
    submitted.cells[-1].metadata = {}
    mended, _ = mend(submitted, released)
    assert len({c.id for c in mended.cells}) == len(mended.cells)
    assert sources(mended) == SOUND
    validate(mended)


def test_a_notebook_from_before_cells_had_ids(submitted, released):
    submitted.nbformat_minor = 4
    for old in submitted.cells:
        del old["id"]
    mended, repairs = mend(submitted, released)
    assert sources(mended) == SOUND and repairs == []
    validate(mended)


def test_an_image_pasted_into_an_answer_stays(submitted, released):
    picture = {"plot.png": {"image/png": "aGk="}}
    cell(submitted, "essay").attachments = picture
    mended, _ = mend(submitted, released)
    assert cell(mended, "essay").attachments == picture


def test_a_frame_without_names_is_refused(submitted):
    with pytest.raises(ValueError, match="released must hold cells with a grade_id, got none"):
        mend(submitted, new_notebook(cells=[new_code_cell("1")]))


def test_notes_that_a_submission_brings_along_do_not_count(submitted):
    begin_notes(submitted, ["forged"])
    begin_notes(submitted, ["first"])
    add_note(submitted, "second")
    assert notes(submitted) == ["first", "second"]
