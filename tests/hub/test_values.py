"""The values for a class of 300: keys that the chart knows, sizes that follow from the measured."""

from __future__ import annotations

import json
from math import ceil, floor
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "classroom/jupyterhub"
LEARNERS = 300
# One node: 16 cores and 64 GiB, of which Kubernetes keeps a tenth.
CORES, GIGABYTES = 0.9 * 16, 0.9 * 64 * 1.024**3

# The part of the chart's schema that is in use. The chart refuses names that it does not know.
SCHEMA = {
    "hub": {"activeServerLimit": int, "config": dict},
    "proxy": {"https": {"enabled": bool, "hosts": list, "letsencrypt": {"contactEmail": str}}},
    "singleuser": {
        "image": {"name": str, "tag": str},
        "cmd": list,
        "defaultUrl": str,
        "startTimeout": int,
        "memory": {"guarantee": str, "limit": str},
        "cpu": {"guarantee": float, "limit": int},
        "storage": {"capacity": str},
    },
    "scheduling": {
        "userScheduler": {"enabled": bool},
        "podPriority": {"enabled": bool},
        "userPlaceholder": {"enabled": bool, "replicas": int},
    },
    "prePuller": {"hook": {"enabled": bool}, "continuous": {"enabled": bool}},
    "cull": {"enabled": bool, "timeout": int, "every": int},
}


@pytest.fixture(scope="module")
def values():
    return yaml.safe_load((FOLDER / "values.yaml").read_text())


@pytest.fixture(scope="module")
def measured():
    return json.loads((FOLDER / "measured.json").read_text())["memory_mb"]


def require(value, schema, where="values"):
    if isinstance(schema, type):
        assert isinstance(value, schema), f"{where} must be {schema.__name__}, got {value!r}"
    else:
        assert set(value) == set(schema), where
        for key in schema:
            require(value[key], schema[key], f"{where}.{key}")


def test_the_chart_knows_every_key(values):
    require(values, SCHEMA)


def test_learners_start_what_they_start_on_one_machine(values):
    _, script = values["singleuser"]["cmd"]
    assert (FOLDER / Path(script).name).is_file() and script.startswith(
        "/srv/kdlab/classroom/jupyterhub"
    )
    config = (FOLDER / "jupyterhub_config.py").read_text()
    for argument in values["hub"]["config"]["Spawner"]["args"]:
        assert f'"{argument}"' in config
    assert f'"{values["singleuser"]["defaultUrl"]}"' in config


def test_the_sizes_follow_from_the_measured_ones(values, measured):
    held = measured["lesson 03, at its largest"]
    needs = (held["servers"]["rss_peak"] + held["kernels"]["rss_peak"]) / 1e3
    memory = values["singleuser"]["memory"]
    assert memory["guarantee"] == f"{ceil(10 * needs) / 10:g}G"
    assert needs < float(memory["limit"].removesuffix("G"))

    places = floor(GIGABYTES / float(memory["guarantee"].removesuffix("G")))
    nodes = ceil(LEARNERS / places)
    assert places * values["singleuser"]["cpu"]["guarantee"] <= CORES
    assert values["scheduling"]["userPlaceholder"]["replicas"] == places
    assert values["hub"]["activeServerLimit"] == nodes * places
    text = (FOLDER / "README.md").read_text()
    assert f"{places} learners on a node" in text and f"{nodes} nodes" in text
