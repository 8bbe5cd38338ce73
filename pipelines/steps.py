"""The work of each asset: read what is stored, call a transform, store what it gives, and say the figures.

A schedule goes through its stages in a folder beside its place and is committed whole at the last one; an error that a
document or its description is to blame for marks its unit as failed, and the others go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import pyarrow as pa

from pipelines.documents import DocumentCheck, advice, check_documents, kept_check
from pipelines.home import Home
from pipelines.origin_steps import origin_tables
from pipelines.plan import (
    HS,
    Plan,
    Unit,
    documents_in,
    extraction_path,
    file_hash,
    fingerprint,
    folder_names,
    make_plan,
)
from sources.articles import ArticleSpec, load_articles
from sources.corrections import apply_corrections
from sources.errors import FtaError
from sources.extraction import Extraction, read_csv, read_head, reader_of
from sources.fact_specs import load_facts
from sources.hs_words import load_khmer, load_product_words
from sources.law_specs import load_laws
from sources.registry import Registry, load_registry, sources_root
from sources.specs import DocumentSpec, ScheduleSpec, TariffSpec
from sources.tax_specs import load_taxes, load_withdrawals
from transforms import regimes
from transforms.articles import article_rows
from transforms.correlations import Concordance, correlations, load_review
from transforms.hs_editions import Transposition, transpose_mfn, transpose_preference
from transforms.law import law_article_rows, law_penalty_rows
from transforms.lines import Lines, duty_rows, read_lines, schedule_staging
from transforms.mfn import mfn_rates
from transforms.nomenclature import codes_of, hs_nodes
from transforms.product_words import product_words
from transforms.rates import preference_rates
from transforms.schedules import schedule_row, staging_category_rows
from transforms.source_rows import rejected_rows, row_accounts, source_rows
from transforms.taxes import fact_rows, tax_rows, withdrawal_rows
from warehouse.tables import EDITIONS, arrow_schema, build

T = TypeVar("T")
Metrics = dict[str, Any]
Tables = dict[str, pa.Table]
KEPT_ROWS = 100_000
"""Of how many rows schedules' lines, extractions and their tables are kept: memory stays flat in their number."""
_LINES: dict[str, Lines] = {}
_EXTRACTIONS: dict[str, Extraction] = {}
_ROWS: dict[str, tuple[Extraction, Tables]] = {}


def _kept(kept: dict[str, T], key: str, make: Callable[[], T], rows: Callable[[T], int]) -> T:
    """What is kept under a key, made where it is not; what was used longest ago gives way."""
    found = kept.pop(key) if key in kept else make()
    room = KEPT_ROWS - rows(found)
    while kept and sum(map(rows, kept.values())) > room:
        kept.pop(next(iter(kept)))
    kept[key] = found
    return found


def forget() -> None:
    """Let go of what is kept between stages, when the last has ended."""
    for kept in (_LINES, _EXTRACTIONS, _ROWS):
        kept.clear()


@dataclass(frozen=True)
class Work:
    """An installation with its registry and plan, opened for one step or for a run.

    Attributes:
        begun: documents that are being read in the background.
    """

    home: Home
    registry: Registry
    plan: Plan
    say: Callable[[str], None]
    begun: Mapping[str, Future[DocumentCheck]] = field(default_factory=dict)

    @classmethod
    def open(cls, home: Home, say: Callable[[str], None]) -> Work:
        """Load the registry and plan of an installation."""
        registry = load_registry(overlay=home.sources)
        return cls(home, registry, make_plan(registry, home), say)

    @cached_property
    def concordance(self) -> Concordance:
        """The correlations of the HS unit.

        Raises:
            FtaError: the HS unit could not be made.
        """
        tables = self.home.store.tables("hs")
        if "hs_correlation" not in tables:
            raise FtaError(
                "no_correlations",
                "The Harmonized System could not be made, and nothing can be carried to HS 2022 without it.",
                remedy="Mend what the unit `hs` reports, then run again.",
            )
        return Concordance(tables["hs_correlation"])

    def accepted(self, document: DocumentSpec) -> Extraction:
        """The accepted extraction of a document, corrected.

        Raises:
            FtaError: there is none, it is damaged, or a correction does not find what it expects.
        """
        path = extraction_path(document, self.registry, self.home)
        if path is None:
            raise FtaError(
                "nothing_accepted",
                f"No extraction of {document.id} is accepted yet.",
                where={"document": document.id},
                remedy=f"Bring the document, compare, and accept it: `ftadata sources accept {document.id} --by NAME`.",
            )
        corrections = self.registry.corrections_of(document.id)
        key = fingerprint(document, file_hash(path), corrections)
        return _kept(
            _EXTRACTIONS, key, lambda: apply_corrections(read_csv(path, document), corrections), lambda e: len(e.rows)
        )

    def documents_of(self, regime: str | None) -> list[DocumentSpec]:
        """The documents of a regime; with None, those that serve none (the Harmonized System)."""
        serves = self.registry.document_regimes
        return [d for d in self.registry.documents.values() if (regime in serves[d.id] if regime else not serves[d.id])]

    def subjects_of(self, regime: str) -> set[str]:
        """The ids by which results speak of a regime: its schedules and documents."""
        schedules = self.registry.schedules_of(regime)
        return {*(s.id for s in schedules), *(d.id for d in self.documents_of(regime))}

    def to_judge(self) -> str:
        """Fingerprint of what is judged: the plan, and the documents that read otherwise than accepted."""
        checks = (kept_check(document, self.home) for document in self.registry.documents)
        return fingerprint(self.plan.judgement, sorted(c.document for c in checks if c and c.state == "differs"))


