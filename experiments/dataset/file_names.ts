/**
 * Names for the images of a set in a folder, one folder a class, that sort as the set is ordered.
 *
 * @module
 */
import type { ImageSet } from "../../datasets/mod.ts";

/** A path for every image, without its ending; `image-folder` finds the images and classes in the order of the set. */
export function fileNames(set: ImageSet): (index: number) => string {
  const folder = classFolders(set.classes), width = `${Math.max(0, set.length - 1)}`.length;
  const kept = keepsNames(set);
  return (index) => {
    if (kept) return withoutEnding(set.name(index));
    return `${folder(set.labels[index]!)}/${`${index}`.padStart(width, "0")}`;
  };
}

/** Whether the set's own names are paths of class folders, in order. */
function keepsNames(set: ImageSet): boolean {
  let before = "";
  const seen = new Set<string>();
  for (let i = 0; i < set.length; i++) {
    const name = set.name(i), stem = withoutEnding(name), folder = name.slice(0, Math.max(0, name.lastIndexOf("/")));
    if (folder !== set.classes[set.labels[i]!] || !isSafe(name) || name <= before || seen.has(stem)) return false;
    before = name;
    seen.add(stem);
  }
  return true;
}

/** Names of class folders: the names of the classes where these sort as the classes do, else numbers before them. */
function classFolders(classes: readonly string[]): (label: number) => string {
  const sorted = classes.every((name, i) => isSafe(name) && (i === 0 || classes[i - 1]! < name));
  if (sorted) return (label) => classes[label]!;
  const width = `${classes.length - 1}`.length;
  return (label) => {
    const number = `${label}`.padStart(width, "0"), name = classes[label]!;
    return name === `${label}` || !isSafe(name) ? number : `${number}_${name.replaceAll("/", "_")}`;
  };
}

/** Whether a name is a path that stays where it is put, and that readers do not take for a hidden file. */
function isSafe(name: string): boolean {
  return name !== "" && !/[\\\p{Cc}]/u.test(name) &&
    name.split("/").every((part) => part !== "" && !part.startsWith(".") && part !== "__MACOSX");
}

function withoutEnding(name: string): string {
  return name.replace(/\.[^./]*$/, "");
}
