"""A cohort trained by the workers of a cluster, here two processes of this machine."""

from __future__ import annotations

import os
import threading
import time

import numpy as np
import pytest
from cohorts import require_same
from systems import KILL

from kdlab import train_cohort
from kdlab.cohort.program import CHUNK

GRID = {"temperatures": [1, 4], "alphas": [0, 0.5, 1], "n_images": [40, 100], "seeds": range(9)}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None,
            local_directory=tmp_path_factory.mktemp("dask"),
        ) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        yield client


@pytest.fixture
def train(digits, teacher):
    return lambda **settings: train_cohort(
        digits, teacher.train_logits, **{**GRID, "steps": 150, "curves": True, **settings}
    )


class Listener:
    """A monitor that remembers, and may do something when it hears of progress."""

    def __init__(self, act=lambda done: None):
        self.heard, self.act = [], act

    def start(self, total, unit):
        self.heard.append(("start", total))

    def update(self, done, **metrics):
        self.heard.append(("update", done))
        self.act(done)

    def finish(self, message):
        self.heard.append(("finish", message))


def test_the_students_are_those_of_a_single_process_bit_for_bit(train, client):
    listener = Listener()
    there = train(client=client, monitor=listener)
    require_same(there, train())
    n = 9 * 2 * 5  # of the six settings of alpha and T, two have alpha 0: one student
    dones = [done for what, done in listener.heard if what == "update"]
    assert listener.heard[0] == ("start", n) and listener.heard[-1] == (
        "finish",
        f"Done: {n} students.",
    )
    assert dones == sorted(dones) and dones[-1] == n and len(dones) == -(-n // CHUNK)


def test_a_killed_worker_costs_time_and_nothing_else(train, client):
    expected = train(steps=400)
    before = client.run(os.getpid)
    killed = []

    def kill(done):
        """In mid-run: some chunks are finished, the others wait or are under way."""
        if not killed:
            killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], KILL)

    listener = Listener(kill)
    require_same(train(steps=400, client=client, monitor=listener), expected)
    assert killed[0] in before.values()
    assert killed[0] not in client.run(os.getpid).values()
    assert listener.heard[-1][1].startswith("Done")


def test_an_interrupt_keeps_what_is_finished_and_frees_the_cluster(train, client):
    def interrupt(done):
        raise KeyboardInterrupt

    result = train(client=client, monitor=Listener(interrupt))
    # One chunk, whichever was first; a student of alpha 0 is listed at each of two temperatures.
    assert 0 < len(result) <= 2 * CHUNK
    one = result.select(seed=int(result.seed[0]), alpha=float(result.alpha[0]))
    assert np.isfinite(one.test_logits).all()
    end = time.monotonic() + 30
    while any(client.processing().values()) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(client.processing().values())


def test_a_failure_on_a_worker_is_raised_here(train, client):
    with pytest.raises(ValueError, match="left_out must leave some images"):
        train(client=client, left_out=[range(10)])


@pytest.mark.parametrize("client", ["tcp://127.0.0.1:8786", object(), threading])
def test_something_that_is_no_client_is_named(train, client):
    with pytest.raises(ValueError, match=r"client must be a dask.distributed.Client, got"):
        train(client=client)
