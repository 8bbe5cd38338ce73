"""What references in prose stand for: a `Speaker` looks facts up in the tables of a release and says them.

Every public method of `Speaker` is a function that pieces may call (docs/content.md lists them). A fact that is known
to be missing is said to be not held; a reference to something that does not exist is an error of the piece. Each row
that was said is remembered, so that a reader can go from a sentence to the rows it rests on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute

from sources.content import Language
from transforms import speech
from transforms.content_words import ANSWERS, EVIDENCE, HOLDING, PLACE_WORDS, STATES, STATUS
from transforms.khmer import with_breaks

pc: Any = pyarrow.compute  # its stubs know chunked arrays only in part

Row = dict[str, Any]
SMALL = 5_000
"""Tables up to this many rows are searched as rows; larger ones in Arrow."""


class UnknownReference(LookupError):
    """A reference to something that the tables do not hold."""


class Facts:
    """The tables of one release, looked up by column."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = tables
        self._rows: dict[str, list[Row]] = {}
        self._found: dict[tuple[str, tuple[tuple[str, Any], ...]], list[Row]] = {}

    def rows(self, table: str, **where: Any) -> list[Row]:
        """The rows of a table in which columns have these values."""
        asked = (table, tuple(where.items()))
        if asked not in self._found:
            self._found[asked] = self._look(table, where)
        return self._found[asked]

    def _look(self, table: str, where: Mapping[str, Any]) -> list[Row]:
        found = self._tables.get(table)
        if found is None:
            return []
        if found.num_rows > SMALL:
            for name, value in where.items():
                found = found.filter(pc.equal(found.column(name), value))
            return found.to_pylist()
        if table not in self._rows:
            self._rows[table] = found.to_pylist()
        return [row for row in self._rows[table] if all(row[name] == value for name, value in where.items())]


