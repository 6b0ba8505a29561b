import json
import re
from pathlib import Path

import pytest

import kdlab.widgets
from kdlab.widgets import _assets, _page
from tests.tools.widget_examples import EXAMPLES, HOSTILE, explorer

every_widget = pytest.mark.parametrize("name", EXAMPLES)


def state_of(html, number=0):
    text = re.search(rf'id="state-{number}">(.*?)</script>', html)[1]
    return json.loads(text)


def test_every_widget_has_an_example():
    assert sorted(EXAMPLES) == sorted(kdlab.widgets.__all__)


@every_widget
def test_a_page_holds_what_the_widget_needs_and_no_more(name):
    it = EXAMPLES[name].make()
    html = _page.page([it])
    assert it._esm in html
    assert it._css in html
    state = state_of(html)
    assert {key: state[key] for key in it.state()} == json.loads(json.dumps(it.state()))
    declared = vars(getattr(kdlab.widgets, name))
    assert set(state) == {key for key in it.keys if key in declared} - {"_esm", "_css"}


@every_widget
def test_nothing_ends_a_script_or_a_style_before_its_time(name):
    it = EXAMPLES[name].make()
    for text in (it._esm, it._css, _assets.module("own_page"), _assets.style("own_page")):
        assert not re.search(r"</(script|style)|<!--", text, re.IGNORECASE)


@every_widget
def test_hostile_names_cannot_leave_the_data(name):
    names = (HOSTILE, "</script><script>alert(1)</script>", "<!-- <script>", "</noscript>")
    html = _page.page([EXAMPLES[name].make(names)], HOSTILE)
    assert HOSTILE not in html
    assert html.count("<script") == html.count("</script>") == 2
    assert html.count("<noscript>") == html.count("</noscript>") == 1
    assert "<!--" not in html
    assert HOSTILE in json.dumps(state_of(html))
    assert "<title>&lt;img src=x onerror=alert(1)&gt;</title>" in html


def test_the_page_starts_from_what_python_set():
    it = explorer()
    it.temperature, it.index, it.log_scale = 4, 3, True
    state = state_of(_page.page([it]))
    assert (state["temperature"], state["index"], state["log_scale"]) == (4.0, 3, True)


def test_two_widgets_share_their_styles_and_nothing_else():
    html = _page.page([explorer(temperature=2), explorer(temperature=3)], "Both")
    assert [state_of(html, i)["temperature"] for i in range(2)] == [2, 3]
    assert html.count(explorer()._css) == 1
    assert html.count('<script type="module">') == 2


def test_an_introduction_stands_above_its_widget_as_text():
    html = _page.page([explorer(), explorer()], "Both", [("One", "First."), ("Two", HOSTILE)])
    assert "<h2>One</h2>\n<p>First.</p>\n<div" in html
    assert html.index("widget-0") < html.index("<h2>Two</h2>") < html.index("widget-1")
    assert HOSTILE not in html
    with pytest.raises(ValueError):
        _page.page([explorer(), explorer()], "Both", [("One", "First.")])


def test_a_page_is_called_what_its_widget_is():
    assert "<h1>Temperature explorer</h1>" in _page.page([explorer()])


def test_to_html_writes_a_file_and_replaces_an_older_one(tmp_path):
    path = tmp_path / "new folder" / "é.html"
    assert explorer().to_html(str(path), title="Été") == path
    assert "<h1>Été</h1>" in path.read_text(encoding="utf-8")
    explorer().to_html(path, title="Autumn")
    assert "<h1>Autumn</h1>" in path.read_text(encoding="utf-8")
    assert [file.name for file in path.parent.iterdir()] == ["é.html"]


@pytest.mark.parametrize("path", [None, 3, b"page.html", ["page.html"]])
def test_to_html_asks_for_a_path(path):
    with pytest.raises(ValueError, match=r"^path must be the name of a file or folder, got "):
        explorer().to_html(path)


def test_to_html_does_not_write_over_a_folder(tmp_path):
    with pytest.raises(ValueError, match=r"^path must name a file to write, got the folder "):
        explorer().to_html(tmp_path)
    assert tmp_path.is_dir()


def test_to_html_does_not_go_through_a_file(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        explorer().to_html(tmp_path / "file" / "page.html")


@pytest.mark.parametrize("title", ["", " ", 3])
def test_to_html_asks_for_a_title_that_says_something(title, tmp_path):
    with pytest.raises(ValueError, match=r"^title must be a text that is not empty, got "):
        explorer().to_html(tmp_path / "page.html", title=title)
    assert not any(tmp_path.iterdir())


def test_a_trait_that_json_cannot_write_is_refused(monkeypatch):
    it = explorer()
    monkeypatch.setattr(it, "get_state", lambda keys: {"temperature": float("nan")})
    with pytest.raises(ValueError, match="not JSON compliant"):
        _page.page([it])
    monkeypatch.setattr(it, "get_state", lambda keys: {"temperature": Path()})
    with pytest.raises(TypeError, match="a trait holds"):
        _page.page([it])
