"""Static JSON of a release: small files by schema, equal to `compare` on every day, set in place in one step."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish import static_json
from publish.compare import compare
from publish.open_release import open_release
from publish.staging import only_publisher
from publish.static_json import StaticReport, exchange, write_static_json
from publish.static_pages import FULL, encode, paged
from publish.static_schemas import FILES, schemas
from sources.errors import FtaError
from tests.publish import static_consumer
from tests.publish.database import database
from tests.publish.releases import publish_sample
from tests.publish.sample import KR_DOC, duty_id, sample_tables, source_id
from warehouse.keys import row_key

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Change = Callable[[Rows], None]
DAYS = ("1999-01-01", "2022-11-30", "2022-12-01", "2023-05-01", "2023-12-31", "2024-01-01", "2024-07-01", "2026-11-22",
        "2050-01-01")  # fmt: skip
GOODS = ("010130", "100610", "220300", "610910")


def world(root: Path, change: Change | None = None) -> Path:
    """A web root with the sample, altered, as a release, and its static files."""
    place = root / "releases" / "v1.0.0"
    place.mkdir(parents=True)
    database(sample_tables(change), place / "fta.sqlite").close()
    manifest = {"format": "ftadata release 1", "version": "1.0.0", "published_on": "2026-11-22T00:00:00Z",
                "content_hash": "0" * 64}  # fmt: skip
    (place / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    write(root)
    return root


def write(root: Path) -> StaticReport:
    return write_static_json(root, root / "releases" / "v1.0.0")


def api(root: Path) -> Path:
    return root / "api" / "v1"


def read(root: Path, path: str) -> Row:
    return read_file(api(root) / path)


def read_file(path: Path) -> Row:
    found = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def inodes(root: Path) -> dict[str, int]:
    return {p.relative_to(api(root)).as_posix(): p.stat().st_ino for p in api(root).rglob("*.json")}


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A web root with a published release of the sample and its static files."""
    root = tmp_path_factory.mktemp("public")
    made = publish_sample(root)
    write_static_json(root, made.path)
    return root


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Change], Path]:
    """Gives the web root of a world, made once."""
    return cache(lambda change: world(tmp_path_factory.mktemp(change.__name__), change))


# Worlds: each is the sample with one thing changed that an answer must tell.


def find(rows: Rows, table: str, **wanted: object) -> Row:
    return next(row for row in rows[table] if all(row[name] == value for name, value in wanted.items()))


def as_it_is(rows: Rows) -> None:
    """The sample itself."""


def ends(rows: Rows) -> None:
    find(rows, "regime_party", regime_id="ckfta", party_id="KH")["in_force_to"] = "2024-06-01"


def signed_only(rows: Rows) -> None:
    rows["regime"][0]["status"] = "signed"
    for party in rows["regime_party"]:
        party["in_force_from"] = None


def lapsed(rows: Rows) -> None:
    rows["regime"][0]["status"] = "lapsed"


def entry_unknown(rows: Rows) -> None:
    for party in rows["regime_party"]:
        party["in_force_from"] = None
    find(rows, "schedule", schedule_id="ckfta-kr")["layer"] = "partner_transposed"


def snapshot(rows: Rows) -> None:
    find(rows, "document", document_id=KR_DOC).update(known_from="2023-04-01", known_until="2024-04-01")


def superseded(rows: Rows) -> None:
    find(rows, "schedule", schedule_id="ckfta-kr")["status"] = "superseded"


def carried_forward(rows: Rows) -> None:
    find(rows, "schedule", schedule_id="ckfta-kh")["status"] = "carried_forward"


def states(rows: Rows) -> None:
    """Each subheading in another state without a rate."""
    for state, hs6 in zip(("excluded", "unbound", "ceiling", "unparsed"), GOODS, strict=True):
        for rate in rows["hs2022_preference_rate"]:
            if rate["hs6"] == hs6:
                bound = Decimal(5) if state == "ceiling" else None
                rate.update(state=state, rate_pct=None, duty_id=None, reason=None, rate_max_pct=bound)
        for line in rows["preference_rate"]:
            if state == "ceiling" and line["line_code"].startswith(hs6):
                line.update(state=state, rate_pct=None, duty_id=None, rate_max_pct=Decimal("5.5"))


