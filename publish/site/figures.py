"""The numbers behind the charts: counted from the release's tables, each with what is not known kept apart.

Nothing here is drawn or worded. A schedule counts only for the days on which its rates may be shown for trade with the
home party; what it does not say is counted as such and never as zero. Lists of some goods are left out of every share,
for the goods that they do not name are not in them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from publish.evidence import Row
from publish.site.facts import ROMAN, Facts
from publish.site.rates import OPEN

KINDS = ("free", "rate", "words", "depends", "none", "not_held")
"""What a line or subheading has on a day: a rate of zero; another single rate; a duty that is no single percentage, or
only a bound; a rate that depends on the national line; no preference (excluded, unbound, none of its own); nothing
held."""
_KIND = (
    "CASE WHEN r.state IN ('excluded', 'unbound', 'not_applicable') THEN 'none'"
    " WHEN r.state = 'ambiguous' THEN 'depends' WHEN r.state = 'not_held' THEN 'not_held'"
    " WHEN r.state IN ('ok', 'free') AND r.rate_pct = 0 THEN 'free'"
    " WHEN r.state IN ('ok', 'free') AND r.rate_pct IS NOT NULL THEN 'rate' ELSE 'words' END"
)
Counts = Mapping[str, int]
_Group = tuple[str, str, str, int]
"""First day, day after the last, kind and count."""


@dataclass(frozen=True)
class Shown:
    """A full schedule for one direction of trade with the home party.

    Attributes:
        schedule_id, schedule_no, regime: the schedule, its number in the database, and the row of its regime.
        exporter, importer: codes of the parties.
        partner: row of the party that is not the home party.
        first, until: days between which its rates may be shown; `until` is `OPEN` where nothing ends it.
        day: the day of the release, or the last day held where that is earlier.
        current: whether its rates may be shown on the day of the release.
    """

    schedule_id: str
    schedule_no: int
    regime: Row
    exporter: str
    importer: str
    partner: Row
    first: str
    until: str
    day: str
    current: bool

    @property
    def is_export(self) -> bool:
        """Whether it is for goods of the home party."""
        return bool(self.partner["party_id"] == self.importer)

    @property
    def anchor(self) -> str:
        """Name of its part of a page."""
        return f"{self.schedule_id}-{str(self.partner['party_id']).lower()}"

    @property
    def label(self) -> str:
        """Partner and short name, the same in every language; the regime alone where it names the partner."""
        name = str(self.regime["short_name"])
        return name if self.partner["name_en"] in name else f"{self.partner['party_id']} {name}"


@dataclass(frozen=True)
class Year:
    """The lines of a schedule by kind on the last day of a year on which it may be shown."""

    year: int
    day: str
    counts: Counts


@dataclass(frozen=True)
class Cell:
    """A chapter under a schedule: mean of the single rates, of how many subheadings, and what the others have."""

    mean: float | None
    counts: Counts

    @property
    def known(self) -> int:
        """Subheadings with a single rate."""
        return self.counts["free"] + self.counts["rate"]

    @property
    def total(self) -> int:
        """Subheadings of the chapter."""
        return sum(self.counts.values())

    @property
    def mostly(self) -> str:
        """The kind of most subheadings."""
        return max(KINDS, key=lambda kind: self.counts[kind])


@dataclass(frozen=True)
class Path:
    """Some goods under a schedule: by year how many subheadings have what, and when the last of them becomes free.

    Attributes:
        years: by year; goods that have no preference but a held MFN rate of zero are counted as free.
        free_from: the first day from which all are and stay free, as far as is held; None where that never comes.
        low, high: lowest and highest rate held on the schedule's `day`, in points; None where none is held.
    """

    shown: Shown
    years: tuple[Year, ...]
    free_from: str | None
    low: float | None
    high: float | None

    @property
    def now(self) -> Counts:
        """What the goods have on the schedule's day."""
        return next((year.counts for year in self.years if year.year == int(self.shown.day[:4])), Counter())


