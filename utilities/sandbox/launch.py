"""Where a zygote's interpreter starts: `python launch.py CONTROL PACKAGES MEGABYTES BOOT`.

(A descriptor; folders joined by `:`; how much memory the imports will take; a `protocol.Boot` as JSON.)
"""

import sys
from os import pathsep
from os.path import dirname


def hold_memory(megabytes: int) -> list[bytes]:
    """Have the interpreter reserve that much in one piece: one small object of each megabyte stays behind.

    What is imported afterwards then lies together, where huge pages can take it, and a fork copies far less.
    """
    return [bytes(470) for _ in range(megabytes * 2048)][::1024]


if __name__ == "__main__":
    held = hold_memory(int(sys.argv[3]))
    sys.path += [*sys.argv[2].split(pathsep), dirname(dirname(dirname(__file__)))]  # noqa: PTH120 - pathlib is not free

    from utilities.sandbox.zygote import main

    main(int(sys.argv[1]), sys.argv[4])
