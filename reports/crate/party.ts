/**
 * People and organizations as a command line names them: `Ada Lovelace <https://orcid.org/0000-0002-1825-0097>`.
 *
 * @module
 */

/** A person or an organization. */
export interface Party {
  /** Its name. */
  readonly name: string;
  /** Its page: of a person the ORCID, as `https://orcid.org/…`. */
  readonly url?: string;
}

/**
 * Reads `Name`, or `Name <URL>`.
 *
 * @throws {SyntaxError} if there is no name, or what stands in brackets is no `https` address.
 */
export function parseParty(text: string): Party {
  const [, name = "", url] = /^\s*([^<>]*?)\s*(?:<\s*([^<>\s]*)\s*>)?\s*$/.exec(text) ?? [];
  if (name === "" || /\p{Cc}/u.test(name)) {
    throw new SyntaxError(`Cannot use "${text}": wanted a name, or a name and its page as "Name <https://…>"`);
  }
  if (url === undefined) return { name };
  if (!/^https?:\/\/[^\s"<>\\^`{|}]+$/.test(url) || !URL.canParse(url)) {
    throw new SyntaxError(`Cannot use "${text}": found "${url}", wanted an address that begins with https://`);
  }
  return { name, url };
}

/**
 * Reads an author: as {@link parseParty}, and the page must be an ORCID.
 *
 * @throws {SyntaxError} if it is another page, or an ORCID whose last digit does not fit the others.
 */
export function parseAuthor(text: string): Party {
  const party = parseParty(text);
  if (party.url === undefined) return party;
  const [, digits] = /^https?:\/\/orcid\.org\/(\d{4}-\d{4}-\d{4}-\d{3}[\dX])\/?$/.exec(party.url) ?? [];
  if (digits === undefined) {
    throw new SyntaxError(
      `Cannot use the author "${text}": found "${party.url}", wanted an ORCID as https://orcid.org/0000-0002-1825-0097`,
    );
  }
  if (checkDigit(digits) !== digits.at(-1)) {
    throw new SyntaxError(`Cannot use the author "${text}": the last digit of the ORCID does not fit the others`);
  }
  return { name: party.name, url: `https://orcid.org/${digits}` };
}

/** Given and family names: as `Family, Given` says, else the last word is the family's. */
export function namesOf({ name }: Party): { given: string; family: string } {
  const comma = name.indexOf(","), space = name.lastIndexOf(" ");
  if (comma >= 0) return { given: name.slice(comma + 1).trim(), family: name.slice(0, comma).trim() };
  return space < 0
    ? { given: "", family: name }
    : { given: name.slice(0, space).trim(), family: name.slice(space + 1) };
}

/** The last digit of an ORCID, by ISO 7064 mod 11-2. */
function checkDigit(orcid: string): string {
  let total = 0;
  for (const digit of orcid.replaceAll("-", "").slice(0, 15)) total = (total + Number(digit)) * 2;
  const rest = (12 - total % 11) % 11;
  return rest === 10 ? "X" : String(rest);
}
