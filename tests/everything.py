"""Queries that ask every field of every type, by who may; a test sees to it that none is forgotten."""

PAGE = "pageInfo { hasNextPage endCursor }"

EVERYTHING = """
query Everything($id: ID!, $person: ID!, $home: ID!, $at: DateTime!) {
  relationship(id: $id) {
    ...Short
    members { handle participant { ...Person } withdrawn joined left roles side }
    terms { from until kind endedOn lapsed continuation }
    agreements { id kind parties tacit promptedBy from reviewOn liftedOn replacedBy }
    reversals { id between from restoredOn }
    openings { id about holder by from settledOn }
    tensions { id kind holder from easedOn }
    codes { account code coder segment { note start end } holder occurred }
    measures { instrument version holder occurred mode scale scores { name value } outside missing unknown }
    history { ...What }
    reading(at: $at) { ...How }
    trajectory(to: $at, stepDays: 30) { lens lensVersion holder at phase help friendship ambiguity confidence }
    moves(to: $at) { ...Change }
    room(at: $at) {
      breadth surprise { self other unsaid } movement ambivalence made { of count } limited { of count }
    }
  }
  relationships(first: 3) { nodes { ...Short } edges { cursor node { id } } PAGE }
  participant(id: $person) { ...Person relationships { nodes { id } PAGE } }
  initiative(id: $home) { ...Home }
  initiatives(first: 2) { nodes { ...Home } PAGE }
  events(first: 2) { nodes { ...What } PAGE }
  moves(first: 2) { nodes { ...Change } PAGE }
  attention(first: 2) { nodes { relationship { id } kind since until event { id } } PAGE }
  settings { timeZone presets { kind on days times } }
  viewer { role id name recordedBy initiatives organisation may }
  lenses { name version description definition }
  codebook { code description under }
  scales { name version title source items { name least most whole } scores { name by of } }
  agreement { code units coders alpha }
  tryLens(definition: "{name: tried, version: '1'}") {
    lens beside relationships among seed same sameNow differing
    phases { beside tried relationships weeks } moves { relationship at was now lens }
  }
}
fragment Short on Relationship { id initiative { id } origin startedOn endedOn }
fragment Person on Participant { id name registeredOn joinedWith consents { scope given withdrawn } }
fragment Home on Initiative { id name kind guidance contact relationships { nodes { id } PAGE } }
fragment What on Event {
  id type subject source time toldBy position occurred recorded recordedBy method perspective retractedBy amendedBy data amended told
}
fragment How on Reading {
  at lens lensVersion holder phase kind direction help friendship ambiguity confidence
  strengths { help friendship openness }
  basis { basis share }
  because { event { id } basis help friendship openness }
}
fragment Change on Move {
  relationship { id } lens lensVersion holder was wasKind now kind at cause triggers { id }
}
""".replace("PAGE", PAGE)

AUDITED = """
query Audited($event: ID!) {
  audit {
    checkpoint
    verifier
    inclusionProof(event: $event) { event position envelope leaf size proof checkpoint }
    consistencyProof(old: "3", new: "300") { old new oldRoot newRoot proof }
    accessLog(first: 2) { nodes { position at by role onBehalfOf action place kinds since upto } PAGE }
  }
}
""".replace("PAGE", PAGE)

ADMINISTERED = """
query Administered {
  organisation {
    id members { id role initiatives project invited invitedBy joined left }
    tokens { id use role name created expires revoked } keys { state participants }
    projects {
      id purpose initiatives since until made madeBy closed people lenses
      releases { number made madeBy position lenses stepWeeks revision relationships sha256 given changed }
      handed { at recipient onBehalfOf release revision format tell }
    }
  }
  grants { id auditor initiatives relationships why hours asked allowedBy until ended holds }
}
"""

REMINDED = """
query Reminded { reminders { mail digest { address weekday language } calendar } }
"""

RESEARCHED = """
query Researched { research { project { lenses } releases { number given changed } } }
"""

OWN = """
query Own {
  own {
    id name contact registeredOn consents { scope given withdrawn }
    contacts { id initiative handle startedOn endedOn joined left roles side events }
    everything accessLog(first: 10) { nodes { by role action place } }
  }
}
"""

COUNTED = """
query Counted {
  census {
    lens fewest rule number
    states(by: KIND, every: YEAR) { row period phase kind count hidden }
    moves(by: KIND, every: YEAR) { row period was now count hidden }
    times { phase weeks atRisk came waiting hidden }
  }
}
"""
