/**
 * Reading `history.jsonl`: one JSON object a line.
 *
 * @module
 */

/** A line of a history. */
type Line = Record<string, unknown>;

/**
 * Parses a history; a last line without its newline was cut off by a crash and is left out.
 *
 * @throws {SyntaxError} naming file and line if any other line is not a JSON object.
 */
export function parseHistory(text: string, path: string): Line[] {
  return wholeLines(text).map((line, i) => parseLine(line) ?? damaged(path, i));
}

/**
 * The lines of a history up to a step. Behind them a crash may have left anything: lines that a resumed run writes again,
 * half of one, or the zeros of a file system.
 *
 * @throws {SyntaxError} naming file and line if a line that is wanted comes after one that is not a JSON object.
 */
export function historyUpTo(text: string, path: string, afterStep: number): Line[] {
  const kept: Line[] = [];
  let bad: number | undefined;
  for (const [i, line] of wholeLines(text).entries()) {
    const value = parseLine(line);
    if (!value) bad ??= i;
    else if (typeof value.step === "number" && value.step > afterStep) continue;
    else if (bad !== undefined) damaged(path, bad);
    else kept.push(value);
  }
  return kept;
}

function wholeLines(text: string): string[] {
  return text.split("\n").slice(0, -1);
}

/** The object that a line holds, or `undefined` where it holds none. */
function parseLine(line: string): Line | undefined {
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function damaged(path: string, index: number): never {
  throw new SyntaxError(
    `Cannot read ${path}:${index + 1}: wanted one JSON object a line; delete the run's folder to run it again`,
  );
}
