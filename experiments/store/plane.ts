/**
 * `plane.json` in the folder of a run: its two-dimensional embeddings.
 *
 * @module
 */
import { z } from "zod";
import type { Plane } from "../plane.ts";
import { RECORD_PARTS } from "../record_schema.ts";
import { readTextIfThere } from "./atomic.ts";
import { within } from "./paths.ts";

/** Name of the file. */
export const PLANE = "plane.json";

const points = z.array(z.tuple([z.number(), z.number()]).readonly()).readonly();
const planeSchema: z.ZodType<Plane> = z.strictObject({
  weightsSha256: RECORD_PARTS.sha256,
  classes: z.array(z.string()).readonly(),
  labels: z.array(z.int().min(0)).readonly(),
  points,
  weights: points,
}).refine(
  ({ classes, labels, points }) => labels.length === points.length && labels.every((label) => label < classes.length),
  "one label a point, of a class",
);

/**
 * The two-dimensional embeddings of a run; `undefined` where it has none.
 *
 * @throws {SyntaxError} naming the file if it holds none.
 */
export async function readPlane(folder: string): Promise<Plane | undefined> {
  const path = await within(folder, PLANE), text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  const { success, data } = planeSchema.safeParse(parse(text));
  if (success) return data;
  throw new SyntaxError(
    `Cannot read ${path}: wanted classes, labels, points and weights; delete the file to do without`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