def two_layers(rows: Rows) -> None:
    own = {"schedule_id": "kr-own", "layer": "partner_transposed"}
    rows["schedule"].append({**find(rows, "schedule", schedule_id="ckfta-kr"), **own})
    rate = find(rows, "hs2022_preference_rate", schedule_id="ckfta-kr", hs6="610910")
    own_rate = {"schedule_id": "kr-own", "rate_pct": Decimal(2), "state": "ok", "duty_id": None}
    rows["hs2022_preference_rate"].append({**rate, **own_rate})


def rule_ends(rows: Rows) -> None:
    rows["origin_rule"][0].update(valid_to="2024-01-01", superseded_by="HS 2022")


def two_rules(rows: Rows) -> None:
    rule = {**rows["origin_rule"][0], "row_no": 2, "rule_text": "RVC 40", "rule": '{"op": "RVC", "min": 40}'}
    rows["origin_rule"].append(rule)
    pointer = rows["hs2022_origin_rule"][0]
    rows["hs2022_origin_rule"].append({**pointer, "origin_rule_row_key": row_key("origin_rule", rule)})


def validity_changes(rows: Rows) -> None:
    held = find(rows, "provision", code="validity_period")
    rows["provision"].append({**held, "row_no": 2, "value_num": 6.0})
    held["valid_to"] = "2024-01-01"


def mfn_held(rows: Rows, **document: str) -> None:
    """An applied MFN rate of Korea for horses, from 2023 on, read from Korea's document."""
    find(rows, "document", document_id=KR_DOC).update(document)
    steps = [("2023-01-01", "2024-01-01", "8"), ("2024-01-01", None, "0")]
    rows["mfn_rate"], rows["hs2022_mfn_rate"] = [], []
    for start, end, rate in steps:
        shared = {"importer": "KR", "valid_from": start, "valid_to": end, "rate_pct": Decimal(rate), "kind": "applied",
                  "state": "free" if rate == "0" else "ok"}  # fmt: skip
        own = {**shared, "nomenclature_id": "hsk-2019-kr", "line_code": "0101300000", "duty_id": duty_id("8%"),
               "source_row_id": source_id(KR_DOC, "page 1, row 8")}  # fmt: skip
        counts = dict.fromkeys(("n_free", "n_excluded", "n_non_ad_valorem"), 0)
        span = dict.fromkeys(("min_pct", "max_pct", "mean_pct"), Decimal(rate))
        carried = {**shared, **counts, **span, "hs6": "010130", "reason": None, "relation": "1:1", "n_lines": 1,
                   "n_distinct": 1, "layer": "derived", "duty_id": None}  # fmt: skip
        rows["mfn_rate"].append(own)
        rows["hs2022_mfn_rate"].append(carried)
        rows["hs2022_contributor"].append(
            {"rate_row_key": row_key("hs2022_mfn_rate", carried), "source_rate_row_key": row_key("mfn_rate", own),
             "line_code": "0101300000", "hs6_from": "010130", "relation": "1:1"}
        )  # fmt: skip


def mfn_runs_out(rows: Rows) -> None:
    mfn_held(rows, known_from="2023-01-01", known_until="2024-04-01")


def many_lines(rows: Rows) -> None:
    """A subheading of many hundred lines of two kinds."""
    rate = find(rows, "hs2022_preference_rate", schedule_id="ckfta-kr", hs6="610910")
    rate.update(state="ambiguous", rate_pct=None, duty_id=None, reason="merge_different_rates", n_lines=902)
    line = find(rows, "preference_rate", line_code="6109101000")
    concession = find(rows, "concession", line_code="6109101000")
    for number in range(900):
        code = f"61091020{number:03d}"[:11]
        new = {**line, "line_code": code, "rate_pct": Decimal(number % 2), "state": "ok" if number % 2 else "free"}
        rows["preference_rate"].append(new)
        rows["concession"].append({**concession, "line_code": code})
        rows["hs2022_contributor"].append(
            {"rate_row_key": row_key("hs2022_preference_rate", rate), "line_code": code, "hs6_from": "610910",
             "source_rate_row_key": row_key("preference_rate", new), "relation": "1:1"}
        )  # fmt: skip


