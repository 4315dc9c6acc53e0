// Frames: what crosses the wall between C++ and this page (shared/host/wall.h): u32 little-endian
// length of the JSON, the JSON (control), then raw bytes.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

export const noBytes = new Uint8Array(0);

/** @param {unknown} control @param {Bytes} bytes @returns {Bytes} */
export function encodeFrame(control, bytes) {
  const json = encoder.encode(JSON.stringify(control));
  const frame = new Uint8Array(4 + json.length + bytes.length);
  new DataView(frame.buffer).setUint32(0, json.length, true);
  frame.set(json, 4);
  frame.set(bytes, 4 + json.length);
  return frame;
}

/** @param {Bytes} frame @returns {{ control: any, bytes: Bytes }} */
export function decodeFrame(frame) {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const end = 4 + view.getUint32(0, true);
  return {
    control: JSON.parse(decoder.decode(frame.subarray(4, end))),
    bytes: frame.subarray(end),
  };
}