def _stale_schedules(work: Work, regime: str) -> Iterator[tuple[Unit, ScheduleSpec]]:
    for schedule in work.registry.schedules_of(regime):
        unit = work.plan.by_name[f"schedule-{schedule.id}"]
        if not work.home.store.is_fresh(unit.name, unit.fingerprint):
            yield unit, schedule


def _attempt(work: Work, unit: Unit, step: Callable[[], Metrics]) -> Metrics | None:
    """Run one step of a unit; an error of its sources fails the unit and is kept with it."""
    try:
        return step()
    except FtaError as error:
        work.say(f"{unit.name} failed: {error}")
        work.home.store.abandon(unit.name)
        work.home.store.fail(unit.name, unit.fingerprint, error.as_json()["error"])
        return None


def _of_schedules(
    work: Work, regime: str, step: Callable[[Work, Unit, ScheduleSpec], Metrics], *, first: bool = False
) -> Metrics:
    """Run a step for every stale schedule of a regime that got so far; the figures of all, added up."""
    started = time.monotonic()
    rows: dict[str, int] = {}
    done: list[Metrics] = []
    for unit, schedule in _stale_schedules(work, regime):
        if first or work.home.store.is_staged(unit.name):
            metrics = _attempt(work, unit, lambda u=unit, s=schedule: step(work, u, s))  # type: ignore[misc]
            if metrics is not None:
                done.append({"schedule": schedule.id, **metrics})
                for name, count in metrics.items():
                    rows[name] = rows.get(name, 0) + count if isinstance(count, int) else rows.get(name, 0)
    return {**rows, "seconds": round(time.monotonic() - started, 2), "schedules": done or "none was stale"}


# --- parties, the Harmonized System, documents -----------------------------------------------------------------------


def _make(work: Work, unit_name: str, tables: Callable[[], Tables]) -> Metrics:
    """Make a unit in one step."""
    unit = work.plan.by_name[unit_name]
    store, started = work.home.store, time.monotonic()
    if store.is_fresh(unit.name, unit.fingerprint):
        return {"fresh": True}

    def step() -> Metrics:
        made = tables()
        store.stage(unit.name)
        store.put(unit.name, made)
        rows = {name: table.num_rows for name, table in made.items()}
        store.commit(unit.name, unit.fingerprint, {"rows": rows, "seconds": round(time.monotonic() - started, 2)})
        return dict(rows)

    return _attempt(work, unit, step) or {"failed": True}


def make_parties(work: Work) -> Metrics:
    """What no single regime owns: parties, groups, Cambodian law, and documents of no regime."""
    return _make(work, "common", lambda: _common_tables(work))


