/**
 * Reading `history.jsonl`: one JSON object a line.
 *
 * @module
 */

/**
 * Parses a history; a last line without its newline was cut off by a crash and is left out.
 *
 * @throws {SyntaxError} naming file and line if any other line is not a JSON object.
 */
export function parseHistory(text: string, path: string): Record<string, unknown>[] {
  const lines = text.split("\n");
  lines.pop();
  return lines.map((line, i) => {
    try {
      const value = JSON.parse(line);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    } catch {
      // Reported below, with what is wanted.
    }
    throw new SyntaxError(
      `Cannot read ${path}:${i + 1}: wanted one JSON object a line; delete the run's folder to run it again`,
    );
  });
}
