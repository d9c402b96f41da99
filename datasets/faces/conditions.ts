/**
 * How one photograph was taken: all that changes between two images of one person.
 *
 * @module
 */
import type { Random } from "../../tensor/random.ts";
import type { Identity } from "./identity.ts";
import { clamp, type Colour, colour } from "./maths.ts";

/** Strength of each nuisance, from 0 (absent) to 1 (as wild as it gets). */
export interface Nuisances {
  /** Turns of the head: yaw with a standard deviation of 35°, pitch 16°, roll 20° at strength 1. */
  readonly pose: number;
  /** Smile, open mouth, raised brows, narrowed eyes, gaze. */
  readonly expression: number;
  /** Direction, brightness and colour of the light. */
  readonly light: number;
  /** Years around the person's middle age: a standard deviation of 14 at strength 1. */
  readonly age: number;
  /** Chance of sunglasses, a mask, a scarf, a hat or a thing before the face: 0.6 at strength 1. */
  readonly occlusion: number;
  /** Colours and shapes behind the head. */
  readonly background: number;
  /** Sensor noise, blur and white balance. */
  readonly noise: number;
  /** Error of the alignment: shift, scale and rotation of the crop. */
  readonly alignment: number;
}

/** What hides a part of the face. */
export type Occluder = "none" | "sunglasses" | "mask" | "scarf" | "hat" | "object";
const OCCLUDERS: readonly Occluder[] = ["sunglasses", "mask", "scarf", "hat", "hat", "object"];

/** One photograph's conditions. */
export interface Conditions {
  /** Turn of the head to the right of the image, in radians. */
  readonly yaw: number;
  /** Turn of the head downwards, in radians. */
  readonly pitch: number;
  /** Tilt of the head clockwise, in radians. */
  readonly roll: number;
  /** Age in years. */
  readonly age: number;
  /** Smile, 0 to 1; a little below 0 the corners go down. */
  readonly smile: number;
  /** Opening of the mouth, 0 to 1. */
  readonly open: number;
  /** Lift of the brows, −1 to 1. */
  readonly brows: number;
  /** How far the eyes are open; 1 is neutral. */
  readonly lids: number;
  /** Where the eyes look, as a shift of the irises in head units. */
  readonly gaze: readonly [x: number, y: number];
  /** Length of today's stubble, 0 to 1. */
  readonly stubble: number;
  /** Direction towards the light (unit vector), and the shares of directed and ambient light by channel. */
  readonly light: {
    readonly direction: readonly [x: number, y: number, z: number];
    readonly directed: Colour;
    readonly ambient: Colour;
  };
  /** What hides a part of the face. */
  readonly occluder: Occluder;
  /** Colour of the occluder. */
  readonly occluderColour: Colour;
  /** Three numbers, 0 to 1, for place and form of the occluder. */
  readonly occluderPlace: readonly [number, number, number];
  /** Whether the person wears their glasses. */
  readonly glasses: boolean;
  /** Two colours of the background, the direction between them, and where on the noise lattice its shapes are. */
  readonly background: { readonly from: Colour; readonly to: Colour; readonly angle: number; readonly blobs: number };
  /** Colour of the clothes. */
  readonly clothes: Colour;
  /** Gain by channel, blur radius in pixels of a 112-pixel crop, and standard deviation of the noise in bytes. */
  readonly camera: { readonly gain: Colour; readonly blur: number; readonly noise: number; readonly grain: number };
  /**
   * Error of the crop: shift in pixels of a 112-pixel crop, scale, rotation in radians. The alignment undoes the roll
   * but for a fifth of it.
   */
  readonly crop: { readonly x: number; readonly y: number; readonly scale: number; readonly angle: number };
}

/** A studio photograph: every nuisance absent. */
export const STUDIO: Nuisances = Object.freeze({
  pose: 0,
  expression: 0,
  light: 0,
  age: 0,
  occlusion: 0,
  background: 0,
  noise: 0,
  alignment: 0,
});

