"""A second, slow, literal evaluator of rules of origin, written apart from the first to disagree with it if it can.

It tries every way in which materials of unknown origin may turn out, computes with fractions, and knows no shortcut.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

Truth = bool | None
Json = Mapping[str, Any]


def kleene_any(truths: Sequence[Truth]) -> Truth:
    return True if True in truths else None if None in truths else False


def kleene_all(truths: Sequence[Truth]) -> Truth:
    return False if False in truths else None if None in truths else True


def verdict(facts: Json, regime: Json, rule: Json) -> str:
    """The verdict on a good whose facts stand in the edition of the rule."""
    found = {criteria(facts, regime, rule, world) for world in worlds(facts, regime)}
    origin = found.pop() if len(found) == 1 else None
    parties = (
        facts["exporter"] in regime["exporters"]
        and facts["importer"] in regime["importers"]
        and facts["exporter"] != facts["importer"]
    )
    return {True: "qualifies", False: "does_not", None: "needs_more_facts"}[
        kleene_all([parties, origin, consignment(facts, regime)])
    ]


def worlds(facts: Json, regime: Json) -> list[tuple[bool, ...] | None]:
    """Every way in which the materials may turn out to originate, or None where no material is named."""
    if facts.get("materials") is None:
        return [None]
    return list(itertools.product(*(possible(m, facts, regime) for m in facts["materials"])))


def possible(material: Json, facts: Json, regime: Json) -> tuple[bool, ...]:
    parties = {*regime["exporters"], *regime["importers"]}
    origin, said = material.get("origin"), material.get("originating")
    if origin is not None and origin not in parties:
        return (False,)
    if said is False:
        return (False,)
    if origin is not None and origin != facts["exporter"]:
        if regime["accumulates"] is False:
            return (False,)
        if regime["accumulates"] is None:
            return (False, True)
    return (True,) if said else (False, True)


def criteria(facts: Json, regime: Json, rule: Json, world: tuple[bool, ...] | None) -> Truth:
    if facts.get("wholly_obtained") is not None:
        obtained: Truth = facts["wholly_obtained"]
    else:
        obtained = False if world and any(f is False for f in certain(facts, regime)) else None
    exclusive: Truth = False
    if regime["exclusive"]:
        exclusive = None if world is None else bool(world) and all(world)
    worked = enough(facts, regime) if regime["bears_on"] == "all" else True
    return kleene_any([obtained, exclusive, kleene_all([met(rule, facts, regime, world), worked])])


def enough(facts: Json, regime: Json) -> Truth:
    operations, done = regime["operations"], facts.get("processes")
    if operations is None or done is None:
        return None
    return len(done) == 0 or any(process not in operations for process in done)


def certain(facts: Json, regime: Json) -> list[bool | None]:
    ways = [possible(m, facts, regime) for m in facts["materials"]]
    return [way[0] if len(way) == 1 else None for way in ways]


def consignment(facts: Json, regime: Json) -> Truth:
    route = facts.get("shipping")
    parties = {*regime["exporters"], *regime["importers"]}
    if route is None or (route.get("direct") is None and not route.get("via")):
        return None
    strangers = [c for c in route.get("via", []) if c not in parties]
    if route.get("direct") and not strangers:
        return True
    if regime["transit"] is None:
        return None
    if regime["transit"] is False:
        return not strangers
    return None if route.get("processed") is None else not route["processed"]


def met(rule: Json, facts: Json, regime: Json, world: tuple[bool, ...] | None) -> Truth:
    if "any" in rule:
        return kleene_any([met(part, facts, regime, world) for part in rule["any"]])
    if "all" in rule:
        return kleene_all([met(part, facts, regime, world) for part in rule["all"]])
    conditions = [met(c, facts, regime, world) for c in rule.get("provided", []) if c["op"] != "NO_DE_MINIMIS"]
    kind = "value" if rule["op"] == "RVC" else "change" if rule["op"] in ("CC", "CTH", "CTSH", "PROCESS") else None
    worked = enough(facts, regime) if kind == regime["bears_on"] else True
    return kleene_all([leaf(rule, facts, regime, world), worked, *conditions])


def leaf(rule: Json, facts: Json, regime: Json, world: tuple[bool, ...] | None) -> Truth:
    op = rule["op"]
    if op == "ANY_HEADING":
        return True
    if op == "TEXT":
        return None
    if op == "PROCESS":
        return None if facts.get("processes") is None else rule["code"] in facts["processes"]
    if op == "GOODS":
        for case in rule["cases"]:
            if case["goods"] == facts.get("goods"):
                return met(case["rule"], facts, regime, world)
        each = {met(case["rule"], facts, regime, world) for case in rule["cases"]}
        return each.pop() if len(each) == 1 else None
    if op == "WO":
        if facts.get("wholly_obtained") is not None:
            return facts["wholly_obtained"]
        return False if world and False in certain(facts, regime) else None
    if world is None:
        return None
    foreign = [m for m, originates in zip(facts["materials"], world, strict=True) if not originates]
    if op == "PE":
        return bool(world) and all(world)
    if op in ("CC", "CTH", "CTSH"):
        return change(rule, foreign, facts, regime)
    if op == "RVC":
        return content(rule, foreign, facts, regime)
    if op == "MADE_FROM":
        return kleene_all([begins_with(m.get("kind"), rule["kinds"]) for m in foreign])
    if op == "MAX_NON_ORIGINATING":
        chosen = [m for m in foreign if not rule.get("materials") or inside(m["hs"], rule["materials"])]
        basis = {"fob": "fob_value"}.get(rule["basis"], rule["basis"])
        return at_most(basis, chosen, facts, Fraction(str(rule["max"])))
    if op == "MATERIALS_ORIGINATING":
        return not any(inside(m["hs"], rule["materials"]) for m in foreign)
    if op == "MATERIALS_WO":
        each_one: list[Truth] = []
        for material in facts["materials"]:
            if inside(material["hs"], rule["materials"]):
                obtained = material.get("wholly_obtained")
                each_one.append(False if certain_false(material, facts, regime) else obtained)
        return kleene_all(each_one)
    raise AssertionError(op)


def certain_false(material: Json, facts: Json, regime: Json) -> bool:
    return possible(material, facts, regime) == (False,)


def inside(code: str, ranges: Sequence[Sequence[str]]) -> bool:
    return any(first <= code[: len(first)] <= last for first, last in ranges)


def change(rule: Json, foreign: Sequence[Json], facts: Json, regime: Json) -> Truth:
    size = {"CC": 2, "CTH": 4, "CTSH": 6}[rule["op"]]
    product = facts["product_hs"]
    stuck = [m for m in foreign if m["hs"][:size] == product[:size] or inside(m["hs"], rule.get("except", []))]
    if not stuck:
        return True
    if regime["tolerances"] is None:
        return None
    for condition in rule.get("provided", []):
        if condition["op"] == "NO_DE_MINIMIS":
            parties = {*regime["exporters"], *regime["importers"]}
            for m in stuck:
                imported = m.get("origin") is not None and m["origin"] not in parties
                size = {"CC": 2, "CTH": 4, "CTSH": 6}.get(condition.get("unless", ""), 0)
                if imported and (not size or m["hs"][:size] == product[:size]):
                    return False
    found: list[Truth] = []
    for row in regime["tolerances"]:
        if row["code_from"] <= product[: len(row["code_from"])] <= row["code_to"]:
            found.append(at_most(row["basis"], stuck, facts, Fraction(str(row["pct"]))))
    return kleene_any(found)


def begins_with(kind: str | None, kinds: Sequence[str]) -> Truth:
    if kind is None:
        return None
    if kind == "other":
        return True
    steps = kind.split(".")
    if any(steps[: len(one.split("."))] == one.split(".") for one in kinds):
        return True
    return None if any(one.split(".")[: len(steps)] == steps for one in kinds) else False


def content(rule: Json, foreign: Sequence[Json], facts: Json, regime: Json) -> Truth:
    methods = regime["methods"] if rule["method"] == "any" else [rule["method"]]
    wanted = Fraction(str(rule["min"]))
    found: list[Truth] = []
    if "build_down" in methods:
        found.append(agreed(wanted <= 100 - share for share in outsides(foreign, facts, regime)))
    if "build_up" in methods and (facts.get("costs") or "build_down" not in methods):
        found.append(agreed(wanted <= share for share in insides(foreign, facts, regime)))
    last = facts.get("final_process") if rule["final_process"] else True
    return kleene_all([kleene_any(found), last])


def agreed(guesses: Iterable[bool]) -> Truth:
    truths = set(guesses)
    return truths.pop() if len(truths) == 1 else None


def outsides(foreign: Sequence[Json], facts: Json, regime: Json) -> Iterator[Fraction]:
    """What does not count, in per cent of FOB, for every guess of what is not known."""
    whole = (facts.get("fob") or {}).get("amount")
    if not whole:
        yield from (Fraction(0), Fraction(10**9))
        return
    for guess in itertools.product(*(sizes(m, facts, regime) for m in foreign)):
        yield sum((value - counted for value, counted in guess), Fraction(0)) * 100 / Fraction(str(whole))


def insides(foreign: Sequence[Json], facts: Json, regime: Json) -> Iterator[Fraction]:
    """What counts, in per cent of FOB, for every guess of what is not known."""
    whole, costs = (facts.get("fob") or {}).get("amount"), facts.get("costs")
    if not whole or not costs:
        yield from (Fraction(0), Fraction(10**9))
        return
    own = [m for m in facts["materials"] if not any(m is other for other in foreign)]
    spent = sum((Fraction(str(cost)) for cost in costs.values()), Fraction(0))
    values = [[Fraction(str(v)) for v in ((m["value"],) if m.get("value") is not None else (0, 10**9))] for m in own]
    for guess in itertools.product(*(sizes(m, facts, regime) for m in foreign)):
        for mine in itertools.product(*values):
            counted = sum((counted for _, counted in guess), Fraction(0)) + sum(mine, Fraction(0)) + spent
            yield counted * 100 / Fraction(str(whole))


def sizes(material: Json, facts: Json, regime: Json) -> list[tuple[Fraction, Fraction]]:
    """Possible values of a material that does not originate, each with the part of it that counts."""
    value, share = material.get("value"), material.get("regional_pct")
    values = [Fraction(0), Fraction(10**9)] if value is None else [Fraction(str(value))]
    shares = [Fraction(0), Fraction(1)] if share is None else [Fraction(str(share)) / 100]
    parties = {*regime["exporters"], *regime["importers"], None}
    elsewhere = material.get("origin") not in parties or material.get("origin") == facts["exporter"]
    least = regime["partial"]
    if least is None or elsewhere or (share is not None and Fraction(str(share)) < Fraction(str(least))):
        shares = [Fraction(0)]
    return [(one, one * part) for one in values for part in shares]


def at_most(basis: str, chosen: Sequence[Json], facts: Json, limit: Fraction) -> Truth:
    """Whether the share is within the limit, for every amount that an unknown one could be: none at all, or a lot."""
    if basis == "weight":
        whole, parts = facts.get("product_weight_kg"), [m.get("weight_kg") for m in chosen]
    elif basis == "ex_works":
        whole, parts = (facts.get("ex_works") or {}).get("amount"), [m.get("value") for m in chosen]
    else:
        whole, parts = (facts.get("fob") or {}).get("amount"), [m.get("value") for m in chosen]
    if not whole:
        return None
    found = {
        sum(Fraction(str(guess if part is None else part)) for part in parts) * 100 / Fraction(str(whole)) <= limit
        for guess in (0, 10**9)
    }
    return found.pop() if len(found) == 1 else None
