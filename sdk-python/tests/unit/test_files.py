"""Files as they come: packed or not, in whatever encoding, with whatever between their cells."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pandas
import polars
import pyarrow
import pytest
from fake_server import FakeServer, rows_of

import lojal

FRAMES = (pandas.DataFrame, polars.DataFrame, pyarrow.Table.from_pylist)
HEADER = "customer_id,date,value"
LINES = [HEADER, "Ćiro,2026-03-01,1.5", "Zoë,2026-03-02,2"]


def sent(server: FakeServer) -> list[Any]:
    return [row for request in server.received for row in rows_of(request)]


def load(client: Any, tmp_path: Path, content: bytes, name: str = "orders.csv", **options: Any) -> Any:
    file = tmp_path / name
    file.write_bytes(content)
    return client.transactions.load(file, progress=False, **options)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_out(delimiter: str, client: Any, server: FakeServer, tmp_path: Path) -> None:
    text = "\n".join(LINES).replace(",", delimiter)
    assert load(client, tmp_path, text.encode()).recorded == 2
    assert [row.customer_id for row in sent(server)] == ["Ćiro", "Zoë"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_with_a_mark_are_found_out(encoding: str, client: Any, server: FakeServer, tmp_path: Path) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    result = load(client, tmp_path, (mark + "\r\n".join(LINES)).encode(encoding))
    assert [row.customer_id for row in sent(server)] == ["Ćiro", "Zoë"]
    assert any("UTF-16" in note for note in result.notes) == encoding.startswith("utf-16")


def test_what_is_not_utf_8_is_of_windows_and_says_so(client: Any, server: FakeServer, tmp_path: Path) -> None:
    result = load(client, tmp_path, f"{HEADER}\nZoë,2026-03-02,2 €\n".encode("cp1252"), currency_code="eur")
    assert [row.customer_id for row in sent(server)] == ["Zoë"]
    assert sent(server)[0].amount.currency_code == "EUR"
    assert "not UTF-8 and was read as Windows-1252" in result.notes[0]
    server.received.clear()
    load(client, tmp_path, f"{HEADER}\nŽeljko,2026-03-02,2\n".encode("cp1250"), encoding="cp1250")
    assert [row.customer_id for row in sent(server)] == ["Željko"]
    with pytest.raises(lojal.InvalidArgument, match="no encoding"):
        load(client, tmp_path, b"a", encoding="latin-99")


def test_a_file_in_two_encodings_is_refused(client: Any, server: FakeServer, tmp_path: Path) -> None:
    content = f"{HEADER}\nZoë,2026-03-02,2\n".encode() + "Zoë,2026-03-03,2\n".encode("cp1252")
    with pytest.raises(lojal.InvalidArgument, match="line 3 is not UTF-8, and others are"):
        load(client, tmp_path, content)
    assert server.received == []
    assert load(client, tmp_path, content, encoding="cp1252").recorded == 2


def test_a_packed_file_is_unpacked(client: Any, server: FakeServer, tmp_path: Path) -> None:
    packed = gzip.compress("\n".join(LINES).encode())
    assert load(client, tmp_path, packed, "orders.csv.gz").recorded == 2
    with pytest.raises(lojal.InvalidArgument, match="cannot be unpacked"):
        load(client, tmp_path, packed[:-12], "orders.csv.gz")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 and so on", r"workbook or an archive: save it as CSV"),
        (b"PAR1 and so on", "Parquet"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x00\x00", "no text"),
        (b"", "is empty"),
        (b"only words\nand more\n", "name the column to take as customer_id"),
        (b'customer_id,date,value\nc1,2026-03-01,"1\n', "no CSV file as the rest of it has them"),
        (b'{"a": 1}\nb\n', "no JSON object"),
        (b"[1, 2]", "holds no objects"),
    ],
)
def test_what_is_no_table_says_what_it_is(content: bytes, words: str, client: Any, tmp_path: Path) -> None:
    with pytest.raises(lojal.InvalidArgument, match=words):
        load(client, tmp_path, content)


@pytest.mark.parametrize("form", ["lines", "list", "page"])
def test_json_is_a_table(form: str, client: Any, server: FakeServer, tmp_path: Path) -> None:
    rows = [{"customer": {"id": "c1", "email": "a"}, "date": "2026-03-01", "value": 1.10}, {"customer": "c2"}]
    rows[1] |= {"date": "2026-03-02", "value": 2}
    text = {"lines": "\n\n".join(map(json.dumps, rows)), "list": json.dumps(rows), "page": json.dumps({"data": rows})}
    assert load(client, tmp_path, text[form].encode(), "orders.jsonl").recorded == 2
    assert [(row.customer_id, row.amount.amount) for row in sent(server)] == [("c1", "1.100000"), ("c2", "2.000000")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_cell_too_many_is_told_by_its_line(end: str, client: Any, server: FakeServer, tmp_path: Path) -> None:
    lines = [HEADER, "c1,2026-03-01,1", "c2,2026-03-01,12,50", "c3,2026-03-01,1,"]
    with pytest.raises(lojal.InvalidArgument, match=r"4 cells where the header has 3.*double quotes") as error:
        load(client, tmp_path, end.join(lines).encode())
    assert error.value.field_violations[0].row == 3
    assert server.received == []
    assert load(client, tmp_path, end.join([*lines[:2], lines[3]]).encode()).recorded == 2


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_for_spreadsheets_is_no_header(end: str, client: Any, server: FakeServer, tmp_path: Path) -> None:
    lines = ["sep=;", HEADER.replace(",", ";"), "c1;2026-03-01;12,5", "c2;never;1"]
    with pytest.raises(lojal.InvalidArgument) as error:
        load(client, tmp_path, end.join(lines).encode())
    assert error.value.field_violations[0].row == 4
    assert load(client, tmp_path, end.join(lines[:3]).encode()).recorded == 1
    assert sent(server)[0].amount.amount == "12.500000"


def test_columns_of_one_name_are_not_chosen_from(client: Any, tmp_path: Path) -> None:
    content = b"customer_id,date,value,value,note,note\nc1,2026-03-01,1,2,,\n"
    with pytest.raises(lojal.InvalidArgument, match="several columns are called 'value'"):
        load(client, tmp_path, content)
    assert load(client, tmp_path, content.replace(b"value,value", b"value,vat")).recorded == 1


def test_columns_without_a_name_are_left_alone(client: Any, server: FakeServer, tmp_path: Path) -> None:
    content = b",customer_id,,date,value, ,\n0,c1,x,2026-03-01,1,,\n1,c2,y,2026-03-02,2\n"
    result = load(client, tmp_path, content)
    assert result.columns == {"customer_id": "customer_id", "time": "date", "amount": "value"}
    assert [(row.customer_id, row.amount.amount) for row in sent(server)] == [("c1", "1.000000"), ("c2", "2.000000")]
    preview = client.transactions.preview(tmp_path / "orders.csv")
    assert [(each.name, each.examples) for each in preview.columns[1:]] == [
        ("date", ("2026-03-01", "2026-03-02")),
        ("value", ("1", "2")),
    ]
    # what stands beyond the names may be the cents of a decimal comma
    with pytest.raises(lojal.InvalidArgument, match=r"cells where the header has 3.*double quotes"):
        load(client, tmp_path, b"customer_id,date,value,,\nc1,2026-03-01,12,50,\n")
    with pytest.raises(lojal.InvalidArgument, match="names no column"):
        load(client, tmp_path, b",,,\nc1,2026-03-01,12,\n")


@pytest.mark.parametrize("kind", [list, *FRAMES], ids=["dicts", "pandas", "polars", "arrow"])
def test_columns_without_a_name_are_left_alone_in_tables(kind: Any, client: Any, server: FakeServer) -> None:
    rows = [{"": "x", "customer_id": "c1", " ": "y", "date": "2026-03-01", "value": "1", "---": "z"}]
    assert client.transactions.load(kind(rows), progress=False).recorded == 1
    assert sent(server)[0].customer_id == "c1"
    server.received.clear()
    client.customers.load(kind([{"": "x", "customer_id": "c1", "city": "Bari"}]), progress=False)
    assert dict(server.received[0].customers.rows[0].attributes).keys() == {"city"}


def test_what_is_no_file_is_refused_at_once(client: Any, server: FakeServer, tmp_path: Path) -> None:
    pipe = tmp_path / "orders.csv"
    os.mkfifo(pipe)
    for path in (pipe, Path(os.devnull)):
        with pytest.raises(lojal.FileUnusable, match="a pipe or a device; save what comes out of it to a file first"):
            client.transactions.load(path, progress=False)
        with pytest.raises(lojal.FileUnusable, match="save what comes out of it to a file first"):
            client.transactions.preview(path)
    assert server.received == []


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_json_nested_too_deep_is_refused(opening: str, client: Any, tmp_path: Path) -> None:
    depth = 100_000
    end = {"[": "]", '{"a":': "}"}[opening]
    content = f'{{"customer_id": {opening * depth}1{end * depth}}}'.encode()
    for refused in (content, b'{"customer_id": "c1"}\n' + content):
        with pytest.raises(lojal.InvalidArgument, match="nested too deep to be read: give objects"):
            load(client, tmp_path, refused, "orders.json")


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be"])
def test_utf_32_is_read_only_by_its_name(encoding: str, client: Any, server: FakeServer, tmp_path: Path) -> None:
    content = ("\ufeff" + "\n".join(LINES)).encode(encoding)
    with pytest.raises(lojal.InvalidArgument, match='the file is UTF-32: save it as UTF-8, or pass encoding="utf-32"'):
        load(client, tmp_path, content)
    assert load(client, tmp_path, content, encoding="utf-32").recorded == 2
    assert [row.customer_id for row in sent(server)] == ["Ćiro", "Zoë"]


@pytest.mark.parametrize(
    "how",
    [{}, {"time": "when"}, {"profile": "shopify"}, {"lines": True}],
    ids=["guessed", "named", "profile", "lines"],
)
def test_a_header_of_very_many_columns_is_not_all_told(how: Any, client: Any, tmp_path: Path) -> None:
    content = ",".join(f"c{i}" for i in range(20_000)).encode() + b"\n"
    with pytest.raises(lojal.InvalidArgument, match=r"'c0', 'c1', .*'c29' and 19,970 more") as error:
        load(client, tmp_path, content, **how)
    assert len(str(error.value)) < 1000
    with pytest.raises(lojal.InvalidArgument, match="'c30' and 19,969 more"):
        client.customers.load(tmp_path / "orders.csv", customer_id="c3", attributes=["city"], progress=False)
