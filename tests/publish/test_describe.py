from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow.compute as pc
import pytest
import yaml

from publish.describe import data_dictionary, examples_of, table_description, table_schema
from publish.feed import atom
from publish.metadata import licences
from publish.report import report_html
from publish.signing import keys_new
from publish.versions import Contract, Version, next_step
from tests.publish.releases import publish_sample
from tests.publish.sample import sample_tables
from warehouse.tables import TABLES, columns_of

FIELD_TYPES = {"string", "number", "integer", "date"}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_sample(tmp_path_factory.mktemp("public")).path


@pytest.mark.parametrize("name", sorted(TABLES))
def test_no_table_and_no_column_is_undescribed(name: str) -> None:
    assert table_description(name).endswith(".")
    text = data_dictionary({table: {"rows": 0} for table in TABLES}, "1.0.0", {})
    for column, meta in columns_of(name).items():
        assert len(meta.description) > 3, column
        assert re.search(rf"^\| `{column}` \| {meta.kind} \|.*{re.escape(meta.description[:20])}", text, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_table_schema_names_every_column_key_and_vocabulary(name: str) -> None:
    schema = table_schema(name, {})
    assert [field["name"] for field in schema["fields"]] == list(columns_of(name))
    assert {field["type"] for field in schema["fields"]} <= FIELD_TYPES
    assert schema["primaryKey"] == ["row_key"]
    for key in schema.get("foreignKeys", []):
        target = table_schema(key["reference"]["resource"], {})
        assert key["reference"]["fields"][0] in [field["name"] for field in target["fields"]]


def test_the_data_package_describes_the_files_that_are_there(released: Path) -> None:
    package = json.loads((released / "datapackage.json").read_text())
    assert [resource["name"] for resource in package["resources"]] == list(TABLES)
    for resource in package["resources"]:
        path = released / resource["path"]
        assert resource["bytes"] == path.stat().st_size
        assert (released / resource["parquet"]).is_file()
        header = gzip.decompress(path.read_bytes()).decode().partition("\n")[0]
        assert header.split(",") == [field["name"] for field in resource["schema"]["fields"]]


def test_every_example_is_a_value_of_its_column_and_every_key_has_one(released: Path) -> None:
    package = json.loads((released / "datapackage.json").read_text())
    dictionary = (released / "DATA_DICTIONARY.md").read_text()
    for resource in package["resources"]:
        with gzip.open(released / resource["path"], "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        section = dictionary.partition(f"\n## {resource['name']}\n")[2].partition("\n## ")[0]
        examples = {f["name"]: f["example"] for f in resource["schema"]["fields"] if "example" in f}
        assert ("row_key" in examples) == bool(rows)
        for column, example in examples.items():
            assert example in {row[column] for row in rows}, (resource["name"], column)
            assert re.search(rf"^\| `{column}` .* Example: `{re.escape(example)}`\. \|$", section, re.MULTILINE)


def test_an_example_that_is_declared_is_given_where_it_occurs_and_else_the_first_that_can_be_written() -> None:
    party = sample_tables()["party"]
    assert examples_of({"party": party})["party", "party_id"] == "KH"
    others = party.filter(pc.not_equal(party.column("party_id"), "KH"))
    named = others.set_column(2, others.schema.field("name_en"), [["a | b", *others.column("name_en").to_pylist()[1:]]])
    found = examples_of({"party": named})
    assert found["party", "party_id"] == named.column("party_id")[0].as_py()
    assert found["party", "name_en"] == named.column("name_en")[1].as_py()


def test_the_data_package_is_valid_to_frictionless(released: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(released / "datapackage.json"))
    assert report.valid, report.flatten(["name", "type", "note"])[:5]


def test_the_citation_has_what_the_format_demands(released: Path) -> None:
    cited = yaml.safe_load((released / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()
    assert (cited["type"], cited["version"]) == ("dataset", "1.0.0")
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(cited["date-released"]))


def test_the_json_ld_names_a_dataset_with_its_downloads(released: Path) -> None:
    described = json.loads((released / "dataset.jsonld").read_text())
    assert described["@type"] == ["Dataset", "dcat:Dataset"]
    files = {item["contentUrl"]: item for item in described["distribution"]}
    assert {"fta.sqlite", "changes.parquet", "regimes/ckfta.zip", "csv/party.csv.gz"} <= files.keys()
    for path, item in files.items():
        assert int(item["contentSize"]) == (released / path).stat().st_size
    assert {"dct:title", "dct:description", "dct:issued", "dct:license", "dct:publisher"} <= described.keys()
    assert [item["@id"] for item in described["dcat:distribution"]] == [item["@id"] for item in files.values()]
    for path, item in files.items():
        assert item["dcat:downloadURL"]["@id"] == item["@id"] == path
        assert item["spdx:checksum"]["spdx:checksumValue"] == item["sha256"]
    known = {"dcat", "dct", "foaf", "spdx", "xsd"}
    assert set(re.findall(r'"(\w+):\w+"', json.dumps(described))) <= known == described["@context"].keys() - {"@vocab"}


def test_a_licence_that_is_not_known_is_shown_as_such() -> None:
    row = {"document_id": "a", "title": "A | b", "url": None, "publisher": "P", "licence": "unknown", "publish_text": 0}
    text = licences([row, {**row, "document_id": "b", "licence": "CC0", "url": "https://example.org"}])
    assert "| `a` | A \\| b | P | **unknown** | no |" in text
    assert "| `b` | [A \\| b](https://example.org) | P | CC0 | no |" in text


def test_the_feed_is_atom_and_newest_first() -> None:
    entries = [
        {
            "version": version,
            "path": f"v{version}/",
            "published_on": f"2026-0{month}-01T00:00:00Z",
            "summary": "a < b & c",
        }
        for month, version in ((1, "1.0.0"), (2, "1.0.1"))
    ]
    feed = ElementTree.fromstring(atom(entries))
    space = "{http://www.w3.org/2005/Atom}"
    assert [entry.findtext(f"{space}title") for entry in feed.iter(f"{space}entry")] == [
        "Release 1.0.1",
        "Release 1.0.0",
    ]
    assert feed.findtext(f"{space}updated") == "2026-02-01T00:00:00Z"
    assert next(feed.iter(f"{space}entry")).findtext(f"{space}summary") == "a < b & c"


def test_the_report_shows_what_failed_first_and_escapes_it() -> None:
    results = sample_tables()["validation_result"].to_pylist()
    page = report_html("1.0.0", {"content_hash": "abc"}, results).decode()
    assert "outside &lt;the bands&gt;" in page
    assert page.index("C26") < page.index("C01")
    assert '<html lang="en">' in page
    assert page.count('scope="row"') == len(results)


def test_a_regimes_zip_holds_its_rows_and_no_others(released: Path) -> None:
    with zipfile.ZipFile(released / "regimes/akfta.zip") as held:
        names = held.namelist()
        parties = held.read("regime_party.csv").decode()
    assert "preference_rate.csv" not in names
    assert parties.count("akfta") == 3
    assert "ckfta" not in parties
    with zipfile.ZipFile(released / "regimes/ckfta.zip") as held:
        assert held.testzip() is None
        rates = io.StringIO(held.read("preference_rate.csv").decode()).readlines()
        assert len(rates) == 17
        assert b"1.0.0" in held.read("README.txt")


def contract(**tables: dict[str, str]) -> Contract:
    return Contract(tables, frozenset({"a"}), frozenset({"s"}))


@pytest.mark.parametrize(
    ("before", "after", "version", "why"),
    [
        (contract(t={"x": "text"}), contract(t={"x": "text"}), "1.2.4", "Only rows changed."),
        (contract(t={"x": "text"}), contract(t={"x": "text", "y": "real"}), "1.3.0", "The column t.y is new."),
        (contract(t={"x": "text"}), contract(t={"x": "text"}, u={}), "1.3.0", "The table u is new."),
        (contract(t={"x": "text"}), contract(t={"x": "text"}, u={"z": "text"}), "1.3.0", "The table u is new."),
        (contract(t={"x": "text"}, u={"z": "text"}), contract(t={"x": "text"}), "2.0.0", "The table u is gone."),
        (contract(t={"x": "text", "y": "real"}), contract(t={"x": "text"}), "2.0.0", "The column t.y is gone."),
        (contract(t={"x": "text"}), contract(t={"x": "real"}), "2.0.0",
         "The column t.x was of type text and is now real."),
        (contract(), Contract({}, frozenset(), frozenset({"s"})), "2.0.0", "The regime a is gone."),
        (contract(), Contract({}, frozenset({"a", "b"}), frozenset({"s"})), "1.3.0", "The regime b is new."),
    ],
)  # fmt: skip
def test_a_version_follows_from_what_changed(before: Contract, after: Contract, version: str, why: str) -> None:
    step = next_step(Version(1, 2, 3), before, after)
    assert (str(step.version), step.why) == (version, (why,))


@pytest.mark.parametrize("text", ["1.2", "v1.2.x", "1.2.3.4", "", "١.0.0"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no version"):
        Version.parse(text)


def test_versions_are_ordered_as_numbers() -> None:
    texts: list[Any] = ["1.10.0", "1.9.0", "2.0.0", "v1.9.10"]
    assert [str(version) for version in sorted(map(Version.parse, texts))] == ["1.9.0", "1.9.10", "1.10.0", "2.0.0"]


def test_a_new_key_says_its_public_half(tmp_path: Path) -> None:
    assert keys_new(tmp_path / "k") == (tmp_path / "k.pub").read_text().strip()
