"""The verifier for outsiders needs a Python, old or new, and nothing else."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import slow_tree
from cosigning import cosigned
from small_log import LOG, NOON, WITNESSES

from domain.proofs import standalone
from domain.proofs.checkpoint import sign_checkpoint
from domain.proofs.note import COSIGNATURE, PLAIN
from domain.store.ledger import leaf

SOURCE = Path(standalone.__file__)
ENVELOPE = '{"data":{},"id":"één 🍵","position":4}'
LEAVES = [*slow_tree.leaves(3), leaf(ENVELOPE.encode()), *slow_tree.leaves(7, 4)]
BEFORE = sign_checkpoint(6, slow_tree.mth(LEAVES[:6]), LOG)
CHECKPOINT = cosigned(sign_checkpoint(11, slow_tree.mth(LEAVES), LOG), WITNESSES[0], NOON)
EVIDENCE = {
    "log": LOG.verifier(PLAIN).text,
    "witness": WITNESSES[0].verifier(COSIGNATURE).text,
    "checkpoint": CHECKPOINT.decode(),
    "before": BEFORE.decode(),
    "size": 11,
    "at": NOON,
    "envelope": ENVELOPE,
    "index": 3,
    "inclusion": [each.hex() for each in slow_tree.path(3, LEAVES)],
    "consistency": [each.hex() for each in slow_tree.proof(6, LEAVES)],
}


def test_it_is_written_in_what_python_3_9_can_read() -> None:
    ast.parse(SOURCE.read_text(), feature_version=(3, 9))


def test_it_imports_the_standard_library_only() -> None:
    imported = set()
    for node in ast.walk(ast.parse(SOURCE.read_text())):
        if isinstance(node, ast.Import):
            imported |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add("." * node.level + (node.module or ""))
    assert imported
    assert {each.partition(".")[0] for each in imported} <= sys.stdlib_module_names


@pytest.mark.parametrize("version", ["this", "3.9", "3.10", "3.11", "3.12", "3.13"])
def test_it_verifies_alone(version: str, tmp_path: Path) -> None:
    python = sys.executable if version == "this" else shutil.which(f"python{version}")
    # Where pyenv keeps several it has to be told which; to all else this says nothing.
    settings = {**os.environ, "PYENV_VERSION": version}
    if python is None or subprocess.run([python, "-V"], env=settings, capture_output=True).returncode:
        pytest.skip(f"there is no Python {version} here")
    shutil.copy(SOURCE, tmp_path / "verify.py")
    shutil.copy(Path(__file__).with_name("outsider.py"), tmp_path)
    done = subprocess.run(
        [python, "-S", "-E", "outsider.py"], env=settings, input=json.dumps(EVIDENCE).encode(), capture_output=True, cwd=tmp_path
    )
    assert (done.returncode, done.stdout.split(), done.stderr.decode()) == (0, [b"verified"], "")
