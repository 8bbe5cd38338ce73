from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from publish import twice, writing
from publish.layout import part_tables
from publish.manifest import as_json_bytes, files_in, read_manifest, sha256_of, sums_text
from publish.release import files_that_differ, publish, rebuild
from publish.signing import is_signed_by, key_from, keys_new, public_key_of
from publish.sqlite import open_immutable
from publish.staging import LOCK
from publish.verify import verify
from sources.errors import Exit, FtaError
from tests.publish.releases import EPOCH, publish_sample, release_input
from tests.publish.sample import Tables, sample_tables
from warehouse.tables import TABLES

ROOT = Path(__file__).parents[2]
DESCRIPTIONS = {
    "CHANGELOG.md", "CITATION.cff", "DATA_DICTIONARY.md", "LICENSES.md", "SHA256SUMS", "changes.json",
    "changes.parquet", "datapackage.json", "dataset.jsonld", "fta.sqlite", "manifest.json",
    "validation/report.html", "validation/report.json", "regimes/akfta.zip", "regimes/ckfta.zip",
}  # fmt: skip


def raised(rows: dict[str, list[dict[str, Any]]]) -> None:
    rows["preference_rate"][0]["rate_pct"] = 6


def carried(rows: dict[str, list[dict[str, Any]]]) -> None:
    rows["schedule"][1]["status"] = "carried_forward"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_sample(tmp_path_factory.mktemp("public")).path


def test_a_release_has_exactly_these_files(released: Path) -> None:
    tables = {f"parquet/{name}.parquet" for name in TABLES} | {f"csv/{name}.csv.gz" for name in TABLES}
    assert set(files_in(released)) == DESCRIPTIONS | tables


def test_the_first_release_is_1_0_0_and_verifies(released: Path) -> None:
    assert released.name == "v1.0.0"
    report = verify(released)
    assert report.faults == ()
    assert report.rows["preference_rate"] == 16


def test_the_sums_are_those_that_sha256sum_checks(released: Path) -> None:
    for line in (released / "SHA256SUMS").read_text().splitlines():
        digest, path = line.split("  ")
        assert hashlib.sha256((released / path).read_bytes()).hexdigest() == digest


def test_the_content_hash_can_be_repeated_with_standard_tools(released: Path) -> None:
    stated = json.loads((released / "manifest.json").read_text())["tables"]
    for name, facts in stated.items():
        text = gzip.decompress((released / facts["csv"]["path"]).read_bytes())
        assert hashlib.sha256(text).hexdigest() == facts["content_hash"], name


def test_publishing_again_with_nothing_changed_makes_no_release_and_says_so(tmp_path: Path) -> None:
    publish_sample(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file() and path.name != LOCK}
    again = publish_sample(tmp_path, code="another code")
    assert not again.changed
    assert again.version == "1.0.0"
    assert "Nothing changed" in again.message
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file() and path.name != LOCK} == (
        before
    )


def test_rows_that_changed_make_a_patch_and_the_older_release_stays_as_it_was(tmp_path: Path) -> None:
    first = publish_sample(tmp_path)
    bytes_before = {path: (first.path / path).read_bytes() for path in files_in(first.path)}
    second = publish_sample(tmp_path, sample_tables(raised), code="code 2")
    assert second.version == "1.0.1"
    assert {path: (first.path / path).read_bytes() for path in files_in(first.path)} == bytes_before
    latest = json.loads((tmp_path / "releases/latest.json").read_text())
    index = json.loads((tmp_path / "releases/index.json").read_text())
    assert latest["version"] == "1.0.1"
    assert [entry["version"] for entry in index["releases"]] == ["1.0.1", "1.0.0"]
    assert (tmp_path / "releases/feed.xml").read_text().count("<entry>") == 2


