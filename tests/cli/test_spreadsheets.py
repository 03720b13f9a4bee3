"""What spreadsheet programs get: numbers as numbers, and no text that they would calculate."""

from __future__ import annotations

import gzip
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import duckdb
import openpyxl
import pytest
from formats_kit import KINDS, ROWS, add_table
from published_fixture import HOSTILE, InProcess, publish

from casemart.catalogue import Field
from casemart.export import xlsx
from casemart.reading import Answer


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = publish(tmp_path_factory.mktemp("home"))
    add_table(home, "fct_kinds", KINDS, ROWS)
    return home


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> InProcess:
    return InProcess(monkeypatch, capfd)


def test_a_spreadsheet_has_numbers_dates_and_no_formula(run, home, tmp_path):
    run("export", "fct_kinds", "-o", tmp_path / "a.xlsx", cwd=home)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet.title == "fct_kinds"
    assert sheet.freeze_panes == "A2"
    header, *rows = sheet.iter_rows()
    assert [cell.value for cell in header] == list(KINDS)
    cells = {str(row[0].value): dict(zip(KINDS, row, strict=True)) for row in rows}
    assert set(cells) == {HOSTILE.replace("\x1b", "_x001B_").replace("\x07", "_x0007_") + "\t'\"|,;", "007", "=1+1"}
    plain, hostile, formula = cells["007"], next(cells[name] for name in cells if "red" in name), cells["=1+1"]
    # Text stays text: no formula, no lost zero; and it stays text when a person edits it.
    assert {row["id"].data_type for row in cells.values()} <= {"s", "inlineStr"}
    assert formula["id"].quotePrefix
    assert not plain["id"].quotePrefix
    assert {formula[name].value for name in KINDS if name != "id"} == {None}
    assert (hostile["first_rate"].value, plain["first_rate"].value) == (54 / 110, 0.1 + 0.2)
    assert hostile["first_rate"].number_format == "0.0%"
    assert (hostile["money"].value, plain["money"].value, plain["wide"].value) == (9999999999999.99, -0.1, 1e-10)
    # More digits than a spreadsheet keeps.
    assert hostile["wide"].value == "1234567890123456789012345678.0123456789"
    assert (hostile["huge"].value, hostile["whole"].value, plain["huge"].value) == (str(2**100), str(2**60), -1)
    assert (hostile["flag"].value, plain["flag"].value) == (True, False)
    assert (hostile["day"].value, plain["day"].value) == ("1500-02-28", datetime(9999, 12, 31))
    assert plain["day"].number_format == "yyyy-mm-dd"
    assert plain["moment"].value == datetime(1970, 1, 1)
    assert hostile["words"].value == '["a, b", "c\\"d"]'


def test_a_spreadsheet_shows_units(run, home, tmp_path):
    def formats(name: str) -> dict[str, str]:
        run("show", name, "-o", tmp_path / "a.xlsx", "--force", cwd=home)
        header, row, *_ = openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows()
        return {head.value: cell.number_format for head, cell in zip(header, row, strict=True) if cell.value is not None}

    rate = formats("first_contact_resolution")
    assert (rate["value"], rate["target"], rate["gap"]) == ("0.0%", "0.0%", "+0.0%;-0.0%;0.0%")
    assert (rate["numerator"], rate["period_start"]) == ("#,##0", "yyyy-mm-dd")
    assert formats("recurring_revenue")["value"] == "#,##0.00"


def written_and_read(tmp_path: Path, *texts: str) -> list[object]:
    answer = Answer((Field("text"),), iter([[(text,) for text in texts]]))
    assert xlsx.write_xlsx(answer, tmp_path / "t.xlsx", "it's [a]/b: " + "x" * 40) == len(texts)
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert len(sheet.title) <= 31
    return [cell.value for (cell,) in sheet.iter_rows(min_row=2)]


