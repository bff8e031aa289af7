"""Norms and rules of evaluation as tables for dbt (DASH-E, DASH-X).

What does not belong here: whether demonstration norms may be used, which the environment decides at the edge.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from vocabulary.codelists.load import load_codelist
from vocabulary.evaluation.load import rules_in_use
from vocabulary.evaluation.model import Rules
from vocabulary.indicators.load import load_indicators
from vocabulary.norms.load import norms_in_use

Table = tuple[str, str, Mapping[str, tuple[str, str]], tuple[Mapping[str, Any], ...]]
"""Name, description, columns and rows, as `lake.dbt_plugin.word.Word` takes them."""


def evaluation_tables(*, demonstration: bool) -> tuple[Table, ...]:
    """Give the tables; empty ones where nothing was decided and demonstration is not allowed."""
    versions = rules_in_use(demonstration=demonstration)
    return (
        _norms(demonstration=demonstration),
        _rules(versions),
        _weights(versions),
        _kinds(versions),
        _period_kinds(versions),
        _peer_groups(versions),
    )


def _norms(*, demonstration: bool) -> Table:
    columns = {
        "indicator_code": ("varchar", "Indicator."),
        "definition": ("varchar", "Versions of the definition it was set for, as a pattern of LIKE."),
        "norm_level": ("varchar", "country, province or unit: whose figures it is for."),
        "peer_group_code": ("varchar", "Peer group it is for; null for all of the level."),
        "norm_lower": ("double", "Lower end of the band; null where it has none."),
        "norm_upper": ("double", "Upper end of the band; null where it has none."),
        "optimum": ("double", "Value to be reached; null where none was set."),
        "plan": ("varchar", "Strategy or programme that it has regard to."),
        "first_month": ("varchar", "First Jalali month it holds for."),
        "last_month": ("varchar", "Last month; null while no end was set."),
        "decision_id": ("varchar", "Decision that set it."),
        "is_demonstration": ("boolean", "Whether it is made up."),
    }
    rows = [
        (
            norm.indicator,
            f"{norm.definition}.%",
            norm.level.value,
            norm.peer_group,
            norm.norm.lower,
            norm.norm.upper,
            norm.optimum,
            norm.plan,
            *norm.months,
            norm.decision_id,
            norm.status == "demonstration",
        )
        for norm in norms_in_use(demonstration=demonstration)
    ]
    return _table("norm", "One row a norm (DASH-E).", columns, rows)


def _rules(versions: Iterable[Rules]) -> Table:
    columns = {
        "rules_version": ("varchar", "Version of the rules of evaluation."),
        "first_month": ("varchar", "First Jalali month it holds for."),
        "last_month": ("varchar", "Last month; null while no end was set."),
        "minimum_evaluated_percent": ("integer", "Part of the weight to be evaluated before a score is given."),
        "minimum_expected": ("integer", "Cases to be expected on the rarer side for a funnel to hold."),
        "warning_z": ("double", "Normal quantile of the warning limits."),
        "decisive_z": ("double", "Normal quantile of the decisive limits."),
        "minimum_peers": ("integer", "Units that make a distribution worth showing."),
        "is_demonstration": ("boolean", "Whether it is made up."),
    }
    rows = [
        (
            rules.version,
            *rules.months,
            rules.minimum_evaluated_percent,
            rules.minimum_expected,
            rules.funnel.warning_z,
            rules.funnel.decisive_z,
            rules.peers.minimum,
            rules.status == "demonstration",
        )
        for rules in versions
    ]
    return _table("evaluation_rule", "One row a version of the rules of evaluation (DASH-X).", columns, rows)


def _weights(versions: Iterable[Rules]) -> Table:
    columns = {
        "rules_version": ("varchar", "Version of the rules of evaluation."),
        "domain_code": ("varchar", "Code of CL_INDICATOR_DOMAIN."),
        "office_code": ("varchar", "Headquarters office that answers for the domain."),
        "indicator_code": ("varchar", "Indicator."),
        "main_source": ("varchar", "First of its sources: when months of it change, its figures are computed anew."),
        "direction": ("varchar", "up, down, neutral or target_band: which way is better."),
        "scale": ("integer", "Factor of the quotient."),
        "controllable_by": ("varchar", "unit, directorate, headquarters or none: who can move it."),
        "funnel": ("varchar", "binomial, poisson or none."),
        "size_by": ("varchar", "denominator or contributors: what the minimum size goes by."),
        "minimum_size": ("integer", "Size that a figure must have before it is judged."),
        "weight": ("integer", "Weight in ten-thousandths: that of the domain by that within it."),
    }
    definitions = {definition.code: definition for definition in load_indicators()}
    offices = {item.code: item.attributes["office"] for item in load_codelist("CL_INDICATOR_DOMAIN").items}
    rows = [
        (
            rules.version,
            domain.domain,
            offices[domain.domain],
            item.indicator,
            definitions[item.indicator].sources[0],
            definitions[item.indicator].direction.value,
            definitions[item.indicator].scale,
            definitions[item.indicator].is_controllable_by.value,
            item.funnel.value,
            item.size.value,
            item.minimum_size,
            domain.weight * item.weight,
        )
        for rules in versions
        for domain in rules.domains
        for item in domain.indicators
    ]
    return _table("evaluation_weight", "One row a version of the rules and indicator.", columns, rows)


def _kinds(versions: Iterable[Rules]) -> Table:
    columns = {
        "rules_version": ("varchar", "Version of the rules of evaluation."),
        "domain_code": ("varchar", "Code of CL_INDICATOR_DOMAIN."),
        "unit_kind": ("varchar", "Kind of unit that is judged by it, code of CL_UNIT_KIND."),
    }
    rows = [
        (rules.version, domain.domain, kind)
        for rules in versions
        for domain in rules.domains
        for kind in domain.applies_to
    ]
    return _table("evaluation_kind", "One row a version of the rules, domain and kind of unit.", columns, rows)


def _period_kinds(versions: Iterable[Rules]) -> Table:
    columns = {
        "rules_version": ("varchar", "Version of the rules of evaluation."),
        "kind": ("varchar", "Kind of period that is evaluated, code of CL_PERIOD_KIND."),
    }
    rows = [(rules.version, kind) for rules in versions for kind in rules.period_kinds]
    return _table("evaluation_period_kind", "One row a version of the rules and kind of period.", columns, rows)


def _peer_groups(versions: Iterable[Rules]) -> Table:
    columns = {
        "rules_version": ("varchar", "Version of the rules of evaluation."),
        "peer_group_code": ("varchar", "Peer group."),
        "unit_kind": ("varchar", "Kind of unit in it, code of CL_UNIT_KIND."),
        "size_measure": ("varchar", "Measure that size goes by; null where it does not matter."),
        "size_from": ("bigint", "Smallest size in the group."),
        "size_below": ("bigint", "Size that is no longer in it; null where there is no end."),
    }
    rows = [
        (rules.version, group.code, kind, group.size_measure, group.size_from, group.size_below)
        for rules in versions
        for group in rules.peers.groups
        for kind in group.kinds
    ]
    return _table("peer_group", "One row a version of the rules, peer group and kind of unit.", columns, rows)


def _table(name: str, text: str, columns: Mapping[str, tuple[str, str]], rows: Iterable[tuple[Any, ...]]) -> Table:
    return name, text, columns, tuple(dict(zip(columns, row, strict=True)) for row in rows)
