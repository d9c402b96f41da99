/**
 * Colours of skin, hair and eyes.
 *
 * @module
 */
import type { Random } from "../../tensor/random.ts";
import { type Colour, colour, mix } from "./maths.ts";

/** Skin by melanin, from the least to the most, evenly spaced. */
const SKIN: readonly Colour[] = [
  colour(240, 205, 186),
  colour(226, 180, 150),
  colour(200, 150, 116),
  colour(160, 110, 80),
  colour(116, 76, 55),
  colour(82, 53, 41),
];

/** Iris colours from dark to light: two browns, hazel, green, grey, blue. */
export const IRIS: readonly Colour[] = [
  colour(50, 30, 20),
  colour(90, 55, 30),
  colour(115, 90, 50),
  colour(90, 115, 75),
  colour(110, 125, 135),
  colour(80, 125, 170),
];

/** Hair from black to light blond. */
const HAIR: readonly Colour[] = [
  colour(24, 20, 20),
  colour(44, 32, 26),
  colour(76, 52, 36),
  colour(112, 76, 46),
  colour(165, 125, 78),
  colour(212, 178, 122),
];
const RED = colour(150, 70, 36);

/** Hair that has lost its pigment. */
export const GREY: Colour = colour(176, 174, 172);

/** A colour between the two nearest of an evenly spaced scale; `t` from 0 to 1. */
function along(scale: readonly Colour[], t: number): Colour {
  const place = t * (scale.length - 1), index = Math.min(scale.length - 2, Math.floor(place));
  return mix(scale[index]!, scale[index + 1]!, place - index);
}

/** Draws a skin: how much melanin, 0 to 1, and the colour. */
export function skinTone(random: Random): { melanin: number; colour: Colour } {
  const melanin = random.uniform() ** 1.3;
  const [red, green, blue] = along(SKIN, melanin);
  const warm = 1 + 0.07 * random.normal(), pink = 1 + 0.05 * random.normal();
  return { melanin, colour: [red, green * pink, blue * pink / Math.max(0.8, warm)] };
}

/** Draws the natural colour of hair; much melanin makes it dark. */
export function hairColour(random: Random, melanin: number): Colour {
  const lightness = random.uniform(), red = random.uniform() < 0.1;
  if (melanin > 0.4) return along(HAIR, 0.35 * lightness);
  return red ? mix(RED, HAIR[3]!, lightness * 0.6) : along(HAIR, lightness ** 1.2);
}
