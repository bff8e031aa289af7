"""Norms and optima of the indicators (DASH-E), apart from their definitions, for their owner is another.

The Socio-economic Planning Office works out the optimum and the norm of each indicator with the deputies and the
independent offices, having regard to the organisation's strategies and programmes: a norm is bound to a plan and
dated, and cites the decision that set it. One YAML file a norm stands beside this module, named
`<indicator>.<valid_from>.yaml`, in the form of `norm.schema.json`. No decision is held, so there is none; figures in
the press are no norms.

An indicator without a norm is *not evaluated*: it is neither good nor bad.
"""

from __future__ import annotations

from pathlib import Path


def list_norms() -> tuple[str, ...]:
    """Give the names of the norms held, sorted; none means that nothing is evaluated."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.yaml")))
