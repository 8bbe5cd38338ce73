"""What a trader says of a good, checked for its shape, and what follows for each material.

Facts come as plain JSON; a fact that is not given stays unknown (`None`) and is never guessed. What rules make of the
facts is in `origin_evaluate`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from sources.errors import Exit, FtaError
from sources.origin_specs import load_processes
from sources.specs import Edition, Spec


class MoneySpec(Spec):
    """An amount in one currency; the values of materials are in the same."""

    amount: Decimal
    currency: str = "USD"


class MaterialSpec(Spec):
    """One material.

    Attributes:
        hs: 4 or 6 digits (2 where no more is known), dots allowed.
        value: CIF value, or the earliest price paid, in the currency of the FOB value.
        origin: ISO 3166 code of the country it comes from.
        originating: whether it has the regime's origin by proof; None where nobody has looked.
        wholly_obtained: whether it was wholly obtained in a Party.
        kind: kind of textile material, by a code of `sources/origin_processes.yml`; `other` for what is no textile.
        regional_pct: regional value content of a material of another Party that does not originate.
    """

    hs: str
    value: Decimal | None = None
    origin: str | None = None
    weight_kg: Decimal | None = None
    originating: bool | None = None
    wholly_obtained: bool | None = None
    kind: str | None = None
    regional_pct: Decimal | None = None


class ShippingSpec(Spec):
    """The route: direct, or by way of countries; `processed` where more was done there than keeping the good."""

    direct: bool | None = None
    via: tuple[str, ...] = ()
    processed: bool | None = None


class ShareSpec(Spec):
    """The originating share by weight of a content that a rule names in words."""

    content: str
    originating_pct: Decimal


class CostsSpec(Spec):
    """Costs that build-up adds to originating materials, in the currency of the FOB value."""

    labour: Decimal = Decimal(0)
    overhead: Decimal = Decimal(0)
    profit: Decimal = Decimal(0)
    other: Decimal = Decimal(0)


class FactsSpec(Spec):
    """The facts of one good.

    Attributes:
        processes: every process and minimal operation carried out, by code; `[]` says none of the vocabulary.
        materials: every material; `[]` says there is none.
        goods: which of the goods that a rule names in words this is.
        final_process: whether the last process took place in the exporting Party.
    """

    product_hs: str
    hs_edition: Edition = "HS 2022"
    exporter: str
    importer: str
    fob: MoneySpec | None = None
    ex_works: MoneySpec | None = None
    wholly_obtained: bool | None = None
    processes: tuple[str, ...] | None = None
    materials: tuple[MaterialSpec, ...] | None = None
    product_weight_kg: Decimal | None = None
    shipping: ShippingSpec | None = None
    goods: str | None = None
    shares: tuple[ShareSpec, ...] = ()
    costs: CostsSpec | None = None
    final_process: bool | None = None


@dataclass(frozen=True)
class Material:
    """A material as a rule sees it.

    Attributes:
        name: how an answer names it, such as `materials[0]`.
        codes: its possible codes in the edition of the rule.
        counts: whether it counts as originating; None where that is not known.
        imported: whether it comes from outside the Parties.
        partner: whether it comes, or may come, from a Party other than the exporting one.
    """

    name: str
    codes: tuple[str, ...]
    value: Decimal | None
    weight_kg: Decimal | None
    counts: bool | None
    wholly_obtained: bool | None
    imported: bool
    partner: bool
    kind: str | None
    regional_pct: Decimal | None


def read_facts(facts: Mapping[str, Any]) -> FactsSpec:
    """The facts, checked.

    Raises:
        FtaError: a key is unknown or of the wrong shape, a code is no HS code, or a number is negative.
    """
    try:
        spec = FactsSpec.model_validate(facts)
    except ValidationError as error:
        first = error.errors()[0]
        raise bad_facts(".".join(map(str, first["loc"])), f"{first['msg']} (saw {first.get('input')!r:.80})") from error
    for name, code, sizes in [
        ("product_hs", spec.product_hs, (6,)),
        *((f"materials[{n}].hs", m.hs, (2, 4, 6)) for n, m in enumerate(spec.materials or ())),
    ]:
        if not digits(code).isdigit() or len(digits(code)[:6]) not in sizes:
            raise bad_facts(name, f"{code!r} is no HS code of {' or '.join(map(str, sizes))} digits")
    for n, kind in enumerate(m.kind for m in spec.materials or ()):
        if kind is not None and not _is_kind(kind):
            known = ", ".join(load_processes().materials)
            raise bad_facts(f"materials[{n}].kind", f"{kind!r} is none of {known}")
    for name, number in _numbers(spec):
        if number is not None and number < 0:
            raise bad_facts(name, f"{number} is below zero")
    if spec.fob is not None and spec.fob.amount == 0:
        raise bad_facts("fob.amount", "a FOB value of zero has no shares")
    return spec


def _is_kind(kind: str) -> bool:
    return any(code == kind or code.startswith(f"{kind}.") for code in load_processes().materials)


def digits(code: str) -> str:
    """A code without dots and spaces, cut to a subheading."""
    return code.replace(".", "").replace(" ", "")[:6]


def bad_facts(where: str, what: str) -> FtaError:
    """The error for facts that cannot be used."""
    return FtaError(
        "bad_facts",
        f"The facts cannot be used: {where}: {what}.",
        where={"fact": where},
        remedy="The shape of facts is in the documentation of `ftadata origin`.",
        exit_code=Exit.WRONG_USE,
    )


def materials_of(
    facts: FactsSpec, parties: Sequence[str], accumulates: bool | None, older: Mapping[str, Sequence[str]]
) -> tuple[Material, ...] | None:
    """The materials as rules see them, or None where the facts do not name them.

    A material of another Party that originates counts only where the regime accumulates; one from outside the Parties
    never does; one of a Party of which nobody has said whether it originates may or may not.

    Args:
        facts: the facts.
        parties: ISO codes of the regime's parties.
        accumulates: whether the regime counts materials that originate in other parties; None where it is not known.
        older: codes of the rule's edition for a code of the facts' edition, where the two differ.
    """
    if facts.materials is None:
        return None
    found: list[Material] = []
    for number, material in enumerate(facts.materials):
        code = digits(material.hs)
        inside = material.origin is None or material.origin in parties
        counts = material.originating if inside else False
        if inside and counts is not False and material.origin not in (None, facts.exporter):
            counts = _accumulated(counts, accumulates)
        found.append(
            Material(
                f"materials[{number}]",
                tuple(older.get(code, (code,))),
                material.value,
                material.weight_kg,
                counts,
                material.wholly_obtained if inside else False,
                imported=not inside,
                partner=inside and material.origin != facts.exporter,
                kind=material.kind,
                regional_pct=material.regional_pct,
            )
        )
    return tuple(found)


def _accumulated(originating: bool | None, accumulates: bool | None) -> bool | None:
    """Whether a material of another Party counts; it does where it originates and the regime accumulates."""
    if accumulates is False:
        return False
    return originating if accumulates else None


def _numbers(spec: FactsSpec) -> list[tuple[str, Decimal | None]]:
    named: list[tuple[str, Decimal | None]] = [
        ("fob.amount", spec.fob.amount if spec.fob else None),
        ("ex_works.amount", spec.ex_works.amount if spec.ex_works else None),
        ("product_weight_kg", spec.product_weight_kg),
    ]
    for number, material in enumerate(spec.materials or ()):
        named += [
            (f"materials[{number}].value", material.value),
            (f"materials[{number}].weight_kg", material.weight_kg),
            (f"materials[{number}].regional_pct", material.regional_pct),
        ]
    return named