@dataclass(frozen=True)
class Margin:
    """A section under a schedule: how far preference lies below the MFN rate.

    Attributes:
        section: its Roman number.
        compared: subheadings with a single rate both ways and an MFN rate above zero.
        mfn, preference: means of their rates, in points; None where none is compared.
        above: of them, those whose preference is above MFN.
        mfn_free: subheadings with an MFN rate of zero, where no preference is needed.
        unknown: the others, of which one of the two is no single rate or is not held.
    """

    section: str
    compared: int
    mfn: float | None
    preference: float | None
    above: int
    mfn_free: int
    unknown: int

    @property
    def margin(self) -> float | None:
        """Points below MFN on average."""
        return None if self.mfn is None or self.preference is None else self.mfn - self.preference


class Figures:
    """All figures of a release."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def schedules(self) -> list[Shown]:
        """Full schedules, exports first, then by partner and regime."""
        sql = (
            "SELECT schedule_id, schedule_no, regime_id, exporter, importer, min(shown_from) AS first,"
            " max(shown_to) AS until FROM pair_schedule WHERE completeness = 'full' AND ? IN (exporter, importer)"
            " GROUP BY schedule_id, exporter, importer"
        )
        found = [self._shown(row) for row in self.facts.rows(sql, self.facts.home) if row["first"] < row["until"]]
        return sorted(found, key=lambda s: (not s.is_export, s.partner["name_en"], s.regime["short_name"]))

    def _shown(self, row: Row) -> Shown:
        facts = self.facts
        partner = facts.parties[row["importer"] if row["exporter"] == facts.home else row["exporter"]]
        current = row["first"] <= facts.day < row["until"]
        last = row["first"] if facts.day < row["first"] else _day_before(row["until"])
        return Shown(
            row["schedule_id"], row["schedule_no"], facts.regimes[row["regime_id"]], row["exporter"], row["importer"],
            partner, row["first"], row["until"], facts.day if current else last, current,
        )  # fmt: skip

    @cached_property
    def lists(self) -> list[Row]:
        """Pairs of regime and partner of which only lists of some goods are held, and no full schedule."""
        sql = (
            "SELECT DISTINCT regime_id, exporter, importer FROM pair_schedule AS p WHERE ? IN (exporter, importer)"
            " AND NOT EXISTS (SELECT 1 FROM pair_schedule AS f WHERE f.completeness = 'full' AND f.regime_id ="
            " p.regime_id AND f.exporter = p.exporter AND f.importer = p.importer) ORDER BY importer, regime_id"
        )
        return self.facts.rows(sql, self.facts.home)

    @cached_property
    def _grouped(self) -> dict[str, list[_Group]]:
        """By schedule, how many national lines have what between two days."""
        found: dict[str, list[_Group]] = defaultdict(list)
        sql = (
            f"SELECT r.schedule_id, r.valid_from, ifnull(r.valid_to, '{OPEN}'), {_KIND}, count(*)"
            " FROM preference_rate AS r GROUP BY 1, 2, 3, 4"
        )
        for schedule, start, end, kind, count in self.facts.connection.execute(sql):
            found[schedule].append((start, end, kind, count))
        return found

    @cached_property
    def last_year(self) -> int:
        """The last year in which a rate of any of the schedules changes, at least that of the release."""
        starts = [min(start, s.until) for s in self.schedules for start, *_ in self._grouped[s.schedule_id]]
        return max(int(day[:4]) for day in (self.facts.day, *starts))

    def years_of(self, shown: Shown) -> Iterator[tuple[int, str]]:
        """Each year in which a schedule may be shown, with the last day of it on which it may."""
        for year in range(int(shown.first[:4]), self.last_year + 1):
            day = min(f"{year}-12-31", _day_before(shown.until))
            if day[:4] == str(year):
                yield year, day

    @cached_property
    def lines(self) -> dict[str, tuple[Year, ...]]:
        """By the schedule's anchor, its national lines by kind, year after year."""
        sql = "SELECT schedule_id, count(DISTINCT line_code) FROM preference_rate GROUP BY schedule_id"
        totals: dict[str, int] = dict(self.facts.connection.execute(sql).fetchall())
        return {
            shown.anchor: tuple(
                Year(year, day, _on(self._grouped[shown.schedule_id], day, totals[shown.schedule_id]))
                for year, day in self.years_of(shown)
            )
            for shown in self.schedules if shown.schedule_id in totals
        }  # fmt: skip

    @cached_property
    def chapters(self) -> dict[str, dict[str, Cell]]:
        """By chapter and anchor, what subheadings have on the day; nothing where no rate may be shown then."""
        sizes = Counter(code[:2] for code, node in self.facts.nodes.items() if node["level"] == 6)
        found: dict[str, dict[str, Cell]] = {chapter: {} for chapter in sorted(sizes)}
        sql = (
            f"SELECT substr(r.hs6, 1, 2), {_KIND}, count(*), sum(r.rate_pct) FROM v_carried AS r"
            f" WHERE r.schedule_no = ? AND r.valid_from <= ? AND ifnull(r.valid_to, '{OPEN}') > ? GROUP BY 1, 2"
        )
        for shown in self.schedules:
            if shown.current:
                counts: dict[str, Counter[str]] = defaultdict(Counter)
                sums: Counter[str] = Counter()
                for chapter, kind, count, added in self.facts.connection.execute(
                    sql, (shown.schedule_no, shown.day, shown.day)
                ):
                    counts[chapter][kind] += count
                    sums[chapter] += added or 0 if kind in ("free", "rate") else 0
                for chapter, cells in found.items():
                    cells[shown.anchor] = _cell(counts[chapter], sums[chapter], sizes[chapter])
        return found

    def subheadings(self, shown: Shown) -> Counts:
        """All subheadings of the nomenclature by kind on the schedule's day."""
        total = sum(node["level"] == 6 for node in self.facts.nodes.values())
        sql = (
            f"SELECT r.valid_from, ifnull(r.valid_to, '{OPEN}'), {_KIND}, count(*)"
            " FROM v_carried AS r WHERE r.schedule_no = ? GROUP BY 1, 2, 3"
        )
        return _on(self.facts.connection.execute(sql, (shown.schedule_no,)).fetchall(), shown.day, total)

    def reasons(self, shown: Shown) -> dict[str, int]:
        """Why subheadings have no single rate on the schedule's day: how many for each reason."""
        sql = (
            "SELECT reason, count(*) FROM v_carried WHERE schedule_no = ? AND state = 'ambiguous'"
            f" AND valid_from <= ? AND ifnull(valid_to, '{OPEN}') > ? GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        return dict(self.facts.connection.execute(sql, (shown.schedule_no, shown.day, shown.day)).fetchall())

    def paths(self, prefixes: Sequence[str]) -> list[Path]:
        """Some goods under every schedule for exports.

        Args:
            prefixes: first digits of their subheadings.
        """
        codes = [
            code for code, node in self.facts.nodes.items() if node["level"] == 6 and code.startswith(tuple(prefixes))
        ]
        return [self._path(shown, codes) for shown in self.schedules if shown.is_export] if codes else []

    def _path(self, shown: Shown, codes: Sequence[str]) -> Path:
        sql = (
            f"SELECT r.hs6, max(r.valid_from, ?), min(ifnull(r.valid_to, '{OPEN}'), ?), {_KIND}, r.min_pct, r.max_pct"
            f" FROM v_carried AS r WHERE r.hs6 IN ({', '.join('?' * len(codes))}) AND r.schedule_no = ?"
            " ORDER BY r.hs6, r.valid_from"
        )
        values = (shown.first, shown.until, *codes, shown.schedule_no)
        exempt = self._mfn_free(shown)
        rows = [
            (code, start, end, "free" if kind == "none" and code in exempt else kind, low, high)
            for code, start, end, kind, low, high in self.facts.connection.execute(sql, values) if start < end
        ]  # fmt: skip
        periods = [(start, end, kind, 1) for _, start, end, kind, _, _ in rows]
        years = tuple(Year(year, day, _on(periods, day, len(codes))) for year, day in self.years_of(shown))
        held = [row for row in rows if row[1] <= shown.day < row[2]]
        lows: list[float] = [row[4] for row in held if row[4] is not None]
        highs: list[float] = [row[5] for row in held if row[5] is not None]
        return Path(shown, years, _free_from(rows, codes, shown.until), min(lows, default=None),
                    max(highs, default=None))  # fmt: skip

    def _mfn_free(self, shown: Shown) -> set[str]:
        """Subheadings whose applied MFN rate is held for the schedule's day and is zero: no preference is needed."""
        sql = (
            "SELECT hs6 FROM hs2022_mfn_rate WHERE importer = ?1 AND kind = 'applied' AND state = 'free'"
            f" AND valid_from <= ?2 AND ifnull(valid_to, '{OPEN}') > ?2"
        )
        return {code for (code,) in self.facts.connection.execute(sql, (shown.importer, shown.day))}

    def margins(self, shown: Shown) -> list[Margin]:
        """By section, preference against the applied MFN rate of the schedule's day; empty where none is held."""
        sql = (
            f"SELECT n.section, m.rate_pct, {_KIND}, r.rate_pct FROM hs2022_mfn_rate AS m"
            " JOIN hs_node AS n ON n.edition = 'HS 2022' AND n.code = m.hs6"
            " LEFT JOIN v_carried AS r ON r.schedule_no = ?1 AND r.hs6 = m.hs6 AND r.valid_from <= ?2"
            f" AND ifnull(r.valid_to, '{OPEN}') > ?2 WHERE m.importer = ?3 AND m.kind = 'applied'"
            f" AND m.valid_from <= ?2 AND ifnull(m.valid_to, '{OPEN}') > ?2"
        )
        by_section: dict[str, list[tuple[float | None, str, float | None]]] = defaultdict(list)
        for section, *found in self.facts.connection.execute(sql, (shown.schedule_no, shown.day, shown.importer)):
            by_section[section].append(tuple(found))
        return [_margin(section, by_section[section]) for section in sorted(by_section, key=ROMAN.index)]


def _day_before(day: str) -> str:
    return day if day == OPEN else str(date.fromisoformat(day) - timedelta(days=1))


def _on(groups: Sequence[_Group], day: str, total: int) -> Counter[str]:
    """How many of `total` have what on a day, by groups of first day, day after the last, kind and count."""
    counts: Counter[str] = Counter()
    for start, end, kind, count in groups:
        if start <= day < end:
            counts[kind] += count
    counts["not_held"] += total - sum(counts.values())
    return counts


def _cell(counts: Counter[str], added: float, size: int) -> Cell:
    counts["not_held"] += size - sum(counts.values())
    known = counts["free"] + counts["rate"]
    return Cell(added / known if known else None, counts)


def _free_from(
    rows: Sequence[tuple[str, str, str, str, object, object]], codes: Sequence[str], until: str
) -> str | None:
    """The first day from which every code is free without a gap to the end of what may be shown."""
    by_code: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for code, start, end, kind, _, _ in rows:
        by_code[code].append((start, end, kind))
    starts = []
    for code in codes:
        periods = by_code[code]
        if not periods or periods[-1][1] != until or periods[-1][2] != "free":
            return None
        first = periods[-1][0]
        for earlier, later in pairwise(reversed(periods)):
            if later[2] != "free" or later[1] != earlier[0]:
                break
            first = later[0]
        starts.append(first)
    return max(starts, default=None)


def _margin(section: str, found: Sequence[tuple[float | None, str, float | None]]) -> Margin:
    mfn_free = sum(mfn == 0 for mfn, _, _ in found)
    both = [(mfn, rate) for mfn, kind, rate in found if mfn and rate is not None and kind in ("free", "rate")]
    count = len(both)
    return Margin(
        section, count, sum(mfn for mfn, _ in both) / count if count else None,
        sum(rate for _, rate in both) / count if count else None, sum(rate > mfn for mfn, rate in both), mfn_free,
        len(found) - count - mfn_free,
    )  # fmt: skip
