/**
 * Records of comma-separated values, as RFC 4180 describes them.
 *
 * Specification: https://www.rfc-editor.org/rfc/rfc4180
 *
 * @module
 */

/** The most characters of a record: a quote that is never closed would take in the whole file. */
const MAX_RECORD = 2 ** 20;

/**
 * Takes lines one by one and gives the fields of each record, or `undefined` while a quoted field goes on. Empty lines
 * between records are passed over.
 *
 * @param path Name of the file, for messages.
 */
export function csvRecords(path: string): {
  /** Adds line `number`; a line break within quotes becomes `\n`. */
  add(line: string, number: number): { fields: string[]; line: number } | undefined;
  /** Says that there are no more lines. */
  end(): void;
} {
  // The lines of a record that goes on. Quotes come in pairs once it is whole, so that it is split then and not before.
  let open: string[] = [], length = 0, quotes = 0, first = 0;
  const unclosed = () => new SyntaxError(`Cannot read line ${first} of "${path}": a quote is opened and never closed`);
  return {
    add(line, number) {
      const isFirst = open.length === 0;
      if (isFirst && line.trim() === "") return undefined;
      if (isFirst) first = number, length = quotes = 0;
      open.push(line);
      length += line.length + 1, quotes += countQuotes(line);
      if (length > MAX_RECORD) throw unclosed();
      const fields = isFirst || quotes % 2 === 0 ? splitCsv(open.join("\n"), path, first) : undefined;
      if (!fields) return undefined;
      open = [];
      return { fields, line: first };
    },
    end() {
      if (open.length > 0) throw unclosed();
    },
  };
}

function countQuotes(line: string): number {
  let count = 0;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) count++;
  return count;
}

/** The fields of a record, or `undefined` where a quote is open at its end. */
function splitCsv(text: string, path: string, line: number): string[] | undefined {
  if (!text.includes('"')) return text.split(",");
  const fields: string[] = [];
  for (let at = 0;;) {
    if (text[at] !== '"') {
      const comma = text.indexOf(",", at), end = comma < 0 ? text.length : comma, field = text.slice(at, end);
      if (field.includes('"')) {
        throw new SyntaxError(
          `Cannot read line ${line} of "${path}": a quote within field ${
            fields.length + 1
          }, which does not open with ` +
            'one; write it as "…""…"',
        );
      }
      fields.push(field);
      if (comma < 0) return fields;
      at = comma + 1;
      continue;
    }
    let end = text.indexOf('"', at + 1);
    while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
    if (end < 0) return undefined;
    fields.push(text.slice(at + 1, end).replaceAll('""', '"'));
    if (end + 1 === text.length) return fields;
    if (text[end + 1] !== ",") {
      throw new SyntaxError(`Cannot read line ${line} of "${path}": field ${fields.length} goes on after its quote`);
    }
    at = end + 2;
  }
}