class Speaker:
    """Says facts in one language; remembers which rows they came from, and whom it named as a partner."""

    def __init__(self, facts: Facts, language: Language) -> None:
        self._facts = facts
        self._language: Language = language
        self.said: list[tuple[str, str]] = []
        self.partners: set[str] = set()

    # --- how a fact is found ---

    def _find(self, table: str, **where: Any) -> list[Row]:
        found = self._facts.rows(table, **where)
        self.said += [(table, row["row_key"]) for row in found]
        return found

    def _one(self, table: str, **where: Any) -> Row:
        found = self._find(table, **where)
        if len(found) != 1:
            asked = ", ".join(f"{name} {value!r}" for name, value in where.items())
            raise UnknownReference(f"{table} holds {len(found) or 'no'} rows with {asked}, and one was expected")
        return found[0]

    def _pick(self, pair: tuple[str, str]) -> str:
        return pair[0] if self._language == "en" else pair[1]

    def _state(self, state: str) -> str:
        return self._pick(STATES[state])

    def _own(self, row: Row, column: str) -> str:
        """A column in the language spoken."""
        words = row[f"{column}_{self._language}"]
        if not words:
            raise UnknownReference(f"{column}_{self._language} of {row['row_key']} is empty")
        return str(words) if self._language == "en" else with_breaks(str(words))

    # --- agreements and parties ---

    def regime(self, regime_id: str) -> str:
        """Short name of a regime."""
        return str(self._one("regime", regime_id=regime_id)["short_name"])

    def regime_name(self, regime_id: str) -> str:
        """Full name of a regime."""
        return self._own(self._one("regime", regime_id=regime_id), "name")

    def regimes(self, kind: str | None = None, status: str | None = None) -> list[str]:
        """Ids of regimes, for a loop; of one kind (`fta`, `unilateral`) or status."""
        where = {name: value for name, value in (("kind", kind), ("status", status)) if value}
        return sorted(row["regime_id"] for row in self._find("regime", **where))

    def regime_list(self, kind: str | None = None, status: str | None = None) -> str:
        """Short names of regimes as a list in words."""
        return speech.listed([self.regime(regime) for regime in self.regimes(kind, status)], self._language)

    def party(self, party_id: str) -> str:
        """Name of a country or customs territory, as a partner: in a piece on one regime it must be party to it."""
        self.partners.add(party_id)
        return self.other(party_id)

    def other(self, party_id: str) -> str:
        """Name of a country or customs territory that is not spoken of as a partner."""
        return self._own(self._one("party", party_id=party_id), "name")

    def parties(self, regime_id: str, but: str = "") -> str:
        """Parties of a regime as a list in words; `but` leaves some out, such as `"KH"` or `"KH LA"`."""
        self._one("regime", regime_id=regime_id)
        found = self._find("regime_party", regime_id=regime_id)
        names = sorted(self.other(row["party_id"]) for row in found if row["party_id"] not in but.split())
        return speech.listed(names, self._language)

    def members(self, group_id: str, but: str = "") -> str:
        """Members of a group as a list in words."""
        found = self._find("party_group", group_id=group_id)
        if not found:
            raise UnknownReference(f"party_group holds no group {group_id!r}")
        names = sorted(self.other(row["party_id"]) for row in found if row["party_id"] not in but.split())
        return speech.listed(names, self._language)

    def signed(self, regime_id: str) -> str:
        """Day of signature."""
        return self._day(self._one("regime", regime_id=regime_id)["signed_on"])

    def in_force(self, regime_id: str, party_id: str | None = None) -> str:
        """Day of entry into force: for Cambodia, or for one party."""
        if party_id is None:
            return self._day(self._one("regime", regime_id=regime_id)["in_force_from"])
        return self._day(self._one("regime_party", regime_id=regime_id, party_id=party_id)["in_force_from"])

    def status(self, regime_id: str) -> str:
        """Whether a regime is in force, signed, lapsed, partly withdrawn or unknown."""
        return self._pick(STATUS[self._one("regime", regime_id=regime_id)["status"]])

    def evidence(self, regime_id: str) -> str:
        """What the facts of a regime rest on, with its mark."""
        mark = self._one("regime", regime_id=regime_id)["evidence"]
        return f"{self._pick(EVIDENCE[mark])} ({mark})"

    def form(self, regime_id: str) -> str:
        """Form of the proof of origin."""
        named = self._one("regime", regime_id=regime_id)["certificate_form"]
        return self._in_khmer(named) if named else self._state("unknown")

    def holding(self, regime_id: str, subject: str, importer: str = "*") -> str:
        """How much of a subject is held: `tariff`, `mfn`, `origin_rules`, `provisions` or `legal_text`."""
        row = self._one("coverage", regime_id=regime_id, subject=subject, importer=importer)
        return self._pick(HOLDING[row["state"]])

    def withdrawn_on(self, regime_id: str) -> str:
        """Day from which a preference was partly taken back."""
        days = {row["valid_from"] for row in self._find("preference_withdrawal", regime_id=regime_id)}
        if len(days) != 1:
            raise UnknownReference(f"preference_withdrawal holds {len(days)} days for {regime_id!r}")
        return self._day(days.pop())

    # --- provisions, rules of origin, rates ---

    def provision(self, regime_id: str, code: str, row_no: int = 1) -> str:
        """What a regime says on a point: the number with its unit where it has one, else the sentence."""
        row = self._provision(regime_id, code, row_no)
        if row is None or row["value"] in ("not_held", "silent"):
            return self._state(row["value"] if row else "not_held")
        if row["value_num"] is not None and row["unit"]:
            return speech.measure(row["value_num"], row["unit"], self._language)
        return self._own(row, "text")

    def answer(self, regime_id: str, code: str) -> str:
        """Whether a regime allows something, in a word, for a table: allowed, nothing said, not held."""
        row = self._provision(regime_id, code, 1)
        state = row["value"] if row else "not_held"
        return self._pick(STATES[state] if state in ("not_held", "silent") else ANSWERS.get(state, ANSWERS["provided"]))

    def says(self, regime_id: str, code: str, row_no: int = 1) -> str:
        """What a regime says on a point, as a sentence."""
        row = self._provision(regime_id, code, row_no)
        return self._own(row, "text") if row else self._state("not_held")

    def says_all(self, regime_id: str, code: str) -> str:
        """All that a regime says on a point, such as a tolerance by value and one by weight, in sentences."""
        self._one("regime", regime_id=regime_id)
        found = sorted(self._find("provision", regime_id=regime_id, code=code), key=lambda row: row["row_no"])
        return " ".join(self._own(row, "text") for row in found) or self._state("not_held")

    def place(self, regime_id: str, code: str, row_no: int = 1) -> str:
        """Article and page that a provision stands in, as a link."""
        row = self._provision(regime_id, code, row_no)
        if row is None or not row["article"]:
            return self._state("not_held")
        bare = str(row["article"])[:1].isdigit()
        named = self._in_khmer(f"Article {row['article']}" if bare else row["article"])
        if row["page"]:
            named += f", page {row['page']}" if self._language == "en" else f" ទំព័រ {speech.digits(row['page'])}"
        return f"[{named}](document:{row['document_id']}{'#page=' + str(row['page']) if row['page'] else ''})"

    def _provision(self, regime_id: str, code: str, row_no: int) -> Row | None:
        self._one("regime", regime_id=regime_id)
        if not self._facts.rows("provision", code=code):
            raise UnknownReference(f"no regime has a provision {code!r}")
        found = self._find("provision", regime_id=regime_id, code=code, row_no=row_no)
        if len(found) > 1:
            raise UnknownReference(f"provision {code!r} of {regime_id!r} has {len(found)} periods: say it otherwise")
        return found[0] if found else None

    def rule(self, regime_id: str) -> str:
        """The general rule of origin of a regime, in short form."""
        return self._in_khmer(self._general(regime_id)["rule_text"])

    def has_rule(self, regime_id: str) -> bool:
        """Whether the general rule of a regime is known, for a condition."""
        self._one("regime", regime_id=regime_id)
        return any(row["code_from"] is None for row in self._facts.rows("origin_rule", regime_id=regime_id))

    def has_provision(self, regime_id: str, code: str) -> bool:
        """Whether a regime says something on a point, for a condition."""
        row = self._provision(regime_id, code, 1)
        return row is not None and row["value"] not in ("not_held", "silent")

    def threshold(self, regime_id: str) -> str:
        """The regional value content that the general rule of a regime asks for."""
        found = set(_contents(json.loads(self._general(regime_id)["rule"])))
        if len(found) != 1:
            raise UnknownReference(f"the general rule of {regime_id!r} has {len(found)} thresholds of value content")
        return speech.measure(found.pop(), "percent", self._language)

    def threshold_value(self, regime_id: str) -> float:
        """The same as a number, for a sum."""
        return float(max(_contents(json.loads(self._general(regime_id)["rule"]))))

    def _general(self, regime_id: str) -> Row:
        found = [row for row in self._facts.rows("origin_rule", regime_id=regime_id) if row["code_from"] is None]
        if len(found) != 1:
            raise UnknownReference(f"{regime_id!r} has {len(found) or 'no'} general rules")
        self.said.append(("origin_rule", found[0]["row_key"]))
        return found[0]

    def rate(self, regime_id: str, importer: str, hs6: str, on: str) -> str:
        """The preferential rate of an HS 2022 subheading on a day (ISO)."""
        self._one("regime", regime_id=regime_id)
        self.code(hs6)
        found = self._facts.rows("hs2022_preference_rate", regime_id=regime_id, importer=importer, hs6=hs6)
        return self._rate([row for row in found if _holds(row, on)], "hs2022_preference_rate")

    def mfn(self, importer: str, hs6: str, on: str) -> str:
        """The applied MFN rate of an HS 2022 subheading on a day (ISO)."""
        self.code(hs6)
        found = self._facts.rows("hs2022_mfn_rate", importer=importer, hs6=hs6, kind="applied")
        return self._rate([row for row in found if _holds(row, on)], "hs2022_mfn_rate")

    def _rate(self, found: list[Row], table: str) -> str:
        if len(found) > 1:
            raise UnknownReference(f"{table} has {len(found)} rates for it: several schedules answer")
        if not found:
            return self._state("not_held")
        self.said.append((table, found[0]["row_key"]))
        if found[0]["rate_pct"] is None:
            return self._state("ambiguous" if found[0]["state"] == "ok" else found[0]["state"])
        return speech.measure(found[0]["rate_pct"], "percent", self._language)

    def code(self, code: str, edition: str = "HS 2022") -> str:
        """A chapter, heading or subheading with its dots; it must exist in the edition."""
        self._one("hs_node", code=code, edition=edition)
        return code if len(code) <= 4 else f"{code[:4]}.{code[4:]}"

    # --- law, taxes, other stated facts ---

    def law_article(self, number: int | str) -> str:
        """An article of the law, as a link."""
        row = self._one("law_article", number=str(number))
        named = f"Article {number}" if self._language == "en" else f"មាត្រា {speech.digits(number)}"
        return f"[{named}](article:{row['document_id']}/{number})"

    def law_says(self, number: int | str) -> str:
        """What an article of the law says, in the project's words."""
        return self._own(self._one("law_article", number=str(number)), "summary")

    def penalty(self, article: int | str, row_no: int = 1) -> str:
        """The fine of a sanction: `1 million to 10 million riel`."""
        row = self._one("law_penalty", article=str(article), row_no=row_no)
        if row["amount_min"] is None:
            raise UnknownReference(f"sanction {row_no} of article {article} has no amount")
        return speech.span(row["amount_min"], row["amount_max"], row["currency"], self._language)

    def prison(self, article: int | str, row_no: int = 1) -> str:
        """The term of a sanction: `1 to 5 years`."""
        row = self._one("law_penalty", article=str(article), row_no=row_no)
        if row["years_min"] is None:
            raise UnknownReference(f"sanction {row_no} of article {article} has no term")
        return speech.span(row["years_min"], row["years_max"], "year", self._language)

    def tax(self, tax: str, subject: str = "") -> str:
        """A tax or fee of Cambodia, or its several rates; `subject` is the beginning of the row's subject."""
        found = [row for row in self._facts.rows("kh_tax", tax=tax) if row["subject"].startswith(subject)]
        if not found:
            raise UnknownReference(f"kh_tax holds no {tax!r} on {subject!r}")
        self.said += [("kh_tax", row["row_key"]) for row in found]
        rates = sorted({row["rate_pct"] for row in found if row["rate_pct"] is not None})
        said = [speech.measure(rate, "percent", self._language) for rate in rates]
        said += [speech.measure(row["amount"], row["currency"], self._language) for row in found if row["amount"]]
        return speech.listed(said, self._language, "or" if subject else "and")

    def tax_value(self, tax: str, subject: str = "") -> float:
        """A rate of tax as a number, for a sum."""
        found = [row for row in self._find("kh_tax", tax=tax) if row["subject"].startswith(subject)]
        if len(found) != 1 or found[0]["rate_pct"] is None:
            raise UnknownReference(f"kh_tax has {len(found)} rates of {tax!r} on {subject!r}, and one was expected")
        return float(found[0]["rate_pct"])

    def tax_month(self, tax: str) -> str:
        """The month of what is known of a tax."""
        days = {row["as_of"] for row in self._find("kh_tax", tax=tax)}
        if len(days) != 1:
            raise UnknownReference(f"kh_tax dates {tax!r} on {len(days)} days")
        return speech.month(days.pop(), self._language)

    def fact(self, fact_id: str) -> str:
        """A number that a document states and no other table holds, with its unit."""
        row = self._one("stated_fact", fact_id=fact_id)
        return speech.measure(row["value_num"], row["unit"], self._language)

    # --- documents, counts, examples ---

    def document(self, document_id: str) -> str:
        """Title of a document, as a link."""
        return f"[{self._one('document', document_id=document_id)['title']}](document:{document_id})"

    def publisher(self, document_id: str) -> str:
        """Who publishes a document."""
        return str(self._one("document", document_id=document_id)["publisher"])

    def document_day(self, document_id: str) -> str:
        """First day of a document's authority."""
        return self._day(self._one("document", document_id=document_id)["known_from"])

    def count(self, table: str, **where: Any) -> str:
        """How many rows a table has, or how many with these values."""
        names = {"regimes": "regime", "parties": "party", "articles": "law_article", "documents": "document"}
        found = self._facts.rows(names.get(table, table), **where)
        if not found:
            raise UnknownReference(f"there is nothing to count in {table!r}")
        return speech.number(len(found), self._language)

    def example(self, value: float | int | str, unit: str | None = None) -> str:
        """A number of a worked example, which is of no table: `example(45.5, "percent")`."""
        return speech.measure(Decimal(str(value)), unit, self._language)

    def number(self, value: int) -> str:
        """A number of the text's own, such as how many steps follow."""
        return speech.number(value, self._language)

    # --- helpers ---

    def _day(self, iso: str | None) -> str:
        return speech.day(iso, self._language) if iso else self._state("unknown")

    def _in_khmer(self, text: str) -> str:
        """Names of forms, articles and rules with their joining words in Khmer."""
        if self._language == "en":
            return text
        for pattern, khmer in PLACE_WORDS:
            text = re.sub(pattern, khmer, text)
        return text


def _contents(rule: Any) -> Iterator[Decimal]:
    """The thresholds of every value content in a rule."""
    if isinstance(rule, dict):
        if rule.get("op") == "RVC":
            yield Decimal(str(rule["min"]))
        for part in rule.values():
            yield from _contents(part)
    elif isinstance(rule, list):
        for part in rule:
            yield from _contents(part)


def _holds(row: Row, on: str) -> bool:
    return row["valid_from"] <= on and (row["valid_to"] is None or on < row["valid_to"])