def _common_tables(work: Work) -> Tables:
    folders = [f for f in folder_names(work.registry) if f not in work.registry.regimes and f != HS]
    documents = [work.registry.documents[d] for folder in folders for d in documents_in(work.registry, folder)]
    laws = [law for law in load_laws(sources_root()) if law.document in work.registry.documents]
    taxes = [stated for stated in load_taxes(sources_root()) if stated.document in work.registry.documents]
    facts = [stated for stated in load_facts(sources_root()) if stated.document in work.registry.documents]
    decisions = [row for folder in folders for row in regimes.decision_rows(work.registry, folder)]
    return {
        "party": build("party", regimes.party_rows(work.registry)),
        "party_group": build("party_group", regimes.party_group_rows(work.registry)),
        "decision": build("decision", decisions),
        "law_article": build("law_article", (row for law in laws for row in law_article_rows(law))),
        "law_penalty": build("law_penalty", (row for law in laws for row in law_penalty_rows(law))),
        "kh_tax": build("kh_tax", (row for stated in taxes for row in tax_rows(stated))),
        "stated_fact": build("stated_fact", (row for stated in facts for row in fact_rows(stated))),
        "article": build("article", article_rows(_articles(documents), laws)),
        "correction": build("correction", regimes.correction_rows(work.registry, (d.id for d in documents))),
        **_document_tables(work, documents, None),
    }


def _articles(documents: list[DocumentSpec]) -> list[ArticleSpec]:
    wanted = {document.id for document in documents}
    return [article for article in load_articles(sources_root()) if article.document_id in wanted]


def make_hs(work: Work) -> Metrics:
    """Tables `hs_correlation` and `hs_node`, and the rows of the correlation sheets."""
    return _make(work, "hs", lambda: _hs_tables(work))


def _hs_tables(work: Work) -> Tables:
    documents = [work.registry.documents[d] for d in documents_in(work.registry, HS)]
    sheets = {d.id: work.accepted(d) for d in documents if d.reader is not None}
    by_edition = {str(d.hs_edition): sheets[d.id] for d in documents if d.kind == "correlation"}
    pairs = correlations(by_edition, load_review())
    nodes = hs_nodes(Concordance(pairs), load_khmer())
    return {
        "hs_correlation": pairs,
        "hs_node": nodes,
        "product_word": product_words(load_product_words(), codes_of(nodes, EDITIONS[-1])),
        "decision": build("decision", regimes.decision_rows(work.registry, HS)),
        **_document_tables(work, documents, None),
        **_row_tables(work, list(sheets.values())),
    }


def compare_documents(work: Work, regime: str | None) -> Metrics:
    """Read every document at hand again where it has to be, and compare it with what was accepted."""
    started = time.monotonic()
    checks = check_documents(work.documents_of(regime), work.registry, work.home, work.say, work.begun)
    shown = [
        {
            "document": c.document,
            "state": c.state,
            "pages": c.pages,
            "rows": c.rows,
            "seconds": c.seconds,
            "says": advice(c) if c.is_bad or c.state == "candidate" else "",
        }
        for c in checks
    ]
    return {
        "documents": shown or "none",
        "pages": sum(c.pages for c in checks),
        "seconds": round(time.monotonic() - started, 2),
    }


def _document_tables(work: Work, documents: list[DocumentSpec], regime: str | None) -> Tables:
    """Tables `document` and `document_regime`; a document that serves several regimes is stated alike by each."""

    def accepted_sha256(document: DocumentSpec) -> str | None:
        path = extraction_path(document, work.registry, work.home)
        return read_head(path).sha256 if path else None

    served = [{"document_id": d.id, "regime_id": regime} for d in documents if regime]
    return {
        "document": build("document", regimes.document_rows(documents, accepted_sha256)),
        "document_regime": build("document_regime", served),
    }


def _row_tables(work: Work, extractions: list[Extraction], rejected: list[dict[str, Any]] | None = None) -> Tables:
    """Tables `source_row`, `row_account` and `rejected_row` of some extractions."""
    why = list(rejected or [])
    for extraction in extractions:
        why += rejected_rows(extraction, reader_of(work.registry.document(extraction.document_id)))
    parts = [_rows_of(extraction) for extraction in extractions]
    return {
        **{
            name: pa.concat_tables([arrow_schema(name).empty_table(), *(part[name] for part in parts)])
            for name in ("source_row", "row_account")
        },
        "rejected_row": build("rejected_row", why),
    }


def _rows_of(extraction: Extraction) -> Tables:
    """Tables `source_row` and `row_account` of one extraction; kept as long as it is the last read of its document."""

    def make() -> tuple[Extraction, Tables]:
        made = {
            "source_row": build("source_row", source_rows(extraction)),
            "row_account": build("row_account", row_accounts(extraction)),
        }
        return extraction, made

    if (known := _ROWS.get(extraction.document_id)) and known[0] is not extraction:
        _ROWS.pop(extraction.document_id)
    return _kept(_ROWS, extraction.document_id, make, lambda kept: len(kept[0].rows))[1]


