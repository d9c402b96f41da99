/**
 * Durations, counts and sizes for people.
 *
 * @module
 */

/** A duration: `8 s`, `3 min 20 s`, `5 h 10 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.round(seconds / 86400)} days`;
}

/** A count with an SI prefix: `12.3 k`, `5.67 M`. */
export function formatCount(value: number): string {
  const prefixes = ["", " k", " M", " G", " T"];
  let at = 0;
  while (value >= 999.5 && at < prefixes.length - 1) value /= 1000, at++;
  return `${at === 0 ? value : Number(value.toPrecision(3))}${prefixes[at]}`;
}

/** A size in binary units: `12.3 MiB`. */
export function formatBytes(bytes: number): string {
  const prefixes = ["B", "KiB", "MiB", "GiB", "TiB"];
  let at = 0;
  while (bytes >= 1023.5 && at < prefixes.length - 1) bytes /= 1024, at++;
  return `${Number(bytes.toPrecision(3))} ${prefixes[at]}`;
}