def test_markup_in_a_spreadsheet_stays_text(tmp_path):
    texts = ["<r><t>x</t></r>", "<r></is></c><c><f>1+1</f></c></r>", "</t>&amp;<b>", "http://a.example/x", "{=1+1}", " a ", "5e3"]
    assert written_and_read(tmp_path, *texts) == texts
    with ZipFile(tmp_path / "t.xlsx") as archive:
        content = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in content
        assert not [name for name in archive.namelist() if "rels" in name and "sheet" in name]
    # What XML cannot hold is replaced; what looks like an escape of a spreadsheet is itself.
    assert written_and_read(tmp_path, "a\uffffb") == ["a\ufffdb"]
    written_and_read(tmp_path, "_x0041_")
    with ZipFile(tmp_path / "t.xlsx") as archive:
        assert b"_x005F_x0041_" in archive.read("xl/worksheets/sheet1.xml")


def test_what_a_spreadsheet_cannot_hold_is_refused(run, tmp_path, monkeypatch):
    publish(tmp_path / "home")
    add_table(tmp_path / "home", "fct_long", {"id": "varchar"}, [("x" * 32_768,)])
    out = tmp_path / "out"
    out.mkdir()
    result = run("export", "fct_long", "-o", out / "a.xlsx", cwd=tmp_path / "home", code=1)
    assert "32,768 characters (row 1, column id)" in result.stderr
    monkeypatch.setattr(xlsx, "LAST_ROW", 12)
    result = run("export", "first_contact_resolution", "-o", out / "a.xlsx", cwd=tmp_path / "home", code=1)
    assert "more rows than the 12" in result.stderr
    # All marts or none: one of them is too long.
    run("export", "--all", "-f", "xlsx", "-o", out / "all", cwd=tmp_path / "home", code=1)
    assert not list(out.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "out"]


FORMULAS = [
    "=1+1",
    "+1-2",
    "-cmd|'/c calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1",
    "-",
    "=",
    "+49 30 123",
    "-1+cmd|x",
]
HARMLESS = ["-5", "+1.5e3", "-1,234.50", "a=b", "", " =1", "'=1", "ünï", "5-3"]


def test_excel_csv_has_mark_crlf_and_no_formula(run, tmp_path):
    publish(tmp_path)
    rows = [(text, Decimal("-1.50"), -7, -0.25, datetime(2026, 3, 1, 10)) for text in [*FORMULAS, *HARMLESS]]
    kinds = {"=id": "varchar", "money": "decimal(9, 2)", "whole": "int", "rate": "double", "moment": "timestamp"}
    add_table(tmp_path, "fct_texts", kinds, rows)
    run("export", "fct_texts", "--excel", "-o", tmp_path / "a.csv", cwd=tmp_path)
    content = (tmp_path / "a.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf'=id,money,whole,rate,moment\r\n")
    assert content.count(b",-1.50,-7,-0.25,2026-03-01 10:00:00\r\n") == len(rows)
    with duckdb.connect() as connection:
        reader = "read_csv(?, header=true, all_varchar=true, quote='\"', new_line='\\r\\n', auto_detect=false, columns={})"
        names = "{" + ", ".join(f"'c{index}': 'varchar'" for index in range(5)) + "}"
        read = connection.execute("select coalesce(c0, '') from " + reader.format(names), [str(tmp_path / "a.csv")]).fetchall()
    assert {text for (text,) in read} == {f"'{text}" for text in FORMULAS} | set(HARMLESS)
    run("export", "fct_texts", "--excel", "-o", tmp_path / "a.tsv.gz", cwd=tmp_path)
    assert gzip.decompress((tmp_path / "a.tsv.gz").read_bytes()).startswith(b"\xef\xbb\xbf'=id\tmoney")
    for form in ("json", "xlsx", "table"):
        assert "--excel does not fit" in run("show", "fct_texts", "--excel", "-f", form, cwd=tmp_path, code=2).stderr
