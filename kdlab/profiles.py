"""How much a lesson computes: a profile is chosen once, at its top, and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import SimpleNamespace

from kdlab import _checks


def choose_profile(profiles: Mapping[str, Mapping]) -> SimpleNamespace:
    """The settings that `$KDLAB_PROFILE` names; the first ones if it is not set.

    Args:
        profiles: settings by the name of their profile. All have the same ones.

    Returns:
        The settings of one profile as attributes, and its `name`.

    Raises:
        ValueError: `$KDLAB_PROFILE` names none of them, or they do not have the same settings.

    Example:
        >>> choose_profile({"class": {"epochs": 2}, "full": {"epochs": 10}}).epochs
        2
    """
    _checks.mapping(profiles, "profiles", of="settings each")
    for settings in profiles.values():
        if not isinstance(settings, Mapping):
            raise ValueError(f"profiles must hold a dict of settings each, got {settings!r}")
        if "name" in settings or not all(isinstance(key, str) for key in settings):
            raise ValueError(
                f"profiles must hold settings with names that are texts, and none called 'name', "
                f"got {list(settings)}"
            )
    first = next(iter(profiles))
    for name, settings in profiles.items():
        if set(settings) != set(profiles[first]):
            odd = sorted(set(settings) ^ set(profiles[first]))
            raise ValueError(
                f"profiles must all have the same settings; {first!r} and {name!r} differ in "
                f"{', '.join(odd)}"
            )
    chosen = os.environ.get("KDLAB_PROFILE") or first
    if chosen not in profiles:
        raise ValueError(f"KDLAB_PROFILE must be one of {', '.join(profiles)}, got {chosen!r}")
    return SimpleNamespace(name=chosen, **profiles[chosen])