WORLDS = (as_it_is, ends, signed_only, lapsed, entry_unknown, snapshot, superseded, carried_forward, states, two_layers,
          rule_ends, two_rules, validity_changes, mfn_held, mfn_runs_out, many_lines)  # fmt: skip


@pytest.mark.parametrize("change", WORLDS, ids=lambda change: change.__name__)
def test_files_give_on_every_day_what_compare_gives(worlds: Callable[[Change], Path], change: Change) -> None:
    root = worlds(change)
    with open_release(root / "releases" / "v1.0.0") as connection:
        for exporter, importer in (("KH", "KR"), ("KR", "KH"), ("KH", "LA")):
            for hs6 in GOODS:
                for day in DAYS:
                    told = compare(connection, exporter=exporter, importer=importer, hs=hs6, on=date.fromisoformat(day))
                    found = static_consumer.answer(partial(read, root), exporter, importer, hs6, day)
                    check(found, told, f"{exporter} {importer} {hs6} {day}")


def check(found: Row, told: Row, place: str) -> None:
    """Field by field, but for what ranks regimes against each other."""
    assert found["mfn"] == told["mfn"], place
    assert len(found["regimes"]) == len(told["regimes"]), place
    for ours, theirs in zip(found["regimes"], told["regimes"], strict=True):
        ranking = ("rank", "margin_pct", "free_from")
        expected = {name: value for name, value in theirs.items() if name not in ranking}
        added = [note for note in theirs["notes"] if note not in ours["notes"]]
        assert all("MFN rate" in note for note in added), place
        assert {**ours, "notes": None} == {**expected, "notes": None}, place


@pytest.mark.parametrize("change", WORLDS, ids=lambda change: change.__name__)
def test_every_file_keeps_to_the_schema_of_its_kind_and_stays_small(
    worlds: Callable[[Change], Path], change: Change
) -> None:
    root = worlds(change)
    kinds = set()
    validators = {kind: validator(root, kind) for kind, _, _ in FILES}
    for path in api(root).rglob("*.json"):
        name = path.relative_to(api(root)).as_posix()
        assert path.stat().st_size < 100_000, name
        if not name.startswith("schema/"):
            kind = kind_of(name)
            validators[kind].validate(read(root, name))
            kinds.add(kind)
    absent = (set() if change is many_lines else {"lines"}) | (
        {"compare"} if change in (signed_only, lapsed) else set()
    )
    assert kinds == {kind for kind, _, _ in FILES} - absent


def kind_of(name: str) -> str:
    """The one kind whose path a file has."""
    digits = {"chapter": r"\d{2}", "heading": r"\d{4}(-\d+)?", "subheading": r"\d{6}", "number": r"\d+"}
    found = []
    for kind, path, _ in FILES:
        parts = re.split(r"\{(\w+)\}", path)
        pattern = "".join(digits.get(p, "[^/]+") if n % 2 else re.escape(p) for n, p in enumerate(parts))
        if re.fullmatch(pattern, name):
            found.append(kind)
    assert len(found) == 1, f"{name} is of the kinds {found}"
    return found[0]


