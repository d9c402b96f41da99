/**
 * Who a face is: everything that stays the same in all images of one person.
 *
 * Lengths are in head units: 1 is 40 pixels of a 112×112 crop, about half the width of a head. x points to the
 * right of the image, y down, z towards the viewer; the origin is inside the head, a little below the eyes.
 *
 * @module
 */
import { createRandom, type Random } from "../../tensor/random.ts";
import { type Colour, mix } from "./maths.ts";
import { drawHair, type Hair } from "./hairstyle.ts";
import { IRIS, skinTone } from "./palette.ts";

/** One person. Every number is drawn once, from the stream of the seed and the identity's index. */
export interface Identity {
  /** Index under the seed; two different indices are two different people. */
  readonly index: number;
  /** Age in the middle of this person's photographs, in years. */
  readonly age: number;
  /** Half width, y of crown, widest level and chin, and how square temples and jaw are. */
  readonly skull: {
    readonly width: number;
    readonly crown: number;
    readonly widest: number;
    readonly chin: number;
    readonly templePower: number;
    readonly jawPower: number;
    readonly depth: number;
  };
  /** Fullness of cheeks, height of cheekbones, size of chin, depth of its cleft, and weight of the brow ridge. */
  readonly relief: {
    readonly cheeks: number;
    readonly cheekbones: number;
    readonly chin: number;
    readonly cleft: number;
    readonly browRidge: number;
    readonly socket: number;
  };
  /** Middle, half width, opening, tilt outwards, height of the crease above, iris, thickness of lashes, bags below. */
  readonly eyes: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly open: number;
    readonly tilt: number;
    readonly crease: number;
    readonly iris: Colour;
    readonly irisRadius: number;
    readonly lashes: number;
    readonly bags: number;
  };
  /** Height above the eyes, half thickness, arch, slope, reach from the eye inwards and outwards, density. */
  readonly brows: {
    readonly height: number;
    readonly thickness: number;
    readonly arch: number;
    readonly slope: number;
    readonly inner: number;
    readonly outer: number;
    readonly density: number;
  };
  /** Level of the tip, half width of the wings, height of tip and of bridge, hook of the ridge, size of the tip. */
  readonly nose: {
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly bridge: number;
    readonly hook: number;
    readonly tip: number;
  };
  /** Level, half width, thickness of the lips, depth of the bow, lift of the corners, colour of the lips. */
  readonly mouth: {
    readonly y: number;
    readonly width: number;
    readonly upper: number;
    readonly lower: number;
    readonly bow: number;
    readonly corners: number;
    readonly colour: Colour;
  };
  /** Half height, how far they stand off, and level of the middle. */
  readonly ears: { readonly size: number; readonly out: number; readonly y: number };
  /** Colour, redness of cheeks, density of freckles, shine, places of moles. */
  readonly skin: {
    readonly colour: Colour;
    readonly blush: number;
    readonly freckles: number;
    readonly gloss: number;
    readonly moles: readonly { readonly x: number; readonly y: number; readonly radius: number }[];
    /** Where on the noise lattice this person's skin and hair are taken from. */
    readonly grain: number;
  };
  /** Hair in youth. */
  readonly hair: Hair;
  /** How the hair is worn from the age of `ageing.restyle` on; of the same natural colour. */
  readonly laterHair: Hair;
  /** Density of the beard by region, 0 to 1. */
  readonly beard: { readonly moustache: number; readonly chin: number; readonly cheeks: number };
  /** Frame of this person's glasses and how often they are worn, 0 to 1. */
  readonly glasses: { readonly habit: number; readonly round: number; readonly frame: Colour; readonly rim: number };
  /** How this person ages: when the hair turns grey and when it is restyled, how far the hairline goes back, wrinkles. */
  readonly ageing: {
    readonly grey: number;
    readonly restyle: number;
    readonly recession: number;
    readonly wrinkles: number;
  };
}

/**
 * Draws a person.
 *
 * @param seed Seed of the population.
 * @param index Which person of it, from 0.
 */