# --- national tariffs ------------------------------------------------------------------------------------------------


def make_tariff(work: Work, tariff_id: str) -> Metrics:
    """Tables `mfn_rate` and `hs2022_mfn_rate` of one national tariff, with its lines and rows."""
    work.say(f"{tariff_id}: MFN rates")
    return _make(work, f"tariff-{tariff_id}", lambda: _tariff_tables(work, tariff_id))


def _tariff_tables(work: Work, tariff_id: str) -> Tables:
    tariff = work.registry.tariffs[tariff_id]
    document = work.registry.document(tariff.document)
    extraction = work.accepted(document)
    mfn = mfn_rates(
        tariff,
        document,
        extraction,
        digits=work.registry.nomenclatures[tariff.nomenclature].digits,
        subheadings=frozenset(work.concordance.codes(tariff.hs_edition)),
    )
    tariff_line = build("tariff_line", mfn.lines.tariff_lines)
    carried = transpose_mfn(mfn.table, tariff_line, work.concordance.ties(tariff.hs_edition))
    return {
        **_row_tables(work, [extraction], mfn.lines.rejected),
        "tariff_line": tariff_line,
        "duty": build("duty", duty_rows(mfn.duties.values())),
        "mfn_rate": mfn.table,
        "hs2022_mfn_rate": carried.rates,
        "hs2022_contributor": carried.contributors,
        "hs2022_unplaced_line": _unplaced(tariff, carried),
    }


# --- a schedule, stage by stage --------------------------------------------------------------------------------------


def stage_source_rows(work: Work, regime: str) -> Metrics:
    """The rows of each stale schedule's document, every one accounted for."""

    def step(work: Work, unit: Unit, schedule: ScheduleSpec) -> Metrics:
        work.say(f"{schedule.id}: source rows")
        extraction = work.accepted(work.registry.document(schedule.document))
        tables = _row_tables(work, [extraction])
        work.home.store.stage(unit.name)
        work.home.store.put(unit.name, tables)
        return {name: table.num_rows for name, table in tables.items()}

    return _of_schedules(work, regime, step, first=True)


def stage_lines(work: Work, regime: str) -> Metrics:
    """Tariff lines, concessions, categories and duties of each stale schedule."""
    return _of_schedules(work, regime, _stage_lines)


def _stage_lines(work: Work, unit: Unit, schedule: ScheduleSpec) -> Metrics:
    work.say(f"{schedule.id}: lines and concessions")
    store = work.home.store
    lines = _read(work, schedule)
    staging = schedule_staging(work.registry.regime_of(schedule), schedule)
    rejected = store.get_staged(unit.name, "rejected_row").to_pylist()
    known = [{k: v for k, v in row.items() if k != "row_key"} for row in rejected]
    tables = {
        "schedule": build("schedule", [schedule_row(schedule, work.registry.regime_of(schedule).id)]),
        "staging_category": build("staging_category", staging_category_rows(schedule, staging)),
        "tariff_line": build("tariff_line", lines.tariff_lines),
        "concession": build("concession", lines.concessions),
        "duty": build("duty", duty_rows(lines.duties.values())),
        "rejected_row": build("rejected_row", [*known, *lines.rejected]),
    }
    store.put(unit.name, tables)
    return {name: table.num_rows for name, table in tables.items()}


def _read(work: Work, schedule: ScheduleSpec) -> Lines:
    """The lines of a schedule; kept between its stages."""
    key = work.plan.by_name[f"schedule-{schedule.id}"].fingerprint
    return _kept(_LINES, key, lambda: _read_lines(work, schedule), lambda lines: len(lines.lines))


def _read_lines(work: Work, schedule: ScheduleSpec) -> Lines:
    extraction = work.accepted(work.registry.document(schedule.document))
    return read_lines(
        extraction,
        schedule,
        schedule_staging(work.registry.regime_of(schedule), schedule),
        digits=work.registry.nomenclatures[schedule.nomenclature].digits,
        subheadings=frozenset(work.concordance.codes(schedule.hs_edition)),
    )


def stage_rates(work: Work, regime: str) -> Metrics:
    """Dated rates of each stale schedule."""

    def step(work: Work, unit: Unit, schedule: ScheduleSpec) -> Metrics:
        work.say(f"{schedule.id}: rates")
        of = work.registry.regime_of(schedule)
        rates = preference_rates(schedule, of.id, _read(work, schedule), schedule_staging(of, schedule))
        known = work.home.store.get_staged(unit.name, "duty")
        more = build("duty", duty_rows(rates.duties.values()))
        duty = build("duty", _distinct([*known.to_pylist(), *more.to_pylist()]))
        work.home.store.put(unit.name, {"preference_rate": rates.table, "duty": duty})
        return {"preference_rate": rates.table.num_rows, "duty": duty.num_rows}

    return _of_schedules(work, regime, step)


