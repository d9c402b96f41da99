/**
 * Licences by their SPDX identifier.
 *
 * @module
 */
import spdx from "spdx-license-list/spdx.json" with { type: "json" };
import { didYouMean } from "../../registry/nearest.ts";

/** A licence. */
export interface Licence {
  /** SPDX identifier. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** Its page at SPDX. */
  readonly url: string;
}

/**
 * The licence of an identifier, in any case.
 *
 * @throws {RangeError} if SPDX lists none; the message names the nearest one.
 */
export function findLicence(id: string): Licence {
  const licence = knownLicence(id);
  if (licence) return licence;
  throw new RangeError(
    `Cannot use the licence "${id}": wanted an SPDX identifier such as CC-BY-4.0 or MIT` +
      didYouMean(id, Object.keys(spdx)),
  );
}

/** The licence of an identifier, or `undefined` where SPDX lists none. */
export function knownLicence(id: string): Licence | undefined {
  const found = Object.entries(spdx).find(([known]) => known.toLowerCase() === id.trim().toLowerCase());
  return found && { id: found[0], name: found[1].name, url: `https://spdx.org/licenses/${found[0]}` };
}
