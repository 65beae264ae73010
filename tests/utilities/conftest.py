"""What the tests of the utilities share."""

from pathlib import Path

import pytest

from tests.conftest import TasksFile
from tests.scripted_model import ScriptedModel
from tests.utilities.running import Runner


@pytest.fixture
def runner(tmp_path: Path, tasks_file: TasksFile, monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.setattr("utilities.run_setup.get_model", lambda *_: ScriptedModel())
    return Runner(tmp_path / "out", tasks_file(7))
