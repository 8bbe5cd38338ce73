"""How subheadings of one HS edition correspond to those of the next: the rows of `hs_correlation`, chained.

Facts come from the accepted extractions of the correlation sheets, judgement from the reviewed list `material.yml`
beside them. `Concordance` answers what a code was and became; what that means for rates is in `hs_editions`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pydantic import ValidationError

from sources.errors import FtaError
from sources.extraction import Extraction
from sources.registry import ROOT
from sources.specs import Edition, Spec
from sources.yaml_text import parse_yaml
from transforms.source_rows import source_row_id
from warehouse.rows import build
from warehouse.tables.base import EDITIONS

LATEST = EDITIONS[-1]
REVIEW = ROOT / "hs" / "material.yml"

Pairs = set[tuple[str, str]]


class MaterialSpec(Spec):
    """The old codes that decide the rates of new codes tied to a mass of them; `same_code` is the code's own number."""

    edition_to: Edition
    codes: tuple[str, ...]
    predecessors: tuple[str, ...] | Literal["same_code"]
    reason: str


class AdditionSpec(Spec):
    """A pair that the sheet lacks."""

    edition_to: Edition
    code_from: str
    code_to: str
    material: bool
    reason: str


class DeletedSpec(Spec):
    """A code that the sheet leads nowhere."""

    edition_from: Edition
    code: str
    reason: str


class Review(Spec):
    """What a person reviewed in the correlation sheets; the shape of `material.yml`."""

    material: tuple[MaterialSpec, ...] = ()
    additions: tuple[AdditionSpec, ...] = ()
    without_successor: tuple[DeletedSpec, ...] = ()


def load_review(path: Path = REVIEW) -> Review:
    """The reviewed list.

    Raises:
        FtaError: the file does not have the shape of `Review`; the message names the key.
    """
    try:
        return Review.model_validate(parse_yaml(path.read_text(encoding="utf-8")) or {})
    except ValidationError as error:
        first = error.errors()[0]
        raise FtaError(
            "bad_yaml",
            f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}.",
            where={"file": path.name},
            remedy="Mend the file; its keys are those of transforms.correlations.Review.",
        ) from error


def edition_before(edition: str) -> str:
    """The HS edition before one.

    Raises:
        FtaError: there is none.
    """
    place = EDITIONS.index(edition) if edition in EDITIONS else 0
    if place == 0:
        raise FtaError("unknown_edition", f"There is no edition before {edition!r} among {', '.join(EDITIONS)}.")
    return EDITIONS[place - 1]


def relation_of(many_old: bool, many_new: bool) -> str:
    """`n:1` where several older codes meet one newer, `1:n` where one older is divided, and so on."""
    return f"{'n' if many_old else '1'}:{'n' if many_new else '1'}"


def correlations(sheets: Mapping[str, Extraction], review: Review) -> pa.Table:
    """All pairs of all sheets as `hs_correlation`.

    Args:
        sheets: by newer edition, the extraction with columns code_to, code_from and relation (printed newer to older).
        review: pairs added, and which pairs are material.

    Raises:
        FtaError: a printed relation contradicts the sheet's own pairs, a pair stands twice, or the review names a
            code or pair that the sheet does not bear out.
    """
    return build("hs_correlation", (row for new in sorted(sheets) for row in _sheet_rows(new, sheets[new], review)))


def _sheet_rows(new: str, sheet: Extraction, review: Review) -> Iterator[dict[str, Any]]:
    old = edition_before(new)
    printed: dict[tuple[str, str], tuple[str, str]] = {}
    for row in sheet.rows:
        if row.role == "line":
            pair = (row.cells["code_from"], row.cells["code_to"])
            if pair in printed:
                raise _bad_pair(sheet, row.locator, f"The pair {pair[0]} to {pair[1]} stands twice.")
            printed[pair] = (row.locator, row.cells["relation"])
    _check_printed(sheet, printed)
    added = {(a.code_from, a.code_to): a for a in review.additions if a.edition_to == new}
    if repeated := sorted(added.keys() & printed.keys()):
        raise _bad_pair(sheet, printed[repeated[0]][0], f"The reviewed addition {repeated[0]} stands in the sheet.")
    pairs = printed.keys() | added.keys()
    reasons = _not_material(new, set(pairs), review)
    for pair, relation in relations(pairs).items():
        addition, reason = added.get(pair), reasons.get(pair)
        why = f"reviewed: {addition.reason}" if addition else f"reviewed: {reason}" if reason else ""
        yield {
            "edition_from": old,
            "code_from": pair[0],
            "edition_to": new,
            "code_to": pair[1],
            "relation": relation,
            "material": int(reason is None and (addition is None or addition.material)),
            "source": "; ".join(filter(None, [sheet.document_id, why])),
            "source_row_id": None if addition else source_row_id(sheet.document_id, printed[pair][0]),
        }