def validator(root: Path, kind: str) -> Any:
    schema = read(root, f"schema/{kind}.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_a_schema_refuses_a_field_that_it_does_not_name_and_a_rate_in_words(public: Path) -> None:
    content = read(public, "compare/KH/KR/6109.json")
    content["subheadings"][0]["regimes"][0]["periods"][0] |= {"rate_pct": "0", "best": True}
    paths = {error.json_path for error in validator(public, "compare").iter_errors(content)}
    assert {path.rpartition("]")[0] + "]" for path in paths} >= {"$.subheadings[0].regimes[0].periods[0]"}
    assert len(list(validator(public, "compare").iter_errors(content))) == 2


def test_every_kind_has_a_schema_and_stands_in_the_index(public: Path) -> None:
    assert {path.stem for path in (api(public) / "schema").glob("*.json")} == schemas().keys()
    assert [file["path"] for file in read(public, "index.json")["files"]] == [path for _, path, _ in FILES]


def test_pairs_are_those_with_cambodia_and_a_regime_between_them(public: Path) -> None:
    stand = {
        path.parent.relative_to(api(public) / "compare").as_posix() for path in api(public).glob("compare/**/pair.json")
    }
    assert stand == {"KH/KR", "KR/KH", "KH/LA", "LA/KH"}
    named = {f"{pair['exporter']}/{pair['importer']}" for pair in read(public, "index.json")["pairs"]}
    assert named == stand


def test_a_pair_of_which_nothing_is_held_says_so_once_and_has_no_headings(public: Path) -> None:
    pair = read(public, "compare/KH/LA/pair.json")
    assert pair["headings"] == []
    assert [path.name for path in (api(public) / "compare/KH/LA").iterdir()] == ["pair.json"]
    assert pair["regimes"]["akfta"]["otherwise"][0]["reason_code"] == "no_schedule"
    assert "not held" in pair["regimes"]["akfta"]["not_held"]["no_schedule"]


@pytest.mark.parametrize("change", WORLDS, ids=lambda change: change.__name__)
def test_a_pair_names_exactly_the_headings_that_have_a_file(worlds: Callable[[Change], Path], change: Change) -> None:
    for pair in api(worlds(change)).glob("compare/*/*/pair.json"):
        stand = {path.stem[:4] for path in pair.parent.iterdir()} - {"pair"}
        assert read_file(pair)["headings"] == sorted(stand)


def test_the_same_release_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = world(tmp_path / "one"), world(tmp_path / "two")
    assert inodes(one).keys() == inodes(two).keys()
    for name in inodes(one):
        assert (api(one) / name).read_bytes() == (api(two) / name).read_bytes(), name


def test_with_nothing_changed_nothing_is_written(tmp_path: Path) -> None:
    root = world(tmp_path)
    before = inodes(root)
    report = write(root)
    assert (report.written, report.removed, report.files) == (0, 0, len(before))
    assert inodes(root) == before


def test_without_hard_links_what_did_not_change_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = world(tmp_path)
    before = {name: (api(root) / name).read_bytes() for name in inodes(root)}
    (api(root) / "regimes.json").unlink()

    def no_links(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("publish.static_json.os.link", no_links)
    assert write(root).written == 1
    assert {name: (api(root) / name).read_bytes() for name in inodes(root)} == before


def test_only_what_changed_is_written_and_what_is_no_more_goes(tmp_path: Path) -> None:
    root = world(tmp_path)
    before = inodes(root)
    (root / "releases" / "v1.0.0" / "fta.sqlite").unlink()
    database(sample_tables(rule_ends), root / "releases" / "v1.0.0" / "fta.sqlite").close()
    gone = api(root) / "compare" / "KH" / "XX" / "0101.json"
    gone.parent.mkdir()
    gone.write_text("{}", encoding="utf-8")
    report = write(root)
    after = inodes(root)
    assert {name for name in after if after[name] != before[name]} == {"rules/6109.json", "origin/6109.json"}
    assert (report.written, report.removed, gone.exists()) == (2, 1, False)


def test_a_file_altered_behind_our_back_is_put_right(tmp_path: Path) -> None:
    root = world(tmp_path)
    (api(root) / "regimes.json").write_bytes(b"")
    assert write(root).written == 1
    assert len(read(root, "regimes.json")["regimes"]) == 2


def test_a_failure_half_way_leaves_what_stood_and_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = world(tmp_path)
    (api(root) / "regimes.json").write_bytes(b"altered, so that all is made again")
    before = inodes(root)

    def broken(*_: object) -> Iterator[Any]:
        yield "compare/KH/KR/0101.json", b"{}"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(static_json, "comparisons", broken)
    with pytest.raises(FtaError, match="No space left") as raised:
        write(root)
    assert raised.value.code == "cannot_write"
    assert inodes(root) == before
    assert [path.name for path in (root / "api").iterdir() if path.is_dir()] == ["v1"]


def test_what_a_killed_writer_left_behind_is_cleared(tmp_path: Path) -> None:
    root = world(tmp_path)
    leftover = root / "api" / ".staging-v1" / "compare"
    leftover.mkdir(parents=True)
    write(root)
    assert not leftover.exists()


@pytest.mark.parametrize("kernel", [True, False])
def test_a_directory_takes_the_place_of_another_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kernel: bool
) -> None:
    if not kernel:
        monkeypatch.setattr(static_json, "_exchanged", lambda one, other: False)
    new, old = tmp_path / ".staging-v1", tmp_path / "v1"
    for directory in (new, old):
        directory.mkdir()
        (directory / "name").write_text(directory.name, encoding="utf-8")
    exchange(new, old)
    assert (old / "name").read_text(encoding="utf-8") == ".staging-v1"
    assert (new / "name").read_text(encoding="utf-8") == "v1"


def test_two_writers_at_once_are_told(tmp_path: Path) -> None:
    root = world(tmp_path)
    with only_publisher(root / "api"), pytest.raises(FtaError) as raised:
        write(root)
    assert raised.value.code == "locked"


def test_what_is_no_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FtaError) as raised:
        write_static_json(tmp_path, tmp_path)
    assert raised.value.code == "no_manifest"
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=50, deadline=None)
@given(sizes=st.lists(st.integers(0, FULL + 10), max_size=6))
def test_pages_together_hold_every_item_once_in_order_and_none_is_too_large(sizes: list[int]) -> None:
    items = [{"n": number, "text": "x" * size} for number, size in enumerate(sizes)]
    made = list(paged("a/b", {"of": "a"}, "items", map(encode, items)))
    read_back = [json.loads(content) for _, content in made]
    assert [item for page in read_back for item in page["items"]] == items
    assert [path for path, _ in made] == ["a/b.json", *read_back[0]["continued_in"]]
    for page in read_back:
        assert len(page["items"]) <= 1 or sum(len(encode(item)) for item in page["items"]) <= FULL
        assert page["items"] or not items


