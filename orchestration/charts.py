"""Small bar charts for Dagster's metadata: counts only, never a value of a row."""

import base64
from collections.abc import Mapping
from html import escape

import dagster as dg

BAR_HEIGHT = 18
LABEL_WIDTH = 150
BAR_WIDTH = 320


def bars(counts: Mapping[str, int], title: str) -> dg.MarkdownMetadataValue:
    """Draw counts as horizontal bars, as an SVG inside Markdown."""
    top = max([*counts.values(), 1])
    height = BAR_HEIGHT * (len(counts) + 1) + 8
    rows = [f'<text x="0" y="14" font-weight="bold">{escape(title)}</text>']
    for place, (label, count) in enumerate(counts.items(), start=1):
        y = BAR_HEIGHT * place + 4
        width = round(BAR_WIDTH * count / top)
        rows.append(
            f'<text x="0" y="{y + 12}">{escape(label)}</text>'
            f'<rect x="{LABEL_WIDTH}" y="{y + 2}" width="{width}" height="{BAR_HEIGHT - 6}" fill="#2f6f8f"/>'
            f'<text x="{LABEL_WIDTH + width + 6}" y="{y + 12}">{count:,}</text>'
        )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LABEL_WIDTH + BAR_WIDTH + 110}" height="{height}" '
        f'font-family="sans-serif" font-size="12">{"".join(rows)}</svg>'
    )
    return dg.MetadataValue.md(f"![{title}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})")
