/**
 * Goes through the images of a set in order, several decoded at a time.
 *
 * @module
 */
import { type ImageSet, isDamage } from "../../datasets/mod.ts";
import { readAhead } from "../read_ahead.ts";

/** Images that are asked for together. */
const GROUP = 64;

/** An image, or why there is none. */
export type Seen =
  | { readonly index: number; readonly bytes: Uint8Array }
  | { readonly index: number; readonly damage: Error };

/**
 * Every image, in order; damage is told, and does not end the way.
 *
 * @throws what {@link ImageSet.read} throws that is no damage.
 */
export async function* eachImage(set: Pick<ImageSet, "length" | "read">): AsyncGenerator<Seen> {
  const end = Math.ceil(set.length / GROUP);
  const see = async (index: number): Promise<Seen> => {
    try {
      return { index, bytes: await set.read(index) };
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { index, damage: error };
    }
  };
  const groups = readAhead((group) => {
    const count = Math.min(GROUP, set.length - group * GROUP);
    return Promise.all(Array.from({ length: count }, (_, i) => see(group * GROUP + i)));
  }, { end, depth: 2 });
  try {
    for (let group = 0; group < end; group++) yield* await groups.get(group);
  } finally {
    await groups.close();
  }
}
