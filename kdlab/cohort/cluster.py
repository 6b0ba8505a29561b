"""A cohort trained by the workers of a Dask cluster."""

from __future__ import annotations

import sys

from kdlab.cohort.program import Program


def check_client(client) -> None:
    """A client of a cluster, or None. Whoever has one has `distributed` too."""
    distributed = sys.modules.get("distributed")
    if client is not None and not (distributed and isinstance(client, distributed.Client)):
        raise ValueError(f"client must be a dask.distributed.Client, got {client!r}")


def train_there(client, program: Program, chunks: list[list[tuple]]):
    """Each chunk's number and result, as the workers of a cluster return them."""
    from distributed import as_completed

    # A task and not scattered data: if its only holder is lost, the scheduler makes it again.
    there = client.submit(Program.copy, program, pure=False)
    futures = [client.submit(Program.train, there, chunk, pure=False) for chunk in chunks]
    number = {future.key: i for i, future in enumerate(futures)}
    try:
        for future, result in as_completed(futures, with_results=True):
            yield number[future.key], result
            future.release()  # or the cluster would keep all of them until the end
    finally:
        client.cancel([there, *futures])
