"""A lesson's profile: the first unless the environment names another, and never half of one."""

import pytest

from kdlab import choose_profile

PROFILES = {"class": {"n": 10, "gpu": False}, "full": {"n": 1000, "gpu": True}}


@pytest.mark.parametrize(
    ("variable", "name"), [(None, "class"), ("", "class"), ("class", "class"), ("full", "full")]
)
def test_the_environment_chooses_and_the_first_is_the_default(monkeypatch, variable, name):
    monkeypatch.delenv("KDLAB_PROFILE", raising=False)
    if variable is not None:
        monkeypatch.setenv("KDLAB_PROFILE", variable)
    assert vars(choose_profile(PROFILES)) == {"name": name, **PROFILES[name]}


def test_an_unknown_profile_is_answered_with_the_known_ones(monkeypatch):
    monkeypatch.setenv("KDLAB_PROFILE", "Full")
    with pytest.raises(ValueError, match="KDLAB_PROFILE must be one of class, full, got 'Full'"):
        choose_profile(PROFILES)


def test_a_setting_that_one_profile_lacks_is_named():
    with pytest.raises(ValueError, match="'class' and 'full' differ in gpu"):
        choose_profile({**PROFILES, "full": {"n": 1}})


@pytest.mark.parametrize("profiles", [{}, None, ["class"]])
def test_no_profiles_are_no_choice(profiles):
    with pytest.raises(ValueError, match="profiles must be a dict of settings each by name"):
        choose_profile(profiles)
