"""Texts in which a row is a line, or a line and those it is wrapped into: exported tables, and numbered lists.

A line is cut into cells at a separator, or by a pattern. Every line of the text is accounted for: it begins a row,
continues one, is a header, a page number, blank, one of those the description sets aside, or text outside the table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sources.readers.members import Member, check_options, decode, open_members, pattern, refuse
from sources.reading import Finding, PageAccount, Reading, Row

NAME = "text_lines"
VERSION = "1"

_OPTIONS = (
    "encoding", "members", "from", "until", "separator", "pattern", "row_start", "header", "page", "skip", "ends",
    "numbered",
)  # fmt: skip
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class _Plan:
    """The options, compiled."""

    columns: tuple[str, ...]
    encoding: str
    members: re.Pattern[str] | None
    start: tuple[re.Pattern[str], ...]
    until: re.Pattern[str] | None
    separator: str | None
    shape: re.Pattern[str] | None
    row_start: re.Pattern[str]
    header: bool
    page: re.Pattern[str] | None
    skip: tuple[re.Pattern[str], ...]
    ends: tuple[re.Pattern[str], ...]
    numbered: int | None


@dataclass
class _Item:
    """A row as it grows: the lines it was read from, and the page if the text says which."""

    line: int
    lines: list[str]
    page: int = 0


@dataclass
class _Text:
    """What became of the lines of one member."""

    items: list[_Item] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    outside: list[int] = field(default_factory=list)


def _plan(columns: Sequence[str], options: Mapping[str, Any]) -> _Plan:
    check_options(NAME, options, _OPTIONS)

    def compiled(name: str) -> re.Pattern[str] | None:
        return pattern(NAME, name, options[name]) if name in options else None

    def listed(name: str) -> tuple[re.Pattern[str], ...]:
        texts = options.get(name, [])
        return tuple(pattern(NAME, name, text) for text in ([texts] if isinstance(texts, str) else texts))

    separator, shape = options.get("separator"), compiled("pattern")
    if (separator is None) == (shape is None):
        message = "A line is cut either by `separator` or by `pattern`; the description says both or neither."
        raise refuse("wrong_option", message, "Set one of the two.")
    if shape is not None and shape.groups != len(columns):
        message = f"The option `pattern` has {shape.groups} groups, and the document {len(columns)} columns."
        raise refuse("wrong_option", message, "Give it one group a column, in order.")
    row_start = compiled("row_start") or shape
    if row_start is None:
        raise refuse("wrong_option", "With `separator`, `row_start` says which lines begin a row.", "Set it.")
    numbered = options.get("numbered")
    if numbered is not None and numbered not in columns:
        raise refuse("wrong_option", f"The option `numbered` names {numbered!r}, which is no column.", "Correct it.")
    return _Plan(
        columns=tuple(columns),
        encoding=str(options.get("encoding", "utf-8")),
        members=compiled("members"),
        start=listed("from"),
        until=compiled("until"),
        separator=separator,
        shape=re.compile(shape.pattern, shape.flags | re.DOTALL) if shape else None,
        row_start=row_start,
        header=bool(options.get("header", True)),
        page=compiled("page"),
        skip=listed("skip"),
        ends=listed("ends"),
        numbered=None if numbered is None else list(columns).index(numbered),
    )


def _section(lines: list[str], plan: _Plan, member: Member) -> Iterator[tuple[int, str]]:
    """Lines of the wanted part, numbered from 1: after the lines of `from`, found one after the other."""
    at = 0
    for wanted in plan.start:
        found = next((i for i in range(at, len(lines)) if wanted.search(lines[i])), None)
        if found is None:
            message = f"No line matches {wanted.pattern!r}, after which the table was to begin."
            raise refuse("header_changed", message, "Correct the reader's option `from`.", member=member.name)
        at = found + 1
    for number in range(at, len(lines)):
        if plan.until is not None and plan.until.search(lines[number]):
            return
        yield number + 1, lines[number]
    if plan.until is not None:
        message = f"No line matches {plan.until.pattern!r}, before which the table was to end."
        raise refuse("header_changed", message, "Correct the reader's option `until`.", member=member.name)


def _kind(line: str, plan: _Plan, header: str, is_open: bool) -> str:
    if not line.strip():
        return "blank"
    if plan.page is not None and plan.page.fullmatch(line.strip()):
        return "page"
    if plan.header and " ".join(line.split()) == header:
        return "header"
    if any(each.search(line) for each in plan.skip):
        return "skipped"
    if any(each.search(line) for each in plan.ends):
        return "ended"
    if plan.row_start.match(line):
        return "row"
    wraps = plan.separator is None or not line.startswith(plan.separator)
    return "continued" if is_open and wraps else "outside"


def _gather(member: Member, plan: _Plan) -> _Text:
    """The member's items, each with the lines it is wrapped into, and the count of every kind of line."""
    text, header = _Text(), " ".join(" ".join(plan.columns).split())
    is_open, unpaged, last_page = False, 0, None
    for number, line in _section(_LINE_END.split(decode(member, plan.encoding)), plan, member):
        kind = _kind(line, plan, header, is_open)
        text.kinds[kind] += 1
        if kind == "row":
            text.items.append(_Item(number, [line]))
            is_open = True
        elif kind == "continued":
            text.items[-1].lines.append(line)
        elif kind == "outside":
            text.outside.append(number)
        if kind in ("outside", "blank", "ended"):
            is_open = False
        if kind == "page":
            last_page = int(re.sub(r"\D", "", line) or 0)
            for item in text.items[unpaged:]:
                item.page = last_page
            unpaged = len(text.items)
    for item in text.items[unpaged:]:
        item.page = member.number if last_page is None else last_page + 1
    if plan.header and not text.kinds["header"]:
        message = f"No line is the header {header!r}."
        remedy = "If the text is right, change `columns`, or set the option `header` to false where none is printed."
        raise refuse("header_changed", message, remedy, member=member.name, expected=header)
    return text