export function drawIdentity(seed: number, index: number): Identity {
  const random = createRandom(seed, `faces/identity/${index}`);
  const within = (low: number, high: number) => low + (high - low) * random.uniform();
  const about = (mean: number, deviation: number) => mean + deviation * Math.max(-2.2, Math.min(2.2, random.normal()));
  // One latent moves many features together, so that faces stay plausible: 0 feminine … 1 masculine.
  const masculine = random.uniform() < 0.5 ? within(0, 0.4) : within(0.6, 1);
  const { melanin, colour: skin } = skinTone(random);
  const hair = drawHair(random, { masculine, melanin });
  const later = drawHair(random, { masculine, melanin });
  const laterHair = hair.present ? { ...later, colour: hair.colour } : hair;
  const iris = IRIS[Math.floor(melanin > 0.45 ? within(0, 2.2) : within(0, IRIS.length))]!;
  const lipstick = masculine < 0.4 && random.uniform() < 0.6 ? within(0.3, 0.9) : 0;
  const redder: Colour = [skin[0] * 0.8, skin[1] * 0.5, skin[2] * 0.52];
  const paint: Colour = [within(0.3, 0.55), within(0.02, 0.1), within(0.04, 0.14)];
  return {
    index,
    age: within(20, 58),
    skull: {
      width: about(0.95, 0.055) + 0.03 * masculine,
      crown: about(-1.62, 0.05),
      widest: within(-0.35, 0.2),
      chin: about(1.2, 0.07) + 0.07 * masculine,
      templePower: within(2.1, 3),
      jawPower: within(1.6, 2.2) + 0.8 * masculine * random.uniform(),
      depth: about(1.02, 0.05),
    },
    relief: {
      cheeks: about(0, 0.05),
      cheekbones: within(0, 0.09),
      chin: within(0.02, 0.12) + 0.05 * masculine,
      cleft: random.uniform() < 0.2 ? within(0.3, 1) : 0,
      browRidge: within(0.01, 0.05) + 0.05 * masculine,
      socket: within(0.05, 0.14),
    },
    eyes: {
      x: about(0.44, 0.028),
      y: about(-0.26, 0.03),
      width: about(0.212, 0.018),
      open: about(0.125, 0.018) - 0.015 * masculine,
      tilt: about(-0.06, 0.09),
      crease: within(0.02, 0.09),
      iris,
      irisRadius: within(0.08, 0.098),
      lashes: within(0.012, 0.022) + (1 - masculine) * within(0, 0.022),
      bags: within(0, 0.5),
    },
    brows: {
      height: about(0.235, 0.035) - 0.03 * masculine,
      thickness: within(0.022, 0.05) + 0.022 * masculine,
      arch: within(0.01, 0.11) - 0.03 * masculine,
      slope: about(0, 0.1),
      inner: within(0.13, 0.26) + (random.uniform() < 0.08 ? 0.13 : 0),
      outer: within(0.22, 0.3),
      density: within(0.55, 0.95),
    },
    nose: {
      y: about(0.24, 0.05),
      width: about(0.2, 0.028) + 0.035 * melanin + 0.015 * masculine,
      height: about(0.26, 0.04),
      bridge: within(0.06, 0.16) - 0.05 * melanin,
      hook: about(0, 0.035),
      tip: within(0.8, 1.25),
    },
    mouth: {
      y: about(0.75, 0.04),
      width: about(0.35, 0.032),
      upper: within(0.04, 0.085) + 0.025 * melanin,
      lower: within(0.065, 0.12) + 0.03 * melanin,
      bow: within(0.1, 0.5),
      corners: about(0.03, 0.02),
      colour: mix(redder, paint, lipstick),
    },
    ears: { size: within(0.27, 0.38), out: within(0.09, 0.26), y: within(-0.06, 0.08) },
    skin: {
      colour: skin,
      blush: within(0.1, 0.8),
      freckles: melanin < 0.35 && random.uniform() < 0.25 ? within(0.4, 1) : 0,
      gloss: within(0.04, 0.16),
      moles: drawMoles(random),
      grain: random.integer(64),
    },
    hair,
    laterHair,
    beard: drawBeard(random, masculine),
    glasses: {
      habit: random.uniform() < 0.25 ? within(0.5, 1) : 0.04,
      round: random.uniform(),
      frame: mix([0.005, 0.005, 0.006], [within(0.02, 0.35), within(0.02, 0.2), within(0.02, 0.2)], random.uniform()),
      rim: within(0.015, 0.042),
    },
    ageing: {
      grey: within(32, 62),
      restyle: within(34, 48),
      recession: masculine * within(0, 0.5),
      wrinkles: within(0.5, 1.1),
    },
  };
}

function drawMoles(random: Random): { x: number; y: number; radius: number }[] {
  const count = Math.max(0, random.integer(6) - 2);
  return Array.from({ length: count }, () => ({
    x: 1.4 * random.uniform() - 0.7,
    y: 1.5 * random.uniform() - 0.6,
    radius: 0.02 + 0.02 * random.uniform(),
  }));
}

function drawBeard(random: Random, masculine: number): { moustache: number; chin: number; cheeks: number } {
  const style = random.integer(10), density = 0.5 + 0.5 * random.uniform(), shadow = 0.3 * random.uniform();
  if (masculine < 0.5) return { moustache: 0, chin: 0, cheeks: 0 };
  if (style < 5) return { moustache: shadow, chin: shadow, cheeks: shadow };
  if (style < 6) return { moustache: density, chin: shadow, cheeks: shadow };
  if (style < 8) return { moustache: density, chin: density, cheeks: shadow };
  return { moustache: density, chin: density, cheeks: density };
}
