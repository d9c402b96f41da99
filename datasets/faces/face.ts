/**
 * A person in one photograph: the identity's features as age and expression leave them.
 *
 * @module
 */
import type { Conditions } from "./conditions.ts";
import type { Shell } from "./hairstyle.ts";
import type { Identity } from "./identity.ts";
import { clamp, type Colour, mix, smooth } from "./maths.ts";
import { GREY } from "./palette.ts";

/** The features that geometry and paint read. Lengths are in head units, as in {@link Identity}. */
export interface Face {
  readonly identity: Identity;
  readonly conditions: Conditions;
  readonly skull: Identity["skull"];
  /** How deep wrinkles are, 0 to 1. */
  readonly wrinkles: number;
  /** How far the cheeks hang. */
  readonly jowls: number;
  readonly cheeks: number;
  readonly eyeOpen: number;
  /** Lift of the brows. */
  readonly browLift: number;
  readonly nose: Identity["nose"];
  /** Half width of the mouth, lift of its corners (up is positive), gap between the lips, and the lips' thickness. */
  readonly mouth: {
    readonly width: number;
    readonly lift: number;
    readonly gap: number;
    readonly upper: number;
    readonly lower: number;
  };
  /** How far the chin drops with the jaw. */
  readonly jawDrop: number;
  readonly skin: Colour;
  readonly hair: Shell | undefined;
  readonly hairColour: Colour;
  readonly browColour: Colour;
  readonly beardColour: Colour;
  readonly beard: Identity["beard"];
}

/** Applies the age and the expression of the conditions to a person. */
export function resolveFace(identity: Identity, conditions: Conditions): Face {
  const { age, smile, open } = conditions,
    { skull, ageing } = identity,
    hair = age < ageing.restyle ? identity.hair : identity.laterHair;
  const old = smooth(30, 78, age), elder = clamp((age - 40) / 40, -0.3, 1), young = smooth(26, 16, age);
  const grey = smooth(ageing.grey, ageing.grey + 24, age);
  const sallow: Colour = [1 - 0.04 * old, 1 - 0.06 * old, 1 - 0.05 * old];
  const skin = identity.skin.colour.map((value, i) => value * sallow[i]!) as unknown as Colour;
  const recession = ageing.recession * smooth(26, 66, age);
  const hairColour = mix(hair.colour, GREY, 0.95 * grey);
  return {
    identity,
    conditions,
    skull: {
      ...skull,
      width: skull.width * (1 + 0.025 * elder),
      chin: skull.chin + 0.02 * elder - 0.05 * young,
      jawPower: skull.jawPower + 0.55 * Math.max(0, elder) - 0.15 * young,
    },
    wrinkles: clamp(ageing.wrinkles * old, 0, 1),
    jowls: 0.06 * Math.max(0, elder),
    cheeks: identity.relief.cheeks + 0.06 * Math.max(0, smile) - 0.03 * elder + 0.03 * young,
    eyeOpen: identity.eyes.open * conditions.lids * (1 - 0.22 * Math.max(0, elder)) * (1 - 0.25 * Math.max(0, smile)),
    browLift: 0.06 * conditions.brows - 0.03 * Math.max(0, elder),
    nose: {
      ...identity.nose,
      width: identity.nose.width * (1 + 0.08 * elder) * (1 + 0.08 * Math.max(0, smile)),
      height: identity.nose.height * (1 + 0.05 * elder),
    },
    mouth: {
      width: identity.mouth.width * (1 + 0.2 * smile - 0.1 * open),
      lift: identity.mouth.corners + 0.09 * smile - 0.02 * elder,
      gap: 0.16 * open + 0.035 * Math.max(0, smile - 0.3),
      upper: identity.mouth.upper * (1 - 0.3 * Math.max(0, elder)) * (1 - 0.3 * Math.max(0, smile)),
      lower: identity.mouth.lower * (1 - 0.25 * Math.max(0, elder)) * (1 - 0.15 * Math.max(0, smile)),
    },
    jawDrop: 0.14 * open,
    skin,
    hair: hair.present
      ? { ...hair, front: hair.front - 0.5 * recession, temple: hair.temple - 0.25 * recession }
      : undefined,
    hairColour,
    browColour: mix(mix(hair.colour, GREY, 0.6 * grey), [0.01, 0.008, 0.007], 0.45),
    beardColour: mix(mix(hair.colour, [0.02, 0.015, 0.012], 0.4), GREY, grey),
    beard: {
      moustache: Math.min(1, identity.beard.moustache * (0.7 + 0.5 * conditions.stubble)),
      chin: Math.min(1, identity.beard.chin * (0.7 + 0.5 * conditions.stubble)),
      cheeks: Math.min(1, identity.beard.cheeks * (0.7 + 0.5 * conditions.stubble)),
    },
  };
}
