"""Which keys were there already, of millions, in 11 to 22 bytes each; a Python set of tuples takes 200."""

from array import array

_LEAST = 1 << 10


class KeySet:
    """A set that knows its members by their 64-bit hash only (open addressing, linear probing).

    Of 10 million different keys some two are taken for one with a probability of 3 in a million.
    """

    def __init__(self) -> None:
        self._count = 0
        self._table = array("q", bytes(8 * _LEAST))  # 0: a free place

    def __len__(self) -> int:
        return self._count

    def add(self, key: tuple[str, int]) -> bool:
        """Take in `key`, a text and a number of 0 or more; False when it was there."""
        if 4 * self._count >= 3 * len(self._table):
            self._grow()
        is_new = _put(self._table, hash(key) or 1)
        self._count += is_new
        return is_new

    def _grow(self) -> None:
        larger = array("q", bytes(16 * len(self._table)))
        for value in self._table:
            if value:
                _put(larger, value)
        self._table = larger


def _put(table: "array[int]", value: int) -> bool:
    mask = len(table) - 1
    place = value & mask
    while held := table[place]:
        if held == value:
            return False
        place = (place + 1) & mask
    table[place] = value
    return True