def test_a_schedule_that_comes_is_minor_and_one_that_goes_is_major(tmp_path: Path) -> None:
    def without_korea(rows: dict[str, list[dict[str, Any]]]) -> None:
        gone = {row["line_code"] for row in rows["preference_rate"] if row["schedule_id"] == "ckfta-kr"}
        for name, held in rows.items():
            rows[name] = [row for row in held if row.get("schedule_id") != "ckfta-kr"]
        rows["hs2022_contributor"] = [row for row in rows["hs2022_contributor"] if row["line_code"] not in gone]

    publish_sample(tmp_path, sample_tables(without_korea))
    assert publish_sample(tmp_path, code="code 2").version == "1.1.0"
    third = publish_sample(tmp_path, sample_tables(without_korea), code="code 3")
    assert third.version == "2.0.0"
    assert "The schedule ckfta-kr is gone." in (third.path / "CHANGELOG.md").read_text()


def test_a_judgement_of_other_tables_is_refused(tmp_path: Path) -> None:
    given = release_input()
    with pytest.raises(FtaError) as caught:
        publish_sample(tmp_path, sample_tables(raised), judgement=given.judgement)
    assert (caught.value.code, caught.value.exit_code) == ("judgement_not_bound", Exit.REFUSED)
    assert not (tmp_path / "releases").exists()


@pytest.mark.parametrize("judgement", [{"passed": False, "blocking": ["C11"]}, {"passed": True, "blocking": ["C11"]},
                                       {"passed": False, "blocking": []}])  # fmt: skip
def test_a_blocking_rule_that_fails_refuses_the_release(tmp_path: Path, judgement: dict[str, Any]) -> None:
    bound = {**release_input().judgement, **judgement}
    with pytest.raises(FtaError) as caught:
        publish_sample(tmp_path, judgement=bound)
    assert (caught.value.code, caught.value.exit_code) == ("blocking_rule", Exit.FAILED)


def test_a_quarantined_schedule_is_published_only_when_it_is_accepted_by_name(tmp_path: Path) -> None:
    tables = sample_tables(carried)
    with pytest.raises(FtaError) as caught:
        publish_sample(tmp_path, tables)
    assert (caught.value.code, caught.value.exit_code) == ("quarantine_not_accepted", Exit.REFUSED)
    assert "--accept-quarantine ckfta-kr" in caught.value.remedy
    made = publish_sample(tmp_path, tables, accepted_quarantine=["ckfta-kr"])
    manifest = json.loads((made.path / "manifest.json").read_text())
    assert manifest["approval"]["accepted_quarantine"] == ["ckfta-kr"]


def test_accepting_the_quarantine_of_a_schedule_that_does_not_exist_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(FtaError) as caught:
        publish_sample(tmp_path, accepted_quarantine=["ckfta-xx"])
    assert (caught.value.code, caught.value.exit_code) == ("unknown_schedule", Exit.WRONG_USE)


