"""The statement on paper: set, read back by poppler, and compared with the Summary it was made from."""

import re
import shutil
import subprocess
from dataclasses import asdict
from decimal import Decimal

import msgspec
import pytest

from heatledger.billed import LineDifference, Reconciled
from heatledger.home import Zone
from heatledger.reader import Reader, reading
from heatledger.statement.lines_csv import lines_csv
from heatledger.statement.sheet import sheet
from heatledger.statement.typeset import days_png, statement_pdf
from tests.statement.december import HOME, ISSUED, LINES, SUMMARY, reconciled

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="apt-get install poppler-utils")


def read(pdf, tmp_path, *options):
    """What a reader's eye sees, line by line as it lies on the page."""
    (tmp_path / "statement.pdf").write_bytes(pdf)
    command = ["pdftotext", "-layout", *options, tmp_path / "statement.pdf", "-"]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def money(text):
    return [Decimal(found.replace("−", "-").replace("$", "").replace(",", "")) for found in
            re.findall(r"−?\$[\d,]+\.\d\d\b", text)]  # fmt: skip


def under(text, heading, end):
    return text[text.index(heading) : text.index(end, text.index(heading))]


@needs_poppler
def test_the_paper_has_the_figures_of_the_summary_and_they_add_up(tmp_path):
    text = read(statement_pdf(reconciled(), HOME, issued=ISSUED), tmp_path)
    assert "Maple Street 14 · Dec 3 – Jan 2, 2026 · 31 days" in text
    assert "Statement 2025-12, version 1" in text
    lines = under(text, "Lines, and the utility’s bill beside them", "Cost of each day")
    for row in LINES:
        (found,) = [said for said in lines.splitlines() if said.startswith(row.label)]
        assert money(found)[-3:] == [Decimal(row.amount), Decimal(row.amount), Decimal("0.00")]
    (total,) = [said for said in lines.splitlines() if said.startswith("Total")]
    assert money(total) == [Decimal("340.17"), Decimal("340.17"), Decimal("0.00")]
    assert sum(Decimal(row.amount) for row in LINES) == Decimal(SUMMARY.bill.total)
    for figure in ("1,335.48 kWh", "99.6% measured", "391.93 kWh", "1,335.48 kWh", "2.5%", "$331.87"):
        assert figure in text
    assert "The same to the cent" not in text
    assert "It is the same to the cent, as entered from the utility’s bill." in " ".join(text.split())


@needs_poppler
def test_the_rooms_on_paper_add_up_to_the_bill(tmp_path):
    text = read(statement_pdf(SUMMARY, HOME, issued=ISSUED), tmp_path, "-x", "0", "-y", "0", "-W", "306", "-H", "792")
    rows = under(text, "Where it went", "Why it is")
    amounts = money(rows)
    assert len(amounts) == len(HOME.zones) + 3
    assert sum(amounts[:-1]) == amounts[-1] == Decimal("340.17")
    energies = [Decimal(found.replace(",", "")) for found in re.findall(r"([\d,]+\.\d) kWh", rows)]
    assert sum(energies[:-1]) == energies[-1] == Decimal("1335.5")


