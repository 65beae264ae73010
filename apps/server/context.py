"""What the app owns, for the views."""

from flask import current_app

from apps.server.catalogue import Catalogue
from apps.server.lanes import Lanes
from apps.server.store.database import Database


def database() -> Database:
    """The annotations."""
    found: Database = current_app.extensions["database"]
    return found


def catalogue() -> Catalogue:
    """The original tasks."""
    found: Catalogue = current_app.extensions["catalogue"]
    return found


def lanes() -> Lanes:
    """Where programs run."""
    found: Lanes = current_app.extensions["lanes"]
    return found