def test_a_second_publisher_is_told_that_another_is_at_work(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    with FileLock(tmp_path / "releases" / LOCK), pytest.raises(FtaError) as caught:
        publish_sample(tmp_path)
    assert (caught.value.code, caught.value.exit_code) == ("locked", Exit.REFUSED)
    assert publish_sample(tmp_path).changed


def test_an_altered_older_release_is_not_built_upon(tmp_path: Path) -> None:
    first = publish_sample(tmp_path)
    path = first.path / "parquet/preference_rate.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(FtaError) as caught:
        publish_sample(tmp_path, sample_tables(raised), code="code 2")
    assert (caught.value.code, caught.value.exit_code) == ("release_altered", Exit.DOCUMENT)
    assert [path.name for path in (tmp_path / "releases").glob("v*")] == ["v1.0.0"]


def test_rows_that_differ_without_any_upstream_change_are_refused(tmp_path: Path) -> None:
    publish_sample(tmp_path)
    with pytest.raises(FtaError) as caught:
        publish_sample(tmp_path, sample_tables(raised))
    assert caught.value.code == "unexplained_change"


def write_once_with_another_time(directory: Path, plan: writing.Plan, secret_key: str | None = None) -> None:
    """A writer that is not the same each time."""
    late = dataclasses.replace(plan, epoch=plan.epoch + 86_400) if "again" in directory.name else plan
    writing.write_release(directory, late, secret_key)


@pytest.mark.parametrize("many", [0, 100_000], ids=["in another process", "in this one"])
def test_a_release_that_comes_out_otherwise_the_second_time_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(twice, "MANY_ROWS", many)
    monkeypatch.setattr(twice, "write_release", write_once_with_another_time)
    with pytest.raises(FtaError, match="the bytes differ \\(C48\\)") as caught:
        publish_sample(tmp_path)
    assert (caught.value.code, caught.value.exit_code) == ("release_faulty", Exit.FAILED)
    assert files_in(tmp_path) == [f"releases/{LOCK}"]


def test_a_release_written_the_second_time_by_another_process_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, released: Path
) -> None:
    monkeypatch.setattr(twice, "MANY_ROWS", 0)
    made = publish_sample(tmp_path).path
    assert files_that_differ(made, released) == []
    assert [path.name for path in (tmp_path / "releases").glob(".staging*")] == []


@pytest.mark.parametrize("alter", ["dangling", "twice"])
def test_rows_that_break_a_key_are_not_published(tmp_path: Path, alter: str) -> None:
    def broken(rows: dict[str, list[dict[str, Any]]]) -> None:
        if alter == "dangling":
            rows["preference_rate"][0]["duty_id"] = "nowhere"
        else:
            rows["hs2022_contributor"].append(rows["hs2022_contributor"][0])

    with pytest.raises(FtaError) as caught:
        publish_sample(tmp_path, sample_tables(broken))
    assert (caught.value.code, caught.value.exit_code) == ("release_faulty", Exit.FAILED)
    assert files_in(tmp_path) == [f"releases/{LOCK}"]


