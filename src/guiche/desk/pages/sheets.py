"""Tables to take away: CSV as Excel in Portuguese opens it, and XLSX. No cell is ever a formula."""

import csv
import io
from collections.abc import Iterable

from guiche.desk.figures.table import Table
from guiche.sources.found import harmless

_BOM = "\ufeff"
_WIDTHS = 12, 46
_LONGEST_NAME = 31
"""Of a sheet, as Excel has it."""


def as_csv(table: Table) -> bytes:
    """UTF-8 with its mark, parted by semicolons."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in (table.headings, *table.rows):
        writer.writerow([harmless(str(cell)) for cell in row])
    return (_BOM + text.getvalue()).encode()


def as_workbook(tables: Iterable[Table], words: str) -> bytes:
    """A sheet each; `words` say what they are of. Rows are written as they come and not held."""
    import xlsxwriter  # late: nobody waits for it who takes no sheet

    file = io.BytesIO()
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        for table in tables:
            sheet = book.add_worksheet(table.key[:_LONGEST_NAME])
            sheet.set_column(0, 0, _widest(table))
            sheet.set_column(1, len(table.headings), _WIDTHS[0] + 4)
            sheet.write_string(0, 0, f"{table.title}. {words}", bold)
            for at, heading in enumerate(table.headings):
                sheet.write_string(2, at, heading, bold)
            for line, row in enumerate(table.rows, start=3):
                for at, cell in enumerate(row):
                    if isinstance(cell, int):
                        sheet.write_number(line, at, cell)
                    else:
                        sheet.write_string(line, at, cell)
    return file.getvalue()


def _widest(table: Table) -> int:
    widest = max((len(str(row[0])) for row in table.rows), default=0)
    return min(max(widest + 2, _WIDTHS[0]), _WIDTHS[1])
