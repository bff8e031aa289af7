# Access levels, written for OPA from the clauses alone.
package amar.access

import rego.v1

order := {"protected": 0, "aggregate": 1, "record": 2}

verdicts := [allowed(question) | some question in input.questions]

default allowed(_) := false

# HOUSE-6: what has no label is refused, whoever asks
labelled(question) if question.label != null

# OPEN-2, STAT-N1
allowed(question) if {
	labelled(question)
	count(question.label.classes) == 0
	order[question.label.granularity] < order.record
}

# DASH-F
allowed(question) if {
	labelled(question)
	question.person != null
	some grant in input.grants
	held(grant, question.person)
	stands(grant, question.day)
	named(grant, question.table)
	count({class | some class in question.label.classes; not class in grant.classes}) == 0
	order[question.label.granularity] <= order[grant.granularity]
	answers_for(question.person.office, grant)
	opens(grant, question.unit)
}

held(grant, person) if { grant.kind == "office"; grant.holder == person.office }

held(grant, person) if { grant.kind == "official"; grant.holder == person.official }

held(grant, person) if {
	grant.kind == "seat"
	some post in person.posts
	grant.holder == concat("/", [person.office, post])
}

stands(grant, day) if {
	grant.decision != ""
	grant.revoked_by == ""
	grant.first_day <= day
	grant.last_day >= day
}

named(grant, _) if count(grant.tables) == 0

named(grant, table) if table in grant.tables

named(grant, table) if concat("", [split(table, ".")[0], ".*"]) in grant.tables

# STAT-A3
answers_for(office, _) if input.units[office].kind == "HQ_OFFICE"

# STAT-A1, STAT-A2
answers_for(office, grant) if {
	grant.rows != "every"
	office in input.units[grant.unit].line
}

opens(grant, _) if grant.rows == "every"

opens(grant, unit) if { grant.rows == "own"; unit == grant.unit }

opens(grant, unit) if { grant.rows == "below"; grant.unit in input.units[unit].line }
