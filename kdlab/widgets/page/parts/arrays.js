/** The numbers that Python sent as bytes. */

/** Bytes as an array of a type. A copy: bytes may begin anywhere in a message, numbers may not. */
export function readArray(Type, { buffer, byteOffset, byteLength }) {
  return new Type(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** An array in parts of one length. */
export function split(all, count) {
  const size = all.length / count;
  return Array.from({ length: count }, (_, i) => all.slice(i * size, (i + 1) * size));
}
