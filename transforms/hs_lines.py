"""National lines placed in HS 2022: which codes each line reaches, and how far lines cover a code.

Rates do not come in here; what is said of a nomenclature holds for every schedule written in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sources.errors import FtaError
from transforms.columnar import Column, Ints, places, spread, whole
from transforms.correlations import Ties
from transforms.hs_cells import Coverage, Links

Pairs = Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Unplaced:
    """A line that decides no HS 2022 code: `not_in_edition`, `no_successor` or `statistical_correlation_only`."""

    line_code: str
    hs6: str
    why: str

    def row(self, nomenclature: str, edition: str) -> dict[str, str]:
        """The row of table `hs2022_unplaced_line`, of a nomenclature written in an edition."""
        return {
            "nomenclature_id": nomenclature,
            "line_code": self.line_code,
            "hs_edition": edition,
            "hs6": self.hs6,
            "reason": self.why,
        }


@dataclass(frozen=True)
class PlacedLines:
    """The lines of a nomenclature, sorted, with the subheading of each.

    Attributes:
        links: what they reach through `ties.pairs`; `weak`: through `ties.weak`.
        unplaced: lines that `links` does not hold.
    """

    codes: Column
    hs6: Column
    links: Links
    weak: Links
    coverage: Coverage
    unplaced: tuple[Unplaced, ...]


def place_lines(lines: pa.Table, ties: Ties, *, whole_nomenclature: bool, name: str) -> PlacedLines:
    """Place the rows of `tariff_line` of one nomenclature; `name` says in errors what was being read.

    Raises:
        FtaError: a line is of another edition than the ties, or stands under two subheadings.
    """
    if other := [e for e in lines["hs_edition"].unique().to_pylist() if e != ties.edition]:
        raise FtaError(
            "edition_mixed",
            f"{name}: lines of {other[0]} among those of {ties.edition}.",
            remedy="Give the nomenclature and the schedule the same hs_edition.",
        )
    distinct = lines.select(["line_code", "hs6"]).group_by(["line_code", "hs6"]).aggregate([]).sort_by("line_code")
    codes, hs6 = whole(distinct["line_code"]), whole(distinct["hs6"])
    if len(codes) != len(pc.unique(codes)):
        same = np.flatnonzero(np.asarray(pc.equal(codes.slice(1), codes.slice(0, len(codes) - 1))))
        twice = codes[int(same[0])].as_py()
        raise FtaError(
            "line_twice",
            f"{name}: the line {twice} stands under two subheadings.",
            where={"line": twice},
            remedy="Correct its subheading in the nomenclature.",
        )
    links, weak = _link(hs6, ties.pairs, ties), _link(hs6, ties.weak, ties)
    coverage = _coverage(codes, links, ties, whole_nomenclature)
    return PlacedLines(codes, hs6, links, weak, coverage, _unplaced(codes, hs6, links, weak, ties))


def _link(hs6: Column, pairs: Pairs, ties: Ties) -> Links:
    """Links from each line through the pairs of its subheading."""
    from_codes = pa.array(ties.codes_from, pa.string())
    old = places(pa.array([pair[0] for pair in pairs], pa.string()), from_codes)
    order = np.argsort(old, kind="stable")
    mine = places(hs6, from_codes)
    low, high = np.searchsorted(old[order], mine, "left"), np.searchsorted(old[order], mine, "right")
    line, at = spread(low, np.where(mine >= 0, high - low, 0))
    pair = order[at]
    return Links(line, _codes_to(pairs, ties)[pair], pair)


def _codes_to(pairs: Pairs, ties: Ties) -> Ints:
    return places(pa.array([pair[1] for pair in pairs], pa.string()), pa.array(ties.codes, pa.string()))


def _coverage(codes: Column, links: Links, ties: Ties, whole_nomenclature: bool) -> Coverage:
    """A predecessor is covered by its lines where they are known to be all of them, else by one that is the whole."""
    new = _codes_to(ties.pairs, ties)
    entire = np.asarray(pc.match_substring_regex(codes, r"^\d{6}0*$"), dtype=np.bool_)
    covers = np.ones_like(entire) if whole_nomenclature else entire
    covered = np.zeros(len(new), dtype=np.bool_)
    covered[links.pair[covers[links.line]]] = True
    gap = np.array([code in ties.incomplete for code in ties.codes], dtype=np.bool_)
    gap[new[~covered]] = True
    return Coverage(
        lines=np.bincount(links.code, minlength=len(ties.codes)),
        gap=gap,
        divided=np.array([ties.relation[code][2] == "n" for code in ties.codes], dtype=np.bool_),
    )


def _unplaced(codes: Column, hs6: Column, links: Links, weak: Links, ties: Ties) -> tuple[Unplaced, ...]:
    edition, tied = set(ties.codes_from), set(weak.line.tolist())
    found = []
    for place in sorted(set(range(len(codes))) - set(links.line.tolist())):
        subheading = hs6[place].as_py()
        why = "statistical_correlation_only" if place in tied else "no_successor"
        found.append(Unplaced(codes[place].as_py(), subheading, why if subheading in edition else "not_in_edition"))
    return tuple(found)
