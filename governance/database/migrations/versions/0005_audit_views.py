"""The auditor's views: every act, every release, and what is out of the ordinary, exceptions first.

`audit_act` and `audit_release` tell codes of officials, which are for auditors; names they never tell. A row of
`audit_exception` has a rank: 1 a rule was broken, 2 that it was kept cannot be shown, 3 an auditor should look.
The words in Persian are in `governance.acts.exceptions`.
"""

# ruff: noqa: S608  every part is written in this file

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PAIRS = {
    "release.approved": "release.proposed",
    "evaluation.rules.confirmed": "evaluation.rules.proposed",
    "evaluation.norms.confirmed": "evaluation.norms.proposed",
    "evaluation.vintage.confirmed": "evaluation.vintage.proposed",
    "retention.rule.confirmed": "retention.rule.proposed",
    "erasure.confirmed": "erasure.requested",
}
_PAIRED = " or ".join(f"(b.kind = '{second}' and a.kind = '{first}')" for second, first in _PAIRS.items())
_EVENT = "e.sequence, e.instant, e.office, e.kind, e.subject"
_KEPT = "from ledger_event e join ledger_payload p on p.sequence = e.sequence"


class _Words:
    """The few words that SQLite and PostgreSQL spell differently."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self.is_sqlite = is_sqlite

    def said(self, name: str, of: str = "p.payload") -> str:
        """Return a member of a payload as text, null where there is none."""
        if self.is_sqlite:
            return f"cast(json_extract({of}, '$.{name}') as text)"
        return f"(cast({of} as json) ->> '{name}')"

    def within_an_hour(self, earlier: str, later: str) -> str:
        if self.is_sqlite:
            return f"julianday({later}) - julianday({earlier}) < 1.0 / 24"
        return f"cast({later} as timestamptz) - cast({earlier} as timestamptz) < interval '1 hour'"

    def day(self, ahead: int) -> str:
        """Return today, or a day ahead of it, as ISO text (UTC)."""
        if self.is_sqlite:
            return f"date('now', '+{ahead} days')"
        return f"to_char(now() at time zone 'utc' + interval '{ahead} days', 'YYYY-MM-DD')"

    def each(self, name: str) -> str:
        """Return the elements of a payload's list, `c.value` each."""
        if self.is_sqlite:
            return f"json_each(p.payload, '$.{name}') c"
        return f"json_array_elements(cast(p.payload as json) -> '{name}') c"


def _act(words: _Words) -> str:
    by, official = words.said("entered_by"), words.said("official")
    return f"""create view audit_act as
    select {_EVENT}, e.clause,
        case when p.sequence is not null then 'kept'
            when exists (select 1 from ledger_event d where d.kind = 'payload.erased'
                and d.subject = 'ledger/' || cast(e.sequence as text)) then 'erased'
            else 'missing' end as payload,
        case when e.kind like 'role.%' or e.kind like 'official.%' then {by} else {official} end as official
    from ledger_event e left join ledger_payload p on p.sequence = e.sequence"""


def _release(words: _Words) -> str:
    steps = ("proposed", "approved", "published", "withdrawn")
    at = ", ".join(f"max(case when a.kind = 'release.{step}' then a.instant end) as {step}_at" for step in steps)
    by = ", ".join(f"max(case when a.kind = 'release.{step}' then a.official end) as {step}_by" for step in steps)
    last = ", ".join(f"max(case when a.kind = 'release.{step}' then a.sequence end) as {step}_event" for step in steps)
    told = ", ".join(
        f"max(case when a.kind = 'release.checked' then {words.said(name)} end) as {column}"
        for name, column in (("outcome", "checked"), ("provisional", "provisional"), ("provenance", "provenance"))
    )
    return f"""create view audit_release as
    select a.subject as release, {at}, {by}, {last}, {told}
    from audit_act a left join ledger_payload p on p.sequence = a.sequence
    where a.kind like 'release.%' group by a.subject"""


def _exception(words: _Words) -> str:
    parts = [*_of_persons(words), *_of_releases(words), *_of_access(words), *_of_rules(words), *_of_ledger()]
    return "create view audit_exception as " + " union all ".join(parts)


def _row(rank: int, code: str, clause: str, source: str, *, of: str = _EVENT, detail: str = "''") -> str:
    return f"select {rank} as rank, '{code}' as exception, {of}, '{clause}' as clause, {detail} as detail {source}"


def _of_persons(words: _Words) -> list[str]:
    event = _EVENT.replace("e.", "b.")
    pairs = f"from audit_act a join audit_act b on b.subject = a.subject and ({_PAIRED})"
    demo = f"{words.said('is_demo')} in ('1', 'true')"
    alone = f"{_KEPT} where e.kind in ('official.registered', 'official.corrected', 'role.granted', 'role.revoked')"
    alone += f""" and {words.said("entered_by")} is null and not exists (select 1 from ledger_event o
        join ledger_payload q on q.sequence = o.sequence
        where o.subject = 'official/' || {words.said("official")}
        and {words.said("is_demo", "q.payload")} in ('1', 'true'))"""
    acts = "from audit_act e where e.kind like 'release.%' and e.official is not null and "
    unknown = "not exists (select 1 from ledger_event o where o.subject = 'official/' || e.official)"
    return [
        _row(1, "SAME_PERSON", "HOUSE-10", f"{pairs} where a.official = b.official", of=event),
        _row(
            2, "SECOND_PERSON_UNKNOWN", "HOUSE-10", f"{pairs} where a.official is null or b.official is null", of=event
        ),
        _row(1, "UNREGISTERED", "DASH-F", acts + unknown),
        _row(1, "ROLE_NOT_HELD", "DASH-F", acts + _role_not_held()),
        _row(2, "ENTERED_BY_NOBODY", "DASH-F", alone),
        _row(3, "DEMO_OFFICIAL", "DASH-F", f"{_KEPT} where e.kind like 'official.%' and {demo}"),
    ]


