"""What an audit returns: text, a table, and the same each time."""

import warnings

import numpy as np
import pytest
from audit_losses import WRONG, at, kl, numpy_kl, softmax

import kdlab
from kdlab import Audit, audit_loss


def test_it_reads_as_text():
    audit = audit_loss(at(WRONG["temperature on the teacher alone"], 4.0), 4)
    assert str(audit) == repr(audit)
    lines = str(audit).splitlines()
    assert lines[0] == (
        "✗ not yet knowledge distillation at T = 4: temperature on the teacher alone"
    )
    assert lines[3] == "  ✓ never negative                      nothing below 0 was seen"
    assert [line[2] for line in lines[1:8]] == list("✗✓✓✗?✗?")
    assert lines[8].startswith("temperature on the teacher alone: The student at T = 1 is to match")
    assert len(lines) == 9

    right = str(audit_loss(numpy_kl, 4))
    assert right.splitlines()[0] == "✓ knowledge distillation at T = 4"
    assert len(right.splitlines()) == 8
    unsure = audit_loss(lambda t, s: 0.9 * numpy_kl(t, s, 4), 4)
    assert unsure.headline == (
        "✓ knowledge distillation at T = 4, as far as the audit can tell"
    )  # fmt: skip
    summed = audit_loss(at(WRONG["sum over the batch"], 4.0), 4)
    assert summed.headline == "✓ knowledge distillation at T = 4; note: sum over the batch"


def test_text_is_the_same_whatever_the_precision():
    for name in ("temperature on the student alone", "squared error of logits", "T² missing"):
        texts = {
            str(audit_loss(lambda t, s, p=p, w=WRONG[name]: w(t.astype(p), s.astype(p), p(4)), 4))
            for p in (np.float32, np.float64)
        }
        assert len(texts) == 1


def test_it_is_an_accessible_table_with_escaped_text():
    audit = audit_loss(at(WRONG["T² missing"], 4.0), 4)
    html = audit._repr_html_()
    assert html.count('<th scope="row"') == 7 and html.count('<th scope="col"') == 3
    assert "<caption" in html and "✗ broken" in html and "✓ holds" in html
    assert "<strong>T² missing</strong>" in html
    evil = kdlab.audit.Law("<b>", None, "a < b & c")
    html = Audit(4.0, (evil,), ())._repr_html_()
    assert "<b>" not in html and "&lt;b&gt;" in html and "a &lt; b &amp; c" in html
    assert "? cannot tell" in html and "<ul>" not in html


def test_it_cannot_be_changed():
    audit = audit_loss(numpy_kl, 4)
    with pytest.raises(AttributeError):
        audit.mistakes = ()
    assert isinstance(audit.laws, tuple) and isinstance(audit.mistakes, tuple)


def test_the_same_call_gives_the_same_audit_and_leaves_the_global_seed_alone():
    state = np.random.get_state()[1].copy()
    assert audit_loss(numpy_kl, 4) == audit_loss(numpy_kl, 4)
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_it_says_what_numpy_would_warn_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        audit_loss(lambda t, s: kl(softmax(t), kdlab.softmax(kdlab.softmax(s), 4)), 4)