# --- cutting lines into cells ----------------------------------------------------------------------------------------


def _by_pattern(item: _Item, shape: re.Pattern[str], width: int) -> tuple[list[list[str]], bool]:
    whole = "\n".join(line.strip() for line in item.lines)
    match = shape.fullmatch(whole)
    if match is None:
        return [[whole, *[""] * (width - 1)]], False
    return [[(cell or "").strip() for cell in match.groups()]], True


def _continue(row: list[str], fields: list[str]) -> bool:
    """Lay the rest of a wrapped line into a row: its first words go on in the last filled cell."""
    last = max((i for i, cell in enumerate(row) if cell), default=0)
    fits = not any(row[last + 1 :]) and last + len(fields) <= len(row)
    row[last] = "\n".join(filter(None, (row[last], fields[0])))
    for offset, each in enumerate(fields[1:], 1):
        at = min(last + offset, len(row) - 1)
        row[at] = "\n".join(filter(None, (row[at], each)))
    return fits


def _by_separator(item: _Item, separator: str, width: int, row_start: re.Pattern[str]) -> tuple[list[list[str]], bool]:
    """Rows of an item: a line that is a multiple of the width holds several, with their line ends lost."""
    rows: list[list[str]] = []
    clean = True
    for number, line in enumerate(item.lines):
        fields = [each.strip() for each in line.split(separator)]
        if number == 0 and fields[0]:
            fields = ["", *fields]  # `row_start` says that it is a row: the separator in front of it was lost
            clean = False
        for at in range(0, len(fields), width):
            part = fields[at : at + width]
            while at and part and not part[-1]:
                part.pop()
            if at and not part:
                continue
            clean &= not at
            if rows and (part[0] or (number and not at)):
                clean &= _continue(rows[-1], part)
            else:
                rows.append(part + [""] * (width - len(part)))
    return rows, clean


