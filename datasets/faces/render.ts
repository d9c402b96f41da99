/**
 * Renders one photograph of one person, with its five landmarks.
 *
 * @module
 */
import type { Random } from "../../tensor/random.ts";
import { createRandom } from "../../tensor/random.ts";
import { background, develop, objectCover } from "./camera.ts";
import type { Conditions } from "./conditions.ts";
import { type Face, resolveFace } from "./face.ts";
import type { Shell } from "./hairstyle.ts";
import type { Identity } from "./identity.ts";
import type { Colour } from "./maths.ts";
import { type Detail, headMesh, neckMesh, shellMesh } from "./mesh.ts";
import type { Paint } from "./paint.ts";
import { applySimilarity, fitSimilarity, misalign, project, rotation, template } from "./pose.ts";
import { createSamples, drawMesh, type Samples } from "./raster.ts";
import { shade } from "./light.ts";
import { HAIR, HAT, HEAD, NECK, paintSample } from "./scene.ts";
import { landmarkPoints } from "./surface.ts";

/** Size of a rendered image. */
export interface FaceSize {
  /** Rows of pixels. */
  readonly height: number;
  /** Columns of pixels. */
  readonly width: number;
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: number;
}

/** A rendered face. */
export interface RenderedFace {
  /** Bytes in `[height, width, channels]` order. */
  readonly pixels: Uint8Array;
  /**
   * Left eye, right eye, tip of the nose, left and right corner of the mouth, as x, y in pixels; left is the left of
   * the image, and the middle of the first pixel is (0, 0).
   */
  readonly landmarks: Float32Array;
}

/** A knitted hat; over thick hair it stands further off. */
const HAT_SHELL: Shell = Object.freeze({
  top: 0.14,
  side: 0.09,
  front: -0.82,
  temple: 0.03,
  slant: 0,
  ear: -0.42,
  nape: -0.2,
  opening: 1.1,
  ragged: 0,
  curl: 0,
});

/**
 * Renders a face: a pure function of its arguments.
 *
 * @param identity Who, of {@link drawIdentity}.
 * @param conditions How photographed, of {@link drawConditions}.
 * @param size Height, width and channels.
 *
 * @example The landmarks of a studio photograph stand near the template
 * ```ts
 * import { createRandom } from "../../tensor/random.ts";
 * import { drawConditions, drawIdentity, renderFace, STUDIO } from "./mod.ts";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const ada = drawIdentity(0, 7);
 * const conditions = drawConditions(ada, createRandom(0, "photo"), STUDIO);
 * const { pixels, landmarks } = renderFace(ada, conditions, { height: 112, width: 112, channels: 3 });
 * assertEquals(pixels.length, 112 * 112 * 3);
 * assert(Math.abs(landmarks[0]! - 38.3) < 4);
 * ```
 */
export function renderFace(identity: Identity, conditions: Conditions, size: FaceSize): RenderedFace {
  const { height, width } = size, face = resolveFace(identity, conditions), turn = rotation(conditions);
  const flat = project(landmarkPoints(face), turn);
  const crop = misalign(fitSimilarity(flat, template(height, width)), conditions.crop, size);
  const oversample = height < 24 ? 3 : 2, detail: Detail = height < 56 ? "coarse" : "fine";
  const view = { turn, crop, oversample };
  const samples = createSamples(height * oversample, width * oversample);
  const scarf = conditions.occluder === "scarf", hat = conditions.occluder === "hat";
  drawMesh(samples, headMesh(face, detail), HEAD, view);
  if (face.hair !== undefined) drawMesh(samples, shellMesh(face, face.hair, detail), HAIR, view);
  if (hat) {
    const hair = face.hair ?? HAT_SHELL, curls = 1 + 2.5 * hair.curl;
    const shell: Shell = {
      ...HAT_SHELL,
      top: Math.max(HAT_SHELL.top, hair.top * curls + 0.05),
      side: Math.max(HAT_SHELL.side, hair.side * curls + 0.05),
      front: -0.82 + 0.2 * conditions.occluderPlace[0],
    };
    drawMesh(samples, shellMesh(face, shell, detail), HAT, view);
  }
  drawMesh(samples, neckMesh(face, scarf, detail), NECK, { ...view, turn: rotation(conditions, 0.4) });
  const unit = Math.hypot(crop.a, crop.b) * oversample;
  const linear = light(samples, face, { oversample, soft: 1 / unit });
  const random: Random = createRandom(conditions.camera.grain, `faces/grain/${identity.index}`);
  return { pixels: develop(linear, size, conditions.camera, random), landmarks: applySimilarity(crop, flat) };
}

/** Paints and lights every sample, and averages the samples of each pixel. */
function light(samples: Samples, face: Face, scale: { oversample: number; soft: number }): Float32Array {
  const { oversample, soft } = scale, { conditions } = face, { width, height } = samples;
  const across = width / oversample, linear = new Float32Array(3 * across * (height / oversample));
  const paint: Paint = { red: 0, green: 0, blue: 0, gloss: 0 }, share = 1 / (oversample * oversample);
  const thing: Colour = conditions.occluderColour, behind = background(conditions);
  for (let sy = 0; sy < height; sy++) {
    for (let sx = 0; sx < width; sx++) {
      const at = sy * width + sx, mesh = samples.mesh[at]!;
      const x = 2 * (sx + 0.5) / width - 1, y = 2 * (sy + 0.5) / height - 1;
      if (mesh === 0) behind(paint, x, y);
      else {
        const skin = paintSample(paint, face, samples, at, soft);
        shade(paint, conditions.light, samples.normal, 3 * at, skin);
      }
      const hidden = conditions.occluder === "object" ? objectCover(conditions, x, y, 2 / width) : 0, seen = 1 - hidden;
      const to = 3 * (Math.floor(sy / oversample) * across + Math.floor(sx / oversample));
      linear[to] = linear[to]! + share * (seen * paint.red + hidden * thing[0]);
      linear[to + 1] = linear[to + 1]! + share * (seen * paint.green + hidden * thing[1]);
      linear[to + 2] = linear[to + 2]! + share * (seen * paint.blue + hidden * thing[2]);
    }
  }
  return linear;
}
