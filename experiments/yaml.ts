/**
 * YAML as text to values and back, with errors of our form.
 *
 * @module
 */
import { parse as parseYaml, stringify as stringifyYaml } from "yaml";

/**
 * Parses one YAML document; duplicate keys are errors.
 *
 * @throws {SyntaxError} with line and column if the text is not YAML.
 */
export function parse(text: string): unknown {
  try {
    return parseYaml(text, { uniqueKeys: true, prettyErrors: true, logLevel: "error" });
  } catch (error) {
    throw new SyntaxError(`Cannot parse YAML: ${(error as Error).message}`);
  }
}

/** Writes a value as a YAML document. */
export function stringify(value: unknown): string {
  return stringifyYaml(value, { lineWidth: 0 });
}
