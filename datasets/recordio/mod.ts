/**
 * RecordIO, the container of MXNet and insightface: records by key, a scan for damage, labels, and writing.
 *
 * @module
 */
export { decodeImageRecord, encodeImageHeader, type HeaderStart, type ImageHeader } from "./image_header.ts";
export { formatIndexLine, readIndex, type RecordIndex } from "./index_file.ts";
export { type ImageLayout, readLayout } from "./layout.ts";
export { type ImageRecord, type OpenRecords, openRecords, type Records } from "./open.ts";
export { formatProperty, parseProperty, type Property } from "./property.ts";
export { type RecordSpan } from "./record.ts";
export { type Scanned, scanRecords } from "./scan.ts";
export type { TellDamage } from "./sound.ts";
export { encodeRecord, type RecordSource, writeRecords, type WrittenRecord } from "./write.ts";
