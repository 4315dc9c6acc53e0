// Frames: what crosses the wall between C++ and JavaScript (shared/host/wall.h).
// u32 little-endian length of the JSON, the JSON (control), then raw bytes.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const noBytes = new Uint8Array(0);

/**
 * @typedef {object} Frame
 * @property {any} control
 * @property {Bytes} bytes
 */

/**
 * A frame, still to be written somewhere.
 * @param {unknown} control
 * @param {Bytes} bytes
 */
export function prepareFrame(control, bytes) {
  const json = encoder.encode(JSON.stringify(control));
  return {
    size: 4 + json.length + bytes.length,
    /** @param {Bytes} target at least `size` bytes */
    writeTo(target) {
      new DataView(target.buffer, target.byteOffset).setUint32(0, json.length, true);
      target.set(json, 4);
      target.set(bytes, 4 + json.length);
    },
  };
}

/**
 * The bytes of the answer are a view into `encoded`: copy before the memory changes.
 * @param {Bytes} encoded
 * @returns {Frame}
 */
export function decodeFrame(encoded) {
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const end = 4 + view.getUint32(0, true);
  const control = JSON.parse(decoder.decode(encoded.subarray(4, end)));
  return { control, bytes: encoded.subarray(end) };
}
