"""What the documentation says of the connectors is what the code does."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_table_of_capabilities_is_that_of_the_code() -> None:
    script = ROOT / "scripts" / "capabilities.py"
    done = subprocess.run([sys.executable, script, "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "run scripts/capabilities.py"
