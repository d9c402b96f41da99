/**
 * Writes `tests/fixtures/synthetic_faces.json`: the bytes of three small faces, which later versions must keep.
 * Run it only together with a new version of the readers:
 * `deno run --allow-write=tests tests/oracle/synthetic_faces_golden.ts`
 *
 * @module
 */
import { syntheticFace } from "../../datasets/synthetic_faces.ts";

const faces = [0, 5, 11].map((index) => {
  const { pixels, landmarks } = syntheticFace({ size: [16, 16], channels: 3, perIdentity: 4, seed: 3 }, index);
  return { index, pixels: [...pixels], landmarks: [...landmarks] };
});
Deno.writeTextFileSync(new URL("../fixtures/synthetic_faces.json", import.meta.url), JSON.stringify(faces) + "\n");
