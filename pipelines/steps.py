"""The work of each asset that is made in one step: read what is stored, call a transform, store what it gives, and say
the figures. The stages of a schedule are in `pipelines.schedule_steps`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from pipelines.documents import advice, check_documents
from pipelines.origin_steps import origin_tables
from pipelines.plan import (
    HS,
    documents_in,
    extraction_path,
    folder_names,
)
from pipelines.schedule_steps import unplaced
from pipelines.work import Metrics, Tables, Work, attempt, row_tables
from sources.articles import ArticleSpec, load_articles
from sources.extraction import read_head
from sources.fact_specs import load_facts
from sources.hs_words import load_khmer, load_product_words
from sources.law_specs import load_laws
from sources.registry import sources_root
from sources.specs import DocumentSpec
from sources.tax_specs import load_taxes, load_withdrawals
from transforms import regimes
from transforms.articles import article_rows
from transforms.correlations import Concordance, correlations, load_review
from transforms.hs_editions import transpose_mfn
from transforms.law import law_article_rows, law_penalty_rows
from transforms.lines import duty_rows
from transforms.mfn import mfn_rates
from transforms.nomenclature import codes_of, hs_nodes
from transforms.product_words import product_words
from transforms.taxes import fact_rows, tax_rows, withdrawal_rows
from warehouse.rows import build
from warehouse.tables.base import EDITIONS


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

    return attempt(work, unit, step) or {"failed": True}


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
        **row_tables(work, list(sheets.values())),
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
        **row_tables(work, [extraction], mfn.lines.rejected),
        "tariff_line": tariff_line,
        "duty": build("duty", duty_rows(mfn.duties.values())),
        "mfn_rate": mfn.table,
        "hs2022_mfn_rate": carried.rates,
        "hs2022_contributor": carried.contributors,
        "hs2022_unplaced_line": unplaced(tariff, carried),
    }


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
        **row_tables(work, extractions, rejected),
        **origin,
    }