@needs_poppler
def test_the_pixels_of_the_paper_show_its_bars(tmp_path):
    """The tallest day is the one that costs most in use; its bar is the tallest dark column of the page."""
    (tmp_path / "statement.pdf").write_bytes(statement_pdf(SUMMARY, HOME, issued=ISSUED))
    command = ["pdftoppm", "-r", "72", "-f", "1", "-l", "1", tmp_path / "statement.pdf", tmp_path / "page"]
    subprocess.run(command, check=True, capture_output=True)
    (page,) = tmp_path.glob("page*.ppm")
    head, _, rest = page.read_bytes().partition(b"\n255\n")
    width, height = (int(word) for word in head.split()[1:3])
    assert (width, height) == (612, 792)
    dearest = [at for at in range(0, len(rest), 3) if rest[at : at + 3] == bytes.fromhex("5f4300")]
    columns = {at // 3 % width for at in dearest}
    assert max(columns) - min(columns) > 500  # the days span the page
    panel = sum(rest[at : at + 3] == bytes.fromhex("ffd24a") for at in range(0, len(rest), 3))
    assert panel > 5_000  # the panel of the total


@needs_poppler
def test_the_paper_is_tagged_has_its_fonts_inside_and_is_the_same_every_time(tmp_path):
    pdf = statement_pdf(SUMMARY, HOME, issued=ISSUED)
    assert pdf == statement_pdf(SUMMARY, HOME, issued=ISSUED)
    (tmp_path / "one.pdf").write_bytes(pdf)
    said = subprocess.run(["pdfinfo", tmp_path / "one.pdf"], capture_output=True, check=True, encoding="utf-8").stdout
    assert re.search(r"Tagged: +yes", said)
    assert re.search(r"Title: +December: \$340.17", said)
    assert re.search(r"Page size: +612 x 792 pts \(letter\)", said)
    fonts = subprocess.run(["pdffonts", tmp_path / "one.pdf"], capture_output=True, check=True, encoding="utf-8").stdout
    assert all(" yes yes yes " in row for row in fonts.splitlines()[2:])
    assert len(pdf) < 150_000


@needs_poppler
def test_where_dollars_are_not_paid_the_paper_is_a4(tmp_path):
    bill = msgspec.structs.replace(SUMMARY.bill, currency="EUR")
    home = msgspec.structs.replace(HOME, currency="EUR")
    with reading(Reader("de")):
        pdf = statement_pdf(msgspec.structs.replace(SUMMARY, bill=bill), home, issued=ISSUED)
    text = read(pdf, tmp_path)
    assert "Abrechnung von Strom und Wärme" in text
    assert "340,17" in text
    said = subprocess.run(["pdfinfo", tmp_path / "statement.pdf"], capture_output=True, check=True, encoding="utf-8")
    assert "(A4)" in said.stdout


@needs_poppler
def test_a_correction_says_what_it_corrects(tmp_path):
    before = [msgspec.structs.replace(row, amount="85.12") if row.label == "Energy, peak" else row for row in LINES]
    text = read(statement_pdf(SUMMARY, HOME, issued=ISSUED, version=2, before=before), tmp_path)
    rows = under(text, "What this version corrects", "The lines")
    assert re.search(r"Energy, peak +\$85.12 +\$86.98 +\+\$1.86", rows)
    assert rows.count("Energy") == 1
    assert "Statement 2025-12, version 2" in text


@needs_poppler
def test_what_is_not_known_is_said_and_never_a_zero(tmp_path):
    bill = msgspec.structs.replace(SUMMARY.bill, total=None, lines=[], by_day=[], before=None, year_before=None,
                                   estimated=False, reason="no rate plan: name one in the home file")  # fmt: skip
    base = msgspec.structs.replace(SUMMARY.baseline, refused="too soon", alternatives=[])
    text = read(
        statement_pdf(msgspec.structs.replace(SUMMARY, bill=bill, baseline=base), HOME, issued=ISSUED), tmp_path
    )
    assert "Not known" in text
    assert "no rate plan: name one in the home file" in text
    assert "$0.00" not in text


@needs_poppler
def test_hostile_names_are_printed_and_not_obeyed(tmp_path):
    zones = (Zone(id="living", name='#panic("x") $1+1$ *bold* [a] \\ "q"'), *HOME.zones[1:])
    text = read(statement_pdf(SUMMARY, msgspec.structs.replace(HOME, zones=zones, name="#read(\"/etc/passwd\")"),
                              issued=ISSUED), tmp_path)  # fmt: skip
    assert '#read("/etc/passwd")' in text
    assert all(word in text for word in ('#panic("x")', "$1+1$", "*bold*", "[a]"))


def test_equality_is_claimed_after_reconciliation_only():
    def said(summary):
        return str(asdict(sheet(summary, HOME, version=1, issued=ISSUED)))

    assert "same to the cent" not in said(SUMMARY)
    assert "same to the cent" in said(reconciled())
    off = Reconciled(total="341.00", difference="-0.83", likely="metering: as much as 3.60 kWh")
    differs = msgspec.structs.replace(SUMMARY, bill=msgspec.structs.replace(SUMMARY.bill, utility=off))
    assert "same to the cent" not in said(differs)
    assert "metering: as much as 3.60 kWh" in said(differs)


def test_lines_of_the_utility_that_are_not_ours_stand_in_a_table_of_their_own():
    theirs = [LineDifference("Kilowatt-hours", "299.78", "299.78", "0.00", "")]
    bill = msgspec.structs.replace(
        SUMMARY.bill, utility=Reconciled(total="340.17", difference="0.00", likely="", lines=theirs)
    )
    tables = sheet(msgspec.structs.replace(SUMMARY, bill=bill), HOME, version=1, issued=ISSUED).lines
    assert [len(table.head) for table in tables] == [4, 4]
    assert tables[1].rows == [["Kilowatt-hours", "$299.78", "$299.78", "$0.00"]]


def test_the_picture_of_the_days_is_a_png_of_twice_596_points():
    from heatledger.statement.each_day import each_day

    light, dark = (days_png(each_day(SUMMARY.bill), scheme) for scheme in ("light", "dark"))
    assert light[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(light[16:20]) == 1192
    assert light != dark
    assert len(light) < 40_000


def test_the_csv_adds_up_and_no_spreadsheet_takes_a_name_for_a_formula():
    import csv

    lines = [msgspec.structs.replace(LINES[0], label='=HYPERLINK("x")'), *LINES[1:]]
    summary = msgspec.structs.replace(SUMMARY, bill=msgspec.structs.replace(SUMMARY.bill, lines=lines))
    with reading(Reader("de")):
        rows = list(csv.DictReader(lines_csv(summary).splitlines()))
    assert sum(Decimal(row["amount"]) for row in rows[:-1]) == Decimal(rows[-1]["amount"]) == Decimal("340.17")
    assert rows[0]["line"] == '\'=HYPERLINK("x")'
    assert (rows[-1]["from"], rows[-1]["to"]) == ("2025-12-03", "2026-01-03")