# Over HTTP, as a consumer has it


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(root: Path) -> Iterator[http.client.HTTPConnection]:
    """The web root behind a plain static server on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        yield connection
    finally:
        connection.close()
        server.shutdown()
        server.server_close()


def fetch(connection: http.client.HTTPConnection, path: str) -> Row:
    connection.request("GET", f"/api/v1/{path}")
    response = connection.getresponse()
    body = response.read()
    assert (response.status, response.headers["Content-Type"]) == (200, "application/json"), path
    found = json.loads(body)
    assert isinstance(found, dict)
    return found


def test_a_consumer_finds_a_rate_its_lines_rule_and_document_with_plain_get(public: Path) -> None:
    with served(public) as connection:
        get = partial(fetch, connection)
        index = get("index.json")
        assert index["release"] == "1.0.0"
        pair = next(p for p in index["pairs"] if (p["exporter"], p["importer"]) == ("KH", "KR"))
        answer = static_consumer.answer(get, pair["exporter"], pair["importer"], "610910", "2026-11-22")
        entry = next(e for e in answer["regimes"] if e["regime_id"] == "ckfta")
        assert (entry["state"], entry["rate_pct"], entry["rule"]["text"]) == ("free", 0, "CC")
        assert [line["locator"] for line in entry["lines"]] == ["page 1, row 5", "page 1, row 6"]
        documents = {document["document_id"]: document for document in get("documents.json")["documents"]}
        assert documents[entry["provenance"]["document_id"]]["url"].startswith("https://")
        named = {code["code"]: code["name_en"] for code in get("hs/6109.json")["subheadings"]}
        assert named["610910"] == "Of cotton"
        provisions = {p["code"]: p["value"] for p in get("agreements/ckfta.json")["provisions"]}
        assert (provisions["duty_drawback"], provisions["accumulation"]) == ("silent", "not_held")
        assert len(get("provisions/de_minimis.json")["regimes"]) == 2


def test_the_index_leads_to_the_release_and_a_pair_without_a_regime_is_not_there(public: Path) -> None:
    with served(public) as connection:
        where = fetch(connection, "index.json")["release_path"]
        for path, status in ((f"/api/v1/{where}manifest.json", 200), ("/api/v1/compare/KR/LA/pair.json", 404)):
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            assert response.status == status, path
