"""Report the licence of every distribution that is shipped or imported, and refuse what may not be.

Permissive licences and weak copyleft (MPL, LGPL) pass; GPL passes for tools that are only run; AGPL never.
"""

import json
import subprocess
import sys
from pathlib import Path

ALLOWED = (
    "MIT",
    "BSD",
    "APACHE",
    "ISC",
    "PSF",
    "PYTHON",
    "MPL",
    "MOZILLA",
    "LGPL",
    "LESSER",
    "UNLICENSE",
    "0BSD",
    "ZLIB",
    "CC0",
    "PUBLIC DOMAIN",
    "HPND",
    "BLUEOAK",
    "CNRI",
    "ZPL",
    "ARTISTIC",
)
READ_BY_HAND = {
    # name: licence as read in its files, where the metadata offers a choice or says nothing usable
    "cedarpy": "Apache-2.0",  # its LICENSE; the metadata names none
    "polars-hash": "MIT",  # its repository and conda-forge; the wheel's metadata names none
    "text-unidecode": "Artistic License",  # chosen; the GPL is the alternative
}
RUN_ONLY = {"codespell"}
ROOT = Path(__file__).resolve().parent.parent


def runtime_packages() -> set[str]:
    """Return the names of all distributions that an installation without tools has."""
    lines = subprocess.run(
        [str(ROOT / ".uv/bin/uv"), "export", "--frozen", "--no-dev", "--no-hashes", "--no-emit-project", "--quiet"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    ).stdout.splitlines()
    return {line.split("==")[0].split("[")[0].strip().lower() for line in lines if "==" in line}


def main() -> int:
    """Print a table of licences; return 1 where one may not be."""
    report = json.loads(
        subprocess.run(
            [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    )
    runtime = runtime_packages()
    names = {item["Name"].lower().replace("_", "-") for item in report}
    refused = []
    counts: dict[str, int] = {}
    for item in report:
        name = item["Name"].lower().replace("_", "-")
        licence = READ_BY_HAND.get(name, item["License"])
        counts[licence] = counts.get(licence, 0) + 1
        upper = licence.upper()
        bad = "AGPL" in upper or "AFFERO" in upper
        strong = ("GPL" in upper or "GENERAL PUBLIC" in upper) and "LGPL" not in upper and "LESSER" not in upper
        if (
            bad
            or (strong and name not in RUN_ONLY)
            or not any(word in upper for word in (*ALLOWED, "GPL", "GENERAL PUBLIC"))
        ):
            refused.append(f"{item['Name']} {item['Version']}: {licence}")
    for licence, count in sorted(counts.items(), key=lambda pair: -pair[1]):
        print(f"{count:4}  {licence[:90]}")
    print(f"{len(names & runtime)} distributions at run time, {len(report)} in all")
    for line in refused:
        print(f"refused: {line}", file=sys.stderr)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
