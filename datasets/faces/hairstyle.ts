/**
 * Styles of hair: how far it stands off the skull and where its edge runs round the head.
 *
 * @module
 */
import type { Random } from "../../tensor/random.ts";
import { hairColour } from "./palette.ts";
import type { Colour } from "./maths.ts";

/** The form of a shell round the head: hair or a hat. Angles go round the head from the middle of the face. */
export interface Shell {
  /** How far it stands off the crown, in head units. */
  readonly top: number;
  /** How far it stands off the sides and the back. */
  readonly side: number;
  /** Level (y) of its edge over the middle of the forehead. */
  readonly front: number;
  /** How much lower the edge is towards the temples. */
  readonly temple: number;
  /** How much lower it is on the right of the image than in the middle. */
  readonly slant: number;
  /** Level of its edge at the ears. */
  readonly ear: number;
  /** Level of its edge at the nape. */
  readonly nape: number;
  /** Angle, in radians, where the edge turns down beside the face. */
  readonly opening: number;
  /** Depth of the locks along the edge. */
  readonly ragged: number;
  /** Depth of the curls, as a share of the thickness. */
  readonly curl: number;
}

/** Hair of a person. */
export interface Hair extends Shell {
  /** `false` for a shaved head. */
  readonly present: boolean;
  /** Natural colour. */
  readonly colour: Colour;
  /** Strength of the band of light across it. */
  readonly shine: number;
}

/** Draws a style and its colour. */
export function drawHair(random: Random, person: { masculine: number; melanin: number }): Hair {
  const within = (low: number, high: number) => low + (high - low) * random.uniform();
  const colour = hairColour(random, person.melanin);
  const hairline = within(-1.2, -0.9), parted = random.uniform() < 0.4;
  const common = {
    present: true,
    colour,
    shine: within(0.05, 0.3),
    temple: within(0.02, 0.34),
    slant: (parted ? 1 : 0.25) * within(-0.38, 0.38),
    ragged: within(0.02, 0.1),
  };
  const short: Hair = {
    ...common,
    top: within(0.06, 0.26),
    side: within(0.02, 0.09),
    front: hairline,
    ear: within(-0.4, 0.05),
    nape: 0.7,
    opening: within(1.0, 1.2),
    curl: within(0, 0.03),
  };
  const long: Hair = {
    ...short,
    side: within(0.06, 0.2),
    front: hairline + within(-0.05, 0.05),
    ear: within(0.6, 2.2),
    nape: 2.2,
    opening: within(0.85, 1.25),
  };
  const woolly = person.melanin > 0.55 ? 0.5 : 0.12;
  const pick = random.uniform(), curly = random.uniform() < woolly;
  const styled = person.masculine > 0.5
    ? pick < 0.1
      ? { ...short, present: false }
      : pick < 0.2
      ? { ...short, top: 0.03, side: 0.015, ragged: 0.02 }
      : short
    : pick < 0.2
    ? { ...short, top: within(0.04, 0.12), ear: -0.2, ragged: 0.02 } // tied back
    : long;
  const fringe = random.uniform() < (person.masculine > 0.5 ? 0.18 : 0.3) ? within(0.2, 0.42) : 0;
  const curls = curly
    ? { curl: within(0.05, 0.12), side: styled.side + within(0.05, 0.3), top: styled.top + 0.15 }
    : {};
  return { ...styled, front: styled.front + fringe, ...curls };
}
