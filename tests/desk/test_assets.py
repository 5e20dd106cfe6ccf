"""What the pages take from elsewhere is what was taken, and stands there with its licence."""

import json
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FORGE = ROOT / "src" / "guiche" / "desk" / "pages" / "static" / "desk" / "forge"


def test_every_file_is_as_it_was_taken() -> None:
    lines = (ROOT / "assets" / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split() for line in lines)}
    assert sums == {path.name: sha256(path.read_bytes()).hexdigest() for path in FORGE.iterdir()}


def test_the_version_is_one_without_known_holes_and_locked() -> None:
    wanted = json.loads((ROOT / "assets" / "package.json").read_text("utf-8"))["dependencies"]
    lock = json.loads((ROOT / "assets" / "package-lock.json").read_text("utf-8"))
    locked = lock["packages"]["node_modules/node-forge"]
    assert wanted == {"node-forge": locked["version"]}
    assert tuple(map(int, locked["version"].split("."))) >= (1, 4, 3)
    assert locked["integrity"].startswith("sha512-")


def test_the_licence_goes_along() -> None:
    assert "New BSD License" in (FORGE / "LICENSE.txt").read_text("utf-8")