def _rows(member: Member, text: _Text, plan: _Plan) -> tuple[list[Row], list[Finding]]:
    rows, findings, width = [], [], len(plan.columns)
    for item in text.items:
        if plan.shape is not None:
            cells, clean = _by_pattern(item, plan.shape, width)
        else:
            cells, clean = _by_separator(item, str(plan.separator), width, plan.row_start)
        place = f"{member.place}line {item.line}"
        for part, each in enumerate(cells, 1):
            locator = place if part == 1 else f"{place}, part {part}"
            rows.append(Row(locator, item.page, item.line, None, tuple(each)))
        if not clean:
            findings.append(
                Finding(
                    "ragged_row",
                    "error" if plan.shape is not None else "warning",
                    f"{place}: the line does not have the shape of a row; see where its cells were laid.",
                    page=item.page,
                    row_no=item.line,
                    remedy="Compare with the document; mend it in corrections.yml if it is read wrongly.",
                )
            )
    return rows, findings


def _number_findings(rows: list[Row], column: int) -> list[Finding]:
    found, before = [], 0
    for row in rows:
        number = int(row.cells[column]) if row.cells[column].isdecimal() else -1
        if number != before + 1:
            message = f"{row.locator}: the item is numbered {row.cells[column]!r} after {before}."
            remedy = "Look in the document whether items are missing."
            found.append(
                Finding(
                    "number_missing",
                    "error",
                    message,
                    page=row.page,
                    row_no=row.row_no,
                    value=row.cells[column],
                    expected=str(before + 1),
                    remedy=remedy,
                )
            )
        before = number if number >= 0 else before + 1
    return found


_TOLD = {
    "outside": ("text_outside_table", "{n} lines{where} stand outside the table."),
    "skipped": ("text_outside_table", "{n} lines{where} were set aside by the description."),
    "ended": ("text_outside_table", "{n} lines{where} end a table."),
    "page": ("page_number", "{n} lines{where} are page numbers."),
    "continued": ("wrapped_line", "{n} lines{where} continue the row before."),
}


def _line_findings(member: Member, text: _Text) -> list[Finding]:
    where = f" of {member.name!r}" if member.name else ""
    return [
        Finding(
            code,
            "info",
            message.format(n=text.kinds[kind], where=where),
            page=member.number,
            row_no=text.outside[0] if kind == "outside" else None,
            value=str(text.kinds[kind]),
        )
        for kind, (code, message) in _TOLD.items()
        if text.kinds[kind]
    ]


def read(path: Path, *, columns: Sequence[str], options: Mapping[str, Any]) -> Reading:
    """Read the rows of a text, or of the members of an archive.

    Args:
        path: a text, or a zip archive of texts.
        columns: headers, in order. With `separator` and no printed header they only name the fields.
        options: `separator` (such as a tab) or `pattern` (one group a column, matched over all lines of a row);
            `row_start`, which lines begin a row (by default those that `pattern` matches); `header`, false where the
            header is not printed; `encoding` (utf-8); `members`, names in an archive; `from` (one pattern, or several
            to be found in turn) and `until`, the lines between which the table stands; `page`, lines that are the
            number of the page that ends there; `skip`, lines to set aside; `ends`, lines after which no row goes on;
            `numbered`, a column that counts 1, 2, 3.

    Returns:
        Rows with locators `member 'c01.txt', line 88`; `row_no` is the line. A line with more cells than columns is
        several rows whose line ends were lost (`line 88, part 2`), and is a finding.

    Raises:
        FtaError: `header_changed`, `wrong_encoding`, `members_missing`, `members_not_named`, `document_unreadable`,
            `unknown_option`, `wrong_option`.
    """
    plan = _plan(columns, options)
    opened = open_members(path, plan.members)
    rows, findings, lines = list[Row](), list(opened.findings), Counter[str]()
    for member in opened.members:
        text = _gather(member, plan)
        found, faults = _rows(member, text, plan)
        rows += found
        findings += [*faults, *_line_findings(member, text)]
        lines += text.kinds
    if plan.numbered is not None:
        findings += _number_findings(rows, plan.numbered)
    pages = Counter(row.page for row in rows) + Counter()
    accounts = tuple(PageAccount(page, count, 1, "text") for page, count in sorted(pages.items()))
    meta = {"lines": dict(sorted(lines.items()))}
    return Reading(opened.sha256, NAME, VERSION, plan.columns, tuple(rows), accounts, tuple(findings), meta)
