/**
 * Fonts of the system, for pictures in pixels.
 *
 * @module
 */
import { UsageError } from "./exit.ts";

/** Where systems keep a font that has the letters of figures; the first that is there is taken. */
const KNOWN: readonly string[] = [
  "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
  "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
  "/usr/share/fonts/liberation-sans/LiberationSans-Regular.ttf",
  "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
  "/usr/share/fonts/TTF/DejaVuSans.ttf",
  "/System/Library/Fonts/Helvetica.ttc",
  "/System/Library/Fonts/Supplemental/Arial.ttf",
  "C:\\Windows\\Fonts\\arial.ttf",
];

/**
 * Reads the fonts that write a picture.
 *
 * @param given A file that is taken instead of the system's.
 * @throws {UsageError} if there is none.
 */
export async function readFonts(given?: string): Promise<Uint8Array[]> {
  for (const path of given === undefined ? KNOWN : [given]) {
    const font = await Deno.readFile(path).catch(() => undefined);
    if (font) return [font];
  }
  throw new UsageError(
    given === undefined
      ? "Cannot draw a PNG: found no font where systems keep them, name one with --font or take --format svg"
      : `Cannot draw a PNG: "${given}" cannot be read, a TrueType or OpenType file is wanted`,
  );
}
