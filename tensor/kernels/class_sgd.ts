/**
 * Stochastic gradient descent on some rows of a variable.
 *
 * @module
 */
import { tf, type Variable } from "../tf.ts";
import { gatherRows, type RowGradient, scatterRows } from "./class_rows.ts";
import { type SgdStep, sgdStep, type SgdVariable } from "./sgd.ts";

/** One variable of which some rows are updated; see {@link SgdVariable}. */
export interface SgdRows extends Omit<SgdVariable, "gradient"> {
  /** Gradient of those rows; not changed. */
  readonly gradient: RowGradient;
}

/** {@link sgdStep} on the gradient's rows; momentum and weight decay leave all other rows alone too. */
export function sgdStepOnRows({ variable, velocity, gradient, ...settings }: SgdRows, step: SgdStep): void {
  const { rows, values } = gradient;
  if (rows.size === 0) return;
  const part = (whole: Variable) => tf.tidy(() => tf.variable(gatherRows(whole, rows)));
  const p = part(variable), v = velocity && part(velocity);
  sgdStep([{ variable: p, gradient: values, ...settings, ...v ? { velocity: v } : {} }], step);
  write(variable, { rows, values: p });
  if (velocity) write(velocity, { rows, values: v! });
  p.dispose();
  v?.dispose();
}

function write(variable: Variable, gradient: RowGradient): void {
  const written = scatterRows(variable, gradient);
  variable.assign(written);
  written.dispose();
}