def _distinct(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({row["row_key"]: row for row in rows}.values())


def stage_hs2022_rates(work: Work, regime: str) -> Metrics:
    """HS 2022 rates of each stale schedule; the last stage, which commits the schedule."""
    return _of_schedules(work, regime, _stage_hs2022_rates)


def _stage_hs2022_rates(work: Work, unit: Unit, schedule: ScheduleSpec) -> Metrics:
    work.say(f"{schedule.id}: HS 2022 rates")
    store = work.home.store
    carried = transpose_preference(
        store.get_staged(unit.name, "preference_rate"),
        store.get_staged(unit.name, "tariff_line"),
        work.concordance.ties(schedule.hs_edition),
        store.get_staged(unit.name, "schedule").to_pylist()[0],
    )
    made = {
        "hs2022_preference_rate": carried.rates,
        "hs2022_contributor": carried.contributors,
        "hs2022_unplaced_line": _unplaced(schedule, carried),
    }
    store.put(unit.name, made)
    rows = store.staged_rows(unit.name)
    doubt = ambiguity(carried.rates)
    store.commit(unit.name, unit.fingerprint, {"rows": rows, **doubt})
    return {
        "hs2022_preference_rate": carried.rates.num_rows,
        "hs2022_contributor": carried.contributors.num_rows,
        "lines without a place in HS 2022": len(carried.unplaced),
        **doubt,
    }


def _unplaced(written_in: ScheduleSpec | TariffSpec, carried: Transposition) -> pa.Table:
    rows = (line.row(written_in.nomenclature, written_in.hs_edition) for line in carried.unplaced)
    return build("hs2022_unplaced_line", rows)


def ambiguity(rates: pa.Table) -> Metrics:
    """Share of HS 2022 subheadings that are ambiguous in some period, in per cent, and the subheadings by reason."""
    by_code: dict[str, set[str]] = {}
    for code, state, reason in zip(*(rates[n].to_pylist() for n in ("hs6", "state", "reason")), strict=True):
        by_code.setdefault(code, set()).update([reason] if state == "ambiguous" else [])
    reasons: dict[str, int] = {}
    for found in by_code.values():
        for reason in found:
            reasons[reason] = reasons.get(reason, 0) + 1
    doubtful = sum(1 for found in by_code.values() if found)
    share = round(100 * doubtful / len(by_code), 1) if by_code else 0.0
    return {"ambiguous_pct": share, "ambiguous_by_reason": dict(sorted(reasons.items()))}


# --- a regime --------------------------------------------------------------------------------------------------------


def make_regime(work: Work, regime_id: str) -> Metrics:
    """What describes a regime: parties, documents, coverage, decisions, corrections, rules of origin, provisions."""
    return _make(work, f"regime-{regime_id}", lambda: _regime_tables(work, regime_id))


def _regime_tables(work: Work, regime_id: str) -> Tables:
    regime = work.registry.regimes[regime_id]
    documents = work.documents_of(regime_id)
    scheduled = {s.document for s in work.registry.schedules.values()}
    read_here = [d for d in documents if d.reader is not None and d.id not in scheduled]
    extractions = [work.accepted(d) for d in read_here if extraction_path(d, work.registry, work.home)]
    origin, rejected = origin_tables(work.registry, regime_id, extractions, work.concordance)
    return {
        "regime": build("regime", [regimes.regime_row(regime)]),
        "regime_party": build("regime_party", regimes.regime_party_rows(regime)),
        "preference_withdrawal": build(
            "preference_withdrawal",
            withdrawal_rows(regime_id, load_withdrawals(work.registry.folders[f"regime:{regime_id}"])),
        ),
        "coverage": build("coverage", regimes.coverage_rows(regime, work.registry.schedules_of(regime_id))),
        "decision": build("decision", regimes.decision_rows(work.registry, regime_id)),
        "correction": build("correction", regimes.correction_rows(work.registry, (d.id for d in documents))),
        "article": build("article", article_rows(_articles(documents))),
        **_document_tables(work, documents, regime_id),
        **_row_tables(work, extractions, rejected),
        **origin,
    }
