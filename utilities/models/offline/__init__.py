"""The OFFLINE model: a search over compositions of grid operations, behind the Model protocol."""

from utilities.models.offline.model import OfflineModel

__all__ = ["OfflineModel"]
