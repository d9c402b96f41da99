/**
 * Folders of the machine that ran, which messages of failed runs name and nobody else needs.
 *
 * @module
 */

const HOME =
  /(?:file:\/\/)?(?:\/home\/[^/\s"]+|\/Users\/[^/\s"]+|\/root|[A-Za-z]:(?:\\\\?|\/)Users(?:\\\\?|\/)[^\\/\s"]+)(?=[\\/])/g;

/** A text in which paths below the given folders are relative, and other home folders are `~`. */
export function withoutFolders(text: string, folders: readonly string[]): string {
  let left = text;
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) {
    if (folder.length < 2) continue;
    left = left.replaceAll(`file://${folder}/`, "./").replaceAll(`${folder}/`, "./").replaceAll(folder, ".");
  }
  return left.replace(HOME, "~");
}
