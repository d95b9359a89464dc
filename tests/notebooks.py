"""Runs a notebook as Jupyter does, without Jupyter: its code cells in order, in one namespace, in a process of their own.

What a cell prints and what its last line comes to stand below it, as nbformat 4 writes them. Parameters take the place of those of the cell
that is tagged `parameters`, as papermill has it.
"""

import ast
import io
import json
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from command_line import environment

Notebook = dict[str, Any]


def read(path: Path) -> Notebook:
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def written(notebook: Notebook) -> str:
    """As Jupyter writes it into a file."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def run(path: Path, folder: Path, **parameters: object) -> Notebook:
    """The notebook with what came out of it, run from within a folder."""
    command = [sys.executable, __file__, str(path), json.dumps(parameters)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment(), timeout=300)
    assert done.returncode == 0, done.stderr
    notebook: Notebook = json.loads(done.stdout)
    return notebook


def executed(notebook: Notebook, parameters: dict[str, object]) -> Notebook:
    names: dict[str, object] = {"__name__": "__main__"}
    codes = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(codes, 1):
        cell["execution_count"], cell["outputs"] = number, list(_outputs(cell, number, names))
        if "parameters" in cell["metadata"].get("tags", ()):
            names.update(parameters)
    return notebook


def _outputs(cell: Notebook, number: int, names: dict[str, object]) -> list[Notebook]:
    tree, outputs = ast.parse("".join(cell["source"])), []
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with redirect_stdout(io.StringIO()) as told:
        exec(compile(tree, f"<{cell['id']}>", "exec"), names)
        value = eval(compile(ast.Expression(last.value), f"<{cell['id']}>", "eval"), names) if isinstance(last, ast.Expr) else None
    if told.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream", "text": _lines(told.getvalue())})
    if value is not None:
        data = {"text/plain": _lines(repr(value))}
        if hasattr(value, "_repr_svg_"):
            data = {"image/svg+xml": _lines(value._repr_svg_()), **data}
        outputs.append({"data": data, "execution_count": number, "metadata": {}, "output_type": "execute_result"})
    return outputs


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


if __name__ == "__main__":
    sys.stdout.write(written(executed(read(Path(sys.argv[1])), json.loads(sys.argv[2]))))
