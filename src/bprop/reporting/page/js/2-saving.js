// The numbers of a chart as a file, CSV or JSON. Nothing leaves the machine: the page makes the file itself.

// numbersOf() -> {head: [names of columns], rows: [[values]]}
function saving(title, numbersOf) {
  const button = (kind, name) => {
    const made = el("button", { type: "button", "aria-label": `Save ${title} as ${name}` }, name);
    made.addEventListener("click", () => save(title, kind, numbersOf()));
    return made;
  };
  const closed = el("summary", { "aria-label": `Save the numbers of ${title}` }, "Save");
  return el("details", { class: "saving" }, closed, button("csv", "CSV"), button("json", "JSON"));
}

function save(title, kind, { head, rows }) {
  const text = kind === "csv" ? asCsv(head, rows) : asJson(title, head, rows);
  const link = el("a", { download: `${fileName(title)}.${kind}` });
  link.href = URL.createObjectURL(new Blob([text], { type: kind === "csv" ? "text/csv" : "application/json" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function asCsv(head, rows) {
  return [head, ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

// Text that a spreadsheet would take for a formula gets an apostrophe in front.
function csvCell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function asJson(title, head, rows) {
  return `${JSON.stringify({ title, columns: head, rows }, null, 1)}\n`;
}

function fileName(title) {
  return title.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60).toLowerCase() || "chart";
}
