// What a picture shows, as rows: to be read, and to be saved as CSV.

export type Cell = string | number | undefined;

export interface Rows {
  columns: string[];
  rows: Cell[][];
}

/** The rows as CSV (RFC 4180), numbers with every digit there is. */
export function csv({ columns, rows }: Rows): string {
  return `${[columns, ...rows].map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

function field(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  // Spreadsheets run a text that begins so as a formula, and ids of customers may be anybody's words.
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Saves a text as a file of the person at the browser. */
export function save(name: string, text: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** A cell as it is read. */
export function shown(cell: Cell): string {
  if (cell === undefined) return "–";
  if (typeof cell === "string") return cell;
  const digits = Number.isInteger(cell) ? 0 : Math.abs(cell) < 10 ? 4 : 2;
  return cell.toLocaleString("en", { maximumFractionDigits: digits });
}
