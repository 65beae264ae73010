"""A Ray cluster of two nodes of one CPU each on this machine, in a process of its own, for as long as its stdin is open.

    python tests/ray_nodes.py [--head_cpus 1] [--node_cpus 1]

Prints the cluster's address. A line `kill` on stdin ends the second node as a power cut would, and says so.
"""

import argparse
import os
import sys

STORE = 80 << 20


def main() -> None:
    """Run until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--head_cpus", type=int, default=1)
    parser.add_argument("--node_cpus", type=int, default=1)
    options = parser.parse_args()
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    settings = {"include_dashboard": False, "object_store_memory": STORE}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": options.head_cpus, **settings})
    try:
        second = cluster.add_node(num_cpus=options.node_cpus, object_store_memory=STORE)
        cluster.wait_for_nodes()
        print(cluster.address, flush=True)
        for line in sys.stdin:
            if line.strip() == "kill":
                cluster.remove_node(second, allow_graceful=False)
                print("killed", flush=True)
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
