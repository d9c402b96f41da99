/**
 * The file `property` beside insightface's records: `classes,height,width`.
 *
 * @module
 */

/** What a `property` file says. */
export interface Property {
  /** Number of classes. */
  readonly classes: number;
  /** Height and width of the images, in pixels. */
  readonly size: readonly [height: number, width: number];
}

/**
 * Parses a `property` file.
 *
 * @param path Its path, for the message.
 * @throws {SyntaxError} if it is not one line of three whole numbers.
 */
export function parseProperty(bytes: Uint8Array, path: string): Property {
  const text = new TextDecoder().decode(bytes.subarray(0, 200)).trim(),
    found = /^(\d{1,9}),(\d{1,9}),(\d{1,9})$/.exec(text);
  if (!found) {
    throw new SyntaxError(
      `Cannot read "${path}", line 1: found ${JSON.stringify(text.slice(0, 40))}, classes,height,width are wanted`,
    );
  }
  const [classes, height, width] = found.slice(1).map(Number) as [number, number, number];
  return { classes, size: [height, width] };
}

/** The text of a `property` file. */
export function formatProperty({ classes, size: [height, width] }: Property): string {
  return `${classes},${height},${width}\n`;
}
