"""Started as root, the threats are tried once more by an unprivileged user (where the tests already are one, they have
been). The interpreter may lie under root's home of mode 0700: a mount namespace then shows it through passable folders.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

SHOW_HOME = r"""
set -e
for home in $HIDDEN; do
    copy=$(mktemp -d)
    mount --rbind "$home" "$copy"
    mount -t tmpfs -o mode=0755 none "$home"
    cd "$copy"
    for entry in $VISIBLE; do
        case $entry in "$home"/*) mkdir -p "$entry"; mount --rbind "$copy/${entry#"$home"/}" "$entry";; esac
    done
done
cd /
exec "$@"
"""
BECOME_NOBODY = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--inh-caps=-all",
    "--bounding-set=-all",
]


def hidden_folders(paths: list[Path]) -> list[str]:
    """The outermost folders above the paths that nobody may pass."""
    closed = {parent for path in paths for parent in path.parents if not parent.stat().st_mode & 0o001}
    return sorted(str(folder) for folder in closed if not closed & set(folder.parents))


@pytest.mark.skipif(os.geteuid() != 0, reason="these tests are run by an unprivileged user already")
def test_the_threats_hold_for_an_unprivileged_user(tmp_path: Path) -> None:
    if not (shutil.which("unshare") and shutil.which("setpriv")):
        pytest.skip("changing the user needs unshare and setpriv")
    needed = [Path(sys.base_prefix), Path(sys.prefix), ROOT]
    hidden = hidden_folders(needed)
    environment = {
        "PATH": os.environ["PATH"],
        "HIDDEN": " ".join(hidden),
        "VISIBLE": " ".join(map(str, needed)),
        "CI": os.environ.get("CI", ""),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    show_home = ["unshare", "--mount", "--propagation", "private", "sh", "-c", SHOW_HOME, "sh"]
    command = [*(show_home if hidden else []), *BECOME_NOBODY]
    tests = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(ROOT), "-rs"]
    tests += ["-c", str(ROOT / "pyproject.toml"), str(Path(__file__).parent / "test_threats.py")]
    done = subprocess.run([*command, *tests], env=environment, cwd="/", capture_output=True, text=True)
    if "unshare failed" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"this root may not mount: {done.stderr.strip()}")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    print(done.stdout[-600:])
