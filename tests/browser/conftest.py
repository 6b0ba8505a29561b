"""A real browser for the tests: `browser`, `new_page`, `page`, and `show` for widgets."""

from __future__ import annotations

import contextlib

import pytest
from pages import show  # noqa: F401
from playwright.sync_api import sync_playwright

from tests.tools import chromium

# Two files of one name cannot both be searched for doctests; what was kept of older versions is
# opened, not run.
collect_ignore = ["conftest.py", "kept"]


@pytest.fixture(scope="module")
def browser():
    """Chromium. (One per module: while Playwright runs, no other test can run an event loop.)"""
    with sync_playwright() as playwright:
        try:
            path = chromium.find(playwright.chromium.executable_path)
        except RuntimeError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        browser = playwright.chromium.launch(executable_path=path, args=chromium.flags())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def contexts(browser):
    """`contexts(**options)`: Playwright's context with these options, one for all tests of a file.

    To make one takes four times as long as to open a page of a widget in it. What a page could
    leave there for the next one is cookies, which are taken away, and storage: ours use none.
    """
    made = {}

    def contexts(**options):
        key = repr(sorted(options.items()))
        if key not in made:
            made[key] = browser.new_context(**options)
        return made[key]

    yield contexts
    for context in made.values():
        assert context.storage_state()["origins"] == []
        context.close()


@pytest.fixture
def new_page(contexts, tmp_path, failed):
    """`new_page(**options)`: as many pages as a test wants, by `chromium.page_of`.

    When the test fails, a picture of each page is left in its temporary folder.
    """
    pages = []
    with contextlib.ExitStack() as stack:

        def new_page(**options):
            pages.append(stack.enter_context(chromium.page_of(contexts(**options))))
            return pages[-1]

        yield new_page
        for number, page in enumerate(pages):
            if failed():
                chromium.picture(page, tmp_path / f"page_{number}.png")


@pytest.fixture
def page(new_page):
    """A page in the light theme, whose console must show no error."""
    page = new_page()
    yield page
    assert not page.errors


@pytest.fixture
def failed(request):
    """Whether the test has failed, for those who clean up after it."""
    return lambda: request.node.stash.get(FAILED, False)


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Let fixtures know whether their test failed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report
