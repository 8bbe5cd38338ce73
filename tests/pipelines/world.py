"""A small world to run the real pipeline in: one agreement with two short schedules, typeset as PDFs.

The Harmonized System is the project's own; the agreement is between Cambodia and a country of the tests.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import yaml
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.platypus import LongTable, SimpleDocTemplate, TableStyle

from sources.registry import ROOT

HEADER = ("CODE", "DESCRIPTION", "BASE RATE", "CATEGORY")
GOOD = (
    ("0101.21.00", "Pure-bred", "0%", "A"),
    ("0101.29.00", "Other", "7%", "B"),
    ("0101.30.10", "Asses", "35%", "C"),
    ("6109.10.00", "Of cotton", "15%", "B"),
    ("6109.90.00", "Of other textiles", "15% or 200won/kg, whichever is greater", "C"),
    ("8712.00.10", "Racing bicycles", "7%", "E"),
)
OTHER = tuple((code, words, "0%", "A") for code, words, _, _ in GOOD)


def typeset(
    rows: Sequence[Sequence[str]],
    header: Sequence[str] = HEADER,
    *,
    widths: Sequence[float] | None = None,
    span: tuple[tuple[int, int], tuple[int, int]] | None = None,
) -> bytes:
    """A ruled table as a PDF, the same bytes each time; cells from one corner of `span` to the other are merged."""
    out = io.BytesIO()
    table = LongTable([list(header), *map(list, rows)], repeatRows=1, colWidths=widths or (80, 190, 200, 60))
    style = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONTSIZE", (0, 0), (-1, -1), 8)]
    table.setStyle(TableStyle([*style, *([("SPAN", *span)] if span else [])]))
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build([table])
    return out.getvalue()


@dataclass(frozen=True)
class World:
    """Where the world's things lie: sources (`FTADATA_SOURCES`), documents, and an installation."""

    root: Path

    @property
    def sources(self) -> Path:
        return self.root / "sources"

    @property
    def documents(self) -> Path:
        return self.root / "documents"

    @property
    def home(self) -> Path:
        return self.root / "home"

    def copy(self, root: Path) -> World:
        """The whole world again elsewhere."""
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        return World(root)

    def document(self, name: str) -> Path:
        return self.documents / "sample" / f"{name}.pdf"


def build_world(root: Path) -> World:
    """The world with its two documents, nothing accepted and nothing run yet."""
    world = World(root)
    for folder in ("common", "hs"):
        shutil.copytree(ROOT / folder, world.sources / folder)
    (world.documents / "sample").mkdir(parents=True)
    world.document("kh").write_bytes(typeset(GOOD))
    world.document("kr").write_bytes(typeset(OTHER))
    folder = world.sources / "sample"
    folder.mkdir()
    for name, content in _descriptions(world).items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return world


def _descriptions(world: World) -> dict[str, object]:
    schedules = [schedule_spec("kh", "KH", "KR", len(GOOD)), schedule_spec("kr", "KR", "KH", len(OTHER))]
    return {
        "regime.yml": {
            "id": "sample",
            "kind": "fta",
            "short_name": "SFTA",
            "name_en": "Sample Free Trade Agreement",
            "name_km": "កិច្ចព្រមព្រៀងគំរូ",
            "status": "in_force",
            "signed_on": "2021-10-26",
            "in_force_from": "2022-12-01",
            "certificate_form": "Form S",
            "evidence": "U",
            "parties": [
                {"party": party, "role": "both", "in_force_from": "2022-12-01", "evidence": "U"}
                for party in ("KH", "KR")
            ],
            "staging": {
                "year_one": "2022-12-01",
                "round_money": {"KRW": 1},
                "categories": {
                    "A": {"text_en": "Free at once.", "stages": 1, "source": "the tests"},
                    "B": {"text_en": "Five stages.", "stages": 5, "source": "the tests"},
                    "C": {"text_en": "Ten stages.", "stages": 10, "source": "the tests"},
                    "E": {"text_en": "Stays at base.", "stages": 0, "source": "the tests"},
                },
            },
            "coverage": [
                {"importer": importer, "subject": subject, "state": state}
                for importer in ("KH", "KR")
                for subject, state in (("tariff", "held"), ("mfn", "not_held"))
            ]
            + [{"subject": subject, "state": "not_held"} for subject in ("origin_rules", "provisions", "legal_text")],
        },
        "documents.yml": {"documents": [document_spec(world, "kh"), document_spec(world, "kr")]},
        "schedules.yml": {"schedules": schedules},
    }


def document_spec(world: World, name: str) -> dict[str, object]:
    return {
        "id": f"sample-{name}",
        "kind": "tariff_schedule",
        "title": f"Schedule of {name}",
        "publisher": "The tests",
        "licence": "CC0-1.0",
        "layer": "treaty_annex",
        "hs_edition": "HS 2017",
        "completeness": "list",
        "known_from": "2022-12-01",
        "pages": 1,
        "file": f"sample/{name}.pdf",
        "sha256": sha256(world.document(name).read_bytes()).hexdigest(),
        "reader": {
            "name": "pdf_table",
            "columns": [
                {
                    "name": "line_code",
                    "header": "CODE",
                    "fact": True,
                    "pattern": r"\d{4}\.\d{2}\.\d{2}",
                    "required": True,
                },
                {"name": "description", "header": "DESCRIPTION", "fact": False},
                {"name": "base_rate", "header": "BASE RATE", "fact": True, "required": True},
                {"name": "category", "header": "CATEGORY", "fact": True, "required": True},
            ],
            "roles": [
                {"role": "line", "when": {"line_code": ".+"}},
                {
                    "role": "continuation",
                    "when": {"line_code": "", "base_rate": "", "category": "", "description": ".+"},
                },
            ],
        },
    }


def schedule_spec(name: str, importer: str, exporter: str, lines: int) -> dict[str, object]:
    return {
        "id": f"sample-{name}",
        "importer": importer,
        "exporter": exporter,
        "nomenclature": "kh-ahtn-2017",
        "hs_edition": "HS 2017",
        "layer": "treaty_annex",
        "completeness": "list",
        "document": f"sample-{name}",
        "base_is": "A base rate of the tests; no MFN rate.",
        "columns": {"line_code": "line_code", "base_duty": "base_rate", "category": "category"},
        "duty": {"currency": {"won": "KRW"}},
        "lines": lines,
    }