def _role_not_held() -> str:
    roles = {"proposed": "statistician", "checked": "statistician", "approved": "approver"}
    lone = " or ".join(
        f"(e.kind = 'release.{step}' and g.subject = e.official || '/{role}')" for step, role in roles.items()
    )
    both = "(e.kind in ('release.published', 'release.withdrawn')"
    both += " and g.subject in (e.official || '/statistician', e.official || '/approver'))"
    return f"""not exists (select 1 from ledger_event g where g.kind = 'role.granted' and g.sequence < e.sequence
        and ({lone} or {both}) and not exists (select 1 from ledger_event v where v.kind = 'role.revoked'
        and v.subject = g.subject and v.sequence > g.sequence and v.sequence < e.sequence))"""


def _of_releases(words: _Words) -> list[str]:
    def of(step: str) -> str:
        return f"from audit_release r join ledger_event e on e.sequence = r.{step}_event"

    published = f"{of('published')} where "
    soon = words.within_an_hour("r.proposed_at", "r.published_at")
    return [
        _row(1, "CHECK_FAILED", "DASH-B", f"{published} r.checked = 'failed'"),
        _row(2, "NOT_CHECKED", "DASH-B", f"{published} (r.checked is null or r.checked = 'unknown')"),
        _row(3, "CHECK_FLAGGED", "DASH-B", f"{published} r.checked = 'flagged'"),
        _row(3, "PUBLISHED_WITHIN_AN_HOUR", "HOUSE-10", f"{published} {soon}"),
        _row(3, "PROVISIONAL", "DASH-0", f"{published} r.provisional <> '0'", detail="r.provisional"),
        _row(3, "NOT_REPORTED", "DASH-0", f"{published} r.provenance <> 'reported'", detail="r.provenance"),
        _row(3, "WITHDRAWN", "HOUSE-4", of("withdrawn")),
    ]


def _of_access(words: _Words) -> list[str]:
    ends = words.said("valid_to")
    stands = f"{_KEPT} where e.kind = 'access.granted' and not exists (select 1 from ledger_event v"
    stands += " where v.kind = 'access.revoked' and v.subject = e.subject) and "
    soon = f"{ends} between {words.day(0)} and {words.day(30)}"
    return [
        _row(3, "GRANT_EXPIRED", "DASH-F", f"{stands} {ends} < {words.day(0)}", detail=ends),
        _row(3, "GRANT_EXPIRES", "DASH-F", f"{stands} {soon}", detail=ends),
        _row(3, "KEYS_ABANDONED", "OPEN-1", "from ledger_event e where e.kind = 'key.abandoned'"),
    ]


def _of_rules(words: _Words) -> list[str]:
    by, approved = words.said("proposed_by", "c.value"), words.said("approved_by", "c.value")
    alone = f"exists (select 1 from {words.each('corrections')} where {approved} is null or {approved} = {by})"
    same = " and ".join(f"{words.said(name)} = {words.said(name, 'q.payload')}" for name in ("code", "version"))
    reworded = f"""{_KEPT} where e.kind = 'definition.adopted' and exists (select 1 from ledger_event o
        join ledger_payload q on q.sequence = o.sequence
        where o.kind = e.kind and o.sequence < e.sequence and {same})"""
    undecided = f"""{_KEPT} where e.kind in ('definition.adopted', 'norm.adopted', 'disclosure.parameters_adopted')
        and {words.said("decision")} is null group by e.kind"""
    grouped = "min(e.sequence), min(e.instant), min(e.office), e.kind, min(e.subject)"
    return [
        _row(1, "CORRECTION_ALONE", "HOUSE-10", f"{_KEPT} where e.kind = 'correction' and {alone}"),
        _row(2, "REWORDED", "DASH-D", reworded),
        _row(3, "NO_DECISION", "HOUSE-10", undecided, of=grouped, detail="cast(count(*) as text)"),
        _row(
            2,
            "ERASURE_UNFINISHED",
            "OPEN-1",
            """from ledger_event e where e.kind = 'erasure.confirmed' and not exists
            (select 1 from ledger_event d where d.kind = 'rows.erased' and d.subject = e.subject)""",
        ),
    ]


def _of_ledger() -> list[str]:
    newest = """from ledger_checkpoint e where e.tree_size = (select max(tree_size) from ledger_checkpoint)
        and not exists (select 1 from ledger_cosignature w where w.tree_size = e.tree_size)"""
    of = "e.tree_size, e.instant, '', 'checkpoint', e.root_hash"
    return [
        _row(1, "PAYLOAD_MISSING", "HOUSE-4", "from audit_act e where e.payload = 'missing'"),
        _row(3, "PAYLOAD_ERASED", "OPEN-1", "from ledger_event e where e.kind = 'payload.erased'"),
        _row(2, "UNWITNESSED", "HOUSE-4", newest, of=of),
    ]


def upgrade() -> None:
    """Make the views."""
    words = _Words(is_sqlite=op.get_bind().dialect.name == "sqlite")
    for make in (_act, _release, _exception):
        op.execute(make(words))


def downgrade() -> None:
    """Refuse: the ledger is never dropped.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError("the ledger is append-only: its tables are never dropped")