def test_the_same_inputs_give_the_same_bytes_anywhere(tmp_path: Path, released: Path) -> None:
    script = (
        "import sys, random\n"
        "from pathlib import Path\n"
        "from tests.publish.releases import publish_sample\n"
        "from tests.publish.sample import sample_tables\n"
        "def shuffled(rows):\n"
        "    for held in rows.values():\n"
        "        random.Random(3).shuffle(held)\n"
        "tables = sample_tables(shuffled)\n"
        "publish_sample(Path(sys.argv[1]), dict(reversed(tables.items())))\n"
    )
    elsewhere = {**os.environ, "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "4242", "LC_ALL": "C", "PYTHONUTF8": "0"}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, env=elsewhere, check=True)
    other = tmp_path / "releases/v1.0.0"
    assert {path: (other / path).read_bytes() for path in files_in(other)} == {
        path: (released / path).read_bytes() for path in files_in(released)
    }


def test_a_release_is_rebuilt_from_its_inputs_to_the_same_files(tmp_path: Path) -> None:
    publish_sample(tmp_path / "public")
    second = publish_sample(tmp_path / "public", sample_tables(raised), code="code 2")
    (tmp_path / "scratch").mkdir()
    assert rebuild(second.path, release_input(sample_tables(raised), "code 2"), tmp_path / "scratch") == []
    (tmp_path / "other").mkdir()
    differing = rebuild(second.path, release_input(code="code 2"), tmp_path / "other")
    assert "parquet/preference_rate.parquet" in differing


def test_a_signed_release_is_checked_with_the_publishers_key(tmp_path: Path) -> None:
    public_line = keys_new(tmp_path / "key")
    secret = key_from(tmp_path / "key")
    assert secret is not None
    made = publish(tmp_path / "public", release_input(), secret)
    assert verify(made.path).signed == "unpinned"
    assert verify(made.path, public_line).signed == "valid"
    assert (tmp_path / "public/releases/ftadata.pub").read_text().strip() == public_line
    keys_new(tmp_path / "other")
    other = public_key_of(key_from(tmp_path / "other") or "")
    assert [fault.check for fault in verify(made.path, other).faults] == ["signature"]
    (made.path / "SHA256SUMS.sig").unlink()
    assert [fault.message for fault in verify(made.path).faults] == ["The signature is missing."]


def test_the_command_checks_the_signature_with_the_publishers_key_and_says_what_to_do(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from pipelines.cli_keep import verify as command

    def ask(key: str) -> tuple[int, str]:
        done = CliRunner().invoke(
            command, [str(made.path), *(["--public-key", str(tmp_path / key)] if key else [])], standalone_mode=False
        )
        return done.return_value, done.output

    keys_new(tmp_path / "key")
    keys_new(tmp_path / "other")
    made = publish(tmp_path / "public", release_input(), key_from(tmp_path / "key"))
    assert ask("key.pub")[0] == 0
    assert "signature: valid, by the key given" in ask("key.pub")[1]
    assert "--public-key FILE" in ask("")[1]
    code, said = ask("other.pub")
    assert code == 4
    assert "SHA256SUMS.sig: The signature was not made over SHA256SUMS by this key." in said
    assert "Get what is named again" in said


def test_a_key_is_kept_from_others_and_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys_new(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    with pytest.raises(FtaError, match="not overwritten"):
        keys_new(tmp_path / "key")
    secret = key_from(tmp_path / "key") or ""
    monkeypatch.setenv("FTADATA_SIGNING_KEY", secret)
    assert key_from() == secret
    monkeypatch.setenv("FTADATA_SIGNING_KEY", str(tmp_path / "key"))
    assert key_from() == secret
    monkeypatch.delenv("FTADATA_SIGNING_KEY")
    assert key_from() is None
    assert not is_signed_by(public_key_of(secret), b"data", "bm90IGEgc2lnbmF0dXJl")
    with pytest.raises(FtaError, match="not a key"):
        public_key_of("ftadata-secret-key-1 tooshort")


def test_the_database_is_strict_and_opens_read_only(released: Path) -> None:
    connection = open_immutable(released / "fta.sqlite")
    tables = {
        name: strict for _, name, kind, _, _, strict in connection.execute("PRAGMA table_list") if kind == "table"
    }
    assert all(tables[part] for name in TABLES for part in part_tables(name) or (name,))
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()


def test_the_manifest_names_every_input_and_the_approval(tmp_path: Path) -> None:
    made = publish_sample(tmp_path, approved_by="A. Person", note="A first look.")
    manifest = json.loads((made.path / "manifest.json").read_text())
    assert manifest["published_on"] == "2026-11-22T00:00:00Z"
    assert manifest["source_date_epoch"] == EPOCH
    assert manifest["approval"] == {"approved_by": "A. Person", "note": "A first look.", "accepted_quarantine": []}
    assert [entry["document_id"] for entry in manifest["inputs"]] == sorted(
        row["document_id"] for row in sample_tables()["document"].to_pylist()
    )
    assert "A first look." in (made.path / "CHANGELOG.md").read_text()


def damage_extra(release: Path) -> str:
    (release / "notes.txt").write_text("x")
    return "notes.txt"


def damage_missing(release: Path) -> str:
    (release / "LICENSES.md").unlink()
    return "LICENSES.md"


def damage_text(release: Path) -> str:
    (release / "DATA_DICTIONARY.md").write_text("x")
    return "DATA_DICTIONARY.md"


def damage_csv(release: Path) -> str:
    (release / "csv/duty.csv.gz").write_bytes(gzip.compress(b"row_key\nx\n"))
    return "csv/duty.csv.gz"


def damage_parquet(release: Path) -> str:
    (release / "parquet/duty.parquet").write_bytes((release / "parquet/party.parquet").read_bytes())
    return "parquet/duty.parquet"


def damage_truncated(release: Path) -> str:
    path = release / "parquet/preference_rate.parquet"
    path.write_bytes(path.read_bytes()[:100])
    return "parquet/preference_rate.parquet"


def damage_database(release: Path) -> str:
    (release / "fta.sqlite").write_bytes(b"SQLite format 3\0" + b"\0" * 5000)
    return "fta.sqlite"


def damage_rate(release: Path) -> str:
    import sqlite3

    connection = sqlite3.connect(release / "fta.sqlite")
    connection.execute("UPDATE preference_rate__outcome SET rate_pct = 0 WHERE rate_pct = 35")
    connection.commit()
    connection.close()
    return "fta.sqlite"


def damage_manifest(release: Path) -> str:
    (release / "manifest.json").write_text("{")
    return "manifest.json"


DAMAGES = [damage_extra, damage_missing, damage_text, damage_csv, damage_parquet, damage_truncated, damage_database,
           damage_rate, damage_manifest]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_verify_names_the_file_that_was_altered(tmp_path: Path, damage: Any) -> None:
    release = publish_sample(tmp_path).path
    path = damage(release)
    report = verify(release)
    assert not report.ok
    assert {fault.path for fault in report.faults} == {path}


def test_verify_finds_a_forged_table_even_where_every_sum_was_forged_too(tmp_path: Path) -> None:
    release = publish_sample(tmp_path).path
    damage_rate(release)
    manifest = read_manifest(release)
    manifest["files"]["fta.sqlite"]["sha256"] = sha256_of(release / "fta.sqlite")
    (release / "manifest.json").write_bytes(as_json_bytes(manifest))
    (release / "SHA256SUMS").write_bytes(sums_text(release))
    assert [(fault.check, fault.path) for fault in verify(release).faults] == [("content", "fta.sqlite")]


def test_verify_finds_a_file_whose_sum_was_forged_in_one_of_the_two_places_that_state_it(tmp_path: Path) -> None:
    release = publish_sample(tmp_path).path
    (release / "regimes/ckfta.zip").write_bytes(b"PK")
    (release / "notes.txt").write_text("x")
    (release / "SHA256SUMS").write_bytes(sums_text(release))
    faults = verify(release).faults
    assert [(fault.check, fault.path) for fault in faults] == [
        ("manifest", "notes.txt"),
        ("manifest", "regimes/ckfta.zip"),
    ]
    assert "SHA256SUMS says" in faults[0].message


@pytest.mark.parametrize("path", ["csv", "fta.sqlite", "more"])
def test_verify_names_a_link_in_the_place_of_a_file_or_folder(tmp_path: Path, path: str) -> None:
    release = publish_sample(tmp_path / "public").path
    elsewhere = tmp_path / "elsewhere"
    if path == "more":
        elsewhere.mkdir()
    else:
        (release / path).rename(elsewhere)
    (release / path).symlink_to(elsewhere)
    assert (path, "This is a link, not a file of the release.") in [(f.path, f.message) for f in verify(release).faults]


@pytest.mark.parametrize("name", ["vault", "v1", "v1.0.0 (copy)", "cambodia-1.0.0"])
def test_a_release_kept_under_another_name_is_whole_but_not_under_that_of_another_release(
    tmp_path: Path, name: str
) -> None:
    release = publish_sample(tmp_path).path
    kept = release.rename(tmp_path / name)
    assert verify(kept).ok
    assert not verify(kept.rename(tmp_path / "v1.0.1")).ok


def test_verify_of_a_directory_without_a_release_says_so(tmp_path: Path) -> None:
    report = verify(tmp_path)
    assert "holds no release" in report.faults[0].message


def test_tables_of_another_schema_are_refused_by_name(tmp_path: Path) -> None:
    tables: Tables = sample_tables()
    with pytest.raises(KeyError, match="name_km"):
        publish_sample(tmp_path, {**tables, "party": tables["party"].drop_columns(["name_km"])})
