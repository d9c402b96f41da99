/**
 * The events of TensorBoard's files, as protocol buffers.
 *
 * @module
 */
import { bytesField, concat, doubleField, doublesField, type Field, floatField, intField } from "./protobuf.ts";
import { messageField } from "./protobuf.ts";

/** A value of a summary: something under a tag. */
export type Value = Field;

/** The plugin of TensorBoard that lists parameters beside figures. */
const HPARAMS = "hparams";

/** The event that opens a file. */
export function versionEvent(time: number): Uint8Array {
  return concat([doubleField(1, time), bytesField(3, "brain.Event:2")]);
}

/** The time of an event, seconds since 1970; `undefined` where it has none. */
export function timeOf(event: Uint8Array): number | undefined {
  return event.length >= 9 && event[0] === 9
    ? new DataView(event.buffer, event.byteOffset).getFloat64(1, true)
    : undefined;
}

/** An event with the values of a step. */
export function summaryEvent(time: number, step: number, values: readonly Value[]): Uint8Array {
  return concat([doubleField(1, time), intField(2, step), messageField(5, values)]);
}

/** A number. */
export function scalar(tag: string, value: number): Value {
  return messageField(1, [bytesField(1, tag), floatField(2, value)]);
}

/** A histogram of bins of one degree, from 0. */
export function histogram(tag: string, bins: readonly number[]): Value {
  const filled = bins.flatMap((count, degree) => count > 0 ? [degree] : []);
  const moment = (power: number) => bins.reduce((sum, count, degree) => sum + count * (degree + 0.5) ** power, 0);
  const fields = [
    doubleField(1, filled[0] ?? 0),
    doubleField(2, (filled.at(-1) ?? 0) + 1),
    doubleField(3, moment(0)),
    doubleField(4, moment(1)),
    doubleField(5, moment(2)),
    doublesField(6, bins.map((_, degree) => degree + 1)),
    doublesField(7, bins),
  ];
  return messageField(1, [bytesField(1, tag), messageField(5, fields)]);
}

/** The parameters of a run, for the list of TensorBoard's parameters. */
export function sessionStart(
  params: readonly (readonly [name: string, value: string | number | boolean])[],
  { group, time }: { readonly group: string; readonly time: number },
): Value {
  const entries = params.map(([name, value]) => messageField(1, [bytesField(1, name), messageField(2, [any(value)])]));
  return hparams("_hparams_/session_start_info", 3, [...entries, bytesField(4, group), doubleField(5, time)]);
}

/** How a run ended, for that list. */
export function sessionEnd({ completed, time }: { readonly completed: boolean; readonly time: number }): Value {
  return hparams("_hparams_/session_end_info", 4, [intField(1, completed ? 1 : 2), doubleField(2, time)]);
}

function hparams(tag: string, number: number, fields: readonly Field[]): Value {
  const content = concat([intField(1, 0), messageField(number, fields)]);
  const plugin = messageField(1, [bytesField(1, HPARAMS), bytesField(2, content)]);
  return messageField(1, [bytesField(1, tag), messageField(9, [plugin])]);
}

/** A `google.protobuf.Value`. */
function any(value: string | number | boolean): Field {
  if (typeof value === "number") return doubleField(2, value);
  return typeof value === "boolean" ? intField(4, value ? 1 : 0) : bytesField(3, value);
}
