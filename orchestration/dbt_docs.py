"""dbt's own documentation of the project, for a home: lineage, descriptions, types, in English and Persian.

What belongs here: making the pages and serving them on this machine. They hold names, meanings and types; of rows they
hold nothing. What the pages say is in `dbt_project/`; the pages for readers of figures are in `docs/`.
"""

import functools
import http.server
import json
import shutil
from pathlib import Path
from typing import Any

from governance.proof.lineage import ColumnLineage
from lake import tables
from orchestration import dbt, proof
from orchestration.column_lineage import in_words, key_columns
from orchestration.settings import Settings

BELOW_THE_MARTS = ("path:models/staging", "path:models/intermediate", "path:seeds")
STYLE = """<style>
  /* each paragraph runs as its own first letter does; Persian in a font whose letters join */
  p, td, th, dd, li, h1, h2, h3 { unicode-bidi: plaintext; text-align: start; }
  body, p, td, th, dd, li, h1, h2, h3 {
    font-family: "Source Sans Pro", Arial, Vazirmatn, "Noto Naskh Arabic", Tahoma, sans-serif;
  }
  /* the first page is written twice, and its second half is Persian */
  h1 ~ h1 ~ table, h1 ~ h1 ~ ul { direction: rtl; }
</style></head>"""


def generate(settings: Settings) -> Path:
    """Make the pages; returns their folder.

    Models below the marts are made without a row in a database of their own, so that the pages know the types of their
    columns; the marts are looked at where they are.

    Raises:
        orchestration.dbt.DbtError: the home has no marts, or dbt failed; the message is dbt's.
    """
    if not tables.versions(settings.amar_home, "gold"):
        raise dbt.DbtError(f"{settings.amar_home.root} has no marts to describe: run `amar build` first")
    folder = settings.amar_home.scratch / "dbt" / "docs"
    shutil.rmtree(folder, ignore_errors=True)
    without_tests = ("--exclude-resource-type", "test", "unit_test")
    dbt.run_apart(settings, folder, "build", "--empty", *without_tests, "--select", *BELOW_THE_MARTS)
    dbt.run_apart(settings, folder, "docs", "generate")
    shutil.rmtree(folder / "database")
    make_bilingual(folder)
    name_origins(folder, proof.column_lineage(settings, proof.form_of(())))
    leave_out_values(folder)
    return folder


def serve(folder: Path, port: int) -> None:
    """Serve the pages to this machine until interrupted."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.serve_forever()


def leave_out_values(folder: Path) -> None:
    """Keep of the catalogue what says names and types; statistics, which an adapter may count, tell of rows."""
    path = folder / "catalog.json"
    catalogue: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for group in ("nodes", "sources"):
        for table in catalogue[group].values():
            table["stats"] = {}
    path.write_text(json.dumps(catalogue, ensure_ascii=False), encoding="utf-8")


def name_origins(folder: Path, lineage: ColumnLineage) -> None:
    """Put under the description of each column of a model the columns of the sources that it comes from."""
    path = folder / "manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    keys = key_columns()
    for node in manifest["nodes"].values():
        origins = lineage.origins.get(f"{node['schema']}.{node.get('alias') or node['name']}", {})
        for name, column in node["columns"].items():
            if name in origins:
                column["description"] = f"{column['description'].strip()}\n\n{in_words(origins[name], keys)}"
    path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def make_bilingual(folder: Path) -> None:
    """Put the Persian title of each model under its description, and let Persian run from right to left."""
    path = folder / "manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for node in manifest["nodes"].values():
        if title := node["config"].get("meta", {}).get("title_fa"):
            node["description"] = f"{node['description'].strip()}\n\n{title}"
    path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    page = folder / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("</head>", STYLE, 1), encoding="utf-8")
