/**
 * The surface of the head: cross-sections stacked from crown to chin, and the relief of the face upon them.
 *
 * @module
 */
import type { Face } from "./face.ts";
import { bump, clamp, ridge, smooth } from "./maths.ts";

/** Exponent of the front half of a cross-section, `|x/w|^n + |z/d|^n = 1`: a face is flatter than a circle. */
const FLATNESS = 2.35;

/** Half width, depth of the front and depth of the back of the cross-section at one level. */
export interface Section {
  readonly width: number;
  readonly front: number;
  readonly back: number;
}

/** The cross-section of the bare head at level `y`. */
export function section(face: Face, y: number): Section {
  const { width, crown, widest, chin, templePower, jawPower, depth } = face.skull;
  const above = y < widest, power = above ? templePower : jawPower;
  const t = clamp(above ? (widest - y) / (widest - crown) : (y - widest) / (chin - widest), 0, 0.9999);
  const round = (1 - t ** power) ** (1 / power);
  const facePower = above ? 2.3 : 2.9;
  const deep = (1 - t ** facePower) ** (1 / facePower);
  return { width: width * round, front: depth * deep, back: 1.12 * (above ? deep : (1 - t * t) ** 0.75) };
}

/** Depth of the front of a unit cross-section at `x = s`, from 1 in the middle to 0 at the side. */
export function frontDepth(s: number): number {
  return Math.max(0, 1 - Math.abs(s) ** FLATNESS) ** (1 / FLATNESS);
}

/** How far the relief of the face stands off the cross-section at the point `(x, y)` of its front. */
export function relief(face: Face, x: number, y: number): number {
  const { eyes, relief: form } = face.identity, { mouth } = face;
  const side = Math.abs(x), mouthY = face.identity.mouth.y;
  let z = noseRelief(face, side, y);
  const dx = side - eyes.x, dy = y - eyes.y;
  z -= form.socket * 1.25 * bump(dx / 0.38, (dy + 0.02) / 0.24);
  z += 0.05 * bump(dx / 0.2, dy / 0.15);
  z += form.browRidge * bump((side - eyes.x) / 0.55, (dy + 0.24) / 0.16);
  z += form.cheekbones * bump((side - 0.58) / 0.36, (y - 0.12) / 0.32);
  z += face.cheeks * bump((side - 0.46) / 0.42, (y - 0.42) / 0.42);
  z += face.jowls * bump((side - 0.5) / 0.22, (y - 0.88) / 0.25);
  z += 0.07 * bump(x / 0.5, (y - mouthY) / 0.36);
  z += 0.06 * bump(x / mouth.width, (y - mouthY + 0.06) / 0.1) +
    0.07 * bump(x / mouth.width, (y - mouthY - 0.09) / 0.1);
  z -= 0.06 * bump(x / 0.3, (y - mouthY - 0.22) / 0.1);
  z += form.chin * bump(x / 0.34, (y - face.skull.chin + 0.17) / 0.22);
  return z;
}

/** The nose: a ridge from between the eyes to the tip, and the wings beside it. */
function noseRelief(face: Face, side: number, y: number): number {
  const { nose } = face, root = face.identity.eyes.y - 0.08;
  const t = (y - root) / (nose.y - root);
  if (t < -0.35 || t > 1.5) return 0;
  const along = clamp(t, 0, 1), below = smooth(1.02, 1.42, t);
  const start = t < 0 ? smooth(-0.35, 0, t) : 1;
  const height = (nose.bridge + (nose.height - nose.bridge) * along ** 1.35 + nose.hook * 4 * along * (1 - along)) *
    start;
  const width = 0.13 + 0.6 * nose.width * along ** 1.5 * nose.tip;
  const tip = 0.05 * nose.tip * bump(side / 0.12, (t - 0.97) / 0.3);
  const wing = 0.13 * bump((side - 0.72 * nose.width) / (0.55 * nose.width), (y - nose.y - 0.02) / 0.13);
  return (height * ridge(side / width) + tip) * (1 - below) + wing * (1 - 0.5 * below);
}

/** How far the jaw carries a point at level `y` down when the mouth opens. */
export function jawShift(face: Face, y: number): number {
  const mouthY = face.identity.mouth.y;
  return face.jawDrop * smooth(mouthY - 0.05, face.skull.chin - 0.1, y);
}

/**
 * The point of the face whose front view in a neutral pose is `(x, y)`.
 *
 * @returns x, y and z in head units, before the head turns.
 */
export function facePoint(face: Face, x: number, y: number): [x: number, y: number, z: number] {
  const { width, front } = section(face, y), s = x / width, depth = frontDepth(s);
  return [x, y + jawShift(face, y), front * depth + smooth(0, 0.3, depth) * relief(face, x, y)];
}

/** The five landmarks on the surface: left eye, right eye, tip of the nose, left and right corner of the mouth. */
export function landmarkPoints(face: Face): number[] {
  const { eyes, mouth } = face.identity, corner = mouth.y - face.mouth.lift;
  return [
    ...facePoint(face, -eyes.x, eyes.y),
    ...facePoint(face, eyes.x, eyes.y),
    ...facePoint(face, 0, face.nose.y),
    ...facePoint(face, -face.mouth.width, corner),
    ...facePoint(face, face.mouth.width, corner),
  ];
}
