"""The OFFLINE model's searches on a Ray cluster: one search per Ray task, on as many CPUs as the cluster has."""

import asyncio

from utilities.models.offline.crew import WorkerEnded
from utilities.models.offline.protocol import decode_job, encode_line
from utilities.ray_cluster import RayCluster


class RayCrew:
    """Answers as `Crew` does; a search whose process or machine is lost is done again elsewhere."""

    def __init__(self, address: str | None) -> None:
        """Raises UsageError when Ray is not installed, RunFailed when there is no cluster."""
        self._cluster = RayCluster(address)
        self._remote = self._cluster.remote(answer_line)

    async def run(self, line: bytes) -> bytes:
        """A worker's answer to one line. Raises WorkerEnded."""
        reference = self._remote.remote(line)
        try:
            answer: bytes = await reference
        except asyncio.CancelledError:
            self._cluster.cancel(reference)
            raise
        except self._cluster.failure:
            raise WorkerEnded from None
        return answer

    async def close(self) -> None:
        """Disconnect; may be called twice."""
        self._cluster.close()


def answer_line(line: bytes) -> bytes:
    """In a Ray worker: one search."""
    from utilities.models.offline.worker import solve  # numpy, which only the worker needs

    return encode_line(solve(decode_job(line)))