def relations(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The relation, older to newer, of each pair among all of them."""
    successors, predecessors = _neighbours(pairs)
    return {
        (old, new): relation_of(len(predecessors[new]) > 1, len(successors[old]) > 1)
        for old in successors
        for new in sorted(successors[old])
    }


def _neighbours(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    successors: dict[str, set[str]] = defaultdict(set)
    predecessors: dict[str, set[str]] = defaultdict(set)
    for old, new in pairs:
        successors[old].add(new)
        predecessors[new].add(old)
    return successors, predecessors


def _check_printed(sheet: Extraction, printed: Mapping[tuple[str, str], tuple[str, str]]) -> None:
    """The sheet prints newer to older; the two oldest may print `n:n` for every pair of a larger group."""
    for pair, relation in relations(printed).items():
        locator, text = printed[pair]
        if text != relation[::-1] and not (text == "n:n" and relation in ("1:n", "n:1")):
            raise _bad_pair(sheet, locator, f"Printed {text!r}, but the sheet's own pairs make {relation[::-1]!r}.")


def _not_material(new: str, pairs: Pairs, review: Review) -> dict[tuple[str, str], str]:
    """The pairs that decide no rate, with the reason."""
    found: dict[tuple[str, str], str] = {}
    _, predecessors = _neighbours(pairs)
    for entry in (m for m in review.material if m.edition_to == new):
        for code in entry.codes:
            kept = {code} if entry.predecessors == "same_code" else set(entry.predecessors)
            if code not in predecessors or not kept <= predecessors[code]:
                raise FtaError(
                    "review_contradicted",
                    f"The review keeps {sorted(kept)} for {code} of {new}, which the sheet does not tie to it.",
                    where={"file": REVIEW.name, "code": code},
                    remedy="Correct the list, or add the pair under `additions` with its reason.",
                )
            found |= {(old, code): entry.reason for old in predecessors[code] - kept}
    return found


def _bad_pair(sheet: Extraction, locator: str, message: str) -> FtaError:
    return FtaError(
        "bad_correlation",
        message,
        where={"document": sheet.document_id, "place": locator},
        remedy="Compare the extraction with the sheet, and the sheet with the publisher's.",
    )


@dataclass(frozen=True)
class Ties:
    """How the codes of one edition correspond to those of HS 2022, chained edition by edition.

    Attributes:
        edition: the older edition.
        codes_from: every code of it, sorted.
        codes: every HS 2022 code, sorted.
        pairs: older code, HS 2022 code and relation, of pairs that decide a rate; sorted by HS 2022 code.
        relation: of each HS 2022 code, the relation of the older codes to it.
        incomplete: HS 2022 codes of which a part has no known predecessor in this edition that decides a rate.
        weak: the pairs of HS 2022 codes none of whose predecessors decides a rate: only statistics tie them.
    """

    edition: str
    codes_from: tuple[str, ...]
    codes: tuple[str, ...]
    pairs: tuple[tuple[str, str, str], ...]
    relation: Mapping[str, str]
    incomplete: frozenset[str]
    weak: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Tie:
    """A code of another edition that shares goods with the one asked for; `material` False where only statistically."""

    edition: str
    code: str
    relation: str
    material: bool


class Concordance:
    """The correlation tables of all editions, for looking up and for chaining."""

    def __init__(self, table: pa.Table) -> None:
        """Build from the rows of `hs_correlation`."""
        self._pairs: dict[str, Pairs] = {edition: set() for edition in EDITIONS[1:]}
        self._material: dict[str, Pairs] = {edition: set() for edition in EDITIONS[1:]}
        names = ("edition_to", "code_from", "code_to", "material")
        for edition, old, new, material in zip(*(table[name].to_pylist() for name in names), strict=True):
            self._pairs[edition].add((old, new))
            if material:
                self._material[edition].add((old, new))
        self.ties = cache(self._ties)
        self.lookups = cache(self._lookups)

    def codes(self, edition: str) -> tuple[str, ...]:
        """Every subheading of an edition that a sheet names, sorted.

        Raises:
            FtaError: the edition is none of `EDITIONS`.
        """
        if edition not in EDITIONS:
            raise FtaError("unknown_edition", f"{edition!r} is none of {', '.join(EDITIONS)}.")
        later = [e for e in EDITIONS[1:] if edition_before(e) == edition]
        found = {new for _, new in self._pairs.get(edition, set())}
        return tuple(sorted(found.union(old for e in later for old, _ in self._pairs[e])))

    def predecessors(self, code: str) -> dict[str, tuple[Tie, ...]]:
        """What an HS 2022 code was: by older edition, newest first, the codes it came from."""
        return {edition: self.lookups(edition)[1].get(code, ()) for edition in reversed(EDITIONS[:-1])}

    def successors(self, edition: str, code: str) -> tuple[Tie, ...]:
        """What a code of an older edition became in HS 2022; empty where no sheet leads on."""
        return self.lookups(edition)[0].get(code, ())

    def _lookups(self, edition: str) -> tuple[dict[str, tuple[Tie, ...]], dict[str, tuple[Tie, ...]]]:
        """Successors in HS 2022 by older code, and predecessors in the edition by HS 2022 code."""
        ties = self.ties(edition)
        onward: dict[str, list[Tie]] = defaultdict(list)
        back: dict[str, list[Tie]] = defaultdict(list)
        for material, pairs in ((True, ties.pairs), (False, ties.weak)):
            for old, new, relation in sorted(pairs):
                onward[old].append(Tie(LATEST, new, relation, material))
                back[new].append(Tie(edition, old, relation, material))
        return {old: tuple(t) for old, t in onward.items()}, {new: tuple(t) for new, t in back.items()}

    def _ties(self, edition: str) -> Ties:
        codes = self.codes(LATEST)
        steps = EDITIONS[EDITIONS.index(edition) + 1 :] if edition in EDITIONS else ()
        codes_from = self.codes(edition)
        pairs: Pairs = {(code, code) for code in codes_from}
        every: Pairs = set(pairs)
        complete = set(codes_from)
        for step in steps:
            complete = _complete(self._material[step], complete)
            pairs, every = _chain(pairs, self._material[step]), _chain(every, self._pairs[step])
        related = relations(pairs)
        decided = {new for _, new in pairs}
        weak = {pair: relation for pair, relation in relations(every).items() if pair[1] not in decided}
        return Ties(
            edition=edition,
            codes_from=codes_from,
            codes=codes,
            pairs=_by_newer(related),
            weak=_by_newer(weak),
            relation=_code_relations({**weak, **related}, codes),
            incomplete=frozenset(decided - complete),
        )


def _by_newer(related: Mapping[tuple[str, str], str]) -> tuple[tuple[str, str, str], ...]:
    return tuple(sorted(((old, new, r) for (old, new), r in related.items()), key=lambda tie: (tie[1], tie[0])))


def _chain(first: Pairs, second: Pairs) -> Pairs:
    onward, _ = _neighbours(second)
    return {(old, new) for old, middle in first for new in onward.get(middle, ())}


def _complete(pairs: Pairs, complete: set[str]) -> set[str]:
    """The newer codes all of whose predecessors are known to the oldest edition."""
    _, predecessors = _neighbours(pairs)
    return {new for new, old in predecessors.items() if old <= complete}


def _code_relations(related: Mapping[tuple[str, str], str], codes: Iterable[str]) -> dict[str, str]:
    """By newer code, the relation of all its predecessors to it; a code without any is `1:1` to nothing."""
    left, right = dict.fromkeys(codes, False), dict.fromkeys(codes, False)
    for (_, new), relation in related.items():
        left[new] |= relation[0] == "n"
        right[new] |= relation[2] == "n"
    return {new: relation_of(left[new], right[new]) for new in left}