/**
 * Draws the conditions of one photograph. The same numbers are drawn whatever the strengths, so that a strength
 * scales one nuisance and leaves the others as they are.
 *
 * @param identity Who is photographed.
 * @param random The sample's own stream.
 * @param nuisances Strength of each nuisance.
 */
export function drawConditions(identity: Identity, random: Random, nuisances: Nuisances): Conditions {
  const normal = () => clamp(random.normal(), -2.2, 2.2), uniform = () => random.uniform();
  const shade = (): Colour => {
    const grey = 255 * uniform(), vivid = uniform() ** 2;
    const [red, green, blue] = [uniform(), uniform(), uniform()].map((hue) => grey + vivid * (255 * hue - grey));
    return colour(red!, green!, blue!);
  };
  const degrees = Math.PI / 180, { pose, expression, light: lighting, noise, alignment } = nuisances;
  const turns = {
    yaw: 35 * degrees * pose * normal(),
    pitch: 16 * degrees * pose * normal(),
    roll: 20 * degrees * pose * normal(),
  };
  const age = clamp(identity.age + 14 * nuisances.age * normal(), 16, 80);
  const mood = uniform(), amount = uniform();
  const face = {
    smile: expression * (mood < 0.7 ? 1.3 * amount : -0.3 * amount),
    open: expression * clamp(1.5 * uniform() - 0.7, 0, 0.8),
    brows: expression * normal() * 0.5,
    lids: 1 - expression * clamp(0.9 * uniform() - 0.3, -0.1, 0.5),
    gaze: [0.05 * expression * normal(), 0.02 * expression * normal()] as const,
    stubble: expression * uniform(),
  };
  const azimuth = lighting * 55 * degrees * normal(), elevation = (25 + lighting * 22 * normal()) * degrees;
  const level = 2 ** (lighting * 0.55 * normal()), share = 0.62 + lighting * (0.3 * uniform() - 0.15);
  const warmth = lighting * 0.16 * normal();
  const hides = uniform() < 0.6 * nuisances.occlusion, occluder = OCCLUDERS[random.integer(OCCLUDERS.length)]!;
  const occluderColour = shade(), occluderPlace = [uniform(), uniform(), uniform()] as const;
  const glasses = uniform() < identity.glasses.habit;
  const near = shade(), far = shade(), angle = 2 * Math.PI * uniform(), grain = random.integer(4096);
  const plain: Colour = [0.3, 0.3, 0.3], behind = nuisances.background;
  const toward = (c: Colour): Colour =>
    [0, 1, 2].map((i) => plain[i]! + behind * (c[i]! - plain[i]!)) as unknown as Colour;
  return {
    ...turns,
    age,
    ...face,
    light: {
      direction: [
        Math.sin(azimuth) * Math.cos(elevation),
        -Math.sin(elevation),
        Math.cos(azimuth) * Math.cos(elevation),
      ],
      directed: [level * share * (1 + warmth), level * share, level * share * (1 - warmth)],
      ambient: [
        level * (1 - share) * (1 - 0.3 * warmth),
        level * (1 - share),
        level * (1 - share) * (1 + 0.3 * warmth),
      ],
    },
    occluder: hides ? occluder : "none",
    occluderColour,
    occluderPlace,
    glasses,
    background: { from: toward(near), to: toward(far), angle, blobs: grain },
    clothes: shade(),
    camera: {
      gain: [1 + noise * 0.12 * normal(), 1 + noise * 0.06 * normal(), 1 + noise * 0.12 * normal()],
      blur: noise * 2.2 * uniform() ** 2,
      noise: noise * (1.5 + 9 * uniform() ** 2),
      grain,
    },
    crop: {
      x: alignment * 1.8 * normal(),
      y: alignment * 1.8 * normal(),
      scale: 1 + alignment * 0.045 * normal(),
      angle: alignment * 4 * degrees * normal() + 0.2 * turns.roll,
    },
  };
}
