/**
 * Where a linted file stands in the project.
 *
 * @module
 */
import { roomOf } from "../rooms.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** Path relative to the root of the project; a path that is relative already stays as it is. */
export function placeOf(filename: string): string {
  const path = decodeURIComponent(filename.replace(/^file:\/\//, ""));
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : path.replace(/^\.?\//, "");
}

/** Whether a file is in one of the rooms; `cli` is `cli.ts` and `cli/`, a name with a slash is a folder. */
export function isIn(filename: string, rooms: readonly string[]): boolean {
  const place = placeOf(filename);
  return rooms.some((room) => room.includes("/") ? place.startsWith(room) : roomOf(place) === room);
}
